//! Groups and orders of task lists and boards.

use std::cmp::Ordering;
use std::str::FromStr;

use jiff::civil::Date;

use super::{Asker, TaskRow};
use crate::ids::DocId;
use crate::task::{Priority, Status};

/// By what a list is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupBy {
    /// Not at all.
    #[default]
    Nothing,
    /// Status, in the order of work.
    Status,
    /// Assignee, by name.
    Assignee,
    /// Label; a task with several is in several groups.
    Label,
    /// Project, by name.
    Project,
    /// Due: overdue, today, this week, later, none.
    Due,
    /// Priority, most urgent first.
    Priority,
}

/// A group of a list. Groups sort as they are shown; what lacks the property comes last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupKey {
    /// The one group of an undivided list.
    All,
    /// Tasks of a status.
    Status(Status),
    /// Tasks in a named state of one project: its class, its place, its name.
    State(Status, usize, String),
    /// Tasks of a priority.
    Priority(std::cmp::Reverse<Priority>),
    /// Past their due date.
    Overdue,
    /// Due today.
    Today,
    /// Due in the six days after today.
    ThisWeek,
    /// Due after that.
    Later,
    /// Tasks of a member: name in lower case for the order, name, member id.
    Assignee(String, String, String),
    /// Tasks with a label.
    Label(String),
    /// Tasks of a project: name in lower case for the order, name, document.
    Project(String, String, DocId),
    /// Tasks without the property.
    None,
}

/// By what a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortBy {
    /// The order people gave it by hand.
    #[default]
    Manual,
    /// Earliest due first; those without a date last.
    Due,
    /// Most urgent first.
    Priority,
    /// In the order of work.
    Status,
    /// By title.
    Title,
    /// By assignee's name; unassigned last.
    Assignee,
    /// Newest first.
    Created,
    /// Last changed first.
    Updated,
}

/// An order and its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Whether turned round (`-due`); tasks without the property stay last.
    pub reversed: bool,
}

/// The text is no property to group or sort by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not something to group or sort by; try status, assignee, due or priority")]
pub struct UnknownProperty(pub String);

impl FromStr for GroupBy {
    type Err = UnknownProperty;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "" | "none" => GroupBy::Nothing,
            "status" => GroupBy::Status,
            "assignee" => GroupBy::Assignee,
            "label" | "labels" => GroupBy::Label,
            "project" => GroupBy::Project,
            "due" => GroupBy::Due,
            "priority" => GroupBy::Priority,
            _ => return Err(UnknownProperty(text.chars().take(40).collect())),
        })
    }
}

impl FromStr for Sort {
    type Err = UnknownProperty;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        let (name, reversed) = text.strip_prefix('-').map_or((text.as_str(), false), |name| (name, true));
        let by = match name {
            "" | "order" | "manual" => SortBy::Manual,
            "due" => SortBy::Due,
            "priority" => SortBy::Priority,
            "status" => SortBy::Status,
            "title" => SortBy::Title,
            "assignee" => SortBy::Assignee,
            "created" => SortBy::Created,
            "updated" => SortBy::Updated,
            _ => return Err(UnknownProperty(name.chars().take(40).collect())),
        };
        Ok(Sort { by, reversed })
    }
}

impl GroupBy {
    /// The groups that a task belongs to: one, or one for each label.
    pub fn keys(self, task: &TaskRow, asker: &Asker) -> Vec<GroupKey> {
        let name = |name: &Option<String>, id: &str| name.clone().unwrap_or_else(|| id.to_owned());
        let key = match self {
            GroupBy::Nothing => GroupKey::All,
            GroupBy::Status => GroupKey::Status(task.status),
            GroupBy::Priority if task.priority == Priority::None => GroupKey::None,
            GroupBy::Priority => GroupKey::Priority(std::cmp::Reverse(task.priority)),
            GroupBy::Due => task.due_date.map_or(GroupKey::None, |due| due_group(due, asker.today)),
            GroupBy::Assignee => task.assignee.as_ref().map_or(GroupKey::None, |id| {
                let name = name(&task.assignee_name, id);
                GroupKey::Assignee(name.to_lowercase(), name, id.clone())
            }),
            GroupBy::Project => task.project.map_or(GroupKey::None, |id| {
                let name = name(&task.project_name, &id.to_string());
                GroupKey::Project(name.to_lowercase(), name, id)
            }),
            GroupBy::Label if task.labels.is_empty() => GroupKey::None,
            GroupBy::Label => return task.labels.iter().cloned().map(GroupKey::Label).collect(),
        };
        vec![key]
    }
}

impl GroupKey {
    /// What the field of a task is set to when the task comes into this group, as it is typed; empty clears it. `None`
    /// where a group stands for no single value.
    pub fn value(&self, today: Date) -> Option<String> {
        let ahead = |days: i64| today.saturating_add(jiff::SignedDuration::from_hours(24 * days)).to_string();
        Some(match self {
            GroupKey::All | GroupKey::Overdue | GroupKey::ThisWeek | GroupKey::Later => return None,
            GroupKey::Status(status) => status.name().to_owned(),
            GroupKey::Priority(priority) => priority.0.name().to_owned(),
            GroupKey::Today => ahead(0),
            GroupKey::Assignee(_, _, id) => id.clone(),
            GroupKey::Project(_, title, _) => title.clone(),
            GroupKey::Label(label) | GroupKey::State(_, _, label) => label.clone(),
            GroupKey::None => String::new(),
        })
    }

    /// What stands above the group, in English.
    pub fn title(&self) -> String {
        match self {
            GroupKey::All => "All".to_owned(),
            GroupKey::Status(status) => format!("{status:?}"),
            GroupKey::Priority(priority) => format!("{:?}", priority.0),
            GroupKey::Overdue => "Overdue".to_owned(),
            GroupKey::Today => "Today".to_owned(),
            GroupKey::ThisWeek => "This week".to_owned(),
            GroupKey::Later => "Later".to_owned(),
            GroupKey::Assignee(_, name, _)
            | GroupKey::Project(_, name, _)
            | GroupKey::State(_, _, name)
            | GroupKey::Label(name) => name.clone(),
            GroupKey::None => "None".to_owned(),
        }
    }
}

impl Sort {
    /// Compares two tasks. Ties fall to the order given by hand, then to ids: a total order, the same everywhere.
    pub fn compare(self, a: &TaskRow, b: &TaskRow) -> Ordering {
        let turn = |order: Ordering| if self.reversed { order.reverse() } else { order };
        let first = match self.by {
            SortBy::Manual => turn(a.order.cmp(&b.order)),
            SortBy::Due => last_if_none(a.due_ms, b.due_ms, turn),
            SortBy::Priority => turn(b.priority.cmp(&a.priority)),
            SortBy::Status => turn(a.status.cmp(&b.status)),
            SortBy::Title => turn(a.title.to_lowercase().cmp(&b.title.to_lowercase())),
            SortBy::Assignee => last_if_none(who(a), who(b), turn),
            SortBy::Created => turn(b.created_ms.cmp(&a.created_ms)),
            SortBy::Updated => turn(b.updated_ms.cmp(&a.updated_ms)),
        };
        first.then_with(|| a.order.cmp(&b.order)).then_with(|| a.id.cmp(&b.id))
    }
}

fn due_group(due: Date, today: Date) -> GroupKey {
    match due.duration_since(today).as_hours() / 24 {
        ..0 => GroupKey::Overdue,
        0 => GroupKey::Today,
        1..=6 => GroupKey::ThisWeek,
        _ => GroupKey::Later,
    }
}

fn who(task: &TaskRow) -> Option<String> {
    let id = task.assignee.as_ref()?;
    Some(task.assignee_name.as_ref().unwrap_or(id).to_lowercase())
}

fn last_if_none<T: Ord>(a: Option<T>, b: Option<T>, turn: impl Fn(Ordering) -> Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => turn(a.cmp(&b)),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}
