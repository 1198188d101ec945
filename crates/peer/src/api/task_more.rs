//! What a task says beside its common fields, as lists and details show it.

use std::collections::BTreeMap;

use serde::Serialize;

/// See the module. What is not said is left out of the JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TaskMoreView {
    /// The named state of its project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Full id of its project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// It waits for a task that is not closed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
    /// What it waits for, and whom.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<WaitsForView>,
    /// The task of which it is a part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<TaskLinkView>,
    /// Its parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<TaskLinkView>,
    /// Tasks that wait for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<TaskLinkView>,
    /// Tasks that have to do with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relates: Vec<TaskLinkView>,
    /// The task that says the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<TaskLinkView>,
    /// Tasks that say the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub duplicates: Vec<TaskLinkView>,
    /// Relations that would close a circle and do not count, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<String>,
    /// When it comes again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurs: Option<RecursView>,
    /// Values of its project's fields, by name; people by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Its cycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle: Option<String>,
    /// Working days that it may take in its cycle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appetite: Option<i64>,
    /// Where it stands on its hill, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hill: Option<i64>,
    /// Positions on the hill that were set, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hill_history: Vec<HillMarkView>,
    /// The tool from which it was imported and what people call it there (`linear WEB-12`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported_from: Option<String>,
}

/// Another task in a few words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TaskLinkView {
    /// Full id.
    pub id: String,
    /// Short id.
    pub short_id: String,
    /// Title.
    pub title: String,
    /// Class of its status.
    pub status: String,
    /// Name of the assignee.
    pub assignee: Option<String>,
}

/// A task that is waited for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WaitsForView {
    /// The task.
    #[serde(flatten)]
    pub task: TaskLinkView,
    /// What time it is for its assignee: `Tue 08:40`.
    pub local: Option<String>,
    /// When they look next, RFC 3339 with the zone of who asks.
    pub next_checkin: Option<String>,
    /// The same in their own words: `Tue 09:00`.
    pub next_checkin_local: Option<String>,
}

/// A recurrence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RecursView {
    /// In words: `every Monday 09:00 Europe/London`.
    pub words: String,
    /// As it is kept: lines of iCalendar.
    pub rule: String,
    /// The next times, the one for which it stands first: dates, or RFC 3339 with zone.
    pub next: Vec<String>,
    /// How many times are done.
    pub done: usize,
    /// How many times are past and not done, the one for which it stands among them.
    #[serde(skip_serializing_if = "is_none")]
    pub missed: usize,
    /// How many times were passed over by name; those between two settled ones are not counted.
    #[serde(skip_serializing_if = "is_none")]
    pub skipped: usize,
    /// When the rule has the time for which it stands, where its due value was set by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<String>,
    /// The newest times that are done, newest first; of one task.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub done_times: Vec<DoneTimeView>,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// A time of a recurrence that is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DoneTimeView {
    /// The time: a date, or RFC 3339 with zone.
    pub time: String,
    /// When that was said, RFC 3339 with zone.
    pub when: String,
    /// By whom.
    pub by: String,
}

/// A position on the hill that was set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HillMarkView {
    /// When, RFC 3339 with zone.
    pub when: String,
    /// Where, 0 to 100.
    pub position: i64,
    /// By whom.
    pub by: String,
}
