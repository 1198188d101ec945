//! Packs in the store: which are accepted, and which items they cover. Laptops and nodes do alike; no key is needed.
//!
//! `docs/trust.md` (Packs) has the rules, `tern_trust::pack` the functions; this keeps the store's rows in step.

use std::collections::{BTreeMap, BTreeSet};

use tern_store::{Store, StoredItem, Txn};
use tern_trust::derive::id16;
use tern_trust::item::Feed;
use tern_trust::pack::{Coverage, Listed, PackList, REQUIRE_PACKS, covered_by, list_of};
use tern_trust::{Id16, Item, Membership};

use crate::api::PeerError;

use super::ingest::Spot;

/// Lists of accepted packs while items are taken in.
#[derive(Debug, Default)]
pub(crate) struct Lists(BTreeMap<Spot, Vec<PackList>>);

impl Lists {
    /// Whether an offered item is covered: it is not stored then.
    pub fn cover(&mut self, store: &Store, item: &Item) -> Result<bool, PeerError> {
        let spot = (item.header().space, item.header().tag);
        let lists = match self.0.entry(spot) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => new.insert(accepted_lists(store, &spot)?),
        };
        Ok(covered_by(&*lists, item))
    }
}

fn accepted_lists(store: &Store, (lane, tag): &Spot) -> Result<Vec<PackList>, PeerError> {
    if !store.has_accepted_packs(lane, tag)? {
        return Ok(Vec::new());
    }
    let packs = store.packs_of_tag(lane, tag)?;
    let accepted = packs.into_iter().filter(|pack| pack.accepted);
    Ok(accepted.filter_map(|pack| list_of(&parse(&pack.item)?)).collect())
}

fn parse(stored: &StoredItem) -> Option<Item> {
    Item::parse(stored.bytes.clone()).ok()
}

/// Where coverage may have changed: where packs or words for them came, and everywhere when the log changed what counts.
pub(crate) fn concerned(
    store: &Store,
    before: &Membership,
    now: &Membership,
    came: BTreeSet<Spot>,
) -> Result<BTreeSet<Spot>, PeerError> {
    let mut spots = came;
    let counts = |membership: &Membership| membership.require & REQUIRE_PACKS;
    let moved = |(key, device): (&tern_trust::Id, &tern_trust::log::Device)| {
        now.member_of(key) != Some(device.member)
    };
    if counts(before) != counts(now) || before.owner != now.owner || before.devices.iter().any(moved) {
        spots.extend(store.tags_with_packs()?);
    }
    Ok(spots)
}

/// Brings the rows of these places in step with their packs: what is covered leaves its lane, what is not any more comes
/// back. Gives the places where something changed; their documents are to be judged again.
pub(crate) fn settle(
    txn: &mut Txn<'_>,
    membership: &Membership,
    spots: &BTreeSet<Spot>,
    now_ms: i64,
) -> Result<BTreeSet<Spot>, PeerError> {
    let mut changed = BTreeSet::new();
    for spot in spots {
        // A pack that comes back may cover in its turn; every turn brings back or covers at least one pack.
        while turn(txn, membership, spot, now_ms)? {
            changed.insert(*spot);
        }
    }
    Ok(changed)
}

fn turn(
    txn: &mut Txn<'_>,
    membership: &Membership,
    (lane, tag): &Spot,
    now_ms: i64,
) -> Result<bool, PeerError> {
    let stored = txn.pack_items_of_tag(lane, tag)?;
    let items: Vec<(i64, Item)> = stored.iter().filter_map(|item| Some((item.row, parse(item)?))).collect();
    for (row, item) in &items {
        if let Some(list) = list_of(item) {
            txn.put_pack(*row, lane, &list.feeds())?;
        }
    }
    let coverage = Coverage::of(items.iter().map(|(_, item)| item), membership);
    let mut changed = false;
    for pack in txn.packs_of_tag(lane, tag)? {
        let accepted = coverage.is_accepted(&pack.item.id);
        if accepted != pack.accepted {
            txn.accept_pack(pack.item.row, accepted)?;
            changed = true;
        }
    }
    let covers = |item: &StoredItem| parse(item).is_some_and(|item| coverage.covers(&item));
    for item in txn.covered_of_tag(lane, tag)?.iter().filter(|item| !covers(item)) {
        txn.uncover_item(item)?;
        changed = true;
    }
    if changed || !items.is_empty() {
        for item in txn.items_by_tag(lane, tag)?.iter().filter(|item| covers(item)) {
            txn.cover_item(item, now_ms)?;
            changed = true;
        }
    }
    Ok(changed)
}

/// What accepted packs list of a feed.
pub(crate) fn listed_of_feed(store: &Store, feed: &Feed) -> Result<Vec<Listed>, PeerError> {
    let packs = store.packs_of_feed(&feed.author, feed.incarnation, &feed.space)?;
    let lists = packs.iter().filter_map(|pack| list_of(&parse(&pack.item)?));
    let of_feed = |item: &Listed| (item.author, item.incarnation) == (feed.author, feed.incarnation);
    Ok(lists.flat_map(|list| list.items().to_vec()).filter(of_feed).collect())
}

/// The last item of a feed that is held, loose or in a pack: where a cut is made.
pub(crate) fn last_of_feed(store: &Store, feed: &Feed) -> Result<Option<(u32, Id16)>, PeerError> {
    let loose = store.items_of_feed(&feed.author, feed.incarnation, &feed.space, 0)?;
    let loose = loose.iter().map(|item| (item.seq, id16(&item.id)));
    let packed = listed_of_feed(store, feed)?.into_iter().map(|item| (item.seq, item.item));
    Ok(loose.chain(packed).max())
}

impl super::Core {
    /// Whether an accepted pack of this store stands for an item.
    pub(crate) fn covers(&self, item: &StoredItem) -> Result<bool, PeerError> {
        let lists = accepted_lists(&self.store, &(item.lane, item.tag))?;
        Ok(parse(item).is_some_and(|item| covered_by(&lists, &item)))
    }

    /// Settles everything again: after damaged rows were taken out, a pack may be among them.
    pub(crate) fn settle_packs(&mut self) -> Result<(), PeerError> {
        if self.store.tags_with_packs()?.is_empty() {
            return Ok(());
        }
        self.write(|work| {
            let spots = work.txn.tags_with_packs()?.into_iter().collect();
            let (membership, now_ms) = (work.mem.membership.clone(), work.now_ms());
            for spot in settle(&mut work.txn, &membership, &spots, now_ms)? {
                super::ingest::judge_spot(work, &spot)?;
            }
            Ok(())
        })
    }
}
