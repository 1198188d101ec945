//! The frame of the window: line of people, sidebar, sheet with its header, right column, status line, and what lies over.

use egui::{CornerRadius, Id, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, vec2};

use super::actions::{Action, is_held};
use super::command::{Column, Queue, Route};
use super::dialogs::{self, Reads};
use super::look::look;
use super::open::Open;
use super::palette::Ground;
use super::tokens::{radius, size, stroke};
use super::{details, lent, notice, people, statusline, strip, widgets};

mod columns;
mod header;
mod sheet;
mod threads;

use columns::{Wanted, column_over, grip, parts};

/// Parts of the window in the order in which F6 visits them.
pub const REGIONS: [&str; 6] = ["Header", "Sidebar", "Sheet", "Right pane", "Details", "Status"];
/// The second of two panes among them.
pub const RIGHT_PANE: usize = 3;

/// Where the keyboard stands when F6 comes to a part.
pub fn region_id(region: usize) -> Id {
    Id::unique(("region", region))
}

fn anchor(ui: &Ui, region: usize, rect: Rect) {
    let p = look(ui.ctx());
    let corner = Rect::from_min_size(rect.min, vec2(1.0, 1.0));
    let response = ui.interact(corner, region_id(region), Sense::focusable_noninteractive());
    let name = REGIONS.get(region).copied().unwrap_or_default();
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, name));
    if response.has_focus() {
        let pen = Stroke::new(stroke::FOCUS, p.here);
        let painter =
            ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Middle, Id::unique("region ring")));
        painter.rect_stroke(rect.shrink(1.0), CornerRadius::same(radius::ROW), pen, StrokeKind::Inside);
    }
}

/// Draws the window and performs what was asked for.
pub fn show(ui: &mut Ui, open: &mut Open) {
    let ctx = ui.ctx().clone();
    let mut out = Queue::new();
    open.read_keys(&ctx, &mut out);
    let p = look(&ctx);
    let room = ui.max_rect();
    ui.painter().rect_filled(room, 0, p.chrome);
    let (sidebar_shown, over_sheet) = open.sidebar(&ctx);
    let wanted = Wanted {
        details: open.wants_details(&ctx) && has_details(open),
        sidebar: sidebar_shown,
        over: over_sheet,
        details_over: open.details_lie_over(&ctx),
        widths: [f32::from(open.prefs.sidebar_width), f32::from(open.prefs.right_width)],
        strip: 0.0,
    };
    open.strip.read(&open.views);
    let tall =
        open.strip.ruler.as_ref().map(strip::height).filter(|tall| room.height() >= tall + size::STRIP_NEEDS);
    let parts = parts(room, &Wanted { strip: tall.unwrap_or(size::STRIP), ..wanted });
    widgets::region(ui, parts.strip, "strip", "People", |ui| people_line(ui, open, &parts, tall.is_some()));
    let panes = sheet::show(ui, open, &parts, &mut out);
    if let Some(rect) = parts.right {
        anchor(ui, 4, rect);
        right(ui, open, rect, &mut out);
        grip(ui, Column::Right, rect.left(), rect.y_range(), &mut out);
    }
    if let Some(rect) = parts.sidebar {
        grip(ui, Column::Sidebar, rect.right(), rect.y_range(), &mut out);
    }
    if let Some(rect) = parts.sidebar_over {
        column_over(ui, open, rect, &mut out);
    }
    anchor(ui, 5, parts.status);
    let status = statusline::build(&open.views, &open.clock);
    widgets::region(ui, parts.status, "status", "Status", |ui| statusline::show(ui, &status, &mut out));
    over(&ctx, open, &mut out);
    open.perform(&ctx, out);
    lent::tend(&ctx, open.picker.is_some() || open.palette.is_some() || open.dialog.is_some());
    open.follow_keyboard(&ctx, &panes, parts.details_over());
}

/// Everybody's day on one ruler; a line of people where there is no room for it.
fn people_line(ui: &mut Ui, open: &mut Open, parts: &columns::Parts, ruled: bool) {
    let typing = open.is_typing(ui.ctx());
    let chips = people::build(&open.views);
    people::keep_working(ui.ctx(), &chips);
    match open.strip.ruler.as_ref().filter(|_| ruled) {
        Some(ruler) => {
            let hold = !typing && is_held(ui.ctx(), Action::Ruler);
            let [left, right] = [open.prefs.sidebar_width, open.prefs.right_width].map(f32::from);
            let wide = parts.sheet.width() > size::SHEET_RULED;
            let columns = strip::Columns {
                room: parts.strip,
                ruler: egui::Rangef::new(
                    parts
                        .sidebar
                        .map_or(parts.strip.left() + left.min(size::SIDEBAR), |sidebar| sidebar.right()),
                    if wide { parts.sheet.right() - right } else { parts.sheet.right() },
                ),
            };
            open.strip.at_ms = strip::show(ui, ruler, columns, open.strip.at_ms, hold);
        }
        None => people::show(ui, &chips),
    }
}

fn has_details(open: &Open) -> bool {
    match open.pane.route {
        Route::Page { .. } => true,
        Route::Tasks => open.selected_task().is_some() && (open.tasks.opened || !open.tasks.asked.board),
        _ => false,
    }
}

fn right(ui: &mut Ui, open: &mut Open, rect: Rect, out: &mut Queue) {
    let p = look(ui.ctx());
    let inside =
        rect.with_max_x(rect.right() - 1.0).with_max_y(rect.bottom() - 1.0).with_min_y(rect.top() + 1.0);
    let corner = CornerRadius { se: radius::SHEET, ..CornerRadius::ZERO };
    ui.painter().rect_filled(inside, corner, p.page);
    ui.painter().vline(rect.left(), rect.y_range(), Stroke::new(stroke::LINE, p.line));
    match open.pane.route.clone() {
        Route::Page { id, at } => {
            let Some(page) = open.views.open.page.get().filter(|page| page.id == id) else { return };
            let shown_at = at.as_ref().map(|(heads, _)| heads.as_str());
            let (views, clock, facts) = (&open.views, &open.clock, &open.pane.facts);
            let reads = details::PageReads { page, views, shown_at, clock, facts };
            let talk = &mut open.pane.talk;
            widgets::region(ui, inside, "right", "Details", |ui| details::page(ui, reads, talk, out));
        }
        Route::Tasks => {
            let whole = open.whole_task().cloned();
            let is_whole = whole.is_some();
            let Some(task) = whole.or_else(|| open.selected_task().cloned()) else { return };
            widgets::region(ui, inside, "right", "Details", |ui| {
                details::task(ui, (&task, is_whole), &open.views, &mut open.draft, &open.clock, out);
            });
        }
        _ => {}
    }
}

/// Menu, palette, dialog and toast.
fn over(ctx: &egui::Context, open: &mut Open, out: &mut Queue) {
    let situation = open.situation();
    if let Some(dialog) = &mut open.dialog {
        let reads = Reads { views: &open.views, prefs: &open.prefs, clock: &open.clock, situation };
        dialogs::show(ctx, dialog, reads, out);
    }
    if let Some(palette) = &mut open.palette {
        let page = match &open.pane.route {
            Route::Page { id, .. } => Some(id.as_str()),
            _ => None,
        };
        let ground = Ground { views: &open.views, prefs: &open.prefs, situation, open: page };
        palette.show(ctx, ground, out);
    }
    if let Some(picker) = &mut open.picker {
        picker.show(ctx, out);
    }
    if let Some((toast, _)) = &open.toast {
        notice::toast(ctx, toast, out);
    }
}
