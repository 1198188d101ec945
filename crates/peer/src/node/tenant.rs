//! One workspace on a node: its items and its log, within the room that the operator gives it.

use std::collections::BTreeSet;

use tern_store::{Store, StoreId};
use tern_sync::{Credential, ItemResult, Lane, PeerMemory};
use tern_trust::{DeviceKeys, Id, Item, Log};

use crate::api::PeerError;
use crate::core::{CoreReplica, cover, holdings, untaken};
use crate::host::{Host, SystemHost};
use crate::hub::Tenant;

use super::room::{self, Quota, Room, RoomUse};

/// A covered item stays with a node for a week, milliseconds.
const COVERED_FOR_MS: i64 = 7 * 86_400_000;

/// One hosted workspace: items and the log, no keys, no documents.
pub struct NodeCore {
    store: Store,
    log: Log,
    membership: std::sync::Arc<tern_trust::Membership>,
    workspace: Id,
    device: Id,
    host: Box<dyn Host>,
    version: u64,
    room: Room,
}

impl std::fmt::Debug for NodeCore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeCore").field("store", &self.store).finish_non_exhaustive()
    }
}

impl NodeCore {
    /// Opens a hosted workspace.
    pub fn new(store: Store, workspace: Id, keys: &DeviceKeys) -> Result<NodeCore, PeerError> {
        NodeCore::with_host(store, workspace, keys, Box::new(SystemHost::default()))
    }

    /// As [`NodeCore::new`], with a clock and randomness of the caller's.
    pub fn with_host(
        store: Store,
        workspace: Id,
        keys: &DeviceKeys,
        host: Box<dyn Host>,
    ) -> Result<NodeCore, PeerError> {
        let mut store = store;
        let log = stored_log(&mut store, workspace)?;
        let membership = log.membership();
        let room = Room::of(&store)?;
        Ok(NodeCore { store, log, membership, workspace, device: keys.id(), host, version: 0, room })
    }

    /// Gives the workspace this much room. True when it was full and has room now: whoever waits may be told.
    pub fn set_quota(&mut self, quota: Quota) -> bool {
        let before = self.room.is_full();
        self.room.set(quota);
        let freed = before && !self.room.is_full();
        if freed {
            self.keep_state();
        }
        freed
    }

    /// What the workspace has taken of its room.
    pub fn use_of_room(&self) -> RoomUse {
        self.room.used()
    }

    /// Keeps whether it is full, for `node status` and for the next start.
    fn keep_state(&mut self) {
        let used = self.room.used();
        if let Err(error) = self.store.write(|txn| room::keep_full(txn, used)) {
            tracing::warn!(%error, "whether the workspace is full could not be noted");
        }
    }

    /// Drops what packs have covered for so long that whoever doubted one has spoken; tells how many items went.
    pub fn tidy(&mut self) -> u64 {
        let before_ms = self.host.now_ms() - COVERED_FOR_MS;
        let gone = self.store.write(|txn| txn.drop_covered_before(before_ms)).unwrap_or_else(|error| {
            tracing::warn!(%error, "covered items stay");
            0
        });
        if gone > 0 {
            tracing::info!(gone, "covered items were dropped");
        }
        if let Err(error) = self.store.shrink() {
            tracing::warn!(%error, "the store keeps its free pages");
        }
        if let Err(error) = self.room.count(&self.store) {
            tracing::warn!(%error, "how much room is left could not be seen");
        }
        gone
    }

    fn take(&mut self, items: Vec<Vec<u8>>) -> Result<holdings::Admitted, PeerError> {
        let was_full = self.room.is_full();
        let mut txn = self.store.begin()?;
        let room = Some(&mut self.room);
        let mut admitted = holdings::admit(&mut txn, &mut self.log, &self.workspace, items, room)?;
        holdings::note_blobs(&mut txn, &admitted.content)?;
        let membership = self.log.membership();
        let came = std::mem::take(&mut admitted.packs);
        let packs = cover::concerned(&txn, &self.membership, &membership, came)?;
        cover::settle(&mut txn, &membership, &packs, self.host.now_ms())?;
        if self.room.is_full() != was_full {
            room::keep_full(&mut txn, self.room.used())?;
        }
        txn.commit()?;
        self.membership = membership;
        self.room.look(&self.store)?;
        Ok(admitted)
    }
}

/// The log as it is on disk.
fn stored_log(store: &mut Store, workspace: Id) -> Result<Log, PeerError> {
    let (records, damaged) = store.sound_records(&Lane::LOG.0)?;
    if !damaged.is_empty() {
        let rows: Vec<i64> = damaged.iter().map(|(row, _)| *row).collect();
        tracing::warn!(?rows, "damaged records are taken out; members bring them again");
        store.write(|txn| txn.discard_damaged_items(&rows))?;
    }
    let mut log = Log::new(workspace);
    crate::core::heal::fill(
        &mut log,
        records.into_iter().filter_map(|r| Item::parse(r.bytes).ok()).collect(),
    );
    Ok(log)
}

impl Tenant for NodeCore {
    fn workspace(&self) -> Id {
        self.workspace
    }

    fn store_id(&self) -> u64 {
        self.store.id().0
    }

    fn device(&self) -> Id {
        self.device
    }

    fn replica(&self) -> CoreReplica<'_> {
        CoreReplica {
            store: &self.store,
            log: &self.log,
            membership: &self.membership,
            spaces: None,
            relay: true,
            trusted: None,
        }
    }

    fn ingest(&mut self, items: Vec<Vec<u8>>) -> (Vec<ItemResult>, bool) {
        let count = items.len();
        match self.take(items) {
            Ok(admitted) => {
                self.version += 1;
                (admitted.results, admitted.log_grew)
            }
            Err(error) => {
                // Nothing of the undone commit may stay in memory.
                if let Ok(room) = Room::of(&self.store) {
                    self.room = room.with(self.room.quota());
                }
                if let Ok(log) = stored_log(&mut self.store, self.workspace) {
                    self.membership = log.membership();
                    self.log = log;
                }
                (untaken(&error, count), false)
            }
        }
    }

    fn remember(&mut self, peer: &Id, memory: PeerMemory) {
        crate::core::remember(&mut self.store, peer, memory);
    }

    fn hold(&mut self, peer: &Id, item: &Id, reason: u8) {
        let now = self.host.now_ms();
        let _ = self.store.write(|txn| txn.put_refusal(peer, item, reason, now));
    }

    fn acknowledged(&mut self, peer: &Id, row: u64) {
        crate::core::acknowledged(&mut self.store, peer, row, self.host.now_ms());
    }

    fn met(&mut self, peer: &Id, store: u64) {
        let now = self.host.now_ms();
        let _ = self.store.write(|txn| txn.meet_peer(peer, StoreId(store), now));
    }

    fn denied(&mut self, _peer: &Id) {}

    fn log_equal(&mut self) -> bool {
        false
    }

    fn missing_blobs(&self) -> Vec<(Id, u64)> {
        let missing = self.store.blobs(true).unwrap_or_default();
        missing.into_iter().map(|b| (b.hash, b.size_bytes)).collect()
    }

    fn present_blobs(&self) -> Vec<Id> {
        Vec::new()
    }

    fn stored_blobs(&self) -> Vec<Id> {
        let all = self.store.blobs(false).unwrap_or_default();
        all.into_iter().filter(|b| b.present).map(|b| b.hash).collect()
    }

    fn blobs_gone(&mut self, hashes: &[Id]) {
        crate::core::blobs_gone(&mut self.store, hashes);
    }

    fn blob_here(&mut self, hash: &Id) {
        let _ = self.store.write(|txn| txn.set_blob_present(hash, true));
    }

    fn credential(&self, _exporter: &[u8; 32]) -> Credential {
        Credential::None
    }

    fn now_ms(&self) -> i64 {
        self.host.now_ms()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn set_connected(&mut self, _devices: BTreeSet<Id>) {}

    fn seed(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.host.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}
