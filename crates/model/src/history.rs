//! History: who changed what and when, grouped into sessions, and the difference between two versions.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;

use serde::{Deserialize, Serialize};

use crate::block::{Block, BlockKind, Inline};
use crate::crdt::Meta;
use crate::doc::{Doc, Hash, Heads, ModelError};
use crate::fields::{self, Value};
use crate::page::{self, Placed, Span, Unit, inline, units};

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
        self.crdt.metas_since(&Heads::default()).iter().map(info).collect()
    }

    /// Changes that are not ancestors of `heads`, in causal order.
    pub fn history_since(&self, heads: &Heads) -> Vec<ChangeInfo> {
        self.crdt.metas_since(heads).iter().map(info).collect()
    }

    /// The history in sessions, by their first change.
    pub fn sessions(&self) -> Vec<Session> {
        let mut out: Vec<Session> = Vec::new();
        let mut open: BTreeMap<[u8; 16], usize> = BTreeMap::new();
        let mut heads: BTreeSet<Hash> = BTreeSet::new();
        for change in self.history() {
            change.deps.iter().for_each(|dep| {
                heads.remove(dep);
            });
            heads.insert(change.hash);
            let same = |s: &&mut Session| change.time_ms.abs_diff(s.to_ms) < SESSION_GAP_MS.unsigned_abs();
            let session = open.get(&change.actor).and_then(|i| out.get_mut(*i)).filter(same);
            let after = Heads(heads.iter().copied().collect());
            if let Some(session) = session {
                session.to_ms = session.to_ms.max(change.time_ms);
                session.changes.push(change.hash);
                session.after = after;
                continue;
            }
            open.insert(change.actor, out.len());
            let (from_ms, to_ms) = (change.time_ms, change.time_ms);
            out.push(Session { actor: change.actor, from_ms, to_ms, changes: vec![change.hash], after });
        }
        out
    }

    /// What changed between two versions. Neither needs to be an ancestor of the other.
    pub fn diff(&self, from: &Heads, to: &Heads) -> Result<PageDiff, ModelError> {
        let (from, to) = (self.crdt.at(from)?, self.crdt.at(to)?);
        let blocks = compare_pages(page::read_page(&from), page::read_page(&to));
        Ok(PageDiff { blocks, fields: compare_fields(&fields::all(&from), &fields::all(&to)) })
    }
}

impl PageDiff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.blocks.iter().all(|b| matches!(b, BlockDiff::Same(_)))
    }
}

fn info(meta: &Meta) -> ChangeInfo {
    ChangeInfo {
        hash: meta.hash,
        actor: fields::actor16(meta),
        time_ms: meta.time_ms,
        deps: meta.deps.clone(),
        ops: meta.ops,
    }
}

fn compare_fields(from: &BTreeMap<String, Value>, to: &BTreeMap<String, Value>) -> Vec<FieldDiff> {
    let names: BTreeSet<&String> = from.keys().chain(to.keys()).collect();
    let value = |side: &BTreeMap<String, Value>, name: &str| side.get(name).cloned().unwrap_or(Value::Null);
    let diff =
        |name: &&String| FieldDiff { field: (*name).clone(), from: value(from, name), to: value(to, name) };
    names.iter().map(diff).filter(|d| d.from != d.to).collect()
}

/// Blocks keep their markers in one order for ever, so both pages are walked from marker to common marker.
fn compare_pages(from: Vec<Placed>, to: Vec<Placed>) -> Vec<BlockDiff> {
    let kept: BTreeSet<&String> = to.iter().map(|p| &p.marker).collect();
    let common: BTreeSet<String> =
        from.iter().filter(|p| kept.contains(&p.marker)).map(|p| p.marker.clone()).collect();
    let mut out = Vec::new();
    let (mut old, mut new) = (from.into_iter().peekable(), to.into_iter().peekable());
    loop {
        let gone: Vec<Block> = gap(&mut old, &common);
        let come: Vec<Block> = gap(&mut new, &common);
        replaced(&mut out, gone, come);
        match (old.next(), new.next()) {
            (Some(from), Some(to)) => out.push(pair(from.block, to.block)),
            (None, None) => break,
            (from, to) => {
                out.extend(from.map(|p| BlockDiff::Deleted(p.block)));
                out.extend(to.map(|p| BlockDiff::Inserted(p.block)));
            }
        }
    }
    moved(out)
}

fn gap(side: &mut Peekable<impl Iterator<Item = Placed>>, common: &BTreeSet<String>) -> Vec<Block> {
    std::iter::from_fn(|| side.next_if(|p| !common.contains(&p.marker))).map(|p| p.block).collect()
}

fn pair(from: Block, to: Block) -> BlockDiff {
    if from == to { BlockDiff::Same(to) } else { BlockDiff::Changed { runs: runs(&from, &to), from, to } }
}

/// Blocks with other markers at one place: equal ones are the same to a reader.
fn replaced(out: &mut Vec<BlockDiff>, gone: Vec<Block>, come: Vec<Block>) {
    let mut next = 0;
    for block in come {
        let same = gone.iter().skip(next).position(|b| *b == block);
        let Some(same) = same else {
            out.push(BlockDiff::Inserted(block));
            continue;
        };
        out.extend(gone.iter().skip(next).take(same).cloned().map(BlockDiff::Deleted));
        next += same + 1;
        out.push(BlockDiff::Same(block));
    }
    out.extend(gone.into_iter().skip(next).map(BlockDiff::Deleted));
}

/// A block deleted here and inserted there has moved.
fn moved(diffs: Vec<BlockDiff>) -> Vec<BlockDiff> {
    let mut gone: Vec<Block> = Vec::new();
    for diff in &diffs {
        if let BlockDiff::Deleted(block) = diff {
            gone.push(block.clone());
        }
    }
    let mut taken: Vec<Block> = Vec::new();
    let mut out: Vec<BlockDiff> = Vec::new();
    for diff in diffs {
        match diff {
            BlockDiff::Inserted(block) if says_something(&block) => {
                match gone.iter().position(|b| *b == block) {
                    Some(at) => {
                        taken.push(gone.swap_remove(at));
                        out.push(BlockDiff::Moved(block));
                    }
                    None => out.push(BlockDiff::Inserted(block)),
                }
            }
            other => out.push(other),
        }
    }
    out.retain(|diff| {
        let BlockDiff::Deleted(block) = diff else { return true };
        taken.iter().position(|b| b == block).map(|at| taken.swap_remove(at)).is_none()
    });
    out
}

fn says_something(block: &Block) -> bool {
    !block.inline.is_empty() || matches!(block.kind, BlockKind::Table { .. })
}

/// The content of two versions of a block, run by run.
fn runs(from: &Block, to: &Block) -> Vec<Run> {
    let (a, b) = (units(&from.inline), units(&to.inline));
    let mut out = Vec::new();
    for span in page::compare(&a, &b) {
        match span {
            Span::Delete { a: at, len } => out.push(Run::Delete(inline(&a[at..at + len]))),
            Span::Insert { b: at, len, .. } => out.push(Run::Insert(inline(&b[at..at + len]))),
            Span::Keep { a: x, b: y, len } => kept_runs(&mut out, &a[x..x + len], &b[y..y + len]),
        }
    }
    out
}

fn kept_runs(out: &mut Vec<Run>, a: &[Unit], b: &[Unit]) {
    let mut from = 0;
    while from < a.len() {
        let equal = a[from].marks == b[from].marks;
        let len = (from..a.len()).take_while(|i| (a[*i].marks == b[*i].marks) == equal).count();
        let (old, new) = (inline(&a[from..from + len]), inline(&b[from..from + len]));
        out.push(if equal { Run::Keep(new) } else { Run::Remark { from: old, to: new } });
        from += len;
    }
}
