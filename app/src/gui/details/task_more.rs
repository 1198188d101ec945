//! What a task says beside its common fields, in its details: relations, recurrence, fields of its project, its cycle.

use egui::Ui;
use tern_peer::{Command, ProjectView, RecursView, TaskCommand, TaskLinkView, TaskView, WaitsForView};

use super::{field_row, pair};
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, Then, UiCommand};
use crate::gui::look::look;
use crate::gui::tasks::relate;
use crate::gui::tokens;
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button};

/// Done times of a task that comes again which are shown, newest first.
const DONE_SHOWN: usize = 3;

fn named(tasks: &[TaskLinkView]) -> String {
    let titles: Vec<&str> = tasks.iter().map(|task| task.title.as_str()).collect();
    if titles.is_empty() { "None".to_owned() } else { titles.join(", ") }
}

/// Whom a task waits for: `Fix login — Aiko, Tue 18:10 there, looks next Wed 09:00`.
pub fn waits_words(waits: &WaitsForView) -> String {
    let who = waits.task.assignee.as_deref().unwrap_or("nobody yet");
    let local = waits.local.as_ref().map(|local| format!(", {local} there")).unwrap_or_default();
    let looks = waits.next_checkin_local.as_ref().map(|at| format!(", looks next {at}")).unwrap_or_default();
    format!("{} — {who}{local}{looks}", waits.task.title)
}

/// A time of a recurrence in words.
fn time_words(at: &str, clock: &Clock) -> String {
    if at.contains('T') { clock.then(at) } else { clock.day(at) }
}

/// The project of a task.
pub fn project_of<'a>(task: &TaskView, views: &'a Views) -> Option<&'a ProjectView> {
    let id = task.more.project_id.as_deref()?;
    views.projects.get()?.projects.iter().find(|project| project.id == id)
}

/// What became of the times of a task that comes again, and the ways to pass over some.
fn times(ui: &mut Ui, task: &TaskView, recurs: &RecursView, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    if let Some(by_rule) = &recurs.moved_from {
        let words = format!("Moved by hand; the rule says {}", time_words(by_rule, clock));
        widgets::text(ui, &words, tokens::SMALL, p.ink2);
    }
    let mut pass_over = |ui: &mut Ui, words: &str, this: bool| {
        if Button::new(words).show(ui).clicked() {
            let skip = TaskCommand::Skip { task: task.id.clone(), this };
            out.push(UiCommand::Send(Box::new(Command::Tasks(skip)), Then::Changed));
        }
    };
    if recurs.missed > 0 {
        let words = match recurs.missed {
            1 => "1 time is past and not done".to_owned(),
            missed => format!("{missed} times are past and not done"),
        };
        widgets::text(ui, &words, tokens::SMALL, p.ink2);
        pass_over(ui, "Pass over what was missed", false);
    }
    if !recurs.next.is_empty() {
        pass_over(ui, "Pass over this time", true);
    }
    if !recurs.done_times.is_empty() {
        let done: Vec<String> =
            recurs.done_times.iter().take(DONE_SHOWN).map(|done| time_words(&done.time, clock)).collect();
        pair(ui, "Done for", &done.join(" · "));
    }
}

/// Draws it.
pub(super) fn show(ui: &mut Ui, task: &TaskView, views: &Views, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let more = &task.more;
    if let Some(project) = project_of(task, views) {
        for field in &project.fields {
            let value = more.fields.get(&field.name).map_or("None", String::as_str);
            field_row(ui, &field.name, value, |at| relate::own_field(&task.id, field, views, at), out);
        }
    }
    let recurs = more.recurs.as_ref().map_or("No", |recurs| recurs.words.as_str());
    field_row(ui, "Repeats", recurs, |at| relate::recur(&task.id, at), out);
    if let Some(recurs) = &more.recurs {
        let next: Vec<String> = recurs.next.iter().map(|at| time_words(at, clock)).collect();
        pair(ui, "Next", &next.join(" · "));
        if let Some(first) = next.first() {
            let words = format!("Done for {first}");
            if Button::new(&words).show(ui).clicked() {
                out.push(crate::gui::command::set_task(&task.id, "status", "done"));
            }
        }
        times(ui, task, recurs, clock, out);
    }
    let link =
        |tasks: &[TaskLinkView], field: &'static str, name: &'static str, ui: &mut Ui, out: &mut Queue| {
            let menu = |at| relate::tasks(&task.id, field, name, tasks, views, at);
            field_row(ui, name, &named(tasks), menu, out);
        };
    link(more.parent.as_slice(), "parent", "Part of", ui, out);
    if !more.parts.is_empty() {
        pair(ui, "Parts", &named(&more.parts));
    }
    let waits: Vec<TaskLinkView> = more.waits_for.iter().map(|waits| waits.task.clone()).collect();
    link(&waits, "blocked_by", "Waits for", ui, out);
    for waits in &more.waits_for {
        widgets::text(ui, &waits_words(waits), tokens::SMALL, p.ink2);
    }
    link(&more.blocks, "blocks", "Blocks", ui, out);
    link(&more.relates, "relates", "Relates to", ui, out);
    link(more.duplicate_of.as_slice(), "duplicate_of", "Same as", ui, out);
    if !more.duplicates.is_empty() {
        pair(ui, "Said twice", &named(&more.duplicates));
    }
    for words in &more.set_aside {
        widgets::text(ui, words, tokens::SMALL, p.ink2);
    }
    let cycle = more.cycle.as_deref().unwrap_or("None");
    field_row(ui, "Cycle", cycle, |at| relate::cycle(&task.id, views, at), out);
    if more.cycle.is_some() {
        let appetite = more.appetite.map_or("None".to_owned(), |days| format!("{days} days"));
        field_row(ui, "Appetite", &appetite, |at| relate::appetite(&task.id, at), out);
        let hill = more.hill.map_or("Not set".to_owned(), |at| format!("{at} of 100"));
        field_row(ui, "Hill", &hill, |at| relate::hill(&task.id, at), out);
    }
    if let Some(from) = &more.imported_from {
        pair(ui, "Imported from", from);
    }
    let project = task.more.project_id.clone().map(|id| crate::gui::command::Route::Project { id });
    if let Some(route) = project
        && Button::plain("Open the project").show(ui).clicked()
    {
        out.push(UiCommand::Go(route));
    }
}
