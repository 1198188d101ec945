//! Small named values: the store's identity, versions of caches, settings of the engine.

use rusqlite::{Connection, OptionalExtension};

use crate::error::{Result, StoreError};
use crate::hash::{RowHash, row_hash};
use crate::open::Store;
use crate::txn::Txn;

/// Identity of the file, u64 little-endian.
pub(crate) const STORE_ID: &str = "store.id";
/// Greatest row number ever used, i64 little-endian, written before items are deleted.
pub(crate) const ROW_MARK: &str = "store.row_mark";
/// Version of Tern that last migrated the file, text.
pub(crate) const WRITTEN_BY: &str = "store.written_by";
/// Version of the projections in the file, u32 little-endian.
pub(crate) const PROJECTIONS: &str = "store.projections";

fn hash_of(key: &str, value: &[u8]) -> RowHash {
    row_hash("meta", &[key.as_bytes(), value])
}

pub(crate) fn read(conn: &Connection, key: &str) -> Result<Option<Vec<u8>>> {
    let mut statement = conn.prepare_cached("SELECT value, hash FROM meta WHERE key = ?1")?;
    let found = statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((value, hash)): Option<(Vec<u8>, Vec<u8>)> = found else { return Ok(None) };
    if hash != hash_of(key, &value) {
        return Err(StoreError::Damaged { table: "meta", row: 0, id: key.as_bytes().to_vec() });
    }
    Ok(Some(value))
}

pub(crate) fn write(conn: &Connection, key: &str, value: &[u8]) -> Result<()> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO meta (key, value, hash) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, hash = excluded.hash",
    )?;
    statement.execute((key, value, hash_of(key, value)))?;
    Ok(())
}

/// Keys of rows that do not match their hash.
pub(crate) fn damaged(conn: &Connection) -> Result<(u64, Vec<String>)> {
    let mut statement = conn.prepare("SELECT key, value, hash FROM meta")?;
    let mut rows = statement.query([])?;
    let (mut seen, mut bad) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        seen += 1;
        let (key, value, hash): (String, Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if hash != hash_of(&key, &value) {
            bad.push(key);
        }
    }
    Ok((seen, bad))
}

impl Store {
    /// The value kept under `key` by [`Txn::set_meta`].
    pub fn meta(&self, key: &str) -> Result<Option<Vec<u8>>> {
        read(&self.conn, key)
    }
}

impl Txn<'_> {
    /// Keeps `value` under `key`. Keys beginning with `store.` belong to the store.
    pub fn set_meta(&mut self, key: &str, value: &[u8]) -> Result<()> {
        if key.starts_with("store.") {
            return Err(StoreError::Invalid(format!("the key {key} belongs to the store")));
        }
        write(&self.store.conn, key, value)
    }

    /// Forgets `key`.
    pub fn remove_meta(&mut self, key: &str) -> Result<()> {
        if key.starts_with("store.") {
            return Err(StoreError::Invalid(format!("the key {key} belongs to the store")));
        }
        self.store.conn.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
        Ok(())
    }
}
