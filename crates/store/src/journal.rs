//! The journal: operations a person made that are not yet sealed into items. After a crash the engine replays them as
//! new edits under its new incarnation.

use rusqlite::{Params, Row};

use crate::error::{Result, StoreError};
use crate::hash::{RowHash, row_hash};
use crate::items::Id16;
use crate::open::Store;
use crate::rest::{self, Rest};
use crate::txn::Txn;

/// One journalled operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalRow {
    /// The process run that wrote it (its incarnation seed, or any number that no other run has).
    pub owner: u64,
    /// The document.
    pub doc: Id16,
    /// Order within the owner and document.
    pub seq: u64,
    /// The operation, JSON.
    pub op_json: String,
    /// When it was made.
    pub time_ms: i64,
}

impl JournalRow {
    /// Hash of the row as it lies in the file, with the operation in that form.
    fn hash(&self, op: &str) -> RowHash {
        let (owner, seq) = (self.owner.to_le_bytes(), self.seq.to_le_bytes());
        let time = self.time_ms.to_le_bytes();
        row_hash("journal", &[&owner, &self.doc, &seq, op.as_bytes(), &time])
    }
}

fn op_place(owner: u64, doc: &Id16, seq: u64) -> ([u8; 8], Id16, [u8; 8]) {
    (owner.to_le_bytes(), *doc, seq.to_le_bytes())
}

/// Operations of an owner and document that were read; `damaged` counts rows left out because their hash is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journal {
    /// In the order in which they were written.
    pub rows: Vec<JournalRow>,
    /// Rows that could not be trusted.
    pub damaged: u64,
}

const COLUMNS: &str = "SELECT n, owner, doc, seq, op, time_ms, hash FROM journal";

fn read_row(rest: Option<&Rest>, row: &Row<'_>) -> Result<JournalRow> {
    let number: i64 = row.get(0)?;
    let damaged = || StoreError::Damaged { table: "journal", row: number, id: Vec::new() };
    let fields = || -> rusqlite::Result<(JournalRow, Vec<u8>)> {
        let entry = JournalRow {
            owner: row.get::<_, i64>(1)?.cast_unsigned(),
            doc: row.get(2)?,
            seq: row.get::<_, i64>(3)?.cast_unsigned(),
            op_json: row.get(4)?,
            time_ms: row.get(5)?,
        };
        Ok((entry, row.get(6)?))
    };
    let (mut entry, hash) = fields().map_err(|_| damaged())?;
    if entry.hash(&entry.op_json).as_slice() != hash {
        return Err(damaged());
    }
    let (owner, doc, seq) = op_place(entry.owner, &entry.doc, entry.seq);
    let shown = rest::shown_text(rest, &[b"journal", &owner, &doc, &seq], entry.op_json);
    entry.op_json = shown.ok_or_else(damaged)?;
    Ok(entry)
}

pub(crate) fn damaged(store: &Store) -> Result<(u64, Vec<StoreError>)> {
    let mut statement = store.conn.prepare(COLUMNS)?;
    let mut rows = statement.query([])?;
    let (mut seen, mut bad) = (0, Vec::new());
    while let Some(row) = rows.next()? {
        seen += 1;
        match read_row(store.rest.as_ref(), row) {
            Err(error @ StoreError::Damaged { .. }) => bad.push(error),
            other => drop(other?),
        }
    }
    Ok((seen, bad))
}

impl Store {
    fn journal_where(&self, rest: &str, params: impl Params) -> Result<Journal> {
        let mut statement = self.conn.prepare_cached(&format!("{COLUMNS} {rest} ORDER BY n"))?;
        let mut rows = statement.query(params)?;
        let mut journal = Journal::default();
        while let Some(row) = rows.next()? {
            match read_row(self.rest.as_ref(), row) {
                Ok(entry) => journal.rows.push(entry),
                Err(StoreError::Damaged { .. }) => journal.damaged += 1,
                Err(error) => return Err(error),
            }
        }
        Ok(journal)
    }

    /// Journalled operations of a document, whoever wrote them. Others must not build on it: they ask the owner to
    /// flush.
    pub fn journal(&self, doc: &Id16) -> Result<Journal> {
        self.journal_where("WHERE doc = ?1", [doc])
    }

    /// Process runs that have operations in the journal, with how many.
    pub fn journal_owners(&self) -> Result<Vec<(u64, u64)>> {
        let mut statement =
            self.conn.prepare_cached("SELECT owner, count(*) FROM journal GROUP BY owner ORDER BY min(n)")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned()))
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// All journalled operations, in order.
    pub(crate) fn journal_of_all(&self) -> Result<Journal> {
        self.journal_where("", [])
    }

    /// All journalled operations of one process run, in order.
    pub fn journal_of_owner(&self, owner: u64) -> Result<Journal> {
        self.journal_where("WHERE owner = ?1", [owner.cast_signed()])
    }
}

impl Txn<'_> {
    /// Adds an operation.
    pub fn journal_append(&mut self, entry: &JournalRow) -> Result<()> {
        let mut statement = self.store.conn.prepare_cached(
            "INSERT INTO journal (owner, doc, seq, op, time_ms, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let (owner, seq) = (entry.owner.cast_signed(), entry.seq.cast_signed());
        let (place_owner, doc, place_seq) = op_place(entry.owner, &entry.doc, entry.seq);
        let place: [&[u8]; 4] = [b"journal", &place_owner, &doc, &place_seq];
        let op = rest::stored_text(self.store.rest.as_ref(), &place, &entry.op_json)?;
        let hash = entry.hash(&op);
        statement.execute((owner, entry.doc, seq, op, entry.time_ms, hash))?;
        Ok(())
    }

    /// Reads and removes the operations of one owner on one document: in the same transaction they become items.
    pub fn journal_take(&mut self, owner: u64, doc: &Id16) -> Result<Journal> {
        let owner = owner.cast_signed();
        let journal = self.store.journal_where("WHERE owner = ?1 AND doc = ?2", (owner, doc))?;
        let mut statement =
            self.store.conn.prepare_cached("DELETE FROM journal WHERE owner = ?1 AND doc = ?2")?;
        statement.execute((owner, doc))?;
        Ok(journal)
    }
}
