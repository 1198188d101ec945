//! Leaving and coming back: when somebody last did something in the window, and what is said when hours have passed since.

use egui::Context;
use tern_peer::Query;

use super::Open;
use crate::gui::inbox::digest;

/// Hours without anybody at the window after which one has been away.
const AWAY_MS: i64 = 4 * 3_600_000;
/// How old what is written down of that may be.
const NOTED_MS: i64 = 60_000;

impl Open {
    /// Notes that somebody is here; after hours in which nobody was, what changed is gathered.
    pub(super) fn tend_away(&mut self, ctx: &Context) {
        let at_first = self.prefs.here_ms.is_none() || !self.threads.digest.begun;
        if !at_first && ctx.input(|input| input.events.is_empty()) {
            return;
        }
        self.threads.digest.begun = true;
        let now_ms = self.clock.now().timestamp().as_millisecond();
        let before = self.prefs.here_ms.unwrap_or(now_ms);
        if now_ms - before >= AWAY_MS {
            self.prefs.left_ms = Some(before);
            self.threads.digest.returned = Some(self.clock.rfc3339(before));
            self.ask_digest(ctx.input(|input| input.time));
        }
        if self.prefs.here_ms.is_none() || now_ms - before >= NOTED_MS {
            self.prefs.here_ms = Some(now_ms);
            self.remember();
        }
    }

    /// Asks what changed, once.
    pub(super) fn ask_digest(&mut self, now: f64) {
        let (backend, wake, slot) = (self.backend.as_ref(), &self.out.wake, &mut self.views.talks.digest);
        if slot.is_asked() {
            slot.refresh(backend, wake);
        } else {
            slot.ask_once(backend, wake, Query::Digest { since: None });
        }
        self.threads.digest.asked_at = Some(now);
    }

    /// What is said a week before clocks change.
    pub(in crate::gui) fn clock_notice(&self) -> Option<(String, String)> {
        let view = self.views.clock_watch.get()?;
        crate::gui::overlap::data::notice(view, self.prefs.clock_read.as_deref())
    }

    /// What is said to somebody who came back; nothing where nothing changed, or where it is read already.
    pub(in crate::gui) fn away_words(&self) -> Option<String> {
        let left = self.threads.digest.returned.as_deref()?;
        let view = self.views.talks.digest.get()?;
        let sum = digest::sum(view);
        (!sum.is_empty() && !self.digest_is_shown()).then(|| {
            format!("Since you left, {} ({} ago): {sum}.", self.clock.words(left), self.clock.lasted(left))
        })
    }
}
