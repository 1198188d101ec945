//! Fields of a document: last writer wins by Automerge order, and the values that lost are kept and shown.
//!
//! Readers are total over any content: a value of another shape than expected reads as absent. Sets (`labels`, …) are
//! maps, so that additions made apart are all kept.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::crdt::{At, Crdt, Meta, Node, Obj, Read, Scalar, Tx};
use crate::doc::{Doc, Heads, ID, KIND, Kind, ModelError, SCHEMA, TEXT};
use crate::ids::DocId;
use crate::page::TABLES;

/// Most bytes of a field's value.
pub const MAX_FIELD_BYTES: usize = 1024 * 1024;
/// Most bytes of a field's name or of an item of a set.
pub const MAX_NAME_BYTES: usize = 1024;
/// Longest value that is written as one scalar; a longer one becomes a text object.
const MAX_SCALAR_BYTES: usize = 16 * 1024;
/// Most items of a list that are read.
const MAX_ITEMS: usize = 16_384;

/// Fields that are sets.
pub const SETS: [&str; 20] = [
    "labels",
    "checkins",
    "off",
    "holidays",
    "nodes",
    "attachments",
    crate::conversation::PARTICIPANTS,
    crate::form::DECIDERS,
    crate::form::AFFECTS,
    crate::form::SUPERSEDES,
    crate::task::more::BLOCKS,
    crate::task::more::RELATES,
    crate::task::more::DONE_TIMES,
    crate::task::more::SKIPPED_TIMES,
    crate::task::more::HILL_MARKS,
    crate::project::STATES,
    crate::project::OWN_FIELDS,
    crate::form::meeting::ATTENDEES,
    crate::form::meeting::PRESENT,
    crate::form::meeting::EXCUSED,
];
/// Fields that are no values: they hold the page itself and what the document is.
const RESERVED: [&str; 5] = [KIND, SCHEMA, ID, TEXT, TABLES];

/// Title of anything.
pub const TITLE: &str = "title";
/// Id of the document that contains this one.
pub const PARENT: &str = "parent";
/// Place among siblings, a fractional key.
pub const ORDER: &str = "order";
/// Whether it lies in the trash.
pub const TRASHED: &str = "trashed";
/// When it was put there, UTC milliseconds.
pub const TRASHED_AT: &str = "trashed_at";

/// A field's value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Absent.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        if let Value::Int(int) = self { Some(*int) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[String]> {
        if let Value::List(items) = self { Some(items) } else { None }
    }
}

/// A concurrent value of a field that lost against the one shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The field.
    pub field: String,
    /// The value that lost.
    pub value: Value,
    /// Who wrote it.
    pub actor: [u8; 16],
    /// When, by the writer's clock.
    pub time_ms: i64,
}

/// A document in the trash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trashed {
    /// Who put it there.
    pub actor: [u8; 16],
    /// When, by that writer's clock.
    pub time_ms: i64,
    /// Whether someone edited it apart from the deletion or after it: it wants attention.
    pub edited_since: bool,
}

impl Doc {
    /// Its title; empty when it has none.
    pub fn title(&self) -> String {
        text(&self.crdt, TITLE)
    }

    /// The document that it lies in.
    pub fn parent(&self) -> Option<DocId> {
        text(&self.crdt, PARENT).parse().ok()
    }

    /// Its place among its siblings; empty when it has none.
    pub fn order(&self) -> String {
        text(&self.crdt, ORDER)
    }

    /// Who deleted it and when, if it is in the trash.
    pub fn trashed(&self) -> Option<Trashed> {
        if read(&self.crdt, TRASHED) != Some(Value::Bool(true)) {
            return None;
        }
        let written = self.crdt.get_all(&Obj::root(), At::Key(TRASHED)).pop()?;
        let hash = written.change?;
        let meta = self.crdt.meta(&hash)?;
        let edited_since = self.crdt.metas_since(&Heads(vec![hash])).iter().any(|m| m.ops > 0);
        Some(Trashed { actor: actor16(&meta), time_ms: meta.time_ms, edited_since })
    }

    /// All fields with a value, by name.
    pub fn fields(&self) -> BTreeMap<String, Value> {
        all(&self.crdt)
    }
}

/// The actor of a change; one of another length is cut or filled with zeros.
pub(crate) fn actor16(meta: &Meta) -> [u8; 16] {
    let mut out = [0; 16];
    for (to, from) in out.iter_mut().zip(&meta.actor) {
        *to = *from;
    }
    out
}

/// A text field; empty when it is absent.
pub(crate) fn text(doc: &impl Read, name: &str) -> String {
    match read(doc, name) {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    }
}

/// The items of a set, sorted.
pub(crate) fn items(doc: &impl Read, name: &str) -> Vec<String> {
    match read(doc, name) {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    }
}

/// The items of a set with when each was put in, by the writers' clocks.
pub(crate) fn dated_items(doc: &Crdt, name: &str) -> Vec<(String, i64)> {
    said_items(doc, name).into_iter().map(|(item, at_ms, _)| (item, at_ms)).collect()
}

/// As [`dated_items`], with the actor who said each first.
pub(crate) fn said_items(doc: &Crdt, name: &str) -> Vec<(String, i64, Option<[u8; 16]>)> {
    let mut said: BTreeMap<String, (i64, Option<[u8; 16]>)> = BTreeMap::new();
    for map in set_maps(doc, name) {
        for item in doc.keys(&map).into_iter().take(MAX_ITEMS) {
            let written = doc.get_all(&map, At::Key(&item)).pop().and_then(|written| written.change);
            let meta = written.and_then(|hash| doc.meta(&hash));
            let new = (meta.as_ref().map_or(0, |meta| meta.time_ms), meta.as_ref().map(actor16));
            // Said twice, it was said when it was said first.
            said.entry(item).and_modify(|first| *first = new.min(*first)).or_insert(new);
        }
    }
    said.into_iter().map(|(item, (at_ms, actor))| (item, at_ms, actor)).collect()
}

/// The value of a field.
pub(crate) fn read(doc: &impl Read, name: &str) -> Option<Value> {
    if name == TEXT || name == TABLES {
        return None;
    }
    let sets = set_maps(doc, name);
    if !sets.is_empty() {
        let keys: BTreeSet<String> = sets.iter().flat_map(|map| doc.keys(map)).take(MAX_ITEMS).collect();
        return Some(Value::List(keys.into_iter().collect()));
    }
    value(doc, doc.get(&Obj::root(), At::Key(name))?)
}

fn value(doc: &impl Read, node: Node) -> Option<Value> {
    match node {
        Node::Scalar(Scalar::Str(s)) => Some(Value::Text(s)),
        Node::Scalar(Scalar::Int(i) | Scalar::Time(i)) => Some(Value::Int(i)),
        Node::Scalar(Scalar::Uint(u)) => Some(Value::Int(i64::try_from(u).unwrap_or(i64::MAX))),
        Node::Scalar(Scalar::Float(f)) => {
            (f.fract() == 0.0 && f.abs() < 9e15).then_some(Value::Int(f as i64))
        }
        Node::Scalar(Scalar::Bool(b)) => Some(Value::Bool(b)),
        Node::Scalar(Scalar::Null) => Some(Value::Null),
        Node::Scalar(Scalar::Bytes(_) | Scalar::Other) => None,
        Node::Text(obj) => Some(Value::Text(doc.text(&obj))),
        Node::Map(obj) => Some(Value::List(doc.keys(&obj).into_iter().take(MAX_ITEMS).collect())),
        Node::List(obj) => {
            let items = (0..doc.len(&obj).min(MAX_ITEMS)).filter_map(|i| doc.get(&obj, At::Index(i)));
            Some(Value::List(items.filter_map(|n| doc.string(n)).collect()))
        }
    }
}

/// The map of a set; several when replicas made it apart.
fn set_maps(doc: &impl Read, name: &str) -> Vec<Obj> {
    if !SETS.contains(&name) {
        return Vec::new();
    }
    let all = doc.get_all(&Obj::root(), At::Key(name)).into_iter();
    all.filter_map(|w| if let Node::Map(obj) = w.node { Some(obj) } else { None }).collect()
}

/// All fields with a value, by name; empty sets are left out.
pub(crate) fn all(doc: &impl Read) -> BTreeMap<String, Value> {
    let names = doc.keys(&Obj::root()).into_iter().filter(|n| !RESERVED.contains(&n.as_str()));
    let values = names.filter_map(|n| read(doc, &n).map(|v| (n, v)));
    values.filter(|(_, v)| !matches!(v, Value::Null) && *v != Value::List(Vec::new())).collect()
}

pub(crate) fn conflicts(doc: &Crdt) -> Vec<Conflict> {
    let root = Obj::root();
    let mut out = Vec::new();
    for field in doc.keys(&root) {
        if RESERVED.contains(&field.as_str()) || SETS.contains(&field.as_str()) {
            continue;
        }
        let mut all = doc.get_all(&root, At::Key(&field));
        let Some(winner) = all.pop() else { continue };
        let mut shown = vec![value(doc, winner.node)];
        for loser in all.into_iter().rev() {
            let lost = value(doc, loser.node);
            let meta = loser.change.and_then(|h| doc.meta(&h));
            let (Some(meta), false) = (meta, shown.contains(&lost)) else { continue };
            shown.push(lost.clone());
            let value = lost.unwrap_or(Value::Null);
            out.push(Conflict { field: field.clone(), value, actor: actor16(&meta), time_ms: meta.time_ms });
        }
    }
    out
}

/// Writes the sets and tables that every document of a kind begins with: made once, they never compete.
pub(crate) fn prepare(tx: &mut Tx, kind: &Kind) -> Result<(), ModelError> {
    let sets: &[&str] = match kind {
        Kind::Page | Kind::Task | Kind::Project => &["labels"],
        Kind::Person => &["checkins", "off", "holidays"],
        Kind::Workspace => &["nodes"],
        Kind::Space | Kind::Thread | Kind::Reading | Kind::View | Kind::Cycle | Kind::Unknown(_) => &[],
    };
    for name in [TABLES].iter().chain(sets) {
        tx.put_map(&Obj::root(), name)?;
    }
    if *kind == Kind::Thread {
        tx.put_list(&Obj::root(), crate::thread::MESSAGES)?;
        tx.put_map(&Obj::root(), crate::conversation::PARTICIPANTS)?;
        for list in crate::conversation::LISTS {
            tx.put_list(&Obj::root(), list)?;
        }
    }
    Ok(())
}

fn check(name: &str, bytes: usize) -> Result<(), ModelError> {
    if RESERVED.contains(&name) || name.is_empty() {
        return Err(ModelError::NotPossible(format!("“{name}” is not a field that can be set")));
    }
    if name.len() > MAX_NAME_BYTES || bytes > MAX_FIELD_BYTES {
        return Err(ModelError::TooLarge("a field holds at most 1 MiB, its name 1 KiB".into()));
    }
    Ok(())
}

pub(crate) fn set(tx: &mut Tx, name: &str, value: &Value) -> Result<(), ModelError> {
    let bytes = match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(String::len).sum(),
        _ => 0,
    };
    check(name, bytes)?;
    if SETS.contains(&name) {
        return set_items(tx, name, value);
    }
    let current = tx.get_all(&Obj::root(), At::Key(name));
    let settled = current.len() == 1;
    if (settled && read(tx, name).as_ref() == Some(value)) || (current.is_empty() && *value == Value::Null) {
        return Ok(());
    }
    put(tx, name, value)
}

fn put(tx: &mut Tx, name: &str, value: &Value) -> Result<(), ModelError> {
    let root = Obj::root();
    match value {
        Value::Null => tx.delete_key(&root, name),
        Value::Bool(b) => put_scalar(tx, name, Scalar::Bool(*b)),
        Value::Int(i) => put_scalar(tx, name, Scalar::Int(*i)),
        Value::Text(text) if text.len() <= MAX_SCALAR_BYTES => {
            put_scalar(tx, name, Scalar::Str(text.clone()))
        }
        Value::Text(text) => {
            let obj = tx.put_text(&root, name)?;
            tx.insert_text(&obj, 0, text)
        }
        Value::List(items) => {
            let list = tx.put_list(&root, name)?;
            items.iter().enumerate().try_for_each(|(i, s)| tx.insert(&list, i, Scalar::Str(s.clone())))
        }
    }
}

/// Writes a scalar even where the winner among concurrent values equals it: the choice ends the conflict.
fn put_scalar(tx: &mut Tx, name: &str, value: Scalar) -> Result<(), ModelError> {
    let root = Obj::root();
    if tx.get_all(&root, At::Key(name)).len() > 1
        && tx.get(&root, At::Key(name)) == Some(Node::Scalar(value.clone()))
    {
        tx.delete_key(&root, name)?;
    }
    tx.put(&root, name, value)
}

fn set_items(tx: &mut Tx, name: &str, value: &Value) -> Result<(), ModelError> {
    let wanted: &[String] = match value {
        Value::List(items) => items,
        Value::Null => &[],
        _ => return Err(ModelError::NotPossible(format!("“{name}” is a set"))),
    };
    for old in items(tx, name).iter().filter(|i| !wanted.contains(i)) {
        remove(tx, name, old)?;
    }
    wanted.iter().try_for_each(|item| add(tx, name, item))
}

/// Adds to a set.
pub(crate) fn add(tx: &mut Tx, name: &str, item: &str) -> Result<(), ModelError> {
    check_item(name, item)?;
    if items(tx, name).iter().any(|i| i == item) {
        return Ok(());
    }
    let map = match set_maps(tx, name).pop() {
        Some(map) => map,
        None => tx.put_map(&Obj::root(), name)?,
    };
    tx.put(&map, item, Scalar::Bool(true))
}

/// Takes out of a set.
pub(crate) fn remove(tx: &mut Tx, name: &str, item: &str) -> Result<(), ModelError> {
    check_item(name, item)?;
    for map in set_maps(tx, name) {
        if tx.get(&map, At::Key(item)).is_some() {
            tx.delete_key(&map, item)?;
        }
    }
    Ok(())
}

fn check_item(name: &str, item: &str) -> Result<(), ModelError> {
    if !SETS.contains(&name) {
        return Err(ModelError::NotPossible(format!("“{name}” is not a set")));
    }
    if item.is_empty() || item.len() > MAX_NAME_BYTES {
        return Err(ModelError::TooLarge("an item has 1 to 1,024 bytes".into()));
    }
    Ok(())
}

/// Into the trash, or out of it.
pub(crate) fn trash(tx: &mut Tx, on: bool) -> Result<(), ModelError> {
    if (read(tx, TRASHED) == Some(Value::Bool(true))) == on {
        return Ok(());
    }
    let at = tx.time_ms();
    set(tx, TRASHED, &Value::Bool(on))?;
    set(tx, TRASHED_AT, &if on { Value::Int(at) } else { Value::Null })
}

/// Brings every field back to what it was.
pub(crate) fn revert(tx: &mut Tx, past: &impl Read) -> Result<(), ModelError> {
    let (now, then) = (all(tx), all(past));
    for name in now.keys().filter(|n| !then.contains_key(*n)) {
        set(tx, name, &Value::Null)?;
    }
    then.iter().filter(|(n, v)| now.get(*n) != Some(*v)).try_for_each(|(name, v)| set(tx, name, v))
}
