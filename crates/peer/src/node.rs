//! The blind node: stores and forwards what it cannot read. It holds a device key for the network and nothing else.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tern_store::{OpenOptions, Store, StoreId};
use tern_trust::ticket::{Address, NodeTicket};
use tern_trust::{DeviceKeys, Id};
use tokio::sync::{mpsc, oneshot};

use crate::api::{ErrorKind, PeerError};
use crate::core::{hex, unhex};
use crate::engine::NET_INPUTS;
use crate::handle::{Env, Network, runtime};
use crate::home::{Home, file_error};
use crate::host::{Host, SystemHost, wall_ms};
use crate::hub::Hub;
use crate::net::blobs::Blobs;
use crate::net::conn::NetIn;
use crate::net::service::Service;

mod backup;
mod quota;
pub(crate) mod room;
mod settings;
mod tenant;

pub use backup::NodeBackupView;
pub use quota::{QuotaChange, QuotaView, QuotasView};
pub use room::{DEFAULT_QUOTA_BYTES, LANES_PER_MEMBER, LOG_RESERVE_BYTES, Quota, RoomUse};
pub use tenant::NodeCore;

use settings::Settings;

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
    /// Bytes that count: items and attachments.
    pub used_bytes: u64,
    /// Bytes that it may take.
    pub quota_bytes: u64,
    /// Items that it may take, where the operator says so.
    pub quota_items: Option<u64>,
    /// It refuses content for lack of room.
    pub full: bool,
}

/// How often a node looks for what it may drop.
const TIDY_EVERY_MS: i64 = 3_600_000;
/// How often it looks whether the operator gave a workspace other room.
const LOOK_EVERY_MS: i64 = 2_000;
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
        Settings::new(&secret, listen).write(&home)?;
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
        let tenants = open_all(&home, &keys, &settings)?;
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
            let quota = settings.quota(&unhex(&id).unwrap_or_default());
            let room = RoomUse::of(&store)?;
            workspaces.push(HostedView {
                id,
                items,
                bytes: store.size_bytes(),
                used_bytes: room.bytes,
                quota_bytes: quota.bytes,
                quota_items: quota.items,
                full: room.full,
            });
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

fn open_all(home: &Home, keys: &DeviceKeys, settings: &Settings) -> Result<Vec<NodeCore>, PeerError> {
    let mut tenants = Vec::new();
    for path in stores(home)? {
        let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(workspace) = unhex(&name) else { continue };
        let store = Store::open_existing(&path, &OpenOptions::default())?;
        let mut core = NodeCore::new(store, workspace, keys)?;
        core.set_quota(settings.quota(&workspace));
        tenants.push(core);
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
    let mut core = NodeCore::new(store, *workspace, keys).ok()?;
    core.set_quota(Settings::read(home).ok()?.quota(workspace));
    Some(core)
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
    let (mut tidy_at, mut look_at) = (0, 0);
    loop {
        if wall_ms() >= look_at {
            look_at = wall_ms() + LOOK_EVERY_MS;
            quota::apply(&home, &mut hub);
        }
        if wall_ms() >= tidy_at {
            for tenant in hub.tenants_mut() {
                tenant.tidy();
            }
            tidy_at = wall_ms() + TIDY_EVERY_MS;
        }
        // However much comes in, what is due is done.
        if hub.deadline().is_some_and(|at| at <= wall_ms()) {
            hub.tick(wall_ms());
        }
        let wait = hub.deadline().map_or(LOOK_EVERY_MS, |at| (at - wall_ms()).clamp(1, LOOK_EVERY_MS));
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
