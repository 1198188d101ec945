//! The ledger: what oneself owes and waits for, by expected time. Expected times are computed when asked, from the hours of
//! whoever owes, so that a change of hours counts at once.

use std::collections::BTreeMap;

use tern_model::conversation::{Debt, Urgency};
use tern_model::hours::{self, Expected, MINUTE_MS, Profile, Rule, Zone};
use tern_trust::{Id16, Role};

use crate::api::*;

use super::practice::agreements;
use super::resolve::{hex, unhex};
use super::{Core, people, posts, words};

/// Profiles and names of members, each looked up once.
pub(crate) struct Hours<'a> {
    core: &'a Core,
    known: BTreeMap<String, (String, Option<Profile>)>,
    /// What is agreed, by space.
    rules: BTreeMap<Id16, Agreed>,
    agreed: Agreed,
}

/// What is agreed about answers.
#[derive(Debug, Clone, Copy)]
struct Agreed {
    rule: Rule,
    /// When the ladder goes on after an emergency.
    emergency_ms: i64,
}

/// Minutes until an emergency counts as unanswered where no ladder says.
const EMERGENCY_MINUTES: i64 = 15;

impl Default for Agreed {
    fn default() -> Agreed {
        Agreed { rule: Rule::default(), emergency_ms: EMERGENCY_MINUTES * MINUTE_MS }
    }
}

/// What is expected of whoever owes an answer.
pub(crate) struct Expectation {
    /// By when, as things stand.
    pub by_ms: Option<i64>,
    /// Both times of the rule; none while the clock has not started or no hours are stated.
    pub rule: Option<Expected>,
    /// The zone of whoever owes.
    pub zone: Option<Zone>,
    /// Why there is no time, or how it came about.
    pub text: String,
}

impl<'a> Hours<'a> {
    pub(crate) fn new(core: &'a Core) -> Hours<'a> {
        Hours { core, known: BTreeMap::new(), rules: BTreeMap::new(), agreed: Agreed::default() }
    }

    /// From here on by what is agreed in a space.
    pub(crate) fn within(&mut self, lane: &Id16) -> Result<&mut Hours<'a>, PeerError> {
        if let Some(agreed) = self.rules.get(lane) {
            self.agreed = *agreed;
            return Ok(self);
        }
        let fields = agreements::in_force(&self.core.store, lane)?.1;
        let steps = agreements::on_call_of(&fields).ladder.into_iter().map(|step| i64::from(step.minutes));
        let minutes = steps.filter(|minutes| *minutes > 0).min().unwrap_or(EMERGENCY_MINUTES);
        self.agreed = Agreed { rule: fields.rule(), emergency_ms: minutes * MINUTE_MS };
        self.rules.insert(*lane, self.agreed);
        Ok(self)
    }

    /// Name and hours of a member.
    pub(crate) fn of(&mut self, member: &str) -> &(String, Option<Profile>) {
        let core = self.core;
        self.known.entry(member.to_owned()).or_insert_with(|| {
            let id: Option<Id16> = unhex(member);
            let profile = id.and_then(|id| people::profile_of(&core.store, &id));
            (core.person_view(member).name, profile)
        })
    }

    /// What is expected of the debtor.
    pub(crate) fn expectation(&mut self, debt: &Debt) -> Expectation {
        let (name, profile) = self.of(&debt.debtor).clone();
        let zone = profile.as_ref().map(|p| p.zone.clone());
        let start = debt.start_ms();
        let rule = start
            .zip(profile.as_ref())
            .and_then(|(at, profile)| hours::expected_by(profile, at, &self.agreed.rule));
        let ruled = match debt.urgency {
            Urgency::Emergency => start.map(|at| at.saturating_add(self.agreed.emergency_ms)),
            Urgency::Urgent => rule.map(|rule| rule.urgent_by_ms),
            _ => rule.map(|rule| rule.standard_by_ms),
        };
        let by_ms = debt.until_ms.or(ruled);
        let shown = by_ms.map(|at| zone.as_ref().map_or_else(|| words::utc(at), |zone| zone.show(at)));
        let text = match (debt.until_ms, start, &shown) {
            (Some(_), _, Some(shown)) => format!("{name} will answer by {shown}"),
            (_, None, _) => format!("Clock not started: not on a device of {name} or a node"),
            (_, Some(_), Some(shown)) => format!("{name} by {shown}"),
            (_, Some(_), None) => format!("No time is known: {name} has stated no hours"),
        };
        Expectation { by_ms, rule, zone, text }
    }
}

impl Core {
    /// Debts that concern oneself and are open now, those of removed members left out.
    pub(crate) fn open_debts(&self, now_ms: i64) -> Result<Vec<(Id16, Debt)>, PeerError> {
        let Some(me) = self.mem.member() else { return Ok(Vec::new()) };
        let rows = self.store.owed(&me, now_ms)?;
        let open = rows.iter().filter(|row| self.mem.membership.role_of(&row.debtor) != Role::None);
        let debts = open.filter_map(|row| Some((row.doc, posts::debt_of(row)?)));
        Ok(debts.filter(|(_, debt)| debt.is_open(now_ms)).collect())
    }

    pub(crate) fn owed_view(&self) -> Result<OwedView, PeerError> {
        let (now_ms, mine) = (self.now_ms(), self.my_zone());
        let me = self.mem.member().map(|me| hex(&me)).unwrap_or_default();
        let mut hours = Hours::new(self);
        let mut items = Vec::new();
        for (thread, debt) in self.open_debts(now_ms)? {
            let Some(row) = self.store.thread(&thread)? else { continue };
            let message = self.store.message(&thread, &debt.message)?.unwrap_or_default();
            let i_owe = debt.debtor == me;
            let other = if i_owe { &debt.asker } else { &debt.debtor };
            let expectation = hours.within(&row.lane)?.expectation(&debt);
            let theirs = expectation.by_ms.zip(expectation.zone.as_ref());
            let item = OwedItem {
                side: if i_owe { "i_owe" } else { "owed_to_me" }.to_owned(),
                thread: tern_model::DocId(thread).to_string(),
                title: row.title,
                text: message.text,
                intent: message.intent,
                urgency: debt.urgency.name().to_owned(),
                who: hours.of(other).0.clone(),
                who_id: other.clone(),
                said: mine.rfc9557(debt.said_ms),
                expected_by: Core::utc(expectation.by_ms),
                yours: expectation.by_ms.map(|at| mine.show(at)),
                theirs: theirs.map(|(at, zone)| zone.show(at)),
                overdue: expectation.by_ms.is_some_and(|at| at < now_ms),
                delivered: debt.reached_ms.is_some(),
                promised: debt.until_ms.is_some(),
                handed_by: debt.handed_by.as_ref().map(|by| hours.of(by).0.clone()),
                state: expectation.text,
                message: debt.message,
            };
            items.push((expectation.by_ms.unwrap_or(i64::MAX), item));
        }
        items.sort_by(|a, b| {
            let key = |item: &OwedItem| (item.thread.clone(), item.message.clone(), item.who_id.clone());
            a.0.cmp(&b.0).then_with(|| key(&a.1).cmp(&key(&b.1)))
        });
        Ok(OwedView { items: items.into_iter().map(|(_, item)| item).collect() })
    }
}
