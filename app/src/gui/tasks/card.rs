//! A card of the board.

use egui::{
    Align2, CornerRadius, CursorIcon, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

use super::data::{self, Task, value_name};
use super::{Ask, menus};
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, radius, stroke};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Tone};

const PADDING: f32 = 12.0;
const TITLE: tokens::Type = tokens::Type { size: 14.0, line: 20.0, ..tokens::UI_MEDIUM };

/// Height of a card by its lines of title, and whether it shows a kept value.
pub(super) fn height(lines: u8, kept: bool) -> f32 {
    88.0 + TITLE.line * f32::from(lines) + if kept { 40.0 } else { 0.0 }
}

/// Lines of a title on cards of this width: one or two.
pub(super) fn lines(ui: &Ui, title: &str, width: f32) -> u8 {
    let font = look::font(TITLE);
    let room = width - 2.0 * PADDING;
    let wanted: f32 = ui.fonts_mut(|fonts| title.chars().map(|c| fonts.glyph_width(&font, c)).sum());
    // Widths are those of the regular weight; the title is set in a stronger one.
    if wanted * 1.04 > room { 2 } else { 1 }
}

/// What a card is drawn with.
#[derive(Clone, Copy)]
pub(super) struct Face<'a> {
    pub(super) task: &'a Task,
    pub(super) lines: u8,
    pub(super) selected: bool,
    pub(super) marked: bool,
    /// It is on its way elsewhere.
    pub(super) away: bool,
}

/// Draws a card; returns what was done with it.
pub(super) fn show(
    ui: &mut Ui,
    rect: Rect,
    face: Face<'_>,
    views: &Views,
    clock: &Clock,
    out: &mut Queue,
) -> Response {
    let Face { task, selected, marked, .. } = face;
    let salt = ui.scope_id().with(("card", &task.id));
    let response = ui.interact(rect, salt, Sense::click_and_drag());
    let label = format!("{} {}", task.short_id, task.title);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected || marked, &label));
    ground(ui, rect, face, response.hovered());
    if !selected {
        widgets::focus_ring(ui, &response, radius::CARD);
    }
    content(ui, rect, face);
    if let Some(kept) = &task.kept {
        kept_line(ui, rect, task, kept, views, clock, out);
    }
    response.on_hover_cursor(CursorIcon::PointingHand)
}

fn ground(ui: &Ui, rect: Rect, face: Face<'_>, hovered: bool) {
    let p = look(ui.ctx());
    let corner = CornerRadius::same(radius::CARD);
    ui.painter().add(p.scheme.shadow(tokens::Shadow::Card).as_shape(rect, corner));
    let fill = if face.marked { p.here_tint } else { p.raised };
    ui.painter().rect(rect, corner, fill, Stroke::new(stroke::LINE, p.line), StrokeKind::Inside);
    if hovered && !face.marked {
        ui.painter().rect_filled(rect, corner, p.scheme.hover());
    }
    if face.selected {
        let pen = Stroke::new(stroke::FOCUS, p.here);
        ui.painter().rect_stroke(
            rect.expand(1.0),
            CornerRadius::same(radius::CARD + 1),
            pen,
            StrokeKind::Outside,
        );
    }
}

fn content(ui: &Ui, rect: Rect, face: Face<'_>) {
    let p = look(ui.ctx());
    let Face { task, lines, .. } = face;
    let quiet = |ink| if face.away { p.ink3 } else { ink };
    let inside = rect.shrink2(vec2(PADDING, 0.0));
    let top = Rect::from_min_size(pos2(inside.left(), rect.top() + 8.0), vec2(inside.width(), 20.0));
    widgets::line(ui, top, Align2::LEFT_CENTER, &task.short_id, tokens::SMALL, p.ink3);
    if face.marked {
        widgets::check_box(
            ui,
            Rect::from_center_size(pos2(top.right() - 34.0, top.center().y), vec2(14.0, 14.0)),
            true,
        );
    }
    let sign = Rect::from_min_size(pos2(top.right() - 18.0, top.top()), vec2(18.0, 20.0));
    icon::priority(ui.painter(), sign, &task.priority, &p);
    let mut job = look::wrapped(&task.title, TITLE, quiet(p.ink), inside.width());
    job.wrap.max_rows = usize::from(lines);
    let galley = look::layout(ui, job);
    ui.painter().galley(pos2(inside.left(), top.bottom() + 1.0), galley, p.ink);
    let under = top.bottom() + 1.0 + TITLE.line * f32::from(lines);
    let due_at = Rect::from_min_size(pos2(inside.left(), under + 3.0), vec2(inside.width(), 20.0));
    let sign = Rect::from_min_size(due_at.min, vec2(15.0, due_at.height()));
    icon::paint(ui.painter(), sign, 15.0, Icon::Calendar, p.ink2);
    let due = if task.due.is_empty() { "No due date" } else { &task.due };
    widgets::line(
        ui,
        due_at.with_min_x(sign.right() + 7.0),
        Align2::LEFT_CENTER,
        due,
        tokens::SMALL,
        quiet(p.ink2),
    );
    let last = Rect::from_min_size(pos2(inside.left(), due_at.bottom() + 4.0), vec2(inside.width(), 22.0));
    person_and_labels(ui, last, task);
}

fn person_and_labels(ui: &Ui, at: Rect, task: &Task) {
    let p = look(ui.ctx());
    let mut left = at.left();
    if task.assignee.is_empty() {
        left = widgets::line(ui, at, Align2::LEFT_CENTER, "Nobody", tokens::SMALL, p.ink3).right() + 8.0;
    } else {
        widgets::avatar(ui, pos2(left + 8.0, at.center().y), 8.0, &task.assignee, task.working);
        let name = data::first_name(&task.assignee);
        let shown =
            widgets::line(ui, at.with_min_x(left + 23.0), Align2::LEFT_CENTER, name, tokens::SMALL, p.ink);
        left = shown.right() + 6.0;
        if !task.local.is_empty() {
            let shown = widgets::line(
                ui,
                at.with_min_x(left),
                Align2::LEFT_CENTER,
                &task.local,
                tokens::SMALL,
                p.ink2,
            );
            let sky = Rect::from_min_size(pos2(shown.right() + 3.0, at.top()), vec2(15.0, at.height()));
            icon::paint(ui.painter(), sky, 13.0, if task.working { Icon::Sun } else { Icon::Moon }, p.ink2);
            left = sky.right() + 6.0;
        }
    }
    let mut right = at.right();
    for label in task.labels.iter().rev() {
        let width = look::width(ui, label, tokens::TINY) + 14.0;
        if right - width < left {
            break;
        }
        let chip = Rect::from_min_size(pos2(right - width, at.center().y - 9.0), vec2(width, 18.0));
        let pen = if p.scheme.is_high_contrast() { Stroke::new(stroke::LINE, p.edge) } else { Stroke::NONE };
        ui.painter().rect(chip, CornerRadius::same(radius::CHIP), p.sunken, pen, StrokeKind::Inside);
        widgets::line(ui, chip, Align2::CENTER_CENTER, label, tokens::TINY, p.ink2);
        right = chip.left() - 6.0;
    }
}

fn kept_line(
    ui: &mut Ui,
    rect: Rect,
    task: &Task,
    kept: &str,
    views: &Views,
    clock: &Clock,
    out: &mut Queue,
) {
    let p = look(ui.ctx());
    let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 41.0), rect.max);
    ui.painter().hline(
        line.shrink2(vec2(PADDING, 0.0)).x_range(),
        line.top() + 2.0,
        Stroke::new(stroke::LINE, p.line),
    );
    let centre = line.center().y + 1.0;
    let choose =
        Rect::from_min_max(pos2(line.right() - 68.0, centre - 12.0), pos2(line.right() - 8.0, centre + 12.0));
    widgets::chip(
        ui,
        pos2(line.left() + PADDING, centre),
        kept,
        Tone::Kept,
        choose.left() - line.left() - PADDING - 6.0,
    );
    let response = ui.interact(choose, ui.scope_id().with(("choose", &task.id)), Sense::click());
    widgets::line(ui, choose, Align2::CENTER_CENTER, "Choose", tokens::UI_MEDIUM, p.ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{kept}. Choose")));
    widgets::focus_ring(ui, &response, radius::ROW);
    let full = views.listed.get().and_then(|view| view.tasks.iter().find(|full| full.id == task.id));
    if let (true, Some(full)) = (response.clicked(), full)
        && let Some(conflict) = full.conflicts.first()
    {
        out.push(UiCommand::SelectTask(Some(task.id.clone())));
        out.push(UiCommand::Pick(Box::new(menus::choose(full, conflict, clock, Some(choose)))));
    }
}

/// The card that follows the pointer.
pub(super) fn ghost(ui: &Ui, task: &Task, count: usize) {
    let Some(pos) = ui.ctx().pointer_latest_pos() else { return };
    let p = look(ui.ctx());
    let painter =
        ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("dragged card")));
    let rect = Rect::from_min_size(pos + vec2(10.0, 6.0), vec2(240.0, 34.0));
    painter.add(p.scheme.shadow(tokens::Shadow::Menu).as_shape(rect, CornerRadius::same(radius::CARD)));
    painter.rect(
        rect,
        CornerRadius::same(radius::CARD),
        p.raised,
        Stroke::new(stroke::LINE, p.line),
        StrokeKind::Inside,
    );
    let words = if count > 1 { format!("{count} tasks") } else { task.title.clone() };
    let galley = look::layout(ui, look::one_line(&words, tokens::UI_MEDIUM, p.ink, rect.width() - 24.0));
    painter.galley(pos2(rect.left() + 12.0, rect.center().y - galley.size().y / 2.0), galley, p.ink);
}

/// What is done with a card by pointer.
pub(super) fn used(ui: &Ui, response: &Response, task: &Task, out: &mut Queue) {
    if response.clicked() {
        let many = ui.input(|input| input.modifiers.command || input.modifiers.shift);
        out.push(UiCommand::SelectTask(Some(task.id.clone())));
        if many {
            out.push(Ask::Mark(task.id.clone()).into());
        }
    }
    if response.double_clicked() {
        out.push(Ask::Details.into());
    }
    if response.secondary_clicked() {
        out.push(UiCommand::SelectTask(Some(task.id.clone())));
        out.push(UiCommand::Pick(Box::new(menus::more(&task.id, &task.title, None))));
    }
}

/// What a column says above its cards.
pub(super) fn head(ui: &mut Ui, rect: Rect, group: &data::Group, by: &str) {
    let p = look(ui.ctx());
    let mut left = rect.left() + 4.0;
    let at = Rect::from_center_size(pos2(left + 8.0, rect.center().y), vec2(15.0, 15.0));
    let key = group.value.clone().unwrap_or_default();
    match by {
        "status" => icon::status(ui.painter(), at, &key, &p),
        "priority" if !key.is_empty() => icon::priority(ui.painter(), at, &key, &p),
        "assignee" if !key.is_empty() => {
            let working = crate::gui::people::is_working(ui.ctx(), &group.title);
            widgets::avatar(ui, at.center(), 8.0, &group.title, working);
        }
        _ => left -= 22.0,
    }
    let inside = Rect::from_min_max(pos2(left + 23.0, rect.top()), pos2(rect.right() - 60.0, rect.bottom()));
    let shown = widgets::line(ui, inside, Align2::LEFT_CENTER, &group.title, tokens::UI_STRONG, p.ink);
    let count = group.tasks.len().to_string();
    let inside = rect.with_min_x(shown.right() + 8.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, &count, tokens::SMALL, p.ink3);
    let response = ui.interact(
        rect.with_max_x(rect.right() - 60.0),
        ui.scope_id().with(("head", &group.title)),
        Sense::hover(),
    );
    let spoken = format!("{}, {} tasks", value_name(by, &group.title), group.tasks.len());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &spoken));
}
