//! Who is in a workspace and who may do what, as plain data computed from the log.

use std::collections::{BTreeMap, BTreeSet};

use super::Log;
use crate::derive::{Id, Id16, ZERO16, id16};
use crate::device::{DevicePublic, FLAG_RECOVERY};
use crate::eval::{Evaluation, View};
use crate::item::Feed;
use crate::record::{Cut, Fields, InviteMode, Record, Role};

/// A person who was ever admissibly introduced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The role that holds; [`Role::None`] for those who are out.
    pub role: Role,
    /// Devices ever introduced for him, ascending.
    pub devices: Vec<Id>,
}

/// A device that was ever admissibly introduced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its keys.
    pub public: DevicePublic,
    /// Whose it is, for ever.
    pub member: Id16,
    /// Whether it counts: introduced by an effective record, not removed, member in.
    pub active: bool,
    /// The record that introduced it.
    pub record: Id,
}

/// What the log says of a device key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Never heard of it.
    Unknown,
    /// Acts for a member.
    Active {
        /// The member.
        member: Id16,
        /// His role.
        role: Role,
    },
    /// A blind node that may carry the workspace.
    Relay,
    /// Introduced once, but out: it may have the log, so that it learns why.
    Removed,
}

/// An invite ever created by an effective record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// The InviteCreate record.
    pub record: Id,
    /// Its key for wraps.
    pub x25519: Id,
    /// Role of those who join.
    pub role: Role,
    /// Open or by approval.
    pub mode: InviteMode,
    /// How many may join without approval.
    pub uses: u16,
    /// Joins that count against `uses`.
    pub used: usize,
    /// Milliseconds UTC; an Admin device that sees it passed revokes the invite.
    pub expires: u64,
    /// Device that made it.
    pub author: Id,
    /// Whether it admits: not revoked, its creator in.
    pub live: bool,
}

/// A Join that an Admin must decide on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingJoin {
    /// The Join record, which Approve names.
    pub record: Id,
    /// Who wants in.
    pub member: Id16,
    /// By which invite.
    pub invite: Id,
}

/// An effective epoch of the root space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochInfo {
    /// Its record.
    pub record: Id,
    /// Commitment to its key.
    pub commitment: Id,
    /// X25519 keys it was given to, by its record and effective KeyWraps.
    pub recipients: BTreeSet<Id>,
}

/// The last item of a feed that counts as written before a removal or lowering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CutPoint {
    /// Greatest sequence number.
    pub seq: u32,
    /// Start of that item's id.
    pub item: Id16,
    /// The role the author had before.
    pub role: Role,
}

/// The membership of a workspace: a pure function of the stored records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The workspace.
    pub workspace: Id,
    /// The founder; all zero while the log is empty.
    pub owner: Id16,
    /// Everybody ever introduced, in or out.
    pub members: BTreeMap<Id16, Member>,
    /// Every device ever introduced.
    pub devices: BTreeMap<Id, Device>,
    /// Blind nodes that may carry the workspace.
    pub relays: BTreeSet<Id>,
    /// Invites by key.
    pub invites: BTreeMap<Id, Invite>,
    /// Joins waiting for an Admin.
    pub waiting: Vec<WaitingJoin>,
    /// Effective epochs of the root space.
    pub epochs: BTreeMap<Id16, EpochInfo>,
    /// Epochs no other effective epoch follows, greatest (depth, id) first.
    pub head_epochs: Vec<Id16>,
    /// X25519 keys an epoch made now must be given to, ascending.
    pub recipients: Vec<Id>,
    /// Open spaces beside the root.
    pub spaces: BTreeSet<Id16>,
    /// Feature bits every replica must have to exchange content.
    pub require: u64,
    /// Quarantined items that a Writer admitted.
    pub admitted: BTreeSet<Id>,
    /// Where removals and lowerings cut feeds.
    pub cuts: BTreeMap<Feed, Vec<CutPoint>>,
    /// Effective records.
    pub effective: BTreeSet<Id>,
}

impl Membership {
    pub(super) fn of(log: &Log) -> Membership {
        let view = log.eval.view();
        let mut membership = Membership::empty(log.workspace);
        membership.effective = view.effective().collect();
        membership.add_people(&view);
        membership.add_records(log, &view);
        membership.head_epochs = head_epochs(&log.eval, &membership.epochs);
        membership.recipients = view.recipients();
        membership.add_cuts(log);
        membership
    }

    fn empty(workspace: Id) -> Membership {
        Membership {
            workspace,
            owner: ZERO16,
            members: BTreeMap::new(),
            devices: BTreeMap::new(),
            relays: BTreeSet::new(),
            invites: BTreeMap::new(),
            waiting: Vec::new(),
            epochs: BTreeMap::new(),
            head_epochs: Vec::new(),
            recipients: Vec::new(),
            spaces: BTreeSet::new(),
            require: 0,
            admitted: BTreeSet::new(),
            cuts: BTreeMap::new(),
            effective: BTreeSet::new(),
        }
    }

    fn add_people(&mut self, view: &View<'_>) {
        for member in view.members() {
            let role = view.role_of(&member).map_or(Role::None, |grant| grant.role);
            self.members.insert(member, Member { role, devices: Vec::new() });
        }
        for (intro, record) in view.devices() {
            let Some(member) = view.member_of(&intro.device) else { continue };
            let flags = if intro.recovery { FLAG_RECOVERY } else { 0 };
            let public = DevicePublic { key: intro.device, x25519: intro.x25519, flags };
            let in_role = self.members.get(&member).is_some_and(|member| member.role > Role::None);
            let active = in_role && view.member_of_active(&intro.device) == Some(member);
            self.devices.insert(intro.device, Device { public, member, active, record });
        }
        for (key, device) in &self.devices {
            if let Some(member) = self.members.get_mut(&device.member) {
                member.devices.push(*key);
            }
        }
    }

    fn add_records(&mut self, log: &Log, view: &View<'_>) {
        let mut ended: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        let mut relays: Vec<(Id, Id)> = Vec::new();
        for (item, record) in log.records() {
            if let Fields::Join(join) = &record.fields
                && view.join_is_waiting(item.id())
            {
                let (record, member, invite) = (*item.id(), join.member, join.invite);
                self.waiting.push(WaitingJoin { record, member, invite });
            }
            if !view.is_effective(item.id()) {
                continue;
            }
            match &record.fields {
                Fields::Genesis(genesis) => self.owner = genesis.member,
                Fields::InviteCreate(create) => {
                    let live = view.invite_is_live(&create.invite);
                    let used = view.invite_uses(&create.invite);
                    let (record, author) = (*item.id(), item.header().author);
                    self.invites.entry(create.invite).or_insert(Invite {
                        record,
                        x25519: create.x25519,
                        role: create.role,
                        mode: create.mode,
                        uses: create.uses,
                        used,
                        expires: create.expires,
                        author,
                        live,
                    });
                }
                Fields::RelayAdd { device } => relays.push((*device, *item.id())),
                Fields::RelayRemove { device } => ended.entry(*device).or_default().push(*item.id()),
                Fields::SpaceCreate { .. } => {
                    self.spaces.insert(id16(item.id()));
                }
                Fields::ItemAdmit { items, .. } => self.admitted.extend(items),
                Fields::Require { bits } => self.require |= bits,
                _ => {}
            }
            self.add_epoch(item.id(), record);
        }
        for (device, added) in relays {
            let ends = ended.get(&device).into_iter().flatten();
            if ends.into_iter().all(|end| log.eval.is_ancestor(end, &added)) {
                self.relays.insert(device);
            }
        }
        self.add_key_wraps(log);
    }

    fn add_epoch(&mut self, id: &Id, record: &Record) {
        let (commitment, recipients) = match &record.fields {
            Fields::Genesis(genesis) => {
                (genesis.commitment, genesis.devices.iter().map(|device| device.x25519).collect())
            }
            Fields::Epoch(epoch) => (epoch.commitment, epoch.recipients.iter().copied().collect()),
            _ => return,
        };
        let info = EpochInfo { record: *id, commitment, recipients };
        self.epochs.entry(id16(&commitment)).or_insert(info);
    }

    fn add_key_wraps(&mut self, log: &Log) {
        for (item, record) in log.records() {
            let Fields::KeyWrap(wrap) = &record.fields else { continue };
            let epoch = self.epochs.get_mut(&wrap.epoch);
            if let Some(epoch) = epoch.filter(|_| self.effective.contains(item.id())) {
                epoch.recipients.extend(&wrap.recipients);
            }
        }
    }

    fn add_cuts(&mut self, log: &Log) {
        let mut removals: Vec<(&Id, &Id, &BTreeMap<Id16, Role>)> = Vec::new();
        for stored in &log.stored {
            let (id, author) = (stored.item.id(), &stored.item.header().author);
            if !self.effective.contains(id) {
                continue;
            }
            if !stored.before.is_empty() {
                removals.push((id, author, &stored.before));
                self.add_cut_points(stored.record.fields.cuts(), |member| stored.before.get(member).copied());
            }
            if let Fields::Cuts { member: removed, cuts } = &stored.record.fields {
                // Continues what the same device began: the role is that before its own removals of the member.
                let earlier = removals
                    .iter()
                    .filter(|(removal, by, _)| *by == author && log.eval.is_ancestor(removal, id));
                let role = earlier.filter_map(|(_, _, before)| before.get(removed)).max().copied();
                self.add_cut_points(cuts, |member| role.filter(|_| member == removed));
            }
        }
    }

    fn add_cut_points(&mut self, cuts: &[Cut], before: impl Fn(&Id16) -> Option<Role>) {
        for cut in cuts {
            let Some(member) = self.devices.get(&cut.device).map(|device| device.member) else { continue };
            let Some(role) = before(&member) else { continue };
            for feed in &cut.feeds {
                let key = Feed { author: cut.device, incarnation: feed.incarnation, space: cut.space };
                let point = CutPoint { seq: feed.seq, item: feed.item, role };
                self.cuts.entry(key).or_default().push(point);
            }
        }
    }

    /// A member's role; none for strangers and those who are out.
    pub fn role_of(&self, member: &Id16) -> Role {
        self.members.get(member).map_or(Role::None, |member| member.role)
    }

    /// A device ever introduced.
    pub fn device(&self, key: &Id) -> Option<&Device> {
        self.devices.get(key)
    }

    /// The member a device was introduced for, active or not.
    pub fn member_of(&self, key: &Id) -> Option<Id16> {
        self.devices.get(key).map(|device| device.member)
    }

    /// What the log says of a device key.
    pub fn standing(&self, key: &Id) -> Standing {
        match self.devices.get(key) {
            Some(device) if device.active => {
                Standing::Active { member: device.member, role: self.role_of(&device.member) }
            }
            _ if self.relays.contains(key) => Standing::Relay,
            Some(_) => Standing::Removed,
            None => Standing::Unknown,
        }
    }

    /// The role a device acts with; none when it is not active.
    pub fn acting_role(&self, key: &Id) -> Role {
        match self.standing(key) {
            Standing::Active { role, .. } => role,
            _ => Role::None,
        }
    }

    /// Whether a record is effective.
    pub fn is_effective(&self, record: &Id) -> bool {
        self.effective.contains(record)
    }

    /// Recipients of an epoch who are out: nobody may seal under it any more. Keys that never belonged to a device or
    /// an invite do not count, else one member could make everybody rotate for ever.
    pub fn inactive_recipients(&self, epoch: &Id16) -> Vec<Id> {
        let Some(info) = self.epochs.get(epoch) else { return Vec::new() };
        let known: BTreeSet<Id> = self
            .devices
            .values()
            .map(|device| device.public.x25519)
            .chain(self.invites.values().map(|invite| invite.x25519))
            .collect();
        let active = |key: &Id| self.recipients.binary_search(key).is_ok();
        info.recipients.iter().filter(|key| known.contains(*key) && !active(key)).copied().collect()
    }
}

fn head_epochs(eval: &Evaluation, epochs: &BTreeMap<Id16, EpochInfo>) -> Vec<Id16> {
    let mut ordered: Vec<(u32, Id, Id16)> = epochs
        .iter()
        .filter_map(|(epoch, info)| Some((eval.depth(&info.record)?, info.record, *epoch)))
        .collect();
    ordered.sort_unstable_by(|a, b| b.cmp(a));
    let mut heads: Vec<(Id, Id16)> = Vec::new();
    for (_, record, epoch) in ordered {
        if !heads.iter().any(|(head, _)| eval.is_ancestor(&record, head)) {
            heads.push((record, epoch));
        }
    }
    heads.into_iter().map(|(_, epoch)| epoch).collect()
}
