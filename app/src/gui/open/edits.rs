//! Pages between window and engine: asking, handing over what was typed, also after the window has moved on.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Duration;

use egui::Context;
use tern_model::block::Marks;
use tern_model::delta::Piece;
use tern_model::flat::Picture;
use tern_peer::templates::{self, Filling};
use tern_peer::{Command, PeerError, Query, Reply, View};

use super::{Event, Open, Serial};
use crate::gui::backend::{Backend, Wake, Watched};
use crate::gui::clock::Clock;
use crate::gui::command::{Then, UiCommand};
use crate::gui::page::offer::Offers;
use crate::gui::page::pictures::BLOB;
use crate::gui::page::session::{Request, Session};
use crate::gui::page::ui::PageState;
use crate::gui::page::{clip, edit, typing};
use crate::gui::views::Views;

/// How long closing the window waits for the engine to take what was typed.
const CLOSING_TRIES: usize = 100;
const CLOSING_STEP: Duration = Duration::from_millis(50);
/// Seconds after which edits of a page that was left are sent again when the engine refused them.
const RETRY_SECS: f64 = 5.0;
/// Pages whose steps back are kept after they were left.
const KEPT_MAX: usize = 8;

/// Most steps of one's own that are remembered.
const OWN_MAX: usize = 64;

/// Steps of pages, from heads to heads, that were made in this window and hold nothing of anybody else.
#[derive(Debug, Default)]
pub(super) struct OwnSteps(VecDeque<(String, String)>);

impl OwnSteps {
    fn made(&mut self, base: String, heads: &str) {
        self.0.push_back((base, heads.to_owned()));
        if self.0.len() > OWN_MAX {
            self.0.pop_front();
        }
    }

    /// Whether own steps alone lead from some heads to others.
    fn lead(&self, from: &str, to: &str) -> bool {
        let mut at = from;
        for (base, heads) in &self.0 {
            if base == at {
                at = heads;
            }
        }
        from != to && at == to
    }
}

/// A question about a page that is on its way.
pub(super) type Asked = Option<Box<dyn Watched>>;

/// A page that was left while the engine did not hold all of its text.
pub(super) struct Tail {
    serial: Serial,
    page: String,
    session: Session,
    asked: Asked,
    retry_at: Option<f64>,
}

/// What a page's requests go through.
struct Way<'a> {
    backend: &'a dyn Backend,
    wake: &'a Wake,
    own: &'a OwnSteps,
    page: &'a str,
}

impl Way<'_> {
    /// Takes an answer in and sends the next request; work of one's own is returned for the caller to send.
    fn tend(&self, session: &mut Session, asked: &mut Asked, now: f64, hurry: bool) -> Option<Request> {
        if let Some(answer) = asked.as_mut().and_then(|asked| asked.take()) {
            *asked = None;
            match answer.as_ref() {
                Ok(View::Flat(view)) => session.loaded(&view.heads, view.flat.clone(), now),
                Ok(View::PageChanges(view)) => {
                    let own = session.heads().is_some_and(|from| self.own.lead(from, &view.heads));
                    let take = if own { Session::pulled_own } else { Session::pulled };
                    take(session, &view.heads, &view.delta, view.digest, now);
                }
                Ok(View::PageTorn(view)) => session.mended(&view.heads, &view.delta, now),
                Ok(_) | Err(_) => session.failed(now),
            }
        }
        let request = session.next_request(now, hurry)?;
        let page = self.page.to_owned();
        let query = match request {
            Request::Push { .. } => return Some(request),
            Request::Load => Query::PageFlat { page, at: None },
            Request::Pull { from } => Query::PageChanges { page, from },
            Request::Torn { from } => Query::PageTorn { page, from },
        };
        *asked = Some(self.backend.watch(query, self.wake.clone()));
        None
    }
}

impl Open {
    /// The session of a page that opens: the one of a moment ago, if there is one.
    pub(super) fn open_session(&mut self, page: &str, past: bool) {
        self.pane.page = PageState::within(self.pane.id);
        self.pane.page.read_only = past;
        self.pane.page.aside = !self.is_focused();
        self.pane.opened = self.next_serial();
        self.pane.asked = None;
        if past {
            return;
        }
        if let Some(found) = self.tails.iter().position(|tail| tail.page == page) {
            let tail = self.tails.swap_remove(found);
            (self.pane.page.session, self.pane.asked, self.pane.opened) =
                (tail.session, tail.asked, tail.serial);
        } else if let Some(found) = self.kept.iter().position(|(kept, _)| kept == page) {
            self.pane.page.session = self.kept.remove(found).1;
        }
    }

    /// Hands over what was typed in the open page, and goes on doing so for pages that were left.
    pub(super) fn send_edits(&mut self, ctx: &Context, now: f64) {
        self.send_batches(now, false);
        self.each_pane(|open| {
            if open.open_page().is_some()
                && !open.pane.page.read_only
                && let Some(due) = open.pane.page.session.due(now)
            {
                ctx.request_repaint_after(Duration::from_secs_f64(due));
            }
        });
        if let Some(at) = self.tails.iter().filter_map(|tail| tail.retry_at).reduce(f64::min) {
            ctx.request_repaint_after(Duration::from_secs_f64((at - now).max(0.0)));
        }
    }

    pub(super) fn send_batches(&mut self, now: f64, hurry: bool) {
        self.each_pane(|open| open.send_batch(now, hurry));
        let mut tails = std::mem::take(&mut self.tails);
        for tail in &mut tails {
            if tail.retry_at.is_some_and(|at| now >= at) {
                tail.retry_at = None;
                tail.session.retry();
            }
            let (backend, wake, own) = (self.backend.as_ref(), &self.out.wake, &self.own_steps);
            let way = Way { backend, wake, own, page: &tail.page };
            let request = way.tend(&mut tail.session, &mut tail.asked, now, true);
            self.push(tail.serial, &tail.page, request);
        }
        for tail in tails {
            if tail.session.is_settled() {
                self.keep(tail.page, tail.session);
            } else {
                self.tails.push(tail);
            }
        }
    }

    fn send_batch(&mut self, now: f64, hurry: bool) {
        let Some(page) = self.open_page().map(str::to_owned).filter(|_| !self.pane.page.read_only) else {
            return;
        };
        let (backend, wake, own) = (self.backend.as_ref(), &self.out.wake, &self.own_steps);
        let way = Way { backend, wake, own, page: &page };
        let request = way.tend(&mut self.pane.page.session, &mut self.pane.asked, now, hurry);
        self.push(self.pane.opened, &page, request);
    }

    fn push(&self, serial: Serial, page: &str, request: Option<Request>) {
        let Some(Request::Push { base, delta }) = request else { return };
        let (report, wake) = (self.events.0.clone(), self.out.wake.clone());
        let on = base.clone();
        let done = Box::new(move |outcome| {
            if report.send(Event::Edited(serial, on, outcome)).is_ok() {
                wake();
            }
        });
        self.backend.send(Command::PageDelta { page: page.to_owned(), base, delta }, done);
    }

    pub(super) fn heard_edit(
        &mut self,
        serial: Serial,
        base: String,
        outcome: Result<Reply, PeerError>,
        now: f64,
    ) {
        let mut panes =
            std::iter::once(&mut self.pane).chain(self.beside.as_mut().map(|beside| &mut beside.pane));
        let mut no_fault = None;
        let tail = self.tails.iter_mut().find(|tail| tail.serial == serial);
        let (session, fault, retry_at) = match (tail, panes.find(|pane| pane.opened == serial)) {
            (Some(tail), _) => (&mut tail.session, &mut no_fault, Some(&mut tail.retry_at)),
            (None, Some(pane)) => (&mut pane.page.session, &mut pane.edit_fault, None),
            (None, None) => return,
        };
        match (outcome, retry_at) {
            (Ok(Reply::PageDelta(reply)), _) => {
                session.pushed(&reply.heads, &reply.remote, now);
                *fault = None;
                if reply.remote.is_empty() {
                    self.own_steps.made(base, &reply.heads);
                }
            }
            (Ok(_), _) => session.failed(now),
            (Err(error), None) => {
                session.failed(now);
                *fault = Some(error);
            }
            (Err(error), Some(retry_at)) => {
                session.failed(now);
                *retry_at = Some(now + RETRY_SECS);
                self.fault =
                    Some(error.next("What you typed last is kept in this window and saved again by itself."));
            }
        }
    }

    /// Remembers the steps back of a page that was left.
    fn keep(&mut self, page: String, mut session: Session) {
        if !session.is_loaded() {
            return;
        }
        session.put_down();
        self.kept.retain(|(kept, _)| *kept != page);
        self.kept.push((page, session));
        let surplus = self.kept.len().saturating_sub(KEPT_MAX);
        self.kept.drain(..surplus);
    }

    /// Hands everything typed to the engine before something else is shown; what it does not hold at once is seen to
    /// while the window shows other things.
    pub(super) fn leave(&mut self) {
        self.rename();
        if let Some(page) = self.open_page().map(str::to_owned).filter(|_| !self.pane.page.read_only) {
            let mut session = std::mem::take(&mut self.pane.page.session);
            let asked = self.pane.asked.take();
            if session.is_settled() {
                self.keep(page, session);
            } else {
                session.retry();
                self.tails.push(Tail { serial: self.pane.opened, page, session, asked, retry_at: None });
            }
            self.pane.opened = self.next_serial();
        }
        self.send_batches(0.0, true);
        if let Some(UiCommand::Send(command, then)) = self.draft.take_unsent() {
            self.send(*command, then);
        }
    }

    /// Waits, for a bounded time, until the engine holds everything. Only for closing: nothing is drawn meanwhile.
    pub(super) fn settle(&mut self) {
        for _ in 0..CLOSING_TRIES {
            self.send_batches(f64::MAX, true);
            if self.tails.is_empty() {
                return;
            }
            if let Ok(event) = self.events.1.recv_timeout(CLOSING_STEP) {
                self.hear(event, 0.0);
            }
        }
    }

    // ---- what pages name ----

    /// Hands the editor what can be linked and named, when that changed.
    pub(super) fn offer_names(&mut self) {
        if !self.pane.page.session.seen.is_empty() {
            let sessions =
                self.views.open.history.get().map(|view| view.sessions.as_slice()).unwrap_or_default();
            let other = sessions.iter().filter(|session| !session.mine).max_by(|a, b| a.to.cmp(&b.to));
            self.pane.page.other = other.map(|session| session.author.clone());
        }
        let views = &self.views;
        let lists = views.pages.stamp() ^ views.templates.stamp();
        let stamps = (lists, views.members.stamp(), views.tasks.stamp());
        let made_from = Some((stamps, self.clock.minute()));
        if self.pane.page.popup.is_some() && self.pane.page.offers.made_from != made_from {
            let parent = self.open_page().and_then(|id| self.row(id)).and_then(|row| row.parent.clone());
            let filling = self.filling(parent.as_deref());
            self.pane.page.offers = Offers { made_from, ..offers(&self.views, &self.clock, &filling) };
        }
    }

    pub(super) fn paste(&mut self, text: &str, now: f64) {
        let (flat, selection) = (self.pane.page.session.flat(), &self.pane.page.session.selection);
        let change = clip::paste_rich(flat, selection, text, &|| self.out.clipboard.html());
        self.pane.page.run(change, now);
    }

    pub(super) fn new_linked_page(&mut self, title: String) {
        let Some(page) = self.open_page().map(str::to_owned) else { return };
        let parent = Some(page.clone());
        let command = Command::PageNew { title: title.clone(), parent, space: None, markdown: None };
        self.send(command, Then::LinkMade { page, words: title });
    }

    pub(super) fn place_link(&mut self, asked_in: &str, made: &str, words: &str, now: f64) {
        if self.open_page() != Some(asked_in) {
            self.say(
                &format!("“{words}” is made; the page that was to link it is not open any more"),
                None,
                now,
            );
            return;
        }
        let href = format!("tern:{made}");
        let change =
            typing::link(self.pane.page.session.flat(), &self.pane.page.session.selection, &href, words);
        self.pane.page.run(change, now);
    }

    pub(super) fn attach(&mut self, path: PathBuf) {
        let Some(doc) = self.open_page().map(str::to_owned) else { return };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let page = doc.clone();
        self.send(Command::Attach { doc, path }, Then::PlaceAttached { page, name });
    }

    /// A picture comes as itself, any other file as a link.
    pub(super) fn place_attached(&mut self, page: &str, name: &str, hash: &str, now: f64) {
        if self.open_page() != Some(page) {
            self.say(&format!("“{name}” is attached; it stands under Files of its page"), None, now);
            return;
        }
        let (flat, selection) = (self.pane.page.session.flat(), &self.pane.page.session.selection);
        let src = format!("{BLOB}{hash}");
        let lower = name.to_lowercase();
        let is_picture = [".png", ".jpg", ".jpeg", ".gif", ".webp"].iter().any(|end| lower.ends_with(end));
        let change = if is_picture {
            let picture = Picture { src, alt: name.to_owned(), title: String::new() };
            edit::insert_pieces(flat, selection, vec![Piece::Object(Some(picture), Marks::default())])
        } else {
            typing::link(flat, selection, &src, name)
        };
        self.pane.page.run(change, now);
    }
}

/// What can be named in a page.
fn offers(views: &Views, clock: &Clock, filling: &Filling) -> Offers {
    let pages = views.pages.get().map(|view| view.pages.as_slice()).unwrap_or_default();
    let people = views.members.get().map(|view| view.members.as_slice()).unwrap_or_default();
    let tasks = views.tasks.get().map(|view| view.tasks.as_slice()).unwrap_or_default();
    Offers {
        pages: pages.iter().map(|page| (page.id.clone(), page.title.clone())).collect(),
        people: people.iter().map(|member| (member.id.clone(), member.name.clone())).collect(),
        tasks: tasks
            .iter()
            .map(|task| (task.id.clone(), task.short_id.clone(), task.title.clone()))
            .collect(),
        templates: views
            .all_templates()
            .iter()
            .map(|t| (t.name.clone(), templates::fill(&t.text, filling)))
            .collect(),
        today: Some(clock.now().date()),
        made_from: None,
    }
}
