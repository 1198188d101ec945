//! What changed in a page, task or other document, in a line.

use tern_model::block::Inline;
use tern_model::form::{DecisionState, Form, HandoffState};
use tern_model::history::{DiffBlock, FieldDiff, Hand, State};
use tern_model::task::more::{DONE_TIMES, MOVED_TIME, SKIPPED_TIMES};
use tern_model::task::names::{ASSIGNEE, DUE};
use tern_model::thread::Message;
use tern_model::{Doc, Heads, Kind, Value};

use crate::api::{DigestPart, PeerError};

use super::super::practice::meetings;
use super::super::resolve::hex;
use super::super::{mentions, people, project, words};
use super::{Changed, Desk, Group, Told, by_words};

/// Characters of a line.
const LINE_CHARS: usize = 160;
/// Characters of what stayed that are shown beside a change.
const NEAR_CHARS: usize = 80;
/// Stretches of changed text that a line tells.
const STRETCHES: usize = 3;

/// The beginning of a text on one line.
pub(super) fn line(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut cut: String = flat.chars().take(LINE_CHARS).collect();
    if cut.len() < flat.len() {
        cut.push('…');
    }
    cut
}

/// Fields that say nothing to a reader.
fn is_inner(field: &str) -> bool {
    matches!(
        field,
        "order"
            | "source_path"
            | "source_hash"
            | "front_matter"
            | "created"
            | "trashed_at"
            | "form"
            | "recorded_from"
            | "still_true"
    ) || field.starts_with(tern_model::person::ZONE_DATA)
        || field.starts_with(tern_model::project::UPDATE)
}

impl Desk<'_> {
    pub(super) fn page(&mut self, changed: &Changed) -> Result<Told, PeerError> {
        let doc = &changed.doc;
        let (text, parts) = self.difference(changed)?;
        let (group, why, kind) = match doc.form() {
            Some(Form::Decision) => {
                let decision = doc.decision();
                let asked = decision.deciders.contains(&self.me) || decision.owner == self.me;
                match decision.state {
                    DecisionState::Proposed if asked => (Group::NeedsYou, "decide", "decision"),
                    DecisionState::Proposed => (Group::Docs, "", "decision"),
                    _ => (Group::Decided, "", "decision"),
                }
            }
            Some(Form::Handoff) => {
                let handoff = doc.handoff();
                let mine = match handoff.state {
                    HandoffState::Open => handoff.to == self.me,
                    HandoffState::Accepted => false,
                    HandoffState::Returned => handoff.owner == self.me,
                };
                (
                    if mine { Group::NeedsYou } else { Group::Docs },
                    if mine { "handoff" } else { "" },
                    "handoff",
                )
            }
            Some(Form::Meeting) => match meetings::told(&doc.meeting(), &self.me) {
                Some(("", _)) => (Group::Decided, "", "meeting"),
                Some((why, _)) => (Group::NeedsYou, why, "meeting"),
                None => (Group::Docs, "", "meeting"),
            },
            Some(Form::Incident) => (Group::Docs, "", "incident"),
            Some(Form::Agreement) => (Group::Docs, "", "agreement"),
            None => (Group::Docs, "", "page"),
        };
        let text = match (kind, doc.decision()) {
            ("decision", decision) if decision.state == DecisionState::Decided => {
                format!("Decided: {}", line(&decision.outcome))
            }
            ("decision", decision) if decision.state == DecisionState::Superseded => "Superseded".to_owned(),
            ("meeting", _) => meetings::told(&doc.meeting(), &self.me).map_or(text, |(_, told)| line(&told)),
            _ => text,
        };
        Ok(Told { group, kind, title: doc.title(), text, why, expected_by_ms: None, parts, page: None })
    }

    pub(super) fn task(&mut self, changed: &Changed) -> Result<Told, PeerError> {
        let doc = &changed.doc;
        let before = if changed.from == Heads::default() { None } else { doc.at(&changed.from).ok() };
        let assigned = |doc: &Doc| project::text(doc, ASSIGNEE) == self.me;
        let mine = !self.me.is_empty() && assigned(doc) && !before.as_ref().is_some_and(assigned);
        let (group, why) = if mine { (Group::NeedsYou, "assigned") } else { (Group::Tasks, "") };
        let text = match before {
            None => format!("New, {}", words::status(doc.task().status)),
            Some(_) => self.difference(changed)?.0,
        };
        let (title, parts) = (doc.title(), Vec::new());
        Ok(Told { group, kind: "task", title, text, why, expected_by_ms: None, parts, page: None })
    }

    pub(super) fn comments(&mut self, changed: &Changed) -> Result<Told, PeerError> {
        let page = project::text(&changed.doc, tern_model::thread::PAGE);
        let page = page.parse::<tern_model::DocId>().ok();
        let title = match page {
            Some(page) => self.core.store.page(&page.0)?.map(|row| row.title),
            None => None,
        };
        let messages = changed.doc.messages();
        let seen = changed.doc.at(&changed.from).map(|doc| doc.messages()).unwrap_or_default();
        let mine = |message: &Message| message.actor.is_some_and(|actor| self.mine.is(&actor));
        let first = messages.iter().position(&mine).unwrap_or(messages.len());
        let is_new = |message: &Message| !mine(message) && !seen.contains(message);
        let names = |message: &Message| self.names_me(&message.text);
        let named = messages.iter().any(|message| is_new(message) && names(message));
        let answers = messages.iter().skip(first).any(is_new);
        let (group, why) = match (named && !self.me.is_empty(), answers) {
            (true, _) => (Group::NeedsYou, "named"),
            (false, true) => (Group::NeedsYou, "answered"),
            (false, false) => (Group::Fyi, ""),
        };
        let text = messages.last().map(|message| line(&message.text)).unwrap_or_default();
        Ok(Told {
            group,
            kind: "comments",
            title: title.unwrap_or_default(),
            text,
            why,
            expected_by_ms: None,
            parts: Vec::new(),
            page: page.map(|page| page.to_string()),
        })
    }

    pub(super) fn other(&mut self, changed: &Changed, kind: &Kind) -> Result<Told, PeerError> {
        let doc = &changed.doc;
        let (kind, title) = match kind {
            Kind::Person => ("person", doc.person().name),
            Kind::Space => ("space", doc.title()),
            Kind::Workspace => ("workspace", doc.title()),
            _ => ("other", doc.title()),
        };
        let (text, parts) = (self.difference(changed)?.0, Vec::new());
        Ok(Told { group: Group::Fyi, kind, title, text, why: "", expected_by_ms: None, parts, page: None })
    }

    /// Whether a text names oneself.
    fn names_me(&self, text: &str) -> bool {
        let people = || people::names(&self.core.store, &self.core.mem.membership);
        let named = mentions::of(self.people.get_or_init(people), text);
        text.contains(&self.me) || named.iter().any(|member| hex(member) == self.me)
    }

    /// What others changed: in a line, and run by run in the first block whose words they changed.
    pub(super) fn difference(&mut self, changed: &Changed) -> Result<(String, Vec<DigestPart>), PeerError> {
        let doc = &changed.doc;
        if project::trashed(doc) {
            return Ok(("In the trash".to_owned(), Vec::new()));
        }
        if changed.from == Heads::default() {
            let body = doc.text();
            let beginning = line(&body);
            let said = if beginning.is_empty() { "New".to_owned() } else { format!("New: {beginning}") };
            return Ok((said, Vec::new()));
        }
        if self.diffs_left == 0 {
            let count = changed.fresh.len();
            let said = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
            return Ok((said, Vec::new()));
        }
        self.diffs_left -= 1;
        let all = doc.changes_between(&changed.from, &doc.heads())?;
        let theirs = |by: &Option<Hand>| by.is_none_or(|hand| !self.mine.is(&hand.actor));
        let fields = all.fields.iter().filter(|(field, by)| theirs(by) && !is_inner(&field.field));
        let mut parts: Vec<String> = fields.map(|(field, _)| self.field(field)).collect();
        let stretches: Vec<String> =
            all.blocks.iter().flat_map(|block| block_stretches(block, &theirs)).collect();
        let more = stretches.len().saturating_sub(STRETCHES);
        parts.extend(stretches.into_iter().take(STRETCHES));
        if more > 0 {
            parts.push(format!("and {more} more"));
        }
        let said = if parts.is_empty() { "Details".to_owned() } else { parts.join(" · ") };
        Ok((
            said,
            all.blocks.iter().map(|block| runs(block, &theirs)).find(|r| !r.is_empty()).unwrap_or_default(),
        ))
    }

    fn field(&self, diff: &FieldDiff) -> String {
        let name = match diff.field.as_str() {
            "parent" => "place in the tree",
            "handed_to" => "handed to",
            "decide_by" => "decide by",
            DONE_TIMES => "done",
            SKIPPED_TIMES => "passed over",
            moved if moved.starts_with(MOVED_TIME) => DUE,
            other => other,
        };
        let word = |value: &Value| match (diff.field.as_str(), value) {
            ("attendees" | "present" | "excused", value) => {
                meetings::names_of(&self.core.store, value).unwrap_or_else(|| "nobody".to_owned())
            }
            ("deciders", Value::List(items)) => {
                items.iter().map(|item| self.name_or(item)).collect::<Vec<_>>().join(", ")
            }
            (_, value) if name == DUE => words::value(&self.core.store, DUE, value),
            (field, value) => words::value(&self.core.store, field, value),
        };
        format!("{name}: {} → {}", line(&word(&diff.from)), line(&word(&diff.to)))
    }

    fn name_or(&self, text: &str) -> String {
        let member = super::super::resolve::unhex(text);
        member.map_or_else(|| text.to_owned(), |member| people::name_of(&self.core.store, &member))
    }
}

/// A block whose words others changed, run by run; empty where they did not. What stayed is cut to what is near.
fn runs(block: &DiffBlock, theirs: &dyn Fn(&Option<Hand>) -> bool) -> Vec<DigestPart> {
    let mut out = words_of(block, theirs);
    if !out.iter().any(|part| part.state != "same" && !part.text.trim().is_empty()) {
        return Vec::new();
    }
    let last = out.len().saturating_sub(1);
    for (at, part) in out.iter_mut().enumerate() {
        part.text = match part.state.as_str() {
            "same" => nearby(&part.text, at > 0, at < last),
            _ => cut(&part.text, LINE_CHARS),
        };
    }
    out
}

/// The whole text of a block, with what others changed by words.
fn words_of(block: &DiffBlock, theirs: &dyn Fn(&Option<Hand>) -> bool) -> Vec<DigestPart> {
    let mut out: Vec<DigestPart> = Vec::new();
    for run in &block.runs {
        let state = match (run.state, theirs(&run.by)) {
            (State::Inserted, true) => "added",
            (State::Deleted, true) => "removed",
            (State::Deleted, false) => continue,
            _ => "same",
        };
        let words: String = run.content.iter().map(Inline::as_text).collect();
        match out.last_mut() {
            Some(last) if last.state == state => last.text.push_str(&words),
            _ => out.push(DigestPart { state: state.to_owned(), text: words }),
        }
    }
    by_words::whole(out)
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// What stayed between two changes, or before the first and after the last: the words that are near to one.
fn nearby(text: &str, after: bool, before: bool) -> String {
    let count = text.chars().count();
    let room = if after && before { 2 * NEAR_CHARS } else { NEAR_CHARS };
    if count <= room {
        return text.to_owned();
    }
    let head: String = text.chars().take(NEAR_CHARS).collect();
    let tail: String = text.chars().skip(count - NEAR_CHARS).collect();
    // No word is cut in two where a space stands near.
    let head = head.rsplit_once(' ').map_or(head.as_str(), |(whole, _)| whole);
    let tail = tail.split_once(' ').map_or(tail.as_str(), |(_, whole)| whole);
    match (after, before) {
        (true, true) => format!("{head}…{tail}"),
        (true, false) => format!("{head}…"),
        (false, _) => format!("…{tail}"),
    }
}

/// What was written and taken away in a block, by others.
fn block_stretches(block: &DiffBlock, theirs: &dyn Fn(&Option<Hand>) -> bool) -> Vec<String> {
    let sign = |state: State| match state {
        State::Inserted => Some('+'),
        State::Deleted => Some('−'),
        _ => None,
    };
    let mut out = Vec::new();
    for part in words_of(block, theirs) {
        let words = line(&part.text);
        match part.state.as_str() {
            _ if words.is_empty() => {}
            "added" => out.push(format!("+“{words}”")),
            "removed" => out.push(format!("−“{words}”")),
            _ => {}
        }
    }
    if out.is_empty() && theirs(&block.by) {
        match (block.state, sign(block.state)) {
            (State::Moved, _) => out.push("a block moved".to_owned()),
            (_, Some('+')) => out.push("+ a block".to_owned()),
            (_, Some(_)) => out.push("− a block".to_owned()),
            _ => {}
        }
    }
    out
}
