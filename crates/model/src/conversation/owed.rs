//! Who owes whom an answer: exactly from messages to answers, hand-ons and closings.
//!
//! An answer counts when its author had the question: when it builds on the change that asked. What was written apart
//! answers nothing, so that no question is lost in a merge.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{AckKind, Conversation, Post, Urgency};
use crate::crdt::Meta;
use crate::doc::{Doc, Hash, Heads};

/// Stands for "at any time" in [`Debt::cleared_ms`].
pub const ALWAYS: i64 = i64::MIN;

/// An answer that somebody owes or owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    /// The message.
    pub message: String,
    /// Who owes.
    pub debtor: String,
    /// Who asked.
    pub asker: String,
    /// How soon.
    pub urgency: Urgency,
    /// When the message was said.
    pub said_ms: i64,
    /// When it appears or appeared, if it was scheduled.
    pub release_ms: Option<i64>,
    /// When it reached a device of the debtor or a node.
    pub reached_ms: Option<i64>,
    /// Who handed it on to the debtor.
    pub handed_by: Option<String>,
    /// When that was.
    pub handed_ms: Option<i64>,
    /// When the debtor said that the answer comes.
    pub until_ms: Option<i64>,
    /// From when on it is cleared; [`ALWAYS`] when that needs no time, none when it is open.
    pub cleared_ms: Option<i64>,
}

impl Debt {
    /// Whether it is owed at an instant.
    pub fn is_open(&self, now_ms: i64) -> bool {
        self.release_ms.is_none_or(|at| at <= now_ms) && self.cleared_ms.is_none_or(|at| at > now_ms)
    }

    /// From when on the expected time counts; none while it is on no device of the debtor and on no node.
    pub fn start_ms(&self) -> Option<i64> {
        let start = self.reached_ms?;
        Some(start.max(self.release_ms.unwrap_or(start)).max(self.handed_ms.unwrap_or(start)))
    }
}

/// What a debt begins with.
struct Open {
    since: Option<Hash>,
    handed_by: Option<String>,
    handed_ms: Option<i64>,
    until_ms: Option<i64>,
}

/// Changes by hash, to tell what builds on what.
struct Graph(BTreeMap<Hash, Meta>);

impl Graph {
    fn builds_on(&self, later: Option<Hash>, earlier: Option<Hash>) -> bool {
        let (Some(later), Some(earlier)) = (later, earlier) else { return false };
        let Some(floor) = self.0.get(&earlier).map(|meta| meta.last_op) else { return false };
        let (mut open, mut seen) = (vec![later], BTreeSet::new());
        while let Some(hash) = open.pop() {
            let Some(meta) = self.0.get(&hash).filter(|meta| meta.last_op >= floor) else { continue };
            if meta.deps.contains(&earlier) {
                return true;
            }
            open.extend(meta.deps.iter().filter(|dep| seen.insert(**dep)));
        }
        false
    }
}

impl Doc {
    /// Every answer that is or was owed in the thread, by message and debtor.
    pub fn debts(&self, conversation: &Conversation) -> Vec<Debt> {
        let asked: Vec<&Post> = conversation.posts.iter().filter(|post| asks(post)).collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let metas = self.crdt.metas_since(&Heads::default());
        let graph = Graph(metas.into_iter().map(|meta| (meta.hash, meta)).collect());
        let mut debts = Vec::new();
        for post in asked {
            for (debtor, open) in debtors(conversation, post) {
                debts.push(Debt {
                    message: post.id.clone(),
                    asker: post.author.clone(),
                    urgency: post.urgency,
                    said_ms: post.said_ms(),
                    release_ms: post.release.as_ref().map(|release| release.at_ms),
                    reached_ms: conversation.reached_ms(&post.id, &debtor),
                    cleared_ms: cleared(conversation, &graph, post, &debtor, &open),
                    handed_by: open.handed_by,
                    handed_ms: open.handed_ms,
                    until_ms: open.until_ms,
                    debtor,
                });
            }
        }
        debts
    }
}

fn asks(post: &Post) -> bool {
    post.urgency != Urgency::None && !post.cancelled && !post.to.is_empty()
}

/// Whom a message is addressed to, after everything that was handed on.
fn debtors(conversation: &Conversation, post: &Post) -> BTreeMap<String, Open> {
    let begin = || Open { since: post.change, handed_by: None, handed_ms: None, until_ms: None };
    let to = post.to.iter().filter(|member| **member != post.author);
    let mut debtors: BTreeMap<String, Open> = to.map(|member| (member.clone(), begin())).collect();
    for ack in conversation.acks.iter().filter(|ack| ack.message == post.id) {
        let Some(open) = debtors.get_mut(&ack.by) else { continue };
        match (ack.kind, &ack.hand_on) {
            (AckKind::WillAnswer, _) => open.until_ms = ack.until_ms,
            (AckKind::NotMe, Some(other)) if *other != ack.by && *other != post.author => {
                debtors.remove(&ack.by);
                debtors.entry(other.clone()).or_insert_with(|| Open {
                    since: ack.change,
                    handed_by: Some(ack.by.clone()),
                    handed_ms: Some(ack.at_ms),
                    until_ms: None,
                });
            }
            _ => {}
        }
    }
    debtors
}

/// From when on an answer or a closing clears a debt.
fn cleared(
    conversation: &Conversation,
    graph: &Graph,
    post: &Post,
    debtor: &str,
    open: &Open,
) -> Option<i64> {
    let closings = conversation.closings.iter().rev().take_while(|closing| closing.outcome.is_some());
    if closings.into_iter().any(|closing| graph.builds_on(closing.change, open.since)) {
        return Some(ALWAYS);
    }
    // Whoever had a scheduled message before it appeared has not seen it.
    let answers = conversation.posts.iter().filter(|answer| {
        answer.author == debtor
            && !answer.cancelled
            && post.release.as_ref().is_none_or(|release| answer.said_ms() >= release.at_ms)
            && graph.builds_on(answer.change, open.since)
    });
    // A vote answers the message that asked for it.
    let polls = conversation.polls.iter().filter(|poll| poll.message == post.id);
    let votes = polls.flat_map(|poll| conversation.ballots.iter().filter(move |b| b.poll == poll.id));
    let voted = votes.into_iter().any(|b| b.by == debtor && graph.builds_on(b.change, open.since));
    let answered =
        answers.map(|answer| answer.release.as_ref().map_or(ALWAYS, |release| release.at_ms)).min();
    if voted { Some(ALWAYS) } else { answered }
}
