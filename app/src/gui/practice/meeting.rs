//! The head of a meeting: where it stands, who comes when, what it lacks, and whether writing would do.

use tern_peer::{MeetingView, PracticeCommand};

use super::{Head, sends};

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
        says.push(card.text.clone());
        says.push(format!("Meet for {}; write for {}.", card.meet_for.join(", "), card.write_for.join(", ")));
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
fn next(view: &MeetingView) -> Option<(String, super::UiCommand)> {
    let (label, state, said) = match view.state.as_str() {
        "planned" => ("It is on", "on", "The meeting is on"),
        "on" => ("Close it", "closed", "Closed: its actions are tasks"),
        _ => return None,
    };
    let fields = vec![("state".to_owned(), state.to_owned())];
    let command = PracticeCommand::MeetingSet { page: view.id.clone(), fields };
    view.lacks.is_none().then(|| (label.to_owned(), sends(command, said)))
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
