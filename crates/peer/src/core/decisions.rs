//! Decisions: what changes them, and the log, which is read from rows alone.

use std::collections::BTreeMap;

use tern_model::form::{
    self, AFFECTS, DECIDE_BY, DECIDERS, DecisionFields, DecisionState, Form, OUTCOME, OWNER, STATE,
    SUPERSEDES,
};
use tern_model::{Conflict, DocId, Edit, Value};
use tern_store::{FormRow, Store};

use crate::api::*;

use super::errors::{self, not_found, usage};
use super::forms::{self, decision_of, set};
use super::resolve::{self, Wanted, hex, unhex};
use super::{Core, Work, people, words};

/// The edits that make a page a decision, proposed by oneself.
pub(crate) fn begin(work: &Work<'_, '_>) -> Vec<Edit> {
    let me = work.mem.member().map(|me| hex(&me)).unwrap_or_default();
    vec![set(form::FORM, Form::Decision.name()), set(STATE, DecisionState::Proposed.name()), set(OWNER, &me)]
}

fn find(store: &Store, text: &str) -> Result<DocId, PeerError> {
    let id = resolve::document(store, text, Wanted::Page)?;
    match store.form(&id.0)? {
        Some(row) if row.form == Form::Decision.name() => Ok(id),
        _ => Err(usage(
            format!("“{}” is a page, and no decision.", text.trim()),
            "`tern decision list` shows decisions; `tern page new T --template decision` makes one.",
        )),
    }
}

/// Changes fields of a decision, all or none.
pub(crate) fn change(
    work: &mut Work<'_, '_>,
    page: &str,
    fields: &[(String, String)],
) -> Result<DocId, PeerError> {
    let id = find(&work.txn, page)?;
    let mut edits = Vec::new();
    let mut replaced = Vec::new();
    for (name, value) in fields {
        let (name, value) = (name.trim(), value.trim());
        if name == SUPERSEDES {
            replaced = superseded(work, id, value)?;
            let ids = replaced.iter().map(DocId::to_string).collect();
            edits.push(Edit::SetField { name: SUPERSEDES.to_owned(), value: Value::List(ids) });
        } else {
            edits.push(edit(work, name, value)?);
        }
    }
    work.edit(id, &edits)?;
    let now = work.doc(id)?.decision();
    if now.state == DecisionState::Decided && now.outcome.trim().is_empty() {
        return Err(usage(
            "A decision that is decided says what was decided.",
            "Add outcome=“…” with one line that somebody who was not there understands.",
        ));
    }
    for other in replaced {
        work.edit(other, &[set(STATE, DecisionState::Superseded.name())])?;
    }
    Ok(id)
}

/// The decisions that a value names.
fn superseded(work: &Work<'_, '_>, id: DocId, value: &str) -> Result<Vec<DocId>, PeerError> {
    let whole = find(&work.txn, value).map(|one| vec![one]);
    let parts = || parts(value).map(|part| find(&work.txn, part)).collect::<Result<Vec<_>, _>>();
    let found = if value.is_empty() { Vec::new() } else { whole.or_else(|_| parts())? };
    if found.contains(&id) {
        return Err(usage("A decision does not replace itself.", "Name another one."));
    }
    Ok(found)
}

fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn edit(work: &Work<'_, '_>, name: &str, value: &str) -> Result<Edit, PeerError> {
    let member = |text: &str| -> Result<String, PeerError> {
        let names = people::names(&work.txn, &work.mem.membership);
        Ok(hex(&resolve::member(&names, work.mem.member(), text)?))
    };
    let list =
        |name: &str, items: Vec<String>| Edit::SetField { name: name.to_owned(), value: Value::List(items) };
    Ok(match name {
        "title" if value.is_empty() => return Err(usage("A decision needs a title.", "Give one.")),
        "title" => {
            errors::bounded("The title", value, errors::MAX_TITLE_CHARS)?;
            set("title", value)
        }
        STATE => {
            let state = DecisionState::from_name(&value.to_lowercase()).ok_or_else(|| {
                usage(format!("“{value}” is no state."), "Choose proposed, decided or superseded.")
            })?;
            set(STATE, state.name())
        }
        OWNER if value.is_empty() => set(OWNER, ""),
        OWNER => set(OWNER, &member(value)?),
        DECIDERS => list(DECIDERS, parts(value).map(member).collect::<Result<_, _>>()?),
        DECIDE_BY if value.is_empty() => set(DECIDE_BY, ""),
        DECIDE_BY => set(DECIDE_BY, &forms::by(work, value)?),
        OUTCOME => {
            errors::bounded("The outcome", value, MAX_OUTCOME_CHARS)?;
            set(OUTCOME, value)
        }
        AFFECTS => list(AFFECTS, parts(value).map(|part| project(work, part)).collect::<Result<_, _>>()?),
        other => {
            return Err(usage(
                format!("A decision has no field “{other}”."),
                "Fields: title state owner deciders decide_by outcome affects supersedes.",
            ));
        }
    })
}

fn project(work: &Work<'_, '_>, text: &str) -> Result<String, PeerError> {
    let id = find_project(&work.txn, text)?;
    Ok(id.to_string())
}

fn find_project(store: &Store, text: &str) -> Result<DocId, PeerError> {
    let typed = text.trim().to_lowercase();
    let rows = store.projects()?;
    let named = rows.iter().find(|row| {
        !row.trashed
            && (row.title.to_lowercase() == typed
                || row.key.to_lowercase() == typed
                || DocId(row.doc).to_string().to_lowercase() == typed)
    });
    named.map(|row| DocId(row.doc)).ok_or_else(|| {
        not_found("project", text)
            .next("A project is made by the first task in it: `tern task new \"… >Web\"`.")
    })
}

impl Core {
    /// The log, filtered by state and project.
    pub(crate) fn decisions_view(
        &self,
        state: Option<&str>,
        project: Option<&str>,
    ) -> Result<DecisionsView, PeerError> {
        let wanted = state
            .map(|word| {
                DecisionState::from_name(&word.trim().to_lowercase()).ok_or_else(|| {
                    usage(format!("“{word}” is no state."), "Choose proposed, decided or superseded.")
                })
            })
            .transpose()?;
        let project = project.map(|text| find_project(&self.store, text)).transpose()?;
        let log = Log::read(&self.store)?;
        let mut decisions = Vec::new();
        for (row, fields) in &log.rows {
            let fits = wanted.is_none_or(|state| fields.state == state)
                && project.is_none_or(|project| fields.affects.contains(&project));
            if fits && !row.trashed {
                decisions.push(self.decision_row(&log, row, fields)?);
            }
        }
        Ok(DecisionsView { decisions })
    }

    /// One decision; none when the page is something else.
    pub(crate) fn decision_view(&self, id: &DocId) -> Result<Option<DecisionView>, PeerError> {
        if self.store.form(&id.0)?.is_none_or(|row| row.form != Form::Decision.name()) {
            return Ok(None);
        }
        let log = Log::read(&self.store)?;
        let found = log.rows.iter().find(|(row, _)| row.doc == id.0);
        found.map(|(row, fields)| self.decision_row(&log, row, fields)).transpose()
    }

    fn decision_row(
        &self,
        log: &Log,
        row: &FormRow,
        fields: &DecisionFields,
    ) -> Result<DecisionView, PeerError> {
        let zone = self.my_zone();
        let owner = unhex(&fields.owner).and_then(|owner| people::profile_of(&self.store, &owner));
        let at_ms = fields.decide_by.as_ref().and_then(|by| by.at_ms(owner.as_ref()));
        let decider = |member: &String| {
            let profile = unhex(member).and_then(|member| people::profile_of(&self.store, &member));
            let local = profile.zip(at_ms).map(|(profile, at)| profile.zone.show(at));
            DeciderView { id: member.clone(), name: self.person_view(member).name, local }
        };
        let open = fields.state == DecisionState::Proposed;
        let decide_by = fields.decide_by.as_ref().map(|by| DecideByView {
            date: by.date.clone(),
            zone: by.zone.clone(),
            at: Core::utc(at_ms),
            yours: at_ms.map(|at| zone.show(at)),
            overdue: open && at_ms.is_some_and(|at| at < self.now_ms()),
        });
        let conflicts: Vec<Conflict> = serde_json::from_str(&row.conflicts_json).unwrap_or_default();
        let affects = fields.affects.iter().map(|project| self.on_view(Some(project.0)));
        Ok(DecisionView {
            id: DocId(row.doc).to_string(),
            title: row.title.clone(),
            state: fields.state.name().to_owned(),
            owner: (!fields.owner.is_empty()).then(|| self.person_view(&fields.owner)),
            deciders: fields.deciders.iter().map(decider).collect(),
            decide_by,
            outcome: fields.outcome.clone(),
            affects: affects.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect(),
            supersedes: fields.supersedes.iter().map(|id| log.link(id)).collect(),
            superseded_by: log.replaced_by(&DocId(row.doc)),
            thread: fields.thread.map(|thread| thread.to_string()),
            created: zone.rfc9557(row.created_ms),
            updated: zone.rfc9557(row.updated_ms),
            conflicts: words::conflicts(&self.store, &self.mem.membership, &zone, &conflicts),
        })
    }
}

/// All decisions, those in the trash too: chains lead through them.
struct Log {
    rows: Vec<(FormRow, DecisionFields)>,
    titles: BTreeMap<DocId, String>,
}

impl Log {
    fn read(store: &Store) -> Result<Log, PeerError> {
        let rows = store.forms(Form::Decision.name())?;
        let titles = rows.iter().map(|row| (DocId(row.doc), row.title.clone())).collect();
        let rows = rows.into_iter().map(|row| (decision_of(&row), row)).map(|(fields, row)| (row, fields));
        Ok(Log { rows: rows.collect(), titles })
    }

    fn link(&self, id: &DocId) -> DecisionLink {
        DecisionLink { id: id.to_string(), title: self.titles.get(id).cloned().unwrap_or_default() }
    }

    fn replaced_by(&self, id: &DocId) -> Vec<DecisionLink> {
        let after = self.rows.iter().filter(|(row, fields)| !row.trashed && fields.supersedes.contains(id));
        after.map(|(row, _)| self.link(&DocId(row.doc))).collect()
    }
}
