//! Items: the only truth in the file. A row is added once, never changed, and checked against its hash on every read.

use rusqlite::{CachedStatement, OptionalExtension, Params, Row};
use tern_sync::Key;

use crate::error::{Result, StoreError};
use crate::hash::{ROW_HASH_BYTES, RowHash, row_hash};
use crate::open::Store;
use crate::packed;

/// 32 bytes: an item id, a device key, a hash.
pub type Id = [u8; 32];
/// 16 bytes: a lane, a document id, a tag, an epoch.
pub type Id16 = [u8; 16];

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

    pub(crate) fn hash(&self) -> RowHash {
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

    pub(crate) fn as_row(&self) -> ItemRow<'_> {
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

/// An item's place and size, without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowHead {
    /// Row number.
    pub row: i64,
    /// Its lane.
    pub lane: Id16,
    /// The author's claimed day.
    pub day: u16,
    /// The item's id.
    pub id: Id,
    /// Document tag, zero where none.
    pub tag: Id16,
    /// Size of the item.
    pub size_bytes: u32,
}

/// How many items a lane has and the root hash of its trie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LaneSum {
    /// Items in the lane.
    pub items: u64,
    /// Root of its trie, zero when empty.
    pub root: Id16,
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
    let fields = || -> rusqlite::Result<(StoredItem, bool, [u8; ROW_HASH_BYTES])> {
        let kind: i64 = row.get(4)?;
        let item = StoredItem {
            row: number,
            lane: row.get(1)?,
            day: row.get(2)?,
            id: row.get(3)?,
            kind: kind.to_le_bytes()[0],
            author: row.get(5)?,
            incarnation: row.get::<_, i64>(6)?.cast_unsigned(),
            seq: row.get(7)?,
            space: row.get(8)?,
            tag: row.get(9)?,
            bytes: Vec::new(),
        };
        Ok((item, kind & packed::PACKED != 0, row.get(11)?))
    };
    let (mut item, is_packed, hash) = fields().map_err(|_| damaged(number, id()))?;
    let stored = row.get_ref(10).ok().and_then(|v| v.as_blob().ok()).ok_or_else(|| damaged(number, id()))?;
    item.bytes = match is_packed {
        true => packed::unpack(&item.as_row(), stored).ok_or_else(|| damaged(number, id()))?,
        false => stored.to_vec(),
    };
    if item.as_row().hash() != hash {
        return Err(damaged(number, id()));
    }
    Ok(item)
}

/// Damaged rows: number and the bytes that should be an id.
pub type DamagedRows = Vec<(i64, Vec<u8>)>;

/// Size of the whole item, from the length of what is stored and the kind it is stored with.
fn size_of(stored_bytes: u32, kind: i64) -> u32 {
    let left_out = if kind & packed::PACKED == 0 { 0 } else { packed::LEFT_OUT };
    stored_bytes.saturating_add(u32::try_from(left_out).unwrap_or(u32::MAX))
}

impl Store {
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

    /// The item with this id, wherever it lies. See [`Store::row_of`] for what that costs.
    pub fn item(&self, id: &Id) -> Result<Option<StoredItem>> {
        let Some(row) = self.row_of(id)? else { return Ok(None) };
        self.item_by_row(row)
    }

    /// Row number of the item with this id. One probe of the index when the id came out of this store lately (keys of
    /// a trie, rows after a cursor); otherwise one for every (lane, day) that has items, because an index over ids
    /// alone would slow every insert down (docs/storage.md, Items).
    pub fn row_of(&self, id: &Id) -> Result<Option<i64>> {
        let mut statement =
            self.conn.prepare_cached("SELECT row FROM items WHERE lane = ?1 AND day = ?2 AND id = ?3")?;
        let mut probe = |lane: i64, day: u16| -> Result<Option<i64>> {
            Ok(statement.query_row((lane, day, id), |row| row.get(0)).optional()?)
        };
        if let Some((lane, day)) = self.hints.borrow().get(id)
            && let Some(row) = probe(lane, day)?
        {
            return Ok(Some(row));
        }
        for (lane, day) in self.lane_days()? {
            if let Some(row) = probe(lane, day)? {
                return Ok(Some(row));
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

    /// Up to `limit` rows of all lanes after `row`, without their bytes: what a cursor push walks. Not verified; the
    /// bytes are when they are read.
    pub fn rows_after(&self, row: i64, limit: usize) -> Result<Vec<RowHead>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT i.row, i.lane, l.lane, i.day, i.id, t.tag, length(i.bytes), i.kind FROM items i
             JOIN lanes l ON l.n = i.lane JOIN tags t ON t.n = i.tag WHERE i.row > ?1 ORDER BY i.row LIMIT ?2",
        )?;
        let mut rows = statement.query((row, i64::try_from(limit).unwrap_or(i64::MAX)))?;
        let mut heads = Vec::new();
        let mut hints = self.hints.borrow_mut();
        while let Some(row) = rows.next()? {
            let head = RowHead {
                row: row.get(0)?,
                lane: row.get(2)?,
                day: row.get(3)?,
                id: row.get(4)?,
                tag: row.get(5)?,
                size_bytes: size_of(row.get(6)?, row.get(7)?),
            };
            hints.put(&head.id, row.get(1)?, head.day);
            heads.push(head);
        }
        Ok(heads)
    }

    /// A bounded piece of a lane in row order: up to `limit` items after `row`.
    pub fn items_of_lane(&self, lane: &Id16, row: i64, limit: usize) -> Result<Vec<StoredItem>> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(Vec::new()) };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        // `+` keeps SQLite from sorting the whole lane.
        self.all_items("WHERE +i.lane = ?1 AND i.row > ?2 ORDER BY i.row LIMIT ?3", (lane, row, limit))
    }

    /// All records of the membership log in row order (ancestors before descendants, as they were stored).
    pub fn records(&self, log_lane: &Id16) -> Result<Vec<StoredItem>> {
        let Some(lane) = self.lane_number(log_lane)? else { return Ok(Vec::new()) };
        let mut items = self.all_items("WHERE i.lane = ?1", [lane])?;
        items.sort_unstable_by_key(|item| item.row);
        Ok(items)
    }

    /// As [`Store::records`], without rows that are damaged; those by row number and id.
    pub fn sound_records(&self, log_lane: &Id16) -> Result<(Vec<StoredItem>, DamagedRows)> {
        let (mut items, mut damaged) = (Vec::new(), Vec::new());
        let Some(lane) = self.lane_number(log_lane)? else { return Ok((items, damaged)) };
        let mut statement = self.items_where("WHERE i.lane = ?1")?;
        let mut rows = statement.query([lane])?;
        while let Some(row) = rows.next()? {
            match read_row(row) {
                Ok(item) => items.push(item),
                Err(StoreError::Damaged { row, id, .. }) => damaged.push((row, id)),
                Err(error) => return Err(error),
            }
        }
        items.sort_unstable_by_key(|item| item.row);
        Ok((items, damaged))
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

    /// Rows of everything a device wrote, ascending.
    pub fn rows_of_author(&self, author: &Id) -> Result<Vec<(i64, Id16)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT i.row, l.lane FROM items i JOIN feeds f ON f.n = i.feed JOIN lanes l ON l.n = i.lane
             WHERE f.author = ?1 ORDER BY i.row",
        )?;
        let rows = statement.query_map([author], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Rows of what a device wrote under a tag, ascending.
    pub fn rows_of_author_in_tag(&self, author: &Id, lane: &Id16, tag: &Id16) -> Result<Vec<i64>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT i.row FROM items i JOIN feeds f ON f.n = i.feed JOIN tags t ON t.n = i.tag
             JOIN lanes l ON l.n = t.lane WHERE l.lane = ?2 AND t.tag = ?3 AND f.author = ?1 ORDER BY i.row",
        )?;
        let rows = statement.query_map((author, lane, tag), |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Which device began each lane here: the author of the first feed that was seen in it.
    pub fn lanes_begun(&self) -> Result<Vec<(Id16, Id)>> {
        let mut statement =
            self.conn.prepare_cached("SELECT space, author, min(n) FROM feeds GROUP BY space")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
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
    fn lane_days(&self) -> Result<Vec<(i64, u16)>> {
        // `>=` on the next day, not `>` on this one: SQLite would step through all of this day's entries.
        let mut statement = self.conn.prepare_cached(
            "SELECT lane, day FROM items WHERE (lane, day) >= (?1, ?2) ORDER BY lane, day LIMIT 1",
        )?;
        let mut found = Vec::new();
        let mut from = (0, 0);
        while let Some((lane, day)) =
            statement.query_row(from, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u16>(1)?))).optional()?
        {
            found.push((lane, day));
            from = (lane, i64::from(day) + 1);
        }
        Ok(found)
    }
}

fn lane_sum(row: &Row<'_>, at: usize) -> rusqlite::Result<LaneSum> {
    Ok(LaneSum { items: row.get::<_, i64>(at)?.cast_unsigned(), root: row.get(at + 1)? })
}
