//! Threads as conversations: messages with intent and urgency, scheduled ones, acknowledgements, closings.
//!
//! Everything is appended, nothing overwritten: what counts of an entry is what the change says that inserted it, and who
//! wrote it is whoever sealed that change. So nobody edits or acknowledges in another's name. Nothing here reads a clock:
//! what is out and what is owed are functions of the document and an instant.

mod owed;
pub mod poll;
mod read;
pub mod round;
mod write;

pub use owed::{ALWAYS, Debt};
pub use write::{Amend, NewPost};

use serde::{Deserialize, Serialize};

use crate::doc::Hash;

/// Root field: text form of the id of the page, task or project that the thread belongs to.
pub const ON: &str = "on";
/// Root field: member ids, hex; a set.
pub const PARTICIPANTS: &str = "participants";
/// Root lists beside the messages.
pub(crate) const LISTS: [&str; 4] = [ACKS, REACHED, EDITS, CLOSINGS];
const ACKS: &str = "acks";
const REACHED: &str = "reached";
const EDITS: &str = "edits";
const CLOSINGS: &str = "closings";
/// In a `reached` note: a node has the message.
pub const NODE: &str = "node";
/// Longest reason or outcome, bytes.
pub const MAX_LINE_BYTES: usize = 1024;
/// Most members that one message is addressed to.
pub const MAX_ADDRESSED: usize = 256;

/// What a message wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Intent {
    /// To know.
    #[default]
    Fyi,
    /// An answer.
    Question,
    /// A decision.
    Decision,
    /// Somebody's look at something.
    Review,
    /// Help: work stands still.
    Blocker,
}

/// How soon an answer is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// No answer is needed.
    #[default]
    None,
    /// Within a day, rounded up to the next check-in.
    Standard,
    /// Within four hours of the recipient's working time.
    Urgent,
    /// At once, by whoever is on call: it meets a criterion that was written down before.
    Emergency,
}

impl Intent {
    /// All of them.
    pub const ALL: [Intent; 5] =
        [Intent::Fyi, Intent::Question, Intent::Decision, Intent::Review, Intent::Blocker];

    /// The word in documents and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Intent::Fyi => "fyi",
            Intent::Question => "question",
            Intent::Decision => "decision",
            Intent::Review => "review",
            Intent::Blocker => "blocker",
        }
    }

    /// The intent of a word.
    pub fn from_name(name: &str) -> Option<Intent> {
        Intent::ALL.into_iter().find(|intent| intent.name() == name)
    }

    /// The urgency of a message that names none.
    pub fn usual_urgency(self) -> Urgency {
        if self == Intent::Fyi { Urgency::None } else { Urgency::Standard }
    }
}

impl Urgency {
    /// The word in documents and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            Urgency::None => "none",
            Urgency::Standard => "standard",
            Urgency::Urgent => "urgent",
            Urgency::Emergency => "emergency",
        }
    }

    /// The urgency of a word.
    pub fn from_name(name: &str) -> Option<Urgency> {
        let all = [Urgency::None, Urgency::Standard, Urgency::Urgent, Urgency::Emergency];
        all.into_iter().find(|urgency| urgency.name() == name)
    }
}

/// When a scheduled message appears. The instant is computed by the sender, so replicas with other zone data agree; the
/// zone says in whose time it was meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// UTC milliseconds.
    pub at_ms: i64,
    /// IANA name.
    pub zone: String,
}

/// A message. Members are named by their ids, hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Stable id within the thread.
    pub id: String,
    /// The change that wrote it.
    pub change: Option<Hash>,
    /// Who wrote it; where the log does not know that, who the message says.
    pub author: String,
    /// When, by the author's clock.
    pub at_ms: i64,
    /// What it says, with the author's edits.
    pub text: String,
    /// What it wants.
    pub intent: Intent,
    /// How soon.
    pub urgency: Urgency,
    /// Why it cannot wait.
    pub reason: String,
    /// Of an emergency: which criterion it meets.
    #[serde(default)]
    pub criterion: String,
    /// Whom it is addressed to.
    pub to: Vec<String>,
    /// Who is named in its text.
    pub named: Vec<String>,
    /// When it appears, if it was scheduled.
    pub release: Option<Release>,
    /// Called back before it appeared.
    pub cancelled: bool,
    /// When its text was last edited.
    pub edited_ms: Option<i64>,
}

impl Post {
    /// Whether it has appeared by then.
    pub fn is_out(&self, now_ms: i64) -> bool {
        !self.cancelled && self.release.as_ref().is_none_or(|release| release.at_ms <= now_ms)
    }

    /// When it was said, as far as others can tell.
    pub fn said_ms(&self) -> i64 {
        self.release.as_ref().map_or(self.at_ms, |release| release.at_ms.max(self.at_ms))
    }
}

/// What an acknowledgement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AckKind {
    /// It was seen.
    Seen,
    /// An answer comes by some time.
    WillAnswer,
    /// Somebody else is to answer.
    NotMe,
}

impl AckKind {
    /// The word in documents and in the terminal.
    pub fn name(self) -> &'static str {
        match self {
            AckKind::Seen => "seen",
            AckKind::WillAnswer => "will_answer",
            AckKind::NotMe => "not_me",
        }
    }

    fn from_name(name: &str) -> Option<AckKind> {
        [AckKind::Seen, AckKind::WillAnswer, AckKind::NotMe].into_iter().find(|k| k.name() == name)
    }
}

/// An acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// Which message.
    pub message: String,
    /// Whose word it is.
    pub by: String,
    /// What it says.
    pub kind: AckKind,
    /// By when an answer comes.
    pub until_ms: Option<i64>,
    /// Who is to answer instead.
    pub hand_on: Option<String>,
    /// When it was given, by their clock.
    pub at_ms: i64,
    /// The change that wrote it.
    pub change: Option<Hash>,
}

/// A note that a message reached a device of somebody, or a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Which message.
    pub message: String,
    /// Member id, or [`NODE`].
    pub who: String,
    /// When, as the sender's device learnt it.
    pub at_ms: i64,
}

/// The thread was closed, or opened again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Who did it.
    pub by: String,
    /// When.
    pub at_ms: i64,
    /// What came of it; none when the thread was opened again.
    pub outcome: Option<String>,
    /// The change that wrote it.
    pub change: Option<Hash>,
}

/// A thread as it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Title.
    pub title: String,
    /// Text form of the id of what it belongs to; empty when to nothing.
    pub on: String,
    /// Who takes part.
    pub participants: Vec<String>,
    /// Messages in their order.
    pub posts: Vec<Post>,
    /// Acknowledgements in their order.
    pub acks: Vec<Ack>,
    /// Notes of delivery.
    pub reached: Vec<Reached>,
    /// Closings and reopenings in their order.
    pub closings: Vec<Closing>,
    /// Polls in their order.
    #[serde(default)]
    pub polls: Vec<poll::Poll>,
    /// Votes in their order.
    #[serde(default)]
    pub ballots: Vec<poll::Ballot>,
    /// Questions that come again, in their order.
    #[serde(default)]
    pub questions: Vec<round::Question>,
    /// Which messages answer such a question, and for which day.
    #[serde(default)]
    pub answers: Vec<round::Answer>,
}

impl Conversation {
    /// The closing that holds, if the thread is closed.
    pub fn closed(&self) -> Option<&Closing> {
        self.closings.last().filter(|closing| closing.outcome.is_some())
    }

    /// A message by its id.
    pub fn post(&self, id: &str) -> Option<&Post> {
        self.posts.iter().find(|post| post.id == id)
    }

    /// When a message first reached a device of one of `who`, or a node.
    pub fn reached_ms(&self, message: &str, who: &str) -> Option<i64> {
        let notes = self.reached.iter().filter(|note| note.message == message);
        notes.filter(|note| note.who == NODE || note.who == who).map(|note| note.at_ms).min()
    }
}
