//! What differs between two pages when it is known which positions of the one are those of the other.
//!
//! What comes out says everything that shows: a text that loses its marks because it becomes code is told to lose them.
//! Such deltas can be rebased without the pages that they were made on.

use crate::block::{BlockKind, Marks, Table};
use crate::delta::{Cell, Delta, Piece, Restyle, Step};
use crate::flat::{Flat, Head, Misfit, OBJECT};

/// A stretch of positions that both pages have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Its first position in the page before.
    pub(crate) from: usize,
    /// Its first position in the page after.
    pub(crate) to: usize,
    /// How many positions.
    pub(crate) len: usize,
}

/// Whether a block of this head holds text that carries marks.
fn is_text_head(head: &Head) -> bool {
    !head.is_leaf() && !head.is_plain_text() && !matches!(head.kind, BlockKind::Unknown { .. })
}

impl Delta {
    /// The same change of `base`, with all that it brings about said: marks that go because text becomes code, and no
    /// marks where none can be. Two deltas made so end alike in either order.
    pub fn settled(&self, base: &Flat) -> Result<Delta, Misfit> {
        if self.is_plain_writing(base) {
            return Ok(self.clone());
        }
        self.worked_out(base)
    }

    fn worked_out(&self, base: &Flat) -> Result<Delta, Misfit> {
        let mut after = base.clone();
        after.apply(self)?;
        Ok(change(base, &after, &self.kept(base.len())))
    }

    /// Whether it only writes, erases, splits, joins and turns blocks of text: that says everything already. A keystroke is
    /// one, and must not cost what the page is long.
    fn is_plain_writing(&self, base: &Flat) -> bool {
        let mut at = 0;
        self.span() <= base.len()
            && self.steps().iter().all(|step| {
                let from = at;
                at += step.span();
                let (index, off) = base.find(from);
                let is_text = |index: usize| {
                    base.parts().get(index).and_then(|part| part.head.as_ref()).is_some_and(is_text_head)
                };
                match step {
                    Step::Keep(_) => true,
                    Step::Insert(Piece::Text(text, _)) => is_text(index) && !text.contains(OBJECT),
                    Step::Insert(Piece::Block(head)) => is_text(index) && is_text_head(head),
                    Step::Delete(_) => (index..=base.find(at).0).all(is_text),
                    Step::Head(head) => {
                        let next =
                            base.parts().get(index + 1).filter(|_| off == base.parts()[index].line.len());
                        let old = next.and_then(|part| part.head.as_ref());
                        old.is_some_and(|old| is_text_head(old) && *old != **head) && is_text_head(head)
                    }
                    _ => false,
                }
            })
    }

    /// The stretches that stay, of a page of `len` positions.
    pub(crate) fn kept(&self, len: usize) -> Vec<Kept> {
        let (mut from, mut to) = (0, 0);
        let mut out: Vec<Kept> = Vec::new();
        let rest = Step::Keep(len.saturating_sub(self.span()));
        for step in self.steps().iter().chain([&rest]) {
            let span = match step {
                Step::Insert(piece) => {
                    to += piece.len();
                    continue;
                }
                Step::Delete(len) => {
                    from += len;
                    continue;
                }
                Step::Keep(len) | Step::Restyle(len, _) => *len,
                Step::Head(_) | Step::Cells(_) => 1,
            };
            match out.last_mut() {
                Some(last) if last.from + last.len == from && last.to + last.len == to => last.len += span,
                _ if span > 0 => out.push(Kept { from, to, len: span }),
                _ => {}
            }
            from += span;
            to += span;
        }
        out
    }
}

/// The change that makes `to` of `from`.
pub(crate) fn change(from: &Flat, to: &Flat, kept: &[Kept]) -> Delta {
    let wanted = to.digest();
    let makes = |delta: &Delta| {
        let mut made = from.clone();
        made.apply(delta).ok().map(|()| made)
    };
    let ends = kept.last().map_or((0, 0), |k| (k.from + k.len, k.to + k.len));
    if ends.0 > from.len() || ends.1 > to.len() {
        return replaced(from, to);
    }
    let first = Delta::new(steps(from, to, kept));
    let Some(made) = makes(&first) else { return replaced(from, to) };
    if made.digest() == wanted {
        return first;
    }
    // What a page cannot say in one pass over it is said in a second.
    let all = [Kept { from: 0, to: 0, len: to.len().min(made.len()) }];
    let both = first.compose(&Delta::new(steps(&made, to, &all)));
    let right = makes(&both).is_some_and(|made| made.digest() == wanted);
    if right { both } else { replaced(from, to) }
}

/// Everything goes and everything comes.
fn replaced(from: &Flat, to: &Flat) -> Delta {
    let insert = to.pieces(0, to.len()).into_iter().map(Step::Insert);
    Delta::new(insert.chain([Step::Delete(from.len())]))
}

fn steps(from: &Flat, to: &Flat, kept: &[Kept]) -> Vec<Step> {
    let mut out = Vec::new();
    let (mut a, mut b) = (0, 0);
    let end = Kept { from: from.len(), to: to.len(), len: 0 };
    for k in kept.iter().chain([&end]) {
        out.extend(to.pieces(b, k.to).into_iter().map(Step::Insert));
        out.push(Step::Delete(k.from.saturating_sub(a)));
        (a, b) = (k.from + k.len, k.to + k.len);
        compare(from.pieces(k.from, a), to.pieces(k.to, b), &mut out);
    }
    out
}

/// The steps over positions that both have.
fn compare(mut a: Vec<Piece>, mut b: Vec<Piece>, out: &mut Vec<Step>) {
    a.reverse();
    b.reverse();
    while let (Some(x), Some(y)) = (a.pop(), b.pop()) {
        let len = x.len().min(y.len());
        let ((x, x_rest), (y, y_rest)) = (x.split(len), y.split(len));
        a.extend(x_rest);
        b.extend(y_rest);
        match (x, y) {
            (Piece::Text(x, old), Piece::Text(y, new)) if x == y => out.push(restyled(len, &old, &new)),
            (Piece::Object(x, old), Piece::Object(y, new)) if x == y => out.push(restyled(1, &old, &new)),
            (Piece::Block(old), Piece::Block(new)) => out.push(reshaped(&old, new)),
            (_, other) => out.extend([Step::Insert(other), Step::Delete(len)]),
        }
    }
}

fn restyled(len: usize, old: &Marks, new: &Marks) -> Step {
    Step::Restyle(len, Restyle::between(old, new))
}

fn reshaped(old: &Head, new: Box<Head>) -> Step {
    if *old == *new {
        return Step::Keep(1);
    }
    let cells = match (&old.kind, &new.kind) {
        (BlockKind::Table { table: before }, BlockKind::Table { table: after })
            if old.parents == new.parents && old.restart == new.restart =>
        {
            cells(before, after)
        }
        _ => None,
    };
    cells.map_or(Step::Head(new), Step::Cells)
}

/// The cells that differ between tables of one shape.
fn cells(before: &Table, after: &Table) -> Option<Vec<Cell>> {
    let widths = |table: &Table| table.rows.iter().map(Vec::len).collect::<Vec<_>>();
    if before.align != after.align || widths(before) != widths(after) {
        return None;
    }
    let mut out = Vec::new();
    for (row, (old, new)) in before.rows.iter().zip(&after.rows).enumerate() {
        for (column, (_, inline)) in old.iter().zip(new).enumerate().filter(|(_, (o, n))| o != n) {
            out.push(Cell { row, column, inline: inline.clone() });
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::Block;

    #[test]
    fn plain_writing_is_settled_as_it_is_and_as_comparing_the_whole_pages_would_have_it() {
        let strong = Marks { strong: true, ..Marks::default() };
        let page = Flat::of(&[
            Block::plain(BlockKind::Heading { level: 1 }, "Ferry"),
            Block::plain(BlockKind::Paragraph, "at ö six"),
            Block::plain(BlockKind::Code { language: "sql".into() }, "select"),
            Block::plain(BlockKind::Divider, ""),
            Block::plain(BlockKind::BulletItem { loose: false }, ""),
        ]);
        let mut plain = 0;
        for at in 0..=page.len() {
            for delete in 0..=(page.len() - at).min(3) {
                for (text, marks) in [("", Marks::default()), ("x", Marks::default()), ("yö", strong.clone())]
                {
                    let piece = (!text.is_empty()).then(|| Piece::Text(text.to_owned(), marks));
                    let delta = Delta::splice(at, delete, piece);
                    let settled = delta.settled(&page).expect("it fits");
                    assert_eq!(settled, delta.worked_out(&page).expect("it fits"), "{delta:?}");
                    plain += usize::from(delta.is_plain_writing(&page));
                }
            }
        }
        let kinds =
            [BlockKind::Paragraph, BlockKind::Heading { level: 1 }, BlockKind::Code { language: "x".into() }];
        for at in 0..=page.len() {
            for kind in &kinds {
                let head = Head::plain(kind.clone());
                let split = Delta::splice(at, 1.min(page.len() - at), [Piece::Block(Box::new(head.clone()))]);
                let marker = matches!(page.pieces(at, at + 1).first(), Some(Piece::Block(_)));
                let turned = marker.then(|| Delta::head(at, head));
                for delta in [split].into_iter().chain(turned) {
                    let settled = delta.settled(&page).expect("it fits");
                    assert_eq!(settled, delta.worked_out(&page).expect("it fits"), "{delta:?}");
                    plain += usize::from(delta.is_plain_writing(&page));
                }
            }
        }
        assert!(plain > 110, "only {plain} were plain writing");
        assert!(Delta::splice(page.len(), 2, []).settled(&page).is_err(), "beyond the end");
    }
}
