//! What a person sees in one sheet, and the one or two of them that a window shows side by side.
//!
//! Everything acts on the pane at hand, which is the one that has the focus. What concerns the other one, such as drawing
//! it or an answer that it waits for, is done while both have changed places for a moment.

use egui::{Context, Id, Rect};
use tern_peer::{Command, PeerError, PracticeQuery, Query};

use super::edits::Asked;
use super::heads::MadeOf;
use super::{Open, Serial};
use crate::gui::command::{Route, Then};
use crate::gui::comments::TalkState;
use crate::gui::details::facts::Facts;
use crate::gui::page::ui::PageState;
use crate::gui::past::PastState;
use crate::gui::prefs::Panes;
use crate::gui::tokens::size;
use crate::gui::views::PageViews;

/// Most steps back that are remembered.
const BACK_MAX: usize = 64;

/// What one sheet shows, and the way that led there.
pub struct Pane {
    /// Tells it from every other that was ever open.
    pub(super) id: Serial,
    /// It stands right of the other one.
    right: bool,
    pub(in crate::gui) route: Route,
    back: Vec<Route>,
    forward: Vec<Route>,
    /// The page that was open here last.
    pub(super) last_page: Option<String>,
    pub(in crate::gui) page: PageState,
    pub(in crate::gui) past: PastState,
    pub(in crate::gui) talk: TalkState,
    pub(in crate::gui) facts: Facts,
    /// Why the engine did not take what was typed here.
    pub(in crate::gui) edit_fault: Option<PeerError>,
    pub(super) opened: Serial,
    pub(super) asked: Asked,
    /// What the head of its page was made of.
    pub(super) head_of: Option<MadeOf>,
}

impl Pane {
    /// A pane that shows nothing yet.
    pub(super) fn new(id: Serial) -> Self {
        Pane {
            id,
            right: false,
            route: Route::Nothing,
            back: Vec::new(),
            forward: Vec::new(),
            last_page: None,
            page: PageState::within(id),
            past: PastState::default(),
            talk: TalkState::default(),
            facts: Facts::default(),
            edit_fault: None,
            opened: id,
            asked: None,
            head_of: None,
        }
    }
}

/// The pane that is not at hand, and what is watched for it.
pub(super) struct Beside {
    pub(super) pane: Pane,
    views: PageViews,
}

/// Where a pane stands in the window.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Which one.
    pub pane: u64,
    /// Its header.
    pub header: Rect,
    /// What is below it.
    pub body: Rect,
}

impl Standing {
    fn contains(&self, pos: egui::Pos2) -> bool {
        self.header.contains(pos) || self.body.contains(pos)
    }
}

impl Open {
    pub(super) fn next_serial(&mut self) -> Serial {
        self.serials += 1;
        self.serials
    }

    fn change_places(&mut self) {
        if let Some(beside) = &mut self.beside {
            std::mem::swap(&mut self.pane, &mut beside.pane);
            std::mem::swap(&mut self.views.open, &mut beside.views);
        }
    }

    /// Does something with a pane at hand; with the one that is, when that pane is closed.
    pub fn in_pane<R>(&mut self, pane: u64, work: impl FnOnce(&mut Self) -> R) -> R {
        let (was, focus) = (self.pane.id, self.focus);
        self.take_to_hand(pane);
        let done = work(self);
        // Where the work moved the focus, the pane that has it stays at hand.
        self.take_to_hand(if self.focus == focus { was } else { self.focus });
        done
    }

    fn take_to_hand(&mut self, pane: u64) {
        if self.beside.as_ref().is_some_and(|beside| beside.pane.id == pane) {
            self.change_places();
        }
    }

    /// Does something with every pane, one after the other.
    pub fn each_pane(&mut self, mut work: impl FnMut(&mut Self)) {
        let other = self.beside.as_ref().map(|beside| beside.pane.id);
        work(self);
        if let Some(other) = other {
            self.in_pane(other, work);
        }
    }

    /// Whether something is true of a pane.
    pub fn any_pane(&self, of: impl Fn(&Pane) -> bool) -> bool {
        of(&self.pane) || self.beside.as_ref().is_some_and(|beside| of(&beside.pane))
    }

    /// Whether this pane is still open.
    pub fn has_pane(&self, pane: u64) -> bool {
        self.any_pane(|open| open.id == pane)
    }

    /// Whether there are two panes, though there may be room for one.
    pub fn is_split(&self) -> bool {
        self.beside.is_some()
    }

    /// Whether the pane at hand has the focus.
    pub fn is_focused(&self) -> bool {
        self.pane.id == self.focus
    }

    /// Whether the other pane shows the same list: a list is shown once, where the focus is.
    pub fn list_is_beside(&self) -> bool {
        if self.pane.route.is_threads() {
            let other = self.beside.as_ref().is_some_and(|beside| beside.pane.route.is_threads());
            return other && !self.is_focused();
        }
        let kind = std::mem::discriminant(&self.pane.route);
        let list = !matches!(self.pane.route, Route::Page { .. } | Route::Nothing);
        let other = self.beside.as_ref().map(|beside| std::mem::discriminant(&beside.pane.route));
        list && !self.is_focused() && other == Some(kind)
    }

    /// Times that what a pane shows and what the engine holds were found to differ.
    pub fn mismatches(&self) -> u32 {
        let beside = self.beside.as_ref().map_or(0, |beside| beside.pane.page.session.mismatches);
        self.pane.page.session.mismatches + beside
    }

    /// Whether nothing that was typed into an open page is unknown to the engine.
    pub fn is_settled(&self) -> bool {
        !self.any_pane(|pane| !pane.page.session.is_settled())
    }

    // ---- room ----

    /// Width that the sheet has.
    fn sheet_width(&self, ctx: &Context) -> f32 {
        let (shown, over) = self.sidebar(ctx);
        let left = if shown && !over { f32::from(self.prefs.sidebar_width) } else { size::SHEET_MARGIN };
        ctx.content_rect().width() - left - size::SHEET_MARGIN
    }

    fn has_room_for_two(&self, ctx: &Context) -> bool {
        self.sheet_width(ctx) >= 2.0 * size::PANE_MIN
    }

    /// Ids of the panes that are shown, from left to right; only the one that has the focus where there is no room for
    /// two.
    pub fn shown_panes(&self, ctx: &Context) -> Vec<u64> {
        match &self.beside {
            Some(beside) if self.has_room_for_two(ctx) => {
                let (here, other) = (self.pane.id, beside.pane.id);
                if self.pane.right { vec![other, here] } else { vec![here, other] }
            }
            _ => vec![self.pane.id],
        }
    }

    /// Whether the right column lies over the sheet, because there is no room for it beside what the sheet shows.
    pub fn details_lie_over(&self, ctx: &Context) -> bool {
        let beside = self.sheet_width(ctx) - f32::from(self.prefs.right_width);
        let crowded = self.shown_panes(ctx).len() > 1 && beside < 2.0 * size::PANE_MIN;
        crowded || ctx.content_rect().width() < size::RIGHT_OVERLAYS
    }

    // ---- one or two ----

    /// A second pane beside the only one; or the pane at hand goes.
    pub(super) fn split_or_close(&mut self, ctx: &Context) {
        if self.beside.is_some() {
            return self.close_pane(ctx);
        }
        if !self.has_room_for_two(ctx) {
            return self.say_no_room(ctx);
        }
        let route = match &self.pane.route {
            Route::Page { .. } => self.pane.route.clone(),
            _ => self.prefs.last_page.as_deref().map_or(Route::Nothing, Route::page),
        };
        let caret = self.pane.page.session.selection.clone();
        self.split(route);
        self.pane.page.session.selection = caret;
        self.bring_keyboard(ctx);
    }

    fn say_no_room(&mut self, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        let (room, wanted) = (self.sheet_width(ctx), 2.0 * size::PANE_MIN);
        let words = format!("Two panes need {wanted:.0} points beside the sidebar; there are {room:.0}");
        let (shown, over) = self.sidebar(ctx);
        let folds = shown && !over && ctx.content_rect().width() - 2.0 * size::SHEET_MARGIN >= wanted;
        self.say(&if folds { format!("{words}. F9 folds it") } else { words }, None, now);
    }

    /// The second pane opens at the right, and gets the focus.
    fn split(&mut self, route: Route) {
        let mut pane = Pane::new(self.next_serial());
        pane.right = true;
        self.beside = Some(Box::new(Beside { pane, views: PageViews::default() }));
        self.give_focus();
        self.enter(route);
    }

    /// The pane at hand goes, its text saved as whenever a page is left; the other one is alone.
    fn close_pane(&mut self, ctx: &Context) {
        self.note_read(None);
        self.leave();
        self.forget_past(&Route::Nothing);
        let Some(beside) = self.beside.take() else { return };
        self.pane = beside.pane;
        self.views.open = beside.views;
        self.pane.right = false;
        self.pane.page.aside = false;
        self.focus = self.pane.id;
        self.note_panes();
        self.bring_keyboard(ctx);
    }

    /// The other pane comes to hand and has the focus from here on.
    fn give_focus(&mut self) {
        self.pane.page.popup = None;
        self.pane.page.aside = true;
        self.change_places();
        self.pane.page.aside = false;
        self.focus = self.pane.id;
        self.note_panes();
    }

    /// The focus goes over to the other pane, and the keyboard with it.
    pub(super) fn go_beside(&mut self, ctx: &Context) {
        if self.beside.is_some() {
            self.give_focus();
            self.bring_keyboard(ctx);
        }
    }

    /// The text of the pane at hand gets the keyboard.
    fn bring_keyboard(&self, ctx: &Context) {
        ctx.memory_mut(|memory| match &self.pane.route {
            Route::Page { at: None, .. } if self.pane.past.mode.is_none() => {
                memory.request_focus(self.pane.page.editor());
            }
            _ => memory.focused().into_iter().for_each(|id| memory.surrender_focus(id)),
        });
    }

    /// Shows something in the other pane, which opens for it; here, where there is no room for two.
    pub(super) fn go_in_other(&mut self, ctx: &Context, route: Route) {
        if self.beside.is_some() {
            self.give_focus();
            self.go(route);
        } else if self.has_room_for_two(ctx) {
            self.split(route);
        } else {
            self.say_no_room(ctx);
            self.go(route);
        }
        self.bring_keyboard(ctx);
    }

    /// A press in a pane, or a file that is held over it, brings the focus there, before anything is drawn.
    pub fn follow_pointer(&mut self, ctx: &Context, standing: &[Standing], covered: Option<Rect>) {
        let pos = ctx.input(|input| {
            let files = !input.raw.hovered_files.is_empty() || !input.raw.dropped_files.is_empty();
            let begins = files || input.pointer.any_pressed();
            input.pointer.latest_pos().filter(|_| begins)
        });
        let Some(pos) = pos.filter(|pos| !covered.is_some_and(|over| over.contains(*pos))) else { return };
        let on_sheet = ctx.layer_id_at(pos).is_none_or(|layer| layer.order == egui::Order::Background);
        let found = standing.iter().find(|standing| standing.contains(pos));
        if let Some(found) = found.filter(|found| on_sheet && found.pane != self.pane.id) {
            let left = standing.iter().find(|standing| standing.pane == self.pane.id);
            let focused = ctx.memory(egui::Memory::focused);
            if let (Some(id), Some(left)) = (focused, left)
                && place_of(ctx, id).is_some_and(|pos| left.contains(pos))
            {
                ctx.memory_mut(|memory| memory.surrender_focus(id));
            }
            self.focus_on(found.pane);
        }
    }

    /// Where the keyboard goes, the focus goes too.
    pub fn follow_keyboard(&mut self, ctx: &Context, standing: &[Standing], covered: Option<Rect>) {
        let focused = ctx.memory(egui::Memory::focused);
        if std::mem::replace(&mut self.keyboard, focused) == focused {
            return;
        }
        let Some(pos) = focused.and_then(|id| place_of(ctx, id)) else { return };
        let found = standing.iter().find(|standing| standing.contains(pos));
        if let Some(found) = found.filter(|_| !covered.is_some_and(|over| over.contains(pos))) {
            self.focus_on(found.pane);
        }
    }

    fn focus_on(&mut self, pane: u64) {
        if self.beside.as_ref().is_some_and(|beside| beside.pane.id == pane) {
            self.give_focus();
        }
    }

    // ---- what is remembered ----

    /// Opens the pages that were open last, or the first one, once the tree is known.
    pub(super) fn begin(&mut self) {
        if self.started || self.views.pages.get().is_none() {
            return;
        }
        self.started = true;
        if self.pane.route != Route::Nothing {
            return;
        }
        let known = |id: &&str| self.pages().iter().any(|page| page.id == **id);
        if let Some(Panes { pages: [left, right], right_has_focus }) = self.prefs.panes.clone()
            && [left.as_str(), right.as_str()].iter().all(known)
        {
            self.go(Route::page(&left));
            self.split(Route::page(&right));
            if !right_has_focus {
                self.give_focus();
            }
            return;
        }
        let wanted = self.prefs.last_page.as_deref().filter(known);
        let found = wanted.map(str::to_owned).or_else(|| self.pages().first().map(|page| page.id.clone()));
        if let Some(id) = found {
            self.go(Route::page(&id));
        }
    }

    /// Remembers which pages stand side by side.
    fn note_panes(&mut self) {
        let of = |pane: &Pane| pane.last_page.clone().unwrap_or_default();
        self.prefs.panes = self.beside.as_ref().map(|beside| {
            let (here, other) = (of(&self.pane), of(&beside.pane));
            let pages = if self.pane.right { [other, here] } else { [here, other] };
            Panes { pages, right_has_focus: self.pane.right == self.is_focused() }
        });
        self.remember();
    }

    // ---- between frames ----

    /// Tells the session at hand what the engine says about its page.
    pub(super) fn hear_of_page(&mut self) {
        if self.views.open.poll()
            && !self.pane.page.read_only
            && let Some(view) = self.views.open.page.get()
        {
            self.pane.page.session.announce(&view.heads);
        }
    }

    /// What the pane at hand needs between frames.
    pub(super) fn tend_pane(&mut self, ctx: &Context, now: f64) {
        self.pane.page.highlights.work(&self.out.wake, &self.out.spawn);
        self.tend_head();
        self.offer_names();
        self.show_live_tasks();
        self.tend_past(ctx, now);
        self.tend_talk();
        self.tend_wanted(ctx);
        self.tend_preview();
        self.pane.page.pictures.work(ctx, self.backend.as_ref(), &self.out.wake, &self.out.spawn);
    }

    // ---- moving about ----

    /// Shows something in the middle; what was typed before goes to the engine first.
    pub fn go(&mut self, route: Route) {
        if self.pane.route == route {
            return;
        }
        let left = std::mem::replace(&mut self.pane.route, Route::Nothing);
        if left != Route::Nothing {
            self.pane.back.push(left.clone());
            let surplus = self.pane.back.len().saturating_sub(BACK_MAX);
            self.pane.back.drain(..surplus);
        }
        self.pane.forward.clear();
        self.pane.route = left;
        self.enter(route);
    }

    pub(super) fn enter(&mut self, route: Route) {
        self.note_read(Some(&route));
        self.leave();
        self.forget_past(&route);
        self.sidebar_over = false;
        self.pane.route = route;
        match self.pane.route.clone() {
            Route::Page { id, at } => {
                self.open_session(&id, at.is_some());
                self.pane.edit_fault = None;
                // What is known of the page as it is stays while one looks at what it was.
                if at.is_none() {
                    self.views.open.page.clear();
                }
                let query = Query::PageInfo { page: id.clone() };
                self.views.open.page.watch(self.backend.as_ref(), &self.out.wake, query);
                let head = PracticeQuery::Head { page: id.clone() };
                self.views.open.practice.watch(self.backend.as_ref(), &self.out.wake, Query::Practice(head));
                self.watch_past(&id);
                self.prefs.was_open(&id);
                self.pane.last_page = Some(id.clone());
                self.prefs.last_page = Some(id);
                self.note_panes();
            }
            Route::Decisions => {
                let query = Query::Decisions { state: None, project: None };
                self.views.decisions.watch(self.backend.as_ref(), &self.out.wake, query);
            }
            Route::Trash => {
                self.views.trash.watch(self.backend.as_ref(), &self.out.wake, Query::Pages { trash: true });
            }
            Route::Search => self.search.focus = true,
            Route::Thread { id } => self.prefs.was_open(&id),
            Route::Project { id } => {
                let (backend, wake) = (self.backend.as_ref(), &self.out.wake);
                self.views.project.watch(backend, wake, Query::Project { project: id.clone() });
                self.views.update_draft.watch(backend, wake, Query::UpdateDraft { project: id });
            }
            Route::Tasks
            | Route::Projects
            | Route::Cycles
            | Route::Work
            | Route::Weekly
            | Route::People(_)
            | Route::Inbox
            | Route::Threads
            | Route::NewThread
            | Route::Nothing => {}
        }
        if !self.any_pane(|pane| pane.route == Route::Trash) {
            self.views.trash.clear();
        }
        if !self.any_pane(|pane| matches!(pane.route, Route::Project { .. })) {
            self.views.project.clear();
            self.views.update_draft.clear();
        }
        if !self.any_pane(|pane| pane.route == Route::Decisions) {
            self.views.decisions.clear();
        }
    }

    pub(super) fn rename(&mut self) {
        let (Some(title), Some(page)) = (self.pane.page.title.take(), self.views.open.page.get()) else {
            return;
        };
        if title.trim() != page.title {
            let command = Command::PageRename { page: page.id.clone(), title: title.trim().to_owned() };
            self.send(command, Then::Quiet);
        }
    }

    pub(super) fn step(&mut self, back: bool) {
        let taken = if back { self.pane.back.pop() } else { self.pane.forward.pop() };
        let Some(route) = taken else { return };
        let left = self.pane.route.clone();
        if back {
            self.pane.forward.push(left)
        } else {
            self.pane.back.push(left)
        }
        self.enter(route);
    }

    /// Whether there is something to go back or forward to.
    pub fn can_step(&self, back: bool) -> bool {
        if back { !self.pane.back.is_empty() } else { !self.pane.forward.is_empty() }
    }
}

/// The middle of what is in sight of the part of the sheet with this id; none for what floats over it. (Reading its
/// response would take the keyboard from it, when something else was just clicked.)
fn place_of(ctx: &Context, id: Id) -> Option<egui::Pos2> {
    ctx.viewport(|viewport| {
        let found = viewport.this_pass.widgets.get(id).or_else(|| viewport.prev_pass.widgets.get(id))?;
        let on_sheet = found.layer_id.order == egui::Order::Background;
        on_sheet.then(|| found.interact_rect.center())
    })
}
