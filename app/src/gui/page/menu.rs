//! The menu of a block.

use egui::Rect;
use tern_model::block::{Align, Container};

use super::blocks::Reform;
use super::offer;
use super::select::InCell;
use crate::gui::command::{BlockAction, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entry, Picker, Sign};

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
