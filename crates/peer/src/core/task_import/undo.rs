//! The way back of the last import of tasks.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tern_model::task::more;
use tern_model::{DocId, Edit, Heads, Value};

use crate::api::{ErrorKind, ImportUndone, PeerError, TaskSteps};
use crate::core::errors::internal;
use crate::core::{Work, bulk};

use super::set;

/// Where the store keeps it.
const LAST: &str = "import.last";

/// What an import of tasks did. It lies in the store of whoever imported, and of the last import only.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Last {
    pub(super) file: String,
    /// Projects that it made, with their heads when it ended.
    pub(super) projects: Vec<(DocId, String)>,
    /// Tasks that it made, with their heads when it ended.
    pub(super) created: Vec<(DocId, String)>,
    /// Fields that it changed.
    #[serde(default)]
    pub(super) steps: TaskSteps,
    /// Descriptions that it changed.
    pub(super) texts: Vec<Text>,
    /// The same tasks as `created`, to look them up.
    #[serde(skip)]
    pub(super) made: BTreeSet<DocId>,
}

/// A description that was changed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Text {
    pub(super) task: DocId,
    /// Heads before.
    pub(super) before: String,
    /// Heads after.
    pub(super) after: String,
}

impl Last {
    /// Keeps it, unless there is nothing to take back.
    pub(super) fn keep(&self, work: &mut Work<'_, '_>) -> Result<(), PeerError> {
        if self.created.is_empty() && self.steps.steps.is_empty() && self.texts.is_empty() {
            return Ok(());
        }
        let json = serde_json::to_vec(self).map_err(|e| internal(e.to_string()))?;
        work.txn.set_meta(LAST, &json)?;
        Ok(())
    }
}

/// Takes the last import back: what it made goes into the trash, what it changed gets its old values, and what somebody
/// went on with stays as it is.
pub(crate) fn take_back(work: &mut Work<'_, '_>) -> Result<ImportUndone, PeerError> {
    let kept = work.txn.meta(LAST)?.filter(|kept| !kept.is_empty());
    let last: Option<Last> = kept.and_then(|kept| serde_json::from_slice(&kept).ok());
    let Some(last) = last else {
        return Err(PeerError::new(ErrorKind::NotFound, "There is no import of tasks to take back.")
            .safe("Nothing was changed.")
            .next("Only the last import from this laptop can be taken back, and once."));
    };
    let mut undone = ImportUndone { file: last.file.clone(), ..ImportUndone::default() };
    for text in &last.texts {
        undone.left += u64::from(!put_text_back(work, text)?);
    }
    undone.put_back = bulk::put_back(work, &last.steps.steps)?.changed as u64;
    for (id, heads) in &last.created {
        if work.doc(*id)?.heads().to_string() != *heads {
            undone.left += 1;
            continue;
        }
        // Another import of the same table makes it anew.
        let forget = [more::SOURCE, more::SOURCE_ID].map(|name| set(name, Value::Null));
        work.edit(*id, &[&forget[..], &[Edit::Trash { on: true }]].concat())?;
        undone.trashed += 1;
    }
    work.project_touched()?;
    let tasks = work.txn.tasks()?;
    for (id, heads) in &last.projects {
        let is_empty = !tasks.iter().any(|task| !task.trashed && task.project == Some(id.0));
        if is_empty && work.doc(*id)?.heads().to_string() == *heads {
            work.edit(*id, &[Edit::Trash { on: true }])?;
        }
    }
    work.txn.set_meta(LAST, &[])?;
    Ok(undone)
}

/// A description as before, with what was written since kept; false where that cannot be.
fn put_text_back(work: &mut Work<'_, '_>, text: &Text) -> Result<bool, PeerError> {
    let heads = |text: &str| text.parse::<Heads>().ok();
    let (Some(before), Some(after)) = (heads(&text.before), heads(&text.after)) else { return Ok(false) };
    let Ok(blocks) = work.doc(text.task)?.blocks_at(&before) else { return Ok(false) };
    // A page that was replaced as a whole since has nothing to put back into.
    Ok(work.edit(text.task, &[Edit::SetBlocks { base: Some(after), blocks }]).is_ok())
}
