//! Making a space, and moving a page to another one.

use std::collections::BTreeSet;

use egui::Ui;
use tern_peer::{AccessCommand, Command};

use super::{CAPTION, DialogState};
use crate::gui::access::data::counted;
use crate::gui::command::{Moving, Queue, Then};
use crate::gui::look::look;
use crate::gui::notice;
use crate::gui::tokens;
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button, Field};

/// A space as it is being made.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    title: String,
    private: bool,
    with: BTreeSet<String>,
}

/// Draws the form.
pub(super) fn new(ui: &mut Ui, state: &mut DialogState, views: &Views, out: &mut Queue) {
    let p = look(ui.ctx());
    let response = widgets::form_row(ui, "Title", CAPTION, |ui| {
        Field::new("Title of the space", "What it is about").show(ui, &mut state.space.title)
    });
    state.focus_once(&response);
    ui.add_space(10.0);
    widgets::form_row(ui, "Who reads it", CAPTION, |ui| {
        let kinds = [(false, "Everybody here"), (true, "Only some: private")];
        if let Some(private) = widgets::choices(ui, "Who reads it", &kinds, state.space.private) {
            state.space.private = private;
        }
        ui.add_space(4.0);
        let words = if state.space.private {
            "It has a key of its own. Others cannot tell that it exists, and a node cannot read it."
        } else {
            "It has the workspace’s key and roles."
        };
        widgets::text(ui, words, tokens::SMALL, p.ink2);
    });
    if state.space.private {
        ui.add_space(10.0);
        widgets::form_row(ui, "With", CAPTION, |ui| with(ui, &mut state.space.with, views));
    }
    ui.add_space(16.0);
    let title = state.space.title.trim().to_owned();
    let why = match (title.is_empty(), state.waiting) {
        (true, _) => Some("Give it a title first"),
        (_, true) => Some("The space is being made"),
        _ => None,
    };
    if Button::main("Make the space").disabled(why).show(ui).clicked() {
        let Form { private, with, .. } = state.space.clone();
        let with = if private { with.into_iter().collect() } else { Vec::new() };
        let said = Then::CloseAndSay(format!("“{title}” is made"));
        state.send(Command::Access(AccessCommand::SpaceNew { title, private, with }), said, out);
    }
}

fn with(ui: &mut Ui, chosen: &mut BTreeSet<String>, views: &Views) {
    let members = views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
    let others = members.iter().filter(|member| member.state == "active" && !member.me);
    for member in others {
        let on = chosen.contains(&member.id);
        if widgets::check(ui, on, &member.name) {
            if on {
                chosen.remove(&member.id);
            } else {
                chosen.insert(member.id.clone());
            }
        }
    }
    ui.add_space(2.0);
    widgets::text(ui, "You are in it. The others begin as writers.", tokens::SMALL, look(ui.ctx()).ink2);
}

/// Draws what a move makes visible, and the button that makes it.
pub(super) fn move_page(
    ui: &mut Ui,
    state: &mut DialogState,
    moving: &Moving,
    views: &Views,
    out: &mut Queue,
) {
    let p = look(ui.ctx());
    if let Some(error) = views.preview.error() {
        notice::card(ui, error, Some("This page cannot move there"));
        return;
    }
    let Some(preview) = views.preview.get() else {
        widgets::text(ui, "Reading who would see what", tokens::CALLOUT, p.ink2);
        return;
    };
    widgets::text(ui, &preview.text, tokens::CALLOUT, p.ink);
    ui.add_space(14.0);
    let names = |names: &[String]| if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
    notice::fact(ui, "Can read it", &format!("{}, who cannot read it here", names(&preview.gains)));
    notice::fact(ui, "Lose it", &format!("{}; what they have read stays with them", names(&preview.loses)));
    let moved = "The content is copied there; the pages here go to the trash, with their history.";
    notice::fact(ui, "Happens", moved);
    ui.add_space(8.0);
    let pages = counted(usize::try_from(preview.pages).unwrap_or(usize::MAX), "page", "pages");
    let label = format!("Move {pages} to “{}”", moving.space_title);
    let why = state.waiting.then_some("It is being moved");
    if Button::main(&label).disabled(why).show(ui).clicked() {
        let command = AccessCommand::PageToSpace { page: moving.page.clone(), space: moving.space.clone() };
        let said = Then::CloseAndSay(format!("“{}” is in “{}”", moving.title, moving.space_title));
        state.send(Command::Access(command), said, out);
    }
}
