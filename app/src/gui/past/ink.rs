//! Rows of a difference as text for the painter: what came is tinted and underlined, what went tinted and struck, other
//! marks have a dotted line, and whose hand it was stands as a raised letter.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Galley, Pos2, Shape, Stroke, Ui, pos2, vec2};
use tern_model::block::{Inline, Marks};

use super::data::{Run, Touch};
use crate::gui::look::{self, Look};
use crate::gui::page::prose::{self, Set};
use crate::gui::tokens::{self, Type, stroke};

/// A tint stays this far within its row, so that rows stand apart.
const TINT_IN: f32 = 1.5;
/// Lines under text stand this far above the end of its row.
const LINE_IN: f32 = 3.0;
/// What came stands this far from what went just before it, so that both can be read without their colours.
const APART: f32 = 3.0;

/// Text that is set, and where in it other marks are.
#[derive(Debug, Clone)]
pub struct Inked {
    /// The text.
    pub galley: Arc<Galley>,
    touched: Vec<(Touch, usize, usize)>,
}

/// Sets runs at a width.
pub fn set(ui: &Ui, runs: &[Run], style: Type, width: f32, p: Look) -> Inked {
    let mut job = LayoutJob { wrap: TextWrapping::wrap_at_width(width), ..LayoutJob::default() };
    job.keep_trailing_whitespace = true;
    let set = Set { style, ink: p.ink, look: p, width };
    let (mut at, mut touched) = (0, Vec::new());
    let mut after_change = false;
    for run in runs {
        let from = at;
        let changed = matches!(run.touch, Touch::Insert | Touch::Delete);
        let mut lead = if changed && after_change { APART } else { 0.0 };
        after_change = changed;
        for part in &run.content {
            let (text, marks) = match part {
                Inline::Text { text, marks } => (text.chars().map(prose::safe).collect::<String>(), marks),
                Inline::Image { alt, marks, .. } => (format!("▣ {alt}"), marks),
            };
            at += text.chars().count();
            job.append(&text, std::mem::take(&mut lead), format(marks, run.touch, set));
        }
        if run.touch != Touch::Keep {
            touched.push((run.touch, from, at));
        }
        if !run.by.is_empty() {
            at += run.by.chars().count();
            job.append(&run.by, 1.0, raised(run.touch, p));
        }
    }
    if job.sections.is_empty() {
        job.append("", 0.0, look::format(style, p.ink));
    }
    Inked { galley: look::layout(ui, job), touched }
}

fn format(marks: &Marks, touch: Touch, set: Set) -> TextFormat {
    let p = set.look;
    let mut format = prose::format(marks, set);
    match touch {
        Touch::Keep | Touch::Format => {}
        Touch::Insert => {
            format.color = p.ink;
        }
        Touch::Delete => {
            format.color = p.cut;
            format.strikethrough = Stroke::new(stroke::GLYPH, p.cut);
        }
    }
    format
}

fn raised(touch: Touch, p: Look) -> TextFormat {
    let ink = match touch {
        Touch::Delete => p.cut,
        Touch::Insert => p.add,
        Touch::Keep | Touch::Format => p.ink2,
    };
    let mut format = look::format(tokens::TINY_STRONG, ink);
    format.valign = egui::Align::TOP;
    format
}

/// Paints text that was set: tints behind it, lines under it.
pub fn paint(ui: &Ui, inked: &Inked, at: Pos2, p: Look) {
    let rects = |from: usize, to: usize| prose::rects(&inked.galley, from, to, at);
    for (touch, from, to) in &inked.touched {
        let tint = match touch {
            Touch::Insert => p.add_tint,
            Touch::Delete => p.cut_tint,
            Touch::Keep | Touch::Format => continue,
        };
        for rect in rects(*from, *to) {
            ui.painter().rect_filled(rect.shrink2(vec2(0.0, TINT_IN)), 0.0, tint);
        }
    }
    ui.painter().galley(at, inked.galley.clone(), p.ink);
    for (touch, from, to) in &inked.touched {
        for rect in rects(*from, *to) {
            let y = rect.bottom() - LINE_IN;
            let line = [pos2(rect.left(), y), pos2(rect.right(), y)];
            match touch {
                Touch::Insert => {
                    ui.painter().line_segment(line, Stroke::new(stroke::FOCUS, p.add));
                }
                Touch::Format => {
                    ui.painter().extend(Shape::dotted_line(&line, p.ink2, 3.0, 0.9));
                }
                Touch::Keep | Touch::Delete => {}
            }
        }
    }
}

/// Sets and paints runs; returns their height.
pub fn put(ui: &Ui, runs: &[Run], style: Type, at: Pos2, width: f32, p: Look) -> f32 {
    let inked = set(ui, runs, style, width, p);
    paint(ui, &inked, at, p);
    inked.galley.size().y.max(style.line)
}

/// Room of text at a width.
pub fn size(ui: &Ui, runs: &[Run], style: Type, width: f32, p: Look) -> egui::Vec2 {
    let galley = set(ui, runs, style, width, p).galley;
    vec2(galley.size().x, galley.size().y.max(style.line))
}
