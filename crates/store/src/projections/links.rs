//! Links between documents, and the attachments that documents name.

use rusqlite::Row;

use super::list;
use crate::error::Result;
use crate::items::{Id, Id16};
use crate::open::Store;
use crate::txn::Txn;

pub(super) const SQL: &str = "
CREATE TABLE @links (
  from_doc BLOB NOT NULL,
  to_doc BLOB NOT NULL,
  PRIMARY KEY (from_doc, to_doc)
) STRICT, WITHOUT ROWID;
CREATE INDEX @links_back ON links (to_doc);
CREATE TABLE @attachments (
  doc BLOB NOT NULL,
  hash BLOB NOT NULL,
  plain BLOB NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (doc, hash, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX @attachments_by_hash ON attachments (hash);";

/// A link from one document to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkRow {
    /// Where the link stands.
    pub from_doc: Id16,
    /// Where it leads.
    pub to_doc: Id16,
}

/// An attachment named by a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// The document that names it.
    pub doc: Id16,
    /// blake3 of the sealed bytes: its address.
    pub hash: Id,
    /// blake3 of the plain bytes, from which its key is derived; the key itself is never stored.
    pub plain: Id,
    /// File name.
    pub name: String,
    /// Plain size.
    pub size_bytes: u64,
}

fn read_attachment(row: &Row<'_>) -> rusqlite::Result<AttachmentRow> {
    Ok(AttachmentRow {
        doc: row.get(0)?,
        hash: row.get(1)?,
        plain: row.get(2)?,
        name: row.get(3)?,
        size_bytes: row.get::<_, i64>(4)?.cast_unsigned(),
    })
}

impl Store {
    /// Documents that a document links to.
    pub fn links_from(&self, doc: &Id16) -> Result<Vec<Id16>> {
        let sql = "SELECT to_doc FROM links WHERE from_doc = ?1 ORDER BY to_doc";
        list(&self.conn, sql, [doc], |row| row.get(0))
    }

    /// Documents that link to a document.
    pub fn links_to(&self, doc: &Id16) -> Result<Vec<Id16>> {
        let sql = "SELECT from_doc FROM links WHERE to_doc = ?1 ORDER BY from_doc";
        list(&self.conn, sql, [doc], |row| row.get(0))
    }

    /// All links in order.
    pub fn links(&self) -> Result<Vec<LinkRow>> {
        let read = |row: &Row<'_>| Ok(LinkRow { from_doc: row.get(0)?, to_doc: row.get(1)? });
        list(&self.conn, "SELECT from_doc, to_doc FROM links ORDER BY from_doc, to_doc", [], read)
    }

    /// All attachments by (document, hash, name).
    pub fn attachments(&self) -> Result<Vec<AttachmentRow>> {
        let sql = "SELECT doc, hash, plain, name, size FROM attachments ORDER BY doc, hash, name";
        list(&self.conn, sql, [], read_attachment)
    }

    /// Attachments that one document names.
    pub fn attachments_of(&self, doc: &Id16) -> Result<Vec<AttachmentRow>> {
        let sql = "SELECT doc, hash, plain, name, size FROM attachments WHERE doc = ?1 ORDER BY hash, name";
        list(&self.conn, sql, [doc], read_attachment)
    }

    /// Every naming of one sealed file.
    pub fn attachments_by_hash(&self, hash: &Id) -> Result<Vec<AttachmentRow>> {
        let sql = "SELECT doc, hash, plain, name, size FROM attachments WHERE hash = ?1 ORDER BY doc, name";
        list(&self.conn, sql, [hash], read_attachment)
    }
}

impl Txn<'_> {
    /// Replaces the links of a document.
    pub fn project_links(&mut self, from_doc: &Id16, to_docs: &[Id16]) -> Result<()> {
        self.projects(from_doc);
        self.store.conn.prepare_cached("DELETE FROM links WHERE from_doc = ?1")?.execute([from_doc])?;
        let mut statement = self
            .store
            .conn
            .prepare_cached("INSERT OR IGNORE INTO links (from_doc, to_doc) VALUES (?1, ?2)")?;
        for to_doc in to_docs {
            statement.execute((from_doc, to_doc))?;
        }
        Ok(())
    }

    /// Replaces the attachments that a document names (the `doc` of the rows is not read).
    pub fn project_attachments(&mut self, doc: &Id16, attachments: &[AttachmentRow]) -> Result<()> {
        self.projects(doc);
        self.store.conn.prepare_cached("DELETE FROM attachments WHERE doc = ?1")?.execute([doc])?;
        let mut statement = self.store.conn.prepare_cached(
            "INSERT OR REPLACE INTO attachments (doc, hash, plain, name, size) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for one in attachments {
            statement.execute((doc, one.hash, one.plain, &one.name, one.size_bytes.cast_signed()))?;
        }
        Ok(())
    }
}
