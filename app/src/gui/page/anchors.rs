//! The words that comments are on: a ground and a line under them, and what a click on them picks. Also the links that lead
//! to what is not here yet.

use egui::{Rect, Response, Shape, Stroke, Ui, pos2};
use tern_model::flat::Part;

use super::ui::PageState;
use super::view::Laid;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::comments::Talk;
use crate::gui::details::facts;
use crate::gui::look::Look;
use crate::gui::tokens::stroke;

/// Paints the anchors within a stretch of text, behind it.
pub fn tints(ui: &Ui, state: &PageState, start: usize, laid: &Laid, p: Look) {
    for anchor in &state.session.anchors {
        let (a, b) = (anchor.from.max(start + laid.from), anchor.to.min(start + laid.to));
        if a >= b {
            continue;
        }
        let here = anchor.thread.is_none() || anchor.thread == state.thread;
        let ink = if here { p.here } else { p.edge };
        for rect in laid.rects(a - start, b - start) {
            ui.painter().rect_filled(rect, 0.0, p.sunken);
            let line = Rect::from_min_max(
                pos2(rect.left(), rect.bottom() - 1.0),
                pos2(rect.right(), rect.bottom() + 1.0),
            );
            ui.painter().rect_filled(line, 0.0, ink);
        }
    }
}

/// Marks links to what is not here yet with a dotted line.
pub fn absent(ui: &Ui, state: &PageState, part: &Part, laid: &Laid, p: Look) {
    if state.absent.is_empty() {
        return;
    }
    let mut start = 0;
    for (len, marks) in part.line.runs() {
        let (from, to) = (start.max(laid.from), (start + len).min(laid.to));
        start += len;
        let id = marks.link.as_ref().and_then(|link| facts::target(&link.href));
        if from >= to || !id.is_some_and(|id| state.absent.contains(id)) {
            continue;
        }
        for rect in laid.rects(from, to) {
            let y = rect.bottom() - 3.0;
            ui.painter().rect_filled(
                Rect::from_min_max(pos2(rect.left(), y - 1.0), pos2(rect.right(), y + 1.0)),
                0.0,
                p.page,
            );
            let line = [pos2(rect.left(), y), pos2(rect.right(), y)];
            ui.painter().extend(Shape::dashed_line(&line, Stroke::new(stroke::LINE, p.wait), 4.0, 3.0));
        }
    }
}

/// A click among the words of a comment picks its thread.
pub fn pick(state: &PageState, response: &Response, out: &mut Queue) {
    if !response.clicked() || !state.session.selection.is_caret() {
        return;
    }
    let at = state.session.selection.head;
    let within = |from: usize, to: usize| from <= at && at < to;
    let found = state.session.anchors.iter().filter(|anchor| within(anchor.from, anchor.to));
    let smallest =
        found.filter(|anchor| anchor.thread.is_some()).min_by_key(|anchor| anchor.to - anchor.from);
    if let Some(thread) = smallest.and_then(|anchor| anchor.thread.clone()) {
        out.push(UiCommand::Talk(Talk::Pick(thread)));
    }
}
