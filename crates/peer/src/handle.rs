//! The handle that the window and the terminal hold.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tern_store::{AtRestKey, OpenOptions, Store};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

use crate::api::*;
use crate::core::Core;
use crate::engine::{self, Done, Msg, Slot};
use crate::files::Files;
use crate::home::{Home, NetworkLock};
use crate::host::SystemHost;
use crate::hub;
use crate::keys::{Keep, KeyState};
use crate::meeting;
use crate::net::blobs::Blobs;
use crate::net::conn::NetIn;
use crate::net::door::{self, Answer, Ask};
use crate::net::endpoint;
use crate::net::service::{Service, Target};

/// Which networks a home may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// Known addresses only (loopback alone while none is on another machine); nothing is announced. Tests, the demo and
    /// one-shot commands.
    #[default]
    Quiet,
    /// As `Quiet`, and the device key is announced on the local network (mDNS).
    Lan,
}

/// Surroundings of a home that are not its data.
#[derive(Debug, Clone, Default)]
pub struct Env {
    /// Replaces the wall clock for display and derived time (`TERN_NOW`), milliseconds since the epoch.
    pub now_ms: Option<i64>,
    /// Network use.
    pub network: Network,
    /// Opens a home whose key is kept under a passphrase.
    pub passphrase: Option<Passphrase>,
}

/// A passphrase; never printed.
#[derive(Clone)]
pub struct Passphrase(pub zeroize::Zeroizing<String>);

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

impl Env {
    pub(crate) fn passphrase(&self) -> Option<&str> {
        self.passphrase.as_ref().map(|p| p.0.as_str())
    }
}

/// Progress of a long command: what is being done, how far, of how much (0 when unknown).
pub type Progress = Arc<dyn Fn(&str, u64, u64) + Send + Sync>;

/// The runtime of all network work of this process.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        // Without threads nothing of the product can run, and nothing has been written yet.
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("tern-net")
            .enable_all()
            .build()
            .expect("the operating system gives threads")
    })
}

/// Waits for a future of the network runtime from any thread.
pub(crate) fn wait<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Option<T> {
    let (tx, rx) = std::sync::mpsc::sync_channel(1);
    runtime().spawn(async move {
        let _ = tx.send(future.await);
    });
    rx.recv().ok()
}

/// Receives the newest answer of a watched query. Dropping it ends the watch.
#[derive(Debug)]
pub struct Watch {
    slot: Arc<Slot>,
}

impl Watch {
    /// The newest answer if it changed since the last call.
    pub fn take(&mut self) -> Option<Arc<Result<View, PeerError>>> {
        self.slot.take()
    }

    /// Waits for a change.
    pub fn wait(&mut self, timeout: Duration) -> Option<Arc<Result<View, PeerError>>> {
        self.slot.wait(timeout)
    }
}

/// A home with an open workspace. Cheap to clone; the engine stops when the last handle is gone.
#[derive(Debug, Clone)]
pub struct Peer {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) home: Home,
    seed: Seed,
    env: Env,
    pub(crate) messages: mpsc::Sender<Msg>,
    net: mpsc::Sender<NetIn>,
    service: Mutex<Online>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
}

/// Whether this peer is, or may still come, online.
#[derive(Debug, Default)]
enum Online {
    /// Not yet.
    #[default]
    No,
    /// Staying connected.
    Yes(Service),
    /// Never again: it was shut down.
    Ended,
}

/// The secret that the endpoint's key is made of; never printed.
struct Seed(zeroize::Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(..)")
    }
}

pub(crate) fn stopped() -> PeerError {
    PeerError::new(ErrorKind::Failed, "The engine has stopped.")
        .safe("Everything saved is safe.")
        .next("Start Tern again; `tern check` tells whether the store is whole.")
}

impl Peer {
    /// Makes a device, a member and a workspace in an empty home.
    pub fn init(home: &Path, profile: &Profile, title: &str, env: &Env) -> Result<InitReport, PeerError> {
        crate::start::init(&Home::at(home), profile, title, env)
    }

    /// Becomes a member by ticket: through the addresses in it, or from a bundle file alone.
    pub fn join(
        home: &Path,
        ticket: &str,
        profile: &Profile,
        bundle: Option<&Path>,
        env: &Env,
    ) -> Result<JoinReport, PeerError> {
        crate::start::join(&Home::at(home), ticket, profile, bundle, env)
    }

    /// Whether `home` holds a workspace.
    pub fn exists(home: &Path) -> bool {
        Home::at(home).has_workspace()
    }

    /// Opens the workspace of a home.
    pub fn open(home: &Path, env: &Env) -> Result<Peer, PeerError> {
        let home = Home::at(home);
        home.has_store()?;
        let seed = home.unlock_seed(env.passphrase())?;
        let host = SystemHost { now_ms: env.now_ms };
        let invite = home.read_invite();
        let core = Core::open_with(
            &home.store(),
            &seed,
            invite,
            Box::new(host),
            &tern_store::OpenOptions::default(),
        )?;
        if core.invite_is_over() {
            home.forget_invite();
        }
        Ok(Peer::with_core(home, core, &seed, env))
    }

    /// Locks a home: its key opens with the passphrase alone from now on, and nothing readable is left in the store.
    /// Snapshots of before are deleted. A crash in between leaves a home that still opens.
    pub fn lock(home: &Path, passphrase: &Passphrase, env: &Env) -> Result<KeysView, PeerError> {
        let home = Home::at(home);
        let seed = home.unlock_seed(env.passphrase())?;
        let key = AtRestKey::new(*tern_trust::DeviceKeys::from_seed(&seed).at_rest_key());
        let wiped = Store::lock_at_rest(&home.store(), &OpenOptions::default(), &key)?;
        if !wiped {
            tracing::warn!(
                "another process has the store open; traces of readable text go when it is opened next"
            );
        }
        match std::fs::remove_dir_all(home.snapshots()) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(crate::home::file_error(&home.snapshots(), &e));
            }
            _ => {}
        }
        home.keep_seed(&seed, Keep::Passphrase(passphrase.0.as_str()))?;
        Ok(crate::files::keys_view(&home, Vec::new()))
    }

    /// Takes the lock away; the environment holds the passphrase.
    pub fn unlock(home: &Path, env: &Env) -> Result<KeysView, PeerError> {
        let home = Home::at(home);
        let seed = home.unlock_seed(env.passphrase())?;
        // A crash while locking leaves a sealed store whose key still lies open.
        if home.key_state() != KeyState::Passphrase && !Store::locked_at(&home.store())? {
            return Ok(crate::files::keys_view(&home, Vec::new()));
        }
        let key = AtRestKey::new(*tern_trust::DeviceKeys::from_seed(&seed).at_rest_key());
        Store::unlock_at_rest(&home.store(), &OpenOptions { at_rest: Some(key), ..OpenOptions::default() })?;
        if home.key_state() == KeyState::Passphrase {
            home.keep_seed(&seed, Keep::File)?;
        }
        Ok(crate::files::keys_view(&home, Vec::new()))
    }

    /// Keeps the device's key in the keyring of the operating system, or in a file again. A locked home is refused: its
    /// passphrase protects more.
    pub fn keep_key(home: &Path, in_keyring: bool, env: &Env) -> Result<KeysView, PeerError> {
        let home = Home::at(home);
        let (now, wanted) = match in_keyring {
            true => (KeyState::Keyring, Keep::Keyring),
            false => (KeyState::File, Keep::File),
        };
        match home.key_state() {
            KeyState::Passphrase => {
                return Err(PeerError::new(ErrorKind::Usage, "This home is locked with a passphrase.")
                    .safe("Nothing was changed.")
                    .next("Take the lock away with `tern lock off` first, or leave it: it protects the store too."));
            }
            state if state == now => {}
            _ => {
                let seed = home.unlock_seed(env.passphrase())?;
                home.keep_seed(&seed, wanted)?;
            }
        }
        Ok(crate::files::keys_view(&home, Vec::new()))
    }

    /// Whether a home opens with a passphrase alone.
    pub fn is_locked(home: &Path) -> bool {
        Home::at(home).key_state() == KeyState::Passphrase
    }

    /// Starts the engine for an open core.
    pub(crate) fn with_core(home: Home, core: Core, seed: &[u8; 32], env: &Env) -> Peer {
        let (messages, inbox) = mpsc::channel(engine::REQUESTS);
        let (net, net_in) = mpsc::channel(engine::NET_INPUTS);
        let files = Files::new(home.clone());
        let thread = std::thread::Builder::new().name("tern-engine".to_owned()).spawn(move || {
            match tokio::runtime::Builder::new_current_thread().enable_time().build() {
                Ok(runtime) => runtime.block_on(engine::run(core, files, inbox, net_in)),
                Err(error) => tracing::error!(%error, "the engine could not start"),
            }
        });
        let inner = Inner {
            home,
            seed: Seed(zeroize::Zeroizing::new(*seed)),
            env: env.clone(),
            messages,
            net,
            service: Mutex::new(Online::No),
            thread: Mutex::new(thread.ok()),
        };
        Peer { inner: Arc::new(inner) }
    }

    fn request<T: Send + 'static>(&self, make: impl FnOnce(Done<T>) -> Msg) -> Result<T, PeerError> {
        let (tx, rx) = std::sync::mpsc::sync_channel(1);
        let done: Done<T> = Box::new(move |result| {
            let _ = tx.send(result);
        });
        self.inner.messages.blocking_send(make(done)).map_err(|_| stopped())?;
        rx.recv().map_err(|_| stopped())?
    }

    /// Performs a command; returns after it is durable.
    pub fn call(&self, command: Command) -> Result<Reply, PeerError> {
        self.request(|done| Msg::Call(command, None, done))
    }

    /// As [`Peer::call`], reporting progress.
    pub fn call_with(&self, command: Command, progress: Progress) -> Result<Reply, PeerError> {
        self.request(|done| Msg::Call(command, Some(progress), done))
    }

    /// Performs a command without waiting; `done` runs on the engine's thread. When too much waits already, it is
    /// refused at once.
    pub fn send(&self, command: Command, done: Box<dyn FnOnce(Result<Reply, PeerError>) + Send>) {
        if let Err(refused) = self.inner.messages.try_send(Msg::Call(command, None, done))
            && let mpsc::error::TrySendError::Full(Msg::Call(_, _, done))
            | mpsc::error::TrySendError::Closed(Msg::Call(_, _, done)) = refused
        {
            done(Err(PeerError::new(ErrorKind::Failed, "The engine is busy or has stopped.")
                .safe("What you typed is still in the window.")
                .next("Try again in a moment.")));
        }
    }

    /// Answers a query.
    pub fn query(&self, query: Query) -> Result<View, PeerError> {
        self.request(|done| Msg::Ask(query, done))
    }

    /// Watches a query; `wake` runs (on another thread) whenever a new answer is ready.
    pub fn watch(&self, query: Query, wake: Arc<dyn Fn() + Send + Sync>) -> Watch {
        let slot = Arc::new(Slot::new(wake));
        let message = Msg::Watch(query, Arc::downgrade(&slot));
        if let Err(mpsc::error::TrySendError::Full(message)) = self.inner.messages.try_send(message) {
            let messages = self.inner.messages.clone();
            runtime().spawn(async move {
                let _ = messages.send(message).await;
            });
        }
        Watch { slot }
    }

    /// Meets known peers (or the one in `with`: any ticket with addresses), exchanges and stops.
    pub fn sync_once(
        &self,
        timeout: Duration,
        with: Option<&str>,
        progress: &Progress,
    ) -> Result<SyncReport, PeerError> {
        let running = self.service();
        if let Some(service) = running {
            return self.meet(&service, timeout, with, progress);
        }
        let Some(lock) = self.inner.home.lock_network()? else {
            let ask = Ask::Sync { timeout_ms: timeout.as_millis() as u64, with: with.map(str::to_owned) };
            return match door::ask(&self.inner.home, &ask)? {
                Answer::Synced(report) => Ok(report),
                _ => Err(stopped()),
            };
        };
        let service = self.start_service(None, wide(&self.targets(with)?), lock)?;
        let report = self.meet(&service, timeout, with, progress);
        self.close_service(service);
        report
    }

    /// Lets the engine do something with the open workspace.
    pub(crate) fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Core) -> Result<T, PeerError> + Send + 'static,
    ) -> Result<T, PeerError> {
        self.request(|done| Msg::Run(Box::new(move |core| done(core.and_then(work)))))
    }

    pub(crate) fn service(&self) -> Option<Service> {
        match &*self.inner.service.lock().unwrap_or_else(PoisonError::into_inner) {
            Online::Yes(service) => Some(service.clone()),
            Online::No | Online::Ended => None,
        }
    }

    fn start_service(
        &self,
        listen: Option<SocketAddr>,
        wide: bool,
        lock: NetworkLock,
    ) -> Result<Service, PeerError> {
        let seed = self.inner.seed.0.clone();
        let dir = self.inner.home.blobs();
        let net = self.inner.net.clone();
        let started = wait(async move {
            let blobs = Blobs::open(&dir).await?;
            Service::start(&seed, listen, wide, blobs, net, lock).await
        });
        let failed = |e: String| {
            PeerError::new(ErrorKind::Failed, format!("The network could not be opened: {e}"))
                .safe("Everything works offline.")
        };
        let service = started.ok_or_else(stopped)?.map_err(failed)?;
        let _ = self.inner.messages.blocking_send(Msg::Blobs(Some(service.blobs().clone())));
        Ok(service)
    }

    fn close_service(&self, service: Service) {
        let _ = self.inner.messages.blocking_send(Msg::Blobs(None));
        let _ = wait(async move { service.close().await });
    }

    fn targets(&self, with: Option<&str>) -> Result<Vec<Target>, PeerError> {
        let (tx, rx) = oneshot::channel();
        self.inner
            .messages
            .blocking_send(Msg::Targets(with.map(str::to_owned), tx))
            .map_err(|_| stopped())?;
        let mut targets = rx.blocking_recv().map_err(|_| stopped())??;
        targets.retain(|t| !t.addresses.is_empty());
        Ok(targets)
    }

    fn meet(
        &self,
        service: &Service,
        timeout: Duration,
        with: Option<&str>,
        progress: &Progress,
    ) -> Result<SyncReport, PeerError> {
        let targets = self.targets(with)?;
        if targets.is_empty() {
            return Err(nobody_known());
        }
        let (service, progress) = (service.clone(), progress.clone());
        let peers = wait(async move { meeting::hold_all(&service, targets, timeout, &progress).await });
        let mut peers = peers.ok_or_else(stopped)?;
        peers.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
        if peers.iter().any(|p| p.in_sync) {
            return Ok(SyncReport { peers });
        }
        Err(self.with(|core| Ok(core.stands_outside()))?.unwrap_or_else(|| none_met(&peers)))
    }

    /// Starts staying connected in the background (window, `online`); fails when another process of this home is.
    pub fn go_online(&self, listen: Option<SocketAddr>) -> Result<(), PeerError> {
        let Some(lock) = self.inner.home.lock_network_soon()? else {
            return Err(PeerError::new(
                ErrorKind::Failed,
                "Another Tern process of this home is online already.",
            )
            .safe("It exchanges what is written here too.")
            .next("Close it first if you want this one to take over."));
        };
        let lan = self.inner.env.network == Network::Lan;
        let service = self.start_service(listen, lan || wide(&self.targets(None)?), lock)?;
        let listening = endpoint::addresses(service.endpoint());
        let _ = self.inner.messages.blocking_send(Msg::Listening(listening));
        {
            let mut online = self.inner.service.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(*online, Online::Ended) {
                drop(online);
                let _ = wait(async move { service.close().await });
                return Err(stopped());
            }
            *online = Online::Yes(service.clone());
        }
        let messages = self.inner.messages.clone();
        let (home, staying) = (self.inner.home.clone(), service.clone());
        let asked = AskedBy { messages: messages.clone(), service: service.clone() };
        runtime().block_on(async move {
            if lan {
                match endpoint::announce(staying.endpoint()) {
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "the local network cannot be announced to"),
                }
            }
            let door = door::open(&home, move |ask| answer_door(asked.clone(), ask));
            match door {
                Ok(door) => staying.closes_with(door),
                Err(error) => tracing::warn!(%error, "other processes of this home cannot ask this one"),
            }
            tokio::spawn(staying.stay_connected(move || {
                let messages = messages.clone();
                async move {
                    let (tx, rx) = oneshot::channel();
                    if messages.send(Msg::Targets(None, tx)).await.is_err() {
                        return Vec::new();
                    }
                    let mut targets = rx.await.ok().and_then(Result::ok).unwrap_or_default();
                    targets.retain(|t| lan || !t.addresses.is_empty());
                    targets
                }
            }));
        });
        Ok(())
    }

    /// Waits for everything pending to be durable and closes connections.
    pub fn shutdown(&self) {
        if self.service().is_some() {
            let _ = self.inner.messages.blocking_send(Msg::Listening(Vec::new()));
        }
        let (tx, rx) = oneshot::channel();
        if self.inner.messages.blocking_send(Msg::Stop(tx)).is_ok() {
            let _ = rx.blocking_recv();
        }
        let mut online = self.inner.service.lock().unwrap_or_else(PoisonError::into_inner);
        let was = std::mem::replace(&mut *online, Online::Ended);
        drop(online);
        if let Online::Yes(service) = was {
            // Before the network is free: afterwards the socket may be another process's.
            let _ = std::fs::remove_file(self.inner.home.socket());
            let _ = wait(async move { service.close().await });
        }
        let thread = self.inner.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

#[derive(Clone)]
struct AskedBy {
    messages: mpsc::Sender<Msg>,
    service: Service,
}

/// Answers another process of this home.
async fn answer_door(by: AskedBy, ask: Ask) -> Answer {
    let failed = |text: String| Answer::Failed(PeerError::new(ErrorKind::Failed, text));
    match ask {
        Ask::Sync { timeout_ms, with } => {
            let (tx, rx) = oneshot::channel();
            if by.messages.send(Msg::Targets(with, tx)).await.is_err() {
                return failed("The engine has stopped.".to_owned());
            }
            let targets = match rx.await {
                Ok(Ok(mut targets)) => {
                    targets.retain(|t: &Target| !t.addresses.is_empty());
                    targets
                }
                Ok(Err(error)) => return Answer::Failed(error),
                Err(_) => return failed("The engine has stopped.".to_owned()),
            };
            if targets.is_empty() {
                return Answer::Failed(nobody_known());
            }
            let timeout = Duration::from_millis(timeout_ms);
            let peers = meeting::hold_all(&by.service, targets, timeout, &crate::start::quiet()).await;
            if peers.iter().any(|p| p.in_sync) {
                Answer::Synced(SyncReport { peers })
            } else {
                Answer::Failed(none_met(&peers))
            }
        }
        Ask::LinkOffer => {
            crate::devices::offer(&by.messages, &by.service).await.map_or_else(Answer::Failed, Answer::Ticket)
        }
        Ask::LinkState => Answer::Link(by.service.desk().state()),
        Ask::LinkDecide(accept) => crate::devices::decide(&by.messages, &by.service, accept)
            .await
            .map_or_else(Answer::Failed, |()| Answer::Done),
        Ask::Connected => {
            let (tx, rx) = oneshot::channel();
            let done: Done<View> = Box::new(move |view| {
                let _ = tx.send(view);
            });
            if by.messages.send(Msg::Ask(Query::Status, done)).await.is_err() {
                return failed("The engine has stopped.".to_owned());
            }
            match rx.await {
                Ok(Ok(View::Status(status))) => {
                    let connected = status.peers.iter().filter(|p| p.connected);
                    Answer::Connected(connected.filter_map(|p| crate::core::unhex(&p.id)).collect())
                }
                _ => failed("The engine did not say who is connected.".to_owned()),
            }
        }
        Ask::BlobAdd(path) => match tokio::fs::read(&path).await {
            Ok(bytes) => by.service.blobs().add(bytes).await.map_or_else(failed, Answer::Blob),
            Err(e) => failed(e.to_string()),
        },
        Ask::BlobGet(hash, path) => match by.service.blobs().get(&hash).await {
            Ok(bytes) => tokio::fs::write(&path, bytes)
                .await
                .map_or_else(|e| failed(e.to_string()), |()| Answer::Blob(hash)),
            Err(e) => failed(e),
        },
    }
}

/// Whether somebody to be met is on another machine.
fn wide(targets: &[Target]) -> bool {
    endpoint::beyond_loopback(targets.iter().flat_map(|target| &target.addresses))
}

fn nobody_known() -> PeerError {
    PeerError::new(ErrorKind::Unreachable, "No other machine of this workspace is known yet.")
        .safe("Everything is saved on this laptop.")
        .next("Add a node with `tern relay add TICKET`, or meet somebody with `tern sync --with TICKET`.")
}

fn none_met(peers: &[SyncPeer]) -> PeerError {
    let list: Vec<String> = peers.iter().map(|p| format!("{}: {}", p.name, p.problem)).collect();
    let list = list.join(" ");
    if peers.iter().any(|p| p.problem == meeting::FULL) {
        return PeerError::new(ErrorKind::Unreachable, format!("Nobody who was met has everything. {list}"))
            .safe("Everything is saved on this laptop and goes out once there is room.")
            .next("Whoever runs the node can give it more with `tern node quota`; then `tern sync` again.");
    }
    if peers.iter().any(|p| [hub::UPDATE_HERE, hub::UPDATE_THERE].contains(&p.problem.as_str())) {
        return PeerError::new(
            ErrorKind::Unreachable,
            format!("Pages could be exchanged with nobody. {list}"),
        )
        .safe("Everything is saved on this laptop and goes out at the next meeting after the update.")
        .next("Put the newest Tern where the update is needed; then `tern sync` again.");
    }
    PeerError::new(ErrorKind::Unreachable, format!("No peer could be met. {list}"))
        .safe("Everything is saved on this laptop and goes out at the next meeting.")
        .next("Check that the node or the other laptop is running, then `tern sync` again.")
}

/// The platform's default home.
pub fn default_home() -> PathBuf {
    crate::home::default_home()
}
