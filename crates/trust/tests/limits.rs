//! Bounds on counts of the log: met at the bound, refused one past it.

mod common;

use common::Peer;
use tern_trust::batch::{Batch, BatchError};
use tern_trust::device::{DeviceKeys, InviteKeys};
use tern_trust::feed::{FeedState, Writer};
use tern_trust::item::{Item, Kind, Malformed};
use tern_trust::limits::{
    MAX_BATCH_CHANGES, MAX_BODY_BYTES, MAX_CUTS, MAX_DEVICES_PER_MEMBER, MAX_HEADS, MAX_INNER_RECORDS,
    MAX_MEMBERS, MAX_PACK_BYTES, MAX_PACK_LIST, MAX_RECORDS_PER_AUTHOR, MAX_WRAPS, WRAP_BYTES,
};
use tern_trust::log::{Inserted, InviteTerms, RecordWriter, RefusedRecord, sign_link};
use tern_trust::pack::{Listed, PackList};
use tern_trust::record::{Cut, FeedCut, Fields, InviteMode, KeyWrap, Record, Role};
use tern_trust::space::{Inner, decode_inner, encode_inner};

#[test]
fn one_author_has_so_many_records_and_no_more() {
    let mut founder = Peer::founder();
    let before = founder.log.len();
    for _ in before..MAX_RECORDS_PER_AUTHOR {
        founder.write(|records, _, _| records.require(0)).expect("at the bound");
    }
    assert_eq!(founder.log.len(), MAX_RECORDS_PER_AUTHOR);
    // One past it, signed by hand: the log says why it does not take it.
    let fields = Fields::Require { bits: 0 };
    let kind = Kind::from_byte(fields.kind());
    let record = Record { heads: founder.log.heads(), fields };
    let writer = Writer { workspace: *founder.log.workspace(), keys: &founder.keys, day: 20_000 };
    let item =
        writer.clear(&mut FeedState::new(77), kind, [0; 16], [0; 16], &record.encode()).expect("signs");
    assert_eq!(founder.log.insert(item), Inserted::Refused(RefusedRecord::Full));
    assert_eq!(founder.log.len(), MAX_RECORDS_PER_AUTHOR);
}

#[test]
fn one_member_has_so_many_devices_and_no_more() {
    let mut founder = Peer::founder();
    let me = founder.member;
    let held = |peer: &Peer| {
        peer.log.membership().devices.values().filter(|device| device.member == me && device.active).count()
    };
    let mut seed = 100;
    let mut add = |founder: &mut Peer| {
        seed += 1;
        let device = DeviceKeys::from_seed(&[seed; 32]);
        let signature = sign_link(founder.log.workspace(), &me, &device);
        founder.write(|records, _, _| records.device_add(me, device.public(), signature)).is_ok()
    };
    while held(&founder) < MAX_DEVICES_PER_MEMBER {
        assert!(add(&mut founder), "at the bound");
    }
    add(&mut founder);
    assert_eq!(held(&founder), MAX_DEVICES_PER_MEMBER, "one past the bound");
}

#[test]
fn a_workspace_has_so_many_members_and_no_more() {
    let mut founder = Peer::founder();
    let invite = InviteKeys::from_secret(&[5; 32]);
    let terms = InviteTerms { role: Role::Reader, mode: InviteMode::Open, uses: u16::MAX, expires: u64::MAX };
    founder.write(|records, ring, dice| records.invite(&invite, &terms, ring, dice)).expect("invites");
    let mut join = |n: u64| {
        let (mut seed, mut member) = ([3; 32], [8; 16]);
        seed[..8].copy_from_slice(&n.to_le_bytes());
        member[..8].copy_from_slice(&n.to_le_bytes());
        let keys = DeviceKeys::from_seed(&seed);
        let writer = Writer { workspace: *founder.log.workspace(), keys: &keys, day: 20_000 };
        let mut records = RecordWriter { writer, feed: &mut FeedState::new(n), log: &mut founder.log };
        records.join(&invite, member, None).is_ok()
    };
    assert!((1..MAX_MEMBERS as u64).all(&mut join), "at the bound");
    for n in 0..3 {
        join(MAX_MEMBERS as u64 + n);
    }
    let members = founder.log.membership().members.values().filter(|member| member.role > Role::None).count();
    assert_eq!(members, MAX_MEMBERS, "one past the bound");
}

#[test]
fn an_item_is_so_large_and_no_larger_and_a_pack_sixteen_times_that() {
    let (small, large) = (MAX_BODY_BYTES, MAX_PACK_BYTES);
    for (kind, most) in
        [(Kind::BlobRef, small), (Kind::Batch, small), (Kind::Unknown(77), small), (Kind::Pack, large)]
    {
        let item = |length: usize| {
            let mut bytes = vec![0; 172];
            (bytes[0], bytes[1]) = (1, kind.byte());
            let sealed = matches!(kind, Kind::Batch | Kind::Pack);
            bytes[112..128].fill(u8::from(sealed));
            bytes[168..].copy_from_slice(&(length as u32).to_le_bytes());
            bytes.resize(172 + length + 64, 7);
            Item::parse(bytes).map(|item| item.header().kind)
        };
        assert_eq!(item(most), Ok(kind), "at the bound");
        assert_eq!(item(most + 1), Err(Malformed::Limit), "one past it");
    }
}

#[test]
fn a_pack_lists_so_many_items_and_no_more() {
    let listed = |n: usize| {
        let mut id16 = [0; 16];
        id16[..8].copy_from_slice(&(n as u64).to_le_bytes());
        Listed { author: [7; 32], incarnation: 1, seq: n as u32, item: id16 }
    };
    assert!(PackList::new((0..MAX_PACK_LIST).map(listed)).is_ok(), "at the bound");
    assert!(PackList::new((0..=MAX_PACK_LIST).map(listed)).is_err(), "one past it");
}

#[test]
fn a_batch_holds_so_many_changes_and_no_more() {
    let batch = |count| Batch { document: [1; 16], transaction: 7, changes: vec![vec![1, 2, 3]; count] };
    let most = batch(MAX_BATCH_CHANGES).encode_with(false).expect("at the bound");
    assert_eq!(Batch::decode(&most), Ok(batch(MAX_BATCH_CHANGES)));
    assert_eq!(batch(MAX_BATCH_CHANGES + 1).encode(), Err(Malformed::Limit));
    // One past it by hand: the count stands after document, flags and transaction, and another change follows.
    let mut past = most;
    past[25..27].copy_from_slice(&(MAX_BATCH_CHANGES as u16 + 1).to_le_bytes());
    past.extend_from_slice(&[3, 0, 0, 0, 1, 2, 3]);
    assert_eq!(Batch::decode(&past), Err(BatchError::Malformed(Malformed::Limit)));
}

/// The number as bytes that sort as it does.
fn id<const N: usize>(n: usize) -> [u8; N] {
    let mut id = [0; N];
    id[..8].copy_from_slice(&(n as u64).to_be_bytes());
    id
}

/// A record of that many parts is read, one of a part more is refused by its count.
fn at_most(most: usize, record: impl Fn(usize) -> Record) {
    let read = |count| {
        let record = record(count);
        Record::decode(record.fields.kind(), &record.encode())
    };
    assert_eq!(read(most).as_ref(), Ok(&record(most)), "at the bound");
    assert_eq!(read(most + 1), Err(Malformed::Limit), "one past it");
}

#[test]
fn a_record_names_so_many_heads_and_no_more() {
    let heads = |count| (0..count).map(id).collect();
    at_most(MAX_HEADS, |count| Record { heads: heads(count), fields: Fields::Require { bits: 0 } });
}

#[test]
fn a_record_carries_so_many_wraps_and_no_more() {
    at_most(MAX_WRAPS, |count| {
        let wraps = vec![[7; WRAP_BYTES]; count];
        let recipients = (0..count.min(MAX_WRAPS)).map(id).collect();
        let fields = Fields::KeyWrap(KeyWrap { epoch: [1; 16], recipients, wraps });
        Record { heads: vec![[1; 32]], fields }
    });
}

#[test]
fn a_record_cuts_so_many_feeds_and_no_more_in_one_space_or_in_many() {
    let feed = |n: usize| FeedCut { incarnation: n as u64, seq: 1, item: [2; 16] };
    let cut = |space: usize, feeds: Vec<FeedCut>| Cut { space: id(space), device: [3; 32], feeds };
    let record = |cuts| Record { heads: vec![[1; 32]], fields: Fields::Cuts { member: [3; 16], cuts } };
    at_most(MAX_CUTS, |count| record(vec![cut(0, (0..count).map(feed).collect())]));
    at_most(MAX_CUTS, |count| record((0..count).map(|n| cut(n, vec![feed(0)])).collect()));
    at_most(MAX_CUTS, |count| {
        let feeds = |range: std::ops::Range<usize>| range.map(feed).collect();
        record(vec![cut(0, feeds(0..MAX_CUTS / 2)), cut(1, feeds(MAX_CUTS / 2..count))])
    });
}

#[test]
fn a_sealed_record_holds_so_many_and_no_more() {
    let inner = |count| vec![Inner::Unknown { kind: 0x70, fields: vec![1, 2, 3] }; count];
    let most = encode_inner(&inner(MAX_INNER_RECORDS)).expect("at the bound");
    assert_eq!(decode_inner(&most), Ok(inner(MAX_INNER_RECORDS)));
    assert_eq!(encode_inner(&inner(MAX_INNER_RECORDS + 1)).err(), Some(Malformed::Limit));
    // One past it by hand: another one follows, and the count says so.
    let one = encode_inner(&inner(1)).expect("one");
    let mut past = most.to_vec();
    past[..2].copy_from_slice(&(MAX_INNER_RECORDS as u16 + 1).to_le_bytes());
    past.extend_from_slice(&one[2..]);
    assert_eq!(decode_inner(&past), Err(Malformed::Limit));
}
