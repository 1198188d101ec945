//! `meeting …`, `incident …`, `vote …`, `question …`, `agreement …`, `oncall …`, `page set`, `page still-true`, `page reviews`

use tern_peer::{Command, PeerError, PracticeCommand, PracticeQuery, PracticeView, Query, Reply, View};

use super::ask;
use crate::args::{
    AgreementAction, IncidentAction, MeetingAction, MeetingNewArgs, QuestionAction, VoteAction,
};
use crate::context::Context;
use crate::{failure, human, values};

fn show(context: &Context, query: PracticeQuery) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view: PracticeView = ask!(peer, Query::Practice(query), View::Practice);
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::practice::show(&view, &clock))
    })
}

fn change(context: &Context, command: PracticeCommand) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let Reply::Practice(view) = peer.call(Command::Practice(command))? else {
            return Err(failure::mismatch());
        };
        let clock = human::Clock::of(peer)?;
        context.emit(&view, || human::practice::show(&view, &clock))
    })
}

fn pairs(fields: &[String]) -> Result<Vec<(String, String)>, PeerError> {
    fields.iter().map(|field| values::field_value(field)).collect()
}

pub(super) fn meeting(context: &Context, action: MeetingAction) -> Result<(), PeerError> {
    match action {
        MeetingAction::New(MeetingNewArgs { title, with, starts, parent, space }) => {
            change(context, PracticeCommand::MeetingNew { title, with, starts, parent, space })
        }
        MeetingAction::List { state } => show(context, PracticeQuery::Meetings { state }),
        MeetingAction::Show { page } => show(context, PracticeQuery::Meeting { page }),
        MeetingAction::Set { page, fields } => {
            change(context, PracticeCommand::MeetingSet { page, fields: pairs(&fields)? })
        }
        MeetingAction::Card { with } => show(context, PracticeQuery::MeetingCard { with }),
    }
}

pub(super) fn incident(context: &Context, action: IncidentAction) -> Result<(), PeerError> {
    match action {
        IncidentAction::List => show(context, PracticeQuery::Incidents { page: None }),
        IncidentAction::Show { page } => show(context, PracticeQuery::Incidents { page: Some(page) }),
        IncidentAction::Set { page, fields } => {
            change(context, PracticeCommand::IncidentSet { page, fields: pairs(&fields)? })
        }
    }
}

pub(super) fn vote(context: &Context, action: VoteAction) -> Result<(), PeerError> {
    match action {
        VoteAction::New { thread, question, options, to, hours } => {
            change(context, PracticeCommand::VoteNew { thread, question, options, to, hours })
        }
        VoteAction::Cast { thread, option, vote } => {
            change(context, PracticeCommand::VoteCast { thread, poll: vote, option })
        }
        VoteAction::Show { thread } => show(context, PracticeQuery::Votes { thread }),
    }
}

pub(super) fn question(context: &Context, action: QuestionAction) -> Result<(), PeerError> {
    match action {
        QuestionAction::New { question, when, to, on, space } => {
            change(context, PracticeCommand::QuestionNew { question, when, to, on, space })
        }
        QuestionAction::List => show(context, PracticeQuery::Questions { thread: None }),
        QuestionAction::Answer { thread, body } => {
            let body = if body == "-" { values::stdin_text()? } else { body };
            change(context, PracticeCommand::QuestionAnswer { thread, body })
        }
        QuestionAction::Skip { thread } => change(context, PracticeCommand::QuestionSkip { thread }),
    }
}

pub(super) fn agreement(context: &Context, action: AgreementAction) -> Result<(), PeerError> {
    match action {
        AgreementAction::Show { page, at } => show(context, PracticeQuery::Agreement { page, at }),
        AgreementAction::Set { fields, page } => {
            change(context, PracticeCommand::AgreementSet { page, fields: pairs(&fields)? })
        }
    }
}

pub(super) fn page_set(context: &Context, page: String, fields: &[String]) -> Result<(), PeerError> {
    change(context, PracticeCommand::PageSet { page, fields: pairs(fields)? })
}

pub(super) fn still_true(context: &Context, page: String) -> Result<(), PeerError> {
    change(context, PracticeCommand::StillTrue { page })
}

pub(super) fn reviews(context: &Context) -> Result<(), PeerError> {
    show(context, PracticeQuery::Upkeep { page: None })
}
