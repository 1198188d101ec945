//! Snapshots of documents (caches of what the items say) and the state of this device's own feeds.

use rusqlite::{Params, Row};

use crate::error::{Result, StoreError};
use crate::hash::{RowHash, row_hash};
use crate::items::{Id, Id16};
use crate::open::Store;
use crate::rest::{self, Rest};
use crate::txn::Txn;

/// What is known of a document without loading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocRow {
    /// Document id.
    pub doc: Id16,
    /// Its space.
    pub lane: Id16,
    /// Its tag in that space.
    pub tag: Id16,
    /// `kind` of the document's root, as text.
    pub kind: String,
    /// Heads of the snapshot, 32 bytes each.
    pub heads: Vec<Id>,
    /// Items of the tag up to this row are folded into the snapshot.
    pub upto_row: i64,
    /// When the snapshot was last replaced.
    pub updated_ms: i64,
}

impl DocRow {
    /// Hash of the row as it lies in the file, with kind and heads in that form.
    fn hash(&self, kind: &str, heads: &[u8]) -> RowHash {
        let (upto, updated) = (self.upto_row.to_le_bytes(), self.updated_ms.to_le_bytes());
        let columns: [&[u8]; 7] = [&self.doc, &self.lane, &self.tag, kind.as_bytes(), heads, &upto, &updated];
        row_hash("docs", &columns)
    }
}

/// Where an own feed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnFeed {
    /// This device.
    pub author: Id,
    /// The space whose items it orders.
    pub space: Id16,
    /// The process run that writes it.
    pub incarnation: u64,
    /// Seq of the next item.
    pub next_seq: u32,
    /// First half of the last item's id, zero before the first.
    pub prev: Id16,
    /// When it was last written.
    pub updated_ms: i64,
}

impl OwnFeed {
    fn hash(&self) -> RowHash {
        let (run, seq) = (self.incarnation.to_le_bytes(), self.next_seq.to_le_bytes());
        let updated = self.updated_ms.to_le_bytes();
        row_hash("own_feeds", &[&self.author, &self.space, &run, &seq, &self.prev, &updated])
    }
}

const DOC_COLUMNS: &str = "SELECT doc, lane, tag, kind, heads, upto_row, updated_ms, hash FROM docs";
const FEED_COLUMNS: &str =
    "SELECT author, space, incarnation, next_seq, prev, updated_ms, hash FROM own_feeds";

fn read_doc(rest: Option<&Rest>, row: &Row<'_>) -> Result<DocRow> {
    let damaged = || {
        let id = row.get_ref(0).ok().and_then(|v| v.as_blob().ok()).unwrap_or_default().to_vec();
        StoreError::Damaged { table: "docs", row: 0, id }
    };
    let fields = || -> rusqlite::Result<(DocRow, Vec<u8>, Vec<u8>)> {
        let doc = DocRow {
            doc: row.get(0)?,
            lane: row.get(1)?,
            tag: row.get(2)?,
            kind: row.get(3)?,
            heads: Vec::new(),
            upto_row: row.get(5)?,
            updated_ms: row.get(6)?,
        };
        Ok((doc, row.get(4)?, row.get(7)?))
    };
    let (mut doc, heads, hash) = fields().map_err(|_| damaged())?;
    if doc.hash(&doc.kind, &heads).as_slice() != hash {
        return Err(damaged());
    }
    let heads = rest::shown(rest, &[b"docs heads", &doc.doc], heads).ok_or_else(damaged)?;
    doc.kind = rest::shown_text(rest, &[b"docs kind", &doc.doc], doc.kind).ok_or_else(damaged)?;
    let (heads, beyond) = heads.as_chunks::<32>();
    doc.heads = heads.to_vec();
    if beyond.is_empty() { Ok(doc) } else { Err(damaged()) }
}

fn read_feed(row: &Row<'_>) -> Result<OwnFeed> {
    let damaged = || {
        let id = row.get_ref(0).ok().and_then(|v| v.as_blob().ok()).unwrap_or_default().to_vec();
        StoreError::Damaged { table: "own_feeds", row: 0, id }
    };
    let fields = || -> rusqlite::Result<(OwnFeed, Vec<u8>)> {
        let feed = OwnFeed {
            author: row.get(0)?,
            space: row.get(1)?,
            incarnation: row.get::<_, i64>(2)?.cast_unsigned(),
            next_seq: row.get(3)?,
            prev: row.get(4)?,
            updated_ms: row.get(5)?,
        };
        Ok((feed, row.get(6)?))
    };
    let (feed, hash) = fields().map_err(|_| damaged())?;
    if feed.hash().as_slice() != hash {
        return Err(damaged());
    }
    Ok(feed)
}

fn snapshot_hash(doc: &[u8], bytes: &[u8]) -> RowHash {
    row_hash("snapshots", &[doc, bytes])
}

/// Rows looked at and errors of those that do not match their hash, over docs, snapshots and own feeds.
pub(crate) fn damaged(store: &Store) -> Result<(u64, Vec<StoreError>)> {
    let (mut seen, mut bad) = (0, Vec::new());
    let mut look = |sql: &str, check: &dyn Fn(&Row<'_>) -> Result<()>| -> Result<()> {
        let mut statement = store.conn.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            seen += 1;
            match check(row) {
                Err(error @ StoreError::Damaged { .. }) => bad.push(error),
                other => other?,
            }
        }
        Ok(())
    };
    let rest = store.rest.as_ref();
    look(DOC_COLUMNS, &|row| read_doc(rest, row).map(|_| ()))?;
    look(FEED_COLUMNS, &|row| read_feed(row).map(|_| ()))?;
    look("SELECT n, doc, bytes, hash FROM snapshots", &|row| read_snapshot(rest, row).map(|_| ()))?;
    Ok((seen, bad))
}

fn read_snapshot(rest: Option<&Rest>, row: &Row<'_>) -> Result<Vec<u8>> {
    let number: i64 = row.get(0)?;
    let fields =
        || -> rusqlite::Result<(Vec<u8>, Vec<u8>, Vec<u8>)> { Ok((row.get(1)?, row.get(2)?, row.get(3)?)) };
    match fields() {
        Ok((id, bytes, hash)) if hash == snapshot_hash(&id, &bytes) => {
            let shown = rest::shown(rest, &[b"snapshots", &id], bytes);
            shown.ok_or(StoreError::Damaged { table: "snapshots", row: number, id })
        }
        Ok((id, _, _)) => Err(StoreError::Damaged { table: "snapshots", row: number, id }),
        Err(_) => Err(StoreError::Damaged { table: "snapshots", row: number, id: Vec::new() }),
    }
}

impl Store {
    fn docs_where(&self, rest: &str, params: impl Params) -> Result<Vec<DocRow>> {
        let mut statement = self.conn.prepare_cached(&format!("{DOC_COLUMNS} {rest}"))?;
        let mut rows = statement.query(params)?;
        let mut docs = Vec::new();
        while let Some(row) = rows.next()? {
            docs.push(read_doc(self.rest.as_ref(), row)?);
        }
        Ok(docs)
    }

    /// The document's row, `None` when it has no snapshot.
    pub fn doc(&self, doc: &Id16) -> Result<Option<DocRow>> {
        Ok(self.docs_where("WHERE doc = ?1", [doc])?.pop())
    }

    /// The document of a tag.
    pub fn doc_by_tag(&self, lane: &Id16, tag: &Id16) -> Result<Option<DocRow>> {
        Ok(self.docs_where("WHERE lane = ?1 AND tag = ?2", (lane, tag))?.pop())
    }

    /// Ids of the documents of a lane.
    pub fn docs_of_lane(&self, lane: &Id16) -> Result<Vec<Id16>> {
        let mut statement = self.conn.prepare_cached("SELECT doc FROM docs WHERE lane = ?1")?;
        let rows = statement.query_map([lane], |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Ids of all documents that have a row or a snapshot, readable or not.
    pub(crate) fn docs_with_rows(&self) -> Result<Vec<Id16>> {
        let mut statement =
            self.conn.prepare("SELECT doc FROM docs UNION SELECT doc FROM snapshots ORDER BY doc")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    }

    /// All documents by id.
    pub fn docs(&self) -> Result<Vec<DocRow>> {
        self.docs_where("ORDER BY doc", [])
    }

    /// Documents whose tag has items that the snapshot has not folded, and tags that have no document yet, as
    /// (lane, tag, document or `None`). Looks at every tag; see [`Store::stale_tags_after`].
    pub fn stale_tags(&self) -> Result<Vec<(Id16, Id16, Option<Id16>)>> {
        self.stale_tags_after(0)
    }

    /// Like [`Store::stale_tags`], looking only at tags with items after `row`: what the engine asks after opening or
    /// after another process wrote, when it knows up to which row everything was folded.
    pub fn stale_tags_after(&self, row: i64) -> Result<Vec<(Id16, Id16, Option<Id16>)>> {
        let mut statement = self.conn.prepare_cached(
            "SELECT l.lane, t.tag, d.doc FROM tags t JOIN lanes l ON l.n = t.lane
             LEFT JOIN docs d ON d.lane = l.lane AND d.tag = t.tag
             WHERE t.n IN (SELECT tag FROM items WHERE row > ?1) AND t.tag <> zeroblob(16)
               AND (SELECT max(row) FROM items WHERE tag = t.n) > ifnull(d.upto_row, 0)
             ORDER BY t.n",
        )?;
        let rows = statement.query_map([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The snapshot bytes, `None` when there are none. Damaged bytes are an error: rebuild from the items.
    pub fn snapshot(&self, doc: &Id16) -> Result<Option<Vec<u8>>> {
        let mut statement =
            self.conn.prepare_cached("SELECT n, doc, bytes, hash FROM snapshots WHERE doc = ?1")?;
        let mut rows = statement.query([doc])?;
        rows.next()?.map(|row| read_snapshot(self.rest.as_ref(), row)).transpose()
    }

    /// Own feeds of all process runs, by (author, space, incarnation).
    pub fn own_feeds(&self) -> Result<Vec<OwnFeed>> {
        let mut statement = self.conn.prepare_cached(FEED_COLUMNS)?;
        let mut rows = statement.query([])?;
        let mut feeds = Vec::new();
        while let Some(row) = rows.next()? {
            feeds.push(read_feed(row)?);
        }
        Ok(feeds)
    }

    /// One own feed.
    pub fn own_feed(&self, author: &Id, space: &Id16, incarnation: u64) -> Result<Option<OwnFeed>> {
        let sql = format!("{FEED_COLUMNS} WHERE author = ?1 AND space = ?2 AND incarnation = ?3");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query((author, space, incarnation.cast_signed()))?;
        rows.next()?.map(read_feed).transpose()
    }
}

impl Txn<'_> {
    /// Replaces the document's row and its snapshot.
    pub fn put_doc(&mut self, doc: &DocRow, snapshot: &[u8]) -> Result<()> {
        self.put_doc_row(doc)?;
        let mut statement = self.store.conn.prepare_cached(
            "INSERT INTO snapshots (doc, bytes, hash) VALUES (?1, ?2, ?3)
             ON CONFLICT (doc) DO UPDATE SET bytes = excluded.bytes, hash = excluded.hash",
        )?;
        let stored = rest::stored(self.store.rest.as_ref(), &[b"snapshots", &doc.doc], snapshot)?;
        statement.execute((doc.doc, &stored, snapshot_hash(&doc.doc, &stored)))?;
        Ok(())
    }

    /// Replaces the document's row alone: the snapshot may stay behind `upto_row` only when the items in between
    /// changed nothing (they were not applied).
    pub fn put_doc_row(&mut self, doc: &DocRow) -> Result<()> {
        let mut statement = self.store.conn.prepare_cached(
            "INSERT INTO docs (doc, lane, tag, kind, heads, upto_row, updated_ms, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (doc) DO UPDATE SET lane = excluded.lane,
             tag = excluded.tag, kind = excluded.kind, heads = excluded.heads, upto_row = excluded.upto_row,
             updated_ms = excluded.updated_ms, hash = excluded.hash",
        )?;
        let rest = self.store.rest.as_ref();
        let heads = rest::stored(rest, &[b"docs heads", &doc.doc], doc.heads.as_flattened())?;
        let kind = rest::stored_text(rest, &[b"docs kind", &doc.doc], &doc.kind)?;
        let hash = doc.hash(&kind, &heads);
        let columns = (doc.doc, doc.lane, doc.tag, kind, heads, doc.upto_row, doc.updated_ms, hash);
        statement.execute(columns)?;
        Ok(())
    }

    /// Drops a document's row and snapshot; the items stay and can build both again.
    pub fn drop_doc(&mut self, doc: &Id16) -> Result<()> {
        self.store.conn.prepare_cached("DELETE FROM docs WHERE doc = ?1")?.execute([doc])?;
        self.drop_snapshot(doc)
    }

    /// Drops the rows and snapshots of all documents, readable or not; the items build them again.
    pub fn forget_documents(&mut self) -> Result<()> {
        Ok(self.store.conn.execute_batch("DELETE FROM docs; DELETE FROM snapshots;")?)
    }

    /// Drops a document's snapshot alone: the items are few enough to build it from.
    pub fn drop_snapshot(&mut self, doc: &Id16) -> Result<()> {
        self.store.conn.prepare_cached("DELETE FROM snapshots WHERE doc = ?1")?.execute([doc])?;
        Ok(())
    }

    /// Records where an own feed stands. Part of the transaction that stores its item.
    pub fn put_own_feed(&mut self, feed: &OwnFeed) -> Result<()> {
        let mut statement = self.store.conn.prepare_cached(
            "INSERT INTO own_feeds (author, space, incarnation, next_seq, prev, updated_ms, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (author, space, incarnation) DO UPDATE SET
             next_seq = excluded.next_seq, prev = excluded.prev, updated_ms = excluded.updated_ms,
             hash = excluded.hash",
        )?;
        let run = feed.incarnation.cast_signed();
        statement.execute((
            feed.author,
            feed.space,
            run,
            feed.next_seq,
            feed.prev,
            feed.updated_ms,
            feed.hash(),
        ))?;
        Ok(())
    }
}
