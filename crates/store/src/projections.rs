//! Projections: what lists, trees and the sidebar read instead of loading documents. Caches: droppable, rebuildable by
//! the engine from the documents, never the truth.

use rusqlite::{Connection, Params, Row};

use crate::error::{Result, StoreError};
use crate::items::Id16;
use crate::open::Store;
use crate::txn::Txn;
use crate::{meta, search};

pub use aspects::AspectRow;
pub use forms::FormRow;
pub use links::{AttachmentRow, LinkRow};
pub use news::NewsRow;
pub use pages::{PageRow, SidebarRow};
pub use people::{PersonRow, ProjectRow};
pub use talks::TalkRow;
pub use tasks::TaskRow;
pub use templates::TemplateRow;
pub use threads::{MarkRow, MessageRow, OwedRow, ThreadRow};
pub use views::ViewRow;

mod aspects;
mod digest;
mod forms;
mod links;
mod news;
mod pages;
mod people;
mod talks;
mod tasks;
mod templates;
mod threads;
mod views;

/// Version of the tables below. A file with another version gets empty ones and [`Store::projections_stale`].
pub const PROJECTION_VERSION: u32 = 8;

/// Not yet built: what the version says between dropping and the engine's word that all is rebuilt.
const UNBUILT: u32 = 0;

const TABLES: &[&str] = &[
    "pages",
    "page_facts",
    "tasks",
    "people",
    "projects",
    "templates",
    "saved_views",
    "links",
    "attachments",
    "threads",
    "messages",
    "owed",
    "marks",
    "news",
    "forms",
    "aspects",
    "search",
    "search_docs",
];

fn built_version(conn: &Connection) -> Result<Option<u32>> {
    match meta::read(conn, meta::PROJECTIONS) {
        Ok(bytes) => Ok(bytes.and_then(|b| b.try_into().ok().map(u32::from_le_bytes))),
        Err(StoreError::Damaged { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Which tables: those of the file, or those that a process of a locked home keeps in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Main,
    Temp,
}

impl Place {
    fn prefix(self) -> &'static str {
        match self {
            Place::Main => "main.",
            Place::Temp => "temp.",
        }
    }
}

/// Makes the tables of the file where they are missing or of another version.
pub(crate) fn ensure(conn: &Connection) -> Result<()> {
    if built_version(conn)?.is_some_and(|v| v == PROJECTION_VERSION) {
        return Ok(());
    }
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let made = match built_version(conn) {
        Ok(Some(PROJECTION_VERSION)) => Ok(()),
        // Unbuilt tables of this version may hold work in progress of another process: keep them.
        Ok(Some(UNBUILT)) if has_tables(conn)? => Ok(()),
        Ok(_) => recreate(conn, Place::Main).and_then(|()| unbuilt(conn)),
        Err(error) => Err(error),
    };
    if made.is_err() && !conn.is_autocommit() {
        conn.execute_batch("ROLLBACK")?;
    }
    made?;
    Ok(conn.execute_batch("COMMIT")?)
}

fn has_tables(conn: &Connection) -> Result<bool> {
    let mut statement =
        conn.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1")?;
    for table in TABLES {
        if statement.query_row([table], |row| row.get::<_, i64>(0))? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Drops the tables and makes empty ones.
pub(crate) fn recreate(conn: &Connection, place: Place) -> Result<()> {
    remove(conn, place)?;
    let prefix = place.prefix();
    for sql in [
        pages::SQL,
        tasks::SQL,
        people::SQL,
        templates::SQL,
        views::SQL,
        links::SQL,
        threads::SQL,
        news::SQL,
        forms::SQL,
        aspects::SQL,
        search::SQL,
    ] {
        conn.execute_batch(&sql.replace('@', prefix))?;
    }
    Ok(())
}

/// Drops the tables.
pub(crate) fn remove(conn: &Connection, place: Place) -> Result<()> {
    let prefix = place.prefix();
    for table in TABLES {
        conn.execute_batch(&format!("DROP TABLE IF EXISTS {prefix}{table}"))?;
    }
    Ok(conn.execute_batch(&format!("DROP VIEW IF EXISTS {prefix}search_texts"))?)
}

/// Notes that the projections are empty.
pub(crate) fn unbuilt(conn: &Connection) -> Result<()> {
    meta::write(conn, meta::PROJECTIONS, &UNBUILT.to_le_bytes())
}

/// True when the engine built the projections in the file, in this version.
pub(crate) fn are_built(conn: &Connection) -> Result<bool> {
    Ok(built_version(conn)? == Some(PROJECTION_VERSION))
}

/// True when what lies in the file is of another version and must go.
pub(crate) fn are_old(conn: &Connection) -> Result<bool> {
    Ok(!matches!(built_version(conn)?, Some(PROJECTION_VERSION | UNBUILT)))
}

/// Reads all rows of a projection; `read` maps one.
fn list<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.query_map(params, read)?.collect::<rusqlite::Result<_>>()?)
}

/// A JSON list of words, empty for anything else.
fn words(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}

impl Store {
    /// True until the engine has rebuilt all projections of this version and said so.
    pub fn projections_stale(&self) -> Result<bool> {
        Ok(!are_built(&self.conn)? || self.projections_damaged())
    }
}

impl Txn<'_> {
    /// Drops all projections and the search index and makes empty ones. They are stale until
    /// [`Txn::projections_rebuilt`].
    pub fn drop_projections(&mut self) -> Result<()> {
        match self.store.rest {
            Some(_) => self.drop_projected()?,
            None => recreate(&self.store.conn, Place::Main)?,
        }
        unbuilt(&self.store.conn)
    }

    /// Says that all projections are built from the documents.
    pub fn projections_rebuilt(&mut self) -> Result<()> {
        meta::write(&self.store.conn, meta::PROJECTIONS, &PROJECTION_VERSION.to_le_bytes())
    }

    /// Notes that what is projected of a document changes in this transaction.
    pub(crate) fn projects(&mut self, doc: &Id16) {
        if self.store.rest.is_some() {
            self.projected.insert(*doc);
        }
    }

    /// Takes a document out of every projection and of the search index.
    pub fn remove_projections(&mut self, doc: &Id16) -> Result<()> {
        self.projects(doc);
        self.store.forget_rows(doc)
    }
}
