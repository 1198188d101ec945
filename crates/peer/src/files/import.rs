//! A folder of Markdown into pages, in one commit.

use std::collections::BTreeMap;
use std::path::Path;

use tern_interop::import::{
    ImportedPage, Known, Outcome, Plan, PlannedAttachment, SourceFile, plan, resolve,
};
use tern_interop::markdown::normalise;
use tern_model::block::Block;
use tern_model::{Class, DocId, Edit, Heads, Kind, Value, order};
use tern_trust::Id;

use crate::api::{ErrorKind, ImportLine, ImportReport, PeerError, Reply};
use crate::core::{Core, Work, pages, workspace_document};
use crate::handle::Progress;
use crate::home::file_error;

use super::{Files, NewAttachment, folder, name_attachments};

/// Most bytes of one import, all files together.
const MAX_IMPORT_BYTES: u64 = 4 << 30;

/// Imports `path`; with `dry_run` only says what would happen.
pub(super) fn run(
    files: &Files,
    core: &mut Core,
    path: &Path,
    dry_run: bool,
    progress: Option<&Progress>,
) -> Result<Reply, PeerError> {
    core.refresh()?;
    let read = read_all(path, progress)?;
    let sources: Vec<SourceFile<'_>> =
        read.iter().map(|(path, bytes, hash)| SourceFile { path, bytes, hash: *hash }).collect();
    let plan = plan(&sources, &known(core)?);
    let mut report = report(&plan);
    if dry_run {
        return Ok(Reply::Import(report));
    }
    let by_path: BTreeMap<&str, &[u8]> = sources.iter().map(|s| (s.path, s.bytes)).collect();
    let attachments = keep_attachments(files, core, &plan, &by_path, progress)?;
    report.kept.extend(core.write(|work| write(work, &plan, &attachments, progress))?);
    for task in &plan.tasks {
        report.refused.push(ImportLine {
            path: task.path.clone(),
            reason: "it is a task; tasks are not imported from Markdown yet".to_owned(),
        });
    }
    Ok(Reply::Import(report))
}

type Read = Vec<(String, Vec<u8>, Id)>;

fn read_all(path: &Path, progress: Option<&Progress>) -> Result<Read, PeerError> {
    let list = folder::list(path)?;
    let total = list.len() as u64;
    let mut read = Vec::with_capacity(list.len());
    let mut bytes_read = 0u64;
    for (index, (name, file)) in list.into_iter().enumerate() {
        let bytes = std::fs::read(&file).map_err(|e| file_error(&file, &e))?;
        bytes_read += bytes.len() as u64;
        if bytes_read > MAX_IMPORT_BYTES {
            return Err(PeerError::new(ErrorKind::BadInput, "The folder holds more than 4 GiB.")
                .safe("Nothing was imported.")
                .next("Import parts of it one after the other."));
        }
        let hash = *iroh_blobs::Hash::new(&bytes).as_bytes();
        read.push((name, bytes, hash));
        if let Some(progress) = progress {
            progress("reading", index as u64 + 1, total);
        }
    }
    Ok(read)
}

/// What the workspace has from earlier imports.
fn known(core: &Core) -> Result<Vec<Known>, PeerError> {
    let pages = core.store().pages()?.into_iter().filter(|p| !p.trashed).map(|p| Known {
        path: p.source_path,
        hash: p.source_hash,
        page: Some(DocId(p.doc)),
    });
    let mut known: Vec<Known> = pages.collect();
    known.extend(core.store().attachments()?.into_iter().map(|a| Known {
        path: Some(a.name),
        hash: Some(a.plain),
        page: None,
    }));
    Ok(known)
}

fn report(plan: &Plan) -> ImportReport {
    let mut report = ImportReport::default();
    for (path, outcome) in &plan.report {
        let line = |reason: &str| ImportLine { path: path.clone(), reason: reason.to_owned() };
        match outcome {
            Outcome::Created => report.created += 1,
            Outcome::Updated => report.updated += 1,
            Outcome::Unchanged => report.unchanged += 1,
            Outcome::Kept(reason) => report.kept.push(line(reason)),
            Outcome::Refused(reason) => report.refused.push(line(reason)),
        }
    }
    report
}

/// Seals and keeps the files that are no pages.
fn keep_attachments(
    files: &Files,
    core: &Core,
    plan: &Plan,
    by_path: &BTreeMap<&str, &[u8]>,
    progress: Option<&Progress>,
) -> Result<BTreeMap<String, NewAttachment>, PeerError> {
    let mut kept = BTreeMap::new();
    let mut sealed_files = Vec::new();
    let total = plan.attachments.len() as u64;
    for (index, attachment) in plan.attachments.iter().enumerate() {
        let PlannedAttachment { path, outcome, .. } = attachment;
        let Some(bytes) = by_path.get(path.as_str()) else { continue };
        let sealed = core.seal_blob(bytes)?;
        let new = NewAttachment {
            hash: sealed.address,
            plain: sealed.plain_hash,
            name: path.clone(),
            size: bytes.len() as u64,
            stored: sealed.bytes.len() as u64,
        };
        if !matches!(outcome, Outcome::Unchanged | Outcome::Refused(_)) {
            sealed_files.push(sealed.bytes);
        }
        kept.insert(path.clone(), new);
        if let Some(progress) = progress {
            progress("sealing files", index as u64 + 1, total);
        }
    }
    files.keep(sealed_files)?;
    Ok(kept)
}

fn write(
    work: &mut Work<'_, '_>,
    plan: &Plan,
    attachments: &BTreeMap<String, NewAttachment>,
    progress: Option<&Progress>,
) -> Result<Vec<ImportLine>, PeerError> {
    let mut kept = Vec::new();
    let mut ids: BTreeMap<String, DocId> = BTreeMap::new();
    for page in plan.pages.iter().filter(|p| p.existing.is_none()) {
        ids.insert(page.path.clone(), DocId::new(Class::Content, work.random()));
    }
    let blob = |path: &str| attachments.get(path).map(|a| a.hash);
    let pages = resolve(plan, &|path| ids.get(path).copied(), &blob);
    let keys = order_keys(work, &pages)?;
    let total = pages.len() as u64;
    let mut named: std::collections::BTreeSet<&str> = std::collections::BTreeSet::new();
    for (index, (page, key)) in pages.iter().zip(keys).enumerate() {
        kept.extend(write_page(work, page, &key)?);
        let used = used_blobs(page);
        let new: Vec<NewAttachment> =
            attachments.values().filter(|a| used.contains(&a.hash)).cloned().collect();
        named.extend(
            attachments.iter().filter(|(_, a)| used.contains(&a.hash)).map(|(path, _)| path.as_str()),
        );
        name_attachments(work, page.id, &new)?;
        if let Some(progress) = progress {
            progress("writing pages", index as u64 + 1, total);
        }
    }
    let rest: Vec<NewAttachment> = plan
        .attachments
        .iter()
        .filter(|a| {
            !matches!(a.outcome, Outcome::Unchanged | Outcome::Refused(_)) && !named.contains(a.path.as_str())
        })
        .filter_map(|a| attachments.get(&a.path).cloned())
        .collect();
    let workspace = workspace_document(&work.mem.workspace);
    name_attachments(work, workspace, &rest)?;
    Ok(kept)
}

/// Order keys: new pages follow what is there, in the order of the plan.
fn order_keys(work: &mut Work<'_, '_>, pages: &[ImportedPage]) -> Result<Vec<String>, PeerError> {
    let mut last = pages::last_place(work)?;
    let mut keys = Vec::with_capacity(pages.len());
    for _ in pages {
        let tie = work.random();
        last = order::between(Some(&last), None, tie);
        keys.push(last.clone());
    }
    Ok(keys)
}

/// Writes a page; says so where its file is not taken.
fn write_page(
    work: &mut Work<'_, '_>,
    page: &ImportedPage,
    key: &str,
) -> Result<Option<ImportLine>, PeerError> {
    let mut edits = vec![
        pages::text("title", &page.title),
        pages::text("source_path", &page.source_path),
        pages::text("source_hash", &page.source_hash.map(|h| crate::core::hex(&h)).unwrap_or_default()),
        pages::text("front_matter", &page.front_matter),
    ];
    if page.existing {
        // Work done in Tern since the last import stays: the file is compared with what was imported then.
        let kept = work.txn.meta(&base_key(page.id))?;
        let base = kept.as_deref().and_then(kept_heads);
        let doc = work.doc(page.id)?;
        let here = doc.blocks();
        let was_as_file = base.as_ref().is_none_or(|base| doc.blocks_at(base).is_ok_and(|then| then == here));
        // The file may have changed in its front matter alone.
        let says_the_same = base.as_ref().is_some_and(|base| {
            doc.blocks_at(base).is_ok_and(|then| normalise(&then) == normalise(&page.blocks))
        });
        let is_as_file = |blocks: &[Block]| normalise(blocks) == normalise(&page.blocks);
        let apart = kept.as_deref() == Some(APART) && !is_as_file(&here);
        if !apart {
            edits.push(Edit::SetBlocks { base, blocks: page.blocks.clone() });
        }
        work.edit(page.id, &edits)?;
        if says_the_same {
            return Ok(None);
        }
        if !apart && (was_as_file || is_as_file(&work.doc(page.id)?.blocks())) {
            keep_base(work, page.id)?;
        } else {
            work.txn.set_meta(&base_key(page.id), APART)?;
        }
        let reason = "it was changed here and in its file more than once; the page stays as it is here";
        return Ok(apart.then(|| ImportLine { path: page.source_path.clone(), reason: reason.to_owned() }));
    }
    edits.push(pages::text("order", key));
    if let Some(parent) = page.parent {
        edits.push(Edit::SetField { name: "parent".to_owned(), value: Value::Text(parent.to_string()) });
    }
    edits.push(Edit::SetBlocks { base: None, blocks: page.blocks.clone() });
    work.create(page.id, &Kind::Page, &edits)?;
    keep_base(work, page.id)?;
    Ok(None)
}

/// Kept in place of a version: the page holds work of its file and of this workspace, so no version of it equals the file, and
/// what its file says next cannot be told from what was written here.
const APART: &[u8] = b"apart";

/// Where the store keeps the version of a page that equals its file.
fn base_key(page: DocId) -> String {
    format!("import.{page}")
}

fn keep_base(work: &mut Work<'_, '_>, page: DocId) -> Result<(), PeerError> {
    let heads = work.doc(page)?.heads();
    work.txn.set_meta(&base_key(page), &heads.0.concat())?;
    Ok(())
}

/// Hashes one after the other, or the text that builds before 2026-11-28 wrote.
fn kept_heads(bytes: &[u8]) -> Option<Heads> {
    if let Some(heads) = std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()) {
        return Some(heads);
    }
    bytes.chunks(32).map(|hash| hash.try_into().ok()).collect::<Option<Vec<_>>>().map(Heads::new)
}

fn used_blobs(page: &ImportedPage) -> std::collections::BTreeSet<Id> {
    let mut used = std::collections::BTreeSet::new();
    for inline in crate::core::project::inlines(&page.blocks) {
        let link = inline.marks().link.as_ref().map(|l| l.href.as_str());
        let image = match inline {
            tern_model::block::Inline::Image { src, .. } => Some(src.as_str()),
            tern_model::block::Inline::Text { .. } => None,
        };
        for address in [link, image].into_iter().flatten() {
            used.extend(tern_interop::links::BlobLink::parse(address).map(|b| b.hash));
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_page_that_equals_its_file_is_read_in_both_forms() {
        let heads = Heads::new(vec![[7; 32], [0xfe; 32]]);
        assert_eq!(kept_heads(&heads.0.concat()), Some(heads.clone()));
        assert_eq!(kept_heads(heads.to_string().as_bytes()), Some(heads));
        assert_eq!(kept_heads(&[7; 33]), None);
    }
}
