//! The sittings of a page in the right column.

use egui::{Align2, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::{HistoryView, SessionView};

use crate::gui::clock::Clock;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::look::look;
use crate::gui::past::{Ask, scrub};
use crate::gui::people::is_working;
use crate::gui::tokens::{self, radius};
use crate::gui::widgets;

/// Sittings that are listed; older ones are reached by the row over the page.
const ROWS_MAX: usize = 100;

/// A sitting of the history, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitting {
    /// Who, `You` for oneself.
    pub author: String,
    /// Name for the initials.
    pub name: String,
    /// What it came to.
    pub summary: String,
    /// When.
    pub when: String,
    /// Heads after it.
    pub heads: String,
    /// Its place in the history, the oldest being 0.
    pub index: usize,
}

/// Sittings, newest first.
pub fn build(history: &HistoryView, clock: &Clock) -> Vec<Sitting> {
    history.sessions.iter().enumerate().rev().take(ROWS_MAX).map(|(at, s)| sitting(s, at, clock)).collect()
}

fn sitting(session: &SessionView, index: usize, clock: &Clock) -> Sitting {
    Sitting {
        author: if session.mine { "You".to_owned() } else { session.author.clone() },
        name: session.author.clone(),
        summary: scrub::summary(session),
        when: clock.span(&session.from, &session.to),
        heads: session.heads.clone(),
        index,
    }
}

/// Draws them; the one whose heads are shown is selected.
pub fn show(ui: &mut Ui, sittings: &[Sitting], shown_at: Option<&str>, out: &mut Queue) {
    let p = look(ui.ctx());
    if sittings.is_empty() {
        widgets::text(ui, "Each sitting of each person appears here.", tokens::SMALL, p.ink3);
    }
    for sitting in sittings {
        row(ui, sitting, shown_at, out);
    }
}

fn row(ui: &mut Ui, sitting: &Sitting, shown_at: Option<&str>, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::click());
    let here = shown_at == Some(sitting.heads.as_str());
    let ground = rect.expand2(vec2(8.0, 0.0));
    widgets::row_ground(ui, ground, here, response.hovered());
    widgets::avatar(
        ui,
        pos2(rect.left() + 8.0, rect.center().y),
        7.5,
        &sitting.name,
        is_working(ui.ctx(), &sitting.name),
    );
    let inside = rect.with_min_x(rect.left() + 22.0);
    let right = widgets::line(ui, inside, Align2::RIGHT_CENTER, &sitting.when, tokens::SMALL, p.ink2);
    let words = format!("{}, {}", sitting.author, sitting.summary);
    let left = inside.with_max_x(right.left() - 8.0);
    widgets::line(ui, left, Align2::LEFT_CENTER, &words, tokens::SMALL, p.ink);
    let spoken = format!("{words}, {}. Show the page as it was then", sitting.when);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, here, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    let tip = format!("{words}, {}", sitting.when);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip).clicked() {
        out.push(UiCommand::Past(Ask::Sitting(sitting.index)));
    }
}
