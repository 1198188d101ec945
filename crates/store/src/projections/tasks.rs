//! Tasks as lists and boards read them.

use rusqlite::Row;

use super::{list, words};
use crate::error::Result;
use crate::items::Id16;
use crate::open::Store;
use crate::txn::Txn;

pub(super) const SQL: &str = "
CREATE TABLE @tasks (
  doc BLOB PRIMARY KEY NOT NULL,
  lane BLOB NOT NULL,
  short TEXT NOT NULL,
  title TEXT NOT NULL,
  status TEXT NOT NULL,
  priority TEXT NOT NULL,
  assignee BLOB,
  labels TEXT NOT NULL,
  estimate INTEGER,
  due_json TEXT,
  due_ms INTEGER,
  project BLOB,
  ord TEXT NOT NULL,
  parent BLOB,
  trashed INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  conflicts_json TEXT NOT NULL,
  more_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX @tasks_by_short ON tasks (short);";

/// A task in lists and boards.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskRow {
    /// Document id.
    pub doc: Id16,
    /// Its space.
    pub lane: Id16,
    /// The first eight characters of the id.
    pub short: String,
    /// Title.
    pub title: String,
    /// backlog, todo, doing, review, done, cancelled, or a word of a later version.
    pub status: String,
    /// none, low, medium, high, urgent, or a word of a later version.
    pub priority: String,
    /// Member id.
    pub assignee: Option<Id16>,
    /// Labels, sorted.
    pub labels: Vec<String>,
    /// Estimate.
    pub estimate: Option<i64>,
    /// Due as the document says it.
    pub due_json: Option<String>,
    /// Due as an instant, for sorting.
    pub due_ms: Option<i64>,
    /// Project.
    pub project: Option<Id16>,
    /// Fractional order.
    pub ord: String,
    /// Task it is part of.
    pub parent: Option<Id16>,
    /// True in the trash.
    pub trashed: bool,
    /// First change.
    pub created_ms: i64,
    /// Last change.
    pub updated_ms: i64,
    /// Losing values, JSON list.
    pub conflicts_json: String,
    /// Named state, relations, recurrence and the like, as the engine writes them; empty where nothing of it is said.
    pub more_json: String,
}

const COLUMNS: &str =
    "SELECT doc, lane, short, title, status, priority, assignee, labels, estimate, due_json,
    due_ms, project, ord, parent, trashed, created_ms, updated_ms, conflicts_json, more_json FROM tasks";

fn read_row(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    Ok(TaskRow {
        doc: row.get(0)?,
        lane: row.get(1)?,
        short: row.get(2)?,
        title: row.get(3)?,
        status: row.get(4)?,
        priority: row.get(5)?,
        assignee: row.get(6)?,
        labels: words(&row.get::<_, String>(7)?),
        estimate: row.get(8)?,
        due_json: row.get(9)?,
        due_ms: row.get(10)?,
        project: row.get(11)?,
        ord: row.get(12)?,
        parent: row.get(13)?,
        trashed: row.get(14)?,
        created_ms: row.get(15)?,
        updated_ms: row.get(16)?,
        conflicts_json: row.get(17)?,
        more_json: row.get(18)?,
    })
}

impl Store {
    /// One task.
    pub fn task(&self, doc: &Id16) -> Result<Option<TaskRow>> {
        Ok(list(&self.conn, &format!("{COLUMNS} WHERE doc = ?1"), [doc], read_row)?.pop())
    }

    /// All tasks by document id; filters and sorting are the model's.
    pub fn tasks(&self) -> Result<Vec<TaskRow>> {
        list(&self.conn, &format!("{COLUMNS} ORDER BY doc"), [], read_row)
    }
}

impl Txn<'_> {
    /// Writes a task's row.
    pub fn project_task(&mut self, task: &TaskRow) -> Result<()> {
        self.projects(&task.doc);
        let labels = serde_json::json!(task.labels).to_string();
        let mut statement = self.store.conn.prepare_cached(
            "INSERT OR REPLACE INTO tasks (doc, lane, short, title, status, priority, assignee, labels, estimate,
             due_json, due_ms, project, ord, parent, trashed, created_ms, updated_ms, conflicts_json, more_json)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        )?;
        statement.execute(rusqlite::params![
            task.doc,
            task.lane,
            task.short,
            task.title,
            task.status,
            task.priority,
            task.assignee,
            labels,
            task.estimate,
            task.due_json,
            task.due_ms,
            task.project,
            task.ord,
            task.parent,
            task.trashed,
            task.created_ms,
            task.updated_ms,
            task.conflicts_json,
            task.more_json,
        ])?;
        Ok(())
    }
}
