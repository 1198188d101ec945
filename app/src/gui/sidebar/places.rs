//! The places of the workspace at the head of the left column.

use egui::Ui;

use super::Data;
use crate::gui::actions::{Action, key_of};
use crate::gui::command::{Queue, Route, Section, UiCommand};
use crate::gui::icon::Icon;
use crate::gui::tasks;
use crate::gui::widgets::Row;

/// Below this height of the column places stand two abreast, so that pages have room.
const PLACES_ABREAST: f32 = 420.0;

/// Draws the places.
pub(super) fn show(ui: &mut Ui, data: &Data, route: &Route, out: &mut Queue) {
    let key = |action| key_of(action).unwrap_or_default();
    let count = if data.open_tasks == 0 { String::new() } else { data.open_tasks.to_string() };
    let inbox = match data.needs_me {
        0 => key(Action::GoInbox),
        needs => format!("{needs}   {}", key(Action::GoInbox)),
    };
    let waits = match data.people_wait {
        0 => key(Action::GoPeople),
        1 => "1 waits".to_owned(),
        count => format!("{count} wait"),
    };
    let spoken = |place: &Route| match (place, data.needs_me, data.people_wait) {
        (Route::Inbox, 1, _) => Some("Inbox, 1 needs you".to_owned()),
        (Route::Inbox, count @ 2.., _) => Some(format!("Inbox, {count} need you")),
        (Route::People(_), _, 1..) => Some(format!("People, {waits}")),
        _ => None,
    };
    let places = [
        ("Inbox", Icon::Inbox, inbox, Route::Inbox),
        ("Threads", Icon::Threads, key(Action::GoThreads), Route::Threads),
        ("My work", Icon::Tasks, key(Action::GoWork), Route::Work),
        ("Tasks", Icon::Board, count, Route::Tasks),
        ("Projects", Icon::Folder, key(Action::GoProjects), Route::Projects),
        ("Cycles", Icon::Clock, key(Action::GoCycles), Route::Cycles),
        ("Decision log", Icon::Check, key(Action::GoDecisions), Route::Decisions),
        ("Search", Icon::Search, key(Action::Search), Route::Search),
        ("People", Icon::People, waits.clone(), Route::People(Section::Members)),
        ("Trash", Icon::Trash, String::new(), Route::Trash),
    ];
    if ui.max_rect().height() >= PLACES_ABREAST {
        for (text, icon, right, place) in &places {
            let row = Row { icon: Some(*icon), right, ..Row::new(text) };
            place_row(ui, row, spoken(place).as_deref(), place, here(place, data, route), out);
        }
        return;
    }
    for pair in places.chunks(2) {
        ui.columns(2, |columns| {
            for (ui, (text, icon, _, place)) in columns.iter_mut().zip(pair) {
                let row = Row { icon: Some(*icon), ..Row::new(text) };
                place_row(ui, row, spoken(place).as_deref(), place, here(place, data, route), out);
            }
        });
    }
}

/// Whether a place is the one that is shown; tasks as a saved view shows them stand under that view.
fn here(place: &Route, data: &Data, route: &Route) -> bool {
    let both_people = matches!((route, place), (Route::People(_), Route::People(_)));
    let one_thread = *place == Route::Threads && matches!(route, Route::Thread { .. } | Route::NewThread);
    let one_project = *place == Route::Projects && matches!(route, Route::Project { .. });
    let saved = *place == Route::Tasks && data.view.is_some();
    (route == place && !saved) || both_people || one_thread || one_project
}

fn place_row(ui: &mut Ui, row: Row<'_>, spoken: Option<&str>, place: &Route, here: bool, out: &mut Queue) {
    let row = Row { selected: here, spoken, ..row };
    if row.show(ui).clicked() {
        out.extend(match place {
            Route::Inbox => vec![UiCommand::Do(Action::GoInbox)],
            Route::Threads => vec![UiCommand::Do(Action::GoThreads)],
            Route::Tasks => vec![tasks::Ask::LeaveView.into(), UiCommand::Go(Route::Tasks)],
            place => vec![UiCommand::Go(place.clone())],
        });
    }
}
