//! Laws of packs and coverage: what an accepted pack lists is absent, and whoever drops it sees no difference.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Peer, change, hash, team};
use proptest::prelude::*;
use tern_trust::derive::{Id, Id16, id16};
use tern_trust::item::{Item, Kind};
use tern_trust::judge::{DocumentJudgement, Quarantine, Verdict};
use tern_trust::pack::{Coverage, PackBody, PackList, REQUIRE_PACKS};
use tern_trust::record::{Cut, Role};

const PAGE: Id16 = [1; 16];

/// Alice, Ben, Cem; packs count.
fn packing_team() -> Vec<Peer> {
    let mut peers = team(&[Role::Writer, Role::Writer]);
    peers[0].write(|records, _, _| records.require(REQUIRE_PACKS)).expect("requires");
    let (first, rest) = peers.split_at_mut(1);
    rest.iter_mut().for_each(|peer| peer.take_log_of(&first[0]));
    peers
}

struct Written {
    item: Item,
    change: Vec<u8>,
    hash: Id,
}

fn write(peer: &mut Peer, seq: u64, start: u64, deps: &[Id], salt: u64) -> Written {
    let change = change(peer.actor(), seq, start, deps, salt);
    let hash = hash(&change);
    Written { item: peer.seal(PAGE, vec![change.clone()]), change, hash }
}

/// What counts of a set of items: the logical set, judged.
fn applied(peer: &Peer, items: &[Item]) -> (Vec<Id>, BTreeMap<Id, Verdict>) {
    let judged = judged(peer, items);
    (judged.apply, judged.verdicts)
}

fn judged(peer: &Peer, items: &[Item]) -> DocumentJudgement {
    let membership = peer.log.membership();
    let coverage = Coverage::of(items, &membership);
    let uncovered = items.iter().filter(|item| !coverage.covers(item));
    let counted: Vec<Item> = uncovered
        .filter(|item| item.kind() != Kind::Pack || coverage.is_accepted(item.id()))
        .cloned()
        .collect();
    peer.judge(PAGE, &counted).0
}

fn uncovered(peer: &Peer, items: &[Item]) -> BTreeSet<Id> {
    let coverage = Coverage::of(items, &peer.log.membership());
    items.iter().filter(|item| !coverage.covers(item)).map(|item| *item.id()).collect()
}

#[test]
fn an_attested_pack_stands_for_what_it_lists() {
    let mut peers = packing_team();
    let a = write(&mut peers[0], 1, 1, &[], 0);
    let b = write(&mut peers[1], 1, 4, &[a.hash], 0);
    let pack = peers[0].pack(PAGE, &[a.item.clone(), b.item.clone()], &[a.change.clone(), b.change.clone()]);
    let word = peers[1].attest(&pack);
    let later = write(&mut peers[2], 1, 7, &[b.hash], 0);
    let all = [&a.item, &b.item, &pack, &word, &later.item].map(Clone::clone);
    for peer in &peers {
        assert_eq!(applied(peer, &all).0, [a.hash, b.hash, later.hash]);
        assert_eq!(uncovered(peer, &all), [pack.id(), word.id(), later.item.id()].map(|id| *id).into());
        // A newcomer who never saw the originals reads the same.
        assert_eq!(applied(peer, &all[2..]), applied(peer, &all));
    }
}

#[test]
fn t28_a_pack_without_another_members_word_covers_nothing() {
    let mut peers = packing_team();
    let a = write(&mut peers[0], 1, 1, &[], 0);
    let lie = peers[1].pack(PAGE, std::slice::from_ref(&a.item), &[]);
    let own_word = peers[1].attest(&lie);
    let all = [a.item.clone(), lie.clone(), own_word.clone()];
    assert_eq!(applied(&peers[2], &all).0, [a.hash], "its author's own word does not count");
    assert_eq!(uncovered(&peers[2], &all).len(), 3);
    let word = peers[2].attest(&lie);
    let all = [a.item.clone(), lie.clone(), own_word, word];
    assert!(applied(&peers[2], &all).0.is_empty(), "two members who lie together take an original out");
    // The Owner's word alone suffices, for their own packs too.
    let pack = peers[0].pack(PAGE, std::slice::from_ref(&a.item), std::slice::from_ref(&a.change));
    let word = peers[0].attest(&pack);
    assert_eq!(uncovered(&peers[1], &[a.item.clone(), pack, word]).len(), 2);
    // Before the workspace asks for packs, none counts.
    let mut early = team(&[Role::Writer, Role::Writer]);
    let a = write(&mut early[0], 1, 1, &[], 0);
    let pack = early[0].pack(PAGE, std::slice::from_ref(&a.item), std::slice::from_ref(&a.change));
    let word = early[1].attest(&pack);
    assert_eq!(uncovered(&early[2], &[a.item, pack, word]).len(), 3);
}

#[test]
fn t27_a_branch_of_a_fork_that_no_pack_lists_survives() {
    let mut peers = packing_team();
    let a = write(&mut peers[1], 1, 1, &[], 0);
    // Ben's laptop was copied: the other branch has the same place in its feed.
    let mut copy = Peer { feed: peers[1].feed, ..Peer::newcomer(3, &peers[1].log) };
    let (ring, keys) = (peers[1].ring.clone(), tern_trust::DeviceKeys::from_seed(&[2; 32]));
    copy.ring = ring;
    copy.keys = keys;
    let inside = write(&mut peers[1], 2, 4, &[a.hash], 1);
    let outside = write(&mut copy, 2, 4, &[a.hash], 2);
    assert_eq!(inside.item.header().seq, outside.item.header().seq);
    let listed = [a.item.clone(), inside.item.clone()];
    let pack = peers[0].pack(PAGE, &listed, &[a.change.clone(), inside.change.clone()]);
    let word = peers[2].attest(&pack);
    let all = [a.item.clone(), inside.item.clone(), outside.item.clone(), pack, word];
    assert!(uncovered(&peers[0], &all).contains(outside.item.id()), "the branch stays, listed");
    let (changes, verdicts) = applied(&peers[0], &all);
    assert_eq!(changes, [a.hash, inside.hash], "what the pack holds wins its place");
    assert_eq!(verdicts[outside.item.id()], Verdict::Quarantined(Quarantine::Equivocation));
}

#[test]
fn a_pack_of_packs_names_all_that_they_name_and_their_attests_leave_with_them() {
    let mut peers = packing_team();
    let a = write(&mut peers[0], 1, 1, &[], 0);
    let first = peers[0].pack(PAGE, std::slice::from_ref(&a.item), std::slice::from_ref(&a.change));
    let word = peers[1].attest(&first);
    let b = write(&mut peers[1], 1, 4, &[a.hash], 0);
    let second = peers[1].pack(PAGE, &[first.clone(), b.item.clone()], &[a.change.clone(), b.change.clone()]);
    let second_word = peers[2].attest(&second);
    let all = [a.item, first, word, b.item, second.clone(), second_word.clone()];
    assert_eq!(uncovered(&peers[2], &all), [*second.id(), *second_word.id()].into());
    assert_eq!(applied(&peers[2], &all).0, [a.hash, b.hash]);
}

#[test]
fn t9_a_pack_made_before_a_removal_was_known_loses_nothing_and_leaves_the_rest_to_judgement() {
    let mut peers = packing_team();
    let a = write(&mut peers[1], 1, 1, &[], 0);
    let pack = peers[2].pack(PAGE, std::slice::from_ref(&a.item), std::slice::from_ref(&a.change));
    let word = peers[0].attest(&pack);
    let b = write(&mut peers[1], 2, 4, &[a.hash], 0);
    let late = write(&mut peers[1], 3, 7, &[b.hash], 0);
    // Alice removes Ben, whose second edit she knows; the first lies in the pack, below her cut.
    let cuts = Cut::greatest([(b.item.header().feed(), b.item.header().seq, id16(b.item.id()))]);
    let ben = peers[1].member;
    peers[0].write(|records, _, _| records.member_remove(ben, cuts)).expect("removes");
    let (first, rest) = peers.split_at_mut(1);
    rest[1].take_log_of(&first[0]);
    for kept in [
        vec![a.item.clone(), pack.clone(), word.clone(), b.item.clone(), late.item.clone()],
        vec![pack, word, b.item.clone(), late.item.clone()],
    ] {
        for peer in [&peers[0], &peers[2]] {
            let (changes, verdicts) = applied(peer, &kept);
            assert_eq!(changes, [a.hash, b.hash]);
            assert_eq!(verdicts[late.item.id()], Verdict::Quarantined(Quarantine::Removed));
        }
    }
}

#[test]
fn a_change_of_nobodys_device_has_no_place_in_a_pack() {
    let mut peers = packing_team();
    let a = write(&mut peers[0], 1, 1, &[], 0);
    let invented = change([0xEE; 16], 1, 4, &[a.hash], 0);
    let pack = peers[1].pack(PAGE, std::slice::from_ref(&a.item), &[a.change.clone(), invented]);
    let word = peers[2].attest(&pack);
    assert_eq!(applied(&peers[0], &[a.item, pack, word]).0, [a.hash]);
}

#[test]
fn a_list_has_one_encoding_and_bad_ones_are_no_lists() {
    let mut peers = packing_team();
    let items: Vec<Item> = (0..3u64).map(|n| write(&mut peers[n as usize], 1, 1, &[], n).item).collect();
    let pack = peers[0].pack(PAGE, &items, &[]);
    let body = PackBody::split(pack.body()).expect("a list");
    assert_eq!(body.list.encode(), body.list_bytes);
    assert_eq!(body.list.items().len(), 3);
    for at in 0..body.list_bytes.len() {
        for bit in 0..8 {
            let mut bytes = pack.body().to_vec();
            bytes[at] ^= 1 << bit;
            if let Ok(other) = PackBody::split(&bytes) {
                assert_eq!(other.list.encode(), other.list_bytes, "byte {at}");
            }
        }
    }
    assert!(PackBody::split(&[]).is_err());
    assert_eq!(PackList::new([]).expect("empty").encode(), [0; 6]);
}

#[test]
fn the_seal_of_a_pack_is_bound_to_its_list() {
    let mut peers = packing_team();
    let a = write(&mut peers[0], 1, 1, &[], 0);
    let pack = peers[0].pack(PAGE, std::slice::from_ref(&a.item), std::slice::from_ref(&a.change));
    assert!(peers[1].reads(&pack));
    let mut bytes = pack.bytes().to_vec();
    // The last byte of the only entry of the list: another item's id.
    let at = tern_trust::item::BODY_AT + 2 + 32 + 4 + 29;
    bytes[at] ^= 1;
    let other = Item::parse(bytes).expect("parses");
    assert!(!other.verify() && !peers[1].reads(&other));
}

/// A step of a random history of one document.
#[derive(Debug, Clone, Copy)]
enum Step {
    Write(usize, u64),
    Fork(usize, usize),
    Pack(usize, u64),
    Attest(usize, usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..3usize, any::<u64>()).prop_map(|(who, salt)| Step::Write(who, salt)),
        1 => (0..3usize, 0..20usize).prop_map(|(who, of)| Step::Fork(who, of)),
        2 => (0..3usize, any::<u64>()).prop_map(|(who, mask)| Step::Pack(who, mask)),
        2 => (0..3usize, 0..20usize).prop_map(|(who, of)| Step::Attest(who, of)),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// T29: whatever covered originals are dropped, in whatever order the rest came, the state and the trie's set are the
    /// same; and nothing that honest members wrote is lost while packs are honest.
    #[test]
    fn t29_dropping_covered_items_changes_no_state(steps in steps(), dropped in any::<u64>(), turn in 0..50usize) {
        let mut peers = packing_team();
        let (mut items, mut changes) = (Vec::<Item>::new(), BTreeMap::<Id, (Vec<u8>, u64)>::new());
        let (mut of_item, mut of_pack) = (BTreeMap::<Id, Id>::new(), BTreeMap::<Id, BTreeSet<Id>>::new());
        let mut last: BTreeMap<usize, (u64, Id)> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Write(who, salt) => {
                    let (now, _) = applied(&peers[0], &items);
                    let (seq, own) = last.get(&who).map_or((1, None), |(seq, own)| (seq + 1, Some(*own)));
                    if own.is_some_and(|own| !now.contains(&own)) {
                        continue;
                    }
                    let start = now.iter().map(|hash| changes[hash].1).max().map_or(1, |end| end + 1);
                    let deps: Vec<Id> = now.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
                    let made = write(&mut peers[who], seq, start, &deps, salt);
                    changes.insert(made.hash, (made.change, start + 2));
                    of_item.insert(*made.item.id(), made.hash);
                    last.insert(who, (seq, made.hash));
                    items.push(made.item);
                }
                Step::Fork(who, of) => {
                    let own: Vec<Id> = items
                        .iter()
                        .filter(|i| i.kind() == Kind::Batch && i.header().author == peers[who].keys.id())
                        .map(|i| of_item[i.id()])
                        .collect();
                    let Some(of) = own.get(of % own.len().max(1)) else { continue };
                    let mut twin = changes[of].0.clone();
                    twin[40] ^= 0x55;
                    let twin_hash = hash(&twin);
                    changes.insert(twin_hash, (twin.clone(), changes[of].1));
                    let item = peers[who].seal(PAGE, vec![twin]);
                    of_item.insert(*item.id(), twin_hash);
                    items.push(item);
                }
                Step::Pack(who, mask) => {
                    // Honest: of what counts, that whose changes are all inside. Of two accepted packs with the two branches of
                    // a fork one holds a change that does not count; who attests lets nobody list it (PROTOCOL 10).
                    let (now, _) = applied(&peers[who], &items);
                    let counts: BTreeSet<Id> = now.iter().copied().collect();
                    let coverage = Coverage::of(&items, &peers[who].log.membership());
                    let here: Vec<Item> = items.iter().filter(|i| !coverage.covers(i)).cloned().collect();
                    let fits = |(n, i): (usize, &Item)| match i.kind() {
                        Kind::Batch => now.contains(&of_item[i.id()]) && mask >> (n % 64) & 1 == 0,
                        Kind::Pack => coverage.is_accepted(i.id()) && of_pack[i.id()].is_subset(&counts),
                        _ => false,
                    };
                    let listed: Vec<Item> =
                        here.iter().enumerate().filter(|(n, i)| fits((*n, i))).map(|(_, i)| i.clone()).collect();
                    if listed.is_empty() {
                        continue;
                    }
                    let inside: Vec<Vec<u8>> = now.iter().map(|hash| changes[hash].0.clone()).collect();
                    let pack = peers[who].pack(PAGE, &listed, &inside);
                    of_pack.insert(*pack.id(), counts);
                    items.push(pack);
                }
                Step::Attest(who, of) => {
                    let packs: Vec<Item> = items.iter().filter(|i| i.kind() == Kind::Pack).cloned().collect();
                    if let Some(pack) = packs.get(of % packs.len().max(1)) {
                        items.push(peers[who].attest(pack));
                    }
                }
            }
        }
        let membership = peers[0].log.membership();
        let coverage = Coverage::of(&items, &membership);
        let mut fewer: Vec<Item> = items
            .iter()
            .enumerate()
            .filter(|(n, item)| !coverage.covers(item) || dropped >> (n % 64) & 1 == 0)
            .map(|(_, item)| item.clone())
            .collect();
        if !fewer.is_empty() {
            let by = turn % fewer.len();
            fewer.rotate_left(by);
        }
        for peer in &peers {
            let (whole, less) = (applied(peer, &items), applied(peer, &fewer));
            prop_assert_eq!(whole.0.iter().collect::<BTreeSet<_>>(), less.0.iter().collect::<BTreeSet<_>>());
            prop_assert_eq!(uncovered(peer, &items), uncovered(peer, &fewer));
        }
        let whole = judged(&peers[0], &items);
        for hash in of_item.values() {
            prop_assert!(whole.changes.contains_key(hash), "a change is neither applied nor set aside");
        }
    }
}
