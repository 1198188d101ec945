//! Who may do what, with everyone asleep: letting in, removing, reviewing, and two admins against each other.

use serde_json::Value;

use crate::harness::{Home, Node, Stage, files_with, read_tree, rows, word};

#[track_caller]
pub fn sync(home: &Home) {
    let report = home.json(&["sync"]);
    assert!(rows(&report, "peers").iter().any(|p| p["in_sync"] == true), "{report}");
}

/// Ben with a node that is running.
pub fn ben_with_node(stage: &Stage) -> (Home, Node) {
    let node = Node::start(stage);
    let ben = stage.ben();
    ben.json(&["relay", "add", &node.ticket]);
    sync(&ben);
    (ben, node)
}

/// Somebody who joined by an open ticket of `host`.
#[track_caller]
pub fn joined(stage: &Stage, host: &Home, name: &str) -> Home {
    let ticket = word(&host.json(&["invite"]), "ticket");
    sync(host);
    let home = stage.empty_home(name);
    let report = home.json(&["join", &ticket, "--name", name, "--zone", "Asia/Tokyo"]);
    assert_eq!(report["state"], "member", "{report}");
    sync(host);
    home
}

/// The member called `name`, as `home` sees them.
#[track_caller]
fn member(home: &Home, name: &str) -> Value {
    let list = home.json(&["member", "list"]);
    let found = rows(&list, "members").iter().find(|m| m["name"] == name);
    found.cloned().unwrap_or_else(|| panic!("no member {name} in {list}"))
}

/// Text added to a page at its end.
fn append(home: &Home, page: &str, text: &str) {
    home.json_with(&["page", "append", page], &[], text);
}

#[test]
fn both_sides_of_an_open_invite_see_the_same_words() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    sync(&ben);
    let aiko = stage.empty_home("aiko");
    let report = aiko.json(&["join", &ticket, "--name", "Aiko", "--zone", "Asia/Tokyo"]);
    sync(&ben);
    let invites = ben.json(&["invite", "--list"]);
    let invite = &rows(&invites, "invites")[0];
    assert_eq!(invite["joined"][0]["words"], report["words"], "{invites}");
    assert_eq!(word(&report, "words").split(' ').count(), 4);
    assert_eq!(invite["state"], "used up", "{invites}");
}

#[test]
fn somebody_with_a_ticket_that_needs_approval_waits_and_is_in_once_an_admin_says_so() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    ben.json(&["page", "new", "Plan"]);
    let invite = ["invite", "--mode", "approve", "--role", "admin"];
    let ticket = word(&ben.json(&invite), "ticket");
    sync(&ben);

    let carla = stage.empty_home("carla");
    let report = carla.json(&["join", &ticket, "--name", "Carla", "--zone", "America/Los_Angeles"]);
    assert_eq!(report["state"], "waiting", "{report}");
    assert!(rows(&carla.json(&["page", "list"]), "pages").is_empty(), "she reads before she is let in");
    let waits = carla.run(&["sync"]);
    assert_eq!(waits.code, 3, "{waits:?}");
    assert!(waits.err.contains("waits for an admin"), "{waits:?}");

    sync(&ben);
    let requests = ben.json(&["invite", "--list"]);
    let request = &rows(&requests, "requests")[0];
    assert_eq!(request["words"], report["words"], "{requests}");
    ben.json(&["member", "approve", &word(request, "id")]);
    sync(&ben);
    sync(&carla);
    carla.page("Plan");
    sync(&ben);
    assert_eq!(member(&ben, "Carla")["role"], "admin");
    assert!(rows(&ben.json(&["invite", "--list"]), "requests").is_empty());
}

#[test]
fn t11_a_removed_members_weeks_offline_wait_in_review_and_one_command_admits_them() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    ben.json(&["page", "new", "Plan"]);
    let aiko = joined(&stage, &ben, "Aiko");
    append(&aiko, "Plan", "said in time");
    sync(&aiko);
    sync(&ben);

    append(&aiko, "Plan", "written on the ferry");
    aiko.json(&["page", "new", "Ferry notes"]);
    ben.json(&["member", "remove", "Aiko"]);
    sync(&ben);
    let told = aiko.run(&["sync"]);
    assert_eq!(told.code, 6, "{told:?}");
    assert!(told.error()["happened"].to_string().contains("removed"), "{}", told.err);
    let hers = aiko.json(&["review", "list"]);
    assert_eq!(rows(&hers, "entries").len(), 2, "her own work is listed on her laptop too: {hers}");

    sync(&ben);
    assert!(!ben.markdown("Plan").contains("written on the ferry"));
    assert!(ben.markdown("Plan").contains("said in time"), "what came before the removal counts");
    let review = ben.json(&["review", "list"]);
    assert_eq!(rows(&review, "entries").len(), 2, "{review}");
    let plan = rows(&review, "entries").iter().find(|e| e["title"] == "Plan").expect("an entry of the plan");
    assert_eq!((&plan["author"], &plan["items"]), (&Value::from("Aiko"), &Value::from(1)), "{plan}");
    assert!(plan["preview"].to_string().contains("written on the ferry"), "{plan}");

    let file = stage.arg("plan.md");
    ben.json(&["review", "export", &word(plan, "id"), &file]);
    let text = std::fs::read_to_string(&file).expect("exported");
    assert!(text.contains("written on the ferry"), "{text}");
    ben.json(&["review", "admit", &word(plan, "id")]);
    assert!(ben.markdown("Plan").contains("written on the ferry"));
    let rest = ben.json(&["review", "list"]);
    let notes = rows(&rest, "entries");
    assert_eq!(notes.len(), 1, "{rest}");
    ben.json(&["review", "discard", &word(&notes[0], "id")]);
    assert!(rows(&ben.json(&["review", "list"]), "entries").is_empty());

    sync(&ben);
    let dev = joined(&stage, &ben, "Dev");
    assert!(dev.markdown("Plan").contains("written on the ferry"), "admission counts for everybody");
    let log = dev.json(&["log"]).to_string();
    assert!(log.contains("removed Aiko"), "{log}");
}

#[test]
fn whoever_is_restored_counts_again_on_the_laptop_that_restored_them_too() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    ben.json(&["page", "new", "Plan"]);
    let aiko = joined(&stage, &ben, "Aiko");
    append(&aiko, "Plan", "written before she knew");
    aiko.json(&["page", "new", "Her notes"]);
    ben.json(&["member", "remove", "Aiko"]);
    sync(&ben);
    assert_eq!(aiko.run(&["sync"]).code, 6);
    sync(&ben);
    assert!(!ben.markdown("Plan").contains("before she knew"));
    let told = ben.plain(&["status"]);
    assert!(told.out.contains("wait in `tern review list`"), "{told:?}");
    ben.json(&["member", "restore", "Aiko"]);
    assert!(ben.markdown("Plan").contains("before she knew"));
    ben.page("Her notes");
    assert!(rows(&ben.json(&["review", "list"]), "entries").is_empty());
    sync(&ben);
    sync(&aiko);
    assert_eq!(aiko.heads(), ben.heads());
}

#[test]
fn t37_a_revoked_ticket_lets_nobody_in_and_the_key_changes() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    let invites = ben.json(&["invite", "--list"]);
    ben.json(&["invite", "--revoke", &word(&rows(&invites, "invites")[0], "id")]);
    sync(&ben);
    let eve = stage.empty_home("eve");
    let refused = eve.run(&["join", &ticket, "--name", "Eve", "--zone", "UTC"]);
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(!eve.path().join("store.db").exists(), "something was left behind");
    let log = ben.json(&["log"]).to_string();
    assert!(log.contains("changed the workspace's key"), "{log}");
}

#[test]
fn two_admins_remove_each_other_apart_and_every_replica_agrees() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    let aiko = joined(&stage, &ben, "Aiko");
    let carla = joined(&stage, &ben, "Carla");
    let dev = joined(&stage, &ben, "Dev");
    for name in ["Aiko", "Carla"] {
        ben.json(&["member", "role", name, "admin"]);
    }
    for home in [&ben, &aiko, &carla, &dev] {
        sync(home);
    }
    // Apart: nobody knows of the other's removal. The one who became admin first is senior.
    aiko.json(&["member", "remove", "Carla"]);
    carla.json(&["member", "remove", "Aiko"]);
    carla.json(&["member", "remove", "Dev"]);
    sync(&aiko);
    let told = carla.run(&["sync"]);
    assert_eq!(told.code, 6, "{told:?}");
    let roles = |home: &Home| {
        let list = home.json(&["member", "list"]);
        let row = |m: &Value| (word(m, "id"), word(m, "role"));
        let mut all: Vec<(String, String)> = rows(&list, "members").iter().map(row).collect();
        all.sort();
        all
    };
    for home in [&ben, &dev, &aiko] {
        sync(home);
    }
    assert_eq!(member(&ben, "Carla")["state"], "removed");
    assert_eq!(member(&ben, "Aiko")["role"], "admin");
    assert_eq!(member(&ben, "Dev")["role"], "writer", "what the removed admin did falls with her");
    assert_eq!(roles(&ben), roles(&dev));
    assert_eq!(roles(&ben), roles(&aiko));
    assert_eq!(roles(&ben), roles(&carla), "the removed one evaluates the same log");
}

#[test]
fn a_member_leaves_and_what_is_here_stays_readable() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    ben.json(&["page", "new", "Plan"]);
    sync(&ben);
    let aiko = joined(&stage, &ben, "Aiko");
    assert_eq!(aiko.run(&["member", "leave"]).code, 2, "leaving wants --yes");
    aiko.json(&["member", "leave", "--yes"]);
    assert_eq!(aiko.run(&["page", "new", "Nothing"]).code, 3);
    aiko.page("Plan");
    sync(&ben);
    assert_eq!(member(&ben, "Aiko")["state"], "active", "nobody told Ben yet");
    assert_eq!(ben.run(&["member", "leave", "--yes"]).code, 2, "the owner cannot leave");
}

#[test]
fn open_spaces_hold_pages_of_their_own_and_pages_move_between_them() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    let aiko = joined(&stage, &ben, "Aiko");
    ben.json(&["space", "new", "Crew"]);
    ben.json(&["page", "new", "Rota", "--space", "Crew"]);
    append(&ben, "Rota", "Monday: Aiko");
    ben.json(&["page", "new", "Plan"]);
    sync(&ben);
    sync(&aiko);
    let spaces = aiko.json(&["space", "list"]);
    assert_eq!(rows(&spaces, "spaces")[1]["title"], "Crew", "{spaces}");
    assert!(aiko.markdown("Rota").contains("Monday"));
    append(&aiko, "Rota", "Tuesday: Ben");
    let preview = aiko.json(&["space", "move", "Plan", "Crew"]);
    assert_eq!(preview["gains"], Value::Array(Vec::new()), "{preview}");
    sync(&aiko);
    sync(&ben);
    assert!(ben.markdown("Rota").contains("Tuesday"));
    let only = ben.json(&["export", &stage.arg("crew"), "--space", "Crew"]);
    assert_eq!(only["files"], 2, "{only}");
}

#[test]
fn t30_a_private_space_is_read_by_its_members_and_lies_readable_nowhere_else() {
    let stage = Stage::new();
    let (ben, node) = ben_with_node(&stage);
    let aiko = joined(&stage, &ben, "Aiko");
    let carla = joined(&stage, &ben, "Carla");
    for home in [&ben, &aiko, &carla] {
        sync(home);
    }
    let made = ben.json(&["space", "new", "Zanzibar payroll", "--private", "--with", "Aiko"]);
    let space = word(&made, "id");
    ben.json(&["page", "new", "Kingfisher sums", "--space", "Zanzibar payroll"]);
    append(&ben, "Kingfisher sums", "marmalade is worth more");
    for home in [&ben, &aiko, &carla] {
        sync(home);
    }
    assert!(aiko.markdown("Kingfisher sums").contains("marmalade"));
    append(&aiko, "Kingfisher sums", "so is quince");
    sync(&aiko);
    sync(&ben);
    assert!(ben.markdown("Kingfisher sums").contains("quince"));
    assert_eq!(rows(&carla.json(&["space", "list"]), "spaces").len(), 1);

    let canaries = ["Zanzibar", "Kingfisher", "marmalade", "quince"];
    for home in [carla.path(), &stage.path("node")] {
        for canary in canaries {
            let found = files_with(&read_tree(home), canary);
            assert!(found.is_empty(), "“{canary}” lies in {found:?}");
        }
    }
    assert!(!files_with(&read_tree(ben.path()), "marmalade").is_empty(), "the search would find it");
    // Not even the lane's id is at somebody outside.
    let id: Vec<u8> =
        (0..16).map(|i| u8::from_str_radix(&space[2 * i..2 * i + 2], 16).expect("hex")).collect();
    let store = std::fs::read(carla.path().join("store.db")).expect("her store");
    assert!(!store.windows(16).any(|w| w == id), "the id of the lane lies at a non-member");
    drop(node);
}

#[test]
fn t32_whoever_is_put_out_of_a_space_reads_nothing_new_and_whoever_comes_in_reads_all() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    let aiko = joined(&stage, &ben, "Aiko");
    let carla = joined(&stage, &ben, "Carla");
    ben.json(&["space", "new", "Payroll", "--private", "--with", "Aiko"]);
    ben.json(&["page", "new", "Sums", "--space", "Payroll"]);
    append(&ben, "Sums", "before");
    sync(&ben);
    sync(&aiko);
    ben.json(&["space", "remove", "Payroll", "Aiko"]);
    append(&ben, "Sums", "after");
    sync(&ben);
    sync(&aiko);
    let hers = aiko.markdown("Sums");
    assert!(hers.contains("before") && !hers.contains("after"), "{hers}");
    ben.json(&["space", "add", "Payroll", "Carla", "--role", "reader"]);
    sync(&ben);
    sync(&carla);
    let all = carla.markdown("Sums");
    assert!(all.contains("before") && all.contains("after"), "{all}");
    let refused = carla.run(&["page", "rename", "Sums", "Mine"]);
    assert_ne!(refused.code, 0, "a reader writes: {refused:?}");
}

#[test]
fn a_page_that_moves_to_a_private_space_says_who_reads_it_then_and_a_personal_one_is_for_oneself() {
    let stage = Stage::new();
    let (ben, _node) = ben_with_node(&stage);
    let aiko = joined(&stage, &ben, "Aiko");
    sync(&ben);
    ben.json(&["page", "new", "Plan"]);
    ben.json(&["space", "new", "Board", "--private"]);
    let preview = ben.json(&["space", "move", "Plan", "Board", "--dry-run"]);
    assert_eq!(preview["loses"], serde_json::json!(["Aiko"]), "{preview}");
    ben.json(&["space", "move", "Plan", "Board"]);
    ben.json(&["page", "new", "Only mine", "--space", "personal"]);
    sync(&ben);
    sync(&aiko);
    let seen = aiko.json(&["page", "list"]).to_string();
    assert!(!seen.contains("Only mine"), "{seen}");
    let spaces = ben.json(&["space", "list"]);
    let kinds: Vec<String> = rows(&spaces, "spaces").iter().map(|s| word(s, "access")).collect();
    assert!(kinds.contains(&"personal".to_owned()) && kinds.contains(&"private".to_owned()), "{spaces}");
}
