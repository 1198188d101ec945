//! Folders in and out, plain Automerge files, attachments.

use std::path::Path;

use serde::Serialize;
use tern_peer::{Command, ErrorKind, PeerError, Query, Reply, View};

use super::not_here;
use crate::args::{AttachArgs, AttachmentAction, DocAction, ExportArgs, ImportArgs};
use crate::context::{Context, to_json};
use crate::{failure, human};

/// Largest Automerge file that is taken in, in bytes.
const DOC_MAX_BYTES: u64 = 64 << 20;

pub(super) fn import(context: &Context, args: &ImportArgs) -> Result<(), PeerError> {
    if !matches!(args.from.as_str(), "auto" | "markdown") {
        let what = format!("Importing from “{}”", args.from);
        return Err(not_here(&what, "Export it there as Markdown and import that folder."));
    }
    if !args.path.exists() {
        return Err(failure::unreadable(&args.path, &std::io::ErrorKind::NotFound.into()));
    }
    let bar = context.progress();
    let command = Command::Import { path: args.path.clone(), dry_run: args.dry_run };
    let reply = context.with_peer(|peer| peer.call_with(command, bar.reporter()))?;
    drop(bar);
    let Reply::Import(report) = &reply else { return Err(failure::mismatch()) };
    if let Some(path) = &args.report {
        write(path, (to_json(report)? + "\n").as_bytes())?;
    }
    context.emit(&reply, || human::files::imported(report, args))
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
