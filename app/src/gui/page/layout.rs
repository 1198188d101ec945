//! Where the blocks of a page lie: what is measured is remembered, the rest estimated, so that a frame costs as much as
//! what is in sight. Pure arithmetic; nothing here draws.

use tern_model::block::BlockKind;
use tern_model::flat::{Flat, Part};

use super::rows::{self, Form, Row};
use crate::gui::tokens::size;

/// Characters beyond which a stretch of text is laid out apart from what follows.
const CHUNK: usize = 2_000;
/// Space above and below the text of a code block together.
pub const CODE_PAD: f32 = 24.0;
/// Space above and below the text of a callout together.
pub const CALLOUT_PAD: f32 = 24.0;
/// Width of one level of nesting.
pub const INDENT: f32 = 26.0;
/// Width of one level of quotation.
pub const QUOTE: f32 = 18.0;

/// A stretch of a block that is laid out at once: characters of its text, or one row of its table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chunk {
    /// First character (or row).
    pub from: usize,
    /// End.
    pub to: usize,
    /// Its height, measured or estimated.
    pub height: f32,
    /// It was drawn once at this height.
    pub measured: bool,
}

/// A block and where it lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// How it is drawn.
    pub row: Row,
    /// Index of its part.
    pub index: usize,
    rev: u64,
    /// Stretches from top to bottom.
    pub chunks: Vec<Chunk>,
    /// Height of what follows the text: pictures.
    pub below: f32,
}

impl Slot {
    /// Space around the chunks.
    pub fn padding(&self) -> f32 {
        match self.row.form {
            Form::Code => CODE_PAD,
            Form::Callout => CALLOUT_PAD,
            _ => 0.0,
        }
    }

    /// Its height without the gap above.
    pub fn height(&self) -> f32 {
        self.chunks.iter().map(|chunk| chunk.height).sum::<f32>() + self.padding() + self.below
    }
}

/// Where everything lies.
#[derive(Debug, Default)]
pub struct Layout {
    shape: Option<u64>,
    revision: u64,
    width: f32,
    slots: Vec<Slot>,
    /// Top of each slot's gap, and the end.
    tops: Vec<f32>,
    /// Widths of the columns of tables by part: for which revision and room, and what they are.
    pub columns: std::collections::BTreeMap<u64, (u64, f32, Vec<f32>)>,
}

impl Layout {
    /// Forgets everything, after a change of type or zoom.
    pub fn forget(&mut self) {
        *self = Layout::default();
    }

    /// Brings it up to date with the page.
    pub fn refresh(&mut self, flat: &Flat, shape: u64, revision: u64, width: f32) {
        if self.shape == Some(shape) && self.revision == revision && self.width == width {
            return;
        }
        let rewrapped = self.width != width;
        if self.shape != Some(shape) || rewrapped {
            self.rebuild(flat, rewrapped, width);
        } else {
            for slot in &mut self.slots {
                if let Some(part) = flat.parts().get(slot.index).filter(|part| part.rev != slot.rev) {
                    renew(slot, part, width);
                }
            }
        }
        (self.shape, self.revision, self.width) = (Some(shape), revision, width);
        self.sum();
    }

    fn rebuild(&mut self, flat: &Flat, rewrapped: bool, width: f32) {
        let old: std::collections::BTreeMap<u64, Slot> =
            std::mem::take(&mut self.slots).into_iter().map(|slot| (slot.row.key, slot)).collect();
        let mut old = if rewrapped { Default::default() } else { old };
        for row in rows::rows(flat) {
            let index = row.index;
            let Some(part) = flat.parts().get(index) else { continue };
            let kept =
                old.remove(&row.key).filter(|slot| slot.rev == part.rev && same_measure(&slot.row, &row));
            self.slots.push(match kept {
                Some(slot) => Slot { row, index, ..slot },
                None => fresh(row, part, width),
            });
        }
    }

    fn sum(&mut self) {
        self.tops.clear();
        let mut y = 0.0;
        for slot in &self.slots {
            self.tops.push(y);
            y += slot.row.gap + slot.height();
        }
        self.tops.push(y);
    }

    /// Height of everything.
    pub fn total(&self) -> f32 {
        self.tops.last().copied().unwrap_or(0.0)
    }

    /// All blocks.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// A block's place among them.
    pub fn slot_of(&self, index: usize) -> Option<usize> {
        self.slots.iter().position(|slot| slot.index == index)
    }

    /// Top of a block without the gap above it.
    pub fn top(&self, slot: usize) -> f32 {
        self.tops.get(slot).copied().unwrap_or(0.0) + self.slots.get(slot).map_or(0.0, |slot| slot.row.gap)
    }

    /// The first block that reaches below `y`.
    pub fn first_below(&self, y: f32) -> usize {
        self.tops.partition_point(|top| *top <= y).saturating_sub(1)
    }

    /// What a chunk turned out to measure. Returns whether that is another height than was thought.
    pub fn measure(&mut self, slot: usize, chunk: usize, height: f32) -> bool {
        let Some(chunk) = self.slots.get_mut(slot).and_then(|slot| slot.chunks.get_mut(chunk)) else {
            return false;
        };
        let differs = (chunk.height - height).abs() > 0.25;
        (chunk.height, chunk.measured) = (height, true);
        differs
    }

    /// What stands under a block's text turned out to measure.
    pub fn measure_below(&mut self, slot: usize, height: f32) -> bool {
        let Some(slot) = self.slots.get_mut(slot) else { return false };
        let differs = (slot.below - height).abs() > 0.25;
        slot.below = height;
        differs
    }

    /// Adds everything up again after measuring.
    pub fn settle(&mut self) {
        self.sum();
    }
}

fn same_measure(a: &Row, b: &Row) -> bool {
    (a.form, a.indent, a.quotes, a.style) == (b.form, b.indent, b.quotes, b.style)
}

fn fresh(row: Row, part: &Part, width: f32) -> Slot {
    let index = row.index;
    let mut slot = Slot { row, index, rev: part.rev, chunks: Vec::new(), below: 0.0 };
    slot.chunks = chunks(&slot.row, part, width);
    slot
}

/// The text changed: chunks that read as before keep their height.
fn renew(slot: &mut Slot, part: &Part, width: f32) {
    let mut new = chunks(&slot.row, part, width);
    for (chunk, old) in new.iter_mut().zip(&slot.chunks) {
        if old.measured {
            chunk.height = old.height;
        }
    }
    slot.chunks = new;
    slot.rev = part.rev;
}

/// Width left for the text of a row.
pub fn inner_width(row: &Row, width: f32) -> f32 {
    let shift = INDENT * row.indent as f32 + QUOTE * row.quotes as f32;
    let pad = match row.form {
        Form::Code => 28.0,
        Form::Callout => 54.0,
        _ => 0.0,
    };
    (width - shift - pad).max(60.0)
}

fn chunks(row: &Row, part: &Part, width: f32) -> Vec<Chunk> {
    let one = |height| vec![Chunk { from: 0, to: 0, height, measured: false }];
    if let Some(BlockKind::Table { table }) = part.head.as_ref().map(|head| &head.kind)
        && row.form == Form::Table
    {
        let row = |at| Chunk { from: at, to: at + 1, height: size::TABLE_ROW, measured: false };
        return (0..table.rows.len()).map(row).collect();
    }
    match row.form {
        Form::Divider => return one(9.0),
        Form::Task => return one(super::live::HEIGHT),
        Form::Unknown => return one(36.0),
        _ => {}
    }
    let per_line = (inner_width(row, width) / (row.style.size * 0.5)).max(1.0);
    let estimate = |text: &str| {
        let lines: f32 = text.split('\n').map(|line| (line.len() as f32 / per_line).ceil().max(1.0)).sum();
        lines * row.style.line
    };
    let text = part.line.text();
    if part.line.len() <= CHUNK * 2 {
        return vec![Chunk { from: 0, to: part.line.len(), height: estimate(text), measured: false }];
    }
    cut(text)
        .into_iter()
        .map(|(from, to, text)| Chunk {
            from,
            to,
            height: estimate(text.trim_end_matches('\n')),
            measured: false,
        })
        .collect()
}

/// Cuts long text at line ends, else at spaces, else anywhere: characters and the text between.
fn cut(text: &str) -> Vec<(usize, usize, &str)> {
    let mut out = Vec::new();
    let (mut rest, mut at) = (text, 0);
    while !rest.is_empty() {
        let limit = rest.char_indices().nth(CHUNK).map_or(rest.len(), |(byte, _)| byte);
        let head = &rest[..limit];
        let at_end = limit == rest.len();
        let byte = if at_end {
            limit
        } else {
            head.rfind('\n').or_else(|| head.rfind(' ')).map_or(limit, |byte| byte + 1)
        };
        let (piece, tail) = rest.split_at(byte);
        let count = piece.chars().count();
        out.push((at, at + count, piece));
        (rest, at) = (tail, at + count);
    }
    if text.ends_with('\n') {
        out.push((at, at, ""));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_model::block::Block;

    #[test]
    fn long_text_is_cut_where_it_hurts_least_and_nothing_is_lost() {
        let lines = "a line of code\n".repeat(1_000);
        for text in [lines.as_str(), &"word ".repeat(2_000), &"x".repeat(9_001), &"漢字".repeat(3_000)] {
            let pieces = cut(text);
            assert!(pieces.len() > 2);
            assert_eq!(pieces.iter().map(|(_, _, piece)| *piece).collect::<String>(), text);
            assert!(pieces.windows(2).all(|pair| pair[0].1 == pair[1].0), "without holes");
            assert!(pieces.iter().all(|(from, to, _)| to - from <= CHUNK));
        }
        assert!(cut(&lines)[0].2.ends_with('\n'));
    }

    #[test]
    fn what_was_measured_stays_while_something_else_changes() {
        let blocks =
            vec![Block::plain(BlockKind::Paragraph, "one"), Block::plain(BlockKind::Paragraph, "two")];
        let mut flat = Flat::of(&blocks);
        let mut layout = Layout::default();
        layout.refresh(&flat, 0, 0, 600.0);
        assert!(layout.measure(0, 0, 50.0));
        layout.settle();
        let second = layout.top(1);
        flat.push(tern_model::flat::Head::plain(BlockKind::Paragraph), Default::default());
        layout.refresh(&flat, 1, 1, 600.0);
        assert_eq!(layout.top(1), second);
        assert_eq!(layout.first_below(second + 1.0), 1);
        assert_eq!(layout.slots().len(), 3);
        layout.refresh(&flat, 1, 1, 300.0);
        assert!(layout.top(1) < second, "another width is measured anew");
    }
}
