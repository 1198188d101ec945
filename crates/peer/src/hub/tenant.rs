//! A workspace as the hub needs it: committed state to speak of, and where what comes goes.

use std::collections::BTreeSet;

use tern_sync::{Credential, ItemResult, Lane, PeerMemory};
use tern_trust::Id;

use crate::core::CoreReplica;

/// A workspace that sessions speak for.
pub trait Tenant {
    /// Its id.
    fn workspace(&self) -> Id;
    /// Identity of its store.
    fn store_id(&self) -> u64;
    /// This device.
    fn device(&self) -> Id;
    /// Feature bits that it understands.
    fn features(&self) -> u64 {
        super::FEATURES
    }
    /// Committed state, for one call into a session.
    fn replica(&self) -> CoreReplica<'_>;
    /// Verifies, judges and commits items; one result each, and whether the log grew.
    fn ingest(&mut self, items: Vec<Vec<u8>>) -> (Vec<ItemResult>, bool);
    /// Keeps what a session wants remembered about a peer.
    fn remember(&mut self, peer: &Id, memory: PeerMemory);
    /// Leaves an item out towards a peer for a day.
    fn hold(&mut self, peer: &Id, item: &Id, reason: u8);
    /// The peer acknowledged local rows.
    fn acknowledged(&mut self, peer: &Id, row: u64);
    /// Writes what a confirmation gives rise to. True when it wrote something.
    fn note_delivery(&mut self) -> bool {
        false
    }
    /// A session with the peer stands.
    fn met(&mut self, peer: &Id, store: u64);
    /// The peer knew neither this device nor the workspace.
    fn denied(&mut self, peer: &Id);
    /// Both sides hold the same log; a joiner writes its Join now. True when it wrote something.
    fn log_equal(&mut self) -> bool;
    /// Both sides hold the same items.
    fn in_sync(&mut self) {}
    /// A peer was offered everything that it is given, but for lanes that it does not know: what it lacks of that, it
    /// refused.
    fn offered_all(&mut self, _peer: &Id, _it_does_not_know: &BTreeSet<Lane>) {}
    /// Attachments named here that are not on this disk, and how large each is said to be.
    fn missing_blobs(&self) -> Vec<(Id, u64)>;
    /// Attachments that this store says are on the disk.
    fn stored_blobs(&self) -> Vec<Id>;
    /// Attachments that are here and that a dialled peer is to confirm.
    fn present_blobs(&self) -> Vec<Id>;
    /// An attachment came.
    fn blob_here(&mut self, hash: &Id);
    /// Attachments that were thought to be here are not.
    fn blobs_gone(&mut self, hashes: &[Id]);
    /// The credential to show a peer that does not know this device yet.
    fn credential(&self, exporter: &[u8; 32]) -> Credential;
    /// Wall clock, milliseconds.
    fn now_ms(&self) -> i64;
    /// Counts commits.
    fn version(&self) -> u64;
    /// Tells which devices are connected.
    fn set_connected(&mut self, devices: BTreeSet<Id>);
    /// Unpredictable bytes for jitter.
    fn seed(&mut self) -> u64;
}
