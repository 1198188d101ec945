//! Draws the composer of the update of one's week.

use egui::{Align2, Id, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, vec2};

use super::{READ_MINUTES, WRITE_MINUTES, WeeklyState};
use crate::gui::command::{Queue, UiCommand};
use crate::gui::look::look;
use crate::gui::said;
use crate::gui::tokens::{self, size};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button, Field};

/// Lines of a slot.
const ROWS: usize = 3;

/// Draws it.
pub fn show(ui: &mut Ui, state: &mut WeeklyState, views: &Views, out: &mut Queue) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    if state.slots.is_empty() {
        let words =
            views.weekly.error().map_or("Looking at what you did this week".to_owned(), ToString::to_string);
        widgets::line(ui, room, Align2::CENTER_CENTER, &words, tokens::UI, p.ink2);
        return;
    }
    let width = (room.width() - 48.0).min(size::TEXT);
    let left = room.left() + ((room.width() - width) / 2.0).max(24.0);
    let inside = Rect::from_min_size(egui::pos2(left, room.top() + 14.0), vec2(width, room.height() - 14.0));
    widgets::region(ui, inside, "weekly", "The update of your week", |ui| {
        let title = widgets::text(ui, &state.title, tokens::TITLE, p.ink);
        title.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &state.title));
        ui.add_space(4.0);
        clocks(ui, state);
        ui.add_space(8.0);
        // Over what scrolls: posting is in sight however much is written.
        buttons(ui, state, out);
        ui.add_space(14.0);
        ScrollArea::vertical().auto_shrink(false).id_salt("weekly slots").show(ui, |ui| {
            ui.set_width(width);
            for (heading, text) in &mut state.slots {
                widgets::text(ui, heading, tokens::H2, p.ink);
                ui.add_space(4.0);
                let id = Id::unique(("weekly", heading.as_str()));
                let rows = text.lines().count().max(ROWS);
                let field = Field { rows, id, ..Field::new(heading, "Nothing") };
                field.show(ui, text);
                said::preview(ui, id, text, out);
                ui.add_space(14.0);
            }
            ui.add_space(24.0);
        });
    });
}

fn buttons(ui: &mut Ui, state: &WeeklyState, out: &mut Queue) {
    ui.horizontal(|ui| {
        let stuck = state.posting.then_some("It is being made a page");
        if Button::main("Post for everybody").disabled(stuck).show(ui).clicked() && !state.posting {
            out.push(UiCommand::PostWeekly);
        }
        if Button::new("Begin again from my week").show(ui).clicked() {
            out.push(UiCommand::RedoWeekly);
        }
    });
}

/// How long it took so far, and how long reading takes: in another ink where it is too long.
fn clocks(ui: &mut Ui, state: &WeeklyState) {
    let p = look(ui.ctx());
    let long = state.written_secs / 60.0 > WRITE_MINUTES || state.reading_minutes() > READ_MINUTES;
    let words = state.clocks();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
    let ink = if long { p.wait } else { p.ink2 };
    widgets::line(ui, rect, Align2::LEFT_CENTER, &words, tokens::UI, ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &words));
}
