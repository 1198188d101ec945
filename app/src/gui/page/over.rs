//! What lies over the blocks of a page: caret, selected cells and figures, marks of what others changed.

use egui::{Align2, Rect, Response, Stroke, StrokeKind, Ui, pos2, vec2};

use super::figures::only_picture;
use super::ui::PageState;
use super::view::{Setting, Shown};
use crate::gui::look::Look;
use crate::gui::tokens::{self, CARET_BLINKS_SECS, radius, stroke};
use crate::gui::widgets;

/// Selection of cells, caret, and what others changed: over everything else.
pub fn show(ui: &Ui, state: &mut PageState, response: &Response, setting: &Setting, now: f64) {
    let p = setting.look;
    quiet_marks(ui, state, setting, now);
    selected_leaves(ui, state, p);
    if let Some(y) = super::pointer::drop_line(state) {
        let line = Rect::from_min_size(pos2(setting.left, y - 1.0), vec2(setting.width, 2.0));
        ui.painter().rect_filled(line, 1.0, p.here);
    }
    if !response.has_focus() || state.read_only {
        return;
    }
    let selection = &state.session.selection;
    let flat = state.session.flat();
    let (index, off) = flat.find(selection.head);
    let Some(shown) = state.shown.iter().find(|shown| shown.index == index) else { return };
    let caret = match &selection.cell {
        Some(cell) => {
            let found = shown.cells.iter().find(|laid| (laid.row, laid.column) == (cell.row, cell.column));
            let Some(found) = found else { return };
            ui.painter().rect_stroke(found.rect, 0.0, Stroke::new(stroke::LINE, p.edge), StrokeKind::Inside);
            for rect in found.laid.rects(cell.anchor.min(cell.head), cell.anchor.max(cell.head)) {
                ui.painter().rect_filled(rect, 0.0, p.scheme.selection());
            }
            found.laid.caret(cell.head)
        }
        None if shown.text.is_empty()
            || flat.parts().get(index).is_some_and(|part| super::select::is_leaf(part)) =>
        {
            let ring = shown.rect.expand(2.0);
            let pen = Stroke::new(stroke::FOCUS, p.here);
            ui.painter().rect_stroke(ring, f32::from(radius::ROW), pen, StrokeKind::Outside);
            return;
        }
        None => match shown.caret(off) {
            Some(rect) => rect,
            None => return,
        },
    };
    let caret = only_picture_caret(state, shown, caret);
    compose(ui, response, caret);
    blink(ui, state, caret, p, now);
}

/// Tables, dividers and pictures that lie within the selection.
fn selected_leaves(ui: &Ui, state: &PageState, p: Look) {
    let (from, to) = state.session.selection.ordered();
    if from == to || state.session.selection.cell.is_some() {
        return;
    }
    let flat = state.session.flat();
    for shown in state.shown.iter().filter(|shown| shown.start > from && shown.start <= to) {
        let Some(part) = flat.parts().get(shown.index) else { continue };
        if super::select::is_leaf(part) || only_picture(part) {
            ui.painter().rect_filled(shown.rect, 0.0, p.scheme.selection());
        }
    }
}

/// Beside a picture that stands alone, the caret is as high as the picture.
fn only_picture_caret(state: &PageState, shown: &Shown, caret: Rect) -> Rect {
    let Some(part) = state.session.flat().parts().get(shown.index) else { return caret };
    if !only_picture(part) {
        return caret;
    }
    let x =
        if state.session.selection.head > shown.start { shown.rect.right() } else { shown.rect.left() - 3.0 };
    Rect::from_min_max(pos2(x, shown.rect.top()), pos2(x, shown.rect.bottom()))
}

fn compose(ui: &Ui, response: &Response, caret: Rect) {
    let cursor_rect = Rect::from_min_size(caret.min, vec2(1.0, caret.height()));
    ui.output_mut(|output| {
        output.ime = Some(egui::output::IMEOutput {
            purpose: egui::IMEPurpose::Normal,
            rect: response.rect,
            cursor_rect,
            should_interrupt_composition: false,
        });
    });
}

fn blink(ui: &Ui, state: &PageState, caret: Rect, p: Look, now: f64) {
    let idle = now - state.hands.active_at;
    if idle < CARET_BLINKS_SECS {
        let phase = idle % 1.0;
        ui.ctx()
            .request_repaint_after_secs(if phase < 0.5 { 0.5 - phase } else { 1.0 - phase } as f32 + 0.01);
        if phase >= 0.5 {
            return;
        }
    }
    let rect = Rect::from_min_size(
        pos2(caret.left() - stroke::FOCUS / 2.0, caret.top()),
        vec2(stroke::FOCUS, caret.height()),
    );
    ui.painter().rect_filled(rect, 0.0, p.here);
}

/// Thin lines beside what others changed a moment ago, and who it was.
fn quiet_marks(ui: &Ui, state: &mut PageState, setting: &Setting, now: f64) {
    state.session.seen.retain(|seen| seen.until > now);
    let Some(next) = state.session.seen.iter().map(|seen| seen.until).reduce(f64::min) else { return };
    let mut named = false;
    for shown in &state.shown {
        let len = state.session.flat().parts().get(shown.index).map_or(0, |part| part.line.len());
        // A block begins with its marker, one position before its text.
        let inside = |from: usize, to: usize| from < shown.start + len && to + 1 > shown.start;
        if !state.session.seen.iter().any(|seen| inside(seen.from, seen.to)) {
            continue;
        }
        let (left, p) = (setting.left - 10.0, setting.look);
        let bar = Rect::from_min_max(pos2(left, shown.rect.top()), pos2(left + 2.0, shown.rect.bottom()));
        ui.painter().rect_filled(bar, 1.0, p.add);
        if let Some(who) = state.other.as_deref().filter(|_| !std::mem::replace(&mut named, true)) {
            let room = Rect::from_min_size(
                pos2(setting.left + setting.width + 8.0, shown.rect.top()),
                vec2(120.0, tokens::BODY.line),
            );
            widgets::line(ui, room, Align2::LEFT_CENTER, who, tokens::TINY, p.ink3);
        }
    }
    ui.ctx().request_repaint_after_secs((next - now) as f32);
}
