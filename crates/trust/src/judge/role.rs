//! Check 9: does the author's role suit the document, now or before a removal or lowering that cut his feed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Access, Pending, Quarantine, Verdict};
use crate::derive::{Id, Id16, id16, person_document};
use crate::item::{Feed, Item};
use crate::log::CutPoint;
use crate::planted::Fault;
use crate::record::Role;
use crate::space::SealedKind;

/// One uncovered item of a feed, for walking down from a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedItem {
    /// Position in the feed.
    pub seq: u32,
    /// The item.
    pub id: Id,
    /// Start of the id of the one before it.
    pub prev: Id16,
}

/// The store's view of a feed.
pub trait Feeds {
    /// Every stored, uncovered item of the feed, of all documents, in any order.
    fn items(&self, feed: &Feed) -> Vec<FeedItem>;

    /// Places of the feed that accepted packs list.
    fn covered_places(&self, feed: &Feed) -> BTreeSet<u32>;
}

/// Walks already made, for one state of the store: drop it when items arrive in a cut feed or the log changes.
#[derive(Debug, Clone, Default)]
pub struct CutCache {
    below: BTreeMap<(Feed, u32, Id16), BTreeSet<Id>>,
}

impl CutCache {
    fn is_below(&mut self, feed: &Feed, cut: &CutPoint, id: &Id, feeds: &dyn Feeds) -> bool {
        let walk = || walk_down(feeds.items(feed), &feeds.covered_places(feed), cut.seq, &cut.item);
        self.below.entry((*feed, cut.seq, cut.item)).or_insert_with(walk).contains(id)
    }
}

/// The items at or below a cut: its own item, then down the feed by `prev`. Below a gap an item is in if it is alone at
/// its place. A place that an accepted pack lists is a gap, and what is loose there stands beside the feed.
fn walk_down(items: Vec<FeedItem>, covered: &BTreeSet<u32>, cut_seq: u32, cut_item: &Id16) -> BTreeSet<Id> {
    let mut places: BTreeMap<u32, Vec<FeedItem>> = BTreeMap::new();
    for item in items.into_iter().filter(|item| item.seq <= cut_seq && !covered.contains(&item.seq)) {
        places.entry(item.seq).or_default().push(item);
    }
    let mut below = BTreeSet::new();
    let mut wanted: Option<BTreeSet<Id16>> = Some([*cut_item].into());
    let mut expected = Some(cut_seq);
    for (seq, here) in places.into_iter().rev() {
        if expected != Some(seq) {
            wanted = None;
        }
        let inside: Vec<FeedItem> = match &wanted {
            Some(ids) => here.into_iter().filter(|item| ids.contains(&id16(&item.id))).collect(),
            None if here.len() == 1 => here,
            None => Vec::new(),
        };
        wanted = (!inside.is_empty()).then(|| inside.iter().map(|item| item.prev).collect());
        below.extend(inside.iter().map(|item| item.id));
        expected = seq.checked_sub(1);
    }
    below
}

/// Whether the author of an item may write to `document`; else why it is set aside.
pub fn role_suits(
    item: &Item,
    document: &Id16,
    access: &Access<'_>,
    feeds: &dyn Feeds,
    cache: &mut CutCache,
) -> Result<(), Quarantine> {
    let header = item.header();
    let member = access.membership().member_of(&header.author);
    let personal = access
        .sealed(&header.space)
        .is_some_and(|space| space.kind == SealedKind::Personal && member == Some(space.creator));
    judge(item, access, feeds, cache, |role| suits(role, document, member.as_ref(), personal))
}

/// The verdict on an item in the clear that names no document (Attest, BlobRef): any role will do.
pub fn judge_reference(item: &Item, access: &Access<'_>, feeds: &dyn Feeds, cache: &mut CutCache) -> Verdict {
    if access.kind(&item.header().space).is_none() {
        return Verdict::Pending(Pending::Key);
    }
    match judge(item, access, feeds, cache, |role| role > Role::None) {
        Ok(()) => Verdict::Accepted,
        Err(reason) => Verdict::Quarantined(reason),
    }
}

fn judge(
    item: &Item,
    access: &Access<'_>,
    feeds: &dyn Feeds,
    cache: &mut CutCache,
    suits: impl Fn(Role) -> bool,
) -> Result<(), Quarantine> {
    let (author, space) = (&item.header().author, &item.header().space);
    if suits(access.judged_role(space, author)) || access.is_admitted(space, item.id()) {
        return Ok(());
    }
    let feed = item.header().feed();
    let cuts = if Fault::SkippedCut.is_on() { &[] } else { access.cuts(&feed) };
    let greatest = cuts.iter().filter(|cut| suits(cut.role)).max();
    if let Some(cut) = greatest.filter(|cut| item.header().seq <= cut.seq) {
        let below = cache.is_below(&feed, cut, item.id(), feeds);
        return if below { Ok(()) } else { Err(Quarantine::Fork) };
    }
    Err(if access.is_in(space, author) { Quarantine::Role } else { Quarantine::Removed })
}

/// Roles by document class: content (and unknown classes) Writer, conversations Commenter, a profile its own member,
/// private state in its member's personal space.
fn suits(role: Role, document: &Id16, member: Option<&Id16>, personal: bool) -> bool {
    match document[0] {
        2 => role >= Role::Commenter,
        3 => role > Role::None && member.is_some_and(|member| person_document(member) == *document),
        4 => personal && role > Role::None,
        _ => role >= Role::Writer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(seq: u32, name: u8, prev: u8) -> FeedItem {
        FeedItem { seq, id: [name; 32], prev: [prev; 16] }
    }

    fn below(items: &[FeedItem], seq: u32, name: u8) -> Vec<u8> {
        below_with(items, &[], seq, name)
    }

    fn below_with(items: &[FeedItem], covered: &[u32], seq: u32, name: u8) -> Vec<u8> {
        let covered = covered.iter().copied().collect();
        walk_down(items.to_vec(), &covered, seq, &[name; 16]).iter().map(|id| id[0]).collect()
    }

    #[test]
    fn the_walk_follows_the_chain_the_cut_names() {
        let chain = [item(0, 1, 0), item(1, 2, 1), item(2, 3, 2), item(3, 4, 3)];
        assert_eq!(below(&chain, 2, 3), [1, 2, 3]);
        let forked = [&chain[..], &[item(1, 22, 1), item(2, 33, 22)]].concat();
        assert_eq!(below(&forked, 2, 3), [1, 2, 3]);
        assert_eq!(below(&forked, 2, 33), [1, 22, 33]);
    }

    #[test]
    fn below_a_gap_only_what_is_alone_counts() {
        let gap = [item(0, 1, 0), item(1, 2, 1), item(3, 4, 3)];
        assert_eq!(below(&gap, 3, 4), [1, 2, 4]);
        let rivals = [item(0, 1, 0), item(1, 2, 1), item(1, 22, 1), item(3, 4, 3)];
        assert_eq!(below(&rivals, 3, 4), [1, 4]);
        assert_eq!(below(&gap, u32::MAX, 9), [1, 2, 4], "the cut's own item has not arrived");
        assert!(below(&[], 5, 1).is_empty());
    }

    #[test]
    fn a_place_that_a_pack_lists_is_a_gap_and_loose_siblings_there_are_beside_the_feed() {
        let forked = [item(0, 1, 0), item(1, 2, 1), item(1, 22, 1), item(2, 3, 2)];
        assert_eq!(below_with(&forked, &[1], 2, 3), [1, 3]);
        assert_eq!(below_with(&forked[..1], &[1, 2], 2, 3), [1], "the cut's own item is in a pack");
        assert_eq!(below_with(&forked, &[0, 1, 2], 2, 3), [0u8; 0]);
    }

    #[test]
    fn roles_suit_by_document_class() {
        let member = [9; 16];
        let own = person_document(&member);
        let table = [
            ([1; 16], Role::Commenter, false),
            ([1; 16], Role::Writer, true),
            ([2; 16], Role::Reader, false),
            ([2; 16], Role::Commenter, true),
            ([3; 16], Role::Owner, false),
            (own, Role::Reader, true),
            (own, Role::None, false),
            ([4; 16], Role::Owner, false),
            ([77; 16], Role::Commenter, false),
            ([77; 16], Role::Writer, true),
        ];
        for (document, role, good) in table {
            assert_eq!(suits(role, &document, Some(&member), false), good, "{role} in class {}", document[0]);
        }
    }
}
