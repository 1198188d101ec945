//! Copies that this laptop keeps of its workspace: which there are, what one holds beside what is here, and taking in what
//! is missing.

use egui::Ui;
use tern_peer::{AdoptView, BackupView, BackupsView, CompareView};

use super::DialogState;
use crate::gui::backend::BackupStep;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::look::look;
use crate::gui::notice;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button};

/// Documents of a comparison that are named; the rest is counted.
const NAMED: usize = 8;

/// What is known of backups.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// All of them.
    pub list: Option<BackupsView>,
    /// One beside what is here.
    pub compared: Option<CompareView>,
    /// What was taken in from it.
    pub taken: Option<AdoptView>,
}

/// `1 item`, `7 items`.
pub(super) fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// What a backup holds beside what is here, in sentences.
pub fn difference(view: &CompareView) -> String {
    let missing: Vec<&str> = view
        .documents
        .iter()
        .filter(|doc| doc.state != "older")
        .map(|doc| if doc.title.is_empty() { "something without a title" } else { doc.title.as_str() })
        .collect();
    let older = view.documents.len() - missing.len();
    let went_on = match older {
        0 => String::new(),
        1 => " One document went on here since.".to_owned(),
        n => format!(" {n} documents went on here since."),
    };
    if view.missing_items == 0 {
        return format!("Everything in it is here.{went_on}");
    }
    let named: Vec<String> = missing.iter().take(NAMED).map(|title| format!("“{title}”")).collect();
    let more = missing.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let edits = count(view.missing_items, "edit", "edits");
    match named.is_empty() {
        true => format!("It holds {edits} that this laptop lacks.{went_on}"),
        false => format!("It holds {edits} that this laptop lacks, of {}{more}.{went_on}", named.join(", ")),
    }
}

/// Draws the dialog.
pub(super) fn show(ui: &mut Ui, state: &mut DialogState, out: &mut Queue) {
    let p = look(ui.ctx());
    let Some(list) = state.backups.list.clone() else {
        widgets::text(ui, "Looking for backups", tokens::CALLOUT, p.ink2);
        return;
    };
    let what = "Tern keeps a copy of the workspace every hour while it runs, and fewer the older they get. The copies lie on \
                this disk: a node or another laptop is what survives its loss.";
    widgets::text(ui, what, tokens::CALLOUT, p.ink);
    ui.add_space(10.0);
    notice::fact(ui, "Folder", &list.folder);
    notice::fact(
        ui,
        "Put back",
        "When the workspace does not open any more, a backup takes its place: in a terminal, tern backup restore.",
    );
    ui.add_space(4.0);
    widgets::rule(ui);
    ui.add_space(10.0);
    let busy = state.waiting.then_some("The last step is still under way");
    ui.horizontal(|ui| {
        if Button::main("Take a backup now").disabled(busy).show(ui).clicked() {
            out.push(UiCommand::Backups(BackupStep::Take));
        }
        if let Some(busy) = busy {
            widgets::short(ui, busy, tokens::SMALL, p.ink3);
        }
    });
    ui.add_space(12.0);
    if list.backups.is_empty() {
        widgets::text(ui, "There is no backup yet.", tokens::CALLOUT, p.ink2);
    }
    for backup in &list.backups {
        row(ui, state, backup, busy, out);
    }
}

fn row(ui: &mut Ui, state: &DialogState, backup: &BackupView, busy: Option<&str>, out: &mut Queue) {
    let p = look(ui.ctx());
    let taken = backup.taken.get(..16).unwrap_or(&backup.taken).replace('T', " ");
    ui.horizontal(|ui| {
        widgets::short(ui, &format!("{taken}  ·  {}", size(backup.bytes)), tokens::CALLOUT, p.ink);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = format!("Compare the backup of {taken}");
            if Button::new("Compare").spoken(&name).disabled(busy).show(ui).clicked() {
                out.push(UiCommand::Backups(BackupStep::Compare(backup.id.clone())));
            }
        });
    });
    ui.add_space(4.0);
    let Some(compared) = state.backups.compared.as_ref().filter(|view| view.backup.id == backup.id) else {
        return;
    };
    widgets::text(ui, &difference(compared), tokens::SMALL, p.ink2);
    ui.add_space(6.0);
    if let Some(taken) = &state.backups.taken {
        let refused = match taken.refused {
            0 => String::new(),
            n => format!(" {} could not be taken in now.", count(n, "edit", "edits")),
        };
        let words = format!("{} taken in.{refused}", count(taken.taken, "edit was", "edits were"));
        widgets::text(ui, &words, tokens::SMALL, p.ink);
    } else if compared.missing_items > 0
        && Button::main("Take in what is missing").disabled(busy).show(ui).clicked()
    {
        out.push(UiCommand::Backups(BackupStep::Adopt(backup.id.clone())));
    }
    ui.add_space(8.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_peer::BackupDocView;

    #[test]
    fn what_a_backup_holds_is_said_by_name_and_counted_where_it_is_much() {
        let document = |title: &str, state: &str| BackupDocView {
            id: title.into(),
            kind: "page".into(),
            title: title.into(),
            state: state.into(),
        };
        let backup = BackupView { id: "b".into(), taken: "2026-11-23T15:10".into(), bytes: 1 };
        let mut view = CompareView { backup, items: 9, missing_items: 0, documents: Vec::new() };
        assert_eq!(difference(&view), "Everything in it is here.");
        view.documents.push(document("Plan", "older"));
        assert_eq!(difference(&view), "Everything in it is here. One document went on here since.");
        (view.missing_items, view.documents) =
            (3, (0..10).map(|n| document(&format!("P{n}"), "missing")).collect());
        let said = difference(&view);
        assert!(
            said.contains("3 edits that this laptop lacks, of “P0”") && said.contains("and 2 more"),
            "{said}"
        );
    }
}
