//! Commands of projects: states, fields of their tasks, updates.

use std::collections::BTreeMap;

use tern_model::project::{self, FieldType, Health, OwnField, Plan, State, Update};
use tern_model::{Class, DocId, Edit, Kind, Value, order};
use tern_store::{ProjectRow, Store};
use tern_trust::Id16;

use crate::api::*;

use super::errors::{self, not_found, usage};
use super::forms::set;
use super::resolve::{self, hex, unhex};
use super::{Work, people, project as rows, words};

mod states;

/// Field: letters before the short ids of tasks.
const KEY: &str = "key";
/// Most states or fields of a project.
pub(crate) const MAX_NAMED: usize = 64;
/// Most characters of the name of a state or field.
pub(crate) const MAX_NAMED_CHARS: usize = 64;
/// Most characters of an update.
const MAX_UPDATE_CHARS: usize = 100_000;
/// Names that fields of tasks have already.
pub(crate) const TAKEN: [&str; 26] = [
    "title",
    "status",
    "priority",
    "assignee",
    "label",
    "labels",
    "estimate",
    "due",
    "project",
    "parent",
    "description",
    "state",
    "blocks",
    "blocked_by",
    "relates",
    "duplicate_of",
    "recur",
    "cycle",
    "appetite",
    "hill",
    "is",
    "order",
    "kind",
    "id",
    "text",
    "trashed",
];

/// What a row says of a project.
pub(crate) fn plan_of(row: &ProjectRow) -> Plan {
    serde_json::from_str(&row.json).unwrap_or_default()
}

/// The plan of a project.
pub(crate) fn plan(store: &Store, project: &Id16) -> Result<Plan, PeerError> {
    Ok(store.projects()?.iter().find(|row| row.doc == *project).map(plan_of).unwrap_or_default())
}

/// The project that `text` names: title or key in any case, id, or a unique beginning of it.
pub(crate) fn find(store: &Store, text: &str, trashed: bool) -> Result<DocId, PeerError> {
    let typed = text.trim();
    let lower = typed.to_lowercase();
    let all: Vec<ProjectRow> = store.projects()?.into_iter().filter(|row| trashed || !row.trashed).collect();
    let by_id = all.iter().find(|row| DocId(row.doc).to_string() == typed);
    let named = |row: &&ProjectRow| row.title.to_lowercase() == lower || row.key.to_lowercase() == lower;
    let upper = typed.to_uppercase();
    let begun = |row: &&ProjectRow| upper.len() >= 5 && DocId(row.doc).to_string().starts_with(&upper);
    let found = by_id.or_else(|| all.iter().find(named)).or_else(|| all.iter().find(begun));
    found
        .map(|row| DocId(row.doc))
        .ok_or_else(|| not_found("project", typed).next("`tern project list` shows what there is."))
}

/// Performs a change of projects; returns which one it was.
pub(crate) fn perform(work: &mut Work<'_, '_>, command: &ProjectCommand) -> Result<DocId, PeerError> {
    match command {
        ProjectCommand::New { title, fields } => {
            let title = title.trim();
            if find(&work.txn, title, false).is_ok() {
                return Err(usage(
                    format!("There is a project “{title}” already."),
                    "Give another name; `tern project set` changes the one that is here.",
                ));
            }
            let id = create(work, title)?;
            change(work, id, fields)?;
            Ok(id)
        }
        ProjectCommand::Set { project, fields } => {
            let id = find(&work.txn, project, false)?;
            change(work, id, fields)?;
            Ok(id)
        }
        ProjectCommand::Update { project, health, text } => {
            let id = find(&work.txn, project, false)?;
            tell(work, id, health, text)?;
            Ok(id)
        }
        ProjectCommand::RenameState { project, state, name } => {
            let id = find(&work.txn, project, false)?;
            states::rename(work, id, state, name)?;
            Ok(id)
        }
        ProjectCommand::Trash { project, on } => {
            let id = find(&work.txn, project, !*on)?;
            work.edit(id, &[Edit::Trash { on: *on }])?;
            Ok(id)
        }
    }
}

/// Makes a project with a key from its title.
pub(crate) fn create(work: &mut Work<'_, '_>, title: &str) -> Result<DocId, PeerError> {
    if title.is_empty() {
        return Err(usage("A project needs a name.", "Give it one, for example “Web”."));
    }
    errors::bounded("The name", title, errors::MAX_TITLE_CHARS)?;
    let id = DocId::new(Class::Content, work.random());
    let key: String =
        title.chars().filter(|c| c.is_alphanumeric()).take(3).flat_map(char::to_uppercase).collect();
    let last = work.txn.projects()?.into_iter().map(|row| row.ord).max();
    let tie = work.random();
    let order = order::between(last.as_deref(), None, tie);
    work.create(id, &Kind::Project, &[set("title", title), set(KEY, &key), set("order", &order)])?;
    // Later parts of the same command must find it.
    rows::project(work, id)?;
    Ok(id)
}

/// Changes fields of a project as typed.
pub(crate) fn change(
    work: &mut Work<'_, '_>,
    id: DocId,
    fields: &[(String, String)],
) -> Result<(), PeerError> {
    for (name, value) in fields {
        let plan = work.doc(id)?.plan();
        let edits = field_edits(work, &plan, name.trim(), value.trim())?;
        work.edit(id, &edits)?;
    }
    Ok(())
}

fn field_edits(work: &Work<'_, '_>, plan: &Plan, name: &str, value: &str) -> Result<Vec<Edit>, PeerError> {
    Ok(match name {
        "title" if value.is_empty() => return Err(usage("A project needs a name.", "Give it one.")),
        "title" => {
            errors::bounded("The name", value, errors::MAX_TITLE_CHARS)?;
            vec![set("title", value)]
        }
        "key" => {
            let key = value.to_uppercase();
            let sound = (1..=10).contains(&key.chars().count()) && key.chars().all(char::is_alphanumeric);
            if !sound {
                return Err(usage(
                    format!("“{value}” is no key."),
                    "A key is 1 to 10 letters and digits, such as WEB.",
                ));
            }
            vec![set(KEY, &key)]
        }
        "lead" if value.is_empty() => vec![set(project::LEAD, "")],
        "lead" => vec![set(project::LEAD, &hex(&member(work, value)?))],
        "states" => {
            let mut wanted: Vec<State> = Vec::new();
            for text in value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
                let place = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
                wanted.push(states::as_made(plan, read_state(text, place)?));
            }
            exchange(project::STATES, &states::made(plan), &wanted)?
        }
        "state" | "+state" => {
            let place = plan.states.iter().map(|state| state.place + 1).max().unwrap_or(0);
            let new = states::as_made(plan, read_state(value, place)?);
            let made = states::made(plan);
            let kept = made.iter().filter(|state| !state.name.eq_ignore_ascii_case(&new.name));
            let wanted: Vec<State> = kept.cloned().chain([new.clone()]).collect();
            exchange(project::STATES, &made, &wanted)?
        }
        "-state" => {
            let gone = plan.state(value).ok_or_else(|| not_found("state", value))?;
            let gone = gone.as_made();
            let made = states::made(plan);
            let wanted: Vec<State> = made.iter().filter(|state| **state != gone).cloned().collect();
            let mut edits = exchange(project::STATES, &made, &wanted)?;
            edits.push(set(&format!("{}{}", project::STATE_NAME, gone.name), ""));
            edits
        }
        "field" | "+field" => {
            let place = plan.own_fields.iter().map(|field| field.place + 1).max().unwrap_or(0);
            let new = read_field(value, place)?;
            let kept = plan.own_fields.iter().filter(|field| !field.name.eq_ignore_ascii_case(&new.name));
            let wanted: Vec<OwnField> = kept.cloned().chain([new.clone()]).collect();
            exchange(project::OWN_FIELDS, &plan.own_fields, &wanted)?
        }
        "-field" => {
            let gone = plan.own_field(value).ok_or_else(|| not_found("field", value))?;
            let wanted: Vec<OwnField> =
                plan.own_fields.iter().filter(|field| *field != gone).cloned().collect();
            exchange(project::OWN_FIELDS, &plan.own_fields, &wanted)?
        }
        other => {
            return Err(usage(
                format!("A project has no field “{other}”."),
                "Fields: title key lead states state -state field -field.",
            ));
        }
    })
}

/// The edits that make a set of named things another one; what stays is not written again.
fn exchange<T: serde::Serialize + PartialEq>(
    set: &str,
    from: &[T],
    to: &[T],
) -> Result<Vec<Edit>, PeerError> {
    if to.len() > MAX_NAMED {
        return Err(usage(format!("More than {MAX_NAMED} are too many."), "Give fewer."));
    }
    let item = |one: &T| serde_json::to_string(one).map_err(|e| errors::internal(e.to_string()));
    let mut edits = Vec::new();
    for gone in from.iter().filter(|one| !to.contains(one)) {
        edits.push(Edit::RemoveFrom { set: set.to_owned(), item: item(gone)? });
    }
    for new in to.iter().filter(|one| !from.contains(one)) {
        edits.push(Edit::AddTo { set: set.to_owned(), item: item(new)? });
    }
    Ok(edits)
}

fn read_state(text: &str, place: u32) -> Result<State, PeerError> {
    let (name, class) = text.rsplit_once(':').unwrap_or((text, text));
    let name = name.trim();
    let class = words::parse_status(class).ok_or_else(|| {
        usage(
            format!("“{text}” does not say what the state means."),
            "Write name:class, for example “In QA:review”; classes are backlog, todo, doing, review, done, cancelled.",
        )
    })?;
    named(name)?;
    Ok(State { class, place, name: name.to_owned(), made_as: None })
}

pub(super) fn named(name: &str) -> Result<(), PeerError> {
    if name.is_empty() || name.contains(',') || name.contains('"') {
        return Err(usage(format!("“{name}” is no name."), "A name has no comma and no quote."));
    }
    errors::bounded("The name", name, MAX_NAMED_CHARS)
}

fn read_field(text: &str, place: u32) -> Result<OwnField, PeerError> {
    let mut parts = text.splitn(3, ':').map(str::trim);
    let name = parts.next().unwrap_or_default();
    named(name)?;
    if TAKEN.contains(&name.to_lowercase().as_str())
        || !name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c))
    {
        return Err(usage(
            format!("“{name}” cannot be the name of a field."),
            "Choose another one: letters, digits, - and _, and none that tasks have already.",
        ));
    }
    let word = parts.next().unwrap_or("text");
    let holds = FieldType::from_name(&word.to_lowercase()).ok_or_else(|| {
        usage(format!("“{word}” is no type of field."), "Choose text, number, date, select or person.")
    })?;
    let options: Vec<String> = parts
        .next()
        .unwrap_or_default()
        .split(',')
        .map(|o| o.trim().to_owned())
        .filter(|o| !o.is_empty())
        .collect();
    if (holds == FieldType::Select) == options.is_empty() {
        return Err(usage(
            "A select needs its words, and nothing else has any.",
            "Write for example Size:select:S,M,L.",
        ));
    }
    errors::bounded("The list of words", &options.join(","), 512)?;
    Ok(OwnField { place, name: name.to_owned(), holds, options })
}

fn member(work: &Work<'_, '_>, text: &str) -> Result<Id16, PeerError> {
    let people = people::names(&work.txn, &work.mem.membership);
    resolve::member(&people, work.mem.member(), text)
}

fn tell(work: &mut Work<'_, '_>, id: DocId, health: &str, text: &str) -> Result<(), PeerError> {
    let health = Health::from_name(health).ok_or_else(|| {
        usage(format!("“{health}” does not say how it goes."), "Choose on-track, at-risk or off-track.")
    })?;
    if text.trim().is_empty() {
        return Err(usage(
            "An update needs a text.",
            "Say in a sentence how it goes; --changes begins with what changed.",
        ));
    }
    errors::bounded("The update", text, MAX_UPDATE_CHARS)?;
    let author = work.mem.member().map(|me| hex(&me)).unwrap_or_default();
    let update = Update { at_ms: work.now_ms(), author, health, text: text.trim().to_owned() };
    let json = serde_json::to_string(&update).map_err(|e| errors::internal(e.to_string()))?;
    let tail: [u8; 8] = work.random();
    let name = format!("{}{}", project::UPDATE, hex(&tail));
    work.edit(id, &[Edit::SetField { name, value: Value::Text(json) }])?;
    Ok(())
}

/// The edit that sets a field which the project of a task defines; `None` when it defines no such field.
pub(crate) fn own_value(
    work: &mut Work<'_, '_>,
    task: DocId,
    name: &str,
    value: &str,
) -> Result<Option<Edit>, PeerError> {
    let Some(id) = work.doc(task)?.task().project else { return Ok(None) };
    let plan = plan(&work.txn, &id.0)?;
    let Some(field) = plan.own_field(name) else { return Ok(None) };
    let wrong = |next: String| usage(format!("“{value}” does not fit the field {}.", field.name), &next);
    let value = match field.holds {
        _ if value.is_empty() => Value::Null,
        FieldType::Text => Value::Text(value.to_owned()),
        FieldType::Number => {
            let number: f64 = value.parse().map_err(|_| wrong("Give a number.".to_owned()))?;
            if !number.is_finite() {
                return Err(wrong("Give a number.".to_owned()));
            }
            Value::Text(value.to_owned())
        }
        FieldType::Date => {
            let today = people::zone_of(&work.txn, work.mem.member()).date(work.now_ms());
            let date = tern_model::capture::parse_date(value, today);
            Value::Text(date.ok_or_else(|| wrong("Write 2026-12-01, fri or +3d.".to_owned()))?.to_string())
        }
        FieldType::Select => {
            let option = field.options.iter().find(|option| option.eq_ignore_ascii_case(value));
            let next = || wrong(format!("Choose {}.", field.options.join(", ")));
            Value::Text(option.ok_or_else(next)?.clone())
        }
        FieldType::Person => Value::Text(hex(&member(work, value)?)),
    };
    Ok(Some(Edit::SetField { name: format!("{}{}", tern_model::task::more::OWN_FIELD, field.name), value }))
}

/// Values of a task's own fields for people: members by name.
pub(crate) fn shown_values(
    store: &Store,
    plan: Option<&Plan>,
    values: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let person =
        |name: &str| plan.and_then(|plan| plan.own_field(name)).is_some_and(|f| f.holds == FieldType::Person);
    let shown = values.iter().map(|(name, value)| {
        let member = unhex::<16>(value).filter(|_| person(name));
        (name.clone(), member.map_or_else(|| value.clone(), |member| people::name_of(store, &member)))
    });
    shown.collect()
}
