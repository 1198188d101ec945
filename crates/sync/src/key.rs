//! Names of places in the trie: lanes, keys and nibble prefixes. Values only; nothing here hashes or stores.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A 32-byte item id.
pub type Id = [u8; 32];
/// A 32-byte device key (Ed25519, the peer's endpoint id).
pub type Device = [u8; 32];

/// Bytes of a [`Key`]: day big-endian, then the item id.
pub const KEY_BYTES: usize = 34;
/// Nibbles of a [`Key`]; the longest possible prefix.
pub const KEY_NIBBLES: usize = KEY_BYTES * 2;

/// One set of items that is reconciled on its own: the membership log or the content of one space.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lane(pub [u8; 16]);

impl Lane {
    /// The membership log: every record of the workspace.
    pub const LOG: Lane = Lane([0xff; 16]);
    /// Content of the root space.
    pub const ROOT: Lane = Lane([0; 16]);

    /// True for the membership log.
    pub fn is_log(&self) -> bool {
        *self == Lane::LOG
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Lane::LOG => f.write_str("Lane(log)"),
            Lane::ROOT => f.write_str("Lane(root)"),
            Lane(id) => write!(f, "Lane({:02x}{:02x}..)", id[0], id[1]),
        }
    }
}

/// Place of an item in its lane's trie: the author's claimed day, then the item id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Days since 1970 as the author claims it; locality only.
    pub day: u16,
    /// The item id.
    pub id: Id,
}

impl Key {
    /// The smallest key.
    pub const MIN: Key = Key { day: 0, id: [0; 32] };

    /// The 34 bytes that are hashed and compared: day big-endian, then the id.
    pub fn to_bytes(&self) -> [u8; KEY_BYTES] {
        let mut bytes = [0; KEY_BYTES];
        bytes[..2].copy_from_slice(&self.day.to_be_bytes());
        bytes[2..].copy_from_slice(&self.id);
        bytes
    }

    /// The key of 34 bytes.
    pub fn from_bytes(bytes: &[u8; KEY_BYTES]) -> Key {
        let mut id = [0; 32];
        id.copy_from_slice(&bytes[2..]);
        Key { day: u16::from_be_bytes([bytes[0], bytes[1]]), id }
    }

    /// The nibble at `index` (0..68).
    pub fn nibble(&self, index: usize) -> u8 {
        nibble_of(&self.to_bytes(), index)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, {:02x}{:02x}{:02x}..)", self.day, self.id[0], self.id[1], self.id[2])
    }
}

fn nibble_of(bytes: &[u8; KEY_BYTES], index: usize) -> u8 {
    let byte = bytes.get(index / 2).copied().unwrap_or(0);
    if index.is_multiple_of(2) { byte >> 4 } else { byte & 15 }
}

/// A half-open range of keys: from `from` up to, but without, `to` (`None`: to the end).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First key that belongs to the range.
    pub from: Key,
    /// First key after the range.
    pub to: Option<Key>,
}

impl Span {
    /// Every key.
    pub const ALL: Span = Span { from: Key::MIN, to: None };

    /// True when `key` lies in the range.
    pub fn contains(&self, key: &Key) -> bool {
        *key >= self.from && self.to.is_none_or(|to| *key < to)
    }

    /// The rest of this range after `key`; `None` when nothing can follow.
    pub fn after(&self, key: &Key) -> Option<Span> {
        let from = successor(key)?;
        (self.to.is_none_or(|to| from < to)).then_some(Span { from, to: self.to })
    }
}

/// The key right after `key`.
fn successor(key: &Key) -> Option<Key> {
    let mut bytes = key.to_bytes();
    for byte in bytes.iter_mut().rev() {
        let (next, over) = byte.overflowing_add(1);
        *byte = next;
        if !over {
            return Some(Key::from_bytes(&bytes));
        }
    }
    None
}

/// A prefix of a key, counted in nibbles (0..=68). Unused nibbles are zero, so equality is exact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nibbles {
    bytes: [u8; KEY_BYTES],
    len: u8,
}

impl Nibbles {
    /// The empty prefix: the root of a lane.
    pub const ROOT: Nibbles = Nibbles { bytes: [0; KEY_BYTES], len: 0 };

    /// The whole of `key` as a prefix.
    pub fn of_key(key: &Key) -> Nibbles {
        Nibbles { bytes: key.to_bytes(), len: KEY_NIBBLES as u8 }
    }

    /// A prefix of nibble values (each 0..16); `None` when too long or out of range.
    pub fn from_slice(nibbles: &[u8]) -> Option<Nibbles> {
        nibbles.iter().try_fold(Nibbles::ROOT, |prefix, n| prefix.child(*n))
    }

    /// Number of nibbles.
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// True for the root.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The nibble at `index`; zero past the end.
    pub fn at(&self, index: usize) -> u8 {
        nibble_of(&self.bytes, index)
    }

    /// This prefix with one more nibble; `None` at full length or for a value over 15.
    pub fn child(&self, nibble: u8) -> Option<Nibbles> {
        if self.len() >= KEY_NIBBLES || nibble > 15 {
            return None;
        }
        let mut next = *self;
        let byte = next.bytes.get_mut(self.len() / 2)?;
        *byte |= if self.len().is_multiple_of(2) { nibble << 4 } else { nibble };
        next.len += 1;
        Some(next)
    }

    /// This prefix followed by `tail`; `None` when the result is too long.
    pub fn join(&self, tail: &Nibbles) -> Option<Nibbles> {
        (0..tail.len()).try_fold(*self, |prefix, i| prefix.child(tail.at(i)))
    }

    /// What follows `prefix` in this one; `None` when it does not start with it.
    pub fn strip(&self, prefix: &Nibbles) -> Option<Nibbles> {
        if !self.starts_with(prefix) {
            return None;
        }
        (prefix.len()..self.len()).try_fold(Nibbles::ROOT, |tail, i| tail.child(self.at(i)))
    }

    /// True when `prefix` is an ancestor of this prefix, or equal to it.
    pub fn starts_with(&self, prefix: &Nibbles) -> bool {
        prefix.len <= self.len && (0..prefix.len()).all(|i| self.at(i) == prefix.at(i))
    }

    /// The keys below this prefix.
    pub fn span(&self) -> Span {
        let mut end = self.bytes;
        let to = self.bump(&mut end).then(|| Key::from_bytes(&end));
        Span { from: Key::from_bytes(&self.bytes), to }
    }

    /// Adds one at the last nibble; false when that runs over the top.
    fn bump(&self, bytes: &mut [u8; KEY_BYTES]) -> bool {
        for index in (0..self.len()).rev() {
            let (shift, mask) = if index.is_multiple_of(2) { (4, 0x0f) } else { (0, 0xf0) };
            let value = nibble_of(bytes, index);
            bytes[index / 2] = (bytes[index / 2] & mask) | (((value + 1) & 15) << shift);
            if value < 15 {
                return true;
            }
        }
        false
    }

    /// Bytes for a database key or the wire: the number of nibbles, then the packed nibbles.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1 + self.len().div_ceil(2));
        out.push(self.len);
        out.extend_from_slice(&self.bytes[..self.len().div_ceil(2)]);
        out
    }

    /// Reads what [`Nibbles::to_bytes`] wrote; `None` for any other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Nibbles> {
        let (&len, packed) = bytes.split_first()?;
        let n = usize::from(len);
        if n > KEY_NIBBLES || packed.len() != n.div_ceil(2) {
            return None;
        }
        let mut out = Nibbles { bytes: [0; KEY_BYTES], len };
        out.bytes[..packed.len()].copy_from_slice(packed);
        let padding_is_zero = n.is_multiple_of(2) || packed.last().is_none_or(|b| b & 15 == 0);
        padding_is_zero.then_some(out)
    }
}

impl fmt::Debug for Nibbles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nibbles(")?;
        for i in 0..self.len() {
            write!(f, "{:x}", self.at(i))?;
        }
        f.write_str(")")
    }
}

impl Serialize for Nibbles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeTuple;
        let bytes = self.to_bytes();
        let mut tuple = serializer.serialize_tuple(bytes.len())?;
        for byte in &bytes {
            tuple.serialize_element(byte)?;
        }
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Nibbles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Packed;
        impl<'de> serde::de::Visitor<'de> for Packed {
            type Value = Nibbles;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a nibble count and packed nibbles")
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Nibbles, A::Error> {
                let missing = || A::Error::custom("prefix ends early");
                let len: u8 = seq.next_element()?.ok_or_else(missing)?;
                if usize::from(len) > KEY_NIBBLES {
                    return Err(A::Error::custom("prefix too long"));
                }
                let mut bytes = vec![len];
                for _ in 0..usize::from(len).div_ceil(2) {
                    bytes.push(seq.next_element()?.ok_or_else(missing)?);
                }
                Nibbles::from_bytes(&bytes).ok_or_else(|| A::Error::custom("prefix padding"))
            }
        }
        deserializer.deserialize_tuple(1 + KEY_BYTES, Packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_spans_exactly_the_keys_that_start_with_it() {
        let key = Key { day: 0x4eff, id: [0xff; 32] };
        let prefix = Nibbles::from_slice(&[4, 14, 15, 15]).expect("short");
        let span = prefix.span();
        assert!(span.contains(&key));
        assert_eq!(span.to, Some(Key { day: 0x4f00, id: [0; 32] }));
        assert_eq!(Nibbles::ROOT.span(), Span::ALL);
        assert_eq!(Nibbles::from_slice(&[15]).expect("short").span().to, None);
        assert_eq!(Nibbles::of_key(&key).span().from, key);
    }

    #[test]
    fn prefix_bytes_have_one_meaning() {
        for nibbles in [&[][..], &[1], &[1, 2], &[15, 0, 3]] {
            let prefix = Nibbles::from_slice(nibbles).expect("short");
            assert_eq!(Nibbles::from_bytes(&prefix.to_bytes()), Some(prefix));
            let wire = postcard::to_allocvec(&prefix).expect("encodes");
            assert_eq!(wire, prefix.to_bytes());
            assert_eq!(postcard::from_bytes::<Nibbles>(&wire).ok(), Some(prefix));
        }
        assert_eq!(Nibbles::from_bytes(&[1, 0x12]), None);
        assert_eq!(Nibbles::from_bytes(&[69]), None);
        assert_eq!(Nibbles::from_bytes(&[]), None);
    }

    #[test]
    fn join_undoes_strip() {
        let whole = Nibbles::from_slice(&[1, 2, 3, 4, 5]).expect("short");
        let head = Nibbles::from_slice(&[1, 2]).expect("short");
        let tail = whole.strip(&head).expect("starts with head");
        assert_eq!(head.join(&tail), Some(whole));
        assert_eq!(head.strip(&whole), None);
    }
}
