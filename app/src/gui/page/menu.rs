//! The menu of a block.

use egui::Rect;
use tern_model::block::{Align, BlockKind, Container};

use super::blocks::Reform;
use super::offer;
use super::select::InCell;
use super::ui::PageState;
use crate::gui::command::{BlockAction, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entry, Picker, Sign};

/// The menu of the block with the caret, for whoever uses no pointer.
pub fn at_caret(state: &PageState) -> Option<Picker> {
    let (flat, selection) = (state.session.flat(), &state.session.selection);
    let (index, off) = flat.find(selection.head);
    let shown = state.shown.iter().find(|shown| shown.index == index).filter(|_| !state.read_only)?;
    let anchor = match &selection.cell {
        Some(cell) => shown.cells.iter().find(|at| (at.row, at.column) == (cell.row, cell.column))?.rect,
        None => shown.caret(off).unwrap_or(shown.rect),
    };
    let kind = flat.parts().get(index)?.head.as_ref().map(|head| &head.kind);
    Some(block_menu(
        shown.key,
        anchor,
        cell_in(state, shown.key, matches!(kind, Some(BlockKind::Table { .. }))),
    ))
}

/// The cell that the menu of a block is about: the one with the caret, else the first of a table.
pub fn cell_in(state: &PageState, key: u64, is_table: bool) -> Option<InCell> {
    let cell = state.session.selection.cell.filter(|cell| cell.key == key);
    cell.or_else(|| is_table.then_some(InCell { key, row: 0, column: 0, anchor: 0, head: 0 }))
}

/// What a block can become, be followed by, or that it goes.
pub fn block_menu(key: u64, anchor: Rect, cell: Option<InCell>) -> Picker {
    if let Some(cell) = cell {
        return table_menu(key, anchor, cell);
    }
    let becomes = |entry: offer::Entry| match entry.does {
        offer::Does::Become(head) => {
            let quote = head.parents.contains(&Container::Quote);
            let command = UiCommand::Block(key, BlockAction::Become(head.kind, quote));
            Some(Entry::new(Sign::Icon(entry.icon), &entry.label, command).right(&entry.right))
        }
        _ => None,
    };
    let mut entries: Vec<Entry> = offer::slash().into_iter().filter_map(becomes).collect();
    entries.push(Entry::new(Sign::Icon(Icon::Quote), "Comment", UiCommand::Block(key, BlockAction::Comment)));
    entries.push(Entry::new(
        Sign::Icon(Icon::Trash),
        "Delete this block",
        UiCommand::Block(key, BlockAction::Delete),
    ));
    Picker::new("This block", Some(anchor), entries)
}

/// What can be done with a table where the caret is.
fn table_menu(key: u64, anchor: Rect, cell: InCell) -> Picker {
    let reform = |change| UiCommand::Block(key, BlockAction::Reform(change));
    let entry = |icon, label, command| Entry::new(Sign::Icon(icon), label, command);
    let entries = vec![
        entry(Icon::Plus, "Row below", reform(Reform::AddRow(cell.row))),
        entry(Icon::Plus, "Column to the right", reform(Reform::AddColumn(cell.column))),
        entry(Icon::Words, "Align left", reform(Reform::Align(cell.column, Align::None))),
        entry(Icon::Words, "Align centre", reform(Reform::Align(cell.column, Align::Center))),
        entry(Icon::Words, "Align right", reform(Reform::Align(cell.column, Align::Right))),
        entry(Icon::Trash, "Delete this row", reform(Reform::DropRow(cell.row))),
        entry(Icon::Trash, "Delete this column", reform(Reform::DropColumn(cell.column))),
        entry(Icon::Trash, "Delete this table", UiCommand::Block(key, BlockAction::Delete)),
    ];
    Picker::new("This table", Some(anchor), entries)
}
