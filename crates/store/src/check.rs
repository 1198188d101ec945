//! Looking at everything: row hashes, tries, SQLite's own structure and, through the engine, the projections.

use std::fmt;

use crate::error::{Result, StoreError};
use crate::items::{Id16, read_row};
use crate::open::Store;
use crate::txn::Txn;
use crate::{docs, journal, meta, trie};

/// Lines of `PRAGMA integrity_check` that are read.
const STRUCTURE_LINES_MAX: u32 = 100;

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// A row does not match its hash. Items come again from peers; rows of other tables are rebuilt or given up.
    Row {
        /// Table.
        table: &'static str,
        /// Row number, 0 where the table has none.
        row: i64,
        /// Id as stored.
        id: Vec<u8>,
    },
    /// Cached trie nodes of a lane differ from its items. Rebuild them.
    Trie {
        /// The lane.
        lane: Id16,
    },
    /// SQLite finds its structure damaged.
    Structure {
        /// What it says.
        detail: String,
    },
    /// A projection differs from the documents. Rebuild it.
    Projection {
        /// Which and how.
        detail: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Row { table, row, id } => {
                write!(f, "{table} row {row} is damaged (id ")?;
                id.iter().take(8).try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_str(")")
            }
            Finding::Trie { lane } => {
                f.write_str("the trie of lane ")?;
                lane.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_str(" differs from its items")
            }
            Finding::Structure { detail } => write!(f, "database structure: {detail}"),
            Finding::Projection { detail } => write!(f, "projection: {detail}"),
        }
    }
}

/// What a check looked at and found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Items whose hash was computed.
    pub items: u64,
    /// Rows of other tables whose hash was computed.
    pub other_rows: u64,
    /// Cached trie nodes compared.
    pub trie_nodes: u64,
    /// Everything wrong.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Number of findings.
    pub fn bad(&self) -> u64 {
        self.findings.len() as u64
    }

    /// Adds the outcome of one part; damage becomes findings, anything else is an error.
    fn part<T: Default>(&mut self, result: Result<T>) -> Result<T> {
        match result {
            Err(StoreError::Damaged { table, row, id }) => {
                self.findings.push(Finding::Row { table, row, id });
                Ok(T::default())
            }
            Err(StoreError::Corrupt { detail }) => {
                self.findings.push(Finding::Structure { detail });
                Ok(T::default())
            }
            other => other,
        }
    }

    fn rows(&mut self, part: Result<(u64, Vec<StoreError>)>) -> Result<()> {
        let (seen, bad) = self.part(part)?;
        self.other_rows += seen;
        for error in bad {
            self.part::<()>(Err(error))?;
        }
        Ok(())
    }
}

/// One slice of a background scrub.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScrubStep {
    /// Where the next slice begins; `None` when all items were seen.
    pub next_row: Option<i64>,
    /// Items whose hash was computed.
    pub items: u64,
    /// Everything wrong in this slice.
    pub findings: Vec<Finding>,
}

impl Store {
    /// Re-hashes every row that has a hash, compares the tries with the items and asks SQLite about its structure.
    /// `projections` is the engine's part: it rebuilds projections from the documents and reports differences.
    pub fn check(&self, projections: &mut dyn FnMut(&Store) -> Result<Vec<Finding>>) -> Result<Report> {
        let mut report = Report::default();
        let structure = self.structure();
        let lines = report.part(structure)?;
        report.findings.extend(lines.into_iter().map(|detail| Finding::Structure { detail }));
        let mut after = Some(0);
        while let Some(row) = after {
            let step = self.scrub(row, usize::MAX);
            let step = report.part(step)?;
            report.items += step.items;
            report.findings.extend(step.findings);
            after = step.next_row;
        }
        let tries = report.part(trie::compare(&self.conn))?;
        report.trie_nodes = tries.0;
        report.findings.extend(tries.1.into_iter().map(|lane| Finding::Trie { lane }));
        report.rows(docs::damaged(self))?;
        report.rows(journal::damaged(self))?;
        let (seen, bad) = report.part(meta::damaged(&self.conn))?;
        report.other_rows += seen;
        report.findings.extend(bad.into_iter().map(|key| Finding::Row {
            table: "meta",
            row: 0,
            id: key.into_bytes(),
        }));
        let differences = report.part(projections(self))?;
        report.findings.extend(differences);
        Ok(report)
    }

    /// Re-hashes up to `limit` items after `row`. Called in slices it looks at the whole table without holding
    /// anything up.
    pub fn scrub(&self, row: i64, limit: usize) -> Result<ScrubStep> {
        let sql_limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.items_where("WHERE i.row > ?1 ORDER BY i.row LIMIT ?2")?;
        let mut rows = statement.query((row, sql_limit))?;
        let mut step = ScrubStep::default();
        let mut last = row;
        while let Some(found) = rows.next()? {
            last = found.get(0)?;
            step.items += 1;
            match read_row(found) {
                Err(StoreError::Damaged { table, row, id }) => {
                    step.findings.push(Finding::Row { table, row, id });
                }
                other => drop(other?),
            }
        }
        step.next_row = (step.items as usize == limit).then_some(last);
        Ok(step)
    }

    fn structure(&self) -> Result<Vec<String>> {
        let mut statement = self.conn.prepare(&format!("PRAGMA integrity_check({STRUCTURE_LINES_MAX})"))?;
        let lines: Vec<String> =
            statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }
}

impl Txn<'_> {
    /// Gives up damaged item rows so that the next sync fetches them again: takes them out, and rebuilds the indexes
    /// and tries, which may disagree with the damaged row. Returns how many rows went.
    pub fn discard_damaged_items(&mut self, rows: &[i64]) -> Result<u64> {
        self.store.numbers.get_mut().clear();
        self.mark_rows()?;
        for table in ["lanes", "feeds", "tags", "items"] {
            self.store.conn.execute_batch(&format!("REINDEX {table}"))?;
        }
        let mut gone = 0;
        for row in rows {
            gone +=
                self.store.conn.prepare_cached("DELETE FROM items WHERE row = ?1")?.execute([row])? as u64;
        }
        self.rebuild_tries()?;
        Ok(gone)
    }
}
