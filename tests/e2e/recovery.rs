//! One person's devices: linking one, losing all, the words, and a home that is locked.

use crate::harness::{Home, Stage, files_with, read_tree, rows, word};
use crate::members::{ben_with_node, joined, sync};

/// A device of `home`'s member, linked by the four words.
#[track_caller]
fn linked(stage: &Stage, home: &Home, name: &str) -> Home {
    let mut old = home.talk(&["device", "link", "--quiet", "--listen", "127.0.0.1:0"]);
    let ticket = word(&old.hear(), "ticket");
    let phone = stage.empty_home(name);
    let mut accepting = phone.start(&["device", "accept", "-", "--quiet"], &ticket);
    let asking = old.hear();
    assert_eq!(asking["state"], "asking", "{asking}");
    let words = word(&asking, "words");
    old.say(words.split(' ').next().expect("four words"));
    assert_eq!(old.hear()["state"], "done");
    let ran = accepting.wait(std::time::Duration::from_secs(120)).expect("the new device ends");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains(&words), "the new device shows other words: {} / {words}", ran.err);
    assert_eq!(ran.json()["state"], "member");
    phone
}

#[test]
fn t31_a_linked_device_reads_and_writes_as_its_member_and_can_be_removed() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    ben.json(&["page", "new", "Plan"]);
    let phone = linked(&stage, &ben, "phone");
    phone.page("Plan");
    phone.json(&["page", "new", "From the phone"]);
    sync(&phone);
    sync(&ben);
    ben.page("From the phone");
    assert_eq!(rows(&ben.json(&["member", "list"]), "members").len(), 1, "a device is no member");

    let devices = ben.json(&["device", "list"]);
    let other =
        rows(&devices, "devices").iter().find(|d| d["kind"] == "laptop").expect("the phone is listed");
    ben.json(&["device", "remove", &word(other, "id")]);
    sync(&ben);
    assert_eq!(phone.run(&["sync"]).code, 6);
    let devices = ben.json(&["device", "list"]);
    let other = rows(&devices, "devices").iter().find(|d| d["kind"] == "laptop").expect("still listed");
    assert_eq!(other["state"], "removed", "{devices}");
}

#[test]
fn a_third_device_is_told_of_the_second() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    let phone = linked(&stage, &ben, "phone");
    sync(&ben);
    let tablet = linked(&stage, &ben, "tablet");
    sync(&ben);
    sync(&phone);
    let notices = phone.json(&["notices"]);
    let notice = &rows(&notices, "notices")[0];
    let key = |home: &Home| {
        let devices = home.json(&["device", "list"]);
        let own = rows(&devices, "devices").iter().find(|d| d["kind"] == "this laptop").cloned();
        own.expect("the device in use is listed")["id"].clone()
    };
    assert_eq!(notice["device"], key(&tablet), "it is about the new one: {notices}");
    assert_eq!(notice["added_by"], key(&ben), "{notices}");
    let told = phone.plain(&["notices"]);
    let way_out = format!("tern device remove {}", &word(notice, "device")[..8]);
    assert!(told.out.contains(&way_out), "{}", told.out);
    assert!(notice["text"].to_string().contains("was added to your account"), "{notices}");
    let after = phone.json(&["notices", "--seen", &word(notice, "id")]);
    assert!(rows(&after, "notices").is_empty(), "{after}");
}

#[test]
fn a_wrong_word_links_nothing() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    let mut old = ben.talk(&["device", "link", "--quiet", "--listen", "127.0.0.1:0"]);
    let ticket = word(&old.hear(), "ticket");
    let phone = stage.empty_home("phone");
    let mut accepting = phone.start(&["device", "accept", "-", "--quiet"], &ticket);
    assert_eq!(old.hear()["state"], "asking");
    old.say("no");
    assert_eq!(old.hear()["state"], "refused");
    let ran = accepting.wait(std::time::Duration::from_secs(120)).expect("the new device ends");
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(!phone.path().join("store.db").exists());
    let devices = ben.json(&["device", "list"]);
    assert!(rows(&devices, "devices").iter().all(|d| d["kind"] != "laptop"), "{devices}");
}

#[test]
fn t34_no_ticket_is_taken_for_another_kind() {
    let stage = Stage::new();
    let (ben, node) = ben_with_node(&stage);
    let invite = word(&ben.json(&["invite"]), "ticket");
    let mut old = ben.talk(&["device", "link", "--quiet", "--listen", "127.0.0.1:0"]);
    let link = word(&old.hear(), "ticket");
    let join = |ticket: &str| stage.empty_home("x").run(&["join", ticket, "--name", "X", "--zone", "UTC"]);
    let accept = |ticket: &str| stage.empty_home("x").run(&["device", "accept", ticket, "--quiet"]);
    for (ran, names) in [
        (join(&link), "device link"),
        (join(&node.ticket), "node"),
        (accept(&invite), "invite"),
        (accept(&node.ticket), "node"),
        (ben.run(&["relay", "add", &link]), "device link"),
    ] {
        assert_eq!(ran.code, 7, "{ran:?}");
        assert!(ran.err.contains(names), "{} does not say that it is of the kind “{names}”", ran.err);
    }
}

#[test]
fn all_laptops_lost_the_words_and_a_node_bring_everything_back() {
    let stage = Stage::new();
    let node = crate::harness::Node::start(&stage);
    let ben = stage.empty_home("ben");
    let made = ben.json(&["init", "--name", "Ben", "--zone", "Europe/London", "--title", "Ferries"]);
    let words = word(&made, "recovery_words");
    ben.json(&["relay", "add", &node.ticket]);
    ben.json(&["page", "new", "Plan"]);
    let drill = ben.json_with(&["recover", "--drill"], &[], &words);
    assert_eq!(drill["state"], "works", "{drill}");
    let other = words.split(' ').rev().collect::<Vec<_>>().join(" ");
    let wrong =
        crate::harness::run(&["--home", &stage.arg("ben"), "--json", "recover", "--drill"], &[], &other);
    // One order in 256 has the right checksum and is another code.
    assert!(matches!(wrong.code, 3 | 7), "{wrong:?}");
    sync(&ben);
    let aiko = joined(&stage, &ben, "Aiko");

    let lost = stage.arg("lost");
    std::fs::rename(ben.path(), &lost).expect("the laptop is gone");
    let back = ben.json_with(&["recover", &node.ticket], &[], &words);
    assert_eq!(back["member"], made["member"], "the same person");
    assert_ne!(back["device"], made["device"], "a new device");
    ben.page("Plan");
    let devices = ben.json(&["device", "list"]);
    let old = rows(&devices, "devices").iter().find(|d| d["id"] == made["device"]).expect("listed");
    assert_eq!(old["state"], "removed", "{devices}");

    // Whoever has the lost laptop gets nothing new; what they write waits.
    ben.json(&["page", "new", "After the loss"]);
    sync(&ben);
    let thief = stage.empty_home("lost");
    thief.json_with(&["page", "append", "Plan"], &[], "by the thief");
    assert_eq!(thief.run(&["sync"]).code, 6);
    assert!(!thief.json(&["page", "list"]).to_string().contains("After the loss"));
    sync(&ben);
    assert!(!ben.markdown("Plan").contains("by the thief"));
    assert_eq!(rows(&ben.json(&["review", "list"]), "entries").len(), 1);
    sync(&aiko);
    aiko.page("After the loss");
    let again = ben.json_with(&["recover", "--drill"], &[], &words);
    assert_eq!(again["state"], "works", "{again}");
}

#[test]
fn t36_the_words_take_the_workspace_back_from_a_thief_who_removed_them() {
    let stage = Stage::new();
    let node = crate::harness::Node::start(&stage);
    let ben = stage.empty_home("ben");
    let made = ben.json(&["init", "--name", "Ben", "--zone", "Europe/London", "--title", "Ferries"]);
    let words = word(&made, "recovery_words");
    ben.json(&["relay", "add", &node.ticket]);
    ben.json(&["page", "new", "Plan"]);
    sync(&ben);
    let aiko = joined(&stage, &ben, "Aiko");
    aiko.json(&["page", "new", "Tides"]);
    sync(&aiko);

    // The laptop is stolen. The thief removes the words first of all, and the node carries that.
    std::fs::rename(ben.path(), stage.arg("stolen")).expect("the laptop is gone");
    let thief = stage.empty_home("stolen");
    let devices = thief.json(&["device", "list"]);
    let code = rows(&devices, "devices").iter().find(|d| d["kind"] == "recovery words").expect("listed");
    thief.json(&["device", "remove", &word(code, "id")]);
    sync(&thief);
    sync(&aiko);
    let refused =
        crate::harness::run(&["--home", &stage.arg("stolen"), "--json", "recover", "--drill"], &[], &words);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.err.contains("A laptop of yours removed these words"), "{refused:?}");

    let asked =
        crate::harness::run(&["--home", &stage.arg("ben"), "--json", "recover", &node.ticket], &[], &words);
    assert_eq!(asked.code, 3, "whoever removed the words on purpose is asked first: {asked:?}");
    assert!(asked.err.contains("--take-back") && !ben.path().join("store.db").exists(), "{asked:?}");
    let back = ben.json_with(&["recover", "--take-back", &node.ticket], &[], &words);
    assert_eq!(back["member"], made["member"], "the same person");
    ben.page("Plan");
    ben.page("Tides");
    assert!(rows(&ben.json(&["review", "list"]), "entries").is_empty(), "what Ben wrote is still Ben's");
    let devices = ben.json(&["device", "list"]);
    let state = |key: &str, what: &str| {
        let found = rows(&devices, "devices").iter().find(|d| d[key] == *what);
        found.unwrap_or_else(|| panic!("no {what} in {devices}"))["state"].clone()
    };
    assert_eq!(state("id", &word(&made, "device")), "removed", "{devices}");
    assert_eq!(state("kind", "recovery words"), "active", "{devices}");

    ben.json(&["page", "new", "After the theft"]);
    sync(&ben);
    sync(&aiko);
    aiko.page("Plan");
    aiko.page("After the theft");
    thief.json_with(&["page", "append", "Plan"], &[], "by the thief");
    assert_eq!(thief.run(&["sync"]).code, 6);
    assert!(!thief.json(&["page", "list"]).to_string().contains("After the theft"));
    let again = ben.json_with(&["recover", "--drill"], &[], &words);
    assert_eq!(again["state"], "works", "{again}");
}

#[test]
fn a_locked_home_opens_with_its_passphrase_alone_and_a_wrong_one_harms_nothing() {
    let stage = Stage::new();
    let ben = stage.ben();
    ben.json(&["page", "new", "Plan"]);
    let (right, wrong) = (stage.write("right", "open sesame\n"), stage.write("wrong", "open barley\n"));
    let with = |file: &str, args: &[&str]| {
        let mut all = vec!["--home", ben.path().to_str().expect("text"), "--json"];
        all.extend(args);
        crate::harness::run(&all, &[("TERN_PASSPHRASE_FILE", file)], "")
    };
    ben.json(&["task", "new", "Count the kingfishers"]);
    let on = with(&right, &["lock", "on"]);
    assert_eq!((on.code, on.json()["state"].clone()), (0, "passphrase".into()), "{on:?}");
    let seed = std::fs::read(ben.path().join("device.key")).expect("the key file");
    assert_eq!(ben.run(&["page", "list"]).code, 3);
    assert_eq!(with(&wrong, &["page", "list"]).code, 3);
    assert_eq!(with(&wrong, &["lock", "off"]).code, 3);
    assert_eq!(std::fs::read(ben.path().join("device.key")).expect("the key file"), seed);
    assert_eq!(with(&right, &["page", "new", "More marmalade"]).code, 0);
    let lies = read_tree(ben.path());
    for canary in ["Plan", "kingfishers", "marmalade", "Ben Whitfield", "Lighthouse Ferries"] {
        assert!(files_with(&lies, canary).is_empty(), "“{canary}” lies in {:?}", files_with(&lies, canary));
    }
    let found = with(&right, &["search", "marmalade"]);
    assert_eq!(rows(&found.json(), "hits").len(), 1, "{found:?}");
    assert_eq!(with(&right, &["lock", "off"]).code, 0);
    ben.page("Plan");
    ben.page("More marmalade");
}

#[test]
fn without_a_keyring_the_key_stays_where_it_is_and_the_answer_says_so() {
    let stage = Stage::new();
    let ben = stage.ben();
    let file = ben.path().join("device.key");
    let before = std::fs::read(&file).expect("the key file");
    // A bus on which nobody is: no test looks into the keyring of whoever runs it.
    let nobody = [("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")];
    let run = |args: &[&str]| {
        let mut all = vec!["--home", ben.path().to_str().expect("text"), "--json"];
        all.extend(args);
        crate::harness::run(&all, &nobody, "")
    };
    let refused = run(&["keys", "keep", "keyring"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.error()["happened"].to_string().contains("keyring"), "{}", refused.err);
    assert_eq!(std::fs::read(&file).expect("the key file"), before);
    assert_eq!(run(&["keys"]).json()["state"], "file (not protected)");
    assert_eq!(run(&["keys", "keep", "file"]).json()["state"], "file (not protected)");

    // A key file that names an entry of a keyring that is not there.
    std::fs::write(&file, [b"TERNKEY\x03".as_slice(), &[9; 16]].concat()).expect("written");
    let refused = run(&["page", "list"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(!word(&refused.error(), "safe").is_empty() && !word(&refused.error(), "next").is_empty());
    std::fs::write(&file, before).expect("written");
    assert_eq!(run(&["page", "list"]).code, 0);
}
