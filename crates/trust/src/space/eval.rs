//! Evaluation inside one private or personal space: rank, support, disabling and holding as in the membership log,
//! for the few kinds that are sealed (`docs/trust.md`, Private spaces).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::inner::{Inner, SealedKind};
use super::outer::Outer;
use super::vault::Opened;
use crate::derive::{Id, Id16, id16};
use crate::eval::Set;
use crate::record::{Fields, Role};

/// Place of an inner record in every order: depth and id of the sealed record, index in it.
pub(super) type Key = (u32, Id, u16);

/// Seniority inside; smaller is senior. Class 0 creator, 1 Admin (with key of the grant), 3 others; then the device's
/// place among those of its member.
type Rank = (u8, Key, (u8, u32, Id));

const CREATOR: u8 = 0;
const ADMIN: u8 = 1;
const OTHER: u8 = 3;
const NO_GRANT: Key = (0, [0; 32], 0);

#[derive(Debug)]
struct Info {
    rank: Rank,
    support: Option<u32>,
    /// The role the record uses.
    needs: Role,
}

/// One inner record.
#[derive(Debug)]
pub(super) struct Node {
    pub key: Key,
    pub sealed: Arc<Opened>,
    /// The author's member, when his device acted in the workspace.
    pub member: Option<Id16>,
    pub ancestors: Set,
    info: Option<Info>,
}

impl Node {
    pub fn inner(&self) -> &Inner {
        &self.sealed.inner[usize::from(self.key.2)]
    }
}

/// All inner records of one space that this replica opened, with what is fixed about each.
#[derive(Debug)]
pub(super) struct Inside {
    pub space: Id16,
    pub nodes: Vec<Node>,
    /// Allowed records, senior first.
    order: Vec<u32>,
    /// Records that give or change a member's role, by key.
    grants: BTreeMap<Id16, Vec<u32>>,
    /// Where the space begins: kind, creating member.
    pub genesis: Option<(SealedKind, Id16, u32)>,
    pub effective: Set,
}

impl Inside {
    /// Evaluates the opened records of one space. `outer` says what the workspace undoes of them.
    pub fn of(space: Id16, mut sealed: Vec<Arc<Opened>>, outer: &Outer<'_>) -> Inside {
        sealed.sort_unstable_by_key(|opened| (opened.depth, opened.record));
        let mut inside = Inside {
            space,
            nodes: Vec::new(),
            order: Vec::new(),
            grants: BTreeMap::new(),
            genesis: None,
            effective: Set::default(),
        };
        let mut last: Vec<(Id, u32)> = Vec::new();
        for opened in sealed {
            let mut ancestors = inside.ancestors(&opened, &last, outer);
            let mut before = None;
            for index in 0..opened.inner.len() {
                let number = inside.nodes.len() as u32;
                let effective = before.take().unwrap_or_else(|| inside.evaluate(&ancestors));
                before = Some(inside.add(&opened, index as u16, &ancestors, effective, outer));
                ancestors.insert(number);
            }
            last.push((opened.record, inside.nodes.len() as u32 - 1));
        }
        let mut all = Set::default();
        (0..inside.nodes.len() as u32).for_each(|number| all.insert(number));
        inside.effective = inside.evaluate(&all);
        inside
    }

    /// Inner records of the sealed ones among the record's ancestors.
    fn ancestors(&self, opened: &Opened, last: &[(Id, u32)], outer: &Outer<'_>) -> Set {
        let mut ancestors = Set::default();
        for (record, number) in last.iter().rev() {
            if !ancestors.contains(*number) && outer.is_ancestor(record, &opened.record) {
                ancestors.union(&self.nodes[*number as usize].ancestors);
                ancestors.insert(*number);
            }
        }
        ancestors
    }

    /// Adds a record on top of `effective`, the effective ones among its ancestors; gives those with itself.
    fn add(
        &mut self,
        opened: &Arc<Opened>,
        index: u16,
        ancestors: &Set,
        mut effective: Set,
        outer: &Outer<'_>,
    ) -> Set {
        let number = self.nodes.len() as u32;
        let member = opened.before.devices.get(&opened.author).map(|acting| acting.member);
        let key = (opened.depth, opened.record, index);
        let sealed = Arc::clone(opened);
        self.nodes.push(Node { key, sealed, member, ancestors: ancestors.clone(), info: None });
        let info = if outer.undoes(opened) { None } else { self.allow(number, &effective) };
        let Some(info) = info else { return effective };
        self.nodes[number as usize].info = Some(info);
        self.register(number);
        if self.stands(number, &effective) {
            effective.insert(number);
        }
        effective
    }

    fn register(&mut self, number: u32) {
        let position = |number: u32| {
            let node = &self.nodes[number as usize];
            (node.info.as_ref().map(|info| info.rank), node.key)
        };
        let at = self.order.partition_point(|other| position(*other) < position(number));
        self.order.insert(at, number);
        let node = &self.nodes[number as usize];
        let target = match node.inner() {
            Inner::Genesis(genesis) => {
                let Some(member) = node.member else { return };
                self.genesis.get_or_insert((genesis.kind, member, number));
                member
            }
            Inner::Act(Fields::RoleSet { member, .. }) => *member,
            _ => return,
        };
        // Records come in the order of their keys, so the lists are in that order.
        self.grants.entry(target).or_default().push(number);
    }

    fn evaluate(&self, stored: &Set) -> Set {
        let mut effective = Set::default();
        for &number in &self.order {
            if stored.contains(number) && self.stands(number, &effective) {
                effective.insert(number);
            }
        }
        effective
    }

    /// Its support is effective, and nothing senior and unaware of it lowers its author below what it needs.
    fn stands(&self, number: u32, effective: &Set) -> bool {
        let node = &self.nodes[number as usize];
        let Some(info) = &node.info else { return false };
        let Some(support) = info.support else { return true };
        effective.contains(support) && !self.struck(node, info, effective)
    }

    fn struck(&self, node: &Node, info: &Info, effective: &Set) -> bool {
        let list = node.member.and_then(|member| self.grants.get(&member));
        let list = list.into_iter().flatten().copied();
        list.clone().any(|q| {
            let by = &self.nodes[q as usize];
            let senior = by.info.as_ref().is_some_and(|by| by.rank < info.rank);
            let number = |of: &Node| self.number(of);
            senior
                && self.given(q) < info.needs
                && effective.contains(q)
                && !by.ancestors.contains(number(node))
                && !list.clone().any(|e| {
                    effective.contains(e)
                        && node.ancestors.contains(e)
                        && self.nodes[e as usize].ancestors.contains(q)
                        && self.given(e) >= info.needs
                })
        })
    }

    fn number(&self, node: &Node) -> u32 {
        self.nodes.binary_search_by(|other| other.key.cmp(&node.key)).map_or(u32::MAX, |at| at as u32)
    }

    /// The role a grant gives.
    fn given(&self, grant: u32) -> Role {
        match self.nodes[grant as usize].inner() {
            Inner::Genesis(_) => Role::Owner,
            Inner::Act(Fields::RoleSet { role, .. }) => *role,
            _ => Role::None,
        }
    }

    /// Highest role of a member that holds among `effective`, and the earliest record that gives it.
    pub fn role(&self, member: &Id16, effective: &Set) -> Option<(Role, u32)> {
        let grants = self.grants.get(member)?;
        let mut best: Option<(Role, u32)> = None;
        for &grant in grants.iter().filter(|grant| effective.contains(**grant)) {
            let role = self.given(grant);
            let known = &self.nodes[grant as usize].ancestors;
            let lowers = |by: &&u32| self.given(**by) < role && effective.contains(**by);
            if best.is_none_or(|(top, _)| role > top)
                && grants.iter().filter(lowers).all(|by| known.contains(*by))
            {
                best = Some((role, grant));
            }
        }
        best
    }

    /// The effective ones among a record's ancestors.
    pub fn before(&self, node: &Node) -> Set {
        self.evaluate(&node.ancestors)
    }

    /// Every member a grant names.
    pub fn named(&self) -> impl Iterator<Item = &Id16> {
        self.grants.keys()
    }

    /// May the author do this, judged by the record's ancestors; its support and rank.
    fn allow(&self, number: u32, before: &Set) -> Option<Info> {
        let node = &self.nodes[number as usize];
        let acting = node.sealed.before.devices.get(&node.sealed.author)?;
        if let Inner::Genesis(_) = node.inner() {
            let first = node.key.2 == 0 && node.sealed.founds;
            let rank = (CREATOR, NO_GRANT, (0, 0, [0; 32]));
            return first.then_some(Info { rank, support: None, needs: Role::None });
        }
        let (kind, creator, _) = self.genesis?;
        let (role, grant) = self.role(&acting.member, before).filter(|(role, _)| *role > Role::None)?;
        let needs = self.permitted(node, (kind, &creator), (&acting.member, role), before)?;
        let (class, by) = match role {
            Role::Owner => (CREATOR, NO_GRANT),
            Role::Admin => (ADMIN, self.nodes[grant as usize].key),
            _ => (OTHER, NO_GRANT),
        };
        let rank = (class, by, acting.seniority).max(self.nodes[grant as usize].info.as_ref()?.rank);
        Some(Info { rank, support: Some(grant), needs })
    }

    /// The role the record uses, when a member with `role` may do it.
    fn permitted(
        &self,
        node: &Node,
        (kind, creator): (SealedKind, &Id16),
        (author, role): (&Id16, Role),
        before: &Set,
    ) -> Option<Role> {
        let at_least = |needs: Role| (role >= needs).then_some(needs);
        let Inner::Act(fields) = node.inner() else { return None };
        match fields {
            Fields::RoleSet { .. } if kind == SealedKind::Personal => None,
            Fields::RoleSet { member, .. } if member == creator => None,
            Fields::RoleSet { member, role: Role::None, .. } if member == author => Some(Role::Reader),
            Fields::RoleSet { member, role: Role::None, .. } if self.is_out(node, member) => {
                at_least(Role::Writer)
            }
            Fields::RoleSet { role: given, .. } => {
                at_least(Role::Admin).filter(|_| *given <= role && *given != Role::Owner)
            }
            Fields::Epoch(epoch) => {
                let right = self.recipients(&node.sealed.before.devices, before) == epoch.recipients;
                (right && id16(&epoch.commitment) == node.sealed.epoch).then_some(Role::Reader)
            }
            Fields::KeyWrap(wrap) => (wrap.epoch == node.sealed.epoch).then_some(Role::Reader),
            Fields::ItemAdmit { space, .. } => at_least(Role::Writer).filter(|_| *space == self.space),
            Fields::Cuts { .. } => at_least(Role::Writer),
            _ => None,
        }
    }

    /// Whether the author knew that a member had been in the workspace and is out.
    fn is_out(&self, node: &Node, member: &Id16) -> bool {
        node.sealed.before.known.contains(member) && !node.sealed.before.is_in(member)
    }

    /// X25519 keys of acting devices whose member reads here, ascending.
    pub fn recipients(&self, devices: &BTreeMap<Id, crate::eval::Acting>, effective: &Set) -> Vec<Id> {
        let mut roles: BTreeMap<Id16, bool> = BTreeMap::new();
        let mut reads = |member: &Id16| {
            *roles
                .entry(*member)
                .or_insert_with(|| self.role(member, effective).is_some_and(|(role, _)| role > Role::None))
        };
        let mut keys: Vec<Id> =
            devices.values().filter(|device| reads(&device.member)).map(|device| device.x25519).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Effective inner records in the order of their keys.
    pub fn effective(&self) -> impl Iterator<Item = (u32, &Node)> {
        let numbers = self.effective.iter();
        numbers.map(|number| (number, &self.nodes[number as usize]))
    }
}
