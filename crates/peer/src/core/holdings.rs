//! Taking in items of others, up to the point where keys begin: what laptops and nodes do alike.
//!
//! Checks 1 to 4 of judgement (docs/trust.md): size and layout, workspace, known author, signature. What passes is
//! stored and in the trie; what becomes of it later never touches the trie.

use std::collections::{BTreeMap, BTreeSet};

use tern_store::{Id16, Inserted, ItemRow, Txn};
use tern_sync::{ItemResult, Lane, Refusal};
use tern_trust::{Id, Item, Kind, Log};

use crate::api::PeerError;
use crate::node::room::Room;

use super::cover::Lists;
use super::ingest::Spot;

/// What became of offered items.
#[derive(Debug, Default)]
pub(crate) struct Admitted {
    /// One verdict an item, in order.
    pub results: Vec<ItemResult>,
    /// New content items with their rows.
    pub content: Vec<(i64, Item)>,
    /// Whether the log grew.
    pub log_grew: bool,
    /// Where packs or words for them came: what they cover is settled in the same commit.
    pub packs: BTreeSet<Spot>,
}

/// Stores what passes the checks that need no key.
pub(crate) fn admit(
    txn: &mut Txn<'_>,
    log: &mut Log,
    workspace: &Id,
    items: Vec<Vec<u8>>,
    mut room: Option<&mut Room>,
) -> Result<Admitted, PeerError> {
    let mut out = Admitted::default();
    let mut lists = Lists::default();
    for bytes in items {
        let result = match Item::parse(bytes) {
            Ok(item) if item.header().workspace == *workspace => {
                one(txn, log, item, (room.as_deref_mut(), &mut lists), &mut out)?
            }
            _ => ItemResult::Invalid,
        };
        out.results.push(result);
    }
    Ok(out)
}

fn one(
    txn: &mut Txn<'_>,
    log: &mut Log,
    item: Item,
    (room, lists): (Option<&mut Room>, &mut Lists),
    out: &mut Admitted,
) -> Result<ItemResult, PeerError> {
    if !item.kind().is_record() && lists.cover(txn, &item)? {
        return Ok(ItemResult::Refused(Refusal::Covered));
    }
    if item.kind().is_record() {
        return record(txn, log, &item, room, out);
    }
    let lane = item.header().space;
    if txn.has_item(&lane, item.header().day, item.id())? {
        return Ok(ItemResult::Known);
    }
    if !log.introduced(&item.header().author) {
        return Ok(ItemResult::Waiting);
    }
    if !item.verify() {
        return Ok(ItemResult::Invalid);
    }
    if let Some(room) = room
        && let Some(refusal) = room.refuses(txn, || log.membership(), &item)?
    {
        return Ok(ItemResult::Refused(refusal));
    }
    match insert(txn, lane, &item)? {
        Some(row) => {
            if matches!(item.kind(), Kind::Pack | Kind::Attest) {
                out.packs.insert((lane, item.header().tag));
            }
            out.content.push((row, item));
            Ok(ItemResult::Stored)
        }
        None => Ok(ItemResult::Known),
    }
}

fn record(
    txn: &mut Txn<'_>,
    log: &mut Log,
    item: &Item,
    room: Option<&mut Room>,
    out: &mut Admitted,
) -> Result<ItemResult, PeerError> {
    use tern_trust::Inserted as Taken;
    if let Some(room) = room
        && !log.contains(item.id())
        && let Some(refusal) = room.refuses(txn, || log.membership(), item)?
    {
        return Ok(ItemResult::Refused(refusal));
    }
    let result = log.insert(item.clone());
    match result {
        Taken::Stored => {
            insert(txn, Lane::LOG.0, item)?;
            out.log_grew = true;
            Ok(ItemResult::Stored)
        }
        Taken::Known => Ok(ItemResult::Known),
        Taken::WaitingFor(_) => Ok(ItemResult::Waiting),
        // Too many records of its author say nothing of the room for anything else.
        Taken::Refused(tern_trust::log::RefusedRecord::Full) => Ok(ItemResult::Refused(Refusal::Size)),
        Taken::Refused(_) => Ok(ItemResult::Invalid),
    }
}

fn insert(txn: &mut Txn<'_>, lane: Id16, item: &Item) -> Result<Option<i64>, PeerError> {
    let Some(row) = ItemRow::from_bytes(lane, *item.id(), item.bytes()) else { return Ok(None) };
    Ok(match txn.insert_item(&row)? {
        Inserted::Row(row) => Some(row),
        Inserted::Known => None,
    })
}

/// Notes attachments that content items name in the clear.
pub(crate) fn note_blobs(txn: &mut Txn<'_>, content: &[(i64, Item)]) -> Result<(), PeerError> {
    let mut named: BTreeMap<Id, u64> = BTreeMap::new();
    for (_, item) in content {
        if item.kind() == Kind::BlobRef
            && let Ok(blob) = tern_trust::BlobRef::decode(item.body())
        {
            let most = named.entry(blob.hash).or_default();
            *most = blob.size.max(*most);
        }
    }
    for (hash, size_bytes) in named {
        // Until it is here, whoever names less keeps nobody from fetching it.
        if txn.blob(&hash)?.is_none_or(|known| !known.present && known.size_bytes < size_bytes) {
            txn.put_blob(&tern_store::BlobRow { hash, size_bytes, present: false })?;
        }
    }
    Ok(())
}
