//! Making a ticket for people, and letting somebody in who asked with one.

use egui::Ui;
use tern_peer::{AccessCommand, Command};

use super::{CAPTION, DialogState, ticket_box};
use crate::gui::access::data::ROLES;
use crate::gui::command::{Asking, Queue, Then};
use crate::gui::look::look;
use crate::gui::tokens;
use crate::gui::welcome::four_words;
use crate::gui::widgets::{self, Button};

const HOUR_MS: i64 = 3_600_000;

/// What a ticket is to allow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    role: &'static str,
    mode: &'static str,
    uses: u16,
    hours: i64,
}

impl Default for Form {
    fn default() -> Self {
        Form { role: "writer", mode: "open", uses: 1, hours: 72 }
    }
}

/// What has to be known before a ticket is handed over.
pub(super) const UNTIL_IT_ENDS: &str = "Until the invite ends, this ticket together with a node’s disk opens the history of the \
     workspace. Ending it in People changes the key.";

/// Draws the form, then the ticket.
pub(super) fn show(ui: &mut Ui, state: &mut DialogState, out: &mut Queue) {
    let p = look(ui.ctx());
    if let Some(ticket) = &state.ticket {
        let words = handing_over(&state.invite);
        widgets::text(ui, &words, tokens::CALLOUT, p.ink);
        ui.add_space(10.0);
        ticket_box(ui, ticket, out);
        ui.add_space(12.0);
        widgets::text(ui, UNTIL_IT_ENDS, tokens::SMALL, p.ink2);
        return;
    }
    form(ui, &mut state.invite);
    ui.add_space(14.0);
    widgets::text(ui, UNTIL_IT_ENDS, tokens::SMALL, p.ink2);
    ui.add_space(14.0);
    let Form { role, mode, uses, hours } = state.invite;
    let why = state.waiting.then_some("The ticket is being made");
    if Button::main("Make a ticket").disabled(why).show(ui).clicked() {
        let (role, mode) = (role.to_owned(), mode.to_owned());
        let command = Command::Invite { role, mode, uses, expires_ms: hours * HOUR_MS };
        state.send(command, Then::ShowTicket, out);
    }
}

fn handing_over(form: &Form) -> String {
    let who = match form.uses {
        1 => "one person".to_owned(),
        uses => format!("up to {uses} people"),
    };
    let how = match form.mode {
        "approve" => "Whoever holds it can ask to come in; you say yes in People, Invites.",
        _ => "Whoever holds it comes in at once.",
    };
    format!("Send this ticket to {who}, over a channel you trust. {how}")
}

fn form(ui: &mut Ui, form: &mut Form) {
    let p = look(ui.ctx());
    widgets::form_row(ui, "They may", CAPTION, |ui| {
        let roles = [("writer", "Write"), ("commenter", "Comment"), ("reader", "Read"), ("admin", "Manage")];
        if let Some(role) = widgets::choices(ui, "They may", &roles, form.role) {
            form.role = role;
            if role == "admin" {
                form.mode = "approve";
            }
        }
    });
    ui.add_space(8.0);
    widgets::form_row(ui, "They come in", CAPTION, |ui| {
        let modes = [("open", "At once"), ("approve", "After you say yes")];
        if let Some(mode) = widgets::choices(ui, "They come in", &modes, form.mode) {
            form.mode = mode;
            if mode == "open" && form.role == "admin" {
                form.role = "writer";
            }
        }
        if form.role == "admin" {
            ui.add_space(4.0);
            widgets::text(ui, "Who manages members comes in only after a yes.", tokens::SMALL, p.ink2);
        }
    });
    ui.add_space(8.0);
    widgets::form_row(ui, "How many people", CAPTION, |ui| {
        let uses = [(1, "1"), (3, "3"), (10, "10"), (50, "50")];
        if let Some(uses) = widgets::choices(ui, "How many people", &uses, form.uses) {
            form.uses = uses;
        }
    });
    ui.add_space(8.0);
    widgets::form_row(ui, "It holds for", CAPTION, |ui| {
        let spans = [(24, "1 day"), (72, "3 days"), (168, "1 week"), (720, "30 days")];
        if let Some(hours) = widgets::choices(ui, "It holds for", &spans, form.hours) {
            form.hours = hours;
        }
    });
}

/// Draws the question whether somebody comes in, and as what.
pub(super) fn approve(ui: &mut Ui, state: &mut DialogState, asking: &Asking, out: &mut Queue) {
    let p = look(ui.ctx());
    let words = "Their screen shows four words. Ask for them by voice: when they are the same, nobody stands in between.";
    widgets::text(ui, words, tokens::CALLOUT, p.ink);
    ui.add_space(10.0);
    four_words(ui, &asking.words);
    ui.add_space(14.0);
    widgets::form_row(ui, "They may", CAPTION, |ui| {
        let roles = ROLES.map(|(role, name, _)| (role, name));
        let chosen =
            ROLES.iter().map(|(role, ..)| *role).find(|role| *role == state.role).unwrap_or_default();
        if let Some(role) = widgets::choices(ui, "They may", &roles, chosen) {
            state.role = role.to_owned();
        }
    });
    if let Some((.., what)) = ROLES.iter().find(|(role, ..)| *role == state.role) {
        ui.horizontal(|ui| {
            ui.add_space(CAPTION + 8.0);
            widgets::text(ui, &format!("This role {what}."), tokens::SMALL, p.ink2);
        });
    }
    ui.add_space(16.0);
    let why = state.waiting.then_some("They are being let in");
    if Button::main("The words match: let them in").disabled(why).show(ui).clicked() {
        let role = (state.role != asking.role).then(|| state.role.clone());
        let command = AccessCommand::Approve { request: asking.request.clone(), role };
        let said = Then::CloseAndSay("They are in; their device learns of it at the next meeting".to_owned());
        state.send(Command::Access(command), said, out);
    }
}
