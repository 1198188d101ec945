//! Projects: who leads them, the named states of their tasks, the fields they define, and what was told of how they go.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::crdt::{Obj, Read};
use crate::doc::Doc;
use crate::fields;
use crate::task::Status;

/// Field: member id, hex, of who leads it.
pub const LEAD: &str = "lead";
/// Field: named states, each as JSON of [`State`]; a set.
pub const STATES: &str = "states";
/// Field: fields of its tasks, each as JSON of [`OwnField`]; a set.
pub const OWN_FIELDS: &str = "own_fields";
/// What names of fields begin with that hold what a state is called now; the name under which it was made follows. Tasks name a
/// state by the latter, so that they keep theirs whatever it is called.
pub const STATE_NAME: &str = "state_name.";
/// What names of fields begin with that hold an update, as JSON of [`Update`]; an id follows.
pub const UPDATE: &str = "update.";

/// A named state of a project's tasks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct State {
    /// What it means for everything that knows no project.
    pub class: Status,
    /// Place among those of its class.
    #[serde(default)]
    pub place: u32,
    /// Its name.
    pub name: String,
    /// The name under which it was made, where it is called otherwise now; not part of what the set holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_as: Option<String>,
}

/// What a field of a project's tasks holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldType {
    /// Anything.
    Text,
    /// A number.
    Number,
    /// A date, `YYYY-MM-DD`.
    Date,
    /// One of several words.
    Select,
    /// A member.
    Person,
}

/// A field that a project defines for its tasks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OwnField {
    /// Place among the fields.
    #[serde(default)]
    pub place: u32,
    /// Its name.
    pub name: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub holds: FieldType,
    /// The words of a select.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

/// How a project goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// As planned.
    OnTrack,
    /// It may not come as planned.
    AtRisk,
    /// It will not come as planned.
    OffTrack,
}

/// What somebody told of how a project goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// When, UTC milliseconds.
    pub at_ms: i64,
    /// Member id of who told it, hex.
    pub author: String,
    /// How it goes.
    pub health: Health,
    /// What was told, Markdown.
    pub text: String,
}

/// What a project says beside its title, key and place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// Who leads it, hex; empty for nobody.
    pub lead: String,
    /// Named states in the order of work; empty where the classes are enough.
    pub states: Vec<State>,
    /// Fields of its tasks, in order.
    pub own_fields: Vec<OwnField>,
    /// Updates by id, newest first.
    pub updates: Vec<(String, Update)>,
    /// When it was made.
    pub created_ms: i64,
}

impl Health {
    /// All, best first.
    pub const ALL: [Health; 3] = [Health::OnTrack, Health::AtRisk, Health::OffTrack];

    /// The word in the terminal and in documents.
    pub fn name(self) -> &'static str {
        match self {
            Health::OnTrack => "on-track",
            Health::AtRisk => "at-risk",
            Health::OffTrack => "off-track",
        }
    }

    /// The health of a word; spaces and hyphens mean the same.
    pub fn from_name(name: &str) -> Option<Health> {
        let name = name.trim().to_lowercase().replace([' ', '_'], "-");
        Health::ALL.into_iter().find(|health| health.name() == name)
    }
}

impl FieldType {
    /// All of them.
    pub const ALL: [FieldType; 5] =
        [FieldType::Text, FieldType::Number, FieldType::Date, FieldType::Select, FieldType::Person];

    /// The word in the terminal and in documents.
    pub fn name(self) -> &'static str {
        match self {
            FieldType::Text => "text",
            FieldType::Number => "number",
            FieldType::Date => "date",
            FieldType::Select => "select",
            FieldType::Person => "person",
        }
    }

    /// The type of a word.
    pub fn from_name(name: &str) -> Option<FieldType> {
        FieldType::ALL.into_iter().find(|holds| holds.name() == name)
    }
}

impl State {
    /// What tasks name it by: the name under which it was made.
    pub fn key(&self) -> &str {
        self.made_as.as_deref().unwrap_or(&self.name)
    }

    /// As the set of states holds it.
    pub fn as_made(&self) -> State {
        State { name: self.key().to_owned(), made_as: None, ..self.clone() }
    }
}

impl Plan {
    /// The named state that a task is in: the one it names while its class is the task's status, else the first of that class.
    pub fn state_of(&self, status: Status, named: Option<&str>) -> Option<&State> {
        let of_class = || self.states.iter().filter(|state| state.class == status);
        let made = |state: &&State| named.is_some_and(|name| state.key().eq_ignore_ascii_case(name));
        let called = |state: &&State| named.is_some_and(|name| state.name.eq_ignore_ascii_case(name));
        of_class().find(made).or_else(|| of_class().find(called)).or_else(|| of_class().next())
    }

    /// The state of a name, in any case; also of the one under which it was made, where none is called so now.
    pub fn state(&self, name: &str) -> Option<&State> {
        let lower = name.trim().to_lowercase();
        let called = self.states.iter().find(|state| state.name.to_lowercase() == lower);
        called.or_else(|| self.states.iter().find(|state| state.key().to_lowercase() == lower))
    }

    /// The field of a name, in any case.
    pub fn own_field(&self, name: &str) -> Option<&OwnField> {
        let lower = name.trim().to_lowercase();
        self.own_fields.iter().find(|field| field.name.to_lowercase() == lower)
    }
}

impl Doc {
    /// The document read as a project, for what is not in [`Doc::project`]. `created_ms` is left at 0.
    pub fn plan(&self) -> Plan {
        let doc = &self.crdt;
        let mut states: Vec<State> = read_all(&fields::items(doc, STATES));
        states.sort();
        // Of two with one name the first in the order of work counts.
        let mut names = BTreeSet::new();
        states.retain(|state| names.insert(state.name.to_lowercase()));
        call(&mut states, |name| fields::text(doc, &format!("{STATE_NAME}{name}")));
        let mut own_fields: Vec<OwnField> = read_all(&fields::items(doc, OWN_FIELDS));
        own_fields.sort();
        names.clear();
        own_fields.retain(|field| names.insert(field.name.to_lowercase()));
        let updates = doc.keys(&Obj::root()).into_iter().filter_map(|name| {
            let update: Update = serde_json::from_str(&fields::text(doc, &name)).ok()?;
            Some((name.strip_prefix(UPDATE)?.to_owned(), update))
        });
        let mut updates: Vec<(String, Update)> = updates.collect();
        updates.sort_by(|a, b| b.1.at_ms.cmp(&a.1.at_ms).then_with(|| a.0.cmp(&b.0)));
        Plan { lead: fields::text(doc, LEAD), states, own_fields, updates, created_ms: 0 }
    }
}

/// Gives states the names that they are called by now. One whose name is taken, which happens where two people rename apart,
/// keeps the one under which it was made, or gets a number: no state goes because of a name.
fn call(states: &mut [State], now: impl Fn(&str) -> String) {
    let called: Vec<String> = states.iter().map(|state| now(&state.name)).collect();
    let renamed = |name: &str, called: &str| !called.is_empty() && called != name;
    let mut taken: BTreeSet<String> = (states.iter().zip(&called))
        .filter(|(state, called)| !renamed(&state.name, called))
        .map(|(state, _)| state.name.to_lowercase())
        .collect();
    for (state, called) in states.iter_mut().zip(&called) {
        if !renamed(&state.name, called) {
            continue;
        }
        let numbered = (2..).map(|n| format!("{called} {n}"));
        let mut offered = [called.clone(), state.name.clone()].into_iter().chain(numbered);
        let Some(name) = offered.find(|name| taken.insert(name.to_lowercase())) else { continue };
        if name != state.name {
            state.made_as = Some(std::mem::replace(&mut state.name, name));
        }
    }
}

fn read_all<T: serde::de::DeserializeOwned>(items: &[String]) -> Vec<T> {
    items.iter().filter_map(|item| serde_json::from_str(item).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(names: &[&str]) -> Vec<State> {
        let state = |(place, name): (usize, &&str)| State {
            class: Status::Review,
            place: u32::try_from(place).unwrap_or_default(),
            name: (*name).to_owned(),
            made_as: None,
        };
        names.iter().enumerate().map(state).collect()
    }

    /// Names that were made, renamings, and names that are shown.
    type Case = (&'static [&'static str], &'static [(&'static str, &'static str)], &'static [&'static str]);

    #[test]
    fn names_apart_never_take_a_state_away_and_tasks_find_theirs() {
        let cases: [Case; 5] = [
            (&["A", "B"], &[("A", "C")], &["C", "B"]),
            (&["A", "B"], &[("A", "B"), ("B", "A")], &["B", "A"]),
            (&["A", "B"], &[("A", "B")], &["A", "B"]),
            (&["A", "B"], &[("A", "C"), ("B", "c")], &["C", "B"]),
            (&["B", "A", "C"], &[("A", "C"), ("B", "A")], &["A", "C 2", "C"]),
        ];
        for (made, renamed, shown) in cases {
            let mut plan = Plan { states: states(made), ..Plan::default() };
            let now = |name: &str| renamed.iter().find(|(was, _)| *was == name).map_or("", |(_, now)| now);
            call(&mut plan.states, |name| now(name).to_owned());
            let names: Vec<&str> = plan.states.iter().map(|state| state.name.as_str()).collect();
            assert_eq!(names, shown, "{renamed:?}");
            for name in made {
                let found = plan.state_of(Status::Review, Some(name)).map(State::key);
                assert_eq!(found, Some(*name), "a task of {name} after {renamed:?}");
            }
            let back: Vec<State> = plan.states.iter().map(State::as_made).collect();
            assert_eq!(back, states(made), "the set is not changed by names");
        }
    }
}
