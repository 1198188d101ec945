//! Draws hours that people share.

use egui::{Align2, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, vec2};

use super::data::{Overlap, Week};
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::widgets;

/// Where hours begin.
const HOURS: f32 = 110.0;
/// Where bars begin.
const BARS: f32 = 236.0;

/// Draws it.
pub fn show(ui: &mut Ui, shown: &Overlap, out: &mut Queue) {
    let p = look(ui.ctx());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(18.0, 2.0);
        for person in &shown.people {
            if widgets::check(ui, person.on, &format!("{}, {}", person.name, person.note)) {
                out.push(UiCommand::Share { member: person.id.clone(), on: !person.on });
            }
        }
    });
    ui.add_space(10.0);
    widgets::text(ui, &shown.said, tokens::H3, p.ink);
    for warning in &shown.warnings {
        callout(ui, warning, true);
    }
    if !shown.advice.is_empty() {
        callout(ui, &shown.advice, false);
    }
    for week in &shown.weeks {
        draw_week(ui, week);
    }
}

fn callout(ui: &mut Ui, words: &str, waits: bool) {
    let p = look(ui.ctx());
    ui.add_space(8.0);
    let width = ui.available_width();
    let (ground, ink) = if waits { (p.wait_tint, p.wait) } else { (p.sunken, p.ink2) };
    let galley = look::layout(ui, look::wrapped(words, tokens::CALLOUT, p.ink, width - 56.0));
    let (rect, response) = ui.allocate_exact_size(vec2(width, galley.size().y + 20.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(radius::CARD), ground);
    let sign = Rect::from_min_size(rect.min + vec2(14.0, 0.0), vec2(20.0, rect.height()));
    icon::paint(ui.painter(), sign, 18.0, if waits { Icon::Clock } else { Icon::Info }, ink);
    ui.painter().galley(rect.min + vec2(44.0, 10.0), galley, p.ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, words));
}

fn draw_week(ui: &mut Ui, week: &Week) {
    let p = look(ui.ctx());
    ui.add_space(14.0);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
    let at = widgets::line(ui, rect, Align2::LEFT_CENTER, &week.name, tokens::UI_STRONG, p.ink);
    let ink = if week.none { p.cut } else { p.ink2 };
    let rest = rect.with_min_x(at.right() + 10.0);
    widgets::line(ui, rest, Align2::LEFT_CENTER, &week.shared, tokens::UI, ink);
    response
        .widget_info(|| WidgetInfo::labeled(Role::Heading, true, format!("{}, {}", week.name, week.shared)));
    for (day, hours, long, everywhere) in &week.windows {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), size::TABLE_ROW), Sense::click());
        widgets::row_ground(ui, rect, false, response.hovered());
        let inside = rect.shrink2(vec2(8.0, 0.0));
        widgets::line(ui, inside, Align2::LEFT_CENTER, day, tokens::UI, p.ink2);
        let at = inside.with_min_x(inside.left() + HOURS);
        widgets::line(ui, at, Align2::LEFT_CENTER, hours, tokens::UI_MEDIUM, p.ink);
        let bar = Rect::from_min_size(
            inside.min + vec2(BARS, 6.0),
            vec2(look::width(ui, long, tokens::SMALL) + 16.0, size::TABLE_ROW - 12.0),
        );
        let pen =
            if p.scheme.is_high_contrast() { Stroke::new(stroke::LINE, p.day_ink) } else { Stroke::NONE };
        ui.painter().rect(bar, CornerRadius::same(radius::BAR), p.day, pen, StrokeKind::Inside);
        widgets::line(ui, bar, Align2::CENTER_CENTER, long, tokens::SMALL, p.day_ink);
        let spoken = format!("{day}, {hours}, {long}");
        response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &spoken));
        widgets::focus_ring(ui, &response, radius::ROW);
        if response.has_focus() {
            response.show_tooltip_text(everywhere);
        } else {
            response.on_hover_text(everywhere);
        }
    }
}
