//! The epoch keys a replica holds: opened from wraps and chains, compared with their commitments, chosen for sealing.

use crate::planted::Fault;
use std::collections::{BTreeMap, BTreeSet};

use crate::derive::{Id, Id16, id16};
use crate::device::Opener;
use crate::log::{Log, Membership};
use crate::record::{Epoch, Fields};
use crate::wrap::{EpochKey, unwrap};

/// Epoch keys of the root space by epoch id. Keys are zeroised when dropped.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: BTreeMap<Id16, EpochKey>,
    first: Option<Id16>,
}

/// Why there is no key to seal under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSealKey {
    /// No head epoch's key is held: wait for a wrap.
    #[error("no key of a current epoch is held yet")]
    NotHeld,
    /// The epoch was given to somebody who is out: rotate, then seal.
    #[error("the current key is known to a removed device: rotate first")]
    MustRotate,
}

impl KeyRing {
    /// A ring without keys.
    pub fn new() -> Self {
        KeyRing::default()
    }

    /// Adds a key that this replica made or stored. The caller vouches for it.
    pub fn insert(&mut self, key: EpochKey) -> Id16 {
        let epoch = key.epoch();
        self.keys.insert(epoch, key);
        epoch
    }

    /// Opens every wrap for `openers` and every chain link under a held key, until nothing new opens. Returns the
    /// epochs whose keys are new: items waiting for them can be judged again.
    pub fn learn(&mut self, log: &Log, openers: &[&Opener]) -> Vec<Id16> {
        let mut new = Vec::new();
        for (_, record) in log.records() {
            if let Fields::Genesis(genesis) = &record.fields {
                self.first = Some(id16(&genesis.commitment));
            }
            let Some((epoch, commitment)) = wrapped_epoch(&record.fields) else { continue };
            if self.keys.contains_key(&epoch) {
                continue;
            }
            // Genesis makes the workspace id, so its wraps cannot name it.
            let genesis = matches!(record.fields, Fields::Genesis(_));
            let workspace = if genesis { &[0; 32] } else { log.workspace() };
            let wraps = record.fields.wraps().iter();
            let opened =
                wraps.flat_map(|wrap| openers.iter().filter_map(|opener| unwrap(workspace, wrap, opener)));
            let genuine = |key: &EpochKey| {
                key.epoch() == epoch && commitment.is_none_or(|full| full == key.commitment())
            };
            if let Some(key) = opened.into_iter().find(genuine) {
                new.push(self.insert(key));
            }
        }
        self.open_chains(log, &mut new);
        new
    }

    fn open_chains(&mut self, log: &Log, new: &mut Vec<Id16>) {
        let epochs: BTreeMap<Id16, &Epoch> = log
            .records()
            .filter_map(|(_, record)| match &record.fields {
                Fields::Epoch(epoch) => Some((id16(&epoch.commitment), epoch)),
                _ => None,
            })
            .collect();
        let mut open: Vec<Id16> = self.keys.keys().copied().collect();
        while let Some(epoch) = open.pop() {
            let (Some(key), Some(info)) = (self.keys.get(&epoch).cloned(), epochs.get(&epoch)) else {
                continue;
            };
            for (parent, link) in info.parents.iter().zip(&info.chain) {
                if self.keys.contains_key(parent) {
                    continue;
                }
                if let Some(parent) = key.open_chain(log.workspace(), parent, link) {
                    let parent = self.insert(parent);
                    new.push(parent);
                    open.push(parent);
                }
            }
        }
    }

    /// The key of an epoch.
    pub fn get(&self, epoch: &Id16) -> Option<&EpochKey> {
        self.keys.get(epoch)
    }

    /// The first epoch key of the root space, which makes tags and attachment keys. It never changes.
    pub fn first(&self) -> Option<&EpochKey> {
        self.keys.get(&self.first?)
    }

    /// The tag of a document in the root space.
    pub fn tag(&self, document: &Id16) -> Option<Id16> {
        Some(self.first()?.tag(document))
    }

    /// The key to seal under: of the head epoch of greatest (depth, id) whose key is held.
    pub fn seal_key(&self, membership: &Membership) -> Result<&EpochKey, NoSealKey> {
        let held = membership.head_epochs.iter().find_map(|epoch| self.keys.get(epoch));
        let key = held.ok_or(NoSealKey::NotHeld)?;
        if Fault::SealedForRemoved.is_on() || membership.inactive_recipients(&key.epoch()).is_empty() {
            Ok(key)
        } else {
            Err(NoSealKey::MustRotate)
        }
    }

    /// Active recipients that were never given the key [`KeyRing::seal_key`] would use, and that no invite of theirs
    /// was given either: publish a KeyWrap for them.
    pub fn missing_wraps(&self, log: &Log, membership: &Membership) -> Vec<Id> {
        let held = membership.head_epochs.iter().find(|epoch| self.keys.contains_key(*epoch));
        let Some(info) = held.and_then(|epoch| membership.epochs.get(epoch)) else { return Vec::new() };
        let invited = self.invited(log, membership, &info.recipients);
        let missing = membership.recipients.iter();
        missing.filter(|key| !info.recipients.contains(*key) && !invited.contains(*key)).copied().collect()
    }

    /// Held epochs beside the one that is sealed under, to which no epoch that counts leads back, each with the active
    /// recipients who were never given its key. One may not count (any more): honest work may be sealed under it by
    /// whoever saw it count, say under the key of a thief whose removal came from elsewhere. Or it is a head beside another
    /// one, made by somebody who had not heard that a member came back. Publish a KeyWrap for each.
    pub fn strays(&self, log: &Log, membership: &Membership) -> Vec<(Id16, Vec<Id>)> {
        let mut given: BTreeMap<Id16, BTreeSet<Id>> = BTreeMap::new();
        let mut led_back: BTreeSet<Id16> = BTreeSet::new();
        for (_, record) in log.records() {
            match &record.fields {
                Fields::Epoch(epoch) => {
                    let id = id16(&epoch.commitment);
                    if membership.epochs.contains_key(&id) {
                        led_back.extend(epoch.parents.iter().copied());
                    }
                    if self.keys.contains_key(&id) {
                        given.entry(id).or_default().extend(epoch.recipients.iter().copied());
                    }
                }
                Fields::KeyWrap(wrap) => {
                    given.entry(wrap.epoch).or_default().extend(wrap.recipients.iter().copied());
                }
                _ => {}
            }
        }
        let sealed_under = membership.head_epochs.iter().find(|epoch| self.keys.contains_key(*epoch));
        let stray = |epoch: &Id16| {
            self.keys.contains_key(epoch) && sealed_under != Some(epoch) && !led_back.contains(epoch)
        };
        let strays = given.into_iter().filter(|(epoch, _)| stray(epoch));
        let lacking = strays.map(|(epoch, given)| {
            let lack = membership.recipients.iter().filter(|key| !given.contains(*key)).copied();
            (epoch, lack.collect::<Vec<_>>())
        });
        lacking.filter(|(_, lack)| !lack.is_empty()).collect()
    }

    /// X25519 keys of devices whose Join used an invite that was given the key.
    fn invited(&self, log: &Log, membership: &Membership, given: &BTreeSet<Id>) -> BTreeSet<Id> {
        let by_invite = |record: &Id| match log.record(record).map(|record| &record.fields) {
            Some(Fields::Join(join)) => Some(join.invite),
            _ => None,
        };
        let devices = membership.devices.values();
        devices
            .filter(|device| {
                let author = log.get(&device.record).map(|item| item.header().author);
                let invite = by_invite(&device.record).and_then(|key| membership.invites.get(&key));
                author == Some(device.public.key)
                    && invite.is_some_and(|invite| given.contains(&invite.x25519))
            })
            .map(|device| device.public.x25519)
            .collect()
    }

    /// All keys, for the key store at rest.
    pub fn keys(&self) -> impl Iterator<Item = &EpochKey> {
        self.keys.values()
    }

    /// Names the first epoch when the keys come from the key store and the log has not been read.
    pub fn set_first(&mut self, epoch: Id16) {
        self.first = Some(epoch);
    }
}

/// The epoch whose key a record's wraps carry, and its full commitment where the record states it.
fn wrapped_epoch(fields: &Fields) -> Option<(Id16, Option<Id>)> {
    match fields {
        Fields::Genesis(genesis) => Some((id16(&genesis.commitment), Some(genesis.commitment))),
        Fields::Epoch(epoch) => Some((id16(&epoch.commitment), Some(epoch.commitment))),
        Fields::KeyWrap(wrap) => Some((wrap.epoch, None)),
        _ => None,
    }
}
