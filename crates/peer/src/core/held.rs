//! What other machines hold of what is here: only as they confirmed it, never inferred from a connection.

use std::collections::BTreeSet;

use tern_store::PeerRow;
use tern_sync::{Lane, Refusal, Replica as _};
use tern_trust::{Id, Id16};

use crate::api::PeerError;
use crate::hub::Tenant as _;

use super::Core;
use super::resolve::hex;

/// Key of the store's `meta` table: lanes that were shared with this machine when it was last offered everything.
fn shared_at(device: &Id) -> String {
    format!("shared.{}", hex(device))
}

/// What one machine holds.
#[derive(Debug)]
pub(crate) struct Held {
    /// Rows of this store that it confirmed, all up to this one..
    upto: i64,
    /// ..but for those that it refuses for their size or their number..
    refused: BTreeSet<i64>,
    /// ..and those in lanes that were not shared with it then.
    lanes: BTreeSet<Id16>,
    /// Lanes that are shared with it now.
    shared: BTreeSet<Id16>,
}

impl Held {
    /// Whether it holds what lies in this row, in this lane.
    pub fn has(&self, row: i64, lane: &Id16) -> bool {
        row <= self.upto && self.lanes.contains(lane) && !self.refused.contains(&row)
    }

    /// Whether it is given what lies in this lane at all.
    pub fn is_shared(&self, lane: &Id16) -> bool {
        self.shared.contains(lane)
    }

    /// Whether it refuses what lies in this row.
    pub fn refuses(&self, row: i64) -> bool {
        self.refused.contains(&row)
    }
}

impl Core {
    /// What a machine is known to hold.
    pub(crate) fn held_by(&self, peer: &PeerRow) -> Result<Held, PeerError> {
        // What was refused is offered again a day later: it counts as refused until the machine confirmed something after that.
        let since_ms = peer.last_stored_ms.unwrap_or(i64::MIN);
        let mut refused = BTreeSet::new();
        for (id, reason) in self.store.refusals(&peer.device, since_ms)? {
            if reason == Refusal::Size as u8 {
                refused.extend(self.store.row_of(&id)?);
            }
        }
        let shared = self.shared_with(&peer.device)?;
        let then = self.store.meta(&shared_at(&peer.device))?;
        let was_shared =
            |lane: &Id16| then.as_ref().is_none_or(|then| then.chunks(16).any(|one| one == lane));
        let lanes = shared.iter().copied().filter(was_shared).collect();
        Ok(Held { upto: peer.ours_row.max(peer.in_sync_row), refused, lanes, shared })
    }

    /// Lanes that a machine is given.
    fn shared_with(&self, device: &Id) -> Result<BTreeSet<Id16>, PeerError> {
        let replica = self.replica();
        let mut shared = BTreeSet::from([Lane::LOG.0]);
        for lane in replica.lanes()? {
            if replica.shares(device, &lane)? {
                shared.insert(lane.0);
            }
        }
        Ok(shared)
    }

    /// Notes which lanes a machine is given, once it was offered everything in them: of one that is shared with it later, what
    /// was written before has not come to it.
    pub(crate) fn note_shared(&mut self, device: &Id) -> Result<(), PeerError> {
        let lanes = self.shared_with(device)?.into_iter().collect::<Vec<_>>().concat();
        let key = shared_at(device);
        if self.store.meta(&key)?.as_ref() != Some(&lanes) {
            self.store.write(|txn| txn.set_meta(&key, &lanes))?;
        }
        Ok(())
    }
}
