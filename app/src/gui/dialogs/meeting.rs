//! Making a meeting: with whom and when, and before that whether writing would do.

use std::collections::BTreeSet;

use egui::Ui;
use tern_model::hours::Zone;
use tern_peer::{Command, MeetingCard, PracticeCommand};

use super::place::{self, Place};
use super::{CAPTION, DialogState, Reads};
use crate::gui::command::{Queue, Then, UiCommand};
use crate::gui::look::look;
use crate::gui::practice::people;
use crate::gui::threads::Ask;
use crate::gui::tokens::{self, radius};
use crate::gui::widgets::{self, Button, Field};

/// A meeting as it is being made.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    title: String,
    starts: String,
    pub(super) with: BTreeSet<String>,
    place: Place,
}

/// Draws the form.
pub(super) fn show(ui: &mut Ui, state: &mut DialogState, reads: Reads<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    let form = &mut state.meeting;
    let response = widgets::form_row(ui, "Title", CAPTION, |ui| {
        Field::new("Title of the meeting", "What it is about").show(ui, &mut form.title)
    });
    ui.add_space(10.0);
    let mut others = people::here(reads.views);
    others.retain(|(_, name)| name != "You");
    widgets::form_row(ui, "With", CAPTION, |ui| {
        people::ticks(ui, &others, &mut form.with, reads.views, reads.clock);
    });
    ui.add_space(10.0);
    widgets::form_row(ui, "Begins", CAPTION, |ui| {
        Field::new("When it begins", "2026-12-01 15:00, your time; may stay open").show(ui, &mut form.starts);
        if let Some(words) = theirs(&form.starts, &form.with, &others, reads) {
            ui.add_space(4.0);
            widgets::text(ui, &words, tokens::SMALL, p.ink2);
        }
    });
    ui.add_space(10.0);
    place::show(ui, &mut form.place, reads, false);
    ui.add_space(12.0);
    let card = reads.views.group.worth().filter(|_| !form.with.is_empty());
    if let Some(card) = card {
        worth(ui, card);
        ui.add_space(12.0);
    }
    let (title, starts) = (form.title.trim().to_owned(), form.starts.trim().to_owned());
    let with: Vec<String> = form.with.iter().cloned().collect();
    let (parent, space) = (form.place.on(), form.place.space());
    let why = match () {
        () if title.is_empty() => Some("Give it a title first"),
        () if with.is_empty() => Some("Tick who is asked to come first"),
        () => state.waiting.then_some("The meeting is being made"),
    };
    let writes = card.is_some_and(|card| card.recommends == "write");
    state.focus_once(&response);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let (meet, write) = ("Make the meeting", "Write a thread instead");
        let make = if writes { Button::new(meet) } else { Button::main(meet) };
        let instead = if writes { Button::main(write) } else { Button::new(write) };
        if make.disabled(why).show(ui).clicked() {
            let starts = Some(starts).filter(|starts| !starts.is_empty());
            let said = Then::Practised("Write its agenda: without one it cannot begin".to_owned());
            let (title, with) = (title.clone(), with.clone());
            let command = PracticeCommand::MeetingNew { title, with, starts, parent, space };
            state.send(Command::Practice(command), said, out);
        }
        if instead.show(ui).clicked() {
            out.extend([UiCommand::Close, UiCommand::Threads(Ask::Instead(title, with))]);
        }
    });
}

/// Whether writing would do.
fn worth(ui: &mut Ui, card: &MeetingCard) {
    let p = look(ui.ctx());
    let frame = egui::Frame::NONE.fill(p.sunken).corner_radius(radius::CARD).inner_margin(12.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 4.0;
        widgets::text(ui, &card.text, tokens::UI_STRONG, p.ink);
        widgets::text(ui, &format!("Meet for {}.", card.meet_for.join(", ")), tokens::SMALL, p.ink2);
        widgets::text(ui, &format!("Write for {}.", card.write_for.join(", ")), tokens::SMALL, p.ink2);
    });
}

/// The typed moment on everybody’s clock; nothing while it cannot be read.
fn theirs(
    starts: &str,
    with: &BTreeSet<String>,
    others: &[(String, String)],
    reads: Reads<'_>,
) -> Option<String> {
    let zone = Zone::get(&reads.views.about.get()?.zone).ok()?;
    let at_ms = zone.moment(starts).ok()?;
    let at = reads.clock.rfc3339(at_ms);
    let one = |(id, name): &(String, String)| {
        let outside = people::hours_of(reads.views, id).is_some_and(|hours| !hours.is_working(at_ms));
        let outside = if outside { ", outside their hours" } else { "" };
        format!("{name} {}{outside}", people::local(reads.views, id, &at, reads.clock))
    };
    let come = others.iter().filter(|(id, _)| with.contains(id)).map(one);
    let all: Vec<String> = std::iter::once(format!("You {}", reads.clock.due(&at))).chain(come).collect();
    Some(all.join(" · "))
}
