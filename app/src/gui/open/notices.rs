//! What may be heard: asked of the engine at every minute, told once, and nothing of it outside one's hours or in focus.

use egui::Context;
use tern_peer::{Command, InboxItem, Query};

use super::Open;
use crate::gui::actions::Action;
use crate::gui::command::{Then, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::inbox::data::told_words;
use crate::gui::picker::{Entered, Entry, Picker, Sign};

/// Most messages that are remembered as told.
const TOLD_MAX: usize = 500;

/// What was said longer than this before a window was opened first over a home is history: a weekend and some days.
const HISTORY_MS: i64 = 7 * 86_400_000;

/// A message among those that were told.
fn key(item: &InboxItem) -> String {
    format!("{} {}", item.id, item.message)
}

impl Open {
    /// Tells what the engine says may be heard, each message once, and all that was held at a time together.
    pub(super) fn tend_notices(&mut self, ctx: &Context, now: f64) {
        let slot = &self.views.talks.notify;
        let stamp = slot.stamp();
        if stamp == self.threads.heard {
            return;
        }
        self.threads.heard = stamp;
        let Some(view) = slot.get() else { return };
        let first = !std::mem::replace(&mut self.prefs.tells, true);
        if first {
            self.prefs.tells_from_ms = Some(self.clock.now().timestamp().as_millisecond() - HISTORY_MS);
            // What is there already when a workspace is opened first stands in the inbox, and no pop-up repeats it.
            self.prefs.told.extend(view.notify.iter().map(key));
        }
        // The first sync of a laptop brings what was said long before it came, whenever it arrives: history, and no news.
        let from_ms = self.prefs.tells_from_ms.unwrap_or(i64::MIN);
        let is_news = |item: &&InboxItem| {
            self.clock.at_ms(&item.when) >= from_ms && !self.prefs.told.contains(&key(item))
        };
        let fresh: Vec<InboxItem> = view.notify.iter().filter(is_news).cloned().collect();
        let was_held = fresh.iter().any(|item| self.threads.held.contains(&key(item)));
        self.threads.held = view.held.iter().map(|held| key(&held.item)).collect();
        if fresh.is_empty() {
            // There was nothing when the workspace was opened first: what comes next is news.
            if first {
                self.remember();
            }
            return;
        }
        self.prefs.told.extend(fresh.iter().map(key));
        let surplus = self.prefs.told.len().saturating_sub(TOLD_MAX);
        self.prefs.told.drain(..surplus);
        self.remember();
        let shown = self.shown_thread();
        let unseen: Vec<InboxItem> =
            fresh.into_iter().filter(|item| Some(&item.id) != shown.as_ref()).collect();
        if unseen.is_empty() {
            return;
        }
        self.say(&told_words(&unseen, was_held), None, now);
        let is_away = ctx.input(|input| input.viewport().focused == Some(false));
        if is_away {
            let call = egui::UserAttentionType::Informational;
            ctx.send_viewport_cmd(egui::ViewportCommand::RequestUserAttention(call));
        }
    }

    /// Asks until when nothing is to be heard; ends it, where it goes on.
    pub(super) fn focus_menu(&mut self) {
        let focus = |until: Option<String>, said: &str| {
            let command = Command::Focus { until };
            UiCommand::Send(Box::new(command), Then::CloseAndSay(said.to_owned()))
        };
        let view = self.views.talks.notify.get();
        let mut entries = Vec::new();
        if let Some(until) = view.and_then(|view| view.focus_until.as_ref()) {
            let label = format!("End focus, which goes on until {}", self.clock.due(until));
            entries.push(Entry::new(
                Sign::Icon(Icon::Sun),
                &label,
                focus(None, "What may be heard is heard again"),
            ));
        }
        let now = self.clock.now();
        let mut offer = |name: &str, until: String| {
            let words = self.clock.due(&until);
            let said = format!("Nothing is heard until {words}; others see that time and nothing more");
            let icon = Sign::Icon(Icon::Moon);
            entries.push(Entry::new(icon, name, focus(Some(until), &said)).right(&words));
        };
        if let Some(next) = view.and_then(|view| view.next.clone()) {
            offer("Until my next check-in", next);
        }
        for (name, hours) in [("For an hour", 1), ("For two hours", 2), ("For four hours", 4)] {
            let until = now.timestamp().as_millisecond() + hours * 3_600_000;
            offer(name, self.clock.rfc3339(until));
        }
        let does = |_: &[String], text: &str| {
            let said = format!("Nothing is heard until {text}; others see that time and nothing more");
            let command = Command::Focus { until: Some(text.to_owned()) };
            UiCommand::Send(Box::new(command), Then::CloseAndSay(said))
        };
        let hint = "15:00".to_owned();
        let (name, text, narrows) = ("Focus until", String::new(), false);
        let entered = Some(Entered { name, hint, text, narrows, does, with: Vec::new() });
        let title = "Focus: nothing is heard until";
        self.picker = Some(Box::new(Picker { entered, ..Picker::new(title, None, entries) }));
    }

    // ---- hours that people share ----

    /// Watches what the chosen people share while that is in sight, and clock changes all the time.
    pub(super) fn tend_overlap(&mut self) {
        use crate::gui::command::{Route, Section};
        let shown = self.any_pane(|pane| pane.route == Route::People(Section::Shared));
        let today = self.clock.now().date();
        if self.access.clock_day.replace(today).is_some_and(|day| day != today) {
            self.views.clock_watch.refresh(self.backend.as_ref(), &self.out.wake);
        }
        let me = self.views.about.get().map(|about| about.member.clone());
        let chosen = &self.access.shared;
        let (backend, wake) = (self.backend.as_ref(), &self.out.wake);
        match me.filter(|_| shown && !chosen.is_empty()) {
            Some(me) => {
                let who = std::iter::once(me).chain(chosen.iter().cloned()).collect();
                let query = Query::Overlap { who, weeks: crate::gui::overlap::WEEKS };
                self.views.overlap.follow(backend, wake, query);
            }
            None => self.views.overlap.clear(),
        }
    }

    // ---- the update of one's week ----

    /// Takes the draft over, and counts how long it is in sight.
    pub(super) fn tend_weekly(&mut self, ctx: &Context, now: f64) {
        use crate::gui::command::Route;
        if !self.any_pane(|pane| pane.route == Route::Weekly) {
            self.weekly.seen_at = None;
            return self.save_weekly();
        }
        let (backend, wake) = (self.backend.as_ref(), &self.out.wake);
        self.views.weekly.ask_once(backend, wake, Query::Weekly);
        if let Some(view) = self.views.weekly.get() {
            self.weekly.begin(view);
        }
        let before = self.weekly.seen_at.replace(now).unwrap_or(now);
        self.weekly.written_secs += (now - before).clamp(0.0, 60.0);
        ctx.request_repaint_after_secs(20.0);
        match self.weekly.rests(now) {
            Some(left) if left <= 0.0 => self.save_weekly(),
            Some(left) => ctx.request_repaint_after(std::time::Duration::from_secs_f64(left)),
            None => {}
        }
    }

    /// What was written goes to the engine, so that it survives this window.
    pub(super) fn save_weekly(&mut self) {
        if let Some(draft) = self.weekly.keep() {
            self.send(Command::WeeklyKeep(Some(draft)), Then::Quiet);
        }
    }

    pub(super) fn post_weekly(&mut self) {
        self.weekly.posting = true;
        let (title, markdown) = (self.weekly.title.clone(), self.weekly.markdown());
        let command = Command::PageNew { title, parent: None, space: None, markdown: Some(markdown) };
        self.send(command, Then::Posted);
    }

    /// The update is a page.
    pub(super) fn posted(&mut self, id: &str, now: f64) {
        self.forget_weekly();
        self.go(crate::gui::command::Route::page(id));
        let undo = crate::gui::command::Held(Command::Trash { doc: id.to_owned() });
        self.say("Posted: everybody in the workspace can read it", Some(Box::new(undo)), now);
    }

    /// The draft is made anew from what oneself did.
    pub(super) fn redo_weekly(&mut self) {
        self.forget_weekly();
    }

    fn forget_weekly(&mut self) {
        self.weekly = Default::default();
        self.views.weekly.clear();
        self.send(Command::WeeklyKeep(None), Then::Quiet);
    }

    pub(super) fn notice_key(&mut self, action: Action) {
        use crate::gui::command::{Route, Section};
        match action {
            Action::Focus => self.focus_menu(),
            Action::Weekly => self.go(Route::Weekly),
            _ => self.go(Route::People(Section::Shared)),
        }
    }
}
