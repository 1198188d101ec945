//! A page as a [`Flat`], with what lies in the document behind each of its parts.

use super::units::Glyph;
use super::{Content, Place, read_marker, text_of};
use crate::Delta;
use crate::block::{BlockKind, Container, Marks};
use crate::crdt::{Crdt, MARKER, Obj, Read};
use crate::doc::{Heads, ModelError};
use crate::flat::{Flat, Head, Line, Picture};
use crate::kept;

/// The marker of a part.
#[derive(Debug, Clone)]
pub(crate) struct Anchor {
    pub(crate) obj: Obj,
    /// Its position.
    pub(crate) at: usize,
    /// Key of its table.
    pub(crate) table: Option<String>,
}

/// A page under edit.
pub(crate) struct Layout {
    pub(crate) flat: Flat,
    /// One a part from the second on.
    pub(crate) anchors: Vec<Anchor>,
    content: Content,
}

/// The page of a document.
pub(crate) fn flat(read: &impl Read) -> Flat {
    text_of(read).map(|text| Layout::read(read, &text).flat).unwrap_or_default()
}

impl Layout {
    /// Reads a text object.
    pub(crate) fn read(read: &impl Read, text: &Obj) -> Layout {
        let content = Content::read(read, text);
        let mut flat = Flat::default();
        let mut anchors: Vec<Anchor> = Vec::new();
        let mut open: Option<Head> = None;
        let mut from = 0;
        for (index, place) in content.places.iter().enumerate() {
            let Place::Block(obj) = place else { continue };
            close(&mut flat, open.take(), content.line(from, index));
            let found = read_marker(read, obj);
            let mut head = Head { kind: found.kind, parents: found.parents, restart: found.restart };
            if found.quote && head.restart.is_none() {
                head.restart = quote_restart(&head, &flat);
            }
            anchors.push(Anchor { obj: found.obj, at: index, table: found.table });
            open = Some(head);
            from = index + 1;
        }
        close(&mut flat, open, content.line(from, content.places.len()));
        Layout { flat, anchors, content }
    }

    /// The marks at a position as the document has them, even where they do not show, and where they end.
    pub(crate) fn marks(&self, at: usize) -> (Marks, usize) {
        self.content.run(at)
    }
}

fn close(flat: &mut Flat, head: Option<Head>, line: Line) {
    match head {
        Some(head) => flat.push(head, line),
        None => flat.set_leading(line),
    }
}

/// A quotation of its own for each marker of type `blockquote`, as reading blocks gives it.
fn quote_restart(head: &Head, before: &Flat) -> Option<usize> {
    let depth = head.parents.len().checked_sub(1)?;
    let last = before.parts().last()?;
    let outside = last.head.as_ref().is_none_or(|h| h.is_leaf() && !last.line.is_empty());
    let parents: &[Container] = last.head.as_ref().filter(|_| !outside).map_or(&[], |h| &h.parents);
    let paragraph = matches!(head.kind, BlockKind::Paragraph);
    (paragraph && parents.get(..=depth) == Some(&head.parents[..])).then_some(depth)
}

impl Content {
    /// Marks from a position on and the position where they end.
    fn run(&self, at: usize) -> (Marks, usize) {
        let run = self.runs.partition_point(|start| *start <= at);
        let marks = run.checked_sub(1).and_then(|r| self.marks.get(r)).cloned().unwrap_or_default();
        (marks, self.runs.get(run).copied().unwrap_or(usize::MAX))
    }

    fn line(&self, from: usize, to: usize) -> Line {
        let mut line = Line::default();
        let mut at = from;
        while at < to {
            let (marks, end) = self.run(at);
            let end = end.min(to);
            let mut text = String::new();
            for place in self.places.get(at..end).unwrap_or_default() {
                let object = match place {
                    Place::Char(MARKER) | Place::Block(_) => None,
                    Place::Embed(Glyph::Image { src, alt, title }) => {
                        Some(Picture { src: src.clone(), alt: alt.clone(), title: title.clone() })
                    }
                    Place::Char(c) | Place::Embed(Glyph::Char(c)) => {
                        text.push(*c);
                        continue;
                    }
                };
                line.insert_text(line.len(), &std::mem::take(&mut text), &marks);
                line.insert_object(line.len(), object, &marks);
            }
            line.insert_text(line.len(), &text, &marks);
            at = end;
        }
        line
    }
}

/// What changed from version `from`, whose page is `before`, to version `to`, whose page is `now`.
pub(crate) fn changes(
    doc: &Crdt,
    (from, before): (&Heads, &Flat),
    (to, now): (&Heads, &Flat),
) -> Result<Delta, ModelError> {
    if from.0.iter().chain(&to.0).any(|hash| !doc.has(hash)) {
        return Err(ModelError::UnknownHeads);
    }
    if from == to {
        return Ok(Delta::default());
    }
    let kept = match text_of(doc) {
        Some(text) => doc.kept(&text, from, to, before.len())?,
        None => Vec::new(),
    };
    Ok(kept::change(before, now, &kept))
}
