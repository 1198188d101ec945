//! Menus that change fields of tasks, one task's or several in one step, and those of the question.

use egui::Rect;
use tern_model::hours::{Profile, ProfileText, Zone};
use tern_peer::{Command, ConflictView, ProfileView, TaskView, ViewCommand};

use super::asked::{Asked, GROUPS, SORTS, name_of};
use super::data::{PRIORITIES, STATUSES, value_name};
use super::filter::{self, OPERATORS};
use super::{Ask, set};
use crate::gui::clock::Clock;
use crate::gui::command::{Then, UiCommand, set_task, trash};
use crate::gui::details::task_more::project_of;
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};
use crate::gui::views::Views;

/// Statuses: the named states of the task's project, where it has such.
pub fn status(tasks: &[String], current: &TaskView, views: &Views, anchor: Option<Rect>) -> Picker {
    let named = project_of(current, views).map(|project| project.states.as_slice()).unwrap_or_default();
    if !named.is_empty() {
        let entry = |state: &tern_peer::StateView| {
            let sign = Sign::Status(state.class.clone());
            Entry::new(sign, &state.name, set(tasks, "status", &state.name))
                .right(&value_name("status", &state.class))
        };
        let at = current.more.state.as_deref().unwrap_or_default();
        return Picker::new("Status", anchor, named.iter().map(entry).collect()).at(at);
    }
    let entries = STATUSES
        .iter()
        .map(|(key, name)| Entry::new(Sign::Status((*key).to_owned()), name, set(tasks, "status", key)))
        .collect();
    Picker::new("Status", anchor, entries).at(&value_name("status", &current.status))
}

/// Priorities.
pub fn priority(tasks: &[String], current: &str, anchor: Option<Rect>) -> Picker {
    let entries = PRIORITIES
        .iter()
        .rev()
        .map(|(key, name)| Entry::new(Sign::Priority((*key).to_owned()), name, set(tasks, "priority", key)))
        .collect();
    Picker::new("Priority", anchor, entries).at(&value_name("priority", current))
}

/// Members, and nobody. Where a due date means another instant for somebody else, each says which one.
pub fn assignee(tasks: &[String], current: Option<&TaskView>, views: &Views, anchor: Option<Rect>) -> Picker {
    let members = views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
    let mine = views.about.get().map(|about| about.zone.as_str()).unwrap_or_default();
    let mut entries: Vec<Entry> = members
        .iter()
        .filter(|member| member.state == "active")
        .map(|member| {
            let profile = views.people.get(&member.id).and_then(|slot| slot.get());
            let changed = current.filter(|_| tasks.len() == 1).zip(profile);
            let changed = changed.and_then(|(task, profile)| moved_due(task, profile, mine));
            let right = changed.unwrap_or_else(|| if member.me { "you" } else { "" }.to_owned());
            let command = set(tasks, "assignee", &member.id);
            Entry::new(Sign::Person(member.name.clone()), &member.name, command).right(&right)
        })
        .collect();
    entries.push(Entry::new(Sign::None, "Nobody", set(tasks, "assignee", "")));
    let name = current.and_then(|task| task.assignee.as_deref()).unwrap_or("Nobody");
    Picker::new("Assignee", anchor, entries).at(name)
}

/// The instant to which a due date moves when somebody else gets the task: `due Wed 18:00 → Thu 00:00 yours`.
fn moved_due(task: &TaskView, profile: &ProfileView, mine: &str) -> Option<String> {
    let due = task.due.as_ref().filter(|due| due.kind == "end-of-day")?;
    if task.assignee_id.as_ref() == Some(&profile.id) {
        return None;
    }
    let text = ProfileText {
        zone: &profile.zone,
        hours: &profile.hours,
        checkins: Some(&profile.checkins),
        off: &profile.off,
        ..ProfileText::default()
    };
    let at_ms = Profile::read(&text).ok()?.end_of_day(due.value.parse().ok()?);
    let zone = Zone::get(mine).ok()?;
    let was_ms = due.at.as_ref().and_then(|at| zone.moment(at.split('[').next()?).ok());
    if was_ms == Some(at_ms) {
        return None;
    }
    Some(format!("due {} → {} yours", due.yours, zone.show_short(at_ms)))
}

/// Labels: each is put on all of the tasks, or taken off where all have it; a new one is typed.
pub fn labels(tasks: &[String], views: &Views, anchor: Option<Rect>) -> Picker {
    let all = views.tasks.get().map(|view| view.tasks.as_slice()).unwrap_or_default();
    let concerned: Vec<&TaskView> = all.iter().filter(|task| tasks.contains(&task.id)).collect();
    let mut names: Vec<&String> = all.iter().flat_map(|task| &task.labels).collect();
    names.sort();
    names.dedup();
    let entry = |name: &String| {
        let on = !concerned.is_empty() && concerned.iter().all(|task| task.labels.contains(name));
        let (sign, field) = if on { (Sign::Icon(Icon::Check), "-label") } else { (Sign::None, "+label") };
        Entry::new(sign, name, set(tasks, field, name))
    };
    let entered = Entered {
        name: "Label",
        hint: "A label; Enter puts it on or takes it off".to_owned(),
        text: String::new(),
        narrows: true,
        does: |tasks, text| set(tasks, "+label", text),
        with: tasks.to_vec(),
    };
    let entries = names.into_iter().map(entry).collect();
    Picker { entered: Some(entered), ..Picker::new("Labels", anchor, entries) }
}

/// An estimate as typed.
pub fn estimate(tasks: &[String], anchor: Option<Rect>) -> Picker {
    let entry = |value: &str, words: &str| Entry::new(Sign::None, words, set(tasks, "estimate", value));
    let entries =
        vec![entry("1", "1"), entry("2", "2"), entry("4", "4"), entry("8", "8"), entry("", "No estimate")];
    let entered = Entered {
        name: "Estimate",
        hint: "A whole number; an hour each in My work".to_owned(),
        text: String::new(),
        narrows: false,
        does: |tasks, text| set(tasks, "estimate", text),
        with: tasks.to_vec(),
    };
    Picker { entered: Some(entered), ..Picker::new("Estimate", anchor, entries) }
}

/// Common days, and a date as typed.
pub fn due(tasks: &[String], clock: &Clock, anchor: Option<Rect>) -> Picker {
    let today = clock.now().date();
    let in_days = |days: i64| today.checked_add(jiff::Span::new().days(days)).unwrap_or(today);
    let to_monday = i64::from(8 - today.weekday().to_monday_one_offset());
    let entry = |label: &str, date: jiff::civil::Date| {
        let right = date.strftime("%a %-d %b").to_string();
        Entry::new(Sign::Icon(Icon::Calendar), label, set(tasks, "due", &date.to_string())).right(&right)
    };
    let entries = vec![
        entry("Today", today),
        entry("Tomorrow", in_days(1)),
        entry("Next Monday", in_days(to_monday)),
        entry("In two weeks", in_days(14)),
        Entry::new(Sign::None, "No due date", set(tasks, "due", "")),
    ];
    let entered = Entered {
        name: "Date",
        hint: "2026-12-01 or 2026-12-01T17:00".to_owned(),
        text: String::new(),
        narrows: false,
        does: |tasks, text| set(tasks, "due", text),
        with: tasks.to_vec(),
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

/// What the question can be narrowed by.
pub fn filters(asked: &Asked, views: &Views, anchor: Option<Rect>) -> Picker {
    let entries = OPERATORS.iter().map(|(operator, name)| {
        let next = UiCommand::Pick(Box::new(values(asked, operator, views, anchor)));
        Entry::new(Sign::None, name, next).right(&format!("{operator}:"))
    });
    let entered = Entered {
        name: "Words",
        hint: "Words in the title, or choose".to_owned(),
        text: String::new(),
        narrows: true,
        does: |asked, text| {
            let query = asked.first().map(String::as_str).unwrap_or_default();
            Ask::Question(format!("{query} \"{}\"", text.replace('"', "")).trim().to_owned()).into()
        },
        with: vec![asked.query.clone()],
    };
    Picker { entered: Some(entered), ..Picker::new("Show only", anchor, entries.collect()) }
}

/// Values of one operator.
pub fn values(asked: &Asked, operator: &str, views: &Views, anchor: Option<Rect>) -> Picker {
    let entries = filter::values(operator, views).into_iter().map(|(value, name)| {
        let sign = match operator {
            "status" => Sign::Status(value.clone()),
            "priority" => Sign::Priority(value.clone()),
            "assignee" if !matches!(value.as_str(), "me" | "none") => Sign::Person(name.clone()),
            _ => Sign::None,
        };
        Entry::new(sign, &name, Ask::Question(filter::with(&asked.query, operator, &value)).into())
    });
    let entered = Entered {
        name: "Value",
        hint: "Type to narrow".to_owned(),
        text: String::new(),
        narrows: true,
        does: |with, text| {
            let (query, operator) = (with.first(), with.last());
            let word = |word: Option<&String>| word.map(String::as_str).unwrap_or_default().to_owned();
            Ask::Question(filter::with(&word(query), &word(operator), text)).into()
        },
        with: vec![asked.query.clone(), operator.to_owned()],
    };
    let title = name_of(&OPERATORS, operator);
    Picker { entered: Some(entered), ..Picker::new(title, anchor, entries.collect()) }
}

/// By what the answer is divided.
pub fn group(asked: &Asked, anchor: Option<Rect>) -> Picker {
    let entry =
        |(key, name): &(&str, &str)| Entry::new(Sign::None, name, Ask::Group((*key).to_owned()).into());
    Picker::new("Group by", anchor, GROUPS.iter().map(entry).collect()).at(name_of(&GROUPS, &asked.group))
}

/// By what the answer is ordered.
pub fn sort(asked: &Asked, anchor: Option<Rect>) -> Picker {
    let entry =
        |(key, name): &(&str, &str)| Entry::new(Sign::None, name, Ask::Sort((*key).to_owned()).into());
    Picker::new("Sort by", anchor, SORTS.iter().map(entry).collect()).at(name_of(&SORTS, &asked.sort))
}

fn nothing(_: &[String], _: &str) -> UiCommand {
    UiCommand::Close
}

/// A name for what is asked; Enter saves it as a view.
pub fn save_view(asked: &Asked, anchor: Option<Rect>) -> Picker {
    let shape = asked.shape();
    let entered = Entered {
        name: "Name of the view",
        hint: "Name of the view".to_owned(),
        text: String::new(),
        narrows: false,
        does: |with, title| match with {
            [query, group, sort, layout] if !title.is_empty() => {
                let shape = tern_peer::ViewShape {
                    query: query.clone(),
                    group: group.clone(),
                    sort: sort.clone(),
                    layout: layout.clone(),
                };
                let command = ViewCommand::Save { view: None, title: title.to_owned(), shape };
                UiCommand::Send(Box::new(Command::View(command)), Then::ViewMade)
            }
            _ => nothing(with, title),
        },
        with: vec![shape.query, shape.group, shape.sort, shape.layout],
    };
    Picker { entered: Some(entered), ..Picker::new("Save as a view for everybody", anchor, Vec::new()) }
}

/// Another name for a view.
pub fn rename_view(view: &str, title: &str, anchor: Option<Rect>) -> Picker {
    let entered = Entered {
        name: "Name of the view",
        hint: title.to_owned(),
        text: title.to_owned(),
        narrows: false,
        does: |with, title| match with {
            [view] if !title.is_empty() => {
                let command = ViewCommand::Rename { view: view.clone(), title: title.to_owned() };
                UiCommand::Send(Box::new(Command::View(command)), Then::Quiet)
            }
            _ => nothing(with, title),
        },
        with: vec![view.to_owned()],
    };
    Picker { entered: Some(entered), ..Picker::new("Rename the view", anchor, Vec::new()) }
}
