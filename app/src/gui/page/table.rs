//! Draws a table: columns as wide as their text asks for, within the page; the first row is the header.

use egui::{Id, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_model::block::{Align, Inline, Table};

use super::{cells, prose};
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, size, stroke};

const CELL: Vec2Pad = Vec2Pad { x: 10.0, y: 4.0 };

struct Vec2Pad {
    x: f32,
    y: f32,
}

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
    wanted.iter().map(|width| width.min(cap)).collect()
}

/// Draws it; returns its height.
pub fn show(ui: &mut Ui, id: Id, table: &Table, at: egui::Pos2, width: f32) -> f32 {
    let p = look(ui.ctx());
    let columns = table.align.len().max(1);
    let layout = |ui: &Ui, cell: &[cells::Cell], header: bool, width: f32| {
        let style = if header { tokens::SMALL_STRONG } else { tokens::UI };
        let ink = if header { p.ink2 } else { p.ink };
        look::layout(ui, prose::job(cell, style, ink, p, width))
    };
    let mut wanted = vec![24.0_f32; columns];
    for (index, row) in table.rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate().take(columns) {
            let natural =
                layout(ui, &cells::from_inline(cell), index == 0, f32::INFINITY).size().x + 2.0 * CELL.x;
            wanted[column] = wanted[column].max(natural);
        }
    }
    let widths = fit(&wanted, width);
    let mut y = at.y;
    for (index, row) in table.rows.iter().enumerate() {
        let cells: Vec<_> = row.iter().map(|cell| cells::from_inline(cell)).collect();
        let fitted = cells.iter().zip(&widths);
        let galleys: Vec<_> =
            fitted.map(|(cell, width)| layout(ui, cell, index == 0, width - 2.0 * CELL.x)).collect();
        let tallest = galleys.iter().map(|galley| galley.size().y).fold(0.0, f32::max);
        let height = (tallest + 2.0 * CELL.y + 1.0).max(size::TABLE_ROW);
        let mut x = at.x;
        for (((galley, cell), width), align) in galleys.into_iter().zip(&cells).zip(&widths).zip(&table.align)
        {
            let spare = width - 2.0 * CELL.x - galley.size().x;
            let shift = match align {
                Align::Right => spare,
                Align::Center => spare / 2.0,
                Align::None | Align::Left => 0.0,
            };
            let top = y + (height - galley.size().y) / 2.0;
            let place = pos2(x + CELL.x + shift, top);
            ui.painter().extend(prose::decor(&galley, cell, place, p));
            ui.painter().galley(place, galley, p.ink);
            x += width;
        }
        y += height;
        ui.painter().hline(at.x..=at.x + width, y - 0.5, Stroke::new(stroke::LINE, p.line));
    }
    let rect = Rect::from_min_size(at, vec2(width, y - at.y));
    let spoken = spoken(table);
    ui.interact(rect, id, Sense::hover()).widget_info(|| WidgetInfo::labeled(Role::Table, true, &spoken));
    rect.height()
}

/// The table as a screen reader says it.
fn spoken(table: &Table) -> String {
    let cell = |cell: &Vec<Inline>| cell.iter().map(Inline::as_text).collect::<String>();
    let row = |row: &Vec<Vec<Inline>>| row.iter().map(cell).collect::<Vec<_>>().join(", ");
    table.rows.iter().map(row).collect::<Vec<_>>().join("; ")
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
