//! Secrets at rest under a passphrase: Argon2id (64 MiB, three passes) makes the key, XChaCha20-Poly1305 seals.

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use crate::derive::Id;
use crate::wrap::{open, seal};

/// Bytes of the random salt.
pub const SALT_BYTES: usize = 16;
/// Bytes of the random nonce.
pub const NONCE_BYTES: usize = 24;
/// Memory of the key derivation, KiB.
const MEMORY_KIB: u32 = 64 * 1024;
/// Passes over it.
const PASSES: u32 = 3;
/// Most bytes of a passphrase.
const MAX_PASSPHRASE: usize = 4_096;

fn key(passphrase: &str, salt: &[u8; SALT_BYTES]) -> Option<Zeroizing<Id>> {
    if passphrase.is_empty() || passphrase.len() > MAX_PASSPHRASE {
        return None;
    }
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    let derive = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    derive.hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice()).ok()?;
    Some(key)
}

/// Seals a secret: salt, nonce, box; `None` for an empty or endless passphrase. `purpose` is bound to it.
pub fn seal_secret(
    passphrase: &str,
    purpose: &[u8],
    secret: &Id,
    salt: [u8; SALT_BYTES],
    nonce: [u8; NONCE_BYTES],
) -> Option<Vec<u8>> {
    let key = key(passphrase, &salt)?;
    Some([&salt[..], &nonce, &seal(&key, &nonce, purpose, secret)].concat())
}

/// Opens what [`seal_secret`] made; `None` for a wrong passphrase or damaged bytes, which look alike.
pub fn open_secret(passphrase: &str, purpose: &[u8], sealed: &[u8]) -> Option<Zeroizing<Id>> {
    let (salt, rest) = sealed.split_first_chunk::<SALT_BYTES>()?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
    let plain = Zeroizing::new(open(&*key(passphrase, salt)?, nonce, purpose, sealed)?);
    Some(Zeroizing::new(plain.as_slice().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_passphrase_opens_and_only_for_its_purpose() {
        let sealed = seal_secret("correct horse", b"device", &[7; 32], [1; 16], [2; 24]).expect("seals");
        assert_eq!(sealed.len(), SALT_BYTES + NONCE_BYTES + 32 + 16);
        assert_eq!(open_secret("correct horse", b"device", &sealed).as_deref(), Some(&[7; 32]));
        assert!(open_secret("correct horsf", b"device", &sealed).is_none());
        assert!(open_secret("correct horse", b"other", &sealed).is_none());
        assert!(open_secret("correct horse", b"device", &sealed[..50]).is_none());
        assert!(seal_secret("", b"device", &[7; 32], [1; 16], [2; 24]).is_none());
    }
}
