//! The handle that the window and the terminal hold.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::api::*;

/// Which networks a home may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Network {
    /// Loopback and the addresses in tickets only; nothing is announced. Tests, the demo and one-shot commands.
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
}

/// Progress of a long command: what is being done, how far, of how much (0 when unknown).
pub type Progress = Arc<dyn Fn(&str, u64, u64) + Send + Sync>;

/// Receives the newest answer of a watched query.
#[derive(Debug)]
pub struct Watch {}

impl Watch {
    /// The newest answer if it changed since the last call.
    pub fn take(&mut self) -> Option<Arc<Result<View, PeerError>>> {
        unimplemented!()
    }
    /// Waits for a change.
    pub fn wait(&mut self, _timeout: Duration) -> Option<Arc<Result<View, PeerError>>> {
        unimplemented!()
    }
}

/// A home with an open workspace. Cheap to clone; the engine stops when the last handle is gone.
#[derive(Debug, Clone)]
pub struct Peer {}

impl Peer {
    /// Makes a device, a member and a workspace in an empty home.
    pub fn init(_home: &Path, _profile: &Profile, _title: &str, _env: &Env) -> Result<InitReport, PeerError> {
        unimplemented!()
    }
    /// Becomes a member by ticket: through the addresses in it, or from a bundle file alone.
    pub fn join(
        _home: &Path,
        _ticket: &str,
        _profile: &Profile,
        _bundle: Option<&Path>,
        _env: &Env,
    ) -> Result<JoinReport, PeerError> {
        unimplemented!()
    }
    /// Whether `home` holds a workspace.
    pub fn exists(_home: &Path) -> bool {
        unimplemented!()
    }
    /// Opens the workspace of a home.
    pub fn open(_home: &Path, _env: &Env) -> Result<Peer, PeerError> {
        unimplemented!()
    }
    /// Performs a command; returns after it is durable.
    pub fn call(&self, _command: Command) -> Result<Reply, PeerError> {
        unimplemented!()
    }
    /// As [`Peer::call`], reporting progress.
    pub fn call_with(&self, _command: Command, _progress: Progress) -> Result<Reply, PeerError> {
        unimplemented!()
    }
    /// Performs a command without waiting; `done` runs on the engine's thread.
    pub fn send(&self, _command: Command, _done: Box<dyn FnOnce(Result<Reply, PeerError>) + Send>) {
        unimplemented!()
    }
    /// Answers a query.
    pub fn query(&self, _query: Query) -> Result<View, PeerError> {
        unimplemented!()
    }
    /// Watches a query; `wake` runs (on another thread) whenever a new answer is ready.
    pub fn watch(&self, _query: Query, _wake: Arc<dyn Fn() + Send + Sync>) -> Watch {
        unimplemented!()
    }
    /// Meets known peers (or the one in `with`: any ticket with addresses), exchanges and stops.
    pub fn sync_once(
        &self,
        _timeout: Duration,
        _with: Option<&str>,
        _progress: Progress,
    ) -> Result<SyncReport, PeerError> {
        unimplemented!()
    }
    /// Starts staying connected in the background (window, `online`); fails when another process of this home is.
    pub fn go_online(&self, _listen: Option<SocketAddr>) -> Result<(), PeerError> {
        unimplemented!()
    }
    /// Waits for everything pending to be durable and closes connections.
    pub fn shutdown(&self) {
        unimplemented!()
    }
}

/// The blind node of a home.
#[derive(Debug)]
pub struct Node {}

/// State of a node.
#[derive(Debug, Clone, serde::Serialize)]
pub struct NodeView {
    /// Ticket that tells a workspace to use it.
    pub ticket: String,
    /// Device key, hex.
    pub device: String,
    /// Whether a process is running it.
    pub running: bool,
    /// Where it listens.
    pub listen: String,
    /// Hosted workspaces: id, items, bytes.
    pub workspaces: Vec<HostedView>,
}

/// One hosted workspace.
#[derive(Debug, Clone, serde::Serialize)]
pub struct HostedView {
    /// Workspace id, hex.
    pub id: String,
    /// Items stored.
    pub items: u64,
    /// Bytes of these items.
    pub bytes: u64,
}

impl Node {
    /// Makes a node in an empty home.
    pub fn init(_home: &Path, _listen: Option<SocketAddr>) -> Result<NodeView, PeerError> {
        unimplemented!()
    }
    /// Runs until `stop` completes; calls `ready` with the address once it listens.
    pub fn run(
        _home: &Path,
        _listen: Option<SocketAddr>,
        _env: &Env,
        _ready: Box<dyn FnOnce(SocketAddr) + Send>,
        _stop: tokio::sync::oneshot::Receiver<()>,
    ) -> Result<(), PeerError> {
        unimplemented!()
    }
    /// What it holds.
    pub fn status(_home: &Path) -> Result<NodeView, PeerError> {
        unimplemented!()
    }
}

/// The platform's default home.
pub fn default_home() -> PathBuf {
    unimplemented!()
}
