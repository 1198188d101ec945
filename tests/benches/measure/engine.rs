//! Start, search, durable edits, a backlog, and the node's intake, each beside the bare thing under it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, anyhow, bail, ensure};
use automerge::{Automerge, Change};
use rusqlite::Connection;
use tern_model::block::{Block, BlockKind};
use tern_model::{Class, Doc, DocId, Edit, Kind, Stamp};
use tern_peer::core::Core;
use tern_peer::hub::Tenant;
use tern_peer::{Command, NodeCore, Query, View};
use tern_store::{AtRestKey, OpenOptions, Store};
use tern_sync::{ItemResult, Lane};
use tern_trust::derive::actor_id;
use tern_trust::{Batch, DeviceKeys, FeedState, Item, KeyRing, Log, Writer};

use crate::sync::{B, NODE, copy, host, seed_a};
use crate::{Watch, corpus, memory, ms, spread};

fn pages(core: &mut Core) -> Result<Vec<String>> {
    let View::Pages(view) = core.answer(&Query::Pages { trash: false })? else { bail!("no pages") };
    Ok(view.pages.into_iter().map(|p| p.id).collect())
}

fn bare_rows(path: &Path) -> Result<usize> {
    let conn = Connection::open(path)?;
    let mut read = conn.prepare("SELECT doc, parent, ord, title, trashed FROM pages")?;
    type Bare = (Vec<u8>, Option<Vec<u8>>, String, String, i64);
    let rows: Vec<Bare> = read
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))?
        .collect::<Result<_, _>>()?;
    Ok(rows.len())
}

/// How often a start is measured.
const ROUNDS: usize = 15;

/// Start, memory and search.
pub fn open(dir: &Path) -> Result<()> {
    let path = copy(dir, "a.db", "run-a.db")?;
    let seed = seed_a(dir)?;
    let mut sums = [(0.0, 0.0); 3];
    let mut best = [f64::MAX; 3];
    for _ in 0..ROUNDS {
        let watch = Watch::start();
        ensure!(bare_rows(&path)? >= 9_900, "too few rows");
        let bare = watch.read();
        let watch = Watch::start();
        let mut core = Core::open(&path, &seed, host())?;
        let opened = watch.read();
        pages(&mut core)?;
        let listed = watch.read();
        for (at, (wall, cpu)) in [bare, opened, listed].into_iter().enumerate() {
            sums[at] = (sums[at].0 + wall / ROUNDS as f64, sums[at].1 + cpu / ROUNDS as f64);
            best[at] = best[at].min(wall);
        }
    }
    for (at, name) in
        ["bare SQLite read of the sidebar", "Core::open", "Core::open + Pages"].iter().enumerate()
    {
        println!("{name}: CPU {:.1} ms, wall {:.1} ms (best {:.1})", sums[at].1, sums[at].0, best[at]);
    }
    let child = std::process::Command::new(std::env::current_exe()?).arg(dir).arg("open-child").output()?;
    print!("{}", String::from_utf8_lossy(&child.stdout));
    let mut core = Core::open(&path, &seed, host())?;
    let mut words = corpus::Seeded(5);
    let mut times = Vec::new();
    let mut hits = 0;
    let watch = Watch::start();
    for _ in 0..50 {
        let count = 1 + (words.draw() % 2) as usize;
        let query = words.words(count);
        let started = Instant::now();
        if let View::Search(found) = core.answer(&Query::Search { query, limit: 20 })? {
            hits += found.hits.len();
        }
        times.push(ms(started));
    }
    let cpu = watch.cpu();
    println!(
        "search, 50 queries, {hits} hits: wall p50 {:.1} p99 {:.1} ms, CPU {:.1} ms a query",
        spread(times.clone()).0,
        spread(times).1,
        cpu / 50.0
    );
    drop(core);
    locked(&path, &seed)
}

/// The same start with the workspace lock on.
fn locked(path: &Path, seed: &[u8; 32]) -> Result<()> {
    let key = AtRestKey::new(*DeviceKeys::from_seed(seed).at_rest_key());
    let before = std::fs::metadata(path)?.len();
    let watch = Watch::start();
    ensure!(Store::lock_at_rest(path, &OpenOptions::default(), &key)?, "traces are left");
    let (wall, cpu) = watch.read();
    let after = std::fs::metadata(path)?.len();
    println!("locking: CPU {cpu:.0} ms, wall {wall:.0} ms; {before} B before, {after} B after");
    let options = OpenOptions { at_rest: Some(key), ..OpenOptions::default() };
    for _ in 0..3 {
        let watch = Watch::start();
        let mut core = Core::open_with(path, seed, None, host(), &options)?;
        let opened = watch.cpu();
        ensure!(pages(&mut core)?.len() >= 9_900, "too few rows");
        let listed = watch.cpu();
        core.answer(&Query::Search { query: "plan".to_owned(), limit: 20 })?;
        let found = watch.cpu();
        println!(
            "locked: open CPU {opened:.0} ms, with Pages {listed:.0} ms, with the first search {found:.0} ms"
        );
    }
    Ok(())
}

/// Memory of a process that does nothing but open the workspace.
pub fn open_child(dir: &Path) -> Result<()> {
    let start = memory("VmRSS");
    let mut core = Core::open(&dir.join("run-a.db"), &seed_a(dir)?, host())?;
    let opened = memory("VmRSS");
    let count = pages(&mut core)?.len();
    println!(
        "memory: start {start} KB, opened {opened} KB, {count} rows listed {} KB, VmHWM {} KB; {} B a closed document",
        memory("VmRSS"),
        memory("VmHWM"),
        (opened - start) * 1024 / count.max(1) as u64
    );
    Ok(())
}

/// Durable edits beside append + fdatasync.
pub fn edits(dir: &Path) -> Result<()> {
    let path = copy(dir, "a.db", "run-a.db")?;
    let mut core = Core::open(&path, &seed_a(dir)?, host())?;
    let all = pages(&mut core)?;
    let some: Vec<&String> = all.iter().step_by(200).take(40).collect();
    let mut file = std::fs::File::create(dir.join("append"))?;
    let mut seed = corpus::Seeded(3);
    let before = core.store().last_row()?;
    let mut spent = 0.0;
    let (mut durable, mut bare, mut paged) = (Vec::new(), Vec::new(), Vec::new());
    let mut at = 0;
    let preset = std::fs::File::create(dir.join("preset"))?;
    preset.set_len(8 << 20)?;
    preset.write_all_at(&vec![1; 8 << 20], 0)?;
    preset.sync_all()?;
    for index in 0..200 {
        let markdown = seed.words(8);
        let page = some[index % some.len()].clone();
        let (started, watch) = (Instant::now(), Watch::start());
        core.perform(&Command::PageAppend { page, markdown })?;
        durable.push(ms(started));
        spent += watch.cpu();
        let bytes = vec![5; 700];
        let started = Instant::now();
        file.write_all(&bytes)?;
        file.sync_data()?;
        bare.push(ms(started));
        let bytes = vec![5; 40 * 1024];
        let started = Instant::now();
        preset.write_all_at(&bytes, at)?;
        preset.sync_data()?;
        paged.push(ms(started));
        at += bytes.len() as u64;
    }
    let items = core.store().items_after(before, 64 << 20)?;
    let bytes: usize = items.iter().map(|i| i.bytes.len()).sum();
    println!("sealed item of an edit: {} B", bytes / items.len().max(1));
    println!("CPU of an edit: {:.1} ms", spent / durable.len() as f64);
    // The first 40 load a page each; the rest find it in memory.
    let (cold, warm) = (durable[..40].to_vec(), durable[40..].to_vec());
    for (name, times) in [
        ("durable edit, page not in memory", cold),
        ("durable edit, page in memory", warm),
        ("append 700 B + fdatasync", bare),
        ("40 KB in place + fdatasync", paged),
    ] {
        let (p50, p99) = spread(times);
        println!("{name}: p50 {p50:.2} p99 {p99:.2} ms");
    }
    Ok(())
}

/// The content keys that a device holds.
fn ring(core: &Core, seed: &[u8; 32]) -> Result<KeyRing> {
    let mut log = Log::new(core.workspace());
    for item in core.store().records(&Lane::LOG.0)? {
        log.insert_stored(Item::parse(item.bytes)?);
    }
    let mut ring = KeyRing::new();
    ring.learn(&log, &[DeviceKeys::from_seed(seed).opener()]);
    Ok(ring)
}

/// The changes of every document, out of its items.
pub fn documents(core: &Core, seed: &[u8; 32]) -> Result<BTreeMap<[u8; 16], Vec<Change>>> {
    let ring = ring(core, seed)?;
    let mut all: BTreeMap<[u8; 16], Vec<Change>> = BTreeMap::new();
    for stored in core.store().items_after(0, 256 << 20)? {
        let item = Item::parse(stored.bytes)?;
        let plain = ring.get(&item.header().epoch).and_then(|key| item.open(key));
        let Some(batch) = plain.and_then(|p| Batch::decode(&p).ok()) else { continue };
        let changes = batch.changes.into_iter().map(Change::from_bytes).collect::<Result<Vec<_>, _>>()?;
        all.entry(batch.document).or_default().extend(changes);
    }
    Ok(all)
}

/// What lets a device of the workspace write items outside an engine.
pub struct Author {
    keys: DeviceKeys,
    ring: KeyRing,
    workspace: [u8; 32],
    feed: FeedState,
    /// The day on which it says that it writes.
    pub day: u16,
}

impl Author {
    /// The device with this seed, by what `core` knows.
    pub fn of(core: &Core, seed: &[u8; 32], incarnation: u64) -> Result<Author> {
        let (keys, ring) = (DeviceKeys::from_seed(seed), ring(core, seed)?);
        let (workspace, feed) = (core.workspace(), FeedState::new(incarnation));
        Ok(Author { keys, ring, workspace, feed, day: 20_700 })
    }

    /// Author of its changes.
    pub fn actor(&self) -> [u8; 16] {
        actor_id(&self.keys.id(), self.feed.incarnation)
    }

    /// An item with these changes.
    pub fn seal(&mut self, core: &Core, document: [u8; 16], changes: Vec<Vec<u8>>) -> Result<Vec<u8>> {
        let writer = Writer { workspace: self.workspace, keys: &self.keys, day: self.day };
        let key = self.ring.seal_key(core.membership()).map_err(|_| anyhow!("no key"))?;
        let first = self.ring.first().ok_or_else(|| anyhow!("no first key"))?;
        let item = writer.batch(&mut self.feed, key, first, &Batch { document, transaction: 1, changes })?;
        Ok(item.bytes().to_vec())
    }
}

/// 10,000 changes of one page by one author.
fn changes(id: DocId, author: &Author, count: usize) -> Result<Vec<Vec<u8>>> {
    let actor = author.actor();
    let stamp = |at: usize| Stamp { actor, time_ms: 1_790_000_000_000 + at as i64 * 300 };
    let (mut doc, made) = Doc::create(id, &Kind::Page, &stamp(0))?;
    let mut all = made.0;
    let blocks = vec![Block::plain(BlockKind::Paragraph, &"words and words ".repeat(12))];
    all.extend(doc.edit(&stamp(1), &[Edit::SetBlocks { base: None, blocks }])?.0);
    let block = doc.markers().first().cloned().ok_or_else(|| anyhow!("no block"))?;
    for at in all.len()..count {
        let insert = char::from(b'a' + (at % 26) as u8).to_string();
        let edit = Edit::Splice { block: block.clone(), at: at % 190, delete: 1, insert };
        all.extend(doc.edit(&stamp(at), &[edit])?.0);
    }
    Ok(all)
}

/// A backlog of one page in one go.
pub fn backlog(dir: &Path) -> Result<()> {
    let mut core = Core::open(&copy(dir, "a.db", "run-a.db")?, &seed_a(dir)?, host())?;
    let mut author = Author::of(&core, &B, 41)?;
    let id = DocId::new(Class::Content, [9; 15]);
    let started = Watch::start();
    let all = changes(id, &author, 10_000)?;
    println!(
        "{} changes, {} B, made in CPU {:.0} ms",
        all.len(),
        all.iter().map(Vec::len).sum::<usize>(),
        started.cpu()
    );
    let bare = || -> Result<f64> {
        let started = Watch::start();
        let parsed = all.iter().map(|c| Change::from_bytes(c.clone())).collect::<Result<Vec<_>, _>>()?;
        let mut doc = Automerge::new();
        doc.apply_changes(parsed)?;
        Ok(started.cpu())
    };
    let (first, second) = (bare()?, bare()?);
    println!("bare Automerge, parse + one apply_changes: CPU {first:.0} and {second:.0} ms");
    let mut single = Vec::new();
    for change in &all {
        single.push(author.seal(&core, id.0, vec![change.clone()])?);
    }
    let count = single.len();
    let started = Watch::start();
    for item in &single {
        ensure!(Item::parse(item.as_slice())?.verify(), "signature");
    }
    println!("of which signatures of {count} items: CPU {:.0} ms", started.cpu());
    let started = Watch::start();
    let (results, _) = core.take(single)?;
    println!("Core::take of {count} items of one change: CPU {:.0} ms", started.cpu());
    ensure!(results.iter().all(|r| matches!(r, ItemResult::Stored)), "not stored");
    drop(core);
    let mut core = Core::open(&copy(dir, "a.db", "run-a.db")?, &seed_a(dir)?, host())?;
    let mut author = Author::of(&core, &B, 41)?;
    let packed = all.chunks(500).map(|c| author.seal(&core, id.0, c.to_vec())).collect::<Result<Vec<_>>>()?;
    let count = packed.len();
    let started = Watch::start();
    let (results, _) = core.take(packed)?;
    println!("Core::take of {count} items of 500 changes: CPU {:.0} ms", started.cpu());
    ensure!(results.iter().all(|r| matches!(r, ItemResult::Stored)), "not stored");
    println!("verdicts: {}", core.store().verdicts(&tern_store::VerdictFilter::All)?.len());
    println!("bare again: CPU {:.0} ms", bare()?);
    Ok(())
}

const PIECE: usize = 500;

fn bare_insert(path: &Path, items: &[Vec<u8>]) -> Result<f64> {
    let _ = std::fs::remove_file(path);
    let mut conn = Connection::open(path)?;
    conn.pragma_update(None, "journal_mode", "wal")?;
    conn.pragma_update(None, "synchronous", "full")?;
    conn.execute_batch(
        "CREATE TABLE items (row INTEGER PRIMARY KEY, lane BLOB, day INTEGER, id BLOB, bytes BLOB) STRICT;
         CREATE UNIQUE INDEX by_key ON items (lane, day, id);",
    )?;
    let started = Watch::start();
    for piece in items.chunks(PIECE) {
        let txn = conn.transaction()?;
        {
            let mut insert =
                txn.prepare_cached("INSERT INTO items (lane, day, id, bytes) VALUES (?1, ?2, ?3, ?4)")?;
            for bytes in piece {
                let id = blake3::hash(bytes);
                insert.execute((&[0u8; 16][..], 20_700, &id.as_bytes()[..], bytes))?;
            }
        }
        txn.commit()?;
    }
    Ok(started.cpu())
}

/// The node's intake.
pub fn node(dir: &Path, count: usize) -> Result<()> {
    let writer = Core::open(&copy(dir, "b.db", "run-b.db")?, &B, host())?;
    let mut author = Author::of(&writer, &B, 77)?;
    let path = copy(dir, "node.db", "run-node.db")?;
    let store = Store::open_existing(&path, &OpenOptions::default())?;
    let workspace = writer.workspace();
    let mut node = NodeCore::new(store, workspace, &DeviceKeys::from_seed(&NODE))?;
    println!("node with the workspace open: VmRSS {} KB", memory("VmRSS"));
    let (mut took, mut bare, mut signatures, mut done) = (0.0, 0.0, 0.0, 0);
    let mut seed = corpus::Seeded(13);
    while done < count {
        let some = 10_000.min(count - done);
        let mut items = Vec::with_capacity(some);
        for _ in 0..some {
            let mut document = [1; 16];
            document[8..].copy_from_slice(&(seed.draw() % 10_000).to_le_bytes());
            items.push(author.seal(&writer, document, vec![vec![7; 150]])?);
        }
        let started = Watch::start();
        for item in &items {
            ensure!(Item::parse(item.as_slice())?.verify(), "signature");
        }
        signatures += started.cpu();
        bare += bare_insert(&dir.join("bare.db"), &items)?;
        let started = Watch::start();
        for piece in items.chunks(PIECE) {
            let (results, _) = node.ingest(piece.to_vec());
            ensure!(results.iter().all(|r| matches!(r, ItemResult::Stored)), "not stored");
        }
        took += started.cpu();
        done += some;
    }
    let rate = |ms: f64| count as f64 / ms * 1000.0;
    println!("node ingest of {count} items, {PIECE} a commit: CPU {took:.0} ms, {:.0} a second", rate(took));
    println!(
        "bare SQLite (10,000 rows a table): CPU {bare:.0} ms, {:.0} a second; ratio {:.2}",
        rate(bare),
        bare / took
    );
    println!(
        "signatures alone: CPU {signatures:.0} ms; ratio without them {:.2}",
        bare / (took - signatures)
    );
    let items: u64 = node.replica().store.lanes()?.iter().map(|(_, sum)| sum.items).sum();
    println!(
        "node holds {items} items in {} B: VmRSS {} KB, VmHWM {} KB",
        node.replica().store.size_bytes(),
        memory("VmRSS"),
        memory("VmHWM")
    );
    drop((node, writer));
    Ok(())
}
