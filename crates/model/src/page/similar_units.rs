//! Comparison of two sequences of glyphs: by words first, by characters inside what differs. Bounded in time.

use std::collections::BTreeMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::units::{Glyph, Unit};

/// Most tokens on both sides together that are compared; beyond, a stretch counts as replaced.
const MAX_TOKENS: usize = 8_000;
/// Most characters on both sides together that are compared one by one.
const MAX_CHARS: usize = 1_200;
/// Ids from here on are no characters.
const NOT_CHAR: u32 = 0x11_0000;
/// Ids from here on are markers.
pub(crate) const MARKERS: u32 = 0x8000_0000;

/// A stretch of a comparison: `a` counts in the older, `b` in the newer sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Span {
    Keep { a: usize, b: usize, len: usize },
    Delete { a: usize, len: usize },
    Insert { a: usize, b: usize, len: usize },
}

/// Numbers for glyphs, equal for equal ones.
#[derive(Debug, Default)]
pub(crate) struct Ids<'a> {
    images: BTreeMap<&'a Glyph, u32>,
}

impl<'a> Ids<'a> {
    pub(crate) fn of(&mut self, unit: &'a Unit) -> u32 {
        match &unit.glyph {
            Glyph::Char(c) => u32::from(*c),
            image => {
                let next = NOT_CHAR + self.images.len() as u32;
                *self.images.entry(image).or_insert(next)
            }
        }
    }
}

/// Compares content by what stands there; marks do not count.
pub(crate) fn compare(a: &[Unit], b: &[Unit]) -> Vec<Span> {
    let mut ids = Ids::default();
    let a: Vec<u32> = a.iter().map(|u| ids.of(u)).collect();
    let b: Vec<u32> = b.iter().map(|u| ids.of(u)).collect();
    compare_ids(&a, &b)
}

/// Compares sequences of ids.
pub(crate) fn compare_ids(a: &[u32], b: &[u32]) -> Vec<Span> {
    let mut out = Spans::default();
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (tail_a, tail_b) = (&a[head..], &b[head..]);
    let tail = tail_a.iter().rev().zip(tail_b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (mid_a, mid_b) = (&tail_a[..tail_a.len() - tail], &tail_b[..tail_b.len() - tail]);
    out.keep(head);
    words(mid_a, mid_b, &mut out);
    out.keep(tail);
    slide(a, b, out.done())
}

/// Spans in order, with adjacent ones joined and deletions before insertions.
#[derive(Default)]
struct Spans {
    out: Vec<Span>,
    a: usize,
    b: usize,
    deleted: usize,
    inserted: usize,
}

impl Spans {
    fn keep(&mut self, len: usize) {
        if len == 0 {
            return;
        }
        self.flush();
        match self.out.last_mut() {
            Some(Span::Keep { len: before, .. }) => *before += len,
            _ => self.out.push(Span::Keep { a: self.a, b: self.b, len }),
        }
        self.a += len;
        self.b += len;
    }

    fn replace(&mut self, deleted: usize, inserted: usize) {
        self.deleted += deleted;
        self.inserted += inserted;
    }

    fn flush(&mut self) {
        if self.deleted > 0 {
            self.out.push(Span::Delete { a: self.a, len: self.deleted });
        }
        self.a += self.deleted;
        if self.inserted > 0 {
            self.out.push(Span::Insert { a: self.a, b: self.b, len: self.inserted });
        }
        self.b += self.inserted;
        (self.deleted, self.inserted) = (0, 0);
    }

    fn done(mut self) -> Vec<Span> {
        self.flush();
        self.out
    }
}

fn words(a: &[u32], b: &[u32], out: &mut Spans) {
    let (tokens_a, tokens_b) = (tokens(a), tokens(b));
    if a.is_empty() || b.is_empty() || tokens_a.len() + tokens_b.len() > MAX_TOKENS {
        out.replace(a.len(), b.len());
        return;
    }
    let size = |tokens: &[&[u32]]| tokens.iter().map(|t| t.len()).sum::<usize>();
    for op in capture_diff_slices(Algorithm::Myers, &tokens_a, &tokens_b) {
        let (old, new) = (&tokens_a[op.old_range()], &tokens_b[op.new_range()]);
        match op {
            DiffOp::Equal { .. } => out.keep(size(old)),
            _ => chars(&old.concat(), &new.concat(), out),
        }
    }
}

/// Compares a replaced stretch by characters, unless so little is common that the pieces would mean nothing.
fn chars(a: &[u32], b: &[u32], out: &mut Spans) {
    if a.is_empty() || b.is_empty() || a.len() + b.len() > MAX_CHARS {
        out.replace(a.len(), b.len());
        return;
    }
    let ops = capture_diff_slices(Algorithm::Myers, a, b);
    let kept = |op: &DiffOp| if let DiffOp::Equal { len, .. } = op { *len } else { 0 };
    let markers = a.iter().chain(b).any(|id| *id >= MARKERS);
    if !markers && 2 * ops.iter().map(kept).sum::<usize>() < a.len().max(b.len()) {
        out.replace(a.len(), b.len());
        return;
    }
    for op in ops {
        match op {
            DiffOp::Equal { len, .. } => out.keep(len),
            other => out.replace(other.old_range().len(), other.new_range().len()),
        }
    }
}

/// Words, stretches of white space, and single other characters.
fn tokens(ids: &[u32]) -> Vec<&[u32]> {
    let class = |id: u32| match char::from_u32(id) {
        Some(c) if c.is_alphanumeric() || c == '_' => 1,
        Some(c) if c.is_whitespace() && c != '\n' => 2,
        _ => 0,
    };
    ids.chunk_by(|x, y| class(*x) != 0 && class(*x) == class(*y)).collect()
}

/// A stretch that ends with a marker behind a kept marker is told as one that begins with it: a whole block.
fn slide(a: &[u32], b: &[u32], spans: Vec<Span>) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    let mut rest = spans.into_iter().peekable();
    while let Some(span) = rest.next() {
        let last = match span {
            Span::Insert { b: at, len, .. } => b.get((at + len).saturating_sub(1)),
            Span::Delete { a: at, len } => a.get((at + len).saturating_sub(1)),
            Span::Keep { .. } => None,
        };
        let alone = !matches!((span, rest.peek()), (Span::Delete { .. }, Some(Span::Insert { .. })));
        let kept = match out.last_mut() {
            Some(Span::Keep { a: at, len, .. }) if *len > 0 => a.get(*at + *len - 1).map(|id| (*id, len)),
            _ => None,
        };
        match (kept, last) {
            (Some((id, len)), Some(end)) if alone && id >= MARKERS && id == *end => {
                *len -= 1;
                out.extend(shifted(span));
            }
            _ => out.push(span),
        }
    }
    join(out)
}

/// The stretch one place earlier, and the kept element behind it.
fn shifted(span: Span) -> [Span; 2] {
    match span {
        Span::Insert { a, b, len } => {
            [Span::Insert { a: a - 1, b: b - 1, len }, Span::Keep { a: a - 1, b: b + len - 1, len: 1 }]
        }
        Span::Delete { a, len } | Span::Keep { a, len, .. } => {
            // The position in `b` is filled in by `join`.
            [Span::Delete { a: a - 1, len }, Span::Keep { a: a + len - 1, b: 0, len: 1 }]
        }
    }
}

/// Joins neighbouring kept stretches and counts the positions anew.
fn join(spans: Vec<Span>) -> Vec<Span> {
    let mut out = Spans::default();
    for span in spans {
        match span {
            Span::Keep { len, .. } => out.keep(len),
            Span::Delete { len, .. } => out.replace(len, 0),
            Span::Insert { len, .. } => out.replace(0, len),
        }
    }
    out.done()
}
