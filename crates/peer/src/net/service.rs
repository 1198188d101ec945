//! The network of a home while a process owns it: endpoint, accept loop, dialling, staying connected.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use iroh::Endpoint;
use iroh::endpoint::{Connection, IncomingAddr};
use tokio::sync::{Semaphore, mpsc, watch};

use super::blobs::Blobs;
use super::conn::{self, ConnId, Gate, NetIn, Opened};
use super::endpoint::{self, ALPN, CLOSE_TIMEOUT, CLOSE_UNANSWERED_TIMEOUT, DIAL_TIMEOUT};
use super::handshakes::Handshakes;
use super::queue::out_queue;
use super::{News, Purpose, link, recover};
use crate::home::NetworkLock;

/// Label of the exporter that binds a session to its connection.
const EXPORTER_LABEL: &[u8] = tern_sync::hello::EXPORTER_LABEL;
/// Conversations about linking or recovery that may be under way at once, of each kind.
pub const MAX_SIDE_TALKS: usize = 16;
/// First and longest pause before a dead peer is dialled again.
const REDIAL_MS: (u64, u64) = (500, 30_000);

/// A connection that is there for so long is no failed one, whatever came of it.
const STANDS: Duration = Duration::from_secs(60);

/// When a peer is dialled again.
#[derive(Debug)]
struct Redial {
    /// The longest pause after the next dial: doubled with each, until a connection stands.
    pause_ms: u64,
    dialled: Instant,
    due: Instant,
}

impl Redial {
    fn new(now: Instant) -> Redial {
        Redial { pause_ms: REDIAL_MS.0, dialled: now, due: now }
    }

    /// A connection is there; `equal` once both sides hold the same.
    fn is_connected(&mut self, now: Instant, equal: bool) {
        if equal || now - self.dialled > STANDS {
            self.pause_ms = REDIAL_MS.0;
        }
    }

    /// It is dialled, whether it answers or not: what ends before it stands has failed.
    fn dial(&mut self, now: Instant, device: &[u8; 32]) {
        self.dialled = now;
        self.due = now + Duration::from_millis(jitter(self.pause_ms, device));
        self.pause_ms = (self.pause_ms * 2).min(REDIAL_MS.1);
    }
}

/// A connection that stands.
#[derive(Debug)]
struct Standing {
    id: ConnId,
    dialled: bool,
    news: watch::Receiver<News>,
    conn: Connection,
}

/// A device to dial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its key.
    pub device: [u8; 32],
    /// Where it may be.
    pub addresses: Vec<SocketAddr>,
    /// What for.
    pub purpose: Purpose,
    /// What people call it.
    pub name: String,
}

/// The network while this process owns it.
#[derive(Debug, Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    endpoint: Endpoint,
    blobs: Blobs,
    engine: mpsc::Sender<NetIn>,
    next: AtomicU64,
    /// The one connection to each peer.
    peers: Mutex<BTreeMap<[u8; 32], Standing>>,
    desk: link::Desk,
    /// Conversations about linking, and about recovery.
    side_talks: [Semaphore; 2],
    held: Mutex<Held>,
    /// Whether somebody who was dialled did not answer.
    unanswered: AtomicBool,
}

/// A dial that is under way; unanswered unless it is said to be answered.
struct Dialling<'a> {
    unanswered: &'a AtomicBool,
    answered: bool,
}

impl Drop for Dialling<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.unanswered.store(true, Ordering::Relaxed);
        }
    }
}

/// What the owner of a home's network holds until the service closes: tasks that end later must not keep it.
#[derive(Debug)]
struct Held {
    lock: Option<NetworkLock>,
    door: Option<tokio::task::JoinHandle<()>>,
}

impl Service {
    /// Binds the endpoint ([`endpoint::bind`]) and begins to accept.
    pub async fn start(
        seed: &[u8; 32],
        listen: Option<SocketAddr>,
        wide: bool,
        blobs: Blobs,
        engine: mpsc::Sender<NetIn>,
        lock: NetworkLock,
    ) -> Result<Service, String> {
        let secret = tern_trust::DeviceKeys::from_seed(seed).secret_key().clone();
        let endpoint = endpoint::bind(secret, listen, wide).await?;
        let inner = Inner {
            endpoint,
            blobs,
            engine,
            next: AtomicU64::new(1),
            peers: Mutex::new(BTreeMap::new()),
            desk: link::Desk::default(),
            side_talks: [Semaphore::new(MAX_SIDE_TALKS), Semaphore::new(MAX_SIDE_TALKS)],
            held: Mutex::new(Held { lock: Some(lock), door: None }),
            unanswered: AtomicBool::new(false),
        };
        let service = Service { inner: Arc::new(inner) };
        tokio::spawn(service.clone().accept());
        Ok(service)
    }

    /// Closes the door, by which other processes of the home ask this one, together with the service.
    pub fn closes_with(&self, door: tokio::task::JoinHandle<()>) {
        self.inner.held.lock().unwrap_or_else(PoisonError::into_inner).door = Some(door);
    }

    /// The endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
    }

    /// The attachments.
    pub fn blobs(&self) -> &Blobs {
        &self.inner.blobs
    }

    async fn accept(self) {
        let door = Handshakes::default();
        while let Some(incoming) = self.inner.endpoint.accept().await {
            let IncomingAddr::Ip(from) = incoming.remote_addr() else {
                incoming.refuse();
                continue;
            };
            if door.is_crowded() && !incoming.remote_addr_validated() {
                // Its address may be another's. Who is there comes again with what it is told now.
                let _ = incoming.retry();
                continue;
            }
            let Some(mut turn) = door.enter(from.ip()) else {
                incoming.refuse();
                continue;
            };
            let service = self.clone();
            tokio::spawn(async move {
                let connecting = async {
                    turn.wait().await;
                    incoming.await
                };
                let connected = tokio::time::timeout(DIAL_TIMEOUT, connecting).await;
                drop(turn);
                if let Ok(Ok(conn)) = connected {
                    service.welcome(conn).await;
                }
            });
        }
    }

    /// Lets a connection speak the protocol that it was opened for.
    async fn welcome(&self, conn: Connection) {
        let mut exporter = [0; 32];
        let bound = conn.export_keying_material(&mut exporter, EXPORTER_LABEL, b"").is_ok();
        let [links, recoveries] = &self.inner.side_talks;
        match conn.alpn() {
            endpoint::ALPN => {
                self.run(conn, false, Purpose::Meet);
            }
            link::LINK_ALPN if bound => match links.try_acquire() {
                Ok(_place) => self.inner.desk.answer(conn, exporter).await,
                Err(_) => conn.close(0u32.into(), b"busy"),
            },
            recover::RECOVER_ALPN if bound => match recoveries.try_acquire() {
                Ok(_place) => recover::answer(conn, exporter, &self.inner.engine).await,
                Err(_) => conn.close(0u32.into(), b"busy"),
            },
            _ => conn.close(0u32.into(), b"unknown protocol"),
        }
    }

    /// Where this process offers to link a device.
    pub fn desk(&self) -> &link::Desk {
        &self.inner.desk
    }

    /// Dials unless a connection stands; gives its news.
    pub async fn dial(&self, target: &Target) -> Result<watch::Receiver<News>, String> {
        if let Some(news) = self.news_of(&target.device) {
            return Ok(news);
        }
        let address = endpoint::address_of(&target.device, &target.addresses)?;
        let mut dialling = Dialling { unanswered: &self.inner.unanswered, answered: false };
        let connecting = self.inner.endpoint.connect(address, ALPN);
        let conn = match tokio::time::timeout(DIAL_TIMEOUT, connecting).await {
            Ok(Ok(conn)) => conn,
            Ok(Err(e)) => return Err(format!("It did not answer: {e}.")),
            Err(_) => return Err(format!("It did not answer within {} s.", DIAL_TIMEOUT.as_secs())),
        };
        dialling.answered = true;
        Ok(self.run(conn, true, target.purpose.clone()))
    }

    /// News of the connection that stands to a peer.
    pub fn news_of(&self, device: &[u8; 32]) -> Option<watch::Receiver<News>> {
        let peers = self.inner.peers.lock().unwrap_or_else(PoisonError::into_inner);
        peers.get(device).filter(|p| p.news.borrow().closed.is_none()).map(|p| p.news.clone())
    }

    /// Registers a connection and lets it run. Of two with one peer, the one dialled by the lower key stays.
    fn run(&self, conn: Connection, dialled: bool, purpose: Purpose) -> watch::Receiver<News> {
        let remote = *conn.remote_id().as_bytes();
        let id = self.inner.next.fetch_add(1, Ordering::Relaxed);
        let (news_tx, news) = watch::channel(News::default());
        {
            let mut peers = self.inner.peers.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(old) = peers.get(&remote)
                && old.news.borrow().closed.is_none()
            {
                // A second one from the same side means that the first is dead for that side.
                let lower_dials = *self.inner.endpoint.id().as_bytes() < remote;
                if old.dialled != dialled && dialled != lower_dials {
                    conn.close(0u32.into(), b"one connection");
                    return old.news.clone();
                }
                old.conn.close(0u32.into(), b"one connection");
            }
            peers.insert(remote, Standing { id, dialled, news: news.clone(), conn: conn.clone() });
        }
        let mut exporter = [0; 32];
        if conn.export_keying_material(&mut exporter, EXPORTER_LABEL, b"").is_err() {
            conn.close(0u32.into(), b"no exporter");
            news_tx.send_modify(|n| n.closed = Some("The channel could not be bound.".to_owned()));
            return news;
        }
        let (out, out_rx) = out_queue();
        let (gate, gate_rx) = watch::channel(Gate::SHUT);
        let opened = Opened { conn: id, remote, dialled, exporter, purpose, out, gate, news: news_tx };
        let service = self.clone();
        tokio::spawn(async move {
            let engine = service.inner.engine.clone();
            if engine.send(NetIn::Open(opened)).await.is_ok() {
                let blobs = Some(service.inner.blobs.clone());
                conn::drive(conn, id, dialled, engine, out_rx, gate_rx, blobs).await;
            }
            let mut peers = service.inner.peers.lock().unwrap_or_else(PoisonError::into_inner);
            if peers.get(&remote).is_some_and(|p| p.id == id) {
                peers.remove(&remote);
            }
        });
        news
    }

    /// Keeps dialling what `targets` names until the service closes.
    pub async fn stay_connected<F, Fut>(self, targets: F)
    where
        F: Fn() -> Fut + Send,
        Fut: Future<Output = Vec<Target>> + Send,
    {
        let mut waits: BTreeMap<[u8; 32], Redial> = BTreeMap::new();
        while !self.inner.endpoint.is_closed() {
            let now = Instant::now();
            for target in targets().await {
                let wait = waits.entry(target.device).or_insert_with(|| Redial::new(now));
                if let Some(news) = self.news_of(&target.device) {
                    wait.is_connected(now, news.borrow().in_sync);
                } else if wait.due <= now {
                    wait.dial(now, &target.device);
                    let _ = self.dial(&target).await;
                }
            }
            tokio::time::sleep(Duration::from_millis(REDIAL_MS.0)).await;
        }
    }

    /// Closes everything; waits no longer than [`CLOSE_TIMEOUT`] for the other side. Another owner of the home's network,
    /// in this process too, can begin afterwards.
    pub async fn close(&self) {
        let (lock, door) = {
            let mut held = self.inner.held.lock().unwrap_or_else(PoisonError::into_inner);
            (held.lock.take(), held.door.take())
        };
        if let Some(door) = door {
            door.abort();
        }
        let unanswered = self.inner.unanswered.load(Ordering::Relaxed);
        let most = if unanswered { CLOSE_UNANSWERED_TIMEOUT } else { CLOSE_TIMEOUT };
        let _ = tokio::time::timeout(most, self.inner.endpoint.close()).await;
        self.inner.blobs.close().await;
        drop(lock);
    }
}

/// Between half and the whole of `pause_ms`, different for each pair of peer and moment.
fn jitter(pause_ms: u64, device: &[u8; 32]) -> u64 {
    let mut bytes = [0; 8];
    let _ = getrandom::fill(&mut bytes);
    let random = u64::from_le_bytes(bytes) ^ u64::from(device[0]);
    pause_ms / 2 + random % (pause_ms / 2 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_before_it_stands_is_dialled_less_and_less() {
        let (start, device) = (Instant::now(), [7; 32]);
        let mut redial = Redial::new(start);
        let mut now = start;
        let mut pauses = Vec::new();
        for _ in 0..10 {
            redial.dial(now, &device);
            redial.is_connected(now, false);
            pauses.push(redial.due - now);
            now = redial.due;
        }
        let (least, most) = (Duration::from_millis(REDIAL_MS.0), Duration::from_millis(REDIAL_MS.1));
        assert!(pauses[0] <= least, "{pauses:?}");
        assert!(pauses[9] >= most / 2 && pauses[9] <= most, "{pauses:?}");
        // Once both hold the same, or a connection was there for long, the next pause is short again.
        for (later, equal) in [(Duration::ZERO, true), (STANDS * 2, false)] {
            redial.is_connected(redial.dialled + later, equal);
            redial.dial(now, &device);
            assert!(redial.due - now <= least);
            redial.dial(now, &device);
        }
    }
}
