//! Long streams sealed in chunks of 64 KiB: bundles for a file or a mail, and attachments.
//!
//! Nonce = chunk index + last flag, so chunks can neither be swapped, nor dropped, nor the end cut off.

use zeroize::Zeroizing;

use crate::codec::{Put, Reader};
use crate::derive::{Context, Dice, Id, ZERO16, derive, keyed};
use crate::device::Opener;
use crate::item::Malformed;
use crate::limits::{CHUNK_BYTES, MAX_WRAPS, TAG_BYTES};
use crate::wrap::{EpochKey, Hint, Wrap, decoy, open, seal, unwrap, wrap};

/// Bytes of a full sealed chunk. Every chunk but the last is full.
pub const SEALED_CHUNK_BYTES: usize = CHUNK_BYTES + TAG_BYTES;
/// What a bundle file begins with.
pub const BUNDLE_MAGIC: &[u8; 8] = b"TERNBNDL";
const BUNDLE_VERSION: u8 = 1;

/// Seals or opens the chunks of one stream.
pub struct ChunkSealer {
    key: Zeroizing<Id>,
    aad: Vec<u8>,
}

impl std::fmt::Debug for ChunkSealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChunkSealer(..)")
    }
}

impl ChunkSealer {
    /// Seals chunk `index`; at most [`CHUNK_BYTES`], exactly that many unless `last`.
    pub fn seal(&self, index: u64, last: bool, plain: &[u8]) -> Result<Vec<u8>, Malformed> {
        if plain.len() > CHUNK_BYTES || (!last && plain.len() != CHUNK_BYTES) {
            return Err(Malformed::Limit);
        }
        Ok(seal(&self.key, &nonce(index, last), &self.aad, plain))
    }

    /// Opens chunk `index`; `None` when it is not exactly that chunk of this stream.
    pub fn open(&self, index: u64, last: bool, sealed: &[u8]) -> Option<Vec<u8>> {
        if sealed.len() > SEALED_CHUNK_BYTES {
            return None;
        }
        open(&self.key, &nonce(index, last), &self.aad, sealed)
    }

    /// Seals a whole stream held in memory.
    pub fn seal_all(&self, plain: &[u8]) -> Vec<u8> {
        let count = plain.len().div_ceil(CHUNK_BYTES).max(1);
        let mut out = Vec::with_capacity(plain.len() + count * TAG_BYTES);
        for index in 0..count {
            let from = index * CHUNK_BYTES;
            let to = plain.len().min(from + CHUNK_BYTES);
            out.extend(seal(
                &self.key,
                &nonce(index as u64, index + 1 == count),
                &self.aad,
                &plain[from..to],
            ));
        }
        out
    }

    /// Opens a stream held in memory up to its first bad chunk; the flag says whether all of it was good.
    pub fn open_all(&self, sealed: &[u8]) -> (Vec<u8>, bool) {
        let count = sealed.len().div_ceil(SEALED_CHUNK_BYTES);
        let mut out = Vec::with_capacity(sealed.len());
        for (index, chunk) in sealed.chunks(SEALED_CHUNK_BYTES).enumerate() {
            match self.open(index as u64, index + 1 == count, chunk) {
                Some(plain) => out.extend(plain),
                None => return (out, false),
            }
        }
        (out, count > 0)
    }
}

fn nonce(index: u64, last: bool) -> [u8; 24] {
    let mut nonce = [0; 24];
    nonce[..8].copy_from_slice(&index.to_le_bytes());
    nonce[8] = u8::from(last);
    nonce
}

/// The header of a bundle: magic, version, hidden wraps padded to a power of two. A finder sees a size.
pub fn bundle_header(
    workspace: &Id,
    recipients: &[Id],
    dice: &mut Dice,
) -> Result<(Vec<u8>, ChunkSealer), Malformed> {
    let padded = recipients.len().next_power_of_two();
    if recipients.is_empty() || padded > MAX_WRAPS {
        return Err(Malformed::Limit);
    }
    let key = EpochKey::new(ZERO16, dice.draw());
    let mut wraps: Vec<Wrap> = recipients
        .iter()
        .filter_map(|recipient| wrap(workspace, &key, recipient, Hint::Hidden, dice))
        .collect();
    while wraps.len() < padded {
        wraps.push(decoy(workspace, dice));
    }
    wraps.sort_unstable();
    let mut header = BUNDLE_MAGIC.to_vec();
    header.push(BUNDLE_VERSION);
    header.put_count(wraps.len());
    wraps.iter().for_each(|wrap| header.extend_from_slice(wrap));
    let sealer = bundle_sealer(&key, &header);
    Ok((header, sealer))
}

/// Opens a bundle's header for one of `openers`. `Ok(None)`: a bundle, but not for them (or of another workspace).
/// Returns the header's length too: chunks follow it.
pub fn open_bundle(
    workspace: &Id,
    openers: &[&Opener],
    bytes: &[u8],
) -> Result<Option<(usize, ChunkSealer)>, Malformed> {
    let mut reader = Reader::new(bytes);
    if reader.take(BUNDLE_MAGIC.len())? != BUNDLE_MAGIC {
        return Err(Malformed::UnknownValue("bundle magic"));
    }
    if reader.u8()? != BUNDLE_VERSION {
        return Err(Malformed::Version);
    }
    let wraps: Vec<Wrap> = reader.list(MAX_WRAPS, Reader::array)?;
    let length = bytes.len() - reader.rest().len();
    let opened =
        wraps.iter().flat_map(|wrap| openers.iter().filter_map(|opener| unwrap(workspace, wrap, opener)));
    let key = opened.into_iter().find(|key| *key.space() == ZERO16);
    Ok(key.map(|key| (length, bundle_sealer(&key, &bytes[..length]))))
}

fn bundle_sealer(key: &EpochKey, header: &[u8]) -> ChunkSealer {
    let key = Zeroizing::new(derive(Context::Bundle, key.to_bytes().as_slice()));
    ChunkSealer { key, aad: blake3::hash(header).as_bytes().to_vec() }
}

/// Seals an attachment: key `K(D(blob, first epoch key), blake3(plain))`, no associated data.
pub fn blob_sealer(first: &EpochKey, plain_hash: &Id) -> ChunkSealer {
    ChunkSealer { key: Zeroizing::new(keyed(&first.blob_key(), plain_hash)), aad: Vec::new() }
}

/// A sealed attachment, its address and what opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedBlob {
    /// The bytes that peers and nodes keep.
    pub bytes: Vec<u8>,
    /// blake3 of those bytes: the address.
    pub address: Id,
    /// blake3 of the plain bytes: stands in the document and makes the key.
    pub plain_hash: Id,
}

/// Seals an attachment held in memory. Equal files in one space have equal addresses.
pub fn seal_blob(first: &EpochKey, plain: &[u8]) -> SealedBlob {
    let plain_hash = *blake3::hash(plain).as_bytes();
    let bytes = blob_sealer(first, &plain_hash).seal_all(plain);
    SealedBlob { address: *blake3::hash(&bytes).as_bytes(), bytes, plain_hash }
}

/// Opens an attachment and compares its hash; `None` when anything was changed.
pub fn open_blob(first: &EpochKey, plain_hash: &Id, sealed: &[u8]) -> Option<Vec<u8>> {
    let (plain, whole) = blob_sealer(first, plain_hash).open_all(sealed);
    (whole && blake3::hash(&plain) == blake3::Hash::from(*plain_hash)).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceKeys;

    #[test]
    fn t35_a_bundle_opens_for_its_recipients_up_to_the_first_bad_chunk() {
        let (alice, eve) = (DeviceKeys::from_seed(&[1; 32]), DeviceKeys::from_seed(&[2; 32]));
        let mut dice = Dice::new([3; 32]);
        let recipients = [[9; 32], *alice.opener().public(), [8; 32]];
        let (header, sealer) = bundle_header(&[7; 32], &recipients, &mut dice).expect("a header");
        assert_eq!(header.len(), 8 + 1 + 2 + 4 * 104);
        let plain: Vec<u8> = (0..200_000u32).map(|byte| byte as u8).collect();
        let file = [header, sealer.seal_all(&plain)].concat();
        assert!(open_bundle(&[7; 32], &[eve.opener()], &file).expect("a bundle").is_none());
        assert!(open_bundle(&[6; 32], &[alice.opener()], &file).expect("a bundle").is_none());
        let opened = open_bundle(&[7; 32], &[eve.opener(), alice.opener()], &file).expect("a bundle");
        let (length, sealer) = opened.expect("for alice");
        assert_eq!(sealer.open_all(&file[length..]), (plain.clone(), true));
        let mut bad = file[length..].to_vec();
        bad[SEALED_CHUNK_BYTES + 5] ^= 1;
        assert_eq!(sealer.open_all(&bad), (plain[..CHUNK_BYTES].to_vec(), false));
        let cut = &file[length..length + 2 * SEALED_CHUNK_BYTES];
        assert_eq!(sealer.open_all(cut), (plain[..CHUNK_BYTES].to_vec(), false), "a cut at a chunk's end");
        assert_eq!(sealer.open_all(&[]), (Vec::new(), false));
    }

    #[test]
    fn attachments_open_only_whole_and_unchanged() {
        let first = EpochKey::new(ZERO16, [4; 32]);
        for length in [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1] {
            let plain = vec![5; length];
            let sealed = seal_blob(&first, &plain);
            assert_eq!(open_blob(&first, &sealed.plain_hash, &sealed.bytes), Some(plain));
            assert_eq!(open_blob(&first, &[0; 32], &sealed.bytes), None);
            assert_eq!(open_blob(&first, &sealed.plain_hash, &sealed.bytes[1..]), None);
        }
    }

    #[test]
    fn chunks_are_full_but_the_last() {
        let sealer = blob_sealer(&EpochKey::new(ZERO16, [4; 32]), &[0; 32]);
        assert_eq!(sealer.seal(0, false, b"short"), Err(Malformed::Limit));
        assert!(sealer.seal(0, true, b"short").is_ok());
        assert!(sealer.seal(0, true, &[0; CHUNK_BYTES + 1]).is_err());
    }
}
