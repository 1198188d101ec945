//! Pages, tasks and attachments as files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tern_interop::export::{Content, ExportAttachment, ExportFile, ExportPage, ExportTask, FrontValue, plan};
use tern_model::DocId;
use tern_trust::Id;

use crate::api::{ErrorKind, ExportReport, ImportLine, PeerError, Query, Reply, View};
use crate::core::{Core, pages, project, tasks};
use crate::handle::Progress;

use super::{Files, folder};

/// What is exported: everything, a page with those below it, or a space.
pub(super) struct Part<'a> {
    pub(super) page: Option<&'a str>,
    pub(super) space: Option<&'a str>,
}

/// Writes the workspace, or a page and those below it, into a folder.
pub(super) fn run(
    files: &Files,
    core: &mut Core,
    dir: &Path,
    Part { page, space }: Part<'_>,
    overwrite: bool,
    progress: Option<&Progress>,
) -> Result<Reply, PeerError> {
    core.refresh()?;
    let tree = pages::tree(core.store(), false)?;
    let mut list = match page {
        Some(page) => tree.subtree(&crate::core::resolve_page(core.store(), page)?),
        None => tree.walk(),
    };
    if let Some(space) = space {
        let inside = core.pages_of_space(space)?;
        list.retain(|(_, id)| inside(id));
    }
    let total = list.len() as u64;
    let mut exported = Vec::with_capacity(list.len());
    for (index, (_, id)) in list.iter().enumerate() {
        exported.push(export_page(core, *id, tree.parent(id))?);
        if let Some(progress) = progress {
            progress("reading pages", index as u64 + 1, total);
        }
    }
    let part = page.is_some() || space.is_some();
    let tasks = if !part { export_tasks(core)? } else { Vec::new() };
    let only: Option<BTreeSet<DocId>> = part.then(|| list.iter().map(|(_, id)| *id).collect());
    let (attachments, sources) = attachments(core, only.as_ref())?;
    let planned = plan(&exported, &attachments, &tasks, &tasks::live(core.store())?);
    let hashes: Vec<Id> = planned
        .iter()
        .filter_map(|f| match &f.content {
            Content::Blob(hash) => Some(*hash),
            Content::Bytes(_) => None,
        })
        .collect();
    let sealed: BTreeMap<Id, Option<Vec<u8>>> = if hashes.is_empty() {
        BTreeMap::new()
    } else {
        hashes.iter().copied().zip(files.fetch(hashes.clone())?).collect()
    };
    let content = |core: &Core, file: &ExportFile| match &file.content {
        Content::Bytes(bytes) => Some(bytes.clone()),
        Content::Blob(hash) => {
            let plain = sources.get(hash);
            let sealed = sealed.get(hash).and_then(Option::as_ref);
            plain.zip(sealed).and_then(|(plain, sealed)| core.open_blob(plain, sealed))
        }
    };
    let mark = mark_of(dir);
    if !overwrite && !mark.as_ref().is_some_and(|mark| core.store().meta(mark).is_ok_and(|m| m.is_some())) {
        let taken = planned.iter().filter(|file| {
            let there = std::fs::read(dir.join(&file.path)).ok();
            there.is_some_and(|there| content(core, file).is_some_and(|bytes| bytes != there))
        });
        let taken: Vec<&str> = taken.map(|file| file.path.as_str()).collect();
        if let [first, ..] = taken.as_slice() {
            return Err(taken_error(dir, first, taken.len()));
        }
    }
    let mut report = ExportReport::default();
    let total = planned.len() as u64;
    for (index, file) in planned.iter().enumerate() {
        let Some(bytes) = content(core, file) else {
            report.missing.push(ImportLine {
                path: file.path.clone(),
                reason: "this attachment is not on this laptop yet; it comes with the next exchange"
                    .to_owned(),
            });
            continue;
        };
        folder::write(dir, &file.path, &bytes)?;
        report.files += 1;
        report.bytes += bytes.len() as u64;
        if let Some(progress) = progress {
            progress("writing files", index as u64 + 1, total);
        }
    }
    if let Some(mark) = mark_of(dir) {
        // A home that cannot be written exports all the same; it asks again next time.
        let _ = core.write(|work| Ok(work.txn.set_meta(&mark, &[])?));
    }
    Ok(Reply::Export(report))
}

/// Key of the store's `meta` table: this home has exported into that folder, so what lies there is its own to replace.
fn mark_of(dir: &Path) -> Option<String> {
    std::fs::canonicalize(dir).ok().map(|place| format!("exported.{}", place.to_string_lossy()))
}

fn taken_error(dir: &Path, first: &str, count: usize) -> PeerError {
    let others = if count > 1 { format!(" and {} others", count - 1) } else { String::new() };
    PeerError::new(
        ErrorKind::Failed,
        format!("{} holds other files under the same names: {first}{others}.", dir.display()),
    )
    .safe("Nothing was written; your files are as they were.")
    .next("Choose an empty folder, or give --overwrite to replace them.")
}

fn export_page(core: &mut Core, id: DocId, parent: Option<DocId>) -> Result<ExportPage, PeerError> {
    let doc = core.read(id)?;
    Ok(ExportPage {
        id: Some(id),
        title: project::text(doc, "title"),
        parent,
        source_path: Some(project::text(doc, "source_path")).filter(|p| !p.is_empty()),
        front_matter: project::text(doc, "front_matter"),
        blocks: doc.blocks(),
    })
}

fn export_tasks(core: &mut Core) -> Result<Vec<ExportTask>, PeerError> {
    let View::Tasks(view) = core.answer(&Query::Tasks { filter: String::new(), group: None, sort: None })?
    else {
        return Ok(Vec::new());
    };
    let mut tasks = Vec::new();
    for task in view.tasks {
        let Ok(id) = task.id.parse::<DocId>() else { continue };
        let mut fields = vec![("status".to_owned(), FrontValue::Text(task.status))];
        let mut text = |name: &str, value: Option<String>| {
            fields.extend(value.filter(|v| !v.is_empty()).map(|v| (name.to_owned(), FrontValue::Text(v))));
        };
        text("priority", Some(task.priority).filter(|p| p != "none"));
        text("assignee", task.assignee);
        text("estimate", task.estimate);
        text("due", task.due.map(|d| d.value));
        text("project", task.project);
        if !task.labels.is_empty() {
            fields.push(("labels".to_owned(), FrontValue::List(task.labels)));
        }
        tasks.push(ExportTask { id, title: task.title, fields, blocks: core.read(id)?.blocks() });
    }
    Ok(tasks)
}

type Attachments = (Vec<ExportAttachment>, BTreeMap<Id, Id>);

/// Attachments with their names, and the plain hash that opens each.
fn attachments(core: &Core, only: Option<&BTreeSet<DocId>>) -> Result<Attachments, PeerError> {
    let mut seen = BTreeSet::new();
    let (mut list, mut sources) = (Vec::new(), BTreeMap::new());
    for row in core.store().attachments()? {
        if only.is_some_and(|only| !only.contains(&DocId(row.doc))) {
            continue;
        }
        sources.insert(row.hash, row.plain);
        if seen.insert((row.hash, row.name.clone())) {
            let imported =
                row.name.contains('/') || core.store().pages_by_source(&row.name).is_ok_and(|p| p.is_empty());
            list.push(ExportAttachment {
                hash: row.hash,
                source_path: imported.then(|| row.name.clone()),
                name: row.name.rsplit('/').next().unwrap_or(&row.name).to_owned(),
            });
        }
    }
    Ok((list, sources))
}
