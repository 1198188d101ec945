//! The head of a page as plain data.

use tern_peer::{DecisionView, HandoffView, HeadView, OnView};

use super::incident::{self, IncidentHead};
use crate::gui::clock::Clock;
use crate::gui::sidebar::shown_title;
use crate::gui::threads::people;
use crate::gui::views::Views;

/// What stands over the text of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// A decision.
    Decision(Box<DecisionHead>),
    /// A hand-off.
    Handoff(Box<HandoffHead>),
    /// An incident.
    Incident(Box<IncidentHead>),
}

/// Somebody named in a head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Member id.
    pub id: String,
    /// Name; `You` for oneself.
    pub name: String,
    /// Name also for oneself, for the initials.
    pub full: String,
    /// Whether it is in their hours.
    pub working: bool,
}

/// The head of a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DecisionHead {
    /// Full id of the page.
    pub id: String,
    /// `proposed`, `decided` or `superseded`.
    pub state: String,
    /// Who answers for it.
    pub owner: Option<Named>,
    /// Who decides.
    pub deciders: Vec<Named>,
    /// The date by which it is to be decided.
    pub date: String,
    /// By when, in one's own zone; empty where no time is set.
    pub by: String,
    /// The same for each decider elsewhere: `Aiko Thu 02:00`.
    pub by_others: Vec<String>,
    /// The same for everybody whom it concerns, and in UTC.
    pub everywhere: String,
    /// Whether that is past and nothing is decided.
    pub overdue: bool,
    /// What was decided.
    pub outcome: String,
    /// Projects that it concerns: id and title.
    pub affects: Vec<(String, String)>,
    /// Decisions that it replaces: id and title.
    pub replaces: Vec<(String, String)>,
    /// Decisions that replace it.
    pub replaced_by: Vec<(String, String)>,
    /// Values that others wrote at the same time, in words.
    pub kept: Vec<String>,
}

/// The head of a hand-off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HandoffHead {
    /// Full id of the page.
    pub id: String,
    /// `open`, `accepted` or `returned`.
    pub state: String,
    /// Whose work it is.
    pub from: Named,
    /// Who is to go on.
    pub to: Named,
    /// When their hours begin, in both zones; empty where it does not matter any more.
    pub begins: String,
    /// Why it came back.
    pub reason: String,
    /// It is for oneself, and waits.
    pub mine: bool,
    /// Where it stands, in a sentence.
    pub said: String,
    /// The thread in which it is asked.
    pub thread: Option<String>,
}

/// The head of a page, where it has one.
pub fn build(view: &HeadView, views: &Views, clock: &Clock) -> Option<Head> {
    if let Some(decision) = &view.decision {
        return Some(Head::Decision(Box::new(decision_head(decision, views, clock))));
    }
    if let Some(view) = &view.incident {
        return Some(Head::Incident(Box::new(incident::build(view, views, clock))));
    }
    let handoff = view.handoff.as_ref()?;
    Some(Head::Handoff(Box::new(handoff_head(handoff, views))))
}

fn me(views: &Views) -> &str {
    views.about.get().map(|about| about.member.as_str()).unwrap_or_default()
}

/// Somebody as heads name them.
pub(super) fn named(id: &str, name: &str, views: &Views) -> Named {
    let shown = if id == me(views) { "You" } else { name };
    let full = name.to_owned();
    Named { id: id.to_owned(), name: shown.to_owned(), full, working: people::is_working(views, id) }
}

fn titles(links: &[tern_peer::DecisionLink]) -> Vec<(String, String)> {
    let title = |link: &tern_peer::DecisionLink| {
        let title = if link.title.is_empty() { "Not here yet" } else { shown_title(&link.title) };
        (link.id.clone(), title.to_owned())
    };
    links.iter().map(title).collect()
}

fn decision_head(view: &DecisionView, views: &Views, clock: &Clock) -> DecisionHead {
    let by = view.decide_by.as_ref();
    let at = by.and_then(|by| by.at.as_deref());
    let others = view.deciders.iter().filter(|decider| decider.id != me(views)).filter_map(|decider| {
        let zone = people::zone(views, &decider.id);
        let local = at.zip(zone).and_then(|(at, zone)| clock.due_in(at, zone));
        // Without an instant the engine's own words are all there is.
        let local = local.or_else(|| decider.local.clone().filter(|_| at.is_none()))?;
        Some(format!("{} {local}", decider.name))
    });
    let everywhere = at.map(|at| {
        let deciders = view.deciders.iter().filter(|decider| decider.id != me(views));
        let locals: Vec<String> = deciders
            .filter_map(|decider| Some(format!(" · {} {}", decider.name, decider.local.as_ref()?)))
            .collect();
        format!("{}{}", clock.everywhere(at, "", None), locals.concat())
    });
    let project = |on: &OnView| (on.id.clone(), on.title.clone());
    DecisionHead {
        id: view.id.clone(),
        state: view.state.clone(),
        owner: view.owner.as_ref().map(|owner| named(&owner.id, &owner.name, views)),
        deciders: view.deciders.iter().map(|decider| named(&decider.id, &decider.name, views)).collect(),
        date: by.map(|by| by.date.clone()).unwrap_or_default(),
        by: by.map(|by| at.map_or_else(|| clock.day(&by.date), |at| clock.then(at))).unwrap_or_default(),
        by_others: others.collect(),
        everywhere: everywhere.unwrap_or_default(),
        overdue: by.is_some_and(|by| by.overdue),
        outcome: view.outcome.clone(),
        affects: view.affects.iter().map(project).collect(),
        replaces: titles(&view.supersedes),
        replaced_by: titles(&view.superseded_by),
        kept: view
            .conflicts
            .iter()
            .map(|conflict| crate::gui::tasks::data::kept_words(conflict, clock))
            .collect(),
    }
}

fn handoff_head(view: &HandoffView, views: &Views) -> HandoffHead {
    let (from, to) =
        (named(&view.owner.id, &view.owner.name, views), named(&view.to.id, &view.to.name, views));
    let open = view.state == "open";
    let mine = open && view.to.id == me(views);
    let begins = match (&view.begins, &view.begins_theirs) {
        _ if !open => String::new(),
        (Some(yours), Some(theirs)) if yours != theirs && !mine => format!("{yours} yours, {theirs} theirs"),
        (Some(yours), _) => yours.clone(),
        (None, _) => String::new(),
    };
    let said = match view.state.as_str() {
        "accepted" if to.name == "You" => "You have taken it".to_owned(),
        "accepted" => format!("{} has taken it", to.name),
        "returned" if to.name == "You" => "You gave it back".to_owned(),
        "returned" => format!("{} gave it back", to.name),
        _ if mine => "It waits for you".to_owned(),
        _ => format!("{} has not taken it yet", to.name),
    };
    HandoffHead {
        id: view.id.clone().unwrap_or_default(),
        state: view.state.clone(),
        from,
        to,
        begins,
        reason: view.reason.clone(),
        mine,
        said,
        thread: view.thread.clone(),
    }
}

impl DecisionHead {
    /// The state as people read it.
    pub fn state_name(&self) -> &'static str {
        match self.state.as_str() {
            "decided" => "Decided",
            "superseded" => "Superseded",
            _ => "Proposed",
        }
    }
}

impl HandoffHead {
    /// The state as people read it.
    pub fn state_name(&self) -> &'static str {
        match self.state.as_str() {
            "accepted" => "Taken",
            "returned" => "Given back",
            _ => "Open",
        }
    }
}

/// A head as text, for tests.
#[cfg(test)]
pub fn text(head: &Head) -> String {
    let names = |people: &[Named]| people.iter().map(|p| p.name.clone()).collect::<Vec<_>>().join(", ");
    let titles =
        |links: &[(String, String)]| links.iter().map(|(_, t)| t.clone()).collect::<Vec<_>>().join(", ");
    match head {
        Head::Decision(head) => format!(
            "Decision, {}\nowner: {}\ndeciders: {}\nby: {} · {}\noutcome: {}\naffects: {}\nreplaces: {}\nreplaced by: {}\n",
            head.state_name(),
            head.owner.as_ref().map(|owner| owner.name.clone()).unwrap_or_default(),
            names(&head.deciders),
            head.by,
            head.by_others.join(" · "),
            head.outcome,
            titles(&head.affects),
            titles(&head.replaces),
            titles(&head.replaced_by),
        ),
        Head::Incident(head) => format!(
            "Incident, {}\nheld by: {}\nseverity: {}\naffected: {}\nfrom: {} until: {} {}\noutcome: {}\n",
            head.state_name(),
            head.owner.as_ref().map(|owner| owner.name.clone()).unwrap_or_default(),
            head.severity,
            head.affected,
            head.started,
            head.resolved,
            head.lasts,
            head.outcome,
        ),
        Head::Handoff(head) => format!(
            "Hand-off, {}\nfrom: {}\nto: {}\nbegins: {}\n{}{}\n",
            head.state_name(),
            head.from.name,
            head.to.name,
            head.begins,
            head.said,
            if head.reason.is_empty() { String::new() } else { format!(": {}", head.reason) },
        ),
    }
}
