//! Item frames of the uni streams. A frame carries a table of feeds and items without what the table or the
//! item before already says; the receiver rebuilds the exact bytes. Items too large for a frame go in parts.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::item::{Head, id_of, split};
use super::{FRAME_MAX, PACK_MAX, WireError};
use crate::api::Priority;

/// Payload bytes a builder fills before it says that a frame is full.
const FILL: usize = FRAME_MAX - 512;
/// Bytes of an item in one part.
pub const PART_BYTES: usize = 60 * 1024;
/// Largest item that travels at all.
pub const ITEM_MAX: usize = PACK_MAX + super::item::BODY_FROM + super::item::SIGNATURE_BYTES;
/// Upper bound of what one item adds to a frame besides its body, a table row included.
const ITEM_OVERHEAD: usize = 32 + 8 + 16 + 16 + 3 + 3 + 5 + 17 + 17 + 25 + 5 + 64;

/// One item frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemFrame {
    /// Whole items.
    Batch(Batch),
    /// A piece of one item that is larger than a frame.
    Part(Part),
}

/// What every item frame starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameHead {
    /// Number of this frame in the session, counted over all streams from zero.
    pub frame: u64,
    /// Log frames sent before this one: content waits for them.
    pub log_before: u64,
    /// With this frame and all before it, the receiver has been sent every row of the sender up to this one;
    /// zero: no statement.
    pub mark: u64,
    /// Which stream, and how urgent.
    pub priority: u8,
}

/// Whole items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Numbering.
    pub head: FrameHead,
    feeds: Vec<Feed>,
    items: Vec<WireItem>,
}

/// A piece of one item.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Numbering.
    pub head: FrameHead,
    /// Size of the whole item.
    pub total: u32,
    /// Where this piece belongs; pieces come in order.
    pub offset: u32,
    /// The piece.
    #[serde(with = "raw")]
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({:?}, {}..+{} of {})", self.head, self.offset, self.bytes.len(), self.total)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Feed {
    author: [u8; 32],
    incarnation: [u8; 8],
    space: [u8; 16],
    epoch: [u8; 16],
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Known {
    Zero,
    Before,
    Is([u8; 16]),
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct WireItem {
    kind: u8,
    day: u16,
    feed: u16,
    seq: u32,
    prev: Known,
    tag: Known,
    nonce: Option<[u8; 24]>,
    #[serde(with = "raw")]
    body: Vec<u8>,
    signature: ([u8; 32], [u8; 32]),
}

impl fmt::Debug for WireItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "WireItem(kind {}, feed {}, seq {}, {} bytes)",
            self.kind,
            self.feed,
            self.seq,
            self.body.len()
        )
    }
}

mod raw {
    use super::{Deserializer, Serializer, fmt};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl serde::de::Visitor<'_> for Bytes {
            type Value = Vec<u8>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

impl ItemFrame {
    /// The frame's numbering.
    pub fn head(&self) -> &FrameHead {
        match self {
            ItemFrame::Batch(batch) => &batch.head,
            ItemFrame::Part(part) => &part.head,
        }
    }

    /// Payload bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Plain structs into a growing vector: postcard has no error to give here.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Reads a payload; trailing bytes are an error.
    pub fn from_bytes(payload: &[u8]) -> Result<ItemFrame, WireError> {
        if payload.len() > FRAME_MAX {
            return Err(WireError("item frame too large"));
        }
        let (frame, rest) =
            postcard::take_from_bytes::<ItemFrame>(payload).map_err(|_| WireError("malformed item frame"))?;
        if !rest.is_empty() {
            return Err(WireError("trailing bytes"));
        }
        match Priority::from_index(frame.head().priority) {
            Some(_) => Ok(frame),
            None => Err(WireError("unknown priority")),
        }
    }
}

/// Gathers items into one frame.
#[derive(Debug, Default)]
pub struct BatchBuilder {
    feeds: Vec<Feed>,
    items: Vec<WireItem>,
    size: usize,
    before: Option<Before>,
}

#[derive(Debug)]
struct Before {
    feed: u16,
    seq: u32,
    tag: [u8; 16],
    id16: [u8; 16],
}

/// What [`BatchBuilder::push`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It is in the frame.
    In,
    /// It does not fit any more; send this frame and try again.
    Full,
    /// It is larger than any frame: send it in parts.
    TooLarge,
    /// These bytes are not an item of this workspace; nothing is sent.
    NotAnItem,
}

impl BatchBuilder {
    /// An empty frame.
    pub fn new() -> BatchBuilder {
        BatchBuilder::default()
    }

    /// True when nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Number of items in it.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Adds the exact bytes of one item.
    pub fn push(&mut self, workspace: &[u8; 32], bytes: &[u8]) -> Pushed {
        let Some((head, body, signature)) = split(bytes) else { return Pushed::NotAnItem };
        let (Some(id), true) = (id_of(bytes), head.workspace == *workspace) else { return Pushed::NotAnItem };
        let size = body.len() + ITEM_OVERHEAD;
        if size > FILL {
            return Pushed::TooLarge;
        }
        if self.size + size > FILL {
            return Pushed::Full;
        }
        let feed = self.feed_of(&head);
        let before = self.before.as_ref();
        let follows = before
            .is_some_and(|b| b.feed == feed && b.seq.checked_add(1) == Some(head.seq) && b.id16 == head.prev);
        let same_tag = before.is_some_and(|b| b.tag == head.tag);
        let mut halves = ([0; 32], [0; 32]);
        halves.0.copy_from_slice(&signature[..32]);
        halves.1.copy_from_slice(&signature[32..]);
        self.items.push(WireItem {
            kind: head.kind,
            day: head.day,
            feed,
            seq: head.seq,
            prev: known(head.prev, follows),
            tag: known(head.tag, same_tag),
            nonce: (head.nonce != [0; 24]).then_some(head.nonce),
            body: body.to_vec(),
            signature: halves,
        });
        self.size += size;
        self.before = Some(Before { feed, seq: head.seq, tag: head.tag, id16: half(&id) });
        Pushed::In
    }

    fn feed_of(&mut self, head: &Head) -> u16 {
        let feed =
            Feed { author: head.author, incarnation: head.incarnation, space: head.space, epoch: head.epoch };
        let at = self.feeds.iter().position(|f| *f == feed).unwrap_or_else(|| {
            self.feeds.push(feed);
            self.feeds.len() - 1
        });
        at as u16
    }

    /// The finished frame.
    pub fn finish(self, head: FrameHead) -> ItemFrame {
        ItemFrame::Batch(Batch { head, feeds: self.feeds, items: self.items })
    }
}

fn half(id: &[u8; 32]) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(&id[..16]);
    out
}

fn known(value: [u8; 16], before: bool) -> Known {
    if value == [0; 16] {
        Known::Zero
    } else if before {
        Known::Before
    } else {
        Known::Is(value)
    }
}

impl Batch {
    /// The exact bytes of every item, in order.
    pub fn unpack(&self, workspace: &[u8; 32]) -> Result<Vec<Vec<u8>>, WireError> {
        let mut out: Vec<Vec<u8>> = Vec::with_capacity(self.items.len());
        let mut before: Option<Before> = None;
        for item in &self.items {
            let feed = self.feeds.get(usize::from(item.feed)).ok_or(WireError("feed not in the table"))?;
            let follows =
                before.as_ref().filter(|b| b.feed == item.feed && b.seq.checked_add(1) == Some(item.seq));
            let prev = resolve(&item.prev, follows.map(|b| b.id16))?;
            let tag = resolve(&item.tag, before.as_ref().map(|b| b.tag))?;
            let head = Head {
                kind: item.kind,
                day: item.day,
                workspace: *workspace,
                author: feed.author,
                incarnation: feed.incarnation,
                seq: item.seq,
                prev,
                space: feed.space,
                epoch: feed.epoch,
                tag,
                nonce: item.nonce.unwrap_or([0; 24]),
            };
            let signature = super::control::join_signature(&item.signature.0, &item.signature.1);
            let bytes = head.assemble(&item.body, &signature);
            let id = id_of(&bytes).ok_or(WireError("not an item"))?;
            before = Some(Before { feed: item.feed, seq: item.seq, tag, id16: half(&id) });
            out.push(bytes);
        }
        Ok(out)
    }
}

fn resolve(value: &Known, before: Option<[u8; 16]>) -> Result<[u8; 16], WireError> {
    match value {
        Known::Zero => Ok([0; 16]),
        Known::Is(bytes) => Ok(*bytes),
        Known::Before => before.ok_or(WireError("refers to an item that is not before it")),
    }
}
