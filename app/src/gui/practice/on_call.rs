//! Who is on call, in local times, and what that rests on, as lines.

use tern_peer::{AgreementView, PersonView};

use super::people::local;
use crate::gui::clock::Clock;
use crate::gui::people::place;
use crate::gui::views::Views;

/// What the view of those on call shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnCall {
    /// The page on which it is agreed: id and title; none where nothing is.
    pub page: Option<(String, String)>,
    /// Who is on call now, a line each.
    pub now: Vec<String>,
    /// Who is after that.
    pub then: Vec<String>,
    /// What an emergency is.
    pub criteria: Vec<String>,
    /// Who is called after how long.
    pub ladder: Vec<String>,
    /// Who is on call when, in their own time.
    pub rota: Vec<String>,
}

/// What is agreed, as lines.
pub fn build(views: &Views, view: &AgreementView, clock: &Clock) -> OnCall {
    let at = clock.now().timestamp().to_string();
    let me = views.about.get().map(|about| about.member.as_str()).unwrap_or_default();
    let on = |who: &PersonView, at: &str| match who.id == me {
        true => format!("{} (you)", who.name),
        false => format!("{} ({} theirs)", who.name, local(views, &who.id, at, clock)),
    };
    let mut now: Vec<String> = view.on_call.iter().map(|who| on(who, &at)).collect();
    if now.is_empty() {
        now.push("Nobody: an emergency waits for the ladder, and for everybody’s own hours".to_owned());
    }
    let then = view.then.iter().map(|duty| {
        let who: Vec<String> = duty.who.iter().map(|who| on(who, &duty.from)).collect();
        let who = if who.is_empty() { "nobody".to_owned() } else { who.join(", ") };
        format!("From your {}: {who}", clock.due(&duty.from))
    });
    let ladder = view.ladder.iter().map(|step| {
        let who = step.who.as_ref().map_or("whoever is on call", |who| who.name.as_str());
        match step.minutes {
            0 => format!("At once: {who}"),
            minutes => format!("After {minutes} min without an answer: {who}"),
        }
    });
    let rota = view.rota.iter().map(|entry| {
        let place =
            if entry.zone.is_empty() { String::new() } else { format!(", {} time", place(&entry.zone)) };
        format!("{}: {}{place}", entry.who.name, entry.when)
    });
    OnCall {
        page: view.id.clone().map(|id| (id, view.title.clone())),
        now,
        then: then.collect(),
        criteria: view.criteria.clone(),
        ladder: ladder.collect(),
        rota: rota.collect(),
    }
}
