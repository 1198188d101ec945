//! A window without a display: frames are run, tessellated and thrown away; what it says to a screen reader is kept.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use egui::accesskit::{Action, ActionRequest, NodeId, TreeId};
use egui::{Event, Key, Modifiers, RawInput, Rect, pos2, vec2};
use tern_app::gui::backend::{
    Backend, BackupAnswer, BackupStep, DiskHome, Done, Home, Recovery, Secret, Told, Wake, Watched,
};
use tern_app::gui::{App, threads};
use tern_peer::{
    Command, Env, InitReport, JoinReport, LinkState, PeerError, Profile, Progress, Query, Reply,
};

/// What is waited for must come within this time.
const LIMIT: Duration = Duration::from_secs(120);

type Engine = Arc<Mutex<Option<Box<dyn Backend + Send>>>>;
/// When the reply to a change of the page came.
pub type Replies = Receiver<Instant>;

/// A home whose engine the benchmark shares with the window.
struct Shared {
    home: DiskHome,
    engine: Engine,
    replies: Mutex<Sender<Instant>>,
}

/// The window's hold on that engine.
struct Tap {
    engine: Engine,
    replies: Sender<Instant>,
}

fn held(engine: &Engine) -> MutexGuard<'_, Option<Box<dyn Backend + Send>>> {
    engine.lock().expect("nobody panics with it")
}

impl Tap {
    fn with<T>(&self, work: impl FnOnce(&dyn Backend) -> T) -> T {
        work(held(&self.engine).as_deref().expect("it is open"))
    }
}

impl Backend for Tap {
    fn watch(&self, query: Query, wake: Wake) -> Box<dyn Watched> {
        self.with(|engine| engine.watch(query, wake))
    }
    fn send(&self, command: Command, done: Done) {
        let replies = matches!(command, Command::PageDelta { .. }).then(|| self.replies.clone());
        let done: Done = Box::new(move |outcome| {
            if let Some(replies) = replies {
                let _ = replies.send(Instant::now());
            }
            done(outcome);
        });
        self.with(|engine| engine.send(command, done));
    }
    fn go_online(&self, done: Told<()>) {
        self.with(|engine| engine.go_online(done));
    }
    fn link_start(&self, done: Told<Secret>) {
        self.with(|engine| engine.link_start(done));
    }
    fn link_state(&self, done: Told<LinkState>) {
        self.with(|engine| engine.link_state(done));
    }
    fn link_answer(&self, accept: bool, done: Told<()>) {
        self.with(|engine| engine.link_answer(accept, done));
    }
    fn backups(&self, step: BackupStep, done: Told<BackupAnswer>) {
        self.with(|engine| engine.backups(step, done));
    }
    fn drill(&self, words: Secret, done: Told<String>) {
        self.with(|engine| engine.drill(words, done));
    }
    fn shutdown(&self) {
        self.with(|engine| engine.shutdown());
    }
}

impl Home for Shared {
    fn exists(&self) -> bool {
        self.home.exists()
    }
    fn make(&self, profile: &Profile, title: &str) -> Result<InitReport, PeerError> {
        self.home.make(profile, title)
    }
    fn join(&self, profile: &Profile, ticket: &str) -> Result<JoinReport, PeerError> {
        self.home.join(profile, ticket)
    }
    fn accept_link(
        &self,
        ticket: &str,
        words: Box<dyn FnOnce(String) + Send>,
    ) -> Result<JoinReport, PeerError> {
        self.home.accept_link(ticket, words)
    }
    fn come_back(&self, recovery: &Recovery, progress: &Progress) -> Result<JoinReport, PeerError> {
        self.home.come_back(recovery, progress)
    }
    fn is_locked(&self) -> bool {
        self.home.is_locked()
    }
    fn lock(&self, now: Option<&Secret>, passphrase: &Secret) -> Result<(), PeerError> {
        self.home.lock(now, passphrase)
    }
    fn unlock(&self, passphrase: &Secret) -> Result<(), PeerError> {
        self.home.unlock(passphrase)
    }
    fn open(&self, passphrase: Option<&Secret>) -> Result<Box<dyn Backend + Send>, PeerError> {
        *held(&self.engine) = Some(self.home.open(passphrase)?);
        let replies = self.replies.lock().expect("nobody panics with it").clone();
        Ok(Box::new(Tap { engine: self.engine.clone(), replies }))
    }
    fn settings_file(&self) -> Option<std::path::PathBuf> {
        None
    }
    fn now_ms(&self) -> Option<i64> {
        None
    }
    fn documents(&self) -> std::path::PathBuf {
        self.home.documents()
    }
    fn zone(&self) -> String {
        "Europe/London".into()
    }
    fn clipboard(&self) -> std::sync::Arc<dyn tern_app::gui::clipboard::Clipboard> {
        self.home.clipboard()
    }
}

/// The time that frames are told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Time {
    /// A sixtieth of a second a frame.
    Steps,
    /// That of the wall.
    Wall,
}

/// The window.
pub struct Screen {
    ctx: egui::Context,
    app: App,
    engine: Engine,
    /// When changes of the page were durable.
    pub replies: Replies,
    woken: Receiver<()>,
    time: Time,
    began: Instant,
    next: Duration,
    /// Frames drawn.
    pub frames: usize,
    /// What is on the screen, for a screen reader: id, name.
    said: Vec<(NodeId, String)>,
}

impl Screen {
    /// Opens the window over a home.
    pub fn over(path: &Path, time: Time) -> Screen {
        let (wake, woken) = sync_channel(1);
        let (replies, heard) = std::sync::mpsc::channel();
        let engine: Engine = Arc::default();
        let home = DiskHome { path: path.to_owned(), env: Env::default() };
        let home = Arc::new(Shared { home, engine: engine.clone(), replies: Mutex::new(replies) });
        let ctx = egui::Context::default();
        ctx.enable_accesskit();
        let wake: Wake = Arc::new(move || {
            // A wake that is pending already is enough.
            let _ = wake.try_send(());
        });
        let app = App::new(&ctx, home, threads(), wake);
        let (began, next) = (Instant::now(), Duration::ZERO);
        Screen { ctx, app, engine, replies: heard, woken, time, began, next, frames: 0, said: Vec::new() }
    }

    /// Draws a frame; milliseconds of CPU that this thread spent.
    pub fn frame(&mut self, events: Vec<Event>) -> f64 {
        let seconds = match self.time {
            Time::Steps => self.frames as f64 / 60.0,
            Time::Wall => self.began.elapsed().as_secs_f64(),
        };
        let room = Rect::from_min_size(pos2(0.0, 0.0), vec2(1400.0, 900.0));
        let input = RawInput { screen_rect: Some(room), time: Some(seconds), events, ..RawInput::default() };
        let before = crate::cpu_ms();
        let mut output = self.ctx.clone().run_ui(input, |ui| {
            let ctx = ui.ctx().clone();
            self.app.logic(&ctx);
            self.app.show(ui);
        });
        let shapes = std::mem::take(&mut output.shapes);
        let _ = self.ctx.tessellate(shapes, output.pixels_per_point);
        let spent = crate::cpu_ms() - before;
        if let Some(update) = output.platform_output.accesskit_update.take() {
            let name =
                |node: &egui::accesskit::Node| node.label().or(node.value()).unwrap_or_default().to_owned();
            self.said = update.nodes.iter().map(|(id, node)| (*id, name(node))).collect();
        }
        self.next = output.viewport_output.values().map(|out| out.repaint_delay).min().unwrap_or(LIMIT);
        output.textures_delta.clear();
        self.frames += 1;
        spent
    }

    /// Whether something on the screen is called so, or its name contains it.
    pub fn says(&self, part: &str) -> bool {
        self.said.iter().any(|(_, name)| name.contains(part))
    }

    /// Waits as the real window does: until it is woken or its next frame is due, and no longer than `most`.
    pub fn rest(&mut self, most: Duration) {
        let _ = self.woken.recv_timeout(self.next.min(most));
    }

    /// Draws frames as they are due until something holds.
    pub fn until(&mut self, what: &str, holds: impl Fn(&Screen) -> bool) {
        let end = Instant::now() + LIMIT;
        loop {
            self.frame(Vec::new());
            if holds(self) {
                return;
            }
            assert!(Instant::now() < end, "{what} did not come: {:?}", self.said);
            self.rest(Duration::from_millis(50));
        }
    }

    /// Does something with what is called so.
    pub fn act(&mut self, name: &str, action: Action) {
        self.until(name, |screen| screen.said.iter().any(|(_, said)| said == name));
        let found = self.said.iter().rev().find(|(_, said)| said == name).map(|(id, _)| *id);
        let target_node = found.expect("it is there");
        let request = ActionRequest { action, target_tree: TreeId::ROOT, target_node, data: None };
        self.frame(vec![Event::AccessKitActionRequest(request)]);
        self.frame(Vec::new());
    }

    /// Opens a page and puts the caret at its start or end.
    pub fn open(&mut self, title: &str, beginning: &str, end: bool) {
        self.act(title, Action::Click);
        self.until(beginning, |screen| screen.says(beginning));
        self.act("Page text", Action::Focus);
        let key = if end { Key::End } else { Key::Home };
        self.frame(vec![press(key, Modifiers::COMMAND)]);
        for _ in 0..30 {
            self.frame(Vec::new());
        }
    }

    /// The engine does something that this window did not ask for; waits for its reply.
    pub fn behind_its_back(&self, command: Command) -> Reply {
        let (done, reply) = std::sync::mpsc::channel();
        let engine = held(&self.engine);
        let engine = engine.as_deref().expect("it is open");
        engine.send(command, Box::new(move |outcome| drop(done.send(outcome))));
        reply.recv_timeout(LIMIT).expect("it answers").expect("it can")
    }

    /// Times that window and engine differed.
    pub fn mismatches(&self) -> u32 {
        self.app.mismatches()
    }

    /// Whether the engine knows everything that was typed.
    pub fn is_settled(&self) -> bool {
        self.app.is_settled()
    }

    /// Closes it.
    pub fn close(mut self) {
        self.app.close();
    }
}

/// A key goes down.
pub fn press(key: Key, modifiers: Modifiers) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
}
