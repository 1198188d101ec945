//! Meetings: a page with an agenda before it is on and an outcome before it is closed. What is agreed to be done stands
//! under the heading Actions.

use serde::{Deserialize, Serialize};

use super::{OUTCOME, OWNER, STATE};
use crate::block::{Block, BlockKind};
use crate::doc::Doc;
use crate::fields;

/// Root field of a meeting: member ids, hex, of who is asked to come; a set.
pub const ATTENDEES: &str = "attendees";
/// Root field of a meeting: member ids, hex, of who was there; a set.
pub const PRESENT: &str = "present";
/// Root field of a meeting: member ids, hex, of who said that they cannot come; a set.
pub const EXCUSED: &str = "excused";
/// Root field of a meeting: when it begins, RFC 3339 with the zone it was meant in.
pub const STARTS: &str = "starts";
/// Root field of a task: the page whose line it was made from.
pub const MADE_ON: &str = "made_on";

/// Headings that hold what is to be talked about.
pub const AGENDA: [&str; 2] = ["agenda", "points"];
/// Headings that hold what came of it.
pub const OUTCOMES: [&str; 3] = ["outcome", "decided", "agreed"];
/// Headings whose lines become tasks.
pub const ACTIONS: [&str; 3] = ["actions", "action items", "to do"];
/// Most lines under Actions that are read.
pub const MAX_ACTIONS: usize = 100;

/// Where a meeting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MeetingState {
    /// Being prepared.
    #[default]
    Planned,
    /// It takes place; it has an agenda.
    On,
    /// It is over; it has an outcome.
    Closed,
}

impl MeetingState {
    /// All of them.
    pub const ALL: [MeetingState; 3] = [MeetingState::Planned, MeetingState::On, MeetingState::Closed];

    /// The word in documents and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            MeetingState::Planned => "planned",
            MeetingState::On => "on",
            MeetingState::Closed => "closed",
        }
    }

    /// The state of a word.
    pub fn from_name(name: &str) -> Option<MeetingState> {
        MeetingState::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A line under Actions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Action {
    /// Stable id of its block: it stays while the words change.
    pub marker: String,
    /// Its words, on one line.
    pub text: String,
}

/// What a meeting says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MeetingFields {
    /// Where it stands.
    pub state: MeetingState,
    /// Who called it, hex.
    pub owner: String,
    /// Who is asked to come, hex, sorted.
    pub attendees: Vec<String>,
    /// Who was there, hex, sorted.
    pub present: Vec<String>,
    /// Who said that they cannot come, hex, sorted.
    #[serde(default)]
    pub excused: Vec<String>,
    /// When it begins, as written; empty while that is open.
    pub starts: String,
    /// Lines of the agenda.
    pub agenda: Vec<String>,
    /// What came of it.
    pub outcome: String,
    /// What is to be done.
    pub actions: Vec<Action>,
}

impl MeetingFields {
    /// What the meeting lacks to be in a state, as a heading of the page; none when nothing is missing.
    pub fn lacks(&self, state: MeetingState) -> Option<&'static str> {
        match state {
            MeetingState::On if self.agenda.is_empty() => Some("agenda"),
            MeetingState::Closed if self.outcome.trim().is_empty() => Some("outcome"),
            _ => None,
        }
    }

    /// Who was asked to come and was not there, excused or not; nobody before the meeting is over.
    pub fn absent(&self) -> impl Iterator<Item = &String> {
        let is_over = self.state == MeetingState::Closed;
        self.attendees.iter().filter(move |member| is_over && !self.present.contains(member))
    }

    /// Whether somebody was asked to come, was not there and had not said so; of nobody before the meeting is over.
    pub fn missed(&self, member: &String) -> bool {
        !self.excused.contains(member) && self.absent().any(|absent| absent == member)
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The places of the blocks under the first heading of one of these names, up to the next heading as high as it.
fn section(blocks: &[Block], names: &[&str]) -> std::ops::Range<usize> {
    let level = |block: &Block| match block.kind {
        BlockKind::Heading { level } => Some(level),
        _ => None,
    };
    let is_it = |block: &Block| names.contains(&words(&block.text()).to_lowercase().as_str());
    let Some(at) = blocks.iter().position(|block| level(block).is_some() && is_it(block)) else {
        return 0..0;
    };
    let high = level(&blocks[at]).unwrap_or(1);
    let after = &blocks[at + 1..];
    let end = after.iter().position(|block| level(block).is_some_and(|level| level <= high));
    at + 1..at + 1 + end.unwrap_or(after.len())
}

/// Whether a line says nothing: an empty one, or an empty box of a check list.
fn is_blank(line: &str) -> bool {
    matches!(line, "" | "[]" | "[ ]" | "[x]")
}

/// The lines under a heading, empty ones left out.
pub fn lines_under(blocks: &[Block], names: &[&str]) -> Vec<String> {
    let under = blocks[section(blocks, names)].iter().map(|block| words(&block.text()));
    under.filter(|line| !is_blank(line)).collect()
}

impl Doc {
    /// The page read as a meeting. An outcome that stands only under its heading counts.
    pub fn meeting(&self) -> MeetingFields {
        let (doc, blocks, markers) = (&self.crdt, self.blocks(), self.markers());
        let told = fields::text(doc, OUTCOME);
        let outcome = if told.trim().is_empty() { lines_under(&blocks, &OUTCOMES).join("; ") } else { told };
        let actions = section(&blocks, &ACTIONS).filter_map(|at| {
            let (block, marker) = (blocks.get(at)?, markers.get(at)?);
            let open = match block.kind {
                BlockKind::TaskItem { checked, .. } => !checked,
                BlockKind::BulletItem { .. } | BlockKind::OrderedItem { .. } | BlockKind::Paragraph => true,
                _ => false,
            };
            let text = words(&block.text());
            (open && !is_blank(&text)).then(|| Action { marker: marker.clone(), text })
        });
        MeetingFields {
            state: MeetingState::from_name(&fields::text(doc, STATE)).unwrap_or_default(),
            owner: fields::text(doc, OWNER),
            attendees: fields::items(doc, ATTENDEES),
            present: fields::items(doc, PRESENT),
            excused: fields::items(doc, EXCUSED),
            starts: fields::text(doc, STARTS),
            agenda: lines_under(&blocks, &AGENDA),
            outcome,
            actions: actions.take(MAX_ACTIONS).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doc::{Kind, Stamp};
    use crate::edit::Edit;
    use crate::ids::{Class, DocId};

    fn page(blocks: Vec<Block>) -> Doc {
        let stamp = Stamp { actor: [1; 16], time_ms: 1 };
        let id = DocId::new(Class::Content, [7; 15]);
        let (mut doc, _) = Doc::create(id, &Kind::Page, &stamp).unwrap();
        doc.edit(&stamp, &[Edit::SetBlocks { base: None, blocks }]).unwrap();
        doc
    }

    fn heading(level: u8, text: &str) -> Block {
        Block::plain(BlockKind::Heading { level }, text)
    }

    fn line(text: &str) -> Block {
        Block::plain(BlockKind::BulletItem { loose: false }, text)
    }

    #[test]
    fn lines_belong_to_the_heading_above_them_up_to_the_next_one_as_high() {
        let ticked = Block::plain(BlockKind::TaskItem { checked: true, loose: false }, "Done before");
        let doc = page(vec![
            heading(2, "Agenda"),
            line("  "),
            heading(2, "Outcome"),
            line("We sail at six"),
            heading(2, "ACTIONS"),
            line("@ben paints  the pier"),
            heading(3, "Later"),
            ticked,
            line("Ropes"),
            line("[ ]"),
            heading(2, "Notes"),
            line("Soup"),
        ]);
        let meeting = doc.meeting();
        assert_eq!(meeting.lacks(MeetingState::On), Some("agenda"), "an empty line is no agenda");
        assert_eq!(meeting.lacks(MeetingState::Closed), None);
        assert_eq!(meeting.outcome, "We sail at six");
        let texts: Vec<&str> = meeting.actions.iter().map(|action| action.text.as_str()).collect();
        assert_eq!(texts, ["@ben paints the pier", "Ropes"]);
    }

    #[test]
    fn words_of_states_read_back() {
        for state in MeetingState::ALL {
            assert_eq!(MeetingState::from_name(state.name()), Some(state));
        }
        assert_eq!(page(vec![]).meeting(), MeetingFields::default());
    }
}
