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

/// Text that is set, and where in it other marks are.
#[derive(Debug, Clone)]
pub struct Inked {
    /// The text.
    pub galley: Arc<Galley>,
    dotted: Vec<(usize, usize)>,
}

/// Sets runs at a width.
pub fn set(ui: &Ui, runs: &[Run], style: Type, width: f32, p: Look) -> Inked {
    let mut job = LayoutJob { wrap: TextWrapping::wrap_at_width(width), ..LayoutJob::default() };
    job.keep_trailing_whitespace = true;
    let set = Set { style, ink: p.ink, look: p, width };
    let (mut at, mut dotted) = (0, Vec::new());
    for run in runs {
        let from = at;
        for part in &run.content {
            let (text, marks) = match part {
                Inline::Text { text, marks } => (text.chars().map(prose::safe).collect::<String>(), marks),
                Inline::Image { alt, marks, .. } => (format!("▣ {alt}"), marks),
            };
            at += text.chars().count();
            job.append(&text, 0.0, format(marks, run.touch, set));
        }
        if run.touch == Touch::Format {
            dotted.push((from, at));
        }
        if !run.by.is_empty() {
            at += run.by.chars().count();
            job.append(&run.by, 1.0, raised(run.touch, p));
        }
    }
    if job.sections.is_empty() {
        job.append("", 0.0, look::format(style, p.ink));
    }
    Inked { galley: look::layout(ui, job), dotted }
}

fn format(marks: &Marks, touch: Touch, set: Set) -> TextFormat {
    let p = set.look;
    let mut format = prose::format(marks, set);
    match touch {
        Touch::Keep | Touch::Format => {}
        Touch::Insert => {
            (format.color, format.background) = (p.ink, p.add_tint);
            format.underline = Stroke::new(stroke::FOCUS, p.add);
        }
        Touch::Delete => {
            (format.color, format.background) = (p.cut, p.cut_tint);
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

/// Paints text that was set.
pub fn paint(ui: &Ui, inked: &Inked, at: Pos2, p: Look) {
    ui.painter().galley(at, inked.galley.clone(), p.ink);
    for (from, to) in &inked.dotted {
        for rect in prose::rects(&inked.galley, *from, *to, at) {
            let y = rect.bottom() - 2.0;
            let line = [pos2(rect.left(), y), pos2(rect.right(), y)];
            ui.painter().extend(Shape::dotted_line(&line, p.ink2, 3.0, 0.9));
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
