//! Hand-offs: a note of one's open work for whoever is awake next, who takes it or gives it back. Who is next, and whether
//! it is late, follow from profiles and the time.

use std::collections::BTreeMap;

use tern_model::block::{Block, BlockKind};
use tern_model::form::{FORM, Form, HANDED_TO, HandoffState, OWNER, REASON, STATE};
use tern_model::hours::Profile;
use tern_model::task::Due;
use tern_model::{Doc, DocId};
use tern_store::{Store, TaskRow};
use tern_trust::derive::ZERO16;
use tern_trust::{Id16, Role};

use crate::api::*;
use crate::text::escaped;

use super::errors::{self, not_allowed, not_found, usage};
use super::forms::set;
use super::resolve::{self, Wanted, hex, unhex};
use super::{Core, Mem, Work, documents, pages, people, posts, threads};

/// Tasks that a note holds.
const MOST_TASKS: usize = 30;
/// Places named for a task.
const MOST_PLACES: usize = 3;

/// The next one whose hours begin after an instant: who, and when.
fn next_awake(store: &Store, mem: &Mem, now_ms: i64) -> Option<(Id16, i64)> {
    let me = mem.member();
    let members = mem.membership.members.iter().filter(|(id, m)| Some(**id) != me && m.role > Role::None);
    let begins = members.filter_map(|(id, _)| {
        let profile = people::profile_of(store, id)?;
        let begins = profile.working_after(now_ms).map(|span| span.from_ms).find(|from| *from > now_ms)?;
        Some((*id, begins))
    });
    begins.min_by_key(|(id, begins)| (*begins, *id))
}

/// When the hours of somebody begin next; none in the midst of them.
fn begins(profile: &Profile, now_ms: i64) -> Option<i64> {
    let next = || profile.working_after(now_ms).map(|span| span.from_ms).find(|from| *from > now_ms);
    (!profile.is_working(now_ms)).then(next).flatten()
}

/// The note for somebody, written from rows and the documents of one's open tasks.
fn draft(store: &Store, mem: &mut Mem, now_ms: i64, to: Option<&str>) -> Result<HandoffView, PeerError> {
    let me = mem.member().ok_or_else(|| not_found("member", "me"))?;
    let to = match to {
        Some(text) => {
            let names = people::names(store, &mem.membership);
            let found = resolve::member(&names, Some(me), text)?;
            if found == me || mem.membership.role_of(&found) == Role::None {
                return Err(usage(
                    "Work is handed to somebody else who is in the workspace.",
                    "`tern member list` shows who is here.",
                ));
            }
            found
        }
        None => next_awake(store, mem, now_ms).map(|(id, _)| id).ok_or_else(|| {
            usage("Nobody else has stated hours, so nobody is next.", "Name somebody with --to.")
        })?,
    };
    let zone = people::zone_of(store, Some(me));
    let theirs = people::profile_of(store, &to);
    let begins = theirs.as_ref().and_then(|profile| begins(profile, now_ms));
    let mine = |task: &TaskRow| task.assignee == Some(me) && !task.trashed;
    let open: Vec<TaskRow> = store
        .tasks()?
        .into_iter()
        .filter(|task| mine(task) && matches!(task.status.as_str(), "doing" | "review" | "todo"))
        .collect();
    let (mut tasks, private): (Vec<TaskRow>, Vec<TaskRow>) =
        open.into_iter().partition(|task| mem.access().sealed(&task.lane).is_none());
    let rank = |task: &TaskRow| match task.status.as_str() {
        "doing" => 0,
        "review" => 1,
        _ => 2,
    };
    tasks.sort_by_key(|task| (rank(task), task.due_ms.unwrap_or(i64::MAX), task.ord.clone(), task.doc));
    let person = |id: &Id16| PersonView { id: hex(id), name: people::name_of(store, id) };
    let (owner, to) = (person(&me), person(&to));
    let day = crate::templates::day(zone.date(now_ms));
    let mut text = String::new();
    let waits = waits(store, &me, now_ms)?;
    for task in tasks.iter().take(MOST_TASKS) {
        let doc = documents::load(store, mem, DocId(task.doc))?.clone();
        text += &about(store, task, &doc, waits.get(&task.doc).map_or(&[], Vec::as_slice))?;
    }
    if tasks.is_empty() {
        text += "Nothing of mine is open.\n";
    } else if tasks.len() > MOST_TASKS {
        text += &format!("\nAnd {} more that are open and not begun.\n", tasks.len() - MOST_TASKS);
    }
    Ok(HandoffView {
        title: format!("Hand-off, {day}: {} to {}", owner.name, to.name),
        state: HandoffState::Open.name().to_owned(),
        begins: begins.map(|at| zone.show(at)),
        begins_theirs: begins.zip(theirs.as_ref()).map(|(at, profile)| profile.zone.show(at)),
        owner,
        to,
        text,
        tasks: tasks.len().min(MOST_TASKS),
        left_out: private.len(),
        ..HandoffView::default()
    })
}

/// Answers that oneself waits for, by what their thread belongs to: what stands in the way of a task.
fn waits(store: &Store, me: &Id16, now_ms: i64) -> Result<BTreeMap<Id16, Vec<String>>, PeerError> {
    let mut found: BTreeMap<Id16, Vec<String>> = BTreeMap::new();
    for row in store.owed(me, now_ms)?.into_iter().filter(|row| row.asker == *me) {
        let open = posts::debt_of(&row).is_some_and(|debt| debt.is_open(now_ms));
        let Some(thread) = store.thread(&row.doc)?.filter(|_| open) else { continue };
        let Some(on) = thread.on_doc else { continue };
        let name = escaped(&people::name_of(store, &row.debtor));
        let line = format!("{name} owes an answer in [{}](tern:{})", escaped(&thread.title), DocId(row.doc));
        found.entry(on).or_default().push(line);
    }
    Ok(found)
}

/// A task in four lines: state, next step, what is in the way, where to look.
fn about(store: &Store, task: &TaskRow, doc: &Doc, waits: &[String]) -> Result<String, PeerError> {
    let due: Option<Due> = task.due_json.as_deref().and_then(|json| serde_json::from_str(json).ok());
    let due = due.map(|due| match due {
        Due::Instant { at_ms, zone } => {
            let zone = tern_model::hours::Zone::get(&zone).unwrap_or_else(|_| tern_model::hours::Zone::utc());
            format!(", due {}", zone.show(at_ms))
        }
        Due::EndOfDay { date } | Due::Date { date } => format!(", due {date}"),
    });
    let next = next_step(doc);
    let mut places = Vec::new();
    for from in store.links_to(&task.doc)? {
        if places.len() == MOST_PLACES {
            break;
        }
        if let Some(page) = store.page(&from)?.filter(|page| !page.trashed) {
            places.push(format!("[{}](tern:{})", escaped(&page.title), DocId(from)));
        }
    }
    let or = |lines: String| if lines.is_empty() { "nothing".to_owned() } else { lines };
    Ok(format!(
        "## {}\n\n- State: {}{}\n- Next step: {}\n- In the way: {}\n- Where to look: {}\n\n",
        escaped(&task.title),
        task.status,
        due.unwrap_or_default(),
        if next.is_empty() { "not written down".to_owned() } else { escaped(&next) },
        or(waits.join("; ")),
        std::iter::once(format!("[the task](tern:{})", DocId(task.doc)))
            .chain(places)
            .collect::<Vec<_>>()
            .join(", "),
    ))
}

/// The first open line of a check list, else the first words of the description.
fn next_step(doc: &Doc) -> String {
    let blocks = doc.blocks();
    let is_open = |block: &&Block| matches!(block.kind, BlockKind::TaskItem { checked: false, .. });
    let open = blocks.iter().filter(is_open).find(|block| !block.text().trim().is_empty());
    let first = || blocks.iter().find(|block| !block.text().trim().is_empty());
    open.or_else(first)
        .map(|block| block.text().split_whitespace().collect::<Vec<_>>().join(" "))
        .unwrap_or_default()
}

/// Makes the note and asks whoever it is for.
pub(crate) fn hand(work: &mut Work<'_, '_>, to: Option<&str>) -> Result<DocId, PeerError> {
    let now_ms = work.now_ms();
    let draft = draft(&work.txn, work.mem, now_ms, to)?;
    let id = pages::make(work, &draft.title, None, ZERO16, Some(&draft.text))?;
    let state = HandoffState::Open.name();
    let fields =
        [(FORM, Form::Handoff.name()), (STATE, state), (OWNER, &draft.owner.id), (HANDED_TO, &draft.to.id)];
    let edits: Vec<_> = fields.iter().map(|(name, value)| set(name, value)).collect();
    work.edit(id, &edits)?;
    // The thread is found by the page that it belongs to, whose row must be there.
    super::project::project(work, id)?;
    let say = Say {
        body: format!("Will you take this over? `tern handoff accept {id}`, or `return`."),
        intent: Some("review".to_owned()),
        to: vec![draft.to.id],
        ..Say::default()
    };
    let new = ThreadCommand::New { title: draft.title, on: Some(id.to_string()), space: None, say };
    threads::perform(work, &new)?;
    Ok(id)
}

/// Takes it or gives it back; only who it is for can.
pub(crate) fn answer(
    work: &mut Work<'_, '_>,
    page: &str,
    accept: bool,
    reason: Option<&str>,
) -> Result<DocId, PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Page)?;
    if work.txn.form(&id.0)?.is_none_or(|row| row.form != Form::Handoff.name()) {
        return Err(usage(
            format!("“{}” is no hand-off.", page.trim()),
            "`tern digest` shows what is handed to you.",
        ));
    }
    let handoff = work.doc(id)?.handoff();
    if work.mem.member().map(|me| hex(&me)).as_ref() != Some(&handoff.to) {
        return Err(not_allowed("answer a hand-off that is for somebody else"));
    }
    let reason = reason.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
    errors::bounded("The reason", &reason, MAX_OUTCOME_CHARS)?;
    if !accept && reason.is_empty() {
        return Err(usage("Giving it back says why.", "Add --reason “…”."));
    }
    let state = if accept { HandoffState::Accepted } else { HandoffState::Returned };
    work.edit(id, &[set(STATE, state.name()), set(REASON, &reason)])?;
    let asked = work.txn.threads()?.into_iter().find(|row| row.on_doc == Some(id.0) && row.outcome.is_none());
    if let Some(row) = asked {
        let body = if accept { "Taken.".to_owned() } else { format!("Given back: {reason}") };
        let say = Say { body, ..Say::default() };
        threads::perform(work, &ThreadCommand::Reply { thread: DocId(row.doc).to_string(), say })?;
    }
    Ok(id)
}

impl Core {
    /// The note as it would be.
    pub(crate) fn handoff_preview(&mut self, to: Option<&str>) -> Result<HandoffView, PeerError> {
        let now_ms = self.now_ms();
        draft(&self.store, &mut self.mem, now_ms, to)
    }

    /// A hand-off that was made.
    pub(crate) fn handoff_view(&mut self, id: DocId) -> Result<HandoffView, PeerError> {
        let (now_ms, zone) = (self.now_ms(), self.my_zone());
        let doc = documents::load(&self.store, &mut self.mem, id)?.clone();
        let handoff = doc.handoff();
        let theirs = unhex(&handoff.to).and_then(|to| people::profile_of(&self.store, &to));
        let begins = theirs.as_ref().and_then(|profile| begins(profile, now_ms));
        let thread = self.store.threads()?.into_iter().find(|row| row.on_doc == Some(id.0));
        let text = tern_interop::markdown::render(&doc.blocks());
        Ok(HandoffView {
            id: Some(id.to_string()),
            title: doc.title(),
            state: handoff.state.name().to_owned(),
            owner: self.person_view(&handoff.owner),
            to: self.person_view(&handoff.to),
            begins: begins.map(|at| zone.show(at)),
            begins_theirs: begins.zip(theirs.as_ref()).map(|(at, profile)| profile.zone.show(at)),
            tasks: text.lines().filter(|line| line.starts_with("## ")).count(),
            left_out: 0,
            text,
            thread: thread.map(|row| DocId(row.doc).to_string()),
            reason: handoff.reason,
        })
    }
}
