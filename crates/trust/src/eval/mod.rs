//! Evaluation of the membership log over abstract records: which of them are effective, and what follows.
//!
//! A pure function of the set of records, whatever order they arrived in (`docs/trust.md`, Evaluation). Records come
//! ancestors first; what a record may do is fixed once, from its ancestors alone, and cached for ever.

mod allow;
mod pass;
mod set;
mod view;

pub use set::Set;
pub use view::{Acting, Grant, View};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::derive::{Id, Id16};
use crate::record::{InviteMode, Role};

/// A device as a record introduces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intro {
    /// Device key.
    pub device: Id,
    /// Its key for wraps.
    pub x25519: Id,
    /// Whether it is a recovery code.
    pub recovery: bool,
}

/// What a record does, as far as evaluation is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of crate::record::Fields")]
pub enum Act {
    /// The first record: its member is Owner.
    Genesis { member: Id16, devices: Vec<Intro> },
    /// An invite.
    Invite { invite: Id, x25519: Id, role: Role, mode: InviteMode, uses: u16 },
    /// The invite ends.
    Revoke { invite: Id },
    /// Somebody joins by an invite; the invite's signature has been checked.
    Join { invite: Id, member: Id16, devices: Vec<Intro> },
    /// A Join is admitted.
    Approve { join: Id, role: Role },
    /// A device is added; `genuine` when the new device signed.
    DeviceAdd { member: Id16, device: Intro, genuine: bool },
    /// Devices end.
    DeviceRemove { devices: Vec<Id> },
    /// A member ends.
    MemberRemove { member: Id16 },
    /// A role changes.
    RoleSet { member: Id16, role: Role },
    /// A member is back.
    Restore { member: Id16, role: Role },
    /// A new key of the root space for exactly these X25519 keys.
    Epoch { recipients: Vec<Id> },
    /// Anything else that needs a role and touches nobody.
    Plain { needs: Role },
    /// A kind this build does not know: never effective.
    Opaque,
}

/// One record as evaluation sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Identity; ties are broken by its byte order.
    pub id: Id,
    /// Device key of the author.
    pub author: Id,
    /// Records it names as heads.
    pub heads: Vec<Id>,
    /// What it does.
    pub act: Act,
}

/// Seniority; smaller is senior. Class 0 Owner, 1 Admin, 2 Join, 3 others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    class: u8,
    /// Depth and id of the Admin grant (class 1) or of the Join (class 2).
    grant: (u32, Id),
    /// Recovery devices of Genesis or Join (0) before others (1), then depth and id of the introduction.
    device: (u8, u32, Id),
}

/// What is fixed about an allowed record by its ancestors alone.
#[derive(Debug, Clone)]
struct Info {
    rank: Rank,
    support: Vec<u32>,
    /// The author's member.
    member: u32,
    /// The role the act uses; lowering the author below it disables the record.
    needs: Role,
}

#[derive(Debug, Clone)]
struct Node {
    id: Id,
    depth: u32,
    author: u32,
    act: Act,
    heads: Vec<u32>,
    /// All ancestors.
    ancestors: Set,
    /// Effective records among the ancestors and this one.
    after: Set,
    info: Option<Info>,
    /// Member, invite or join that the act names, as an index.
    target: Option<u32>,
}

/// Records that touch one member, all allowed, ordered by (depth, id).
#[derive(Debug, Clone, Default)]
struct MemberTouch {
    grants: Vec<u32>,
    removals: Vec<u32>,
    role_sets: Vec<u32>,
    enables: Vec<u32>,
    introductions: Vec<u32>,
}

/// Records that touch one device, all allowed.
#[derive(Debug, Clone, Default)]
struct DeviceTouch {
    /// Those the device signed itself come first, then by (depth, id): naming a stranger's key steals nothing.
    introductions: Vec<u32>,
    removals: Vec<u32>,
}

/// Records that touch one invite, all allowed, ordered by (depth, id).
#[derive(Debug, Clone, Default)]
struct InviteTouch {
    creations: Vec<u32>,
    revocations: Vec<u32>,
    joins: Vec<u32>,
}

/// Why an entry cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddError {
    /// Ancestors that must come first.
    #[error("{} ancestors are missing", .0.len())]
    Missing(Vec<Id>),
    /// A second first record.
    #[error("only the first record has no heads")]
    SecondGenesis,
}

/// All records so far with what is cached about them.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    nodes: Vec<Node>,
    index: BTreeMap<Id, u32>,
    /// Allowed records, senior first: (rank, depth, id).
    order: Vec<u32>,
    heads: BTreeSet<u32>,
    members: Names<Id16>,
    devices: Names<Id>,
    invites: Names<Id>,
    member_touch: Vec<MemberTouch>,
    device_touch: Vec<DeviceTouch>,
    invite_touch: Vec<InviteTouch>,
    /// Approve records of each Join.
    approvals: BTreeMap<u32, Vec<u32>>,
    total: OnceLock<(Set, Set)>,
}

/// Small numbers for long names.
#[derive(Debug, Clone)]
struct Names<K> {
    numbers: BTreeMap<K, u32>,
    names: Vec<K>,
}

impl<K> Default for Names<K> {
    fn default() -> Self {
        Names { numbers: BTreeMap::new(), names: Vec::new() }
    }
}

impl<K: Ord + Copy> Names<K> {
    fn number(&mut self, name: &K) -> u32 {
        let next = self.names.len() as u32;
        let number = *self.numbers.entry(*name).or_insert(next);
        if number == next {
            self.names.push(*name);
        }
        number
    }

    fn find(&self, name: &K) -> Option<u32> {
        self.numbers.get(name).copied()
    }
}

impl Evaluation {
    /// An empty log.
    pub fn new() -> Self {
        Evaluation::default()
    }

    /// Adds a record whose ancestors are all there. Adding one twice changes nothing.
    pub fn add(&mut self, entry: Entry) -> Result<(), AddError> {
        if self.index.contains_key(&entry.id) {
            return Ok(());
        }
        let heads = self.find_heads(&entry.heads)?;
        if heads.is_empty() != self.nodes.is_empty() {
            return Err(AddError::SecondGenesis);
        }
        let mut ancestors = Set::default();
        for &head in &heads {
            ancestors.union(&self.nodes[head as usize].ancestors);
            ancestors.insert(head);
        }
        let effective = self.effective_before(&heads, &ancestors);
        let number = self.push(entry, heads, ancestors);
        let node = &self.nodes[number as usize];
        let info = View { eval: self, stored: &node.ancestors, effective: &effective }.allow(node);
        if let Some(info) = info {
            self.nodes[number as usize].info = Some(info);
            self.register(number);
        }
        let after = self.extend(number, effective);
        self.nodes[number as usize].after = after;
        Ok(())
    }

    fn find_heads(&self, heads: &[Id]) -> Result<Vec<u32>, AddError> {
        let missing: Vec<Id> = heads.iter().filter(|id| !self.index.contains_key(*id)).copied().collect();
        if missing.is_empty() {
            Ok(heads.iter().filter_map(|id| self.index.get(id).copied()).collect())
        } else {
            Err(AddError::Missing(missing))
        }
    }

    /// Effective records of the closure of `heads`: carried along chains, recomputed at merges.
    fn effective_before(&self, heads: &[u32], ancestors: &Set) -> Set {
        match heads {
            [] => Set::default(),
            [head] => self.nodes[*head as usize].after.clone(),
            _ if self.total.get().is_some_and(|(stored, _)| stored == ancestors) => {
                self.total.get().map(|(_, effective)| effective.clone()).unwrap_or_default()
            }
            _ => self.merged(heads, ancestors),
        }
    }

    fn push(&mut self, entry: Entry, heads: Vec<u32>, ancestors: Set) -> u32 {
        let number = self.nodes.len() as u32;
        for head in &heads {
            self.heads.remove(head);
        }
        self.heads.insert(number);
        self.total = OnceLock::new();
        let depth = heads.iter().map(|head| self.nodes[*head as usize].depth + 1).max().unwrap_or(0);
        let author = self.name_device(&entry.author);
        let target = self.name_target(&entry.act, &ancestors);
        self.index.insert(entry.id, number);
        let (id, act) = (entry.id, entry.act);
        let after = Set::default();
        self.nodes.push(Node { id, depth, author, act, heads, ancestors, after, info: None, target });
        number
    }

    fn name_target(&mut self, act: &Act, ancestors: &Set) -> Option<u32> {
        match act {
            Act::Genesis { member, devices } | Act::Join { member, devices, .. } => {
                for device in devices {
                    self.name_device(&device.device);
                }
                Some(self.name_member(member))
            }
            Act::DeviceAdd { member, device, .. } => {
                self.name_device(&device.device);
                Some(self.name_member(member))
            }
            Act::MemberRemove { member } | Act::RoleSet { member, .. } | Act::Restore { member, .. } => {
                Some(self.name_member(member))
            }
            Act::Invite { invite, .. } | Act::Revoke { invite } => Some(self.name_invite(invite)),
            Act::Approve { join, .. } => self.find_join(join, ancestors),
            Act::DeviceRemove { .. } | Act::Epoch { .. } | Act::Plain { .. } | Act::Opaque => None,
        }
    }

    fn find_join(&self, join: &Id, ancestors: &Set) -> Option<u32> {
        let number = *self.index.get(join)?;
        let is_join = matches!(self.nodes[number as usize].act, Act::Join { .. });
        (is_join && ancestors.contains(number)).then_some(number)
    }

    fn name_member(&mut self, member: &Id16) -> u32 {
        let number = self.members.number(member);
        self.member_touch.resize_with(self.members.names.len(), Default::default);
        number
    }

    fn name_device(&mut self, device: &Id) -> u32 {
        let number = self.devices.number(device);
        self.device_touch.resize_with(self.devices.names.len(), Default::default);
        number
    }

    fn name_invite(&mut self, invite: &Id) -> u32 {
        let number = self.invites.number(invite);
        self.invite_touch.resize_with(self.invites.names.len(), Default::default);
        number
    }

    /// The view of everything stored.
    pub fn view(&self) -> View<'_> {
        let (stored, effective) = self.total.get_or_init(|| {
            let mut stored = Set::default();
            for head in &self.heads {
                stored.union(&self.nodes[*head as usize].ancestors);
                stored.insert(*head);
            }
            let heads: Vec<u32> = self.heads.iter().copied().collect();
            let effective = self.effective_now(&heads, &stored);
            (stored, effective)
        });
        View { eval: self, stored, effective }
    }

    fn effective_now(&self, heads: &[u32], stored: &Set) -> Set {
        match heads {
            [head] => self.nodes[*head as usize].after.clone(),
            _ => self.merged(heads, stored),
        }
    }

    /// The view a record's author had: its ancestors alone.
    pub fn view_before<T>(&self, id: &Id, read: impl FnOnce(&View<'_>) -> T) -> Option<T> {
        let node = &self.nodes[*self.index.get(id)? as usize];
        let effective = self.effective_before(&node.heads, &node.ancestors);
        Some(read(&View { eval: self, stored: &node.ancestors, effective: &effective }))
    }

    /// Ids of the records no other record names, ascending.
    pub fn heads(&self) -> Vec<Id> {
        let mut heads: Vec<Id> = self.heads.iter().map(|head| self.nodes[*head as usize].id).collect();
        heads.sort_unstable();
        heads
    }

    /// Whether a record is there.
    pub fn contains(&self, id: &Id) -> bool {
        self.index.contains_key(id)
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Distance from Genesis; with the id it orders records the same way everywhere.
    pub fn depth(&self, id: &Id) -> Option<u32> {
        self.index.get(id).map(|number| self.nodes[*number as usize].depth)
    }

    /// Whether `ancestor` is reachable from `of` through heads.
    pub fn is_ancestor(&self, ancestor: &Id, of: &Id) -> bool {
        match (self.index.get(ancestor), self.index.get(of)) {
            (Some(ancestor), Some(of)) => self.nodes[*of as usize].ancestors.contains(*ancestor),
            _ => false,
        }
    }

    /// Whether the record's author might do what it does, judged by its ancestors.
    pub fn is_allowed(&self, id: &Id) -> bool {
        self.index.get(id).is_some_and(|number| self.nodes[*number as usize].info.is_some())
    }
}
