//! Several tasks changed as one step, with a way back that leaves alone what others did since.

use std::collections::BTreeMap;

use tern_model::{Doc, DocId, Edit, Value, order};

use crate::api::{PeerError, TaskCommand, TaskStep, TaskSteps};

use super::errors::{bad_input, usage};
use super::resolve::{self, Wanted};
use super::{Work, task_times, tasks};

/// Most tasks of one change.
const MAX_TASKS: usize = 1_000;
const LABELS: &str = "labels";

/// What was done.
pub(crate) enum Done {
    Made(DocId),
    Changed(TaskSteps),
}

/// Performs a change of several tasks.
pub(crate) fn perform(work: &mut Work<'_, '_>, command: &TaskCommand) -> Result<Done, PeerError> {
    match command {
        TaskCommand::New { line, fields } => {
            let id = tasks::create(work, line)?;
            // Names are found in rows: the task needs its own.
            super::project::project(work, id)?;
            tasks::change(work, &id.to_string(), fields)?;
            Ok(Done::Made(id))
        }
        TaskCommand::SetMany { tasks, fields } => {
            let ids = named(work, tasks)?;
            let mut done = TaskSteps::default();
            for id in ids {
                let edits = typed(work, id, fields)?;
                step(work, id, &edits, &mut done)?;
            }
            Ok(Done::Changed(done))
        }
        TaskCommand::Place { tasks, fields, after, before } => {
            let ids = named(work, tasks)?;
            let mut last = neighbour(work, after.as_deref())?;
            let next = neighbour(work, before.as_deref())?;
            let mut done = TaskSteps::default();
            for id in ids {
                let key = order::between(last.as_deref(), next.as_deref(), work.random());
                let mut edits = typed(work, id, fields)?;
                edits.push(set("order", Value::Text(key.clone())));
                step(work, id, &edits, &mut done)?;
                last = Some(key);
            }
            Ok(Done::Changed(done))
        }
        TaskCommand::Done { task, skip_missed } => {
            let id = resolve::document(&work.txn, task, Wanted::Task)?;
            let edits = task_times::done(work, id, *skip_missed)?;
            let mut done = TaskSteps::default();
            step(work, id, &edits, &mut done)?;
            Ok(Done::Changed(done))
        }
        TaskCommand::Skip { task, this } => {
            let id = resolve::document(&work.txn, task, Wanted::Task)?;
            let edits = task_times::skip(work, id, *this)?;
            let mut done = TaskSteps::default();
            step(work, id, &edits, &mut done)?;
            Ok(Done::Changed(done))
        }
        TaskCommand::PutBack { steps } => put_back(work, steps).map(Done::Changed),
    }
}

fn set(name: &str, value: Value) -> Edit {
    Edit::SetField { name: name.to_owned(), value }
}

/// The tasks of these names, each once.
fn named(work: &Work<'_, '_>, tasks: &[String]) -> Result<Vec<DocId>, PeerError> {
    if tasks.len() > MAX_TASKS {
        return Err(usage(
            format!("{} tasks are too many for one change; at most {MAX_TASKS} are possible.", tasks.len()),
            "Select fewer tasks.",
        ));
    }
    let mut ids: Vec<DocId> = Vec::with_capacity(tasks.len());
    for task in tasks {
        let id = resolve::document(&work.txn, task, Wanted::Task)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn neighbour(work: &Work<'_, '_>, task: Option<&str>) -> Result<Option<String>, PeerError> {
    let Some(task) = task else { return Ok(None) };
    let id = resolve::document(&work.txn, task, Wanted::Task)?;
    Ok(work.txn.task(&id.0)?.map(|row| row.ord))
}

/// The edits of fields as typed. What cannot be put back whole is no field of several tasks.
fn typed(work: &mut Work<'_, '_>, id: DocId, fields: &[(String, String)]) -> Result<Vec<Edit>, PeerError> {
    let mut edits = Vec::new();
    for (name, value) in fields {
        if name.trim() == "description" {
            return Err(usage(
                "A description belongs to one task.",
                "Change it in the details of that task.",
            ));
        }
        if name.trim().trim_start_matches(['+', '-']) == "blocked_by" {
            return Err(usage(
                "What blocks several tasks is said of the one that blocks.",
                "Set blocks=… there, once for each.",
            ));
        }
        edits.extend(tasks::field_edits(work, id, name.trim(), value.trim())?);
    }
    Ok(edits)
}

fn value_of(doc: &Doc, field: &str) -> Value {
    match doc.field(field) {
        None if tern_model::fields::SETS.contains(&field) => Value::List(Vec::new()),
        found => found.unwrap_or(Value::Null),
    }
}

/// Performs the edits of one task or page and notes every field that they changed.
pub(crate) fn step(
    work: &mut Work<'_, '_>,
    id: DocId,
    edits: &[Edit],
    done: &mut TaskSteps,
) -> Result<(), PeerError> {
    let mut before: BTreeMap<&str, Value> = BTreeMap::new();
    let doc = work.doc(id)?;
    for edit in edits {
        let field = match edit {
            Edit::SetField { name, .. } => name.as_str(),
            Edit::AddTo { set, .. } | Edit::RemoveFrom { set, .. } => set.as_str(),
            _ => LABELS,
        };
        before.entry(field).or_insert_with(|| value_of(doc, field));
    }
    work.edit(id, edits)?;
    let doc = work.doc(id)?;
    let already = done.steps.len();
    for (field, was) in before {
        let became = value_of(doc, field);
        if was != became {
            done.steps.push(TaskStep { task: id.to_string(), field: field.to_owned(), was, became });
        }
    }
    done.changed += usize::from(done.steps.len() > already);
    Ok(())
}

/// Takes steps back, but for what somebody has changed since.
pub(crate) fn put_back(work: &mut Work<'_, '_>, steps: &[TaskStep]) -> Result<TaskSteps, PeerError> {
    let mut by_task: BTreeMap<&str, Vec<&TaskStep>> = BTreeMap::new();
    for step in steps {
        by_task.entry(&step.task).or_default().push(step);
    }
    let mut done = TaskSteps::default();
    for (task, steps) in by_task {
        let id: DocId = task.parse().map_err(|_| bad_input(format!("“{task}” is no id of a task.")))?;
        let doc = work.doc(id)?;
        let edits: Vec<Edit> = steps.iter().flat_map(|step| back(doc, step)).collect();
        self::step(work, id, &edits, &mut done)?;
    }
    Ok(done)
}

/// The edits that take one step back; none where somebody went on from there.
fn back(doc: &Doc, step: &TaskStep) -> Vec<Edit> {
    let now = value_of(doc, &step.field);
    match (&step.was, &step.became, &now) {
        (Value::List(was), Value::List(became), Value::List(now)) => {
            let set = || step.field.clone();
            let added = became.iter().filter(|item| !was.contains(item) && now.contains(item));
            let removed = was.iter().filter(|item| !became.contains(item) && !now.contains(item));
            added
                .map(|item| Edit::RemoveFrom { set: set(), item: item.clone() })
                .chain(removed.map(|item| Edit::AddTo { set: set(), item: item.clone() }))
                .collect()
        }
        (was, became, now) if now == became => vec![set(&step.field, was.clone())],
        _ => Vec::new(),
    }
}
