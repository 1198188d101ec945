//! What is being written: in the personal space, so that it survives and follows to one's own devices, and nobody else
//! reads it.

use tern_model::{DocId, Value};
use tern_store::MarkRow;

use crate::api::*;

use super::{Core, Work, reading, threads};

/// Name of the mark that a draft is.
pub(crate) const DRAFT: &str = "draft";
/// Stands for the thread that is not opened yet.
pub(crate) const NEW: DocId = DocId([0; 16]);
/// Stands for the update of one's week.
pub(crate) const WEEKLY: DocId = DocId([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
/// Name of the mark that its draft is.
pub(crate) const WEEKLY_DRAFT: &str = "weekly";

/// Keeps a draft, or forgets it.
pub(crate) fn keep(
    work: &mut Work<'_, '_>,
    thread: Option<&str>,
    title: &str,
    say: Option<&Say>,
) -> Result<(), PeerError> {
    let thread = thread.map(|thread| threads::find(&work.txn, thread)).transpose()?;
    let kept =
        say.filter(|say| !say.body.trim().is_empty() || (thread.is_none() && !title.trim().is_empty()));
    let Some(say) = kept else { return forget(work, thread) };
    if say.body.len() > MAX_POST_BYTES {
        return Err(super::errors::bad_input(format!(
            "A message holds at most {} KiB.",
            MAX_POST_BYTES / 1024
        )));
    }
    let view = DraftView {
        thread: thread.map(|id| id.to_string()),
        title: title.trim().to_owned(),
        say: say.clone(),
    };
    let value = Value::Text(serde_json::to_string(&view).unwrap_or_default());
    reading::mark(work, &thread.unwrap_or(NEW), &[(DRAFT, value)])
}

/// Forgets the draft of a thread, or of a new one.
pub(crate) fn forget(work: &mut Work<'_, '_>, thread: Option<DocId>) -> Result<(), PeerError> {
    let thread = thread.unwrap_or(NEW);
    let known = work.txn.marks_on(&thread.0)?.iter().any(|mark| mark.name == DRAFT);
    if known { reading::mark(work, &thread, &[(DRAFT, Value::Null)]) } else { Ok(()) }
}

/// The draft among the marks on a thread.
pub(crate) fn among(marks: &[MarkRow]) -> Option<DraftView> {
    let mark = marks.iter().find(|mark| mark.name == DRAFT)?;
    serde_json::from_str(&mark.value).ok()
}

impl Core {
    pub(crate) fn drafts_view(&self) -> Result<DraftsView, PeerError> {
        let mut drafts = Vec::new();
        for mark in self.store.marks_named(DRAFT)? {
            let Some(mut draft) = among(std::slice::from_ref(&mark)) else { continue };
            if let Some(row) = self.store.thread(&mark.thread)? {
                draft.title = row.title;
            }
            drafts.push(draft);
        }
        drafts.sort_by(|a, b| a.thread.cmp(&b.thread));
        Ok(DraftsView { drafts })
    }
}
