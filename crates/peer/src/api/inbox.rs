//! What needs oneself, and what is owed.

use serde::Serialize;

use super::{OnView, Ref};

/// Something that is done with an item of the inbox. It stays between one's own devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxCommand {
    /// The thread.
    pub thread: Ref,
    /// What.
    pub does: InboxDoes,
}

/// What can be done with an item of the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboxDoes {
    /// Away, until something new comes.
    Done,
    /// Away for a while.
    Snooze(SnoozeUntil),
    /// Back as unread.
    Unread,
    /// Takes back that it was put away: as it was, up to these heads, or not put away at all.
    Back(Option<String>),
    /// Only what is addressed to oneself by name comes from now on; `false` undoes it.
    Mute(bool),
}

/// How long something is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnoozeUntil {
    /// Until a moment.
    Moment(String),
    /// Until the first check-in of one's next working day.
    Morning,
    /// Until somebody writes in it.
    Reply,
}

/// What needs oneself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct InboxView {
    /// What needs oneself first, then by time; oldest last.
    pub items: Vec<InboxItem>,
    /// Questions that are due and pages to look at.
    pub asks: Vec<super::AskView>,
    /// What is away for a while.
    pub snoozed: Vec<SnoozedView>,
    /// What will come by itself, in words.
    pub coming: String,
}

/// A thread that needs oneself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct InboxItem {
    /// Full id of the thread.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it belongs to.
    pub on: Option<OnView>,
    /// It is a comment on what it belongs to, and no thread.
    pub comment: bool,
    /// `owed` (an answer), `named` (addressed or mentioned), `answered` (a comment on one's own), `follows` (something new in it) or `unread` (kept so).
    pub why: String,
    /// The message it is about.
    pub message: String,
    /// The beginning of that message.
    pub text: String,
    /// Who wrote it.
    pub author: String,
    /// Its intent.
    pub intent: String,
    /// Its urgency.
    pub urgency: String,
    /// When it was said, RFC 3339 with zone.
    pub when: String,
    /// Unread messages of others.
    pub unread: usize,
    /// By when an answer is expected of oneself, RFC 3339 in UTC.
    pub expected_by: Option<String>,
    /// The same in one's own zone, in words.
    pub expected_local: Option<String>,
    /// Up to where it was put away before; what takes a further time back needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub put_away: Option<String>,
}

/// A thread that is away for a while.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SnoozedView {
    /// Full id of the thread.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Until when, RFC 3339 with zone; none when until a reply.
    pub until: Option<String>,
}

/// The ledger of answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OwedView {
    /// By expected time; those without one last.
    pub items: Vec<OwedItem>,
}

/// An answer that is owed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OwedItem {
    /// `i_owe` or `owed_to_me`.
    pub side: String,
    /// Full id of the thread.
    pub thread: String,
    /// Its title.
    pub title: String,
    /// The message.
    pub message: String,
    /// The beginning of it.
    pub text: String,
    /// Its intent.
    pub intent: String,
    /// Its urgency.
    pub urgency: String,
    /// The other one.
    pub who: String,
    /// Member id of the other one, hex.
    pub who_id: String,
    /// When the message was said, RFC 3339 with zone.
    pub said: String,
    /// By when the answer is expected, RFC 3339 in UTC.
    pub expected_by: Option<String>,
    /// The same in the reader's zone, in words.
    pub yours: Option<String>,
    /// The same in the zone of who owes.
    pub theirs: Option<String>,
    /// Whether that time is past.
    pub overdue: bool,
    /// Whether it is on a node or a device of who owes.
    pub delivered: bool,
    /// Whether who owes has said when the answer comes.
    pub promised: bool,
    /// Who handed it on.
    pub handed_by: Option<String>,
    /// The state in a sentence.
    pub state: String,
}
