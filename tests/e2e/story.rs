//! A year of one workspace in one story: people who are never awake together, a private space, a lost laptop, and two
//! admins who fall out. Everything passes a tap on the wire.

use std::collections::BTreeMap;

use serde_json::Value;
use tern_tests::tap::Tap;

use crate::harness::{Home, Node, Stage, files_with, read_tree, rows, word};
use crate::members::sync;

/// Words of the private space.
const SECRETS: [&str; 5] = ["Zanzibar", "Kingfisher", "marmalade", "quince", "bergamot"];
/// Words that everybody in the workspace may read, and nobody outside.
const SHARED: [&str; 4] = ["Lighthouse Ferries", "Harbour timetable", "gangway", "Aiko Tanaka"];

#[track_caller]
fn admitted(stage: &Stage, host: &Home, name: &str, role: &str) -> Home {
    let ticket = word(&host.json(&["invite", "--mode", "approve", "--role", role]), "ticket");
    sync(host);
    let home = stage.empty_home(name);
    let waiting = home.json(&["join", &ticket, "--name", name, "--zone", "Europe/Berlin"]);
    assert_eq!(waiting["state"], "waiting", "{waiting}");
    sync(host);
    let requests = host.json(&["invite", "--list"]);
    let request = &rows(&requests, "requests")[0];
    assert_eq!(request["words"], waiting["words"], "both sides compare the same words");
    host.json(&["member", "approve", &word(request, "id")]);
    sync(host);
    sync(&home);
    sync(host);
    home
}

fn append(home: &Home, page: &str, text: &str) {
    home.json_with(&["page", "append", page], &[], text);
}

/// Name, role and state of every member, as `home` evaluates the log.
fn members(home: &Home) -> BTreeMap<String, (String, String)> {
    let list = home.json(&["member", "list"]);
    let row = |m: &Value| (word(m, "id"), (word(m, "role"), word(m, "state")));
    rows(&list, "members").iter().map(row).collect()
}

fn assert_unreadable(what: &str, tree: &crate::harness::Tree, words: &[&str]) {
    for word in words {
        assert_eq!(files_with(tree, word), Vec::<String>::new(), "{what} holds “{word}”");
    }
}

#[test]
fn a_workspace_lives_through_loss_and_quarrel_with_everybody_asleep() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let tap = Tap::before(&node.ticket).expect("a tap");

    // The owner makes a workspace with a node and goes offline.
    let ben = stage.ben();
    ben.json(&["relay", "add", tap.ticket()]);
    ben.json(&["page", "new", "Harbour timetable"]);
    append(&ben, "Harbour timetable", "Mind the gangway at low tide.");
    let ticket = word(&ben.json(&["invite"]), "ticket");
    sync(&ben);

    // A writer joins from the node alone and writes.
    let aiko = stage.empty_home("aiko");
    let joined = aiko.json(&["join", &ticket, "--name", "Aiko Tanaka", "--zone", "Asia/Tokyo"]);
    assert_eq!(joined["state"], "member", "{joined}");
    let words = word(&joined, "recovery_words");
    append(&aiko, "Harbour timetable", "The fog bell is mended.");
    sync(&aiko);

    // The owner returns and makes a private space with an admin.
    sync(&ben);
    assert!(ben.markdown("Harbour timetable").contains("fog bell"));
    let carla = admitted(&stage, &ben, "Carla", "admin");
    ben.json(&["space", "new", "Zanzibar payroll", "--private", "--with", "Carla"]);
    ben.json(&["page", "new", "Kingfisher sums", "--space", "Zanzibar payroll"]);
    append(&ben, "Kingfisher sums", "marmalade is worth more");
    sync(&ben);
    sync(&carla);
    append(&carla, "Kingfisher sums", "so is quince");
    sync(&carla);
    sync(&ben);
    sync(&aiko);
    assert!(ben.markdown("Kingfisher sums").contains("quince"));
    assert_unreadable("the node's disk", &read_tree(node.home.path()), &SECRETS);
    assert_unreadable("the node's disk", &read_tree(node.home.path()), &SHARED);
    assert_unreadable("the writer's home", &read_tree(aiko.path()), &SECRETS);

    // The writer loses the laptop, which goes on writing, and comes back by words.
    let lost_path = stage.arg("lost");
    let lost_device = word(&joined, "device");
    std::fs::rename(aiko.path(), &lost_path).expect("the laptop is gone");
    let lost = stage.empty_home("lost");
    append(&lost, "Harbour timetable", "Written in a stranger's hands.");
    lost.json(&["page", "new", "Left on the ferry"]);
    let back = aiko.json_with(&["recover", "--keep-devices", tap.ticket()], &[], &words);
    assert_eq!(back["member"], joined["member"], "the same person");
    assert!(aiko.markdown("Harbour timetable").contains("fog bell"));
    sync(&aiko);

    // The owner removes the lost device; its late edits wait in review; one is admitted.
    sync(&ben);
    ben.json(&["device", "remove", &lost_device]);
    sync(&ben);
    let told = lost.run(&["sync"]);
    assert_eq!(told.code, 6, "{told:?}");
    sync(&ben);
    assert!(!ben.markdown("Harbour timetable").contains("stranger's hands"));
    let review = ben.json(&["review", "list"]);
    assert_eq!(rows(&review, "entries").len(), 2, "{review}");
    let page = rows(&review, "entries").iter().find(|e| e["title"] == "Harbour timetable").expect("an entry");
    ben.json(&["review", "admit", &word(page, "id")]);
    assert!(ben.markdown("Harbour timetable").contains("stranger's hands"));
    assert_eq!(rows(&ben.json(&["review", "list"]), "entries").len(), 1);
    let log = ben.json(&["log"]).to_string();
    assert!(log.contains("removed") && log.contains("Aiko Tanaka"), "{log}");
    sync(&ben);
    sync(&aiko);
    assert!(
        aiko.markdown("Harbour timetable").contains("stranger's hands"),
        "admission counts for everybody"
    );

    // Two admins remove each other offline, and every replica agrees on the outcome.
    let dan = admitted(&stage, &ben, "Dan", "admin");
    for home in [&carla, &dan, &aiko, &ben] {
        sync(home);
    }
    append(&ben, "Kingfisher sums", "and bergamot most of all");
    carla.json(&["member", "remove", "Dan"]);
    dan.json(&["member", "remove", "Carla"]);
    sync(&ben);
    sync(&carla);
    assert_eq!(dan.run(&["sync"]).code, 6, "the junior admin's removal does not hold against the senior's");
    for home in [&ben, &aiko, &carla] {
        sync(home);
    }
    let agreed = members(&ben);
    for (who, home) in [("Aiko", &aiko), ("Carla", &carla), ("Dan", &dan)] {
        assert_eq!(members(home), agreed, "{who} sees other members");
    }
    assert_eq!(agreed.values().filter(|(_, state)| state == "removed").count(), 1, "{agreed:?}");
    assert!(carla.markdown("Kingfisher sums").contains("bergamot"));
    for home in [&ben, &aiko, &carla] {
        assert_eq!(home.json(&["check"])["bad"], 0);
    }

    // What lies where nobody may read, and what passed on the wire.
    assert_unreadable("the node's disk", &read_tree(node.home.path()), &[&SECRETS[..], &SHARED[..]].concat());
    for (who, home) in [("the writer's home", &aiko), ("the lost laptop", &lost), ("Dan's home", &dan)] {
        assert_unreadable(who, &read_tree(home.path()), &SECRETS);
    }
    assert!(!files_with(&read_tree(carla.path()), "marmalade").is_empty(), "the search would find it");
    let wire = BTreeMap::from([("wire".to_owned(), tap.seen())]);
    assert!(wire["wire"].len() > 50_000, "only {} bytes passed the tap", wire["wire"].len());
    assert_unreadable("the wire", &wire, &[&SECRETS[..], &SHARED[..]].concat());
}

#[test]
fn nothing_secret_is_said_in_logs_or_left_in_temporary_files() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let temporary = stage.arg("tmp");
    std::fs::create_dir_all(&temporary).expect("a folder");
    let passphrase = stage.write("passphrase", "grapefruit lantern\n");
    let mut logs = String::new();
    let mut run = |home: &Home, args: &[&str], input: &str| -> Value {
        let mut all = vec!["--home", home.path().to_str().expect("text"), "--json"];
        all.extend(args);
        let mut envs = vec![("TERN_LOG", "trace"), ("TMPDIR", &*temporary)];
        if args.first() == Some(&"lock") {
            envs.push(("TERN_PASSPHRASE_FILE", &*passphrase));
        }
        let ran = crate::harness::run(&all, &envs, input);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        logs += &ran.err;
        ran.json()
    };
    let ben = stage.empty_home("ben");
    let made =
        run(&ben, &["init", "--name", "Ben Whitfield", "--zone", "UTC", "--title", "Lighthouse Ferries"], "");
    let seed = std::fs::read(ben.path().join("device.key")).expect("the key file")[8..].to_vec();
    run(&ben, &["relay", "add", "-"], &node.ticket);
    run(&ben, &["space", "new", "Zanzibar payroll", "--private"], "");
    run(&ben, &["page", "new", "Kingfisher sums", "--space", "Zanzibar payroll"], "");
    run(&ben, &["page", "append", "Kingfisher sums"], "marmalade is worth more");
    let picture = stage.write("md/Gangway.md", "# Gangway\n\nquince\n");
    run(&ben, &["import", &picture], "");
    let ticket = word(&run(&ben, &["invite"], ""), "ticket");
    run(&ben, &["sync"], "");
    let aiko = stage.empty_home("aiko");
    let joined = run(&aiko, &["join", "-", "--name", "Aiko Tanaka", "--zone", "Asia/Tokyo"], &ticket);
    run(&ben, &["sync"], "");
    run(&ben, &["search", "marmalade"], "");
    run(&ben, &["recover", "--drill"], &word(&made, "recovery_words"));
    run(&ben, &["bundle", "export", &stage.arg("all.tern")], "");
    run(&ben, &["check"], "");
    run(&aiko, &["lock", "on"], "");

    assert!(logs.lines().count() > 100, "the log is quiet: {logs}");
    // Names of files tell nothing either; the bundle's was chosen above.
    let homes = [("ben's home", &ben), ("aiko's home", &aiko), ("the node's home", &node.home)];
    for (whose, home) in homes {
        for name in read_tree(home.path()).keys() {
            for word in SECRETS.iter().chain(&SHARED) {
                assert!(!name.to_lowercase().contains(&word.to_lowercase()), "{whose} has a file {name}");
            }
        }
    }
    let words_of = |report: &Value| {
        let words = word(report, "recovery_words");
        words.split(' ').take(3).collect::<Vec<_>>().join(" ")
    };
    let hex: String = seed.iter().map(|b| format!("{b:02x}")).collect();
    let secrets = [words_of(&made), words_of(&joined), ticket, node.ticket.clone(), "grapefruit".into(), hex];
    let left = read_tree(&stage.path("tmp"));
    for secret in secrets.iter().map(String::as_str).chain(SECRETS).chain(SHARED) {
        assert!(!logs.contains(secret), "the log says “{secret}”");
        assert_eq!(files_with(&left, secret), Vec::<String>::new(), "“{secret}” is in a temporary file");
    }
    let raw = |bytes: &[u8]| bytes.windows(seed.len()).any(|w| w == seed);
    assert!(!left.values().any(|bytes| raw(bytes)), "a key is in a temporary file");
}
