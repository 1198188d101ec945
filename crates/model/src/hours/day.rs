//! Where somebody is in their day: what the strip of people shows of a stretch of time.

use jiff::civil::{Date, Weekday};

use super::{DAY_MS, Profile, Span};

/// Why somebody does not work for the rest of what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// Time off or a holiday.
    Off,
    /// A weekend: nothing but Saturdays and Sundays lie between.
    Weekend,
    /// Other days without hours.
    NotWorking,
}

/// What the strip shows of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayPart {
    /// Working time in the stretch, whole windows: they may begin before it and end after it.
    pub work: Vec<Span>,
    /// Check-ins in the stretch.
    pub checkins: Vec<i64>,
    /// The first check-in from now on.
    pub next_checkin_ms: Option<i64>,
    /// Why no working time is left in the stretch, and when work begins again.
    pub away: Option<(Away, Option<i64>)>,
}

impl Profile {
    /// What the strip shows from `span.from_ms` to `span.until_ms`, when it is `now_ms`.
    pub fn day_part(&self, span: Span, now_ms: i64) -> DayPart {
        let mut checkins = Vec::new();
        let mut at = span.from_ms;
        while let Some(next) = self.next_checkin(at).filter(|next| *next < span.until_ms) {
            checkins.push(next);
            at = next.saturating_add(1);
        }
        // Begun a day earlier, so that the window that is under way is whole.
        let work: Vec<Span> = self
            .working_after(span.from_ms.saturating_sub(DAY_MS))
            .take_while(|work| work.from_ms < span.until_ms)
            .filter(|work| work.until_ms > span.from_ms)
            .collect();
        let left = work.iter().any(|work| work.until_ms > now_ms);
        let away = (!left).then(|| self.away(now_ms));
        DayPart { work, checkins, next_checkin_ms: self.next_checkin(now_ms), away }
    }

    fn away(&self, now_ms: i64) -> (Away, Option<i64>) {
        let back = self.working_after(now_ms).next().map(|work| work.from_ms);
        let until = back.map(|at| self.zone.date(at));
        let first = self.zone.date(now_ms);
        let days: Vec<Date> = std::iter::successors(Some(first), |date| date.tomorrow().ok())
            .take_while(|date| until.is_none_or(|until| *date < until))
            .take(super::SEARCH_DAYS)
            .collect();
        let weekend = |date: &Date| matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        let has_hours = |date: &Date| !self.weekly.windows(date.weekday()).is_empty();
        // The rest of a day whose hours are over says nothing about why.
        let whole: Vec<&Date> = days
            .iter()
            .filter(|date| **date != first || !has_hours(date) || self.is_day_off(**date))
            .collect();
        let why = if whole.iter().any(|date| has_hours(date) && self.is_day_off(**date)) {
            Away::Off
        } else if !whole.is_empty() && whole.iter().all(|date| weekend(date)) {
            Away::Weekend
        } else {
            Away::NotWorking
        };
        (why, back)
    }
}
