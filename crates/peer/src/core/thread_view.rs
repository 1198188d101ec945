//! A thread as its reader sees it: what has appeared, own messages that wait, expected times and the delivery ladder.

use std::collections::BTreeMap;

use tern_model::conversation::{AckKind, Closing, Conversation, Debt, NODE, Post};
use tern_model::hours::Zone;
use tern_model::{Doc, Hash};
use tern_store::MessageRow;
use tern_trust::Id16;

use crate::api::*;

use super::held::Held;
use super::owed::Hours;
use super::resolve::hex;
use super::{Core, documents, drafts, inbox, posts, spaces, threads};

/// Own items of a thread, newest first, in which messages are looked for.
const SCAN: usize = 1_024;

/// What all messages of a thread are shown with.
struct Shown<'a> {
    core: &'a Core,
    conversation: &'a Conversation,
    debts: Vec<Debt>,
    rows: BTreeMap<String, MessageRow>,
    /// Row of this store that holds a change of this device.
    own_rows: BTreeMap<Hash, i64>,
    holders: Vec<(String, Held)>,
    /// The lane of the thread.
    lane: Id16,
    me: String,
    now_ms: i64,
    zone: Zone,
}

impl Core {
    pub(crate) fn thread_view(&mut self, thread: &str) -> Result<ThreadView, PeerError> {
        let id = threads::find(&self.store, thread)?;
        let doc = documents::load(&self.store, &mut self.mem, id)?.clone();
        let conversation = posts::read(&self.mem.membership, &doc);
        let (now_ms, zone) = (self.now_ms(), self.my_zone());
        let me = self.mem.member().map(|me| hex(&me)).unwrap_or_default();
        let shown = Shown {
            core: self,
            conversation: &conversation,
            debts: self.store.owed_in(&id.0)?.iter().filter_map(posts::debt_of).collect(),
            rows: self.store.messages_of(&id.0)?.into_iter().map(|row| (row.id.clone(), row)).collect(),
            own_rows: self.own_rows(&doc)?,
            holders: self.holders()?,
            lane: spaces::space_of(&self.store, &self.mem, &id)?,
            me,
            now_ms,
            zone: zone.clone(),
        };
        let mut hours = Hours::new(self);
        hours.within(&shown.lane)?;
        let visible = |post: &&Post| post.is_out(now_ms) || (post.author == shown.me && !post.cancelled);
        let messages = conversation.posts.iter().filter(visible).map(|post| shown.post(post, &mut hours));
        let messages: Vec<PostView> = messages.collect();
        if messages.is_empty() && !conversation.posts.is_empty() {
            return Err(super::errors::not_found("thread", thread.trim()));
        }
        let marks = self.store.marks_on(&id.0)?;
        let closing = |closing: &Closing| ClosingView {
            by: self.person_view(&closing.by).name,
            when: zone.rfc9557(closing.at_ms),
            outcome: closing.outcome.clone(),
        };
        let row = self.store.thread(&id.0)?.unwrap_or_default();
        Ok(ThreadView {
            id: id.to_string(),
            title: conversation.title.clone(),
            on: self.on_view(row.on_doc)?,
            participants: conversation.participants.iter().map(|m| self.person_view(m)).collect(),
            closed: conversation.closed().map(closing),
            closings: conversation.closings.iter().map(closing).collect(),
            messages,
            polls: self.poll_views(&conversation),
            questions: self.questions_view(Some(&id.to_string()))?.questions,
            muted: inbox::is_muted(&marks),
            draft: drafts::among(&marks),
            heads: doc.heads().to_string(),
            note: None,
        })
    }

    /// Which rows of this store hold this device's changes of a document.
    fn own_rows(&self, doc: &Doc) -> Result<BTreeMap<Hash, i64>, PeerError> {
        let space = spaces::space_of(&self.store, &self.mem, &doc.id())?;
        let mut found = BTreeMap::new();
        let Ok(tag) = spaces::tag(&self.mem, &space, &doc.id()) else { return Ok(found) };
        let rows = self.store.rows_of_author_in_tag(&self.mem.me(), &space, &tag)?;
        for row in rows.into_iter().rev().take(SCAN) {
            let Some(item) = self.store.item_by_row(row)? else { continue };
            let Ok(batch) = documents::open_batch(&self.mem, &item.bytes) else { continue };
            found.extend(batch.changes.iter().filter_map(|chunk| Some((Doc::change_hash(chunk)?, row))));
        }
        // What lies in a pack has arrived where the pack has.
        for pack in self.store.packs_of_tag(&space, &tag)?.into_iter().filter(|pack| pack.accepted) {
            for chunk in documents::open_pack(&self.mem, &pack.item.bytes).unwrap_or_default() {
                if let Some(hash) = Doc::change_hash(&chunk) {
                    found.entry(hash).or_insert(pack.item.row);
                }
            }
        }
        Ok(found)
    }
}

impl Shown<'_> {
    fn post(&self, post: &Post, hours: &mut Hours<'_>) -> PostView {
        let debts: Vec<&Debt> = self.debts.iter().filter(|debt| debt.message == post.id).collect();
        let rules: Vec<_> = debts.iter().filter_map(|debt| hours.expectation(debt).rule).collect();
        let theirs = hours.of(&post.author).1.as_ref().map(|profile| profile.zone.clone());
        let in_zone = |release: &tern_model::conversation::Release| {
            Zone::get(&release.zone).unwrap_or_else(|_| Zone::utc()).rfc9557(release.at_ms)
        };
        let acks = self.conversation.acks.iter().filter(|ack| ack.message == post.id);
        PostView {
            id: post.id.clone(),
            author: hours.of(&post.author).0.clone(),
            author_id: post.author.clone(),
            mine: post.author == self.me,
            body: post.text.clone(),
            intent: post.intent.name().to_owned(),
            urgency: post.urgency.name().to_owned(),
            reason: post.reason.clone(),
            criterion: post.criterion.clone(),
            to: post.to.iter().map(|member| self.core.person_view(member)).collect(),
            sent: self.zone.rfc9557(post.at_ms),
            sent_local: theirs.unwrap_or_else(Zone::utc).show(post.at_ms),
            deliver_at: post.release.as_ref().map(in_zone),
            waiting: self.waiting(post),
            edited: post.edited_ms.map(|at| self.zone.rfc9557(at)),
            unread: self.rows.get(&post.id).is_some_and(|row| row.unread),
            expected_by: ExpectedBy {
                urgent: Core::utc(rules.iter().map(|rule| rule.urgent_by_ms).max()),
                standard: Core::utc(rules.iter().map(|rule| rule.standard_by_ms).max()),
            },
            expected: debts.iter().map(|debt| self.expected(debt, hours)).collect(),
            acks: acks
                .map(|ack| AckView {
                    by: hours.of(&ack.by).0.clone(),
                    by_id: ack.by.clone(),
                    kind: ack.kind.name().to_owned(),
                    until: Core::utc(ack.until_ms),
                    hand_on: ack.hand_on.as_ref().map(|member| hours.of(member).0.clone()),
                    when: self.zone.rfc9557(ack.at_ms),
                })
                .collect(),
            delivered: self.delivered(post, hours),
        }
    }

    fn expected(&self, debt: &Debt, hours: &mut Hours<'_>) -> ExpectedView {
        let expectation = hours.expectation(debt);
        let is_cleared = debt.cleared_ms.is_some_and(|at| at <= self.now_ms);
        let answered = |post: &Post| post.author == debt.debtor && post.is_out(self.now_ms);
        let state = match is_cleared {
            false => "owed",
            true if self.conversation.closed().is_some() && !self.conversation.posts.iter().any(answered) => {
                "closed"
            }
            true => "answered",
        };
        let theirs = expectation.by_ms.zip(expectation.zone.as_ref());
        ExpectedView {
            id: debt.debtor.clone(),
            name: hours.of(&debt.debtor).0.clone(),
            by: Core::utc(expectation.by_ms),
            yours: expectation.by_ms.map(|at| self.zone.show(at)),
            theirs: theirs.map(|(at, zone)| zone.show(at)),
            state: state.to_owned(),
            text: expectation.text,
        }
    }

    /// Whether another machine confirmed the row that holds an own message.
    fn holding(&self, post: &Post) -> Vec<&str> {
        let row = post.change.and_then(|change| self.own_rows.get(&change));
        let holders = self.holders.iter();
        let holders = holders.filter(|(_, held)| row.is_some_and(|row| held.has(*row, &self.lane)));
        holders.map(|(who, _)| who.as_str()).collect()
    }

    fn waiting(&self, post: &Post) -> Option<String> {
        let release =
            post.release.as_ref().filter(|_| post.author == self.me && !post.is_out(self.now_ms))?;
        let holding = self.holding(post);
        let left = match holding.contains(&NODE) {
            true => "It is on the node: this laptop may sleep.",
            false if !holding.is_empty() => "It has left this laptop.",
            false => "It has not left this laptop yet.",
        };
        Some(format!("Not yet sent; leaves at {}. {left}", self.zone.show(release.at_ms)))
    }

    fn delivered(&self, post: &Post, hours: &mut Hours<'_>) -> Vec<DeliveredView> {
        let rung = |rung: &str, who: &str, at: Option<i64>, text: String| DeliveredView {
            rung: rung.to_owned(),
            who: who.to_owned(),
            when: at.map(|at| self.zone.rfc9557(at)),
            text,
        };
        let noted = |who: &str| {
            let notes = self.conversation.reached.iter().filter(|n| n.message == post.id && n.who == who);
            notes.map(|note| note.at_ms).min()
        };
        let mut rungs = vec![rung("here", "", None, "Saved here".to_owned())];
        let mut holders: Vec<&str> = self.holding(post);
        let notes = self.conversation.reached.iter().filter(|note| note.message == post.id);
        holders.extend(notes.map(|note| note.who.as_str()));
        holders.sort_unstable();
        holders.dedup();
        if holders.contains(&NODE) {
            rungs.push(rung("node", "", noted(NODE), "On node".to_owned()));
        }
        for who in holders.into_iter().filter(|who| *who != NODE) {
            let name = if who == self.me {
                "another laptop of yours".to_owned()
            } else {
                format!("{}’s laptop", hours.of(who).0)
            };
            rungs.push(rung("laptop", who, noted(who), format!("On {name}")));
        }
        let seen = self.conversation.acks.iter();
        let seen = seen.filter(|ack| ack.message == post.id && ack.kind == AckKind::Seen);
        for ack in seen {
            let name = hours.of(&ack.by).0.clone();
            rungs.push(rung("seen", &ack.by, Some(ack.at_ms), format!("Seen by {name}")));
        }
        rungs
    }
}
