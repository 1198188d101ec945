//! What changed while one was away: when it is asked for, and what its view asks for.

use egui::Context;
use tern_peer::{Command, DigestItem};

use super::Open;
use crate::gui::actions::Action;
use crate::gui::command::{Held, Route, Section, Then, UiCommand};
use crate::gui::inbox::Tab;
use crate::gui::inbox::digest::{self, Ask, Digest};

/// Seconds after which the words for waiting tell how long it takes.
const LONG_SECS: f64 = 1.0;

impl Open {
    /// Whether the pane at hand shows the digest.
    pub(in crate::gui) fn digest_is_shown(&self) -> bool {
        self.pane.route == Route::Inbox && self.threads.tab == Tab::Since
    }

    /// The digest, once it is here.
    pub(in crate::gui) fn digest(&self) -> Option<Digest> {
        let view = self.views.talks.digest.get()?;
        let left = self.prefs.left_ms.map(|at| self.clock.rfc3339(at));
        let cleared = &self.threads.digest.cleared;
        Some(digest::build(view, &self.views, &self.clock, left.as_deref(), cleared))
    }

    /// What is said while it is made, or why there is none.
    pub(in crate::gui) fn digest_waits(&self, now: f64) -> String {
        if let Some(error) = self.views.talks.digest.error() {
            return error.to_string();
        }
        let waited = self.threads.digest.asked_at.map_or(0.0, |at| now - at);
        let documents = self.pages().len() + self.views.tasks.get().map_or(0, |view| view.tasks.len());
        if waited < LONG_SECS {
            return "Reading what others changed".to_owned();
        }
        format!("Reading what others changed in {documents} pages and tasks, {waited:.0} s so far")
    }

    fn digest_item(&self, id: &str) -> Option<&DigestItem> {
        self.views.talks.digest.get()?.items.iter().find(|item| item.id == id)
    }

    /// The thread that is selected in the digest.
    pub(super) fn digest_thread(&self) -> Option<String> {
        let item = self.digest_item(self.threads.digest.selected.as_deref()?)?;
        (item.kind == "thread").then(|| item.id.clone())
    }

    /// Asks for the digest when it comes into sight, and selects the first of it.
    pub(super) fn tend_digest(&mut self, ctx: &Context, now: f64) {
        let shown = self.digest_is_shown();
        if shown && !std::mem::replace(&mut self.threads.digest.shown, shown) {
            self.threads.digest.returned = None;
            self.ask_digest(now);
        }
        self.threads.digest.shown = shown;
        let slot = &self.views.talks.digest;
        let stamp = slot.stamp();
        if stamp != self.threads.digest.stamp {
            let state = &mut self.threads.digest;
            (state.stamp, state.asked_at) = (stamp, None);
            state.cleared.clear();
        }
        if self.threads.digest.asked_at.is_some() && shown {
            ctx.request_repaint_after_secs(0.25);
        }
        if shown && !self.threads.narrow && self.threads.digest.selected.is_none() {
            let first = self.digest().and_then(|digest| digest.rows().next().map(|row| row.id.clone()));
            self.threads.digest.selected = first;
        }
    }

    /// It is made anew.
    pub(super) fn digest_again(&mut self) {
        self.ask_digest(self.threads.now);
    }

    /// The next item, or the one before.
    pub(super) fn step_digest(&mut self, step: isize) {
        let Some(digest) = self.digest() else { return };
        let all: Vec<&str> = digest.rows().map(|row| row.id.as_str()).collect();
        let state = &mut self.threads.digest;
        let now = state.selected.as_deref().and_then(|id| all.iter().position(|known| *known == id));
        let next = match now {
            Some(at) => at.saturating_add_signed(step),
            None if step > 0 => state.at,
            None => state.at.saturating_sub(1),
        };
        let next = next.min(all.len().saturating_sub(1));
        if let Some(id) = all.get(next) {
            (state.selected, state.at, state.reveal) = (Some((*id).to_owned()), next, true);
        }
    }

    pub(super) fn digest_key(&mut self, ctx: &Context, action: Action) {
        if action == Action::SinceLeft {
            self.threads.tab = Tab::Since;
            self.threads.opened = false;
            return self.go(Route::Inbox);
        }
        if action == Action::ClearDigest {
            return self.digest_ask(ctx, Ask::ClearAll);
        }
        let Some(id) = self.threads.digest.selected.clone() else { return };
        let ask = if action == Action::ClearItem { Ask::Clear(id) } else { Ask::Open(id) };
        self.digest_ask(ctx, ask);
    }

    pub(super) fn digest_ask(&mut self, ctx: &Context, ask: Ask) {
        match ask {
            Ask::Select(id) => {
                let at = self.digest().and_then(|digest| digest.rows().position(|row| row.id == id));
                let state = &mut self.threads.digest;
                state.at = at.unwrap_or(state.at);
                (state.selected, state.reveal) = (Some(id), false);
                self.threads.opened = true;
            }
            Ask::Open(id) => self.open_item(ctx, &id),
            Ask::Clear(id) => self.clear_item(ctx, &id),
            Ask::ClearAll => self.clear_digest(ctx),
            Ask::NotNow => self.threads.digest.returned = None,
        }
    }

    fn open_item(&mut self, ctx: &Context, id: &str) {
        let Some(item) = self.digest_item(id).cloned() else { return };
        match item.kind.as_str() {
            "thread" => (self.threads.opened, self.threads.focus_thread) = (true, true),
            "task" => {
                self.go(Route::Tasks);
                self.perform_one(ctx, UiCommand::SelectTask(Some(item.id)));
            }
            "page" => {
                self.go(Route::page(&item.id));
                if !item.new {
                    self.past_key(ctx, Action::SinceRead);
                }
            }
            "decision" | "handoff" => self.go(Route::page(&item.id)),
            "comments" => {
                if let Some(page) = &item.page {
                    self.go(Route::page(page));
                }
            }
            "project" => self.go(Route::Project { id: item.id }),
            "space" => self.go(Route::People(Section::Spaces)),
            _ => self.go(Route::People(Section::Members)),
        }
    }

    fn clear_item(&mut self, ctx: &Context, id: &str) {
        let now = ctx.input(|input| input.time);
        let Some(item) = self.digest_item(id).cloned() else { return };
        if item.heads.is_empty() {
            return self.say("It stays until it is taken or given back", None, now);
        }
        let stays = match item.why.as_str() {
            "owed" => "; it stays in your inbox until you answer",
            _ => "",
        };
        let said = format!("“{}” is cleared{stays}", super::shown_title(&item.title));
        let digest = self.digest();
        let state = &mut self.threads.digest;
        let rows: Vec<&str> = digest.iter().flat_map(Digest::rows).map(|row| row.id.as_str()).collect();
        if let Some(at) = rows.iter().position(|known| *known == id) {
            let next = rows.get(at + 1).or_else(|| at.checked_sub(1).and_then(|at| rows.get(at)));
            (state.at, state.selected, state.reveal) = (at, next.map(|id| (*id).to_owned()), true);
        }
        state.cleared.insert(id.to_owned());
        self.threads.seen = None;
        self.clear(&[item], &[], said);
    }

    fn clear_digest(&mut self, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        let Some(view) = self.views.talks.digest.get() else { return };
        let cleared = &self.threads.digest.cleared;
        let open = view.items.iter().filter(|item| !cleared.contains(&item.id) && !item.heads.is_empty());
        let items: Vec<DigestItem> = open.cloned().collect();
        let counted = view.counted.clone();
        if items.is_empty() && counted.is_empty() {
            return self.say("There is nothing to clear", None, now);
        }
        let said = match items.len() {
            1 => "One change is cleared; what you owe stays in your inbox".to_owned(),
            count => format!("{count} changes are cleared; what you owe stays in your inbox"),
        };
        self.threads.digest.cleared.extend(items.iter().map(|item| item.id.clone()));
        self.threads.digest.selected = None;
        self.threads.seen = None;
        self.clear(&items, &counted, said);
    }

    /// Marks what items stand for as read up to what they showed, with a way back.
    fn clear(&mut self, items: &[DigestItem], counted: &[tern_peer::DigestCounted], said: String) {
        let own = items.iter().map(|item| (&item.id, &item.from_heads, &item.heads));
        let also = items.iter().flat_map(|item| &item.also).chain(counted);
        let all = own.chain(also.map(|one| (&one.id, &one.from_heads, &one.heads)));
        let all: Vec<_> = all.filter(|(.., heads)| !heads.is_empty()).collect();
        let seen = all.iter().map(|(id, _, heads)| ((*id).clone(), (*heads).clone())).collect();
        let back = all.iter().map(|(id, from, _)| ((*id).clone(), (*from).clone())).collect();
        let undo = Held(Command::SeenBack { seen: back });
        self.send(Command::SeenAll { seen }, Then::Undoable(said, Box::new(undo)));
    }
}
