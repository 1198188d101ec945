//! Packs and the items that they cover. Which pack is accepted is the caller's to say; here are only the rows.
//!
//! A covered item is taken out of its lane and its trie, so that every other reader of the store finds it absent, and is
//! kept aside until it is dropped or a change of the log brings it back.

use rusqlite::{OptionalExtension, Params};

use crate::error::Result;
use crate::items::{Id, Id16, StoredItem, read_row};
use crate::open::Store;
use crate::txn::Txn;

/// Kind bytes of packs and attests (docs/trust.md, Items).
const KIND_PACK: i64 = 2;
const KIND_ATTEST: i64 = 3;

const COVERED: &str =
    "SELECT i.row, l.lane, i.day, i.id, i.kind, f.author, f.incarnation, i.seq, f.space, t.tag,
    i.bytes, i.hash FROM covered i LEFT JOIN lanes l ON l.n = i.lane LEFT JOIN feeds f ON f.n = i.feed
    LEFT JOIN tags t ON t.n = i.tag";

/// A stored pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRow {
    /// The item.
    pub item: StoredItem,
    /// Whether it was noted as accepted.
    pub accepted: bool,
}

/// What a tag holds, as far as folding goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PackState {
    /// Its items.
    pub items: u64,
    /// The newest day that one of them claims.
    pub newest_day: u16,
    /// Whether a pack of it is not accepted.
    pub drafts: bool,
    /// Whether covered items of it lie aside.
    pub covered: bool,
}

/// How much lies aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CoveredSum {
    /// Items.
    pub items: u64,
    /// Bytes of them.
    pub bytes: u64,
}

impl Store {
    fn packs_where(&self, rest: &str, params: impl Params) -> Result<Vec<PackRow>> {
        let mut statement = self.items_where(&format!("JOIN packs p ON p.row = i.row {rest}"))?;
        let mut rows = statement.query(params)?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(read_row(row)?);
        }
        let mut accepted = self.conn.prepare_cached("SELECT accepted FROM packs WHERE row = ?1")?;
        items
            .into_iter()
            .map(|item| {
                let accepted = accepted.query_row([item.row], |row| row.get(0))?;
                Ok(PackRow { item, accepted })
            })
            .collect()
    }

    /// The packs of a tag, in row order.
    pub fn packs_of_tag(&self, lane: &Id16, tag: &Id16) -> Result<Vec<PackRow>> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(Vec::new()) };
        self.packs_where(
            "WHERE p.tag = (SELECT n FROM tags WHERE lane = ?1 AND tag = ?2) ORDER BY i.row",
            (lane, tag),
        )
    }

    /// Accepted packs that name items of a feed.
    pub fn packs_of_feed(&self, author: &Id, incarnation: u64, space: &Id16) -> Result<Vec<PackRow>> {
        self.packs_where(
            "WHERE p.accepted = 1 AND p.row IN (SELECT row FROM pack_feeds WHERE feed =
               (SELECT n FROM feeds WHERE author = ?1 AND incarnation = ?2 AND space = ?3))",
            (author, incarnation.cast_signed(), space),
        )
    }

    /// Whether an accepted pack of this tag is here: only then can an item of it be covered.
    pub fn has_accepted_packs(&self, lane: &Id16, tag: &Id16) -> Result<bool> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(false) };
        let mut statement = self.conn.prepare_cached(
            "SELECT 1 FROM packs WHERE accepted = 1 AND tag = (SELECT n FROM tags WHERE lane = ?1 AND tag = ?2)",
        )?;
        Ok(statement.exists((lane, tag))?)
    }

    /// What a tag holds, without reading an item.
    pub fn pack_state(&self, lane: &Id16, tag: &Id16) -> Result<PackState> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(PackState::default()) };
        let mut statement = self.conn.prepare_cached(
            "SELECT (SELECT count(*) FROM items WHERE tag = t.n), (SELECT ifnull(max(day), 0) FROM items WHERE tag = t.n),
               EXISTS (SELECT 1 FROM packs WHERE tag = t.n AND accepted = 0),
               EXISTS (SELECT 1 FROM covered WHERE tag = t.n) FROM tags t WHERE t.lane = ?1 AND t.tag = ?2",
        )?;
        let state = statement.query_row((lane, tag), |row| {
            Ok(PackState {
                items: row.get::<_, i64>(0)?.cast_unsigned(),
                newest_day: row.get(1)?,
                drafts: row.get(2)?,
                covered: row.get(3)?,
            })
        });
        Ok(state.optional()?.unwrap_or_default())
    }

    /// Whether the item of a row is an accepted pack.
    pub fn is_accepted_pack(&self, row: i64) -> Result<bool> {
        let mut statement =
            self.conn.prepare_cached("SELECT 1 FROM packs WHERE row = ?1 AND accepted = 1")?;
        Ok(statement.exists([row])?)
    }

    /// Packs and attests of a tag, in row order.
    pub fn pack_items_of_tag(&self, lane: &Id16, tag: &Id16) -> Result<Vec<StoredItem>> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(Vec::new()) };
        let kinds = [KIND_PACK, KIND_ATTEST].map(|kind| format!("{kind}, {}", kind + crate::packed::PACKED));
        let mut statement = self.items_where(&format!(
            "WHERE i.tag = (SELECT n FROM tags WHERE lane = ?1 AND tag = ?2) AND i.kind IN ({}) ORDER BY i.row",
            kinds.join(", ")
        ))?;
        let mut rows = statement.query((lane, tag))?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(read_row(row)?);
        }
        Ok(items)
    }

    /// Every (lane, tag) that has packs or covered items.
    pub fn tags_with_packs(&self) -> Result<Vec<(Id16, Id16)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT l.lane, t.tag FROM tags t JOIN lanes l ON l.n = t.lane
             WHERE t.n IN (SELECT tag FROM packs UNION SELECT tag FROM covered) ORDER BY t.n",
        )?;
        Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
    }

    /// Tags with at least `least` items, with how many they have: where a pack may be worth its bytes.
    pub fn crowded_tags(&self, least: u64) -> Result<Vec<(Id16, Id16, u64)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT l.lane, t.tag, c.n FROM
               (SELECT tag, count(*) AS n FROM items GROUP BY tag HAVING count(*) >= ?1) c
             JOIN tags t ON t.n = c.tag JOIN lanes l ON l.n = t.lane WHERE t.tag <> zeroblob(16) ORDER BY t.n",
        )?;
        let rows = statement.query_map([least.cast_signed()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?.cast_unsigned()))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Covered items of a tag that are still here. Damaged ones are left out: nobody needs them.
    pub fn covered_of_tag(&self, lane: &Id16, tag: &Id16) -> Result<Vec<StoredItem>> {
        let Some(lane) = self.lane_number(lane)? else { return Ok(Vec::new()) };
        let mut statement = self.conn.prepare_cached(&format!(
            "{COVERED} WHERE i.tag = (SELECT n FROM tags WHERE lane = ?1 AND tag = ?2) ORDER BY i.row"
        ))?;
        let mut rows = statement.query((lane, tag))?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.extend(read_row(row).ok());
        }
        Ok(items)
    }

    /// How much lies aside.
    pub fn covered(&self) -> Result<CoveredSum> {
        let mut statement =
            self.conn.prepare_cached("SELECT count(*), ifnull(sum(length(bytes)), 0) FROM covered")?;
        Ok(statement.query_row([], |row| {
            let count = |at| row.get::<_, i64>(at).map(i64::cast_unsigned);
            Ok(CoveredSum { items: count(0)?, bytes: count(1)? })
        })?)
    }
}

impl Txn<'_> {
    /// Notes a stored item as a pack, with the feeds (author, process run) that its list names.
    pub fn put_pack(&mut self, row: i64, space: &Id16, feeds: &[(Id, u64)]) -> Result<()> {
        let conn = &self.store.conn;
        conn.prepare_cached(
            "INSERT OR IGNORE INTO packs (row, tag, accepted) SELECT row, tag, 0 FROM items WHERE row = ?1",
        )?
        .execute([row])?;
        let mut statement =
            conn.prepare_cached("INSERT OR IGNORE INTO pack_feeds (feed, row) VALUES (?1, ?2)")?;
        for (author, incarnation) in feeds {
            let feed = self.store.number_of_feed(&(*author, *incarnation, *space))?;
            statement.execute((feed, row))?;
        }
        Ok(())
    }

    /// Notes whether a pack is accepted.
    pub fn accept_pack(&mut self, row: i64, accepted: bool) -> Result<()> {
        let sql = "UPDATE packs SET accepted = ?2 WHERE row = ?1";
        self.store.conn.prepare_cached(sql)?.execute((row, accepted))?;
        Ok(())
    }

    /// Takes a stored item out of its lane and its trie and lays it aside.
    pub fn cover_item(&mut self, item: &StoredItem, since_ms: i64) -> Result<()> {
        let columns = "row, lane, day, id, kind, feed, seq, tag, bytes, hash";
        let sql = format!(
            "INSERT INTO covered ({columns}, since_ms) SELECT {columns}, ?2 FROM items WHERE row = ?1"
        );
        self.store.conn.prepare_cached(&sql)?.execute((item.row, since_ms))?;
        self.remove_item(&item.lane, item.day, &item.id)?;
        Ok(())
    }

    /// Brings a covered item back, under a new row number; none when an equal one came meanwhile.
    pub fn uncover_item(&mut self, item: &StoredItem) -> Result<Option<i64>> {
        self.drop_covered(&[item.row])?;
        match self.insert_item(&item.as_row())? {
            crate::items::Inserted::Row(row) => Ok(Some(row)),
            crate::items::Inserted::Known => Ok(None),
        }
    }

    /// Drops covered items for good.
    pub fn drop_covered(&mut self, rows: &[i64]) -> Result<()> {
        let mut statement = self.store.conn.prepare_cached("DELETE FROM covered WHERE row = ?1")?;
        for row in rows {
            statement.execute([row])?;
        }
        Ok(())
    }

    /// Drops what was covered before an instant; says how many items went.
    pub fn drop_covered_before(&mut self, before_ms: i64) -> Result<u64> {
        let sql = "DELETE FROM covered WHERE since_ms < ?1";
        Ok(self.store.conn.prepare_cached(sql)?.execute([before_ms])? as u64)
    }
}
