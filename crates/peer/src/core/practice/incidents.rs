//! Incidents: who holds them, how bad they are, since when and until when.

use tern_model::form::incident::{
    AFFECTED, IncidentFields, IncidentState, RESOLVED, SEVERITY, STARTED, Severity,
};
use tern_model::form::{FORM, Form, OUTCOME, OWNER, STATE};
use tern_model::hours::Zone;
use tern_model::{Conflict, DocId, Edit};
use tern_store::FormRow;

use crate::api::*;

use super::super::errors::{self, usage};
use super::super::forms::set;
use super::super::resolve::{self, Wanted};
use super::super::{Core, Work, people, words};
use super::meetings::moment;

/// The edits that make a page an incident that began now, held by oneself.
pub(crate) fn begin(work: &Work<'_, '_>) -> Vec<Edit> {
    let me = work.mem.member().map(|me| resolve::hex(&me)).unwrap_or_default();
    vec![
        set(FORM, Form::Incident.name()),
        set(STATE, IncidentState::Open.name()),
        set(OWNER, &me),
        set(STARTED, &now(work)),
    ]
}

fn now(work: &Work<'_, '_>) -> String {
    people::zone_of(&work.txn, work.mem.member()).rfc9557(work.now_ms())
}

/// Changes fields, all or none.
pub(super) fn change(
    work: &mut Work<'_, '_>,
    page: &str,
    fields: &[(String, String)],
) -> Result<DocId, PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Page)?;
    if work.doc(id)?.form() != Some(Form::Incident) {
        return Err(usage(
            format!("“{}” is a page, and no incident.", page.trim()),
            "`tern incident list` shows incidents; `tern page new T --template incident` makes one.",
        ));
    }
    Ok(super::upkeep::change(work, page, fields)?.0)
}

/// The edit of a field that only incidents have; `None` where it is none of those.
pub(super) fn edit(work: &Work<'_, '_>, name: &str, value: &str) -> Result<Option<Edit>, PeerError> {
    Ok(Some(match name {
        STATE => {
            let state = IncidentState::from_name(&value.to_lowercase()).ok_or_else(|| {
                usage(format!("“{value}” is no state."), "Choose open, contained or closed.")
            })?;
            set(STATE, state.name())
        }
        SEVERITY if !value.is_empty() => {
            let severity = Severity::from_name(&value.to_lowercase()).ok_or_else(|| {
                usage(format!("“{value}” does not say how bad it is."), "Choose critical, major or minor.")
            })?;
            set(SEVERITY, severity.name())
        }
        STARTED | RESOLVED if !value.is_empty() => set(name, &moment(work, value)?),
        OUTCOME | AFFECTED => {
            errors::bounded("The text", value, MAX_OUTCOME_CHARS)?;
            set(name, value)
        }
        SEVERITY | STARTED | RESOLVED => set(name, ""),
        _ => return Ok(None),
    }))
}

/// What has to hold after a change: a closed incident says what stopped it, and when it was over.
pub(super) fn settle(
    work: &mut Work<'_, '_>,
    id: DocId,
    named: &[(String, String)],
) -> Result<(), PeerError> {
    let now_is = work.doc(id)?.incident();
    if now_is.state != IncidentState::Closed {
        return Ok(());
    }
    if now_is.outcome.trim().is_empty() {
        return Err(usage(
            "A closed incident says what stopped it.",
            "Add outcome=“…” with one line that somebody who was not there understands.",
        ));
    }
    let closes = named.iter().any(|(name, _)| name.trim() == STATE);
    if closes && now_is.resolved.is_empty() && !named.iter().any(|(name, _)| name.trim() == RESOLVED) {
        let at = now(work);
        work.edit(id, &[set(RESOLVED, &at)])?;
    }
    Ok(())
}

fn incident_of(row: &FormRow) -> IncidentFields {
    serde_json::from_str(&row.json).unwrap_or_default()
}

impl Core {
    /// Incidents, those that are not closed first, then the newest; or the one that is named.
    pub(crate) fn incidents_view(&self, page: Option<&str>) -> Result<IncidentsView, PeerError> {
        let only = page.map(|page| resolve::document(&self.store, page, Wanted::Page)).transpose()?;
        let rows = self.store.forms(Form::Incident.name())?.into_iter();
        let rows = rows.filter(|row| only.map_or(!row.trashed, |only| row.doc == only.0));
        let mut incidents: Vec<_> = rows.map(|row| (incident_of(&row), row)).collect();
        if let (Some(page), []) = (page, incidents.as_slice()) {
            return Err(errors::not_found("incident", page).next("`tern incident list` shows what there is."));
        }
        incidents.sort_by_key(|(fields, row)| {
            (fields.state == IncidentState::Closed, std::cmp::Reverse(row.created_ms), row.doc)
        });
        let shown = incidents.iter().map(|(fields, row)| self.shown_incident(row, fields));
        Ok(IncidentsView { incidents: shown.collect() })
    }

    /// One incident.
    pub(crate) fn incident_view(&self, row: &FormRow) -> IncidentView {
        self.shown_incident(row, &incident_of(row))
    }

    fn shown_incident(&self, row: &FormRow, fields: &IncidentFields) -> IncidentView {
        let zone = self.my_zone();
        let conflicts: Vec<Conflict> = serde_json::from_str(&row.conflicts_json).unwrap_or_default();
        let read = |text: &str| Zone::utc().moment(text).ok().map(|_| text.to_owned());
        IncidentView {
            id: DocId(row.doc).to_string(),
            title: row.title.clone(),
            state: fields.state.name().to_owned(),
            owner: (!fields.owner.is_empty()).then(|| self.person_view(&fields.owner)),
            severity: fields.severity.map(|severity| severity.name().to_owned()),
            affected: fields.affected.clone(),
            started: read(&fields.started),
            resolved: read(&fields.resolved),
            outcome: fields.outcome.clone(),
            conflicts: words::conflicts(&self.store, &self.mem.membership, &zone, &conflicts),
            updated: zone.rfc9557(row.updated_ms),
        }
    }
}
