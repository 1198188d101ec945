//! One place that answers, for every kind of space: which key, which role, what was admitted, where feeds are cut.

use std::collections::BTreeSet;

use crate::derive::{Id, Id16, ZERO16};
use crate::item::Feed;
use crate::keyring::{KeyRing, NoSealKey};
use crate::log::{CutPoint, Membership, Standing};
use crate::record::Role;
use crate::space::{SealedKind, Space, Spaces};
use crate::wrap::EpochKey;

/// What a space is to this replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpaceKind {
    /// The workspace itself, or an open space: its key and its roles.
    Shared,
    /// Own key, roles and lane.
    Private,
    /// One member's devices.
    Personal,
}

/// Who is in, which keys are held and what is known of private spaces, at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    membership: &'a Membership,
    ring: &'a KeyRing,
    spaces: Option<&'a Spaces>,
    /// Items to judge as if they were admitted.
    admitting: Option<&'a BTreeSet<Id>>,
}

impl<'a> Access<'a> {
    /// All spaces.
    pub fn new(membership: &'a Membership, ring: &'a KeyRing, spaces: &'a Spaces) -> Self {
        Access { membership, ring, spaces: Some(spaces), admitting: None }
    }

    /// The root and open spaces alone; items of others wait for a key.
    pub fn root(membership: &'a Membership, ring: &'a KeyRing) -> Self {
        Access { membership, ring, spaces: None, admitting: None }
    }

    /// The same, as it would be if these quarantined items were admitted.
    pub fn admitting(self, items: &'a BTreeSet<Id>) -> Self {
        Access { admitting: Some(items), ..self }
    }

    /// Who is in the workspace.
    pub fn membership(&self) -> &'a Membership {
        self.membership
    }

    /// What a space is; `None` for one this replica knows nothing of.
    pub fn kind(&self, space: &Id16) -> Option<SpaceKind> {
        if *space == ZERO16 || self.membership.spaces.contains(space) {
            return Some(SpaceKind::Shared);
        }
        Some(match self.sealed(space)?.kind {
            SealedKind::Private => SpaceKind::Private,
            SealedKind::Personal => SpaceKind::Personal,
        })
    }

    /// A private or personal space.
    pub fn sealed(&self, space: &Id16) -> Option<&'a Space> {
        self.spaces?.get(space)
    }

    fn is_shared(&self, space: &Id16) -> bool {
        self.kind(space) == Some(SpaceKind::Shared)
    }

    /// The key of an epoch, when it is one of that space.
    pub fn key(&self, space: &Id16, epoch: &Id16) -> Option<&'a EpochKey> {
        if self.is_shared(space) {
            return self.ring.get(epoch);
        }
        self.spaces?.key(epoch).filter(|key| key.space() == space)
    }

    /// The first key of a space, which makes tags and attachment keys.
    pub fn first(&self, space: &Id16) -> Option<&'a EpochKey> {
        if self.is_shared(space) { self.ring.first() } else { self.spaces?.first(space) }
    }

    /// The tag of a document in a space.
    pub fn tag(&self, space: &Id16, document: &Id16) -> Option<Id16> {
        Some(self.first(space)?.tag(document))
    }

    /// The key to seal under in a space.
    pub fn seal_key(&self, space: &Id16) -> Result<&'a EpochKey, NoSealKey> {
        if self.is_shared(space) {
            return self.ring.seal_key(self.membership);
        }
        self.spaces.ok_or(NoSealKey::NotHeld)?.seal_key(space, self.membership)
    }

    /// The role a device acts with in a space now: for what it is offered and may do.
    pub fn acting_role(&self, space: &Id16, device: &Id) -> Role {
        if self.is_shared(space) {
            return self.membership.acting_role(device);
        }
        self.sealed(space).map_or(Role::None, |known| known.acting_role(device, self.membership))
    }

    /// A member's role in a space; none for those who are not in.
    pub fn role_of(&self, space: &Id16, member: &Id16) -> Role {
        if self.is_shared(space) {
            return self.membership.role_of(member);
        }
        self.sealed(space).map_or(Role::None, |known| known.role_of(member))
    }

    /// Lanes a device may have by this replica's evaluation: root and open spaces for active devices and relays, private
    /// and personal ones for active devices of their members.
    pub fn lanes(&self, device: &Id) -> BTreeSet<Id16> {
        let shared = matches!(self.membership.standing(device), Standing::Active { .. } | Standing::Relay);
        let mut lanes: BTreeSet<Id16> = self.membership.spaces.iter().copied().filter(|_| shared).collect();
        lanes.extend(shared.then_some(ZERO16));
        let sealed = self.spaces.into_iter().flat_map(Spaces::iter);
        let own = sealed.filter(|(_, space)| space.acting_role(device, self.membership) > Role::None);
        lanes.extend(own.map(|(id, _)| *id));
        lanes
    }

    /// The role by which items are judged: in private spaces, that of somebody who is out of the workspace stands until a
    /// member writes down where his work ends.
    pub(super) fn judged_role(&self, space: &Id16, device: &Id) -> Role {
        if self.is_shared(space) {
            return self.membership.acting_role(device);
        }
        self.sealed(space).map_or(Role::None, |known| known.judged_role(device, self.membership))
    }

    pub(super) fn is_admitted(&self, space: &Id16, item: &Id) -> bool {
        match self.sealed(space) {
            _ if self.admitting.is_some_and(|items| items.contains(item)) => true,
            Some(known) => known.admitted.contains(item),
            None => self.is_shared(space) && self.membership.admitted.contains(item),
        }
    }

    pub(super) fn cuts(&self, feed: &Feed) -> &'a [CutPoint] {
        let cuts = match self.sealed(&feed.space) {
            Some(known) => known.cuts.get(feed),
            None => self.membership.cuts.get(feed),
        };
        cuts.map_or(&[], Vec::as_slice)
    }

    /// Whether an item that does not suit was written by somebody who is in: set aside for his role, not his removal.
    pub(super) fn is_in(&self, space: &Id16, device: &Id) -> bool {
        self.acting_role(space, device) > Role::None
    }
}
