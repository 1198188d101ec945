//! Menus that change one field of a task.

use egui::Rect;
use tern_peer::{ConflictView, MembersView, TaskView};

use super::data::{PRIORITIES, STATUSES, value_name};
use crate::gui::clock::Clock;
use crate::gui::command::{UiCommand, set_task, trash};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};

/// Statuses.
pub fn status(task: &str, current: &str, anchor: Option<Rect>) -> Picker {
    let entries = STATUSES
        .iter()
        .map(|(key, name)| Entry::new(Sign::Status((*key).to_owned()), name, set_task(task, "status", key)))
        .collect();
    Picker::new("Status", anchor, entries).at(&value_name("status", current))
}

/// Priorities.
pub fn priority(task: &str, current: &str, anchor: Option<Rect>) -> Picker {
    let entries = PRIORITIES
        .iter()
        .rev()
        .map(|(key, name)| {
            Entry::new(Sign::Priority((*key).to_owned()), name, set_task(task, "priority", key))
        })
        .collect();
    Picker::new("Priority", anchor, entries).at(&value_name("priority", current))
}

/// Members, and nobody.
pub fn assignee(task: &str, members: Option<&MembersView>, current: &str, anchor: Option<Rect>) -> Picker {
    let mut entries: Vec<Entry> = members
        .map(|view| view.members.as_slice())
        .unwrap_or_default()
        .iter()
        .filter(|member| member.state == "active")
        .map(|member| {
            let right = if member.me { "you" } else { "" };
            let command = set_task(task, "assignee", &member.id);
            Entry::new(Sign::Person(member.name.clone()), &member.name, command).right(right)
        })
        .collect();
    entries.push(Entry::new(Sign::None, "Nobody", set_task(task, "assignee", "")));
    Picker::new("Assignee", anchor, entries).at(current)
}

/// Common days, and a date as typed.
pub fn due(task: &str, clock: &Clock, anchor: Option<Rect>) -> Picker {
    let today = clock.now().date();
    let in_days = |days: i64| today.checked_add(jiff::Span::new().days(days)).unwrap_or(today);
    let to_monday = i64::from(8 - today.weekday().to_monday_one_offset());
    let entry = |label: &str, date: jiff::civil::Date| {
        let right = date.strftime("%a %-d %b").to_string();
        Entry::new(Sign::Icon(Icon::Calendar), label, set_task(task, "due", &date.to_string())).right(&right)
    };
    let entries = vec![
        entry("Today", today),
        entry("Tomorrow", in_days(1)),
        entry("Next Monday", in_days(to_monday)),
        entry("In two weeks", in_days(14)),
        Entry::new(Sign::None, "No due date", set_task(task, "due", "")),
    ];
    let entered = Entered {
        task: task.to_owned(),
        field: "due".to_owned(),
        hint: "2026-12-01 or 2026-12-01T17:00".to_owned(),
        text: String::new(),
    };
    Picker { entered: Some(entered), ..Picker::new("Due date", anchor, entries) }
}

/// The value in force and the one that was kept.
pub fn choose(task: &TaskView, conflict: &ConflictView, clock: &Clock, anchor: Option<Rect>) -> Picker {
    let field = conflict.field.as_str();
    let current = current_value(task, field);
    let keep = format!("Keep {}", value_name(field, &current));
    let take = format!("Take {}", value_name(field, &conflict.value));
    let entries = vec![
        Entry::new(Sign::Icon(Icon::Check), &keep, set_task(&task.id, field, &current)).right("in force"),
        Entry::new(Sign::Icon(Icon::Fork), &take, set_task(&task.id, field, &stored(field, &conflict.value)))
            .right(&format!("{}, {}", conflict.author, clock.ago(&conflict.when))),
    ];
    Picker::new(&format!("Two people set the {field}"), anchor, entries)
}

fn stored(field: &str, value: &str) -> String {
    if matches!(field, "status" | "priority") { value.to_lowercase() } else { value.to_owned() }
}

fn current_value(task: &TaskView, field: &str) -> String {
    match field {
        "title" => task.title.clone(),
        "status" => task.status.clone(),
        "priority" => task.priority.clone(),
        "assignee" => task.assignee.clone().unwrap_or_default(),
        "estimate" => task.estimate.clone().unwrap_or_default(),
        "due" => task.due.as_ref().map(|due| due.value.clone()).unwrap_or_default(),
        "project" => task.project.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

/// Everything that can be done with a task.
pub fn more(task: &str, title: &str, anchor: Option<Rect>) -> Picker {
    let copy = UiCommand::Copy(task.to_owned(), "The task’s id is on the clipboard");
    let entries = vec![
        Entry::new(Sign::Icon(Icon::Words), "Edit the title", UiCommand::EditTaskTitle(true)),
        Entry::new(Sign::Icon(Icon::Link), "Copy the id", copy),
        Entry::new(Sign::Icon(Icon::Trash), "Move to the trash", trash(task, title)),
    ];
    Picker::new("This task", anchor, entries)
}
