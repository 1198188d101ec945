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

/// Computes when an answer may be expected of a person whom a message reached (on a device of theirs or a node) at
/// `start_ms`. `None` for one who has no working time or is away for as long as is looked ahead.
pub fn expected(profile: &Profile, start_ms: i64) -> Option<Expected> {
    let mut left_ms = URGENT_WORK_MS;
    let urgent_by_ms = profile.working_after(start_ms).find_map(|work| {
        if left_ms <= work.length_ms() {
            return Some(work.from_ms + left_ms);
        }
        left_ms -= work.length_ms();
        None
    })?;
    let earliest = start_ms.saturating_add(DAY_MS).max(urgent_by_ms.saturating_add(1));
    let standard_by_ms = profile.next_checkin(earliest)?;
    Some(Expected { urgent_by_ms, standard_by_ms })
}
