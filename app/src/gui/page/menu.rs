//! The menu of a block.

use egui::Rect;
use tern_model::block::BlockKind;

use super::editor::Key;
use crate::gui::command::{BlockAction, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entry, Picker, Sign};

/// What a block can become, be followed by, or that it goes.
pub fn block_menu(key: Key, anchor: Rect) -> Picker {
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
        (Icon::Code, "Code", "```", BlockKind::Code { language: String::new() }, false),
        (Icon::Rule, "Divider", "---", BlockKind::Divider, false),
    ]
    .into_iter()
    .map(|(icon, label, sign, kind, quote)| {
        Entry::new(Sign::Icon(icon), label, UiCommand::Block(key, BlockAction::Become(kind, quote)))
            .right(sign)
    })
    .collect();
    entries.push(Entry::new(
        Sign::Icon(Icon::Trash),
        "Delete this block",
        UiCommand::Block(key, BlockAction::Delete),
    ));
    Picker::new("This block", Some(anchor), entries)
}
