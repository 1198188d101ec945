//! What of the inbox may make itself heard now: nothing outside one's hours. What is held comes with the next check-in.

use tern_model::hours::Hearing;

use crate::api::*;

use super::{Core, focus, people};

impl Core {
    /// The inbox, sorted by what may be heard at this instant.
    pub(crate) fn notify_view(&self) -> Result<NotifyView, PeerError> {
        let (now_ms, zone) = (self.now_ms(), self.my_zone());
        let profile = self.mem.member().and_then(|me| people::profile_of(&self.store, &me));
        let items = self.inbox_view()?.items;
        let Some(profile) = profile else {
            // Without hours there is no time at which it would be welcome.
            let held = items.into_iter().map(|item| HeldItem { item, until: None }).collect();
            return Ok(NotifyView { quiet: true, held, ..NotifyView::default() });
        };
        let focus_ms = self.mem.member().and_then(|me| focus::until(&self.store, &me, now_ms));
        let mut view = NotifyView {
            focus_until: focus_ms.map(|at| zone.rfc9557(at)),
            quiet: !profile.is_working(now_ms),
            next: profile.next_checkin(now_ms).map(|at| zone.rfc9557(at)),
            ..NotifyView::default()
        };
        for item in items {
            let at_ms = zone.moment(&item.when).unwrap_or(now_ms).min(now_ms);
            match self.hearing_of(&item, &profile, at_ms, (now_ms, focus_ms))? {
                Hearing::Now => view.notify.push(item),
                Hearing::Held(until) => {
                    view.held.push(HeldItem { item, until: until.map(|at| zone.rfc9557(at)) });
                }
            }
        }
        Ok(view)
    }
}
