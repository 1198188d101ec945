//! The columns of the window: where they stand, the edges by which they are dragged, and the sidebar.

use egui::{CornerRadius, Id, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2};

use super::anchor;
use crate::gui::command::{Column, Queue, Route, UiCommand};
use crate::gui::look::look;
use crate::gui::open::Open;
use crate::gui::prefs::HALF;
use crate::gui::tokens::{self, size, stroke};
use crate::gui::{sidebar, widgets};

/// Where everything of the window stands.
pub(super) struct Parts {
    pub(super) strip: Rect,
    /// The sidebar beside the sheet.
    pub(super) sidebar: Option<Rect>,
    /// The sidebar over the sheet.
    pub(super) sidebar_over: Option<Rect>,
    pub(super) header: Rect,
    pub(super) middle: Rect,
    pub(super) right: Option<Rect>,
    pub(super) sheet: Rect,
    pub(super) status: Rect,
}

impl Parts {
    /// What the right column covers of the sheet.
    pub(super) fn details_over(&self) -> Option<Rect> {
        self.right.filter(|right| right.intersects(self.middle.shrink(1.0)))
    }
}

/// Columns that are wanted and how wide they are.
pub(super) struct Wanted {
    pub(super) details: bool,
    pub(super) sidebar: bool,
    pub(super) over: bool,
    /// The right column lies over the sheet.
    pub(super) details_over: bool,
    pub(super) widths: [f32; 2],
    /// Height of the strip of people.
    pub(super) strip: f32,
}

/// Lays the window out.
pub(super) fn parts(room: Rect, wanted: &Wanted) -> Parts {
    let strip = room.with_max_y(room.top() + wanted.strip);
    let status = room.with_min_y(room.bottom() - size::STATUS);
    let between = Rect::from_min_max(pos2(room.left(), strip.bottom()), pos2(room.right(), status.top()));
    let column = wanted.sidebar.then(|| between.with_max_x(between.left() + wanted.widths[0]));
    let (sidebar, sidebar_over) = if wanted.over { (None, column) } else { (column, None) };
    let left = sidebar.map_or(between.left() + size::SHEET_MARGIN, |sidebar| sidebar.right());
    let sheet = Rect::from_min_max(
        pos2(left, between.top()),
        pos2(between.right() - size::SHEET_MARGIN, between.bottom()),
    );
    let header = sheet.with_max_y(sheet.top() + size::HEADER);
    let below = sheet.with_min_y(header.bottom());
    let right = wanted.details.then(|| below.with_min_x(below.right() - wanted.widths[1]));
    let middle = match right {
        Some(right) if !wanted.details_over => below.with_max_x(right.left()),
        _ => below,
    };
    Parts { strip, sidebar, sidebar_over, header, middle, right, sheet, status }
}

/// The edge by which a column is dragged; a double click gives it its first width back.
pub(super) fn grip(ui: &Ui, column: Column, edge: f32, range: egui::Rangef, out: &mut Queue) {
    grip_within(ui, column, edge, range, egui::Rangef::NOTHING, out);
}

/// The edge between two panes that share a span of the window.
pub(super) fn divider(ui: &Ui, edge: f32, range: egui::Rangef, span: egui::Rangef, out: &mut Queue) {
    ui.painter().vline(edge, range, Stroke::new(stroke::LINE, look(ui.ctx()).line));
    grip_within(ui, Column::Pane, edge, range, span, out);
}

fn grip_within(ui: &Ui, column: Column, edge: f32, range: egui::Rangef, span: egui::Rangef, out: &mut Queue) {
    let rect = Rect::from_x_y_ranges(edge - size::GRIP / 2.0..=edge + size::GRIP / 2.0, range);
    let response = ui.interact(rect, Id::unique(("grip", column as u8)), Sense::CLICK | Sense::DRAG);
    let (name, first) = match column {
        Column::Sidebar => ("Width of the sidebar", size::SIDEBAR),
        Column::Right => ("Width of the right column", size::RIGHT),
        Column::Pane => ("Width of the left pane", f32::from(HALF)),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, name));
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
        let pen = Stroke::new(stroke::FOCUS, look(ui.ctx()).edge);
        ui.painter().vline(edge, range, pen);
    }
    let room = ui.ctx().content_rect();
    if response.double_clicked() {
        out.push(UiCommand::Resize(column, first));
    } else if let (true, Some(pos)) =
        (response.dragged() || response.drag_stopped(), response.interact_pointer_pos())
    {
        let width = match column {
            Column::Sidebar => pos.x - room.left(),
            Column::Right => room.right() - size::SHEET_MARGIN - pos.x,
            Column::Pane => (pos.x - span.min) / span.span().max(1.0) * 1000.0,
        };
        out.push(UiCommand::Resize(column, width));
    }
}

/// Draws the sidebar.
pub(super) fn left_column(ui: &mut Ui, open: &mut Open, rect: Rect, out: &mut Queue) {
    anchor(ui, 1, rect);
    let view = open.tasks.asked.view.clone().filter(|_| open.pane.route == Route::Tasks);
    let data = sidebar::Data { view, ..sidebar::build(&open.views, &open.prefs, &open.pane.route) };
    let route = open.pane.route.clone();
    let pages = open.views.pages.get().map(|view| view.pages.as_slice()).unwrap_or_default();
    let tree = &mut open.tree;
    widgets::region(ui, rect, "sidebar", "Sidebar", |ui| sidebar::show(ui, tree, &data, pages, &route, out));
}

/// The sidebar over the sheet, in a window that is too narrow for both.
pub(super) fn column_over(ui: &mut Ui, open: &mut Open, rect: Rect, out: &mut Queue) {
    let p = look(ui.ctx());
    let area = egui::Area::new(Id::unique("sidebar over")).order(egui::Order::Middle).fixed_pos(rect.min);
    let shown = area.accessible_name("Places and pages").show(ui.ctx(), |ui| {
        let ground = ui.allocate_rect(rect, Sense::CLICK).rect;
        ui.painter().add(p.scheme.shadow(tokens::Shadow::Menu).as_shape(ground, CornerRadius::ZERO));
        ui.painter().rect(ground, 0, p.chrome, Stroke::new(stroke::LINE, p.line), StrokeKind::Inside);
        left_column(ui, open, ground, out);
    });
    let pressed = ui.input(|input| {
        let pos = input.pointer.interact_pos().filter(|_| input.pointer.any_pressed());
        pos.is_some_and(|pos| !shown.response.rect.contains(pos) && pos.y > rect.top() + size::HEADER)
    });
    let escaped = open.tree.rename.is_none() && ui.input(|input| input.key_pressed(egui::Key::Escape));
    if pressed || escaped {
        open.sidebar_over = false;
    }
}
