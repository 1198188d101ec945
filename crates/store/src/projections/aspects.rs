//! Sides that only some documents have, as JSON by name: the upkeep of a page, the polls and recurring questions of a thread.

use rusqlite::Row;

use super::list;
use crate::error::Result;
use crate::items::Id16;
use crate::open::Store;
use crate::txn::Txn;

pub(super) const SQL: &str = "
CREATE TABLE @aspects (
  doc BLOB NOT NULL,
  name TEXT NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (doc, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX @aspects_by_name ON aspects (name, doc);";

/// A side of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AspectRow {
    /// The document.
    pub doc: Id16,
    /// Which side.
    pub name: String,
    /// What it says, as the engine writes it.
    pub json: String,
}

fn read(row: &Row<'_>) -> rusqlite::Result<AspectRow> {
    Ok(AspectRow { doc: row.get(0)?, name: row.get(1)?, json: row.get(2)? })
}

impl Store {
    /// A side of a document, if it has it.
    pub fn aspect(&self, doc: &Id16, name: &str) -> Result<Option<AspectRow>> {
        let sql = "SELECT doc, name, json FROM aspects WHERE doc = ?1 AND name = ?2";
        Ok(list(&self.conn, sql, (doc, name), read)?.pop())
    }

    /// All documents with this side, by id.
    pub fn aspects(&self, name: &str) -> Result<Vec<AspectRow>> {
        list(&self.conn, "SELECT doc, name, json FROM aspects WHERE name = ?1 ORDER BY doc", [name], read)
    }
}

impl Txn<'_> {
    /// Writes a side of a document.
    pub fn project_aspect(&mut self, aspect: &AspectRow) -> Result<()> {
        self.projects(&aspect.doc);
        let mut statement = self
            .store
            .conn
            .prepare_cached("INSERT OR REPLACE INTO aspects (doc, name, json) VALUES (?1, ?2, ?3)")?;
        statement.execute((aspect.doc, &aspect.name, &aspect.json))?;
        Ok(())
    }

    /// Takes a side from a document.
    pub fn remove_aspect(&mut self, doc: &Id16, name: &str) -> Result<()> {
        self.projects(doc);
        let mut statement =
            self.store.conn.prepare_cached("DELETE FROM aspects WHERE doc = ?1 AND name = ?2")?;
        statement.execute((doc, name))?;
        Ok(())
    }
}
