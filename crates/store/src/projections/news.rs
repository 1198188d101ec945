//! Which documents hold changes of others, and whether the member of this home has seen them: what a digest looks at
//! before it loads anything.

use rusqlite::Row;

use super::list;
use crate::error::Result;
use crate::items::Id16;
use crate::open::Store;
use crate::txn::Txn;

pub(super) const SQL: &str = "
CREATE TABLE @news (
  doc BLOB PRIMARY KEY NOT NULL,
  heads TEXT NOT NULL,
  others_ms INTEGER NOT NULL,
  unseen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX @news_unseen ON news (doc) WHERE unseen = 1;
CREATE INDEX @news_by_time ON news (others_ms);";

/// A document that others have changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewsRow {
    /// Document id.
    pub doc: Id16,
    /// Its heads, as text.
    pub heads: String,
    /// The newest change of somebody else, by that author's clock.
    pub others_ms: i64,
    /// Whether one of these changes came after what the member of this home has seen.
    pub unseen: bool,
}

const COLUMNS: &str = "SELECT doc, heads, others_ms, unseen FROM news";

fn read(row: &Row<'_>) -> rusqlite::Result<NewsRow> {
    Ok(NewsRow { doc: row.get(0)?, heads: row.get(1)?, others_ms: row.get(2)?, unseen: row.get(3)? })
}

impl Store {
    /// What is known of the changes of others in a document.
    pub fn news(&self, doc: &Id16) -> Result<Option<NewsRow>> {
        Ok(list(&self.conn, &format!("{COLUMNS} WHERE doc = ?1"), [doc], read)?.pop())
    }

    /// Documents with changes of others that were not seen, by document id.
    pub fn unseen_news(&self) -> Result<Vec<NewsRow>> {
        list(&self.conn, &format!("{COLUMNS} WHERE unseen = 1 ORDER BY doc"), [], read)
    }

    /// Documents that others changed at or after an instant, by document id.
    pub fn news_since(&self, from_ms: i64) -> Result<Vec<NewsRow>> {
        list(&self.conn, &format!("{COLUMNS} WHERE others_ms >= ?1 ORDER BY doc"), [from_ms], read)
    }
}

impl Txn<'_> {
    /// Writes what is known of the changes of others in a document.
    pub fn project_news(&mut self, news: &NewsRow) -> Result<()> {
        self.projects(&news.doc);
        let mut statement = self.store.conn.prepare_cached(
            "INSERT OR REPLACE INTO news (doc, heads, others_ms, unseen) VALUES (?1, ?2, ?3, ?4)",
        )?;
        statement.execute((news.doc, &news.heads, news.others_ms, news.unseen))?;
        Ok(())
    }

    /// Takes a document out that nobody else has changed.
    pub fn remove_news(&mut self, doc: &Id16) -> Result<()> {
        if self.store.news(doc)?.is_some() {
            self.projects(doc);
            self.store.conn.prepare_cached("DELETE FROM news WHERE doc = ?1")?.execute([doc])?;
        }
        Ok(())
    }
}
