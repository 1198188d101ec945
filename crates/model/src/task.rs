//! Tasks: typed fields of a task document.

use serde::{Deserialize, Serialize};

use crate::doc::Doc;
use crate::edit::Edit;
use crate::fields::Value;
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

impl Due {
    /// The field value.
    pub fn to_value(&self) -> Value {
        Value::Null
    }
}

/// The edit that sets a status.
pub fn set_status(status: Status) -> Edit {
    Edit::SetField { name: "status".into(), value: Value::Text(format!("{status:?}")) }
}

impl Doc {
    /// The document read as a task.
    pub fn task(&self) -> TaskFields {
        TaskFields::default()
    }
}
