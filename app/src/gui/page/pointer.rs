//! The pointer on the page: presses, drags, links, and blocks moved by their handle.

use egui::accesskit::Role;
use egui::{Rect, Response, Sense, Ui, WidgetInfo};
use tern_model::block::BlockKind;
use tern_model::flat::Head;

use super::blocks;
use super::links;
use super::select::{self, InCell, Selection};
use super::ui::PageState;
use super::view::{self, Hit};
use crate::gui::command::Queue;
use crate::gui::tokens::radius;
use crate::gui::widgets;

/// Takes presses and drags.
pub fn take(ui: &mut Ui, state: &mut PageState, response: &Response, now: f64, out: &mut Queue) {
    drag_block(ui, state, now);
    let Some(pos) = ui.input(|input| input.pointer.interact_pos()) else { return };
    let hovered = response.hovered();
    let link = if hovered { links::under(state, pos) } else { None };
    if hovered {
        let icon = match &link {
            Some(_) => egui::CursorIcon::PointingHand,
            None if state.read_only => egui::CursorIcon::Default,
            None => egui::CursorIcon::Text,
        };
        ui.set_cursor_icon(icon);
    }
    let (alt, shift) = ui.input(|input| (input.modifiers.alt, input.modifiers.shift));
    // A press and its release may come in one frame.
    let on_it = response.is_pointer_button_down_on() || response.clicked();
    let pressed = on_it && ui.input(|input| input.pointer.primary_pressed());
    if response.clicked()
        && let Some(link) = link.as_ref().filter(|_| !alt && !shift && state.session.selection.is_caret())
    {
        out.push(links::follow(&link.href));
        return;
    }
    if pressed {
        state.popup = None;
        ui.memory_mut(|memory| memory.request_focus(state.editor()));
        press_at(state, pos, shift, now);
    }
    if response.triple_clicked() {
        select_around(state, pos, true, now);
    } else if response.double_clicked() {
        select_around(state, pos, false, now);
    } else if response.dragged() {
        drag_to(ui, state, pos, now);
    }
    if !response.is_pointer_button_down_on() {
        state.hands.selecting = None;
    }
}

fn hit(state: &PageState, pos: egui::Pos2) -> Option<Hit> {
    view::block_at(&state.shown, pos).map(|shown| shown.hit(pos))
}

fn press_at(state: &mut PageState, pos: egui::Pos2, shift: bool, now: f64) {
    let Some(hit) = hit(state, pos) else { return };
    let flat = state.session.flat();
    let selection = match hit {
        Hit::Cell(cell) => Selection::in_cell(flat, cell),
        Hit::Text(at) if shift => Selection::range(state.session.selection.anchor, at),
        Hit::Text(at) => Selection::at(at),
    };
    let begun = if shift { Hit::Text(state.session.selection.anchor) } else { hit };
    state.hands.selecting = Some(begun);
    state.place(selection, now);
    state.hands.reveal = false;
}

/// The space under the last block: a click there goes on writing.
pub fn below(ui: &mut Ui, state: &mut PageState, rest: Rect, now: f64) {
    if state.read_only || !state.session.is_loaded() {
        return;
    }
    let response = ui.interact(rest, state.editor().with("below"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Write at the end of the page"));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.clicked() {
        write_below(state, now);
        ui.memory_mut(|memory| memory.request_focus(state.editor()));
    }
    response.on_hover_cursor(egui::CursorIcon::Text);
}

fn write_below(state: &mut PageState, now: f64) {
    let flat = state.session.flat();
    let last = flat.parts().len() - 1;
    let part = &flat.parts()[last];
    let can_go_on = part
        .head
        .as_ref()
        .is_some_and(|head| matches!(head.kind, BlockKind::Paragraph) && head.parents.is_empty());
    if part.line.is_empty() && can_go_on {
        let at = flat.len();
        state.place(Selection::at(at), now);
    } else {
        let change = blocks::insert_after(flat, last, Head::plain(BlockKind::Paragraph));
        state.run(change, now);
    }
}

fn select_around(state: &mut PageState, pos: egui::Pos2, block: bool, now: f64) {
    let flat = state.session.flat();
    let selection = match hit(state, pos) {
        Some(Hit::Text(at)) => {
            let (index, off) = flat.find(at);
            let Some(part) = flat.parts().get(index) else { return };
            let (from, to) = if block { (0, part.line.len()) } else { select::word_around(&part.line, off) };
            Selection::range(at - off + from, at - off + to)
        }
        Some(Hit::Cell(cell)) => {
            let Some(line) = select::cell_line(flat, &cell) else { return };
            let (anchor, head) = if block { (0, line.len()) } else { select::word_around(&line, cell.head) };
            Selection::in_cell(flat, InCell { anchor, head, ..cell })
        }
        None => return,
    };
    state.place(selection, now);
    state.hands.reveal = false;
    state.hands.selecting = None;
}

fn drag_to(ui: &Ui, state: &mut PageState, pos: egui::Pos2, now: f64) {
    let (Some(from), Some(to)) = (state.hands.selecting, hit(state, pos)) else { return };
    let flat = state.session.flat();
    let selection = match (from, to) {
        (Hit::Cell(a), Hit::Cell(b)) if (a.key, a.row, a.column) == (b.key, b.row, b.column) => {
            Selection::in_cell(flat, InCell { anchor: a.anchor, ..b })
        }
        (from, to) => Selection::range(position(flat, from), position(flat, to)),
    };
    if selection != state.session.selection {
        state.session.selection = selection;
        state.hands.active_at = now;
    }
    // Beyond the edge the page scrolls along.
    let rect = ui.clip_rect();
    if pos.y < rect.top() + 24.0 || pos.y > rect.bottom() - 24.0 {
        ui.scroll_to_rect(Rect::from_center_size(pos, egui::vec2(1.0, 60.0)), None);
        ui.ctx().request_repaint();
    }
}

fn position(flat: &tern_model::flat::Flat, hit: Hit) -> usize {
    match hit {
        Hit::Text(at) => at,
        Hit::Cell(cell) => flat.index(cell.key).map_or(0, |index| flat.start(index)),
    }
}

// ---- moving a block by its handle ----

fn drag_block(ui: &Ui, state: &mut PageState, now: f64) {
    let Some(mut drag) = state.hands.block_drag else { return };
    let (pos, down) = ui.input(|input| (input.pointer.interact_pos(), input.pointer.primary_down()));
    if down {
        drag.target = pos.and_then(|pos| drop_target(state, pos.y));
        state.hands.block_drag = Some(drag);
        ui.set_cursor_icon(egui::CursorIcon::Grabbing);
        return;
    }
    state.hands.block_drag = None;
    let flat = state.session.flat();
    let (Some(index), Some((target, _))) = (flat.index(drag.key), drag.target) else { return };
    let change = blocks::relocate(flat, index, blocks::end_of_item(flat, index), target);
    state.run(change, now);
}

/// The part before which something dropped at `y` comes, and where the line that says so is.
fn drop_target(state: &PageState, y: f32) -> Option<(usize, f32)> {
    let before = state.shown.iter().find(|shown| y < shown.rect.center().y);
    match before {
        Some(shown) => Some((shown.index, shown.rect.top() - 3.0)),
        None => state.shown.last().map(|last| (last.index + 1, last.rect.bottom() + 3.0)),
    }
}

/// Where the line is that says where a dragged block comes.
pub fn drop_line(state: &PageState) -> Option<f32> {
    state.hands.block_drag?.target.map(|(_, y)| y)
}
