//! Numbered, named migrations of the tables that hold the truth. Caches live in `projections` and are never migrated.

use rusqlite::Connection;

use crate::error::{Result, StoreError};
use crate::open::StoreId;

/// `PRAGMA application_id` of a Tern store: "TERN".
pub const APPLICATION_ID: i32 = 0x5445_524E;

/// One step from version `to - 1` to version `to`. A released step never changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration {
    pub(crate) to: u32,
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

/// Every migration in order.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { to: 1, name: "first tables", sql: include_str!("schema/v1.sql") },
    Migration { to: 2, name: "projections of a locked store", sql: include_str!("schema/v2.sql") },
    Migration { to: 3, name: "packs and what they cover", sql: include_str!("schema/v3.sql") },
];

/// The store version that this build writes.
pub const STORE_VERSION: u32 = 3;

/// The version in the file's header.
pub(crate) fn version(conn: &Connection) -> Result<u32> {
    let found: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(u32::try_from(found).unwrap_or(u32::MAX))
}

/// Brings the file to the newest version, one transaction a step; returns the names of the steps made.
pub(crate) fn migrate(conn: &Connection, steps: &[Migration]) -> Result<Vec<&'static str>> {
    let mut made = Vec::new();
    for step in steps {
        if version(conn)? >= step.to {
            continue;
        }
        conn.execute_batch("BEGIN IMMEDIATE")?;
        let result = apply(conn, step);
        if result.is_err() {
            if !conn.is_autocommit() {
                conn.execute_batch("ROLLBACK")?;
            }
            result?;
        } else {
            conn.execute_batch("COMMIT")?;
            tracing::info!(version = step.to, name = step.name, "store migrated");
            made.push(step.name);
        }
    }
    Ok(made)
}

fn apply(conn: &Connection, step: &Migration) -> Result<()> {
    // Another process may have made the step while this one waited for the lock.
    let found = version(conn)?;
    if found >= step.to {
        return Ok(());
    }
    if found + 1 != step.to {
        return Err(StoreError::Invalid(format!("no migration from store version {found}")));
    }
    conn.execute_batch(step.sql)?;
    conn.pragma_update(None, "user_version", step.to)?;
    crate::meta::write(conn, crate::meta::WRITTEN_BY, env!("CARGO_PKG_VERSION").as_bytes())
}

/// Writes what only a new store (or a restored one) gets: its identity.
pub(crate) fn set_identity(conn: &Connection, id: StoreId) -> Result<()> {
    crate::meta::write(conn, crate::meta::STORE_ID, &id.0.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &[Migration] = &[
        Migration {
            to: 1,
            name: "first",
            sql: "CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB, hash BLOB)",
        },
        Migration { to: 2, name: "second", sql: "CREATE TABLE b (x)" },
        Migration { to: 3, name: "broken", sql: "CREATE TABLE c (x); CREATE TABLE c (x)" },
    ];

    #[test]
    fn steps_run_once_in_order_and_a_failing_one_leaves_its_predecessor() {
        let conn = Connection::open_in_memory().unwrap();
        assert_eq!(migrate(&conn, &STEPS[..1]).unwrap(), ["first"]);
        assert_eq!(migrate(&conn, &STEPS[..2]).unwrap(), ["second"]);
        assert!(migrate(&conn, &STEPS[..2]).unwrap().is_empty());
        assert!(migrate(&conn, STEPS).is_err());
        assert_eq!(version(&conn).unwrap(), 2);
        let half: i64 =
            conn.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'c'", [], |r| r.get(0)).unwrap();
        assert_eq!(half, 0, "a failed step leaves nothing");
    }

    #[test]
    fn versions_are_numbered_without_gaps_up_to_the_one_that_is_written() {
        let numbers: Vec<u32> = MIGRATIONS.iter().map(|step| step.to).collect();
        assert_eq!(numbers, (1..=STORE_VERSION).collect::<Vec<_>>());
    }
}
