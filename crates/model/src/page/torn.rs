//! Words that a block of somebody else came between.
//!
//! Who types on at the end of a block while somebody who does not have these words adds a block behind it puts both after
//! one character, and the document orders them by its own rule: the words may end in the other's block. Nothing is lost,
//! but the sentence is torn. Whoever wrote the words puts them back; nobody else does, so that it happens once.

use crate::crdt::{Element, Obj};
use crate::delta::{Delta, Piece, Step};
use crate::doc::{Doc, Hash, Heads, ModelError};
use crate::flat::Flat;
use crate::page::{changes, text_of};

/// Most places that are looked into at once.
const MAX_TEARS: usize = 64;
/// Longest words that are brought back, characters: who wrote each is asked one by one.
const MAX_WORDS: usize = 4_096;

/// A stretch of the page as it is: what came between, and the words behind it.
struct Tear {
    at: usize,
    between: usize,
    words: usize,
}

impl Doc {
    /// The change that brings words of `mine` back to the block they were written in, when blocks came between since
    /// version `from`, whose page is `before`, that were written without knowing the words; `now` is [`Doc::flat`].
    ///
    /// # Errors
    /// [`ModelError::UnknownHeads`].
    pub fn torn(
        &self,
        (from, before): (&Heads, &Flat),
        now: &Flat,
        mine: &dyn Fn(&[u8; 16]) -> bool,
    ) -> Result<Delta, ModelError> {
        let Some(text) = text_of(&self.crdt) else { return Ok(Delta::default()) };
        let change = changes(&self.crdt, (from, before), (&self.heads(), now))?;
        let torn = tears(&change, before, now);
        let mut steps = Vec::new();
        let mut done = 0;
        for Tear { at, between, words } in torn.into_iter().take(MAX_TEARS) {
            let first = at + between;
            if !self.is_apart(&text, at, (first, first + words), mine) {
                continue;
            }
            let words = self.written_on(&text, now, (first, first + words), mine) - first;
            steps.push(Step::Keep(at - done));
            steps.extend(now.pieces(first, first + words).into_iter().map(Step::Insert));
            steps.extend([Step::Keep(between), Step::Delete(words)]);
            done = first + words;
        }
        Ok(Delta::new(steps))
    }

    /// Where the words end, those included that `mine` wrote on behind them before anybody could put them back.
    fn written_on(
        &self,
        text: &Obj,
        now: &Flat,
        (from, to): (usize, usize),
        mine: &dyn Fn(&[u8; 16]) -> bool,
    ) -> usize {
        let (index, off) = now.find(from);
        let end = from + now.parts().get(index).map_or(0, |part| part.line.len() - off);
        to + self.crdt.typists(text, to, end.max(to)).iter().take_while(|e| is_of(e, mine)).count()
    }

    /// Whether all words are of `mine`, and whoever wrote the block at `marker` had none of them.
    fn is_apart(
        &self,
        text: &Obj,
        marker: usize,
        (from, to): (usize, usize),
        mine: &dyn Fn(&[u8; 16]) -> bool,
    ) -> bool {
        if !self.crdt.typists(text, from, to).iter().all(|e| is_of(e, mine)) {
            return false;
        }
        let Some(block) = self.crdt.writer(text, marker) else { return false };
        let writers: Option<std::collections::BTreeSet<Hash>> =
            (from..to).map(|at| self.crdt.writer(text, at)).collect();
        let since = self.history_since(&Heads::new([block]));
        // What is in the history since a change is none of its ancestors.
        writers.is_some_and(|all| all.iter().all(|hash| since.iter().any(|c| c.hash == *hash)))
    }
}

fn is_of(element: &Option<Element>, mine: &dyn Fn(&[u8; 16]) -> bool) -> bool {
    let actor = element.as_ref().map(|e| <[u8; 16]>::try_from(e.actor.as_slice()));
    matches!(actor, Some(Ok(actor)) if mine(&actor))
}

/// Places at which a block came before words that were the rest of another.
fn tears(change: &Delta, before: &Flat, now: &Flat) -> Vec<Tear> {
    let mut out = Vec::new();
    let (mut old, mut new) = (0, 0);
    let mut steps = change.steps().iter().peekable();
    while let Some(step) = steps.next() {
        match step {
            Step::Keep(len) | Step::Restyle(len, _) => {
                old += len;
                new += len;
            }
            Step::Head(_) | Step::Cells(_) => {
                old += 1;
                new += 1;
            }
            Step::Delete(len) => old += len,
            Step::Insert(piece) => {
                let begins = matches!(piece, Piece::Block(_));
                let mut between = piece.len();
                while let Some(Step::Insert(piece)) = steps.peek() {
                    between += piece.len();
                    steps.next();
                }
                let (index, off) = before.find(old);
                let words = before.parts().get(index).map_or(0, |part| part.line.len() - off);
                let first = new + between;
                let stays = matches!(steps.peek(), None | Some(Step::Keep(_)));
                if begins && (1..=MAX_WORDS).contains(&words) && stays && same(before, old, now, first, words)
                {
                    out.push(Tear { at: new, between, words });
                }
                new += between;
            }
        }
    }
    out
}

/// Whether the words stand there still, in one block.
fn same(before: &Flat, old: usize, now: &Flat, new: usize, len: usize) -> bool {
    let line = |page: &Flat, at: usize| {
        let (index, off) = page.find(at);
        let part = page.parts().get(index)?;
        (part.line.len() >= off + len).then(|| part.line.slice(off, off + len).to_owned())
    };
    line(now, new).is_some_and(|words| line(before, old) == Some(words))
}
