//! J, K and Enter in the lists of decisions and of projects.

use super::Open;
use crate::gui::command::Route;
use crate::gui::{decisions, projects};

impl Open {
    /// Ids of what the list at hand shows, in its order.
    fn titles(&self) -> Vec<String> {
        let lines = match self.pane.route {
            Route::Projects => self.views.projects.get().map(|view| projects::data::build(view, &self.clock)),
            Route::Decisions => self.views.decisions.get().map(|view| decisions::build(view, &self.clock)),
            _ => None,
        };
        lines.unwrap_or_default().into_iter().map(|line| line.id).collect()
    }

    /// Selects the next line, or the one before.
    pub(super) fn step_title(&mut self, step: isize) {
        let all = self.titles();
        self.titled.step(&all, step);
    }

    /// Opens what is selected.
    pub(super) fn open_title(&mut self) {
        let Some(id) = self.titled.selected.clone().filter(|id| self.titles().contains(id)) else { return };
        match self.pane.route {
            Route::Projects => self.go(Route::Project { id }),
            _ => self.go(Route::page(&id)),
        }
    }
}
