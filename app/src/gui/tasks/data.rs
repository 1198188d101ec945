//! Tasks as plain data: groups of an answer, each task in words.

use std::collections::HashSet;
use std::ops::Range;

use tern_peer::{ConflictView, ProfileView, StateView, TaskView};

use super::asked::Asked;
use super::state::TasksState;
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

/// Groups that a board shows folded.
const FOLDED: [&str; 2] = ["Backlog", "Cancelled"];

/// A group of tasks, a column of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub title: String,
    /// What a task is set to that comes into it, as typed; none where the group is no single value.
    pub value: Option<String>,
    /// Its tasks, as places in the answer.
    pub tasks: Range<usize>,
}

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Head of a group.
    Group(usize),
    /// A task, as a place in the answer.
    Task(usize),
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
    /// What time it is for them, with the weekday where it is not mine.
    pub local: String,
    /// Labels.
    pub labels: Vec<String>,
    /// When it is due, in words.
    pub due: String,
    /// The kept value that is shown, in words.
    pub kept: Option<String>,
}

/// What is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// Groups in order.
    pub groups: Vec<Group>,
    /// Why there are none.
    pub empty: String,
}

/// Groups of the answer to what is asked.
pub fn build(views: &Views, asked: &Asked) -> Data {
    if let Some(error) = views.listed.error() {
        return Data { groups: Vec::new(), empty: error.to_string() };
    }
    let Some(answer) = views.listed.get() else {
        return Data { groups: Vec::new(), empty: "Reading the tasks".to_owned() };
    };
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    for chunk in answer.tasks.chunk_by(|a, b| a.group == b.group) {
        let first = &chunk[0];
        groups.push(Group {
            title: first.group.clone().map_or("All".to_owned(), |title| group_name(&asked.group, &title)),
            value: first.group_value.clone(),
            tasks: at..at + chunk.len(),
        });
        at += chunk.len();
    }
    if asked.group == "status" && !answer.states.is_empty() {
        groups = by_state(&groups, &answer.states, asked.board);
    } else if asked.group == "status" {
        groups = by_status(&groups, asked.board);
    }
    let none = groups.iter().all(|group| group.tasks.is_empty());
    let empty = match (none, asked.query.trim().is_empty()) {
        (true, true) => "No task yet.",
        (true, false) => "No task answers this.",
        (false, _) => "",
    };
    Data { groups, empty: empty.to_owned() }
}

/// Columns of a board stand also while they are empty; a list begins with what is being done.
fn by_status(groups: &[Group], board: bool) -> Vec<Group> {
    let order = if board { [3, 2, 0, 1, 4, 5] } else { [0, 1, 2, 3, 4, 5] };
    let named = order.into_iter().filter_map(|at: usize| STATUSES.get(at));
    let found = |name: &str| groups.iter().find(|group| group.title == name).cloned();
    let empty =
        |key: &str, name: &str| Group { title: name.to_owned(), value: Some(key.to_owned()), tasks: 0..0 };
    let all = named.map(|(key, name)| found(name).unwrap_or_else(|| empty(key, name)));
    all.filter(|group| board || !group.tasks.is_empty()).collect()
}

/// Columns in the order of a project's named states, then what stands in none of them.
fn by_state(groups: &[Group], states: &[StateView], board: bool) -> Vec<Group> {
    let found = |name: &str| groups.iter().find(|group| group.title == name).cloned();
    let empty = |name: &str| Group { title: name.to_owned(), value: Some(name.to_owned()), tasks: 0..0 };
    let named = states.iter().map(|state| found(&state.name).unwrap_or_else(|| empty(&state.name)));
    let others = groups.iter().filter(|group| !states.iter().any(|state| state.name == group.title)).cloned();
    named.chain(others).filter(|group| board || !group.tasks.is_empty()).collect()
}

fn group_name(by: &str, title: &str) -> String {
    let lacking = match by {
        "assignee" => "Nobody",
        "label" => "No label",
        "project" => "No project",
        "due" => "No due date",
        "priority" => "No priority",
        _ => "None",
    };
    if title == "None" { lacking.to_owned() } else { title.to_owned() }
}

impl Data {
    /// Whether a group of the board is folded; such as have come into sight by hand are not.
    pub fn is_folded(&self, group: &Group, state: &TasksState) -> bool {
        let quiet = FOLDED.contains(&group.title.as_str()) && state.asked.group == "status";
        quiet && !state.unfolded.contains(&group.title)
    }

    /// Groups that the layout shows, each with its place.
    pub fn shown(&self, state: &TasksState) -> Vec<(usize, &Group)> {
        let folded = |group: &Group| state.asked.board && self.is_folded(group, state);
        self.groups.iter().enumerate().filter(|(_, group)| !folded(group)).collect()
    }

    /// Lines of the list.
    pub fn lines(&self, grouped: bool) -> Vec<Line> {
        let mut lines = Vec::new();
        for (at, group) in self.groups.iter().enumerate() {
            if grouped {
                lines.push(Line::Group(at));
            }
            lines.extend(group.tasks.clone().map(Line::Task));
        }
        lines
    }

    /// Tasks that the answer holds, each counted once.
    pub fn count(&self, views: &Views, asked: &Asked) -> usize {
        let tasks = views.listed.get().map(|view| view.tasks.as_slice()).unwrap_or_default();
        match asked.group.as_str() {
            "label" => tasks.iter().map(|task| task.id.as_str()).collect::<HashSet<&str>>().len(),
            _ => tasks.len(),
        }
    }
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
        due: waiting_words(task)
            .into_iter()
            .chain([due_words(task, clock)])
            .filter(|w| !w.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        local: person.map(|person| local_words(person, views)).unwrap_or_default(),
        kept: task.conflicts.first().map(|conflict| kept_words(conflict, clock)),
    }
}

/// For whom it waits: `waits for Aiko, Tue 18:10`.
fn waiting_words(task: &TaskView) -> Option<String> {
    let waits = task.more.waits_for.first().filter(|_| task.more.blocked)?;
    let who = waits.task.assignee.as_deref().map_or(waits.task.short_id.as_str(), first_name);
    let local = waits.local.as_ref().map(|local| format!(", {local}")).unwrap_or_default();
    Some(format!("waits for {who}{local}"))
}

/// When it is due, in the viewer's time and the owner's: `End of Carla’s Wed · Thu 00:00 yours`.
pub fn due_words(task: &TaskView, clock: &Clock) -> String {
    let Some(due) = &task.due else { return String::new() };
    let owner = task.assignee.as_deref().map(first_name).unwrap_or_default();
    let theirs = due.theirs.as_deref().filter(|theirs| *theirs != due.yours);
    match (due.kind.as_str(), theirs) {
        ("date", _) => format!("{}, any time", day_words(&due.value, clock)),
        ("end-of-day", Some(_)) => {
            format!("End of {owner}’s {} · {} yours", day_words(&due.value, clock), due.yours)
        }
        ("end-of-day", None) => {
            let time = due.yours.rsplit(' ').next().filter(|time| time.contains(':'));
            let day = day_words(&due.value, clock);
            match time {
                // The end of a day without hours is midnight, which reads as the day after.
                Some("00:00") | None => format!("{day}, end of day"),
                Some(time) => format!("{day}, {time}"),
            }
        }
        (_, Some(theirs)) => format!("{} · {theirs} {owner}’s", due.yours),
        (_, None) => due.yours.clone(),
    }
}

/// The first word of a name.
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// `Today`, `Wed` within the week, else `Wed 2 Dec`.
fn day_words(date: &str, clock: &Clock) -> String {
    let Ok(day) = date.parse::<jiff::civil::Date>() else { return date.to_owned() };
    let days = (day - clock.now().date()).get_days();
    match days {
        0 => "Today".to_owned(),
        1..=6 => day.strftime("%a").to_string(),
        _ => clock.day(date),
    }
}

/// A person's time, with the weekday where it is another than one's own.
pub fn local_words(person: &ProfileView, views: &Views) -> String {
    let day = |local: &str| local.split(' ').next().unwrap_or_default().to_owned();
    let about = views.about.get();
    let me = about.and_then(|about| views.people.get(&about.member)).and_then(|slot| slot.get());
    let time = person.local.rsplit(' ').next().unwrap_or_default();
    match me {
        Some(me) if day(&me.local) != day(&person.local) => format!("{time} {}", day(&person.local)),
        _ => time.to_owned(),
    }
}

/// `also: Done — Dev, 2 h ago`.
pub fn kept_words(conflict: &ConflictView, clock: &Clock) -> String {
    format!(
        "also: {} — {}, {}",
        value_name(&conflict.field, &conflict.value),
        first_name(&conflict.author),
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

/// The list as text, for tests.
#[cfg(test)]
pub fn text(data: &Data, views: &Views, clock: &Clock) -> String {
    let tasks = views.listed.get().map(|view| view.tasks.as_slice()).unwrap_or_default();
    let one = |task: &Task| {
        let mut words = vec![task.short_id.clone(), task.title.clone()];
        words.extend(task.labels.iter().map(|label| format!("#{label}")));
        words.extend([&task.assignee, &task.due].into_iter().filter(|word| !word.is_empty()).cloned());
        if task.priority != "none" {
            words.push(format!("!{}", task.priority));
        }
        words.extend(task.kept.iter().map(|kept| format!("({kept})")));
        format!("  {}\n", words.join(" | "))
    };
    let line = |line: Line| match line {
        Line::Group(at) => format!("{} {}\n", data.groups[at].title, data.groups[at].tasks.len()),
        Line::Task(at) => one(&shown(&tasks[at], views, clock)),
    };
    data.lines(true).into_iter().map(line).collect()
}
