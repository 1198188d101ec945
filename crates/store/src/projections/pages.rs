//! Pages: a narrow table for the sidebar and a second one for the rest.

use rusqlite::Row;

use super::list;
use crate::error::Result;
use crate::items::{Id, Id16};
use crate::open::Store;
use crate::txn::Txn;

pub(super) const SQL: &str = "
CREATE TABLE @pages (
  doc BLOB PRIMARY KEY NOT NULL,
  parent BLOB,
  ord TEXT NOT NULL,
  title TEXT NOT NULL,
  trashed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE @page_facts (
  doc BLOB PRIMARY KEY NOT NULL,
  lane BLOB,
  author BLOB,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  trashed_ms INTEGER,
  source_path TEXT,
  source_hash BLOB,
  words INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX @page_facts_by_source ON page_facts (source_path) WHERE source_path IS NOT NULL;";

/// A page in lists and trees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageRow {
    /// Document id.
    pub doc: Id16,
    /// Its space.
    pub lane: Id16,
    /// Parent page as the document says; the tree decides where it is shown.
    pub parent: Option<Id16>,
    /// Fractional order among siblings.
    pub ord: String,
    /// Title.
    pub title: String,
    /// True in the trash.
    pub trashed: bool,
    /// When it was trashed.
    pub trashed_ms: Option<i64>,
    /// Device of the last change.
    pub author: Option<Id>,
    /// First change.
    pub created_ms: i64,
    /// Last change.
    pub updated_ms: i64,
    /// File it was imported from.
    pub source_path: Option<String>,
    /// blake3 of that file.
    pub source_hash: Option<Id>,
    /// Words of text.
    pub words: u32,
}

/// What the sidebar needs of a page, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SidebarRow {
    /// Document id.
    pub doc: Id16,
    /// Parent page.
    pub parent: Option<Id16>,
    /// Fractional order among siblings.
    pub ord: String,
    /// Title.
    pub title: String,
    /// True in the trash.
    pub trashed: bool,
}

const COLUMNS: &str = "SELECT p.doc, f.lane, p.parent, p.ord, p.title, p.trashed, f.trashed_ms, f.author,
    f.created_ms, f.updated_ms, f.source_path, f.source_hash, f.words FROM pages p JOIN page_facts f USING (doc)";

fn read_row(row: &Row<'_>) -> rusqlite::Result<PageRow> {
    Ok(PageRow {
        doc: row.get(0)?,
        lane: row.get::<_, Option<Id16>>(1)?.unwrap_or_default(),
        parent: row.get(2)?,
        ord: row.get(3)?,
        title: row.get(4)?,
        trashed: row.get(5)?,
        trashed_ms: row.get(6)?,
        author: row.get(7)?,
        created_ms: row.get(8)?,
        updated_ms: row.get(9)?,
        source_path: row.get(10)?,
        source_hash: row.get(11)?,
        words: row.get(12)?,
    })
}

fn read_sidebar(row: &Row<'_>) -> rusqlite::Result<SidebarRow> {
    Ok(SidebarRow {
        doc: row.get(0)?,
        parent: row.get(1)?,
        ord: row.get(2)?,
        title: row.get(3)?,
        trashed: row.get(4)?,
    })
}

impl Store {
    /// Every page as the sidebar shows it, by document id.
    pub fn sidebar(&self) -> Result<Vec<SidebarRow>> {
        list(&self.conn, "SELECT doc, parent, ord, title, trashed FROM pages", [], read_sidebar)
    }

    /// One page.
    pub fn page(&self, doc: &Id16) -> Result<Option<PageRow>> {
        Ok(list(&self.conn, &format!("{COLUMNS} WHERE p.doc = ?1"), [doc], read_row)?.pop())
    }

    /// All pages by document id.
    pub fn pages(&self) -> Result<Vec<PageRow>> {
        list(&self.conn, &format!("{COLUMNS} ORDER BY p.doc"), [], read_row)
    }

    /// Pages imported from a file path.
    pub fn pages_by_source(&self, path: &str) -> Result<Vec<PageRow>> {
        list(&self.conn, &format!("{COLUMNS} WHERE f.source_path = ?1 ORDER BY p.doc"), [path], read_row)
    }
}

impl Txn<'_> {
    /// Writes a page's row.
    pub fn project_page(&mut self, page: &PageRow) -> Result<()> {
        self.projects(&page.doc);
        let conn = &self.store.conn;
        conn.prepare_cached(
            "INSERT OR REPLACE INTO pages (doc, parent, ord, title, trashed) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute((page.doc, page.parent, &page.ord, &page.title, page.trashed))?;
        conn.prepare_cached(
            "INSERT OR REPLACE INTO page_facts (doc, lane, author, created_ms, updated_ms, trashed_ms, source_path,
             source_hash, words) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute((
            page.doc,
            (page.lane != Id16::default()).then_some(page.lane),
            page.author,
            page.created_ms,
            page.updated_ms,
            page.trashed_ms,
            &page.source_path,
            page.source_hash,
            page.words,
        ))?;
        Ok(())
    }
}
