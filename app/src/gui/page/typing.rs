//! Typing with its rules: a character goes in, and where it completes a Markdown sign the block or the text is converted
//! as a step of its own, so that taking it back leaves what was typed.

use tern_model::Delta;
use tern_model::block::{BlockKind, Container, Link};
use tern_model::delta::{Restyle, Step};
use tern_model::flat::{Flat, Head};

use super::blocks;
use super::edit::{self, Change, is_prose};
use super::rules;
use super::select::Selection;
use super::session::Session;

/// Characters arrive; `rules` lets them convert.
pub fn type_text(session: &mut Session, text: &str, rules: bool, now: f64) {
    let Some(change) = edit::insert_text(session.flat(), &session.selection, text) else { return };
    session.change(&change.delta, change.after, change.kind, now);
    if rules && let Some(change) = conversion(session.flat(), &session.selection) {
        session.break_typing();
        session.change(&change.delta, change.after, change.kind, now);
        session.break_typing();
    }
}

/// What the text before the caret asks for.
fn conversion(flat: &Flat, selection: &Selection) -> Option<Change> {
    if !selection.is_caret() || selection.cell.is_some() {
        return None;
    }
    let (index, off) = flat.find(selection.head);
    let part = flat.parts().get(index).filter(|part| is_prose(part))?;
    let head = part.head.as_ref()?;
    let start = selection.head - off;
    if off <= 12
        && let Some(found) = rules::block(&head.kind, part.line.slice(0, off), part.line.text())
    {
        return Some(convert(flat, index, start, found));
    }
    let found = rules::inline(&part.line, off)?;
    let inside = found.close - found.open - found.width;
    let delta = Delta::new([
        Step::Keep(start + found.open),
        Step::Delete(found.width),
        Step::Restyle(inside, found.mark.to(true)),
        Step::Delete(found.width),
    ]);
    let mut marks = edit::typing_marks(&part.line, found.open, found.open);
    (marks.strong, marks.em, marks.strike, marks.code) = (false, false, false, false);
    let after = Selection { next_marks: Some(marks), ..Selection::at(start + found.open + inside) };
    Some(Change::new(delta, after))
}

fn convert(flat: &Flat, index: usize, start: usize, found: rules::Conversion) -> Change {
    let old = flat.parts().get(index).and_then(|part| part.head.clone());
    let mut parents = old.map(|head| head.parents).unwrap_or_default();
    if found.quote {
        parents.push(Container::Quote);
    }
    let divider = matches!(found.kind, BlockKind::Divider);
    let head = Head { kind: found.kind, parents: parents.clone(), restart: None };
    let strip = Delta::splice(start, found.strip, []);
    let mut page = flat.clone();
    let mut delta = strip.clone();
    if page.apply(&strip).is_ok() {
        delta = delta.compose(&blocks::reshape(&page, index, head));
    }
    let mut after = start;
    if divider {
        let next = Head { kind: BlockKind::Paragraph, parents, restart: None };
        delta = delta.compose(&Delta::splice(start, 0, [tern_model::delta::Piece::Block(Box::new(next))]));
        after = start + 1;
    }
    Change::new(delta, Selection::at(after))
}

/// Enter, with the fence of a code block.
pub fn enter(session: &mut Session, now: f64) {
    let (flat, selection) = (session.flat(), &session.selection);
    let (index, _) = flat.find(selection.head);
    if let Some(part) = flat.parts().get(index)
        && selection.is_caret()
        && let Some(head) = &part.head
        && let Some(language) = rules::fence(&head.kind, part.line.text())
    {
        let start = flat.start(index);
        let strip = part.line.len();
        let found = rules::Conversion { kind: BlockKind::Code { language }, quote: false, strip };
        let change = convert(flat, index, start, found);
        session.change(&change.delta, change.after, change.kind, now);
        return;
    }
    if let Some(change) = edit::enter(flat, selection) {
        session.change(&change.delta, change.after, change.kind, now);
    }
}

/// A link comes on what is selected, or as text of its own.
pub fn link(flat: &Flat, selection: &Selection, href: &str, words: &str) -> Option<Change> {
    let link = Link { href: href.to_owned(), title: String::new() };
    if !selection.is_caret() {
        return edit::restyle(flat, selection, &Restyle { link: Some(Some(link)), ..Restyle::default() });
    }
    let marks = tern_model::block::Marks { link: Some(link), ..Default::default() };
    let piece = tern_model::delta::Piece::Text(words.to_owned(), marks);
    edit::insert_pieces(flat, selection, vec![piece])
}
