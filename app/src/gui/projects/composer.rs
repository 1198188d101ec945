//! The composer of an update: how it goes, and a text that begins with what changed since the last one.

use egui::Ui;
use tern_peer::{Command, ProjectCommand, UpdateDraftView};

use super::data::HEALTHS;
use crate::gui::command::{Queue, Then, UiCommand};
use crate::gui::look::look;
use crate::gui::said;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button, Field};

/// An update that is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Composer {
    /// Full id of the project.
    pub project: String,
    health: String,
    text: String,
    /// What changed was put in.
    begun: bool,
}

impl Composer {
    /// Begins one, with the health of the last.
    pub fn new(project: &str, health: Option<&str>) -> Composer {
        let health = health.unwrap_or("on-track").to_owned();
        Composer { project: project.to_owned(), health, ..Composer::default() }
    }

    /// Draws it; returns whether it is done with.
    pub fn show(&mut self, ui: &mut Ui, draft: Option<&UpdateDraftView>, out: &mut Queue) -> bool {
        let p = look(ui.ctx());
        if let Some(draft) = draft.filter(|draft| !self.begun && draft.project == self.project) {
            self.text = if draft.text.is_empty() { String::new() } else { format!("\n\n{}", draft.text) };
            self.begun = true;
        }
        ui.add_space(6.0);
        let options: Vec<(usize, &str)> =
            HEALTHS.iter().enumerate().map(|(at, (_, name))| (at, *name)).collect();
        let chosen = HEALTHS.iter().position(|(word, _)| *word == self.health).unwrap_or(0);
        if let Some(at) = widgets::choices(ui, "Health", &options, chosen)
            && let Some((word, _)) = HEALTHS.get(at)
        {
            (*word).clone_into(&mut self.health);
        }
        ui.add_space(6.0);
        let hint = "How it goes, in a few sentences; what changed since the last update stands below";
        Field { rows: 8, ..Field::new("Update", hint) }.show(ui, &mut self.text);
        said::preview(ui, "update", &self.text, out);
        ui.add_space(6.0);
        let mut done = false;
        ui.horizontal(|ui| {
            let empty = self.text.trim().is_empty();
            let post = Button::main("Post the update").disabled(empty.then_some("It needs a text"));
            if post.show(ui).clicked() {
                let (project, health, text) = (self.project.clone(), self.health.clone(), self.text.clone());
                let command = Command::Project(ProjectCommand::Update { project, health, text });
                out.push(UiCommand::Send(
                    Box::new(command),
                    Then::CloseAndSay("The update is told".to_owned()),
                ));
                done = true;
            }
            done |= Button::plain("Discard").show(ui).clicked();
            if draft.is_none() {
                widgets::short(ui, "Looking what changed", tokens::SMALL, p.ink3);
            }
        });
        ui.add_space(10.0);
        done
    }
}
