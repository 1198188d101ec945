//! The strip of people, and the hours that people share.

use tern_model::hours::{
    Away, DAY_MS, Date, DayPart, HOUR_MS, MINUTE_MS, Profile, Span, Zone, clock_change_effects, shared_days,
    shared_spans, tzdb_version,
};
use tern_trust::Id16;

use crate::api::*;

use super::errors::{not_found, usage};
use super::resolve::hex;
use super::{Core, people};

const WEEK_MS: i64 = 7 * DAY_MS;

fn minutes(spans: &[Span]) -> i64 {
    spans.iter().map(Span::length_ms).sum::<i64>() / MINUTE_MS
}

fn away(profile: &Profile, (why, back): (Away, Option<i64>), now_ms: i64) -> String {
    let until_ms = back.map_or(now_ms, |back| back - 1);
    let holidays = profile.holidays_between(Span { from_ms: now_ms, until_ms });
    let why = match (why, holidays.first()) {
        (Away::Off, Some((_, name))) => name,
        (Away::Off, None) => "away",
        (Away::Weekend, _) => "weekend",
        (Away::NotWorking, _) => "not working",
    };
    let Some(back) = back else { return format!("{why}, no end stated") };
    let near = back - now_ms < WEEK_MS;
    let words = if near { "%a %H:%M" } else { "%a %-d %b" };
    format!("{why} until {}", profile.zone.local(back).strftime(words))
}

/// A span of minutes as `1 h 30`, `4 h`, `20 min`, `no time`.
fn long(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, 0) => "no time".to_owned(),
        (0, rest) => format!("{rest} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest:02}"),
    }
}

impl Core {
    fn moment(&self, at: Option<&str>) -> Result<i64, PeerError> {
        match at {
            Some(text) => self
                .my_zone()
                .moment(text)
                .map_err(|e| usage(format!("{e}."), "Leave --at out for the present.")),
            None => Ok(self.now_ms()),
        }
    }

    pub(crate) fn strip(&self, at: Option<&str>) -> Result<StripView, PeerError> {
        let (mine, now_ms) = (self.my_zone(), self.moment(at)?);
        let (before, after) = STRIP_HOURS;
        let span = Span { from_ms: now_ms - before * HOUR_MS, until_ms: now_ms + after * HOUR_MS };
        let membership = &self.mem.membership;
        let members = membership.members.keys();
        let active = members.filter(|id| membership.role_of(id) != tern_trust::Role::None);
        let known = active.filter_map(|id| Some((*id, people::profile_of(&self.store, id)?)));
        let mut people: Vec<StripPerson> =
            known.map(|(id, profile)| self.strip_person(&id, &profile, span, now_ms)).collect();
        people.sort_by(|a, b| {
            b.offset_minutes.cmp(&a.offset_minutes).then_with(|| (&a.name, &a.id).cmp(&(&b.name, &b.id)))
        });
        Ok(StripView {
            at: mine.rfc9557(now_ms),
            from: mine.rfc9557(span.from_ms),
            until: mine.rfc9557(span.until_ms),
            people,
            zone_data: tzdb_version().to_owned(),
            zone_data_differs: self.zone_data_view().text,
        })
    }

    fn strip_person(&self, id: &Id16, profile: &Profile, span: Span, now_ms: i64) -> StripPerson {
        let zone = &profile.zone;
        let DayPart { work, checkins, next_checkin_ms, away: why } = profile.day_part(span, now_ms);
        let spans =
            work.iter().map(|w| SpanView { from: zone.rfc9557(w.from_ms), until: zone.rfc9557(w.until_ms) });
        StripPerson {
            id: hex(id),
            name: people::name_of(&self.store, id),
            zone: zone.name().to_owned(),
            offset_minutes: zone.offset_s(now_ms) / 60,
            me: self.mem.member() == Some(*id),
            local: zone.show_short(now_ms),
            working: profile.is_working(now_ms),
            hours: spans.collect(),
            checkins: checkins.into_iter().map(|at| zone.rfc9557(at)).collect(),
            next_checkin: next_checkin_ms.map(|at| zone.rfc9557(at)),
            focus_until: super::focus::until(&self.store, id, now_ms).map(|at| zone.rfc9557(at)),
            away: why.map(|why| away(profile, why, now_ms)),
        }
    }

    pub(crate) fn overlap(&self, who: &[String], weeks: u16) -> Result<OverlapView, PeerError> {
        if who.is_empty() || weeks == 0 || weeks > MAX_OVERLAP_WEEKS {
            return Err(usage(
                "Shared hours are asked of somebody, for 1 to 52 weeks.",
                "Name people, set apart by commas, and a number of weeks.",
            ));
        }
        let mut found: Vec<(String, Profile)> = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        for text in who {
            let id = self.find_member(text)?;
            let name = people::name_of(&self.store, &id);
            let profile = people::profile_of(&self.store, &id);
            let profile = profile.ok_or_else(|| not_found("readable profile of", text))?;
            if known.insert(id) {
                found.push((name, profile));
            }
        }
        let profiles: Vec<&Profile> = found.iter().map(|(_, profile)| profile).collect();
        let (mine, now_ms) = (self.my_zone(), self.now_ms());
        let first = mine.date(now_ms);
        let days = shared_days(&profiles, &mine, first, usize::from(weeks) * 7);
        let windows = days.iter().flat_map(|day| {
            day.spans.iter().map(|span| OverlapWindow {
                date: day.date.to_string(),
                from: mine.rfc9557(span.from_ms),
                until: mine.rfc9557(span.until_ms),
                minutes: span.length_ms() / MINUTE_MS,
            })
        });
        let in_weeks = days.chunks(7).map(|week| OverlapWeek {
            from: week.first().map_or(first, |day| day.date).to_string(),
            minutes: week.iter().map(|day| minutes(&day.spans)).sum(),
        });
        let until_ms = now_ms + i64::from(weeks) * WEEK_MS;
        let span = Span { from_ms: now_ms, until_ms };
        let off = |(name, profile): &(String, Profile)| {
            let named = profile.holidays_between(span).into_iter();
            let day = |(date, why): (Date, &str)| OverlapOff {
                date: date.to_string(),
                who: name.clone(),
                why: why.to_owned(),
            };
            named.map(day).collect::<Vec<_>>()
        };
        let mut holidays: Vec<OverlapOff> = found.iter().flat_map(off).collect();
        holidays.sort_by(|a, b| (&a.date, &a.who).cmp(&(&b.date, &b.who)));
        Ok(OverlapView {
            windows: windows.collect(),
            weeks: in_weeks.collect(),
            warnings: warnings(&found, &mine, span),
            holidays,
            people: found.into_iter().map(|(name, _)| name).collect(),
            zone: mine.name().to_owned(),
            zone_data: tzdb_version().to_owned(),
        })
    }
}

/// Clock changes after which people share another number of hours a week than before.
fn warnings(people: &[(String, Profile)], mine: &Zone, span: Span) -> Vec<OverlapWarning> {
    let profiles: Vec<&Profile> = people.iter().map(|(_, profile)| profile).collect();
    let names: Vec<&str> = people.iter().map(|(name, _)| name.as_str()).collect();
    let mut out = Vec::new();
    for (index, change) in clock_change_effects(&profiles, span) {
        let Some((_, person)) = people.get(index) else { continue };
        let day: Date = person.zone.date(change.at_ms);
        // Whole weeks on both sides: what a weekday shares is compared with the same weekday.
        let cut = person.zone.day(day).from_ms;
        let before = shared_spans(&profiles, Span { from_ms: cut - WEEK_MS, until_ms: cut });
        let after = shared_spans(&profiles, Span { from_ms: cut, until_ms: cut + WEEK_MS });
        let (before, after) = (minutes(&before), minutes(&after));
        if before == after {
            continue;
        }
        let what = if change.after_s > change.before_s { "forward" } else { "back" };
        let place = person.zone.name();
        out.push(OverlapWarning {
            when: mine.rfc9557(change.at_ms),
            zone: place.to_owned(),
            soon: change.at_ms - span.from_ms <= WEEK_MS,
            minutes_before: before,
            minutes_after: after,
            text: format!(
                "Clocks go {what} in {place} on {}: {} share {} in the week after it, {} in the week before.",
                person.zone.local(change.at_ms).strftime("%a %-d %b"),
                names.join(", "),
                long(after),
                long(before),
            ),
        });
    }
    out
}
