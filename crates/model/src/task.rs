//! Tasks: typed fields of a task document.

pub mod more;
pub mod times;

use serde::{Deserialize, Serialize};

use crate::doc::Doc;
use crate::edit::Edit;
use crate::fields::{self, Value};
use crate::ids::DocId;

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not planned yet.
    Backlog,
    /// To be done.
    #[default]
    Todo,
    /// Being done.
    Doing,
    /// Awaiting review.
    Review,
    /// Done.
    Done,
    /// Will not be done.
    Cancelled,
}

/// How urgent a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// Not said.
    #[default]
    None,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Urgent.
    Urgent,
}

/// When a task is due. Dates are `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Due {
    /// An instant, the same everywhere; `zone` is where it was set.
    Instant {
        /// UTC milliseconds.
        at_ms: i64,
        /// IANA zone of who set it.
        zone: String,
    },
    /// End of the assignee's working day on this date, in the assignee's zone.
    EndOfDay {
        /// The date.
        date: String,
    },
    /// A date and nothing more.
    Date {
        /// The date.
        date: String,
    },
}

/// What a task says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaskFields {
    /// Title.
    pub title: String,
    /// Status.
    pub status: Status,
    /// Priority.
    pub priority: Priority,
    /// Member id, 32 hex digits.
    pub assignee: Option<String>,
    /// Labels, sorted.
    pub labels: Vec<String>,
    /// Estimate, in the team's unit.
    pub estimate: Option<i64>,
    /// Due.
    pub due: Option<Due>,
    /// Its project.
    pub project: Option<DocId>,
    /// Place among its siblings, a fractional key.
    pub order: String,
    /// The task it is part of.
    pub parent: Option<DocId>,
}

/// Names of the fields of a task that are not common to all documents.
pub mod names {
    /// Status.
    pub const STATUS: &str = "status";
    /// Priority.
    pub const PRIORITY: &str = "priority";
    /// Assignee.
    pub const ASSIGNEE: &str = "assignee";
    /// Labels, a set.
    pub const LABELS: &str = "labels";
    /// Estimate.
    pub const ESTIMATE: &str = "estimate";
    /// Due.
    pub const DUE: &str = "due";
    /// Project.
    pub const PROJECT: &str = "project";
}

impl Status {
    /// All, in the order of a board.
    pub const ALL: [Status; 6] =
        [Status::Backlog, Status::Todo, Status::Doing, Status::Review, Status::Done, Status::Cancelled];

    /// Name in the document and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Status::Backlog => "backlog",
            Status::Todo => "todo",
            Status::Doing => "doing",
            Status::Review => "review",
            Status::Done => "done",
            Status::Cancelled => "cancelled",
        }
    }

    /// The status of this name.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|s| s.name() == name)
    }

    /// Whether nothing is left to be done.
    pub fn is_closed(self) -> bool {
        matches!(self, Status::Done | Status::Cancelled)
    }
}

impl Priority {
    /// All, least first.
    pub const ALL: [Priority; 5] =
        [Priority::None, Priority::Low, Priority::Medium, Priority::High, Priority::Urgent];

    /// Name in the document and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Priority::None => "none",
            Priority::Low => "low",
            Priority::Medium => "medium",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        }
    }

    /// The priority of this name.
    pub fn from_name(name: &str) -> Option<Priority> {
        Priority::ALL.into_iter().find(|p| p.name() == name)
    }
}

impl Due {
    /// The field value: one text, so that a due date is never half one and half another.
    pub fn to_value(&self) -> Value {
        serde_json::to_string(self).map_or(Value::Null, Value::Text)
    }

    /// The due date in a field value; a bare date means the end of the assignee's day.
    pub fn from_value(value: &Value) -> Option<Due> {
        let text = value.as_text()?;
        let due = serde_json::from_str::<Due>(text).ok();
        let due = due.or_else(|| is_date(text).then(|| Due::EndOfDay { date: text.to_owned() }))?;
        match &due {
            Due::Instant { .. } => Some(due),
            Due::EndOfDay { date } | Due::Date { date } => is_date(date).then_some(due),
        }
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

impl TaskFields {
    /// The edits that turn a task which says `self` into one which says `to`.
    pub fn changes_to(&self, to: &TaskFields) -> Vec<Edit> {
        let text = |s: &str| if s.is_empty() { Value::Null } else { Value::Text(s.to_owned()) };
        let id = |id: &Option<DocId>| id.map_or(Value::Null, |id| Value::Text(id.to_string()));
        let values = |t: &TaskFields| {
            [
                (fields::TITLE, text(&t.title)),
                (names::STATUS, Value::Text(t.status.name().to_owned())),
                (names::PRIORITY, Value::Text(t.priority.name().to_owned())),
                (names::ASSIGNEE, t.assignee.as_deref().map_or(Value::Null, text)),
                (names::ESTIMATE, t.estimate.map_or(Value::Null, Value::Int)),
                (names::DUE, t.due.as_ref().map_or(Value::Null, Due::to_value)),
                (names::PROJECT, id(&t.project)),
                (fields::ORDER, text(&t.order)),
                (fields::PARENT, id(&t.parent)),
            ]
        };
        let pairs = values(self).into_iter().zip(values(to)).filter(|(old, new)| old != new);
        let mut out: Vec<Edit> =
            pairs.map(|(_, (name, value))| Edit::SetField { name: name.to_owned(), value }).collect();
        out.extend(set_changes(names::LABELS, &self.labels, &to.labels));
        out
    }
}

/// The edits that turn one set into another.
pub(crate) fn set_changes(set: &str, from: &[String], to: &[String]) -> Vec<Edit> {
    let gone = from.iter().filter(|i| !to.contains(i));
    let come = to.iter().filter(|i| !from.contains(i));
    let remove = gone.map(|item| Edit::RemoveFrom { set: set.to_owned(), item: item.clone() });
    remove.chain(come.map(|item| Edit::AddTo { set: set.to_owned(), item: item.clone() })).collect()
}

impl Doc {
    /// The document read as a task. What is absent or of an unexpected shape reads as not said.
    pub fn task(&self) -> TaskFields {
        let doc = &self.crdt;
        let text = |name: &str| Some(fields::text(doc, name)).filter(|s| !s.is_empty());
        let id = |name: &str| text(name).and_then(|s| s.parse().ok());
        let status = text(names::STATUS).and_then(|s| Status::from_name(&s)).unwrap_or_default();
        let due = fields::read(doc, names::DUE).and_then(|v| Due::from_value(&v));
        TaskFields {
            title: self.title(),
            status,
            priority: text(names::PRIORITY).and_then(|s| Priority::from_name(&s)).unwrap_or_default(),
            assignee: text(names::ASSIGNEE),
            labels: fields::items(doc, names::LABELS),
            estimate: fields::read(doc, names::ESTIMATE).and_then(|v| v.as_int()),
            // What comes again is due when it comes next.
            due: if text(more::RECUR).is_some() {
                times::as_it_recurs(&self.task_more(), status, due)
            } else {
                due
            },
            project: id(names::PROJECT),
            order: self.order(),
            parent: self.parent(),
        }
    }
}
