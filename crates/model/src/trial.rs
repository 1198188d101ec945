//! The canonical trial of a suspect change: a document of its ancestors and itself, in which nothing may fail.
//! `docs/trust.md` says when it is held.

use crate::crdt::{Crdt, guard};
use crate::doc::{Heads, ModelError};
use crate::{fields, page};

/// What the trial found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrialVerdict {
    /// It applies, saves, loads and reads.
    Ok,
    /// It does not, for this reason.
    Unsafe(String),
}

/// Version of the library whose behaviour a verdict describes: verdicts are kept by (hash, version).
pub const LIBRARY_VERSION: &str = "0.12.0";

/// Tries `suspect` on a document of `ancestors` (raw chunks in causal order, gates passed): apply, save, load, equal
/// heads, text and marks read. The outcome depends on the changes alone, and on the version of Automerge. Memory and
/// time are the caller's to bound.
pub fn trial(ancestors: &[Vec<u8>], suspect: &[u8]) -> TrialVerdict {
    match stand(ancestors) {
        Ok(ground) => ground.take(&[suspect.to_vec()]),
        Err(reason) => TrialVerdict::Unsafe(reason),
    }
}

/// A document that stands: what suspects are tried on.
#[derive(Debug)]
pub struct Ground(Crdt);

/// Builds the ground of a trial and proves that it applies, saves, loads and reads by itself; else says why not.
pub fn stand(base: &[Vec<u8>]) -> Result<Ground, String> {
    let built = guard(|| {
        let mut doc = Crdt::new();
        if !base.is_empty() {
            doc.apply(base)?;
            prove(&doc)?;
        }
        Ok(Ground(doc))
    });
    built.and_then(|ground| ground).map_err(|reason: ModelError| reason.to_string())
}

impl Ground {
    /// Tries changes in causal order, applied in one call.
    pub fn take(mut self, suspects: &[Vec<u8>]) -> TrialVerdict {
        let run = guard(|| {
            self.0.apply(suspects)?;
            prove(&self.0)
        });
        match run {
            Ok(Ok(())) => TrialVerdict::Ok,
            Ok(Err(reason)) | Err(reason) => TrialVerdict::Unsafe(reason.to_string()),
        }
    }
}

fn prove(doc: &Crdt) -> Result<(), ModelError> {
    read(doc)?;
    let loaded = reload(doc)?;
    read(&loaded)
}

/// Saves and loads a document and compares: what must hold before a snapshot is replaced.
pub(crate) fn reload(doc: &Crdt) -> Result<Crdt, ModelError> {
    let bytes = guard(|| doc.save())?;
    let loaded = Crdt::load(&bytes)?;
    if loaded.heads() == doc.heads() && loaded.heads() != Heads::default() {
        Ok(loaded)
    } else {
        Err(ModelError::Unsafe("the document does not load as it was saved".into()))
    }
}

/// Reads every object, text and mark, and what a page and its fields show.
fn read(doc: &Crdt) -> Result<(), ModelError> {
    guard(|| {
        crate::crdt::visit(doc);
        let _ = (page::read_page(doc), fields::all(doc), fields::conflicts(doc));
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Class, Doc, DocId, Edit, Kind, Stamp, Value};

    #[test]
    fn an_honest_change_passes_and_one_without_its_ancestors_does_not() {
        let stamp = Stamp { actor: [1; 16], time_ms: 5 };
        let id = DocId::new(Class::Content, [1; 15]);
        let (mut doc, first) = Doc::create(id, &Kind::Task, &stamp).unwrap();
        let edit = Edit::SetField { name: "title".into(), value: Value::Text("Wait".into()) };
        let second = doc.edit(&stamp, &[edit]).unwrap().0.remove(0);
        assert_eq!(trial(&first.0, &second), TrialVerdict::Ok);
        assert_eq!(trial(&[], &first.0[0]), TrialVerdict::Ok);
        assert!(matches!(trial(&[], &second), TrialVerdict::Unsafe(_)));
        assert!(matches!(trial(&first.0, b"no change"), TrialVerdict::Unsafe(_)));
    }
}
