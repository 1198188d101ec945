//! Lays the blocks in sight out and remembers where every character of them is, for the pointer, the caret and the arrows.

use std::sync::Arc;

use egui::text::{CCursor, CharIndex};
use egui::{Galley, Pos2, Rect, Ui, Vec2, pos2, vec2};
use tern_model::block::BlockKind;
use tern_model::flat::{Flat, Line, Part};

use super::highlight::Highlights;
use super::layout::{INDENT, Layout, QUOTE, Slot, inner_width};
use super::prose::{self, Preedit, Set};
use super::rows::{Form, Row};
use super::select::{InCell, Selection};
use super::table;
use crate::gui::look::{self, Look};
use crate::gui::tokens;

/// A stretch of text on the screen.
#[derive(Debug, Clone)]
pub struct Laid {
    /// Characters of the line before it.
    pub from: usize,
    /// Its end.
    pub to: usize,
    /// The text.
    pub galley: Arc<Galley>,
    /// Where it lies.
    pub pos: Pos2,
    /// Characters that an input method is composing in it, and where.
    pub composing: Option<(usize, usize)>,
}

/// A cell of a table on the screen.
#[derive(Debug, Clone)]
pub struct LaidCell {
    /// Row.
    pub row: usize,
    /// Column.
    pub column: usize,
    /// Its room.
    pub rect: Rect,
    /// Its text.
    pub line: Line,
    /// Its text, set.
    pub laid: Laid,
}

/// A block on the screen.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its slot in the layout.
    pub slot: usize,
    /// Index of its part.
    pub index: usize,
    /// Names its part.
    pub key: u64,
    /// Position of its first character.
    pub start: usize,
    /// The whole block.
    pub rect: Rect,
    /// Its text.
    pub text: Vec<Laid>,
    /// Its cells.
    pub cells: Vec<LaidCell>,
}

/// Where on the page something is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hit {
    /// Before this position.
    Text(usize),
    /// In a cell.
    Cell(InCell),
}

impl Laid {
    /// The caret before a character of the line.
    pub fn caret(&self, at: usize) -> Rect {
        let mut index = at.saturating_sub(self.from);
        if let Some((place, len)) = self.composing
            && at >= place
        {
            index += len;
        }
        let cursor = CCursor { index: CharIndex(index), prefer_next_row: true };
        self.galley.pos_from_cursor(cursor).translate(self.pos.to_vec2())
    }

    /// The character of the line under a point.
    pub fn at(&self, pos: Pos2) -> usize {
        let index = self.galley.cursor_from_pos(pos - self.pos).index.0;
        let index = match self.composing {
            Some((place, len)) if index + self.from > place => {
                index.saturating_sub(len).max(place - self.from)
            }
            _ => index,
        };
        (self.from + index).min(self.to)
    }

    /// Where it lies.
    pub fn rect(&self) -> Rect {
        Rect::from_min_size(self.pos, self.galley.size())
    }

    /// Rectangles of the characters `from..to` of the line.
    pub fn rects(&self, from: usize, to: usize) -> Vec<Rect> {
        let (a, b) = (from.max(self.from), to.min(self.to));
        if a > b || (a == b && from != to && self.from != self.to) {
            return Vec::new();
        }
        prose::rects(&self.galley, a - self.from, b - self.from, self.pos)
    }
}

impl Shown {
    /// The stretch in which a place of the text lies.
    pub fn laid(&self, off: usize) -> Option<&Laid> {
        self.text.iter().find(|laid| off < laid.to).or_else(|| self.text.last())
    }

    /// The caret before a character.
    pub fn caret(&self, off: usize) -> Option<Rect> {
        self.laid(off).filter(|laid| off >= laid.from).map(|laid| laid.caret(off))
    }

    /// What lies under a point that is at this height.
    pub fn hit(&self, pos: Pos2) -> Hit {
        let nearest = |cell: &&LaidCell| cell.rect.distance_sq_to_pos(pos);
        if let Some(cell) = self.cells.iter().min_by(|a, b| nearest(a).total_cmp(&nearest(b))) {
            let at = cell.laid.at(pos);
            return Hit::Cell(InCell {
                key: self.key,
                row: cell.row,
                column: cell.column,
                anchor: at,
                head: at,
            });
        }
        let distance = |laid: &&Laid| (laid.rect().top() - pos.y).max(pos.y - laid.rect().bottom()).max(0.0);
        let laid = self.text.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        Hit::Text(self.start + laid.map_or(0, |laid| laid.at(pos)))
    }
}

/// The block under a point, or the nearest one above or below it.
pub fn block_at(shown: &[Shown], pos: Pos2) -> Option<&Shown> {
    let distance = |shown: &&Shown| (shown.rect.top() - pos.y).max(pos.y - shown.rect.bottom()).max(0.0);
    shown.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

/// What everything is laid out with.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Left edge of the text.
    pub left: f32,
    /// Its width.
    pub width: f32,
    /// Where the top of the first block is on the screen.
    pub top: f32,
    /// What is in sight, on the screen.
    pub sight: Rect,
    /// The palette.
    pub look: Look,
}

impl Setting {
    /// Where a block's text begins, sideways.
    pub fn text_left(&self, row: &Row) -> f32 {
        let pad = match row.form {
            Form::Code => 14.0,
            Form::Callout => 42.0,
            _ => 0.0,
        };
        self.left + INDENT * row.indent as f32 + QUOTE * row.quotes as f32 + pad
    }
}

/// Lays one stretch of a block out.
pub fn lay(
    ui: &Ui,
    part: &Part,
    row: &Row,
    chunk: (usize, usize),
    setting: &Setting,
    highlights: &mut Highlights,
    preedit: Option<Preedit<'_>>,
) -> Arc<Galley> {
    let p = setting.look;
    let ink = if row.quiet { p.ink2 } else { p.ink };
    let set = Set { style: row.style, ink, look: p, width: inner_width(row, setting.width) };
    let (from, to) = chunk;
    let preedit = preedit.filter(|preedit| (from..=to).contains(&preedit.at));
    let mut job = if let Some(BlockKind::Code { language }) = part.head.as_ref().map(|head| &head.kind) {
        let spans = highlights.get(part.key, part.rev, language, part.line.text());
        prose::code_job(&part.line, from, to, set, spans.as_deref().map_or(&[], |spans| spans), preedit)
    } else {
        prose::job(&part.line, from, to, set, preedit)
    };
    // A stretch that ends with a line's end has no empty row behind it: the next stretch begins there.
    if to < part.line.len() && job.text.ends_with('\n') {
        job.text.pop();
        if let Some(last) = job.sections.last_mut() {
            last.byte_range.end = egui::text::ByteIndex(job.text.len()).max(last.byte_range.start);
        }
    }
    look::layout(ui, job)
}

/// A caret on a chunk that may be out of sight: where it is on the screen, and the text it stands in.
pub fn find_caret(
    ui: &Ui,
    flat: &Flat,
    layout: &Layout,
    at: usize,
    setting: &Setting,
    highlights: &mut Highlights,
) -> Option<(usize, Laid, Rect)> {
    let (index, off) = flat.find(at);
    let slot = layout.slot_of(index)?;
    let (_, laid) = lay_at(ui, flat, layout, slot, |slot| chunk_of(slot, off), setting, highlights)?;
    let rect = laid.caret(off);
    Some((slot, laid, rect))
}

/// The chunk in which a place lies.
pub fn chunk_of(slot: &Slot, off: usize) -> usize {
    slot.chunks.iter().position(|chunk| off < chunk.to).unwrap_or(slot.chunks.len().saturating_sub(1))
}

/// Lays a chunk of a slot out, wherever it is.
pub fn lay_at(
    ui: &Ui,
    flat: &Flat,
    layout: &Layout,
    slot_index: usize,
    which: impl FnOnce(&Slot) -> usize,
    setting: &Setting,
    highlights: &mut Highlights,
) -> Option<(usize, Laid)> {
    let slot = layout.slots().get(slot_index)?;
    let part = flat.parts().get(slot.index)?;
    let chunk_index = which(slot);
    let above: f32 = slot.chunks.iter().take(chunk_index).map(|chunk| chunk.height).sum();
    let y = setting.top + layout.top(slot_index) + slot.padding() / 2.0 + above;
    let pos = pos2(setting.text_left(&slot.row), y);
    let (from, to) = match slot.row.form {
        Form::Table | Form::Divider | Form::Task | Form::Unknown => (0, 0),
        _ => slot.chunks.get(chunk_index).map(|chunk| (chunk.from, chunk.to))?,
    };
    let galley = if matches!(slot.row.form, Form::Table | Form::Divider | Form::Task | Form::Unknown) {
        look::layout(ui, look::one_line("", tokens::BODY, setting.look.ink, setting.width))
    } else {
        lay(ui, part, &slot.row, (from, to), setting, highlights, None)
    };
    Some((chunk_index, Laid { from, to, galley, pos, composing: None }))
}

/// Where a caret comes that goes a row up or down; the position, and where it wants to be sideways.
pub fn vertical(
    ui: &Ui,
    flat: &Flat,
    layout: &Layout,
    selection: &Selection,
    down: bool,
    setting: &Setting,
    highlights: &mut Highlights,
) -> Option<(usize, f32)> {
    let (index, off) = flat.find(selection.head);
    let slot = layout.slot_of(index)?;
    let (chunk, laid) = lay_at(ui, flat, layout, slot, |slot| chunk_of(slot, off), setting, highlights)?;
    let caret = laid.caret(off);
    let x = selection.goal_x.unwrap_or(caret.left());
    let start = selection.head - off;
    let cursor = CCursor { index: CharIndex(off - laid.from), prefer_next_row: true };
    let row = laid.galley.layout_from_cursor(cursor).row;
    let inside = if down { row + 1 < laid.galley.rows.len() } else { row > 0 };
    if inside {
        let goal = Some(x - laid.pos.x);
        let (to, _) = if down {
            laid.galley.cursor_down_one_row(&cursor, goal)
        } else {
            laid.galley.cursor_up_one_row(&cursor, goal)
        };
        return Some((start + laid.from + to.index.0, x));
    }
    // Into the stretch before or behind, of this block or the next.
    let count = layout.slots().get(slot)?.chunks.len();
    let is_text = !matches!(layout.slots().get(slot)?.row.form, Form::Table);
    let (next_slot, next_chunk) = match (down, is_text) {
        (true, true) if chunk + 1 < count => (slot, chunk + 1),
        (false, true) if chunk > 0 => (slot, chunk - 1),
        (true, _) => (slot + 1, 0),
        (false, _) => (slot.checked_sub(1)?, usize::MAX),
    };
    let target = layout.slots().get(next_slot)?;
    let (_, laid) = lay_at(
        ui,
        flat,
        layout,
        next_slot,
        |slot| next_chunk.min(slot.chunks.len().saturating_sub(1)),
        setting,
        highlights,
    )?;
    let edge = laid.rect();
    let y = if down { edge.top() + 2.0 } else { edge.bottom() - 2.0 };
    Some((flat.start(target.index) + laid.at(pos2(x, y)), x))
}

/// Start or end of the row that the caret is in.
pub fn row_edge(
    ui: &Ui,
    flat: &Flat,
    layout: &Layout,
    at: usize,
    end: bool,
    setting: &Setting,
    highlights: &mut Highlights,
) -> Option<usize> {
    let off = flat.find(at).1;
    let (_, laid, _) = find_caret(ui, flat, layout, at, setting, highlights)?;
    let cursor = CCursor { index: CharIndex(off - laid.from), prefer_next_row: true };
    let to =
        if end { laid.galley.cursor_end_of_row(&cursor) } else { laid.galley.cursor_begin_of_row(&cursor) };
    // The end of a row that is not the last would show at the start of the next: one character before it.
    let place = (laid.from + to.index.0).min(laid.to);
    let wrapped = end && laid.galley.layout_from_cursor(cursor).row + 1 < laid.galley.rows.len();
    let newline = wrapped
        && laid
            .galley
            .rows
            .get(laid.galley.layout_from_cursor(cursor).row)
            .is_some_and(|row| row.ends_with_newline);
    Some(at - off + if wrapped && !newline { place.saturating_sub(1) } else { place })
}

/// Lays the cells of the rows `rows` of a table out.
pub fn lay_cells(
    ui: &Ui,
    part: &Part,
    rows: std::ops::Range<usize>,
    tops: &[f32],
    at: Pos2,
    setting: &Setting,
    widths: &[f32],
) -> Vec<LaidCell> {
    let Some(BlockKind::Table { table }) = part.head.as_ref().map(|head| &head.kind) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for row in rows {
        let Some(cells) = table.rows.get(row) else { break };
        let mut x = at.x;
        let lines: Vec<Line> = cells.iter().map(|cell| Line::of(cell)).collect();
        let galleys: Vec<Arc<Galley>> = lines
            .iter()
            .zip(widths)
            .map(|(line, width)| table::lay(ui, line, row == 0, *width, setting.look))
            .collect();
        let height = table::row_height(&galleys);
        let y = at.y + tops.get(row).copied().unwrap_or(0.0);
        for (column, ((line, galley), width)) in lines.into_iter().zip(galleys).zip(widths).enumerate() {
            let rect = Rect::from_min_size(pos2(x, y), vec2(*width, height));
            let align = table.align.get(column).copied().unwrap_or_default();
            let pos = table::place(rect, &galley, align);
            let laid = Laid { from: 0, to: line.len(), galley, pos, composing: None };
            out.push(LaidCell { row, column, rect, line, laid });
            x += width;
        }
    }
    out
}

/// A rectangle with some room around.
pub fn with_room(rect: Rect, room: f32) -> Rect {
    rect.expand2(Vec2::splat(room))
}
