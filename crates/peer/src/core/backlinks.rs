//! What links to a document, and what links lead to: from projections, with the linking lines out of the documents.

use tern_interop::links::PageLink;
use tern_model::block::{Block, BlockKind, Inline};
use tern_model::{Class, Doc, DocId};

use crate::api::*;

use super::errors::usage;
use super::resolve::{self, Wanted};
use super::{Core, documents, people, posts};

/// Characters of a line that are shown around a link.
const CONTEXT_CHARS: usize = 160;

impl Core {
    pub(crate) fn backlinks(&mut self, page: &str) -> Result<BacklinksView, PeerError> {
        let id = resolve::document(&self.store, page, Wanted::Any)?;
        let mut links = Vec::new();
        let from = self.store.links_to(&id.0)?.into_iter().map(DocId);
        let mut titled: Vec<(String, &str, DocId)> = Vec::new();
        for doc in from.filter(|d| *d != id) {
            let target = self.target(&doc)?;
            if target.present && !target.trashed {
                let kind = match target.kind.as_str() {
                    "task" => "task",
                    "thread" => "thread",
                    // Comments stand beside the page itself.
                    _ if doc.class() == Class::Conversation => continue,
                    _ => "page",
                };
                titled.push((target.title, kind, doc));
            }
        }
        titled.sort();
        for (title, kind, doc) in titled.into_iter().take(MAX_BACKLINKS) {
            let context = match documents::load(&self.store, &mut self.mem, doc).cloned() {
                Ok(found) if kind == "thread" => self.message_with(&found, &id),
                Ok(found) => line_with(&found.blocks(), &id),
                Err(_) => String::new(),
            };
            links.push(BacklinkView { id: doc.to_string(), kind: kind.to_owned(), title, context });
        }
        Ok(BacklinksView { id: id.to_string(), links })
    }

    /// The words around the first link to a document in the messages of a thread that have appeared.
    fn message_with(&self, thread: &Doc, to: &DocId) -> String {
        let now_ms = self.now_ms();
        let conversation = posts::read(&self.mem.membership, thread);
        let texts = conversation.posts.iter().filter(|post| post.is_out(now_ms)).map(|post| &post.text);
        let mut lines = texts.map(|text| line_with(&tern_interop::markdown::parse(text), to));
        lines.find(|line| !line.is_empty()).unwrap_or_default()
    }

    pub(crate) fn link_targets(&self, ids: &[String]) -> Result<LinkTargetsView, PeerError> {
        if ids.len() > MAX_LINK_TARGETS {
            return Err(usage(
                format!("At most {MAX_LINK_TARGETS} links are looked up at once."),
                "Ask in parts.",
            ));
        }
        let look = |id: &String| match id.parse::<DocId>() {
            Ok(doc) => self.target(&doc).map(|target| LinkTargetView { id: id.clone(), ..target }),
            Err(_) => Ok(LinkTargetView { id: id.clone(), ..LinkTargetView::default() }),
        };
        Ok(LinkTargetsView { targets: ids.iter().map(look).collect::<Result<_, _>>()? })
    }

    fn target(&self, doc: &DocId) -> Result<LinkTargetView, PeerError> {
        let found = |kind: &str, title: String, trashed| LinkTargetView {
            id: doc.to_string(),
            kind: kind.to_owned(),
            title,
            present: true,
            trashed,
        };
        if let Some(page) = self.store.page(&doc.0)? {
            return Ok(found("page", page.title, page.trashed));
        }
        if let Some(task) = self.store.task(&doc.0)? {
            return Ok(found("task", task.title, task.trashed));
        }
        if let Some(thread) = self.store.thread(&doc.0)? {
            return Ok(found("thread", thread.title, false));
        }
        if let Some(member) = people::member_of_document(&self.mem.membership, doc) {
            return Ok(found("person", people::name_of(&self.store, &member), false));
        }
        Ok(LinkTargetView { id: doc.to_string(), ..LinkTargetView::default() })
    }
}

/// The words around the first link to a document.
fn line_with(blocks: &[Block], to: &DocId) -> String {
    for block in blocks {
        if matches!(&block.kind, BlockKind::Task { id } if *id == to.to_text()) {
            return "Shown here as a live task".to_owned();
        }
        let lines: Vec<&Vec<Inline>> = match &block.kind {
            BlockKind::Table { table } => table.rows.iter().flatten().collect(),
            _ => vec![&block.inline],
        };
        if let Some(line) = lines.into_iter().find_map(|line| around(line, to)) {
            return line;
        }
    }
    String::new()
}

fn around(line: &[Inline], to: &DocId) -> Option<String> {
    let leads = |run: &Inline| {
        let link = run.marks().link.as_ref();
        link.and_then(|l| PageLink::parse(&l.href)).is_some_and(|l| l.page == *to)
    };
    let at = line.iter().position(leads)?;
    let before: usize = line.iter().take(at).map(|run| run.as_text().chars().count()).sum();
    let skip = before.saturating_sub(CONTEXT_CHARS / 2);
    let text: String = line.iter().map(Inline::as_text).collect();
    let mut shown: String = text.chars().skip(skip).take(CONTEXT_CHARS).collect();
    if skip > 0 {
        shown.insert(0, '…');
    }
    if text.chars().count() > skip + CONTEXT_CHARS {
        shown.push('…');
    }
    Some(shown)
}
