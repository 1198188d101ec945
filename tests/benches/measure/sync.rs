//! 10,000 documents on two laptops and a node: in sync, and with 100 of them changed; beside it Automerge's own
//! per-document sync protocol over the same documents.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, anyhow, bail, ensure};
use automerge::Automerge;
use automerge::sync::{State, SyncDoc};
use tern_peer::core::Core;
use tern_peer::home::Home;
use tern_peer::host::SystemHost;
use tern_peer::hub::{Hub, Tenant};
use tern_peer::net::Purpose;
use tern_peer::{Command, Env, NodeCore, Peer, Profile, Query, Reply, View};
use tern_store::{OpenOptions, Store, StoreId};
use tern_trust::ticket::{Address, InviteTicket, NodeTicket};
use tern_trust::{DeviceKeys, InviteKeys};

use crate::engine::documents;
use crate::pipe::{Cost, meet};
use crate::{Watch, corpus, ms};

/// Pages of the corpus; their 100 folders are pages too.
const PAGES: usize = 9_900;
/// Seed of laptop B's key.
pub const B: [u8; 32] = [2; 32];
/// Seed of the node's key.
pub const NODE: [u8; 32] = [3; 32];
/// The secret of the node's ticket.
pub const SECRET: [u8; 32] = [4; 32];
const DAY_MS: i64 = 86_400_000;

/// The system's clock and randomness.
pub fn host() -> Box<SystemHost> {
    Box::default()
}

/// Laptop A's key.
pub fn seed_a(dir: &Path) -> Result<[u8; 32]> {
    Ok(*Home::at(&dir.join("a")).read_seed()?)
}

/// A copy of a store that is not open.
pub fn copy(dir: &Path, from: &str, to: &str) -> Result<PathBuf> {
    let path = dir.join(to);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    std::fs::copy(dir.join(from), &path)?;
    let wal = format!("{}-wal", dir.join(from).display());
    if Path::new(&wal).exists() {
        std::fs::copy(wal, format!("{}-wal", path.display()))?;
    }
    Ok(path)
}

/// The device key that a seed makes.
pub fn id(seed: &[u8; 32]) -> [u8; 32] {
    DeviceKeys::from_seed(seed).id()
}

/// A node that hosts nothing else.
pub fn nobody() -> tern_peer::hub::Host<NodeCore> {
    Box::new(|_| None)
}

/// Why a laptop dials a device.
pub fn purpose(core: &mut Core, device: [u8; 32]) -> Result<Purpose> {
    let known = core.targets(None)?.into_iter().find(|t| t.device == device);
    Ok(known.map(|t| t.purpose).unwrap_or_default())
}

/// The workspace of a hub.
pub fn tenant<T: Tenant>(hub: &mut Hub<T>) -> Result<&mut T> {
    hub.tenant().ok_or_else(|| anyhow!("no workspace"))
}

/// The last row of a laptop's store.
pub fn rows(core: &Core) -> Result<i64> {
    Ok(core.store().last_row()?)
}

/// Makes everything, unless it is there.
pub fn prepare(dir: &Path) -> Result<()> {
    let home = dir.join("a");
    if !home.exists() {
        corpus::write(&dir.join("md"), PAGES)?;
        let env = Env::default();
        let profile = Profile { name: "Ada".into(), zone: "Europe/London".into(), ..Profile::default() };
        Peer::init(&home, &profile, "Bench", &env)?;
        let peer = Peer::open(&home, &env)?;
        let started = Instant::now();
        peer.call(Command::Import { path: dir.join("md"), dry_run: false })?;
        println!("import of {PAGES} files: {:.0} ms", ms(started));
        peer.shutdown();
    }
    let (a_path, node_path, b_path) =
        (copy(dir, "a/store.db", "a.db")?, dir.join("node.db"), dir.join("b.db"));
    ensure!(!node_path.exists(), "prepared already");
    let mut now = 1_800_000_000_000;
    let a_seed = seed_a(dir)?;
    let mut core = Core::open(&a_path, &a_seed, host())?;
    let workspace = core.workspace();
    let address = Address { device: id(&NODE), sockets: vec![([127, 0, 0, 1], 9).into()] };
    let ticket = NodeTicket { device: id(&NODE), addresses: vec![address], secret: SECRET.into() }.to_text();
    core.perform(&Command::RelayAdd { ticket })?;
    let invite =
        Command::Invite { role: "writer".into(), mode: "open".into(), uses: 1, expires_ms: 86_400_000 };
    let Reply::Ticket { ticket } = core.perform(&invite)? else { bail!("no ticket") };
    let made = node_path.clone();
    let begin = Box::new(move |workspace: &[u8; 32]| {
        let store = Store::create(&made, StoreId(99), &OpenOptions::default()).ok()?;
        NodeCore::new(store, *workspace, &DeviceKeys::from_seed(&NODE)).ok()
    });
    let mut node: Hub<NodeCore> = Hub::node(Vec::new(), SECRET, begin);
    let why = purpose(&mut core, id(&NODE))?;
    let mut a = Hub::laptop(core);
    println!("A -> node, everything: {}", meet(&mut now, &mut a, &mut node, [id(&a_seed), id(&NODE)], why));
    let ticket = InviteTicket::parse(&ticket).map_err(|e| anyhow!("{e}"))?;
    let joiner = Core::join(&b_path, &B, host(), workspace, InviteKeys::from_secret(&ticket.secret))?;
    let mut b = Hub::laptop(joiner);
    println!(
        "node -> B, everything: {}",
        meet(&mut now, &mut b, &mut node, [id(&B), id(&NODE)], Purpose::Vouched)
    );
    let core = tenant(&mut b)?;
    ensure!(core.is_member(), "B was not let in");
    core.keep_profile(&Profile { name: "Bao".into(), zone: "Asia/Tokyo".into(), ..Profile::default() })?;
    core.introduce()?;
    for _ in 0..2 {
        let why = purpose(tenant(&mut b)?, id(&NODE))?;
        meet(&mut now, &mut b, &mut node, [id(&B), id(&NODE)], why);
        let why = purpose(tenant(&mut a)?, id(&NODE))?;
        meet(&mut now, &mut a, &mut node, [id(&a_seed), id(&NODE)], why);
    }
    println!("items: A {}, B {}", rows(tenant(&mut a)?)?, rows(tenant(&mut b)?)?);
    tenant(&mut a)?.rest();
    tenant(&mut b)?.rest();
    Ok(())
}

/// Ids of all pages.
pub fn page_ids(core: &mut Core) -> Result<Vec<String>> {
    let View::Pages(view) = core.answer(&Query::Pages { trash: false })? else { bail!("no pages") };
    Ok(view.pages.into_iter().map(|p| p.id).collect())
}

fn saved(core: &mut Core, doc: &str) -> Result<Vec<u8>> {
    match core.answer(&Query::DocSave { doc: doc.to_owned() })? {
        View::Bytes { bytes, .. } => Ok(bytes),
        _ => bail!("no bytes"),
    }
}

/// The section.
pub fn run(dir: &Path) -> Result<()> {
    println!("-- edits a day after everything else was written");
    exchange(dir, DAY_MS)?;
    println!("-- edits on the day on which everything else was written");
    let mut b = exchange(dir, 0)?;
    let size = std::fs::metadata(dir.join("run-a.db"))?.len();
    automerge_sync(dir, &seed_a(dir)?, tenant(&mut b)?, size)
}

/// Meetings in sync, then with 100 pages changed by B `later` than everything else.
fn exchange(dir: &Path, later: i64) -> Result<Hub<Core>> {
    let a_seed = seed_a(dir)?;
    let (ida, idb, idn) = (id(&a_seed), id(&B), id(&NODE));
    let mut now = 1_800_000_600_000;
    let open = |from: &str, to: &str, seed: &[u8; 32]| -> Result<Hub<Core>> {
        let host = SystemHost { now_ms: Some(tern_peer::host::wall_ms() + later) };
        Ok(Hub::laptop(Core::open(&copy(dir, from, to)?, seed, Box::new(host))?))
    };
    let mut a = open("a.db", "run-a.db", &a_seed)?;
    let mut b = open("b.db", "run-b.db", &B)?;
    let mut twin = open("a.db", "run-twin.db", &a_seed)?;
    let store = Store::open_existing(&copy(dir, "node.db", "run-node.db")?, &OpenOptions::default())?;
    let workspace = tenant(&mut a)?.workspace();
    let mut node =
        Hub::node(vec![NodeCore::new(store, workspace, &DeviceKeys::from_seed(&NODE))?], SECRET, nobody());
    let why = purpose(tenant(&mut a)?, idn)?;
    let pages = page_ids(tenant(&mut a)?)?;
    println!("pages: {}; items: {}", pages.len(), rows(tenant(&mut a)?)?);
    println!(
        "in sync, A with the node it knows: {}",
        meet(&mut now, &mut a, &mut node, [ida, idn], why.clone())
    );
    println!(
        "in sync, B with the node it knows: {}",
        meet(&mut now, &mut b, &mut node, [idb, idn], why.clone())
    );

    let (changed, sealed) = change(tenant(&mut b)?, &pages)?;
    let over = |c: Cost| (c.control + c.items).cast_signed() - sealed;
    let known = meet(&mut now, &mut b, &mut node, [idb, idn], why.clone());
    println!("100 changed, B -> node (known): {known}; {} B beyond the items", over(known));
    let known = meet(&mut now, &mut a, &mut node, [ida, idn], why.clone());
    println!("100 changed, node -> A (known): {known}; {} B beyond the items", over(known));
    let cold = meet(&mut now, &mut twin, &mut b, [ida, idb], Purpose::Meet);
    println!("100 changed, A <-> B (never met): {cold}; {} B beyond the items", over(cold));
    let again = meet(&mut now, &mut twin, &mut b, [ida, idb], Purpose::Meet);
    println!("in sync afterwards, A with B: {again}");
    for hub in [&mut a, &mut twin] {
        let theirs = saved(tenant(hub)?, &changed[50])?;
        ensure!(theirs == saved(tenant(&mut b)?, &changed[50])?, "the documents differ");
    }
    tenant(&mut a)?.rest();
    Ok(b)
}

/// Appends a paragraph to 100 pages; also says how many bytes of sealed items that made.
fn change(core: &mut Core, pages: &[String]) -> Result<(Vec<String>, i64)> {
    let before = rows(core)?;
    let changed: Vec<String> = pages.iter().step_by(pages.len() / 100).take(100).cloned().collect();
    let mut seed = corpus::Seeded(11);
    for page in &changed {
        core.perform(&Command::PageAppend { page: page.clone(), markdown: seed.words(25) })?;
    }
    let items = core.store().items_after(before, 64 << 20)?;
    let sealed: usize = items.iter().map(|i| i.bytes.len()).sum();
    println!("100 documents changed by B: {} items, {sealed} B sealed", items.len());
    Ok((changed, sealed as i64))
}

struct Talk {
    messages: u64,
    bytes: u64,
    rounds: u32,
}

impl std::fmt::Display for Talk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} messages, {} B, {} half trips when all documents talk at once",
            self.messages, self.bytes, self.rounds
        )
    }
}

/// One document between two sides, until neither has more to say.
fn talk(a: &mut Automerge, b: &mut Automerge, states: &mut [State; 2]) -> Result<(u64, u64, u32)> {
    let (mut messages, mut bytes, mut halves) = (0, 0, 0);
    let [sa, sb] = states;
    loop {
        let mut said = false;
        if let Some(message) = a.generate_sync_message(sa) {
            let wire = message.encode();
            (messages, bytes, halves, said) = (messages + 1, bytes + wire.len() as u64, halves + 1, true);
            b.receive_sync_message(sb, automerge::sync::Message::decode(&wire).map_err(|e| anyhow!("{e}"))?)?;
        }
        if let Some(message) = b.generate_sync_message(sb) {
            let wire = message.encode();
            (messages, bytes, halves, said) = (messages + 1, bytes + wire.len() as u64, halves + 1, true);
            a.receive_sync_message(sa, automerge::sync::Message::decode(&wire).map_err(|e| anyhow!("{e}"))?)?;
        }
        if !said {
            return Ok((messages, bytes, halves));
        }
    }
}

/// The same documents under Automerge's own protocol. Documents that only B changed are the changed ones.
fn automerge_sync(dir: &Path, a_seed: &[u8; 32], b: &Core, size: u64) -> Result<()> {
    let a = Core::open(&copy(dir, "a.db", "run-a.db")?, a_seed, host())?;
    let (ours, theirs) = (documents(&a, a_seed)?, documents(b, &B)?);
    let [mut cold, mut known, mut some_cold, mut some_known] =
        [const { Talk { messages: 0, bytes: 0, rounds: 0 } }; 4];
    let add = |to: &mut Talk, (messages, bytes, halves): (u64, u64, u32)| {
        to.messages += messages;
        to.bytes += bytes;
        to.rounds = to.rounds.max(halves);
    };
    let (mut compact, mut changed) = (0u64, 0);
    let watch = Watch::start();
    for (id, changes) in &ours {
        let mut ours = Automerge::new();
        ours.apply_changes(changes.clone())?;
        compact += ours.save().len() as u64;
        let mut states = [State::new(), State::new()];
        let mut same = ours.clone();
        let first = talk(&mut ours, &mut same, &mut states)?;
        add(&mut cold, first);
        let reload = |s: &State| State::decode(&s.encode()).map_err(|e| anyhow!("{e}"));
        let mut states = [reload(&states[0])?, reload(&states[1])?];
        let again = talk(&mut ours, &mut same, &mut states.clone())?;
        add(&mut known, again);
        let newer = theirs.get(id).filter(|c| c.len() != changes.len());
        let Some(newer) = newer else {
            add(&mut some_cold, first);
            add(&mut some_known, again);
            continue;
        };
        changed += 1;
        let mut theirs = Automerge::new();
        theirs.apply_changes(newer.clone())?;
        add(&mut some_known, talk(&mut ours.clone(), &mut theirs.clone(), &mut states)?);
        add(&mut some_cold, talk(&mut ours, &mut theirs, &mut [State::new(), State::new()])?);
    }
    println!("Automerge sync over {} documents, {changed} changed (CPU {:.0} ms)", ours.len(), watch.cpu());
    println!("Automerge sync, in sync, no state kept: {cold}");
    println!("Automerge sync, in sync, state kept: {known}");
    println!("Automerge sync, 100 changed, no state kept: {some_cold}");
    println!("Automerge sync, 100 changed, state kept: {some_known}");
    println!(
        "disk: store of A {size} B; Automerge's compact save of all documents {compact} B; ratio {:.2}",
        size as f64 / compact as f64
    );
    Ok(())
}
