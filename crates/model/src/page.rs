//! Pages: the public Automerge rich-text schema to and from [`Block`]s. `docs/decisions/0001-rich-text-mapping.md`
//! says how each kind lies in the document. Reading is total: what has an unexpected shape reads as something visible.

mod change;
mod layout;
mod merge;
mod names;
mod ops;
mod script;
mod similar_units;
mod table;
#[cfg(test)]
mod tests;
mod torn;
mod units;
mod write;

use crate::flat::Flat;
use std::collections::BTreeMap;

use crate::block::{Block, BlockKind, Container, Inline, Marks};
use crate::crdt::{At, MARKER, Node, Obj, Range, Read, Scalar};
use crate::doc::TEXT;

pub(crate) use change::perform_delta;
pub(crate) use layout::{changes, flat};
pub(crate) use merge::{revert_blocks, set_blocks};
pub(crate) use ops::perform;
pub(crate) use similar_units::{Span, compare};
pub(crate) use table::TABLES;
pub use table::{MAX_CELLS, MAX_COLUMNS};
pub use units::normal_inline;
pub(crate) use units::{Unit, inline, units};

use merge::normal_table;
use units::Glyph;

/// Marker id of text that stands before the first marker.
const LEADING: &str = "s";
/// Ends the marker id of text that stands behind a block which holds no text.
const TRAILING: char = '+';
/// Most containers around a block that are read.
const MAX_PARENTS: usize = 64;

/// A block as it lies in the page.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// Its id.
    pub(crate) marker: String,
    /// The marker's map; none for text that stands outside any block.
    pub(crate) map: Option<Obj>,
    /// The block.
    pub(crate) block: Block,
    /// Positions of its content.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Key of its table.
    pub(crate) table: Option<String>,
}

impl Placed {
    /// First position that belongs to the block, its marker included.
    pub(crate) fn from(&self) -> usize {
        if self.map.is_some() { self.start.saturating_sub(1) } else { self.start }
    }
}

/// What a marker says.
struct Marker {
    obj: Obj,
    kind: BlockKind,
    parents: Vec<Container>,
    restart: Option<usize>,
    table: Option<String>,
    /// Of type `blockquote`, which opens a quotation and holds text.
    quote: bool,
}

/// The text object of a page.
pub(crate) fn text_of(read: &impl Read) -> Option<Obj> {
    match read.get(&Obj::root(), At::Key(TEXT)) {
        Some(Node::Text(obj)) => Some(obj),
        _ => None,
    }
}

/// The blocks of the page, tables whose marker is gone but that hold text included.
pub(crate) fn read_page(read: &impl Read) -> Vec<Placed> {
    let Some(text) = text_of(read) else { return Vec::new() };
    let mut out = read_text(read, &text);
    let end = out.last().map_or(0, |p| p.end);
    let used: Vec<String> = out.iter().filter_map(|p| p.table.clone()).collect();
    for (key, table) in table::orphans(read, &used) {
        let block = Block::plain(BlockKind::Table { table }, "");
        out.push(Placed {
            marker: format!("{}{key}", table::ORPHAN),
            map: None,
            block,
            start: end,
            end,
            table: Some(key),
        });
    }
    out
}

/// The blocks of a text object.
pub(crate) fn read_text(read: &impl Read, text: &Obj) -> Vec<Placed> {
    let content = Content::read(read, text);
    let mut out: Vec<Placed> = Vec::new();
    let mut open = Open { marker: LEADING.to_owned(), at: 0, found: None };
    for (index, place) in content.places.iter().enumerate() {
        let Place::Block(obj) = place else { continue };
        open.close(&content, index, &mut out);
        let found = read_marker(read, obj);
        open = Open { marker: obj.id(), at: index + 1, found: Some(found) };
    }
    open.close(&content, content.places.len(), &mut out);
    out
}

/// A block whose end is not known yet.
struct Open {
    marker: String,
    at: usize,
    found: Option<Marker>,
}

impl Open {
    fn close(self, content: &Content, end: usize, out: &mut Vec<Placed>) {
        let Open { marker, at, found } = self;
        let Some(found) = found else {
            if at < end {
                out.push(content.outside(LEADING.to_owned(), at, end));
            }
            return;
        };
        let leaf = found.kind.is_leaf();
        let plain = matches!(found.kind, BlockKind::Code { .. } | BlockKind::Verbatim);
        let stop = if leaf { at } else { end };
        let inline = if plain { content.plain(at, stop) } else { content.inline(at, stop) };
        let restart = found.restart.or_else(|| quote_restart(&found, out));
        out.push(Placed {
            marker: marker.clone(),
            map: Some(found.obj),
            block: Block { parents: found.parents, restart, kind: found.kind, inline },
            start: at,
            end: stop,
            table: found.table,
        });
        if stop < end {
            out.push(content.outside(format!("{marker}{TRAILING}"), stop, end));
        }
    }
}

/// `blockquote` as a block type opens a new quotation each time; ours is a paragraph in a container.
fn quote_restart(found: &Marker, before: &[Placed]) -> Option<usize> {
    let opens = found.restart.is_none() && matches!(found.kind, BlockKind::Paragraph);
    let depth = found.parents.len().checked_sub(1)?;
    let same = before.last().is_some_and(|p| p.block.parents.get(..=depth) == Some(&found.parents[..]));
    (opens && found.quote && same).then_some(depth)
}

/// What stands at one position of a text.
enum Place {
    Char(char),
    Embed(Glyph),
    Block(Obj),
}

/// The positions of a text and their marks.
struct Content {
    places: Vec<Place>,
    marks: Vec<Marks>,
    runs: Vec<usize>,
}

impl Content {
    fn read(read: &impl Read, text: &Obj) -> Content {
        let chars = read.text(text);
        let place = |(index, c)| match c {
            MARKER => placeholder(read, text, index),
            c => Place::Char(c),
        };
        let places: Vec<Place> = chars.chars().enumerate().map(place).collect();
        let (runs, marks) = mark_runs(&read.marks(text));
        Content { places, marks, runs }
    }

    /// The marks at a position.
    fn marks_at(&self, index: usize) -> Marks {
        let run = self.runs.partition_point(|start| *start <= index);
        run.checked_sub(1).and_then(|r| self.marks.get(r)).cloned().unwrap_or_default()
    }

    fn units(&self, from: usize, to: usize) -> Vec<Unit> {
        let unit = |(i, place): (usize, &Place)| {
            let glyph = match place {
                Place::Char(c) => Glyph::Char(*c),
                Place::Embed(glyph) => glyph.clone(),
                Place::Block(_) => return None,
            };
            Some(Unit { glyph, marks: self.marks_at(from + i) })
        };
        self.places.get(from..to).unwrap_or_default().iter().enumerate().filter_map(unit).collect()
    }

    fn inline(&self, from: usize, to: usize) -> Vec<Inline> {
        inline(&self.units(from, to))
    }

    /// Content of a block that knows no marks; an image shows as its address.
    fn plain(&self, from: usize, to: usize) -> Vec<Inline> {
        let mut units = self.units(from, to);
        for unit in &mut units {
            unit.marks = Marks::default();
        }
        inline(&units)
    }

    fn outside(&self, marker: String, from: usize, to: usize) -> Placed {
        let inline = self.inline(from, to);
        let block = Block { parents: Vec::new(), restart: None, kind: BlockKind::Paragraph, inline };
        Placed { marker, map: None, block, start: from, end: to, table: None }
    }
}

/// Starts of stretches with equal marks, and the marks of each.
fn mark_runs(ranges: &[Range]) -> (Vec<usize>, Vec<Marks>) {
    let mut events: BTreeMap<usize, Vec<(bool, &Range)>> = BTreeMap::new();
    for range in ranges.iter().filter(|r| r.start < r.end && names::MARKS.contains(&r.name.as_str())) {
        events.entry(range.end).or_default().insert(0, (false, range));
        events.entry(range.start).or_default().push((true, range));
    }
    let (mut starts, mut marks) = (Vec::new(), Vec::new());
    let mut now = Marks::default();
    for (at, here) in events {
        for (begins, range) in here {
            let value = if begins { range.value.clone() } else { Scalar::Null };
            names::add_mark(&mut now, &range.name, &value);
        }
        starts.push(at);
        marks.push(now.clone());
    }
    (starts, marks)
}

/// What the marker character at `index` stands for.
fn placeholder(read: &impl Read, text: &Obj, index: usize) -> Place {
    let Some(Node::Map(obj)) = read.get(text, At::Index(index)) else { return Place::Char(MARKER) };
    let mut entries = read.entries(&obj, &[names::IS_EMBED, names::TYPE, names::ATTRS]);
    let embed = entries.get(names::IS_EMBED) == Some(&Node::Scalar(Scalar::Bool(true)));
    let image = entries.remove(names::TYPE).and_then(|n| read.string(n)).as_deref() == Some(names::IMAGE);
    match (embed, image) {
        (false, false) => return Place::Block(obj),
        (true, false) => return Place::Char(MARKER),
        (_, true) => {}
    }
    let mut attrs = attrs_of(read, entries.remove(names::ATTRS), &[names::SRC, names::ALT, names::TITLE]);
    let mut attr = |key| attrs.remove(key).and_then(|n| read.string(n)).unwrap_or_default();
    Place::Embed(Glyph::Image { src: attr(names::SRC), alt: attr(names::ALT), title: attr(names::TITLE) })
}

fn attrs_of(read: &impl Read, attrs: Option<Node>, keys: &[&str]) -> BTreeMap<String, Node> {
    match attrs {
        Some(Node::Map(attrs)) => read.entries(&attrs, keys),
        _ => BTreeMap::new(),
    }
}

fn read_marker(read: &impl Read, obj: &Obj) -> Marker {
    let mut entries = read.entries(obj, &[names::TYPE, names::PARENTS, names::ATTRS]);
    let name = entries.remove(names::TYPE).and_then(|n| read.string(n)).unwrap_or_default();
    let attrs = attrs_of(read, entries.remove(names::ATTRS), &names::ATTRIBUTES);
    let scalar = |key: &str| attrs.get(key);
    let number = |key: &str| scalar(key).and_then(as_number);
    let flag = |key: &str| scalar(key) == Some(&Node::Scalar(Scalar::Bool(true)));
    let string = |key: &str| scalar(key).and_then(|n| read.string(n.clone())).unwrap_or_default();
    let mut parents = read_parents(read, entries.remove(names::PARENTS));
    let mut table = None;
    let kind = match name.as_str() {
        names::PARAGRAPH => BlockKind::Paragraph,
        names::HEADING => BlockKind::Heading { level: number(names::LEVEL).unwrap_or(1).clamp(1, 6) as u8 },
        names::CODE_BLOCK => BlockKind::Code { language: string(names::LANGUAGE) },
        names::ORDERED_ITEM => {
            BlockKind::OrderedItem { start: number(names::START), loose: flag(names::LOOSE) }
        }
        names::BULLET_ITEM => match scalar(names::CHECKED) {
            Some(Node::Scalar(Scalar::Bool(checked))) => {
                BlockKind::TaskItem { checked: *checked, loose: flag(names::LOOSE) }
            }
            _ => BlockKind::BulletItem { loose: flag(names::LOOSE) },
        },
        names::BLOCKQUOTE => {
            parents.push(Container::Quote);
            BlockKind::Paragraph
        }
        names::CALLOUT => BlockKind::Callout { tone: string(names::TONE) },
        names::DIVIDER => BlockKind::Divider,
        names::VERBATIM => BlockKind::Verbatim,
        names::TASK => BlockKind::Task { id: string(names::TASK_ID) },
        names::TABLE => {
            let key = string(names::TABLE_KEY);
            let found = table::read(read, &key);
            table = Some(key);
            BlockKind::Table { table: found }
        }
        _ => BlockKind::Unknown { name: name.clone() },
    };
    let restart = number(names::RESTART).and_then(|n| usize::try_from(n).ok());
    Marker { obj: obj.clone(), kind, parents, restart, table, quote: name == names::BLOCKQUOTE }
}

/// The key of the table that a marker names.
fn table_key(read: &impl Read, marker: &Obj) -> String {
    let attrs = attrs_of(read, read.get(marker, At::Key(names::ATTRS)), &[names::TABLE_KEY]);
    attrs.into_values().next().and_then(|n| read.string(n)).unwrap_or_default()
}

/// [`read_page`] where the page is at hand as a sequence; none when it is of another version.
pub(crate) fn blocks_of(read: &impl Read, page: &Flat) -> Option<Vec<Block>> {
    let mut blocks = page.blocks();
    if read.get(&Obj::root(), At::Key(TABLES)).is_none() {
        return Some(blocks);
    }
    let text = text_of(read).filter(|text| read.len(text) == page.len())?;
    let mut used = Vec::new();
    for (index, part) in page.parts().iter().enumerate() {
        let is_table = part.head.as_ref().is_some_and(|head| matches!(head.kind, BlockKind::Table { .. }));
        let marker = page.start(index).checked_sub(1).filter(|_| is_table);
        if let Some(Node::Map(marker)) = marker.and_then(|at| read.get(&text, At::Index(at))) {
            used.push(table_key(read, &marker));
        }
    }
    // A table whose marker is gone is a block too.
    let orphans = table::orphans(read, &used).into_iter();
    blocks.extend(orphans.map(|(_, table)| Block::plain(BlockKind::Table { table }, "")));
    Some(blocks)
}

fn as_number(node: &Node) -> Option<u64> {
    match node {
        Node::Scalar(Scalar::Int(i)) => u64::try_from(*i).ok(),
        Node::Scalar(Scalar::Uint(u)) => Some(*u),
        Node::Scalar(Scalar::Float(f)) if *f >= 0.0 && *f < 9e15 => Some(*f as u64),
        _ => None,
    }
}

fn read_parents(read: &impl Read, parents: Option<Node>) -> Vec<Container> {
    let Some(Node::List(list)) = parents else { return Vec::new() };
    let names = (0..read.len(&list).min(MAX_PARENTS)).filter_map(|i| read.get(&list, At::Index(i)));
    names.filter_map(|n| read.string(n)).filter_map(|n| names::container(&n)).collect()
}

/// The blocks of any text object, without identity.
pub(crate) fn read_blocks(read: &impl Read, text: &Obj) -> Vec<Block> {
    read_text(read, text).into_iter().map(|p| p.block).collect()
}

/// Content of a text object that is one line of inline content (a table cell).
pub(crate) fn read_inline(read: &impl Read, text: &Obj) -> Vec<Inline> {
    let content = Content::read(read, text);
    content.inline(0, content.places.len())
}

/// The characters of blocks, one line a block; cells of a table are set apart by tabs.
pub fn plain_text(blocks: &[Block]) -> String {
    let mut out = String::new();
    for (i, block) in blocks.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        match &block.kind {
            BlockKind::Table { table } => out.push_str(&table_text(table)),
            _ => out.push_str(&block.text()),
        }
    }
    out
}

fn table_text(table: &crate::block::Table) -> String {
    let cell = |c: &Vec<Inline>| c.iter().map(Inline::as_text).collect::<String>();
    let row = |r: &Vec<Vec<Inline>>| r.iter().map(cell).collect::<Vec<_>>().join("\t");
    table.rows.iter().map(row).collect::<Vec<_>>().join("\n")
}
