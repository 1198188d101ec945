//! Two laptops that meet each other over QUIC on loopback, with no node.

use crate::harness::{Stage, rows, word};
use crate::replicas;

#[test]
fn laptops_that_meet_directly_end_equal() {
    let stage = Stage::new();
    let ben = stage.ben();
    let task = replicas::prepare(&stage, &ben);
    let online = ben.serve(&["online", "--quiet", "--listen", "127.0.0.1:0"]);
    assert_eq!(online.ready["state"], "online");
    let ticket = word(&ben.json(&["invite"]), "ticket");
    let aiko = stage.empty_home("aiko");
    let joined = aiko.json(&["join", &ticket, "--name", "Aiko Tanaka", "--zone", "Asia/Tokyo"]);
    assert_eq!(joined["state"], "member", "{joined}");
    let met = aiko.json(&["sync", "--with", &ticket]);
    assert_eq!(rows(&met, "peers")[0]["in_sync"], true, "{met}");
    assert_eq!(rows(&aiko.json(&["page", "list"]), "pages").len(), 3);

    replicas::aiko_edits(&aiko, &task);
    replicas::ben_edits(&ben, &task);
    let met = aiko.json_with(&["sync", "--with", "-"], &[], &ticket);
    assert_eq!(rows(&met, "peers")[0]["in_sync"], true, "{met}");
    replicas::assert_merged(&stage, &ben, &aiko, &task);
    #[cfg(unix)]
    assert_eq!(online.stop(), 0);
}

#[test]
fn nobody_answering_is_exit_six_and_everything_is_safe() {
    let stage = Stage::new();
    let ben = stage.ben();
    let alone = ben.run(&["sync", "--timeout", "2s"]);
    assert_eq!(alone.code, 6, "{alone:?}");
    let error = alone.error();
    assert!(word(&error, "safe").contains("safe") || word(&error, "safe").contains("saved"), "{error}");
    assert!(!word(&error, "next").is_empty());

    let mut node = crate::harness::Node::start(&stage);
    ben.json(&["relay", "add", &node.ticket]);
    node.turn_off();
    let nobody = ben.run(&["sync", "--timeout", "2s"]);
    assert_eq!(nobody.code, 6, "{nobody:?}");
    assert_eq!(word(&nobody.error(), "kind"), "unreachable");
}
