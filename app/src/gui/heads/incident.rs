//! The head of an incident as data, and what its fields open.

use egui::Rect;
use tern_peer::{IncidentView, MembersView, PracticeCommand};

use super::Field;
use super::data::{Named, named};
use crate::gui::clock::Clock;
use crate::gui::command::UiCommand;
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};
use crate::gui::practice::undoable;
use crate::gui::views::Views;

/// States by word, as people read them.
const STATES: [(&str, &str); 3] = [("open", "Open"), ("contained", "Contained"), ("closed", "Closed")];
/// How bad it is, by word and as people read it, with what that means.
const SEVERITIES: [(&str, &str, &str); 3] = [
    ("critical", "Critical", "work stands still, or something is lost"),
    ("major", "Major", "many are hindered"),
    ("minor", "Minor", "few notice"),
];

/// The head of an incident.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentHead {
    /// Full id of the page.
    pub id: String,
    /// `open`, `contained` or `closed`.
    pub state: String,
    /// Who holds it.
    pub owner: Option<Named>,
    /// `critical`, `major` or `minor`; empty where nobody said.
    pub severity: String,
    /// What or who is hit.
    pub affected: String,
    /// Since when, in one's own zone; empty where nobody knows.
    pub started: String,
    /// Until when, likewise.
    pub resolved: String,
    /// Both as the engine keeps them.
    pub moments: [String; 2],
    /// Both everywhere and in UTC.
    pub everywhere: [String; 2],
    /// How long it lasted, or lasts.
    pub lasts: String,
    /// What stopped it.
    pub outcome: String,
    /// Values that others wrote at the same time, in words.
    pub kept: Vec<String>,
}

/// The head as data.
pub fn build(view: &IncidentView, views: &Views, clock: &Clock) -> IncidentHead {
    let at = |moment: &Option<String>| moment.as_deref().map(|at| clock.words(at)).unwrap_or_default();
    let all = |moment: &Option<String>| {
        moment.as_deref().map(|at| clock.everywhere(at, "", None)).unwrap_or_default()
    };
    let lasts = match (&view.started, &view.resolved) {
        (Some(from), Some(to)) => {
            let ms = clock.at_ms(to) - clock.at_ms(from);
            if ms > 0 {
                format!("lasted {}", clock.lasted(&clock.rfc3339(now_ms(clock) - ms)))
            } else {
                String::new()
            }
        }
        (Some(from), None) if view.state == "open" => format!("for {}", clock.lasted(from)),
        _ => String::new(),
    };
    IncidentHead {
        id: view.id.clone(),
        state: view.state.clone(),
        owner: view.owner.as_ref().map(|owner| named(&owner.id, &owner.name, views)),
        severity: view.severity.clone().unwrap_or_default(),
        affected: view.affected.clone(),
        started: at(&view.started),
        resolved: at(&view.resolved),
        moments: [view.started.clone().unwrap_or_default(), view.resolved.clone().unwrap_or_default()],
        everywhere: [all(&view.started), all(&view.resolved)],
        lasts,
        outcome: view.outcome.clone(),
        kept: view
            .conflicts
            .iter()
            .map(|conflict| crate::gui::tasks::data::kept_words(conflict, clock))
            .collect(),
    }
}

fn now_ms(clock: &Clock) -> i64 {
    clock.now().timestamp().as_millisecond()
}

impl IncidentHead {
    /// The state as people read it.
    pub fn state_name(&self) -> &'static str {
        STATES.iter().find(|(word, _)| *word == self.state).map_or("Open", |(_, name)| name)
    }

    /// How bad it is, as people read it.
    pub fn severity_name(&self) -> Option<&'static str> {
        SEVERITIES.iter().find(|(word, ..)| *word == self.severity).map(|(_, name, _)| *name)
    }
}

/// Sets fields, with their values before as the way back.
fn set(page: &str, new: &[(&str, &str)], old: &[(&str, &str)], said: &str) -> UiCommand {
    let command = |fields: &[(&str, &str)]| PracticeCommand::IncidentSet {
        page: page.to_owned(),
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    undoable(command(new), command(old), said)
}

/// The menu of a field.
pub fn menu(
    field: Field,
    head: &IncidentHead,
    members: Option<&MembersView>,
    clock: &Clock,
    anchor: Option<Rect>,
) -> Picker {
    match field {
        Field::State => state(head, anchor),
        Field::Owner => owner(head, members, anchor),
        Field::Severity => severity(head, anchor),
        Field::Affected => {
            let hint = "The booking desk in Dover";
            typed(head, "affected", "What is affected", hint, &head.affected, anchor)
        }
        Field::Started => moment(head, 0, clock, anchor),
        Field::Resolved => moment(head, 1, clock, anchor),
        Field::Outcome => outcome(head, false, anchor),
    }
}

/// Where it stands. Closed without an outcome is refused: the outcome is asked for instead.
fn state(head: &IncidentHead, anchor: Option<Rect>) -> Picker {
    let entries = STATES.iter().map(|(word, name)| {
        let command = if *word == "closed" && head.outcome.trim().is_empty() {
            UiCommand::Pick(Box::new(outcome(head, true, anchor)))
        } else {
            let said = format!("The incident is {}", name.to_lowercase());
            set(&head.id, &[("state", word)], &before(head), &said)
        };
        let sign = if *word == head.state { Sign::Icon(Icon::Check) } else { Sign::None };
        Entry::new(sign, name, command)
    });
    Picker::new("State of the incident", anchor, entries.collect()).at(head.state_name())
}

/// What a change of the state is taken back to: closing also says when it was over.
fn before(head: &IncidentHead) -> [(&'static str, &str); 2] {
    [("state", head.state.as_str()), ("resolved", head.moments[1].as_str())]
}

fn owner(head: &IncidentHead, members: Option<&MembersView>, anchor: Option<Rect>) -> Picker {
    let before = head.owner.as_ref().map(|owner| owner.id.clone()).unwrap_or_default();
    let members = members.map(|view| view.members.as_slice()).unwrap_or_default();
    let entries = members.iter().filter(|member| member.state == "active").map(|member| {
        let said = format!("{} holds the incident", member.name);
        let command = set(&head.id, &[("owner", &member.id)], &[("owner", &before)], &said);
        let right = if member.id == before { "holds it" } else { "" };
        Entry::new(Sign::Person(member.name.clone()), &member.name, command).right(right)
    });
    Picker::new("Who holds the incident", anchor, entries.collect())
}

fn severity(head: &IncidentHead, anchor: Option<Rect>) -> Picker {
    let old = [("severity", head.severity.as_str())];
    let entries = SEVERITIES.iter().map(|(word, name, means)| {
        let said = format!("It is {}", name.to_lowercase());
        let sign = if *word == head.severity { Sign::Icon(Icon::Check) } else { Sign::None };
        Entry::new(sign, name, set(&head.id, &[("severity", word)], &old, &said)).right(means)
    });
    let none = set(&head.id, &[("severity", "")], &old, "Nobody says how bad it is");
    let entries = entries.chain([Entry::new(Sign::None, "Not said", none)]).collect();
    Picker::new("How bad is it?", anchor, entries)
}

/// Since when or until when.
fn moment(head: &IncidentHead, which: usize, clock: &Clock, anchor: Option<Rect>) -> Picker {
    let (field, name): (&str, &'static str) = match which {
        0 => ("started", "Since when"),
        _ => ("resolved", "Until when"),
    };
    let old = head.moments.get(which).map(String::as_str).unwrap_or_default();
    let mut picker = typed(head, field, name, "2026-11-24 06:40, your time", old, anchor);
    if let Some(entered) = &mut picker.entered {
        entered.text.clear();
    }
    let now = clock.rfc3339(now_ms(clock));
    let right = clock.due(&now);
    let command = set(&head.id, &[(field, &now)], &[(field, old)], "The time is noted");
    picker.entries.insert(0, Entry::new(Sign::Icon(Icon::Clock), "Now", command).right(&right));
    picker
}

fn typed(
    head: &IncidentHead,
    field: &str,
    name: &'static str,
    hint: &str,
    old: &str,
    anchor: Option<Rect>,
) -> Picker {
    let does = |with: &[String], text: &str| {
        let of = |at: usize| with.get(at).map(String::as_str).unwrap_or_default();
        set(of(0), &[(of(1), text)], &[(of(1), of(2))], "It is noted")
    };
    let with = vec![head.id.clone(), field.to_owned(), old.to_owned()];
    let entered = Entered { name, hint: hint.to_owned(), text: old.to_owned(), narrows: false, does, with };
    let keep = Entry::new(Sign::Icon(Icon::Close), "Leave it as it is", UiCommand::Close);
    let nothing = set(&head.id, &[(field, "")], &[(field, old)], "Nothing is said of it");
    let entries = vec![keep, Entry::new(Sign::Icon(Icon::Trash), "Say nothing of it", nothing)];
    Picker { entered: Some(entered), ..Picker::new(name, anchor, entries) }
}

/// What stopped it; with it the incident is closed, where that was asked for.
fn outcome(head: &IncidentHead, closes: bool, anchor: Option<Rect>) -> Picker {
    let does = |with: &[String], text: &str| {
        let of = |at: usize| with.get(at).map(String::as_str).unwrap_or_default();
        let old = [("outcome", of(2)), ("state", of(3)), ("resolved", of(4))];
        if text.is_empty() {
            let words = "Closed needs an outcome: one line that says what stopped it";
            return UiCommand::Say(words.to_owned());
        }
        match of(1) {
            "closes" => set(of(0), &[("outcome", text), ("state", "closed")], &old, "The incident is closed"),
            _ => set(of(0), &[("outcome", text)], &old[..1], "The outcome is written"),
        }
    };
    let word = if closes { "closes" } else { "" }.to_owned();
    let with = vec![head.id.clone(), word, head.outcome.clone(), head.state.clone(), head.moments[1].clone()];
    let hint = "One line that somebody who was not there understands".to_owned();
    let text = head.outcome.clone();
    let entered = Some(Entered { name: "What stopped it", hint, text, narrows: false, does, with });
    let title = if closes { "Closed needs an outcome: what stopped it?" } else { "What stopped it" };
    let keep = Entry::new(Sign::Icon(Icon::Close), "Leave it as it is", UiCommand::Close);
    Picker { entered, ..Picker::new(title, anchor, vec![keep]) }
}
