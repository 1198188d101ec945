//! Small named values: the store's identity, versions of caches, settings of the engine.

use rusqlite::{Connection, OptionalExtension};

use crate::error::{Result, StoreError};
use crate::hash::{RowHash, row_hash};
use crate::open::Store;
use crate::rest::Rest;
use crate::txn::Txn;

/// Identity of the file, u64 little-endian.
pub(crate) const STORE_ID: &str = "store.id";
/// Greatest row number ever used, i64 little-endian, written before items are deleted.
pub(crate) const ROW_MARK: &str = "store.row_mark";
/// Version of Tern that last migrated the file, text.
pub(crate) const WRITTEN_BY: &str = "store.written_by";
/// Version of the projections in the file, u32 little-endian.
pub(crate) const PROJECTIONS: &str = "store.projections";
/// In a locked store: what tells its key from another.
pub(crate) const AT_REST: &str = "store.at_rest";
/// In a store whose lock was switched on: traces of what was readable are still to be wiped from the file.
pub(crate) const TRACES: &str = "store.at_rest_traces";
/// In a locked store: how often all projections were dropped, i64 little-endian.
pub(crate) const DROPS: &str = "store.projections_dropped";
/// Beginning of the keys that belong to the store; their values are never sealed.
pub(crate) const OWN: &str = "store.";

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

pub(crate) fn remove(conn: &Connection, key: &str) -> Result<()> {
    conn.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
    Ok(())
}

fn name(key: &str) -> [&[u8]; 2] {
    [b"meta", key.as_bytes()]
}

/// Key and value out of a sealed row.
fn opened(rest: &Rest, stored: &str, sealed: &[u8]) -> Result<(String, Vec<u8>)> {
    let parts = || {
        let plain = rest.open(&name(stored), sealed)?;
        let (length, named) = plain.split_first_chunk::<4>()?;
        let (key, value) = named.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        Some((String::from_utf8(key.to_vec()).ok()?, value.to_vec()))
    };
    parts().ok_or_else(|| StoreError::Damaged { table: "meta", row: 0, id: stored.as_bytes().to_vec() })
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
        let Some(rest) = self.rest.as_ref().filter(|_| !key.starts_with(OWN)) else {
            return read(&self.conn, key);
        };
        let Some(sealed) = read(&self.conn, &rest.name(&name(key)))? else { return Ok(None) };
        let named = opened(rest, &rest.name(&name(key)), &sealed)?;
        Ok(Some(named.1))
    }

    /// Everything the engine keeps, whether sealed or not; damaged rows are left out.
    pub(crate) fn metas(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let mut statement = self.conn.prepare("SELECT key FROM meta ORDER BY key")?;
        let keys: Vec<String> =
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let mut all = Vec::new();
        for key in keys.into_iter().filter(|key| !key.starts_with(OWN)) {
            let found = read(&self.conn, &key).and_then(|value| match (&self.rest, value) {
                (Some(rest), Some(sealed)) => opened(rest, &key, &sealed).map(Some),
                (_, value) => Ok(value.map(|value| (key.clone(), value))),
            });
            match found {
                Ok(found) => all.extend(found),
                Err(StoreError::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }
}

impl Txn<'_> {
    /// Keeps `value` under `key`. Keys beginning with `store.` belong to the store.
    pub fn set_meta(&mut self, key: &str, value: &[u8]) -> Result<()> {
        if key.starts_with(OWN) {
            return Err(StoreError::Invalid(format!("the key {key} belongs to the store")));
        }
        let Some(rest) = &self.store.rest else { return write(&self.store.conn, key, value) };
        let stored = rest.name(&name(key));
        let length = u32::try_from(key.len())
            .map_err(|_| StoreError::Invalid("a key of meta is too long".to_owned()))?;
        let plain = [&length.to_le_bytes(), key.as_bytes(), value].concat();
        let sealed = rest.seal(&name(&stored), &plain)?;
        write(&self.store.conn, &stored, &sealed)
    }

    /// Forgets `key`.
    pub fn remove_meta(&mut self, key: &str) -> Result<()> {
        if key.starts_with(OWN) {
            return Err(StoreError::Invalid(format!("the key {key} belongs to the store")));
        }
        let stored = self.store.rest.as_ref().map_or_else(|| key.to_owned(), |rest| rest.name(&name(key)));
        remove(&self.store.conn, &stored)
    }
}
