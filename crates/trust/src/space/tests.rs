//! What a member can do who seals whatever he likes under keys he holds.

use super::inner::{Bound, Inner, SealedKind, SpaceGenesis, seal_inner};
use super::{Space, Spaces};
use crate::derive::{Dice, Id, Id16, id16};
use crate::device::{DeviceKeys, InviteKeys};
use crate::feed::{FeedState, Writer};
use crate::keyring::KeyRing;
use crate::log::{Founding, InviteTerms, Log, RecordWriter, found_workspace};
use crate::record::{Cut, Epoch, Fields, InviteMode, KeyWrap, Role};
use crate::wrap::EpochKey;

/// Alice made a space with Bob in it; Mallory is in the workspace only. One log, for none of this depends on what is known.
struct World {
    log: Log,
    keys: [DeviceKeys; 3],
    feeds: [FeedState; 3],
    members: [Id16; 3],
    /// What Bob, the insider, can open.
    spaces: Spaces,
    space: Id16,
    dice: Dice,
}

fn world(role: Role) -> World {
    let keys = [1, 2, 3].map(|seed| DeviceKeys::from_seed(&[seed; 32]));
    let mut dice = Dice::new([9; 32]);
    let founding = Founding { keys: &keys[0], recovery: None, day: 1, incarnation: 1 };
    let founded = found_workspace(&founding, &mut dice).expect("founds");
    let mut ring = KeyRing::new();
    ring.learn(&founded.log, &[keys[0].opener()]);
    let feeds = [founded.feed, FeedState::new(2), FeedState::new(3)];
    let members = [founded.member, [2; 16], [3; 16]];
    let (log, spaces) = (founded.log, Spaces::new());
    let mut world = World { log, keys, feeds, members, spaces, space: [0; 16], dice };
    let ticket = InviteKeys::from_secret(&[4; 32]);
    let terms = InviteTerms { role: Role::Writer, mode: InviteMode::Open, uses: 2, expires: 0 };
    world.write(0, |records, _, dice| drop(records.invite(&ticket, &terms, &ring, dice).expect("invites")));
    for at in [1, 2] {
        world.write(at, |records, _, _| drop(records.join(&ticket, members[at], None).expect("joins")));
    }
    world.space = world.write(0, |records, spaces, dice| {
        let space = records.create_space(spaces, SealedKind::Private, dice).expect("creates").space;
        records.space_role_set(spaces, &space, (members[1], role), Vec::new(), dice).expect("lets in");
        space
    });
    world.spaces = Spaces::new();
    world.spaces.learn(&world.log, &[world.keys[1].opener()]);
    world
}

impl World {
    fn write<T>(
        &mut self,
        at: usize,
        write: impl FnOnce(&mut RecordWriter<'_>, &mut Spaces, &mut Dice) -> T,
    ) -> T {
        let writer = Writer { workspace: *self.log.workspace(), keys: &self.keys[at], day: 1 };
        let mut records = RecordWriter { writer, feed: &mut self.feeds[at], log: &mut self.log };
        write(&mut records, &mut self.spaces, &mut self.dice)
    }

    /// Seals `inner` under `key` as device `at`; says whether the last of it is effective.
    fn forge(&mut self, at: usize, key: &EpochKey, inner: &[Inner]) -> bool {
        let (heads, author) = (self.log.heads(), self.keys[at].id());
        let bound = Bound { workspace: self.log.workspace(), author: &author, heads: &heads };
        let sealed = seal_inner(&bound, key, Vec::new(), inner).expect("seals");
        let item = self.write(at, |records, _, _| records.write(Fields::Sealed(sealed)).expect("may write"));
        self.spaces.insert(key.clone());
        self.spaces.learn(&self.log, &[]);
        let index = inner.len() as u16 - 1;
        self.spaces.get(key.space()).is_some_and(|space| space.effective.contains(&(*item.id(), index)))
    }

    fn known(&self) -> &Space {
        self.spaces.get(&self.space).expect("Bob is in")
    }

    fn head(&self) -> EpochKey {
        self.spaces.key(&self.known().head_epochs[0]).expect("held").clone()
    }
}

fn epoch(key: &EpochKey, parent: &EpochKey, recipients: Vec<Id>) -> Inner {
    let (parents, chain) = (vec![parent.epoch()], vec![key.chain(&[0; 32], parent)]);
    Inner::Act(Fields::Epoch(Epoch {
        commitment: key.commitment(),
        parents,
        chain,
        recipients,
        wraps: Vec::new(),
    }))
}

#[test]
fn an_epoch_counts_only_for_exactly_those_who_are_in() {
    let mut world = world(Role::Reader);
    let (parent, new) = (world.head(), EpochKey::new(world.space, [7; 32]));
    let right = world.known().recipients.clone();
    let with_mallory = {
        let mut keys = right.clone();
        keys.push(*world.keys[2].opener().public());
        keys.sort_unstable();
        keys
    };
    assert!(!world.forge(1, &new, &[epoch(&new, &parent, with_mallory)]), "somebody from outside");
    assert!(!world.forge(1, &new, &[epoch(&new, &parent, right[..1].to_vec())]), "somebody left out");
    assert!(!world.forge(1, &parent, &[epoch(&new, &parent, right.clone())]), "under another key");
    assert!(!world.forge(2, &new, &[epoch(&new, &parent, right.clone())]), "by somebody from outside");
    assert_eq!(world.known().head_epochs, [parent.epoch()]);
    assert!(world.forge(1, &new, &[epoch(&new, &parent, right)]));
    assert_eq!(world.known().head_epochs, [new.epoch()]);
}

#[test]
fn each_role_inside_may_do_its_own_and_no_more() {
    let (space, item) = ([0; 16], [8; 32]);
    let table: [(Role, [bool; 5]); 4] = [
        (Role::Reader, [true, false, false, false, false]),
        (Role::Commenter, [true, false, false, false, false]),
        (Role::Writer, [true, true, true, false, false]),
        (Role::Admin, [true, true, true, true, false]),
    ];
    for (role, may) in table {
        let mut world = world(role);
        let key = world.head();
        let set = |member, role| Fields::RoleSet { member, role, cuts: Vec::new() };
        let give = KeyWrap { epoch: key.epoch(), recipients: Vec::new(), wraps: Vec::new() };
        let cuts = vec![Cut { space: world.space, device: world.keys[0].id(), feeds: Vec::new() }];
        let acts = [
            Fields::KeyWrap(give),
            Fields::ItemAdmit { space: world.space, items: vec![item] },
            Fields::Cuts { member: world.members[0], cuts },
            set(world.members[2], Role::Writer),
            set(world.members[0], Role::None),
        ];
        for (number, (act, may)) in acts.into_iter().zip(may).enumerate() {
            assert_eq!(world.forge(1, &key, &[Inner::Act(act)]), may, "{role}, act {number}");
        }
        let elsewhere = Fields::ItemAdmit { space, items: vec![item] };
        assert!(!world.forge(1, &key, &[Inner::Act(elsewhere)]), "items of another space");
        let newer = Inner::Unknown { kind: 0xBF, fields: vec![1] };
        assert!(!world.forge(1, &key, &[newer]), "a kind of the future");
    }
}

#[test]
fn who_knows_the_first_key_cannot_claim_to_have_made_the_space() {
    let mut world = world(Role::Admin);
    let first = world.spaces.first(&world.space).expect("held").clone();
    for kind in [SealedKind::Private, SealedKind::Personal] {
        let genesis = Inner::Genesis(SpaceGenesis { kind, commitment: first.commitment() });
        assert!(!world.forge(1, &first, &[genesis]));
    }
    assert_eq!((world.known().creator, world.known().kind), (world.members[0], SealedKind::Private));
    // Nor does a space begin in the middle, or twice.
    let again = Inner::Genesis(SpaceGenesis { kind: SealedKind::Private, commitment: first.commitment() });
    let newer = Inner::Unknown { kind: 0xBF, fields: vec![1] };
    assert!(!world.forge(0, &first, &[newer, again]));
    assert_eq!(world.known().first, id16(&first.commitment()));
}

#[test]
fn bytes_that_are_no_inner_records_say_nothing_and_harm_nothing() {
    let mut world = world(Role::Admin);
    let (key, before) = (world.head(), world.known().clone());
    for kind in [0x88, 0x8A, 0x8B, 0x8F, 0x90, 0xA0, 0x80, 0x92] {
        for fields in [Vec::new(), vec![0xFF; 7], vec![0xFF; 90]] {
            assert!(!world.forge(1, &key, &[Inner::Unknown { kind, fields }]), "{kind:02x}");
        }
    }
    assert_eq!(*world.known(), before);
}
