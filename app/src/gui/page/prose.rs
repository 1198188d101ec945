//! A stretch of a line as text for the painter: marks become weight, slant, strike, code and underline. One character of
//! the line is one character of the text, so places in both agree.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, Galley, Pos2, Rect, Shape, Stroke, pos2, vec2};
use tern_model::block::Marks;
use tern_model::flat::{Line, OBJECT};

use super::highlight::Span;
use crate::gui::look::{self, Look};
use crate::gui::tokens::{self, Type, radius, stroke};

const STRONG_WEIGHT: f32 = 660.0;
/// Shown where an image stands among text.
const IMAGE: &str = "□";
/// Distance of a link's line from the baseline.
const UNDERLINE: f32 = 3.0;

/// How a stretch of text is set.
#[derive(Debug, Clone, Copy)]
pub struct Set {
    /// Type of unmarked text.
    pub style: Type,
    /// Its colour.
    pub ink: Color32,
    /// The palette.
    pub look: Look,
    /// Where it wraps.
    pub width: f32,
}

/// Text that an input method is composing: where it stands (characters of the line) and what it is.
#[derive(Debug, Clone, Copy)]
pub struct Preedit<'a> {
    /// Before this character.
    pub at: usize,
    /// The text.
    pub text: &'a str,
}

/// Characters that are set otherwise than written: what no font draws, and what would turn the direction of what follows.
pub fn safe(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        OBJECT => '□',
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' => {
            '\u{FFFD}'
        }
        c if c.is_control() => '\u{FFFD}',
        c => c,
    }
}

/// Lays out the characters `from..to`.
pub fn job(line: &Line, from: usize, to: usize, set: Set, preedit: Option<Preedit<'_>>) -> LayoutJob {
    let mut job = LayoutJob { wrap: TextWrapping::wrap_at_width(set.width), ..LayoutJob::default() };
    job.keep_trailing_whitespace = true;
    let mut chars = line.slice(from, to).chars();
    let mut start = 0;
    let mut at = from;
    for (len, marks) in line.runs() {
        let end = start + len;
        if end > from && start < to {
            let take = end.min(to) - at;
            let split = preedit.filter(|p| (at..at + take).contains(&p.at)).map(|p| p.at - at);
            if let (Some(split), Some(preedit)) = (split, preedit) {
                push(&mut job, chars.by_ref().take(split), marks, set);
                composing(&mut job, preedit.text, set);
                push(&mut job, chars.by_ref().take(take - split), marks, set);
            } else {
                push(&mut job, chars.by_ref().take(take), marks, set);
            }
            at += take;
        }
        start = end;
    }
    if let Some(preedit) = preedit.filter(|p| p.at == to) {
        composing(&mut job, preedit.text, set);
    }
    if job.sections.is_empty() {
        job.append("", 0.0, look::format(set.style, set.ink));
    }
    job
}

fn push(job: &mut LayoutJob, chars: impl Iterator<Item = char>, marks: &Marks, set: Set) {
    let format = format(marks, set);
    let mut run = String::new();
    for c in chars {
        if c == OBJECT {
            if !run.is_empty() {
                job.append(&std::mem::take(&mut run), 0.0, format.clone());
            }
            job.append(IMAGE, 0.0, look::format(set.style, set.look.ink3));
        } else {
            run.push(safe(c));
        }
    }
    if !run.is_empty() {
        job.append(&run, 0.0, format);
    }
}

fn composing(job: &mut LayoutJob, text: &str, set: Set) {
    let mut format = look::format(set.style, set.ink);
    format.underline = Stroke::new(stroke::LINE, set.look.here);
    job.append(text, 0.0, format);
}

/// Lays out code `from..to` with its coloured stretches.
pub fn code_job(
    line: &Line,
    from: usize,
    to: usize,
    set: Set,
    spans: &[Span],
    preedit: Option<Preedit<'_>>,
) -> LayoutJob {
    if preedit.is_some() || spans.is_empty() {
        return job(line, from, to, set, preedit);
    }
    let mut job = LayoutJob { wrap: TextWrapping::wrap_at_width(set.width), ..LayoutJob::default() };
    job.keep_trailing_whitespace = true;
    let mut chars = line.slice(from, to).chars().map(safe);
    let mut at = from;
    let first = spans.partition_point(|span| span.to <= from);
    for span in spans[first..].iter().take_while(|span| span.from < to) {
        let plain: String = chars.by_ref().take(span.from.saturating_sub(at)).collect();
        at = at.max(span.from);
        let coloured: String = chars.by_ref().take(span.to.min(to).saturating_sub(at)).collect();
        at = span.to.min(to);
        if !plain.is_empty() {
            job.append(&plain, 0.0, look::format(set.style, set.ink));
        }
        let (color, bold) = span.class.colour(&set.look);
        let weight = if bold { 700.0 } else { set.style.weight };
        job.append(&coloured, 0.0, look::format(Type { weight, ..set.style }, color));
    }
    let rest: String = chars.collect();
    job.append(&rest, 0.0, look::format(set.style, set.ink));
    job
}

fn format(marks: &Marks, set: Set) -> TextFormat {
    let (mut style, p) = (set.style, set.look);
    if marks.strong {
        style.weight = style.weight.max(STRONG_WEIGHT);
    }
    let mut color = if marks.strike { p.ink3 } else { set.ink };
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

/// Rectangles that cover the characters `from..to` of a galley, a row each; a selected line end is a little wide.
pub fn rects(galley: &Galley, from: usize, to: usize, at: Pos2) -> Vec<Rect> {
    let mut out = Vec::new();
    let mut start = 0;
    for row in &galley.rows {
        let glyphs = row.glyphs.len();
        let end = start + glyphs + usize::from(row.ends_with_newline);
        if end >= from && start < to {
            let origin = at + row.pos.to_vec2();
            let x = |index: usize| origin.x + row.x_offset(egui::text::CharIndex(index.min(glyphs)));
            let (a, b) = (from.max(start) - start, to.min(end) - start);
            let newline = if b > glyphs { 6.0 } else { 0.0 };
            if b > a {
                out.push(Rect::from_min_max(
                    pos2(x(a), origin.y),
                    pos2(x(b) + newline, origin.y + row.height()),
                ));
            }
        }
        start = end;
    }
    out
}

/// Grounds of inline code, to be painted behind the text, and lines under links.
pub fn decor(galley: &Galley, line: &Line, from: usize, at: Pos2, p: Look) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let mut start = 0;
    for (len, marks) in line.runs() {
        let (a, b) = (start.max(from), start + len);
        start += len;
        if b <= from || !(marks.code || marks.link.is_some()) {
            continue;
        }
        for rect in rects(galley, a - from, b - from, at) {
            if marks.code {
                let ground = rect.shrink2(vec2(-2.0, 2.5));
                shapes.push(Shape::rect_filled(ground, f32::from(radius::BAR), p.code));
            }
            if marks.link.is_some() {
                let y = rect.bottom() - UNDERLINE;
                shapes.push(Shape::hline(rect.x_range(), y, Stroke::new(stroke::LINE, p.ink3)));
            }
        }
    }
    shapes
}
