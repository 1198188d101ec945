//! Asking a group: a vote in a thread, and a question that comes again.

use std::collections::BTreeSet;

use egui::Ui;
use tern_model::hours::{HOUR_MS, worked};
use tern_peer::{Command, PracticeCommand};

use super::place::{self, Place};
use super::{CAPTION, DialogState, Reads};
use crate::gui::command::{Queue, Then};
use crate::gui::icon::Icon;
use crate::gui::look::look;
use crate::gui::practice::people;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button, Field};

/// Most options of a vote that fit the dialog.
const OPTIONS_MAX: usize = 10;
/// Names of their fields.
const OPTION_NAMES: [&str; OPTIONS_MAX] = [
    "Option 1",
    "Option 2",
    "Option 3",
    "Option 4",
    "Option 5",
    "Option 6",
    "Option 7",
    "Option 8",
    "Option 9",
    "Option 10",
];
/// Most working hours that voters can be given.
const HOURS_MAX: u32 = tern_model::conversation::poll::MAX_HOURS;
/// Working hours that voters are offered.
const HOURS: [(u32, &str); 4] = [(4, "4"), (8, "8"), (16, "16"), (24, "24")];

/// A vote as it is being made.
#[derive(Debug, Clone)]
pub(super) struct Vote {
    question: String,
    options: Vec<String>,
    /// Working hours as typed.
    hours: String,
    /// All who take part in the thread until somebody is ticked.
    to: Option<BTreeSet<String>>,
}

impl Default for Vote {
    fn default() -> Self {
        Vote { question: String::new(), options: vec![String::new(); 2], hours: "8".to_owned(), to: None }
    }
}

impl Vote {
    /// The working hours, where they can be given.
    fn hours(&self) -> Option<u32> {
        self.hours.trim().parse().ok().filter(|hours| (1..=HOURS_MAX).contains(hours))
    }
}

/// A question as it is being made.
#[derive(Debug, Clone)]
pub(super) struct Question {
    question: String,
    when: String,
    to: BTreeSet<String>,
    place: Place,
}

impl Default for Question {
    fn default() -> Self {
        let when = "Mon-Fri 09:30".to_owned();
        Question { question: String::new(), when, to: BTreeSet::new(), place: Place::default() }
    }
}

/// Draws the form of a vote.
pub(super) fn vote(ui: &mut Ui, state: &mut DialogState, thread: &str, reads: Reads<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    let form = &mut state.vote;
    let response = widgets::form_row(ui, "Question", CAPTION, |ui| {
        Field::new("What is asked", "Which ferry do we take?").show(ui, &mut form.question)
    });
    ui.add_space(10.0);
    widgets::form_row(ui, "Options", CAPTION, |ui| {
        for (name, option) in OPTION_NAMES.iter().zip(&mut form.options) {
            Field::new(name, name).show(ui, option);
            ui.add_space(6.0);
        }
        let full = (form.options.len() >= OPTIONS_MAX).then_some("That is enough to choose from");
        if Button::new("Add an option").icon(Icon::Plus).disabled(full).show(ui).clicked() {
            form.options.push(String::new());
        }
    });
    ui.add_space(10.0);
    widgets::form_row(ui, "Open for", CAPTION, |ui| {
        let now = form.hours().unwrap_or_default();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            if let Some(hours) = widgets::choices(ui, "Working hours of everybody", &HOURS, now) {
                form.hours = hours.to_string();
            }
            ui.scope(|ui| {
                ui.set_width(72.0);
                Field::new("Other working hours", "40").show(ui, &mut form.hours);
            });
        });
        ui.add_space(4.0);
        widgets::text(
            ui,
            "Working hours that every voter has, each in their own day.",
            tokens::SMALL,
            p.ink2,
        );
    });
    ui.add_space(10.0);
    let taking_part = reads.views.talks.thread.get().filter(|view| view.id == thread);
    let all = taking_part.into_iter().flat_map(|view| &view.participants).map(|who| who.id.clone());
    let to = form.to.get_or_insert_with(|| all.collect());
    widgets::form_row(ui, "Who votes", CAPTION, |ui| {
        people::ticks(ui, &people::here(reads.views), to, reads.views, reads.clock);
    });
    ui.add_space(10.0);
    let to = to.clone();
    let hours = form.hours();
    let closes = closing(&to, hours.unwrap_or_default(), reads);
    if !closes.is_empty() {
        widgets::form_row(ui, "Closes", CAPTION, |ui| {
            ui.add_space(7.0);
            let words =
                format!("When everybody had their hours. If it reaches them now: {}.", closes.join(", "));
            widgets::text(ui, &words, tokens::UI, p.ink);
        });
        ui.add_space(10.0);
    }
    let question = form.question.trim().to_owned();
    let options = form.options.iter().map(|option| option.trim().to_owned());
    let options: Vec<String> = options.filter(|option| !option.is_empty()).collect();
    let me = reads.views.about.get().map(|about| about.member.clone()).unwrap_or_default();
    let to: Vec<String> = to.into_iter().collect();
    let why = match () {
        () if question.is_empty() => Some("Say what is asked first"),
        () if options.len() < 2 => Some("Give two options or more first"),
        () if hours.is_none() => Some("Give a whole number of working hours, 1 to 200"),
        () if !to.iter().any(|who| *who != me) => Some("Tick somebody else who votes first"),
        () => state.waiting.then_some("The vote is being opened"),
    };
    state.focus_once(&response);
    if Button::main("Open the vote").disabled(why).show(ui).clicked() {
        let command = PracticeCommand::VoteNew { thread: thread.to_owned(), question, options, to, hours };
        let said = Then::Practised("The vote is open; it closes for all at once".to_owned());
        state.send(Command::Practice(command), said, out);
    }
}

/// When the working hours of each voter are over, if it reached them now, on their own clocks.
fn closing(to: &BTreeSet<String>, hours: u32, reads: Reads<'_>) -> Vec<String> {
    let now_ms = reads.clock.now().timestamp().as_millisecond();
    let voters = people::here(reads.views).into_iter().filter(|(id, _)| to.contains(id));
    let line = |(id, name): (String, String)| {
        let profile = people::hours_of(reads.views, &id)?;
        let at_ms = worked(&profile, now_ms, i64::from(hours) * HOUR_MS)?;
        let at = reads.clock.rfc3339(at_ms);
        Some(format!("{name} until {}", people::local(reads.views, &id, &at, reads.clock)))
    };
    voters.filter_map(line).collect()
}

/// Draws the form of a question that comes again.
pub(super) fn question(ui: &mut Ui, state: &mut DialogState, reads: Reads<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    let form = &mut state.asks;
    let response = widgets::form_row(ui, "Question", CAPTION, |ui| {
        Field::new("What is asked", "What is in your way?").show(ui, &mut form.question)
    });
    ui.add_space(10.0);
    widgets::form_row(ui, "When", CAPTION, |ui| {
        Field::new("Days and time", "Mon-Fri 09:30").show(ui, &mut form.when);
        ui.add_space(4.0);
        let words = "Each is asked at this time on their own clock. Answers come together in one thread; skipping is \
                     one key and nobody is chased. Closing the thread ends it.";
        widgets::text(ui, words, tokens::SMALL, p.ink2);
    });
    ui.add_space(10.0);
    widgets::form_row(ui, "Who is asked", CAPTION, |ui| {
        people::ticks(ui, &people::here(reads.views), &mut form.to, reads.views, reads.clock);
    });
    ui.add_space(10.0);
    place::show(ui, &mut form.place, reads, true);
    ui.add_space(16.0);
    let (question, when) = (form.question.trim().to_owned(), form.when.trim().to_owned());
    let to: Vec<String> = form.to.iter().cloned().collect();
    let (on, space) = (form.place.on(), form.place.space());
    let why = match () {
        () if question.is_empty() => Some("Say what is asked first"),
        () if when.is_empty() => Some("Say on which days and when first"),
        () if to.is_empty() => Some("Tick who is asked first"),
        () => state.waiting.then_some("The question is being set up"),
    };
    state.focus_once(&response);
    if Button::main("Ask it from here on").disabled(why).show(ui).clicked() {
        let said = Then::Practised(format!("Asked {when}, at everybody’s own time"));
        let command = PracticeCommand::QuestionNew { question, when, to, on, space };
        state.send(Command::Practice(command), said, out);
    }
}
