//! Who answers for a page and when it is looked at again. A page that is overdue waits for its owner, once, until somebody
//! says that it is still true or sets another date.

use tern_model::form::upkeep::{MAX_REVIEW_DAYS, REVIEW_BY, REVIEW_DAYS, STILL_TRUE, UpkeepFields};
use tern_model::form::{By, Form, OWNER};
use tern_model::task::names::PROJECT;
use tern_model::{Doc, DocId, Edit};
use tern_store::AspectRow;

use crate::api::*;

use super::super::errors::usage;
use super::super::forms::{self, set};
use super::super::resolve::{self, Wanted};
use super::super::{Core, Work, people, projects};
use super::{me, member};

/// Name of the side that the store keeps.
const ASPECT: &str = "upkeep";

/// Keeps the row of a page that is to be looked at again, or takes it away.
pub(crate) fn project(work: &mut Work<'_, '_>, doc: &Doc) -> Result<(), PeerError> {
    let id = doc.id();
    let upkeep = if super::super::project::trashed(doc) { None } else { doc.upkeep() };
    let known = work.txn.aspect(&id.0, ASPECT)?;
    let Some(upkeep) = upkeep else {
        if known.is_some() {
            work.mem.pages_version = work.mem.version + 1;
        }
        return Ok(work.txn.remove_aspect(&id.0, ASPECT)?);
    };
    let json = serde_json::to_string(&upkeep).unwrap_or_default();
    if known.is_none_or(|row| row.json != json) {
        // The inbox of its owner shows it.
        work.mem.pages_version = work.mem.version + 1;
    }
    Ok(work.txn.project_aspect(&AspectRow { doc: id.0, name: ASPECT.to_owned(), json })?)
}

/// Changes fields, all or none.
pub(crate) fn change(
    work: &mut Work<'_, '_>,
    page: &str,
    fields: &[(String, String)],
) -> Result<(DocId, Vec<TaskStep>), PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Page)?;
    let form = work.doc(id)?.form();
    let edits = fields.iter().map(|(name, value)| edit(work, form, name.trim(), value.trim()));
    let edits = edits.collect::<Result<Vec<_>, _>>()?;
    let back = super::edit(work, id, &edits)?;
    if form == Some(Form::Incident) {
        super::incidents::settle(work, id, fields)?;
    }
    Ok((id, back))
}

fn edit(work: &Work<'_, '_>, form: Option<Form>, name: &str, value: &str) -> Result<Edit, PeerError> {
    if form == Some(Form::Incident)
        && let Some(edit) = super::incidents::edit(work, name, value)?
    {
        return Ok(edit);
    }
    Ok(match name {
        OWNER | REVIEW_BY | REVIEW_DAYS | PROJECT if value.is_empty() => set(name, ""),
        OWNER => set(OWNER, &member(work, value)?),
        REVIEW_BY => set(REVIEW_BY, &forms::by(work, value)?),
        REVIEW_DAYS => {
            let days = value.parse::<u32>().ok().filter(|days| (1..=MAX_REVIEW_DAYS).contains(days));
            let days = days.ok_or_else(|| {
                usage(format!("“{value}” is no number of days."), "Write for example review_days=90.")
            })?;
            set(REVIEW_DAYS, &days.to_string())
        }
        PROJECT => set(PROJECT, &projects::find(&work.txn, value, false)?.to_string()),
        other => {
            return Err(usage(
                format!("A page has no field “{other}” that is set here."),
                "Fields: owner review_by review_days project; of an incident also state outcome severity affected started resolved. `tern meeting set` and `tern decision set` change those.",
            ));
        }
    })
}

/// Writes down that the page is still true today, and when it is looked at next.
pub(crate) fn still_true(work: &mut Work<'_, '_>, page: &str) -> Result<(DocId, Vec<TaskStep>), PeerError> {
    let id = resolve::document(&work.txn, page, Wanted::Page)?;
    let Some(upkeep) = work.doc(id)?.upkeep() else {
        return Err(usage(
            "Nobody has to look at this page again.",
            "`tern page set P review_by=2026-12-01` gives it a date.",
        ));
    };
    let me = me(work)?;
    let zone = people::zone_of(&work.txn, work.mem.member());
    let today = zone.date(work.now_ms());
    let day = |date: tern_model::hours::Date| By { date: date.to_string(), zone: zone.name().to_owned() };
    let edits = [
        set(STILL_TRUE, &format!("{} {me}", day(today))),
        set(REVIEW_BY, &day(upkeep.next(today)).to_string()),
    ];
    let back = super::edit(work, id, &edits)?;
    Ok((id, back))
}

impl Core {
    /// Pages that are to be looked at, the earliest first; of one page also where nobody has to.
    pub(crate) fn upkeep_view(&self, page: Option<&str>) -> Result<UpkeepView, PeerError> {
        let only = page.map(|page| resolve::document(&self.store, page, Wanted::Page)).transpose()?;
        let rows = match only {
            Some(id) => {
                let none = || AspectRow { doc: id.0, ..AspectRow::default() };
                vec![self.store.aspect(&id.0, ASPECT)?.unwrap_or_else(none)]
            }
            None => self.store.aspects(ASPECT)?,
        };
        let mut pages = Vec::new();
        for row in rows {
            let fields: UpkeepFields = serde_json::from_str(&row.json).unwrap_or_default();
            let title = self.store.page(&row.doc)?.map(|page| page.title).unwrap_or_default();
            pages.push(self.upkeep_page(DocId(row.doc), title, &fields));
        }
        pages.sort_by_key(|(at, page)| (at.unwrap_or(i64::MAX), page.id.clone()));
        Ok(UpkeepView { pages: pages.into_iter().map(|(_, page)| page).collect() })
    }

    /// What a page says of its upkeep, also where nobody has to look at it again.
    pub(crate) fn upkeep_of(&mut self, id: DocId, title: String) -> Result<UpkeepPage, PeerError> {
        let fields = super::super::documents::load(&self.store, &mut self.mem, id)?.kept_by();
        Ok(self.upkeep_page(id, title, &fields).1)
    }

    fn upkeep_page(&self, id: DocId, title: String, fields: &UpkeepFields) -> (Option<i64>, UpkeepPage) {
        let owner = self.hours_of(&fields.owner);
        let at_ms = fields.review_by.as_ref().and_then(|by| by.at_ms(owner.as_ref()));
        let me = self.mem.member().map(|me| resolve::hex(&me)).unwrap_or_default();
        let person = |id: &String| (!id.is_empty()).then(|| self.person_view(id));
        let page = UpkeepPage {
            id: id.to_string(),
            title,
            mine: !me.is_empty() && fields.owner == me,
            owner: person(&fields.owner),
            review_by: fields.review_by.as_ref().map(By::to_string),
            at: Core::utc(at_ms),
            overdue: at_ms.is_some_and(|at| at <= self.now_ms()),
            days: fields.days.unwrap_or(tern_model::form::upkeep::USUAL_REVIEW_DAYS),
            still_true: fields.looked.as_ref().map(|day| day.date.clone()),
            still_true_by: person(&fields.looked_by),
            back: Vec::new(),
        };
        (at_ms, page)
    }
}
