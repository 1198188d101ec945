//! How often a peer may begin a session: each costs a look at both logs and up to a megabyte of what is new.

use std::collections::BTreeMap;

use tern_trust::Id;

/// Sessions that one device may begin in quick succession.
pub const STARTS_MAX: u32 = 128;
/// One more is allowed after so long, milliseconds.
pub const START_EVERY_MS: i64 = 1_000;
/// Devices that are remembered; of more, whoever began longest ago is forgotten.
pub const REMEMBERED_MAX: usize = 1_024;

#[derive(Debug, Clone, Copy)]
struct Used {
    starts: u32,
    since_ms: i64,
}

/// What devices have begun of late.
#[derive(Debug, Default)]
pub(super) struct Starts(BTreeMap<Id, Used>);

impl Starts {
    /// Counts a session that `peer` wants to begin; false when it begins too many.
    pub fn may_begin(&mut self, now: i64, peer: &Id) -> bool {
        if !self.0.contains_key(peer) && self.0.len() >= REMEMBERED_MAX {
            let oldest = self.0.iter().min_by_key(|(_, used)| used.since_ms).map(|(id, _)| *id);
            oldest.map(|id| self.0.remove(&id));
        }
        let used = self.0.entry(*peer).or_insert(Used { starts: 0, since_ms: now });
        let back = ((now - used.since_ms).max(0) / START_EVERY_MS).min(i64::from(STARTS_MAX));
        used.starts = used.starts.saturating_sub(u32::try_from(back).unwrap_or(STARTS_MAX));
        used.since_ms += back * START_EVERY_MS;
        if used.starts == 0 || now < used.since_ms {
            used.since_ms = now;
        }
        let may = used.starts < STARTS_MAX;
        used.starts += u32::from(may);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_begins_so_many_sessions_at_once_and_then_one_a_second() {
        let mut starts = Starts::default();
        let (one, other) = ([1; 32], [2; 32]);
        assert!((0..STARTS_MAX).all(|_| starts.may_begin(5, &one)), "at the bound");
        assert!(!starts.may_begin(5, &one), "one past it");
        assert!(starts.may_begin(5, &other), "nobody else pays for it");
        assert!(starts.may_begin(5 + START_EVERY_MS, &one));
        assert!(!starts.may_begin(5 + START_EVERY_MS, &one));
        let later = 5 + START_EVERY_MS * i64::from(STARTS_MAX) * 2;
        assert!((0..STARTS_MAX).all(|_| starts.may_begin(later, &one)) && !starts.may_begin(later, &one));
        assert!(!starts.may_begin(0, &one), "a clock that is set back lets nobody in");
    }

    #[test]
    fn strangers_with_ever_new_keys_are_not_remembered_without_end() {
        let mut starts = Starts::default();
        for n in 0..5_000u64 {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&n.to_le_bytes());
            assert!(starts.may_begin(n as i64, &id));
        }
        assert_eq!(starts.0.len(), REMEMBERED_MAX);
    }
}
