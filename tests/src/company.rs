//! Runs with people who come and go, and one member whose program does whatever it likes: Ada owns, Bao is an Admin, Cleo
//! and Dov write, and Dov forges.

use anyhow::{Result, bail, ensure};
use tern_model::Doc;
use tern_peer::{AccessCommand, Command, ErrorKind};
use tern_store::VerdictFilter;
use tern_trust::Role;
use tern_trust::record::Fields;

use crate::checks;
use crate::forge::{Forged, Forger, document, with_right_checksum};
use crate::host::Rng;
use crate::schedule::Run;
use crate::world::{NODE, World};

/// Steps of one run.
pub const STEPS: usize = 30;
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
}

/// Runs a seed to its end; the error says what differed, after the plan.
pub fn run(seed: u64) -> Result<()> {
    let mut company = Company::new(seed)?;
    let result = company.go();
    result
        .map_err(|e| e.context(format!("seed {seed} (TERN_COMPANY={seed} replays it)\n{}", company.run.plan)))
}

impl Company {
    /// The beginning of a seed's run.
    pub fn new(seed: u64) -> Result<Company> {
        let mut rng = Rng::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x5bd1_e995);
        let mut world = World::company(rng.draw())?;
        let packs = rng.chance(40);
        if packs {
            world.perform(ADA, &Command::Compact { on: true, least: None })?;
        }
        let dov = Forger::of(&mut world, DOV)?;
        let mut run = Run::of(world, packs, rng);
        run.driven.insert(DOV);
        Ok(Company { run, dov, pages: Vec::new() })
    }

    /// What was done so far, a line a step.
    pub fn plan(&self) -> &str {
        &self.run.plan
    }

    /// All steps, the reunion and the comparison.
    pub fn go(&mut self) -> Result<()> {
        self.run.clocks();
        for _ in 0..STEPS {
            match self.run.rng.below(100) {
                0..62 => self.run.step()?,
                62..74 => self.manage()?,
                74..78 => self.come_back()?,
                _ => self.forge()?,
            }
            self.owner_stands()?;
        }
        self.run.note("all meet");
        self.reunion()?;
        self.compare()
    }

    /// The Owner is there whatever anybody writes.
    fn owner_stands(&self) -> Result<()> {
        for laptop in [ADA, BAO, CLEO] {
            let membership = self.run.world.core_ref(laptop).membership();
            let role = membership.role_of(&membership.owner);
            ensure!(role == Role::Owner, "laptop {laptop}: the Owner is {role}");
        }
        Ok(())
    }

    fn member(&self, laptop: usize) -> Result<String> {
        Ok(self.run.world.member(laptop)?.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn perform(&mut self, laptop: usize, command: &Command) -> Result<()> {
        self.run.note(format_args!("{laptop} {command:?}"));
        match self.run.world.perform(laptop, command) {
            Ok(_) => Ok(()),
            // Roles may have changed meanwhile, and nobody is who was removed here.
            Err(e) if matches!(e.kind, ErrorKind::Usage | ErrorKind::NotAllowed | ErrorKind::NotFound) => {
                Ok(())
            }
            Err(e) => bail!("{command:?} failed: {e}"),
        }
    }

    /// Ada or Bao changes who may do what, each by what their own laptop knows.
    fn manage(&mut self) -> Result<()> {
        let by = if self.run.rng.chance(60) { ADA } else { BAO };
        let of = [BAO, CLEO, DOV][self.run.rng.below(3)];
        let member = self.member(of)?;
        let roles = ["reader", "commenter", "writer", "admin"];
        let role = roles[self.run.rng.below(if of == BAO { 4 } else { 3 })].to_owned();
        let command = match self.run.rng.below(10) {
            0..6 => Command::MemberRole { member, role },
            6..8 => Command::Access(AccessCommand::MemberRemove { member }),
            _ => Command::Access(AccessCommand::MemberRestore { member, role }),
        };
        self.perform(by, &command)
    }

    /// Ada gives somebody their place back, so that runs do not end with two people.
    fn come_back(&mut self) -> Result<()> {
        let of = [BAO, CLEO][self.run.rng.below(2)];
        let (member, role) = (self.member(of)?, "writer".to_owned());
        let there = self.run.world.core_ref(ADA).membership().role_of(&self.run.world.member(of)?);
        let command = match there {
            Role::None => Command::Access(AccessCommand::MemberRestore { member, role }),
            _ => Command::MemberRole { member, role },
        };
        self.perform(ADA, &command)
    }

    /// Dov writes what no honest program writes, and gives it to whomever he likes.
    fn forge(&mut self) -> Result<()> {
        // He writes by what his laptop heard; now and then he meets the node like anybody.
        if self.run.rng.chance(30) {
            self.run.dial(DOV, NODE)?;
        }
        let Some(page) = self.a_page()? else { return Ok(()) };
        let what = self.run.rng.below(12);
        if self.run.rng.chance(25) {
            self.dov.start_again(&mut self.run.rng);
        }
        let made = self.make(what, &page)?;
        let to = [ADA, BAO, CLEO, DOV][self.run.rng.below(4)];
        self.run.note(format_args!("Dov makes {} of kind {what} for {to}", made.len()));
        self.run.world.take(to, made);
        Ok(())
    }

    fn a_page(&mut self) -> Result<Option<String>> {
        let query = tern_peer::Query::Pages { trash: true };
        if let tern_peer::View::Pages(tree) = self.run.world.ask(DOV, &query)? {
            self.pages = tree.pages.into_iter().map(|page| page.id).collect();
        }
        Ok(self.run.rng.pick(&self.pages).cloned())
    }

    fn make(&mut self, what: usize, page: &str) -> Result<Vec<Vec<u8>>> {
        let Ok((doc, heads, last)) = document(&mut self.run.world, DOV, page) else { return Ok(Vec::new()) };
        let (actor, rng) = (self.dov.actor(), &mut self.run.rng);
        self.dov.day = 20_000 + rng.below(2_000) as u16;
        let right = |ops: i64| Forged { ops, ..Forged::right(actor, heads.clone(), 1, last + 1) }.bytes();
        let id = doc.id();
        Ok(match what {
            // Two versions of one change, in one place of his feed or in two.
            0 | 1 => {
                let (a, b) = (right(1), right(2 + rng.below(5) as i64));
                vec![self.dov.seal(id, vec![a])?, self.dov.seal(id, vec![b])?]
            }
            2 => {
                let mut twin = self.dov.twin();
                let first = self.dov.seal(id, vec![right(1)])?;
                vec![first, twin.seal(id, vec![right(3)])?]
            }
            3 => vec![self.dov.seal(id, vec![Forged::right(actor, heads, 3, last + 1).bytes()])?],
            4 => vec![self.dov.seal(id, vec![Forged::right(actor, heads, 1, (1 << 32) - 2).bytes()])?],
            5 => {
                let ada = tern_trust::derive::actor_id(&self.run.world.device(ADA), rng.draw());
                vec![self.dov.seal(id, vec![Forged::right(ada, heads, 1, last + 1).bytes()])?]
            }
            6 => self.mutated(&doc)?,
            7 => vec![self.dov.unknown_kind(0x20 + rng.below(0x40) as u8)?],
            8 | 9 => self.records()?,
            10 => vec![self.dov.pack_without_newest(&mut self.run.world, DOV, page)?],
            _ => {
                // What he holds, again and out of order.
                let items = self.run.world.core_ref(DOV).store().items_after(0, 64 << 20)?;
                let mut items: Vec<Vec<u8>> = items.into_iter().map(|item| item.bytes).collect();
                self.run.rng.shuffle(&mut items);
                items.truncate(20);
                items
            }
        })
    }

    fn mutated(&mut self, doc: &Doc) -> Result<Vec<Vec<u8>>> {
        let mut doc = doc.clone();
        let stamp = tern_model::Stamp { actor: self.dov.actor(), time_ms: 1_795_000_000_000 };
        let Some(marker) = doc.markers().first().cloned() else { return Ok(Vec::new()) };
        let edit = tern_model::Edit::Splice { block: marker, at: 0, delete: 0, insert: "mutated".to_owned() };
        let Ok(mut changes) = doc.edit(&stamp, &[edit]) else { return Ok(Vec::new()) };
        let mut chunk = changes.0.remove(0);
        let (at, bit) = (60 + self.run.rng.below(chunk.len() - 60), self.run.rng.below(8));
        chunk[at] ^= 1 << bit;
        Ok(vec![self.dov.seal(doc.id(), vec![with_right_checksum(chunk)])?])
    }

    /// Records that Dov may not write, by what his laptop knows: it may be long out of date.
    fn records(&mut self) -> Result<Vec<Vec<u8>>> {
        let of = self.run.world.member([ADA, BAO, CLEO, DOV][self.run.rng.below(4)])?;
        let fields = match self.run.rng.below(4) {
            0 => Fields::RoleSet { member: of, role: Role::Admin, cuts: Vec::new() },
            1 => Fields::MemberRemove { member: of, cuts: Vec::new() },
            2 => Fields::MemberRestore { member: of, role: Role::Writer },
            _ => Fields::RelayAdd { device: self.run.rng.bytes() },
        };
        let record = self.dov.record(self.run.world.core_ref(DOV), fields);
        Ok(record.into_iter().collect())
    }

    /// Everybody who is in meets until their stores hold the same; whoever is out gets the log.
    fn reunion(&mut self) -> Result<()> {
        self.run.world.hang_up();
        self.run.world.cut.clear();
        // Keys for those who came back are given after a pause: equal stores are not yet the end.
        let mut equal = 0;
        for _ in 0..16 {
            for laptop in [ADA, BAO, CLEO, DOV] {
                self.run.world.meet(laptop, NODE)?;
            }
            equal = if self.same_lanes().is_ok() { equal + 1 } else { 0 };
            if equal > 3 {
                break;
            }
            self.run.world.pass(60_000);
            for laptop in [ADA, BAO, CLEO] {
                let core = self.run.world.core(laptop)?;
                if core.is_member() {
                    core.tend()?;
                }
            }
        }
        self.same_lanes()
    }

    /// Laptops whose members are in, by Ada's log.
    fn inside(&self) -> Result<Vec<usize>> {
        let world = &self.run.world;
        let mut inside = Vec::new();
        for laptop in [ADA, BAO, CLEO] {
            if world.core_ref(ADA).membership().role_of(&world.member(laptop)?) > Role::None {
                inside.push(laptop);
            }
        }
        Ok(inside)
    }

    fn same_lanes(&self) -> Result<()> {
        let inside = self.inside()?;
        checks::same_lanes_of(&self.run.world, &inside)
    }

    fn compare(&mut self) -> Result<()> {
        let inside = self.inside()?;
        let first = checks::picture(&mut self.run.world, ADA)?;
        for laptop in inside.iter().skip(1) {
            let other = checks::picture(&mut self.run.world, *laptop)?;
            for (a, b) in first.iter().zip(&other) {
                let aside = || (self.aside(ADA), self.aside(*laptop));
                ensure!(a == b, "laptop {laptop} shows {b}\nwhere Ada shows {a}\naside: {:?}", aside());
            }
            ensure!(
                first.len() == other.len(),
                "laptop {laptop} shows {} lines, Ada {}",
                other.len(),
                first.len()
            );
        }
        // Whoever is out may hold work that nobody has.
        for op in self.run.reference.ops.iter_mut().filter(|op| !inside.contains(&op.laptop)) {
            op.may_lose = true;
        }
        self.run.reference.compare(&mut self.run.world, ADA)?;
        self.nobody_is_accused()?;
        for laptop in inside {
            if let tern_peer::View::Check(check) = self.run.world.ask(laptop, &tern_peer::Query::Check)? {
                ensure!(check.findings.is_empty(), "check of {laptop}: {:?}", check.findings);
            }
        }
        checks::node_is_blind(&self.run.world)?;
        // What the disk holds is what memory showed.
        self.run.world.power_cut(ADA)?;
        ensure!(
            first == checks::picture(&mut self.run.world, ADA)?,
            "after a power cut Ada sees something else"
        );
        Ok(())
    }

    /// What a laptop sets aside, for whoever looks into a failing run.
    fn aside(&self, laptop: usize) -> Vec<String> {
        let rows = self.run.world.core_ref(laptop).store().verdicts(&VerdictFilter::All).unwrap_or_default();
        let author = |device| [ADA, BAO, CLEO, DOV].into_iter().find(|l| self.run.world.device(*l) == device);
        rows.iter().map(|row| format!("{:?} {}", author(row.author), row.code)).collect()
    }

    /// Honest work is set aside for what happened to its author's role, or for what Dov wrote below it; it is never said
    /// to be badly made.
    fn nobody_is_accused(&self) -> Result<()> {
        let world = &self.run.world;
        let dov = world.device(DOV);
        for row in world.core_ref(ADA).store().verdicts(&VerdictFilter::All)? {
            if row.author == dov {
                continue;
            }
            let fair =
                ["role", "removed", "fork", "deps", "equivocation", "key"].contains(&row.code.as_str());
            ensure!(fair, "honest work is called {}: {}", row.code, row.reason);
        }
        Ok(())
    }
}
