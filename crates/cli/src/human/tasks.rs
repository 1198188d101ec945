//! Tasks and search hits.

use tern_peer::{
    ConflictView, DueView, RecursView, SearchView, TaskLinkView, TaskMoreView, TaskView, TasksView,
};

use crate::human::{Clock, count};
use crate::table::{Table, one_line, safe_lines};

pub(crate) fn list(view: &TasksView, filtered: bool) -> String {
    if view.tasks.is_empty() {
        return if filtered {
            "No task matches. `tern task list` shows all.\n".into()
        } else {
            "No tasks yet. `tern task new \"Fix login @name #label !high ^2026-12-01\"` makes one.\n".into()
        };
    }
    let mut text = String::new();
    for chunk in view.tasks.chunk_by(|a, b| a.group == b.group) {
        if let Some(group) = chunk.first().and_then(|t| t.group.as_deref()) {
            let name = if group.is_empty() { "(none)" } else { group };
            text += &format!("{}{}\n", if text.is_empty() { "" } else { "\n" }, one_line(name));
        }
        text += &rows(chunk);
    }
    text
}

/// The named state where there is one, and whether it waits.
fn state(task: &TaskView) -> String {
    let name = task.more.state.as_ref().unwrap_or(&task.status);
    if task.more.blocked { format!("{name}, blocked") } else { name.clone() }
}

fn rows(tasks: &[TaskView]) -> String {
    let mut table = Table::new(&["ID", "STATUS", "PRIORITY", "TITLE", "WHO", "DUE"]);
    for t in tasks {
        let also: String = t.conflicts.iter().map(|c| format!(" (also: {})", c.value)).collect();
        let labels: String = t.labels.iter().map(|l| format!(" #{l}")).collect();
        table.row(&[
            t.short_id.clone(),
            state(t),
            if t.priority == "none" { String::new() } else { t.priority.clone() },
            format!("{}{labels}{also}", t.title),
            t.assignee.clone().unwrap_or_default(),
            t.due.as_ref().map(|d| d.yours.clone()).unwrap_or_default(),
        ]);
    }
    table.render()
}

pub(crate) fn one(task: &TaskView, clock: &Clock) -> String {
    let mut text = format!("{}  {}\n", task.short_id, one_line(&task.title));
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            text += &format!("  {name:<9} {}\n", one_line(value));
        }
    };
    line("status", &state(task));
    line("priority", if task.priority == "none" { "" } else { &task.priority });
    line("assignee", task.assignee.as_deref().unwrap_or_default());
    line("due", &task.due.as_ref().map(due).unwrap_or_default());
    line("labels", &task.labels.join(", "));
    line("project", task.project.as_deref().unwrap_or_default());
    line("estimate", task.estimate.as_deref().unwrap_or_default());
    more(&task.more, clock, &mut line);
    line("", if task.trashed { "in the trash" } else { "" });
    for conflict in &task.conflicts {
        text += &format!("  {}\n", also(conflict, clock));
    }
    if !task.description.trim().is_empty() {
        text += &format!("\n{}\n\n", safe_lines(task.description.trim_end()));
    }
    text
}

fn more(more: &TaskMoreView, clock: &Clock, line: &mut impl FnMut(&str, &str)) {
    let link = |task: &TaskLinkView| format!("{} {} ({})", task.short_id, task.title, task.status);
    if let Some(recurs) = &more.recurs {
        recurring(recurs, clock, line);
    }
    for waits in &more.waits_for {
        let who = waits.task.assignee.as_deref().unwrap_or("nobody yet");
        let local = waits.local.as_ref().map(|local| format!(", {local} there")).unwrap_or_default();
        let looks =
            waits.next_checkin_local.as_ref().map(|at| format!(", looks next {at}")).unwrap_or_default();
        line("waits for", &format!("{}: {who}{local}{looks}", link(&waits.task)));
    }
    let lists = [
        ("part of", more.parent.as_slice()),
        ("parts", more.parts.as_slice()),
        ("blocks", more.blocks.as_slice()),
        ("relates", more.relates.as_slice()),
        ("same as", more.duplicate_of.as_slice()),
        ("same", more.duplicates.as_slice()),
    ];
    for (name, tasks) in lists {
        tasks.iter().for_each(|task| line(name, &link(task)));
    }
    more.set_aside.iter().for_each(|words| line("set aside", words));
    more.fields.iter().for_each(|(name, value)| line(name, value));
    line("cycle", more.cycle.as_deref().unwrap_or_default());
    line("appetite", &more.appetite.map(|days| count(days.max(0) as u64, "day", "days")).unwrap_or_default());
    line("hill", &more.hill.map(|at| format!("{at} of 100")).unwrap_or_default());
    for mark in &more.hill_history {
        line("", &format!("{} by {}, {}", mark.position, mark.by, clock.words(&mark.when)));
    }
    line("from", more.imported_from.as_deref().unwrap_or_default());
}

fn recurring(recurs: &RecursView, clock: &Clock, line: &mut impl FnMut(&str, &str)) {
    let time = |at: &String| if at.contains('T') { clock.words(at) } else { at.clone() };
    line("recurs", &recurs.words);
    line("next", &recurs.next.iter().map(time).collect::<Vec<_>>().join("; "));
    if let Some(at) = &recurs.moved_from {
        line("moved", &format!("from {}, this time alone", time(at)));
    }
    if recurs.missed > 1 {
        let times = count(recurs.missed as u64, "time", "times");
        line(
            "missed",
            &format!("{times}; `tern task skip` passes over them, `task done --skip-missed` does the last"),
        );
    }
    for done in &recurs.done_times {
        line("done", &format!("{} by {}, {}", time(&done.time), done.by, clock.words(&done.when)));
    }
}

/// When it is due, in both zones where they differ.
pub(crate) fn due(due: &DueView) -> String {
    match &due.theirs {
        Some(theirs) => format!("{} for you, {theirs} for them", due.yours),
        None => due.yours.clone(),
    }
}

/// A value that lost: `status: also: Review (Aiko, Tue 24 Nov 2026 13:00 GMT)`.
pub(crate) fn also(conflict: &ConflictView, clock: &Clock) -> String {
    one_line(&format!(
        "{} — also: {} ({}, {})",
        conflict.field,
        conflict.value,
        conflict.author,
        clock.words(&conflict.when)
    ))
}

pub(crate) fn hits(view: &SearchView, query: &str) -> String {
    if view.hits.is_empty() {
        return format!("Nothing here matches “{}”. Fewer or shorter words find more.\n", one_line(query));
    }
    let mut text = String::new();
    for hit in &view.hits {
        let id: String = hit.id.chars().take(8).collect();
        text += &format!("{id}  {} ({})\n", one_line(&hit.title), hit.kind);
        if !hit.snippet.trim().is_empty() {
            text += &format!("          {}\n", one_line(hit.snippet.trim()));
        }
    }
    text + &format!("\n{} in {:.1} ms\n", count(view.hits.len() as u64, "hit", "hits"), view.took_ms)
}
