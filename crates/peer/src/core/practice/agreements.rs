//! Working agreements: which one holds in a space, what it configures, and who is on call by it.

use std::collections::BTreeMap;

use tern_model::form::agreement::{
    AgreementFields, CRITERIA, LADDER, MAX_HOURS, MEETING_MINUTES, QUIET, Quiet, ROTA, STANDARD_HOURS,
    URGENT_HOURS, USUAL_MEETING_MINUTES, read_criteria,
};
use tern_model::form::{FORM, Form};
use tern_model::hours::{HOUR_MS, Profile, Zone};
use tern_model::oncall::{ON_CALL, OnCall};
use tern_model::{Conflict, DocId, Edit};
use tern_store::{FormRow, Store};
use tern_trust::derive::ZERO16;
use tern_trust::{Id16, Membership, Role};

use crate::api::*;

use super::super::errors::{self, usage};
use super::super::forms::set;
use super::super::resolve::{self, Wanted, hex, unhex};
use super::super::{Core, Work, people, words};

/// Longest text of a field.
const MAX_TEXT_CHARS: usize = 8_000;

/// The edits that make a page a working agreement.
pub(crate) fn begin() -> Vec<Edit> {
    vec![set(FORM, Form::Agreement.name())]
}

/// What a row says of a working agreement.
pub(crate) fn agreement_of(row: &FormRow) -> AgreementFields {
    serde_json::from_str(&row.json).unwrap_or_default()
}

/// The agreement that holds in a space: of those there that say something the oldest, else of those of the workspace.
/// Without one everything is as usual.
pub(crate) fn in_force(store: &Store, lane: &Id16) -> Result<(Option<FormRow>, AgreementFields), PeerError> {
    match said_in(store, lane)?.into_iter().next() {
        Some(row) => Ok((Some(row.clone()), agreement_of(&row))),
        None => Ok((None, AgreementFields::default())),
    }
}

/// The agreements that say something in a space, the one that holds first; those of the workspace where there are none.
/// When a page was made is a part of it, so that everybody who has the same pages has the same order; ids break ties.
fn said_in(store: &Store, lane: &Id16) -> Result<Vec<FormRow>, PeerError> {
    let says = |row: &FormRow| !row.trashed && agreement_of(row) != AgreementFields::default();
    let mut rows: Vec<FormRow> = store.forms(Form::Agreement.name())?.into_iter().filter(says).collect();
    let space = if rows.iter().any(|row| row.lane == *lane) { *lane } else { ZERO16 };
    rows.retain(|row| row.lane == space);
    rows.sort_by_key(|row| (row.created_ms, row.doc));
    Ok(rows)
}

/// Rota and ladder of an agreement; what cannot be read calls nobody.
pub(crate) fn on_call_of(fields: &AgreementFields) -> OnCall {
    let known = |text: &str| unhex::<16>(text).map(|_| text.to_owned());
    OnCall::read(&fields.ladder, &fields.rota, &known).unwrap_or_default()
}

/// Hours of all members who are here, by id in hex.
pub(crate) fn profiles(store: &Store, membership: &Membership) -> BTreeMap<String, Profile> {
    let here = membership.members.iter().filter(|(_, member)| member.role > Role::None);
    here.filter_map(|(id, _)| Some((hex(id), people::profile_of(store, id)?))).collect()
}

fn find(store: &Store, page: Option<&str>) -> Result<DocId, PeerError> {
    let make = "`tern page new T --template \"Working agreement\"` makes one.";
    let Some(page) = page else {
        let rows = store.forms(Form::Agreement.name())?;
        let first = rows.iter().find(|row| !row.trashed && row.lane == ZERO16);
        let held = in_force(store, &ZERO16)?.0.or_else(|| first.cloned());
        return held.map(|row| DocId(row.doc)).ok_or_else(|| usage("There is no working agreement.", make));
    };
    let id = resolve::document(store, page, Wanted::Page)?;
    match store.form(&id.0)? {
        Some(row) if row.form == Form::Agreement.name() => Ok(id),
        _ => Err(usage(format!("“{}” is no working agreement.", page.trim()), make)),
    }
}

/// Changes what is agreed, all or nothing.
pub(crate) fn change(
    work: &mut Work<'_, '_>,
    page: Option<&str>,
    fields: &[(String, String)],
) -> Result<(DocId, Vec<TaskStep>), PeerError> {
    let id = find(&work.txn, page)?;
    let edits = fields.iter().map(|(name, value)| edit(work, name.trim(), value.trim()));
    let edits = edits.collect::<Result<Vec<_>, _>>()?;
    let back = super::edit(work, id, &edits)?;
    Ok((id, back))
}

fn edit(work: &Work<'_, '_>, name: &str, value: &str) -> Result<Edit, PeerError> {
    let names = people::names(&work.txn, &work.mem.membership);
    let member = |text: &str| resolve::member(&names, None, text).ok().map(|id| hex(&id));
    let read = |ladder: &str, rota: &str| {
        OnCall::read(ladder, rota, &member).map_err(|e| PeerError::new(ErrorKind::Usage, format!("{e}.")))
    };
    let number = |most: u32| {
        let found = value.parse::<u32>().ok().filter(|n| (1..=most).contains(n));
        found.ok_or_else(|| usage(format!("“{value}” is no number from 1 to {most}."), "Write it in digits."))
    };
    errors::bounded("What is agreed", value, MAX_TEXT_CHARS)?;
    Ok(match name {
        URGENT_HOURS | STANDARD_HOURS | QUIET | MEETING_MINUTES | CRITERIA | LADDER | ROTA
            if value.is_empty() =>
        {
            set(name, "")
        }
        URGENT_HOURS | STANDARD_HOURS => set(name, &number(MAX_HOURS)?.to_string()),
        MEETING_MINUTES => set(name, &number(24 * 60)?.to_string()),
        QUIET => {
            let quiet = Quiet::from_name(&value.to_lowercase())
                .ok_or_else(|| usage(format!("“{value}” is no rule."), "Choose hours or checkins."))?;
            set(QUIET, quiet.name())
        }
        CRITERIA => set(CRITERIA, &read_criteria(value).join("; ")),
        LADDER => set(LADDER, &read(value, "")?.ladder_text()),
        ROTA => set(ROTA, &read("", value)?.rota_text()),
        other => {
            return Err(usage(
                format!("A working agreement has no field “{other}”."),
                "Fields: urgent_hours standard_hours quiet meeting_minutes criteria ladder rota.",
            ));
        }
    })
}

impl Core {
    /// What is agreed, what that configures, and who is on call.
    pub(crate) fn agreement_view(
        &self,
        page: Option<&str>,
        at: Option<&str>,
    ) -> Result<AgreementView, PeerError> {
        let zone = self.my_zone();
        let at_ms = match at {
            Some(text) => zone.moment(text).map_err(|e| PeerError::new(ErrorKind::Usage, format!("{e}.")))?,
            None => self.now_ms(),
        };
        let row = match page {
            Some(page) => self.store.form(&find(&self.store, Some(page))?.0)?,
            None => find(&self.store, None).ok().map(|id| self.store.form(&id.0)).transpose()?.flatten(),
        };
        let fields = row.as_ref().map(agreement_of).unwrap_or_default();
        let lane = row.as_ref().map_or(ZERO16, |row| row.lane);
        let this = row.as_ref().map(|row| row.doc);
        let mut said = said_in(&self.store, &lane)?.into_iter();
        let held = said.next();
        let link = |row: FormRow| AgreementLink {
            id: DocId(row.doc).to_string(),
            title: row.title,
            made: zone.rfc9557(row.created_ms),
        };
        let is_held = this.is_some() && held.as_ref().map(|held| held.doc) == this;
        let others = said.filter(|row| Some(row.doc) != this).map(link).collect();
        let on_call = on_call_of(&fields);
        let profiles = profiles(&self.store, &self.mem.membership);
        let conflicts = row.as_ref().map(|row| row.conflicts_json.as_str()).unwrap_or_default();
        let conflicts: Vec<Conflict> = serde_json::from_str(conflicts).unwrap_or_default();
        let rule = fields.rule();
        let hours = |ms: i64| u32::try_from(ms / HOUR_MS).unwrap_or(u32::MAX);
        let ladder = on_call.ladder.iter().map(|step| LadderStep {
            minutes: step.minutes,
            who: (step.who != ON_CALL).then(|| self.person_view(&step.who)),
        });
        let rota = on_call.rota.iter().map(|entry| RotaEntry {
            who: self.person_view(&entry.who),
            when: entry.to_string().split_once(' ').map(|(_, when)| when.to_owned()).unwrap_or_default(),
            zone: profiles.get(&entry.who).map(|p| p.zone.name().to_owned()).unwrap_or_default(),
        });
        Ok(AgreementView {
            in_force: is_held,
            held_by: held.filter(|_| this.is_some() && !is_held).map(link),
            others,
            title: row.as_ref().map(|row| row.title.clone()).unwrap_or_default(),
            id: row.map(|row| DocId(row.doc).to_string()),
            urgent_hours: hours(rule.urgent_work_ms),
            standard_hours: hours(rule.standard_ms),
            quiet: fields.quiet.unwrap_or_default().name().to_owned(),
            meeting_minutes: fields.meeting_minutes.unwrap_or(USUAL_MEETING_MINUTES),
            criteria: fields.criteria.clone(),
            ladder: ladder.collect(),
            rota: rota.collect(),
            on_call: on_call.on_duty(&profiles, at_ms).iter().map(|m| self.person_view(m)).collect(),
            at: zone.rfc9557(at_ms),
            then: self.duties_after(&on_call, &profiles, &zone, at_ms),
            configures: configures(&fields),
            says: says(&fields),
            conflicts: words::conflicts(&self.store, &self.mem.membership, &zone, &conflicts),
            back: Vec::new(),
        })
    }
}

impl Core {
    /// The changes of who is on call, up to the first that brings somebody.
    fn duties_after(
        &self,
        on_call: &OnCall,
        profiles: &BTreeMap<String, Profile>,
        zone: &Zone,
        at_ms: i64,
    ) -> Vec<DutyView> {
        let mut duties = Vec::new();
        let mut change = on_call.next_change(profiles, at_ms);
        while let Some((from_ms, who)) = change.take() {
            let is_nobody = who.is_empty();
            let who = who.iter().map(|member| self.person_view(member)).collect();
            duties.push(DutyView { from: zone.rfc9557(from_ms), who });
            // Nobody is followed by somebody.
            change = if is_nobody { on_call.next_change(profiles, from_ms) } else { None };
        }
        duties
    }
}

/// Names of the fields that an agreement says something in.
fn says(fields: &AgreementFields) -> Vec<String> {
    let said = [
        (URGENT_HOURS, fields.urgent_hours.is_some()),
        (STANDARD_HOURS, fields.standard_hours.is_some()),
        (QUIET, fields.quiet.is_some()),
        (MEETING_MINUTES, fields.meeting_minutes.is_some()),
        (CRITERIA, !fields.criteria.is_empty()),
        (LADDER, !fields.ladder.is_empty()),
        (ROTA, !fields.rota.is_empty()),
    ];
    said.iter().filter(|(_, says)| *says).map(|(name, _)| (*name).to_owned()).collect()
}

/// What an agreement configures, in sentences.
fn configures(fields: &AgreementFields) -> Vec<String> {
    let mut says = Vec::new();
    if let Some(hours) = fields.urgent_hours {
        says.push(format!("Urgent messages are expected back within {hours} working hours."));
    }
    if let Some(hours) = fields.standard_hours {
        says.push(format!("Ordinary messages are expected back at the check-in {hours} hours later."));
    }
    match fields.quiet {
        Some(Quiet::Checkins) => says.push("Messages are heard at check-ins only.".to_owned()),
        Some(Quiet::Hours) => {
            says.push("Messages are heard at once inside working hours, and never outside.".to_owned())
        }
        None => {}
    }
    if let Some(minutes) = fields.meeting_minutes {
        says.push(format!("Writing is recommended where people share less than {minutes} minutes a day."));
    }
    if !fields.criteria.is_empty() {
        says.push(format!("An emergency is one of {} things.", fields.criteria.len()));
    }
    let on_call = on_call_of(fields);
    if !on_call.rota.is_empty() || !on_call.ladder.is_empty() {
        says.push("Emergencies break the quiet hours of whoever is on call, step by step.".to_owned());
    }
    says
}
