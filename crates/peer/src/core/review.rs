//! Edits that are kept but do not count: listed by author, document and reason, shown, admitted, exported or put away.

use std::collections::{BTreeMap, BTreeSet};

use tern_interop::markdown;
use tern_model::history::BlockDiff;
use tern_model::{Doc, DocId};
use tern_store::{VerdictClass, VerdictFilter, VerdictRow};
use tern_trust::limits::MAX_ADMITTED;
use tern_trust::{Id, Id16, keyed};

use crate::api::{PeerError, Reply, ReviewEntry, ReviewView};

use super::errors::{not_found, usage};
use super::resolve::hex;
use super::{Core, Work, ingest, people, project};

/// Prefix of keys of the store's `meta` table: this entry was put away up to a row.
const PUT_AWAY: &str = "review.";
/// Characters of a preview.
const PREVIEW_CHARS: usize = 160;

/// Edits of one device to one document, set aside for one reason.
struct Group {
    id: Id16,
    author: Id,
    spot: ingest::Spot,
    code: String,
    reason: String,
    doc: Option<DocId>,
    rows: Vec<i64>,
    since_ms: i64,
}

fn groups(store: &tern_store::Store) -> Result<Vec<Group>, PeerError> {
    let mut groups: BTreeMap<(Id, ingest::Spot, String), Group> = BTreeMap::new();
    for row in store.verdicts(&VerdictFilter::Class(VerdictClass::Quarantined))? {
        let VerdictRow { author, tag, code, reason, doc, .. } = row;
        let Some(item) = store.item_by_row(row.row)? else { continue };
        let spot = (item.lane, tag);
        let name = keyed(&author, &[&item.lane[..], &tag, code.as_bytes()].concat());
        let group = groups.entry((author, spot, code.clone())).or_insert_with(|| Group {
            id: tern_trust::derive::id16(&name),
            author,
            spot,
            code,
            reason,
            doc: doc.map(DocId),
            rows: Vec::new(),
            since_ms: row.since_ms,
        });
        group.rows.push(row.row);
        group.since_ms = group.since_ms.min(row.since_ms);
        group.doc = group.doc.or(doc.map(DocId));
    }
    let mut shown = Vec::new();
    for mut group in groups.into_values() {
        let key = format!("{PUT_AWAY}{}", hex(&group.id));
        let upto = store.meta(&key)?.and_then(|b| b.try_into().ok()).map_or(0, i64::from_le_bytes);
        group.rows.retain(|row| *row > upto);
        if !group.rows.is_empty() {
            shown.push(group);
        }
    }
    Ok(shown)
}

fn find(store: &tern_store::Store, text: &str) -> Result<Group, PeerError> {
    let all = groups(store)?;
    let id = super::resolve::by_prefix(all.iter().map(|g| g.id), text);
    let found = all.into_iter().find(|g| Some(g.id) == id);
    found.ok_or_else(|| not_found("entry under review", text).next("`tern review list` shows them."))
}

/// What one may admit: edits that a Writer could have made. The others damage, or contradict, what counts.
fn is_admissible(code: &str) -> bool {
    matches!(code, "role" | "removed" | "fork")
}

fn item_ids(store: &tern_store::Store, rows: &[i64]) -> Result<Vec<Id>, PeerError> {
    let mut ids = Vec::new();
    for row in rows {
        ids.extend(store.item_by_row(*row)?.map(|item| item.id));
    }
    ids.sort_unstable();
    Ok(ids)
}

/// Applies the edits of an entry, for everybody.
pub(crate) fn admit(work: &mut Work<'_, '_>, text: &str) -> Result<Reply, PeerError> {
    let group = find(&work.txn, text)?;
    if !is_admissible(&group.code) {
        return Err(usage(
            format!("These edits cannot be admitted: {}.", group.reason),
            "`tern review export` writes what they would make of the page to a file.",
        ));
    }
    let items = item_ids(&work.txn, &group.rows)?;
    let count = items.len() as u64;
    let space = group.spot.0;
    let parts: Vec<BTreeSet<Id>> = items.chunks(MAX_ADMITTED).map(|p| p.iter().copied().collect()).collect();
    if work.mem.access().sealed(&space).is_some() {
        work.space_records(|records, spaces, dice| {
            let mut written = Vec::new();
            for part in &parts {
                written.extend(records.space_admit(spaces, &space, part, dice)?.items);
            }
            Ok(((), written))
        })?;
    } else {
        work.records(|records, _, _| {
            let written = parts.iter().map(|part| records.item_admit(space, part));
            Ok(((), written.collect::<Result<Vec<_>, _>>()?))
        })?;
    }
    Ok(Reply::Reviewed { items: count })
}

/// Puts an entry away; its edits stay set aside, and later ones of the kind show again.
pub(crate) fn discard(work: &mut Work<'_, '_>, text: &str) -> Result<Reply, PeerError> {
    let group = find(&work.txn, text)?;
    let upto = group.rows.iter().max().copied().unwrap_or(0);
    work.txn.set_meta(&format!("{PUT_AWAY}{}", hex(&group.id)), &upto.to_le_bytes())?;
    Ok(Reply::Reviewed { items: group.rows.len() as u64 })
}

impl Core {
    /// Everything that is set aside.
    pub(crate) fn review_view(&mut self) -> Result<ReviewView, PeerError> {
        let zone = self.my_zone();
        let mut entries = Vec::new();
        for group in groups(&self.store)? {
            let member = self.mem.membership.member_of(&group.author);
            let with = self.with_entry(&group).ok().flatten();
            let preview = with.as_ref().map(|(now, then)| preview(now, then)).unwrap_or_default();
            let title = with.map(|(_, then)| project::text(&then, "title")).unwrap_or_default();
            entries.push(ReviewEntry {
                id: hex(&group.id),
                author: member.map_or_else(|| "somebody".to_owned(), |m| people::name_of(&self.store, &m)),
                device: hex(&group.author),
                reason: group.reason,
                items: group.rows.len() as u64,
                document: group.doc.map(|d| d.to_string()),
                title,
                preview,
                since: zone.rfc9557(group.since_ms),
                admissible: is_admissible(&group.code),
            });
        }
        entries.sort_by(|a, b| b.admissible.cmp(&a.admissible).then_with(|| a.since.cmp(&b.since)));
        Ok(ReviewView { entries })
    }

    /// The document of an entry as it is, and as it would be with the entry's edits.
    fn with_entry(&mut self, group: &Group) -> Result<Option<(Doc, Doc)>, PeerError> {
        let Some(id) = group.doc else { return Ok(None) };
        let now = ingest::judged(&self.store, &self.mem, id, &group.spot, i64::MAX)?.0;
        self.mem.admitting = item_ids(&self.store, &group.rows)?.into_iter().collect();
        let then = ingest::judged(&self.store, &self.mem, id, &group.spot, i64::MAX);
        self.mem.admitting.clear();
        Ok(Some((now, then?.0)))
    }

    /// A page as Markdown with the edits of an entry in it.
    pub(crate) fn review_text(&mut self, entry: &str) -> Result<(String, u64), PeerError> {
        self.refresh()?;
        let group = find(&self.store, entry)?;
        let (_, then) =
            self.with_entry(&group)?.ok_or_else(|| not_found("readable document of the entry", entry))?;
        let text = markdown::write(&project::text(&then, "front_matter"), &then.blocks());
        Ok((format!("# {}\n\n{text}", project::text(&then, "title")), group.rows.len() as u64))
    }
}

/// The first words that an entry would add or take away.
fn preview(now: &Doc, then: &Doc) -> String {
    let Ok(diff) = then.diff(&now.heads(), &then.heads()) else { return String::new() };
    let mut parts: Vec<String> = Vec::new();
    for block in &diff.blocks {
        match block {
            BlockDiff::Inserted(block) => parts.push(block.text()),
            BlockDiff::Deleted(block) => parts.push(format!("(deletes) {}", block.text())),
            BlockDiff::Changed { .. } => {
                let shown = super::query::diff_block(block);
                let changed = shown.runs.into_iter().filter(|(kind, _)| kind != "keep");
                parts.extend(
                    changed.map(
                        |(kind, text)| if kind == "delete" { format!("(deletes) {text}") } else { text },
                    ),
                );
            }
            BlockDiff::Same(_) | BlockDiff::Moved(_) => {}
        }
    }
    // Of a page that is not here yet, the title says enough.
    let known = now.heads() != tern_model::Heads::default();
    parts.extend(diff.fields.iter().filter(|_| known).map(|f| format!("{} changed", f.field)));
    if !known && parts.is_empty() {
        parts.push("new, with a title and no text yet".to_owned());
    }
    let text = parts.join(" … ");
    text.chars().take(PREVIEW_CHARS).collect()
}
