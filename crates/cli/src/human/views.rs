//! Saved views, and one's own work.

use tern_peer::{SavedView, ViewsView, WorkItem, WorkView};

use crate::human::{Clock, tasks};
use crate::table::{Table, one_line};

pub(crate) fn list(view: &ViewsView) -> String {
    if view.views.is_empty() {
        return "No saved view yet. `tern view save \"Mine\" --where \"is:open assignee:me\"` makes one.\n"
            .into();
    }
    let mut table = Table::new(&["ID", "NAME", "ASKS", "GROUP", "SORT", "SHOWN AS"]);
    for view in &view.views {
        let also: String = view.conflicts.iter().map(|c| format!(" (also: {})", c.value)).collect();
        table.row(&[
            view.id.chars().take(8).collect(),
            format!("{}{also}", view.title),
            view.shape.query.clone(),
            view.shape.group.clone(),
            view.shape.sort.clone(),
            view.shape.layout.clone(),
        ]);
    }
    table.render()
}

pub(crate) fn one(view: &SavedView) -> String {
    let asks = if view.shape.query.is_empty() { "all tasks" } else { &view.shape.query };
    format!("{}  {}\n", one_line(&view.title), one_line(asks))
}

/// `1 h 50 min`
fn span(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

pub(crate) fn work(view: &WorkView, clock: &Clock) -> String {
    let mut text = match &view.until {
        Some(until) => {
            format!(
                "{} of your hours are left today, until {}.\n",
                span(view.minutes_left),
                clock.words(until)
            )
        }
        None => "None of your hours are left today.\n".to_owned(),
    };
    if view.items.is_empty() {
        return text + "Nothing is assigned to you and you owe no answer.\n";
    }
    for (part, head) in
        [("now", "Fits today"), ("over", "Due today, beyond your hours"), ("later", "Can wait")]
    {
        let items: Vec<&WorkItem> = view.items.iter().filter(|item| item.part == part).collect();
        if !items.is_empty() {
            text += &format!("\n{head}\n{}", rows(&items));
        }
    }
    text
}

fn rows(items: &[&WorkItem]) -> String {
    let mut table = Table::new(&["WHAT", "ID", "TITLE", "BY", "TAKES"]);
    for item in items {
        let (id, title, by) = match (&item.task, &item.owed) {
            (Some(task), _) => {
                let due = task.due.as_ref().map(tasks::due).unwrap_or_default();
                (task.short_id.clone(), task.title.clone(), due)
            }
            (None, Some(owed)) => (
                owed.thread.chars().take(8).collect(),
                format!("{}: {}", owed.who, owed.title),
                owed.yours.clone().unwrap_or_default(),
            ),
            (None, None) => match &item.project {
                Some(project) => (String::new(), project.title.clone(), String::new()),
                None => continue,
            },
        };
        let late = if item.overdue { " (past)" } else { "" };
        table.row(&[item.kind.clone(), id, title, format!("{by}{late}"), span(item.minutes)]);
    }
    table.render()
}
