//! Runs with people who come and go, and one member whose program does whatever it likes: Ada owns, Bao is an Admin, Cleo
//! and Dov write, and Dov forges.

mod devices;
mod ending;
mod forging;
mod private;

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use tern_peer::{AccessCommand, Command, ErrorKind, Reply};
use tern_trust::Role;

use self::devices::Later;
use self::private::Room;
use crate::campaign::Campaign;
use crate::forge::Forger;
use crate::host::Rng;
use crate::schedule::Run;
use crate::world::{NODE, World};

/// Steps of one run.
pub const STEPS: usize = 30;
/// Rounds of one session in a run of this length: those without an equality between them are bounded by the protocol.
const MOST_ROUNDS: u32 = 2 * tern_sync::session::ROUNDS_MAX;
const ADA: usize = 0;
const BAO: usize = 1;
const CLEO: usize = 2;
const DOV: usize = 3;

/// A run in progress.
#[derive(Debug)]
pub struct Company {
    run: Run,
    dov: Forger,
    pages: Vec<String>,
    /// The node lies until everybody has met without it.
    lies: bool,
    rooms: Vec<Room>,
    /// Whose each laptop is, by the number of their first one.
    persons: Vec<usize>,
    /// Who runs an older build.
    older: Option<usize>,
    laters: Vec<Later>,
    /// Laptops that somebody put out as a device.
    put_out_devices: BTreeSet<usize>,
    /// Edits of the reference that were looked at.
    looked_at: usize,
}

/// The campaign of these runs.
pub const CAMPAIGN: Campaign = Campaign { variable: "TERN_COMPANY", steps: STEPS, run };

/// Takes steps of a seed's run; the error says what differed, after the plan.
fn run(seed: u64, steps: &[usize]) -> Result<String> {
    let mut company = Company::new(seed)?;
    let result = company.go(steps);
    match result {
        Ok(()) => Ok(company.run.plan),
        Err(error) => Err(error.context(company.run.plan)),
    }
}

impl Company {
    /// The beginning of a seed's run.
    pub fn new(seed: u64) -> Result<Company> {
        let seed = seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x5bd1_e995;
        let mut rng = Rng::new(seed);
        let mut world = World::company(rng.draw())?;
        let packs = rng.chance(40);
        if packs {
            world.perform(ADA, &Command::Compact { on: true, least: None })?;
        }
        let lies = rng.chance(30);
        if lies {
            world.node_begins_to_lie(rng.draw());
        }
        let dov = Forger::of(&mut world, DOV)?;
        let mut run = Run::of(world, packs, seed);
        run.driven.insert(DOV);
        let (older, persons) = (packs && rng.chance(30), vec![ADA, BAO, CLEO, DOV]);
        let mut company = Company {
            run,
            dov,
            pages: Vec::new(),
            lies,
            rooms: Vec::new(),
            persons,
            older: None,
            laters: Vec::new(),
            put_out_devices: BTreeSet::new(),
            looked_at: 0,
        };
        if older {
            company.begin_older()?;
        }
        Ok(company)
    }

    /// What was done so far, a line a step.
    pub fn plan(&self) -> &str {
        &self.run.plan
    }

    /// Steps of the run, the reunion and the comparison.
    pub fn go(&mut self, steps: &[usize]) -> Result<()> {
        if self.lies {
            self.run.note("the node lies");
        }
        self.run.clocks();
        for at in steps {
            self.run.begin(*at);
            match self.run.rng.below(100) {
                0..12 if self.lies => self.meet_the_liar()?,
                12..20 if self.lies => self.lie()?,
                0..54 => self.run.step()?,
                54..65 => self.manage()?,
                65..69 => self.come_back()?,
                69..80 => self.room()?,
                80..83 => self.device()?,
                83 => self.later()?,
                84 => self.update()?,
                _ => self.forge()?,
            }
            self.run.look()?;
            self.sealed_for_those_inside()?;
            self.sessions_end()?;
        }
        self.run.begin(STEPS);
        self.end()
    }

    /// What came of a command; nothing where it was refused for a reason that may arise here.
    fn perform(&mut self, laptop: usize, command: &Command) -> Result<Option<Reply>> {
        self.run.acted = laptop;
        self.run.note(format_args!("{laptop} {command:?}"));
        match self.run.world.perform(laptop, command) {
            Ok(reply) => Ok(Some(reply)),
            // Roles may have changed meanwhile, and nobody is who was removed here.
            Err(e) if matches!(e.kind, ErrorKind::Usage | ErrorKind::NotAllowed | ErrorKind::NotFound) => {
                Ok(None)
            }
            // Who came back may not have been given the new key yet.
            Err(e) if e.to_string().contains("key is not on this device yet") => Ok(None),
            Err(e) => bail!("{command:?} failed: {e}"),
        }
    }

    /// Ada or Bao changes who may do what, each by what their own laptop knows.
    fn manage(&mut self) -> Result<()> {
        let by = if self.run.rng.chance(60) { ADA } else { BAO };
        let of = [BAO, CLEO, DOV][self.run.rng.below(3)];
        let member = self.run.world.member_hex(of)?;
        let roles = ["reader", "commenter", "writer", "admin"];
        let role = roles[self.run.rng.below(if of == BAO { 4 } else { 3 })].to_owned();
        let command = match self.run.rng.below(10) {
            0..6 => Command::MemberRole { member, role },
            6..8 => Command::Access(AccessCommand::MemberRemove { member }),
            _ => Command::Access(AccessCommand::MemberRestore { member, role }),
        };
        self.perform(by, &command).map(|_| ())
    }

    /// Ada gives somebody their place back, so that runs do not end with two people.
    fn come_back(&mut self) -> Result<()> {
        let of = [BAO, CLEO][self.run.rng.below(2)];
        let (member, role) = (self.run.world.member_hex(of)?, "writer".to_owned());
        let there = self.run.world.core_ref(ADA).membership().role_of(&self.run.world.member(of)?);
        let command = match there {
            Role::None => Command::Access(AccessCommand::MemberRestore { member, role }),
            _ => Command::MemberRole { member, role },
        };
        self.perform(ADA, &command).map(|_| ())
    }

    /// Laptops of everybody but the forger.
    fn people(&self) -> Vec<usize> {
        (0..self.run.world.laptops.len()).filter(|laptop| *laptop != DOV).collect()
    }

    /// The node begins to show somebody, or everybody, an older copy of its store, with gaps or without; or ends it.
    fn lie(&mut self) -> Result<()> {
        let all = self.run.rng.chance(20);
        let one = self.run.rng.below(self.run.world.laptops.len());
        let gaps = [0, 10, 50][self.run.rng.below(3)];
        let ends = self.run.rng.chance(30);
        for laptop in (0..self.run.world.laptops.len()).filter(|laptop| all || *laptop == one) {
            if ends {
                self.run.note(format_args!("the node shows {laptop} what it holds"));
                self.run.world.node_shows_all(laptop);
            } else if self.run.world.node_shows_old(laptop, gaps)? {
                self.run.note(format_args!(
                    "the node shows {laptop} what it holds now, less {gaps} %, from here on"
                ));
            }
        }
        Ok(())
    }

    /// One meeting with the lying node, to its end.
    fn meet_the_liar(&mut self) -> Result<()> {
        let laptop = self.run.rng.below(self.run.world.laptops.len());
        self.run.acted = laptop;
        self.run.note(format_args!("{laptop} meets the node"));
        if self.run.world.dial_known(laptop, NODE)? {
            self.run.world.settle()?;
        }
        self.sessions_end()?;
        self.run.world.hang_up();
        Ok(())
    }

    /// Whatever the other side says, a session does not begin to compare without end.
    fn sessions_end(&self) -> Result<()> {
        for link in &self.run.world.links {
            for news in link.news() {
                let rounds = news.progress.rounds;
                ensure!(rounds <= MOST_ROUNDS, "{rounds} rounds in one session");
            }
        }
        Ok(())
    }
}
