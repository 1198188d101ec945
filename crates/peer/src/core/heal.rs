//! Damaged rows of items: taken out, so that the next exchange brings them again, and remembered until it does.
//!
//! While a record of the membership log is missing, nothing is written: roles and keys could be yesterday's. What can
//! still be read is read.

use std::collections::BTreeMap;

use tern_store::{Finding, Store};
use tern_trust::{Id, Inserted, Item, Log};

use crate::api::{ErrorKind, PeerError};

use super::{Core, Mem};

/// Lost items that are remembered by id; more are only counted as gone by the next check.
const MAX_LOST: usize = 1024;

/// Items that were damaged and are not back yet: id, and whether it is a record of the log. Kept in the store under
/// [`Lost::KEY`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Lost(BTreeMap<Id, bool>);

impl Lost {
    /// Key of the store's `meta` table.
    pub const KEY: &str = "lost";

    /// What the store remembers; nothing when that is damaged too.
    pub fn read(store: &Store) -> Lost {
        let bytes = store.meta(Self::KEY).ok().flatten().unwrap_or_default();
        let entry = |e: &[u8]| Some((Id::try_from(&e[1..]).ok()?, e[0] == 1));
        Lost(bytes.chunks_exact(33).take(MAX_LOST).filter_map(entry).collect())
    }

    /// The layout of docs/storage.md.
    pub fn encode(&self) -> Vec<u8> {
        self.0.iter().flat_map(|(id, log)| [&[u8::from(*log)][..], id].concat()).collect()
    }

    /// Forgets those that are here again; `true` when there were any.
    pub fn settle(&mut self, here: impl Fn(&Id) -> Result<bool, PeerError>) -> Result<bool, PeerError> {
        let before = self.0.len();
        let mut kept = BTreeMap::new();
        for (id, log) in &self.0 {
            if !here(id)? {
                kept.insert(*id, *log);
            }
        }
        self.0 = kept;
        Ok(self.0.len() != before)
    }

    fn has_record(&self) -> bool {
        self.0.values().any(|log| *log)
    }
}

/// Puts stored records into the log in whatever order they lie; `true` when some wait for others that are missing.
pub(crate) fn fill(log: &mut Log, records: Vec<Item>) -> bool {
    let mut open = records;
    loop {
        let before = open.len();
        open.retain(|item| matches!(log.insert_stored(item.clone()), Inserted::WaitingFor(_)));
        if open.is_empty() || open.len() == before {
            return !open.is_empty();
        }
    }
}

impl Mem {
    /// Whether records of the membership log are missing here.
    pub fn log_has_gaps(&self) -> bool {
        self.log_waits || self.lost.has_record() || !self.damaged_log.is_empty()
    }

    /// Refuses what needs the whole log while it has gaps.
    pub fn whole_log(&self) -> Result<(), PeerError> {
        if !self.log_has_gaps() {
            return Ok(());
        }
        Err(PeerError::new(ErrorKind::Damaged, "A record of the membership log is damaged on this disk: until it is back, nothing is written and some pages may not open.")
            .safe("Nothing was changed, and what was written before can still be read.")
            .next("Run `tern sync`: any other machine of the workspace sends the record again. Without one, restore a backup with `tern backup restore`."))
    }
}

impl Core {
    /// Takes damaged item rows out of the store and remembers them as lost.
    pub(crate) fn heal(&mut self, rows: &[(i64, Vec<u8>)]) -> Result<(), PeerError> {
        let mut lost = self.mem.lost.clone();
        let record = |row: &i64| self.mem.damaged_log.iter().any(|(r, _)| r == row);
        for (row, id) in rows {
            if let Ok(id) = Id::try_from(id.as_slice())
                && lost.0.len() < MAX_LOST
            {
                let known = self.mem.log.get(&id).is_some();
                lost.0.insert(id, known || record(row));
            }
        }
        let numbers: Vec<i64> = rows.iter().map(|(row, _)| *row).collect();
        tracing::warn!(rows = ?numbers, "damaged rows are taken out; the next exchange brings them again");
        self.store.write(|txn| {
            txn.discard_damaged_items(&numbers)?;
            txn.set_meta(Lost::KEY, &lost.encode())
        })?;
        self.mem.forget();
        self.mem.moved();
        self.refresh()?;
        self.settle_packs()
    }

    /// What a check found among the items is taken out, where the store can be written.
    pub(crate) fn heal_findings(&mut self, findings: &[Finding]) {
        let items = findings.iter().filter_map(|f| match f {
            Finding::Row { table: "items", row, id } => Some((*row, id.clone())),
            _ => None,
        });
        let rows: Vec<(i64, Vec<u8>)> = items.collect();
        if !rows.is_empty()
            && let Err(error) = self.heal(&rows)
        {
            tracing::warn!(%error, "damaged rows stay in the store");
        }
    }

    /// The items that were lost and are not back, as lines of a check.
    pub(crate) fn lost_lines(&self) -> Vec<String> {
        let line = |(id, log): (&Id, &bool)| {
            let what = if *log { "a record of the membership log" } else { "an item" };
            let id = super::resolve::hex(&id[..8]);
            format!("{what} was damaged and taken out (id {id}); the next `tern sync` brings it again")
        };
        self.mem.lost.0.iter().map(line).collect()
    }

    /// A peer and this laptop hold the same: what is still missing then is missing everywhere.
    pub(crate) fn all_is_back(&mut self) {
        if self.mem.lost.0.is_empty() {
            return;
        }
        let cleared = self.store.write(|txn| txn.remove_meta(Lost::KEY).map(|_| ()));
        match cleared {
            Ok(()) => self.mem.lost = Lost::default(),
            Err(error) => tracing::warn!(%error, "that lost items are back could not be noted"),
        }
    }

    /// Looks at every item and takes damaged ones out.
    pub(crate) fn heal_all(&mut self) -> Result<(), PeerError> {
        let step = self.store.scrub(0, usize::MAX)?;
        self.heal_findings(&step.findings);
        Ok(())
    }

    /// Takes out damaged records that opening met.
    pub(crate) fn heal_log(&mut self) {
        let rows = self.mem.damaged_log.clone();
        if !rows.is_empty()
            && let Err(error) = self.heal(&rows)
        {
            tracing::warn!(%error, "damaged records stay in the store");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_items_have_the_layout_of_the_documents() {
        let lost = Lost([([1; 32], true), ([2; 32], false)].into());
        assert_eq!(lost.encode(), [&[1][..], &[1; 32], &[0], &[2; 32]].concat());
    }
}
