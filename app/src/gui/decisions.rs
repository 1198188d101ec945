//! The decision log: what is proposed, what was decided, and what replaced it.

use egui::{Ui, vec2};
use tern_peer::DecisionsView;

use super::clock::Clock;
use super::command::{Queue, Route};
use super::look::look;
use super::sidebar::shown_title;
use super::titled::{self, Line, Titled, Tone};
use super::tokens;
use super::views::Views;
use super::widgets;

/// The log, newest first.
pub fn build(view: &DecisionsView, clock: &Clock) -> Vec<Line> {
    let line = |decision: &tern_peer::DecisionView| {
        let (state, tone) = match decision.state.as_str() {
            "decided" => ("Decided", Tone::Good),
            "superseded" => ("Superseded", Tone::Quiet),
            _ => ("Proposed", Tone::Waits),
        };
        let by = decision.decide_by.as_ref().map(|by| {
            let yours = by.yours.as_deref().unwrap_or(&by.date);
            if by.overdue { format!("Was to be decided by {yours}") } else { format!("Decide by {yours}") }
        });
        let outcome =
            if decision.outcome.is_empty() { by.unwrap_or_default() } else { decision.outcome.clone() };
        let owner = decision.owner.iter().map(|owner| format!("{} owns it", owner.name));
        let deciders: Vec<&str> = decision.deciders.iter().map(|decider| decider.name.as_str()).collect();
        let deciders = (!deciders.is_empty()).then(|| format!("decided by {}", deciders.join(", ")));
        let replaced = decision.superseded_by.iter().map(|by| format!("replaced by “{}”", by.title));
        let replaces = decision.supersedes.iter().map(|old| format!("replaces “{}”", old.title));
        let people: Vec<String> = owner.chain(deciders).chain(replaces).chain(replaced).collect();
        let about: Vec<String> =
            [outcome, people.join(" · ")].into_iter().filter(|text| !text.is_empty()).collect();
        Line {
            id: decision.id.clone(),
            title: shown_title(&decision.title).to_owned(),
            beside: String::new(),
            state: state.to_owned(),
            tone,
            about: about.join(" · "),
            when: clock.words(&decision.updated),
            everywhere: clock.everywhere(&decision.updated, "", None),
        }
    };
    view.decisions.iter().rev().map(line).collect()
}

/// Draws the log.
pub fn show(ui: &mut Ui, list: &mut Titled, views: &Views, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let body = ui.max_rect().shrink2(vec2(24.0, 14.0));
    widgets::region(ui, body, "decisions", "Decisions", |ui| {
        ui.set_max_width(titled::WIDEST);
        let Some(view) = views.decisions.get() else {
            let words = views.decisions.error().map_or("Reading the log".to_owned(), ToString::to_string);
            widgets::text(ui, &words, tokens::UI, p.ink2);
            return;
        };
        let lines = build(view, clock);
        if lines.is_empty() {
            widgets::text(ui, "Nothing has been decided yet.", tokens::DIALOG, p.ink);
            ui.add_space(6.0);
            let words = "A page that begins from the template “Decision” stands here, and what is recorded from a thread with “.”.";
            widgets::text(ui, words, tokens::UI, p.ink2);
            return;
        }
        titled::show(ui, &lines, list, Route::page, out);
    });
}
