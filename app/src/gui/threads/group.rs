//! Votes and questions that come again, under the messages of a thread.

use egui::Ui;
use tern_peer::{Command, InboxCommand, InboxDoes, PollView, PracticeCommand, QuestionView, ThreadView};

use crate::gui::command::{Queue, Then, UiCommand};
use crate::gui::look::look;
use crate::gui::practice::sends;
use crate::gui::tokens::{self, radius};
use crate::gui::widgets::{self, Button};

/// An option of a vote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What it says.
    pub text: String,
    /// Votes, in words.
    pub votes: String,
    /// Whether oneself chose it.
    pub mine: bool,
}

/// A vote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vote {
    /// Id within the thread.
    pub id: String,
    /// What is asked.
    pub question: String,
    /// What can be chosen.
    pub choices: Vec<Choice>,
    /// When it closes, or what came of it.
    pub state: String,
    /// A line for each voter: until when, what they chose, what came late.
    pub voters: Vec<String>,
    /// Whether oneself may vote now.
    pub can_vote: bool,
}

/// A question that comes again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// When it is asked of whom.
    pub asked: String,
    /// The day that is due, of oneself.
    pub due: Option<String>,
}

/// What a thread asks of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Votes in their order.
    pub votes: Vec<Vote>,
    /// Questions in their order.
    pub rounds: Vec<Round>,
}

/// What a thread asks of a group, as rows.
pub fn build(view: &ThreadView) -> Group {
    Group { votes: view.polls.iter().map(vote).collect(), rounds: view.questions.iter().map(round).collect() }
}

fn vote(poll: &PollView) -> Vote {
    let choices = poll.options.iter().enumerate().map(|(n, option)| Choice {
        text: option.text.clone(),
        votes: if option.votes == 1 { "1 vote".to_owned() } else { format!("{} votes", option.votes) },
        mine: poll.mine == Some(n + 1),
    });
    let voter = |voter: &tern_peer::VoterView| {
        let until =
            voter.closes_local.as_ref().map_or("not reached yet".to_owned(), |at| format!("until {at}"));
        let choice = voter.choice.as_ref().map(|choice| format!(" · {choice}")).unwrap_or_default();
        let late = voter.late.as_ref().map(|choice| format!(" · late: {choice}")).unwrap_or_default();
        format!("{}: {until}{choice}{late}", voter.name)
    };
    let state = match (&poll.closes_local, poll.closed, &poll.leads) {
        (Some(at), true, Some(leads)) => format!("Closed {at}: {leads}"),
        (Some(at), true, None) => format!("Closed {at} without a majority"),
        (Some(at), false, _) => {
            format!("Closes {at}, when everybody has had {} of their working hours", poll.hours)
        }
        (None, ..) => "Open: it has not reached everybody".to_owned(),
    };
    Vote {
        id: poll.id.clone(),
        question: poll.question.clone(),
        choices: choices.collect(),
        state,
        voters: poll.voters.iter().map(voter).collect(),
        can_vote: poll.can_vote,
    }
}

fn round(question: &QuestionView) -> Round {
    let names: Vec<&str> = question.to.iter().map(|who| who.name.as_str()).collect();
    Round {
        asked: format!("Asked {} of {}, at everybody’s own time", question.when, names.join(", ")),
        due: question.day.clone(),
    }
}

/// Draws what a thread asks of a group.
pub fn show(ui: &mut Ui, thread: &str, group: &Group, out: &mut Queue) {
    for vote in &group.votes {
        card(ui, |ui| draw_vote(ui, thread, vote, out));
    }
    for round in &group.rounds {
        card(ui, |ui| draw_round(ui, thread, round, out));
    }
}

fn card(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let p = look(ui.ctx());
    ui.add_space(8.0);
    let frame = egui::Frame::NONE.fill(p.sunken).corner_radius(radius::CARD).inner_margin(12.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 4.0;
        content(ui);
    });
    ui.add_space(8.0);
}

fn draw_vote(ui: &mut Ui, thread: &str, vote: &Vote, out: &mut Queue) {
    let p = look(ui.ctx());
    widgets::text(ui, &format!("Vote: {}", vote.question), tokens::CALLOUT.weight(600.0), p.ink);
    for (n, choice) in vote.choices.iter().enumerate() {
        ui.horizontal(|ui| {
            let yours = if choice.mine { " · your vote" } else { "" };
            let words = format!("{} · {}{yours}", choice.text, choice.votes);
            if !vote.can_vote {
                widgets::short(ui, &words, tokens::UI, p.ink);
                return;
            }
            let spoken = format!("Vote for {}", choice.text);
            let button = if choice.mine { Button::main(&choice.text) } else { Button::new(&choice.text) };
            if button.spoken(&spoken).show(ui).clicked() {
                let cast = PracticeCommand::VoteCast {
                    thread: thread.to_owned(),
                    poll: Some(vote.id.clone()),
                    option: (n + 1).to_string(),
                };
                out.push(sends(cast, "Voted; it can be changed until the vote closes"));
            }
            widgets::short(ui, &format!("{}{yours}", choice.votes), tokens::SMALL, p.ink2);
        });
    }
    widgets::text(ui, &vote.state, tokens::SMALL, p.ink2);
    for voter in &vote.voters {
        widgets::text(ui, voter, tokens::SMALL, p.ink2);
    }
}

fn draw_round(ui: &mut Ui, thread: &str, round: &Round, out: &mut Queue) {
    let p = look(ui.ctx());
    widgets::text(ui, &round.asked, tokens::SMALL, p.ink2);
    let Some(day) = &round.due else { return };
    widgets::text(ui, &format!("For {day}: your reply below is the answer."), tokens::UI, p.ink);
    if Button::new("Skip").spoken("Skip the question this time").show(ui).clicked() {
        let skip = InboxCommand { thread: thread.to_owned(), does: InboxDoes::Done };
        let said = Then::CloseAndSay("Skipped; nobody sees that".to_owned());
        out.push(UiCommand::Send(Box::new(Command::Inbox(skip)), said));
    }
}
