//! Cycles and the scopes that are worked on in them.

use serde::Serialize;

use super::{HillMarkView, Ref, TaskLinkView};

/// A change of cycles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CycleCommand {
    /// Makes one.
    New {
        /// Its name.
        title: String,
        /// Names and values as typed, as in [`CycleCommand::Set`].
        fields: Vec<(String, String)>,
    },
    /// Changes fields: `title start weeks cooldown`.
    Set {
        /// Name or id.
        cycle: Ref,
        /// Names and values as typed.
        fields: Vec<(String, String)>,
    },
    /// Puts it into the trash, or takes it out. Its tasks stay.
    Trash {
        /// Name or id.
        cycle: Ref,
        /// `false` takes it out.
        on: bool,
    },
}

/// Cycles, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CyclesView {
    /// The cycles.
    pub cycles: Vec<CycleView>,
}

/// A cycle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CycleView {
    /// Full id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// The first day.
    pub start: Option<String>,
    /// The last day of work.
    pub work_ends: Option<String>,
    /// The last day of cooling down.
    pub ends: Option<String>,
    /// Weeks of work.
    pub weeks: i64,
    /// Weeks of cooling down.
    pub cooldown: i64,
    /// `ahead work cooldown over`, today where one looks.
    pub phase: String,
    /// Days from today to the end of work; negative after it.
    pub days_left: Option<i64>,
    /// What is worked on.
    pub scopes: Vec<ScopeView>,
    /// Scopes that are not closed while the work is over: nothing moves them on but a person.
    pub unfinished: Vec<TaskLinkView>,
    /// In the trash.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trashed: bool,
}

/// A scope of a cycle: a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ScopeView {
    /// The task.
    #[serde(flatten)]
    pub task: TaskLinkView,
    /// Working days that it may take.
    pub appetite: Option<i64>,
    /// Where it stands on its hill, 0 to 100; uphill is finding out, downhill is making.
    pub hill: Option<i64>,
    /// Positions that were set, oldest first.
    pub history: Vec<HillMarkView>,
}
