//! What a change moves: the same positions, deleted at one place and inserted at another.

use super::{Delta, Piece, Step};
use crate::crdt::MARKER;
use crate::flat::{Flat, OBJECT};

/// Fewest positions of which equality says that they were moved: a marker, and a letter or two.
const FEWEST: usize = 2;
/// Most positions that were written into what moved in the same change.
const MOST_WRITTEN: usize = 4_096;

/// A stretch that a change moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Where it stood in the page before.
    pub from: usize,
    /// How many positions it takes.
    pub len: usize,
    /// Where it stands in the page after.
    pub to: usize,
}

impl Moved {
    /// Where a stretch of the page before stands after, when all of it was moved.
    pub fn carry(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let inside = self.from <= from && from < to && to <= self.from + self.len;
        inside.then(|| (self.to + (from - self.from), self.to + (to - self.from)))
    }
}

/// Positions that come or go as one.
struct Stretch {
    at: usize,
    chars: Vec<char>,
}

impl Delta {
    /// The stretches that stand elsewhere afterwards, marks and kinds of blocks aside; `before` is the page that this
    /// changes. What was written into a moved stretch in the same change does not hide it.
    pub fn moved(&self, before: &Flat) -> Vec<Moved> {
        let (mut gone, mut came) = self.stretches(before);
        gone.retain(|stretch| stretch.chars.len() >= FEWEST);
        let mut out = Vec::new();
        for old in gone {
            let found =
                came.iter().enumerate().find_map(|(i, new)| Some((i, within(&old.chars, &new.chars)?)));
            if let Some((index, offset)) = found {
                let new = came.remove(index);
                out.push(Moved { from: old.at, len: old.chars.len(), to: new.at + offset });
            }
        }
        out
    }

    /// What goes, by place before, and what comes, by place after.
    fn stretches(&self, before: &Flat) -> (Vec<Stretch>, Vec<Stretch>) {
        let (mut gone, mut came) = (Vec::<Stretch>::new(), Vec::<Stretch>::new());
        let (mut old, mut new) = (0, 0);
        for step in self.steps() {
            match step {
                Step::Delete(len) => {
                    let chars = before.pieces(old, old + len).iter().flat_map(chars_of).collect();
                    extend(&mut gone, old, chars);
                    old += len;
                }
                Step::Insert(piece) => {
                    extend(&mut came, new, chars_of(piece));
                    new += piece.len();
                }
                other => {
                    old += other.span();
                    new += other.span();
                }
            }
        }
        (gone, came)
    }
}

/// Goes on with the last stretch where it ends here.
fn extend(stretches: &mut Vec<Stretch>, at: usize, chars: Vec<char>) {
    match stretches.last_mut().filter(|last| last.at + last.chars.len() == at) {
        Some(last) => last.chars.extend(chars),
        None => stretches.push(Stretch { at, chars }),
    }
}

fn chars_of(piece: &Piece) -> Vec<char> {
    match piece {
        Piece::Text(text, _) => text.chars().collect(),
        Piece::Object(..) => vec![OBJECT],
        Piece::Block(_) => vec![MARKER],
    }
}

/// Where the one lies in the other.
fn within(part: &[char], whole: &[char]) -> Option<usize> {
    if part.len() == whole.len() {
        return (part == whole).then_some(0);
    }
    let written = whole.len().checked_sub(part.len())?;
    (written <= MOST_WRITTEN).then(|| whole.windows(part.len()).position(|window| window == part))?
}
