//! Keeping what was written: backups, a store that does not open, damage that peers mend, long histories folded together.

use std::fs;

use crate::harness::{Home, Node, Stage, rows, word};
use crate::members::{ben_with_node, sync};

fn store(home: &Home) -> std::path::PathBuf {
    home.path().join("store.db")
}

/// Takes the store away as a broken disk would, with what lies beside it.
fn lose_store(home: &Home) {
    for name in ["store.db", "store.db-wal", "store.db-shm"] {
        let _ = fs::remove_file(home.path().join(name));
    }
}

fn titles(home: &Home) -> Vec<String> {
    rows(&home.json(&["page", "list"]), "pages").iter().map(|page| word(page, "title")).collect()
}

#[test]
fn a_backup_is_looked_into_beside_and_taken_in_again() {
    let stage = Stage::new();
    let ben = stage.ben();
    assert_eq!(ben.run(&["backup", "compare"]).code, 4, "there is none yet");
    let page =
        word(&ben.json(&["page", "new", "Rules", "--file", &stage.write("a.md", "As agreed.\n")]), "id");
    let early = word(&ben.json(&["backup", "now"]), "id");
    ben.json(&["page", "new", "Fares"]);
    ben.rewrite(&page, "As agreed.", "As agreed in May.");
    let late = word(&ben.json(&["backup", "now"]), "id");
    let listed = ben.json(&["backup", "list"]);
    let ids: Vec<String> = rows(&listed, "backups").iter().map(|b| word(b, "id")).collect();
    assert_eq!(ids, [late.clone(), early.clone()], "newest first");

    let compared = ben.json(&["backup", "compare", &early]);
    assert_eq!(compared["missing_items"], 0, "{compared}");
    let went_on = rows(&compared, "documents").iter().find(|d| word(d, "id") == page).expect("it differs");
    assert_eq!(went_on["state"], "older", "{compared}");

    // Beside: a home of its own shows the page as it was.
    let side = stage.empty_home("side");
    let into = side.path().to_str().unwrap().to_owned();
    ben.json(&["backup", "restore", &early, "--into", &into]);
    assert_eq!(side.markdown(&page).trim(), "As agreed.");
    assert_eq!(ben.markdown(&page).trim(), "As agreed in May.");
    assert_eq!(ben.run(&["backup", "restore", &early, "--into", &into]).code, 1, "the folder is in use");
    assert_eq!(ben.run(&["backup", "restore", &early]).code, 2, "a store that opens is not replaced");

    // The disk loses the store: never an empty workspace, and the backup comes back.
    lose_store(&ben);
    let gone = ben.run(&["page", "list"]);
    assert_eq!(gone.code, 5, "{gone:?}");
    assert!(gone.err.contains("tern backup restore"), "{}", gone.err);
    assert!(!store(&ben).exists(), "nothing makes an empty one");
    ben.json(&["backup", "restore", &early]);
    assert!(!titles(&ben).contains(&"Fares".to_owned()));
    let compared = ben.json(&["backup", "compare", &late]);
    assert!(compared["missing_items"].as_u64() > Some(0), "{compared}");
    // Something new is written before the later backup is taken in: both stay.
    ben.rewrite(&page, "As agreed", "As all agreed");
    let adopted = ben.json(&["backup", "adopt", &late]);
    assert_eq!(adopted["taken"], compared["missing_items"], "{adopted}");
    assert!(titles(&ben).contains(&"Fares".to_owned()));
    assert_eq!(ben.markdown(&page).trim(), "As all agreed in May.");
    assert_eq!(ben.json(&["backup", "adopt", &late])["taken"], 0, "twice is once");
    assert_eq!(ben.json(&["check"])["bad"], 0);
}

#[test]
fn a_store_that_does_not_open_is_put_aside_for_a_backup_and_peers_bring_the_rest() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    ben.json(&["page", "new", "Rules"]);
    ben.json(&["relay", "add", &node.ticket]);
    ben.json(&["backup", "now"]);
    ben.json(&["page", "new", "Fares"]);
    ben.json(&["sync"]);
    lose_store(&ben);
    fs::write(store(&ben), b"This was a database once.").unwrap();
    assert_eq!(ben.run(&["page", "list"]).code, 5);
    let restored = ben.json(&["backup", "restore"]);
    let aside = word(&restored, "aside");
    assert!(fs::read(&aside).unwrap() == b"This was a database once.", "what was there is kept");
    ben.json(&["sync"]);
    assert!(titles(&ben).contains(&"Fares".to_owned()));
    assert_eq!(ben.json(&["check"])["bad"], 0);
}

#[test]
fn damaged_items_are_fetched_again_by_a_repair() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    for n in 0..12 {
        let file = stage.write("p.md", format!("Text number {n} of the log.\n\n").repeat(60));
        ben.json(&["page", "new", &format!("Log {n}"), "--file", &file]);
    }
    ben.json(&["relay", "add", &node.ticket]);
    ben.json(&["sync"]);
    let whole = ben.export(&stage, "whole");
    for at in tern_tests::disk::places_of_items(&store(&ben), 4).unwrap() {
        let mut bytes = fs::read(store(&ben)).unwrap();
        bytes[at] ^= 0x10;
        fs::write(store(&ben), bytes).unwrap();
    }
    let found = ben.run(&["check"]);
    assert_eq!(found.code, 5, "{found:?}");
    assert!(found.err.contains("check --repair"), "{}", found.err);
    let repaired = ben.json(&["check", "--repair"]);
    assert_eq!(repaired["bad"], 0, "{repaired}");
    assert_eq!(ben.json(&["check"])["bad"], 0);
    assert_eq!(ben.export(&stage, "again"), whole);
}

#[test]
fn a_node_moves_to_another_machine_in_one_file() {
    let stage = Stage::new();
    let mut node = Node::start(&stage);
    let ben = stage.ben();
    ben.json(&["page", "new", "Rules"]);
    ben.json(&["relay", "add", &node.ticket]);
    ben.json(&["sync"]);
    let file = stage.path("node.backup").to_str().unwrap().to_owned();
    let made = node.home.json(&["node", "backup", &file]);
    assert_eq!(made["workspaces"], 1, "{made}");
    assert_eq!(node.home.run(&["node", "backup", &file]).code, 1, "nothing is written over");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600,
            "it holds the node's key"
        );
    }
    let items = node.home.json(&["node", "status"])["workspaces"][0]["items"].clone();
    node.turn_off();

    // Bad files make nothing.
    let whole = fs::read(&file).unwrap();
    for (name, bytes) in [
        ("empty", Vec::new()),
        ("cut", whole[..whole.len() - 1].to_vec()),
        ("half", whole[..whole.len() / 2].to_vec()),
        ("longer", [&whole[..], b"x"].concat()),
        (
            "flipped",
            whole.iter().enumerate().map(|(n, b)| if n == whole.len() / 2 { b ^ 1 } else { *b }).collect(),
        ),
        ("other", b"TERNNODE\x02 of a newer Tern".to_vec()),
    ] {
        let bad = stage.write(&format!("bad-{name}"), bytes);
        let other = stage.empty_home(&format!("other-{name}"));
        let refused = other.run(&["node", "restore", &bad]);
        assert_eq!(refused.code, 7, "{name}: {refused:?}");
        assert!(!other.path().exists(), "{name}: nothing was made");
    }

    let moved = stage.empty_home("moved");
    moved.json(&["node", "restore", &file]);
    let status = moved.json(&["node", "status"]);
    assert_eq!(status["ticket"], node.ticket.as_str(), "it is the same node");
    assert_eq!(status["workspaces"][0]["items"], items);
    let server = moved.serve(&["node", "run", "--listen", node.listen()]);
    ben.json(&["page", "new", "Fares"]);
    let report = ben.json(&["sync"]);
    assert!(rows(&report, "peers").iter().any(|p| p["in_sync"] == true), "{report}");
    drop(server);
}

#[test]
fn long_histories_are_folded_and_a_newcomer_reads_them_from_the_node() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    let page = word(&ben.json(&["page", "new", "Log book"]), "id");
    ben.json(&["relay", "add", &node.ticket]);
    let join = |name: &str| {
        let ticket = word(&ben.json(&["invite"]), "ticket");
        ben.json(&["sync"]);
        let home = stage.empty_home(name);
        home.json(&["join", &ticket, "--name", name, "--zone", "Asia/Tokyo"]);
        home.json(&["sync"]);
        home
    };
    let aiko = join("Aiko");
    for n in 0..12 {
        let home = if n % 2 == 0 { &ben } else { &aiko };
        home.json_with(&["page", "append", &page], &[], &format!("Watch {n}.\n"));
        home.json(&["sync"]);
        ben.json(&["sync"]);
        aiko.json(&["sync"]);
    }
    let text = ben.markdown(&page);
    assert_eq!(
        ben.json(&["compact", "--min", "4"])["counted"],
        false,
        "nothing is folded before it is asked for"
    );
    assert_eq!(aiko.run(&["compact", "--on"]).code, 3, "the owner decides");
    let before = ben.json(&["compact"])["items"].as_u64().unwrap();
    let folded = ben.json(&["compact", "--on", "--min", "4"]);
    assert!(folded["packed"].as_u64() >= Some(1) && folded["dropped"].as_u64() >= Some(10), "{folded}");
    assert_eq!(folded["left_out"], 0);
    assert!(folded["items"].as_u64().unwrap() + 8 < before, "{before} items before, {folded}");
    ben.json(&["sync"]);
    aiko.json(&["sync"]);
    let seen = aiko.json(&["compact"]);
    assert_eq!((&seen["items"], &seen["left_out"]), (&folded["items"], &0.into()), "{seen}");
    assert_eq!(aiko.markdown(&page), text);

    // More is written on top, and a newcomer has it all from the node, everybody else asleep.
    aiko.json_with(&["page", "append", &page], &[], "After the fold.\n");
    aiko.json(&["sync"]);
    let cleo = join("Cleo");
    ben.json(&["sync"]);
    assert_eq!(cleo.markdown(&page), ben.markdown(&page));
    assert!(cleo.markdown(&page).contains("After the fold."));
    for home in [&ben, &aiko, &cleo] {
        assert_eq!(home.json(&["check"])["bad"], 0);
        let history = home.json(&["page", "history", &page]);
        assert!(rows(&history, "sessions").len() >= 2, "who wrote what is still told: {history}");
    }
}

#[test]
fn a_copied_home_loses_nothing_and_is_told_of() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    let page =
        word(&ben.json(&["page", "new", "Rules", "--file", &stage.write("a.md", "As agreed.\n")]), "id");
    sync(&ben);
    assert!(rows(&ben.json(&["notices"]), "notices").is_empty());

    // The folder is copied to another machine, and both write on.
    let copy = stage.empty_home("copy");
    fs::create_dir(copy.path()).unwrap();
    for entry in fs::read_dir(ben.path()).unwrap().map(|entry| entry.unwrap()) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    ben.json_with(&["page", "append", &page], &[], "Written on the first machine.\n");
    copy.json_with(&["page", "append", &page], &[], "Written on the second machine.\n");
    sync(&copy);
    sync(&ben);
    sync(&copy);
    for home in [&ben, &copy] {
        let text = home.markdown(&page);
        assert!(text.contains("the first machine.") && text.contains("the second machine."), "{text}");
        assert!(rows(&home.json(&["review", "list"]), "entries").is_empty(), "nothing is set aside");
    }

    // Each is told of the other, until somebody says that all is well.
    let told = ben.json(&["notices"]);
    let [notice] = rows(&told, "notices") else { panic!("one notice: {told}") };
    assert_eq!(notice["kind"], "other_copy", "{told}");
    assert!(notice["text"].to_string().contains("Nothing is lost"), "{told}");
    let plain = ben.plain(&["notices"]);
    assert!(plain.out.contains("tern notices --seen"), "{}", plain.out);
    let after = ben.json(&["notices", "--seen", &word(notice, "id")]);
    assert!(rows(&after, "notices").is_empty(), "{after}");
    assert_eq!(rows(&copy.json(&["notices"]), "notices").len(), 1);

    // It goes on: it is told again.
    copy.json_with(&["page", "append", &page], &[], "And again.\n");
    sync(&copy);
    sync(&ben);
    let again = ben.json(&["notices"]);
    assert!(rows(&again, "notices")[0]["text"].to_string().contains("2 edits"), "{again}");
}
