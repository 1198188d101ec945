//! The application: opening, the first run, and the open workspace.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use egui::{Context, Ui};
use tern_peer::{InitReport, JoinReport, PeerError, Progress};

use super::backend::{Backend, Home, Recovery, Wake};
use super::clock::Clock;
use super::come_back::{self, ComeBack};
use super::command::Relock;
use super::dialogs;
use super::first_run::{self, FirstRun, Way};
use super::look::{self, look};
use super::open::{Open, Surroundings};
use super::page::pictures::Spawn;
use super::prefs::Prefs;
use super::secret::Secret;
use super::tokens::{self, CARET_BLINKS_SECS};
use super::welcome::{self, Joined, Locked};
use super::words::{self, Words};
use super::{notice, shell, widgets, window};

/// Most reports of workers that may wait.
const REPORTS_MAX: usize = 8;

/// What became of a person's other laptops.
#[derive(Debug, Clone, Copy)]
enum Others {
    Stay,
    Removed,
    OnePutOut,
}

impl Others {
    fn said(self) -> &'static str {
        match self {
            Others::Stay => "Everything the node holds is back. Your other laptops go on as before",
            Others::Removed => "Everything the node holds is back. Your other laptops were removed",
            Others::OnePutOut => {
                "Everything the node holds is back. A laptop that removed the words was put out; the others go on"
            }
        }
    }
}

enum Report {
    Opened(Result<Box<dyn Backend + Send>, PeerError>),
    Made(Result<InitReport, PeerError>),
    Joined(Result<JoinReport, PeerError>),
    LinkWords(String),
    /// What is being done on the way back.
    Doing(String),
    CameBack(Result<JoinReport, PeerError>, Others),
    Relocked(Result<(), PeerError>, Relock),
}

enum Stage {
    /// Something that takes a moment, in words.
    Busy(&'static str),
    First(Box<FirstRun>),
    /// The form of the first run waits behind it.
    Back(Box<ComeBack>, Box<FirstRun>),
    Words(Words),
    Joined(Joined),
    Locked(Locked),
    Open(Box<Open>),
    Failed(PeerError),
}

/// While the engine reads the workspace.
const OPENING: Stage = Stage::Busy("Opening the workspace");

/// The whole window.
pub struct App {
    home: Arc<dyn Home>,
    wake: Wake,
    spawn: Spawn,
    reports: (SyncSender<Report>, Receiver<Report>),
    stage: Stage,
    clock: Clock,
    last_input: f64,
    /// What opened the workspace, when that was a passphrase: it opens it again after a change of the lock.
    passphrase: Option<Secret>,
    /// How it looked last: so it looks also before the workspace is open.
    before: Prefs,
    /// What the workspace says first when it opens.
    greeting: Option<Result<&'static str, PeerError>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

impl App {
    /// The window over a home. `spawn` runs slow work elsewhere; `wake` asks for a frame from any thread.
    pub fn new(ctx: &Context, home: Arc<dyn Home>, spawn: Spawn, wake: Wake) -> Self {
        look::install_fonts(ctx);
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let clock = Clock::new(home.now_ms(), &home.zone());
        let mut app = App {
            wake,
            stage: OPENING,
            reports: sync_channel(REPORTS_MAX),
            last_input: 0.0,
            passphrase: None,
            greeting: None,
            before: Prefs::read(home.settings_file().as_deref()),
            home,
            spawn,
            clock,
        };
        if app.home.exists() {
            app.begin_opening();
        } else {
            app.stage = Stage::First(Box::new(FirstRun::new(app.home.zone())));
        }
        app
    }

    /// Times that what an open page shows and what the engine holds were found to differ; each is a fault of Tern.
    pub fn mismatches(&self) -> u32 {
        match &self.stage {
            Stage::Open(open) => open.mismatches(),
            _ => 0,
        }
    }

    /// Whether nothing that was typed into an open page is unknown to the engine.
    pub fn is_settled(&self) -> bool {
        match &self.stage {
            Stage::Open(open) => open.is_settled(),
            _ => true,
        }
    }

    /// Blocks of the open page, as shown.
    pub fn page_blocks(&self) -> usize {
        match &self.stage {
            Stage::Open(open) => open.pane.page.session.flat().blocks().len(),
            _ => 0,
        }
    }

    /// The open workspace, for tests.
    #[cfg(test)]
    pub(super) fn open_mut(&mut self) -> Option<&mut Open> {
        match &mut self.stage {
            Stage::Open(open) => Some(open),
            _ => None,
        }
    }

    fn work(&self, job: impl FnOnce(&dyn Home) -> Report + Send + 'static) {
        let (home, report, wake) = (self.home.clone(), self.reports.0.clone(), self.wake.clone());
        (self.spawn)(Box::new(move || {
            if report.send(job(home.as_ref())).is_ok() {
                wake();
            }
        }));
    }

    fn begin_opening(&mut self) {
        if self.home.is_locked() {
            self.stage = Stage::Locked(Locked::default());
            return;
        }
        self.open_again();
    }

    /// Opens the workspace with the passphrase that opened it before, if there was one.
    fn open_again(&mut self) {
        self.stage = OPENING;
        let passphrase = self.passphrase.clone();
        self.work(move |home| Report::Opened(home.open(passphrase.as_ref())));
    }

    /// Takes reports and does what the open workspace has to do between frames.
    pub fn logic(&mut self, ctx: &Context) {
        let secrets = self.secrets();
        while let Ok(report) = self.reports.1.try_recv() {
            self.hear(report, ctx.input(|input| input.time));
        }
        if self.secrets() != secrets {
            secrets.iter().for_each(|name| widgets::forget(ctx, name));
        }
        if let Stage::Open(open) = &mut self.stage {
            open.logic(ctx);
            open.prefs.window = window::place(ctx, open.prefs.window);
        }
        self.set_look(ctx);
    }

    /// Fields of this stage that must not keep what was typed.
    fn secrets(&self) -> &'static [&'static str] {
        match self.stage {
            Stage::Locked(_) => &["Passphrase"],
            Stage::Back(..) => &come_back::SECRETS,
            _ => &[],
        }
    }

    fn hear(&mut self, report: Report, now: f64) {
        match report {
            Report::Opened(Ok(backend)) => {
                if let Stage::Locked(lock) = &mut self.stage {
                    self.passphrase = Some(std::mem::take(&mut lock.typed));
                }
                let out = Surroundings {
                    wake: self.wake.clone(),
                    spawn: self.spawn.clone(),
                    prefs_file: self.home.settings_file(),
                    now_ms: self.home.now_ms(),
                    documents: self.home.documents(),
                    zone: self.home.zone(),
                    clipboard: self.home.clipboard(),
                };
                let mut open = Open::new(backend, out);
                if let Some(greeting) = self.greeting.take() {
                    open.greet(greeting, now);
                }
                self.stage = Stage::Open(Box::new(open));
            }
            Report::Opened(Err(error)) => match &mut self.stage {
                Stage::Locked(lock) => lock.refused(error),
                _ => self.stage = Stage::Failed(error),
            },
            Report::Made(Ok(report)) => {
                let words = Secret::new(report.recovery_words);
                self.stage = Stage::Words(Words::new(&words));
            }
            Report::Joined(Ok(report)) => match Joined::of(&report) {
                Some(joined) => self.stage = Stage::Joined(joined),
                None => self.begin_opening(),
            },
            Report::LinkWords(words) => {
                if let Stage::First(form) = &mut self.stage {
                    form.link_words = Some(words);
                }
            }
            Report::Doing(words) => {
                if let Stage::Back(form, _) = &mut self.stage {
                    form.doing = words;
                }
            }
            Report::CameBack(Ok(_), others) => {
                self.greeting = Some(Ok(others.said()));
                self.begin_opening();
            }
            Report::CameBack(Err(error), _) => {
                if let Stage::Back(form, _) = &mut self.stage {
                    form.refused(error);
                }
            }
            Report::Relocked(outcome, change) => {
                let said = change.said();
                if outcome.is_ok() {
                    self.passphrase = change.opens_with();
                }
                self.greeting = Some(outcome.map(|()| said));
                self.open_again();
            }
            Report::Made(Err(error)) | Report::Joined(Err(error)) => {
                if let Stage::First(form) = &mut self.stage {
                    form.waiting = false;
                    form.link_words = None;
                    form.problem = Some(error);
                }
            }
        }
    }

    fn set_look(&mut self, ctx: &Context) {
        let dark = ctx.input(|input| input.raw.system_theme) == Some(egui::Theme::Dark);
        let (scheme, zoom, still) = match &self.stage {
            Stage::Open(open) => (open.scheme(ctx), open.prefs.zoom, open.prefs.still),
            _ => (self.before.theme.scheme(dark), self.before.zoom, self.before.still),
        };
        look::apply(ctx, scheme, still);
        let zoom = f32::from(zoom) / 100.0;
        if (ctx.zoom_factor() - zoom).abs() > 0.001 {
            ctx.set_zoom_factor(zoom);
        }
        self.rest_caret(ctx);
    }

    /// The caret stops blinking some time after the last input, so that idling costs nothing.
    fn rest_caret(&mut self, ctx: &Context) {
        let (now, active) = ctx.input(|input| (input.time, !input.events.is_empty()));
        if active {
            self.last_input = now;
        }
        let blink = now - self.last_input < CARET_BLINKS_SECS && !look(ctx).still;
        if ctx.global_style().visuals.text_cursor.blink != blink {
            ctx.all_styles_mut(|style| style.visuals.text_cursor.blink = blink);
        }
    }

    /// Draws.
    pub fn show(&mut self, ui: &mut Ui) {
        let p = look(ui.ctx());
        let room = ui.max_rect();
        match &mut self.stage {
            Stage::Busy(words) => {
                ui.painter().rect_filled(room, 0, p.chrome);
                widgets::line(ui, room, egui::Align2::CENTER_CENTER, words, tokens::UI, p.ink2);
            }
            Stage::First(form) => match first_run::show(ui, form, &self.clock) {
                first_run::Step::Stay => {}
                first_run::Step::Go => {
                    form.waiting = true;
                    form.problem = None;
                    let form = form.clone();
                    self.enter(&form);
                }
                first_run::Step::ComeBack => {
                    self.stage = Stage::Back(Box::default(), form.clone());
                    ui.ctx().request_repaint();
                }
            },
            Stage::Back(form, first) => match come_back::show(ui, form) {
                come_back::Step::Stay => {}
                come_back::Step::Back => {
                    self.stage = Stage::First(first.clone());
                    come_back::SECRETS.iter().for_each(|name| widgets::forget(ui.ctx(), name));
                    ui.ctx().request_repaint();
                }
                come_back::Step::Go => {
                    let recovery = form.begin();
                    self.come_back(recovery);
                }
            },
            Stage::Words(words) => {
                if words::show(ui, words) {
                    self.begin_opening();
                }
            }
            Stage::Joined(joined) => {
                if welcome::joined(ui, joined) {
                    if joined.recovery.text().is_empty() {
                        self.begin_opening();
                    } else {
                        self.stage = Stage::Words(Words::new(&joined.recovery));
                        ui.ctx().request_repaint();
                    }
                }
            }
            Stage::Locked(lock) => {
                if welcome::locked(ui, lock) {
                    lock.waiting = true;
                    lock.problem = None;
                    let typed = lock.typed.clone();
                    self.work(move |home| Report::Opened(home.open(Some(&typed))));
                }
            }
            Stage::Open(open) => {
                shell::show(ui, open);
                if let Some(change) = open.take_relock() {
                    dialogs::SECRETS.iter().for_each(|name| widgets::forget(ui.ctx(), name));
                    self.relock(change);
                    ui.ctx().request_repaint();
                }
            }
            Stage::Failed(error) => {
                ui.painter().rect_filled(room, 0, p.chrome);
                let error = error.clone();
                let mut again = false;
                notice::centred(
                    ui,
                    room,
                    egui::vec2(560.0, 340.0),
                    "Tern cannot open this workspace",
                    |ui| {
                        let inside = ui.max_rect().shrink(30.0);
                        widgets::region(ui, inside, "fault", "Fault", |ui| {
                            notice::card(ui, &error, Some("Tern cannot open this workspace"));
                            ui.add_space(12.0);
                            again = widgets::Button::main("Try again").show(ui).clicked();
                        });
                    },
                );
                if again {
                    self.begin_opening();
                }
            }
        }
    }

    fn enter(&self, form: &FirstRun) {
        let profile = form.profile();
        match form.way {
            Way::Start => {
                let title = form.title.trim().to_owned();
                self.work(move |home| Report::Made(home.make(&profile, &title)));
            }
            Way::Join if form.links() => {
                let ticket = Secret::new(form.ticket.trim().to_owned());
                let (report, wake) = (self.reports.0.clone(), self.wake.clone());
                let words = Box::new(move |words| {
                    if report.try_send(Report::LinkWords(words)).is_ok() {
                        wake();
                    }
                });
                self.work(move |home| Report::Joined(home.accept_link(ticket.text(), words)));
            }
            Way::Join => {
                let ticket = form.ticket.trim().to_owned();
                self.work(move |home| Report::Joined(home.join(&profile, &ticket)));
            }
        }
    }

    fn come_back(&self, recovery: Recovery) {
        let (report, wake) = (self.reports.0.clone(), self.wake.clone());
        let progress: Progress = Arc::new(move |what, done, of| {
            // A line that is not shown in time is not missed.
            if report.try_send(Report::Doing(come_back::doing(what, done, of))).is_ok() {
                wake();
            }
        });
        let others = match (recovery.keep_devices, recovery.take_back) {
            (false, _) => Others::Removed,
            (true, false) => Others::Stay,
            (true, true) => Others::OnePutOut,
        };
        self.work(move |home| Report::CameBack(home.come_back(&recovery, &progress), others));
    }

    /// Closes the workspace and locks or unlocks it. Text that the engine does not take keeps it open.
    fn relock(&mut self, change: Relock) {
        let Stage::Open(mut open) = std::mem::replace(&mut self.stage, Stage::Busy(change.doing())) else {
            return;
        };
        if !open.hand_over() {
            open.refuse_relock();
            self.stage = Stage::Open(open);
            return;
        }
        let backend = open.into_backend();
        let now = self.passphrase.clone();
        self.work(move |home| {
            // Connections take seconds to close: not on the thread that draws.
            backend.shutdown();
            drop(backend);
            let outcome = match &change {
                Relock::On(passphrase) => home.lock(now.as_ref(), passphrase),
                Relock::Off(passphrase) => home.unlock(passphrase),
            };
            Report::Relocked(outcome, change)
        });
    }

    /// The window closes: what was typed becomes durable first.
    pub fn close(&mut self) {
        if let Stage::Open(open) = &mut self.stage {
            open.close();
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        App::logic(self, ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.show(ui);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.close();
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        tokens::LIGHT.chrome.to_normalized_gamma_f32()
    }
}
