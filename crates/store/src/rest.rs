//! The seal on everything readable in a locked store. It knows values and their places, no tables; docs/storage.md
//! (Lock at rest) has the layout.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::error::{Result, StoreError};

const SEAL_CONTEXT: &str = "tern store at rest 1 seal";
const NAME_CONTEXT: &str = "tern store at rest 1 names";
const CHECK_CONTEXT: &str = "tern store at rest 1 check";
const NONCE_BYTES: usize = 24;
const CHECK_BYTES: usize = 16;
/// Begins a sealed value in a column of text.
const TEXT_MARK: &str = "sealed:";

/// The key of the workspace lock: 32 bytes that the caller keeps (drawn at random, or stretched from a passphrase).
/// Wiped from memory when dropped; never written, never shown.
#[derive(Clone)]
pub struct AtRestKey(Zeroizing<[u8; 32]>);

impl AtRestKey {
    /// The key with these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        AtRestKey(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for AtRestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AtRestKey(…)")
    }
}

/// What a key opens: one key for the seal, one for nonces and names.
#[derive(Clone)]
pub(crate) struct Rest {
    seal: Zeroizing<[u8; 32]>,
    names: Zeroizing<[u8; 32]>,
    /// Tells this key from another; lies in the clear in the store.
    pub(crate) check: [u8; CHECK_BYTES],
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rest(…)")
    }
}

/// Table, key and the like, each preceded by its length: where a value lies.
fn place(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_le_bytes());
        out.extend_from_slice(part);
    }
    out
}

impl Rest {
    pub(crate) fn new(key: &AtRestKey) -> Rest {
        let mut check = [0; CHECK_BYTES];
        check.copy_from_slice(&blake3::derive_key(CHECK_CONTEXT, key.0.as_slice())[..CHECK_BYTES]);
        Rest {
            seal: Zeroizing::new(blake3::derive_key(SEAL_CONTEXT, key.0.as_slice())),
            names: Zeroizing::new(blake3::derive_key(NAME_CONTEXT, key.0.as_slice())),
            check,
        }
    }

    /// Seals a value to its place. The nonce follows from place and value, so nothing is drawn at random: the same
    /// value written to the same place twice gives the same bytes, and no nonce serves two values.
    pub(crate) fn seal(&self, parts: &[&[u8]], plain: &[u8]) -> Result<Vec<u8>> {
        let place = place(parts);
        let mut nonce = [0; NONCE_BYTES];
        let mut hasher = blake3::Hasher::new_keyed(&self.names);
        hasher.update(&(place.len() as u64).to_le_bytes()).update(&place).update(plain);
        hasher.finalize_xof().fill(&mut nonce);
        let nonce = XNonce::from(nonce);
        let sealed = XChaCha20Poly1305::new(self.seal.as_slice().into())
            .encrypt(&nonce, Payload { msg: plain, aad: &place })
            .map_err(|_| StoreError::Invalid("a value is too long to be sealed".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens a value; `None` when it is damaged or was sealed elsewhere.
    pub(crate) fn open(&self, parts: &[&[u8]], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let place = place(parts);
        XChaCha20Poly1305::new(self.seal.as_slice().into())
            .decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: &place })
            .ok()
    }

    /// The name under which a name is looked up without being readable.
    pub(crate) fn name(&self, parts: &[&[u8]]) -> String {
        let hash = blake3::keyed_hash(&self.names, &place(parts));
        format!("{TEXT_MARK}{}", &hash.to_hex()[..32])
    }
}

/// Bytes as they lie in the file: sealed when the store is locked, else as they are.
pub(crate) fn stored(rest: Option<&Rest>, parts: &[&[u8]], plain: &[u8]) -> Result<Vec<u8>> {
    rest.map_or_else(|| Ok(plain.to_vec()), |rest| rest.seal(parts, plain))
}

/// The bytes behind [`stored`]; `None` when they are damaged.
pub(crate) fn shown(rest: Option<&Rest>, parts: &[&[u8]], stored: Vec<u8>) -> Option<Vec<u8>> {
    match rest {
        Some(rest) => rest.open(parts, &stored),
        None => Some(stored),
    }
}

/// Text as it lies in the file.
pub(crate) fn stored_text(rest: Option<&Rest>, parts: &[&[u8]], plain: &str) -> Result<String> {
    let Some(rest) = rest else { return Ok(plain.to_owned()) };
    let sealed = rest.seal(parts, plain.as_bytes())?;
    Ok(sealed.iter().fold(TEXT_MARK.to_owned(), |mut text, byte| {
        text.extend([byte >> 4, byte & 15].map(|n| char::from(b"0123456789abcdef"[usize::from(n)])));
        text
    }))
}

/// The text behind [`stored_text`]; `None` when it is damaged.
pub(crate) fn shown_text(rest: Option<&Rest>, parts: &[&[u8]], stored: String) -> Option<String> {
    let Some(rest) = rest else { return Some(stored) };
    let digits: Vec<u8> = stored
        .strip_prefix(TEXT_MARK)?
        .chars()
        .map(|c| c.to_digit(16).and_then(|n| u8::try_from(n).ok()))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    String::from_utf8(rest.open(parts, &bytes)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(byte: u8) -> Rest {
        Rest::new(&AtRestKey::new([byte; 32]))
    }

    #[test]
    fn what_is_sealed_opens_at_its_place_under_its_key_and_nowhere_else() {
        let sealed = rest(1).seal(&[b"docs", b"a"], b"words").unwrap();
        assert_eq!(rest(1).open(&[b"docs", b"a"], &sealed).unwrap(), b"words");
        assert_eq!(rest(1).open(&[b"docs", b"b"], &sealed), None);
        assert_eq!(rest(1).open(&[b"doc", b"sa"], &sealed), None);
        assert_eq!(rest(2).open(&[b"docs", b"a"], &sealed), None);
        for at in 0..sealed.len() {
            let mut broken = sealed.clone();
            broken[at] ^= 1;
            assert_eq!(rest(1).open(&[b"docs", b"a"], &broken), None, "byte {at}");
        }
        assert_eq!(rest(1).open(&[b"docs", b"a"], &sealed[..20]), None);
    }

    #[test]
    fn two_values_at_one_place_never_share_a_nonce() {
        let (a, b) = (rest(1).seal(&[b"t"], b"a").unwrap(), rest(1).seal(&[b"t"], b"b").unwrap());
        assert_ne!(a[..NONCE_BYTES], b[..NONCE_BYTES]);
    }

    #[test]
    fn the_layout_of_a_sealed_value_is_that_of_the_golden_one() {
        let rest = rest(7);
        let hex = stored_text(Some(&rest), &[b"journal", &[1; 16]], "milk").unwrap();
        assert_eq!(hex, GOLDEN_TEXT);
        assert_eq!(shown_text(Some(&rest), &[b"journal", &[1; 16]], hex).as_deref(), Some("milk"));
        assert_eq!(rest.name(&[b"meta", b"engine.note"]), GOLDEN_NAME);
        assert_eq!(blake3::hash(&rest.check).to_hex()[..16], *GOLDEN_CHECK);
    }

    const GOLDEN_TEXT: &str =
        "sealed:13ded8ac64063b8d1de998bfb4c37bf201c26339ca5e6da987fc544f63f9ba116c63aa85cb6d159ea88630dd";
    const GOLDEN_NAME: &str = "sealed:f3784c93f9f690f10f2a6cbbee3d0fa0";
    const GOLDEN_CHECK: &str = "8f998635e065829d";

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?} {:?}", AtRestKey::new([9; 32]), rest(9)), "AtRestKey(…) Rest(…)");
    }
}
