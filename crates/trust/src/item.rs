//! The item: the only thing that replicates. Exact layout, id, signature, sealing; parsing is total over any bytes.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::derive::{Context, Id, Id16, ZERO16, derive, keyed_parts, padme};
use crate::device::{DeviceKeys, verify};
use crate::limits::{MAX_BODY_BYTES, MAX_PACK_BYTES};
use crate::pack::{PackBody, PackList};
use crate::planted::Fault;
use crate::wrap::{EpochKey, open, seal};

/// The protocol version this crate writes and the only one it accepts.
pub const VERSION: u8 = 1;
const NONCE_AT: usize = 144;
const BODY_LENGTH_AT: usize = 168;
/// Where the body begins.
pub const BODY_AT: usize = 172;
/// Bytes of an item beside its body: header, body length, signature.
pub const FIXED_BYTES: usize = BODY_AT + SIGNATURE_BYTES;
const SIGNATURE_BYTES: usize = 64;

/// Why bytes are not an item, a record, a ticket or another signed structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The bytes end before the structure does.
    #[error("the bytes end too early")]
    Short,
    /// Bytes follow the end of the structure.
    #[error("bytes follow the end")]
    Trailing,
    /// A set is not strictly ascending.
    #[error("a sorted set is out of order")]
    Unsorted,
    /// A count or length is beyond its bound.
    #[error("a count or length is over its limit")]
    Limit,
    /// A version this build does not know.
    #[error("unknown version")]
    Version,
    /// An enumeration has a value this build does not know.
    #[error("unknown value of {0}")]
    UnknownValue(&'static str),
    /// A field must have another value in this place.
    #[error("{0} out of range")]
    Range(&'static str),
    /// Of another workspace.
    #[error("belongs to another workspace")]
    Workspace,
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Changes of one document, sealed.
    Batch,
    /// A whole document folded together.
    Pack,
    /// Word of a member that a pack is right.
    Attest,
    /// Names an attachment so that nodes keep it.
    BlobRef,
    /// A membership record: 0x80 to 0xBF.
    Record(u8),
    /// Something newer: stored and relayed, not interpreted.
    Unknown(u8),
}

impl Kind {
    /// The byte in the header.
    pub fn byte(self) -> u8 {
        match self {
            Kind::Batch => 1,
            Kind::Pack => 2,
            Kind::Attest => 3,
            Kind::BlobRef => 4,
            Kind::Record(byte) | Kind::Unknown(byte) => byte,
        }
    }

    /// The meaning of a header byte; total.
    pub fn from_byte(byte: u8) -> Kind {
        match byte {
            1 => Kind::Batch,
            2 => Kind::Pack,
            3 => Kind::Attest,
            4 => Kind::BlobRef,
            0x80..=0xBF => Kind::Record(byte),
            _ => Kind::Unknown(byte),
        }
    }

    /// Whether the item belongs to the membership log.
    pub fn is_record(self) -> bool {
        matches!(self, Kind::Record(_))
    }

    fn max_body(self) -> usize {
        if self == Kind::Pack { MAX_PACK_BYTES } else { MAX_BODY_BYTES }
    }
}

/// The fields before the body, in layout order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What the item is.
    pub kind: Kind,
    /// The author's claimed UTC day since 1970; locality only, never validity.
    pub day: u16,
    /// The workspace it belongs to.
    pub workspace: Id,
    /// Device key of the author.
    pub author: Id,
    /// The author's process run.
    pub incarnation: u64,
    /// Position in the feed (author, incarnation, space).
    pub seq: u32,
    /// First 16 bytes of the id of seq - 1; zero at 0.
    pub prev: Id16,
    /// Space; zero = root. Records: always zero.
    pub space: Id16,
    /// Epoch whose key seals the body; zero = body in the clear.
    pub epoch: Id16,
    /// Tag of the document; zero where none.
    pub tag: Id16,
    /// Nonce of the seal; zero when in the clear.
    pub nonce: [u8; 24],
}

impl Header {
    /// The feed the item belongs to.
    pub fn feed(&self) -> Feed {
        Feed { author: self.author, incarnation: self.incarnation, space: self.space }
    }

    fn write(&self, body_length: u32) -> Vec<u8> {
        let mut out = Vec::with_capacity(FIXED_BYTES + body_length as usize);
        out.extend_from_slice(&[VERSION, self.kind.byte()]);
        out.extend_from_slice(&self.day.to_le_bytes());
        out.extend_from_slice(&self.workspace);
        out.extend_from_slice(&self.author);
        out.extend_from_slice(&self.incarnation.to_le_bytes());
        out.extend_from_slice(&self.seq.to_le_bytes());
        for field in [&self.prev, &self.space, &self.epoch, &self.tag] {
            out.extend_from_slice(field);
        }
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&body_length.to_le_bytes());
        out
    }

    fn read(bytes: &[u8; BODY_AT]) -> Result<Header, Malformed> {
        if bytes[0] != VERSION {
            return Err(Malformed::Version);
        }
        let header = Header {
            kind: Kind::from_byte(bytes[1]),
            day: u16::from_le_bytes(field(bytes, 2)),
            workspace: field(bytes, 4),
            author: field(bytes, 36),
            incarnation: u64::from_le_bytes(field(bytes, 68)),
            seq: u32::from_le_bytes(field(bytes, 76)),
            prev: field(bytes, 80),
            space: field(bytes, 96),
            epoch: field(bytes, 112),
            tag: field(bytes, 128),
            nonce: field(bytes, NONCE_AT),
        };
        header.check()?;
        Ok(header)
    }

    /// Ranges that hold for every item, so that one meaning has one id.
    fn check(&self) -> Result<(), Malformed> {
        let clear = self.epoch == ZERO16;
        let record = self.kind.is_record();
        let ranges = [
            ((self.seq == 0) != (self.prev == ZERO16), "prev"),
            (clear && self.nonce != [0; 24], "nonce"),
            (record && self.space != ZERO16, "space"),
            (record && self.tag != ZERO16, "tag"),
            ((record || matches!(self.kind, Kind::Attest | Kind::BlobRef)) && !clear, "epoch"),
            (matches!(self.kind, Kind::Batch | Kind::Pack) && clear, "epoch"),
        ];
        match ranges.iter().find(|(wrong, _)| *wrong) {
            Some((_, name)) => Err(Malformed::Range(name)),
            None => Ok(()),
        }
    }
}

/// Reads a fixed-size field; `at + N` is within the header for every caller in this file.
fn field<const N: usize>(bytes: &[u8; BODY_AT], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

/// One device's chain of items in one process run and one space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Feed {
    /// Device key.
    pub author: Id,
    /// Process run.
    pub incarnation: u64,
    /// Space; zero = root.
    pub space: Id16,
}

/// A parsed item. Cheap to clone; its signature may not have been checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Item {
    bytes: Arc<[u8]>,
    header: Header,
    id: Id,
}

impl Item {
    /// Parses any bytes; checks size, version, ranges and that nothing trails. Check 1 of judgement, but for the
    /// workspace.
    pub fn parse(bytes: impl Into<Arc<[u8]>>) -> Result<Item, Malformed> {
        let bytes: Arc<[u8]> = bytes.into();
        let (head, rest) = bytes.split_first_chunk::<BODY_AT>().ok_or(Malformed::Short)?;
        let header = Header::read(head)?;
        let length = u32::from_le_bytes(field(head, BODY_LENGTH_AT)) as usize;
        if length > header.kind.max_body() {
            return Err(Malformed::Limit);
        }
        match rest.len().cmp(&(length + SIGNATURE_BYTES)) {
            std::cmp::Ordering::Less => Err(Malformed::Short),
            std::cmp::Ordering::Greater => Err(Malformed::Trailing),
            std::cmp::Ordering::Equal => {
                let id = derive(Context::ItemId, &bytes[..BODY_AT + length]);
                Ok(Item { header, id, bytes })
            }
        }
    }

    /// Builds and signs an item whose body is in the clear.
    pub fn sign_clear(keys: &DeviceKeys, header: Header, body: &[u8]) -> Result<Item, Malformed> {
        let mut bytes = Self::start(&header, body.len())?;
        bytes.extend_from_slice(body);
        Ok(Self::finish(keys, header, bytes))
    }

    /// Pads, seals and signs an item; the header's epoch and nonce are filled in from the key and the content.
    pub fn seal(
        keys: &DeviceKeys,
        header: Header,
        epoch: &EpochKey,
        content: &[u8],
    ) -> Result<Item, Malformed> {
        Self::seal_after(keys, header, epoch, &[], content)
    }

    /// As [`Item::seal`] for a pack: `list` comes before the seal in the clear, and the seal is bound to it.
    pub fn seal_pack(
        keys: &DeviceKeys,
        header: Header,
        epoch: &EpochKey,
        list: &PackList,
        content: &[u8],
    ) -> Result<Item, Malformed> {
        Self::seal_after(keys, header, epoch, &list.encode(), content)
    }

    fn seal_after(
        keys: &DeviceKeys,
        header: Header,
        epoch: &EpochKey,
        clear: &[u8],
        content: &[u8],
    ) -> Result<Item, Malformed> {
        let plain = pad(content)?;
        let mut header = Header { epoch: epoch.epoch(), nonce: [0; 24], ..header };
        let body_length = clear.len() + plain.len() + crate::limits::TAG_BYTES;
        let unsealed = Self::start(&header, body_length)?;
        let nonce = keyed_parts(&epoch.nonce_key(), &[&unsealed[..NONCE_AT], &plain]);
        header.nonce.copy_from_slice(&nonce[..24]);
        let mut bytes = Self::start(&header, body_length)?;
        let sealed = seal(&epoch.content_key(), &header.nonce, &bound_to(header.kind, &bytes, clear), &plain);
        bytes.extend_from_slice(clear);
        bytes.extend_from_slice(&sealed);
        Ok(Self::finish(keys, header, bytes))
    }

    fn start(header: &Header, body_length: usize) -> Result<Vec<u8>, Malformed> {
        header.check_for_writing(body_length)?;
        Ok(header.write(u32::try_from(body_length).map_err(|_| Malformed::Limit)?))
    }

    fn finish(keys: &DeviceKeys, header: Header, mut bytes: Vec<u8>) -> Item {
        let id = derive(Context::ItemId, &bytes);
        bytes.extend_from_slice(&keys.sign(Context::ItemSig, &[&id]));
        Item { bytes: bytes.into(), header, id }
    }

    /// Opens a sealed body: decrypts, checks the exact padding, returns the content. Check 7, but for the tag.
    pub fn open(&self, epoch: &EpochKey) -> Option<Zeroizing<Vec<u8>>> {
        if epoch.epoch() != self.header.epoch {
            return None;
        }
        let head = self.bytes.get(..BODY_AT)?;
        let (list, sealed) = match self.kind() {
            Kind::Pack => PackBody::split(self.body()).map(|body| (body.list_bytes, body.sealed)).ok()?,
            _ => (&[][..], self.body()),
        };
        let aad = bound_to(self.kind(), head, list);
        let plain = Zeroizing::new(open(&epoch.content_key(), &self.header.nonce, &aad, sealed)?);
        unpad(&plain).map(|content| Zeroizing::new(content.to_vec()))
    }

    /// The item's identity. Two signatures of one body are one item.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// The fields before the body.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What the item is.
    pub fn kind(&self) -> Kind {
        self.header.kind
    }

    /// The body as it travels: sealed or in the clear.
    pub fn body(&self) -> &[u8] {
        &self.bytes[BODY_AT..self.bytes.len() - SIGNATURE_BYTES]
    }

    /// The whole item as it travels and is stored.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Everything but the signature.
    pub(crate) fn unsigned_bytes(&self) -> &[u8] {
        &self.bytes[..self.bytes.len() - SIGNATURE_BYTES]
    }

    /// Strict Ed25519 verification by the author in the header. Check 3 of judgement.
    pub fn verify(&self) -> bool {
        let signature = self.bytes.last_chunk::<SIGNATURE_BYTES>();
        if Fault::UncheckedSignature.is_on() {
            return true;
        }
        signature.is_some_and(|sig| verify(&self.header.author, Context::ItemSig, &[&self.id], sig))
    }
}

/// What a seal is bound to: the bytes before the body, and of a pack the hash of its list.
fn bound_to<'a>(kind: Kind, head: &'a [u8], list: &[u8]) -> Cow<'a, [u8]> {
    match kind {
        Kind::Pack => Cow::Owned([head, blake3::hash(list).as_bytes()].concat()),
        _ => Cow::Borrowed(head),
    }
}

impl Header {
    fn check_for_writing(&self, body_length: usize) -> Result<(), Malformed> {
        self.check()?;
        if body_length > self.kind.max_body() { Err(Malformed::Limit) } else { Ok(()) }
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = crate::device::hex(&self.id[..8]);
        f.debug_struct("Item").field("id", &id).field("kind", &self.header.kind).finish_non_exhaustive()
    }
}

/// `u32` length + content + zeros up to the Padmé length.
pub(crate) fn pad(content: &[u8]) -> Result<Zeroizing<Vec<u8>>, Malformed> {
    let length = u32::try_from(content.len()).map_err(|_| Malformed::Limit)?;
    let total = padme(content.len() + 4);
    let mut plain = Zeroizing::new(Vec::with_capacity(total));
    plain.extend_from_slice(&length.to_le_bytes());
    plain.extend_from_slice(content);
    plain.resize(total, 0);
    Ok(plain)
}

/// The content of what [`pad`] made; `None` when the padding is not exact.
pub(crate) fn unpad(plain: &[u8]) -> Option<&[u8]> {
    let (length, rest) = plain.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    let (content, zeros) = rest.split_at_checked(length)?;
    let exact = plain.len() == padme(length.checked_add(4)?) && zeros.iter().all(|byte| *byte == 0);
    exact.then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(kind: Kind) -> Header {
        Header {
            kind,
            day: 20_000,
            workspace: [1; 32],
            author: DeviceKeys::from_seed(&[5; 32]).id(),
            incarnation: 3,
            seq: 0,
            prev: ZERO16,
            space: ZERO16,
            epoch: ZERO16,
            tag: [4; 16],
            nonce: [0; 24],
        }
    }

    fn sealed(content: &[u8]) -> (Item, EpochKey) {
        let key = EpochKey::new(ZERO16, [8; 32]);
        let keys = DeviceKeys::from_seed(&[5; 32]);
        (Item::seal(&keys, header(Kind::Batch), &key, content).expect("within limits"), key)
    }

    #[test]
    fn a_sealed_item_parses_verifies_and_opens() {
        for length in [0, 1, 31, 4_000, 70_000] {
            let content = vec![0x5A; length];
            let (item, key) = sealed(&content);
            let again = Item::parse(item.bytes()).expect("parses");
            assert_eq!(again, item);
            assert!(again.verify());
            assert_eq!(again.open(&key).map(|plain| plain.to_vec()), Some(content));
            assert!(again.open(&EpochKey::new(ZERO16, [9; 32])).is_none());
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let (item, key) = sealed(b"a page");
        for at in 0..item.bytes().len() {
            let mut bytes = item.bytes().to_vec();
            bytes[at] ^= 0x10;
            if let Ok(parsed) = Item::parse(bytes) {
                assert!(!parsed.verify(), "byte {at}");
                let signature_starts = item.bytes().len() - SIGNATURE_BYTES;
                assert_eq!(parsed.open(&key).is_some(), at >= signature_starts, "byte {at}");
            }
        }
    }

    #[test]
    fn ranges_and_lengths_are_exact() {
        let (item, _) = sealed(b"a page");
        let cut = |range: std::ops::Range<usize>| Item::parse(&item.bytes()[range]);
        assert_eq!(cut(0..100), Err(Malformed::Short));
        assert_eq!(cut(0..item.bytes().len() - 1), Err(Malformed::Short));
        assert_eq!(Item::parse([item.bytes(), &[0]].concat()), Err(Malformed::Trailing));
        let with = |at: usize, value: u8| {
            let mut bytes = item.bytes().to_vec();
            bytes[at] = value;
            Item::parse(bytes)
        };
        assert_eq!(with(0, 2), Err(Malformed::Version));
        assert_eq!(with(1, 0x80), Err(Malformed::Range("tag")));
        assert_eq!(with(1, 3), Err(Malformed::Range("epoch")));
        assert_eq!(with(80, 1), Err(Malformed::Range("prev")));
        assert_eq!(with(171, 0xFF), Err(Malformed::Limit));
        assert_eq!(with(1, 0x50).map(|item| item.kind()), Ok(Kind::Unknown(0x50)));
    }

    #[test]
    fn equal_content_at_equal_place_seals_equally_and_otherwise_not() {
        assert_eq!(sealed(b"x").0.bytes(), sealed(b"x").0.bytes());
        assert_ne!(sealed(b"x").0.header().nonce, sealed(b"y").0.header().nonce);
    }
}
