//! Spaces: which one a document lies in, whose key seals it, who reads it; making spaces, and moving pages between them.

use std::collections::{BTreeMap, BTreeSet};

use tern_model::{Class, DocId, Edit, Kind};
use tern_store::Store;
use tern_trust::derive::ZERO16;
use tern_trust::item::Feed;
use tern_trust::judge::SpaceKind;
use tern_trust::record::Cut;
use tern_trust::space::{SealedKind, Space};
use tern_trust::{Id, Id16, Role};

use crate::api::{MovePreview, PeerError, Reply, SpaceMemberView, SpaceView, SpacesView};

use super::errors::{internal, not_found, usage};
use super::resolve::{self, Wanted, by_prefix, hex};
use super::{Core, Mem, Work, documents, pages, people, project, words};

/// What people call their own space.
const PERSONAL: &str = "personal";

/// The space a document lies in.
pub(crate) fn space_of(store: &Store, mem: &Mem, id: &DocId) -> Result<Id16, PeerError> {
    if let Some(space) = mem.born.get(id) {
        return Ok(*space);
    }
    Ok(store.doc(&id.0)?.map_or(ZERO16, |row| row.lane))
}

/// The tag of a document in a space.
pub(crate) fn tag(mem: &Mem, space: &Id16, id: &DocId) -> Result<Id16, PeerError> {
    mem.access().tag(space, &id.0).ok_or_else(|| internal("No key of this space is here."))
}

/// A new key for everybody who is in a private or personal space.
pub(crate) fn rotate(work: &mut Work<'_, '_>, space: &Id16) -> Result<(), PeerError> {
    let space = *space;
    work.space_records(|records, spaces, dice| Ok(((), records.space_rotate(spaces, &space, dice)?.items)))
}

/// What private spaces are owed after somebody left the workspace or got a device: an end, a new key, keys.
pub(crate) fn settle(work: &mut Work<'_, '_>) -> Result<(), PeerError> {
    let me = work.mem.me();
    for duty in work.mem.spaces.duties(&work.mem.membership, &me) {
        let devices = duty.devices.iter().map(|(device, _)| *device);
        let held = held(work, &duty.space, devices)?;
        work.space_records(|records, spaces, dice| {
            Ok(((), records.settle_space(spaces, &duty, &held, dice)?.items))
        })?;
    }
    Ok(())
}

/// The last items held of these devices' feeds in a space.
fn held(
    work: &Work<'_, '_>,
    space: &Id16,
    devices: impl Iterator<Item = Id>,
) -> Result<Vec<(Feed, u32, Id16)>, PeerError> {
    let mut held = Vec::new();
    for author in devices {
        for (incarnation, of) in work.txn.feeds_of(&author)? {
            if of != *space {
                continue;
            }
            let feed = Feed { author, incarnation, space: of };
            held.extend(super::cover::last_of_feed(&work.txn, &feed)?.map(|(seq, item)| (feed, seq, item)));
        }
    }
    Ok(held)
}

/// The document that holds a space's title.
fn document_of(space: &Id16) -> DocId {
    let mut rest = [0; 15];
    rest.copy_from_slice(&space[..15]);
    DocId::new(Class::Content, rest)
}

/// Spaces that this device can read, beside the root space.
fn known(mem: &Mem) -> BTreeSet<Id16> {
    mem.access().lanes(&mem.me()).into_iter().filter(|space| *space != ZERO16).collect()
}

/// Members who can read a space.
pub(crate) fn readers(mem: &Mem, space: &Id16) -> BTreeSet<Id16> {
    if let Some(space) = mem.access().sealed(space) {
        return space.members.keys().copied().collect();
    }
    let members = mem.membership.members.iter();
    members.filter(|(_, m)| m.role > Role::None).map(|(id, _)| *id).collect()
}

/// What people call a space.
pub(crate) fn title(store: &Store, mem: &mut Mem, space: &Id16) -> String {
    let id = if *space == ZERO16 { super::workspace_document(&mem.workspace) } else { document_of(space) };
    let title = documents::load(store, mem, id).map(|doc| project::text(doc, "title")).unwrap_or_default();
    let personal = mem.access().kind(space) == Some(SpaceKind::Personal);
    match title.is_empty() {
        false => title,
        true if personal => PERSONAL.to_owned(),
        true => format!("space {}", &hex(space)[..6]),
    }
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
    with: &[String],
) -> Result<Reply, PeerError> {
    if title.trim().is_empty() {
        return Err(usage("A space needs a title.", "Give one."));
    }
    let space = if private {
        let members = with.iter().map(|m| member(work, m)).collect::<Result<BTreeSet<_>, _>>()?;
        let space = create_sealed(work, SealedKind::Private)?;
        let me = work.mem.member();
        for member in members.into_iter().filter(|m| Some(*m) != me) {
            set_role(work, &space, member, Role::Writer)?;
        }
        space
    } else {
        work.records(|records, _, dice| {
            let (space, item) = records.create_open_space(dice)?;
            Ok((space, vec![item]))
        })?
    };
    work.create_in(space, document_of(&space), &Kind::Space, &[pages::text("title", title.trim())])?;
    Ok(Reply::Space { id: hex(&space) })
}

fn create_sealed(work: &mut Work<'_, '_>, kind: SealedKind) -> Result<Id16, PeerError> {
    work.space_records(|records, spaces, dice| {
        let created = records.create_space(spaces, kind, dice)?;
        Ok((created.space, created.items))
    })
}

/// One's own personal space; made at the first use.
pub(crate) fn personal(work: &mut Work<'_, '_>) -> Result<Id16, PeerError> {
    let me = work.mem.member().ok_or_else(|| not_found("member", "me"))?;
    match work.mem.spaces.personal(&me) {
        Some(space) => Ok(space.id),
        None => create_sealed(work, SealedKind::Personal),
    }
}

/// The space that a text names, for writing into it: the personal one is made at its first use.
pub(crate) fn find_or_make(work: &mut Work<'_, '_>, text: &str) -> Result<Id16, PeerError> {
    if text.trim().eq_ignore_ascii_case(PERSONAL) { personal(work) } else { find(&work.txn, work.mem, text) }
}

fn member(work: &Work<'_, '_>, text: &str) -> Result<Id16, PeerError> {
    resolve::member(&people::names(&work.txn, &work.mem.membership), work.mem.member(), text)
}

fn set_role(work: &mut Work<'_, '_>, space: &Id16, member: Id16, role: Role) -> Result<(), PeerError> {
    let space = *space;
    let lowered = role < work.mem.access().role_of(&space, &member);
    let devices = work.mem.membership.members.get(&member).map(|m| m.devices.clone()).unwrap_or_default();
    let cuts = if lowered { Cut::greatest(held(work, &space, devices.into_iter())?) } else { Vec::new() };
    work.space_records(|records, spaces, dice| {
        Ok(((), records.space_role_set(spaces, &space, (member, role), cuts, dice)?.items))
    })?;
    Ok(())
}

/// A private space that a text names.
fn private(work: &mut Work<'_, '_>, text: &str) -> Result<Id16, PeerError> {
    let space = find(&work.txn, work.mem, text)?;
    match work.mem.access().kind(&space) {
        Some(SpaceKind::Private) => Ok(space),
        Some(SpaceKind::Personal) => Err(usage(
            "A personal space is for one person alone.",
            "Make a private space: `tern space new T --private`.",
        )),
        _ => Err(usage(
            "Everybody of the workspace is in that space.",
            "Roles there are those of the workspace: `tern member role`.",
        )),
    }
}

/// Adds a member to a private space, or changes their role in it.
pub(crate) fn add(work: &mut Work<'_, '_>, space: &str, who: &str, role: &str) -> Result<Reply, PeerError> {
    let role = words::parse_role(role).ok_or_else(|| {
        usage(format!("“{role}” is no role that can be given."), "Choose admin, writer, commenter or reader.")
    })?;
    let (space, who) = (private(work, space)?, member(work, who)?);
    set_role(work, &space, who, role)?;
    Ok(Reply::Done {})
}

/// Removes a member from a private space; its key changes.
pub(crate) fn remove(work: &mut Work<'_, '_>, space: &str, who: &str) -> Result<Reply, PeerError> {
    let (space, who) = (private(work, space)?, member(work, who)?);
    if Some(who) == work.mem.member() {
        work.space_records(|records, spaces, dice| {
            Ok(((), records.space_leave(spaces, &space, dice)?.items))
        })?;
        return Ok(Reply::Done {});
    }
    set_role(work, &space, who, Role::None)?;
    Ok(Reply::Done {})
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
    let to = find_or_make(work, space)?;
    if space_of(&work.txn, work.mem, &top)? == to {
        return Err(usage("The page lies in that space already.", "Choose another space."));
    }
    let mut copies: BTreeMap<DocId, DocId> = BTreeMap::new();
    for id in subtree(work, top)? {
        let copy = DocId::new(Class::Content, work.random());
        let order = if id == top { pages::last_place(work)? } else { String::new() };
        let doc = work.doc(id)?.clone();
        let mut edits = vec![pages::text("title", &project::text(&doc, "title"))];
        let parent =
            project::text(&doc, "parent").parse::<DocId>().ok().and_then(|p| copies.get(&p).copied());
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
        let mut spaces = Vec::new();
        for space in std::iter::once(ZERO16).chain(known(&self.mem)) {
            spaces.push(SpaceView {
                id: hex(&space),
                title: title(&self.store, &mut self.mem, &space),
                access: match self.mem.access().kind(&space) {
                    Some(SpaceKind::Private) => "private",
                    Some(SpaceKind::Personal) => "personal",
                    _ => "open",
                }
                .to_owned(),
                documents: counts.get(&space).copied().unwrap_or(0),
                role: words::role(self.mem.access().acting_role(&space, &self.mem.me())).to_owned(),
                members: self.space_members(&space),
            });
        }
        spaces[1..].sort_by(|a, b| a.title.cmp(&b.title).then_with(|| a.id.cmp(&b.id)));
        Ok(SpacesView { spaces })
    }

    /// Members of a private space with their roles; none for spaces that everybody is in.
    fn space_members(&self, space: &Id16) -> Vec<SpaceMemberView> {
        let Some(space) = self.mem.access().sealed(space) else { return Vec::new() };
        let mut members: Vec<(Role, SpaceMemberView)> = Vec::new();
        for (id, role) in &space.members {
            let (name, word) = (people::name_of(&self.store, id), words::role(*role).to_owned());
            members.push((*role, SpaceMemberView { id: hex(id), name, role: word }));
        }
        members.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.name.cmp(&b.1.name)));
        members.into_iter().map(|(_, view)| view).collect()
    }

    /// What becomes visible to whom when a page moves.
    pub(crate) fn move_preview(&mut self, page: &str, space: &str) -> Result<MovePreview, PeerError> {
        let top = resolve::document(&self.store, page, Wanted::Page)?;
        let to = find(&self.store, &mut self.mem, space)?;
        let from = space_of(&self.store, &self.mem, &top)?;
        let (old, new) = (readers(&self.mem, &from), readers(&self.mem, &to));
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
    pub(crate) fn pages_of_space(
        &mut self,
        text: &str,
    ) -> Result<impl Fn(&DocId) -> bool + use<>, PeerError> {
        let space = find(&self.store, &mut self.mem, text)?;
        let docs = self.store.docs()?.into_iter();
        let inside: BTreeSet<DocId> =
            docs.filter(|row| row.lane == space).map(|row| DocId(row.doc)).collect();
        Ok(move |id: &DocId| inside.contains(id))
    }
}

impl Core {
    /// Content lanes that everybody of these X25519 keys may have: what a file sealed to them carries.
    pub(crate) fn lanes_for(&self, keys: &[Id]) -> Vec<tern_sync::Lane> {
        let open = self.mem.membership.spaces.iter().copied();
        let all = |space: &Space| keys.iter().all(|key| space.recipients.binary_search(key).is_ok());
        let sealed = self.mem.spaces.iter().filter(|(_, space)| !keys.is_empty() && all(space));
        let spaces = open.chain(sealed.map(|(id, _)| *id)).map(tern_sync::Lane);
        std::iter::once(tern_sync::Lane::ROOT).chain(spaces).collect()
    }
}
