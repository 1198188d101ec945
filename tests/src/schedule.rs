//! One seed, one run: people write, machines meet, disks and clocks fail, and at the end everything must agree.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Result, bail, ensure};
use tern_peer::{Command, ErrorKind, Query, Reply, View};
use tern_sync::Lane;
use tern_trust::derive::ZERO16;
use tern_trust::{Id16, Role};

use crate::campaign::Campaign;
use crate::host::{Rng, YEAR_MS};
use crate::reference::{Effect, Reference};
use crate::watch::Watch;
use crate::world::{CANARY, NODE, World};
use crate::{bundle, checks};

/// Steps of one run.
pub const STEPS: usize = 20;

/// A run in progress.
#[derive(Debug)]
pub struct Run {
    /// Machines and net.
    pub world: World,
    /// What should be true.
    pub reference: Reference,
    /// What was done, a line a step.
    pub plan: String,
    /// Whether long histories are folded together in this run.
    packs: bool,
    seed: u64,
    /// The step under way.
    at: usize,
    pub(crate) rng: Rng,
    stale: Vec<Stale>,
    watch: Watch,
    /// Who did something in this step.
    pub(crate) acted: usize,
    /// Laptops of which somebody else says what they do.
    pub(crate) driven: BTreeSet<usize>,
}

/// A page as somebody opened it in an editor and has not saved yet.
#[derive(Debug, Clone)]
struct Stale {
    laptop: usize,
    page: String,
    heads: String,
    text: String,
}

/// The campaign of these runs.
pub const CAMPAIGN: Campaign = Campaign { variable: "TERN_SCHEDULE", steps: STEPS, run };

/// Takes steps of a seed's run; the error says what differed, after the plan.
fn run(seed: u64, steps: &[usize]) -> Result<String> {
    let mut run = Run::new(seed)?;
    let result = run.go(steps);
    match result {
        Ok(()) => Ok(run.plan),
        Err(error) => Err(error.context(run.plan)),
    }
}

impl Run {
    /// The beginning of a seed's run.
    pub fn new(seed: u64) -> Result<Run> {
        let seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d);
        let mut rng = Rng::new(seed);
        let laptops = 2 + usize::from(rng.chance(34));
        let mut world = World::ready(rng.draw(), laptops)?;
        let packs = rng.chance(50);
        if packs {
            world.perform(0, &Command::Compact { on: true, least: None })?;
        }
        Ok(Run::of(world, packs, seed))
    }

    pub(crate) fn of(world: World, packs: bool, seed: u64) -> Run {
        let (reference, plan, stale, watch) =
            (Reference::default(), String::new(), Vec::new(), Watch::default());
        let (rng, driven) = (Rng::new(seed), BTreeSet::new());
        Run { world, reference, plan, packs, seed, at: 0, rng, stale, watch, acted: 0, driven }
    }

    /// Steps of the run, the reunion and the comparison.
    pub fn go(&mut self, steps: &[usize]) -> Result<()> {
        self.clocks();
        for at in steps {
            self.begin(*at);
            self.step()?;
            self.look()?;
        }
        self.begin(STEPS);
        self.note("all meet");
        self.world.quiesce()?;
        let before = checks::all(&mut self.world, &self.reference)?;
        // What the disk holds is what memory showed.
        self.world.power_cut(0)?;
        ensure!(before == checks::picture(&mut self.world, 0)?, "after a power cut Ada sees something else");
        Ok(())
    }

    /// What a step draws hangs on the run and its own number alone.
    pub(crate) fn begin(&mut self, at: usize) {
        let mut rng = Rng::new(self.seed ^ (at as u64 + 1).wrapping_mul(0x9e6c_63d0_876a_68ee));
        self.world.rng = Rng::new(rng.draw());
        (self.rng, self.at) = (rng, at);
    }

    /// The invariants that hold after every step.
    pub(crate) fn look(&mut self) -> Result<()> {
        let forger = self.driven.first().copied();
        // Whoever acted, and the others in their turn.
        let turn = self.at % self.world.laptops.len();
        self.watch.look(&self.world, &self.reference, [self.acted, turn], forger)
    }

    pub(crate) fn note(&mut self, what: impl std::fmt::Display) {
        let _ = writeln!(self.plan, "{:>3} {what}", self.at);
    }

    /// Clocks are wrong by up to ten years on some laptops.
    pub(crate) fn clocks(&mut self) {
        for laptop in 0..self.world.laptops.len() {
            if self.rng.chance(40) {
                self.jump(laptop);
            }
        }
    }

    fn jump(&mut self, laptop: usize) {
        let years = self.rng.below(21) as i64 - 10;
        self.world.laptops[laptop].clock.set_skew(years * YEAR_MS);
        self.note(format_args!("clock of {laptop} is {years} years off"));
    }

    fn laptop(&mut self) -> usize {
        loop {
            let laptop = self.rng.below(self.world.laptops.len());
            if !self.driven.contains(&laptop) {
                return laptop;
            }
        }
    }

    pub(crate) fn step(&mut self) -> Result<()> {
        let laptop = self.laptop();
        self.acted = laptop;
        let roll = self.rng.below(100);
        let pause = self.rng.below(60_000) as i64;
        self.world.clock.pass(pause);
        match roll {
            0..8 if self.packs => self.compact(laptop),
            0..44 => self.write(laptop),
            44..58 => self.dial(laptop, NODE),
            58..66 => {
                let other = self.laptop();
                if other == laptop { Ok(()) } else { self.dial(laptop, other) }
            }
            66..74 => self.pump(),
            74..78 => {
                self.break_one();
                Ok(())
            }
            78..82 => self.hand_over(laptop),
            82..86 => {
                self.note(format_args!("power cut at {laptop}"));
                self.world.power_cut(laptop)
            }
            86..89 => {
                self.note(format_args!("{laptop} is backed up"));
                self.world.back_up(laptop)
            }
            89..92 => self.restore(laptop),
            92..94 => self.partition(laptop),
            94..96 => {
                self.jump(laptop);
                Ok(())
            }
            96..98 => self.restart_node(),
            _ => self.replay(laptop),
        }
    }

    /// A laptop folds what it may, and now and then the node drops what has been covered for a week.
    fn compact(&mut self, laptop: usize) -> Result<()> {
        let done = match self.world.perform(laptop, &Command::Compact { on: false, least: Some(2) }) {
            Ok(Reply::Compact(done)) => done,
            Ok(other) => bail!("{other:?} for an answer to Compact"),
            Err(error) => bail!("folding failed: {error}"),
        };
        self.note(format_args!(
            "{laptop} folds {}, vouches for {}, drops {}",
            done.packed, done.attested, done.dropped
        ));
        ensure!(done.left_out == 0, "a pack of an honest laptop leaves something out");
        if self.rng.chance(30) {
            self.note("a week passes for the node");
            self.world.clock.pass(8 * 86_400_000);
            for node in self.world.node.hub.tenants_mut() {
                node.tidy();
            }
        }
        Ok(())
    }

    pub(crate) fn dial(&mut self, from: usize, to: usize) -> Result<()> {
        let reached = self.world.dial_known(from, to)?;
        self.note(format_args!("{from} dials {to}: {reached}"));
        self.pump()
    }

    fn pump(&mut self) -> Result<()> {
        let count = if self.rng.chance(50) { 400 } else { self.rng.below(30) };
        self.world.pump(count);
        if self.rng.chance(20) {
            self.world.pass(10_000);
        }
        Ok(())
    }

    fn break_one(&mut self) {
        let at = self.rng.below(self.world.links.len());
        if at < self.world.links.len() {
            self.note("a connection breaks");
            self.world.break_link(at);
        }
    }

    fn hand_over(&mut self, from: usize) -> Result<()> {
        let to = self.laptop();
        if to == from {
            return Ok(());
        }
        let dice = self.rng.bytes();
        let mut file = bundle::write(self.world.core_ref(from), dice, None)?;
        let torn = self.rng.chance(20);
        if torn {
            file.truncate(file.len() - 1 - self.rng.below(file.len() / 2));
        }
        self.note(format_args!("{from} hands {to} a bundle{}", if torn { ", cut short" } else { "" }));
        if let Ok((theirs, whole)) = bundle::read(&mut self.world, to, &file) {
            ensure!(whole != torn, "a bundle cut short was taken for whole");
            let dice = self.rng.bytes();
            let back = bundle::write(self.world.core_ref(to), dice, Some(&theirs))?;
            let out =
                self.world.core_ref(to).membership().acting_role(&self.world.device(from)) == Role::None;
            if self.rng.chance(60) && !out {
                bundle::read(&mut self.world, from, &back)?;
            }
        } else {
            // Whoever is out by the sender's log is given nothing to open it with.
            let out =
                self.world.core_ref(from).membership().acting_role(&self.world.device(to)) == Role::None;
            ensure!(torn || out, "a whole bundle could not be read");
        }
        Ok(())
    }

    fn restore(&mut self, laptop: usize) -> Result<()> {
        let count = self.world.laptops[laptop].backups.len();
        if count == 0 {
            return Ok(());
        }
        let (backup, cloned) = (self.rng.below(count), self.rng.chance(60));
        self.note(format_args!("{laptop} goes back to backup {backup}, cloned {cloned}"));
        self.world.restore(laptop, backup, cloned)?;
        self.stale.retain(|s| s.laptop != laptop);
        self.watch.forget(laptop);
        self.reference.note_losses(&self.world)?;
        // The second life goes on before it has met anybody who knows the first.
        if self.rng.chance(60) { self.write(laptop) } else { Ok(()) }
    }

    fn partition(&mut self, laptop: usize) -> Result<()> {
        if self.world.cut.is_empty() {
            self.note(format_args!("{laptop} is cut off from the node"));
            self.world.cut.insert((laptop, NODE));
        } else {
            self.note("everybody can reach everybody");
            self.world.cut.clear();
        }
        Ok(())
    }

    fn restart_node(&mut self) -> Result<()> {
        let wipe = self.rng.chance(40);
        self.note(format_args!("the node starts again, wiped {wipe}"));
        self.world.restart_node(wipe)?;
        self.reference.note_losses(&self.world)
    }

    /// Items that somebody holds come again, out of order and in part.
    fn replay(&mut self, to: usize) -> Result<()> {
        let from = self.laptop();
        let all = self.world.core_ref(from).store().items_after(0, 64 << 20)?.into_iter();
        // What is private is given to nobody else by anybody.
        let open = all.filter(|item| item.lane == Lane::LOG.0 || item.lane == ZERO16);
        let mut items: Vec<Vec<u8>> = open.map(|item| item.bytes).collect();
        self.rng.shuffle(&mut items);
        items.truncate(1 + self.rng.below(items.len()));
        self.note(format_args!("{to} gets {} items of {from} out of order", items.len()));
        self.world.take(to, items)?;
        Ok(())
    }

    fn write(&mut self, laptop: usize) -> Result<()> {
        let row = self.world.core_ref(laptop).store().last_row()?;
        let pages = self.pages(laptop)?;
        let tasks = self.tasks(laptop)?;
        let page = self.rng.pick(&pages).cloned();
        let task = self.rng.pick(&tasks).cloned();
        let roll = self.rng.below(100);
        let (command, doc, effects) = match (roll, page, task) {
            (0..46, Some(page), _) => match self.edit(laptop, &page, roll)? {
                Some(made) => made,
                None => return Ok(()),
            },
            (46..56, Some(page), _) => self.append(&page),
            (56..62, Some(page), _) => self.rename(&page),
            (62..70, Some(page), _) => {
                let parent = self.rng.pick(&pages).cloned().filter(|p| *p != page);
                (Command::PageMove { page: page.clone(), parent, after: None }, Some(page), Vec::new())
            }
            (70..74, Some(doc), _) => (Command::Trash { doc: doc.clone() }, Some(doc), Vec::new()),
            (74..76, Some(doc), _) => (Command::Restore { doc: doc.clone() }, Some(doc), Vec::new()),
            (76..92, _, Some(task)) => self.set(&task),
            (r, _, _) if r >= 88 => self.new_task(),
            _ => {
                let parent = self.rng.pick(&pages).cloned().filter(|_| self.rng.chance(40));
                self.new_page(parent, None)
            }
        };
        self.make(laptop, row, (command, doc, effects))
    }

    /// Performs what somebody does, and writes down what must come of it.
    pub(crate) fn make(&mut self, laptop: usize, row: i64, made: Made) -> Result<()> {
        let (command, doc, effects) = made;
        self.acted = laptop;
        self.note(format_args!("{laptop} {command:?}"));
        match self.world.perform(laptop, &command) {
            Ok(reply) => {
                let made = match reply {
                    Reply::Doc(doc) => Some(doc.id),
                    Reply::Task(task) => Some(task.id),
                    _ => None,
                };
                let Some(doc) = doc.or(made) else { bail!("{command:?} named no document") };
                self.reference.record(&self.world, laptop, row, &doc, effects)
            }
            Err(e) if matches!(e.kind, ErrorKind::Usage | ErrorKind::NotAllowed) => Ok(()),
            // Who came back may not have been given the new key yet: refused in words, and nothing is written.
            Err(e) if e.to_string().contains("key is not on this device yet") => Ok(()),
            Err(e) => bail!("{command:?} failed: {e}"),
        }
    }

    fn pages(&mut self, laptop: usize) -> Result<Vec<String>> {
        let View::Pages(tree) = self.world.ask(laptop, &Query::Pages { trash: true })? else {
            return Ok(Vec::new());
        };
        Ok(tree.pages.into_iter().map(|p| p.id).collect())
    }

    /// Pages of one space.
    pub(crate) fn pages_in(&mut self, laptop: usize, lane: &Id16) -> Result<Vec<String>> {
        let View::Pages(tree) = self.world.ask(laptop, &Query::Pages { trash: true })? else {
            return Ok(Vec::new());
        };
        let space = checks::hex(lane);
        Ok(tree.pages.into_iter().filter(|page| page.space == space).map(|page| page.id).collect())
    }

    fn tasks(&mut self, laptop: usize) -> Result<Vec<String>> {
        let query = Query::Tasks { filter: String::new(), group: None, sort: None };
        let View::Tasks(list) = self.world.ask(laptop, &query)? else { return Ok(Vec::new()) };
        Ok(list.tasks.into_iter().map(|t| t.id).collect())
    }

    fn open(&mut self, laptop: usize, page: &str) -> Result<Stale> {
        let query = Query::Page { page: page.to_owned(), at: None };
        let heads = match self.world.ask(laptop, &query)? {
            View::Page(page) => page.heads,
            _ => String::new(),
        };
        let query = Query::PageText { page: page.to_owned(), format: "md".to_owned(), at: None };
        let View::Text { text } = self.world.ask(laptop, &query)? else { bail!("no text") };
        Ok(Stale { laptop, page: page.to_owned(), heads, text })
    }

    /// Somebody saves what they had open since now, or since a while.
    fn edit(&mut self, laptop: usize, page: &str, roll: usize) -> Result<Option<Made>> {
        let mut open = self.open(laptop, page)?;
        if roll < 8 {
            self.stale.push(open);
            return Ok(None);
        }
        if roll < 16
            && let Some(at) = self.stale.iter().position(|s| s.laptop == laptop)
        {
            open = self.stale.remove(at);
        }
        let mut text: Vec<char> = open.text.chars().collect();
        let there: Vec<usize> = (0..text.len()).filter(|at| is_token(text[*at])).collect();
        let effect = match self.rng.pick(&there).copied() {
            Some(at) if roll > 36 => Effect::Delete(text.remove(at)),
            at => {
                let token = self.reference.token();
                let at = at.unwrap_or(text.len());
                text.splice(at..at, [token, ' ']);
                Effect::Insert(token)
            }
        };
        let markdown = text.into_iter().collect();
        let command = Command::PageEdit { page: open.page.clone(), markdown, base: Some(open.heads) };
        Ok(Some((command, Some(open.page), vec![effect])))
    }

    fn append(&mut self, page: &str) -> Made {
        let token = self.reference.token();
        let shapes = ["", "# ", "- ", "1. ", "> ", "- [ ] ", "**bold** "];
        let shape = self.rng.pick(&shapes).copied().unwrap_or_default();
        let command = Command::PageAppend { page: page.to_owned(), markdown: format!("{shape}{token}\n") };
        (command, Some(page.to_owned()), vec![Effect::Insert(token)])
    }

    fn rename(&mut self, page: &str) -> Made {
        let title = format!("{CANARY} {}", self.reference.token());
        let command = Command::PageRename { page: page.to_owned(), title: title.clone() };
        (command, Some(page.to_owned()), vec![Effect::Field("title", title)])
    }

    pub(crate) fn new_page(&mut self, parent: Option<String>, space: Option<String>) -> Made {
        let title = format!("{CANARY} {}", self.reference.token());
        let tokens = [self.reference.token(), self.reference.token(), self.reference.token()];
        let markdown = format!("{} {CANARY} {}\n\n- {}\n", tokens[0], tokens[1], tokens[2]);
        let mut effects: Vec<Effect> = tokens.into_iter().map(Effect::Insert).collect();
        effects.push(Effect::Field("title", title.clone()));
        (Command::PageNew { title, parent, space, markdown: Some(markdown) }, None, effects)
    }

    fn new_task(&mut self) -> Made {
        let title = format!("{CANARY} {}", self.reference.token());
        (Command::TaskNew { line: title.clone() }, None, vec![Effect::Field("title", title)])
    }

    fn set(&mut self, task: &str) -> Made {
        let task = task.to_owned();
        let (name, value) = match self.rng.below(4) {
            0 | 1 => ("title", format!("{CANARY} {}", self.reference.token())),
            2 => ("label", format!("l{}", self.rng.below(5))),
            _ => ("priority", ["low", "high", "urgent"][self.rng.below(3)].to_owned()),
        };
        let effects = if name == "title" { vec![Effect::Field(name, value.clone())] } else { Vec::new() };
        let fields = vec![(name.to_owned(), value)];
        (Command::TaskSet { task: task.clone(), fields }, Some(task), effects)
    }
}

/// A command, the document it is about when it is not new, and what it does.
pub(crate) type Made = (Command, Option<String>, Vec<Effect>);

fn is_token(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}
