//! The receiving half: frames back into items, log before content, commits into acknowledgements.
//! Everything buffered here is bounded by the credit that was granted.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::send::{CREDIT_PEER, CREDIT_STREAM};
use crate::api::{ItemResult, Priority, Refusal};
use crate::hello::{SessionNames, Short};
use crate::key::{Id, Key, Lane};
use crate::wire::frame::FrameDecoder;
use crate::wire::item::{BODY_FROM, KIND_JOIN, SIGNATURE_BYTES, place_of};
use crate::wire::items::{FrameHead, ITEM_MAX, ItemFrame, Part};
use crate::wire::{BODY_MAX, FRAME_MAX, WireError};

/// Item streams a peer may have open.
pub const STREAMS_MAX: usize = 16;
/// How far ahead of the first uncommitted frame a frame number may be.
pub const FRAME_WINDOW: u64 = 65_536;
/// Consumed bytes after which credit is granted.
const CREDIT_STEP: u64 = 256 * 1024;
/// Frames that may wait for a commit or for the log while credit is granted.
pub const BACKLOG_MAX: u64 = 64;
/// Bytes of records that wait for their ancestors.
pub const WAITING_MAX: usize = 1024 * 1024;

/// Items of one frame, ready for the host.
#[derive(Debug)]
pub(super) struct Ready {
    pub frame: Option<u64>,
    pub log: bool,
    pub items: Vec<(Lane, Key, Vec<u8>)>,
}

#[derive(Debug)]
struct Offered {
    token: u64,
    frame: Option<u64>,
    log: bool,
    /// Nothing of the frame was left out.
    whole: bool,
    items: Vec<(Id, Vec<u8>)>,
}

#[derive(Debug)]
struct Partial {
    total: usize,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
enum FrameState {
    Open { mark: u64 },
    Committed { mark: u64, clean: bool },
}

#[derive(Debug)]
struct Parked {
    head: FrameHead,
    items: Vec<(Lane, Key, Vec<u8>)>,
}

/// What a commit told.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub stored: u64,
    pub log_grew: bool,
    pub waits_for_log: bool,
    pub refused: Vec<(Short, Refusal)>,
    pub not_stored: Vec<Id>,
    pub invalid: bool,
    /// The store here failed.
    pub failed: bool,
}

#[derive(Debug)]
pub(super) struct Receiver {
    streams: BTreeMap<u64, FrameDecoder>,
    frames: BTreeMap<u64, FrameState>,
    /// Frames below this are committed.
    pub contiguous: u64,
    clean: bool,
    /// Contiguous rows of the peer that its marks vouch for.
    pub row: u64,
    log_committed: u64,
    parked: Vec<Parked>,
    partial: BTreeMap<u8, Partial>,
    offered: VecDeque<Offered>,
    next_token: u64,
    received: [u64; 5],
    consumed: [u64; 5],
    granted: [u64; 5],
    waiting: Vec<(Id, Vec<u8>)>,
    pub items_received: u64,
    joins: BTreeSet<Id>,
}

impl Receiver {
    pub fn new() -> Receiver {
        Receiver {
            streams: BTreeMap::new(),
            frames: BTreeMap::new(),
            contiguous: 0,
            clean: true,
            row: 0,
            log_committed: 0,
            parked: Vec::new(),
            partial: BTreeMap::new(),
            offered: VecDeque::new(),
            next_token: 0,
            received: [0; 5],
            consumed: [0; 5],
            granted: [0; 5],
            waiting: Vec::new(),
            items_received: 0,
            joins: BTreeSet::new(),
        }
    }

    /// True when every frame below `frames` is committed and the host owes no answer.
    pub fn is_settled(&self, frames: u64) -> bool {
        self.contiguous >= frames && self.offered.is_empty() && self.parked.is_empty()
    }

    /// Cuts stream bytes into frames and takes them in. Gives what can be offered to the host.
    pub fn bytes(
        &mut self,
        stream: u64,
        mut bytes: &[u8],
        workspace: &[u8; 32],
    ) -> Result<Vec<Ready>, WireError> {
        if !self.streams.contains_key(&stream) && self.streams.len() >= STREAMS_MAX {
            return Err(WireError("too many item streams"));
        }
        let mut ready = Vec::new();
        loop {
            let decoder = self.streams.entry(stream).or_insert_with(|| FrameDecoder::new(FRAME_MAX));
            let Some(payload) = decoder.next(&mut bytes)? else { return Ok(ready) };
            let frame = ItemFrame::from_bytes(&payload)?;
            self.spend(frame.head().priority, payload.len() as u64 + 4)?;
            ready.extend(self.frame(frame, workspace)?);
        }
    }

    pub fn stream_ended(&mut self, stream: u64) {
        self.streams.remove(&stream);
    }

    fn spend(&mut self, priority: u8, bytes: u64) -> Result<(), WireError> {
        let at = usize::from(priority);
        let received = self.received.get_mut(at).ok_or(WireError("unknown priority"))?;
        *received += bytes;
        let open = |i: usize| self.received[i].saturating_sub(self.granted[i]);
        let total: u64 = (0..self.received.len()).map(open).sum();
        if open(at) > CREDIT_STREAM || total > CREDIT_PEER {
            return Err(WireError("more bytes than credit"));
        }
        // Bytes count as consumed once they are decoded: what waits for a commit is bounded by BACKLOG_MAX
        // and by the offers, which stop the credit (see `credits`).
        self.consumed[at] += bytes;
        Ok(())
    }

    fn frame(&mut self, frame: ItemFrame, workspace: &[u8; 32]) -> Result<Vec<Ready>, WireError> {
        let head = *frame.head();
        if head.frame < self.contiguous
            || head.frame >= self.contiguous + FRAME_WINDOW
            || self.frames.contains_key(&head.frame)
        {
            return Err(WireError("frame number out of order"));
        }
        self.frames.insert(head.frame, FrameState::Open { mark: head.mark });
        let raw = match frame {
            ItemFrame::Batch(batch) => batch.unpack(workspace)?,
            ItemFrame::Part(part) => match self.part(&part)? {
                Some(item) => vec![item],
                None => {
                    self.commit(head.frame, true, head.priority == Priority::Log.index());
                    return Ok(Vec::new());
                }
            },
        };
        let log = head.priority == Priority::Log.index();
        let mut items = Vec::with_capacity(raw.len());
        for bytes in raw {
            let (lane, key) = place_of(&bytes).ok_or(WireError("not an item"))?;
            if lane.is_log() != log {
                return Err(WireError("item on the wrong stream"));
            }
            items.push((lane, key, bytes));
        }
        self.items_received += items.len() as u64;
        self.parked.push(Parked { head, items });
        Ok(self.release())
    }

    fn part(&mut self, part: &Part) -> Result<Option<Vec<u8>>, WireError> {
        let (total, offset) = (part.total as usize, part.offset as usize);
        let small = BODY_MAX + BODY_FROM + SIGNATURE_BYTES;
        let max = if part.head.priority == Priority::Packs.index() { ITEM_MAX } else { small };
        if total > max || part.bytes.is_empty() {
            return Err(WireError("part out of bounds"));
        }
        let partial = if offset == 0 {
            self.partial.insert(part.head.priority, Partial { total, bytes: Vec::new() });
            self.partial.get_mut(&part.head.priority)
        } else {
            self.partial.get_mut(&part.head.priority)
        };
        let partial = partial
            .filter(|p| p.total == total && p.bytes.len() == offset)
            .ok_or(WireError("part out of order"))?;
        if offset + part.bytes.len() > total {
            return Err(WireError("part past the end"));
        }
        partial.bytes.extend_from_slice(&part.bytes);
        if partial.bytes.len() < total {
            return Ok(None);
        }
        Ok(self.partial.remove(&part.head.priority).map(|p| p.bytes))
    }

    /// Frames whose log frames are all committed.
    fn release(&mut self) -> Vec<Ready> {
        let log_committed = self.log_committed;
        let (ready, parked) = std::mem::take(&mut self.parked).into_iter().partition(|p: &Parked| {
            p.head.priority == Priority::Log.index() || p.head.log_before <= log_committed
        });
        self.parked = parked;
        let open = |p: Parked| Ready {
            frame: Some(p.head.frame),
            log: p.head.priority == Priority::Log.index(),
            items: p.items,
        };
        ready.into_iter().map(open).collect()
    }

    /// Hands items to the host; gives the token and the bytes. A frame of which something was left out is not vouched
    /// for.
    pub fn offer(&mut self, ready: Ready, whole: bool) -> (u64, Vec<Vec<u8>>) {
        let token = self.next_token;
        self.next_token += 1;
        let items: Vec<(Id, Vec<u8>)> =
            ready.items.into_iter().map(|(_, key, bytes)| (key.id, bytes)).collect();
        let bytes = items.iter().map(|(_, bytes)| bytes.clone()).collect();
        // Only log records are kept: they may have to be offered again.
        let kept = items.into_iter().map(|(id, b)| (id, if ready.log { b } else { Vec::new() })).collect();
        self.offered.push_back(Offered { token, frame: ready.frame, log: ready.log, whole, items: kept });
        (token, bytes)
    }

    /// A frame whose items were not taken at all: nothing of it is vouched for.
    pub fn drop_frame(&mut self, frame: Option<u64>, log: bool) {
        if let Some(frame) = frame {
            self.commit(frame, false, log);
        }
    }

    /// The host answered. `None` for a token that is not due.
    pub fn ingested(&mut self, token: u64, results: &[ItemResult], names: &SessionNames) -> Option<Outcome> {
        if self.offered.front().is_none_or(|o| o.token != token || o.items.len() != results.len()) {
            return None;
        }
        let offered = self.offered.pop_front()?;
        let mut outcome = Outcome::default();
        let mut clean = offered.whole;
        for ((id, bytes), result) in offered.items.into_iter().zip(results) {
            match result {
                ItemResult::Stored => outcome.stored += 1,
                ItemResult::Known => {}
                ItemResult::Refused(why) => {
                    // What there is no room for is not here, whatever the mark says; it comes again.
                    clean &= *why != Refusal::Quota;
                    outcome.refused.push((names.item(&id), *why));
                }
                ItemResult::Waiting => {
                    clean = false;
                    outcome.waits_for_log = true;
                    if offered.log {
                        self.wait(id, bytes);
                    }
                }
                ItemResult::Invalid => outcome.invalid = true,
                ItemResult::Failed => {
                    clean = false;
                    outcome.failed = true;
                }
            }
            if *result != ItemResult::Stored {
                outcome.not_stored.push(id);
            }
        }
        outcome.log_grew = offered.log && outcome.stored > 0;
        if let Some(frame) = offered.frame {
            self.commit(frame, clean, offered.log);
        }
        Some(outcome)
    }

    fn wait(&mut self, id: Id, bytes: Vec<u8>) {
        let held: usize = self.waiting.iter().map(|(_, b)| b.len()).sum();
        if held + bytes.len() <= WAITING_MAX && self.waiting.iter().all(|(other, _)| *other != id) {
            self.waiting.push((id, bytes));
        }
    }

    /// After commits: content that waited for log frames, and records that waited for ancestors.
    pub fn after_commit(&mut self, log_grew: bool) -> Vec<Ready> {
        let mut ready = self.release();
        if log_grew && !self.waiting.is_empty() {
            let again = std::mem::take(&mut self.waiting);
            let place = |(_, bytes): (Id, Vec<u8>)| place_of(&bytes).map(|(lane, key)| (lane, key, bytes));
            ready.push(Ready {
                frame: None,
                log: true,
                items: again.into_iter().filter_map(place).collect(),
            });
        }
        ready
    }

    fn commit(&mut self, frame: u64, clean: bool, log: bool) {
        if let Some(state) = self.frames.get_mut(&frame)
            && let FrameState::Open { mark } = *state
        {
            *state = FrameState::Committed { mark, clean };
            self.log_committed += u64::from(log);
        }
        while let Some(FrameState::Committed { mark, clean }) = self.frames.get(&self.contiguous).copied() {
            self.frames.remove(&self.contiguous);
            self.contiguous += 1;
            self.clean &= clean;
            if self.clean {
                self.row = self.row.max(mark);
            }
        }
    }

    /// Credit to grant: what was consumed, once it is worth a message and while commits keep up.
    pub fn credits(&mut self) -> Vec<(Priority, u32)> {
        let mut grants = Vec::new();
        for priority in Priority::ALL {
            let at = usize::from(priority.index());
            let due = self.consumed[at].saturating_sub(self.granted[at]);
            if due >= CREDIT_STEP && self.backlog() < BACKLOG_MAX {
                self.granted[at] += due;
                grants.push((priority, due as u32));
            }
        }
        grants
    }

    /// Frames that wait for a commit or for the log.
    fn backlog(&self) -> u64 {
        (self.offered.len() + self.parked.len()) as u64
    }

    /// Counts Join records of a stranger with an invite: he may push one.
    pub fn admit_join(&mut self, items: &[(Lane, Key, Vec<u8>)]) -> bool {
        self.joins.extend(items.iter().map(|(_, key, _)| key.id));
        self.joins.len() <= 1 && items.iter().all(|(_, _, bytes)| bytes.get(1) == Some(&KIND_JOIN))
    }
}
