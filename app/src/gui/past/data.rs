//! A difference as plain rows, in reading order: what each block is, and which of its words came, went or changed their
//! marks, and by whose hand.

use tern_model::block::{Align, Block, BlockKind, Inline};
use tern_model::flat::Flat;
use tern_peer::{AuthorView, DiffBlockView, DiffRunView, DiffView};

use crate::gui::page::rows::{self, Form, Row, Sign};

/// What the engine says of a field without a value.
const NOTHING: &str = "nothing";

/// What became of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// As it was.
    Same,
    /// Other words, marks or kind.
    Changed,
    /// New.
    Added,
    /// Gone.
    Removed,
    /// Elsewhere.
    Moved,
}

/// What became of a stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// As it was.
    Keep,
    /// New.
    Insert,
    /// Gone.
    Delete,
    /// The same words with other marks.
    Format,
}

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What became of it.
    pub touch: Touch,
    /// The words.
    pub content: Vec<Inline>,
    /// Letter of whose hand it is; empty where that is not known or nothing was done.
    pub by: String,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// What became of it.
    pub touch: Touch,
    /// Its cells.
    pub cells: Vec<Vec<Inline>>,
}

/// A block.
#[derive(Debug, Clone, PartialEq)]
pub struct PastRow {
    /// What became of it.
    pub mark: Mark,
    /// Its marker.
    pub marker: String,
    /// How it is drawn.
    pub row: Row,
    /// Its text.
    pub runs: Vec<Run>,
    /// Its table, and how the columns are aligned.
    pub table: Option<(Vec<Align>, Vec<TableRow>)>,
    /// What the marks in the text cannot say: `moved from the top — Mia`; empty for most.
    pub note: String,
}

/// A difference.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    /// Blocks in reading order.
    pub rows: Vec<PastRow>,
    /// Title and other fields: a caption and what became of the value.
    pub fields: Vec<(String, Vec<Run>)>,
    /// Whose hands are in it: letter and name.
    pub people: Vec<(String, String)>,
    /// Older heads.
    pub from: String,
    /// Newer heads.
    pub to: String,
}

impl Past {
    /// Whether anything differs.
    pub fn is_same(&self) -> bool {
        self.fields.is_empty() && self.rows.iter().all(|row| row.mark == Mark::Same)
    }

    /// `B you · C Carla`
    pub fn legend(&self) -> String {
        let each: Vec<String> = self.people.iter().map(|(letter, name)| format!("{letter} {name}")).collect();
        each.join(" · ")
    }
}

/// A difference as rows.
pub fn build(diff: &DiffView) -> Past {
    let mut people = People::default();
    let shown = shape(&diff.blocks);
    let rows = diff.blocks.iter().zip(shown).map(|(block, row)| past_row(block, row, &mut people)).collect();
    let fields = diff.fields.iter().enumerate().filter_map(|(index, (name, was, is))| {
        let by = diff.field_authors.get(index).and_then(Option::as_ref);
        let caption = caption(name)?;
        let letter = people.letter(by);
        let run = |touch, text: &str| Run { touch, content: vec![Inline::text(text)], by: String::new() };
        let mut runs = Vec::new();
        let blank = |words: &str| words.is_empty() || words == NOTHING;
        if !blank(was) {
            runs.push(run(Touch::Delete, was));
        }
        if !blank(is) {
            runs.push(run(Touch::Insert, is));
        }
        if let Some(last) = runs.last_mut() {
            last.by = letter;
        }
        Some((caption.to_owned(), runs))
    });
    let fields = fields.collect();
    Past { rows, fields, people: people.0, from: diff.from_heads.clone(), to: diff.to_heads.clone() }
}

/// Fields that a reader knows, by name.
fn caption(field: &str) -> Option<&'static str> {
    Some(match field {
        "title" => "Title",
        "trashed" => "In the trash",
        "parent" => "Under",
        _ => return None,
    })
}

/// How each block is drawn: those that stand are numbered as on the page, those that went stand for themselves.
fn shape(blocks: &[DiffBlockView]) -> Vec<Row> {
    let standing: Vec<Block> = blocks.iter().filter_map(|block| block.block.clone()).collect();
    let mut shown = rows::rows(&Flat::of(&standing)).into_iter();
    let plain = |block: Option<&Block>| {
        let alone = block.cloned().unwrap_or_else(|| Block::plain(BlockKind::Paragraph, ""));
        rows::rows(&Flat::of(std::slice::from_ref(&alone))).into_iter().next()
    };
    let rows = blocks.iter().map(|block| {
        let row = if block.block.is_some() { shown.next() } else { plain(block.was.as_ref()) };
        row.or_else(|| plain(None)).map(|mut row| {
            if block.block.is_none() && matches!(row.sign, Sign::Number(_)) {
                row.sign = Sign::Bullet(0);
            }
            row.gap = row.gap.max(8.0);
            row
        })
    });
    rows.flatten().collect()
}

fn past_row(block: &DiffBlockView, row: Row, people: &mut People) -> PastRow {
    let mark = match block.state.as_str() {
        "added" => Mark::Added,
        "removed" => Mark::Removed,
        "changed" => Mark::Changed,
        "moved" => Mark::Moved,
        _ => Mark::Same,
    };
    let letter = people.letter(block.by.as_ref());
    let whole = match mark {
        Mark::Added => Some(Touch::Insert),
        Mark::Removed => Some(Touch::Delete),
        _ => None,
    };
    let mut runs: Vec<Run> = block.rich.iter().map(|run| past_run(run, whole, people)).collect();
    if let Some(last) = runs.last_mut()
        && whole.is_some()
        && last.by.is_empty()
    {
        last.by.clone_from(&letter);
    }
    one_letter_a_hand(&mut runs);
    let table = table(block, whole);
    let note = note(block, mark, &runs, &letter, people);
    PastRow { mark, marker: block.marker.clone(), row, runs, table, note }
}

fn past_run(run: &DiffRunView, whole: Option<Touch>, people: &mut People) -> Run {
    let touch = match run.state.as_str() {
        "insert" => Touch::Insert,
        "delete" => Touch::Delete,
        "format" => Touch::Format,
        _ => whole.unwrap_or(Touch::Keep),
    };
    let by = if touch == Touch::Keep { String::new() } else { people.letter(run.by.as_ref()) };
    Run { touch, content: run.content.clone(), by }
}

/// Runs of one hand that follow each other are told once, at their end.
fn one_letter_a_hand(runs: &mut [Run]) {
    for at in 1..runs.len() {
        let (before, rest) = runs.split_at_mut(at);
        if let (Some(last), Some(next)) = (before.last_mut(), rest.first())
            && last.touch == next.touch
            && last.by == next.by
        {
            last.by.clear();
        }
    }
}

/// A table row by row: rows that only one version has came or went.
fn table(block: &DiffBlockView, whole: Option<Touch>) -> Option<(Vec<Align>, Vec<TableRow>)> {
    let of = |block: &Option<Block>| match block.as_ref().map(|block| &block.kind) {
        Some(BlockKind::Table { table }) => Some(table.clone()),
        _ => None,
    };
    let (is, was) = (of(&block.block), of(&block.was));
    let align = is.as_ref().or(was.as_ref())?.align.clone();
    let is_rows = is.map(|table| table.rows).unwrap_or_default();
    let was_rows = was.map(|table| table.rows);
    let Some(was_rows) = was_rows else {
        let touch = whole.unwrap_or(Touch::Keep);
        return Some((align, is_rows.into_iter().map(|cells| TableRow { touch, cells }).collect()));
    };
    let mut out = Vec::new();
    let mut next = 0;
    for cells in is_rows {
        let found = was_rows.iter().skip(next).position(|other| *other == cells).map(|at| at + next);
        if let Some(found) = found {
            out.extend(was_rows[next..found].iter().map(|cells| gone(cells)));
            next = found + 1;
        }
        let touch = if found.is_some() { Touch::Keep } else { Touch::Insert };
        out.push(TableRow { touch, cells });
    }
    out.extend(was_rows.iter().skip(next).map(|cells| gone(cells)));
    Some((align, out))
}

fn gone(cells: &[Vec<Inline>]) -> TableRow {
    TableRow { touch: Touch::Delete, cells: cells.to_vec() }
}

fn note(block: &DiffBlockView, mark: Mark, runs: &[Run], letter: &str, people: &People) -> String {
    let by = people.name(letter).map(|name| format!(" — {name}")).unwrap_or_default();
    let bare = runs.iter().all(|run| run.content.is_empty());
    match mark {
        Mark::Moved => {
            let from = block.moved_from.as_ref().map(|from| from.after.trim()).unwrap_or_default();
            let place =
                if from.is_empty() { "from the top".to_owned() } else { format!("from below “{from}”") };
            format!("moved {place}{by}")
        }
        Mark::Changed => match (&block.was, &block.block) {
            (Some(was), Some(is)) if was.kind != is.kind => {
                format!("{}{by}", kind_change(&was.kind, &is.kind))
            }
            (Some(was), Some(is)) if was.parents != is.parents => format!("other level{by}"),
            _ => String::new(),
        },
        Mark::Added if bare => format!("new {}{by}", kind_words(block.block.as_ref())),
        Mark::Removed if bare => format!("{} removed{by}", kind_words(block.was.as_ref())),
        _ => String::new(),
    }
}

fn kind_change(was: &BlockKind, is: &BlockKind) -> String {
    match (was, is) {
        (BlockKind::TaskItem { checked: false, .. }, BlockKind::TaskItem { checked: true, .. }) => {
            "ticked".to_owned()
        }
        (BlockKind::TaskItem { checked: true, .. }, BlockKind::TaskItem { checked: false, .. }) => {
            "tick taken away".to_owned()
        }
        (BlockKind::Table { .. }, BlockKind::Table { .. }) => "other cells".to_owned(),
        (was, _) => format!("was {}", kind_name(was)),
    }
}

fn kind_words(block: Option<&Block>) -> &'static str {
    block.map_or("block", |block| kind_name(&block.kind))
}

/// What people call a kind of block.
pub fn kind_name(kind: &BlockKind) -> &'static str {
    match kind {
        BlockKind::Heading { .. } => "heading",
        BlockKind::BulletItem { .. } => "list item",
        BlockKind::OrderedItem { .. } => "numbered item",
        BlockKind::TaskItem { .. } => "check box",
        BlockKind::Code { .. } => "code",
        BlockKind::Divider => "divider",
        BlockKind::Table { .. } => "table",
        BlockKind::Callout { .. } => "callout",
        BlockKind::Paragraph => "paragraph",
        _ => "block",
    }
}

/// A letter for each person, longer where two begin alike.
#[derive(Default)]
struct People(Vec<(String, String)>);

impl People {
    fn letter(&mut self, by: Option<&AuthorView>) -> String {
        let Some(by) = by.filter(|by| !by.name.is_empty()) else { return String::new() };
        let name = if by.mine { "you".to_owned() } else { by.name.clone() };
        if let Some((letter, _)) = self.0.iter().find(|(_, known)| *known == name) {
            return letter.clone();
        }
        let of = |count| by.name.chars().take(count).collect::<String>().to_uppercase();
        let taken = |letter: &String| self.0.iter().any(|(known, _)| known == letter);
        let letter = (1..=by.name.chars().count()).map(of).find(|letter| !taken(letter));
        let letter = letter.unwrap_or_else(|| of(1));
        self.0.push((letter.clone(), name));
        letter
    }

    fn name(&self, letter: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == letter).map(|(_, name)| name.as_str())
    }
}

/// A row as it is read aloud, and in tests.
pub fn spoken(row: &PastRow) -> String {
    let bare = row.table.is_none() && row.runs.iter().all(|run| run.content.is_empty());
    let mut out = match row.mark {
        Mark::Added if !bare => "added: ".to_owned(),
        Mark::Removed if !bare => "removed: ".to_owned(),
        _ => String::new(),
    };
    let whole = matches!(row.mark, Mark::Added | Mark::Removed);
    out += &spoken_runs(&row.runs, whole);
    for table_row in row.table.iter().flat_map(|(_, rows)| rows) {
        let cells: Vec<String> = table_row.cells.iter().map(|cell| plain(cell)).collect();
        let word = match table_row.touch {
            Touch::Insert if !whole => "added row ",
            Touch::Delete if !whole => "removed row ",
            _ => "",
        };
        out += &format!("{word}{}; ", cells.join(", "));
    }
    if !row.note.is_empty() {
        out += &format!(" ({})", row.note);
    }
    out.trim().to_owned()
}

/// Runs as they are read aloud.
pub fn spoken_runs(runs: &[Run], whole: bool) -> String {
    let mut out = String::new();
    for run in runs {
        let text = plain(&run.content);
        let by = if run.by.is_empty() { String::new() } else { format!(" {}", run.by) };
        match run.touch {
            Touch::Keep => out += &text,
            _ if whole => out += &format!("{text}{by}"),
            Touch::Insert => out += &format!("[inserted{by}: {text}]"),
            Touch::Delete => out += &format!("[removed{by}: {text}]"),
            Touch::Format => out += &format!("[other marks{by}: {text}]"),
        }
    }
    out
}

fn plain(content: &[Inline]) -> String {
    content.iter().map(Inline::as_text).collect()
}

/// Height that a row has before it was drawn, at this width.
pub fn guess(row: &PastRow, width: f32) -> f32 {
    let chars: usize =
        row.runs.iter().flat_map(|run| &run.content).map(|part| part.as_text().chars().count()).sum();
    let a_line = (width / (row.row.style.size * 0.5)).max(8.0);
    let lines = (chars as f32 / a_line).ceil().max(1.0);
    let table =
        row.table.as_ref().map_or(0.0, |(_, rows)| rows.len() as f32 * crate::gui::tokens::size::TABLE_ROW);
    let note = if row.note.is_empty() { 0.0 } else { 20.0 };
    row.row.gap + note + if row.row.form == Form::Table { table } else { lines * row.row.style.line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_peer::MovedFromView;

    fn by(name: &str, mine: bool) -> Option<AuthorView> {
        Some(AuthorView { member: name.into(), name: name.into(), mine, when: String::new() })
    }

    fn run(state: &str, text: &str, by: Option<AuthorView>) -> DiffRunView {
        DiffRunView { state: state.into(), content: vec![Inline::text(text)], was: Vec::new(), by }
    }

    fn block(state: &str, text: &str, rich: Vec<DiffRunView>) -> DiffBlockView {
        let whole = Some(Block::plain(BlockKind::Paragraph, text));
        let (block, was) = if state == "removed" { (None, whole) } else { (whole, None) };
        DiffBlockView {
            state: state.into(),
            block,
            was,
            rich,
            marker: text.into(),
            ..DiffBlockView::default()
        }
    }

    fn said(diff: &DiffView) -> String {
        let past = build(diff);
        let mut out: String = past
            .fields
            .iter()
            .map(|(name, runs)| format!("{name}: {}\n", spoken_runs(runs, false)))
            .collect();
        for row in &past.rows {
            out += &format!("{}\n", spoken(row));
        }
        out + &past.legend()
    }

    #[test]
    fn a_difference_reads_with_what_came_went_moved_and_whose_hand_it_was() {
        let rich = vec![
            run("keep", "The pilot runs on ", None),
            run("delete", "two", by("Ben", true)),
            run("insert", "three", by("Ben", true)),
            run("keep", " boats ", None),
            run("insert", "and the ferry", by("Carla", false)),
            run("format", " now", by("Bea", false)),
        ];
        let moved = DiffBlockView {
            moved_from: Some(MovedFromView { index: 3, after: "Stop rule".into() }),
            by: by("Carla", false),
            ..block("moved", "Mia rides along.", vec![run("keep", "Mia rides along.", None)])
        };
        let gone = block(
            "removed",
            "Nobody reads this.",
            vec![run("delete", "Nobody reads this.", by("Carla", false))],
        );
        let new = DiffBlockView { by: by("Ben", true), ..block("added", "", Vec::new()) };
        let diff = DiffView {
            blocks: vec![block("changed", "x", rich), moved, gone, new],
            fields: vec![
                ("title".into(), "Plan".into(), "Launch plan".into()),
                ("order".into(), "a".into(), "b".into()),
            ],
            field_authors: vec![by("Ben", true), None],
            ..DiffView::default()
        };
        assert_eq!(
            said(&diff),
            "Title: [removed: Plan][inserted B: Launch plan]
The pilot runs on [removed B: two][inserted B: three] boats [inserted C: and the ferry][other marks BE:  now]
Mia rides along. (moved from below “Stop rule” — Carla)
removed: Nobody reads this. C
(new paragraph — you)
B you · C Carla · BE Bea"
        );
    }

    #[test]
    fn rows_of_a_table_come_and_go_one_by_one() {
        let cell = |text: &str| vec![Inline::text(text)];
        let table = |rows: Vec<Vec<Vec<Inline>>>| {
            let table = tern_model::block::Table { align: vec![Align::Left, Align::Left], rows };
            Some(Block::plain(BlockKind::Table { table }, ""))
        };
        let block = DiffBlockView {
            state: "changed".into(),
            was: table(vec![vec![cell("Tablet"), cell("Index")], vec![cell("T1"), cell("31")]]),
            block: table(vec![vec![cell("Tablet"), cell("Index")], vec![cell("T1"), cell("32")]]),
            ..DiffBlockView::default()
        };
        let past = build(&DiffView { blocks: vec![block], ..DiffView::default() });
        assert_eq!(
            spoken(&past.rows[0]),
            "Tablet, Index; added row T1, 32; removed row T1, 31;  (other cells)"
        );
    }

    #[test]
    fn what_went_does_not_count_in_the_numbers_of_what_stands() {
        let item = |state: &str, text: &str| {
            let kind = BlockKind::OrderedItem { start: None, loose: false };
            let whole = Some(Block::plain(kind, text));
            let (block, was) = if state == "removed" { (None, whole) } else { (whole, None) };
            DiffBlockView { state: state.into(), block, was, ..DiffBlockView::default() }
        };
        let blocks = vec![item("same", "one"), item("removed", "gone"), item("same", "two")];
        let past = build(&DiffView { blocks, ..DiffView::default() });
        let signs: Vec<&Sign> = past.rows.iter().map(|row| &row.row.sign).collect();
        assert_eq!(signs, [&Sign::Number(1), &Sign::Bullet(0), &Sign::Number(2)]);
        assert!(!past.is_same());
    }
}
