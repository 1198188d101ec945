//! Epoch keys, the boxes that carry them to devices, and the chain that opens older epochs.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::derive::{Context, Dice, Id, Id16, derive, derive_parts, id16, keyed};
use crate::device::Opener;
use crate::limits::WRAP_BYTES;

/// A wrapped key: hint (8 bytes), ephemeral X25519 key (32), box (64) of space (16) and key (32).
pub type Wrap = [u8; WRAP_BYTES];
/// A parent epoch's key sealed under a newer one.
pub type ChainLink = [u8; 48];

/// The key of one epoch of one space. Zeroised when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct EpochKey {
    key: Id,
    #[zeroize(skip)]
    space: Id16,
}

impl EpochKey {
    /// A key of `space` (zero = root) from 32 random bytes.
    pub fn new(space: Id16, key: Id) -> Self {
        EpochKey { key, space }
    }

    /// What everybody may know of the key and whoever opens a wrap compares: `D(epoch, space + key)`.
    pub fn commitment(&self) -> Id {
        derive_parts(Context::Epoch, &[&self.space, &self.key])
    }

    /// The epoch's id: the first 16 bytes of the commitment.
    pub fn epoch(&self) -> Id16 {
        id16(&self.commitment())
    }

    /// The space the key belongs to.
    pub fn space(&self) -> &Id16 {
        &self.space
    }

    /// The raw key, for the key store at rest.
    pub fn to_bytes(&self) -> Zeroizing<Id> {
        Zeroizing::new(self.key)
    }

    /// Tag of a document under this key, which must be the first of its space.
    pub fn tag(&self, document: &Id16) -> Id16 {
        let key = Zeroizing::new(derive(Context::Tag, &self.key));
        id16(&keyed(&key, document))
    }

    pub(crate) fn content_key(&self) -> Zeroizing<Id> {
        Zeroizing::new(derive(Context::Content, &self.key))
    }

    pub(crate) fn nonce_key(&self) -> Zeroizing<Id> {
        Zeroizing::new(derive(Context::Nonce, &self.key))
    }

    pub(crate) fn blob_key(&self) -> Zeroizing<Id> {
        Zeroizing::new(derive(Context::Blob, &self.key))
    }

    fn chain_key(&self, parent: &Id16) -> Zeroizing<Id> {
        Zeroizing::new(derive_parts(Context::Wrap, &[&self.key, parent]))
    }

    /// Seals `parent` so that whoever holds this key opens it. Key `D(wrap, this key + parent id)`, zero nonce.
    pub fn chain(&self, workspace: &Id, parent: &EpochKey) -> ChainLink {
        let mut link = [0; 48];
        let sealed = seal(&self.chain_key(&parent.epoch()), &[0; 24], workspace, &parent.key);
        link.copy_from_slice(&sealed);
        link
    }

    /// Opens a chain link and compares it with the parent's id.
    pub fn open_chain(&self, workspace: &Id, parent: &Id16, link: &ChainLink) -> Option<EpochKey> {
        let plain = Zeroizing::new(open(&self.chain_key(parent), &[0; 24], workspace, link)?);
        let key = EpochKey::new(self.space, plain.as_slice().try_into().ok()?);
        (key.epoch() == *parent).then_some(key)
    }
}

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EpochKey").field("epoch", &crate::device::hex(&self.epoch())).finish_non_exhaustive()
    }
}

/// Whether a wrap says for whom it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// The first 8 bytes of the recipient's key: readers need not try every wrap.
    Shown,
    /// Zero: a finder learns nothing about the recipients.
    Hidden,
}

/// Seals `key` to the X25519 key `recipient`; `None` when the shared secret would be all zero.
pub fn wrap(workspace: &Id, key: &EpochKey, recipient: &Id, hint: Hint, dice: &mut Dice) -> Option<Wrap> {
    let ephemeral = Opener::ephemeral(dice.draw());
    let shared = ephemeral.agree(recipient)?;
    let box_key = Zeroizing::new(box_key(&shared, ephemeral.public(), recipient));
    let mut plain = Zeroizing::new([0; 48]);
    plain[..16].copy_from_slice(&key.space);
    plain[16..].copy_from_slice(&key.key);
    let sealed = seal(&box_key, &[0; 24], workspace, plain.as_slice());
    let mut wrap = [0; WRAP_BYTES];
    if hint == Hint::Shown {
        wrap[..8].copy_from_slice(&recipient[..8]);
    }
    wrap[8..40].copy_from_slice(ephemeral.public());
    wrap[40..].copy_from_slice(&sealed);
    Some(wrap)
}

/// A box to nobody, for padding lists of hidden wraps.
pub fn decoy(workspace: &Id, dice: &mut Dice) -> Wrap {
    loop {
        let nobody = *Opener::ephemeral(dice.draw()).public();
        let key = EpochKey::new(dice.draw16(), dice.draw());
        if let Some(wrap) = wrap(workspace, &key, &nobody, Hint::Hidden, dice) {
            return wrap;
        }
    }
}

/// Opens a wrap when it is for `opener`: its hint is zero or fits, and the box opens.
///
/// The caller must compare [`EpochKey::commitment`] with the epoch the wrap claims to be for.
pub fn unwrap(workspace: &Id, wrap: &Wrap, opener: &Opener) -> Option<EpochKey> {
    let hint = &wrap[..8];
    if hint != [0; 8] && hint != &opener.public()[..8] {
        return None;
    }
    let ephemeral: Id = wrap[8..40].try_into().ok()?;
    let shared = opener.agree(&ephemeral)?;
    let box_key = Zeroizing::new(box_key(&shared, &ephemeral, opener.public()));
    let plain = Zeroizing::new(open(&box_key, &[0; 24], workspace, &wrap[40..])?);
    let (space, key) = plain.split_at_checked(16)?;
    Some(EpochKey::new(space.try_into().ok()?, key.try_into().ok()?))
}

fn box_key(shared: &Id, ephemeral: &Id, recipient: &Id) -> Id {
    derive_parts(Context::Wrap, &[shared, ephemeral, recipient])
}

/// XChaCha20-Poly1305; sealing bytes in memory cannot fail below 256 GiB, which no limit here comes near.
pub(crate) fn seal(key: &Id, nonce: &[u8; 24], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.encrypt(XNonce::from_slice(nonce), Payload { msg: plain, aad }).unwrap_or_default()
}

/// The inverse of [`seal`]; `None` when anything was changed.
pub(crate) fn open(key: &Id, nonce: &[u8; 24], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceKeys;

    const WORKSPACE: Id = [7; 32];

    #[test]
    fn a_wrap_opens_for_its_recipient_in_its_workspace_only() {
        let (alice, bob) = (DeviceKeys::from_seed(&[1; 32]), DeviceKeys::from_seed(&[2; 32]));
        let key = EpochKey::new([0; 16], [9; 32]);
        for hint in [Hint::Shown, Hint::Hidden] {
            let mut dice = Dice::new([3; 32]);
            let sealed = wrap(&WORKSPACE, &key, alice.opener().public(), hint, &mut dice).expect("wraps");
            assert!(unwrap(&WORKSPACE, &sealed, alice.opener()) == Some(key.clone()));
            assert!(unwrap(&WORKSPACE, &sealed, bob.opener()).is_none());
            assert!(unwrap(&[8; 32], &sealed, alice.opener()).is_none());
        }
    }

    #[test]
    fn all_zero_shared_secrets_are_refused_both_ways() {
        let mut dice = Dice::new([3; 32]);
        let key = EpochKey::new([0; 16], [9; 32]);
        assert!(wrap(&WORKSPACE, &key, &[0; 32], Hint::Shown, &mut dice).is_none());
        let alice = DeviceKeys::from_seed(&[1; 32]);
        let mut sealed =
            wrap(&WORKSPACE, &key, alice.opener().public(), Hint::Shown, &mut dice).expect("wraps");
        sealed[8..40].fill(0);
        assert!(unwrap(&WORKSPACE, &sealed, alice.opener()).is_none());
    }

    #[test]
    fn the_chain_opens_the_parent_and_nothing_else() {
        let (old, new) = (EpochKey::new([0; 16], [1; 32]), EpochKey::new([0; 16], [2; 32]));
        let link = new.chain(&WORKSPACE, &old);
        assert!(new.open_chain(&WORKSPACE, &old.epoch(), &link) == Some(old.clone()));
        assert!(old.open_chain(&WORKSPACE, &old.epoch(), &link).is_none());
        assert!(new.open_chain(&WORKSPACE, &new.epoch(), &link).is_none());
    }

    #[test]
    fn secrets_do_not_reach_debug_output() {
        let key = EpochKey::new([0; 16], [0xAB; 32]);
        let device = DeviceKeys::from_seed(&[0xAB; 32]);
        let text = format!("{key:?} {device:?} {:?} {:?}", device.opener(), Dice::new([0xAB; 32]));
        assert!(!text.to_lowercase().contains("abab") && !text.contains("171, 171"), "{text}");
    }
}
