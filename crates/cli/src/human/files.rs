//! What imports and exports did.

use std::path::Path;

use tern_peer::{ExportReport, ImportLine, ImportReport, ImportUndone, TaskImportView};

use crate::human::{count, size};
use crate::table::one_line;

/// Lines of a list that are shown before the rest is counted.
const LINES_SHOWN: usize = 20;

pub(crate) fn imported(report: &ImportReport, path: &Path, dry_run: bool) -> String {
    let verb = if dry_run { "Would import" } else { "Imported" };
    let mut text = format!(
        "{verb} {}: {} created, {} updated, {} unchanged.\n",
        path.display(),
        report.created,
        report.updated,
        report.unchanged,
    );
    if let Some(tasks) = &report.tasks {
        text += &understood(tasks);
        text += &lines("Kept as written", &report.kept);
    } else {
        text += &lines("Kept to the letter or as an attachment", &report.kept);
    }
    text += &lines("Not taken", &report.refused);
    let nothing = report.created + report.updated + report.unchanged == 0 && report.refused.is_empty();
    match &report.tasks {
        None if nothing => text += "There is no Markdown file in it.\n",
        Some(_) if nothing => text += "There is no task in it.\n",
        Some(_) if dry_run => {
            text += "Change what it means with --map FIELD=COLUMN, --status WORD=STATUS, --project P; without --dry-run \
                     it is imported.\n";
        }
        Some(_) if report.created + report.updated > 0 => text += "`tern import --undo` takes it back.\n",
        _ => {}
    }
    text
}

/// How a table of tasks was understood.
fn understood(table: &TaskImportView) -> String {
    let list = |items: Vec<String>| {
        let more = items.len().saturating_sub(LINES_SHOWN);
        let mut text = items.into_iter().take(LINES_SHOWN).collect::<Vec<_>>().join(", ");
        if more > 0 {
            text += &format!(", … and {more} more");
        }
        text
    };
    let with = |field: &str| {
        let columns = table.columns.iter().filter(|column| column.field == field);
        list(columns.map(|column| one_line(&column.column)).collect())
    };
    let fields = table.columns.iter().filter(|column| !matches!(column.field.as_str(), "own" | "kept"));
    let fields = fields.map(|c| format!("{} → {}", one_line(&c.column), c.field)).collect();
    let statuses = table.statuses.iter().map(|word| {
        let named = if word.named { ", a state of its own" } else { "" };
        format!("{} → {} ({}{named})", one_line(&word.word), word.status, word.tasks)
    });
    let people = table.people.iter().map(|person| {
        let member = person.member.as_deref().map_or("nobody here yet".to_owned(), one_line);
        format!("{} → {member} ({})", one_line(&person.name), person.tasks)
    });
    let projects = table.projects.iter().map(|project| {
        let new = if project.new { ", new" } else { "" };
        format!("{} ({}{new})", one_line(&project.name), project.tasks)
    });
    let dates = table.dates.as_deref().map(|order| {
        let order = if order == "dmy" { "day/month/year" } else { "month/day/year" };
        let guess = if table.dates_guessed { ", a guess: --dates dmy reads day/month/year" } else { "" };
        format!("{order}{guess}")
    });
    let told = [
        ("From", table.source.clone()),
        ("Columns", list(fields)),
        ("Own fields", with("own")),
        ("In the row", with("kept")),
        ("Projects", list(projects.collect())),
        ("Statuses", list(statuses.collect())),
        ("People", list(people.collect())),
        ("Dates", dates.unwrap_or_default()),
    ];
    let told = told.into_iter().filter(|(_, words)| !words.is_empty());
    told.map(|(name, words)| format!("  {name:<11} {words}\n")).collect()
}

pub(crate) fn import_undone(undone: &ImportUndone) -> String {
    let mut text = format!("Took the import of {} back", one_line(&undone.file));
    text += &format!(": {} in the trash", count(undone.trashed, "task is", "tasks are"));
    if undone.put_back > 0 {
        text += &format!(", {} their old values", count(undone.put_back, "task has", "tasks have"));
    }
    text += ".\n";
    if undone.left > 0 {
        let stays = count(undone.left, "task stays", "tasks stay");
        text += &format!("{stays}: somebody went on with what was imported.\n");
    }
    text
}

pub(crate) fn exported(report: &ExportReport, dir: &Path) -> String {
    let mut text = format!(
        "Wrote {} ({}) to {}.\n",
        count(report.files, "file", "files"),
        size(report.bytes),
        dir.display()
    );
    text += &lines("Not on this laptop, so not written", &report.missing);
    if !report.missing.is_empty() {
        text += "`tern sync` fetches what other machines have.\n";
    }
    text
}

fn lines(heading: &str, list: &[ImportLine]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut text = format!("{heading}:\n");
    for line in list.iter().take(LINES_SHOWN) {
        text += &format!("  {}: {}\n", one_line(&line.path), one_line(&line.reason));
    }
    if list.len() > LINES_SHOWN {
        text += &format!("  … and {} more (--report FILE or --json lists all)\n", list.len() - LINES_SHOWN);
    }
    text
}
