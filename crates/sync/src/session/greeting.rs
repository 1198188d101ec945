//! Greeting and roots: who is there, what both hold, and what follows from the two.

use std::collections::BTreeSet;

use super::live::Scan;
use super::send::Room;
use super::{Cx, Roots, Session, State, Step, Stop};
use crate::api::{Credential, DenyReason, Event, PROTO_MAX, PROTO_MIN, Side};
use crate::hello::{same_proof, workspace_proof};
use crate::key::{Lane, Nibbles};
use crate::replica::{PeerMemory, Standing};
use crate::trie::{NodeInfo, combined_root, owing_root};
use crate::wire::LANES_MAX;
use crate::wire::control::{Hello, Message, Root, WireCredential, join_signature};

/// Combined root of a side that shares no content with the other: not the root of nothing.
const NOT_ADMITTED: [u8; 16] = [0; 16];

/// What the peer said about itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    pub store: u64,
    pub features: u64,
    /// Shown a live invite, not a member yet: reads the log, pushes one Join.
    pub joins: bool,
}

impl Session {
    /// First call: the dialler greets and says at once what it holds; TLS has proved who listens.
    pub(super) fn start(&mut self, cx: &Cx<'_>) -> Step {
        let standing = cx.replica.standing(&self.setup.peer)?;
        self.memory = cx.replica.memory(&self.setup.peer)?.unwrap_or_default();
        if self.memory.full {
            self.sender.room = Room::Ask;
        }
        self.refresh_content_ok(cx)?;
        if self.setup.side == Side::Answerer {
            return Ok(());
        }
        if !standing.shares_content() && !self.setup.vouched {
            return Err(Stop::Deny(DenyReason::Generic));
        }
        let credential = self.setup.credential;
        self.send_hello(&credential);
        self.scan_from(cx, self.memory.acked_row)?;
        self.send_root(cx)?;
        self.scan_rows(cx)?;
        if !self.sender.is_drained() {
            self.walk.active = true;
            self.walk.dirty = true;
        }
        Ok(())
    }

    fn send_hello(&mut self, credential: &Credential) {
        let proof = workspace_proof(&self.setup.workspace, &self.setup.exporter, self.setup.side);
        let hello = Hello {
            proto_min: PROTO_MIN,
            proto_max: PROTO_MAX,
            features: self.setup.features,
            store: self.setup.store.to_le_bytes(),
            proof,
            credential: WireCredential::from(credential),
        };
        self.send(&Message::Hello(hello));
    }

    pub(super) fn on_hello(&mut self, cx: &Cx<'_>, hello: &Hello) -> Step {
        let other = match self.setup.side {
            Side::Dialler => Side::Answerer,
            Side::Answerer => Side::Dialler,
        };
        let expected = workspace_proof(&self.setup.workspace, &self.setup.exporter, other);
        if !same_proof(&expected, &hello.proof) {
            return Err(Stop::Deny(DenyReason::Generic));
        }
        let joins = match (cx.replica.standing(&self.setup.peer)?, self.setup.side) {
            (Standing::Unknown, Side::Answerer) if !self.setup.vouched => {
                self.admits(cx, &hello.credential)?
            }
            _ => false,
        };
        if hello.proto_min > PROTO_MAX || hello.proto_max < PROTO_MIN {
            return Err(Stop::Deny(DenyReason::Version));
        }
        let store = u64::from_le_bytes(hello.store);
        self.peer = Some(Peer { store, features: hello.features, joins });
        if self.memory.store != store {
            self.memory = PeerMemory { store, ..PeerMemory::default() };
        }
        self.receiver.row = self.memory.held_row;
        self.state = State::Log;
        self.refresh_content_ok(cx)?;
        self.event(Event::Greeted { store, features: hello.features });
        if self.setup.side == Side::Answerer {
            self.send_hello(&Credential::None);
        }
        Ok(())
    }

    /// An unknown device with a live invite is let in as a joiner; any other is a stranger.
    fn admits(&self, cx: &Cx<'_>, credential: &WireCredential) -> Result<bool, Stop> {
        if let WireCredential::Invite(key, a, b) = credential
            && cx.replica.admits_invite(key, &self.setup.exporter, &join_signature(a, b))?
        {
            return Ok(true);
        }
        Err(Stop::Deny(DenyReason::Generic))
    }

    /// Content lanes shared with the peer, with their roots.
    pub(super) fn shared_lanes(&self, cx: &Cx<'_>) -> Result<Vec<(Lane, NodeInfo)>, Stop> {
        let mut out = Vec::new();
        if !self.content_ok {
            return Ok(out);
        }
        let lanes: BTreeSet<Lane> =
            cx.replica.lanes()?.into_iter().chain(self.named.iter().copied()).collect();
        for lane in lanes {
            if !lane.is_log() && !self.unshared.contains(&lane) && self.may_send(cx, &lane)? {
                out.push((lane, cx.replica.node(&lane, &Nibbles::ROOT)?));
            }
        }
        Ok(out)
    }

    pub(super) fn own_roots(&self, cx: &Cx<'_>) -> Result<Roots, Stop> {
        let log = cx.replica.node(&Lane::LOG, &Nibbles::ROOT)?;
        if !self.content_ok {
            return Ok(Roots { log, combined: NOT_ADMITTED });
        }
        let lanes = self.shared_lanes(cx)?;
        let rows = || lanes.iter().map(|(lane, node)| (lane, node));
        let combined = if self.owes_names(cx, &lanes)? { owing_root(rows()) } else { combined_root(rows()) };
        Ok(Roots { log, combined })
    }

    /// A relay gives a closed lane only to a device that names it. An empty lane is in no root, so a device that has
    /// such a lane must not look equal before it has named it.
    fn owes_names(&self, cx: &Cx<'_>, lanes: &[(Lane, NodeInfo)]) -> Result<bool, Stop> {
        for (lane, node) in lanes {
            if node.n == 0 && !self.told.contains(lane) && !cx.replica.is_open(lane)? {
                return Ok(cx.replica.standing(&self.setup.peer)? == Standing::Relay
                    && cx.replica.standing(&self.setup.me)? != Standing::Relay);
            }
        }
        Ok(false)
    }

    pub(super) fn send_root(&mut self, cx: &Cx<'_>) -> Step {
        let own = self.own_roots(cx)?;
        self.root_row = cx.replica.last_row()?;
        let store = self.peer.map_or(self.memory.store, |p| p.store);
        let cursor = if self.peer.is_some() { self.receiver.row } else { self.memory.held_row };
        self.send(&Message::Root(Root {
            log_n: own.log.n,
            log_root: own.log.hash,
            combined: own.combined,
            cursor,
            cursor_store: store as u16,
        }));
        Ok(())
    }

    pub(super) fn on_root(&mut self, cx: &Cx<'_>, root: Root) -> Step {
        self.peer_root = Some(root);
        self.peer_admits = root.combined != NOT_ADMITTED;
        let first = !std::mem::replace(&mut self.root_seen, true);
        match (self.setup.side, first) {
            (Side::Answerer, true) => self.answer_first_root(cx, &root),
            (Side::Answerer, false) => {
                self.walk.refill(self.now);
                self.owe_root = true;
                Ok(())
            }
            (Side::Dialler, true) => self.dialler_first_root(cx, &root),
            (Side::Dialler, false) if self.walk.active => Ok(()),
            (Side::Dialler, false) => {
                let pair = (self.own_roots(cx)?, Roots::from(root));
                if pair.0 == pair.1 || self.settled == Some(pair) {
                    return self.conclude(cx);
                }
                // Items may be on their way: ask first for everything that is.
                self.walk.active = true;
                self.walk.dirty = true;
                Ok(())
            }
        }
    }

    /// Rows of this store that the peer has, by its own word or by memory; zero when neither is for this store.
    fn known_row(&self, root: &Root) -> u64 {
        let claimed = if root.cursor_store == self.setup.store as u16 { root.cursor } else { 0 };
        claimed.max(self.memory.acked_row)
    }

    fn answer_first_root(&mut self, cx: &Cx<'_>, root: &Root) -> Step {
        let own = self.own_roots(cx)?;
        let known = self.known_row(root);
        self.scan_from(cx, known)?;
        if own == Roots::from(*root) {
            self.root_row = cx.replica.last_row()?;
            self.send(&Message::Same);
            return self.on_equal(cx, self.root_row);
        }
        self.send_root(cx)?;
        self.scan_rows(cx)?;
        if known == 0 && self.sender.is_drained() {
            self.open_cold(cx, Roots::from(*root).log)?;
        }
        self.owe_open = true;
        Ok(())
    }

    fn dialler_first_root(&mut self, cx: &Cx<'_>, root: &Root) -> Step {
        let known = self.known_row(root);
        if known > 0 && matches!(self.scan, Scan::Off) {
            self.scan_from(cx, known)?;
            self.scan_rows(cx)?;
        }
        self.walk.active = true;
        Ok(())
    }

    /// The walk has ended on this side: equal, no further, or again.
    pub(super) fn conclude(&mut self, cx: &Cx<'_>) -> Step {
        self.walk.active = false;
        let Some(root) = self.peer_root else { return Ok(()) };
        let (own, theirs) = (self.own_roots(cx)?, Roots::from(root));
        if own == theirs {
            self.root_row = cx.replica.last_row()?;
            self.send(&Message::Same);
            return self.on_equal(cx, self.root_row);
        }
        if own.log == theirs.log {
            self.on_log_equal(cx)?;
            if !self.content_ok || !self.peer_admits {
                return self.wait_for_admission(cx);
            }
            // Admission may have changed what is shared: compare anew.
            if self.own_roots(cx)? != own {
                return self.send_root(cx);
            }
        }
        let pair = (own, theirs);
        if self.walk.began_with == Some(pair) || self.settled == Some(pair) {
            let logs = Some((own.log, theirs.log));
            let content_waits = self.content_ok && self.peer_admits && own.combined != theirs.combined;
            if own.log == theirs.log || !content_waits || self.walk.stuck_log == logs {
                return self.on_settled(pair);
            }
            self.walk.stuck_log = logs;
        }
        self.start_walk(cx)
    }

    /// Equal logs, but one side shares no content: the peer hears of it once, then both wait for the log.
    fn wait_for_admission(&mut self, cx: &Cx<'_>) -> Step {
        if self.content_ok {
            self.event(Event::NotAdmitted);
        }
        if !std::mem::replace(&mut self.told_log_equal, true) {
            self.send_root(cx)?;
        }
        Ok(())
    }

    fn on_settled(&mut self, pair: super::RootPair) -> Step {
        self.walk.began_with = None;
        self.walk.rounds = 0;
        self.settled = Some(pair);
        if self.state != State::Live {
            self.enter_live();
        }
        self.event(Event::Settled);
        Ok(())
    }

    /// Both hold the same log. Says so once, and decides who stays.
    pub(super) fn on_log_equal(&mut self, cx: &Cx<'_>) -> Step {
        self.refresh_content_ok(cx)?;
        if !std::mem::replace(&mut self.log_equal, true) {
            self.event(Event::LogEqual);
        }
        if cx.replica.standing(&self.setup.peer)? == Standing::Removed {
            return Err(Stop::Deny(DenyReason::Removed));
        }
        if self.content_ok {
            if self.state == State::Log {
                self.state = State::Content;
            }
            return Ok(());
        }
        let lacks = self.features_lacking(cx)?;
        self.event(if lacks { Event::UpdateNeeded } else { Event::NotAdmitted });
        Ok(())
    }

    /// All roots are equal, as of the local row `row`.
    pub(super) fn on_equal(&mut self, cx: &Cx<'_>, row: u64) -> Step {
        self.walk.active = false;
        self.walk.rounds = 0;
        self.walk.began_with = None;
        self.settled = None;
        self.on_log_equal(cx)?;
        if !self.content_ok {
            return Ok(());
        }
        self.peer_has(row, None);
        self.rows_equal(cx, row)?;
        if self.state != State::Live {
            self.enter_live();
        }
        self.event(Event::InSync);
        Ok(())
    }

    /// Content flows when both are admitted and both understand what is required.
    pub(super) fn refresh_content_ok(&mut self, cx: &Cx<'_>) -> Step {
        let peer = cx.replica.standing(&self.setup.peer)?.shares_content();
        let me = cx.replica.standing(&self.setup.me)?.shares_content();
        self.content_ok = peer && me && !self.features_lacking(cx)?;
        Ok(())
    }

    fn features_lacking(&self, cx: &Cx<'_>) -> Result<bool, Stop> {
        let required = cx.replica.required_features()?;
        let peer = self.peer.map_or(u64::MAX, |p| p.features);
        Ok(required & !(self.setup.features & peer) != 0)
    }

    pub(super) fn standing_has_relay(&self, cx: &Cx<'_>) -> Result<bool, Stop> {
        let relay = |device| Ok::<bool, Stop>(cx.replica.standing(device)? == Standing::Relay);
        Ok(relay(&self.setup.peer)? || relay(&self.setup.me)?)
    }

    /// A joiner may read the log and nothing else; content needs admission and a shared lane. A relay, which
    /// cannot evaluate private lanes, gives them to a device that names them.
    pub(super) fn may_send(&self, cx: &Cx<'_>, lane: &Lane) -> Result<bool, Stop> {
        if lane.is_log() {
            return Ok(true);
        }
        if !self.content_ok || !cx.replica.shares(&self.setup.peer, lane)? {
            return Ok(false);
        }
        let relay_to_member = cx.replica.standing(&self.setup.me)? == Standing::Relay
            && cx.replica.standing(&self.setup.peer)? != Standing::Relay;
        Ok(!relay_to_member || self.named.contains(lane) || cx.replica.is_open(lane)?)
    }

    /// A lane of the peer: knowing its id is the right to it, as far as a relay can tell.
    pub(super) fn may_take_lane(&mut self, cx: &Cx<'_>, lane: &Lane) -> Result<bool, Stop> {
        let shared = self.content_ok && cx.replica.shares(&self.setup.peer, lane)?;
        if shared && self.named.len() < LANES_MAX {
            self.named.insert(*lane);
        }
        Ok(shared)
    }
}
