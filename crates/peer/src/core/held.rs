//! What other machines hold of what is here: only as they confirmed it, never inferred from a connection.

use std::collections::BTreeSet;

use tern_store::PeerRow;
use tern_sync::{Lane, Refusal, Replica as _};
use tern_trust::Id16;

use crate::api::PeerError;
use crate::hub::Tenant as _;

use super::Core;

/// What one machine holds.
#[derive(Debug)]
pub(crate) struct Held {
    /// Rows of this store that it confirmed, all up to this one..
    upto: i64,
    /// ..but for those that it refuses for their size or their number..
    refused: BTreeSet<i64>,
    /// ..and those in lanes that are not shared with it.
    lanes: BTreeSet<Id16>,
}

impl Held {
    /// Whether it holds what lies in this row, in this lane.
    pub fn has(&self, row: i64, lane: &Id16) -> bool {
        row <= self.upto && self.is_shared(lane) && !self.refused.contains(&row)
    }

    /// Whether it is given what lies in this lane at all.
    pub fn is_shared(&self, lane: &Id16) -> bool {
        self.lanes.contains(lane)
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
        let replica = self.replica();
        let mut lanes = BTreeSet::from([Lane::LOG.0]);
        for lane in replica.lanes()? {
            if replica.shares(&peer.device, &lane)? {
                lanes.insert(lane.0);
            }
        }
        Ok(Held { upto: peer.ours_row.max(peer.in_sync_row), refused, lanes })
    }
}
