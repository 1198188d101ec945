//! Documents of practice and asking a group. Everything shown follows from documents, profiles and the time; nothing fires.

use tern_model::hours::Profile;
use tern_model::{DocId, Edit, Value};
use tern_trust::{Id16, Role};

use crate::api::*;

use super::errors::{not_found, usage};
use super::resolve::{self, hex};
use super::{Core, Work, bulk, people};

pub(crate) mod agreements;
mod asks;
pub(crate) mod emergency;
pub(crate) mod incidents;
pub(crate) mod meetings;
pub(crate) mod questions;
pub(crate) mod upkeep;
pub(crate) mod votes;

/// What a command changed, before it is shown.
pub(crate) enum Done {
    Meeting(DocId, Vec<TaskStep>),
    Upkeep(DocId, Vec<TaskStep>),
    Incident(DocId),
    Agreement(DocId, Vec<TaskStep>),
    Votes(DocId),
    Questions(DocId),
}

/// Performs a command.
pub(crate) fn perform(work: &mut Work<'_, '_>, command: &PracticeCommand) -> Result<Done, PeerError> {
    Ok(match command {
        PracticeCommand::MeetingNew { title, with, starts, parent, space } => {
            let place = super::templates::Place { parent: parent.as_deref(), space: space.as_deref() };
            Done::Meeting(meetings::create(work, title, with, starts.as_deref(), &place)?, Vec::new())
        }
        PracticeCommand::MeetingSet { page, fields } => {
            let (id, back) = meetings::change(work, page, fields)?;
            Done::Meeting(id, back)
        }
        PracticeCommand::PageSet { page, fields } => {
            let (id, back) = upkeep::change(work, page, fields)?;
            Done::Upkeep(id, back)
        }
        PracticeCommand::StillTrue { page } => {
            let (id, back) = upkeep::still_true(work, page)?;
            Done::Upkeep(id, back)
        }
        PracticeCommand::IncidentSet { page, fields } => {
            Done::Incident(incidents::change(work, page, fields)?)
        }
        PracticeCommand::AgreementSet { page, fields } => {
            let (id, back) = agreements::change(work, page.as_deref(), fields)?;
            Done::Agreement(id, back)
        }
        PracticeCommand::VoteNew { thread, question, options, to, hours } => {
            Done::Votes(votes::open(work, thread, question, options, to, *hours)?)
        }
        PracticeCommand::VoteCast { thread, poll, option } => {
            Done::Votes(votes::cast(work, thread, poll.as_deref(), option)?)
        }
        PracticeCommand::QuestionNew { question, when, to, on, space } => {
            Done::Questions(questions::create(work, question, when, to, on.as_deref(), space.as_deref())?)
        }
        PracticeCommand::QuestionAnswer { thread, body } => {
            Done::Questions(questions::answer(work, thread, body)?)
        }
        PracticeCommand::QuestionSkip { thread } => Done::Questions(questions::skip(work, thread)?),
    })
}

impl Core {
    /// Answers a question.
    pub(crate) fn practice(&mut self, query: &PracticeQuery) -> Result<PracticeView, PeerError> {
        Ok(match query {
            PracticeQuery::Meetings { state } => {
                PracticeView::Meetings(self.meetings_view(state.as_deref())?)
            }
            PracticeQuery::Meeting { page } => {
                let id = meetings::find(&self.store, page)?;
                PracticeView::Meeting(Box::new(self.meeting_view(id)?))
            }
            PracticeQuery::MeetingCard { with } => PracticeView::Card(self.meeting_card(with)?),
            PracticeQuery::Upkeep { page } => PracticeView::Upkeep(self.upkeep_view(page.as_deref())?),
            PracticeQuery::Incidents { page } => {
                PracticeView::Incidents(self.incidents_view(page.as_deref())?)
            }
            PracticeQuery::Agreement { page, at } => {
                PracticeView::Agreement(Box::new(self.agreement_view(page.as_deref(), at.as_deref())?))
            }
            PracticeQuery::Head { page } => self.head(page)?,
            PracticeQuery::Votes { thread } => PracticeView::Votes(self.votes_view(thread)?),
            PracticeQuery::Questions { thread } => {
                PracticeView::Questions(self.questions_view(thread.as_deref())?)
            }
        })
    }

    /// Shows what a command changed.
    pub(crate) fn practice_done(&mut self, done: &Done) -> Result<PracticeView, PeerError> {
        Ok(match done {
            Done::Incident(id) => {
                let row = self.store.form(&id.0)?.unwrap_or_default();
                PracticeView::Incident(Box::new(self.incident_view(&row)))
            }
            Done::Meeting(id, back) => {
                let view = self.meeting_view(*id)?;
                PracticeView::Meeting(Box::new(MeetingView { back: back.clone(), ..view }))
            }
            Done::Upkeep(id, back) => {
                let mut view = self.upkeep_view(Some(&id.to_string()))?;
                view.pages.iter_mut().for_each(|page| page.back.clone_from(back));
                PracticeView::Upkeep(view)
            }
            Done::Agreement(id, back) => {
                let view = self.agreement_view(Some(&id.to_string()), None)?;
                PracticeView::Agreement(Box::new(AgreementView { back: back.clone(), ..view }))
            }
            Done::Votes(id) => PracticeView::Votes(self.votes_view(&id.to_string())?),
            Done::Questions(id) => PracticeView::Questions(self.questions_view(Some(&id.to_string()))?),
        })
    }

    /// What stands over a page.
    fn head(&self, page: &str) -> Result<PracticeView, PeerError> {
        let id = resolve::document(&self.store, page, resolve::Wanted::Page)?;
        let form = self.store.form(&id.0)?.map(|row| row.form).unwrap_or_default();
        Ok(match form.as_str() {
            "meeting" => PracticeView::Meeting(Box::new(self.meeting_view(id)?)),
            "agreement" => PracticeView::Agreement(Box::new(self.agreement_view(Some(page), None)?)),
            _ => PracticeView::Upkeep(self.upkeep_view(Some(page))?),
        })
    }

    /// Hours of a member by their id in hex.
    fn hours_of(&self, member: &str) -> Option<Profile> {
        resolve::unhex(member).and_then(|member| people::profile_of(&self.store, &member))
    }
}

/// The member who works here, hex.
fn me(work: &Work<'_, '_>) -> Result<String, PeerError> {
    work.mem.member().map(|me| hex(&me)).ok_or_else(|| not_found("member", "me"))
}

/// The member that a text names, hex; they need to be in the workspace.
fn member(work: &Work<'_, '_>, text: &str) -> Result<String, PeerError> {
    let names = people::names(&work.txn, &work.mem.membership);
    let found: Id16 = resolve::member(&names, work.mem.member(), text)?;
    if work.mem.membership.role_of(&found) == Role::None {
        let name = people::name_of(&work.txn, &found);
        return Err(usage(
            format!("{name} is not in the workspace any more."),
            "Choose somebody else; `tern member list` shows who is here.",
        ));
    }
    Ok(hex(&found))
}

/// The members that texts name, commas between, each once.
fn members<T: AsRef<str>>(work: &Work<'_, '_>, texts: &[T]) -> Result<Vec<String>, PeerError> {
    let mut found = Vec::new();
    let parts = texts.iter().flat_map(|text| text.as_ref().split(','));
    for text in parts.map(str::trim).filter(|text| !text.is_empty()) {
        let one = member(work, text)?;
        if !found.contains(&one) {
            found.push(one);
        }
    }
    Ok(found)
}

/// Performs edits of a page; answers with the way back.
fn edit(work: &mut Work<'_, '_>, id: DocId, edits: &[Edit]) -> Result<Vec<TaskStep>, PeerError> {
    let mut done = TaskSteps::default();
    bulk::step(work, id, edits, &mut done)?;
    Ok(done.steps)
}

/// An edit that sets a set field.
fn set_of(name: &str, items: Vec<String>) -> Edit {
    Edit::SetField { name: name.to_owned(), value: Value::List(items) }
}
