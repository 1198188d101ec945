//! Links of the page: the one under the pointer, the one at the caret, and what following one asks for.

use egui::{Pos2, Rect};
use tern_model::flat::Line;

use super::ui::PageState;
use super::view::Laid;
use crate::gui::command::{Route, UiCommand};

/// A link on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// Where it leads.
    pub href: String,
    /// Names the part in which it stands.
    pub key: u64,
    /// The character of the line with which it begins.
    pub from: usize,
    /// Where it lies; of a link over several rows the row that was asked for.
    pub rect: Rect,
}

/// The link under a point.
pub fn under(state: &PageState, pos: Pos2) -> Option<Spot> {
    let shown = state.shown.iter().find(|shown| shown.rect.contains(pos))?;
    if let Some(cell) = shown.cells.iter().find(|cell| cell.laid.rect().contains(pos)) {
        return spot(&cell.line, shown.key, &cell.laid, |rect| rect.contains(pos));
    }
    let laid = shown.text.iter().find(|laid| laid.rect().contains(pos))?;
    let part = state.session.flat().parts().get(shown.index)?;
    spot(&part.line, shown.key, laid, |rect| rect.contains(pos))
}

/// The link in which the caret stands, or at whose edge.
pub fn at_caret(state: &PageState) -> Option<Spot> {
    let selection = &state.session.selection;
    if !selection.is_caret() {
        return None;
    }
    let flat = state.session.flat();
    let (index, off) = flat.find(selection.head);
    let shown = state.shown.iter().find(|shown| shown.index == index)?;
    let (line, laid, off) = match &selection.cell {
        Some(cell) => {
            let found = shown.cells.iter().find(|at| (at.row, at.column) == (cell.row, cell.column))?;
            (&found.line, &found.laid, cell.head)
        }
        None => (&flat.parts().get(index)?.line, shown.laid(off)?, off),
    };
    let caret = laid.caret(off);
    let near = |rect: &Rect| rect.expand(1.0).intersects(caret);
    spot(line, shown.key, laid, near)
}

/// The first link of a stretch one of whose rows is meant.
fn spot(line: &Line, key: u64, laid: &Laid, meant: impl Fn(&Rect) -> bool) -> Option<Spot> {
    let mut end = 0;
    let mut runs = line.runs().iter().map(|(len, marks)| {
        end += len;
        (end - len, end, marks.link.as_ref().map(|link| link.href.as_str()))
    });
    let mut next = runs.next();
    while let Some((from, mut to, href)) = next {
        next = runs.next();
        let Some(href) = href else { continue };
        // One link may have several runs: part of it strong, part of it not.
        while let Some((_, end, Some(same))) = next
            && same == href
        {
            to = end;
            next = runs.next();
        }
        if let Some(rect) = laid.rects(from, to).into_iter().find(&meant) {
            return Some(Spot { href: href.to_owned(), key, from, rect });
        }
    }
    None
}

/// What following a link asks for: pages open here, everything else goes through the one list of what may be opened.
pub fn follow(href: &str) -> UiCommand {
    match href.strip_prefix("tern:") {
        Some(page) => UiCommand::Go(Route::page(page.split('#').next().unwrap_or(page))),
        None => UiCommand::Browse(href.to_owned()),
    }
}
