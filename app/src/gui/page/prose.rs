//! Inline content as text for the painter: marks become weight, slant, strike, code and underline.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, Stroke};
use tern_model::block::Marks;

use super::cells::{Cell, Glyph, IMAGE};
use crate::gui::look::{self, Look};
use crate::gui::tokens::{self, Type, stroke};

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
    if marks.code {
        format.background = p.code;
        format.expand_bg = 1.5;
    }
    if marks.strike {
        format.strikethrough = Stroke::new(stroke::LINE, color);
    }
    if marks.link.is_some() {
        format.underline = Stroke::new(stroke::LINE, p.ink3);
    }
    format
}
