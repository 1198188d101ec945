//! Times of tasks that come again: settled in one step, moved by hand, and how they are shown.

use jiff::civil::DateTime;
use tern_model::hours::Zone;
use tern_model::recur::Recurrence;
use tern_model::task::Due;
use tern_model::task::more::TaskMore;
use tern_model::task::times::{DoneTime, due_of};
use tern_model::{DocId, Edit};

use crate::api::{DoneTimeView, PeerError, RecursView};

use super::errors::usage;
use super::{Core, Work, people, task_more};

/// Next times of a recurrence that are shown of one task.
const COMING: usize = 3;
/// Most times that are done of which one task tells.
const MAX_DONE_TIMES: usize = 50;

/// Whether a time of a recurrence is past; a day is when it is over.
fn is_past(zone: &Zone, now_ms: i64) -> impl Fn(&Recurrence, DateTime) -> bool {
    let today = zone.date(now_ms);
    move |recurrence, at| match due_of(recurrence, at) {
        Due::Instant { at_ms, .. } => at_ms <= now_ms,
        Due::EndOfDay { .. } | Due::Date { .. } => at.date() < today,
    }
}

fn missed(work: &Work<'_, '_>, more: &TaskMore) -> Vec<DateTime> {
    let zone = people::zone_of(&work.txn, work.mem.member());
    more.missed(is_past(&zone, work.now_ms()))
}

/// The edits that say that a task is done.
pub(crate) fn done(work: &mut Work<'_, '_>, id: DocId, skip_missed: bool) -> Result<Vec<Edit>, PeerError> {
    let more = work.doc(id)?.task_more();
    match missed(work, &more).last() {
        Some(newest) if skip_missed => Ok(more.completed_at(*newest)),
        _ => task_more::status_edits(work, id, "done"),
    }
}

/// The edits that pass times over.
pub(crate) fn skip(work: &mut Work<'_, '_>, id: DocId, this: bool) -> Result<Vec<Edit>, PeerError> {
    let more = work.doc(id)?.task_more();
    let Some(standing) = more.standing() else {
        return Err(usage("This task does not come again.", "`tern task set T recur=…` gives it a rule."));
    };
    if this {
        return Ok(more.passed_over(standing));
    }
    match missed(work, &more).last() {
        Some(newest) => Ok(more.passed_over(*newest)),
        None => Err(usage(
            format!("No time of this task was missed; it stands for {}.", standing.strftime("%a %-d %b %Y")),
            "`tern task skip T --this` passes over that one.",
        )),
    }
}

/// The edit that sets the due value of a task that comes again, for the time for which it stands alone; without one it is due
/// as its rule has it. `None` for a task that does not come again.
pub(crate) fn moved(
    work: &mut Work<'_, '_>,
    id: DocId,
    due: Option<&Due>,
) -> Result<Option<Edit>, PeerError> {
    let more = work.doc(id)?.task_more();
    if more.recur.is_none() {
        return Ok(None);
    }
    more.moved(due).map(Some).ok_or_else(|| {
        usage(
            "This task does not come again any more: there is no time that could be moved.",
            "Take its rule away with recur= and then set the date.",
        )
    })
}

fn zone_of(recurrence: &Recurrence) -> Zone {
    recurrence.zone.as_deref().and_then(|name| Zone::get(name).ok()).unwrap_or_else(Zone::utc)
}

fn shown(recurrence: &Recurrence, at: DateTime) -> String {
    if recurrence.all_day {
        return at.date().to_string();
    }
    let zone = zone_of(recurrence);
    zone.rfc9557(zone.instant(at))
}

impl Core {
    /// When a task comes again; `all` is for the details of one.
    pub(crate) fn recurs_view(&self, more: &TaskMore, zone: &Zone, all: bool) -> Option<RecursView> {
        let recurrence = more.recurrence()?;
        let next = more.coming(if all { COMING } else { 1 }).into_iter();
        Some(RecursView {
            words: recurrence.words(),
            rule: recurrence.to_string(),
            next: next.map(|at| shown(&recurrence, at)).collect(),
            done: more.done_times.len(),
            missed: more.missed(is_past(zone, self.now_ms())).len(),
            skipped: more.skipped_times.len(),
            moved_from: more.moved_to().and(more.standing()).map(|at| shown(&recurrence, at)),
            done_times: Vec::new(),
        })
    }

    /// Times that are done, newest first.
    pub(crate) fn done_times(&self, more: &TaskMore, times: &[DoneTime]) -> Vec<DoneTimeView> {
        let (zone, recurrence) = (self.my_zone(), more.recurrence());
        let author = |actor: &[u8; 16]| people::author_of_actor(&self.store, &self.mem.membership, actor);
        let view = |done: &DoneTime| DoneTimeView {
            time: recurrence.as_ref().map_or_else(|| done.time.to_string(), |r| shown(r, done.time)),
            when: zone.rfc9557(done.said_ms),
            by: done.actor.as_ref().map(author).unwrap_or_default(),
        };
        times.iter().rev().take(MAX_DONE_TIMES).map(view).collect()
    }
}
