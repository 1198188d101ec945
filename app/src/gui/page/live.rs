//! Live tasks in a page: a ring to tick and a card that says what the task is. Both are views of the task's document, so
//! what is ticked here is ticked everywhere.

use std::collections::BTreeMap;

use egui::accesskit::Role;
use egui::{Align2, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2};
use tern_model::Delta;
use tern_model::block::BlockKind;
use tern_model::flat::{Flat, Head, Part};

use super::edit::Change;
use super::select::Selection;
use super::ui::PageState;
use super::view::{Setting, Shown};
use crate::gui::command::{Queue, Route, UiCommand, set_task};
use crate::gui::icon;
use crate::gui::look::Look;
use crate::gui::tasks::data::Task;
use crate::gui::tokens::{self, radius, stroke};
use crate::gui::widgets;

/// Height of the card.
pub const HEIGHT: f32 = 32.0;
/// Narrower cards leave out when the task is due, and still narrower ones whose it is.
const WITH_DUE: f32 = 400.0;
const WITH_PERSON: f32 = 260.0;

/// The tasks that the open page shows, by id: handed in by the window.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LiveTasks {
    /// Those that are here.
    pub tasks: BTreeMap<String, Task>,
    /// What they were made from: the page's shape, the answer with the tasks, the minute.
    pub made_from: Option<(u64, usize, i64)>,
}

/// The task that a block shows.
pub fn id_of(flat: &Flat, index: usize) -> Option<&str> {
    flat.parts().get(index).and_then(|part| of_part(part))
}

fn of_part(part: &Part) -> Option<&str> {
    match part.head.as_ref().map(|head| &head.kind) {
        Some(BlockKind::Task { id }) => Some(id),
        _ => None,
    }
}

/// Ids of all tasks that a page shows.
pub fn ids(flat: &Flat) -> impl Iterator<Item = &str> {
    flat.parts().iter().filter_map(|part| of_part(part))
}

fn is_done(task: &Task) -> bool {
    matches!(task.status.as_str(), "done" | "cancelled")
}

/// Ticks the task of a block, or opens it again.
pub fn toggle(state: &PageState, index: usize) -> Option<UiCommand> {
    let id = id_of(state.session.flat(), index).filter(|_| !state.read_only)?;
    let task = state.live.tasks.get(id)?;
    Some(set_task(id, "status", if is_done(task) { "todo" } else { "done" }))
}

/// Shows the task of a block in the list of tasks.
pub fn open(state: &PageState, index: usize) -> Vec<UiCommand> {
    let id = id_of(state.session.flat(), index).filter(|id| state.live.tasks.contains_key(*id));
    id.map_or_else(Vec::new, |id| {
        vec![UiCommand::Go(Route::Tasks), UiCommand::SelectTask(Some(id.to_owned()))]
    })
}

/// The line that names a part becomes the task, if it still reads `text`; what is nested in it stays there.
pub fn put(flat: &Flat, key: u64, text: &str, task: &str, selection: &Selection) -> Option<Change> {
    let index = flat.index(key)?;
    let part = flat.parts().get(index)?;
    let old = part.head.as_ref().filter(|head| !head.is_leaf() && !head.is_plain_text())?;
    if line_of(part) != text {
        return None;
    }
    let start = flat.start(index);
    let head = Head { kind: BlockKind::Task { id: task.to_owned() }, ..old.clone() };
    let delta = Delta::splice(start, part.line.len(), []).compose(&Delta::head(start - 1, head));
    let mut after = selection.clone();
    after.rebase(&delta);
    Some(Change::new(delta, after))
}

/// The text of a line as a task's title would have it.
pub fn line_of(part: &Part) -> String {
    let text: String = part.line.text().chars().filter(|c| *c != tern_model::flat::OBJECT).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Draws the ring and the card.
pub fn show(ui: &Ui, state: &PageState, part: &Part, shown: &Shown, setting: &Setting, out: &mut Queue) {
    let Some(id) = of_part(part) else { return };
    let (p, card) = (setting.look, shown.rect.with_max_y(shown.rect.top() + HEIGHT));
    let ring = Rect::from_center_size(pos2(card.left() - 16.0, card.center().y), Vec2::splat(16.0));
    let Some(task) = state.live.tasks.get(id) else {
        missing(ui, card, ring, p);
        return;
    };
    icon::status(ui.painter(), ring, &task.status, &p);
    let response = ui.interact(ring.expand(4.0), state.editor().with(("live", part.key)), Sense::click());
    let enabled = !state.read_only;
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, is_done(task), &task.title));
    widgets::focus_ring(ui, &response, radius::BAR);
    if response.clicked() {
        out.extend(toggle(state, shown.index));
    }
    let response = ui.interact(card, state.editor().with(("card", part.key)), Sense::click());
    let spoken = format!("{} {}", task.short_id, task.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    let pen = Stroke::new(stroke::LINE, if response.hovered() { p.edge } else { p.line });
    ui.painter().rect(card, CornerRadius::same(radius::ROW), p.page, pen, StrokeKind::Inside);
    content(ui, task, card, p);
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.clicked() {
        out.extend(open(state, shown.index));
    }
    response.on_hover_cursor(egui::CursorIcon::PointingHand);
}

fn content(ui: &Ui, task: &Task, card: Rect, p: Look) {
    let inside = card.shrink2(egui::vec2(10.0, 0.0));
    let mut right = inside.right();
    if !task.due.is_empty() && card.width() >= WITH_DUE {
        let at = inside.with_max_x(right).with_min_x(inside.center().x);
        right = widgets::line(ui, at, Align2::RIGHT_CENTER, &task.due, tokens::SMALL, p.ink2).left() - 10.0;
    }
    if !task.assignee.is_empty() && card.width() >= WITH_PERSON {
        let at = inside.with_max_x(right).with_min_x((right - 120.0).max(inside.left()));
        let name = widgets::line(ui, at, Align2::RIGHT_CENTER, &task.assignee, tokens::SMALL, p.ink2);
        let centre = pos2(name.left() - 14.0, card.center().y);
        widgets::avatar(ui, centre, 8.0, &task.assignee, task.working);
        right = centre.x - 18.0;
    }
    let short = widgets::line(ui, inside, Align2::LEFT_CENTER, &task.short_id, tokens::SMALL, p.ink2);
    let at = inside.with_min_x(short.right() + 8.0).with_max_x(right.max(short.right() + 60.0));
    let ink = if is_done(task) { p.ink2 } else { p.ink };
    widgets::line(ui, at, Align2::LEFT_CENTER, &task.title, tokens::UI_MEDIUM, ink);
}

/// A task that did not come yet.
fn missing(ui: &Ui, card: Rect, ring: Rect, p: Look) {
    icon::status(ui.painter(), ring, "backlog", &p);
    ui.painter().rect_filled(card, CornerRadius::same(radius::ROW), p.sunken);
    let words = "A task that is not here yet, or lies in the trash";
    let at = card.shrink2(egui::vec2(10.0, 0.0));
    widgets::line(ui, at, Align2::LEFT_CENTER, words, tokens::SMALL, p.ink2);
}
