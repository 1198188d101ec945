//! What a task says beside its common fields: named state, relations, recurrence, values of its project's fields, its cycle.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{Due, Status};
use crate::crdt::{At, Obj, Read};
use crate::doc::Doc;
use crate::edit::Edit;
use crate::fields::{self, Value};
use crate::hours::Zone;
use crate::ids::DocId;
use crate::recur::Recurrence;
use crate::relations::Relation;

/// Field: the named state of its project. It counts while its class is the task's status.
pub const STATE: &str = "state";
/// Field: ids of tasks that cannot go on before this one is closed; a set.
pub const BLOCKS: &str = "blocks";
/// Field: ids of tasks that have to do with it; a set.
pub const RELATES: &str = "relates";
/// Field: the task that says the same.
pub const DUPLICATE_OF: &str = "duplicate_of";
/// Field: when it comes again, as [`Recurrence`] writes it.
pub const RECUR: &str = "recur";
/// Field: times of its recurrence that are done, as `2026-11-30T09:00:00`; a set, so that one done twice is done once.
pub const DONE_TIMES: &str = "done_times";
/// Field: the cycle in which it is worked on.
pub const CYCLE: &str = "cycle";
/// Field: how many working days it may take within its cycle.
pub const APPETITE: &str = "appetite";
/// Field: where it stands on its hill, 0 to 100; 50 is the top.
pub const HILL: &str = "hill";
/// Field: positions that were set, as `<UTC milliseconds> <position> <member>`; a set.
pub const HILL_MARKS: &str = "hill_marks";
/// What names of fields begin with that a project defines.
pub const OWN_FIELD: &str = "field.";

/// What a task says beside its common fields. What is absent or of an unexpected shape reads as not said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskMore {
    /// The named state.
    pub state: Option<String>,
    /// When the parent was set.
    pub parent_ms: i64,
    /// Tasks that it blocks, each with when that was said.
    pub blocks: Vec<(DocId, i64)>,
    /// Tasks that have to do with it.
    pub relates: Vec<DocId>,
    /// The task that says the same, with when that was said.
    pub duplicate_of: Option<(DocId, i64)>,
    /// When it comes again.
    pub recur: Option<String>,
    /// Times that are done.
    pub done_times: Vec<String>,
    /// Values of fields that its project defines, by name.
    pub values: BTreeMap<String, String>,
    /// The cycle.
    pub cycle: Option<DocId>,
    /// Working days that it may take.
    pub appetite: Option<i64>,
    /// Where it stands on its hill.
    pub hill: Option<i64>,
    /// Positions over time: when, where, member id in hex.
    pub hill_marks: Vec<(i64, i64, String)>,
}

impl TaskMore {
    /// Its recurrence, where that can be read.
    pub fn recurrence(&self) -> Option<Recurrence> {
        Recurrence::read(self.recur.as_deref()?).ok()
    }

    /// The newest time that is done.
    fn last_done(&self) -> Option<DateTime> {
        self.done_times.iter().filter_map(|time| time.parse().ok()).max()
    }

    /// The time for which it stands: the first after all that are done. `None` when it does not recur or the series is over.
    pub fn standing(&self) -> Option<DateTime> {
        self.recurrence()?.next_after(self.last_done())
    }

    /// What is written when the task is done: the time for which it stands is, and it is to be done again; closed when none is
    /// left, or when it does not recur.
    pub fn completed(&self) -> Vec<Edit> {
        let status = |status: Status| Edit::SetField {
            name: super::names::STATUS.to_owned(),
            value: Value::Text(status.name().to_owned()),
        };
        let Some((recurrence, standing)) = self.recurrence().zip(self.standing()) else {
            return vec![status(Status::Done)];
        };
        let next = recurrence.next_after(Some(standing));
        let done = Edit::AddTo { set: DONE_TIMES.to_owned(), item: standing.to_string() };
        vec![done, status(if next.is_some() { Status::Todo } else { Status::Done })]
    }

    /// The next times, the one for which it stands first.
    pub fn coming(&self, count: usize) -> Vec<DateTime> {
        let Some(recurrence) = self.recurrence() else { return Vec::new() };
        let last = self.last_done();
        recurrence.times().filter(|at| last.is_none_or(|last| *at > last)).take(count).collect()
    }
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

impl Doc {
    /// The document read as a task, for what is not in [`Doc::task`].
    pub fn task_more(&self) -> TaskMore {
        let doc = &self.crdt;
        let text = |name: &str| Some(fields::text(doc, name)).filter(|text| !text.is_empty());
        let number = |name: &str| fields::read(doc, name).and_then(|value| value.as_int());
        let id = |name: &str| text(name).and_then(|id| id.parse::<DocId>().ok());
        let own = doc.keys(&Obj::root()).into_iter().filter_map(|name| {
            let short = name.strip_prefix(OWN_FIELD)?.to_owned();
            let value = match fields::read(doc, &name)? {
                Value::Text(text) => text,
                Value::Int(number) => number.to_string(),
                Value::List(items) => items.join(","),
                Value::Bool(on) => on.to_string(),
                Value::Null => return None,
            };
            Some((short, value))
        });
        let ids = |name: &str| fields::items(doc, name).iter().filter_map(|id| id.parse().ok()).collect();
        let mut marks: Vec<(i64, i64, String)> =
            fields::items(doc, HILL_MARKS).iter().filter_map(|mark| hill_mark(mark)).collect();
        marks.sort();
        let dated = fields::dated_items(doc, BLOCKS).into_iter();
        TaskMore {
            state: text(STATE),
            parent_ms: self.written_ms(fields::PARENT),
            blocks: dated.filter_map(|(id, at)| Some((id.parse().ok()?, at))).collect(),
            relates: ids(RELATES),
            duplicate_of: id(DUPLICATE_OF).map(|id| (id, self.written_ms(DUPLICATE_OF))),
            recur: text(RECUR),
            done_times: fields::items(doc, DONE_TIMES),
            values: own.collect(),
            cycle: id(CYCLE),
            appetite: number(APPETITE),
            hill: number(HILL).map(|at| at.clamp(0, 100)),
            hill_marks: marks,
        }
    }

    /// When the value of a field that is in force was written; 0 where it has none.
    fn written_ms(&self, name: &str) -> i64 {
        let written = self.crdt.get_all(&Obj::root(), At::Key(name)).pop();
        let meta = written.and_then(|written| self.crdt.meta(&written.change?));
        meta.map_or(0, |meta| meta.time_ms)
    }
}

fn hill_mark(text: &str) -> Option<(i64, i64, String)> {
    let mut parts = text.splitn(3, ' ');
    let at = parts.next()?.parse().ok()?;
    let place: i64 = parts.next()?.parse().ok()?;
    Some((at, place.clamp(0, 100), parts.next().unwrap_or_default().to_owned()))
}

/// What one task says of others, by kind: part of, blocks, duplicate of.
pub fn relations(
    task: DocId,
    parent: Option<DocId>,
    more: &TaskMore,
) -> (Option<Relation>, Vec<Relation>, Option<Relation>) {
    let one = |to: DocId, written_ms: i64| Relation { written_ms, from: task, to };
    (
        parent.map(|parent| one(parent, more.parent_ms)),
        more.blocks.iter().map(|(to, at)| one(*to, *at)).collect(),
        more.duplicate_of.map(|(to, at)| one(to, at)),
    )
}

/// The status and due value of a task that recurs: it stands for its next time, and is open while there is one.
pub(super) fn as_it_recurs(more: &TaskMore, status: Status, due: Option<Due>) -> Option<Due> {
    match (more.recurrence(), status) {
        (Some(recurrence), status) if !status.is_closed() => {
            more.standing().map(|at| due_of(&recurrence, at)).or(due)
        }
        _ => due,
    }
}
