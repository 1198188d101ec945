//! What links to a page, and its headings, in the right column.

use egui::{Align2, Sense, Ui, WidgetInfo, accesskit::Role, vec2};
use tern_peer::BacklinksView;

use super::facts::Facts;
use super::section;
use crate::gui::command::{Queue, Route, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::look;
use crate::gui::sidebar::shown_title;
use crate::gui::tokens::{self, radius, size};
use crate::gui::widgets;

/// Headings deeper than this stand at the last level.
const LEVELS: u8 = 4;

/// Draws what links here.
pub fn linked_from(ui: &mut Ui, links: Option<&BacklinksView>, out: &mut Queue) {
    let p = look(ui.ctx());
    let Some(view) = links else { return };
    let note = if view.links.is_empty() { String::new() } else { view.links.len().to_string() };
    section(ui, "Linked from", &note);
    if view.links.is_empty() {
        widgets::text(ui, "Nothing links to this page yet.", tokens::SMALL, p.ink3);
    }
    for link in &view.links {
        let title = shown_title(&link.title);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), Sense::click());
        widgets::row_ground(ui, rect.expand2(vec2(8.0, 0.0)), false, response.hovered());
        let sign = rect.with_max_x(rect.left() + 17.0);
        let picture = match link.kind.as_str() {
            "task" => Icon::Tasks,
            "thread" => Icon::Threads,
            _ => Icon::Page,
        };
        icon::paint(ui.painter(), sign, 16.0, picture, p.ink2);
        let inside = rect.with_min_x(rect.left() + 24.0);
        widgets::line(ui, inside, Align2::LEFT_CENTER, title, tokens::UI, p.ink);
        response.widget_info(|| WidgetInfo::labeled(Role::Link, true, format!("Linked from {title}")));
        widgets::focus_ring(ui, &response, radius::ROW);
        let tip = if link.context.is_empty() { title } else { &link.context };
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked() {
            if link.kind == "task" {
                out.push(UiCommand::Go(Route::Tasks));
                out.push(UiCommand::SelectTask(Some(link.id.clone())));
            } else {
                out.push(UiCommand::Go(Route::page(&link.id)));
            }
        }
    }
}

/// Draws the headings.
pub fn outline(ui: &mut Ui, facts: &Facts, out: &mut Queue) {
    let p = look(ui.ctx());
    if facts.headings.is_empty() {
        return;
    }
    section(ui, "Outline", "");
    let top = facts.headings.iter().map(|heading| heading.level).min().unwrap_or(1);
    for heading in &facts.headings {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::click());
        widgets::row_ground(ui, rect.expand2(vec2(8.0, 0.0)), false, response.hovered());
        let level = heading.level.saturating_sub(top).min(LEVELS);
        let inside = rect.with_min_x(rect.left() + 14.0 * f32::from(level));
        let ink = if level == 0 { p.ink } else { p.ink2 };
        widgets::line(ui, inside, Align2::LEFT_CENTER, &heading.text, tokens::SMALL, ink);
        let spoken = format!("Go to “{}”", heading.text);
        response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &spoken));
        widgets::focus_ring(ui, &response, radius::ROW);
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            out.push(UiCommand::ShowBlock(heading.key));
        }
    }
}
