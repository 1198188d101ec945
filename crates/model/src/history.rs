//! History: who changed what and when, grouped into sessions, and the difference between two versions.

use serde::{Deserialize, Serialize};

use crate::block::{Block, Inline};
use crate::doc::{Doc, Hash, Heads, ModelError};
use crate::fields::Value;

/// One change of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeInfo {
    /// Its hash.
    pub hash: Hash,
    /// Who made it; the first 8 bytes name the device.
    pub actor: [u8; 16],
    /// When, by the author's clock.
    pub time_ms: i64,
    /// The changes it was made upon.
    pub deps: Vec<Hash>,
    /// How many operations it holds.
    pub ops: usize,
}

/// Gap that ends a session, milliseconds.
pub const SESSION_GAP_MS: i64 = 10 * 60 * 1000;

/// Changes of one actor without a gap of [`SESSION_GAP_MS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub actor: [u8; 16],
    /// First change, by the author's clock.
    pub from_ms: i64,
    /// Last change.
    pub to_ms: i64,
    /// The changes, in causal order.
    pub changes: Vec<Hash>,
    /// The document with all changes up to the end of this session, in the order of the history.
    pub after: Heads,
}

/// A stretch of content in a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// In both versions, with equal marks.
    Keep(Vec<Inline>),
    /// Only in the newer.
    Insert(Vec<Inline>),
    /// Only in the older.
    Delete(Vec<Inline>),
    /// The same characters with other marks.
    Remark {
        /// As it was.
        from: Vec<Inline>,
        /// As it is.
        to: Vec<Inline>,
    },
}

/// One block of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockDiff {
    /// Equal in both.
    Same(Block),
    /// Only in the newer.
    Inserted(Block),
    /// Only in the older.
    Deleted(Block),
    /// Equal in both, at another place; stands where it is in the newer version.
    Moved(Block),
    /// In both, changed.
    Changed {
        /// As it was.
        from: Block,
        /// As it is.
        to: Block,
        /// Its content, run by run; empty for tables.
        runs: Vec<Run>,
    },
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDiff {
    /// The field.
    pub field: String,
    /// As it was.
    pub from: Value,
    /// As it is.
    pub to: Value,
}

/// The difference between two versions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageDiff {
    /// Blocks of both, in reading order.
    pub blocks: Vec<BlockDiff>,
    /// Fields that differ, by name.
    pub fields: Vec<FieldDiff>,
}

impl Doc {
    /// All changes, in causal order.
    pub fn history(&self) -> Vec<ChangeInfo> {
        Vec::new()
    }

    /// The history in sessions, oldest first.
    pub fn sessions(&self) -> Vec<Session> {
        Vec::new()
    }

    /// What changed between two versions.
    pub fn diff(&self, _from: &Heads, _to: &Heads) -> Result<PageDiff, ModelError> {
        Ok(PageDiff::default())
    }
}
