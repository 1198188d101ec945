//! Documents in and out of memory: a snapshot plus the accepted items behind it.

use tern_model::{Doc, DocId};
use tern_store::{Store, VerdictFilter};
use tern_trust::{Batch, Item, Kind as ItemKind};

use crate::api::PeerError;

use super::Mem;
use super::errors::{internal, not_found};

/// Items folded since the last snapshot after which a new one is due.
pub(crate) const SNAPSHOT_EVERY: usize = 24;

/// The document, loaded when it is not in memory.
pub(crate) fn load<'m>(store: &Store, mem: &'m mut Mem, id: DocId) -> Result<&'m Doc, PeerError> {
    if !mem.docs.contains_key(&id) {
        let (doc, row, unsaved) = read(store, mem, id, i64::MAX)?;
        mem.keep(id, doc, row, unsaved);
    }
    mem.touch(&id);
    let open = mem.docs.get(&id).ok_or_else(|| internal("The document is not open."))?;
    Ok(&open.doc)
}

/// The document, without keeping it in memory: for whoever looks through many and needs each once.
pub(crate) fn look(store: &Store, mem: &Mem, id: DocId) -> Result<Doc, PeerError> {
    match mem.docs.get(&id) {
        Some(open) => Ok(open.doc.clone()),
        None => Ok(read(store, mem, id, i64::MAX)?.0),
    }
}

/// As [`load`], leaving out items from row `before` on.
pub(crate) fn load_before(store: &Store, mem: &mut Mem, id: DocId, before: i64) -> Result<(), PeerError> {
    if !mem.docs.contains_key(&id) {
        let (doc, row, unsaved) = read(store, mem, id, before)?;
        mem.keep(id, doc, row, unsaved);
    }
    Ok(())
}

fn read(store: &Store, mem: &Mem, id: DocId, before: i64) -> Result<(Doc, i64, usize), PeerError> {
    let known = store.doc(&id.0)?;
    let space = super::spaces::space_of(store, mem, &id)?;
    let Ok(tag) = super::spaces::tag(mem, &space, &id) else { return snapshot_alone(store, mem, id) };
    if !store.verdicts(&VerdictFilter::Tag(tag))?.is_empty() {
        // Something of it does not count, perhaps a part of an item: only judging all of it tells what does.
        let (doc, row) = super::ingest::judged(store, mem, id, &(space, tag), before)?;
        return Ok((doc, row, SNAPSHOT_EVERY));
    }
    let (mut doc, from) = match &known {
        Some(row) => match store.snapshot(&id.0) {
            // A damaged or missing snapshot is a lost cache: the items build the document again.
            Ok(Some(bytes)) => {
                Doc::load(id, &bytes).map_or_else(|_| (Doc::empty(id), 0), |doc| (doc, row.upto_row))
            }
            Ok(None) | Err(tern_store::StoreError::Damaged { .. }) => (Doc::empty(id), 0),
            Err(error) => return Err(error.into()),
        },
        None => (Doc::empty(id), 0),
    };
    let items = store.items_by_tag_after(&space, &tag, from)?;
    if known.is_none() && items.is_empty() {
        return Err(not_found("document", &id.to_string()));
    }
    let mut changes = Vec::new();
    let (mut row, mut count) = (from, 0);
    for item in items.into_iter().filter(|i| i.row < before) {
        row = row.max(item.row);
        if item.kind != ItemKind::Batch.byte() {
            continue;
        }
        match open_batch(mem, &item.bytes) {
            Ok(batch) => changes.extend(batch.changes),
            // Its key may lie in a record of the log that is missing.
            Err(_) if mem.log_has_gaps() => continue,
            Err(error) => return Err(error),
        }
        count += 1;
    }
    if changes.is_empty() && doc.heads() == tern_model::Heads::default() {
        mem.whole_log()?;
    }
    doc.apply(&changes)?;
    Ok((doc, row, count))
}

/// Without the keys that a missing record of the log carries, the last snapshot is still readable.
fn snapshot_alone(store: &Store, mem: &Mem, id: DocId) -> Result<(Doc, i64, usize), PeerError> {
    let snapshot = if mem.log_has_gaps() { store.snapshot(&id.0)? } else { None };
    let Some(bytes) = snapshot else {
        mem.whole_log()?;
        return Err(not_found("document", &id.to_string()));
    };
    let row = store.doc(&id.0)?.map_or(0, |known| known.upto_row);
    Ok((Doc::load(id, &bytes)?, row, 0))
}

/// Opens an item that was accepted before.
pub(crate) fn open_batch(mem: &Mem, bytes: &[u8]) -> Result<Batch, PeerError> {
    let item = Item::parse(bytes).map_err(|e| internal(e.to_string()))?;
    let access = mem.access();
    let key = access
        .key(&item.header().space, &item.header().epoch)
        .ok_or_else(|| internal("The key of an item is not here."))?;
    let plain = item.open(key).ok_or_else(|| internal("A stored item does not open."))?;
    Batch::decode(&plain).map_err(|e| internal(e.to_string()))
}

/// The document built from its items alone, without the snapshot.
pub(crate) fn rebuild(store: &Store, mem: &Mem, id: DocId) -> Result<Doc, PeerError> {
    let space = super::spaces::space_of(store, mem, &id)?;
    let tag = super::spaces::tag(mem, &space, &id).map_err(|_| not_found("document", &id.to_string()))?;
    Ok(super::ingest::judged(store, mem, id, &(space, tag), i64::MAX)?.0)
}
