//! Appearance, one's own profile, and this laptop.

use egui::Ui;
use tern_peer::{Command, ProfileChange};

use super::{CAPTION, DialogState, Reads, holidays, keeping};
use crate::gui::actions::Action;
use crate::gui::command::{Dialog, Queue, Then, UiCommand};
use crate::gui::hours;
use crate::gui::icon::Icon;
use crate::gui::look::look;
use crate::gui::prefs::Theme;
use crate::gui::tokens::{self, size};
use crate::gui::widgets::{self, Button, Field};

/// The profile as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    name: String,
    zone: String,
    hours: String,
    checkins: String,
}

/// Draws settings and profile.
pub(super) fn show(ui: &mut Ui, state: &mut DialogState, reads: Reads<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    widgets::form_row_of(ui, "Appearance", (CAPTION, size::BUTTON), |ui| {
        if let Some(theme) = widgets::choices(ui, "Appearance", &Theme::ALL, reads.prefs.theme) {
            out.push(UiCommand::SetTheme(theme));
        }
    });
    ui.add_space(10.0);
    widgets::form_row_of(ui, "Size", (CAPTION, size::BUTTON), |ui| {
        ui.horizontal(|ui| {
            if Button::new("Smaller").key("Ctrl −").show(ui).clicked() {
                out.push(UiCommand::Do(Action::ZoomOut));
            }
            widgets::short(ui, &format!("{} %", reads.prefs.zoom), tokens::UI_STRONG, p.ink);
            if Button::new("Larger").key("Ctrl +").show(ui).clicked() {
                out.push(UiCommand::Do(Action::ZoomIn));
            }
        });
    });
    ui.add_space(6.0);
    widgets::form_row_of(ui, "Motion", (CAPTION, size::BUTTON), |ui| {
        if widgets::check(ui, reads.prefs.still, "Nothing moves by itself") {
            out.push(UiCommand::SetStill(!reads.prefs.still));
        }
    });
    ui.add_space(10.0);
    widgets::rule(ui);
    ui.add_space(14.0);
    travelling(ui, reads, out);
    profile(ui, state, reads, out);
    ui.add_space(14.0);
    holidays::show(ui, state, reads, out);
    ui.add_space(16.0);
    widgets::rule(ui);
    ui.add_space(12.0);
    machine(ui, reads, out);
}

/// The computer is set to another zone than the profile says: nothing changes by itself.
fn travelling(ui: &mut Ui, reads: Reads<'_>, out: &mut Queue) {
    let Some(zone) = holidays::mine(reads).and_then(|mine| mine.travelling.clone()) else { return };
    let p = look(ui.ctx());
    let words = format!(
        "Travelling? This computer is set to {zone}. Your hours stay where they are unless you move them."
    );
    widgets::text(ui, &words, tokens::UI, p.ink);
    ui.add_space(6.0);
    if Button::new(&format!("Move my hours to {zone}")).show(ui).clicked() {
        let said = format!("Your hours count in {zone}");
        let change = ProfileChange { zone: Some(zone), ..ProfileChange::default() };
        out.push(UiCommand::Send(Box::new(Command::ProfileSet(change)), Then::CloseAndSay(said)));
    }
    ui.add_space(12.0);
}

fn profile(ui: &mut Ui, state: &mut DialogState, reads: Reads<'_>, out: &mut Queue) {
    let about = reads.views.about.get();
    let mine = about.and_then(|about| reads.views.people.get(&about.member)).and_then(|slot| slot.get());
    let Some(mine) = mine else { return };
    let stored = Typed {
        name: mine.name.clone(),
        zone: mine.zone.clone(),
        hours: mine.hours.clone(),
        checkins: mine.checkins.clone(),
    };
    let typed = state.profile.get_or_insert_with(|| stored.clone());
    for (caption, hint, value) in [
        ("Your name", "As your team knows you", &mut typed.name),
        ("Where you are", "Europe/London", &mut typed.zone),
    ] {
        widgets::form_row(ui, caption, CAPTION, |ui| Field::new(caption, hint).show(ui, value));
        ui.add_space(8.0);
    }
    widgets::form_row(ui, "Hours you work", CAPTION, |ui| {
        hours::hours(ui, &mut typed.hours, &typed.checkins);
    });
    ui.add_space(8.0);
    widgets::form_row(ui, "Check-ins", CAPTION, |ui| {
        hours::checkins(ui, &mut typed.checkins, &typed.hours);
    });
    ui.add_space(8.0);
    let unchanged = (*typed == stored).then_some("Nothing was changed");
    if Button::main("Save the profile").disabled(unchanged).show(ui).clicked() {
        let changed = |new: &str, old: &str| (new != old).then(|| new.trim().to_owned());
        let change = ProfileChange {
            name: changed(&typed.name, &stored.name),
            zone: changed(&typed.zone, &stored.zone),
            hours: changed(&typed.hours, &stored.hours),
            checkins: changed(&typed.checkins, &stored.checkins),
            ..ProfileChange::default()
        };
        state.problem = None;
        let said = "Your profile is saved".to_owned();
        out.push(UiCommand::Send(Box::new(Command::ProfileSet(change)), Then::CloseAndSay(said)));
    }
}

fn machine(ui: &mut Ui, reads: Reads<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    let words = reads.views.keys.get().map(keeping::sentence).unwrap_or_default();
    widgets::text(ui, &words, tokens::SMALL, p.ink2);
    ui.add_space(4.0);
    let note =
        "Arabic and Hebrew are saved whole; while you type in them the caret stands in the wrong place.";
    widgets::text(ui, note, tokens::SMALL, p.ink3);
    ui.add_space(12.0);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(8.0, 8.0);
        if Button::new("Invite a person").icon(Icon::PersonAdd).show(ui).clicked() {
            out.push(UiCommand::Open(Dialog::Invite));
        }
        if Button::new("Where the keys are kept").icon(Icon::Key).show(ui).clicked() {
            out.push(UiCommand::Open(Dialog::KeysKept));
        }
        if Button::new("Backups").icon(Icon::Clock).show(ui).clicked() {
            out.push(UiCommand::Do(Action::Backups));
        }
        if Button::new("Use a node").icon(Icon::Node).show(ui).clicked() {
            out.push(UiCommand::Open(Dialog::AddNode));
        }
        if Button::new("Recovery drill").icon(Icon::Words).show(ui).clicked() {
            out.push(UiCommand::Open(Dialog::Drill));
        }
    });
}
