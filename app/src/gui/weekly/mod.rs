//! The update of one's week: five headed slots, filled from what one did, a clock for writing and one for reading.

use tern_peer::WeeklyView;

pub mod ui;

/// Words that people read in a minute.
const WORDS_A_MINUTE: usize = 200;
/// Minutes that writing is meant to take.
pub const WRITE_MINUTES: f64 = 15.0;
/// Minutes that reading is meant to take.
pub const READ_MINUTES: usize = 5;

/// What the composer remembers.
#[derive(Debug, Default)]
pub struct WeeklyState {
    /// Title of the update.
    pub title: String,
    /// Headings and what stands under them, once the draft was here.
    pub slots: Vec<(String, String)>,
    /// Seconds that it was in sight.
    pub written_secs: f64,
    /// When it was last seen in sight, seconds of the window.
    pub seen_at: Option<f64>,
    /// It was asked for and is being made a page.
    pub posting: bool,
}

impl WeeklyState {
    /// Takes the draft over, unless something is being written.
    pub fn begin(&mut self, view: &WeeklyView) {
        if !self.slots.is_empty() {
            return;
        }
        self.title.clone_from(&view.title);
        let lines = |lines: &[String]| lines.iter().map(|line| format!("- {line}")).collect::<Vec<_>>();
        self.slots =
            view.slots.iter().map(|slot| (slot.heading.clone(), lines(&slot.lines).join("\n"))).collect();
    }

    /// All of it as Markdown; a slot without words says so.
    pub fn markdown(&self) -> String {
        let slot = |(heading, text): &(String, String)| {
            let text = if text.trim().is_empty() { "Nothing." } else { text.trim() };
            format!("## {heading}\n\n{text}\n\n")
        };
        self.slots.iter().map(slot).collect()
    }

    /// Minutes that reading it takes, rounded up.
    pub fn reading_minutes(&self) -> usize {
        let words: usize = self.slots.iter().map(|(_, text)| text.split_whitespace().count()).sum();
        words.div_ceil(WORDS_A_MINUTE).max(1)
    }

    /// Both clocks in words: `4 min of 15 to write · 1 min read, at most 5`.
    pub fn clocks(&self) -> String {
        let written = (self.written_secs / 60.0).floor();
        format!(
            "{written:.0} min of {WRITE_MINUTES:.0} to write · {} min read, at most {READ_MINUTES}",
            self.reading_minutes()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_taken_over_once_and_becomes_a_page_with_five_heads() {
        let slot = |heading: &str, lines: &[&str]| tern_peer::WeeklySlot {
            name: heading.to_lowercase(),
            heading: heading.to_owned(),
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        };
        let view = WeeklyView {
            title: "Weekly update, Ben".into(),
            slots: vec![slot("Done", &["[Index](tern:x)", "Copy"]), slot("Decided", &[])],
            ..WeeklyView::default()
        };
        let mut state = WeeklyState::default();
        state.begin(&view);
        state.slots[1].1 = "Captions stay.".into();
        state.begin(&view);
        assert_eq!(
            state.markdown(),
            "## Done\n\n- [Index](tern:x)\n- Copy\n\n## Decided\n\nCaptions stay.\n\n",
            "what is written stays"
        );
        state.written_secs = 250.0;
        assert_eq!(state.clocks(), "4 min of 15 to write · 1 min read, at most 5");
    }
}
