//! The past of a page: as it was after each sitting, what changed since one read it, and what was combined while people
//! were apart. Read only: what is restored is a change like any other, made by a command.
//!
//! `data` and `places` are plain rows; `words` compares two texts; `ink` sets rows as text; `ui`, `scrub` and `review`
//! draw them.

pub mod data;
mod ink;
pub mod places;
pub mod review;
pub mod scrub;
pub mod ui;
mod words;

use std::collections::BTreeSet;

/// What is shown in place of the text of the open page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What changed since oneself read it.
    Since,
    /// What was combined while people were apart.
    Review,
}

/// What views of the past ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Shows this in place of the text.
    Show(Mode),
    /// Back to the page as it is.
    Leave,
    /// The sitting this many places further on in time.
    Step(isize),
    /// The page as it was after a sitting, by its place in the history; the newest one is the page as it is.
    Sitting(usize),
    /// Makes the page as it was at these heads.
    RestoreVersion(String),
    /// Makes one block as it was.
    RestoreBlock {
        /// When it was so.
        at: String,
        /// Its marker.
        block: String,
    },
    /// One has read what changed.
    MarkRead,
    /// Looks at another place that was combined.
    Place(usize),
    /// Makes the place under review as one side had it.
    Take {
        /// One's own side.
        mine: bool,
    },
    /// The place under review is good as it is.
    Keep,
}

/// What the views of the past remember between frames.
#[derive(Debug, Default)]
pub struct PastState {
    /// Shown in place of the text.
    pub mode: Option<Mode>,
    /// The place under review.
    pub place: usize,
    /// Places that were looked at.
    pub done: BTreeSet<String>,
    /// Heights of rows that were drawn once.
    pub heights: ui::Heights,
    /// The rows of the answer that is shown, and which one that is.
    pub rows: Option<(usize, data::Past)>,
    /// What was combined, and the answer it was read from.
    pub places: Option<(usize, Vec<places::Place>)>,
    /// When the open page came into sight.
    pub seen_since: Option<f64>,
    /// What time it was in the last frame, seconds.
    pub now: f64,
    /// Documents whose state was asked for because the page links to them.
    pub links: BTreeSet<String>,
    /// The answer about them that was read.
    pub targets: usize,
    /// Whether the past that was asked for is that of the page.
    pub asked: Asked,
}

/// What the past was last asked for. It is dear on a page with a long history, and asked while nobody writes.
#[derive(Debug, Default)]
pub struct Asked {
    /// Heads of the page.
    pub heads: Option<String>,
    /// Changes made elsewhere.
    pub foreign: u64,
    /// When the page changed first and last since.
    pub changed: Option<(f64, f64)>,
}
