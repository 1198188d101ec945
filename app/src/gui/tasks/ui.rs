//! Draws the task list, and the bar of the question over list and board.

use egui::{Align2, Rect, ScrollArea, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::TaskView;

use super::data::{Data, Group, Line, Task, first_name, shown, value_name};
use super::state::TasksState;
use super::{Ask, bar, board, capture, menus};
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, radius, size};
use crate::gui::views::Views;
use crate::gui::widgets::{self, Tone};

/// What rows read.
#[derive(Clone, Copy)]
struct Reads<'a> {
    views: &'a Views,
    clock: &'a Clock,
}

/// Draws the bar, and list or board below it.
pub fn show(ui: &mut Ui, state: &mut TasksState, data: &Data, views: &Views, clock: &Clock, out: &mut Queue) {
    let room = ui.max_rect();
    let top = room.with_max_y(room.top() + bar::HEIGHT);
    let count = data.count(views, &state.asked);
    widgets::region(ui, top, "question", "Question", |ui| bar::show(ui, state, views, count, out));
    let below = room.with_min_y(top.bottom());
    if state.asked.board && !data.groups.is_empty() {
        widgets::region(ui, below, "task board", "Board", |ui| {
            board::show(ui, state, data, views, clock, out)
        });
        return;
    }
    let taken = capture::show(ui, below, state, out);
    let body = Rect::from_min_max(below.min + vec2(16.0, taken + 8.0), below.max - vec2(16.0, 0.0));
    let reads = Reads { views, clock };
    widgets::region(ui, body, "task list", "Task list", |ui| list(ui, state, data, reads, out));
}

fn list(ui: &mut Ui, state: &mut TasksState, data: &Data, reads: Reads<'_>, out: &mut Queue) {
    ui.spacing_mut().item_spacing.y = 0.0;
    if !data.empty.is_empty() {
        empty(ui, data);
        return;
    }
    let Some(answer) = reads.views.listed.get() else { return };
    let lines = data.lines(!state.asked.group.is_empty());
    let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("tasks");
    let selected = state.selected.as_deref().filter(|_| state.reveal);
    if let Some(at) = selected.and_then(|id| place(&lines, &answer.tasks, id)) {
        state.reveal = false;
        area = area.vertical_scroll_offset(revealed(at, state.offset, ui.available_height()));
    }
    let drawn = area.show_rows(ui, size::TASK_ROW, lines.len(), |ui, visible| {
        for line in lines.get(visible).unwrap_or_default() {
            match line {
                Line::Group(at) => group(ui, &data.groups[*at], &state.asked.group),
                Line::Task(at) => {
                    if let Some(task) = answer.tasks.get(*at) {
                        row(ui, state, task, reads, out);
                    }
                }
            }
        }
    });
    state.offset = drawn.state.clamped_offset().y;
}

fn place(lines: &[Line], tasks: &[TaskView], id: &str) -> Option<usize> {
    lines.iter().position(|line| match line {
        Line::Task(at) => tasks.get(*at).is_some_and(|task| task.id == id),
        Line::Group(_) => false,
    })
}

/// The scroll offset that brings line `at` into sight.
fn revealed(at: usize, offset: f32, room: f32) -> f32 {
    let top = at as f32 * size::TASK_ROW;
    offset.min(top).max(top + size::TASK_ROW - room)
}

fn empty(ui: &mut Ui, data: &Data) {
    let p = look(ui.ctx());
    ui.vertical_centered(|ui| {
        ui.add_space(80.0);
        widgets::text(ui, &data.empty, tokens::DIALOG, p.ink);
        ui.add_space(6.0);
        let words = match data.empty.as_str() {
            "No task yet." => "A task is one line: who, what, until when. Press C anywhere and write it.",
            "No task answers this." => "Take a condition away, or press F and change the question.",
            _ => "",
        };
        widgets::text(ui, words, tokens::UI, p.ink2);
    });
}

fn group(ui: &mut Ui, group: &Group, by: &str) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::TASK_ROW), Sense::hover());
    let ring = Rect::from_center_size(pos2(rect.left() + 16.0, rect.center().y + 2.0), vec2(15.0, 15.0));
    let mut left = rect.left() + 34.0;
    match (by, &group.value) {
        ("status", Some(status)) => icon::status(ui.painter(), ring, status, &p),
        _ => left = rect.left() + 8.0,
    }
    let inside = rect.with_min_x(left).translate(vec2(0.0, 2.0));
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, &group.title, tokens::UI_STRONG, p.ink);
    let inside = inside.with_min_x(at.right() + 8.0);
    let count = group.tasks.len();
    widgets::line(ui, inside, Align2::LEFT_CENTER, &count.to_string(), tokens::SMALL, p.ink3);
    let spoken = format!("{}, {count} tasks", group.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &spoken));
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(tokens::stroke::LINE, p.line));
}

fn row(ui: &mut Ui, state: &mut TasksState, full: &TaskView, reads: Reads<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    let Reads { views, clock } = reads;
    let words = shown(full, views, clock);
    let task = &words;
    let targets = state.targets_at(&task.id);
    let marked = state.marked.contains(&task.id);
    let selected = state.selected.as_deref() == Some(task.id.as_str());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size::TASK_ROW), Sense::click());
    if selected {
        state.anchor = Some(Rect::from_min_max(pos2(rect.left() + 36.0, rect.top()), rect.max));
        state.row = Some(response.id);
    }
    let ground = rect.shrink2(vec2(0.0, 1.0));
    if marked && !selected {
        ui.painter().rect_filled(ground, radius::ROW, p.here_tint);
    }
    widgets::row_ground(ui, ground, selected, response.hovered());
    let label = format!("{} {}", task.short_id, task.title);
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected || marked, &label));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.clicked() {
        state.title = None;
        if ui.input(|input| input.modifiers.command || input.modifiers.shift) {
            out.push(Ask::Mark(task.id.clone()).into());
        }
        if !selected {
            out.push(UiCommand::SelectTask(Some(task.id.clone())));
        }
    }
    if response.double_clicked() {
        out.push(UiCommand::EditTaskTitle(true));
    }
    status_ring(ui, (full, task), &targets, rect, views, out);
    if marked {
        let at = Rect::from_center_size(pos2(rect.left() - 4.0, rect.center().y), vec2(12.0, 12.0));
        widgets::check_box(ui, at, true);
    }
    let id_at =
        Rect::from_min_max(pos2(rect.left() + 36.0, rect.top()), pos2(rect.left() + 128.0, rect.bottom()));
    widgets::line(ui, id_at, Align2::LEFT_CENTER, &task.short_id, tokens::SMALL, p.ink3);
    let right = right_side(ui, full, task, &targets, rect, reads, out);
    let title_at =
        Rect::from_min_max(pos2(id_at.right() + 4.0, rect.top()), pos2(right - 8.0, rect.bottom()));
    title(ui, state, task, title_at, selected, views, clock, out);
}

fn status_ring(
    ui: &mut Ui,
    (full, task): (&TaskView, &Task),
    targets: &[String],
    rect: Rect,
    views: &Views,
    out: &mut Queue,
) {
    let p = look(ui.ctx());
    let hit = Rect::from_center_size(pos2(rect.left() + 16.0, rect.center().y), vec2(24.0, 24.0));
    let response = ui.interact(hit, ui.scope_id().with(("status", &task.id)), Sense::click());
    icon::status(ui.painter(), Rect::from_center_size(hit.center(), vec2(16.0, 16.0)), &task.status, &p);
    let spoken = format!("Status of {}: {}", task.title, value_name("status", &task.status));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.clicked() {
        out.push(UiCommand::SelectTask(Some(task.id.clone())));
        out.push(UiCommand::Pick(Box::new(menus::status(targets, full, views, Some(hit)))));
    }
}

/// Due, person and priority at fixed places; returns where they begin.
fn right_side(
    ui: &mut Ui,
    full: &TaskView,
    task: &Task,
    targets: &[String],
    rect: Rect,
    reads: Reads<'_>,
    out: &mut Queue,
) -> f32 {
    let Reads { views, clock } = reads;
    let p = look(ui.ctx());
    let cell = |left: f32, width: f32| {
        Rect::from_min_size(pos2(left, rect.top() + 4.0), vec2(width, rect.height() - 8.0))
    };
    let priority_at = cell(rect.right() - 30.0, 26.0);
    let person_at = cell(rect.right() - 130.0, 96.0);
    let due_width = match rect.width() {
        900.0.. => 230.0,
        640.0.. => 190.0,
        _ => 96.0,
    };
    let due_at = cell(person_at.left() - due_width - 4.0, due_width);
    let priority = value_name("priority", &task.priority);
    if quiet_button(ui, task, "priority", priority_at, &priority).clicked() {
        let menu = menus::priority(targets, &task.priority, Some(priority_at));
        out.extend([UiCommand::SelectTask(Some(task.id.clone())), UiCommand::Pick(Box::new(menu))]);
    }
    icon::priority(ui.painter(), priority_at, &task.priority, &p);
    let person = if task.assignee.is_empty() { "nobody" } else { &task.assignee };
    if quiet_button(ui, task, "assignee", person_at, person).clicked() {
        let menu = menus::assignee(targets, Some(full), views, Some(person_at));
        out.extend([UiCommand::SelectTask(Some(task.id.clone())), UiCommand::Pick(Box::new(menu))]);
    }
    if !task.assignee.is_empty() {
        widgets::avatar(
            ui,
            pos2(person_at.left() + 12.0, person_at.center().y),
            9.0,
            &task.assignee,
            task.working,
        );
        let inside = person_at.with_min_x(person_at.left() + 26.0);
        widgets::line(ui, inside, Align2::LEFT_CENTER, first_name(&task.assignee), tokens::UI, p.ink);
    }
    let due = if task.due.is_empty() { "no date" } else { &task.due };
    if quiet_button(ui, task, "due", due_at, due).clicked() {
        let menu = menus::due(targets, clock, Some(due_at));
        out.extend([UiCommand::SelectTask(Some(task.id.clone())), UiCommand::Pick(Box::new(menu))]);
    }
    if !task.due.is_empty() {
        let sign = Rect::from_min_size(due_at.min + vec2(4.0, 0.0), vec2(16.0, due_at.height()));
        icon::paint(ui.painter(), sign, 15.0, Icon::Calendar, p.ink2);
        widgets::line(
            ui,
            due_at.with_min_x(sign.right() + 6.0),
            Align2::LEFT_CENTER,
            &task.due,
            tokens::SMALL,
            p.ink2,
        );
    }
    due_at.left()
}

fn quiet_button(ui: &Ui, task: &Task, field: &str, rect: Rect, value: &str) -> egui::Response {
    let p = look(ui.ctx());
    let response = ui.interact(rect, ui.scope_id().with((field, &task.id)), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, radius::ROW, p.scheme.hover());
    }
    let spoken = format!("{} of {}: {value}", capital(field), task.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    response
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[allow(clippy::too_many_arguments, reason = "one row's parts")]
fn title(
    ui: &mut Ui,
    state: &mut TasksState,
    task: &Task,
    at: Rect,
    selected: bool,
    views: &Views,
    clock: &Clock,
    out: &mut Queue,
) {
    let p = look(ui.ctx());
    if selected && let Some(text) = &mut state.title {
        title_field(ui, task, at, text, out);
        return;
    }
    let ink = if matches!(task.status.as_str(), "done" | "cancelled") { p.ink2 } else { p.ink };
    let style = if selected { tokens::UI_MEDIUM } else { tokens::UI };
    let kept_width =
        task.kept.as_ref().map_or(0.0, |kept| widgets::chip_width(ui, kept, Tone::Kept).min(230.0) + 8.0);
    let text_at = at.with_max_x((at.right() - kept_width).max(at.left() + 60.0));
    let shown = widgets::line(ui, text_at, Align2::LEFT_CENTER, &task.title, style, ink);
    let mut x = shown.right() + 10.0;
    if let Some(kept) = &task.kept {
        let rect = widgets::chip(ui, pos2(x, at.center().y), kept, Tone::Kept, (at.right() - x).max(60.0));
        kept_chip(ui, task, rect, kept, views, clock, out);
        x = rect.right() + 6.0;
    }
    for label in &task.labels {
        if x + widgets::chip_width(ui, label, Tone::Label) > at.right() {
            break;
        }
        x = widgets::chip(ui, pos2(x, at.center().y), label, Tone::Label, 120.0).right() + 6.0;
    }
}

fn kept_chip(
    ui: &mut Ui,
    task: &Task,
    rect: Rect,
    kept: &str,
    views: &Views,
    clock: &Clock,
    out: &mut Queue,
) {
    let response = ui.interact(rect, ui.scope_id().with(("kept", &task.id)), Sense::click());
    let spoken = format!("{kept}. Choose");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, radius::CHIP);
    let full = views.listed.get().and_then(|view| view.tasks.iter().find(|full| full.id == task.id));
    if let (true, Some(full)) = (response.clicked(), full)
        && let Some(conflict) = full.conflicts.first()
    {
        out.push(UiCommand::Pick(Box::new(menus::choose(full, conflict, clock, Some(rect)))));
    }
    response
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .on_hover_text("Two people set this apart. Choose one.");
}

fn title_field(ui: &mut Ui, task: &Task, at: Rect, text: &mut String, out: &mut Queue) {
    let p = look(ui.ctx());
    let mut child = ui
        .new_child(egui::UiBuilder::new().max_rect(at.shrink2(vec2(0.0, 3.0))).id_salt(("title", &task.id)));
    let output = egui::TextEdit::singleline(text)
        .id(egui::Id::unique("task title"))
        .font(look::font(tokens::UI))
        .frame(
            egui::Frame::NONE
                .inner_margin(egui::Margin::symmetric(6, 4))
                .fill(p.page)
                .corner_radius(radius::ROW),
        )
        .desired_width(at.width())
        .show(&mut child);
    let response: egui::Response = (*output.response).clone().accessible_name("Task title");
    ui.painter().rect_stroke(
        response.rect,
        radius::ROW,
        egui::Stroke::new(tokens::stroke::FOCUS, p.ink2),
        egui::StrokeKind::Inside,
    );
    if response.lost_focus() {
        if !ui.input(|input| input.key_pressed(egui::Key::Escape)) && text.trim() != task.title {
            out.push(crate::gui::command::set_task(&task.id, "title", text.trim()));
        }
        out.push(UiCommand::EditTaskTitle(false));
    } else if !response.has_focus() {
        response.request_focus();
    }
}
