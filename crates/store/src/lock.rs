//! The workspace lock: switching it on and off so that a crash at any step leaves one of the two whole states, and
//! leaving no readable trace behind. Sealing itself is `rest`'s, folding of projections `projected`'s.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{Result, StoreError};
use crate::items::Id16;
use crate::open::{self, OpenOptions, Store};
use crate::projections::{self, Place};
use crate::rest::{AtRestKey, Rest};
use crate::txn::Txn;
use crate::verdicts::VerdictFilter;
use crate::{meta, projected, shrink};

/// Steps of a switch, in their order; tests fail or stop at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Begun,
    Truth,
    Caches,
    Marked,
    Committed,
    Rewritten,
    Done,
}

type Hook<'a> = &'a mut dyn FnMut(Step) -> Result<()>;

/// What a store's own mark says: `None` when it is not locked.
fn mark_of(conn: &Connection) -> Result<Option<Vec<u8>>> {
    match meta::read(conn, meta::AT_REST) {
        // A damaged mark is still a mark; it only fits no key.
        Err(StoreError::Damaged { .. }) => Ok(Some(Vec::new())),
        other => other,
    }
}

/// Notes that everything readable is sealed under this key.
pub(crate) fn mark(conn: &Connection, rest: &Rest) -> Result<()> {
    meta::write(conn, meta::AT_REST, &rest.check)
}

/// What opens the store: nothing for one that is not locked, else the key, if it is the right one.
pub(crate) fn unlocked_by(conn: &Connection, path: &Path, key: Option<&AtRestKey>) -> Result<Option<Rest>> {
    let Some(mark) = mark_of(conn)? else { return Ok(None) };
    let Some(key) = key else { return Err(StoreError::Locked { path: path.to_owned() }) };
    let rest = Rest::new(key);
    if mark == rest.check { Ok(Some(rest)) } else { Err(StoreError::WrongKey { path: path.to_owned() }) }
}

/// Makes the temporary tables of a locked store; first goes on wiping traces when a switch was cut short.
pub(crate) fn prepare(conn: &Connection, read_only: bool) -> Result<()> {
    if !read_only {
        if meta::read(conn, meta::TRACES).is_ok_and(|found| found.is_some()) {
            wipe(conn, &mut |_| Ok(()))?;
        }
        drop_old(conn)?;
    }
    projections::recreate(conn, Place::Temp)
}

/// Gives up sealed projections of another version.
fn drop_old(conn: &Connection) -> Result<()> {
    if !projections::are_old(conn)? {
        return Ok(());
    }
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let done = (|| {
        if projections::are_old(conn)? {
            projected::drop_all(conn)?;
            projections::unbuilt(conn)?;
        }
        Ok(conn.execute_batch("COMMIT")?)
    })();
    if done.is_err() && !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK")?;
    }
    done
}

/// Overwrites what was readable: the file is written anew from its sealed rows, and the log is cut to nothing. False
/// when another process is in the way; the next opening goes on.
fn wipe(conn: &Connection, hook: Hook<'_>) -> Result<bool> {
    conn.pragma_update(None, "secure_delete", true)?;
    // Only sealed bytes are left to be spilled.
    if let Err(error) = shrink::rewrite(conn) {
        tracing::warn!(%error, "traces of readable text stay in the store until its next opening");
        return Ok(false);
    }
    hook(Step::Rewritten)?;
    if !cut_log(conn)? {
        return Ok(false);
    }
    meta::remove(conn, meta::TRACES)?;
    hook(Step::Done)?;
    Ok(true)
}

/// Folds the log into the file and cuts it to nothing; false when another process reads.
pub(crate) fn cut_log(conn: &Connection) -> Result<bool> {
    Ok(conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))? == 0)
}

impl Store {
    /// True when the store is locked: what lies on disk is sealed.
    pub fn is_locked(&self) -> bool {
        self.rest.is_some()
    }

    /// True when the store at `path` is locked, told without its key and without changing anything.
    pub fn locked_at(path: &Path) -> Result<bool> {
        let options = OpenOptions { read_only: true, ..OpenOptions::default() };
        match Store::open_existing(path, &options) {
            Ok(_) => Ok(false),
            Err(StoreError::Locked { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Fails when another process switched the lock since this store was opened.
    pub(crate) fn same_lock(&self) -> Result<()> {
        let ours = self.rest.as_ref().map(|rest| rest.check.as_slice());
        if mark_of(&self.conn)?.as_deref() == ours { Ok(()) } else { Err(StoreError::LockSwitched) }
    }

    /// Switches the workspace lock on. Afterwards the store opens only with `key`. True when no readable trace is
    /// left in the file and its log; false when another process that had it open was in the way, which the next
    /// opening makes good. An error, and a crash at any moment, leave the store either as it was or locked as a
    /// whole. Files beside it (snapshots, exports) are the caller's. A store that is locked under this key already
    /// stays so.
    pub fn lock_at_rest(path: &Path, options: &OpenOptions, key: &AtRestKey) -> Result<bool> {
        lock_with(path, options, key, &mut |_| Ok(()))
    }

    /// Switches the workspace lock off; `options` holds its key. Everything comes back as it was.
    pub fn unlock_at_rest(path: &Path, options: &OpenOptions) -> Result<()> {
        unlock_with(path, options, &mut |_| Ok(()))
    }
}

pub(crate) fn lock_with(path: &Path, options: &OpenOptions, key: &AtRestKey, hook: Hook<'_>) -> Result<bool> {
    let with_key = OpenOptions { at_rest: Some(key.clone()), ..options.clone() };
    let mut store = Store::open_existing(path, &with_key)?;
    if store.is_locked() {
        return Ok(meta::read(&store.conn, meta::TRACES)?.is_none());
    }
    if !cut_log(&store.conn)? {
        return Err(StoreError::Busy);
    }
    store.conn.pragma_update(None, "secure_delete", true)?;
    let rest = Rest::new(key);
    let mut txn = store.begin()?;
    hook(Step::Begun)?;
    recode(&mut txn, Some(&rest))?;
    hook(Step::Truth)?;
    txn.seal_projections(&rest)?;
    hook(Step::Caches)?;
    mark(&txn.store.conn, &rest)?;
    meta::write(&txn.store.conn, meta::TRACES, b"wipe")?;
    hook(Step::Marked)?;
    txn.commit()?;
    hook(Step::Committed)?;
    drop(store);
    // A connection of its own: no page of the old one is in its memory.
    let (_held, conn) = open::connect(path, options)?;
    wipe(&conn, hook)
}

pub(crate) fn unlock_with(path: &Path, options: &OpenOptions, hook: Hook<'_>) -> Result<()> {
    let mut store = Store::open_existing(path, options)?;
    if !store.is_locked() {
        return Ok(());
    }
    let mut txn = store.begin()?;
    hook(Step::Begun)?;
    recode(&mut txn, None)?;
    hook(Step::Truth)?;
    txn.unseal_projections()?;
    hook(Step::Caches)?;
    for key in [meta::AT_REST, meta::TRACES, meta::DROPS] {
        meta::remove(&txn.store.conn, key)?;
    }
    hook(Step::Marked)?;
    txn.commit()?;
    hook(Step::Committed)?;
    store.checkpoint(false)?;
    hook(Step::Done)
}

/// Reads every row that says something readable as it is sealed today and writes it as `to` seals it. Damaged rows
/// of caches go; they would come back from the items anyway.
fn recode(txn: &mut Txn<'_>, to: Option<&Rest>) -> Result<()> {
    let from = txn.store.rest.clone();
    let metas = txn.metas()?;
    let peers = txn.peers()?;
    let verdicts = txn.verdicts(&VerdictFilter::All)?;
    let journal = txn.journal_of_all()?.rows;
    let conn = &txn.store.conn;
    conn.execute("DELETE FROM meta WHERE key NOT LIKE 'store.%'", [])?;
    conn.execute("DELETE FROM journal", [])?;
    // Statistics hold samples of what was indexed.
    conn.execute_batch("DROP TABLE IF EXISTS sqlite_stat1; DROP TABLE IF EXISTS sqlite_stat4")?;
    txn.store.rest = to.cloned();
    metas.iter().try_for_each(|(key, value)| txn.set_meta(key, value))?;
    peers.iter().try_for_each(|peer| txn.put_peer(peer))?;
    verdicts.iter().try_for_each(|verdict| txn.set_verdict(verdict))?;
    journal.iter().try_for_each(|entry| txn.journal_append(entry))?;
    for doc in txn.docs_with_rows()? {
        recode_doc(txn, &doc, from.as_ref(), to)?;
    }
    // Until the commit, this connection goes on as what it was opened as.
    txn.store.rest = from;
    Ok(())
}

/// Takes a damaged row as none.
fn readable<T>(read: Result<Option<T>>) -> Result<Option<T>> {
    match read {
        Err(StoreError::Damaged { .. }) => Ok(None),
        other => other,
    }
}

fn recode_doc(txn: &mut Txn<'_>, doc: &Id16, from: Option<&Rest>, to: Option<&Rest>) -> Result<()> {
    txn.store.rest = from.cloned();
    let row = readable(txn.doc(doc))?;
    let snapshot = readable(txn.snapshot(doc))?;
    txn.store.rest = to.cloned();
    match (row, snapshot) {
        (Some(row), Some(bytes)) => txn.put_doc(&row, &bytes),
        (Some(row), None) => txn.put_doc_row(&row).and_then(|()| txn.drop_snapshot(doc)),
        (None, _) => txn.drop_doc(doc),
    }
}

impl Txn<'_> {
    /// Moves the projections out of the file's tables into sealed rows.
    fn seal_projections(&mut self, rest: &Rest) -> Result<()> {
        let conn = &self.store.conn;
        if projections::are_built(conn)? {
            for doc in projected::documents(conn)? {
                projected::write(conn, rest, &doc, 1)?;
            }
        } else {
            projections::unbuilt(conn)?;
        }
        projections::remove(conn, Place::Main)
    }

    /// Moves the projections out of the tables in memory into those of the file.
    fn unseal_projections(&mut self) -> Result<()> {
        self.projected.clear();
        let conn = &self.store.conn;
        projections::recreate(conn, Place::Main)?;
        if self.store.projections_stale()? {
            projections::unbuilt(conn)?;
        } else {
            projected::copy_to_file(conn)?;
        }
        conn.execute("DELETE FROM projected", [])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
