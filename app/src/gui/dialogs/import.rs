//! A table of tasks from another tool: named, looked at, then taken in.

use std::path::PathBuf;
use std::sync::Arc;

use egui::Ui;
use tern_peer::{Command, ImportReport, ImportUndone, TaskImport, TaskImportView};

use super::backups::count;
use super::{CAPTION, DialogState};
use crate::gui::command::{Queue, Then};
use crate::gui::look::look;
use crate::gui::notice;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button, Field};

/// Words of a list that are shown; the rest is counted.
const SHOWN: usize = 12;
/// Rows that are not taken and are told one by one.
const LINES: usize = 5;

/// What is typed, and what is known of it.
#[derive(Debug, Clone, Default)]
pub struct Form {
    file: String,
    project: String,
    /// Dates are read in the other order than the table shows.
    dates: Option<&'static str>,
    /// What was asked last, and what would come of it.
    asked: TaskImport,
    seen: Option<Arc<Seen>>,
}

/// What would come of an import. Its words are made once: a table may have a hundred thousand rows.
#[derive(Debug)]
struct Seen {
    report: ImportReport,
    facts: Vec<(&'static str, String)>,
}

impl Form {
    fn wish(&self) -> TaskImport {
        let project = Some(self.project.trim().to_owned()).filter(|name| !name.is_empty());
        let path = named(self.file.trim(), std::env::home_dir());
        // What was said of the dates of one file says nothing of another.
        let dates = self.dates.filter(|_| self.asked.path == path);
        TaskImport { path, project, dates: dates.map(str::to_owned), dry_run: true, ..TaskImport::default() }
    }

    /// Whether this was asked last.
    pub fn asks(&self, wish: &TaskImport) -> bool {
        self.asked == *wish
    }

    /// What would come of what was asked is known.
    pub fn heard(&mut self, report: ImportReport) {
        let facts = report.tasks.as_ref().map(facts).unwrap_or_default();
        self.seen = Some(Arc::new(Seen { report, facts }));
    }
}

/// The file of a name as people type it.
fn named(typed: &str, home: Option<PathBuf>) -> PathBuf {
    match typed.strip_prefix("~/").zip(home) {
        Some((below, home)) => home.join(below),
        None => typed.into(),
    }
}

fn tasks(n: u64) -> String {
    count(n, "task", "tasks")
}

/// What an import did, in one line.
pub fn done(report: &ImportReport) -> String {
    let changed = if report.updated > 0 { format!(", {} changed", report.updated) } else { String::new() };
    format!("{} imported{changed}", tasks(report.created))
}

/// What was taken back, in one line.
pub fn taken_back(undone: &ImportUndone) -> String {
    let stay = if undone.left == 1 { "stays" } else { "stay" };
    let parts = [
        (undone.trashed, "in the trash".to_owned()),
        (undone.put_back, "as before".to_owned()),
        (undone.left, format!("{stay}: somebody went on there")),
    ];
    let said: Vec<String> =
        parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{} {words}", tasks(n))).collect();
    said.join(", ")
}

fn list(words: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = words.collect();
    let more = all.len().saturating_sub(SHOWN);
    let shown = all.into_iter().take(SHOWN).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown}, and {more} more") } else { shown }
}

/// How a table was understood: names and words.
fn facts(view: &TaskImportView) -> Vec<(&'static str, String)> {
    let columns = |own: bool| {
        let wanted = view.columns.iter().filter(move |column| match column.field.as_str() {
            "kept" => false,
            field => (field == "own") == own,
        });
        list(wanted.map(|column| match own {
            true => column.column.clone(),
            false => format!("{} as {}", column.column, column.field.replace('_', " ")),
        }))
    };
    let projects = view.projects.iter().map(|project| {
        let new = if project.new { ", new" } else { "" };
        format!("{} ({}{new})", project.name, tasks(project.tasks))
    });
    let statuses =
        view.statuses.iter().map(|word| format!("{} as {} ({})", word.word, word.status, word.tasks));
    let people = view.people.iter().map(|person| match &person.member {
        Some(member) if *member == person.name => format!("{member} ({})", person.tasks),
        Some(member) => format!("{} is {member} ({})", person.name, person.tasks),
        None => format!("{}, not a member yet ({})", person.name, person.tasks),
    });
    let facts = [
        ("Columns", columns(false)),
        ("Own fields", columns(true)),
        ("Projects", list(projects)),
        ("Statuses", list(statuses)),
        ("People", list(people)),
    ];
    facts.into_iter().filter(|(_, words)| !words.is_empty()).collect()
}

/// Draws the dialog.
pub(super) fn show(ui: &mut Ui, state: &mut DialogState, out: &mut Queue) {
    let p = look(ui.ctx());
    let what = "A table that another tool wrote: Linear, Jira, Asana, GitLab, or any .csv file with a column of titles. \
                Nothing changes before you have seen what would come of it.";
    widgets::text(ui, what, tokens::CALLOUT, p.ink);
    ui.add_space(12.0);
    let form = &mut state.import;
    let file = widgets::form_row(ui, "File", CAPTION, |ui| {
        Field::new("File", "/home/you/issues.csv").show(ui, &mut form.file)
    });
    ui.add_space(6.0);
    widgets::form_row(ui, "Project", CAPTION, |ui| {
        Field::new("Project", "For rows that name none; else after the file").show(ui, &mut form.project)
    });
    ui.add_space(12.0);
    let wish = form.wish();
    let seen = form.seen.clone().filter(|_| form.asked == wish);
    let fits = seen.as_ref().map(|seen| seen.report.created + seen.report.updated).filter(|new| *new > 0);
    let unnamed = wish.path.as_os_str().is_empty().then_some("Name a file first");
    let busy = state.waiting.then_some("The last step is still under way").or(unnamed);
    let entered = file.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    ui.horizontal(|ui| {
        let looks = if fits.is_some() { Button::new("Look again") } else { Button::main("Look at it") };
        if (looks.disabled(busy).show(ui).clicked() || entered) && busy.is_none() {
            look_at(state, wish.clone(), out);
        }
        if let Some(new) = fits {
            let words = format!("Import {}", tasks(new));
            if Button::main(&words).disabled(busy).show(ui).clicked() {
                let command = Command::ImportTasks(TaskImport { dry_run: false, ..wish.clone() });
                state.send(command, Then::Imported, out);
            }
        }
    });
    if state.waiting {
        ui.add_space(8.0);
        widgets::text(ui, "Reading the table", tokens::SMALL, p.ink3);
    }
    state.focus_once(&file);
    let Some(seen) = seen else { return };
    ui.add_space(12.0);
    widgets::rule(ui);
    ui.add_space(10.0);
    told(ui, state, &seen, out);
}

fn look_at(state: &mut DialogState, wish: TaskImport, out: &mut Queue) {
    state.import.asked = wish.clone();
    state.send(Command::ImportTasks(wish.clone()), Then::ImportSeen(Box::new(wish)), out);
}

fn told(ui: &mut Ui, state: &mut DialogState, known: &Seen, out: &mut Queue) {
    let p = look(ui.ctx());
    let seen = &known.report;
    let here = match (seen.unchanged, seen.updated) {
        (0, 0) => String::new(),
        (n, 0) => format!(", {n} here already"),
        (n, changed) => format!(", {changed} changed there, {n} here already"),
    };
    widgets::text(ui, &format!("{} new{here}.", tasks(seen.created)), tokens::CALLOUT, p.ink);
    ui.add_space(8.0);
    let Some(view) = &seen.tasks else { return };
    for (name, words) in &known.facts {
        notice::fact(ui, name, words);
    }
    if let Some(order) = &view.dates {
        let day_first = order == "dmy";
        let order = if day_first { "Day, month, year" } else { "Month, day, year" };
        let guess = if view.dates_guessed { "; the table does not show which, this is a guess" } else { "" };
        notice::fact(ui, "Dates", &format!("{order}{guess}"));
        let other = if day_first { ("mdy", "Read month first") } else { ("dmy", "Read day first") };
        if Button::new(other.1).show(ui).clicked() && !state.waiting {
            state.import.dates = Some(other.0);
            let wish = state.import.wish();
            look_at(state, wish, out);
        }
        ui.add_space(8.0);
    }
    for (heading, lines) in [("Not taken", &seen.refused), ("Kept as written", &seen.kept)] {
        let words = lines.iter().take(LINES).map(|line| format!("{}: {}", line.path, line.reason));
        let mut words: Vec<String> = words.collect();
        let more = lines.len().saturating_sub(LINES);
        words.extend((more > 0).then(|| format!("and {more} more")));
        if !words.is_empty() {
            notice::fact(ui, heading, &words.join("\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_peer::PersonWordView;

    #[test]
    fn a_file_may_be_named_from_ones_own_folder_on() {
        let home = || Some(PathBuf::from("/home/ben"));
        assert_eq!(named("~/tasks.csv", home()), PathBuf::from("/home/ben/tasks.csv"));
        assert_eq!(named("/tmp/~/tasks.csv", home()), PathBuf::from("/tmp/~/tasks.csv"));
        assert_eq!(named("~/tasks.csv", None), PathBuf::from("~/tasks.csv"));
    }

    #[test]
    fn what_an_import_did_is_one_line_and_long_lists_are_counted() {
        let mut report = ImportReport { created: 1, ..ImportReport::default() };
        assert_eq!(done(&report), "1 task imported");
        (report.created, report.updated) = (12, 3);
        assert_eq!(done(&report), "12 tasks imported, 3 changed");
        let undone = ImportUndone { trashed: 2, left: 1, ..ImportUndone::default() };
        assert_eq!(taken_back(&undone), "2 tasks in the trash, 1 task stays: somebody went on there");
        let people = (0..14).map(|n| PersonWordView { name: format!("P{n}"), member: None, tasks: 1 });
        let view = TaskImportView { people: people.collect(), ..TaskImportView::default() };
        let [("People", words)] = &facts(&view)[..] else { panic!("{:?}", facts(&view)) };
        assert!(
            words.starts_with("P0, not a member yet (1), ") && words.ends_with(", and 2 more"),
            "{words}"
        );
    }
}
