//! Packs: one document folded together, the list of what is folded in, and the rule by which that covers the originals.
//!
//! The list is in the clear, so that a node, which can read nothing else, keeps the same set of items as everybody.
//! `docs/trust.md` carries the rules.

use std::collections::{BTreeMap, BTreeSet};

use crate::batch::Attest;
use crate::codec::Reader;
use crate::derive::{Id, Id16, id16};
use crate::item::{Header, Item, Kind, Malformed};
use crate::limits::MAX_PACK_LIST;
use crate::log::Membership;

/// Bit of [`crate::record::Fields::Require`] from which on packs count.
pub const REQUIRE_PACKS: u64 = 1;

const ENTRY_BYTES: usize = 2 + 8 + 4 + 16;

/// An item as the list of a pack names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Device that wrote it.
    pub author: Id,
    /// Its process run.
    pub incarnation: u64,
    /// Place in its feed.
    pub seq: u32,
    /// Start of its id.
    pub item: Id16,
}

impl Listed {
    /// How a list names this item.
    pub fn of(header: &Header, id: &Id) -> Listed {
        let Header { author, incarnation, seq, .. } = *header;
        Listed { author, incarnation, seq, item: id16(id) }
    }
}

/// What a pack names, ascending and each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackList(Vec<Listed>);

impl PackList {
    /// The list of these items.
    ///
    /// # Errors
    /// More than [`MAX_PACK_LIST`] items, or more authors than a `u16` counts.
    pub fn new(items_unsorted: impl IntoIterator<Item = Listed>) -> Result<PackList, Malformed> {
        let items: BTreeSet<Listed> = items_unsorted.into_iter().collect();
        let list = PackList(items.into_iter().collect());
        let fits = list.0.len() <= MAX_PACK_LIST && list.authors().len() <= usize::from(u16::MAX);
        if fits { Ok(list) } else { Err(Malformed::Limit) }
    }

    /// Whether the list names this item.
    pub fn contains(&self, item: &Listed) -> bool {
        self.0.binary_search(item).is_ok()
    }

    /// Whether the list names an item whose id begins so, wherever it stands. Looks at every entry.
    pub fn names(&self, item: &Id16) -> bool {
        self.0.iter().any(|listed| listed.item == *item)
    }

    /// Everything it names, ascending.
    pub fn items(&self) -> &[Listed] {
        &self.0
    }

    /// Feeds of which it names items: author and process run, ascending.
    pub fn feeds(&self) -> Vec<(Id, u64)> {
        let mut feeds: Vec<(Id, u64)> = self.0.iter().map(|item| (item.author, item.incarnation)).collect();
        feeds.dedup();
        feeds
    }

    fn authors(&self) -> Vec<Id> {
        let mut authors: Vec<Id> = self.0.iter().map(|item| item.author).collect();
        authors.dedup();
        authors
    }

    /// Table of authors, count, entries; ascending, so that one meaning has one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let authors = self.authors();
        let mut out = Vec::with_capacity(6 + authors.len() * 32 + self.0.len() * ENTRY_BYTES);
        out.extend_from_slice(&u16::try_from(authors.len()).unwrap_or(u16::MAX).to_le_bytes());
        authors.iter().for_each(|author| out.extend_from_slice(author));
        out.extend_from_slice(&u32::try_from(self.0.len()).unwrap_or(u32::MAX).to_le_bytes());
        let mut index = 0u16;
        for item in &self.0 {
            while authors.get(usize::from(index)).is_some_and(|author| *author != item.author) {
                index += 1;
            }
            out.extend_from_slice(&index.to_le_bytes());
            out.extend_from_slice(&item.incarnation.to_le_bytes());
            out.extend_from_slice(&item.seq.to_le_bytes());
            out.extend_from_slice(&item.item);
        }
        out
    }

    fn read(reader: &mut Reader<'_>) -> Result<PackList, Malformed> {
        let authors = reader.set(usize::from(u16::MAX), Reader::array)?;
        let count = reader.u32()? as usize;
        if count > MAX_PACK_LIST {
            return Err(Malformed::Limit);
        }
        let mut entries = Reader::new(reader.take(count * ENTRY_BYTES)?);
        let mut items: Vec<Listed> = Vec::with_capacity(count);
        let mut last = None;
        for _ in 0..count {
            let index = entries.u16()?;
            let author = *authors.get(usize::from(index)).ok_or(Malformed::Range("author"))?;
            let item =
                Listed { author, incarnation: entries.u64()?, seq: entries.u32()?, item: entries.array()? };
            if items.last().is_some_and(|before| *before >= item) {
                return Err(Malformed::Unsorted);
            }
            // Authors come in the order of their table, and every one of it has an item.
            let expected = last.map_or(0, |last: u16| last + u16::from(last != index));
            if index != expected {
                return Err(Malformed::Range("author"));
            }
            last = Some(index);
            items.push(item);
        }
        let used = last.map_or(0, |last| usize::from(last) + 1);
        if used != authors.len() {
            return Err(Malformed::Range("author"));
        }
        Ok(PackList(items))
    }
}

/// The body of a pack, split: the list, its bytes, and what is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackBody<'a> {
    /// Which items are folded in.
    pub list: PackList,
    /// The list as it travels; the seal is bound to it.
    pub list_bytes: &'a [u8],
    /// The sealed document.
    pub sealed: &'a [u8],
}

impl<'a> PackBody<'a> {
    /// Splits any bytes.
    ///
    /// # Errors
    /// They are not a list and something after it.
    pub fn split(body: &'a [u8]) -> Result<PackBody<'a>, Malformed> {
        let mut reader = Reader::new(body);
        let list = PackList::read(&mut reader)?;
        let sealed = reader.rest();
        let list_bytes = &body[..body.len() - sealed.len()];
        Ok(PackBody { list, list_bytes, sealed })
    }
}

/// A document as a pack holds it under its seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackContent {
    /// Document id.
    pub document: Id16,
    /// The whole document with its history, as the document library saves it.
    pub saved: Vec<u8>,
}

impl PackContent {
    /// The bytes under the seal.
    pub fn encode(&self) -> Vec<u8> {
        [&self.document[..], &self.saved].concat()
    }

    /// Reads them.
    ///
    /// # Errors
    /// They are too short for a document id.
    pub fn decode(content: &[u8]) -> Result<PackContent, Malformed> {
        let mut reader = Reader::new(content);
        Ok(PackContent { document: reader.array()?, saved: reader.rest().to_vec() })
    }
}

/// A stored pack of one space and tag.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PackSeen {
    id: Id,
    /// How another pack's list would name it.
    listed: Listed,
    list: PackList,
}

/// Which packs of one space and tag are accepted: not covered themselves, and attested by the Owner or by a member other
/// than the author. `attests` are (author, pack) of the stored attests of the same space and tag.
///
/// A pure function of the stored items and introductions: whoever holds the same ones, keys or not, gets the same answer.
fn accepted(packs: &[PackSeen], attests: &[(Id, Id)], membership: &Membership) -> BTreeSet<Id> {
    if membership.require & REQUIRE_PACKS == 0 {
        return BTreeSet::new();
    }
    let attested = |pack: &PackSeen| {
        let author = membership.member_of(&pack.listed.author);
        attests.iter().filter(|(_, of)| *of == pack.id).any(|(by, _)| {
            let member = membership.member_of(by);
            member.is_some() && (member == Some(membership.owner) || member != author)
        })
    };
    let mut known: BTreeMap<Id, bool> = BTreeMap::new();
    let by_id: BTreeMap<Id, &PackSeen> = packs.iter().map(|pack| (pack.id, pack)).collect();
    let coverers = |pack: &PackSeen| -> Vec<Id> {
        packs.iter().filter(|other| other.list.contains(&pack.listed)).map(|other| other.id).collect()
    };
    // Whoever names a pack came after it, so the walk ends; an own stack keeps long chains off the program's.
    for first in packs {
        let mut open = vec![first.id];
        while let Some(id) = open.last().copied() {
            let Some(pack) = by_id.get(&id).filter(|_| !known.contains_key(&id)) else {
                open.pop();
                continue;
            };
            let above = if attested(pack) { coverers(pack) } else { Vec::new() };
            let unknown: Vec<Id> = above.iter().filter(|id| !known.contains_key(*id)).copied().collect();
            let circle = unknown.iter().any(|id| open.contains(id));
            if unknown.is_empty() || circle {
                let covered = circle || above.iter().any(|id| known.get(id) == Some(&true));
                known.insert(id, attested(pack) && !covered);
                open.pop();
            } else {
                open.extend(unknown);
            }
        }
    }
    known.into_iter().filter(|(_, accepted)| *accepted).map(|(id, _)| id).collect()
}

/// The list of a pack that is stored; none when the item is no pack or its body is none.
pub fn list_of(item: &Item) -> Option<PackList> {
    if item.kind() != Kind::Pack {
        return None;
    }
    PackBody::split(item.body()).ok().map(|body| body.list)
}

/// The pack that an item is about: itself, or the one it attests.
pub fn attested_by(item: &Item) -> Option<Id> {
    if item.kind() != Kind::Attest {
        return None;
    }
    Attest::decode(item.body()).ok().map(|attest| attest.pack)
}

/// Whether accepted packs with these lists cover an item of their space and tag. An attest leaves with its pack, also
/// when that was dropped before.
pub fn covered_by<'a>(lists: impl IntoIterator<Item = &'a PackList>, item: &Item) -> bool {
    let mut lists = lists.into_iter();
    match attested_by(item) {
        Some(pack) => lists.any(|list| list.names(&id16(&pack))),
        None => {
            let listed = Listed::of(item.header(), item.id());
            lists.any(|list| list.contains(&listed))
        }
    }
}

/// The packs and attests of one space and tag among its stored items, and what follows from them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    packs: Vec<PackSeen>,
    accepted: BTreeSet<Id>,
}

impl Coverage {
    /// Looks at the items of one space and tag. Damaged bodies are no packs: they cover nothing.
    pub fn of<'a>(items: impl IntoIterator<Item = &'a Item>, membership: &Membership) -> Coverage {
        let (mut packs, mut attests) = (Vec::new(), Vec::new());
        for item in items {
            if let Some(list) = list_of(item) {
                let listed = Listed::of(item.header(), item.id());
                packs.push(PackSeen { id: *item.id(), listed, list });
            } else if let Some(pack) = attested_by(item) {
                attests.push((item.header().author, pack));
            }
        }
        let accepted = accepted(&packs, &attests, membership);
        Coverage { packs, accepted }
    }

    /// Whether a pack counts.
    pub fn is_accepted(&self, pack: &Id) -> bool {
        self.accepted.contains(pack)
    }

    /// Packs that count, by id.
    pub fn accepted(&self) -> &BTreeSet<Id> {
        &self.accepted
    }

    /// Whether an accepted pack lists the item.
    pub fn covers(&self, item: &Item) -> bool {
        covered_by(self.lists(), item)
    }

    /// Lists of the packs that count.
    pub fn lists(&self) -> impl Iterator<Item = &PackList> {
        self.packs.iter().filter(|pack| self.accepted.contains(&pack.id)).map(|pack| &pack.list)
    }
}
