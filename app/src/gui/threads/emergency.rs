//! An emergency in the composer: which criterion it meets, who hears it now, and whom the ladder reaches later.

use egui::Ui;
use tern_peer::{AgreementView, LadderStep};

use super::hint::Hint;
use super::{Composer, URGENCIES};
use crate::gui::clock::Clock;
use crate::gui::look::look;
use crate::gui::practice::people::local;
use crate::gui::tokens;
use crate::gui::views::Views;
use crate::gui::widgets;

/// The urgency, by word and as people read it.
pub const EMERGENCY: (&str, &str) = ("emergency", "Emergency");

/// Every urgency.
pub const ALL: [(&str, &str); 4] = [EMERGENCY, URGENCIES[0], URGENCIES[1], URGENCIES[2]];

/// What is agreed about emergencies; none where nobody wrote down what one is.
fn agreed(views: &Views) -> Option<&AgreementView> {
    views.group.agreed().filter(|view| view.in_force && !view.criteria.is_empty())
}

/// Urgencies that can be chosen: an emergency only where its criteria are agreed on.
pub fn urgencies(views: &Views) -> Vec<(&'static str, &'static str)> {
    agreed(views).map(|_| EMERGENCY).into_iter().chain(URGENCIES).collect()
}

/// The steps of the ladder; without one whoever is on call hears it at once.
fn steps(view: &AgreementView) -> Vec<LadderStep> {
    if view.ladder.is_empty() { vec![LadderStep::default()] } else { view.ladder.clone() }
}

/// Whom a step means: ids.
fn meant(view: &AgreementView, step: &LadderStep) -> Vec<String> {
    match &step.who {
        Some(who) => vec![who.id.clone()],
        None => view.on_call.iter().map(|who| who.id.clone()).collect(),
    }
}

/// Whom an emergency is addressed to besides those who are named: who is on call now, and whoever the ladder names.
pub fn called(views: &Views) -> Vec<String> {
    let Some(view) = agreed(views) else { return Vec::new() };
    let me = views.about.get().map(|about| about.member.as_str()).unwrap_or_default();
    let mut who: Vec<String> = Vec::new();
    for id in view.on_call.iter().chain(view.ladder.iter().filter_map(|step| step.who.as_ref())) {
        if id.id != me && !who.contains(&id.id) {
            who.push(id.id.clone());
        }
    }
    who
}

/// The foot of the composer: who hears it now, and when the ladder goes on.
pub fn hint(views: &Views, clock: &Clock) -> Hint {
    let deliver = "Send the emergency".to_owned();
    let Some(view) = agreed(views) else { return Hint { deliver, working: true, ..Hint::default() } };
    let now_ms = clock.now().timestamp().as_millisecond();
    let now = clock.rfc3339(now_ms);
    let me = views.about.get().map(|about| about.member.as_str()).unwrap_or_default();
    let name = |id: &String| match super::people::name(views, id) {
        _ if id == me => "you".to_owned(),
        name => format!("{name} ({} theirs)", local(views, id, &now, clock)),
    };
    let steps = steps(view);
    let first = steps.iter().filter(|step| step.minutes == 0);
    let mut at_once: Vec<String> = first.flat_map(|step| meant(view, step)).collect();
    at_once.dedup();
    let who = match at_once.iter().map(name).collect::<Vec<_>>() {
        none if none.is_empty() => "Nobody is on call: no quiet hours are broken at once.".to_owned(),
        names => format!("Heard now, in quiet hours too: {}.", names.join(", ")),
    };
    let later = steps.iter().filter(|step| step.minutes > 0).map(|step| {
        let at = clock.rfc3339(now_ms + i64::from(step.minutes) * 60_000);
        let who = step.who.as_ref().map_or("whoever is on call then".to_owned(), |who| name(&who.id));
        format!("{who} from {}", clock.due(&at))
    });
    let later = later.collect::<Vec<_>>().join(", ");
    let choices = if later.is_empty() {
        "Everybody else hears it in their own hours.".to_owned()
    } else {
        format!("While nobody answers: {later}.")
    };
    Hint { who, choices, deliver, working: false, ..Hint::default() }
}

/// Draws the criteria, of which one is ticked.
pub fn ticks(ui: &mut Ui, composer: &mut Composer, views: &Views) {
    let p = look(ui.ctx());
    let criteria = agreed(views).map(|view| view.criteria.as_slice()).unwrap_or_default();
    widgets::text(ui, "It is an emergency because", tokens::SMALL_STRONG, p.ink2);
    for criterion in criteria {
        let on = composer.say.criterion.as_ref() == Some(criterion);
        if widgets::check(ui, on, criterion) {
            composer.say.criterion = (!on).then(|| criterion.clone());
        }
    }
}
