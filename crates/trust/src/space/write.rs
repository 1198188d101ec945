//! Writing into private and personal spaces: inner records sealed under the space's key, checked before they enter the
//! log.

use std::collections::{BTreeMap, BTreeSet};

use super::inner::{Bound, Inner, SealedKind, SpaceGenesis, seal_inner, space_id};
use super::{Space, Spaces};
use crate::derive::{Dice, Id, Id16, id16};
use crate::item::Item;
use crate::limits::{MAX_EPOCH_PARENTS, MAX_INNER_RECORDS, MAX_WRAPS};
use crate::log::{Log, Membership, RecordWriter, WriteError};
use crate::record::{Cut, Epoch, Fields, KeyWrap, Role};
use crate::wrap::{EpochKey, Hint, Wrap, decoy, wrap};

/// A new private or personal space: commit the items, store the key.
#[derive(Debug)]
pub struct Created {
    /// Its id.
    pub space: Id16,
    /// Its first key.
    pub key: EpochKey,
    /// The sealed record in which it begins.
    pub items: Vec<Item>,
}

/// What was written into a space: commit the items, store the key when there is one.
#[derive(Debug, Default)]
pub struct SpaceWritten {
    /// The key of a new epoch.
    pub key: Option<EpochKey>,
    /// Sealed records; none when there was nothing to do.
    pub items: Vec<Item>,
}

impl RecordWriter<'_> {
    /// An open space: a lane of its own under the root's key and the workspace's roles. Returns its id.
    pub fn create_open_space(&mut self, dice: &mut Dice) -> Result<(Id16, Item), WriteError> {
        let item = self.write(Fields::SpaceCreate { nonce: dice.draw16() })?;
        Ok((id16(item.id()), item))
    }

    /// A private space with its creator alone, or the personal space of the writer's member.
    pub fn create_space(
        &mut self,
        spaces: &mut Spaces,
        kind: SealedKind,
        dice: &mut Dice,
    ) -> Result<Created, WriteError> {
        let author = self.writer.keys.id();
        let genesis = *self.log.items().next().ok_or(WriteError::NotAllowed)?.id();
        let membership = self.log.membership();
        let member = membership.member_of(&author).ok_or(WriteError::NotAllowed)?;
        let raw = dice.draw();
        let space = space_id(&raw, &genesis, &author, kind);
        let key = EpochKey::new(space, raw);
        let own = membership.devices.values().filter(|device| device.active && device.member == member);
        let to: Vec<Id> = own.map(|device| device.public.x25519).collect();
        let first = Inner::Genesis(SpaceGenesis { kind, commitment: key.commitment() });
        self.in_trial(spaces, |records, spaces| {
            spaces.insert(key.clone());
            let wraps = hidden_wraps(records.log.workspace(), &key, &to, dice);
            let item = records.write_sealed(spaces, &key, wraps, &[first])?;
            Ok(Created { space, key, items: vec![item] })
        })
    }

    /// Adds a member to a private space, changes his role there or, with [`Role::None`], puts him out. Whoever comes in
    /// is given the key, and with it all history; for whoever goes out the key changes in the same record.
    pub fn space_role_set(
        &mut self,
        spaces: &mut Spaces,
        space: &Id16,
        (member, role): (Id16, Role),
        cuts: Vec<Cut>,
        dice: &mut Dice,
    ) -> Result<SpaceWritten, WriteError> {
        self.act_in_space(spaces, space, vec![Fields::RoleSet { member, role, cuts }], false, dice)
    }

    /// Leaves a private space. The others change its key when they learn of it.
    pub fn space_leave(
        &mut self,
        spaces: &mut Spaces,
        space: &Id16,
        dice: &mut Dice,
    ) -> Result<SpaceWritten, WriteError> {
        let member = self.log.membership().member_of(&self.writer.keys.id()).ok_or(WriteError::NotAllowed)?;
        let leave = Inner::Act(Fields::RoleSet { member, role: Role::None, cuts: Vec::new() });
        self.in_trial(spaces, |records, spaces| {
            let key = head_key(spaces, space)?;
            let wraps = hidden_wraps(records.log.workspace(), &key, &[], dice);
            let item = records.write_sealed(spaces, &key, wraps, &[leave])?;
            Ok(SpaceWritten { key: None, items: vec![item] })
        })
    }

    /// A new key for everybody who is in the space. Duty of any active device of it before it seals under an epoch with
    /// an inactive recipient.
    pub fn space_rotate(
        &mut self,
        spaces: &mut Spaces,
        space: &Id16,
        dice: &mut Dice,
    ) -> Result<SpaceWritten, WriteError> {
        self.act_in_space(spaces, space, Vec::new(), true, dice)
    }

    /// The current key for devices of members that were never given it, if there are any.
    pub fn space_give_key(
        &mut self,
        spaces: &mut Spaces,
        space: &Id16,
        dice: &mut Dice,
    ) -> Result<SpaceWritten, WriteError> {
        self.act_in_space(spaces, space, Vec::new(), false, dice)
    }

    /// Admits quarantined items of a private or personal space.
    pub fn space_admit(
        &mut self,
        spaces: &mut Spaces,
        space: &Id16,
        items: &BTreeSet<Id>,
        dice: &mut Dice,
    ) -> Result<SpaceWritten, WriteError> {
        let admit = Fields::ItemAdmit { space: *space, items: items.iter().copied().collect() };
        self.act_in_space(spaces, space, vec![admit], false, dice)
    }

    /// Writes down where the work of a member's devices ends in a private or personal space.
    pub fn space_cuts(
        &mut self,
        spaces: &mut Spaces,
        space: &Id16,
        member: Id16,
        cuts: Vec<Cut>,
        dice: &mut Dice,
    ) -> Result<SpaceWritten, WriteError> {
        self.act_in_space(spaces, space, vec![Fields::Cuts { member, cuts }], false, dice)
    }

    /// Inner records and the keys that must follow them: a new epoch when somebody who has the current key is out (or
    /// when `rotate`), else a KeyWrap for those who lack it.
    pub(super) fn act_in_space(
        &mut self,
        spaces: &mut Spaces,
        space: &Id16,
        acts: Vec<Fields>,
        rotate: bool,
        dice: &mut Dice,
    ) -> Result<SpaceWritten, WriteError> {
        self.in_trial(spaces, |records, spaces| {
            let membership = records.log.membership();
            let known = spaces.get(space).ok_or(WriteError::NoKey)?;
            let plan = Plan::of(known, &membership, &acts, rotate);
            let mut inner: Vec<Inner> = acts.into_iter().map(Inner::Act).collect();
            let (key, new) = if plan.rotate {
                let (key, epoch) = new_epoch(records.log, spaces, known, &plan, dice)?;
                inner.push(Inner::Act(Fields::Epoch(epoch)));
                (key.clone(), Some(key))
            } else {
                (head_key(spaces, space)?, None)
            };
            spaces.insert(key.clone());
            let items = records.write_all(spaces, &key, inner, &plan, dice)?;
            Ok(SpaceWritten { key: new, items })
        })
    }

    /// Writes inner records and boxes in as many sealed records as their bounds demand.
    fn write_all(
        &mut self,
        spaces: &mut Spaces,
        key: &EpochKey,
        mut inner: Vec<Inner>,
        plan: &Plan,
        dice: &mut Dice,
    ) -> Result<Vec<Item>, WriteError> {
        let mut parts = plan.to.chunks(MAX_WRAPS);
        let first = parts.next().unwrap_or_default();
        let gives = |recipients: &[Id]| {
            let recipients = recipients.to_vec();
            Inner::Act(Fields::KeyWrap(KeyWrap { epoch: key.epoch(), recipients, wraps: Vec::new() }))
        };
        if !plan.rotate && !first.is_empty() {
            inner.push(gives(first));
        }
        let mut items = Vec::new();
        while !inner.is_empty() {
            let rest = inner.split_off(inner.len().min(MAX_INNER_RECORDS));
            let to = if rest.is_empty() { first } else { &[] };
            let wraps = hidden_wraps(self.log.workspace(), key, to, dice);
            items.push(self.write_sealed(spaces, key, wraps, &inner)?);
            inner = rest;
        }
        for part in parts {
            let wraps = hidden_wraps(self.log.workspace(), key, part, dice);
            items.push(self.write_sealed(spaces, key, wraps, &[gives(part)])?);
        }
        Ok(items)
    }

    /// One sealed record. Refuses what evaluation inside the space would not allow.
    fn write_sealed(
        &mut self,
        spaces: &mut Spaces,
        key: &EpochKey,
        wraps: Vec<Wrap>,
        inner: &[Inner],
    ) -> Result<Item, WriteError> {
        let (heads, author) = (self.heads(), self.writer.keys.id());
        let bound = Bound { workspace: self.log.workspace(), author: &author, heads: &heads };
        let sealed = seal_inner(&bound, key, wraps, inner)?;
        let item = self.write(Fields::Sealed(sealed))?;
        spaces.learn(self.log, &[]);
        let effective = spaces.get(key.space()).map(|space| &space.effective);
        let counts =
            |index: usize| effective.is_some_and(|effective| effective.contains(&(*item.id(), index as u16)));
        if (0..inner.len()).all(counts) { Ok(item) } else { Err(WriteError::NotAllowed) }
    }

    /// Writes into copies, which take the place of the originals when all went well.
    fn in_trial<T>(
        &mut self,
        spaces: &mut Spaces,
        write: impl FnOnce(&mut RecordWriter<'_>, &mut Spaces) -> Result<T, WriteError>,
    ) -> Result<T, WriteError> {
        let (mut log, mut feed, mut trial) = (self.log.clone(), *self.feed, spaces.clone());
        let mut records = RecordWriter { writer: self.writer, feed: &mut feed, log: &mut log };
        trial.learn(records.log, &[]);
        let written = write(&mut records, &mut trial)?;
        (*self.log, *self.feed, *spaces) = (log, feed, trial);
        Ok(written)
    }
}

/// Who must have the key when the records written are effective, and whether it must be a new one.
#[derive(Debug)]
struct Plan {
    rotate: bool,
    /// Recipients of the next epoch.
    recipients: Vec<Id>,
    /// Those who are given a box.
    to: Vec<Id>,
}

impl Plan {
    fn of(space: &Space, membership: &Membership, acts: &[Fields], rotate: bool) -> Plan {
        let mut given = space.given.clone();
        for act in acts {
            if let Fields::RoleSet { member, role, .. } = act {
                given.insert(*member, *role);
            }
        }
        let reads = |member: &Id16| given.get(member).is_some_and(|role| *role > Role::None);
        let devices: BTreeMap<Id, bool> = membership
            .devices
            .values()
            .map(|device| (device.public.x25519, device.active && reads(&device.member)))
            .collect();
        let recipients: Vec<Id> = devices.iter().filter(|(_, reads)| **reads).map(|(key, _)| *key).collect();
        let head = space.head_epochs.first().and_then(|epoch| space.epochs.get(epoch));
        let holders = head.map(|head| head.recipients.clone()).unwrap_or_default();
        let stale = holders.iter().any(|key| devices.get(key) == Some(&false));
        let missing: Vec<Id> = recipients.iter().filter(|key| !holders.contains(*key)).copied().collect();
        // A key of one branch would not open the other.
        let forked = space.head_epochs.len() > 1 && !missing.is_empty();
        let rotate = rotate || stale || forked;
        let to = if rotate { recipients.clone() } else { missing };
        Plan { rotate, recipients, to }
    }
}

fn head_key(spaces: &Spaces, space: &Id16) -> Result<EpochKey, WriteError> {
    let known = spaces.get(space).ok_or(WriteError::NoKey)?;
    known.head_epochs.iter().find_map(|epoch| spaces.key(epoch)).cloned().ok_or(WriteError::NoKey)
}

fn new_epoch(
    log: &Log,
    spaces: &Spaces,
    space: &Space,
    plan: &Plan,
    dice: &mut Dice,
) -> Result<(EpochKey, Epoch), WriteError> {
    let key = EpochKey::new(space.id, dice.draw());
    let strays = space.strays().filter(|epoch| !space.head_epochs.contains(epoch));
    let before = space.head_epochs.iter().chain(strays).filter_map(|epoch| spaces.key(epoch));
    let mut links: Vec<_> = before
        .take(MAX_EPOCH_PARENTS)
        .map(|parent| (parent.epoch(), key.chain(log.workspace(), parent)))
        .collect();
    if links.is_empty() {
        return Err(WriteError::NoKey);
    }
    links.sort_unstable();
    let (parents, chain) = links.into_iter().unzip();
    let (recipients, commitment) = (plan.recipients.clone(), key.commitment());
    let epoch = Epoch { commitment, parents, chain, recipients, wraps: Vec::new() };
    Ok((key, epoch))
}

/// Boxes with hidden hints, padded with boxes to nobody to a power of two, in an order that tells nothing. A recipient
/// whose key is no usable one gets none, else one member could keep everybody from changing the key.
fn hidden_wraps(workspace: &Id, key: &EpochKey, to: &[Id], dice: &mut Dice) -> Vec<Wrap> {
    let boxes = to.iter().filter_map(|recipient| wrap(workspace, key, recipient, Hint::Hidden, dice));
    let mut wraps: Vec<Wrap> = boxes.collect();
    while wraps.len() < to.len().max(1).next_power_of_two() {
        wraps.push(decoy(workspace, dice));
    }
    wraps.sort_unstable_by_key(|wrap| wrap[8..].to_vec());
    wraps
}
