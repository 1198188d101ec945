//! Reading a bundle as its bytes come. A bad or missing chunk ends it; everything before counts.

use super::{
    BLOB, BLOB_HEAD, BLOB_MAX, BUNDLE_FRAME_MAX, CHUNK_BYTES, Chunks, END, ITEMS, LOG, LaneSummary,
    PREFACE_BYTES, Preface, SEAL_BYTES, SUMMARY,
};
use crate::wire::WireError;
use crate::wire::frame::FrameDecoder;
use crate::wire::item::place_of;
use crate::wire::items::{ITEM_MAX, ItemFrame, Part};

/// Something a bundle held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleEvent {
    /// Who wrote it.
    Preface(Preface),
    /// Items to be ingested like any others.
    Items {
        /// True when all are records of the log.
        log: bool,
        /// Exact item bytes.
        items: Vec<Vec<u8>>,
    },
    /// What the writer held in one lane.
    Summary(LaneSummary),
    /// A piece of a sealed attachment; the pieces of one follow each other.
    Blob {
        /// blake3 of the whole, to be checked by the host.
        hash: [u8; 32],
        /// Where the piece lies.
        offset: u64,
        /// Size of the whole.
        total: u64,
        /// The piece.
        bytes: Vec<u8>,
    },
    /// The bundle is complete.
    End {
        /// Items the writer put in.
        items: u64,
    },
}

/// Reads the sealed chunks of one bundle, after the header that trust reads.
#[derive(Debug)]
pub struct BundleReader {
    sealed: Vec<u8>,
    chunk: u64,
    preface: Vec<u8>,
    workspace: Option<[u8; 32]>,
    frames: FrameDecoder,
    partial: Vec<u8>,
    complete: bool,
    failed: bool,
}

impl Default for BundleReader {
    fn default() -> BundleReader {
        BundleReader::new()
    }
}

impl BundleReader {
    /// A reader at the first chunk.
    pub fn new() -> BundleReader {
        BundleReader {
            sealed: Vec::new(),
            chunk: 0,
            preface: Vec::new(),
            workspace: None,
            frames: FrameDecoder::new(BUNDLE_FRAME_MAX),
            partial: Vec::new(),
            complete: false,
            failed: false,
        }
    }

    /// True when End was read: nothing is missing.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Takes the next bytes of the file, cut anywhere. An error ends the bundle; events before it count, and
    /// are given by the calls before and by `events`.
    pub fn push(
        &mut self,
        chunks: &dyn Chunks,
        mut bytes: &[u8],
        events: &mut Vec<BundleEvent>,
    ) -> Result<(), WireError> {
        const FULL: usize = CHUNK_BYTES + SEAL_BYTES;
        while !bytes.is_empty() {
            if self.sealed.len() == FULL {
                // More follows, so this one is not the last.
                self.open(chunks, false, events)?;
            }
            let (now, rest) = bytes.split_at((FULL - self.sealed.len()).min(bytes.len()));
            self.sealed.extend_from_slice(now);
            bytes = rest;
        }
        Ok(())
    }

    /// The file has ended. `Ok` when the bundle was complete.
    pub fn finish(&mut self, chunks: &dyn Chunks, events: &mut Vec<BundleEvent>) -> Result<(), WireError> {
        if !self.failed && !self.sealed.is_empty() {
            let cut_at_a_chunk = chunks.open(self.chunk, true, &self.sealed).is_none();
            self.open(chunks, !cut_at_a_chunk, events)?;
        }
        if self.complete { Ok(()) } else { Err(WireError("the bundle is cut short")) }
    }

    fn open(
        &mut self,
        chunks: &dyn Chunks,
        last: bool,
        events: &mut Vec<BundleEvent>,
    ) -> Result<(), WireError> {
        let sealed = std::mem::take(&mut self.sealed);
        let read = match chunks.open(self.chunk, last, &sealed) {
            Some(plain) if !self.failed => self.plain(&plain, events),
            _ => Err(WireError("a chunk of the bundle is damaged")),
        };
        self.chunk += 1;
        self.failed |= read.is_err();
        read
    }

    fn plain(&mut self, mut plain: &[u8], events: &mut Vec<BundleEvent>) -> Result<(), WireError> {
        if self.workspace.is_none() {
            let (now, rest) = plain.split_at((PREFACE_BYTES - self.preface.len()).min(plain.len()));
            self.preface.extend_from_slice(now);
            plain = rest;
            let Some(preface) = read_preface(&self.preface) else { return Ok(()) };
            self.workspace = Some(preface.workspace);
            events.push(BundleEvent::Preface(preface));
        }
        while let Some(payload) = self.frames.next(&mut plain)? {
            let (kind, body) = payload.split_first().ok_or(WireError("empty frame"))?;
            self.frame(*kind, body, events)?;
        }
        Ok(())
    }

    fn frame(&mut self, kind: u8, body: &[u8], events: &mut Vec<BundleEvent>) -> Result<(), WireError> {
        if self.complete {
            return Err(WireError("bytes after the end of the bundle"));
        }
        match kind {
            LOG | ITEMS => {
                let log = kind == LOG;
                let items = self.items(ItemFrame::from_bytes(body)?)?;
                for bytes in &items {
                    let (lane, _) = place_of(bytes).ok_or(WireError("not an item"))?;
                    if lane.is_log() != log {
                        return Err(WireError("item in the wrong frame"));
                    }
                }
                if !items.is_empty() {
                    events.push(BundleEvent::Items { log, items });
                }
            }
            SUMMARY => events.push(BundleEvent::Summary(LaneSummary::from_bytes(body)?)),
            BLOB => events.push(read_blob(body)?),
            END => {
                let count = <[u8; 8]>::try_from(body).map_err(|_| WireError("malformed end"))?;
                self.complete = true;
                events.push(BundleEvent::End { items: u64::from_le_bytes(count) });
            }
            _ => {}
        }
        Ok(())
    }

    fn items(&mut self, frame: ItemFrame) -> Result<Vec<Vec<u8>>, WireError> {
        match frame {
            ItemFrame::Batch(batch) => batch.unpack(&self.workspace.unwrap_or_default()),
            ItemFrame::Part(part) => self.part(&part),
        }
    }

    fn part(&mut self, part: &Part) -> Result<Vec<Vec<u8>>, WireError> {
        let (total, offset) = (part.total as usize, part.offset as usize);
        if offset == 0 {
            self.partial.clear();
        }
        let end = offset + part.bytes.len();
        if total > ITEM_MAX || offset != self.partial.len() || part.bytes.is_empty() || end > total {
            return Err(WireError("part out of order"));
        }
        self.partial.extend_from_slice(&part.bytes);
        Ok(if end == total { vec![std::mem::take(&mut self.partial)] } else { Vec::new() })
    }
}

fn read_blob(body: &[u8]) -> Result<BundleEvent, WireError> {
    let (head, piece) = body.split_at_checked(BLOB_HEAD).ok_or(WireError("malformed attachment"))?;
    let number = |at: usize| head.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes);
    let hash = head.get(..32).and_then(|h| h.try_into().ok());
    match (hash, number(32), number(40)) {
        (Some(hash), Some(offset), Some(total)) if total <= BLOB_MAX && !piece.is_empty() => {
            Ok(BundleEvent::Blob { hash, offset, total, bytes: piece.to_vec() })
        }
        _ => Err(WireError("malformed attachment")),
    }
}

fn read_preface(bytes: &[u8]) -> Option<Preface> {
    Some(Preface {
        workspace: bytes.get(..32)?.try_into().ok()?,
        sender: bytes.get(32..64)?.try_into().ok()?,
        day: u16::from_le_bytes(bytes.get(64..PREFACE_BYTES)?.try_into().ok()?),
    })
}
