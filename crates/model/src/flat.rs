//! A page as one sequence of positions, exactly those of its text: what the window edits and what a [`crate::Delta`]
//! speaks of. A block marker is one position, a character one, an image one. Pure values; no Automerge.
//!
//! One file: a page, its lines and the cursor that changes them share the invariants of lengths and runs.
//!
//! Parts are stretches between markers. The first part has no head: text that stands before the first marker, mostly none.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::block::{Block, BlockKind, Container, Inline, Marks};
use crate::delta::{Cell, Delta, Piece, Restyle, Step, with_cells};

/// Stands for an image, or for something embedded that this version does not know, in the characters of a line.
pub const OBJECT: char = '\u{FFFC}';

/// What a block marker says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// What the block is; a table carries its cells.
    pub kind: BlockKind,
    /// Containers around it, outermost first.
    pub parents: Vec<Container>,
    /// See [`Block::restart`].
    pub restart: Option<usize>,
}

/// An image in the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Picture {
    /// Address.
    pub src: String,
    /// Text in its place.
    pub alt: String,
    /// Title.
    pub title: String,
}

/// Characters with their marks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    text: String,
    len: usize,
    /// Lengths and marks of stretches; neighbours differ, none is empty, together as long as the text.
    runs: Vec<(usize, Marks)>,
    /// One entry an [`OBJECT`] of the text, in order; none for what is unknown.
    objects: Vec<Option<Picture>>,
}

/// A marker and the text up to the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Names the part in this process for as long as its marker exists; never reused in one [`Flat`].
    pub key: u64,
    /// Grows with every change of the part.
    pub rev: u64,
    /// The marker; none for the first part only.
    pub head: Option<Head>,
    /// Its text. Text behind a divider or table reads as a paragraph of its own.
    pub line: Line,
}

/// A page.
#[derive(Debug, Clone)]
pub struct Flat {
    /// Shared with copies of the page until one of them changes: a copy costs a pointer a part.
    parts: Vec<Arc<Part>>,
    made: u64,
}

/// A delta does not fit the page it was to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the change reaches beyond the end of the page")]
pub struct Misfit;

impl Head {
    /// A head at top level.
    pub fn plain(kind: BlockKind) -> Head {
        Head { kind, parents: Vec::new(), restart: None }
    }

    /// The head of a block.
    pub fn of(block: &Block) -> Head {
        Head { kind: block.kind.clone(), parents: block.parents.clone(), restart: block.restart }
    }

    /// Whether its text carries no marks.
    pub fn is_plain_text(&self) -> bool {
        matches!(self.kind, BlockKind::Code { .. } | BlockKind::Verbatim)
    }

    /// Whether it holds no text.
    pub fn is_leaf(&self) -> bool {
        self.kind.is_leaf()
    }

    /// The container that it opens for blocks of the same item.
    pub fn opens(&self) -> Option<Container> {
        self.kind.opens()
    }
}

impl Line {
    /// A line from inline content.
    pub fn of(inline: &[Inline]) -> Line {
        let mut line = Line::default();
        for run in inline {
            match run {
                Inline::Text { text, marks } => line.insert_text(line.len, text, marks),
                Inline::Image { src, alt, title, marks } => {
                    let picture = Picture { src: src.clone(), alt: alt.clone(), title: title.clone() };
                    line.insert_object(line.len, Some(picture), marks);
                }
            }
        }
        line
    }

    /// Its characters; an [`OBJECT`] for each image.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many characters.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Stretches of equal marks.
    pub fn runs(&self) -> &[(usize, Marks)] {
        &self.runs
    }

    /// What stands at the [`OBJECT`]s of the text, in order.
    pub fn objects(&self) -> &[Option<Picture>] {
        &self.objects
    }

    /// Byte at which a character begins; the end for one beyond it.
    pub fn byte(&self, at: usize) -> usize {
        if at >= self.len {
            return self.text.len();
        }
        if self.text.len() == self.len {
            return at;
        }
        self.text.char_indices().nth(at).map_or(self.text.len(), |(byte, _)| byte)
    }

    /// The characters `from..to`.
    pub fn slice(&self, from: usize, to: usize) -> &str {
        self.text.get(self.byte(from)..self.byte(to)).unwrap_or_default()
    }

    /// Marks of the character at a position.
    pub fn marks_at(&self, at: usize) -> Option<&Marks> {
        let mut end = 0;
        self.runs.iter().find_map(|(len, marks)| {
            end += len;
            (at < end).then_some(marks)
        })
    }

    /// As inline content.
    pub fn inline(&self) -> Vec<Inline> {
        let runs: Vec<Inline> = self.pieces(0, self.len).into_iter().filter_map(Piece::into_inline).collect();
        // What is unknown is a character among others there.
        if self.objects.contains(&None) { crate::page::normal_inline(&runs) } else { runs }
    }

    /// The content of `from..to`.
    pub fn pieces(&self, from: usize, to: usize) -> Vec<Piece> {
        let to = to.min(self.len);
        let mut out: Vec<Piece> = Vec::new();
        if from >= to {
            return out;
        }
        let before = self.text[..self.byte(from)].matches(OBJECT).count();
        let mut objects = self.objects.iter().skip(before);
        let mut chars = self.slice(from, to).chars();
        let mut start = 0;
        for (len, marks) in &self.runs {
            let (a, b) = (start.max(from), (start + len).min(to));
            start += len;
            let mut text = String::new();
            for c in chars.by_ref().take(b.saturating_sub(a)) {
                if c != OBJECT {
                    text.push(c);
                    continue;
                }
                if !text.is_empty() {
                    out.push(Piece::Text(std::mem::take(&mut text), marks.clone()));
                }
                out.push(Piece::Object(objects.next().cloned().flatten(), marks.clone()));
            }
            if !text.is_empty() {
                out.push(Piece::Text(text, marks.clone()));
            }
        }
        out
    }

    /// Inserts text; an [`OBJECT`] in it becomes a replacement character.
    pub fn insert_text(&mut self, at: usize, text: &str, marks: &Marks) {
        let at = at.min(self.len);
        let byte = self.byte(at);
        let count = text.chars().count();
        if text.contains(OBJECT) {
            self.text.insert_str(byte, &text.replace(OBJECT, "\u{FFFD}"));
        } else {
            self.text.insert_str(byte, text);
        }
        self.len += count;
        self.insert_run(at, count, marks);
    }

    /// Inserts an image, or something unknown.
    pub fn insert_object(&mut self, at: usize, object: Option<Picture>, marks: &Marks) {
        let at = at.min(self.len);
        let byte = self.byte(at);
        let before = self.text[..byte].matches(OBJECT).count();
        self.objects.insert(before, object);
        self.text.insert(byte, OBJECT);
        self.len += 1;
        self.insert_run(at, 1, marks);
    }

    /// Takes the characters `from..to` out.
    pub fn remove(&mut self, from: usize, to: usize) {
        let to = to.min(self.len);
        if from >= to {
            return;
        }
        let (a, b) = (self.byte(from), self.byte(to));
        let before = self.text[..a].matches(OBJECT).count();
        let inside = self.text[a..b].matches(OBJECT).count();
        self.objects.drain(before..before + inside);
        self.text.replace_range(a..b, "");
        self.len -= to - from;
        let mut start = 0;
        for (len, _) in &mut self.runs {
            let end = start + *len;
            *len -= end.min(to).saturating_sub(start.max(from));
            start = end;
        }
        self.tidy();
    }

    /// Changes the marks of `from..to`.
    pub fn restyle(&mut self, from: usize, to: usize, change: &Restyle) {
        let to = to.min(self.len);
        if from >= to {
            return;
        }
        let first = self.cut(from);
        let end = self.cut(to);
        for (_, marks) in &mut self.runs[first..end] {
            change.apply(marks);
        }
        self.tidy();
    }

    /// Forgets all marks.
    pub fn unmark(&mut self) {
        self.runs.clear();
        if self.len > 0 {
            self.runs.push((self.len, Marks::default()));
        }
    }

    /// Cuts everything from `at` on off and returns it.
    pub fn split_off(&mut self, at: usize) -> Line {
        let at = at.min(self.len);
        let byte = self.byte(at);
        let first = self.cut(at);
        let before = self.text[..byte].matches(OBJECT).count();
        let rest = Line {
            text: self.text.split_off(byte),
            len: self.len - at,
            runs: self.runs.split_off(first),
            objects: self.objects.split_off(before),
        };
        self.len = at;
        rest
    }

    /// Appends another line.
    pub fn append(&mut self, mut other: Line) {
        self.text.push_str(&other.text);
        self.len += other.len;
        self.objects.append(&mut other.objects);
        self.runs.append(&mut other.runs);
        self.tidy();
    }

    /// Index of the run that begins at `at`, cutting one where needed.
    fn cut(&mut self, at: usize) -> usize {
        let mut start = 0;
        for index in 0..self.runs.len() {
            if start == at {
                return index;
            }
            let len = self.runs[index].0;
            if at < start + len {
                let marks = self.runs[index].1.clone();
                self.runs[index].0 = at - start;
                self.runs.insert(index + 1, (start + len - at, marks));
                return index + 1;
            }
            start += len;
        }
        self.runs.len()
    }

    fn insert_run(&mut self, at: usize, count: usize, marks: &Marks) {
        if count == 0 {
            return;
        }
        let index = self.cut(at);
        self.runs.insert(index, (count, marks.clone()));
        self.tidy();
    }

    fn tidy(&mut self) {
        self.runs.retain(|(len, _)| *len > 0);
        self.runs.dedup_by(|next, before| {
            let same = next.1 == before.1;
            if same {
                before.0 += next.0;
            }
            same
        });
    }
}

impl Default for Flat {
    fn default() -> Self {
        Flat { parts: vec![Arc::new(Part { key: 0, rev: 0, head: None, line: Line::default() })], made: 0 }
    }
}

/// Pages are equal that hold the same, whatever their parts are called.
impl PartialEq for Flat {
    fn eq(&self, other: &Self) -> bool {
        let same =
            |(a, b): (&Arc<Part>, &Arc<Part>)| Arc::ptr_eq(a, b) || (a.head == b.head && a.line == b.line);
        self.parts.len() == other.parts.len() && self.parts.iter().zip(&other.parts).all(same)
    }
}

impl Flat {
    /// A page of these blocks.
    pub fn of(blocks: &[Block]) -> Flat {
        let mut flat = Flat::default();
        for block in blocks {
            flat.push(Head::of(block), Line::of(&block.inline));
        }
        flat
    }

    /// Adds a block at the end.
    pub fn push(&mut self, head: Head, mut line: Line) {
        if head.is_plain_text() {
            line.unmark();
        }
        self.made += 1;
        self.parts.push(Arc::new(Part { key: self.made, rev: 0, head: Some(head), line }));
    }

    /// Text before the first marker.
    pub fn set_leading(&mut self, line: Line) {
        if let Some(first) = self.part_mut(0) {
            first.line = line;
            first.rev += 1;
        }
    }

    fn part_mut(&mut self, index: usize) -> Option<&mut Part> {
        self.parts.get_mut(index).map(Arc::make_mut)
    }

    /// The parts; the first has no head.
    pub fn parts(&self) -> &[Arc<Part>] {
        &self.parts
    }

    /// How many positions.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.line.len() + 1).sum::<usize>() - 1
    }

    /// Whether there is nothing on it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Index of a part.
    pub fn index(&self, key: u64) -> Option<usize> {
        self.parts.iter().position(|part| part.key == key)
    }

    /// Position before the first character of a part's text.
    pub fn start(&self, index: usize) -> usize {
        self.parts.iter().take(index).map(|part| part.line.len() + 1).sum()
    }

    /// The part in which a position lies and how many characters of its text are before it. The position of a marker
    /// is the end of the part before it.
    pub fn find(&self, at: usize) -> (usize, usize) {
        let mut start = 0;
        for (index, part) in self.parts.iter().enumerate() {
            if at <= start + part.line.len() {
                return (index, at - start);
            }
            start += part.line.len() + 1;
        }
        (self.parts.len() - 1, self.parts.last().map_or(0, |part| part.line.len()))
    }

    /// The content of positions `from..to`, markers included.
    pub fn pieces(&self, from: usize, to: usize) -> Vec<Piece> {
        let mut out = Vec::new();
        let mut start = 0;
        for (index, part) in self.parts.iter().enumerate() {
            if start > to {
                break;
            }
            if index > 0 && start > from && start <= to {
                out.extend(part.head.clone().map(|head| Piece::Block(Box::new(head))));
            }
            let end = start + part.line.len();
            if end > from && start < to {
                out.extend(part.line.pieces(from.saturating_sub(start), to - start));
            }
            start = end + 1;
        }
        out
    }

    /// Performs a change. On an error the page is as before.
    pub fn apply(&mut self, delta: &Delta) -> Result<(), Misfit> {
        if delta.span() > self.len() {
            return Err(Misfit);
        }
        let mut at = Cursor { part: 0, off: 0 };
        for step in delta.steps() {
            match step {
                Step::Keep(len) => at.skip(self, *len),
                Step::Restyle(len, change) => {
                    let mut restyle = |part: &mut Part, from, to| {
                        part.line.restyle(from, to, change);
                        part.rev += 1;
                    };
                    at.forward(self, *len, Some(&mut restyle));
                }
                Step::Head(head) => at.reshape(self, head),
                Step::Cells(cells) => at.set_cells(self, cells),
                Step::Delete(len) => at.delete(self, *len),
                Step::Insert(piece) => at.insert(self, piece),
            }
        }
        self.unmark_plain();
        Ok(())
    }

    /// What ends in a block of plain text loses its marks. At the end, so that text which only passes through one (code
    /// that is begun, and another block behind it) keeps them.
    fn unmark_plain(&mut self) {
        let plain = |part: &&mut Arc<Part>| part.head.as_ref().is_some_and(Head::is_plain_text);
        for part in self.parts.iter_mut().filter(plain) {
            if part.line.runs.iter().any(|(_, marks)| *marks != Marks::default()) {
                Arc::make_mut(part).line.unmark();
            }
        }
    }

    /// As blocks, as the page reads them.
    pub fn blocks(&self) -> Vec<Block> {
        let mut out = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let (leaf, Some(head)) = (part.head.as_ref().is_none_or(Head::is_leaf), &part.head) else {
                if !part.line.is_empty() {
                    out.push(paragraph(part.line.inline()));
                }
                continue;
            };
            let inline = if leaf { Vec::new() } else { part.line.inline() };
            out.push(Block {
                parents: head.parents.clone(),
                restart: head.restart,
                kind: head.kind.clone(),
                inline,
            });
            if leaf && !part.line.is_empty() {
                out.push(paragraph(part.line.inline()));
            }
        }
        out
    }

    /// A number that two pages share when they hold the same. Only for comparison within one process: window and engine.
    /// What is worked out from neighbours or only steers spelling (`restart`, `nesting`) does not count.
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for part in &self.parts {
            if let Some(head) = &part.head {
                head.parents.len().hash(&mut hasher);
                head.parents.hash(&mut hasher);
                format!("{:?}", head.kind).hash(&mut hasher);
            }
            part.line.text.hash(&mut hasher);
            part.line.objects.hash(&mut hasher);
            let plain = part.head.as_ref().is_some_and(Head::is_plain_text);
            let seen = |marks: &Marks| Marks { nesting: String::new(), ..marks.clone() };
            let (mut at, mut before) = (0, Marks::default());
            for (len, marks) in part.line.runs.iter().filter(|_| !plain) {
                let marks = seen(marks);
                if marks != before {
                    at.hash(&mut hasher);
                    (marks.strong, marks.em, marks.strike, marks.code, marks.raw, &marks.link)
                        .hash(&mut hasher);
                    before = marks;
                }
                at += len;
            }
        }
        hasher.finish()
    }
}

fn paragraph(inline: Vec<Inline>) -> Block {
    Block { parents: Vec::new(), restart: None, kind: BlockKind::Paragraph, inline }
}

/// A place while a delta is performed: within a part, after `off` characters.
struct Cursor {
    part: usize,
    off: usize,
}

/// Changes the characters from one place to another of a part.
type OnText<'a> = &'a mut dyn FnMut(&mut Part, usize, usize);

impl Cursor {
    /// Goes over so many positions and changes nothing.
    fn skip(&mut self, flat: &mut Flat, len: usize) {
        self.forward(flat, len, None);
    }

    fn forward(&mut self, flat: &mut Flat, mut len: usize, mut on_text: Option<OnText<'_>>) {
        while len > 0 {
            let Some(part) = flat.parts.get(self.part) else { return };
            let step = len.min(part.line.len() - self.off);
            if step > 0 {
                if let (Some(on_text), Some(part)) = (&mut on_text, flat.part_mut(self.part)) {
                    on_text(part, self.off, self.off + step);
                }
                self.off += step;
                len -= step;
            }
            if len > 0 {
                self.part += 1;
                self.off = 0;
                len -= 1;
            }
        }
    }

    /// The marker that follows becomes another. Where text follows instead, nothing changes.
    fn reshape(&mut self, flat: &mut Flat, head: &Head) {
        let at_end = flat.parts.get(self.part).is_some_and(|part| self.off == part.line.len());
        if at_end && let Some(part) = flat.part_mut(self.part + 1) {
            part.head = Some(head.clone());
            part.rev += 1;
        }
        self.skip(flat, 1);
    }

    fn set_cells(&mut self, flat: &mut Flat, cells: &[Cell]) {
        let at_end = flat.parts.get(self.part).is_some_and(|part| self.off == part.line.len());
        if at_end
            && let Some(part) = flat.part_mut(self.part + 1)
            && let Some(head) = &mut part.head
        {
            with_cells(head, cells);
            part.rev += 1;
        }
        self.skip(flat, 1);
    }

    fn delete(&mut self, flat: &mut Flat, mut len: usize) {
        while len > 0 {
            let Some(part) = flat.part_mut(self.part) else { return };
            let step = len.min(part.line.len() - self.off);
            if step > 0 {
                part.line.remove(self.off, self.off + step);
                part.rev += 1;
                len -= step;
            }
            if len > 0 && self.part + 1 < flat.parts.len() {
                let next = Arc::unwrap_or_clone(flat.parts.remove(self.part + 1));
                if let Some(part) = flat.part_mut(self.part) {
                    part.line.append(next.line);
                    part.rev += 1;
                }
                len -= 1;
            }
        }
    }

    fn insert(&mut self, flat: &mut Flat, piece: &Piece) {
        let made = flat.made + 1;
        let Some(part) = flat.part_mut(self.part) else { return };
        match piece {
            Piece::Text(text, marks) => {
                part.line.insert_text(self.off, text, marks);
                self.off += text.chars().count();
            }
            Piece::Object(object, marks) => {
                part.line.insert_object(self.off, object.clone(), marks);
                self.off += 1;
            }
            Piece::Block(head) => {
                let line = part.line.split_off(self.off);
                let new = Arc::new(Part { key: made, rev: 0, head: Some((**head).clone()), line });
                part.rev += 1;
                flat.made = made;
                flat.parts.insert(self.part + 1, new);
                self.part += 1;
                self.off = 0;
                return;
            }
        }
        part.rev += 1;
    }
}
