//! Content as units: one per position of the text, with its marks. What comparisons and edits work on.

use crate::block::{Inline, Marks};

/// What stands at one position.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Glyph {
    /// A character; an embed of unknown type appears as [`crate::crdt::MARKER`].
    Char(char),
    /// An image.
    Image { src: String, alt: String, title: String },
}

/// One position: what stands there and its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) glyph: Glyph,
    pub(crate) marks: Marks,
}

/// The positions of inline content.
pub(crate) fn units(inline: &[Inline]) -> Vec<Unit> {
    let mut out = Vec::new();
    for item in inline {
        match item {
            Inline::Text { text, marks } => {
                out.extend(text.chars().map(|c| Unit { glyph: Glyph::Char(c), marks: marks.clone() }));
            }
            Inline::Image { src, alt, title, marks } => {
                let glyph = Glyph::Image { src: src.clone(), alt: alt.clone(), title: title.clone() };
                out.push(Unit { glyph, marks: marks.clone() });
            }
        }
    }
    out
}

/// Inline content from positions: neighbours with equal marks become one run.
pub(crate) fn inline(units: &[Unit]) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::new();
    for unit in units {
        match (&unit.glyph, out.last_mut()) {
            (Glyph::Char(c), Some(Inline::Text { text, marks })) if *marks == unit.marks => text.push(*c),
            (Glyph::Char(c), _) => {
                out.push(Inline::Text { text: c.to_string(), marks: unit.marks.clone() });
            }
            (Glyph::Image { src, alt, title }, _) => out.push(Inline::Image {
                src: src.clone(),
                alt: alt.clone(),
                title: title.clone(),
                marks: unit.marks.clone(),
            }),
        }
    }
    out
}

/// The same content in the one form that reading a document gives: no empty runs, equal neighbours joined.
pub fn normal_inline(content: &[Inline]) -> Vec<Inline> {
    inline(&units(content))
}
