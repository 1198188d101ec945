//! Folders of Markdown into pages: which file becomes which page, and what links lead where.
//!
//! The caller reads the files, hashes them, tells what the workspace has from earlier imports, allocates ids for new
//! pages and then asks for their content:
//!
//! ```
//! use tern_interop::import::{SourceFile, plan, resolve};
//! use tern_model::ids::DocId;
//! let files = [SourceFile { path: "a.md", bytes: b"# A\n[b](b.md)\n", hash: [1; 32] },
//!     SourceFile { path: "b.md", bytes: b"B\n", hash: [2; 32] }];
//! let plan = plan(&files, &[]);
//! let pages = resolve(&plan, &|path| Some(DocId([path.as_bytes()[0]; 16])), &|_| None);
//! assert_eq!(pages[0].title, "A");
//! ```

use std::collections::{BTreeMap, BTreeSet};

use tern_model::block::{Block, BlockKind, Inline};
use tern_model::ids::DocId;

use crate::links::{self, BlobLink, Index, PageLink};
use crate::{markdown, rewrite, wiki};

/// Largest Markdown file that becomes a page, in bytes; larger ones are kept as attachments.
pub const MAX_PAGE_BYTES: usize = 8 << 20;

/// A file of the folder to import.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'a> {
    /// Path below the folder, with `/`.
    pub path: &'a str,
    /// Content.
    pub bytes: &'a [u8],
    /// blake3 of the content.
    pub hash: [u8; 32],
}

/// What the workspace has: pages (with or without an origin) and attachments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Path that it was imported from or exported to.
    pub path: Option<String>,
    /// Hash of the file when it was imported last.
    pub hash: Option<[u8; 32]>,
    /// The page; `None` for an attachment.
    pub page: Option<DocId>,
}

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It becomes a page or attachment.
    Created,
    /// It changes a page or attachment.
    Updated,
    /// The workspace has it already.
    Unchanged,
    /// It is kept to the letter as an attachment although it looks like a page; with the reason.
    Kept(String),
    /// It is left out; with the reason.
    Refused(String),
}

/// What is to be done for a folder.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Pages, parents before children, siblings in order. Unchanged ones carry no content.
    pub pages: Vec<PlannedPage>,
    /// Files that are no pages.
    pub attachments: Vec<PlannedAttachment>,
    /// Tasks that an export wrote.
    pub tasks: Vec<PlannedTask>,
    /// Every file and what becomes of it, by path.
    pub report: BTreeMap<String, Outcome>,
    index: Index,
    known: BTreeMap<String, DocId>,
}

/// A page of the plan.
#[derive(Debug, Clone)]
pub struct PlannedPage {
    /// Its source path, the key for `resolve`. A folder without a file of its own ends with `/`.
    pub path: String,
    /// The page that it updates.
    pub existing: Option<DocId>,
    /// Created, updated or unchanged.
    pub outcome: Outcome,
    /// Source path of its parent page.
    pub parent: Option<String>,
    /// Place among its siblings, from 0.
    pub order: usize,
    /// Title: from the front matter, else the first heading of level 1, else the file name.
    pub title: String,
    /// Front matter to the letter.
    pub front_matter: String,
    /// Content with addresses as written; `resolve` gives the final content.
    pub blocks: Vec<Block>,
    /// Hash of the file; `None` for a folder without one.
    pub hash: Option<[u8; 32]>,
}

/// An attachment of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedAttachment {
    /// Its source path.
    pub path: String,
    /// blake3 of its content.
    pub hash: [u8; 32],
    /// What becomes of it.
    pub outcome: Outcome,
    /// Whether a page of this plan shows it or links to it.
    pub referenced: bool,
}

/// A task file that an export wrote (front matter `kind: task`).
#[derive(Debug, Clone)]
pub struct PlannedTask {
    /// Its source path.
    pub path: String,
    /// Its id by its front matter.
    pub id: Option<DocId>,
    /// Its title.
    pub title: String,
    /// Front matter to the letter; read it with [`markdown::field`].
    pub front_matter: String,
    /// Description, with addresses as written.
    pub blocks: Vec<Block>,
}

/// A page ready to be written to the workspace.
#[derive(Debug, Clone)]
pub struct ImportedPage {
    /// The page.
    pub id: DocId,
    /// Whether the workspace has it already.
    pub existing: bool,
    /// Parent page; `None` at top level.
    pub parent: Option<DocId>,
    /// Place among its siblings, from 0.
    pub order: usize,
    /// Title.
    pub title: String,
    /// Source path.
    pub source_path: String,
    /// Hash of the file; `None` for a folder without one.
    pub source_hash: Option<[u8; 32]>,
    /// Front matter to the letter.
    pub front_matter: String,
    /// Content.
    pub blocks: Vec<Block>,
}

/// Plans an import.
pub fn plan(files: &[SourceFile<'_>], known: &[Known]) -> Plan {
    let mut planner = Planner::new(known);
    for file in files {
        planner.file(file);
    }
    planner.folders();
    planner.finish()
}

struct Planner<'a> {
    by_path: BTreeMap<&'a str, &'a Known>,
    ids: BTreeSet<DocId>,
    plan: Plan,
    pages: BTreeMap<String, PlannedPage>,
    ranks: BTreeMap<String, i64>,
}

impl<'a> Planner<'a> {
    fn new(known: &'a [Known]) -> Self {
        let mut by_path = BTreeMap::new();
        let mut plan = Plan::default();
        for one in known {
            if let Some(path) = one.path.as_deref() {
                by_path.insert(path, one);
                plan.index.add(path);
                if let Some(page) = one.page {
                    plan.known.insert(path.to_owned(), page);
                }
            }
        }
        let ids = known.iter().filter_map(|one| one.page).collect();
        Planner { by_path, ids, plan, pages: BTreeMap::new(), ranks: BTreeMap::new() }
    }

    fn file(&mut self, file: &SourceFile<'_>) {
        let refuse = |planner: &mut Self, path: &str, reason: &str| {
            planner.plan.report.insert(path.to_owned(), Outcome::Refused(reason.to_owned()));
        };
        let Some(path) = links::clean_path(file.path) else {
            return refuse(self, file.path, "its path leads out of the folder");
        };
        if path.split('/').any(|part| part == ".git") {
            return refuse(self, &path, "it belongs to the version control of the folder");
        }
        if self.plan.report.contains_key(&path) {
            return refuse(self, file.path, "another file has the same path");
        }
        if !links::is_markdown(&path) {
            return self.attachment(path, file, None);
        }
        match std::str::from_utf8(file.bytes) {
            Err(_) => self.attachment(path, file, Some("it is not UTF-8 text")),
            Ok(_) if file.bytes.len() > MAX_PAGE_BYTES => {
                self.attachment(path, file, Some("it is too large for a page"));
            }
            Ok(text) => self.page(path, text, file.hash),
        }
    }

    fn attachment(&mut self, path: String, file: &SourceFile<'_>, reason: Option<&str>) {
        let outcome = match (self.by_path.get(path.as_str()), reason) {
            (Some(known), _) if known.hash == Some(file.hash) && known.page.is_none() => Outcome::Unchanged,
            (_, Some(reason)) => Outcome::Kept(reason.to_owned()),
            (Some(_), None) => Outcome::Updated,
            (None, None) => Outcome::Created,
        };
        self.plan.index.add(&path);
        self.plan.report.insert(path.clone(), outcome.clone());
        let attachment = PlannedAttachment { path, hash: file.hash, outcome, referenced: false };
        self.plan.attachments.push(attachment);
    }

    fn page(&mut self, path: String, text: &str, hash: [u8; 32]) {
        let (front, _) = markdown::split_front_matter(text);
        if markdown::field(front, "kind").as_deref() == Some("task") {
            return self.task(path, text);
        }
        let id =
            markdown::field(front, "id").and_then(|id| id.parse().ok()).filter(|id| self.ids.contains(id));
        let known = self.by_path.get(path.as_str());
        let existing = known.and_then(|known| known.page).or(id);
        let outcome = match known {
            Some(known) if known.page.is_some() && known.hash == Some(hash) => Outcome::Unchanged,
            _ if existing.is_some() => Outcome::Updated,
            _ => Outcome::Created,
        };
        if let Some(order) = markdown::field(front, "order").and_then(|order| order.parse().ok()) {
            self.ranks.insert(path.clone(), order);
        }
        let document = markdown::read(text);
        let title = title_of(&document, &path);
        self.plan.report.insert(path.clone(), outcome.clone());
        self.add(PlannedPage {
            path,
            existing,
            outcome,
            parent: None,
            order: 0,
            title,
            front_matter: document.front_matter,
            blocks: document.blocks,
            hash: Some(hash),
        });
    }

    fn task(&mut self, path: String, text: &str) {
        let document = markdown::read(text);
        let id = markdown::field(&document.front_matter, "id").and_then(|id| id.parse().ok());
        let outcome =
            if id.is_some_and(|id| self.ids.contains(&id)) { Outcome::Updated } else { Outcome::Created };
        self.plan.report.insert(path.clone(), outcome);
        let title = title_of(&document, &path);
        let (front_matter, blocks) = (document.front_matter, document.blocks);
        self.plan.tasks.push(PlannedTask { path, id, title, front_matter, blocks });
    }

    fn add(&mut self, page: PlannedPage) {
        self.plan.index.add(&page.path);
        self.pages.insert(page.path.clone(), page);
    }

    /// Gives every folder with pages a page: a file of its own or one that holds nothing.
    fn folders(&mut self) {
        let mut wanted = BTreeSet::new();
        for path in self.pages.keys() {
            let mut folder = links::folder(path);
            while !folder.is_empty() {
                wanted.insert(folder.to_owned());
                folder = links::folder(folder);
            }
        }
        let homes: BTreeMap<String, String> =
            wanted.iter().map(|folder| (folder.clone(), self.home_of(folder))).collect();
        for (folder, home) in &homes {
            if home.ends_with('/') && !self.pages.contains_key(home) && !self.plan.known.contains_key(home) {
                self.add(PlannedPage {
                    path: home.clone(),
                    existing: None,
                    outcome: Outcome::Created,
                    parent: None,
                    order: 0,
                    title: links::file_name(folder).to_owned(),
                    front_matter: String::new(),
                    blocks: Vec::new(),
                    hash: None,
                });
            }
        }
        for page in self.pages.values_mut() {
            let mut folder = links::folder(page.path.trim_end_matches('/'));
            let mut parent = homes.get(folder);
            while parent == Some(&page.path) {
                folder = links::folder(folder);
                parent = homes.get(folder);
            }
            page.parent = parent.cloned();
        }
    }

    /// Path of the page that holds the content of a folder.
    fn home_of(&self, folder: &str) -> String {
        let exists = |path: &str| self.pages.contains_key(path) || self.plan.known.contains_key(path);
        let prefix = format!("{folder}/");
        let inside = self
            .pages
            .range(prefix.clone()..)
            .map(|(path, _)| path)
            .take_while(|path| path.starts_with(&prefix))
            .filter(|path| links::folder(path) == folder)
            .filter_map(|path| links::folder_rank(path).map(|rank| (rank, path)))
            .min();
        if let Some((_, path)) = inside {
            return path.clone();
        }
        let beside = format!("{folder}.md");
        if exists(&beside) { beside } else { prefix }
    }

    fn finish(mut self) -> Plan {
        self.set_orders();
        for page in self.pages.values() {
            self.plan.mark_references(page);
        }
        let depth = |page: &PlannedPage| page.path.trim_end_matches('/').matches('/').count();
        let mut pages: Vec<PlannedPage> = std::mem::take(&mut self.pages).into_values().collect();
        pages.sort_by_cached_key(|page| {
            let own_folder = links::folder_rank(&page.path).is_some() || page.path.ends_with('/');
            (depth(page).saturating_sub(usize::from(own_folder)), !own_folder, page.order, page.path.clone())
        });
        for page in &mut pages {
            if page.outcome == Outcome::Unchanged {
                page.blocks.clear();
            }
        }
        self.plan.pages = parents_first(pages);
        self.plan
    }

    fn set_orders(&mut self) {
        let mut siblings: BTreeMap<Option<String>, Vec<(i64, String)>> = BTreeMap::new();
        for page in self.pages.values() {
            let rank = self.ranks.get(&page.path).copied().unwrap_or(i64::MAX);
            siblings.entry(page.parent.clone()).or_default().push((rank, page.path.clone()));
        }
        for group in siblings.values_mut() {
            group.sort();
            for (order, (_, path)) in group.iter().enumerate() {
                if let Some(page) = self.pages.get_mut(path) {
                    page.order = order;
                }
            }
        }
    }
}

/// Sorts so that a parent of the same plan comes before its children.
fn parents_first(pages: Vec<PlannedPage>) -> Vec<PlannedPage> {
    let all: BTreeSet<String> = pages.iter().map(|page| page.path.clone()).collect();
    let mut children: BTreeMap<Option<String>, Vec<PlannedPage>> = BTreeMap::new();
    for page in pages {
        let parent = page.parent.clone().filter(|parent| all.contains(parent));
        children.entry(parent).or_default().push(page);
    }
    let mut out: Vec<PlannedPage> = Vec::new();
    let mut open: Vec<PlannedPage> = children.remove(&None).unwrap_or_default();
    open.sort_by_key(|page| std::cmp::Reverse(page.order));
    while let Some(page) = open.pop() {
        let mut next = children.remove(&Some(page.path.clone())).unwrap_or_default();
        next.sort_by_key(|page| std::cmp::Reverse(page.order));
        open.extend(next);
        out.push(page);
    }
    out.extend(children.into_values().flatten());
    out
}

/// The title a file gives its page.
pub(crate) fn title_of(document: &markdown::Document, path: &str) -> String {
    if let Some(title) = markdown::field(&document.front_matter, "title") {
        return title;
    }
    let heading = document.blocks.iter().find(|block| block.kind == BlockKind::Heading { level: 1 });
    let heading = heading.map(heading_text).filter(|text| !text.is_empty());
    heading.unwrap_or_else(|| {
        let named_by_folder = links::folder_rank(path).is_some() && !links::folder(path).is_empty();
        if named_by_folder { links::file_name(links::folder(path)) } else { links::stem(path) }.to_owned()
    })
}

fn heading_text(block: &Block) -> String {
    let text: String = block.inline.iter().filter(|run| !run.marks().raw).map(Inline::as_text).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Plan {
    fn mark_references(&mut self, page: &PlannedPage) {
        let mut found = BTreeSet::new();
        let mut blocks = page.blocks.clone();
        rewrite::inlines(&mut blocks, |mut runs| {
            rewrite::addresses(&mut runs, |href| {
                found.extend(self.index.find(&page.path, href).map(|(path, _)| path));
                None
            });
            runs
        });
        for attachment in &mut self.attachments {
            attachment.referenced |= found.contains(&attachment.path);
        }
    }
}

/// Gives the pages of a plan their final content. `page_id` is asked for the pages that the workspace does not have,
/// `blob` for the hash of attachments by path; links to whatever they do not know stay as written.
pub fn resolve(
    plan: &Plan,
    page_id: &dyn Fn(&str) -> Option<DocId>,
    blob: &dyn Fn(&str) -> Option<[u8; 32]>,
) -> Vec<ImportedPage> {
    let mut ids: BTreeMap<&str, DocId> = plan.known.iter().map(|(path, id)| (path.as_str(), *id)).collect();
    for page in &plan.pages {
        if let Some(id) = page.existing.or_else(|| page_id(&page.path)) {
            ids.insert(&page.path, id);
        }
    }
    let resolver = Resolver { plan, ids, blob };
    plan.pages
        .iter()
        .filter(|page| page.outcome != Outcome::Unchanged)
        .filter_map(|p| resolver.page(p))
        .collect()
}

struct Resolver<'a> {
    plan: &'a Plan,
    ids: BTreeMap<&'a str, DocId>,
    blob: &'a dyn Fn(&str) -> Option<[u8; 32]>,
}

impl Resolver<'_> {
    fn page(&self, page: &PlannedPage) -> Option<ImportedPage> {
        let id = *self.ids.get(page.path.as_str())?;
        let mut blocks = page.blocks.clone();
        rewrite::inlines(&mut blocks, |runs| {
            let mut runs = wiki::link(runs, &mut |wiki, written| {
                let found = self.plan.index.find_named(&page.path, wiki.name)?;
                let page = *self.ids.get(found.as_str())?;
                Some(PageLink { page, fragment: wiki.fragment.to_owned(), written: Some(written) }.href())
            });
            rewrite::addresses(&mut runs, |href| self.address(&page.path, href));
            runs
        });
        // Two links side by side may lead to the same place now: then they are one.
        let blocks = markdown::normalise(&blocks);
        Some(ImportedPage {
            id,
            existing: page.existing.is_some(),
            parent: page.parent.as_deref().and_then(|parent| self.ids.get(parent).copied()),
            order: page.order,
            title: page.title.clone(),
            source_path: page.path.clone(),
            source_hash: page.hash,
            front_matter: page.front_matter.clone(),
            blocks,
        })
    }

    /// The address inside the workspace for one written in the file `from`.
    fn address(&self, from: &str, href: &str) -> Option<String> {
        let (path, fragment) = self.plan.index.find(from, href)?;
        let mut plain = links::relative(from, &path);
        if let Some(&page) = self.ids.get(path.as_str()) {
            if !fragment.is_empty() {
                plain.push('#');
                plain.push_str(&fragment);
            }
            let written = (plain != href).then(|| href.to_owned());
            return Some(PageLink { page, fragment, written }.href());
        }
        let hash = (self.blob)(&path)?;
        let twins = self.plan.attachments.iter().filter(|a| a.hash == hash).count();
        let written = (plain != href || twins > 1).then(|| href.to_owned());
        Some(BlobLink { hash, written }.src())
    }
}
