//! What a lying node says on the wire: messages and item frames as its program made them, some of them bent on the way out.
//!
//! Bent are roots, cursors, counts, confirmations, views and lists; items are damaged, left out, repeated, and given from
//! another workspace.

use tern_sync::DenyReason;
use tern_sync::hello::Short;
use tern_sync::wire::control::{List, Message, Nodes, Root, Stored};
use tern_sync::wire::frame::frame;
use tern_sync::wire::items::{BatchBuilder, ItemFrame};
use tern_trust::{DeviceKeys, FeedState, Kind, Writer};

use crate::host::Rng;

/// Messages of a hundred that are bent.
const BENT_PERCENT: usize = 15;
/// Another workspace.
const ELSEWHERE: [u8; 32] = [9; 32];

/// Bends what one end of a connection says.
#[derive(Debug)]
pub struct Twist {
    rng: Rng,
    foreign: Vec<u8>,
    /// Once it began to say nothing, it goes on so.
    silent: bool,
    /// Never says a root that anybody could reach.
    never_equal: bool,
}

impl Twist {
    /// `author`: the device key of an honest member, who writes in another workspace too.
    pub fn new(seed: u64, author: &[u8; 32]) -> Twist {
        let keys = DeviceKeys::from_seed(author);
        let writer = Writer { workspace: ELSEWHERE, keys: &keys, day: 20_780 };
        let mut feed = FeedState::new(seed);
        let item = writer.clear(&mut feed, Kind::from_byte(0x30), [0; 16], [7; 16], b"of another workspace");
        let foreign = item.map(|item| item.bytes().to_vec()).unwrap_or_default();
        let mut rng = Rng::new(seed);
        let never_equal = rng.chance(10);
        Twist { rng, foreign, silent: false, never_equal }
    }

    /// One control message, framed.
    pub fn control(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        if self.silent {
            return Vec::new();
        }
        if !self.never_equal && !self.rng.chance(BENT_PERCENT) {
            return bytes;
        }
        let Some(Ok(message)) = bytes.get(4..).map(Message::from_bytes) else { return bytes };
        if self.never_equal {
            let Message::Root(root) = message else { return bytes };
            return Message::Root(Root { combined: self.rng.bytes(), ..root }).to_frame();
        }
        match self.rng.below(100) {
            0 => {
                self.silent = true;
                Vec::new()
            }
            1 => {
                let reasons = [DenyReason::Generic, DenyReason::Removed, DenyReason::Busy, DenyReason::Full];
                let reason = self.rng.pick(&reasons).copied().unwrap_or(DenyReason::Generic);
                Message::Deny(reason).to_frame()
            }
            2 => [bytes.clone(), bytes].concat(),
            3 => Message::Same.to_frame(),
            _ => self.bend(message).map_or(bytes, |message| message.to_frame()),
        }
    }

    fn bend(&mut self, message: Message) -> Option<Message> {
        let rng = &mut self.rng;
        Some(match message {
            Message::Root(root) => match rng.below(6) {
                0 => Message::Same,
                1 => Message::Root(Root { log_root: rng.bytes(), ..root }),
                2 => Message::Root(Root { log_n: rng.below(1 << 20) as u32, ..root }),
                3 => Message::Root(Root { combined: rng.bytes(), ..root }),
                4 => Message::Root(Root { cursor: u64::MAX >> 1, ..root }),
                _ => Message::Root(Root { cursor: rng.below(40) as u64, ..root }),
            },
            Message::Stored(stored) => match rng.below(3) {
                0 => Message::Stored(Stored { row: u64::MAX >> 1, ..stored }),
                1 => Message::Stored(Stored { row: stored.row + rng.below(9) as u64, ..stored }),
                _ => Message::Stored(Stored { frames: stored.frames + 1, ..stored }),
            },
            Message::Lanes(mut rows) => {
                for row in &mut rows {
                    (row.n, row.root) = (rng.below(1 << 20) as u32, rng.bytes());
                }
                Message::Lanes(rows)
            }
            Message::Nodes(nodes) => Message::Nodes(bent(nodes, rng)),
            Message::Expand(nodes) => Message::Expand(bent(nodes, rng)),
            Message::Fewer(nodes) => Message::Fewer(bent(nodes, rng)),
            Message::List(list) => Message::List(shorter(list, rng)),
            Message::Want(list) => Message::Want(shorter(list, rng)),
            _ => return None,
        })
    }

    /// One item frame, framed; nothing where it is left out.
    pub fn items(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        if !self.rng.chance(BENT_PERCENT) {
            return bytes;
        }
        match self.rng.below(4) {
            0 => Vec::new(),
            1 => [bytes.clone(), bytes].concat(),
            2 if bytes.len() > 5 => {
                let at = 4 + self.rng.below(bytes.len() - 4);
                bytes[at] ^= 1 << self.rng.below(8);
                bytes
            }
            _ => self.of_elsewhere(&bytes).unwrap_or(bytes),
        }
    }

    /// The frame with an item of another workspace in the place of what is in it.
    fn of_elsewhere(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let ItemFrame::Batch(batch) = ItemFrame::from_bytes(bytes.get(4..)?).ok()? else { return None };
        let mut builder = BatchBuilder::new();
        builder.push(&ELSEWHERE, &self.foreign);
        Some(frame(&builder.finish(batch.head).to_bytes()))
    }
}

fn bent(mut nodes: Nodes, rng: &mut Rng) -> Nodes {
    for entry in &mut nodes.entries {
        if rng.chance(50) {
            entry.hash = rng.bytes();
        } else {
            entry.n = 1 + rng.below(1 << 16) as u32;
        }
    }
    nodes
}

fn shorter(mut list: List, rng: &mut Rng) -> List {
    list.ids.retain(|_| rng.chance(50));
    let extra: Short = rng.bytes();
    if !list.ids.contains(&extra) {
        list.ids.push(extra);
    }
    list
}
