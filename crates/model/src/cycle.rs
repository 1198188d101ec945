//! Cycles: some weeks of work and some of cooling down, with scopes that have an appetite and a place on a hill.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::doc::Doc;
use crate::fields;

/// Field: the first day, `YYYY-MM-DD`.
pub const START: &str = "start";
/// Field: weeks of work.
pub const WEEKS: &str = "weeks";
/// Field: weeks of cooling down after them.
pub const COOLDOWN: &str = "cooldown";

/// Weeks of work where nothing else is said (Basecamp's six).
pub const USUAL_WEEKS: i64 = 6;
/// Weeks of cooling down where nothing else is said.
pub const USUAL_COOLDOWN: i64 = 2;
/// Most weeks of either.
pub const MAX_WEEKS: i64 = 52;

/// What a cycle says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CycleFields {
    /// Its name.
    pub title: String,
    /// The first day.
    pub start: Option<Date>,
    /// Weeks of work.
    pub weeks: i64,
    /// Weeks of cooling down.
    pub cooldown: i64,
}

/// Where a day lies in a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before it begins, or it has no first day.
    Ahead,
    /// In the weeks of work.
    Work,
    /// Cooling down.
    Cooldown,
    /// After both.
    Over,
}

impl Phase {
    /// The word in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Ahead => "ahead",
            Phase::Work => "work",
            Phase::Cooldown => "cooldown",
            Phase::Over => "over",
        }
    }
}

impl CycleFields {
    /// The last day of work.
    pub fn work_ends(&self) -> Option<Date> {
        self.start?.checked_add((7 * self.weeks - 1).days()).ok()
    }

    /// The last day of cooling down; that of work where there is none.
    pub fn ends(&self) -> Option<Date> {
        self.start?.checked_add((7 * (self.weeks + self.cooldown) - 1).days()).ok()
    }

    /// Where a day lies.
    pub fn phase(&self, day: Date) -> Phase {
        match (self.start, self.work_ends(), self.ends()) {
            (Some(start), Some(work), Some(ends)) if day >= start => match day {
                day if day <= work => Phase::Work,
                day if day <= ends => Phase::Cooldown,
                _ => Phase::Over,
            },
            _ => Phase::Ahead,
        }
    }
}

impl Doc {
    /// The document read as a cycle.
    pub fn cycle(&self) -> CycleFields {
        let doc = &self.crdt;
        let weeks = |name: &str, usual: i64, least: i64| {
            let said = fields::read(doc, name).and_then(|value| value.as_int());
            said.filter(|weeks| (least..=MAX_WEEKS).contains(weeks)).unwrap_or(usual)
        };
        CycleFields {
            title: self.title(),
            start: fields::text(doc, START).parse().ok(),
            weeks: weeks(WEEKS, USUAL_WEEKS, 1),
            cooldown: weeks(COOLDOWN, USUAL_COOLDOWN, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_of_six_weeks_cools_down_for_two() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let cycle =
            CycleFields { title: "Autumn".into(), start: Some(day("2026-10-05")), weeks: 6, cooldown: 2 };
        let phases = [
            ("2026-10-04", Phase::Ahead),
            ("2026-10-05", Phase::Work),
            ("2026-11-15", Phase::Work),
            ("2026-11-16", Phase::Cooldown),
            ("2026-11-29", Phase::Cooldown),
            ("2026-11-30", Phase::Over),
        ];
        for (date, phase) in phases {
            assert_eq!(cycle.phase(day(date)), phase, "{date}");
        }
        assert_eq!(CycleFields { start: None, ..cycle }.phase(day("2026-10-05")), Phase::Ahead);
    }
}
