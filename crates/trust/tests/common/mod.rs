//! Peers with logs, keys and feeds, and a stand-in for the document library's gates.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::{BTreeMap, BTreeSet};

use tern_trust::batch::{Attest, Batch};
use tern_trust::derive::{Dice, Id, Id16, actor_id, id16};
use tern_trust::device::{DeviceKeys, InviteKeys};
use tern_trust::feed::{FeedState, Writer};
use tern_trust::item::{Feed, Item};
use tern_trust::judge::{
    Access, ChangeFacts, ChangeGate, CutCache, DocumentJudgement, FeedItem, Feeds, Opened, OperationGate,
    TrialOutcome, Verdict, judge_document, open_item,
};
use tern_trust::keyring::KeyRing;
use tern_trust::log::{
    Founding, Inserted, InviteTerms, Log, RecordWriter, Standing, WriteError, found_workspace,
};
use tern_trust::pack::{Listed, PackContent, PackList};
use tern_trust::record::{Cut, InviteMode, Role};
use tern_trust::space::{SealedKind, SpaceWritten, Spaces};

/// One replica: a device with its log, keys and feed.
pub struct Peer {
    pub keys: DeviceKeys,
    pub log: Log,
    pub ring: KeyRing,
    pub spaces: Spaces,
    /// Feeds of other spaces than the root.
    pub feeds: BTreeMap<Id16, FeedState>,
    pub feed: FeedState,
    pub dice: Dice,
    pub member: Id16,
}

impl Peer {
    pub fn founder() -> Peer {
        let keys = DeviceKeys::from_seed(&[1; 32]);
        let recovery = DeviceKeys::from_recovery_entropy(&[101; 32]);
        let mut dice = Dice::new([201; 32]);
        let founding =
            Founding { keys: &keys, recovery: Some(recovery.public()), day: 20_000, incarnation: 1 };
        let founded = found_workspace(&founding, &mut dice).expect("founds");
        let mut ring = KeyRing::new();
        assert_eq!(ring.learn(&founded.log, &[keys.opener()]), [founded.key.epoch()]);
        Peer {
            keys,
            log: founded.log,
            ring,
            spaces: Spaces::new(),
            feeds: BTreeMap::new(),
            feed: founded.feed,
            dice,
            member: founded.member,
        }
    }

    pub fn newcomer(seed: u8, log: &Log) -> Peer {
        Peer {
            keys: DeviceKeys::from_seed(&[seed; 32]),
            log: log.clone(),
            ring: KeyRing::new(),
            spaces: Spaces::new(),
            feeds: BTreeMap::new(),
            feed: FeedState::new(u64::from(seed)),
            dice: Dice::new([seed; 32]),
            member: [seed; 16],
        }
    }

    pub fn write<T>(&mut self, write: impl FnOnce(&mut RecordWriter<'_>, &KeyRing, &mut Dice) -> T) -> T {
        let writer = Writer { workspace: *self.log.workspace(), keys: &self.keys, day: 20_000 };
        let mut records = RecordWriter { writer, feed: &mut self.feed, log: &mut self.log };
        write(&mut records, &self.ring, &mut self.dice)
    }

    /// Writes into private spaces.
    pub fn inside<T>(&mut self, write: impl FnOnce(&mut RecordWriter<'_>, &mut Spaces, &mut Dice) -> T) -> T {
        let writer = Writer { workspace: *self.log.workspace(), keys: &self.keys, day: 20_000 };
        let mut records = RecordWriter { writer, feed: &mut self.feed, log: &mut self.log };
        self.spaces.learn(records.log, &[self.keys.opener()]);
        let written = write(&mut records, &mut self.spaces, &mut self.dice);
        self.learn();
        written
    }

    /// A private space with these others in it.
    pub fn space(&mut self, others: &[(Id16, Role)]) -> Id16 {
        let created = self.inside(|records, spaces, dice| {
            records.create_space(spaces, SealedKind::Private, dice).expect("creates")
        });
        for other in others {
            self.set_role(&created.space, *other, Vec::new()).expect("adds");
        }
        created.space
    }

    pub fn set_role(
        &mut self,
        space: &Id16,
        role: (Id16, Role),
        cuts: Vec<Cut>,
    ) -> Result<SpaceWritten, WriteError> {
        self.inside(|records, spaces, dice| records.space_role_set(spaces, space, role, cuts, dice))
    }

    pub fn role_in(&self, space: &Id16, member: &Id16) -> Role {
        let membership = self.log.membership();
        Access::new(&membership, &self.ring, &self.spaces).role_of(space, member)
    }

    /// Does everything that is due in its spaces.
    pub fn settle(&mut self, held: &[Item]) {
        let held: Vec<(Feed, u32, Id16)> =
            held.iter().map(|item| (item.header().feed(), item.header().seq, id16(item.id()))).collect();
        let me = self.keys.id();
        for duty in self.spaces.duties(&self.log.membership(), &me) {
            self.inside(|records, spaces, dice| records.settle_space(spaces, &duty, &held, dice))
                .expect("settles");
        }
    }

    /// One change of a document of a private space, sealed.
    pub fn seal_in(&mut self, space: &Id16, document: Id16, changes: Vec<Vec<u8>>) -> Item {
        let membership = self.log.membership();
        let access = Access::new(&membership, &self.ring, &self.spaces);
        let (key, first) =
            (access.seal_key(space).expect("a key"), access.first(space).expect("a first key"));
        let feed = self.feeds.entry(*space).or_insert_with(|| FeedState::new(self.feed.incarnation));
        let writer = Writer { workspace: *self.log.workspace(), keys: &self.keys, day: 20_000 };
        let batch = Batch { document, transaction: 1, changes };
        writer.batch_in(feed, *space, key, first, &batch).expect("seals")
    }

    pub fn rotate(&mut self) {
        let rotated = self.write(|records, ring, dice| records.rotate(ring, dice).expect("rotates"));
        self.ring.insert(rotated.key);
    }

    pub fn learn(&mut self) -> usize {
        self.spaces.learn(&self.log, &[self.keys.opener()]);
        self.ring.learn(&self.log, &[self.keys.opener()]).len()
    }

    pub fn take_log_of(&mut self, other: &Peer) {
        let items: Vec<Item> = other.log.items().cloned().collect();
        for (_, outcome) in self.log.insert_all(items) {
            assert!(matches!(outcome, Inserted::Stored | Inserted::Known), "{outcome:?}");
        }
        self.learn();
    }

    /// The log alone, for taking it while its owner is borrowed.
    pub fn clone_log(&self) -> Peer {
        Peer::newcomer(250, &self.log)
    }

    pub fn standing(&self, of: &Peer) -> Standing {
        self.log.membership().standing(&of.keys.id())
    }

    pub fn seal(&mut self, document: Id16, changes: Vec<Vec<u8>>) -> Item {
        let writer = Writer { workspace: *self.log.workspace(), keys: &self.keys, day: 20_000 };
        let membership = self.log.membership();
        let key = self.ring.seal_key(&membership).expect("a key");
        let first = self.ring.first().expect("the first key");
        let batch = Batch { document, transaction: 1, changes };
        writer.batch(&mut self.feed, key, first, &batch).expect("seals")
    }

    /// A pack that claims to fold `listed` into a document of these changes.
    pub fn pack(&mut self, document: Id16, listed: &[Item], changes: &[Vec<u8>]) -> Item {
        let writer = Writer { workspace: *self.log.workspace(), keys: &self.keys, day: 20_000 };
        let membership = self.log.membership();
        let key = self.ring.seal_key(&membership).expect("a key");
        let first = self.ring.first().expect("the first key");
        let inner =
            listed.iter().filter_map(tern_trust::pack::list_of).flat_map(|list| list.items().to_vec());
        let names = listed.iter().map(|item| Listed::of(item.header(), item.id())).chain(inner);
        let list = PackList::new(names.collect::<Vec<_>>()).expect("within limits");
        let saved = changes.iter().flat_map(|c| [&(c.len() as u32).to_le_bytes()[..], c].concat()).collect();
        let content = PackContent { document, saved };
        writer.pack_in(&mut self.feed, [0; 16], (key, first), &list, &content).expect("seals")
    }

    /// Word for a pack.
    pub fn attest(&mut self, pack: &Item) -> Item {
        let writer = Writer { workspace: *self.log.workspace(), keys: &self.keys, day: 20_000 };
        let tag = pack.header().tag;
        writer.attest(&mut self.feed, [0; 16], tag, &Attest { pack: *pack.id() }).expect("signs")
    }

    pub fn reads(&self, item: &Item) -> bool {
        let membership = self.log.membership();
        let access = Access::new(&membership, &self.ring, &self.spaces);
        let key = access.key(&item.header().space, &item.header().epoch);
        key.is_some_and(|key| item.open(key).is_some())
    }

    pub fn actor(&self) -> Id16 {
        actor_id(&self.keys.id(), self.feed.incarnation)
    }

    /// Judges a document from these items; also the verdicts of items that did not open.
    pub fn judge(&self, document: Id16, items: &[Item]) -> (DocumentJudgement, BTreeMap<Id, Verdict>) {
        self.judge_with(document, items, &FakeGate::default())
    }

    pub fn judge_with(
        &self,
        document: Id16,
        items: &[Item],
        gate: &FakeGate,
    ) -> (DocumentJudgement, BTreeMap<Id, Verdict>) {
        self.judge_in(&[0; 16], document, items, gate)
    }

    pub fn judge_in(
        &self,
        space: &Id16,
        document: Id16,
        items: &[Item],
        gate: &FakeGate,
    ) -> (DocumentJudgement, BTreeMap<Id, Verdict>) {
        let membership = self.log.membership();
        let access = Access::new(&membership, &self.ring, &self.spaces);
        let (mut opened, mut closed) = (Vec::<Opened>::new(), BTreeMap::new());
        for item in items {
            match open_item(item, &access, gate) {
                Ok(item) => opened.push(item),
                Err(verdict) => {
                    closed.insert(*item.id(), verdict);
                }
            }
        }
        let feeds = Stored(items);
        let mut cache = CutCache::default();
        (judge_document(space, &document, &opened, &access, &feeds, &mut cache, gate), closed)
    }
}

/// The items a replica has stored.
pub struct Stored<'a>(pub &'a [Item]);

impl Feeds for Stored<'_> {
    fn items(&self, feed: &Feed) -> Vec<FeedItem> {
        let own = self.0.iter().filter(|item| item.header().feed() == *feed);
        own.map(|item| FeedItem { seq: item.header().seq, id: *item.id(), prev: item.header().prev })
            .collect()
    }

    fn covered_places(&self, feed: &Feed) -> BTreeSet<u32> {
        let lists = self.0.iter().filter_map(tern_trust::pack::list_of);
        let of_feed = |item: &Listed| (item.author, item.incarnation) == (feed.author, feed.incarnation);
        lists.flat_map(|list| list.items().to_vec()).filter(of_feed).map(|item| item.seq).collect()
    }
}

pub const OPEN: InviteTerms = InviteTerms { role: Role::Writer, mode: InviteMode::Open, uses: 5, expires: 0 };

pub fn invite(peer: &mut Peer, secret: u8, terms: InviteTerms) -> InviteKeys {
    let keys = InviteKeys::from_secret(&[secret; 32]);
    peer.write(|records, ring, dice| records.invite(&keys, &terms, ring, dice)).expect("invites");
    keys
}

pub fn join(from: &Peer, seed: u8, invite: &InviteKeys) -> Peer {
    let mut peer = Peer::newcomer(seed, &from.log);
    let member = peer.member;
    peer.write(|records, _, _| records.join(invite, member, None)).expect("joins");
    peer.ring.learn(&peer.log, &[peer.keys.opener(), invite.opener()]);
    peer
}

/// A stand-in for a change: actor[16], seq, start, operations, salt as u64, then dependencies.
pub fn change(actor: Id16, seq: u64, start: u64, deps: &[Id], salt: u64) -> Vec<u8> {
    let mut bytes = actor.to_vec();
    for number in [seq, start, 3, salt] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    deps.iter().for_each(|dep| bytes.extend_from_slice(dep));
    bytes
}

/// Alice owns, the others joined by one ticket each; all have the whole log.
pub fn team(roles: &[Role]) -> Vec<Peer> {
    let mut peers = vec![Peer::founder()];
    for (number, role) in roles.iter().enumerate() {
        let seed = 2 + number as u8;
        let ticket =
            invite(&mut peers[0], 100 + seed, InviteTerms { role: (*role).min(Role::Writer), ..OPEN });
        let peer = join(&peers[0], seed, &ticket);
        peers[0].take_log_of(&peer);
        if *role > Role::Writer {
            let set = peers[0].write(|records, _, _| records.role_set(peer.member, *role, Vec::new()));
            set.expect("an Admin by the Owner's word");
        }
        peers.push(peer);
    }
    let (first, rest) = peers.split_at_mut(1);
    rest.iter_mut().for_each(|peer| peer.take_log_of(&first[0]));
    peers
}

/// A further device of a member, with the whole log; its keys are up to others.
pub fn link(peer: &mut Peer, seed: u8) -> Peer {
    let mut other = Peer { member: peer.member, ..Peer::newcomer(seed, &peer.log) };
    let signature = tern_trust::log::sign_link(peer.log.workspace(), &peer.member, &other.keys);
    let (member, public) = (peer.member, other.keys.public());
    peer.write(|records, _, _| records.device_add(member, public, signature)).expect("adds a device");
    peer.learn();
    other.take_log_of(peer);
    other
}

pub fn hash(change: &[u8]) -> Id {
    *blake3::hash(change).as_bytes()
}

/// Reads [`change`]; everything else fails the header gate.
#[derive(Default)]
pub struct FakeGate {
    pub trials: BTreeMap<Id, TrialOutcome>,
}

/// Refuses stand-ins of the salt 0xBAD.
struct FakeOperations;

impl OperationGate for FakeOperations {
    fn admit(&mut self, chunk: &[u8]) -> Result<(), String> {
        if chunk.get(40..48) == Some(&0xBADu64.to_le_bytes()[..]) {
            Err("names nothing".into())
        } else {
            Ok(())
        }
    }
}

impl ChangeGate for FakeGate {
    fn header(&self, chunk: &[u8], actor: &Id16) -> Result<ChangeFacts, String> {
        let number = |at: usize| {
            let bytes = chunk.get(at..at + 8)?.try_into().ok()?;
            Some(u64::from_le_bytes(bytes))
        };
        let read = || {
            let deps = chunk.get(48..)?.chunks(32).map(|dep| dep.try_into().ok()).collect::<Option<_>>()?;
            Some(ChangeFacts {
                hash: hash(chunk),
                deps,
                actor: chunk.get(..16)?.try_into().ok()?,
                seq: number(16)?,
                start_op: number(24)?,
                op_count: number(32)?,
            })
        };
        let facts: ChangeFacts = read().ok_or("cut short")?;
        if facts.actor == *actor { Ok(facts) } else { Err("another actor".into()) }
    }

    /// A stand-in for a saved document: its changes, each with a length before it.
    fn unfold(&self, saved: &[u8]) -> Result<Vec<(Vec<u8>, ChangeFacts)>, String> {
        let mut rest = saved;
        let mut unfolded = Vec::new();
        while let Some((length, more)) = rest.split_first_chunk::<4>() {
            let (chunk, more) =
                more.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or("cut short")?;
            let actor = chunk.get(..16).and_then(|actor| actor.try_into().ok()).ok_or("cut short")?;
            unfolded.push((chunk.to_vec(), self.header(chunk, &actor)?));
            rest = more;
        }
        if rest.is_empty() { Ok(unfolded) } else { Err("cut short".into()) }
    }

    fn operations(&self) -> Box<dyn OperationGate> {
        Box::new(FakeOperations)
    }

    fn known_trial(&self, hash: &Id) -> Option<TrialOutcome> {
        self.trials.get(hash).cloned()
    }
}
