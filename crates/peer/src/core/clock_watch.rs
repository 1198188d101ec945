//! Clock changes that alter the hours one shares with somebody, or that people share.

use std::collections::BTreeSet;

use tern_trust::Role;

use crate::api::*;

use super::Core;
use super::errors::usage;
use super::resolve::hex;

/// Weeks that are looked at for oneself: the change lies in the first, what it alters in both.
const WEEKS: u16 = 2;

impl Core {
    /// What is about to change, for each other member; somebody without a readable profile is left out.
    pub(crate) fn clock_watch(&self) -> ClockWatchView {
        let Some(me) = self.mem.member() else { return ClockWatchView::default() };
        let members = self.mem.membership.members.keys().filter(|id| **id != me);
        let others = members.filter(|id| self.mem.membership.role_of(id) != Role::None);
        let pairs = others.filter_map(|other| self.overlap(&[hex(&me), hex(other)], WEEKS).ok());
        sorted(pairs.flat_map(|pair| pair.warnings).filter(|warning| warning.soon).collect())
    }

    /// What changes for these people in the next weeks: for all of them together, and for every two of them. One name alone
    /// is paired with oneself.
    pub(crate) fn clock_watch_of(&self, who: &[String], weeks: u16) -> Result<ClockWatchView, PeerError> {
        let mut found = Vec::new();
        for text in who {
            let member = hex(&self.find_member(text)?);
            if !found.contains(&member) {
                found.push(member);
            }
        }
        let me = self.mem.member().map(|me| hex(&me));
        if let ([one], Some(me)) = (found.as_slice(), me)
            && *one != me
        {
            found.insert(0, me);
        }
        if found.len() > MAX_CLOCK_WATCH {
            return Err(usage(
                format!("Clock changes are told of at most {MAX_CLOCK_WATCH} people at once."),
                "Name fewer of them.",
            ));
        }
        let mut warnings = self.overlap(&found, weeks)?.warnings;
        if found.len() > 2 {
            for (at, one) in found.iter().enumerate() {
                for other in found.iter().skip(at + 1) {
                    warnings.extend(self.overlap(&[one.clone(), other.clone()], weeks)?.warnings);
                }
            }
        }
        Ok(sorted(warnings))
    }
}

/// In order of time, each said once: the clocks of a zone in which several of them live change once.
fn sorted(mut warnings: Vec<OverlapWarning>) -> ClockWatchView {
    warnings.sort_by(|a, b| (&a.when, &a.text).cmp(&(&b.when, &b.text)));
    let mut said = BTreeSet::new();
    warnings.retain(|warning| said.insert((warning.when.clone(), warning.text.clone())));
    ClockWatchView { warnings }
}
