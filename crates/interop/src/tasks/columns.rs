//! Which tool a table comes from, by its header, and what its columns hold, by their names.

use std::collections::BTreeMap;

/// The tool that wrote a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Source {
    /// Linear.
    Linear,
    /// Jira.
    Jira,
    /// Asana.
    Asana,
    /// GitLab.
    GitLab,
    /// Plane.
    Plane,
    /// Shortcut.
    Shortcut,
    /// Any other.
    #[default]
    Other,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// What the row stays the same by, whatever else changes.
    Id,
    /// What people call it there.
    Key,
    /// Title.
    Title,
    /// Description.
    Description,
    /// Status.
    Status,
    /// Priority.
    Priority,
    /// Who it is assigned to.
    Assignee,
    /// Labels.
    Labels,
    /// Estimate.
    Estimate,
    /// Due date.
    Due,
    /// Project.
    Project,
    /// Team: the project where none is said.
    Team,
    /// The task it is part of: what people call it, its id or its title.
    Parent,
    /// Tasks that must be closed before.
    BlockedBy,
    /// Tasks that have to do with it.
    Relates,
    /// The task that says the same.
    DuplicateOf,
    /// When it was done; says that it is where no status says more.
    Completed,
    /// Whether it was put away there.
    Archived,
    /// Nothing that a task has: a field of its project.
    Own,
    /// What the tool keeps for itself; kept with the task, not shown.
    Kept,
}

/// Names of columns, by what they hold; of several the first that a table has.
const NAMES: [(Field, &[&str]); 18] = [
    (Field::Key, &["issue key", "identifier", "key"]),
    (Field::Id, &["uuid", "issue id", "task id", "id"]),
    (Field::Title, &["title", "summary", "name", "task name", "task", "subject", "content"]),
    (Field::Description, &["description", "notes", "body", "details"]),
    (Field::Status, &["status", "state name", "state", "section/column", "stage", "list", "column"]),
    (Field::Priority, &["priority"]),
    (Field::Assignee, &["assignee", "assignees", "assigned to", "owner", "owners", "responsible"]),
    (Field::Labels, &["labels", "label", "tags", "tag"]),
    (
        Field::Estimate,
        &[
            "estimate",
            "custom field (story point estimate)",
            "custom field (story points)",
            "story points",
            "points",
            "weight",
        ],
    ),
    (Field::Due, &["due date", "due", "due on", "target date", "deadline"]),
    (Field::Project, &["project", "project name", "projects", "board"]),
    (Field::Team, &["team"]),
    (Field::Parent, &["parent issue", "parent key", "parent", "parent task", "parent id"]),
    (Field::BlockedBy, &["blocked by"]),
    (Field::Relates, &["related to"]),
    (Field::DuplicateOf, &["duplicate of"]),
    (Field::Completed, &["completed at", "completed", "closed at", "closed at (utc)", "done at"]),
    (Field::Archived, &["archived", "archived at", "is archived"]),
];

/// What tools keep for themselves.
const KEPT: [&str; 24] = [
    "created",
    "created at",
    "created at (utc)",
    "updated",
    "updated at",
    "updated at (utc)",
    "last modified",
    "last viewed",
    "moved at",
    "started",
    "started at",
    "triaged",
    "resolved",
    "completed",
    "completed at",
    "canceled",
    "uuid",
    "sequence id",
    "time in status (minutes)",
    "utc offset",
    "work ratio",
    "votes",
    "project key",
    "project type",
];

impl Source {
    /// Its word in documents and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Source::Linear => "linear",
            Source::Jira => "jira",
            Source::Asana => "asana",
            Source::GitLab => "gitlab",
            Source::Plane => "plane",
            Source::Shortcut => "shortcut",
            Source::Other => "csv",
        }
    }

    /// The tool of a word.
    pub fn from_name(name: &str) -> Option<Source> {
        let all = [
            Source::Linear,
            Source::Jira,
            Source::Asana,
            Source::GitLab,
            Source::Plane,
            Source::Shortcut,
            Source::Other,
        ];
        all.into_iter().find(|source| source.name() == name)
    }

    /// Columns that hold something else in its tables than elsewhere, by normal name.
    fn own_names(self) -> &'static [(&'static str, Field)] {
        match self {
            // What people say of an issue is called its id.
            Source::Linear => &[("id", Field::Key)],
            // Each project counts from 1.
            Source::GitLab => &[("url", Field::Id), ("issue id", Field::Key)],
            _ => &[],
        }
    }

    /// The tool whose header this is; `Err` with its name where its tables are read otherwise.
    pub(super) fn of(columns: &[String]) -> Result<Source, &'static str> {
        let names: Vec<String> = columns.iter().map(|name| normal(name)).collect();
        let has = |wanted: &[&str]| wanted.iter().all(|name| names.iter().any(|other| other == name));
        let begins =
            |wanted: &[&str]| names.len() >= wanted.len() && names.iter().zip(wanted).all(|(a, b)| a == b);
        if begins(&["type", "content"]) {
            return Err("Todoist");
        }
        Ok(if begins(&["id", "team", "title"]) {
            Source::Linear
        } else if has(&["summary", "issue key"]) {
            Source::Jira
        } else if has(&["task id", "name"]) {
            Source::Asana
        } else if has(&["issue id", "url", "state"]) {
            Source::GitLab
        } else if has(&["project identifier", "name"]) {
            Source::Plane
        } else if has(&["id", "name", "requestor"]) {
            Source::Shortcut
        } else {
            Source::Other
        })
    }
}

impl Field {
    /// The word by which a person names it.
    pub fn name(self) -> &'static str {
        match self {
            Field::Id => "id",
            Field::Key => "key",
            Field::Title => "title",
            Field::Description => "description",
            Field::Status => "status",
            Field::Priority => "priority",
            Field::Assignee => "assignee",
            Field::Labels => "labels",
            Field::Estimate => "estimate",
            Field::Due => "due",
            Field::Project => "project",
            Field::Team => "team",
            Field::Parent => "parent",
            Field::BlockedBy => "blocked_by",
            Field::Relates => "relates",
            Field::DuplicateOf => "duplicate_of",
            Field::Completed => "completed",
            Field::Archived => "archived",
            Field::Own => "own",
            Field::Kept => "kept",
        }
    }

    /// The field of a word.
    pub fn from_name(name: &str) -> Option<Field> {
        let named = NAMES.iter().map(|(field, _)| *field).chain([Field::Own, Field::Kept]);
        let word = name.trim().to_lowercase();
        let word = if word == "label" { "labels" } else { word.as_str() };
        named.into_iter().find(|field| field.name() == word)
    }
}

/// A name of a column without case, blanks and underscores.
pub(super) fn normal(name: &str) -> String {
    let name = name.trim_start_matches('\u{feff}').replace('_', " ").to_lowercase();
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What each column holds, by its normal name. `given` are those that a person said, by normal name.
pub(super) fn meanings(
    source: Source,
    columns: &[String],
    given: &BTreeMap<String, Field>,
) -> BTreeMap<String, Field> {
    let names: Vec<String> =
        columns.iter().map(|name| normal(name)).filter(|name| !name.is_empty()).collect();
    let mut found = given.clone();
    for (name, field) in source.own_names() {
        let name = (*name).to_owned();
        if names.contains(&name) && !found.values().any(|taken| taken == field) {
            found.entry(name).or_insert(*field);
        }
    }
    for (field, wanted) in NAMES {
        // A field that is found already is not looked for.
        if found.values().any(|taken| *taken == field) {
            continue;
        }
        let free = |name: &&&str| !found.contains_key(**name) && names.iter().any(|other| other == **name);
        if let Some(name) = wanted.iter().find(free) {
            found.insert((*name).to_owned(), field);
        }
    }
    for name in names {
        let kept = KEPT.contains(&name.as_str()) || name.ends_with(" id");
        found.entry(name).or_insert(if kept { Field::Kept } else { Field::Own });
    }
    found
}

/// Whether a row of names has one of a title.
pub(super) fn has_title(columns: &[String], given: &BTreeMap<String, Field>) -> bool {
    let is_title = |name: &String| {
        let name = normal(name);
        match given.get(&name) {
            Some(field) => *field == Field::Title,
            None => {
                NAMES.iter().any(|(field, names)| *field == Field::Title && names.contains(&name.as_str()))
            }
        }
    };
    columns.len() > 1 && columns.iter().any(is_title)
}
