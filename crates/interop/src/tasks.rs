//! Tables of tasks that other tools write (CSV) into tasks: which tool it was, what each column holds, what each row says.
//!
//! Columns go by name, never by place. What no task has a field for stays with the task: to be shown as a field of its
//! project, or, where it is the tool's own bookkeeping, in the row as it was read.
//!
//! ```
//! use tern_interop::tasks::{Options, read};
//! let file = "ID,Team,Title,Status,Due Date\nWEB-1,Web,Fix login,In Progress,2026-12-01\n";
//! let table = read(file.as_bytes(), &Options::default()).unwrap();
//! let task = table.task(&table.rows[0].cells);
//! assert_eq!((task.title.as_str(), task.due.as_deref()), ("Fix login", Some("2026-12-01")));
//! ```

use std::collections::{BTreeMap, BTreeSet};

use tern_model::block::Block;
use tern_model::task::{Priority, Status};

mod columns;
mod reading;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use columns::{Field, Source};
use reading::Reading;
pub use table::{MAX_CELLS, MAX_COLUMNS, MAX_FILE_BYTES, MAX_NAME_CHARS, MAX_ROWS, TableError};
pub use words::DateOrder;

/// What a person says of a table beyond what it says itself.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The tool that wrote it; by its header where `None`.
    pub source: Option<Source>,
    /// What columns hold.
    pub columns: Vec<(Field, String)>,
    /// What statuses mean.
    pub statuses: Vec<(String, Status)>,
    /// In which order dates stand; by what is in the table where `None`.
    pub dates: Option<DateOrder>,
}

/// A table of tasks.
#[derive(Debug, Clone)]
pub struct TaskTable {
    /// The tool that wrote it.
    pub source: Source,
    /// Its columns in order, each name once, with what they hold.
    pub columns: Vec<(String, Field)>,
    /// The order in which its dates are read, where some of them would be other days in another.
    pub dates: Option<DateOrder>,
    /// Whether that order is a guess.
    pub dates_guessed: bool,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Rows that are no tasks of their own: the line, and why.
    pub refused: Vec<(u64, String)>,
    reading: Reading,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line that it begins in, from 1.
    pub line: u64,
    /// What it stays the same by in every export of its source.
    pub id: String,
    /// Its cells that are not empty, each with the name of its column.
    pub cells: Vec<(String, String)>,
}

/// The name of a status and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusWord {
    /// The name as written.
    pub word: String,
    /// What it means.
    pub status: Status,
    /// Whether the name says nothing beyond that.
    pub plain: bool,
    /// Whether a person said what it means.
    pub given: bool,
}

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportedTask {
    /// What people call it there.
    pub key: Option<String>,
    /// Title.
    pub title: String,
    /// Description as written.
    pub description: String,
    /// Status.
    pub status: Option<StatusWord>,
    /// Priority.
    pub priority: Option<Priority>,
    /// Who it is assigned to, as written.
    pub assignee: Option<String>,
    /// Labels.
    pub labels: Vec<String>,
    /// Estimate.
    pub estimate: Option<i64>,
    /// The day it is due, `YYYY-MM-DD`.
    pub due: Option<String>,
    /// Its project, or else its team.
    pub project: Option<String>,
    /// The task it is part of.
    pub parent: Option<String>,
    /// Tasks that must be closed before.
    pub blocked_by: Vec<String>,
    /// Tasks that have to do with it.
    pub relates: Vec<String>,
    /// The task that says the same.
    pub duplicate_of: Option<String>,
    /// What has no field of its own, by the name of its column; also what could not be read as its field asks.
    pub own: BTreeMap<String, String>,
}

/// What the name begins with that stands for a missing one; the place of the column follows, from 1.
const UNNAMED: &str = "Column ";
/// Most characters of a cell that are quoted where it is told why its row is not taken.
const QUOTED_CHARS: usize = 60;

/// Reads a table of tasks.
pub fn read(bytes: &[u8], options: &Options) -> Result<TaskTable, TableError> {
    let given = options.given();
    let table = table::read(bytes, &|names| columns::has_title(names, &given))?;
    let has =
        |name: &String| table.columns.iter().any(|column| columns::normal(column) == columns::normal(name));
    if let Some((_, missing)) = options.columns.iter().find(|(_, name)| !has(name)) {
        return Err(TableError::NoColumn(missing.clone(), shown(&table.columns)));
    }
    let source = Source::of(&table.columns).map_err(TableError::NotRead)?;
    let source = options.source.unwrap_or(source);
    let names = shown(&table.columns);
    let mut reading = Reading::new(source, &names, options);
    if !reading.has(Field::Title) {
        return Err(TableError::NoTitle(names));
    }
    let columns = names.into_iter().map(|name| (name.clone(), reading.meaning(&name))).collect();
    let mut refused = Vec::new();
    let rows = rows(&reading, table, &mut refused);
    let cells = rows.iter().flat_map(|row| row.cells.iter());
    let due: Vec<&str> =
        cells.filter(|(name, _)| reading.meaning(name) == Field::Due).map(|(_, c)| c.as_str()).collect();
    let found = options.dates.or_else(|| words::order_of(due.iter().copied()));
    let hangs = due.iter().any(|text| words::hangs_on_order(text));
    reading.order = found.unwrap_or_default();
    let (dates, dates_guessed) = (hangs.then_some(reading.order), hangs && found.is_none());
    Ok(TaskTable { source, columns, dates, dates_guessed, rows, refused, reading })
}

/// Names of columns, each once and without the empty ones.
fn shown(columns: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let named = columns.iter().filter(|name| !name.is_empty());
    named.filter(|name| seen.insert(columns::normal(name))).cloned().collect()
}

fn rows(reading: &Reading, table: table::Table, refused: &mut Vec<(u64, String)>) -> Vec<Row> {
    let mut ids: BTreeSet<String> = BTreeSet::new();
    let mut same_title: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows = Vec::with_capacity(table.rows.len());
    for (line, cells) in table.rows {
        // A cell beyond the header has no name but its place.
        let unnamed = |at: usize| format!("{UNNAMED}{}", at + 1);
        let named = |(at, cell): (usize, String)| {
            let name = table.columns.get(at).filter(|name| !name.is_empty());
            (name.cloned().unwrap_or_else(|| unnamed(at)), cell)
        };
        let cells: Vec<(String, String)> =
            cells.into_iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(named).collect();
        let Some(title) = reading.first(&cells, Field::Title) else {
            refused.push((line, "it has no title".to_owned()));
            continue;
        };
        if reading.first(&cells, Field::Archived).is_some_and(words::says_yes) {
            refused.push((line, format!("“{}” is archived there", quoted(title))));
            continue;
        }
        let said = reading.first(&cells, Field::Id).or_else(|| reading.first(&cells, Field::Key));
        let id = match said {
            Some(id) => id.to_owned(),
            None => numbered(title, &ids, &mut same_title),
        };
        if !ids.insert(id.clone()) {
            refused.push((line, format!("another row is “{}” too", quoted(&id))));
            continue;
        }
        rows.push(Row { line, id, cells });
    }
    rows
}

/// The begin of a cell.
pub fn quoted(cell: &str) -> String {
    let mut chars = cell.chars();
    let begin: String = chars.by_ref().take(QUOTED_CHARS).collect();
    if chars.next().is_some() { begin + "…" } else { begin }
}

impl Options {
    fn given(&self) -> BTreeMap<String, Field> {
        self.columns.iter().map(|(field, name)| (columns::normal(name), *field)).collect()
    }
}

impl TaskTable {
    /// What a column holds, by its name.
    pub fn meaning(&self, column: &str) -> Field {
        self.reading.meaning(column)
    }

    /// Whether some column holds this.
    pub fn has(&self, field: Field) -> bool {
        self.reading.has(field)
    }

    /// Whether there is a column of this name.
    pub fn has_column(&self, column: &str) -> bool {
        let beyond = column.strip_prefix(UNNAMED).is_some_and(|at| at.parse::<usize>().is_ok());
        beyond || self.reading.knows(column)
    }

    /// What a row says.
    pub fn task(&self, cells: &[(String, String)]) -> ImportedTask {
        self.reading.task(cells)
    }

    /// What cells of an earlier table of this source said, which was read with `options`.
    pub fn earlier(&self, cells: &[(String, String)], options: &Options) -> ImportedTask {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let mut reading = Reading::new(self.source, &names, options);
        reading.order = options.dates.unwrap_or(self.reading.order);
        reading.task(cells)
    }

    /// The order in which the dates of a row are read, where they would be other days in another.
    pub fn order_of(&self, cells: &[(String, String)]) -> Option<DateOrder> {
        let hangs =
            |(name, cell): &(String, String)| self.meaning(name) == Field::Due && words::hangs_on_order(cell);
        cells.iter().any(hangs).then_some(self.reading.order)
    }

    /// The blocks of a description, in the markup of the tool: Markdown, but for what would be misread as such.
    pub fn blocks(&self, description: &str) -> Vec<Block> {
        self.reading.blocks(description)
    }
}

/// A title that no other row has as its id.
fn numbered(title: &str, taken: &BTreeSet<String>, same: &mut BTreeMap<String, usize>) -> String {
    let before = same.entry(title.to_owned()).or_default();
    loop {
        *before += 1;
        let id = if *before == 1 { title.to_owned() } else { format!("{title} ({before})") };
        if !taken.contains(&id) {
            return id;
        }
    }
}
