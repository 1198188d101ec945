//! Answers that take longer than whoever types may wait: found beside the engine, told with the workspace.

use std::sync::Arc;

use tern_trust::Id16;

use super::past::member_of;
use super::{Core, reading};
use crate::api::{PeerError, Query, View};

/// Finds out, on any thread, and says what is left to do with the workspace.
pub(crate) type Study = Box<dyn FnOnce() -> Told + Send>;

/// Makes the answer of what was found.
pub(crate) type Told = Box<dyn FnOnce(&mut Core) -> Result<View, PeerError> + Send>;

impl Core {
    /// The two halves of an answer that takes long; none for a query that is answered at once.
    ///
    /// # Errors
    /// As the query's.
    pub(crate) fn study(&mut self, query: &Query) -> Result<Option<Study>, PeerError> {
        match query {
            Query::Merges { page } => {
                self.refresh()?;
                self.study_merges(page).map(Some)
            }
            Query::Digest { since } => Ok(Some(self.study_digest(since.as_deref()))),
            _ => Ok(None),
        }
    }

    /// What others changed, possibly in thousands of documents: a reader of its own makes all of it.
    fn study_digest(&self, since: Option<&str>) -> Study {
        let (reader, since) = (self.reader(), since.map(str::to_owned));
        Box::new(move || {
            let made = reader.open().and_then(|core| core.digest(since.as_deref()));
            Box::new(move |_: &mut Core| made.map(View::Digest))
        })
    }

    /// What was combined while apart: the whole history of a page, and old versions of it.
    pub(super) fn study_merges(&mut self, page: &str) -> Result<Study, PeerError> {
        let doc = self.document(page, None)?;
        let reviewed = self.noted(reading::Mark::Reviewed, &doc)?.unwrap_or_default();
        let (me, membership) = (self.mem.member(), Arc::clone(&self.mem.membership));
        Ok(Box::new(move || {
            let mine = |actor: &Id16| me.is_some() && member_of(&membership, actor) == me;
            let found = doc.merges(&mine, &reviewed).map(|merges| (merges, doc.markers()));
            let heads = doc.heads();
            Box::new(move |core: &mut Core| {
                let (merges, markers) = found?;
                Ok(View::Merges(core.merges_view(&merges, &markers, &heads)))
            })
        }))
    }
}
