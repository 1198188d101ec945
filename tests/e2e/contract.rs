//! Names, JSON keys and exit codes of the terminal contract.

use crate::harness::{Home, Node, Stage, rows, word};

/// Runs each line of a story and looks for the promised keys at the top level of its one JSON object.
#[track_caller]
fn assert_keys(home: &Home, lines: &[(&[&str], &[&str])]) {
    for (args, keys) in lines {
        let answer = home.json(args);
        for key in *keys {
            assert!(!answer[key].is_null(), "`tern {}` has no “{key}”: {answer}", args.join(" "));
        }
    }
}

#[test]
fn setting_up_answers_with_the_promised_keys() {
    let stage = Stage::new();
    let ben = stage.empty_home("ben");
    let made = ben.json(&[
        "init",
        "--name",
        "Ben",
        "--zone",
        "Europe/London",
        "--hours",
        "Mon-Fri 09:00-17:30",
        "--checkins",
        "09:00,13:00,16:00",
        "--title",
        "Contract",
    ]);
    for key in ["workspace", "member", "device"] {
        let id = word(&made, key);
        assert!(!id.is_empty() && id.chars().all(|c| c.is_ascii_hexdigit()), "{made}");
    }
    assert_eq!(word(&made, "recovery_words").split_whitespace().count(), 24);
    assert_keys(
        &ben,
        &[
            (&["invite", "--role", "reader", "--uses", "2", "--expires", "48h"], &["ticket"]),
            (&["device", "list"], &["devices"]),
            (&["log"], &["records"]),
            (&["keys"], &["state"]),
            (&["space", "list"], &["spaces"]),
            (&["profile", "show"], &["zone", "hours", "checkins", "off"]),
            (&["profile", "set", "--off", "2026-12-24..2026-12-31"], &["zone", "hours", "checkins", "off"]),
            (&["profile", "show", "Ben"], &["name", "zone"]),
            (&["when", "Ben"], &["urgent_by", "standard_by", "local"]),
            (&["relay", "list"], &["relays"]),
            (&["status"], &["only_here", "peers"]),
            (&["check"], &["items", "bad", "repaired"]),
            (&["doctor"], &["checks"]),
        ],
    );
    let members = ben.json(&["member", "list"]);
    for key in ["id", "name", "role", "zone", "devices", "state"] {
        assert!(!rows(&members, "members")[0][key].is_null(), "{members}");
    }
    let log = ben.json(&["log"]);
    for key in ["id", "author", "when", "text", "effective"] {
        assert!(!rows(&log, "records")[0][key].is_null(), "{log}");
    }
}

#[test]
fn content_answers_with_the_promised_keys() {
    let stage = Stage::new();
    let ben = stage.ben();
    let page =
        word(&ben.json(&["page", "new", "First", "--file", &stage.write("a.md", "Hello *you*.\n")]), "id");
    let p = page.as_str();
    let text = stage.write("b.md", "Hello *you* and me.\n");
    assert_keys(
        &ben,
        &[
            (&["page", "show", p], &["title", "blocks", "marks", "fields", "heads"]),
            (&["page", "show", p, "--format", "json"], &["title", "blocks", "marks", "fields", "heads"]),
            (&["page", "show", p, "--format", "html"], &["text"]),
            (&["page", "edit", p, "--file", &text], &["heads", "changed"]),
            (&["page", "list"], &["pages"]),
            (&["page", "history", p], &["sessions"]),
            (&["page", "since", p], &["read_before", "changed", "diff"]),
            (&["page", "seen", p], &[]),
            (&["page", "merges", p], &["merges", "heads"]),
            (&["page", "links", p], &["id", "links"]),
            (&["comment", "add", p, "Is it?", "--on", "Hello"], &["id", "changed"]),
            (&["comment", "list", p], &["threads", "heads"]),
            (&["page", "move", p], &["pages"]),
            (&["page", "trash", p], &["pages"]),
            (&["page", "restore", p], &["pages"]),
            (&["task", "new", "Fix login #auth !high"], &["id", "short_id", "title", "status"]),
            (&["task", "list", "--where", "is:open", "--group", "status", "--sort", "due"], &["tasks"]),
            (&["search", "hello"], &["hits", "took_ms"]),
            (&["export", &stage.arg("out")], &["files", "bytes"]),
            (&["import", &stage.arg("out")], &["created", "updated", "unchanged", "refused"]),
            (&["doc", "save", p, &stage.arg("a.automerge")], &["heads"]),
            (&["doc", "load", &stage.arg("a.automerge")], &["heads"]),
            (&["attach", p, &text], &["hash", "bytes"]),
            (&["bundle", "export", &stage.arg("a.tern")], &["items"]),
            (&["bundle", "import", &stage.arg("a.tern"), "--reply", &stage.arg("r.tern")], &["items"]),
        ],
    );
    let list = ben.json(&["page", "list"]);
    let row = &rows(&list, "pages")[0];
    assert!(
        row["id"] == p && row["title"] == "First" && row["order"] == 0 && row["parent"].is_null(),
        "{list}"
    );
    let history = ben.json(&["page", "history", p]);
    for key in ["author", "author_id", "mine", "from", "to", "heads", "from_heads", "summary"] {
        assert!(!rows(&history, "sessions")[0][key].is_null(), "{history}");
    }
    let tasks = ben.json(&["task", "list"]);
    let keys = [
        "id",
        "short_id",
        "title",
        "status",
        "priority",
        "assignee",
        "labels",
        "due",
        "project",
        "conflicts",
    ];
    for key in keys {
        assert!(rows(&tasks, "tasks")[0].get(key).is_some(), "no “{key}”: {tasks}");
    }
    let hits = ben.json(&["search", "hello", "--limit", "1"]);
    for key in ["id", "kind", "title", "snippet"] {
        assert!(!rows(&hits, "hits")[0][key].is_null(), "{hits}");
    }
}

#[test]
fn meeting_a_node_answers_with_the_promised_keys() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    let added = ben.json(&["relay", "add", &node.ticket]);
    let relay = word(&rows(&added, "relays")[0], "id");
    let report = ben.json(&["sync", "--once", "--timeout", "20s"]);
    let keys = [
        "id",
        "name",
        "items_sent",
        "items_received",
        "bytes_sent",
        "bytes_received",
        "round_trips",
        "in_sync",
    ];
    for key in keys {
        assert!(!rows(&report, "peers")[0][key].is_null(), "no “{key}”: {report}");
    }
    assert!(!word(&node.home.json(&["node", "status"]), "ticket").is_empty());
    let removed = ben.json(&["relay", "remove", &relay]);
    assert_eq!(rows(&removed, "relays").len(), 0, "{removed}");
}

#[test]
fn people_read_words_and_tables_instead_of_json() {
    let stage = Stage::new();
    let ben = stage.empty_home("ben");
    let made = ben.plain(&["init", "--name", "Ben", "--zone", "Europe/London", "--title", "Words"]);
    assert!(made.code == 0 && made.out.contains("Recovery words") && made.out.contains(" 24 "), "{made:?}");
    for (args, part) in [
        (&["page", "list"][..], "No pages yet"),
        (&["task", "list"], "No tasks yet"),
        (&["search", "nothing"], "Nothing here matches"),
        (&["relay", "list"], "uses no node"),
        (&["status"], "tern invite"),
        (&["member", "list"], "You are alone"),
        (&["keys"], "Keys of this device"),
        (&["check"], "as they were written"),
        (&["log"], "WHAT"),
        (&["when", "Ben"], "urgent answer by"),
        (&["profile", "show"], "check-ins"),
        (&["doctor"], "CHECK"),
    ] {
        let ran = ben.plain(args);
        assert!(ran.code == 0 && ran.out.contains(part), "`tern {}`: {ran:?}", args.join(" "));
        assert!(!ran.out.contains('\u{1b}'), "no control sequences: {ran:?}");
    }
    ben.json(&["page", "new", "Tides", "--file", &stage.write("t.md", "High water at nine.\n")]);
    let shown = ben.plain(&["page", "show", &ben.page("Tides")]);
    assert!(shown.out.contains("High water at nine."), "{shown:?}");
}

#[test]
fn the_home_comes_from_the_option_or_the_environment_and_the_workspace_may_be_insisted_on() {
    let stage = Stage::new();
    let ben = stage.ben();
    let home = ben.path().to_str().unwrap();
    let listed = crate::harness::run(&["page", "list", "--json"], &[("TERN_HOME", home)], "");
    assert_eq!((listed.code, rows(&listed.json(), "pages").len()), (0, 0));
    assert_eq!(ben.run(&["--workspace", "lighthouse ferries", "page", "list"]).code, 0);
    let other = ben.run(&["page", "list", "--workspace", "Elsewhere"]);
    assert_eq!(other.code, 4, "{other:?}");
    assert!(word(&other.error(), "happened").contains("Lighthouse Ferries"));
}
