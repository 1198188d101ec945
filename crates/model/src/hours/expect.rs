//! When an answer may be expected.

use super::{DAY_MS, HOUR_MS, Profile};

/// Working time of the recipient within which an urgent message is answered.
pub const URGENT_WORK_MS: i64 = 4 * HOUR_MS;

/// When the recipient of a message may be expected to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// The instant at which [`URGENT_WORK_MS`] of the recipient's working time have passed since the start.
    pub urgent_by_ms: i64,
    /// The first check-in that is at least 24 hours after the start and later than `urgent_by_ms`.
    pub standard_by_ms: i64,
}

/// How soon answers are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Working time of the recipient within which an urgent message is answered.
    pub urgent_work_ms: i64,
    /// Time after which an ordinary message is answered, at the check-in that follows.
    pub standard_ms: i64,
}

impl Default for Rule {
    fn default() -> Rule {
        Rule { urgent_work_ms: URGENT_WORK_MS, standard_ms: DAY_MS }
    }
}

/// Computes when an answer may be expected of a person whom a message reached (on a device of theirs or a node) at
/// `start_ms`. `None` for one who has no working time or is away for as long as is looked ahead.
pub fn expected(profile: &Profile, start_ms: i64) -> Option<Expected> {
    expected_by(profile, start_ms, &Rule::default())
}

/// As [`expected`], by what people agreed on.
pub fn expected_by(profile: &Profile, start_ms: i64, rule: &Rule) -> Option<Expected> {
    let urgent_by_ms = worked(profile, start_ms, rule.urgent_work_ms)?;
    let earliest = start_ms.saturating_add(rule.standard_ms).max(urgent_by_ms.saturating_add(1));
    let standard_by_ms = profile.next_checkin(earliest)?;
    Some(Expected { urgent_by_ms, standard_by_ms })
}

/// The instant at which somebody has worked for `work_ms` from `start_ms` on.
pub fn worked(profile: &Profile, start_ms: i64, work_ms: i64) -> Option<i64> {
    let mut left_ms = work_ms;
    profile.working_after(start_ms).find_map(|work| {
        if left_ms <= work.length_ms() {
            return Some(work.from_ms + left_ms);
        }
        left_ms -= work.length_ms();
        None
    })
}
