//! Rows of pages with typed fields, and what follows from them and the time.

use tern_model::form::{By, DecisionFields, Form, HandoffFields, HandoffState};
use tern_model::hours::{HOUR_MS, Profile};
use tern_model::{Doc, Edit, Value};
use tern_store::{FormRow, Store};
use tern_trust::{Id16, Membership, Role};

use crate::api::PeerError;

use super::errors::usage;
use super::resolve::{hex, unhex};
use super::{Work, people, project, spaces};

/// An edit that sets a text field; empty text takes it away.
pub(crate) fn set(name: &str, value: &str) -> Edit {
    let value = if value.is_empty() { Value::Null } else { Value::Text(value.to_owned()) };
    Edit::SetField { name: name.to_owned(), value }
}

/// A day that is typed into a field, in one's own zone where it names none.
pub(crate) fn by(work: &Work<'_, '_>, value: &str) -> Result<String, PeerError> {
    let zone = people::zone_of(&work.txn, work.mem.member());
    let by = By::read(value, &zone).ok_or_else(|| {
        usage(
            format!("“{value}” is no date."),
            "Write 2026-12-01, or 2026-12-01[Asia/Tokyo] for the date there.",
        )
    })?;
    Ok(by.to_string())
}

/// Keeps the row of a page with typed fields, or takes it away.
pub(crate) fn project(
    work: &mut Work<'_, '_>,
    doc: &Doc,
    created_ms: i64,
    updated_ms: i64,
) -> Result<(), PeerError> {
    let id = doc.id();
    let (form, state, json) = match doc.form() {
        Some(Form::Decision) => {
            let fields = doc.decision();
            (Form::Decision, fields.state.name(), serde_json::to_string(&fields))
        }
        Some(Form::Handoff) => {
            let fields = doc.handoff();
            (Form::Handoff, fields.state.name(), serde_json::to_string(&fields))
        }
        Some(Form::Meeting) => {
            let fields = doc.meeting();
            (Form::Meeting, fields.state.name(), serde_json::to_string(&fields))
        }
        Some(Form::Incident) => {
            let fields = doc.incident();
            (Form::Incident, fields.state.name(), serde_json::to_string(&fields))
        }
        Some(Form::Agreement) => (Form::Agreement, "", serde_json::to_string(&doc.agreement())),
        None => {
            if work.txn.form(&id.0)?.is_some() {
                work.mem.pages_version = work.mem.version + 1;
            }
            return Ok(work.txn.remove_form(&id.0)?);
        }
    };
    let row = row(work, doc, form.name(), state, json, (created_ms, updated_ms))?;
    let same = |known: tern_store::FormRow| {
        (&known.state, &known.json, known.trashed) == (&row.state, &row.json, row.trashed)
    };
    if !work.txn.form(&id.0)?.is_some_and(same) {
        // Lists show it, and an agreement moves what is expected when.
        work.mem.pages_version = work.mem.version + 1;
    }
    Ok(work.txn.project_form(&row)?)
}

/// The row of a document with fields: what kind of fields they are, where it stands, the fields, when it was made and changed.
pub(crate) fn row(
    work: &Work<'_, '_>,
    doc: &Doc,
    form: &str,
    state: &str,
    json: serde_json::Result<String>,
    (created_ms, updated_ms): (i64, i64),
) -> Result<FormRow, PeerError> {
    let id = doc.id();
    Ok(FormRow {
        doc: id.0,
        lane: spaces::space_of(&work.txn, work.mem, &id)?,
        form: form.to_owned(),
        title: doc.title(),
        state: state.to_owned(),
        json: json.unwrap_or_default(),
        conflicts_json: serde_json::to_string(&doc.conflicts()).unwrap_or_default(),
        trashed: project::trashed(doc),
        created_ms,
        updated_ms,
    })
}

/// What a row says of a decision.
pub(crate) fn decision_of(row: &FormRow) -> DecisionFields {
    serde_json::from_str(&row.json).unwrap_or_default()
}

/// What a row says of a hand-off.
pub(crate) fn handoff_of(row: &FormRow) -> HandoffFields {
    serde_json::from_str(&row.json).unwrap_or_default()
}

/// A hand-off that nobody took in time.
pub(crate) struct NotTaken {
    pub doc: Id16,
    pub title: String,
    /// Name of who was to take it.
    pub to: String,
    /// When the time was over.
    pub since_ms: i64,
}

/// The instant at which somebody has worked an hour from `start_ms` on.
pub(crate) fn an_hour_of_work(profile: &Profile, start_ms: i64) -> Option<i64> {
    let mut left_ms = HOUR_MS;
    for span in profile.working_after(start_ms) {
        if span.length_ms() >= left_ms {
            return Some(span.from_ms + left_ms);
        }
        left_ms -= span.length_ms();
    }
    None
}

/// Hand-offs of a member that are open an hour into the working day of whoever was to take them. Somebody who left the
/// workspace is late at once.
pub(crate) fn handoffs_not_taken(
    store: &Store,
    membership: &Membership,
    me: Option<Id16>,
    now_ms: i64,
) -> Result<Vec<NotTaken>, PeerError> {
    let Some(me) = me.map(|me| hex(&me)) else { return Ok(Vec::new()) };
    let mut late = Vec::new();
    for row in store.forms(Form::Handoff.name())?.into_iter().filter(|row| !row.trashed) {
        let handoff = handoff_of(&row);
        let Some(to) = unhex::<16>(&handoff.to) else { continue };
        if handoff.state != HandoffState::Open || handoff.owner != me {
            continue;
        }
        let is_in = membership.role_of(&to) != Role::None;
        let profile = people::profile_of(store, &to).filter(|_| is_in);
        let due_ms = match (is_in, profile) {
            (false, _) => Some(row.created_ms),
            (true, profile) => profile.and_then(|profile| an_hour_of_work(&profile, row.created_ms)),
        };
        if let Some(since_ms) = due_ms.filter(|due| *due <= now_ms) {
            late.push(NotTaken { doc: row.doc, title: row.title, to: people::name_of(store, &to), since_ms });
        }
    }
    Ok(late)
}
