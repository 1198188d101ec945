//! The session's vocabulary: how it is set up, what goes in, what comes out. Plain data.

use std::fmt;

use crate::key::{Device, Id};

/// ALPN of a connection that carries sessions.
pub const ALPN: &[u8] = b"tern/1";
/// Lowest protocol version this crate speaks.
pub const PROTO_MIN: u8 = 1;
/// Highest protocol version this crate speaks.
pub const PROTO_MAX: u8 = 1;

/// Which end opened the connection. The dialler drives reconciliation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// This end dialled.
    Dialler,
    /// This end accepted.
    Answerer,
}

/// What a dialler shows besides its device key.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum Credential {
    /// Nothing: the log introduces the device.
    #[default]
    None,
    /// An invite key and its signature over the exporter ("tern v1 invite" context, made by the host).
    Invite {
        /// Public invite key.
        key: [u8; 32],
        /// Signature over the channel.
        signature: [u8; 64],
    },
    /// Asks a node to host the workspace; the proof comes from [`crate::hello::node_proof`].
    Node {
        /// The workspace to be hosted.
        workspace: [u8; 32],
        /// Proof of knowing the node ticket's secret.
        proof: [u8; 32],
    },
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credential::None => "None",
            Credential::Invite { .. } => "Invite",
            Credential::Node { .. } => "Node",
        })
    }
}

/// Everything a session has to know when it starts.
#[derive(Clone)]
pub struct Setup {
    /// Which end this is.
    pub side: Side,
    /// The workspace id; secret towards strangers.
    pub workspace: [u8; 32],
    /// 32 bytes of TLS exporter of this connection ([`crate::hello::EXPORTER_LABEL`]).
    pub exporter: [u8; 32],
    /// This device.
    pub me: Device,
    /// The peer's device key as TLS proved it.
    pub peer: Device,
    /// Id of this store: new at creation and after a restore.
    pub store: u64,
    /// Feature bits this replica understands.
    pub features: u64,
    /// What the dialler shows.
    pub credential: Credential,
    /// The peer may be spoken to although the local log does not introduce it: a dialler whose ticket names
    /// the peer, or a node that accepted a right [`Credential::Node`]. Gives the log lane only.
    pub vouched: bool,
    /// Failed sessions with this peer in a row, for the back-off hint.
    pub failures: u32,
    /// Randomness for jitter.
    pub seed: u64,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("side", &self.side)
            .field("credential", &self.credential)
            .field("vouched", &self.vouched)
            .finish_non_exhaustive()
    }
}

/// Order in which items travel; each has a unidirectional stream of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Membership records.
    Log,
    /// Documents the peer has open.
    Focus,
    /// Items of the current day.
    Today,
    /// Everything else.
    Rest,
    /// Packs.
    Packs,
}

impl Priority {
    /// All, most urgent first.
    pub const ALL: [Priority; 5] =
        [Priority::Log, Priority::Focus, Priority::Today, Priority::Rest, Priority::Packs];

    /// The number on the wire, and of the stream's place.
    pub fn index(self) -> u8 {
        self as u8
    }

    /// The priority of a number on the wire.
    pub fn from_index(index: u8) -> Option<Priority> {
        Priority::ALL.get(usize::from(index)).copied()
    }
}

/// What happens to the session.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// The connection stands; first call of every session.
    Start,
    /// Bytes of the control stream, in order, cut anywhere.
    Control(&'a [u8]),
    /// Bytes of one of the peer's item streams after its preamble, in order per stream, cut anywhere.
    /// Only to be read off the network while [`crate::Session::accepts_items`].
    Items {
        /// The host's number of that stream.
        stream: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// An item stream ended.
    StreamEnded {
        /// The host's number of that stream.
        stream: u64,
    },
    /// The items of an [`Output::Ingest`] are committed, or will never be. Tokens are answered in order.
    Ingested {
        /// The token of the output.
        token: u64,
        /// One verdict per item, in order.
        results: &'a [ItemResult],
        /// The host's wall clock, for display at the peer.
        time_ms: i64,
    },
    /// Rows were committed locally, whoever wrote them.
    RowsAdded,
    /// The membership log was evaluated anew.
    LogChanged,
    /// Tags of the documents open here; replaces the list before.
    Focus(&'a [[u8; 16]]),
    /// The time given by [`crate::Session::poll_timeout`] has come.
    Tick,
    /// Say goodbye and close.
    Bye,
    /// The connection is gone.
    Lost,
}

/// What became of one offered item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemResult {
    /// Verified, judged and committed.
    Stored,
    /// Was there already.
    Known,
    /// Honest but not taken; the peer holds it back for 24 h.
    Refused(Refusal),
    /// A record whose ancestors, or an item whose author, are not here yet. Offered again after the log grows.
    Waiting,
    /// Malformed, wrong signature or wrong workspace: a correct peer never sends it. Closes the session.
    Invalid,
    /// The store here failed, and not for lack of room: says nothing of the item. Closes the session, to be tried again.
    Failed,
}

/// Why an honest item is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The operator's or the disk's limit. Says nothing about this item: nothing else would be taken either.
    Quota,
    /// Over the size or count that is accepted here.
    Size,
    /// Covered by an accepted pack.
    Covered,
}

/// What the session wants done. In order; nothing may be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Write to the control stream.
    Control(Vec<u8>),
    /// Write to this end's item stream of that priority. The host opens it at first use and writes
    /// [`crate::Session::stream_tag`] before anything else.
    Items {
        /// Which stream.
        priority: Priority,
        /// One length-prefixed frame.
        bytes: Vec<u8>,
    },
    /// Verify, judge and commit, then answer with [`Input::Ingested`].
    Ingest {
        /// Names this offer.
        token: u64,
        /// True when all are records of the log.
        log: bool,
        /// Exact item bytes.
        items: Vec<Vec<u8>>,
    },
    /// Remember for this peer (see [`crate::PeerMemory`]); may be lost without harm.
    Remember(crate::PeerMemory),
    /// The peer refused this item: leave it out towards this peer until `until_ms`.
    Hold {
        /// The item.
        id: Id,
        /// Its reason.
        reason: Refusal,
        /// Until when (wall clock as given by `now_ms`).
        until_ms: i64,
    },
    /// Something a person or the engine may want to know.
    Event(Event),
    /// Finish the streams and drop the connection's share of this workspace. The last output.
    Close {
        /// Why.
        reason: CloseReason,
        /// When to dial again at the earliest; `None`: not by itself.
        retry_after_ms: Option<u64>,
    },
}

/// News from a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The peer proved itself; its store and features.
    Greeted {
        /// The peer's store id.
        store: u64,
        /// The peer's feature bits.
        features: u64,
    },
    /// Both hold the same membership log. A joiner writes its Join after this.
    LogEqual,
    /// Both hold the same items in all shared lanes.
    InSync,
    /// Reconciliation ended, and what still differs is held back or refused.
    Settled,
    /// The peer holds every local row up to this one, except those it refused.
    PeerHas {
        /// The local row.
        row: u64,
        /// The peer's clock when it committed them, for display; `None` when equal roots tell it.
        time_ms: Option<i64>,
    },
    /// The peer's open documents.
    PeerFocus(Vec<[u8; 16]>),
    /// Content waits for a Require bit that one side lacks.
    UpdateNeeded,
    /// The log is equal but does not (yet) admit this device or the peer.
    NotAdmitted,
    /// Counters moved.
    Progress(Progress),
    /// The peer has no room: what it lacks waits here, and only the log goes on.
    PeerFull,
    /// The peer refused to talk.
    Denied(DenyReason),
}

/// Counters of one session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Items sent and confirmed or in flight.
    pub items_sent: u64,
    /// Items received.
    pub items_received: u64,
    /// All bytes out.
    pub bytes_sent: u64,
    /// All bytes in.
    pub bytes_received: u64,
    /// Reconciliation walks started.
    pub rounds: u32,
}

/// Why a peer will not talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum DenyReason {
    /// Unknown device or wrong proof: one answer for both.
    Generic,
    /// The device was removed; it has the log and can read why.
    Removed,
    /// Too many sessions; later.
    Busy,
    /// No protocol version in common.
    Version,
    /// The node is full.
    Full,
}

/// Why a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// One side said goodbye.
    Bye,
    /// The connection broke.
    Lost,
    /// This side denied.
    Denied(DenyReason),
    /// The peer denied.
    PeerDenied(DenyReason),
    /// No sign of life or progress in time.
    TimedOut(&'static str),
    /// The peer broke the protocol; the rule it broke.
    Violation(&'static str),
    /// More walks than allowed without reaching equality.
    TooManyRounds,
    /// The local store could not answer.
    Local(String),
}
