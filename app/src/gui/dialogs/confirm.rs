//! A question before a change of access, and the name of a file for edits that were set aside.

use std::path::PathBuf;

use egui::Ui;
use tern_peer::{AccessCommand, Command};

use super::DialogState;
use crate::gui::access::confirm::Confirm;
use crate::gui::command::{Exporting, Queue, Then, UiCommand};
use crate::gui::look::look;
use crate::gui::notice;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button, Field};

/// Draws the question.
pub(super) fn show(ui: &mut Ui, state: &mut DialogState, question: &Confirm, out: &mut Queue) {
    for (caption, words) in &question.facts {
        notice::fact(ui, caption, words);
    }
    let mut why = state.waiting.then(|| "It is being done".to_owned());
    if let Some((what, wanted)) = &question.typed {
        ui.add_space(6.0);
        let hint = format!("Type “{wanted}”");
        let response = Field::new(what, &hint).show(ui, &mut state.typed);
        state.focus_once(&response);
        if !question.allows(&state.typed) {
            why = Some(hint);
        }
    }
    ui.add_space(14.0);
    ui.horizontal(|ui| {
        if Button::main(&question.action).disabled(why.as_deref()).show(ui).clicked() {
            state.waiting = true;
            state.problem = None;
            out.push(question.command());
        }
        if Button::new("Cancel").key("Esc").show(ui).clicked() {
            out.push(UiCommand::Close);
        }
    });
}

/// Draws the form for the file.
pub(super) fn export(ui: &mut Ui, state: &mut DialogState, exporting: &Exporting, out: &mut Queue) {
    let p = look(ui.ctx());
    let words = format!(
        "Writes “{}” with these edits applied, as Markdown. The edits go on waiting; a file that is there already is \
         not replaced.",
        exporting.title
    );
    widgets::text(ui, &words, tokens::CALLOUT, p.ink2);
    ui.add_space(12.0);
    let field = Field { mono: true, ..Field::new("File", "/folder/name.md") };
    let response = field.show(ui, &mut state.typed);
    state.focus_once(&response);
    ui.add_space(14.0);
    let file = state.typed.trim().to_owned();
    let why = match (file.is_empty(), state.waiting) {
        (true, _) => Some("Say where first"),
        (_, true) => Some("It is being written"),
        _ => None,
    };
    if Button::main("Write the file").disabled(why).show(ui).clicked() {
        let said = Then::CloseAndSay(format!("Written to {file}"));
        let command =
            AccessCommand::ReviewExport { entry: exporting.entry.clone(), file: PathBuf::from(file) };
        state.send(Command::Access(command), said, out);
    }
}
