//! Fixed offsets of an item's bytes, as far as carrying it needs them. Verifying is not done here.

use crate::key::{Id, Key, Lane};

use super::{BODY_MAX, PACK_MAX};

/// Where the body's length stands.
pub const BODY_AT: usize = 168;
/// Where the body starts.
pub const BODY_FROM: usize = 172;
/// Bytes of the signature at the end.
pub const SIGNATURE_BYTES: usize = 64;
/// Kind of a pack.
pub const KIND_PACK: u8 = 2;
/// Kind of a Join record.
pub const KIND_JOIN: u8 = 0x83;

/// The header fields of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Item kind; 0x80..=0xBF are records of the log.
    pub kind: u8,
    /// The author's claimed day.
    pub day: u16,
    /// Workspace id.
    pub workspace: [u8; 32],
    /// Author device.
    pub author: [u8; 32],
    /// Feed incarnation.
    pub incarnation: [u8; 8],
    /// Place in the feed.
    pub seq: u32,
    /// id16 of the item before in the feed.
    pub prev: [u8; 16],
    /// Space; zero is the root space.
    pub space: [u8; 16],
    /// Epoch of the key; zero for a body in the clear.
    pub epoch: [u8; 16],
    /// Document tag.
    pub tag: [u8; 16],
    /// Nonce.
    pub nonce: [u8; 24],
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

/// Splits an item into header, body and signature; `None` unless version, lengths and bounds are right.
pub fn split(bytes: &[u8]) -> Option<(Head, &[u8], &[u8])> {
    if *bytes.first()? != 1 {
        return None;
    }
    let kind = *bytes.get(1)?;
    let len = u32::from_le_bytes(array(bytes, BODY_AT)?) as usize;
    let max = if kind == KIND_PACK { PACK_MAX } else { BODY_MAX };
    if len > max || bytes.len() != BODY_FROM + len + SIGNATURE_BYTES {
        return None;
    }
    let head = Head {
        kind,
        day: u16::from_le_bytes(array(bytes, 2)?),
        workspace: array(bytes, 4)?,
        author: array(bytes, 36)?,
        incarnation: array(bytes, 68)?,
        seq: u32::from_le_bytes(array(bytes, 76)?),
        prev: array(bytes, 80)?,
        space: array(bytes, 96)?,
        epoch: array(bytes, 112)?,
        tag: array(bytes, 128)?,
        nonce: array(bytes, 144)?,
    };
    Some((head, bytes.get(BODY_FROM..BODY_FROM + len)?, bytes.get(BODY_FROM + len..)?))
}

impl Head {
    /// The lane such an item belongs to; `None` for a space id that no space can have.
    pub fn lane(&self) -> Option<Lane> {
        let lane = Lane(self.space);
        match self.kind {
            0x80..=0xbf => (lane == Lane::ROOT).then_some(Lane::LOG),
            _ => (!lane.is_log()).then_some(lane),
        }
    }

    /// Header, body and signature as the exact item bytes.
    pub fn assemble(&self, body: &[u8], signature: &[u8; 64]) -> Vec<u8> {
        let mut out = Vec::with_capacity(BODY_FROM + body.len() + SIGNATURE_BYTES);
        out.extend_from_slice(&[1, self.kind]);
        out.extend_from_slice(&self.day.to_le_bytes());
        out.extend_from_slice(&self.workspace);
        out.extend_from_slice(&self.author);
        out.extend_from_slice(&self.incarnation);
        out.extend_from_slice(&self.seq.to_le_bytes());
        out.extend_from_slice(&self.prev);
        out.extend_from_slice(&self.space);
        out.extend_from_slice(&self.epoch);
        out.extend_from_slice(&self.tag);
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&(body.len() as u32).to_le_bytes());
        out.extend_from_slice(body);
        out.extend_from_slice(signature);
        out
    }
}

/// The item id: derive_key of all bytes but the signature. `None` when too short to be an item.
pub fn id_of(bytes: &[u8]) -> Option<Id> {
    let end = bytes.len().checked_sub(SIGNATURE_BYTES)?;
    (end >= BODY_FROM).then(|| blake3::derive_key("tern v1 item id", bytes.get(..end).unwrap_or_default()))
}

/// Trie key and lane of an item's bytes.
pub fn place_of(bytes: &[u8]) -> Option<(Lane, Key)> {
    let (head, _, _) = split(bytes)?;
    Some((head.lane()?, Key { day: head.day, id: id_of(bytes)? }))
}
