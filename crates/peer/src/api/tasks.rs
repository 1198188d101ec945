//! Several tasks at once, saved views of them, and one's own work.

use serde::{Deserialize, Serialize};
use tern_model::Value;

use super::{ConflictView, OwedItem, Ref, TaskView};

/// A change of tasks that goes beyond the fields of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskCommand {
    /// A new task from a capture line, with fields that the place brings in which it is made.
    New {
        /// The line.
        line: String,
        /// Names and values as typed.
        fields: Vec<(String, String)>,
    },
    /// Sets the same fields of several tasks, all or none. Answers with the way back.
    SetMany {
        /// Which tasks.
        tasks: Vec<Ref>,
        /// Names and values as typed; an empty value clears.
        fields: Vec<(String, String)>,
    },
    /// Puts tasks one after the other between two others, with fields that the place brings. Answers with the way back.
    Place {
        /// Which tasks, in the order in which they are to stand.
        tasks: Vec<Ref>,
        /// Names and values as typed.
        fields: Vec<(String, String)>,
        /// The task before them.
        after: Option<Ref>,
        /// The task after them.
        before: Option<Ref>,
    },
    /// A task is done; one that comes again once. Answers with the way back.
    Done {
        /// Which task.
        task: Ref,
        /// Of several times that are past the newest is done, and those before it are passed over.
        skip_missed: bool,
    },
    /// A task that comes again is brought up to date: the times that were missed are passed over. Answers with the way back.
    Skip {
        /// Which task.
        task: Ref,
        /// The time for which it stands is passed over, whether or not it is past, and no other.
        this: bool,
    },
    /// Takes a change of tasks, or of fields over a page, back: each field gets its old value again, but for those that
    /// somebody has changed since.
    PutBack {
        /// What the change did.
        steps: Vec<TaskStep>,
    },
}

/// What a change did to one field of one task, or of one page with typed fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskStep {
    /// Full id of the task or page.
    pub task: String,
    /// Name of the field.
    pub field: String,
    /// What it was.
    pub was: Value,
    /// What it became.
    pub became: Value,
}

/// What a change of several tasks did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskSteps {
    /// Tasks that differ from before.
    pub changed: usize,
    /// Every field that differs.
    pub steps: Vec<TaskStep>,
}

/// A change of saved views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ViewCommand {
    /// Keeps a question and its layout under a title: as a new view, or in place of what a view asked before.
    Save {
        /// The view to change; a new one when `None`.
        view: Option<Ref>,
        /// Its title; the old one when empty.
        title: String,
        /// What it asks and how it shows the answer.
        shape: ViewShape,
    },
    /// A new title.
    Rename {
        /// Which.
        view: Ref,
        /// The title.
        title: String,
    },
    /// Puts it into the trash, or takes it out.
    Trash {
        /// Which.
        view: Ref,
        /// `false` takes it out.
        on: bool,
    },
}

/// What a view asks and how it shows the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ViewShape {
    /// The question, in the query language of tasks.
    pub query: String,
    /// `status assignee label project due priority`, or nothing.
    pub group: String,
    /// `order due priority status title assignee created updated`, turned round by `-`.
    pub sort: String,
    /// `list` or `board`.
    pub layout: String,
}

/// Saved views, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ViewsView {
    /// The views.
    pub views: Vec<SavedView>,
}

/// A saved view.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SavedView {
    /// Full id.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it asks.
    #[serde(flatten)]
    pub shape: ViewShape,
    /// Values that lost against concurrent ones.
    pub conflicts: Vec<ConflictView>,
    /// In the trash.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trashed: bool,
}

/// What there is to do for oneself, in the order in which it fits the day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WorkView {
    /// Minutes of one's own working hours that are left today.
    pub minutes_left: i64,
    /// When they end, RFC 3339 with zone; none on a day off and after hours.
    pub until: Option<String>,
    /// What there is to do, first things first.
    pub items: Vec<WorkItem>,
}

/// Something to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WorkItem {
    /// `task`, `reply`, `review`, or `update` where a project that one leads awaits one.
    pub kind: String,
    /// `now` fits the hours left today, `over` is due today and does not fit, `later` can wait.
    pub part: String,
    /// Minutes it is reckoned to take.
    pub minutes: i64,
    /// By when, RFC 3339 in UTC.
    pub by: Option<String>,
    /// That time is past.
    pub overdue: bool,
    /// The task, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskView>,
    /// The answer that is owed, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owed: Option<OwedItem>,
    /// The project, where an update of it is awaited: id, kind, title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<super::OnView>,
}
