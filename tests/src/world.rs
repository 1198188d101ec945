//! Laptops, a node and the net between them, driven step by step.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use tern_peer::core::Core;
use tern_peer::hub::{FEATURES, Hub};
use tern_peer::net::Purpose;
use tern_peer::net::conn::NetIn;
use tern_peer::{Command, NodeCore, PeerError, Profile, Query, Reply, View};
use tern_store::{OpenOptions, Store, StoreId};
use tern_trust::ticket::{Address, InviteTicket, NodeTicket};
use tern_trust::{DeviceKeys, Id, InviteKeys};

use crate::disk::{Disk, copy_store, remove_store};
use crate::host::{Clock, Rng, SimHost};
use crate::net::Link;
use crate::node::SimNode;
use crate::twist::Twist;

/// Number of the node among the machines; laptops count from 0.
pub const NODE: usize = 99;
/// A word in titles and texts that must be nowhere but on members' laptops.
pub const CANARY: &str = "Kanarienvogel";
/// Pieces delivered in one go before a run counts as stuck.
const MOST_STEPS: usize = 200_000;

/// A laptop.
#[derive(Debug)]
pub struct Laptop {
    /// Its owner.
    pub name: &'static str,
    /// The seed of its device key.
    pub seed: [u8; 32],
    /// Its device key.
    pub device: Id,
    /// Its store.
    pub path: PathBuf,
    /// Its clock.
    pub clock: Clock,
    /// Its engine.
    pub hub: Hub<Core>,
    /// Copies of its store, oldest first.
    pub backups: Vec<PathBuf>,
    /// Feature bits that its build understands.
    pub features: u64,
}

impl Laptop {
    /// A laptop of the person with this number, with its engine.
    pub(crate) fn new(person: usize, seed: [u8; 32], path: PathBuf, clock: Clock, core: Core) -> Laptop {
        let (name, device) = (PEOPLE[person % PEOPLE.len()].0, core.device());
        Laptop {
            name,
            seed,
            device,
            path,
            clock,
            hub: Hub::laptop(core),
            backups: Vec::new(),
            features: FEATURES,
        }
    }
}

/// The node.
#[derive(Debug)]
pub struct Node {
    /// The seed of its device key.
    pub seed: [u8; 32],
    /// Its device key.
    pub device: Id,
    /// The secret of its ticket.
    pub secret: [u8; 32],
    /// Its store, once it hosts the workspace.
    pub path: PathBuf,
    /// Its clock.
    pub clock: Clock,
    /// Its engine.
    pub hub: Hub<SimNode>,
    /// Set when it lies: what its lies are drawn from.
    pub lies: Option<u64>,
}

impl Node {
    pub(crate) fn new(
        seed: [u8; 32],
        secret: [u8; 32],
        path: PathBuf,
        clock: Clock,
        hub: Hub<SimNode>,
    ) -> Node {
        let device = DeviceKeys::from_seed(&seed).id();
        Node { seed, device, secret, path, clock, hub, lies: None }
    }
}

/// Everything of one run.
#[derive(Debug)]
pub struct World {
    /// Randomness of the run.
    pub rng: Rng,
    /// True time.
    pub clock: Clock,
    /// All files.
    pub disk: Disk,
    /// The laptops.
    pub laptops: Vec<Laptop>,
    /// The node.
    pub node: Node,
    /// Connections.
    pub links: Vec<Link>,
    /// Pairs that cannot reach each other.
    pub cut: BTreeSet<(usize, usize)>,
    /// The workspace.
    pub workspace: Id,
    pub(crate) next_conn: u64,
    /// How the stores of two machines stood when both held the same.
    pub(crate) equal: BTreeMap<(usize, usize), [(u64, i64); 2]>,
}

/// Owners of the laptops and their zones.
pub const PEOPLE: [(&str, &str); 4] = [
    ("Ada", "Europe/London"),
    ("Bao", "Asia/Tokyo"),
    ("Cleo", "America/St_Johns"),
    ("Dov", "Asia/Kathmandu"),
];

/// The profile of the laptop with this number.
pub fn profile(index: usize) -> Profile {
    let (name, zone) = PEOPLE[index % PEOPLE.len()];
    Profile { name: name.to_owned(), zone: zone.to_owned(), ..Profile::default() }
}

pub(crate) fn node_hub(
    path: &Path,
    seed: &[u8; 32],
    secret: [u8; 32],
    workspace: Id,
    clock: &Clock,
) -> Result<Hub<SimNode>> {
    let mut tenants = Vec::new();
    if path.exists() {
        let store = Store::open_existing(path, &OpenOptions::default())?;
        let keys = DeviceKeys::from_seed(seed);
        let core = NodeCore::with_host(store, workspace, &keys, SimHost::boxed(clock, 77))?;
        tenants.push(SimNode::honest(core));
    }
    let (seed, path, clock) = (*seed, path.to_owned(), clock.clone());
    // A wiped node gets a store of another identity each time: the name differs.
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut rng = Rng::new(name.bytes().fold(1u64, |sum, b| sum.wrapping_mul(31).wrapping_add(u64::from(b))));
    let host = Box::new(move |workspace: &Id| {
        let keys = DeviceKeys::from_seed(&seed);
        let store = Store::create(&path, StoreId(rng.draw()), &OpenOptions::default()).ok()?;
        let host = SimHost::boxed(&clock, rng.draw());
        NodeCore::with_host(store, *workspace, &keys, host).ok().map(SimNode::honest)
    });
    Ok(Hub::node(tenants, secret, host))
}

impl World {
    /// A workspace of one laptop, and a node that it uses.
    pub fn found(seed: u64) -> Result<World> {
        let mut rng = Rng::new(seed);
        let clock = Clock::default();
        let mut disk = Disk::new()?;
        let (path, key) = (disk.fresh("laptop-0"), rng.bytes());
        let own = clock.beside(0);
        let host = SimHost::boxed(&own, rng.draw());
        let (core, _) = Core::found(&path, &key, host, &profile(0), &format!("{CANARY} GmbH"))?;
        let workspace = core.workspace();
        let laptop = Laptop::new(0, key, path, own, core);
        let (seed, secret, path) = (rng.bytes(), rng.bytes(), disk.fresh("node"));
        let own = clock.beside(0);
        let hub = node_hub(&path, &seed, secret, workspace, &own)?;
        let node = Node::new(seed, secret, path, own, hub);
        let mut world = World::of(rng, clock, disk, vec![laptop], node, workspace);
        let ticket = world.node_ticket();
        world.perform(0, &Command::RelayAdd { ticket })?;
        Ok(world)
    }

    /// Machines that have not met.
    pub(crate) fn of(
        rng: Rng,
        clock: Clock,
        disk: Disk,
        laptops: Vec<Laptop>,
        node: Node,
        workspace: Id,
    ) -> World {
        let (links, cut, equal) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        World { rng, clock, disk, laptops, node, links, cut, workspace, next_conn: 1, equal }
    }

    /// The node's ticket.
    pub fn node_ticket(&self) -> String {
        let device = self.node.device;
        let sockets = vec![([127, 0, 0, 1], 9).into()];
        let addresses = vec![Address { device, sockets }];
        NodeTicket { device, addresses, secret: self.node.secret.into() }.to_text()
    }

    /// Lets another laptop in through the node, with `role`.
    pub fn join(&mut self, role: &str) -> Result<usize> {
        let terms = Command::Invite {
            role: role.to_owned(),
            mode: "open".to_owned(),
            uses: 1,
            expires_ms: 86_400_000,
        };
        let Reply::Ticket { ticket } = self.perform(0, &terms)? else { bail!("no ticket") };
        self.meet(0, NODE)?;
        let ticket = InviteTicket::parse(&ticket)?;
        let index = self.laptops.len();
        let (path, seed) = (self.disk.fresh("laptop"), self.rng.bytes());
        let clock = self.clock.beside(0);
        let host = SimHost::boxed(&clock, self.rng.draw());
        let invite = InviteKeys::from_secret(&ticket.secret);
        let core = Core::join(&path, &seed, host, ticket.workspace, invite)?;
        let laptop = Laptop::new(index, seed, path, clock, core);
        let name = laptop.name;
        self.laptops.push(laptop);
        let link = self.dial(index, NODE, Purpose::Vouched);
        ensure!(link, "the joiner cannot reach the node");
        self.settle()?;
        self.hang_up();
        let core = self.core(index)?;
        ensure!(core.is_member(), "{name} was not let in");
        core.keep_profile(&profile(index))?;
        core.introduce()?;
        self.meet(index, NODE)?;
        self.meet(0, NODE)?;
        Ok(index)
    }

    /// Member id of a laptop's owner, as Ada's log has it.
    pub fn member(&self, laptop: usize) -> Result<tern_trust::Id16> {
        let member = self.core_ref(0).membership().member_of(&self.device(laptop));
        member.ok_or_else(|| anyhow!("laptop {laptop} has no member"))
    }

    /// The same in hex, as commands take it.
    pub fn member_hex(&self, laptop: usize) -> Result<String> {
        Ok(crate::checks::hex(self.member(laptop)?))
    }

    /// The engine of a laptop.
    pub fn core(&mut self, laptop: usize) -> Result<&mut Core> {
        let laptop = self.laptops.get_mut(laptop).ok_or_else(|| anyhow!("no laptop {laptop}"))?;
        laptop.hub.tenant().ok_or_else(|| anyhow!("no workspace"))
    }

    /// The engine of a laptop for reading.
    pub fn core_ref(&self, laptop: usize) -> &Core {
        self.laptops[laptop].hub.tenants().next().expect("a laptop has a workspace")
    }

    /// Performs a command and tells its sessions.
    pub fn perform(&mut self, laptop: usize, command: &Command) -> Result<Reply, PeerError> {
        let machine = &mut self.laptops[laptop];
        let core = machine.hub.tenant().expect("a laptop has a workspace");
        let result = core.perform(command);
        let (now, workspace) = (machine.clock.now(), self.workspace);
        machine.hub.committed(now, &workspace, true);
        result
    }

    /// Gives items to a laptop as a session or a bundle does.
    pub fn take(&mut self, laptop: usize, items: Vec<Vec<u8>>) -> Result<Vec<tern_sync::ItemResult>> {
        let machine = &mut self.laptops[laptop];
        let core = machine.hub.tenant().expect("a laptop has a workspace");
        let (results, _) = core.take(items)?;
        let (now, workspace) = (machine.clock.now(), self.workspace);
        machine.hub.committed(now, &workspace, true);
        Ok(results)
    }

    /// Asks a laptop.
    pub fn ask(&mut self, laptop: usize, query: &Query) -> Result<View> {
        Ok(self.core(laptop)?.answer(query)?)
    }

    /// The device key of a machine.
    pub fn device(&self, machine: usize) -> Id {
        if machine == NODE { self.node.device } else { self.laptops[machine].device }
    }

    /// Whether two machines cannot reach each other.
    pub fn is_cut(&self, a: usize, b: usize) -> bool {
        self.cut.contains(&(a.min(b), a.max(b)))
    }

    fn clock_of(&self, machine: usize) -> i64 {
        if machine == NODE { self.node.clock.now() } else { self.laptops[machine].clock.now() }
    }

    /// Gives a machine one input of the net.
    pub fn deliver(&mut self, machine: usize, input: NetIn) {
        let now = self.clock_of(machine);
        match machine {
            NODE => {
                self.node_hears(&input);
                self.node.hub.on_net(now, input);
            }
            laptop => self.laptops[laptop].hub.on_net(now, input),
        }
    }

    /// Opens a connection; false when the two cannot reach each other or are connected.
    pub fn dial(&mut self, from: usize, to: usize, purpose: Purpose) -> bool {
        if self.is_cut(from, to) || self.links.iter().any(|l| l.joins(from, to)) {
            return false;
        }
        let conn = self.next_conn;
        self.next_conn += 1;
        let exporter = self.rng.bytes();
        let devices = [self.device(from), self.device(to)];
        let (mut link, [dialler, answerer]) = Link::new(conn, [from, to], devices, purpose, exporter);
        if self.node.lies.is_some() && self.rng.chance(50) {
            link.bend(NODE, Twist::new(self.rng.draw(), &self.laptops[0].seed));
        }
        self.links.push(link);
        self.deliver(to, NetIn::Open(answerer));
        self.deliver(from, NetIn::Open(dialler));
        true
    }

    /// Dials as the engine says that a known machine is dialled.
    pub fn dial_known(&mut self, from: usize, to: usize) -> Result<bool> {
        if to != NODE {
            return Ok(self.dial(from, to, Purpose::Meet));
        }
        let device = self.device(to);
        let known = self.core(from)?.targets(None)?.into_iter().find(|t| t.device == device);
        Ok(known.is_some_and(|target| self.dial(from, to, target.purpose)))
    }

    /// Breaks a connection; what was under way is lost.
    pub fn break_link(&mut self, at: usize) {
        let link = self.links.remove(at);
        for end in &link.ends {
            self.deliver(end.machine, NetIn::Lost { conn: link.conn });
        }
    }

    /// Breaks every connection.
    pub fn hang_up(&mut self) {
        while !self.links.is_empty() {
            self.break_link(0);
        }
    }

    /// Breaks the connections of one machine.
    pub fn hang_up_on(&mut self, machine: usize) {
        while let Some(at) = self.links.iter().position(|l| l.touches(machine)) {
            self.break_link(at);
        }
    }

    /// Delivers one piece over some link; false when nothing is under way.
    pub fn step(&mut self) -> bool {
        let mut back = Vec::new();
        for link in &mut self.links {
            back.extend(link.gather());
        }
        let moved = !back.is_empty();
        for (machine, input) in back {
            self.deliver(machine, input);
        }
        if let Some(at) = self.links.iter().position(Link::ended) {
            self.break_link(at);
            return true;
        }
        let ready: Vec<usize> = (0..self.links.len())
            .filter(|at| {
                let [a, b] = [0, 1].map(|s| self.links[*at].ends[s].machine);
                !self.is_cut(a, b) && self.links[*at].has_bytes()
            })
            .collect();
        let Some(at) = self.rng.pick(&ready).copied() else { return moved };
        self.clock.pass(self.rng.below(20) as i64);
        match self.links[at].step(&mut self.rng) {
            Some((machine, input)) => {
                self.deliver(machine, input);
                true
            }
            None => moved,
        }
    }

    /// Delivers up to `count` pieces.
    pub fn pump(&mut self, count: usize) {
        for _ in 0..count {
            if !self.step() {
                return;
            }
        }
    }

    /// Lets time pass and ticks every engine.
    pub fn pass(&mut self, ms: i64) {
        self.clock.pass(ms);
        for laptop in &mut self.laptops {
            laptop.hub.tick(laptop.clock.now());
        }
        self.node.hub.tick(self.node.clock.now());
    }

    /// Until the next timer of any engine, at most a minute.
    fn pause(&self) -> i64 {
        let laptops = self.laptops.iter().filter_map(|l| Some(l.hub.deadline()? - l.clock.now()));
        let node = self.node.hub.deadline().map(|at| at - self.node.clock.now());
        laptops.chain(node).min().unwrap_or(1_000).clamp(1, 60_000)
    }

    /// Delivers everything and lets timers run until every connection has said all it has to say.
    pub fn settle(&mut self) -> Result<()> {
        let mut pauses = 0;
        for _ in 0..MOST_STEPS {
            if self.step() {
                continue;
            }
            if self.links.iter().all(Link::settled) || pauses > 40 {
                return Ok(());
            }
            pauses += 1;
            let pause = self.pause();
            self.pass(pause);
        }
        bail!("the machines never stop talking")
    }

    /// A power cut at a laptop: what was committed is there when it starts again.
    pub fn power_cut(&mut self, laptop: usize) -> Result<()> {
        let count = self.rng.below(3) * 700;
        let mut torn = vec![0; count];
        self.rng.fill(&mut torn);
        let from = self.laptops[laptop].path.clone();
        let copy = self.disk.after_power_cut(&from, "laptop", &torn)?;
        self.start_from(laptop, copy)
    }

    /// Keeps a copy of a laptop's store.
    pub fn back_up(&mut self, laptop: usize) -> Result<()> {
        let to = self.disk.fresh("backup");
        copy_store(&self.laptops[laptop].path, &to)?;
        self.laptops[laptop].backups.push(to);
        Ok(())
    }

    /// Puts an old copy in place of a laptop's store: as it is (a cloned disk), or restored by the product.
    pub fn restore(&mut self, laptop: usize, backup: usize, cloned: bool) -> Result<()> {
        let from = self.laptops[laptop].backups[backup].clone();
        let to = self.disk.fresh("laptop");
        if cloned {
            copy_store(&from, &to)?;
        } else {
            tern_store::restore(&from, &to, StoreId(self.rng.draw()))?;
        }
        self.start_from(laptop, to)
    }

    /// Starts a laptop's engine on another file.
    pub fn start_from(&mut self, laptop: usize, path: PathBuf) -> Result<()> {
        self.hang_up_on(laptop);
        self.equal.retain(|(a, b), _| *a != laptop && *b != laptop);
        let machine = &mut self.laptops[laptop];
        let host = SimHost::of_build(&machine.clock, self.rng.draw(), machine.features);
        let core = Core::open(&path, &machine.seed, host).context("starting again")?;
        machine.hub = Hub::laptop(core);
        remove_store(&machine.path);
        machine.path = path;
        Ok(())
    }

    /// Stops the node and starts it again, with or without what it held.
    pub fn restart_node(&mut self, wipe: bool) -> Result<()> {
        self.hang_up_on(NODE);
        self.equal.clear();
        let path = self.disk.fresh("node");
        if !wipe && self.node.path.exists() {
            copy_store(&self.node.path, &path)?;
        }
        self.node.hub = node_hub(&path, &self.node.seed, self.node.secret, self.workspace, &self.node.clock)?;
        remove_store(&self.node.path);
        self.node.path = path;
        Ok(())
    }
}
