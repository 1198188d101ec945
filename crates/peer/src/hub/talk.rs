//! One connection of the hub: what is said on it, and what is told of it.

use std::collections::BTreeSet;

use tern_sync::{CloseReason, DenyReason, Session, State};
use tern_trust::Id;

use crate::net::News;
use crate::net::conn::{ConnOut, Gate, Opened};

/// Why a peer is given up that does not take what is sent to it.
const TOO_SLOW: &str = "The peer did not take what was sent.";

/// A connection and what is said on it.
pub(super) struct Conn {
    pub opened: Opened,
    pub talk: Talk,
    pub news: News,
    /// Attachments that were asked for over it.
    pub asked: BTreeSet<Id>,
    /// There are more than were asked for at once.
    pub asks_more: bool,
    /// What it was found to lack of these.
    pub lacking: Vec<Id>,
    /// There are more than it was asked about at once.
    pub confirms_more: bool,
    /// Attachments that the peer was asked about.
    pub confirmed: BTreeSet<Id>,
    pub note: Option<Note>,
    /// The session waits since then, for the network has enough to do.
    pub paused_ms: Option<i64>,
}

/// A note of delivery that this meeting gave rise to and the peer has not confirmed: the meeting is not over before.
pub(super) struct Note {
    pub row: u64,
    /// The session had nothing more to say, the note apart.
    pub settled: bool,
}

/// How far a conversation has come.
pub(super) enum Talk {
    /// A node waits for the first message to learn which workspace is meant.
    Unknown {
        first: Vec<u8>,
        since_ms: i64,
    },
    Session {
        workspace: Id,
        session: Box<Session>,
    },
    Over,
}

impl Conn {
    /// A connection on which nothing was said yet.
    pub fn new(opened: Opened, now: i64) -> Conn {
        Conn {
            opened,
            talk: Talk::Unknown { first: Vec::new(), since_ms: now },
            news: News::default(),
            asked: BTreeSet::new(),
            asks_more: false,
            lacking: Vec::new(),
            confirms_more: false,
            confirmed: BTreeSet::new(),
            note: None,
            paused_ms: None,
        }
    }

    /// Whether whoever dialled has proved nothing yet.
    pub fn is_stranger(&self) -> bool {
        !self.opened.dialled
            && match &self.talk {
                Talk::Unknown { .. } => true,
                Talk::Session { session, .. } => session.state() == State::Greeting,
                Talk::Over => false,
            }
    }

    /// Queues for the network; a peer that does not take its bytes is dropped, and what was queued with it.
    pub fn put(&mut self, out: ConnOut) {
        if !self.opened.out.put(out) {
            self.end(TOO_SLOW.to_owned());
        }
    }

    /// Nothing more is said; the connection closes once what is queued is out, or soon.
    pub fn end(&mut self, why: String) {
        self.talk = Talk::Over;
        self.news.closed = Some(why);
        // Where the queue is full the gate closes the connection.
        let _ = self.opened.out.put(ConnOut::Close);
        self.opened.gate.send_replace(Gate::OVER);
        self.opened.news.send_replace(self.news.clone());
    }
}

/// Why a session ended, for people.
pub(super) fn sentence(reason: &CloseReason) -> String {
    match reason {
        CloseReason::Bye => "It said goodbye.".to_owned(),
        CloseReason::Lost => "The connection broke.".to_owned(),
        CloseReason::Denied(_) => "It is not known here.".to_owned(),
        CloseReason::PeerDenied(DenyReason::Generic) => {
            "It does not know this device or this workspace.".to_owned()
        }
        CloseReason::PeerDenied(DenyReason::Removed) => {
            "This device was removed from the workspace; what you wrote is safe here.".to_owned()
        }
        CloseReason::PeerDenied(DenyReason::Busy) => "It is busy; try again later.".to_owned(),
        CloseReason::PeerDenied(DenyReason::Version) => {
            "The two speak no common version; update the older one. Your edits are safe here.".to_owned()
        }
        CloseReason::PeerDenied(DenyReason::Full) => {
            "It is full: it hosts as many workspaces as it can; your edits are safe here.".to_owned()
        }
        CloseReason::TimedOut(what) => format!("It did not answer in time ({what})."),
        CloseReason::Violation(rule) => format!("It broke the protocol ({rule})."),
        CloseReason::TooManyRounds => "The two could not agree within the allowed rounds.".to_owned(),
        CloseReason::Local(error) => error.clone(),
    }
}
