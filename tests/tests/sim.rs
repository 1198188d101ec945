//! Thousands of short runs of whole workspaces, each made by one number. A failing run is told as the few steps that it
//! needs: `TERN_SCHEDULE=17 TERN_STEPS=3,9 cargo test -p tern-tests --test sim machines` replays them, without `TERN_STEPS` all of
//! them. `TERN_SEEDS=20000` runs more.

use std::sync::atomic::Ordering;

use tern_peer::{Command, Reply};
use tern_tests::campaign::{Campaign, number};
use tern_tests::host::{SIMULATED_MS, YEAR_MS};
use tern_tests::{World, checks, company, schedule};

/// Runs of the default test run.
const SEEDS: u64 = 2_000;
/// Runs with a forger of the default test run.
const COMPANIES: u64 = 500;

/// Runs the campaign, or what the environment asks for.
fn all_end_well(campaign: &Campaign, seeds: u64) {
    if let Some(result) = campaign.replay() {
        println!("{}", result.expect("the run ends well"));
        return;
    }
    let (begin, before) = (std::time::Instant::now(), SIMULATED_MS.load(Ordering::Relaxed));
    let failures = campaign.go(seeds);
    let years = (SIMULATED_MS.load(Ordering::Relaxed) - before) as f64 / YEAR_MS as f64;
    println!("{seeds} runs: {years:.1} simulated years in {:.0} s", begin.elapsed().as_secs_f64());
    assert!(failures.is_empty(), "{} runs failed:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn machines_that_lose_repeat_and_forget_end_with_the_same_work() {
    all_end_well(&schedule::CAMPAIGN, number("TERN_SEEDS").unwrap_or(SEEDS));
}

/// With people who come and go and one who forges: `TERN_COMPANY=17` replays a run, `TERN_COMPANIES=10000` runs more.
#[test]
fn people_come_and_go_and_one_forges_and_everybody_else_ends_with_the_same_work() {
    all_end_well(&company::CAMPAIGN, number("TERN_COMPANIES").unwrap_or(COMPANIES));
}

#[test]
fn t1_a_restored_backup_and_a_cloned_machine_lose_nothing() {
    let (ada, bao) = (0, 1);
    for cloned in [false, true] {
        let mut world = World::ready(11, 2).expect("a workspace");
        let markdown = Some("the beginning".to_owned());
        let new = Command::PageNew { title: "Plan".to_owned(), parent: None, space: None, markdown };
        let Reply::Doc(page) = world.perform(bao, &new).expect("a page") else { panic!("no page") };
        world.back_up(bao).expect("a copy");
        // What the first life writes after the copy reaches the others, some of it only after the copy woke up.
        world.append(bao, &page.id, "written after the copy").expect("an edit");
        world.quiesce().expect("they meet");
        world.append(bao, &page.id, "said at the same time by the first life").expect("an edit");
        let late = world.core_ref(bao).store().items_after(0, 64 << 20).expect("its items");
        world.restore(bao, 0, cloned).expect("the copy starts");
        assert!(
            !world.text(bao, &page.id).expect("an answer").contains("after the copy"),
            "it is the old one"
        );
        world.append(bao, &page.id, "said at the same time by the second life").expect("an edit");
        world.take(ada, late.into_iter().map(|item| item.bytes).collect()).expect("stored");
        world.quiesce().expect("they meet");
        for laptop in [ada, bao] {
            let all = world.text(laptop, &page.id).expect("an answer");
            for said in ["the beginning", "written after the copy", "by the first life", "by the second life"]
            {
                assert!(all.contains(said), "cloned {cloned}: “{said}” is lost on laptop {laptop}: {all}");
            }
            let aside =
                world.core_ref(laptop).store().verdicts(&tern_store::VerdictFilter::All).expect("rows");
            assert!(aside.is_empty(), "cloned {cloned}: {aside:?}");
        }
        checks::same_picture(&mut world).expect("both see the same");
    }
}

#[test]
fn the_harness_sees_a_lost_word_a_split_and_a_leak() {
    let mut run = schedule::Run::new(7).expect("a workspace");
    run.go(&schedule::CAMPAIGN.all()).expect("an honest run ends well");
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
