//! Documents in and out of memory: a snapshot plus the accepted items behind it.

use tern_model::{Doc, DocId};
use tern_store::{Store, VerdictFilter};
use tern_trust::judge::{self, Content, Opened};
use tern_trust::{Batch, Id16, Item, Kind as ItemKind};

use crate::api::{ErrorKind, PeerError};

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

impl super::Core {
    /// A document, without keeping it in memory.
    pub(crate) fn look(&self, id: DocId) -> Result<Doc, PeerError> {
        look(&self.store, &self.mem, id)
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

/// Nothing is stored of a document. Lists follow from what is stored: where one names it, the store is damaged.
fn gone(store: &Store, id: DocId) -> Result<PeerError, PeerError> {
    let known = store.page(&id.0)?.is_some() || store.task(&id.0)?.is_some() || store.doc(&id.0)?.is_some();
    // By an index that is hit nothing is found of what is listed.
    let listed = || -> Result<bool, PeerError> {
        Ok(store.sidebar()?.iter().any(|row| row.doc == id.0)
            || store.tasks()?.iter().any(|row| row.doc == id.0))
    };
    if !known && !listed()? {
        return Ok(not_found("document", &id.to_string()));
    }
    Ok(PeerError::new(
        ErrorKind::Damaged,
        format!("Nothing that is stored of document {id} can be found: the store is damaged."),
    )
    .safe("Other machines still hold what they acknowledged (`tern status`).")
    .next("`tern check --repair` asks them for it; `tern backup adopt` takes it from a backup."))
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
    if known.is_none() && store.items_by_tag_after(&space, &tag, 0)?.is_empty() {
        return Err(gone(store, id)?);
    }
    let parts = Parts::read(store, mem, id, (&space, &tag), before, true)?;
    let (doc, parts) = match parts.build()? {
        Some(doc) => (doc, parts),
        // A damaged snapshot is a lost cache: the items build the document again.
        None => {
            let parts = Parts::read(store, mem, id, (&space, &tag), before, false)?;
            (parts.build()?.unwrap_or_else(|| Doc::empty(id)), parts)
        }
    };
    if parts.changes.is_empty() && doc.heads() == tern_model::Heads::default() {
        mem.whole_log()?;
    }
    Ok((doc, parts.row, parts.count))
}

/// What a document is built of.
struct Parts {
    id: DocId,
    snapshot: Option<Vec<u8>>,
    /// Made after the snapshot.
    changes: Vec<Vec<u8>>,
    /// The last row that is in them, and how many items are not in the snapshot.
    row: i64,
    count: usize,
}

impl Parts {
    fn read(
        store: &Store,
        mem: &Mem,
        id: DocId,
        (space, tag): (&Id16, &Id16),
        before: i64,
        with_snapshot: bool,
    ) -> Result<Parts, PeerError> {
        let known = store.doc(&id.0)?.filter(|_| with_snapshot);
        let (snapshot, from) = match &known {
            Some(row) => match store.snapshot(&id.0) {
                Ok(Some(bytes)) => (Some(bytes), row.upto_row),
                Ok(None) | Err(tern_store::StoreError::Damaged { .. }) => (None, 0),
                Err(error) => return Err(error.into()),
            },
            None => (None, 0),
        };
        let mut parts = Parts { id, snapshot, changes: Vec::new(), row: from, count: 0 };
        for item in store.items_by_tag_after(space, tag, from)?.into_iter().filter(|i| i.row < before) {
            parts.row = parts.row.max(item.row);
            let pack = item.kind == ItemKind::Pack.byte() && store.is_accepted_pack(item.row)?;
            if item.kind != ItemKind::Batch.byte() && !pack {
                continue;
            }
            let opened = match pack {
                true => open_pack(mem, &item.bytes),
                false => open_batch(mem, &item.bytes).map(|batch| batch.changes),
            };
            match opened {
                // What is loose may build on what lies in a pack, never the other way round.
                Ok(changes) if pack => drop(parts.changes.splice(..0, changes)),
                Ok(changes) => parts.changes.extend(changes),
                // Its key may lie in a record of the log that is missing.
                Err(_) if mem.log_has_gaps() => continue,
                Err(error) => return Err(error),
            }
            parts.count += 1;
        }
        Ok(parts)
    }

    fn len(&self) -> usize {
        self.snapshot.as_ref().map_or(0, Vec::len) + self.changes.iter().map(Vec::len).sum::<usize>()
    }

    /// The document; none when the snapshot cannot be read.
    fn build(&self) -> Result<Option<Doc>, PeerError> {
        let doc = match &self.snapshot {
            Some(bytes) => Doc::load(self.id, bytes).ok(),
            None => Some(Doc::empty(self.id)),
        };
        let Some(mut doc) = doc else { return Ok(None) };
        doc.apply(&self.changes)?;
        Ok(Some(doc))
    }
}

/// Bytes of documents that are built in one go.
const MAX_GO_BYTES: usize = 8 * 1024 * 1024;
/// Documents that are built in one go.
const MAX_GO: usize = 256;

/// [`look`] for many, in their order, built on all cores: most of the time of a document goes into reading its changes.
/// `each` takes one after the other; what it is not given any more was not built.
pub(crate) fn look_at_all(
    core: &super::Core,
    ids: &[DocId],
    mut each: impl FnMut(DocId, Result<Doc, PeerError>) -> Result<(), PeerError>,
) -> Result<(), PeerError> {
    let (store, mem) = (&core.store, &core.mem);
    let mut rest = ids;
    while !rest.is_empty() {
        let (mut go, mut bytes) = (Vec::new(), 0);
        while let Some((id, more)) = rest.split_first().filter(|_| go.len() < MAX_GO && bytes < MAX_GO_BYTES)
        {
            rest = more;
            let parts = plain_parts(store, mem, *id);
            bytes += parts.as_ref().map_or(0, Parts::len);
            go.push((*id, parts));
        }
        for (id, built) in go.iter().map(|(id, _)| *id).zip(build_all(&go)) {
            // Whatever is out of the ordinary takes the ordinary way.
            each(id, built.map_or_else(|| look(store, mem, id), Ok))?;
        }
    }
    Ok(())
}

/// Parts of a document that is not open and of which everything counts.
fn plain_parts(store: &Store, mem: &Mem, id: DocId) -> Option<Parts> {
    if mem.docs.contains_key(&id) {
        return None;
    }
    let space = super::spaces::space_of(store, mem, &id).ok()?;
    let tag = super::spaces::tag(mem, &space, &id).ok()?;
    if !store.verdicts(&VerdictFilter::Tag(tag)).ok()?.is_empty() {
        return None;
    }
    let parts = Parts::read(store, mem, id, (&space, &tag), i64::MAX, true).ok()?;
    (parts.snapshot.is_some() || !parts.changes.is_empty()).then_some(parts)
}

fn build_all(go: &[(DocId, Option<Parts>)]) -> Vec<Option<Doc>> {
    let build =
        |(_, parts): &(DocId, Option<Parts>)| parts.as_ref().and_then(|parts| parts.build().ok().flatten());
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(go.len().max(1));
    let share = go.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let (first, others) = go.split_at(share.min(go.len()));
        let others: Vec<_> = others
            .chunks(share)
            .map(|part| (part.len(), scope.spawn(move || part.iter().map(build).collect::<Vec<_>>())))
            .collect();
        let mut built: Vec<Option<Doc>> = first.iter().map(build).collect();
        for (len, other) in others {
            // A thread that panicked built nothing.
            built.extend(other.join().unwrap_or_else(|_| vec![None; len]));
        }
        built
    })
}

/// Without the keys that a missing record of the log carries, the last snapshot is still readable.
fn snapshot_alone(store: &Store, mem: &Mem, id: DocId) -> Result<(Doc, i64, usize), PeerError> {
    let snapshot = if mem.log_has_gaps() { store.snapshot(&id.0)? } else { None };
    let Some(bytes) = snapshot else {
        mem.whole_log()?;
        return Err(gone(store, id)?);
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

/// The changes of a pack that was accepted before.
pub(crate) fn open_pack(mem: &Mem, bytes: &[u8]) -> Result<Vec<Vec<u8>>, PeerError> {
    let item = Item::parse(bytes).map_err(|e| internal(e.to_string()))?;
    match judge::open_item(&item, &mem.access(), &super::gate::Gates::default()) {
        Ok(Opened { content: Content::Pack { changes, .. }, .. }) => Ok(changes),
        Ok(_) => Err(internal("A stored pack holds something else.")),
        Err(verdict) => Err(internal(format!("A stored pack does not open: {verdict}."))),
    }
}

/// The document built from its items alone, without the snapshot.
pub(crate) fn rebuild(store: &Store, mem: &Mem, id: DocId) -> Result<Doc, PeerError> {
    let space = super::spaces::space_of(store, mem, &id)?;
    let tag = super::spaces::tag(mem, &space, &id).map_err(|_| not_found("document", &id.to_string()))?;
    Ok(super::ingest::judged(store, mem, id, &(space, tag), i64::MAX)?.0)
}
