//! Templates: built-in texts, and pages with the field [`TEMPLATE`], which lie under a page of their space.

use tern_interop::markdown;
use tern_model::block::Block;
use tern_model::{Doc, DocId, Edit, Value};
use tern_store::{Store, TemplateRow};

use crate::api::*;
use crate::templates::{self, Filling};

use super::errors::{bad_input, not_found, usage};
use super::resolve::{self, Wanted};
use super::{Work, decisions, documents, pages, people, practice, project, spaces};

/// Field of a page that others begin from.
const TEMPLATE: &str = "template";
/// Title of the page under which the first template of a space is kept.
const SHELF: &str = "Templates";

/// Where a page is made.
pub(crate) struct Place<'a> {
    /// Page above it.
    pub parent: Option<&'a str>,
    /// Space it lies in.
    pub space: Option<&'a str>,
}

/// Keeps the row of a page that is a template, or takes it away.
pub(crate) fn project(
    work: &mut Work<'_, '_>,
    doc: &Doc,
    blocks: &[Block],
    trashed: bool,
) -> Result<(), PeerError> {
    let id = doc.id();
    let is_one = doc.field(TEMPLATE) == Some(Value::Bool(true)) && !trashed;
    let text = if is_one { written(work, doc, blocks)? } else { String::new() };
    let changed = if is_one && text.len() <= MAX_TEMPLATE_BYTES {
        let title = project::text(doc, "title");
        work.txn.project_template(&TemplateRow { doc: id.0, title, text })?;
        true
    } else {
        work.txn.remove_template(&id.0)?
    };
    if changed {
        work.mem.pages_version = work.mem.version + 1;
    }
    Ok(())
}

fn written(work: &Work<'_, '_>, doc: &Doc, blocks: &[Block]) -> Result<String, PeerError> {
    let front = project::text(doc, "front_matter");
    Ok(markdown::write_with(&front, blocks, &super::tasks::live(&work.txn)?))
}

/// All templates, blanks open.
pub(crate) fn view(store: &Store) -> Result<TemplatesView, PeerError> {
    let built_in = templates::all().iter().map(|t| TemplateView {
        name: t.name.to_owned(),
        id: None,
        title: t.title.to_owned(),
        text: t.text.to_owned(),
    });
    let saved = store.templates()?.into_iter().take(MAX_TEMPLATES).map(|row| TemplateView {
        name: row.title.clone(),
        id: Some(DocId(row.doc).to_text()),
        title: row.title,
        text: row.text,
    });
    Ok(TemplatesView { templates: built_in.chain(saved).collect() })
}

/// Letters and digits in lower case: `weekly-update` means “Weekly update”.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn find(store: &Store, typed: &str) -> Result<TemplateView, PeerError> {
    let all = view(store)?.templates;
    let wanted = typed.trim();
    let by_id = |t: &&TemplateView| {
        wanted.len() >= 4 && t.id.as_deref().is_some_and(|id| id.starts_with(&wanted.to_uppercase()))
    };
    let by_name = |t: &&TemplateView| !plain(wanted).is_empty() && plain(&t.name) == plain(wanted);
    let named: Vec<&TemplateView> = all.iter().filter(by_name).collect();
    // What the team saved under the name of a built-in template is the team's own of it.
    let found = match named.iter().filter(|t| t.id.is_some()).count() {
        0 => named.first().copied().or_else(|| all.iter().find(by_id)),
        1 => named.iter().find(|t| t.id.is_some()).copied(),
        _ => {
            return Err(bad_input(format!("Several templates are called “{wanted}”."))
                .next("Give the id of the one you mean: `tern page list` shows it."));
        }
    };
    found.cloned().ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|t| t.name.as_str()).collect();
        not_found("template", wanted).next(format!("There are: {}.", names.join(", ")))
    })
}

/// Makes a page that begins as a template does.
pub(crate) fn begin(
    work: &mut Work<'_, '_>,
    template: &str,
    title: Option<&str>,
    place: &Place<'_>,
) -> Result<DocId, PeerError> {
    let template = find(&work.txn, template)?;
    let filling = filling(work, place.parent)?;
    let given = title.map(str::trim).filter(|title| !title.is_empty());
    let title = given.map_or_else(|| templates::fill(&template.title, &filling), str::to_owned);
    let text = templates::fill(&template.text, &filling);
    let made = pages::create(work, &title, place.parent, place.space, Some(&text))?;
    let edits = match plain(&template.name).as_str() {
        "decision" => decisions::begin(work),
        "meeting" | "11" => practice::meetings::begin(work),
        "incident" => practice::incidents::begin(work),
        "workingagreement" => practice::agreements::begin(),
        _ => Vec::new(),
    };
    if !edits.is_empty() {
        work.edit(made, &edits)?;
        // What follows in the same command finds it by its form.
        project::project(work, made)?;
    }
    Ok(made)
}

fn filling(work: &mut Work<'_, '_>, parent: Option<&str>) -> Result<Filling, PeerError> {
    let me = work.mem.member();
    let today = people::zone_of(&work.txn, me).date(work.now_ms());
    let parent = parent.map(|p| resolve::document(&work.txn, p, Wanted::Page)).transpose()?;
    let above = match parent {
        Some(parent) => work.txn.page(&parent.0)?.map(|page| page.title),
        None => None,
    };
    let workspace = DocId(tern_trust::derive::workspace_document(&work.mem.workspace));
    let whole = documents::load(&work.txn, work.mem, workspace).map(|doc| project::text(doc, "title"));
    Ok(Filling {
        me: me.map(|member| people::name_of(&work.txn, &member)).unwrap_or_default(),
        today: templates::day(today),
        project: above.or(whole.ok()).unwrap_or_default(),
    })
}

/// Copies a page to where the templates of its space are.
pub(crate) fn save(work: &mut Work<'_, '_>, page: &str) -> Result<DocId, PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Page)?;
    let doc = work.doc(id)?.clone();
    let text = written(work, &doc, &doc.blocks())?;
    if text.len() > MAX_TEMPLATE_BYTES {
        let limit = MAX_TEMPLATE_BYTES / 1024;
        return Err(usage(
            format!("A template holds at most {limit} KiB; this page is longer."),
            "Save a shorter page as the template.",
        ));
    }
    let title = project::text(&doc, "title");
    if title.trim().is_empty() {
        return Err(usage("A template needs a name.", "Give the page a title first."));
    }
    let space = spaces::space_of(&work.txn, work.mem, &id)?;
    let shelf = match shelf(work, space)? {
        Some(shelf) => shelf,
        None => pages::make(work, SHELF, None, space, None)?,
    };
    let made = pages::make(work, &title, Some(shelf), space, Some(&text))?;
    work.edit(made, &[Edit::SetField { name: TEMPLATE.to_owned(), value: Value::Bool(true) }])?;
    Ok(made)
}

/// The page above the templates that a space has already.
fn shelf(work: &mut Work<'_, '_>, space: tern_trust::Id16) -> Result<Option<DocId>, PeerError> {
    for row in work.txn.templates()? {
        let lies_in = spaces::space_of(&work.txn, work.mem, &DocId(row.doc))?;
        let parent = work.txn.page(&row.doc)?.and_then(|page| page.parent);
        if let Some(parent) = parent.filter(|_| lies_in == space)
            && work.txn.page(&parent)?.is_some_and(|page| !page.trashed)
        {
            return Ok(Some(DocId(parent)));
        }
    }
    Ok(None)
}
