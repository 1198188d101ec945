//! Which attachments exist, which documents name them and whether their bytes are here. The bytes lie in the blob
//! store beside this file.

use rusqlite::OptionalExtension;

use crate::error::Result;
use crate::items::{Id, Id16};
use crate::open::Store;
use crate::txn::Txn;

/// One sealed attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobRow {
    /// blake3 of the sealed bytes.
    pub hash: Id,
    /// Sealed size.
    pub size_bytes: u64,
    /// True when all bytes are here.
    pub present: bool,
}

fn read_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<BlobRow> {
    Ok(BlobRow { hash: row.get(0)?, size_bytes: row.get::<_, i64>(1)?.cast_unsigned(), present: row.get(2)? })
}

impl Store {
    /// One attachment.
    pub fn blob(&self, hash: &Id) -> Result<Option<BlobRow>> {
        let mut statement =
            self.conn.prepare_cached("SELECT hash, size, present FROM blobs WHERE hash = ?1")?;
        Ok(statement.query_row([hash], read_row).optional()?)
    }

    /// All attachments by hash; `missing_only` leaves those to fetch.
    pub fn blobs(&self, missing_only: bool) -> Result<Vec<BlobRow>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT hash, size, present FROM blobs WHERE NOT (?1 AND present) ORDER BY hash",
        )?;
        Ok(statement.query_map([missing_only], read_row)?.collect::<rusqlite::Result<_>>()?)
    }

    /// Documents that name an attachment.
    pub fn docs_of_blob(&self, hash: &Id) -> Result<Vec<Id16>> {
        let mut statement =
            self.conn.prepare_cached("SELECT doc FROM blob_docs WHERE hash = ?1 ORDER BY doc")?;
        Ok(statement.query_map([hash], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }
}

impl Txn<'_> {
    /// Notes an attachment. Of one that is not here the largest size counts that was named. Once present it stays present until
    /// [`Txn::set_blob_present`] says otherwise.
    pub fn put_blob(&mut self, blob: &BlobRow) -> Result<()> {
        let mut statement = self.store.conn.prepare_cached(
            "INSERT INTO blobs (hash, size, present) VALUES (?1, ?2, ?3)
             ON CONFLICT (hash) DO UPDATE SET
               size = CASE WHEN present THEN size ELSE max(size, excluded.size) END,
               present = max(present, excluded.present)",
        )?;
        statement.execute((blob.hash, blob.size_bytes.cast_signed(), blob.present))?;
        Ok(())
    }

    /// Notes that a document names an attachment (which [`Txn::put_blob`] made known).
    pub fn link_blob(&mut self, hash: &Id, doc: &Id16) -> Result<()> {
        let mut statement =
            self.store.conn.prepare_cached("INSERT OR IGNORE INTO blob_docs (hash, doc) VALUES (?1, ?2)")?;
        statement.execute((hash, doc))?;
        Ok(())
    }

    /// Notes whether all bytes of an attachment are here.
    pub fn set_blob_present(&mut self, hash: &Id, present: bool) -> Result<()> {
        let mut statement =
            self.store.conn.prepare_cached("UPDATE blobs SET present = ?2 WHERE hash = ?1")?;
        statement.execute((hash, present))?;
        Ok(())
    }
}
