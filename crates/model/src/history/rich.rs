//! The difference between two versions as a window shows it: content with marks, and whose hand each difference is.

use std::collections::{BTreeMap, BTreeSet};

use super::{FieldDiff, Pair, compare_fields, compare_pages};
use crate::block::{Block, BlockKind, Inline};
use crate::crdt::{Crdt, Element, Obj, Told};
use crate::doc::{Doc, Hash, Heads, ModelError};
use crate::fields;
use crate::page::{self, Placed, Span, Unit, inline, units};

/// Who did something, and when by their own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand {
    /// Who.
    pub actor: [u8; 16],
    /// When.
    pub time_ms: i64,
}

/// How something stands in a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// In both, equal.
    Same,
    /// In both, changed.
    Changed,
    /// Only in the newer.
    Inserted,
    /// Only in the older.
    Deleted,
    /// In both, equal, at another place.
    Moved,
}

/// A stretch of a block's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffRun {
    /// `Same`, `Inserted`, `Deleted`, or `Changed` for the same characters with other marks.
    pub state: State,
    /// As it is in the newer version; what went, for a deletion.
    pub content: Vec<Inline>,
    /// For `Changed`: as it was.
    pub was: Vec<Inline>,
    /// Whose hand it is, where the document knows.
    pub by: Option<Hand>,
}

/// Where a block that moved has been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedFrom {
    /// Its place among the blocks of the older version, from 0.
    pub index: usize,
    /// Text of the block before it there; empty for the first.
    pub after: String,
}

/// One block of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffBlock {
    /// How it stands.
    pub state: State,
    /// Its marker in the newer version; in the older one for a deletion.
    pub marker: String,
    /// As it was; none for an insertion.
    pub from: Option<Block>,
    /// As it is; none for a deletion.
    pub to: Option<Block>,
    /// Its content, run by run; empty for tables and dividers.
    pub runs: Vec<DiffRun>,
    /// Who inserted, deleted or moved it, or changed what kind of block it is, where the document knows.
    pub by: Option<Hand>,
    /// For `Moved`: where it has been.
    pub moved_from: Option<MovedFrom>,
}

/// The difference between two versions with its authors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageChanges {
    /// Blocks of both, in reading order; one that moved stands where it is in the newer version.
    pub blocks: Vec<DiffBlock>,
    /// Fields that differ, by name, each with who wrote it where the document knows.
    pub fields: Vec<(FieldDiff, Option<Hand>)>,
}

impl Doc {
    /// What changed between two versions, and who did it. Neither needs to be an ancestor of the other.
    pub fn changes_between(&self, from: &Heads, to: &Heads) -> Result<PageChanges, ModelError> {
        let (old, new) = (self.crdt.at(from)?, self.crdt.at(to)?);
        let (was, is) = (page::read_page(&old), page::read_page(&new));
        let order: BTreeMap<String, MovedFrom> = places(&was);
        let pairs = compare_pages(was, is);
        let hands = Hands::read(&old, &new, from);
        let blocks = pairs.into_iter().map(|pair| hands.block(pair, &order)).collect();
        let fields = compare_fields(&fields::all(&old), &fields::all(&new));
        let fields = fields.into_iter().map(|f| (hands.field(&f), f)).map(|(by, f)| (f, by)).collect();
        Ok(PageChanges { blocks, fields })
    }
}

fn places(was: &[Placed]) -> BTreeMap<String, MovedFrom> {
    let mut before = String::new();
    let mut out = BTreeMap::new();
    for (index, placed) in was.iter().enumerate() {
        let after = std::mem::replace(&mut before, placed.block.text());
        out.insert(placed.marker.clone(), MovedFrom { index, after });
    }
    out
}

/// What is known of authors.
struct Hands<'a> {
    old: &'a Crdt,
    new: &'a Crdt,
    old_text: Option<Obj>,
    new_text: Option<Obj>,
    /// Changes of the newer version that the older one lacks.
    metas: BTreeMap<Hash, Hand>,
    told: BTreeMap<Hash, Told>,
    deletions: BTreeMap<Element, Hash>,
    /// The one author of all formatting in between, if it is one.
    formatter: Option<Hand>,
}

impl<'a> Hands<'a> {
    fn read(old: &'a Crdt, new: &'a Crdt, from: &Heads) -> Hands<'a> {
        let known = Heads::new(from.0.iter().copied().filter(|h| new.has(h)));
        let metas = new.metas_since(&known);
        let hand = |m: &crate::crdt::Meta| Hand { actor: fields::actor16(m), time_ms: m.time_ms };
        let metas: BTreeMap<Hash, Hand> = metas.iter().map(|m| (m.hash, hand(m))).collect();
        let (old_text, new_text) = (page::text_of(old), page::text_of(new));
        let told = new_text.as_ref().and_then(|text| new.told_since(text, &known)).unwrap_or_default();
        let mut deletions = BTreeMap::new();
        for (hash, one) in &told {
            deletions.extend(one.deleted.iter().map(|element| (element.clone(), *hash)));
        }
        let formatting: Vec<Hand> =
            told.iter().filter(|(_, t)| t.marks > 0).filter_map(|(h, _)| metas.get(h).copied()).collect();
        let actors: BTreeSet<[u8; 16]> = formatting.iter().map(|h| h.actor).collect();
        let formatter = formatting.into_iter().max_by_key(|h| h.time_ms).filter(|_| actors.len() == 1);
        Hands { old, new, old_text, new_text, metas, told, deletions, formatter }
    }

    fn of(&self, change: Option<Hash>) -> Option<Hand> {
        change.and_then(|hash| self.metas.get(&hash).copied())
    }

    fn block(&self, pair: Pair, places: &BTreeMap<String, MovedFrom>) -> DiffBlock {
        let one = |state, runs, by, placed: &Placed| DiffBlock {
            state,
            marker: placed.marker.clone(),
            from: None,
            to: None,
            runs,
            by,
            moved_from: None,
        };
        match pair {
            Pair::Same { from, to } => {
                let block = one(State::Same, whole(State::Same, &to.block), None, &to);
                DiffBlock { from: Some(from.block), to: Some(to.block), ..block }
            }
            Pair::Inserted(to) => {
                let by = self.of(self.made(&to));
                let mut runs = self.came(&to, 0, &units(&to.block.inline));
                // Older words in a new block: they came here with it.
                runs.iter_mut().for_each(|run| run.by = run.by.or(by));
                let block = one(State::Inserted, runs, by, &to);
                DiffBlock { to: Some(to.block), ..block }
            }
            Pair::Deleted(from) => {
                let runs = self.went(&from, 0, &units(&from.block.inline));
                let block = one(State::Deleted, runs, self.deleted_at(from.from()), &from);
                DiffBlock { from: Some(from.block), ..block }
            }
            Pair::Moved { from, to } => {
                let moved_from = places.get(&from.marker).cloned();
                let block = one(State::Moved, whole(State::Same, &to.block), self.of(self.made(&to)), &to);
                DiffBlock { from: Some(from.block), to: Some(to.block), moved_from, ..block }
            }
            Pair::Changed { from, to } => {
                let block = one(State::Changed, self.runs(&from, &to), self.head(&from, &to), &to);
                DiffBlock { from: Some(from.block), to: Some(to.block), ..block }
            }
        }
    }

    /// The change that made a block of the newer version.
    fn made(&self, placed: &Placed) -> Option<Hash> {
        match &placed.map {
            Some(map) => self.new.maker(map),
            None => self.new.writer(self.new_text.as_ref()?, placed.start),
        }
    }

    /// Who changed what kind of block it is.
    fn head(&self, from: &Placed, to: &Placed) -> Option<Hand> {
        let head = |b: &Block| Block { inline: Vec::new(), ..b.clone() };
        let map = to.map.as_ref().filter(|_| head(&from.block) != head(&to.block))?;
        self.of(self.new.last_written(map, &|hash| self.metas.contains_key(hash)))
    }

    fn deleted_at(&self, at: usize) -> Option<Hand> {
        let element = self.old.elements(self.old_text.as_ref()?, at, at + 1).pop().flatten()?;
        self.of(self.deletions.get(&element).copied())
    }

    /// Content of a block in both versions. The same characters keep their order for ever, so both are walked from one
    /// to the next; what stands between them is compared by what it says.
    fn runs(&self, from: &Placed, to: &Placed) -> Vec<DiffRun> {
        let (Some(old_text), Some(new_text)) = (&self.old_text, &self.new_text) else { return Vec::new() };
        let (a, b) = (units(&from.block.inline), units(&to.block.inline));
        let one = |i: usize, j: usize| {
            let was = self.old.elements(old_text, from.start + i, from.start + i + 1);
            was == self.new.elements(new_text, to.start + j, to.start + j + 1)
        };
        let (head, tail) = same_ends(&a, &b, &one);
        let (end_a, end_b) = (a.len() - tail, b.len() - tail);
        let was = self.old.elements(old_text, from.start + head, from.start + end_a);
        let is = self.new.elements(new_text, to.start + head, to.start + end_b);
        let mut spans = Vec::new();
        keep(&mut spans, 0, 0, head);
        let (mut x, mut y) = (head, head);
        for (i, j) in same_elements(&was, &is).into_iter().map(|(i, j)| (i + head, j + head)) {
            between(&mut spans, (&a, x, i), (&b, y, j));
            keep(&mut spans, i, j, 1);
            (x, y) = (i + 1, j + 1);
        }
        between(&mut spans, (&a, x, end_a), (&b, y, end_b));
        keep(&mut spans, end_a, end_b, tail);
        let mut out = Vec::new();
        for span in spans {
            match span {
                Span::Delete { a: at, len } => out.extend(self.went(from, at, &a[at..at + len])),
                Span::Insert { b: at, len, .. } => out.extend(self.came(to, at, &b[at..at + len])),
                Span::Keep { a: x, b: y, len } => {
                    self.kept(&mut out, &a[x..x + len], &b[y..y + len]);
                }
            }
        }
        out
    }

    fn kept(&self, out: &mut Vec<DiffRun>, a: &[Unit], b: &[Unit]) {
        let mut from = 0;
        while from < a.len() {
            let equal = a[from].marks == b[from].marks;
            let len = (from..a.len()).take_while(|i| (a[*i].marks == b[*i].marks) == equal).count();
            let content = inline(&b[from..from + len]);
            let was = if equal { Vec::new() } else { inline(&a[from..from + len]) };
            let (state, by) = if equal { (State::Same, None) } else { (State::Changed, self.formatter) };
            out.push(DiffRun { state, content, was, by });
            from += len;
        }
    }

    /// Content of the newer version from its character `at` on, cut where the author changes.
    fn came(&self, placed: &Placed, at: usize, content: &[Unit]) -> Vec<DiffRun> {
        let Some(text) = &self.new_text else { return Vec::new() };
        let start = placed.start + at;
        let elements = self.new.typists(text, start, start + content.len());
        let actor = |i: usize| elements.get(i).and_then(|e| e.as_ref()).map(|e| &e.actor);
        cut(
            content,
            |i, j| actor(i) == actor(j),
            |i, part| DiffRun {
                state: State::Inserted,
                content: inline(part),
                was: Vec::new(),
                by: self.of(self.new.writer(text, start + i)),
            },
        )
    }

    /// Content of the older version, cut where another deleted it.
    fn went(&self, placed: &Placed, at: usize, content: &[Unit]) -> Vec<DiffRun> {
        let Some(text) = &self.old_text else { return Vec::new() };
        let start = placed.start + at;
        let elements = self.old.elements(text, start, start + content.len());
        let hand = |i: usize| {
            let element = elements.get(i).and_then(|e| e.as_ref())?;
            self.of(self.deletions.get(element).copied())
        };
        let hands: Vec<Option<Hand>> = (0..content.len()).map(hand).collect();
        let actor = |i: usize| hands.get(i).copied().flatten().map(|h| h.actor);
        cut(
            content,
            |i, j| actor(i) == actor(j),
            |i, part| DiffRun {
                state: State::Deleted,
                content: inline(part),
                was: Vec::new(),
                by: hands.get(i).copied().flatten(),
            },
        )
    }

    /// Who wrote a field last among the changes in between.
    fn field(&self, diff: &FieldDiff) -> Option<Hand> {
        let wrote = self.told.iter().filter(|(_, t)| t.fields.contains(&diff.field));
        wrote.filter_map(|(hash, _)| self.metas.get(hash).copied()).max_by_key(|h| (h.time_ms, h.actor))
    }
}

/// Places of the elements that are in both and say the same place in the same order.
fn same_elements(was: &[Option<Element>], is: &[Option<Element>]) -> Vec<(usize, usize)> {
    let new: BTreeMap<&Element, usize> =
        is.iter().enumerate().filter_map(|(j, e)| e.as_ref().map(|e| (e, j))).collect();
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (i, element) in was.iter().enumerate() {
        let Some(j) = element.as_ref().and_then(|e| new.get(e).copied()) else { continue };
        if out.last().is_none_or(|(_, last)| *last < j) {
            out.push((i, j));
        }
    }
    out
}

/// The comparison of two stretches by what they say.
fn between(out: &mut Vec<Span>, (a, x, i): (&[Unit], usize, usize), (b, y, j): (&[Unit], usize, usize)) {
    match (x < i, y < j) {
        (false, false) => {}
        (true, false) => out.push(Span::Delete { a: x, len: i - x }),
        (false, true) => out.push(Span::Insert { a: x, b: y, len: j - y }),
        (true, true) => {
            for span in page::compare(&a[x..i], &b[y..j]) {
                match span {
                    Span::Delete { a, len } => out.push(Span::Delete { a: a + x, len }),
                    Span::Insert { a, b, len } => out.push(Span::Insert { a: a + x, b: b + y, len }),
                    Span::Keep { a, b, len } => keep(out, a + x, b + y, len),
                }
            }
        }
    }
}

/// How many characters at both ends say the same and are the same, so that only what is between them needs a look.
fn same_ends(a: &[Unit], b: &[Unit], one: &dyn Fn(usize, usize) -> bool) -> (usize, usize) {
    let mut head = a.iter().zip(b).take_while(|(x, y)| x.glyph == y.glyph).count();
    while head > 0 && !one(head - 1, head - 1) {
        head /= 2;
    }
    let rest = a.len().min(b.len()) - head;
    let alike = |(x, y): &(&Unit, &Unit)| x.glyph == y.glyph;
    let mut tail = a.iter().rev().zip(b.iter().rev()).take(rest).take_while(alike).count();
    while tail > 0 && !one(a.len() - tail, b.len() - tail) {
        tail /= 2;
    }
    (head, tail)
}

fn keep(out: &mut Vec<Span>, a: usize, b: usize, more: usize) {
    if more == 0 {
        return;
    }
    match out.last_mut() {
        Some(Span::Keep { len, .. }) => *len += more,
        _ => out.push(Span::Keep { a, b, len: more }),
    }
}

fn whole(state: State, block: &Block) -> Vec<DiffRun> {
    if block.inline.is_empty() || matches!(block.kind, BlockKind::Table { .. }) {
        return Vec::new();
    }
    vec![DiffRun { state, content: block.inline.clone(), was: Vec::new(), by: None }]
}

/// Stretches of equal neighbours.
fn cut(
    content: &[Unit],
    same: impl Fn(usize, usize) -> bool,
    run: impl Fn(usize, &[Unit]) -> DiffRun,
) -> Vec<DiffRun> {
    let mut out = Vec::new();
    let mut from = 0;
    for to in 1..=content.len() {
        if to == content.len() || !same(from, to) {
            out.push(run(from, &content[from..to]));
            from = to;
        }
    }
    out
}
