//! One laptop's network on real loopback without an engine behind it: which connections stand, and who dialled them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, anyhow};
use tern_peer::home::Home;
use tern_peer::net::Purpose;
use tern_peer::net::blobs::Blobs;
use tern_peer::net::conn::{Gate, NetIn, Opened};
use tern_peer::net::service::{Service, Target};
use tern_trust::DeviceKeys;
use tokio::sync::{mpsc, watch};

/// A laptop that is awake.
#[derive(Debug)]
pub struct Awake {
    /// Its network.
    pub service: Service,
    /// How others reach it.
    pub target: Target,
    /// Of each connection that stands, whether this side dialled it.
    pub standing: watch::Receiver<Vec<bool>>,
    opened: Arc<Mutex<BTreeMap<u64, Opened>>>,
}

impl Awake {
    /// Wakes in an empty folder, with the device key of this seed.
    pub async fn at(dir: &Path, seed: [u8; 32]) -> Result<Awake> {
        let home = Home::at(dir);
        home.create()?;
        let lock = home.lock_network()?.ok_or_else(|| anyhow!("somebody owns the network"))?;
        let blobs = Blobs::open(&home.blobs()).await.map_err(|e| anyhow!(e))?;
        let (net, mut inputs) = mpsc::channel(512);
        let service = Service::start(&seed, None, false, blobs, net, lock).await.map_err(|e| anyhow!(e))?;
        let address: SocketAddr =
            *service.endpoint().bound_sockets().first().ok_or_else(|| anyhow!("not bound"))?;
        let device = DeviceKeys::from_seed(&seed).id();
        let target =
            Target { device, addresses: vec![address], purpose: Purpose::Meet, name: "the other".to_owned() };
        let opened: Arc<Mutex<BTreeMap<u64, Opened>>> = Arc::default();
        let (tell, standing) = watch::channel(Vec::new());
        let held = opened.clone();
        tokio::spawn(async move {
            while let Some(input) = inputs.recv().await {
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                match input {
                    NetIn::Open(connection) => drop(held.insert(connection.conn, connection)),
                    NetIn::Lost { conn } => drop(held.remove(&conn)),
                    _ => {}
                }
                tell.send_replace(held.values().map(|connection| connection.dialled).collect());
            }
        });
        Ok(Awake { service, target, standing, opened })
    }

    /// Ends every connection.
    pub fn hang_up(&self) {
        for connection in self.opened.lock().unwrap_or_else(PoisonError::into_inner).values() {
            connection.gate.send_replace(Gate::GONE);
        }
    }
}
