//! How far oneself has read, and what was combined that oneself has looked at: heads a document, in the personal space,
//! so that one's own devices share it and nobody else can read it.
//!
//! Marks are kept in [`SHARDS`] documents of the personal space; a mark is one field, written when a page is left.

use tern_model::fields::{Conflict, Value};
use tern_model::{Class, Doc, DocId, Edit, Heads, Kind};
use tern_trust::Id16;

use crate::api::{PeerError, Reply};

use super::resolve::{self, Wanted};
use super::{Core, Work, documents, pages, past, spaces};

/// Documents over which marks are spread, so that each stays small.
const SHARDS: u8 = 16;

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
    let id = resolve::document(&work.txn, page, Wanted::Any)?;
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
    if before.len() == 1 && doc.seen(&seen, &mine) == all {
        return Ok(Reply::Done {});
    }
    let edits = [Edit::SetField { name: field, value: Value::Text(all.to_string()) }];
    if exists {
        work.edit(to, &edits)?;
    } else {
        work.create_in(space, to, &Kind::Reading, &edits)?;
    }
    Ok(Reply::Done {})
}
