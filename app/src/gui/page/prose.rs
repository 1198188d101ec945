//! Inline content as text for the painter: marks become weight, slant, strike, code and underline.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, Galley, Pos2, Rect, Shape, Stroke, pos2, vec2};
use tern_model::block::Marks;

use super::cells::{Cell, Glyph, IMAGE};
use crate::gui::look::{self, Look};
use crate::gui::tokens::{self, Type, radius, stroke};

const STRONG_WEIGHT: f32 = 660.0;

/// Lays out cells, one character each, so that positions in the text and in the cells agree.
pub fn job(cells: &[Cell], style: Type, ink: Color32, p: Look, width: f32) -> LayoutJob {
    let mut job = LayoutJob { wrap: TextWrapping::wrap_at_width(width), ..LayoutJob::default() };
    job.keep_trailing_whitespace = true;
    let mut run = String::new();
    let mut marks: Option<(&Marks, bool)> = None;
    for cell in cells {
        let (c, image) = match &cell.glyph {
            Glyph::Char(c) => (*c, false),
            Glyph::Image { .. } => (IMAGE, true),
        };
        if marks != Some((&cell.marks, image)) {
            push(&mut job, &mut run, marks, style, ink, p);
            marks = Some((&cell.marks, image));
        }
        run.push(c);
    }
    push(&mut job, &mut run, marks, style, ink, p);
    if job.sections.is_empty() {
        job.append("", 0.0, look::format(style, ink));
    }
    job
}

fn push(
    job: &mut LayoutJob,
    run: &mut String,
    marks: Option<(&Marks, bool)>,
    style: Type,
    ink: Color32,
    p: Look,
) {
    let Some((marks, image)) = marks else { return };
    let format = if image { look::format(style, p.ink3) } else { format(marks, style, ink, p) };
    job.append(run, 0.0, format);
    run.clear();
}

fn format(marks: &Marks, style: Type, ink: Color32, p: Look) -> TextFormat {
    let mut style = style;
    if marks.strong {
        style.weight = style.weight.max(STRONG_WEIGHT);
    }
    let mut color = if marks.strike { p.ink3 } else { ink };
    if marks.code || marks.raw {
        let weight = if marks.strong { 700.0 } else { 400.0 };
        style = Type { size: style.size * 0.87, line: style.line, weight, ..tokens::CODE };
        color = if marks.raw { p.ink3 } else { color };
    }
    let mut format = if marks.em { look::emphasised(style, color) } else { look::format(style, color) };
    if marks.strike {
        format.strikethrough = Stroke::new(stroke::LINE, color);
    }
    format
}

/// Distance of a link's line from the baseline.
const UNDERLINE: f32 = 3.0;

/// Grounds of inline code, to be painted behind the text, and lines under links.
pub fn decor(galley: &Galley, cells: &[Cell], at: Pos2, p: Look) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let mut index = 0;
    for row in &galley.rows {
        let origin = at + row.pos.to_vec2();
        let mut run: Option<(Rect, bool, bool, f32)> = None;
        for glyph in &row.glyphs {
            let marks = cells.get(index).map(|cell| &cell.marks);
            let (code, link) = marks.map_or((false, false), |marks| (marks.code, marks.link.is_some()));
            index += 1;
            let baseline = origin.y + glyph.pos.y;
            let top = pos2(origin.x + glyph.pos.x, baseline - glyph.font_ascent * 0.94);
            let bottom =
                pos2(origin.x + glyph.max_x(), baseline + (glyph.font_height - glyph.font_ascent) * 0.9);
            let rect = Rect::from_min_max(top, bottom);
            run = match run {
                Some((before, was_code, was_link, base)) if (was_code, was_link) == (code, link) => {
                    Some((before.union(rect), code, link, base))
                }
                other => {
                    shapes.extend(other.into_iter().flat_map(|run| drawn(run, p)));
                    Some((rect, code, link, baseline))
                }
            };
        }
        shapes.extend(run.into_iter().flat_map(|run| drawn(run, p)));
        index += usize::from(row.ends_with_newline);
    }
    shapes
}

fn drawn((rect, code, link, baseline): (Rect, bool, bool, f32), p: Look) -> Vec<Shape> {
    let mut shapes = Vec::new();
    if code {
        shapes.push(Shape::rect_filled(rect.expand2(vec2(2.0, 0.0)), f32::from(radius::BAR), p.code));
    }
    if link {
        shapes.push(Shape::hline(rect.x_range(), baseline + UNDERLINE, Stroke::new(stroke::LINE, p.ink3)));
    }
    shapes
}
