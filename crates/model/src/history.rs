//! History: who changed what and when, grouped into sessions, and the difference between two versions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::iter::Peekable;

use serde::{Deserialize, Serialize};

use crate::block::{Block, BlockKind, Inline};
use crate::crdt::Meta;
use crate::doc::{Doc, Hash, Heads, ModelError};
use crate::fields::{self, Value};
use crate::page::{self, Placed, Span, Unit, inline, units};

mod back;
mod merges;
mod restore;
mod rich;
mod seen;
mod sessions;

pub use merges::{MAX_MERGES, Merge, MergedBlock, MergedField, Side};
pub use rich::{DiffBlock, DiffRun, Hand, MovedFrom, PageChanges, State};
pub use sessions::{Session, Tallies, Tally};

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

    /// What changed between two versions. Neither needs to be an ancestor of the other.
    pub fn diff(&self, from: &Heads, to: &Heads) -> Result<PageDiff, ModelError> {
        let (from, to) = (self.crdt.at(from)?, self.crdt.at(to)?);
        let pairs = compare_pages(page::read_page(&from), page::read_page(&to));
        let blocks = pairs.into_iter().map(Pair::into_diff).collect();
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

/// A block of either page, or of both.
#[derive(Debug)]
enum Pair {
    Same { from: Placed, to: Placed },
    Inserted(Placed),
    Deleted(Placed),
    Moved { from: Placed, to: Placed },
    Changed { from: Placed, to: Placed },
}

impl Pair {
    fn of(from: Placed, to: Placed) -> Pair {
        if from.block == to.block { Pair::Same { from, to } } else { Pair::Changed { from, to } }
    }

    fn into_diff(self) -> BlockDiff {
        match self {
            Pair::Same { to, .. } => BlockDiff::Same(to.block),
            Pair::Inserted(to) => BlockDiff::Inserted(to.block),
            Pair::Deleted(from) => BlockDiff::Deleted(from.block),
            Pair::Moved { to, .. } => BlockDiff::Moved(to.block),
            Pair::Changed { from, to } => {
                BlockDiff::Changed { runs: runs(&from.block, &to.block), from: from.block, to: to.block }
            }
        }
    }
}

/// Blocks keep their markers in one order for ever, so both pages are walked from marker to common marker.
fn compare_pages(from: Vec<Placed>, to: Vec<Placed>) -> Vec<Pair> {
    let kept: BTreeSet<&String> = to.iter().map(|p| &p.marker).collect();
    let common: BTreeSet<String> =
        from.iter().filter(|p| kept.contains(&p.marker)).map(|p| p.marker.clone()).collect();
    let mut out = Vec::new();
    let (mut old, mut new) = (from.into_iter().peekable(), to.into_iter().peekable());
    loop {
        let gone: Vec<Placed> = gap(&mut old, &common);
        let come: Vec<Placed> = gap(&mut new, &common);
        replaced(&mut out, gone, come);
        match (old.next(), new.next()) {
            (Some(from), Some(to)) => out.push(Pair::of(from, to)),
            (None, None) => break,
            (from, to) => {
                out.extend(from.map(Pair::Deleted));
                out.extend(to.map(Pair::Inserted));
            }
        }
    }
    moved(out)
}

fn gap(side: &mut Peekable<impl Iterator<Item = Placed>>, common: &BTreeSet<String>) -> Vec<Placed> {
    std::iter::from_fn(|| side.next_if(|p| !common.contains(&p.marker))).collect()
}

/// Blocks with other markers at one place: equal ones are the same to a reader.
fn replaced(out: &mut Vec<Pair>, gone: Vec<Placed>, come: Vec<Placed>) {
    let mut gone: VecDeque<Placed> = gone.into();
    for to in come {
        let Some(same) = gone.iter().position(|p| p.block == to.block) else {
            out.push(Pair::Inserted(to));
            continue;
        };
        out.extend(gone.drain(..same).map(Pair::Deleted));
        out.extend(gone.pop_front().map(|from| Pair::Same { from, to }));
    }
    out.extend(gone.into_iter().map(Pair::Deleted));
}

/// A block deleted here and inserted there has moved.
fn moved(pairs: Vec<Pair>) -> Vec<Pair> {
    let mut gone: Vec<Placed> = Vec::new();
    for pair in &pairs {
        if let Pair::Deleted(from) = pair {
            gone.push(from.clone());
        }
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut out: Vec<Pair> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let Pair::Inserted(to) = pair else {
            out.push(pair);
            continue;
        };
        let found = gone.iter().position(|p| p.block == to.block).filter(|_| says_something(&to.block));
        match found.map(|at| gone.swap_remove(at)) {
            Some(from) => {
                taken.insert(from.marker.clone());
                out.push(Pair::Moved { from, to });
            }
            None => out.push(Pair::Inserted(to)),
        }
    }
    out.retain(|pair| !matches!(pair, Pair::Deleted(from) if taken.contains(&from.marker)));
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
