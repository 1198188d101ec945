//! Step 3 of evaluation: one pass from senior to junior, and its short cut for a record on top of a chain.

use crate::planted::Fault;
use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Evaluation, Node, Rank, Set, View};
use crate::derive::Id;
use crate::record::{InviteMode, Role};

/// What the pass remembers about joins.
#[derive(Default)]
struct Joins {
    /// Uses taken, by InviteCreate.
    used: BTreeMap<u32, usize>,
    approved: BTreeSet<u32>,
}

impl Evaluation {
    /// The effective records of a closed set.
    pub(super) fn evaluate(&self, stored: &Set) -> Set {
        let mut effective = Set::default();
        let mut joins = Joins::default();
        for &record in &self.order {
            if stored.contains(record) && self.enters(record, &effective, &mut joins) {
                effective.insert(record);
            }
        }
        effective
    }

    /// The effective records of a merge. When all that one side lacks disables nobody and takes no invite's use, that
    /// side stands as it is and only the rest is decided; else everything is computed anew.
    pub(super) fn merged(&self, heads: &[u32], stored: &Set) -> Set {
        for head in heads {
            let node = &self.nodes[*head as usize];
            let mut rest = stored.difference(&node.ancestors);
            rest.retain(|record| record != head);
            if !rest.iter().all(|record| self.is_inert(*record)) {
                continue;
            }
            rest.sort_by_cached_key(|record| self.key(*record));
            let mut effective = node.after.clone();
            for record in rest {
                if self.stands(record, &effective) {
                    effective.insert(record);
                }
            }
            return effective;
        }
        let mut effective = self.evaluate(stored);
        if let Some(head) = heads.first() {
            effective.share(&self.nodes[*head as usize].after);
        }
        effective
    }

    /// Whether a record can change nothing for records that do not have it among their ancestors.
    fn is_inert(&self, record: u32) -> bool {
        let node = &self.nodes[record as usize];
        let quiet = matches!(
            node.act,
            Act::Plain { .. } | Act::Epoch { .. } | Act::DeviceAdd { .. } | Act::Invite { .. } | Act::Opaque
        );
        quiet || node.info.is_none()
    }

    /// 3a, 3b, 3c for a record when everything senior is decided.
    fn enters(&self, record: u32, effective: &Set, joins: &mut Joins) -> bool {
        if !self.stands(record, effective) {
            return false;
        }
        match &self.nodes[record as usize].act {
            Act::Join { .. } if !joins.approved.contains(&record) => {
                let Some((creation, uses)) = self.join_allowance(record) else { return false };
                let used = joins.used.entry(creation).or_default();
                let room = *used < uses;
                *used += usize::from(room);
                room
            }
            Act::Approve { .. } => {
                let Some(join) = self.nodes[record as usize].target else { return true };
                let counts = joins.approved.insert(join) && !effective.contains(join);
                if let Some(creation) = self.creation_of(join).filter(|_| counts) {
                    *joins.used.entry(creation).or_default() += 1;
                }
                true
            }
            _ => true,
        }
    }

    /// 3a and 3b: its support is effective and nothing senior and unaware of it disables its author.
    fn stands(&self, record: u32, effective: &Set) -> bool {
        let node = &self.nodes[record as usize];
        let Some(info) = &node.info else { return false };
        let supported = Fault::GrantWithoutSupport.is_on()
            || info.support.iter().all(|support| effective.contains(*support));
        supported && !self.struck(record, effective)
    }

    fn struck(&self, record: u32, effective: &Set) -> bool {
        let node = &self.nodes[record as usize];
        let Some(info) = &node.info else { return true };
        let by = |by: &[u32], enables: &[u32], needs: Role| {
            let disables =
                |q: &u32| self.lowers(*q, needs) && self.disables(*q, record, enables, needs, effective);
            by.iter().any(disables)
        };
        if let Act::Join { .. } = node.act {
            let Some(&creation) = info.support.first() else { return true };
            let creation = &self.nodes[creation as usize];
            let revoked = creation
                .target
                .is_some_and(|invite| by(&self.invite_touch[invite as usize].revocations, &[], Role::None));
            let creator = creation.info.as_ref().map(|info| &self.member_touch[info.member as usize]);
            return revoked || creator.is_none_or(|touch| by(&touch.removals, &touch.enables, Role::None));
        }
        let touch = &self.member_touch[info.member as usize];
        by(&self.device_touch[node.author as usize].removals, &[], Role::None)
            || by(&touch.removals, &touch.enables, Role::None)
            || (info.needs > Role::None && by(&touch.role_sets, &touch.grants, info.needs))
    }

    /// Whether `q` lowers below `needs`; with nothing needed every record of the list disables.
    fn lowers(&self, q: u32, needs: Role) -> bool {
        match &self.nodes[q as usize].act {
            Act::RoleSet { role, .. } => *role < needs,
            _ => true,
        }
    }

    /// 3b for one disabling record.
    fn disables(&self, q: u32, record: u32, enables: &[u32], needs: Role, effective: &Set) -> bool {
        let (by, node) = (&self.nodes[q as usize], &self.nodes[record as usize]);
        let senior = match (&by.info, &node.info) {
            (Some(by), Some(info)) => by.rank < info.rank,
            _ => false,
        };
        if !senior || !effective.contains(q) || by.ancestors.contains(record) {
            return false;
        }
        let enabled_between = |e: &u32| {
            effective.contains(*e)
                && node.ancestors.contains(*e)
                && self.nodes[*e as usize].ancestors.contains(q)
                && self.enables(*e, needs)
                && self.key(*e) < self.key(record)
        };
        !enables.iter().any(enabled_between)
    }

    /// Whether an enabling record gives at least the role needed.
    fn enables(&self, e: u32, needs: Role) -> bool {
        match &self.nodes[e as usize].act {
            Act::RoleSet { role, .. } | Act::Approve { role, .. } | Act::Restore { role, .. } => {
                *role >= needs
            }
            _ => false,
        }
    }

    /// The InviteCreate that supports an allowed Join.
    pub(super) fn creation_of(&self, join: u32) -> Option<u32> {
        self.nodes[join as usize].info.as_ref()?.support.first().copied()
    }

    /// The invite's creation and how many unapproved Joins it admits.
    fn join_allowance(&self, join: u32) -> Option<(u32, usize)> {
        let creation = self.creation_of(join)?;
        match &self.nodes[creation as usize].act {
            Act::Invite { mode: InviteMode::Open, uses, .. } => Some((creation, usize::from(*uses))),
            _ => None,
        }
    }

    /// The effective set with `record` on top of all that is in `before`: nothing below can change, but for the joins
    /// of an invite when one of them is approved out of turn.
    pub(super) fn extend(&self, record: u32, mut before: Set) -> Set {
        let node = &self.nodes[record as usize];
        if node.info.is_none() {
            return before;
        }
        match (&node.act, node.target) {
            (Act::Approve { .. }, Some(join)) if !self.approval_is_late(record, join, &before) => {
                let mut stored = node.ancestors.clone();
                stored.insert(record);
                let mut effective = self.evaluate(&stored);
                effective.share(&before);
                return effective;
            }
            (Act::Join { .. }, _) if !self.join_has_room(record, &before) => return before,
            _ => {}
        }
        if self.stands(record, &before) {
            before.insert(record);
        }
        before
    }

    /// Whether approving `join` changes no count: it is effective, and not by a junior approval.
    fn approval_is_late(&self, record: u32, join: u32, before: &Set) -> bool {
        let earlier = self.approvals.get(&join).into_iter().flatten();
        let junior =
            |other: &u32| *other != record && before.contains(*other) && self.key(*other) > self.key(record);
        before.contains(join) && !earlier.into_iter().any(junior)
    }

    fn join_has_room(&self, record: u32, before: &Set) -> bool {
        let Some((creation, uses)) = self.join_allowance(record) else { return false };
        let Some(invite) = self.nodes[creation as usize].target else { return false };
        let senior = |approve: &u32| before.contains(*approve) && self.key(*approve) < self.key(record);
        let counts = |join: &&u32| {
            **join != record
                && self.creation_of(**join) == Some(creation)
                && (before.contains(**join)
                    || self.approvals.get(*join).is_some_and(|approves| approves.iter().any(senior)))
        };
        self.invite_touch[invite as usize].joins.iter().filter(counts).count() < uses
    }

    /// Where a record stands in the pass.
    fn key(&self, record: u32) -> (Option<Rank>, u32, Id) {
        let node = &self.nodes[record as usize];
        (node.info.as_ref().map(|info| info.rank), node.depth, node.id)
    }

    /// Enters an allowed record into the order and the lists of whom it touches.
    pub(super) fn register(&mut self, record: u32) {
        let key = self.key(record);
        let at = self.order.partition_point(|other| self.key(*other) < key);
        self.order.insert(at, record);
        let Node { act, target, .. } = self.nodes[record as usize].clone();
        if let Some(member) =
            target.filter(|_| !matches!(act, Act::Approve { .. } | Act::Invite { .. } | Act::Revoke { .. }))
        {
            self.register_member(record, member, &act);
        }
        match (&act, target) {
            (Act::Approve { .. }, Some(join)) => {
                let member = self.nodes[join as usize].target;
                self.approvals.entry(join).or_default().push(record);
                if let Some(member) = member {
                    self.register_member(record, member, &act);
                }
            }
            (Act::Invite { .. }, Some(invite)) => {
                let mut list = std::mem::take(&mut self.invite_touch[invite as usize].creations);
                self.file(&mut list, record);
                self.invite_touch[invite as usize].creations = list;
            }
            (Act::Revoke { .. }, Some(invite)) => self.invite_touch[invite as usize].revocations.push(record),
            (Act::Join { invite, .. }, _) => {
                if let Some(invite) = self.invites.find(invite) {
                    self.invite_touch[invite as usize].joins.push(record);
                }
            }
            _ => {}
        }
        self.register_devices(record, &act);
    }

    fn register_member(&mut self, record: u32, member: u32, act: &Act) {
        let mut touch = std::mem::take(&mut self.member_touch[member as usize]);
        match act {
            Act::Genesis { .. } | Act::Join { .. } => {
                self.file(&mut touch.grants, record);
                self.file(&mut touch.introductions, record);
            }
            Act::DeviceAdd { .. } => self.file(&mut touch.introductions, record),
            Act::Approve { .. } | Act::Restore { .. } => {
                self.file(&mut touch.grants, record);
                self.file(&mut touch.enables, record);
            }
            Act::RoleSet { .. } => {
                self.file(&mut touch.grants, record);
                self.file(&mut touch.role_sets, record);
            }
            Act::MemberRemove { .. } => self.file(&mut touch.removals, record),
            _ => {}
        }
        self.member_touch[member as usize] = touch;
    }

    fn register_devices(&mut self, record: u32, act: &Act) {
        let introduced: Vec<Id> = match act {
            Act::Genesis { devices, .. } | Act::Join { devices, .. } => {
                devices.iter().map(|device| device.device).collect()
            }
            Act::DeviceAdd { device, .. } => vec![device.device],
            Act::DeviceRemove { devices } => {
                for device in devices {
                    if let Some(device) = self.devices.find(device) {
                        self.device_touch[device as usize].removals.push(record);
                    }
                }
                return;
            }
            _ => return,
        };
        for device in introduced {
            let Some(device) = self.devices.find(&device) else { continue };
            let mut list = std::mem::take(&mut self.device_touch[device as usize].introductions);
            let key = |record: u32| {
                let node = &self.nodes[record as usize];
                (!self.is_own_claim(record, device), node.depth, node.id)
            };
            let at = list.partition_point(|other| key(*other) < key(record));
            list.insert(at, record);
            self.device_touch[device as usize].introductions = list;
        }
    }

    /// Whether the device itself signed its introduction: as author of Genesis or Join, or in DeviceAdd.
    fn is_own_claim(&self, record: u32, device: u32) -> bool {
        let node = &self.nodes[record as usize];
        node.author == device || matches!(node.act, Act::DeviceAdd { .. })
    }

    /// Inserts by (depth, id).
    fn file(&self, list: &mut Vec<u32>, record: u32) {
        let key = |record: u32| (self.nodes[record as usize].depth, self.nodes[record as usize].id);
        let at = list.partition_point(|other| key(*other) < key(record));
        list.insert(at, record);
    }
}

impl View<'_> {
    /// Evaluates the set anew, without anything carried along: must equal the effective records of the view.
    pub fn rebuilt(&self) -> Vec<Id> {
        let effective = self.eval.evaluate(self.stored);
        effective.iter().map(|number| self.eval.nodes[number as usize].id).collect()
    }
}
