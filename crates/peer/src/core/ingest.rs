//! Items of others become documents: judgement, gates, trial, projection, all in the commit that stores them.
//!
//! The fast way takes changes that simply continue a document. Everything else (missing keys, roles, gaps, forks,
//! failed applies) judges the whole document again from all its items; both ways end in the same state.

use std::collections::{BTreeMap, BTreeSet};

use tern_model::trial::{TrialVerdict, trial};
use tern_model::{Doc, DocId};
use tern_store::{Store, StoredItem, VerdictClass, VerdictFilter, VerdictRow};
use tern_sync::{ItemResult, Lane, Refusal};
use tern_trust::derive::ZERO16;
use tern_trust::judge::{
    self, Access, Content, CutCache, DocumentJudgement, Opened, Pending, Quarantine, Reject, TrialOutcome, Verdict,
};
use tern_trust::{Id, Id16, Item, Kind, Membership};

use crate::api::PeerError;

use super::gate::{Gates, StoredFeeds};
use super::{Core, Mem, Work, documents, duties, holdings, people, work};

/// How often one document is judged anew because a trial failed.
const MAX_TRIAL_ROUNDS: usize = 64;

impl Core {
    /// Verifies, stores, judges and applies items in one commit. One result each, and whether the log grew.
    pub fn take(&mut self, items: Vec<Vec<u8>>) -> (Vec<ItemResult>, bool) {
        let count = items.len();
        match self.write(|work| take(work, items)) {
            Ok(taken) => taken,
            Err(error) => {
                tracing::error!(%error, "items could not be stored");
                (vec![ItemResult::Refused(Refusal::Quota); count], false)
            }
        }
    }

    /// Items that are kept but not applied, with the reason.
    pub(crate) fn set_aside(&self) -> Result<Vec<String>, PeerError> {
        let rows = self.store.verdicts(&VerdictFilter::All)?;
        let zone = self.my_zone();
        let member = |device: &Id| self.mem.membership.member_of(device);
        let name = |device: &Id| {
            member(device).map_or_else(|| "somebody".to_owned(), |m| people::name_of(&self.store, &m))
        };
        Ok(rows
            .iter()
            .map(|r| {
                format!("An edit by {} {} (since {}).", name(&r.author), r.reason, zone.show(r.since_ms))
            })
            .collect())
    }
}

fn take(work: &mut Work<'_, '_>, items: Vec<Vec<u8>>) -> Result<(Vec<ItemResult>, bool), PeerError> {
    let workspace = work.mem.workspace;
    let before = work.mem.membership.clone();
    let admitted = holdings::admit(&mut work.txn, &mut work.mem.log, &workspace, items, None)?;
    holdings::note_blobs(&mut work.txn, &admitted.content)?;
    let mut fresh: BTreeMap<Spot, Vec<(i64, Item)>> = BTreeMap::new();
    for (row, item) in admitted.content {
        if item.kind() == Kind::Batch || !matches!(item.kind(), Kind::BlobRef | Kind::Attest) {
            fresh.entry((item.header().space, item.header().tag)).or_default().push((row, item));
        }
    }
    if admitted.log_grew {
        let opened = work::learn(work.mem);
        duties::perform(work)?;
        for spot in judge_again(work, &before, !opened.is_empty())? {
            fresh.remove(&spot);
        }
    }
    for (spot, items) in fresh {
        if !continues(work, &spot, &items)? {
            judge_spot(work, &spot)?;
        }
    }
    Ok((admitted.results, admitted.log_grew))
}

/// Where a document's items lie: space and tag.
pub(crate) type Spot = (Id16, Id16);

/// Judges again what the log's change touches; says where that lies.
pub(crate) fn judge_again(
    work: &mut Work<'_, '_>,
    before: &Membership,
    new_keys: bool,
) -> Result<BTreeSet<Spot>, PeerError> {
    let spots = affected(work, before, new_keys)?;
    for spot in &spots {
        judge_spot(work, spot)?;
    }
    Ok(spots)
}

/// Documents whose judgement may differ after the log changed.
fn affected(work: &Work<'_, '_>, before: &Membership, new_keys: bool) -> Result<BTreeSet<Spot>, PeerError> {
    let now = &work.mem.membership;
    let others = before.members.iter().any(|(id, m)| now.role_of(id) != m.role)
        || before.devices.iter().any(|(id, d)| now.device(id).is_none_or(|n| n.active != d.active))
        || before.admitted != now.admitted
        || before.cuts != now.cuts;
    if others {
        let mut spots = BTreeSet::new();
        for (lane, _) in work.txn.lanes()?.into_iter().filter(|(lane, _)| *lane != Lane::LOG.0) {
            spots.extend(work.txn.tags(&lane)?.into_iter().filter(|t| *t != ZERO16).map(|tag| (lane, tag)));
        }
        return Ok(spots);
    }
    let joined = now.members.len() != before.members.len();
    if !new_keys && !joined {
        return Ok(BTreeSet::new());
    }
    let mut spots = BTreeSet::new();
    for verdict in work.txn.verdicts(&VerdictFilter::All)? {
        let item = work.txn.item_by_row(verdict.row)?;
        spots.extend(item.map(|item| (item.lane, verdict.tag)));
    }
    Ok(spots)
}

/// The fast way: `true` when the items were applied on top of the document.
fn continues(work: &mut Work<'_, '_>, (space, tag): &Spot, items: &[(i64, Item)]) -> Result<bool, PeerError> {
    let Some(known) = work.txn.doc_by_tag(space, tag)? else { return Ok(false) };
    if !work.txn.verdicts(&VerdictFilter::Tag(*tag))?.is_empty() {
        return Ok(false);
    }
    let id = DocId(known.doc);
    let gates = Gates::default();
    let mut changes: Vec<Vec<u8>> = Vec::new();
    let mut headers = Vec::new();
    let mut cache = CutCache::default();
    for (_, item) in items {
        let Some(ring) = super::spaces::ring(work.mem, space) else { return Ok(false) };
        let access = Access::root(&work.mem.membership, ring);
        let Ok(opened) = judge::open_item(item, &access, &gates) else {
            return Ok(false);
        };
        let Content::Batch { batch, .. } = opened.content else { return Ok(false) };
        let feeds = StoredFeeds(&work.txn);
        if judge::role_suits(item, &batch.document, &access, &feeds, &mut cache).is_err() {
            return Ok(false);
        }
        for chunk in batch.changes {
            let Ok(header) = tern_model::gate::parse(&chunk) else { return Ok(false) };
            headers.push(header);
            changes.push(chunk);
        }
    }
    // What this transaction stored must not be read again as if it were folded already.
    let first = items.iter().map(|(row, _)| *row).min().unwrap_or(0);
    if documents::load_before(&work.txn, work.mem, id, first).is_err() {
        return Ok(false);
    }
    let Some(open) = work.mem.docs.get_mut(&id) else { return Ok(false) };
    let fits = headers.iter().all(|h| open.doc.has_change(&h.hash) || open.follow.admit(&open.doc, h));
    // What applies but does not load again must not become the snapshot: the whole way finds who wrote it.
    if !fits || open.doc.apply(&changes).is_err() || open.doc.save_checked().is_err() {
        work.mem.docs.remove(&id);
        return Ok(false);
    }
    open.folded_row = items.iter().map(|(row, _)| *row).max().unwrap_or(open.folded_row).max(open.folded_row);
    open.unsaved += items.len();
    work.touch(id);
    Ok(true)
}

/// What items of one document are, each by itself.
#[derive(Default)]
struct Opening {
    opened: Vec<Opened>,
    verdicts: BTreeMap<Id, Verdict>,
}

impl Opening {
    fn of(mem: &Mem, stored: &[StoredItem]) -> Opening {
        let gates = Gates::default();
        let mut out = Opening::default();
        for item in stored {
            let Ok(parsed) = Item::parse(item.bytes.clone()) else { continue };
            if matches!(parsed.kind(), Kind::BlobRef | Kind::Attest) {
                continue;
            }
            let ring = super::spaces::ring(mem, &item.lane).unwrap_or(&mem.ring);
            match judge::open_item(&parsed, &Access::root(&mem.membership, ring), &gates) {
                Ok(opened) => out.opened.push(opened),
                Err(verdict) => {
                    out.verdicts.insert(item.id, verdict);
                }
            }
        }
        out
    }

    fn document(&self) -> Option<Id16> {
        self.opened.iter().find_map(|o| match &o.content {
            Content::Batch { batch, .. } => Some(batch.document),
            _ => None,
        })
    }
}

/// A document as all its items make it, those from row `before` on left out; and the last row in it.
pub(crate) fn judged(
    store: &Store,
    mem: &Mem,
    id: DocId,
    (space, tag): &Spot,
    before: i64,
) -> Result<(Doc, i64), PeerError> {
    let mut stored = store.items_by_tag(space, tag)?;
    stored.retain(|i| i.row < before);
    let opening = Opening::of(mem, &stored);
    let (doc, _) = build(store, mem, id, &opening.opened)?;
    Ok((doc, stored.iter().map(|i| i.row).max().unwrap_or(0)))
}

/// The whole way: all items of a tag.
fn judge_spot(work: &mut Work<'_, '_>, (space, tag): &Spot) -> Result<(), PeerError> {
    let stored = work.txn.items_by_tag(space, tag)?;
    let opening = Opening::of(work.mem, &stored);
    let document = opening.document();
    let mut verdicts = opening.verdicts;
    if let Some(document) = document {
        let id = DocId(document);
        work.mem.born.insert(id, *space);
        let (doc, judgement) = build(&work.txn, work.mem, id, &opening.opened)?;
        verdicts.extend(judgement.verdicts);
        work.mem.docs.remove(&id);
        if judgement.apply.is_empty() {
            work.txn.drop_doc(&document)?;
            work.txn.remove_projections(&document)?;
        } else {
            let row = stored.iter().map(|i| i.row).max().unwrap_or(0);
            work.mem.keep(id, doc, row, documents::SNAPSHOT_EVERY);
            work.touch(id);
        }
    }
    note(work, &stored, &verdicts, document)
}

/// The document that a set of items makes. A change that fails is found by trials and left out.
fn build(
    store: &Store,
    mem: &Mem,
    id: DocId,
    opened: &[Opened],
) -> Result<(Doc, DocumentJudgement), PeerError> {
    let mut gates = Gates::default();
    let space = opened.first().map_or(ZERO16, |opened| opened.item.header().space);
    for _ in 0..MAX_TRIAL_ROUNDS {
        let feeds = StoredFeeds(store);
        let mut cache = CutCache::default();
        let access = Access::root(&mem.membership, &mem.ring);
        let judgement =
            judge::judge_document(&space, &id.0, opened, &access, &feeds, &mut cache, &gates);
        let chunks: Vec<Vec<u8>> = judgement.chunks(opened).into_iter().map(<[u8]>::to_vec).collect();
        let mut doc = Doc::empty(id);
        if doc.apply(&chunks).is_ok() && (chunks.is_empty() || doc.save_checked().is_ok()) {
            return Ok((doc, judgement));
        }
        if !try_each(&judgement, opened, &mut gates) {
            build_up(&judgement, id, opened, &mem.membership, &mut gates);
        }
    }
    Err(super::errors::internal("A document could not be built from its items."))
}

/// Tries every change on its ancestors alone; `true` when one failed.
fn try_each(judgement: &DocumentJudgement, opened: &[Opened], gates: &mut Gates) -> bool {
    let mut failed = false;
    for hash in &judgement.apply {
        if gates.trials.contains_key(hash) {
            continue;
        }
        let Some(suspect) = judgement.chunk(opened, hash) else { continue };
        let ancestors: Vec<Vec<u8>> = judgement
            .ancestors(hash)
            .iter()
            .filter_map(|a| judgement.chunk(opened, a))
            .map(<[u8]>::to_vec)
            .collect();
        let outcome = match trial(&ancestors, suspect) {
            TrialVerdict::Ok => TrialOutcome::Safe,
            TrialVerdict::Unsafe(why) => TrialOutcome::Unsafe(why),
        };
        if matches!(outcome, TrialOutcome::Unsafe(_)) {
            gates.trials.insert(*hash, outcome);
            failed = true;
            break;
        }
        gates.trials.insert(*hash, outcome);
    }
    failed
}

/// All pass alone but not together: add them by support and leave out what fails.
fn build_up(
    judgement: &DocumentJudgement,
    id: DocId,
    opened: &[Opened],
    membership: &Membership,
    gates: &mut Gates,
) {
    let mut doc = Doc::empty(id);
    for hash in judgement.by_support(membership) {
        let mut group: Vec<Vec<u8>> = judgement
            .ancestors(&hash)
            .iter()
            .filter(|a| !doc.has_change(a))
            .filter_map(|a| judgement.chunk(opened, a))
            .map(<[u8]>::to_vec)
            .collect();
        group.extend(judgement.chunk(opened, &hash).map(<[u8]>::to_vec));
        if doc.apply(&group).is_err() || doc.save_checked().is_err() {
            gates.trials.insert(hash, TrialOutcome::Unsafe("it fails together with others".to_owned()));
            return;
        }
    }
}

/// Writes down what does not count and why.
fn note(
    work: &mut Work<'_, '_>,
    stored: &[StoredItem],
    verdicts: &BTreeMap<Id, Verdict>,
    document: Option<Id16>,
) -> Result<(), PeerError> {
    let now = work.now_ms();
    for item in stored {
        let Some((class, code)) = verdicts.get(&item.id).and_then(code) else {
            work.txn.clear_verdict(item.row)?;
            continue;
        };
        let reason = verdicts.get(&item.id).map(ToString::to_string).unwrap_or_default();
        work.txn.set_verdict(&VerdictRow {
            row: item.row,
            doc: document,
            tag: item.tag,
            author: item.author,
            class,
            code: code.to_owned(),
            reason,
            since_ms: now,
        })?;
    }
    Ok(())
}

fn code(verdict: &Verdict) -> Option<(VerdictClass, &'static str)> {
    Some(match verdict {
        Verdict::Accepted => return None,
        Verdict::Pending(Pending::Newer) => (VerdictClass::Pending, "newer"),
        Verdict::Pending(Pending::Key) => (VerdictClass::Pending, "key"),
        Verdict::Pending(Pending::Deps) => (VerdictClass::Pending, "deps"),
        Verdict::Pending(Pending::Slow) => (VerdictClass::Pending, "slow"),
        Verdict::Quarantined(Quarantine::Role) => (VerdictClass::Quarantined, "role"),
        Verdict::Quarantined(Quarantine::Removed) => (VerdictClass::Quarantined, "removed"),
        Verdict::Quarantined(Quarantine::Fork) => (VerdictClass::Quarantined, "fork"),
        Verdict::Quarantined(Quarantine::Equivocation) => (VerdictClass::Quarantined, "equivocation"),
        Verdict::Quarantined(Quarantine::Unsafe) => (VerdictClass::Quarantined, "unsafe"),
        Verdict::Rejected(Reject::Seal) => (VerdictClass::Rejected, "seal"),
        Verdict::Rejected(Reject::Gate(_)) => (VerdictClass::Rejected, "gate"),
    })
}
