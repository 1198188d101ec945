//! How the group of the canned workspace works: what is agreed, and its meetings.

use tern_peer::{
    AgreementView, AttendeeView, DutyView, LadderStep, MeetingCard, MeetingView, MeetingsView, PersonView,
    PracticeCommand, PracticeQuery, PracticeView, QuestionView, QuestionsView, RotaEntry,
};

/// What is kept of it.
#[derive(Default)]
pub struct Group {
    /// What is agreed.
    pub agreement: AgreementView,
    /// Its meetings.
    pub meetings: Vec<MeetingView>,
}

fn person(id: &str, name: &str) -> PersonView {
    PersonView { id: id.into(), name: name.into() }
}

/// An agreement by which Aiko is on call, and Dev is called when she does not answer.
pub fn agreement() -> AgreementView {
    let (aiko, dev) = (person("aiko", "Aiko"), person("dev", "Dev"));
    AgreementView {
        id: Some("launch".into()),
        title: "How we work".into(),
        in_force: true,
        urgent_hours: 4,
        standard_hours: 24,
        quiet: "hours".into(),
        meeting_minutes: 60,
        criteria: vec!["Boats stand still".into(), "Data is lost".into()],
        ladder: vec![LadderStep::default(), LadderStep { minutes: 15, who: Some(dev.clone()) }],
        rota: vec![RotaEntry {
            who: aiko.clone(),
            when: "daily 18:00-09:00".into(),
            zone: "Asia/Tokyo".into(),
        }],
        on_call: vec![aiko],
        at: "2026-11-24T15:10:00Z".into(),
        then: vec![
            DutyView { from: "2026-11-25T00:00:00Z".into(), who: Vec::new() },
            DutyView { from: "2026-11-25T09:00:00Z".into(), who: vec![dev] },
        ],
        configures: vec!["An emergency is one of 2 things.".into()],
        ..AgreementView::default()
    }
}

/// A meeting that is planned.
pub fn meeting(title: &str) -> MeetingView {
    let who = |name: &str| AttendeeView { name: name.into(), ..AttendeeView::default() };
    MeetingView {
        id: "launch".into(),
        title: title.into(),
        state: "planned".into(),
        starts_local: Some("Wed 25 Nov 09:00 GMT".into()),
        attendees: vec![who("Ben"), who("Aiko")],
        lacks: Some("agenda".into()),
        ..MeetingView::default()
    }
}

impl Group {
    /// Answers a question; nothing for anything else.
    pub(super) fn answer(&self, query: &PracticeQuery) -> Option<PracticeView> {
        Some(match query {
            PracticeQuery::Agreement { .. } => PracticeView::Agreement(Box::new(self.agreement.clone())),
            PracticeQuery::Meetings { .. } => {
                PracticeView::Meetings(MeetingsView { meetings: self.meetings.clone() })
            }
            PracticeQuery::MeetingCard { with } => {
                let writes = with.contains(&"aiko".to_owned());
                PracticeView::Card(MeetingCard {
                    recommends: if writes { "write" } else { "choose" }.into(),
                    text: if writes {
                        "You share at most 0 minutes a day."
                    } else {
                        "You share 300 minutes."
                    }
                    .into(),
                    meet_for: vec!["an emergency".into()],
                    write_for: vec!["status and progress".into()],
                    ..MeetingCard::default()
                })
            }
            _ => return None,
        })
    }

    /// Performs a command.
    pub(super) fn perform(&mut self, command: &PracticeCommand) -> PracticeView {
        match command {
            PracticeCommand::MeetingNew { title, .. } => {
                self.meetings.push(meeting(title));
                PracticeView::Meeting(Box::new(meeting(title)))
            }
            PracticeCommand::QuestionNew { question, .. } => {
                let made = QuestionView {
                    thread: "weekly".into(),
                    question: question.clone(),
                    ..Default::default()
                };
                PracticeView::Questions(QuestionsView { questions: vec![made] })
            }
            _ => PracticeView::Upkeep(Default::default()),
        }
    }
}
