//! Saved views: documents that hold a question about tasks and how its answer is laid out, shared as pages are.

use tern_model::hours::Zone;
use tern_model::query::{GroupBy, Query as TaskQuery, Sort};
use tern_model::{Class, Conflict, Doc, DocId, Edit, Kind, Value, order};
use tern_store::{Store, ViewRow};
use tern_trust::Membership;

use crate::api::{ErrorKind, PeerError, SavedView, ViewCommand, ViewShape, ViewsView};

use super::errors::{self, bad_input, not_found, usage};
use super::{Core, Work, project as rows, resolve, spaces, words};

/// Fields of the document beside title and order.
const QUERY: &str = "query";
const GROUP: &str = "group";
const SORT: &str = "sort";
const LAYOUT: &str = "layout";

/// Performs a change of saved views; returns which one it was.
pub(crate) fn perform(work: &mut Work<'_, '_>, command: &ViewCommand) -> Result<DocId, PeerError> {
    match command {
        ViewCommand::Save { view: None, title, shape } => create(work, title, shape),
        ViewCommand::Save { view: Some(view), title, shape } => {
            let id = find(&work.txn, view, false)?;
            let mut edits = shape_edits(shape)?;
            if !title.trim().is_empty() {
                edits.push(set("title", &checked(title)?));
            }
            // What is so already is not written again, so that nothing of others loses against it.
            let doc = work.doc(id)?;
            edits.retain(|edit| match edit {
                Edit::SetField { name, value } => doc.field(name).as_ref() != Some(value),
                _ => true,
            });
            work.edit(id, &edits)?;
            Ok(id)
        }
        ViewCommand::Rename { view, title } => {
            let id = find(&work.txn, view, false)?;
            work.edit(id, &[set("title", &checked(title)?)])?;
            Ok(id)
        }
        ViewCommand::Trash { view, on } => {
            let id = find(&work.txn, view, !*on)?;
            work.edit(id, &[Edit::Trash { on: *on }])?;
            Ok(id)
        }
    }
}

fn create(work: &mut Work<'_, '_>, title: &str, shape: &ViewShape) -> Result<DocId, PeerError> {
    let last = work.txn.saved_views()?.into_iter().map(|view| view.ord).max();
    let tie = work.random();
    let mut edits = vec![set("title", &checked(title)?)];
    edits.extend(shape_edits(shape)?);
    edits.push(set("order", &order::between(last.as_deref(), None, tie)));
    let id = DocId::new(Class::Content, work.random());
    work.create(id, &Kind::View, &edits)?;
    Ok(id)
}

fn set(name: &str, value: &str) -> Edit {
    Edit::SetField { name: name.to_owned(), value: Value::Text(value.to_owned()) }
}

fn checked(title: &str) -> Result<String, PeerError> {
    let title = title.trim();
    if title.is_empty() {
        return Err(usage("A view needs a name.", "Give it one, for example “Due before my Friday”."));
    }
    errors::bounded("The name", title, errors::MAX_TITLE_CHARS)?;
    Ok(title.to_owned())
}

fn shape_edits(shape: &ViewShape) -> Result<Vec<Edit>, PeerError> {
    let query: TaskQuery = shape.query.parse().map_err(|e| bad_input(format!("{e}")))?;
    let unknown = |e| PeerError::new(ErrorKind::Usage, format!("{e}."));
    let _: GroupBy = shape.group.parse().map_err(unknown)?;
    let _: Sort = shape.sort.parse().map_err(unknown)?;
    if !matches!(shape.layout.as_str(), "" | "list" | "board") {
        return Err(usage(format!("“{}” is no layout.", shape.layout), "Choose list or board."));
    }
    Ok(vec![
        set(QUERY, &query.to_string()),
        set(GROUP, &shape.group),
        set(SORT, &shape.sort),
        set(LAYOUT, &shape.layout),
    ])
}

/// The view that `text` names: full id, unique beginning of it, or its title in any case.
pub(crate) fn find(store: &Store, text: &str, trashed: bool) -> Result<DocId, PeerError> {
    let typed = text.trim();
    let all: Vec<ViewRow> = store.saved_views()?.into_iter().filter(|v| trashed || !v.trashed).collect();
    let lower = typed.to_lowercase();
    let named = |view: &&ViewRow| view.title.to_lowercase() == lower;
    if let Some(found) = all.iter().find(|view| DocId(view.doc).to_string() == typed) {
        return Ok(DocId(found.doc));
    }
    let found: Vec<&ViewRow> = all.iter().filter(named).collect();
    match found.as_slice() {
        [one] => return Ok(DocId(one.doc)),
        [] => {}
        _ => {
            return Err(bad_input(format!("Several views are called “{typed}”."))
                .next("Give the id of the one you mean: `tern view list` shows it."));
        }
    }
    let ids = all.iter().map(|view| view.doc);
    resolve::by_prefix(ids, typed)
        .map(DocId)
        .ok_or_else(|| not_found("view", typed).next("`tern view list` shows what there is."))
}

/// Makes the row of a view.
pub(crate) fn project(work: &mut Work<'_, '_>, doc: &Doc) -> Result<(), PeerError> {
    let id = doc.id();
    work.txn.project_view(&ViewRow {
        doc: id.0,
        lane: spaces::space_of(&work.txn, work.mem, &id)?,
        title: rows::text(doc, "title"),
        query: rows::text(doc, QUERY),
        group: rows::text(doc, GROUP),
        sort: rows::text(doc, SORT),
        layout: rows::text(doc, LAYOUT),
        ord: rows::text(doc, "order"),
        trashed: rows::trashed(doc),
        conflicts_json: serde_json::to_string(&doc.conflicts()).unwrap_or_default(),
    })?;
    Ok(())
}

fn shown(store: &Store, membership: &Membership, zone: &Zone, row: ViewRow) -> SavedView {
    let conflicts: Vec<Conflict> = serde_json::from_str(&row.conflicts_json).unwrap_or_default();
    SavedView {
        id: DocId(row.doc).to_string(),
        title: row.title,
        shape: ViewShape { query: row.query, group: row.group, sort: row.sort, layout: row.layout },
        conflicts: words::conflicts(store, membership, zone, &conflicts),
        trashed: row.trashed,
    }
}

/// All views that are not in the trash.
pub(crate) fn all(store: &Store, membership: &Membership, zone: &Zone) -> Result<ViewsView, PeerError> {
    let rows = store.saved_views()?.into_iter().filter(|row| !row.trashed);
    Ok(ViewsView { views: rows.map(|row| shown(store, membership, zone, row)).collect() })
}

impl Core {
    /// One view.
    pub(crate) fn saved_view(&self, id: DocId) -> Result<SavedView, PeerError> {
        let row = self.store.saved_views()?.into_iter().find(|row| row.doc == id.0);
        let row = row.ok_or_else(|| not_found("view", &id.to_string()))?;
        Ok(shown(&self.store, &self.mem.membership, &self.my_zone(), row))
    }
}
