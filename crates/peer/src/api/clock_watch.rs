//! Clock changes that alter the hours one shares with others.

use serde::Serialize;

use super::OverlapWarning;

/// What clocks are about to change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClockWatchView {
    /// Of each pair of oneself and somebody else that is altered within a week, the change.
    pub warnings: Vec<OverlapWarning>,
}
