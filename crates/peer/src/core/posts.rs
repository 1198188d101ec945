//! Rows of threads: what lists, inbox and ledger read, and what search finds. Comments have theirs in `comments`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use tern_model::conversation::{Conversation, Debt, Post};
use tern_model::{Doc, DocId, Hash, Heads};
use tern_store::{MarkRow, MessageRow, OwedRow, SearchRow, ThreadRow};
use tern_trust::{Id16, Membership};

use crate::api::PeerError;

use super::resolve::{hex, unhex};
use super::{Core, Work, past, project, reading, spaces};

/// Characters of a message that lists show.
const PREVIEW_CHARS: usize = 200;

/// Whether a thread is one of comments, which belongs to its page.
pub(crate) fn is_comment(doc: &Doc) -> bool {
    !project::text(doc, tern_model::thread::PAGE).is_empty()
}

/// A thread as it is read here, authors being members in hex.
pub(crate) fn read(membership: &Membership, doc: &Doc) -> Conversation {
    let known: RefCell<BTreeMap<Id16, Option<String>>> = RefCell::default();
    doc.conversation(&|actor| {
        let look = || past::member_of(membership, actor).map(|member| hex(&member));
        known.borrow_mut().entry(*actor).or_insert_with(look).clone()
    })
}

/// Key of the store's `meta` table: when a message that asks the member of this home came to this device.
fn arrived_key(thread: &DocId, message: &str) -> String {
    format!("arrived.{thread}.{message}")
}

/// Makes the rows of a thread anew.
pub(crate) fn project(
    work: &mut Work<'_, '_>,
    doc: &Doc,
    created_ms: i64,
    updated_ms: i64,
) -> Result<(), PeerError> {
    let (id, now_ms) = (doc.id(), work.now_ms());
    let conversation = read(&work.mem.membership.clone(), doc);
    let mut debts = doc.debts(&conversation);
    for debt in &mut debts {
        note_arrival(work, &id, debt)?;
    }
    let marks = work.txn.marks_on(&id.0)?;
    let me = work.mem.member().map(|me| hex(&me)).unwrap_or_default();
    let messages = message_rows(doc, &conversation, &marks, &me);
    let owed: Vec<OwedRow> = debts.iter().filter_map(|debt| owed_row(&id, debt)).collect();
    let releases = conversation.posts.iter().filter(|post| !post.cancelled && !post.is_out(now_ms));
    let on_doc = conversation.on.parse::<DocId>().ok().map(|on| on.0);
    let row = ThreadRow {
        doc: id.0,
        lane: spaces::space_of(&work.txn, work.mem, &id)?,
        title: conversation.title.clone(),
        on_doc,
        participants: conversation.participants.clone(),
        outcome: conversation.closed().and_then(|closing| closing.outcome.clone()),
        created_ms,
        updated_ms,
        reveals_ms: releases.filter_map(|post| post.release.as_ref()).map(|release| release.at_ms).min(),
    };
    work.txn.project_thread(&row, &messages, &owed)?;
    super::practice::questions::project(work, &id, &conversation)?;
    let linked = conversation.posts.iter().filter(|post| post.is_out(now_ms)).flat_map(linked_in);
    let links: BTreeSet<Id16> = on_doc.into_iter().chain(linked).collect();
    work.txn.project_links(&id.0, &links.into_iter().collect::<Vec<_>>())?;
    let shows = conversation.posts.is_empty() || conversation.posts.iter().any(|post| post.is_out(now_ms));
    if !shows {
        // Of a thread that begins with a scheduled message, nothing is found before that appears, its title neither.
        return Ok(work.txn.remove_text(&id.0)?);
    }
    let outcomes = conversation.closings.iter().filter_map(|closing| closing.outcome.as_deref());
    let says = conversation.posts.iter().filter(|post| post.is_out(now_ms)).map(|post| post.text.as_str());
    let body: Vec<&str> = says.chain(outcomes).collect();
    let (title, body) = (row.title.as_str(), body.join("\n"));
    work.txn.index_text(&SearchRow { doc: id.0, kind: "thread", title, body: &body })?;
    Ok(())
}

/// Where nobody noted the delivery of a message that asks oneself, the time counts at which it came to this device.
fn note_arrival(work: &mut Work<'_, '_>, thread: &DocId, debt: &mut Debt) -> Result<(), PeerError> {
    if work.mem.member().map(|me| hex(&me)).as_ref() != Some(&debt.debtor) {
        return Ok(());
    }
    let key = arrived_key(thread, &debt.message);
    let known = work.txn.meta(&key)?.and_then(|bytes| bytes.try_into().ok()).map(i64::from_le_bytes);
    match (debt.reached_ms, known) {
        (Some(_), Some(_)) => work.txn.remove_meta(&key)?,
        (None, None) => {
            let now_ms = work.now_ms();
            work.txn.set_meta(&key, &now_ms.to_le_bytes())?;
            debt.reached_ms = Some(now_ms);
        }
        (None, known) => debt.reached_ms = known,
        (Some(_), None) => {}
    }
    Ok(())
}

/// Changes that came after what a mark says; `None` when there is no such mark.
fn since(doc: &Doc, marks: &[MarkRow], names: &[&str]) -> Option<BTreeSet<Hash>> {
    let marks = marks.iter().filter(|mark| names.contains(&mark.name.as_str()));
    let noted: Vec<Heads> = marks
        .flat_map(|mark| mark.value.split_whitespace())
        .filter_map(|text| text.parse().ok())
        .filter(|heads: &Heads| !heads.0.is_empty())
        .collect();
    if noted.is_empty() {
        return None;
    }
    Some(doc.history_since(&doc.joined(&noted)).into_iter().map(|change| change.hash).collect())
}

/// What the text of a message links to.
fn linked_in(post: &Post) -> Vec<Id16> {
    if !post.text.contains("](") {
        return Vec::new();
    }
    project::links(&tern_interop::markdown::parse(&post.text)).into_iter().map(|doc| doc.0).collect()
}

/// Messages as rows, with what `marks` say of them for the member of this home.
pub(crate) fn message_rows(
    doc: &Doc,
    conversation: &Conversation,
    marks: &[MarkRow],
    me: &str,
) -> Vec<MessageRow> {
    let read = since(doc, marks, &["read", "done"]);
    let done = since(doc, marks, &["done"]);
    let snoozed = since(doc, marks, &["snooze"]);
    let looked_ms = marks.iter().find(|mark| mark.name == reading::LOOKED).and_then(|m| m.value.parse().ok());
    // What was scheduled then, and appeared since, was not seen although it was here.
    let appeared =
        |post: &Post| post.release.as_ref().zip(looked_ms).is_some_and(|(release, at)| release.at_ms > at);
    let is_in = |fresh: &Option<BTreeSet<Hash>>, post: &Post, without: bool| match (fresh, post.change) {
        (Some(fresh), Some(change)) => fresh.contains(&change) || appeared(post),
        _ => without,
    };
    let row = |(n, post): (u32, &Post)| {
        let theirs = post.author != me;
        let addressed: BTreeSet<&String> = post.to.iter().chain(&post.named).collect();
        MessageRow {
            doc: doc.id().0,
            n,
            id: post.id.clone(),
            author: unhex(&post.author),
            said_ms: post.said_ms(),
            intent: post.intent.name().to_owned(),
            urgency: post.urgency.name().to_owned(),
            addressed: addressed.into_iter().cloned().collect(),
            release_ms: post.release.as_ref().map(|release| release.at_ms),
            cancelled: post.cancelled,
            text: preview(&post.text),
            unread: theirs && is_in(&read, post, true),
            undone: theirs && is_in(&done, post, true),
            woke: theirs && is_in(&snoozed, post, false),
        }
    };
    (0..).zip(&conversation.posts).map(row).collect()
}

/// The beginning of a message on one line.
fn preview(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(PREVIEW_CHARS).collect()
}

fn owed_row(thread: &DocId, debt: &Debt) -> Option<OwedRow> {
    Some(OwedRow {
        doc: thread.0,
        message: debt.message.clone(),
        debtor: unhex(&debt.debtor)?,
        asker: unhex(&debt.asker)?,
        json: serde_json::to_string(debt).ok()?,
        cleared_ms: debt.cleared_ms,
    })
}

/// What a row says of a debt.
pub(crate) fn debt_of(row: &OwedRow) -> Option<Debt> {
    serde_json::from_str(&row.json).ok()
}

impl Core {
    /// Whether the rows of a thread say something else than the document.
    pub(crate) fn thread_differs(&self, doc: &Doc) -> Result<bool, PeerError> {
        let Some(row) = self.store.thread(&doc.id().0)? else { return Ok(false) };
        let conversation = read(&self.mem.membership, doc);
        let outcome = conversation.closed().and_then(|closing| closing.outcome.clone());
        let shown = self.store.messages_of(&doc.id().0)?;
        let same = shown.len() == conversation.posts.len()
            && shown.iter().zip(&conversation.posts).all(|(row, post)| {
                (&row.id, row.cancelled, &row.text) == (&post.id, post.cancelled, &preview(&post.text))
            });
        Ok(!same || row.title != conversation.title || row.outcome != outcome)
    }

    /// Takes messages that have appeared since into the search index.
    pub(crate) fn reveal(&mut self) -> Result<(), PeerError> {
        let due = self.store.threads_to_reveal(self.now_ms())?;
        if due.is_empty() || self.store.is_read_only() {
            return Ok(());
        }
        self.write(|work| {
            due.into_iter().for_each(|doc| work.touch(DocId(doc)));
            Ok(())
        })
    }
}
