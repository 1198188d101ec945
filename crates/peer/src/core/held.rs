//! What other machines hold of what is here: only as they confirmed it, never inferred from a connection.

use std::collections::BTreeSet;
use std::sync::Arc;

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
    refused: Arc<BTreeSet<i64>>,
    /// ..and those in lanes that were not shared with it then.
    lanes: BTreeSet<Id16>,
    /// Lanes that are shared with it now.
    shared: BTreeSet<Id16>,
}

impl Held {
    /// Whether it holds what lies in this row, in this lane.
    pub fn has(&self, row: i64, lane: &Id16) -> bool {
        row <= self.upto(lane) && !self.refused.contains(&row)
    }

    /// The last row of this lane that it confirmed; less than any where it confirmed none.
    pub fn upto(&self, lane: &Id16) -> i64 {
        if self.lanes.contains(lane) { self.upto } else { i64::MIN }
    }

    /// Rows that it refuses.
    pub fn refused(&self) -> &BTreeSet<i64> {
        &self.refused
    }

    /// Whether it is given what lies in this lane at all.
    pub fn is_shared(&self, lane: &Id16) -> bool {
        self.shared.contains(lane)
    }
}

impl Core {
    /// What a machine is known to hold.
    pub(crate) fn held_by(&self, peer: &PeerRow) -> Result<Held, PeerError> {
        let shared = self.shared_with(&peer.device)?;
        let lanes = match self.store.meta(&shared_at(&peer.device))? {
            Some(then) => {
                let then: BTreeSet<Id16> = then.as_chunks().0.iter().copied().collect();
                shared.intersection(&then).copied().collect()
            }
            None => shared.clone(),
        };
        let refused = self.refused_by(&peer.device)?;
        Ok(Held { upto: peer.ours_row.max(peer.in_sync_row), refused, lanes, shared })
    }

    /// Rows that a machine refuses for their size or their number: looked up once, then kept.
    fn refused_by(&self, device: &Id) -> Result<Arc<BTreeSet<i64>>, PeerError> {
        if let Some(known) = self.mem.refused.borrow().get(device) {
            return Ok(known.clone());
        }
        let rows: Arc<BTreeSet<i64>> =
            Arc::new(self.store.refused_rows(device, Refusal::Size as u8)?.into_iter().collect());
        self.mem.refused.borrow_mut().insert(*device, rows.clone());
        Ok(rows)
    }

    /// Notes that a machine refused an item.
    pub(crate) fn note_refused(&mut self, device: &Id, item: &Id, reason: u8) -> Result<(), PeerError> {
        let now_ms = self.host.now_ms();
        self.store.write(|txn| txn.put_refusal(device, item, reason, now_ms))?;
        let row = self.store.row_of(item)?.filter(|_| reason == Refusal::Size as u8);
        if let (Some(known), Some(row)) = (self.mem.refused.get_mut().get_mut(device), row) {
            Arc::make_mut(known).insert(row);
        }
        Ok(())
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

    /// A machine was offered everything in the lanes that it is given, but for those that `it_does_not_know`: of one that is
    /// shared with it later, what was written before has not come to it. What it refused before this meeting and did not
    /// refuse again, it has.
    pub(crate) fn note_offered(
        &mut self,
        device: &Id,
        it_does_not_know: &BTreeSet<Lane>,
    ) -> Result<(), PeerError> {
        let mut lanes = self.shared_with(device)?;
        lanes.retain(|lane| !it_does_not_know.contains(&Lane(*lane)));
        let lanes = lanes.into_iter().collect::<Vec<_>>().concat();
        let (key, met) = (shared_at(device), self.store.peer(device)?.and_then(|peer| peer.last_met_ms));
        let changed = self.store.meta(&key)?.as_ref() != Some(&lanes);
        let forgotten = self.store.write(|txn| {
            if changed {
                txn.set_meta(&key, &lanes)?;
            }
            met.map_or(Ok(false), |met| txn.forget_refusals(device, met))
        })?;
        if forgotten {
            self.mem.refused.get_mut().remove(device);
        }
        self.mem.version += u64::from(changed || forgotten);
        Ok(())
    }
}
