//! Hashes, derived keys, ids and padding: one context per purpose (`docs/trust.md`, Derivations).

use std::fmt;

use zeroize::Zeroize;

/// 32-byte identity or hash: item, workspace, device key, change.
pub type Id = [u8; 32];
/// 16-byte identity: member, space, epoch, document, tag, actor.
pub type Id16 = [u8; 16];

/// The root space and "none" for epochs and tags.
pub const ZERO16: Id16 = [0; 16];

/// What a derivation or a signature is for. Its text is `"tern v1 "` + name; no context has two purposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are the documentation: see Context::text")]
pub enum Context {
    ItemId,
    ItemSig,
    Workspace,
    Actor,
    Wrap,
    Epoch,
    Tag,
    Nonce,
    Content,
    SpaceId,
    Invite,
    Link,
    Person,
    Hello,
    ShortId,
    Blob,
    Bundle,
    Recovery,
    Node,
}

impl Context {
    /// Every context, in the order of the table in `docs/trust.md`.
    pub const ALL: [Context; 19] = [
        Context::ItemId,
        Context::ItemSig,
        Context::Workspace,
        Context::Actor,
        Context::Wrap,
        Context::Epoch,
        Context::Tag,
        Context::Nonce,
        Context::Content,
        Context::SpaceId,
        Context::Invite,
        Context::Link,
        Context::Person,
        Context::Hello,
        Context::ShortId,
        Context::Blob,
        Context::Bundle,
        Context::Recovery,
        Context::Node,
    ];

    /// The exact text that enters the hash.
    pub fn text(self) -> &'static str {
        match self {
            Context::ItemId => "tern v1 item id",
            Context::ItemSig => "tern v1 item sig",
            Context::Workspace => "tern v1 workspace",
            Context::Actor => "tern v1 actor",
            Context::Wrap => "tern v1 wrap",
            Context::Epoch => "tern v1 epoch",
            Context::Tag => "tern v1 tag",
            Context::Nonce => "tern v1 nonce",
            Context::Content => "tern v1 content",
            Context::SpaceId => "tern v1 space id",
            Context::Invite => "tern v1 invite",
            Context::Link => "tern v1 link",
            Context::Person => "tern v1 person",
            Context::Hello => "tern v1 hello",
            Context::ShortId => "tern v1 short id",
            Context::Blob => "tern v1 blob",
            Context::Bundle => "tern v1 bundle",
            Context::Recovery => "tern v1 recovery",
            Context::Node => "tern v1 node",
        }
    }

    /// The bytes a signature covers: context, a zero byte, the message.
    pub(crate) fn message(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut message = Vec::with_capacity(24 + parts.iter().map(|part| part.len()).sum::<usize>());
        message.extend_from_slice(self.text().as_bytes());
        message.push(0);
        for part in parts {
            message.extend_from_slice(part);
        }
        message
    }
}

/// `D(ctx, x)`: blake3 in key-derivation mode.
pub fn derive(context: Context, input: &[u8]) -> Id {
    blake3::derive_key(context.text(), input)
}

/// `D(ctx, a + b + ..)` without joining the parts first.
pub fn derive_parts(context: Context, parts: &[&[u8]]) -> Id {
    let mut hasher = blake3::Hasher::new_derive_key(context.text());
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// `K(key, x)`: blake3 keyed hash.
pub fn keyed(key: &Id, input: &[u8]) -> Id {
    *blake3::keyed_hash(key, input).as_bytes()
}

/// `K(key, a + b + ..)`.
pub fn keyed_parts(key: &Id, parts: &[&[u8]]) -> Id {
    let mut hasher = blake3::Hasher::new_keyed(key);
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// First 16 bytes of an id.
pub fn id16(id: &Id) -> Id16 {
    let mut short = [0; 16];
    short.copy_from_slice(&id[..16]);
    short
}

/// The Automerge actor of everything a device writes in one incarnation: checkable from the item that carries it.
pub fn actor_id(author: &Id, incarnation: u64) -> Id16 {
    let mut actor = [0; 16];
    actor[..8].copy_from_slice(&actor_device(author));
    actor[8..].copy_from_slice(&incarnation.to_le_bytes());
    actor
}

/// What all actors of a device begin with.
pub fn actor_device(author: &Id) -> [u8; 8] {
    let mut device = [0; 8];
    device.copy_from_slice(&derive(Context::Actor, author)[..8]);
    device
}

/// Document id of a member's own profile: class 3 and 15 bytes derived from the member.
pub fn person_document(member: &Id16) -> Id16 {
    let mut id = [3; 16];
    id[1..].copy_from_slice(&derive(Context::Person, member)[..15]);
    id
}

/// Document id of the workspace's own document (title, node tickets, addresses).
pub fn workspace_document(workspace: &Id) -> Id16 {
    let mut id = [1; 16];
    id[1..].copy_from_slice(&workspace[..15]);
    id
}

/// The Padmé length for `length` bytes: at least `length`, at most 12 % more, leaking O(log log) bits.
pub fn padme(length: usize) -> usize {
    if length < 2 {
        return length;
    }
    let exponent = length.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1usize << (exponent - kept)) - 1;
    length.saturating_add(mask) & !mask
}

/// A stream of independent 32-byte values expanded from one random seed, so that randomness stays an argument.
///
/// The seed comes from the operating system (or, in tests, from a constant) and must not be used twice.
pub struct Dice {
    seed: Id,
    drawn: u64,
}

impl Dice {
    /// Expands `seed`.
    pub fn new(seed: Id) -> Self {
        Dice { seed, drawn: 0 }
    }

    /// The next 32 bytes.
    pub fn draw(&mut self) -> Id {
        self.drawn += 1;
        keyed(&self.seed, &self.drawn.to_le_bytes())
    }

    /// The next 16 bytes, for member ids, document ids and nonces of spaces.
    pub fn draw16(&mut self) -> Id16 {
        id16(&self.draw())
    }
}

impl fmt::Debug for Dice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dice(..)")
    }
}

impl Drop for Dice {
    fn drop(&mut self) {
        self.seed.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_never_adds_more_than_twelve_percent() {
        for length in (0..70_000).chain([1 << 20, (1 << 20) + 1, 16 << 20]) {
            let padded = padme(length);
            assert!(padded >= length && (padded - length) * 100 <= length * 12, "{length} -> {padded}");
            assert_eq!(padme(padded), padded, "padding {length} twice");
        }
    }

    #[test]
    fn contexts_are_distinct_and_carry_the_version() {
        let mut texts: Vec<_> = Context::ALL.iter().map(|context| context.text()).collect();
        assert!(texts.iter().all(|text| text.starts_with("tern v1 ")));
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Context::ALL.len());
    }
}
