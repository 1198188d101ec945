//! Draws the list of meetings.

use egui::{Align2, Sense, Ui, WidgetInfo, accesskit::Role};
use tern_peer::MeetingView;

use super::{empty, row, sign};
use crate::gui::command::{Queue, Route, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::look::look;
use crate::gui::sidebar::shown_title;
use crate::gui::tokens::{self, radius};
use crate::gui::views::Views;
use crate::gui::widgets;

/// Draws the list, or what a meeting here is where there is none.
pub(super) fn show(ui: &mut Ui, views: &Views, out: &mut Queue) {
    let Some(meetings) = views.group.listed() else { return };
    if meetings.is_empty() {
        let words = "A meeting has a page: it begins with an agenda and closes with an outcome, and its actions become \
                     tasks. “New meeting” says first whether writing would do.";
        return empty(ui, "No meetings", words);
    }
    for meeting in meetings {
        line(ui, meeting, out);
    }
}

/// When it is, who comes, and what it lacks or came to.
fn words(meeting: &MeetingView) -> String {
    let state = match meeting.state.as_str() {
        "on" => "On now",
        "closed" => "Closed",
        _ => "Planned",
    };
    let names: Vec<&str> = meeting.attendees.iter().map(|who| who.name.as_str()).collect();
    let came = match (meeting.state.as_str(), &meeting.lacks) {
        ("closed", _) => meeting.outcome.clone(),
        (_, Some(lacks)) => format!("no {lacks} yet"),
        _ => String::new(),
    };
    let starts = meeting.starts_local.clone().unwrap_or_default();
    let parts = [state.to_owned(), starts, names.join(", "), came];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn line(ui: &mut Ui, meeting: &MeetingView, out: &mut Queue) {
    let p = look(ui.ctx());
    let (rect, upper, lower) = row(ui, true);
    let response = ui.interact(rect, ui.scope_id().with(("meeting", &meeting.id)), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, radius::ROW, p.scheme.hover());
    }
    sign(ui, rect, Icon::Calendar);
    let (title, more) = (shown_title(&meeting.title), words(meeting));
    widgets::line(ui, upper, Align2::LEFT_CENTER, title, tokens::UI_STRONG, p.ink);
    widgets::line(ui, lower, Align2::LEFT_CENTER, &more, tokens::SMALL, p.ink2);
    let spoken = format!("{title}: {more}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, radius::ROW);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        out.push(UiCommand::Go(Route::page(&meeting.id)));
    }
}
