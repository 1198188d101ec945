//! The exchange as a file: what stands inside the sealed chunks of a `.tern` bundle.
//!
//! trust writes the file's header and seals chunks; here is the plain stream cut into them: a preface, then
//! frames Log, Items, Summary and End. One file each way is a full sync: the answer to a file with a summary
//! holds only what the summary does not show.

mod read;
mod write;

pub use read::{BundleEvent, BundleReader};
pub use write::BundleWriter;

use serde::{Deserialize, Serialize};

use crate::key::{Lane, Nibbles};
use crate::trie::{Entry, LEAF_MAX, NodeInfo, SourceResult, TrieSource, frontier};
use crate::wire::WireError;

/// Plain bytes of a chunk; every chunk but the last is full.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes that sealing adds to a chunk.
pub const SEAL_BYTES: usize = 16;
/// Trie nodes of one lane in a summary.
pub const SUMMARY_NODES: usize = 256;
/// Largest frame of the plain stream.
const BUNDLE_FRAME_MAX: usize = crate::wire::FRAME_MAX + 64;
/// Bytes of the preface: workspace, sender, day.
const PREFACE_BYTES: usize = 32 + 32 + 2;

const LOG: u8 = 1;
const ITEMS: u8 = 2;
const SUMMARY: u8 = 3;
const END: u8 = 4;
const BLOB: u8 = 5;
/// Where the hash lies in a reference to an attachment, and the kind byte of one.
const BLOB_REF: (u8, std::ops::Range<usize>) = (4, 172..204);
/// Bytes of a blob frame before the piece: hash, offset, whole size.
const BLOB_HEAD: usize = 48;
/// Largest sealed attachment that a bundle carries.
pub const BLOB_MAX: u64 = 1 << 31;

/// Seals and opens the chunks of one bundle. The host makes it from the file's header.
pub trait Chunks {
    /// Seals chunk `index`: [`CHUNK_BYTES`] plain bytes, or fewer in the last.
    fn seal(&self, index: u64, last: bool, plain: &[u8]) -> Option<Vec<u8>>;
    /// Opens chunk `index`; `None` unless it is exactly that chunk of this bundle.
    fn open(&self, index: u64, last: bool, sealed: &[u8]) -> Option<Vec<u8>>;
}

/// Who wrote a bundle. Not proved: only the items in it are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preface {
    /// The workspace.
    pub workspace: [u8; 32],
    /// The device that wrote the file.
    pub sender: [u8; 32],
    /// The day it was written, days since 1970.
    pub day: u16,
}

/// One node of a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryNode {
    /// Its prefix.
    pub prefix: Nibbles,
    /// Number of keys, at least one.
    pub n: u32,
    /// Node hash.
    pub hash: [u8; 16],
}

/// What the writer of a bundle held in one lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneSummary {
    /// The lane.
    pub lane: Lane,
    /// Number of keys.
    pub n: u32,
    /// Root hash.
    pub root: [u8; 16],
    /// Descendants of the root that together hold all keys, ascending.
    pub entries: Vec<SummaryNode>,
}

/// What the writer of a bundle held, by lane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary(pub Vec<LaneSummary>);

impl Summary {
    /// Summary of `lanes` of a replica.
    pub fn of<T: TrieSource + ?Sized>(source: &T, lanes: &[Lane]) -> SourceResult<Summary> {
        let mut out = Vec::with_capacity(lanes.len());
        for lane in lanes {
            let root = source.node(lane, &Nibbles::ROOT)?;
            let entry = |e: Entry| SummaryNode { prefix: e.prefix, n: e.node.n, hash: e.node.hash };
            let entries = frontier(source, lane, &Nibbles::ROOT, SUMMARY_NODES, LEAF_MAX)?
                .into_iter()
                .map(entry)
                .collect();
            out.push(LaneSummary { lane: *lane, n: root.n, root: root.hash, entries });
        }
        Ok(Summary(out))
    }
}

impl LaneSummary {
    fn root_node(&self) -> NodeInfo {
        NodeInfo { n: self.n, hash: self.root }
    }

    fn from_bytes(body: &[u8]) -> Result<LaneSummary, WireError> {
        let (summary, rest) =
            postcard::take_from_bytes::<LaneSummary>(body).map_err(|_| WireError("malformed summary"))?;
        let mut before: Option<Nibbles> = None;
        for entry in &summary.entries {
            let in_order =
                before.is_none_or(|b| b.span().to.is_some_and(|end| end <= entry.prefix.span().from));
            if entry.n == 0 || !in_order {
                return Err(WireError("summary out of order"));
            }
            before = Some(entry.prefix);
        }
        if !rest.is_empty() || summary.entries.len() > SUMMARY_NODES {
            return Err(WireError("summary out of bounds"));
        }
        Ok(summary)
    }
}
