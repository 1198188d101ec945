//! The line in which a new task is written.

use egui::{Align2, Rect, Ui, pos2, vec2};
use tern_peer::{Command, TaskCommand};

use super::Ask;
use super::asked::Asked;
use super::state::TasksState;
use crate::gui::command::{Queue, Then, UiCommand};
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, size};
use crate::gui::widgets::{self, Field};
use tern_model::query::Query as Question;
use tern_model::task::Status;

/// Height that the line takes.
pub(super) const HEIGHT: f32 = size::FIELD + 16.0;

/// Draws the line where it is open; returns how much of `room` it took.
pub(super) fn show(ui: &mut Ui, room: Rect, state: &mut TasksState, out: &mut Queue) -> f32 {
    let Some(capture) = &mut state.capture else { return 0.0 };
    let p = look(ui.ctx());
    let line = Rect::from_min_size(room.min + vec2(16.0, 10.0), vec2(room.width() - 32.0, size::FIELD));
    let mut left = line.left();
    if let Some((_, _, name)) = &capture.within {
        let words = format!("In {name}");
        let at = line.with_max_x(left + look::width(ui, &words, tokens::UI_MEDIUM) + 4.0);
        left = widgets::line(ui, at, Align2::LEFT_CENTER, &words, tokens::UI_MEDIUM, p.ink).right() + 10.0;
    }
    let within = Rect::from_min_max(pos2(left, line.top()), line.max);
    let builder = egui::UiBuilder::new().max_rect(within).id_salt("capture");
    let response = ui
        .scope_builder(builder, |ui| {
            let hint = "New task:  Fix login @aiko #auth !high ^2026-12-01 >Web";
            Field::new("New task line", hint).show(ui, &mut capture.text)
        })
        .inner;
    if std::mem::take(&mut capture.focus) {
        response.request_focus();
        return HEIGHT;
    }
    if response.lost_focus() {
        let line = capture.text.trim().to_owned();
        if ui.input(|input| input.key_pressed(egui::Key::Enter)) && !line.is_empty() {
            out.push(UiCommand::Send(
                Box::new(command(capture.within.as_ref(), line, &state.asked)),
                Then::SelectMade,
            ));
            capture.text.clear();
            response.request_focus();
        } else if line.is_empty() || ui.input(|input| input.key_pressed(egui::Key::Escape)) {
            out.push(Ask::EndCapture.into());
        }
    }
    HEIGHT
}

fn command(within: Option<&(String, String, String)>, line: String, asked: &Asked) -> Command {
    match within {
        // A named state means something in its project alone.
        Some((field, value, _)) if field == "status" && Status::from_name(value).is_none() => {
            let question = asked.query.parse::<Question>().ok();
            let project = question.as_ref().and_then(Question::one_project);
            let project = project.map(|project| ("project".to_owned(), project.to_owned()));
            let fields = project.into_iter().chain([(field.clone(), value.clone())]).collect();
            Command::Tasks(TaskCommand::New { line, fields })
        }
        Some((field, value, _)) => {
            Command::Tasks(TaskCommand::New { line, fields: vec![(field.clone(), value.clone())] })
        }
        None => Command::TaskNew { line },
    }
}
