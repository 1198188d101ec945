//! A page of the canned workspace: its text in positions and every change made to it.

use tern_model::Delta;
use tern_model::block::{Block, Marks};
use tern_model::delta::{Piece, Side};
use tern_model::flat::Flat;
use tern_peer::{ErrorKind, PageChangesView, PageDeltaReply, PageTornView, PeerError};

/// A page and its history.
#[derive(Debug, Clone, Default)]
pub struct Paper {
    flat: Flat,
    log: Vec<Delta>,
}

impl Paper {
    /// A page of these blocks.
    pub fn of(blocks: &[Block]) -> Paper {
        Paper { flat: Flat::of(blocks), log: Vec::new() }
    }

    /// The page as it is.
    pub fn flat(&self) -> &Flat {
        &self.flat
    }

    /// Its heads.
    pub fn heads(&self) -> String {
        format!("p{}", self.log.len())
    }

    fn since(&self, heads: &str) -> Result<Delta, PeerError> {
        let from =
            heads.strip_prefix('p').and_then(|n| n.parse::<usize>().ok()).filter(|n| *n <= self.log.len());
        let from = from.ok_or_else(|| PeerError::new(ErrorKind::NotFound, "These heads are not here."))?;
        Ok(self.log[from..].iter().fold(Delta::default(), |all, delta| all.compose(delta)))
    }

    fn perform(&mut self, delta: Delta) {
        self.flat.apply(&delta).expect("it fits");
        self.log.push(delta);
    }

    /// A window hands work over.
    pub fn push(&mut self, id: &str, base: &str, delta: &Delta) -> Result<PageDeltaReply, PeerError> {
        let remote = self.since(base)?;
        self.perform(delta.transform(&remote, Side::Pending));
        Ok(PageDeltaReply { id: id.to_owned(), heads: self.heads(), remote, changed: true })
    }

    /// What changed since some heads.
    pub fn pull(&self, id: &str, from: &str) -> Result<PageChangesView, PeerError> {
        let delta = self.since(from)?;
        Ok(PageChangesView { id: id.to_owned(), heads: self.heads(), delta, digest: self.flat.digest() })
    }

    /// Nothing is ever torn here.
    pub fn torn(&self, id: &str) -> PageTornView {
        PageTornView { id: id.to_owned(), heads: self.heads(), delta: Delta::default() }
    }

    /// Somebody else writes a block anew.
    pub fn rewrite(&mut self, block: usize, text: &str) {
        let (at, len) = (self.flat.start(block + 1), self.flat.parts()[block + 1].line.len());
        self.perform(Delta::splice(at, len, [Piece::Text(text.to_owned(), Marks::default())]));
    }
}
