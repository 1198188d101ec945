//! An open workspace: its state, what the engine says, and the one place where commands of views are performed.
//! What belongs to one concern lies in a module below; here stand the state itself and its events.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use egui::Context;
use tern_peer::{Command, LinkState, PageRow, PeerError, Reply, TaskView};

use super::access::AccessState;
use super::actions::{Reader, Situation};
use super::backend::{Backend, BackupAnswer, Wake, Watched};
use super::clipboard::Clipboard;
use super::clock::Clock;
use super::command::{Dialog, Held, Relock, Route, Then, UiCommand};
use super::comments::TalkState;
use super::details::TaskDraft;
use super::dialogs::DialogState;
use super::lists::SearchState;
use super::notice::{TOAST_SECS, Toast};
use super::page::pictures::Spawn;
use super::page::session::Session;
use super::palette::Palette;
use super::past::Mode;
use super::picker::Picker;
use super::prefs::Prefs;
use super::secret::Secret;
use super::sidebar::{TreeState, shown_title};
use super::strip::StripState;
use super::tasks::state::TasksState;
use super::threads::ThreadsState;
use super::titled::Titled;
use super::tokens::Scheme;
use super::views::Views;
use super::weekly::WeeklyState;
use edits::{OwnSteps, Tail};
use panes::Beside;
pub use panes::{Pane, Standing};

mod away;
mod backups;
mod digest;
mod edits;
mod files;
mod group;
mod heads;
pub mod live;
mod notices;
mod panes;
mod past;
mod pasted;
mod people;
mod perform;
mod preview;
mod remarks;
mod talk;
mod tasks;
mod threads;
mod titled;
mod tree;
pub(in crate::gui) use tree::from_template;

/// Most outcomes that may wait to be read.
const EVENTS_MAX: usize = 1024;

/// Tells panes apart, and pages that were opened one after the other, the same one twice included.
type Serial = u64;
/// The pane with which a window begins.
const FIRST: Serial = 1;

/// What the engine reports back.
enum Event {
    /// What the pane of this serial asked for.
    Done(Serial, Then, Result<Reply, PeerError>),
    /// What was written on these heads, in the session of this serial.
    Edited(Serial, String, Result<Reply, PeerError>),
    Saved(Result<PathBuf, PeerError>),
    Online(Result<(), PeerError>),
    LinkTicket(Result<Secret, PeerError>),
    LinkState(Result<LinkState, PeerError>),
    LinkAnswered(Result<(), PeerError>),
    Drilled(Result<String, PeerError>),
    Backups(Result<BackupAnswer, PeerError>),
    PastedImage(Serial, String, Result<PathBuf, PeerError>),
}

/// How the outside of a workspace reaches it.
pub struct Surroundings {
    /// Asks for a frame.
    pub wake: Wake,
    /// Runs work elsewhere.
    pub spawn: Spawn,
    /// Where preferences are kept.
    pub prefs_file: Option<PathBuf>,
    /// Replaces the wall clock for what is shown.
    pub now_ms: Option<i64>,
    /// The folder that is proposed for files.
    pub documents: PathBuf,
    /// The zone of this laptop, until the profile is known.
    pub zone: String,
    /// The clipboard beyond plain text.
    pub clipboard: Arc<dyn Clipboard>,
}

/// An open workspace.
pub struct Open {
    backend: Box<dyn Backend + Send>,
    out: Surroundings,
    events: (SyncSender<Event>, Receiver<Event>),
    pub(super) views: Views,
    pub(super) prefs: Prefs,
    pub(super) clock: Clock,
    /// The pane at hand: the one that has the focus, but for the moments in which the other is drawn or tended.
    pub(super) pane: Pane,
    /// The other one, while the window is split.
    beside: Option<Box<Beside>>,
    /// Which of them has the focus.
    focus: Serial,
    pub(super) strip: StripState,
    pub(super) tree: TreeState,
    pub(super) tasks: TasksState,
    /// The update of a project that is being written.
    pub(super) update: Option<super::projects::Composer>,
    pub(super) search: SearchState,
    /// What is selected among decisions or projects.
    pub(super) titled: Titled,
    pub(super) access: AccessState,
    pub(super) threads: ThreadsState,
    pub(super) weekly: WeeklyState,
    pub(super) draft: TaskDraft,
    pub(super) picker: Option<Box<Picker>>,
    pub(super) palette: Option<Palette>,
    pub(super) dialog: Option<DialogState>,
    pub(super) toast: Option<(Toast, f64)>,
    pub(super) fault: Option<PeerError>,
    reader: Reader,
    minute: i64,
    pub(super) region: usize,
    /// The right column was opened over the sheet, in a window too narrow to hold both.
    details_over: bool,
    /// The sidebar was opened over the sheet, in a window too narrow to hold both.
    pub(super) sidebar_over: bool,
    started: bool,
    /// The last serial that was given.
    serials: Serial,
    /// What had the keyboard in the last frame.
    keyboard: Option<egui::Id>,
    /// Steps of pages from heads to heads that were made here and nowhere else.
    own_steps: OwnSteps,
    /// Files of the workspace that are on their way to a folder.
    saving: Vec<Box<dyn Watched>>,
    tails: Vec<Tail>,
    /// Pages that were open a moment ago, with their steps back.
    kept: Vec<(String, Session)>,
    /// Comments that were being written on pages that were left.
    unsaid: BTreeMap<String, TalkState>,
    /// When the state of a linking was last asked for.
    link_asked: f64,
    /// Secrets were typed: the fields forget them in the next frame.
    forget_typed: bool,
    /// The lock is to be changed; the workspace closes for that.
    relock: Option<Relock>,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open")
            .field("route", &self.pane.route)
            .field("views", &self.views)
            .finish_non_exhaustive()
    }
}

impl Open {
    /// Begins watching and goes online.
    pub fn new(backend: Box<dyn Backend + Send>, out: Surroundings) -> Self {
        let prefs = Prefs::read(out.prefs_file.as_deref());
        let clock = Clock::new(out.now_ms, &out.zone);
        let mut open = Open {
            events: sync_channel(EVENTS_MAX),
            views: Views::default(),
            minute: clock.minute(),
            pane: Pane::new(FIRST),
            beside: None,
            focus: FIRST,
            strip: StripState::default(),
            tree: TreeState::default(),
            tasks: TasksState::default(),
            update: None,
            search: SearchState::default(),
            titled: Titled::default(),
            access: AccessState::default(),
            threads: ThreadsState::default(),
            weekly: WeeklyState::default(),
            draft: TaskDraft::default(),
            picker: None,
            palette: None,
            dialog: None,
            toast: None,
            fault: None,
            reader: Reader::default(),
            region: 0,
            details_over: false,
            sidebar_over: false,
            started: false,
            serials: FIRST,
            keyboard: None,
            own_steps: OwnSteps::default(),
            saving: Vec::new(),
            tails: Vec::new(),
            kept: Vec::new(),
            unsaid: BTreeMap::new(),
            link_asked: f64::NEG_INFINITY,
            forget_typed: false,
            relock: None,
            backend,
            out,
            prefs,
            clock,
        };
        open.views.start(open.backend.as_ref(), &open.out.wake);
        let (report, wake) = (open.events.0.clone(), open.out.wake.clone());
        open.backend.go_online(Box::new(move |outcome| {
            if report.try_send(Event::Online(outcome)).is_ok() {
                wake();
            }
        }));
        open
    }

    /// What is true of the window while actions are offered.
    pub fn situation(&self) -> Situation {
        let history = matches!(self.pane.route, Route::Page { at: Some(_), .. });
        let mode = self.pane.past.mode.filter(|_| self.open_page().is_some() && !history);
        let review = mode == Some(Mode::Review);
        let (decision, incident, handoff) = self.page_forms();
        let titled = matches!(self.pane.route, Route::Decisions | Route::Projects);
        Situation {
            page: matches!(self.pane.route, Route::Page { at: None, .. }),
            history,
            review,
            past: history || mode.is_some(),
            accept: mode.is_some(),
            lists: matches!(self.pane.route, Route::Tasks | Route::Search | Route::Inbox | Route::Threads)
                || review
                || titled,
            tree: self.tree.focused,
            task: self.pane.route == Route::Tasks && self.tasks.selected.is_some(),
            tasks: self.pane.route == Route::Tasks,
            board: self.pane.route == Route::Tasks && self.tasks.asked.board,
            view: self.tasks.asked.view.is_some(),
            on_row: self.pane.route == Route::Tasks && self.tasks.selected.is_some(),
            people: matches!(self.pane.route, Route::People(_)),
            split: self.beside.is_some(),
            thread: self.shown_thread().is_some() || self.selected_comment().is_some(),
            on_thread: matches!(self.pane.route, Route::Inbox | Route::Threads)
                && !self.digest_is_shown()
                && (self.shown_thread().is_some() || self.selected_comment().is_some()),
            opened: matches!(self.pane.route, Route::Inbox | Route::Threads)
                && self.threads.narrow
                && self.threads.opened,
            decision,
            incident,
            handoff,
            on_title: titled && self.titled.selected.is_some(),
            undo: self.toast.as_ref().is_some_and(|(toast, _)| toast.undo.is_some()),
            digest: self.digest_is_shown(),
            on_item: self.digest_is_shown() && self.threads.digest.selected.is_some(),
        }
    }

    /// Whether the right column is wanted.
    pub fn wants_details(&self, ctx: &Context) -> bool {
        if self.details_lie_over(ctx) { self.details_over } else { self.prefs.details }
    }

    /// Whether the sidebar is shown, and whether it lies over the sheet.
    pub fn sidebar(&self, ctx: &Context) -> (bool, bool) {
        let folds = ctx.content_rect().width() < super::tokens::size::SIDEBAR_FOLDS;
        (if folds { self.sidebar_over } else { self.prefs.sidebar }, folds)
    }

    fn show_sidebar(&mut self, ctx: &Context) {
        if !self.sidebar(ctx).0 {
            self.toggle_sidebar(ctx);
        }
    }

    fn toggle_sidebar(&mut self, ctx: &Context) {
        if self.sidebar(ctx).1 {
            self.sidebar_over = !self.sidebar_over;
        } else {
            self.prefs.sidebar = !self.prefs.sidebar;
            self.remember();
        }
    }

    /// The palette in force.
    pub fn scheme(&self, ctx: &Context) -> Scheme {
        let dark = ctx.input(|input| input.raw.system_theme) == Some(egui::Theme::Dark);
        self.prefs.theme.scheme(dark)
    }

    /// The page that is open, as the engine last said.
    pub fn open_page(&self) -> Option<&str> {
        match &self.pane.route {
            Route::Page { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The selected task.
    pub fn selected_task(&self) -> Option<&TaskView> {
        let id = self.tasks.selected.as_deref()?;
        self.views.tasks.get()?.tasks.iter().find(|task| task.id == id)
    }

    /// The selected task with all that is said of it, where that is here; lists hold less.
    pub fn whole_task(&self) -> Option<&TaskView> {
        let id = self.tasks.selected.as_deref()?;
        self.views.task.get().filter(|task| task.id == id)
    }

    /// Pages of the tree.
    pub fn pages(&self) -> &[PageRow] {
        self.views.pages.get().map(|view| view.pages.as_slice()).unwrap_or_default()
    }

    // ---- work between frames ----

    /// Takes what the engine says and hands over what was typed.
    pub fn logic(&mut self, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        while let Ok(event) = self.events.1.try_recv() {
            self.hear(event, now);
        }
        self.views.poll(self.backend.as_ref(), &self.out.wake);
        self.each_pane(Open::hear_of_page);
        self.begin();
        self.tend_people(ctx);
        self.tend_tasks();
        self.pass_time(ctx, now);
        self.send_edits(ctx, now);
        self.save_files();
        self.each_pane(|open| open.tend_pane(ctx, now));
        self.tend_away(ctx);
        self.tend_threads(ctx, now);
        self.tend_digest(ctx, now);
        self.tend_notices(ctx, now);
        self.tend_overlap();
        self.tend_weekly(ctx, now);
        self.tend_group();
        if let Some(zone) = self.views.about.get().map(|about| about.zone.clone()) {
            self.clock.set_zone(&zone);
        }
    }

    fn pass_time(&mut self, ctx: &Context, now: f64) {
        if self.toast.as_ref().is_some_and(|(_, until)| now >= *until) {
            self.toast = None;
        }
        if let Some((_, until)) = &self.toast {
            ctx.request_repaint_after(Duration::from_secs_f64((until - now).max(0.0)));
        }
        if self.clock.minute() != self.minute {
            self.minute = self.clock.minute();
            self.views.minute_passed(self.backend.as_ref(), &self.out.wake);
        }
        if let Some(secs) = self.clock.until_next_minute_secs() {
            ctx.request_repaint_after(Duration::from_secs(secs));
        }
    }

    fn send(&self, command: Command, then: Then) {
        let (report, wake, pane) = (self.events.0.clone(), self.out.wake.clone(), self.pane.id);
        let done = Box::new(move |outcome| {
            if report.send(Event::Done(pane, then, outcome)).is_ok() {
                wake();
            }
        });
        self.backend.send(command, done);
    }

    fn hear(&mut self, event: Event, now: f64) {
        match event {
            Event::Online(Ok(())) => {}
            Event::Online(Err(error)) | Event::Done(_, Then::Quiet, Err(error)) => self.fault = Some(error),
            Event::Done(pane, Then::Commented, Err(error)) => {
                self.in_pane(pane, |open| open.comment_failed(error));
            }
            Event::Done(_, Then::Said(key, _), Err(error)) => self.not_said(&key, &error),
            Event::Done(_, _, Err(error)) => match &mut self.dialog {
                Some(dialog) => {
                    dialog.waiting = false;
                    dialog.problem = Some(error);
                }
                None => self.fault = Some(error),
            },
            Event::Done(pane, then, Ok(reply)) => self.in_pane(pane, |open| open.done(then, reply, now)),
            Event::Edited(serial, base, outcome) => self.heard_edit(serial, base, outcome, now),
            Event::Saved(Ok(path)) => self.say(&format!("Saved as {}", path.display()), None, now),
            Event::Saved(Err(error)) => self.fault = Some(error),
            Event::PastedImage(pane, doc, written) => {
                self.in_pane(pane, |open| open.pasted_image(doc, written));
            }
            Event::LinkTicket(outcome) => self.heard_ticket(outcome),
            Event::LinkState(outcome) => self.heard_link(outcome.unwrap_or_default()),
            Event::LinkAnswered(outcome) => self.heard_told(&Dialog::Link, outcome.map(|()| None)),
            Event::Backups(outcome) => self.heard_backups(outcome),
            Event::Drilled(outcome) => self.heard_told(&Dialog::Drill, outcome.map(Some)),
        }
    }

    fn done(&mut self, then: Then, reply: Reply, now: f64) {
        match (then, reply) {
            (Then::OpenMade, Reply::Doc(doc)) => {
                self.go(Route::page(&doc.id));
                self.pane.page.focus_title = true;
            }
            (Then::Recorded, Reply::Recorded(recorded)) => {
                if let Some(id) = recorded.id {
                    if recorded.kind == "task" {
                        self.go(Route::Tasks);
                        self.select(Some(id));
                    } else {
                        self.go(Route::page(&id));
                    }
                    self.say(&recorded.note, None, now);
                }
            }
            (Then::TemplateKept, Reply::Doc(doc)) => {
                let words = "Kept as a template under “Templates”: new pages can begin like this one";
                self.say(words, Some(Box::new(Held(tern_peer::Command::Trash { doc: doc.id }))), now);
            }
            (Then::SelectMade, Reply::Task(task)) => self.select(Some(task.id)),
            (Then::SelectMade, Reply::Doc(doc)) => self.select(Some(doc.id)),
            (Then::ShowTicket, Reply::Ticket { ticket }) => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.waiting = false;
                    dialog.ticket = Some(Secret::new(ticket));
                }
            }
            (Then::LinkMade { page, words }, Reply::Doc(doc)) => self.place_link(&page, &doc.id, &words, now),
            (Then::PlaceAttached { page, name }, Reply::Attachment { hash, .. }) => {
                self.place_attached(&page, &name, &hash, now)
            }
            (Then::Promoted(promotion), reply) => self.promoted(&promotion, &reply, now),
            (Then::ImportSeen(wish), Reply::Import(report)) => {
                if let Some(dialog) = self.dialog.as_mut().filter(|state| state.import.asks(&wish)) {
                    dialog.waiting = false;
                    dialog.import.heard(report);
                }
            }
            (Then::Imported, Reply::Import(report)) => {
                if self.dialog.as_ref().is_some_and(|state| state.dialog == Dialog::ImportTasks) {
                    self.close_dialog();
                    self.go(Route::Tasks);
                }
                let undo = Box::new(Held(Command::ImportUndo));
                self.say(&super::dialogs::import::done(&report), Some(undo), now);
            }
            (Then::ImportBack, Reply::ImportUndone(undone)) => {
                self.say(&super::dialogs::import::taken_back(&undone), None, now);
            }
            (Then::CloseAndSay(words), _) => {
                self.close_dialog();
                self.say(&words, None, now);
            }
            (Then::Changed, Reply::Steps(done)) => self.changed_tasks(done, now),
            (Then::ViewMade, Reply::View(view)) => self.show_view(&view, now),
            (Then::Undoable(..) | Then::TakenBack(_), Reply::Doc(doc)) if !doc.changed => {
                self.say("Nothing had to change: it is so already", None, now);
            }
            (Then::Undoable(words, undo), _) => self.say(&words, Some(undo), now),
            (Then::TakenBack(words), Reply::Doc(doc)) => {
                let undo = Command::PageTakeBack { page: doc.id, at: doc.heads };
                self.say(&words, Some(Box::new(Held(undo))), now);
            }
            (Then::Practised(words), Reply::Practice(view)) => self.practised(&view, &words, now),
            (Then::Posted, Reply::Doc(doc)) => self.posted(&doc.id, now),
            (Then::HandedOff, Reply::Handoff(view)) => self.handed_off(&view, now),
            (Then::DigestAgain, _) => self.digest_again(),
            (Then::Commented, _) => self.commented(),
            (Then::Said(key, words), reply) => self.said(&key, &words, &reply, now),
            (Then::Replied(thread), _) => {
                self.pane.talk.replies.remove(&thread);
            }
            _ => {}
        }
    }

    /// Says what was done, or why not, before it opened.
    pub fn greet(&mut self, greeting: Result<&str, PeerError>, now: f64) {
        match greeting {
            Ok(words) => self.say(words, None, now),
            Err(error) => self.fault = Some(error),
        }
    }

    fn say(&mut self, words: &str, undo: Option<Box<Held>>, now: f64) {
        self.toast = Some((Toast { text: words.to_owned(), undo }, now + TOAST_SECS));
    }

    fn select(&mut self, task: Option<String>) {
        if let Some(UiCommand::Send(command, then)) = self.draft.take_unsent() {
            self.send(*command, then);
        }
        if let Some(task) = &task {
            self.prefs.was_open(task);
        }
        self.tasks.reveal = task.is_some();
        self.tasks.title = None;
        self.tasks.selected = task;
    }

    fn remember(&self) {
        if let Some(file) = self.out.prefs_file.clone() {
            let prefs = self.prefs.clone();
            (self.out.spawn)(Box::new(move || prefs.write(&file)));
        }
    }

    /// The window closes: everything typed becomes durable first.
    pub fn close(&mut self) {
        if let Some(file) = &self.out.prefs_file {
            self.prefs.write(file);
        }
        self.hand_over();
        self.backend.shutdown();
    }

    /// Gives everything typed to the engine; false when it did not take all of it.
    pub fn hand_over(&mut self) -> bool {
        self.each_pane(|open| {
            open.note_read(None);
            open.leave();
        });
        self.leave_threads();
        self.settle();
        self.tails.is_empty() && !self.any_pane(|pane| pane.edit_fault.is_some())
    }

    /// Opens a dialog, for tests.
    #[cfg(test)]
    pub fn show_dialog(&mut self, dialog: Dialog) {
        self.open(dialog);
    }

    /// The engine of a window that shows nothing of it any more.
    pub fn into_backend(self) -> Box<dyn Backend + Send> {
        self.backend
    }

    /// Breadcrumbs of the open page: titles and ids from the top.
    pub fn crumbs(&self) -> Vec<(String, String)> {
        let titles: BTreeMap<&str, &str> =
            self.pages().iter().map(|p| (p.id.as_str(), p.title.as_str())).collect();
        let mut crumbs: Vec<(String, String)> = super::sidebar::ancestors(self.pages(), self.open_page())
            .into_iter()
            .map(|id| (shown_title(titles.get(id).copied().unwrap_or_default()).to_owned(), id.to_owned()))
            .collect();
        crumbs.reverse();
        crumbs
    }
}
