//! Pages, attachments and tasks into a folder of files.
//!
//! A page that came from a file goes back to its path with its front matter to the letter; others get a readable name
//! below their parent. The result depends on nothing but the arguments, so equal workspaces give equal folders.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tern_model::block::Block;
use tern_model::ids::DocId;

use crate::links::{self, BlobLink, Index, PageLink};
use crate::{import, markdown, rewrite, wiki};

/// Longest file name made from a title, in characters.
const MAX_NAME: usize = 80;
/// Deepest folder made for pages; deeper ones go into the folder at that depth.
const MAX_FOLDERS: usize = 32;
/// Names that some systems cannot store or that mean the folder itself.
const RESERVED: [&str; 9] = ["con", "prn", "aux", "nul", "index", "_index", "readme", "com", "lpt"];

/// A page to export. Siblings are given in their order.
#[derive(Debug, Clone, Default)]
pub struct ExportPage {
    /// Its id; `None` only in tests of single pages.
    pub id: Option<DocId>,
    /// Title.
    pub title: String,
    /// Parent page.
    pub parent: Option<DocId>,
    /// Path that it was imported from.
    pub source_path: Option<String>,
    /// Front matter to the letter.
    pub front_matter: String,
    /// Content.
    pub blocks: Vec<Block>,
}

/// An attachment to export.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportAttachment {
    /// blake3 of its content.
    pub hash: [u8; 32],
    /// Path that it was imported from.
    pub source_path: Option<String>,
    /// File name for one without a path.
    pub name: String,
}

/// A field of a task's front matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FrontValue {
    /// Text.
    Text(String),
    /// A number.
    Number(i64),
    /// A list of texts.
    List(Vec<String>),
}

/// What live tasks in the pages say, by the task's id.
pub type LiveTasks = BTreeMap<String, markdown::LiveTask>;

/// A task to export.
#[derive(Debug, Clone)]
pub struct ExportTask {
    /// Its id.
    pub id: DocId,
    /// Title.
    pub title: String,
    /// Further fields in the order of writing, such as `("status", Text("doing"))`.
    pub fields: Vec<(String, FrontValue)>,
    /// Description.
    pub blocks: Vec<Block>,
}

/// Content of a file of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The attachment with this hash.
    Blob([u8; 32]),
}

/// A file of the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// Path below the folder, with `/`.
    pub path: String,
    /// Content.
    pub content: Content,
    /// The page it holds.
    pub page: Option<DocId>,
}

/// Plans an export; files are sorted by path and no two paths are equal, not even without regard to case.
///
/// `live` gives the title and the box of the tasks that pages show; one that is not there is written without them.
pub fn plan(
    pages: &[ExportPage],
    attachments: &[ExportAttachment],
    tasks: &[ExportTask],
    live: &LiveTasks,
) -> Vec<ExportFile> {
    let mut names = Names::default();
    let places = Places::new(pages, attachments, &mut names);
    let mut files: Vec<ExportFile> = Vec::new();
    for (page, path) in pages.iter().zip(&places.pages) {
        if path.ends_with('/') {
            continue;
        }
        let blocks = places.outward(path, &page.blocks);
        let front = front_matter(page, path, &blocks, places.ranks.get(path).copied());
        let content = Content::Bytes(markdown::write_with(&front, &blocks, live).into_bytes());
        files.push(ExportFile { path: path.clone(), content, page: page.id });
    }
    for (attachment, path) in attachments.iter().zip(&places.attachments) {
        files.push(ExportFile { path: path.clone(), content: Content::Blob(attachment.hash), page: None });
    }
    for task in tasks {
        let short = task.id.short();
        let path = names.free("tasks", &format!("{short}-{}", slug(&task.title, "task")), ".md");
        let blocks = places.outward(&path, &task.blocks);
        let content = Content::Bytes(markdown::write_with(&task_front(task), &blocks, live).into_bytes());
        files.push(ExportFile { path, content, page: None });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Paths in use, compared without case.
#[derive(Default)]
struct Names {
    taken: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Names {
    /// Takes `path` unless a file or folder has it.
    fn take(&mut self, path: &str) -> bool {
        let key = path.trim_end_matches('/').to_lowercase();
        let file = !path.ends_with('/');
        let used = self.taken.contains(&key) || (file && self.folders.contains(&key));
        let below_file = ancestors(&key).any(|folder| self.taken.contains(folder));
        if used || below_file {
            return false;
        }
        self.folders.extend(ancestors(&key).map(str::to_owned));
        if file {
            self.taken.insert(key);
        } else {
            self.folders.insert(key);
        }
        true
    }

    /// Takes the first free of `name.ext`, `name-2.ext`, …
    fn free(&mut self, folder: &str, name: &str, extension: &str) -> String {
        let mut number = 1u64;
        loop {
            let suffix = if number == 1 { String::new() } else { format!("-{number}") };
            let slash = if folder.is_empty() { "" } else { "/" };
            let stem = format!("{folder}{slash}{name}{suffix}");
            let path = format!("{stem}{extension}");
            let folder_of_other = self.folders.contains(&stem.to_lowercase());
            if !folder_of_other && self.take(&path) {
                return path;
            }
            number += 1;
        }
    }
}

fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').filter_map(|(at, _)| path.get(..at))
}

/// Where everything goes.
struct Places {
    pages: Vec<String>,
    attachments: Vec<String>,
    by_id: BTreeMap<DocId, String>,
    by_hash: BTreeMap<[u8; 32], Vec<String>>,
    index: Index,
    /// Place among siblings that the file names alone would not give.
    ranks: BTreeMap<String, usize>,
}

impl Places {
    fn new(pages: &[ExportPage], attachments: &[ExportAttachment], names: &mut Names) -> Self {
        let mut places = Places {
            pages: vec![String::new(); pages.len()],
            attachments: vec![String::new(); attachments.len()],
            by_id: BTreeMap::new(),
            by_hash: BTreeMap::new(),
            index: Index::default(),
            ranks: BTreeMap::new(),
        };
        places.keep_sources(pages, attachments, names);
        let order: Vec<usize> = parents_first(pages);
        for at in order {
            places.place_page(at, pages, names);
        }
        for (at, attachment) in attachments.iter().enumerate() {
            if places.attachments[at].is_empty() {
                let name = attachment.name.trim();
                let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
                let extension: String =
                    extension.chars().filter(char::is_ascii_alphanumeric).take(10).collect();
                let dot = if extension.is_empty() { String::new() } else { format!(".{extension}") };
                places.attachments[at] = names.free("attachments", &slug(stem, "file"), &dot);
            }
            places.by_hash.entry(attachment.hash).or_default().push(places.attachments[at].clone());
        }
        places.pages.iter().chain(&places.attachments).for_each(|path| places.index.add(path));
        places.set_ranks(pages);
        places
    }

    /// Gives everything that was imported its path back.
    fn keep_sources(&mut self, pages: &[ExportPage], attachments: &[ExportAttachment], names: &mut Names) {
        for (at, page) in pages.iter().enumerate() {
            let Some(source) = page.source_path.as_deref() else { continue };
            let Some(mut path) = links::clean_path(source) else { continue };
            let folder = source.ends_with('/');
            if folder && page.blocks.is_empty() {
                path.push('/');
            } else if folder {
                path.push_str("/index.md");
            } else if !links::is_markdown(&path) {
                continue;
            }
            if names.take(&path) {
                self.set(at, page, path);
            }
        }
        for (at, attachment) in attachments.iter().enumerate() {
            let source = attachment.source_path.as_deref().and_then(links::clean_path);
            if let Some(path) = source.filter(|path| names.take(path)) {
                self.attachments[at] = path;
            }
        }
    }

    fn set(&mut self, at: usize, page: &ExportPage, path: String) {
        if let Some(id) = page.id {
            self.by_id.insert(id, path.clone());
        }
        self.pages[at] = path;
    }

    fn place_page(&mut self, at: usize, pages: &[ExportPage], names: &mut Names) {
        if !self.pages[at].is_empty() {
            return;
        }
        let Some(page) = pages.get(at) else { return };
        let parent = page.parent.and_then(|parent| self.by_id.get(&parent));
        let folder = parent.map(|path| children_folder(path)).unwrap_or_default();
        let path = names.free(&folder, &slug(&page.title, "page"), ".md");
        self.set(at, page, path);
    }

    /// Finds siblings that a later import would put in another order.
    fn set_ranks(&mut self, pages: &[ExportPage]) {
        let mut siblings: BTreeMap<Option<DocId>, Vec<usize>> = BTreeMap::new();
        for (at, page) in pages.iter().enumerate() {
            siblings.entry(page.parent.filter(|p| self.by_id.contains_key(p))).or_default().push(at);
        }
        for group in siblings.values() {
            let paths: Vec<&String> = group.iter().filter_map(|at| self.pages.get(*at)).collect();
            if !paths.is_sorted() {
                let ranks =
                    paths.iter().enumerate().map(|(rank, path)| ((*path).clone(), rank)).collect::<Vec<_>>();
                self.ranks.extend(ranks);
            }
        }
    }

    /// Blocks with addresses as files use them.
    fn outward(&self, from: &str, blocks: &[Block]) -> Vec<Block> {
        let mut blocks = blocks.to_vec();
        rewrite::inlines(&mut blocks, |runs| {
            let mut runs = wiki::unlink(runs, &mut |link, name| {
                let wanted = self.by_id.get(&link.page);
                wanted.is_some() && self.index.find_named(from, name).as_ref() == wanted
            });
            rewrite::addresses(&mut runs, |href| {
                self.page_address(from, href).or_else(|| self.blob_address(from, href))
            });
            runs
        });
        blocks
    }

    fn page_address(&self, from: &str, href: &str) -> Option<String> {
        let link = PageLink::parse(href)?;
        let path = self.by_id.get(&link.page)?;
        let written = link.written.filter(|written| {
            !written.starts_with("[[")
                && self.index.find(from, written).is_some_and(|(found, _)| found == *path)
        });
        Some(written.unwrap_or_else(|| {
            let mut plain = links::relative(from, path);
            if !link.fragment.is_empty() {
                plain.push('#');
                plain.push_str(&link.fragment);
            }
            plain
        }))
    }

    fn blob_address(&self, from: &str, src: &str) -> Option<String> {
        let link = BlobLink::parse(src)?;
        let paths = self.by_hash.get(&link.hash)?;
        let written = link.written.filter(|written| {
            self.index.find(from, written).is_some_and(|(found, _)| paths.contains(&found))
        });
        written.or_else(|| paths.first().map(|path| links::relative(from, path)))
    }
}

/// Indexes of pages so that a parent comes before its children; a cycle is entered at its first page.
fn parents_first(pages: &[ExportPage]) -> Vec<usize> {
    let by_id: BTreeMap<DocId, usize> =
        pages.iter().enumerate().filter_map(|(at, page)| page.id.map(|id| (id, at))).collect();
    let mut seen = vec![false; pages.len()];
    let mut out = Vec::with_capacity(pages.len());
    for start in 0..pages.len() {
        let mut chain = Vec::new();
        let mut next = Some(start);
        while let Some(at) = next
            && !std::mem::replace(&mut seen[at], true)
        {
            chain.push(at);
            next = pages[at].parent.and_then(|parent| by_id.get(&parent).copied());
        }
        out.extend(chain.into_iter().rev());
    }
    out
}

/// Folder of the pages below the page at `path`.
fn children_folder(path: &str) -> String {
    let folder = if let Some(folder) = path.strip_suffix('/') {
        folder
    } else if links::folder_rank(path).is_some() && path.contains('/') {
        links::folder(path)
    } else {
        let extension = path.len() - path.rfind('.').unwrap_or(path.len());
        path.get(..path.len() - extension).unwrap_or(path)
    };
    folder.split('/').take(MAX_FOLDERS).collect::<Vec<_>>().join("/")
}

/// A file name from a title: letters and digits of any script, `-` between, lower case.
fn slug(title: &str, fallback: &str) -> String {
    let mut out = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        if out.chars().count() >= MAX_NAME {
            break;
        }
        if c.is_alphanumeric() || (c == '_' && !out.is_empty()) {
            out.push(c);
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    let slug = out.trim_matches('-');
    let plain = slug.trim_end_matches(|c: char| c.is_ascii_digit());
    if slug.is_empty() {
        fallback.to_owned()
    } else if RESERVED.contains(&plain) {
        format!("{slug}-{fallback}")
    } else {
        slug.to_owned()
    }
}

/// The front matter to the letter, or one that says what the file would not say otherwise.
fn front_matter(page: &ExportPage, path: &str, blocks: &[Block], rank: Option<usize>) -> String {
    if !page.front_matter.is_empty() {
        return page.front_matter.clone();
    }
    let mut lines = String::new();
    let imported = page.source_path.as_deref() == Some(path);
    if let Some(id) = page.id.filter(|_| !imported) {
        let _ = writeln!(lines, "id: {id}");
    }
    let document = markdown::Document { front_matter: String::new(), blocks: blocks.to_vec() };
    if import::title_of(&document, path) != page.title && !page.title.trim().is_empty() {
        let _ = writeln!(lines, "title: {}", scalar(&page.title));
    }
    if let Some(rank) = rank.filter(|_| !imported) {
        let _ = writeln!(lines, "order: {rank}");
    }
    if lines.is_empty() { lines } else { format!("---\n{lines}---\n") }
}

fn task_front(task: &ExportTask) -> String {
    let mut out = format!("---\nkind: task\nid: {}\ntitle: {}\n", task.id, scalar(&task.title));
    for (name, value) in &task.fields {
        let value = match value {
            FrontValue::Text(text) => scalar(text),
            FrontValue::Number(number) => number.to_string(),
            FrontValue::List(list) => {
                format!("[{}]", list.iter().map(|one| scalar(one)).collect::<Vec<_>>().join(", "))
            }
        };
        let _ = writeln!(out, "{name}: {value}");
    }
    out.push_str("---\n");
    out
}

/// A YAML scalar, quoted unless it is plainly a word.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(char::is_alphabetic)
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/'))
        && !text.ends_with(' ')
        && !["true", "false", "yes", "no", "null", "on", "off"].contains(&text.to_lowercase().as_str());
    if plain {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
