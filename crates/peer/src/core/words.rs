//! Values in the words of the product: statuses, times, conflicts.

use tern_model::hours::{Profile, Zone};
use tern_model::recur::Recurrence;
use tern_model::task::{Due, Priority, Status};
use tern_model::{Conflict, DocId, Value};
use tern_store::Store;
use tern_trust::{Membership, Role};

use crate::api::{ConflictView, DueView};

use super::people;
use super::resolve::unhex;

/// The date of a claimed day, RFC 3339.
pub(crate) fn day(day: u16) -> String {
    Zone::utc().date(i64::from(day) * 86_400_000).to_string()
}

/// A status as the terminal contract spells it.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Backlog => "backlog",
        Status::Todo => "todo",
        Status::Doing => "doing",
        Status::Review => "review",
        Status::Done => "done",
        Status::Cancelled => "cancelled",
    }
}

/// The status of a word.
pub(crate) fn parse_status(word: &str) -> Option<Status> {
    Some(match word.trim().to_lowercase().as_str() {
        "backlog" => Status::Backlog,
        "todo" | "to do" | "open" => Status::Todo,
        "doing" | "in progress" => Status::Doing,
        "review" | "in review" => Status::Review,
        "done" => Status::Done,
        "cancelled" | "canceled" => Status::Cancelled,
        _ => return None,
    })
}

/// A priority as the terminal contract spells it.
pub(crate) fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::None => "none",
        Priority::Low => "low",
        Priority::Medium => "medium",
        Priority::High => "high",
        Priority::Urgent => "urgent",
    }
}

/// A role as the terminal contract spells it.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::None => "none",
        Role::Reader => "reader",
        Role::Commenter => "commenter",
        Role::Writer => "writer",
        Role::Admin => "admin",
        Role::Owner => "owner",
    }
}

/// The role of a word.
pub(crate) fn parse_role(word: &str) -> Option<Role> {
    Some(match word.trim().to_lowercase().as_str() {
        "reader" => Role::Reader,
        "commenter" => Role::Commenter,
        "writer" | "editor" => Role::Writer,
        "admin" => Role::Admin,
        _ => return None,
    })
}

/// An instant as machines read it: RFC 3339 in UTC with `Z`.
pub(crate) fn utc(at_ms: i64) -> String {
    Zone::utc().rfc3339(at_ms).replace("+00:00", "Z")
}

/// An instant in a zone: the weekday alone says which day when it is near.
pub(crate) fn near(zone: &Zone, at_ms: i64, now_ms: i64) -> String {
    let days = (at_ms - now_ms).div_euclid(tern_model::hours::DAY_MS);
    if (-1..6).contains(&days) { zone.show_short(at_ms) } else { zone.show(at_ms) }
}

/// A due value for a viewer.
pub(crate) fn due(due: &Due, viewer: &Zone, assignee: Option<&Profile>, now_ms: i64) -> DueView {
    let profile = assignee;
    let (kind, value, at_ms) = match due {
        Due::Instant { at_ms, zone } => {
            let zone = Zone::get(zone).unwrap_or_else(|_| Zone::utc());
            ("instant", zone.rfc9557(*at_ms), Some(*at_ms))
        }
        Due::EndOfDay { date } => {
            let at_ms = date
                .parse()
                .ok()
                .map(|d| profile.map_or_else(|| viewer.instant_of(d, 18 * 60), |p| p.end_of_day(d)));
            ("end-of-day", date.clone(), at_ms)
        }
        Due::Date { date } => ("date", date.clone(), None),
    };
    let theirs = profile.filter(|p| p.zone.name() != viewer.name());
    DueView {
        kind: kind.to_owned(),
        value: value.clone(),
        at: at_ms.map(|at| viewer.rfc9557(at)),
        yours: at_ms.map_or(value, |at| near(viewer, at, now_ms)),
        theirs: theirs.zip(at_ms).map(|(p, at)| near(&p.zone, at, now_ms)),
    }
}

/// A field value in words.
pub(crate) fn value(store: &Store, field: &str, value: &Value) -> String {
    let text = match value {
        Value::Null => return "nothing".to_owned(),
        Value::Bool(true) => return "yes".to_owned(),
        Value::Bool(false) => return "no".to_owned(),
        Value::Int(number) => return number.to_string(),
        Value::List(items) => return items.join(", "),
        Value::Text(text) => text.clone(),
    };
    match field {
        "assignee" | "owner" | "handed_to" => unhex::<16>(&text).map_or(text, |m| people::name_of(store, &m)),
        "due" => serde_json::from_str::<Due>(&text).map_or(text, |due| match due {
            Due::Instant { at_ms, zone } => Zone::get(&zone).unwrap_or_else(|_| Zone::utc()).show(at_ms),
            Due::EndOfDay { date } | Due::Date { date } => date,
        }),
        "parent" | "project" | "duplicate_of" | "cycle" => title_of(store, &text).unwrap_or(text),
        "lead" => unhex::<16>(&text).map_or(text, |m| people::name_of(store, &m)),
        "recur" => Recurrence::read(&text).map_or(text, |recurrence| recurrence.words()),
        "order" => "another place in the list".to_owned(),
        _ => text,
    }
}

fn title_of(store: &Store, id: &str) -> Option<String> {
    let id: DocId = id.parse().ok()?;
    if let Some(page) = store.page(&id.0).ok()? {
        return Some(page.title);
    }
    if let Some(task) = store.task(&id.0).ok()? {
        return Some(task.title);
    }
    if let Some(cycle) = store.form(&id.0).ok()? {
        return Some(cycle.title);
    }
    store.projects().ok()?.into_iter().find(|project| project.doc == id.0).map(|project| project.title)
}

/// Losing values for people. Order keys are left out: they say nothing to anybody.
pub(crate) fn conflicts(
    store: &Store,
    membership: &Membership,
    viewer: &Zone,
    all: &[Conflict],
) -> Vec<ConflictView> {
    let shown = all
        .iter()
        .filter(|c| !matches!(c.field.as_str(), "order" | "schema" | "kind" | "id"))
        // What an import keeps of its source is nothing to choose from.
        .filter(|c| !c.field.starts_with("source"));
    shown
        .map(|c| ConflictView {
            field: c.field.clone(),
            value: value(store, &c.field, &c.value),
            author: people::author_of_actor(store, membership, &c.actor),
            when: viewer.rfc9557(c.time_ms),
        })
        .collect()
}
