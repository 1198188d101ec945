//! Changes of a few bytes that stand for hundreds of megabytes cost a few megabytes at whoever they are sent to. In a
//! binary of its own, so that no other test's memory counts.

use anyhow::{Result, ensure};
use tern_peer::{Command, Reply};
use tern_tests::World;
use tern_tests::forge::{Forged, Forger, document};

/// Most memory that a bomb may cost.
const MOST_BYTES: u64 = 64 << 20;

/// The highest resident size of this process so far, where the system tells it.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

#[test]
fn t4_bombs_cost_little_memory_and_leave_the_page_editable() -> Result<()> {
    let mut world = World::ready(70, 2)?;
    let new = Command::PageNew {
        title: "Plan".to_owned(),
        parent: None,
        space: None,
        markdown: Some("x".to_owned()),
    };
    let Reply::Doc(page) = world.perform(0, &new)? else { anyhow::bail!("no page") };
    world.quiesce()?;
    let (doc, deps, last) = document(&mut world, 1, &page.id)?;
    let before = peak_bytes();
    let mut rng = world.rng.clone();
    for ops in [16_385, 1_000_001, 100_000_000, i64::from(u32::MAX), i64::MAX] {
        let mut forger = Forger::of(&mut world, 1)?;
        forger.start_again(&mut rng);
        let bomb = Forged { ops, ..Forged::right(forger.actor(), deps.clone(), 1, last + 1) }.bytes();
        ensure!(bomb.len() < 1_095);
        // A batch is deflated whole: the same bomb a hundred times, and a megabyte of zeros.
        let item = forger.seal(doc.id(), vec![bomb; 100])?;
        let zeros = forger.seal(doc.id(), vec![vec![0; 250 * 1024]; 3])?;
        world.take(0, vec![item, zeros])?;
        let append = Command::PageAppend { page: page.id.clone(), markdown: "still here".to_owned() };
        world.perform(0, &append)?;
    }
    if let (Some(before), Some(after)) = (before, peak_bytes()) {
        ensure!(after - before < MOST_BYTES, "{} MiB for a few bombs", (after - before) >> 20);
    }
    Ok(())
}
