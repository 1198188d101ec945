//! Stories of private and personal spaces, told by several replicas that exchange the log.

mod common;

use std::collections::BTreeSet;

use common::{FakeGate, Peer, change, hash, link, team};
use tern_trust::EpochKey;
use tern_trust::derive::{Id, Id16};
use tern_trust::item::Item;
use tern_trust::judge::{Access, Pending, Quarantine, Verdict};
use tern_trust::keyring::NoSealKey;
use tern_trust::record::{Fields, Role};
use tern_trust::space::{Inner, SealedKind};

const PAGE: Id16 = [1; 16];

/// One change on top of `deps` in a private space.
fn write(peer: &mut Peer, space: &Id16, document: Id16, seq: u64, deps: &[Id]) -> (Item, Id) {
    let change = change(peer.actor(), seq, 1 + 3 * deps.len() as u64, deps, 0);
    let hash = hash(&change);
    (peer.seal_in(space, document, vec![change]), hash)
}

fn verdict(peer: &Peer, space: &Id16, document: Id16, items: &[Item], of: &Item) -> Verdict {
    let (judged, closed) = peer.judge_in(space, document, items, &FakeGate::default());
    judged.verdicts.get(of.id()).or_else(|| closed.get(of.id())).expect("judged").clone()
}

fn share(peers: &mut [Peer]) {
    for _ in 0..2 {
        for at in 1..peers.len() {
            let (first, rest) = peers.split_at_mut(at);
            first[0].take_log_of(&rest[0]);
            rest[0].take_log_of(&first[0]);
        }
    }
}

fn seal_key(peer: &Peer, space: &Id16) -> Result<Id16, NoSealKey> {
    let membership = peer.log.membership();
    Access::new(&membership, &peer.ring, &peer.spaces).seal_key(space).map(EpochKey::epoch)
}

fn lanes(peer: &Peer, of: &Peer) -> BTreeSet<Id16> {
    let membership = peer.log.membership();
    Access::new(&membership, &peer.ring, &peer.spaces).lanes(&of.keys.id())
}

#[test]
fn t30_nothing_of_a_private_space_is_known_outside_it() {
    let mut peers = team(&[Role::Admin, Role::Admin]);
    let bob = peers[1].member;
    let space = peers[0].space(&[(bob, Role::Writer)]);
    let (item, _) = write(&mut peers[0], &space, PAGE, 1, &[]);
    share(&mut peers);
    assert_eq!(peers[1].role_in(&space, &bob), Role::Writer);
    assert_eq!(verdict(&peers[1], &space, PAGE, std::slice::from_ref(&item), &item), Verdict::Accepted);
    let outside = &peers[2];
    assert!(outside.spaces.iter().next().is_none() && outside.spaces.keys().next().is_none());
    assert_eq!(
        verdict(outside, &space, PAGE, std::slice::from_ref(&item), &item),
        Verdict::Pending(Pending::Key)
    );
    // Neither the space's id nor a member's id nor a recipient's key stands in the records that made it.
    let log: Vec<u8> = peers[2]
        .log
        .records()
        .filter(|(_, record)| matches!(record.fields, Fields::Sealed(_)))
        .flat_map(|(item, _)| item.body().to_vec())
        .collect();
    let secrets: [&[u8]; 4] = [&space, &bob, &peers[0].member, &peers[1].keys.public().x25519[..8]];
    for secret in secrets {
        assert!(!log.windows(secret.len()).any(|window| window == secret));
    }
    assert!(lanes(&peers[0], &peers[1]).contains(&space), "a member is offered the lane");
    assert!(!lanes(&peers[0], &peers[2]).contains(&space), "nobody else is");
    let wraps = peers[2].log.records().filter_map(|(_, record)| match &record.fields {
        Fields::Sealed(sealed) => Some(sealed.wraps.len()),
        _ => None,
    });
    assert!(wraps.into_iter().all(usize::is_power_of_two));
}

#[test]
fn a_new_member_reads_all_history_and_a_removed_one_nothing_new() {
    let mut peers = team(&[Role::Writer, Role::Writer]);
    let (bob, carol) = (peers[1].member, peers[2].member);
    let space = peers[0].space(&[(bob, Role::Writer)]);
    let (old, _) = write(&mut peers[0], &space, PAGE, 1, &[]);
    for _ in 0..3 {
        peers[0].inside(|records, spaces, dice| records.space_rotate(spaces, &space, dice)).expect("rotates");
    }
    share(&mut peers);
    assert!(peers[1].reads(&old) && !peers[2].reads(&old));
    let written = peers[0].set_role(&space, (bob, Role::None), Vec::new()).expect("puts out");
    assert!(written.key.is_some(), "the key changes in the same record");
    let (new, _) = write(&mut peers[0], &space, PAGE, 2, &[]);
    peers[0].set_role(&space, (carol, Role::Reader), Vec::new()).expect("adds");
    share(&mut peers);
    assert!(peers[1].reads(&old) && !peers[1].reads(&new));
    assert!(peers[2].reads(&old) && peers[2].reads(&new));
    let sealed = |peer: &Peer| peer.spaces.opened_records().count();
    assert_eq!(sealed(&peers[2]), sealed(&peers[0]), "the newest key opens every record of the space");
    assert_eq!(peers[2].spaces.get(&space), peers[0].spaces.get(&space));
    assert_eq!(peers[0].role_in(&space, &bob), Role::None);
}

#[test]
fn t32_nobody_seals_in_a_space_for_a_recipient_who_is_out() {
    let mut peers = team(&[Role::Writer, Role::Writer]);
    let (bob, carol) = (peers[1].member, peers[2].member);
    let space = peers[0].space(&[(bob, Role::Writer), (carol, Role::Writer)]);
    share(&mut peers);
    peers[0].write(|records, _, _| records.member_remove(bob, Vec::new())).expect("removes");
    share(&mut peers);
    assert_eq!(seal_key(&peers[2], &space), Err(NoSealKey::MustRotate));
    peers[2].settle(&[]);
    let epoch = seal_key(&peers[2], &space).expect("a new key");
    share(&mut peers);
    assert_eq!(seal_key(&peers[0], &space), Ok(epoch));
    assert!(peers[1].spaces.key(&epoch).is_none());
    assert!(peers[0].spaces.duties(&peers[0].log.membership(), &peers[0].keys.id()).is_empty());
}

#[test]
fn who_comes_back_is_led_to_every_head_of_a_space() {
    let mut peers = team(&[Role::Writer, Role::Writer]);
    let (bob, carol) = (peers[1].member, peers[2].member);
    let space = peers[0].space(&[(bob, Role::Writer), (carol, Role::Writer)]);
    share(&mut peers);
    // Bob is out for a moment, in which the space gets a new key; nobody wrote down there that he was out.
    peers[0].write(|records, _, _| records.member_remove(bob, Vec::new())).expect("removes");
    peers[0].inside(|records, spaces, dice| records.space_rotate(spaces, &space, dice)).expect("rotates");
    let missed = seal_key(&peers[0], &space).expect("a new key");
    peers[0].write(|records, _, _| records.member_restore(bob, Role::Writer)).expect("restores");
    // Back again, he changes the key beside the one that he never saw.
    let (first, rest) = peers.split_at_mut(1);
    rest[0].take_log_of(&first[0]);
    peers[1].inside(|records, spaces, dice| records.space_rotate(spaces, &space, dice)).expect("rotates");
    share(&mut peers);
    assert!(peers[1].spaces.key(&missed).is_none());
    peers[2].settle(&[]);
    share(&mut peers);
    assert!(peers[1].spaces.key(&missed).is_some(), "what was sealed meanwhile stays shut to him");
    for peer in &peers {
        assert!(peer.spaces.duties(&peer.log.membership(), &peer.keys.id()).is_empty());
    }
}

#[test]
fn t40_after_a_removal_from_outside_old_items_stay_and_late_ones_wait() {
    // Dave is an Admin who knows nothing of the space of Alice, Bob and Carol.
    let mut peers = team(&[Role::Writer, Role::Writer, Role::Admin]);
    let (bob, carol) = (peers[1].member, peers[2].member);
    let space = peers[0].space(&[(bob, Role::Writer), (carol, Role::Writer)]);
    share(&mut peers);
    let (old, first) = write(&mut peers[1], &space, PAGE, 1, &[]);
    let (unseen, _) = write(&mut peers[1], &space, PAGE, 2, &[first]);
    peers[3].write(|records, _, _| records.member_remove(bob, Vec::new())).expect("removes");
    share(&mut peers);
    let items = [old.clone(), unseen.clone()];
    // Until a member of the space acts, all is judged as before.
    assert_eq!(verdict(&peers[2], &space, PAGE, &items, &old), Verdict::Accepted);
    assert_eq!(verdict(&peers[2], &space, PAGE, &items, &unseen), Verdict::Accepted);
    assert_eq!(peers[2].role_in(&space, &bob), Role::None);
    // Carol, first to act, holds the old item only.
    peers[2].settle(std::slice::from_ref(&old));
    share(&mut peers);
    for peer in [&peers[0], &peers[2]] {
        assert_eq!(verdict(peer, &space, PAGE, &items, &old), Verdict::Accepted);
        assert_eq!(verdict(peer, &space, PAGE, &items, &unseen), Verdict::Quarantined(Quarantine::Removed));
        assert_eq!(peer.spaces.get(&space).expect("known").given[&bob], Role::None);
    }
    let ids = [*unseen.id()].into();
    peers[0].inside(|records, spaces, dice| records.space_admit(spaces, &space, &ids, dice)).expect("admits");
    share(&mut peers);
    assert_eq!(verdict(&peers[2], &space, PAGE, &items, &unseen), Verdict::Accepted);
}

#[test]
fn when_the_creator_leaves_the_workspace_his_work_in_the_space_ends_at_a_cut() {
    let mut peers = team(&[Role::Writer, Role::Writer]);
    let carol = peers[2].member;
    let space = peers[1].space(&[(carol, Role::Writer)]);
    share(&mut peers);
    let (old, first) = write(&mut peers[1], &space, PAGE, 1, &[]);
    let (late, _) = write(&mut peers[1], &space, PAGE, 2, &[first]);
    let bob = peers[1].member;
    peers[0].write(|records, _, _| records.member_remove(bob, Vec::new())).expect("removes");
    share(&mut peers);
    peers[2].settle(std::slice::from_ref(&old));
    let items = [old.clone(), late.clone()];
    assert_eq!(verdict(&peers[2], &space, PAGE, &items, &old), Verdict::Accepted);
    assert_eq!(verdict(&peers[2], &space, PAGE, &items, &late), Verdict::Quarantined(Quarantine::Removed));
    assert!(peers[2].spaces.duties(&peers[2].log.membership(), &peers[2].keys.id()).is_empty());
    assert!(seal_key(&peers[2], &space).is_ok());
}

#[test]
fn a_personal_space_follows_its_members_devices_and_takes_nobody_else() {
    let mut peers = team(&[Role::Writer]);
    let bob = peers[1].member;
    let created = peers[1]
        .inside(|records, spaces, dice| records.create_space(spaces, SealedKind::Personal, dice))
        .expect("creates");
    let space = created.space;
    let (note, _) = write(&mut peers[1], &space, [4; 16], 1, &[]);
    assert_eq!(
        verdict(&peers[1], &space, [4; 16], std::slice::from_ref(&note), &note),
        Verdict::Accepted,
        "private state belongs in a personal space"
    );
    let alice = peers[0].member;
    assert!(peers[1].set_role(&space, (alice, Role::Reader), Vec::new()).is_err());
    let mut phone = link(&mut peers[1], 60);
    assert!(!phone.reads(&note));
    peers[1].settle(&[]);
    phone.take_log_of(&peers[1]);
    assert!(phone.reads(&note), "the phone is given the key");
    assert_eq!(phone.spaces.personal(&bob).map(|space| space.id), Some(space));
    // The phone removes the laptop: a new key, and the laptop's late note waits.
    let laptop: BTreeSet<Id> = [peers[1].keys.id()].into();
    phone.write(|records, _, _| records.device_remove(&laptop, Vec::new())).expect("removes");
    phone.learn();
    phone.settle(std::slice::from_ref(&note));
    let (late, _) = write(&mut peers[1], &space, [4; 16], 2, &[]);
    let items = [note.clone(), late.clone()];
    assert_eq!(verdict(&phone, &space, [4; 16], &items, &note), Verdict::Accepted);
    assert_eq!(verdict(&phone, &space, [4; 16], &items, &late), Verdict::Quarantined(Quarantine::Removed));
    let (secret, _) = write(&mut phone, &space, [4; 16], 1, &[]);
    peers[1].take_log_of(&phone);
    assert!(!peers[1].reads(&secret));
}

#[test]
fn t31_a_device_added_while_others_sleep_reads_every_space_after_one_sibling_session() {
    let mut peers = team(&[Role::Writer]);
    let bob = peers[1].member;
    let space = peers[0].space(&[(bob, Role::Writer)]);
    share(&mut peers);
    let root = peers[0].seal(PAGE, vec![b"root".to_vec()]);
    let (private, _) = write(&mut peers[0], &space, PAGE, 1, &[]);
    // Alice sleeps. Bob's laptop links his phone, and meets it once.
    let mut phone = link(&mut peers[1], 60);
    let laptop = &mut peers[1];
    let missing = laptop.ring.missing_wraps(&laptop.log, &laptop.log.membership());
    laptop.write(|records, ring, dice| records.give_key(ring, &missing, dice)).expect("gives");
    laptop.settle(&[]);
    phone.take_log_of(laptop);
    assert!(phone.reads(&root) && phone.reads(&private));
    assert!(laptop.spaces.duties(&laptop.log.membership(), &laptop.keys.id()).is_empty());
}

#[test]
fn t25_two_keys_for_one_epoch_of_a_space_do_not_pass() {
    let mut peers = team(&[Role::Writer]);
    let bob = peers[1].member;
    let space = peers[0].space(&[(bob, Role::Writer)]);
    let workspace = *peers[0].log.workspace();
    let epoch = seal_key(&peers[0], &space).expect("a key");
    let other = tern_trust::EpochKey::new(space, [66; 32]);
    let to = peers[1].keys.public().x25519;
    let hint = tern_trust::wrap::Hint::Hidden;
    let lie = tern_trust::wrap::wrap(&workspace, &other, &to, hint, &mut peers[0].dice).expect("wraps");
    // The lie comes first, in the place of the true box.
    let mut forged = Vec::new();
    for (item, record) in peers[0].log.records() {
        let Fields::Sealed(sealed) = &record.fields else { continue };
        forged.push((
            *item.id(),
            Fields::Sealed(tern_trust::record::Sealed { wraps: vec![lie], ..sealed.clone() }),
        ));
    }
    let before = peers[1].log.clone();
    let mut liar = Peer { log: before, ..Peer::newcomer(2, &peers[1].log) };
    liar.keys = tern_trust::DeviceKeys::from_seed(&[1; 32]);
    for (_, fields) in forged {
        liar.write(|records, _, _| records.write(fields)).expect("any active device may");
    }
    peers[1].take_log_of(&liar);
    assert!(peers[1].spaces.keys().next().is_none(), "neither key is taken");
    let honest = peers[0].clone_log();
    peers[1].take_log_of(&honest);
    assert_eq!(seal_key(&peers[1], &space), Ok(epoch));
    assert!(peers[1].spaces.key(&other.epoch()).is_none());
}

#[test]
fn t7_who_writes_in_a_private_space_changes_no_document_of_another_space() {
    let mut peers = team(&[Role::Reader]);
    let reader = peers[1].member;
    let space = peers[0].space(&[(reader, Role::Writer)]);
    share(&mut peers);
    let (foreign, edit) = write(&mut peers[1], &space, PAGE, 1, &[]);
    let items = [foreign.clone()];
    assert!(peers[0].judge(PAGE, &items).0.apply.is_empty());
    assert_eq!(peers[0].judge_in(&space, PAGE, &items, &FakeGate::default()).0.apply, [edit]);
    // The same content under the root's key, in a private lane.
    let mut header = *foreign.header();
    let key = peers[1].ring.first().expect("a key").clone();
    header.tag = key.tag(&PAGE);
    let batch = tern_trust::Batch { document: PAGE, transaction: 1, changes: vec![vec![1]] };
    let forged = Item::seal(&peers[1].keys, header, &key, &batch.encode().expect("encodes")).expect("seals");
    let items = [forged.clone()];
    assert_eq!(verdict(&peers[0], &space, PAGE, &items, &forged), Verdict::Pending(Pending::Key));
    // And under the key of another private space that both are in.
    let other = peers[0].space(&[(reader, Role::Writer)]);
    share(&mut peers);
    header.tag = peers[1].spaces.first(&space).expect("held").tag(&PAGE);
    let key = peers[1].spaces.first(&other).expect("held").clone();
    let forged = Item::seal(&peers[1].keys, header, &key, &batch.encode().expect("encodes")).expect("seals");
    let items = [forged.clone()];
    assert_eq!(verdict(&peers[0], &space, PAGE, &items, &forged), Verdict::Pending(Pending::Key));
}

#[test]
fn roles_inside_are_not_those_of_the_workspace() {
    let mut peers = team(&[Role::Admin, Role::Writer]);
    let (bob, carol) = (peers[1].member, peers[2].member);
    let space = peers[2].space(&[(bob, Role::Reader)]);
    share(&mut peers);
    // An Admin of the workspace and Reader of the space may not let anybody in, nor himself write.
    assert!(peers[1].set_role(&space, (bob, Role::Writer), Vec::new()).is_err());
    assert!(peers[1].set_role(&space, (carol, Role::None), Vec::new()).is_err());
    let (item, _) = write(&mut peers[1], &space, PAGE, 1, &[]);
    let items = [item.clone()];
    assert_eq!(verdict(&peers[2], &space, PAGE, &items, &item), Verdict::Quarantined(Quarantine::Role));
    // An Admin inside may let in, but not touch the one who made the space.
    peers[2].set_role(&space, (bob, Role::Admin), Vec::new()).expect("raises");
    share(&mut peers);
    assert_eq!(verdict(&peers[2], &space, PAGE, &items, &item), Verdict::Accepted);
    let alice = peers[0].member;
    peers[1].set_role(&space, (alice, Role::Writer), Vec::new()).expect("lets in");
    assert!(peers[1].set_role(&space, (carol, Role::None), Vec::new()).is_err());
    assert!(peers[1].set_role(&space, (alice, Role::Owner), Vec::new()).is_err());
    share(&mut peers);
    assert_eq!(peers[0].role_in(&space, &alice), Role::Writer);
}

#[test]
fn a_member_leaves_a_space_and_the_others_change_its_key() {
    let mut peers = team(&[Role::Writer]);
    let bob = peers[1].member;
    let space = peers[0].space(&[(bob, Role::Reader)]);
    share(&mut peers);
    peers[1].inside(|records, spaces, dice| records.space_leave(spaces, &space, dice)).expect("leaves");
    share(&mut peers);
    assert_eq!(peers[0].role_in(&space, &bob), Role::None);
    assert_eq!(seal_key(&peers[0], &space), Err(NoSealKey::MustRotate));
    peers[0].settle(&[]);
    assert!(seal_key(&peers[0], &space).is_ok());
}

#[test]
fn two_admins_of_a_space_who_put_each_other_out_are_judged_alike_everywhere() {
    let mut peers = team(&[Role::Writer, Role::Writer, Role::Writer]);
    let members: Vec<Id16> = peers.iter().map(|peer| peer.member).collect();
    let space =
        peers[0].space(&[(members[1], Role::Admin), (members[2], Role::Admin), (members[3], Role::Writer)]);
    share(&mut peers);
    peers[1].set_role(&space, (members[2], Role::None), Vec::new()).expect("puts out");
    peers[2].set_role(&space, (members[1], Role::None), Vec::new()).expect("puts out");
    // What the junior of the two does besides falls with him.
    peers[2].set_role(&space, (members[3], Role::Admin), Vec::new()).expect("raises");
    share(&mut peers);
    for peer in [&peers[0], &peers[3]] {
        let roles = [1, 2, 3].map(|at: usize| peer.role_in(&space, &members[at]));
        // Neither could be read by the other's new key before they met, so the creator's replica decides for all.
        assert_eq!(roles[1], Role::None);
        assert_eq!((roles[0], roles[2]), (Role::Admin, Role::Writer));
    }
    peers[0].settle(&[]);
    share(&mut peers);
    assert_eq!(peers[3].spaces.get(&space), peers[0].spaces.get(&space));
}

#[test]
fn t22_a_grant_dated_before_the_granters_removal_from_the_workspace_brings_nobody_in() {
    let mut peers = team(&[Role::Writer, Role::Writer, Role::Writer]);
    let members: Vec<Id16> = peers.iter().map(|peer| peer.member).collect();
    let space = peers[0].space(&[(members[1], Role::Admin), (members[2], Role::Writer)]);
    share(&mut peers);
    let mut old = Peer { log: peers[1].log.clone(), ..Peer::newcomer(2, &peers[1].log) };
    old.spaces = peers[1].spaces.clone();
    peers[0].write(|records, _, _| records.member_remove(members[1], Vec::new())).expect("removes");
    peers[0].learn();
    peers[0].settle(&[]);
    share(&mut peers);
    old.set_role(&space, (members[3], Role::Writer), Vec::new()).expect("he pretends not to know");
    peers[0].take_log_of(&old);
    peers[3].take_log_of(&old);
    share(&mut peers);
    for peer in &peers[..3] {
        assert_eq!(peer.role_in(&space, &members[3]), Role::None);
    }
    let epoch = seal_key(&peers[0], &space).expect("a key");
    assert!(peers[3].spaces.key(&epoch).is_none() && peers[1].spaces.key(&epoch).is_none());
}

#[test]
fn a_sealed_record_that_another_device_copies_says_nothing() {
    let mut peers = team(&[Role::Writer, Role::Writer]);
    let (bob, carol) = (peers[1].member, peers[2].member);
    let space = peers[0].space(&[(bob, Role::Admin), (carol, Role::Reader)]);
    share(&mut peers);
    let written = peers[0].set_role(&space, (carol, Role::Writer), Vec::new()).expect("raises");
    let copied = peers[0].log.record(written.items[0].id()).expect("stored").fields.clone();
    share(&mut peers);
    peers[0].set_role(&space, (carol, Role::Reader), Vec::new()).expect("lowers");
    share(&mut peers);
    peers[1].write(|records, _, _| records.write(copied)).expect("he may write sealed records");
    share(&mut peers);
    assert_eq!(peers[0].role_in(&space, &carol), Role::Reader);
}

#[test]
fn nobody_claims_a_space_that_another_device_began() {
    let mut peers = team(&[Role::Writer, Role::Writer]);
    let bob = peers[1].member;
    let space = peers[0].space(&[(bob, Role::Reader)]);
    share(&mut peers);
    // Bob holds the first key. He seals the space's beginning anew, dated as early as he can.
    let first = peers[1].spaces.first(&space).expect("a first key").clone();
    let begins = peers[1].spaces.opened_records().find_map(|(_, _, inner)| match &inner[0] {
        Inner::Genesis(genesis) => Some(Inner::Genesis(*genesis)),
        _ => None,
    });
    let genesis = peers[1].log.items().next().expect("genesis").id();
    let own =
        tern_trust::space::space_id(&first.to_bytes(), genesis, &peers[1].keys.id(), SealedKind::Private);
    assert!(begins.is_some() && own != space, "his device makes another id of the same key");
    assert_eq!(peers[1].spaces.get(&space).expect("known").creator, peers[0].member);
}

#[test]
fn what_the_workspace_removes_outranks_every_rank_inside_whoever_removed_it() {
    // Bob was made Admin of the workspace before Dave: in the log his acts are senior.
    let mut peers = team(&[Role::Admin, Role::Writer, Role::Admin]);
    let (alice, bob, carol) = (peers[0].member, peers[1].member, peers[2].member);
    let space = peers[1].space(&[(carol, Role::Writer)]);
    share(&mut peers);
    peers[3].write(|records, _, _| records.member_remove(bob, Vec::new())).expect("removes");
    let written = peers[1].set_role(&space, (alice, Role::Writer), Vec::new()).expect("does not know yet");
    share(&mut peers);
    let membership = peers[2].log.membership();
    assert!(membership.is_effective(written.items[0].id()), "the log itself lets the senior's record stand");
    assert_eq!(membership.role_of(&bob), Role::None);
    assert_eq!(peers[2].role_in(&space, &alice), Role::None);
    assert_eq!(peers[2].role_in(&space, &carol), Role::Writer);
}

#[test]
fn t20_what_an_accomplices_device_seals_falls_with_the_thief_who_added_it() {
    let mut peers = team(&[Role::Writer, Role::Writer]);
    let (bob, carol) = (peers[1].member, peers[2].member);
    let space = peers[0].space(&[(bob, Role::Admin)]);
    share(&mut peers);
    let laptop: BTreeSet<Id> = [peers[1].keys.id()].into();
    peers[0].write(|records, _, _| records.device_remove(&laptop, Vec::new())).expect("removes the laptop");
    // The thief adds a device that no removal names, and gives it the key.
    let mut device = link(&mut peers[1], 60);
    peers[1].settle(&[]);
    device.take_log_of(&peers[1]);
    device.set_role(&space, (carol, Role::Writer), Vec::new()).expect("he pretends not to know");
    peers[0].take_log_of(&device);
    assert_eq!(peers[0].role_in(&space, &carol), Role::None);
}

#[test]
fn who_is_let_in_after_two_keys_were_made_at_once_reads_what_is_under_either() {
    let mut peers = team(&[Role::Writer, Role::Writer]);
    let (bob, carol) = (peers[1].member, peers[2].member);
    let space = peers[0].space(&[(bob, Role::Writer)]);
    share(&mut peers);
    let mut items = Vec::new();
    for peer in &mut peers[..2] {
        peer.inside(|records, spaces, dice| records.space_rotate(spaces, &space, dice)).expect("rotates");
        items.push(write(peer, &space, PAGE, 1, &[]).0);
    }
    share(&mut peers);
    assert_eq!(peers[0].spaces.get(&space).expect("known").head_epochs.len(), 2);
    peers[0].set_role(&space, (carol, Role::Reader), Vec::new()).expect("lets in");
    share(&mut peers);
    assert!(items.iter().all(|item| peers[2].reads(item)));
    assert_eq!(peers[2].spaces.get(&space), peers[1].spaces.get(&space));
}
