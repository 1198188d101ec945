//! Commands and views of cycles: weeks of work and of cooling down, scopes, and what is left over at the end.

use tern_model::cycle::{self, CycleFields, MAX_WEEKS, Phase};
use tern_model::hours::DAY_MS;
use tern_model::{Class, Doc, DocId, Edit, Kind, Value};
use tern_store::{FormRow, Store};

use crate::api::*;

use super::errors::{self, not_found, usage};
use super::forms::{self, set};
use super::{Core, Work, people};

/// What rows of cycles are kept as.
const FORM: &str = "cycle";

/// The cycle that `text` names: name in any case, id or a beginning of it.
pub(crate) fn find(store: &Store, text: &str, trashed: bool) -> Result<DocId, PeerError> {
    let typed = text.trim();
    let (lower, upper) = (typed.to_lowercase(), typed.to_uppercase());
    let all: Vec<FormRow> = store.forms(FORM)?.into_iter().filter(|row| trashed || !row.trashed).collect();
    let found = all
        .iter()
        .find(|row| DocId(row.doc).to_string() == typed)
        .or_else(|| all.iter().rev().find(|row| row.title.to_lowercase() == lower))
        .or_else(|| {
            all.iter().find(|row| upper.len() >= 4 && DocId(row.doc).to_string().starts_with(&upper))
        });
    found
        .map(|row| DocId(row.doc))
        .ok_or_else(|| not_found("cycle", typed).next("`tern cycle list` shows what there is."))
}

/// Performs a change of cycles; returns which one it was.
pub(crate) fn perform(work: &mut Work<'_, '_>, command: &CycleCommand) -> Result<DocId, PeerError> {
    match command {
        CycleCommand::New { title, fields } => {
            let today = people::zone_of(&work.txn, work.mem.member()).date(work.now_ms());
            let mut edits = vec![titled(title)?, set(cycle::START, &today.to_string())];
            for (name, value) in fields {
                edits.push(field_edit(work, name.trim(), value.trim())?);
            }
            let id = DocId::new(Class::Content, work.random());
            work.create(id, &Kind::Cycle, &edits)?;
            Ok(id)
        }
        CycleCommand::Set { cycle, fields } => {
            let id = find(&work.txn, cycle, false)?;
            let mut edits = Vec::new();
            for (name, value) in fields {
                edits.push(field_edit(work, name.trim(), value.trim())?);
            }
            work.edit(id, &edits)?;
            Ok(id)
        }
        CycleCommand::Trash { cycle, on } => {
            let id = find(&work.txn, cycle, !*on)?;
            work.edit(id, &[Edit::Trash { on: *on }])?;
            Ok(id)
        }
    }
}

fn titled(title: &str) -> Result<Edit, PeerError> {
    let title = title.trim();
    if title.is_empty() {
        return Err(usage("A cycle needs a name.", "Give it one, for example “Autumn”."));
    }
    errors::bounded("The name", title, errors::MAX_TITLE_CHARS)?;
    Ok(set("title", title))
}

fn field_edit(work: &Work<'_, '_>, name: &str, value: &str) -> Result<Edit, PeerError> {
    let weeks = |least: i64| -> Result<Value, PeerError> {
        let weeks = value.parse().ok().filter(|weeks| (least..=MAX_WEEKS).contains(weeks));
        let wrong = || usage(format!("“{value}” is no number of weeks."), "Give a whole number up to 52.");
        Ok(Value::Int(weeks.ok_or_else(wrong)?))
    };
    let edit = |value: Value| Edit::SetField { name: name.to_owned(), value };
    match name {
        "title" => titled(value),
        cycle::START => {
            let today = people::zone_of(&work.txn, work.mem.member()).date(work.now_ms());
            let date = tern_model::capture::parse_date(value, today);
            let wrong = || usage(format!("“{value}” is no date."), "Write 2026-12-01, mon or +3d.");
            Ok(set(cycle::START, &date.ok_or_else(wrong)?.to_string()))
        }
        cycle::WEEKS => Ok(edit(weeks(1)?)),
        cycle::COOLDOWN => Ok(edit(weeks(0)?)),
        other => {
            Err(usage(format!("A cycle has no field “{other}”."), "Fields: title start weeks cooldown."))
        }
    }
}

/// Makes the row of a cycle.
pub(crate) fn project(
    work: &mut Work<'_, '_>,
    doc: &Doc,
    created_ms: i64,
    updated_ms: i64,
) -> Result<(), PeerError> {
    let json = serde_json::to_string(&doc.cycle());
    let row = forms::row(work, doc, FORM, "", json, (created_ms, updated_ms))?;
    Ok(work.txn.project_form(&row)?)
}

impl Core {
    /// All cycles that are not in the trash, the latest first.
    pub(crate) fn cycles_view(&self) -> Result<CyclesView, PeerError> {
        let mut cycles: Vec<CycleView> = (self.store.forms(FORM)?.iter())
            .filter(|row| !row.trashed)
            .map(|row| self.shown_cycle(row))
            .collect::<Result<_, _>>()?;
        cycles.sort_by(|a, b| b.start.cmp(&a.start).then_with(|| a.id.cmp(&b.id)));
        Ok(CyclesView { cycles })
    }

    /// One cycle.
    pub(crate) fn cycle_view(&self, cycle: &str) -> Result<CycleView, PeerError> {
        let id = find(&self.store, cycle, true)?;
        let row = self.store.form(&id.0)?.ok_or_else(|| not_found("cycle", cycle))?;
        self.shown_cycle(&row)
    }

    fn shown_cycle(&self, row: &FormRow) -> Result<CycleView, PeerError> {
        let fields: CycleFields =
            serde_json::from_str(&row.json).map_err(|e| errors::internal(e.to_string()))?;
        let today = self.my_zone().date(self.now_ms());
        let phase = fields.phase(today);
        let tasks = self.store.tasks()?;
        let names = self.task_names(&tasks)?;
        let mut scopes = Vec::new();
        let mut unfinished = Vec::new();
        for task in tasks.iter().filter(|task| !task.trashed) {
            let Some(more) = names.web.said.get(&DocId(task.doc)) else { continue };
            if more.cycle != Some(DocId(row.doc)) {
                continue;
            }
            let link = self.task_link(task, &names);
            let closed = matches!(task.status.as_str(), "done" | "cancelled");
            if !closed && matches!(phase, Phase::Cooldown | Phase::Over) {
                unfinished.push(link.clone());
            }
            let history = self.hill_history(more);
            scopes.push((
                task.ord.clone(),
                ScopeView { task: link, appetite: more.appetite, hill: more.hill, history },
            ));
        }
        scopes.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.task.id.cmp(&b.1.task.id)));
        let text = |date: Option<tern_model::hours::Date>| date.map(|date| date.to_string());
        let days_left = fields.work_ends().map(|ends| ends.duration_since(today).as_millis() as i64 / DAY_MS);
        Ok(CycleView {
            id: DocId(row.doc).to_string(),
            title: fields.title.clone(),
            start: text(fields.start),
            work_ends: text(fields.work_ends()),
            ends: text(fields.ends()),
            weeks: fields.weeks,
            cooldown: fields.cooldown,
            phase: phase.name().to_owned(),
            days_left,
            scopes: scopes.into_iter().map(|(_, scope)| scope).collect(),
            unfinished,
            trashed: row.trashed,
        })
    }
}
