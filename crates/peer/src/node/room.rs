//! How much a workspace may take on a node, and what is refused when it has taken that. It decides by counts and sizes
//! alone: a node reads nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tern_store::{Id, Id16, Store, Txn};
use tern_sync::{Lane, Refusal};
use tern_trust::{BlobRef, Item, Kind, Membership};

use crate::api::PeerError;
use crate::files::MAX_SEALED_ATTACHMENT_BYTES;

/// Bytes that a workspace may take where the operator says nothing.
pub const DEFAULT_QUOTA_BYTES: u64 = 8 << 30;
/// Bytes over its quota that a workspace may take for its log: who is in must be told, however full it is.
pub const LOG_RESERVE_BYTES: u64 = 64 << 20;
/// Closed lanes that the devices of one member may begin on a node.
pub const LANES_PER_MEMBER: usize = 64;
/// Of a quota, the share that must be free again before content is taken anew: what just fits would be refused again at
/// once.
const SLACK_SHARE: u64 = 32;
/// Key of the store's `meta` table: content is refused for lack of room.
const FULL: &str = "node.full";

/// What a workspace may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Bytes of items and attachments.
    pub bytes: u64,
    /// Items, where the operator wants to bound them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<u64>,
}

impl Default for Quota {
    fn default() -> Self {
        Quota { bytes: DEFAULT_QUOTA_BYTES, items: None }
    }
}

/// What a workspace has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RoomUse {
    /// Bytes of items, and of attachments as large as they are said to be.
    pub bytes: u64,
    /// Items.
    pub items: u64,
    /// Content is refused.
    pub full: bool,
    /// Bytes of the item that did not fit.
    pub lacks: u64,
}

impl RoomUse {
    /// As a store has it.
    pub fn of(store: &Store) -> Result<RoomUse, PeerError> {
        RoomUse::beside(store, attachments_of(store)?)
    }

    fn beside(store: &Store, attachments: u64) -> Result<RoomUse, PeerError> {
        let full = store.meta(FULL)?;
        let lacks = full.as_deref().and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
        Ok(RoomUse {
            bytes: store.used_bytes()?.saturating_add(attachments),
            items: store.lanes()?.iter().map(|(_, sum)| sum.items).sum(),
            full: full.is_some(),
            lacks,
        })
    }
}

/// Bytes of attachments that a workspace names, as large as they are said to be.
fn attachments_of(store: &Store) -> Result<u64, PeerError> {
    Ok(store.blobs(false)?.iter().fold(0u64, |sum, blob| sum.saturating_add(blob.size_bytes)))
}

/// Notes in the store whether content is refused.
pub(super) fn keep_full(txn: &mut Txn<'_>, used: RoomUse) -> tern_store::Result<()> {
    if used.full { txn.set_meta(FULL, &used.lacks.to_le_bytes()) } else { txn.remove_meta(FULL) }
}

/// The room of one workspace.
#[derive(Debug)]
pub(crate) struct Room {
    quota: Quota,
    used: RoomUse,
    /// Bytes of attachments among what is used: not looked up at every commit.
    attachments: u64,
    /// Which device began each lane, once that was looked up.
    begun: Option<BTreeMap<Id16, Id>>,
    /// How many closed ones a member has begun, as far as they were counted since the log grew last.
    counts: BTreeMap<Id16, usize>,
}

/// What an item would begin on this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begins {
    /// It goes on in a lane that is there, or that every member has.
    Nothing,
    /// A closed lane of this member.
    Lane(Id16),
    /// One more than its author may begin here.
    OneTooMany,
}

impl Room {
    /// As a store has it, with the default quota.
    pub fn of(store: &Store) -> Result<Room, PeerError> {
        let attachments = attachments_of(store)?;
        let used = RoomUse::beside(store, attachments)?;
        Ok(Room { quota: Quota::default(), used, attachments, begun: None, counts: BTreeMap::new() })
    }

    /// The same use under another quota.
    pub fn with(mut self, quota: Quota) -> Room {
        self.set(quota);
        self
    }

    /// Changes the quota, or says it again: a workspace that was full and has room now is not full any more.
    pub fn set(&mut self, quota: Quota) {
        self.quota = quota;
        self.used.full &= !self.has_slack();
    }

    pub fn quota(&self) -> Quota {
        self.quota
    }

    pub fn used(&self) -> RoomUse {
        self.used
    }

    pub fn is_full(&self) -> bool {
        self.used.full
    }

    /// Sees what the store holds after a commit. Whether it is full stays: see [`Room::set`].
    pub fn look(&mut self, store: &Store) -> Result<(), PeerError> {
        let RoomUse { full, lacks, .. } = self.used;
        self.used = RoomUse { full, lacks, ..RoomUse::beside(store, self.attachments)? };
        Ok(())
    }

    /// The same with attachments counted anew.
    pub fn count(&mut self, store: &Store) -> Result<(), PeerError> {
        self.attachments = attachments_of(store)?;
        self.look(store)
    }

    fn has_slack(&self) -> bool {
        let free = |used: u64, quota: u64, lacks: u64| {
            used.saturating_add((quota / SLACK_SHARE).max(lacks)) <= quota
        };
        free(self.used.bytes, self.quota.bytes, self.used.lacks)
            && self.quota.items.is_none_or(|most| free(self.used.items, most, 1))
    }

    /// Why an item whose author is known is not taken. What is taken counts. `membership` is asked for content alone: it is worked
    /// out anew after each record.
    pub fn refuses(
        &mut self,
        store: &Store,
        membership: impl FnOnce() -> Arc<Membership>,
        item: &Item,
    ) -> Result<Option<Refusal>, PeerError> {
        let (mut bytes, mut attachment) = (item.bytes().len() as u64, 0);
        if item.kind().is_record() {
            let most = self.quota.bytes.saturating_add(LOG_RESERVE_BYTES);
            if self.used.bytes.saturating_add(bytes) > most {
                return Ok(Some(Refusal::Quota));
            }
            self.used.bytes += bytes;
            self.counts.clear();
            return Ok(None);
        }
        if item.kind() == Kind::BlobRef
            && let Ok(blob) = BlobRef::decode(item.body())
        {
            // As long as it is not here, the largest size that was named is fetched and counts.
            attachment = match store.blob(&blob.hash)? {
                Some(known) if known.present => 0,
                Some(known) => blob.size.saturating_sub(known.size_bytes),
                None => blob.size,
            };
            // One large attachment that does not fit is no reason to refuse anything else.
            let left = self.quota.bytes.saturating_sub(self.used.bytes.saturating_add(bytes));
            if attachment > 0 && (blob.size > MAX_SEALED_ATTACHMENT_BYTES || attachment > left) {
                return Ok(Some(Refusal::Size));
            }
            bytes += attachment;
        }
        if self.used.full {
            return Ok(Some(Refusal::Quota));
        }
        let begins = self.begins(store, &membership(), item)?;
        if begins == Begins::OneTooMany {
            return Ok(Some(Refusal::Size));
        }
        let fits = self.used.bytes.saturating_add(bytes) <= self.quota.bytes
            && self.quota.items.is_none_or(|most| self.used.items < most);
        if !fits {
            (self.used.full, self.used.lacks) = (true, bytes);
            return Ok(Some(Refusal::Quota));
        }
        self.used.bytes += bytes;
        self.attachments += attachment;
        self.used.items += 1;
        if let Begins::Lane(member) = begins {
            *self.counts.entry(member).or_default() += 1;
            let header = item.header();
            self.begun.get_or_insert_default().insert(header.space, header.author);
        }
        Ok(None)
    }

    fn begins(&mut self, store: &Store, membership: &Membership, item: &Item) -> Result<Begins, PeerError> {
        let lane = item.header().space;
        if Lane(lane) == Lane::ROOT || membership.spaces.contains(&lane) {
            return Ok(Begins::Nothing);
        }
        let begun = match &mut self.begun {
            Some(begun) => begun,
            none => none.insert(store.lanes_begun()?.into_iter().collect()),
        };
        if begun.contains_key(&lane) {
            return Ok(Begins::Nothing);
        }
        // Whoever is no member begins none.
        let Some(member) = membership.member_of(&item.header().author) else {
            return Ok(Begins::OneTooMany);
        };
        let count = self.counts.entry(member).or_insert_with(|| {
            let closed = |lane: &Id16| Lane(*lane) != Lane::ROOT && !membership.spaces.contains(lane);
            let by_member =
                |(lane, device): &(&Id16, &Id)| closed(lane) && membership.member_of(device) == Some(member);
            begun.iter().filter(by_member).count()
        });
        Ok(if *count < LANES_PER_MEMBER { Begins::Lane(member) } else { Begins::OneTooMany })
    }
}
