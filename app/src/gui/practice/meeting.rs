//! The head of a meeting: where it stands, who comes when, what it lacks, and whether writing would do.

use tern_peer::{MeetingView, PracticeCommand};

use super::{Head, people, undoable};
use crate::gui::command::UiCommand;
use crate::gui::icon::Icon;
use crate::gui::picker::{Entered, Entry, Picker, Sign};
use crate::gui::views::Views;

/// The head as data.
pub fn build(view: &MeetingView) -> Head {
    let mut says = vec![state(view)];
    let names: Vec<String> = view.attendees.iter().map(|who| attendee(view, who)).collect();
    if names.len() > 1 {
        says.push(format!("{}.", names.join(", ")));
    }
    if view.state == "closed" {
        says.push(format!("Outcome: {}.", view.outcome.trim_end_matches('.')));
        let made = view.actions.iter().filter(|action| action.task.is_some()).count();
        match made {
            0 => {}
            1 => says.push("One action became a task.".to_owned()),
            made => says.push(format!("{made} actions became tasks.")),
        }
    }
    match view.lacks.as_deref().filter(|_| view.state != "closed") {
        Some("agenda") => says.push("Write what is to be talked about under Agenda to begin.".to_owned()),
        Some(_) => says.push("Write what came of it under Outcome to close.".to_owned()),
        None => {}
    }
    if let Some(card) =
        view.card.as_ref().filter(|card| view.state == "planned" && card.recommends == "write")
    {
        // What either is good for stood in the dialog that made the meeting.
        says.push(card.text.clone());
    }
    for kept in &view.conflicts {
        says.push(format!("{} set {} to {} at the same time.", kept.author, kept.field, kept.value));
    }
    Head { words: says.join(" "), choices: next(view).into_iter().collect() }
}

fn state(view: &MeetingView) -> String {
    let starts = view.starts_local.as_deref().map(|at| format!(", {at}")).unwrap_or_default();
    match view.state.as_str() {
        "on" => "The meeting is on.".to_owned(),
        "closed" => "The meeting is closed.".to_owned(),
        _ => format!("A meeting that is planned{starts}."),
    }
}

fn attendee(view: &MeetingView, who: &tern_peer::AttendeeView) -> String {
    match (view.state.as_str(), &who.local) {
        ("closed", _) if !who.present => format!("{} (not there)", who.name),
        ("planned", Some(local)) if who.in_hours == Some(false) => {
            format!("{} ({local}, outside their hours)", who.name)
        }
        ("planned", Some(local)) => format!("{} ({local})", who.name),
        _ => who.name.clone(),
    }
}

/// What takes it to its next state, where nothing is lacking.
fn next(view: &MeetingView) -> Option<(String, UiCommand)> {
    let (label, state, said) = match view.state.as_str() {
        "planned" => ("It is on", "on", "The meeting is on"),
        "on" => ("Close it", "closed", "Closed: its actions are tasks"),
        _ => return None,
    };
    view.lacks.is_none().then(|| (label.to_owned(), set(&view.id, "state", state, &view.state, said)))
}

/// Sets a field, with its value before as the way back.
fn set(page: &str, name: &str, value: &str, before: &str, said: &str) -> UiCommand {
    let command = |value: &str| PracticeCommand::MeetingSet {
        page: page.to_owned(),
        fields: vec![(name.to_owned(), value.to_owned())],
    };
    undoable(command(value), command(before), said)
}

/// What can be changed of a meeting: when it begins, who comes, what came of it.
pub fn menu(view: &MeetingView, views: &Views) -> Picker {
    let entry = |name: &str, right: String, opens: Picker| {
        Entry::new(Sign::None, name, UiCommand::Pick(Box::new(opens))).right(&right)
    };
    let starts = view.starts_local.clone().unwrap_or_else(|| "open".to_owned());
    let came = if view.outcome.is_empty() { "nothing yet" } else { "written" };
    let entries = vec![
        entry("When it begins", starts, begins(view)),
        entry("Who comes", view.attendees.len().to_string(), who(view, views)),
        entry("What came of it", came.to_owned(), outcome(view)),
    ];
    Picker::new("The meeting", None, entries)
}

fn typed(view: &MeetingView, field: &str, name: &'static str, hint: &str, before: &str) -> Picker {
    let does = |with: &[String], text: &str| {
        let of = |at: usize| with.get(at).map(String::as_str).unwrap_or_default();
        set(of(0), of(1), text, of(2), "The meeting is changed")
    };
    let with = vec![view.id.clone(), field.to_owned(), before.to_owned()];
    let (hint, text) = (hint.to_owned(), before.to_owned());
    let entered = Entered { name, hint, text, narrows: false, does, with };
    let keep = Entry::new(Sign::Icon(Icon::Close), "Leave it as it is", UiCommand::Close);
    let nothing = set(&view.id, field, "", before, "The meeting is changed");
    let clear = Entry::new(Sign::Icon(Icon::Trash), "Say nothing of it", nothing);
    Picker { entered: Some(entered), ..Picker::new(name, None, vec![keep, clear]) }
}

fn begins(view: &MeetingView) -> Picker {
    let before = view.starts.clone().unwrap_or_default();
    let picker = typed(view, "starts", "When it begins", "2026-12-01 15:00, your time", &before);
    // What is kept names its zone in full; what is typed anew is short.
    let entered = picker.entered.map(|entered| Entered { text: String::new(), ..entered });
    Picker { entered, ..picker }
}

fn outcome(view: &MeetingView) -> Picker {
    typed(view, "outcome", "What came of it", "One line for those who were not there", &view.outcome)
}

fn who(view: &MeetingView, views: &Views) -> Picker {
    let now: Vec<&str> = view.attendees.iter().map(|who| who.id.as_str()).collect();
    let before = now.join(",");
    let entries = people::here(views).into_iter().map(|(id, name)| {
        let comes = now.contains(&id.as_str());
        let mut next: Vec<&str> = now.iter().copied().filter(|known| *known != id).collect();
        if !comes {
            next.push(&id);
        }
        let said = match (comes, name.as_str()) {
            (true, "You") => "You do not come any more".to_owned(),
            (true, name) => format!("{name} does not come any more"),
            (false, "You") => "You come too".to_owned(),
            (false, name) => format!("{name} comes too"),
        };
        let command = set(&view.id, "attendees", &next.join(","), &before, &said);
        let right = if comes { "comes" } else { "" };
        Entry::new(Sign::Person(name.clone()), &name, command).right(right)
    });
    Picker::new("Who comes", None, entries.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meeting_offers_its_next_state_only_when_it_lacks_nothing() {
        for (state, lacks, offers) in [
            ("planned", Some("agenda"), None),
            ("planned", None, Some("It is on")),
            ("on", Some("outcome"), None),
            ("on", None, Some("Close it")),
            ("closed", None, None),
        ] {
            let view = MeetingView {
                state: state.into(),
                lacks: lacks.map(str::to_owned),
                ..MeetingView::default()
            };
            let head = build(&view);
            let offered = head.choices.first().map(|(label, _)| label.as_str());
            assert_eq!(offered, offers, "{state} {lacks:?}: {}", head.words);
            assert_eq!(head.words.contains("under"), lacks.is_some(), "{}", head.words);
        }
    }
}
