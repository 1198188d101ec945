//! The update of one's week: five headed slots, filled from what one did, a clock for writing and one for reading.

use tern_peer::{WeeklyDraft, WeeklyView};

pub mod ui;

/// Words that people read in a minute.
const WORDS_A_MINUTE: usize = 200;
/// Minutes that writing is meant to take.
pub const WRITE_MINUTES: f64 = 15.0;
/// Minutes that reading is meant to take.
pub const READ_MINUTES: usize = 5;

/// Seconds after the last letter at which what is written is kept.
const KEPT_AFTER_SECS: f64 = 0.5;

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
    /// What the engine keeps of it, or made itself.
    kept: WeeklyDraft,
    /// What stood there when it was last looked at, and since when, seconds of the window.
    typed: (WeeklyDraft, f64),
}

impl WeeklyState {
    /// Takes the draft over, unless something is being written.
    pub fn begin(&mut self, view: &WeeklyView) {
        if !self.slots.is_empty() {
            return;
        }
        if let Some(draft) = view.draft.as_ref().filter(|draft| !draft.slots.is_empty()) {
            (self.title, self.slots) = (draft.title.clone(), draft.slots.clone());
            self.kept = self.draft();
            return;
        }
        self.title.clone_from(&view.title);
        let lines = |lines: &[String]| lines.iter().map(|line| format!("- {line}")).collect::<Vec<_>>();
        self.slots =
            view.slots.iter().map(|slot| (slot.heading.clone(), lines(&slot.lines).join("\n"))).collect();
        self.kept = self.draft();
    }

    fn draft(&self) -> WeeklyDraft {
        WeeklyDraft { title: self.title.clone(), slots: self.slots.clone() }
    }

    /// Seconds until what is written is to be kept; none when all of it is.
    pub fn rests(&mut self, now: f64) -> Option<f64> {
        let draft = self.draft();
        if self.posting || draft == self.kept {
            return None;
        }
        if draft != self.typed.0 {
            self.typed = (draft, now);
        }
        Some(self.typed.1 + KEPT_AFTER_SECS - now)
    }

    /// What is to be kept now; none when all of it is.
    pub fn keep(&mut self) -> Option<WeeklyDraft> {
        let draft = self.draft();
        let is_kept = self.posting || self.slots.is_empty() || draft == self.kept;
        (!is_kept).then(|| {
            self.kept = draft.clone();
            draft
        })
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
        let draft = state.keep().expect("something was written");
        assert!(state.keep().is_none() && state.rests(9.0).is_none(), "it is kept");
        let mut again = WeeklyState::default();
        again.begin(&WeeklyView { draft: Some(draft), ..view });
        assert_eq!(again.markdown(), state.markdown(), "another window goes on with it");
        state.written_secs = 250.0;
        assert_eq!(state.clocks(), "4 min of 15 to write · 1 min read, at most 5");
    }
}
