//! Fields of a document: last writer wins by Automerge order, and the values that lost are kept and shown.
//!
//! Readers are total over any content: a value of another shape than expected reads as absent.

use serde::{Deserialize, Serialize};

use crate::crdt::Read;

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

pub(crate) fn read(_doc: &impl Read, _name: &str) -> Option<Value> {
    None
}

pub(crate) fn conflicts(_doc: &impl Read) -> Vec<Conflict> {
    Vec::new()
}
