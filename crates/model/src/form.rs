//! Pages with typed fields beside their text: decisions, hand-off notes, meetings, working agreements. What is absent or of an unexpected shape reads
//! as empty; what two people set apart is kept as a conflict, like any field.

pub mod agreement;
pub mod incident;
pub mod meeting;
pub mod upkeep;

use serde::{Deserialize, Serialize};

use crate::doc::Doc;
use crate::fields;
use crate::hours::{Date, Profile, Zone};
use crate::ids::DocId;

/// Root field: which form a page has.
pub const FORM: &str = "form";
/// Root field: where it stands, a word of the form.
pub const STATE: &str = "state";
/// Root field: member id, hex, of who answers for it.
pub const OWNER: &str = "owner";
/// Root field of a decision: member ids, hex, of who decides; a set.
pub const DECIDERS: &str = "deciders";
/// Root field of a decision: see [`By`].
pub const DECIDE_BY: &str = "decide_by";
/// Root field of a decision: what was decided.
pub const OUTCOME: &str = "outcome";
/// Root field of a decision: ids of projects that it concerns; a set.
pub const AFFECTS: &str = "affects";
/// Root field of a decision: ids of decisions that it replaces; a set.
pub const SUPERSEDES: &str = "supersedes";
/// Root field of what was made out of a thread: id of the thread, a space, id of the message if it is about one.
pub const RECORDED_FROM: &str = "recorded_from";
/// Root field of a hand-off: member id, hex, of who is to go on.
pub const HANDED_TO: &str = "handed_to";
/// Root field of a hand-off: why it came back.
pub const REASON: &str = "reason";

/// Which typed fields a page has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Something that is or was to be decided.
    Decision,
    /// Work that somebody else is to go on with.
    Handoff,
    /// People who talk at one time.
    Meeting,
    /// Something that broke and is being looked after.
    Incident,
    /// How people agreed to work together; its fields configure.
    Agreement,
}

/// Where a decision stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecisionState {
    /// Open.
    #[default]
    Proposed,
    /// Decided; it has an outcome.
    Decided,
    /// Another decision replaced it.
    Superseded,
}

/// Where a hand-off stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HandoffState {
    /// Handed over, and not taken.
    #[default]
    Open,
    /// Taken.
    Accepted,
    /// Given back.
    Returned,
}

/// The end of a date in a zone. In documents `2026-12-01[Europe/London]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The date, `YYYY-MM-DD`.
    pub date: String,
    /// IANA name of the zone that the date is meant in.
    pub zone: String,
}

/// What a decision says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DecisionFields {
    /// Where it stands.
    pub state: DecisionState,
    /// Who answers for it, hex; empty for nobody.
    pub owner: String,
    /// Who decides, hex, sorted.
    pub deciders: Vec<String>,
    /// By when.
    pub decide_by: Option<By>,
    /// What was decided.
    pub outcome: String,
    /// Projects that it concerns.
    pub affects: Vec<DocId>,
    /// Decisions that it replaces.
    pub supersedes: Vec<DocId>,
    /// Thread that it was recorded from.
    pub thread: Option<DocId>,
}

/// What a hand-off says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HandoffFields {
    /// Where it stands.
    pub state: HandoffState,
    /// Whose work it is, hex.
    pub owner: String,
    /// Who is to go on, hex.
    pub to: String,
    /// Why it came back.
    pub reason: String,
}

impl Form {
    /// All of them.
    pub const ALL: [Form; 5] =
        [Form::Decision, Form::Handoff, Form::Meeting, Form::Incident, Form::Agreement];

    /// The word in documents.
    pub fn name(self) -> &'static str {
        match self {
            Form::Decision => "decision",
            Form::Handoff => "handoff",
            Form::Meeting => "meeting",
            Form::Incident => "incident",
            Form::Agreement => "agreement",
        }
    }
}

impl DecisionState {
    /// All of them.
    pub const ALL: [DecisionState; 3] =
        [DecisionState::Proposed, DecisionState::Decided, DecisionState::Superseded];

    /// The word in documents and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            DecisionState::Proposed => "proposed",
            DecisionState::Decided => "decided",
            DecisionState::Superseded => "superseded",
        }
    }

    /// The state of a word.
    pub fn from_name(name: &str) -> Option<DecisionState> {
        DecisionState::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl HandoffState {
    /// All of them.
    pub const ALL: [HandoffState; 3] = [HandoffState::Open, HandoffState::Accepted, HandoffState::Returned];

    /// The word in documents and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            HandoffState::Open => "open",
            HandoffState::Accepted => "accepted",
            HandoffState::Returned => "returned",
        }
    }

    /// The state of a word.
    pub fn from_name(name: &str) -> Option<HandoffState> {
        HandoffState::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl By {
    /// Reads `2026-12-01[Europe/London]`; a date alone is meant in `zone`.
    pub fn read(text: &str, zone: &Zone) -> Option<By> {
        let (date, named) = match text.trim().split_once('[') {
            Some((date, rest)) => (date.trim(), Some(rest.strip_suffix(']')?)),
            None => (text.trim(), None),
        };
        let date: Date = date.parse().ok()?;
        let zone = named.map_or_else(|| Some(zone.clone()), |name| Zone::get(name).ok())?;
        Some(By { date: date.to_string(), zone: zone.name().to_owned() })
    }

    /// The instant at which the date ends: of the owner's working day when hours are known and lie in that zone, else 18:00.
    pub fn at_ms(&self, owner: Option<&Profile>) -> Option<i64> {
        let date: Date = self.date.parse().ok()?;
        let zone = Zone::get(&self.zone).ok()?;
        let own = owner.filter(|profile| profile.zone.name() == zone.name());
        Some(own.map_or_else(|| zone.instant_of(date, 18 * 60), |profile| profile.end_of_day(date)))
    }
}

impl std::fmt::Display for By {
    /// Writes it as [`By::read`] reads it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}[{}]", self.date, self.zone)
    }
}

impl Doc {
    /// Which typed fields the page has.
    pub fn form(&self) -> Option<Form> {
        let name = fields::text(&self.crdt, FORM);
        Form::ALL.into_iter().find(|form| form.name() == name)
    }

    /// The page read as a decision.
    pub fn decision(&self) -> DecisionFields {
        let doc = &self.crdt;
        let ids = |name: &str| fields::items(doc, name).iter().filter_map(|id| id.parse().ok()).collect();
        DecisionFields {
            state: DecisionState::from_name(&fields::text(doc, STATE)).unwrap_or_default(),
            owner: fields::text(doc, OWNER),
            deciders: fields::items(doc, DECIDERS),
            decide_by: By::read(&fields::text(doc, DECIDE_BY), &Zone::utc()),
            outcome: fields::text(doc, OUTCOME),
            affects: ids(AFFECTS),
            supersedes: ids(SUPERSEDES),
            thread: fields::text(doc, RECORDED_FROM).split(' ').next().and_then(|id| id.parse().ok()),
        }
    }

    /// The page read as a hand-off.
    pub fn handoff(&self) -> HandoffFields {
        let doc = &self.crdt;
        HandoffFields {
            state: HandoffState::from_name(&fields::text(doc, STATE)).unwrap_or_default(),
            owner: fields::text(doc, OWNER),
            to: fields::text(doc, HANDED_TO),
            reason: fields::text(doc, REASON),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_keeps_the_zone_it_was_meant_in_and_ends_with_the_owners_day_there() {
        let london = Zone::get("Europe/London").unwrap();
        let tokyo = Zone::get("Asia/Tokyo").unwrap();
        let by = By::read("2026-12-01", &london).unwrap();
        assert_eq!(by.to_string(), "2026-12-01[Europe/London]");
        assert_eq!(By::read(&by.to_string(), &tokyo), Some(by.clone()));
        let at = |text: &str| Some(Zone::utc().moment(text).unwrap());
        let early = Profile { weekly: "Mon-Fri 08:00-16:30".parse().unwrap(), ..Profile::usual(london) };
        assert_eq!(by.at_ms(Some(&early)), at("2026-12-01T16:30Z"));
        assert_eq!(by.at_ms(Some(&Profile::usual(tokyo.clone()))), at("2026-12-01T18:00Z"));
        for wrong in ["", "soon", "2026-12-01[Mars/North]", "2026-12-01[Europe/London"] {
            assert_eq!(By::read(wrong, &tokyo), None, "{wrong}");
        }
    }

    #[test]
    fn words_of_states_read_back() {
        for state in DecisionState::ALL {
            assert_eq!(DecisionState::from_name(state.name()), Some(state));
        }
        for state in HandoffState::ALL {
            assert_eq!(HandoffState::from_name(state.name()), Some(state));
        }
    }
}
