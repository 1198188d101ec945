//! The application: opening, the first run, and the open workspace.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use egui::{Context, Ui};
use tern_peer::{InitReport, JoinReport, PeerError};

use super::backend::{Backend, Home, Wake};
use super::clock::Clock;
use super::first_run::{self, FirstRun, Way};
use super::look::{self, look};
use super::open::{Open, Surroundings};
use super::page::pictures::Spawn;
use super::prefs::Theme;
use super::secret::Secret;
use super::tokens::{self, CARET_BLINKS_SECS};
use super::welcome::{self, Joined, Locked};
use super::words::{self, Words};
use super::{notice, shell, widgets};

/// Most reports of workers that may wait.
const REPORTS_MAX: usize = 8;

enum Report {
    Opened(Result<Box<dyn Backend + Send>, PeerError>),
    Made(Result<InitReport, PeerError>),
    Joined(Result<JoinReport, PeerError>),
    LinkWords(String),
}

enum Stage {
    Opening,
    First(Box<FirstRun>),
    Words(Words),
    Joined(Joined),
    Locked(Locked),
    Open(Box<Open>),
    Failed(PeerError),
}

/// The whole window.
pub struct App {
    home: Arc<dyn Home>,
    wake: Wake,
    spawn: Spawn,
    reports: (SyncSender<Report>, Receiver<Report>),
    stage: Stage,
    clock: Clock,
    last_input: f64,
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
            stage: Stage::Opening,
            reports: sync_channel(REPORTS_MAX),
            last_input: 0.0,
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
        self.stage = Stage::Opening;
        self.work(|home| Report::Opened(home.open(None)));
    }

    /// Takes reports and does what the open workspace has to do between frames.
    pub fn logic(&mut self, ctx: &Context) {
        let asked = matches!(self.stage, Stage::Locked(_));
        while let Ok(report) = self.reports.1.try_recv() {
            self.hear(report);
        }
        if asked && !matches!(self.stage, Stage::Locked(_)) {
            widgets::forget(ctx, "Passphrase");
        }
        if let Stage::Open(open) = &mut self.stage {
            open.logic(ctx);
        }
        self.set_look(ctx);
    }

    fn hear(&mut self, report: Report) {
        match report {
            Report::Opened(Ok(backend)) => {
                let out = Surroundings {
                    wake: self.wake.clone(),
                    spawn: self.spawn.clone(),
                    prefs_file: self.home.settings_file(),
                    now_ms: self.home.now_ms(),
                    documents: self.home.documents(),
                    zone: self.home.zone(),
                };
                self.stage = Stage::Open(Box::new(Open::new(backend, out)));
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
        let (scheme, zoom) = match &self.stage {
            Stage::Open(open) => (open.scheme(ctx), open.prefs.zoom),
            _ => (Theme::System.scheme(dark), 100),
        };
        look::apply(ctx, scheme);
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
        let blink = now - self.last_input < CARET_BLINKS_SECS;
        if ctx.global_style().visuals.text_cursor.blink != blink {
            ctx.all_styles_mut(|style| style.visuals.text_cursor.blink = blink);
        }
    }

    /// Draws.
    pub fn show(&mut self, ui: &mut Ui) {
        let p = look(ui.ctx());
        let room = ui.max_rect();
        match &mut self.stage {
            Stage::Opening => {
                ui.painter().rect_filled(room, 0, p.chrome);
                let words = "Opening the workspace";
                widgets::line(ui, room, egui::Align2::CENTER_CENTER, words, tokens::UI, p.ink2);
            }
            Stage::First(form) => {
                if first_run::show(ui, form, &self.clock) {
                    form.waiting = true;
                    form.problem = None;
                    let form = form.clone();
                    self.enter(&form);
                }
            }
            Stage::Words(words) => {
                if words::show(ui, words) {
                    self.begin_opening();
                }
            }
            Stage::Joined(joined) => {
                if welcome::joined(ui, joined) {
                    self.begin_opening();
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
            Stage::Open(open) => shell::show(ui, open),
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
