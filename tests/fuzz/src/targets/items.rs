//! What is signed: items, records of the membership log, what sealed records hold, bodies of content items.

use std::sync::LazyLock;

use tern_sync::wire::item::{Head, id_of, split};
use tern_trust::batch::BatchError;
use tern_trust::derive::{Context, derive, padme};
use tern_trust::item::{BODY_AT, FIXED_BYTES};
use tern_trust::pack::{PackBody, PackContent, PackList};
use tern_trust::record::Record;
use tern_trust::space::{decode_inner, encode_inner};
use tern_trust::{Attest, Batch, BlobRef, EpochKey, Inserted, Item, Kind, Log, Membership};

use crate::seeds::Cast;

/// An item: what is accepted has one meaning, one id and one layout, and `sync` reads it alike.
pub fn item(data: &[u8]) {
    let Ok(item) = Item::parse(data) else { return };
    assert_eq!(item.bytes(), data);
    assert_eq!(item.body().len() + FIXED_BYTES, data.len());
    assert_eq!(*item.id(), derive(Context::ItemId, &data[..data.len() - 64]));
    let (head, body, signature) = split(data).expect("what trust takes, sync carries");
    let signature: [u8; 64] = signature.try_into().expect("64 bytes");
    assert_eq!(head.assemble(body, &signature), data, "two layouts");
    assert_eq!(id_of(data), Some(*item.id()));
    let header = item.header();
    assert_eq!((head.kind, head.day, head.seq), (header.kind.byte(), header.day, header.seq));
    assert_eq!((head.author, head.workspace, head.prev), (header.author, header.workspace, header.prev));
    // Two signatures of one body are one item.
    let mut other = data.to_vec();
    other[data.len() - 1] ^= 1;
    assert_eq!(Item::parse(other).map(|other| *other.id()), Ok(*item.id()));
    let key = EpochKey::new([0; 16], [8; 32]);
    if let Some(content) = item.open(&key).filter(|_| item.kind() != Kind::Pack) {
        assert_eq!(item.body().len(), padme(content.len() + 4) + 16, "padding is exact");
    }
    match item.kind() {
        Kind::Record(kind) => record_body(kind, item.body()),
        Kind::Attest => drop(Attest::decode(item.body())),
        Kind::Pack => pack(item.body()),
        Kind::BlobRef => {
            if let Ok(blob) = BlobRef::decode(item.body()) {
                assert_eq!(blob.encode(), item.body());
            }
        }
        _ => {}
    }
    assert!(data.len() > BODY_AT);
}

fn record_body(kind: u8, body: &[u8]) {
    if let Ok(record) = Record::decode(kind, body) {
        assert_eq!(record.fields.kind(), kind);
        assert_eq!(record.encode(), body, "one meaning has two encodings");
    }
}

/// The body of a pack: its list has one encoding, and what follows is sealed.
pub fn pack(data: &[u8]) {
    let Ok(body) = PackBody::split(data) else { return };
    assert_eq!(body.list.encode(), body.list_bytes, "one meaning has two encodings");
    assert_eq!([body.list_bytes, body.sealed].concat(), data);
    let items = body.list.items();
    assert!(items.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(items.iter().all(|item| body.list.contains(item) && body.list.names(&item.item)));
    assert_eq!(PackList::new(items.to_vec()), Ok(body.list.clone()));
    if let Ok(content) = PackContent::decode(body.sealed) {
        assert_eq!(content.encode(), body.sealed);
    }
}

/// A record's body, after its kind byte.
pub fn record(data: &[u8]) {
    if let Some((kind, body)) = data.split_first() {
        record_body(*kind, body);
    }
}

/// What a sealed record holds.
pub fn inner(data: &[u8]) {
    if let Ok(inner) = decode_inner(data) {
        let again = encode_inner(&inner).expect("what was read can be written");
        assert_eq!(*again, data, "one meaning has two encodings");
    }
}

/// The content of a batch, and the bodies in the clear.
pub fn batch(data: &[u8]) {
    if let Ok(attest) = Attest::decode(data) {
        assert_eq!(attest.pack, data);
    }
    if let Ok(blob) = BlobRef::decode(data) {
        assert_eq!(blob.encode(), data);
    }
    let batch = match Batch::decode(data) {
        Ok(batch) => batch,
        Err(error) => {
            let newer = data.get(16).is_some_and(|flags| flags & !1 != 0);
            assert_eq!(error == BatchError::Newer, newer);
            return;
        }
    };
    let plain = batch.encode_with(false).expect("what was read can be written");
    if data[16] == 0 {
        assert_eq!(plain, data, "one plain form");
    }
    assert_eq!(Batch::decode(&plain), Ok(batch.clone()));
    let deflated = batch.encode_with(true).expect("what was read can be written");
    assert_eq!(Batch::decode(&deflated), Ok(batch));
}

static CAST: LazyLock<Cast> = LazyLock::new(Cast::new);

/// Records of devices of a workspace, without their signatures: author, kind, length, body. Bytes from 0xE0 on stand for
/// what is known in the log, so that records meet. The log and who may do what are the same in any order of arrival.
pub fn log(data: &[u8]) {
    let cast = &*CAST;
    let mut log = cast.log.clone();
    let mut forks = vec![log.heads()];
    let mut rest = data;
    let mut seq = 1000;
    while let [author, kind, length, tail @ ..] = rest {
        let (body, tail) = tail.split_at((*length as usize).min(tail.len()));
        rest = tail;
        // Now and then a record does not know the newest.
        let heads = &forks[(*author as usize >> 4) % forks.len()];
        let mut bytes = u16::try_from(heads.len()).unwrap_or(0).to_le_bytes().to_vec();
        bytes.extend(heads.concat());
        for byte in body {
            match cast.known.get((*byte as usize).wrapping_sub(0xE0)) {
                Some(known) => bytes.extend(known),
                None => bytes.push(*byte),
            }
        }
        let device = cast.devices[*author as usize % cast.devices.len()];
        let head = Head {
            kind: 0x80 | (kind & 0x3f),
            day: 20_000,
            workspace: *log.workspace(),
            author: device,
            incarnation: [9; 8],
            seq,
            prev: [seq as u8 | 1; 16],
            space: [0; 16],
            epoch: [0; 16],
            tag: [0; 16],
            nonce: [0; 24],
        };
        seq += 1;
        let item = Item::parse(head.assemble(&bytes, &[0; 64])).expect("an item");
        let id = *item.id();
        match log.insert_stored(item.clone()) {
            Inserted::Stored => {
                assert!(log.contains(&id));
                assert_eq!(log.insert_stored(item), Inserted::Known);
                forks.push(log.heads());
            }
            outcome => assert!(!log.contains(&id), "{outcome:?}"),
        }
    }
    let membership = log.membership();
    lawful(&membership);
    assert_eq!(*rebuilt(&log).membership(), *membership, "the order of arrival shows");
}

/// The same records, the last first.
fn rebuilt(log: &Log) -> Log {
    let mut waiting: Vec<Item> = log.items().cloned().collect();
    let mut again = Log::new(*log.workspace());
    while let Some(before) = Some(waiting.len()).filter(|n| *n > 0) {
        waiting.reverse();
        waiting.retain(|item| matches!(again.insert_stored(item.clone()), Inserted::WaitingFor(_)));
        assert!(waiting.len() < before, "a stored record cannot be stored again");
    }
    again
}

/// The Owner stays, whatever the others write.
fn lawful(membership: &Membership) {
    let owner = CAST.owner;
    assert_eq!(membership.role_of(&owner), tern_trust::Role::Owner, "the Owner was put out");
}
