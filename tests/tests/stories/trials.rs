//! Suspect changes and their trials: who is set aside, what waits, and what a trial without a verdict means.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, ensure};
use tern_model::foreign::Foreign;
use tern_peer::core::Core;
use tern_peer::trial::{InProcess, Limits, Outcome, Trials};
use tern_peer::{Command, PeerError, Query, Reply, View};
use tern_store::{OpenOptions, VerdictFilter};
use tern_tests::World;
use tern_tests::forge::{Forged, Forger, document};
use tern_tests::host::SimHost;

const ADA: usize = 0;
const BAO: usize = 1;

/// Trials of which the first ones take too long, and which are counted.
#[derive(Debug, Default)]
struct Slowly {
    too_long: AtomicUsize,
    held: AtomicUsize,
}

impl Trials for Slowly {
    fn changes(&self, ground: &[&[u8]], suspects: &[&[u8]], limits: &Limits) -> Outcome {
        self.held.fetch_add(1, Ordering::Relaxed);
        let one_less = |n: usize| n.checked_sub(1);
        if *limits == Limits::SUSPECT
            && self.too_long.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
        {
            return Outcome::None("it takes too long".to_owned());
        }
        InProcess.changes(ground, suspects, limits)
    }

    fn foreign(&self, file: &[u8]) -> Result<Foreign, PeerError> {
        InProcess.foreign(file)
    }
}

struct Scene {
    world: World,
    page: String,
    forger: Forger,
}

fn scene(seed: u64) -> Result<Scene> {
    let mut world = World::ready(seed, 2)?;
    let markdown = Some("honest beginning".to_owned());
    let new = Command::PageNew { title: "Plan".to_owned(), parent: None, space: None, markdown };
    let Reply::Doc(page) = world.perform(ADA, &new)? else { anyhow::bail!("no page") };
    world.quiesce()?;
    let forger = Forger::of(&mut world, BAO)?;
    Ok(Scene { world, page: page.id, forger })
}

impl Scene {
    /// A change that passes the gates and does not apply: it names an object that does not exist.
    fn poison(&mut self, run: u64) -> Result<Vec<u8>> {
        self.forger.start_again(&mut tern_tests::Rng::new(run));
        let (doc, heads, last) = document(&mut self.world, BAO, &self.page)?;
        let columns = vec![(1, vec![0x7f, 0]), (2, vec![0x7f, 0xff, 0x3f])];
        let right = Forged::right(self.forger.actor(), heads, 1, last + 1);
        self.forger.seal(doc.id(), vec![Forged { columns, ..right }.bytes()])
    }

    /// A right change of the same author.
    fn good(&mut self, run: u64) -> Result<Vec<u8>> {
        self.forger.start_again(&mut tern_tests::Rng::new(run));
        let (doc, heads, last) = document(&mut self.world, BAO, &self.page)?;
        let right = Forged::right(self.forger.actor(), heads, 1, last + 1);
        self.forger.seal(doc.id(), vec![right.bytes()])
    }

    fn ada(&self, trials: &Arc<Slowly>) -> Result<Core> {
        let machine = &self.world.laptops[ADA];
        let host = SimHost::with_trials(&machine.clock, 5, trials.clone());
        Ok(Core::open_with(&machine.path, &machine.seed, None, host, &OpenOptions::default())?)
    }
}

fn codes(core: &Core) -> Result<Vec<String>> {
    Ok(core.store().verdicts(&VerdictFilter::All)?.into_iter().map(|v| v.code).collect())
}

fn goes_on(core: &mut Core, page: &str) -> Result<()> {
    core.perform(&Command::PageAppend { page: page.to_owned(), markdown: "goes on".to_owned() })?;
    let query = Query::PageText { page: page.to_owned(), format: "md".to_owned(), at: None };
    let View::Text { text } = core.answer(&query)? else { anyhow::bail!("no text") };
    ensure!(text.contains("honest beginning") && text.contains("goes on"), "{text}");
    Ok(())
}

#[test]
fn a_trial_that_takes_too_long_is_no_verdict_and_is_held_again_later() -> Result<()> {
    let mut scene = scene(80)?;
    let trials = Arc::new(Slowly { too_long: 2.into(), ..Slowly::default() });
    let mut ada = scene.ada(&trials)?;
    let poison = scene.poison(1)?;
    ada.take(vec![poison])?;
    ensure!(codes(&ada)? == ["slow"], "{:?}", codes(&ada)?);
    ensure!(!ada.retry_trials()?, "tried again at once");
    goes_on(&mut ada, &scene.page)?;
    for expected in ["slow", "unsafe"] {
        scene.world.pass(10 * 60_000);
        ensure!(ada.retry_trials()?, "nothing was tried again");
        ensure!(codes(&ada)? == [expected], "{:?} instead of {expected}", codes(&ada)?);
        goes_on(&mut ada, &scene.page)?;
    }
    scene.world.pass(1_000 * 60_000);
    ensure!(!ada.retry_trials()?, "a verdict is not tried again");
    Ok(())
}

#[test]
fn trials_that_never_end_are_held_a_few_times_and_no_more() -> Result<()> {
    let mut scene = scene(81)?;
    let trials = Arc::new(Slowly { too_long: usize::MAX.into(), ..Slowly::default() });
    let mut ada = scene.ada(&trials)?;
    let poison = scene.poison(1)?;
    ada.take(vec![poison])?;
    let mut rounds = 0;
    for _ in 0..50 {
        scene.world.pass(600 * 60_000);
        if !ada.retry_trials()? {
            break;
        }
        rounds += 1;
    }
    ensure!((1..20).contains(&rounds), "{rounds} rounds");
    ensure!(codes(&ada)? == ["slow"]);
    goes_on(&mut ada, &scene.page)
}

#[test]
fn many_bad_changes_among_good_ones_cost_few_trials_and_a_verdict_is_remembered_after_a_restart() -> Result<()>
{
    let mut scene = scene(82)?;
    let trials = Arc::new(Slowly::default());
    let mut ada = scene.ada(&trials)?;
    let (mut items, mut bad) = (Vec::new(), 0);
    for run in 0..40 {
        let poisoned = run % 4 == 0;
        bad += usize::from(poisoned);
        items.push(if poisoned { scene.poison(100 + run)? } else { scene.good(100 + run)? });
    }
    ada.take(items)?;
    ensure!(codes(&ada)? == vec!["unsafe"; bad], "{:?}", codes(&ada)?);
    let held = trials.held.load(Ordering::Relaxed);
    ensure!(held <= bad * 9, "{held} trials for {bad} bad changes");
    goes_on(&mut ada, &scene.page)?;
    drop(ada);
    let again = Arc::new(Slowly::default());
    let mut ada = scene.ada(&again)?;
    goes_on(&mut ada, &scene.page)?;
    ensure!(again.held.load(Ordering::Relaxed) == 0, "known verdicts were tried again");
    Ok(())
}
