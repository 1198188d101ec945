//! Pages with typed fields: decisions, hand-offs. Logs of them are read from here without loading a document.

use rusqlite::Row;

use super::list;
use crate::error::Result;
use crate::items::Id16;
use crate::open::Store;
use crate::txn::Txn;

pub(super) const SQL: &str = "
CREATE TABLE @forms (
  doc BLOB PRIMARY KEY NOT NULL,
  lane BLOB NOT NULL,
  form TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  json TEXT NOT NULL,
  conflicts_json TEXT NOT NULL,
  trashed INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX @forms_by_form ON forms (form, created_ms);";

/// A page with typed fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormRow {
    /// Document id of the page.
    pub doc: Id16,
    /// Its space.
    pub lane: Id16,
    /// Which form: `decision`, `handoff`.
    pub form: String,
    /// Title.
    pub title: String,
    /// Where it stands, a word of its form.
    pub state: String,
    /// All its fields, as the engine writes them.
    pub json: String,
    /// Values of fields that lost against others written at the same time, as JSON.
    pub conflicts_json: String,
    /// True in the trash.
    pub trashed: bool,
    /// First change.
    pub created_ms: i64,
    /// Last change.
    pub updated_ms: i64,
}

const COLUMNS: &str =
    "SELECT doc, lane, form, title, state, json, conflicts_json, trashed, created_ms, updated_ms FROM forms";

fn read(row: &Row<'_>) -> rusqlite::Result<FormRow> {
    Ok(FormRow {
        doc: row.get(0)?,
        lane: row.get(1)?,
        form: row.get(2)?,
        title: row.get(3)?,
        state: row.get(4)?,
        json: row.get(5)?,
        conflicts_json: row.get(6)?,
        trashed: row.get(7)?,
        created_ms: row.get(8)?,
        updated_ms: row.get(9)?,
    })
}

impl Store {
    /// The typed fields of a page, if it has such.
    pub fn form(&self, doc: &Id16) -> Result<Option<FormRow>> {
        Ok(list(&self.conn, &format!("{COLUMNS} WHERE doc = ?1"), [doc], read)?.pop())
    }

    /// All pages of a form, the trash included, oldest first.
    pub fn forms(&self, form: &str) -> Result<Vec<FormRow>> {
        list(&self.conn, &format!("{COLUMNS} WHERE form = ?1 ORDER BY created_ms, doc"), [form], read)
    }
}

impl Txn<'_> {
    /// Writes the typed fields of a page.
    pub fn project_form(&mut self, form: &FormRow) -> Result<()> {
        self.projects(&form.doc);
        let mut statement = self.store.conn.prepare_cached(
            "INSERT OR REPLACE INTO forms (doc, lane, form, title, state, json, conflicts_json, trashed,
             created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        statement.execute((
            form.doc,
            form.lane,
            &form.form,
            &form.title,
            &form.state,
            &form.json,
            &form.conflicts_json,
            form.trashed,
            form.created_ms,
            form.updated_ms,
        ))?;
        Ok(())
    }

    /// Takes a page from among those with typed fields.
    pub fn remove_form(&mut self, doc: &Id16) -> Result<()> {
        self.projects(doc);
        self.store.conn.prepare_cached("DELETE FROM forms WHERE doc = ?1")?.execute([doc])?;
        Ok(())
    }
}
