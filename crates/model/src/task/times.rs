//! The times of a task that comes again: which are done, passed over or moved by hand, and for which one it stands.

use jiff::civil::DateTime;

use super::more::{DONE_TIMES, MOVED_TIME, SKIPPED_TIMES, TaskMore};
use super::{Due, Status};
use crate::doc::Doc;
use crate::edit::Edit;
use crate::fields::{self, Conflict, Value};
use crate::hours::Zone;
use crate::recur::Recurrence;

/// Most missed times that are looked at; a series that was left alone for longer is passed over in several steps.
pub const MAX_MISSED: usize = 1_000;

/// A time of a recurrence that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneTime {
    /// The time of the rule.
    pub time: DateTime,
    /// When that was said first, UTC milliseconds.
    pub said_ms: i64,
    /// The actor who said it; none where that is not known here.
    pub actor: Option<[u8; 16]>,
}

impl TaskMore {
    /// Its recurrence, where that can be read.
    pub fn recurrence(&self) -> Option<Recurrence> {
        Recurrence::read(self.recur.as_deref()?).ok()
    }

    /// The newest time that is done or was passed over.
    fn last_settled(&self) -> Option<DateTime> {
        self.done_times.iter().chain(&self.skipped_times).filter_map(|time| time.parse().ok()).max()
    }

    /// The time for which it stands: the first after all that are done or were passed over. `None` when it does not recur or
    /// the series is over.
    pub fn standing(&self) -> Option<DateTime> {
        self.recurrence()?.next_after(self.last_settled())
    }

    /// The times that were missed: from the one for which it stands on, as long as they are past. At most [`MAX_MISSED`].
    pub fn missed(&self, is_past: impl Fn(&Recurrence, DateTime) -> bool) -> Vec<DateTime> {
        let Some(recurrence) = self.recurrence() else { return Vec::new() };
        let last = self.last_settled();
        let open = recurrence.times().filter(|at| last.is_none_or(|last| *at > last));
        open.take(MAX_MISSED).take_while(|at| is_past(&recurrence, *at)).collect()
    }

    /// What is written when the task is done: the time for which it stands is, and it is to be done again; closed when none is
    /// left, or when it does not recur.
    pub fn completed(&self) -> Vec<Edit> {
        match self.standing() {
            Some(standing) => self.settled(DONE_TIMES, standing),
            None => vec![status(Status::Done)],
        }
    }

    /// What is written when a time is done, and those before it are passed over.
    pub fn completed_at(&self, time: DateTime) -> Vec<Edit> {
        self.settled(DONE_TIMES, time)
    }

    /// What is written when a time and all before it are passed over.
    pub fn passed_over(&self, last: DateTime) -> Vec<Edit> {
        self.settled(SKIPPED_TIMES, last)
    }

    fn settled(&self, set: &str, time: DateTime) -> Vec<Edit> {
        let next = self.recurrence().and_then(|recurrence| recurrence.next_after(Some(time)));
        let settled = Edit::AddTo { set: set.to_owned(), item: time.to_string() };
        vec![settled, status(if next.is_some() { Status::Todo } else { Status::Done })]
    }

    /// The next times, the one for which it stands first.
    pub fn coming(&self, count: usize) -> Vec<DateTime> {
        let Some(recurrence) = self.recurrence() else { return Vec::new() };
        let last = self.last_settled();
        recurrence.times().filter(|at| last.is_none_or(|last| *at > last)).take(count).collect()
    }

    /// When the time for which it stands is due instead, where that was set by hand.
    pub fn moved_to(&self) -> Option<Due> {
        let moved = self.moved.get(&self.standing()?.to_string())?;
        Due::from_value(&Value::Text(moved.clone()))
    }

    /// What is written when the time for which it stands is due at another one, or as the rule has it; `None` when it stands for
    /// none.
    pub fn moved(&self, due: Option<&Due>) -> Option<Edit> {
        let name = format!("{MOVED_TIME}{}", self.standing()?);
        Some(Edit::SetField { name, value: due.map_or(Value::Null, Due::to_value) })
    }

    /// A value that lost, for people: of times that were moved only the one for which it stands is told, as its due value.
    pub fn told(&self, conflict: Conflict) -> Option<Conflict> {
        let Some(time) = conflict.field.strip_prefix(MOVED_TIME) else { return Some(conflict) };
        let stands = self.standing().is_some_and(|standing| standing.to_string() == time);
        stands.then(|| Conflict { field: super::names::DUE.to_owned(), ..conflict })
    }
}

fn status(status: Status) -> Edit {
    Edit::SetField { name: super::names::STATUS.to_owned(), value: Value::Text(status.name().to_owned()) }
}

/// A time of a recurrence as a due value.
pub fn due_of(recurrence: &Recurrence, at: DateTime) -> Due {
    match &recurrence.zone {
        _ if recurrence.all_day => Due::EndOfDay { date: at.date().to_string() },
        Some(name) => {
            let zone = Zone::get(name).unwrap_or_else(|_| Zone::utc());
            Due::Instant { at_ms: zone.instant(at), zone: zone.name().to_owned() }
        }
        None => Due::Instant { at_ms: Zone::utc().instant(at), zone: "UTC".to_owned() },
    }
}

/// The status and due value of a task that recurs: it stands for its next time, and is open while there is one.
pub(super) fn as_it_recurs(more: &TaskMore, status: Status, due: Option<Due>) -> Option<Due> {
    match (more.recurrence(), status) {
        (Some(recurrence), status) if !status.is_closed() => {
            more.moved_to().or_else(|| more.standing().map(|at| due_of(&recurrence, at))).or(due)
        }
        _ => due,
    }
}

impl Doc {
    /// The times of its recurrence that are done, in order.
    pub fn done_times(&self) -> Vec<DoneTime> {
        let said = fields::said_items(&self.crdt, DONE_TIMES).into_iter();
        let mut times: Vec<DoneTime> = said
            .filter_map(|(time, said_ms, actor)| Some(DoneTime { time: time.parse().ok()?, said_ms, actor }))
            .collect();
        times.sort_by_key(|done| done.time);
        times
    }
}
