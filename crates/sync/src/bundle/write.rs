//! Writing a bundle chunk by chunk: memory is bounded by one frame and one item, however large the workspace.

use std::collections::{BTreeSet, VecDeque};

use super::{
    BLOB, BLOB_HEAD, BLOB_MAX, BLOB_REF, CHUNK_BYTES, Chunks, END, ITEMS, LOG, LaneSummary, Preface, SUMMARY,
    Summary,
};
use crate::api::Priority;
use crate::key::{Id, Lane, Span};
use crate::replica::Replica;
use crate::trie::{NodeInfo, SourceError, SourceResult};
use crate::wire::frame::frame;
use crate::wire::items::{BatchBuilder, FrameHead, ITEM_MAX, ItemFrame, PART_BYTES, Part, Pushed};

/// Keys read from the store at a time.
const KEYS_STEP: usize = 512;

/// Writes one bundle for a reader of whom a summary may be known.
#[derive(Debug)]
pub struct BundleWriter {
    workspace: [u8; 32],
    plain: Vec<u8>,
    spans: VecDeque<(Lane, Span)>,
    ids: VecDeque<Id>,
    log_ids: VecDeque<Id>,
    next_frame: u64,
    items: u64,
    chunk: u64,
    ended: bool,
    finished: bool,
    /// Attachments that the written items name.
    blobs: BTreeSet<Id>,
}

impl BundleWriter {
    /// A bundle of `lanes` (the log comes first by itself). With `theirs`, the summary of a bundle that the
    /// reader wrote, only what that does not show is written. The own summary is always included.
    pub fn new(
        replica: &dyn Replica,
        preface: &Preface,
        lanes: &[Lane],
        theirs: Option<&Summary>,
    ) -> SourceResult<BundleWriter> {
        let mut all: Vec<Lane> = lanes.iter().copied().filter(|lane| !lane.is_log()).collect();
        all.sort_unstable();
        all.dedup();
        all.insert(0, Lane::LOG);
        let mut writer = BundleWriter {
            workspace: preface.workspace,
            plain: Vec::new(),
            spans: VecDeque::new(),
            ids: VecDeque::new(),
            log_ids: VecDeque::new(),
            next_frame: 0,
            items: 0,
            chunk: 0,
            ended: false,
            finished: false,
            blobs: BTreeSet::new(),
        };
        writer.plain.extend_from_slice(&preface.workspace);
        writer.plain.extend_from_slice(&preface.sender);
        writer.plain.extend_from_slice(&preface.day.to_le_bytes());
        for lane in &all {
            let shown = theirs.and_then(|t| t.0.iter().find(|s| s.lane == *lane));
            writer.spans.extend(lacking(replica, lane, shown)?.into_iter().map(|span| (*lane, span)));
        }
        writer.sort_log(replica)?;
        for summary in Summary::of(replica, &all)?.0 {
            let body = postcard::to_allocvec(&summary).map_err(SourceError::new)?;
            writer.frame(SUMMARY, &body);
        }
        Ok(writer)
    }

    /// Log records go in row order, so that a reader can store them as they come.
    fn sort_log(&mut self, replica: &dyn Replica) -> SourceResult<()> {
        let mut rows = Vec::new();
        while let Some((lane, span)) = self.spans.pop_front() {
            if !lane.is_log() {
                self.spans.push_front((lane, span));
                break;
            }
            for key in replica.keys(&lane, &span, usize::MAX)? {
                rows.push((replica.row_of(&key.id)?.unwrap_or(u64::MAX), key.id));
            }
        }
        rows.sort_unstable();
        self.log_ids = rows.into_iter().map(|(_, id)| id).collect();
        Ok(())
    }

    /// Number of items written so far.
    pub fn items(&self) -> u64 {
        self.items
    }

    /// The next sealed chunk of a bundle without attachments; `None` after the last.
    pub fn next_chunk(
        &mut self,
        replica: &dyn Replica,
        chunks: &dyn Chunks,
    ) -> SourceResult<Option<Vec<u8>>> {
        self.next_chunk_with(replica, chunks, &|_| None)
    }

    /// As [`BundleWriter::next_chunk`]; `blobs` gives the sealed bytes of an attachment that is here, and those that
    /// written items name go in behind the items.
    pub fn next_chunk_with(
        &mut self,
        replica: &dyn Replica,
        chunks: &dyn Chunks,
        blobs: &dyn Fn(&Id) -> Option<Vec<u8>>,
    ) -> SourceResult<Option<Vec<u8>>> {
        if self.finished {
            return Ok(None);
        }
        while self.plain.len() <= CHUNK_BYTES && !self.ended {
            self.next_frames(replica, blobs)?;
        }
        let last = self.plain.len() <= CHUNK_BYTES;
        let rest = if last { Vec::new() } else { self.plain.split_off(CHUNK_BYTES) };
        let plain = std::mem::replace(&mut self.plain, rest);
        let sealed = chunks
            .seal(self.chunk, last, &plain)
            .ok_or_else(|| SourceError::new("a chunk of the bundle could not be sealed"))?;
        self.chunk += 1;
        self.finished = last;
        Ok(Some(sealed))
    }

    fn frame(&mut self, kind: u8, body: &[u8]) {
        let mut payload = Vec::with_capacity(1 + body.len());
        payload.push(kind);
        payload.extend_from_slice(body);
        self.plain.extend(frame(&payload));
    }

    fn next_frames(
        &mut self,
        replica: &dyn Replica,
        blobs: &dyn Fn(&Id) -> Option<Vec<u8>>,
    ) -> SourceResult<()> {
        let log = !self.log_ids.is_empty();
        let mut batch = BatchBuilder::new();
        while let Some(id) = self.next_id(replica, log)? {
            let Some(bytes) = replica.item(&id)? else { continue };
            self.note_blob(&bytes);
            match batch.push(&self.workspace, &bytes) {
                Pushed::In => self.items += 1,
                Pushed::NotAnItem => {}
                Pushed::TooLarge if batch.is_empty() && bytes.len() <= ITEM_MAX => {
                    self.items += 1;
                    self.parts(log, &bytes);
                    return Ok(());
                }
                Pushed::TooLarge if bytes.len() > ITEM_MAX => {}
                Pushed::Full | Pushed::TooLarge => {
                    if log { &mut self.log_ids } else { &mut self.ids }.push_front(id);
                    break;
                }
            }
        }
        if !batch.is_empty() {
            let head = self.number(log);
            self.frame(if log { LOG } else { ITEMS }, &batch.finish(head).to_bytes());
        } else if self.log_ids.is_empty() && self.ids.is_empty() && self.spans.is_empty() {
            if let Some(hash) = self.blobs.pop_first() {
                self.blob(&hash, blobs);
                return Ok(());
            }
            let count = self.items.to_le_bytes();
            self.frame(END, &count);
            self.ended = true;
        }
        Ok(())
    }

    fn note_blob(&mut self, item: &[u8]) {
        let (kind, range) = BLOB_REF;
        if item.get(1) == Some(&kind)
            && let Some(hash) = item.get(range).and_then(|h| Id::try_from(h).ok())
        {
            self.blobs.insert(hash);
        }
    }

    fn blob(&mut self, hash: &Id, blobs: &dyn Fn(&Id) -> Option<Vec<u8>>) {
        let Some(bytes) = blobs(hash).filter(|b| b.len() as u64 <= BLOB_MAX) else { return };
        for (index, piece) in bytes.chunks(PART_BYTES).enumerate() {
            let mut body = Vec::with_capacity(BLOB_HEAD + piece.len());
            body.extend_from_slice(hash);
            body.extend_from_slice(&((index * PART_BYTES) as u64).to_le_bytes());
            body.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            body.extend_from_slice(piece);
            self.frame(BLOB, &body);
        }
    }

    fn number(&mut self, log: bool) -> FrameHead {
        let priority = if log { Priority::Log } else { Priority::Packs };
        let head = FrameHead { frame: self.next_frame, log_before: 0, mark: 0, priority: priority.index() };
        self.next_frame += 1;
        head
    }

    fn parts(&mut self, log: bool, bytes: &[u8]) {
        for (i, piece) in bytes.chunks(PART_BYTES).enumerate() {
            let head = self.number(log);
            let part = Part {
                head,
                total: bytes.len() as u32,
                offset: (i * PART_BYTES) as u32,
                bytes: piece.to_vec(),
            };
            self.frame(if log { LOG } else { ITEMS }, &ItemFrame::Part(part).to_bytes());
        }
    }

    fn next_id(&mut self, replica: &dyn Replica, log: bool) -> SourceResult<Option<Id>> {
        if log {
            return Ok(self.log_ids.pop_front());
        }
        while self.ids.is_empty() {
            let Some((lane, span)) = self.spans.pop_front() else { return Ok(None) };
            let keys = replica.keys(&lane, &span, KEYS_STEP)?;
            let rest =
                (keys.len() == KEYS_STEP).then(|| keys.last()).flatten().and_then(|last| span.after(last));
            if let Some(span) = rest {
                self.spans.push_front((lane, span));
            }
            self.ids.extend(keys.iter().map(|key| key.id));
        }
        Ok(self.ids.pop_front())
    }
}

/// Ranges of a lane that hold something the summary does not show.
fn lacking(replica: &dyn Replica, lane: &Lane, shown: Option<&LaneSummary>) -> SourceResult<Vec<Span>> {
    let Some(shown) = shown else { return Ok(vec![Span::ALL]) };
    if replica.node(lane, &crate::key::Nibbles::ROOT)? == shown.root_node() {
        return Ok(Vec::new());
    }
    let mut spans = Vec::new();
    let mut from = Some(Span::ALL.from);
    for entry in &shown.entries {
        let span = entry.prefix.span();
        if let Some(from) = from.filter(|from| *from < span.from) {
            spans.push(Span { from, to: Some(span.from) });
        }
        from = span.to;
        if replica.node(lane, &entry.prefix)? != (NodeInfo { n: entry.n, hash: entry.hash }) {
            spans.push(span);
        }
    }
    spans.extend(from.map(|from| Span { from, to: None }));
    Ok(spans)
}
