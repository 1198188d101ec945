//! Handing work over, the update of a week, and what may make itself heard.

use serde::{Deserialize, Serialize};

use super::{InboxItem, PersonView};

/// A hand-off: open work for whoever is awake next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HandoffView {
    /// Full id of the page; none while it is only looked at.
    pub id: Option<String>,
    /// Title.
    pub title: String,
    /// `open`, `accepted` or `returned`.
    pub state: String,
    /// Whose work it is.
    pub owner: PersonView,
    /// Who is to go on.
    pub to: PersonView,
    /// When their hours begin, in the reader's zone, in words.
    pub begins: Option<String>,
    /// The same in theirs.
    pub begins_theirs: Option<String>,
    /// The note, as Markdown.
    pub text: String,
    /// How many tasks it holds.
    pub tasks: usize,
    /// Tasks of private spaces, which are left out.
    pub left_out: usize,
    /// Full id of the thread in which they are asked.
    pub thread: Option<String>,
    /// Why it came back.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The draft of a week's update.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WeeklyView {
    /// Full id of the page, when it was posted.
    pub id: Option<String>,
    /// Title.
    pub title: String,
    /// From when on, RFC 3339 with zone.
    pub from: String,
    /// The five slots.
    pub slots: Vec<WeeklySlot>,
    /// All of it, as Markdown.
    pub text: String,
    /// Its words.
    pub words: usize,
    /// Minutes that reading it takes, rounded up.
    pub reading_minutes: usize,
    /// What oneself has made of it so far, on any of one's devices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<WeeklyDraft>,
}

/// The update of a week while it is written: in the personal space, so that nobody else reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeeklyDraft {
    /// Title.
    pub title: String,
    /// Headings and what stands under them, as Markdown.
    pub slots: Vec<(String, String)>,
}

/// A headed part of a week's update.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct WeeklySlot {
    /// `done`, `decided`, `written`, `blocked` or `next`.
    pub name: String,
    /// Heading.
    pub heading: String,
    /// What stands under it, one line each, as Markdown.
    pub lines: Vec<String>,
}

/// What may make itself heard now, and what is held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NotifyView {
    /// Whether it is outside one's hours.
    pub quiet: bool,
    /// What may be heard.
    pub notify: Vec<InboxItem>,
    /// What waits for a check-in.
    pub held: Vec<HeldItem>,
    /// Until when oneself wants to hear nothing, RFC 3339 with zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focus_until: Option<String>,
    /// The next check-in, RFC 3339 with zone.
    pub next: Option<String>,
}

/// Something that waits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HeldItem {
    /// What.
    #[serde(flatten)]
    pub item: InboxItem,
    /// Until when, RFC 3339 with zone; none when one states no hours.
    pub until: Option<String>,
}
