//! The engine thread: owner of the store, the open documents and the sessions. Everybody else sends messages.
//!
//! Callers are answered after commit, watchers before the caller, so that a window sees its own edit first.

use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};

use crate::api::{Command, PeerError, Query, Reply, View};
use crate::core::Core;
use crate::files::Files;
use crate::handle::Progress;
use crate::host::wall_ms;
use crate::hub::Hub;
use crate::net::conn::NetIn;
use crate::net::service::Target;

mod study;

use study::Studies;

/// Requests that wait for the engine; callers wait beyond it.
pub const REQUESTS: usize = 256;
/// Network inputs that wait for the engine; connections stop reading beyond it.
pub const NET_INPUTS: usize = 512;
/// How often the engine looks whether another process of the home wrote, while somebody watches.
const LOOK: Duration = Duration::from_millis(700);
/// What time makes due is looked at this often, however much comes in.
const REST_AT_LEAST: Duration = Duration::from_secs(1);
/// Inputs taken in one go before watchers are served.
const BURST: usize = 128;
/// Watchers are served at most this often while the network brings items, milliseconds.
const SERVE_EVERY_MS: i64 = 100;

/// Called with the answer, on the engine's thread.
pub type Done<T> = Box<dyn FnOnce(Result<T, PeerError>) + Send>;

/// Called with the workspace, on the engine's thread.
pub type Run = Box<dyn FnOnce(Result<&mut Core, PeerError>) + Send>;

/// A message to the engine.
pub enum Msg {
    /// Perform a command.
    Call(Command, Option<Progress>, Done<Reply>),
    /// Answer a query.
    Ask(Query, Done<View>),
    /// Serve a watcher until it is dropped.
    Watch(Query, Weak<Slot>),
    /// Do something with the workspace.
    Run(Run),
    /// Whom to dial: known peers, or the one of a ticket.
    Targets(Option<String>, oneshot::Sender<Result<Vec<Target>, PeerError>>),
    /// Own addresses, for tickets made from now on.
    Listening(Vec<std::net::SocketAddr>),
    /// The blob store is open in this process, or closed.
    Blobs(Option<crate::net::blobs::Blobs>),
    /// Finish and stop.
    Stop(oneshot::Sender<()>),
}

impl std::fmt::Debug for Msg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Msg::Call(..) => "Call",
            Msg::Ask(..) => "Ask",
            Msg::Watch(..) => "Watch",
            Msg::Run(_) => "Run",
            Msg::Targets(..) => "Targets",
            Msg::Listening(_) => "Listening",
            Msg::Blobs(_) => "Blobs",
            Msg::Stop(_) => "Stop",
        })
    }
}

/// The newest answer of a watched query.
pub struct Slot {
    state: Mutex<SlotState>,
    changed: Condvar,
    wake: Arc<dyn Fn() + Send + Sync>,
}

type Answer = Arc<Result<View, PeerError>>;

#[derive(Default)]
struct SlotState {
    newest: Option<Answer>,
    fresh: bool,
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slot")
    }
}

impl Slot {
    /// An empty slot; `wake` runs when an answer is put.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Slot { state: Mutex::new(SlotState::default()), changed: Condvar::new(), wake }
    }

    fn put(&self, answer: Answer) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.newest = Some(answer);
        state.fresh = true;
        drop(state);
        self.changed.notify_all();
        (self.wake)();
    }

    /// The newest answer if nobody took it yet.
    pub fn take(&self) -> Option<Answer> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut state.fresh).then(|| state.newest.clone()).flatten()
    }

    /// As [`Slot::take`], waiting for up to `timeout`.
    pub fn wait(&self, timeout: Duration) -> Option<Answer> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut state, _) = self
            .changed
            .wait_timeout_while(state, timeout, |s| !s.fresh)
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut state.fresh).then(|| state.newest.clone()).flatten()
    }
}

struct Watcher {
    query: Query,
    slot: Weak<Slot>,
    last: Option<[u8; 32]>,
    /// Version up to which `last` is right.
    at: u64,
}

/// Up to where the answers of a core have moved, by what they are about.
#[derive(Debug, Clone, Copy, Default)]
struct Versions {
    all: u64,
    pages: u64,
    tasks: u64,
    talks: u64,
}

impl Versions {
    fn of(core: &Core) -> Versions {
        Versions {
            all: core.version(),
            pages: core.pages_version(),
            tasks: core.tasks_version(),
            talks: core.talks_version(),
        }
    }

    /// The last commit that may have changed an answer. Who writes a page makes one every moment; long lists that show
    /// nothing of it are not made anew each time.
    fn newest(&self, query: &Query) -> u64 {
        match query {
            Query::Pages { .. } | Query::Templates => self.pages,
            // Profiles count among tasks.
            Query::Tasks { .. } | Query::Views | Query::Strip { .. } | Query::Projects | Query::Cycles => {
                self.tasks
            }
            // They name pages, people and tasks too.
            Query::Inbox
            | Query::Notify
            | Query::Owed
            | Query::Threads { .. }
            | Query::Drafts
            | Query::Work => self.talks.max(self.tasks).max(self.pages),
            _ => self.all,
        }
    }
}

struct Engine {
    hub: Hub<Core>,
    files: Files,
    watchers: Vec<Watcher>,
    studies: Studies,
    /// Commits of other processes that sessions know of.
    told: u64,
    served: u64,
    served_at_ms: i64,
    /// When to look next whether a snapshot is due; short-lived processes never get there.
    snapshot_at_ms: i64,
    /// Long histories that are being looked through, a few at a time.
    folding: Option<crate::core::compact::Folding>,
}

/// A process takes its first snapshot when it has run for this long, and looks again as often.
const SNAPSHOT_LOOK_MS: i64 = 60_000;

/// An engine that has heard nothing yet, with the end at which it hears what was found.
fn begin(core: Core, files: Files) -> (Engine, mpsc::Receiver<study::Found>) {
    let served = core.version();
    let (studies, found) = Studies::new();
    let engine = Engine {
        hub: Hub::laptop(core),
        files,
        watchers: Vec::new(),
        studies,
        told: 0,
        served,
        served_at_ms: 0,
        snapshot_at_ms: wall_ms() + SNAPSHOT_LOOK_MS,
        folding: None,
    };
    (engine, found)
}

/// Runs the engine until it is stopped or every sender is gone.
pub async fn run(
    core: Core,
    files: Files,
    mut messages: mpsc::Receiver<Msg>,
    mut net: mpsc::Receiver<NetIn>,
) {
    let (mut engine, mut found) = begin(core, files);
    let mut rested = Instant::now();
    loop {
        // However much comes in, what is due is done.
        if rested.elapsed() >= REST_AT_LEAST {
            engine.idle();
            rested = Instant::now();
        }
        let pause = engine.pause();
        tokio::select! {
            biased;
            message = messages.recv() => match message {
                None => break,
                Some(Msg::Stop(done)) => {
                    engine.stop();
                    let _ = done.send(());
                    return;
                }
                Some(message) => engine.message(message),
            },
            Some(input) = net.recv() => {
                engine.arrived(&input);
                engine.hub.on_net(wall_ms(), input);
                for _ in 0..BURST {
                    let Ok(input) = net.try_recv() else { break };
                    engine.hub.on_net(wall_ms(), input);
                }
            }
            Some((told, done)) = found.recv() => {
                engine.studies.next();
                done(engine.core().and_then(told));
            }
            () = tokio::time::sleep(pause) => {
                engine.idle();
                rested = Instant::now();
            }
        }
        engine.serve_soon();
        engine.tell();
    }
    engine.stop();
}

impl Engine {
    /// How long the engine may sleep.
    fn pause(&mut self) -> Duration {
        if self.stale() {
            return Duration::from_millis(SERVE_EVERY_MS.unsigned_abs());
        }
        let sessions =
            self.hub.deadline().map(|at| Duration::from_millis((at - wall_ms()).max(1).unsigned_abs()));
        let watchers = if self.watchers.is_empty() { Duration::from_secs(3600) } else { LOOK };
        sessions.map_or(watchers, |s| s.min(watchers))
    }

    fn idle(&mut self) {
        self.hub.tick(wall_ms());
        if let Some(Err(error)) = self.hub.tenant().map(crate::core::Core::pass_time) {
            tracing::warn!(%error, "what time brought could not be looked up");
        }
        if wall_ms() >= self.snapshot_at_ms {
            self.snapshot_at_ms = wall_ms() + SNAPSHOT_LOOK_MS;
            if let Some(core) = self.hub.tenant() {
                self.files.snapshot(core);
                if let Err(error) = core.retry_trials() {
                    tracing::warn!(%error, "changes that wait for a trial wait on");
                }
                if let Err(error) = core.compact_step(&mut self.folding) {
                    tracing::warn!(%error, "long histories stay as they are");
                }
            }
        }
        self.look();
    }

    fn stop(&mut self) {
        self.hub.bye(wall_ms());
        if let Some(core) = self.hub.tenant() {
            core.rest();
        }
    }

    fn message(&mut self, message: Msg) {
        match message {
            Msg::Call(command, progress, done) => {
                let result = self.call(&command, progress.as_ref());
                self.committed();
                // Whoever types waits for nobody who looks on; other answers come after what they changed is to be seen.
                if matches!(command, Command::PageDelta { .. }) {
                    done(result);
                    self.serve();
                } else {
                    self.serve();
                    done(result);
                }
            }
            Msg::Run(work) => {
                work(self.core());
                self.committed();
                self.serve();
            }
            Msg::Ask(query, done) => self.ask(&query, done),
            Msg::Watch(query, slot) => self.watchers.push(Watcher { query, slot, last: None, at: 0 }),
            Msg::Targets(ticket, done) => {
                self.look();
                let targets = self.core().and_then(|core| core.targets(ticket.as_deref()));
                let _ = done.send(targets);
            }
            Msg::Listening(addresses) => {
                let kept = self.core().and_then(|core| core.set_addresses(&addresses));
                if let Err(error) = kept {
                    tracing::warn!(%error, "tickets made elsewhere will lack this laptop's address");
                }
            }
            Msg::Blobs(blobs) => {
                self.believe(blobs.as_ref());
                self.files.set_blobs(blobs);
            }
            Msg::Stop(_) => {}
        }
    }

    /// A process that was killed may believe in attachments whose last bytes never reached the disk.
    fn believe(&mut self, blobs: Option<&crate::net::blobs::Blobs>) {
        let Some(blobs) = blobs.cloned() else { return };
        let believed = self.hub.believed_blobs();
        if let Some(lacking) = crate::handle::wait(async move { blobs.lacking(believed).await }) {
            self.hub.blobs_gone(&lacking);
        }
    }

    fn core(&mut self) -> Result<&mut Core, PeerError> {
        self.hub
            .tenant()
            .ok_or_else(|| PeerError::new(crate::api::ErrorKind::Failed, "No workspace is open."))
    }

    fn call(&mut self, command: &Command, progress: Option<&Progress>) -> Result<Reply, PeerError> {
        let core = self
            .hub
            .tenant()
            .ok_or_else(|| PeerError::new(crate::api::ErrorKind::Failed, "No workspace is open."))?;
        self.files.call(core, command, progress)
    }

    fn ask(&mut self, query: &Query, done: Done<View>) {
        match self.core().and_then(|core| core.study(query)) {
            Ok(None) => done(self.answer(query)),
            Ok(Some(study)) => {
                if let Some((told, done)) = self.studies.take(study, done) {
                    done(self.core().and_then(told));
                }
            }
            Err(error) => done(Err(error)),
        }
    }

    fn answer(&mut self, query: &Query) -> Result<View, PeerError> {
        let core = self
            .hub
            .tenant()
            .ok_or_else(|| PeerError::new(crate::api::ErrorKind::Failed, "No workspace is open."))?;
        self.files.answer(core, query)
    }

    /// Before somebody new is judged, this process learns what others of the home wrote: an invite, perhaps.
    fn arrived(&mut self, input: &NetIn) {
        if matches!(input, NetIn::Open(_)) {
            self.look();
        }
    }

    /// Takes in what other processes of the home wrote.
    fn look(&mut self) {
        if let Some(core) = self.hub.tenant()
            && let Err(error) = core.refresh()
        {
            tracing::warn!(%error, "what other processes wrote could not be read");
        }
        self.tell();
    }

    /// Sessions learn of commits of other processes, whoever noticed them first.
    fn tell(&mut self) {
        if let Some(core) = self.hub.tenant()
            && core.foreign() != self.told
        {
            self.told = core.foreign();
            let workspace = core.workspace();
            self.hub.committed(wall_ms(), &workspace, true);
        }
    }

    /// Sessions learn of own commits.
    fn committed(&mut self) {
        if let Some(core) = self.hub.tenant()
            && core.version() != self.served
        {
            let workspace = core.workspace();
            self.hub.committed(wall_ms(), &workspace, true);
        }
    }

    /// Serves watchers, but not more often than people can see: while items stream in, once in a while is enough.
    fn serve_soon(&mut self) {
        if !self.stale() || wall_ms() - self.served_at_ms >= SERVE_EVERY_MS {
            self.serve();
        }
    }

    /// Whether watchers have not seen the newest commit.
    fn stale(&mut self) -> bool {
        let served = self.served;
        self.hub.tenant().is_some_and(|core| core.version() != served)
    }

    /// Gives watchers whose answer changed the new one.
    fn serve(&mut self) {
        self.watchers.retain(|w| w.slot.strong_count() > 0);
        let versions = self.hub.tenant().map(|core| Versions::of(core)).unwrap_or_default();
        self.served = versions.all;
        self.served_at_ms = wall_ms();
        // What is being written comes first: it is read letter by letter.
        let written = |w: &Watcher| matches!(w.query, Query::PageChanges { .. });
        let (first, rest): (Vec<usize>, Vec<usize>) =
            (0..self.watchers.len()).partition(|index| written(&self.watchers[*index]));
        self.serve_these(&first, &versions);
        self.serve_these(&rest, &versions);
    }

    fn serve_these(&mut self, watchers: &[usize], versions: &Versions) {
        let mut answers: Vec<(usize, Answer)> = Vec::new();
        for &index in watchers {
            let watcher = &mut self.watchers[index];
            if watcher.last.is_some() && watcher.at >= versions.newest(&watcher.query) {
                continue;
            }
            watcher.at = versions.all;
            let query = self.watchers[index].query.clone();
            let answer = self.answer(&query);
            let mark = mark(&answer);
            if self.watchers[index].last != Some(mark) {
                self.watchers[index].last = Some(mark);
                answers.push((index, Arc::new(answer)));
            }
        }
        for (index, answer) in answers {
            if let Some(slot) = self.watchers[index].slot.upgrade() {
                slot.put(answer);
            }
        }
    }
}

/// Tells answers apart.
fn mark(answer: &Result<View, PeerError>) -> [u8; 32] {
    let bytes = match answer {
        Ok(View::Bytes { bytes, .. }) => bytes.clone(),
        Ok(view) => serde_json::to_vec(view).unwrap_or_default(),
        Err(error) => error.to_string().into_bytes(),
    };
    tern_trust::derive::derive(tern_trust::Context::Content, &bytes)
}
