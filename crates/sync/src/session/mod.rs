//! The session of one peer and one workspace: a state machine without IO, clock or randomness.
//!
//! `walk` finds differences, `greeting` compares roots, `live` follows new rows and time, `intake` takes items
//! in, `flow` says what follows from each input, `send` and `receive` carry items. This file holds the state and routes what comes in.

mod flow;
mod greeting;
mod intake;
mod live;
mod receive;
mod send;
mod walk;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub use live::{
    BACKOFF_MS, CLOSE_MS, DEAD_MS, GREETING_MS, HOLD_MS, PING_MS, PROGRESS_MS, PUSH_MAX, ROOT_MS, backoff_ms,
};
pub use receive::{BACKLOG_MAX, FRAME_WINDOW, STREAMS_MAX, WAITING_MAX};
pub use send::{CREDIT_PEER, CREDIT_STREAM, JOBS_MAX};
pub use walk::{CONTROL_WAITING_MAX, ROUNDS_MAX, WALK_MESSAGES_MAX};

use crate::api::{CloseReason, DenyReason, Event, Input, Output, Priority, Progress, Setup, Side};
use crate::hello::{STREAM_TAG_BYTES, SessionNames, Short};
use crate::key::Lane;
use crate::replica::{PeerMemory, Replica};
use crate::trie::{NodeInfo, SourceError};
use crate::wire::control::{Credit, Done, Message, Root, Stored};
use crate::wire::frame::FrameDecoder;
use crate::wire::{BEFORE_PROOF_MAX, CONTROL_MAX, WireError};

use greeting::Peer;
use live::Scan;
use receive::Receiver;
use send::{Room, Sender};
use walk::Walk;

/// Where a session stands (docs/wire.md, "States").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waiting for the peer's proof.
    Greeting,
    /// The membership log is compared first.
    Log,
    /// Content lanes are compared.
    Content,
    /// Equal, or as equal as refusals allow; new rows flow.
    Live,
    /// Over.
    Closed,
}

/// What one side holds in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Roots {
    log: NodeInfo,
    combined: [u8; 16],
}

/// Own roots and the peer's.
type RootPair = (Roots, Roots);

impl From<Root> for Roots {
    fn from(root: Root) -> Roots {
        Roots { log: NodeInfo { n: root.log_n, hash: root.log_root }, combined: root.combined }
    }
}

/// Why handling ends.
#[derive(Debug)]
enum Stop {
    Violation(&'static str),
    Deny(DenyReason),
    PeerDenied(DenyReason),
    TimedOut(&'static str),
    TooManyRounds,
    Local(SourceError),
    Bye,
}

type Step = Result<(), Stop>;

impl From<SourceError> for Stop {
    fn from(error: SourceError) -> Stop {
        Stop::Local(error)
    }
}

impl From<WireError> for Stop {
    fn from(error: WireError) -> Stop {
        Stop::Violation(error.0)
    }
}

/// What one call may look at.
struct Cx<'a> {
    now: i64,
    replica: &'a dyn Replica,
}

impl Cx<'_> {
    /// The current UTC day; only orders what is sent.
    fn today(&self) -> u16 {
        u16::try_from(self.now.div_euclid(86_400_000).max(0)).unwrap_or(u16::MAX)
    }
}

/// One conversation with one peer about one workspace.
#[derive(Debug)]
pub struct Session {
    setup: Setup,
    names: SessionNames,
    state: State,
    now: i64,
    started: i64,
    heard: i64,
    spoke: i64,
    progressed: i64,
    next_root: i64,

    control: FrameDecoder,
    before_proof: usize,
    outputs: VecDeque<Output>,
    control_waiting: usize,

    peer: Option<Peer>,
    memory: PeerMemory,
    remembered: PeerMemory,
    content_ok: bool,
    /// The newest confirmation held back nothing of what it could name.
    confirmed: bool,
    /// The peer's last Root spoke of content: it shares some with this device.
    peer_admits: bool,
    log_equal: bool,
    told_log_equal: bool,
    root_seen: bool,
    peer_root: Option<Root>,
    /// Local row when the own Root was last computed for the peer.
    root_row: u64,
    /// Lanes that the peer does not recognise in this session.
    unshared: BTreeSet<Lane>,
    /// Lanes that the peer has named in this session.
    named: BTreeSet<Lane>,
    /// Lanes that were named to the peer in this session.
    told: BTreeSet<Lane>,
    /// Bytes of content taken from a removed device in this session.
    late: u64,
    settled: Option<RootPair>,

    walk: Walk,
    sender: Sender,
    receiver: Receiver,
    scan: Scan,
    log_scanned: Option<u64>,
    peer_focus: BTreeSet<[u8; 16]>,
    own_focus: Option<Vec<[u8; 16]>>,

    /// Frames the peer says it has sent in all.
    peer_frames: u64,
    /// The answerer's first statement is complete.
    open_done: bool,
    owe_open: bool,
    owe_root: bool,
    /// The peer's Done that waits for an answer.
    owe_done: Option<u64>,
    stored_told: u64,
    stored_time: i64,
    progress: Progress,
}

impl Session {
    /// A session that has not started: call [`Session::handle`] with [`Input::Start`].
    pub fn new(now_ms: i64, setup: Setup) -> Session {
        let names = SessionNames::new(&setup.workspace, &setup.exporter);
        Session {
            setup,
            names,
            state: State::Greeting,
            now: now_ms,
            started: now_ms,
            heard: now_ms,
            spoke: now_ms,
            progressed: now_ms,
            next_root: i64::MAX,
            control: FrameDecoder::new(CONTROL_MAX),
            before_proof: 0,
            outputs: VecDeque::new(),
            control_waiting: 0,
            peer: None,
            memory: PeerMemory::default(),
            remembered: PeerMemory::default(),
            content_ok: false,
            confirmed: false,
            peer_admits: true,
            log_equal: false,
            told_log_equal: false,
            root_seen: false,
            peer_root: None,
            root_row: 0,
            unshared: BTreeSet::new(),
            told: BTreeSet::new(),
            late: 0,
            named: BTreeSet::new(),
            settled: None,
            walk: Walk::default(),
            sender: Sender::default(),
            receiver: Receiver::new(),
            scan: Scan::Off,
            log_scanned: None,
            peer_focus: BTreeSet::new(),
            own_focus: None,
            peer_frames: 0,
            open_done: false,
            owe_open: false,
            owe_root: false,
            owe_done: None,
            stored_told: 0,
            stored_time: 0,
            progress: Progress::default(),
        }
    }

    /// Where the session stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// The device this session speaks for.
    pub fn me(&self) -> crate::key::Device {
        self.setup.me
    }

    /// True when nothing is under way: closed, or comparing is over and everything sent is confirmed.
    pub fn is_idle(&self) -> bool {
        let quiet = self.sender.is_drained() && self.sender.all_acked() && self.receiver.is_settled(0);
        let waits = self.log_equal && !(self.content_ok && self.peer_admits);
        self.state == State::Closed || ((self.state == State::Live || waits) && quiet && !self.walk.active)
    }

    /// Lanes of this side that the peer did not know when they were last named: nothing of them was offered.
    pub fn unshared(&self) -> &BTreeSet<Lane> {
        &self.unshared
    }

    /// Counters so far.
    pub fn progress(&self) -> Progress {
        Progress {
            items_sent: self.sender.items_sent,
            items_received: self.receiver.items_received,
            ..self.progress
        }
    }

    /// True once the peer has proved itself: only then may its item streams be read.
    pub fn accepts_items(&self) -> bool {
        !matches!(self.state, State::Greeting | State::Closed)
    }

    /// What the item streams opened by `side` start with, so that a host can tell sessions apart.
    pub fn stream_tag(&self, side: Side) -> [u8; STREAM_TAG_BYTES] {
        self.names.stream_tag(side)
    }

    /// Takes one input. Total: any bytes, in any state.
    pub fn handle(&mut self, now_ms: i64, input: Input<'_>, replica: &dyn Replica) {
        if self.state == State::Closed {
            return;
        }
        self.now = self.now.max(now_ms);
        let cx = Cx { now: self.now, replica };
        let step = self.take(&cx, input).and_then(|()| self.pump(&cx));
        if let Err(stop) = step {
            self.close(stop);
        }
    }

    /// The next thing to do, in order.
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        if let Some(Output::Control(bytes)) = &output {
            self.control_waiting = self.control_waiting.saturating_sub(bytes.len());
        }
        output
    }

    fn take(&mut self, cx: &Cx<'_>, input: Input<'_>) -> Step {
        match input {
            Input::Start => self.start(cx),
            Input::Control(bytes) => self.on_control(cx, bytes),
            Input::Items { stream, bytes } => self.on_items(cx, stream, bytes),
            Input::StreamEnded { stream } => {
                self.receiver.stream_ended(stream);
                Ok(())
            }
            Input::Ingested { token, results, time_ms } => self.on_ingested(cx, token, results, time_ms),
            Input::RowsAdded => self.scan_rows(cx),
            Input::LogChanged => self.on_log_changed(cx),
            Input::Focus(tags) => {
                self.set_focus(tags);
                Ok(())
            }
            Input::Tick => Ok(()),
            Input::Bye => {
                self.send(&Message::Bye);
                Err(Stop::Bye)
            }
            Input::Lost => {
                self.finish(CloseReason::Lost, true);
                Ok(())
            }
        }
    }

    fn on_control(&mut self, cx: &Cx<'_>, mut bytes: &[u8]) -> Step {
        self.progress.bytes_received += bytes.len() as u64;
        self.heard = self.now;
        while let Some(payload) = self.next_payload(&mut bytes)? {
            self.on_message(cx, Message::from_bytes(&payload)?)?;
            if self.control_waiting > CONTROL_WAITING_MAX {
                return Err(Stop::TimedOut("it does not read what it asks for"));
            }
        }
        Ok(())
    }

    /// The next control message. A stranger's bytes are counted before they are buffered.
    fn next_payload(&mut self, bytes: &mut &[u8]) -> Result<Option<Vec<u8>>, Stop> {
        if self.state != State::Greeting {
            return Ok(self.control.next(bytes)?);
        }
        let left = (BEFORE_PROOF_MAX + 4).saturating_sub(self.before_proof);
        let (mut first, rest) = bytes.split_at(left.min(bytes.len()));
        let offered = first.len();
        let payload = self.control.next(&mut first)?;
        self.before_proof += offered - first.len();
        *bytes = &bytes[offered - first.len()..];
        if payload.is_none() && !rest.is_empty() {
            return Err(Stop::Deny(DenyReason::Generic));
        }
        Ok(payload)
    }

    fn on_message(&mut self, cx: &Cx<'_>, message: Message) -> Step {
        if self.state == State::Greeting {
            return match message {
                Message::Hello(hello) => self.on_hello(cx, &hello),
                Message::Deny(reason) => Err(Stop::PeerDenied(reason)),
                _ if self.setup.side == Side::Answerer => Err(Stop::Deny(DenyReason::Generic)),
                _ => Err(Stop::Violation("message before Hello")),
            };
        }
        match message {
            Message::Hello(_) => Err(Stop::Violation("second Hello")),
            Message::Deny(reason) => Err(Stop::PeerDenied(reason)),
            Message::Root(root) => self.on_root(cx, root),
            Message::Same => self.on_same(cx),
            Message::Done(done) => self.on_done(cx, done),
            Message::Stored(stored) => self.on_stored(stored),
            Message::Refused(rows) => self.on_refused(rows),
            Message::Credit(credit) => self.on_credit(credit),
            Message::Focus(tags) => {
                self.peer_focus = tags.iter().copied().collect();
                self.event(Event::PeerFocus(tags));
                Ok(())
            }
            Message::Bye => Err(Stop::Bye),
            Message::Ping | Message::Unknown => Ok(()),
            walk => {
                self.progressed = self.now;
                self.walk_message(cx, walk)
            }
        }
    }

    fn on_same(&mut self, cx: &Cx<'_>) -> Step {
        self.open_done = true;
        self.root_seen = true;
        self.on_equal(cx, self.root_row)
    }

    fn on_done(&mut self, cx: &Cx<'_>, done: Done) -> Step {
        self.progressed = self.now;
        self.peer_frames = self.peer_frames.max(done.frames);
        match (self.setup.side, done.answer) {
            (Side::Dialler, true) => {
                self.walk.waiting = false;
                Ok(())
            }
            (Side::Dialler, false) => {
                self.open_done = true;
                self.walk.active = true;
                Ok(())
            }
            (Side::Answerer, false) => {
                self.owe_done = Some(done.frames);
                Ok(())
            }
            (Side::Answerer, true) => Err(Stop::Violation("answer to nothing")),
        }
        .and_then(|()| self.refresh_content_ok(cx))
    }

    fn on_stored(&mut self, stored: Stored) -> Step {
        self.progressed = self.now;
        let mark =
            self.sender.acknowledge(stored.frames).ok_or(Stop::Violation("stored what was not sent"))?;
        self.memory.full &= self.sender.room != Room::Free;
        self.confirmed = mark > 0 && stored.row >= mark;
        if stored.row > 0 {
            self.peer_has(mark.min(stored.row), Some(stored.time_ms));
        }
        Ok(())
    }

    fn on_refused(&mut self, rows: Vec<(Short, crate::api::Refusal)>) -> Step {
        let reasons: BTreeMap<Short, _> = rows.into_iter().collect();
        let found = self.sender.refuse(&self.names, &reasons.keys().copied().collect());
        for (short, id) in found {
            let Some(reason) = reasons.get(&short).copied() else { continue };
            if reason != crate::api::Refusal::Quota {
                self.outputs.push_back(Output::Hold { id, reason, until_ms: self.now + HOLD_MS });
            } else if self.sender.room != Room::Full {
                self.peer_is_full();
            }
        }
        Ok(())
    }

    /// The peer has no room. That holds for no single item: the next session asks with one whether there is room again.
    fn peer_is_full(&mut self) {
        self.sender.room = Room::Full;
        self.sender.drop_content();
        self.memory.full = true;
        self.event(Event::PeerFull);
    }

    fn on_credit(&mut self, credit: Credit) -> Step {
        self.progressed = self.now;
        let priority = Priority::from_index(credit.priority).ok_or(Stop::Violation("unknown priority"))?;
        if !self.sender.grant(priority, credit.bytes) {
            return Err(Stop::Violation("credit for nothing"));
        }
        Ok(())
    }

    fn send(&mut self, message: &Message) {
        let bytes = message.to_frame();
        self.progress.bytes_sent += bytes.len() as u64;
        self.control_waiting += bytes.len();
        self.spoke = self.now;
        self.outputs.push_back(Output::Control(bytes));
    }

    fn event(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    fn close(&mut self, stop: Stop) {
        let (reason, retry) = match stop {
            Stop::Violation(rule) => (CloseReason::Violation(rule), true),
            Stop::Deny(reason) => {
                self.send(&Message::Deny(reason));
                (CloseReason::Denied(reason), false)
            }
            Stop::PeerDenied(reason) => {
                self.event(Event::Denied(reason));
                (CloseReason::PeerDenied(reason), matches!(reason, DenyReason::Busy | DenyReason::Full))
            }
            Stop::TimedOut(what) => (CloseReason::TimedOut(what), true),
            Stop::TooManyRounds => (CloseReason::TooManyRounds, true),
            Stop::Local(error) => (CloseReason::Local(error.0), true),
            Stop::Bye => (CloseReason::Bye, false),
        };
        self.finish(reason, retry);
    }

    fn finish(&mut self, reason: CloseReason, retry: bool) {
        self.remember();
        self.event(Event::Progress(self.progress()));
        let retry_after_ms = retry.then(|| backoff_ms(self.setup.failures, self.setup.seed));
        self.outputs.push_back(Output::Close { reason, retry_after_ms });
        self.state = State::Closed;
    }
}
