//! How far oneself has read, what was combined that oneself has looked at, and what one put away or is writing: marks on
//! documents, in the personal space, so that one's own devices share them and nobody else can read them.
//!
//! Marks are kept in [`SHARDS`] documents of the personal space; a mark is one field, written when a page is left.

use std::collections::{BTreeMap, BTreeSet};

use tern_model::fields::{Conflict, Value};
use tern_model::{Class, Doc, DocId, Edit, Heads, Kind};
use tern_trust::Id16;

use crate::api::{PeerError, Reply};

use super::errors::not_found;
use super::resolve::{self, Wanted};
use super::{Core, Work, documents, news, pages, past, projects, spaces, threads};

/// Documents over which marks are spread, so that each stays small.
const SHARDS: u8 = 16;
/// Name of the mark on a thread that is kept as unread.
pub(crate) const UNREAD: &str = "unread";
/// Name of the mark that says when a thread was looked at that held a scheduled message: what appears later was not seen.
pub(crate) const LOOKED: &str = "looked";

/// What is noted of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It was read up to here.
    Read,
    /// What was combined up to here was looked at.
    Reviewed,
}

impl Mark {
    fn field(self, doc: &DocId) -> String {
        match self {
            Mark::Read => format!("read:{doc}"),
            Mark::Reviewed => format!("reviewed:{doc}"),
        }
    }
}

/// The document that holds the marks of another.
fn shard(personal: &Id16, doc: &DocId) -> DocId {
    let mut rest = [0; 15];
    rest[..14].copy_from_slice(&personal[..14]);
    rest[14] = doc.0[15] % SHARDS;
    DocId::new(Class::Private, rest)
}

/// Heads in a mark; several own devices may have written apart, and all of it was seen.
fn read(marks: &Doc, field: &str) -> Vec<Heads> {
    read_with(marks, &marks.conflicts(), field)
}

/// As [`read`], with the values at hand that lost.
fn read_with(marks: &Doc, lost: &[Conflict], field: &str) -> Vec<Heads> {
    let text = |value: &Value| value.as_text().and_then(|t| t.parse().ok());
    let apart = lost.iter().filter(|c| c.field == field).map(|c| &c.value);
    let now = marks.field(field);
    now.iter().chain(apart).filter_map(text).collect()
}

impl Core {
    /// What is noted of a document, own changes made upon it included; none when nothing is.
    pub(crate) fn noted(&mut self, mark: Mark, doc: &Doc) -> Result<Option<Heads>, PeerError> {
        let Some(me) = self.mem.member() else { return Ok(None) };
        let Some(space) = self.mem.spaces.personal(&me).map(|space| space.id) else { return Ok(None) };
        let id = shard(&space, &doc.id());
        if self.store.doc(&id.0)?.is_none() && !self.mem.docs.contains_key(&id) {
            return Ok(None);
        }
        let marks = read(documents::load(&self.store, &mut self.mem, id)?, &mark.field(&doc.id()));
        if marks.is_empty() {
            return Ok(None);
        }
        let mine = |actor: &Id16| past::member_of(&self.mem.membership, actor) == Some(me);
        Ok(Some(doc.seen(&doc.joined(&marks), &mine)))
    }
}

/// Notes heads of a document, unless that is known.
pub(crate) fn note(
    work: &mut Work<'_, '_>,
    mark: Mark,
    page: &str,
    heads: Option<&str>,
) -> Result<Reply, PeerError> {
    let thread = threads::find(&work.txn, page).ok().filter(|_| mark == Mark::Read);
    let id = match thread {
        Some(thread) => thread,
        // What is told of a project is read on its page.
        None => resolve::document(&work.txn, page, Wanted::Any)
            .or_else(|error| projects::find(&work.txn, page, true).map_err(|_| error))?,
    };
    let doc = work.doc(id)?.clone();
    let heads = heads.map_or_else(|| Ok(doc.heads()), pages::parse_heads)?;
    if doc.joined(std::slice::from_ref(&heads)) != heads {
        return Err(tern_model::ModelError::UnknownHeads.into());
    }
    let space = spaces::personal(work)?;
    let (to, field) = (shard(&space, &id), mark.field(&id));
    let exists = work.txn.doc(&to.0)?.is_some() || work.mem.docs.contains_key(&to);
    let before = if exists { read(work.doc(to)?, &field) } else { Vec::new() };
    let me = work.mem.member();
    let membership = work.mem.membership.clone();
    let mine = |actor: &Id16| me.is_some() && past::member_of(&membership, actor) == me;
    let seen = doc.joined(&before);
    let all = doc.joined(&[doc.seen(&seen, &mine), heads]);
    if let Some(thread) = thread {
        threads::tell_seen(work, thread)?;
        mark_again(work, &thread)?;
    }
    let looked = looked(work, &id)?;
    let mut edits = Vec::new();
    if before.len() != 1 || doc.seen(&seen, &mine) != all {
        edits.push(Edit::SetField { name: field, value: Value::Text(all.to_string()) });
    }
    edits.extend(looked.map(|(name, value)| Edit::SetField { name: format!("{name}:{id}"), value }));
    if !edits.is_empty() {
        write(work, to, &edits)?;
    }
    Ok(Reply::Done {})
}

/// The mark that goes with reading a thread: when it was looked at while a scheduled message lies in it, else that nothing
/// in it is scheduled. None when that is said already.
pub(crate) fn looked(
    work: &Work<'_, '_>,
    thread: &DocId,
) -> Result<Option<(&'static str, Value)>, PeerError> {
    let now_ms = work.now_ms();
    let Some(_) = work.txn.thread(&thread.0)? else { return Ok(None) };
    let waits = |m: &tern_store::MessageRow| !m.cancelled && m.release_ms.is_some_and(|at| at > now_ms);
    if work.txn.messages_of(&thread.0)?.iter().any(waits) {
        return Ok(Some((LOOKED, Value::Text(now_ms.to_string()))));
    }
    let said = work.txn.marks_on(&thread.0)?.iter().any(|mark| mark.name == LOOKED);
    Ok(said.then_some((LOOKED, Value::Null)))
}

/// Marks documents as read up to heads that were shown, all in one transaction.
pub(crate) fn note_all(work: &mut Work<'_, '_>, seen: &[(String, String)]) -> Result<Reply, PeerError> {
    let space = spaces::personal(work)?;
    let mut shards: BTreeMap<DocId, Vec<Edit>> = BTreeMap::new();
    for (id, heads) in seen {
        let id: DocId = id.parse().map_err(|_| not_found("document", id))?;
        // Where nothing came since, what was shown holds everything that was seen before.
        let present = work.txn.news(&id.0)?.is_some_and(|row| row.heads == *heads);
        let heads = if present { heads.clone() } else { joined(work, &space, &id, heads)?.to_string() };
        let edits = shards.entry(shard(&space, &id)).or_default();
        edits.push(Edit::SetField { name: Mark::Read.field(&id), value: Value::Text(heads) });
        let looked = looked(work, &id)?;
        edits.extend(looked.map(|(name, value)| Edit::SetField { name: format!("{name}:{id}"), value }));
    }
    for (to, edits) in shards {
        write(work, to, &edits)?;
    }
    Ok(Reply::Done {})
}

/// Takes back that documents were read: each was read up to the heads that are named with it, and no further.
pub(crate) fn note_back(work: &mut Work<'_, '_>, seen: &[(String, String)]) -> Result<Reply, PeerError> {
    let space = spaces::personal(work)?;
    let mut shards: BTreeMap<DocId, Vec<Edit>> = BTreeMap::new();
    for (id, heads) in seen {
        let id: DocId = id.parse().map_err(|_| not_found("document", id))?;
        let value = match heads.trim() {
            "" => Value::Null,
            heads => Value::Text(pages::parse_heads(heads)?.to_string()),
        };
        let edits = shards.entry(shard(&space, &id)).or_default();
        edits.push(Edit::SetField { name: Mark::Read.field(&id), value });
    }
    for (to, edits) in shards {
        write(work, to, &edits)?;
    }
    Ok(Reply::Done {})
}

/// Heads that were shown, with what was read before.
fn joined(work: &mut Work<'_, '_>, space: &Id16, id: &DocId, heads: &str) -> Result<Heads, PeerError> {
    let doc = work.doc(*id)?.clone();
    let heads = pages::parse_heads(heads)?;
    if doc.joined(std::slice::from_ref(&heads)) != heads {
        return Err(tern_model::ModelError::UnknownHeads.into());
    }
    let to = shard(space, id);
    let exists = work.txn.doc(&to.0)?.is_some() || work.mem.docs.contains_key(&to);
    let mut all = if exists { read(work.doc(to)?, &Mark::Read.field(id)) } else { Vec::new() };
    all.push(heads);
    Ok(doc.joined(&all))
}

/// Reading a thread undoes that it was kept as unread.
fn mark_again(work: &mut Work<'_, '_>, thread: &DocId) -> Result<(), PeerError> {
    let kept = work.txn.marks_on(&thread.0)?.iter().any(|mark| mark.name == UNREAD);
    if kept { self::mark(work, thread, &[(UNREAD, Value::Null)]) } else { Ok(()) }
}

fn write(work: &mut Work<'_, '_>, to: DocId, edits: &[Edit]) -> Result<(), PeerError> {
    if work.txn.doc(&to.0)?.is_some() || work.mem.docs.contains_key(&to) {
        work.edit(to, edits)?;
        return Ok(());
    }
    let space = spaces::personal(work)?;
    work.create_in(space, to, &Kind::Reading, edits)
}

/// Sets marks on a document; `Null` takes one away.
pub(crate) fn mark(work: &mut Work<'_, '_>, doc: &DocId, marks: &[(&str, Value)]) -> Result<(), PeerError> {
    let space = spaces::personal(work)?;
    let edits: Vec<Edit> = marks
        .iter()
        .map(|(name, value)| Edit::SetField { name: format!("{name}:{doc}"), value: value.clone() })
        .collect();
    write(work, shard(&space, doc), &edits)
}

/// Rows of the marks that a document of one's own personal space holds: all of those on threads, and how far anything else
/// was read. Threads are read again whose rows change, for what is unread in them.
pub(crate) fn project(work: &mut Work<'_, '_>, doc: &Doc) -> Result<(), PeerError> {
    let lane = spaces::space_of(&work.txn, work.mem, &doc.id())?;
    let me = work.mem.member();
    let own = me.and_then(|me| work.mem.spaces.personal(&me).map(|space| space.id));
    if own != Some(lane) {
        return Ok(());
    }
    let mut rows = Vec::new();
    let lost = doc.conflicts();
    for (field, value) in doc.fields() {
        let Some((name, thread)) = field.split_once(':') else { continue };
        let Ok(thread) = thread.parse::<DocId>() else { continue };
        let is_draft = thread == super::drafts::NEW || thread == super::drafts::WEEKLY;
        if thread.class() != Class::Conversation && !is_draft && name != "read" {
            continue;
        }
        // Several own devices may have read apart, and all of it was read.
        let value = match (name, value) {
            ("read" | "done", _) => {
                let all: Vec<String> = read_with(doc, &lost, &field).iter().map(Heads::to_string).collect();
                all.join(" ")
            }
            (_, Value::Text(text)) => text,
            _ => continue,
        };
        rows.push(tern_store::MarkRow { doc: doc.id().0, thread: thread.0, name: name.to_owned(), value });
    }
    rows.sort();
    let before = work.txn.marks_in(&doc.id().0)?;
    work.txn.project_marks(&doc.id().0, &rows)?;
    let differs = |row: &&tern_store::MarkRow| {
        row.name != super::drafts::DRAFT && !(before.contains(row) && rows.contains(row))
    };
    let touched: BTreeSet<Id16> = before.iter().chain(&rows).filter(differs).map(|row| row.thread).collect();
    for thread in touched {
        if DocId(thread).class() != Class::Conversation {
            news::remark(work, DocId(thread))?;
        } else if work.txn.doc(&thread)?.is_some() {
            work.touch(DocId(thread));
        }
    }
    Ok(())
}
