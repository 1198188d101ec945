//! Threads in a digest: what has appeared in them, and whether it wants something of oneself.

use std::collections::BTreeSet;

use tern_model::Hash;
use tern_model::conversation::Post;

use crate::api::PeerError;

use super::super::posts;
use super::super::reading::LOOKED;
use super::tell::line;
use super::{Changed, Desk, Group, Shown, Told};

impl Desk<'_> {
    pub(super) fn conversation(&self, changed: &Changed) -> Result<Shown, PeerError> {
        let store = &self.core.store;
        let id = changed.doc.id();
        let conversation = posts::read(&self.core.mem.membership, &changed.doc);
        let marks = store.marks_on(&id.0)?;
        let looked_ms =
            marks.iter().find(|mark| mark.name == LOOKED).and_then(|mark| mark.value.parse::<i64>().ok());
        let from_ms = self.since_ms.or(looked_ms);
        let hashes: BTreeSet<Hash> = changed.fresh.iter().map(|change| change.hash).collect();
        // A scheduled message counts from when it appears.
        let is_new = |post: &&Post| {
            let here = post.change.is_some_and(|hash| hashes.contains(&hash));
            let appeared = post.release.as_ref().is_some_and(|r| from_ms.is_some_and(|from| r.at_ms > from));
            post.author != self.me && post.is_out(self.now_ms) && (here || appeared)
        };
        let new: Vec<&Post> = conversation.posts.iter().filter(is_new).collect();
        let fresh = |change: Option<Hash>| change.is_some_and(|hash| hashes.contains(&hash));
        let closing = conversation.closings.iter().rev().find(|closing| fresh(closing.change));
        let acks = conversation.acks.iter().filter(|ack| fresh(ack.change) && ack.by != self.me).count();
        let shows = conversation.posts.iter().any(|post| post.is_out(self.now_ms));
        if !shows && !conversation.posts.is_empty() {
            return Ok(Shown::Hidden);
        }
        if new.is_empty() && closing.is_none() && acks == 0 {
            // Notes of delivery, or a message that has not appeared: the latter is shown when it does.
            let waits = conversation.posts.iter().any(|post| {
                post.author != self.me && !post.cancelled && !post.is_out(self.now_ms) && fresh(post.change)
            });
            let nothing = waits || changed.fresh.is_empty();
            return Ok(if nothing { Shown::Hidden } else { Shown::Counted("quiet") });
        }
        let owed = self.owed_by(&id.0);
        let asked = owed.as_ref().filter(|(message, _)| new.iter().any(|post| post.id == *message));
        let named = new.iter().any(|post| post.to.contains(&self.me) || post.named.contains(&self.me));
        let follows = conversation.participants.contains(&self.me);
        if self.is_muted(&marks) && !named && asked.is_none() {
            return Ok(Shown::Counted("muted"));
        }
        let outcome = closing.and_then(|closing| closing.outcome.as_ref());
        let (group, why) = match (asked.is_some(), named && follows, outcome.is_some()) {
            (true, ..) => (Group::NeedsYou, "owed"),
            (_, true, false) => (Group::NeedsYou, "named"),
            (_, _, true) => (Group::Decided, ""),
            _ => (Group::Fyi, ""),
        };
        let shown = asked.and_then(|(message, _)| new.iter().find(|post| post.id == *message)).or(new.last());
        let text = match (outcome, shown, closing) {
            (Some(outcome), _, _) => format!("Closed: {outcome}"),
            (None, Some(post), _) => line(&post.text),
            (None, None, Some(_)) => "Opened again".to_owned(),
            (None, None, None) => "An answer was promised, handed on or seen".to_owned(),
        };
        Ok(Shown::Item(Told {
            group,
            kind: "thread",
            title: conversation.title.clone(),
            text,
            why,
            expected_by_ms: asked.and_then(|(_, by)| *by),
            parts: Vec::new(),
            page: None,
        }))
    }
}
