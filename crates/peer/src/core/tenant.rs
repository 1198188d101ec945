//! The workspace of a laptop as sessions see it.

use std::collections::BTreeSet;

use tern_sync::{Credential, ItemResult, Lane, PeerMemory};
use tern_trust::Id;

use crate::hub::Tenant;

use super::errors::untaken;
use super::{Core, CoreReplica, access};

impl Tenant for Core {
    fn workspace(&self) -> Id {
        self.mem.workspace
    }

    fn store_id(&self) -> u64 {
        self.store.id().0
    }

    fn device(&self) -> Id {
        self.mem.me()
    }

    fn features(&self) -> u64 {
        self.host.features()
    }

    fn replica(&self) -> CoreReplica<'_> {
        CoreReplica {
            store: &self.store,
            log: &self.mem.log,
            membership: &self.mem.membership,
            spaces: Some(&self.mem.spaces),
            relay: false,
            trusted: self.mem.log_has_gaps().then(|| self.mem.me()),
        }
    }

    fn ingest(&mut self, items: Vec<Vec<u8>>) -> (Vec<ItemResult>, bool) {
        let count = items.len();
        self.take(items).unwrap_or_else(|error| (untaken(&error, count), false))
    }

    fn remember(&mut self, peer: &Id, memory: PeerMemory) {
        access::remember(&mut self.store, peer, memory);
        self.mem.version += 1;
    }

    fn hold(&mut self, peer: &Id, item: &Id, reason: u8) {
        if let Err(error) = self.note_refused(peer, item, reason) {
            tracing::warn!(%error, "a refusal could not be noted");
        }
    }

    fn acknowledged(&mut self, peer: &Id, row: u64) {
        access::acknowledged(&mut self.store, peer, row, self.host.now_ms());
        self.mem.version += 1;
    }

    fn note_delivery(&mut self) -> bool {
        Core::note_delivery(self).unwrap_or_else(|error| {
            tracing::warn!(%error, "a delivery could not be noted; the next confirmation tries again");
            false
        })
    }

    fn met(&mut self, peer: &Id, store: u64) {
        self.met_peer(peer, store);
    }

    fn denied(&mut self, peer: &Id) {
        // A node that lost its disk knows nobody: next time the ticket's secret is shown again.
        let forgotten = self.store.write(|txn| {
            let Some(mut row) = txn.peer(peer)? else { return Ok(()) };
            row.store_id = 0;
            txn.put_peer(&row)?;
            txn.set_meta(&access::unknown_at(peer), b"")
        });
        if let Err(error) = forgotten {
            tracing::warn!(%error, "a denial could not be noted");
        }
    }

    fn log_equal(&mut self) -> bool {
        if self.mem.invite.is_none() || self.mem.log_has_gaps() {
            return false;
        }
        match self.join_now() {
            Ok(written) => written,
            Err(error) => {
                tracing::warn!(%error, "the join could not be written");
                false
            }
        }
    }

    fn in_sync(&mut self) {
        self.all_is_back();
    }

    fn offered_all(&mut self, peer: &Id, it_does_not_know: &BTreeSet<Lane>) {
        if let Err(error) = self.note_offered(peer, it_does_not_know) {
            tracing::warn!(%error, "what a peer is given could not be noted; the next meeting tries again");
        }
    }

    fn missing_blobs(&self) -> Vec<(Id, u64)> {
        let missing = self.store.blobs(true).unwrap_or_default();
        missing.into_iter().map(|b| (b.hash, b.size_bytes)).collect()
    }

    fn present_blobs(&self) -> Vec<Id> {
        let all = self.store.blobs(false).unwrap_or_default();
        all.into_iter().filter(|b| b.present).map(|b| b.hash).collect()
    }

    fn stored_blobs(&self) -> Vec<Id> {
        self.present_blobs()
    }

    fn blobs_gone(&mut self, hashes: &[Id]) {
        access::blobs_gone(&mut self.store, hashes);
        self.mem.version += 1;
    }

    fn blob_here(&mut self, hash: &Id) {
        if let Err(error) = self.store.write(|txn| txn.set_blob_present(hash, true)) {
            tracing::warn!(%error, "an attachment came but could not be noted");
        }
        self.mem.version += 1;
    }

    fn credential(&self, exporter: &[u8; 32]) -> Credential {
        self.invite_credential(exporter)
    }

    fn now_ms(&self) -> i64 {
        self.host.now_ms()
    }

    fn version(&self) -> u64 {
        self.mem.version
    }

    fn set_connected(&mut self, devices: BTreeSet<Id>) {
        Core::set_connected(self, devices);
    }

    fn seed(&mut self) -> u64 {
        u64::from_le_bytes(self.random())
    }
}
