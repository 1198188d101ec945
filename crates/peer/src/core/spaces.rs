//! Spaces: which one a document lies in, whose key seals it, who reads it; making spaces, and moving pages between them.

use std::collections::{BTreeMap, BTreeSet};

use tern_model::{Class, DocId, Edit, Kind};
use tern_store::Store;
use tern_trust::derive::ZERO16;
use tern_trust::record::Fields;
use tern_trust::{EpochKey, Id16, KeyRing, NoSealKey, Role};

use crate::api::{MovePreview, PeerError, Reply, SpaceView, SpacesView};

use super::errors::{internal, not_found, usage};
use super::resolve::{self, Wanted, by_prefix, hex};
use super::{Core, Mem, Work, documents, pages, people, project, words};

/// The space a document lies in.
pub(crate) fn space_of(store: &Store, mem: &Mem, id: &DocId) -> Result<Id16, PeerError> {
    if let Some(space) = mem.born.get(id) {
        return Ok(*space);
    }
    Ok(store.doc(&id.0)?.map_or(ZERO16, |row| row.lane))
}

/// The keys of a space; none for a space that this device is not in. Open spaces share those of the root space.
pub(crate) fn ring<'m>(mem: &'m Mem, space: &Id16) -> Option<&'m KeyRing> {
    (*space == ZERO16 || mem.membership.spaces.contains(space)).then_some(&mem.ring)
}

/// The key to seal under in a space.
pub(crate) fn seal_key<'m>(mem: &'m Mem, space: &Id16) -> Result<&'m EpochKey, NoSealKey> {
    ring(mem, space).ok_or(NoSealKey::NotHeld)?.seal_key(&mem.membership)
}

/// The tag of a document in a space.
pub(crate) fn tag(mem: &Mem, space: &Id16, id: &DocId) -> Result<Id16, PeerError> {
    let tag = ring(mem, space).and_then(|ring| ring.tag(&id.0));
    tag.ok_or_else(|| internal("No key of this space is here."))
}

/// The document that holds a space's title.
fn document_of(space: &Id16) -> DocId {
    let mut rest = [0; 15];
    rest.copy_from_slice(&space[..15]);
    DocId::new(Class::Content, rest)
}

/// Spaces that this device can read, beside the root space.
fn known(mem: &Mem) -> BTreeSet<Id16> {
    mem.membership.spaces.clone()
}

fn title(store: &Store, mem: &mut Mem, space: &Id16) -> String {
    let id = if *space == ZERO16 { super::workspace_document(&mem.workspace) } else { document_of(space) };
    let title = documents::load(store, mem, id).map(|doc| project::text(doc, "title")).unwrap_or_default();
    if title.is_empty() { format!("space {}", &hex(space)[..6]) } else { title }
}

/// The space that a text names: `root`, id, prefix or title.
pub(crate) fn find(store: &Store, mem: &mut Mem, text: &str) -> Result<Id16, PeerError> {
    let typed = text.trim();
    let all: Vec<Id16> = std::iter::once(ZERO16).chain(known(mem)).collect();
    let by_title = all.iter().find(|s| title(store, mem, s).to_lowercase() == typed.to_lowercase());
    let root = typed.eq_ignore_ascii_case("root").then_some(ZERO16);
    root.or(by_title.copied()).or_else(|| by_prefix(all, typed)).ok_or_else(|| {
        not_found("space", text)
            .safe("Nothing was changed.")
            .next("`tern space list` names the spaces; leave --space out for the workspace's own.")
    })
}

/// Makes a space.
pub(crate) fn create(
    work: &mut Work<'_, '_>,
    title: &str,
    private: bool,
    _with: &[String],
) -> Result<Reply, PeerError> {
    if title.trim().is_empty() {
        return Err(usage("A space needs a title.", "Give one."));
    }
    if private {
        return Err(internal("private"));
    }
    let nonce = work.random();
    let space = work.records(|records, _, _| {
        let item = records.write(Fields::SpaceCreate { nonce })?;
        Ok((tern_trust::derive::id16(item.id()), vec![item]))
    })?;
    work.create_in(space, document_of(&space), &Kind::Space, &[pages::text("title", title.trim())])?;
    Ok(Reply::Space { id: hex(&space) })
}

pub(crate) fn add(work: &mut Work<'_, '_>, space: &str, member: &str, role: &str) -> Result<Reply, PeerError> {
    let _ = (work, space, member, role);
    Err(internal("private"))
}

pub(crate) fn remove(work: &mut Work<'_, '_>, space: &str, member: &str) -> Result<Reply, PeerError> {
    let _ = (work, space, member);
    Err(internal("private"))
}

/// A page and those below it, parents first.
fn subtree(work: &Work<'_, '_>, top: DocId) -> Result<Vec<DocId>, PeerError> {
    let mut found = vec![top];
    let rows = work.txn.sidebar()?;
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        let below = rows.iter().filter(|r| !r.trashed && r.parent == Some(parent.0)).map(|r| DocId(r.doc));
        found.extend(below.filter(|id| !found.contains(id)).collect::<Vec<_>>());
        at += 1;
    }
    Ok(found)
}

/// Moves a page and those below it: a copy with its content there, the original in the trash here, where its history
/// stays. Gives the page there.
pub(crate) fn move_page(work: &mut Work<'_, '_>, page: &str, space: &str) -> Result<DocId, PeerError> {
    let top = resolve::document(&work.txn, page, Wanted::Page)?;
    let to = find(&work.txn, work.mem, space)?;
    if space_of(&work.txn, work.mem, &top)? == to {
        return Err(usage("The page lies in that space already.", "Choose another space."));
    }
    let mut copies: BTreeMap<DocId, DocId> = BTreeMap::new();
    for id in subtree(work, top)? {
        let copy = DocId::new(Class::Content, work.random());
        let order = if id == top { pages::last_place(work)? } else { String::new() };
        let doc = work.doc(id)?.clone();
        let mut edits = vec![pages::text("title", &project::text(&doc, "title"))];
        let parent = project::text(&doc, "parent").parse::<DocId>().ok().and_then(|p| copies.get(&p).copied());
        edits.extend(parent.filter(|_| id != top).map(|p| pages::text("parent", &p.to_string())));
        let order = if order.is_empty() { project::text(&doc, "order") } else { order };
        edits.push(pages::text("order", &order));
        for field in ["front_matter", "source_path", "source_hash"] {
            let value = project::text(&doc, field);
            if !value.is_empty() {
                edits.push(pages::text(field, &value));
            }
        }
        edits.push(Edit::SetBlocks { base: None, blocks: doc.blocks() });
        edits.extend(
            project::list(&doc, "attachments")
                .into_iter()
                .map(|item| Edit::AddTo { set: "attachments".to_owned(), item }),
        );
        work.create_in(to, copy, &Kind::Page, &edits)?;
        copies.insert(id, copy);
        let moved = [pages::text("moved_to", &copy.to_string()), Edit::Trash { on: true }];
        work.edit(id, &moved)?;
    }
    Ok(copies.get(&top).copied().unwrap_or(top))
}

impl Core {
    /// Spaces that this device can read.
    pub(crate) fn spaces_view(&mut self) -> Result<SpacesView, PeerError> {
        let mut counts: BTreeMap<Id16, u64> = BTreeMap::new();
        for row in self.store.docs()? {
            *counts.entry(row.lane).or_default() += 1;
        }
        let member = self.mem.member();
        let role = member.map_or(Role::None, |m| self.mem.membership.role_of(&m));
        let mut spaces = Vec::new();
        for space in std::iter::once(ZERO16).chain(known(&self.mem)) {
            spaces.push(SpaceView {
                id: hex(&space),
                title: title(&self.store, &mut self.mem, &space),
                access: "open".to_owned(),
                documents: counts.get(&space).copied().unwrap_or(0),
                role: words::role(role).to_owned(),
                members: Vec::new(),
            });
        }
        spaces[1..].sort_by(|a, b| a.title.cmp(&b.title).then_with(|| a.id.cmp(&b.id)));
        Ok(SpacesView { spaces })
    }

    /// Members who can read a space.
    fn readers(&self, _space: &Id16) -> BTreeSet<Id16> {
        let members = self.mem.membership.members.iter();
        members.filter(|(_, m)| m.role > Role::None).map(|(id, _)| *id).collect()
    }

    /// What becomes visible to whom when a page moves.
    pub(crate) fn move_preview(&mut self, page: &str, space: &str) -> Result<MovePreview, PeerError> {
        let top = resolve::document(&self.store, page, Wanted::Page)?;
        let to = find(&self.store, &mut self.mem, space)?;
        let from = space_of(&self.store, &self.mem, &top)?;
        let (old, new) = (self.readers(&from), self.readers(&to));
        let name = |m: &Id16| people::name_of(&self.store, m);
        let gains: Vec<String> = new.difference(&old).map(name).collect();
        let loses: Vec<String> = old.difference(&new).map(name).collect();
        let rows = self.store.sidebar()?;
        let mut found = vec![top.0];
        let mut at = 0;
        while let Some(parent) = found.get(at).copied() {
            found.extend(rows.iter().filter(|r| !r.trashed && r.parent == Some(parent)).map(|r| r.doc));
            at += 1;
        }
        let space = title(&self.store, &mut self.mem, &to);
        let text = sentence(found.len(), &space, &gains, &loses);
        Ok(MovePreview { pages: found.len() as u64, space, gains, loses, text })
    }
}

fn sentence(pages: usize, space: &str, gains: &[String], loses: &[String]) -> String {
    let what = if pages == 1 { "This page goes".to_owned() } else { format!("{pages} pages go") };
    let gain = match gains {
        [] => "nobody new can read it".to_owned(),
        names => format!("{} can read it from then on", names.join(", ")),
    };
    let lose = match loses {
        [] => String::new(),
        names => format!("; {} keep what they have and get nothing new", names.join(", ")),
    };
    format!("{what} to “{space}”: {gain}{lose}. Its history stays in the space it leaves.")
}

impl Core {
    /// Tells whether a page lies in the space that a text names.
    pub(crate) fn pages_of_space(&mut self, text: &str) -> Result<impl Fn(&DocId) -> bool + use<>, PeerError> {
        let space = find(&self.store, &mut self.mem, text)?;
        let docs = self.store.docs()?.into_iter();
        let inside: BTreeSet<DocId> = docs.filter(|row| row.lane == space).map(|row| DocId(row.doc)).collect();
        Ok(move |id: &DocId| inside.contains(id))
    }
}

impl Core {
    /// Content lanes that everybody of these X25519 keys may have: what a file sealed to them carries.
    pub(crate) fn lanes_for(&self, _keys: &[tern_trust::Id]) -> Vec<tern_sync::Lane> {
        let open = self.mem.membership.spaces.iter().map(|space| tern_sync::Lane(*space));
        std::iter::once(tern_sync::Lane::ROOT).chain(open).collect()
    }
}
