//! Step 4 of evaluation: what holds, asked of a set of stored records and the effective ones among them.

use super::{Act, Evaluation, Intro, Set};
use crate::derive::{Id, Id16};
use crate::record::{InviteMode, Role};

/// A closed set of records and the effective ones among them.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub(super) eval: &'a Evaluation,
    pub(super) stored: &'a Set,
    pub(super) effective: &'a Set,
}

/// A member's role and the record that gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The highest role that holds.
    pub role: Role,
    /// The earliest record that gives it.
    pub record: Id,
}

/// A device that acts for a member with a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acting {
    /// Its key.
    pub device: Id,
    /// Its key for wraps.
    pub x25519: Id,
    /// Whose it is.
    pub member: Id16,
    /// Its place among the member's devices: recovery devices of Genesis or Join (0) before others (1), then depth and
    /// id of the introduction. Smaller is senior.
    pub seniority: (u8, u32, Id),
}

impl View<'_> {
    /// Every device that acts, by its number in the evaluation.
    pub fn acting(&self) -> impl Iterator<Item = Acting> + '_ {
        let eval = self.eval;
        (0..eval.devices.names.len() as u32).filter_map(move |device| {
            let (member, record) = self.holding_device(device)?;
            let (role, _) = self.role(member)?;
            let intro = eval.intro(record, device)?;
            (role > Role::None).then(|| Acting {
                device: intro.device,
                x25519: intro.x25519,
                member: eval.members.names[member as usize],
                seniority: eval.seniority(device, record),
            })
        })
    }

    /// Whether a record is stored here and effective.
    pub fn is_effective(&self, id: &Id) -> bool {
        self.eval.index.get(id).is_some_and(|number| self.effective.contains(*number))
    }

    /// Effective records in no particular order of meaning.
    pub fn effective(&self) -> impl Iterator<Item = Id> + '_ {
        self.effective.iter().map(|number| self.eval.nodes[number as usize].id)
    }

    /// A member's role; `None` when nothing that admits him holds.
    pub fn role_of(&self, member: &Id16) -> Option<Grant> {
        let (role, record) = self.role(self.eval.members.find(member)?)?;
        Some(Grant { role, record: self.eval.nodes[record as usize].id })
    }

    /// The member of a device that holds.
    pub fn member_of_active(&self, device: &Id) -> Option<Id16> {
        let (member, _) = self.holding_device(self.eval.devices.find(device)?)?;
        Some(self.eval.members.names[member as usize])
    }

    /// The member a device was ever admissibly introduced for, holding or not.
    pub fn member_of(&self, device: &Id) -> Option<Id16> {
        self.seen_device(device).map(|member| self.eval.members.names[member as usize])
    }

    /// Every member ever admissibly introduced.
    pub fn members(&self) -> impl Iterator<Item = Id16> + '_ {
        let numbers = 0..self.eval.members.names.len() as u32;
        numbers
            .filter(|member| self.seen_member(*member))
            .map(|member| self.eval.members.names[member as usize])
    }

    /// Every member any record names, introduced or not.
    pub fn named_members(&self) -> impl Iterator<Item = Id16> + '_ {
        self.eval.members.names.iter().copied()
    }

    /// Every device ever admissibly introduced, with how it was.
    pub fn devices(&self) -> impl Iterator<Item = (Intro, Id)> + '_ {
        let numbers = 0..self.eval.devices.names.len() as u32;
        numbers.filter_map(|device| {
            let record = *self.introductions(device).next()?.0;
            Some((self.eval.intro(record, device)?, self.eval.nodes[record as usize].id))
        })
    }

    /// Whether an invite admits: created by an effective record, creator not removed, not revoked.
    pub fn invite_is_live(&self, invite: &Id) -> bool {
        self.eval.invites.find(invite).is_some_and(|invite| self.invite(invite).is_some())
    }

    /// Joins of an invite that count against its uses.
    pub fn invite_uses(&self, invite: &Id) -> usize {
        let Some(invite) = self.eval.invites.find(invite) else { return 0 };
        let joins = self.eval.invite_touch[invite as usize].joins.iter();
        joins.filter(|join| self.stored.contains(**join) && self.admitted(**join)).count()
    }

    /// Whether a Join waits for an Admin: allowed, stored, neither effective nor approved.
    pub fn join_is_waiting(&self, join: &Id) -> bool {
        self.eval.index.get(join).is_some_and(|number| {
            let node = &self.eval.nodes[*number as usize];
            let Act::Join { invite, .. } = &node.act else { return false };
            self.stored.contains(*number)
                && node.info.is_some()
                && !self.admitted(*number)
                && self.invite_is_live(invite)
        })
    }

    /// X25519 keys an epoch of the root space must be given to: active devices of members who read, live open
    /// invites. Ascending.
    pub fn recipients(&self) -> Vec<Id> {
        let eval = self.eval;
        let mut keys: Vec<Id> = (0..eval.devices.names.len() as u32)
            .filter_map(|device| {
                let (member, record) = self.holding_device(device)?;
                let (role, _) = self.role(member)?;
                (role >= Role::Reader).then(|| eval.intro(record, device).map(|intro| intro.x25519))?
            })
            .collect();
        for invite in 0..eval.invites.names.len() as u32 {
            let creation = self.invite(invite).map(|record| &eval.nodes[record as usize].act);
            if let Some(Act::Invite { x25519, mode: InviteMode::Open, .. }) = creation {
                keys.push(*x25519);
            }
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Highest role that holds and the earliest record that gives it.
    pub(super) fn role(&self, member: u32) -> Option<(Role, u32)> {
        let mut best: Option<(Role, u32)> = None;
        for &record in &self.eval.member_touch[member as usize].grants {
            if !self.effective.contains(record) {
                continue;
            }
            let Some(role) = self.granted(record) else { continue };
            if best.is_none_or(|(top, _)| role > top) && self.holds(record, member, role) {
                best = Some((role, record));
            }
        }
        best
    }

    /// The role an effective record gives; an approved Join gives none of its own.
    fn granted(&self, record: u32) -> Option<Role> {
        match &self.eval.nodes[record as usize].act {
            Act::Genesis { .. } => Some(Role::Owner),
            Act::Approve { role, .. } | Act::Restore { role, .. } | Act::RoleSet { role, .. } => Some(*role),
            Act::Join { .. } if !self.approved(record) => self.eval.invite_role(record),
            _ => None,
        }
    }

    /// Whether every effective record that disables this grant is among its ancestors.
    fn holds(&self, record: u32, member: u32, role: Role) -> bool {
        let touch = &self.eval.member_touch[member as usize];
        let ancestors = &self.eval.nodes[record as usize].ancestors;
        let known = |by: u32| !self.effective.contains(by) || ancestors.contains(by);
        let lowers = |by: u32| match &self.eval.nodes[by as usize].act {
            Act::RoleSet { role: lower, .. } => *lower < role,
            _ => false,
        };
        touch.removals.iter().all(|by| known(*by))
            && touch.role_sets.iter().all(|by| !lowers(*by) || known(*by))
    }

    pub(super) fn approved(&self, join: u32) -> bool {
        let approvals = self.eval.approvals.get(&join);
        approvals.is_some_and(|records| records.iter().any(|record| self.effective.contains(*record)))
    }

    fn admitted(&self, introduction: u32) -> bool {
        self.effective.contains(introduction) || self.approved(introduction)
    }

    /// Stored introductions of a device by the member of its first one, with that member.
    fn introductions(&self, device: u32) -> impl Iterator<Item = (&u32, u32)> + '_ {
        let touch = &self.eval.device_touch[device as usize];
        let mut stored =
            touch.introductions.iter().filter(|record| self.stored.contains(**record)).peekable();
        let first = stored.peek().and_then(|record| self.eval.nodes[**record as usize].target);
        stored.filter_map(move |record| {
            let member = self.eval.nodes[*record as usize].target?;
            (Some(member) == first).then_some((record, member))
        })
    }

    /// The member of a device that holds, and the record that introduced it.
    pub(super) fn holding_device(&self, device: u32) -> Option<(u32, u32)> {
        let removals = &self.eval.device_touch[device as usize].removals;
        let (record, member) = self.introductions(device).find(|(record, member)| {
            let ancestors = &self.eval.nodes[**record as usize].ancestors;
            self.admitted(**record)
                && removals.iter().all(|by| !self.effective.contains(*by) || ancestors.contains(*by))
                && self.role(*member).is_some()
        })?;
        Some((member, *record))
    }

    pub(super) fn seen_device(&self, device: &Id) -> Option<u32> {
        self.introductions(self.eval.devices.find(device)?).next().map(|(_, member)| member)
    }

    pub(super) fn seen_member(&self, member: u32) -> bool {
        let introductions = &self.eval.member_touch[member as usize].introductions;
        introductions.iter().any(|record| self.stored.contains(*record))
    }

    pub(super) fn seen_members(&self) -> usize {
        (0..self.eval.members.names.len() as u32).filter(|member| self.seen_member(*member)).count()
    }

    pub(super) fn seen_devices(&self, member: u32) -> usize {
        let introductions = self.eval.member_touch[member as usize].introductions.iter();
        let stored = introductions.filter(|record| self.stored.contains(**record));
        stored
            .map(|record| match &self.eval.nodes[*record as usize].act {
                Act::Genesis { devices, .. } | Act::Join { devices, .. } => devices.len(),
                _ => 1,
            })
            .sum()
    }

    /// The earliest creation of an invite that holds.
    pub(super) fn invite(&self, invite: u32) -> Option<u32> {
        let touch = &self.eval.invite_touch[invite as usize];
        touch.creations.iter().copied().find(|record| {
            let node = &self.eval.nodes[*record as usize];
            let creator = node.info.as_ref().map(|info| info.member);
            let known = |by: &u32| !self.effective.contains(*by) || node.ancestors.contains(*by);
            self.effective.contains(*record)
                && creator.is_some_and(|creator| self.holds(*record, creator, Role::None))
                && touch.revocations.iter().all(known)
        })
    }

    pub(super) fn invite_creator(&self, invite: u32) -> Option<u32> {
        let creations = &self.eval.invite_touch[invite as usize].creations;
        let first = creations.iter().find(|record| self.stored.contains(**record))?;
        self.eval.nodes[*first as usize].info.as_ref().map(|info| info.member)
    }
}

impl Evaluation {
    /// How `record` introduced `device`.
    fn intro(&self, record: u32, device: u32) -> Option<Intro> {
        let key = &self.devices.names[device as usize];
        match &self.nodes[record as usize].act {
            Act::Genesis { devices, .. } | Act::Join { devices, .. } => {
                devices.iter().find(|intro| intro.device == *key).copied()
            }
            Act::DeviceAdd { device, .. } => Some(*device),
            _ => None,
        }
    }

    /// The role the invite of a Join gives: that of the creation which supports the Join.
    fn invite_role(&self, join: u32) -> Option<Role> {
        match &self.nodes[self.creation_of(join)? as usize].act {
            Act::Invite { role, .. } => Some(*role),
            _ => None,
        }
    }
}
