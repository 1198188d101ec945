//! Items of others become documents: judgement, gates, trial, projection, all in the commit that stores them.
//!
//! The fast way takes changes that simply continue a document. Everything else (missing keys, roles, gaps, forks,
//! failed applies) judges the whole document again from all its items; both ways end in the same state.

use std::collections::{BTreeMap, BTreeSet};

use tern_model::{Doc, DocId};
use tern_store::{Store, StoredItem, VerdictClass, VerdictFilter, VerdictRow};
use tern_sync::{ItemResult, Lane};
use tern_trust::derive::ZERO16;
use tern_trust::judge::{
    self, Content, CutCache, DocumentJudgement, Opened, Pending, Quarantine, Reject, TrialOutcome, Verdict,
};
use tern_trust::planted::Fault;
use tern_trust::{Id, Id16, Item, Kind, Membership};

use crate::api::PeerError;

use super::gate::{Gates, KeptTrials, StoredFeeds};
use super::heal::Lost;
use super::sift::{Found, Sift};
use super::{Core, Mem, Work, cover, documents, duties, holdings, people, twin, work};

/// How often one document is judged anew because a trial failed; what is not proven then waits.
const MAX_TRIAL_ROUNDS: usize = 64;

impl Core {
    /// Verifies, stores, judges and applies items in one commit. One result each, and whether the log grew.
    ///
    /// # Errors
    ///
    /// Of the store, or of what follows from them (judgement, duties): nothing of them is here then.
    pub fn take(&mut self, items: Vec<Vec<u8>>) -> Result<(Vec<ItemResult>, bool), PeerError> {
        if Fault::AckBeforeCommit.is_on() {
            return Ok((vec![ItemResult::Stored; items.len()], false));
        }
        let mut taken = self.write(|work| take(work, items.clone()));
        if taken.as_ref().is_err_and(|e| e.kind == crate::api::ErrorKind::Damaged) && self.heal_all().is_ok()
        {
            // A damaged row of the same documents stood in the way; it is asked for again.
            taken = self.write(|work| take(work, items));
        }
        taken
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
    let before = Known::of(work.mem);
    let admitted = holdings::admit(&mut work.txn, &mut work.mem.log, &workspace, items, None)?;
    holdings::note_blobs(&mut work.txn, &admitted.content)?;
    twin::note(work, &admitted.content)?;
    let mut fresh: BTreeMap<Spot, Vec<(i64, Item)>> = BTreeMap::new();
    for (row, item) in admitted.content {
        if !matches!(item.kind(), Kind::BlobRef | Kind::Attest | Kind::Pack) {
            fresh.entry((item.header().space, item.header().tag)).or_default().push((row, item));
        }
    }
    forget_lost(work)?;
    let opened = if admitted.log_grew { relearn(work)? } else { Vec::new() };
    let packs = cover::concerned(&work.txn, &before.membership, &work.mem.membership, admitted.packs)?;
    let covered = cover::settle(&mut work.txn, &work.mem.membership, &packs, work.host.now_ms())?;
    if admitted.log_grew {
        if !work.mem.log_has_gaps() {
            duties::perform(work)?;
        }
        for spot in judge_again(work, &before, !opened.is_empty())? {
            fresh.remove(&spot);
        }
    }
    for spot in covered {
        fresh.remove(&spot);
        judge_spot(work, &spot)?;
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

/// What judgement went by before the log changed.
pub(crate) struct Known {
    membership: std::sync::Arc<Membership>,
    spaces: tern_trust::space::Spaces,
}

impl Known {
    pub(crate) fn of(mem: &Mem) -> Self {
        Known { membership: mem.membership.clone(), spaces: mem.spaces.clone() }
    }
}

/// Judges again what the log's change touches; says where that lies.
pub(crate) fn judge_again(
    work: &mut Work<'_, '_>,
    before: &Known,
    new_keys: bool,
) -> Result<BTreeSet<Spot>, PeerError> {
    let spots = affected(work, before, new_keys)?;
    for spot in &spots {
        judge_spot(work, spot)?;
    }
    work.is_judged();
    Ok(spots)
}

/// What came is not lost any more.
fn forget_lost(work: &mut Work<'_, '_>) -> Result<(), PeerError> {
    let txn = &work.txn;
    if !work.mem.lost.settle(|id| Ok(txn.row_of(id)?.is_some()))? {
        return Ok(());
    }
    // What was read without it may lack something.
    work.mem.docs.clear();
    let bytes = work.mem.lost.encode();
    Ok(work.txn.set_meta(Lost::KEY, &bytes)?)
}

/// Membership and keys after the log grew; records that waited in the store for one that came are taken in too.
fn relearn(work: &mut Work<'_, '_>) -> Result<Vec<Id16>, PeerError> {
    if work.mem.log_waits {
        let (records, _) = work.txn.sound_records(&tern_sync::Lane::LOG.0)?;
        let items = records.into_iter().filter_map(|r| Item::parse(r.bytes).ok()).collect();
        work.mem.log_waits = super::heal::fill(&mut work.mem.log, items);
    }
    Ok(work::learn(work.mem))
}

/// Documents whose judgement may differ after the log changed.
fn affected(work: &Work<'_, '_>, known: &Known, new_keys: bool) -> Result<BTreeSet<Spot>, PeerError> {
    let (now, before) = (&work.mem.membership, &known.membership);
    let mut spots = BTreeSet::new();
    for (space, state) in work.mem.spaces.iter() {
        if known.spaces.get(space).is_none_or(|then| then != state) {
            spots.extend(work.txn.tags(space)?.into_iter().filter(|t| *t != ZERO16).map(|tag| (*space, tag)));
        }
    }
    for (space, _) in known.spaces.iter().filter(|(space, _)| work.mem.spaces.get(space).is_none()) {
        spots.extend(work.txn.tags(space)?.into_iter().filter(|t| *t != ZERO16).map(|tag| (*space, tag)));
    }
    let others = before.members.iter().any(|(id, m)| now.role_of(id) != m.role)
        || before.devices.iter().any(|(id, d)| now.device(id).is_none_or(|n| n.active != d.active))
        || before.require != now.require
        || before.admitted != now.admitted
        || before.cuts != now.cuts;
    if others {
        for (lane, _) in work.txn.lanes()?.into_iter().filter(|(lane, _)| *lane != Lane::LOG.0) {
            spots.extend(work.txn.tags(&lane)?.into_iter().filter(|t| *t != ZERO16).map(|tag| (lane, tag)));
        }
        return Ok(spots);
    }
    let joined = now.members.len() != before.members.len();
    if !new_keys && !joined {
        return Ok(spots);
    }
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
        let Ok(opened) = judge::open_item(item, &work.mem.access(), &gates) else {
            return Ok(false);
        };
        let Content::Batch { batch, .. } = opened.content else { return Ok(false) };
        let feeds = StoredFeeds(&work.txn);
        if judge::role_suits(item, &batch.document, &work.mem.access(), &feeds, &mut cache).is_err() {
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
    let operations = work.mem.membership.require & judge::REQUIRE_OPERATIONS != 0;
    let fits = headers
        .iter()
        .zip(&changes)
        .all(|(h, chunk)| open.doc.has_change(&h.hash) || open.follow.admit(&open.doc, h, chunk, operations));
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
    fn of(store: &Store, mem: &Mem, stored: &[StoredItem]) -> Result<Opening, PeerError> {
        let gates = Gates::default();
        let mut out = Opening::default();
        for item in stored {
            let Ok(parsed) = Item::parse(item.bytes.clone()) else { continue };
            // A pack counts once it is accepted; until then it waits for another member's word, like any draft.
            let counts = match parsed.kind() {
                Kind::BlobRef | Kind::Attest => false,
                Kind::Pack => store.is_accepted_pack(item.row)?,
                _ => true,
            };
            if !counts {
                continue;
            }
            match judge::open_item(&parsed, &mem.access(), &gates) {
                Ok(opened) => out.opened.push(opened),
                Err(verdict) => {
                    out.verdicts.insert(item.id, verdict);
                }
            }
        }
        Ok(out)
    }

    fn document(&self) -> Option<Id16> {
        self.opened.iter().find_map(|o| match &o.content {
            Content::Batch { batch, .. } => Some(batch.document),
            Content::Pack { document, .. } => Some(*document),
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
    let opening = Opening::of(store, mem, &stored)?;
    let built = Building { store, mem, at: (id, *space), opened: &opening.opened }.build(&[])?;
    Ok((built.doc, stored.iter().map(|i| i.row).max().unwrap_or(0)))
}

/// The whole way: all items of a tag.
pub(crate) fn judge_spot(work: &mut Work<'_, '_>, spot: &Spot) -> Result<(), PeerError> {
    judge_with(work, spot, &[])
}

/// As [`judge_spot`], after another trial of changes that have no verdict.
fn judge_with(work: &mut Work<'_, '_>, (space, tag): &Spot, due: &[Id]) -> Result<(), PeerError> {
    let stored = work.txn.items_by_tag(space, tag)?;
    let opening = Opening::of(&work.txn, work.mem, &stored)?;
    let document = opening.document();
    let mut verdicts = opening.verdicts;
    if let Some(document) = document {
        let id = DocId(document);
        work.mem.born.insert(id, *space);
        let at = (id, *space);
        let building = Building { store: &work.txn, mem: work.mem, at, opened: &opening.opened };
        let Built { doc, judgement, found } = building.build(due)?;
        keep_trials(work, found)?;
        verdicts.extend(judgement.verdicts);
        work.mem.docs.remove(&id);
        if judgement.apply.is_empty() {
            work.txn.drop_doc(&document)?;
            work.txn.remove_projections(&document)?;
        } else {
            let row = stored.iter().map(|i| i.row).max().unwrap_or(0);
            // The snapshot is of an earlier judgement; a new one is made when the items are many.
            work.txn.drop_doc(&document)?;
            // What lies in a pack is slow to unfold: its document is saved at once.
            let packed = opening.opened.iter().any(|o| matches!(o.content, Content::Pack { .. }));
            let unsaved = if packed { documents::SNAPSHOT_EVERY } else { stored.len() };
            work.mem.keep(id, doc, row, unsaved);
            work.touch(id);
        }
    } else if is_void(work.mem, space)
        && let Some(row) = work.txn.doc_by_tag(space, tag)?
    {
        // It was made in a space that never was, by the log as it is now: what it holds is set aside as a whole.
        work.mem.docs.remove(&DocId(row.doc));
        work.txn.drop_doc(&row.doc)?;
        work.txn.remove_projections(&row.doc)?;
    }
    note(work, &stored, &verdicts, document)
}

/// Whether no space of this id is known, by a log that lacks nothing.
fn is_void(mem: &Mem, space: &Id16) -> bool {
    *space != ZERO16 && mem.access().kind(space).is_none() && !mem.log_has_gaps()
}

/// A document in the making from a set of items.
struct Building<'a> {
    store: &'a Store,
    mem: &'a Mem,
    /// The document and its space.
    at: (DocId, Id16),
    opened: &'a [Opened],
}

/// What a set of items makes, and what trials found on the way.
struct Built {
    doc: Doc,
    judgement: DocumentJudgement,
    found: BTreeMap<Id, TrialOutcome>,
}

impl Building<'_> {
    /// A change that fails is found by trials and left out. Changes that are `due` have another trial before they come
    /// near the library here.
    fn build(&self, due: &[Id]) -> Result<Built, PeerError> {
        let mut gates = self.mem.kept_trials.gates();
        let mut found = BTreeMap::new();
        if !due.is_empty() {
            gates.trials.retain(|hash, _| !due.contains(hash));
            let judgement = self.judge(&gates);
            for hash in due.iter().filter(|h| judgement.apply.contains(h)) {
                found.insert(*hash, self.sift(&judgement).alone(hash));
            }
            gates.trials.extend(found.clone());
        }
        for round in 0..=MAX_TRIAL_ROUNDS {
            let judgement = self.judge(&gates);
            if let Some(doc) = self.apply(&judgement) {
                return Ok(Built { doc, judgement, found });
            }
            let stands = self.standing();
            if round + 1 >= MAX_TRIAL_ROUNDS {
                let wait = judgement.apply.iter().filter(|h| !stands.has_change(h));
                gates.trials.extend(wait.map(|h| (*h, TrialOutcome::Slow)));
                continue;
            }
            let Found { alone, together } = self.sift(&judgement).search(|h| stands.has_change(h));
            let why = || TrialOutcome::Unsafe("it fails together with others".to_owned());
            gates.trials.extend(together.into_iter().map(|hash| (hash, why())));
            gates.trials.extend(alone.clone());
            found.extend(alone);
        }
        Err(super::errors::internal("A document could not be built from its items."))
    }

    fn judge(&self, gates: &Gates) -> DocumentJudgement {
        let feeds = StoredFeeds(self.store);
        let mut cache = CutCache::default();
        let (id, space) = &self.at;
        judge::judge_document(space, &id.0, self.opened, &self.mem.access(), &feeds, &mut cache, gates)
    }

    fn sift<'a>(&'a self, judgement: &'a DocumentJudgement) -> Sift<'a> {
        let (membership, trials) = (&*self.mem.membership, &*self.mem.trials);
        Sift { judgement, opened: self.opened, membership, trials }
    }

    /// All accepted changes in one call; what does not load as it was saved does not count as built.
    fn apply(&self, judgement: &DocumentJudgement) -> Option<Doc> {
        let chunks: Vec<Vec<u8>> = judgement.chunks(self.opened).into_iter().map(<[u8]>::to_vec).collect();
        let mut doc = Doc::empty(self.at.0);
        let built = doc.apply(&chunks).is_ok() && (chunks.is_empty() || doc.save_checked().is_ok());
        built.then_some(doc)
    }

    /// The document as it stood before; empty when there is none.
    fn standing(&self) -> Doc {
        let snapshot = self.store.snapshot(&self.at.0.0).ok().flatten();
        let loaded = snapshot.and_then(|bytes| Doc::load(self.at.0, &bytes).ok());
        loaded.unwrap_or_else(|| Doc::empty(self.at.0))
    }
}

/// Keeps verdicts for the next judgement.
fn keep_trials(work: &mut Work<'_, '_>, found: BTreeMap<Id, TrialOutcome>) -> Result<(), PeerError> {
    let now_ms = work.now_ms();
    if work.mem.kept_trials.note(found, now_ms) {
        let bytes = work.mem.kept_trials.encode();
        work.txn.set_meta(KeptTrials::KEY, &bytes)?;
    }
    Ok(())
}

impl Core {
    /// Holds the trials again that gave no verdict and are due; `true` when there were any.
    pub fn retry_trials(&mut self) -> Result<bool, PeerError> {
        let due = self.mem.kept_trials.due(self.host.now_ms());
        if due.is_empty() {
            return Ok(false);
        }
        self.write(|work| {
            let mut spots: BTreeSet<Spot> = BTreeSet::new();
            for slow in work.txn.verdicts(&VerdictFilter::All)?.into_iter().filter(|v| v.code == "slow") {
                let item = work.txn.item_by_row(slow.row)?;
                spots.extend(item.map(|item| (item.lane, slow.tag)));
            }
            for spot in spots {
                judge_with(work, &spot, &due)?;
            }
            // What belongs to no document any more is forgotten.
            let lost = due.iter().filter(|h| work.mem.kept_trials.is_due(h, work.now_ms()));
            let lost = lost.map(|h| (*h, TrialOutcome::Safe)).collect();
            keep_trials(work, lost)
        })?;
        Ok(true)
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
        if item.author == work.mem.me() && Some(item.incarnation) == work.mem.incarnation {
            // An own change that does not count is missing from the document: its number must not be written again.
            work.begin_run();
        }
        if Fault::QuarantineLost.is_on() && class == VerdictClass::Quarantined {
            continue;
        }
        if Fault::TrieOfValid.is_on() && class != VerdictClass::Pending {
            work.txn.remove_item(&item.lane, item.day, &item.id)?;
            continue;
        }
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
