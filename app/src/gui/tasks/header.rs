//! What the header of the sheet says of tasks: the saved view, the layout, a new task.

use egui::{
    Align2, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};
use tern_peer::SavedView;

use super::Ask;
use super::state::TasksState;
use crate::gui::actions::{Action, key_of};
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::views::Views;
use crate::gui::widgets;

/// The saved view that is open.
pub fn open_view<'a>(state: &TasksState, views: &'a Views) -> Option<&'a SavedView> {
    let id = state.asked.view.as_deref()?;
    views.saved.get()?.views.iter().find(|view| view.id == id)
}

/// What is shown, in words.
pub fn name(state: &TasksState, views: &Views) -> String {
    open_view(state, views).map_or_else(|| "Tasks".to_owned(), |view| view.title.clone())
}

/// The right of the header; returns where it begins.
pub fn right(ui: &mut Ui, state: &TasksState, room: Rect, right: f32, out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let key = key_of(Action::NewTask).unwrap_or_default();
    let narrow = room.width() < 560.0;
    let wide = if narrow { 34.0 } else { look::width(ui, "New task", tokens::UI_MEDIUM) + 66.0 };
    let new = Rect::from_min_size(pos2(right - wide - 6.0, room.center().y - 14.0), vec2(wide, size::BUTTON));
    let response = ui.interact(new, ui.scope_id().with("new task"), Sense::click());
    frame(ui, new, response.hovered(), false);
    let sign = Rect::from_min_size(new.min + vec2(8.0, 0.0), vec2(18.0, new.height()));
    icon::paint(ui.painter(), sign, 17.0, Icon::Plus, p.ink);
    if !narrow {
        let inside = new.with_min_x(sign.right() + 5.0);
        let at = widgets::line(ui, inside, Align2::LEFT_CENTER, "New task", tokens::UI_MEDIUM, p.ink);
        widgets::key_cap(ui, pos2(at.right() + 8.0, new.center().y), &key, None);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "New task"));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        out.push(UiCommand::Do(Action::NewTask));
    }
    layouts(ui, state, new, narrow, out)
}

fn frame(ui: &Ui, rect: Rect, hovered: bool, sunken: bool) {
    let p = look(ui.ctx());
    let fill = if sunken { p.sunken } else { p.raised };
    let pen = Stroke::new(stroke::LINE, p.line);
    ui.painter().rect(rect, CornerRadius::same(radius::ROW), fill, pen, StrokeKind::Inside);
    if hovered {
        ui.painter().rect_filled(rect, radius::ROW, p.scheme.hover());
    }
}

fn layouts(ui: &mut Ui, state: &TasksState, new: Rect, narrow: bool, out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let mut right = new.left() - 8.0;
    for (board, sign, words) in [(true, Icon::Board, "Board"), (false, Icon::List, "List")] {
        let text = if narrow { 0.0 } else { look::width(ui, words, tokens::UI_MEDIUM) + 6.0 };
        let rect = Rect::from_min_size(pos2(right - text - 34.0, new.top()), vec2(text + 34.0, new.height()));
        let response = ui.interact(rect, ui.scope_id().with(words), Sense::click());
        let on = state.asked.board == board;
        frame(ui, rect, response.hovered(), on);
        let at = Rect::from_min_size(rect.min + vec2(8.0, 0.0), vec2(18.0, rect.height()));
        icon::paint(ui.painter(), at, 17.0, sign, if on { p.ink } else { p.ink2 });
        if !narrow {
            let style = if on { tokens::UI_STRONG } else { tokens::UI };
            let ink = if on { p.ink } else { p.ink2 };
            widgets::line(ui, rect.with_min_x(at.right() + 6.0), Align2::LEFT_CENTER, words, style, ink);
        }
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, words));
        widgets::focus_ring(ui, &response, radius::ROW);
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            out.push(Ask::Board(board).into());
        }
        right = rect.left() + 1.0;
    }
    right - 6.0
}

/// The mark of a saved view behind its title; a button that saves it where it was changed.
pub fn mark(ui: &mut Ui, state: &TasksState, views: &Views, left: f32, room: Rect, out: &mut Queue) {
    let Some(view) = open_view(state, views) else { return };
    let p = look(ui.ctx());
    let changed = state.asked.differs(view);
    let words = if changed { "Save the view" } else { "Saved view" };
    let width = look::width(ui, words, tokens::SMALL) + 18.0;
    let rect = Rect::from_min_size(pos2(left, room.center().y - 11.0), vec2(width, size::CHIP));
    if rect.right() > room.right() {
        return;
    }
    let response = ui.interact(rect, ui.scope_id().with("saved view"), Sense::click());
    let ink = if changed { p.ink } else { p.ink2 };
    ui.painter().rect_filled(rect, radius::CHIP, p.sunken);
    if changed && response.hovered() {
        ui.painter().rect_filled(rect, radius::CHIP, p.scheme.hover());
    }
    widgets::line(ui, rect, Align2::CENTER_CENTER, words, tokens::SMALL, ink);
    response
        .widget_info(|| WidgetInfo::labeled(if changed { Role::Button } else { Role::Label }, true, words));
    widgets::focus_ring(ui, &response, radius::CHIP);
    if changed && response.clicked() {
        out.push(Ask::UpdateView.into());
    }
}
