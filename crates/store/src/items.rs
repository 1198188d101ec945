//! Items: the only truth in the file. A row is added once, never changed, and checked against its hash on every read.

use std::collections::BTreeMap;

use rusqlite::{CachedStatement, OptionalExtension, Params, Row, ToSql};
use tern_sync::Key;

use crate::error::{Result, StoreError};
use crate::hash::{RowHash, row_hash};
use crate::open::Store;
use crate::txn::Txn;

/// 32 bytes: an item id, a device key, a hash.
pub type Id = [u8; 32];
/// 16 bytes: a lane, a document id, a tag, an epoch.
pub type Id16 = [u8; 16];

/// Known numbers are forgotten when there are more than this.
const NUMBERS_MAX: usize = 20_000;

/// One item to insert: its bytes and the header fields that are indexed (docs/wire.md, Item).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemRow<'a> {
    /// The set it is reconciled in: the log lane for records, else its space.
    pub lane: Id16,
    /// The author's claimed day.
    pub day: u16,
    /// The item's id.
    pub id: Id,
    /// The kind byte.
    pub kind: u8,
    /// The author's device key.
    pub author: Id,
    /// The author's process run.
    pub incarnation: u64,
    /// Place in its feed.
    pub seq: u32,
    /// Space of the header (zero for records).
    pub space: Id16,
    /// Document tag, zero where none.
    pub tag: Id16,
    /// The whole item with its signature.
    pub bytes: &'a [u8],
}

impl<'a> ItemRow<'a> {
    /// Reads the indexed fields from an item's own bytes. `None` when they are shorter than an item's header. Nothing
    /// is verified: judging comes before storing.
    pub fn from_bytes(lane: Id16, id: Id, bytes: &'a [u8]) -> Option<Self> {
        Some(ItemRow {
            lane,
            day: u16::from_le_bytes(field(bytes, 2)?),
            id,
            kind: *bytes.get(1)?,
            author: field(bytes, 36)?,
            incarnation: u64::from_le_bytes(field(bytes, 68)?),
            seq: u32::from_le_bytes(field(bytes, 76)?),
            space: field(bytes, 96)?,
            tag: field(bytes, 128)?,
            bytes,
        })
    }

    fn hash(&self) -> RowHash {
        let mut small = [0; 15];
        small[..2].copy_from_slice(&self.day.to_le_bytes());
        small[2] = self.kind;
        small[3..11].copy_from_slice(&self.incarnation.to_le_bytes());
        small[11..].copy_from_slice(&self.seq.to_le_bytes());
        row_hash("items", &[&self.lane, &self.id, &small, &self.author, &self.space, &self.tag, self.bytes])
    }
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

/// What became of an insert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// Stored under this row number, larger than any before.
    Row(i64),
    /// The item was there already; nothing changed.
    Known,
}

/// One stored item whose row hash was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    /// Row number: arrival order on this device.
    pub row: i64,
    /// Its lane.
    pub lane: Id16,
    /// The author's claimed day.
    pub day: u16,
    /// The item's id.
    pub id: Id,
    /// The kind byte.
    pub kind: u8,
    /// The author's device key.
    pub author: Id,
    /// The author's process run.
    pub incarnation: u64,
    /// Place in its feed.
    pub seq: u32,
    /// Space of the header (zero for records).
    pub space: Id16,
    /// Document tag, zero where none.
    pub tag: Id16,
    /// The whole item.
    pub bytes: Vec<u8>,
}

impl StoredItem {
    /// The epoch whose key seals the body; zero when the body is in the clear.
    pub fn epoch(&self) -> Id16 {
        field(&self.bytes, 112).unwrap_or_default()
    }

    /// The trie key.
    pub fn key(&self) -> Key {
        Key { day: self.day, id: self.id }
    }

    fn as_row(&self) -> ItemRow<'_> {
        ItemRow {
            lane: self.lane,
            day: self.day,
            id: self.id,
            kind: self.kind,
            author: self.author,
            incarnation: self.incarnation,
            seq: self.seq,
            space: self.space,
            tag: self.tag,
            bytes: &self.bytes,
        }
    }
}

/// How many items a lane has and the root hash of its trie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LaneSum {
    /// Items in the lane.
    pub items: u64,
    /// Root of its trie, zero when empty.
    pub root: Id16,
}

/// Short numbers of long keys, remembered for inserts.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    lanes: BTreeMap<Id16, i64>,
    feeds: BTreeMap<(Id, u64, Id16), i64>,
    tags: BTreeMap<(i64, Id16), i64>,
}

impl Numbers {
    pub(crate) fn clear(&mut self) {
        *self = Numbers::default();
    }
}

const COLUMNS: &str =
    "SELECT i.row, l.lane, i.day, i.id, i.kind, f.author, f.incarnation, i.seq, f.space, t.tag,
    i.bytes, i.hash FROM items i LEFT JOIN lanes l ON l.n = i.lane LEFT JOIN feeds f ON f.n = i.feed
    LEFT JOIN tags t ON t.n = i.tag";

fn damaged(row: i64, id: Vec<u8>) -> StoreError {
    StoreError::Damaged { table: "items", row, id }
}

/// Reads one row of [`COLUMNS`]; anything that does not fit or does not match the hash is `Damaged`.
pub(crate) fn read_row(row: &Row<'_>) -> Result<StoredItem> {
    let number: i64 = row.get(0)?;
    let id = || row.get_ref(3).ok().and_then(|v| v.as_blob().ok()).unwrap_or_default().to_vec();
    let fields = || -> rusqlite::Result<(StoredItem, Vec<u8>)> {
        let item = StoredItem {
            row: number,
            lane: row.get(1)?,
            day: row.get(2)?,
            id: row.get(3)?,
            kind: row.get(4)?,
            author: row.get(5)?,
            incarnation: row.get::<_, i64>(6)?.cast_unsigned(),
            seq: row.get(7)?,
            space: row.get(8)?,
            tag: row.get(9)?,
            bytes: row.get(10)?,
        };
        Ok((item, row.get(11)?))
    };
    let (item, hash) = fields().map_err(|_| damaged(number, id()))?;
    if item.as_row().hash().as_slice() != hash {
        return Err(damaged(number, id()));
    }
    Ok(item)
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

    pub(crate) fn items_where(&self, rest: &str) -> Result<CachedStatement<'_>> {
        Ok(self.conn.prepare_cached(&format!("{COLUMNS} {rest}"))?)
    }

    fn one_item(&self, rest: &str, params: impl Params) -> Result<Option<StoredItem>> {
        let mut statement = self.items_where(rest)?;
        let mut rows = statement.query(params)?;
        rows.next()?.map(read_row).transpose()
    }

    fn all_items(&self, rest: &str, params: impl Params) -> Result<Vec<StoredItem>> {
        let mut statement = self.items_where(rest)?;
        let mut rows = statement.query(params)?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(read_row(row)?);
        }
        Ok(items)
    }

    /// The item with this id, wherever it lies. Without its day this probes every (lane, day) that has items, so use
    /// [`Store::item_at`] where the day is known.
    pub fn item(&self, id: &Id) -> Result<Option<StoredItem>> {
        for (lane, day) in self.lane_days()? {
            let found = self.one_item("WHERE i.lane = ?1 AND i.day = ?2 AND i.id = ?3", (lane, day, id))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The item of a lane with this day and id.
    pub fn item_at(&self, lane: &Id16, day: u16, id: &Id) -> Result<Option<StoredItem>> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(None) };
        self.one_item("WHERE i.lane = ?1 AND i.day = ?2 AND i.id = ?3", (lane, day, id))
    }

    /// The item of a row number.
    pub fn item_by_row(&self, row: i64) -> Result<Option<StoredItem>> {
        self.one_item("WHERE i.row = ?1", [row])
    }

    /// True when the lane holds this item; touches only the index.
    pub fn has_item(&self, lane: &Id16, day: u16, id: &Id) -> Result<bool> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(false) };
        let mut statement =
            self.conn.prepare_cached("SELECT 1 FROM items WHERE lane = ?1 AND day = ?2 AND id = ?3")?;
        Ok(statement.exists((lane, day, id))?)
    }

    /// All items of one document tag, in row order.
    pub fn items_by_tag(&self, lane: &Id16, tag: &Id16) -> Result<Vec<StoredItem>> {
        self.items_by_tag_after(lane, tag, 0)
    }

    /// Items of one document tag whose row is greater than `row`: what a snapshot folded up to `row` still lacks.
    pub fn items_by_tag_after(&self, lane: &Id16, tag: &Id16, row: i64) -> Result<Vec<StoredItem>> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(Vec::new()) };
        self.all_items(
            "WHERE i.tag = (SELECT n FROM tags WHERE lane = ?1 AND tag = ?2) AND i.row > ?3 ORDER BY i.row",
            (lane, tag, row),
        )
    }

    /// Items of all lanes after `row` in row order, until their bytes pass `max_bytes` (at least one when any is left).
    pub fn items_after(&self, row: i64, max_bytes: usize) -> Result<Vec<StoredItem>> {
        let mut statement = self.items_where("WHERE i.row > ?1 ORDER BY i.row")?;
        let mut rows = statement.query([row])?;
        let (mut items, mut size) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let item = read_row(row)?;
            size += item.bytes.len();
            if size > max_bytes && !items.is_empty() {
                break;
            }
            items.push(item);
        }
        Ok(items)
    }

    /// A bounded piece of a lane in row order: up to `limit` items after `row`.
    pub fn items_of_lane(&self, lane: &Id16, row: i64, limit: usize) -> Result<Vec<StoredItem>> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(Vec::new()) };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.all_items("WHERE i.lane = ?1 AND i.row > ?2 ORDER BY i.row LIMIT ?3", (lane, row, limit))
    }

    /// All records of the membership log in row order (ancestors before descendants, as they were stored).
    pub fn records(&self, log_lane: &Id16) -> Result<Vec<StoredItem>> {
        let Some(lane) = self.lane_number(log_lane)? else { return Ok(Vec::new()) };
        let mut items = self.all_items("WHERE i.lane = ?1", [lane])?;
        items.sort_unstable_by_key(|item| item.row);
        Ok(items)
    }

    /// Items of one feed from `from_seq` on, by (seq, row): forks show as two items of one seq.
    pub fn items_of_feed(
        &self,
        author: &Id,
        incarnation: u64,
        space: &Id16,
        from_seq: u32,
    ) -> Result<Vec<StoredItem>> {
        self.all_items(
            "WHERE i.feed = (SELECT n FROM feeds WHERE author = ?1 AND incarnation = ?2 AND space = ?3)
             AND i.seq >= ?4 ORDER BY i.seq, i.row",
            (author, incarnation.cast_signed(), space, from_seq),
        )
    }

    /// Every feed seen of an author: (incarnation, space), in order of first arrival.
    pub fn feeds_of(&self, author: &Id) -> Result<Vec<(u64, Id16)>> {
        let mut statement =
            self.conn.prepare_cached("SELECT incarnation, space FROM feeds WHERE author = ?1 ORDER BY n")?;
        let rows =
            statement.query_map([author], |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Every tag of a lane in order of first arrival.
    pub fn tags(&self, lane: &Id16) -> Result<Vec<Id16>> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(Vec::new()) };
        let mut statement = self.conn.prepare_cached("SELECT tag FROM tags WHERE lane = ?1 ORDER BY n")?;
        Ok(statement.query_map([lane], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// The greatest row number of the tag, 0 when it has none.
    pub fn last_row_of_tag(&self, lane: &Id16, tag: &Id16) -> Result<i64> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(0) };
        let mut statement = self.conn.prepare_cached(
            "SELECT ifnull(max(row), 0) FROM items WHERE tag = (SELECT n FROM tags WHERE lane = ?1 AND tag = ?2)",
        )?;
        Ok(statement.query_row((lane, tag), |row| row.get(0))?)
    }

    /// The greatest row number in use, 0 in an empty store.
    pub fn last_row(&self) -> Result<i64> {
        let mut statement = self.conn.prepare_cached("SELECT ifnull(max(row), 0) FROM items")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// All lanes with items, by lane id, with count and trie root as of the last commit.
    pub fn lanes(&self) -> Result<Vec<(Id16, LaneSum)>> {
        let mut statement =
            self.conn.prepare_cached("SELECT lane, items, root FROM lanes WHERE items > 0 ORDER BY lane")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, lane_sum(row, 1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Count and trie root of one lane as of the last commit.
    pub fn lane(&self, lane: &Id16) -> Result<LaneSum> {
        let mut statement = self.conn.prepare_cached("SELECT items, root FROM lanes WHERE lane = ?1")?;
        Ok(statement.query_row([lane], |row| lane_sum(row, 0)).optional()?.unwrap_or_default())
    }

    /// Items in a lane as of the last commit.
    pub fn count(&self, lane: &Id16) -> Result<u64> {
        Ok(self.lane(lane)?.items)
    }

    /// Every (lane number, day) that has items, found by leaping through the index.
    fn lane_days(&self) -> Result<Vec<(i64, i64)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT lane, day FROM items WHERE (lane, day) > (?1, ?2) ORDER BY lane, day LIMIT 1",
        )?;
        let (mut found, mut at) = (Vec::new(), (i64::MIN, i64::MIN));
        while let Some(next) = statement.query_row(at, |row| Ok((row.get(0)?, row.get(1)?))).optional()? {
            found.push(next);
            at = next;
        }
        Ok(found)
    }
}

fn lane_sum(row: &Row<'_>, at: usize) -> rusqlite::Result<LaneSum> {
    Ok(LaneSum { items: row.get::<_, i64>(at)?.cast_unsigned(), root: row.get(at + 1)? })
}

impl Txn<'_> {
    /// Adds an item to its lane and its trie. The caller has judged it storable.
    pub fn insert_item(&mut self, item: &ItemRow<'_>) -> Result<Inserted> {
        let lane = self.number_of_lane(&item.lane)?;
        let tag = self.number_of_tag(lane, &item.tag)?;
        let feed = self.number_of_feed(item)?;
        let changed = {
            let mut statement = self.store.conn.prepare_cached(
                "INSERT INTO items (lane, day, id, kind, feed, seq, tag, bytes, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (lane, day, id) DO NOTHING",
            )?;
            let (day, id, kind) = (item.day, &item.id, item.kind);
            statement.execute((lane, day, id, kind, feed, item.seq, tag, item.bytes, item.hash()))?
        };
        if changed == 0 {
            return Ok(Inserted::Known);
        }
        self.touch(lane, Key { day: item.day, id: item.id });
        Ok(Inserted::Row(self.store.conn.last_insert_rowid()))
    }

    /// Takes an item out of its lane and its trie with its verdict; true when it was there. For covered originals and
    /// for damaged rows that are about to be fetched again.
    pub fn remove_item(&mut self, lane: &Id16, day: u16, id: &Id) -> Result<bool> {
        let Some(lane) = self.store.lane_number(lane)? else { return Ok(false) };
        let changed = self
            .store
            .conn
            .prepare_cached("DELETE FROM items WHERE lane = ?1 AND day = ?2 AND id = ?3")?
            .execute((lane, day, id))?;
        if changed == 0 {
            return Ok(false);
        }
        self.touch(lane, Key { day, id: *id });
        Ok(true)
    }

    fn touch(&mut self, lane: i64, key: Key) {
        self.touched.entry(lane).or_default().insert(key);
    }

    fn number_of_lane(&mut self, lane: &Id16) -> Result<i64> {
        if let Some(n) = self.store.lane_number(lane)? {
            return Ok(n);
        }
        let n = self.new_number("INSERT INTO lanes (lane, root) VALUES (?1, zeroblob(16))", &[lane])?;
        self.store.numbers.get_mut().lanes.insert(*lane, n);
        Ok(n)
    }

    fn number_of_tag(&mut self, lane: i64, tag: &Id16) -> Result<i64> {
        if let Some(n) = self.store.numbers.get_mut().tags.get(&(lane, *tag)) {
            return Ok(*n);
        }
        let found = self.find_number("SELECT n FROM tags WHERE lane = ?1 AND tag = ?2", &[&lane, tag])?;
        let n = match found {
            Some(n) => n,
            None => self.new_number("INSERT INTO tags (lane, tag) VALUES (?1, ?2)", &[&lane, tag])?,
        };
        let known = &mut self.store.numbers.get_mut().tags;
        if known.len() >= NUMBERS_MAX {
            known.clear();
        }
        known.insert((lane, *tag), n);
        Ok(n)
    }

    fn number_of_feed(&mut self, item: &ItemRow<'_>) -> Result<i64> {
        let feed = (item.author, item.incarnation, item.space);
        if let Some(n) = self.store.numbers.get_mut().feeds.get(&feed) {
            return Ok(*n);
        }
        let incarnation = item.incarnation.cast_signed();
        let columns: [&dyn ToSql; 3] = [&item.author, &incarnation, &item.space];
        let found = self.find_number(
            "SELECT n FROM feeds WHERE author = ?1 AND incarnation = ?2 AND space = ?3",
            &columns,
        )?;
        let n = match found {
            Some(n) => n,
            None => self
                .new_number("INSERT INTO feeds (author, incarnation, space) VALUES (?1, ?2, ?3)", &columns)?,
        };
        let known = &mut self.store.numbers.get_mut().feeds;
        if known.len() >= NUMBERS_MAX {
            known.clear();
        }
        known.insert(feed, n);
        Ok(n)
    }

    fn find_number(&self, sql: &str, columns: &[&dyn ToSql]) -> Result<Option<i64>> {
        Ok(self.store.conn.prepare_cached(sql)?.query_row(columns, |row| row.get(0)).optional()?)
    }

    fn new_number(&self, sql: &str, columns: &[&dyn ToSql]) -> Result<i64> {
        self.store.conn.prepare_cached(sql)?.execute(columns)?;
        Ok(self.store.conn.last_insert_rowid())
    }
}
