//! Clock changes that alter the hours one shares with others.

use serde::Serialize;

use super::OverlapWarning;

/// Most people of whom clock changes are told at once: every two of them are looked at.
pub const MAX_CLOCK_WATCH: usize = 12;

/// What clocks are about to change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClockWatchView {
    /// Of each pair that is altered, and of all who were asked for together, the change.
    pub warnings: Vec<OverlapWarning>,
}
