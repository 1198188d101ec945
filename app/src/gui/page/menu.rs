//! The menu of a block.

use egui::Rect;
use tern_model::block::{Align, BlockKind};

use super::blocks::Reform;
use super::select::InCell;
use crate::gui::command::{BlockAction, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entry, Picker, Sign};

/// What a block can become, be followed by, or that it goes.
pub fn block_menu(key: u64, anchor: Rect, cell: Option<InCell>) -> Picker {
    if let Some(cell) = cell {
        return table_menu(key, anchor, cell);
    }
    let heading = |level| BlockKind::Heading { level };
    let mut entries: Vec<Entry> = [
        (Icon::Words, "Text", "", BlockKind::Paragraph, false),
        (Icon::Heading, "Heading 1", "#", heading(1), false),
        (Icon::Heading, "Heading 2", "##", heading(2), false),
        (Icon::Heading, "Heading 3", "###", heading(3), false),
        (Icon::Tasks, "Check list", "[]", BlockKind::TaskItem { checked: false, loose: false }, false),
        (Icon::List, "List", "-", BlockKind::BulletItem { loose: false }, false),
        (Icon::List, "Numbered list", "1.", BlockKind::OrderedItem { start: None, loose: false }, false),
        (Icon::Quote, "Quote", ">", BlockKind::Paragraph, true),
        (Icon::Info, "Callout", "", BlockKind::Callout { tone: "note".into() }, false),
        (Icon::Code, "Code", "```", BlockKind::Code { language: String::new() }, false),
        (Icon::Rule, "Divider", "---", BlockKind::Divider, false),
    ]
    .into_iter()
    .map(|(icon, label, sign, kind, quote)| {
        Entry::new(Sign::Icon(icon), label, UiCommand::Block(key, BlockAction::Become(kind, quote)))
            .right(sign)
    })
    .collect();
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
