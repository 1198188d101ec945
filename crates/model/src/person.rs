//! People, projects and the workspace itself: typed fields of their documents.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::doc::Doc;
use crate::edit::Edit;
use crate::fields::{self, Value};
use crate::task::set_changes;

/// What a member says of himself. Times of day, windows and dates are text that `hours` reads.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonFields {
    /// Name.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// Weekly windows, as `Mon-Fri 09:00-17:30`.
    pub hours: String,
    /// Check-ins, `HH:MM`, sorted.
    pub checkins: Vec<String>,
    /// Time off: `YYYY-MM-DD` or `YYYY-MM-DD..YYYY-MM-DD`, sorted.
    pub off: Vec<String>,
    /// Holidays, `YYYY-MM-DD` or `YYYY-MM-DD Name`, sorted.
    pub holidays: Vec<String>,
    /// Whether others are told what was seen; nobody is unless they say so.
    #[serde(default)]
    pub share_seen: bool,
    /// Release of the time-zone database on each device, by the first digits of its key; a device writes its own.
    #[serde(default)]
    pub zone_data: BTreeMap<String, String>,
    /// Until when nothing is to be heard, RFC 3339 in UTC; empty for not at all. Others see the time and nothing more.
    #[serde(default)]
    pub focus_until: String,
}

/// What a project says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProjectFields {
    /// Title.
    pub title: String,
    /// Key before the short ids of its tasks, as `WEB`.
    pub key: String,
    /// Place among the projects, a fractional key.
    pub order: String,
}

/// What the workspace document says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WorkspaceFields {
    /// Title.
    pub title: String,
    /// Tickets of its nodes, sorted.
    pub nodes: Vec<String>,
}

const NAME: &str = "name";
const ZONE: &str = "zone";
const HOURS: &str = "hours";
const CHECKINS: &str = "checkins";
const OFF: &str = "off";
const HOLIDAYS: &str = "holidays";
/// Field of a profile: see [`PersonFields::share_seen`].
pub const SHARE_SEEN: &str = "share_seen";
/// Begins the fields of a profile that say what a device computes times with: see [`PersonFields::zone_data`].
pub const ZONE_DATA: &str = "zone_data:";
/// Field of a profile: see [`PersonFields::focus_until`].
pub const FOCUS_UNTIL: &str = "focus_until";
const KEY: &str = "key";
const NODES: &str = "nodes";

/// Edits for the text fields that differ.
fn text_changes(pairs: &[(&str, &str, &str)]) -> Vec<Edit> {
    let differing = pairs.iter().filter(|(_, from, to)| from != to);
    let value = |to: &str| if to.is_empty() { Value::Null } else { Value::Text(to.to_owned()) };
    differing.map(|(name, _, to)| Edit::SetField { name: (*name).to_owned(), value: value(to) }).collect()
}

impl PersonFields {
    /// The edits that turn a profile which says `self` into one which says `to`.
    pub fn changes_to(&self, to: &PersonFields) -> Vec<Edit> {
        let mut out = text_changes(&[
            (NAME, &self.name, &to.name),
            (ZONE, &self.zone, &to.zone),
            (HOURS, &self.hours, &to.hours),
            (FOCUS_UNTIL, &self.focus_until, &to.focus_until),
        ]);
        out.extend(set_changes(CHECKINS, &self.checkins, &to.checkins));
        out.extend(set_changes(OFF, &self.off, &to.off));
        out.extend(set_changes(HOLIDAYS, &self.holidays, &to.holidays));
        if self.share_seen != to.share_seen {
            out.push(Edit::SetField { name: SHARE_SEEN.to_owned(), value: Value::Bool(to.share_seen) });
        }
        out
    }
}

impl ProjectFields {
    /// The edits that turn a project which says `self` into one which says `to`.
    pub fn changes_to(&self, to: &ProjectFields) -> Vec<Edit> {
        text_changes(&[
            (fields::TITLE, &self.title, &to.title),
            (KEY, &self.key, &to.key),
            (fields::ORDER, &self.order, &to.order),
        ])
    }
}

impl WorkspaceFields {
    /// The edits that turn a workspace document which says `self` into one which says `to`.
    pub fn changes_to(&self, to: &WorkspaceFields) -> Vec<Edit> {
        let mut out = text_changes(&[(fields::TITLE, &self.title, &to.title)]);
        out.extend(set_changes(NODES, &self.nodes, &to.nodes));
        out
    }
}

impl Doc {
    /// The document read as a profile. What is absent or of an unexpected shape reads as empty.
    pub fn person(&self) -> PersonFields {
        let doc = &self.crdt;
        PersonFields {
            name: fields::text(doc, NAME),
            zone: fields::text(doc, ZONE),
            hours: fields::text(doc, HOURS),
            checkins: fields::items(doc, CHECKINS),
            off: fields::items(doc, OFF),
            holidays: fields::items(doc, HOLIDAYS),
            share_seen: fields::read(doc, SHARE_SEEN) == Some(Value::Bool(true)),
            zone_data: self.zone_data(),
            focus_until: fields::text(doc, FOCUS_UNTIL),
        }
    }

    fn zone_data(&self) -> BTreeMap<String, String> {
        let device = |(field, value): (String, Value)| {
            let device = field.strip_prefix(ZONE_DATA)?.to_owned();
            Some((device, value.as_text()?.to_owned()))
        };
        self.fields().into_iter().filter_map(device).collect()
    }

    /// The document read as a project.
    pub fn project(&self) -> ProjectFields {
        ProjectFields { title: self.title(), key: fields::text(&self.crdt, KEY), order: self.order() }
    }

    /// The document read as the workspace's own.
    pub fn workspace(&self) -> WorkspaceFields {
        WorkspaceFields { title: self.title(), nodes: fields::items(&self.crdt, NODES) }
    }
}
