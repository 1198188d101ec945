//! The blind node: stores and forwards what it cannot read. It holds a device key for the network and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tern_store::{OpenOptions, Store, StoreId};
use tern_sync::{Credential, ItemResult, Lane, PeerMemory, Refusal};
use tern_trust::ticket::{Address, NodeTicket};
use tern_trust::{DeviceKeys, Id, Item, Log};
use tokio::sync::{mpsc, oneshot};

use crate::api::{ErrorKind, PeerError};
use crate::core::{CoreReplica, cover, hex, holdings, unhex};
use crate::engine::NET_INPUTS;
use crate::handle::{Env, Network, runtime};
use crate::home::{Home, file_error};
use crate::host::{Host, SystemHost, wall_ms};
use crate::hub::{Hub, Tenant};
use crate::net::blobs::Blobs;
use crate::net::conn::NetIn;
use crate::net::service::Service;

mod backup;

pub use backup::NodeBackupView;

/// Bytes of items that one workspace may take.
pub const DEFAULT_QUOTA_BYTES: u64 = 8 << 30;
/// Workspaces that one node hosts.
pub const MAX_WORKSPACES: usize = 256;

/// The blind node of a home.
#[derive(Debug)]
pub struct Node {}

/// State of a node.
#[derive(Debug, Clone, Serialize)]
pub struct NodeView {
    /// Ticket that tells a workspace to use it.
    pub ticket: String,
    /// Device key, hex.
    pub device: String,
    /// Whether a process is running it.
    pub running: bool,
    /// Where it listens.
    pub listen: String,
    /// Hosted workspaces.
    pub workspaces: Vec<HostedView>,
}

/// One hosted workspace.
#[derive(Debug, Clone, Serialize)]
pub struct HostedView {
    /// Workspace id, hex.
    pub id: String,
    /// Items stored.
    pub items: u64,
    /// Bytes of the store.
    pub bytes: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Settings {
    version: u8,
    secret: String,
    listen: SocketAddr,
}

/// A covered item stays with a node for a week, milliseconds.
const COVERED_FOR_MS: i64 = 7 * 86_400_000;
/// How often a node looks for what it may drop.
const TIDY_EVERY_MS: i64 = 3_600_000;
/// Version of the settings file.
const SETTINGS_VERSION: u8 = 1;

impl Settings {
    fn read(home: &Home) -> Result<Settings, PeerError> {
        let path = home.node_settings();
        let bytes = fs::read(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                PeerError::new(ErrorKind::NotFound, format!("There is no node in {}.", home.dir().display()))
                    .next("Make one with `tern node init`.")
            }
            _ => file_error(&path, &e),
        })?;
        let settings: Settings =
            serde_json::from_slice(&bytes).map_err(|e| damaged(&path, &e.to_string()))?;
        if settings.version != SETTINGS_VERSION {
            return Err(damaged(&path, "it was written by a newer Tern"));
        }
        Ok(settings)
    }

    fn write(&self, home: &Home) -> Result<(), PeerError> {
        let path = home.node_settings();
        let bytes = serde_json::to_vec_pretty(self).map_err(|e| damaged(&path, &e.to_string()))?;
        let part = path.with_extension("part");
        crate::home::write_private(&part, &bytes)?;
        fs::rename(&part, &path).map_err(|e| file_error(&path, &e))?;
        crate::home::sync_dir(home.dir())
    }

    fn secret(&self, home: &Home) -> Result<[u8; 32], PeerError> {
        unhex(&self.secret).ok_or_else(|| damaged(&home.node_settings(), "the secret is not 64 hex digits"))
    }
}

fn damaged(path: &Path, why: &str) -> PeerError {
    PeerError::new(
        ErrorKind::Damaged,
        format!("The node's settings {} cannot be read: {why}.", path.display()),
    )
    .safe("What it carries for others is untouched.")
    .next("Put the file back from a backup, or make a new node and add it to the workspaces.")
}

impl Node {
    /// Makes a node in an empty home.
    pub fn init(home: &Path, listen: Option<SocketAddr>) -> Result<NodeView, PeerError> {
        let home = Home::at(home);
        if home.in_use() {
            return Err(PeerError::new(
                ErrorKind::Failed,
                format!("{} is in use already.", home.dir().display()),
            )
            .safe("Nothing was changed.")
            .next("Choose an empty folder with --home."));
        }
        home.create()?;
        let mut host = SystemHost::default();
        let (mut seed, mut secret) = ([0; 32], [0; 32]);
        host.fill(&mut seed);
        host.fill(&mut secret);
        let listen = match listen {
            Some(listen) if listen.port() != 0 => listen,
            other => free_port(other)?,
        };
        home.write_seed(&seed)?;
        Settings { version: SETTINGS_VERSION, secret: hex(&secret), listen }.write(&home)?;
        Node::status(home.dir())
    }

    /// Runs until `stop` completes; calls `ready` with the address once it listens.
    pub fn run(
        home: &Path,
        listen: Option<SocketAddr>,
        env: &Env,
        ready: Box<dyn FnOnce(SocketAddr) + Send>,
        stop: oneshot::Receiver<()>,
    ) -> Result<(), PeerError> {
        let home = Home::at(home);
        let mut settings = Settings::read(&home)?;
        if let Some(listen) = listen.filter(|l| *l != settings.listen) {
            settings.listen = if listen.port() == 0 { free_port(Some(listen))? } else { listen };
            settings.write(&home)?;
        }
        let seed = home.read_seed()?;
        let keys = DeviceKeys::from_seed(&seed);
        let lock = home.lock_network_soon()?.ok_or_else(|| {
            PeerError::new(
                ErrorKind::Failed,
                format!("Another process runs the node in {}.", home.dir().display()),
            )
            .safe("It goes on running.")
            .next("Stop it first if this one is to take over.")
        })?;
        let tenants = open_all(&home, &keys)?;
        let (factory_home, factory_keys) = (home.clone(), DeviceKeys::from_seed(&seed));
        let host = Box::new(move |workspace: &Id| host_new(&factory_home, &factory_keys, workspace));
        let hub = Hub::node(tenants, settings.secret(&home)?, host);
        let lan = env.network == Network::Lan;
        runtime().block_on(serve(home, seed, settings.listen, lan, lock, hub, ready, stop))
    }

    /// What it holds.
    pub fn status(home: &Path) -> Result<NodeView, PeerError> {
        let home = Home::at(home);
        let settings = Settings::read(&home)?;
        let keys = DeviceKeys::from_seed(&*home.read_seed()?);
        let ticket = NodeTicket {
            device: keys.id(),
            addresses: vec![Address { device: keys.id(), sockets: reachable(settings.listen) }],
            secret: settings.secret(&home)?.into(),
        };
        let mut workspaces = Vec::new();
        for path in stores(&home)? {
            let store =
                Store::open_existing(&path, &OpenOptions { read_only: true, ..OpenOptions::default() })?;
            let items = store.lanes()?.iter().map(|(_, sum)| sum.items).sum();
            let id = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            workspaces.push(HostedView { id, items, bytes: store.size_bytes() });
        }
        Ok(NodeView {
            ticket: ticket.to_text(),
            device: hex(&keys.id()),
            running: home.lock_network()?.is_none(),
            listen: settings.listen.to_string(),
            workspaces,
        })
    }
}

/// A free UDP port on the wished address, loopback without one; it is remembered from then on.
fn free_port(wished: Option<SocketAddr>) -> Result<SocketAddr, PeerError> {
    let ip = wished.map_or(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), |w| w.ip());
    let socket = std::net::UdpSocket::bind(SocketAddr::new(ip, 0));
    socket.and_then(|s| s.local_addr()).map_err(|e| {
        PeerError::new(ErrorKind::Failed, format!("No port of {ip} can be used: {e}."))
            .next("Give an address of this machine with --listen IP:PORT.")
    })
}

/// Addresses under which others may reach a listening address: all of this machine's for an unspecified one.
fn reachable(listen: SocketAddr) -> Vec<SocketAddr> {
    if !listen.ip().is_unspecified() {
        return vec![listen];
    }
    // The address used towards the outside; nothing is sent by connecting a UDP socket.
    let outward = std::net::UdpSocket::bind("0.0.0.0:0").and_then(|s| {
        s.connect("198.51.100.1:9")?;
        s.local_addr()
    });
    let mut all: Vec<SocketAddr> =
        outward.map(|a| SocketAddr::new(a.ip(), listen.port())).into_iter().collect();
    all.push(SocketAddr::new(std::net::Ipv4Addr::LOCALHOST.into(), listen.port()));
    all
}

fn stores(home: &Home) -> Result<Vec<PathBuf>, PeerError> {
    let dir = home.hosted();
    let entries = match fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(file_error(&dir, &e)),
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|e| e.path())
        .filter(|p| p.extension().is_some_and(|x| x == "db"))
        .collect();
    paths.sort();
    Ok(paths)
}

fn open_all(home: &Home, keys: &DeviceKeys) -> Result<Vec<NodeCore>, PeerError> {
    let mut tenants = Vec::new();
    for path in stores(home)? {
        let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(workspace) = unhex(&name) else { continue };
        let store = Store::open_existing(&path, &OpenOptions::default())?;
        tenants.push(NodeCore::new(store, workspace, keys)?);
    }
    Ok(tenants)
}

fn host_new(home: &Home, keys: &DeviceKeys, workspace: &Id) -> Option<NodeCore> {
    let dir = home.hosted();
    fs::create_dir_all(&dir).ok()?;
    if stores(home).ok()?.len() >= MAX_WORKSPACES {
        return None;
    }
    let mut id = [0; 8];
    SystemHost::default().fill(&mut id);
    let path = dir.join(format!("{}.db", hex(workspace)));
    let store = Store::create(&path, StoreId(u64::from_le_bytes(id)), &OpenOptions::default()).ok()?;
    tracing::info!(workspace = %&hex(workspace)[..8], "hosting a workspace");
    NodeCore::new(store, *workspace, keys).ok()
}

#[allow(clippy::too_many_arguments, reason = "the parts of a node that live as long as it runs")]
async fn serve(
    home: Home,
    seed: zeroize::Zeroizing<[u8; 32]>,
    listen: SocketAddr,
    lan: bool,
    lock: crate::home::NetworkLock,
    mut hub: Hub<NodeCore>,
    ready: Box<dyn FnOnce(SocketAddr) + Send>,
    mut stop: oneshot::Receiver<()>,
) -> Result<(), PeerError> {
    let failed = |e: String| PeerError::new(ErrorKind::Failed, format!("The node could not be started: {e}"));
    let blobs = Blobs::open(&home.blobs()).await.map_err(failed)?;
    // A node that was killed may believe in attachments whose last bytes never reached the disk.
    hub.blobs_gone(&blobs.lacking(hub.believed_blobs()).await);
    let (net, mut inputs) = mpsc::channel::<NetIn>(NET_INPUTS);
    let service = Service::start(&seed, Some(listen), lan, blobs, net, lock).await.map_err(failed)?;
    let bound = service.endpoint().bound_sockets().first().copied().unwrap_or(listen);
    ready(bound);
    let mut tidy_at = 0;
    loop {
        if wall_ms() >= tidy_at {
            hub.tenants_mut().for_each(NodeCore::tidy);
            tidy_at = wall_ms() + TIDY_EVERY_MS;
        }
        let wait = hub.deadline().map_or(60_000, |at| (at - wall_ms()).clamp(1, 60_000));
        tokio::select! {
            _ = &mut stop => break,
            input = inputs.recv() => match input {
                Some(input) => hub.on_net(wall_ms(), input),
                None => break,
            },
            () = tokio::time::sleep(std::time::Duration::from_millis(wait.unsigned_abs())) => hub.tick(wall_ms()),
        }
    }
    hub.bye(wall_ms());
    service.close().await;
    Ok(())
}

/// One hosted workspace: items and the log, no keys, no documents.
pub struct NodeCore {
    store: Store,
    log: Log,
    membership: std::sync::Arc<tern_trust::Membership>,
    workspace: Id,
    device: Id,
    host: Box<dyn Host>,
    version: u64,
    used: u64,
}

impl std::fmt::Debug for NodeCore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeCore").field("store", &self.store).finish_non_exhaustive()
    }
}

impl NodeCore {
    /// Opens a hosted workspace.
    pub fn new(store: Store, workspace: Id, keys: &DeviceKeys) -> Result<NodeCore, PeerError> {
        NodeCore::with_host(store, workspace, keys, Box::new(SystemHost::default()))
    }

    /// As [`NodeCore::new`], with a clock and randomness of the caller's.
    pub fn with_host(
        store: Store,
        workspace: Id,
        keys: &DeviceKeys,
        host: Box<dyn Host>,
    ) -> Result<NodeCore, PeerError> {
        let mut store = store;
        let log = stored_log(&mut store, workspace)?;
        let membership = log.membership();
        let used = store.size_bytes();
        Ok(NodeCore { store, log, membership, workspace, device: keys.id(), host, version: 0, used })
    }

    /// Drops what packs have covered for so long that whoever doubted one has spoken.
    pub fn tidy(&mut self) {
        let before_ms = self.host.now_ms() - COVERED_FOR_MS;
        match self.store.write(|txn| txn.drop_covered_before(before_ms)) {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "covered items were dropped"),
            Err(error) => tracing::warn!(%error, "covered items stay"),
        }
    }

    fn take(&mut self, items: Vec<Vec<u8>>) -> Result<holdings::Admitted, PeerError> {
        let quota = holdings::Quota { bytes: DEFAULT_QUOTA_BYTES, used: self.used };
        let mut txn = self.store.begin()?;
        let mut admitted = holdings::admit(&mut txn, &mut self.log, &self.workspace, items, Some(quota))?;
        holdings::note_blobs(&mut txn, &admitted.content)?;
        let membership = self.log.membership();
        let came = std::mem::take(&mut admitted.packs);
        let packs = cover::concerned(&txn, &self.membership, &membership, came)?;
        cover::settle(&mut txn, &membership, &packs, self.host.now_ms())?;
        txn.commit()?;
        self.membership = membership;
        self.used = self.store.size_bytes();
        Ok(admitted)
    }
}

/// The log as it is on disk.
fn stored_log(store: &mut Store, workspace: Id) -> Result<Log, PeerError> {
    let (records, damaged) = store.sound_records(&Lane::LOG.0)?;
    if !damaged.is_empty() {
        let rows: Vec<i64> = damaged.iter().map(|(row, _)| *row).collect();
        tracing::warn!(?rows, "damaged records are taken out; members bring them again");
        store.write(|txn| txn.discard_damaged_items(&rows))?;
    }
    let mut log = Log::new(workspace);
    crate::core::heal::fill(
        &mut log,
        records.into_iter().filter_map(|r| Item::parse(r.bytes).ok()).collect(),
    );
    Ok(log)
}

impl Tenant for NodeCore {
    fn workspace(&self) -> Id {
        self.workspace
    }

    fn store_id(&self) -> u64 {
        self.store.id().0
    }

    fn device(&self) -> Id {
        self.device
    }

    fn replica(&self) -> CoreReplica<'_> {
        CoreReplica {
            store: &self.store,
            log: &self.log,
            membership: &self.membership,
            spaces: None,
            relay: true,
            trusted: None,
        }
    }

    fn ingest(&mut self, items: Vec<Vec<u8>>) -> (Vec<ItemResult>, bool) {
        let count = items.len();
        match self.take(items) {
            Ok(admitted) => {
                self.version += 1;
                (admitted.results, admitted.log_grew)
            }
            Err(error) => {
                tracing::error!(%error, "items could not be stored");
                // Records of the undone commit must not stay in memory.
                if let Ok(log) = stored_log(&mut self.store, self.workspace) {
                    self.membership = log.membership();
                    self.log = log;
                }
                (vec![ItemResult::Refused(Refusal::Quota); count], false)
            }
        }
    }

    fn remember(&mut self, peer: &Id, memory: PeerMemory) {
        crate::core::remember(&mut self.store, peer, memory);
    }

    fn hold(&mut self, peer: &Id, item: &Id, reason: u8) {
        let now = self.host.now_ms();
        let _ = self.store.write(|txn| txn.put_refusal(peer, item, reason, now));
    }

    fn acknowledged(&mut self, peer: &Id, row: u64) {
        crate::core::acknowledged(&mut self.store, peer, row, self.host.now_ms());
    }

    fn met(&mut self, peer: &Id, store: u64) {
        let now = self.host.now_ms();
        let _ = self.store.write(|txn| txn.meet_peer(peer, StoreId(store), now));
    }

    fn denied(&mut self, _peer: &Id) {}

    fn log_equal(&mut self) -> bool {
        false
    }

    fn missing_blobs(&self) -> Vec<Id> {
        self.store.blobs(true).map(|b| b.into_iter().map(|b| b.hash).collect()).unwrap_or_default()
    }

    fn present_blobs(&self) -> Vec<Id> {
        Vec::new()
    }

    fn stored_blobs(&self) -> Vec<Id> {
        let all = self.store.blobs(false).unwrap_or_default();
        all.into_iter().filter(|b| b.present).map(|b| b.hash).collect()
    }

    fn blobs_gone(&mut self, hashes: &[Id]) {
        crate::core::blobs_gone(&mut self.store, hashes);
    }

    fn blob_here(&mut self, hash: &Id) {
        let _ = self.store.write(|txn| txn.set_blob_present(hash, true));
    }

    fn credential(&self, _exporter: &[u8; 32]) -> Credential {
        Credential::None
    }

    fn now_ms(&self) -> i64 {
        self.host.now_ms()
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn set_connected(&mut self, _devices: BTreeSet<Id>) {}

    fn seed(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.host.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}
