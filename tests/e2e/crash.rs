//! Processes that are killed at any moment: nothing that was acknowledged is lost.

use std::time::{Duration, Instant};

use crate::harness::{Dice, Home, Node, Running, Stage, rows, word};

/// Kills in the default run; `TERN_KILLS` sets another number for a soak.
const KILLS: u64 = 50;
/// Latest moment of a kill after a round has begun.
const LATEST_MS: u64 = 320;
/// Rounds between two looks at everything that was acknowledged: in time after each phase, and never always after one
/// that repairs.
const LOOK_EVERY: u64 = 7;

fn kills() -> u64 {
    std::env::var("TERN_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS)
}

fn seed() -> u64 {
    std::env::var("TERN_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(0x7E4A)
}

/// What is under way when a process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// Edits by commands; the command is killed.
    Edit,
    /// Edits by commands while a process is online; that process is killed.
    Online,
    /// Files become pages.
    Import,
    /// A meeting with the node.
    Sync,
    /// A bundle is written, and read again.
    Bundle,
    /// Histories are folded into packs, and what they cover is dropped.
    Compact,
    /// Everything is hashed again, lists are rebuilt, and lost rows are asked for.
    Repair,
}

const PHASES: [Phase; 8] = [
    Phase::Edit,
    Phase::Online,
    Phase::Import,
    Phase::Sync,
    Phase::Bundle,
    Phase::Edit,
    Phase::Compact,
    Phase::Repair,
];

/// A home whose processes are killed, and what it acknowledged.
struct Bench {
    stage: Stage,
    ben: Home,
    page: String,
    acknowledged: Vec<String>,
    /// How many of these were acknowledged by a command that was alone and could be killed.
    by_command: u64,
    /// Kills come within this time: long enough on this machine for a few edits.
    latest_ms: u64,
    edits: u64,
    _node: Node,
}

impl Bench {
    fn new() -> Self {
        let stage = Stage::new();
        let node = Node::start(&stage);
        let ben = stage.ben();
        ben.json(&["relay", "add", &node.ticket]);
        ben.json(&["compact", "--on"]);
        let page = word(&ben.json(&["page", "new", "Log"]), "id");
        for n in 0..12 {
            stage.write(&format!("book/page-{n}.md"), format!("# Page {n}\n\n{}", "A line.\n\n".repeat(20)));
        }
        let mut bench = Bench {
            stage,
            ben,
            page,
            acknowledged: Vec::new(),
            by_command: 0,
            latest_ms: LATEST_MS,
            edits: 0,
            _node: node,
        };
        let begin = Instant::now();
        let (mark, mut running) = bench.edit();
        assert!(running.wait(Duration::from_secs(60)).is_some_and(|ran| ran.code == 0), "an edit");
        bench.acknowledged.push(mark);
        let took_ms = u64::try_from(begin.elapsed().as_millis()).unwrap_or(LATEST_MS);
        bench.latest_ms = LATEST_MS.max(4 * took_ms);
        bench
    }

    /// Starts one edit; gives its mark too.
    fn edit(&mut self) -> (String, Running) {
        let mark = format!("edit {}.", self.edits);
        self.edits += 1;
        let running = if self.edits.is_multiple_of(2) {
            self.ben.start(&["page", "append", &self.page], &format!("{mark}\n"))
        } else {
            self.ben.start(&["task", "new", &mark], "")
        };
        (mark, running)
    }

    /// Edits until the deadline cuts a command off.
    fn edit_until(&mut self, deadline: Instant) {
        loop {
            let (mark, mut running) = self.edit();
            let ended = running.wait(deadline.saturating_duration_since(Instant::now()));
            let killed = ended.is_none();
            let ran = ended.unwrap_or_else(|| running.kill());
            // What was printed in full was acknowledged, even if the process was killed right after.
            if ran.out.ends_with("}\n") {
                self.acknowledged.push(mark);
                self.by_command += 1;
            } else {
                assert!(killed, "an edit failed by itself: {ran:?}");
            }
            if killed || Instant::now() >= deadline {
                return;
            }
        }
    }

    /// Lets a command run and kills it at the deadline.
    fn cut_off(&self, args: &[&str], deadline: Instant) {
        let mut running = self.ben.start(args, "");
        if running.wait(deadline.saturating_duration_since(Instant::now())).is_none() {
            running.kill();
        }
    }

    fn round(&mut self, phase: Phase, at_ms: u64) {
        let deadline = || Instant::now() + Duration::from_millis(at_ms);
        match phase {
            Phase::Edit => self.edit_until(deadline()),
            Phase::Online => {
                let online = self.ben.serve(&["online", "--quiet", "--listen", "127.0.0.1:0"]);
                let (mark, mut running) = self.edit();
                let done = running.wait(Duration::from_millis(at_ms));
                // Killed while it takes in, or sends, what another process wrote.
                drop(online);
                let ran = done.or_else(|| running.wait(Duration::from_secs(60))).expect("an edit ends");
                assert_eq!(ran.code, 0, "an edit failed with its neighbour: {ran:?}");
                self.acknowledged.push(mark);
            }
            Phase::Import => self.cut_off(&["import", &self.stage.arg("book")], deadline()),
            Phase::Sync => self.cut_off(&["sync"], deadline()),
            Phase::Bundle => {
                let file = self.stage.arg("all.tern");
                self.cut_off(&["bundle", "export", &file], deadline());
                self.cut_off(&["bundle", "import", &file], deadline());
            }
            Phase::Compact => self.cut_off(&["compact", "--min", "2"], deadline()),
            Phase::Repair => self.cut_off(&["check", "--repair"], deadline()),
        }
    }

    #[track_caller]
    fn assert_all_there(&self, story: &str) {
        let text = self.ben.markdown(&self.page);
        let tasks = self.ben.json(&["task", "list"]);
        for mark in &self.acknowledged {
            let in_page = text.matches(mark.as_str()).count();
            let in_tasks = rows(&tasks, "tasks").iter().filter(|t| t["title"] == mark.as_str()).count();
            assert_eq!(in_page + in_tasks, 1, "{story}: “{mark}” was acknowledged");
        }
        let check = self.ben.run(&["check"]);
        assert_eq!(check.code, 0, "{story}: {check:?}");
    }
}

#[test]
fn no_acknowledged_edit_is_lost_when_the_process_is_killed() {
    let mut bench = Bench::new();
    let mut dice = Dice::new(seed());
    for round in 0..kills() {
        // Each phase in turn, at an instant drawn for it.
        let phase = PHASES[(round % PHASES.len() as u64) as usize];
        let at_ms = dice.below(bench.latest_ms);
        bench.round(phase, at_ms);
        let story = format!("seed {}, round {round}: {phase:?}, {at_ms} ms", seed());
        if round % LOOK_EVERY == LOOK_EVERY - 1 || round + 1 == kills() {
            bench.assert_all_there(&story);
        }
    }
    assert!(bench.by_command > 0, "every command was killed before its first edit was acknowledged");
    println!("{} kills, {} edits acknowledged, all there", kills(), bench.acknowledged.len());
    // What was acknowledged leaves this laptop as if nothing had happened.
    bench.ben.json(&["sync"]);
    assert_eq!(bench.ben.json(&["status"])["only_here"]["items"], 0);
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
