//! What a session asks of the replica it speaks for. Answers are read-only and come from committed state;
//! a session changes nothing itself, it hands work out as [`crate::Output`].

use crate::key::{Device, Id, Key, Lane};
use crate::trie::{SourceResult, TrieSource};

/// How the evaluated membership log sees a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The log does not introduce it.
    Unknown,
    /// A member's active device.
    Active,
    /// An effective relay: stores and serves, reads nothing.
    Relay,
    /// Was introduced, is removed: gets the log, so that it knows, and nothing else.
    Removed,
}

impl Standing {
    /// True when content may flow to and from this device.
    pub fn shares_content(self) -> bool {
        matches!(self, Standing::Active | Standing::Relay)
    }
}

/// What is remembered between sessions about one peer. All of it is a hint: equal roots decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PeerMemory {
    /// Id of the peer's store that the rows belong to.
    pub store: u64,
    /// Rows of the peer's store that this replica holds, contiguous from the first.
    pub held_row: u64,
    /// Rows of this replica's store that the peer has confirmed.
    pub acked_row: u64,
    /// It refused content for lack of room and has taken none since.
    pub full: bool,
}

/// One committed item in local arrival order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Local row number: positive, strictly growing, never reused within one store id.
    pub row: u64,
    /// The lane of the item.
    pub lane: Lane,
    /// Its trie key.
    pub key: Key,
    /// Its document tag; zero where none.
    pub tag: [u8; 16],
    /// Size of the item in bytes.
    pub size: u32,
}

/// The local replica of one workspace, as one session sees it.
///
/// Items received by a peer are rows too. Log rows are stored only after all their ancestors, so row order
/// is an order in which another replica can store them.
pub trait Replica: TrieSource {
    /// The greatest committed row; zero for an empty store.
    fn last_row(&self) -> SourceResult<u64>;
    /// Committed rows after `row` in ascending order: at most `limit` rows.
    fn rows_after(&self, row: u64, limit: usize) -> SourceResult<Vec<Row>>;
    /// The exact bytes of a stored item.
    fn item(&self, id: &Id) -> SourceResult<Option<Vec<u8>>>;
    /// The row of a stored item.
    fn row_of(&self, id: &Id) -> SourceResult<Option<u64>>;
    /// Content lanes that this replica keeps (never the log).
    fn lanes(&self) -> SourceResult<Vec<Lane>>;
    /// True when content of `lane` may be given to and taken from `peer` ("who gets a lane" in docs/wire.md).
    /// A relay answers true for any lane that an active device or another relay names.
    fn shares(&self, peer: &Device, lane: &Lane) -> SourceResult<bool>;
    /// True for a lane that every member may have: the root space and open spaces. A relay gives other lanes
    /// only to a device that has named them in the session.
    fn is_open(&self, lane: &Lane) -> SourceResult<bool> {
        Ok(*lane == Lane::ROOT)
    }
    /// True when content of `lane` that a removed device pushes before it learns of its removal is kept, set aside for
    /// review: work done while away is not lost. The session bounds how much that is.
    fn takes_late(&self, _peer: &Device, _lane: &Lane) -> SourceResult<bool> {
        Ok(false)
    }
    /// Standing of a device by the evaluated log.
    fn standing(&self, device: &Device) -> SourceResult<Standing>;
    /// Feature bits that effective Require records demand of everyone who exchanges content.
    fn required_features(&self) -> SourceResult<u64>;
    /// True when `signature` over the exporter by the invite key `key` is right and that invite is live.
    fn admits_invite(&self, key: &[u8; 32], exporter: &[u8; 32], signature: &[u8; 64]) -> SourceResult<bool>;
    /// What is remembered about `peer`; `None` for one never met.
    fn memory(&self, peer: &Device) -> SourceResult<Option<PeerMemory>>;
    /// True while `peer` has refused this item less than 24 h before `now_ms`.
    fn on_hold(&self, peer: &Device, id: &Id, now_ms: i64) -> SourceResult<bool>;
}
