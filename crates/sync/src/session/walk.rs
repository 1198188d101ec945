//! Reconciliation: from two different roots to the items that differ. The dialler starts walks and ends them;
//! both answer each other's views with the next step down. A walk ends with Done both ways and a fresh Root.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Cx, Session, State, Step, Stop};
use crate::api::Side;
use crate::hello::Short;
use crate::key::{Lane, Nibbles, Span};
use crate::trie::{NodeInfo, few_more, few_more_cost, frontier};
use crate::wire::control::{Ask, LaneRef, LaneRow, List, Message, NodeEntry, Nodes};
use crate::wire::{LANES_MAX, LIST_MAX, NODES_MAX, WANT_MAX};

/// Walks without equality after which a session gives up.
pub const ROUNDS_MAX: u32 = 64;
/// Reconciliation messages that may arrive during one walk.
pub const WALK_MESSAGES_MAX: u32 = 262_144;
/// Keys that may be looked at during one walk: so many passes over the store, and at least so many.
const WALK_PASSES: u64 = 8;
const WALK_KEYS_MIN: u64 = 1 << 20;
/// Sets of keys that may be hashed to find the few that a peer lacks, in any [`TRIES_MS`]: about 0.2 s of work. Past
/// that, lists are sent.
const TRIES_MAX: usize = 1 << 16;
const TRIES_MS: i64 = 10_000;
/// What walks of one peer may cost is counted over this time, milliseconds.
const REFILL_MS: i64 = 10_000;
/// The store is asked for its size again after so many messages.
const SIZED_EVERY: u32 = 1_024;
/// Steps that may wait to be taken; what does not fit is found again by the next walk.
const TASKS_MAX: usize = 65_536;
/// Control bytes waiting to be written above which no further step is taken.
pub(super) const CONTROL_BACKLOG: usize = 512 * 1024;
/// Control bytes waiting for a peer that does not read, above which it is given up.
pub const CONTROL_WAITING_MAX: usize = 4 * 1024 * 1024;

/// A place where the two sides differ, and how many keys the peer has there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub lane: Lane,
    pub prefix: Nibbles,
    pub theirs: u32,
}

/// What is left of the walk under way.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The dialler has started and not yet ended a walk.
    pub active: bool,
    /// Sent something since the last Done.
    pub dirty: bool,
    /// A Done is out and not answered.
    pub waiting: bool,
    /// Walks started since the last equality.
    pub rounds: u32,
    /// Differences not looked at yet.
    pub tasks: VecDeque<Difference>,
    /// Messages received since the walk began.
    messages: u32,
    /// Keys looked at for them, and how many may be.
    keys: u64,
    keys_max: u64,
    /// Sets hashed to find what a peer lacks, and since when they are counted.
    tries: usize,
    tries_from: i64,
    /// The content of a session's first walk needs no Lanes when there is one lane.
    lanes_named: bool,
    /// Own and the peer's roots when the walk began: a walk that changes neither is the last.
    pub began_with: Option<super::RootPair>,
    /// Both logs when a walk could not make them equal, for one side refuses records by their count: content goes on
    /// without.
    pub stuck_log: Option<(NodeInfo, NodeInfo)>,
    /// Since when messages and keys are counted.
    counted_from: i64,
    /// Lanes by how the peer calls them, and as of which row that was worked out.
    by_name: BTreeMap<Short, Lane>,
    named_at: Option<u64>,
}

impl Walk {
    /// The work a peer may cause starts anew, however often it says that a walk begins.
    pub(super) fn refill(&mut self, now: i64) {
        if now >= self.counted_from + REFILL_MS {
            self.counted_from = now;
            self.messages = 0;
            self.keys = 0;
        }
    }
}

impl Session {
    /// How this lane is called towards the peer.
    fn name_lane(&self, cx: &Cx<'_>, lane: &Lane) -> Result<LaneRef, Stop> {
        if lane.is_log() {
            return Ok(LaneRef::Log);
        }
        let relay = self.standing_has_relay(cx)?;
        Ok(if relay { LaneRef::Plain(lane.0) } else { LaneRef::Keyed(self.names.lane(lane)) })
    }

    /// The lane a peer means; `None` for one that is not shared with it.
    fn resolve_lane(&mut self, cx: &Cx<'_>, name: &LaneRef) -> Result<Option<Lane>, Stop> {
        let lane = match name {
            LaneRef::Log => return Ok(Some(Lane::LOG)),
            LaneRef::Plain(id) => Some(Lane(*id)),
            // Where one side is a relay, lanes are called by their ids.
            LaneRef::Keyed(_) if self.standing_has_relay(cx)? => None,
            LaneRef::Keyed(short) => {
                if !self.walk.by_name.contains_key(short) {
                    self.name_lanes(cx)?;
                }
                self.walk.by_name.get(short).copied()
            }
        };
        match lane {
            Some(lane) if !lane.is_log() && self.may_take_lane(cx, &lane)? => Ok(Some(lane)),
            _ => Ok(None),
        }
    }

    /// Works out how the peer calls each lane: as costly as the lanes are many, so it counts.
    fn name_lanes(&mut self, cx: &Cx<'_>) -> Step {
        let row = cx.replica.last_row()?;
        if self.walk.named_at == Some(row) {
            return self.spend_keys(0);
        }
        self.walk.named_at = Some(row);
        let lanes = cx.replica.lanes()?;
        self.spend_keys(lanes.len())?;
        self.walk.by_name = lanes.into_iter().map(|lane| (self.names.lane(&lane), lane)).collect();
        Ok(())
    }

    /// Starts the next walk: the log first, then content.
    pub(super) fn start_walk(&mut self, cx: &Cx<'_>) -> Step {
        let own = self.own_roots(cx)?;
        let Some(theirs) = self.peer_root else { return Ok(()) };
        self.walk.rounds += 1;
        self.progress.rounds += 1;
        if self.walk.rounds > ROUNDS_MAX {
            return Err(Stop::TooManyRounds);
        }
        self.walk.active = true;
        self.walk.dirty = true;
        self.walk.refill(self.now);
        self.walk.began_with = Some((own, theirs.into()));
        let theirs_log = NodeInfo { n: theirs.log_n, hash: theirs.log_root };
        if own.log != theirs_log && self.walk.stuck_log != Some((own.log, theirs_log)) {
            self.differs(Difference { lane: Lane::LOG, prefix: Nibbles::ROOT, theirs: theirs.log_n });
            return Ok(());
        }
        let lanes = self.shared_lanes(cx)?;
        let named = self.walk.lanes_named || self.walk.stuck_log.is_some();
        if let ([(lane, node)], false) = (lanes.as_slice(), named) {
            self.walk.lanes_named = true;
            // The peer's count is not known: any number that asks for its view.
            let theirs = if node.n == 0 { 1 } else { u32::MAX };
            self.differs(Difference { lane: *lane, prefix: Nibbles::ROOT, theirs });
            return Ok(());
        }
        self.walk.lanes_named = true;
        self.send_lanes(cx)
    }

    /// Opens a cold exchange from the answerer's side: its view of the lane that surely differs.
    pub(super) fn open_cold(&mut self, cx: &Cx<'_>, theirs_log: NodeInfo) -> Step {
        let own = self.own_roots(cx)?;
        if own.log != theirs_log {
            self.differs(Difference { lane: Lane::LOG, prefix: Nibbles::ROOT, theirs: theirs_log.n });
            return Ok(());
        }
        if let [(lane, node)] = self.shared_lanes(cx)?.as_slice()
            && node.n > 0
        {
            self.differs(Difference { lane: *lane, prefix: Nibbles::ROOT, theirs: u32::MAX });
        }
        Ok(())
    }

    fn send_lanes(&mut self, cx: &Cx<'_>) -> Step {
        let mut rows = Vec::new();
        for (lane, node) in self.shared_lanes(cx)?.into_iter().take(LANES_MAX) {
            self.told.insert(lane);
            rows.push(LaneRow { lane: self.name_lane(cx, &lane)?, n: node.n, root: node.hash });
        }
        self.send_walk(&Message::Lanes(rows));
        Ok(())
    }

    pub(super) fn differs(&mut self, difference: Difference) {
        if self.walk.tasks.len() < TASKS_MAX {
            self.walk.tasks.push_back(difference);
        }
    }

    fn send_walk(&mut self, message: &Message) {
        self.walk.dirty = true;
        self.send(message);
    }

    /// Takes waiting steps while the control stream keeps up.
    pub(super) fn take_steps(&mut self, cx: &Cx<'_>) -> Step {
        while self.control_waiting < CONTROL_BACKLOG {
            let Some(task) = self.walk.tasks.pop_front() else { break };
            self.step(cx, &task)?;
        }
        Ok(())
    }

    /// One difference: list it, ask for its list, or show the own view below it.
    fn step(&mut self, cx: &Cx<'_>, at: &Difference) -> Step {
        let own = cx.replica.node(&at.lane, &at.prefix)?;
        let lane = self.name_lane(cx, &at.lane)?;
        let prefix = at.prefix;
        if own.n == 0 {
            self.send_walk(&Message::Ask(Ask { lane, prefix, whole: true }));
        } else if own.n as usize <= LIST_MAX {
            self.send_list(cx, &at.lane, lane, &prefix)?;
        } else if at.theirs as usize <= LIST_MAX {
            self.send_walk(&Message::Ask(Ask { lane, prefix, whole: false }));
        } else {
            let view = Nodes { lane, prefix, entries: self.view(cx, &at.lane, &prefix)? };
            self.send_walk(&match self.setup.side {
                Side::Dialler => Message::Expand(view),
                Side::Answerer => Message::Nodes(view),
            });
        }
        Ok(())
    }

    fn view(&self, cx: &Cx<'_>, lane: &Lane, prefix: &Nibbles) -> Result<Vec<NodeEntry>, Stop> {
        let entries = frontier(cx.replica, lane, prefix, NODES_MAX, LIST_MAX)?;
        let entry = |e: crate::trie::Entry| {
            let tail = e.prefix.strip(prefix)?;
            Some(NodeEntry { tail, n: e.node.n, hash: self.names.node(&e.node.hash) })
        };
        Ok(entries.into_iter().filter_map(entry).collect())
    }

    fn send_list(&mut self, cx: &Cx<'_>, lane: &Lane, name: LaneRef, prefix: &Nibbles) -> Step {
        let keys = cx.replica.keys(lane, &prefix.span(), LIST_MAX)?;
        let ids = keys.iter().map(|key| self.names.item(&key.id)).collect();
        self.send_walk(&Message::List(List { lane: name, prefix: *prefix, ids }));
        Ok(())
    }

    /// Every reconciliation message passes here: only after the greeting, and not without end.
    pub(super) fn walk_message(&mut self, cx: &Cx<'_>, message: Message) -> Step {
        self.walk.messages += 1;
        if self.walk.messages % SIZED_EVERY == 1 {
            let rows = cx.replica.last_row()?;
            self.walk.keys_max = rows.saturating_mul(WALK_PASSES).saturating_add(WALK_KEYS_MIN);
        }
        if self.walk.messages > WALK_MESSAGES_MAX {
            return Err(Stop::TooManyRounds);
        }
        if self.setup.side == Side::Dialler && !self.walk.active {
            self.walk.active = true;
            self.walk.dirty = true;
            self.walk.rounds += 1;
        }
        match message {
            Message::Lanes(rows) => self.on_lanes(cx, &rows),
            Message::Nodes(view) | Message::Expand(view) => self.on_view(cx, &view),
            Message::Fewer(nodes) => self.on_fewer(cx, &nodes),
            Message::Ask(ask) => self.on_ask(cx, &ask),
            Message::List(list) => self.on_list(cx, &list),
            Message::Want(want) => self.on_want(cx, &want),
            _ => Ok(()),
        }
    }

    fn on_lanes(&mut self, cx: &Cx<'_>, rows: &[LaneRow]) -> Step {
        let own = self.shared_lanes(cx)?;
        if self.content_ok && self.state == State::Log {
            // The dialler walks content: if the logs differ still, they will.
            self.state = State::Content;
        }
        self.spend_keys(rows.len())?;
        self.name_lanes(cx)?;
        let mut named = BTreeSet::new();
        for row in rows {
            let meant = match row.lane {
                LaneRef::Keyed(short) => self.walk.by_name.get(&short).map(|lane| LaneRef::Plain(lane.0)),
                plain => Some(plain),
            };
            let Some(meant) = meant else { continue };
            let Some(lane) = self.resolve_lane(cx, &meant)? else { continue };
            named.insert(lane);
            // A lane that came to it since it was named last.
            self.unshared.remove(&lane);
            let node = cx.replica.node(&lane, &Nibbles::ROOT)?;
            let differs = node != (NodeInfo { n: row.n, hash: row.root });
            // The answerer walks what both named; the dialler adds only lanes that it does not have at all.
            let mine_to_walk = self.setup.side == Side::Answerer || node.n == 0;
            if differs && mine_to_walk {
                self.differs(Difference { lane, prefix: Nibbles::ROOT, theirs: row.n });
            }
        }
        if self.setup.side == Side::Answerer {
            self.send_lanes(cx)?;
        } else {
            for (lane, _) in own.iter().filter(|(lane, node)| node.n > 0 && !named.contains(lane)) {
                // The answerer does not know this lane's name: it is not shared from its side.
                self.unshared.insert(*lane);
            }
        }
        Ok(())
    }

    fn on_view(&mut self, cx: &Cx<'_>, view: &Nodes) -> Step {
        let Some(lane) = self.resolve_lane(cx, &view.lane)? else { return Ok(()) };
        self.spend_keys(view.entries.len())?;
        let mut gap_from = Some(view.prefix.span().from);
        let mut fewer = Vec::new();
        for entry in &view.entries {
            let prefix = view.prefix.join(&entry.tail).ok_or(Stop::Violation("node prefix too long"))?;
            if entry.tail.is_empty() {
                return Err(Stop::Violation("a view that does not go down"));
            }
            let span = prefix.span();
            if let Some(from) = gap_from.filter(|from| *from < span.from) {
                self.send_range(cx, &lane, Span { from, to: Some(span.from) })?;
            }
            gap_from = span.to;
            let own = cx.replica.node(&lane, &prefix)?;
            let hash = self.names.node(&own.hash);
            if own.n == entry.n && hash == entry.hash
                || self.send_few_more(cx, &lane, &prefix, own.n, entry)?
            {
                continue;
            }
            let more_there = entry.n.saturating_sub(own.n) as usize;
            if own.n > 0 && few_more_cost(entry.n as usize, more_there).is_some() {
                fewer.push(NodeEntry { tail: entry.tail, n: own.n, hash });
            } else {
                self.differs(Difference { lane, prefix, theirs: entry.n });
            }
        }
        if !fewer.is_empty() {
            let nodes = Nodes { lane: view.lane, prefix: view.prefix, entries: fewer };
            self.send_walk(&Message::Fewer(nodes));
        }
        match (gap_from, view.prefix.span().to) {
            (Some(from), to) if to.is_none_or(|to| from < to) => {
                self.send_range(cx, &lane, Span { from, to })
            }
            _ => Ok(()),
        }
    }

    /// Nodes of a peer that saw more keys there in a view of ours: those few go out, and where they are not found the
    /// walk goes on below.
    fn on_fewer(&mut self, cx: &Cx<'_>, nodes: &Nodes) -> Step {
        let Some(lane) = self.resolve_lane(cx, &nodes.lane)? else { return Ok(()) };
        self.spend_keys(nodes.entries.len())?;
        for entry in &nodes.entries {
            let prefix = nodes.prefix.join(&entry.tail).ok_or(Stop::Violation("node prefix too long"))?;
            let own = cx.replica.node(&lane, &prefix)?;
            let equal = own.n == entry.n && self.names.node(&own.hash) == entry.hash;
            if !equal && !self.send_few_more(cx, &lane, &prefix, own.n, entry)? {
                self.differs(Difference { lane, prefix, theirs: entry.n });
            }
        }
        Ok(())
    }

    /// Where `own_n` keys lie here and one or two fewer at the peer, finds those whose absence makes the peer's node
    /// and sends them. False where it did not.
    fn send_few_more(
        &mut self,
        cx: &Cx<'_>,
        lane: &Lane,
        prefix: &Nibbles,
        own_n: u32,
        theirs: &NodeEntry,
    ) -> Result<bool, Stop> {
        let more = own_n.saturating_sub(theirs.n) as usize;
        let Some(cost) = few_more_cost(own_n as usize, more) else { return Ok(false) };
        // Whatever a peer says, and however often it begins a walk anew.
        if self.now >= self.walk.tries_from + TRIES_MS {
            (self.walk.tries_from, self.walk.tries) = (self.now, 0);
        }
        if self.walk.tries + cost > TRIES_MAX || !self.may_send(cx, lane)? {
            return Ok(false);
        }
        self.walk.tries += cost;
        let keys = cx.replica.keys(lane, &prefix.span(), own_n as usize)?;
        let names = &self.names;
        let is_theirs = |node: &NodeInfo| names.node(&node.hash) == theirs.hash;
        let Some(found) = few_more(&keys, prefix.len(), more, is_theirs) else { return Ok(false) };
        // An item that came from the peer itself after it looked is not news to it.
        for key in &found {
            if !self.sender.from_peer.contains(&key.id) {
                self.sender.push_item(cx.replica, lane, key, cx.today())?;
                self.walk.dirty = true;
            }
        }
        Ok(true)
    }

    fn send_range(&mut self, cx: &Cx<'_>, lane: &Lane, span: Span) -> Step {
        if !self.may_send(cx, lane)? {
            return Ok(());
        }
        self.sender.push_range(cx.replica, lane, span, cx.today())?;
        self.walk.dirty = true;
        Ok(())
    }

    fn on_ask(&mut self, cx: &Cx<'_>, ask: &Ask) -> Step {
        let Some(lane) = self.resolve_lane(cx, &ask.lane)? else { return Ok(()) };
        let own = cx.replica.node(&lane, &ask.prefix)?;
        if ask.whole {
            // Records are looked up at once, content as it goes out.
            self.spend_keys(if lane.is_log() { own.n as usize } else { 0 })?;
            return self.send_range(cx, &lane, ask.prefix.span());
        }
        if own.n as usize <= LIST_MAX {
            self.spend_keys(own.n as usize)?;
            return self.send_list(cx, &lane, ask.lane, &ask.prefix);
        }
        // It has grown since the peer saw it: show the view instead.
        self.differs(Difference { lane, prefix: ask.prefix, theirs: u32::MAX });
        Ok(())
    }

    /// A List is answered by the items it lacks, and by Want for those lacking here. Where far more lies here
    /// than was listed, the own view leads to smaller lists.
    fn on_list(&mut self, cx: &Cx<'_>, list: &List) -> Step {
        let Some(lane) = self.resolve_lane(cx, &list.lane)? else { return Ok(()) };
        let keys = cx.replica.keys(&lane, &list.prefix.span(), WANT_MAX + 1)?;
        self.spend_keys(keys.len())?;
        if keys.len() > WANT_MAX {
            self.differs(Difference { lane, prefix: list.prefix, theirs: u32::MAX });
            return Ok(());
        }
        let mut missing: BTreeSet<Short> = list.ids.iter().copied().collect();
        let may_send = self.may_send(cx, &lane)?;
        for key in &keys {
            if !missing.remove(&self.names.item(&key.id)) && may_send {
                self.sender.push_item(cx.replica, &lane, key, cx.today())?;
                self.walk.dirty = true;
            }
        }
        if !missing.is_empty() {
            let ids = missing.into_iter().collect();
            self.send_walk(&Message::Want(List { lane: list.lane, prefix: list.prefix, ids }));
        }
        Ok(())
    }

    /// Keys looked at for the peer's messages are counted: a walk may cost a few passes over the lanes, no more.
    fn spend_keys(&mut self, keys: usize) -> Step {
        self.walk.keys = self.walk.keys.saturating_add(keys as u64 + 1);
        if self.walk.keys > self.walk.keys_max {
            return Err(Stop::TooManyRounds);
        }
        Ok(())
    }

    fn on_want(&mut self, cx: &Cx<'_>, want: &List) -> Step {
        let Some(lane) = self.resolve_lane(cx, &want.lane)? else { return Ok(()) };
        if !self.may_send(cx, &lane)? {
            return Ok(());
        }
        let wanted: BTreeSet<Short> = want.ids.iter().copied().collect();
        let keys = cx.replica.keys(&lane, &want.prefix.span(), WANT_MAX)?;
        self.spend_keys(keys.len())?;
        for key in keys {
            if wanted.contains(&self.names.item(&key.id)) {
                self.sender.push_item(cx.replica, &lane, &key, cx.today())?;
                self.walk.dirty = true;
            }
        }
        Ok(())
    }
}
