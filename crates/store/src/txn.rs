//! One commit: everything written through a [`Txn`] becomes durable together or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use tern_sync::Key;

use crate::error::{Result, StoreError};
use crate::items::Id16;
use crate::open::Store;

/// An open write transaction (`BEGIN IMMEDIATE`). All reads of [`Store`] work on it and see what it wrote. Dropping it
/// without [`Txn::commit`] undoes everything.
#[derive(Debug)]
pub struct Txn<'a> {
    pub(crate) store: &'a mut Store,
    /// Keys that came or went, by lane number.
    pub(crate) touched: BTreeMap<i64, BTreeSet<Key>>,
    /// Row number of the next item, once asked for.
    pub(crate) next_row: Option<i64>,
    /// Documents whose projections changed; only in a locked store.
    pub(crate) projected: BTreeSet<Id16>,
    /// Where folding stood before this transaction.
    folded: (i64, i64),
    open: bool,
}

impl Store {
    /// Begins a write transaction; waits for other processes up to the busy time-out.
    pub fn begin(&mut self) -> Result<Txn<'_>> {
        if self.read_only {
            return Err(StoreError::ReadOnly {
                detail: format!("{} was opened for reading", self.path.display()),
            });
        }
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let folded = self.folded_mark();
        let txn = Txn {
            store: self,
            touched: BTreeMap::new(),
            next_row: None,
            projected: BTreeSet::new(),
            folded,
            open: true,
        };
        txn.store.same_lock()?;
        txn.store.fold()?;
        Ok(txn)
    }

    /// Runs `work` in a transaction: commits when it returns `Ok`, undoes everything when it returns `Err`.
    pub fn write<T>(&mut self, work: impl FnOnce(&mut Txn<'_>) -> Result<T>) -> Result<T> {
        let mut txn = self.begin()?;
        let value = work(&mut txn)?;
        txn.commit()?;
        Ok(value)
    }
}

impl Deref for Txn<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.store
    }
}

impl Txn<'_> {
    /// Brings the tries up to date and commits. When it returns `Ok` the data survives a power cut.
    pub fn commit(mut self) -> Result<()> {
        self.settle_tries()?;
        self.settle_projected()?;
        self.store.conn.prepare_cached("COMMIT")?.execute([])?;
        self.open = false;
        Ok(())
    }
}

impl Drop for Txn<'_> {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        self.store.numbers.get_mut().clear();
        self.store.folded_back(self.folded);
        // SQLite has already rolled back by itself after a full disk or an I/O error.
        if !self.store.conn.is_autocommit()
            && let Err(error) = self.store.conn.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "roll back failed");
        }
    }
}
