//! Comments: threads in documents of their own, found by the links table, placed by their anchors.

use tern_model::delta::Moved;
use tern_model::thread::{Anchor, FROM, Message, PAGE, QUOTE, RESOLVED, TO};
use tern_model::{Class, Doc, DocId, Edit, Kind, Value};
use tern_store::SearchRow;
use tern_trust::Id16;

use crate::api::*;

use super::errors::{bad_input, not_found, usage};
use super::past::Authors;
use super::resolve::{self, Wanted, hex, unhex};
use super::{Core, Work, documents, pages, people, remarks, spaces};

/// Rows of a thread: its page as a link, its words for search.
pub(crate) fn project(work: &mut Work<'_, '_>, doc: &Doc) -> Result<(), PeerError> {
    let thread = doc.thread();
    let page = thread.page.parse::<DocId>().ok();
    let links: Vec<Id16> = page.map(|p| p.0).into_iter().collect();
    work.txn.project_links(&doc.id().0, &links)?;
    let says: Vec<String> = doc.messages().into_iter().map(|m| m.text).collect();
    let (title, body) = (thread.quote.as_str(), says.join("\n"));
    work.txn.index_text(&SearchRow { doc: doc.id().0, kind: "comment", title, body: &body })?;
    remarks::project(work, doc)
}

fn checked(text: &str) -> Result<&str, PeerError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(usage("A comment needs words.", "Write something."));
    }
    if text.len() > MAX_COMMENT_BYTES {
        return Err(bad_input(format!("A comment holds at most {} KiB.", MAX_COMMENT_BYTES / 1024)));
    }
    Ok(text)
}

/// Where a comment goes. Positions of an older version are anchored there: anchors hold in every version.
fn anchor(doc: &Doc, on: &CommentOn) -> Result<Anchor, PeerError> {
    Ok(match on {
        CommentOn::Page => Anchor { from: String::new(), to: String::new(), quote: String::new() },
        CommentOn::Block(block) => {
            let (from, to) = doc.block_range(block)?;
            doc.anchor(from, to)?
        }
        CommentOn::Range { from, to, base: None } => doc.anchor(*from, *to)?,
        CommentOn::Range { from, to, base: Some(base) } => {
            doc.at(&pages::parse_heads(base)?)?.anchor(*from, *to)?
        }
        CommentOn::Words(words) => {
            let words = words.trim();
            let found = Some(words).filter(|w| !w.is_empty()).and_then(|w| doc.find_words(w));
            let (from, to) = found.ok_or_else(|| {
                not_found("text", words).next("Quote words that stand together in one paragraph.")
            })?;
            doc.anchor(from, to)?
        }
    })
}

/// Opens a thread.
pub(crate) fn create(
    work: &mut Work<'_, '_>,
    page: &str,
    on: &CommentOn,
    text: &str,
) -> Result<(DocId, bool), PeerError> {
    let text = checked(text)?;
    let page = resolve::document(&work.txn, page, Wanted::Any)?;
    let Anchor { from, to, quote } = anchor(work.doc(page)?, on)?;
    let space = spaces::space_of(&work.txn, work.mem, &page)?;
    let id = DocId::new(Class::Conversation, work.random());
    let fields = [(PAGE, page.to_string()), (FROM, from), (TO, to), (QUOTE, quote)];
    let edits =
        fields.map(|(name, value)| Edit::SetField { name: name.to_owned(), value: Value::Text(value) });
    work.create_in(space, id, &Kind::Thread, &edits)?;
    say(work, id, text)?;
    Ok((id, true))
}

fn say(work: &mut Work<'_, '_>, id: DocId, text: &str) -> Result<bool, PeerError> {
    let by = work.mem.member().map(|m| hex(&m)).unwrap_or_default();
    work.edit_with(id, |doc, stamp| doc.say(stamp, &by, text))
}

/// Adds to a thread.
pub(crate) fn reply(work: &mut Work<'_, '_>, thread: &str, text: &str) -> Result<(DocId, bool), PeerError> {
    let text = checked(text)?;
    let id = find(work, thread)?;
    Ok((id, say(work, id, text)?))
}

/// Resolves a thread, or opens it again.
pub(crate) fn resolve(work: &mut Work<'_, '_>, thread: &str, on: bool) -> Result<(DocId, bool), PeerError> {
    let id = find(work, thread)?;
    if work.doc(id)?.thread().resolved == on {
        return Ok((id, false));
    }
    let edit = Edit::SetField { name: RESOLVED.to_owned(), value: Value::Bool(on) };
    Ok((id, work.edit(id, &[edit])?))
}

/// The thread that a text names.
pub(crate) fn find(work: &mut Work<'_, '_>, text: &str) -> Result<DocId, PeerError> {
    let typed = text.trim().to_uppercase();
    let rows = work.txn.docs()?.into_iter().filter(|row| row.kind == Kind::Thread.name());
    let mut found: Vec<DocId> = rows.map(|row| DocId(row.doc)).collect();
    found.retain(|id| typed.len() >= 4 && id.to_string().starts_with(&typed));
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(not_found("comment", text.trim()).next("`tern comment list PAGE` shows their ids.")),
        _ => {
            Err(bad_input(format!("“{}” could mean several comments.", text.trim())).next("Type more of it."))
        }
    }
}

/// A comment on words that are moved, and where they come to stand.
pub(crate) struct Carried {
    thread: DocId,
    from: usize,
    to: usize,
}

/// The comments whose words a change of the page is going to move.
pub(crate) fn carried(
    work: &mut Work<'_, '_>,
    page: DocId,
    moved: &[Moved],
) -> Result<Vec<Carried>, PeerError> {
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    let ids = work.txn.links_to(&page.0)?.into_iter().map(DocId);
    for id in ids.filter(|id| id.class() == Class::Conversation).take(MAX_THREADS) {
        let Ok(doc) = work.doc(id) else { continue };
        let (kind, thread) = (doc.kind(), doc.thread());
        if kind != Kind::Thread || thread.page != page.to_string() {
            continue;
        }
        let Some(spot) = work.doc(page)?.spot(&thread.from, &thread.to) else { continue };
        if let Some((from, to)) = moved.iter().find_map(|moved| moved.carry(spot.from, spot.to)) {
            out.push(Carried { thread: id, from, to });
        }
    }
    Ok(out)
}

/// Anchors these comments where their words stand now. The quote stays that of the day they were written.
pub(crate) fn set_down(work: &mut Work<'_, '_>, page: DocId, carried: Vec<Carried>) -> Result<(), PeerError> {
    for Carried { thread, from, to } in carried {
        let Ok(anchor) = work.doc(page)?.anchor(from, to) else { continue };
        let fields = [(FROM, anchor.from), (TO, anchor.to)];
        let edits =
            fields.map(|(name, value)| Edit::SetField { name: name.to_owned(), value: Value::Text(value) });
        work.edit(thread, &edits)?;
    }
    Ok(())
}

impl Core {
    pub(crate) fn comments(&mut self, page: &str) -> Result<CommentsView, PeerError> {
        let doc = self.document(page, None)?;
        let space = spaces::space_of(&self.store, &self.mem, &doc.id())?;
        let all = self.store.links_to(&doc.id().0)?.into_iter().map(DocId);
        let ids: Vec<DocId> = all.filter(|id| id.class() == Class::Conversation).take(MAX_THREADS).collect();
        // Reading the page takes as long as the page is; without comments nothing of it is asked.
        let markers = if ids.is_empty() { Vec::new() } else { doc.markers() };
        let mut threads = Vec::new();
        for id in ids {
            let Ok(thread) = documents::load(&self.store, &mut self.mem, id).cloned() else { continue };
            let beside = spaces::space_of(&self.store, &self.mem, &id)? == space;
            if beside && thread.kind() == Kind::Thread && thread.thread().page == doc.id().to_string() {
                threads.push(self.comment_view(&doc, &markers, &thread));
            }
        }
        let first = |view: &CommentView| view.messages.first().map(|m| m.when.clone());
        let place =
            |view: &CommentView| view.place.as_ref().map_or((view.gone, 0, 0), |p| (view.gone, p.from, p.to));
        threads.sort_by_key(|view| (place(view), first(view), view.id.clone()));
        Ok(CommentsView { threads, heads: doc.heads().to_string() })
    }

    fn comment_view(&self, page: &Doc, markers: &[String], doc: &Doc) -> CommentView {
        let thread = doc.thread();
        let place = page.spot(&thread.from, &thread.to).map(|spot| CommentPlace {
            from: spot.from,
            to: spot.to,
            block: markers.get(spot.start.0).cloned().unwrap_or_default(),
            index: spot.start.0,
            at: spot.start.1,
            end_block: markers.get(spot.end.0).cloned().unwrap_or_default(),
            end_at: spot.end.1,
        });
        let mut authors = Authors::new(self);
        let messages = doc.messages();
        let shown = messages.iter().take(MAX_MESSAGES).map(|m| self.message_view(m, &mut authors));
        CommentView {
            id: doc.id().to_string(),
            quote: thread.quote,
            gone: place.is_none() && !thread.from.is_empty(),
            place,
            resolved: thread.resolved,
            messages: shown.collect(),
        }
    }

    /// Who wrote a message is whoever sealed the change; what it claims counts only where that is not known.
    fn message_view(&self, message: &Message, authors: &mut Authors<'_>) -> MessageView {
        let mut author = authors.of(&message.actor.unwrap_or_default(), message.at_ms);
        let claimed: Option<Id16> = unhex(&message.by).filter(|_| author.member.is_empty());
        if let Some(member) = claimed {
            author.name = people::name_of(&self.store, &member);
            author.member = hex(&member);
        }
        MessageView {
            author: author.name,
            author_id: author.member,
            mine: author.mine,
            when: author.when,
            text: message.text.clone(),
        }
    }
}
