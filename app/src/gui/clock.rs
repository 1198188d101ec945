//! Instants in words: every time that is shown passes here, in the viewer's zone.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// What time it is, and where.
#[derive(Debug, Clone)]
pub struct Clock {
    fixed_ms: Option<i64>,
    zone: TimeZone,
}

impl Clock {
    /// A clock in an IANA zone; `fixed_ms` stops it at an instant.
    pub fn new(fixed_ms: Option<i64>, zone: &str) -> Self {
        Clock { fixed_ms, zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC) }
    }

    /// Moves the clock to another zone.
    pub fn set_zone(&mut self, zone: &str) {
        if let Ok(zone) = TimeZone::get(zone) {
            self.zone = zone;
        }
    }

    /// This instant in the viewer's zone.
    pub fn now(&self) -> Zoned {
        let now =
            self.fixed_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_else(Timestamp::now);
        now.to_zoned(self.zone.clone())
    }

    /// The minute that is running, to notice when shown times grow old.
    pub fn minute(&self) -> i64 {
        self.now().timestamp().as_second().div_euclid(60)
    }

    /// Seconds until the next minute begins; `None` when the clock stands.
    pub fn until_next_minute_secs(&self) -> Option<u64> {
        if self.fixed_ms.is_some() {
            return None;
        }
        Some(60 - self.now().timestamp().as_second().rem_euclid(60).unsigned_abs())
    }

    /// An RFC 3339 time as `15:08` today, `Mon 06:20` within the week, `24 Nov` within the year, else with the year.
    pub fn words(&self, rfc3339: &str) -> String {
        let Some(when) = parse(rfc3339) else { return rfc3339.to_owned() };
        let (when, now) = (when.to_zoned(self.zone.clone()), self.now());
        let days = (now.date() - when.date()).get_days().abs();
        if when.date() == now.date() {
            when.strftime("%H:%M").to_string()
        } else if days < 7 && (now.timestamp() - when.timestamp()).get_seconds().abs() < 7 * 86_400 {
            when.strftime("%a %H:%M").to_string()
        } else if when.year() == now.year() {
            when.strftime("%-d %b").to_string()
        } else {
            when.strftime("%-d %b %Y").to_string()
        }
    }

    /// A date as `Tue 24 Nov`, with the year when it is not the running one.
    pub fn day(&self, date: &str) -> String {
        let Ok(day) = date.split('T').next().unwrap_or(date).parse::<jiff::civil::Date>() else {
            return self.words(date);
        };
        let words = if day.year() == self.now().year() { "%a %-d %b" } else { "%-d %b %Y" };
        day.strftime(words).to_string()
    }

    /// A time to come as `Fri 27 Nov 15:10`, with the year when it is not the running one.
    pub fn then(&self, rfc3339: &str) -> String {
        let Some(when) = parse(rfc3339) else { return rfc3339.to_owned() };
        let when = when.to_zoned(self.zone.clone());
        let words = if when.year() == self.now().year() { "%a %-d %b %H:%M" } else { "%-d %b %Y %H:%M" };
        when.strftime(words).to_string()
    }

    /// A span as `14:02 – 15:08`; one time when both read the same.
    pub fn span(&self, from: &str, to: &str) -> String {
        let (from, to) = (self.words(from), self.words(to));
        match (from.rsplit_once(' '), to.rsplit_once(' ')) {
            _ if from == to => to,
            (Some((day, _)), Some((same, time))) if day == same && time.contains(':') => {
                format!("{from} – {time}")
            }
            _ => format!("{from} – {to}"),
        }
    }

    /// A time in one's own zone and, where it reads otherwise there, in somebody else's: `Mon 23:20 · 15:20 theirs`.
    pub fn both(&self, rfc3339: &str, zone: Option<&str>) -> String {
        let mine = self.words(rfc3339);
        let Some(theirs) = zone.and_then(|zone| self.theirs(rfc3339, zone)) else { return mine };
        format!("{mine} · {theirs} theirs")
    }

    /// A time to come as `16:00` today, `Mon 09:00` within six days, else with its date.
    pub fn due(&self, rfc3339: &str) -> String {
        let Some(when) = parse(rfc3339) else { return rfc3339.to_owned() };
        self.short(&when.to_zoned(self.zone.clone()))
    }

    /// The same on the clock of another zone; nothing where that reads as one's own.
    pub fn due_in(&self, rfc3339: &str, zone: &str) -> Option<String> {
        let (when, zone) = (parse(rfc3339)?, TimeZone::get(zone).ok()?);
        let (there, here) = (when.to_zoned(zone), when.to_zoned(self.zone.clone()));
        (there.offset() != here.offset())
            .then(|| if there.date() == here.date() { self.short(&there) } else { self.dated(&there) })
    }

    /// A time to come in both zones: `your Mon 09:00, Mon 18:00 theirs`.
    pub fn due_both(&self, rfc3339: &str, zone: Option<&str>) -> String {
        let mine = self.due(rfc3339);
        match zone.and_then(|zone| self.due_in(rfc3339, zone)) {
            Some(theirs) => format!("your {mine}, {theirs} theirs"),
            None => mine,
        }
    }

    fn short(&self, when: &Zoned) -> String {
        if when.date() == self.now().date() {
            return when.strftime("%H:%M").to_string();
        }
        self.dated(when)
    }

    fn dated(&self, when: &Zoned) -> String {
        let days = when.timestamp().as_second() - self.now().timestamp().as_second();
        let near = (-6 * 86_400..6 * 86_400).contains(&days);
        when.strftime(if near { "%a %H:%M" } else { "%a %-d %b %H:%M" }).to_string()
    }

    /// An instant everywhere it matters: `Fri 20 Nov 08:40 yours · Fri 17:40 for Aiko · 08:40 UTC`.
    pub fn everywhere(&self, rfc3339: &str, name: &str, zone: Option<&str>) -> String {
        let Some(when) = parse(rfc3339) else { return rfc3339.to_owned() };
        let mut said = format!("{} yours", self.then(rfc3339));
        if let Some(zone) = zone.and_then(|zone| TimeZone::get(zone).ok()) {
            said += &format!(" · {} for {name}", when.to_zoned(zone).strftime("%a %H:%M"));
        }
        said + &format!(" · {} UTC", when.to_zoned(TimeZone::UTC).strftime("%a %H:%M"))
    }

    fn theirs(&self, rfc3339: &str, zone: &str) -> Option<String> {
        let zone = TimeZone::get(zone).ok()?;
        let (there, here) = {
            let when = parse(rfc3339)?;
            (when.to_zoned(zone), when.to_zoned(self.zone.clone()))
        };
        if there.offset() == here.offset() {
            return None;
        }
        let words = if there.date() == here.date() { "%H:%M" } else { "%a %H:%M" };
        Some(there.strftime(words).to_string())
    }

    /// The time of day of an instant: `15:08`.
    pub fn time(&self, rfc3339: &str) -> String {
        let Some(when) = parse(rfc3339) else { return rfc3339.to_owned() };
        when.to_zoned(self.zone.clone()).strftime("%H:%M").to_string()
    }

    /// An instant in UTC milliseconds; 0 for what cannot be read.
    pub fn at_ms(&self, rfc3339: &str) -> i64 {
        parse(rfc3339).map_or(0, jiff::Timestamp::as_millisecond)
    }

    /// Whether an instant is after now.
    pub fn is_to_come(&self, rfc3339: &str) -> bool {
        parse(rfc3339).is_some_and(|when| when > self.now().timestamp())
    }

    /// How long it has been since an instant: `22 h 26`, `3 days 4 h`.
    pub fn lasted(&self, rfc3339: &str) -> String {
        let Some(when) = parse(rfc3339) else { return rfc3339.to_owned() };
        let minutes = (self.now().timestamp().as_second() - when.as_second()).max(0) / 60;
        match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
            (0, 0, minutes) => format!("{minutes} min"),
            (0, hours, minutes) => format!("{hours} h {minutes:02}"),
            (1, hours, _) => format!("1 day {hours} h"),
            (days, hours, _) => format!("{days} days {hours} h"),
        }
    }

    /// An instant of the engine's kind, in one's own zone.
    pub fn rfc3339(&self, at_ms: i64) -> String {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
        at.to_string()
    }

    /// How long ago an instant was: `just now`, `5 min ago`, `2 h ago`, `3 days ago`.
    pub fn ago(&self, rfc3339: &str) -> String {
        let Some(when) = parse(rfc3339) else { return rfc3339.to_owned() };
        let secs = self.now().timestamp().as_second() - when.as_second();
        match secs {
            ..60 => "just now".to_owned(),
            60..3_600 => format!("{} min ago", secs / 60),
            3_600..86_400 => format!("{} h ago", secs / 3_600),
            86_400..172_800 => "1 day ago".to_owned(),
            _ => format!("{} days ago", secs / 86_400),
        }
    }
}

/// Local time in a zone as `Wed 00:10`, and the fraction of its day that has passed.
pub fn local_time(now: &Zoned, zone: &str) -> Option<(String, f32)> {
    let there = now.with_time_zone(TimeZone::get(zone).ok()?);
    let minutes = f32::from(there.hour()) * 60.0 + f32::from(there.minute());
    Some((there.strftime("%a %H:%M").to_string(), minutes / 1440.0))
}

fn parse(rfc3339: &str) -> Option<Timestamp> {
    let instant = rfc3339.split('[').next().unwrap_or(rfc3339);
    instant.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tue 24 Nov 2026 15:10 in London.
    fn clock() -> Clock {
        Clock::new(Some(1_795_533_000_000), "Europe/London")
    }

    #[test]
    fn times_are_as_short_as_they_are_clear() {
        for (instant, words) in [
            ("2026-11-24T15:08:00Z", "15:08"),
            ("2026-11-23T06:20:00Z", "Mon 06:20"),
            ("2026-11-24T23:30:00+09:00[Asia/Tokyo]", "14:30"),
            ("2026-11-01T09:00:00Z", "1 Nov"),
            ("2025-11-24T09:00:00Z", "24 Nov 2025"),
            ("not a time", "not a time"),
        ] {
            assert_eq!(clock().words(instant), words, "{instant}");
        }
    }

    #[test]
    fn a_time_of_somebody_elsewhere_is_said_in_both_zones() {
        let at = "2026-11-24T13:20:00Z";
        assert_eq!(clock().both(at, Some("Africa/Lagos")), "13:20 · 14:20 theirs");
        assert_eq!(clock().both("2026-11-23T17:30:00Z", Some("Asia/Tokyo")), "Mon 17:30 · Tue 02:30 theirs");
        assert_eq!(clock().both(at, Some("Europe/Lisbon")), "13:20");
        assert_eq!(clock().both(at, None), "13:20");
    }

    #[test]
    fn a_time_to_come_has_its_date() {
        assert_eq!(clock().then("2026-11-27T15:10:00Z"), "Fri 27 Nov 15:10");
        assert_eq!(clock().then("2027-01-04T09:00:00Z"), "4 Jan 2027 09:00");
    }

    #[test]
    fn a_time_by_which_something_is_expected_has_the_days_it_needs_in_both_zones() {
        assert_eq!(
            clock().due_both("2026-11-24T16:00:00Z", Some("Africa/Lagos")),
            "your 16:00, 17:00 theirs"
        );
        let morning = "2026-11-25T00:00:00Z";
        assert_eq!(clock().due_both(morning, Some("Asia/Tokyo")), "your Wed 00:00, Wed 09:00 theirs");
        assert_eq!(clock().due_both(morning, Some("Europe/Lisbon")), "Wed 00:00");
        assert_eq!(clock().due_both("2026-12-07T09:00:00Z", None), "Mon 7 Dec 09:00");
        let here = clock().everywhere("2026-11-23T17:30:00Z", "Aiko", Some("Asia/Tokyo"));
        assert_eq!(here, "Mon 23 Nov 17:30 yours · Tue 02:30 for Aiko · Mon 17:30 UTC");
    }

    #[test]
    fn a_day_is_said_without_a_time() {
        assert_eq!(clock().day("2026-11-20"), "Fri 20 Nov");
        assert_eq!(clock().day("2025-11-24"), "24 Nov 2025");
        assert_eq!(clock().day("2026-11-24T15:08:00Z"), "Tue 24 Nov");
        assert_eq!(clock().day("some day"), "some day");
    }

    #[test]
    fn spans_and_ages_read_as_people_say_them() {
        assert_eq!(clock().span("2026-11-24T14:02:00Z", "2026-11-24T15:08:00Z"), "14:02 – 15:08");
        assert_eq!(clock().span("2026-11-23T06:20:00Z", "2026-11-23T06:45:00Z"), "Mon 06:20 – 06:45");
        assert_eq!(clock().span("2026-11-23T06:20:00Z", "2026-11-23T06:20:10Z"), "Mon 06:20");
        for (instant, ago) in [
            ("2026-11-24T15:09:30Z", "just now"),
            ("2026-11-24T15:05:00Z", "5 min ago"),
            ("2026-11-24T13:00:00Z", "2 h ago"),
            ("2026-11-21T13:00:00Z", "3 days ago"),
        ] {
            assert_eq!(clock().ago(instant), ago);
        }
    }

    #[test]
    fn a_zone_that_is_unknown_is_no_reason_to_stop() {
        assert_eq!(Clock::new(Some(0), "Mars/Olympus").now().hour(), 0);
        assert!(local_time(&clock().now(), "Mars/Olympus").is_none());
        assert_eq!(
            local_time(&clock().now(), "Asia/Tokyo").map(|(words, _)| words),
            Some("Wed 00:10".into())
        );
    }
}
