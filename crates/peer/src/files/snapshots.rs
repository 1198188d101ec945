//! Local snapshots of the store: taken while the engine runs, thinned as they age, never the truth.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tern_store::{Retention, retain};

use crate::api::PeerError;
use crate::core::Core;
use crate::host::wall_ms;

/// A new snapshot is due when the newest is this old.
pub const EVERY: Duration = Duration::from_secs(3600);

/// Takes a snapshot if one is due and deletes those that need not stay. Failing is no reason to stop: it is logged.
pub fn keep(core: &Core, dir: &Path) {
    let now = wall_ms();
    let taken = times(dir);
    let newest = taken.last().copied().unwrap_or(0);
    if now.saturating_sub(newest) < i64::try_from(EVERY.as_millis()).unwrap_or(i64::MAX) {
        return;
    }
    if let Err(error) = take(core, dir) {
        tracing::warn!(%error, "no snapshot could be taken");
        return;
    }
    for time in retain(&times(dir), &Retention::default()).remove {
        let _ = std::fs::remove_file(path(dir, time));
    }
}

/// Takes a snapshot now, beside those that are there; gives its time.
pub fn take(core: &Core, dir: &Path) -> Result<i64, PeerError> {
    std::fs::create_dir_all(dir).map_err(|e| crate::home::file_error(dir, &e))?;
    // Never in the place of another one, whatever the clock says.
    let now = times(dir).last().map_or(wall_ms(), |newest| wall_ms().max(newest + 1));
    core.store().backup(&path(dir, now))?;
    Ok(now)
}

fn path(dir: &Path, time_ms: i64) -> PathBuf {
    dir.join(format!("store-{time_ms}.db"))
}

/// Times of the snapshots in a folder, rising.
pub fn times(dir: &Path) -> Vec<i64> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let names = entries.filter_map(|e| e.file_name().into_string().ok());
    let mut times: Vec<i64> =
        names.filter_map(|n| n.strip_prefix("store-")?.strip_suffix(".db")?.parse().ok()).collect();
    times.sort_unstable();
    times
}
