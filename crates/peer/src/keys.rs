//! The device's secret at rest: in a file that only its owner may read, in the clear or sealed under a passphrase, or in
//! the keyring of the operating system.
//!
//! `TERNKEY` + version: 1 = the seed, 2 = salt, nonce and box of `tern_trust::passphrase`, 3 = the 16-byte name under which
//! the keyring holds the seed (`docs/storage.md`).

use std::fs;
use std::path::Path;

use tern_trust::passphrase::{open_secret, seal_secret};
use zeroize::Zeroizing;

use crate::api::{ErrorKind, PeerError};
use crate::home::{file_error, sync_dir, write_private};
use crate::host::{Host as _, SystemHost};
use crate::keyring::Keyring;

const PLAIN: &[u8; 8] = b"TERNKEY\x01";
const SEALED: &[u8; 8] = b"TERNKEY\x02";
const NAMED: &[u8; 8] = b"TERNKEY\x03";
/// Length of the name of an entry in the keyring.
const NAME_BYTES: usize = 16;
/// What the passphrase's box is for.
const PURPOSE: &[u8] = b"tern device key";

/// How the secret is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// In the clear, readable by its owner alone.
    File,
    /// Under a passphrase.
    Passphrase,
    /// In the keyring of the operating system.
    Keyring,
    /// Not here, or not readable.
    Missing,
}

impl KeyState {
    /// In the words of the product.
    pub fn text(self) -> &'static str {
        match self {
            KeyState::File => "file (not protected)",
            KeyState::Passphrase => "passphrase",
            KeyState::Keyring => "keyring",
            KeyState::Missing => "missing",
        }
    }
}

/// How a secret is to be kept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keep<'a> {
    /// As [`KeyState::File`].
    File,
    /// As [`KeyState::Passphrase`].
    Passphrase(&'a str),
    /// As [`KeyState::Keyring`].
    Keyring,
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
        Ok(bytes) if bytes.starts_with(NAMED) => KeyState::Keyring,
        _ => KeyState::Missing,
    }
}

/// Reads the secret; `None` when there is no file.
pub(crate) fn read(
    path: &Path,
    passphrase: Option<&str>,
    keyring: &dyn Keyring,
) -> Result<Option<Zeroizing<[u8; 32]>>, PeerError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(file_error(path, &e)),
    };
    if let Some(sealed) = bytes.strip_prefix(SEALED) {
        let passphrase = passphrase.ok_or_else(locked)?;
        return open_secret(passphrase, PURPOSE, sealed).map(Some).ok_or_else(wrong);
    }
    if let Some(name) = name_in(&bytes) {
        let held = keyring.get(&name).map_err(|why| no_keyring(&why))?;
        let seed = held.and_then(|s| <[u8; 32]>::try_from(s.as_slice()).ok());
        return seed.map(Zeroizing::new).map(Some).ok_or_else(not_held);
    }
    let seed = bytes.strip_prefix(PLAIN).and_then(|s| <[u8; 32]>::try_from(s).ok());
    seed.map(Zeroizing::new).map(Some).ok_or_else(|| {
        PeerError::new(ErrorKind::Damaged, format!("The device key {} is damaged.", path.display()))
            .safe("Everything you wrote is still in the store beside it, and nothing was changed.")
            .next("Put the key file back from a backup, or join again from another device or with the recovery words.")
    })
}

/// The name in the keyring that a key file carries.
fn name_in(bytes: &[u8]) -> Option<String> {
    let name = bytes.strip_prefix(NAMED).filter(|name| name.len() == NAME_BYTES)?;
    Some(crate::core::hex(name))
}

fn no_keyring(why: &str) -> PeerError {
    PeerError::new(ErrorKind::NotAllowed, format!("The keyring of this computer did not answer: {why}."))
        .safe("Nothing was read or changed.")
        .next("Unlock the keyring (log in to the desktop) and try again. Without one, `tern keys keep file` or `tern lock on` are the other ways.")
}

fn not_held() -> PeerError {
    PeerError::new(ErrorKind::NotAllowed, "The keyring of this computer does not hold the key of this home.")
        .safe("Everything you wrote is still in the store, and nothing was changed.")
        .next("Log in as the user whose keyring holds it, or bring the workspace back with `tern recover` and the recovery words.")
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

/// Keeps the secret in another way: durably, in the place of the old file. A crash leaves the one way or the other,
/// and at worst an entry in the keyring that nothing names.
pub(crate) fn replace(
    path: &Path,
    seed: &[u8; 32],
    keep: Keep<'_>,
    keyring: &dyn Keyring,
) -> Result<(), PeerError> {
    let mut host = SystemHost::default();
    let before = fs::read(path).ok().and_then(|bytes| name_in(&Zeroizing::new(bytes)));
    let bytes = match keep {
        Keep::File => plain(seed),
        Keep::Keyring => {
            let mut name = [0; NAME_BYTES];
            host.fill(&mut name);
            let text = crate::core::hex(&name);
            keyring.put(&text, seed).map_err(|why| no_keyring(&why))?;
            // Only what was read back is relied on.
            let held = keyring.get(&text).map_err(|why| no_keyring(&why))?;
            if held.is_none_or(|held| held.as_slice() != seed) {
                let _ = keyring.remove(&text);
                return Err(no_keyring("it did not keep what it was given"));
            }
            Zeroizing::new([NAMED.as_slice(), &name].concat())
        }
        Keep::Passphrase(passphrase) => {
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
    let written = put_in_place(path, &bytes);
    // The entry that nothing names: the new one when the file did not change, else the old one.
    let over = if written.is_ok() { before } else { name_in(&bytes) };
    if let Some(Err(why)) = over.map(|name| keyring.remove(&name)) {
        tracing::warn!(why, "an entry that is not used stays in the keyring");
    }
    written
}

/// Puts a file in the place of another, durably.
fn put_in_place(path: &Path, bytes: &[u8]) -> Result<(), PeerError> {
    let part = path.with_extension("key.part");
    let _ = fs::remove_file(&part);
    let written = write_private(&part, bytes).and_then(|()| {
        fs::rename(&part, path).map_err(|e| file_error(path, &e))?;
        path.parent().map_or(Ok(()), sync_dir)
    });
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::Pocket;

    #[test]
    fn a_key_comes_back_by_its_passphrase_alone_and_a_wrong_one_harms_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("device.key");
        let none = Pocket::closed();
        let read = |passphrase| read(&path, passphrase, &none);
        assert_eq!(state(&path), KeyState::Missing);
        assert_eq!(read(None).expect("no file"), None);
        write_private(&path, &plain(&[7; 32])).expect("written");
        assert_eq!(read(None).expect("read").as_deref(), Some(&[7; 32]));
        replace(&path, &[7; 32], Keep::Passphrase("open sesame"), &none).expect("sealed");
        assert_eq!(state(&path), KeyState::Passphrase);
        let before = fs::read(&path).expect("bytes");
        assert_eq!(read(None).expect_err("locked").kind, ErrorKind::NotAllowed);
        assert_eq!(read(Some("open barley")).expect_err("wrong").kind, ErrorKind::NotAllowed);
        assert_eq!(fs::read(&path).expect("bytes"), before);
        assert!(!before.windows(32).any(|w| w == [7; 32]), "the seed lies in the clear");
        assert_eq!(read(Some("open sesame")).expect("read").as_deref(), Some(&[7; 32]));
        replace(&path, &[7; 32], Keep::File, &none).expect("opened");
        assert_eq!(state(&path), KeyState::File);
    }

    #[test]
    fn a_key_moves_into_the_keyring_and_out_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("device.key");
        let pocket = Pocket::open();
        write_private(&path, &plain(&[7; 32])).expect("written");
        replace(&path, &[7; 32], Keep::Keyring, &pocket).expect("moved");
        assert_eq!(state(&path), KeyState::Keyring);
        let file = fs::read(&path).expect("bytes");
        assert!(!file.windows(32).any(|w| w == [7; 32]), "the seed lies in the clear");
        assert_eq!(read(&path, None, &pocket).expect("read").as_deref(), Some(&[7; 32]));
        assert_eq!(pocket.len(), 1);
        replace(&path, &[7; 32], Keep::Keyring, &pocket).expect("moved again");
        assert_eq!(pocket.len(), 1, "the entry of before is gone");
        replace(&path, &[7; 32], Keep::Passphrase("open sesame"), &pocket).expect("sealed");
        assert_eq!((state(&path), pocket.len()), (KeyState::Passphrase, 0));
    }

    #[test]
    fn a_keyring_that_is_closed_or_forgot_harms_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("device.key");
        write_private(&path, &plain(&[7; 32])).expect("written");
        let refused = replace(&path, &[7; 32], Keep::Keyring, &Pocket::closed()).expect_err("closed");
        assert_eq!(refused.kind, ErrorKind::NotAllowed);
        assert_eq!(state(&path), KeyState::File);
        let refused = replace(&path, &[7; 32], Keep::Keyring, &Pocket::forgetful()).expect_err("forgets");
        assert_eq!((refused.kind, state(&path)), (ErrorKind::NotAllowed, KeyState::File));

        let pocket = Pocket::open();
        replace(&path, &[7; 32], Keep::Keyring, &pocket).expect("moved");
        let before = fs::read(&path).expect("bytes");
        for other in [Pocket::closed(), Pocket::open()] {
            assert_eq!(read(&path, None, &other).expect_err("not there").kind, ErrorKind::NotAllowed);
        }
        assert_eq!(fs::read(&path).expect("bytes"), before);
        assert_eq!(read(&path, None, &pocket).expect("read").as_deref(), Some(&[7; 32]));
    }
}
