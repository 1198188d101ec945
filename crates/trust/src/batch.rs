//! What the content items hold: changes of one document, a pack's attestation, the name of an attachment.

use std::io::Read;

use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};

use crate::codec::{Put, Reader};
use crate::derive::{Id, Id16};
use crate::item::Malformed;
use crate::limits::{MAX_BATCH_CHANGES, MAX_BATCH_INFLATED_BYTES, MAX_CHANGE_BYTES};
use crate::planted::Fault;

const FLAG_DEFLATED: u8 = 1;

/// Changes of one document, written together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Document id: class byte + 15 random bytes.
    pub document: Id16,
    /// Groups batches that one action of the author made.
    pub transaction: u64,
    /// Raw, uncompressed Automerge change chunks in causal order.
    pub changes: Vec<Vec<u8>>,
}

/// Why a decrypted body is not a batch this build understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Flags of a newer version: the item waits for an update.
    #[error("flags of a newer version")]
    Newer,
    /// Not a batch.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Batch {
    /// Encodes, deflated when that is smaller. Refuses what a receiver would refuse.
    pub fn encode(&self) -> Result<Vec<u8>, Malformed> {
        let plain = self.encode_with(false)?;
        let deflated = self.encode_with(true)?;
        Ok(if deflated.len() < plain.len() { deflated } else { plain })
    }

    /// Encodes in the chosen form.
    pub fn encode_with(&self, deflated: bool) -> Result<Vec<u8>, Malformed> {
        let rest = self.encode_rest()?;
        let mut out = Vec::with_capacity(rest.len() + 21);
        out.extend_from_slice(&self.document);
        if deflated {
            out.push(FLAG_DEFLATED);
            out.put_bytes_length(rest.len());
            out.extend_from_slice(&deflate(&rest));
        } else {
            out.push(0);
            out.extend_from_slice(&rest);
        }
        Ok(out)
    }

    fn encode_rest(&self) -> Result<Vec<u8>, Malformed> {
        if self.changes.len() > MAX_BATCH_CHANGES || self.changes.is_empty() {
            return Err(Malformed::Limit);
        }
        let mut rest = self.transaction.to_le_bytes().to_vec();
        rest.put_count(self.changes.len());
        for change in &self.changes {
            if change.len() > MAX_CHANGE_BYTES {
                return Err(Malformed::Limit);
            }
            rest.put_bytes(change);
        }
        if rest.len() > MAX_BATCH_INFLATED_BYTES { Err(Malformed::Limit) } else { Ok(rest) }
    }

    /// Decodes any bytes; inflation stops one byte past the length the batch claims, which is itself bounded.
    pub fn decode(content: &[u8]) -> Result<Batch, BatchError> {
        let mut reader = Reader::new(content);
        let document = reader.array()?;
        let flags = reader.u8()?;
        if flags & !FLAG_DEFLATED != 0 {
            return Err(BatchError::Newer);
        }
        if flags & FLAG_DEFLATED == 0 {
            return Ok(Self::decode_rest(document, reader.rest())?);
        }
        let length = reader.u32()? as usize;
        if length > MAX_BATCH_INFLATED_BYTES {
            return Err(Malformed::Limit.into());
        }
        let inflated = inflate(reader.rest(), length)?;
        Ok(Self::decode_rest(document, &inflated)?)
    }

    fn decode_rest(document: Id16, rest: &[u8]) -> Result<Batch, Malformed> {
        if rest.len() > MAX_BATCH_INFLATED_BYTES {
            return Err(Malformed::Limit);
        }
        let mut reader = Reader::new(rest);
        let transaction = reader.u64()?;
        let changes =
            reader.list(MAX_BATCH_CHANGES, |reader| Ok(reader.bytes(MAX_CHANGE_BYTES)?.to_vec()))?;
        reader.finish()?;
        if changes.is_empty() {
            return Err(Malformed::Range("changes"));
        }
        Ok(Batch { document, transaction, changes })
    }
}

trait PutLength {
    fn put_bytes_length(&mut self, length: usize);
}

impl PutLength for Vec<u8> {
    fn put_bytes_length(&mut self, length: usize) {
        self.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    }
}

/// Raw deflate.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    // Reading from a slice and writing to a vector: the only source of errors, the reader, has none.
    let _ = DeflateEncoder::new(bytes, Compression::default()).read_to_end(&mut out);
    out
}

/// Inflates exactly `length` bytes; stops one byte past it. All of `bytes` must belong to the stream.
pub fn inflate(bytes: &[u8], length: usize) -> Result<Vec<u8>, Malformed> {
    let mut decoder = DeflateDecoder::new(bytes);
    let mut out = Vec::new();
    let most = if Fault::UnboundedInflate.is_on() { u64::MAX } else { length as u64 + 1 };
    let read = decoder.by_ref().take(most).read_to_end(&mut out);
    if read.is_err() {
        return Err(Malformed::Range("deflate stream"));
    }
    match out.len().cmp(&length) {
        std::cmp::Ordering::Less => Err(Malformed::Short),
        std::cmp::Ordering::Greater => Err(Malformed::Limit),
        std::cmp::Ordering::Equal if decoder.total_in() == bytes.len() as u64 => Ok(out),
        std::cmp::Ordering::Equal => Err(Malformed::Trailing),
    }
}

/// A member's word that a pack holds exactly what it lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attest {
    /// Id of the pack.
    pub pack: Id,
}

impl Attest {
    /// Decodes the body.
    pub fn decode(body: &[u8]) -> Result<Attest, Malformed> {
        let mut reader = Reader::new(body);
        let attest = Attest { pack: reader.array()? };
        reader.finish()?;
        Ok(attest)
    }
}

/// Names an attachment: the blake3 hash of its sealed bytes, and their count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobRef {
    /// blake3 of the ciphertext, its address among peers.
    pub hash: Id,
    /// Ciphertext bytes.
    pub size: u64,
}

impl BlobRef {
    /// The body.
    pub fn encode(&self) -> Vec<u8> {
        [&self.hash[..], &self.size.to_le_bytes()].concat()
    }

    /// Decodes the body.
    pub fn decode(body: &[u8]) -> Result<BlobRef, Malformed> {
        let mut reader = Reader::new(body);
        let blob = BlobRef { hash: reader.array()?, size: reader.u64()? };
        reader.finish()?;
        Ok(blob)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(change: &[u8]) -> Batch {
        Batch { document: [1; 16], transaction: 7, changes: vec![change.to_vec(), b"second".to_vec()] }
    }

    #[test]
    fn both_forms_decode_to_the_same_batch() {
        for change in [&b"first"[..], &[0x41; 9_000]] {
            let batch = batch(change);
            for form in [true, false] {
                assert_eq!(Batch::decode(&batch.encode_with(form).expect("encodes")), Ok(batch.clone()));
            }
            assert_eq!(Batch::decode(&batch.encode().expect("encodes")), Ok(batch));
        }
    }

    #[test]
    fn a_bomb_stops_one_byte_past_its_claim() {
        let bomb = deflate(&vec![0; 64 << 20]);
        let mut content = [1; 17].to_vec();
        content.extend_from_slice(&100u32.to_le_bytes());
        content.extend_from_slice(&bomb);
        assert_eq!(Batch::decode(&content), Err(Malformed::Limit.into()));
        content[17..21].copy_from_slice(&(64u32 << 20).to_le_bytes());
        assert_eq!(Batch::decode(&content), Err(Malformed::Limit.into()));
    }

    #[test]
    fn unknown_flags_wait_and_everything_else_is_malformed() {
        let good = batch(b"x").encode_with(false).expect("encodes");
        let mut newer = good.clone();
        newer[16] = 2;
        assert_eq!(Batch::decode(&newer), Err(BatchError::Newer));
        assert_eq!(Batch::decode(&[good.as_slice(), &[0]].concat()), Err(Malformed::Trailing.into()));
        let deflated = batch(b"x").encode_with(true).expect("encodes");
        assert_eq!(Batch::decode(&[deflated.as_slice(), &[0]].concat()), Err(Malformed::Trailing.into()));
        for end in 0..good.len() {
            assert!(Batch::decode(&good[..end]).is_err());
        }
        for end in 0..deflated.len() {
            assert!(Batch::decode(&deflated[..end]).is_err());
        }
    }

    #[test]
    fn a_batch_over_its_limits_is_not_written() {
        let many = Batch { changes: vec![vec![0]; MAX_BATCH_CHANGES + 1], ..batch(b"x") };
        assert_eq!(many.encode(), Err(Malformed::Limit));
        assert_eq!(batch(&vec![0; MAX_CHANGE_BYTES + 1]).encode(), Err(Malformed::Limit));
        let heavy = Batch { changes: vec![vec![1; MAX_CHANGE_BYTES]; 5], ..batch(b"x") };
        assert_eq!(heavy.encode(), Err(Malformed::Limit));
    }
}
