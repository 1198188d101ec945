//! The gate before Automerge: what a raw change must be before any library code sees it.
//!
//! Automerge trusts its input, so a change of a hostile author is read here first, by an own parser that is total over
//! any bytes, allocates no more than the input, and decides by the change alone ([`header_gate`]) or by the change and
//! its ancestors ([`graph_gate`]). All replicas therefore agree. `docs/wire.md` carries the rules. This module must
//! not use Automerge: it stands before it.

mod columns;
mod graph;
mod inflate;
mod ops;
mod read;

use sha2::{Digest, Sha256};

pub use graph::{Graph, GraphNode, graph_gate};
pub use inflate::{deflate, inflate_bounded};
pub use ops::Operations;
use read::Reader;

/// Most bytes of one raw change chunk.
pub const MAX_CHANGE_BYTES: usize = 256 * 1024;
/// Most operations of one change.
pub const MAX_OPS: u64 = 16_384;
/// Most changes that one change may name as its direct ancestors.
pub const MAX_DEPS: u64 = 64;
/// Most actors that one change may refer to besides its own.
pub const MAX_OTHER_ACTORS: u64 = 4_096;
/// Most bytes of a commit message.
pub const MAX_MESSAGE_BYTES: u64 = 1_024;
/// Most predecessors of all operations of one change together; as many as a chunk has bytes.
pub const MAX_PREDS: u64 = 262_144;
/// Most bytes of all map keys and mark names of one change, repeated ones counted each time.
pub const MAX_KEY_BYTES: u64 = 8 * 1024 * 1024;
/// Greatest operation counter that any change may reach.
pub const MAX_LAST_OP: u64 = 1 << 31;

/// Furthest commit time from 1970, before or after, in milliseconds: some 285,000 years. Automerge keeps differences of
/// times; beyond 2^62 a single change would make every later edit fail.
pub const MAX_TIME_MS: i64 = 1 << 53;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHANGE_CHUNK: u8 = 1;
const HASH_BYTES: usize = 32;
const ACTOR_BYTES: usize = 16;

/// Why a change may not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// More than [`MAX_CHANGE_BYTES`].
    #[error("the change is larger than 256 KiB")]
    TooLarge,
    /// It does not begin as an Automerge chunk.
    #[error("this is not an Automerge chunk")]
    Magic,
    /// A document, deflated change, bundle or unknown chunk.
    #[error("chunk type {0} is not a plain change")]
    ChunkType(u8),
    /// It ends too early.
    #[error("the change ends too early")]
    Truncated,
    /// Bytes follow where none may.
    #[error("the change has trailing bytes")]
    Trailing,
    /// A number is not in its shortest form or out of range.
    #[error("a number in the change is malformed")]
    Number,
    /// The checksum is not that of the content.
    #[error("the checksum of the change does not match")]
    Checksum,
    /// More than [`MAX_DEPS`] direct ancestors, or unsorted, or one twice.
    #[error("the ancestors of the change are too many, unsorted or repeated")]
    Deps,
    /// The actor is not the one that belongs to the author.
    #[error("the change names another actor than its author's")]
    WrongActor,
    /// More than [`MAX_OTHER_ACTORS`], or one not of 16 bytes.
    #[error("the change refers to too many or malformed actors")]
    OtherActors,
    /// Sequence numbers begin at 1.
    #[error("the sequence number of the change is zero")]
    ZeroSeq,
    /// Operation counters begin at 1.
    #[error("the first operation of the change is zero")]
    ZeroStartOp,
    /// The commit time is further from 1970 than [`MAX_TIME_MS`].
    #[error("the time of the change is out of range")]
    Time,
    /// More than [`MAX_MESSAGE_BYTES`] or not UTF-8.
    #[error("the message of the change is too long or not text")]
    Message,
    /// Column specifications are not strictly ascending.
    #[error("the columns of the change are out of order")]
    ColumnOrder,
    /// A column is deflated.
    #[error("the change has a compressed column")]
    CompressedColumn,
    /// A column's content is not a valid run-length encoding that fits the operations.
    #[error("a column of the change is malformed")]
    Column,
    /// More than [`MAX_OPS`] operations, [`MAX_PREDS`] predecessors or [`MAX_KEY_BYTES`] of keys.
    #[error("the change has too many operations")]
    TooManyOps,
    /// A direct ancestor is not known yet: the change waits, it is not refused.
    #[error("an ancestor of the change is missing")]
    MissingDep([u8; 32]),
    /// The first operation does not follow the greatest one of the ancestors.
    #[error("the first operation of the change is {found}, its ancestors require {expected}")]
    StartOp {
        /// 1 + the greatest last operation of the direct ancestors.
        expected: u64,
        /// What the change says.
        found: u64,
    },
    /// The last operation lies beyond [`MAX_LAST_OP`].
    #[error("the operations of the change go beyond 2^31")]
    LastOp,
    /// The author's change before this one is not among the direct ancestors.
    #[error("the author's previous change is not an ancestor of this one")]
    MissingOwn,
    /// A first change has an ancestor of its own actor.
    #[error("the change calls itself its author's first, but an ancestor is by the same actor")]
    OwnAncestor,
    /// An operation names an object, element or predecessor that no ancestor made, or one of another type.
    #[error("an operation of the change names something that is not there")]
    Operation,
    /// Compressed data is damaged or has trailing bytes.
    #[error("compressed data is damaged")]
    Inflate,
    /// Compressed data unpacks to more than the limit.
    #[error("compressed data unpacks to more than {0} bytes")]
    InflateLimit(usize),
}

/// What the header of a change says, and how many operations it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeHeader {
    /// SHA-256 over chunk type, length and body: the identity of the change.
    pub hash: [u8; 32],
    /// Direct ancestors, sorted.
    pub deps: Vec<[u8; 32]>,
    /// Who wrote it.
    pub actor: [u8; 16],
    /// Actors of the operations it refers to.
    pub other_actors: Vec<[u8; 16]>,
    /// Number of this change among those of its actor, from 1.
    pub seq: u64,
    /// Counter of its first operation, from 1.
    pub start_op: u64,
    /// How many operations it has.
    pub op_count: u64,
    /// When its author says it was written, milliseconds since 1970 UTC.
    pub time_ms: i64,
    /// Bytes of the chunk.
    pub size: usize,
}

impl ChangeHeader {
    /// Counter of its last operation; the one before the first when it has none.
    pub fn last_op(&self) -> u64 {
        self.start_op.saturating_sub(1).saturating_add(self.op_count)
    }
}

/// Judges one raw change chunk by itself: shape, limits, checksum, and that `actor` wrote it.
///
/// # Errors
/// The first rule that the chunk breaks. Any bytes are fine as input.
pub fn header_gate(chunk: &[u8], actor: &[u8; 16]) -> Result<ChangeHeader, GateError> {
    let header = parse(chunk)?;
    if header.actor == *actor { Ok(header) } else { Err(GateError::WrongActor) }
}

/// Like [`header_gate`] for whatever actor the chunk names; for one's own changes and foreign files.
///
/// # Errors
/// The first rule that the chunk breaks.
pub fn parse(chunk: &[u8]) -> Result<ChangeHeader, GateError> {
    let (mut header, columns) = head(chunk)?;
    header.op_count = columns::count_ops(&mut Reader::new(columns))?;
    Ok(header)
}

/// The header of a chunk, its operations not counted yet, and its columns.
fn head(chunk: &[u8]) -> Result<(ChangeHeader, &[u8]), GateError> {
    if chunk.len() > MAX_CHANGE_BYTES {
        return Err(GateError::TooLarge);
    }
    let (hash, body) = open_chunk(chunk)?;
    let mut r = Reader::new(body);
    let deps = read_deps(&mut r)?;
    let actor = read_actor(&mut r)
        .map_err(|e| if e == GateError::OtherActors { GateError::WrongActor } else { e })?;
    let seq = r.unsigned()?;
    if seq == 0 {
        return Err(GateError::ZeroSeq);
    }
    let start_op = r.unsigned()?;
    if start_op == 0 {
        return Err(GateError::ZeroStartOp);
    }
    let time_ms = r.signed()?;
    if time_ms.unsigned_abs() > MAX_TIME_MS.unsigned_abs() {
        return Err(GateError::Time);
    }
    check_message(&mut r)?;
    let other_actors = read_other_actors(&mut r)?;
    let size = chunk.len();
    let header = ChangeHeader { hash, deps, actor, other_actors, seq, start_op, op_count: 0, time_ms, size };
    Ok((header, r.rest()))
}

/// Checks magic, type, length and checksum; gives hash and body.
fn open_chunk(chunk: &[u8]) -> Result<([u8; 32], &[u8]), GateError> {
    let mut r = Reader::new(chunk);
    if r.take(MAGIC.len())? != MAGIC {
        return Err(GateError::Magic);
    }
    let checksum = r.take(4)?;
    let hashed = r.rest();
    let kind = r.byte()?;
    if kind != CHANGE_CHUNK {
        return Err(GateError::ChunkType(kind));
    }
    let length = usize::try_from(r.unsigned()?).map_err(|_| GateError::Truncated)?;
    let body = r.take(length)?;
    if !r.rest().is_empty() {
        return Err(GateError::Trailing);
    }
    let hash: [u8; 32] = Sha256::digest(hashed).into();
    if hash[..4] != *checksum {
        return Err(GateError::Checksum);
    }
    Ok((hash, body))
}

fn read_deps(r: &mut Reader<'_>) -> Result<Vec<[u8; 32]>, GateError> {
    let count = r.unsigned()?;
    if count > MAX_DEPS {
        return Err(GateError::Deps);
    }
    let mut deps: Vec<[u8; 32]> = Vec::new();
    for _ in 0..count {
        let dep = r.array::<HASH_BYTES>()?;
        if deps.last().is_some_and(|last| *last >= dep) {
            return Err(GateError::Deps);
        }
        deps.push(dep);
    }
    Ok(deps)
}

fn read_actor(r: &mut Reader<'_>) -> Result<[u8; 16], GateError> {
    if r.unsigned()? != ACTOR_BYTES as u64 {
        return Err(GateError::OtherActors);
    }
    r.array::<ACTOR_BYTES>()
}

fn read_other_actors(r: &mut Reader<'_>) -> Result<Vec<[u8; 16]>, GateError> {
    let count = r.unsigned()?;
    if count > MAX_OTHER_ACTORS {
        return Err(GateError::OtherActors);
    }
    (0..count).map(|_| read_actor(r)).collect()
}

fn check_message(r: &mut Reader<'_>) -> Result<(), GateError> {
    let length = r.unsigned()?;
    if length > MAX_MESSAGE_BYTES {
        return Err(GateError::Message);
    }
    let text = r.take(length as usize)?;
    std::str::from_utf8(text).map(|_| ()).map_err(|_| GateError::Message)
}
