//! The same story with files instead of a network.

use crate::harness::{Stage, carry, rows, word};
use crate::replicas;

#[test]
fn one_file_each_way_is_a_full_sync() {
    let stage = Stage::new();
    let ben = stage.ben();
    let task = replicas::prepare(&stage, &ben);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    let first = stage.arg("first.tern");
    let written = ben.json(&["bundle", "export", &first, "--all"]);
    assert!(written["items"].as_u64() > Some(0), "{written}");

    let aiko = stage.empty_home("aiko");
    let args = ["join", &ticket, "--name", "Aiko Tanaka", "--zone", "Asia/Tokyo", "--bundle", first.as_str()];
    let joined = aiko.json(&args);
    assert_eq!(joined["state"], "member", "{joined}");
    assert_eq!(rows(&aiko.json(&["page", "list"]), "pages").len(), 3);

    carry(&stage, &aiko, &ben, "aiko-joins.tern");
    assert_eq!(rows(&ben.json(&["member", "list"]), "members").len(), 2);
    replicas::ben_edits(&ben, &task);
    replicas::aiko_edits(&aiko, &task);
    carry(&stage, &ben, &aiko, "morning.tern");
    replicas::assert_merged(&stage, &ben, &aiko, &task);
}

#[test]
fn taking_in_a_file_twice_or_late_changes_nothing_more() {
    let stage = Stage::new();
    let ben = stage.ben();
    let task = replicas::prepare(&stage, &ben);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    let (old, new) = (stage.arg("old.tern"), stage.arg("new.tern"));
    ben.json(&["bundle", "export", &old]);
    replicas::ben_edits(&ben, &task);
    ben.json(&["bundle", "export", &new]);
    let aiko = stage.empty_home("aiko");
    aiko.json(&["join", &ticket, "--name", "Aiko", "--zone", "Asia/Tokyo", "--bundle", &new]);
    let heads = aiko.heads();
    assert_eq!(heads, ben.heads());
    for file in [&new, &old, &new] {
        assert_eq!(aiko.json(&["bundle", "import", file])["new"], 0);
    }
    assert_eq!(aiko.heads(), heads);
}

#[test]
fn t35_a_file_can_be_read_by_members_only_and_by_nobody_else() {
    let stage = Stage::new();
    let ben = stage.ben();
    replicas::prepare(&stage, &ben);
    let file = stage.arg("all.tern");
    ben.json(&["bundle", "export", &file]);
    let bytes = std::fs::read(&file).unwrap();
    for word in ["Lighthouse", "How we work", "checklist", "Whitfield"] {
        assert!(!bytes.windows(word.len()).any(|w| w == word.as_bytes()), "the file shows “{word}”");
    }
    let stranger = stage.empty_home("stranger");
    stranger.json(&["init", "--name", "Carla", "--zone", "America/Los_Angeles", "--title", "Elsewhere"]);
    let refused = stranger.run(&["bundle", "import", &file]);
    assert!(matches!(refused.code, 3 | 7), "{refused:?}");
    assert_eq!(rows(&stranger.json(&["page", "list"]), "pages").len(), 0);
}
