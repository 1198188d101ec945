//! The replica in memory: rows, items, trie, and a toy membership in which a Join admits its author.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::api::{ItemResult, Refusal};
use crate::key::{Device, Id, Key, Lane, Nibbles, Span};
use crate::replica::{PeerMemory, Replica, Row, Standing};
use crate::trie::{Branch, KeyRange, MemTrie, NodeInfo, SourceResult, TrieSource};
use crate::wire::item::{Head, KIND_JOIN, id_of, place_of, split};

/// A whole replica in memory.
#[derive(Clone, Debug, Default)]
pub struct MemReplica {
    /// The workspace.
    pub workspace: [u8; 32],
    /// This device.
    pub me: Device,
    /// This store's id.
    pub store: u64,
    /// Standing of devices that no Join in the log admits.
    pub standings: BTreeMap<Device, Standing>,
    /// Live invite keys; any signature is good.
    pub invites: BTreeSet<[u8; 32]>,
    /// Features that the toy log requires.
    pub required: u64,
    /// Content lanes kept here besides those that hold items.
    pub lanes: BTreeSet<Lane>,
    /// Lanes of which late work of removed devices is kept.
    pub late: BTreeSet<Lane>,
    /// Items that this replica refuses, with the reason.
    pub refuses: BTreeMap<Id, Refusal>,
    /// Records that this replica refuses: its log has no room for more of their author.
    pub refuses_records: BTreeSet<Id>,
    /// Refuse all content by quota.
    pub full: bool,
    /// Items lost without a trace after they were "stored": a liar's replica.
    pub memories: BTreeMap<Device, PeerMemory>,
    /// Items held back from a peer, until when.
    pub holds: BTreeMap<(Device, Id), i64>,
    /// How often all lanes were asked for, here and of copies of this.
    pub looks_at_lanes: Arc<AtomicU32>,
    /// How often an item was offered to this replica.
    pub offers: BTreeMap<Id, u32>,
    rows: Vec<Row>,
    items: BTreeMap<Id, (u64, Vec<u8>)>,
    trie: MemTrie,
    next_seq: BTreeMap<Lane, (u32, [u8; 16])>,
}

/// Body of a toy record: the ids it builds on.
pub fn record_body(parents: &[Id]) -> Vec<u8> {
    parents.concat()
}

impl MemReplica {
    /// An empty replica.
    pub fn new(workspace: [u8; 32], me: Device, store: u64) -> MemReplica {
        let lanes = BTreeSet::from([Lane::ROOT]);
        MemReplica { workspace, me, store, lanes, ..MemReplica::default() }
    }

    /// Writes an item of this device; gives its id.
    pub fn write(&mut self, kind: u8, lane: Lane, day: u16, body: &[u8]) -> Id {
        let (seq, prev) = self.next_seq.get(&lane).copied().unwrap_or_default();
        let head = Head {
            kind,
            day,
            workspace: self.workspace,
            author: self.me,
            incarnation: self.store.to_le_bytes(),
            seq,
            prev,
            space: if lane.is_log() { [0; 16] } else { lane.0 },
            epoch: if lane.is_log() { [0; 16] } else { [5; 16] },
            tag: if lane.is_log() { [0; 16] } else { [body.first().copied().unwrap_or(1); 16] },
            nonce: if lane.is_log() { [0; 24] } else { [9; 24] },
        };
        let bytes = head.assemble(body, &[3; 64]);
        let id = id_of(&bytes).unwrap_or_default();
        let mut id16 = [0; 16];
        id16.copy_from_slice(&id[..16]);
        self.next_seq.insert(lane, (seq + 1, id16));
        self.put(bytes);
        id
    }

    /// Stores an item's bytes without judging; false when it was there.
    pub fn put(&mut self, bytes: Vec<u8>) -> bool {
        let Some((lane, key)) = place_of(&bytes) else { return false };
        if self.items.contains_key(&key.id) {
            return false;
        }
        let row = self.rows.last().map_or(1, |r| r.row + 1);
        let tag = split(&bytes).map_or([0; 16], |(head, _, _)| head.tag);
        self.rows.push(Row { row, lane, key, tag, size: bytes.len() as u32 });
        self.items.insert(key.id, (row, bytes));
        self.trie.insert(&lane, [key]);
        true
    }

    /// Stores many items at once with one trie update a lane: for large fixtures.
    pub fn put_many(&mut self, items: Vec<Vec<u8>>) {
        let mut keys: BTreeMap<Lane, Vec<Key>> = BTreeMap::new();
        for bytes in items {
            let Some((lane, key)) = place_of(&bytes) else { continue };
            let row = self.rows.last().map_or(1, |r| r.row + 1);
            let tag = split(&bytes).map_or([0; 16], |(head, _, _)| head.tag);
            if !self.items.contains_key(&key.id) {
                self.rows.push(Row { row, lane, key, tag, size: bytes.len() as u32 });
                self.items.insert(key.id, (row, bytes));
                keys.entry(lane).or_default().push(key);
            }
        }
        for (lane, keys) in keys {
            self.trie.insert(&lane, keys);
        }
    }

    /// Loses an item, as a damaged or lying store would; rows keep their numbers.
    pub fn lose(&mut self, id: &Id) {
        if self.items.remove(id).is_some()
            && let Some(at) = self.rows.iter().position(|r| r.key.id == *id)
        {
            let row = self.rows.remove(at);
            self.trie.remove(&row.lane, [row.key]);
        }
    }

    /// Takes offered items in; gives the verdicts and whether the log grew.
    pub fn ingest(&mut self, items: &[Vec<u8>]) -> (Vec<ItemResult>, bool) {
        let before = self.trie.root(&Lane::LOG);
        let results = items.iter().map(|bytes| self.ingest_one(bytes)).collect();
        (results, before != self.trie.root(&Lane::LOG))
    }

    fn ingest_one(&mut self, bytes: &[u8]) -> ItemResult {
        let Some((head, body, _)) = split(bytes) else { return ItemResult::Invalid };
        let Some(id) = id_of(bytes) else { return ItemResult::Invalid };
        *self.offers.entry(id).or_default() += 1;
        if head.workspace != self.workspace {
            return ItemResult::Invalid;
        }
        if self.items.contains_key(&id) {
            return ItemResult::Known;
        }
        let is_log = head.lane() == Some(Lane::LOG);
        if self.refuses_records.contains(&id) {
            return ItemResult::Refused(Refusal::Size);
        }
        if is_log {
            let known = |parent: &[u8]| <Id>::try_from(parent).is_ok_and(|id| self.items.contains_key(&id));
            if !body.chunks(32).all(known) {
                return ItemResult::Waiting;
            }
        } else if let Some(why) = self.refuses.get(&id) {
            return ItemResult::Refused(*why);
        } else if self.full {
            return ItemResult::Refused(Refusal::Quota);
        }
        if is_log && head.kind == KIND_JOIN {
            self.standings.entry(head.author).or_insert(Standing::Active);
        }
        self.put(bytes.to_vec());
        ItemResult::Stored
    }

    /// Root of a lane.
    pub fn root(&self, lane: &Lane) -> NodeInfo {
        self.trie.root(lane)
    }

    /// Ids of all stored items.
    pub fn ids(&self) -> BTreeSet<Id> {
        self.items.keys().copied().collect()
    }

    /// Exact bytes of a stored item.
    pub fn bytes(&self, id: &Id) -> Option<&[u8]> {
        self.items.get(id).map(|(_, bytes)| bytes.as_slice())
    }

    /// Number of stored items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// True without items.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl KeyRange for MemReplica {
    fn keys(&self, lane: &Lane, span: &Span, limit: usize) -> SourceResult<Vec<Key>> {
        self.trie.keys(lane, span, limit)
    }
}

impl TrieSource for MemReplica {
    fn node(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<NodeInfo> {
        self.trie.node(lane, prefix)
    }
    fn children(&self, lane: &Lane, prefix: &Nibbles) -> SourceResult<Branch> {
        self.trie.children(lane, prefix)
    }
}

impl Replica for MemReplica {
    fn last_row(&self) -> SourceResult<u64> {
        Ok(self.rows.last().map_or(0, |r| r.row))
    }
    fn rows_after(&self, row: u64, limit: usize) -> SourceResult<Vec<Row>> {
        let from = self.rows.partition_point(|r| r.row <= row);
        Ok(self.rows.iter().skip(from).take(limit).cloned().collect())
    }
    fn item(&self, id: &Id) -> SourceResult<Option<Vec<u8>>> {
        Ok(self.items.get(id).map(|(_, bytes)| bytes.clone()))
    }
    fn row_of(&self, id: &Id) -> SourceResult<Option<u64>> {
        Ok(self.items.get(id).map(|(row, _)| *row))
    }
    fn lanes(&self) -> SourceResult<Vec<Lane>> {
        self.looks_at_lanes.fetch_add(1, Ordering::Relaxed);
        Ok(self.lanes.iter().copied().chain(self.trie.content_lanes()).collect())
    }
    fn shares(&self, peer: &Device, lane: &Lane) -> SourceResult<bool> {
        let relay = self.standing(&self.me)? == Standing::Relay;
        let known = self.lanes.contains(lane) || relay;
        Ok(known && self.standing(peer)?.shares_content())
    }
    fn takes_late(&self, _: &Device, lane: &Lane) -> SourceResult<bool> {
        Ok(self.late.contains(lane))
    }
    fn standing(&self, device: &Device) -> SourceResult<Standing> {
        Ok(self.standings.get(device).copied().unwrap_or(Standing::Unknown))
    }
    fn required_features(&self) -> SourceResult<u64> {
        Ok(self.required)
    }
    fn admits_invite(&self, key: &[u8; 32], _: &[u8; 32], _: &[u8; 64]) -> SourceResult<bool> {
        Ok(self.invites.contains(key))
    }
    fn memory(&self, peer: &Device) -> SourceResult<Option<PeerMemory>> {
        Ok(self.memories.get(peer).copied())
    }
    fn on_hold(&self, peer: &Device, id: &Id, now_ms: i64) -> SourceResult<bool> {
        Ok(self.holds.get(&(*peer, *id)).is_some_and(|until| now_ms < *until))
    }
}
