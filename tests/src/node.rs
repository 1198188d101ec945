//! The node of a run: the product's, and around it whatever its operator may do to people who trust it with carrying.
//!
//! A lying node shows some devices an older copy of its store, or one with gaps; says that it stored what it let fall, and
//! refuses for no reason. What crosses the wire is bent by [`crate::twist`].

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use tern_peer::NodeCore;
use tern_peer::core::CoreReplica;
use tern_peer::hub::Tenant;
use tern_peer::net::conn::NetIn;
use tern_store::{OpenOptions, Store};
use tern_sync::{Credential, ItemResult, PeerMemory, Refusal};
use tern_trust::{DeviceKeys, Id};

use crate::disk::copy_store;
use crate::host::{Rng, SimHost};
use crate::world::{NODE, World};

/// Items of a hundred that a lying node answers for as it likes.
const LIES_PERCENT: usize = 12;

/// What a node does instead of its duty.
#[derive(Debug)]
struct Lies {
    rng: Rng,
    /// What it shows a device in place of what it holds.
    shown: BTreeMap<Id, NodeCore>,
    /// The device it speaks with at the moment.
    towards: Id,
}

/// One hosted workspace.
#[derive(Debug)]
pub struct SimNode {
    core: NodeCore,
    lies: Option<Lies>,
}

impl SimNode {
    /// A node that does its duty.
    pub fn honest(core: NodeCore) -> SimNode {
        SimNode { core, lies: None }
    }

    /// The node's engine.
    pub fn core(&self) -> &NodeCore {
        &self.core
    }

    /// The node's engine, to change what it may.
    pub fn core_mut(&mut self) -> &mut NodeCore {
        &mut self.core
    }

    /// Drops what packs have covered for long.
    pub fn tidy(&mut self) -> u64 {
        self.core.tidy()
    }

    /// It hears something from a device; `seed` is set for a node that lies.
    pub fn hear(&mut self, device: Id, seed: Option<u64>) {
        match (&mut self.lies, seed) {
            (Some(lies), Some(_)) => lies.towards = device,
            (None, Some(seed)) => {
                self.lies = Some(Lies { rng: Rng::new(seed), shown: BTreeMap::new(), towards: device });
            }
            (_, None) => self.lies = None,
        }
    }

    /// What the device it speaks with is shown.
    fn face(&self) -> &NodeCore {
        let shown = self.lies.as_ref().and_then(|lies| lies.shown.get(&lies.towards));
        shown.unwrap_or(&self.core)
    }
}

impl Lies {
    /// What it says of an item that came, without looking at it; `None` to take it as a node does.
    fn answer(&mut self) -> Option<ItemResult> {
        if !self.rng.chance(LIES_PERCENT) {
            return None;
        }
        let answers = [
            ItemResult::Stored,
            ItemResult::Stored,
            ItemResult::Stored,
            ItemResult::Known,
            ItemResult::Refused(Refusal::Quota),
            ItemResult::Refused(Refusal::Size),
            ItemResult::Refused(Refusal::Covered),
            ItemResult::Waiting,
            ItemResult::Invalid,
        ];
        self.rng.pick(&answers).copied()
    }
}

impl Tenant for SimNode {
    fn workspace(&self) -> Id {
        self.core.workspace()
    }

    fn store_id(&self) -> u64 {
        self.core.store_id()
    }

    fn device(&self) -> Id {
        self.core.device()
    }

    fn replica(&self) -> CoreReplica<'_> {
        self.face().replica()
    }

    fn ingest(&mut self, items: Vec<Vec<u8>>) -> (Vec<ItemResult>, bool) {
        let Some(lies) = &mut self.lies else { return self.core.ingest(items) };
        let told: Vec<Option<ItemResult>> = items.iter().map(|_| lies.answer()).collect();
        let taken: Vec<Vec<u8>> =
            items.into_iter().zip(&told).filter(|(_, told)| told.is_none()).map(|(item, _)| item).collect();
        if let Some(shown) = lies.shown.get_mut(&lies.towards) {
            shown.ingest(taken.clone());
        }
        let (results, grew) = self.core.ingest(taken);
        let mut results = results.into_iter();
        let said = told.into_iter().filter_map(|told| told.or_else(|| results.next())).collect();
        (said, grew)
    }

    fn remember(&mut self, peer: &Id, memory: PeerMemory) {
        self.core.remember(peer, memory);
    }

    fn hold(&mut self, peer: &Id, item: &Id, reason: u8) {
        self.core.hold(peer, item, reason);
    }

    fn acknowledged(&mut self, peer: &Id, row: u64) {
        self.core.acknowledged(peer, row);
    }

    fn met(&mut self, peer: &Id, store: u64) {
        self.core.met(peer, store);
    }

    fn denied(&mut self, peer: &Id) {
        self.core.denied(peer);
    }

    fn log_equal(&mut self) -> bool {
        self.core.log_equal()
    }

    fn missing_blobs(&self) -> Vec<(Id, u64)> {
        self.core.missing_blobs()
    }

    fn stored_blobs(&self) -> Vec<Id> {
        self.core.stored_blobs()
    }

    fn present_blobs(&self) -> Vec<Id> {
        self.core.present_blobs()
    }

    fn blob_here(&mut self, hash: &Id) {
        self.core.blob_here(hash);
    }

    fn blobs_gone(&mut self, hashes: &[Id]) {
        self.core.blobs_gone(hashes);
    }

    fn credential(&self, exporter: &[u8; 32]) -> Credential {
        self.core.credential(exporter)
    }

    fn now_ms(&self) -> i64 {
        self.core.now_ms()
    }

    fn version(&self) -> u64 {
        self.core.version()
    }

    fn set_connected(&mut self, devices: BTreeSet<Id>) {
        self.core.set_connected(devices);
    }

    fn seed(&mut self) -> u64 {
        self.core.seed()
    }
}

impl World {
    /// Tells a lying node whom it speaks with.
    pub(crate) fn node_hears(&mut self, input: &NetIn) {
        if self.node.lies.is_none() {
            return;
        }
        let from = match input {
            NetIn::Open(opened) => Some(opened.remote),
            NetIn::Control { conn, .. } | NetIn::Items { conn, .. } => {
                let link = self.links.iter().find(|link| link.conn == *conn);
                link.and_then(|link| link.ends.iter().find(|end| end.machine != NODE))
                    .map(|end| self.device(end.machine))
            }
            _ => None,
        };
        if let (Some(device), Some(node)) = (from, self.node.hub.tenant()) {
            node.hear(device, self.node.lies);
        }
    }

    /// From here on the node lies, to everybody who meets it.
    pub fn node_begins_to_lie(&mut self, seed: u64) {
        self.hang_up_on(NODE);
        self.node.lies = Some(seed);
    }

    /// An honest node takes the place of one that lied: it starts again on what that one holds, or with nothing.
    pub fn node_is_honest(&mut self, wipe: bool) -> Result<()> {
        self.node.lies = None;
        self.restart_node(wipe)
    }

    /// A lying node shows a laptop what it holds at this moment, `gaps` items of a hundred left out, and never anything
    /// that others bring it later. False when there is nothing to show yet.
    pub fn node_shows_old(&mut self, laptop: usize, gaps: usize) -> Result<bool> {
        let device = self.device(laptop);
        let Some(seed) = self.node.lies.filter(|_| self.node.path.exists()) else { return Ok(false) };
        self.hang_up_on(NODE);
        let path = self.disk.fresh("shown");
        copy_store(&self.node.path, &path)?;
        let mut store = Store::open_existing(&path, &OpenOptions::default())?;
        let rows: Vec<i64> = store.rows_after(0, 1 << 20)?.into_iter().map(|head| head.row).collect();
        let left_out: Vec<i64> = rows.into_iter().filter(|_| self.rng.chance(gaps)).collect();
        if !left_out.is_empty() {
            let gone = store.write(|txn| txn.discard_damaged_items(&left_out))?;
            ensure!(gone == left_out.len() as u64, "{gone} items were left out of {}", left_out.len());
        }
        let keys = DeviceKeys::from_seed(&self.node.seed);
        let host = SimHost::boxed(&self.node.clock, self.rng.draw());
        let shown = NodeCore::with_host(store, self.workspace, &keys, host)?;
        let node = self.node.hub.tenant().context("the node hosts nothing")?;
        node.hear(device, Some(seed));
        if let Some(lies) = &mut node.lies {
            lies.shown.insert(device, shown);
        }
        Ok(true)
    }

    /// A lying node shows a laptop what it really holds.
    pub fn node_shows_all(&mut self, laptop: usize) {
        let device = self.device(laptop);
        self.hang_up_on(NODE);
        if let Some(lies) = self.node.hub.tenant().and_then(|node| node.lies.as_mut()) {
            lies.shown.remove(&device);
        }
    }
}
