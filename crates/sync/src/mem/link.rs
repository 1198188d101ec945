//! Two sessions on a virtual wire: latency, reordering between streams, slow commits, cuts, damaged bytes.

use std::collections::{BTreeMap, VecDeque};

use super::{MemReplica, Rng};
use crate::api::{CloseReason, Event, Input, Output, Setup};
use crate::session::{Session, State};

/// How the wire behaves.
#[derive(Clone, Debug)]
pub struct LinkConfig {
    /// One way, in milliseconds.
    pub latency_ms: i64,
    /// Extra delay of up to this for each chunk; order within a stream is kept, between streams it is not.
    pub jitter_ms: i64,
    /// Time a commit takes.
    pub commit_ms: i64,
    /// The connection is lost after this many bytes in both directions together.
    pub cut_after: Option<u64>,
    /// One chunk in so many has a byte changed.
    pub damage_one_in: Option<u64>,
    /// Stop at this time at the latest.
    pub until_ms: i64,
    /// Stop as soon as both sides are Live and nothing is under way.
    pub stop_when_idle: bool,
}

impl Default for LinkConfig {
    fn default() -> LinkConfig {
        LinkConfig {
            latency_ms: 50,
            jitter_ms: 0,
            commit_ms: 0,
            cut_after: None,
            damage_one_in: None,
            until_ms: 600_000,
            stop_when_idle: true,
        }
    }
}

#[derive(Debug)]
enum Chunk {
    Bytes { channel: u64, bytes: Vec<u8> },
    Commit { token: u64, items: Vec<Vec<u8>> },
}

#[derive(Debug)]
struct End {
    session: Session,
    /// Due time per (channel) keeps order within a stream.
    last_due: BTreeMap<u64, i64>,
    inbox: BTreeMap<(i64, u64), Chunk>,
    parked: VecDeque<(u64, Vec<u8>)>,
    events: Vec<(i64, Event)>,
    closed: Option<CloseReason>,
    bytes_out: u64,
    largest_out: usize,
}

/// What a run gave.
#[derive(Debug)]
pub struct Report {
    /// Virtual time at the end, counted from the start of the link.
    pub elapsed_ms: i64,
    /// Bytes sent by the dialler and by the answerer.
    pub bytes: [u64; 2],
    /// Events with their times, dialler first.
    pub events: [Vec<(i64, Event)>; 2],
    /// How each side ended.
    pub closed: [Option<CloseReason>; 2],
    /// Where each side stood.
    pub states: [State; 2],
}

impl Report {
    /// When a side reported an event like this for the first time, in milliseconds after the start.
    pub fn first(&self, side: usize, wanted: &Event) -> Option<i64> {
        let events = self.events.get(side)?;
        events.iter().find(|(_, event)| event == wanted).map(|(at, _)| *at)
    }
}

/// Two sessions and the wire between them.
#[derive(Debug)]
pub struct Link {
    config: LinkConfig,
    rng: Rng,
    start: i64,
    now: i64,
    counter: u64,
    carried: u64,
    ends: [End; 2],
}

fn end(session: Session) -> End {
    End {
        session,
        last_due: BTreeMap::new(),
        inbox: BTreeMap::new(),
        parked: VecDeque::new(),
        events: Vec::new(),
        closed: None,
        bytes_out: 0,
        largest_out: 0,
    }
}

const CONTROL: u64 = 0;

impl Link {
    /// A link that starts at `now_ms`; the first setup dials.
    pub fn new(config: LinkConfig, seed: u64, now_ms: i64, setups: [Setup; 2]) -> Link {
        let ends = setups.map(|setup| end(Session::new(now_ms, setup)));
        Link { config, rng: Rng::new(seed), start: now_ms, now: now_ms, counter: 0, carried: 0, ends }
    }

    /// The virtual time.
    pub fn now_ms(&self) -> i64 {
        self.now
    }

    /// The session of a side, to look at.
    pub fn session(&self, side: usize) -> &Session {
        &self.ends[side & 1].session
    }

    /// Starts both sessions.
    pub fn start(&mut self, replicas: &mut [MemReplica; 2]) {
        for side in [1, 0] {
            self.input(side, Input::Start, replicas);
        }
    }

    /// Gives an input to one side and carries its outputs.
    pub fn input(&mut self, side: usize, input: Input<'_>, replicas: &mut [MemReplica; 2]) {
        self.ends[side].session.handle(self.now, input, &replicas[side]);
        self.drain(side, replicas);
    }

    fn drain(&mut self, side: usize, replicas: &mut [MemReplica; 2]) {
        while let Some(output) = self.ends[side].session.poll_output() {
            let at = self.now - self.start;
            match output {
                Output::Control(bytes) => self.carry(side, CONTROL, bytes),
                Output::Items { priority, bytes } => self.carry(side, 1 + u64::from(priority.index()), bytes),
                Output::Ingest { token, items, .. } => {
                    let due = self.now + self.config.commit_ms;
                    self.schedule(side, u64::MAX, due, Chunk::Commit { token, items });
                }
                Output::Remember(memory) => {
                    let peer = self.ends[side ^ 1].session.me();
                    replicas[side].memories.insert(peer, memory);
                }
                Output::Hold { id, until_ms, .. } => {
                    let peer = self.ends[side ^ 1].session.me();
                    replicas[side].holds.insert((peer, id), until_ms);
                }
                Output::Event(event) => self.ends[side].events.push((at, event)),
                Output::Close { reason, .. } => self.ends[side].closed = Some(reason),
            }
        }
    }

    fn carry(&mut self, side: usize, channel: u64, mut bytes: Vec<u8>) {
        self.ends[side].bytes_out += bytes.len() as u64;
        self.ends[side].largest_out = self.ends[side].largest_out.max(bytes.len());
        self.carried += bytes.len() as u64;
        if self.config.cut_after.is_some_and(|limit| self.carried > limit) {
            return;
        }
        if self.config.damage_one_in.is_some_and(|n| self.rng.below(n) == 0) {
            let at = self.rng.below(bytes.len() as u64) as usize;
            let flip = 1 << self.rng.below(8);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= flip;
            }
        }
        let jitter = self.rng.below(self.config.jitter_ms as u64 + 1) as i64;
        let due = self.now + self.config.latency_ms + jitter;
        self.schedule(side ^ 1, channel, due, Chunk::Bytes { channel, bytes });
    }

    fn schedule(&mut self, side: usize, channel: u64, due: i64, chunk: Chunk) {
        let last = self.ends[side].last_due.entry(channel).or_insert(due);
        *last = (*last).max(due);
        self.counter += 1;
        let key = (*last, self.counter);
        self.ends[side].inbox.insert(key, chunk);
    }

    /// Runs until both sides are closed, idle (if so configured), or time is up.
    pub fn run(&mut self, replicas: &mut [MemReplica; 2]) -> Report {
        loop {
            if self.config.cut_after.is_some_and(|limit| self.carried > limit) {
                self.cut(replicas);
                break;
            }
            let arrival = |e: &End| e.inbox.first_key_value().map(|((at, _), _)| *at);
            let next_chunk = self.ends.iter().filter_map(arrival).min();
            let open = self.ends.iter().any(|e| e.closed.is_none());
            let live = self.ends.iter().all(|e| e.session.is_idle());
            if !open || (self.config.stop_when_idle && next_chunk.is_none() && live) {
                break;
            }
            let timers = self.ends.iter().filter_map(|e| e.session.poll_timeout()).min();
            let Some(next) = [next_chunk, timers].into_iter().flatten().min() else { break };
            if next - self.start > self.config.until_ms {
                break;
            }
            self.now = self.now.max(next);
            self.deliver(replicas);
        }
        self.report()
    }

    /// Runs for so long, idle or not.
    pub fn run_for(&mut self, ms: i64, replicas: &mut [MemReplica; 2]) -> Report {
        let config = self.config.clone();
        self.config.stop_when_idle = false;
        self.config.until_ms = self.now - self.start + ms;
        let report = self.run(replicas);
        self.config = config;
        report
    }

    fn cut(&mut self, replicas: &mut [MemReplica; 2]) {
        for side in [0, 1] {
            // What was handed to the host is committed even though the wire is gone.
            let inbox = std::mem::take(&mut self.ends[side].inbox);
            for chunk in inbox.into_values() {
                if let Chunk::Commit { items, .. } = chunk {
                    replicas[side].ingest(&items);
                }
            }
            self.input(side, Input::Lost, replicas);
        }
    }

    fn deliver(&mut self, replicas: &mut [MemReplica; 2]) {
        for side in [0, 1] {
            self.input(side, Input::Tick, replicas);
            while let Some(entry) = self.ends[side].inbox.first_entry() {
                if entry.key().0 > self.now {
                    break;
                }
                match entry.remove() {
                    Chunk::Bytes { channel: CONTROL, bytes } => {
                        self.input(side, Input::Control(&bytes), replicas);
                        self.unpark(side, replicas);
                    }
                    Chunk::Bytes { channel, bytes } => {
                        self.ends[side].parked.push_back((channel, bytes));
                        self.unpark(side, replicas);
                    }
                    Chunk::Commit { token, items } => self.commit(side, token, &items, replicas),
                }
            }
        }
    }

    /// Item streams are read once the session takes them.
    fn unpark(&mut self, side: usize, replicas: &mut [MemReplica; 2]) {
        while self.ends[side].session.accepts_items() {
            let Some((stream, bytes)) = self.ends[side].parked.pop_front() else { break };
            self.input(side, Input::Items { stream, bytes: &bytes }, replicas);
        }
    }

    fn commit(&mut self, side: usize, token: u64, items: &[Vec<u8>], replicas: &mut [MemReplica; 2]) {
        let (results, log_grew) = replicas[side].ingest(items);
        self.input(side, Input::Ingested { token, results: &results, time_ms: self.now }, replicas);
        self.input(side, Input::RowsAdded, replicas);
        if log_grew {
            self.input(side, Input::LogChanged, replicas);
        }
    }

    fn report(&mut self) -> Report {
        let [a, b] = &mut self.ends;
        Report {
            elapsed_ms: self.now - self.start,
            bytes: [a.bytes_out, b.bytes_out],
            events: [std::mem::take(&mut a.events), std::mem::take(&mut b.events)],
            closed: [a.closed.clone(), b.closed.clone()],
            states: [a.session.state(), b.session.state()],
        }
    }
}
