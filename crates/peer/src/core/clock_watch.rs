//! Clock changes within a week that alter the hours one shares with somebody.

use tern_trust::Role;

use crate::api::*;

use super::Core;
use super::resolve::hex;

/// Weeks that are looked at: the change lies in the first, what it alters in both.
const WEEKS: u16 = 2;

impl Core {
    /// What is about to change, for each other member; somebody without a readable profile is left out.
    pub(crate) fn clock_watch(&self) -> ClockWatchView {
        let Some(me) = self.mem.member() else { return ClockWatchView::default() };
        let members = self.mem.membership.members.keys().filter(|id| **id != me);
        let others = members.filter(|id| self.mem.membership.role_of(id) != Role::None);
        let pairs = others.filter_map(|other| self.overlap(&[hex(&me), hex(other)], WEEKS).ok());
        let mut warnings: Vec<OverlapWarning> =
            pairs.flat_map(|pair| pair.warnings).filter(|warning| warning.soon).collect();
        warnings.sort_by(|a, b| (&a.when, &a.text).cmp(&(&b.when, &b.text)));
        ClockWatchView { warnings }
    }
}
