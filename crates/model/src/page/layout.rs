//! A page as a [`Flat`], with what lies in the document behind each of its parts.

use super::units::Glyph;
use super::{Content, Place, mark_runs, read_marker, table_key, text_of};
use crate::Delta;
use crate::block::{BlockKind, Container, Marks};
use crate::crdt::{At, Crdt, MARKER, Node, Obj, Read};
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
    /// Positions of the markers, one a part from the second on.
    pub(crate) markers: Vec<usize>,
    /// Starts of stretches with equal marks, as the document has them, and the marks of each.
    runs: Vec<usize>,
    marks: Vec<Marks>,
}

/// The page of a document.
pub(crate) fn flat(read: &impl Read) -> Flat {
    text_of(read).map(|text| read_flat(read, &text)).unwrap_or_default()
}

/// The page of a text object.
fn read_flat(read: &impl Read, text: &Obj) -> Flat {
    let content = Content::read(read, text);
    let mut flat = Flat::default();
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
        open = Some(head);
        from = index + 1;
    }
    close(&mut flat, open, content.line(from, content.places.len()));
    flat
}

impl Layout {
    /// The page of a text object; `known` when it is at hand, which saves most of the reading.
    pub(crate) fn of(read: &impl Read, text: &Obj, known: Option<&Flat>) -> Layout {
        let known = known.filter(|flat| flat.len() == read.len(text));
        let flat = known.cloned().unwrap_or_else(|| read_flat(read, text));
        let mut at = 0;
        let mut markers = Vec::with_capacity(flat.parts().len());
        for part in flat.parts() {
            at += part.line.len();
            markers.push(at);
            at += 1;
        }
        markers.pop();
        let (runs, marks) = mark_runs(&read.marks(text));
        Layout { flat, markers, runs, marks }
    }

    /// What lies in the document behind a part.
    pub(crate) fn anchor(&self, read: &impl Read, text: &Obj, part: usize) -> Option<Anchor> {
        let at = *self.markers.get(part.checked_sub(1)?)?;
        let Some(Node::Map(obj)) = read.get(text, At::Index(at)) else { return None };
        let head = self.flat.parts().get(part)?.head.as_ref()?;
        let table = matches!(head.kind, BlockKind::Table { .. }).then(|| table_key(read, &obj));
        Some(Anchor { obj, at, table })
    }

    /// The marks at a position as the document has them, even where they do not show, and where they end.
    pub(crate) fn marks(&self, at: usize) -> (Marks, usize) {
        run(&self.runs, &self.marks, at)
    }
}

/// Marks from a position on and the position where they end.
fn run(runs: &[usize], marks: &[Marks], at: usize) -> (Marks, usize) {
    let run = runs.partition_point(|start| *start <= at);
    let here = run.checked_sub(1).and_then(|r| marks.get(r)).cloned().unwrap_or_default();
    (here, runs.get(run).copied().unwrap_or(usize::MAX))
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
    fn line(&self, from: usize, to: usize) -> Line {
        let mut line = Line::default();
        let mut at = from;
        while at < to {
            let (marks, end) = run(&self.runs, &self.marks, at);
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
