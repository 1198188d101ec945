//! A table of tasks for the sample.

use tern_peer::{
    ColumnView, ImportLine, ImportReport, ImportUndone, PersonWordView, ProjectWordView, StatusWordView,
    TaskImport, TaskImportView,
};

/// What comes of a table.
pub fn report(wish: &TaskImport) -> ImportReport {
    let column = |(column, field): (&str, &str)| ColumnView { column: column.into(), field: field.into() };
    let columns = [
        ("ID", "key"),
        ("Team", "team"),
        ("Title", "title"),
        ("Status", "status"),
        ("Assignee", "assignee"),
        ("Due Date", "due"),
        ("Cycle Name", "own"),
        ("Created", "kept"),
    ];
    let status = |word: &str, status: &str, named| StatusWordView {
        word: word.into(),
        status: status.into(),
        named,
        tasks: 1,
    };
    let person = |name: &str, member: Option<&str>| PersonWordView {
        name: name.into(),
        member: member.map(str::to_owned),
        tasks: 1,
    };
    ImportReport {
        created: 2,
        refused: vec![ImportLine { path: "line 4".into(), reason: "“Old” is archived there".into() }],
        tasks: Some(TaskImportView {
            source: "linear".into(),
            columns: columns.map(column).into(),
            statuses: vec![status("In Progress", "doing", false), status("Triage", "backlog", true)],
            people: vec![person("aiko@northlight.example", Some("Aiko")), person("Carla", None)],
            projects: vec![ProjectWordView { name: "Field kit".into(), new: false, tasks: 2 }],
            dates: Some(wish.dates.clone().unwrap_or_else(|| "mdy".into())),
            dates_guessed: wish.dates.is_none(),
        }),
        ..ImportReport::default()
    }
}

/// What is taken back of it.
pub fn undone() -> ImportUndone {
    ImportUndone { file: "issues.csv".into(), trashed: 2, ..ImportUndone::default() }
}
