//! Threads and the inbox: what is watched for them, what their views ask for, drafts, and when a thread counts as read.

use egui::Context;
use tern_peer::{AckSays, Command, InboxDoes, PeerError, Query, Reply, Say, SnoozeUntil, ThreadCommand};

use super::Open;
use crate::gui::actions::Action;
use crate::gui::command::{Route, Then};
use crate::gui::inbox::data::{self as lists, List};
use crate::gui::inbox::{Tab, menus};
use crate::gui::threads::{Ask, Composer, Meant, NEW, SAVED_AFTER_SECS, Seen, emergency, hint, ui};

/// Seconds in sight after which a thread that is left counts as read.
const READ_SECS: f64 = 3.0;
/// Most messages in the making that are kept in the window; the engine keeps all of them.
const COMPOSERS_MAX: usize = 64;
/// What holds a message until the morning of those it is for.
const THEIR_MORNING: &str = "their-morning";

impl Open {
    /// The route of the pane that shows threads; of the one that has the focus, where both do.
    fn threads_route(&self) -> Option<&Route> {
        let beside = self.beside.as_ref().map(|beside| &beside.pane.route);
        [Some(&self.pane.route), beside].into_iter().flatten().find(|route| route.is_threads())
    }

    /// The thread that a route shows.
    fn thread_of(&self, route: &Route) -> Option<String> {
        match route {
            Route::Thread { id } => Some(id.clone()),
            Route::Inbox if self.threads.tab == Tab::Since => self.digest_thread(),
            Route::Inbox if self.selected_comment().is_some() => None,
            Route::Inbox | Route::Threads => self.threads.selected.clone(),
            _ => None,
        }
    }

    /// The thread that the pane at hand shows.
    pub(super) fn shown_thread(&self) -> Option<String> {
        self.thread_of(&self.pane.route)
    }

    /// The list that the pane at hand shows.
    pub(in crate::gui) fn thread_list(&self) -> Option<List> {
        let (talks, views, clock) = (&self.views.talks, &self.views, &self.clock);
        match (&self.pane.route, self.threads.tab) {
            (Route::Inbox, Tab::Inbox) => talks.inbox.get().map(|view| lists::inbox(view, views, clock)),
            (Route::Inbox, Tab::Owed) => talks.owed.get().map(|view| lists::owed(view, views, clock)),
            (Route::Threads, _) => talks.threads.get().map(|view| lists::threads(view, views, clock)),
            _ => None,
        }
    }

    /// The foot of the composer of this key.
    pub(in crate::gui) fn thread_hint(&self, key: &str) -> hint::Hint {
        let empty = Composer::default();
        let composer = self.threads.composers.get(key).unwrap_or(&empty);
        let talks = &self.views.talks;
        if composer.is_emergency() {
            return emergency::hint(&self.views, &self.clock);
        }
        let mut hint = hint::build(talks.when.get(), composer, &self.clock);
        hint.warnings.extend(talks.when.error().map(ToString::to_string));
        hint
    }

    // ---- between frames ----

    /// Watches what is in sight, marks as read what was, and keeps what is being written.
    pub(super) fn tend_threads(&mut self, ctx: &Context, now: f64) {
        self.threads.now = now;
        let route = self.threads_route().cloned();
        self.choose_first(route.as_ref());
        let thread = route.as_ref().and_then(|route| self.thread_of(route));
        let is_new = route == Some(Route::NewThread);
        self.watch_threads(route.as_ref(), thread.as_deref());
        self.note_thread(thread.as_deref());
        let key = if is_new { Some(NEW.to_owned()) } else { thread };
        if self.threads.shown != key {
            self.save_drafts();
            self.threads.shown.clone_from(&key);
            (self.threads.edit, self.threads.outcome) = (None, None);
        }
        if let Some(key) = &key {
            self.hear_draft(key);
            self.watch_when(key);
        } else {
            self.views.talks.when.clear();
        }
        match self.threads.typed_at.map(|at| at + SAVED_AFTER_SECS - now) {
            Some(left) if left <= 0.0 => self.save_drafts(),
            Some(left) => ctx.request_repaint_after(std::time::Duration::from_secs_f64(left)),
            None => {}
        }
    }

    /// What needs oneself first is shown beside the inbox as soon as it opens.
    fn choose_first(&mut self, route: Option<&Route>) {
        if route != Some(&Route::Inbox) || self.threads.selected.is_some() || self.threads.narrow {
            return;
        }
        let first = self.views.talks.inbox.get().and_then(|view| view.items.first());
        let first = first.filter(|item| matches!(item.why.as_str(), "owed" | "named" | "answered"));
        if self.threads.tab == Tab::Inbox {
            self.threads.selected = first.map(|item| item.id.clone());
        }
    }

    fn watch_threads(&mut self, route: Option<&Route>, thread: Option<&str>) {
        let (backend, wake, talks) = (self.backend.as_ref(), &self.out.wake, &mut self.views.talks);
        match thread {
            Some(id) => talks.thread.watch(backend, wake, Query::Thread { thread: id.to_owned() }),
            None => talks.thread.clear(),
        }
        if route == Some(&Route::Inbox) && self.threads.tab == Tab::Owed {
            talks.owed.watch(backend, wake, Query::Owed);
        } else {
            talks.owed.clear();
        }
        if route == Some(&Route::NewThread) {
            talks.drafts.watch(backend, wake, Query::Drafts);
        } else {
            talks.drafts.clear();
        }
    }

    /// Notes how far the thread in sight is shown; one that is left after a while counts as read.
    fn note_thread(&mut self, thread: Option<&str>) {
        if self.threads.seen.as_ref().is_some_and(|seen| Some(seen.thread.as_str()) != thread) {
            self.mark_thread_read();
        }
        let (Some(id), Some(view)) = (thread, self.views.talks.thread.get()) else { return };
        if view.id != id {
            return;
        }
        let listed =
            self.views.talks.inbox.get().and_then(|inbox| inbox.items.iter().find(|item| item.id == id));
        let unread =
            view.messages.iter().any(|post| post.unread) || listed.is_some_and(|item| item.why == "unread");
        let (heads, since) = (view.heads.clone(), self.threads.now);
        let fresh = Seen { thread: id.to_owned(), since, heads: String::new(), unread: false, kept: false };
        let seen = self.threads.seen.get_or_insert(fresh);
        if !seen.kept {
            (seen.heads, seen.unread) = (heads, unread);
        }
    }

    /// What was in sight long enough is read.
    fn mark_thread_read(&mut self) {
        let Some(seen) = self.threads.seen.take() else { return };
        if seen.unread && !seen.kept && self.threads.now - seen.since >= READ_SECS {
            let command = Command::MarkRead { page: seen.thread, heads: Some(seen.heads) };
            self.send(command, Then::Quiet);
        }
    }

    // ---- what is being written ----

    /// Takes over what the engine keeps of the message in the making.
    fn hear_draft(&mut self, key: &str) {
        let talks = &self.views.talks;
        let kept: (String, Say) = if key == NEW {
            let Some(view) = talks.drafts.get() else { return };
            let draft = view.drafts.iter().find(|draft| draft.thread.is_none());
            draft.map(|draft| (draft.title.clone(), draft.say.clone())).unwrap_or_default()
        } else {
            let Some(view) = talks.thread.get().filter(|view| view.id == key) else { return };
            (String::new(), view.draft.as_ref().map(|draft| draft.say.clone()).unwrap_or_default())
        };
        self.composer(key).hear(kept);
    }

    fn composer(&mut self, key: &str) -> &mut Composer {
        if self.threads.composers.len() >= COMPOSERS_MAX {
            self.threads.composers.retain(|known, composer| known == key || composer.is_unsaved());
        }
        self.threads.composers.entry(key.to_owned()).or_default()
    }

    /// What was typed goes to the engine.
    fn save_drafts(&mut self) {
        self.threads.typed_at = None;
        let mut kept = Vec::new();
        for (key, composer) in &mut self.threads.composers {
            if composer.is_unsaved() && !composer.sending {
                (composer.known, composer.awaited) = (composer.kept(), true);
                let (title, say) = composer.known.clone();
                let thread = (key != NEW).then(|| key.clone());
                kept.push(ThreadCommand::Draft { thread, title, say: Some(say) });
            }
        }
        for command in kept {
            self.send(Command::Thread(command), Then::Quiet);
        }
    }

    /// What belongs to threads before the window closes.
    pub(super) fn leave_threads(&mut self) {
        self.save_drafts();
        self.mark_thread_read();
        self.save_weekly();
    }

    /// Asks when those who are written to can be expected to answer.
    fn watch_when(&mut self, key: &str) {
        let to = self.audience(key);
        let (backend, wake, when) = (self.backend.as_ref(), &self.out.wake, &mut self.views.talks.when);
        if to.is_empty() {
            when.clear();
        } else {
            when.ask_once(backend, wake, Query::When { who: to.join(","), available: None, urgency: None });
        }
    }

    /// Who a message is for: whom it names, else all others who take part.
    fn audience(&self, key: &str) -> Vec<String> {
        let named =
            self.threads.composers.get(key).map(|composer| composer.say.to.clone()).unwrap_or_default();
        if !named.is_empty() || key == NEW {
            return named;
        }
        let me = self.views.about.get().map(|about| about.member.as_str()).unwrap_or_default();
        let view = self.views.talks.thread.get().filter(|view| view.id == key);
        let others = view.into_iter().flat_map(|view| &view.participants).filter(|person| person.id != me);
        others.map(|person| person.id.clone()).collect()
    }

    fn send_message(&mut self, hold: bool) {
        let Some(key) = self.threads.shown.clone() else { return };
        let (now, hint) = (self.threads.now, self.thread_hint(&key));
        let called = emergency::called(&self.views);
        let composer = self.composer(&key);
        if let Some(why) = composer.lacks(key == NEW) {
            return self.say(why, None, now);
        }
        let mut say = composer.say.clone();
        let emergency = composer.is_emergency();
        if emergency && !say.to.is_empty() {
            // Whoever is named hears it besides those whom it calls, not in their place.
            say.to.extend(called);
        }
        if hold && emergency {
            return self.say("An emergency is not held: Ctrl Enter sends it", None, now);
        }
        if hold {
            let (Some(_), Some(at)) = (&hint.hold, &hint.hold_at) else {
                return self.say("It is in their hours: Ctrl Enter delivers it at once", None, now);
            };
            // A message that asks nobody has no morning of its own.
            let asks = composer.urgency() != "none" || !say.to.is_empty();
            say.deliver_at = Some(if asks { THEIR_MORNING.to_owned() } else { at.clone() });
        }
        (composer.sending, composer.problem) = (true, None);
        let said = match hint.hold.filter(|_| hold) {
            Some(words) => words.replacen("Hold", "Held", 1),
            None => "It is in the thread".to_owned(),
        };
        let command = if key == NEW {
            let (title, on) = (composer.title.trim().to_owned(), composer.on.clone());
            ThreadCommand::New { title, on: on.map(|(id, _)| id), space: None, say }
        } else {
            ThreadCommand::Reply { thread: key.clone(), say }
        };
        self.send(Command::Thread(command), Then::Said(key, said));
    }

    /// The engine has the message.
    pub(super) fn said(&mut self, key: &str, words: &str, reply: &Reply, now: f64) {
        self.threads.composers.insert(key.to_owned(), Composer::after_sending());
        let view = if let Reply::Thread(view) = reply { Some(view) } else { None };
        let note = view.and_then(|view| view.note.clone());
        self.say(note.as_deref().unwrap_or(words), None, now);
        if let Some(view) = view.filter(|_| key == NEW) {
            if self.pane.route == Route::NewThread {
                self.pane.route = Route::Nothing;
                self.enter(Route::Thread { id: view.id.clone() });
            } else {
                self.go(Route::Thread { id: view.id.clone() });
            }
        }
    }

    /// The engine did not take it: it stays as it was written.
    pub(super) fn not_said(&mut self, key: &str, error: &PeerError) {
        let composer = self.composer(key);
        (composer.sending, composer.problem) = (false, Some(error.to_string()));
    }

    // ---- what views ask for ----

    pub(super) fn threads_ask(&mut self, ask: Ask) {
        match ask {
            Ask::Select(id) => {
                self.select_thread(id);
                self.threads.opened = true;
                self.threads.reveal = false;
            }
            Ask::Show(tab) => self.threads.tab = tab,
            Ask::BackToList => self.threads.opened = false,
            Ask::New(on) => {
                if on.is_some() {
                    self.composer(NEW).on = on;
                }
                self.threads.focus_composer = true;
                self.go(Route::NewThread);
            }
            Ask::Instead(title, to) => {
                let composer = self.composer(NEW);
                if composer.title.trim().is_empty() {
                    composer.title = title;
                }
                let fresh: Vec<String> = to.into_iter().filter(|id| !composer.say.to.contains(id)).collect();
                composer.say.to.extend(fresh);
                (self.threads.focus_composer, self.threads.typed_at) = (true, Some(self.threads.now));
                self.go(Route::NewThread);
            }
            Ask::OffPage => self.composer(NEW).on = None,
            Ask::Send { hold } => self.send_message(hold),
            Ask::Intent(word) => self.write(|composer| composer.say.intent = Some(word)),
            Ask::Urgency(word) => self.write(|composer| composer.say.urgency = Some(word)),
            Ask::AddTo(id) => self.write(|composer| {
                composer.to.clear();
                composer.say.to.retain(|known| *known != id);
                composer.say.to.push(id);
            }),
            Ask::DropTo(id) => self.write(|composer| composer.say.to.retain(|known| *known != id)),
            Ask::BeginClosing => self.threads.outcome = Some(String::new()),
            Ask::GiveUpClosing => self.threads.outcome = None,
            Ask::Close => {
                if let (Some(outcome), Some(thread)) =
                    (self.threads.outcome.take(), self.threads.shown.clone())
                {
                    let outcome = Some(outcome.trim().to_owned());
                    self.send(Command::Thread(ThreadCommand::Close { thread, outcome }), Then::Quiet);
                }
            }
            Ask::Edit { message, body } => self.threads.edit = Some((message, body)),
            Ask::GiveUpEdit => self.threads.edit = None,
            Ask::EditDone => self.keep_edit(),
            Ask::CallBack { message, body } => self.call_back(message, body),
            Ask::Moment(meant, text) => self.moment(meant, text),
        }
    }

    fn write(&mut self, change: impl FnOnce(&mut Composer)) {
        let Some(key) = self.threads.shown.clone() else { return };
        change(self.composer(&key));
        self.threads.typed_at = Some(self.threads.now);
    }

    fn keep_edit(&mut self) {
        let (Some((message, text)), Some(thread)) = (self.threads.edit.take(), self.threads.shown.clone())
        else {
            return;
        };
        let command = ThreadCommand::Edit { thread, message, body: Some(text), deliver_at: None };
        self.send(Command::Thread(command), Then::Quiet);
    }

    /// The text of a message that is called back is not lost, unless something else is being written.
    fn call_back(&mut self, message: String, body: String) {
        let Some(thread) = self.threads.shown.clone() else { return };
        let composer = self.composer(&thread);
        if composer.say.body.trim().is_empty() {
            composer.say.body = body;
            self.threads.typed_at = Some(self.threads.now);
        }
        let then = Then::CloseAndSay("It is called back: nobody saw it".to_owned());
        self.send(Command::Thread(ThreadCommand::Cancel { thread, message }), then);
    }

    fn moment(&mut self, meant: Meant, text: String) {
        match meant {
            Meant::Snooze(thread) => {
                let said = format!("Away until {text}");
                let command = menus::does(&thread, InboxDoes::Snooze(SnoozeUntil::Moment(text)));
                self.send(command, Then::CloseAndSay(said));
            }
            Meant::Promise(thread) => {
                let said = format!("They see that you will answer by {text}");
                let says = AckSays::WillAnswer(Some(text));
                let command = ThreadCommand::Ack { thread, message: None, says };
                self.send(Command::Thread(command), Then::CloseAndSay(said));
            }
        }
    }

    fn select_thread(&mut self, id: String) {
        let list = self.thread_list().unwrap_or_default();
        self.threads.at = list.threads().iter().position(|thread| *thread == id).unwrap_or(self.threads.at);
        self.threads.selected = Some(id);
        self.threads.reveal = true;
    }

    /// The next thread of the list, or the one before.
    pub(super) fn step_thread(&mut self, step: isize) {
        if self.digest_is_shown() {
            return self.step_digest(step);
        }
        let Some(list) = self.thread_list() else { return };
        let all = list.threads();
        let now = self.threads.selected.as_deref().and_then(|id| all.iter().position(|thread| *thread == id));
        let next = match now {
            Some(at) => at.saturating_add_signed(step),
            // What was there went away: what follows stands in its place.
            None if step > 0 => self.threads.at,
            None => self.threads.at.saturating_sub(1),
        };
        let next = next.min(all.len().saturating_sub(1));
        if let Some(id) = all.get(next).map(|id| (*id).to_owned()) {
            self.select_thread(id);
        }
    }

    // ---- keys ----

    pub(super) fn thread_key(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::GoInbox => {
                self.threads.opened = false;
                if self.threads.tab == Tab::Since {
                    self.threads.tab = Tab::Inbox;
                }
                self.go(Route::Inbox);
            }
            Action::GoThreads => {
                self.threads.opened = false;
                self.go(Route::Threads);
            }
            Action::NewThread => self.threads_ask(Ask::New(None)),
            Action::NewThreadHere => {
                let page = self.open_page().map(str::to_owned);
                let row = page.and_then(|id| self.pages().iter().find(|row| row.id == id));
                let on = row.map(|row| (row.id.clone(), super::shown_title(&row.title).to_owned()));
                self.threads_ask(Ask::New(on));
            }
            Action::BackToList => self.threads.opened = false,
            _ => {
                if let Some(comment) = self.selected_comment().cloned() {
                    self.comment_act(ctx, action, &comment);
                } else if let Some(thread) = self.shown_thread() {
                    self.thread_act(ctx, action, &thread);
                }
            }
        }
    }

    fn thread_act(&mut self, ctx: &Context, action: Action, thread: &str) {
        let title = self.views.talks.thread.get().filter(|view| view.id == thread);
        let (title, muted) = title.map(|view| (view.title.clone(), view.muted)).unwrap_or_default();
        let anchor = self.threads.anchor.filter(|_| matches!(self.pane.route, Route::Inbox | Route::Threads));
        match action {
            Action::OpenThread => (self.threads.opened, self.threads.focus_thread) = (true, true),
            Action::Reply => (self.threads.opened, self.threads.focus_composer) = (true, true),
            Action::Done => {
                let said = format!("Done with “{title}”");
                let command = menus::undoable(thread, InboxDoes::Done, said, self.way_back(thread));
                self.put_away(thread);
                self.perform_one(ctx, command);
            }
            Action::Unread => {
                if let Some(seen) = &mut self.threads.seen {
                    seen.kept = true;
                }
                let said = Then::CloseAndSay(format!("“{title}” stays unread"));
                self.send(menus::does(thread, InboxDoes::Unread), said);
            }
            Action::Mute => self.perform_one(ctx, ui::mute(thread, muted)),
            Action::Record => self.picker = Some(Box::new(menus::record(thread, anchor))),
            Action::Snooze => {
                let back = self.way_back(thread);
                self.picker = Some(Box::new(menus::snooze(thread, &back, anchor)));
            }
            Action::Acknowledge => {
                let menu = menus::acknowledge(thread, self.views.members.get(), anchor);
                self.picker = Some(Box::new(menu));
            }
            _ => {}
        }
    }

    /// What brings a thread back that is put away: as what it was.
    pub(super) fn way_back(&self, thread: &str) -> InboxDoes {
        let items = self.views.talks.inbox.get().map(|view| view.items.as_slice()).unwrap_or_default();
        match items.iter().find(|item| item.id == thread) {
            Some(item) if item.why != "unread" => InboxDoes::Back(item.put_away.clone()),
            _ => InboxDoes::Unread,
        }
    }

    /// The thread after one that goes away is selected in the inbox.
    pub(super) fn put_away(&mut self, thread: &str) {
        self.threads.seen = None;
        let Some(list) = self.thread_list().filter(|_| self.pane.route == Route::Inbox) else { return };
        let all = list.threads();
        let Some(at) = all.iter().position(|known| *known == thread) else { return };
        let next = all.get(at + 1).or_else(|| at.checked_sub(1).and_then(|at| all.get(at)));
        self.threads.at = at;
        self.threads.selected = next.map(|id| (*id).to_owned());
        self.threads.reveal = true;
    }
}
