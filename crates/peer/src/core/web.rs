//! How tasks hang together, over all rows: part of, blocks, duplicate of, without circles; and what is said of one task.

use std::collections::BTreeMap;

use tern_model::DocId;
use tern_model::relations::{Relation, Relations};
use tern_model::task::more::{self, TaskMore};
use tern_store::{Store, TaskRow};

use crate::api::PeerError;

use super::errors::usage;

/// What a row says beside the common fields.
pub(crate) fn more_of(row: &TaskRow) -> TaskMore {
    if row.more_json.is_empty() {
        TaskMore::default()
    } else {
        serde_json::from_str(&row.more_json).unwrap_or_default()
    }
}

/// The relations of all tasks.
#[derive(Debug, Default)]
pub(crate) struct Web {
    /// What each task says, where it says anything beyond the common fields.
    pub said: BTreeMap<DocId, TaskMore>,
    /// From part to whole.
    pub parts: Relations,
    /// From what blocks to what is blocked.
    pub blocks: Relations,
    /// From duplicate to original.
    pub duplicates: Relations,
    open: BTreeMap<DocId, bool>,
}

impl Web {
    /// Reads it from rows.
    pub(crate) fn of(rows: &[TaskRow]) -> Web {
        let (mut parts, mut blocks, mut duplicates) = (Vec::new(), Vec::new(), Vec::new());
        let mut web = Web::default();
        for row in rows {
            let id = DocId(row.doc);
            let closed = matches!(row.status.as_str(), "done" | "cancelled") || row.trashed;
            web.open.insert(id, !closed);
            let more = more_of(row);
            if row.parent.is_none() && more == TaskMore::default() {
                continue;
            }
            let (parent, blocked, same) = more::relations(id, row.parent.map(DocId), &more);
            parts.extend(parent);
            blocks.extend(blocked);
            duplicates.extend(same);
            web.said.insert(id, more);
        }
        web.parts = Relations::new(parts);
        web.blocks = Relations::new(blocks);
        web.duplicates = Relations::new(duplicates);
        web
    }

    /// Tasks that are not closed and that a task waits for.
    pub(crate) fn waits_for(&self, task: &DocId) -> Vec<DocId> {
        let open = |other: &&DocId| self.open.get(other).copied().unwrap_or(false);
        self.blocks.to(task).iter().filter(open).copied().collect()
    }

    /// Relations of a task, either way, that are set aside, with what they would have said of it.
    pub(crate) fn set_aside(&self, task: &DocId) -> Vec<(&'static str, Relation)> {
        let kinds =
            [("is part of", &self.parts), ("blocks", &self.blocks), ("says the same as", &self.duplicates)];
        let of = |relation: &&Relation| relation.from == *task || relation.to == *task;
        kinds
            .into_iter()
            .flat_map(|(words, relations)| {
                relations.set_aside().iter().filter(of).map(move |relation| (words, *relation))
            })
            .collect()
    }
}

/// Refuses a relation that would close a circle, naming the tasks on it.
pub(crate) fn refuse_circle(store: &Store, kind: &str, from: DocId, to: DocId) -> Result<(), PeerError> {
    let rows = store.tasks()?;
    let web = Web::of(&rows);
    let (relations, words) = match kind {
        "parent" => (&web.parts, "would be a part of itself"),
        "blocks" => (&web.blocks, "would wait for itself"),
        _ => (&web.duplicates, "would say the same as itself"),
    };
    let Some(way) = relations.way(to, from) else { return Ok(()) };
    let title = |id: &DocId| rows.iter().find(|row| row.doc == id.0).map_or("?", |row| row.title.as_str());
    let mut names: Vec<String> = way.iter().map(|id| format!("“{}”", title(id))).collect();
    names.insert(0, format!("“{}”", title(&from)));
    Err(usage(
        format!("“{}” {words}: {}.", title(&from), names.join(" → ")),
        "Take away one of these relations first; `tern task show` lists them.",
    ))
}
