//! Emergencies: which criterion one meets, whom it calls, whom it may wake, and what is looked back on in the weekly update.

use tern_model::DocId;
use tern_model::conversation::{Conversation, Urgency};
use tern_model::form::agreement::Quiet;
use tern_model::hours::{Arrival, Hearing, Profile};
use tern_model::oncall::ON_CALL;
use tern_trust::Id16;

use crate::api::*;
use crate::text::escaped;

use super::super::errors::usage;
use super::super::resolve::hex;
use super::super::{Core, Work, documents, posts};
use super::agreements;

/// The criterion that what was typed means: all of it, its number, or a beginning that only one has.
pub(crate) fn criterion(work: &Work<'_, '_>, lane: &Id16, typed: Option<&str>) -> Result<String, PeerError> {
    let criteria = agreements::in_force(&work.txn, lane)?.1.criteria;
    if criteria.is_empty() {
        return Err(usage(
            "Nobody has written down what an emergency is, so nothing can be one.",
            "Say it is urgent, or agree on it first: `tern oncall set criteria=\"Boats stand still; data is lost\"`.",
        ));
    }
    let listed = || {
        let lines = criteria.iter().enumerate().map(|(n, one)| format!("{}. {one}", n + 1));
        format!("Add --criterion with one of: {}", lines.collect::<Vec<_>>().join("; "))
    };
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else {
        return Err(usage("An emergency names the criterion that it meets.", &listed()));
    };
    let lower = typed.to_lowercase();
    let number = typed.parse::<usize>().ok().and_then(|n| criteria.get(n.checked_sub(1)?));
    let whole = criteria.iter().find(|one| one.to_lowercase() == lower);
    let mut begin = criteria.iter().filter(|one| one.to_lowercase().starts_with(&lower));
    let begins = begin.next().filter(|_| begin.next().is_none());
    number
        .or(whole)
        .or(begins)
        .cloned()
        .ok_or_else(|| usage(format!("“{typed}” is none of the criteria agreed on."), &listed()))
}

/// Whom an emergency is addressed to when nobody is named: who is on call now, and whoever the ladder names.
pub(crate) fn called(work: &Work<'_, '_>, lane: &Id16) -> Result<Vec<String>, PeerError> {
    let on_call = agreements::on_call_of(&agreements::in_force(&work.txn, lane)?.1);
    let profiles = agreements::profiles(&work.txn, &work.mem.membership);
    let mut who = on_call.on_duty(&profiles, work.now_ms());
    let named = on_call
        .ladder
        .iter()
        .map(|step| &step.who)
        .filter(|who| *who != ON_CALL && profiles.contains_key(*who));
    for member in named {
        if !who.contains(member) {
            who.push(member.clone());
        }
    }
    Ok(who)
}

impl Core {
    /// What becomes of an item of the inbox now: quiet hours, what is agreed about check-ins, and the ladder.
    pub(crate) fn hearing_of(
        &self,
        item: &InboxItem,
        profile: &Profile,
        at_ms: i64,
        (now_ms, focus_until_ms): (i64, Option<i64>),
    ) -> Result<Hearing, PeerError> {
        let thread = item.id.parse::<DocId>().ok();
        let row = thread.map(|id| self.store.thread(&id.0)).transpose()?.flatten().unwrap_or_default();
        let agreed = agreements::in_force(&self.store, &row.lane)?.1;
        let emergency =
            item.urgency == Urgency::Emergency.name() && !self.is_answered(&row.doc, &item.message)?;
        let arrival = Arrival { at_ms, emergency };
        let me = self.mem.member().map(|me| hex(&me)).unwrap_or_default();
        let heard = agreements::on_call_of(&agreed).hearing(&me, profile, &arrival, (now_ms, focus_until_ms));
        let waits = heard == Hearing::Now && !emergency && agreed.quiet == Some(Quiet::Checkins);
        Ok(match profile.next_checkin(at_ms).filter(|_| waits) {
            Some(checkin) if checkin > now_ms => Hearing::Held(Some(checkin)),
            _ => heard,
        })
    }

    /// Whether somebody has answered an emergency, or said that an answer comes: the ladder goes no further.
    fn is_answered(&self, thread: &Id16, message: &str) -> Result<bool, PeerError> {
        let owed = self.store.owed_in(thread)?;
        let debts = owed.iter().filter_map(posts::debt_of).filter(|debt| debt.message == message);
        Ok(debts.into_iter().any(|debt| debt.cleared_ms.is_some() || debt.until_ms.is_some()))
    }

    /// Emergencies since an instant, to be looked back on: what, which criterion, who answered.
    pub(crate) fn emergencies(&mut self, from_ms: i64) -> Result<Vec<String>, PeerError> {
        let now_ms = self.now_ms();
        let mut lines = Vec::new();
        for row in self.store.threads()?.into_iter().filter(|row| row.updated_ms >= from_ms) {
            let messages = self.store.messages_of(&row.doc)?;
            let is_one = |m: &tern_store::MessageRow| {
                m.urgency == Urgency::Emergency.name() && m.said_ms >= from_ms && !m.cancelled
            };
            if self.mem.access().sealed(&row.lane).is_some() || !messages.iter().any(is_one) {
                continue;
            }
            let doc = documents::load(&self.store, &mut self.mem, DocId(row.doc))?.clone();
            let conversation = posts::read(&self.mem.membership, &doc);
            let ones = conversation.posts.iter().filter(|post| {
                post.urgency == Urgency::Emergency && post.said_ms() >= from_ms && post.is_out(now_ms)
            });
            for post in ones {
                let answered = first_answer(&conversation, &post.author, post.said_ms());
                let after = answered.map_or_else(
                    || "nobody has answered".to_owned(),
                    |(by, at)| {
                        let minutes = (at - post.said_ms()) / tern_model::hours::MINUTE_MS;
                        format!("{} answered after {minutes} min", escaped(&self.person_view(&by).name))
                    },
                );
                lines.push(format!(
                    "[{}](tern:{}): {}; {after}",
                    escaped(&row.title),
                    DocId(row.doc),
                    escaped(&post.criterion)
                ));
            }
        }
        Ok(lines)
    }
}

/// Who wrote or promised something after a message first, and when.
fn first_answer(conversation: &Conversation, author: &str, from_ms: i64) -> Option<(String, i64)> {
    let posts = conversation.posts.iter().map(|post| (post.author.clone(), post.said_ms()));
    let acks = conversation.acks.iter().map(|ack| (ack.by.clone(), ack.at_ms));
    let later = posts.chain(acks).filter(|(by, at)| by != author && *at >= from_ms);
    later.min_by_key(|(by, at)| (*at, by.clone()))
}
