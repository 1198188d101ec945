//! An open workspace: its state, what the engine says, and the one place where commands of views are performed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use egui::Context;
use tern_model::block::{Block, BlockKind, Container};
use tern_peer::{Command, PageRow, PeerError, Query, Reply, TaskView};

use super::actions::{Action, Reader, Situation};
use super::backend::{Backend, Wake};
use super::clock::Clock;
use super::command::{BlockAction, Dialog, Queue, Route, Then, UiCommand, UndoCommand, trash};
use super::details::TaskDraft;
use super::dialogs::DialogState;
use super::lists::SearchState;
use super::notice::{TOAST_SECS, Toast};
use super::page::editor::Key;
use super::page::pictures::Spawn;
use super::page::rules;
use super::page::ui::PageState;
use super::palette::Palette;
use super::picker::Picker;
use super::prefs::{Prefs, Theme};
use super::sidebar::shown_title;
use super::tasks::ui::TasksState;
use super::tasks::{data as task_data, menus};
use super::tokens::Scheme;
use super::views::Views;

/// Most outcomes that may wait to be read.
const EVENTS_MAX: usize = 1024;
/// Most steps back that are remembered.
const BACK_MAX: usize = 64;
/// How long closing the window waits for the engine to take what was typed.
const CLOSING_TRIES: usize = 100;
const CLOSING_STEP: Duration = Duration::from_millis(50);
/// Most search results.
const HITS_MAX: usize = 50;

/// What the engine reports back.
enum Event {
    Done(Then, Result<Reply, PeerError>),
    Edited(String, Result<Reply, PeerError>),
    Online(Result<(), PeerError>),
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
    /// The zone of this laptop, until the profile is known.
    pub zone: String,
}

/// An open workspace.
pub struct Open {
    backend: Box<dyn Backend + Send>,
    out: Surroundings,
    events: (SyncSender<Event>, Receiver<Event>),
    pub(super) views: Views,
    pub(super) prefs: Prefs,
    pub(super) clock: Clock,
    pub(super) route: Route,
    back: Vec<Route>,
    forward: Vec<Route>,
    pub(super) page: PageState,
    pub(super) tasks: TasksState,
    pub(super) search: SearchState,
    pub(super) draft: TaskDraft,
    pub(super) picker: Option<Box<Picker>>,
    pub(super) palette: Option<Palette>,
    pub(super) dialog: Option<DialogState>,
    pub(super) toast: Option<(Toast, f64)>,
    pub(super) fault: Option<PeerError>,
    pub(super) edit_fault: Option<PeerError>,
    reader: Reader,
    minute: i64,
    pub(super) region: usize,
    /// The right column was opened over the sheet, in a window too narrow to hold both.
    details_over: bool,
    started: bool,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").field("route", &self.route).field("views", &self.views).finish_non_exhaustive()
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
            route: Route::Nothing,
            back: Vec::new(),
            forward: Vec::new(),
            page: PageState::default(),
            tasks: TasksState::default(),
            search: SearchState::default(),
            draft: TaskDraft::default(),
            picker: None,
            palette: None,
            dialog: None,
            toast: None,
            fault: None,
            edit_fault: None,
            reader: Reader::default(),
            region: 0,
            details_over: false,
            started: false,
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
        Situation {
            page: matches!(self.route, Route::Page { at: None, .. }),
            tasks: self.route == Route::Tasks,
            task: self.route == Route::Tasks && self.tasks.selected.is_some(),
        }
    }

    /// Whether the right column is wanted.
    pub fn wants_details(&self, ctx: &Context) -> bool {
        if is_narrow(ctx) { self.details_over } else { self.prefs.details }
    }

    /// The palette in force.
    pub fn scheme(&self, ctx: &Context) -> Scheme {
        let dark = ctx.input(|input| input.raw.system_theme) == Some(egui::Theme::Dark);
        self.prefs.theme.scheme(dark)
    }

    /// The page that is open, as the engine last said.
    pub fn open_page(&self) -> Option<&str> {
        match &self.route {
            Route::Page { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The selected task.
    pub fn selected_task(&self) -> Option<&TaskView> {
        let id = self.tasks.selected.as_deref()?;
        self.views.tasks.get()?.tasks.iter().find(|task| task.id == id)
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
        let page_changed = self.views.poll(self.backend.as_ref(), &self.out.wake);
        if page_changed && let Some(view) = self.views.page.get() {
            self.page.editor.offer(view, now);
        }
        self.begin();
        self.pass_time(ctx, now);
        self.send_edits(ctx, now);
        self.page.pictures.work(ctx, self.backend.as_ref(), &self.out.wake, &self.out.spawn);
        if let Some(zone) = self.views.about.get().map(|about| about.zone.clone()) {
            self.clock.set_zone(&zone);
        }
    }

    /// Opens the page that was open last, or the first one, once the tree is known.
    fn begin(&mut self) {
        if self.started || self.views.pages.get().is_none() {
            return;
        }
        self.started = true;
        let wanted = self.prefs.last_page.as_deref();
        let found = self
            .pages()
            .iter()
            .find(|page| Some(page.id.as_str()) == wanted)
            .or_else(|| self.pages().first());
        if let (Route::Nothing, Some(id)) = (&self.route, found.map(|page| page.id.clone())) {
            self.go(Route::page(&id));
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

    fn send_edits(&mut self, ctx: &Context, now: f64) {
        if let Some(due) = self.page.editor.flush_due(now).filter(|_| !self.page.field.composing) {
            if due <= 0.0 {
                self.page.editor.flush();
            } else {
                ctx.request_repaint_after(Duration::from_secs_f64(due));
            }
        }
        self.send_batch();
    }

    fn send_batch(&mut self) {
        let Some(page) = self.open_page().map(str::to_owned).filter(|_| !self.page.read_only) else { return };
        if let Some(edits) = self.page.editor.next_batch() {
            let (report, wake, of) = (self.events.0.clone(), self.out.wake.clone(), page.clone());
            let done = Box::new(move |outcome| {
                if report.send(Event::Edited(of, outcome)).is_ok() {
                    wake();
                }
            });
            self.backend.send(Command::PageBlocks { page, edits }, done);
        }
    }

    fn send(&self, command: Command, then: Then) {
        let (report, wake) = (self.events.0.clone(), self.out.wake.clone());
        let done = Box::new(move |outcome| {
            if report.send(Event::Done(then, outcome)).is_ok() {
                wake();
            }
        });
        self.backend.send(command, done);
    }

    fn hear(&mut self, event: Event, now: f64) {
        match event {
            Event::Online(Ok(())) => {}
            Event::Online(Err(error)) | Event::Done(Then::Quiet, Err(error)) => self.fault = Some(error),
            Event::Done(_, Err(error)) => match &mut self.dialog {
                Some(dialog) => {
                    dialog.waiting = false;
                    dialog.problem = Some(error);
                }
                None => self.fault = Some(error),
            },
            Event::Done(then, Ok(reply)) => self.done(then, reply, now),
            Event::Edited(page, outcome) if self.open_page() == Some(&page) => match outcome {
                Ok(Reply::Doc(reply)) => {
                    self.edit_fault = None;
                    self.page.editor.acknowledged(Some(reply.heads), reply.changed, now);
                }
                Ok(_) => self.page.editor.acknowledged(None, true, now),
                Err(error) => {
                    self.page.editor.refused();
                    self.edit_fault = Some(error);
                }
            },
            Event::Edited(_, Ok(_)) => {}
            Event::Edited(_, Err(error)) => self.fault = Some(error),
        }
    }

    fn done(&mut self, then: Then, reply: Reply, now: f64) {
        match (then, reply) {
            (Then::OpenMade, Reply::Doc(doc)) => {
                self.go(Route::page(&doc.id));
                self.page.focus_title = true;
            }
            (Then::SelectMade, Reply::Task(task)) => self.select(Some(task.id)),
            (Then::SelectMade, Reply::Doc(doc)) => self.select(Some(doc.id)),
            (Then::ShowTicket, Reply::Ticket { ticket }) => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.waiting = false;
                    dialog.ticket = Some(ticket);
                }
            }
            (Then::CloseAndSay(words), _) => {
                self.dialog = None;
                self.say(&words, None, now);
            }
            (Then::Undoable(words, undo), _) => self.say(&words, Some(undo), now),
            _ => {}
        }
    }

    fn say(&mut self, words: &str, undo: Option<Box<UndoCommand>>, now: f64) {
        self.toast = Some((Toast { text: words.to_owned(), undo }, now + TOAST_SECS));
    }

    fn select(&mut self, task: Option<String>) {
        if let Some(UiCommand::Send(command, then)) = self.draft.take_unsent() {
            self.send(*command, then);
        }
        self.tasks.reveal = task.is_some();
        self.tasks.title = None;
        self.tasks.selected = task;
    }

    // ---- moving about ----

    /// Shows something in the middle; what was typed before goes to the engine first.
    pub fn go(&mut self, route: Route) {
        if self.route == route {
            return;
        }
        let left = std::mem::replace(&mut self.route, Route::Nothing);
        if left != Route::Nothing {
            self.back.push(left.clone());
            self.back.truncate(BACK_MAX);
        }
        self.forward.clear();
        self.route = left;
        self.enter(route);
    }

    fn enter(&mut self, route: Route) {
        self.leave();
        self.route = route;
        match self.route.clone() {
            Route::Page { id, at } => {
                self.page = PageState::default();
                self.page.read_only = at.is_some();
                self.edit_fault = None;
                self.views.page.clear();
                let query = Query::Page { page: id.clone(), at: at.map(|(heads, _)| heads) };
                self.views.page.watch(self.backend.as_ref(), &self.out.wake, query);
                let history = Query::History { page: id.clone() };
                self.views.history.watch(self.backend.as_ref(), &self.out.wake, history);
                self.prefs.last_page = Some(id);
                self.remember();
            }
            Route::Trash => {
                self.views.trash.watch(self.backend.as_ref(), &self.out.wake, Query::Pages { trash: true });
            }
            Route::Search => self.search.focus = true,
            Route::Tasks | Route::Nothing => {}
        }
        if self.route != Route::Trash {
            self.views.trash.clear();
        }
    }

    /// Hands everything typed to the engine before something else is shown.
    fn leave(&mut self) {
        self.rename();
        self.page.editor.leave();
        self.settle();
        if let Some(UiCommand::Send(command, then)) = self.draft.take_unsent() {
            self.send(*command, then);
        }
    }

    /// Waits, for a bounded time, until the engine has taken the edits of the open page.
    fn settle(&mut self) {
        for _ in 0..CLOSING_TRIES {
            self.send_batch();
            if self.page.editor.is_settled() || self.page.editor.is_refused() || self.page.read_only {
                return;
            }
            if let Ok(event) = self.events.1.recv_timeout(CLOSING_STEP) {
                self.hear(event, f64::MAX);
            }
            if self.views.page.poll()
                && let Some(view) = self.views.page.get()
            {
                self.page.editor.offer(view, f64::MAX);
            }
        }
    }

    fn rename(&mut self) {
        let (Some(title), Some(page)) = (self.page.title.take(), self.views.page.get()) else { return };
        if title.trim() != page.title {
            let command = Command::PageRename { page: page.id.clone(), title: title.trim().to_owned() };
            self.send(command, Then::Quiet);
        }
    }

    fn step(&mut self, back: bool) {
        let taken = if back { self.back.pop() } else { self.forward.pop() };
        let Some(route) = taken else { return };
        let left = self.route.clone();
        if back {
            self.forward.push(left)
        } else {
            self.back.push(left)
        }
        self.enter(route);
    }

    /// Whether there is something to go back or forward to.
    pub fn can_step(&self, back: bool) -> bool {
        if back { !self.back.is_empty() } else { !self.forward.is_empty() }
    }

    fn remember(&self) {
        if let Some(file) = self.out.prefs_file.clone() {
            let prefs = self.prefs.clone();
            (self.out.spawn)(Box::new(move || prefs.write(&file)));
        }
    }

    /// The window closes: everything typed becomes durable first.
    pub fn close(&mut self) {
        self.leave();
        self.backend.shutdown();
    }

    // ---- commands ----

    /// Reads the keys of the table.
    pub fn read_keys(&mut self, ctx: &Context, out: &mut Queue) {
        if self.picker.is_some() || self.palette.is_some() || self.dialog.is_some() {
            return;
        }
        let actions = self.reader.read(ctx, self.situation(), ctx.text_edit_focused());
        out.extend(actions.into_iter().map(UiCommand::Do));
    }

    /// Performs what views asked for.
    pub fn perform(&mut self, ctx: &Context, queue: Queue) {
        let any = !queue.is_empty();
        for command in queue {
            self.perform_one(ctx, command);
        }
        if any {
            ctx.request_repaint();
        }
    }

    fn perform_one(&mut self, ctx: &Context, command: UiCommand) {
        let now = ctx.input(|input| input.time);
        match command {
            UiCommand::Do(action) => self.act(ctx, action),
            UiCommand::Go(route) => self.go(route),
            UiCommand::Fold { page, folded } => {
                self.prefs.folds.insert(page, folded);
                self.remember();
            }
            UiCommand::SelectTask(task) => self.select(task),
            UiCommand::EditTaskTitle(on) => self.tasks.title = on.then(|| self.task_title()),
            UiCommand::Pick(picker) => self.picker = Some(picker),
            UiCommand::Open(dialog) => self.open(dialog),
            UiCommand::Close => self.close_top(),
            UiCommand::Send(command, then) => self.send(*command, then),
            UiCommand::Block(key, action) => self.block(key, action),
            UiCommand::RetryEdits => {
                self.edit_fault = None;
                self.page.editor.retry();
            }
            UiCommand::TakeEditsOut => {
                self.edit_fault = None;
                ctx.copy_text(self.page.editor.discard(now));
                self.say("The text that was not saved is on the clipboard", None, now);
            }
            UiCommand::SearchFor(text) => self.look_for(text),
            UiCommand::SetTheme(theme) => self.set_theme(theme),
            UiCommand::Copy(text, said) => {
                ctx.copy_text(text);
                self.say(said, None, now);
            }
            UiCommand::Browse(address) => self.browse(ctx, &address),
            UiCommand::Undo => {
                if let Some(undo) = self.toast.take().and_then(|(toast, _)| toast.undo) {
                    self.send(undo.0, Then::Quiet);
                }
            }
            UiCommand::DismissFault => self.fault = None,
        }
    }

    fn task_title(&self) -> String {
        self.selected_task().map(|task| task.title.clone()).unwrap_or_default()
    }

    fn open(&mut self, dialog: Dialog) {
        self.picker = None;
        self.palette = None;
        self.dialog = Some(DialogState::new(dialog));
    }

    fn close_top(&mut self) {
        if self.picker.take().is_none() && self.palette.take().is_none() {
            self.dialog = None;
        }
    }

    fn look_for(&mut self, text: String) {
        if text.trim().is_empty() {
            self.views.search.clear();
        } else {
            let query = Query::Search { query: text.trim().to_owned(), limit: HITS_MAX };
            self.views.search.watch(self.backend.as_ref(), &self.out.wake, query);
        }
        self.search.text = text;
    }

    fn set_theme(&mut self, theme: Theme) {
        self.prefs.theme = theme;
        self.remember();
    }

    /// Opens web and mail addresses; everything else is not handed to the desktop.
    fn browse(&mut self, ctx: &Context, address: &str) {
        let known = ["https://", "http://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
        if known {
            ctx.open_url(egui::OpenUrl::new_tab(address));
        } else {
            let now = ctx.input(|input| input.time);
            self.say(&format!("“{address}” leads to nothing in this workspace"), None, now);
        }
    }

    fn block(&mut self, key: Key, action: BlockAction) {
        let editor = &mut self.page.editor;
        match action {
            BlockAction::AddBelow => {
                let above = editor.block(key).cloned();
                let (kind, parents) = match &above {
                    Some(block) => (rules::continued(&block.kind), block.parents.clone()),
                    None => (BlockKind::Paragraph, Vec::new()),
                };
                editor.insert_after(Some(key), Block { parents, ..Block::plain(kind, "") });
            }
            BlockAction::Become(kind, quote) => {
                editor.begin(key, usize::MAX);
                let parents = if quote { vec![Container::Quote] } else { Vec::new() };
                editor.convert(kind, parents);
            }
            BlockAction::Delete => editor.delete(key),
        }
    }

    fn act(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Palette => self.palette = Some(Palette::with(&typed_in_this_frame(ctx))),
            Action::Search => self.go_search(),
            Action::NewTask => {
                self.go(Route::Tasks);
                self.tasks.focus_capture = true;
            }
            Action::NewPage => self.new_page(None),
            Action::NewPageInside => self.new_page(self.open_page().map(str::to_owned)),
            Action::GoPages => {
                if let Some(id) =
                    self.prefs.last_page.clone().or_else(|| self.pages().first().map(|p| p.id.clone()))
                {
                    self.go(Route::page(&id));
                }
            }
            Action::GoTasks => self.go(Route::Tasks),
            Action::GoTrash => self.go(Route::Trash),
            Action::GoDelivery => self.open(Dialog::Ladder),
            Action::Back => self.step(true),
            Action::Forward => self.step(false),
            Action::Next => self.select_next(1),
            Action::Previous => self.select_next(-1),
            Action::Open => self.tasks.title = Some(self.task_title()),
            Action::SetStatus
            | Action::SetPriority
            | Action::SetAssignee
            | Action::SetDue
            | Action::Choose => {
                self.picker = self.task_menu(action).map(Box::new);
            }
            Action::Rename => self.rename_or_focus(),
            Action::TrashThis => self.trash_this(ctx),
            Action::ToggleDetails => {
                if is_narrow(ctx) {
                    self.details_over = !self.details_over;
                } else {
                    self.prefs.details = !self.prefs.details;
                    self.remember();
                }
            }
            Action::Invite => self.open(Dialog::Invite),
            Action::AddNode => self.open(Dialog::AddNode),
            Action::Settings => self.open(Dialog::Settings),
            Action::ToggleTheme => {
                let dark = self.scheme(ctx).is_dark();
                self.set_theme(if dark { Theme::Light } else { Theme::Dark });
            }
            Action::ZoomIn | Action::ZoomOut | Action::ZoomReset => self.zoom(action),
            Action::NextRegion => self.region_step(ctx, 1),
            Action::PreviousRegion => self.region_step(ctx, super::shell::REGIONS.len() - 1),
            Action::Keys => self.open(Dialog::Keys),
        }
    }

    fn zoom(&mut self, action: Action) {
        match action {
            Action::ZoomReset => self.prefs.zoom = 100,
            _ => self.prefs.step_zoom(action == Action::ZoomIn),
        }
        self.page.forget_heights();
        self.remember();
    }

    fn go_search(&mut self) {
        self.go(Route::Search);
        self.search.focus = true;
    }

    fn new_page(&mut self, parent: Option<String>) {
        if let Some(parent) = &parent {
            self.prefs.folds.insert(parent.clone(), false);
        }
        let command = Command::PageNew { title: String::new(), parent, markdown: None };
        self.send(command, Then::OpenMade);
    }

    /// A typed title goes to the engine; else the title gets the keyboard.
    fn rename_or_focus(&mut self) {
        if self.page.title.is_some() {
            self.rename();
        } else {
            self.page.focus_title = true;
        }
    }

    fn trash_this(&mut self, ctx: &Context) {
        let command = match (&self.route, self.selected_task(), self.views.page.get()) {
            (Route::Page { .. }, _, Some(page)) => trash(&page.id, shown_title(&page.title)),
            (Route::Tasks, Some(task), _) => trash(&task.id, &task.title),
            _ => return,
        };
        self.perform_one(ctx, command);
        if self.open_page().is_some() {
            self.go(Route::Nothing);
        }
    }

    fn select_next(&mut self, step: isize) {
        let data = task_data::build(&self.views, &self.clock);
        let ids = task_data::ids(&data);
        let at = self.tasks.selected.as_deref().and_then(|id| ids.iter().position(|other| *other == id));
        let next = match at {
            Some(at) => at.saturating_add_signed(step).min(ids.len().saturating_sub(1)),
            None => 0,
        };
        let id = ids.get(next).map(|id| (*id).to_owned());
        self.select(id);
    }

    fn task_menu(&self, action: Action) -> Option<Picker> {
        let task = self.selected_task()?;
        let at = self.tasks.anchor;
        Some(match action {
            Action::SetStatus => menus::status(&task.id, &task.status, at),
            Action::SetPriority => menus::priority(&task.id, &task.priority, at),
            Action::SetAssignee => menus::assignee(
                &task.id,
                self.views.members.get(),
                task.assignee.as_deref().unwrap_or("Nobody"),
                None,
            ),
            Action::SetDue => menus::due(&task.id, &self.clock, at),
            _ => menus::choose(task, task.conflicts.first()?, &self.clock, at),
        })
    }

    fn region_step(&mut self, ctx: &Context, by: usize) {
        self.region = (self.region + by) % super::shell::REGIONS.len();
        ctx.memory_mut(|memory| memory.request_focus(super::shell::region_id(self.region)));
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

/// Text that arrived in the same frame as a key: whoever types faster than frames come loses nothing.
fn typed_in_this_frame(ctx: &Context) -> String {
    ctx.input(|input| {
        let text = |event: &egui::Event| match event {
            egui::Event::Text(text) => Some(text.clone()),
            _ => None,
        };
        input.events.iter().filter_map(text).collect()
    })
}

/// Whether the right column lies over the sheet.
fn is_narrow(ctx: &Context) -> bool {
    ctx.content_rect().width() < super::tokens::size::RIGHT_OVERLAYS
}
