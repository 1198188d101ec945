//! Several processes on one home.

use std::thread;

use crate::harness::{Home, Node, Stage, rows, word};

const WRITERS: usize = 4;
const ROUNDS: usize = 5;

fn write_a_lot(home: &Home, page: &str, writer: usize) {
    for round in 0..ROUNDS {
        let mark = format!("writer {writer} round {round}");
        match writer {
            0 => home.json_with(&["page", "append", page], &[], &format!("{mark}\n")),
            1 => home.json(&["task", "new", &mark]),
            2 => home.json(&["page", "new", &mark]),
            _ => home.json_with(&["page", "append", page], &[], &format!("{mark}\n")),
        };
    }
}

fn in_parallel(home: &Home, page: &str) {
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || write_a_lot(home, page, writer));
        }
    });
}

#[track_caller]
fn assert_all_there(home: &Home, page: &str) {
    let text = home.markdown(page);
    let pages = home.json(&["page", "list"]);
    let tasks = home.json(&["task", "list"]);
    for round in 0..ROUNDS {
        for writer in [0, 3] {
            let mark = format!("writer {writer} round {round}");
            assert_eq!(text.matches(&mark).count(), 1, "“{mark}” in {text}");
        }
        let titled =
            |list, key: &str, mark: String| rows(list, key).iter().filter(|r| r["title"] == mark).count();
        assert_eq!(titled(&tasks, "tasks", format!("writer 1 round {round}")), 1);
        assert_eq!(titled(&pages, "pages", format!("writer 2 round {round}")), 1);
    }
}

#[test]
fn t16_four_commands_write_at_once_while_the_laptop_is_online() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    let page = word(&ben.json(&["page", "new", "Shared"]), "id");
    ben.json(&["relay", "add", &node.ticket]);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    let online = ben.serve(&["online", "--quiet", "--listen", "127.0.0.1:0"]);
    in_parallel(&ben, &page);
    assert_all_there(&ben, &page);
    // Goes through the process that owns the network.
    let report = ben.json(&["sync"]);
    assert!(rows(&report, "peers").iter().any(|p| p["in_sync"] == true), "{report}");
    drop(online);
    assert_eq!(ben.json(&["check"])["bad"], 0);

    let aiko = stage.empty_home("aiko");
    aiko.json(&["join", &ticket, "--name", "Aiko", "--zone", "Asia/Tokyo"]);
    aiko.json(&["sync"]);
    assert_all_there(&aiko, &page);
    assert_eq!(aiko.heads(), ben.heads());
}

#[test]
fn t16_four_commands_write_at_once_without_any_network() {
    let stage = Stage::new();
    let ben = stage.ben();
    let page = word(&ben.json(&["page", "new", "Shared"]), "id");
    in_parallel(&ben, &page);
    assert_all_there(&ben, &page);
    assert_eq!(ben.json(&["check"])["bad"], 0);
}

#[test]
fn an_online_laptop_receives_what_is_written_elsewhere_meanwhile() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    ben.json(&["relay", "add", &node.ticket]);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    ben.json(&["sync"]);
    let aiko = stage.empty_home("aiko");
    aiko.json(&["join", &ticket, "--name", "Aiko", "--zone", "Asia/Tokyo"]);
    let _online = ben.serve(&["online", "--quiet", "--listen", "127.0.0.1:0"]);
    aiko.json(&["page", "new", "From Tokyo"]);
    aiko.json(&["sync"]);
    // The owner of the network meets the node again before it answers.
    ben.json(&["sync"]);
    ben.page("From Tokyo");
}

/// Asks for the delivery state, once a process, until it is as wanted; how often it was asked.
#[track_caller]
fn asked_until(home: &Home, what: &str, wanted: impl Fn(&serde_json::Value) -> bool) -> usize {
    const MOST: usize = 200;
    let mut last = serde_json::Value::Null;
    for asked in 1..=MOST {
        last = home.json(&["status"]);
        if wanted(&last["peers"][0]) {
            return asked;
        }
    }
    panic!("{what}: not after {MOST} questions: {last}")
}

#[test]
fn a_second_process_says_who_is_connected_and_confirmations_come_at_once() {
    const SOON: usize = 40;
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    ben.json(&["relay", "add", &node.ticket]);
    let online = ben.serve(&["online", "--quiet", "--listen", "127.0.0.1:0"]);
    asked_until(&ben, "connected", |peer| peer["connected"] == true);
    asked_until(&ben, "the first exchange", |peer| peer["all"] == true);
    for round in 0..5 {
        ben.json(&["page", "new", &format!("Round {round}")]);
        let begun = std::time::Instant::now();
        let asked = asked_until(&ben, "confirmed", |peer| peer["all"] == true && peer["connected"] == true);
        eprintln!("round {round}: {asked} questions, {:?}", begun.elapsed());
        assert!(asked <= SOON, "round {round}: confirmed only after {asked} questions");
    }
    drop(online);
    let status = ben.json(&["status"]);
    assert_eq!(status["peers"][0]["connected"], false, "nobody is online: {status}");
}
