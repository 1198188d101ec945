//! Failures at the edge: the one place where an error becomes text, JSON and an exit code.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use tern_peer::{ErrorKind, PeerError};

use crate::table::safe_lines;

/// Shape of an error on standard error with `--json`.
#[derive(Debug, Serialize)]
struct Wrapped<'a> {
    error: &'a PeerError,
}

/// Prints an error to standard error and returns its exit code.
pub(crate) fn report(error: &PeerError, json: bool) -> ExitCode {
    let error = &complete(error);
    let text = if json { json_line(error) } else { plain(error) };
    // Nothing is left to try when standard error is closed.
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::from(error.kind.exit_code())
}

/// As [`report`], for a command line that cannot be read.
pub(crate) fn usage(error: &clap::Error, json: bool) -> ExitCode {
    let rendered = error.render().to_string();
    if !json {
        let _ = io::stderr().write_all(rendered.as_bytes());
        return ExitCode::from(ErrorKind::Usage.exit_code());
    }
    let happened = rendered.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let error = PeerError::new(ErrorKind::Usage, happened)
        .safe("Nothing was changed.")
        .next("`tern --help` lists the commands, `tern COMMAND --help` their options.");
    report(&error, true)
}

/// Every error that leaves the house says what is safe and what to do, also where the inner one left it open.
fn complete(error: &PeerError) -> PeerError {
    let mut error = error.clone();
    if error.safe.is_empty() {
        error.safe = "What was saved before is safe.".into();
    }
    if error.next.is_empty() {
        error.next = usual_next(error.kind).into();
    }
    error
}

fn usual_next(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Failed => "Try again; `tern doctor` looks for causes outside Tern.",
        ErrorKind::Usage => "`tern COMMAND --help` shows how it is written.",
        ErrorKind::NotAllowed => "`tern member list` shows who may do it.",
        ErrorKind::NotFound => {
            "`tern page list`, `tern task list` and `tern member list` show what there is."
        }
        ErrorKind::Damaged => "Copy this home to another disk, then run `tern check`.",
        ErrorKind::Unreachable => {
            "Try again when another machine is on, or carry a file with `tern bundle export`."
        }
        ErrorKind::BadInput => "Ask for it or make it once more, and check that it arrived whole.",
    }
}

fn json_line(error: &PeerError) -> String {
    let text = serde_json::to_string(&Wrapped { error }).unwrap_or_else(|_| "{}".into());
    text + "\n"
}

fn plain(error: &PeerError) -> String {
    let mut text = format!("Error: {}\n", safe_lines(&error.happened));
    for (label, part) in [("Safe:  ", &error.safe), ("Next:  ", &error.next)] {
        if !part.is_empty() {
            text += &format!("{label}{}\n", safe_lines(part));
        }
    }
    text
}

/// The request makes no sense.
pub(crate) fn bad_usage(happened: impl Into<String>, next: impl Into<String>) -> PeerError {
    PeerError::new(ErrorKind::Usage, happened).safe("Nothing was changed.").next(next)
}

/// A file given by the person cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> PeerError {
    let kind =
        if error.kind() == io::ErrorKind::NotFound { ErrorKind::NotFound } else { ErrorKind::BadInput };
    PeerError::new(kind, format!("{} cannot be read: {}.", path.display(), words(error)))
        .safe("Nothing was changed.")
        .next("Check the path and that you may read the file.")
}

/// A file cannot be written.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> PeerError {
    PeerError::new(ErrorKind::Failed, format!("{} cannot be written: {}.", path.display(), words(error)))
        .safe("The workspace is as it was.")
        .next("Check the folder, its permissions and the free space.")
}

/// Standard input or a helper of the operating system failed.
pub(crate) fn system(doing: &str, error: &io::Error) -> PeerError {
    PeerError::new(ErrorKind::Failed, format!("{doing} failed: {}.", words(error)))
        .safe("Nothing was changed.")
}

/// The replica answered with another kind of view than the question asks for.
pub(crate) fn mismatch() -> PeerError {
    PeerError::new(ErrorKind::Failed, "The answer does not fit the question.")
        .safe("Nothing was changed.")
        .next("Please report this as a fault of Tern.")
}

fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::IsADirectory => "it is a folder".into(),
        io::ErrorKind::InvalidData => "it is not text in UTF-8".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_happened_what_is_safe_and_what_to_do() {
        let error =
            PeerError::new(ErrorKind::BadInput, "This is no ticket.").safe("All is safe.").next("Ask again.");
        assert_eq!(plain(&error), "Error: This is no ticket.\nSafe:  All is safe.\nNext:  Ask again.\n");
        let json: serde_json::Value = serde_json::from_str(&json_line(&error)).unwrap();
        assert_eq!(json["error"]["kind"], "bad-input");
        assert_eq!(json["error"]["next"], "Ask again.");
    }

    #[test]
    fn parts_that_were_left_open_are_filled_in_by_kind() {
        let error = complete(&PeerError::new(ErrorKind::NotFound, "No."));
        assert!(!error.safe.is_empty() && error.next.contains("page list"));
        let whole = error.safe("S.").next("N.");
        assert_eq!(complete(&whole), whole);
    }
}
