//! Writing: one feed per device, process run and space; each item names the one before it.

use crate::batch::{Attest, Batch, BlobRef};
use crate::derive::{Id, Id16, ZERO16, id16};
use crate::device::DeviceKeys;
use crate::item::{Header, Item, Kind, Malformed};
use crate::pack::{PackContent, PackList};
use crate::wrap::EpochKey;

/// Where a feed stands: what the next item will say. Records and root content share the feed of the root space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedState {
    /// Random, new at the first write after each store open.
    pub incarnation: u64,
    /// Sequence number of the next item.
    pub next_seq: u32,
    /// First 16 bytes of the last item's id; zero before the first.
    pub prev: Id16,
}

impl FeedState {
    /// A feed without items.
    pub fn new(incarnation: u64) -> Self {
        FeedState { incarnation, next_seq: 0, prev: ZERO16 }
    }
}

/// Who writes, where and (claimed) when. A commit that fails must drop the feed state it advanced and take a new
/// incarnation, so that no (feed, seq) is ever used twice.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    /// Workspace of every item.
    pub workspace: Id,
    /// The writing device.
    pub keys: &'a DeviceKeys,
    /// UTC day since 1970; locality only.
    pub day: u16,
}

impl Writer<'_> {
    fn header(&self, feed: &FeedState, kind: Kind, space: Id16, tag: Id16) -> Header {
        Header {
            kind,
            day: self.day,
            workspace: self.workspace,
            author: self.keys.id(),
            incarnation: feed.incarnation,
            seq: feed.next_seq,
            prev: feed.prev,
            space,
            epoch: ZERO16,
            tag,
            nonce: [0; 24],
        }
    }

    /// Seals a batch under `epoch`; `first` is the first epoch key of the same space, which makes the tag.
    pub fn batch(
        &self,
        feed: &mut FeedState,
        epoch: &EpochKey,
        first: &EpochKey,
        batch: &Batch,
    ) -> Result<Item, Malformed> {
        self.batch_in(feed, *epoch.space(), epoch, first, batch)
    }

    /// The same for an open space, whose key is the root's: `space` is its id.
    pub fn batch_in(
        &self,
        feed: &mut FeedState,
        space: Id16,
        epoch: &EpochKey,
        first: &EpochKey,
        batch: &Batch,
    ) -> Result<Item, Malformed> {
        let header = self.header(feed, Kind::Batch, space, first.tag(&batch.document));
        let item = Item::seal(self.keys, header, epoch, &batch.encode()?)?;
        advance(feed, &item)?;
        Ok(item)
    }

    /// A reference to an attachment, in the clear so that nodes keep what it names.
    pub fn blob_ref(
        &self,
        feed: &mut FeedState,
        space: Id16,
        tag: Id16,
        blob: &BlobRef,
    ) -> Result<Item, Malformed> {
        self.clear(feed, Kind::BlobRef, space, tag, &blob.encode())
    }

    /// Seals a pack of one document, as [`Writer::batch_in`] does a batch.
    pub fn pack_in(
        &self,
        feed: &mut FeedState,
        space: Id16,
        (epoch, first): (&EpochKey, &EpochKey),
        list: &PackList,
        content: &PackContent,
    ) -> Result<Item, Malformed> {
        let header = self.header(feed, Kind::Pack, space, first.tag(&content.document));
        let item = Item::seal_pack(self.keys, header, epoch, list, &content.encode())?;
        advance(feed, &item)?;
        Ok(item)
    }

    /// Word for a pack, in the clear.
    pub fn attest(
        &self,
        feed: &mut FeedState,
        space: Id16,
        tag: Id16,
        attest: &Attest,
    ) -> Result<Item, Malformed> {
        self.clear(feed, Kind::Attest, space, tag, &attest.pack)
    }

    /// Any item whose body is in the clear: records, references.
    pub fn clear(
        &self,
        feed: &mut FeedState,
        kind: Kind,
        space: Id16,
        tag: Id16,
        body: &[u8],
    ) -> Result<Item, Malformed> {
        let item = Item::sign_clear(self.keys, self.header(feed, kind, space, tag), body)?;
        advance(feed, &item)?;
        Ok(item)
    }
}

fn advance(feed: &mut FeedState, item: &Item) -> Result<(), Malformed> {
    feed.next_seq = feed.next_seq.checked_add(1).ok_or(Malformed::Range("seq"))?;
    feed.prev = id16(item.id());
    Ok(())
}
