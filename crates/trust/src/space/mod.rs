//! Private and personal spaces: sealed records, and who may do what inside, as far as this replica can open them.
//!
//! [`Spaces::learn`] after every change of the log or of the keys; then ask [`Spaces::get`], or
//! [`Access`](crate::judge::Access) for questions that concern root and open spaces too. A pure function of the log and
//! the keys held: whatever order they came in, the answer is the same.

mod duty;
mod eval;
mod inner;
mod outer;
#[cfg(test)]
mod tests;
mod vault;
mod view;
mod write;

pub use duty::SpaceDuty;
pub use inner::{Inner, SealedKind, SpaceGenesis, decode_inner, encode_inner, space_id};
pub use view::Space;
pub use write::{Created, SpaceWritten};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::derive::{Id, Id16};
use crate::device::Opener;
use crate::keyring::NoSealKey;
use crate::log::{Log, Membership};
use crate::wrap::EpochKey;
use eval::Inside;
use outer::Outer;
use vault::{Opened, Vault};

/// The private and personal spaces this replica has keys of. Keys are zeroised when dropped.
#[derive(Debug, Clone, Default)]
pub struct Spaces {
    vault: Vault,
    spaces: BTreeMap<Id16, Space>,
}

impl Spaces {
    /// Without keys.
    pub fn new() -> Self {
        Spaces::default()
    }

    /// Adds a key that this replica made or stored. The caller vouches for it; [`Spaces::learn`] then makes use of it.
    pub fn insert(&mut self, key: EpochKey) -> Id16 {
        self.vault.insert(key)
    }

    /// Opens what `openers` and the keys held open, and evaluates every space anew. Returns the epochs whose keys are
    /// new: store them, and judge items that waited for them again.
    pub fn learn(&mut self, log: &Log, openers: &[&Opener]) -> Vec<Id16> {
        let new = self.vault.learn(log, openers);
        let membership = log.membership();
        let outer = Outer::of(log, &membership);
        let mut sealed: BTreeMap<Id16, Vec<Arc<Opened>>> = BTreeMap::new();
        for opened in self.vault.opened() {
            sealed.entry(opened.space).or_default().push(Arc::clone(opened));
        }
        self.spaces = sealed
            .into_iter()
            .filter_map(|(space, sealed)| {
                let inside = Inside::of(space, sealed, &outer);
                Some((space, Space::of(&inside, &membership)?))
            })
            .collect();
        new
    }

    /// A space whose beginning this replica opened.
    pub fn get(&self, space: &Id16) -> Option<&Space> {
        self.spaces.get(space)
    }

    /// All of them by id.
    pub fn iter(&self) -> impl Iterator<Item = (&Id16, &Space)> {
        self.spaces.iter()
    }

    /// A member's personal space: of several, the one that began first.
    pub fn personal(&self, member: &Id16) -> Option<&Space> {
        let own = |space: &&Space| space.kind == SealedKind::Personal && space.creator == *member;
        self.spaces.values().filter(own).min_by_key(|space| (space.depth, space.record))
    }

    /// The key of an epoch of any private or personal space.
    pub fn key(&self, epoch: &Id16) -> Option<&EpochKey> {
        self.vault.key(epoch)
    }

    /// All keys, for the key store at rest.
    pub fn keys(&self) -> impl Iterator<Item = &EpochKey> {
        self.vault.keys()
    }

    /// The first key of a space, which makes tags and attachment keys. It never changes.
    pub fn first(&self, space: &Id16) -> Option<&EpochKey> {
        self.key(&self.get(space)?.first)
    }

    /// The key to seal under in a space: of the head epoch of greatest (depth, id) whose key is held.
    pub fn seal_key(&self, space: &Id16, membership: &Membership) -> Result<&EpochKey, NoSealKey> {
        let known = self.get(space).ok_or(NoSealKey::NotHeld)?;
        let key = known.head_epochs.iter().find_map(|epoch| self.key(epoch)).ok_or(NoSealKey::NotHeld)?;
        if known.inactive_recipients(&key.epoch(), membership).is_empty() {
            Ok(key)
        } else {
            Err(NoSealKey::MustRotate)
        }
    }

    /// Sealed records this replica opened, in no order of meaning.
    pub fn opened_records(&self) -> impl Iterator<Item = (Id, Id16, &[Inner])> {
        self.vault.opened().map(|opened| (opened.record, opened.space, opened.inner.as_slice()))
    }
}
