//! Two laptops that are never on at the same time, and a node between them.

use crate::harness::{Home, Node, Stage, files_with, read_tree, rows, word};
use crate::replicas;

/// Titles, names and text that must not lie on a node's disk.
const CANARIES: [&str; 9] = [
    "Lighthouse Ferries",
    "Ben Whitfield",
    "Aiko Tanaka",
    "How we work",
    "every watch",
    "signed by its author",
    "hand-off checklist",
    "霧が晴れるまで",
    "boat.png",
];

#[track_caller]
fn join(stage: &Stage, ticket: &str) -> Home {
    let aiko = stage.empty_home("aiko");
    let args = ["join", "-", "--name", "Aiko Tanaka", "--zone", "Asia/Tokyo"];
    let joined = aiko.json_with(&args, &[], &format!("{ticket}\n"));
    assert_eq!(joined["state"], "member", "{joined}");
    aiko
}

#[track_caller]
fn sync(home: &Home) {
    let report = home.json(&["sync"]);
    assert!(rows(&report, "peers").iter().any(|p| p["in_sync"] == true), "{report}");
}

#[test]
fn laptops_that_never_meet_end_equal_through_a_node_that_reads_nothing() {
    let stage = Stage::new();
    let mut node = Node::start(&stage);
    let ben = stage.ben();
    let task = replicas::prepare(&stage, &ben);
    ben.json(&["relay", "add", &node.ticket]);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    sync(&ben);

    let aiko = join(&stage, &ticket);
    sync(&aiko);
    assert_eq!(rows(&aiko.json(&["member", "list"]), "members").len(), 2);

    replicas::ben_edits(&ben, &task);
    replicas::aiko_edits(&aiko, &task);
    let before = ben.json(&["status"]);
    assert!(before["only_here"]["items"].as_u64() > Some(0), "{before}");
    assert!(before["only_here"]["since"].is_string(), "{before}");

    sync(&ben);
    node.turn_off();
    node.turn_on();
    sync(&aiko);
    sync(&ben);
    replicas::assert_merged(&stage, &ben, &aiko, &task);
    assert_eq!(ben.json(&["status"])["only_here"]["items"], 0);

    let hosted = node.home.json(&["node", "status"]);
    assert!(rows(&hosted, "workspaces")[0]["items"].as_u64() > Some(0), "{hosted}");
    node.turn_off();
    let disk = read_tree(node.home.path());
    for word in CANARIES {
        assert_eq!(files_with(&disk, word), Vec::<String>::new(), "the node's disk holds “{word}”");
    }
    let laptop = read_tree(aiko.path());
    assert!(!files_with(&laptop, "How we work").is_empty(), "the search finds nothing where something lies");
}

#[test]
fn a_second_meeting_has_nothing_to_carry() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    ben.json(&["page", "new", "One"]);
    ben.json(&["relay", "add", &node.ticket]);
    sync(&ben);
    // What the meeting itself leaves to say (addresses) goes with the next one.
    sync(&ben);
    let again = ben.json(&["sync"]);
    let peer = &rows(&again, "peers")[0];
    assert_eq!((&peer["items_sent"], &peer["items_received"]), (&0.into(), &0.into()), "{again}");
}

#[test]
fn a_node_stops_when_asked_and_keeps_its_address() {
    let stage = Stage::new();
    let home = stage.empty_home("node");
    let made = home.json(&["node", "init", "--listen", "127.0.0.1:0"]);
    assert!(word(&made, "ticket").starts_with("ternnode1"), "{made}");
    let server = home.serve(&["node", "run"]);
    let ticket = word(&server.ready, "ticket");
    assert_eq!(home.json(&["node", "status"])["running"], true);
    #[cfg(unix)]
    assert_eq!(server.stop(), 0);
    let status = home.json(&["node", "status"]);
    assert_eq!(status["running"], false);
    assert!(ticket.starts_with("ternnode1"));
}
