//! Views of projects: the list, the page of one, and the draft of its next update.

use std::collections::BTreeMap;

use tern_model::DocId;
use tern_model::hours::DAY_MS;
use tern_model::project::{self, Plan, State};
use tern_store::ProjectRow;
use tern_trust::Id16;

use crate::api::*;

use super::errors::not_found;
use super::projects::{find, plan, plan_of};
use super::resolve::unhex;
use super::{Core, people, words};

/// Days after which the lead is asked for the next update.
const UPDATE_DAYS: i64 = 7;

impl Core {
    /// All projects that are not in the trash.
    pub(crate) fn projects_view(&self) -> Result<ProjectsView, PeerError> {
        let mut all: Vec<ProjectRow> =
            self.store.projects()?.into_iter().filter(|row| !row.trashed).collect();
        all.sort_by(|a, b| a.ord.cmp(&b.ord).then_with(|| a.doc.cmp(&b.doc)));
        let tasks = self.store.tasks()?;
        let mut counts: BTreeMap<(Id16, &str), usize> = BTreeMap::new();
        for task in tasks.iter().filter(|task| !task.trashed) {
            if let Some(project) = task.project {
                *counts.entry((project, task.status.as_str())).or_default() += 1;
            }
        }
        Ok(ProjectsView { projects: all.iter().map(|row| self.shown_project(row, &counts)).collect() })
    }

    /// One project with its threads and the decisions that concern it.
    pub(crate) fn project_view(&mut self, project: &str) -> Result<ProjectView, PeerError> {
        let id = find(&self.store, project, true)?;
        let row = self.store.projects()?.into_iter().find(|row| row.doc == id.0);
        let row = row.ok_or_else(|| not_found("project", project))?;
        let tasks = self.store.tasks()?;
        let mut counts: BTreeMap<(Id16, &str), usize> = BTreeMap::new();
        for task in tasks.iter().filter(|task| !task.trashed && task.project == Some(id.0)) {
            *counts.entry((id.0, task.status.as_str())).or_default() += 1;
        }
        let mut view = self.shown_project(&row, &counts);
        let text = id.to_string();
        let all = self.threads_view(None, true)?.threads;
        view.threads =
            all.into_iter().filter(|thread| thread.on.as_ref().is_some_and(|on| on.id == text)).collect();
        let decisions = self.decisions_view(None, Some(&text))?.decisions;
        view.pages = decisions
            .into_iter()
            .map(|decision| OnView { id: decision.id, kind: "decision".to_owned(), title: decision.title })
            .chain(self.pages_of_project(id)?)
            .collect();
        let doc = super::documents::load(&self.store, &mut self.mem, id)?;
        let conflicts = doc.conflicts();
        let mut conflicts: Vec<_> =
            conflicts.into_iter().filter(|c| !c.field.starts_with(project::UPDATE)).collect();
        for conflict in &mut conflicts {
            if let Some(state) = conflict.field.strip_prefix(project::STATE_NAME) {
                conflict.field = format!("name of the state {state}");
            }
        }
        view.conflicts = words::conflicts(&self.store, &self.mem.membership, &self.my_zone(), &conflicts);
        Ok(view)
    }

    fn shown_project(&self, row: &ProjectRow, counts: &BTreeMap<(Id16, &str), usize>) -> ProjectView {
        let plan = plan_of(row);
        let zone = self.my_zone();
        let updates: Vec<UpdateView> = plan
            .updates
            .iter()
            .map(|(id, update)| UpdateView {
                id: id.clone(),
                when: zone.rfc9557(update.at_ms),
                author: self.person_view(&update.author).name,
                health: update.health.name().to_owned(),
                text: update.text.clone(),
            })
            .collect();
        let counts = tern_model::task::Status::ALL.iter().filter_map(|status| {
            let tasks = counts.get(&(row.doc, status.name())).copied()?;
            Some(CountView { status: status.name().to_owned(), tasks })
        });
        ProjectView {
            id: DocId(row.doc).to_string(),
            title: row.title.clone(),
            key: row.key.clone(),
            lead: Some(&plan.lead).filter(|lead| !lead.is_empty()).map(|lead| self.person_view(lead)),
            states: shown_states(&plan),
            fields: plan
                .own_fields
                .iter()
                .map(|field| OwnFieldView {
                    name: field.name.clone(),
                    holds: field.holds.name().to_owned(),
                    options: field.options.clone(),
                })
                .collect(),
            health: plan.updates.first().map(|(_, update)| update.health.name().to_owned()),
            updates,
            update_due: Core::utc(self.update_due_ms(&plan)),
            counts: counts.collect(),
            trashed: row.trashed,
            ..ProjectView::default()
        }
    }

    /// When the next update is awaited: in the lead's working hours, a week after the last one or the beginning.
    pub(crate) fn update_due_ms(&self, plan: &Plan) -> Option<i64> {
        let lead = unhex::<16>(&plan.lead)?;
        let last = plan.updates.first().map_or(plan.created_ms, |(_, update)| update.at_ms);
        let profile = people::profile_of(&self.store, &lead)?;
        profile.working_after(last + UPDATE_DAYS * DAY_MS).next().map(|span| span.from_ms)
    }

    /// What changed in a project since its last update.
    pub(crate) fn update_draft(&mut self, project: &str) -> Result<UpdateDraftView, PeerError> {
        let id = find(&self.store, project, false)?;
        let plan = plan(&self.store, &id.0)?;
        let since_ms = plan.updates.first().map_or(plan.created_ms, |(_, update)| update.at_ms);
        let (zone, now_ms) = (self.my_zone(), self.now_ms());
        let mut draft = UpdateDraftView {
            project: id.to_string(),
            since: zone.rfc9557(since_ms),
            ..UpdateDraftView::default()
        };
        let rows = self.store.tasks()?;
        for row in rows.iter().filter(|row| row.project == Some(id.0) && !row.trashed) {
            let closed = matches!(row.status.as_str(), "done" | "cancelled");
            if row.created_ms > since_ms {
                draft.added.push(row.title.clone());
            }
            if row.updated_ms > since_ms && row.status == "done" && self.closed_since(row.doc, since_ms)? {
                draft.done.push(row.title.clone());
            }
            let passed = row.due_ms.is_some_and(|due| due > since_ms && due <= now_ms);
            if !closed && (passed || (row.updated_ms > since_ms && self.put_off(row, since_ms)?)) {
                draft.slipped.push(row.title.clone());
            }
        }
        let part = |head: &str, titles: &[String]| match titles {
            [] => String::new(),
            titles => {
                let lines: String =
                    titles.iter().map(|title| format!("- {}\n", crate::text::escaped(title))).collect();
                format!("{head}\n\n{lines}\n")
            }
        };
        draft.text =
            part("Done", &draft.done) + &part("Added", &draft.added) + &part("Slipped", &draft.slipped);
        draft.text = draft.text.trim_end().to_owned();
        Ok(draft)
    }

    /// Whether a task that is done was not so at an instant.
    fn closed_since(&mut self, task: Id16, at_ms: i64) -> Result<bool, PeerError> {
        Ok(self.task_then(task, at_ms)?.is_none_or(|then| then.status != tern_model::task::Status::Done))
    }

    /// Whether a task was due earlier at an instant.
    fn put_off(&mut self, row: &tern_store::TaskRow, at_ms: i64) -> Result<bool, PeerError> {
        let Some(then) = self.task_then(row.doc, at_ms)?.and_then(|then| then.due) else { return Ok(false) };
        let profile = row.assignee.and_then(|member| people::profile_of(&self.store, &member));
        let was = words::due(&then, &self.my_zone(), profile.as_ref(), at_ms);
        let was_ms = was.at.and_then(|at| self.my_zone().moment(at.split('[').next()?).ok());
        Ok(was_ms.zip(row.due_ms).is_some_and(|(was, due)| due - was >= DAY_MS / 2))
    }

    /// A task as it was at an instant, by the clocks of its writers; `None` where it was not there.
    fn task_then(
        &mut self,
        task: Id16,
        at_ms: i64,
    ) -> Result<Option<tern_model::task::TaskFields>, PeerError> {
        let doc = super::documents::load(&self.store, &mut self.mem, DocId(task))?;
        let then = doc.before(at_ms + 1);
        if then.0.is_empty() {
            return Ok(None);
        }
        Ok(Some(doc.at(&then)?.task()))
    }
}

/// Named states for people.
pub(crate) fn shown_states(plan: &Plan) -> Vec<StateView> {
    let state = |state: &State| StateView { name: state.name.clone(), class: state.class.name().to_owned() };
    plan.states.iter().map(state).collect()
}
