//! The difference between two pages as edits of a third: how an edited copy of a page (a Markdown file, a foreign
//! document, an old version) enters without undoing what others did meanwhile.
//!
//! Blocks that are equal stay untouched. Every stretch between them is compared as one flat sequence of markers and
//! words, so that a split is one marker more and a join one marker less, as in the text itself.

use std::collections::BTreeMap;
use std::rc::Rc;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::script::{EmbedParents, Item, Script};
use super::similar_units::{Ids, MARKERS, Span, compare_ids};
use super::table::Seen;
use super::units::{Unit, units};
use super::write::{self, NewMarker, Raw};
use super::{Placed, read_page, text_of};
use crate::block::{Block, BlockKind, Table};
use crate::crdt::{Crdt, Obj, Read, Tx};
use crate::doc::{Heads, ModelError, TEXT};

/// A block of the page wanted, and what of the document belongs to it.
#[derive(Debug)]
struct Wanted {
    block: Block,
    key: Option<String>,
    raw: Option<Raw>,
}

/// Makes the difference between the page at `base` (the current one without) and `blocks`.
pub(crate) fn set_blocks(
    tx: &mut Tx,
    doc: &Crdt,
    base: Option<&Heads>,
    blocks: &[Block],
) -> Result<(), ModelError> {
    let wanted = blocks.iter().map(|b| Wanted { block: normal(b), key: None, raw: None }).collect();
    match base {
        None => set_from_current(tx, wanted),
        Some(heads) => {
            let past = doc.at(heads)?;
            let Some(text) = text_of(&past) else { return set_from_current(tx, wanted) };
            if text_of(tx).as_ref() != Some(&text) {
                return Err(ModelError::NotPossible("the text of this page was replaced as a whole".into()));
            }
            let old = read_page(&past);
            let now = tx.places_since(&text, heads, past.len(&text))?;
            let markers = read_page(tx).iter().filter(|p| p.map.is_some()).map(Placed::from).collect();
            Plan::new(&past, &old, wanted, Places { now, markers, end: tx.len(&text) }).perform(tx, &text)
        }
    }
}

/// Brings the blocks back to what they were at `to`.
pub(crate) fn revert_blocks(tx: &mut Tx, past: &impl Read) -> Result<(), ModelError> {
    let raw = |p: &Placed| p.map.as_ref().map(|obj| write::read_raw(past, obj));
    let wanted = |p: Placed| Wanted { raw: raw(&p), key: p.table, block: p.block };
    set_from_current(tx, read_page(past).into_iter().map(wanted).collect())
}

fn set_from_current(tx: &mut Tx, wanted: Vec<Wanted>) -> Result<(), ModelError> {
    let text = match text_of(tx) {
        Some(text) => text,
        None => tx.put_text(&Obj::root(), TEXT)?,
    };
    let old = read_page(tx);
    let end = tx.len(&text);
    let markers = old.iter().filter(|p| p.map.is_some()).map(Placed::from).collect();
    let plan = Plan::new(tx, &old, wanted, Places { now: (0..end).map(Some).collect(), markers, end });
    plan.perform(tx, &text)
}

/// A block in the form that reading gives.
fn normal(block: &Block) -> Block {
    let mut block = block.clone();
    block.inline = match &mut block.kind {
        BlockKind::Divider | BlockKind::Task { .. } => Vec::new(),
        BlockKind::Table { table } => {
            normal_table(table);
            Vec::new()
        }
        _ => super::normal_inline(&block.inline),
    };
    block
}

/// A table in the form that reading gives.
pub(super) fn normal_table(table: &mut Table) {
    let width = table.rows.iter().map(Vec::len).chain([table.align.len()]).max().unwrap_or(0);
    table.align.resize(width, crate::block::Align::None);
    for row in &mut table.rows {
        row.resize(width, Vec::new());
        row.iter_mut().for_each(|cell| *cell = super::normal_inline(cell));
    }
}

/// Where the positions of the base stand.
#[derive(Debug)]
struct Places {
    now: Vec<Option<usize>>,
    /// Positions of all markers of blocks, sorted.
    markers: Vec<usize>,
    end: usize,
}

impl Places {
    fn of(&self, base: usize) -> Option<usize> {
        self.now.get(base).copied().flatten()
    }

    /// Behind the nearest element before the gap that still stands.
    fn behind(&self, gap: usize) -> usize {
        self.now.iter().take(gap).rev().flatten().next().map_or(0, |p| p + 1)
    }

    /// Between blocks: before the block at the gap, else where the block before the gap ends.
    fn between(&self, gap: usize) -> usize {
        let after = self.behind(gap);
        let next = self.markers.partition_point(|m| *m < after);
        self.of(gap).unwrap_or_else(|| self.markers.get(next).copied().unwrap_or(self.end))
    }
}

/// One place of the flat sequence.
#[derive(Debug, Clone)]
struct Symbol {
    /// Index of the block.
    block: usize,
    /// The unit; none for a marker.
    unit: Option<Unit>,
    /// Position in the base; none for a table whose marker is gone.
    at: Option<usize>,
}

/// Everything to be done.
#[derive(Debug, Default)]
struct Plan {
    script: Script,
    kinds: Vec<(Obj, Block, Block)>,
    tables: Vec<(Seen, Option<Table>)>,
}

/// What planning reads.
struct Planner<'a> {
    old: &'a [Placed],
    wanted: Vec<Wanted>,
    places: Places,
    end: usize,
    seen: BTreeMap<usize, Seen>,
    plan: Plan,
    /// Tables whose marker goes.
    dropped: Vec<usize>,
    /// New tables: where in the script their marker is.
    fresh: Vec<(usize, usize, usize)>,
}

impl Plan {
    fn new(read: &impl Read, old: &[Placed], wanted: Vec<Wanted>, places: Places) -> Plan {
        if old.len() == wanted.len() && old.iter().zip(&wanted).all(|(p, w)| p.block == w.block) {
            return Plan::default();
        }
        let key = |(i, p): (usize, &Placed)| p.table.as_ref().map(|k| (i, Seen::read(read, k)));
        let seen = old.iter().enumerate().filter_map(key).collect();
        let raws: BTreeMap<usize, Raw> = (old.iter().enumerate())
            .filter(|(_, p)| matches!(p.block.kind, BlockKind::Unknown { .. }))
            .filter_map(|(i, p)| p.map.as_ref().map(|obj| (i, write::read_raw(read, obj))))
            .collect();
        let end = places.now.len();
        let mut planner = Planner {
            old,
            wanted,
            places,
            end,
            seen,
            plan: Plan::default(),
            dropped: Vec::new(),
            fresh: Vec::new(),
        };
        planner.lend_raws(raws);
        planner.run();
        planner.finish()
    }

    fn perform(self, tx: &mut Tx, text: &Obj) -> Result<(), ModelError> {
        for (marker, from, to) in &self.kinds {
            write::update(tx, marker, from, to)?;
        }
        for (seen, wanted) in &self.tables {
            match wanted {
                Some(table) => seen.merge(tx, table)?,
                None => seen.clear(tx)?,
            }
        }
        self.script.apply(tx, text)
    }
}

impl Planner<'_> {
    /// Blocks of unknown type that are written anew keep all that the old one held.
    fn lend_raws(&mut self, mut raws: BTreeMap<usize, Raw>) {
        for wanted in self.wanted.iter_mut().filter(|w| w.raw.is_none()) {
            let BlockKind::Unknown { name } = &wanted.block.kind else { continue };
            let same = |i: &usize| matches!(&self.old.get(*i).map(|p| &p.block.kind), Some(BlockKind::Unknown { name: n }) if n == name);
            let found = raws.keys().copied().find(same);
            wanted.raw = found.and_then(|i| raws.remove(&i));
        }
    }

    fn run(&mut self) {
        let mut known: BTreeMap<String, u32> = BTreeMap::new();
        let mut id = |block: &Block| {
            let next = known.len() as u32;
            *known.entry(serde_json::to_string(block).unwrap_or_default()).or_insert(next)
        };
        let mut old: Vec<u32> = self.old.iter().map(|p| id(&p.block)).collect();
        let new: Vec<u32> = self.wanted.iter().map(|w| id(&w.block)).collect();
        // Text outside blocks is never left as it is: a block put before it would swallow it.
        for (i, _) in self.old.iter().enumerate().filter(|(_, p)| p.map.is_none()) {
            old[i] = u32::MAX - i as u32;
        }
        // Lengths alone: the library gives a deletion and an insertion around something equal the other side's old index.
        let (mut from, mut to) = ((0, 0), (0, 0));
        for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
            let end = (to.0 + op.old_range().len(), to.1 + op.new_range().len());
            if matches!(op, DiffOp::Equal { .. }) {
                self.region(from.0..to.0, from.1..to.1);
                from = end;
            }
            to = end;
        }
        self.region(from.0..old.len(), from.1..new.len());
    }

    fn region(&mut self, old: std::ops::Range<usize>, new: std::ops::Range<usize>) {
        if old.is_empty() && new.is_empty() {
            return;
        }
        let after = self.old.get(old.end).map_or(self.end, Placed::from);
        let a: Vec<Symbol> = old.flat_map(|i| old_symbols(i, &self.old[i])).collect();
        let b: Vec<Symbol> = new.flat_map(|i| new_symbols(i, &self.wanted[i].block)).collect();
        let spans = {
            let mut classes = Classes::default();
            let blocks = |i: usize| &self.old[i].block;
            let a_ids: Vec<u32> = a.iter().map(|s| classes.id(s, blocks(s.block))).collect();
            let b_ids: Vec<u32> = b.iter().map(|s| classes.id(s, &self.wanted[s.block].block)).collect();
            compare_ids(&a_ids, &b_ids)
        };
        for span in spans {
            match span {
                Span::Keep { a: x, b: y, len } => {
                    (0..len).for_each(|i| self.keep(&a[x + i], &b[y + i]));
                }
                Span::Delete { a: x, len } => a[x..x + len].iter().for_each(|s| self.delete(s)),
                Span::Insert { a: x, b: y, len } => {
                    let gap = a.get(x).map_or(after, |s| s.at.unwrap_or(self.end));
                    let whole = b.get(y).is_some_and(|s| s.unit.is_none())
                        && a.get(x).is_none_or(|s| s.unit.is_none());
                    self.insert(gap, whole, &b[y..y + len]);
                }
            }
        }
    }

    fn keep(&mut self, a: &Symbol, b: &Symbol) {
        let now = a.at.and_then(|at| self.places.of(at));
        if let (Some(old), Some(new)) = (&a.unit, &b.unit) {
            if let Some(at) = now {
                self.plan.script.remark(at, &old.marks, &new.marks);
            }
            return;
        }
        let (old, new) = (&self.old[a.block], &self.wanted[b.block].block);
        if let (BlockKind::Table { .. }, BlockKind::Table { table }) = (&old.block.kind, &new.kind) {
            let seen = self.seen.get(&a.block).cloned();
            self.plan.tables.extend(seen.map(|s| (s, Some(table.clone()))));
        }
        if let (Some(obj), Some(_)) = (&old.map, now) {
            self.plan.kinds.push((obj.clone(), old.block.clone(), new.clone()));
        }
    }

    fn delete(&mut self, symbol: &Symbol) {
        self.plan.script.deletes.extend(symbol.at.and_then(|at| self.places.of(at)));
        if symbol.unit.is_none() && self.seen.contains_key(&symbol.block) {
            self.dropped.push(symbol.block);
        }
    }

    fn insert(&mut self, gap: usize, whole: bool, symbols: &[Symbol]) {
        let at = if whole { self.places.between(gap) } else { self.places.behind(gap) };
        let mut parents: (usize, EmbedParents) = (usize::MAX, EmbedParents::default());
        let mut items = Vec::with_capacity(symbols.len());
        for symbol in symbols {
            let wanted = &self.wanted[symbol.block];
            if parents.0 != symbol.block {
                parents = (symbol.block, Rc::new(write::embed_parents(&wanted.block)));
            }
            items.push(match &symbol.unit {
                Some(unit) => Item::Unit(unit.clone(), parents.1.clone()),
                None => {
                    if matches!(wanted.block.kind, BlockKind::Table { .. }) {
                        self.fresh.push((symbol.block, self.plan.script.inserts.len(), items.len()));
                    }
                    let (raw, key) = (wanted.raw.clone(), wanted.key.clone());
                    Item::Marker(Box::new(NewMarker::of(&wanted.block, raw, key)))
                }
            });
        }
        self.plan.script.inserts.push((at, items));
    }

    /// A table that goes at one place and comes at another keeps its cells; others that go are emptied.
    fn finish(mut self) -> Plan {
        for (wanted, insert, item) in std::mem::take(&mut self.fresh) {
            let block = &self.wanted[wanted].block;
            let same = |i: &usize| {
                let key = self.wanted[wanted].key.as_ref();
                key.map_or(self.old[*i].block.kind == block.kind, |k| self.old[*i].table.as_ref() == Some(k))
            };
            let moved = self.dropped.iter().position(same).map(|at| self.dropped.swap_remove(at));
            let key = moved.and_then(|i| self.old[i].table.clone()).or_else(|| self.free_key(wanted));
            let slot = self.plan.script.inserts.get_mut(insert).and_then(|(_, items)| items.get_mut(item));
            if let Some(Item::Marker(marker)) = slot
                && let Some(table) = &mut marker.table
            {
                table.1 = key;
            }
        }
        for block in self.dropped {
            self.plan.tables.extend(self.seen.remove(&block).map(|s| (s, None)));
        }
        self.plan
    }

    /// The key asked for, unless a table of the page has it.
    fn free_key(&self, wanted: usize) -> Option<String> {
        let key = self.wanted[wanted].key.clone()?;
        self.old.iter().all(|p| p.table.as_ref() != Some(&key)).then_some(key)
    }
}

fn old_symbols(block: usize, placed: &Placed) -> Vec<Symbol> {
    let marker = match (&placed.map, &placed.table) {
        (Some(_), _) => Some(Symbol { block, unit: None, at: Some(placed.from()) }),
        (None, Some(_)) => Some(Symbol { block, unit: None, at: None }),
        (None, None) => None,
    };
    let text = units(&placed.block.inline).into_iter().enumerate();
    let text = text.map(|(i, unit)| Symbol { block, unit: Some(unit), at: Some(placed.start + i) });
    marker.into_iter().chain(text).collect()
}

fn new_symbols(block: usize, content: &Block) -> Vec<Symbol> {
    let marker = Symbol { block, unit: None, at: None };
    let text = units(&content.inline).into_iter().map(|unit| Symbol { block, unit: Some(unit), at: None });
    std::iter::once(marker).chain(text).collect()
}

/// Numbers for symbols. Markers of blocks with text are alike; tables, dividers, live tasks and unknown ones match their own.
#[derive(Default)]
struct Classes<'a> {
    ids: Ids<'a>,
    /// Unknown kinds by name, live tasks (true) by id.
    named: BTreeMap<(bool, &'a str), u32>,
}

impl<'a> Classes<'a> {
    fn id(&mut self, symbol: &'a Symbol, block: &'a Block) -> u32 {
        match (&symbol.unit, &block.kind) {
            (Some(unit), _) => self.ids.of(unit),
            (None, BlockKind::Divider) => MARKERS + 1,
            (None, BlockKind::Table { .. }) => MARKERS + 2,
            (None, BlockKind::Unknown { name }) => {
                let next = MARKERS + 3 + self.named.len() as u32;
                *self.named.entry((false, name)).or_insert(next)
            }
            (None, BlockKind::Task { id }) => {
                let next = MARKERS + 3 + self.named.len() as u32;
                *self.named.entry((true, id)).or_insert(next)
            }
            (None, _) => MARKERS,
        }
    }
}
