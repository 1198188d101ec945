//! The field of the block being typed in: keys that change the page's structure are taken before the text field sees them.

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{Event, EventFilter, Id, Key, KeyboardShortcut, Modifiers, Rect, Ui, UiBuilder};

use super::cells::{self, Mark};
use super::data::Row;
use super::prose;
use super::rules;
use super::ui::PageState;
use crate::gui::look::{self, look};

/// What the field remembers between frames.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldState {
    /// Selected characters.
    selection: (usize, usize),
    /// The caret is in the first or last line of the block.
    on_first_line: bool,
    on_last_line: bool,
    /// An input method is composing.
    pub composing: bool,
}

/// Most lines that one paste makes into blocks; the rest stays in the last of them.
const PASTE_LINES_MAX: usize = 500;

/// A key that the page takes.
#[derive(Debug, Clone, PartialEq)]
enum Taken {
    Enter,
    Indent,
    Outdent,
    Leave,
    Backspace,
    Delete,
    Up,
    Down,
    Mark(Mark),
    Check,
    Paste(String),
}

/// Draws the field over `inside`; returns its height.
pub fn show(ui: &mut Ui, state: &mut PageState, row: &Row, inside: Rect) -> f32 {
    let p = look(ui.ctx());
    let id = Id::unique(("block field", row.key));
    let focused = ui.memory(|memory| memory.has_focus(id));
    let prose_block = state.editor.block(row.key).is_some_and(|block| rules::is_prose(&block.kind));
    if focused && let Some(taken) = take_keys(ui, state, prose_block) {
        act(ui, state, row, taken);
    }
    let Some(session) = state.editor.session_mut().filter(|session| session.key == row.key) else {
        ui.ctx().request_repaint();
        return row.style.line;
    };
    let begins = session.caret_moved;
    if begins {
        session.caret_moved = false;
        let mut field = TextEditState::load(ui.ctx(), id).unwrap_or_default();
        field.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(session.caret))));
        field.store(ui.ctx(), id);
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    let shown = session.cells.clone();
    let ground = ui.painter().add(egui::Shape::Noop);
    let mut text = cells::text(&shown);
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
        let mut typed = shown.clone();
        cells::retype(&mut typed, text.as_str(), None);
        look::layout(ui, prose::job(&typed, row.style, p.ink, p, width))
    };
    let mut child =
        ui.new_child(UiBuilder::new().max_rect(inside.with_max_y(f32::INFINITY)).id_salt(("field", row.key)));
    let filter = EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: true };
    let shift_enter = KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter);
    let plain_enter = KeyboardShortcut::new(Modifiers::NONE, Key::Enter);
    let output = egui::TextEdit::multiline(&mut text)
        .id(id)
        .frame(egui::Frame::NONE)
        .font(look::font(row.style))
        .desired_width(inside.width())
        .desired_rows(1)
        .event_filter(filter)
        .return_key(if prose_block { shift_enter } else { plain_enter })
        .layouter(&mut layouter)
        .show(&mut child);
    let height = output.galley.size().y.max(row.style.line);
    ui.painter().set(ground, prose::decor(&output.galley, &shown, output.galley_pos, p));
    let response: egui::Response = (*output.response).clone();
    let changed = response.changed();
    let lost = response.lost_focus() && !begins;
    response.accessible_name("Block text");
    let now = ui.input(|input| input.time);
    if let Some(range) = output.cursor_range {
        let sorted = range.as_sorted_char_range();
        state.field.selection = (sorted.start.0, sorted.end.0);
        let caret = output.galley.pos_from_cursor(range.primary);
        state.field.on_first_line = caret.top() <= row.style.line * 0.5;
        state.field.on_last_line = caret.bottom() >= output.galley.size().y - row.style.line * 0.5;
        if changed {
            state.editor.typed(&text, range.primary.index.0, now, prose_block && !state.field.composing);
        } else if let Some(session) = state.editor.session_mut() {
            if session.caret != range.primary.index.0 {
                session.next_marks = None;
            }
            session.caret = range.primary.index.0;
        }
    } else if changed {
        state.editor.typed(&text, text.chars().count(), now, false);
    }
    if lost && state.editor.session().is_some_and(|session| session.key == row.key) {
        state.editor.leave();
    }
    height
}

fn take_keys(ui: &Ui, state: &mut PageState, prose: bool) -> Option<Taken> {
    let (start, end) = state.field.selection;
    let length = state.editor.session().map_or(0, |session| session.cells.len());
    let (first, last) = (state.field.on_first_line, state.field.on_last_line);
    let mut composing = state.field.composing;
    let taken = ui.input_mut(|input| {
        for event in &input.events {
            match event {
                Event::Ime(egui::ImeEvent::Preedit { text, .. }) => composing = !text.is_empty(),
                Event::Ime(egui::ImeEvent::Commit(_)) => composing = false,
                _ => {}
            }
        }
        if composing {
            return None;
        }
        let none = Modifiers::NONE;
        let structural = [
            (none, Key::Escape, true, Taken::Leave),
            (Modifiers::COMMAND, Key::Enter, prose, Taken::Check),
            (none, Key::Enter, prose && !input.modifiers.shift, Taken::Enter),
            (Modifiers::SHIFT, Key::Tab, prose, Taken::Outdent),
            (none, Key::Tab, prose, Taken::Indent),
            (none, Key::Backspace, start == 0 && end == 0, Taken::Backspace),
            (none, Key::Delete, start == length && end == length, Taken::Delete),
            (none, Key::ArrowUp, first && !input.modifiers.shift, Taken::Up),
            (none, Key::ArrowDown, last && !input.modifiers.shift, Taken::Down),
            (Modifiers::COMMAND, Key::B, prose, Taken::Mark(Mark::Strong)),
            (Modifiers::COMMAND, Key::I, prose, Taken::Mark(Mark::Em)),
            (Modifiers::COMMAND, Key::E, prose, Taken::Mark(Mark::Code)),
        ];
        for (modifiers, key, applies, taken) in structural {
            if applies && input.consume_key(modifiers, key) {
                return Some(taken);
            }
        }
        let pasted = |event: &Event| matches!(event, Event::Paste(text) if text.trim_end().contains('\n'));
        let at = input.events.iter().position(pasted).filter(|_| prose)?;
        match input.events.remove(at) {
            Event::Paste(text) => Some(Taken::Paste(text)),
            _ => None,
        }
    });
    state.field.composing = composing;
    taken
}

fn act(ui: &Ui, state: &mut PageState, row: &Row, taken: Taken) {
    let now = ui.input(|input| input.time);
    let selection = state.field.selection.0..state.field.selection.1;
    match taken {
        Taken::Enter => {
            remove_selection(state, selection, now);
            state.editor.enter();
        }
        Taken::Indent => state.editor.indent(),
        Taken::Outdent => state.editor.outdent(),
        Taken::Leave => {
            state.editor.leave();
            ui.memory_mut(|memory| memory.request_focus(ui.scope_id().with(("block", row.key))));
        }
        Taken::Backspace => state.editor.backspace_at_start(),
        Taken::Delete => state.editor.delete_at_end(),
        Taken::Up => drop(state.editor.step(false)),
        Taken::Down => drop(state.editor.step(true)),
        Taken::Mark(mark) => state.editor.toggle_mark(selection, mark, now),
        Taken::Check => state.editor.toggle_check(row.key),
        Taken::Paste(text) => {
            remove_selection(state, selection, now);
            paste(state, &text, now);
        }
    }
    ui.ctx().request_repaint();
}

fn remove_selection(state: &mut PageState, selection: std::ops::Range<usize>, now: f64) {
    let Some(session) = state.editor.session() else { return };
    if selection.is_empty() || selection.end > session.cells.len() {
        return;
    }
    let text = cells::text(&session.cells);
    let kept: String =
        text.chars().enumerate().filter(|(at, _)| !selection.contains(at)).map(|(_, c)| c).collect();
    state.editor.typed(&kept, selection.start, now, false);
}

/// Several lines become several blocks, each under the typing rules.
fn paste(state: &mut PageState, text: &str, now: f64) {
    let lines: Vec<&str> = text.trim_end().lines().filter(|line| !line.trim().is_empty()).collect();
    let (single, rest) = lines.split_at(lines.len().min(PASTE_LINES_MAX));
    let joined = rest.join("\n");
    let all = single.iter().copied().chain((!joined.is_empty()).then_some(joined.as_str()));
    for (index, line) in all.enumerate() {
        if index > 0 {
            state.editor.enter();
        }
        insert(state, line, now);
    }
    if let Some(session) = state.editor.session_mut() {
        session.caret_moved = true;
    }
}

fn insert(state: &mut PageState, line: &str, now: f64) {
    let Some(session) = state.editor.session() else { return };
    let text: Vec<char> = cells::text(&session.cells).chars().collect();
    let caret = session.caret.min(text.len());
    let (before, after) = text.split_at(caret);
    let whole: String = before.iter().copied().chain(line.chars()).chain(after.iter().copied()).collect();
    state.editor.typed(&whole, caret + line.chars().count(), now, false);
}
