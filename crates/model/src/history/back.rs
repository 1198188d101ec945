//! One change taken back: what it did goes, what came after it stays.

use std::collections::BTreeSet;

use crate::delta::Delta;
use crate::doc::{Doc, Heads, ModelError};
use crate::edit::Edit;
use crate::fields::{self, Value};
use crate::flat::Flat;
use crate::page::changes;

impl Doc {
    /// The version that the one change which made `at` was written on.
    ///
    /// # Errors
    /// [`ModelError::UnknownHeads`] when `at` is not the version after one known change.
    pub fn written_upon(&self, at: &Heads) -> Result<Heads, ModelError> {
        let [hash] = at.0.as_slice() else { return Err(ModelError::UnknownHeads) };
        Ok(Heads::new(self.crdt.meta(hash).ok_or(ModelError::UnknownHeads)?.deps))
    }

    /// What takes back what happened to the page between two versions, from the page of the later one.
    ///
    /// # Errors
    /// [`ModelError::UnknownHeads`].
    pub fn undone(&self, from: (&Heads, &Flat), to: (&Heads, &Flat)) -> Result<Delta, ModelError> {
        Ok(changes(&self.crdt, from, to)?.invert(from.1))
    }

    /// What takes back what happened to the fields between two versions. A field that was set again since stays so.
    ///
    /// # Errors
    /// [`ModelError::UnknownHeads`].
    pub fn fields_undone(&self, from: &Heads, to: &Heads) -> Result<Vec<Edit>, ModelError> {
        let (before, after) = (fields::all(&self.crdt.at(from)?), fields::all(&self.crdt.at(to)?));
        let now = fields::all(&self.crdt);
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let undone = names
            .into_iter()
            .filter(|name| before.get(*name) != after.get(*name) && now.get(*name) == after.get(*name));
        let value = |name: &String| before.get(name).cloned().unwrap_or(Value::Null);
        Ok(undone.map(|name| Edit::SetField { name: name.clone(), value: value(name) }).collect())
    }
}
