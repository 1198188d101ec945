//! Folders in and out, plain Automerge files, attachments.

use std::path::Path;

use serde::Serialize;
use tern_peer::{Command, ErrorKind, PeerError, Query, Reply, TaskImport, View};

use super::not_here;
use crate::args::{AttachArgs, AttachmentAction, DocAction, ExportArgs, ImportArgs};
use crate::context::{Context, to_json};
use crate::{failure, human};

/// Largest Automerge file that is taken in, in bytes.
const DOC_MAX_BYTES: u64 = 64 << 20;

pub(super) fn import(context: &Context, args: &ImportArgs) -> Result<(), PeerError> {
    let Some(path) = args.path.as_ref().filter(|_| !args.undo) else {
        let reply = context.with_peer(|peer| peer.call(Command::ImportUndo))?;
        let Reply::ImportUndone(undone) = &reply else { return Err(failure::mismatch()) };
        return context.emit(&reply, || human::files::import_undone(undone));
    };
    if !path.exists() {
        return Err(failure::unreadable(path, &std::io::ErrorKind::NotFound.into()));
    }
    let command = import_command(path, args)?;
    let bar = context.progress();
    let reply = context.with_peer(|peer| peer.call_with(command, bar.reporter()))?;
    drop(bar);
    let Reply::Import(report) = &reply else { return Err(failure::mismatch()) };
    if let Some(path) = &args.report {
        write(path, (to_json(report)? + "\n").as_bytes())?;
    }
    context.emit(&reply, || human::files::imported(report, path, args.dry_run))
}

fn import_command(path: &Path, args: &ImportArgs) -> Result<Command, PeerError> {
    const TABLES: [&str; 7] = ["csv", "linear", "jira", "asana", "gitlab", "plane", "shortcut"];
    let end = path.extension().map(|end| end.to_string_lossy().to_lowercase()).unwrap_or_default();
    let is_table = path.is_file() && matches!(end.as_str(), "csv" | "tsv");
    let source = match args.from.as_str() {
        "auto" if is_table => None,
        "auto" | "markdown" => {
            let of_tables = [args.project.is_some(), !args.columns.is_empty(), !args.statuses.is_empty()];
            if of_tables.contains(&true) || args.dates.is_some() {
                let text = "--project, --map, --status and --dates are for tables of tasks.";
                return Err(PeerError::new(ErrorKind::Usage, text)
                    .safe("Nothing was imported.")
                    .next("Name a .csv or .tsv file, or say --from csv."));
            }
            return Ok(Command::Import { path: path.to_owned(), dry_run: args.dry_run });
        }
        known if TABLES.contains(&known) => Some(known.to_owned()),
        other => {
            let next = "Export it there as CSV, or as Markdown, and import that.";
            return Err(not_here(&format!("Importing from “{other}”"), next));
        }
    };
    Ok(Command::ImportTasks(TaskImport {
        path: path.to_owned(),
        source,
        project: args.project.clone(),
        columns: pairs(&args.columns, "--map", "title=Summary")?,
        statuses: pairs(&args.statuses, "--status", "In QA=review")?,
        dates: args.dates.clone(),
        dry_run: args.dry_run,
    }))
}

/// `left=right` of each; a status may have an = of its own, so that the last one counts there.
fn pairs(texts: &[String], option: &str, example: &str) -> Result<Vec<(String, String)>, PeerError> {
    let split = |text: &String| {
        let parts = if option == "--status" { text.rsplit_once('=') } else { text.split_once('=') };
        let parts = parts.filter(|(left, right)| !left.trim().is_empty() && !right.trim().is_empty());
        parts.map(|(left, right)| (left.trim().to_owned(), right.trim().to_owned())).ok_or_else(|| {
            PeerError::new(ErrorKind::Usage, format!("“{text}” does not say what {option} needs."))
                .safe("Nothing was imported.")
                .next(format!("Write for example {option} \"{example}\"."))
        })
    };
    texts.iter().map(split).collect()
}

pub(super) fn export(context: &Context, args: ExportArgs) -> Result<(), PeerError> {
    if args.format != "markdown" {
        return Err(not_here(&format!("Export as {}", args.format), "Use --format markdown (the default)."));
    }
    let bar = context.progress();
    let reply = context.with_peer(|peer| {
        peer.call_with(
            Command::Export {
                dir: args.dir.clone(),
                page: args.page,
                space: args.space,
                overwrite: args.overwrite,
            },
            bar.reporter(),
        )
    })?;
    drop(bar);
    let Reply::Export(report) = &reply else { return Err(failure::mismatch()) };
    context.emit(&reply, || human::files::exported(report, &args.dir))
}

/// What `doc save` wrote.
#[derive(Debug, Serialize)]
struct Saved {
    heads: String,
    bytes: u64,
}

pub(super) fn doc(context: &Context, action: DocAction) -> Result<(), PeerError> {
    match action {
        DocAction::Save { id, file } => {
            let (bytes, heads) =
                context.with_peer(|peer| match peer.query(Query::DocSave { doc: id })? {
                    View::Bytes { bytes, heads, .. } => Ok((bytes, heads)),
                    _ => Err(failure::mismatch()),
                })?;
            write(&file, &bytes)?;
            let saved = Saved { heads, bytes: bytes.len() as u64 };
            context.emit(&saved, || {
                format!("Wrote {} ({}).\nHeads {}\n", file.display(), human::size(saved.bytes), saved.heads)
            })
        }
        DocAction::Load { file } => {
            let bytes = read_bounded(&file)?;
            let reply = context.with_peer(|peer| peer.call(Command::DocLoad { bytes }))?;
            let Reply::Doc(doc) = &reply else { return Err(failure::mismatch()) };
            context.emit(&reply, || {
                let what = if doc.changed { "Its changes are now yours" } else { "It held nothing new" };
                format!("{what}.\n{}\nHeads {}\n", doc.id, doc.heads)
            })
        }
    }
}

pub(super) fn attach(context: &Context, args: AttachArgs) -> Result<(), PeerError> {
    let size = std::fs::metadata(&args.file).map_err(|e| failure::unreadable(&args.file, &e))?;
    if !size.is_file() {
        return Err(PeerError::new(ErrorKind::BadInput, format!("{} is not a file.", args.file.display()))
            .safe("Nothing was changed.")
            .next("Attach files one by one, or import a folder."));
    }
    let bar = context.progress();
    let command = Command::Attach { doc: args.id, path: args.file.clone() };
    let reply = context.with_peer(|peer| peer.call_with(command, bar.reporter()))?;
    drop(bar);
    let Reply::Attachment { hash, bytes } = &reply else { return Err(failure::mismatch()) };
    context.emit(&reply, || {
        format!("Attached {} ({}), saved here.\n{hash}\n", args.file.display(), human::size(*bytes))
    })
}

/// What `attachment get` wrote.
#[derive(Debug, Serialize)]
struct Fetched {
    hash: String,
    name: String,
    bytes: u64,
}

pub(super) fn attachment(context: &Context, action: AttachmentAction) -> Result<(), PeerError> {
    let AttachmentAction::Get { hash, file } = action;
    let query = Query::AttachmentBytes { hash: hash.clone() };
    let (name, bytes) = context.with_peer(|peer| match peer.query(query)? {
        View::Bytes { name, bytes, .. } => Ok((name, bytes)),
        _ => Err(failure::mismatch()),
    })?;
    write(&file, &bytes)?;
    let fetched = Fetched { hash, name, bytes: bytes.len() as u64 };
    context.emit(&fetched, || {
        let name = crate::table::one_line(&fetched.name);
        format!("Wrote {name} to {} ({}).\n", file.display(), human::size(fetched.bytes))
    })
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, PeerError> {
    let size = std::fs::metadata(path).map_err(|e| failure::unreadable(path, &e))?.len();
    if size > DOC_MAX_BYTES {
        let happened = format!("{} is larger than {}.", path.display(), human::size(DOC_MAX_BYTES));
        return Err(PeerError::new(ErrorKind::BadInput, happened)
            .safe("Nothing was changed.")
            .next("Split the document in the software that wrote it."));
    }
    std::fs::read(path).map_err(|e| failure::unreadable(path, &e))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), PeerError> {
    std::fs::write(path, bytes).map_err(|e| failure::unwritable(path, &e))
}
