//! Adding items and taking them out, and the small numbers that stand for the long keys of every item.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, ToSql, ffi};
use tern_sync::Key;

use crate::error::{Result, StoreError};
use crate::items::{Id, Id16, Inserted, ItemRow};
use crate::open::Store;
use crate::txn::Txn;
use crate::{meta, packed};

/// Known numbers of one kind are forgotten when there are more than this.
const NUMBERS_MAX: usize = 20_000;
/// Places of ids are forgotten when there are more than this.
const HINTS_MAX: usize = 50_000;

/// Row numbers left out when the mark of the last one used is damaged.
const ROWS_SKIPPED: i64 = 1 << 32;

/// Short numbers of long keys, remembered for inserts. Only ever looked up, never listed.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    lanes: HashMap<Id16, i64>,
    feeds: HashMap<(Id, u64, Id16), i64>,
    tags: HashMap<(i64, Id16), i64>,
}

impl Numbers {
    pub(crate) fn clear(&mut self) {
        *self = Numbers::default();
    }
}

/// Where ids lie that this store gave out lately; wrong entries cost a probe, nothing else.
#[derive(Debug, Default)]
pub(crate) struct Hints(HashMap<[u8; 8], (i64, u16)>);

impl Hints {
    fn short(id: &Id) -> [u8; 8] {
        let mut short = [0; 8];
        short.copy_from_slice(&id[..8]);
        short
    }

    pub(crate) fn get(&self, id: &Id) -> Option<(i64, u16)> {
        self.0.get(&Hints::short(id)).copied()
    }

    pub(crate) fn put(&mut self, id: &Id, lane: i64, day: u16) {
        if self.0.len() >= HINTS_MAX {
            self.0.clear();
        }
        self.0.insert(Hints::short(id), (lane, day));
    }
}

impl Store {
    pub(crate) fn lane_number(&self, lane: &Id16) -> Result<Option<i64>> {
        if let Some(n) = self.numbers.borrow().lanes.get(lane) {
            return Ok(Some(*n));
        }
        let mut statement = self.conn.prepare_cached("SELECT n FROM lanes WHERE lane = ?1")?;
        let found = statement.query_row([lane], |row| row.get(0)).optional()?;
        if let Some(n) = found {
            self.numbers.borrow_mut().lanes.insert(*lane, n);
        }
        Ok(found)
    }
}

impl Txn<'_> {
    /// Adds an item to its lane and its trie. The caller has judged it storable.
    pub fn insert_item(&mut self, item: &ItemRow<'_>) -> Result<Inserted> {
        let inserted = self.insert_items(std::slice::from_ref(item))?;
        Ok(inserted.first().copied().unwrap_or(Inserted::Known))
    }

    /// Adds items in their order, like [`Txn::insert_item`] one by one but faster; one answer each.
    pub fn insert_items(&mut self, items: &[ItemRow<'_>]) -> Result<Vec<Inserted>> {
        let mut next_row = self.next_row()?;
        let store: &Store = self.store;
        let mut statement = store.conn.prepare_cached(
            "INSERT INTO items (row, lane, day, id, kind, feed, seq, tag, bytes, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        let mut answers = Vec::with_capacity(items.len());
        let mut short = Vec::new();
        for item in items {
            let (lane, tag, feed) = store.numbers_of(item)?;
            let packed = packed::pack(item, &mut short);
            let (kind, bytes) = match packed {
                true => (i64::from(item.kind) + packed::PACKED, short.as_slice()),
                false => (i64::from(item.kind), item.bytes),
            };
            let (day, id) = (item.day, &item.id);
            let columns = (next_row, lane, day, id, kind, feed, item.seq, tag, bytes, item.hash());
            match statement.execute(columns) {
                Ok(_) => {}
                Err(error) if is_duplicate(&error) => {
                    answers.push(Inserted::Known);
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
            answers.push(Inserted::Row(next_row));
            next_row += 1;
            self.next_row = Some(next_row);
            self.touched.entry(lane).or_default().insert(Key { day, id: *id });
        }
        Ok(answers)
    }

    /// Takes an item out of its lane and its trie with its verdict; true when it was there. For covered originals and
    /// for damaged rows that are about to be fetched again. Its row number is never used again.
    pub fn remove_item(&mut self, lane: &Id16, day: u16, id: &Id) -> Result<bool> {
        let Some(lane) = self.store.lane_number(lane)? else { return Ok(false) };
        self.mark_rows()?;
        let changed = self
            .store
            .conn
            .prepare_cached("DELETE FROM items WHERE lane = ?1 AND day = ?2 AND id = ?3")?
            .execute((lane, day, id))?;
        if changed == 0 {
            return Ok(false);
        }
        self.touched.entry(lane).or_default().insert(Key { day, id: *id });
        Ok(true)
    }

    /// Remembers the greatest row number in use, before rows are deleted.
    pub(crate) fn mark_rows(&mut self) -> Result<()> {
        let last = self.next_row()? - 1;
        meta::write(&self.store.conn, meta::ROW_MARK, &last.to_le_bytes())
    }

    fn next_row(&mut self) -> Result<i64> {
        if let Some(row) = self.next_row {
            return Ok(row);
        }
        let last = self.store.last_row()?;
        let row = match meta::read(&self.store.conn, meta::ROW_MARK) {
            Ok(mark) => mark.and_then(|b| b.try_into().ok()).map_or(0, i64::from_le_bytes).max(last) + 1,
            Err(StoreError::Damaged { .. }) => {
                let far = last.saturating_add(ROWS_SKIPPED);
                meta::write(&self.store.conn, meta::ROW_MARK, &far.to_le_bytes())?;
                far + 1
            }
            Err(error) => return Err(error),
        };
        self.next_row = Some(row);
        Ok(row)
    }
}

/// Numbers for long keys. Called inside a write transaction; what a rolled-back one made up is forgotten with it.
impl Store {
    fn numbers_of(&self, item: &ItemRow<'_>) -> Result<(i64, i64, i64)> {
        let lane = match self.lane_number(&item.lane)? {
            Some(n) => n,
            None => {
                self.new_number("INSERT INTO lanes (lane, root) VALUES (?1, zeroblob(16))", &[&item.lane])?
            }
        };
        let feed = self.number_of_feed(&(item.author, item.incarnation, item.space))?;
        Ok((lane, self.number_of_tag(lane, &item.tag)?, feed))
    }

    fn number_of_tag(&self, lane: i64, tag: &Id16) -> Result<i64> {
        let mut numbers = self.numbers.borrow_mut();
        if let Some(n) = numbers.tags.get(&(lane, *tag)) {
            return Ok(*n);
        }
        let n = match self.find_number("SELECT n FROM tags WHERE lane = ?1 AND tag = ?2", &[&lane, tag])? {
            Some(n) => n,
            None => self.new_number("INSERT INTO tags (lane, tag) VALUES (?1, ?2)", &[&lane, tag])?,
        };
        if numbers.tags.len() >= NUMBERS_MAX {
            numbers.tags.clear();
        }
        numbers.tags.insert((lane, *tag), n);
        Ok(n)
    }

    pub(crate) fn number_of_feed(&self, feed: &(Id, u64, Id16)) -> Result<i64> {
        let mut numbers = self.numbers.borrow_mut();
        if let Some(n) = numbers.feeds.get(feed) {
            return Ok(*n);
        }
        let incarnation = feed.1.cast_signed();
        let columns: [&dyn ToSql; 3] = [&feed.0, &incarnation, &feed.2];
        let find = "SELECT n FROM feeds WHERE author = ?1 AND incarnation = ?2 AND space = ?3";
        let n = match self.find_number(find, &columns)? {
            Some(n) => n,
            None => self
                .new_number("INSERT INTO feeds (author, incarnation, space) VALUES (?1, ?2, ?3)", &columns)?,
        };
        if numbers.feeds.len() >= NUMBERS_MAX {
            numbers.feeds.clear();
        }
        numbers.feeds.insert(*feed, n);
        Ok(n)
    }

    fn find_number(&self, sql: &str, columns: &[&dyn ToSql]) -> Result<Option<i64>> {
        Ok(self.conn.prepare_cached(sql)?.query_row(columns, |row| row.get(0)).optional()?)
    }

    fn new_number(&self, sql: &str, columns: &[&dyn ToSql]) -> Result<i64> {
        self.conn.prepare_cached(sql)?.execute(columns)?;
        Ok(self.conn.last_insert_rowid())
    }
}

/// True when the (lane, day, id) is taken. Asking SQLite to pass over duplicates by itself costs every insert more.
fn is_duplicate(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(failure, _)
        if failure.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE)
}
