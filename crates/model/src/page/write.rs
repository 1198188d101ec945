//! Writing markers: the map of a block in the text, and the differences of one.

use std::collections::{BTreeMap, BTreeSet};

use super::names;
use super::table;
use crate::block::{Block, BlockKind, Table};
use crate::crdt::{At, Node, Obj, Read, Scalar, Tx};
use crate::doc::ModelError;

/// Deepest nesting of a foreign marker that is copied.
const MAX_DEPTH: usize = 16;
/// Most values of a foreign marker that are copied.
const MAX_VALUES: usize = 1_000;

/// An attribute as it is written: a string as a text object, which is what JavaScript writes, or as a scalar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Attr {
    Text(String),
    Scalar(Scalar),
}

/// Any value of a marker of other software, kept for a copy.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Raw {
    Scalar(Scalar),
    Text(String),
    Map(BTreeMap<String, Raw>),
    List(Vec<Raw>),
}

/// A marker to be written.
#[derive(Debug, Clone)]
pub(crate) struct NewMarker {
    pub(crate) name: String,
    pub(crate) parents: Vec<&'static str>,
    pub(crate) attrs: BTreeMap<&'static str, Attr>,
    /// The whole map of a marker of unknown type, copied from elsewhere.
    pub(crate) raw: Option<Raw>,
    /// The cells of a table, and the key of one that lies in the document already.
    pub(crate) table: Option<(Table, Option<String>)>,
}

impl NewMarker {
    /// The marker of a block; `raw` and a table's key come from a block that it replaces.
    pub(crate) fn of(block: &Block, raw: Option<Raw>, key: Option<String>) -> NewMarker {
        let table = match &block.kind {
            BlockKind::Table { table } => Some((table.clone(), key)),
            _ => None,
        };
        let raw = raw.filter(|_| matches!(block.kind, BlockKind::Unknown { .. }));
        let name = type_name(&block.kind).to_owned();
        NewMarker { name, parents: parent_names(block), attrs: attrs(block), raw, table }
    }
}

/// The name of a kind in the document.
pub(crate) fn type_name(kind: &BlockKind) -> &str {
    match kind {
        BlockKind::Paragraph => names::PARAGRAPH,
        BlockKind::Heading { .. } => names::HEADING,
        BlockKind::BulletItem { .. } | BlockKind::TaskItem { .. } => names::BULLET_ITEM,
        BlockKind::OrderedItem { .. } => names::ORDERED_ITEM,
        BlockKind::Code { .. } => names::CODE_BLOCK,
        BlockKind::Callout { .. } => names::CALLOUT,
        BlockKind::Divider => names::DIVIDER,
        BlockKind::Table { .. } => names::TABLE,
        BlockKind::Verbatim => names::VERBATIM,
        BlockKind::Task { .. } => names::TASK,
        BlockKind::Unknown { name } => name,
    }
}

fn parent_names(block: &Block) -> Vec<&'static str> {
    block.parents.iter().map(|c| names::container_name(*c)).collect()
}

/// The parents that ProseMirror gives an embed inside this block.
pub(crate) fn embed_parents(block: &Block) -> Vec<String> {
    let mut out: Vec<String> = parent_names(block).into_iter().map(str::to_owned).collect();
    out.push(type_name(&block.kind).to_owned());
    if block.opens().is_some() {
        out.push(names::PARAGRAPH.to_owned());
    }
    out
}

fn attrs(block: &Block) -> BTreeMap<&'static str, Attr> {
    let mut out = BTreeMap::new();
    let int = |n: u64| Attr::Scalar(Scalar::Int(i64::try_from(n).unwrap_or(i64::MAX)));
    let flag = |on: bool| Attr::Scalar(Scalar::Bool(on));
    let mut loose_items = false;
    match &block.kind {
        BlockKind::Heading { level } => {
            out.insert(names::LEVEL, int(u64::from(*level)));
        }
        BlockKind::Code { language } if !language.is_empty() => {
            out.insert(names::LANGUAGE, Attr::Text(language.clone()));
        }
        BlockKind::Callout { tone } => {
            out.insert(names::TONE, Attr::Text(tone.clone()));
        }
        BlockKind::Task { id } => {
            out.insert(names::TASK_ID, Attr::Text(id.clone()));
        }
        BlockKind::BulletItem { loose } => loose_items = *loose,
        BlockKind::TaskItem { checked, loose } => {
            out.insert(names::CHECKED, flag(*checked));
            loose_items = *loose;
        }
        BlockKind::OrderedItem { start, loose } => {
            if let Some(start) = start {
                out.insert(names::START, int(*start));
            }
            loose_items = *loose;
        }
        _ => {}
    }
    if loose_items {
        out.insert(names::LOOSE, flag(true));
    }
    if let Some(depth) = block.restart {
        out.insert(names::RESTART, int(depth as u64));
    }
    out
}

/// Inserts a marker at `at` of `text`.
pub(crate) fn insert(tx: &mut Tx, text: &Obj, at: usize, marker: &NewMarker) -> Result<(), ModelError> {
    let obj = tx.insert_marker(text, at)?;
    if let Some(Raw::Map(raw)) = &marker.raw {
        return put_raw_map(tx, &obj, raw);
    }
    tx.put(&obj, names::TYPE, Scalar::Str(marker.name.clone()))?;
    put_parents(tx, &obj, &marker.parents)?;
    tx.put(&obj, names::IS_EMBED, Scalar::Bool(false))?;
    let attrs = tx.put_map(&obj, names::ATTRS)?;
    for (key, attr) in &marker.attrs {
        put_attr(tx, &attrs, key, attr)?;
    }
    let Some((table, key)) = &marker.table else { return Ok(()) };
    let known = key.as_ref().filter(|k| table::exists(tx, k));
    let key = known.cloned().unwrap_or_else(|| obj.id());
    put_attr(tx, &attrs, names::TABLE_KEY, &Attr::Text(key.clone()))?;
    match known {
        Some(_) => table::bring_to(tx, &key, table),
        None => table::create(tx, &key, table),
    }
}

/// Inserts an image at `at` of `text`.
pub(crate) fn insert_image(
    tx: &mut Tx,
    text: &Obj,
    at: usize,
    [src, alt, title]: [&str; 3],
    parents: &[String],
) -> Result<(), ModelError> {
    let obj = tx.insert_marker(text, at)?;
    tx.put(&obj, names::TYPE, Scalar::Str(names::IMAGE.to_owned()))?;
    let names: Vec<&str> = parents.iter().map(String::as_str).collect();
    put_parents(tx, &obj, &names)?;
    tx.put(&obj, names::IS_EMBED, Scalar::Bool(true))?;
    let attrs = tx.put_map(&obj, names::ATTRS)?;
    put_attr(tx, &attrs, names::ALT, &Attr::Text(alt.to_owned()))?;
    put_attr(tx, &attrs, names::SRC, &Attr::Scalar(Scalar::Str(src.to_owned())))?;
    put_attr(tx, &attrs, names::TITLE, &Attr::Text(title.to_owned()))
}

fn put_parents(tx: &mut Tx, marker: &Obj, parents: &[&str]) -> Result<(), ModelError> {
    let list = tx.put_list(marker, names::PARENTS)?;
    for (i, name) in parents.iter().enumerate() {
        tx.insert(&list, i, Scalar::Str((*name).to_owned()))?;
    }
    Ok(())
}

fn put_attr(tx: &mut Tx, attrs: &Obj, key: &str, attr: &Attr) -> Result<(), ModelError> {
    match attr {
        Attr::Scalar(value) => tx.put(attrs, key, value.clone()),
        Attr::Text(value) => {
            let text = tx.put_text(attrs, key)?;
            tx.insert_text(&text, 0, value)
        }
    }
}

/// Gives a marker that has none a table of its own.
pub(crate) fn put_table(tx: &mut Tx, marker: &Obj, table: &Table) -> Result<(), ModelError> {
    let attrs = match tx.get(marker, At::Key(names::ATTRS)) {
        Some(Node::Map(map)) => map,
        _ => tx.put_map(marker, names::ATTRS)?,
    };
    let key = marker.id();
    put_attr(tx, &attrs, names::TABLE_KEY, &Attr::Text(key.clone()))?;
    if table::exists(tx, &key) { table::bring_to(tx, &key, table) } else { table::create(tx, &key, table) }
}

/// Writes what differs between `from` and `to` into an existing marker; what neither says stays.
pub(crate) fn update(tx: &mut Tx, marker: &Obj, from: &Block, to: &Block) -> Result<(), ModelError> {
    let quote = tx.get_str(marker, names::TYPE).as_deref() == Some(names::BLOCKQUOTE);
    let retype = type_name(&from.kind) != type_name(&to.kind) || (quote && from.parents != to.parents);
    if retype {
        tx.put(marker, names::TYPE, Scalar::Str(type_name(&to.kind).to_owned()))?;
    }
    if from.parents != to.parents || (retype && quote) {
        put_parents(tx, marker, &parent_names(to))?;
    }
    let (old, new) = (attrs(from), attrs(to));
    if old == new && from.kind == to.kind {
        return Ok(());
    }
    let map = match tx.get(marker, At::Key(names::ATTRS)) {
        Some(Node::Map(map)) => map,
        _ => tx.put_map(marker, names::ATTRS)?,
    };
    // A concurrent change of kind may have left what the old kind does not show and the one wanted would.
    let stale = names::OF_KINDS.iter().copied().filter(|_| from.kind != to.kind);
    let gone: BTreeSet<&str> = old.keys().copied().chain(stale).filter(|k| !new.contains_key(k)).collect();
    for key in gone {
        if tx.get(&map, At::Key(key)).is_some() {
            tx.delete_key(&map, key)?;
        }
    }
    for (key, attr) in new.iter().filter(|(k, v)| old.get(*k) != Some(*v)) {
        put_attr(tx, &map, key, attr)?;
    }
    Ok(())
}

/// The whole map of a marker, within bounds.
pub(crate) fn read_raw(read: &impl Read, marker: &Obj) -> Raw {
    raw(read, Node::Map(marker.clone()), MAX_DEPTH, &mut MAX_VALUES.clone())
}

fn raw(read: &impl Read, node: Node, depth: usize, left: &mut usize) -> Raw {
    if depth == 0 || *left == 0 {
        return Raw::Scalar(Scalar::Null);
    }
    *left -= 1;
    match node {
        Node::Scalar(scalar) => Raw::Scalar(scalar),
        Node::Text(obj) => Raw::Text(read.text(&obj)),
        Node::List(obj) => {
            let items = (0..read.len(&obj).min(MAX_VALUES)).filter_map(|i| read.get(&obj, At::Index(i)));
            Raw::List(items.map(|n| raw(read, n, depth - 1, left)).collect())
        }
        Node::Map(obj) => {
            let keys = read.keys(&obj).into_iter().take(MAX_VALUES);
            let values = keys.filter_map(|k| Some((k.clone(), read.get(&obj, At::Key(&k))?)));
            Raw::Map(values.map(|(k, n)| (k, raw(read, n, depth - 1, left))).collect())
        }
    }
}

fn put_raw_map(tx: &mut Tx, map: &Obj, values: &BTreeMap<String, Raw>) -> Result<(), ModelError> {
    for (key, value) in values {
        match value {
            Raw::Scalar(scalar) => tx.put(map, key, scalar.clone())?,
            Raw::Text(chars) => {
                let text = tx.put_text(map, key)?;
                tx.insert_text(&text, 0, chars)?;
            }
            Raw::Map(inner) => {
                let obj = tx.put_map(map, key)?;
                put_raw_map(tx, &obj, inner)?;
            }
            Raw::List(items) => {
                let obj = tx.put_list(map, key)?;
                put_raw_list(tx, &obj, items)?;
            }
        }
    }
    Ok(())
}

fn put_raw_list(tx: &mut Tx, list: &Obj, items: &[Raw]) -> Result<(), ModelError> {
    for (i, item) in items.iter().enumerate() {
        match item {
            Raw::Scalar(scalar) => tx.insert(list, i, scalar.clone())?,
            Raw::Text(chars) => tx.insert(list, i, Scalar::Str(chars.clone()))?,
            Raw::Map(inner) => {
                let obj = tx.insert_map(list, i)?;
                put_raw_map(tx, &obj, inner)?;
            }
            Raw::List(inner) => {
                let obj = tx.insert_list(list, i)?;
                put_raw_list(tx, &obj, inner)?;
            }
        }
    }
    Ok(())
}

/// Gives the embed at `at` the containers of its block, if they differ.
pub(crate) fn set_embed_parents(
    tx: &mut Tx,
    text: &Obj,
    at: usize,
    parents: &[String],
) -> Result<(), ModelError> {
    let Some(Node::Map(obj)) = tx.get(text, At::Index(at)) else { return Ok(()) };
    let old: Vec<String> = match tx.get(&obj, At::Key(names::PARENTS)) {
        Some(Node::List(list)) => {
            let count = tx.len(&list).min(MAX_VALUES);
            (0..count).filter_map(|i| tx.get(&list, At::Index(i))).filter_map(|n| tx.string(n)).collect()
        }
        _ => Vec::new(),
    };
    if old == parents {
        return Ok(());
    }
    put_parents(tx, &obj, &parents.iter().map(String::as_str).collect::<Vec<_>>())
}
