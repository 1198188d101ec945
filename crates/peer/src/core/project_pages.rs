//! Pages that belong to a project: they say so themselves, and the project lists them.

use tern_model::task::names::PROJECT;
use tern_model::{Doc, DocId};
use tern_store::AspectRow;

use crate::api::{OnView, PeerError};

use super::{Core, Work, project as rows};

/// Name of the side that the store keeps: full id of the project.
const ASPECT: &str = "project";

/// Keeps the row of a page that belongs to a project, or takes it away.
pub(crate) fn project(work: &mut Work<'_, '_>, doc: &Doc, trashed: bool) -> Result<(), PeerError> {
    let id = doc.id();
    let project = rows::text(doc, PROJECT).parse::<DocId>().ok().filter(|_| !trashed);
    let Some(project) = project else { return Ok(work.txn.remove_aspect(&id.0, ASPECT)?) };
    let row = AspectRow { doc: id.0, name: ASPECT.to_owned(), json: project.to_string() };
    Ok(work.txn.project_aspect(&row)?)
}

impl Core {
    /// Pages that belong to a project, by title.
    pub(crate) fn pages_of_project(&self, project: DocId) -> Result<Vec<OnView>, PeerError> {
        let wanted = project.to_string();
        let mut pages = Vec::new();
        for row in self.store.aspects(ASPECT)?.into_iter().filter(|row| row.json == wanted) {
            let title = self.store.page(&row.doc)?.map(|page| page.title).unwrap_or_default();
            pages.push(OnView { id: DocId(row.doc).to_string(), kind: "page".to_owned(), title });
        }
        pages.sort_by(|a, b| (&a.title, &a.id).cmp(&(&b.title, &b.id)));
        Ok(pages)
    }

    /// The project that a page belongs to.
    pub(crate) fn project_of_page(&self, page: &DocId) -> Result<Option<OnView>, PeerError> {
        let project = self.store.aspect(&page.0, ASPECT)?.and_then(|row| row.json.parse::<DocId>().ok());
        self.on_view(project.map(|project| project.0))
    }
}
