//! A recovery code that a thief has removed: it writes from before that removal, and its rank wins.

use std::collections::{BTreeMap, BTreeSet};

use super::{Log, RecordWriter, Standing, WriteError};
use crate::derive::Id;
use crate::item::Item;
use crate::record::Fields;

impl Log {
    /// What the log's heads were before these records: the records without them that no other such record names. "Without"
    /// means that none of them is the record itself or among its ancestors.
    pub fn heads_without(&self, records: &BTreeSet<Id>) -> Vec<Id> {
        let mut heads = BTreeSet::new();
        let mut after: BTreeSet<Id> = BTreeSet::new();
        // Ancestors come first.
        for (item, record) in self.records() {
            let id = *item.id();
            if records.contains(&id) || record.heads.iter().any(|head| after.contains(head)) {
                after.insert(id);
                continue;
            }
            for head in &record.heads {
                heads.remove(head);
            }
            heads.insert(id);
        }
        heads.into_iter().collect()
    }

    /// Removals of a device that other devices of the same member wrote and that knew of no such removal; each with its
    /// author. Leaving is no such removal: whoever left comes in again by a ticket.
    pub fn removals_by_siblings(&self, device: &Id) -> BTreeMap<Id, Id> {
        let membership = self.membership();
        let Some(member) = membership.member_of(device) else { return BTreeMap::new() };
        let mut removals: BTreeMap<Id, Id> = BTreeMap::new();
        for (item, record) in self.records() {
            let (id, author) = (*item.id(), item.header().author);
            let names =
                matches!(&record.fields, Fields::DeviceRemove { devices, .. } if devices.contains(device));
            let sibling = author != *device && membership.member_of(&author) == Some(member);
            let first = !removals.keys().any(|earlier| self.eval.is_ancestor(earlier, &id));
            if names && sibling && first && self.eval.is_allowed(&id) {
                removals.insert(id, author);
            }
        }
        removals
    }
}

impl RecordWriter<'_> {
    /// Brings back the recovery device that writes: removes the devices of its member that removed it, from the heads
    /// before they did. Where their work ends is not said yet: follow it with cuts once their items are here. Refuses when
    /// it does not win, as against an Admin who removed the device.
    pub fn reclaim(&mut self) -> Result<Item, WriteError> {
        let me = self.writer.keys.id();
        if !self.writer.keys.public().is_recovery() {
            return Err(WriteError::NotAllowed);
        }
        let removals = self.log.removals_by_siblings(&me);
        let authors: BTreeSet<Id> = removals.values().copied().collect();
        let heads = self.log.heads_without(&removals.into_keys().collect());
        let devices = authors.into_iter().collect();
        let item = self.write_from(heads, Fields::DeviceRemove { devices, cuts: Vec::new() })?;
        match self.log.membership().standing(&me) {
            Standing::Active { .. } => Ok(item),
            _ => Err(WriteError::NotAllowed),
        }
    }
}
