//! The open page between the window and the engine: what is shown at once, what is on its way, how both meet, and undo.
//!
//! Every own change is a [`Delta`] that is shown first and joined to what waits. One request is under way at a time. What
//! comes from the engine is rebased over everything it does not know yet, so nothing is ever compared or guessed; when
//! nothing waits, a digest proves that window and engine hold the same.

use std::collections::VecDeque;

use tern_model::Delta;
use tern_model::block::{BlockKind, Marks};
use tern_model::delta::{Piece, Side, Step};
use tern_model::flat::{Flat, Head};

use super::select::Selection;

/// Seconds after which typed text goes to the engine.
pub const FLUSH_SECS: f64 = 0.15;
/// Seconds without a change after which window and engine are compared.
const CHECK_SECS: f64 = 1.0;
/// Seconds after which a question without an answer is asked again.
const AGAIN_SECS: f64 = 2.0;
/// Steps back that are remembered.
pub const UNDO_MAX: usize = 500;
/// Seconds within which typing goes on being one step back.
const TYPING_SECS: f64 = 1.0;
/// Seconds for which a change of somebody else stays marked.
pub const SEEN_SECS: f64 = 8.0;
/// Most marked changes of others.
const SEEN_MAX: usize = 64;

/// What the window asks of the engine.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// The page as it is.
    Load,
    /// What changed since these heads, and the digest of the page.
    Pull {
        /// Heads that the window stands on.
        from: String,
    },
    /// Own work, made on these heads.
    Push {
        /// Heads that the window stands on.
        base: String,
        /// The work.
        delta: Delta,
    },
    /// Whether own words were torn, and what brings them back.
    Torn {
        /// Heads before the blocks came that may have torn them.
        from: String,
    },
}

/// What a step back belongs to; equal neighbours are one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Characters typed one after the other.
    Typing,
    /// Characters taken away one after the other.
    Erasing,
    /// Anything else: a step of its own.
    Other,
}

#[derive(Debug, Clone)]
struct Back {
    delta: Delta,
    before: Selection,
    kind: Kind,
    at: f64,
}

/// A change of somebody else that is still marked.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Positions.
    pub from: usize,
    /// End.
    pub to: usize,
    /// When the mark goes.
    pub until: f64,
}

/// Words that a thread of comments is on, or that are about to be commented on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// Positions.
    pub from: usize,
    /// End.
    pub to: usize,
    /// The thread; none for a comment that is being written.
    pub thread: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Flight {
    Load,
    Pull,
    Push(Delta),
    Torn,
}

/// The open page.
#[derive(Debug, Default)]
pub struct Session {
    flat: Flat,
    heads: Option<String>,
    /// Newest heads that the engine spoke of.
    announced: Option<String>,
    /// Version before a block of somebody else came between words; whether they are torn is asked when nobody types.
    torn: Option<String>,
    flight: Option<Flight>,
    queue: Delta,
    queue_since: Option<f64>,
    refused: bool,
    /// Nothing is asked before: the engine had no answer.
    not_before: f64,
    /// When something last changed, while that was not compared with the engine yet.
    unchecked: Option<f64>,
    undo: VecDeque<Back>,
    redo: Vec<Back>,
    /// Caret and selection.
    pub selection: Selection,
    /// Changes of others that are still marked.
    pub seen: Vec<Seen>,
    /// Words that comments are on; they go along with every change.
    pub anchors: Vec<Anchor>,
    /// Grows whenever blocks come, go or change their kind.
    shape: u64,
    /// Grows with every change.
    revision: u64,
    /// Grows with every change of somebody else.
    foreign: u64,
    /// Times that window and engine differed; each is a fault of Tern.
    pub mismatches: u32,
}

impl Session {
    /// The page as shown.
    pub fn flat(&self) -> &Flat {
        &self.flat
    }

    /// Whether the page is here.
    pub fn is_loaded(&self) -> bool {
        self.heads.is_some()
    }

    /// Heads of the engine's version under what is shown.
    pub fn heads(&self) -> Option<&str> {
        self.heads.as_deref()
    }

    /// Grows whenever blocks come, go or change their kind.
    pub fn shape(&self) -> u64 {
        self.shape
    }

    /// Grows with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Grows with every change that was made elsewhere.
    pub fn foreign(&self) -> u64 {
        self.foreign
    }

    /// Nothing of the person's is unknown to the engine.
    pub fn is_settled(&self) -> bool {
        self.queue.is_empty() && !matches!(self.flight, Some(Flight::Push(_)))
    }

    // ---- own changes ----

    /// Makes a change: shown at once, sent soon. `after` is the selection after it.
    pub fn change(&mut self, delta: &Delta, after: Selection, kind: Kind, now: f64) {
        // Says everything it does, so that both orders of it and what others do end alike.
        let Ok(delta) = delta.settled(&self.flat) else { return };
        if delta.is_empty() {
            self.selection = after.within(&self.flat);
            return;
        }
        let inverse = delta.invert(&self.flat);
        let before = self.selection.clone();
        if !self.show(&delta) {
            return;
        }
        self.selection = after.within(&self.flat);
        self.remember(inverse, before, kind, now);
        self.wait(&delta, now);
    }

    fn remember(&mut self, inverse: Delta, before: Selection, kind: Kind, now: f64) {
        self.redo.clear();
        let goes_on =
            |last: &&mut Back| kind != Kind::Other && last.kind == kind && now - last.at < TYPING_SECS;
        if let Some(last) = self.undo.back_mut().filter(goes_on) {
            last.delta = inverse.compose(&last.delta);
            last.at = now;
            return;
        }
        self.undo.push_back(Back { delta: inverse, before, kind, at: now });
        if self.undo.len() > UNDO_MAX {
            self.undo.pop_front();
        }
    }

    /// What is typed next is a step back of its own.
    pub fn break_typing(&mut self) {
        if let Some(last) = self.undo.back_mut() {
            last.kind = Kind::Other;
        }
    }

    /// Takes the last own step back, or makes it again. Returns whether there was one.
    pub fn step(&mut self, redo: bool, now: f64) -> bool {
        let taken = if redo { self.redo.pop() } else { self.undo.pop_back() };
        let Some(mut back) = taken else { return false };
        let Ok(settled) = back.delta.settled(&self.flat) else { return false };
        back.delta = settled;
        let inverse = back.delta.invert(&self.flat);
        let before = self.selection.clone();
        if !self.show(&back.delta) {
            return false;
        }
        self.selection = back.before.within(&self.flat);
        let other = Back { delta: inverse, before, kind: Kind::Other, at: now };
        if redo {
            self.undo.push_back(other);
        } else {
            self.redo.push(other);
        }
        self.wait(&back.delta, now);
        true
    }

    fn wait(&mut self, delta: &Delta, now: f64) {
        self.queue = self.queue.compose(delta);
        self.queue_since.get_or_insert(now);
        self.unchecked = Some(now);
    }

    fn show(&mut self, delta: &Delta) -> bool {
        let parts = self.flat.parts().len();
        if self.flat.apply(delta).is_err() {
            tracing::error!("a change did not fit the open page; the page is loaded again");
            self.mismatches += 1;
            self.announced = None;
            self.heads = None;
            return false;
        }
        let reshapes =
            |step: &Step| matches!(step, Step::Head(_) | Step::Cells(_) | Step::Insert(Piece::Block(_)));
        if self.flat.parts().len() != parts || delta.steps().iter().any(reshapes) {
            self.shape += 1;
        }
        self.revision += 1;
        for seen in &mut self.seen {
            // What is written at its edge is not part of it.
            seen.to = delta.map(seen.to, false);
            seen.from = delta.map(seen.from, true).min(seen.to);
        }
        for anchor in &mut self.anchors {
            anchor.to = delta.map(anchor.to, false);
            anchor.from = delta.map(anchor.from, true).min(anchor.to);
        }
        true
    }

    // ---- the engine ----

    /// The engine says that the page stands at these heads.
    pub fn announce(&mut self, heads: &str) {
        self.announced = Some(heads.to_owned());
    }

    /// Seconds until a request is due; `None` when none is.
    pub fn due(&self, now: f64) -> Option<f64> {
        if self.flight.is_some() {
            return None;
        }
        if self.heads.is_none() || (self.announced.is_some() && self.announced != self.heads) {
            return Some((self.not_before - now).max(0.0));
        }
        let flush = self.queue_since.filter(|_| !self.refused).map(|since| since + FLUSH_SECS);
        let check = self.unchecked.filter(|_| self.queue.is_empty()).map(|at| at + CHECK_SECS);
        let at = flush.into_iter().chain(check).reduce(f64::min)?;
        Some((at - now).max(0.0))
    }

    /// The next request when one is due; `hurry` sends what waits at once.
    pub fn next_request(&mut self, now: f64, hurry: bool) -> Option<Request> {
        if self.flight.is_some() {
            return None;
        }
        let held_back = now < self.not_before;
        let Some(heads) = self.heads.clone() else {
            if held_back {
                return None;
            }
            self.flight = Some(Flight::Load);
            return Some(Request::Load);
        };
        let flush = self.queue_since.is_some_and(|since| hurry || now - since >= FLUSH_SECS);
        if flush && !self.refused && !self.queue.is_empty() {
            let delta = std::mem::take(&mut self.queue);
            self.queue_since = None;
            self.flight = Some(Flight::Push(delta.clone()));
            return Some(Request::Push { base: heads, delta });
        }
        let behind = self.announced.as_ref().is_some_and(|announced| *announced != heads);
        let check = self.unchecked.is_some_and(|at| now - at >= CHECK_SECS) && self.queue.is_empty();
        if (behind || check) && !held_back {
            self.flight = Some(Flight::Pull);
            return Some(Request::Pull { from: heads });
        }
        if let Some(from) = self.torn.clone().filter(|_| !behind && !held_back && self.queue.is_empty()) {
            self.flight = Some(Flight::Torn);
            return Some(Request::Torn { from });
        }
        None
    }

    /// The page came.
    pub fn loaded(&mut self, heads: &str, flat: Flat, now: f64) {
        self.flight = None;
        let first = self.heads.is_none() && self.revision == 0;
        let waiting = std::mem::take(&mut self.queue);
        self.flat = flat;
        self.heads = Some(heads.to_owned());
        self.announced.get_or_insert_with(|| heads.to_owned());
        self.shape += 1;
        self.revision += 1;
        self.seen.clear();
        if !first {
            // Steps back do not fit a page that was loaded anew after a fault.
            self.undo.clear();
            self.redo.clear();
        }
        self.selection = std::mem::take(&mut self.selection).within(&self.flat);
        self.unchecked = None;
        if !waiting.is_empty() {
            self.bring_back(&waiting, now);
        }
    }

    /// What was typed and never sent is not lost with a fault: it comes again where it fits, else at the end.
    fn bring_back(&mut self, waiting: &Delta, now: f64) {
        let end = self.flat.len();
        let delta = if waiting.span() <= end {
            waiting.clone()
        } else {
            let block = Piece::Block(Box::new(Head::plain(BlockKind::Paragraph)));
            Delta::splice(end, 0, [block, Piece::Text(inserted_text(waiting), Marks::default())])
        };
        if self.show(&delta) {
            self.wait(&delta, now);
        }
    }

    /// Own work is durable. `remote` is what the engine had that it did not know.
    pub fn pushed(&mut self, heads: &str, remote: &Delta, now: f64) {
        let Some(Flight::Push(sent)) = self.flight.take() else { return };
        let from = self.heads.replace(heads.to_owned());
        self.announced = Some(heads.to_owned());
        self.refused = false;
        self.unchecked = Some(now);
        self.take_in(&remote.transform(&sent, Side::Document), from, now);
    }

    /// What changed elsewhere, and what the engine's page amounts to.
    pub fn pulled(&mut self, heads: &str, remote: &Delta, digest: u64, now: f64) {
        if self.flight.take().is_none() {
            return;
        }
        let from = self.heads.replace(heads.to_owned());
        self.announced = Some(heads.to_owned());
        self.take_in(remote, from, now);
        if !self.queue.is_empty() {
            return;
        }
        self.unchecked = None;
        if self.flat.digest() != digest {
            tracing::error!(
                "window and engine differ in a page; this is a fault of Tern. The page is loaded again"
            );
            self.mismatches += 1;
            self.heads = None;
        }
    }

    /// As [`Session::pulled`], where all of it is the person's own, written in another pane: it is no news to anybody.
    pub fn pulled_own(&mut self, heads: &str, own: &Delta, digest: u64, now: f64) {
        let (foreign, marks) = (self.foreign, self.seen.len());
        self.pulled(heads, own, digest, now);
        self.foreign = foreign;
        self.seen.truncate(marks);
    }

    /// The engine could not do it. Own work waits; [`Session::retry`] sends it again.
    pub fn failed(&mut self, now: f64) {
        match self.flight.take() {
            Some(Flight::Push(sent)) => {
                self.queue = sent.compose(&self.queue);
                self.queue_since = Some(now);
                self.refused = true;
            }
            Some(Flight::Pull) => self.heads = None,
            Some(Flight::Torn) => self.torn = None,
            _ => {}
        }
        self.not_before = now + AGAIN_SECS;
    }

    /// The page is left: a question that nobody waits for any more is forgotten. Work under way stays.
    pub fn put_down(&mut self) {
        if !matches!(self.flight, Some(Flight::Push(_))) {
            self.flight = None;
        }
        self.seen.clear();
        self.break_typing();
    }

    /// Sends what was refused once more.
    pub fn retry(&mut self) {
        self.refused = false;
    }

    /// Gives up what was refused; the engine's page is shown next. Returns the text that was only here.
    pub fn discard(&mut self) -> String {
        let only_here = inserted_text(&self.queue);
        self.queue = Delta::default();
        self.queue_since = None;
        self.refused = false;
        self.heads = None;
        self.undo.clear();
        self.redo.clear();
        only_here
    }

    /// Shows a change made elsewhere, rebased over everything that waits.
    /// What brings own words back to the block they were written in. The caret goes with them.
    pub fn mended(&mut self, heads: &str, delta: &Delta, now: f64) {
        if self.flight.take().is_none() || self.heads.as_deref() != Some(heads) || !self.queue.is_empty() {
            return;
        }
        self.torn = None;
        let after = moved_along(&self.selection, delta);
        self.change(delta, after, Kind::Other, now);
    }

    /// `from` is the version on which it was made.
    fn take_in(&mut self, remote: &Delta, from: Option<String>, now: f64) {
        if remote.is_empty() {
            return;
        }
        let shown = remote.transform(&self.queue, Side::Document);
        if self.torn.is_none() && comes_between(&shown, &self.flat) {
            self.torn = from;
        }
        self.queue = self.queue.transform(remote, Side::Pending);
        self.selection.rebase(&shown);
        rebase(self.undo.iter_mut().rev(), &shown);
        rebase(self.redo.iter_mut().rev(), &shown);
        if !self.show(&shown) {
            return;
        }
        self.selection = std::mem::take(&mut self.selection).within(&self.flat);
        self.foreign += 1;
        self.mark(&shown, now);
    }

    /// Marks what came from elsewhere.
    fn mark(&mut self, shown: &Delta, now: f64) {
        let mut at = 0;
        for step in shown.steps() {
            let len = match step {
                Step::Keep(len) => {
                    at += len;
                    continue;
                }
                Step::Delete(_) => 0,
                Step::Restyle(len, _) => *len,
                Step::Head(_) | Step::Cells(_) => 1,
                Step::Insert(piece) => piece.len(),
            };
            if len > 0 {
                self.seen.push(Seen { from: at, to: at + len, until: now + SEEN_SECS });
            }
            at += len;
        }
        let surplus = self.seen.len().saturating_sub(SEEN_MAX);
        self.seen.drain(..surplus);
    }
}

/// The text that a change brings, a line a block.
fn inserted_text(delta: &Delta) -> String {
    let text = |step: &Step| match step {
        Step::Insert(Piece::Text(text, _)) => Some(text.clone()),
        Step::Insert(Piece::Block(_)) => Some("\n".to_owned()),
        _ => None,
    };
    delta.steps().iter().filter_map(text).collect()
}

/// Whether a block comes before words that are the rest of another.
fn comes_between(change: &Delta, page: &Flat) -> bool {
    let mut at = 0;
    for step in change.steps() {
        match step {
            Step::Keep(len) | Step::Restyle(len, _) | Step::Delete(len) => at += len,
            Step::Head(_) | Step::Cells(_) => at += 1,
            Step::Insert(Piece::Block(_)) => {
                let (index, off) = page.find(at);
                if page.parts().get(index).is_some_and(|part| part.line.len() > off) {
                    return true;
                }
            }
            Step::Insert(_) => {}
        }
    }
    false
}

/// The selection after words were moved towards the front: what stands in them goes along.
fn moved_along(selection: &Selection, change: &Delta) -> Selection {
    let (mut old, mut new) = (0, 0);
    // Where words were put last, in the page after the change, and how long they are.
    let mut put = (0, 0);
    let mut moved: Vec<(usize, usize, usize)> = Vec::new();
    let mut fresh = false;
    for step in change.steps() {
        match step {
            Step::Insert(piece) => {
                put = if fresh { (put.0, put.1 + piece.len()) } else { (new, piece.len()) };
                fresh = true;
                new += piece.len();
                continue;
            }
            Step::Delete(len) => {
                if *len == put.1 {
                    moved.push((old, *len, put.0));
                }
                old += len;
            }
            Step::Keep(len) | Step::Restyle(len, _) => {
                old += len;
                new += len;
            }
            Step::Head(_) | Step::Cells(_) => {
                old += 1;
                new += 1;
            }
        }
        fresh = false;
    }
    let place = |at: usize| {
        let within = moved.iter().find(|(from, len, _)| *from <= at && at <= from + len);
        within.map_or_else(|| change.map(at, false), |(from, _, to)| to + (at - from))
    };
    let (anchor, head) = (place(selection.anchor), place(selection.head));
    Selection { anchor, head, ..selection.clone() }
}

/// Rebases steps back, the newest first, over a change made elsewhere.
fn rebase<'a>(newest_first: impl Iterator<Item = &'a mut Back>, change: &Delta) {
    let mut change = change.clone();
    for back in newest_first {
        let rebased = back.delta.transform(&change, Side::Pending);
        back.before.rebase(&change);
        change = change.transform(&back.delta, Side::Document);
        back.delta = rebased;
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
