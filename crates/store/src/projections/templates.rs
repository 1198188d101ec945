//! Pages that others begin from.

use rusqlite::Row;

use super::list;
use crate::error::Result;
use crate::items::Id16;
use crate::open::Store;
use crate::txn::Txn;

pub(super) const SQL: &str = "
CREATE TABLE @templates (
  doc BLOB PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;";

/// A page that others begin from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateRow {
    /// Document id of the page.
    pub doc: Id16,
    /// Title, with blanks.
    pub title: String,
    /// Content as Markdown, with blanks.
    pub text: String,
}

fn read(row: &Row<'_>) -> rusqlite::Result<TemplateRow> {
    Ok(TemplateRow { doc: row.get(0)?, title: row.get(1)?, text: row.get(2)? })
}

impl Store {
    /// All of them, by title.
    pub fn templates(&self) -> Result<Vec<TemplateRow>> {
        list(&self.conn, "SELECT doc, title, text FROM templates ORDER BY title, doc", [], read)
    }
}

impl Txn<'_> {
    /// Writes a template's row.
    pub fn project_template(&mut self, template: &TemplateRow) -> Result<()> {
        self.projects(&template.doc);
        let mut statement = self
            .store
            .conn
            .prepare_cached("INSERT OR REPLACE INTO templates (doc, title, text) VALUES (?1, ?2, ?3)")?;
        statement.execute((template.doc, &template.title, &template.text))?;
        Ok(())
    }

    /// Takes a page from among the templates; true when it was one.
    pub fn remove_template(&mut self, doc: &Id16) -> Result<bool> {
        self.projects(doc);
        let mut statement = self.store.conn.prepare_cached("DELETE FROM templates WHERE doc = ?1")?;
        Ok(statement.execute([doc])? > 0)
    }
}
