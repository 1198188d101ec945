//! The sending half: queues by priority, frames within the peer's credit, row marks, acknowledgements.
//! It decides how items travel, never which ones.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::api::Priority;
use crate::hello::{SessionNames, Short};
use crate::key::{Device, Id, Key, Lane, Span};
use crate::replica::{Replica, Row};
use crate::trie::SourceResult;
use crate::wire::FRAME_MAX;
use crate::wire::frame::frame;
use crate::wire::item::{self, KIND_PACK};
use crate::wire::items::{BatchBuilder, FrameHead, ITEM_MAX, ItemFrame, PART_BYTES, Part, Pushed};

/// Bytes in flight to one peer.
pub const CREDIT_PEER: u64 = 4 * 1024 * 1024;
/// Bytes in flight on one stream.
pub const CREDIT_STREAM: u64 = 1024 * 1024;
/// Jobs that may wait per priority. What does not fit is found again by the next walk.
pub const JOBS_MAX: usize = 65_536;
/// Keys taken from a range at a time.
const SPAN_STEP: usize = 256;

/// Something to be sent.
#[derive(Debug)]
pub(super) enum Job {
    Item { id: Id, row: Option<u64> },
    Range { lane: Lane, span: Span },
}

#[derive(Debug)]
struct Large {
    id: Id,
    row: Option<u64>,
    bytes: Vec<u8>,
    offset: usize,
}

#[derive(Debug)]
struct Unacked {
    frame: u64,
    mark: u64,
    ids: Vec<Id>,
}

/// Everything a build step needs from outside.
pub(super) struct SendContext<'a> {
    pub replica: &'a dyn Replica,
    pub workspace: &'a [u8; 32],
    pub peer: &'a Device,
    pub now_ms: i64,
}

/// What is known of the peer's room for content.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Nothing speaks against it.
    #[default]
    Free,
    /// It had none when last met: one item asks.
    Ask,
    /// The item that asks went out, whole with this frame.
    Asked(u64),
    /// It has none: nothing but the log goes out.
    Full,
}

#[derive(Debug, Default)]
pub(super) struct Sender {
    queues: [VecDeque<Job>; 5],
    /// Log records wait in row order: a receiver can store them in that order.
    log_rows: BTreeMap<u64, Id>,
    large: [Option<Large>; 5],
    /// Rows scanned for the push that are in no frame yet; bounds the mark.
    waiting_rows: BTreeSet<u64>,
    /// Every row up to here is sent, waits above, or is not for this peer.
    pub scanned: u64,
    /// Marks may be stated: everything below the first scanned row is at the peer.
    pub marks_hold: bool,
    next_frame: u64,
    log_frames: u64,
    sent: [u64; 5],
    granted: [u64; 5],
    unacked: VecDeque<Unacked>,
    /// Refused in this session.
    held: BTreeSet<Id>,
    /// Received from the peer in this session and not yet passed by the row scan.
    pub from_peer: BTreeSet<Id>,
    /// Room for content at the peer.
    pub room: Room,
    pub items_sent: u64,
}

impl Sender {
    pub fn frames(&self) -> u64 {
        self.next_frame
    }

    /// True when nothing waits to be framed.
    pub fn is_drained(&self) -> bool {
        self.log_rows.is_empty()
            && self.queues.iter().all(VecDeque::is_empty)
            && self.large.iter().all(Option::is_none)
    }

    pub fn all_acked(&self) -> bool {
        self.unacked.is_empty()
    }

    pub fn rows_waiting(&self) -> usize {
        self.waiting_rows.len()
    }

    /// Queues a row of the push.
    pub fn push_row(&mut self, row: &Row, priority: Priority) {
        self.waiting_rows.insert(row.row);
        if row.lane.is_log() {
            self.log_rows.insert(row.row, row.key.id);
        } else {
            self.job(priority, Job::Item { id: row.key.id, row: Some(row.row) });
        }
    }

    /// Queues a wanted item.
    pub fn push_item(
        &mut self,
        replica: &dyn Replica,
        lane: &Lane,
        key: &Key,
        today: u16,
    ) -> SourceResult<()> {
        if lane.is_log() {
            if let Some(row) = replica.row_of(&key.id)? {
                self.log_rows.insert(row, key.id);
            }
            return Ok(());
        }
        let priority = if key.day >= today { Priority::Today } else { Priority::Rest };
        self.job(priority, Job::Item { id: key.id, row: None });
        Ok(())
    }

    /// Queues all keys of a range: the current day first.
    pub fn push_range(
        &mut self,
        replica: &dyn Replica,
        lane: &Lane,
        span: Span,
        today: u16,
    ) -> SourceResult<()> {
        if lane.is_log() {
            for key in replica.keys(lane, &span, JOBS_MAX)? {
                self.push_item(replica, lane, &key, today)?;
            }
            return Ok(());
        }
        let cut = Key { day: today, id: [0; 32] };
        let (old, new) = match (span.from < cut, span.to.is_none_or(|to| to > cut)) {
            (true, true) => (Some(Span { to: Some(cut), ..span }), Some(Span { from: cut, ..span })),
            (true, false) => (Some(span), None),
            (false, _) => (None, Some(span)),
        };
        for (part, priority) in [(new, Priority::Today), (old, Priority::Rest)] {
            let Some(span) = part else { continue };
            if !replica.keys(lane, &span, 1)?.is_empty() {
                self.job(priority, Job::Range { lane: *lane, span });
            }
        }
        Ok(())
    }

    fn job(&mut self, priority: Priority, job: Job) {
        if let Some(queue) = self.queues.get_mut(usize::from(priority.index())) {
            if queue.len() < JOBS_MAX && self.room != Room::Full {
                queue.push_back(job);
            } else if let Job::Item { row: Some(row), .. } = job {
                // Dropped: the mark may never pass it, so no further mark is stated.
                self.marks_hold = false;
                self.waiting_rows.remove(&row);
            }
        }
    }

    /// Drops all queued content; the log stays.
    pub fn drop_content(&mut self) {
        for queue in &mut self.queues {
            queue.clear();
        }
        for (large, priority) in self.large.iter_mut().zip(Priority::ALL) {
            if priority != Priority::Log {
                *large = None;
            }
        }
        self.waiting_rows.clear();
        self.marks_hold = false;
    }

    fn has_credit(&self, priority: Priority) -> bool {
        if priority != Priority::Log && matches!(self.room, Room::Asked(_) | Room::Full) {
            return false;
        }
        let at = usize::from(priority.index());
        let flying = |i: usize| self.sent[i].saturating_sub(self.granted[i]);
        let total: u64 = (0..self.sent.len()).map(flying).sum();
        let frame = FRAME_MAX as u64 + 4;
        flying(at) + frame <= CREDIT_STREAM && total + frame <= CREDIT_PEER
    }

    /// The peer grants more bytes; false when it grants what was never sent.
    pub fn grant(&mut self, priority: Priority, bytes: u32) -> bool {
        let at = usize::from(priority.index());
        self.granted[at] += u64::from(bytes);
        self.granted[at] <= self.sent[at]
    }

    /// The next frame that may go out, most urgent first.
    pub fn next(&mut self, cx: &SendContext<'_>) -> SourceResult<Option<(Priority, Vec<u8>)>> {
        for priority in Priority::ALL {
            if !self.has_credit(priority) {
                continue;
            }
            if let Some(bytes) = self.build(cx, priority)? {
                return Ok(Some((priority, bytes)));
            }
        }
        Ok(None)
    }

    fn build(&mut self, cx: &SendContext<'_>, priority: Priority) -> SourceResult<Option<Vec<u8>>> {
        if let Some(bytes) = self.next_part(priority) {
            return Ok(Some(bytes));
        }
        let mut batch = BatchBuilder::new();
        let mut ids = Vec::new();
        while let Some((id, row)) = self.next_id(cx, priority)? {
            let Some(bytes) = self.fetch(cx, priority, &id, row)? else { continue };
            match batch.push(cx.workspace, &bytes) {
                Pushed::In => {
                    self.forget_row(row);
                    ids.push(id);
                    if self.room == Room::Ask && priority != Priority::Log {
                        break;
                    }
                }
                Pushed::NotAnItem => self.forget_row(row),
                Pushed::Full => {
                    self.put_back(priority, id, row);
                    break;
                }
                Pushed::TooLarge if batch.is_empty() && bytes.len() <= ITEM_MAX => {
                    self.large[usize::from(priority.index())] = Some(Large { id, row, bytes, offset: 0 });
                    return Ok(self.next_part(priority));
                }
                Pushed::TooLarge if bytes.len() > ITEM_MAX => self.forget_row(row),
                Pushed::TooLarge => {
                    self.put_back(priority, id, row);
                    break;
                }
            }
        }
        if batch.is_empty() {
            return Ok(None);
        }
        let head = self.number(priority);
        let frame = batch.finish(head);
        Ok(Some(self.account(priority, &frame, ids)))
    }

    /// Bytes of an item that is to go out now; `None` when it is held, gone, or moved to another stream.
    fn fetch(
        &mut self,
        cx: &SendContext<'_>,
        priority: Priority,
        id: &Id,
        row: Option<u64>,
    ) -> SourceResult<Option<Vec<u8>>> {
        let skip = self.held.contains(id) || cx.replica.on_hold(cx.peer, id, cx.now_ms)?;
        let bytes = if skip { None } else { cx.replica.item(id)? };
        let Some(bytes) = bytes else {
            self.forget_row(row);
            return Ok(None);
        };
        let is_pack = item::split(&bytes).is_some_and(|(head, _, _)| head.kind == KIND_PACK);
        if is_pack && priority != Priority::Packs {
            self.job(Priority::Packs, Job::Item { id: *id, row });
            return Ok(None);
        }
        Ok(Some(bytes))
    }

    fn forget_row(&mut self, row: Option<u64>) {
        if let Some(row) = row {
            self.waiting_rows.remove(&row);
        }
    }

    fn put_back(&mut self, priority: Priority, id: Id, row: Option<u64>) {
        match (priority, row) {
            (Priority::Log, Some(row)) => {
                self.log_rows.insert(row, id);
            }
            _ => {
                if let Some(queue) = self.queues.get_mut(usize::from(priority.index())) {
                    queue.push_front(Job::Item { id, row });
                }
            }
        }
    }

    fn next_id(
        &mut self,
        cx: &SendContext<'_>,
        priority: Priority,
    ) -> SourceResult<Option<(Id, Option<u64>)>> {
        if priority == Priority::Log {
            return Ok(self.log_rows.pop_first().map(|(row, id)| (id, Some(row))));
        }
        let Some(queue) = self.queues.get_mut(usize::from(priority.index())) else { return Ok(None) };
        while let Some(job) = queue.pop_front() {
            match job {
                Job::Item { id, row } => return Ok(Some((id, row))),
                Job::Range { lane, span } => {
                    let keys = cx.replica.keys(&lane, &span, SPAN_STEP)?;
                    let rest = (keys.len() == SPAN_STEP).then(|| keys.last()).flatten();
                    if let Some(span) = rest.and_then(|last| span.after(last)) {
                        queue.push_front(Job::Range { lane, span });
                    }
                    for key in keys.iter().rev().filter(|key| !self.from_peer.contains(&key.id)) {
                        queue.push_front(Job::Item { id: key.id, row: None });
                    }
                }
            }
        }
        Ok(None)
    }

    fn next_part(&mut self, priority: Priority) -> Option<Vec<u8>> {
        let at = usize::from(priority.index());
        let mut large = self.large.get_mut(at)?.take()?;
        let end = (large.offset + PART_BYTES).min(large.bytes.len());
        let piece = large.bytes.get(large.offset..end)?.to_vec();
        let (total, offset) = (large.bytes.len() as u32, large.offset as u32);
        let mut ids = Vec::new();
        if end == large.bytes.len() {
            self.forget_row(large.row);
            ids.push(large.id);
        } else {
            large.offset = end;
            self.large[at] = Some(large);
        }
        let frame = ItemFrame::Part(Part { head: self.number(priority), total, offset, bytes: piece });
        Some(self.account(priority, &frame, ids))
    }

    fn number(&mut self, priority: Priority) -> FrameHead {
        let mark = match (self.marks_hold, self.waiting_rows.first()) {
            (false, _) => 0,
            (true, Some(first)) => first.saturating_sub(1),
            (true, None) => self.scanned,
        };
        let head = FrameHead {
            frame: self.next_frame,
            log_before: self.log_frames,
            mark,
            priority: priority.index(),
        };
        self.next_frame += 1;
        self.log_frames += u64::from(priority == Priority::Log);
        head
    }

    fn account(&mut self, priority: Priority, item_frame: &ItemFrame, ids: Vec<Id>) -> Vec<u8> {
        let bytes = frame(&item_frame.to_bytes());
        self.sent[usize::from(priority.index())] += bytes.len() as u64;
        self.items_sent += ids.len() as u64;
        let head = item_frame.head();
        if self.room == Room::Ask && priority != Priority::Log && !ids.is_empty() {
            self.room = Room::Asked(head.frame);
        }
        self.unacked.push_back(Unacked { frame: head.frame, mark: head.mark, ids });
        bytes
    }

    /// Frames below `frames` are committed. Gives the greatest mark among them; `None` for a number never sent.
    pub fn acknowledge(&mut self, frames: u64) -> Option<u64> {
        if frames > self.next_frame {
            return None;
        }
        if matches!(self.room, Room::Asked(asked) if asked < frames) {
            self.room = Room::Free;
        }
        let mut mark = 0;
        while self.unacked.front().is_some_and(|u| u.frame < frames) {
            mark = self.unacked.pop_front().map_or(mark, |u| mark.max(u.mark));
        }
        Some(mark)
    }

    /// Items in flight that these short ids name. They are not sent again in this session.
    pub fn refuse(&mut self, names: &SessionNames, shorts: &BTreeSet<Short>) -> BTreeMap<Short, Id> {
        let flying = self.unacked.iter().flat_map(|u| u.ids.iter());
        let found: BTreeMap<Short, Id> =
            flying.map(|id| (names.item(id), *id)).filter(|(s, _)| shorts.contains(s)).collect();
        self.held.extend(found.values().copied());
        found
    }
}
