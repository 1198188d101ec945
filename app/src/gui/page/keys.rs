//! The keys of the editor, in one table that the help shows too.

use egui::{Key, Modifiers};
use tern_model::block::BlockKind;

use super::edit::Mark;
use super::select::Step;

/// What a key does to the text.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum Chord {
    Leave,
    Undo,
    Redo,
    SelectAll,
    Enter,
    /// A task or what a link leads to.
    Open,
    /// The menu of the block.
    Menu,
    Break,
    Check,
    /// A line becomes a task; a task is ticked.
    Task,
    Tab,
    BackTab,
    /// Unit, and whether forward.
    Erase(Step, bool),
    Mark(Mark),
    Kind(BlockKind),
    /// Blocks go down, or up.
    Move(bool),
    DeleteBlocks,
    Link,
    Find,
    Replace,
}

/// What a key with what is held does, if anything.
pub fn find(key: Key, held: Modifiers) -> Option<Chord> {
    let command = held.command || held.ctrl;
    let heading = |level| Chord::Kind(BlockKind::Heading { level });
    Some(match (key, command, held.alt, held.shift) {
        (Key::Escape, false, false, _) => Chord::Leave,
        (Key::Z, true, false, false) => Chord::Undo,
        (Key::Z, true, false, true) | (Key::Y, true, false, false) => Chord::Redo,
        (Key::A, true, false, false) => Chord::SelectAll,
        (Key::Enter, false, false, false) => Chord::Enter,
        (Key::Enter, false, true, false) => Chord::Open,
        (Key::Enter, false, false, true) => Chord::Break,
        (Key::Enter, true, false, false) => Chord::Task,
        (Key::Enter, true, false, true) => Chord::Check,
        (Key::Tab, false, false, false) => Chord::Tab,
        (Key::Tab, false, false, true) => Chord::BackTab,
        (Key::Backspace, false, _, _) => Chord::Erase(Step::Char, false),
        (Key::Backspace, true, false, false) => Chord::Erase(Step::Word, false),
        (Key::Delete, false, false, false) => Chord::Erase(Step::Char, true),
        (Key::Delete, true, false, false) => Chord::Erase(Step::Word, true),
        (Key::B, true, false, false) => Chord::Mark(Mark::Strong),
        (Key::I, true, false, false) => Chord::Mark(Mark::Em),
        (Key::E, true, false, false) => Chord::Mark(Mark::Code),
        (Key::X, true, false, true) => Chord::Mark(Mark::Strike),
        (Key::Num0, true, true, false) => Chord::Kind(BlockKind::Paragraph),
        (Key::Num1, true, true, false) => heading(1),
        (Key::Num2, true, true, false) => heading(2),
        (Key::Num3, true, true, false) => heading(3),
        (Key::Num7, true, _, true) => Chord::Kind(BlockKind::OrderedItem { start: None, loose: false }),
        (Key::Num8, true, _, true) => Chord::Kind(BlockKind::BulletItem { loose: false }),
        (Key::Num9, true, _, true) => Chord::Kind(BlockKind::TaskItem { checked: false, loose: false }),
        (Key::ArrowUp, false, true, false) => Chord::Move(false),
        (Key::ArrowDown, false, true, false) => Chord::Move(true),
        (Key::D, true, false, true) => Chord::DeleteBlocks,
        (Key::K, true, false, true) => Chord::Link,
        (Key::F10, false, false, true) => Chord::Menu,
        (Key::F, true, false, false) => Chord::Find,
        (Key::H, true, false, false) => Chord::Replace,
        _ => return None,
    })
}

/// The keys in words, for the help.
pub const HELP: &[(&str, &str)] = &[
    ("Write, leave the text", "Enter, Esc"),
    ("Insert anything", "/"),
    ("Link a page, name a person", "[[ · @"),
    ("Bold, italic, code, strike", "Ctrl B · I · E · Shift X"),
    ("Link", "Ctrl Shift K"),
    ("Heading, list, check list, quote, code", "# · - · [] · > · ```"),
    ("Text, heading 1 to 3", "Ctrl Alt 0 to 3"),
    ("Numbers, list, check list", "Ctrl Shift 7 to 9"),
    ("Into the item, out of it", "Tab, Shift Tab"),
    ("Move blocks, delete them", "Alt ↑ ↓ · Ctrl Shift D"),
    ("Make a line a task, tick a task", "Ctrl Enter"),
    ("Tick a line · open a task or a link", "Ctrl Shift Enter · Alt Enter"),
    ("The menu of the block", "Shift F10"),
    ("Undo, redo", "Ctrl Z · Ctrl Shift Z"),
    ("Find, replace", "Ctrl F · Ctrl H"),
    ("The block, the page", "Ctrl A"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_letters_are_for_typing() {
        for key in [Key::A, Key::B, Key::Z, Key::Slash, Key::Space] {
            assert_eq!(find(key, Modifiers::NONE), None);
            assert_eq!(find(key, Modifiers::SHIFT), None);
        }
    }
}
