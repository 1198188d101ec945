//! Projections of a locked store. They live in memory, in temporary tables of the same names, and what they say of a
//! document lies sealed in one row of `projected`, which every process of the home folds into its own tables.

use std::cell::Cell;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::error::{Result, StoreError};
use crate::items::Id16;
use crate::open::Store;
use crate::projections::{self, Place};
use crate::rest::Rest;
use crate::txn::Txn;
use crate::{meta, search};

/// What a locked process holds of its projections.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// Everything written up to this turn is in the temporary tables.
    turn: Cell<i64>,
    /// How often all projections had been dropped when they were read.
    drops: Cell<i64>,
    /// False until the index is made from the texts; the first search does that.
    indexed: Cell<bool>,
    /// A row could not be opened: projections are stale until they are rebuilt.
    damaged: Cell<bool>,
}

/// Table, the column of the document, and its columns, in the order in which they are sealed.
struct Cached {
    table: &'static str,
    key: &'static str,
    columns: &'static [&'static str],
}

/// Place in this list is the table's number in a sealed row: tables are only ever added at the end, and a change of
/// columns raises the version of the projections.
const CACHED: &[Cached] = &[
    Cached { table: "pages", key: "doc", columns: &["doc", "parent", "ord", "title", "trashed"] },
    Cached {
        table: "page_facts",
        key: "doc",
        columns: &[
            "doc",
            "lane",
            "author",
            "created_ms",
            "updated_ms",
            "trashed_ms",
            "source_path",
            "source_hash",
            "words",
        ],
    },
    Cached {
        table: "tasks",
        key: "doc",
        columns: &[
            "doc",
            "lane",
            "short",
            "title",
            "status",
            "priority",
            "assignee",
            "labels",
            "estimate",
            "due_json",
            "due_ms",
            "project",
            "ord",
            "parent",
            "trashed",
            "created_ms",
            "updated_ms",
            "conflicts_json",
            "more_json",
        ],
    },
    Cached {
        table: "people",
        key: "doc",
        columns: &["doc", "member", "name", "zone", "hours", "checkins", "json", "updated_ms"],
    },
    Cached {
        table: "projects",
        key: "doc",
        columns: &["doc", "lane", "key", "title", "ord", "trashed", "updated_ms", "json"],
    },
    Cached { table: "links", key: "from_doc", columns: &["from_doc", "to_doc"] },
    Cached { table: "attachments", key: "doc", columns: &["doc", "hash", "plain", "name", "size"] },
    Cached { table: SEARCH, key: "doc", columns: &["doc", "kind", "texts"] },
    Cached { table: "templates", key: "doc", columns: &["doc", "title", "text"] },
    Cached {
        table: "saved_views",
        key: "doc",
        columns: &[
            "doc",
            "lane",
            "title",
            "query",
            "grouped",
            "sort",
            "layout",
            "ord",
            "trashed",
            "conflicts_json",
        ],
    },
    Cached {
        table: "threads",
        key: "doc",
        columns: &[
            "doc",
            "lane",
            "title",
            "on_doc",
            "participants",
            "outcome",
            "created_ms",
            "updated_ms",
            "reveals_ms",
        ],
    },
    Cached {
        table: "messages",
        key: "doc",
        columns: &[
            "doc",
            "n",
            "id",
            "author",
            "said_ms",
            "intent",
            "urgency",
            "addressed",
            "release_ms",
            "cancelled",
            "text",
            "unread",
            "undone",
            "woke",
        ],
    },
    Cached {
        table: "owed",
        key: "doc",
        columns: &["doc", "message", "debtor", "asker", "json", "cleared_ms"],
    },
    Cached { table: "marks", key: "doc", columns: &["doc", "thread", "name", "value"] },
    Cached { table: "news", key: "doc", columns: &["doc", "heads", "others_ms", "unseen"] },
    Cached {
        table: "forms",
        key: "doc",
        columns: &[
            "doc",
            "lane",
            "form",
            "title",
            "state",
            "json",
            "conflicts_json",
            "trashed",
            "created_ms",
            "updated_ms",
        ],
    },
    Cached { table: "aspects", key: "doc", columns: &["doc", "name", "json"] },
];

/// The one table whose rows also stand in an index.
const SEARCH: &str = "search_docs";

impl Cached {
    fn select(&self) -> String {
        let columns = self.columns.join(", ");
        format!("SELECT {columns} FROM {} WHERE {} = ?1 ORDER BY {columns}", self.table, self.key)
    }

    fn insert(&self) -> String {
        let marks = vec!["?"; self.columns.len()].join(", ");
        format!("INSERT OR REPLACE INTO {} ({}) VALUES ({marks})", self.table, self.columns.join(", "))
    }
}

/// All rows of a document: for each its table's number and its values.
fn encode(conn: &Connection, doc: &Id16) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for (number, cached) in CACHED.iter().enumerate() {
        let mut statement = conn.prepare_cached(&cached.select())?;
        let mut rows = statement.query([doc])?;
        while let Some(row) = rows.next()? {
            out.push(u8::try_from(number).unwrap_or(u8::MAX));
            for at in 0..cached.columns.len() {
                put_value(&mut out, row.get_ref(at)?)?;
            }
        }
    }
    Ok(out)
}

fn put_value(out: &mut Vec<u8>, value: ValueRef<'_>) -> Result<()> {
    let mut bytes = |kind: u8, bytes: &[u8]| -> Result<()> {
        let length = u32::try_from(bytes.len())
            .map_err(|_| StoreError::Invalid("a projected value is too long".to_owned()))?;
        out.push(kind);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(bytes);
        Ok(())
    };
    match value {
        ValueRef::Null | ValueRef::Real(_) => out.push(0),
        ValueRef::Integer(n) => {
            out.push(1);
            out.extend_from_slice(&n.to_le_bytes());
        }
        ValueRef::Text(text) => bytes(2, text)?,
        ValueRef::Blob(blob) => bytes(3, blob)?,
    }
    Ok(())
}

/// The rows that [`encode`] wrote; `None` when the bytes are something else.
fn decode(mut bytes: &[u8]) -> Option<Vec<(&'static Cached, Vec<Value>)>> {
    let mut rows = Vec::new();
    while let Some((number, rest)) = bytes.split_first() {
        bytes = rest;
        let cached = CACHED.get(usize::from(*number))?;
        let mut values = Vec::with_capacity(cached.columns.len());
        for _ in cached.columns {
            values.push(take_value(&mut bytes)?);
        }
        rows.push((cached, values));
    }
    Some(rows)
}

fn take_value(bytes: &mut &[u8]) -> Option<Value> {
    let mut take = |count: usize| {
        let (taken, rest) = bytes.split_at_checked(count)?;
        *bytes = rest;
        Some(taken)
    };
    let kind = *take(1)?.first()?;
    if kind == 0 {
        return Some(Value::Null);
    }
    if kind == 1 {
        return Some(Value::Integer(i64::from_le_bytes(take(8)?.try_into().ok()?)));
    }
    let length = u32::from_le_bytes(take(4)?.try_into().ok()?);
    let body = take(usize::try_from(length).ok()?)?.to_vec();
    match kind {
        2 => String::from_utf8(body).ok().map(Value::Text),
        3 => Some(Value::Blob(body)),
        _ => None,
    }
}

fn sealed_place(doc: &Id16) -> [&[u8]; 2] {
    [b"projected", doc]
}

fn drops(conn: &Connection) -> Result<i64> {
    let found = match meta::read(conn, meta::DROPS) {
        Ok(found) => found,
        Err(StoreError::Damaged { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok(found.and_then(|b| b.try_into().ok()).map_or(0, i64::from_le_bytes))
}

/// Writes what the tables say of a document as a sealed row of `turn`.
pub(crate) fn write(conn: &Connection, rest: &Rest, doc: &Id16, turn: i64) -> Result<()> {
    let plain = encode(conn, doc)?;
    let sealed = if plain.is_empty() { plain } else { rest.seal(&sealed_place(doc), &plain)? };
    let mut statement = conn.prepare_cached(
        "INSERT INTO projected (doc, turn, bytes) VALUES (?1, ?2, ?3)
         ON CONFLICT (doc) DO UPDATE SET turn = excluded.turn, bytes = excluded.bytes",
    )?;
    statement.execute((doc, turn, sealed))?;
    Ok(())
}

/// Every document that the tables say anything of.
pub(crate) fn documents(conn: &Connection) -> Result<Vec<Id16>> {
    let each: Vec<String> =
        CACHED.iter().map(|c| format!("SELECT {} AS doc FROM {}", c.key, c.table)).collect();
    let mut statement = conn.prepare(&format!("{} ORDER BY doc", each.join(" UNION ")))?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Takes every sealed row away and lets every process notice.
pub(crate) fn drop_all(conn: &Connection) -> Result<i64> {
    conn.execute("DELETE FROM projected", [])?;
    let drops = drops(conn)? + 1;
    meta::write(conn, meta::DROPS, &drops.to_le_bytes())?;
    Ok(drops)
}

/// Copies the tables of a locked process into those of the file, which are empty.
pub(crate) fn copy_to_file(conn: &Connection) -> Result<()> {
    for Cached { table, columns, .. } in CACHED {
        let columns = columns.join(", ");
        conn.execute_batch(&format!(
            "INSERT INTO main.{table} ({columns}) SELECT {columns} FROM temp.{table}"
        ))?;
    }
    Ok(conn.execute_batch("INSERT INTO main.search (search) VALUES ('rebuild')")?)
}

impl Store {
    /// True when the index follows every write; false while only the texts are there.
    pub(crate) fn is_indexed(&self) -> bool {
        self.rest.is_none() || self.folded.indexed.get()
    }

    /// Makes the index of a locked process at its first search.
    pub(crate) fn make_index(&self) -> Result<()> {
        if !self.is_indexed() {
            self.conn.execute_batch("INSERT INTO temp.search (search) VALUES ('rebuild')")?;
            self.folded.indexed.set(true);
        }
        Ok(())
    }

    /// True when a sealed row did not open: the engine rebuilds all of them.
    pub(crate) fn projections_damaged(&self) -> bool {
        self.folded.damaged.get()
    }

    /// Takes in what other processes wrote, in a transaction of its own. For a store that is not locked: nothing.
    pub(crate) fn fold_alone(&self) -> Result<()> {
        if self.rest.is_none() {
            return Ok(());
        }
        let seen = self.folded_mark();
        self.conn.execute_batch("BEGIN")?;
        let folded = self.fold().and_then(|()| Ok(self.conn.execute_batch("COMMIT")?));
        if folded.is_err() {
            self.folded_back(seen);
            if !self.conn.is_autocommit() {
                self.conn.execute_batch("ROLLBACK")?;
            }
        }
        folded
    }

    /// Takes in what other processes wrote. Called inside a transaction.
    pub(crate) fn fold(&self) -> Result<()> {
        let Some(rest) = &self.rest else { return Ok(()) };
        let drops = drops(&self.conn)?;
        if drops != self.folded.drops.get() {
            projections::recreate(&self.conn, Place::Temp)?;
            self.folded.drops.set(drops);
            self.folded.turn.set(0);
            self.folded.indexed.set(false);
            self.folded.damaged.set(false);
        }
        let first = self.folded.turn.get() == 0;
        let mut statement = self
            .conn
            .prepare_cached("SELECT doc, turn, bytes FROM projected WHERE turn > ?1 ORDER BY turn")?;
        let mut rows = statement.query([self.folded.turn.get()])?;
        while let Some(row) = rows.next()? {
            let (doc, turn, sealed): (Id16, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if !first {
                self.forget_rows(&doc)?;
            }
            self.folded.turn.set(turn);
            if sealed.is_empty() {
                continue;
            }
            match rest.open(&sealed_place(&doc), &sealed).as_deref().and_then(decode) {
                Some(rows) => self.put_rows(&doc, rows)?,
                None => self.folded.damaged.set(true),
            }
        }
        Ok(())
    }

    fn put_rows(&self, doc: &Id16, rows: Vec<(&'static Cached, Vec<Value>)>) -> Result<()> {
        for (cached, values) in rows {
            match (cached.table, values.as_slice()) {
                (SEARCH, [_, Value::Text(kind), Value::Blob(texts)]) => {
                    search::put(&self.conn, doc, kind, texts, self.is_indexed())?;
                }
                _ => {
                    self.conn.prepare_cached(&cached.insert())?.execute(params_from_iter(values))?;
                }
            }
        }
        Ok(())
    }

    /// Takes a document out of every projection and of the search index.
    pub(crate) fn forget_rows(&self, doc: &Id16) -> Result<()> {
        for Cached { table, key, .. } in CACHED {
            if *table == SEARCH {
                search::remove(&self.conn, doc, self.is_indexed())?;
            } else {
                self.conn.prepare_cached(&format!("DELETE FROM {table} WHERE {key} = ?1"))?.execute([doc])?;
            }
        }
        Ok(())
    }

    /// Where folding stands, for [`Store::folded_back`].
    pub(crate) fn folded_mark(&self) -> (i64, i64) {
        (self.folded.turn.get(), self.folded.drops.get())
    }

    /// After an undone transaction: what it folded is undone with it, and what it put into the index too.
    pub(crate) fn folded_back(&self, mark: (i64, i64)) {
        self.folded.turn.set(mark.0);
        self.folded.drops.set(mark.1);
        self.folded.indexed.set(false);
    }
}

impl Txn<'_> {
    /// Seals what this transaction changed in the projections; returns the turn it is the last of.
    pub(crate) fn settle_projected(&mut self) -> Result<()> {
        let changed = std::mem::take(&mut self.projected);
        let Some(rest) = &self.store.rest else { return Ok(()) };
        if changed.is_empty() {
            return Ok(());
        }
        let conn = &self.store.conn;
        let last: Option<i64> = conn
            .prepare_cached("SELECT max(turn) FROM projected")?
            .query_row([], |row| row.get(0))
            .optional()?
            .flatten();
        let turn = last.unwrap_or(0).max(self.store.folded.turn.get()) + 1;
        for doc in &changed {
            write(conn, rest, doc, turn)?;
        }
        self.store.folded.turn.set(turn);
        Ok(())
    }

    /// Empties the projections of all processes of a locked home.
    pub(crate) fn drop_projected(&mut self) -> Result<()> {
        self.projected.clear();
        let conn = &self.store.conn;
        projections::recreate(conn, Place::Temp)?;
        let drops = drop_all(conn)?;
        let folded = &self.store.folded;
        folded.drops.set(drops);
        folded.turn.set(0);
        folded.indexed.set(true);
        folded.damaged.set(false);
        Ok(())
    }
}
