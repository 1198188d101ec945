//! The past of a document for people: history, differences with their authors, what was combined while apart.

use std::collections::BTreeMap;

use tern_model::block::Inline;
use tern_model::history::{
    DiffBlock, DiffRun, Hand, Merge, PageChanges, Session, Side, State, Tallies, Tally,
};
use tern_model::hours::Zone;
use tern_model::{Doc, DocId, Heads, Value};
use tern_store::Store;
use tern_trust::{Id16, Membership};

use crate::api::*;

use super::resolve::{self, Wanted, hex};
use super::{Core, Work, pages, people, reading, words};

/// Characters of the block before a moved one that are told.
const NEIGHBOUR_CHARS: usize = 80;

/// Documents of which is kept what their changes came to.
const KEPT: usize = 8;

/// What changes came to, of the documents whose history was asked for last.
#[derive(Debug, Default)]
pub(crate) struct Kept(Vec<(DocId, Tallies)>);

impl Kept {
    fn of(&mut self, doc: &Doc, sessions: &[Session]) -> Vec<Tally> {
        let at = self.0.iter().position(|(id, _)| *id == doc.id());
        let (id, mut known) =
            at.map(|at| self.0.remove(at)).unwrap_or_else(|| (doc.id(), Tallies::default()));
        let tallies = doc.tallies(sessions, &mut known);
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push((id, known));
        tallies
    }
}

/// Names of authors, each looked up once.
pub(crate) struct Authors<'a> {
    store: &'a Store,
    membership: &'a Membership,
    me: Option<Id16>,
    zone: Zone,
    known: BTreeMap<Id16, AuthorView>,
}

impl<'a> Authors<'a> {
    pub(crate) fn new(core: &'a Core) -> Authors<'a> {
        let (me, zone) = (core.mem.member(), core.my_zone());
        Authors { store: &core.store, membership: &core.mem.membership, me, zone, known: BTreeMap::new() }
    }

    /// Who wrote under an actor, with the time in the viewer's zone.
    pub(crate) fn of(&mut self, actor: &Id16, time_ms: i64) -> AuthorView {
        let (store, membership, me) = (self.store, self.membership, self.me);
        let look = || {
            let member = member_of(membership, actor);
            AuthorView {
                member: member.map(|m| hex(&m)).unwrap_or_default(),
                name: member.map_or_else(|| "somebody".to_owned(), |m| people::name_of(store, &m)),
                mine: member.is_some() && member == me,
                when: String::new(),
            }
        };
        let author = self.known.entry(*actor).or_insert_with(look).clone();
        AuthorView { when: self.zone.rfc9557(time_ms), ..author }
    }

    fn hand(&mut self, hand: Option<&Hand>) -> Option<AuthorView> {
        hand.map(|h| self.of(&h.actor, h.time_ms))
    }

    fn side(&mut self, side: &Side) -> MergeSideView {
        let mut authors: Vec<AuthorView> = Vec::new();
        for actor in &side.actors {
            let author = self.of(actor, side.to_ms);
            if !authors.contains(&author) {
                authors.push(author);
            }
        }
        MergeSideView {
            heads: side.heads.to_string(),
            authors,
            from: self.zone.rfc9557(side.from_ms),
            to: self.zone.rfc9557(side.to_ms),
        }
    }
}

pub(crate) fn member_of(membership: &Membership, actor: &Id16) -> Option<Id16> {
    people::device_of_actor(membership, actor).and_then(|device| membership.member_of(&device))
}

impl Core {
    pub(crate) fn history(&mut self, page: &str) -> Result<HistoryView, PeerError> {
        let doc = self.document(page, None)?;
        let sessions = doc.sessions();
        let told = sessions.len().saturating_sub(SUMMARIES);
        let tallies = self.mem.tallies.of(&doc, sessions.get(told..).unwrap_or_default());
        let mut authors = Authors::new(self);
        let mut out = Vec::with_capacity(sessions.len());
        for (index, s) in sessions.iter().enumerate() {
            let author = authors.of(&s.actor, s.from_ms);
            let tally = index.checked_sub(told).and_then(|i| tallies.get(i));
            out.push(SessionView {
                author: author.name,
                author_id: author.member,
                mine: author.mine,
                from: author.when,
                to: authors.zone.rfc9557(s.to_ms),
                heads: s.after.to_string(),
                from_heads: s.before.to_string(),
                changes: s.changes.len(),
                summary: tally.map(summary).unwrap_or_default(),
            });
        }
        Ok(HistoryView { sessions: out })
    }

    pub(crate) fn diff(&mut self, page: &str, from: &str, to: Option<&str>) -> Result<DiffView, PeerError> {
        let doc = self.document(page, None)?;
        let from = pages::parse_heads(from)?;
        let to = to.map_or_else(|| Ok(doc.heads()), pages::parse_heads)?;
        self.difference(&doc, &from, &to)
    }

    fn difference(&self, doc: &Doc, from: &Heads, to: &Heads) -> Result<DiffView, PeerError> {
        let PageChanges { blocks, fields } = doc.changes_between(from, to)?;
        let mut authors = Authors::new(self);
        let blocks = blocks.into_iter().map(|block| block_view(block, &mut authors)).collect();
        let word = |name: &str, v: &Value| words::value(&self.store, name, v);
        let field_authors = fields.iter().map(|(_, by)| authors.hand(by.as_ref())).collect();
        let told =
            fields.iter().map(|(f, _)| (f.field.clone(), word(&f.field, &f.from), word(&f.field, &f.to)));
        Ok(DiffView {
            blocks,
            fields: told.collect(),
            field_authors,
            from_heads: from.to_string(),
            to_heads: to.to_string(),
        })
    }

    pub(crate) fn since_read(&mut self, page: &str) -> Result<SinceReadView, PeerError> {
        let doc = self.document(page, None)?;
        let noted = self.noted(reading::Mark::Read, &doc)?;
        let read_before = noted.is_some();
        let from = noted.unwrap_or_default();
        let to = doc.heads();
        let diff = self.difference(&doc, &from, &to)?;
        Ok(SinceReadView { read_before, changed: from != to, diff })
    }

    pub(crate) fn merges_view(&self, merges: &[Merge], markers: &[String], heads: &Heads) -> MergesView {
        let mut authors = Authors::new(self);
        let merges = merges.iter().map(|m| merge_view(&self.store, m, markers, &mut authors)).collect();
        MergesView { merges, heads: heads.to_string() }
    }
}

/// Brings one block back as it was.
pub(crate) fn restore_block(
    work: &mut Work<'_, '_>,
    page: &str,
    at: &str,
    block: &str,
) -> Result<(DocId, bool), PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Any)?;
    let at = pages::parse_heads(at)?;
    let edits = work.doc(id)?.restore_block(&at, block)?;
    let changed = work.edit(id, &edits)?;
    Ok((id, changed))
}

fn merge_view(store: &Store, merge: &Merge, markers: &[String], authors: &mut Authors<'_>) -> MergeView {
    let blocks = merge.blocks.iter().map(|b| MergeBlockView {
        marker: b.marker.clone(),
        index: markers.iter().position(|m| *m == b.marker),
        base: b.base.clone(),
        mine: b.mine.clone(),
        theirs: b.theirs.clone(),
        merged: b.merged.clone(),
    });
    let fields = merge.fields.iter().map(|f| {
        let word = |value: &Value| words::value(store, &f.field, value);
        MergeFieldView {
            field: f.field.clone(),
            base: word(&f.base),
            mine: word(&f.mine),
            theirs: word(&f.theirs),
            merged: word(&f.merged),
        }
    });
    MergeView {
        base_heads: merge.base.to_string(),
        merged_heads: merge.merged.to_string(),
        blocks: blocks.collect(),
        fields: fields.collect(),
        mine: authors.side(&merge.mine),
        theirs: authors.side(&merge.theirs),
    }
}

fn block_view(block: DiffBlock, authors: &mut Authors<'_>) -> DiffBlockView {
    let state = match block.state {
        State::Same => "same",
        State::Changed => "changed",
        State::Inserted => "added",
        State::Deleted => "removed",
        State::Moved => "moved",
    };
    let keeps = matches!(block.state, State::Same | State::Moved);
    let moved_from = block.moved_from.map(|from| MovedFromView {
        index: from.index,
        after: from.after.chars().take(NEIGHBOUR_CHARS).collect(),
    });
    DiffBlockView {
        state: state.to_owned(),
        runs: plain_runs(&block.runs, block.state),
        marker: block.marker,
        rich: block.runs.into_iter().map(|run| run_view(run, authors)).collect(),
        by: authors.hand(block.by.as_ref()),
        moved_from,
        was: block.from.filter(|_| !keeps),
        block: block.to,
    }
}

/// Runs as text, those of several authors as one.
fn plain_runs(runs: &[DiffRun], state: State) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for run in runs {
        let word = match run.state {
            State::Inserted => "insert",
            State::Deleted => "delete",
            State::Same | State::Changed | State::Moved => "keep",
        };
        let text: String = run.content.iter().map(Inline::as_text).collect();
        match out.last_mut().filter(|(last, _)| last == word) {
            Some((_, before)) => before.push_str(&text),
            None => out.push((word.to_owned(), text)),
        }
    }
    if out.is_empty() && state != State::Changed {
        let word = match state {
            State::Inserted => "insert",
            State::Deleted => "delete",
            State::Same | State::Changed | State::Moved => "keep",
        };
        out.push((word.to_owned(), String::new()));
    }
    out
}

fn run_view(run: DiffRun, authors: &mut Authors<'_>) -> DiffRunView {
    let state = match run.state {
        State::Inserted => "insert",
        State::Deleted => "delete",
        State::Changed => "format",
        State::Same | State::Moved => "keep",
    };
    let by = authors.hand(run.by.as_ref());
    DiffRunView { state: state.to_owned(), content: run.content, was: run.was, by }
}

/// What a session came to, in a few words.
fn summary(tally: &Tally) -> String {
    let mut parts: Vec<String> = Vec::new();
    for field in &tally.fields {
        let word = match field.as_str() {
            "order" | "parent" => "place in the tree",
            "trashed" | "trashed_at" => "trash",
            "source_path" | "source_hash" | "front_matter" | "created" => "import",
            "decide_by" => "decide by",
            "handed_to" => "handed to",
            "form" => "kind of page",
            other => other,
        };
        if !parts.iter().any(|p| p == word) {
            parts.push(word.to_owned());
        }
    }
    let many = |n: usize, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
    if tally.blocks > 0 {
        parts.push(many(tally.blocks, "new block", "new blocks"));
    }
    match (tally.inserted, tally.deleted) {
        (0, 0) => {}
        (n, 0) => parts.push(format!("+{}", many(n, "character", "characters"))),
        (0, n) => parts.push(format!("−{}", many(n, "character", "characters"))),
        (n, m) => parts.push(format!("+{n} −{m} characters")),
    }
    if tally.marks > 0 {
        parts.push("formatting".to_owned());
    }
    if parts.is_empty() && tally.other > 0 {
        parts.push("details".to_owned());
    }
    parts.join(", ")
}
