//! The strip of people: whose day it is where, on one ruler of 24 hours in one's own zone.

pub mod data;
mod ui;

pub use data::Ruler;
pub use ui::{Columns, height, show};

use super::views::Views;

/// The strip of a window.
#[derive(Debug, Default)]
pub struct StripState {
    /// What is shown; none until the engine has answered.
    pub ruler: Option<Ruler>,
    /// The instant that keys chose.
    pub at_ms: Option<i64>,
    read: usize,
}

impl StripState {
    /// Reads a newer answer.
    pub fn read(&mut self, views: &Views) {
        if views.strip.stamp() == self.read {
            return;
        }
        self.read = views.strip.stamp();
        let zone = views.about.get().map_or("UTC", |about| about.zone.as_str());
        let ruler = views.strip.get().and_then(|view| Ruler::of(view, zone));
        self.ruler = ruler.filter(|ruler| !ruler.rows.is_empty());
    }
}
