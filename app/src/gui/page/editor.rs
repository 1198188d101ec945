//! The open page as the window holds it: what is shown at once, what is on its way to the engine, and how the two meet.
//!
//! Every change is shown first and queued as an [`Op`]. One batch is under way at a time. While one is, and while any
//! waits, views from the engine are kept back; when all is acknowledged the newest one becomes what is shown, and the
//! block being edited is merged with it through the last common text.

use std::collections::{BTreeMap, VecDeque};

use tern_model::block::{Block, BlockKind, Container};
use tern_peer::{BlockEdit, PageView};

use super::cells::{self, Cell};

/// Names a block of the shown page, also before the engine has given it a marker.
pub type Key = u64;

/// One block as shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Local {
    /// Its name here.
    pub key: Key,
    /// The block.
    pub block: Block,
}

/// A change that the engine has yet to hear of.
#[derive(Debug, Clone, PartialEq)]
enum Op {
    Content { key: Key, base: Block, new: Block },
    Split { key: Key, at: usize, made: Key, kind: BlockKind },
    Insert { after: Option<Key>, made: Key, block: Block },
    Join { key: Key },
    Kind { key: Key, kind: BlockKind, parents: Vec<Container> },
    Delete { key: Key },
}

/// A batch that the engine is working on.
#[derive(Debug)]
struct Flight {
    ops: Vec<Op>,
    /// Heads after it, once acknowledged.
    heads: Option<String>,
    acked_at: Option<f64>,
}

/// The block being typed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Which block.
    pub key: Key,
    /// What the window and the engine last agreed on.
    base: Block,
    /// What is typed.
    pub cells: Vec<Cell>,
    /// Where the caret is (characters).
    pub caret: usize,
    /// The caret was moved by an operation and the field has to follow.
    pub caret_moved: bool,
    /// Marks for what is typed next, when a key set them without a selection.
    pub next_marks: Option<tern_model::block::Marks>,
    /// When the first character was typed that the engine does not have.
    dirty_since: Option<f64>,
}

/// Seconds after which typed text goes to the engine.
pub const FLUSH_SECS: f64 = 0.25;
/// Seconds to wait for a view that shows an acknowledged batch before the next one is trusted.
const PATIENCE_SECS: f64 = 2.0;
/// Most operations in one command.
const BATCH_MAX: usize = 64;

/// The open page.
#[derive(Debug, Default)]
pub struct Editor {
    blocks: Vec<Local>,
    /// Names in the engine, once known; those of removed blocks stay until the engine has heard of it.
    markers: BTreeMap<Key, String>,
    next_key: Key,
    queue: VecDeque<Op>,
    flight: Option<Flight>,
    held: Option<Held>,
    session: Option<Session>,
    /// The engine refused the last batch; nothing more is sent until the person asks for it.
    refused: bool,
}

#[derive(Debug)]
struct Held {
    heads: String,
    blocks: Vec<Block>,
    markers: Vec<String>,
    at: f64,
}

impl Editor {
    /// What is shown, in order.
    pub fn blocks(&self) -> &[Local] {
        &self.blocks
    }

    /// The block being typed in.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// The block being typed in, to be changed by its field.
    pub fn session_mut(&mut self) -> Option<&mut Session> {
        self.session.as_mut()
    }

    /// Nothing typed here is unknown to the engine.
    pub fn is_settled(&self) -> bool {
        self.flight.is_none()
            && self.queue.is_empty()
            && self.session.as_ref().is_none_or(|s| s.dirty_since.is_none())
    }

    /// The engine refused the last change; it is shown here but not saved.
    #[cfg(test)]
    pub fn is_refused(&self) -> bool {
        self.refused
    }

    /// Seconds until typed text should be sent; `None` when there is none.
    pub fn flush_due(&self, now: f64) -> Option<f64> {
        let since = self.session.as_ref()?.dirty_since?;
        Some((since + FLUSH_SECS - now).max(0.0))
    }

    fn index(&self, key: Key) -> Option<usize> {
        self.blocks.iter().position(|local| local.key == key)
    }

    /// The block of that name.
    pub fn block(&self, key: Key) -> Option<&Block> {
        self.blocks.iter().find(|local| local.key == key).map(|local| &local.block)
    }

    fn new_key(&mut self) -> Key {
        self.next_key += 1;
        self.next_key
    }

    // ---- what the engine says ----

    /// Takes an answer of the watched page.
    pub fn offer(&mut self, view: &PageView, now: f64) {
        self.held = Some(Held {
            heads: view.heads.clone(),
            blocks: view.blocks.clone(),
            markers: view.markers.clone(),
            at: now,
        });
        self.settle(now);
    }

    /// The batch under way was committed; the page's heads are `heads` when the engine says so.
    pub fn acknowledged(&mut self, heads: Option<String>, changed: bool, now: f64) {
        if !changed {
            self.flight = None;
        } else if let Some(flight) = &mut self.flight {
            flight.heads = Some(heads.unwrap_or_default());
            flight.acked_at = Some(now);
        }
        self.settle(now);
    }

    /// The batch under way could not be done. It returns to the front of the queue; [`Editor::retry`] sends it again.
    pub fn refused(&mut self) {
        if let Some(flight) = self.flight.take() {
            for op in flight.ops.into_iter().rev() {
                self.queue.push_front(op);
            }
            self.refused = true;
        }
    }

    /// Sends what was refused once more.
    pub fn retry(&mut self) {
        self.refused = false;
    }

    /// Gives up what was refused and shows the engine's state; returns the text that was only here.
    pub fn discard(&mut self, now: f64) -> String {
        let typed: Vec<String> = self.queue.iter().filter_map(unsaved_text).collect();
        self.queue.clear();
        self.session = None;
        self.refused = false;
        self.settle(now);
        typed.join("\n")
    }

    fn settle(&mut self, now: f64) {
        if self.flight.is_some() {
            if !self.held_shows_flight(now) {
                return;
            }
            if let Some(flight) = self.flight.take() {
                self.name_created(&flight);
            }
        }
        if self.queue.is_empty()
            && let Some(held) = self.held.take()
        {
            self.adopt(held.blocks, &held.markers);
        }
    }

    /// Whether the kept view contains the acknowledged batch.
    fn held_shows_flight(&self, now: f64) -> bool {
        let (Some(flight), Some(held)) = (&self.flight, &self.held) else { return false };
        let (Some(heads), Some(acked_at)) = (&flight.heads, flight.acked_at) else { return false };
        if held.heads == *heads || now - acked_at > PATIENCE_SECS {
            return true;
        }
        held.at >= acked_at && !flight.ops.iter().any(|op| self.is_missing(op, held))
    }

    /// Whether a view surely lacks an operation.
    fn is_missing(&self, op: &Op, held: &Held) -> bool {
        match op {
            Op::Content { key, base, new } => base != new && self.held_block(held, *key) == Some(base),
            Op::Split { .. } | Op::Insert { .. } => {
                held.markers.iter().all(|marker| self.markers.values().any(|known| known == marker))
            }
            Op::Join { key } | Op::Delete { key } => self.held_block(held, *key).is_some(),
            Op::Kind { .. } => false,
        }
    }

    fn held_block<'a>(&self, held: &'a Held, key: Key) -> Option<&'a Block> {
        let marker = self.markers.get(&key)?;
        let at = held.markers.iter().position(|m| m == marker)?;
        held.blocks.get(at)
    }

    /// Gives the block made by a batch the marker that the engine chose for it.
    fn name_created(&mut self, flight: &Flight) {
        let Some(held) = &self.held else { return };
        let (after, made, wanted) = match flight.ops.last() {
            Some(Op::Split { key, made, kind, .. }) => {
                (self.markers.get(key).cloned(), *made, Some(kind.clone()))
            }
            Some(Op::Insert { after, made, .. }) => {
                (after.and_then(|key| self.markers.get(&key).cloned()), *made, None)
            }
            _ => return,
        };
        let at = match &after {
            Some(marker) => held.markers.iter().position(|m| m == marker).map(|at| at + 1),
            None => Some(0),
        };
        let Some(at) = at else { return };
        let (marker, found) =
            (held.markers.get(at).cloned(), held.blocks.get(at).map(|block| block.kind.clone()));
        let Some(marker) = marker else { return };
        self.markers.insert(made, marker);
        if let (Some(wanted), Some(found), Some(block)) = (wanted, found, self.block(made))
            && wanted != found
        {
            self.queue.push_front(Op::Kind { key: made, kind: wanted, parents: block.parents.clone() });
        }
    }

    fn adopt(&mut self, blocks: Vec<Block>, markers: &[String]) {
        let known: BTreeMap<String, Key> =
            std::mem::take(&mut self.markers).into_iter().map(|(key, marker)| (marker, key)).collect();
        let before: Vec<Key> = self.blocks.iter().map(|local| local.key).collect();
        let mut shown = Vec::with_capacity(blocks.len());
        for (block, marker) in blocks.into_iter().zip(markers) {
            let key = known.get(marker).copied().unwrap_or_else(|| self.new_key());
            self.markers.insert(key, marker.clone());
            shown.push(Local { key, block });
        }
        self.blocks = shown;
        let Some(mut session) = self.session.take() else { return };
        match self.block(session.key).cloned() {
            Some(theirs) => {
                session.meet(theirs);
                self.session = Some(session);
            }
            None if session.dirty_since.is_some() => self.rescue(session, &before),
            None => {}
        }
    }

    /// Somebody removed the block while text was typed into it: the text stays, as a block of its own.
    fn rescue(&mut self, mut session: Session, before: &[Key]) {
        let place = before.iter().position(|key| *key == session.key).unwrap_or(0);
        let after = before.iter().take(place).rev().find(|key| self.index(**key).is_some()).copied();
        let block = session.typed();
        session.base = block.clone();
        session.dirty_since = None;
        let at = after.and_then(|key| self.index(key)).map_or(0, |at| at + 1);
        self.blocks.insert(at, Local { key: session.key, block: block.clone() });
        self.queue.push_back(Op::Insert { after, made: session.key, block });
        self.session = Some(session);
    }

    /// The next batch for the engine, when one is due and none is under way.
    pub fn next_batch(&mut self) -> Option<Vec<BlockEdit>> {
        if self.flight.is_some() || self.refused || self.queue.is_empty() {
            return None;
        }
        let mut ops = Vec::new();
        while let Some(op) = self.queue.pop_front() {
            let creates = matches!(op, Op::Split { .. } | Op::Insert { .. });
            ops.push(op);
            if creates || ops.len() == BATCH_MAX {
                break;
            }
        }
        let edits: Vec<BlockEdit> = ops.iter().filter_map(|op| self.edit(op)).collect();
        if edits.is_empty() {
            return self.next_batch();
        }
        self.flight = Some(Flight { ops, heads: None, acked_at: None });
        Some(edits)
    }

    fn edit(&self, op: &Op) -> Option<BlockEdit> {
        Some(match op {
            Op::Content { key, base, new } => {
                BlockEdit::SetContent { block: self.name(*key)?, base: base.clone(), new: new.clone() }
            }
            Op::Split { key, at, .. } => BlockEdit::Split { block: self.name(*key)?, at: *at },
            Op::Insert { after, block, .. } => {
                let after = match after {
                    Some(key) => Some(self.name(*key)?),
                    None => None,
                };
                BlockEdit::Insert { after, block: block.clone() }
            }
            Op::Join { key } => BlockEdit::Join { block: self.name(*key)? },
            Op::Kind { key, kind, parents } => {
                BlockEdit::SetKind { block: self.name(*key)?, kind: kind.clone(), parents: parents.clone() }
            }
            Op::Delete { key } => BlockEdit::Delete { block: self.name(*key)? },
        })
    }

    fn name(&self, key: Key) -> Option<String> {
        self.markers.get(&key).cloned()
    }
}

fn unsaved_text(op: &Op) -> Option<String> {
    match op {
        Op::Content { new: block, .. } | Op::Insert { block, .. } => Some(block.text()),
        _ => None,
    }
}

impl Session {
    fn on(key: Key, block: &Block, caret: usize) -> Self {
        let cells = cells::from_inline(&block.inline);
        let caret = caret.min(cells.len());
        Session {
            key,
            base: block.clone(),
            cells,
            caret,
            caret_moved: true,
            next_marks: None,
            dirty_since: None,
        }
    }

    /// The block with what is typed.
    fn typed(&self) -> Block {
        Block { inline: cells::to_inline(&self.cells), ..self.base.clone() }
    }

    /// The engine's block became `theirs`: what is typed here and what came from elsewhere are both kept.
    fn meet(&mut self, theirs: Block) {
        if theirs != self.base {
            let (base, other) = (cells::from_inline(&self.base.inline), cells::from_inline(&theirs.inline));
            if base != other {
                let (merged, caret) = cells::merge(&base, &self.cells, &other, self.caret);
                self.caret_moved |= caret != self.caret;
                (self.cells, self.caret) = (merged, caret);
            }
            self.base = theirs;
        }
    }
}

#[path = "typing.rs"]
mod typing;

#[cfg(test)]
#[path = "editor_tests.rs"]
mod tests;
