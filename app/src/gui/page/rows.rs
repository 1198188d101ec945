//! What the page view shows, block by block, as plain data: signs, indents, spacing and type, without any drawing.

use tern_model::block::{BlockKind, Container};
use tern_model::flat::{Flat, Head};

use crate::gui::tokens::{self, Type};

/// Levels of nesting and quotation that are drawn; what is deeper stands at the last of them.
const MAX_INDENT: usize = 12;

/// What stands before a block's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// Nothing.
    None,
    /// A bullet; its level of nesting chooses the form.
    Bullet(usize),
    /// A number.
    Number(u64),
    /// A check box.
    Check(bool),
    /// The ring of a live task.
    Ring,
}

/// How a block is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Text.
    Text,
    /// Code or source kept to the letter.
    Code,
    /// A line across.
    Divider,
    /// A table.
    Table,
    /// Text on a ground of its own, with an icon.
    Callout,
    /// The card of a live task.
    Task,
    /// A block that this version does not know.
    Unknown,
}

/// One block as shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Names its part.
    pub key: u64,
    /// Index of its part.
    pub index: usize,
    /// What stands before the text.
    pub sign: Sign,
    /// Levels of list around the text.
    pub indent: usize,
    /// Levels of quotation around it.
    pub quotes: usize,
    /// How it is drawn.
    pub form: Form,
    /// Type of its text.
    pub style: Type,
    /// Space above it.
    pub gap: f32,
    /// Ticked off: its text is second ink.
    pub quiet: bool,
}

/// Rows of a page. Text in front of the first marker is a row where there is some, or where there is nothing else.
pub fn rows(flat: &Flat) -> Vec<Row> {
    let mut numbers: Vec<Option<u64>> = Vec::new();
    let mut rows: Vec<Row> = Vec::with_capacity(flat.parts().len());
    let leading = Head::plain(BlockKind::Paragraph);
    let mut before: Option<&Head> = None;
    let alone = flat.parts().len() == 1;
    for (index, part) in flat.parts().iter().enumerate() {
        if index == 0 && part.line.is_empty() && !alone {
            continue;
        }
        let head = part.head.as_ref().unwrap_or(&leading);
        let depth = head.parents.len();
        let restarts = head.restart.is_some_and(|at| at <= depth);
        numbers.truncate(if restarts { depth } else { depth + 1 });
        numbers.resize(depth + 1, None);
        let sign = sign(head, &mut numbers);
        let quotes = head.parents.iter().filter(|parent| **parent == Container::Quote).count();
        rows.push(Row {
            key: part.key,
            index,
            indent: (depth - quotes + usize::from(sign != Sign::None)).min(MAX_INDENT),
            quotes: quotes.min(MAX_INDENT),
            form: form(&head.kind),
            style: style(&head.kind),
            gap: before.map_or(0.0, |before| gap(before, head)),
            quiet: sign == Sign::Check(true),
            sign,
        });
        before = Some(head);
    }
    rows
}

fn sign(block: &Head, numbers: &mut [Option<u64>]) -> Sign {
    let depth = block.parents.len();
    let lists = block.parents.iter().filter(|parent| **parent != Container::Quote).count();
    let Some(number) = numbers.get_mut(depth) else { return Sign::None };
    match block.kind {
        BlockKind::OrderedItem { start, .. } => {
            let next = start.or(number.map(|number| number + 1)).unwrap_or(1);
            *number = Some(next);
            Sign::Number(next)
        }
        BlockKind::BulletItem { .. } => {
            *number = None;
            Sign::Bullet(lists)
        }
        BlockKind::TaskItem { checked, .. } => {
            *number = None;
            Sign::Check(checked)
        }
        BlockKind::Task { .. } => {
            *number = None;
            Sign::Ring
        }
        _ => {
            *number = None;
            Sign::None
        }
    }
}

fn form(kind: &BlockKind) -> Form {
    match kind {
        BlockKind::Code { .. } | BlockKind::Verbatim => Form::Code,
        BlockKind::Divider => Form::Divider,
        BlockKind::Table { .. } => Form::Table,
        BlockKind::Callout { .. } => Form::Callout,
        BlockKind::Task { .. } => Form::Task,
        BlockKind::Unknown { .. } => Form::Unknown,
        _ => Form::Text,
    }
}

fn style(kind: &BlockKind) -> Type {
    match kind {
        BlockKind::Heading { level: 1 } => tokens::H1,
        BlockKind::Heading { level: 2 } => tokens::H2,
        BlockKind::Heading { .. } => tokens::H3,
        BlockKind::Code { .. } | BlockKind::Verbatim => tokens::CODE,
        BlockKind::Callout { .. } => tokens::CALLOUT,
        _ => tokens::BODY,
    }
}

fn gap(before: &Head, block: &Head) -> f32 {
    let loose = |kind: &BlockKind| match kind {
        BlockKind::BulletItem { loose }
        | BlockKind::OrderedItem { loose, .. }
        | BlockKind::TaskItem { loose, .. } => Some(*loose),
        BlockKind::Task { .. } => Some(false),
        _ => None,
    };
    match (&before.kind, &block.kind) {
        (_, BlockKind::Heading { level: 1 }) => 26.0,
        (BlockKind::Heading { .. }, BlockKind::Heading { .. }) => 10.0,
        (_, BlockKind::Heading { level: 2 }) => 22.0,
        (_, BlockKind::Heading { .. }) => 16.0,
        (BlockKind::Heading { .. }, _) => 6.0,
        (before, block) if stands_apart(before) || stands_apart(block) => 12.0,
        (_, kind) if loose(kind) == Some(false) && before.parents.len() + block.parents.len() > 0 => 4.0,
        (first, second) if loose(first) == Some(false) && loose(second) == Some(false) => 4.0,
        _ => 8.0,
    }
}

/// Blocks with a ground or a line of their own.
fn stands_apart(kind: &BlockKind) -> bool {
    let table = matches!(kind, BlockKind::Table { .. } | BlockKind::Divider | BlockKind::Callout { .. });
    table || matches!(kind, BlockKind::Code { .. } | BlockKind::Verbatim)
}

/// The page as text, for tests.
#[cfg(test)]
pub fn text(flat: &Flat) -> String {
    let line = |row: &Row| {
        let text = flat.parts()[row.index].line.text();
        let sign = match &row.sign {
            Sign::None => String::new(),
            Sign::Bullet(_) => "• ".to_owned(),
            Sign::Number(number) => format!("{number}. "),
            Sign::Ring => "(task) ".to_owned(),
            Sign::Check(on) => if *on { "[x] " } else { "[ ] " }.to_owned(),
        };
        let form = match row.form {
            Form::Text => format!("{}", row.style.size),
            other => format!("{other:?}").to_lowercase(),
        };
        let quotes = "> ".repeat(row.quotes);
        format!("{form:>7} {quotes}{}{sign}{text}\n", "  ".repeat(row.indent))
    };
    rows(flat).iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_model::block::Block;

    fn local(_: u64, kind: BlockKind, parents: &[Container], text: &str) -> Block {
        Block { parents: parents.to_vec(), ..Block::plain(kind, text) }
    }

    #[test]
    fn a_page_reads_with_its_signs_numbers_and_nesting() {
        let item = |start| BlockKind::OrderedItem { start, loose: false };
        let bullet = BlockKind::BulletItem { loose: false };
        let task = |checked| BlockKind::TaskItem { checked, loose: false };
        let blocks = [
            local(1, BlockKind::Heading { level: 1 }, &[], "Title"),
            local(2, BlockKind::Paragraph, &[], "Text"),
            local(3, item(Some(3)), &[], "three"),
            local(4, bullet.clone(), &[Container::Ordered], "inside"),
            local(5, BlockKind::Paragraph, &[Container::Ordered, Container::Bullet], "more of it"),
            local(6, item(None), &[], "four"),
            local(7, BlockKind::Paragraph, &[], "between"),
            local(8, item(None), &[], "one again"),
            local(9, task(true), &[], "done"),
            local(10, task(false), &[Container::Quote], "quoted"),
            local(11, BlockKind::Code { language: "rust".into() }, &[], "fn main() {}"),
            local(12, BlockKind::Divider, &[], ""),
        ];
        let shown = "     22 Title
     15 Text
     15   3. three
     15     • inside
     15     more of it
     15   4. four
     15 between
     15   1. one again
     15   [x] done
     15 >   [ ] quoted
   code fn main() {}
divider \n";
        assert_eq!(text(&Flat::of(&blocks)), shown);
    }
}
