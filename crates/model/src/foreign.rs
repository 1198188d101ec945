//! `.automerge` files of other software: what they hold becomes own edits, their changes do not enter.
//!
//! The size of a file, what it inflates to and its operations are bounded before Automerge reads it; a panic of the
//! library becomes an error. [`read`] needs nothing of ours, so that a process with limits can do it; its answer is
//! plain data, which [`Doc::adopt_foreign`] takes in.

pub(crate) mod chunks;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::block::Block;
use crate::crdt::{At, Crdt, Node, Obj, Read, guard};
use crate::doc::{Changes, Doc, Hash, Heads, ID, ModelError, Stamp, TEXT};
use crate::edit::{self, Edit};
use crate::fields::{self, Value};
use crate::ids::DocId;
use crate::page;

/// Largest foreign file that is read, bytes.
pub const MAX_FOREIGN_BYTES: usize = 8 * 1024 * 1024;

/// Most changes in the history of a foreign file.
pub const MAX_FOREIGN_CHANGES: usize = 1 << 18;

/// What a foreign file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    /// The blocks of its text.
    pub blocks: Vec<Block>,
    /// Its fields.
    pub fields: BTreeMap<String, Value>,
    /// The document that the file says it is, when that is one of ours.
    pub id: Option<DocId>,
    /// The changes it is made of: what it has in common with a document of ours shows the base of the difference.
    pub history: Heads,
}

/// Reads a foreign file.
///
/// # Errors
/// The file is too large, damaged, or the library failed on it.
pub fn read(bytes: &[u8]) -> Result<Foreign, ModelError> {
    if bytes.len() > MAX_FOREIGN_BYTES {
        return Err(ModelError::TooLarge("a foreign file of more than 8 MiB".into()));
    }
    chunks::check(bytes)?;
    let theirs = Crdt::load(bytes)?;
    let found = guard(|| Foreign {
        blocks: main_text(&theirs).map(|text| page::read_blocks(&theirs, &text)).unwrap_or_default(),
        fields: fields::all(&theirs),
        id: theirs.get_str(&Obj::root(), ID).and_then(|id| id.parse().ok()),
        history: Heads::new(theirs.metas_since(&Heads::default()).into_iter().map(|m| m.hash)),
    })?;
    if found.history.0.len() > MAX_FOREIGN_CHANGES {
        return Err(ModelError::TooLarge("a foreign file of more than 262,144 changes".into()));
    }
    Ok(found)
}

impl Doc {
    /// Brings the content of a foreign file into this document as own edits: the difference since the common version
    /// when the file builds on one of ours, else its whole content.
    pub fn adopt_foreign(&mut self, foreign: &Foreign, stamp: &Stamp) -> Result<Changes, ModelError> {
        let base = common(&self.crdt, &foreign.history);
        let related = !base.0.is_empty();
        let before = if related { fields::all(&self.crdt.at(&base)?) } else { BTreeMap::new() };
        let mut edits = field_edits(&before, &foreign.fields);
        if related || !foreign.blocks.is_empty() {
            edits.push(Edit::SetBlocks { base: related.then_some(base), blocks: foreign.blocks.clone() });
        }
        let (crdt, chunks) = edit::perform(&self.crdt, stamp, &edits)?;
        self.crdt = crdt;
        Ok(Changes(chunks))
    }
}

/// Edits for the fields that differ; names and values that no field can have stay behind.
fn field_edits(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<Edit> {
    let fits = |name: &str, value: &Value| {
        let list = matches!(value, Value::List(_) | Value::Null);
        let bytes = if let Value::Text(text) = value { text.len() } else { 0 };
        name.len() <= fields::MAX_NAME_BYTES
            && bytes <= fields::MAX_FIELD_BYTES
            && (list || !fields::SETS.contains(&name))
    };
    let gone = before.keys().filter(|n| !after.contains_key(*n)).map(|n| (n.clone(), Value::Null));
    let come = after.iter().filter(|(n, v)| before.get(*n) != Some(*v)).map(|(n, v)| (n.clone(), v.clone()));
    let all = gone.chain(come).filter(|(n, v)| !n.is_empty() && fits(n, v));
    all.map(|(name, value)| Edit::SetField { name, value }).collect()
}

/// The text that a page would show: `text`, else the longest text of the root.
fn main_text(doc: &Crdt) -> Option<Obj> {
    let root = Obj::root();
    let text =
        |key: &str| if let Some(Node::Text(obj)) = doc.get(&root, At::Key(key)) { Some(obj) } else { None };
    text(TEXT).or_else(|| doc.keys(&root).iter().filter_map(|k| text(k)).max_by_key(|obj| doc.len(obj)))
}

/// The newest of our changes that the other document has too.
fn common(ours: &Crdt, theirs: &Heads) -> Heads {
    let shared: Vec<_> = ours
        .metas_since(&Heads::default())
        .into_iter()
        .filter(|m| theirs.0.binary_search(&m.hash).is_ok())
        .collect();
    let inner: BTreeSet<Hash> = shared.iter().flat_map(|m| m.deps.iter().copied()).collect();
    Heads::new(shared.iter().map(|m| m.hash).filter(|h| !inner.contains(h)))
}
