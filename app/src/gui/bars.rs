//! Bars over the sheet: a sentence and what can be done about it.

use egui::{Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::{Command, PeerError};

use super::actions::Action;
use super::command::{Queue, Then, UiCommand};
use super::inbox::digest::Ask;
use super::look::{self, look};
use super::sidebar::shown_title;
use super::tokens::{self, size, stroke};
use super::widgets::Button;

/// What a button of a bar says, whether it is the main one, and what it does.
pub type Choice<'a> = (&'a str, bool, UiCommand);

/// A bar over the sheet with a sentence and buttons; returns its height.
pub fn bar(ui: &mut Ui, room: Rect, words: &str, choices: &[Choice<'_>], out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let button_width =
        |label: &str| look::width(ui, label, tokens::UI_MEDIUM) + 24.0 + ui.spacing().item_spacing.x;
    let taken: f32 = choices.iter().map(|(label, ..)| button_width(label)).sum();
    let width = (room.width() - taken - 44.0).max(120.0);
    let galley = look::layout(ui, look::wrapped(words, tokens::UI, p.ink, width));
    let rect = room.with_max_y(room.top() + (galley.size().y + 20.0).max(44.0));
    ui.painter().rect_filled(rect, 0, p.wait_tint);
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(stroke::LINE, p.line));
    let text_at =
        Rect::from_min_size(pos2(rect.left() + 18.0, rect.center().y - galley.size().y / 2.0), galley.size());
    ui.painter().galley(text_at.min, galley, p.ink);
    let response = ui.interact(text_at, ui.scope_id().with(words), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
    let row = Rect::from_center_size(rect.center(), vec2(rect.width() - 32.0, size::BUTTON));
    let builder = egui::UiBuilder::new()
        .max_rect(row)
        .layout(egui::Layout::right_to_left(egui::Align::Center))
        .id_salt(words);
    let mut child = ui.new_child(builder);
    for (label, main, command) in choices.iter().rev() {
        let button = if *main { Button::main(label) } else { Button::new(label) };
        if button.show(&mut child).clicked() {
            out.push(command.clone());
        }
    }
    rect.height()
}

/// The page lies in the trash.
pub fn trash(ui: &mut Ui, room: Rect, id: &str, title: &str, out: &mut Queue) -> f32 {
    let restore = Command::Restore { doc: id.to_owned() };
    let said = Then::CloseAndSay(format!("“{}” is back", shown_title(title)));
    let command = UiCommand::Send(Box::new(restore), said);
    bar(ui, room, "This page is in the trash.", &[("Take it out", true, command)], out)
}

/// One came back after hours, and others changed something meanwhile.
pub fn away(ui: &mut Ui, room: Rect, words: &str, out: &mut Queue) -> f32 {
    let choices = [
        ("Not now", false, UiCommand::Digest(Ask::NotNow)),
        ("Read what changed", true, UiCommand::Do(Action::SinceLeft)),
    ];
    bar(ui, room, words, &choices, out)
}

/// Clocks change within a week, and with them the hours that one shares with somebody.
pub fn clocks(ui: &mut Ui, room: Rect, words: &str, when: &str, out: &mut Queue) -> f32 {
    let choices = [
        ("Shared hours", false, UiCommand::Do(Action::SharedHours)),
        ("Understood", false, UiCommand::ClockRead(when.to_owned())),
    ];
    bar(ui, room, words, &choices, out)
}

/// The engine refused what was typed.
pub fn refused(ui: &mut Ui, room: Rect, error: &PeerError, out: &mut Queue) -> f32 {
    let words = format!("What you typed last is only in this window. {error}");
    let choices = [
        ("Copy the unsaved text", false, UiCommand::TakeEditsOut),
        ("Save again", true, UiCommand::RetryEdits),
    ];
    bar(ui, room, &words, &choices, out)
}
