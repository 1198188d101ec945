//! Input that cannot be right: each case has its exit code, says what is safe, and loses nothing.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};

use crate::harness::{Dice, Home, Node, Ran, Stage, Tree, copy_tree, read_tree, rows, word};

#[track_caller]
fn assert_refused(what: &str, ran: &Ran, codes: &[i32]) {
    assert!(codes.contains(&ran.code), "{what}: exit {} instead of {codes:?}: {}", ran.code, ran.err);
    assert_eq!(ran.out, "", "{what}: standard output stays empty");
    let error = ran.error();
    for part in ["kind", "happened", "safe", "next"] {
        assert!(!word(&error, part).is_empty(), "{what}: no “{part}”: {error}");
    }
    assert!(!ran.err.contains("panicked"), "{what}: {}", ran.err);
}

#[test]
fn a_missing_home_is_not_found_and_nothing_is_made() {
    let stage = Stage::new();
    let nowhere = stage.empty_home("nowhere");
    for args in
        [&["status"][..], &["page", "list"], &["sync"], &["check"], &["node", "status"], &["node", "run"]]
    {
        assert_refused(&args.join(" "), &nowhere.run(args), &[4]);
    }
    assert!(!nowhere.path().exists());
}

#[test]
fn a_home_that_is_in_use_is_not_made_again() {
    let stage = Stage::new();
    let ben = stage.ben();
    ben.json(&["page", "new", "Precious"]);
    let again = ben.run(&["init", "--name", "Ben", "--zone", "Europe/London", "--title", "Again"]);
    assert_refused("init twice", &again, &[1]);
    let node = ben.run(&["node", "init", "--listen", "127.0.0.1:0"]);
    assert_refused("node init in a laptop's home", &node, &[1]);
    ben.page("Precious");
}

#[test]
fn tickets_that_cannot_be_used_are_bad_input() {
    let stage = Stage::new();
    let ben = stage.ben();
    let invite = word(&ben.json(&["invite"]), "ticket");
    let node = stage.empty_home("node").json(&["node", "init", "--listen", "127.0.0.1:0"]);
    let node_ticket = word(&node, "ticket");
    let cut = &invite[..invite.len() / 2];
    let mut changed = invite.clone();
    let last = changed.pop().unwrap();
    changed.push(if last == 'a' { 'b' } else { 'a' });
    let aiko = stage.empty_home("aiko");
    let tickets = [
        ("nonsense", "hello"),
        ("cut short", cut),
        ("a letter changed", &changed),
        ("a node's", &node_ticket),
    ];
    for (what, ticket) in tickets {
        let ran = aiko.run(&["join", ticket, "--name", "Aiko", "--zone", "Asia/Tokyo"]);
        assert_refused(what, &ran, &[7]);
    }
    assert_refused("empty", &aiko.run(&["join", "-", "--name", "Aiko", "--zone", "Asia/Tokyo"]), &[7]);
    assert_refused("an invitation as a relay", &ben.run(&["relay", "add", &invite]), &[7]);
    assert_refused("nonsense as a relay", &ben.run(&["relay", "add", "ternnode1zzzz"]), &[7]);
    assert_refused("a home that is nobody's yet", &aiko.run(&["status"]), &[4]);
}

#[test]
fn a_good_ticket_and_nobody_there_is_unreachable() {
    let stage = Stage::new();
    let mut node = Node::start(&stage);
    let ben = stage.ben();
    ben.json(&["relay", "add", &node.ticket]);
    ben.json(&["sync"]);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    node.turn_off();
    let aiko = stage.empty_home("aiko");
    let args = ["join", ticket.as_str(), "--name", "Aiko", "--zone", "Asia/Tokyo"];
    let ran = aiko.run(&args);
    if ran.code == 0 {
        assert_eq!(ran.json()["state"], "waiting", "{ran:?}");
    } else {
        assert_refused("join with nobody there", &ran, &[6]);
    }
    node.turn_on();
    ben.json(&["sync"]);
    if ran.code != 0 {
        assert_eq!(aiko.json(&args)["state"], "member");
    }
}

#[test]
fn an_invitation_that_has_run_out_or_is_used_up_lets_nobody_in() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    ben.json(&["relay", "add", &node.ticket]);
    let once = word(&ben.json(&["invite", "--uses", "1"]), "ticket");
    let short = word(&ben.json(&["invite", "--expires", "1h"]), "ticket");
    ben.json(&["sync"]);
    let join = |name: &str, ticket: &str| {
        stage.empty_home(name).run(&["join", ticket, "--name", name, "--zone", "Asia/Tokyo"])
    };
    assert_eq!(join("aiko", &once).json()["state"], "member");
    ben.json(&["sync"]);
    // The owner's laptop learns that the time is over and takes the invitation back.
    ben.json_with(&["sync"], &[("TERN_NOW", "2036-01-01T00:00:00Z")], "");
    for (name, ticket) in [("carla", &once), ("dev", &short)] {
        let late = join(name, ticket);
        assert!(late.code != 0 || late.json()["state"] != "member", "{name}: {late:?}");
        if late.code != 0 {
            assert_refused(name, &late, &[3, 6, 7]);
        }
    }
    assert_eq!(rows(&ben.json(&["member", "list"]), "members").len(), 2);
}

#[test]
fn a_bundle_that_is_cut_changed_or_something_else_takes_in_nothing_wrong() {
    let stage = Stage::new();
    let ben = stage.ben();
    let file = stage.write("long.md", "A line of the long page.\n\n".repeat(3000));
    ben.json(&["page", "new", "Long", "--file", &file]);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    ben.json(&["bundle", "export", &stage.arg("whole.tern")]);
    let whole = fs::read(stage.path("whole.tern")).unwrap();
    let aiko = stage.empty_home("aiko");
    let whole_file = stage.arg("whole.tern");
    aiko.json(&["join", &ticket, "--name", "Aiko", "--zone", "Asia/Tokyo", "--bundle", &whole_file]);
    ben.json(&["page", "new", "Later"]);
    ben.json(&["bundle", "export", &stage.arg("later.tern")]);
    let later = fs::read(stage.path("later.tern")).unwrap();
    let mut changed = later.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let cases = [
        ("empty", Vec::new()),
        ("something else", b"PK\x03\x04 not ours".to_vec()),
        ("cut in the head", later[..20].to_vec()),
        ("cut in the middle", later[..later.len() * 2 / 3].to_vec()),
        ("a bit changed", changed),
    ];
    let heads = aiko.heads();
    for (what, bytes) in cases {
        let ran = aiko.run(&["bundle", "import", &stage.write("bad.tern", bytes)]);
        assert_refused(what, &ran, &[7]);
        let now = aiko.heads();
        assert!(heads.iter().all(|(id, _)| now.contains_key(id)), "{what}: a document is gone");
    }
    assert_refused("a missing file", &aiko.run(&["bundle", "import", &stage.arg("none.tern")]), &[4]);
    // Where nothing can be stored, it is not said to have come.
    let store = aiko.path().join("store.db");
    tern_tests::disk::takes_no_items(&store, true).expect("broken");
    let ran = aiko.run(&["bundle", "import", &stage.arg("later.tern")]);
    assert_refused("a store that takes nothing", &ran, &[1]);
    assert_eq!(aiko.heads(), heads);
    tern_tests::disk::takes_no_items(&store, false).expect("mended");
    aiko.json(&["bundle", "import", &stage.arg("later.tern")]);
    aiko.page("Later");
    assert!(!whole.is_empty());
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let stage = Stage::new();
    let ben = stage.ben();
    let page = word(&ben.json(&["page", "new", "Page"]), "id");
    let binary = stage.write("binary.md", b"\xff\xfe\x00\x01");
    let missing = stage.arg("missing.md");
    for (what, ran, codes) in [
        ("a missing file", ben.run(&["page", "new", "X", "--file", &missing]), vec![4]),
        ("bytes that are no text", ben.run(&["page", "edit", &page, "--file", &binary]), vec![7]),
        ("a missing folder", ben.run(&["import", &missing]), vec![4]),
        ("nonsense as Automerge", ben.run(&["doc", "load", &binary]), vec![7]),
        ("a missing attachment", ben.run(&["attach", &page, &missing]), vec![4]),
        ("a folder as attachment", ben.run(&["attach", &page, stage.path("ben").to_str().unwrap()]), vec![7]),
        ("an unknown hash", ben.run(&["attachment", "get", "00ff00ff", &missing]), vec![4]),
        ("an unknown member", ben.run(&["member", "role", "Nobody", "reader"]), vec![4]),
        ("an unknown zone", ben.run(&["profile", "set", "--zone", "Europe/Atlantis"]), vec![2, 7]),
        ("hours that make no sense", ben.run(&["profile", "set", "--hours", "sometimes"]), vec![2, 7]),
        ("heads that make no sense", ben.run(&["page", "show", &page, "--at", "xyz"]), vec![2, 4, 7]),
        ("a later kind of export", ben.run(&["export", &missing, "--format", "html"]), vec![1]),
        ("a later kind of import", ben.run(&["import", &binary, "--from", "notion"]), vec![1]),
        ("an impossible time", ben.run(&["when", "Ben", "--available", "yesterday"]), vec![2, 7]),
    ] {
        assert_refused(what, &ran, &codes);
    }
    assert_eq!(ben.markdown(&page).trim(), "", "nothing was changed");
    assert_eq!(rows(&ben.json(&["page", "list"]), "pages").len(), 1);
}

#[test]
fn titles_and_names_are_bounded_and_cannot_command_a_terminal() {
    let stage = Stage::new();
    let ben = stage.ben();
    // Colours, a bell, a return to the start of the line, and an override of the direction of writing.
    let hostile = "\u{1b}[31mRed\u{7} \rnever \u{202e}desrever";
    ben.json(&["page", "new", hostile]);
    ben.json(&["task", "new", hostile]);
    ben.json(&["profile", "set", "--name", hostile]);
    for args in [&["page", "list"][..], &["task", "list"], &["member", "list"], &["status"], &["log"]] {
        let shown = ben.plain(args);
        assert_eq!(shown.code, 0, "{shown:?}");
        let bad = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!shown.out.contains(bad), "{args:?} prints {:?}", shown.out);
    }
    assert!(ben.plain(&["page", "list"]).out.contains("desrever"), "the words themselves are shown");
    let long = "x".repeat(1025);
    for args in [&["page", "new", &*long][..], &["task", "new", &long], &["profile", "set", "--name", &long]]
    {
        assert_refused("a title without end", &ben.run(args), &[7]);
    }
    assert_eq!(rows(&ben.json(&["page", "list"]), "pages").len(), 1);
}

#[test]
fn a_time_that_cannot_be_read_is_usage() {
    let stage = Stage::new();
    let ben = stage.ben();
    let home = ben.path().to_str().unwrap();
    let ran = crate::harness::run(&["--home", home, "--json", "status"], &[("TERN_NOW", "tomorrow")], "");
    assert_refused("TERN_NOW", &ran, &[2]);
}

#[test]
fn only_one_process_runs_a_node_or_stays_online() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let second = node.home.run(&["node", "run", "--listen", "127.0.0.1:0"]);
    assert_refused("a second node on one home", &second, &[1]);
    let ben = stage.ben();
    let _online = ben.serve(&["online", "--quiet", "--listen", "127.0.0.1:0"]);
    assert_refused("online twice", &ben.run(&["online", "--quiet", "--listen", "127.0.0.1:0"]), &[1]);
    ben.json(&["page", "new", "Still works"]);
    assert_eq!(node.home.json(&["node", "status"])["running"], true);
}

/// Datagrams that are no QUIC, and some that begin as if they were.
fn garbage(seed: u64, count: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut dice = Dice::new(seed);
    (0..count).map(move |n| {
        let mut bytes: Vec<u8> = (0..dice.below(1_400)).map(|_| dice.below(256) as u8).collect();
        let first = match n % 4 {
            // Long headers: Initial of version 1, a version that nobody speaks, version negotiation.
            0 => &[0xc3, 0, 0, 0, 1, 8][..],
            1 => &[0xff, 0x0a, 0x0a, 0x0a, 0x0a, 20][..],
            2 => &[0x80, 0, 0, 0, 0, 255][..],
            _ => &[],
        };
        let overlap = first.len().min(bytes.len());
        bytes[..overlap].copy_from_slice(&first[..overlap]);
        bytes
    })
}

#[test]
fn garbage_at_a_nodes_port_costs_it_little_and_it_goes_on_serving() {
    const LIMIT_KB: u64 = 64 * 1024;
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    ben.json(&["relay", "add", &node.ticket]);
    ben.json(&["sync"]);
    let before = node.peak_kb();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = node.listen().parse::<SocketAddr>().unwrap();
    for datagram in garbage(7, 4_000) {
        socket.send_to(&datagram, port).unwrap();
    }
    ben.json(&["page", "new", "Written meanwhile"]);
    let report = ben.json(&["sync"]);
    assert!(rows(&report, "peers").iter().any(|p| p["in_sync"] == true), "{report}");
    assert_eq!(ben.json(&["status"])["only_here"]["items"], 0);
    let grown = node.peak_kb().saturating_sub(before);
    assert!(grown <= LIMIT_KB, "the node grew by {grown} KB");
    let ticket = word(&ben.json(&["invite"]), "ticket");
    ben.json(&["sync"]);
    let joined = stage.empty_home("aiko").json(&["join", &ticket, "--name", "Aiko", "--zone", "Asia/Tokyo"]);
    assert_eq!(joined["state"], "member", "{joined}");
}

#[test]
fn a_home_that_cannot_be_written_is_read_and_says_so() {
    let stage = Stage::new();
    let ben = stage.ben();
    ben.json(&["page", "new", "Precious"]);
    ben.json(&["check"]);
    let store = store_of(&ben);
    let mode = |writable: bool| {
        for place in [store.as_path(), ben.path()] {
            let mut permissions = fs::metadata(place).unwrap().permissions();
            permissions.set_readonly(!writable);
            fs::set_permissions(place, permissions).unwrap();
        }
    };
    let whole = read_tree(ben.path());
    mode(false);
    let listed = ben.run(&["page", "list"]);
    let written = ben.run(&["page", "new", "Lost?"]);
    let searched = ben.run(&["search", "Precious"]);
    mode(true);
    assert_eq!(listed.code, 0, "{listed:?}");
    assert!(listed.out.contains("Precious"), "{listed:?}");
    assert!(searched.out.contains("Precious"), "{searched:?}");
    assert_refused("a new page", &written, &[1]);
    assert!(written.err.contains("read-only"), "{}", written.err);
    let same = |tree: Tree| tree.into_iter().filter(|(name, _)| name.ends_with(".db")).collect::<Tree>();
    assert_eq!(same(read_tree(ben.path())), same(whole), "reading changed the store");
    ben.json(&["page", "new", "After it is writable again"]);
    assert_eq!(ben.json(&["check"])["bad"], 0);
}

#[test]
fn a_reader_cannot_write_and_is_told_so() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    let page = word(&ben.json(&["page", "new", "Rules"]), "id");
    ben.json(&["relay", "add", &node.ticket]);
    let ticket = word(&ben.json(&["invite", "--role", "reader"]), "ticket");
    ben.json(&["sync"]);
    let aiko = stage.empty_home("aiko");
    aiko.json(&["join", &ticket, "--name", "Aiko", "--zone", "Asia/Tokyo"]);
    aiko.json(&["sync"]);
    assert_eq!(aiko.page("Rules"), page);
    assert_refused("a reader's page", &aiko.run(&["page", "new", "Mine"]), &[3]);
    assert_refused("a reader's task", &aiko.run(&["task", "new", "Mine"]), &[3]);
    assert_refused("a reader's invitation", &aiko.run(&["invite"]), &[3]);
    aiko.json(&["profile", "set", "--hours", "Mon-Thu 10:00-16:00"]);
}

/// The store: the largest SQLite file of the home.
fn store_of(home: &Home) -> PathBuf {
    let tree = read_tree(home.path());
    let databases = tree.iter().filter(|(_, bytes)| bytes.starts_with(b"SQLite format 3\0"));
    let (name, _) = databases.max_by_key(|(_, bytes)| bytes.len()).expect("a home has a store");
    home.path().join(name)
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_row_is_found_named_and_does_not_spread() {
    const PLACES: usize = 12;
    let stage = Stage::new();
    let ben = stage.ben();
    for n in 0..20 {
        let file = stage.write("p.md", format!("Text number {n} of the log.\n\n").repeat(60));
        ben.json(&["page", "new", &format!("Log {n}"), "--file", &file]);
    }
    assert_eq!(ben.json(&["check"])["bad"], 0);
    let whole = ben.export(&stage, "whole");
    let relative = store_of(&ben).strip_prefix(ben.path()).unwrap().to_path_buf();
    let places = tern_tests::disk::places_of_items(&ben.path().join(&relative), PLACES).unwrap();
    for (n, at) in places.into_iter().enumerate() {
        let copy = stage.empty_home(&format!("copy-{n}"));
        copy_tree(ben.path(), copy.path());
        flip(&copy.path().join(&relative), at);
        let checked = copy.run(&["check"]);
        assert_eq!(checked.code, 5, "damage at {at} was not found: {checked:?}");
        let error = checked.error();
        assert!(!word(&error, "safe").is_empty() && !word(&error, "next").is_empty(), "{error}");
        let listed = copy.run(&["page", "list"]);
        assert!(matches!(listed.code, 0 | 5) && !listed.err.contains("panicked"), "at {at}: {listed:?}");
    }
    assert_eq!(ben.json(&["check"])["bad"], 0);
    assert_eq!(ben.export(&stage, "again"), whole, "the home beside the damaged copies is as it was");
}

#[test]
fn a_store_that_is_no_store_is_damaged_not_empty() {
    let stage = Stage::new();
    let ben = stage.ben();
    ben.json(&["page", "new", "Precious"]);
    let store = store_of(&ben);
    fs::write(&store, b"This was a database once.").unwrap();
    for side in ["-wal", "-shm"] {
        // Side files exist only while a process has the store open.
        let _ = fs::remove_file(format!("{}{side}", store.display()));
    }
    assert_refused("a store of text", &ben.run(&["page", "list"]), &[5]);
    assert_eq!(fs::read(&store).unwrap(), b"This was a database once.", "nothing writes over it");
}
