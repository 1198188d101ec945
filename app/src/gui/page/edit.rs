//! What typing does to a page: text in, text out, Enter, marks. Each command is a pure function from the page and what is
//! selected to a change and the selection after it.

use tern_model::Delta;
use tern_model::block::{BlockKind, Marks};
use tern_model::delta::{Cell, Piece, Restyle};
use tern_model::flat::{Flat, Head, Line, OBJECT, Part};

use super::blocks;
use super::select::{self, InCell, Selection, Step};
use super::session::Kind;

/// A change and what is selected after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The change.
    pub delta: Delta,
    /// The selection after it.
    pub after: Selection,
    /// What it counts as when it is taken back.
    pub kind: Kind,
}

impl Change {
    /// A step of its own.
    pub fn new(delta: Delta, after: Selection) -> Change {
        Change { delta, after, kind: Kind::Other }
    }

    /// One that goes on with others of its kind.
    pub fn of(delta: Delta, after: Selection, kind: Kind) -> Change {
        Change { delta, after, kind }
    }
}

/// A mark that a key toggles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Strong emphasis.
    Strong,
    /// Emphasis.
    Em,
    /// Struck through.
    Strike,
    /// Inline code.
    Code,
}

impl Mark {
    /// Whether marks carry it.
    pub fn is_in(self, marks: &Marks) -> bool {
        match self {
            Mark::Strong => marks.strong,
            Mark::Em => marks.em,
            Mark::Strike => marks.strike,
            Mark::Code => marks.code,
        }
    }

    /// The change that puts it on or takes it off.
    pub fn to(self, on: bool) -> Restyle {
        let none = Restyle::default();
        match self {
            Mark::Strong => Restyle { strong: Some(on), ..none },
            Mark::Em => Restyle { em: Some(on), ..none },
            Mark::Strike => Restyle { strike: Some(on), ..none },
            Mark::Code => Restyle { code: Some(on), ..none },
        }
    }
}

/// Whether a part's text can carry marks.
pub fn is_prose(part: &Part) -> bool {
    part.head.as_ref().is_none_or(|head| !head.is_plain_text() && !head.is_leaf())
}

/// Marks that text typed in place of `from..to` takes: those of the replaced text, else of the character before, except
/// that links, code and raw source end where they end.
pub fn typing_marks(line: &Line, from: usize, to: usize) -> Marks {
    if from < to {
        return line.marks_at(from).cloned().unwrap_or_default();
    }
    let Some(left) = from.checked_sub(1).and_then(|at| line.marks_at(at)) else { return Marks::default() };
    let mut marks = Marks { nesting: String::new(), ..left.clone() };
    let right = line.marks_at(to);
    if right.is_none_or(|right| right.link != marks.link) {
        marks.link = None;
    }
    marks.code &= right.is_some_and(|right| right.code);
    marks.raw &= right.is_some_and(|right| right.raw);
    marks
}

/// The marks for what is typed at the selection.
pub fn marks_here(flat: &Flat, selection: &Selection) -> Marks {
    if let Some(marks) = &selection.next_marks {
        return marks.clone();
    }
    let (from, to) = selection.ordered();
    let (index, off) = flat.find(from);
    let Some(part) = flat.parts().get(index).filter(|part| is_prose(part)) else { return Marks::default() };
    typing_marks(&part.line, off, (off + to - from).min(part.line.len()))
}

/// Characters arrive at the selection.
pub fn insert_text(flat: &Flat, selection: &Selection, text: &str) -> Option<Change> {
    if text.is_empty() {
        return None;
    }
    let text = text.replace(OBJECT, "\u{FFFD}");
    if let Some(cell) = &selection.cell {
        return in_cell(flat, cell, |line, from, to| {
            let marks = typing_marks(line, from, to);
            line.remove(from, to);
            line.insert_text(from, &text, &marks);
            from + text.chars().count()
        });
    }
    let marks = marks_here(flat, selection);
    let count = text.chars().count();
    if let Some(change) = beside_leaf(flat, selection, |at| {
        let block = Piece::Block(Box::new(Head::plain(BlockKind::Paragraph)));
        (Delta::splice(at, 0, [block, Piece::Text(text.clone(), Marks::default())]), at + 1 + count)
    }) {
        return Some(change);
    }
    let (delta, at) = delete_range(flat, selection);
    let delta = delta.compose(&Delta::splice(at, 0, [Piece::Text(text, marks.clone())]));
    let next_marks = selection.next_marks.clone();
    let after = Selection { next_marks, ..Selection::at(at + count) };
    Some(Change::of(delta, after, if selection.is_caret() { Kind::Typing } else { Kind::Other }))
}

/// Where the caret stands on a divider or table, what is typed becomes a paragraph behind it.
fn beside_leaf(flat: &Flat, selection: &Selection, make: impl Fn(usize) -> (Delta, usize)) -> Option<Change> {
    let (index, off) = flat.find(selection.head);
    let part = flat.parts().get(index)?;
    let empty_page = flat.parts().len() == 1 && part.line.is_empty();
    if !selection.is_caret() || !(empty_page || (off == 0 && select::is_leaf(part) && part.line.is_empty())) {
        return None;
    }
    let (delta, at) = make(selection.head);
    Some(Change::new(delta, Selection::at(at)))
}

/// A change of the cell in which the caret stands; `edit` gets its text and what is selected, and says where the caret goes.
fn in_cell(
    flat: &Flat,
    cell: &InCell,
    edit: impl FnOnce(&mut Line, usize, usize) -> usize,
) -> Option<Change> {
    let mut line = select::cell_line(flat, cell)?;
    let index = flat.index(cell.key)?;
    let before = line.clone();
    let (from, to) = (cell.anchor.min(cell.head), cell.anchor.max(cell.head));
    let head = edit(&mut line, from, to).min(line.len());
    let after = Selection::in_cell(flat, InCell { anchor: head, head, ..*cell });
    if line == before {
        return Some(Change::new(Delta::default(), after));
    }
    let cells = vec![Cell { row: cell.row, column: cell.column, inline: line.inline() }];
    Some(Change::of(Delta::cells(flat.start(index) - 1, cells), after, Kind::Typing))
}

/// What is selected goes. Also says where the caret stands then.
pub fn delete_range(flat: &Flat, selection: &Selection) -> (Delta, usize) {
    let (mut from, to) = selection.ordered();
    if from == to {
        return (Delta::default(), from);
    }
    let (index, off) = flat.find(from);
    let begins_on_leaf = off == 0 && flat.parts().get(index).is_some_and(|part| select::is_leaf(part));
    if begins_on_leaf && flat.find(to).0 > index {
        // The block goes with its marker; what is left of the last block keeps its own.
        from -= 1;
        let into = flat.find(to).1;
        let stays = to - into - 1;
        let delta = Delta::splice(from, stays - from, []).compose(&Delta::splice(from + 1, into, []));
        return (delta, from + 1);
    }
    (Delta::splice(from, to - from, []), from)
}

/// Backspace or Delete. `None` where nothing can go.
pub fn erase(flat: &Flat, selection: &Selection, unit: Step, forward: bool) -> Option<Change> {
    if let Some(cell) = &selection.cell {
        return in_cell(flat, cell, |line, from, to| {
            let (from, to) = match (from == to, forward) {
                (false, _) => (from, to),
                (true, true) => (from, within(line, from, unit, true)),
                (true, false) => (within(line, from, unit, false), from),
            };
            line.remove(from, to);
            from
        });
    }
    if !selection.is_caret() {
        let (delta, at) = delete_range(flat, selection);
        return Some(Change::new(delta, Selection::at(at)));
    }
    let (index, off) = flat.find(selection.head);
    let part = flat.parts().get(index)?;
    if select::is_leaf(part) && off == 0 && part.line.is_empty() {
        return blocks::remove(flat, index);
    }
    let at_edge = if forward { off == part.line.len() } else { off == 0 };
    if at_edge {
        return if forward { join_next(flat, index) } else { backspace_at_start(flat, index) };
    }
    let other = within(&part.line, off, unit, forward);
    let start = selection.head - off;
    let (from, to) = (start + off.min(other), start + off.max(other));
    let after = Selection::at(from);
    Some(Change::of(Delta::splice(from, to - from, []), after, Kind::Erasing))
}

fn within(line: &Line, at: usize, unit: Step, forward: bool) -> usize {
    match unit {
        Step::Char => select::grapheme(line, at, forward),
        Step::Word => select::word(line, at, forward),
        _ if forward => line.len(),
        _ => 0,
    }
}

/// Backspace before the first character: an item, heading or quotation becomes plain step by step; plain text joins the
/// block before it.
fn backspace_at_start(flat: &Flat, index: usize) -> Option<Change> {
    let part = flat.parts().get(index)?;
    let head = part.head.as_ref()?;
    if head.opens().is_some() || !head.parents.is_empty() {
        return blocks::outdent(flat, index, index, flat.start(index));
    }
    if !matches!(head.kind, BlockKind::Paragraph) {
        return blocks::convert(
            flat,
            index,
            index,
            &Head::plain(BlockKind::Paragraph),
            &Selection::at(flat.start(index)),
        );
    }
    join_before(flat, index)
}

fn join_before(flat: &Flat, index: usize) -> Option<Change> {
    let (part, before) = (flat.parts().get(index)?, flat.parts().get(index.checked_sub(1)?)?);
    let marker = flat.start(index) - 1;
    if select::is_leaf(before) {
        // The caret comes to stand on it; an empty block goes.
        let at = flat.start(index - 1);
        let delete = if part.line.is_empty() { 1 } else { 0 };
        return Some(Change::new(Delta::splice(marker, delete, []), Selection::at(at)));
    }
    let hidden = index == 1 && before.head.is_none() && before.line.is_empty();
    if hidden {
        return None;
    }
    Some(Change::new(Delta::splice(marker, 1, []), Selection::at(marker)))
}

/// Delete after the last character: the next block joins this one.
fn join_next(flat: &Flat, index: usize) -> Option<Change> {
    let next = flat.parts().get(index + 1)?;
    let at = flat.start(index + 1) - 1;
    if select::is_leaf(next) {
        let delete = if next.line.is_empty() { 1 } else { 0 };
        return Some(Change::new(Delta::splice(at, delete, []), Selection::at(at)));
    }
    Some(Change::new(Delta::splice(at, 1, []), Selection::at(at)))
}

/// Enter: splits a block; in an empty item it ends the list; in code it breaks the line.
pub fn enter(flat: &Flat, selection: &Selection) -> Option<Change> {
    let (index, off) = flat.find(selection.ordered().0);
    let part = flat.parts().get(index)?;
    let Some(head) = &part.head else { return split(flat, selection, Head::plain(BlockKind::Paragraph)) };
    if head.is_plain_text() {
        let indent: String = part
            .line
            .slice(0, off)
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .take_while(|c| *c == ' ' || *c == '\t')
            .collect();
        let mut change = insert_text(flat, selection, &format!("\n{indent}"))?;
        change.kind = Kind::Other;
        return Some(change);
    }
    let nested = head.opens().is_some() || !head.parents.is_empty();
    if selection.is_caret() && part.line.is_empty() && nested && !head.is_leaf() {
        return blocks::outdent(flat, index, index, flat.start(index));
    }
    if head.is_leaf() {
        // Behind a live task the check list goes on.
        let kind = match head.kind {
            BlockKind::Task { .. } => BlockKind::TaskItem { checked: false, loose: false },
            _ => BlockKind::Paragraph,
        };
        return split(flat, selection, Head { kind, parents: head.parents.clone(), restart: None });
    }
    let ends = selection.ordered().1 - (selection.ordered().0 - off) >= part.line.len();
    let kind = if ends || nested { blocks::continued(&head.kind) } else { head.kind.clone() };
    split(flat, selection, Head { kind, parents: head.parents.clone(), restart: None })
}

fn split(flat: &Flat, selection: &Selection, head: Head) -> Option<Change> {
    let (delta, at) = delete_range(flat, selection);
    let delta = delta.compose(&Delta::splice(at, 0, [Piece::Block(Box::new(head))]));
    Some(Change::new(delta, Selection::at(at + 1)))
}

/// Content comes in place of what is selected; pieces may hold blocks.
pub fn insert_pieces(flat: &Flat, selection: &Selection, mut pieces: Vec<Piece>) -> Option<Change> {
    if pieces.is_empty() {
        return None;
    }
    if selection.cell.is_some() {
        let text: Vec<String> = pieces.iter().filter_map(piece_text).collect();
        return insert_text(flat, selection, &text.join(" "));
    }
    let (mut delta, mut at) = delete_range(flat, selection);
    let (index, off) = flat.find(selection.ordered().0);
    let part = flat.parts().get(index)?;
    if part.head.as_ref().is_some_and(Head::is_plain_text) {
        let text: Vec<String> = pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Block(_) => Some("\n".to_owned()),
                other => piece_text(other),
            })
            .collect();
        return insert_text(flat, selection, text.concat().trim_start_matches('\n'));
    }
    if let Some(Piece::Block(first)) = pieces.first() {
        let empty = part.head.is_some() && selection.is_caret() && part.line.is_empty() && off == 0;
        if empty && !select::is_leaf(part) {
            // An empty block gives way to the first that comes.
            let marker = at - 1;
            delta = delta.compose(&Delta::splice(marker, 1, []));
            at = marker;
        } else if matches!(first.kind, BlockKind::Paragraph)
            && first.parents.is_empty()
            && !select::is_leaf(part)
            && part.head.is_some()
        {
            // A plain first line goes on with the line that is there.
            pieces.remove(0);
        }
    }
    let len: usize = pieces.iter().map(Piece::len).sum();
    let delta = delta.compose(&Delta::splice(at, 0, pieces));
    Some(Change::new(delta, Selection::at(at + len)))
}

fn piece_text(piece: &Piece) -> Option<String> {
    match piece {
        Piece::Text(text, _) => Some(text.clone()),
        _ => None,
    }
}

/// Stretches of prose within `from..to`: part and places in its text.
pub fn prose_ranges(flat: &Flat, from: usize, to: usize) -> Vec<(usize, usize, usize)> {
    let (first, last) = (flat.find(from).0, flat.find(to).0);
    let mut start = flat.start(first);
    let mut out = Vec::new();
    for index in first..=last {
        let Some(part) = flat.parts().get(index) else { break };
        let (a, b) = (from.max(start), to.min(start + part.line.len()));
        if a < b && is_prose(part) {
            out.push((index, a - start, b - start));
        }
        start += part.line.len() + 1;
    }
    out
}

/// Whether every character of the selection carries a mark; for a caret, what would be typed.
pub fn is_marked(flat: &Flat, selection: &Selection, mark: Mark) -> bool {
    if selection.is_caret() {
        return mark.is_in(&marks_here(flat, selection));
    }
    let (from, to) = selection.ordered();
    let ranges = prose_ranges(flat, from, to);
    let all = |(index, a, b): &(usize, usize, usize)| {
        let line = &flat.parts()[*index].line;
        let mut start = 0;
        line.runs().iter().all(|(len, marks)| {
            let inside = start < *b && start + len > *a;
            start += len;
            !inside || mark.is_in(marks)
        })
    };
    !ranges.is_empty() && ranges.iter().all(all)
}

/// Toggles a mark on the selection, or for what is typed next.
pub fn toggle_mark(flat: &Flat, selection: &Selection, mark: Mark) -> Option<Change> {
    let on = !is_marked(flat, selection, mark);
    if selection.cell.is_some() {
        return toggle_in_cell(flat, selection.cell.as_ref()?, mark);
    }
    if selection.is_caret() {
        let mut marks = marks_here(flat, selection);
        mark.to(on).apply(&mut marks);
        let after = Selection { next_marks: Some(marks), ..selection.clone() };
        return Some(Change::new(Delta::default(), after));
    }
    restyle(flat, selection, &mark.to(on))
}

fn toggle_in_cell(flat: &Flat, cell: &InCell, mark: Mark) -> Option<Change> {
    let (from, to) = (cell.anchor.min(cell.head), cell.anchor.max(cell.head));
    let line = select::cell_line(flat, cell)?;
    let on = !(from..to).all(|at| line.marks_at(at).is_some_and(|marks| mark.is_in(marks)));
    let mut change = in_cell(flat, cell, |line, from, to| {
        line.restyle(from, to, &mark.to(on));
        to
    })?;
    change.after = Selection::in_cell(flat, *cell);
    change.kind = Kind::Other;
    Some(change)
}

/// Changes the marks of what is selected.
pub fn restyle(flat: &Flat, selection: &Selection, change: &Restyle) -> Option<Change> {
    let (from, to) = selection.ordered();
    let mut delta = Delta::default();
    for (index, a, b) in prose_ranges(flat, from, to) {
        let start = flat.start(index);
        delta = delta.compose(&Delta::restyle(start + a, start + b, change.clone()));
    }
    Some(Change::new(delta, Selection { next_marks: None, ..selection.clone() }))
}
