//! Threads with their messages and what is owed in them, as inbox and ledger read them; and one's own marks on threads.
//! What depends on time (hidden, owed, snoozed) is told by instants in the rows and decided by whoever reads them.

use rusqlite::Row;

use super::{list, words};
use crate::error::Result;
use crate::items::Id16;
use crate::open::Store;
use crate::txn::Txn;

pub(super) const SQL: &str = "
CREATE TABLE @threads (
  doc BLOB PRIMARY KEY NOT NULL,
  lane BLOB NOT NULL,
  title TEXT NOT NULL,
  on_doc BLOB,
  participants TEXT NOT NULL,
  outcome TEXT,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  reveals_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE @messages (
  doc BLOB NOT NULL,
  n INTEGER NOT NULL,
  id TEXT NOT NULL,
  author BLOB,
  said_ms INTEGER NOT NULL,
  intent TEXT NOT NULL,
  urgency TEXT NOT NULL,
  addressed TEXT NOT NULL,
  release_ms INTEGER,
  cancelled INTEGER NOT NULL,
  text TEXT NOT NULL,
  unread INTEGER NOT NULL,
  undone INTEGER NOT NULL,
  woke INTEGER NOT NULL,
  PRIMARY KEY (doc, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX @messages_by_id ON messages (doc, id);
CREATE INDEX @messages_unread ON messages (unread, doc);
CREATE INDEX @messages_woke ON messages (woke, doc);
CREATE INDEX @messages_release ON messages (release_ms) WHERE release_ms IS NOT NULL;
CREATE TABLE @owed (
  doc BLOB NOT NULL,
  message TEXT NOT NULL,
  debtor BLOB NOT NULL,
  asker BLOB NOT NULL,
  json TEXT NOT NULL,
  cleared_ms INTEGER,
  PRIMARY KEY (doc, message, debtor)
) STRICT, WITHOUT ROWID;
CREATE TABLE @marks (
  doc BLOB NOT NULL,
  thread BLOB NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (doc, thread, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX @marks_of ON marks (thread);";

/// A thread in lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ThreadRow {
    /// Document id.
    pub doc: Id16,
    /// Its space.
    pub lane: Id16,
    /// Title.
    pub title: String,
    /// What it belongs to.
    pub on_doc: Option<Id16>,
    /// Members that take part, hex, sorted.
    pub participants: Vec<String>,
    /// What came of it, when it is closed.
    pub outcome: Option<String>,
    /// First change.
    pub created_ms: i64,
    /// Last change.
    pub updated_ms: i64,
    /// When the next message appears that is left out of the search index until then.
    pub reveals_ms: Option<i64>,
}

/// A message in lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageRow {
    /// The thread.
    pub doc: Id16,
    /// Place in the thread, from 0.
    pub n: u32,
    /// Id within the thread.
    pub id: String,
    /// Member who wrote it.
    pub author: Option<Id16>,
    /// When it was said.
    pub said_ms: i64,
    /// Its intent.
    pub intent: String,
    /// Its urgency.
    pub urgency: String,
    /// Members it is addressed to or names, hex.
    pub addressed: Vec<String>,
    /// When it appears, if it was scheduled.
    pub release_ms: Option<i64>,
    /// Called back.
    pub cancelled: bool,
    /// The beginning of what it says.
    pub text: String,
    /// Whether the member of this home has not read it.
    pub unread: bool,
    /// Whether that member has not put it away.
    pub undone: bool,
    /// Whether it came after that member put the thread away until a reply.
    pub woke: bool,
}

/// An answer that is or was owed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwedRow {
    /// The thread.
    pub doc: Id16,
    /// The message.
    pub message: String,
    /// Who owes.
    pub debtor: Id16,
    /// Who asked.
    pub asker: Id16,
    /// All of it, as the engine writes it.
    pub json: String,
    /// From when on it is cleared.
    pub cleared_ms: Option<i64>,
}

/// A mark of the member of this home on a thread.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct MarkRow {
    /// The document of the personal space that holds it.
    pub doc: Id16,
    /// The thread.
    pub thread: Id16,
    /// Which mark.
    pub name: String,
    /// What it says.
    pub value: String,
}

const THREADS: &str =
    "SELECT doc, lane, title, on_doc, participants, outcome, created_ms, updated_ms, reveals_ms FROM threads";
const MESSAGES: &str =
    "SELECT doc, n, id, author, said_ms, intent, urgency, addressed, release_ms, cancelled,
    text, unread, undone, woke FROM messages";
pub(super) const OWED: &str = "SELECT doc, message, debtor, asker, json, cleared_ms FROM owed";
const MARKS: &str = "SELECT doc, thread, name, value FROM marks";

fn read_thread(row: &Row<'_>) -> rusqlite::Result<ThreadRow> {
    Ok(ThreadRow {
        doc: row.get(0)?,
        lane: row.get(1)?,
        title: row.get(2)?,
        on_doc: row.get(3)?,
        participants: words(&row.get::<_, String>(4)?),
        outcome: row.get(5)?,
        created_ms: row.get(6)?,
        updated_ms: row.get(7)?,
        reveals_ms: row.get(8)?,
    })
}

fn read_message(row: &Row<'_>) -> rusqlite::Result<MessageRow> {
    Ok(MessageRow {
        doc: row.get(0)?,
        n: row.get(1)?,
        id: row.get(2)?,
        author: row.get(3)?,
        said_ms: row.get(4)?,
        intent: row.get(5)?,
        urgency: row.get(6)?,
        addressed: words(&row.get::<_, String>(7)?),
        release_ms: row.get(8)?,
        cancelled: row.get(9)?,
        text: row.get(10)?,
        unread: row.get(11)?,
        undone: row.get(12)?,
        woke: row.get(13)?,
    })
}

pub(super) fn read_owed(row: &Row<'_>) -> rusqlite::Result<OwedRow> {
    Ok(OwedRow {
        doc: row.get(0)?,
        message: row.get(1)?,
        debtor: row.get(2)?,
        asker: row.get(3)?,
        json: row.get(4)?,
        cleared_ms: row.get(5)?,
    })
}

fn read_mark(row: &Row<'_>) -> rusqlite::Result<MarkRow> {
    Ok(MarkRow { doc: row.get(0)?, thread: row.get(1)?, name: row.get(2)?, value: row.get(3)? })
}

impl Store {
    /// One thread.
    pub fn thread(&self, doc: &Id16) -> Result<Option<ThreadRow>> {
        Ok(list(&self.conn, &format!("{THREADS} WHERE doc = ?1"), [doc], read_thread)?.pop())
    }

    /// All threads by document id.
    pub fn threads(&self) -> Result<Vec<ThreadRow>> {
        list(&self.conn, &format!("{THREADS} ORDER BY doc"), [], read_thread)
    }

    /// Threads in which a message appeared by `now_ms` that is not in the search index.
    pub fn threads_to_reveal(&self, now_ms: i64) -> Result<Vec<Id16>> {
        let sql = "SELECT doc FROM threads WHERE reveals_ms <= ?1 ORDER BY doc";
        list(&self.conn, sql, [now_ms], |row| row.get(0))
    }

    /// Whether a message appeared after `from_ms` and by `until_ms`.
    pub fn appears_between(&self, from_ms: i64, until_ms: i64) -> Result<bool> {
        let sql =
            "SELECT 1 FROM messages WHERE release_ms > ?1 AND release_ms <= ?2 AND cancelled = 0 LIMIT 1";
        Ok(!list(&self.conn, sql, (from_ms, until_ms), |row| row.get::<_, i64>(0))?.is_empty())
    }

    /// Threads in which a scheduled message appeared from `from_ms` on and by `until_ms`.
    pub fn threads_released(&self, from_ms: i64, until_ms: i64) -> Result<Vec<Id16>> {
        let sql = "SELECT DISTINCT doc FROM messages WHERE release_ms >= ?1 AND release_ms <= ?2
                   AND cancelled = 0 ORDER BY doc";
        list(&self.conn, sql, [from_ms, until_ms], |row| row.get(0))
    }

    /// Messages of a thread in their order.
    pub fn messages_of(&self, doc: &Id16) -> Result<Vec<MessageRow>> {
        list(&self.conn, &format!("{MESSAGES} WHERE doc = ?1 ORDER BY n"), [doc], read_message)
    }

    /// One message.
    pub fn message(&self, doc: &Id16, id: &str) -> Result<Option<MessageRow>> {
        let sql = format!("{MESSAGES} WHERE doc = ?1 AND id = ?2 LIMIT 1");
        Ok(list(&self.conn, &sql, (doc, id), read_message)?.pop())
    }

    /// Messages that the member of this home has not read, by thread and place.
    pub fn unread_messages(&self) -> Result<Vec<MessageRow>> {
        list(&self.conn, &format!("{MESSAGES} WHERE unread = 1 ORDER BY doc, n"), [], read_message)
    }

    /// Threads that were put away until a reply, and have one that appeared by `now_ms`.
    pub fn woken_threads(&self, now_ms: i64) -> Result<Vec<Id16>> {
        let sql = "SELECT DISTINCT doc FROM messages WHERE woke = 1 AND cancelled = 0
                   AND (release_ms IS NULL OR release_ms <= ?1) ORDER BY doc";
        list(&self.conn, sql, [now_ms], |row| row.get(0))
    }

    /// Answers not cleared by `now_ms` that `member` owes or waits for, by thread, message and debtor.
    pub fn owed(&self, member: &Id16, now_ms: i64) -> Result<Vec<OwedRow>> {
        let sql = format!(
            "{OWED} WHERE (debtor = ?1 OR asker = ?1) AND (cleared_ms IS NULL OR cleared_ms > ?2)
             ORDER BY doc, message, debtor"
        );
        list(&self.conn, &sql, (member, now_ms), read_owed)
    }

    /// What is or was owed in a thread.
    pub fn owed_in(&self, doc: &Id16) -> Result<Vec<OwedRow>> {
        list(&self.conn, &format!("{OWED} WHERE doc = ?1 ORDER BY message, debtor"), [doc], read_owed)
    }

    /// All marks by document, thread and name.
    pub fn marks(&self) -> Result<Vec<MarkRow>> {
        list(&self.conn, &format!("{MARKS} ORDER BY doc, thread, name"), [], read_mark)
    }

    /// All marks of one name, by document and thread.
    pub fn marks_named(&self, name: &str) -> Result<Vec<MarkRow>> {
        list(&self.conn, &format!("{MARKS} WHERE name = ?1 ORDER BY doc, thread"), [name], read_mark)
    }

    /// Marks on a document.
    pub fn marks_on(&self, thread: &Id16) -> Result<Vec<MarkRow>> {
        list(&self.conn, &format!("{MARKS} WHERE thread = ?1 ORDER BY doc, name"), [thread], read_mark)
    }

    /// Marks that a document of the personal space holds.
    pub fn marks_in(&self, doc: &Id16) -> Result<Vec<MarkRow>> {
        list(&self.conn, &format!("{MARKS} WHERE doc = ?1 ORDER BY thread, name"), [doc], read_mark)
    }
}

impl Txn<'_> {
    /// Replaces the rows of a thread; the `doc` of messages and debts is not read.
    pub fn project_thread(
        &mut self,
        thread: &ThreadRow,
        messages: &[MessageRow],
        owed: &[OwedRow],
    ) -> Result<()> {
        let doc = &thread.doc;
        self.projects(doc);
        let conn = &self.store.conn;
        conn.prepare_cached(
            "INSERT OR REPLACE INTO threads (doc, lane, title, on_doc, participants, outcome, created_ms,
             updated_ms, reveals_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(rusqlite::params![
            doc,
            thread.lane,
            thread.title,
            thread.on_doc,
            serde_json::json!(thread.participants).to_string(),
            thread.outcome,
            thread.created_ms,
            thread.updated_ms,
            thread.reveals_ms,
        ])?;
        conn.prepare_cached("DELETE FROM owed WHERE doc = ?1")?.execute([doc])?;
        self.project_messages(doc, messages)?;
        let mut statement = self.store.conn.prepare_cached(
            "INSERT OR REPLACE INTO owed (doc, message, debtor, asker, json, cleared_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for o in owed {
            statement.execute((doc, &o.message, o.debtor, o.asker, &o.json, o.cleared_ms))?;
        }
        Ok(())
    }

    /// Replaces the messages of a document that stands in no list of threads, as comments do (their `doc` is not read).
    pub fn project_messages(&mut self, doc: &Id16, messages: &[MessageRow]) -> Result<()> {
        self.projects(doc);
        let conn = &self.store.conn;
        conn.prepare_cached("DELETE FROM messages WHERE doc = ?1")?.execute([doc])?;
        let mut statement = conn.prepare_cached(
            "INSERT INTO messages (doc, n, id, author, said_ms, intent, urgency, addressed, release_ms, cancelled,
             text, unread, undone, woke)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        for m in messages {
            statement.execute(rusqlite::params![
                doc,
                m.n,
                m.id,
                m.author,
                m.said_ms,
                m.intent,
                m.urgency,
                serde_json::json!(m.addressed).to_string(),
                m.release_ms,
                m.cancelled,
                m.text,
                m.unread,
                m.undone,
                m.woke,
            ])?;
        }
        Ok(())
    }

    /// Replaces the marks that a document of the personal space holds (the `doc` of the rows is not read).
    pub fn project_marks(&mut self, doc: &Id16, marks: &[MarkRow]) -> Result<()> {
        self.projects(doc);
        self.store.conn.prepare_cached("DELETE FROM marks WHERE doc = ?1")?.execute([doc])?;
        let mut statement = self.store.conn.prepare_cached(
            "INSERT OR REPLACE INTO marks (doc, thread, name, value) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for mark in marks {
            statement.execute((doc, mark.thread, &mark.name, &mark.value))?;
        }
        Ok(())
    }
}
