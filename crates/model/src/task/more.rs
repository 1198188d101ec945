//! What a task says beside its common fields: named state, relations, recurrence, values of its project's fields, its cycle.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::crdt::{At, Obj, Read};
use crate::doc::Doc;
use crate::fields::{self, Value};
use crate::ids::DocId;
use crate::relations::Relation;

/// Field: the named state of its project. It counts while its class is the task's status.
pub const STATE: &str = "state";
/// Field: ids of tasks that cannot go on before this one is closed; a set.
pub const BLOCKS: &str = "blocks";
/// Field: ids of tasks that have to do with it; a set.
pub const RELATES: &str = "relates";
/// Field: the task that says the same.
pub const DUPLICATE_OF: &str = "duplicate_of";
/// Field: when it comes again, as [`crate::recur::Recurrence`] writes it.
pub const RECUR: &str = "recur";
/// Field: times of its recurrence that are done, as `2026-11-30T09:00:00`; a set, so that one done twice is done once.
pub const DONE_TIMES: &str = "done_times";
/// Field: times of its recurrence that were passed over, as in [`DONE_TIMES`]; a set. What lies between two times that are done
/// or passed over was passed over with the later one.
pub const SKIPPED_TIMES: &str = "skipped_times";
/// What names of fields begin with that say when one time of its recurrence is due instead; the time follows.
pub const MOVED_TIME: &str = "moved.";
/// Field: the cycle in which it is worked on.
pub const CYCLE: &str = "cycle";
/// Field: how many working days it may take within its cycle.
pub const APPETITE: &str = "appetite";
/// Field: where it stands on its hill, 0 to 100; 50 is the top.
pub const HILL: &str = "hill";
/// Field: positions that were set, as `<UTC milliseconds> <position> <member>`; a set.
pub const HILL_MARKS: &str = "hill_marks";
/// Field: the tool from which the task was imported.
pub const SOURCE: &str = "source";
/// Field: what its row stays the same by there.
pub const SOURCE_ID: &str = "source_id";
/// Field: what people call it there.
pub const SOURCE_KEY: &str = "source_key";
/// Field: the project that its row names.
pub const SOURCE_PROJECT: &str = "source_project";
/// Field: the row as it was read last, as JSON of whoever imports.
pub const SOURCE_ROW: &str = "source_row";
/// Field: blake3 of everything that was read of it last, hex.
pub const SOURCE_HASH: &str = "source_hash";
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
    /// Times that were passed over.
    pub skipped_times: Vec<String>,
    /// Due values of single times that were set by hand, by time.
    pub moved: BTreeMap<String, String>,
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
    /// Where it was imported from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
}

/// Where a task was imported from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Imported {
    /// The tool.
    pub source: String,
    /// What its row stays the same by there.
    pub id: String,
    /// What people call it there; empty where that is nothing.
    pub key: String,
    /// The project that its row names, or that stands for it.
    pub project: String,
    /// blake3 of everything that was read of it last, hex.
    pub hash: String,
}

impl Doc {
    /// The document read as a task, for what is not in [`Doc::task`].
    pub fn task_more(&self) -> TaskMore {
        let doc = &self.crdt;
        let text = |name: &str| Some(fields::text(doc, name)).filter(|text| !text.is_empty());
        let number = |name: &str| fields::read(doc, name).and_then(|value| value.as_int());
        let id = |name: &str| text(name).and_then(|id| id.parse::<DocId>().ok());
        let names = doc.keys(&Obj::root());
        let moved =
            names.iter().filter_map(|name| Some((name.strip_prefix(MOVED_TIME)?.to_owned(), text(name)?)));
        let moved = moved.collect();
        let own = names.into_iter().filter_map(|name| {
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
            skipped_times: fields::items(doc, SKIPPED_TIMES),
            moved,
            values: own.collect(),
            cycle: id(CYCLE),
            appetite: number(APPETITE),
            hill: number(HILL).map(|at| at.clamp(0, 100)),
            hill_marks: marks,
            imported: text(SOURCE).zip(text(SOURCE_ID)).map(|(source, id)| Imported {
                source,
                id,
                key: text(SOURCE_KEY).unwrap_or_default(),
                project: text(SOURCE_PROJECT).unwrap_or_default(),
                hash: text(SOURCE_HASH).unwrap_or_default(),
            }),
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
