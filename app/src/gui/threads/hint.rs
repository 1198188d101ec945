//! What the foot of the composer says before anything is sent: the local time of those who are written to, and what each choice
//! does to the time by which an answer can be expected.

use tern_peer::{WhenChoice, WhenPerson, WhenView};

use super::Composer;
use crate::gui::clock::Clock;

/// The foot of the composer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hint {
    /// Who it reaches, and what time it is there.
    pub who: String,
    /// It is in the hours of all of them.
    pub working: bool,
    /// What each choice does.
    pub choices: String,
    /// What one should know before.
    pub warnings: Vec<String>,
    /// The button that sends it at once.
    pub deliver: String,
    /// The button that holds it, where that is another time.
    pub hold: Option<String>,
    /// When it appears if it is held, RFC 3339.
    pub hold_at: Option<String>,
}

/// The hint for a message to these people; for nobody when nobody is known yet.
pub fn build(when: Option<&WhenView>, composer: &Composer, clock: &Clock) -> Hint {
    let Some(when) = when.filter(|when| !when.people.is_empty()) else {
        return Hint { deliver: "Send".to_owned(), working: true, ..Hint::default() };
    };
    let now = clock.now().timestamp().to_string();
    let local = |one: &WhenPerson| {
        let there = clock.due_in(&now, &one.zone).unwrap_or_else(|| clock.due(&now));
        format!("{}: {there}", one.name)
    };
    let who = match when.people.as_slice() {
        [one] => format!("{}.", local(one)),
        all if all.len() <= NAMED_MAX => format!("{}.", all.iter().map(local).collect::<Vec<_>>().join(", ")),
        [first, .., last] => {
            format!("{} people. First {}, last {}.", when.people.len(), local(first), local(last))
        }
        [] => String::new(),
    };
    let choice = |deliver: &str| when.choices.iter().find(|choice| choice.deliver == deliver);
    let hold = choice("their-morning");
    let hold_words = hold.map(|hold| morning(when, hold, clock));
    let deliver = if hold.is_some() { "Deliver quietly now" } else { "Send" };
    let now_words = choice("now").and_then(|choice| expected(when, choice, composer, clock, true));
    let later = hold.and_then(|hold| expected(when, hold, composer, clock, false));
    let does = |what: &str, by: Option<String>| match by {
        Some(by) => format!("{what} → {by}"),
        None => what.to_owned(),
    };
    let choices = match (composer.urgency(), &hold_words) {
        ("none", None) => "No answer is asked for.".to_owned(),
        ("none", Some(hold)) => format!("{deliver}, or hold until {hold}. No answer is asked for."),
        (_, None) => format!("{}.", does(deliver, now_words.map(|by| format!("expected {by}")))),
        (_, Some(hold)) => {
            let now = does(deliver, now_words.map(|by| format!("expected {by}")));
            format!("{now}; {}.", does(&format!("hold until {hold}"), later))
        }
    };
    Hint {
        who,
        working: when.people.iter().all(|one| one.working),
        choices,
        warnings: when.people.iter().filter_map(unmet).collect(),
        deliver: deliver.to_owned(),
        hold: hold_words.map(|hold| format!("Hold until {hold}")),
        hold_at: hold.map(|hold| hold.at.clone()),
    }
}

/// Most people whose local times are all said.
const NAMED_MAX: usize = 3;

/// The morning until which something is held: on the clock of the one it is for, or the first one of several on one's own.
fn morning(when: &WhenView, hold: &WhenChoice, clock: &Clock) -> String {
    match when.people.as_slice() {
        [one] => match clock.due_in(&hold.at, &one.zone) {
            Some(there) => format!("their {there}"),
            None => format!("their {}", clock.due(&hold.at)),
        },
        _ => format!("the first morning, your {}", clock.due(&hold.at)),
    }
}

/// By when an answer can be expected after a choice, in the zones of those who answer.
fn expected(
    when: &WhenView,
    choice: &WhenChoice,
    composer: &Composer,
    clock: &Clock,
    now: bool,
) -> Option<String> {
    let at = |by: &str, zone: &str| clock.due_in(by, zone).map(|there| format!("{there} theirs"));
    let in_zone = |by: &str, one: &WhenPerson| at(by, &one.zone).unwrap_or_else(|| clock.due(by));
    if composer.urgency() == "urgent" {
        let last = when
            .people
            .iter()
            .filter_map(|one| Some((one.urgent_by.as_ref()?, one)))
            .max_by_key(|(by, _)| (*by).clone());
        return last.filter(|_| now).map(|(by, one)| in_zone(by, one));
    }
    match (when.people.as_slice(), &choice.first_by, &choice.last_by) {
        ([one], _, Some(by)) => Some(in_zone(by, one)),
        (_, Some(first), Some(last)) if first != last => {
            Some(format!("first your {}, last your {}", clock.due(first), clock.due(last)))
        }
        (_, _, Some(by)) => Some(format!("your {}", clock.due(by))),
        _ => None,
    }
}

fn unmet(one: &WhenPerson) -> Option<String> {
    match one.not_met_days.filter(|days| *days > 0)? {
        1 => Some(format!("No device of {} was reached for a day.", one.name)),
        days => Some(format!("No device of {} was reached for {days} days.", one.name)),
    }
}
