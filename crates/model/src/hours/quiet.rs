//! Quiet hours: what may make itself heard now, what is held, and until when. A function of a profile, what came and an
//! instant; nothing is remembered, so it is right after any sleep and on every device.

use super::Profile;

/// Something that came and may make itself heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// When it came, UTC milliseconds.
    pub at_ms: i64,
    /// Whether it is an emergency.
    pub emergency: bool,
}

/// What becomes of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hearing {
    /// It may be heard now.
    Now,
    /// It is held until this instant, a check-in; none for somebody who states no hours.
    Held(Option<i64>),
}

impl Profile {
    /// What becomes of an arrival at an instant. Inside one's hours what comes is heard at once; what came outside waits for
    /// the next check-in. Outside one's hours nothing is heard but an emergency by who is on call.
    pub fn hearing(&self, arrival: &Arrival, on_call: bool, now_ms: i64) -> Hearing {
        if arrival.emergency && on_call {
            return Hearing::Now;
        }
        if !self.is_working(now_ms) {
            return Hearing::Held(self.next_checkin(now_ms));
        }
        let due_ms = if self.is_working(arrival.at_ms) {
            Some(arrival.at_ms)
        } else {
            self.next_checkin(arrival.at_ms)
        };
        match due_ms {
            Some(due) if due <= now_ms => Hearing::Now,
            due => Hearing::Held(due),
        }
    }

    /// The same for somebody who wants to hear nothing until an instant: what comes is held until then, and on from there
    /// as if it were heard for the first time.
    pub fn hearing_in_focus(
        &self,
        arrival: &Arrival,
        on_call: bool,
        focus_until_ms: Option<i64>,
        now_ms: i64,
    ) -> Hearing {
        let Some(until) = focus_until_ms.filter(|until| *until > now_ms) else {
            return self.hearing(arrival, on_call, now_ms);
        };
        match self.hearing(arrival, on_call, until) {
            Hearing::Now if arrival.emergency && on_call => Hearing::Now,
            Hearing::Now => Hearing::Held(Some(until)),
            held => held,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hours::{HOUR_MS, MINUTE_MS, Zone};

    fn london() -> Profile {
        Profile::usual(Zone::get("Europe/London").unwrap())
    }

    fn at(text: &str) -> i64 {
        Zone::utc().moment(text).unwrap()
    }

    fn plain(at_ms: i64) -> Arrival {
        Arrival { at_ms, emergency: false }
    }

    #[test]
    fn what_comes_at_night_waits_for_the_first_check_in_and_what_comes_by_day_does_not() {
        let profile = Profile { checkins: vec![10 * 60, 16 * 60], ..london() };
        let night = plain(at("2026-11-24T03:00Z"));
        let held = |until: &str| Hearing::Held(Some(at(until)));
        for (now, becomes) in [
            ("2026-11-24T03:00Z", held("2026-11-24T10:00Z")),
            // Her day has begun; what came at night still waits for the check-in.
            ("2026-11-24T09:30Z", held("2026-11-24T10:00Z")),
            ("2026-11-24T10:00Z", Hearing::Now),
            ("2026-11-24T19:00Z", held("2026-11-25T10:00Z")),
        ] {
            assert_eq!(profile.hearing(&night, false, at(now)), becomes, "{now}");
        }
        let day = plain(at("2026-11-24T09:10Z"));
        assert_eq!(profile.hearing(&day, false, at("2026-11-24T09:10Z")), Hearing::Now);
    }

    #[test]
    fn an_emergency_is_heard_at_night_by_who_is_on_call_and_by_nobody_else() {
        let night = at("2026-11-24T03:00Z");
        let emergency = Arrival { at_ms: night, emergency: true };
        assert_eq!(london().hearing(&emergency, true, night), Hearing::Now);
        assert!(matches!(london().hearing(&emergency, false, night), Hearing::Held(Some(_))));
        assert!(matches!(london().hearing(&plain(night), true, night), Hearing::Held(Some(_))));
    }

    #[test]
    fn in_focus_nothing_is_heard_before_its_end_but_an_emergency_on_call() {
        let now = at("2026-11-24T10:00Z");
        let came = plain(at("2026-11-24T09:30Z"));
        let ends = |text: &str| Some(at(text));
        let hears = |focus, now| london().hearing_in_focus(&came, false, focus, now);
        assert_eq!(hears(ends("2026-11-24T15:00Z"), now), Hearing::Held(ends("2026-11-24T15:00Z")));
        assert_eq!(hears(ends("2026-11-24T10:00Z"), now), Hearing::Now, "it is over");
        assert_eq!(hears(None, now), Hearing::Now);
        let evening = hears(ends("2026-11-24T20:00Z"), now);
        assert!(
            matches!(evening, Hearing::Held(Some(until)) if until > at("2026-11-25T00:00Z")),
            "focus that ends outside hours holds until the next check-in: {evening:?}"
        );
        let emergency = Arrival { at_ms: now, emergency: true };
        assert_eq!(london().hearing_in_focus(&emergency, true, ends("2026-11-24T15:00Z"), now), Hearing::Now);
    }

    proptest! {
        /// Over both clock changes of several zones: outside hours nothing is heard but an emergency on call, and what is
        /// held is heard by the instant it is held until.
        #[test]
        fn nothing_is_heard_outside_hours(
            zone in prop::sample::select(vec!["Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]),
            change in prop::sample::select(vec![
                "2026-03-08T07:00Z", "2026-03-29T01:00Z", "2026-04-04T15:00Z", "2026-10-03T15:30Z", "2026-10-25T01:00Z",
                "2026-11-01T06:00Z",
            ]),
            hours in prop::sample::select(vec!["Mon-Fri 09:00-18:00", "Sun-Sat 00:30-03:30", "Mon-Sun 22:00-02:30,06:00-09:00"]),
            came in -5_760i64..5_760,
            after in 0i64..4_320,
            emergency: bool,
            on_call: bool,
        ) {
            let profile = Profile { weekly: hours.parse().unwrap(), ..Profile::usual(Zone::get(zone).unwrap()) };
            let at_ms = at(change) + came * MINUTE_MS;
            let now_ms = at_ms + after * MINUTE_MS;
            let arrival = Arrival { at_ms, emergency };
            match profile.hearing(&arrival, on_call, now_ms) {
                Hearing::Now => prop_assert!(profile.is_working(now_ms) || (emergency && on_call)),
                Hearing::Held(Some(until)) => {
                    prop_assert!(until > now_ms && profile.is_working(until));
                    prop_assert!(!(emergency && on_call));
                    prop_assert_eq!(profile.hearing(&arrival, on_call, until), Hearing::Now);
                    prop_assert!(until - now_ms < 9 * 24 * HOUR_MS);
                }
                Hearing::Held(None) => prop_assert!(false, "these hours have check-ins"),
            }
        }
    }
}
