//! Writing records: each names all heads, is checked before it is signed, and enters the log at once.

use std::collections::BTreeSet;

use super::{Inserted, Log, Membership, RefusedRecord, adapt, workspace_id};
use crate::derive::{Context, Dice, Id, Id16, ZERO16};
use crate::device::{DeviceKeys, DevicePublic, InviteKeys};
use crate::feed::{FeedState, Writer};
use crate::item::{Item, Kind, Malformed};
use crate::keyring::{KeyRing, NoSealKey};
use crate::limits::{MAX_EPOCH_PARENTS, MAX_HEADS, MAX_WRAPS};
use crate::record::{
    Cut, DeviceAdd, Epoch, Fields, Genesis, InviteCreate, InviteMode, Join, KeyWrap, Record, Role,
};
use crate::wrap::{ChainLink, EpochKey, Hint, Wrap, wrap};

/// Why a record was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The membership does not allow it.
    #[error("this device may not do that in this workspace")]
    NotAllowed,
    /// The log refused it.
    #[error("the log refused the record: {0}")]
    Refused(#[from] RefusedRecord),
    /// Over a limit.
    #[error("the record would be malformed: {0}")]
    Malformed(#[from] Malformed),
    /// A key that is needed is not held.
    #[error("the key of the current epoch is not held")]
    NoKey,
}

/// What it takes to found a workspace.
#[derive(Debug)]
pub struct Founding<'a> {
    /// The founder's first device.
    pub keys: &'a DeviceKeys,
    /// His recovery device, made from 24 words.
    pub recovery: Option<DevicePublic>,
    /// Claimed UTC day since 1970.
    pub day: u16,
    /// Random, of this process run.
    pub incarnation: u64,
}

/// A new workspace: store the genesis item, keep the key.
#[derive(Debug)]
pub struct Founded {
    /// The workspace id.
    pub workspace: Id,
    /// The founder.
    pub member: Id16,
    /// The first record.
    pub genesis: Item,
    /// The first key of the root space.
    pub key: EpochKey,
    /// The founder's feed after Genesis.
    pub feed: FeedState,
    /// The log with Genesis in it.
    pub log: Log,
}

/// Makes a workspace that is its own proof: its id is derived from the Genesis record.
pub fn found_workspace(founding: &Founding<'_>, dice: &mut Dice) -> Result<Founded, WriteError> {
    let member = dice.draw16();
    let key = EpochKey::new(ZERO16, dice.draw());
    let mut devices = vec![founding.keys.public()];
    devices.extend(founding.recovery);
    devices.sort_unstable();
    let recipients: Vec<Id> = devices.iter().map(|device| device.x25519).collect();
    let wraps = wrap_for(&[0; 32], &key, &recipients, dice);
    let genesis = Genesis { member, devices, commitment: key.commitment(), wraps };
    let body = Record { heads: Vec::new(), fields: Fields::Genesis(genesis) }.encode();
    let sign = |workspace| {
        let mut feed = FeedState::new(founding.incarnation);
        let writer = Writer { workspace, keys: founding.keys, day: founding.day };
        writer.clear(&mut feed, Kind::Record(0x80), ZERO16, ZERO16, &body).map(|item| (item, feed))
    };
    let workspace = workspace_id(&sign([0; 32])?.0);
    let (genesis, feed) = sign(workspace)?;
    let mut log = Log::new(workspace);
    match log.insert(genesis.clone()) {
        Inserted::Refused(refused) => Err(refused.into()),
        _ => Ok(Founded { workspace, member, genesis, key, feed, log }),
    }
}

/// Signs records of one device and enters them into the log. When the commit of the items fails, throw the log and
/// the feed state away and read them again from the store.
#[derive(Debug)]
pub struct RecordWriter<'a> {
    /// Who writes.
    pub writer: Writer<'a>,
    /// The feed of the root space.
    pub feed: &'a mut FeedState,
    /// The log.
    pub log: &'a mut Log,
}

impl RecordWriter<'_> {
    /// Writes a record of any kind. Refuses what evaluation would not allow.
    pub fn write(&mut self, fields: Fields) -> Result<Item, WriteError> {
        self.write_from(self.log.heads(), fields)
    }

    /// As [`RecordWriter::write`], as if nothing after `heads` were known.
    pub(super) fn write_from(&mut self, heads: Vec<Id>, fields: Fields) -> Result<Item, WriteError> {
        let record = Record { heads: self.deepest(heads), fields };
        let kind = record.fields.kind();
        Record::decode(kind, &record.encode())?;
        let mut feed = *self.feed;
        let item = self.writer.clear(&mut feed, Kind::Record(kind), ZERO16, ZERO16, &record.encode())?;
        let mut trial = self.log.eval.clone();
        let entry = adapt::entry(self.log.workspace(), &item, &record);
        let allowed = trial.add(entry).is_ok() && trial.is_allowed(item.id());
        if !allowed {
            return Err(WriteError::NotAllowed);
        }
        match self.log.insert(item.clone()) {
            Inserted::Refused(refused) => Err(refused.into()),
            _ => {
                *self.feed = feed;
                Ok(item)
            }
        }
    }

    /// All heads; of more than 64 the deepest.
    pub(crate) fn heads(&self) -> Vec<Id> {
        self.deepest(self.log.heads())
    }

    fn deepest(&self, mut heads: Vec<Id>) -> Vec<Id> {
        if heads.len() > MAX_HEADS {
            heads.sort_by_key(|head| std::cmp::Reverse(self.log.eval.depth(head)));
            heads.truncate(MAX_HEADS);
            heads.sort_unstable();
        }
        heads
    }

    /// An invite; an open one comes with the current key for whoever holds the ticket.
    pub fn invite(
        &mut self,
        invite: &InviteKeys,
        terms: &InviteTerms,
        ring: &KeyRing,
        dice: &mut Dice,
    ) -> Result<Vec<Item>, WriteError> {
        let mut ring = ring.clone();
        let mut items = Vec::new();
        if ring.seal_key(&self.log.membership()) == Err(NoSealKey::MustRotate) {
            let rotated = self.rotate(&ring, dice)?;
            ring.insert(rotated.key);
            items.extend(rotated.items);
        }
        items.push(self.write(Fields::InviteCreate(InviteCreate {
            invite: invite.id(),
            x25519: *invite.opener().public(),
            role: terms.role,
            mode: terms.mode,
            uses: terms.uses,
            expires: terms.expires,
        }))?);
        if terms.mode == InviteMode::Open {
            items.extend(self.give_key(&ring, &[*invite.opener().public()], dice)?);
        }
        Ok(items)
    }

    /// A Join by the secret of an invite; the writer is the new device.
    pub fn join(
        &mut self,
        invite: &InviteKeys,
        member: Id16,
        recovery: Option<DevicePublic>,
    ) -> Result<Item, WriteError> {
        let mut devices = vec![self.writer.keys.public()];
        devices.extend(recovery);
        devices.sort_unstable();
        let mut join = Join { invite: invite.id(), member, devices, signature: [0; 64] };
        let author = self.writer.keys.id();
        let parts: [&[u8]; 3] = [self.log.workspace(), &author, &join.signed_fields()];
        join.signature = invite.sign(Context::Invite, &parts);
        self.write(Fields::Join(join))
    }

    /// A member's further device, with the signature that it made with [`sign_link`].
    pub fn device_add(
        &mut self,
        member: Id16,
        device: DevicePublic,
        signature: [u8; 64],
    ) -> Result<Item, WriteError> {
        self.write(Fields::DeviceAdd(DeviceAdd { member, device, signature }))
    }

    /// Removes a member. Follow it with [`RecordWriter::rotate`] in the same commit.
    pub fn member_remove(&mut self, member: Id16, cuts: Vec<Cut>) -> Result<Item, WriteError> {
        self.write(Fields::MemberRemove { member, cuts })
    }

    /// Removes devices. Follow it with [`RecordWriter::rotate`] in the same commit.
    pub fn device_remove(&mut self, devices: &BTreeSet<Id>, cuts: Vec<Cut>) -> Result<Item, WriteError> {
        self.write(Fields::DeviceRemove { devices: devices.iter().copied().collect(), cuts })
    }

    /// A new key of the root space for everybody who is in now. Duty of any active device before it seals under an
    /// epoch with an inactive recipient.
    pub fn rotate(&mut self, ring: &KeyRing, dice: &mut Dice) -> Result<Rotated, WriteError> {
        let membership = self.log.membership();
        let key = EpochKey::new(ZERO16, dice.draw());
        let workspace = *self.log.workspace();
        let mut parents: Vec<(Id16, ChainLink)> = self
            .held_epochs(&membership, ring)
            .into_iter()
            .filter_map(|epoch| Some((epoch, key.chain(&workspace, ring.get(&epoch)?))))
            .take(MAX_EPOCH_PARENTS)
            .collect();
        if parents.is_empty() {
            return Err(WriteError::NoKey);
        }
        parents.sort_unstable();
        let (parents, chain) = parents.into_iter().unzip();
        let recipients = membership.recipients.clone();
        let (now, later) = recipients.split_at(recipients.len().min(MAX_WRAPS));
        let wraps = wrap_for(&workspace, &key, now, dice);
        let later = later.to_vec();
        let epoch = Epoch { commitment: key.commitment(), parents, chain, recipients, wraps };
        let mut items = vec![self.write(Fields::Epoch(epoch))?];
        for part in later.chunks(MAX_WRAPS) {
            items.push(self.key_wrap(&key, part, dice)?);
        }
        Ok(Rotated { key, items })
    }

    /// The head epochs whose key is held. A member may write an epoch whose boxes open for nobody: where no head's key is
    /// held, the greatest of the other epochs, so that his word does not keep everybody from changing the key.
    fn held_epochs(&self, membership: &Membership, ring: &KeyRing) -> Vec<Id16> {
        let held = |epoch: &&Id16| ring.get(epoch).is_some();
        let heads: Vec<Id16> = membership.head_epochs.iter().filter(held).copied().collect();
        if !heads.is_empty() {
            return heads;
        }
        let place = |epoch: &Id16| {
            let record = membership.epochs[epoch].record;
            (self.log.eval.depth(&record), record)
        };
        membership.epochs.keys().filter(held).max_by_key(|epoch| place(epoch)).copied().into_iter().collect()
    }

    /// The current key for those who were never given it: devices added meanwhile, a new invite.
    pub fn give_key(
        &mut self,
        ring: &KeyRing,
        recipients: &[Id],
        dice: &mut Dice,
    ) -> Result<Vec<Item>, WriteError> {
        let membership = self.log.membership();
        let key = ring.seal_key(&membership).map_err(|_| WriteError::NoKey)?;
        recipients.chunks(MAX_WRAPS).map(|part| self.key_wrap(key, part, dice)).collect()
    }

    /// Gives the key of an epoch that does not count, as [`KeyRing::strays`] names it.
    pub fn give_stray(
        &mut self,
        ring: &KeyRing,
        (epoch, recipients): &(Id16, Vec<Id>),
        dice: &mut Dice,
    ) -> Result<Vec<Item>, WriteError> {
        let key = ring.get(epoch).ok_or(WriteError::NoKey)?;
        recipients.chunks(MAX_WRAPS).map(|part| self.key_wrap(key, part, dice)).collect()
    }

    fn key_wrap(&mut self, key: &EpochKey, recipients: &[Id], dice: &mut Dice) -> Result<Item, WriteError> {
        let mut recipients = recipients.to_vec();
        recipients.sort_unstable();
        recipients.dedup();
        let wraps = wrap_for(self.log.workspace(), key, &recipients, dice);
        self.write(Fields::KeyWrap(KeyWrap { epoch: key.epoch(), recipients, wraps }))
    }

    /// Lets a blind node carry the workspace.
    pub fn relay_add(&mut self, device: Id) -> Result<Item, WriteError> {
        self.write(Fields::RelayAdd { device })
    }

    /// Ends that.
    pub fn relay_remove(&mut self, device: Id) -> Result<Item, WriteError> {
        self.write(Fields::RelayRemove { device })
    }

    /// Asks every replica for features without which it exchanges no content ([`crate::pack::REQUIRE_PACKS`] and later
    /// bits). There is no way back.
    pub fn require(&mut self, bits: u64) -> Result<Item, WriteError> {
        self.write(Fields::Require { bits })
    }

    /// Admits a Join that waits, with the role given.
    pub fn approve(&mut self, join: Id, role: Role) -> Result<Item, WriteError> {
        self.write(Fields::Approve { join, role })
    }

    /// Ends an invite. Follow it with [`RecordWriter::rotate`] in the same commit: the ticket opens the current key.
    pub fn invite_revoke(&mut self, invite: Id) -> Result<Item, WriteError> {
        self.write(Fields::InviteRevoke { invite })
    }

    /// Brings a removed member back.
    pub fn member_restore(&mut self, member: Id16, role: Role) -> Result<Item, WriteError> {
        self.write(Fields::MemberRestore { member, role })
    }

    /// Admits quarantined items of the root or an open space.
    pub fn item_admit(&mut self, space: Id16, items: &BTreeSet<Id>) -> Result<Item, WriteError> {
        self.write(Fields::ItemAdmit { space, items: items.iter().copied().collect() })
    }

    /// Further cuts to a removal that this device wrote.
    pub fn cuts(&mut self, member: Id16, cuts: Vec<Cut>) -> Result<Item, WriteError> {
        self.write(Fields::Cuts { member, cuts })
    }

    /// Changes a role; lowering should carry cuts.
    ///
    /// Whoever is out is brought back by a MemberRestore: by a RoleSet they would be in, and no record of theirs would count
    /// (step 3b asks for a record that enables the author, docs/decisions/0021).
    pub fn role_set(&mut self, member: Id16, role: Role, cuts: Vec<Cut>) -> Result<Item, WriteError> {
        if role > Role::None && self.log.membership().role_of(&member) == Role::None {
            return self.write(Fields::MemberRestore { member, role });
        }
        self.write(Fields::RoleSet { member, role, cuts })
    }
}

/// What an invite offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InviteTerms {
    /// Role of those who join.
    pub role: Role,
    /// Open or by approval.
    pub mode: InviteMode,
    /// How many may join without approval.
    pub uses: u16,
    /// Milliseconds UTC after which an Admin device revokes it.
    pub expires: u64,
}

/// A new epoch: commit the items, insert the key into the ring.
#[derive(Debug)]
pub struct Rotated {
    /// The new key.
    pub key: EpochKey,
    /// The Epoch record and, for very many recipients, KeyWraps.
    pub items: Vec<Item>,
}

/// The new device's word that it wants to be one of `member`'s.
pub fn sign_link(workspace: &Id, member: &Id16, keys: &DeviceKeys) -> [u8; 64] {
    let public = DeviceAdd::signed_keys(&keys.public());
    keys.sign(Context::Link, &adapt::link_message(workspace, member, &public))
}

/// A recipient whose key is no usable one gets no box, else one member could keep everybody from changing the key.
fn wrap_for(workspace: &Id, key: &EpochKey, to: &[Id], dice: &mut Dice) -> Vec<Wrap> {
    to.iter().filter_map(|recipient| wrap(workspace, key, recipient, Hint::Shown, dice)).collect()
}
