//! The times of one rule, period by period: a set of days, a set of times on each, and which places of that count.

use std::collections::VecDeque;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{Span, ToSpan};

use super::rule::{Every, Rule};

/// Years without any time after which a rule has no more: dates that are possible come again within this span, but for
/// combinations of Easter and week numbers that nobody means.
const BARREN_YEARS: i64 = 60;
/// Periods that are looked at without any time, however long they are.
const BARREN_PERIODS: i64 = 28;
const DAY_S: i64 = 86_400;

/// The times of a rule from its start on, in order.
pub(super) struct Expansion<'a> {
    rule: &'a Rule,
    start: DateTime,
    filter: Days,
    /// The day with which the next period begins; `None` when there is none.
    next: Option<Date>,
    /// Times that were worked out and not yet given.
    ready: VecDeque<DateTime>,
    given: u32,
    /// Year of the last time.
    fruitful: i16,
}

/// Which days of a period count.
struct Days {
    months: Vec<i32>,
    month_days: Vec<i32>,
    /// Each such weekday.
    every: Vec<Weekday>,
    /// The which-th such weekday, in the year or in the month.
    nth: Vec<(i32, Weekday)>,
    nth_in_year: bool,
}

impl<'a> Expansion<'a> {
    pub(super) fn new(rule: &'a Rule, start: DateTime) -> Expansion<'a> {
        let open =
            [&rule.weeks, &rule.year_days, &rule.month_days, &rule.easter].iter().all(|v| v.is_empty())
                && rule.days.is_empty();
        let numbered = rule.every <= Every::Month;
        let mut filter = Days {
            months: rule.months.clone(),
            month_days: rule.month_days.clone(),
            every: rule.days.iter().filter(|(n, _)| *n == 0 || !numbered).map(|(_, day)| *day).collect(),
            nth: rule.days.iter().filter(|(n, _)| *n != 0 && numbered).copied().collect(),
            nth_in_year: rule.every == Every::Year && rule.months.is_empty(),
        };
        if open {
            match rule.every {
                Every::Year => {
                    if filter.months.is_empty() {
                        filter.months = vec![i32::from(start.month())];
                    }
                    filter.month_days = vec![i32::from(start.day())];
                }
                Every::Month => filter.month_days = vec![i32::from(start.day())],
                Every::Week => filter.every = vec![start.weekday()],
                _ => {}
            }
        }
        let date = start.date();
        let first = match rule.every {
            Every::Year => date.first_of_year(),
            Every::Month => date.first_of_month(),
            Every::Week => week_begins(date, rule.week_start),
            _ => date,
        };
        let ready = VecDeque::new();
        Expansion { rule, start, filter, next: Some(first), ready, given: 0, fruitful: start.year() }
    }

    fn barren_years(&self) -> i64 {
        let interval = i64::from(self.rule.interval);
        let years = match self.rule.every {
            Every::Year => interval,
            Every::Month => interval / 12,
            Every::Week => interval / 52,
            Every::Day => interval / 365,
            _ => 0,
        };
        BARREN_YEARS + BARREN_PERIODS * years
    }

    /// Works out the period that begins on a day and moves on.
    fn period(&mut self, first: Date) {
        let interval = i64::from(self.rule.interval);
        let (end, next): (Result<Date, _>, Result<Date, _>) = match self.rule.every {
            Every::Year => (first.checked_add(1.year()), first.checked_add(span(0, interval))),
            Every::Month => (first.checked_add(1.month()), first.checked_add(span(1, interval))),
            Every::Week => (first.checked_add(7.days()), first.checked_add(span(2, 7 * interval))),
            Every::Day => (first.checked_add(1.day()), first.checked_add(span(2, interval))),
            _ => (first.checked_add(1.day()), first.checked_add(1.day())),
        };
        self.next = next.ok();
        let Ok(end) = end else { return };
        let mut days = Vec::new();
        let mut day = first;
        while day < end {
            if self.filter.holds(day, self.rule) {
                days.push(day);
            }
            let Ok(tomorrow) = day.tomorrow() else { break };
            day = tomorrow;
        }
        if self.rule.every >= Every::Hour {
            for day in days {
                self.within(day);
            }
        } else {
            let days =
                days.into_iter().filter(|day| self.rule.places.is_empty() || *day >= self.first_counted());
            let times = self.times_of_day();
            let all: Vec<DateTime> =
                days.flat_map(|day| times.iter().map(move |time| day.to_datetime(*time))).collect();
            self.take(&all);
        }
    }

    /// In the first week the places are counted from the start on.
    fn first_counted(&self) -> Date {
        if self.rule.every == Every::Week { self.start.date() } else { Date::MIN }
    }

    fn times_of_day(&self) -> Vec<Time> {
        let or = |values: &[i32], usual: i8| {
            if values.is_empty() { vec![i32::from(usual)] } else { values.to_vec() }
        };
        let mut out = Vec::new();
        for hour in or(&self.rule.hours, self.start.hour()) {
            for minute in or(&self.rule.minutes, self.start.minute()) {
                for second in or(&self.rule.seconds, self.start.second()) {
                    out.extend(Time::new(hour as i8, minute as i8, second as i8, 0));
                }
            }
        }
        out
    }

    /// Periods of hours, minutes or seconds of one day.
    fn within(&mut self, day: Date) {
        let unit = match self.rule.every {
            Every::Hour => 3_600,
            Every::Minute => 60,
            _ => 1,
        };
        let anchor = i64::from(self.start.hour()) * 3_600
            + i64::from(self.start.minute()) * 60
            + i64::from(self.start.second());
        let base = anchor - anchor % unit;
        let days = day.duration_since(self.start.date()).as_secs() / DAY_S;
        let step = unit * i64::from(self.rule.interval);
        // The first moment of the day that lies a whole number of steps after the start.
        let mut at = (base - days * DAY_S).rem_euclid(step);
        while at < DAY_S {
            let fits = |values: &[i32], value: i64| values.is_empty() || values.contains(&(value as i32));
            let (hour, minute) = (at / 3_600, at / 60 % 60);
            let hour_fits = fits(&self.rule.hours, hour);
            let minute_fits = self.rule.every == Every::Hour || fits(&self.rule.minutes, minute);
            let second_fits = self.rule.every != Every::Second || fits(&self.rule.seconds, at % 60);
            if hour_fits && minute_fits && second_fits {
                let all = self.moments(day, at);
                self.take(&all);
                if self.is_full() {
                    return;
                }
            }
            // A whole hour that does not fit is passed over in one step where the steps allow it.
            at +=
                if hour_fits || step > 3_600 { step } else { (3_600 - at % 3_600 + step - 1) / step * step };
        }
    }

    /// Enough is worked out: a second of a day is not needed before it is asked for.
    fn is_full(&self) -> bool {
        let left = self.rule.count.map(|count| count.saturating_sub(self.given) as usize);
        left.is_some_and(|left| self.ready.len() >= left)
    }

    fn moments(&self, day: Date, at: i64) -> Vec<DateTime> {
        let or = |values: &[i32], usual: i64| {
            if values.is_empty() { vec![usual as i32] } else { values.to_vec() }
        };
        let minutes = match self.rule.every {
            Every::Hour => or(&self.rule.minutes, i64::from(self.start.minute())),
            _ => vec![(at / 60 % 60) as i32],
        };
        let seconds = match self.rule.every {
            Every::Second => vec![(at % 60) as i32],
            _ => or(&self.rule.seconds, i64::from(self.start.second())),
        };
        let hour = (at / 3_600) as i8;
        let times = minutes.iter().flat_map(|m| seconds.iter().map(move |s| (*m as i8, *s as i8)));
        times.filter_map(|(m, s)| Some(day.to_datetime(Time::new(hour, m, s, 0).ok()?))).collect()
    }

    /// Keeps the times of one period at the places that count, from the start on.
    fn take(&mut self, all: &[DateTime]) {
        let mut kept: Vec<DateTime> = if self.rule.places.is_empty() {
            all.to_vec()
        } else {
            let place = |n: &i32| match n {
                1.. => all.get(*n as usize - 1),
                _ => all.len().checked_sub(n.unsigned_abs() as usize).and_then(|at| all.get(at)),
            };
            self.rule.places.iter().filter_map(place).copied().collect()
        };
        kept.sort_unstable();
        kept.dedup();
        self.ready.extend(kept.into_iter().filter(|at| *at >= self.start));
    }
}

impl Iterator for Expansion<'_> {
    type Item = DateTime;

    fn next(&mut self) -> Option<DateTime> {
        if self.rule.count.is_some_and(|count| self.given >= count) {
            return None;
        }
        loop {
            if let Some(at) = self.ready.pop_front() {
                if self.rule.until.is_some_and(|until| at > until) {
                    (self.next, self.given) = (None, u32::MAX);
                    self.ready.clear();
                    return None;
                }
                self.given += 1;
                self.fruitful = at.year();
                return Some(at);
            }
            let first = self.next?;
            if i64::from(first.year() - self.fruitful) > self.barren_years() {
                self.next = None;
                return None;
            }
            self.period(first);
        }
    }
}

impl Days {
    fn holds(&self, day: Date, rule: &Rule) -> bool {
        let any =
            |values: &[i32], test: &dyn Fn(i32) -> bool| values.is_empty() || values.iter().any(|n| test(*n));
        let (year_days, month_days) = (i32::from(day.days_in_year()), i32::from(day.days_in_month()));
        let (of_year, of_month) = (i32::from(day.day_of_year()), i32::from(day.day()));
        let counted = |n: i32, at: i32, all: i32| n == at || n == at - all - 1;
        any(&self.months, &|n| n == i32::from(day.month()))
            && any(&rule.weeks, &|n| week_is(day, rule.week_start, n))
            && any(&rule.year_days, &|n| counted(n, of_year, year_days))
            && any(&self.month_days, &|n| counted(n, of_month, month_days))
            && any(&rule.easter, &|n| {
                easter(day.year()).is_some_and(|sunday| i32::from(sunday.day_of_year()) + n == of_year)
            })
            && self.weekday_holds(day, of_year, of_month)
    }

    fn weekday_holds(&self, day: Date, of_year: i32, of_month: i32) -> bool {
        if self.every.is_empty() && self.nth.is_empty() {
            return true;
        }
        let (at, all) = if self.nth_in_year {
            (of_year, i32::from(day.days_in_year()))
        } else {
            (of_month, i32::from(day.days_in_month()))
        };
        let (from_start, from_end) = ((at - 1) / 7 + 1, -((all - at) / 7 + 1));
        let nth =
            |(n, weekday): &(i32, Weekday)| *weekday == day.weekday() && (*n == from_start || *n == from_end);
        self.every.contains(&day.weekday()) || self.nth.iter().any(nth)
    }
}

fn span(unit: u8, count: i64) -> Span {
    match unit {
        0 => Span::new().years(count.min(9_999)),
        1 => Span::new().months(count.min(99_999)),
        _ => Span::new().days(count.min(999_999)),
    }
}

fn week_begins(day: Date, start: Weekday) -> Date {
    day.saturating_sub(i64::from(start.until(day.weekday())).days())
}

/// Whether a day lies in week `n` of its week year, the first being the one with four days in the year; negative numbers
/// count from the last.
fn week_is(day: Date, start: Weekday, n: i32) -> bool {
    let begins = week_begins(day, start);
    let year = begins.saturating_add(3.days()).year();
    let first = |year: i16| Date::new(year, 1, 4).ok().map(|fourth| week_begins(fourth, start));
    let (Some(this), Some(next)) = (first(year), first(year.saturating_add(1))) else { return false };
    let weeks = |from: Date, to: Date| (to.duration_since(from).as_hours() / (24 * 7)) as i32;
    let (number, all) = (weeks(this, begins) + 1, weeks(this, next));
    n == number || n == number - all - 1
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Date::new(year, (n / 31) as i8, (n % 31 + 1) as i8).ok()
}
