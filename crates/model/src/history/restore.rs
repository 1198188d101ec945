//! One block back as it was: the edits for it.

use crate::block::Block;
use crate::doc::{Doc, Heads, ModelError};
use crate::edit::Edit;
use crate::page::{self, Placed};

impl Doc {
    /// The edits that bring one block back as it was at `at`: by its marker, or by its place there from 0. A block that
    /// still stands gets its old content and kind; one that went comes again behind the nearest earlier neighbour that
    /// still stands. None where the page says it already, at this place or another.
    pub fn restore_block(&self, at: &Heads, block: &str) -> Result<Vec<Edit>, ModelError> {
        let past = page::read_page(&self.crdt.at(at)?);
        let place = past.iter().position(|p| p.marker == block).or_else(|| index(block, past.len()));
        let place = place.ok_or_else(|| ModelError::UnknownBlock(block.chars().take(100).collect()))?;
        let Some(wanted) = past.get(place) else { return Ok(Vec::new()) };
        let now = page::read_page(&self.crdt);
        if let Some(here) = now.iter().position(|p| p.marker == wanted.marker) {
            return Ok(replaced(&now, here, &wanted.block));
        }
        let known = |p: &Placed| past.iter().any(|old| old.marker == p.marker);
        if now.iter().any(|p| p.block == wanted.block && !known(p)) {
            return Ok(Vec::new());
        }
        let stands = |p: &&Placed| now.iter().any(|n| n.marker == p.marker);
        let after = past.iter().take(place).rev().find(stands).map(|p| p.marker.clone());
        Ok(vec![Edit::InsertBlock { after, block: wanted.block.clone() }])
    }
}

fn index(block: &str, len: usize) -> Option<usize> {
    block.parse().ok().filter(|i| *i < len)
}

fn replaced(now: &[Placed], here: usize, wanted: &Block) -> Vec<Edit> {
    if now.get(here).is_some_and(|p| p.block == *wanted) {
        return Vec::new();
    }
    let block = |(i, p): (usize, &Placed)| if i == here { wanted.clone() } else { p.block.clone() };
    vec![Edit::SetBlocks { base: None, blocks: now.iter().enumerate().map(block).collect() }]
}
