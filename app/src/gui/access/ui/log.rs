//! Draws the log.

use egui::{Align2, ScrollArea, Sense, Stroke, Ui, pos2, vec2};

use super::spoken;
use crate::gui::access::AccessState;
use crate::gui::access::data::log::{self, Line, NO_EFFECT};
use crate::gui::clock::Clock;
use crate::gui::command::Queue;
use crate::gui::look::look;
use crate::gui::tokens::{self, size, stroke};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Field, Tone};

/// Draws the log with its filter.
pub fn show(ui: &mut Ui, state: &mut AccessState, views: &Views, clock: &Clock, _out: &mut Queue) {
    let p = look(ui.ctx());
    ui.add_space(12.0);
    ui.scope(|ui| {
        ui.set_max_width(420.0);
        Field::new("Filter the log", "A name, a device, “removed”, “no effect”").show(ui, &mut state.filter);
    });
    ui.add_space(8.0);
    let data = log::build(views, &state.filter);
    widgets::text(ui, &data.count, tokens::SMALL, p.ink3);
    ui.add_space(6.0);
    let records = log::records(views);
    let area = ScrollArea::vertical().auto_shrink(false).id_salt("records");
    area.show_rows(ui, size::TASK_ROW, data.found.len(), |ui, visible| {
        for at in data.found.get(visible).unwrap_or_default() {
            if let Some(record) = records.get(*at) {
                line_row(ui, &log::line(record, clock), *at);
            }
        }
    });
}

fn line_row(ui: &mut Ui, line: &Line, at: usize) {
    let p = look(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), size::TASK_ROW), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(stroke::LINE, p.line));
    widgets::avatar(ui, pos2(rect.left() + 11.0, rect.center().y), 9.0, &line.author, false);
    let day = rect.with_max_x(rect.right() - 2.0);
    let day_at = widgets::line(ui, day, Align2::RIGHT_CENTER, &line.day, tokens::SMALL, p.ink3);
    let mut right = day_at.left() - 12.0;
    if !line.effective {
        let width = widgets::chip_width(ui, NO_EFFECT, Tone::Label);
        widgets::chip(ui, pos2(right - width, rect.center().y), NO_EFFECT, Tone::Label, width);
        right -= width + 8.0;
    }
    let ink = if line.effective { p.ink } else { p.ink3 };
    let inside = rect.with_min_x(rect.left() + 30.0).with_max_x(right);
    let name = widgets::line(ui, inside, Align2::LEFT_CENTER, &line.author, tokens::UI_STRONG, ink);
    let inside = inside.with_min_x(name.right() + 5.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, &line.text, tokens::UI, ink);
    spoken(ui, rect, ("record", at), &log::sentence(line));
}
