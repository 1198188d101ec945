//! Projects: their page, what changes them, and updates of how they go.

use serde::Serialize;

use super::{ConflictView, PersonView, Ref, ThreadRowView};

/// A change of projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectCommand {
    /// Makes one.
    New {
        /// Title.
        title: String,
        /// Names and values as typed, as in [`ProjectCommand::Set`].
        fields: Vec<(String, String)>,
    },
    /// Changes fields: `title key lead`, `state` (`In QA:review`), `-state`, `states` (all of them, with commas between),
    /// `field` (`Size:select:S,M,L`), `-field`; an empty value clears.
    Set {
        /// Title, key or id.
        project: Ref,
        /// Names and values as typed.
        fields: Vec<(String, String)>,
    },
    /// Tells how it goes.
    Update {
        /// Title, key or id.
        project: Ref,
        /// `on-track`, `at-risk` or `off-track`.
        health: String,
        /// What is told, Markdown.
        text: String,
    },
    /// Calls one of its states otherwise; tasks keep theirs.
    RenameState {
        /// Title, key or id.
        project: Ref,
        /// Its name now.
        state: String,
        /// Its name from here on.
        name: String,
    },
    /// Puts it into the trash, or takes it out. Its tasks stay.
    Trash {
        /// Title, key or id.
        project: Ref,
        /// `false` takes it out.
        on: bool,
    },
}

/// Projects, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProjectsView {
    /// The projects.
    pub projects: Vec<ProjectView>,
}

/// A project; `threads` and `decisions` are filled where one is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProjectView {
    /// Full id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Letters before the short ids of its tasks.
    pub key: String,
    /// Who leads it.
    pub lead: Option<PersonView>,
    /// Named states in the order of work; none where the classes are enough.
    pub states: Vec<StateView>,
    /// Fields of its tasks.
    pub fields: Vec<OwnFieldView>,
    /// Health of the newest update.
    pub health: Option<String>,
    /// Updates, newest first.
    pub updates: Vec<UpdateView>,
    /// When the next update is awaited of the lead, RFC 3339 in UTC: in their hours, a week after the last one.
    pub update_due: Option<String>,
    /// Tasks by class of status, in the order of work.
    pub counts: Vec<CountView>,
    /// Values that lost against concurrent ones.
    pub conflicts: Vec<ConflictView>,
    /// In the trash.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trashed: bool,
    /// Threads that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub threads: Vec<ThreadRowView>,
    /// Decisions that concern it, then pages that belong to it: id, kind (`decision` or `page`), title.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<super::OnView>,
}

/// A named state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StateView {
    /// Its name.
    pub name: String,
    /// `backlog todo doing review done cancelled`.
    pub class: String,
}

/// A field of a project's tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OwnFieldView {
    /// Its name.
    pub name: String,
    /// `text number date select person`.
    #[serde(rename = "type")]
    pub holds: String,
    /// The words of a select.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

/// How many tasks are in a class of status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CountView {
    /// The class.
    pub status: String,
    /// How many.
    pub tasks: usize,
}

/// An update of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UpdateView {
    /// Its id within the project.
    pub id: String,
    /// When, RFC 3339 with zone.
    pub when: String,
    /// Name of the author.
    pub author: String,
    /// `on-track`, `at-risk` or `off-track`.
    pub health: String,
    /// What was told.
    pub text: String,
}

/// What changed in a project since its last update: what a composer begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UpdateDraftView {
    /// Full id of the project.
    pub project: String,
    /// Since when, RFC 3339 with zone: the last update, or the beginning.
    pub since: String,
    /// Titles of tasks that were done.
    pub done: Vec<String>,
    /// Titles of tasks that were added.
    pub added: Vec<String>,
    /// Titles of open tasks whose due time passed, or was put off.
    pub slipped: Vec<String>,
    /// All of it as Markdown.
    pub text: String,
}
