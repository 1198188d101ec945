//! A laptop that comes to a workspace of 10,000 documents and 300,000 items, with nothing but a node to ask: first as
//! everything was written, then folded into packs.

use std::path::Path;
use std::process::Command as Process;
use std::time::Instant;

use anyhow::{Result, anyhow, bail, ensure};
use tern_model::block::{Block, BlockKind};
use tern_model::{Doc, DocId, Edit, Stamp};
use tern_peer::core::Core;
use tern_peer::host::{SystemHost, wall_ms};
use tern_peer::hub::{Hub, Tenant as _};
use tern_peer::net::Purpose;
use tern_peer::{Command, NodeCore, Query, Reply, View};
use tern_store::{OpenOptions, Store};
use tern_sync::ItemResult;
use tern_trust::ticket::InviteTicket;
use tern_trust::{DeviceKeys, Id, InviteKeys};

use crate::engine::Author;
use crate::pipe::{Cost, meet};
use crate::sync::{B, NODE, SECRET, copy, host, id, nobody, page_ids, purpose, rows, seed_a, tenant};
use crate::{Watch, corpus, memory, ms};

/// Edits of each document after it was imported.
const EDITS: u16 = 29;
/// Loose items from which on a document is folded here; by itself it would be 256.
const FOLD_FROM: u64 = 8;
const PIECE: usize = 500;
const DAY_MS: i64 = 86_400_000;

/// Gives every document of the node 29 edits by B, of as many days.
pub fn age(dir: &Path) -> Result<()> {
    let mut core = Core::open(&copy(dir, "b.db", "run-b.db")?, &B, host())?;
    let mut author = Author::of(&core, &B, 78)?;
    let mut node = node_at(dir, &copy(dir, "node.db", "old-node.db")?, core.workspace(), 0)?;
    let pages = page_ids(&mut core)?;
    let (mut seed, mut made) = (corpus::Seeded(17), Vec::new());
    let started = Instant::now();
    for (at, page) in pages.iter().enumerate() {
        made.extend(edits(&mut core, &mut author, page, &mut seed)?);
        if made.len() >= PIECE || at + 1 == pages.len() {
            let (results, _) = node.ingest(std::mem::take(&mut made));
            ensure!(results.iter().all(|r| matches!(r, ItemResult::Stored)), "not stored");
        }
    }
    println!("{} documents edited {EDITS} times each: {:.0} ms", pages.len(), ms(started));
    say_node(&node)
}

fn edits(
    core: &mut Core,
    author: &mut Author,
    page: &str,
    seed: &mut corpus::Seeded,
) -> Result<Vec<Vec<u8>>> {
    let id: DocId = page.parse().map_err(|_| anyhow!("no document id"))?;
    let View::Bytes { bytes, .. } = core.answer(&Query::DocSave { doc: page.to_owned() })? else {
        bail!("no document")
    };
    let mut doc = Doc::load(id, &bytes)?;
    let block = doc.markers().first().cloned();
    let mut items = Vec::new();
    for day in 0..EDITS {
        author.day = 20_701 + day;
        let stamp = Stamp { actor: author.actor(), time_ms: i64::from(author.day) * DAY_MS };
        let edit = match &block {
            Some(block) => {
                Edit::Splice { block: block.clone(), at: 0, delete: 0, insert: seed.words(12) + " " }
            }
            None => Edit::SetBlocks {
                base: None,
                blocks: vec![Block::plain(BlockKind::Paragraph, &seed.words(12))],
            },
        };
        items.push(author.seal(core, id.0, doc.edit(&stamp, &[edit])?.0)?);
    }
    Ok(items)
}

fn node_at(dir: &Path, path: &Path, workspace: Id, later_ms: i64) -> Result<NodeCore> {
    ensure!(path.starts_with(dir), "a store elsewhere");
    let store = Store::open_existing(path, &OpenOptions::default())?;
    let host = SystemHost { now_ms: Some(wall_ms() + later_ms) };
    Ok(NodeCore::with_host(store, workspace, &DeviceKeys::from_seed(&NODE), Box::new(host))?)
}

fn say_node(node: &NodeCore) -> Result<()> {
    let store = node.replica().store;
    let items: u64 = store.lanes()?.iter().map(|(_, sum)| sum.items).sum();
    println!("node: {items} items in its tries, {} B on disk", store.size_bytes());
    Ok(())
}

/// The node's memory, of a process that does nothing else.
pub fn node_child(dir: &Path) -> Result<()> {
    let path = std::env::var("TERN_BENCH_NODE").unwrap_or_default();
    let workspace = Core::open(&copy(dir, "a.db", "run-w.db")?, &seed_a(dir)?, host())?.workspace();
    let before = memory("VmRSS");
    let node = node_at(dir, &dir.join(path), workspace, 0)?;
    say_node(&node)?;
    println!(
        "node alone: VmRSS {} KB (before opening {before}), VmHWM {} KB",
        memory("VmRSS"),
        memory("VmHWM")
    );
    Ok(())
}

fn in_child(dir: &Path, node: &str) -> Result<()> {
    let ran = Process::new(std::env::current_exe()?)
        .arg(dir)
        .arg("node-child")
        .env("TERN_BENCH_NODE", node)
        .status()?;
    ensure!(ran.success(), "the child failed");
    Ok(())
}

/// A holds what the node got, as it came in the course of a year: document by document, not at once. It invites two
/// people.
pub fn catch_up(dir: &Path) -> Result<()> {
    let a_seed = seed_a(dir)?;
    let mut core = Core::open(&copy(dir, "a.db", "old-a.db")?, &a_seed, host())?;
    let store = Store::open_existing(&dir.join("old-node.db"), &OpenOptions::default())?;
    let (mut row, watch) = (0, Watch::start());
    loop {
        let items = store.items_after(row, 2 << 20)?;
        let Some(last) = items.last() else { break };
        row = last.row;
        let (results, _) = core.take(items.into_iter().map(|item| item.bytes).collect())?;
        ensure!(results.iter().all(|r| matches!(r, ItemResult::Stored | ItemResult::Known)), "not stored");
    }
    println!("A takes in {row} rows document by document: CPU {:.0} ms", watch.cpu());
    drop(store);
    let (role, mode) = ("writer".into(), "open".into());
    let invite = Command::Invite { role, mode, uses: 4, expires_ms: DAY_MS };
    let Reply::Ticket { ticket } = core.perform(&invite)? else { bail!("no ticket") };
    std::fs::write(dir.join("ticket"), ticket)?;
    let why = purpose(&mut core, id(&NODE))?;
    let node = node_at(dir, &dir.join("old-node.db"), core.workspace(), 0)?;
    let (mut a, mut node) = (Hub::laptop(core), Hub::node(vec![node], SECRET, nobody()));
    let (mut now, ids) = (1_800_000_900_000, [id(&a_seed), id(&NODE)]);
    println!("A meets the node: {}", meet(&mut now, &mut a, &mut node, ids, why.clone()));
    println!("in sync: {}", meet(&mut now, &mut a, &mut node, ids, why));
    tenant(&mut a)?.rest();
    Ok(())
}

/// The owner folds everything, and a week later the node drops what is covered.
pub fn fold(dir: &Path) -> Result<()> {
    let a_seed = seed_a(dir)?;
    let (mut now, ids) = (1_800_000_900_000, [id(&a_seed), id(&NODE)]);
    let mut core = Core::open(&copy(dir, "old-a.db", "new-a.db")?, &a_seed, host())?;
    for round in ["folded", "vouched for"] {
        let watch = Watch::start();
        let command = Command::Compact { on: true, least: Some(FOLD_FROM) };
        let Reply::Compact(done) = core.perform(&command)? else { bail!("no answer") };
        println!("{round}: {done:?}; CPU {:.0} ms", watch.cpu());
    }
    println!("A: {} B on disk", core.store().size_bytes());
    let (workspace, why) = (core.workspace(), purpose(&mut core, id(&NODE))?);
    let node_path = copy(dir, "old-node.db", "new-node.db")?;
    let mut a = Hub::laptop(core);
    let mut node = Hub::node(vec![node_at(dir, &node_path, workspace, 0)?], SECRET, nobody());
    let cost = meet(&mut now, &mut a, &mut node, ids, why.clone());
    println!("A -> node, packs and words for them: {cost}");
    say_node(tenant(&mut node)?)?;
    drop(node);
    let mut old = node_at(dir, &node_path, workspace, 8 * DAY_MS)?;
    let watch = Watch::start();
    old.tidy();
    println!("a week later the node drops what is covered: CPU {:.0} ms", watch.cpu());
    say_node(&old)?;
    let mut node = Hub::node(vec![old], SECRET, nobody());
    println!("A meets the node: {}", meet(&mut now, &mut a, &mut node, ids, why.clone()));
    println!("in sync: {}", meet(&mut now, &mut a, &mut node, ids, why));
    tenant(&mut a)?.rest();
    Ok(())
}

/// Somebody comes to the node as it was before folding (`old`) or after it (`new`).
pub fn run(dir: &Path, which: &str) -> Result<()> {
    in_child(dir, &format!("{which}-node.db"))?;
    let workspace = Core::open(&copy(dir, "a.db", "run-w.db")?, &seed_a(dir)?, host())?.workspace();
    let path = copy(dir, &format!("{which}-node.db"), &format!("run-{which}-node.db"))?;
    let (later, seed) = if which == "new" { (8 * DAY_MS, [6; 32]) } else { (0, [5; 32]) };
    let mut node = Hub::node(vec![node_at(dir, &path, workspace, later)?], SECRET, nobody());
    let ticket = std::fs::read_to_string(dir.join("ticket"))?;
    let (name, mut now) = (format!("newcomer-{which}.db"), 1_800_000_900_000);
    newcomer(dir, &name, seed, &ticket, &mut node, &mut now)
}

fn newcomer(
    dir: &Path,
    name: &str,
    seed: [u8; 32],
    ticket: &str,
    node: &mut Hub<NodeCore>,
    now: &mut i64,
) -> Result<()> {
    let path = dir.join(name);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    let ticket = InviteTicket::parse(ticket).map_err(|e| anyhow!("{e}"))?;
    let invite = InviteKeys::from_secret(&ticket.secret);
    let core = Core::join(&path, &seed, host(), ticket.workspace, invite)?;
    let mut hub = Hub::laptop(core);
    let watch = Watch::start();
    let mut whole = Cost::default();
    for why in [Purpose::Vouched, Purpose::Meet] {
        let cost = meet(now, &mut hub, node, [id(&seed), id(&NODE)], why);
        println!("meeting: {cost}");
        whole.control += cost.control;
        whole.items += cost.items;
        whole.ms += cost.ms;
    }
    let core = tenant(&mut hub)?;
    ensure!(core.is_member(), "not let in");
    let pages = page_ids(core)?;
    println!(
        "newcomer: {} B, {:.0} ms wall, CPU of both sides {:.0} ms; {} items taken in, each signature checked once; {} pages; {} B on disk; VmHWM {} KB",
        whole.control + whole.items,
        whole.ms,
        watch.cpu(),
        rows(core)?,
        pages.len(),
        core.store().size_bytes(),
        memory("VmHWM")
    );
    let waiting = core.store().verdicts(&tern_store::VerdictFilter::All)?;
    ensure!(waiting.is_empty(), "{} items are set aside", waiting.len());
    println!("in sync: {}", meet(now, &mut hub, node, [id(&seed), id(&NODE)], Purpose::Meet));
    Ok(())
}
