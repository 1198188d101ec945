//! A node's door on real loopback, with what stands at it: for tests of who may come in and what that costs.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow};
use tern_peer::home::Home;
use tern_peer::hub::{Hub, Tenant as _};
use tern_peer::net::blobs::Blobs;
use tern_peer::net::conn::NetIn;
use tern_peer::net::service::Service;
use tern_peer::node::NodeCore;
use tern_store::{OpenOptions, Store, StoreId};
use tern_trust::derive::Dice;
use tern_trust::log::{Founding, found_workspace};
use tern_trust::{DeviceKeys, Id};
use tokio::sync::{mpsc, oneshot, watch};

/// Connections that stand, and those of strangers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Now: all, strangers.
    pub now: (usize, usize),
    /// At most so far.
    pub most: (usize, usize),
    /// Connections that came.
    pub came: usize,
}

/// A node that hosts one workspace and listens on loopback.
#[derive(Debug)]
pub struct Door {
    /// The node's device key.
    pub device: Id,
    /// Where it listens.
    pub address: SocketAddr,
    /// The workspace.
    pub workspace: Id,
    /// The founder's device: a member.
    pub member: DeviceKeys,
    /// What stands at the door.
    pub load: watch::Receiver<Load>,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<()>,
}

fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Door {
    /// Opens it in an empty folder.
    pub async fn open(dir: &Path) -> Result<Door> {
        let (seed, member) = ([41; 32], DeviceKeys::from_seed(&[42; 32]));
        let founding = Founding { keys: &member, recovery: None, day: 20_000, incarnation: 1 };
        let founded = found_workspace(&founding, &mut Dice::new([43; 32]))?;
        let workspace = *founded.log.workspace();
        let store = Store::create(&dir.join("hosted.db"), StoreId(44), &OpenOptions::default())?;
        let keys = DeviceKeys::from_seed(&seed);
        let mut core = NodeCore::new(store, workspace, &keys)?;
        core.ingest(founded.log.items().map(|item| item.bytes().to_vec()).collect());
        let mut hub = Hub::node(vec![core], [45; 32], Box::new(|_| None));
        let home = Home::at(&dir.join("home"));
        home.create()?;
        let lock = home.lock_network()?.ok_or_else(|| anyhow!("somebody owns the network"))?;
        let blobs = Blobs::open(&home.blobs()).await.map_err(|e| anyhow!(e))?;
        let (net, mut inputs) = mpsc::channel(512);
        let service = Service::start(&seed, None, false, blobs, net, lock).await.map_err(|e| anyhow!(e))?;
        let address = *service.endpoint().bound_sockets().first().ok_or_else(|| anyhow!("not bound"))?;
        let (stop, mut stopped) = oneshot::channel();
        let (tell, load) = watch::channel(Load::default());
        let ended = tokio::spawn(async move {
            loop {
                let wait = hub.deadline().map_or(60_000, |at| (at - wall_ms()).clamp(1, 60_000));
                let wait = std::time::Duration::from_millis(wait.unsigned_abs());
                let input = tokio::select! {
                    _ = &mut stopped => break,
                    input = tokio::time::timeout(wait, inputs.recv()) => input,
                };
                let came = usize::from(matches!(&input, Ok(Some(NetIn::Open(_)))));
                match input {
                    Ok(Some(input)) => hub.on_net(wall_ms(), input),
                    Ok(None) => break,
                    // The hub's own timer.
                    Err(_) => hub.tick(wall_ms()),
                }
                let now = hub.load();
                tell.send_modify(|load| {
                    load.now = now;
                    load.most = (load.most.0.max(now.0), load.most.1.max(now.1));
                    load.came += came;
                });
            }
            service.close().await;
        });
        Ok(Door { device: keys.id(), address, workspace, member, load, stop, ended })
    }

    /// Closes it.
    pub async fn close(self) -> Result<()> {
        let _ = self.stop.send(());
        Ok(self.ended.await?)
    }
}
