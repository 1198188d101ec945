//! Tables of tasks that other tools write, from a file.

use std::path::Path;

use tern_interop::tasks::{DateOrder, Field, MAX_FILE_BYTES, Options, Source, TableError, read};

use crate::api::{ErrorKind, PeerError, Reply, TaskImport};
use crate::core::task_import::{Wish, import};
use crate::core::{Core, words};
use crate::handle::Progress;

/// Imports the file, or says what would happen.
pub(super) fn run(
    core: &mut Core,
    wish: &TaskImport,
    progress: Option<&Progress>,
) -> Result<Reply, PeerError> {
    core.refresh()?;
    let options = options(wish)?;
    let bytes = bounded(&wish.path)?;
    let table = read(&bytes, &options).map_err(|e| not_read(&wish.path, &e))?;
    let file = wish.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let project = wish.project.clone().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let project = project.unwrap_or_else(|| named_after(&wish.path));
    let wish = Wish { table: &table, options: &options, file, project, dry_run: wish.dry_run };
    core.write(|work| import(work, &wish, progress)).map(Reply::Import)
}

fn bounded(path: &Path) -> Result<Vec<u8>, PeerError> {
    use std::io::Read;
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(e) => {
            Err(PeerError::new(ErrorKind::BadInput, format!("{} cannot be read: {e}.", path.display()))
                .safe("Nothing was imported.")
                .next("Name the file with its whole path, and check that you may read it."))
        }
    }
}

fn not_read(path: &Path, error: &TableError) -> PeerError {
    let next = match error {
        TableError::TooLarge | TableError::TooManyRows | TableError::TooManyCells => {
            "Export parts of it, and import one after the other."
        }
        TableError::TooManyColumns | TableError::LongName => {
            "Remove columns that are not needed, and try again."
        }
        TableError::NotText => "Save it as “CSV UTF-8”, and try again.",
        TableError::Empty => "Check that it is the file that was meant.",
        TableError::NoTitle(_) => "Say which column holds the titles: --map title=COLUMN.",
        TableError::NoColumn(..) => "Name columns as the first row of the table does.",
        TableError::NotRead(_) => {
            "Export it there in another form: a table with one task a row and its title in a column."
        }
    };
    PeerError::new(ErrorKind::BadInput, format!("{} cannot be imported: {error}.", path.display()))
        .safe("Nothing was imported.")
        .next(next)
}

fn options(wish: &TaskImport) -> Result<Options, PeerError> {
    let usage = |text: String, next: &str| {
        PeerError::new(ErrorKind::Usage, text).safe("Nothing was imported.").next(next)
    };
    let mut options = Options::default();
    if let Some(name) = &wish.source {
        let source = Source::from_name(name);
        let known = "Tables of linear, jira, asana, gitlab, plane and shortcut are known; csv is any other.";
        options.source = Some(source.ok_or_else(|| usage(format!("“{name}” is no known source."), known))?);
    }
    for (field, column) in &wish.columns {
        let known = "Fields: title description status priority assignee labels estimate due project parent blocked_by \
                     relates duplicate_of id key completed archived own kept.";
        let field = Field::from_name(field).ok_or_else(|| usage(format!("“{field}” is no field."), known))?;
        options.columns.push((field, column.clone()));
    }
    for (word, status) in &wish.statuses {
        let known = "Choose backlog, todo, doing, review, done or cancelled.";
        let status =
            words::parse_status(status).ok_or_else(|| usage(format!("“{status}” is no status."), known))?;
        options.statuses.push((word.clone(), status));
    }
    if let Some(order) = &wish.dates {
        let known = "Choose mdy (12/31/2026) or dmy (31/12/2026).";
        options.dates =
            Some(DateOrder::from_name(order).ok_or_else(|| usage(format!("“{order}” is no order."), known))?);
    }
    Ok(options)
}

/// A project's name from that of a file: `my-tasks (1).csv` is “My tasks”.
fn named_after(path: &Path) -> String {
    let stem =
        path.file_stem().map(|stem| stem.to_string_lossy().replace(['_', '-'], " ")).unwrap_or_default();
    let stem = stem.trim();
    let plain = match stem.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        // A browser numbers what it fetches again.
        Some((name, number)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            name.trim()
        }
        _ => stem,
    };
    let mut letters = plain.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    first.map_or_else(|| "Imported".to_owned(), |first| first + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_named_after_its_file() {
        for (path, name) in [
            ("/x/my-tasks (1).csv", "My tasks"),
            ("Issues.csv", "Issues"),
            ("tasks (old).csv", "Tasks (old)"),
            ("été.csv", "Été"),
            ("-.csv", "Imported"),
        ] {
            assert_eq!(named_after(Path::new(path)), name, "{path}");
        }
    }
}
