//! Which documents hold changes of others that oneself has not seen, as rows: a digest loads those alone.

use std::cell::RefCell;
use std::collections::BTreeMap;

use tern_model::history::ChangeInfo;
use tern_model::{Doc, DocId, Heads, Kind};
use tern_store::{MarkRow, NewsRow, Store};
use tern_trust::{Id16, Membership};

use crate::api::PeerError;

use super::{Work, past};

/// Tells own changes from those of others; looks every actor up once.
pub(crate) struct Mine<'a> {
    membership: &'a Membership,
    me: Option<Id16>,
    known: RefCell<BTreeMap<Id16, Option<Id16>>>,
}

impl<'a> Mine<'a> {
    pub(crate) fn new(membership: &'a Membership, me: Option<Id16>) -> Mine<'a> {
        Mine { membership, me, known: RefCell::default() }
    }

    /// The member who writes under an actor.
    pub(crate) fn member(&self, actor: &Id16) -> Option<Id16> {
        let look = || past::member_of(self.membership, actor);
        *self.known.borrow_mut().entry(*actor).or_insert_with(look)
    }

    pub(crate) fn is(&self, actor: &Id16) -> bool {
        self.me.is_some() && self.member(actor) == self.me
    }
}

/// How far a document was read, as its marks say; putting a thread away reads it too.
fn noted(marks: &[MarkRow]) -> Vec<Heads> {
    let read = marks.iter().filter(|mark| matches!(mark.name.as_str(), "read" | "done"));
    read.flat_map(|mark| mark.value.split_whitespace()).filter_map(|text| text.parse().ok()).collect()
}

/// The version that oneself has seen: what was noted, and own changes made upon nothing else.
pub(crate) fn seen(store: &Store, doc: &Doc, mine: &Mine<'_>) -> Result<Heads, PeerError> {
    let noted = noted(&store.marks_on(&doc.id().0)?);
    Ok(doc.seen(&doc.joined(&noted), &|actor| mine.is(actor)))
}

/// Whether a document that others have changed holds something of theirs that was not seen.
fn has_unseen(store: &Store, doc: &Doc, mine: &Mine<'_>) -> Result<bool, PeerError> {
    if noted(&store.marks_on(&doc.id().0)?).is_empty() {
        return Ok(true);
    }
    let seen = seen(store, doc, mine)?;
    Ok(doc.history_since(&seen).iter().any(|change| !mine.is(&change.actor)))
}

/// Makes the row of a document anew, whose whole history is at hand.
pub(crate) fn project(work: &mut Work<'_, '_>, doc: &Doc, history: &[ChangeInfo]) -> Result<(), PeerError> {
    let membership = work.mem.membership.clone();
    let mine = Mine::new(&membership, work.mem.member());
    let others = history.iter().filter(|change| !mine.is(&change.actor)).map(|change| change.time_ms);
    let newest = if doc.kind() == Kind::Reading { None } else { others.max() };
    let Some(others_ms) = newest else { return Ok(work.txn.remove_news(&doc.id().0)?) };
    let unseen = has_unseen(&work.txn, doc, &mine)?;
    let row = NewsRow { doc: doc.id().0, heads: doc.heads().to_string(), others_ms, unseen };
    Ok(work.txn.project_news(&row)?)
}

/// The mark on a document changed: whether it was seen is told anew. What was read up to its heads is not loaded.
pub(crate) fn remark(work: &mut Work<'_, '_>, id: DocId) -> Result<(), PeerError> {
    let Some(row) = work.txn.news(&id.0)? else { return Ok(()) };
    let whole = noted(&work.txn.marks_on(&id.0)?).iter().any(|heads| heads.to_string() == row.heads);
    let unseen = if whole {
        false
    } else {
        let doc = work.doc(id)?.clone();
        let membership = work.mem.membership.clone();
        let mine = Mine::new(&membership, work.mem.member());
        has_unseen(&work.txn, &doc, &mine)?
    };
    if unseen != row.unseen {
        work.txn.project_news(&NewsRow { unseen, ..row })?;
    }
    Ok(())
}
