//! Menus of what a task says beside its common fields: other tasks, recurrence, fields of its project, its cycle.

use egui::Rect;
use tern_peer::{OwnFieldView, TaskLinkView};

use crate::gui::command::{UiCommand, set_task};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};
use crate::gui::views::Views;

/// Most tasks that a menu lists; typing narrows them, and what is typed counts as a short id.
const LISTED: usize = 12;

type Does = fn(&[String], &str) -> UiCommand;

fn entered(name: &'static str, hint: &str, with: &[&str], narrows: bool) -> Entered {
    let does: Does = |with, text| match with {
        [task, field] => set_task(task, field, text),
        _ => UiCommand::Close,
    };
    let with = with.iter().map(|text| (*text).to_owned()).collect();
    Entered { name, hint: hint.to_owned(), text: String::new(), narrows, does, with }
}

/// Other tasks: those that are said go on choosing them again, others come.
pub fn tasks(
    task: &str,
    field: &str,
    name: &str,
    said: &[TaskLinkView],
    views: &Views,
    anchor: Option<Rect>,
) -> Picker {
    let single = matches!(field, "parent" | "duplicate_of");
    let taken = |link: &TaskLinkView| {
        let command =
            if single { set_task(task, field, "") } else { set_task(task, &format!("-{field}"), &link.id) };
        Entry::new(Sign::Icon(Icon::Check), &link.title, command).right("take away")
    };
    let mut entries: Vec<Entry> = said.iter().map(taken).collect();
    let all = views.tasks.get().map(|view| view.tasks.as_slice()).unwrap_or_default();
    let others = all
        .iter()
        .filter(|other| other.id != task && !other.trashed && !said.iter().any(|link| link.id == other.id));
    let open = others.filter(|other| !matches!(other.status.as_str(), "done" | "cancelled")).take(LISTED);
    entries.extend(open.map(|other| {
        let sign = Sign::Status(other.status.clone());
        Entry::new(sign, &other.title, set_task(task, field, &other.id)).right(&other.short_id)
    }));
    let entered = entered("Task", "Words of a title, or a short id and Enter", &[task, field], true);
    Picker { entered: Some(entered), ..Picker::new(name, anchor, entries) }
}

/// When it comes again.
pub fn recur(task: &str, anchor: Option<Rect>) -> Picker {
    let entry = |text: &str, words: &str| {
        Entry::new(Sign::Icon(Icon::Calendar), words, set_task(task, "recur", text))
    };
    let entries = vec![
        entry("every day", "Every day"),
        entry("every weekday", "Every weekday"),
        entry("every week", "Every week"),
        entry("every 2 weeks", "Every two weeks"),
        entry("every month", "Every month"),
        Entry::new(Sign::None, "No", set_task(task, "recur", "")),
    ];
    let hint = "every Monday 09:00 Europe/London, or FREQ=…";
    Picker {
        entered: Some(entered("Rule", hint, &[task, "recur"], false)),
        ..Picker::new("Repeats", anchor, entries)
    }
}

/// The value of a field that the project defines.
pub fn own_field(task: &str, field: &OwnFieldView, views: &Views, anchor: Option<Rect>) -> Picker {
    let set = |value: &str| set_task(task, &field.name, value);
    let mut entries: Vec<Entry> =
        field.options.iter().map(|option| Entry::new(Sign::None, option, set(option))).collect();
    if field.holds == "person" {
        let members = views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
        let active = members.iter().filter(|member| member.state == "active");
        entries.extend(active.map(|m| Entry::new(Sign::Person(m.name.clone()), &m.name, set(&m.id))));
    }
    entries.push(Entry::new(Sign::None, "None", set("")));
    let typed = (field.options.is_empty() && field.holds != "person").then(|| {
        let hint = match field.holds.as_str() {
            "number" => "A number",
            "date" => "2026-12-01, fri or +3d",
            _ => "What it says",
        };
        entered("Value", hint, &[task, &field.name], false)
    });
    Picker { entered: typed, ..Picker::new(&field.name, anchor, entries) }
}

/// The cycle in which it is worked on.
pub fn cycle(task: &str, views: &Views, anchor: Option<Rect>) -> Picker {
    let cycles = views.cycles.get().map(|view| view.cycles.as_slice()).unwrap_or_default();
    let entry = |cycle: &tern_peer::CycleView| {
        Entry::new(Sign::None, &cycle.title, set_task(task, "cycle", &cycle.id)).right(&cycle.phase)
    };
    let mut entries: Vec<Entry> = cycles.iter().map(entry).collect();
    entries.push(Entry::new(Sign::None, "None", set_task(task, "cycle", "")));
    Picker::new("Cycle", anchor, entries)
}

/// Working days that it may take.
pub fn appetite(task: &str, anchor: Option<Rect>) -> Picker {
    let entry = |days: &str, words: &str| Entry::new(Sign::None, words, set_task(task, "appetite", days));
    let entries =
        vec![entry("5", "A week"), entry("10", "Two weeks"), entry("30", "Six weeks"), entry("", "None")];
    let entered = entered("Days", "Working days that it may take", &[task, "appetite"], false);
    Picker { entered: Some(entered), ..Picker::new("Appetite", anchor, entries) }
}

/// Where it stands on its hill.
pub fn hill(task: &str, anchor: Option<Rect>) -> Picker {
    let entry = |at: &str, words: &str| Entry::new(Sign::None, words, set_task(task, "hill", at)).right(at);
    let entries = vec![
        entry("0", "Nothing known"),
        entry("25", "Finding out"),
        entry("50", "All found out"),
        entry("75", "Making it"),
        entry("100", "Done"),
    ];
    let entered = entered("Position", "0 to 100", &[task, "hill"], false);
    Picker { entered: Some(entered), ..Picker::new("Hill", anchor, entries) }
}
