//! Commands of views, each performed in one place.

use egui::Context;
use tern_model::block::{BlockKind, Container};
use tern_model::flat::Head;
use tern_peer::{Command, Query};

use super::Open;
use crate::gui::access;
use crate::gui::actions::Action;
use crate::gui::backend::BackupStep;
use crate::gui::command::{BlockAction, Column, Dialog, Queue, Route, Section, Then, UiCommand, trash};
use crate::gui::comments::Talk;
use crate::gui::page::blocks;
use crate::gui::page::select::Selection;
use crate::gui::palette::Palette;
use crate::gui::picker::Picker;
use crate::gui::practice;
use crate::gui::prefs::Theme;
use crate::gui::shell;
use crate::gui::sidebar::shown_title;

/// Most search results.
const HITS_MAX: usize = 50;

impl Open {
    /// Reads the keys of the table.
    pub fn read_keys(&mut self, ctx: &Context, out: &mut Queue) {
        if self.picker.is_some() || self.palette.is_some() || self.dialog.is_some() {
            return;
        }
        let mut situation = self.situation();
        // Enter presses the button that has the keyboard, before it agrees to anything or edits the selected task.
        let focused = ctx.memory(egui::Memory::focused);
        situation.accept &= focused.is_none();
        situation.on_thread &= focused.is_none() || focused == self.threads.row;
        situation.on_item &= focused.is_none() || focused == self.threads.digest.row;
        situation.on_title &= focused.is_none() || focused == self.titled.row;
        situation.undo &= !self.is_typing(ctx);
        situation.on_row &= focused.is_none() || focused == self.tasks.row;
        let actions = self.reader.read(ctx, situation, self.is_typing(ctx));
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

    pub(super) fn perform_one(&mut self, ctx: &Context, command: UiCommand) {
        let now = ctx.input(|input| input.time);
        match command {
            UiCommand::Do(action) => self.act(ctx, action),
            UiCommand::Go(route @ Route::Page { .. }) if is_beside(ctx) => {
                self.go_in_other(ctx, self.leads_to(route));
            }
            UiCommand::Go(route) => self.follow(ctx, route),
            UiCommand::GoBeside(route) => self.go_in_other(ctx, self.leads_to(route)),
            UiCommand::Fold { page, folded } => {
                self.prefs.folds.insert(page, folded);
                self.remember();
            }
            UiCommand::Seek { page, words } => {
                self.go(Route::page(&page));
                self.pane.page.seek = Some(words);
            }
            UiCommand::NewFromTemplate(name) => self.new_from_template(&name),
            UiCommand::Resize(column, width) => self.resize(ctx, column, width),
            UiCommand::SetStill(still) => {
                self.prefs.still = still;
                self.remember();
            }
            UiCommand::SelectTask(task) => self.show_task(task),
            UiCommand::Tasks(ask) => self.task_ask(ctx, ask),
            UiCommand::EditTaskTitle(on) => self.tasks.title = on.then(|| self.task_title()),
            UiCommand::Pick(picker) => self.picker = Some(picker),
            UiCommand::Open(dialog) => self.open(dialog),
            UiCommand::Close => self.close_top(),
            UiCommand::Send(command, then) => self.send(*command, then),
            UiCommand::Block(key, action) => self.block(ctx, key, action),
            UiCommand::Promote(key) => self.promote(key),
            UiCommand::Past(ask) => self.past_ask(ctx, ask),
            UiCommand::Talk(talk) => self.talk_ask(ctx, talk),
            UiCommand::Threads(ask) => self.threads_ask(ask),
            UiCommand::Digest(ask) => self.digest_ask(ctx, ask),
            UiCommand::ShowBlock(key) => self.show_block(ctx, key),
            UiCommand::NewLinkedPage(title) => self.new_linked_page(title),
            UiCommand::Attach(path) => self.attach(path),
            UiCommand::RetryEdits => {
                self.pane.edit_fault = None;
                self.pane.page.session.retry();
            }
            UiCommand::TakeEditsOut => {
                self.pane.edit_fault = None;
                ctx.copy_text(self.pane.page.session.discard());
                self.say("The text that was not saved is on the clipboard", None, now);
            }
            UiCommand::SearchFor(text) => self.look_for(text),
            UiCommand::SetTheme(theme) => self.set_theme(theme),
            UiCommand::Copy(text, said) => {
                ctx.copy_text(text);
                if !said.is_empty() {
                    self.say(said, None, now);
                }
            }
            UiCommand::CopyRich(text, html) => {
                if !self.out.clipboard.put(&text, &html) {
                    ctx.copy_text(text);
                }
            }
            UiCommand::Paste(text) => self.paste(&text, now),
            UiCommand::PasteImage(image) => self.paste_image(image),
            UiCommand::Browse(address) => self.open_link(ctx, &address),
            UiCommand::Share { member, on: true } => {
                self.access.shared.insert(member);
            }
            UiCommand::Share { member, on: false } => {
                self.access.shared.remove(&member);
            }
            UiCommand::ClockRead(when) => {
                self.prefs.clock_read = Some(when);
                self.remember();
            }
            UiCommand::PostWeekly => self.post_weekly(),
            UiCommand::RedoWeekly => self.redo_weekly(),
            UiCommand::Say(words) => self.say(&words, None, now),
            UiCommand::Undo => {
                if let Some(undo) = self.toast.take().and_then(|(toast, _)| toast.undo) {
                    let then = match undo.0 {
                        Command::SeenBack { .. } => Then::DigestAgain,
                        Command::ImportUndo => Then::ImportBack,
                        _ => Then::Quiet,
                    };
                    self.send(undo.0, then);
                }
            }
            UiCommand::DismissFault => self.fault = None,
            UiCommand::ShowDevices { member, shown: true } => {
                self.access.shown.insert(member);
            }
            UiCommand::ShowDevices { member, shown: false } => {
                self.access.shown.remove(&member);
            }
            UiCommand::StartLink => self.start_link(),
            UiCommand::AnswerLink(accept) => self.answer_link(accept),
            UiCommand::Backups(step) => self.backups(step),
            UiCommand::TryWords => self.try_words(),
            UiCommand::Relock(change) => self.begin_relock(change),
        }
    }

    /// Where a link to a document leads that may be a page: a thread is one of threads.
    fn leads_to(&self, route: Route) -> Route {
        let Route::Page { id, at: None } = &route else { return route };
        let threads = self.views.talks.threads.get().map(|view| view.threads.as_slice()).unwrap_or_default();
        let is_thread = threads.iter().any(|thread| thread.id == *id);
        if is_thread { Route::Thread { id: id.clone() } } else { route }
    }

    /// Goes where a link leads; to a task in its list.
    fn follow(&mut self, ctx: &Context, route: Route) {
        let tasks = self.views.tasks.get().map(|view| view.tasks.as_slice()).unwrap_or_default();
        if let Route::Page { id, at: None } = &route
            && tasks.iter().any(|task| task.id == *id)
        {
            let task = Some(id.clone());
            self.go(Route::Tasks);
            return self.perform_one(ctx, UiCommand::SelectTask(task));
        }
        self.go(self.leads_to(route));
    }

    fn task_title(&self) -> String {
        self.selected_task().map(|task| task.title.clone()).unwrap_or_default()
    }

    fn close_top(&mut self) {
        if self.picker.take().is_none() && self.palette.take().is_none() {
            if self.dialog.is_none() {
                self.sidebar_over = false;
            }
            self.close_dialog();
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
        self.search.selected = 0;
    }

    fn set_theme(&mut self, theme: Theme) {
        self.prefs.theme = theme;
        self.remember();
    }

    fn block(&mut self, ctx: &Context, key: u64, action: BlockAction) {
        let now = ctx.input(|input| input.time);
        let flat = self.pane.page.session.flat();
        let Some(index) = flat.index(key) else { return };
        let change = match action {
            BlockAction::AddBelow => {
                let above = flat.parts().get(index).and_then(|part| part.head.as_ref());
                let (kind, parents) = match above {
                    Some(head) => (blocks::continued(&head.kind), head.parents.clone()),
                    None => (BlockKind::Paragraph, Vec::new()),
                };
                blocks::insert_after(flat, index, Head { kind, parents, restart: None })
            }
            BlockAction::Become(kind, quote) => {
                let parents = if quote { vec![Container::Quote] } else { Vec::new() };
                let caret = Selection::at(flat.start(index));
                blocks::convert(flat, index, index, &Head { kind, parents, restart: None }, &caret)
            }
            BlockAction::Delete => blocks::remove(flat, index),
            BlockAction::Comment => return self.comment_on_block(ctx, index),
            BlockAction::Reform(change) => blocks::reform(flat, index, change),
        };
        self.pane.page.run(change, now);
        ctx.memory_mut(|memory| memory.request_focus(self.pane.page.editor()));
    }

    /// Whether keys write text just now.
    pub(in crate::gui) fn is_typing(&self, ctx: &Context) -> bool {
        let in_page =
            !self.pane.page.read_only && ctx.memory(|memory| memory.has_focus(self.pane.page.editor()));
        in_page || ctx.text_edit_focused()
    }

    fn act(&mut self, ctx: &Context, action: Action) {
        match action {
            // What is held is seen where the ruler is drawn.
            Action::Ruler => {}
            Action::Palette => self.palette = Some(Palette::with(&typed_in_this_frame(ctx))),
            Action::Search => self.go_search(),
            Action::NewTask => self.new_task(),
            Action::NewPage => self.new_page(None, None),
            Action::NewPageInside => self.new_page(self.open_page().map(str::to_owned), None),
            Action::NewFromTemplate => self.picker = Some(Box::new(self.template_menu())),
            Action::SaveTemplate => self.save_template(),
            Action::Favourite => self.favour(ctx),
            Action::CopyLink => self.copy_link(ctx),
            Action::GoTree => self.go_to_tree(ctx),
            Action::Move(step) => self.move_step(ctx, step),
            Action::Tree(step) => self.tree_step(ctx, step),
            Action::ToggleSidebar => self.toggle_sidebar(ctx),
            Action::GoPages => self.go_pages(),
            Action::GoTasks => self.go(Route::Tasks),
            Action::GoTrash => self.go(Route::Trash),
            Action::GoDecisions => self.go(Route::Decisions),
            Action::GoProjects => self.go(Route::Projects),
            Action::GoCycles => self.go(Route::Cycles),
            Action::GoDelivery => self.open(Dialog::Ladder),
            Action::GoPeople
            | Action::GoDevices
            | Action::GoInvites
            | Action::GoReview
            | Action::GoSpaces
            | Action::GoLog
            | Action::NextSection
            | Action::PreviousSection => self.go_people(action),
            Action::Back => self.step(true),
            Action::Forward => self.step(false),
            Action::Next => self.select_next(1),
            Action::Previous => self.select_next(-1),
            Action::Open => self.show_details(),
            Action::OpenTitle => self.open_title(),
            Action::TakeBack => self.perform_one(ctx, UiCommand::Undo),
            Action::EditTitle => self.tasks.title = Some(self.task_title()),
            Action::Mark
            | Action::Extend(_)
            | Action::Card(_)
            | Action::MoveCard(_)
            | Action::TypeFilter
            | Action::SwitchLayout
            | Action::SaveView
            | Action::RenameView
            | Action::TrashView
            | Action::LeaveTask => self.task_key(ctx, action),
            Action::GoWork => self.go(Route::Work),
            Action::SetStatus
            | Action::SetPriority
            | Action::SetAssignee
            | Action::SetDue
            | Action::SetLabels
            | Action::SetEstimate
            | Action::Choose => {
                self.picker = self.task_menu(action).map(Box::new);
            }
            Action::Rename => self.rename_or_focus(),
            Action::MoveToSpace => self.picker = self.space_menu().map(Box::new),
            Action::TrashThis => self.trash_this(ctx),
            Action::ToggleDetails => self.toggle_details(ctx),
            Action::Invite => self.open(Dialog::Invite),
            Action::LinkDevice => self.open(Dialog::Link),
            Action::NewSpace => self.open(Dialog::NewSpace),
            Action::Drill => self.open(Dialog::Drill),
            Action::KeysKept => self.open(Dialog::KeysKept),
            Action::Backups => {
                self.open(Dialog::Backups);
                self.backups(BackupStep::List);
            }
            Action::ImportTasks => self.open(Dialog::ImportTasks),
            Action::ImportUndo => self.send(Command::ImportUndo, Then::ImportBack),
            Action::AddNode => self.open(Dialog::AddNode),
            Action::Settings => self.open(Dialog::Settings),
            Action::ToggleTheme => {
                let dark = self.scheme(ctx).is_dark();
                self.set_theme(if dark { Theme::Light } else { Theme::Dark });
            }
            Action::ZoomIn | Action::ZoomOut | Action::ZoomReset => self.zoom(action),
            Action::NextRegion => self.region_step(ctx, 1),
            Action::PreviousRegion => self.region_step(ctx, shell::REGIONS.len() - 1),
            Action::Split => self.split_or_close(ctx),
            Action::OtherPane => self.go_beside(ctx),
            Action::Keys => self.open(Dialog::Keys),
            Action::Comment => self.talk_ask(ctx, Talk::Begin),
            Action::SinceRead
            | Action::MergeReview
            | Action::Older
            | Action::Newer
            | Action::Accept
            | Action::TakeMine
            | Action::TakeTheirs
            | Action::LeavePast => self.past_key(ctx, action),
            Action::StillTrue => {
                if let Some(command) = practice::still_true(&self.views) {
                    self.perform(ctx, vec![command]);
                }
            }
            Action::Focus | Action::Weekly | Action::SharedHours => self.notice_key(action),
            Action::Head(_) | Action::HandOff => self.form_key(ctx, action),
            Action::NewVote
            | Action::NewQuestion
            | Action::NewMeeting
            | Action::GoMeetings
            | Action::GoOnCall => self.group_key(action),
            Action::SinceLeft | Action::OpenItem | Action::ClearItem | Action::ClearDigest => {
                self.digest_key(ctx, action);
            }
            Action::GoInbox
            | Action::GoThreads
            | Action::NewThread
            | Action::NewThreadHere
            | Action::OpenThread
            | Action::BackToList
            | Action::Done
            | Action::Snooze
            | Action::Unread
            | Action::Mute
            | Action::Acknowledge
            | Action::Record
            | Action::Reply => self.thread_key(ctx, action),
        }
    }

    fn go_pages(&mut self) {
        let first = || self.pages().first().map(|page| page.id.clone());
        let last = self.pane.last_page.clone().or_else(|| self.prefs.last_page.clone());
        if let Some(id) = last.or_else(first) {
            self.go(Route::page(&id));
        }
    }

    fn new_task(&mut self) {
        self.go(Route::Tasks);
        self.tasks.begin_capture(None);
    }

    fn copy_link(&mut self, ctx: &Context) {
        if let Some(id) = self.open_page().map(str::to_owned) {
            let said = "The page’s link is on the clipboard";
            self.perform_one(ctx, UiCommand::Copy(format!("tern:{id}"), said));
        }
    }

    pub(super) fn toggle_details(&mut self, ctx: &Context) {
        if self.details_lie_over(ctx) {
            self.details_over = !self.details_over;
        } else {
            self.prefs.details = !self.prefs.details;
            self.remember();
        }
    }

    fn resize(&mut self, ctx: &Context, column: Column, width: f32) {
        match column {
            Column::Sidebar => self.prefs.set_sidebar_width(width),
            Column::Right => self.prefs.set_right_width(width),
            Column::Pane => self.prefs.set_left_share(width / 1000.0),
        }
        self.each_pane(|open| open.pane.page.forget_heights());
        // Once a drag, not once a frame of it.
        if !ctx.input(|input| input.pointer.any_down()) {
            self.remember();
        }
    }

    fn zoom(&mut self, action: Action) {
        match action {
            Action::ZoomReset => self.prefs.zoom = 100,
            _ => self.prefs.step_zoom(action == Action::ZoomIn),
        }
        self.each_pane(|open| open.pane.page.forget_heights());
        self.remember();
    }

    fn go_search(&mut self) {
        self.go(Route::Search);
        self.search.focus = true;
    }

    fn new_page(&mut self, parent: Option<String>, space: Option<String>) {
        if let Some(parent) = &parent {
            self.prefs.folds.insert(parent.clone(), false);
        }
        let command = Command::PageNew { title: String::new(), parent, space, markdown: None };
        self.send(command, Then::OpenMade);
    }

    fn go_people(&mut self, action: Action) {
        let now = match self.pane.route {
            Route::People(section) => section,
            _ => Section::Members,
        };
        let section = match action {
            Action::GoDevices => Section::Devices,
            Action::GoInvites => Section::Invites,
            Action::GoReview => Section::Review,
            Action::GoSpaces => Section::Spaces,
            Action::GoLog => Section::Log,
            Action::NextSection => now.step(1),
            Action::PreviousSection => now.step(Section::ALL.len() - 1),
            _ => Section::Members,
        };
        self.go(Route::People(section));
    }

    /// Spaces to which the open page can move.
    fn space_menu(&self) -> Option<Picker> {
        let id = self.open_page()?;
        let row = self.pages().iter().find(|page| page.id == id)?;
        let title = shown_title(&row.title);
        Some(access::menus::move_page(id, title, &row.space, self.views.spaces.get(), None))
    }

    /// A typed title goes to the engine; else the title gets the keyboard.
    fn rename_or_focus(&mut self) {
        if self.pane.page.title.is_some() {
            self.rename();
        } else {
            self.pane.page.focus_title = true;
        }
    }

    fn trash_this(&mut self, ctx: &Context) {
        let command = match (&self.pane.route, self.selected_task(), self.views.open.page.get()) {
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
        if self.pane.route == Route::Search {
            return self.search.step(step);
        }
        if self.pane.route.is_threads() {
            return self.step_thread(step);
        }
        if matches!(self.pane.route, Route::Decisions | Route::Projects) {
            return self.step_title(step);
        }
        if self.situation().review {
            return self.step_place(step);
        }
        self.step_task(step);
    }

    fn region_step(&mut self, ctx: &Context, by: usize) {
        self.region = (self.region + by) % shell::REGIONS.len();
        if self.region == shell::RIGHT_PANE && self.shown_panes(ctx).len() < 2 {
            self.region = (self.region + by) % shell::REGIONS.len();
        }
        ctx.memory_mut(|memory| memory.request_focus(shell::region_id(self.region)));
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

/// Whether a page is opened beside the one that is open: by a click with Ctrl held.
fn is_beside(ctx: &Context) -> bool {
    ctx.input(|input| input.modifiers.command && input.pointer.any_click())
}
