//! What lists, trees and search read: rows made from a document whenever it changed. Droppable and rebuildable.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tern_model::block::{Block, BlockKind, Inline};
use tern_model::hours::{Profile, Zone};
use tern_model::project::Plan;
use tern_model::task::Due;
use tern_model::task::more::TaskMore;
use tern_model::{Conflict, Doc, DocId, Kind, Value};
use tern_store::{AttachmentRow, DocRow, PageRow, PersonRow, ProjectRow, SearchRow, TaskRow};
use tern_trust::{Id, Id16};

use crate::api::PeerError;

use super::Work;
use super::documents::{SNAPSHOT_EVERY, load};
use super::spaces::space_of;

/// An attachment as its document names it; one item of the set `attachments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attached {
    /// blake3 of the sealed file, hex.
    pub hash: String,
    /// blake3 of the plain file, hex; its key is derived from it.
    pub plain: String,
    /// File name, or path within an imported folder.
    pub name: String,
    /// Plain size in bytes.
    pub size: u64,
}

/// The attachments a document names.
pub(crate) fn attachments(doc: &Doc) -> Vec<Attached> {
    list(doc, "attachments").iter().filter_map(|json| serde_json::from_str(json).ok()).collect()
}

/// A text field, empty when absent.
pub(crate) fn text(doc: &Doc, name: &str) -> String {
    match doc.field(name) {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    }
}

/// A set or list field.
pub(crate) fn list(doc: &Doc, name: &str) -> Vec<String> {
    match doc.field(name) {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    }
}

/// Whether the document is in the trash.
pub(crate) fn trashed(doc: &Doc) -> bool {
    matches!(doc.field("trashed"), Some(Value::Bool(true)))
}

/// Items that a document without a snapshot is built from; more are worth one.
const SNAPSHOT_FIRST: usize = 8;

/// Makes all rows of a document anew and, now and then, its snapshot.
pub(crate) fn project(work: &mut Work<'_, '_>, id: DocId) -> Result<(), PeerError> {
    load(&work.txn, work.mem, id)?;
    snapshot(work, id)?;
    rows(work, id)
}

fn snapshot(work: &mut Work<'_, '_>, id: DocId) -> Result<(), PeerError> {
    let now_ms = work.now_ms();
    let space = space_of(&work.txn, work.mem, &id)?;
    let tag = super::spaces::tag(work.mem, &space, &id)?;
    let known = work.txn.doc(&id.0)?;
    let Some(open) = work.mem.docs.get_mut(&id) else { return Ok(()) };
    let saved = known.as_ref().is_some_and(|row| row.upto_row > 0);
    let due = open.unsaved >= if saved { SNAPSHOT_EVERY } else { SNAPSHOT_FIRST };
    if known.is_some() && !due {
        return Ok(());
    }
    let mut row = DocRow {
        doc: id.0,
        lane: space,
        tag,
        kind: open.doc.kind().name().to_owned(),
        heads: open.doc.heads().0,
        upto_row: open.folded_row,
        updated_ms: now_ms,
    };
    // What does not load again never becomes a snapshot; the items stay the truth.
    let bytes = if due { open.doc.save_checked().ok() } else { None };
    match bytes {
        Some(bytes) => {
            open.unsaved = 0;
            work.txn.put_doc(&row, &bytes)?;
        }
        None if known.is_none() => {
            // No snapshot: nothing is folded, and reading begins with the first item.
            (row.heads, row.upto_row) = (Vec::new(), 0);
            work.txn.put_doc_row(&row)?;
        }
        None => {}
    }
    Ok(())
}

fn rows(work: &mut Work<'_, '_>, id: DocId) -> Result<(), PeerError> {
    let doc = match work.mem.docs.get(&id) {
        Some(open) => open.doc.clone(),
        None => return Ok(()),
    };
    let history = doc.history();
    let created_ms = history.iter().map(|c| c.time_ms).min().unwrap_or(0);
    let last = history.iter().max_by_key(|c| c.time_ms);
    let updated_ms = last.map_or(0, |c| c.time_ms);
    let times = Times { created_ms, updated_ms, author: last.and_then(|c| device_of(work, &c.actor)) };
    match doc.kind() {
        Kind::Page => page(work, &doc, &times)?,
        Kind::Thread | Kind::Reading => work.mem.talks_version = work.mem.version + 1,
        _ => work.mem.tasks_version = work.mem.version + 1,
    }
    match doc.kind() {
        Kind::Page => {}
        Kind::Task => task(work, &doc, &times)?,
        Kind::Person => person(work, &doc, &times)?,
        Kind::Project => project_row(work, &doc, &times)?,
        Kind::Thread if super::posts::is_comment(&doc) => super::comments::project(work, &doc)?,
        Kind::Thread => super::posts::project(work, &doc, created_ms, updated_ms)?,
        Kind::Reading => super::reading::project(work, &doc)?,
        Kind::View => super::saved_views::project(work, &doc)?,
        Kind::Cycle => super::cycles::project(work, &doc, created_ms, updated_ms)?,
        Kind::Workspace | Kind::Space | Kind::Unknown(_) => {}
    }
    super::news::project(work, &doc, &history)?;
    let attached: Vec<AttachmentRow> =
        attachments(&doc).iter().filter_map(|a| attachment_row(id, a)).collect();
    work.txn.project_attachments(&id.0, &attached)?;
    Ok(())
}

struct Times {
    created_ms: i64,
    updated_ms: i64,
    author: Option<Id>,
}

fn device_of(work: &Work<'_, '_>, actor: &Id16) -> Option<Id> {
    super::people::device_of_actor(&work.mem.membership, actor)
}

fn attachment_row(id: DocId, a: &Attached) -> Option<AttachmentRow> {
    Some(AttachmentRow {
        doc: id.0,
        hash: super::resolve::unhex(&a.hash)?,
        plain: super::resolve::unhex(&a.plain)?,
        name: a.name.clone(),
        size_bytes: a.size,
    })
}

fn page(work: &mut Work<'_, '_>, doc: &Doc, times: &Times) -> Result<(), PeerError> {
    let id = doc.id();
    let blocks = super::typing::blocks(work.mem, doc);
    let body = tern_model::page::plain_text(&blocks);
    let title = text(doc, "title");
    let source_hash = super::resolve::unhex(&text(doc, "source_hash"));
    let source_path = Some(text(doc, "source_path")).filter(|p| !p.is_empty());
    let trashed = trashed(doc);
    let row = PageRow {
        doc: id.0,
        lane: space_of(&work.txn, work.mem, &id)?,
        parent: text(doc, "parent").parse::<DocId>().ok().map(|p| p.0),
        ord: text(doc, "order"),
        title: title.clone(),
        trashed,
        trashed_ms: None,
        author: times.author,
        created_ms: times.created_ms,
        updated_ms: times.updated_ms,
        source_path,
        source_hash,
        words: u32::try_from(body.split_whitespace().count()).unwrap_or(u32::MAX),
    };
    let known = work.txn.page(&id.0)?;
    let same = known.is_some_and(|k| {
        (k.parent, &k.ord, &k.title, k.trashed) == (row.parent, &row.ord, &row.title, row.trashed)
    });
    if !same {
        work.mem.pages_version = work.mem.version + 1;
    }
    work.txn.project_page(&row)?;
    let links: Vec<Id16> = links(&blocks).into_iter().map(|d| d.0).collect();
    work.txn.project_links(&id.0, &links)?;
    super::templates::project(work, doc, &blocks, trashed)?;
    super::forms::project(work, doc, times.created_ms, times.updated_ms)?;
    super::practice::upkeep::project(work, doc)?;
    super::project_pages::project(work, doc, trashed)?;
    index(work, id, "page", &title, &body, trashed)
}

fn index(
    work: &mut Work<'_, '_>,
    id: DocId,
    kind: &str,
    title: &str,
    body: &str,
    trashed: bool,
) -> Result<(), PeerError> {
    if trashed {
        work.txn.remove_text(&id.0)?;
    } else {
        work.txn.index_text(&SearchRow { doc: id.0, kind, title, body })?;
    }
    Ok(())
}

/// Every run of the blocks, those in table cells included.
pub(crate) fn inlines(blocks: &[Block]) -> impl Iterator<Item = &Inline> {
    blocks.iter().flat_map(|b| {
        let cells = match &b.kind {
            BlockKind::Table { table } => table.rows.iter().flatten().flatten().collect(),
            _ => Vec::new(),
        };
        b.inline.iter().chain(cells)
    })
}

/// Documents that the blocks link to or show.
pub(crate) fn links(blocks: &[Block]) -> BTreeSet<DocId> {
    let links = inlines(blocks).filter_map(|i| i.marks().link.as_ref());
    let shown = blocks.iter().filter_map(|b| match &b.kind {
        BlockKind::Task { id } => id.parse().ok(),
        _ => None,
    });
    let linked = links.filter_map(|link| tern_interop::links::PageLink::parse(&link.href)).map(|l| l.page);
    linked.chain(shown).collect()
}

fn task(work: &mut Work<'_, '_>, doc: &Doc, times: &Times) -> Result<(), PeerError> {
    let fields = doc.task();
    let id = doc.id();
    let assignee: Option<Id16> = fields.assignee.as_deref().and_then(super::resolve::unhex);
    let due_ms = fields.due.as_ref().and_then(|due| due_instant(work, due, assignee));
    let trashed = trashed(doc);
    let more = doc.task_more();
    let conflicts: Vec<Conflict> = doc.conflicts().into_iter().filter_map(|c| more.told(c)).collect();
    let more_json = if more == (TaskMore { parent_ms: more.parent_ms, ..TaskMore::default() })
        && fields.parent.is_none()
    {
        String::new()
    } else {
        serde_json::to_string(&more).unwrap_or_default()
    };
    work.txn.project_task(&TaskRow {
        more_json,
        doc: id.0,
        lane: space_of(&work.txn, work.mem, &id)?,
        short: id.short(),
        title: fields.title.clone(),
        status: super::words::status(fields.status).to_owned(),
        priority: super::words::priority(fields.priority).to_owned(),
        assignee,
        labels: fields.labels.clone(),
        estimate: fields.estimate,
        due_json: fields.due.as_ref().and_then(|d| serde_json::to_string(d).ok()),
        due_ms,
        project: fields.project.map(|p| p.0),
        ord: fields.order.clone(),
        parent: fields.parent.map(|p| p.0),
        trashed,
        created_ms: times.created_ms,
        updated_ms: times.updated_ms,
        conflicts_json: serde_json::to_string(&conflicts).unwrap_or_default(),
    })?;
    // What it was called where it comes from is how people speak of it.
    let body = match &doc.task_more().imported {
        Some(from) => format!("{}\n{}", doc.text(), from.key),
        None => doc.text(),
    };
    index(work, id, "task", &fields.title, &body, trashed)
}

/// The instant of a due value, for sorting; `None` for a date that is no instant and has no assignee.
fn due_instant(work: &Work<'_, '_>, due: &Due, assignee: Option<Id16>) -> Option<i64> {
    match due {
        Due::Instant { at_ms, .. } => Some(*at_ms),
        Due::EndOfDay { date } | Due::Date { date } => {
            let date = date.parse().ok()?;
            let profile = assignee.and_then(|m| super::people::profile_of(&work.txn, &m));
            Some(
                profile.map_or_else(
                    || Zone::utc().instant_of(date, 24 * 60 - 1),
                    |p: Profile| p.end_of_day(date),
                ),
            )
        }
    }
}

fn person(work: &mut Work<'_, '_>, doc: &Doc, times: &Times) -> Result<(), PeerError> {
    let Some(member) = super::people::member_of_document(&work.mem.membership, &doc.id()) else {
        return Ok(());
    };
    let fields = doc.person();
    work.txn.project_person(&PersonRow {
        doc: doc.id().0,
        member,
        name: fields.name.clone(),
        zone: fields.zone.clone(),
        hours: fields.hours.clone(),
        checkins: fields.checkins.clone(),
        json: serde_json::to_string(&fields).unwrap_or_default(),
        updated_ms: times.updated_ms,
    })?;
    Ok(())
}

fn project_row(work: &mut Work<'_, '_>, doc: &Doc, times: &Times) -> Result<(), PeerError> {
    let (title, trashed, plan) = (text(doc, "title"), trashed(doc), doc.plan());
    let told: Vec<&str> = plan.updates.iter().map(|(_, update)| update.text.as_str()).collect();
    index(work, doc.id(), "project", &title, &told.join("\n\n"), trashed)?;
    work.txn.project_project(&ProjectRow {
        doc: doc.id().0,
        lane: space_of(&work.txn, work.mem, &doc.id())?,
        key: text(doc, "key"),
        title,
        ord: text(doc, "order"),
        trashed,
        updated_ms: times.updated_ms,
        json: serde_json::to_string(&Plan { created_ms: times.created_ms, ..plan }).unwrap_or_default(),
    })?;
    Ok(())
}
