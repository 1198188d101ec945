//! The past of the open page: what is watched for it, what its views ask for, and when a page counts as read.

use egui::Context;
use tern_peer::{Command, MergesView, Query, SessionView};

use super::{Open, Route};
use crate::gui::actions::Action;
use crate::gui::command::{Held, Then};
use crate::gui::comments::data::zone;
use crate::gui::page::select::Selection;
use crate::gui::past::places::{self, What};
use crate::gui::past::{Ask, Mode, PastState, scrub};

/// Seconds without a change after which the past is asked for again.
const QUIET_SECS: f64 = 1.0;
/// Seconds after which it is asked for although somebody writes on.
const PATIENCE_SECS: f64 = 3.0;
/// Seconds in sight after which a page that is left counts as read.
const READ_SECS: f64 = 3.0;

impl Open {
    /// Asks for what belongs to the past of a page, and watches what is cheap of it.
    pub(super) fn watch_past(&mut self, id: &str) {
        self.pane.past.asked.foreign = self.pane.page.session.foreign();
        let (backend, wake, views) = (self.backend.as_ref(), &self.out.wake, &mut self.views);
        let page = || id.to_owned();
        views.open.history.ask_once(backend, wake, Query::History { page: page() });
        views.open.merges.ask_once(backend, wake, Query::Merges { page: page() });
        views.open.comments.watch(backend, wake, Query::Comments { page: page() });
        views.open.backlinks.watch(backend, wake, Query::Backlinks { page: page() });
        views.open.head.watch(backend, wake, Query::Head { page: page() });
    }

    /// Ends what was watched for a page that is left.
    pub(super) fn forget_past(&mut self, next: &Route) {
        self.pane.past = PastState::default();
        self.pane.facts = Default::default();
        self.change_talk(next);
        let views = &mut self.views;
        views.open.since.clear();
        views.open.targets.clear();
        if !matches!(next, Route::Page { at: Some(_), .. }) {
            views.open.diff.clear();
        }
        if !matches!(next, Route::Page { .. }) {
            views.open.merges.clear();
            views.open.comments.clear();
            views.open.backlinks.clear();
            views.open.practice.clear();
            views.open.head.clear();
        }
    }

    /// A page that was in sight for a while counts as read when it is left; looking at what it was is not leaving it.
    pub(super) fn note_read(&mut self, next: Option<&Route>) {
        let Route::Page { id, at: None } = &self.pane.route else { return };
        if matches!(next, Some(Route::Page { id: next, .. }) if next == id) {
            return;
        }
        let Some(since) = self.pane.past.seen_since.take() else { return };
        if self.pane.past.now - since < READ_SECS {
            return;
        }
        if let Some(heads) = self.pane.page.session.heads() {
            let command = Command::MarkRead { page: id.clone(), heads: Some(heads.to_owned()) };
            self.send(command, Then::Quiet);
        }
    }

    /// What the past needs between frames.
    pub(super) fn tend_past(&mut self, ctx: &Context, now: f64) {
        self.pane.past.now = now;
        let Route::Page { id, at } = self.pane.route.clone() else { return };
        match at {
            Some((heads, _)) => self.watch_sitting(&id, &heads),
            None if self.pane.page.session.is_loaded() => {
                self.pane.past.seen_since.get_or_insert(now);
                self.ask_past_again(ctx, now);
                self.count(ctx, now);
            }
            None => {}
        }
        if self.pane.past.mode == Some(Mode::Review) {
            self.read_places();
        }
    }

    /// Asks for the history again when the page changed and nobody writes, and for what was combined when somebody else
    /// changed it: both read the whole history of a page, and whoever types waits for the engine meanwhile.
    fn ask_past_again(&mut self, ctx: &Context, now: f64) {
        let heads = self.present_heads();
        let asked = &mut self.pane.past.asked;
        if asked.heads != heads {
            let known = asked.heads.is_some();
            asked.heads = heads;
            if known {
                asked.changed = Some((asked.changed.map_or(now, |(first, _)| first), now));
            }
        }
        let Some((first, last)) = asked.changed else { return };
        let due = (last + QUIET_SECS).min(first + PATIENCE_SECS) - now;
        if due > 0.0 {
            ctx.request_repaint_after_secs(due as f32);
            return;
        }
        asked.changed = None;
        let foreign = self.pane.page.session.foreign();
        let elsewhere = std::mem::replace(&mut self.pane.past.asked.foreign, foreign) != foreign;
        self.views.open.history.refresh(self.backend.as_ref(), &self.out.wake);
        if elsewhere {
            self.ask_merges();
        }
    }

    fn ask_merges(&mut self) {
        self.views.open.merges.refresh(self.backend.as_ref(), &self.out.wake);
    }

    /// The difference that the sitting which ended at these heads made.
    fn watch_sitting(&mut self, id: &str, heads: &str) {
        let Some(history) = self.views.open.history.get() else { return };
        let found = scrub::place(&history.sessions, heads).and_then(|at| history.sessions.get(at));
        let from = found.map_or(heads, |sitting| &sitting.from_heads).to_owned();
        let query = Query::Diff { page: id.to_owned(), from, to: Some(heads.to_owned()) };
        self.views.open.diff.watch(self.backend.as_ref(), &self.out.wake, query);
    }

    /// Counts the text when it changed, and asks what its links lead to.
    fn count(&mut self, ctx: &Context, now: f64) {
        let session = &self.pane.page.session;
        if let Some(wait) = self.pane.facts.refresh(session.flat(), session.revision(), now) {
            ctx.request_repaint_after_secs(wait as f32);
        }
        if self.pane.past.links != self.pane.facts.links {
            self.pane.past.links.clone_from(&self.pane.facts.links);
            let ids: Vec<String> = self.pane.facts.links.iter().cloned().collect();
            if ids.is_empty() {
                self.views.open.targets.clear();
            } else {
                let query = Query::LinkTargets { ids };
                self.views.open.targets.watch(self.backend.as_ref(), &self.out.wake, query);
            }
        }
        let stamp = self.views.open.targets.stamp();
        if self.pane.past.targets != stamp {
            self.pane.past.targets = stamp;
            let targets =
                self.views.open.targets.get().map(|view| view.targets.as_slice()).unwrap_or_default();
            let absent = targets.iter().filter(|target| !target.present).map(|target| target.id.clone());
            self.pane.page.absent = absent.collect();
        }
    }

    fn read_places(&mut self) {
        let stamp = self.views.open.merges.stamp();
        if self.pane.past.places.as_ref().is_some_and(|(of, _)| *of == stamp) {
            return;
        }
        let Some(merges) = self.views.open.merges.get() else { return };
        let members = self.views.members.get();
        let zones = |member: &str| zone(members, member).map(str::to_owned);
        let built = places::build(merges, self.pane.page.session.flat(), &self.clock, &zones);
        self.pane.past.places = Some((stamp, built));
    }

    fn sessions(&self) -> &[SessionView] {
        self.views.open.history.get().map(|view| view.sessions.as_slice()).unwrap_or_default()
    }

    /// Heads of the open page as it is.
    fn present_heads(&self) -> Option<String> {
        self.views.open.page.get().map(|page| page.heads.clone())
    }

    pub(super) fn past_key(&mut self, ctx: &Context, action: Action) {
        let ask = match (action, self.pane.past.mode) {
            (Action::SinceRead, Some(Mode::Since)) | (Action::LeavePast, _) => Ask::Leave,
            (Action::SinceRead, _) => Ask::Show(Mode::Since),
            (Action::MergeReview, _) => Ask::Show(Mode::Review),
            (Action::Older, _) => Ask::Step(-1),
            (Action::Newer, _) => Ask::Step(1),
            (Action::TakeMine, _) => Ask::Take { mine: true },
            (Action::TakeTheirs, _) => Ask::Take { mine: false },
            (_, Some(Mode::Review)) => Ask::Keep,
            _ => Ask::MarkRead,
        };
        self.past_ask(ctx, ask);
    }

    pub(super) fn past_ask(&mut self, ctx: &Context, ask: Ask) {
        let now = ctx.input(|input| input.time);
        let Some(page) = self.open_page().map(str::to_owned) else { return };
        match ask {
            Ask::Show(mode) => self.show_past(ctx, page, mode),
            Ask::Leave => self.leave_past(&page),
            Ask::Step(step) => self.scrub(step),
            Ask::Sitting(index) => self.go_sitting(index),
            Ask::RestoreVersion(to) => {
                let said = "The page is as it was then".to_owned();
                self.send(Command::PageRevert { page: page.clone(), to }, Then::TakenBack(said));
                self.go(Route::page(&page));
            }
            Ask::RestoreBlock { at, block } => {
                let said = "The block is as it was then".to_owned();
                self.send(Command::PageRestoreBlock { page, at, block }, Then::TakenBack(said));
            }
            Ask::MarkRead => self.mark_read(&page, now),
            Ask::Place(at) => self.pane.past.place = at,
            Ask::Take { mine } => self.take_side(&page, mine, now),
            Ask::Keep => self.place_done(&page, now),
        }
    }

    fn show_past(&mut self, ctx: &Context, page: String, mode: Mode) {
        let now = ctx.input(|input| input.time);
        if mode == Mode::Review && self.views.open.merges.get().and_then(places::chip_words).is_none() {
            return self.say("Nothing was combined while people were apart", None, now);
        }
        if matches!(self.pane.route, Route::Page { at: Some(_), .. }) {
            self.go(Route::page(&page));
        }
        ctx.memory_mut(|memory| {
            if let Some(id) = memory.focused() {
                memory.surrender_focus(id);
            }
        });
        let kept = std::mem::take(&mut self.pane.past);
        self.pane.past =
            PastState { mode: Some(mode), seen_since: kept.seen_since, now, ..PastState::default() };
        if mode == Mode::Since {
            let query = Query::SinceRead { page };
            self.views.open.since.watch(self.backend.as_ref(), &self.out.wake, query);
        }
    }

    fn leave_past(&mut self, page: &str) {
        if matches!(self.pane.route, Route::Page { at: Some(_), .. }) {
            return self.go(Route::page(page));
        }
        self.pane.past.mode = None;
        self.pane.past.rows = None;
        self.views.open.since.clear();
    }

    fn scrub(&mut self, step: isize) {
        let Route::Page { at: Some((heads, _)), .. } = &self.pane.route else { return };
        let count = self.sessions().len();
        let at = scrub::place(self.sessions(), heads).unwrap_or(count);
        let next = at.saturating_add_signed(step);
        if next != at || step > 0 {
            self.go_sitting(next);
        }
    }

    /// The page as it was after a sitting; behind the newest one lies the page as it is.
    fn go_sitting(&mut self, index: usize) {
        let Some(page) = self.open_page().map(str::to_owned) else { return };
        let sitting = self.sessions().get(index);
        let at = sitting.map(|sitting| (sitting.heads.clone(), scrub::words(sitting, &self.clock)));
        let route = Route::Page { id: page, at };
        let scrubs = matches!(
            (&self.pane.route, &route),
            (Route::Page { at: Some(_), .. }, Route::Page { at: Some(_), .. })
        );
        if scrubs && self.pane.route != route {
            self.enter(route);
        } else {
            self.go(route);
        }
    }

    fn mark_read(&mut self, page: &str, now: f64) {
        let heads = self.views.open.since.get().map(|view| view.diff.to_heads.clone());
        if self.views.open.since.get().is_some_and(|view| view.changed) {
            self.send(Command::MarkRead { page: page.to_owned(), heads }, Then::Quiet);
            self.say("Marked as read", None, now);
        }
        self.leave_past(page);
    }

    // ---- what was combined ----

    pub(super) fn step_place(&mut self, step: isize) {
        let count = self.pane.past.places.as_ref().map_or(0, |(_, places)| places.len());
        self.pane.past.place = self.pane.past.place.saturating_add_signed(step).min(count.saturating_sub(1));
    }

    fn take_side(&mut self, page: &str, mine: bool, now: f64) {
        let found = self.pane.past.places.as_ref().and_then(|(_, places)| places.get(self.pane.past.place));
        let Some(place) = found else { return };
        let side = if mine { &place.mine } else { &place.theirs };
        if !side.fixed.is_empty() {
            let why = side.fixed.clone();
            return self.say(&why, None, now);
        }
        let said = if mine { "Yours is restored".to_owned() } else { format!("{} is restored", side.whose) };
        let (command, then) = match &place.what {
            What::Block { marker } => {
                let at = side.heads.clone();
                let command = Command::PageRestoreBlock { page: page.to_owned(), at, block: marker.clone() };
                (command, Then::TakenBack(said))
            }
            What::Field { values: [own, other, merged], .. } => {
                let rename =
                    |title: &str| Command::PageRename { page: page.to_owned(), title: title.to_owned() };
                let undo = Box::new(Held(rename(merged)));
                (rename(if mine { own } else { other }), Then::Undoable(said, undo))
            }
        };
        self.send(command, then);
        self.ask_merges();
        self.place_done(page, now);
    }

    /// The place under review was looked at: the next one that was not, or all are done.
    fn place_done(&mut self, page: &str, now: f64) {
        let Some((_, places)) = &self.pane.past.places else { return };
        if let Some(place) = places.get(self.pane.past.place) {
            self.pane.past.done.insert(place.key.clone());
        }
        let open =
            |at: &usize| places.get(*at).is_some_and(|place| !self.pane.past.done.contains(&place.key));
        let count = places.len();
        let here = self.pane.past.place;
        if let Some(next) = (here..count).chain(0..here).find(open) {
            self.pane.past.place = next;
            return;
        }
        let heads = self.views.open.merges.get().map(|view: &MergesView| view.heads.clone());
        self.send(Command::MergeReviewed { page: page.to_owned(), heads }, Then::Quiet);
        self.ask_merges();
        if self.toast.is_none() {
            self.say("Everything that was combined has been looked at", None, now);
        }
        self.leave_past(page);
    }

    /// The caret goes to a block, and the block comes into sight.
    pub(super) fn show_block(&mut self, ctx: &Context, key: u64) {
        let now = ctx.input(|input| input.time);
        self.pane.past.mode = None;
        let flat = self.pane.page.session.flat();
        let Some(index) = flat.index(key) else { return };
        let start = flat.start(index);
        self.pane.page.place(Selection::at(start), now);
        ctx.memory_mut(|memory| memory.request_focus(self.pane.page.editor()));
    }

    /// The words of the chip over the page.
    pub fn combined_words(&self) -> Option<String> {
        self.views.open.merges.get().and_then(places::chip_words)
    }
}
