//! Stories of a workspace's life told through the log, the key ring and sealed batches.

mod common;

use std::collections::BTreeSet;

use common::{OPEN, Peer, invite, join};
use tern_trust::derive::{Context, Id};
use tern_trust::device::{DeviceKeys, InviteKeys};
use tern_trust::feed::{FeedState, Writer};
use tern_trust::item::{Item, Kind, Malformed};
use tern_trust::keyring::{KeyRing, NoSealKey};
use tern_trust::log::{Inserted, InviteTerms, Log, RefusedRecord, Standing};
use tern_trust::record::{DeviceAdd, Fields, Join, Record, Role};

fn seal(peer: &mut Peer, text: &[u8]) -> tern_trust::Item {
    peer.seal([1; 16], vec![text.to_vec()])
}

#[test]
fn the_workspace_id_is_its_own_proof() {
    let alice = Peer::founder();
    let genesis = alice.log.items().next().expect("genesis").clone();
    assert_eq!(Log::new(*alice.log.workspace()).insert_stored(genesis.clone()), Inserted::Stored);
    assert!(matches!(Log::new([9; 32]).insert(genesis), Inserted::Refused(_)));
    let membership = alice.log.membership();
    assert_eq!(membership.owner, alice.member);
    assert_eq!(membership.devices.len(), 2);
    assert_eq!(membership.recipients.len(), 2);
}

#[test]
fn somebody_joins_while_everybody_sleeps_and_reads_at_once() {
    let mut alice = Peer::founder();
    let page = seal(&mut alice, b"written before");
    let ticket = invite(&mut alice, 50, OPEN);
    let mut bob = join(&alice, 2, &ticket);
    assert_eq!(bob.standing(&bob), Standing::Active { member: bob.member, role: Role::Writer });
    assert!(bob.reads(&page));
    let answer = seal(&mut bob, b"written by bob");
    alice.take_log_of(&bob);
    assert!(alice.reads(&answer));
    assert_eq!(alice.standing(&bob), Standing::Active { member: bob.member, role: Role::Writer });
}

#[test]
fn an_open_invite_admits_as_many_as_it_says_and_an_admin_may_admit_more() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, InviteTerms { uses: 2, ..OPEN });
    let peers = [join(&alice, 2, &ticket), join(&alice, 3, &ticket), join(&alice, 4, &ticket)];
    for peer in &peers {
        alice.take_log_of(peer);
    }
    let membership = alice.log.membership();
    assert_eq!(membership.waiting.len(), 1);
    let (join, member) = (membership.waiting[0].record, membership.waiting[0].member);
    alice
        .write(|records, _, _| records.write(Fields::Approve { join, role: Role::Reader }))
        .expect("approves");
    assert_eq!(alice.log.membership().role_of(&member), Role::Reader);
    let approved = peers.iter().find(|peer| peer.member == member).expect("one of them");
    assert_eq!(alice.standing(approved), Standing::Active { member, role: Role::Reader });
    // The approval takes one of the two uses: one of the others waits until he is approved, too.
    assert_eq!(alice.log.membership().waiting.len(), 1);
}

#[test]
fn a_removed_member_reads_nothing_new_and_nobody_seals_for_him() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, OPEN);
    let mut bob = join(&alice, 2, &ticket);
    let carol = join(&alice, 3, &ticket);
    alice.take_log_of(&bob);
    alice.take_log_of(&carol);
    // Bob is in the next epoch by his own device, so his removal leaves an inactive recipient.
    alice.rotate();
    bob.take_log_of(&alice);
    let read = seal(&mut alice, b"bob reads this");
    assert!(bob.reads(&read));
    let member = bob.member;
    alice.write(|records, _, _| records.member_remove(member, Vec::new())).expect("removes");
    assert_eq!(alice.ring.seal_key(&alice.log.membership()), Err(NoSealKey::MustRotate));
    alice.rotate();
    let secret = seal(&mut alice, b"bob does not");
    bob.take_log_of(&alice);
    assert!(!bob.reads(&secret));
    assert_eq!(alice.standing(&bob), Standing::Removed);
    let mut carol = carol;
    carol.take_log_of(&alice);
    assert!(carol.reads(&secret) && carol.reads(&read));
}

#[test]
fn t19_a_revoked_ticket_admits_nobody_and_forces_a_new_key() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, OPEN);
    let mut late = Peer::newcomer(2, &alice.log);
    alice
        .write(|records, _, _| records.write(Fields::InviteRevoke { invite: ticket.id() }))
        .expect("revokes");
    assert_eq!(alice.ring.seal_key(&alice.log.membership()), Err(NoSealKey::MustRotate));
    let member = late.member;
    late.write(|records, _, _| records.join(&ticket, member, None)).expect("he does not know yet");
    alice.take_log_of(&late);
    assert_eq!(alice.standing(&late), Standing::Removed);
    let mut later = Peer::newcomer(3, &alice.log);
    assert!(later.write(|records, _, _| records.join(&ticket, [3; 16], None)).is_err());
}

#[test]
fn t37_who_holds_a_revoked_ticket_reads_nothing_new() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, OPEN);
    let before = seal(&mut alice, b"while the ticket was good");
    alice
        .write(|records, _, _| records.write(Fields::InviteRevoke { invite: ticket.id() }))
        .expect("revokes");
    alice.rotate();
    let after = seal(&mut alice, b"since then");
    // Eve has the ticket and the whole log, by whatever way.
    let mut eve = Peer::newcomer(9, &alice.log);
    eve.ring.learn(&eve.log, &[ticket.opener()]);
    assert!(eve.reads(&before), "what the ticket opened is not taken back");
    assert!(!eve.reads(&after));
}

#[test]
fn t31_a_sibling_gives_the_key_to_a_device_added_while_others_slept() {
    let mut alice = Peer::founder();
    let phone = DeviceKeys::from_seed(&[8; 32]);
    let signature = tern_trust::log::sign_link(alice.log.workspace(), &alice.member, &phone);
    let (member, public) = (alice.member, phone.public());
    alice.write(|records, _, _| records.device_add(member, public, signature)).expect("adds");
    let missing = alice.ring.missing_wraps(&alice.log, &alice.log.membership());
    assert_eq!(missing, [phone.public().x25519]);
    alice.write(|records, ring, dice| records.give_key(ring, &missing, dice)).expect("gives");
    assert!(alice.ring.missing_wraps(&alice.log, &alice.log.membership()).is_empty());
    assert_eq!(KeyRing::new().learn(&alice.log, &[phone.opener()]).len(), 1);
}

#[test]
fn a_device_that_did_not_sign_that_it_wants_to_be_added_is_nobodys() {
    let mut alice = Peer::founder();
    let (phone, other) = (DeviceKeys::from_seed(&[8; 32]), DeviceKeys::from_seed(&[9; 32]));
    let (workspace, member) = (*alice.log.workspace(), alice.member);
    let sign = |device, workspace, member| tern_trust::log::sign_link(workspace, member, device);
    let mut bad = sign(&phone, &workspace, &member);
    bad[5] ^= 1;
    let signatures = [
        sign(&other, &workspace, &member),
        sign(&phone, &[3; 32], &member),
        sign(&phone, &workspace, &[3; 16]),
        bad,
    ];
    for signature in signatures {
        assert!(alice.write(|records, _, _| records.device_add(member, phone.public(), signature)).is_err());
        // By hand: it keeps its place in the log and says nothing.
        let fields = Fields::DeviceAdd(DeviceAdd { member, device: phone.public(), signature });
        let record = Record { heads: alice.log.heads(), fields };
        let writer = Writer { workspace, keys: &alice.keys, day: 20_000 };
        let kind = Kind::from_byte(record.fields.kind());
        let item =
            writer.clear(&mut FeedState::new(8), kind, [0; 16], [0; 16], &record.encode()).expect("signs");
        let mut log = alice.log.clone();
        assert_eq!(log.insert(item), Inserted::Stored);
        let membership = log.membership();
        assert!(!membership.devices.contains_key(&phone.id()) && !log.introduced(&phone.id()));
        assert!(
            !membership.recipients.iter().any(|to| *to == phone.public().x25519),
            "no key is given to it"
        );
    }
    let signature = sign(&phone, &workspace, &member);
    alice.write(|records, _, _| records.device_add(member, phone.public(), signature)).expect("adds");
    assert_eq!(alice.log.membership().member_of(&phone.id()), Some(member));
}

#[test]
fn a_join_that_the_invite_did_not_sign_for_its_author_is_refused() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, OPEN);
    let other = InviteKeys::from_secret(&[51; 32]);
    let (workspace, mallory) = (*alice.log.workspace(), DeviceKeys::from_seed(&[7; 32]));
    let writer = Writer { workspace, keys: &mallory, day: 20_000 };
    // Mallory signs the item; inside is what `by` says for that workspace and that author.
    let join = |by: &InviteKeys, workspace: [u8; 32], author: Id| {
        let mut join = Join {
            invite: ticket.id(),
            member: [7; 16],
            devices: vec![mallory.public()],
            signature: [0; 64],
        };
        join.signature = by.sign(Context::Invite, &[&workspace, &author, &join.signed_fields()]);
        let record = Record { heads: alice.log.heads(), fields: Fields::Join(join) };
        let kind = Kind::from_byte(record.fields.kind());
        writer.clear(&mut FeedState::new(7), kind, [0; 16], [0; 16], &record.encode()).expect("signs")
    };
    for bad in [
        join(&other, workspace, mallory.id()),
        join(&ticket, [3; 32], mallory.id()),
        join(&ticket, workspace, DeviceKeys::from_seed(&[2; 32]).id()),
    ] {
        assert_eq!(alice.log.clone().insert(bad), Inserted::Refused(RefusedRecord::Signature));
    }
    assert_eq!(alice.log.clone().insert(join(&ticket, workspace, mallory.id())), Inserted::Stored);
}

#[test]
fn t36_the_code_beats_the_thief_who_removed_it() {
    let mut thief = Peer::founder();
    let code = DeviceKeys::from_recovery_entropy(&[101; 32]);
    let before = thief.log.clone();
    let devices: BTreeSet<Id> = [code.id()].into();
    thief.write(|records, _, _| records.device_remove(&devices, Vec::new())).expect("removes the code");
    let mut owner =
        Peer { keys: code, log: before, feed: FeedState::new(77), ..Peer::newcomer(9, &thief.log) };
    let lost: BTreeSet<Id> = [thief.keys.id()].into();
    owner.write(|records, _, _| records.device_remove(&lost, Vec::new())).expect("removes the laptop");
    owner.take_log_of(&thief);
    thief.take_log_of(&owner);
    for peer in [&owner, &thief] {
        assert_eq!(peer.standing(&thief), Standing::Removed);
        assert!(matches!(peer.standing(&owner), Standing::Active { role: Role::Owner, .. }));
    }
}

/// The code's replica, with the log as `other` has it.
fn with_the_code(other: &Peer) -> Peer {
    let keys = DeviceKeys::from_recovery_entropy(&[101; 32]);
    Peer { keys, member: other.member, feed: FeedState::new(77), ..Peer::newcomer(9, &other.log) }
}

#[test]
fn t36_the_code_finds_its_way_back_from_a_log_in_which_it_is_removed() {
    let mut thief = Peer::founder();
    let before = thief.log.heads();
    let mut owner = with_the_code(&thief);
    let devices: BTreeSet<Id> = [owner.keys.id()].into();
    thief.write(|records, _, _| records.device_remove(&devices, Vec::new())).expect("removes the code");
    thief.rotate();
    let mut accomplice = common::link(&mut thief, 60);
    let member = thief.member;
    accomplice.write(|records, _, _| records.device_remove(&devices, Vec::new())).expect("says it again");
    owner.take_log_of(&accomplice);
    assert_eq!(owner.standing(&owner), Standing::Removed);

    let back = owner.write(|records, _, _| records.reclaim()).expect("takes the workspace back");
    let record = owner.log.record(back.id()).expect("stored");
    assert_eq!(record.heads, before, "written from just before the removal");
    // From here on it writes after everything, as everybody does.
    let after = owner.write(|records, _, _| records.relay_add([5; 32])).expect("acts for its member");
    assert!(owner.log.record(after.id()).expect("stored").heads.len() > 1);
    thief.take_log_of(&owner);
    for peer in [&owner, &thief] {
        assert_eq!(peer.standing(&owner), Standing::Active { member, role: Role::Owner });
        assert_eq!(peer.standing(&thief), Standing::Removed);
        assert_eq!(peer.standing(&accomplice), Standing::Removed);
    }
}

#[test]
fn t36_what_others_sealed_under_the_thiefs_key_is_read_by_the_owner_too() {
    let mut thief = Peer::founder();
    let ticket = invite(&mut thief, 50, OPEN);
    let mut bob = join(&thief, 2, &ticket);
    thief.take_log_of(&bob);
    let mut owner = with_the_code(&thief);
    owner.learn();
    let devices: BTreeSet<Id> = [owner.keys.id()].into();
    thief.write(|records, _, _| records.device_remove(&devices, Vec::new())).expect("removes the code");
    thief.rotate();
    bob.take_log_of(&thief);
    let page = seal(&mut bob, b"written while the thief ruled");
    owner.take_log_of(&thief);
    owner.write(|records, _, _| records.reclaim()).expect("takes the workspace back");
    owner.rotate();
    bob.take_log_of(&owner);
    owner.take_log_of(&bob);
    assert!(!owner.reads(&page), "the thief's key was not given to the owner");
    let lacking = bob.ring.strays(&bob.log, &bob.log.membership());
    assert!(
        matches!(lacking.as_slice(), [(_, keys)] if keys.contains(owner.keys.opener().public())),
        "{lacking:?}"
    );
    bob.write(|records, ring, dice| records.give_stray(ring, &lacking[0], dice)).expect("gives the key");
    assert!(bob.ring.strays(&bob.log, &bob.log.membership()).is_empty(), "given once");
    owner.take_log_of(&bob);
    assert!(owner.reads(&page));
    let again = owner.ring.strays(&owner.log, &owner.log.membership());
    assert!(again.is_empty(), "nobody else lacks it: {again:?}");
}

#[test]
fn keys_that_a_current_one_leads_back_to_are_given_to_nobody_again() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, OPEN);
    let mut bob = join(&alice, 2, &ticket);
    alice.take_log_of(&bob);
    alice.rotate();
    bob.take_log_of(&alice);
    for peer in [&alice, &bob] {
        assert!(peer.ring.strays(&peer.log, &peer.log.membership()).is_empty());
    }
}

#[test]
fn t36_a_code_that_an_admin_removed_with_its_member_stays_out() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, OPEN);
    let code = DeviceKeys::from_recovery_entropy(&[102; 32]);
    let mut bob = Peer::newcomer(2, &alice.log);
    let (member, public) = (bob.member, code.public());
    bob.write(|records, _, _| records.join(&ticket, member, Some(public))).expect("joins");
    alice.take_log_of(&bob);
    alice.write(|records, _, _| records.member_remove(member, Vec::new())).expect("removes");
    let mut again = Peer { keys: code, feed: FeedState::new(77), ..Peer::newcomer(9, &alice.log) };
    assert!(again.write(|records, _, _| records.reclaim()).is_err());
    assert_eq!(alice.log.membership().role_of(&member), Role::None);
}

#[test]
fn heads_without_records_are_those_before_them_and_of_their_contemporaries() {
    let mut alice = Peer::founder();
    let genesis = alice.log.heads();
    let ticket = invite(&mut alice, 50, OPEN);
    let invited = alice.log.heads();
    let (bob, carol) = (join(&alice, 2, &ticket), join(&alice, 3, &ticket));
    let (of_bob, of_carol) = (bob.log.heads()[0], carol.log.heads()[0]);
    alice.take_log_of(&bob);
    alice.take_log_of(&carol);
    let merged = alice.write(|records, _, _| records.relay_add([5; 32])).expect("names both");
    let without = |records: &[Id]| alice.log.heads_without(&records.iter().copied().collect());
    assert_eq!(without(&[]), [*merged.id()]);
    assert_eq!(without(&[of_bob]), [of_carol]);
    assert_eq!(without(&[of_bob, of_carol]), invited);
    assert_eq!(without(&genesis), [[0; 32]; 0]);
}

#[test]
fn t10_a_record_of_a_later_kind_keeps_its_place_and_a_later_version_is_refused() {
    let mut alice = Peer::founder();
    let before = alice.log.membership();
    let writer = tern_trust::Writer { workspace: *alice.log.workspace(), keys: &alice.keys, day: 20_000 };
    let fields = Fields::Unknown { kind: 0xaf, fields: b"of a later version".to_vec() };
    let body = Record { heads: alice.log.heads(), fields }.encode();
    let newer = writer.clear(&mut alice.feed, Kind::Record(0xaf), [0; 16], [0; 16], &body).expect("signs");
    assert_eq!(alice.log.insert(newer.clone()), Inserted::Stored);
    assert!(!alice.log.membership().is_effective(newer.id()), "what is not understood does nothing");
    assert_eq!(alice.log.membership().members, before.members);
    // The next record names it as its head: a replica without it waits, one that is given it goes on.
    let next = alice.write(|records, _, _| records.relay_add([5; 32])).expect("goes on");
    let mut other = Log::new(*alice.log.workspace());
    other.insert(alice.log.items().next().expect("genesis").clone());
    assert_eq!(other.insert(next.clone()), Inserted::WaitingFor(vec![*newer.id()]));
    let relayed: Vec<Item> = alice.log.items().cloned().collect();
    assert!(relayed.contains(&newer), "it is passed on as it came");
    other.insert_all(relayed);
    assert_eq!(other.membership(), alice.log.membership());

    let mut bytes = next.bytes().to_vec();
    bytes[0] = 2;
    assert_eq!(Item::parse(bytes), Err(Malformed::Version));
}

#[test]
fn t25_two_keys_for_one_epoch_do_not_pass() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, OPEN);
    let mut bob = join(&alice, 2, &ticket);
    let genesis_epoch = alice.ring.first().expect("first").epoch();
    let workspace = *alice.log.workspace();
    let other = tern_trust::EpochKey::new([0; 16], [66; 32]);
    let to = bob.keys.public().x25519;
    let wrap =
        tern_trust::wrap::wrap(&workspace, &other, &to, tern_trust::wrap::Hint::Shown, &mut alice.dice);
    let lie = tern_trust::record::KeyWrap {
        epoch: genesis_epoch,
        recipients: vec![to],
        wraps: vec![wrap.expect("wraps")],
    };
    alice.write(|records, _, _| records.write(Fields::KeyWrap(lie))).expect("writes the lie");
    bob.ring = KeyRing::new();
    bob.take_log_of(&alice);
    assert!(bob.ring.get(&genesis_epoch).is_none());
    assert!(bob.ring.keys().next().is_none(), "nor is the other key kept for anything");
}

#[test]
fn t20_the_device_of_an_accomplice_falls_with_the_thief_who_added_it() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, InviteTerms { role: Role::Reader, ..OPEN });
    let bob = join(&alice, 2, &ticket);
    alice.take_log_of(&bob);
    let mut thief = Peer { log: alice.log.clone(), member: bob.member, ..Peer::newcomer(2, &alice.log) };
    let stolen: BTreeSet<Id> = [bob.keys.id()].into();
    alice.write(|records, _, _| records.device_remove(&stolen, Vec::new())).expect("removes the laptop");
    // He adds a device from the heads before the removal, which adds another.
    let mut accomplice = common::link(&mut thief, 60);
    let further = common::link(&mut accomplice, 61);
    alice.take_log_of(&further);
    for peer in [&thief, &accomplice, &further] {
        assert_eq!(alice.standing(peer), Standing::Removed);
    }
    alice.rotate();
    let key = alice.ring.seal_key(&alice.log.membership()).expect("a key").epoch();
    for peer in [&mut thief, &mut accomplice] {
        peer.take_log_of(&alice);
        assert!(peer.ring.get(&key).is_none());
    }
}

#[test]
fn who_is_given_a_role_after_a_removal_is_in_and_what_they_write_counts() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, OPEN);
    let mut bob = join(&alice, 2, &ticket);
    alice.take_log_of(&bob);
    let member = bob.member;
    alice.write(|records, _, _| records.member_remove(member, Vec::new())).expect("removes him");
    alice.write(|records, _, _| records.role_set(member, Role::Writer, Vec::new())).expect("gives a role");
    alice.rotate();
    bob.take_log_of(&alice);
    let phone = common::link(&mut bob, 60);
    alice.take_log_of(&phone);
    for peer in [&bob, &phone] {
        let standing = alice.standing(peer);
        assert!(matches!(standing, Standing::Active { role: Role::Writer, .. }), "{standing:?}");
    }
}

#[test]
fn t22_a_grant_dated_before_his_removal_makes_nobodys_records_count() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, OPEN);
    let (mut bob, mut mallory) = (join(&alice, 2, &ticket), join(&alice, 3, &ticket));
    let carol = join(&alice, 4, &ticket);
    for peer in [&bob, &mallory, &carol] {
        alice.take_log_of(peer);
    }
    let (admin, stranger, victim) = (bob.member, mallory.member, carol.member);
    alice.write(|records, _, _| records.role_set(admin, Role::Admin, Vec::new())).expect("raises");
    bob.take_log_of(&alice);
    alice.write(|records, _, _| records.member_remove(admin, Vec::new())).expect("removes");
    bob.write(|records, _, _| records.role_set(stranger, Role::Admin, Vec::new())).expect("dates it back");
    mallory.take_log_of(&bob);
    mallory.write(|records, _, _| records.member_remove(victim, Vec::new())).expect("by that grant");
    alice.take_log_of(&mallory);
    assert_eq!(alice.log.membership().role_of(&stranger), Role::Writer);
    assert_eq!(alice.log.membership().role_of(&victim), Role::Writer);
}

#[test]
fn t24_a_late_join_with_a_ground_id_displaces_nobody_whom_an_admin_approved() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, InviteTerms { uses: 1, ..OPEN });
    let bob = join(&alice, 2, &ticket);
    let before = alice.log.clone();
    alice.take_log_of(&bob);
    let joined = bob.log.heads()[0];
    // Duty of an Admin's device: a Join within the limit is approved by itself.
    alice.write(|records, _, _| records.approve(joined, Role::Writer)).expect("approves");
    // Whoever holds the ticket tries ids until one sorts before Bob's.
    let ground = (0..64u64).find_map(|incarnation| {
        let mut eve = Peer { feed: FeedState::new(incarnation), ..Peer::newcomer(9, &before) };
        let member = eve.member;
        let item = eve.write(|records, _, _| records.join(&ticket, member, None)).expect("joins");
        (*item.id() < joined).then_some(eve)
    });
    let eve = ground.expect("one of 64 ids is lower");
    alice.take_log_of(&eve);
    assert_eq!(alice.log.membership().role_of(&bob.member), Role::Writer);
    assert_eq!(alice.log.membership().role_of(&eve.member), Role::None);
    assert_eq!(alice.log.membership().waiting.len(), 1);
}

#[test]
fn an_epoch_whose_boxes_open_for_nobody_keeps_no_one_from_changing_the_key() {
    let mut alice = Peer::founder();
    let ticket = invite(&mut alice, 50, OPEN);
    let mut bob = join(&alice, 2, &ticket);
    bob.learn();
    let heads = bob.log.membership().head_epochs.clone();
    let lie = tern_trust::record::Epoch {
        commitment: [66; 32],
        parents: heads.clone(),
        chain: heads.iter().map(|_| [0; 48]).collect(),
        recipients: bob.log.membership().recipients.clone(),
        wraps: Vec::new(),
    };
    bob.write(|records, _, _| records.write(Fields::Epoch(lie))).expect("the recipients are right");
    alice.take_log_of(&bob);
    assert_eq!(alice.ring.seal_key(&alice.log.membership()), Err(NoSealKey::NotHeld));
    alice.rotate();
    bob.take_log_of(&alice);
    let page = seal(&mut alice, b"on we go");
    assert!(bob.reads(&page));
}
