//! Hours that are the same on each working day: what days and stretches on one ruler can say.

use tern_model::hours::{DAY_MINUTES, Minute, Weekday, Weekly};

/// Edges stand at quarters of an hour.
const STEP: Minute = 15;
/// Shortest stretch.
const SHORTEST: Minute = 30;
/// A new stretch, where there is room for it.
const USUAL: Minute = 120;
/// Short names of the days, Monday first.
pub const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Working days that all have the same stretches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Even {
    /// Monday first.
    pub days: [bool; 7],
    /// First and last minute of each, in order.
    pub stretches: Vec<(Minute, Minute)>,
}

impl Even {
    /// Reads hours; none where days differ, or where one ends after midnight.
    pub fn read(text: &str) -> Option<Even> {
        let weekly: Weekly = text.parse().ok()?;
        let all = (0..7).filter_map(|day| Weekday::from_monday_zero_offset(day).ok());
        let all: Vec<Vec<(Minute, Minute)>> =
            all.map(|day| weekly.windows(day).iter().map(|w| (w.start, w.end)).collect()).collect();
        let stretches = all.iter().find(|of| !of.is_empty())?.clone();
        let even = all.iter().all(|of| of.is_empty() || *of == stretches);
        let whole = stretches.iter().all(|(_, end)| *end <= DAY_MINUTES);
        let days = std::array::from_fn(|day| all.get(day).is_some_and(|of| !of.is_empty()));
        (even && whole).then_some(Even { days, stretches })
    }

    /// The hours as profiles hold them.
    pub fn text(&self) -> String {
        let days: Vec<&str> = DAYS.iter().zip(self.days).filter(|(_, on)| *on).map(|(day, _)| *day).collect();
        let stretches: Vec<String> =
            self.stretches.iter().map(|(from, to)| format!("{}-{}", time(*from), time(*to))).collect();
        let text = format!("{} {}", days.join(","), stretches.join(","));
        text.parse::<Weekly>().map_or(text, |weekly| weekly.to_string())
    }

    /// Works on a day, or does not. The last day stays: without any there are no hours to set.
    pub fn toggle(&mut self, day: usize) {
        let others = self.days.iter().enumerate().any(|(other, on)| *on && other != day);
        if let Some(on) = self.days.get_mut(day)
            && (others || !*on)
        {
            *on = !*on;
        }
    }

    /// Puts the beginning or the end of a stretch near a minute of the day, as far as its neighbours let it.
    pub fn place(&mut self, stretch: usize, end: bool, near: f32) {
        let Some((from, to)) = self.stretches.get(stretch).copied() else { return };
        let before = stretch.checked_sub(1).and_then(|s| self.stretches.get(s)).map_or(0, |s| s.1 + STEP);
        let after = self.stretches.get(stretch + 1).map_or(DAY_MINUTES, |s| s.0 - STEP);
        let near = (near / f32::from(STEP)).round() as Minute * STEP;
        let moved = if end {
            (from, near.clamp((from + SHORTEST).min(after), after))
        } else {
            (near.clamp(before, to.saturating_sub(SHORTEST).max(before)), to)
        };
        if let Some(place) = self.stretches.get_mut(stretch) {
            *place = moved;
        }
    }

    /// Takes a stretch out; the last one stays.
    pub fn remove(&mut self, stretch: usize) {
        if self.stretches.len() > 1 && stretch < self.stretches.len() {
            self.stretches.remove(stretch);
        }
    }

    /// Where another stretch has room: in the middle of the longest free part of the day.
    pub fn room(&self) -> Option<(Minute, Minute)> {
        let mut edges: Vec<Minute> = vec![0];
        edges.extend(self.stretches.iter().flat_map(|(from, to)| [*from, *to]));
        edges.push(DAY_MINUTES);
        let free = edges.chunks_exact(2).map(|part| (part[0], part[1]));
        let (from, to) = free.max_by_key(|(from, to)| to - from)?;
        let length = (to - from).saturating_sub(2 * STEP).min(USUAL);
        let start = (from + (to - from - length) / 2) / STEP * STEP;
        (length >= SHORTEST).then_some((start, start + length))
    }

    /// Adds that stretch.
    pub fn add(&mut self) {
        self.stretches.extend(self.room());
        self.stretches.sort_unstable();
    }
}

/// `09:30`.
pub fn time(minute: Minute) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A further check-in: the first full hour of work that is an hour away from the others, `12:00` where there is none.
pub fn further(text: &str, even: Option<&Even>) -> String {
    let taken: Vec<Minute> = tern_model::hours::parse_checkins(text).unwrap_or_default();
    let free = |at: &Minute| taken.iter().all(|other| at.abs_diff(*other) >= 60);
    let work = |at: &Minute| even.is_none_or(|e| e.stretches.iter().any(|(from, to)| from <= at && at < to));
    let mut hours = (0..24).map(|hour| hour * 60);
    let found = hours.clone().filter(work).find(free).or_else(|| hours.find(free));
    time(found.unwrap_or(12 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_that_are_even_read_and_print_as_they_were() {
        for text in ["Mon-Fri 09:00-18:00", "Mon-Fri 08:00-12:00,14:00-18:00", "Mon,Wed,Sat 10:15-11:00"] {
            assert_eq!(Even::read(text).map(|even| even.text()).as_deref(), Some(text));
        }
        for text in ["Mon-Thu 09:00-18:00; Fri 09:00-13:00", "Mon 22:00-02:00", "none", "whenever"] {
            assert_eq!(Even::read(text), None, "{text}");
        }
    }

    #[test]
    fn days_and_stretches_are_set_within_the_day_and_never_run_into_each_other() {
        let mut even = Even::read("Mon-Fri 09:00-12:00,14:00-18:00").expect("even hours");
        even.toggle(5);
        even.toggle(0);
        assert_eq!(even.text(), "Tue-Sat 09:00-12:00,14:00-18:00");
        even.place(0, true, 15.0 * 60.0);
        even.place(1, false, 3.0 * 60.0);
        assert_eq!(even.text(), "Tue-Sat 09:00-13:45,14:00-18:00");
        even.place(1, true, 9_999.0);
        even.place(0, false, -5.0);
        assert_eq!(even.text(), "Tue-Sat 00:00-13:45,14:00-24:00");
        assert_eq!(even.room(), None, "the day is full");
        even.remove(0);
        even.remove(0);
        assert_eq!(even.text(), "Tue-Sat 14:00-24:00", "the last one stays");
        even.add();
        assert_eq!(even.text(), "Tue-Sat 06:00-08:00,14:00-24:00");
        for day in 0..7 {
            even.days[day] = day == 3;
        }
        even.toggle(3);
        assert!(even.days[3], "the last day stays");
    }

    #[test]
    fn a_further_check_in_lies_within_the_hours_and_apart_from_the_others() {
        let even = Even::read("Mon-Fri 09:00-12:00");
        assert_eq!(further("09:00,13:00", even.as_ref()), "10:00");
        assert_eq!(further("09:00,10:30", even.as_ref()), "00:00", "no hour of work is free");
        assert_eq!(further("none", None), "00:00");
    }
}
