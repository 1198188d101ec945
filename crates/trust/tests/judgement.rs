//! Laws and stories of judgement, with real records and sealed items and a stand-in for the document library.

mod common;

use std::collections::BTreeSet;

use common::{FakeGate, Peer, Stored, change, hash, team};
use proptest::prelude::*;
use tern_trust::derive::{Id, Id16, id16, person_document};
use tern_trust::item::Item;
use tern_trust::judge::{
    Access, CutCache, NotStored, Pending, Quarantine, Reject, TrialOutcome, Verdict, admit, judge_reference,
    open_item,
};
use tern_trust::log::{Inserted, Log};
use tern_trust::record::{Cut, Fields, Role};

const PAGE: Id16 = [1; 16];

/// One change on top of `deps`, sealed.
fn write(peer: &mut Peer, document: Id16, seq: u64, start: u64, deps: &[Id]) -> (Item, Id) {
    let change = change(peer.actor(), seq, start, deps, 0);
    let hash = hash(&change);
    (peer.seal(document, vec![change]), hash)
}

#[test]
fn changes_apply_dependencies_first_whatever_order_items_came_in() {
    let mut peers = team(&[Role::Writer]);
    let (a, first) = write(&mut peers[0], PAGE, 1, 1, &[]);
    let (b, second) = write(&mut peers[1], PAGE, 1, 4, &[first]);
    let (c, third) = write(&mut peers[0], PAGE, 2, 7, &[first, second]);
    let (judged, closed) = peers[0].judge(PAGE, &[a.clone(), b.clone(), c.clone()]);
    assert_eq!(judged.apply, [first, second, third]);
    assert!(closed.is_empty());
    assert!(judged.verdicts.values().all(|verdict| *verdict == Verdict::Accepted));
    assert_eq!(judged.ancestors(&third), [first, second]);
    let (other, _) = peers[1].judge(PAGE, &[c.clone(), b.clone(), a.clone()]);
    assert_eq!((&judged.apply, &judged.verdicts), (&other.apply, &other.verdicts));
    let (partial, _) = peers[1].judge(PAGE, &[c.clone(), a]);
    assert_eq!(partial.apply, [first]);
    assert_eq!(partial.verdicts[c.id()], Verdict::Pending(Pending::Deps));
}

#[test]
fn t33_a_commenters_page_edit_is_set_aside_by_everybody_until_a_writer_builds_on_it() {
    let mut peers = team(&[Role::Commenter]);
    let (item, edit) = write(&mut peers[1], PAGE, 1, 1, &[]);
    for peer in &peers {
        let (judged, _) = peer.judge(PAGE, std::slice::from_ref(&item));
        assert_eq!(judged.verdicts[item.id()], Verdict::Quarantined(Quarantine::Role));
        assert!(judged.apply.is_empty());
    }
    let (on_top, top) = write(&mut peers[0], PAGE, 1, 4, &[edit]);
    let (judged, _) = peers[0].judge(PAGE, &[item.clone(), on_top]);
    assert_eq!(judged.apply, [edit, top]);
    assert_eq!(judged.verdicts[item.id()], Verdict::Accepted);
    let (comment, said) = write(&mut peers[1], [2; 16], 1, 1, &[]);
    assert_eq!(peers[0].judge([2; 16], &[comment]).0.apply, [said]);
}

#[test]
fn a_profile_is_its_members_own() {
    let mut peers = team(&[Role::Reader]);
    let own = person_document(&peers[1].member);
    let (item, edit) = write(&mut peers[1], own, 1, 1, &[]);
    assert_eq!(peers[0].judge(own, &[item]).0.apply, [edit]);
    let (item, _) = write(&mut peers[0], own, 1, 1, &[]);
    assert_eq!(
        peers[1].judge(own, std::slice::from_ref(&item)).0.verdicts[item.id()],
        Verdict::Quarantined(Quarantine::Role)
    );
}

#[test]
fn t11_below_the_cut_a_removed_members_work_stays_and_above_it_waits_for_one_click() {
    let mut peers = team(&[Role::Writer]);
    let (kept, first) = write(&mut peers[1], PAGE, 1, 1, &[]);
    let (late, second) = write(&mut peers[1], PAGE, 2, 4, &[first]);
    let cuts = Cut::greatest([(kept.header().feed(), kept.header().seq, id16(kept.id()))]);
    let member = peers[1].member;
    let items = [kept.clone(), late.clone()];
    peers[0].write(|records, _, _| records.member_remove(member, cuts)).expect("removes");
    let (judged, _) = peers[0].judge(PAGE, &items);
    assert_eq!(judged.apply, [first]);
    assert_eq!(judged.verdicts[late.id()], Verdict::Quarantined(Quarantine::Removed));
    let admitted = Fields::ItemAdmit { space: [0; 16], items: vec![*late.id()] };
    peers[0].write(|records, _, _| records.write(admitted)).expect("admits");
    assert_eq!(peers[0].judge(PAGE, &items).0.apply, [first, second]);
}

#[test]
fn beside_the_chain_that_a_cut_names_nothing_counts() {
    let mut peers = team(&[Role::Writer]);
    let before = peers[1].feed;
    let (kept, _) = write(&mut peers[1], PAGE, 1, 1, &[]);
    peers[1].feed = before;
    let forked = change(peers[1].actor(), 1, 1, &[], 99);
    let forked = peers[1].seal(PAGE, vec![forked]);
    let cuts = Cut::greatest([(kept.header().feed(), kept.header().seq, id16(kept.id()))]);
    let member = peers[1].member;
    peers[0].write(|records, _, _| records.member_remove(member, cuts)).expect("removes");
    let (judged, _) = peers[0].judge(PAGE, &[forked.clone(), kept.clone()]);
    assert_eq!(judged.verdicts[kept.id()], Verdict::Accepted);
    assert_eq!(judged.verdicts[forked.id()], Verdict::Quarantined(Quarantine::Fork));
}

#[test]
fn t23_thirty_late_siblings_unseat_nothing_that_others_built_on() {
    let mut peers = team(&[Role::Writer, Role::Writer]);
    let evil = peers[1].actor();
    let (item, base) = write(&mut peers[1], PAGE, 1, 1, &[]);
    let (honest, built) = write(&mut peers[2], PAGE, 1, 4, &[base]);
    let mut items = vec![item, honest];
    for salt in 1..=30 {
        items.push(peers[1].seal(PAGE, vec![change(evil, 1, 1, &[], salt)]));
    }
    let (judged, _) = peers[0].judge(PAGE, &items);
    assert_eq!(judged.apply, [base, built]);
    let lost = judged
        .verdicts
        .values()
        .filter(|verdict| **verdict == Verdict::Quarantined(Quarantine::Equivocation));
    assert_eq!(lost.count(), 30);
}

#[test]
fn t2_t26_hostile_numbers_stop_one_change_and_good_ones_of_the_same_batch_apply() {
    let mut peers = team(&[Role::Writer]);
    let actor = peers[1].actor();
    let good = change(actor, 1, 1, &[], 0);
    let first = hash(&good);
    let gap = change(actor, 9, 4, &[first], 0);
    let item = peers[1].seal(PAGE, vec![good, gap]);
    let (judged, _) = peers[0].judge(PAGE, std::slice::from_ref(&item));
    assert_eq!(judged.apply, [first]);
    assert!(matches!(judged.verdicts[item.id()], Verdict::Rejected(Reject::Gate(_))));
    let stolen = change(peers[0].actor(), 1, 1, &[], 0);
    let item = peers[1].seal(PAGE, vec![stolen]);
    let (_, closed) = peers[0].judge(PAGE, std::slice::from_ref(&item));
    assert!(matches!(closed[item.id()], Verdict::Rejected(Reject::Gate(_))), "another's actor");
}

#[test]
fn t5_a_missing_dependency_holds_back_what_builds_on_it_and_nothing_else() {
    let mut peers = team(&[Role::Writer, Role::Writer]);
    let (base, first) = write(&mut peers[1], PAGE, 1, 1, &[]);
    let (on_it, second) = write(&mut peers[1], PAGE, 2, 4, &[first]);
    let (on_that, third) = write(&mut peers[0], PAGE, 1, 7, &[second]);
    let (beside, fourth) = write(&mut peers[2], PAGE, 1, 1, &[]);
    let (after, fifth) = write(&mut peers[2], PAGE, 2, 4, &[fourth]);
    let here = [on_that.clone(), after, on_it.clone(), beside];
    let (judged, _) = peers[0].judge(PAGE, &here);
    assert_eq!(judged.apply, [fourth, fifth], "what has all it builds on applies");
    for waits in [&on_it, &on_that] {
        assert_eq!(judged.verdicts[waits.id()], Verdict::Pending(Pending::Deps));
    }
    let (judged, _) = peers[0].judge(PAGE, &[&here[..], &[base]].concat());
    assert_eq!(judged.apply.len(), 5, "with the missing one everything applies");
    assert!(judged.apply.contains(&third));
    assert!(judged.verdicts.values().all(|verdict| *verdict == Verdict::Accepted));
}

#[test]
fn t6_the_day_an_author_claims_changes_no_judgement() {
    let peers = team(&[Role::Writer]);
    let (workspace, actor) = (*peers[1].log.workspace(), peers[1].actor());
    let key = peers[1].ring.first().expect("a key").clone();
    let mut feed = peers[1].feed;
    let (mut items, mut said, mut deps) = (Vec::new(), Vec::new(), Vec::new());
    for (number, day) in [20_000, 0, 23_652, 16_348, u16::MAX].into_iter().enumerate() {
        let change = change(actor, 1 + number as u64, 1 + 3 * number as u64, &deps, 0);
        deps = vec![hash(&change)];
        said.push(deps[0]);
        let batch = tern_trust::Batch { document: PAGE, transaction: 1, changes: vec![change] };
        let writer = tern_trust::Writer { workspace, keys: &peers[1].keys, day };
        items.push(writer.batch(&mut feed, &key, &key, &batch).expect("seals"));
    }
    let (judged, closed) = peers[0].judge(PAGE, &items);
    assert!(closed.is_empty(), "{closed:?}");
    assert_eq!(judged.apply, said);
}

#[test]
fn t12_an_item_that_comes_before_its_key_is_read_once_the_key_is_there() {
    let mut peers = team(&[Role::Writer]);
    peers[0].rotate();
    let (item, said) = write(&mut peers[0], PAGE, 1, 1, &[]);
    let (judged, closed) = peers[1].judge(PAGE, std::slice::from_ref(&item));
    assert!(judged.apply.is_empty());
    assert_eq!(closed[item.id()], Verdict::Pending(Pending::Key));
    let (ada, bao) = peers.split_at_mut(1);
    bao[0].take_log_of(&ada[0]);
    let (judged, closed) = bao[0].judge(PAGE, std::slice::from_ref(&item));
    assert_eq!((judged.apply, closed.len()), (vec![said], 0));
}

#[test]
fn t21_tags_outlive_keys_so_a_former_member_recognises_them_and_the_documentation_says_so() {
    let mut peers = team(&[Role::Writer]);
    let (early, _) = write(&mut peers[0], PAGE, 1, 1, &[]);
    let member = peers[1].member;
    peers[0].write(|records, _, _| records.member_remove(member, Vec::new())).expect("removes");
    peers[0].rotate();
    let (late, _) = write(&mut peers[0], PAGE, 2, 4, &[]);
    assert!(!peers[1].reads(&late), "the text is closed to whoever is out");
    assert_ne!(early.header().epoch, late.header().epoch);
    let former = Access::root(&peers[1].log.membership(), &peers[1].ring).tag(&[0; 16], &PAGE);
    assert_eq!((Some(early.header().tag), Some(late.header().tag)), (former, former));
    let page: Vec<&str> = include_str!("../../../docs/trust.md").split_whitespace().collect();
    let says = "It never rotates: a former member who gets hold of a node's disk can recognise documents he knew by \
                their tags, though not read them.";
    assert!(page.join(" ").contains(says), "docs/trust.md does not say what a tag gives away");
}

#[test]
fn a_failed_trial_sets_one_change_aside_and_leaves_the_rest() {
    let mut peers = team(&[Role::Writer]);
    let (bad, poison) = write(&mut peers[1], PAGE, 1, 1, &[]);
    let (on_top, _) = write(&mut peers[1], PAGE, 2, 4, &[poison]);
    let (good, fine) = write(&mut peers[0], PAGE, 1, 1, &[]);
    let mut gate = FakeGate::default();
    gate.trials.insert(poison, TrialOutcome::Unsafe("it panics".into()));
    let (judged, _) = peers[0].judge_with(PAGE, &[bad.clone(), on_top.clone(), good], &gate);
    assert_eq!(judged.apply, [fine]);
    assert_eq!(judged.verdicts[bad.id()], Verdict::Quarantined(Quarantine::Unsafe));
    assert_eq!(judged.verdicts[on_top.id()], Verdict::Pending(Pending::Deps));
    gate.trials.insert(poison, TrialOutcome::Slow);
    let (judged, _) = peers[0].judge_with(PAGE, std::slice::from_ref(&bad), &gate);
    assert_eq!(judged.verdicts[bad.id()], Verdict::Pending(Pending::Slow));
}

#[test]
fn t7_t12_an_item_waits_for_its_key_and_is_of_one_workspace_and_one_document() {
    let mut peers = team(&[]);
    let (item, _) = write(&mut peers[0], PAGE, 1, 1, &[]);
    let stranger = Peer::newcomer(9, &peers[0].log);
    let (_, closed) = stranger.judge(PAGE, std::slice::from_ref(&item));
    assert_eq!(closed[item.id()], Verdict::Pending(Pending::Key));
    assert!(matches!(admit(item.bytes(), &Log::new([9; 32])), Err(NotStored::Malformed(_))));
    assert_eq!(admit(item.bytes(), &Log::new(*peers[0].log.workspace())), Err(NotStored::UnknownAuthor));
    assert_eq!(admit(item.bytes(), &peers[0].log).as_ref(), Ok(&item));
    // Sealed for another document's tag.
    let other = tern_trust::batch::Batch { document: [1; 16], transaction: 0, changes: vec![vec![1]] };
    let mut header = *item.header();
    header.tag = [77; 16];
    let key = peers[0].ring.first().expect("a key");
    let forged = Item::seal(&peers[0].keys, header, key, &other.encode().expect("encodes")).expect("seals");
    let (_, closed) = peers[0].judge(PAGE, std::slice::from_ref(&forged));
    assert_eq!(closed[forged.id()], Verdict::Rejected(Reject::Seal));
}

#[test]
fn references_in_the_clear_count_while_their_author_is_in() {
    let mut peers = team(&[Role::Writer]);
    let workspace = *peers[0].log.workspace();
    let mut feed = peers[1].feed;
    let writer = tern_trust::Writer { workspace, keys: &peers[1].keys, day: 1 };
    let blob = tern_trust::BlobRef { hash: [5; 32], size: 9 };
    let item = writer.blob_ref(&mut feed, [0; 16], [7; 16], &blob).expect("signs");
    let verdict = |peer: &Peer| {
        let membership = peer.log.membership();
        let access = Access::root(&membership, &peer.ring);
        open_item(&item, &access, &FakeGate::default()).expect("opens");
        judge_reference(&item, &access, &Stored(&[]), &mut CutCache::default())
    };
    assert_eq!(verdict(&peers[0]), Verdict::Accepted);
    let member = peers[1].member;
    peers[0].write(|records, _, _| records.member_remove(member, Vec::new())).expect("removes");
    assert_eq!(verdict(&peers[0]), Verdict::Quarantined(Quarantine::Removed));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_judged_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), kind in 0u8..=255) {
        let peer = Peer::founder();
        prop_assert!(admit(&bytes, &peer.log).is_err());
        let _ = tern_trust::record::Record::decode(kind, &bytes);
        let _ = tern_trust::Batch::decode(&bytes);
        let _ = tern_trust::space::decode_inner(&bytes);
        let inner = [&[1, 0, kind][..], &(bytes.len() as u32).to_le_bytes(), &bytes].concat();
        let _ = tern_trust::space::decode_inner(&inner);
        let _ = tern_trust::chunk::open_bundle(&[0; 32], &[peer.keys.opener()], &bytes);
        let text = String::from_utf8_lossy(&bytes);
        let _ = tern_trust::ticket::InviteTicket::parse(&format!("tern1{text}"));
        let _ = tern_trust::recovery::entropy(&text);
    }

    #[test]
    fn mutated_items_signed_anew_are_judged_without_a_panic(
        mutations in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        kind in prop::sample::select(vec![1u8, 2, 3, 4, 0x55]),
    ) {
        let mut peers = team(&[Role::Writer]);
        let actor = peers[1].actor();
        let batch = tern_trust::Batch {
            document: PAGE,
            transaction: 3,
            changes: vec![change(actor, 1, 1, &[], 0), change(actor, 2, 4, &[[3; 32]], 0)],
        };
        let mut content = batch.encode_with(kind % 2 == 0).expect("encodes");
        for (at, value) in &mutations {
            let at = at.index(content.len());
            content[at] = *value;
        }
        let key = peers[1].ring.first().expect("a key").clone();
        let (sample, _) = write(&mut peers[1], PAGE, 1, 1, &[]);
        let mut header = *sample.header();
        header.kind = tern_trust::Kind::from_byte(kind);
        let item = if kind == 3 || kind == 4 {
            header.epoch = [0; 16];
            header.nonce = [0; 24];
            Item::sign_clear(&peers[1].keys, header, &content)
        } else {
            Item::seal(&peers[1].keys, header, &key, &content)
        };
        let item = item.expect("within ranges");
        let admitted = admit(item.bytes(), &peers[0].log);
        prop_assert_eq!(admitted.as_ref(), Ok(&item));
        let (judged, closed) = peers[0].judge(PAGE, std::slice::from_ref(&item));
        prop_assert!(judged.verdicts.len() + closed.len() <= 1);
    }

    #[test]
    fn mutated_records_signed_anew_enter_the_log_or_are_refused_without_a_panic(
        mutations in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        which in any::<prop::sample::Index>(),
    ) {
        let peers = team(&[Role::Writer, Role::Admin]);
        let mut log = peers[0].log.clone();
        let items: Vec<Item> = log.items().cloned().collect();
        let item = &items[which.index(items.len())];
        let mut body = item.body().to_vec();
        for (at, value) in &mutations {
            let at = at.index(body.len());
            body[at] = *value;
        }
        let mut header = *item.header();
        header.author = peers[0].keys.id();
        let forged = Item::sign_clear(&peers[0].keys, header, &body).expect("within ranges");
        let outcome = log.insert(forged.clone());
        prop_assert_eq!(outcome == Inserted::Stored || outcome == Inserted::Known, log.contains(forged.id()));
        let membership = log.membership();
        prop_assert_eq!(membership.role_of(&membership.owner), Role::Owner);
    }

    #[test]
    fn the_membership_is_the_same_in_any_order_of_arrival(seed in any::<u64>()) {
        let mut peers = team(&[Role::Writer, Role::Admin, Role::Commenter]);
        let (writer, admin) = (peers[1].member, peers[2].member);
        peers[0].rotate();
        peers[2].write(|records, _, _| records.role_set(writer, Role::Reader, Vec::new())).ok();
        peers[0].write(|records, _, _| records.member_remove(admin, Vec::new())).expect("removes");
        peers[0].write(|records, _, _| records.relay_add([99; 32])).expect("adds a node");
        let mut records: Vec<Item> = peers.iter().flat_map(|peer| peer.log.items().cloned()).collect();
        let expected = {
            let mut log = Log::new(*peers[0].log.workspace());
            log.insert_all(records.clone());
            log.membership()
        };
        let mut dice = tern_trust::Dice::new([seed as u8; 32]);
        records.sort_by_cached_key(|_| (seed, dice.draw()));
        let mut log = Log::new(*peers[0].log.workspace());
        let outcomes = log.insert_all(records);
        prop_assert!(outcomes.iter().all(|(_, outcome)| matches!(outcome, Inserted::Stored | Inserted::Known)));
        prop_assert_eq!(&*log.membership(), &*expected);
        let rebuilt: BTreeSet<Id> = log.evaluation().view().rebuilt().into_iter().collect();
        prop_assert_eq!(&rebuilt, &expected.effective);
    }
}

#[test]
fn the_op_gate_holds_once_the_workspace_asks_for_it_and_refuses_what_builds_on_the_refused() {
    let mut peers = team(&[Role::Writer]);
    let bad = change(peers[1].actor(), 1, 1, &[], 0xBAD);
    let item = peers[1].seal(PAGE, vec![bad.clone()]);
    let (on_top, _) = write(&mut peers[0], PAGE, 1, 4, &[hash(&bad)]);
    let items = [item.clone(), on_top.clone()];
    assert_eq!(peers[0].judge(PAGE, &items).0.apply.len(), 2, "not asked for yet");
    peers[0].write(|records, _, _| records.require(tern_trust::judge::REQUIRE_OPERATIONS)).expect("requires");
    let (judged, _) = peers[0].judge(PAGE, &items);
    assert!(judged.apply.is_empty());
    assert!(matches!(judged.verdicts[item.id()], Verdict::Rejected(Reject::Gate(_))));
    assert_eq!(judged.verdicts[on_top.id()], Verdict::Pending(Pending::Deps));
}
