//! Threads: titled conversations with intent, urgency and expected times.

use serde::{Deserialize, Serialize};

use super::Ref;

/// Longest message of a thread, bytes.
pub const MAX_POST_BYTES: usize = 16 * 1024;

/// A message as a person writes it. It is also what a draft keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Say {
    /// What it says.
    pub body: String,
    /// `fyi`, `question`, `decision`, `review` or `blocker`; `fyi` when `None`.
    pub intent: Option<String>,
    /// `emergency`, `urgent`, `standard` or `none`; what fits the intent when `None`.
    pub urgency: Option<String>,
    /// Why it cannot wait; `urgent` needs one.
    pub reason: Option<String>,
    /// Of an emergency: the criterion it meets, its number or its beginning.
    pub criterion: Option<String>,
    /// Members: ids, prefixes or names. A reply that wants an answer and names nobody is for all other participants.
    pub to: Vec<String>,
    /// When it appears: a moment, or `their-morning`.
    pub deliver_at: Option<String>,
}

/// Something that changes a thread. Each answers with the thread as it then is, drafts with what is kept.
#[derive(Debug, Clone)]
pub enum ThreadCommand {
    /// Opens a thread.
    New {
        /// Title.
        title: String,
        /// The page, task or project that it belongs to.
        on: Option<Ref>,
        /// Space it lies in: that of what it belongs to when `None`.
        space: Option<String>,
        /// The first message.
        say: Say,
    },
    /// Adds a message.
    Reply {
        /// Full id, prefix or title.
        thread: Ref,
        /// The message.
        say: Say,
    },
    /// Acknowledges a message without writing one.
    Ack {
        /// Which thread.
        thread: Ref,
        /// Id of the message or a prefix; the newest that fits when `None`.
        message: Option<String>,
        /// What to tell.
        says: AckSays,
    },
    /// Closes it with one line of outcome; without one, opens it again.
    Close {
        /// Which thread.
        thread: Ref,
        /// The outcome.
        outcome: Option<String>,
    },
    /// Changes a message of one's own: its text, and until it appears its time.
    Edit {
        /// Which thread.
        thread: Ref,
        /// Id of the message or a prefix.
        message: String,
        /// The new text.
        body: Option<String>,
        /// The new time.
        deliver_at: Option<String>,
    },
    /// Calls back a scheduled message that has not appeared.
    Cancel {
        /// Which thread.
        thread: Ref,
        /// Id of the message or a prefix.
        message: String,
    },
    /// Whether others are told which messages oneself has seen; nobody is unless this was said.
    ShareSeen {
        /// `true` to tell.
        on: bool,
    },
    /// Keeps what is being written, for own devices alone; `None` or empty text forgets it. Meant to be called while typing.
    Draft {
        /// The thread; a new one when `None`.
        thread: Option<Ref>,
        /// Title of the new thread.
        title: String,
        /// The message so far.
        say: Option<Say>,
    },
}

/// What an acknowledgement tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AckSays {
    /// It was seen.
    Seen,
    /// An answer comes: by a moment, or by one's own next check-in when `None`.
    WillAnswer(Option<String>),
    /// Somebody else is to answer: id, prefix or name.
    NotMe(String),
}

/// Somebody, by id and name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PersonView {
    /// Member id, hex.
    pub id: String,
    /// Name.
    pub name: String,
}

/// What a thread belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OnView {
    /// Full id.
    pub id: String,
    /// `page`, `task` or `project`; empty while it is not here.
    pub kind: String,
    /// Title; empty while it is not here.
    pub title: String,
}

/// Threads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ThreadsView {
    /// Newest activity first.
    pub threads: Vec<ThreadRowView>,
}

/// A thread in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ThreadRowView {
    /// Full id.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<OnView>,
    /// What came of it, when it is closed.
    pub outcome: Option<String>,
    /// Messages that have appeared.
    pub messages: usize,
    /// Of these, unread ones of others.
    pub unread: usize,
    /// Answers that are owed in it.
    pub owed: usize,
    /// Who wrote last.
    pub last_author: String,
    /// When, RFC 3339 with zone.
    pub last: Option<String>,
}

/// A thread with its messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ThreadView {
    /// Full id.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it belongs to.
    pub on: Option<OnView>,
    /// Who takes part.
    pub participants: Vec<PersonView>,
    /// The closing that holds.
    pub closed: Option<ClosingView>,
    /// Every closing and reopening, oldest first.
    pub closings: Vec<ClosingView>,
    /// Messages in their order. Of others, those that have appeared; own scheduled ones too.
    pub messages: Vec<PostView>,
    /// Polls in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub polls: Vec<super::PollView>,
    /// Questions that come again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<super::QuestionView>,
    /// Whether it is muted.
    pub muted: bool,
    /// What is being written on one's own devices.
    pub draft: Option<DraftView>,
    /// Heads, for marking it as read.
    pub heads: String,
    /// What the command that was just performed has to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A closing or reopening.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClosingView {
    /// Who did it.
    pub by: String,
    /// When, RFC 3339 with zone.
    pub when: String,
    /// The outcome; none for a reopening.
    pub outcome: Option<String>,
}

/// A message of a thread.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PostView {
    /// Id within the thread.
    pub id: String,
    /// Name of who wrote it.
    pub author: String,
    /// Member id, hex.
    pub author_id: String,
    /// Whether it is oneself.
    pub mine: bool,
    /// What it says.
    pub body: String,
    /// `fyi`, `question`, `decision`, `review` or `blocker`.
    pub intent: String,
    /// `emergency`, `urgent`, `standard` or `none`.
    pub urgency: String,
    /// Why it cannot wait.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Of an emergency: which criterion it meets.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub criterion: String,
    /// Whom it is addressed to.
    pub to: Vec<PersonView>,
    /// When it was written, RFC 3339 with the reader's zone.
    pub sent: String,
    /// The same in the author's local time, in words.
    pub sent_local: String,
    /// When it appears or appeared, RFC 3339 with the zone it was meant in.
    pub deliver_at: Option<String>,
    /// Of an own message that has not appeared: that, and whether it has left this laptop.
    pub waiting: Option<String>,
    /// When its text was last edited.
    pub edited: Option<String>,
    /// Whether it is unread.
    pub unread: bool,
    /// By when an answer of everybody asked may be expected.
    pub expected_by: ExpectedBy,
    /// The same for each person asked.
    pub expected: Vec<ExpectedView>,
    /// Acknowledgements.
    pub acks: Vec<AckView>,
    /// The delivery ladder, from own acknowledgements alone.
    pub delivered: Vec<DeliveredView>,
}

/// Expected times, RFC 3339 in UTC; none when nothing is expected or the clock has not started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExpectedBy {
    /// Four working hours after it arrived.
    pub urgent: Option<String>,
    /// The check-in a day after it arrived.
    pub standard: Option<String>,
}

/// What is expected of one person asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExpectedView {
    /// Member id, hex.
    pub id: String,
    /// Name.
    pub name: String,
    /// By when, RFC 3339 in UTC.
    pub by: Option<String>,
    /// The same in the reader's zone, in words.
    pub yours: Option<String>,
    /// The same in theirs.
    pub theirs: Option<String>,
    /// `owed`, `answered`, or `closed` with the thread.
    pub state: String,
    /// All of it in a sentence, with why there is no time when there is none.
    pub text: String,
}

/// An acknowledgement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AckView {
    /// Whose.
    pub by: String,
    /// Member id, hex.
    pub by_id: String,
    /// `seen`, `will_answer` or `not_me`.
    pub kind: String,
    /// By when an answer comes, RFC 3339 in UTC.
    pub until: Option<String>,
    /// Who is to answer instead.
    pub hand_on: Option<String>,
    /// When it was given, RFC 3339 with zone.
    pub when: String,
}

/// A rung of the delivery ladder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeliveredView {
    /// `here`, `node`, `laptop` or `seen`.
    pub rung: String,
    /// Whose laptop, or who saw it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub who: String,
    /// When, RFC 3339 with zone, where that is known.
    pub when: Option<String>,
    /// In words.
    pub text: String,
}

/// Everything that is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DraftsView {
    /// By thread; new ones first.
    pub drafts: Vec<DraftView>,
}

/// Something that is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftView {
    /// Full id of the thread; none for a new one.
    pub thread: Option<String>,
    /// Title of the thread.
    pub title: String,
    /// The message so far.
    #[serde(flatten)]
    pub say: Say,
}
