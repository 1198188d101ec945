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
        let title = self.store.page(&id.0)?.map(|page| page.title).unwrap_or_default();
        let projects = self.store.projects()?.into_iter().filter(|row| !row.trashed);
        let view = HeadView {
            id: id.to_string(),
            upkeep: self.upkeep_of(id, title)?,
            project: self.project_of_page(&id)?,
            projects: projects
                .map(|row| OnView {
                    id: DocId(row.doc).to_string(),
                    kind: "project".to_owned(),
                    title: row.title,
                })
                .collect(),
            ..HeadView::default()
        };
        let Some(row) = self.store.form(&id.0)? else { return Ok(view) };
        if row.form == Form::Handoff.name() {
            return Ok(HeadView { handoff: Some(self.handoff_view(id)?), ..view });
        }
        if row.form == Form::Incident.name() {
            return Ok(HeadView { incident: Some(self.incident_view(&row)), ..view });
        }
        let Some(decision) = self.decision_view(&id)? else { return Ok(view) };
        let others = self.store.forms(Form::Decision.name())?.into_iter();
        let others = others.filter(|row| row.doc != id.0 && !row.trashed);
        Ok(HeadView {
            decision: Some(decision),
            decisions: others
                .map(|row| DecisionLink { id: DocId(row.doc).to_string(), title: row.title })
                .collect(),
            ..view
        })
    }
}
