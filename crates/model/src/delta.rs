//! Changes of a page as values: what to keep, restyle, delete and insert from its first position to its last. They can be
//! joined, rebased over one another and taken back, which is all that an editor, its undo and its peers need.
//!
//! The five operations of an editor (splice, split, join, set kind, set marks) are deltas of a step or two; the algebra is
//! that of operational transformation on one sequence (Ressel 1996; Jupiter: Nichols 1995), with one central order: what
//! the document holds comes before what the window has yet to hand over. One file, for the operations only make sense together:
//! each relies on the normal form that the others keep.

use serde::{Deserialize, Serialize};

use crate::block::{BlockKind, Inline, Link, Marks};
use crate::flat::{Flat, Head, Picture};

mod moved;

pub use moved::Moved;

/// Something inserted. Each character, image and block is one position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Piece {
    /// Text of one set of marks.
    Text(String, Marks),
    /// An image; without one, something unknown.
    Object(Option<Picture>, Marks),
    /// A block marker: begins a block with what follows.
    Block(Box<Head>),
}

/// A change of marks; `None` leaves one as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs)]
pub struct Restyle {
    pub strong: Option<bool>,
    pub em: Option<bool>,
    pub strike: Option<bool>,
    pub code: Option<bool>,
    pub raw: Option<bool>,
    /// The link put on, or `Some(None)` to take it away.
    pub link: Option<Option<Link>>,
}

/// A cell of a table and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Row, the header being 0.
    pub row: usize,
    /// Column.
    pub column: usize,
    /// Its content.
    pub inline: Vec<Inline>,
}

/// One step through a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// So many positions stay.
    Keep(usize),
    /// So many stay with other marks.
    Restyle(usize, Restyle),
    /// The one that follows, a marker, becomes this.
    Head(Box<Head>),
    /// The one that follows, the marker of a table, gets these cells.
    Cells(Vec<Cell>),
    /// So many go.
    Delete(usize),
    /// This comes.
    Insert(Piece),
}

/// A change of a page. What follows the last step stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Delta {
    steps: Vec<Step>,
}

/// Whose change a delta is, where two meet at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The document holds it: what it inserts comes first (text before blocks), what it says of marks and kinds gives way.
    Document,
    /// It is still to be handed over.
    Pending,
}

impl Piece {
    /// How many positions it takes.
    pub fn len(&self) -> usize {
        match self {
            Piece::Text(text, _) => text.chars().count(),
            _ => 1,
        }
    }

    /// Whether it takes none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Piece::Text(text, _) if text.is_empty())
    }

    /// As inline content; nothing for a block or for what is unknown.
    pub fn into_inline(self) -> Option<Inline> {
        match self {
            Piece::Text(text, marks) => Some(Inline::Text { text, marks }),
            Piece::Object(Some(Picture { src, alt, title }), marks) => {
                Some(Inline::Image { src, alt, title, marks })
            }
            Piece::Object(None, marks) => Some(Inline::Text { text: crate::flat::OBJECT.to_string(), marks }),
            Piece::Block(_) => None,
        }
    }

    pub(crate) fn split(self, at: usize) -> (Piece, Option<Piece>) {
        match self {
            Piece::Text(mut text, marks) => match text.char_indices().nth(at).map(|(byte, _)| byte) {
                Some(byte) => {
                    let rest = text.split_off(byte);
                    (Piece::Text(text, marks.clone()), Some(Piece::Text(rest, marks)))
                }
                None => (Piece::Text(text, marks), None),
            },
            one => (one, None),
        }
    }

    fn restyled(self, change: &Restyle) -> Piece {
        match self {
            Piece::Text(text, mut marks) => {
                change.apply(&mut marks);
                Piece::Text(text, marks)
            }
            Piece::Object(object, mut marks) => {
                change.apply(&mut marks);
                Piece::Object(object, marks)
            }
            block @ Piece::Block(_) => block,
        }
    }

    fn marks(&self) -> Option<&Marks> {
        match self {
            Piece::Text(_, marks) | Piece::Object(_, marks) => Some(marks),
            Piece::Block(_) => None,
        }
    }
}

impl Restyle {
    /// Takes every mark away.
    pub fn none() -> Restyle {
        let off = Some(false);
        Restyle { strong: off, em: off, strike: off, code: off, raw: off, link: Some(None) }
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Restyle::default()
    }

    /// Changes marks.
    pub fn apply(&self, marks: &mut Marks) {
        let set = |mark: &mut bool, to: Option<bool>| *mark = to.unwrap_or(*mark);
        set(&mut marks.strong, self.strong);
        set(&mut marks.em, self.em);
        set(&mut marks.strike, self.strike);
        set(&mut marks.code, self.code);
        set(&mut marks.raw, self.raw);
        if let Some(link) = &self.link {
            marks.link.clone_from(link);
        }
    }

    /// What makes `new` of `old`.
    pub fn between(old: &Marks, new: &Marks) -> Restyle {
        let flag = |old: bool, new: bool| (old != new).then_some(new);
        Restyle {
            strong: flag(old.strong, new.strong),
            em: flag(old.em, new.em),
            strike: flag(old.strike, new.strike),
            code: flag(old.code, new.code),
            raw: flag(old.raw, new.raw),
            link: (old.link != new.link).then(|| new.link.clone()),
        }
    }

    /// This, then `later`.
    fn then(&self, later: &Restyle) -> Restyle {
        Restyle {
            strong: later.strong.or(self.strong),
            em: later.em.or(self.em),
            strike: later.strike.or(self.strike),
            code: later.code.or(self.code),
            raw: later.raw.or(self.raw),
            link: later.link.clone().or_else(|| self.link.clone()),
        }
    }

    /// This without what `other` says too.
    fn without(&self, other: &Restyle) -> Restyle {
        let only = |own: Option<bool>, other: Option<bool>| if other.is_some() { None } else { own };
        Restyle {
            strong: only(self.strong, other.strong),
            em: only(self.em, other.em),
            strike: only(self.strike, other.strike),
            code: only(self.code, other.code),
            raw: only(self.raw, other.raw),
            link: if other.link.is_some() { None } else { self.link.clone() },
        }
    }

    /// What brings `marks` back after this.
    fn inverse(&self, marks: &Marks) -> Restyle {
        Restyle {
            strong: self.strong.map(|_| marks.strong),
            em: self.em.map(|_| marks.em),
            strike: self.strike.map(|_| marks.strike),
            code: self.code.map(|_| marks.code),
            raw: self.raw.map(|_| marks.raw),
            link: self.link.as_ref().map(|_| marks.link.clone()),
        }
    }
}

impl Step {
    /// How many positions of the page before it goes over.
    pub(crate) fn span(&self) -> usize {
        match self {
            Step::Keep(len) | Step::Restyle(len, _) | Step::Delete(len) => *len,
            Step::Head(_) | Step::Cells(_) => 1,
            Step::Insert(_) => 0,
        }
    }

    fn with_span(&self, len: usize) -> Step {
        match self {
            Step::Keep(_) => Step::Keep(len),
            Step::Restyle(_, change) => Step::Restyle(len, change.clone()),
            Step::Delete(_) => Step::Delete(len),
            other => other.clone(),
        }
    }
}

/// Cells of `earlier` with those of `later` over them.
fn join_cells(earlier: &[Cell], later: &[Cell]) -> Vec<Cell> {
    let mut out = without_cells(earlier, later);
    out.extend_from_slice(later);
    out
}

fn without_cells(cells: &[Cell], others: &[Cell]) -> Vec<Cell> {
    let named =
        |cell: &&Cell| !others.iter().any(|other| (other.row, other.column) == (cell.row, cell.column));
    cells.iter().filter(named).cloned().collect()
}

/// A head with cells put in.
pub(crate) fn with_cells(head: &mut Head, cells: &[Cell]) {
    let BlockKind::Table { table } = &mut head.kind else { return };
    for cell in cells {
        if let Some(place) = table.rows.get_mut(cell.row).and_then(|row| row.get_mut(cell.column)) {
            place.clone_from(&cell.inline);
        }
    }
}

/// Reads a delta in stretches of any length; beyond its end everything is kept.
struct Reader<'a> {
    steps: std::slice::Iter<'a, Step>,
    head: Option<Step>,
}

impl<'a> Reader<'a> {
    fn new(delta: &'a Delta) -> Self {
        let mut steps = delta.steps.iter();
        let head = steps.next().cloned();
        Reader { steps, head }
    }

    fn is_done(&self) -> bool {
        self.head.is_none()
    }

    /// Length of what comes next in positions of the page before; `usize::MAX` at the end.
    fn span(&self) -> usize {
        self.head.as_ref().map_or(usize::MAX, Step::span)
    }

    fn next(&mut self) -> Option<Step> {
        let step = self.head.take();
        self.head = self.steps.next().cloned();
        step
    }

    /// The next `len` positions of the page before, out of one step.
    fn take(&mut self, len: usize) -> Step {
        match &self.head {
            None => Step::Keep(len),
            Some(step) if step.span() > len => {
                let (part, rest) = (step.with_span(len), step.with_span(step.span() - len));
                self.head = Some(rest);
                part
            }
            Some(_) => self.next().unwrap_or(Step::Keep(len)),
        }
    }

    /// The insertion that comes next, at most `len` positions of it.
    fn take_insert(&mut self, len: usize) -> Option<Piece> {
        let Some(Step::Insert(piece)) = self.head.take() else { return None };
        let (piece, rest) = piece.split(len);
        self.head = match rest {
            Some(rest) => Some(Step::Insert(rest)),
            None => self.steps.next().cloned(),
        };
        Some(piece)
    }

    /// Whether an insertion comes next, and comes before what `other` inserts at the same place: text stays in the block
    /// that it was written in, so it comes before new blocks; else what the document holds comes first.
    fn inserts_before(&self, other: &Reader<'_>, side: Side) -> bool {
        match (&self.head, &other.head) {
            (Some(Step::Insert(own)), Some(Step::Insert(their))) => {
                let block = |piece: &Piece| matches!(piece, Piece::Block(_));
                match (block(own), block(their)) {
                    (false, true) => true,
                    (true, false) => false,
                    _ => side == Side::Document,
                }
            }
            (Some(Step::Insert(_)), _) => true,
            _ => false,
        }
    }

    fn insert_len(&self) -> Option<usize> {
        match &self.head {
            Some(Step::Insert(piece)) => Some(piece.len()),
            _ => None,
        }
    }
}

impl Delta {
    /// A delta of these steps.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Delta {
        let mut delta = Delta::default();
        for step in steps {
            delta.push(step);
        }
        delta.trim();
        delta
    }

    /// At `at`, `delete` positions go and these pieces come.
    pub fn splice(at: usize, delete: usize, insert: impl IntoIterator<Item = Piece>) -> Delta {
        let insert = insert.into_iter().map(Step::Insert);
        Delta::new([Step::Keep(at)].into_iter().chain(insert).chain([Step::Delete(delete)]))
    }

    /// The marker at `at` becomes another.
    pub fn head(at: usize, head: Head) -> Delta {
        Delta::new([Step::Keep(at), Step::Head(Box::new(head))])
    }

    /// The positions `from..to` change their marks.
    pub fn restyle(from: usize, to: usize, change: Restyle) -> Delta {
        Delta::new([Step::Keep(from), Step::Restyle(to.saturating_sub(from), change)])
    }

    /// Cells of the table whose marker is at `at`.
    pub fn cells(at: usize, cells: Vec<Cell>) -> Delta {
        Delta::new([Step::Keep(at), Step::Cells(cells)])
    }

    /// The steps, in one normal form: neighbours joined, what comes before what goes, nothing kept at the end.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many positions of the page it goes over.
    pub fn span(&self) -> usize {
        self.steps.iter().map(Step::span).sum()
    }

    /// Positions and characters that come and go with it.
    pub fn size(&self) -> usize {
        let one = |step: &Step| match step {
            Step::Keep(_) => 0,
            Step::Insert(piece) => piece.len(),
            other => other.span(),
        };
        self.steps.iter().map(one).sum()
    }

    fn push(&mut self, step: Step) {
        let nothing = match &step {
            Step::Keep(0) | Step::Restyle(0, _) | Step::Delete(0) => true,
            Step::Insert(piece) => piece.is_empty(),
            Step::Cells(cells) => {
                return if cells.is_empty() { self.push(Step::Keep(1)) } else { self.steps.push(step) };
            }
            Step::Restyle(len, change) if change.is_empty() => return self.push(Step::Keep(*len)),
            _ => false,
        };
        if nothing {
            return;
        }
        match (self.steps.last_mut(), step) {
            (Some(Step::Keep(len)), Step::Keep(more)) | (Some(Step::Delete(len)), Step::Delete(more)) => {
                *len += more
            }
            (Some(Step::Restyle(len, change)), Step::Restyle(more, next)) if *change == next => *len += more,
            (Some(Step::Insert(Piece::Text(text, marks))), Step::Insert(Piece::Text(more, next)))
                if *marks == next =>
            {
                text.push_str(&more);
            }
            (Some(Step::Delete(_)), insert @ Step::Insert(_)) => {
                let delete = self.steps.pop();
                self.push(insert);
                self.steps.extend(delete);
            }
            (_, step) => self.steps.push(step),
        }
    }

    fn trim(&mut self) {
        while matches!(self.steps.last(), Some(Step::Keep(_))) {
            self.steps.pop();
        }
    }

    /// This, then `then`, as one.
    #[must_use]
    pub fn compose(&self, then: &Delta) -> Delta {
        let (mut a, mut b) = (Reader::new(self), Reader::new(then));
        let mut out = Delta::default();
        while !(a.is_done() && b.is_done()) {
            if matches!(a.head, Some(Step::Delete(_))) {
                out.steps_after(a.next());
            } else if b.insert_len().is_some() {
                out.steps_after(b.next());
            } else if let Some(len) = a.insert_len() {
                let len = len.min(b.span());
                let Some(piece) = a.take_insert(len) else { continue };
                out.push_changed(piece, &b.take(len));
            } else {
                let len = a.span().min(b.span());
                let (first, second) = (a.take(len), b.take(len));
                out.push(both(first, second));
            }
        }
        out.trim();
        out
    }

    fn steps_after(&mut self, step: Option<Step>) {
        step.into_iter().for_each(|step| self.push(step));
    }

    /// An insertion of the first delta, as the second leaves it.
    fn push_changed(&mut self, piece: Piece, by: &Step) {
        let piece = match (piece, by) {
            (_, Step::Delete(_)) => return,
            (Piece::Block(_), Step::Head(head)) => Piece::Block(head.clone()),
            (Piece::Block(mut head), Step::Cells(cells)) => {
                with_cells(&mut head, cells);
                Piece::Block(head)
            }
            (piece, Step::Restyle(_, change)) => piece.restyled(change),
            (piece, _) => piece,
        };
        self.push(Step::Insert(piece));
    }

    /// This, rebased to come after `over`. Both start from the same page; `side` is the side of this one.
    #[must_use]
    pub fn transform(&self, over: &Delta, side: Side) -> Delta {
        let (mut a, mut b) = (Reader::new(self), Reader::new(over));
        let mut out = Delta::default();
        while !a.is_done() {
            if a.inserts_before(&b, side) {
                out.steps_after(a.next());
            } else if let Some(len) = b.insert_len() {
                b.next();
                out.push(Step::Keep(len));
            } else {
                let len = a.span().min(b.span());
                let (own, other) = (a.take(len), b.take(len));
                if !matches!(other, Step::Delete(_)) {
                    out.push(match side {
                        Side::Document => yielding(own, &other),
                        Side::Pending => own,
                    });
                }
            }
        }
        out.trim();
        out
    }

    /// What takes this back, from the page after it; `base` is the page before it.
    #[must_use]
    pub fn invert(&self, base: &Flat) -> Delta {
        let mut out = Delta::default();
        let mut at = 0;
        for step in &self.steps {
            let end = at + step.span();
            match step {
                Step::Keep(len) => out.push(Step::Keep(*len)),
                Step::Insert(piece) => out.push(Step::Delete(piece.len())),
                Step::Delete(_) => {
                    base.pieces(at, end).into_iter().for_each(|piece| out.push(Step::Insert(piece)))
                }
                Step::Restyle(_, change) => {
                    for piece in base.pieces(at, end) {
                        let back = piece.marks().map(|marks| change.inverse(marks)).unwrap_or_default();
                        out.push(Step::Restyle(piece.len(), back));
                    }
                }
                Step::Head(_) | Step::Cells(_) => out.push(restored(step, base.pieces(at, end))),
            }
            at = end;
        }
        out.trim();
        out
    }

    /// Where a position comes to stand. One at which something is inserted goes behind it when `after`.
    pub fn map(&self, at: usize, after: bool) -> usize {
        let (mut old, mut new) = (0, 0);
        for step in &self.steps {
            match step {
                Step::Insert(piece) if old < at || (old == at && after) => new += piece.len(),
                Step::Insert(_) => {}
                Step::Delete(len) => {
                    if old + len > at {
                        return new;
                    }
                    old += len;
                }
                other => {
                    if old + other.span() > at {
                        return new + (at - old);
                    }
                    old += other.span();
                    new += other.span();
                }
            }
        }
        new + (at - old)
    }
}

/// Two steps over the same positions, one after the other.
fn both(first: Step, second: Step) -> Step {
    match (first, second) {
        (first, Step::Keep(_)) => first,
        (Step::Restyle(len, change), Step::Restyle(_, later)) => Step::Restyle(len, change.then(&later)),
        (Step::Head(mut head), Step::Cells(cells)) => {
            with_cells(&mut head, &cells);
            Step::Head(head)
        }
        (Step::Cells(cells), Step::Cells(later)) => Step::Cells(join_cells(&cells, &later)),
        (first @ (Step::Head(_) | Step::Cells(_)), Step::Restyle(..)) => first,
        (_, second) => second,
    }
}

/// A step of the document where the window has said something of its own about the same positions.
fn yielding(own: Step, mine: &Step) -> Step {
    match (own, mine) {
        (Step::Restyle(len, change), Step::Restyle(_, mine)) => Step::Restyle(len, change.without(mine)),
        (Step::Head(_) | Step::Cells(_), Step::Head(_)) => Step::Keep(1),
        (Step::Head(mut head), Step::Cells(mine)) => {
            with_cells(&mut head, mine);
            Step::Head(head)
        }
        (Step::Cells(cells), Step::Cells(mine)) => Step::Cells(without_cells(&cells, mine)),
        (own, _) => own,
    }
}

/// The marker as it was.
fn restored(step: &Step, was: Vec<Piece>) -> Step {
    match (step, was.into_iter().next()) {
        (Step::Cells(cells), Some(Piece::Block(head))) => {
            let BlockKind::Table { table } = &head.kind else { return Step::Keep(1) };
            let old = |cell: &Cell| {
                let inline = table.rows.get(cell.row)?.get(cell.column)?.clone();
                Some(Cell { row: cell.row, column: cell.column, inline })
            };
            Step::Cells(cells.iter().filter_map(old).collect())
        }
        (_, Some(Piece::Block(head))) => Step::Head(head),
        _ => Step::Keep(1),
    }
}
