//! What a task says beside its common fields: edits of it as typed, and views of it.

use tern_model::hours::Zone;
use tern_model::recur;
use tern_model::task::Status;
use tern_model::task::more::{self, TaskMore};
use tern_model::{DocId, Edit, Value};
use tern_store::TaskRow;

use crate::api::{HillMarkView, PeerError, TaskLinkView, TaskMoreView, WaitsForView};

use super::errors::usage;
use super::resolve::{self, Wanted, hex};
use super::tasks::Names;
use super::web::refuse_circle;
use super::{Core, Work, cycles, people, projects, words};

/// Most working days of an appetite.
const MAX_APPETITE: i64 = 366;

/// Names of fields that this module knows, for people.
pub(crate) const NAMES: &str =
    "parent blocks -blocks blocked_by -blocked_by relates -relates duplicate_of recur cycle appetite hill";

fn set(name: &str, value: Value) -> Edit {
    Edit::SetField { name: name.to_owned(), value }
}

/// What is written when a status is set by its class or by a named state of the task's project.
pub(crate) fn status_edits(work: &mut Work<'_, '_>, id: DocId, word: &str) -> Result<Vec<Edit>, PeerError> {
    let project = work.doc(id)?.task().project;
    let plan = project.map(|project| projects::plan(&work.txn, &project.0)).transpose()?.unwrap_or_default();
    let named = plan.state(word);
    let status = match named {
        Some(state) => state.class,
        None => words::parse_status(word).ok_or_else(|| {
            let known: Vec<&str> = plan.states.iter().map(|state| state.name.as_str()).collect();
            let next = if known.is_empty() {
                "Choose backlog, todo, doing, review, done or cancelled.".to_owned()
            } else {
                format!("Choose {}; or backlog, todo, doing, review, done, cancelled.", known.join(", "))
            };
            usage(format!("“{word}” is no status."), &next)
        })?,
    };
    let more = work.doc(id)?.task_more();
    if status == Status::Done && more.recur.is_some() {
        return Ok(more.completed());
    }
    let mut edits = vec![set("status", Value::Text(words::status(status).to_owned()))];
    let state = named.map(|state| state.key().to_owned());
    if state != more.state {
        edits.push(set(more::STATE, state.map_or(Value::Null, Value::Text)));
    }
    Ok(edits)
}

/// The edits of a field as typed; `None` where it is none of this module's.
pub(crate) fn field_edits(
    work: &mut Work<'_, '_>,
    id: DocId,
    name: &str,
    value: &str,
) -> Result<Option<Vec<Edit>>, PeerError> {
    let other = |work: &Work<'_, '_>| resolve::document(&work.txn, value, Wanted::Task);
    let one = |edit: Edit| Ok(Some(vec![edit]));
    match name {
        "parent" | more::DUPLICATE_OF => {
            let to = other(work)?;
            refuse_circle(&work.txn, name, id, to)?;
            one(set(name, Value::Text(to.to_string())))
        }
        more::BLOCKS | "+blocks" | more::RELATES | "+relates" => {
            let (to, name) = (other(work)?, name.trim_start_matches('+'));
            if name == more::BLOCKS {
                refuse_circle(&work.txn, name, id, to)?;
            } else if to == id {
                return Err(usage("A task has to do with itself anyway.", "Name another one."));
            }
            one(Edit::AddTo { set: name.to_owned(), item: to.to_string() })
        }
        "-blocks" | "-relates" => {
            let name = name.trim_start_matches('-').to_owned();
            one(Edit::RemoveFrom { set: name, item: other(work)?.to_string() })
        }
        more::RECUR => recur_edits(work, id, value).map(Some),
        more::CYCLE => {
            let cycle = cycles::find(&work.txn, value, false)?;
            one(set(more::CYCLE, Value::Text(cycle.to_string())))
        }
        more::APPETITE => {
            let days = value.parse().ok().filter(|days| (1..=MAX_APPETITE).contains(days));
            let next = "Give the working days that it may take, such as 10.";
            one(set(name, Value::Int(days.ok_or_else(|| usage(format!("“{value}” is no appetite."), next))?)))
        }
        more::HILL => {
            let place = value.parse().ok().filter(|place| (0..=100).contains(place));
            let next = "Give a number from 0 (nothing known) over 50 (all found out) to 100 (done).";
            let place: i64 =
                place.ok_or_else(|| usage(format!("“{value}” is no place on the hill."), next))?;
            let by = work.mem.member().map(|me| hex(&me)).unwrap_or_default();
            let mark = format!("{} {place} {by}", work.now_ms());
            Ok(Some(vec![
                set(more::HILL, Value::Int(place)),
                Edit::AddTo { set: more::HILL_MARKS.to_owned(), item: mark },
            ]))
        }
        _ => Ok(projects::own_value(work, id, name, value)?.map(|edit| vec![edit])),
    }
}

fn recur_edits(work: &mut Work<'_, '_>, id: DocId, value: &str) -> Result<Vec<Edit>, PeerError> {
    let zone = people::zone_of(&work.txn, work.mem.member());
    let task = work.doc(id)?.task();
    let due = task.due.and_then(|due| match due {
        tern_model::task::Due::Instant { at_ms, .. } => Some(zone.date(at_ms)),
        tern_model::task::Due::EndOfDay { date } | tern_model::task::Due::Date { date } => date.parse().ok(),
    });
    let start = due.unwrap_or_else(|| zone.date(work.now_ms()));
    let read = recur::read_typed(value, start, &zone).map_err(|e| {
        usage(
            format!("{}.", capital(&e.to_string())),
            "Write for example “every Monday 09:00 Europe/London”, “every weekday”, “every 2 weeks on Friday” or FREQ=MONTHLY;BYDAY=-1FR 16:00.",
        )
    })?;
    if read.next_after(None).is_none() {
        return Err(usage("This rule never holds.", "Change it so that there is a first time."));
    }
    Ok(vec![set(more::RECUR, Value::Text(read.to_string()))])
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// `blocked_by` and `-blocked_by` change the other task.
pub(crate) fn blocked_by(
    work: &mut Work<'_, '_>,
    id: DocId,
    name: &str,
    value: &str,
) -> Result<bool, PeerError> {
    let on = match name {
        "blocked_by" | "+blocked_by" => true,
        "-blocked_by" => false,
        _ => return Ok(false),
    };
    let other = resolve::document(&work.txn, value, Wanted::Task)?;
    let (set, item) = (more::BLOCKS.to_owned(), id.to_string());
    let edit = if on {
        refuse_circle(&work.txn, more::BLOCKS, other, id)?;
        Edit::AddTo { set, item }
    } else {
        Edit::RemoveFrom { set, item }
    };
    work.edit(other, &[edit])?;
    super::project::project(work, other)?;
    Ok(true)
}

/// The tool and what people call the task there, in words.
fn imported_from(from: &more::Imported) -> String {
    let called = if from.key.is_empty() { &from.id } else { &from.key };
    format!("{} {called}", from.source)
}

impl Core {
    /// A task in a few words.
    pub(crate) fn task_link(&self, row: &TaskRow, names: &Names) -> TaskLinkView {
        TaskLinkView {
            id: DocId(row.doc).to_string(),
            short_id: names.short_id(row),
            title: row.title.clone(),
            status: row.status.clone(),
            assignee: row.assignee.map(|member| people::name_of(&self.store, &member)),
        }
    }

    fn waits_for(&self, row: &TaskRow, names: &Names, zone: &Zone) -> WaitsForView {
        let profile = row.assignee.and_then(|member| people::profile_of(&self.store, &member));
        let now_ms = self.now_ms();
        let next = profile.as_ref().and_then(|profile| profile.next_checkin(now_ms));
        WaitsForView {
            task: self.task_link(row, names),
            local: profile.as_ref().map(|profile| profile.zone.show_short(now_ms)),
            next_checkin: next.map(|at| zone.rfc9557(at)),
            next_checkin_local: profile.as_ref().zip(next).map(|(p, at)| words::near(&p.zone, at, now_ms)),
        }
    }

    /// What lists show of it; `all` is for the details of one.
    pub(crate) fn task_more_view(
        &self,
        row: &TaskRow,
        rows: &[TaskRow],
        names: &Names,
        all: bool,
    ) -> TaskMoreView {
        let id = DocId(row.doc);
        let web = &names.web;
        let nothing = TaskMore::default();
        let more = web.said.get(&id).unwrap_or(&nothing);
        let plan = row.project.and_then(|project| names.plans.get(&project));
        let status = words::parse_status(&row.status).unwrap_or_default();
        let state = plan.and_then(|plan| plan.state_of(status, more.state.as_deref()));
        let row_of =
            |id: &DocId| rows.binary_search_by(|row| row.doc.cmp(&id.0)).ok().and_then(|at| rows.get(at));
        let links = |ids: &[DocId]| -> Vec<TaskLinkView> {
            ids.iter().filter_map(row_of).map(|row| self.task_link(row, names)).collect()
        };
        let waits: Vec<DocId> = web.waits_for(&id);
        let mut view = TaskMoreView {
            state: state.map(|state| state.name.clone()),
            project_id: row.project.map(|project| DocId(project).to_string()),
            blocked: !waits.is_empty() && !status.is_closed(),
            waits_for: waits
                .iter()
                .filter_map(row_of)
                .map(|row| self.waits_for(row, names, &names.zone))
                .collect(),
            fields: projects::shown_values(&self.store, plan, &more.values),
            cycle: more.cycle.and_then(|cycle| names.cycles.get(&cycle.0).cloned()),
            appetite: more.appetite,
            hill: more.hill,
            imported_from: more.imported.as_ref().map(imported_from),
            parent: links(web.parts.of(&id)).pop(),
            recurs: self.recurs_view(more, &names.zone, all),
            ..TaskMoreView::default()
        };
        if !all {
            return view;
        }
        view.parts = links(web.parts.to(&id));
        view.blocks = links(web.blocks.of(&id));
        let others = web.said.iter().filter(|(_, said)| said.relates.contains(&id)).map(|(other, _)| *other);
        let mut relates: Vec<DocId> =
            more.relates.iter().copied().chain(others).filter(|other| *other != id).collect();
        relates.sort();
        relates.dedup();
        view.relates = links(&relates);
        view.duplicate_of = links(web.duplicates.of(&id)).pop();
        view.duplicates = links(web.duplicates.to(&id));
        let title = |id: &DocId| {
            row_of(id).map_or_else(|| "a task that is not here".to_owned(), |row| format!("“{}”", row.title))
        };
        let aside = web.set_aside(&id).into_iter();
        view.set_aside = aside
            .map(|(words, relation)| {
                format!(
                    "{} {words} {}: set aside, for it would close a circle",
                    title(&relation.from),
                    title(&relation.to)
                )
            })
            .collect();
        view.hill_history = self.hill_history(more);
        view
    }

    pub(crate) fn hill_history(&self, more: &TaskMore) -> Vec<HillMarkView> {
        let zone = self.my_zone();
        let mark = |(at, position, by): &(i64, i64, String)| HillMarkView {
            when: zone.rfc9557(*at),
            position: *position,
            by: self.person_view(by).name,
        };
        more.hill_marks.iter().map(mark).collect()
    }
}
