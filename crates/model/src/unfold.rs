//! A document that others saved, unfolded into its changes: what a pack holds becomes raw chunks again, which pass the
//! gates like any others.

use crate::crdt::{Crdt, guard};
use crate::doc::{Heads, ModelError};
use crate::foreign::{MAX_FOREIGN_CHANGES, chunks};

/// Largest saved document that is unfolded, bytes: the bound of a pack.
pub const MAX_SAVED_BYTES: usize = 16 * 1024 * 1024;

/// How many operations a saved document claims to hold, read without the library; refuses one that is no document, or
/// would inflate past 64 MiB or hold more than 4,000,000 operations.
///
/// # Errors
/// It is none, or too large.
pub fn operations(saved: &[u8]) -> Result<u64, ModelError> {
    if saved.len() > MAX_SAVED_BYTES {
        return Err(ModelError::TooLarge("a saved document of more than 16 MiB".into()));
    }
    chunks::check_document(saved)
}

/// Raw chunks of all changes of a saved document, in causal order. A panic of the library is an error.
///
/// # Errors
/// As [`operations`], or the library refuses it.
pub fn unfold(saved: &[u8]) -> Result<Vec<Vec<u8>>, ModelError> {
    operations(saved)?;
    let changes = guard(|| Crdt::load(saved).map(|doc| doc.changes_since(&Heads::default())))??;
    if changes.len() > MAX_FOREIGN_CHANGES {
        return Err(ModelError::TooLarge("a saved document of more than 262,144 changes".into()));
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Class, Doc, DocId, Edit, Kind, Stamp, Value};

    #[test]
    fn a_saved_document_unfolds_into_the_changes_it_was_made_of_and_damage_into_errors() {
        let stamp = Stamp { actor: [1; 16], time_ms: 5 };
        let (mut doc, first) = Doc::create(DocId::new(Class::Content, [1; 15]), &Kind::Task, &stamp).unwrap();
        let mut made = first.0;
        for n in 0..40 {
            let edit = Edit::SetField { name: "title".into(), value: Value::Text(format!("Title {n}")) };
            made.extend(doc.edit(&stamp, &[edit]).unwrap().0);
        }
        let saved = doc.save();
        assert_eq!(unfold(&saved).unwrap(), made);
        assert!(operations(&saved).unwrap() >= 40);
        for at in 0..saved.len() {
            let mut bytes = saved.clone();
            bytes[at] ^= 0x40;
            assert!(unfold(&bytes).is_err(), "byte {at}");
        }
        for end in 0..saved.len() {
            assert!(unfold(&saved[..end]).is_err());
        }
        assert!(unfold(&[saved.clone(), saved].concat()).is_err(), "one document, not two");
        assert!(unfold(&made[0]).is_err(), "a change is no document");
    }
}
