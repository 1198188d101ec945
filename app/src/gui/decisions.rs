//! The decision log: what is proposed, what was decided, and what replaced it.

use egui::{
    Align2, CornerRadius, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};
use tern_peer::DecisionsView;

use super::clock::Clock;
use super::command::{Queue, Route, UiCommand};
use super::look::{self, look};
use super::sidebar::shown_title;
use super::tokens::{self, radius, stroke};
use super::views::Views;
use super::widgets;

/// Height of a line.
const LINE: f32 = 52.0;

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Full id of the page.
    pub id: String,
    /// Title.
    pub title: String,
    /// `Proposed`, `Decided` or `Superseded`.
    pub state: &'static str,
    /// What came of it, or by when it is to be decided.
    pub outcome: String,
    /// Who answers for it, who decides, what replaces it.
    pub people: String,
    /// When it last changed.
    pub when: String,
    /// The same in full and in UTC.
    pub everywhere: String,
}

/// The log, newest first.
pub fn build(view: &DecisionsView, clock: &Clock) -> Vec<Line> {
    let line = |decision: &tern_peer::DecisionView| {
        let state = match decision.state.as_str() {
            "decided" => "Decided",
            "superseded" => "Superseded",
            _ => "Proposed",
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
        Line {
            id: decision.id.clone(),
            title: shown_title(&decision.title).to_owned(),
            state,
            outcome,
            people: people.join(" · "),
            when: clock.words(&decision.updated),
            everywhere: clock.everywhere(&decision.updated, "", None),
        }
    };
    view.decisions.iter().rev().map(line).collect()
}

/// Draws the log.
pub fn show(ui: &mut Ui, views: &Views, clock: &Clock, out: &mut Queue) {
    let p = look(ui.ctx());
    let body = ui.max_rect().shrink2(vec2(24.0, 14.0));
    widgets::region(ui, body, "decisions", "Decisions", |ui| {
        ui.set_max_width(860.0);
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
        ScrollArea::vertical().auto_shrink(false).id_salt("decision lines").show_rows(
            ui,
            LINE,
            lines.len(),
            |ui, range| {
                for line in lines.get(range).unwrap_or_default() {
                    if row(ui, line) {
                        out.push(UiCommand::Go(Route::page(&line.id)));
                    }
                }
            },
        );
    });
}

fn row(ui: &mut Ui, line: &Line) -> bool {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    widgets::row_ground(ui, rect, false, response.hovered());
    let (ground, ink) = match line.state {
        "Proposed" => (p.wait_tint, p.wait),
        "Decided" => (p.add_tint, p.add),
        _ => (p.sunken, p.ink2),
    };
    let width = look::width(ui, line.state, tokens::SMALL) + 16.0;
    let chip = Rect::from_min_size(pos2(rect.left() + 8.0, rect.top() + 6.0), vec2(width, 20.0));
    ui.painter().rect_filled(chip, CornerRadius::same(radius::CHIP), ground);
    widgets::line(ui, chip, Align2::CENTER_CENTER, line.state, tokens::SMALL, ink);
    let inside = rect.with_min_x(rect.left() + 110.0).with_max_x(rect.right() - 10.0);
    let upper = inside.with_max_y(rect.top() + 30.0);
    let when = widgets::line(ui, upper, Align2::RIGHT_CENTER, &line.when, tokens::SMALL, p.ink3);
    let title = upper.with_max_x(when.left() - 10.0);
    widgets::line(ui, title, Align2::LEFT_CENTER, &line.title, tokens::UI_STRONG, p.ink);
    let second: Vec<&str> =
        [line.outcome.as_str(), line.people.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    let second = second.join(" · ");
    let lower = inside.with_min_y(rect.top() + 26.0).with_max_y(rect.bottom() - 4.0);
    widgets::line(ui, lower, Align2::LEFT_CENTER, &second, tokens::SMALL, p.ink2);
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(stroke::LINE, p.line));
    let spoken = format!("{}, {}, {second}", line.title, line.state);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    let response = response.on_hover_text(&line.everywhere);
    response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked()
}
