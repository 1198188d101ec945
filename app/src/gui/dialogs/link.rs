//! Linking another device of one's own: a ticket, four words on both screens, and a typed yes.

use egui::Ui;

use super::{DialogState, ticket_box};
use crate::gui::access::confirm::same_words;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::look::look;
use crate::gui::notice;
use crate::gui::tokens;
use crate::gui::welcome::four_words;
use crate::gui::widgets::{self, Button, Field};

/// Draws the state of the linking.
pub(super) fn show(ui: &mut Ui, state: &mut DialogState, out: &mut Queue) {
    let p = look(ui.ctx());
    match (state.ticket.clone(), state.link.state.as_str()) {
        (None, _) if state.problem.is_some() => again(ui, out),
        (None, _) => {
            widgets::text(ui, "The ticket is being made", tokens::CALLOUT, p.ink2);
        }
        (Some(_), "asking") => asking(ui, state, out),
        (Some(_), "done") => {
            let words =
                "The device is linked. It is in your list under Devices, and every device of yours is told.";
            end(ui, words, out);
        }
        (Some(_), "refused") => {
            end(ui, "No device was linked: you said no. The ticket opens nothing any more.", out)
        }
        (Some(_), "expired") => {
            widgets::text(ui, "The ticket ran out. No device was linked.", tokens::CALLOUT, p.ink);
            ui.add_space(14.0);
            again(ui, out);
        }
        (Some(ticket), _) => {
            let words = "On the other device, start Tern, choose “Join with a ticket” and paste this one. It works once, for \
                         ten minutes, and only while this window is open.";
            widgets::text(ui, words, tokens::CALLOUT, p.ink);
            ui.add_space(10.0);
            ticket_box(ui, &ticket, out);
            ui.add_space(12.0);
            let words =
                "Waiting for the other device. Then both show four words, and you are asked once more.";
            widgets::text(ui, words, tokens::SMALL, p.ink2);
        }
    }
}

fn again(ui: &mut Ui, out: &mut Queue) {
    if Button::main("Make another ticket").show(ui).clicked() {
        out.push(UiCommand::StartLink);
    }
}

fn end(ui: &mut Ui, words: &str, out: &mut Queue) {
    widgets::text(ui, words, tokens::CALLOUT, look(ui.ctx()).ink);
    ui.add_space(16.0);
    if Button::main("Done").show(ui).clicked() {
        out.push(UiCommand::Close);
    }
}

fn asking(ui: &mut Ui, state: &mut DialogState, out: &mut Queue) {
    let p = look(ui.ctx());
    widgets::text(ui, "Full access as you?", tokens::H2, p.ink);
    ui.add_space(8.0);
    four_words(ui, &state.link.words);
    ui.add_space(12.0);
    let device = state.link.device.get(..8).unwrap_or(&state.link.device);
    notice::fact(
        ui,
        "Compare",
        "The other device must show the same four words. If it shows others, say no.",
    );
    let may = format!("Device {device} reads everything that you can read and acts in your name.");
    notice::fact(ui, "Happens", &may);
    notice::fact(ui, "Way back", "You can remove it under Devices; what it has read stays on it.");
    ui.add_space(4.0);
    let wanted = state.link.words.split_whitespace().next().unwrap_or_default().to_owned();
    let field =
        Field { mono: true, ..Field::new("The first of the four words", "Type the first of the four words") };
    let response = field.show(ui, &mut state.typed);
    state.focus_once(&response);
    ui.add_space(14.0);
    let same = !wanted.is_empty() && same_words(&state.typed, &wanted);
    let why = match (same, state.waiting) {
        (false, _) => Some("Type the first of the four words"),
        (true, true) => Some("The device is being added"),
        (true, false) => None,
    };
    ui.horizontal(|ui| {
        if Button::main("Yes, full access").disabled(why).show(ui).clicked() {
            out.push(UiCommand::AnswerLink(true));
        }
        if Button::new("No").show(ui).clicked() {
            out.push(UiCommand::AnswerLink(false));
        }
    });
}
