//! Golden bytes of every message and item frame, and totality over any bytes.

use proptest::prelude::*;
use tern_sync::api::{Credential, DenyReason, Refusal, Side};
use tern_sync::hello::{Caller, SessionNames, identify, node_proof, workspace_proof};
use tern_sync::mem::Rng;
use tern_sync::wire::control::{
    Ask, Credit, Done, Hello, LaneRef, LaneRow, List, Message, NodeEntry, Nodes, Root, Stored, WireCredential,
};
use tern_sync::wire::item::{Head, KIND_PACK, id_of, place_of, split};
use tern_sync::wire::items::{BatchBuilder, FrameHead, ItemFrame, Part, Pushed};
use tern_sync::wire::{BODY_MAX, FOCUS_MAX, LANES_MAX, PACK_MAX, REFUSED_MAX};
use tern_sync::{Lane, Nibbles};

const WORKSPACE: [u8; 32] = [42; 32];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn hello(credential: WireCredential) -> Message {
    let proof = workspace_proof(&WORKSPACE, &[7; 32], Side::Dialler);
    let store = 0x0102_0304_0506_0708u64.to_le_bytes();
    Message::Hello(Hello { proto_min: 1, proto_max: 1, features: 5, store, proof, credential })
}

fn messages() -> Vec<(&'static str, Message)> {
    let prefix = Nibbles::from_slice(&[4, 14, 2]).expect("short");
    let tail = Nibbles::from_slice(&[15, 1]).expect("short");
    let entries = vec![NodeEntry { tail, n: 300, hash: [0xab; 8] }];
    let nodes = Nodes { lane: LaneRef::Keyed([9; 8]), prefix, entries };
    let list = List { lane: LaneRef::Plain([1; 16]), prefix, ids: vec![[2; 8], [3; 8]] };
    let root = Root { log_n: 70, log_root: [1; 16], combined: [2; 16], cursor: 300_000, cursor_store: 513 };
    vec![
        ("hello", hello(WireCredential::None)),
        ("hello invite", hello((&Credential::Invite { key: [1; 32], signature: [2; 64] }).into())),
        ("hello node", hello((&Credential::Node { workspace: WORKSPACE, proof: [3; 32] }).into())),
        ("deny", Message::Deny(DenyReason::Removed)),
        ("root", Message::Root(root)),
        ("lanes", Message::Lanes(vec![LaneRow { lane: LaneRef::Keyed([9; 8]), n: 5, root: [4; 16] }])),
        ("nodes", Message::Nodes(nodes.clone())),
        ("expand", Message::Expand(nodes.clone())),
        ("fewer", Message::Fewer(nodes)),
        ("ask", Message::Ask(Ask { lane: LaneRef::Log, prefix, whole: true })),
        ("list", Message::List(list.clone())),
        ("want", Message::Want(list)),
        ("stored", Message::Stored(Stored { frames: 3, row: 300, time_ms: 1_700_000_000_000 })),
        ("refused", Message::Refused(vec![([5; 8], Refusal::Quota), ([6; 8], Refusal::Covered)])),
        ("credit", Message::Credit(Credit { priority: 3, bytes: 262_144 })),
        ("same", Message::Same),
        ("done", Message::Done(Done { frames: 9, answer: true })),
        ("ping", Message::Ping),
        ("bye", Message::Bye),
        ("focus", Message::Focus(vec![[8; 16]])),
    ]
}

#[test]
fn golden_messages() {
    let golden = include_str!("golden/messages.txt");
    let written: String =
        messages().iter().map(|(name, m)| format!("{name}: {}\n", hex(&m.to_frame()))).collect();
    assert_eq!(written, golden);
    for (name, message) in messages() {
        assert_eq!(Message::from_bytes(&message.to_bytes()).as_ref(), Ok(&message), "{name}");
        let mut longer = message.to_bytes();
        longer.push(0);
        assert!(Message::from_bytes(&longer).is_err(), "{name} with a trailing byte");
    }
}

#[test]
fn unknown_messages_are_read_as_unknown_and_bounds_are_kept() {
    assert_eq!(Message::from_bytes(&[200, 1, 2, 3]), Ok(Message::Unknown));
    let prefix = Nibbles::ROOT;
    let list = |n| List { lane: LaneRef::Log, prefix, ids: vec![[0; 8]; n] };
    assert!(Message::from_bytes(&Message::List(list(64)).to_bytes()).is_ok());
    assert!(Message::from_bytes(&Message::List(list(65)).to_bytes()).is_err());
    assert!(Message::from_bytes(&Message::Want(list(4096)).to_bytes()).is_ok());
    assert!(Message::from_bytes(&Message::Want(list(4097)).to_bytes()).is_err());
    let row = |n: usize| LaneRow { lane: LaneRef::Keyed((n as u64).to_be_bytes()), n: 1, root: [0; 16] };
    let lanes = |n| Message::Lanes((0..n).map(row).collect()).to_bytes();
    assert!(
        Message::from_bytes(&lanes(LANES_MAX)).is_ok() && Message::from_bytes(&lanes(LANES_MAX + 1)).is_err()
    );
    let focus = |n| Message::Focus(vec![[1; 16]; n]).to_bytes();
    assert!(
        Message::from_bytes(&focus(FOCUS_MAX)).is_ok() && Message::from_bytes(&focus(FOCUS_MAX + 1)).is_err()
    );
    let refused = |n| Message::Refused(vec![([1; 8], Refusal::Size); n]).to_bytes();
    assert!(Message::from_bytes(&refused(REFUSED_MAX)).is_ok());
    assert!(Message::from_bytes(&refused(REFUSED_MAX + 1)).is_err());
    let entry =
        |nibbles: &[u8], n| NodeEntry { tail: Nibbles::from_slice(nibbles).expect("short"), n, hash: [0; 8] };
    let nodes = |entries| Message::Nodes(Nodes { lane: LaneRef::Log, prefix, entries }).to_bytes();
    assert!(Message::from_bytes(&nodes(vec![entry(&[1], 1), entry(&[2], 1)])).is_ok());
    for bad in [
        vec![entry(&[2], 1), entry(&[1], 1)],
        vec![entry(&[1], 1), entry(&[1, 2], 1)],
        vec![entry(&[1], 0)],
        (0..65).map(|i| entry(&[i / 16, i % 16], 1)).collect(),
    ] {
        assert!(Message::from_bytes(&nodes(bad)).is_err());
    }
}

#[test]
fn an_item_is_so_large_and_no_larger_and_a_pack_sixteen_times_that() {
    for (kind, most) in [(1, BODY_MAX), (4, BODY_MAX), (0x88, BODY_MAX), (KIND_PACK, PACK_MAX)] {
        let item = |length| {
            let head = Head {
                kind,
                day: 20_000,
                workspace: WORKSPACE,
                author: [1; 32],
                incarnation: [2; 8],
                seq: 0,
                prev: [0; 16],
                space: [0; 16],
                epoch: [4; 16],
                tag: [0; 16],
                nonce: [0; 24],
            };
            head.assemble(&vec![7; length], &[3; 64])
        };
        assert!(split(&item(most)).is_some(), "at the bound: {kind}");
        assert!(split(&item(most + 1)).is_none(), "one past it: {kind}");
    }
}

/// A feed of items like those a member and the log write.
fn feed(rng: &mut Rng, count: u32) -> Vec<Vec<u8>> {
    let mut prev = [0; 16];
    let mut out = Vec::new();
    for seq in 0..count {
        let record = rng.below(4) == 0;
        let head = Head {
            kind: if record { 0x88 } else { 1 },
            day: 20_000,
            workspace: WORKSPACE,
            author: [1; 32],
            incarnation: [2; 8],
            seq,
            prev,
            space: [0; 16],
            epoch: if record { [0; 16] } else { [4; 16] },
            tag: if record { [0; 16] } else { [rng.below(2) as u8 + 1; 16] },
            nonce: if record { [0; 24] } else { rng.bytes() },
        };
        let body: Vec<u8> = (0..rng.below(300)).map(|_| rng.next_u64() as u8).collect();
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&rng.bytes::<32>());
        let bytes = head.assemble(&body, &signature);
        // Now and then an item of another feed's chain, as after a lost item.
        prev = if rng.below(5) == 0 {
            rng.bytes()
        } else {
            id_of(&bytes).expect("item")[..16].try_into().expect("16")
        };
        out.push(bytes);
    }
    out
}

const HEAD: FrameHead = FrameHead { frame: 7, log_before: 2, mark: 300, priority: 3 };

fn pack(items: &[Vec<u8>]) -> ItemFrame {
    let mut batch = BatchBuilder::new();
    for item in items {
        assert_eq!(batch.push(&WORKSPACE, item), Pushed::In);
    }
    batch.finish(HEAD)
}

#[test]
fn golden_item_frames() {
    let items = feed(&mut Rng::new(1), 4);
    let batch = pack(&items);
    let part = ItemFrame::Part(Part { head: HEAD, total: 100_000, offset: 61_440, bytes: vec![1, 2, 3] });
    let written = format!("batch: {}\npart: {}\n", hex(&batch.to_bytes()), hex(&part.to_bytes()));
    assert_eq!(written, include_str!("golden/item_frames.txt"));
}

#[test]
fn an_item_costs_about_130_bytes_besides_its_body() {
    let items: Vec<Vec<u8>> = feed(&mut Rng::new(2), 100);
    let bodies: usize = items.iter().map(|i| split(i).expect("item").1.len()).sum();
    let sealed: usize = items.iter().map(Vec::len).sum();
    let wire = pack(&items).to_bytes().len();
    let (fixed, saved) = ((wire - bodies) / items.len(), (sealed - wire) / items.len());
    assert!(fixed <= 130 && saved >= 105, "{fixed} bytes an item besides the body, {saved} saved");
}

#[test]
fn t7_t10_an_item_of_another_workspace_or_version_is_not_carried() {
    let item = feed(&mut Rng::new(3), 1).remove(0);
    assert_eq!(BatchBuilder::new().push(&[9; 32], &item), Pushed::NotAnItem);
    let mut newer = item.clone();
    newer[0] = 2;
    assert_eq!(BatchBuilder::new().push(&WORKSPACE, &newer), Pushed::NotAnItem);
    assert_eq!(
        place_of(&item).map(|(lane, _)| lane),
        Some(if item[1] == 1 { Lane::ROOT } else { Lane::LOG })
    );
}

#[test]
fn callers_are_told_apart_by_their_first_message() {
    let (exporter, secret) = ([7; 32], [8; 32]);
    let payload = hello(WireCredential::None).to_bytes();
    assert_eq!(identify(&payload, &exporter, [&[1; 32], &WORKSPACE]), Caller::Workspace(WORKSPACE));
    assert_eq!(identify(&payload, &exporter, [&[1; 32]]), Caller::Stranger);
    assert_eq!(identify(&payload, &[6; 32], [&WORKSPACE]), Caller::Stranger);
    assert_eq!(identify(b"\x00garbage", &exporter, [&WORKSPACE]), Caller::Stranger);
    let proof = node_proof(&secret, &exporter, &WORKSPACE);
    let asks = hello(WireCredential::Node(WORKSPACE, proof)).to_bytes();
    assert_eq!(identify(&asks, &exporter, []), Caller::Hosting { workspace: WORKSPACE, proof });
    let (a, b) = (SessionNames::new(&WORKSPACE, &[1; 32]), SessionNames::new(&WORKSPACE, &[2; 32]));
    assert_ne!(a.item(&[5; 32]), b.item(&[5; 32]), "names do not outlive the channel");
    assert_ne!(a.stream_tag(Side::Dialler), a.stream_tag(Side::Answerer));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn items_come_out_byte_for_byte(seed in any::<u64>(), count in 0u32..60) {
        let items = feed(&mut Rng::new(seed), count);
        let bytes = pack(&items).to_bytes();
        let Ok(ItemFrame::Batch(batch)) = ItemFrame::from_bytes(&bytes) else { panic!("a batch") };
        prop_assert_eq!(batch.unpack(&WORKSPACE).expect("exact"), items);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400), tag in 0u8..18) {
        let mut tagged = bytes.clone();
        tagged.insert(0, tag);
        for bytes in [bytes, tagged] {
            if let Ok(message) = Message::from_bytes(&bytes) && message != Message::Unknown {
                prop_assert_eq!(Message::from_bytes(&message.to_bytes()), Ok(message));
            }
            if let Ok(ItemFrame::Batch(batch)) = ItemFrame::from_bytes(&bytes) {
                let _ = batch.unpack(&WORKSPACE);
            }
            let _ = (split(&bytes), place_of(&bytes));
        }
    }

    #[test]
    fn changed_item_frames_are_read_or_refused(seed in any::<u64>(), at in any::<u16>(), flip in 1u8..) {
        let mut bytes = pack(&feed(&mut Rng::new(seed), 20)).to_bytes();
        let at = usize::from(at) % bytes.len();
        bytes[at] ^= flip;
        if let Ok(ItemFrame::Batch(batch)) = ItemFrame::from_bytes(&bytes) && let Ok(items) = batch.unpack(&WORKSPACE) {
            prop_assert!(items.iter().all(|item| split(item).is_some() || item.len() > 236));
        }
    }
}
