//! Tables of tasks from other tools: what is asked for, and what came of it beside the counts.

use std::path::PathBuf;

use serde::Serialize;

/// A table of tasks to import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskImport {
    /// The file.
    pub path: PathBuf,
    /// The tool that wrote it (`linear`, `jira`, `csv`, …); by its header when `None`.
    pub source: Option<String>,
    /// The project of rows that name none; after the file when `None`.
    pub project: Option<String>,
    /// What columns hold: field and name of the column.
    pub columns: Vec<(String, String)>,
    /// What statuses mean: the word of the table and `backlog todo doing review done cancelled`.
    pub statuses: Vec<(String, String)>,
    /// In which order dates stand: `mdy` or `dmy`; by what is in the table when `None`.
    pub dates: Option<String>,
    /// Only say what would happen.
    pub dry_run: bool,
}

/// How a table was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TaskImportView {
    /// The tool that wrote it.
    pub source: String,
    /// Its columns in order.
    pub columns: Vec<ColumnView>,
    /// Its statuses by how often they occur.
    pub statuses: Vec<StatusWordView>,
    /// Whom its tasks are assigned to.
    pub people: Vec<PersonWordView>,
    /// The projects that its tasks are in.
    pub projects: Vec<ProjectWordView>,
    /// `mdy` or `dmy`, where dates would be other days in another order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<String>,
    /// Whether that order is a guess.
    pub dates_guessed: bool,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ColumnView {
    /// Its name.
    pub column: String,
    /// The field that it holds; `own` for a field of the project, `kept` for what stays in the row alone.
    pub field: String,
}

/// A status of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StatusWordView {
    /// The word.
    pub word: String,
    /// What it means.
    pub status: String,
    /// Whether it is a named state of its project.
    pub named: bool,
    /// Tasks that have it.
    pub tasks: u64,
}

/// Somebody to whom tasks are assigned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PersonWordView {
    /// The name in the table.
    pub name: String,
    /// The member of this workspace, by name; nobody yet when `None`.
    pub member: Option<String>,
    /// Tasks assigned to them.
    pub tasks: u64,
}

/// A project of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ProjectWordView {
    /// Its name.
    pub name: String,
    /// Whether it is made by this import.
    pub new: bool,
    /// Tasks in it.
    pub tasks: u64,
}

/// What taking an import back did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportUndone {
    /// The file that was imported.
    pub file: String,
    /// Tasks that it made and that are in the trash now.
    pub trashed: u64,
    /// Tasks that have their old values again.
    pub put_back: u64,
    /// Tasks that it made and that somebody went on with: they stay.
    pub left: u64,
}
