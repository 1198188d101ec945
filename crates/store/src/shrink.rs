//! Giving the disk back what a store no longer needs. SQLite keeps the pages of rows that are gone for later rows; after long
//! histories were folded together that may be most of the file.

use std::time::Duration;

use rusqlite::Connection;

use crate::error::{Result, StoreError};
use crate::lock;
use crate::open::Store;

/// Free bytes below which a file is left as it is.
pub const SHRINK_FROM_BYTES: u64 = 8 * 1024 * 1024;

/// Bytes in use above which a file is left as it is: writing it anew would hold everything up for longer than a moment.
pub const SHRINK_UP_TO_BYTES: u64 = 256 * 1024 * 1024;

/// Writes the file anew without its free pages. Needs room for a copy of what is in use, in the folder for temporary files and in
/// the write-ahead log.
pub(crate) fn rewrite(conn: &Connection) -> rusqlite::Result<()> {
    // A large store does not fit into memory.
    conn.pragma_update(None, "temp_store", "FILE")?;
    let rewritten = conn.execute_batch("VACUUM");
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    rewritten
}

impl Store {
    /// Gives free pages back to the disk once they are at least as many as the used ones and [`SHRINK_FROM_BYTES`]; tells
    /// whether it did. About a second for a hundred MB, never for more than [`SHRINK_UP_TO_BYTES`]; tried once only by a process
    /// for which it did not work: another process that uses the store, or a disk without room for the copy, keeps the file as
    /// it is, with nothing lost. A locked store stays as it is: its temporary tables would go with the setting.
    pub fn shrink(&self) -> Result<bool> {
        let (used_bytes, free_bytes) = self.used_and_free_bytes()?;
        let never = self.read_only || self.rest.is_some() || self.cannot_shrink.get();
        let worth_it = free_bytes >= SHRINK_FROM_BYTES && free_bytes >= used_bytes;
        if never || !worth_it || used_bytes > SHRINK_UP_TO_BYTES {
            return Ok(false);
        }
        // Nobody waits for this, and this waits for nobody.
        let patience_ms: i64 = self.conn.pragma_query_value(None, "busy_timeout", |row| row.get(0))?;
        self.conn.busy_timeout(Duration::ZERO)?;
        // Whoever reads at this moment keeps the log; a later checkpoint cuts it.
        let rewritten =
            rewrite(&self.conn).map_err(StoreError::from).and_then(|()| lock::cut_log(&self.conn));
        self.conn.busy_timeout(Duration::from_millis(patience_ms.max(0).cast_unsigned()))?;
        self.cannot_shrink.set(rewritten.is_err());
        match rewritten {
            Ok(_) => Ok(true),
            Err(error @ (StoreError::Busy | StoreError::Full)) => {
                tracing::info!(%error, "the store keeps its free pages");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}
