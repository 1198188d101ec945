//! Threads of comments: documents of their own, so that who may comment but not write can make them. A thread is
//! anchored to the first and last element of the words it is about.
//!
//! Who wrote a message is known from the change that holds it; the member named in it is what its author claims.

use serde::{Deserialize, Serialize};

use crate::crdt::{At, Node, Obj, Read, Scalar};
use crate::doc::{Changes, Doc, Hash, ModelError, Stamp};
use crate::fields::{self, Value};
use crate::page::{self, Placed, text_of};

/// Root list: the messages.
pub(crate) const MESSAGES: &str = "messages";
/// Root field: the page.
pub const PAGE: &str = "page";
/// Root field: anchor of the first element.
pub const FROM: &str = "from";
/// Root field: anchor of the last element.
pub const TO: &str = "to";
/// Root field: the words at the time.
pub const QUOTE: &str = "quote";
/// Root field: whether it is resolved.
pub const RESOLVED: &str = "resolved";

pub(crate) const BY: &str = "by";
pub(crate) const AT: &str = "at";
pub(crate) const SAYS: &str = "text";
/// Most messages that are read.
pub(crate) const MAX_MESSAGES: usize = 10_000;
/// Longest message, bytes.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024;
/// Longest quote that is kept, characters.
const QUOTE_CHARS: usize = 300;

/// Where a comment is put: anchors for the thread's fields, and the words there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Value of [`FROM`].
    pub from: String,
    /// Value of [`TO`].
    pub to: String,
    /// Value of [`QUOTE`].
    pub quote: String,
}

/// Where an anchored stretch stands in a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// First position in the page's text.
    pub from: usize,
    /// Position after the last.
    pub to: usize,
    /// Place of the block in which it begins, and the character within it.
    pub start: (usize, usize),
    /// Place of the block in which it ends, and the character within it.
    pub end: (usize, usize),
}

/// A message of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Member that the message names as its author, hex.
    pub by: String,
    /// Who wrote it: actor of the change.
    pub actor: Option<[u8; 16]>,
    /// When, by the author's clock.
    pub at_ms: i64,
    /// What it says.
    pub text: String,
}

/// Fields of a thread.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadFields {
    /// Text form of the page's id.
    pub page: String,
    /// Anchor of the first element.
    pub from: String,
    /// Anchor of the last element.
    pub to: String,
    /// The words at the time.
    pub quote: String,
    /// Whether it is resolved.
    pub resolved: bool,
}

impl Doc {
    /// Anchors for positions `from..to` of the page's text as it is; an empty stretch takes the position before it.
    pub fn anchor(&self, from: usize, to: usize) -> Result<Anchor, ModelError> {
        let nothing = || ModelError::NotPossible("there is no text to comment on at this place".into());
        let text = text_of(&self.crdt).ok_or_else(nothing)?;
        let len = self.crdt.len(&text);
        if to > len || from > to {
            return Err(ModelError::OutOfRange { at: from.max(to), len });
        }
        let first = if from == to { from.saturating_sub(1) } else { from };
        let last = to.saturating_sub(1).max(first);
        let chars: Vec<char> = self.crdt.text(&text).chars().collect();
        let words = chars.get(first..=last).ok_or_else(nothing)?.iter();
        let words: String = words.map(|c| if *c == crate::crdt::MARKER { '\n' } else { *c }).collect();
        let quote = words.trim().chars().take(QUOTE_CHARS).collect();
        let anchor = |at, end| self.crdt.anchor(&text, at, end).ok_or_else(nothing);
        Ok(Anchor { from: anchor(first, false)?, to: anchor(last, true)?, quote })
    }

    /// Where an anchored stretch stands; none when all of it is gone.
    pub fn spot(&self, from: &str, to: &str) -> Option<Spot> {
        let text = text_of(&self.crdt)?;
        let (first, first_stands) = self.crdt.anchored(&text, from)?;
        let (last, last_stands) = self.crdt.anchored(&text, to)?;
        let slid_to_start = !first_stands && !last_stands && last == 0;
        if first > last || slid_to_start || last >= self.crdt.len(&text) {
            return None;
        }
        let placed = page::read_page(&self.crdt);
        let (start, end) = (within(&placed, first)?, within(&placed, last)?);
        let end_at = if last >= placed.get(end.0)?.start { end.1 + 1 } else { 0 };
        Some(Spot { from: first, to: last + 1, start, end: (end.0, end_at) })
    }

    /// Positions of a block: of its text, or of its marker when it holds none.
    pub fn block_range(&self, block: &str) -> Result<(usize, usize), ModelError> {
        let placed = page::read_page(&self.crdt);
        let by_place = || block.parse::<usize>().ok().and_then(|i| placed.get(i));
        let found = placed.iter().find(|p| p.marker == block).or_else(by_place);
        let found = found.ok_or_else(|| ModelError::UnknownBlock(block.chars().take(100).collect()))?;
        Ok(if found.start < found.end { (found.start, found.end) } else { (found.from(), found.start) })
    }

    /// Positions of the first place where `words` stand within a block.
    pub fn find_words(&self, words: &str) -> Option<(usize, usize)> {
        let wanted: Vec<char> = words.chars().collect();
        let text = text_of(&self.crdt)?;
        let chars: Vec<char> = self.crdt.text(&text).chars().collect();
        let at = chars.windows(wanted.len().max(1)).position(|w| w == wanted.as_slice())?;
        Some((at, at + wanted.len()))
    }

    /// Fields of a thread; what is absent is empty.
    pub fn thread(&self) -> ThreadFields {
        let text = |name| fields::text(&self.crdt, name);
        ThreadFields {
            page: text(PAGE),
            from: text(FROM),
            to: text(TO),
            quote: text(QUOTE),
            resolved: fields::read(&self.crdt, RESOLVED) == Some(Value::Bool(true)),
        }
    }

    /// Messages of a thread, as they were written one after the other.
    pub fn messages(&self) -> Vec<Message> {
        let Some(Node::List(list)) = self.crdt.get(&Obj::root(), At::Key(MESSAGES)) else {
            return Vec::new();
        };
        let read = |index| {
            let written = self.crdt.get_all(&list, At::Index(index)).pop()?;
            let Node::Map(map) = written.node else { return None };
            let at_ms = match self.crdt.get(&map, At::Key(AT)) {
                Some(Node::Scalar(Scalar::Int(at) | Scalar::Time(at))) => at,
                _ => 0,
            };
            Some(Message {
                by: self.crdt.get_str(&map, BY).unwrap_or_default(),
                actor: written.change.and_then(|hash: Hash| self.actor_of(&hash)),
                at_ms,
                text: self.crdt.get_str(&map, SAYS).unwrap_or_default(),
            })
        };
        (0..self.crdt.len(&list).min(MAX_MESSAGES)).filter_map(read).collect()
    }

    fn actor_of(&self, change: &Hash) -> Option<[u8; 16]> {
        self.crdt.meta(change).map(|meta| fields::actor16(&meta))
    }

    /// Adds a message to a thread. `by` is the author's member id, hex.
    pub fn say(&mut self, stamp: &Stamp, by: &str, text: &str) -> Result<Changes, ModelError> {
        if text.len() > MAX_MESSAGE_BYTES {
            return Err(ModelError::TooLarge("a message holds at most 16 KiB".into()));
        }
        let says = [
            (BY, Scalar::Str(by.to_owned())),
            (AT, Scalar::Int(stamp.time_ms)),
            (SAYS, Scalar::Str(text.to_owned())),
        ];
        Ok(self.append(stamp, MESSAGES, &says)?.0)
    }
}

/// The block that holds a position, and the character within it; a marker counts as the start of its block.
fn within(placed: &[Placed], at: usize) -> Option<(usize, usize)> {
    let index = placed.iter().rposition(|p| p.from() <= at)?;
    let block = placed.get(index)?;
    Some((index, at.saturating_sub(block.start).min(block.end - block.start)))
}
