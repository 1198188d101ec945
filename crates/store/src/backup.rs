//! Local snapshots of the whole file: taken while others write, published by a rename, thinned by a pure rule.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::error::{Result, StoreError};
use crate::open::{self, Store, StoreId, beside};
use crate::schema;

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;
const WEEK_MS: i64 = 7 * DAY_MS;

/// How many snapshots to keep of each age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Newest of each of the last hours that have one.
    pub hourly: usize,
    /// Newest of each of the last days that have one.
    pub daily: usize,
    /// Newest of each of the last weeks that have one.
    pub weekly: usize,
}

impl Default for Retention {
    fn default() -> Self {
        Retention { hourly: 6, daily: 7, weekly: 4 }
    }
}

/// Which snapshots stay and which go, both in rising order of time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// Stay.
    pub keep: Vec<i64>,
    /// May be deleted.
    pub remove: Vec<i64>,
}

/// Decides over snapshots by the times they were taken. The newest always stays. Pure: a wrong clock can make it keep
/// other ones, never none.
pub fn retain(taken_ms: &[i64], limits: &Retention) -> Kept {
    let taken: BTreeSet<i64> = taken_ms.iter().copied().collect();
    let mut keep: BTreeSet<i64> = taken.last().copied().into_iter().collect();
    for (span, limit) in [(HOUR_MS, limits.hourly), (DAY_MS, limits.daily), (WEEK_MS, limits.weekly)] {
        let mut spans_kept = BTreeSet::new();
        for time in taken.iter().rev() {
            let bucket = time.div_euclid(span);
            if spans_kept.len() < limit && spans_kept.insert(bucket) {
                keep.insert(*time);
            }
        }
    }
    Kept { remove: taken.difference(&keep).copied().collect(), keep: keep.into_iter().collect() }
}

impl Store {
    /// Writes a consistent copy of everything committed to `path`, which must not exist. Other processes may go on
    /// writing. The copy is one file, complete and flushed when this returns.
    pub fn backup(&self, path: &Path) -> Result<()> {
        if path.exists() {
            return Err(StoreError::Exists { path: path.to_owned() });
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let draft = draft_path(path);
        remove_database(&draft)?;
        let copied = copy(&self.conn, &draft, |_| Ok(()));
        if copied.is_err() {
            remove_database(&draft)?;
        }
        copied?;
        publish(&draft, path)
    }

    /// Folds the write-ahead log into the file. `thorough` also cuts the log to nothing, when no other process reads.
    /// For the engine's idle moments and before it ends; commits do it by themselves only when the log is long.
    pub fn checkpoint(&self, thorough: bool) -> Result<()> {
        let mode =
            if thorough { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "PRAGMA wal_checkpoint(PASSIVE)" };
        // The first column says that others were in the way: not an error, a later call goes on.
        self.conn.query_row(mode, [], |row| row.get::<_, i64>(0))?;
        Ok(())
    }

    /// Lets SQLite refresh its statistics where they are far off; cheap. For idle moments.
    pub fn optimize(&self) -> Result<()> {
        Ok(self.conn.execute_batch("PRAGMA optimize")?)
    }
}

/// Makes the store `to` (which must not exist) from the snapshot `from`, with a new identity: peers forget their
/// cursors into the lost file, and what they confirmed of rows after the snapshot is forgotten here.
pub fn restore(from: &Path, to: &Path, id: StoreId) -> Result<()> {
    if to.exists() {
        return Err(StoreError::Exists { path: to.to_owned() });
    }
    let (_held, source) = open::recognise(from)?;
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = draft_path(to);
    remove_database(&draft)?;
    copy(&source, &draft, |copy| {
        copy.execute_batch("BEGIN IMMEDIATE")?;
        schema::set_identity(copy, id)?;
        copy.execute_batch(
            "UPDATE peers SET ours_row = min(ours_row, (SELECT ifnull(max(row), 0) FROM items)),
             in_sync_row = min(in_sync_row, (SELECT ifnull(max(row), 0) FROM items));
             COMMIT",
        )?;
        Ok(())
    })?;
    publish(&draft, to)
}

/// Copies a database page by page and leaves one closed, flushed file without a log.
fn copy(source: &Connection, draft: &Path, change: impl FnOnce(&Connection) -> Result<()>) -> Result<()> {
    let mut target = Connection::open(draft)?;
    {
        let backup = Backup::new(source, &mut target)?;
        match backup.step(-1)? {
            StepResult::Done => {}
            StepResult::Busy | StepResult::Locked => return Err(StoreError::Busy),
            _ => return Err(StoreError::Io { detail: "the copy did not finish".to_owned() }),
        }
    }
    change(&target)?;
    let mode: String = target.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))?;
    if !mode.eq_ignore_ascii_case("delete") {
        return Err(StoreError::Io { detail: format!("the copy stayed in mode {mode}") });
    }
    target.close().map_err(|(_, error)| StoreError::from(error))?;
    Ok(())
}

/// Where a file is written before it is published.
pub(crate) fn draft_path(path: &Path) -> PathBuf {
    beside(path, ".draft")
}

/// Removes a database file and what SQLite keeps beside it; missing ones are fine.
pub(crate) fn remove_database(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        match fs::remove_file(beside(path, suffix)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// Gives a finished draft its name without ever replacing a file, and flushes both.
pub(crate) fn publish(draft: &Path, path: &Path) -> Result<()> {
    File::open(draft)?.sync_all()?;
    match fs::hard_link(draft, path) {
        Ok(()) => fs::remove_file(draft)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(StoreError::Exists { path: path.to_owned() });
        }
        // A file system without hard links.
        Err(_) if !path.exists() => fs::rename(draft, path)?,
        Err(error) => return Err(error.into()),
    }
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty())
        && cfg!(unix)
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_thin_out_with_age_and_the_newest_stays() {
        let hours: Vec<i64> = (0..24 * 60).map(|hour| hour * HOUR_MS).collect();
        let limits = Retention { hourly: 6, daily: 7, weekly: 4 };
        let kept = retain(&hours, &limits);
        assert_eq!(kept.keep.last(), hours.last());
        assert!(kept.keep.len() <= 17, "{}", kept.keep.len());
        assert_eq!(kept.keep.len() + kept.remove.len(), hours.len());
        assert_eq!(kept.keep.iter().rev().take(6).count(), 6);
        assert!(kept.keep.first().is_some_and(|first| hours[hours.len() - 1] - first >= 2 * WEEK_MS));
        assert_eq!(retain(&kept.keep, &limits).remove, Vec::<i64>::new(), "thinning twice changes nothing");
    }

    #[test]
    fn one_snapshot_stays_whatever_the_limits_say() {
        let none = Retention { hourly: 0, daily: 0, weekly: 0 };
        assert_eq!(retain(&[5, 9], &none), Kept { keep: vec![9], remove: vec![5] });
        assert_eq!(retain(&[], &none), Kept::default());
        assert_eq!(retain(&[i64::MIN, i64::MAX], &Retention::default()).remove, Vec::<i64>::new());
    }
}
