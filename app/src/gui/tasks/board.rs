//! Draws the board: columns side by side, each with the cards in sight and nothing else.

use egui::{Rect, ScrollArea, Ui, Vec2, pos2, vec2};
use tern_peer::TaskView;

use super::card::{self, Face};
use super::data::{Data, Group, shown};
use super::state::{Drag, TasksState};
use super::{Ask, capture};
use crate::gui::clock::Clock;
use crate::gui::command::Queue;
use crate::gui::icon::Icon;
use crate::gui::look::look;
use crate::gui::tokens::stroke;
use crate::gui::views::Views;
use crate::gui::widgets;

const GAP: f32 = 14.0;
const NARROWEST: f32 = 260.0;
const WIDEST: f32 = 360.0;
const MARGIN: f32 = 16.0;
const HEAD: f32 = 36.0;
const BETWEEN: f32 = 8.0;

/// Where cards of a column stand, from its top.
struct Layout {
    tops: Vec<f32>,
    bottom: f32,
}

/// What a column is drawn with.
struct Column<'a> {
    at: usize,
    group: &'a Group,
    tasks: &'a [TaskView],
    views: &'a Views,
    clock: &'a Clock,
}

/// Draws the board.
pub fn show(ui: &mut Ui, state: &mut TasksState, data: &Data, views: &Views, clock: &Clock, out: &mut Queue) {
    let mut room = ui.max_rect();
    room.min.y += capture::show(ui, room, state, out);
    let Some(answer) = views.listed.get() else { return };
    let columns = data.shown(state);
    let count = columns.len().max(1) as f32;
    let width =
        ((room.width() - 2.0 * MARGIN - GAP * (count - 1.0)) / count).clamp(NARROWEST, WIDEST).floor();
    measure(ui, state, &answer.tasks, views.listed.stamp(), width);
    if let Some(drag) = &mut state.drag {
        drag.over = None;
    }
    let dropped = state.drag.is_some() && ui.input(|input| input.pointer.any_released());
    let builder = egui::UiBuilder::new().max_rect(room).id_salt("board");
    ui.scope_builder(builder, |ui| {
        let mut area = ScrollArea::horizontal().auto_shrink(false).id_salt("columns");
        if let Some(left) = wanted_left(state, &columns, answer.tasks.as_slice(), width, room.width()) {
            area = area.horizontal_scroll_offset(left);
        }
        area.show_viewport(ui, |ui, seen| {
            let whole = vec2(2.0 * MARGIN + count * width + GAP * (count - 1.0), room.height());
            let origin = ui.allocate_exact_size(whole, egui::Sense::hover()).0.min;
            for (place, (at, group)) in columns.iter().enumerate() {
                let left = MARGIN + place as f32 * (width + GAP);
                if left + width < seen.left() || left > seen.right() {
                    continue;
                }
                let rect = Rect::from_min_size(origin + vec2(left, 0.0), vec2(width, room.height()));
                let column = Column { at: *at, group, tasks: &answer.tasks, views, clock };
                draw_column(ui, rect, state, &column, out);
            }
        });
    });
    state.reveal = false;
    follow(ui, state, &answer.tasks, views, clock, dropped, out);
}

/// Counts lines of titles once for an answer and a width.
fn measure(ui: &Ui, state: &mut TasksState, tasks: &[TaskView], stamp: usize, width: f32) {
    let stamp = (stamp, width.to_bits());
    if state.heights.stamp == stamp {
        return;
    }
    state.heights.stamp = stamp;
    state.heights.lines =
        tasks.iter().map(|task| (task.id.clone(), card::lines(ui, &task.title, width))).collect();
}

/// How far the columns scroll so that the selected card comes into sight.
fn wanted_left(
    state: &TasksState,
    columns: &[(usize, &Group)],
    tasks: &[TaskView],
    width: f32,
    room: f32,
) -> Option<f32> {
    let id = state.selected.as_ref().filter(|_| state.reveal)?;
    let holds = |group: &Group| {
        tasks.get(group.tasks.clone()).is_some_and(|some| some.iter().any(|task| task.id == *id))
    };
    let place = columns.iter().position(|(_, group)| holds(group))?;
    let right = 2.0 * MARGIN + (place + 1) as f32 * (width + GAP);
    let all = 2.0 * MARGIN + columns.len() as f32 * (width + GAP);
    (all > room).then(|| (right - room).max(0.0))
}

fn layout(state: &TasksState, column: &Column<'_>) -> Layout {
    let mut tops = Vec::with_capacity(column.group.tasks.len());
    let mut y = 2.0;
    for task in column.tasks.get(column.group.tasks.clone()).unwrap_or_default() {
        tops.push(y);
        let lines = state.heights.lines.get(&task.id).copied().unwrap_or(2);
        y += card::height(lines, !task.conflicts.is_empty()) + BETWEEN;
    }
    Layout { tops, bottom: y }
}

fn draw_column(ui: &mut Ui, rect: Rect, state: &mut TasksState, column: &Column<'_>, out: &mut Queue) {
    let name = format!("Column {}", column.group.title);
    widgets::region(ui, rect, &format!("column {}", column.group.title), &name, |ui| {
        let head = Rect::from_min_size(rect.min + vec2(0.0, 8.0), vec2(rect.width(), HEAD - 8.0));
        card::head(ui, head, column.group, &state.asked.group);
        buttons(ui, head, state, column, out);
        let body = rect.with_min_y(rect.top() + HEAD);
        let layout = layout(state, column);
        let builder = egui::UiBuilder::new().max_rect(body).id_salt("cards");
        ui.scope_builder(builder, |ui| {
            // Room for the ring around a selected card.
            ui.set_clip_rect(body.expand2(vec2(4.0, 0.0)).intersect(ui.clip_rect().expand2(vec2(4.0, 0.0))));
            cards(ui, body, state, column, &layout, out);
        });
    });
}

fn buttons(ui: &mut Ui, head: Rect, state: &TasksState, column: &Column<'_>, out: &mut Queue) {
    let title = &column.group.title;
    let at =
        |index: f32| Rect::from_min_size(pos2(head.right() - 28.0 * index, head.top()), Vec2::splat(28.0));
    if let Some(value) = &column.group.value {
        let id = ui.scope_id().with("new here");
        let label = format!("New task in {title}");
        if widgets::icon_button_at(ui, at(1.0), id, Icon::Plus, &label, None).clicked() {
            let field = if state.asked.group == "label" { "+label" } else { &state.asked.group };
            out.push(Ask::Capture(Some((field.to_owned(), value.clone(), title.clone()))).into());
        }
    }
    if state.unfolded.contains(title) {
        let id = ui.scope_id().with("fold");
        if widgets::icon_button_at(ui, at(2.0), id, Icon::Close, &format!("Fold {title}"), None).clicked() {
            out.push(Ask::Unfold(title.clone(), false).into());
        }
    }
}

fn cards(
    ui: &mut Ui,
    body: Rect,
    state: &mut TasksState,
    column: &Column<'_>,
    layout: &Layout,
    out: &mut Queue,
) {
    let tasks = column.tasks.get(column.group.tasks.clone()).unwrap_or_default();
    let mut area = ScrollArea::vertical().auto_shrink(false);
    let place = state.selected.as_ref().filter(|_| state.reveal);
    let place = place.and_then(|id| tasks.iter().position(|task| task.id == *id));
    if let Some(at) = place {
        let salt = egui::Id::unique(("board column", &column.group.title));
        let was: f32 = ui.data(|data| data.get_temp(salt)).unwrap_or(0.0);
        let top = layout.tops.get(at).copied().unwrap_or(0.0);
        let bottom = layout.tops.get(at + 1).copied().unwrap_or(layout.bottom);
        area = area.vertical_scroll_offset(was.min(top - 4.0).max(bottom - body.height()).max(0.0));
    }
    let shown = area.show_viewport(ui, |ui, seen| {
        let whole = vec2(body.width(), layout.bottom.max(body.height() - 4.0));
        let origin = ui.allocate_exact_size(whole, egui::Sense::hover()).0.min;
        target(ui, body, origin.y, state, column, layout);
        let first = layout.tops.partition_point(|top| *top < seen.top()).saturating_sub(1);
        for (at, task) in tasks.iter().enumerate().skip(first) {
            let Some(top) = layout.tops.get(at).filter(|top| **top < seen.bottom()) else { break };
            let bottom = layout.tops.get(at + 1).copied().unwrap_or(layout.bottom) - BETWEEN;
            let rect =
                Rect::from_min_max(pos2(body.left(), origin.y + top), pos2(body.right(), origin.y + bottom));
            one(ui, rect, state, column, task, out);
        }
        mark_target(ui, body, origin.y, state, column, layout);
    });
    let salt = egui::Id::unique(("board column", &column.group.title));
    ui.data_mut(|data| data.insert_temp(salt, shown.state.clamped_offset().y));
}

fn one(
    ui: &mut Ui,
    rect: Rect,
    state: &mut TasksState,
    column: &Column<'_>,
    task: &TaskView,
    out: &mut Queue,
) {
    let words = shown(task, column.views, column.clock);
    let selected = state.selected.as_deref() == Some(task.id.as_str());
    let dragged = state.drag.as_ref().map(|drag| &drag.task);
    let away = dragged.is_some_and(|drag| {
        *drag == task.id || (state.marked.contains(drag) && state.marked.contains(&task.id))
    });
    let face = Face {
        task: &words,
        lines: state.heights.lines.get(&task.id).copied().unwrap_or(2),
        selected,
        marked: state.marked.contains(&task.id),
        away,
    };
    let response = card::show(ui, rect, face, column.views, column.clock, out);
    if selected {
        state.anchor = Some(rect);
        state.row = Some(response.id);
    }
    card::used(ui, &response, &words, out);
    if response.drag_started() {
        state.drag = Some(Drag { task: task.id.clone(), over: None });
    }
}

/// Where dragged cards would go in this column, if the pointer is over it.
fn target(ui: &Ui, body: Rect, origin: f32, state: &mut TasksState, column: &Column<'_>, layout: &Layout) {
    let Some(drag) = &mut state.drag else { return };
    let Some(pos) =
        ui.ctx().pointer_latest_pos().filter(|pos| body.expand2(vec2(GAP / 2.0, HEAD)).contains(*pos))
    else {
        return;
    };
    let middle = |at: usize| {
        let bottom = layout.tops.get(at + 1).copied().unwrap_or(layout.bottom);
        layout.tops.get(at).map_or(0.0, |top| (top + bottom - BETWEEN) / 2.0)
    };
    let at = (0..layout.tops.len()).take_while(|at| origin + middle(*at) < pos.y).count();
    drag.over = Some((column.at, at));
}

fn mark_target(ui: &Ui, body: Rect, origin: f32, state: &TasksState, column: &Column<'_>, layout: &Layout) {
    let over = state.drag.as_ref().and_then(|drag| drag.over).filter(|(group, _)| *group == column.at);
    let Some((_, at)) = over else { return };
    let p = look(ui.ctx());
    let y = origin + layout.tops.get(at).copied().unwrap_or(layout.bottom) - BETWEEN / 2.0;
    ui.painter().hline(body.x_range(), y, egui::Stroke::new(stroke::FOCUS, p.here));
}

/// The dragged card follows the pointer until it is let go.
fn follow(
    ui: &Ui,
    state: &mut TasksState,
    tasks: &[TaskView],
    views: &Views,
    clock: &Clock,
    dropped: bool,
    out: &mut Queue,
) {
    if ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        state.drag = None;
    }
    let Some(drag) = &state.drag else { return };
    if dropped {
        if let Some((group, at)) = drag.over {
            out.push(Ask::Drop { task: drag.task.clone(), group, at }.into());
        }
        state.drag = None;
        return;
    }
    let count = state.targets_at(&drag.task).len();
    if let Some(task) = tasks.iter().find(|task| task.id == drag.task) {
        card::ghost(ui, &shown(task, views, clock), count);
    }
    ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
}
