//! Identifiers of documents and the text forms people type.
//!
//! A document id is one class byte and 15 random bytes (PROTOCOL section 2). Its text form is the 15 bytes as 24
//! Crockford base32 characters, so that a short id is simply a prefix of the full one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a task's short id; the shortest one ever shown has [`SHORT_MIN`].
pub const SHORT_LEN: usize = 8;
/// Fewest characters of a short id that are shown.
pub const SHORT_MIN: usize = 5;

/// What a document is for the purpose of judging roles (PROTOCOL section 2); unknown classes are judged as content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Pages, tasks, projects, spaces, saved views.
    Content,
    /// Threads, messages, comments.
    Conversation,
    /// A member's own profile.
    Person,
    /// Private state of one member.
    Private,
}

impl Class {
    /// The class byte that begins a document id.
    pub fn byte(self) -> u8 {
        match self {
            Class::Content => 1,
            Class::Conversation => 2,
            Class::Person => 3,
            Class::Private => 4,
        }
    }
}

/// Identity of one document: class byte + 15 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocId(pub [u8; 16]);

impl DocId {
    /// Builds an id of `class` from 15 random bytes.
    pub fn new(class: Class, random: [u8; 15]) -> Self {
        let mut bytes = [0; 16];
        bytes[0] = class.byte();
        bytes[1..].copy_from_slice(&random);
        DocId(bytes)
    }

    /// The class by which roles are judged; an unknown byte counts as content.
    pub fn class(&self) -> Class {
        match self.0[0] {
            2 => Class::Conversation,
            3 => Class::Person,
            4 => Class::Private,
            _ => Class::Content,
        }
    }

    /// The 24 characters without the class suffix.
    pub fn base(&self) -> String {
        base32(&self.0[1..])
    }

    /// The text form, as [`fmt::Display`] writes it; for lists of thousands of ids.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(28);
        for group in self.0[1..].as_chunks::<5>().0 {
            let bits = group.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
            let digits: [u8; 8] = std::array::from_fn(|at| ALPHABET[(bits >> (35 - 5 * at)) as usize & 31]);
            text.push_str(std::str::from_utf8(&digits).unwrap_or_default());
        }
        if self.0[0] != 1 {
            text.push_str(&format!("~{}", self.0[0]));
        }
        text
    }

    /// The first [`SHORT_LEN`] characters, as used in task ids.
    pub fn short(&self) -> String {
        self.base()[..SHORT_LEN].to_owned()
    }
}

impl fmt::Display for DocId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl fmt::Debug for DocId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocId({self})")
    }
}

/// The text is not a document id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a document id (24 letters and digits)")]
pub struct BadDocId(pub String);

impl FromStr for DocId {
    type Err = BadDocId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadDocId(text.chars().take(64).collect());
        let (base, class) = match text.split_once('~') {
            Some((base, class)) => (base, class.parse::<u8>().map_err(|_| bad())?),
            None => (text, 1),
        };
        let random: [u8; 15] = unbase32(base).and_then(|b| b.try_into().ok()).ok_or_else(bad)?;
        let mut bytes = [0; 16];
        bytes[0] = class;
        bytes[1..].copy_from_slice(&random);
        Ok(DocId(bytes))
    }
}

impl Serialize for DocId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DocId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Crockford base32 of `bytes`, most significant bit first, without padding.
pub fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut acc, mut bits) = (0u32, 0u32);
    for &b in bytes {
        acc = (acc << 8) | u32::from(b);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(ALPHABET[(acc >> bits) as usize & 31]));
            acc &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        out.push(char::from(ALPHABET[(acc << (5 - bits)) as usize & 31]));
    }
    out
}

/// Reads Crockford base32: case does not matter, `O` reads as 0, `I` and `L` as 1.
pub fn unbase32(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut acc, mut bits) = (0u32, 0u32);
    for c in text.bytes() {
        acc = (acc << 5) | u32::from(digit(c)?);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push((acc >> bits) as u8);
            acc &= (1 << bits) - 1;
        }
    }
    (acc == 0).then_some(out)
}

/// `text` in the spelling that ids are shown in, or `None` when a character cannot belong to one.
pub fn normal_prefix(text: &str) -> Option<String> {
    text.bytes().map(|c| digit(c).map(|d| char::from(ALPHABET[d as usize]))).collect()
}

fn digit(c: u8) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        c => c,
    };
    ALPHABET.iter().position(|&a| a == c).map(|p| p as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_for_every_class() {
        for class in [Class::Content, Class::Conversation, Class::Person, Class::Private] {
            let id = DocId::new(class, [0xA7; 15]);
            assert_eq!(id.to_string().parse::<DocId>().unwrap(), id);
            assert!(id.to_string().starts_with(&id.short()));
        }
    }

    #[test]
    fn look_alike_letters_read_as_digits() {
        assert_eq!(normal_prefix("oil7k").unwrap(), "0117K");
        assert_eq!(normal_prefix("7U"), None);
    }
}
