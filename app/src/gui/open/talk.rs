//! Comments of the open page: what their views ask for, and the words in the page that they are anchored to.

use egui::Context;
use tern_model::flat::Flat;
use tern_peer::{Command, CommentOn, PeerError};

use super::{Open, Route};
use crate::gui::command::Then;
use crate::gui::comments::{Draft, Talk, TalkState};
use crate::gui::page::select::Selection;
use crate::gui::page::session::Anchor;

/// Most pages whose unsaid comments are kept.
const UNSAID_MAX: usize = 32;
/// Most characters of the words that a comment in the making shows.
const QUOTE_CHARS: usize = 400;

impl Open {
    /// What is being written stays with its page.
    pub(super) fn change_talk(&mut self, next: &Route) {
        let mut left = std::mem::take(&mut self.pane.talk);
        left.replies.retain(|_, text| !text.trim().is_empty());
        let unsaid = left.draft.as_ref().is_some_and(|draft| !draft.text.trim().is_empty() && !draft.sent);
        if let Route::Page { id, at: None } = &self.pane.route {
            self.pane.page.session.anchors.retain(|anchor| unsaid && anchor.thread.is_none());
            if (unsaid || !left.replies.is_empty()) && self.unsaid.len() < UNSAID_MAX {
                let draft = left.draft.filter(|_| unsaid);
                let mut kept = TalkState { draft, replies: left.replies, ..TalkState::default() };
                if let Some(other) = self.unsaid.remove(id) {
                    kept.join(other);
                }
                self.unsaid.insert(id.clone(), kept);
            }
        }
        if let Route::Page { id, at: None } = next {
            self.pane.talk = self.unsaid.remove(id).unwrap_or_default();
        }
    }

    /// Sends what waits for the text to be settled, and takes new places of comments over into the page.
    pub(super) fn tend_talk(&mut self) {
        let Route::Page { id, at: None } = &self.pane.route else { return };
        let session = &mut self.pane.page.session;
        let Some(heads) = session.heads().map(str::to_owned).filter(|_| session.is_settled()) else { return };
        let stamp = self.views.open.comments.stamp();
        if let Some(view) = self.views.open.comments.get().filter(|view| view.heads == heads)
            && self.pane.talk.anchored != stamp
        {
            self.pane.talk.anchored = stamp;
            session.anchors.retain(|anchor| anchor.thread.is_none());
            let open = view.threads.iter().filter(|thread| !thread.resolved);
            let placed = open.filter_map(|thread| {
                let place = thread.place.as_ref()?;
                Some(Anchor { from: place.from, to: place.to, thread: Some(thread.id.clone()) })
            });
            session.anchors.extend(placed);
        }
        let Some(draft) = self.pane.talk.draft.as_mut().filter(|draft| draft.sending) else { return };
        (draft.sending, draft.sent) = (false, true);
        let (on, text) = addressed(draft, &session.anchors, heads);
        let command = Command::CommentNew { page: id.clone(), on, text };
        self.send(command, Then::Commented);
    }

    /// The thread that one was sent for has one's attention as soon as its words are placed.
    pub(super) fn tend_wanted(&mut self, ctx: &Context) {
        let is_placed = self.pane.talk.anchored > 0;
        if let Some(thread) = self.pane.talk.wanted.take_if(|_| is_placed) {
            self.pick_thread(ctx, thread);
        }
    }

    pub(super) fn talk_ask(&mut self, ctx: &Context, talk: Talk) {
        match talk {
            Talk::Begin => {
                let (flat, selection) = (self.pane.page.session.flat(), &self.pane.page.session.selection);
                let range = range_of(flat, selection);
                self.begin_comment(ctx, range);
            }
            Talk::Cancel => {
                self.pane.talk.draft = None;
                self.pane.page.session.anchors.retain(|anchor| anchor.thread.is_some());
            }
            Talk::Send => {
                if let Some(draft) = &mut self.pane.talk.draft {
                    draft.sending = !draft.sent;
                }
            }
            Talk::Reply(thread) => {
                let text = self
                    .pane
                    .talk
                    .replies
                    .get(&thread)
                    .map(|text| text.trim().to_owned())
                    .unwrap_or_default();
                if !text.is_empty() {
                    self.send(Command::CommentReply { thread: thread.clone(), text }, Then::Replied(thread));
                }
            }
            Talk::Pick(thread) => self.pick_thread(ctx, thread),
            Talk::ShowResolved(shown) => self.pane.talk.resolved = shown,
        }
    }

    pub(super) fn comment_on_block(&mut self, ctx: &Context, index: usize) {
        let range = block_range(self.pane.page.session.flat(), index);
        self.begin_comment(ctx, Some(range));
    }

    fn begin_comment(&mut self, ctx: &Context, range: Option<(usize, usize)>) {
        if !matches!(self.pane.route, Route::Page { at: None, .. }) || !self.pane.page.session.is_loaded() {
            return;
        }
        self.pane.past.mode = None;
        if !self.wants_details(ctx) {
            self.toggle_details(ctx);
        }
        let session = &mut self.pane.page.session;
        session.anchors.retain(|anchor| anchor.thread.is_some());
        let quote = range.map(|(from, to)| words_in(session.flat(), from, to)).unwrap_or_default();
        session.anchors.extend(range.map(|(from, to)| Anchor { from, to, thread: None }));
        let text = self.pane.talk.draft.take().map(|draft| draft.text).unwrap_or_default();
        self.pane.talk.draft = Some(Draft { quote, text, focus: true, ..Draft::default() });
        self.pane.talk.focus = None;
        self.pane.page.thread = None;
    }

    fn pick_thread(&mut self, ctx: &Context, thread: String) {
        let now = ctx.input(|input| input.time);
        if !self.wants_details(ctx) {
            self.toggle_details(ctx);
        }
        let anchor =
            self.pane.page.session.anchors.iter().find(|anchor| anchor.thread.as_ref() == Some(&thread));
        if let Some((from, to)) = anchor.map(|anchor| (anchor.from, anchor.to)) {
            let at = self.pane.page.session.selection.head;
            if at < from || at > to {
                self.pane.page.place(Selection::at(from), now);
            }
        }
        self.pane.talk.reveal = true;
        self.pane.page.thread = Some(thread.clone());
        self.pane.talk.focus = Some(thread);
    }

    /// The engine did not take a comment: it stays as it was typed.
    pub(super) fn comment_failed(&mut self, error: PeerError) {
        if let Some(draft) = &mut self.pane.talk.draft {
            draft.sent = false;
        }
        self.fault = Some(error);
    }

    /// The comment that was written is there.
    pub(super) fn commented(&mut self) {
        self.pane.talk.draft = None;
        self.pane.page.session.anchors.retain(|anchor| anchor.thread.is_some());
    }
}

/// What a comment is on, and what it says. Where its words went while it was written, it quotes them.
fn addressed(draft: &Draft, anchors: &[Anchor], heads: String) -> (CommentOn, String) {
    let text = draft.text.trim().to_owned();
    let anchor = anchors.iter().find(|anchor| anchor.thread.is_none() && anchor.from < anchor.to);
    match anchor {
        Some(anchor) => (CommentOn::Range { from: anchor.from, to: anchor.to, base: Some(heads) }, text),
        None if draft.quote.is_empty() => (CommentOn::Page, text),
        None => (CommentOn::Page, format!("On “{}”: {text}", draft.quote)),
    }
}

/// What a comment on a selection is on: the words, or the block in which the caret stands; nothing on an empty page.
fn range_of(flat: &Flat, selection: &Selection) -> Option<(usize, usize)> {
    let (from, to) = selection.ordered();
    if from < to && selection.cell.is_none() {
        return Some((from, to));
    }
    if flat.is_empty() {
        return None;
    }
    Some(block_range(flat, flat.find(selection.head).0))
}

/// The text of a block; its marker where it has none.
fn block_range(flat: &Flat, index: usize) -> (usize, usize) {
    let start = flat.start(index);
    let len = flat.parts().get(index).map_or(0, |part| part.line.len());
    if len > 0 { (start, start + len) } else { (start.saturating_sub(1), start) }
}

/// The words between two positions, a space between blocks.
fn words_in(flat: &Flat, from: usize, to: usize) -> String {
    let (first, last) = (flat.find(from).0, flat.find(to).0);
    let mut out = String::new();
    for index in first..=last {
        let (start, Some(part)) = (flat.start(index), flat.parts().get(index)) else { break };
        let len = part.line.len();
        let (a, b) = (from.max(start) - start, to.saturating_sub(start).min(len));
        if a < b {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(part.line.slice(a.min(len), b));
        }
        if out.len() > QUOTE_CHARS * 4 {
            break;
        }
    }
    out.chars().filter(|c| *c != tern_model::flat::OBJECT).take(QUOTE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_model::block::{Block, BlockKind};

    fn page() -> Flat {
        let text = |text: &str| Block::plain(BlockKind::Paragraph, text);
        Flat::of(&[text("See the map"), text(""), text("last")])
    }

    #[test]
    fn a_comment_is_on_the_words_that_are_selected_or_on_the_block_of_the_caret() {
        let flat = page();
        assert_eq!(range_of(&flat, &Selection::range(9, 5)), Some((5, 9)));
        assert_eq!(words_in(&flat, 5, 9), "the ");
        assert_eq!(range_of(&flat, &Selection::at(3)), Some((1, 12)));
        assert_eq!(words_in(&flat, 9, 17), "map las", "a space stands between blocks");
        assert_eq!(range_of(&flat, &Selection::at(13)), Some((12, 13)), "an empty block by its marker");
        assert_eq!(range_of(&Flat::of(&[]), &Selection::at(0)), None, "an empty page as a whole");
    }

    #[test]
    fn a_comment_whose_words_went_while_it_was_written_quotes_them() {
        let draft = Draft { quote: "the map".into(), text: " Which one? ".into(), ..Draft::default() };
        let anchor = |from, to| Anchor { from, to, thread: None };
        let on = |anchors: &[Anchor]| addressed(&draft, anchors, "h".into());
        let (range, text) = on(&[anchor(5, 12)]);
        assert_eq!(range, CommentOn::Range { from: 5, to: 12, base: Some("h".into()) });
        assert_eq!(text, "Which one?");
        assert_eq!(on(&[anchor(5, 5)]), (CommentOn::Page, "On “the map”: Which one?".to_owned()));
    }
}
