//! Commands on pages and the page tree.

use std::collections::BTreeSet;

use tern_interop::markdown;
use tern_model::tree::{self, Node, Reason, Tree};
use tern_model::{Class, DocId, Edit, Heads, Kind, Value, order};
use tern_store::Store;
use tern_trust::Id16;

use crate::api::{ErrorKind, PageRow, PagesView, PeerError};

use super::Work;
use super::errors::{self, bad_input};
use super::resolve::{self, Wanted};

/// The tree of all pages, or of those that are not in the trash.
pub(crate) fn tree(store: &Store, trash: bool) -> Result<Tree, PeerError> {
    Ok(build(store, trash)?.0)
}

/// The tree and which of its pages are in the trash.
fn build(store: &Store, trash: bool) -> Result<(Tree, BTreeSet<DocId>), PeerError> {
    let mut trashed = BTreeSet::new();
    let rows = store.sidebar()?;
    let mut nodes = Vec::with_capacity(rows.len());
    for page in rows {
        let id = DocId(page.doc);
        if page.trashed {
            trashed.insert(id);
        }
        if trash || !page.trashed {
            nodes.push(Node { id, parent: page.parent.map(DocId), order: page.ord, title: page.title });
        }
    }
    Ok((tree::build(nodes), trashed))
}

/// The tree as a flat list in display order.
pub(crate) fn view(store: &Store, trash: bool) -> Result<PagesView, PeerError> {
    let (tree, trashed) = build(store, trash)?;
    let lanes = spaces_of_pages(store)?;
    let root = super::resolve::hex(&tern_sync::Lane::ROOT.0);
    let set_aside = tree.set_aside().iter().filter_map(|aside| sentence(&tree, aside)).collect();
    let row = |page: tree::Shown| PageRow {
        id: page.id.to_text(),
        title: page.title,
        parent: page.parent.map(|parent| parent.to_text()),
        order: page.place,
        depth: page.depth,
        space: lanes.get(&page.id).map_or_else(|| root.clone(), |lane| super::resolve::hex(lane)),
        trashed: trashed.contains(&page.id),
    };
    Ok(PagesView { pages: tree.into_rows().into_iter().map(row).collect(), set_aside })
}

/// Spaces of the pages that lie in another than the root space.
fn spaces_of_pages(store: &Store) -> Result<std::collections::BTreeMap<DocId, Id16>, PeerError> {
    let mut spaces = std::collections::BTreeMap::new();
    for (lane, _) in store.lanes()? {
        if lane != tern_sync::Lane::LOG.0 && lane != tern_sync::Lane::ROOT.0 {
            spaces.extend(store.docs_of_lane(&lane)?.into_iter().map(|doc| (DocId(doc), lane)));
        }
    }
    Ok(spaces)
}

fn sentence(tree: &Tree, aside: &tree::SetAside) -> Option<String> {
    let title = |id: &DocId| tree.node(id).map_or_else(|| id.to_string(), |n| n.title.clone());
    let page = title(&aside.page);
    match &aside.reason {
        Reason::Cycle(_) => {
            let wanted = title(&aside.wanted_parent);
            Some(format!(
                "Two moves could not both hold: “{page}” was to lie under “{wanted}”, which lies under it. It is shown at the top level."
            ))
        }
        // A parent in the trash or not here yet: shown at the top level, which says enough.
        Reason::ParentMissing => None,
    }
}

fn set(name: &str, value: Value) -> Edit {
    Edit::SetField { name: name.to_owned(), value }
}

pub(crate) fn text(name: &str, value: &str) -> Edit {
    set(name, Value::Text(value.to_owned()))
}

/// A place among the children of `parent`: after `after`, or last when `last`, else first.
fn place(
    work: &mut Work<'_, '_>,
    tree: &Tree,
    parent: Option<DocId>,
    after: Option<DocId>,
    last: bool,
    moving: Option<&DocId>,
) -> String {
    let siblings: Vec<&DocId> = tree.under(parent).iter().filter(|id| Some(*id) != moving).collect();
    let index = match after {
        Some(after) => siblings.iter().position(|id| **id == after).map_or(siblings.len(), |i| i + 1),
        None if last => siblings.len(),
        None => 0,
    };
    let tie = work.random();
    let (before, behind) = tree.neighbours(parent, index, moving);
    order::between(before, behind, tie)
}

/// The order key behind the last top-level page.
pub(crate) fn last_place(work: &mut Work<'_, '_>) -> Result<String, PeerError> {
    let tree = tree(&work.txn, false)?;
    Ok(place(work, &tree, None, None, true, None))
}

/// Makes a page.
pub(crate) fn create(
    work: &mut Work<'_, '_>,
    title: &str,
    parent: Option<&str>,
    space: Option<&str>,
    body: Option<&str>,
) -> Result<DocId, PeerError> {
    let parent = parent.map(|p| resolve::document(&work.txn, p, Wanted::Page)).transpose()?;
    let above = parent.map(|p| super::spaces::space_of(&work.txn, work.mem, &p)).transpose()?;
    let space = match space {
        Some(text) => super::spaces::find_or_make(work, text)?,
        None => above.unwrap_or_default(),
    };
    if above.is_some_and(|above| above != space) {
        return Err(super::errors::usage(
            "The page above lies in another space.",
            "Leave --space out, or choose a page of that space.",
        ));
    }
    make(work, title, parent, space, body)
}

/// Makes a page in a space, last among those under `parent`.
pub(crate) fn make(
    work: &mut Work<'_, '_>,
    title: &str,
    parent: Option<DocId>,
    space: Id16,
    body: Option<&str>,
) -> Result<DocId, PeerError> {
    errors::bounded("The title", title, errors::MAX_TITLE_CHARS)?;
    let tree = tree(&work.txn, false)?;
    let order = place(work, &tree, parent, None, true, None);
    let parsed = markdown::read(body.unwrap_or_default());
    let mut edits = vec![text("title", title.trim()), text("order", &order)];
    edits.extend(parent.map(|p| text("parent", &p.to_string())));
    if !parsed.front_matter.is_empty() {
        edits.push(text("front_matter", &parsed.front_matter));
    }
    edits.push(Edit::SetBlocks { base: None, blocks: parsed.blocks });
    let id = DocId::new(Class::Content, work.random());
    work.create_in(space, id, &Kind::Page, &edits)?;
    Ok(id)
}

/// Replaces a page's content by Markdown, three-way against `base`.
pub(crate) fn edit(
    work: &mut Work<'_, '_>,
    page: &str,
    body: &str,
    base: Option<&str>,
) -> Result<(DocId, bool), PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Any)?;
    let base = base.map(parse_heads).transpose()?;
    let parsed = markdown::read(body);
    let mut edits = vec![Edit::SetBlocks { base, blocks: parsed.blocks }];
    let front = super::project::text(work.doc(id)?, "front_matter");
    if !parsed.front_matter.is_empty() && parsed.front_matter != front {
        edits.push(text("front_matter", &parsed.front_matter));
    }
    let changed = work.edit(id, &edits)?;
    Ok((id, changed))
}

/// Reads heads as people paste them.
pub(crate) fn parse_heads(text: &str) -> Result<Heads, PeerError> {
    text.trim().parse().map_err(|e: tern_model::doc::BadHeads| bad_input(format!("{e}.")))
}

/// Adds Markdown at the end of a page.
pub(crate) fn append(work: &mut Work<'_, '_>, page: &str, body: &str) -> Result<(DocId, bool), PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Any)?;
    let doc = work.doc(id)?;
    let (blocks, markers) = (doc.blocks(), doc.markers());
    let only_empty = matches!(blocks.as_slice(), [one] if one.inline.is_empty() && one.kind == tern_model::block::BlockKind::Paragraph);
    let mut edits = Vec::new();
    let new = markdown::parse(body);
    if only_empty || blocks.is_empty() {
        edits.push(Edit::SetBlocks { base: None, blocks: new });
    } else {
        let after = markers.last().cloned();
        edits.extend(new.into_iter().rev().map(|block| Edit::InsertBlock { after: after.clone(), block }));
    }
    let changed = work.edit(id, &edits)?;
    Ok((id, changed))
}

/// Renames a page.
pub(crate) fn rename(work: &mut Work<'_, '_>, page: &str, title: &str) -> Result<(DocId, bool), PeerError> {
    errors::bounded("The title", title, errors::MAX_TITLE_CHARS)?;
    let id = resolve::document(&work.txn, page, Wanted::Any)?;
    let old = super::project::text(work.doc(id)?, "title");
    let changed = work.edit(id, &[text("title", title.trim())])?;
    if changed {
        super::relink::renamed(work, id, &old, title.trim())?;
    }
    Ok((id, changed))
}

/// Moves a page under another, after a sibling or first; without a sibling named, last.
pub(crate) fn relocate(
    work: &mut Work<'_, '_>,
    page: &str,
    parent: Option<&str>,
    after: Option<&str>,
) -> Result<(DocId, bool), PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Page)?;
    let parent = parent.map(|p| resolve::document(&work.txn, p, Wanted::Page)).transpose()?;
    let after = after.map(|p| resolve::document(&work.txn, p, Wanted::Page)).transpose()?;
    let tree = tree(&work.txn, false)?;
    if tree.would_cycle(&id, parent.as_ref()) {
        return Err(PeerError::new(
            ErrorKind::Usage,
            "A page cannot lie under itself or under one of its own pages.",
        )
        .safe("Nothing was moved.")
        .next("Move the other page out first."));
    }
    if let Some(above) = &parent {
        in_one_space(work, &id, above)?;
    }
    let order = place(work, &tree, parent, after, true, Some(&id));
    let parent = parent.map_or(Value::Null, |p| Value::Text(p.to_string()));
    let mut edits = vec![text("order", &order)];
    let stored = super::project::text(work.doc(id)?, "parent");
    if Value::Text(stored.clone()) != parent && !(stored.is_empty() && parent == Value::Null) {
        edits.push(set("parent", parent));
    }
    let changed = work.edit(id, &edits)?;
    Ok((id, changed))
}

/// Under a page of another space a page would only look as if it lay there: it goes on being read by the same people.
fn in_one_space(work: &Work<'_, '_>, page: &DocId, above: &DocId) -> Result<(), PeerError> {
    let space = |id| super::spaces::space_of(&work.txn, work.mem, id);
    if space(page)? == space(above)? {
        return Ok(());
    }
    Err(PeerError::new(
        ErrorKind::Usage,
        "The two pages lie in different spaces, and not the same people may read them.",
    )
    .safe("Nothing was moved.")
    .next("Move it to the other space first: `tern space move PAGE SPACE`."))
}

/// Into the trash or out of it.
pub(crate) fn trash(work: &mut Work<'_, '_>, doc: &str, on: bool) -> Result<(DocId, bool), PeerError> {
    let id = resolve::document(&work.txn, doc, Wanted::Any)?;
    let changed = work.edit(id, &[Edit::Trash { on }])?;
    Ok((id, changed))
}

/// Back to an earlier version, as a new change.
pub(crate) fn revert(work: &mut Work<'_, '_>, page: &str, to: &str) -> Result<(DocId, bool), PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Any)?;
    let to = parse_heads(to)?;
    let changed = work.edit(id, &[Edit::Revert { to }])?;
    Ok((id, changed))
}
