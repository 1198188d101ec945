//! Processes that are killed at any moment: nothing that was acknowledged is lost.

use std::time::{Duration, Instant};

use crate::harness::{Dice, Home, Stage, rows, word};

/// Kills in the default run; `TERN_KILLS` sets another number for a soak.
const KILLS: u64 = 20;
/// Latest moment of a kill after the loop of a round has begun.
const LATEST_MS: u64 = 600;

fn kills() -> u64 {
    std::env::var("TERN_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS)
}

fn seed() -> u64 {
    std::env::var("TERN_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0x7E4A)
}

/// Edits until the deadline cuts a command off; gives what was acknowledged.
fn edit_until_killed(home: &Home, page: &str, round: u64, deadline: Instant) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for n in 0.. {
        let mark = format!("edit {round}-{n}.");
        let mut running = if n % 2 == 0 {
            home.start(&["page", "append", page], &format!("{mark}\n"))
        } else {
            home.start(&["task", "new", &mark], "")
        };
        let left = deadline.saturating_duration_since(Instant::now());
        let ended = running.wait(left);
        let killed = ended.is_none();
        let ran = ended.unwrap_or_else(|| running.kill());
        // What was printed in full was acknowledged, even if the process was killed right after.
        if ran.out.ends_with("}\n") {
            acknowledged.push(mark);
        } else {
            assert!(killed, "an edit failed by itself: {ran:?}");
        }
        if killed || Instant::now() >= deadline {
            return acknowledged;
        }
    }
    acknowledged
}

#[track_caller]
fn assert_all_there(home: &Home, page: &str, acknowledged: &[String], story: &str) {
    let text = home.markdown(page);
    let tasks = home.json(&["task", "list"]);
    for mark in acknowledged {
        let in_page = text.matches(mark.as_str()).count();
        let in_tasks = rows(&tasks, "tasks").iter().filter(|t| t["title"] == mark.as_str()).count();
        assert_eq!(in_page + in_tasks, 1, "{story}: “{mark}” was acknowledged");
    }
    let check = home.run(&["check"]);
    assert_eq!(check.code, 0, "{story}: {check:?}");
}

#[test]
fn no_acknowledged_edit_is_lost_when_the_process_is_killed() {
    let stage = Stage::new();
    let ben = stage.ben();
    let page = word(&ben.json(&["page", "new", "Log"]), "id");
    let mut dice = Dice::new(seed());
    let mut acknowledged = Vec::new();
    for round in 0..kills() {
        let story = format!("seed {}, round {round}", seed());
        let deadline = Instant::now() + Duration::from_millis(dice.below(LATEST_MS));
        acknowledged.extend(edit_until_killed(&ben, &page, round, deadline));
        assert_all_there(&ben, &page, &acknowledged, &story);
    }
    assert!(!acknowledged.is_empty(), "every round was killed before its first edit");
}

#[test]
fn an_import_that_is_killed_leaves_a_clean_store_and_is_finished_by_the_next() {
    let stage = Stage::new();
    let ben = stage.ben();
    for n in 0..40 {
        stage.write(&format!("book/page-{n}.md"), format!("# Page {n}\n\n{}", "A line.\n\n".repeat(20)));
    }
    let mut dice = Dice::new(seed());
    for _ in 0..3 {
        let mut running = ben.start(&["import", &stage.arg("book")], "");
        if running.wait(Duration::from_millis(dice.below(LATEST_MS))).is_none() {
            running.kill();
        }
        assert_eq!(ben.run(&["check"]).code, 0);
    }
    ben.json(&["import", &stage.arg("book")]);
    let list = ben.json(&["page", "list"]);
    for n in 0..40 {
        let found = rows(&list, "pages").iter().filter(|p| p["title"] == format!("Page {n}")).count();
        assert_eq!(found, 1, "page {n} is there {found} times");
    }
}
