//! The direct edits of a page: each at one block, named by its marker.

use std::rc::Rc;

use super::script::{Item, Script, marks_at};
use super::table::{self, ORPHAN, Seen};
use super::units::{Unit, units};
use super::write::{self, NewMarker};
use super::{LEADING, Place, Placed, TRAILING, names, placeholder, read_marker, read_page, text_of};
use crate::block::{Block, BlockKind, Container, Inline, Marks};
use crate::crdt::{MARKER, Obj, Range, Read, Scalar, Tx};
use crate::doc::{MAX_TEXT_BYTES, ModelError, TEXT};
use crate::edit::{Edit, Mark};

/// A block under edit.
struct Spot {
    text: Obj,
    /// Its marker; none for text outside blocks and for tables whose marker is gone.
    map: Option<Obj>,
    /// Kind, containers and restart, without content.
    head: Block,
    start: usize,
    end: usize,
    table: Option<String>,
}

/// Performs one edit of a page. Edits of other things are not for here and do nothing.
pub(crate) fn perform(tx: &mut Tx, edit: &Edit) -> Result<(), ModelError> {
    match edit {
        Edit::Splice { block, at, delete, insert } => splice(tx, block, *at, *delete, insert),
        Edit::SpliceInline { block, at, delete, insert } => splice_inline(tx, block, *at, *delete, insert),
        Edit::Split { block, at, kind } => split(tx, block, *at, kind.as_ref()),
        Edit::Join { block } => join(tx, block),
        Edit::SetKind { block, kind, parents } => set_kind(tx, block, kind, parents),
        Edit::SetMarks { block, from, to, mark, on } => set_marks(tx, block, *from, *to, mark, *on),
        Edit::SetCell { block, row, column, inline } => set_cell(tx, block, *row, *column, inline),
        Edit::InsertBlock { after, block } => insert_block(tx, after.as_deref(), block),
        Edit::DeleteBlock { block } => delete_block(tx, block),
        Edit::MoveBlock { block, after } => move_block(tx, block, after.as_deref()),
        _ => Ok(()),
    }
}

/// The text of the page, made where there is none.
pub(super) fn page_text(tx: &mut Tx) -> Result<Obj, ModelError> {
    match text_of(tx) {
        Some(text) => Ok(text),
        None => tx.put_text(&Obj::root(), TEXT),
    }
}

/// Finds a block without reading the whole page.
fn locate(tx: &Tx, block: &str) -> Result<Spot, ModelError> {
    let unknown = || ModelError::UnknownBlock(block.chars().take(100).collect());
    let text = text_of(tx).ok_or_else(unknown)?;
    if block.starts_with(ORPHAN) {
        return orphan(tx, text, block).ok_or_else(unknown);
    }
    let (id, trailing) = match block.strip_suffix(TRAILING) {
        Some(id) => (id, true),
        None => (block, false),
    };
    let chars: Vec<char> = tx.text(&text).chars().collect();
    let next_marker = |from: usize| {
        let at = |i: &usize| matches!(placeholder(tx, &text, *i), Place::Block(_));
        let markers = chars.iter().enumerate().skip(from).filter(|(_, c)| **c == MARKER).map(|(i, _)| i);
        markers.into_iter().find(at).unwrap_or(chars.len())
    };
    if id == LEADING {
        let end = next_marker(0);
        let spot = Spot { head: plain(), map: None, start: 0, end, table: None, text: text.clone() };
        return if end > 0 { Ok(spot) } else { Err(unknown()) };
    }
    let at = tx.position(&text, id).ok_or_else(unknown)?;
    let Place::Block(obj) = placeholder(tx, &text, at) else { return Err(unknown()) };
    let found = read_marker(tx, &obj);
    let leaf = found.kind.is_leaf();
    let (start, end) = (at + 1, next_marker(at + 1));
    if trailing {
        let spot = Spot { head: plain(), map: None, start, end, table: None, text: text.clone() };
        return if leaf && start < end { Ok(spot) } else { Err(unknown()) };
    }
    let head = Block { parents: found.parents, restart: found.restart, kind: found.kind, inline: Vec::new() };
    Ok(Spot {
        map: Some(obj),
        head,
        start,
        end: if leaf { start } else { end },
        table: found.table,
        text: text.clone(),
    })
}

fn orphan(tx: &Tx, text: Obj, block: &str) -> Option<Spot> {
    let placed = read_page(tx).into_iter().find(|p| p.marker == block)?;
    let Placed { block: head, start, end, table, .. } = placed;
    Some(Spot { text, map: None, head, start, end, table })
}

fn plain() -> Block {
    Block::plain(BlockKind::Paragraph, "")
}

fn is_plain(kind: &BlockKind) -> bool {
    matches!(kind, BlockKind::Code { .. } | BlockKind::Verbatim)
}

impl Spot {
    fn len(&self) -> usize {
        self.end - self.start
    }

    fn check(&self, from: usize, to: usize) -> Result<(), ModelError> {
        let len = self.len();
        if self.head.kind.is_leaf() {
            return Err(ModelError::NotPossible("this block holds no text".into()));
        }
        let bad = [from, to].into_iter().find(|at| *at > len);
        let bad = bad.or_else(|| (from > to).then_some(from));
        bad.map_or(Ok(()), |at| Err(ModelError::OutOfRange { at, len }))
    }

    fn content(&self, tx: &Tx) -> Vec<Inline> {
        let content = super::Content::read(tx, &self.text);
        content.inline(self.start, self.end)
    }
}

fn splice(tx: &mut Tx, block: &str, at: usize, delete: usize, insert: &str) -> Result<(), ModelError> {
    let spot = locate(tx, block)?;
    spot.check(at, at.saturating_add(delete))?;
    let marks = if insert.is_empty() { Marks::default() } else { inherited(tx, &spot, at, at + delete) };
    let inline = [Inline::Text { text: insert.to_owned(), marks }];
    replace(tx, &spot, at, delete, if insert.is_empty() { &[] } else { &inline })
}

fn splice_inline(
    tx: &mut Tx,
    block: &str,
    at: usize,
    delete: usize,
    insert: &[Inline],
) -> Result<(), ModelError> {
    let spot = locate(tx, block)?;
    spot.check(at, at.saturating_add(delete))?;
    replace(tx, &spot, at, delete, insert)
}

/// The marks of text typed between two positions.
fn inherited(tx: &Tx, spot: &Spot, before: usize, after: usize) -> Marks {
    if is_plain(&spot.head.kind) {
        return Marks::default();
    }
    let at = |i: usize| marks_at(tx, &spot.text, spot.start + i);
    let right = (after < spot.len()).then(|| at(after));
    let Some(left) = before.checked_sub(1).map(at) else {
        return right.as_ref().map(typed).unwrap_or_default();
    };
    let same = right.is_some_and(|r| r.link == left.link && r.raw == left.raw);
    if same { left } else { typed(&left) }
}

/// Links and raw source do not grow by typing at their edge.
fn typed(marks: &Marks) -> Marks {
    Marks { link: None, raw: false, ..marks.clone() }
}

fn replace(tx: &mut Tx, spot: &Spot, at: usize, delete: usize, insert: &[Inline]) -> Result<(), ModelError> {
    let bytes: usize = insert.iter().map(|i| i.as_text().len()).sum();
    if bytes > MAX_TEXT_BYTES {
        return Err(ModelError::TooLarge("more than 8 MiB of text".into()));
    }
    let from = spot.start + at;
    let items = items(&spot.head, &units(insert));
    let script = Script {
        inserts: vec![(from, items)],
        deletes: (from..from + delete).collect(),
        ..Script::default()
    };
    script.apply(tx, &spot.text)
}

fn items(head: &Block, units: &[Unit]) -> Vec<Item> {
    let parents = Rc::new(write::embed_parents(head));
    let plain = is_plain(&head.kind);
    let unit = |u: &Unit| {
        let marks = if plain { Marks::default() } else { u.marks.clone() };
        Item::Unit(Unit { glyph: u.glyph.clone(), marks }, parents.clone())
    };
    units.iter().map(unit).collect()
}

fn split(tx: &mut Tx, block: &str, at: usize, kind: Option<&BlockKind>) -> Result<(), ModelError> {
    let spot = locate(tx, block)?;
    spot.check(at, at)?;
    let kind = kind.cloned().unwrap_or_else(|| next_kind(&spot.head.kind));
    if kind.is_leaf() {
        return Err(ModelError::NotPossible("a split makes a block with text".into()));
    }
    if spot.map.is_none() {
        put_marker(tx, &spot.text, spot.start, &plain())?;
    }
    let at = spot.start + at + usize::from(spot.map.is_none());
    let head = Block { parents: spot.head.parents, restart: None, kind, inline: Vec::new() };
    put_marker(tx, &spot.text, at, &head)
}

/// The kind of the block after one that is split.
fn next_kind(kind: &BlockKind) -> BlockKind {
    match kind {
        BlockKind::TaskItem { loose, .. } => BlockKind::TaskItem { checked: false, loose: *loose },
        BlockKind::OrderedItem { loose, .. } => BlockKind::OrderedItem { start: None, loose: *loose },
        BlockKind::Unknown { .. } => BlockKind::Paragraph,
        other => other.clone(),
    }
}

fn put_marker(tx: &mut Tx, text: &Obj, at: usize, head: &Block) -> Result<(), ModelError> {
    write::insert(tx, text, at, &NewMarker::of(head, None, None))
}

fn join(tx: &mut Tx, block: &str) -> Result<(), ModelError> {
    let spot = locate(tx, block)?;
    let before = (spot.map.is_some() && !spot.head.kind.is_leaf())
        .then(|| read_page(tx))
        .and_then(|page| page.into_iter().take_while(|p| p.from() < spot.start - 1).last());
    match before {
        Some(before) if !before.block.kind.is_leaf() => tx.delete_text(&spot.text, spot.start - 1, 1),
        _ => Err(ModelError::NotPossible("there is no text block before this one to join it with".into())),
    }
}

fn set_kind(tx: &mut Tx, block: &str, kind: &BlockKind, parents: &[Container]) -> Result<(), ModelError> {
    let spot = locate(tx, block)?;
    let restart = spot.head.restart.filter(|_| spot.head.parents == parents);
    let to = Block { parents: parents.to_vec(), restart, kind: kind.clone(), inline: Vec::new() };
    if kind.is_leaf() && spot.start < spot.end {
        return Err(ModelError::NotPossible(
            "a block with text cannot become a divider, a table or a live task".into(),
        ));
    }
    match (kind, &spot.table) {
        (BlockKind::Table { table }, Some(key)) => table::bring_to(tx, key, table)?,
        (_, Some(key)) => Seen::read(tx, key).clear(tx)?,
        (BlockKind::Table { .. }, None) => return remake(tx, &spot, &to),
        _ => {}
    }
    let Some(marker) = &spot.map else {
        let orphan = spot.table.is_some();
        return if orphan { Ok(()) } else { put_marker(tx, &spot.text, spot.start, &to) };
    };
    write::update(tx, marker, &spot.head, &to)?;
    if is_plain(kind) {
        unmark(tx, &spot)?;
    }
    refresh_embeds(tx, &spot, &to)
}

/// Puts a new marker in the place of one without text.
fn remake(tx: &mut Tx, spot: &Spot, to: &Block) -> Result<(), ModelError> {
    if spot.map.is_some() {
        tx.delete_text(&spot.text, spot.start - 1, 1)?;
    }
    put_marker(tx, &spot.text, spot.start - usize::from(spot.map.is_some()), to)
}

fn unmark(tx: &mut Tx, spot: &Spot) -> Result<(), ModelError> {
    let inside =
        |r: &Range| r.start < spot.end && r.end > spot.start && names::MARKS.contains(&r.name.as_str());
    for range in tx.marks(&spot.text).into_iter().filter(inside) {
        let (start, end) = (range.start.max(spot.start), range.end.min(spot.end));
        tx.mark(&spot.text, &Range { start, end, value: Scalar::Null, ..range })?;
    }
    Ok(())
}

/// Other editors want the containers of an image in the image too.
fn refresh_embeds(tx: &mut Tx, spot: &Spot, to: &Block) -> Result<(), ModelError> {
    let chars: Vec<char> = tx.text(&spot.text).chars().collect();
    let wanted = write::embed_parents(to);
    for at in (spot.start..spot.end).filter(|i| chars.get(*i) == Some(&MARKER)) {
        write::set_embed_parents(tx, &spot.text, at, &wanted)?;
    }
    Ok(())
}

fn set_marks(
    tx: &mut Tx,
    block: &str,
    from: usize,
    to: usize,
    mark: &Mark,
    on: bool,
) -> Result<(), ModelError> {
    let spot = locate(tx, block)?;
    spot.check(from, to)?;
    if is_plain(&spot.head.kind) {
        return Err(ModelError::NotPossible("code holds no marks".into()));
    }
    let (name, value) = names::mark_pair(mark);
    let value = if on { value } else { Scalar::Null };
    let mut script = Script::default();
    for (i, unit) in units(&spot.content(tx)).iter().enumerate().skip(from).take(to - from) {
        let mut wanted = unit.marks.clone();
        names::add_mark(&mut wanted, name, &value);
        script.remark(spot.start + i, &unit.marks, &wanted);
    }
    script.apply(tx, &spot.text)
}

fn set_cell(
    tx: &mut Tx,
    block: &str,
    row: usize,
    column: usize,
    inline: &[Inline],
) -> Result<(), ModelError> {
    let spot = locate(tx, block)?;
    let key = spot.table.ok_or_else(|| ModelError::NotPossible("this block is not a table".into()))?;
    table::set_cell(tx, &key, row, column, inline)
}

/// Where a block comes that follows `after`; text outside blocks that it would swallow becomes a paragraph.
fn place_after(tx: &mut Tx, after: Option<&str>) -> Result<(Obj, usize), ModelError> {
    let text = page_text(tx)?;
    let at = match after {
        None => 0,
        Some(block) => locate(tx, block)?.end,
    };
    let outside = read_page(tx).into_iter().find(|p| p.map.is_none() && p.table.is_none() && p.start == at);
    if let Some(outside) = outside.filter(|p| p.start < p.end && after != Some(p.marker.as_str())) {
        put_marker(tx, &text, outside.start, &plain())?;
    }
    Ok((text, at))
}

fn insert_block(tx: &mut Tx, after: Option<&str>, block: &Block) -> Result<(), ModelError> {
    let (text, at) = place_after(tx, after)?;
    let units = if block.kind.is_leaf() { Vec::new() } else { units(&block.inline) };
    put(tx, &text, at, NewMarker::of(block, None, None), block, &units)
}

fn put(
    tx: &mut Tx,
    text: &Obj,
    at: usize,
    marker: NewMarker,
    head: &Block,
    units: &[Unit],
) -> Result<(), ModelError> {
    let mut all = vec![Item::Marker(Box::new(marker))];
    all.extend(items(head, units));
    Script { inserts: vec![(at, all)], ..Script::default() }.apply(tx, text)
}

fn delete_block(tx: &mut Tx, block: &str) -> Result<(), ModelError> {
    let spot = locate(tx, block)?;
    if let Some(key) = &spot.table {
        Seen::read(tx, key).clear(tx)?;
    }
    take_out(tx, &spot)
}

fn take_out(tx: &mut Tx, spot: &Spot) -> Result<(), ModelError> {
    let from = spot.start - usize::from(spot.map.is_some());
    tx.delete_text(&spot.text, from, spot.end - from)
}

fn move_block(tx: &mut Tx, block: &str, after: Option<&str>) -> Result<(), ModelError> {
    if after == Some(block) {
        return Ok(());
    }
    let spot = locate(tx, block)?;
    if let Some(after) = after {
        locate(tx, after)?;
    }
    let units = units(&spot.content(tx));
    let raw = spot.map.as_ref().map(|obj| write::read_raw(tx, obj));
    let mut marker = NewMarker::of(&spot.head, None, spot.table.clone());
    if spot.table.is_none() {
        marker.raw = raw;
    }
    take_out(tx, &spot)?;
    let (text, at) = place_after(tx, after)?;
    put(tx, &text, at, marker, &spot.head, &units)
}
