//! Thousands of short runs of whole workspaces, each made by one number. A failing number replays:
//! `TERN_SEED=17 cargo test -p tern-tests --test sim`; `TERN_SEEDS=20000` runs more of them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use tern_tests::schedule;

/// Runs of the default test run.
const SEEDS: u64 = 2_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn machines_that_lose_repeat_and_forget_end_with_the_same_work() {
    if let Some(seed) = number("TERN_SEED") {
        let mut run = schedule::Run::new(seed).expect("a workspace");
        let result = run.go();
        println!("{}", run.plan);
        result.expect("the run ends well");
        return;
    }
    let (seeds, next) = (number("TERN_SEEDS").unwrap_or(SEEDS), AtomicU64::new(0));
    let failures: Mutex<Vec<String>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let enough = failures.lock().is_ok_and(|f| f.len() >= 5);
                    if seed >= seeds || enough {
                        return;
                    }
                    let result = std::panic::catch_unwind(|| schedule::run(seed));
                    let text = match result {
                        Ok(Ok(())) => continue,
                        Ok(Err(error)) => format!("{error:#}"),
                        Err(_) => format!("seed {seed} panicked (TERN_SEED={seed} replays it)"),
                    };
                    failures.lock().expect("no test thread panics").push(text);
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no test thread panics");
    assert!(failures.is_empty(), "{} runs failed:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn the_harness_sees_a_lost_word_a_split_and_a_leak() {
    let mut run = schedule::Run::new(7).expect("a workspace");
    run.go().expect("an honest run ends well");
    let page = tern_peer::Command::PageNew {
        title: "kept from the others".to_owned(),
        parent: None,
        space: None,
        markdown: Some("x".to_owned()),
    };
    run.world.perform(0, &page).expect("a page");
    let split = tern_tests::checks::all(&mut run.world, &run.reference);
    assert!(split.expect_err("one laptop holds more").to_string().contains("different items"));
    run.world.quiesce().expect("they meet");
    tern_tests::checks::all(&mut run.world, &run.reference).expect("whole again");
    let op = run.reference.ops.iter_mut().find(|op| !op.may_lose).expect("somebody wrote");
    op.items.push([7; 32]);
    let lost = tern_tests::checks::all(&mut run.world, &run.reference);
    assert!(lost.expect_err("an item is missing").to_string().contains("is nowhere"));
    run.reference.ops.clear();
    std::fs::write(tern_tests::disk::wal(&run.world.node.path), tern_tests::world::CANARY).expect("a file");
    let leak = tern_tests::checks::node_is_blind(&run.world);
    assert!(leak.expect_err("the canary is on the node").to_string().contains("canary"));
}
