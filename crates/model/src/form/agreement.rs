//! Working agreements: a page whose fields configure when answers are expected, what may make itself heard, when a meeting
//! is worth it, and who is called when something burns. What a field does not say is as it is without an agreement.

use serde::{Deserialize, Serialize};

use crate::doc::Doc;
use crate::fields;
use crate::hours::{HOUR_MS, MINUTE_MS, Rule};

/// Root field: working hours within which an urgent message is answered.
pub const URGENT_HOURS: &str = "urgent_hours";
/// Root field: hours after which an ordinary message is answered, rounded up to the next check-in.
pub const STANDARD_HOURS: &str = "standard_hours";
/// Root field: see [`Quiet`].
pub const QUIET: &str = "quiet";
/// Root field: minutes a day that people must share for a meeting to be worth it.
pub const MEETING_MINUTES: &str = "meeting_minutes";
/// Root field: steps of the ladder, see [`crate::oncall`].
pub const LADDER: &str = "ladder";
/// Root field: who is on call when, see [`crate::oncall`].
pub const ROTA: &str = "rota";
/// Root field: what an emergency is, parted by semicolons.
pub const CRITERIA: &str = "criteria";

/// Most hours that an answer may be expected within.
pub const MAX_HOURS: u32 = 24 * 14;
/// Minutes a day that people share for a meeting to be worth it, where nothing is agreed.
pub const USUAL_MEETING_MINUTES: u32 = 60;

/// What may make itself heard inside one's hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quiet {
    /// Everything, when it comes.
    #[default]
    Hours,
    /// Only at check-ins.
    Checkins,
}

impl Quiet {
    /// The word in documents and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Quiet::Hours => "hours",
            Quiet::Checkins => "checkins",
        }
    }

    /// The rule of a word.
    pub fn from_name(name: &str) -> Option<Quiet> {
        [Quiet::Hours, Quiet::Checkins].into_iter().find(|quiet| quiet.name() == name)
    }
}

/// What a working agreement says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AgreementFields {
    /// Working hours for an urgent answer.
    pub urgent_hours: Option<u32>,
    /// Hours for an ordinary answer.
    pub standard_hours: Option<u32>,
    /// What may be heard inside hours.
    pub quiet: Option<Quiet>,
    /// Minutes shared that make a meeting worth it.
    pub meeting_minutes: Option<u32>,
    /// The ladder as written.
    pub ladder: String,
    /// The rota as written.
    pub rota: String,
    /// What an emergency is.
    pub criteria: Vec<String>,
}

impl AgreementFields {
    /// When answers are expected by it.
    pub fn rule(&self) -> Rule {
        let usual = Rule::default();
        let ms = |hours: u32| i64::from(hours) * HOUR_MS;
        Rule {
            urgent_work_ms: self.urgent_hours.map_or(usual.urgent_work_ms, ms),
            standard_ms: self.standard_hours.map_or(usual.standard_ms, ms),
        }
    }

    /// How much time people must share on a day for a meeting to be worth it.
    pub fn meeting_ms(&self) -> i64 {
        i64::from(self.meeting_minutes.unwrap_or(USUAL_MEETING_MINUTES)) * MINUTE_MS
    }
}

/// Criteria parted by semicolons or line breaks, empty ones left out.
pub fn read_criteria(text: &str) -> Vec<String> {
    let parts = text.split([';', '\n']).map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    parts.filter(|part| !part.is_empty()).collect()
}

impl Doc {
    /// The page read as a working agreement.
    pub fn agreement(&self) -> AgreementFields {
        let doc = &self.crdt;
        let number = |name: &str, most: u32| {
            fields::text(doc, name).parse::<u32>().ok().filter(|n| (1..=most).contains(n))
        };
        AgreementFields {
            urgent_hours: number(URGENT_HOURS, MAX_HOURS),
            standard_hours: number(STANDARD_HOURS, MAX_HOURS),
            quiet: Quiet::from_name(&fields::text(doc, QUIET)),
            meeting_minutes: number(MEETING_MINUTES, 24 * 60),
            ladder: fields::text(doc, LADDER),
            rota: fields::text(doc, ROTA),
            criteria: read_criteria(&fields::text(doc, CRITERIA)),
        }
    }
}
