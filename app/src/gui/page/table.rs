//! Tables of a page: how wide the columns are and how a cell is set.

use std::sync::Arc;

use egui::{Galley, Pos2, Rect, Ui, pos2};
use tern_model::block::{Align, Inline, Table};
use tern_model::flat::Line;

use super::prose::{self, Set};
use crate::gui::look::{self, Look};
use crate::gui::tokens::{self, size};

/// Space at the sides of a cell.
const PAD_X: f32 = 10.0;
/// Space above and below its text.
const PAD_Y: f32 = 4.0;
/// Rows that the widths of columns are worked out from.
const SAMPLE_ROWS: usize = 40;
/// Narrowest column.
const NARROWEST: f32 = 36.0;

/// Column widths that fit into `room`: each what it asks for, the widest give way first.
pub fn fit(wanted: &[f32], room: f32) -> Vec<f32> {
    let total: f32 = wanted.iter().sum();
    if wanted.is_empty() || total <= room {
        let spare = if wanted.is_empty() { 0.0 } else { (room - total) / wanted.len() as f32 };
        return wanted.iter().map(|width| width + spare.max(0.0)).collect();
    }
    let mut sorted: Vec<f32> = wanted.to_vec();
    sorted.sort_by(f32::total_cmp);
    let mut left = room;
    let mut cap = 0.0;
    for (index, width) in sorted.iter().enumerate() {
        cap = left / (sorted.len() - index) as f32;
        if *width >= cap {
            break;
        }
        left -= width;
    }
    wanted.iter().map(|width| width.min(cap).max(NARROWEST)).collect()
}

/// Widths of the columns, worked out from the first rows.
pub fn widths(ui: &Ui, table: &Table, room: f32, p: Look) -> Vec<f32> {
    let mut wanted = vec![NARROWEST; table.align.len().max(1)];
    for (index, row) in table.rows.iter().take(SAMPLE_ROWS).enumerate() {
        for (wanted, cell) in wanted.iter_mut().zip(row) {
            let natural = lay(ui, &Line::of(cell), index == 0, f32::INFINITY, p).size().x + 2.0 * PAD_X;
            *wanted = wanted.max(natural);
        }
    }
    fit(&wanted, room)
}

/// Sets the text of a cell of this width.
pub fn lay(ui: &Ui, line: &Line, header: bool, width: f32, p: Look) -> Arc<Galley> {
    let style = if header { tokens::SMALL_STRONG } else { tokens::UI };
    let ink = if header { p.ink2 } else { p.ink };
    let set = Set { style, ink, look: p, width: width - 2.0 * PAD_X };
    look::layout(ui, prose::job(line, 0, line.len(), set, None))
}

/// Height of a row of these cells.
pub fn row_height(cells: &[Arc<Galley>]) -> f32 {
    let tallest = cells.iter().map(|galley| galley.size().y).fold(0.0, f32::max);
    (tallest + 2.0 * PAD_Y + 1.0).max(size::TABLE_ROW)
}

/// Where a cell's text begins.
pub fn place(cell: Rect, galley: &Galley, align: Align) -> Pos2 {
    let spare = cell.width() - 2.0 * PAD_X - galley.size().x;
    let shift = match align {
        Align::Right => spare,
        Align::Center => spare / 2.0,
        Align::None | Align::Left => 0.0,
    };
    pos2(cell.left() + PAD_X + shift, cell.top() + (cell.height() - galley.size().y) / 2.0)
}

/// The table as a screen reader says it; of a long one, the beginning.
pub fn spoken(table: &Table) -> String {
    let cell = |cell: &Vec<Inline>| cell.iter().map(Inline::as_text).collect::<String>();
    let row = |row: &Vec<Vec<Inline>>| row.iter().map(cell).collect::<Vec<_>>().join(", ");
    let shown = table.rows.iter().take(SAMPLE_ROWS).map(row).collect::<Vec<_>>().join("; ");
    match table.rows.len().saturating_sub(SAMPLE_ROWS) {
        0 => shown,
        more => format!("{shown}; and {more} rows"),
    }
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn narrow_columns_keep_their_width_and_wide_ones_share_the_rest() {
        assert_eq!(fit(&[50.0, 900.0, 900.0], 650.0), [50.0, 300.0, 300.0]);
        assert_eq!(fit(&[100.0, 100.0], 300.0), [150.0, 150.0]);
        assert_eq!(fit(&[], 300.0), Vec::<f32>::new());
    }
}
