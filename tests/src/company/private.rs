//! Private spaces of a run: made by Ada or Cleo with some of the others, who come, write and go.
//!
//! The law: those inside hold and show the same; who never was inside holds no item of it and not even its id; who is out
//! when something is written is given no key of it; nothing written is lost.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use tern_peer::hub::Tenant as _;
use tern_peer::{AccessCommand, Command, Reply};
use tern_sync::Lane;
use tern_trust::derive::ZERO16;
use tern_trust::{DeviceKeys, Id16, Item, KeyRing, Log, Role, Space, Spaces};

use super::{ADA, BAO, CLEO, Company, DOV};
use crate::checks::{self, hex};
use crate::world::World;

/// Private spaces of one run.
const MOST_ROOMS: usize = 2;

/// A private space.
#[derive(Debug)]
pub(super) struct Room {
    lane: Id16,
    /// Everybody who was ever let in, by the number of their first laptop.
    ever: BTreeSet<usize>,
}

impl Room {
    fn of<'a>(&self, world: &'a World, laptop: usize) -> Option<&'a Space> {
        world.core_ref(laptop).replica().spaces.and_then(|spaces| spaces.get(&self.lane))
    }

    /// The role of a laptop here, as another one sees it.
    fn role(&self, world: &World, seen_by: usize, of: usize) -> Role {
        let membership = world.core_ref(seen_by).membership();
        let space = self.of(world, seen_by);
        space.map_or(Role::None, |space| space.acting_role(&world.device(of), membership))
    }
}

impl Room {
    /// Laptops that are inside. Who was put out does not hear of it, so whoever most of them still see is asked.
    fn within(&self, world: &World, inside: &[usize]) -> Vec<usize> {
        let sees = |by: usize, of: usize| self.role(world, by, of) > Role::None;
        let own: Vec<usize> = inside.iter().copied().filter(|l| sees(*l, *l)).collect();
        let seen = |of: usize| own.iter().filter(|by| sees(**by, of)).count();
        let Some(asked) = own.iter().copied().max_by_key(|l| seen(*l)) else { return Vec::new() };
        inside.iter().copied().filter(|of| sees(asked, *of)).collect()
    }
}

impl Company {
    /// Somebody makes a private space, writes in one, lets somebody in or puts somebody out.
    pub(super) fn room(&mut self) -> Result<()> {
        if self.rooms.is_empty() || (self.rooms.len() < MOST_ROOMS && self.run.rng.chance(15)) {
            return self.new_room();
        }
        let at = self.run.rng.below(self.rooms.len());
        match self.run.rng.below(10) {
            0..5 => self.write_in(at),
            5..8 => self.let_in(at),
            _ => self.put_out(at),
        }
    }

    fn new_room(&mut self) -> Result<()> {
        let by = if self.run.rng.chance(50) { ADA } else { CLEO };
        let mut ever = BTreeSet::from([by]);
        for person in [ADA, BAO, CLEO, DOV] {
            if person != by && self.run.rng.chance(if person == DOV { 15 } else { 50 }) {
                ever.insert(person);
            }
        }
        let with = ever
            .iter()
            .filter(|p| **p != by)
            .map(|p| self.run.world.member_hex(*p))
            .collect::<Result<_>>()?;
        let title = format!("{} {}", crate::world::CANARY, self.run.reference.token());
        let new = AccessCommand::SpaceNew { title, private: true, with };
        if let Some(Reply::Space { id }) = self.perform(by, &Command::Access(new))? {
            let Some(Ok(lane)) = unhex(&id).map(Id16::try_from) else { bail!("{id} is no id of a space") };
            self.rooms.push(Room { lane, ever });
        }
        Ok(())
    }

    /// Laptops on which the space can be written in, as they see it themselves.
    fn writers(&self, at: usize) -> Vec<usize> {
        let world = &self.run.world;
        self.people().into_iter().filter(|l| self.rooms[at].role(world, *l, *l) >= Role::Writer).collect()
    }

    fn write_in(&mut self, at: usize) -> Result<()> {
        let Some(laptop) = self.run.rng.pick(&self.writers(at)).copied() else { return Ok(()) };
        let space = hex(self.rooms[at].lane);
        let row = self.run.world.core_ref(laptop).store().last_row()?;
        let made = self.run.new_page(None, Some(space));
        self.run.make(laptop, row, made)
    }

    fn let_in(&mut self, at: usize) -> Result<()> {
        let Some(by) = self.run.rng.pick(&self.writers(at)).copied() else { return Ok(()) };
        let who = [ADA, BAO, CLEO, BAO, CLEO, DOV][self.run.rng.below(6)];
        let (space, member) = (hex(self.rooms[at].lane), self.run.world.member_hex(who)?);
        let role = ["admin", "writer", "writer", "commenter", "reader"][self.run.rng.below(5)].to_owned();
        let add = AccessCommand::SpaceAdd { space, member, role };
        if self.perform(by, &Command::Access(add))?.is_some() {
            self.rooms[at].ever.insert(who);
        }
        Ok(())
    }

    fn put_out(&mut self, at: usize) -> Result<()> {
        let Some(by) = self.run.rng.pick(&self.writers(at)).copied() else { return Ok(()) };
        let who = [ADA, BAO, CLEO, DOV][self.run.rng.below(4)];
        let (space, member) = (hex(self.rooms[at].lane), self.run.world.member_hex(who)?);
        self.perform(by, &Command::Access(AccessCommand::SpaceRemove { space, member })).map(|_| ())
    }

    /// What was written in this step can be read by nobody who is out, as its author sees it: not with every record that the
    /// author holds.
    pub(super) fn sealed_for_those_inside(&mut self) -> Result<()> {
        let world = &self.run.world;
        for op in self.run.reference.ops.iter().skip(self.looked_at) {
            let author = world.core_ref(op.laptop);
            let membership = author.membership();
            let is_out =
                |laptop: &usize| match author.replica().spaces.and_then(|spaces| spaces.get(&op.lane)) {
                    Some(space) => space.acting_role(&world.device(*laptop), membership) == Role::None,
                    None => op.lane == ZERO16 && membership.acting_role(&world.device(*laptop)) == Role::None,
                };
            // A second laptop whose link does not count (its member was lowered elsewhere at the same time) was given the key by
            // a member who is in and may read: it is nobody else's.
            let void_link = |laptop: &usize| {
                let first = self.persons[*laptop];
                *laptop != first && !is_out(&first) && !self.put_out_devices.contains(laptop)
            };
            let all = 0..world.laptops.len();
            let out: Vec<usize> = all.filter(|laptop| is_out(laptop) && !void_link(laptop)).collect();
            if out.is_empty() {
                continue;
            }
            let mut log = Log::new(world.workspace);
            for record in author.store().records(&Lane::LOG.0)? {
                log.insert_stored(Item::parse(record.bytes)?);
            }
            for laptop in out {
                let reads = reads(world, laptop, &log, &op.items, op.laptop)?;
                ensure!(
                    !reads,
                    "laptop {laptop} is out and is given the key of what laptop {} writes",
                    op.laptop
                );
            }
        }
        self.looked_at = self.run.reference.ops.len();
        Ok(())
    }

    /// At the end: who is inside agrees, who never was knows nothing.
    pub(super) fn rooms_hold(&mut self) -> Result<()> {
        let inside = self.inside();
        for room in &self.rooms {
            let world = &mut self.run.world;
            let within = room.within(world, &inside);
            for laptop in (0..world.laptops.len()).filter(|l| !room.ever.contains(&self.persons[*l])) {
                let items = world.core_ref(laptop).store().lane(&room.lane)?.items;
                ensure!(items == 0, "laptop {laptop} was never inside and holds {items} items");
                let known = checks::on_disk(&world.laptops[laptop].path, &room.lane);
                ensure!(!known, "laptop {laptop} was never inside and knows the id of the space");
            }
            let Some((first, others)) = within.split_first() else { continue };
            let pages = checks::pages(world, *first, Some(&room.lane))?;
            for other in others {
                ensure!(
                    room.of(world, *first) == room.of(world, *other),
                    "{first} and {other} see other people in it: {:#?}",
                    [*first, *other]
                        .map(|by| room.of(world, by).map(|s| (&s.given, &s.members, &s.epochs, &s.ended)))
                );
                let roots = [first, other].map(|l| world.core_ref(*l).store().lane(&room.lane));
                let [Ok(a), Ok(b)] = roots else { bail!("a root cannot be read") };
                ensure!(a == b, "{first} and {other} hold other items of it: {a:?} {b:?}");
                let seen = checks::pages(world, *other, Some(&room.lane))?;
                ensure!(seen == pages, "in it {other} sees {seen:#?}\nand {first} {pages:#?}");
            }
            // Whoever is out may hold work that nobody has.
            let ops = self.run.reference.ops.iter_mut().filter(|op| op.lane == room.lane);
            ops.filter(|op| !within.contains(&op.laptop)).for_each(|op| op.may_lose = true);
            self.run.reference.compare_in(world, *first, &room.lane)?;
        }
        Ok(())
    }
}

/// Whether a laptop's key and a log open one of these items, which are content.
fn reads(world: &World, laptop: usize, log: &Log, items: &[[u8; 32]], author: usize) -> Result<bool> {
    let keys = DeviceKeys::from_seed(&world.laptops[laptop].seed);
    let (mut ring, mut spaces) = (KeyRing::new(), Spaces::new());
    ring.learn(log, &[keys.opener()]);
    spaces.learn(log, &[keys.opener()]);
    for id in items {
        let Some(item) = world.core_ref(author).store().item(id)? else { continue };
        let item = Item::parse(item.bytes)?;
        let epoch = item.header().epoch;
        let key = ring.get(&epoch).or_else(|| spaces.key(&epoch));
        if !item.kind().is_record() && key.is_some_and(|key| item.open(key).is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}
