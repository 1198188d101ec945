//! Answers to queries, from projections and documents. Nothing here changes anything.

use std::collections::BTreeMap;

use tern_interop::markdown;
use tern_model::block::{Block, Inline};
use tern_model::history::{BlockDiff, Run};
use tern_model::hours::tzdb_version;
use tern_model::{Doc, DocId};

use crate::api::*;

use super::errors::{bad_input, not_found};
use super::resolve::{self, Wanted, hex};
use super::{Core, documents, pages, people, project, words};

impl Core {
    /// Answers a query. Attachment bytes, checks and surroundings are answered by the engine, which has the files.
    pub fn answer(&mut self, query: &Query) -> Result<View, PeerError> {
        self.refresh()?;
        Ok(match query {
            Query::Pages { trash } => View::Pages(pages::view(&self.store, *trash)?),
            Query::Page { page, at } => View::Page(Box::new(self.page_view(page, at.as_deref())?)),
            Query::PageInfo { page } => View::Page(Box::new(self.page_info(page)?)),
            Query::PageFlat { page, at } => View::Flat(Box::new(self.page_flat(page, at.as_deref())?)),
            Query::PageChanges { page, from } => View::PageChanges(Box::new(self.page_changes(page, from)?)),
            Query::PageText { page, format, at } => {
                View::Text { text: self.page_text(page, format, at.as_deref())? }
            }
            Query::History { page } => View::History(self.history(page)?),
            Query::Diff { page, from, to } => View::Diff(self.diff(page, from, to.as_deref())?),
            Query::SinceRead { page } => View::SinceRead(self.since_read(page)?),
            Query::Merges { page } => self.study_merges(page)?()(self)?,
            Query::Comments { page } => View::Comments(self.comments(page)?),
            Query::Threads { on, closed } => View::Threads(self.threads_view(on.as_deref(), *closed)?),
            Query::Thread { thread } => View::Thread(Box::new(self.thread_view(thread)?)),
            Query::Drafts => View::Drafts(self.drafts_view()?),
            Query::Inbox => View::Inbox(self.inbox_view()?),
            Query::Owed => View::Owed(self.owed_view()?),
            Query::Digest { since } => View::Digest(self.digest(since.as_deref())?),
            Query::RecordPreview(what) => View::Recorded(self.record_preview(what)?),
            Query::HandoffPreview { to } => View::Handoff(self.handoff_preview(to.as_deref())?),
            Query::Weekly => View::Weekly(self.weekly()?),
            Query::Notify => View::Notify(self.notify_view()?),
            Query::Decisions { state, project } => {
                View::Decisions(self.decisions_view(state.as_deref(), project.as_deref())?)
            }
            Query::Practice(query) => View::Practice(self.practice(query)?),
            Query::Head { page } => View::Head(Box::new(self.head_view(page)?)),
            Query::Backlinks { page } => View::Backlinks(self.backlinks(page)?),
            Query::PageTorn { page, from } => View::PageTorn(self.page_torn(page, from)?),
            Query::Strip { at } => View::Strip(self.strip(at.as_deref())?),
            Query::ClockWatch => View::ClockWatch(self.clock_watch()),
            Query::ClockWatchOf { who, weeks } => View::ClockWatch(self.clock_watch_of(who, *weeks)?),
            Query::Overlap { who, weeks } => View::Overlap(self.overlap(who, *weeks)?),
            Query::Templates => View::Templates(super::templates::view(&self.store)?),
            Query::LinkTargets { ids } => View::LinkTargets(self.link_targets(ids)?),
            Query::Tasks { filter, group, sort } => {
                View::Tasks(self.tasks_view(filter, group.as_deref(), sort.as_deref())?)
            }
            Query::Views => {
                View::Views(super::saved_views::all(&self.store, &self.mem.membership, &self.my_zone())?)
            }
            Query::Projects => View::Projects(self.projects_view()?),
            Query::Project { project } => View::Project(Box::new(self.project_view(project)?)),
            Query::UpdateDraft { project } => View::UpdateDraft(self.update_draft(project)?),
            Query::Cycles => View::Cycles(self.cycles_view()?),
            Query::Cycle { cycle } => View::Cycle(Box::new(self.cycle_view(cycle)?)),
            Query::Work => View::Work(Box::new(self.work_view()?)),
            Query::Task { task } => View::Task(Box::new(self.task_view(task)?)),
            Query::Members => View::Members(self.members_view()),
            Query::Profile { member } => View::Profile(self.profile_view(member.as_deref())?),
            Query::Log => View::Log(self.log_view()),
            Query::Devices { member } => View::Devices(self.devices_view(member.as_deref())?),
            Query::Invites => View::Invites(self.invites_view()),
            Query::Review => View::Review(self.review_view()?),
            Query::Notices => View::Notices(self.notices_view()?),
            Query::MovePreview { page, space } => View::MovePreview(self.move_preview(page, space)?),
            Query::Spaces => View::Spaces(self.spaces_view()?),
            Query::Relays => View::Relays(self.relays_view()?),
            Query::Status => View::Status(self.status_view()?),
            Query::Search { query, limit } => {
                self.reveal()?;
                View::Search(self.search(query, *limit)?)
            }
            Query::When { who, available, urgency } => {
                View::When(self.when(who, available.as_deref(), urgency.as_deref())?)
            }
            Query::DocSave { doc } => self.doc_save(doc)?,
            Query::About => View::About(self.about()),
            Query::Check => View::Check(self.check()?),
            Query::AttachmentBytes { .. } | Query::Doctor | Query::Keys => {
                return Err(super::errors::internal("This question belongs to the engine."));
            }
        })
    }

    pub(crate) fn document(&mut self, text: &str, at: Option<&str>) -> Result<Doc, PeerError> {
        let id = resolve::document(&self.store, text, Wanted::Any)?;
        let doc = documents::load(&self.store, &mut self.mem, id)?;
        match at {
            None => Ok(doc.clone()),
            Some(heads) => Ok(doc.at(&pages::parse_heads(heads)?)?),
        }
    }

    fn page_view(&mut self, page: &str, at: Option<&str>) -> Result<PageView, PeerError> {
        let doc = self.document(page, at)?;
        let blocks = doc.blocks();
        let view = self.page_facts(Facts::of(&doc))?;
        Ok(PageView { marks: marks(&blocks), markers: doc.markers(), blocks, ..view })
    }

    fn page_info(&mut self, page: &str) -> Result<PageView, PeerError> {
        let id = resolve::document(&self.store, page, Wanted::Any)?;
        let facts = Facts::of(documents::load(&self.store, &mut self.mem, id)?);
        self.page_facts(facts)
    }

    fn page_facts(&mut self, facts: Facts) -> Result<PageView, PeerError> {
        let zone = self.my_zone();
        let mut attachments = Vec::new();
        for a in facts.attachments {
            let hash = resolve::unhex(&a.hash);
            let here = match hash {
                Some(hash) => self.store.blob(&hash)?.is_some_and(|b| b.present),
                None => false,
            };
            attachments.push(AttachmentView { hash: a.hash, name: a.name, bytes: a.size, here });
        }
        let mut fields = facts.fields;
        if let Some(decision) = self.decision_view(&facts.id)? {
            fields.insert("decision".to_owned(), serde_json::to_value(decision).unwrap_or_default());
        }
        Ok(PageView {
            id: facts.id.to_string(),
            title: facts.title,
            marks: Vec::new(),
            markers: Vec::new(),
            blocks: Vec::new(),
            fields,
            conflicts: words::conflicts(&self.store, &self.mem.membership, &zone, &facts.conflicts),
            heads: facts.heads,
            trashed: facts.trashed,
            attachments,
            delivery: self.delivery(&facts.id)?,
        })
    }

    fn page_text(&mut self, page: &str, format: &str, at: Option<&str>) -> Result<String, PeerError> {
        let doc = self.document(page, at)?;
        match format {
            "html" => Ok(tern_interop::html::render(&doc.blocks())),
            "md" | "markdown" => {
                let front = project::text(&doc, "front_matter");
                Ok(markdown::write_with(&front, &doc.blocks(), &super::tasks::live(&self.store)?))
            }
            other => Err(PeerError::new(
                ErrorKind::Usage,
                format!("“{other}” is no format. Choose md, json or html."),
            )),
        }
    }

    fn search(&self, query: &str, limit: usize) -> Result<SearchView, PeerError> {
        let started = crate::host::stopwatch();
        let hits = self.store.search(query, limit.clamp(1, 1000))?;
        let hits = hits
            .into_iter()
            .map(|hit| HitView {
                id: DocId(hit.doc).to_string(),
                page: self.commented(&hit),
                snippet: marked(&hit.snippet, &hit.matches),
                kind: hit.kind,
                title: hit.title,
            })
            .collect();
        Ok(SearchView { hits, took_ms: started() })
    }

    /// The page on which a comment stands.
    fn commented(&self, hit: &tern_store::SearchHit) -> Option<String> {
        let page = Some(hit).filter(|h| h.kind == "comment").map(|h| self.store.links_from(&h.doc));
        page.and_then(Result::ok)?.first().map(|page| DocId(*page).to_string())
    }

    fn doc_save(&mut self, doc: &str) -> Result<View, PeerError> {
        let doc = self.document(doc, None)?;
        Ok(View::Bytes {
            name: format!("{}.automerge", doc.id().base()),
            heads: doc.heads().to_string(),
            bytes: doc.save(),
        })
    }

    pub(crate) fn about(&mut self) -> AboutView {
        let id = DocId(tern_trust::derive::workspace_document(&self.mem.workspace));
        let title = documents::load(&self.store, &mut self.mem, id).map(|d| project::text(d, "title"));
        let member = self.mem.member();
        let role = member.map_or(tern_trust::Role::None, |m| self.mem.membership.role_of(&m));
        AboutView {
            workspace: hex(&self.mem.workspace),
            title: title.unwrap_or_default(),
            member: member.map(|m| hex(&m)).unwrap_or_default(),
            name: member.map(|m| people::name_of(&self.store, &m)).unwrap_or_default(),
            role: words::role(role).to_owned(),
            device: hex(&self.mem.me()),
            zone: self.my_zone().name().to_owned(),
            zone_data: tzdb_version().to_owned(),
        }
    }

    fn check(&mut self) -> Result<CheckView, PeerError> {
        let report = self.store.check(&mut |_| Ok(Vec::new()))?;
        let mut findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        findings.extend(self.lost_lines());
        let bad = findings.len() as u64;
        findings.extend(self.compare_projections()?);
        findings.extend(self.mend_lists()?);
        let items = report.items;
        self.heal_findings(&report.findings);
        let trie = |finding: &tern_store::Finding| matches!(finding, tern_store::Finding::Trie { .. });
        if report.findings.iter().any(trie) && !self.store.is_read_only() {
            // They follow from the items, like lists do.
            self.store.write(|txn| -> tern_store::Result<()> { txn.rebuild_tries() })?;
        }
        Ok(CheckView {
            items,
            bad: bad.max(findings.len() as u64),
            repaired: 0,
            findings,
            set_aside: self.set_aside()?,
        })
    }

    /// Builds every document from its items alone and compares what lists show.
    pub(super) fn compare_projections(&mut self) -> Result<Vec<String>, PeerError> {
        let mut findings = Vec::new();
        self.mem.docs.clear();
        for row in self.store.docs()? {
            let id = DocId(row.doc);
            let doc = match documents::load(&self.store, &mut self.mem, id) {
                Ok(doc) => doc.clone(),
                Err(error) => {
                    findings.push(format!("Document {id}: {error}"));
                    continue;
                }
            };
            let rebuilt = match documents::rebuild(&self.store, &self.mem, id) {
                Ok(rebuilt) => rebuilt,
                Err(error) => {
                    findings.push(format!("Document {id} cannot be rebuilt from its items: {error}"));
                    continue;
                }
            };
            if rebuilt.heads() != doc.heads() {
                findings.push(format!("Document {id}: the snapshot differs from its items."));
            }
            let title = project::text(&rebuilt, "title");
            if self
                .store
                .page(&row.doc)?
                .is_some_and(|p| p.title != title || p.trashed != project::trashed(&rebuilt))
                || self.store.task(&row.doc)?.is_some_and(|t| t.title != title)
                || self.thread_differs(&rebuilt)?
            {
                findings.push(format!("Document {id}: the list shows something else than its items say."));
            }
        }
        Ok(findings)
    }

    /// Bytes of an attachment: what is needed to open it, found by hash or prefix.
    pub(crate) fn attachment(&self, hash: &str) -> Result<tern_store::AttachmentRow, PeerError> {
        let typed = hash.trim().trim_start_matches("tern-blob:").to_lowercase();
        if typed.len() < 4 || !typed.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(bad_input(format!("“{hash}” is not the hash of an attachment.")));
        }
        let all = self.store.attachments()?;
        let mut found: BTreeMap<tern_trust::Id, tern_store::AttachmentRow> = BTreeMap::new();
        for row in all.into_iter().filter(|a| super::resolve::hex(&a.hash).starts_with(&typed)) {
            found.insert(row.hash, row);
        }
        if found.len() > 1 {
            return Err(bad_input(format!(
                "“{hash}” could mean {} attachments. Type more of it.",
                found.len()
            )));
        }
        found.pop_first().map(|(_, row)| row).ok_or_else(|| not_found("attachment", hash))
    }
}

/// What a document says of a page beside its content.
struct Facts {
    id: DocId,
    title: String,
    fields: BTreeMap<String, serde_json::Value>,
    conflicts: Vec<tern_model::Conflict>,
    heads: String,
    trashed: bool,
    attachments: Vec<project::Attached>,
}

impl Facts {
    fn of(doc: &Doc) -> Facts {
        Facts {
            id: doc.id(),
            title: project::text(doc, "title"),
            fields: fields(doc),
            conflicts: doc.conflicts(),
            heads: doc.heads().to_string(),
            trashed: project::trashed(doc),
            attachments: project::attachments(doc),
        }
    }
}

fn marked(snippet: &str, matches: &[std::ops::Range<usize>]) -> String {
    let mut out = String::with_capacity(snippet.len() + 2 * matches.len());
    let mut at = 0;
    for range in matches {
        let (Some(before), Some(hit)) = (snippet.get(at..range.start), snippet.get(range.clone())) else {
            break;
        };
        out.push_str(before);
        out.push('[');
        out.push_str(hit);
        out.push(']');
        at = range.end;
    }
    out.push_str(snippet.get(at..).unwrap_or_default());
    out
}

fn fields(doc: &Doc) -> BTreeMap<String, serde_json::Value> {
    const SHOWN: [&str; 6] = ["parent", "order", "source_path", "source_hash", "front_matter", "created"];
    SHOWN
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), serde_json::to_value(doc.field(name)?).ok()?)))
        .collect()
}

fn marks(blocks: &[Block]) -> Vec<MarkView> {
    let mut out = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let mut at = 0;
        for run in &block.inline {
            let to = at + if let Inline::Text { text, .. } = run { text.chars().count() } else { 1 };
            let m = run.marks();
            let mut push = |name: &str, value: &str| {
                out.push(MarkView {
                    block: index,
                    from: at,
                    to,
                    name: name.to_owned(),
                    value: value.to_owned(),
                });
            };
            for (on, name) in [(m.strong, "strong"), (m.em, "em"), (m.strike, "strike"), (m.code, "code")] {
                if on {
                    push(name, "");
                }
            }
            if let Some(link) = &m.link {
                push("link", &link.href);
            }
            at = to;
        }
    }
    out
}

pub(crate) fn diff_block(diff: &BlockDiff) -> DiffBlockView {
    let whole = |state: &str, run: &str, block: &Block| DiffBlockView {
        state: state.to_owned(),
        runs: vec![(run.to_owned(), block.text())],
        ..DiffBlockView::default()
    };
    match diff {
        BlockDiff::Same(block) => whole("same", "keep", block),
        BlockDiff::Inserted(block) => whole("added", "insert", block),
        BlockDiff::Deleted(block) => whole("removed", "delete", block),
        BlockDiff::Moved(block) => whole("moved", "keep", block),
        BlockDiff::Changed { runs, .. } => {
            let text = |inline: &[Inline]| inline.iter().map(Inline::as_text).collect::<String>();
            let runs = runs.iter().map(|run| match run {
                Run::Keep(inline) => ("keep".to_owned(), text(inline)),
                Run::Insert(inline) => ("insert".to_owned(), text(inline)),
                Run::Delete(inline) => ("delete".to_owned(), text(inline)),
                Run::Remark { to, .. } => ("keep".to_owned(), text(to)),
            });
            let state = "changed".to_owned();
            DiffBlockView { state, runs: runs.collect(), ..DiffBlockView::default() }
        }
    }
}
