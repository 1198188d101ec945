//! The device's secret at rest: a file that only its owner may read, in the clear or sealed under a passphrase.
//!
//! `TERNKEY` + version: 1 = the seed, 2 = salt, nonce and box of `tern_trust::passphrase` (`docs/storage.md`).

use std::fs;
use std::path::Path;

use tern_trust::passphrase::{open_secret, seal_secret};
use zeroize::Zeroizing;

use crate::api::{ErrorKind, PeerError};
use crate::home::{file_error, write_private};
use crate::host::{Host as _, SystemHost};

const PLAIN: &[u8; 8] = b"TERNKEY\x01";
const SEALED: &[u8; 8] = b"TERNKEY\x02";
/// What the passphrase's box is for.
const PURPOSE: &[u8] = b"tern device key";

/// How the secret is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// In the clear, readable by its owner alone.
    File,
    /// Under a passphrase.
    Passphrase,
    /// Not here, or not readable.
    Missing,
}

impl KeyState {
    /// In the words of the product.
    pub fn text(self) -> &'static str {
        match self {
            KeyState::File => "file (not protected)",
            KeyState::Passphrase => "passphrase",
            KeyState::Missing => "missing",
        }
    }
}

/// The bytes of a key file in the clear.
pub(crate) fn plain(seed: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([PLAIN.as_slice(), seed].concat())
}

/// How the secret in a key file is kept.
pub(crate) fn state(path: &Path) -> KeyState {
    match fs::read(path).map(Zeroizing::new) {
        Ok(bytes) if bytes.starts_with(PLAIN) => KeyState::File,
        Ok(bytes) if bytes.starts_with(SEALED) => KeyState::Passphrase,
        _ => KeyState::Missing,
    }
}

/// Reads the secret; `None` when there is no file.
pub(crate) fn read(path: &Path, passphrase: Option<&str>) -> Result<Option<Zeroizing<[u8; 32]>>, PeerError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(file_error(path, &e)),
    };
    if let Some(sealed) = bytes.strip_prefix(SEALED) {
        let passphrase = passphrase.ok_or_else(locked)?;
        return open_secret(passphrase, PURPOSE, sealed).map(Some).ok_or_else(wrong);
    }
    let seed = bytes.strip_prefix(PLAIN).and_then(|s| <[u8; 32]>::try_from(s).ok());
    seed.map(Zeroizing::new).map(Some).ok_or_else(|| {
        PeerError::new(ErrorKind::Damaged, format!("The device key {} is damaged.", path.display()))
            .safe("Everything you wrote is still in the store beside it, and nothing was changed.")
            .next("Put the key file back from a backup, or join again from another device or with the recovery words.")
    })
}

fn locked() -> PeerError {
    PeerError::new(ErrorKind::NotAllowed, "This workspace is locked with a passphrase.")
        .safe("Nothing was read or changed.")
        .next("Give the passphrase when asked, or name a file that holds it in TERN_PASSPHRASE_FILE.")
}

fn wrong() -> PeerError {
    PeerError::new(ErrorKind::NotAllowed, "The passphrase is wrong, or the key file is damaged.")
        .safe("Nothing was changed; you may try as often as you like.")
        .next("Try again. Recovery words on a new home bring the workspace back when the passphrase is lost.")
}

/// Writes the secret anew, durably, in the place of the old file: a crash leaves the one or the other.
pub(crate) fn replace(path: &Path, seed: &[u8; 32], passphrase: Option<&str>) -> Result<(), PeerError> {
    let bytes = match passphrase {
        None => plain(seed),
        Some(passphrase) => {
            let mut host = SystemHost::default();
            let (mut salt, mut nonce) = ([0; 16], [0; 24]);
            host.fill(&mut salt);
            host.fill(&mut nonce);
            let sealed = seal_secret(passphrase, PURPOSE, seed, salt, nonce).ok_or_else(|| {
                PeerError::new(ErrorKind::Usage, "A passphrase must not be empty.")
                    .safe("Nothing was changed.")
            })?;
            Zeroizing::new([SEALED.as_slice(), &sealed].concat())
        }
    };
    let part = path.with_extension("key.part");
    let _ = fs::remove_file(&part);
    write_private(&part, &bytes)?;
    fs::rename(&part, path).map_err(|e| file_error(path, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_by_its_passphrase_alone_and_a_wrong_one_harms_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("device.key");
        assert_eq!(state(&path), KeyState::Missing);
        assert_eq!(read(&path, None).expect("no file"), None);
        write_private(&path, &plain(&[7; 32])).expect("written");
        assert_eq!(read(&path, None).expect("read").as_deref(), Some(&[7; 32]));
        replace(&path, &[7; 32], Some("open sesame")).expect("sealed");
        assert_eq!(state(&path), KeyState::Passphrase);
        let before = fs::read(&path).expect("bytes");
        assert_eq!(read(&path, None).expect_err("locked").kind, ErrorKind::NotAllowed);
        assert_eq!(read(&path, Some("open barley")).expect_err("wrong").kind, ErrorKind::NotAllowed);
        assert_eq!(fs::read(&path).expect("bytes"), before);
        assert!(!before.windows(32).any(|w| w == [7; 32]), "the seed lies in the clear");
        assert_eq!(read(&path, Some("open sesame")).expect("read").as_deref(), Some(&[7; 32]));
        replace(&path, &[7; 32], None).expect("opened");
        assert_eq!(state(&path), KeyState::File);
    }
}
