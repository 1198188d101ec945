//! Saved views of tasks.

use rusqlite::Row;

use super::list;
use crate::error::Result;
use crate::items::Id16;
use crate::open::Store;
use crate::txn::Txn;

pub(super) const SQL: &str = "
CREATE TABLE @saved_views (
  doc BLOB PRIMARY KEY NOT NULL,
  lane BLOB NOT NULL,
  title TEXT NOT NULL,
  query TEXT NOT NULL,
  grouped TEXT NOT NULL,
  sort TEXT NOT NULL,
  layout TEXT NOT NULL,
  ord TEXT NOT NULL,
  trashed INTEGER NOT NULL,
  conflicts_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;";

const COLUMNS: &str =
    "SELECT doc, lane, title, query, grouped, sort, layout, ord, trashed, conflicts_json FROM saved_views";

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewRow {
    /// Document id.
    pub doc: Id16,
    /// Its space.
    pub lane: Id16,
    /// Title.
    pub title: String,
    /// The question, as it is typed.
    pub query: String,
    /// By what it is divided.
    pub group: String,
    /// By what it is ordered.
    pub sort: String,
    /// How it is laid out.
    pub layout: String,
    /// Place among the views.
    pub ord: String,
    /// Whether it is in the trash.
    pub trashed: bool,
    /// Values that lost, as JSON.
    pub conflicts_json: String,
}

fn read(row: &Row<'_>) -> rusqlite::Result<ViewRow> {
    Ok(ViewRow {
        doc: row.get(0)?,
        lane: row.get(1)?,
        title: row.get(2)?,
        query: row.get(3)?,
        group: row.get(4)?,
        sort: row.get(5)?,
        layout: row.get(6)?,
        ord: row.get(7)?,
        trashed: row.get(8)?,
        conflicts_json: row.get(9)?,
    })
}

impl Store {
    /// All of them, those in the trash too, in their order.
    pub fn saved_views(&self) -> Result<Vec<ViewRow>> {
        list(&self.conn, &format!("{COLUMNS} ORDER BY ord, doc"), [], read)
    }
}

impl Txn<'_> {
    /// Writes a saved view's row.
    pub fn project_view(&mut self, view: &ViewRow) -> Result<()> {
        self.projects(&view.doc);
        let mut statement = self.store.conn.prepare_cached(
            "INSERT OR REPLACE INTO saved_views
             (doc, lane, title, query, grouped, sort, layout, ord, trashed, conflicts_json)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        statement.execute(rusqlite::params![
            view.doc,
            view.lane,
            view.title,
            view.query,
            view.group,
            view.sort,
            view.layout,
            view.ord,
            view.trashed,
            view.conflicts_json,
        ])?;
        Ok(())
    }
}
