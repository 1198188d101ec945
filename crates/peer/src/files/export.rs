//! Pages, tasks and attachments as files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tern_interop::export::{Content, ExportAttachment, ExportPage, ExportTask, FrontValue, plan};
use tern_model::DocId;
use tern_trust::Id;

use crate::api::{ExportReport, ImportLine, PeerError, Query, Reply, View};
use crate::core::{Core, pages, project};
use crate::handle::Progress;

use super::{Files, folder};

/// Writes the workspace, or a page and those below it, into a folder.
pub(super) fn run(
    files: &Files,
    core: &mut Core,
    dir: &Path,
    page: Option<&str>,
    space: Option<&str>,
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
    let planned = plan(&exported, &attachments, &tasks);
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
    let mut report = ExportReport::default();
    let total = planned.len() as u64;
    for (index, file) in planned.iter().enumerate() {
        let opened;
        let bytes = match &file.content {
            Content::Bytes(bytes) => bytes,
            Content::Blob(hash) => {
                let plain = sources.get(hash);
                let sealed = sealed.get(hash).and_then(Option::as_ref);
                match plain.zip(sealed).and_then(|(plain, sealed)| core.open_blob(plain, sealed)) {
                    Some(bytes) => {
                        opened = bytes;
                        &opened
                    }
                    None => {
                        report.missing.push(ImportLine {
                            path: file.path.clone(),
                            reason:
                                "this attachment is not on this laptop yet; it comes with the next exchange"
                                    .to_owned(),
                        });
                        continue;
                    }
                }
            }
        };
        folder::write(dir, &file.path, bytes)?;
        report.files += 1;
        report.bytes += bytes.len() as u64;
        if let Some(progress) = progress {
            progress("writing files", index as u64 + 1, total);
        }
    }
    Ok(Reply::Export(report))
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
