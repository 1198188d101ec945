//! Caret and selection of the open page, and how they move by character, word, block and page.

use tern_model::Delta;
use tern_model::block::{BlockKind, Marks};
use tern_model::flat::{Flat, Line, Part};
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// A selection within one cell of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InCell {
    /// The table's part.
    pub key: u64,
    /// Row, the header being 0.
    pub row: usize,
    /// Column.
    pub column: usize,
    /// Where it began (characters of the cell).
    pub anchor: usize,
    /// Where the caret is.
    pub head: usize,
}

/// What is selected. Positions are those of [`Flat`]: one before each character, image and marker, and the end.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// Where it began.
    pub anchor: usize,
    /// Where the caret is.
    pub head: usize,
    /// Within a cell, whose table the caret stands on.
    pub cell: Option<InCell>,
    /// Where the caret wants to be sideways while it goes up and down, points.
    pub goal_x: Option<f32>,
    /// Marks for what is typed next, when a key set them.
    pub next_marks: Option<Marks>,
}

impl Selection {
    /// A caret.
    pub fn at(head: usize) -> Selection {
        Selection { anchor: head, head, ..Selection::default() }
    }

    /// From one position to another.
    pub fn range(anchor: usize, head: usize) -> Selection {
        Selection { anchor, head, ..Selection::default() }
    }

    /// A caret in a cell.
    pub fn in_cell(flat: &Flat, cell: InCell) -> Selection {
        let at = flat.index(cell.key).map_or(0, |index| flat.start(index));
        Selection { cell: Some(cell), ..Selection::at(at) }
    }

    /// Nothing is selected.
    pub fn is_caret(&self) -> bool {
        self.anchor == self.head && self.cell.is_none_or(|cell| cell.anchor == cell.head)
    }

    /// First and last position, in order.
    pub fn ordered(&self) -> (usize, usize) {
        (self.anchor.min(self.head), self.anchor.max(self.head))
    }

    /// Goes along with a change made elsewhere. What comes at an edge stays outside.
    pub fn rebase(&mut self, delta: &Delta) {
        if self.anchor == self.head {
            self.head = delta.map(self.head, false);
            self.anchor = self.head;
            return;
        }
        let forward = self.anchor < self.head;
        let (from, to) = self.ordered();
        let to = delta.map(to, false);
        let from = delta.map(from, true).min(to);
        (self.anchor, self.head) = if forward { (from, to) } else { (to, from) };
    }

    /// The same within a page, where it may reach beyond it.
    pub fn within(mut self, flat: &Flat) -> Selection {
        let (first, last) = (first_place(flat), flat.len());
        self.anchor = self.anchor.clamp(first, last.max(first));
        self.head = self.head.clamp(first, last.max(first));
        let cell_is_there = |cell: &InCell| cell_line(flat, cell).is_some();
        self.cell = self.cell.filter(cell_is_there);
        if let Some(cell) = &mut self.cell {
            let len = cell_line(flat, cell).map_or(0, |line| line.len());
            cell.anchor = cell.anchor.min(len);
            cell.head = cell.head.min(len);
        }
        self
    }

    /// The first and last part that it touches.
    pub fn parts(&self, flat: &Flat) -> (usize, usize) {
        let (from, to) = self.ordered();
        (flat.find(from).0, flat.find(to).0)
    }
}

/// The text of a cell.
pub fn cell_line(flat: &Flat, cell: &InCell) -> Option<Line> {
    let part = flat.parts().get(flat.index(cell.key)?)?;
    let BlockKind::Table { table } = &part.head.as_ref()?.kind else { return None };
    table.rows.get(cell.row)?.get(cell.column).map(|inline| Line::of(inline))
}

/// The first position at which a caret can stand.
pub fn first_place(flat: &Flat) -> usize {
    usize::from(flat.parts().len() > 1 && flat.parts().first().is_some_and(|part| part.line.is_empty()))
}

/// Whether a caret on a part stands on something that is no text.
pub fn is_leaf(part: &Part) -> bool {
    part.head.as_ref().is_some_and(tern_model::flat::Head::is_leaf)
}

/// The boundary of a user-perceived character before or behind a place in a line.
pub fn grapheme(line: &Line, at: usize, forward: bool) -> usize {
    let (text, byte) = (line.text(), line.byte(at));
    let mut cursor = GraphemeCursor::new(byte, text.len(), true);
    let found = if forward { cursor.next_boundary(text, 0) } else { cursor.prev_boundary(text, 0) };
    match found {
        Ok(Some(to)) if forward => at + text[byte..to].chars().count(),
        Ok(Some(to)) => at - text[to..byte].chars().count(),
        _ if forward => line.len(),
        _ => 0,
    }
}

/// The end of the word behind a place, or the start of the one before it.
pub fn word(line: &Line, at: usize, forward: bool) -> usize {
    let (text, byte) = (line.text(), line.byte(at));
    let is_word = |part: &str| part.chars().any(|c| c.is_alphanumeric() || c == '_');
    if forward {
        let mut end = byte;
        for part in text[byte..].split_word_bounds() {
            end += part.len();
            if is_word(part) {
                break;
            }
        }
        return at + text[byte..end].chars().count();
    }
    let mut start = byte;
    for part in text[..byte].split_word_bounds().rev() {
        start -= part.len();
        if is_word(part) {
            break;
        }
    }
    at - text[start..byte].chars().count()
}

/// The word around a place: what a double click selects.
pub fn word_around(line: &Line, at: usize) -> (usize, usize) {
    let (text, byte) = (line.text(), line.byte(at));
    let holds = |(index, part): &(usize, &str)| byte < index + part.len() || index + part.len() == text.len();
    let Some((index, part)) = text.split_word_bound_indices().find(holds) else { return (at, at) };
    let first = text[..index].chars().count();
    (first, first + part.chars().count())
}

/// How a caret moves without looking at how text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One user-perceived character.
    Char,
    /// One word.
    Word,
    /// To the start of the block, or the next one.
    Block,
    /// To the start or end of the page.
    Page,
}

/// Where a caret comes from a position.
pub fn moved(flat: &Flat, from: usize, step: Step, forward: bool) -> usize {
    let (first, last) = (first_place(flat), flat.len());
    let (index, off) = flat.find(from);
    let Some(part) = flat.parts().get(index) else { return from };
    let start = from - off;
    let to = match (step, forward) {
        (Step::Page, true) => last,
        (Step::Page, false) => first,
        (Step::Block, true) => (start + part.line.len() + 1).min(last),
        (Step::Block, false) if off > 0 => start,
        (Step::Block, false) => flat.start(index.saturating_sub(1)),
        (_, true) if off == part.line.len() => from + 1,
        (_, false) if off == 0 => from.saturating_sub(1),
        (Step::Char, _) => start + grapheme(&part.line, off, forward),
        (Step::Word, _) => start + word(&part.line, off, forward),
    };
    to.clamp(first, last.max(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_model::block::Block;

    fn page(texts: &[&str]) -> Flat {
        let blocks: Vec<Block> = texts.iter().map(|text| Block::plain(BlockKind::Paragraph, text)).collect();
        Flat::of(&blocks)
    }

    #[test]
    fn a_caret_moves_by_what_people_see_as_one_character() {
        let flat = page(&["e\u{301}x", "👩‍👩‍👧漢"]);
        let mut at = first_place(&flat);
        let mut stops = vec![at];
        while at < flat.len() {
            at = moved(&flat, at, Step::Char, true);
            stops.push(at);
        }
        assert_eq!(stops, [1, 3, 4, 5, 10, 11]);
        for pair in stops.windows(2).rev() {
            assert_eq!(moved(&flat, pair[1], Step::Char, false), pair[0]);
        }
    }

    #[test]
    fn words_blocks_and_pages_are_steps_too() {
        let flat = page(&["one two, three", "four"]);
        assert_eq!(moved(&flat, 1, Step::Word, true), 4);
        assert_eq!(moved(&flat, 4, Step::Word, true), 8);
        assert_eq!(moved(&flat, 8, Step::Word, false), 5);
        assert_eq!(moved(&flat, 15, Step::Word, true), 16, "over the border of a block");
        assert_eq!(moved(&flat, 3, Step::Block, true), 16);
        assert_eq!(moved(&flat, 18, Step::Block, false), 16);
        assert_eq!(moved(&flat, 16, Step::Block, false), 1);
        assert_eq!(moved(&flat, 18, Step::Page, false), 1);
        assert_eq!(moved(&flat, 3, Step::Page, true), 20);
    }

    #[test]
    fn a_double_click_takes_the_word_under_it() {
        let line = page(&["see the Zürich map"]).parts()[1].line.clone();
        assert_eq!(word_around(&line, 9), (8, 14));
        assert_eq!(word_around(&line, 3), (3, 4));
        assert_eq!(word_around(&line, 18), (15, 18));
    }

    #[test]
    fn a_selection_goes_along_with_work_of_others() {
        use tern_model::delta::Piece;
        let insert = |at| Delta::splice(at, 0, [Piece::Text("xx".into(), Marks::default())]);
        let mut caret = Selection::at(5);
        caret.rebase(&insert(5));
        assert_eq!(caret, Selection::at(5), "what comes at the caret comes behind it");
        caret.rebase(&insert(2));
        assert_eq!(caret, Selection::at(7));
        let mut range = Selection::range(3, 6);
        range.rebase(&insert(3));
        assert_eq!(range, Selection::range(5, 8), "what comes at its edge is not in it");
        range.rebase(&insert(8));
        assert_eq!(range, Selection::range(5, 8));
    }
}
