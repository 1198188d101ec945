//! Pages under the hands of somebody who types: changes in positions, rebased over what came in between.
//!
//! The last pages asked for are kept as sequences, so that no version is read twice: an old one costs a fork of the
//! whole document.

use std::sync::Arc;

use tern_model::block::Block;
use tern_model::delta::Side;
use tern_model::flat::Flat;
use tern_model::{Delta, Doc, DocId, Heads, ModelError};
use tern_store::Store;

use crate::api::{ErrorKind, FlatView, PageChangesView, PageDeltaReply, PageTornView, PeerError};

use super::resolve::{self, Wanted};
use super::{Core, Mem, Work, comments, documents, pages, people};

/// Most versions of pages kept as sequences.
const VERSIONS: usize = 8;

/// Pages as they were at some heads, the last used one last.
#[derive(Debug, Default)]
pub(crate) struct Flats(Vec<Known>);

#[derive(Debug, Clone)]
struct Known {
    id: DocId,
    heads: Heads,
    flat: Arc<Flat>,
    /// Read from the document, not worked out from a change.
    read: bool,
}

impl Flats {
    fn get(&mut self, id: &DocId, heads: &Heads) -> Option<&Known> {
        let at = self.0.iter().position(|known| known.id == *id && known.heads == *heads)?;
        let known = self.0.remove(at);
        self.0.push(known);
        self.0.last()
    }

    fn put(&mut self, known: Known) -> Arc<Flat> {
        let flat = known.flat.clone();
        self.0.retain(|old| old.id != known.id || old.heads != known.heads);
        if self.0.len() >= VERSIONS {
            self.0.remove(0);
        }
        self.0.push(known);
        flat
    }
}

/// The blocks of a page for lists and search. Of a page that is being edited they come from its sequence, which the
/// editor will ask for next.
pub(crate) fn blocks(mem: &mut Mem, doc: &Doc) -> Vec<Block> {
    let (id, heads) = (doc.id(), doc.heads());
    if !mem.flats.0.iter().any(|known| known.id == id) {
        return doc.blocks();
    }
    let flat = match mem.flats.get(&id, &heads) {
        Some(known) => known.flat.clone(),
        None => mem.flats.put(Known { id, heads, flat: Arc::new(doc.flat()), read: true }),
    };
    doc.blocks_of(&flat)
}

/// The page at a version; the current one without. With `read`, as the document has it, not as changes left it.
fn page_at(
    store: &Store,
    mem: &mut Mem,
    id: DocId,
    at: Option<&Heads>,
    read: bool,
) -> Result<(Heads, Arc<Flat>), PeerError> {
    let now = documents::load(store, mem, id)?.heads();
    let heads = at.cloned().unwrap_or_else(|| now.clone());
    if let Some(known) = mem.flats.get(&id, &heads).filter(|known| known.read || !read) {
        return Ok((heads, known.flat.clone()));
    }
    let doc = documents::load(store, mem, id)?;
    let flat = if heads == now { doc.flat() } else { doc.at(&heads).map_err(lost)?.flat() };
    let known = Known { id, heads: heads.clone(), flat: Arc::new(flat), read: true };
    Ok((heads, mem.flats.put(known)))
}

/// What changed since a version. The current page is the one that the document has.
fn since(store: &Store, mem: &mut Mem, id: DocId, base: &Heads) -> Result<Delta, PeerError> {
    let doc = documents::load(store, mem, id)?;
    if doc.heads() == *base {
        return Ok(Delta::default());
    }
    if base.0.iter().any(|hash| !doc.has_change(hash)) {
        return Err(lost(ModelError::UnknownHeads));
    }
    let (_, before) = page_at(store, mem, id, Some(base), false)?;
    let (_, now) = page_at(store, mem, id, None, true)?;
    documents::load(store, mem, id)?.delta_since(base, &before, &now).map_err(lost)
}

/// The version that a window edits is not in the document: an edit of it was set aside, or it is of another page.
fn lost(error: ModelError) -> PeerError {
    if error != ModelError::UnknownHeads {
        return error.into();
    }
    PeerError::new(ErrorKind::NotFound, "The page that was edited is not a version that this laptop has.")
        .safe("Nothing was changed.")
        .next("Open the page again, then repeat the edit.")
}

/// Performs a change that was made on the page at `base`.
pub(crate) fn change(
    work: &mut Work<'_, '_>,
    page: &str,
    base: &str,
    delta: &Delta,
) -> Result<PageDeltaReply, PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Any)?;
    work.may_write(id)?;
    let base = pages::parse_heads(base)?;
    let remote = since(&work.txn, work.mem, id, &base)?;
    let own = delta.transform(&remote, Side::Pending);
    let mut changed = false;
    if !own.is_empty() {
        let (_, before) = page_at(&work.txn, work.mem, id, None, false)?;
        let carried = comments::carried(work, id, &own.moved(&before))?;
        changed = work.edit_with(id, |doc, stamp| doc.edit_delta(stamp, &own, &before))?;
        let mut flat = Arc::unwrap_or_clone(before);
        if flat.apply(&own).is_ok() {
            let heads = work.doc(id)?.heads();
            work.mem.flats.put(Known { id, heads, flat: Arc::new(flat), read: false });
        }
        comments::set_down(work, id, carried)?;
    }
    let heads = work.doc(id)?.heads().to_string();
    Ok(PageDeltaReply { id: id.to_string(), heads, remote, changed })
}

/// Takes back what the change that made these heads did to a page; what came after it stays.
pub(crate) fn take_back(work: &mut Work<'_, '_>, page: &str, at: &str) -> Result<(DocId, bool), PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Any)?;
    work.may_write(id)?;
    let to = pages::parse_heads(at)?;
    let from = work.doc(id)?.written_upon(&to).map_err(lost)?;
    let (_, before) = page_at(&work.txn, work.mem, id, Some(&from), false)?;
    let (_, after) = page_at(&work.txn, work.mem, id, Some(&to), false)?;
    let doc = work.doc(id)?;
    let delta = doc.undone((&from, &before), (&to, &after)).map_err(lost)?;
    let fields = doc.fields_undone(&from, &to).map_err(lost)?;
    let text = change(work, page, at, &delta)?.changed;
    let fields = work.edit(id, &fields)?;
    Ok((id, text || fields))
}

impl Core {
    /// A page as a sequence of positions.
    pub(crate) fn page_flat(&mut self, page: &str, at: Option<&str>) -> Result<FlatView, PeerError> {
        let id = resolve::document(&self.store, page, Wanted::Any)?;
        let at = at.map(pages::parse_heads).transpose()?;
        let (heads, flat) = page_at(&self.store, &mut self.mem, id, at.as_ref(), true)?;
        Ok(FlatView { id: id.to_string(), heads: heads.to_string(), flat: Arc::unwrap_or_clone(flat) })
    }

    /// What changed in a page since a version.
    pub(crate) fn page_changes(&mut self, page: &str, from: &str) -> Result<PageChangesView, PeerError> {
        let id = resolve::document(&self.store, page, Wanted::Any)?;
        let from = pages::parse_heads(from)?;
        let delta = since(&self.store, &mut self.mem, id, &from)?;
        let (heads, flat) = page_at(&self.store, &mut self.mem, id, None, true)?;
        Ok(PageChangesView { id: id.to_string(), heads: heads.to_string(), delta, digest: flat.digest() })
    }

    /// What brings words of this device back to the block they were written in; see [`Doc::torn`].
    pub(crate) fn page_torn(&mut self, page: &str, from: &str) -> Result<PageTornView, PeerError> {
        let id = resolve::document(&self.store, page, Wanted::Any)?;
        let from = pages::parse_heads(from)?;
        let (_, before) = page_at(&self.store, &mut self.mem, id, Some(&from), false)?;
        let (heads, now) = page_at(&self.store, &mut self.mem, id, None, true)?;
        let (me, membership) = (self.mem.me(), self.mem.membership.clone());
        let mine = |actor: &[u8; 16]| people::device_of_actor(&membership, actor) == Some(me);
        let doc = documents::load(&self.store, &mut self.mem, id)?;
        let delta = doc.torn((&from, &before), &now, &mine).map_err(lost)?;
        Ok(PageTornView { id: id.to_string(), heads: heads.to_string(), delta })
    }
}
