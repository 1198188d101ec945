//! The committed state of a workspace as a sync session reads it, shared by laptops and nodes.

use tern_store::{Id, RowHead, Store};
use tern_sync::trie::{Branch, KeyRange, NodeInfo, SourceError, SourceResult, TrieSource};
use tern_sync::{Device, Key, Lane, Nibbles, PeerMemory, Replica, Row, Span, Standing};
use tern_trust::planted::Fault;
use tern_trust::space::Spaces;
use tern_trust::{Log, Membership};

/// Store and log of one workspace, for the time of one call into a session.
#[derive(Clone, Copy)]
pub struct CoreReplica<'a> {
    /// Its store.
    pub store: &'a Store,
    /// Its log.
    pub log: &'a Log,
    /// The evaluated log.
    pub membership: &'a Membership,
    /// Private and personal spaces that this side can open; a relay has none.
    pub spaces: Option<&'a Spaces>,
    /// Whether this side is a relay: it serves lanes that it cannot evaluate.
    pub relay: bool,
    /// Set to this device while records of its log are missing: it and whoever it met as a member before are taken for
    /// members as far as the log says nothing else, so that the records can come again.
    pub trusted: Option<tern_trust::Id>,
}

impl CoreReplica<'_> {
    fn standing_of(&self, device: &Device) -> SourceResult<tern_trust::Standing> {
        let found = self.membership.standing(device);
        let (Some(me), tern_trust::Standing::Unknown) = (self.trusted, &found) else { return Ok(found) };
        let met = *device == me
            || self.store.peer(device).map_err(SourceError::new)?.is_some_and(|p| p.store_id != 0);
        Ok(if met { tern_trust::Standing::Relay } else { found })
    }
}

impl std::fmt::Debug for CoreReplica<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CoreReplica").field("relay", &self.relay).finish_non_exhaustive()
    }
}

/// Most items beyond the cuts of its removal that are kept of one device.
const MAX_LATE_ITEMS: usize = 1_024;

/// Items of a removed device that lie beyond the cuts of its removal.
fn late_items(replica: &CoreReplica<'_>, device: &Device) -> tern_store::Result<usize> {
    let mut late = 0;
    for (incarnation, space) in replica.store.feeds_of(device)? {
        // The log names no closed lane, so nothing there is known to be late; it is not read for this.
        if Lane(space) != Lane::ROOT && !replica.membership.spaces.contains(&space) {
            continue;
        }
        let feed = tern_trust::item::Feed { author: *device, incarnation, space };
        let cut = replica.membership.cuts.get(&feed).and_then(|cuts| cuts.iter().map(|c| c.seq).max());
        let from = cut.map_or(0, |seq| seq.saturating_add(1));
        late += replica.store.items_of_feed(device, incarnation, &space, from)?.len();
    }
    Ok(late)
}

fn to_row(head: &RowHead) -> Row {
    Row {
        row: head.row.cast_unsigned(),
        lane: Lane(head.lane),
        key: Key { day: head.day, id: head.id },
        tag: head.tag,
        size: head.size_bytes,
    }
}

impl KeyRange for CoreReplica<'_> {
    fn keys(&self, lane: &Lane, span: &Span, limit: usize) -> SourceResult<Vec<Key>> {
        KeyRange::keys(self.store, lane, span, limit)
    }
}

impl TrieSource for CoreReplica<'_> {
    fn node(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<NodeInfo> {
        if Fault::CursorTrusted.is_on() && prefix.is_empty() {
            return Ok(NodeInfo::default());
        }
        self.store.node(lane, prefix)
    }

    fn children(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<Branch> {
        TrieSource::children(self.store, lane, prefix)
    }
}

impl Replica for CoreReplica<'_> {
    fn last_row(&self) -> SourceResult<u64> {
        self.store.last_row().map(i64::cast_unsigned).map_err(SourceError::new)
    }

    fn rows_after(&self, row: u64, limit: usize) -> SourceResult<Vec<Row>> {
        let heads = self.store.rows_after(row.cast_signed(), limit).map_err(SourceError::new)?;
        Ok(heads.iter().map(to_row).collect())
    }

    fn item(&self, id: &Id) -> SourceResult<Option<Vec<u8>>> {
        match self.store.item(id) {
            Ok(item) => Ok(item.map(|i| i.bytes)),
            // A damaged row is not served; peers have it or will say that it is missing.
            Err(tern_store::StoreError::Damaged { .. }) => Ok(None),
            Err(error) => Err(SourceError::new(error)),
        }
    }

    fn row_of(&self, id: &Id) -> SourceResult<Option<u64>> {
        Ok(self.store.row_of(id).map_err(SourceError::new)?.map(i64::cast_unsigned))
    }

    fn lanes(&self) -> SourceResult<Vec<Lane>> {
        let lanes = self.store.lanes().map_err(SourceError::new)?;
        let mut lanes: Vec<Lane> =
            lanes.into_iter().map(|(lane, _)| Lane(lane)).filter(|l| *l != Lane::LOG).collect();
        // Spaces of which nothing is here yet are asked for too.
        let sealed = self.spaces.into_iter().flat_map(Spaces::iter).map(|(id, _)| Lane(*id));
        let known = std::iter::once(Lane::ROOT).chain(self.membership.spaces.iter().map(|id| Lane(*id)));
        for lane in known.chain(sealed) {
            if !lanes.contains(&lane) {
                lanes.push(lane);
            }
        }
        Ok(lanes)
    }

    fn shares(&self, peer: &Device, lane: &Lane) -> SourceResult<bool> {
        let open = self.is_open(lane)?;
        let sealed = self.spaces.and_then(|spaces| spaces.get(&lane.0));
        Ok(match self.standing_of(peer)? {
            tern_trust::Standing::Active { .. } => {
                let inside =
                    sealed.is_some_and(|s| s.acting_role(peer, self.membership) > tern_trust::Role::None);
                open || self.relay || inside
            }
            // A relay carries what it cannot read, to those who can name it.
            tern_trust::Standing::Relay => open || self.relay || sealed.is_some(),
            _ => false,
        })
    }

    fn is_open(&self, lane: &Lane) -> SourceResult<bool> {
        Ok(*lane == Lane::ROOT || self.membership.spaces.contains(&lane.0))
    }

    fn takes_late(&self, peer: &Device, lane: &Lane) -> SourceResult<bool> {
        Ok(self.is_open(lane)? && late_items(self, peer).map_err(SourceError::new)? < MAX_LATE_ITEMS)
    }

    fn standing(&self, device: &Device) -> SourceResult<Standing> {
        Ok(match self.standing_of(device)? {
            tern_trust::Standing::Active { .. } => Standing::Active,
            tern_trust::Standing::Relay => Standing::Relay,
            tern_trust::Standing::Removed => Standing::Removed,
            tern_trust::Standing::Unknown => Standing::Unknown,
        })
    }

    fn required_features(&self) -> SourceResult<u64> {
        Ok(self.membership.require)
    }

    fn admits_invite(&self, key: &[u8; 32], exporter: &[u8; 32], signature: &[u8; 64]) -> SourceResult<bool> {
        let live = self.membership.invites.get(key).is_some_and(|i| i.live);
        Ok(live && tern_trust::hello::invite_holds(key, exporter, signature))
    }

    fn memory(&self, peer: &Device) -> SourceResult<Option<PeerMemory>> {
        let row = self.store.peer(peer).map_err(SourceError::new)?;
        let full = self.store.meta(&super::access::full_at(peer)).map_err(SourceError::new)?.is_some();
        Ok(row.map(|p| PeerMemory {
            full,
            store: p.store_id,
            held_row: p.theirs_row.cast_unsigned(),
            acked_row: p.ours_row.cast_unsigned(),
        }))
    }

    fn on_hold(&self, peer: &Device, id: &Id, now_ms: i64) -> SourceResult<bool> {
        self.store.is_refused(peer, id, now_ms).map_err(SourceError::new)
    }
}
