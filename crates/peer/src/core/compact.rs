//! Long histories folded together: making packs, giving one's word for those of others, dropping what they cover.
//!
//! A pack is made of a document of which everything counts; a word is given for a pack that holds exactly what this
//! laptop holds of it. What is covered is dropped here only after the same check.

use std::collections::{BTreeMap, BTreeSet};

use tern_model::{DocId, unfold};
use tern_store::{Store, StoredItem, VerdictFilter};
use tern_sync::Lane;
use tern_trust::derive::id16;
use tern_trust::judge::{self, Content, Opened};
use tern_trust::pack::{Listed, PackContent, PackList, REQUIRE_PACKS, list_of};
use tern_trust::planted::Fault;
use tern_trust::{Attest, Id, Id16, Item, Kind, Role};

use crate::api::{CompactView, PeerError, Reply};

use super::errors::{internal, not_allowed};
use super::gate::Gates;
use super::ingest::Spot;
use super::{Core, Mem, Work, cover, documents, work};

/// Loose items of a document from which on it is folded together by itself.
pub(crate) const PACK_FROM: u64 = 256;
/// Documents looked at in one go, so that nobody waits long behind it.
const MOST_AT_ONCE: usize = 64;
/// Documents folded, vouched for or tidied in one go while somebody may be writing: each takes the engine's thread.
const MOST_TENDED_BESIDE: usize = 2;
/// Room that a pack leaves below its limit for its list and the padding.
const ROOM: usize = 1 << 20;

/// Which documents are folded.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Terms {
    /// From how many loose items on.
    pub least: u64,
    /// Whether documents that were written to lately wait a day.
    pub quiet: bool,
    /// How many are tended before others have their turn.
    pub most: usize,
}

/// Places that are looked at one after the other, and what was done so far.
#[derive(Debug, Default)]
pub struct Folding {
    terms: Terms,
    /// Places that are left, the next one last.
    left: Vec<Spot>,
    all: u64,
    view: CompactView,
}

impl Folding {
    /// Places looked at, and all of them.
    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.all - self.left.len() as u64, self.all)
    }
}

impl Core {
    /// Folds what is due; `on` asks the workspace to count packs first, which the Owner alone may do.
    pub(crate) fn compact(&mut self, on: bool, least: Option<u64>) -> Result<Reply, PeerError> {
        let mut folding = self.begin_folding(on, least)?;
        while self.fold_some(&mut folding)? {}
        Ok(Reply::Compact(self.folded(folding)?))
    }

    /// The places where something may be due by these terms.
    pub(crate) fn begin_folding(&mut self, on: bool, least: Option<u64>) -> Result<Folding, PeerError> {
        if on {
            self.write(ask_for_packs)?;
        }
        let terms =
            Terms { least: least.unwrap_or(PACK_FROM).max(2), quiet: least.is_none(), most: MOST_AT_ONCE };
        self.folding(terms)
    }

    fn folding(&self, terms: Terms) -> Result<Folding, PeerError> {
        let counted = self.counts_packs();
        let mut spots: BTreeSet<Spot> = BTreeSet::new();
        if counted {
            spots.extend(self.store.tags_with_packs()?);
            let crowded = self.store.crowded_tags(terms.least)?;
            spots.extend(crowded.into_iter().map(|(lane, tag, _)| (lane, tag)));
            spots.retain(|(lane, _)| *lane != Lane::LOG.0);
        }
        let left: Vec<Spot> = spots.into_iter().rev().collect();
        let view = CompactView { counted, ..CompactView::default() };
        Ok(Folding { terms, all: left.len() as u64, left, view })
    }

    /// Looks at some of the places that are left; `true` when there are more.
    pub(crate) fn fold_some(&mut self, folding: &mut Folding) -> Result<bool, PeerError> {
        let (terms, mut tended) = (folding.terms, 0);
        for _ in 0..MOST_AT_ONCE {
            let Some(spot) = folding.left.pop() else { break };
            // Most places need nothing: looking at them writes nothing, and nobody who watches is served anew.
            if !self.needs_tending(&spot, terms)? {
                continue;
            }
            let done = self.write(|work| tend(work, &spot, terms))?;
            folding.view.packed += u64::from(done.packed);
            folding.view.attested += u64::from(done.attested);
            folding.view.dropped += done.dropped;
            folding.view.left_out += done.left_out;
            tended += 1;
            if tended == terms.most {
                break;
            }
        }
        Ok(!folding.left.is_empty())
    }

    /// What came of it; the disk gets back what is no longer needed.
    pub(crate) fn folded(&self, folding: Folding) -> Result<CompactView, PeerError> {
        self.give_room_back();
        let mut view = folding.view;
        let aside = self.store.covered()?;
        (view.waiting, view.waiting_bytes) = (aside.items, aside.bytes);
        view.items = self.store.lanes()?.iter().map(|(_, sum)| sum.items).sum();
        Ok(view)
    }

    fn counts_packs(&self) -> bool {
        self.mem.membership.require & REQUIRE_PACKS != 0
    }

    /// One step of what is done while nobody needs the engine.
    pub fn compact_step(&mut self, folding: &mut Option<Folding>) -> Result<(), PeerError> {
        if self.mem.log_has_gaps() {
            return Ok(());
        }
        let mut going = match folding.take() {
            Some(going) => going,
            None => self.folding(Terms { least: PACK_FROM, quiet: true, most: MOST_TENDED_BESIDE })?,
        };
        if self.fold_some(&mut going)? {
            *folding = Some(going);
        } else {
            self.give_room_back();
        }
        Ok(())
    }

    fn give_room_back(&self) {
        if let Err(error) = self.store.shrink() {
            tracing::warn!(%error, "the store keeps its free pages");
        }
    }

    /// Whether a place needs anything; told without writing.
    fn needs_tending(&self, spot: &Spot, terms: Terms) -> Result<bool, PeerError> {
        let state = self.store.pack_state(&spot.0, &spot.1)?;
        if state.covered {
            return Ok(true);
        }
        let now_ms = self.host.now_ms();
        let quiet = is_quiet(state.newest_day, now_ms) || !terms.quiet;
        if !state.drafts && (state.items < terms.least || !quiet) {
            return Ok(false);
        }
        let Some(here) = Held::read(&self.store, &self.mem, spot)? else { return Ok(false) };
        let attest = here.to_attest(&self.store, &self.mem).is_some();
        Ok(attest || (here.is_due(now_ms, terms) && !here.has_draft()))
    }
}

/// A day without a new item. Days are what authors claim: one from the future does not keep a document loose for ever.
fn is_quiet(newest_day: u16, now_ms: i64) -> bool {
    let today = work::day(now_ms);
    newest_day.saturating_add(2) <= today || newest_day > today.saturating_add(1)
}

fn ask_for_packs(work: &mut Work<'_, '_>) -> Result<(), PeerError> {
    // Whoever reads packs has the op gate too: both rules begin together.
    const BITS: u64 = REQUIRE_PACKS | judge::REQUIRE_OPERATIONS;
    if work.mem.membership.require & BITS == BITS {
        return Ok(());
    }
    if work.mem.membership.acting_role(&work.mem.me()) < Role::Owner {
        return Err(not_allowed("decide that this workspace folds long histories together"));
    }
    work.records(|records, _, _| Ok(((), vec![records.require(BITS)?])))
}

#[derive(Debug, Default)]
struct Done {
    packed: bool,
    attested: bool,
    dropped: u64,
    left_out: u64,
}

/// Does what is due in one place.
fn tend(work: &mut Work<'_, '_>, spot: &Spot, terms: Terms) -> Result<Done, PeerError> {
    let mut done = Done::default();
    let (space, tag) = spot;
    if work.mem.access().acting_role(space, &work.mem.me()) == Role::None {
        return Ok(done);
    }
    if let Some(here) = Held::read(&work.txn, work.mem, spot)? {
        if let Some(pack) = here.to_attest(&work.txn, work.mem) {
            let pack = Attest { pack };
            work.put_attest(space, tag, &pack)?;
            done.attested = true;
        } else if here.is_due(work.now_ms(), terms) && !here.has_draft() {
            done.packed = fold(work, &here)?;
        }
    }
    if done.attested || done.packed {
        let now_ms = work.now_ms();
        let membership = work.mem.membership.clone();
        if !cover::settle(&mut work.txn, &membership, &[*spot].into(), now_ms)?.is_empty() {
            super::ingest::judge_spot(work, spot)?;
        }
    }
    let (dropped, left_out) = drop_covered(work, spot)?;
    (done.dropped, done.left_out) = (dropped, left_out);
    Ok(done)
}

/// What this laptop holds of one document, item by item.
struct Held {
    spot: Spot,
    document: DocId,
    /// Loose items and accepted packs, with the changes in each.
    parts: BTreeMap<Listed, Part>,
    /// Packs nobody else gave a word for yet.
    drafts: Vec<Item>,
    newest_day: u16,
}

struct Part {
    changes: BTreeSet<Id>,
    /// What a pack lists; none of a loose item.
    list: Option<PackList>,
}

impl Held {
    /// None when something of the document does not count: then only its items can tell what does.
    fn read(store: &Store, mem: &Mem, spot: &Spot) -> Result<Option<Held>, PeerError> {
        let (space, tag) = spot;
        if !store.verdicts(&VerdictFilter::Tag(*tag))?.is_empty() {
            return Ok(None);
        }
        let (mut parts, mut drafts, mut document, mut newest_day) = (BTreeMap::new(), Vec::new(), None, 0);
        for stored in store.items_by_tag(space, tag)? {
            let item = Item::parse(stored.bytes.clone()).map_err(|e| internal(e.to_string()))?;
            newest_day = newest_day.max(stored.day);
            match item.kind() {
                Kind::Batch => {}
                Kind::Pack if store.is_accepted_pack(stored.row)? => {}
                Kind::Pack => {
                    drafts.push(item);
                    continue;
                }
                Kind::Attest | Kind::BlobRef => continue,
                _ => return Ok(None),
            }
            let Some((of, part)) = open(mem, &item) else { return Ok(None) };
            if *document.get_or_insert(of) != of {
                return Ok(None);
            }
            parts.insert(Listed::of(item.header(), item.id()), part);
        }
        Ok(document.map(|document| Held { spot: *spot, document, parts, drafts, newest_day }))
    }

    fn loose(&self) -> u64 {
        self.parts.values().filter(|part| part.list.is_none()).count() as u64
    }

    fn has_draft(&self) -> bool {
        !self.drafts.is_empty()
    }

    /// At least so many loose items, and at least half as many as were folded before; a day without a new one.
    fn is_due(&self, now_ms: i64, terms: Terms) -> bool {
        let listed = self.parts.values().filter_map(|part| part.list.as_ref());
        let folded = listed.map(|list| list.items().len() as u64).max().unwrap_or(0);
        let many = self.loose() >= if terms.quiet { terms.least.max(folded / 2) } else { terms.least };
        many && (is_quiet(self.newest_day, now_ms) || !terms.quiet)
    }

    fn changes(&self) -> BTreeSet<Id> {
        self.parts.values().flat_map(|part| &part.changes).copied().collect()
    }

    /// A pack that this laptop can vouch for: by another member, or by anybody when one is the Owner.
    fn to_attest(&self, store: &Store, mem: &Mem) -> Option<Id> {
        let membership = &mem.membership;
        let me = mem.member()?;
        let all = self.changes();
        let fits = |pack: &&Item| {
            let author = membership.member_of(&pack.header().author);
            let good = Fault::BlindAttest.is_on() || self.holds(store, mem, pack, &all);
            (me == membership.owner || author != Some(me)) && good
        };
        // Of several the one that folds most.
        let good = self.drafts.iter().filter(fits);
        good.max_by_key(|pack| list_of(pack).map_or(0, |list| list.items().len())).map(|pack| *pack.id())
    }

    /// Whether a pack holds exactly what it lists, and nothing that does not count here.
    fn holds(&self, store: &Store, mem: &Mem, pack: &Item, all: &BTreeSet<Id>) -> bool {
        let Some(list) = list_of(pack) else { return false };
        if !self.fits_bounds(store, mem, pack) {
            return false;
        }
        let Some((document, part)) = open(mem, pack) else { return false };
        document == self.document && part.changes.is_subset(all) && self.is_inside(&list, &part.changes)
    }

    /// Everything listed is held or lies in a pack that is listed too, and its changes are inside.
    fn is_inside(&self, list: &PackList, inside: &BTreeSet<Id>) -> bool {
        let packs = || self.parts.iter().filter(|(name, _)| list.contains(name));
        let folded: BTreeSet<&Listed> =
            packs().filter_map(|(_, part)| part.list.as_ref()).flat_map(PackList::items).collect();
        packs().all(|(_, part)| part.changes.is_subset(inside))
            && folded.iter().all(|item| list.contains(item))
            && list.items().iter().all(|item| self.parts.contains_key(item) || folded.contains(item))
    }

    /// Nobody makes this laptop unfold more than it holds of the document itself.
    fn fits_bounds(&self, store: &Store, mem: &Mem, pack: &Item) -> bool {
        let access = mem.access();
        let Some(plain) =
            access.key(&pack.header().space, &pack.header().epoch).and_then(|key| pack.open(key))
        else {
            return false;
        };
        let Ok(content) = PackContent::decode(&plain) else { return false };
        let Ok(own) = documents::look(store, mem, self.document) else { return false };
        let own = unfold::operations(&own.save()).unwrap_or(0);
        unfold::operations(&content.saved).is_ok_and(|ops| ops <= own)
    }
}

/// What lies in a loose item or a pack.
fn open(mem: &Mem, item: &Item) -> Option<(DocId, Part)> {
    let opened: Opened = judge::open_item(item, &mem.access(), &Gates::default()).ok()?;
    Some(match opened.content {
        Content::Batch { batch, facts } => {
            (DocId(batch.document), Part { changes: facts.iter().map(|f| f.hash).collect(), list: None })
        }
        Content::Pack { document, list, facts, .. } => {
            (DocId(document), Part { changes: facts.iter().map(|f| f.hash).collect(), list: Some(list) })
        }
        Content::Attest(_) | Content::BlobRef(_) => return None,
    })
}

/// Folds a document together: everything that is held of it.
fn fold(work: &mut Work<'_, '_>, here: &Held) -> Result<bool, PeerError> {
    let (space, _) = here.spot;
    let doc = documents::rebuild(&work.txn, work.mem, here.document)?;
    let all = here.changes();
    let inside: Option<BTreeSet<Id>> =
        doc.all_changes().iter().map(|chunk| tern_model::Doc::change_hash(chunk)).collect();
    let saved = match Fault::PackDropsChange.is_on() {
        true => without_newest(&doc)?.save_checked()?,
        false => doc.save_checked()?,
    };
    // A document that is not exactly its items is left to judgement.
    if inside.as_ref() != Some(&all) || saved.len() + ROOM > tern_trust::limits::MAX_PACK_BYTES {
        return Ok(false);
    }
    let folded = here.parts.values().filter_map(|part| part.list.as_ref()).flat_map(PackList::items);
    let Ok(list) = PackList::new(here.parts.keys().chain(folded).copied().collect::<Vec<_>>()) else {
        return Ok(false);
    };
    super::duties::ready_to_seal_in(work, &space)?;
    let pack = work.put_pack(&space, &list, &PackContent { document: here.document.0, saved })?;
    if work.mem.member() == Some(work.mem.membership.owner) {
        // The Owner's word suffices, for own packs too.
        let tag = pack.header().tag;
        work.put_attest(&space, &tag, &Attest { pack: *pack.id() })?;
    }
    Ok(true)
}

/// A planted fault alone ([`Fault::PackDropsChange`]).
fn without_newest(doc: &tern_model::Doc) -> Result<tern_model::Doc, PeerError> {
    let mut changes = doc.all_changes();
    changes.pop();
    let mut less = tern_model::Doc::empty(doc.id());
    less.apply(&changes)?;
    Ok(less)
}

/// Drops covered items whose changes lie in an accepted pack; gives how many went and how many did not.
fn drop_covered(work: &mut Work<'_, '_>, (space, tag): &Spot) -> Result<(u64, u64), PeerError> {
    let aside = work.txn.covered_of_tag(space, tag)?;
    if aside.is_empty() {
        return Ok((0, 0));
    }
    let mut inside = BTreeSet::new();
    for pack in work.txn.packs_of_tag(space, tag)?.into_iter().filter(|pack| pack.accepted) {
        let Ok(item) = Item::parse(pack.item.bytes) else { continue };
        let Some((_, part)) = open(work.mem, &item) else { continue };
        inside.extend(part.changes);
    }
    let within = |stored: &StoredItem| {
        let Ok(item) = Item::parse(stored.bytes.clone()) else { return true };
        match item.kind() {
            Kind::Batch | Kind::Pack => {
                open(work.mem, &item).is_some_and(|(_, part)| part.changes.is_subset(&inside))
            }
            _ => true,
        }
    };
    let (gone, left): (Vec<StoredItem>, Vec<StoredItem>) = aside.into_iter().partition(within);
    for lost in &left {
        tracing::warn!(item = %super::resolve::hex(&id16(&lost.id)), "a pack leaves out an edit that it lists; it stays here");
    }
    work.txn.drop_covered(&gone.iter().map(|item| item.row).collect::<Vec<_>>())?;
    Ok((gone.len() as u64, left.len() as u64))
}

impl Work<'_, '_> {
    fn put_pack(&mut self, space: &Id16, list: &PackList, content: &PackContent) -> Result<Item, PeerError> {
        let mut feed = self.feed(space);
        let writer = self.writer();
        let no_key = || internal("No key of this workspace is here to seal a pack.");
        let access = self.mem.access();
        let key = access.seal_key(space).map_err(|_| no_key())?;
        let first = access.first(space).ok_or_else(no_key)?;
        let item = writer.pack_in(&mut feed, *space, (key, first), list, content);
        let item = item.map_err(|e| internal(e.to_string()))?;
        self.put_own(*space, *space, &item, feed)?;
        Ok(item)
    }

    fn put_attest(&mut self, space: &Id16, tag: &Id16, attest: &Attest) -> Result<(), PeerError> {
        let mut feed = self.feed(space);
        let item = self.writer().attest(&mut feed, *space, *tag, attest);
        let item = item.map_err(|e| internal(e.to_string()))?;
        self.put_own(*space, *space, &item, feed)?;
        Ok(())
    }
}
