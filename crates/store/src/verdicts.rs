//! Why an item is not (or not yet) applied: a cache of trust's judgement, for lists and for re-evaluation.

use rusqlite::{Params, Row};

use crate::error::{Result, StoreError};
use crate::items::{Id, Id16};
use crate::open::Store;
use crate::rest::{self, Rest};
use crate::txn::Txn;

/// Family of a verdict. Accepted items have no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerdictClass {
    /// Waiting for something that may come.
    Pending,
    /// Kept, not applied; a person may admit it.
    Quarantined,
    /// Kept, never applied.
    Rejected,
}

impl VerdictClass {
    fn number(self) -> u8 {
        match self {
            VerdictClass::Pending => 1,
            VerdictClass::Quarantined => 2,
            VerdictClass::Rejected => 3,
        }
    }

    fn of(number: u8) -> Option<Self> {
        match number {
            1 => Some(VerdictClass::Pending),
            2 => Some(VerdictClass::Quarantined),
            3 => Some(VerdictClass::Rejected),
            _ => None,
        }
    }
}

/// A verdict other than Accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictRow {
    /// Row of the item.
    pub row: i64,
    /// Its document, when it could be opened.
    pub doc: Option<Id16>,
    /// Its tag.
    pub tag: Id16,
    /// Its author's device.
    pub author: Id,
    /// Family.
    pub class: VerdictClass,
    /// Stable name of the reason: `deps`, `key`, `newer`, `role`, `removed`, `fork`, `gate`, `seal`, …
    pub code: String,
    /// The reason in words.
    pub reason: String,
    /// Since when it has this verdict.
    pub since_ms: i64,
}

/// Which verdicts to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictFilter {
    /// Every one.
    All,
    /// Of one document.
    Doc(Id16),
    /// Of one tag.
    Tag(Id16),
    /// Of one author's device.
    Author(Id),
    /// Of one family.
    Class(VerdictClass),
    /// Of one item row.
    Row(i64),
}

/// What a pending item waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Awaited {
    /// A change with this hash.
    Change(Id),
    /// The key of this epoch.
    Epoch(Id16),
}

impl Awaited {
    fn kind(&self) -> u8 {
        match self {
            Awaited::Change(_) => 1,
            Awaited::Epoch(_) => 2,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Awaited::Change(hash) => hash,
            Awaited::Epoch(id) => id,
        }
    }
}

const COLUMNS: &str = "SELECT row, doc, tag, author, class, code, reason, since_ms FROM verdicts";

fn read_row(rest: Option<&Rest>, row: &Row<'_>) -> Result<VerdictRow> {
    let number: i64 = row.get(0)?;
    let damaged = || StoreError::Damaged { table: "verdicts", row: number, id: Vec::new() };
    let class: u8 = row.get(4)?;
    let reason = rest::shown_text(rest, &[b"verdicts", &number.to_le_bytes()], row.get(6)?);
    Ok(VerdictRow {
        row: number,
        doc: row.get(1)?,
        tag: row.get(2)?,
        author: row.get(3)?,
        class: VerdictClass::of(class).ok_or_else(damaged)?,
        code: row.get(5)?,
        // The words alone are damaged: the verdict holds without them.
        reason: reason.unwrap_or_default(),
        since_ms: row.get(7)?,
    })
}

impl Store {
    /// Verdicts other than Accepted, in row order.
    pub fn verdicts(&self, filter: &VerdictFilter) -> Result<Vec<VerdictRow>> {
        match filter {
            VerdictFilter::All => self.verdicts_where("", []),
            VerdictFilter::Doc(doc) => self.verdicts_where("WHERE doc = ?1", [doc]),
            VerdictFilter::Tag(tag) => self.verdicts_where("WHERE tag = ?1", [tag]),
            VerdictFilter::Author(author) => self.verdicts_where("WHERE author = ?1", [author]),
            VerdictFilter::Class(class) => self.verdicts_where("WHERE class = ?1", [class.number()]),
            VerdictFilter::Row(row) => self.verdicts_where("WHERE row = ?1", [row]),
        }
    }

    fn verdicts_where(&self, rest: &str, params: impl Params) -> Result<Vec<VerdictRow>> {
        let mut statement = self.conn.prepare_cached(&format!("{COLUMNS} {rest} ORDER BY row"))?;
        let mut rows = statement.query(params)?;
        let mut verdicts = Vec::new();
        while let Some(row) = rows.next()? {
            verdicts.push(read_row(self.rest.as_ref(), row)?);
        }
        Ok(verdicts)
    }

    /// Rows of items that wait for `awaited`, in row order.
    pub fn waiting_for(&self, awaited: &Awaited) -> Result<Vec<i64>> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT row FROM waits WHERE awaited = ?1 AND kind = ?2 ORDER BY row")?;
        let rows = statement.query_map((awaited.bytes(), awaited.kind()), |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Txn<'_> {
    /// Records a verdict; `since_ms` stays that of the first time the item got the same class and code.
    pub fn set_verdict(&mut self, verdict: &VerdictRow) -> Result<()> {
        let mut statement = self.store.conn.prepare_cached(
            "INSERT INTO verdicts (row, doc, tag, author, class, code, reason, since_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (row) DO UPDATE SET doc = excluded.doc,
             tag = excluded.tag, author = excluded.author, reason = excluded.reason,
             since_ms = iif(class = excluded.class AND code = excluded.code, since_ms, excluded.since_ms),
             class = excluded.class, code = excluded.code",
        )?;
        let VerdictRow { row, doc, tag, author, class, code, reason, since_ms } = verdict;
        let reason = rest::stored_text(self.store.rest.as_ref(), &[b"verdicts", &row.to_le_bytes()], reason)?;
        statement.execute((row, doc, tag, author, class.number(), code, reason, since_ms))?;
        Ok(())
    }

    /// Forgets verdict and waits of an item: it is Accepted.
    pub fn clear_verdict(&mut self, row: i64) -> Result<()> {
        self.store.conn.prepare_cached("DELETE FROM verdicts WHERE row = ?1")?.execute([row])?;
        self.set_waits(row, &[])
    }

    /// Forgets all verdicts and waits, before judging everything again.
    pub fn clear_verdicts(&mut self) -> Result<()> {
        self.store.conn.execute("DELETE FROM verdicts", [])?;
        self.store.conn.execute("DELETE FROM waits", [])?;
        Ok(())
    }

    /// Replaces the list of what an item waits for.
    pub fn set_waits(&mut self, row: i64, awaited: &[Awaited]) -> Result<()> {
        self.store.conn.prepare_cached("DELETE FROM waits WHERE row = ?1")?.execute([row])?;
        let mut statement = self
            .store
            .conn
            .prepare_cached("INSERT OR IGNORE INTO waits (awaited, row, kind) VALUES (?1, ?2, ?3)")?;
        for one in awaited {
            statement.execute((one.bytes(), row, one.kind()))?;
        }
        Ok(())
    }
}
