//! The trie of each lane (docs/wire.md, Trie), kept in step with the items inside the same transaction. The rules are
//! `tern_sync::trie`'s pure functions; here are only the rows.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row};
use tern_sync::trie::{self, Branch, KeyRange, NodeCache, NodeInfo, SourceError, SourceResult, TrieSource};
use tern_sync::{Key, Lane, Nibbles, Span};

use crate::error::{Result, StoreError};
use crate::items::Id16;
use crate::open::Store;
use crate::txn::Txn;

impl KeyRange for Store {
    fn keys(&self, lane: &Lane, span: &Span, limit: usize) -> SourceResult<Vec<Key>> {
        let Some(number) = self.lane_number(&lane.0).map_err(SourceError::new)? else {
            return Ok(Vec::new());
        };
        let keys = read_keys(&self.conn, number, span, limit).map_err(SourceError::new)?;
        let mut hints = self.hints.borrow_mut();
        keys.iter().for_each(|key| hints.put(&key.id, number, key.day));
        Ok(keys)
    }
}

impl TrieSource for Store {
    fn node(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<NodeInfo> {
        self.with_rows(lane, |rows| match prefix.is_empty() {
            true => rows.root(),
            false => rows.finish(trie::node(rows, rows, lane, prefix)),
        })
    }

    fn children(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<Branch> {
        self.with_rows(lane, |rows| rows.finish(trie::children(rows, rows, lane, prefix)))
    }
}

impl Store {
    fn with_rows<T: Default>(
        &self,
        lane: &Lane,
        read: impl FnOnce(&Rows<'_>) -> Result<T>,
    ) -> SourceResult<T> {
        let Some(number) = self.lane_number(&lane.0).map_err(SourceError::new)? else {
            return Ok(T::default());
        };
        read(&Rows::new(&self.conn, number)).map_err(SourceError::new)
    }
}

impl Txn<'_> {
    /// Recomputes the tries that this transaction touched. [`Txn::commit`] does it; calling it earlier lets reads of
    /// counts and roots inside the transaction see its own items.
    pub fn settle_tries(&mut self) -> Result<()> {
        for (number, touched) in std::mem::take(&mut self.touched) {
            let touched: Vec<Key> = touched.into_iter().collect();
            let mut rows = Rows::new(&self.store.conn, number);
            let source = Rows::new(&self.store.conn, number);
            // Every call works on one lane by its number; the name only passes through.
            let updated = trie::update(&source, &mut rows, &Lane::ROOT, &touched);
            let root = rows.finish(source.check(updated)?)?;
            rows.write_root(root)?;
        }
        Ok(())
    }

    /// Throws all cached trie nodes away and computes them again from the items.
    pub fn rebuild_tries(&mut self) -> Result<()> {
        self.touched.clear();
        self.store.conn.execute("DELETE FROM trie", [])?;
        for (number, _) in all_lanes(&self.store.conn)? {
            let mut rows = Rows::new(&self.store.conn, number);
            let source = Rows::new(&self.store.conn, number);
            let rebuilt = trie::rebuild(&source, &mut rows, &Lane::ROOT);
            let root = rows.finish(source.check(rebuilt)?)?;
            rows.write_root(root)?;
        }
        Ok(())
    }
}

/// Lanes whose cached trie differs from one computed from the items, with the number of cached nodes looked at.
pub(crate) fn compare(conn: &Connection) -> Result<(u64, Vec<Id16>)> {
    let (mut seen, mut wrong) = (0, Vec::new());
    for (number, lane) in all_lanes(conn)? {
        let rows = Rows::new(conn, number);
        let mut fresh = Fresh::default();
        let computed = trie::rebuild(&rows, &mut fresh, &Lane::ROOT);
        let root = rows.finish(computed)?;
        let cached = rows.cached()?;
        seen += cached.len() as u64;
        if cached != fresh.0 || rows.root().ok() != Some(root) {
            wrong.push(lane);
        }
    }
    Ok((seen, wrong))
}

fn all_lanes(conn: &Connection) -> Result<Vec<(i64, Id16)>> {
    let mut statement = conn.prepare_cached("SELECT n, lane FROM lanes ORDER BY lane")?;
    Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
}

fn read_key(row: &Row<'_>) -> rusqlite::Result<Key> {
    Ok(Key { day: row.get(0)?, id: row.get(1)? })
}

fn read_keys(conn: &Connection, lane: i64, span: &Span, limit: usize) -> Result<Vec<Key>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let from = span.from;
    let keys = match span.to {
        Some(to) if to.day == from.day => conn
            .prepare_cached(
                "SELECT day, id FROM items WHERE lane = ?1 AND day = ?2 AND id >= ?3 AND id < ?4 ORDER BY id LIMIT ?5",
            )?
            .query_map((lane, from.day, from.id, to.id, limit), read_key)?
            .collect::<rusqlite::Result<_>>()?,
        Some(to) => conn
            .prepare_cached(
                "SELECT day, id FROM items WHERE lane = ?1 AND (day, id) >= (?2, ?3) AND (day, id) < (?4, ?5)
                 ORDER BY day, id LIMIT ?6",
            )?
            .query_map((lane, from.day, from.id, to.day, to.id, limit), read_key)?
            .collect::<rusqlite::Result<_>>()?,
        None => conn
            .prepare_cached(
                "SELECT day, id FROM items WHERE lane = ?1 AND (day, id) >= (?2, ?3) ORDER BY day, id LIMIT ?4",
            )?
            .query_map((lane, from.day, from.id, limit), read_key)?
            .collect::<rusqlite::Result<_>>()?,
    };
    Ok(keys)
}

/// Rows of one lane as sync's functions want to see them. Keeps the store's own error, which theirs cannot carry.
struct Rows<'a> {
    conn: &'a Connection,
    lane: i64,
    failure: RefCell<Option<StoreError>>,
}

impl<'a> Rows<'a> {
    fn new(conn: &'a Connection, lane: i64) -> Self {
        Rows { conn, lane, failure: RefCell::new(None) }
    }

    fn keep<T>(&self, result: Result<T>) -> SourceResult<T> {
        result.map_err(|error| {
            let text = SourceError::new(&error);
            self.failure.replace(Some(error));
            text
        })
    }

    /// Gives back the store's own error when one was met here.
    fn check<T>(&self, result: SourceResult<T>) -> Result<SourceResult<T>> {
        match (result, self.failure.take()) {
            (Err(_), Some(error)) => Err(error),
            (result, _) => Ok(result),
        }
    }

    fn finish<T>(&self, result: SourceResult<T>) -> Result<T> {
        self.check(result)?.map_err(|error| StoreError::Corrupt { detail: error.to_string() })
    }

    fn root(&self) -> Result<NodeInfo> {
        let mut statement = self.conn.prepare_cached("SELECT items, root FROM lanes WHERE n = ?1")?;
        Ok(statement.query_row([self.lane], |row| Ok(NodeInfo { n: row.get(0)?, hash: row.get(1)? }))?)
    }

    fn write_root(&self, root: NodeInfo) -> Result<()> {
        let mut statement =
            self.conn.prepare_cached("UPDATE lanes SET items = ?2, root = ?3 WHERE n = ?1")?;
        statement.execute((self.lane, root.n, root.hash))?;
        Ok(())
    }

    fn load(&self, prefix: &Nibbles) -> Result<Option<Branch>> {
        let mut statement =
            self.conn.prepare_cached("SELECT children FROM trie WHERE lane = ?1 AND prefix = ?2")?;
        let found = statement.query_row((self.lane, prefix.to_bytes()), |row| row.get::<_, Vec<u8>>(0));
        let Some(bytes) = found.optional()? else { return Ok(None) };
        match Branch::from_bytes(&bytes) {
            Some(branch) => Ok(Some(branch)),
            None => Err(StoreError::Damaged { table: "trie", row: 0, id: prefix.to_bytes() }),
        }
    }

    fn save(&self, prefix: &Nibbles, branch: &Branch) -> Result<()> {
        let mut statement = self.conn.prepare_cached(
            "INSERT INTO trie (lane, prefix, children) VALUES (?1, ?2, ?3)
             ON CONFLICT (lane, prefix) DO UPDATE SET children = excluded.children",
        )?;
        statement.execute((self.lane, prefix.to_bytes(), branch.to_bytes()))?;
        Ok(())
    }

    fn forget(&self, prefix: &Nibbles) -> Result<()> {
        let mut statement = self.conn.prepare_cached("DELETE FROM trie WHERE lane = ?1 AND prefix = ?2")?;
        statement.execute((self.lane, prefix.to_bytes()))?;
        Ok(())
    }

    fn cached(&self) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
        let mut statement = self.conn.prepare("SELECT prefix, children FROM trie WHERE lane = ?1")?;
        let rows = statement.query_map([self.lane], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl KeyRange for Rows<'_> {
    fn keys(&self, _lane: &Lane, span: &Span, limit: usize) -> SourceResult<Vec<Key>> {
        self.keep(read_keys(self.conn, self.lane, span, limit))
    }
}

impl NodeCache for Rows<'_> {
    fn branch(&self, _lane: &Lane, prefix: &Nibbles) -> SourceResult<Option<Branch>> {
        self.keep(self.load(prefix))
    }

    fn put_branch(&mut self, _lane: &Lane, prefix: &Nibbles, branch: &Branch) -> SourceResult<()> {
        self.keep(self.save(prefix, branch))
    }

    fn remove_branch(&mut self, _lane: &Lane, prefix: &Nibbles) -> SourceResult<()> {
        self.keep(self.forget(prefix))
    }
}

/// Branches computed from the items alone, to compare with the rows.
#[derive(Default)]
struct Fresh(BTreeMap<Vec<u8>, Vec<u8>>);

impl NodeCache for Fresh {
    fn branch(&self, _lane: &Lane, prefix: &Nibbles) -> SourceResult<Option<Branch>> {
        Ok(self.0.get(&prefix.to_bytes()).and_then(|bytes| Branch::from_bytes(bytes)))
    }

    fn put_branch(&mut self, _lane: &Lane, prefix: &Nibbles, branch: &Branch) -> SourceResult<()> {
        self.0.insert(prefix.to_bytes(), branch.to_bytes());
        Ok(())
    }

    fn remove_branch(&mut self, _lane: &Lane, prefix: &Nibbles) -> SourceResult<()> {
        self.0.remove(&prefix.to_bytes());
        Ok(())
    }
}
