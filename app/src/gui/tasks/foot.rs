//! The foot of list and board: the keys of the selected task, what is marked, what is folded.

use egui::{Align2, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};

use super::Ask;
use super::data::Data;
use super::state::TasksState;
use crate::gui::actions::{self, Action};
use crate::gui::command::Queue;
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, radius};
use crate::gui::widgets;

/// Height of the foot.
pub const HEIGHT: f32 = 38.0;

const TAUGHT: [Action; 7] = [
    Action::SetStatus,
    Action::SetPriority,
    Action::SetLabels,
    Action::SetAssignee,
    Action::SetDue,
    Action::Mark,
    Action::Open,
];

/// Draws it.
pub fn show(ui: &mut Ui, state: &TasksState, short_id: Option<&str>, data: &Data, out: &mut Queue) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    let right = folded(ui, state, data, out);
    let room = room.with_max_x(right - 16.0);
    let head = match (state.marked.len(), short_id) {
        (0, Some(short_id)) => short_id.to_owned(),
        (0, None) => return,
        (1, _) => "1 task marked".to_owned(),
        (count, _) => format!("{count} tasks marked"),
    };
    let mut x = room.left() + 18.0;
    let at = widgets::line(ui, room.with_min_x(x), Align2::LEFT_CENTER, &head, tokens::SMALL_STRONG, p.ink);
    if !state.marked.is_empty() {
        let response = ui.interact(at, ui.scope_id().with("marked"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &head));
    }
    x = at.right() + 18.0;
    for action in TAUGHT {
        let Some(spec) = actions::of(action) else { continue };
        let key = actions::key_of(action).unwrap_or_default();
        let words = spec.label.to_lowercase();
        let wanted = look::width(ui, &key, tokens::TINY) + look::width(ui, &words, tokens::SMALL) + 32.0;
        if x + wanted > room.right() {
            break;
        }
        x += widgets::key_cap(ui, pos2(x, room.center().y), &key, None) + 6.0;
        let at = widgets::line(ui, room.with_min_x(x), Align2::LEFT_CENTER, &words, tokens::SMALL, p.ink2);
        x = at.right() + 16.0;
    }
}

/// Groups that are folded, each a button; returns where they begin.
fn folded(ui: &mut Ui, state: &TasksState, data: &Data, out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    let mut right = room.right() - 16.0;
    if !state.asked.board {
        return right;
    }
    let quiet = data.groups.iter().rev().filter(|group| data.is_folded(group, state));
    for group in quiet {
        let words = format!("{} {} folded", group.title, group.tasks.len());
        let width = look::width(ui, &words, tokens::SMALL) + 12.0;
        let rect = Rect::from_min_size(pos2(right - width, room.center().y - 12.0), vec2(width, 24.0));
        let response = ui.interact(rect, ui.scope_id().with(("folded", &group.title)), Sense::click());
        let ink = if response.hovered() { p.ink } else { p.ink3 };
        widgets::line(ui, rect, Align2::CENTER_CENTER, &words, tokens::SMALL, ink);
        let spoken = format!("Show {}, {} tasks", group.title, group.tasks.len());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
        widgets::focus_ring(ui, &response, radius::ROW);
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            out.push(Ask::Unfold(group.title.clone(), true).into());
        }
        right = rect.left() - 6.0;
    }
    right
}
