//! Inputs of bytes: items, records, messages, changes, files.

use std::sync::LazyLock;

use tern_model::{Class, Doc, DocId, Edit, Kind, Stamp, Value};
use tern_peer::trial::frame;
use tern_sync::api::{Credential, DenyReason, Refusal, Side};
use tern_sync::bundle::{BundleWriter, Preface, Summary};
use tern_sync::hello::workspace_proof;
use tern_sync::mem::MemReplica;
use tern_sync::wire::control::{
    Ask, Credit, Done, Hello, LaneRef, LaneRow, List, Message, NodeEntry, Nodes, Root, Stored, WireCredential,
};
use tern_sync::wire::items::{BatchBuilder, FrameHead, ItemFrame, Part};
use tern_sync::{Lane, Nibbles};
use tern_trust::batch::{Attest, Batch, BlobRef};
use tern_trust::chunk::bundle_header;
use tern_trust::derive::Dice;
use tern_trust::device::{DeviceKeys, InviteKeys, Opener};
use tern_trust::feed::{FeedState, Writer};
use tern_trust::log::{Founding, InviteTerms, Log, RecordWriter, found_workspace};
use tern_trust::pack::{Listed, PackList};
use tern_trust::record::{
    Cut, DeviceAdd, Epoch, FeedCut, Fields, Genesis, InviteCreate, InviteMode, Join, KeyWrap, Record, Role,
    Sealed,
};
use tern_trust::space::{Inner, SealedKind, SpaceGenesis, encode_inner};
use tern_trust::{EpochKey, Item, KeyRing};

use super::WORKSPACE;
use crate::targets::{Clear, session_exporter};

const DAY: u16 = 20_000;

/// A workspace of an owner, a member and a recovery code.
pub(crate) struct Cast {
    pub log: Log,
    pub owner: [u8; 16],
    /// Device keys of the owner, the member, the code, and of nobody.
    pub devices: Vec<[u8; 32]>,
    /// Bytes that records of this workspace are likely to name.
    pub known: Vec<Vec<u8>>,
}

impl Cast {
    pub fn new() -> Cast {
        let keys = DeviceKeys::from_seed(&[1; 32]);
        let code = DeviceKeys::from_recovery_entropy(&[101; 32]);
        let mut dice = Dice::new([201; 32]);
        let founding = Founding { keys: &keys, recovery: Some(code.public()), day: DAY, incarnation: 1 };
        let mut founded = found_workspace(&founding, &mut dice).expect("founds");
        let mut ring = KeyRing::new();
        ring.learn(&founded.log, &[keys.opener()]);
        let invite = InviteKeys::from_secret(&[7; 32]);
        let terms = InviteTerms { role: Role::Writer, mode: InviteMode::Open, uses: 5, expires: 0 };
        let writer = Writer { workspace: founded.workspace, keys: &keys, day: DAY };
        let mut records = RecordWriter { writer, feed: &mut founded.feed, log: &mut founded.log };
        records.invite(&invite, &terms, &ring, &mut dice).expect("invites");
        let joiner = DeviceKeys::from_seed(&[2; 32]);
        let mut feed = FeedState::new(2);
        let writer = Writer { workspace: founded.workspace, keys: &joiner, day: DAY };
        let mut records = RecordWriter { writer, feed: &mut feed, log: &mut founded.log };
        let member = [2; 16];
        records.join(&invite, member, None).expect("joins");
        let stranger = DeviceKeys::from_seed(&[3; 32]);
        let devices: Vec<[u8; 32]> =
            [&keys, &joiner, &code, &stranger].iter().map(|keys| keys.public().key).collect();
        let mut known = vec![founded.member.to_vec(), member.to_vec(), vec![9; 16]];
        for keys in [&keys, &joiner, &code, &stranger] {
            known.extend([keys.public().key.to_vec(), keys.public().x25519.to_vec()]);
        }
        known.extend(founded.log.items().map(|item| item.id().to_vec()));
        known.push(founded.key.commitment().to_vec());
        known.push(founded.key.epoch().to_vec());
        known.push(invite.id().to_vec());
        Cast { log: founded.log, owner: founded.member, devices, known }
    }
}

/// Opens bundles for the member of the seeds.
pub(crate) fn opener() -> &'static Opener {
    static OPENER: LazyLock<DeviceKeys> = LazyLock::new(|| DeviceKeys::from_seed(&[1; 32]));
    OPENER.opener()
}

fn records() -> Vec<Record> {
    let device = |seed: u8| DeviceKeys::from_seed(&[seed; 32]).public();
    let heads = vec![[1; 32], [2; 32]];
    let feeds = vec![FeedCut { incarnation: 1, seq: 7, item: [3; 16] }];
    let cuts = vec![Cut { space: [0; 16], device: [4; 32], feeds }];
    let mut devices = vec![device(1), device(2)];
    devices.sort_unstable();
    let all = [
        Fields::InviteCreate(InviteCreate {
            invite: [1; 32],
            x25519: [2; 32],
            role: Role::Writer,
            mode: InviteMode::Approve,
            uses: 3,
            expires: 9,
        }),
        Fields::InviteRevoke { invite: [1; 32] },
        Fields::Join(Join { invite: [1; 32], member: [2; 16], devices: devices.clone(), signature: [3; 64] }),
        Fields::Approve { join: [1; 32], role: Role::Reader },
        Fields::DeviceAdd(DeviceAdd { member: [1; 16], device: device(3), signature: [2; 64] }),
        Fields::DeviceRemove { devices: vec![[1; 32]], cuts: cuts.clone() },
        Fields::MemberRemove { member: [1; 16], cuts: cuts.clone() },
        Fields::RoleSet { member: [1; 16], role: Role::None, cuts: cuts.clone() },
        Fields::MemberRestore { member: [1; 16], role: Role::Writer },
        Fields::Epoch(Epoch {
            commitment: [1; 32],
            parents: vec![[2; 16]],
            chain: vec![[3; 48]],
            recipients: vec![[4; 32]],
            wraps: vec![[5; 104]],
        }),
        Fields::KeyWrap(KeyWrap { epoch: [1; 16], recipients: vec![[2; 32]], wraps: vec![[3; 104]] }),
        Fields::RelayAdd { device: [1; 32] },
        Fields::RelayRemove { device: [1; 32] },
        Fields::SpaceCreate { nonce: [1; 16] },
        Fields::ItemAdmit { space: [0; 16], items: vec![[1; 32], [2; 32]] },
        Fields::Cuts { member: [1; 16], cuts },
        Fields::Require { bits: 1 },
        Fields::Sealed(Sealed { epoch: [1; 16], wraps: vec![[2; 104]], nonce: [3; 24], bytes: vec![4; 80] }),
        Fields::Unknown { kind: 0xB0, fields: b"of a later version".to_vec() },
    ];
    let genesis = Genesis { member: [1; 16], devices, commitment: [2; 32], wraps: vec![[3; 104]] };
    let mut records: Vec<Record> =
        all.into_iter().map(|fields| Record { heads: heads.clone(), fields }).collect();
    records.push(Record { heads: Vec::new(), fields: Fields::Genesis(genesis) });
    records
}

/// Kind byte and body of a record of every kind.
pub fn record() -> Vec<Vec<u8>> {
    records().iter().map(|record| [&[record.fields.kind()][..], &record.encode()].concat()).collect()
}

/// What sealed records hold.
pub fn inner() -> Vec<Vec<u8>> {
    let genesis = Inner::Genesis(SpaceGenesis { kind: SealedKind::Private, commitment: [1; 32] });
    let acts = records().into_iter().filter_map(|record| match record.fields.kind() {
        0x88 | 0x8A | 0x8B | 0x8F | 0x90 => Some(Inner::Act(record.fields)),
        _ => None,
    });
    let all: Vec<Inner> = std::iter::once(genesis).chain(acts).collect();
    let unknown = Inner::Unknown { kind: 0xB1, fields: vec![1, 2, 3] };
    [all.clone(), vec![unknown], all[..1].to_vec()]
        .iter()
        .map(|inner| encode_inner(inner).expect("few").to_vec())
        .collect()
}

/// Programs of records: author, kind, length, body.
pub fn log() -> Vec<Vec<u8>> {
    // 0xE0.. : owner, member, nobody, keys of the owner, of the member, of the code, of a stranger, records, key, epoch, invite.
    let remove = [0, 7, 3, 0xE1, 0, 0];
    let role = [0, 8, 4, 0xE1, 4, 0, 0];
    let relay = [0, 0x0C, 1, 0xE9];
    let steal = [1, 7, 3, 0xE0, 0, 0];
    let restore = [0x10, 9, 2, 0xE1, 3];
    let revoke = [0, 2, 1, 0xEF];
    let add = [1, 5, 67, 0xE1, 0xE9, 0xEA];
    let add = [&add[..], &[0; 64]].concat();
    let programs: [&[&[u8]]; 5] = [
        &[&remove, &restore, &role],
        &[&role, &steal, &relay, &remove],
        &[&revoke, &remove, &add],
        &[&add, &role, &[0x20, 7, 3, 0xE1, 0, 0], &[0x11, 8, 4, 0xE0, 1, 0, 0]],
        &[&[2, 6, 5, 1, 0, 0xE3, 0, 0], &[0, 0x11, 8, 1, 0, 0, 0, 0, 0, 0, 0], &[3, 3, 1, 1]],
    ];
    programs.iter().map(|program| program.concat()).collect()
}

fn writer(keys: &DeviceKeys) -> Writer<'_> {
    Writer { workspace: WORKSPACE, keys, day: DAY }
}

fn items() -> Vec<Item> {
    let keys = DeviceKeys::from_seed(&[5; 32]);
    let (mut feed, key) = (FeedState::new(3), EpochKey::new([0; 16], [8; 32]));
    let writer = writer(&keys);
    let mut items = Vec::new();
    for changes in [vec![b"first".to_vec()], page_changes()] {
        let batch = Batch { document: [1; 16], transaction: 7, changes };
        items.push(writer.batch(&mut feed, &key, &key, &batch).expect("seals"));
    }
    let blob = BlobRef { hash: [1; 32], size: 9 };
    items.push(writer.blob_ref(&mut feed, [0; 16], [2; 16], &blob).expect("signs"));
    items.push(writer.attest(&mut feed, [0; 16], [2; 16], &Attest { pack: [3; 32] }).expect("signs"));
    let mut feed = FeedState::new(4);
    for record in records() {
        let kind = tern_trust::Kind::from_byte(record.fields.kind());
        items.push(writer.clear(&mut feed, kind, [0; 16], [0; 16], &record.encode()).expect("signs"));
    }
    items.push(
        writer.clear(&mut feed, tern_trust::Kind::Unknown(99), [0; 16], [7; 16], b"later").expect("signs"),
    );
    items
}

/// Items of every kind.
pub fn item() -> Vec<Vec<u8>> {
    items().iter().map(|item| item.bytes().to_vec()).collect()
}

/// Contents of batches, plain and deflated, and the bodies in the clear.
pub fn batch() -> Vec<Vec<u8>> {
    let small = Batch { document: [1; 16], transaction: 7, changes: vec![b"x".to_vec(), b"second".to_vec()] };
    let page = Batch { document: [1; 16], transaction: 8, changes: page_changes() };
    let even = Batch { document: [2; 16], transaction: 9, changes: vec![vec![0x41; 60_000]; 4] };
    let forms = [(&small, false), (&small, true), (&page, false), (&page, true), (&even, true)];
    let mut seeds: Vec<Vec<u8>> =
        forms.iter().map(|(batch, deflated)| batch.encode_with(*deflated).expect("small")).collect();
    seeds.push(BlobRef { hash: [1; 32], size: 9 }.encode());
    seeds.push(vec![3; 32]);
    seeds
}

pub(crate) fn root() -> Root {
    Root { log_n: 70, log_root: [1; 16], combined: [2; 16], cursor: 30, cursor_store: 10 }
}

fn greeting(credential: WireCredential) -> Message {
    let proof = workspace_proof(&WORKSPACE, &session_exporter(), Side::Dialler);
    Message::Hello(Hello { proto_min: 1, proto_max: 1, features: 0, store: [5; 8], proof, credential })
}

fn messages() -> Vec<Message> {
    let prefix = Nibbles::from_slice(&[4, 14, 2]).expect("short");
    let tail = |n: u8| Nibbles::from_slice(&[n]).expect("short");
    let entries = (0..3).map(|n| NodeEntry { tail: tail(n), n: 80, hash: [n; 8] }).collect();
    let nodes = Nodes { lane: LaneRef::Plain([0; 16]), prefix, entries };
    let list = List { lane: LaneRef::Keyed([9; 8]), prefix, ids: vec![[1; 8], [2; 8]] };
    vec![
        greeting(WireCredential::None),
        greeting((&Credential::Invite { key: [1; 32], signature: [2; 64] }).into()),
        greeting((&Credential::Node { workspace: WORKSPACE, proof: [3; 32] }).into()),
        Message::Deny(DenyReason::Removed),
        Message::Root(root()),
        Message::Lanes(vec![LaneRow { lane: LaneRef::Keyed([9; 8]), n: 5, root: [4; 16] }]),
        Message::Nodes(nodes.clone()),
        Message::Expand(nodes.clone()),
        Message::Fewer(nodes),
        Message::Ask(Ask { lane: LaneRef::Log, prefix: Nibbles::ROOT, whole: true }),
        Message::Ask(Ask { lane: LaneRef::Plain([0; 16]), prefix, whole: false }),
        Message::List(list.clone()),
        Message::Want(list),
        Message::Stored(Stored { frames: 3, row: 300, time_ms: 1_700_000_000_000 }),
        Message::Refused(vec![([5; 8], Refusal::Quota), ([6; 8], Refusal::Covered)]),
        Message::Credit(Credit { priority: 3, bytes: 262_144 }),
        Message::Same,
        Message::Done(Done { frames: 0, answer: true }),
        Message::Ping,
        Message::Bye,
        Message::Focus(vec![[8; 16]]),
    ]
}

/// Every message, and a stream of several.
pub fn control() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = messages().iter().map(Message::to_bytes).collect();
    seeds.push(messages().iter().flat_map(Message::to_frame).collect());
    seeds
}

/// First messages.
pub fn hello() -> Vec<Vec<u8>> {
    messages()[..5].iter().map(Message::to_bytes).collect()
}

const HEAD: FrameHead = FrameHead { frame: 0, log_before: 0, mark: 3, priority: 3 };

/// Items as they travel, and a part of one.
pub fn item_frame() -> Vec<Vec<u8>> {
    let items = items();
    let packed = |items: &[Item]| {
        let mut batch = BatchBuilder::new();
        for item in items {
            batch.push(&WORKSPACE, item.bytes());
        }
        batch.finish(HEAD).to_bytes()
    };
    let part = ItemFrame::Part(Part { head: HEAD, total: 100_000, offset: 0, bytes: vec![1, 2, 3] });
    vec![packed(&items[..2]), packed(&items[2..9]), packed(&items[..]), part.to_bytes()]
}

/// Talks: side and greeting, then pieces with their streams.
pub fn talk() -> Vec<Vec<u8>> {
    let piece = |stream: u8, bytes: &[u8]| {
        let padded = bytes.len().div_ceil(4);
        assert!(padded <= 255, "a piece of a talk is short");
        // The length counts in fours; what is too much is cut off the next piece, so fill up with a ping's frame start.
        let mut out = vec![stream, padded as u8];
        out.extend(bytes);
        out.resize(2 + padded * 4, 0);
        out
    };
    let frames = |messages: &[Message]| messages.iter().flat_map(Message::to_frame).collect::<Vec<u8>>();
    let all = messages();
    let mut seeds = Vec::new();
    for mode in 0..4u8 {
        for message in &all {
            seeds.push([&[mode][..], &piece(1, &message.to_frame())].concat());
        }
    }
    seeds.push([&[1][..], &piece(1, &frames(&all[..1])), &piece(1, &frames(&all[4..5]))].concat());
    let items = tern_sync::wire::frame::frame(&item_frame()[0]);
    for mode in [2u8, 3] {
        seeds.push([&[mode][..], &piece(2, &items[..items.len().min(1020)]), &piece(0xF3, b"")].concat());
    }
    seeds
}

/// Changes of a page, as an honest replica writes them.
pub(crate) fn page_changes() -> Vec<Vec<u8>> {
    static MADE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        let stamp = Stamp { actor: [0xA1; 16], time_ms: 1_795_000_000_000 };
        let id = DocId::new(Class::Content, [1; 15]);
        let (mut doc, first) = Doc::create(id, &Kind::Page, &stamp).expect("a page");
        let mut changes = first.0;
        let edits: [Vec<Edit>; 3] = [
            vec![Edit::SetField { name: "title".into(), value: Value::Text("Plan".into()) }],
            vec![Edit::SetBlocks {
                base: None,
                blocks: tern_interop::markdown::parse(
                    "# Plan\n\nWait **here**.\n\n- [ ] one\n\n| a | b |\n| --- | --- |\n| c | d |\n",
                ),
            }],
            vec![Edit::SetBlocks {
                base: None,
                blocks: tern_interop::markdown::parse("# Plan\n\nGo _on_ [there](tern:x).\n"),
            }],
        ];
        for edits in edits {
            changes.extend(doc.edit(&stamp, &edits).expect("edits").0);
        }
        changes
    });
    MADE.clone()
}

fn page() -> Doc {
    let mut doc = Doc::empty(DocId::new(Class::Content, [1; 15]));
    doc.apply(&page_changes()).expect("honest changes");
    doc
}

/// Raw changes.
pub fn gate() -> Vec<Vec<u8>> {
    page_changes()
}

/// Changes that follow those of the page: by another actor, and out of line.
pub fn trial() -> Vec<Vec<u8>> {
    let mut seeds = page_changes();
    let stamp = Stamp { actor: [0xB2; 16], time_ms: 1_795_000_001_000 };
    let mut doc = page();
    for markdown in ["# Plan\n\nGo _on_ there and **here**.\n", "1. other\n2. words\n"] {
        let edit = Edit::SetBlocks { base: None, blocks: tern_interop::markdown::parse(markdown) };
        let mut other = doc.clone();
        seeds.extend(other.edit(&stamp, &[edit]).expect("edits").0);
    }
    let edit = Edit::SetField { name: "title".into(), value: Value::Text("Other".into()) };
    seeds.extend(doc.edit(&stamp, &[edit]).expect("edits").0);
    seeds
}

/// Chunks for the op gate: those of the page, and such as follow them.
pub fn operations() -> Vec<Vec<u8>> {
    trial()
}

/// A document as a pack holds it.
pub fn unfold() -> Vec<Vec<u8>> {
    vec![page().save()]
}

/// Bodies of packs: of nobody, of one author and of several.
pub fn pack() -> Vec<Vec<u8>> {
    let listed =
        |author: u8, seq: u32| Listed { author: [author; 32], incarnation: 9, seq, item: [seq as u8; 16] };
    let lists = [
        Vec::new(),
        vec![listed(1, 0), listed(1, 1)],
        vec![listed(1, 0), listed(2, 0), listed(2, 1), listed(3, 7)],
    ];
    let encode = |items: Vec<Listed>| PackList::new(items).expect("within limits").encode();
    lists.into_iter().map(|items| [encode(items), vec![5; 48]].concat()).collect()
}

/// Files of the document library: saved, and as a row of changes.
pub fn foreign() -> Vec<Vec<u8>> {
    let doc = page();
    vec![doc.save(), page_changes().concat(), page_changes()[0].clone()]
}

/// A bundle for a member, and what stands in one.
pub fn bundle() -> Vec<Vec<u8>> {
    let mut replica = MemReplica::new(WORKSPACE, [1; 32], 10);
    replica.write(0x80, Lane::LOG, DAY, b"");
    for n in 0..4 {
        replica.write(1, Lane::ROOT, DAY + n, &[n as u8; 60]);
    }
    replica.write(2, Lane::ROOT, DAY, &[7; 100]);
    let preface = Preface { workspace: WORKSPACE, sender: [1; 32], day: DAY };
    let theirs = Summary::of(&replica, &[Lane::LOG]).expect("in memory");
    let plain = |theirs: Option<&Summary>| {
        let mut writer = BundleWriter::new(&replica, &preface, &[Lane::ROOT], theirs).expect("in memory");
        let sealed = writer.next_chunk(&replica, &Clear).expect("in memory").expect("one chunk");
        sealed[..sealed.len() - 16].to_vec()
    };
    let mut dice = Dice::new([9; 32]);
    let (mut file, sealer) =
        bundle_header(&WORKSPACE, &[*opener().public()], &mut dice).expect("one recipient");
    file.extend(sealer.seal_all(&plain(None)));
    vec![plain(None), plain(Some(&theirs)), file]
}

/// Questions to a trial process and its answers.
pub fn trial_frame() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for kind in [frame::Kind::Changes, frame::Kind::Foreign] {
        let head = frame::Head { kind, ground_memory_bytes: 5, step_memory_bytes: 6, processor_secs: 7 };
        let mut question = Vec::new();
        frame::write_question(&mut question, &head, &[b"one", b""], &[b"three"]).expect("into memory");
        seeds.push(question);
    }
    for answer in [
        frame::Answer::Stands,
        frame::Answer::Done(b"{}".to_vec()),
        frame::Answer::Fails("why".into()),
        frame::Answer::GroundFails("why".into()),
        frame::Answer::Refused(b"{}".to_vec()),
    ] {
        let mut said = Vec::new();
        frame::write_answer(&mut said, &answer).expect("into memory");
        seeds.push(said);
    }
    seeds
}
