//! Every byte layout and derivation of this crate against fixed vectors: a change here is a change of the protocol.
//!
//! When one is meant, the failing test prints the new text of `tests/golden/vectors.txt`.

mod common;

use std::fmt::Write;
use std::net::SocketAddr;

use common::Peer;
use tern_trust::batch::{Attest, Batch, BlobRef};
use tern_trust::chunk::{bundle_header, seal_blob};
use tern_trust::derive::{
    Context, Dice, Id, actor_id, derive, keyed, padme, person_document, workspace_document,
};
use tern_trust::device::{DeviceKeys, DevicePublic, InviteKeys};
use tern_trust::feed::{FeedState, Writer};
use tern_trust::hello::{Side, hosting_proof, proof, sign_invite};
use tern_trust::pack::{Listed, PackContent, PackList};
use tern_trust::record::{
    Cut, DeviceAdd, Epoch, FeedCut, Fields, Genesis, InviteCreate, InviteMode, Join, KeyWrap, Record, Role,
    Sealed,
};
use tern_trust::space::{Inner, SealedKind, SpaceGenesis, decode_inner, encode_inner, space_id};
use tern_trust::ticket::{Address, InviteTicket, LinkTicket, NodeTicket};
use tern_trust::wrap::{EpochKey, Hint, wrap};
use tern_trust::{Item, matching, recovery};

const GOLDEN: &str = include_str!("golden/vectors.txt");

#[derive(Default)]
struct Vectors(String);

impl Vectors {
    fn bytes(&mut self, name: &str, bytes: impl AsRef<[u8]>) {
        self.text(name, &data_encoding::HEXLOWER.encode(bytes.as_ref()));
    }

    fn text(&mut self, name: &str, text: &str) {
        writeln!(self.0, "{name}: {text}").expect("writes to a string");
    }
}

fn derivations(out: &mut Vectors) {
    for context in Context::ALL {
        out.bytes(context.text(), derive(context, b"tern"));
    }
    out.bytes("keyed", keyed(&[1; 32], b"tern"));
    out.bytes("actor", actor_id(&[1; 32], 0x0102_0304_0506_0708));
    out.bytes("person document", person_document(&[1; 16]));
    out.bytes("workspace document", workspace_document(&[1; 32]));
    let lengths = [0, 1, 9, 100, 1_000, 4_097, 65_537, 1 << 20];
    out.text("padme", &lengths.map(|length| format!("{length}={}", padme(length))).join(" "));
}

fn keys(out: &mut Vectors) {
    let device = DeviceKeys::from_seed(&[1; 32]);
    out.bytes("device key", device.id());
    out.bytes("device x25519", device.opener().public());
    let recovery = DeviceKeys::from_recovery_entropy(&[2; 32]);
    out.bytes("recovery key", recovery.id());
    out.bytes("recovery x25519", recovery.opener().public());
    out.text("recovery words", &recovery::words(&[2; 32]));
    let invite = InviteKeys::from_secret(&[3; 32]);
    out.bytes("invite key", invite.id());
    out.bytes("invite x25519", invite.opener().public());
    let (old, new) = (EpochKey::new([0; 16], [4; 32]), EpochKey::new([0; 16], [5; 32]));
    out.bytes("epoch commitment", old.commitment());
    out.bytes("tag", old.tag(&[1; 16]));
    out.bytes("chain link", new.chain(&[6; 32], &old));
    for hint in [Hint::Shown, Hint::Hidden] {
        let mut dice = Dice::new([7; 32]);
        let wrap = wrap(&[6; 32], &old, device.opener().public(), hint, &mut dice).expect("wraps");
        out.bytes(&format!("wrap {hint:?}"), wrap);
    }
    out.bytes("hello dialler", proof(&[1; 32], &[2; 32], Side::Dialler));
    out.bytes("hello answerer", proof(&[1; 32], &[2; 32], Side::Answerer));
    out.bytes("hello invite signature", sign_invite(&invite, &[2; 32]));
    out.bytes("hosting proof", hosting_proof(&[1; 32], &[2; 32], &[3; 32]));
}

/// Bytes that no deflater makes shorter: golden items must not depend on one.
fn hard(name: &[u8]) -> Vec<u8> {
    blake3::hash(name).as_bytes().to_vec()
}

fn changes() -> Vec<Vec<u8>> {
    vec![hard(b"first change"), hard(b"second change")]
}

fn items(out: &mut Vectors) {
    let keys = DeviceKeys::from_seed(&[1; 32]);
    let writer = Writer { workspace: [6; 32], keys: &keys, day: 20_000 };
    let epoch = EpochKey::new([0; 16], [4; 32]);
    let mut feed = FeedState::new(9);
    let batch = Batch {
        document: hard(b"document")[..16].try_into().expect("16"),
        transaction: 7,
        changes: changes(),
    };
    out.bytes("batch plain", batch.encode_with(false).expect("encodes"));
    let item = writer.batch(&mut feed, &epoch, &epoch, &batch).expect("seals");
    out.bytes("batch item", item.bytes());
    out.bytes("batch item id", item.id());
    let blob = BlobRef { hash: [8; 32], size: 1_000 };
    out.bytes(
        "blob reference item",
        writer.blob_ref(&mut feed, [0; 16], [2; 16], &blob).expect("signs").bytes(),
    );
    let attest = Attest { pack: [8; 32] };
    out.bytes("attest item", writer.attest(&mut feed, [0; 16], [2; 16], &attest).expect("signs").bytes());
    let listed = |seq: u32| Listed { author: [seq as u8; 32], incarnation: 9, seq, item: [7; 16] };
    let list = PackList::new([listed(2), listed(1), listed(3)]).expect("a list");
    out.bytes("pack list", list.encode());
    let content = PackContent { document: batch.document, saved: hard(b"a saved document") };
    let pack = writer.pack_in(&mut feed, [0; 16], (&epoch, &epoch), &list, &content).expect("seals");
    out.bytes("pack item", pack.bytes());
}

fn record_kinds() -> Vec<Fields> {
    let device = |key: u8| DevicePublic { key: [key; 32], x25519: [key + 1; 32], flags: key % 2 };
    let feeds = vec![FeedCut { incarnation: 1, seq: 2, item: [3; 16] }];
    let cuts = vec![Cut { space: [0; 16], device: [1; 32], feeds }];
    let (member, wraps) = ([1; 16], vec![[9; 104]]);
    let invite = InviteCreate {
        invite: [1; 32],
        x25519: [2; 32],
        role: Role::Writer,
        mode: InviteMode::Approve,
        uses: 3,
        expires: 4,
    };
    let (devices, signature) = (vec![device(1), device(2)], [5; 64]);
    let (commitment, recipients) = ([1; 32], vec![[3; 32], [4; 32]]);
    let genesis = Genesis { member, devices: devices.clone(), commitment, wraps: wraps.clone() };
    let epoch = Epoch {
        commitment,
        parents: vec![[2; 16]],
        chain: vec![[3; 48]],
        recipients: recipients.clone(),
        wraps: wraps.clone(),
    };
    vec![
        Fields::Genesis(genesis),
        Fields::InviteCreate(invite),
        Fields::InviteRevoke { invite: [1; 32] },
        Fields::Join(Join { invite: [1; 32], member, devices, signature }),
        Fields::Approve { join: [1; 32], role: Role::Reader },
        Fields::DeviceAdd(DeviceAdd { member, device: device(1), signature }),
        Fields::DeviceRemove { devices: vec![[1; 32]], cuts: cuts.clone() },
        Fields::MemberRemove { member, cuts: cuts.clone() },
        Fields::RoleSet { member, role: Role::Commenter, cuts: cuts.clone() },
        Fields::MemberRestore { member, role: Role::Admin },
        Fields::Epoch(epoch),
        Fields::KeyWrap(KeyWrap { epoch: [2; 16], recipients, wraps: wraps.clone() }),
        Fields::RelayAdd { device: [1; 32] },
        Fields::RelayRemove { device: [1; 32] },
        Fields::SpaceCreate { nonce: [1; 16] },
        Fields::ItemAdmit { space: [0; 16], items: vec![[1; 32], [2; 32]] },
        Fields::Cuts { member, cuts },
        Fields::Require { bits: 5 },
        Fields::Sealed(Sealed { epoch: [1; 16], wraps, nonce: [2; 24], bytes: b"inner".to_vec() }),
        Fields::Unknown { kind: 0xBF, fields: b"newer".to_vec() },
    ]
}

fn records(out: &mut Vectors) {
    for fields in record_kinds() {
        let heads: Vec<Id> = if fields.kind() == 0x80 { Vec::new() } else { vec![[6; 32], [7; 32]] };
        let record = Record { heads, fields };
        out.bytes(&format!("record {:02x}", record.fields.kind()), record.encode());
    }
    let alice = Peer::founder();
    out.bytes("workspace id", alice.log.workspace());
    out.bytes("genesis item", alice.log.items().next().expect("genesis").bytes());
}

fn texts(out: &mut Vectors) {
    let sockets: Vec<SocketAddr> = vec![([127, 0, 0, 1], 4_433).into(), ([0u16; 8], 9).into()];
    let address = Address { device: [2; 32], sockets };
    let secret = || [3; 32].into();
    let invite = InviteTicket { workspace: [1; 32], addresses: vec![address.clone()], secret: secret() };
    out.text("invite ticket", &invite.to_text());
    let link = LinkTicket { workspace: [1; 32], member: [4; 16], address: address.clone(), secret: secret() };
    out.text("device link", &link.to_text());
    let node = NodeTicket { device: [2; 32], addresses: vec![address], secret: secret() };
    out.text("node ticket", &node.to_text());
}

fn inner_records() -> Vec<Inner> {
    let genesis = SpaceGenesis { kind: SealedKind::Private, commitment: [1; 32] };
    let of_spaces = [0x88, 0x8A, 0x8B, 0x8F, 0x90];
    let acts = record_kinds().into_iter().filter(|fields| of_spaces.contains(&fields.kind()));
    let newer = Inner::Unknown { kind: 0xBF, fields: b"newer".to_vec() };
    [Inner::Genesis(genesis)].into_iter().chain(acts.map(Inner::Act)).chain([newer]).collect()
}

fn spaces(out: &mut Vectors) {
    out.bytes("space id", space_id(&[4; 32], &[5; 32], &[6; 32], SealedKind::Private));
    out.bytes("inner records", encode_inner(&inner_records()).expect("encodes"));
    let mut alice = Peer::founder();
    let created = alice.inside(|records, spaces, dice| {
        records.create_space(spaces, SealedKind::Private, dice).expect("creates")
    });
    out.bytes("sealed item", created.items[0].bytes());
    let new = DeviceKeys::from_seed(&[2; 32]).public();
    let words = matching::link_words(&[1; 32], &[4; 16], &alice.keys.id(), &new, &[3; 32]);
    out.text("words of a device link", &words.join(" "));
    out.text("words of a join", &matching::join_words(&[1; 32]).join(" "));
}

fn streams(out: &mut Vectors) {
    let alice = DeviceKeys::from_seed(&[1; 32]);
    let mut dice = Dice::new([7; 32]);
    let (header, sealer) = bundle_header(&[6; 32], &[*alice.opener().public()], &mut dice).expect("a header");
    out.bytes("bundle", [header, sealer.seal_all(b"frames")].concat());
    let blob = seal_blob(&EpochKey::new([0; 16], [4; 32]), b"an image");
    out.bytes("attachment", &blob.bytes);
    out.bytes("attachment address", blob.address);
}

fn vectors() -> String {
    let mut out = Vectors::default();
    derivations(&mut out);
    keys(&mut out);
    items(&mut out);
    records(&mut out);
    texts(&mut out);
    streams(&mut out);
    spaces(&mut out);
    out.0
}

fn golden(name: &str) -> Vec<u8> {
    let line = GOLDEN.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    data_encoding::HEXLOWER.decode(line.expect(name).as_bytes()).expect("hex")
}

#[test]
fn layouts_and_derivations_equal_the_golden_vectors() {
    let now = vectors();
    if now != GOLDEN {
        println!("{now}");
    }
    for (now, golden) in now.lines().zip(GOLDEN.lines()) {
        assert_eq!(now, golden);
    }
    assert_eq!(now.lines().count(), GOLDEN.lines().count());
}

#[test]
fn golden_records_decode_to_what_they_say_and_not_otherwise() {
    for fields in record_kinds() {
        let kind = fields.kind();
        let bytes = golden(&format!("record {kind:02x}"));
        let record = Record::decode(kind, &bytes).expect("decodes");
        assert_eq!(record.fields, fields);
        assert_eq!(record.encode(), bytes);
        let open_ended = matches!(fields, Fields::Unknown { .. });
        assert!(
            open_ended || Record::decode(kind, &[bytes.as_slice(), &[0]].concat()).is_err(),
            "{kind:02x}"
        );
        for end in 0..bytes.len() {
            assert!(open_ended || Record::decode(kind, &bytes[..end]).is_err(), "{kind:02x} cut at {end}");
        }
    }
    let mut swapped = golden("record 82");
    swapped[2..66].rotate_left(32);
    assert!(Record::decode(0x82, &swapped).is_err(), "heads out of order");
    let mut role = golden("record 84");
    *role.last_mut().expect("a role") = 6;
    assert!(Record::decode(0x84, &role).is_err(), "an unknown role");
}

#[test]
fn golden_inner_records_decode_to_what_they_say_and_not_otherwise() {
    let bytes = golden("inner records");
    assert_eq!(decode_inner(&bytes), Ok(inner_records()));
    assert!(decode_inner(&[bytes.as_slice(), &[0]].concat()).is_err(), "bytes follow");
    for end in 0..bytes.len() {
        assert!(decode_inner(&bytes[..end]).is_err(), "cut at {end}");
    }
    let many = vec![Inner::Unknown { kind: 0xBF, fields: Vec::new() }; 17];
    assert!(encode_inner(&many).is_err() && encode_inner(&[]).is_err(), "1 to 16 of them");
    let mut kind = bytes;
    kind[7] = 3;
    assert!(decode_inner(&kind).is_err(), "an unknown type of space");
}

#[test]
fn golden_items_open_and_a_deflated_batch_from_another_deflater_does_too() {
    let epoch = EpochKey::new([0; 16], [4; 32]);
    let item = Item::parse(golden("batch item")).expect("parses");
    assert!(item.verify());
    let batch = Batch::decode(&item.open(&epoch).expect("opens")).expect("decodes");
    assert_eq!(batch.changes, changes());
    // The rest of the same batch as one stored deflate block.
    let plain = golden("batch plain");
    let rest = &plain[17..];
    let length = rest.len() as u16;
    let mut deflated = plain[..16].to_vec();
    deflated.push(1);
    deflated.extend_from_slice(&u32::from(length).to_le_bytes());
    deflated.push(1);
    deflated.extend_from_slice(&length.to_le_bytes());
    deflated.extend_from_slice(&(!length).to_le_bytes());
    deflated.extend_from_slice(rest);
    assert_eq!(Batch::decode(&deflated), Ok(batch));
}
