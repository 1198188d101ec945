//! The projects that the tasks of a table are in, with the states and fields that their rows need.

use std::collections::{BTreeMap, BTreeSet};

use tern_interop::tasks::{ImportedTask, StatusWord};
use tern_model::DocId;
use tern_model::project::{FieldType, OwnField, Plan};
use tern_model::task::Status;

use crate::api::{ImportLine, ImportReport, PeerError};
use crate::core::errors::internal;
use crate::core::project as rows;
use crate::core::projects::{self, MAX_NAMED, MAX_NAMED_CHARS, TAKEN};
use crate::core::{Work, words};

use super::Homes;
use super::undo::Last;

/// What is put behind the name of a field that tasks have otherwise.
const BESIDE: &str = "-imported";

/// A project that rows are in.
pub(super) struct Place {
    pub(super) id: DocId,
    plan: Plan,
    /// The field that holds a column, by the name of the column.
    fields: BTreeMap<String, String>,
}

/// The projects, by name without case.
pub(super) struct Places(BTreeMap<String, Place>);

/// Finds the projects that a table names.
pub(super) struct Finder {
    /// Projects that are not in the trash, and their titles.
    here: BTreeMap<DocId, String>,
    by_title: BTreeMap<String, DocId>,
    homes: BTreeMap<String, DocId>,
}

impl Finder {
    pub(super) fn new(work: &Work<'_, '_>, homes: &Homes) -> Result<Finder, PeerError> {
        let rows = work.txn.projects()?.into_iter().filter(|row| !row.trashed);
        let here: BTreeMap<DocId, String> = rows.map(|row| (DocId(row.doc), row.title)).collect();
        let by_title = here.iter().rev().map(|(id, title)| (title.to_lowercase(), *id)).collect();
        let home = |(name, found): (&String, &BTreeMap<DocId, usize>)| {
            let most = found.iter().filter(|(id, _)| here.contains_key(id)).max_by_key(|(_, tasks)| **tasks);
            most.map(|(id, _)| (name.clone(), *id))
        };
        let homes = homes.iter().filter_map(home).collect();
        Ok(Finder { here, by_title, homes })
    }

    /// The project in which most tasks are whose rows name the same one, whatever it is called here; else that of this title.
    pub(super) fn find(&self, name: &str) -> Option<(DocId, &String)> {
        let lower = name.trim().to_lowercase();
        let id = self.homes.get(&lower).or_else(|| self.by_title.get(&lower))?;
        self.here.get(id).map(|title| (*id, title))
    }
}

/// The name of the field that holds a column; `None` where nothing of its name can be one.
pub(super) fn field_name(column: &str) -> Option<String> {
    let plain: String =
        column.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let name: String = words.join("-").chars().take(MAX_NAMED_CHARS - BESIDE.len()).collect();
    if name.is_empty() {
        return None;
    }
    Some(if TAKEN.contains(&name.to_lowercase().as_str()) { name + BESIDE } else { name })
}

/// The name of the state for a word.
fn state_name(word: &str) -> String {
    let plain: String = word.chars().map(|c| if matches!(c, ',' | '"' | '\n') { ' ' } else { c }).collect();
    let short: String = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    short.chars().take(MAX_NAMED_CHARS).collect()
}

impl Place {
    /// The field that holds a column, or held it.
    pub(super) fn field(&self, column: &str) -> Option<String> {
        let held = || {
            let name = field_name(column)?;
            let beside = format!("{name}{BESIDE}");
            let free = |field: &&OwnField| {
                field.holds == FieldType::Text && !self.fields.values().any(|other| *other == field.name)
            };
            let found = [&name, &beside].into_iter().find_map(|name| self.plan.own_field(name).filter(free));
            found.map(|field| field.name.clone())
        };
        self.fields.get(column).cloned().or_else(held)
    }

    /// The status of a word in this project, and the key of its named state where there is one.
    pub(super) fn state(&self, word: &StatusWord) -> (Status, Option<String>) {
        match self.plan.state(&state_name(&word.word)) {
            // What a state means is for its project to say; what a person says now counts for these tasks alone.
            Some(state) if state.class == word.status || !word.given => {
                (state.class, Some(state.key().to_owned()))
            }
            _ => (word.status, None),
        }
    }
}

impl Places {
    pub(super) fn of(&self, project: &str) -> Result<&Place, PeerError> {
        self.0.get(&project.to_lowercase()).ok_or_else(|| internal("A project of the table was not made."))
    }

    /// Finds or makes the projects of these tasks, and what their rows need there.
    pub(super) fn make(
        work: &mut Work<'_, '_>,
        tasks: &[(&str, &ImportedTask)],
        homes: &Homes,
        last: &mut Last,
        report: &mut ImportReport,
    ) -> Result<Places, PeerError> {
        let mut by_project: BTreeMap<String, (&str, Vec<&ImportedTask>)> = BTreeMap::new();
        for (name, task) in tasks {
            by_project.entry(name.to_lowercase()).or_insert((name, Vec::new())).1.push(task);
        }
        let mut places = BTreeMap::new();
        let finder = Finder::new(work, homes)?;
        for (lower, (name, tasks)) in by_project {
            let id = match finder.find(name) {
                Some((id, _)) => id,
                None => {
                    let id = projects::create(work, name.trim())?;
                    last.projects.push((id, String::new()));
                    id
                }
            };
            states(work, id, &tasks)?;
            let fields = fields(work, id, name, &tasks, report)?;
            rows::project(work, id)?;
            let plan = work.doc(id)?.plan();
            places.insert(lower, Place { id, plan, fields });
        }
        Ok(Places(places))
    }
}

/// Names the states of a project, if one of its words says more than a status.
fn states(work: &mut Work<'_, '_>, id: DocId, tasks: &[&ImportedTask]) -> Result<(), PeerError> {
    let words: BTreeMap<&str, &StatusWord> =
        tasks.iter().filter_map(|task| task.status.as_ref()).map(|word| (word.word.as_str(), word)).collect();
    if words.values().all(|word| word.plain) {
        return Ok(());
    }
    let mut words: Vec<&StatusWord> = words.into_values().collect();
    words.sort_by_key(|word| (word.status, !word.plain));
    let mut plan = work.doc(id)?.plan();
    for word in words {
        // Beyond what a project can name, the status alone is kept.
        if plan.states.len() >= MAX_NAMED {
            break;
        }
        let name = state_name(&word.word);
        if name.is_empty() || plan.state(&name).is_some() {
            continue;
        }
        let typed = format!("{name}:{}", words::status(word.status));
        projects::change(work, id, &[("+state".to_owned(), typed)])?;
        plan = work.doc(id)?.plan();
    }
    Ok(())
}

fn fields(
    work: &mut Work<'_, '_>,
    id: DocId,
    project: &str,
    tasks: &[&ImportedTask],
    report: &mut ImportReport,
) -> Result<BTreeMap<String, String>, PeerError> {
    let columns: BTreeSet<&String> = tasks.iter().flat_map(|task| task.own.keys()).collect();
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    let mut plan = work.doc(id)?.plan();
    for column in columns {
        let name = field_name(column).map(|name| match plan.own_field(&name) {
            Some(field) if field.holds == FieldType::Text => field.name.clone(),
            // It holds something else: what the table says has a field beside it.
            Some(field) => format!("{}{BESIDE}", field.name),
            None => name,
        });
        let known = |name: &String| plan.own_field(name).is_some_and(|field| field.holds == FieldType::Text);
        let taken = |name: &String| fields.values().any(|other| other.eq_ignore_ascii_case(name));
        let name = name.filter(|name| (known(name) || plan.own_fields.len() < MAX_NAMED) && !taken(name));
        let Some(name) = name else {
            report.kept.push(ImportLine {
                path: column.clone(),
                reason: format!("“{project}” can have no field of that name; it is kept in the rows alone"),
            });
            continue;
        };
        if !known(&name) {
            projects::change(work, id, &[("+field".to_owned(), format!("{name}:text"))])?;
            plan = work.doc(id)?.plan();
        }
        fields.insert(column.clone(), name);
    }
    Ok(fields)
}
