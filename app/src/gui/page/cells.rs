//! A block's text as a row of cells, one a character, so that typing, marking and merging are plain list work.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use tern_model::block::{Inline, Marks};

/// Stands for an image in text that is being edited.
pub const IMAGE: char = '▣';

/// What a cell shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Glyph {
    /// A character.
    Char(char),
    /// An image.
    Image {
        /// Address.
        src: String,
        /// Text in its place.
        alt: String,
        /// Title.
        title: String,
    },
}

/// One character with its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What it shows.
    pub glyph: Glyph,
    /// Its marks.
    pub marks: Marks,
}

/// A mark that a key toggles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Strong emphasis.
    Strong,
    /// Emphasis.
    Em,
    /// Struck through.
    Strike,
    /// Inline code.
    Code,
}

impl Mark {
    fn of(self, marks: &mut Marks) -> &mut bool {
        match self {
            Mark::Strong => &mut marks.strong,
            Mark::Em => &mut marks.em,
            Mark::Strike => &mut marks.strike,
            Mark::Code => &mut marks.code,
        }
    }

    /// Whether `marks` carry it.
    pub fn is_in(self, marks: &Marks) -> bool {
        let mut marks = marks.clone();
        *self.of(&mut marks)
    }

    /// Puts it on or takes it off.
    pub fn set(self, marks: &mut Marks, on: bool) {
        *self.of(marks) = on;
    }
}

/// The cells of inline content.
pub fn from_inline(inline: &[Inline]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for run in inline {
        match run {
            Inline::Text { text, marks } => {
                cells.extend(text.chars().map(|c| Cell { glyph: Glyph::Char(c), marks: marks.clone() }));
            }
            Inline::Image { src, alt, title, marks } => cells.push(Cell {
                glyph: Glyph::Image { src: src.clone(), alt: alt.clone(), title: title.clone() },
                marks: marks.clone(),
            }),
        }
    }
    cells
}

/// Inline content of cells; neighbours with the same marks form one run.
pub fn to_inline(cells: &[Cell]) -> Vec<Inline> {
    let mut inline: Vec<Inline> = Vec::new();
    for cell in cells {
        match (&cell.glyph, inline.last_mut()) {
            (Glyph::Char(c), Some(Inline::Text { text, marks })) if *marks == cell.marks => text.push(*c),
            (Glyph::Char(c), _) => {
                inline.push(Inline::Text { text: c.to_string(), marks: cell.marks.clone() });
            }
            (Glyph::Image { src, alt, title }, _) => inline.push(Inline::Image {
                src: src.clone(),
                alt: alt.clone(),
                title: title.clone(),
                marks: cell.marks.clone(),
            }),
        }
    }
    inline
}

/// The text to edit: one character a cell.
pub fn text(cells: &[Cell]) -> String {
    cells
        .iter()
        .map(|cell| match &cell.glyph {
            Glyph::Char(c) => *c,
            Glyph::Image { .. } => IMAGE,
        })
        .collect()
}

/// Makes `cells` read `typed`, keeping everything outside the one changed range. Typed characters take `marks`, or
/// else the marks of their left neighbour, except that links, code and raw source end where they end.
pub fn retype(cells: &mut Vec<Cell>, typed: &str, marks: Option<&Marks>) {
    let old: Vec<char> = text(cells).chars().collect();
    let new: Vec<char> = typed.chars().collect();
    let prefix = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let room = old.len().min(new.len()) - prefix;
    let suffix = old.iter().rev().zip(new.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    let removed = prefix..old.len() - suffix;
    let marks = marks.cloned().unwrap_or_else(|| marks_at(cells, removed.clone()));
    let inserted: Vec<Cell> = new
        .iter()
        .skip(prefix)
        .take(new.len() - suffix - prefix)
        .map(|c| Cell { glyph: Glyph::Char(*c), marks: marks.clone() })
        .collect();
    cells.splice(removed, inserted);
}

/// Marks that text typed in place of `range` takes.
pub fn marks_at(cells: &[Cell], range: std::ops::Range<usize>) -> Marks {
    if let (false, Some(first)) = (range.is_empty(), cells.get(range.start)) {
        return first.marks.clone();
    }
    let Some(left) = range.start.checked_sub(1).and_then(|at| cells.get(at)) else {
        return Marks::default();
    };
    let right = cells.get(range.end).map(|cell| cell.marks.clone()).unwrap_or_default();
    let mut marks = left.marks.clone();
    if marks.link != right.link {
        marks.link = None;
    }
    marks.code &= right.code;
    marks.raw &= right.raw;
    marks
}

/// Toggles a mark over a range: on unless every character has it.
pub fn toggle(cells: &mut [Cell], range: std::ops::Range<usize>, mark: Mark) {
    let Some(range) = cells.get_mut(range) else { return };
    let on = !range.iter().all(|cell| mark.is_in(&cell.marks));
    for cell in range {
        mark.set(&mut cell.marks, on);
    }
}

struct Side<'a> {
    /// Cells inserted before each position of the base; one more than the base has cells.
    inserted: Vec<&'a [Cell]>,
    /// What became of each cell of the base.
    kept: Vec<Option<&'a Cell>>,
}

fn side<'a>(base: &[Cell], changed: &'a [Cell]) -> Side<'a> {
    let glyphs = |cells: &[Cell]| cells.iter().map(|cell| cell.glyph.clone()).collect::<Vec<_>>();
    let mut result = Side { inserted: vec![&[]; base.len() + 1], kept: vec![None; base.len()] };
    // Lengths alone: the library gives a deletion and an insertion around something equal the other side's old index.
    let (mut old, mut new) = (0, 0);
    for op in capture_diff_slices(Algorithm::Myers, &glyphs(base), &glyphs(changed)) {
        let (removed, added) = (op.old_range().len(), op.new_range().len());
        if let DiffOp::Equal { len, .. } = op {
            for i in 0..len {
                result.kept[old + i] = changed.get(new + i);
            }
        } else if added > 0 {
            result.inserted[old] = changed.get(new..new + added).unwrap_or_default();
        }
        (old, new) = (old + removed, new + added);
    }
    result
}

/// Merges two descendants of `base`: everything inserted on either side is there, what either side removed is gone,
/// a mark changed here wins over the other side's. Also returns where `caret` of `mine` comes to stand.
pub fn merge(base: &[Cell], mine: &[Cell], theirs: &[Cell], caret: usize) -> (Vec<Cell>, usize) {
    let (ours, other) = (side(base, mine), side(base, theirs));
    let mut merged: Vec<Cell> = Vec::with_capacity(mine.len().max(theirs.len()));
    let mut seen = 0;
    let mut stands = None;
    let place = |seen: usize, merged: &[Cell], stands: &mut Option<usize>| {
        if seen == caret && stands.is_none() {
            *stands = Some(merged.len());
        }
    };
    for at in 0..=base.len() {
        let (own, foreign) = (ours.inserted[at], other.inserted[at]);
        if own != foreign {
            merged.extend_from_slice(foreign);
        }
        for cell in own {
            place(seen, &merged, &mut stands);
            merged.push(cell.clone());
            seen += 1;
        }
        let Some(before) = base.get(at) else { break };
        if let Some(kept) = ours.kept[at] {
            place(seen, &merged, &mut stands);
            seen += 1;
            if let Some(theirs) = other.kept[at] {
                let marks =
                    if kept.marks == before.marks { theirs.marks.clone() } else { kept.marks.clone() };
                merged.push(Cell { glyph: kept.glyph.clone(), marks });
            }
        }
    }
    let end = merged.len();
    (merged, stands.unwrap_or(end))
}

#[cfg(test)]
#[path = "cells_tests.rs"]
mod tests;
