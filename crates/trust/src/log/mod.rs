//! The membership log of one workspace: which records are stored, and the membership that follows from them.
//!
//! Stored is a property of a record and its ancestors alone and never depends on what is effective: the set only
//! grows, in any order of arrival.

mod adapt;
mod build;
mod membership;
mod reclaim;

pub use adapt::link_holds;
pub use build::{
    Founded, Founding, InviteTerms, RecordWriter, Rotated, WriteError, found_workspace, sign_link,
};
pub use membership::{CutPoint, Device, EpochInfo, Invite, Member, Membership, Standing, WaitingJoin};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::derive::{Context, Id, Id16, derive_parts};
use crate::eval::Evaluation;
use crate::item::{Item, Malformed};
use crate::limits::{MAX_RECORDS, MAX_RECORDS_PER_AUTHOR};
use crate::record::{Fields, Record, Role};

/// What became of a record that was offered to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    /// It is part of the log.
    Stored,
    /// It was already.
    Known,
    /// These ancestors must be stored first; offer it again after them.
    WaitingFor(Vec<Id>),
    /// It can never be part of this log as it stands.
    Refused(RefusedRecord),
}

/// Why a record is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefusedRecord {
    /// Not a record, or not well formed.
    #[error("not a well-formed record: {0}")]
    Malformed(#[from] Malformed),
    /// Another workspace's record, or a Genesis that is not this workspace's.
    #[error("a record of another workspace")]
    OtherWorkspace,
    /// No ancestor introduces its author.
    #[error("nobody introduced its author")]
    UnknownAuthor,
    /// The author's or the invite's signature does not hold.
    #[error("its signature does not hold")]
    Signature,
    /// The log, or the author's part of it, is full.
    #[error("the log is full")]
    Full,
}

/// One stored record.
#[derive(Debug, Clone)]
struct Stored {
    item: Item,
    record: Arc<Record>,
    /// Roles that removed or lowered members had before this record.
    before: BTreeMap<Id16, Role>,
}

/// The membership log of one workspace.
#[derive(Debug, Clone)]
pub struct Log {
    workspace: Id,
    eval: Evaluation,
    stored: Vec<Stored>,
    index: BTreeMap<Id, usize>,
    records_of: BTreeMap<Id, usize>,
    /// Records that introduce a device.
    introductions: BTreeMap<Id, Vec<Id>>,
    membership: OnceLock<Arc<Membership>>,
}

impl Log {
    /// The empty log of a workspace; its Genesis comes first.
    pub fn new(workspace: Id) -> Self {
        Log {
            workspace,
            eval: Evaluation::new(),
            stored: Vec::new(),
            index: BTreeMap::new(),
            records_of: BTreeMap::new(),
            introductions: BTreeMap::new(),
            membership: OnceLock::new(),
        }
    }

    /// The workspace.
    pub fn workspace(&self) -> &Id {
        &self.workspace
    }

    /// Checks a record and adds it when its ancestors are there.
    pub fn insert(&mut self, item: Item) -> Inserted {
        self.offer(item, true)
    }

    /// Adds a record that this replica had stored before: its signature was checked then.
    pub fn insert_stored(&mut self, item: Item) -> Inserted {
        self.offer(item, false)
    }

    /// Offers records in any order until nothing more fits; gives the outcome of each, in the order given.
    pub fn insert_all(&mut self, items: Vec<Item>) -> Vec<(Item, Inserted)> {
        let mut outcomes: Vec<(Item, Inserted)> =
            items.into_iter().map(|item| (item, Inserted::WaitingFor(Vec::new()))).collect();
        let mut waiting: BTreeMap<Id, Vec<usize>> = BTreeMap::new();
        let mut ready: Vec<usize> = (0..outcomes.len()).rev().collect();
        while let Some(number) = ready.pop() {
            let item = outcomes[number].0.clone();
            let id = *item.id();
            let outcome = self.insert(item);
            match &outcome {
                Inserted::Stored => ready.extend(waiting.remove(&id).into_iter().flatten()),
                Inserted::WaitingFor(missing) => {
                    if let Some(first) = missing.first() {
                        waiting.entry(*first).or_default().push(number);
                    }
                }
                Inserted::Known | Inserted::Refused(_) => {}
            }
            outcomes[number].1 = outcome;
        }
        outcomes
    }

    fn offer(&mut self, item: Item, check_signature: bool) -> Inserted {
        if self.index.contains_key(item.id()) {
            return Inserted::Known;
        }
        let record = match self.check(&item) {
            Ok(record) => record,
            Err(refused) => return Inserted::Refused(refused),
        };
        let missing: Vec<Id> = record.heads.iter().filter(|id| !self.contains(id)).copied().collect();
        if !missing.is_empty() {
            return Inserted::WaitingFor(missing);
        }
        if let Err(refused) = self.check_author(&item, &record, check_signature) {
            return Inserted::Refused(refused);
        }
        self.store(item, record);
        Inserted::Stored
    }

    /// What can be said of a record without its ancestors.
    fn check(&self, item: &Item) -> Result<Record, RefusedRecord> {
        if item.header().workspace != self.workspace {
            return Err(RefusedRecord::OtherWorkspace);
        }
        let record = Record::of(item)?;
        let (introduced, genesis) = match &record.fields {
            Fields::Genesis(genesis) => (&genesis.devices, true),
            Fields::Join(join) => (&join.devices, false),
            _ => return Ok(record),
        };
        if genesis && workspace_id(item) != self.workspace {
            return Err(RefusedRecord::OtherWorkspace);
        }
        if !introduced.iter().any(|device| device.key == item.header().author) {
            return Err(Malformed::Range("devices").into());
        }
        Ok(record)
    }

    fn check_author(&self, item: &Item, record: &Record, check_signature: bool) -> Result<(), RefusedRecord> {
        let author = item.header().author;
        let by_itself = matches!(record.fields, Fields::Genesis(_) | Fields::Join(_));
        if !by_itself && !self.introduced_before(&author, &record.heads) {
            return Err(RefusedRecord::UnknownAuthor);
        }
        let own = self.records_of.get(&author).copied().unwrap_or(0);
        if has_no_room(self.stored.len(), own) {
            return Err(RefusedRecord::Full);
        }
        let invited = match &record.fields {
            Fields::Join(join) => adapt::invite_signed(&self.workspace, &author, join),
            _ => true,
        };
        if check_signature && !(invited && item.verify()) {
            return Err(RefusedRecord::Signature);
        }
        Ok(())
    }

    fn introduced_before(&self, author: &Id, heads: &[Id]) -> bool {
        let introductions = self.introductions.get(author);
        introductions.is_some_and(|records| {
            let among = |record: &Id, head: &Id| record == head || self.eval.is_ancestor(record, head);
            records.iter().any(|record| heads.iter().any(|head| among(record, head)))
        })
    }

    fn store(&mut self, item: Item, record: Record) {
        let entry = adapt::entry(&self.workspace, &item, &record);
        for device in adapt::introduced(&entry.act) {
            self.introductions.entry(device).or_default().push(entry.id);
        }
        // Heads are stored and a second Genesis has another workspace: adding cannot fail.
        if self.eval.add(entry).is_err() {
            return;
        }
        let before = self.roles_before(item.id(), &record.fields);
        *self.records_of.entry(item.header().author).or_default() += 1;
        self.index.insert(*item.id(), self.stored.len());
        self.stored.push(Stored { item, record: Arc::new(record), before });
        self.membership = OnceLock::new();
    }

    /// Roles, before a removal or lowering, of the members it touches.
    fn roles_before(&self, id: &Id, fields: &Fields) -> BTreeMap<Id16, Role> {
        let named: Vec<Id> = match fields {
            Fields::DeviceRemove { devices, .. } => devices.clone(),
            Fields::MemberRemove { .. } | Fields::RoleSet { .. } => Vec::new(),
            _ => return BTreeMap::new(),
        };
        self.eval
            .view_before(id, |view| {
                let mut members: BTreeSet<Id16> =
                    named.iter().filter_map(|device| view.member_of(device)).collect();
                if let Fields::MemberRemove { member, .. } | Fields::RoleSet { member, .. } = fields {
                    members.insert(*member);
                }
                let role = |member| view.role_of(member).map_or(Role::None, |grant| grant.role);
                members.iter().map(|member| (*member, role(member))).collect()
            })
            .unwrap_or_default()
    }

    /// Whether a record is stored.
    pub fn contains(&self, id: &Id) -> bool {
        self.index.contains_key(id)
    }

    /// A stored record's item.
    pub fn get(&self, id: &Id) -> Option<&Item> {
        self.index.get(id).map(|number| &self.stored[*number].item)
    }

    /// A stored record, decoded.
    pub fn record(&self, id: &Id) -> Option<&Record> {
        self.index.get(id).map(|number| &*self.stored[*number].record)
    }

    /// Stored records, ancestors first.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.stored.iter().map(|stored| &stored.item)
    }

    /// Stored records, decoded, ancestors first.
    pub fn records(&self) -> impl Iterator<Item = (&Item, &Record)> {
        self.stored.iter().map(|stored| (&stored.item, &*stored.record))
    }

    /// Number of stored records.
    pub fn len(&self) -> usize {
        self.stored.len()
    }

    /// Whether not even Genesis is stored.
    pub fn is_empty(&self) -> bool {
        self.stored.is_empty()
    }

    /// Records that no other names: what the next record will name.
    pub fn heads(&self) -> Vec<Id> {
        self.eval.heads()
    }

    /// Whether any stored record introduces the device. Check 2 of judgement.
    pub fn introduced(&self, device: &Id) -> bool {
        self.introductions.contains_key(device)
    }

    /// The evaluation, for tests and reports.
    pub fn evaluation(&self) -> &Evaluation {
        &self.eval
    }

    /// Who is in and may do what; cached until the next record.
    pub fn membership(&self) -> Arc<Membership> {
        Arc::clone(self.membership.get_or_init(|| Arc::new(Membership::of(self))))
    }
}

/// Whether a log of `all` records, of which `own` are its author's, takes no further one of theirs.
fn has_no_room(all: usize, own: usize) -> bool {
    all >= MAX_RECORDS || own >= MAX_RECORDS_PER_AUTHOR
}

/// The workspace that a Genesis item founds: `D(workspace, item without signature, workspace field zero)`.
pub fn workspace_id(genesis: &Item) -> Id {
    let bytes = genesis.unsigned_bytes();
    derive_parts(Context::Workspace, &[&bytes[..4], &[0; 32], &bytes[36..]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_has_so_many_records_in_all_and_of_one_author() {
        assert!(!has_no_room(MAX_RECORDS - 1, MAX_RECORDS_PER_AUTHOR - 1), "at the bound");
        assert!(has_no_room(MAX_RECORDS, 0) && has_no_room(0, MAX_RECORDS_PER_AUTHOR), "one past it");
    }
}
