//! Keys and pointer of the page: what each does to caret, selection and text.

use egui::{Event, EventFilter, ImeEvent, Key, Modifiers, Response, Ui};
use tern_model::block::BlockKind;
use tern_model::flat::Head;

use super::ask::{Ask, What};
use super::complete;
use super::edit;
use super::keys::{self, Chord};
use super::select::{self, InCell, Selection, Step};
use super::typing;
use super::ui::PageState;
use super::view::{self, Hit, Setting};
use super::{blocks, clip, links, live, menu};
use crate::gui::command::{Queue, UiCommand};

/// A block that is being dragged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockDrag {
    /// Which.
    pub key: u64,
    /// The part before which it would come, and the height of the line that says so.
    pub target: Option<(usize, f32)>,
}

/// What pointer and keys are doing.
#[derive(Debug, Clone, Default)]
pub struct Hands {
    /// Text that an input method is composing; shown, never part of the page.
    pub preedit: Option<String>,
    /// When something was last done here.
    pub active_at: f64,
    /// The caret is to be brought into sight.
    pub reveal: bool,
    /// Tab writes here; otherwise it leads on, for somebody who walks through the window.
    pub tab_writes: bool,
    /// A block on its way.
    pub block_drag: Option<BlockDrag>,
    /// A drag that selects began here.
    pub selecting: Option<Hit>,
}

impl Hands {
    /// Something was done: the caret shows and blinks anew.
    pub fn touched(&mut self, now: f64) {
        self.tab_writes = true;
        self.active_at = now;
        self.reveal = true;
    }
}

/// Takes the keys while the page has them.
pub fn keys(
    ui: &mut Ui,
    state: &mut PageState,
    response: &Response,
    setting: &Setting,
    now: f64,
    out: &mut Queue,
) {
    if !response.has_focus() {
        state.hands.preedit = None;
        state.hands.tab_writes = false;
        return;
    }
    let tab = state.hands.tab_writes;
    let filter = EventFilter { tab, horizontal_arrows: true, vertical_arrows: true, escape: true };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(state.editor(), filter));
    let events = ui.input_mut(|input| {
        let mine = |event: &Event| {
            matches!(
                event,
                Event::Text(_)
                    | Event::Key { .. }
                    | Event::Paste(_)
                    | Event::PasteImage(_)
                    | Event::Copy
                    | Event::Cut
                    | Event::Ime(_)
            )
        };
        let (mine, rest) = std::mem::take(&mut input.events).into_iter().partition(mine);
        input.events = rest;
        mine
    });
    for event in events {
        take(ui, state, event, setting, now, out);
        // Several keys may come in one frame: the list follows each.
        complete::follow(state);
    }
}

fn take(ui: &Ui, state: &mut PageState, event: Event, setting: &Setting, now: f64, out: &mut Queue) {
    match event {
        Event::Ime(ImeEvent::Preedit { text, .. }) => {
            if state.hands.preedit.is_none() && !text.is_empty() && !state.session.selection.is_caret() {
                let change = edit::erase(state.session.flat(), &state.session.selection, Step::Char, true);
                state.run(change, now);
            }
            state.hands.preedit = Some(text).filter(|text| !text.is_empty());
            state.hands.touched(now);
        }
        Event::Ime(ImeEvent::Commit(text)) => {
            state.hands.preedit = None;
            write(state, &text, now);
        }
        Event::Ime(ImeEvent::DeleteSurrounding { before_chars, after_chars }) => {
            let at = state.session.selection.head;
            let range = Selection::range(at.saturating_sub(before_chars), at + after_chars)
                .within(state.session.flat());
            let (from, to) = range.ordered();
            let delta = tern_model::Delta::splice(from, to - from, []);
            state.run(Some(edit::Change::new(delta, Selection::at(from))), now);
        }
        _ if state.hands.preedit.is_some() => {}
        Event::Text(text) => write(state, &text, now),
        Event::Paste(text) => out.push(UiCommand::Paste(text)),
        Event::PasteImage(image) => out.push(UiCommand::PasteImage(image)),
        Event::Copy => out.extend(clip::copy(state)),
        Event::Cut => {
            out.extend(clip::copy(state));
            if !state.session.selection.is_caret() {
                let change = edit::erase(state.session.flat(), &state.session.selection, Step::Char, true);
                state.run(change, now);
            }
        }
        Event::Key { key: Key::Tab, .. } if !state.hands.tab_writes => {}
        Event::Key { key, pressed: true, modifiers, .. }
            if !complete::key(state, key, modifiers, now, out) =>
        {
            press(ui, state, key, modifiers, setting, now, out);
        }
        _ => {}
    }
}

fn write(state: &mut PageState, text: &str, now: f64) {
    if state.read_only || text.is_empty() {
        return;
    }
    typing::type_text(&mut state.session, text, true, now);
    state.hands.touched(now);
    complete::typed(state, text);
}

fn press(
    ui: &Ui,
    state: &mut PageState,
    key: Key,
    held: Modifiers,
    setting: &Setting,
    now: f64,
    out: &mut Queue,
) {
    if let Some(chord) = keys::find(key, held) {
        if !on_one(state, &chord, out) {
            act(ui, state, &chord, now);
        }
        return;
    }
    if key == Key::ArrowDown && !held.any() && goes_below(state, now) {
        return;
    }
    let Some(to) = destination(ui, state, key, held, setting) else { return };
    let old = &state.session.selection;
    let mut new = match (to.cell, held.shift) {
        (Some(cell), _) => Selection::in_cell(state.session.flat(), cell),
        (None, true) => Selection { anchor: old.anchor, ..Selection::at(to.at) },
        (None, false) => Selection::at(to.at),
    };
    new.goal_x = to.goal_x;
    state.place(new.within_page(state.session.flat()), now);
    enter_cell(state, key, held);
}

/// What keys do to the task, link or block under the caret, and to a line that becomes a task. Returns whether the key was
/// for it.
fn on_one(state: &PageState, chord: &Chord, out: &mut Queue) -> bool {
    let (flat, selection) = (state.session.flat(), &state.session.selection);
    let (index, _) = flat.find(selection.head);
    let on_task = live::id_of(flat, index).is_some();
    match chord {
        Chord::Open if on_task && selection.is_caret() => out.extend(live::open(state, index)),
        Chord::Open => out.extend(links::at_caret(state).map(|link| links::follow(&link.href))),
        Chord::Menu => out.extend(menu::at_caret(state).map(|menu| UiCommand::Pick(Box::new(menu)))),
        Chord::Task | Chord::Check if on_task => out.extend(live::toggle(state, index)),
        Chord::Task => {
            let part = flat.parts().get(index).filter(|_| !state.read_only && is_task(flat, index));
            out.extend(part.map(|part| UiCommand::Promote(part.key)));
        }
        _ => return false,
    }
    true
}

/// Below a last block in which Enter makes no new one, the down arrow does. Returns whether it did.
fn goes_below(state: &mut PageState, now: f64) -> bool {
    let flat = state.session.flat();
    let selection = &state.session.selection;
    let last = flat.parts().len() - 1;
    let closed = flat.parts()[last].head.as_ref().is_some_and(|head| head.is_plain_text() || head.is_leaf());
    if !closed || !selection.is_caret() || selection.cell.is_some() || selection.head != flat.len() {
        return false;
    }
    let change = blocks::insert_after(flat, last, Head::plain(BlockKind::Paragraph));
    state.run(change, now)
}

/// An arrow that comes onto a table goes into its nearest cell.
fn enter_cell(state: &mut PageState, key: Key, held: Modifiers) {
    let flat = state.session.flat();
    let selection = &state.session.selection;
    if selection.cell.is_some()
        || held.shift
        || !matches!(key, Key::ArrowDown | Key::ArrowUp | Key::ArrowRight | Key::ArrowLeft)
    {
        return;
    }
    let (index, off) = flat.find(selection.head);
    let Some(part) = flat.parts().get(index).filter(|_| off == 0) else { return };
    let Some(BlockKind::Table { table }) = part.head.as_ref().map(|head| &head.kind) else { return };
    let from_below = matches!(key, Key::ArrowUp | Key::ArrowLeft);
    let row = if from_below { table.rows.len().saturating_sub(1) } else { 0 };
    let column = if key == Key::ArrowLeft { table.align.len().saturating_sub(1) } else { 0 };
    let mut cell = InCell { key: part.key, row, column, anchor: 0, head: 0 };
    if key == Key::ArrowLeft {
        cell.head = select::cell_line(flat, &cell).map_or(0, |line| line.len());
        cell.anchor = cell.head;
    }
    state.session.selection = Selection { goal_x: selection.goal_x, ..Selection::in_cell(flat, cell) };
}

/// A caret that stands on a table goes into its first cell.
pub fn enter_first_cell(state: &mut PageState) {
    enter_cell(state, Key::ArrowDown, Modifiers::NONE);
}

/// Where a key takes the caret.
struct Destination {
    at: usize,
    cell: Option<InCell>,
    goal_x: Option<f32>,
}

impl Destination {
    fn at(at: usize) -> Option<Self> {
        Some(Destination { at, cell: None, goal_x: None })
    }
}

fn destination(
    ui: &Ui,
    state: &mut PageState,
    key: Key,
    held: Modifiers,
    setting: &Setting,
) -> Option<Destination> {
    if let Some(cell) = state.session.selection.cell {
        return in_table(state, cell, key, held);
    }
    let command = held.command || held.ctrl;
    let selection = state.session.selection.clone();
    let (from, to) = selection.ordered();
    let collapse = !held.shift && from != to;
    let PageState { session, layout, highlights, .. } = state;
    let flat = session.flat();
    match key {
        Key::ArrowLeft if collapse && !command => Destination::at(from),
        Key::ArrowRight if collapse && !command => Destination::at(to),
        Key::ArrowLeft | Key::ArrowRight => {
            let step = if command { Step::Word } else { Step::Char };
            Destination::at(select::moved(flat, selection.head, step, key == Key::ArrowRight))
        }
        Key::ArrowUp | Key::ArrowDown if command => {
            Destination::at(select::moved(flat, selection.head, Step::Block, key == Key::ArrowDown))
        }
        Key::ArrowUp | Key::ArrowDown => {
            let down = key == Key::ArrowDown;
            match view::vertical(ui, flat, layout, &selection, down, setting, highlights) {
                Some((at, goal_x)) => Some(Destination { at, cell: None, goal_x: Some(goal_x) }),
                None => Destination::at(select::moved(flat, selection.head, Step::Page, down)),
            }
        }
        Key::Home | Key::End if command => {
            Destination::at(select::moved(flat, selection.head, Step::Page, key == Key::End))
        }
        Key::Home | Key::End => Destination::at(view::row_edge(
            ui,
            flat,
            layout,
            selection.head,
            key == Key::End,
            setting,
            highlights,
        )?),
        Key::PageUp | Key::PageDown => {
            let down = key == Key::PageDown;
            let rows = ((setting.sight.height() / 23.0) as usize).clamp(4, 60) - 2;
            let mut moving = selection;
            for _ in 0..rows {
                let Some((at, goal_x)) = view::vertical(ui, flat, layout, &moving, down, setting, highlights)
                else {
                    break;
                };
                moving.head = at;
                moving.goal_x = Some(goal_x);
            }
            Some(Destination { at: moving.head, cell: None, goal_x: moving.goal_x })
        }
        _ => None,
    }
}

/// Arrows within a table: through the text of a cell, then to the next one, then out of the table.
fn in_table(state: &PageState, cell: InCell, key: Key, held: Modifiers) -> Option<Destination> {
    let flat = state.session.flat();
    let index = flat.index(cell.key)?;
    let BlockKind::Table { table } = &flat.parts().get(index)?.head.as_ref()?.kind else { return None };
    let line = select::cell_line(flat, &cell)?;
    let command = held.command || held.ctrl;
    let unit = if command { Step::Word } else { Step::Char };
    let step = |head: usize| match unit {
        Step::Word => select::word(&line, head, key == Key::ArrowRight),
        _ => select::grapheme(&line, head, key == Key::ArrowRight),
    };
    let (rows, columns) = (table.rows.len(), table.align.len().max(1));
    let within = |head: usize| {
        let anchor = if held.shift { cell.anchor } else { head };
        Some(Destination { at: 0, cell: Some(InCell { anchor, head, ..cell }), goal_x: None })
    };
    let to = |row: usize, column: usize, end: bool| {
        let mut next = InCell { row, column, anchor: 0, head: 0, ..cell };
        if end {
            next.head = select::cell_line(flat, &next).map_or(0, |line| line.len());
            next.anchor = next.head;
        }
        Some(Destination { at: 0, cell: Some(next), goal_x: None })
    };
    let start = flat.start(index);
    match key {
        Key::ArrowLeft if cell.head > 0 => within(step(cell.head)),
        Key::ArrowRight if cell.head < line.len() => within(step(cell.head)),
        Key::Home | Key::End if command => {
            Destination::at(select::moved(flat, start, Step::Page, key == Key::End))
        }
        Key::Home => within(0),
        Key::End => within(line.len()),
        Key::ArrowLeft if cell.column > 0 => to(cell.row, cell.column - 1, true),
        Key::ArrowLeft if cell.row > 0 => to(cell.row - 1, columns - 1, true),
        Key::ArrowRight if cell.column + 1 < columns => to(cell.row, cell.column + 1, false),
        Key::ArrowRight if cell.row + 1 < rows => to(cell.row + 1, 0, false),
        Key::ArrowUp if cell.row > 0 => to(cell.row - 1, cell.column, true),
        Key::ArrowDown if cell.row + 1 < rows => to(cell.row + 1, cell.column, true),
        Key::ArrowLeft | Key::ArrowUp => Destination::at(select::moved(flat, start, Step::Char, false)),
        Key::ArrowRight | Key::ArrowDown => Destination::at(select::moved(
            flat,
            start + flat.parts().get(index)?.line.len(),
            Step::Char,
            true,
        )),
        _ => None,
    }
}

impl Selection {
    fn within_page(self, flat: &tern_model::flat::Flat) -> Selection {
        let (goal_x, cell) = (self.goal_x, self.cell);
        Selection { goal_x, cell, ..self.within(flat) }
    }
}

fn act(ui: &Ui, state: &mut PageState, chord: &Chord, now: f64) {
    let PageState { session, .. } = state;
    let (flat, selection) = (session.flat(), session.selection.clone());
    let (first, last) = blocks::touched(flat, &selection);
    let change = match *chord {
        Chord::Leave => {
            state.popup = None;
            state.hands.preedit = None;
            ui.memory_mut(|memory| memory.surrender_focus(state.editor()));
            return;
        }
        Chord::Undo | Chord::Redo => {
            if !state.read_only && state.session.step(*chord == Chord::Redo, now) {
                state.hands.touched(now);
            }
            return;
        }
        Chord::SelectAll => {
            let all = select_all(flat, &selection);
            state.place(all, now);
            state.hands.reveal = false;
            return;
        }
        Chord::Enter => match &selection.cell {
            Some(cell) => below(flat, cell),
            None => {
                if !state.read_only {
                    typing::enter(&mut state.session, now);
                    state.hands.touched(now);
                }
                return;
            }
        },
        Chord::Break => edit::insert_text(flat, &selection, "\n"),
        Chord::Tab | Chord::BackTab => match &selection.cell {
            Some(cell) => blocks::next_cell(flat, cell, *chord == Chord::Tab),
            None => tab(flat, &selection, *chord == Chord::Tab),
        },
        Chord::Erase(unit, forward) => edit::erase(flat, &selection, unit, forward),
        Chord::Mark(mark) => edit::toggle_mark(flat, &selection, mark),
        Chord::Kind(ref kind) => blocks::convert(flat, first, last, &Head::plain(kind.clone()), &selection),
        Chord::Move(down) => blocks::shift(flat, first, last, down, &selection),
        Chord::DeleteBlocks => blocks::remove_range(flat, first, last),
        Chord::Task | Chord::Open | Chord::Menu => return,
        Chord::Check => {
            let task = (first..=last).find(|index| is_task(flat, *index));
            match task {
                Some(index) => blocks::toggle_check(flat, index, &selection),
                None => return,
            }
        }
        Chord::Link => {
            state.ask = Some(Ask::new(What::Link, String::new()));
            return;
        }
        Chord::Find => {
            super::find::open(state, false);
            return;
        }
        Chord::Replace => {
            super::find::open(state, true);
            return;
        }
    };
    state.run(change, now);
}

fn is_task(flat: &tern_model::flat::Flat, index: usize) -> bool {
    let head = flat.parts().get(index).and_then(|part| part.head.as_ref());
    head.is_some_and(|head| matches!(head.kind, BlockKind::TaskItem { .. }))
}

fn below(flat: &tern_model::flat::Flat, cell: &InCell) -> Option<edit::Change> {
    let index = flat.index(cell.key)?;
    let BlockKind::Table { table } = &flat.parts().get(index)?.head.as_ref()?.kind else { return None };
    if cell.row + 1 >= table.rows.len() {
        let mut change = blocks::reform(flat, index, blocks::Reform::AddRow(cell.row))?;
        if let Some(made) = &mut change.after.cell {
            made.column = cell.column;
        }
        return Some(change);
    }
    let next = InCell { row: cell.row + 1, anchor: 0, head: 0, ..*cell };
    Some(edit::Change::new(tern_model::Delta::default(), Selection::in_cell(flat, next)))
}

/// Tab nests items; in code it indents; elsewhere it writes a tab.
fn tab(flat: &tern_model::flat::Flat, selection: &Selection, forward: bool) -> Option<edit::Change> {
    let (first, last) = blocks::touched(flat, selection);
    let head = flat.parts().get(first)?.head.as_ref()?;
    if head.is_plain_text() {
        return if forward { edit::insert_text(flat, selection, "    ") } else { None };
    }
    let items = (first..=last).any(|index| {
        flat.parts().get(index).and_then(|part| part.head.as_ref()).is_some_and(|head| head.opens().is_some())
    });
    match (items, forward) {
        (true, true) => blocks::indent(flat, first, last, selection),
        (_, false) => blocks::outdent_selected(flat, first, last, selection),
        (false, true) => None,
    }
}

/// All of the block; when that is selected, all of the page.
fn select_all(flat: &tern_model::flat::Flat, selection: &Selection) -> Selection {
    let (index, off) = flat.find(selection.head);
    let start = selection.head - off;
    let end = start + flat.parts().get(index).map_or(0, |part| part.line.len());
    if let Some(cell) = selection.cell {
        let len = select::cell_line(flat, &cell).map_or(0, |line| line.len());
        if (cell.anchor, cell.head) != (0, len) {
            return Selection::in_cell(flat, InCell { anchor: 0, head: len, ..cell });
        }
    } else if selection.ordered() != (start, end) && start != end {
        return Selection::range(start, end);
    }
    Selection::range(select::first_place(flat), flat.len())
}
