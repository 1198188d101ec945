//! Questions that come again: each in a thread of its own, in which the answers collect. What is due follows from rows and
//! the time; skipping is a mark of oneself that nobody else sees.

use serde::{Deserialize, Serialize};
use tern_model::conversation::round::{Answer, Question, read_when};
use tern_model::conversation::{Conversation, PARTICIPANTS};
use tern_model::{DocId, Edit, Value};
use tern_store::{AspectRow, Store};

use crate::api::*;

use super::super::errors::{self, usage};
use super::super::resolve::hex;
use super::super::{Core, Work, people, posts, reading, threads};
use super::{me, members};

/// Name of the side that the store keeps.
const ASPECT: &str = "rounds";
/// Mark on a thread: the last day that oneself skipped.
const SKIPPED: &str = "skipped";

/// What a row says of a thread with such questions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Rounds {
    questions: Vec<Question>,
    answers: Vec<Answer>,
    closed: bool,
}

/// Keeps the row of a thread with such questions, or takes it away.
pub(crate) fn project(work: &mut Work<'_, '_>, id: &DocId, thread: &Conversation) -> Result<(), PeerError> {
    if thread.questions.is_empty() {
        return Ok(work.txn.remove_aspect(&id.0, ASPECT)?);
    }
    let rounds = Rounds {
        questions: thread.questions.clone(),
        answers: thread.answers.clone(),
        closed: thread.closed().is_some(),
    };
    let json = serde_json::to_string(&rounds).unwrap_or_default();
    Ok(work.txn.project_aspect(&AspectRow { doc: id.0, name: ASPECT.to_owned(), json })?)
}

/// Asks a group from now on.
pub(crate) fn create(
    work: &mut Work<'_, '_>,
    question: &str,
    when: &str,
    to: &[String],
    on: Option<&str>,
    space: Option<&str>,
) -> Result<DocId, PeerError> {
    let title = question.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err(usage("A question needs words.", "Say what you want to know."));
    }
    errors::bounded("The question", &title, errors::MAX_TITLE_CHARS)?;
    if read_when(when).map_or(true, |weekly| weekly.is_empty()) {
        return Err(usage(
            format!("“{}” is no time of the week.", when.trim()),
            "Write days and one time, such as Mon-Fri 09:30; it is each person’s own.",
        ));
    }
    let to = members(work, to)?;
    if to.is_empty() {
        return Err(usage("A question is asked of somebody.", "Name people with --to."));
    }
    let me = me(work)?;
    let say = Say { body: format!("{title}\n\nAsked {when}, at everybody’s own time."), ..Say::default() };
    let (on, space) = (on.map(str::to_owned), space.map(str::to_owned));
    let opened = threads::perform(work, &ThreadCommand::New { title: title.clone(), on, space, say })?;
    let id = opened.thread;
    let join = |member: &String| Edit::AddTo { set: PARTICIPANTS.to_owned(), item: member.clone() };
    let joins: Vec<Edit> = to.iter().filter(|member| **member != me).map(join).collect();
    work.edit(id, &joins)?;
    let when = when.split_whitespace().collect::<Vec<_>>().join(" ");
    work.edit_with(id, |doc, stamp| Ok(doc.ask_again(stamp, &title, &when, &to)?.0))?;
    Ok(id)
}

/// What is due for oneself in a thread: the question and its day.
fn due(work: &mut Work<'_, '_>, id: DocId) -> Result<(String, String), PeerError> {
    let nothing = || {
        usage("Nothing is asked of you here now.", "`tern question list` shows what is due and what comes.")
    };
    let (me, now_ms) = (me(work)?, work.now_ms());
    let doc = work.doc(id)?.clone();
    let thread = posts::read(&work.mem.membership.clone(), &doc);
    let profile = work.mem.member().and_then(|me| people::profile_of(&work.txn, &me)).ok_or_else(nothing)?;
    let skipped = skipped(&work.txn, &id)?;
    let found = thread.questions.iter().find_map(|question| {
        let due = question.due(&me, &profile, &thread.answers, skipped.as_deref(), now_ms)?;
        Some((question.id.clone(), due.day.to_string()))
    });
    found.filter(|_| thread.closed().is_none()).ok_or_else(nothing)
}

fn skipped(store: &Store, id: &DocId) -> Result<Option<String>, PeerError> {
    let marks = store.marks_on(&id.0)?;
    Ok(marks.into_iter().find(|mark| mark.name == SKIPPED).map(|mark| mark.value))
}

/// Answers what is due.
pub(crate) fn answer(work: &mut Work<'_, '_>, thread: &str, body: &str) -> Result<DocId, PeerError> {
    let id = threads::find(&work.txn, thread)?;
    due(work, id)?;
    let say = Say { body: body.to_owned(), ..Say::default() };
    threads::perform(work, &ThreadCommand::Reply { thread: id.to_string(), say })?;
    Ok(id)
}

/// A reply of whoever is asked answers what is due.
pub(crate) fn note_answer(work: &mut Work<'_, '_>, id: DocId, message: &str) -> Result<(), PeerError> {
    if work.txn.aspect(&id.0, ASPECT)?.is_none() {
        return Ok(());
    }
    let Ok((question, day)) = due(work, id) else { return Ok(()) };
    work.edit_with(id, |doc, stamp| doc.answer_round(stamp, &question, &day, message))?;
    Ok(())
}

/// The mark that lets what is due go, if something is.
pub(crate) fn skip_mark(work: &mut Work<'_, '_>, id: DocId) -> Option<(&'static str, Value)> {
    let asks = work.txn.aspect(&id.0, ASPECT).ok().flatten().is_some();
    let due = if asks { due(work, id).ok() } else { None };
    due.map(|(_, day)| (SKIPPED, Value::Text(day)))
}

/// Lets what is due go.
pub(crate) fn skip(work: &mut Work<'_, '_>, thread: &str) -> Result<DocId, PeerError> {
    let id = threads::find(&work.txn, thread)?;
    let (_, day) = due(work, id)?;
    reading::mark(work, &id, &[(SKIPPED, Value::Text(day))])?;
    Ok(id)
}

impl Core {
    /// All such questions, or those of a thread; what is due first.
    pub(crate) fn questions_view(&self, thread: Option<&str>) -> Result<QuestionsView, PeerError> {
        let only = thread.map(|thread| threads::find(&self.store, thread)).transpose()?;
        let mut found = Vec::new();
        for row in self.store.aspects(ASPECT)?.into_iter().filter(|row| only.is_none_or(|id| id.0 == row.doc))
        {
            let rounds: Rounds = serde_json::from_str(&row.json).unwrap_or_default();
            if rounds.closed && only.is_none() {
                continue;
            }
            for question in &rounds.questions {
                found.push(self.question_view(&DocId(row.doc), question, &rounds)?);
            }
        }
        found.sort_by_key(|(view, at)| (!view.due, at.unwrap_or(i64::MAX), view.thread.clone()));
        Ok(QuestionsView { questions: found.into_iter().map(|(view, _)| view).collect() })
    }

    fn question_view(
        &self,
        thread: &DocId,
        question: &Question,
        rounds: &Rounds,
    ) -> Result<(QuestionView, Option<i64>), PeerError> {
        let now_ms = self.now_ms();
        let me = self.mem.member().map(|me| hex(&me)).unwrap_or_default();
        let profile = self.hours_of(&me);
        let skipped = skipped(&self.store, thread)?;
        let due = profile
            .as_ref()
            .filter(|_| !rounds.closed)
            .and_then(|profile| question.due(&me, profile, &rounds.answers, skipped.as_deref(), now_ms));
        let of_it = || rounds.answers.iter().filter(|answer| answer.question == question.id);
        let latest = of_it().map(|answer| answer.day.clone()).max();
        let day = due.map(|due| due.day.to_string());
        let shown = day.clone().or(latest);
        let answered = of_it().filter(|answer| Some(&answer.day) == shown.as_ref());
        let view = QuestionView {
            id: question.id.clone(),
            thread: thread.to_string(),
            question: question.text.clone(),
            by: self.person_view(&question.by),
            when: question.when.clone(),
            to: question.to.iter().map(|member| self.person_view(member)).collect(),
            due: due.is_some(),
            day,
            answered: answered.map(|answer| self.person_view(&answer.by)).collect(),
            asked_local: due.zip(profile.as_ref()).map(|(due, profile)| profile.zone.show(due.at_ms)),
        };
        Ok((view, due.map(|due| due.at_ms)))
    }
}
