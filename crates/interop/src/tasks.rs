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

use tern_model::block::{Block, BlockKind};
use tern_model::task::{Priority, Status};

mod columns;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use columns::{Field, Source};
pub use table::{MAX_COLUMNS, MAX_FILE_BYTES, MAX_ROWS, TableError};
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
    meanings: BTreeMap<String, Field>,
    statuses: BTreeMap<String, Status>,
    order: DateOrder,
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

/// Reads a table of tasks.
pub fn read(bytes: &[u8], options: &Options) -> Result<TaskTable, TableError> {
    let given: BTreeMap<String, Field> =
        options.columns.iter().map(|(field, name)| (columns::normal(name), *field)).collect();
    let table = table::read(bytes, &|names| columns::has_title(names, &given))?;
    let has =
        |name: &String| table.columns.iter().any(|column| columns::normal(column) == columns::normal(name));
    if let Some((_, missing)) = options.columns.iter().find(|(_, name)| !has(name)) {
        return Err(TableError::NoColumn(missing.clone(), shown(&table.columns)));
    }
    let source = Source::of(&table.columns).map_err(TableError::NotRead)?;
    let source = options.source.unwrap_or(source);
    let meanings = columns::meanings(source, &table.columns, &given);
    if !meanings.values().any(|field| *field == Field::Title) {
        return Err(TableError::NoTitle(shown(&table.columns)));
    }
    let mut read = TaskTable {
        source,
        columns: Vec::new(),
        dates: None,
        dates_guessed: false,
        rows: Vec::new(),
        refused: Vec::new(),
        meanings,
        statuses: options.statuses.iter().map(|(word, status)| (columns::normal(word), *status)).collect(),
        order: DateOrder::default(),
    };
    for name in shown(&table.columns) {
        let field = read.meaning(&name);
        read.columns.push((name, field));
    }
    read.take_rows(table);
    read.find_order(options.dates);
    Ok(read)
}

/// Names of columns, each once and without the empty ones.
fn shown(columns: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let named = columns.iter().filter(|name| !name.is_empty());
    named.filter(|name| seen.insert(columns::normal(name))).cloned().collect()
}

impl TaskTable {
    /// What a column holds, by its name.
    pub fn meaning(&self, column: &str) -> Field {
        self.meanings.get(&columns::normal(column)).copied().unwrap_or(Field::Own)
    }

    fn first<'a>(&self, cells: &'a [(String, String)], field: Field) -> Option<&'a str> {
        cells.iter().find(|(name, _)| self.meaning(name) == field).map(|(_, cell)| cell.as_str())
    }

    fn take_rows(&mut self, table: table::Table) {
        let mut ids: BTreeSet<String> = BTreeSet::new();
        let mut same_title: BTreeMap<String, usize> = BTreeMap::new();
        for (line, cells) in table.rows {
            // A cell beyond the header has no name but its place.
            let unnamed = |at: usize| format!("Column {}", at + 1);
            let named = |(at, cell): (usize, String)| {
                let name = table.columns.get(at).filter(|name| !name.is_empty());
                (name.cloned().unwrap_or_else(|| unnamed(at)), cell)
            };
            let cells: Vec<(String, String)> =
                cells.into_iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(named).collect();
            let Some(title) = self.first(&cells, Field::Title) else {
                self.refused.push((line, "it has no title".to_owned()));
                continue;
            };
            if self.first(&cells, Field::Archived).is_some_and(says_yes) {
                self.refused.push((line, format!("“{title}” is archived there")));
                continue;
            }
            let said = self.first(&cells, Field::Id).or_else(|| self.first(&cells, Field::Key));
            let id = match said {
                Some(id) => id.to_owned(),
                None => numbered(title, &ids, &mut same_title),
            };
            if !ids.insert(id.clone()) {
                self.refused.push((line, format!("another row is “{id}” too")));
                continue;
            }
            self.rows.push(Row { line, id, cells });
        }
    }

    fn find_order(&mut self, given: Option<DateOrder>) {
        let cells = self.rows.iter().flat_map(|row| row.cells.iter());
        let dates: Vec<&str> = cells
            .filter(|(name, _)| self.meaning(name) == Field::Due)
            .map(|(_, cell)| cell.as_str())
            .collect();
        let found = given.or_else(|| words::order_of(dates.iter().copied()));
        let hangs = dates.iter().any(|text| words::hangs_on_order(text));
        self.order = found.unwrap_or_default();
        self.dates = hangs.then_some(self.order);
        self.dates_guessed = hangs && found.is_none();
    }

    /// What cells say, of this table or of an earlier one with the same columns.
    pub fn task(&self, cells: &[(String, String)]) -> ImportedTask {
        let mut task = ImportedTask::default();
        let (mut completed, mut team) = (false, None);
        for (name, cell) in cells {
            let own = |task: &mut ImportedTask| {
                let value = task.own.entry(name.clone()).or_default();
                if !value.is_empty() {
                    value.push_str("; ");
                }
                value.push_str(cell);
            };
            match self.meaning(name) {
                Field::Id | Field::Kept | Field::Archived => {}
                Field::Key => task.key = Some(cell.clone()),
                // A title is a line.
                Field::Title if task.title.is_empty() => {
                    task.title = cell.split_whitespace().collect::<Vec<_>>().join(" ");
                }
                Field::Description => {
                    if !task.description.is_empty() {
                        task.description.push_str("\n\n");
                    }
                    task.description.push_str(cell);
                }
                Field::Status => task.status = Some(self.status(cell)),
                Field::Priority => match words::priority(cell) {
                    Some(priority) => task.priority = Some(priority),
                    None => own(&mut task),
                },
                Field::Assignee => {
                    let mut people = words::people(cell).into_iter();
                    task.assignee = people.next();
                    if people.next().is_some() {
                        own(&mut task);
                    }
                }
                Field::Labels => {
                    for label in words::items(cell) {
                        if !task.labels.contains(&label) {
                            task.labels.push(label);
                        }
                    }
                }
                Field::Estimate => match words::whole(cell) {
                    Some(estimate) => task.estimate = Some(estimate),
                    None => own(&mut task),
                },
                Field::Due => match words::date(cell, self.order) {
                    Some(date) => task.due = Some(date.to_string()),
                    None => own(&mut task),
                },
                Field::Project if task.project.is_none() => task.project = Some(cell.clone()),
                Field::Team => team = Some((name.clone(), cell.clone())),
                Field::Parent if task.parent.is_none() => task.parent = Some(cell.clone()),
                Field::BlockedBy => task.blocked_by.extend(words::items(cell)),
                Field::Relates => task.relates.extend(words::items(cell)),
                Field::DuplicateOf => task.duplicate_of = words::items(cell).into_iter().next(),
                Field::Completed => completed = says_yes(cell),
                Field::Title | Field::Project | Field::Parent | Field::Own => own(&mut task),
            }
        }
        if let Some((name, team)) = team {
            match task.project {
                None => task.project = Some(team),
                Some(_) => drop(task.own.insert(name, team)),
            }
        }
        let open =
            task.status.as_ref().is_none_or(|word| self.source == Source::Asana && !word.status.is_closed());
        if completed && open {
            task.status =
                Some(StatusWord { word: "Done".to_owned(), status: Status::Done, plain: true, given: false });
        }
        task
    }

    fn status(&self, word: &str) -> StatusWord {
        let (means, plain) = words::status(word);
        let given = self.statuses.get(&columns::normal(word)).copied();
        let status = given.unwrap_or(means);
        StatusWord { word: word.to_owned(), status, plain: plain && status == means, given: given.is_some() }
    }

    /// The blocks of a description, in the markup of the tool: Markdown, but for what would be misread as such.
    pub fn blocks(&self, description: &str) -> Vec<Block> {
        if self.source != Source::Jira {
            return crate::markdown::parse(description);
        }
        let lines = description.lines().filter(|line| !line.trim().is_empty());
        let blocks: Vec<Block> = lines.map(|line| Block::plain(BlockKind::Paragraph, line)).collect();
        crate::markdown::normalise(&blocks)
    }
}

/// Whether a cell says yes; a moment does too.
fn says_yes(cell: &str) -> bool {
    !matches!(cell.to_lowercase().as_str(), "" | "false" | "no" | "0")
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
