//! Questions about tasks: `is:open assignee:me label:auth due:<2026-12-01 "log in" -draft`.
//!
//! Terms are joined by *and*; values set apart by commas by *or*; `-` before a term turns it round. A word that is no
//! operator is looked for in title and id. "Me", "today" and zones come in as arguments: nothing reads a clock.

mod arrange;
mod more;
mod read;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use jiff::civil::Date;

use crate::ids::DocId;
use crate::task::{Priority, Status};

pub use arrange::{GroupBy, GroupKey, Sort, SortBy, UnknownProperty};
pub use more::More;
pub use read::QueryError;

/// A task as lists show it: the names already resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// The task.
    pub id: DocId,
    /// Its short id, such as `7K3QX`.
    pub short_id: String,
    /// Title.
    pub title: String,
    /// Status.
    pub status: Status,
    /// Priority.
    pub priority: Priority,
    /// Member id of the assignee.
    pub assignee: Option<String>,
    /// Name of the assignee.
    pub assignee_name: Option<String>,
    /// Labels.
    pub labels: Vec<String>,
    /// Project.
    pub project: Option<DocId>,
    /// Name of the project.
    pub project_name: Option<String>,
    /// The instant from which it is overdue, however the due value was given.
    pub due_ms: Option<i64>,
    /// The date on which it is due, for whoever looks.
    pub due_date: Option<Date>,
    /// Order key in its list.
    pub order: String,
    /// When it was made.
    pub created_ms: i64,
    /// When it was last changed.
    pub updated_ms: i64,
    /// Whether a field has concurrent values.
    pub conflicted: bool,
    /// Whether it is in the trash.
    pub trashed: bool,
    /// Named state, relations, values of its project's fields.
    pub more: More,
}

/// Who asks, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// Member id of who asks: `me`.
    pub me: String,
    /// The instant, for `is:overdue`.
    pub now_ms: i64,
    /// The date where the asker is, for `due:today`.
    pub today: Date,
}

/// A question; see the module for how it is written. Without `is:trashed` it leaves trashed tasks out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    terms: Vec<Term>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Is(Vec<State>),
    Status(Vec<Status>),
    Priority(Vec<(Compare, Priority)>),
    Assignee(Vec<Who>),
    Label(Vec<Option<String>>),
    Project(Vec<Option<String>>),
    Due(Vec<When>),
    /// Named states, in lower case.
    NamedState(Vec<String>),
    /// The task of which it is a part: short id, id or title in lower case; `None` for those that are part of nothing.
    Parent(Vec<Option<String>>),
    /// The cycle by name, in lower case.
    Cycle(Vec<Option<String>>),
    /// A field of a project and its values, in lower case; where there is no such field, words to look for.
    Own(String, Vec<String>),
    /// Lower case.
    Text(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Closed,
    Overdue,
    Unassigned,
    Conflicted,
    Trashed,
    Blocked,
    Recurring,
    Duplicate,
}

/// `None` is nobody; names in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    Me,
    Nobody,
    Named(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// No due date.
    Never,
    /// Any due date.
    Any,
    /// By date.
    Is(Compare, Date),
    /// Today plus so many days, for terms kept in saved views.
    Relative(Compare, i32),
    /// From today to so many days on.
    Within(i32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

impl Compare {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Compare::Less => order.is_lt(),
            Compare::AtMost => order.is_le(),
            Compare::Equal => order.is_eq(),
            Compare::AtLeast => order.is_ge(),
            Compare::More => order.is_gt(),
        }
    }
}

impl Query {
    /// Its terms, each as it is written: what filter chips show.
    pub fn terms(&self) -> Vec<String> {
        self.terms.iter().map(Term::to_string).collect()
    }

    /// The one project, in lower case, that it asks for, if it is one.
    pub fn one_project(&self) -> Option<&str> {
        let mut asked = self.terms.iter().filter_map(|term| match &term.test {
            Test::Project(any) if !term.negated => Some(any.as_slice()),
            _ => None,
        });
        match (asked.next(), asked.next()) {
            (Some([Some(one)]), None) => Some(one),
            _ => None,
        }
    }

    /// Whether it asks for nothing in particular.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a task answers the question.
    pub fn matches(&self, task: &TaskRow, asker: &Asker) -> bool {
        let names_trash =
            |term: &Term| matches!(&term.test, Test::Is(states) if states.contains(&State::Trashed));
        if task.trashed && !self.terms.iter().any(names_trash) {
            return false;
        }
        self.terms.iter().all(|term| term.test.holds(task, asker) != term.negated)
    }
}

impl Test {
    fn holds(&self, task: &TaskRow, asker: &Asker) -> bool {
        match self {
            Test::Is(states) => states.iter().any(|state| state.holds(task, asker)),
            Test::Status(any) => any.contains(&task.status),
            Test::Priority(any) => any.iter().any(|(compare, p)| compare.holds(task.priority.cmp(p))),
            Test::Assignee(any) => any.iter().any(|who| who.holds(task, asker)),
            Test::Label(any) => any.iter().any(|label| match label {
                None => task.labels.is_empty(),
                Some(label) => task.labels.iter().any(|have| have.to_lowercase() == *label),
            }),
            Test::Project(any) => any.iter().any(|project| match project {
                None => task.project.is_none(),
                Some(name) => project_is(task, name),
            }),
            Test::Due(any) => any.iter().any(|when| when.holds(task, asker)),
            Test::NamedState(_) | Test::Parent(_) | Test::Cycle(_) | Test::Own(..) => more::holds(self, task),
            Test::Text(text) => {
                task.title.to_lowercase().contains(text) || task.short_id.to_lowercase().starts_with(text)
            }
        }
    }
}

impl State {
    fn holds(self, task: &TaskRow, asker: &Asker) -> bool {
        let open = !matches!(task.status, Status::Done | Status::Cancelled);
        match self {
            State::Open => open,
            State::Closed => !open,
            State::Overdue => open && task.due_ms.is_some_and(|due| due < asker.now_ms),
            State::Unassigned => task.assignee.is_none(),
            State::Conflicted => task.conflicted,
            State::Trashed => task.trashed,
            State::Blocked => open && task.more.blocked,
            State::Recurring => task.more.recurs,
            State::Duplicate => task.more.duplicate,
        }
    }
}

impl Who {
    fn holds(&self, task: &TaskRow, asker: &Asker) -> bool {
        match self {
            Who::Nobody => task.assignee.is_none(),
            Who::Me => task.assignee.as_deref() == Some(asker.me.as_str()),
            Who::Named(name) => {
                let by_id = task.assignee.as_deref() == Some(name.as_str());
                by_id || task.assignee_name.as_deref().is_some_and(|full| name_fits(full, name))
            }
        }
    }
}

impl When {
    fn holds(self, task: &TaskRow, asker: &Asker) -> bool {
        let Some(due) = task.due_date else { return self == When::Never };
        let ahead =
            |days: i32| asker.today.saturating_add(jiff::SignedDuration::from_hours(24 * i64::from(days)));
        match self {
            When::Never => false,
            When::Any => true,
            When::Is(compare, date) => compare.holds(due.cmp(&date)),
            When::Relative(compare, days) => compare.holds(due.cmp(&ahead(days))),
            When::Within(days) => asker.today <= due && due <= ahead(days),
        }
    }
}

fn project_is(task: &TaskRow, name: &str) -> bool {
    let by_id = task.project.is_some_and(|id| id.to_string().to_lowercase() == *name);
    by_id || task.project_name.as_deref().is_some_and(|full| full.to_lowercase() == *name)
}

/// `name` (lower case) is the full name or begins one of its words.
fn name_fits(full: &str, name: &str) -> bool {
    let full = full.to_lowercase();
    full.starts_with(name) || full.split_whitespace().any(|word| word.starts_with(name))
}
