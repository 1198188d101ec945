//! Makes a decision, task or page out of a thread: with a quote, a link back and who took part. What becomes visible to whom
//! is worked out first, and shown.

use std::collections::BTreeSet;

use tern_interop::markdown;
use tern_model::conversation::{Conversation, PARTICIPANTS, Post};
use tern_model::form::{AFFECTS, DECIDERS, DecisionState, OUTCOME, RECORDED_FROM, STATE};
use tern_model::{Class, DocId, Edit, Kind, Value, order};
use tern_store::Store;
use tern_trust::{Id16, Role};

use crate::api::*;
use crate::text::escaped;

use super::errors::{self, usage};
use super::forms::set;
use super::resolve::{hex, unhex};
use super::{Core, Mem, Work, decisions, documents, pages, people, posts, spaces, threads, words};

/// Messages of a thread that are quoted; of more, the last ones.
const MOST_QUOTED: usize = 50;
/// Characters of a message that make a title.
const TITLE_CHARS: usize = 80;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Decision,
    Task,
    Page,
}

impl What {
    fn read(word: &str) -> Result<What, PeerError> {
        Ok(match word.trim() {
            "decision" => What::Decision,
            "task" => What::Task,
            "page" => What::Page,
            other => {
                return Err(usage(
                    format!("A thread is not recorded as “{other}”."),
                    "Choose decision, task or page.",
                ));
            }
        })
    }

    fn word(self) -> &'static str {
        match self {
            What::Decision => "decision",
            What::Task => "task",
            What::Page => "page",
        }
    }
}

/// What would be made.
struct Plan {
    what: What,
    thread: DocId,
    message: Option<String>,
    to: Id16,
    conversation: Conversation,
    view: RecordedView,
}

fn plan(store: &Store, mem: &mut Mem, now_ms: i64, wish: &RecordWhat) -> Result<Plan, PeerError> {
    let what = What::read(&wish.kind)?;
    let thread = threads::find(store, &wish.thread)?;
    let doc = documents::load(store, mem, thread)?.clone();
    let conversation = posts::read(&mem.membership, &doc);
    let out = conversation.posts.iter().filter(|post| post.is_out(now_ms));
    let quoted: Vec<&Post> = match wish.message.as_deref() {
        Some(text) => vec![threads::message(&conversation, text)?],
        None => out.collect(),
    };
    if quoted.is_empty() || quoted.iter().any(|post| !post.is_out(now_ms)) {
        return Err(usage("Nothing of it has appeared yet.", "Wait until it does."));
    }
    let begins = |post: &Post| {
        let line = post.text.split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().take(TITLE_CHARS).collect::<String>()
    };
    let single = wish.message.as_ref().and(quoted.first());
    let usual = single.map_or_else(|| conversation.title.clone(), |post| begins(post));
    let title = wish.title.as_deref().map(str::trim).filter(|t| !t.is_empty()).map_or(usual, str::to_owned);
    errors::bounded("The title", &title, errors::MAX_TITLE_CHARS)?;
    let text = text(store, mem, thread, &conversation, &quoted);
    let from = spaces::space_of(store, mem, &thread)?;
    let to = wish.space.as_deref().map_or(Ok(from), |space| spaces::find(store, mem, space))?;
    let outcome = conversation.closed().and_then(|closing| closing.outcome.clone());
    let mut view = RecordedView {
        kind: what.word().to_owned(),
        title,
        space: spaces::title(store, mem, &to),
        text,
        outcome: outcome.filter(|_| what == What::Decision),
        ..RecordedView::default()
    };
    show_readers(store, mem, &from, &to, &mut view);
    Ok(Plan { what, thread, message: single.map(|post| post.id.clone()), to, conversation, view })
}

/// Who can read it, and who of them could not read the thread.
fn show_readers(store: &Store, mem: &mut Mem, from: &Id16, to: &Id16, view: &mut RecordedView) {
    let (old, new) = (spaces::readers(mem, from), spaces::readers(mem, to));
    let name = |member: &Id16| people::name_of(store, member);
    view.readers = new
        .iter()
        .map(|member| RecordReader {
            id: hex(member),
            name: name(member),
            role: words::role(mem.access().role_of(to, member)).to_owned(),
        })
        .collect();
    view.gains =
        new.difference(&old).map(|member| PersonView { id: hex(member), name: name(member) }).collect();
    let leaves = from != to && mem.access().sealed(from).is_some();
    view.needs_yes = leaves || !view.gains.is_empty();
    let names: Vec<&str> = view.gains.iter().map(|person| person.name.as_str()).collect();
    let gain = if names.is_empty() {
        "nobody who cannot read the thread".to_owned()
    } else {
        format!("also {}, who cannot read the thread", names.join(", "))
    };
    let whence = if leaves { " It leaves a private space." } else { "" };
    let count = view.readers.len();
    let readers = if count == 1 { "1 person reads it".to_owned() } else { format!("{count} people read it") };
    view.note = format!("It lies in “{}”: {readers}, {gain}.{whence}", view.space);
}

/// The quote, the way back and who took part.
fn text(store: &Store, mem: &Mem, thread: DocId, conversation: &Conversation, quoted: &[&Post]) -> String {
    let zone = people::zone_of(store, mem.member());
    let name = |member: &String| {
        unhex(member).map_or_else(|| "somebody".to_owned(), |member| people::name_of(store, &member))
    };
    let mut out = String::new();
    for post in quoted.iter().skip(quoted.len().saturating_sub(MOST_QUOTED)) {
        out += &format!("> {}, {}:\n>\n", escaped(&name(&post.author)), zone.show(post.said_ms()));
        for line in post.text.lines() {
            out += &format!("> {line}\n");
        }
        out.push('\n');
    }
    let authors: BTreeSet<&String> =
        conversation.participants.iter().chain(quoted.iter().map(|post| &post.author)).collect();
    let names: Vec<String> = authors.into_iter().map(name).collect();
    let title = escaped(&conversation.title);
    out + &format!("From the thread [{title}](tern:{thread}). Took part: {}.\n", escaped(&names.join(", ")))
}

/// Makes it.
pub(crate) fn perform(
    work: &mut Work<'_, '_>,
    wish: &RecordWhat,
    yes: bool,
) -> Result<RecordedView, PeerError> {
    let now_ms = work.now_ms();
    let plan = plan(&work.txn, work.mem, now_ms, wish)?;
    if plan.view.needs_yes && !yes {
        return Err(usage(plan.view.note.clone(), "Look at it with --preview, then say --yes."));
    }
    let from = plan
        .message
        .as_ref()
        .map_or_else(|| plan.thread.to_string(), |message| format!("{} {message}", plan.thread));
    let mut edits = vec![set(RECORDED_FROM, &from)];
    let people = plan.conversation.participants.iter();
    edits.extend(people.map(|m| Edit::AddTo { set: PARTICIPANTS.to_owned(), item: m.clone() }));
    let id = match plan.what {
        What::Task => task(work, &plan, edits)?,
        What::Page => page(work, &plan, &edits)?,
        What::Decision => {
            edits.extend(decisions::begin(work));
            edits.extend(decision(work, &plan));
            page(work, &plan, &edits)?
        }
    };
    Ok(RecordedView { id: Some(id.to_string()), ..plan.view })
}

fn page(work: &mut Work<'_, '_>, plan: &Plan, edits: &[Edit]) -> Result<DocId, PeerError> {
    let id = pages::make(work, &plan.view.title, None, plan.to, Some(&plan.view.text))?;
    work.edit(id, edits)?;
    Ok(id)
}

/// Whoever takes part decides; an outcome of the thread is that of the decision.
fn decision(work: &Work<'_, '_>, plan: &Plan) -> Vec<Edit> {
    let is_in =
        |m: &&String| unhex::<16>(m).is_some_and(|member| work.mem.membership.role_of(&member) != Role::None);
    let people = plan.conversation.participants.iter().filter(is_in);
    let mut edits: Vec<Edit> =
        people.map(|m| Edit::AddTo { set: DECIDERS.to_owned(), item: m.clone() }).collect();
    if let Some(outcome) = &plan.view.outcome {
        edits.extend([set(STATE, DecisionState::Decided.name()), set(OUTCOME, outcome)]);
    }
    edits.extend(project_of(work, plan).map(|item| Edit::AddTo { set: AFFECTS.to_owned(), item }));
    edits
}

/// The project that the thread belongs to, itself or through its task.
fn project_of(work: &Work<'_, '_>, plan: &Plan) -> Option<String> {
    let on: DocId = plan.conversation.on.parse().ok()?;
    if let Some(task) = work.txn.task(&on.0).ok()? {
        return task.project.map(|project| DocId(project).to_string());
    }
    let known = work.txn.projects().ok()?.into_iter().any(|row| row.doc == on.0);
    known.then(|| on.to_string())
}

fn task(work: &mut Work<'_, '_>, plan: &Plan, mut edits: Vec<Edit>) -> Result<DocId, PeerError> {
    let last = work.txn.tasks()?.into_iter().map(|task| task.ord).max();
    let tie = work.random();
    edits.extend([
        set("title", &plan.view.title),
        set("status", "todo"),
        set("order", &order::between(last.as_deref(), None, tie)),
    ]);
    edits.extend(
        project_of(work, plan)
            .map(|project| Edit::SetField { name: "project".to_owned(), value: Value::Text(project) }),
    );
    edits.push(Edit::SetBlocks { base: None, blocks: markdown::parse(&plan.view.text) });
    let id = DocId::new(Class::Content, work.random());
    work.create_in(plan.to, id, &Kind::Task, &edits)?;
    Ok(id)
}

impl Core {
    /// What would be made, and who could read it.
    pub(crate) fn record_preview(&mut self, wish: &RecordWhat) -> Result<RecordedView, PeerError> {
        let now_ms = self.now_ms();
        Ok(plan(&self.store, &mut self.mem, now_ms, wish)?.view)
    }
}
