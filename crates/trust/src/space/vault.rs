//! What this replica can open of sealed records: epoch keys of private spaces and the records under them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::inner::{Bound, Inner, open_inner, space_id};
use crate::derive::{Id, Id16, ZERO16, id16};
use crate::device::Opener;
use crate::eval::Acting;
use crate::item::Item;
use crate::log::Log;
use crate::record::{Epoch, Fields, Record, Sealed};
use crate::wrap::{EpochKey, unwrap};

/// Who is in the workspace, as the author of a record knew it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Presence {
    /// Devices that act.
    pub devices: BTreeMap<Id, Acting>,
    /// Members ever introduced.
    pub known: BTreeSet<Id16>,
}

impl Presence {
    /// Whether a member is in.
    pub fn is_in(&self, member: &Id16) -> bool {
        self.devices.values().any(|device| device.member == *member)
    }

    fn before(log: &Log, id: &Id) -> Presence {
        let read = |view: &crate::eval::View<'_>| Presence {
            devices: view.acting().map(|acting| (acting.device, acting)).collect(),
            known: view.members().collect(),
        };
        log.evaluation().view_before(id, read).unwrap_or_default()
    }
}

/// A sealed record that was opened.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub record: Id,
    pub depth: u32,
    pub author: Id,
    pub epoch: Id16,
    pub space: Id16,
    /// Whether it rightly begins its space: the space's id is that of its key, its author and the type it names.
    pub founds: bool,
    pub inner: Vec<Inner>,
    pub before: Arc<Presence>,
}

/// Keys held and records opened. What a replica cannot open counts as not yet received.
#[derive(Debug, Clone, Default)]
pub(super) struct Vault {
    keys: BTreeMap<Id16, EpochKey>,
    opened: BTreeMap<Id, Arc<Opened>>,
    /// Sealed records whose seal does not hold under the key of their epoch: nobody can open them.
    broken: BTreeSet<Id>,
    /// Records waiting for the key of an epoch.
    waiting: BTreeMap<Id16, BTreeSet<Id>>,
    /// (record, X25519 key) whose wraps were tried.
    tried: BTreeSet<(Id, Id)>,
    /// Chains to older epochs, by the epoch that opens them: record and index.
    chains: BTreeMap<Id16, Vec<(Id, usize)>>,
    presence: Arc<Presence>,
}

impl Vault {
    pub fn insert(&mut self, key: EpochKey) -> Id16 {
        let epoch = key.epoch();
        self.keys.insert(epoch, key);
        epoch
    }

    pub fn key(&self, epoch: &Id16) -> Option<&EpochKey> {
        self.keys.get(epoch)
    }

    pub fn keys(&self) -> impl Iterator<Item = &EpochKey> {
        self.keys.values()
    }

    pub fn opened(&self) -> impl Iterator<Item = &Arc<Opened>> {
        self.opened.values()
    }

    /// Tries the wraps of every sealed record once for each opener, then opens what the keys open, chains included.
    /// Returns the epochs whose keys are new.
    pub fn learn(&mut self, log: &Log, openers: &[&Opener]) -> Vec<Id16> {
        let mut new = Vec::new();
        for (item, record) in log.records() {
            let Fields::Sealed(sealed) = &record.fields else { continue };
            if self.opened.contains_key(item.id()) || self.broken.contains(item.id()) {
                continue;
            }
            self.waiting.entry(sealed.epoch).or_default().insert(*item.id());
            if !self.keys.contains_key(&sealed.epoch)
                && let Some(key) = self.try_wraps(log.workspace(), item.id(), sealed, openers)
            {
                new.push(self.insert(key));
            }
        }
        self.open_all(log, &mut new);
        new
    }

    fn try_wraps(
        &mut self,
        workspace: &Id,
        id: &Id,
        sealed: &Sealed,
        openers: &[&Opener],
    ) -> Option<EpochKey> {
        let fresh: Vec<&&Opener> =
            openers.iter().filter(|opener| self.tried.insert((*id, *opener.public()))).collect();
        // A wrap may carry any key: only that of the epoch it stands for is taken.
        let genuine = |key: &EpochKey| *key.space() != ZERO16 && key.epoch() == sealed.epoch;
        let boxes = sealed.wraps.iter();
        boxes.flat_map(|wrap| fresh.iter().filter_map(|opener| unwrap(workspace, wrap, opener))).find(genuine)
    }

    /// Opens records until the keys held open no more; every key and every record is looked at once.
    fn open_all(&mut self, log: &Log, new: &mut Vec<Id16>) {
        let held = self.waiting.keys().filter(|epoch| self.keys.contains_key(*epoch));
        let mut open: Vec<Id16> = held.copied().collect();
        while let Some(epoch) = open.pop() {
            let Some(key) = self.keys.get(&epoch).cloned() else { continue };
            for id in self.waiting.remove(&epoch).unwrap_or_default() {
                self.open_record(log, &id, &key);
            }
            for (record, at) in self.chains.get(&epoch).cloned().unwrap_or_default() {
                for parent in self.open_chain(log.workspace(), &record, at, &key) {
                    new.push(parent);
                    open.push(parent);
                }
            }
        }
    }

    fn open_record(&mut self, log: &Log, id: &Id, key: &EpochKey) {
        let (Some(item), Some(record)) = (log.get(id), log.record(id)) else { return };
        let Some(opened) = self.read(log, item, record, key) else {
            self.broken.insert(*id);
            return;
        };
        for (at, inner) in opened.inner.iter().enumerate() {
            // Only an epoch that is sealed under itself: whoever sees it holds its key.
            if let Inner::Act(Fields::Epoch(epoch)) = inner
                && id16(&epoch.commitment) == opened.epoch
            {
                self.chains.entry(opened.epoch).or_default().push((*id, at));
            }
        }
        self.opened.insert(*id, Arc::new(opened));
    }

    fn read(&mut self, log: &Log, item: &Item, record: &Record, key: &EpochKey) -> Option<Opened> {
        let Fields::Sealed(sealed) = &record.fields else { return None };
        let author = item.header().author;
        let bound = Bound { workspace: log.workspace(), author: &author, heads: &record.heads };
        let inner = open_inner(&bound, key, sealed)?;
        let before = Presence::before(log, item.id());
        if *self.presence != before {
            self.presence = Arc::new(before);
        }
        Some(Opened {
            record: *item.id(),
            depth: log.evaluation().depth(item.id())?,
            author,
            epoch: sealed.epoch,
            space: *key.space(),
            founds: founds(log, &author, key, inner.first()),
            inner,
            before: Arc::clone(&self.presence),
        })
    }

    fn open_chain(&mut self, workspace: &Id, record: &Id, at: usize, key: &EpochKey) -> Vec<Id16> {
        let opened = self.opened.get(record).map(Arc::clone);
        let Some(Inner::Act(Fields::Epoch(epoch))) = opened.as_ref().and_then(|opened| opened.inner.get(at))
        else {
            return Vec::new();
        };
        let Epoch { parents, chain, .. } = epoch;
        let mut new = Vec::new();
        for (parent, link) in parents.iter().zip(chain) {
            if !self.keys.contains_key(parent)
                && let Some(parent) = key.open_chain(workspace, parent, link)
            {
                new.push(self.insert(parent));
            }
        }
        new
    }
}

fn founds(log: &Log, author: &Id, key: &EpochKey, first: Option<&Inner>) -> bool {
    let (Some(Inner::Genesis(genesis)), Some(root)) = (first, log.items().next()) else { return false };
    let id = space_id(&key.to_bytes(), root.id(), author, genesis.kind);
    genesis.commitment == key.commitment() && id == *key.space()
}
