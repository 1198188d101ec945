//! The task list as plain data: groups by status, each task in words.

use tern_peer::{ConflictView, TaskView};

use crate::gui::clock::Clock;
use crate::gui::views::Views;

/// Statuses in the order of the list, with their names.
pub const STATUSES: [(&str, &str); 6] = [
    ("doing", "Doing"),
    ("review", "Review"),
    ("todo", "Todo"),
    ("backlog", "Backlog"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
];

/// Priorities with their names.
pub const PRIORITIES: [(&str, &str); 5] =
    [("none", "No priority"), ("low", "Low"), ("medium", "Medium"), ("high", "High"), ("urgent", "Urgent")];

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Head of a group.
    Group {
        /// Status.
        status: &'static str,
        /// Its name.
        name: &'static str,
        /// Tasks in it.
        count: usize,
    },
    /// A task.
    Task(Task),
}

/// A task as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Full id.
    pub id: String,
    /// Short id.
    pub short_id: String,
    /// Title.
    pub title: String,
    /// Status.
    pub status: String,
    /// Priority.
    pub priority: String,
    /// Assignee's name.
    pub assignee: String,
    /// The assignee is within their hours.
    pub working: bool,
    /// Labels.
    pub labels: Vec<String>,
    /// When it is due, in words.
    pub due: String,
    /// The kept value that is shown, in words.
    pub kept: Option<String>,
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// Lines from top to bottom.
    pub lines: Vec<Line>,
    /// Why there are none.
    pub empty: &'static str,
}

/// The list as data.
pub fn build(views: &Views, clock: &Clock) -> Data {
    let Some(tasks) = views.tasks.get() else {
        return Data { lines: Vec::new(), empty: "Reading the tasks" };
    };
    let mut lines = Vec::with_capacity(tasks.tasks.len() + STATUSES.len());
    for (status, name) in STATUSES {
        let of_status = || tasks.tasks.iter().filter(move |task| task.status == status);
        let count = of_status().count();
        if count == 0 {
            continue;
        }
        lines.push(Line::Group { status, name, count });
        lines.extend(of_status().map(|task| Line::Task(shown(task, views, clock))));
    }
    Data { lines, empty: "No task yet." }
}

/// A task in words.
pub fn shown(task: &TaskView, views: &Views, clock: &Clock) -> Task {
    let person = task.assignee_id.as_ref().and_then(|id| views.people.get(id)).and_then(|slot| slot.get());
    Task {
        id: task.id.clone(),
        short_id: task.short_id.clone(),
        title: task.title.clone(),
        status: task.status.clone(),
        priority: task.priority.clone(),
        assignee: task.assignee.clone().unwrap_or_default(),
        working: person.is_some_and(|person| person.working),
        labels: task.labels.clone(),
        due: due_words(task),
        kept: task.conflicts.first().map(|conflict| kept_words(conflict, clock)),
    }
}

/// `Wed 25 Nov 13:30`, with the assignee's time when it differs.
pub fn due_words(task: &TaskView) -> String {
    let Some(due) = &task.due else { return String::new() };
    match &due.theirs {
        Some(theirs) if *theirs != due.yours => format!("{theirs} theirs · {} yours", due.yours),
        _ => due.yours.clone(),
    }
}

/// `also: Done — Dev, 2 h ago`.
pub fn kept_words(conflict: &ConflictView, clock: &Clock) -> String {
    format!(
        "also: {} — {}, {}",
        value_name(&conflict.field, &conflict.value),
        conflict.author,
        clock.ago(&conflict.when)
    )
}

/// A field's value as people say it.
pub fn value_name(field: &str, value: &str) -> String {
    let names: &[(&str, &str)] = match field {
        "status" => &STATUSES,
        "priority" => &PRIORITIES,
        _ => &[],
    };
    let found = names.iter().find(|(key, _)| *key == value).map(|(_, name)| (*name).to_owned());
    match found {
        Some(name) => name,
        None if value.is_empty() => "none".to_owned(),
        None => value.to_owned(),
    }
}

/// Ids of the tasks from top to bottom.
pub fn ids(data: &Data) -> Vec<&str> {
    data.lines
        .iter()
        .filter_map(|line| match line {
            Line::Task(task) => Some(task.id.as_str()),
            Line::Group { .. } => None,
        })
        .collect()
}

/// The list as text, for tests.
#[cfg(test)]
pub fn text(data: &Data) -> String {
    data.lines
        .iter()
        .map(|line| match line {
            Line::Group { name, count, .. } => format!("{name} {count}\n"),
            Line::Task(task) => {
                let mut words = vec![task.short_id.clone(), task.title.clone()];
                words.extend(task.labels.iter().map(|label| format!("#{label}")));
                words
                    .extend([&task.assignee, &task.due].into_iter().filter(|word| !word.is_empty()).cloned());
                if task.priority != "none" {
                    words.push(format!("!{}", task.priority));
                }
                words.extend(task.kept.iter().map(|kept| format!("({kept})")));
                format!("  {}\n", words.join(" | "))
            }
        })
        .collect()
}
