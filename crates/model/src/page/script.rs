//! A set of edits of one text, all in positions before any of them, performed together. Marks of inserted content
//! become exactly those asked for: marks that other editors let grow are ended explicitly.

use super::units::{Glyph, Unit};
use super::write::{self, NewMarker};
use super::{mark_runs, names};
use crate::block::Marks;
use crate::crdt::{Obj, Range, Read, Scalar, Tx};
use crate::doc::ModelError;

/// Beyond this many insertions the marks of the whole text are read once, instead of at each.
const FEW_INSERTIONS: usize = 4;

/// Something to insert; each takes one position.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    Marker(Box<NewMarker>),
    Unit(Unit, EmbedParents),
}

/// The parents an embed is written with; shared by the items of a block.
pub(crate) type EmbedParents = std::rc::Rc<Vec<String>>;

/// Edits of one text.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// Position and what comes there, before the element at that position. Equal positions keep this order.
    pub(crate) inserts: Vec<(usize, Vec<Item>)>,
    /// Positions that go.
    pub(crate) deletes: Vec<usize>,
    /// Marks put (or with null taken away) on kept positions.
    pub(crate) remarks: Vec<Range>,
}

impl Script {
    /// Asks for the marks of one position to become `to`.
    pub(crate) fn remark(&mut self, at: usize, from: &Marks, to: &Marks) {
        for (name, value) in differences(from, to) {
            let range = Range { start: at, end: at + 1, name: name.to_owned(), value };
            let joins = |r: &&mut Range| r.end == at && r.name == range.name && r.value == range.value;
            match self.remarks.iter_mut().rev().take(names::MARKS.len()).find(joins) {
                Some(before) => before.end = at + 1,
                None => self.remarks.push(range),
            }
        }
    }

    /// Asks for the marks of the positions `from..to`, all of which have `old`, to become `new`.
    pub(crate) fn remark_range(&mut self, from: usize, to: usize, old: &Marks, new: &Marks) {
        for (name, value) in differences(old, new) {
            self.remarks.push(Range { start: from, end: to, name: name.to_owned(), value });
        }
    }

    /// Performs the edits.
    pub(crate) fn apply(mut self, tx: &mut Tx, text: &Obj) -> Result<(), ModelError> {
        for range in &self.remarks {
            tx.mark(text, range)?;
        }
        self.deletes.sort_unstable();
        self.deletes.dedup();
        let mut order: Vec<usize> = (0..self.inserts.len()).collect();
        order.sort_by_key(|i| self.inserts[*i].0);
        let sorted: Vec<&(usize, Vec<Item>)> = order.iter().map(|i| &self.inserts[*i]).collect();
        let mut deletes = runs(&self.deletes);
        for (at, items) in sorted.iter().rev() {
            while let Some((start, len)) = deletes.pop_if(|(start, len)| *start + *len > *at) {
                let below = at.saturating_sub(start);
                tx.delete_text(text, start + below, len - below)?;
                if below > 0 {
                    deletes.push((start, below));
                }
            }
            insert_items(tx, text, *at, items)?;
        }
        for (start, len) in deletes.into_iter().rev() {
            tx.delete_text(text, start, len)?;
        }
        self.fix_marks(tx, text, &sorted)
    }

    /// Gives inserted content its marks.
    fn fix_marks(&self, tx: &mut Tx, text: &Obj, sorted: &[&(usize, Vec<Item>)]) -> Result<(), ModelError> {
        let whole = (sorted.len() > FEW_INSERTIONS).then(|| mark_runs(&tx.marks(text)));
        let mut wanted = Vec::new();
        let mut grown = 0;
        for (at, items) in sorted {
            let start = at + grown - self.deletes.partition_point(|d| d < at);
            grown += items.len();
            if items.is_empty() {
                continue;
            }
            let actual = match &whole {
                Some((starts, marks)) => {
                    let run = starts.partition_point(|s| *s <= start).checked_sub(1);
                    run.and_then(|r| marks.get(r)).cloned().unwrap_or_default()
                }
                None => marks_at(tx, text, start),
            };
            mark_items(&mut wanted, start, items, &actual);
        }
        wanted.iter().try_for_each(|range| tx.mark(text, range))
    }
}

/// The marks at one position.
pub(crate) fn marks_at(read: &impl Read, text: &Obj, index: usize) -> Marks {
    let mut marks = Marks::default();
    for (name, value) in read.marks_at(text, index) {
        names::add_mark(&mut marks, &name, &value);
    }
    marks
}

/// The mark ranges that turn `actual` into what each of the items wants.
fn mark_items(out: &mut Vec<Range>, start: usize, items: &[Item], actual: &Marks) {
    let mut from = 0;
    while from < items.len() {
        let Some(Item::Unit(first, _)) = items.get(from) else {
            from += 1;
            continue;
        };
        let same = |item: &&Item| matches!(item, Item::Unit(unit, _) if unit.marks == first.marks);
        let len = items.iter().skip(from).take_while(same).count();
        for (name, value) in differences(actual, &first.marks) {
            out.push(Range { start: start + from, end: start + from + len, name: name.to_owned(), value });
        }
        from += len;
    }
}

/// Names and values by which `to` differs; null where it lacks the mark.
fn differences(from: &Marks, to: &Marks) -> Vec<(&'static str, Scalar)> {
    if from == to {
        return Vec::new();
    }
    let (from, to) = (names::mark_values(from), names::mark_values(to));
    let differs = names::MARKS.into_iter().filter(|n| from.get(n) != to.get(n));
    differs.map(|n| (n, to.get(n).cloned().unwrap_or(Scalar::Null))).collect()
}

fn insert_items(tx: &mut Tx, text: &Obj, at: usize, items: &[Item]) -> Result<(), ModelError> {
    let mut run = String::new();
    let mut pos = at;
    for item in items {
        if let Item::Unit(Unit { glyph: Glyph::Char(c), .. }, _) = item {
            run.push(*c);
            continue;
        }
        pos += flush(tx, text, pos, &mut run)?;
        match item {
            Item::Marker(marker) => write::insert(tx, text, pos, marker)?,
            Item::Unit(Unit { glyph: Glyph::Image { src, alt, title }, .. }, parents) => {
                write::insert_image(tx, text, pos, [src, alt, title], parents)?;
            }
            Item::Unit(..) => continue,
        }
        pos += 1;
    }
    flush(tx, text, pos, &mut run)?;
    Ok(())
}

fn flush(tx: &mut Tx, text: &Obj, at: usize, run: &mut String) -> Result<usize, ModelError> {
    let count = run.chars().count();
    tx.insert_text(text, at, run)?;
    run.clear();
    Ok(count)
}

/// Sorted positions as stretches.
fn runs(sorted: &[usize]) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for &at in sorted {
        match out.last_mut() {
            Some((start, len)) if *start + *len == at => *len += 1,
            _ => out.push((at, 1)),
        }
    }
    out
}
