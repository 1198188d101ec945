//! The seam between the window and the engine. The window asks through [`Backend`]; tests answer with canned views.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tern_peer::{
    AdoptView, BackupsView, Command, CompareView, Env, InitReport, JoinReport, LinkState, Passphrase, Peer,
    PeerError, Profile, Progress, Query, Recovering, Reply, View, Watch,
};

use super::clipboard::{Clipboard, Desktop};
pub use super::secret::Secret;

/// A shared answer to a watched query.
pub type Answer = Arc<Result<View, PeerError>>;
/// Called on any thread when an answer is ready.
pub type Wake = Arc<dyn Fn() + Send + Sync>;
/// Receives the outcome of a command on any thread.
pub type Done = Box<dyn FnOnce(Result<Reply, PeerError>) + Send>;

/// Receives the outcome of something else on any thread.
pub type Told<T> = Box<dyn FnOnce(Result<T, PeerError>) + Send>;

/// A query that is being watched; dropping it ends that.
pub trait Watched {
    /// The newest answer if it changed since the last call.
    fn take(&mut self) -> Option<Answer>;
}

/// An open workspace. No call blocks.
pub trait Backend {
    /// Watches a query.
    fn watch(&self, query: Query, wake: Wake) -> Box<dyn Watched>;
    /// Performs a command.
    fn send(&self, command: Command, done: Done);
    /// Starts staying connected; says how that went.
    fn go_online(&self, done: Told<()>);
    /// Makes a ticket for another device of one's own.
    fn link_start(&self, done: Told<Secret>);
    /// Says how the linking stands.
    fn link_state(&self, done: Told<LinkState>);
    /// Answers whether the device that came may act as oneself.
    fn link_answer(&self, accept: bool, done: Told<()>);
    /// Does something about backups.
    fn backups(&self, step: BackupStep, done: Told<BackupAnswer>);
    /// Says whether recovery words work.
    fn drill(&self, words: Secret, done: Told<String>);
    /// Waits until everything sent is durable. Called once, when the window closes.
    fn shutdown(&self);
}

/// What is done about backups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackupStep {
    /// Looks which there are.
    List,
    /// Takes one.
    Take,
    /// Looks what one holds beside what is here.
    Compare(String),
    /// Takes in what it holds and is missing here.
    Adopt(String),
}

/// What came of a step about backups.
#[derive(Debug, Clone)]
pub enum BackupAnswer {
    /// Those that there are.
    List(BackupsView),
    /// One beside what is here.
    Compared(CompareView),
    /// What was taken in.
    Taken(AdoptView),
}

/// What brings a workspace back to an empty home.
#[derive(Debug, Clone)]
pub struct Recovery {
    /// Ticket of the node.
    pub ticket: Secret,
    /// Recovery words.
    pub words: Secret,
    /// Start of the workspace's id, where the words belong to several.
    pub workspace: Option<String>,
    /// Other devices of the member are not removed.
    pub keep_devices: bool,
    /// A laptop that removed the words is put out.
    pub take_back: bool,
}

/// A home that may not hold a workspace yet. Calls may take long and are made from a worker thread.
pub trait Home: Send + Sync {
    /// Whether there is a workspace.
    fn exists(&self) -> bool;
    /// Makes a workspace.
    fn make(&self, profile: &Profile, title: &str) -> Result<InitReport, PeerError>;
    /// Joins one.
    fn join(&self, profile: &Profile, ticket: &str) -> Result<JoinReport, PeerError>;
    /// Makes this a further device of the member whose device made the ticket; `words` hears what both screens show.
    fn accept_link(
        &self,
        ticket: &str,
        words: Box<dyn FnOnce(String) + Send>,
    ) -> Result<JoinReport, PeerError>;
    /// Brings a workspace back from a node; `progress` hears what is being done.
    fn come_back(&self, recovery: &Recovery, progress: &Progress) -> Result<JoinReport, PeerError>;
    /// Whether it opens only with a passphrase that has to be asked for.
    fn is_locked(&self) -> bool;
    /// Locks it under a passphrase; `now` is the one that opens it today, if any. Nobody may have it open.
    fn lock(&self, now: Option<&Secret>, passphrase: &Secret) -> Result<(), PeerError>;
    /// Takes the lock away. Nobody may have it open.
    fn unlock(&self, passphrase: &Secret) -> Result<(), PeerError>;
    /// Opens it.
    fn open(&self, passphrase: Option<&Secret>) -> Result<Box<dyn Backend + Send>, PeerError>;
    /// Where the window keeps its own settings, if it may.
    fn settings_file(&self) -> Option<PathBuf>;
    /// Replaces the wall clock for what is shown.
    fn now_ms(&self) -> Option<i64>;
    /// The folder that is proposed for files that a person asks for.
    fn documents(&self) -> PathBuf;
    /// The zone that this laptop is set to.
    fn zone(&self) -> String;
    /// The clipboard beyond plain text.
    fn clipboard(&self) -> Arc<dyn Clipboard>;
}

/// A home on disk.
#[derive(Debug)]
pub struct DiskHome {
    /// The folder.
    pub path: PathBuf,
    /// Its surroundings.
    pub env: Env,
}

fn passphrase(text: &Secret) -> Passphrase {
    Passphrase(zeroize::Zeroizing::new(text.text().to_owned()))
}

impl DiskHome {
    /// The surroundings with a passphrase that was typed.
    fn env_with(&self, typed: Option<&Secret>) -> Env {
        let mut env = self.env.clone();
        if let Some(typed) = typed {
            env.passphrase = Some(passphrase(typed));
        }
        env
    }
}

impl Home for DiskHome {
    fn exists(&self) -> bool {
        Peer::exists(&self.path)
    }

    fn make(&self, profile: &Profile, title: &str) -> Result<InitReport, PeerError> {
        Peer::init(&self.path, profile, title, &self.env)
    }

    fn join(&self, profile: &Profile, ticket: &str) -> Result<JoinReport, PeerError> {
        Peer::join(&self.path, ticket, profile, None, &self.env)
    }

    fn accept_link(
        &self,
        ticket: &str,
        words: Box<dyn FnOnce(String) + Send>,
    ) -> Result<JoinReport, PeerError> {
        Peer::accept_link(&self.path, ticket, &self.env, words)
    }

    fn come_back(&self, recovery: &Recovery, progress: &Progress) -> Result<JoinReport, PeerError> {
        let (ticket, words) = (recovery.ticket.text(), recovery.words.text());
        let wish = Recovering {
            workspace: recovery.workspace.clone(),
            keep_devices: recovery.keep_devices,
            take_back: recovery.take_back,
        };
        Peer::recover(&self.path, ticket, words, &wish, &self.env, progress)
    }

    fn is_locked(&self) -> bool {
        self.env.passphrase.is_none() && Peer::is_locked(&self.path)
    }

    fn lock(&self, now: Option<&Secret>, new: &Secret) -> Result<(), PeerError> {
        Peer::lock(&self.path, &passphrase(new), &self.env_with(now)).map(|_| ())
    }

    fn unlock(&self, passphrase: &Secret) -> Result<(), PeerError> {
        Peer::unlock(&self.path, &self.env_with(Some(passphrase))).map(|_| ())
    }

    fn open(&self, passphrase: Option<&Secret>) -> Result<Box<dyn Backend + Send>, PeerError> {
        let env = self.env_with(passphrase);
        let peer = Peer::open(&self.path, &env)?;
        Ok(Box::new(OpenPeer { peer, path: self.path.clone(), env }))
    }

    fn settings_file(&self) -> Option<PathBuf> {
        Some(self.path.join("window.json"))
    }

    fn now_ms(&self) -> Option<i64> {
        self.env.now_ms
    }

    fn documents(&self) -> PathBuf {
        let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
        home.map(PathBuf::from).unwrap_or_else(|| self.path.clone())
    }

    fn zone(&self) -> String {
        iana_time_zone::get_timezone().unwrap_or_else(|_| "UTC".to_owned())
    }

    fn clipboard(&self) -> Arc<dyn Clipboard> {
        Arc::new(Desktop::default())
    }
}

struct OpenPeer {
    peer: Peer,
    path: PathBuf,
    env: Env,
}

impl OpenPeer {
    fn backup_step(peer: &Peer, path: &Path, env: &Env, step: BackupStep) -> Result<BackupAnswer, PeerError> {
        match step {
            BackupStep::List => {}
            BackupStep::Take => {
                peer.back_up()?;
            }
            BackupStep::Compare(id) => {
                return peer.compare_backup(Some(&id), env).map(BackupAnswer::Compared);
            }
            BackupStep::Adopt(id) => return peer.adopt_backup(Some(&id), env).map(BackupAnswer::Taken),
        }
        Ok(BackupAnswer::List(Peer::backups(path)))
    }
}

impl Watched for Watch {
    fn take(&mut self) -> Option<Answer> {
        Watch::take(self)
    }
}

impl Backend for OpenPeer {
    fn watch(&self, query: Query, wake: Wake) -> Box<dyn Watched> {
        Box::new(self.peer.watch(query, wake))
    }

    fn send(&self, command: Command, done: Done) {
        self.peer.send(command, done);
    }

    fn go_online(&self, done: Told<()>) {
        let peer = self.peer.clone();
        std::thread::spawn(move || done(peer.go_online(None)));
    }

    fn link_start(&self, done: Told<Secret>) {
        let peer = self.peer.clone();
        std::thread::spawn(move || done(peer.link_start().map(Secret::new)));
    }

    fn link_state(&self, done: Told<LinkState>) {
        let peer = self.peer.clone();
        std::thread::spawn(move || done(Ok(peer.link_state())));
    }

    fn link_answer(&self, accept: bool, done: Told<()>) {
        let peer = self.peer.clone();
        std::thread::spawn(move || done(peer.link_answer(accept)));
    }

    fn backups(&self, step: BackupStep, done: Told<BackupAnswer>) {
        let (peer, path, env) = (self.peer.clone(), self.path.clone(), self.env.clone());
        std::thread::spawn(move || done(OpenPeer::backup_step(&peer, &path, &env, step)));
    }

    fn drill(&self, words: Secret, done: Told<String>) {
        let peer = self.peer.clone();
        std::thread::spawn(move || done(peer.drill(words.text())));
    }

    fn shutdown(&self) {
        self.peer.shutdown();
    }
}
