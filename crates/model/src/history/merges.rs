//! What was combined while apart: paragraphs and fields that were changed on both sides of a separation.
//!
//! A separation ends where a change, or the present document, joins versions of which one holds own work that the
//! others lack. Clocks decide only whether it is worth showing.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use serde::{Deserialize, Serialize};

use super::ChangeInfo;
use crate::block::Block;
use crate::crdt::Crdt;
use crate::doc::{Doc, Hash, Heads, ModelError};
use crate::fields::{self, Value};
use crate::page;

/// Most separations that are told, newest first.
pub const MAX_MERGES: usize = 50;
/// Sides whose changes lie closer together than this were written together.
const APART_MS: u64 = 60_000;
/// Most separations that are looked into; each builds an old version of the document.
const MAX_LOOKED_INTO: usize = 16;
/// Most versions that one change joins, as looked at here.
const MAX_SIDES: usize = 64;

/// One side of a separation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// The document as this side had it.
    pub heads: Heads,
    /// Who wrote on this side while apart.
    pub actors: Vec<[u8; 16]>,
    /// First change of the side while apart, by its author's clock.
    pub from_ms: i64,
    /// Last change.
    pub to_ms: i64,
}

/// A block that both sides changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedBlock {
    /// Its marker.
    pub marker: String,
    /// As both had it before.
    pub base: Option<Block>,
    /// As one's own side had it; none where it was deleted.
    pub mine: Option<Block>,
    /// As the others had it.
    pub theirs: Option<Block>,
    /// What came of it.
    pub merged: Option<Block>,
}

/// A field that both sides changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedField {
    /// The field.
    pub field: String,
    /// As both had it before.
    pub base: Value,
    /// As one's own side had it.
    pub mine: Value,
    /// As the others had it.
    pub theirs: Value,
    /// Which won.
    pub merged: Value,
}

/// A separation, and what both sides changed in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// What both sides began with.
    pub base: Heads,
    /// One's own side.
    pub mine: Side,
    /// The others.
    pub theirs: Side,
    /// The document in which both are.
    pub merged: Heads,
    /// Blocks that both changed, in the order of the merged page; deleted ones last.
    pub blocks: Vec<MergedBlock>,
    /// Fields that both changed.
    pub fields: Vec<MergedField>,
}

/// Changes by index, in causal order.
struct Graph {
    changes: Vec<ChangeInfo>,
    deps: Vec<Vec<usize>>,
    mine: Vec<bool>,
}

/// A separation as sets of changes.
struct Apart {
    mine: BTreeSet<usize>,
    theirs: BTreeSet<usize>,
    joined: Vec<usize>,
}

impl Doc {
    /// Separations that were joined and that `reviewed` does not hold whole, newest first. `is_mine` says whose actors
    /// are one's own.
    pub fn merges(
        &self,
        is_mine: &dyn Fn(&[u8; 16]) -> bool,
        reviewed: &Heads,
    ) -> Result<Vec<Merge>, ModelError> {
        let graph = Graph::read(self, is_mine);
        let fresh: BTreeSet<Hash> = self.history_since(reviewed).into_iter().map(|c| c.hash).collect();
        let is_fresh = |i: &usize| graph.changes.get(*i).is_some_and(|c| fresh.contains(&c.hash));
        let mut seen: BTreeSet<(Vec<usize>, Vec<usize>)> = BTreeSet::new();
        let (mut out, mut looked) = (Vec::new(), 0);
        for joined in graph.joins(&is_fresh) {
            if out.len() >= MAX_MERGES || looked >= MAX_LOOKED_INTO {
                break;
            }
            let Some(apart) = graph.apart(&joined) else { continue };
            let new = apart.mine.iter().chain(&apart.theirs).any(is_fresh);
            if !new || graph.spread_ms(&apart) < APART_MS {
                continue;
            }
            let key = (apart.mine.iter().copied().collect(), apart.theirs.iter().copied().collect());
            if !seen.insert(key) {
                continue;
            }
            looked += 1;
            out.extend(self.merge(&graph, &apart)?);
        }
        Ok(out)
    }

    fn merge(&self, graph: &Graph, apart: &Apart) -> Result<Option<Merge>, ModelError> {
        let (mine, theirs) = (graph.side(&apart.mine), graph.side(&apart.theirs));
        let [own, others, all] = [&apart.mine, &apart.theirs, &apart.joined.iter().copied().collect()]
            .map(|held| graph.closure(held));
        let base = graph.tips(&own.intersection(&others).copied().collect());
        let merged = graph.heads(&apart.joined);
        // Only the base is built from all its changes: the sides are that and a little more.
        let ground = self.crdt.at(&base)?;
        let with = |held: &BTreeSet<usize>| ground.with(&self.crdt, &graph.hashes(held));
        let whole = if merged == self.heads() { self.crdt.clone() } else { with(&all)? };
        let sides = [ground.clone(), with(&own)?, with(&others)?, whole];
        let (blocks, fields) = (both_changed(&sides), both_set(&sides));
        let nothing = blocks.is_empty() && fields.is_empty();
        Ok((!nothing).then_some(Merge { base, mine, theirs, merged, blocks, fields }))
    }
}

impl Graph {
    fn read(doc: &Doc, is_mine: &dyn Fn(&[u8; 16]) -> bool) -> Graph {
        let changes = doc.history();
        let place: BTreeMap<Hash, usize> = changes.iter().enumerate().map(|(i, c)| (c.hash, i)).collect();
        let deps = changes.iter().map(|c| c.deps.iter().filter_map(|d| place.get(d).copied()).collect());
        let deps = deps.collect();
        let mut known: BTreeMap<[u8; 16], bool> = BTreeMap::new();
        let mut own = |actor: &[u8; 16]| *known.entry(*actor).or_insert_with(|| is_mine(actor));
        let mine = changes.iter().map(|c| own(&c.actor)).collect();
        Graph { changes, deps, mine }
    }

    /// Versions that were joined: the present heads, then those of joining changes, newest first.
    fn joins(&self, is_fresh: &dyn Fn(&usize) -> bool) -> Vec<Vec<usize>> {
        let inner: BTreeSet<usize> = self.deps.iter().flatten().copied().collect();
        let heads: Vec<usize> = (0..self.changes.len()).filter(|i| !inner.contains(i)).collect();
        let joining = (0..self.changes.len()).rev().filter(|i| is_fresh(i));
        let joining = joining.filter_map(|i| self.deps.get(i).cloned());
        let all = std::iter::once(heads).chain(joining);
        all.filter(|joined| (2..=MAX_SIDES).contains(&joined.len())).collect()
    }

    /// For each version of `joined`, the changes that it alone holds.
    fn exclusive(&self, joined: &[usize]) -> Vec<BTreeSet<usize>> {
        let all = u64::MAX >> (64 - joined.len().clamp(1, MAX_SIDES));
        let mut holders: BTreeMap<usize, u64> = BTreeMap::new();
        let mut queue: BinaryHeap<usize> = BinaryHeap::new();
        for (bit, index) in joined.iter().enumerate() {
            *holders.entry(*index).or_default() |= 1 << bit;
            queue.push(*index);
        }
        let mut out = vec![BTreeSet::new(); joined.len()];
        // Changes still to be followed that not everybody holds.
        let mut open = holders.values().filter(|h| **h != all).count();
        while let Some(index) = queue.pop() {
            if open == 0 {
                break;
            }
            let Some(held) = holders.remove(&index) else { continue };
            open -= usize::from(held != all);
            if held.count_ones() == 1
                && let Some(own) = out.get_mut(held.trailing_zeros() as usize)
            {
                own.insert(index);
            }
            for dep in self.deps.get(index).into_iter().flatten() {
                let before = holders.get(dep).copied();
                let after = before.unwrap_or_default() | held;
                open += usize::from(before.is_none() && after != all);
                open -= usize::from(before.is_some_and(|b| b != all) && after == all);
                holders.insert(*dep, after);
                if before.is_none() {
                    queue.push(*dep);
                }
            }
        }
        out
    }

    /// What one's own side and the others did apart before they were joined.
    fn apart(&self, joined: &[usize]) -> Option<Apart> {
        let own = |i: &usize| self.mine.get(*i).copied().unwrap_or_default();
        let (mut mine, mut theirs) = (BTreeSet::new(), BTreeSet::new());
        let (mut shared, mut others) = (Vec::new(), false);
        for held in self.exclusive(joined) {
            if held.iter().any(own) {
                shared.push(held);
            } else if !held.is_empty() {
                others = true;
                theirs.extend(held);
            }
        }
        for held in shared {
            let newest = held.iter().copied().filter(|i| own(i)).max()?;
            let mut reached = self.reach(newest, &held);
            reached.extend(held.iter().copied().filter(|i| own(i)));
            // What others made upon one's own work stands on one's own side, unless there is no other side.
            theirs.extend(held.iter().filter(|i| !others && !reached.contains(*i)));
            mine.extend(reached);
        }
        let both = !mine.is_empty() && !theirs.is_empty();
        both.then(|| Apart { mine, theirs, joined: joined.to_vec() })
    }

    /// `from` and its ancestors within a set.
    fn reach(&self, from: usize, within: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut out = BTreeSet::new();
        let mut open = vec![from];
        while let Some(index) = open.pop() {
            if within.contains(&index) && out.insert(index) {
                open.extend(self.deps.get(index).into_iter().flatten());
            }
        }
        out
    }

    fn spread_ms(&self, apart: &Apart) -> u64 {
        let times = || apart.mine.iter().chain(&apart.theirs).filter_map(|i| self.changes.get(*i));
        let (first, last) = (times().map(|c| c.time_ms).min(), times().map(|c| c.time_ms).max());
        first.zip(last).map_or(0, |(first, last)| last.abs_diff(first))
    }

    fn side(&self, held: &BTreeSet<usize>) -> Side {
        let changes = || held.iter().filter_map(|i| self.changes.get(*i));
        let actors: BTreeSet<[u8; 16]> = changes().filter(|c| c.ops > 0).map(|c| c.actor).collect();
        Side {
            heads: self.tips(held),
            actors: actors.into_iter().collect(),
            from_ms: changes().map(|c| c.time_ms).min().unwrap_or_default(),
            to_ms: changes().map(|c| c.time_ms).max().unwrap_or_default(),
        }
    }

    fn heads(&self, tips: &[usize]) -> Heads {
        Heads::new(tips.iter().filter_map(|i| self.changes.get(*i)).map(|c| c.hash))
    }

    /// Changes with all their ancestors.
    fn closure(&self, held: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut out: BTreeSet<usize> = BTreeSet::new();
        let mut open: Vec<usize> = held.iter().copied().collect();
        while let Some(index) = open.pop() {
            if out.insert(index) {
                open.extend(self.deps.get(index).into_iter().flatten());
            }
        }
        out
    }

    fn hashes(&self, held: &BTreeSet<usize>) -> BTreeSet<Hash> {
        held.iter().filter_map(|i| self.changes.get(*i)).map(|c| c.hash).collect()
    }

    /// Heads of a set of changes.
    fn tips(&self, held: &BTreeSet<usize>) -> Heads {
        let inner: BTreeSet<usize> =
            held.iter().filter_map(|i| self.deps.get(*i)).flatten().copied().collect();
        self.heads(&held.iter().copied().filter(|i| !inner.contains(i)).collect::<Vec<_>>())
    }
}

/// Blocks that both sides changed, in different ways.
fn both_changed(sides: &[Crdt; 4]) -> Vec<MergedBlock> {
    let read = |side: &Crdt| -> Vec<(String, Block)> {
        page::read_page(side).into_iter().map(|p| (p.marker, p.block)).collect()
    };
    let [base, mine, theirs, merged] = sides.each_ref().map(read);
    let order: Vec<String> = merged.iter().chain(&base).map(|(marker, _)| marker.clone()).collect();
    let [base, mine, theirs, merged] =
        [base, mine, theirs, merged].map(|side| side.into_iter().collect::<BTreeMap<String, Block>>());
    let mut done: BTreeSet<&String> = BTreeSet::new();
    let mut out = Vec::new();
    for marker in order.iter().filter(|m| done.insert(m)) {
        let (was, a, b) = (base.get(marker), mine.get(marker), theirs.get(marker));
        if was.is_some() && a != was && b != was && a != b {
            out.push(MergedBlock {
                marker: marker.clone(),
                base: was.cloned(),
                mine: a.cloned(),
                theirs: b.cloned(),
                merged: merged.get(marker).cloned(),
            });
        }
    }
    out
}

/// Fields that both sides set to different values.
fn both_set(sides: &[Crdt; 4]) -> Vec<MergedField> {
    let [base, mine, theirs, merged] = sides.each_ref().map(fields::all);
    let names: BTreeSet<&String> = base.keys().chain(mine.keys()).chain(theirs.keys()).collect();
    let get = |side: &BTreeMap<String, Value>, name: &str| side.get(name).cloned().unwrap_or(Value::Null);
    let one = |name: &&String| MergedField {
        field: (*name).clone(),
        base: get(&base, name),
        mine: get(&mine, name),
        theirs: get(&theirs, name),
        merged: get(&merged, name),
    };
    let told = names.iter().map(one);
    told.filter(|f| f.mine != f.base && f.theirs != f.base && f.mine != f.theirs).collect()
}
