//! The typed fields over a page, and what they can be changed to.

use tern_model::DocId;
use tern_model::form::Form;

use crate::api::*;

use super::Core;
use super::resolve::{self, Wanted};

impl Core {
    /// What stands over the text of a page.
    pub(crate) fn head_view(&mut self, page: &str) -> Result<HeadView, PeerError> {
        let id = resolve::document(&self.store, page, Wanted::Page)?;
        let view = HeadView { id: id.to_string(), ..HeadView::default() };
        let Some(row) = self.store.form(&id.0)? else { return Ok(view) };
        if row.form == Form::Handoff.name() {
            return Ok(HeadView { handoff: Some(self.handoff_view(id)?), ..view });
        }
        let Some(decision) = self.decision_view(&id)? else { return Ok(view) };
        let others = self.store.forms(Form::Decision.name())?.into_iter();
        let others = others.filter(|row| row.doc != id.0 && !row.trashed);
        let projects = self.store.projects()?.into_iter().filter(|row| !row.trashed);
        Ok(HeadView {
            decision: Some(decision),
            decisions: others
                .map(|row| DecisionLink { id: DocId(row.doc).to_string(), title: row.title })
                .collect(),
            projects: projects
                .map(|row| OnView {
                    id: DocId(row.doc).to_string(),
                    kind: "project".to_owned(),
                    title: row.title,
                })
                .collect(),
            ..view
        })
    }
}
