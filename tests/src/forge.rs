//! Writes what an honest program never writes: well-formed changes with wrong counters, dependencies and operations,
//! sealed properly by a genuine member.

use anyhow::{Result, anyhow};
use sha2::{Digest, Sha256};
use tern_model::{Doc, DocId};
use tern_peer::core::Core;
use tern_trust::derive::actor_id;
use tern_trust::pack::{Listed, PackContent, PackList};
use tern_trust::record::Fields;
use tern_trust::{Batch, BlobRef, DeviceKeys, FeedState, Item, KeyRing, RecordWriter, Writer};

use crate::checks;
use crate::world::World;

/// The parts of a change chunk, written byte by byte.
#[derive(Debug, Clone)]
pub struct Forged {
    /// 1 for a change, 2 for a deflated one.
    pub kind: u8,
    /// Dependencies.
    pub deps: Vec<[u8; 32]>,
    /// Author of the operations.
    pub actor: [u8; 16],
    /// Number within the actor's changes.
    pub seq: u64,
    /// Number of the first operation.
    pub start_op: u64,
    /// Operations it claims: puts of null at key `k`, or at whatever `columns` say.
    pub ops: i64,
    /// Writes a single value as a run of one, which readers take but no writer makes.
    pub long_way: bool,
    /// Column bytes put in place of the right ones: specification and data.
    pub columns: Vec<(u64, Vec<u8>)>,
}

impl Forged {
    /// A right change of one operation.
    pub fn right(actor: [u8; 16], deps: Vec<[u8; 32]>, seq: u64, start_op: u64) -> Forged {
        Forged { kind: 1, deps, actor, seq, start_op, ops: 1, long_way: false, columns: Vec::new() }
    }

    /// The chunk, with a checksum that fits.
    pub fn bytes(&self) -> Vec<u8> {
        let count = if self.ops == 1 && !self.long_way { -1 } else { self.ops };
        let run = |value: &[u8]| [&signed(count)[..], value].concat();
        let mut columns = vec![
            (21, run(&[1, b'k'])),
            (52, unsigned(self.ops.unsigned_abs())),
            (66, run(&[1])),
            (86, run(&[0])),
            (112, run(&[0])),
        ];
        columns.retain(|(spec, _)| !self.columns.iter().any(|(s, _)| s == spec));
        columns.extend(self.columns.iter().cloned());
        columns.sort();
        let mut deps = self.deps.clone();
        deps.sort_unstable();
        let mut body = unsigned(deps.len() as u64);
        body.extend(deps.concat());
        body.extend(unsigned(16));
        body.extend(self.actor);
        body.extend(
            [unsigned(self.seq), unsigned(self.start_op), signed(1_795_000_000_000), unsigned(0)].concat(),
        );
        body.extend(unsigned(0));
        body.extend(unsigned(columns.len() as u64));
        for (spec, data) in &columns {
            body.extend([unsigned(*spec), unsigned(data.len() as u64)].concat());
        }
        body.extend(columns.into_iter().flat_map(|(_, data)| data));
        chunk(self.kind, &body)
    }
}

fn chunk(kind: u8, body: &[u8]) -> Vec<u8> {
    let hashed = [&[kind][..], &unsigned(body.len() as u64), body].concat();
    let checksum = Sha256::digest(&hashed);
    [&[0x85, 0x6f, 0x4a, 0x83][..], &checksum[..4], &hashed].concat()
}

/// Writes the right checksum over a chunk that was changed.
pub fn with_right_checksum(mut chunk: Vec<u8>) -> Vec<u8> {
    if chunk.len() > 8 {
        let hash = Sha256::digest(&chunk[8..]);
        chunk[4..8].copy_from_slice(&hash[..4]);
    }
    chunk
}

fn unsigned(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn signed(mut value: i64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = value as u8 & 0x7f;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return out;
        }
        out.push(byte | 0x80);
    }
}

/// A member who writes with a program of their own.
#[derive(Debug)]
pub struct Forger {
    keys: DeviceKeys,
    ring: KeyRing,
    feed: FeedState,
    workspace: [u8; 32],
    /// The day that its items claim.
    pub day: u16,
}

impl Forger {
    /// The member of a laptop, with everything that laptop holds.
    pub fn of(world: &mut World, laptop: usize) -> Result<Forger> {
        let incarnation = world.rng.draw();
        Forger::with(world.core_ref(laptop), &world.laptops[laptop].seed, incarnation)
    }

    /// The member whose engine and device key these are.
    pub fn with(core: &Core, seed: &[u8; 32], incarnation: u64) -> Result<Forger> {
        let (ring, _) = checks::keys_of(core, seed)?;
        let keys = DeviceKeys::from_seed(seed);
        Ok(Forger { keys, ring, feed: FeedState::new(incarnation), workspace: core.workspace(), day: 20_780 })
    }

    /// The same once more: both go on from one place.
    pub fn twin(&self) -> Forger {
        let (keys, ring) = (DeviceKeys::from_seed(&self.keys.to_bytes()), self.ring.clone());
        Forger { keys, ring, feed: self.feed, workspace: self.workspace, day: self.day }
    }

    /// The actor of the forger's changes.
    pub fn actor(&self) -> [u8; 16] {
        actor_id(&self.keys.id(), self.feed.incarnation)
    }

    /// Goes on as another process run: another actor, another feed.
    pub fn start_again(&mut self, rng: &mut crate::Rng) {
        self.feed = FeedState::new(rng.draw());
    }

    /// Seals changes of a document as an item.
    pub fn seal(&mut self, document: DocId, changes: Vec<Vec<u8>>) -> Result<Vec<u8>> {
        let first = self.ring.first().ok_or_else(|| anyhow!("no key"))?;
        let writer = Writer { workspace: self.workspace, keys: &self.keys, day: self.day };
        let batch = Batch { document: document.0, transaction: 1, changes };
        Ok(writer.batch(&mut self.feed, first, first, &batch)?.bytes().to_vec())
    }

    /// A pack of a page that lists every item of it here and leaves out the newest change.
    pub fn pack_without_newest(&mut self, world: &mut World, laptop: usize, page: &str) -> Result<Vec<u8>> {
        let (doc, _, _) = document(world, laptop, page)?;
        let mut changes = doc.all_changes();
        changes.pop();
        let mut less = Doc::empty(doc.id());
        less.apply(&changes)?;
        let first = self.ring.first().ok_or_else(|| anyhow!("no key"))?;
        let tag = first.tag(&doc.id().0);
        let stored = world.core_ref(laptop).store().items_by_tag(&[0; 16], &tag)?;
        let items = stored.into_iter().map(|item| Item::parse(item.bytes)).collect::<Result<Vec<_>, _>>()?;
        let list = PackList::new(items.iter().map(|item| Listed::of(item.header(), item.id())))?;
        let content = PackContent { document: doc.id().0, saved: less.save() };
        let writer = Writer { workspace: self.workspace, keys: &self.keys, day: self.day };
        let pack = writer.pack_in(&mut self.feed, [0; 16], (first, first), &list, &content)?;
        Ok(pack.bytes().to_vec())
    }

    /// Signs a reference to an attachment that is said to have this size.
    pub fn blob_ref(&mut self, hash: [u8; 32], size: u64) -> Result<Vec<u8>> {
        let writer = Writer { workspace: self.workspace, keys: &self.keys, day: self.day };
        let blob = BlobRef { hash, size };
        Ok(writer.blob_ref(&mut self.feed, [0; 16], [7; 16], &blob)?.bytes().to_vec())
    }

    /// Signs an item in a lane of its own making.
    pub fn in_lane(&mut self, lane: [u8; 16]) -> Result<Vec<u8>> {
        let writer = Writer { workspace: self.workspace, keys: &self.keys, day: self.day };
        let mut feed = FeedState::new(self.feed.incarnation);
        let kind = tern_trust::Kind::from_byte(0x50);
        Ok(writer.clear(&mut feed, kind, lane, [7; 16], b"in a lane")?.bytes().to_vec())
    }

    /// Signs an item of a kind that nobody knows yet.
    pub fn unknown_kind(&mut self, kind: u8) -> Result<Vec<u8>> {
        let writer = Writer { workspace: self.workspace, keys: &self.keys, day: self.day };
        let kind = tern_trust::Kind::from_byte(kind);
        let item: Item = writer.clear(&mut self.feed, kind, [0; 16], [7; 16], b"of a later version")?;
        Ok(item.bytes().to_vec())
    }

    /// Signs a record of the membership log after everything that `core` holds.
    pub fn record(&mut self, core: &Core, fields: Fields) -> Result<Vec<u8>> {
        let (_, mut log) = checks::keys_of(core, &self.keys.to_bytes())?;
        let writer = Writer { workspace: self.workspace, keys: &self.keys, day: self.day };
        let mut records = RecordWriter { writer, feed: &mut self.feed, log: &mut log };
        Ok(records.write(fields)?.bytes().to_vec())
    }

    /// The same for another workspace.
    pub fn for_workspace(&mut self, workspace: [u8; 32]) {
        self.workspace = workspace;
    }
}

/// A document as a laptop holds it, its heads as hashes and its last operation's number.
pub fn document(world: &mut World, laptop: usize, doc: &str) -> Result<(Doc, Vec<[u8; 32]>, u64)> {
    document_of(world.core(laptop)?, doc)
}

/// The same of an engine.
pub fn document_of(core: &mut Core, doc: &str) -> Result<(Doc, Vec<[u8; 32]>, u64)> {
    let id: DocId = doc.parse().map_err(|_| anyhow!("no document id"))?;
    let query = tern_peer::Query::DocSave { doc: doc.to_owned() };
    let tern_peer::View::Bytes { bytes, .. } = core.answer(&query)? else {
        return Err(anyhow!("no document"));
    };
    let doc = Doc::load(id, &bytes)?;
    let mut last = 0;
    let mut heads: std::collections::BTreeSet<[u8; 32]> = std::collections::BTreeSet::new();
    let mut headers = Vec::new();
    for chunk in doc.all_changes() {
        let header = tern_model::gate::parse(&chunk)?;
        last = last.max(header.start_op + header.op_count - 1);
        heads.insert(header.hash);
        headers.push(header);
    }
    for header in headers {
        for dep in &header.deps {
            heads.remove(dep);
        }
    }
    Ok((doc, heads.into_iter().collect(), last))
}
