//! When people may be expected to answer, before anything is sent: each person, first and last, and what delivering now or
//! holding until their morning does to it.

use tern_model::hours::{self, Expected, Profile, Rule, Span, Zone, tzdb_version};
use tern_trust::Id16;
use tern_trust::derive::ZERO16;

use crate::api::*;

use super::errors::not_found;
use super::resolve::hex;
use super::threads::THEIR_MORNING;
use super::{Core, people, words};

/// Somebody who is asked.
struct Asked {
    id: Id16,
    name: String,
    profile: Profile,
    /// What is agreed in the workspace.
    rule: Rule,
}

impl Asked {
    fn expected(&self, start_ms: i64) -> Option<Expected> {
        hours::expected_by(&self.profile, start_ms, &self.rule)
    }
}

impl Core {
    pub(crate) fn when(
        &self,
        who: &str,
        available: Option<&str>,
        urgency: Option<&str>,
    ) -> Result<WhenView, PeerError> {
        let mine = self.my_zone();
        let start = match available {
            Some(text) => mine.moment(text).map_err(|e| PeerError::new(ErrorKind::Usage, format!("{e}.")))?,
            None => self.now_ms(),
        };
        if !urgency.is_none_or(|u| matches!(u, "urgent" | "standard")) {
            return Err(PeerError::new(ErrorKind::Usage, "Urgency is urgent or standard."));
        }
        let mut asked = self.asked(who)?;
        asked.sort_by_key(|one| (one.expected(start).map_or(i64::MAX, |e| e.standard_by_ms), one.id));
        let names: Vec<&str> = asked.iter().map(|one| one.name.as_str()).collect();
        let name = names.join(", ");
        let people =
            asked.iter().map(|one| self.person(one, start, urgency)).collect::<Result<Vec<_>, _>>()?;
        let last = people.last().cloned().unwrap_or_default();
        Ok(WhenView {
            name,
            zone: last.zone,
            available: words::utc(start),
            urgent_by: last.urgent_by,
            standard_by: last.standard_by,
            local: last.local,
            zone_data: tzdb_version().to_owned(),
            people,
            choices: choices(&asked, start, &mine),
        })
    }

    /// The members that a text names, commas between; a name that itself holds a comma is one member.
    fn asked(&self, who: &str) -> Result<Vec<Asked>, PeerError> {
        let rule = super::practice::agreements::in_force(&self.store, &ZERO16)?.1.rule();
        let one = |text: &str| -> Result<Asked, PeerError> {
            let id = self.find_member(text)?;
            let profile = people::profile_of(&self.store, &id);
            let profile = profile.ok_or_else(|| not_found("readable profile of", text.trim()))?;
            Ok(Asked { id, name: people::name_of(&self.store, &id), profile, rule })
        };
        if !who.contains(',') || self.find_member(who).is_ok() {
            return Ok(vec![one(who)?]);
        }
        let mut asked: Vec<Asked> = Vec::new();
        for text in who.split(',').filter(|text| !text.trim().is_empty()) {
            let found = one(text)?;
            if asked.iter().all(|known| known.id != found.id) {
                asked.push(found);
            }
        }
        Ok(asked)
    }

    fn person(&self, one: &Asked, start: i64, urgency: Option<&str>) -> Result<WhenPerson, PeerError> {
        let zone = &one.profile.zone;
        let wants = |kind: &str| urgency.is_none_or(|u| u == kind);
        let expected = one.expected(start);
        let urgent = expected.filter(|_| wants("urgent")).map(|e| e.urgent_by_ms);
        let standard = expected.filter(|_| wants("standard")).map(|e| e.standard_by_ms);
        let is_me = self.mem.member() == Some(one.id);
        Ok(WhenPerson {
            id: hex(&one.id),
            name: one.name.clone(),
            zone: zone.name().to_owned(),
            working: one.profile.is_working(start),
            next_checkin: Core::utc(one.profile.next_checkin(start)),
            urgent_by: Core::utc(urgent),
            standard_by: Core::utc(standard),
            local: WhenLocal {
                available: zone.show(start),
                urgent_by: urgent.map(|at| zone.show(at)),
                standard_by: standard.map(|at| zone.show(at)),
            },
            holidays: expected
                .map(|e| one.profile.holidays_between(Span { from_ms: start, until_ms: e.standard_by_ms }))
                .unwrap_or_default()
                .into_iter()
                .map(|(day, name)| format!("{day} {name}"))
                .collect(),
            not_met_days: if is_me { None } else { self.not_met_days(&one.id)? },
        })
    }
}

/// Delivering now; and holding until the first morning among them, when somebody is outside their hours.
fn choices(asked: &[Asked], start: i64, mine: &Zone) -> Vec<WhenChoice> {
    let choice = |deliver: &str, at_ms: i64| {
        let mut by: Vec<(i64, &Asked)> =
            asked.iter().filter_map(|one| Some((one.expected(at_ms)?.standard_by_ms, one))).collect();
        by.sort_by_key(|(at, one)| (*at, one.id));
        let shown = |(at, one): &(i64, &Asked)| one.profile.zone.show(*at);
        let expected = match by.as_slice() {
            [] => "no answer can be expected".to_owned(),
            [one] => format!("expected {}", shown(one)),
            [first, .., last] => {
                format!("first {} ({}), last {} ({})", shown(first), first.1.name, shown(last), last.1.name)
            }
        };
        let does = if deliver == "now" {
            "Deliver quietly now".to_owned()
        } else {
            format!("Hold until {}", mine.show(at_ms))
        };
        WhenChoice {
            deliver: deliver.to_owned(),
            at: words::utc(at_ms),
            first_by: Core::utc(by.first().map(|(at, _)| *at)),
            last_by: Core::utc(by.last().map(|(at, _)| *at)),
            text: format!("{does}: {expected}"),
        }
    };
    let mut choices = vec![choice("now", start)];
    let morning = asked.iter().filter_map(|one| one.profile.next_morning(start)).min();
    if asked.iter().any(|one| !one.profile.is_working(start)) {
        choices.extend(morning.map(|at| choice(THEIR_MORNING, at)));
    }
    choices
}
