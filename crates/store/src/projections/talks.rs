//! What a list of threads shows of their messages and of what is owed in them, for all threads at once.

use rusqlite::Row;

use super::list;
use super::threads::{OWED, OwedRow, read_owed};
use crate::error::Result;
use crate::items::Id16;
use crate::open::Store;

/// The messages of a thread that have appeared, summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TalkRow {
    /// The thread.
    pub doc: Id16,
    /// How many have appeared.
    pub messages: u32,
    /// How many of them the member of this home has not read.
    pub unread: u32,
    /// When the last one was said.
    pub last_ms: i64,
    /// Who said it.
    pub last_author: Option<Id16>,
}

fn read_talk(row: &Row<'_>) -> rusqlite::Result<TalkRow> {
    Ok(TalkRow {
        doc: row.get(0)?,
        messages: row.get(1)?,
        unread: row.get(2)?,
        last_ms: row.get(3)?,
        last_author: row.get(4)?,
    })
}

impl Store {
    /// Sums of all threads in which something has appeared by `now_ms`, by document id.
    pub fn talks(&self, now_ms: i64) -> Result<Vec<TalkRow>> {
        let sql = "WITH said AS (
               SELECT doc, n, author, said_ms, unread FROM messages
               WHERE cancelled = 0 AND (release_ms IS NULL OR release_ms <= ?1)
             ), last AS (
               SELECT doc, author, said_ms,
                      row_number() OVER (PARTITION BY doc ORDER BY said_ms DESC, n DESC) AS place FROM said
             ), sums AS (SELECT doc, COUNT(*) AS messages, SUM(unread) AS unread FROM said GROUP BY doc)
             SELECT sums.doc, messages, unread, last.said_ms, last.author
             FROM sums JOIN last ON last.doc = sums.doc AND last.place = 1 ORDER BY sums.doc";
        list(&self.conn, sql, [now_ms], read_talk)
    }

    /// Answers that nobody has given by `now_ms`, whoever owes them, by thread.
    pub fn owed_by_all(&self, now_ms: i64) -> Result<Vec<OwedRow>> {
        let sql = format!("{OWED} WHERE cleared_ms IS NULL OR cleared_ms > ?1 ORDER BY doc, message, debtor");
        list(&self.conn, &sql, [now_ms], read_owed)
    }
}
