//! Laws of private spaces over random histories: members who come and go, an Admin of the workspace who lies, devices
//! that learn of each other's records late and in any order.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Peer, link, team};
use tern_trust::EpochKey;
use tern_trust::derive::{Dice, Id, Id16};
use tern_trust::item::Item;
use tern_trust::log::Log;
use tern_trust::record::{Fields, Role, Sealed};
use tern_trust::space::{Inner, SealedKind, Spaces};
use tern_trust::wrap::unwrap;

struct Choices(Dice);

impl Choices {
    fn new(seed: u64) -> Self {
        let mut bytes = [77; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Choices(Dice::new(bytes))
    }

    fn below(&mut self, bound: usize) -> usize {
        let word = self.0.draw();
        u32::from_le_bytes([word[0], word[1], word[2], word[3]]) as usize % bound.max(1)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        (1..items.len()).for_each(|at| items.swap(at, self.below(at + 1)));
    }
}

const ROLES: [Role; 6] = [Role::None, Role::None, Role::Reader, Role::Commenter, Role::Writer, Role::Admin];

/// Five members, one of whom has a phone; the last is an Admin who keeps records back, dates them early and copies others'.
struct World {
    choices: Choices,
    peers: Vec<Peer>,
    spaces: Vec<Id16>,
}

impl World {
    fn new(seed: u64) -> World {
        let mut peers = team(&[Role::Writer, Role::Writer, Role::Writer, Role::Admin]);
        let phone = link(&mut peers[1], 60);
        peers.insert(4, phone);
        let mut world = World { choices: Choices::new(seed), peers, spaces: Vec::new() };
        for at in 0..2 {
            let (admin, writer) = (world.peers[1 + at].member, world.peers[3].member);
            let space = world.peers[at].space(&[(admin, Role::Admin), (writer, Role::Writer)]);
            world.spaces.push(space);
        }
        let personal = world.peers[1]
            .inside(|records, spaces, dice| records.create_space(spaces, SealedKind::Personal, dice))
            .expect("creates");
        world.spaces.push(personal.space);
        for other in [1, 2, 3, 4, 5, 1, 2, 3, 4] {
            world.meet(0, other);
        }
        world
    }

    fn meet(&mut self, one: usize, other: usize) {
        if one != other {
            let [one, other] = self.peers.get_disjoint_mut([one, other]).expect("two peers");
            one.take_log_of(other);
            other.take_log_of(one);
        }
    }

    /// Anybody does anything that he may; refusals are fine.
    fn step(&mut self) {
        let last = self.peers.len() - 1;
        let at = if self.choices.below(5) == 0 { last } else { self.choices.below(last) };
        let other = self.choices.below(self.peers.len());
        let member = self.peers[other].member;
        let role = ROLES[self.choices.below(ROLES.len())];
        let space = self.spaces[self.choices.below(self.spaces.len())];
        let evil = at == last;
        let device: BTreeSet<Id> = [self.peers[other].keys.id()].into();
        let peer = &mut self.peers[at];
        match self.choices.below(12) {
            0..=2 => drop(peer.set_role(&space, (member, role), Vec::new())),
            3 => peer.settle(&[]),
            4 => drop(peer.inside(|records, spaces, dice| records.space_rotate(spaces, &space, dice))),
            5 => drop(peer.inside(|records, spaces, dice| records.space_leave(spaces, &space, dice))),
            6 if evil => drop(peer.write(|records, _, _| records.member_remove(member, Vec::new()))),
            7 if evil => drop(peer.write(|records, _, _| records.member_restore(member, Role::Writer))),
            8 if evil => drop(peer.write(|records, _, _| records.device_remove(&device, Vec::new()))),
            9 if evil => self.copy(at),
            _ => self.meet(at, other),
        }
        self.peers[at].learn();
    }

    /// The liar signs another's sealed record as his own.
    fn copy(&mut self, at: usize) {
        let sealed: Vec<Sealed> = self.peers[at]
            .log
            .records()
            .filter_map(|(_, record)| match &record.fields {
                Fields::Sealed(sealed) => Some(sealed.clone()),
                _ => None,
            })
            .collect();
        if sealed.is_empty() {
            return;
        }
        let copied = sealed[self.choices.below(sealed.len())].clone();
        drop(self.peers[at].write(|records, _, _| records.write(Fields::Sealed(copied))));
    }

    fn records(&self) -> Vec<Item> {
        let mut seen = BTreeSet::new();
        let all = self.peers.iter().flat_map(|peer| peer.log.items());
        all.filter(|item| seen.insert(*item.id())).cloned().collect()
    }
}

fn world(seed: u64) -> World {
    let mut world = World::new(seed);
    (0..45).for_each(|_| world.step());
    world
}

fn state(spaces: &Spaces) -> BTreeMap<Id16, tern_trust::Space> {
    spaces.iter().map(|(id, space)| (*id, space.clone())).collect()
}

#[test]
fn what_a_replica_knows_of_its_spaces_is_the_same_in_any_order_and_when_rebuilt() {
    let (mut opened, mut forked) = (0, 0);
    for seed in 0..24 {
        let mut world = world(seed);
        let records = world.records();
        for at in 0..world.peers.len() {
            let keys = world.peers[at].keys.clone_keys();
            let opener = keys.opener();
            let mut whole = Log::new(*world.peers[at].log.workspace());
            whole.insert_all(records.clone());
            let mut at_once = Spaces::new();
            at_once.learn(&whole, &[opener]);
            // One by one, in an order drawn anew, learning after each.
            let (mut log, mut growing) = (Log::new(*whole.workspace()), Spaces::new());
            let mut rest = records.clone();
            world.choices.shuffle(&mut rest);
            while !rest.is_empty() {
                let before = rest.len();
                rest.retain(|item| {
                    let stored = matches!(log.insert(item.clone()), tern_trust::Inserted::Stored);
                    if stored {
                        growing.learn(&log, &[opener]);
                    }
                    !stored
                });
                assert!(rest.len() < before, "seed {seed}: no record fits");
            }
            let (whole, grown) = (state(&at_once), state(&growing));
            assert_eq!(whole, grown, "seed {seed}, replica {at}");
            let held = |spaces: &Spaces| spaces.keys().map(EpochKey::epoch).collect::<Vec<_>>();
            assert_eq!(held(&at_once), held(&growing), "seed {seed}, replica {at}");
            // And from stored keys alone, without trying a wrap again.
            let mut stored = Spaces::new();
            at_once.keys().for_each(|key| {
                stored.insert(key.clone());
            });
            assert!(stored.learn(&log, &[]).is_empty());
            assert_eq!(state(&stored), whole, "seed {seed}, replica {at}");
            opened += whole.len();
            forked += whole.values().filter(|space| space.head_epochs.len() > 1).count();
        }
    }
    println!("spaces compared {opened}, with two heads {forked}");
    assert!(opened > 100 && forked > 0, "the histories exercise the law: {opened}, {forked}");
}

/// Epochs whose key a device was given in a box, and all that follows from them by chains in records.
fn given(peer: &Peer, all: &Log, chains: &BTreeMap<Id16, Vec<Id16>>) -> BTreeSet<Id16> {
    let mut open: Vec<Id16> = Vec::new();
    for (_, record) in all.records() {
        let Fields::Sealed(sealed) = &record.fields else { continue };
        let mut boxes =
            sealed.wraps.iter().filter_map(|wrap| unwrap(all.workspace(), wrap, peer.keys.opener()));
        open.extend(boxes.any(|key| key.epoch() == sealed.epoch).then_some(sealed.epoch));
    }
    let mut given = BTreeSet::new();
    while let Some(epoch) = open.pop() {
        if given.insert(epoch) {
            open.extend(chains.get(&epoch).into_iter().flatten());
        }
    }
    given
}

#[test]
fn nobody_reads_an_epoch_that_no_member_gave_him_and_the_creator_stays() {
    let (mut denied, mut held) = (0, 0);
    for seed in 100..124 {
        let mut world = world(seed);
        let records = world.records();
        for peer in &mut world.peers {
            peer.log.insert_all(records.clone());
            peer.learn();
        }
        // What every replica together can open says which epochs there are, who was named, and how they chain.
        let (mut chains, mut named): (BTreeMap<Id16, Vec<Id16>>, BTreeMap<Id16, BTreeSet<Id>>) =
            Default::default();
        let mut epochs = BTreeSet::new();
        for peer in &world.peers {
            epochs.extend(peer.spaces.keys().map(EpochKey::epoch));
            for (_, _, inner) in peer.spaces.opened_records() {
                for record in inner {
                    match record {
                        Inner::Act(Fields::Epoch(epoch)) => {
                            let id: Id16 = epoch.commitment[..16].try_into().expect("16");
                            chains.insert(id, epoch.parents.clone());
                            named.entry(id).or_default().extend(&epoch.recipients);
                        }
                        Inner::Act(Fields::KeyWrap(wrap)) => {
                            named.entry(wrap.epoch).or_default().extend(&wrap.recipients);
                        }
                        _ => {}
                    }
                }
            }
            for (_, space) in peer.spaces.iter() {
                assert_eq!(space.given[&space.creator], Role::Owner, "seed {seed}");
                named.entry(space.first).or_default().extend(&space.epochs[&space.first].recipients);
            }
        }
        let all = world.peers[0].log.clone();
        for peer in &world.peers {
            let holds: BTreeSet<Id16> = peer.spaces.keys().map(EpochKey::epoch).collect();
            let may = given(peer, &all, &chains);
            assert!(holds.is_subset(&may), "seed {seed}");
            // Whoever was given a key in a box is named as its recipient: nobody reads along unseen.
            let me = peer.keys.public().x25519;
            let boxed = may.iter().filter(|epoch| {
                !chains.iter().any(|(child, parents)| may.contains(child) && parents.contains(epoch))
            });
            for epoch in boxed {
                // A space whose very beginning was undone names nobody.
                let known = named.get(epoch).is_none_or(|named| named.contains(&me));
                assert!(known, "seed {seed}: an unnamed recipient");
            }
            held += holds.len();
            denied += epochs.difference(&holds).count();
        }
    }
    println!("keys held {held}, denied {denied}");
    assert!(held > 200 && denied > 100, "the histories exercise the law: {held}, {denied}");
}
