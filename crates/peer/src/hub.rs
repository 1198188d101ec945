//! Sessions of all connections, without IO: network input in, commits in the workspaces, bytes out.
//!
//! A laptop has one workspace, a node many; both are [`Tenant`]s. The engine thread and the simulator drive the same
//! code. After every call the caller takes what happened from the connections' queues.

use std::collections::{BTreeMap, BTreeSet};

use tern_sync::hello::{Caller, deny_frame, identify, node_proof, same_proof};
use tern_sync::wire::BEFORE_PROOF_MAX;
use tern_sync::wire::control::{Message, WireCredential};
use tern_sync::wire::frame::FrameDecoder;
use tern_sync::{
    CloseReason, Credential, DenyReason, Event, Input, ItemResult, Output, Replica as _, Session, Setup,
    Side, State,
};
use tern_trust::Id;

use crate::net::Purpose;
use crate::net::conn::{ConnId, ConnOut, Ending, Gate, NetIn, Opened};

mod starts;
mod talk;
mod tenant;

pub use starts::{REMEMBERED_MAX, START_EVERY_MS, STARTS_MAX};
pub use tenant::Tenant;

use starts::Starts;
use talk::{Conn, Note, Talk, sentence};

/// Feature bits that this build understands.
pub const FEATURES: u64 = tern_trust::pack::REQUIRE_PACKS | tern_trust::judge::REQUIRE_OPERATIONS;
/// Why content waits when this build lacks a feature that the workspace asks for.
pub(crate) const UPDATE_HERE: &str = "Update needed: the workspace asks for a newer Tern than this one. Who is in it was exchanged, pages \
                           and tasks were not; you can go on writing.";
/// Why content waits when the peer lacks it.
pub(crate) const UPDATE_THERE: &str =
    "Update needed there: it runs an older Tern than the workspace asks for. Your edits are safe here.";
/// Connections that may stand at once; beyond it new ones are dropped.
pub const MAX_CONNECTIONS: usize = 256;
/// Of these, connections that have not proved anything yet.
pub const MAX_STRANGERS: usize = 64;
/// A connection that has not said its first message by then is closed, milliseconds.
pub const STRANGER_MS: i64 = 10_000;
/// A session that waits for the network is asked again after so long, milliseconds.
const RESUME_MS: i64 = 20;

/// Attachments that a connection is asked for, or asked about, at once: what names them waits in memory.
pub const BLOBS_AT_ONCE: usize = 65_536;

/// When a session is to be asked again: what waits for the network soon, and with it what is due.
fn session_due(conn: &Conn, session: &Session) -> Option<i64> {
    conn.paused_ms.map(|paused| paused + RESUME_MS).or_else(|| session.poll_timeout())
}

/// Makes a workspace that a node is asked to host.
pub type Host<T> = Box<dyn FnMut(&Id) -> Option<T> + Send>;

/// All sessions of a process.
pub struct Hub<T> {
    tenants: BTreeMap<Id, T>,
    conns: BTreeMap<ConnId, Conn>,
    node: Option<(zeroize::Zeroizing<[u8; 32]>, Host<T>)>,
    /// Meetings in a row that failed with peers that this side dials.
    failures: BTreeMap<Id, u32>,
    starts: Starts,
}

impl<T> std::fmt::Debug for Hub<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("connections", &self.conns.len()).finish_non_exhaustive()
    }
}

impl<T: Tenant> Hub<T> {
    /// A hub for one workspace.
    pub fn laptop(tenant: T) -> Self {
        let tenants = BTreeMap::from([(tenant.workspace(), tenant)]);
        Hub {
            tenants,
            conns: BTreeMap::new(),
            node: None,
            failures: BTreeMap::new(),
            starts: Starts::default(),
        }
    }

    /// A hub for the workspaces of a node; `host` makes the store of a new one.
    pub fn node(tenants: Vec<T>, secret: [u8; 32], host: Host<T>) -> Self {
        let tenants = tenants.into_iter().map(|t| (t.workspace(), t)).collect();
        let node = Some((secret.into(), host));
        Hub { tenants, conns: BTreeMap::new(), node, failures: BTreeMap::new(), starts: Starts::default() }
    }

    /// The workspaces.
    pub fn tenants(&self) -> impl Iterator<Item = &T> {
        self.tenants.values()
    }

    /// As [`Hub::tenants`], to change them.
    pub fn tenants_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.tenants.values_mut()
    }

    /// The workspace of a laptop.
    pub fn tenant(&mut self) -> Option<&mut T> {
        self.tenants.values_mut().next()
    }

    /// Devices with a session that has passed the greeting.
    pub fn connected(&self) -> BTreeSet<Id> {
        let speaking = self.conns.values().filter(|c| match &c.talk {
            Talk::Session { session, .. } => !matches!(session.state(), State::Greeting | State::Closed),
            _ => false,
        });
        speaking.map(|c| c.opened.remote).collect()
    }

    /// When [`Hub::tick`] is due at the latest.
    pub fn deadline(&self) -> Option<i64> {
        let sessions = self.conns.values().filter_map(|c| match &c.talk {
            Talk::Session { session, .. } => session_due(c, session),
            Talk::Unknown { since_ms, .. } => Some(since_ms + STRANGER_MS),
            Talk::Over => None,
        });
        sessions.min()
    }

    /// Takes one input of the network.
    pub fn on_net(&mut self, now: i64, input: NetIn) {
        match input {
            NetIn::Open(opened) => self.open(now, opened),
            NetIn::Control { conn, bytes } => self.control(now, conn, &bytes),
            NetIn::Items { conn, stream, tag, bytes } => {
                let fits = self.tag_fits(conn, tag);
                if fits {
                    self.session(now, conn, Input::Items { stream, bytes: &bytes });
                }
            }
            NetIn::StreamEnded { conn, stream } => self.session(now, conn, Input::StreamEnded { stream }),
            NetIn::BlobFetched { conn, hash, here } => self.blob_fetched(conn, &hash, here),
            NetIn::BlobThere { conn, hash, there } => self.blob_there(conn, &hash, there),
            NetIn::WhoseCode { device, exporter, proof, answer } => {
                let _ = answer.send(self.whose_code(&device, &exporter, &proof));
            }
            NetIn::Lost { conn } => {
                self.session(now, conn, Input::Lost);
                if let Some(gone) = self.conns.remove(&conn) {
                    let mut news = gone.news;
                    news.closed.get_or_insert_with(|| "The connection ended.".to_owned());
                    gone.opened.news.send_replace(news);
                }
            }
        }
        self.tell_connected();
    }

    /// Workspaces that a recovery code belongs to; none for whoever does not hold this node's ticket.
    fn whose_code(&self, device: &Id, exporter: &Id, proof: &Id) -> Vec<Id> {
        let Some((secret, _)) = &self.node else { return Vec::new() };
        if !crate::net::recover::proof_holds(secret, exporter, proof) {
            return Vec::new();
        }
        let knows = |t: &&T| {
            let known = t.replica().membership.device(device);
            known.is_some_and(|d| d.public.is_recovery())
        };
        let found = self.tenants.values().filter(knows).map(Tenant::workspace);
        found.take(crate::net::recover::MAX_WORKSPACES).collect()
    }

    /// Attachments that every workspace believes to be on this disk.
    pub fn believed_blobs(&self) -> Vec<Id> {
        self.tenants.values().flat_map(Tenant::stored_blobs).collect()
    }

    /// Corrects that belief.
    pub fn blobs_gone(&mut self, hashes: &[Id]) {
        for tenant in self.tenants.values_mut() {
            tenant.blobs_gone(hashes);
        }
    }

    /// Gives every session whose time has come its tick.
    pub fn tick(&mut self, now: i64) {
        for conn in self.due(now) {
            self.session(now, conn, Input::Tick);
        }
        for conn in self.silent_strangers(now) {
            self.deny(conn, DenyReason::Generic);
        }
        self.tell_connected();
    }

    /// Tells all sessions of a workspace about local commits.
    pub fn committed(&mut self, now: i64, workspace: &Id, log_changed: bool) {
        for conn in self.talking(workspace, None) {
            self.unsettle(conn);
            if log_changed {
                self.session(now, conn, Input::LogChanged);
            }
            self.session(now, conn, Input::RowsAdded);
        }
    }

    /// Says goodbye on every connection.
    pub fn bye(&mut self, now: i64) {
        let all: Vec<ConnId> = self.conns.keys().copied().collect();
        for conn in all {
            self.session(now, conn, Input::Bye);
        }
    }

    /// Says goodbye on the connections of one workspace: whoever wants to go on comes again.
    pub fn bye_to(&mut self, now: i64, workspace: &Id) {
        for conn in self.talking(workspace, None) {
            self.session(now, conn, Input::Bye);
        }
    }

    /// Connections that stand, and how many of them have proved nothing.
    pub fn load(&self) -> (usize, usize) {
        (self.conns.len(), self.conns.values().filter(|c| c.is_stranger()).count())
    }

    /// New rows: what was said to be equal is not, until the peer confirms them.
    fn unsettle(&mut self, id: ConnId) {
        if let Some(conn) = self.conns.get_mut(&id) {
            (conn.news.in_sync, conn.news.settled) = (false, false);
            conn.opened.news.send_replace(conn.news.clone());
        }
    }

    fn silent_strangers(&self, now: i64) -> Vec<ConnId> {
        let silent = self.conns.iter().filter(|(_, c)| match c.talk {
            Talk::Unknown { since_ms, .. } => since_ms + STRANGER_MS <= now,
            _ => false,
        });
        silent.map(|(id, _)| *id).collect()
    }

    fn due(&self, now: i64) -> Vec<ConnId> {
        let due = self.conns.iter().filter(|(_, c)| match &c.talk {
            Talk::Session { session, .. } => session_due(c, session).is_some_and(|at| at <= now),
            _ => false,
        });
        due.map(|(id, _)| *id).collect()
    }

    fn talking(&self, workspace: &Id, except: Option<ConnId>) -> Vec<ConnId> {
        let talking = self.conns.iter().filter(|(id, c)| {
            Some(**id) != except && matches!(&c.talk, Talk::Session { workspace: w, .. } if w == workspace)
        });
        talking.map(|(id, _)| *id).collect()
    }

    fn tell_connected(&mut self) {
        let connected = self.connected();
        for tenant in self.tenants.values_mut() {
            tenant.set_connected(connected.clone());
        }
    }

    fn open(&mut self, now: i64, opened: Opened) {
        if !opened.dialled {
            self.make_room();
        }
        if self.conns.len() >= MAX_CONNECTIONS {
            opened.gate.send_replace(Gate::GONE);
            return;
        }
        let id = opened.conn;
        let laptop = self.node.is_none();
        self.conns.insert(id, Conn::new(opened, now));
        if laptop && let Some(workspace) = self.tenants.keys().next().copied() {
            self.begin(now, id, &workspace, false);
        }
    }

    /// Whoever knows the workspace proves it at once; of strangers that prove nothing the oldest goes when there are too
    /// many, so that holding connections open keeps nobody out.
    fn make_room(&mut self) {
        let strangers = || self.conns.iter().filter(|(_, c)| c.is_stranger());
        if strangers().count() >= MAX_STRANGERS
            && let Some(oldest) = strangers().map(|(id, _)| *id).min()
            && let Some(conn) = self.conns.remove(&oldest)
        {
            conn.opened.gate.send_replace(Gate::GONE);
        }
    }

    /// Starts the session of a connection.
    fn begin(&mut self, now: i64, id: ConnId, workspace: &Id, vouched: bool) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        let Some(tenant) = self.tenants.get_mut(workspace) else { return };
        if !conn.opened.dialled && !self.starts.may_begin(now, &conn.opened.remote) {
            return self.deny(id, DenyReason::Busy);
        }
        let opened = &conn.opened;
        let credential = match (&opened.purpose, opened.dialled) {
            (Purpose::Host { secret }, true) => Credential::Node {
                workspace: *workspace,
                proof: node_proof(secret, &opened.exporter, workspace),
            },
            (_, true) => tenant.credential(&opened.exporter),
            _ => Credential::None,
        };
        let setup = Setup {
            side: if opened.dialled { Side::Dialler } else { Side::Answerer },
            workspace: *workspace,
            exporter: opened.exporter,
            me: tenant.device(),
            peer: opened.remote,
            store: tenant.store_id(),
            features: tenant.features(),
            credential,
            vouched: vouched || opened.purpose != Purpose::Meet,
            failures: self.failures.get(&opened.remote).copied().unwrap_or(0),
            seed: tenant.seed(),
        };
        conn.talk = Talk::Session { workspace: *workspace, session: Box::new(Session::new(now, setup)) };
        self.session(now, id, Input::Start);
    }

    fn control(&mut self, now: i64, id: ConnId, bytes: &[u8]) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        if let Talk::Unknown { first, .. } = &mut conn.talk {
            first.extend_from_slice(bytes);
            let first = first.clone();
            self.recognise(now, id, &first);
            return;
        }
        self.session(now, id, Input::Control(bytes));
    }

    /// A node finds the workspace that a first message proves to know. Every failure looks alike from outside.
    fn recognise(&mut self, now: i64, id: ConnId, first: &[u8]) {
        let mut decoder = FrameDecoder::new(BEFORE_PROOF_MAX);
        let mut rest = first;
        let frame = match decoder.next(&mut rest) {
            Ok(Some(frame)) => frame,
            Ok(None) if first.len() <= BEFORE_PROOF_MAX => return,
            _ => return self.deny(id, DenyReason::Generic),
        };
        let Some(conn) = self.conns.get(&id) else { return };
        let exporter = conn.opened.exporter;
        let (workspace, hosting) = match identify(&frame, &exporter, self.tenants.keys()) {
            // A first meeting may have broken before the log came: the ticket's secret vouches again.
            Caller::Workspace(workspace) => (workspace, self.shows_ticket(&frame, &exporter, &workspace)),
            Caller::Hosting { workspace, proof } => {
                let Some((secret, host)) = &mut self.node else { return self.deny(id, DenyReason::Generic) };
                if !same_proof(&node_proof(secret, &exporter, &workspace), &proof) {
                    return self.deny(id, DenyReason::Generic);
                }
                // Only who holds the ticket is told that there is no room for another workspace.
                let Some(tenant) = host(&workspace) else { return self.deny(id, DenyReason::Full) };
                self.tenants.insert(workspace, tenant);
                (workspace, true)
            }
            Caller::Stranger => return self.deny(id, DenyReason::Generic),
        };
        self.begin(now, id, &workspace, hosting);
        self.session(now, id, Input::Control(first));
    }

    /// Whether a greeting proves to know the secret of this node's ticket.
    fn shows_ticket(&self, frame: &[u8], exporter: &[u8; 32], workspace: &Id) -> bool {
        let (Some((secret, _)), Ok(Message::Hello(hello))) = (&self.node, Message::from_bytes(frame)) else {
            return false;
        };
        match hello.credential {
            WireCredential::Node(named, proof) => {
                named == *workspace && same_proof(&node_proof(secret, exporter, workspace), &proof)
            }
            _ => false,
        }
    }

    fn deny(&mut self, id: ConnId, reason: DenyReason) {
        if let Some(conn) = self.conns.get_mut(&id) {
            conn.put(ConnOut::Control(deny_frame(reason)));
            conn.end(sentence(&CloseReason::Denied(reason)));
        }
    }

    fn tag_fits(&self, id: ConnId, tag: [u8; 8]) -> bool {
        self.conns.get(&id).is_some_and(|c| match &c.talk {
            Talk::Session { session, .. } => {
                let theirs = if c.opened.dialled { Side::Answerer } else { Side::Dialler };
                session.stream_tag(theirs) == tag
            }
            _ => false,
        })
    }

    /// One input into a session, and everything it wants done.
    fn session(&mut self, now: i64, id: ConnId, input: Input<'_>) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        let Talk::Session { workspace, session } = &mut conn.talk else { return };
        let Some(tenant) = self.tenants.get_mut(workspace) else { return };
        session.handle(now, input, &tenant.replica());
        self.drain(now, id);
    }

    fn drain(&mut self, now: i64, id: ConnId) {
        let mut grew: Option<(Id, bool)> = None;
        let mut failed = false;
        while let Some(output) = self.next_output(now, id) {
            let Some(conn) = self.conns.get_mut(&id) else { return };
            let Talk::Session { workspace, session } = &mut conn.talk else { return };
            let workspace = *workspace;
            let Some(tenant) = self.tenants.get_mut(&workspace) else { return };
            let peer = conn.opened.remote;
            match output {
                Output::Control(bytes) => conn.put(ConnOut::Control(bytes)),
                Output::Items { priority, bytes } => {
                    let mine = if conn.opened.dialled { Side::Dialler } else { Side::Answerer };
                    let tag = session.stream_tag(mine);
                    conn.put(ConnOut::Items { priority: priority.index(), tag, bytes });
                }
                Output::Ingest { token, items, .. } => {
                    // A store that failed is not asked again for what had come already.
                    if failed {
                        continue;
                    }
                    let (results, log_grew) = tenant.ingest(items);
                    failed = results.contains(&ItemResult::Failed);
                    let time_ms = tenant.now_ms();
                    session.handle(
                        now,
                        Input::Ingested { token, results: &results, time_ms },
                        &tenant.replica(),
                    );
                    if log_grew {
                        session.handle(now, Input::LogChanged, &tenant.replica());
                    }
                    let before = grew.is_some_and(|(_, log)| log);
                    grew = Some((workspace, before || log_grew));
                }
                Output::Remember(memory) => tenant.remember(&peer, memory),
                Output::Hold { id: item, reason, .. } => tenant.hold(&peer, &item, reason as u8),
                Output::Event(event) => self.event(now, id, &event),
                Output::Close { reason, .. } => self.closed(id, &reason),
            }
        }
        self.publish(id);
        if let Some((workspace, log)) = grew {
            for other in self.talking(&workspace, Some(id)) {
                if log {
                    self.session(now, other, Input::LogChanged);
                }
                self.session(now, other, Input::RowsAdded);
            }
            // Duties (rotation, healing) may have written items of our own meanwhile.
            self.session_quiet(now, id);
            self.ask_for_blobs(id);
        }
    }

    fn session_quiet(&mut self, now: i64, id: ConnId) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        let Talk::Session { workspace, session } = &mut conn.talk else { return };
        let Some(tenant) = self.tenants.get(workspace) else { return };
        session.handle(now, Input::RowsAdded, &tenant.replica());
        self.drain(now, id);
    }

    /// What the session wants done next; nothing while the network has enough to do, unless it is over.
    fn next_output(&mut self, now: i64, id: ConnId) -> Option<Output> {
        let conn = self.conns.get_mut(&id)?;
        let Talk::Session { session, .. } = &mut conn.talk else { return None };
        let pause = conn.opened.out.is_full_enough() && session.state() != State::Closed;
        conn.paused_ms = pause.then_some(now);
        if pause { None } else { session.poll_output() }
    }

    fn event(&mut self, now: i64, id: ConnId, event: &Event) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        let Talk::Session { workspace, session } = &conn.talk else { return };
        let workspace = *workspace;
        let Some(tenant) = self.tenants.get_mut(&workspace) else { return };
        let peer = conn.opened.remote;
        match event {
            Event::Greeted { store, .. } => {
                self.failures.remove(&peer);
                tenant.met(&peer, *store);
            }
            Event::LogEqual => {
                if tenant.log_equal() {
                    self.committed(now, &workspace, true);
                }
            }
            Event::InSync => {
                tenant.in_sync();
                tenant.offered_all(&peer, session.unshared());
                if self.notes_delivery(now, id, &workspace) || self.waits_for_note(id) {
                    return;
                }
                let Some(conn) = self.conns.get_mut(&id) else { return };
                (conn.news.in_sync, conn.news.settled) = (true, true);
                self.ask_for_blobs(id);
            }
            Event::Settled => {
                // Whoever is full was offered next to nothing.
                if !conn.news.full {
                    tenant.offered_all(&peer, session.unshared());
                }
                if self.notes_delivery(now, id, &workspace) || self.waits_for_note(id) {
                    return;
                }
                let Some(conn) = self.conns.get_mut(&id) else { return };
                conn.news.settled = true;
                self.ask_for_blobs(id);
            }
            Event::NotAdmitted => conn.news.not_admitted = true,
            Event::PeerHas { row, .. } => {
                tenant.acknowledged(&peer, *row);
                let all = tenant.replica().last_row().is_ok_and(|last| *row >= last)
                    && session.state() == State::Live;
                if self.notes_delivery(now, id, &workspace) {
                    return;
                }
                let Some(conn) = self.conns.get_mut(&id) else { return };
                if let Some(note) = conn.note.take_if(|note| *row >= note.row) {
                    conn.news.settled |= note.settled;
                }
                if all {
                    (conn.news.in_sync, conn.news.settled) = (true, true);
                    self.ask_for_blobs(id);
                }
            }
            Event::Denied(reason) => {
                conn.news.denied = true;
                // Whoever is busy, full or of another version knew us all the same.
                if *reason == DenyReason::Generic {
                    tenant.denied(&peer);
                }
            }
            Event::UpdateNeeded => {
                let here = tenant.replica().membership.require & !tenant.features() != 0;
                conn.news.update_needed = Some(if here { UPDATE_HERE } else { UPDATE_THERE });
            }
            Event::PeerFull => conn.news.full = true,
            Event::Progress(_) | Event::PeerFocus(_) => {}
        }
    }

    /// Writes the note of a delivery that was confirmed. It goes out in this meeting: this laptop may sleep right after.
    fn notes_delivery(&mut self, now: i64, id: ConnId, workspace: &Id) -> bool {
        let Some(tenant) = self.tenants.get_mut(workspace) else { return false };
        if !tenant.note_delivery() {
            return false;
        }
        let row = tenant.replica().last_row().unwrap_or_default();
        if let Some(conn) = self.conns.get_mut(&id) {
            let settled = conn.news.settled;
            conn.note = Some(Note { row, settled });
        }
        self.committed(now, workspace, false);
        true
    }

    /// Whether what a session says of being over was said before a note that is still to be confirmed.
    fn waits_for_note(&mut self, id: ConnId) -> bool {
        let note = self.conns.get_mut(&id).and_then(|conn| conn.note.as_mut());
        note.map(|note| note.settled = true).is_some()
    }

    fn closed(&mut self, id: ConnId, reason: &CloseReason) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        let peer = conn.opened.remote;
        conn.news.denied |= matches!(reason, CloseReason::PeerDenied(_));
        // Strangers dial with ever new keys: nothing is kept of them.
        if conn.opened.dialled && !matches!(reason, CloseReason::Bye | CloseReason::Lost) {
            let failures = self.failures.entry(peer).or_default();
            *failures = failures.saturating_add(1);
        }
        if let Talk::Session { session, .. } = &conn.talk {
            conn.news.progress = session.progress();
        }
        conn.end(sentence(reason));
    }

    fn publish(&mut self, id: ConnId) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        let Talk::Session { session, .. } = &conn.talk else { return };
        conn.news.progress = session.progress();
        let content = matches!(session.state(), State::Content | State::Live);
        let gate = Gate { items: session.accepts_items(), blobs: content, ending: Ending::Open };
        conn.opened.gate.send_if_modified(|g| std::mem::replace(g, gate) != gate);
        let news = conn.news.clone();
        conn.opened.news.send_if_modified(|n| {
            let changed = *n != news;
            *n = news;
            changed
        });
    }

    /// Fetches what is missing here, and finds out what the peer lacks of what it was told.
    fn ask_for_blobs(&mut self, id: ConnId) {
        let Some(conn) = self.conns.get_mut(&id) else { return };
        let Talk::Session { workspace, session } = &conn.talk else { return };
        if !matches!(session.state(), State::Content | State::Live) {
            return;
        }
        let Some(tenant) = self.tenants.get(workspace) else { return };
        let missing = tenant.missing_blobs().into_iter().filter(|(hash, _)| conn.asked.insert(*hash));
        let missing: Vec<(Id, u64)> = missing.take(BLOBS_AT_ONCE).collect();
        conn.asks_more = missing.len() == BLOBS_AT_ONCE;
        conn.news.fetching += missing.len();
        if !missing.is_empty() {
            conn.put(ConnOut::Fetch(missing));
        }
        if conn.opened.dialled && conn.news.in_sync {
            let mine = tenant.present_blobs().into_iter().filter(|h| !conn.asked.contains(h));
            let mine: Vec<Id> = mine.filter(|h| conn.confirmed.insert(*h)).take(BLOBS_AT_ONCE).collect();
            conn.confirms_more = mine.len() == BLOBS_AT_ONCE;
            conn.news.unconfirmed += mine.len();
            if !mine.is_empty() {
                conn.put(ConnOut::Confirm(mine));
            }
        }
        self.publish(id);
    }

    fn blob_fetched(&mut self, id: ConnId, hash: &Id, here: bool) {
        if here {
            for tenant in self.tenants.values_mut() {
                tenant.blob_here(hash);
            }
        }
        if let Some(conn) = self.conns.get_mut(&id) {
            conn.news.fetching = conn.news.fetching.saturating_sub(1);
            // What the peer lacks is not asked for again before all else was.
            if !here {
                conn.lacking.push(*hash);
            }
            if conn.news.fetching == 0 && conn.asks_more {
                return self.ask_for_blobs(id);
            }
            if conn.news.fetching == 0 {
                for hash in std::mem::take(&mut conn.lacking) {
                    conn.asked.remove(&hash);
                }
            }
        }
        self.publish(id);
    }

    fn blob_there(&mut self, id: ConnId, hash: &Id, there: bool) {
        if let Some(conn) = self.conns.get_mut(&id) {
            conn.news.unconfirmed = conn.news.unconfirmed.saturating_sub(1);
            if !there {
                conn.confirmed.remove(hash);
            }
            if conn.news.unconfirmed == 0 && std::mem::take(&mut conn.confirms_more) {
                return self.ask_for_blobs(id);
            }
        }
        self.publish(id);
    }
}
