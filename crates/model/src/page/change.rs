//! A [`Delta`] as edits of the text: what the window did, performed on the document.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::layout::{Anchor, Layout};
use super::script::{EmbedParents, Item, Script};
use super::table::{self, Seen};
use super::units::{Glyph, Unit};
use super::write::{self, NewMarker, Raw};
use super::{MAX_PARENTS, names, normal_table, ops};
use crate::block::{Block, BlockKind, Inline, Table};
use crate::crdt::{MARKER, Obj, Tx};
use crate::delta::{Delta, Piece, Step};
use crate::doc::{MAX_TEXT_BYTES, ModelError};
use crate::flat::{Flat, Head, OBJECT, Picture};
use crate::kept::Kept;

/// Performs a change of the current page, which may be at hand.
pub(crate) fn perform_delta(tx: &mut Tx, delta: &Delta, page: Option<&Flat>) -> Result<(), ModelError> {
    if delta.is_empty() {
        return Ok(());
    }
    check(delta)?;
    let text = ops::page_text(tx)?;
    let layout = Layout::of(tx, &text, page);
    let mut after = layout.flat.clone();
    let len = layout.flat.len();
    after.apply(delta).map_err(|_| ModelError::OutOfRange { at: delta.span(), len })?;
    let mut change = Change::new(&layout, &after, &text);
    change.walk(tx, delta);
    change.remarks(&delta.kept(len));
    change.perform(tx)
}

/// Refuses what would not read back as it was written.
fn check(delta: &Delta) -> Result<(), ModelError> {
    let mut bytes = 0;
    for step in delta.steps() {
        match step {
            Step::Insert(Piece::Text(text, _)) => bytes += text.len(),
            Step::Insert(Piece::Block(head)) | Step::Head(head) => check_head(head)?,
            _ => {}
        }
    }
    if bytes > MAX_TEXT_BYTES {
        return Err(ModelError::TooLarge("more than 8 MiB of text".into()));
    }
    Ok(())
}

fn check_head(head: &Head) -> Result<(), ModelError> {
    let no = |why: &str| Err(ModelError::NotPossible(why.to_owned()));
    match &head.kind {
        _ if head.parents.len() > MAX_PARENTS => no("a block lies in at most 64 containers"),
        BlockKind::Heading { level } if !(1..=6).contains(level) => no("a heading is of level 1 to 6"),
        BlockKind::Unknown { name } if names::is_known(name) => {
            no("a block of a known kind cannot be written as unknown")
        }
        _ => Ok(()),
    }
}

/// What a delta comes to.
struct Change<'a> {
    layout: &'a Layout,
    after: &'a Flat,
    text: &'a Obj,
    script: Script,
    /// Parts whose table has single cells changed and nothing else.
    cells: BTreeSet<usize>,
    /// Tables whose marker goes: their parts and keys.
    dropped: Vec<(usize, String)>,
    /// Keys of those of them whose marker comes again elsewhere.
    moved: Vec<String>,
    /// What markers of unknown kind that go hold, by name.
    raws: BTreeMap<String, Vec<Raw>>,
}

impl<'a> Change<'a> {
    fn new(layout: &'a Layout, after: &'a Flat, text: &'a Obj) -> Self {
        Change {
            layout,
            after,
            text,
            script: Script::default(),
            cells: BTreeSet::new(),
            dropped: Vec::new(),
            moved: Vec::new(),
            raws: BTreeMap::new(),
        }
    }

    /// Collects what goes and comes.
    fn walk(&mut self, tx: &Tx, delta: &Delta) {
        let (mut at, mut to) = (0, 0);
        for step in delta.steps() {
            match step {
                Step::Delete(len) => self.delete(tx, at, at + len),
                Step::Cells(_) => self.cells.extend(self.part_of_marker(at)),
                _ => {}
            }
            at += span(step);
        }
        at = 0;
        for step in delta.steps() {
            match step {
                Step::Insert(piece) => {
                    self.insert(at, to, piece.len());
                    to += piece.len();
                }
                Step::Delete(len) => at += len,
                step => {
                    at += span(step);
                    to += span(step);
                }
            }
        }
    }

    /// The part whose marker stands at a position.
    fn part_of_marker(&self, at: usize) -> Option<usize> {
        self.layout.markers.binary_search(&at).ok().map(|index| index + 1)
    }

    fn head(&self, part: usize) -> Option<&'a Head> {
        self.layout.flat.parts().get(part).and_then(|part| part.head.as_ref())
    }

    fn delete(&mut self, tx: &Tx, from: usize, to: usize) {
        self.script.deletes.extend(from..to);
        let markers = &self.layout.markers;
        let first = markers.partition_point(|at| *at < from);
        for part in first + 1..=markers.partition_point(|at| *at < to) {
            match self.head(part).map(|head| &head.kind) {
                Some(BlockKind::Table { .. }) => {
                    let key = self.anchor(tx, part).and_then(|anchor| anchor.table);
                    self.dropped.extend(key.map(|key| (part, key)));
                }
                Some(BlockKind::Unknown { name }) => {
                    let raw = self.anchor(tx, part).map(|anchor| write::read_raw(tx, &anchor.obj));
                    self.raws.entry(name.clone()).or_default().extend(raw);
                }
                _ => {}
            }
        }
    }

    /// What stands at `to` and `len - 1` positions behind it comes before what stood at `at`.
    fn insert(&mut self, at: usize, to: usize, len: usize) {
        let mut items = Vec::with_capacity(len);
        let mut parents: Option<EmbedParents> = None;
        for piece in self.after.pieces(to, to + len) {
            match piece {
                Piece::Block(head) => {
                    parents = None;
                    items.push(Item::Marker(Box::new(self.marker(&head))));
                }
                Piece::Text(text, marks) => {
                    let none = EmbedParents::default();
                    let unit =
                        |c| Item::Unit(Unit { glyph: Glyph::Char(c), marks: marks.clone() }, none.clone());
                    items.extend(text.chars().map(unit));
                }
                Piece::Object(object, marks) => {
                    let (part, _) = self.after.find(to + items.len());
                    let parents = parents.get_or_insert_with(|| self.embed_parents(part)).clone();
                    let glyph = object.map_or(Glyph::Char(MARKER), |Picture { src, alt, title }| {
                        Glyph::Image { src, alt, title }
                    });
                    items.push(Item::Unit(Unit { glyph, marks }, parents));
                }
            }
        }
        match self.script.inserts.last_mut() {
            Some((place, before)) if *place == at => before.append(&mut items),
            _ => self.script.inserts.push((at, items)),
        }
    }

    fn embed_parents(&self, part: usize) -> EmbedParents {
        let head = self.after.parts().get(part).and_then(|part| part.head.as_ref());
        Rc::new(write::embed_parents(&block(head)))
    }

    /// A marker to write. What goes elsewhere in the same change and is the same moves: a table with its cells, a block
    /// of unknown kind with all that it holds.
    fn marker(&mut self, head: &Head) -> NewMarker {
        let same = |(part, _): &(usize, String)| self.head(*part).is_some_and(|old| old.kind == head.kind);
        let moved = self.dropped.iter().position(same).map(|index| self.dropped.swap_remove(index));
        let key = moved.map(|(_, key)| key);
        self.moved.extend(key.clone());
        let raw = match &head.kind {
            BlockKind::Unknown { name } => self.raws.get_mut(name).and_then(Vec::pop),
            _ => None,
        };
        NewMarker::of(&block(Some(head)), raw, key)
    }

    fn anchor(&self, tx: &Tx, part: usize) -> Option<Anchor> {
        self.layout.anchor(tx, self.text, part)
    }

    /// Marks of what stays, wherever a part is another than before.
    fn remarks(&mut self, kept: &[Kept]) {
        let before: BTreeMap<u64, u64> = self.layout.flat.parts().iter().map(|p| (p.key, p.rev)).collect();
        let mut start = 0;
        for part in self.after.parts() {
            let end = start + part.line.len();
            if before.get(&part.key) != Some(&part.rev) {
                let mut run = start;
                for (len, marks) in part.line.runs() {
                    let first = kept.partition_point(|k| k.to + k.len <= run);
                    for k in kept.iter().skip(first).take_while(|k| k.to < run + len) {
                        let (a, b) = (run.max(k.to), (run + len).min(k.to + k.len));
                        self.remark(k.from + a - k.to, k.from + b - k.to, marks);
                    }
                    run += len;
                }
            }
            start = end + 1;
        }
    }

    /// The positions `from..to` of the page before get these marks.
    fn remark(&mut self, from: usize, to: usize, wanted: &crate::block::Marks) {
        let mut at = from;
        while at < to {
            let (actual, end) = self.layout.marks(at);
            let end = end.min(to);
            self.script.remark_range(at, end, &actual, wanted);
            at = end;
        }
    }

    fn perform(mut self, tx: &mut Tx) -> Result<(), ModelError> {
        let after: BTreeMap<u64, (u64, &Head)> = (self.after.parts().iter())
            .filter_map(|part| part.head.as_ref().map(|head| (part.key, (part.rev, head))))
            .collect();
        let dropped = std::mem::take(&mut self.dropped);
        let mut used = std::mem::take(&mut self.moved);
        for (index, part) in self.layout.flat.parts().iter().enumerate().skip(1) {
            let Some((rev, head)) = after.get(&part.key) else { continue };
            if !dropped.is_empty() && matches!(head.kind, BlockKind::Table { .. }) {
                used.extend(self.anchor(tx, index).and_then(|anchor| anchor.table));
            }
            if *rev != part.rev && part.head.as_ref() != Some(head) {
                self.reshape(tx, index, head)?;
            }
        }
        // Another marker may show the same table.
        for (_, key) in dropped.iter().filter(|(_, key)| !used.contains(key)) {
            Seen::read(tx, key).clear(tx)?;
        }
        self.script.apply(tx, self.text)
    }

    /// A marker that stays becomes another.
    fn reshape(&self, tx: &mut Tx, part: usize, to: &Head) -> Result<(), ModelError> {
        let Some(anchor) = self.anchor(tx, part) else { return Ok(()) };
        let (from, to) = (block(self.head(part)), block(Some(to)));
        write::update(tx, &anchor.obj, &from, &to)?;
        let key = anchor.table.as_deref().filter(|key| table::exists(tx, key));
        match (&to.kind, key) {
            (BlockKind::Table { table }, Some(key)) if self.cells.contains(&part) => {
                table::set_cells(tx, key, &normal(table))?;
            }
            (BlockKind::Table { table }, Some(key)) => table::bring_to(tx, key, &normal(table))?,
            (BlockKind::Table { table }, None) => write::put_table(tx, &anchor.obj, &normal(table))?,
            (_, Some(key)) => Seen::read(tx, key).clear(tx)?,
            (_, None) => {}
        }
        if (&from.kind, &from.parents) == (&to.kind, &to.parents) {
            return Ok(());
        }
        let wanted = write::embed_parents(&to);
        let line = self.layout.flat.parts().get(part).map_or("", |part| part.line.text());
        for (index, _) in line.chars().enumerate().filter(|(_, c)| *c == OBJECT) {
            write::set_embed_parents(tx, self.text, anchor.at + 1 + index, &wanted)?;
        }
        Ok(())
    }
}

/// How many positions of the page before a step goes over.
fn span(step: &Step) -> usize {
    match step {
        Step::Keep(len) | Step::Restyle(len, _) | Step::Delete(len) => *len,
        Step::Head(_) | Step::Cells(_) => 1,
        Step::Insert(_) => 0,
    }
}

/// A block without content; text outside blocks lies in a paragraph.
fn block(head: Option<&Head>) -> Block {
    let inline: Vec<Inline> = Vec::new();
    match head {
        Some(head) => {
            Block { parents: head.parents.clone(), restart: head.restart, kind: head.kind.clone(), inline }
        }
        None => Block::plain(BlockKind::Paragraph, ""),
    }
}

fn normal(table: &Table) -> Table {
    let mut table = table.clone();
    normal_table(&mut table);
    table
}
