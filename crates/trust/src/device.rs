//! Keys of devices and invites: Ed25519 to sign (the device key is the network identity), X25519 to receive wraps.

use std::fmt;

use iroh_base::{PublicKey, SecretKey, Signature};
use x25519_dalek::{PublicKey as ExchangePublic, StaticSecret};
use zeroize::Zeroizing;

use crate::codec::Reader;
use crate::derive::{Context, Id, derive, derive_parts, keyed};
use crate::item::Malformed;

/// Flag of a device that exists only as 24 words on paper.
pub const FLAG_RECOVERY: u8 = 1;

/// What others know of a device: signing key, key for wraps, flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DevicePublic {
    /// Ed25519 key; also the network endpoint id.
    pub key: Id,
    /// X25519 key that wraps are sealed to.
    pub x25519: Id,
    /// [`FLAG_RECOVERY`] or zero.
    pub flags: u8,
}

impl DevicePublic {
    /// Encoded size in records.
    pub const BYTES: usize = 65;

    /// Whether the device is a recovery code.
    pub fn is_recovery(&self) -> bool {
        self.flags & FLAG_RECOVERY != 0
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.key);
        out.extend_from_slice(&self.x25519);
        out.push(self.flags);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let device = DevicePublic { key: reader.array()?, x25519: reader.array()?, flags: reader.u8()? };
        if device.flags & !FLAG_RECOVERY == 0 {
            Ok(device)
        } else {
            Err(Malformed::UnknownValue("device flags"))
        }
    }
}

/// Something that can open wraps sealed to one X25519 key: a device or the secret of an invite.
pub struct Opener {
    secret: StaticSecret,
    public: Id,
}

impl Opener {
    fn new(secret: [u8; 32]) -> Self {
        let secret = StaticSecret::from(secret);
        let public = ExchangePublic::from(&secret).to_bytes();
        Opener { secret, public }
    }

    /// The X25519 key that wraps name.
    pub fn public(&self) -> &Id {
        &self.public
    }

    /// Shared secret with `other`; `None` when it is all zero (a low-order key).
    pub(crate) fn agree(&self, other: &Id) -> Option<Zeroizing<Id>> {
        let shared = self.secret.diffie_hellman(&ExchangePublic::from(*other));
        shared.was_contributory().then(|| Zeroizing::new(shared.to_bytes()))
    }

    pub(crate) fn ephemeral(secret: Id) -> Self {
        Opener::new(secret)
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").field("public", &hex(&self.public)).finish_non_exhaustive()
    }
}

/// The secret half of a device. Zeroised when dropped, never printed.
pub struct DeviceKeys {
    sign: SecretKey,
    open: Opener,
    seed: Zeroizing<Id>,
    flags: u8,
}

impl DeviceKeys {
    /// Both key pairs from one random seed: `K(seed, [0])` signs, `K(seed, [1])` opens wraps.
    pub fn from_seed(seed: &Id) -> Self {
        DeviceKeys {
            sign: SecretKey::from_bytes(&keyed(seed, &[0])),
            open: Opener::new(keyed(seed, &[1])),
            seed: Zeroizing::new(*seed),
            flags: 0,
        }
    }

    /// The recovery device of 32 bytes of entropy (24 words): seed `D(recovery, entropy)`.
    pub fn from_recovery_entropy(entropy: &Id) -> Self {
        let seed = Zeroizing::new(derive(Context::Recovery, entropy));
        DeviceKeys { flags: FLAG_RECOVERY, ..DeviceKeys::from_seed(&seed) }
    }

    /// The same keys once more, for whoever must own them.
    pub fn clone_keys(&self) -> Self {
        DeviceKeys { flags: self.flags, ..DeviceKeys::from_seed(&self.seed) }
    }

    /// The key under which a locked home keeps its store: `K(seed, [2])`.
    pub fn at_rest_key(&self) -> Zeroizing<Id> {
        Zeroizing::new(keyed(&self.seed, &[2]))
    }

    /// The seed, for the key store at rest. Handle as the secret it is.
    pub fn to_bytes(&self) -> Zeroizing<Id> {
        self.seed.clone()
    }

    /// What others may know.
    pub fn public(&self) -> DevicePublic {
        DevicePublic { key: self.id(), x25519: *self.open.public(), flags: self.flags }
    }

    /// The device key.
    pub fn id(&self) -> Id {
        *self.sign.public().as_bytes()
    }

    /// The half that opens wraps.
    pub fn opener(&self) -> &Opener {
        &self.open
    }

    /// The Ed25519 secret, for the network endpoint whose id is the device key.
    pub fn secret_key(&self) -> &SecretKey {
        &self.sign
    }

    /// Signs `context + 0 + parts`.
    pub fn sign(&self, context: Context, parts: &[&[u8]]) -> [u8; 64] {
        self.sign.sign(&context.message(parts)).to_bytes()
    }
}

impl fmt::Debug for DeviceKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceKeys").field("key", &hex(&self.id())).finish_non_exhaustive()
    }
}

/// The two key pairs of an invite, derived from the secret in its ticket: `D(invite, n + secret)`, n 0 and 1.
pub struct InviteKeys {
    sign: SecretKey,
    open: Opener,
}

impl InviteKeys {
    /// Derives both pairs.
    pub fn from_secret(secret: &Id) -> Self {
        InviteKeys {
            sign: SecretKey::from_bytes(&derive_parts(Context::Invite, &[&[0], secret])),
            open: Opener::new(derive_parts(Context::Invite, &[&[1], secret])),
        }
    }

    /// The invite key of InviteCreate and Join.
    pub fn id(&self) -> Id {
        *self.sign.public().as_bytes()
    }

    /// The half that opens the wraps made for whoever holds the ticket.
    pub fn opener(&self) -> &Opener {
        &self.open
    }

    /// Signs `context + 0 + parts` with the invite key.
    pub fn sign(&self, context: Context, parts: &[&[u8]]) -> [u8; 64] {
        self.sign.sign(&context.message(parts)).to_bytes()
    }
}

impl fmt::Debug for InviteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InviteKeys").field("key", &hex(&self.id())).finish_non_exhaustive()
    }
}

/// Strict Ed25519 verification of `context + 0 + parts`.
pub fn verify(key: &Id, context: Context, parts: &[&[u8]], signature: &[u8; 64]) -> bool {
    PublicKey::from_bytes(key)
        .is_ok_and(|key| key.verify(&context.message(parts), &Signature::from_bytes(signature)).is_ok())
}

/// Lower-case hex, for Debug output of public keys only.
pub(crate) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
