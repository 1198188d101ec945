//! People and projects.

use rusqlite::Row;

use super::{list, words};
use crate::error::Result;
use crate::items::Id16;
use crate::open::Store;
use crate::txn::Txn;

pub(super) const SQL: &str = "
CREATE TABLE @people (
  doc BLOB PRIMARY KEY NOT NULL,
  member BLOB NOT NULL,
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  hours TEXT NOT NULL,
  checkins TEXT NOT NULL,
  json TEXT NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX @people_by_member ON people (member);
CREATE TABLE @projects (
  doc BLOB PRIMARY KEY NOT NULL,
  lane BLOB NOT NULL,
  key TEXT NOT NULL,
  title TEXT NOT NULL,
  ord TEXT NOT NULL,
  trashed INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  json TEXT NOT NULL
) STRICT, WITHOUT ROWID;";

/// A member's profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonRow {
    /// Document id of the profile.
    pub doc: Id16,
    /// Member id.
    pub member: Id16,
    /// Name.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// Weekly windows.
    pub hours: String,
    /// Check-ins, `HH:MM`.
    pub checkins: Vec<String>,
    /// The rest of the profile (time off, holidays, conflicts), JSON.
    pub json: String,
    /// Last change.
    pub updated_ms: i64,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProjectRow {
    /// Document id.
    pub doc: Id16,
    /// Its space.
    pub lane: Id16,
    /// Letters before a task's short id.
    pub key: String,
    /// Title.
    pub title: String,
    /// Fractional order.
    pub ord: String,
    /// True in the trash.
    pub trashed: bool,
    /// Last change.
    pub updated_ms: i64,
    /// Lead, states, fields and updates, as the engine writes them.
    pub json: String,
}

fn read_person(row: &Row<'_>) -> rusqlite::Result<PersonRow> {
    Ok(PersonRow {
        doc: row.get(0)?,
        member: row.get(1)?,
        name: row.get(2)?,
        zone: row.get(3)?,
        hours: row.get(4)?,
        checkins: words(&row.get::<_, String>(5)?),
        json: row.get(6)?,
        updated_ms: row.get(7)?,
    })
}

fn read_project(row: &Row<'_>) -> rusqlite::Result<ProjectRow> {
    Ok(ProjectRow {
        doc: row.get(0)?,
        lane: row.get(1)?,
        key: row.get(2)?,
        title: row.get(3)?,
        ord: row.get(4)?,
        trashed: row.get(5)?,
        updated_ms: row.get(6)?,
        json: row.get(7)?,
    })
}

const PEOPLE: &str = "SELECT doc, member, name, zone, hours, checkins, json, updated_ms FROM people";
const PROJECTS: &str = "SELECT doc, lane, key, title, ord, trashed, updated_ms, json FROM projects";

impl Store {
    /// One profile.
    pub fn person(&self, doc: &Id16) -> Result<Option<PersonRow>> {
        Ok(list(&self.conn, &format!("{PEOPLE} WHERE doc = ?1"), [doc], read_person)?.pop())
    }

    /// All profiles by document id.
    pub fn people(&self) -> Result<Vec<PersonRow>> {
        list(&self.conn, &format!("{PEOPLE} ORDER BY doc"), [], read_person)
    }

    /// One project.
    pub fn project(&self, doc: &Id16) -> Result<Option<ProjectRow>> {
        Ok(list(&self.conn, &format!("{PROJECTS} WHERE doc = ?1"), [doc], read_project)?.pop())
    }

    /// All projects by document id.
    pub fn projects(&self) -> Result<Vec<ProjectRow>> {
        list(&self.conn, &format!("{PROJECTS} ORDER BY doc"), [], read_project)
    }
}

impl Txn<'_> {
    /// Writes a profile's row.
    pub fn project_person(&mut self, person: &PersonRow) -> Result<()> {
        self.projects(&person.doc);
        let checkins = serde_json::json!(person.checkins).to_string();
        let mut statement = self.store.conn.prepare_cached(
            "INSERT OR REPLACE INTO people (doc, member, name, zone, hours, checkins, json, updated_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        let PersonRow { doc, member, name, zone, hours, json, updated_ms, .. } = person;
        statement.execute((doc, member, name, zone, hours, checkins, json, updated_ms))?;
        Ok(())
    }

    /// Writes a project's row.
    pub fn project_project(&mut self, project: &ProjectRow) -> Result<()> {
        self.projects(&project.doc);
        let mut statement = self.store.conn.prepare_cached(
            "INSERT OR REPLACE INTO projects (doc, lane, key, title, ord, trashed, updated_ms, json)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        let ProjectRow { doc, lane, key, title, ord, trashed, updated_ms, json } = project;
        statement.execute((doc, lane, key, title, ord, trashed, updated_ms, json))?;
        Ok(())
    }
}
