//! How far oneself has read, what was combined that oneself has looked at, and what one put away or is writing: marks on
//! documents, in the personal space, so that one's own devices share them and nobody else can read them.
//!
//! Marks are kept in [`SHARDS`] documents of the personal space; a mark is one field, written when a page is left.

use std::collections::BTreeSet;

use tern_model::fields::{Conflict, Value};
use tern_model::{Class, Doc, DocId, Edit, Heads, Kind};
use tern_trust::Id16;

use crate::api::{PeerError, Reply};

use super::resolve::{self, Wanted};
use super::{Core, Work, documents, pages, past, spaces, threads};

/// Documents over which marks are spread, so that each stays small.
const SHARDS: u8 = 16;
/// Name of the mark on a thread that is kept as unread.
pub(crate) const UNREAD: &str = "unread";

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
    let text = |value: &Value| value.as_text().and_then(|t| t.parse().ok());
    let apart: Vec<Conflict> = marks.conflicts().into_iter().filter(|c| c.field == field).collect();
    let now = marks.field(field);
    now.iter().chain(apart.iter().map(|c| &c.value)).filter_map(text).collect()
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
        None => resolve::document(&work.txn, page, Wanted::Any)?,
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
    if before.len() == 1 && doc.seen(&seen, &mine) == all {
        return Ok(Reply::Done {});
    }
    write(work, to, &[Edit::SetField { name: field, value: Value::Text(all.to_string()) }])?;
    Ok(Reply::Done {})
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

/// Rows of the marks on threads that a document of one's own personal space holds. Threads are read again whose rows
/// change, for what is unread in them.
pub(crate) fn project(work: &mut Work<'_, '_>, doc: &Doc) -> Result<(), PeerError> {
    let lane = spaces::space_of(&work.txn, work.mem, &doc.id())?;
    let me = work.mem.member();
    let own = me.and_then(|me| work.mem.spaces.personal(&me).map(|space| space.id));
    if own != Some(lane) {
        return Ok(());
    }
    let mut rows = Vec::new();
    for (field, value) in doc.fields() {
        let Some((name, thread)) = field.split_once(':') else { continue };
        let Ok(thread) = thread.parse::<DocId>() else { continue };
        if thread.class() != Class::Conversation && thread != super::drafts::NEW {
            continue;
        }
        // Several own devices may have read apart, and all of it was read.
        let value = match (name, value) {
            ("read" | "done", _) => {
                let all: Vec<String> = read(doc, &field).iter().map(Heads::to_string).collect();
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
        if work.txn.doc(&thread)?.is_some() {
            work.touch(DocId(thread));
        }
    }
    Ok(())
}
