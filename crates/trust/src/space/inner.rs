//! What a sealed record carries: up to sixteen inner records, sealed under the key of their space.

use zeroize::Zeroizing;

use crate::codec::{Put, Reader};
use crate::derive::{Context, Id, Id16, derive, keyed_parts};
use crate::item::{Malformed, pad, unpad};
use crate::limits::{MAX_BODY_BYTES, MAX_INNER_RECORDS};
use crate::record::codec::{decode_fields, encode_fields, sealed_head};
use crate::record::{Fields, Sealed};
use crate::wrap::{EpochKey, Wrap, open, seal};

/// The kind byte of [`SpaceGenesis`].
const GENESIS: u8 = 0xA0;

/// Who a sealed space is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SealedKind {
    /// Type 1: the members its admins name.
    Private,
    /// Type 2: all devices of one member, and nobody else.
    Personal,
}

impl SealedKind {
    /// The byte in the record, which the space's id binds.
    pub fn byte(self) -> u8 {
        match self {
            SealedKind::Private => 1,
            SealedKind::Personal => 2,
        }
    }
}

/// 0xA0: a private or personal space begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpaceGenesis {
    /// Who it is for.
    pub kind: SealedKind,
    /// Commitment to its first epoch key.
    pub commitment: Id,
}

/// A record inside a sealed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inner {
    /// The space begins.
    Genesis(SpaceGenesis),
    /// RoleSet, Epoch, KeyWrap, ItemAdmit or Cuts of this space.
    Act(Fields),
    /// A kind this build does not know: keeps its place, is never effective.
    Unknown {
        /// The kind byte.
        kind: u8,
        /// Its fields, unread.
        fields: Vec<u8>,
    },
}

impl Inner {
    /// The kind byte.
    pub fn kind(&self) -> u8 {
        match self {
            Inner::Genesis(_) => GENESIS,
            Inner::Act(fields) => fields.kind(),
            Inner::Unknown { kind, .. } => *kind,
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Inner::Genesis(genesis) => {
                out.push(genesis.kind.byte());
                out.extend_from_slice(&genesis.commitment);
            }
            Inner::Act(fields) => encode_fields(fields, &mut out),
            Inner::Unknown { fields, .. } => out.extend_from_slice(fields),
        }
        out
    }

    fn decode(kind: u8, bytes: &[u8]) -> Result<Inner, Malformed> {
        let mut reader = Reader::new(bytes);
        let inner = match kind {
            GENESIS => Inner::Genesis(SpaceGenesis {
                kind: match reader.u8()? {
                    1 => SealedKind::Private,
                    2 => SealedKind::Personal,
                    _ => return Err(Malformed::UnknownValue("space type")),
                },
                commitment: reader.array()?,
            }),
            0x88 | 0x8A | 0x8B | 0x8F | 0x90 => Inner::Act(decode_fields(kind, &mut reader)?),
            _ => Inner::Unknown { kind, fields: reader.rest().to_vec() },
        };
        reader.finish()?;
        Ok(inner)
    }
}

/// `list` of kind u8 + `bytes`, 1 to 16 of them.
pub fn encode_inner(inner: &[Inner]) -> Result<Zeroizing<Vec<u8>>, Malformed> {
    if inner.is_empty() || inner.len() > MAX_INNER_RECORDS {
        return Err(Malformed::Limit);
    }
    let mut out = Zeroizing::new(Vec::new());
    out.put_count(inner.len());
    for record in inner {
        out.push(record.kind());
        out.put_bytes(&record.encode());
    }
    Ok(out)
}

/// The inverse of [`encode_inner`]; total over any bytes.
pub fn decode_inner(bytes: &[u8]) -> Result<Vec<Inner>, Malformed> {
    let mut reader = Reader::new(bytes);
    let inner = reader.list(MAX_INNER_RECORDS, |reader| {
        let kind = reader.u8()?;
        Inner::decode(kind, reader.bytes(MAX_BODY_BYTES)?)
    })?;
    reader.finish()?;
    if inner.is_empty() { Err(Malformed::Range("inner records")) } else { Ok(inner) }
}

/// Where a sealed record stands: nobody can pass its content off as his own or move it elsewhere in the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub workspace: &'a Id,
    pub author: &'a Id,
    pub heads: &'a [Id],
}

impl Bound<'_> {
    /// 0x92 + workspace + author + the body before the nonce.
    fn associated(&self, epoch: &Id16, wraps: &[Wrap]) -> Vec<u8> {
        let head = sealed_head(self.heads, epoch, wraps);
        [&[0x92], &self.workspace[..], &self.author[..], &head].concat()
    }
}

/// Seals inner records under `key`; the nonce depends on everything that is sealed and bound, as in items.
pub(crate) fn seal_inner(
    bound: &Bound<'_>,
    key: &EpochKey,
    wraps: Vec<Wrap>,
    inner: &[Inner],
) -> Result<Sealed, Malformed> {
    let epoch = key.epoch();
    let plain = pad(&encode_inner(inner)?)?;
    let associated = bound.associated(&epoch, &wraps);
    let mut nonce = [0; 24];
    nonce.copy_from_slice(&keyed_parts(&key.nonce_key(), &[&associated, &plain])[..24]);
    let bytes = seal(&key.content_key(), &nonce, &associated, &plain);
    Ok(Sealed { epoch, wraps, nonce, bytes })
}

/// Opens a sealed record with the key of its epoch; `None` when it is not what it claims to be.
pub(crate) fn open_inner(bound: &Bound<'_>, key: &EpochKey, sealed: &Sealed) -> Option<Vec<Inner>> {
    if key.epoch() != sealed.epoch {
        return None;
    }
    let associated = bound.associated(&sealed.epoch, &sealed.wraps);
    let plain = Zeroizing::new(open(&key.content_key(), &sealed.nonce, &associated, &sealed.bytes)?);
    decode_inner(unpad(&plain)?).ok()
}

/// The id of a private or personal space: `K(D(space id, first epoch key), genesis + creator + type)[..16]`.
///
/// `genesis` is the id of the workspace's Genesis record, `creator` the device that wrote the space's first record.
/// Who knows the key can check both and claim neither for another.
pub fn space_id(first: &Id, genesis: &Id, creator: &Id, kind: SealedKind) -> Id16 {
    let key = Zeroizing::new(derive(Context::SpaceId, first));
    crate::derive::id16(&keyed_parts(&key, &[genesis, creator, &[kind.byte()]]))
}
