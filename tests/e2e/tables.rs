//! Tables of tasks from other tools: seen before they are taken, taken again without doubles, taken back as one.

use serde_json::Value;

use crate::harness::{Home, Node, Stage, rows, word};

const HEADER: &str = "\"ID\",\"Team\",\"Title\",\"Description\",\"Status\",\"Estimate\",\"Priority\",\"Assignee\",\"Labels\",\
    \"Cycle Name\",\"Created\",\"Archived\",\"Due Date\",\"Parent issue\",\"UUID\",\"Blocked by\"\r\n";
const LOGIN: &str = "\"WEB-1\",\"Web\",\"Fix login\",\"The **second** try\r\nfails.\",\"In Progress\",\"3\",\"Urgent\",\
    \"aiko@example.org\",\"auth, Bug\",\"Cycle 4\",\"2026-01-05\",\"\",\"2026-12-01\",\"\",\"u-1\",\"WEB-2\"\r\n";
const RENEW: &str = "\"WEB-2\",\"Web\",\"'=RENEW(certificate)\",\"\",\"Triage\",\"\",\"No priority\",\"\",\"\",\"\",\"\",\"\",\
    \"\",\"WEB-1\",\"u-2\",\"\"\r\n";
const OLD: &str = "\"WEB-3\",\"Web\",\"Old\",\"\",\"Done\",\"\",\"\",\"\",\"\",\"\",\"\",\"2025-01-01\",\"\",\"\",\"u-3\",\"\"\r\n";

fn tasks(home: &Home) -> Vec<Value> {
    rows(&home.json(&["task", "list"]), "tasks").to_vec()
}

fn counts(report: &Value) -> [u64; 3] {
    ["created", "updated", "unchanged"].map(|key| report[key].as_u64().expect("a count"))
}

#[test]
fn an_export_of_linear_comes_in_once_and_work_done_here_stays_when_it_comes_again() {
    let stage = Stage::new();
    let ben = stage.ben();
    let table = |rows: &[&str]| stage.write("issues.csv", format!("\u{feff}{HEADER}{}", rows.concat()));
    let file = table(&[LOGIN, RENEW, OLD]);

    let seen = ben.json(&["import", &file, "--dry-run"]);
    assert_eq!(counts(&seen), [2, 0, 0]);
    assert_eq!(seen["tasks"]["source"], "linear");
    assert_eq!(seen["tasks"]["people"][0]["member"], Value::Null);
    assert_eq!(tasks(&ben), Vec::<Value>::new(), "a preview changes nothing");

    let report = ben.json(&["import", &file]);
    assert_eq!(counts(&report), [2, 0, 0]);
    assert!(report["refused"].to_string().contains("archived"), "{report}");
    let login = ben.json(&["task", "show", "Fix login"]);
    assert_eq!(
        (&login["status"], &login["priority"], &login["estimate"]),
        (&"doing".into(), &"urgent".into(), &"3".into())
    );
    assert_eq!((&login["project"], &login["imported_from"]), (&"Web".into(), &"linear WEB-1".into()));
    assert_eq!(login["labels"], serde_json::json!(["Bug", "auth"]));
    assert_eq!((&login["due"]["value"], &login["due"]["kind"]), (&"2026-12-01".into(), &"end-of-day".into()));
    assert_eq!(login["fields"]["Cycle-Name"], "Cycle 4");
    assert_eq!(login["fields"]["Assignee-imported"], "aiko@example.org", "nobody of that name is here yet");
    assert!(login["description"].as_str().is_some_and(|text| text.contains("**second**")), "{login}");
    assert_eq!(login["waits_for"][0]["title"], "=RENEW(certificate)");
    let renew = ben.json(&["task", "show", "=RENEW(certificate)"]);
    assert_eq!((&renew["status"], &renew["state"]), (&"backlog".into(), &"Triage".into()));
    assert_eq!(renew["parent"]["title"], "Fix login");
    assert_eq!(rows(&ben.json(&["search", "WEB-1"]), "hits")[0]["title"], "Fix login");

    assert_eq!(counts(&ben.json(&["import", &file])), [0, 0, 2]);

    // Work goes on here, and the table changes there.
    ben.json(&["task", "set", "Fix login", "priority=low", "label=mine"]);
    let moved = LOGIN.replace("In Progress", "Done").replace("fails.", "fails.\r\n\r\nIt was the clock.");
    let file = table(&[&moved, RENEW]);
    assert_eq!(counts(&ben.json(&["import", &file])), [0, 1, 1]);
    let login = ben.json(&["task", "show", "Fix login"]);
    assert_eq!((&login["status"], &login["priority"]), (&"done".into(), &"low".into()));
    assert_eq!(login["labels"], serde_json::json!(["Bug", "auth", "mine"]));
    assert!(login["description"].as_str().is_some_and(|text| text.contains("the clock")), "{login}");

    // The last import goes back, and nothing else.
    let undone = ben.json(&["import", "--undo"]);
    assert_eq!((&undone["put_back"], &undone["trashed"]), (&1.into(), &0.into()), "{undone}");
    let login = ben.json(&["task", "show", "Fix login"]);
    assert_eq!((&login["status"], &login["priority"]), (&"doing".into(), &"low".into()));
    assert!(login["description"].as_str().is_some_and(|text| !text.contains("the clock")), "{login}");
    assert_eq!(ben.run(&["import", "--undo"]).code, 4, "it was taken back already");
    assert_eq!(counts(&ben.json(&["import", &file])), [0, 1, 1]);
    let login = ben.json(&["task", "show", "Fix login"]);
    assert_eq!(login["status"], "done");
    assert!(login["description"].as_str().is_some_and(|text| text.contains("the clock")), "{login}");
}

#[test]
fn a_later_table_takes_nothing_away_that_it_does_not_speak_of() {
    let stage = Stage::new();
    let ben = stage.ben();
    let description = |home: &Home| word(&home.json(&["task", "show", "Fix login"]), "description");
    let file = stage.write("issues.csv", format!("{HEADER}{LOGIN}{RENEW}"));
    ben.json(&["import", &file]);

    // Words written here are not written over, whatever the table says next.
    ben.json(&["task", "set", "Fix login", "description=Ask Aiko first.\n\nThe **second** try\nfails."]);
    let said = LOGIN.replace("fails.", "fails twice.");
    let report = ben.json(&["import", &stage.write("issues.csv", format!("{HEADER}{said}{RENEW}"))]);
    assert_eq!(counts(&report), [0, 1, 1]);
    assert!(report["kept"].to_string().contains("changed here too"), "{report}");
    assert!(description(&ben).contains("Ask Aiko first.") && !description(&ben).contains("twice"));
    let said = said.replace("In Progress", "Done");
    ben.json(&["import", &stage.write("issues.csv", format!("{HEADER}{said}{RENEW}"))]);
    assert!(description(&ben).contains("Ask Aiko first."));

    // A table with fewer columns says nothing of the others.
    let short = "ID,Team,Title,Status,UUID\nWEB-1,Web,Fix login,In Review,u-1\n";
    ben.json(&["import", &stage.write("short.csv", short)]);
    let login = ben.json(&["task", "show", "Fix login"]);
    assert_eq!((&login["status"], &login["estimate"]), (&"review".into(), &"3".into()));
    assert_eq!(
        (&login["due"]["value"], &login["fields"]["Cycle-Name"]),
        (&"2026-12-01".into(), &"Cycle 4".into())
    );
    assert!(word(&login, "description").contains("Ask Aiko first."));
    assert_eq!(login["labels"], serde_json::json!(["Bug", "auth"]));

    // A field that the project has for something else keeps what the team wrote there.
    ben.json(&["project", "set", "Web", "field=Effort:number"]);
    let effort = |n: &str, title: &str| {
        format!("ID,Team,Title,Status,UUID,Effort\nWEB-1,Web,{title},In Review,u-1,{n}\n")
    };
    ben.json(&["import", &stage.write("effort.csv", effort("large", "Fix login"))]);
    ben.json(&["task", "set", "Fix login", "Effort=5"]);
    ben.json(&["import", &stage.write("effort.csv", effort("", "Fix login"))]);
    let login = ben.json(&["task", "show", "Fix login"]);
    assert_eq!(
        (&login["fields"]["Effort"], &login["fields"]["Effort-imported"]),
        (&"5".into(), &Value::Null)
    );

    // A project that is called otherwise here is the same one; another that begins alike is not.
    ben.json(&["project", "set", "Web", "title=Website"]);
    let more = "ID,Team,Title,Status,UUID\nWEB-8,Web,Sitemap,Todo,u-8\nPLA-1,Web app,Offline,Todo,u-9\n";
    ben.json(&["import", &stage.write("more.csv", more)]);
    assert_eq!(ben.json(&["task", "show", "Sitemap"])["project"], "Website");
    assert_eq!(ben.json(&["task", "show", "Offline"])["project"], "Web app");

    // Another list that counts from 1 too does not become these tasks.
    let jira = |row: &str| format!("Summary,Issue key,Issue id,Status,Assignee,Labels,Due Date\n{row}\n");
    let file = |row: &str| stage.write("jira.csv", jira(row));
    ben.json(&["import", &file("Paint hull,BOAT-1,10001,Doing,Ben,paint,2026-12-01")]);
    let report = ben.json(&["import", &file("Order rope,OPS-4,10001,Backlog,Carla,rope,2027-03-01")]);
    assert_eq!(counts(&report), [0, 0, 0]);
    assert!(report["refused"].to_string().contains("another task"), "{report}");
    assert_eq!(ben.json(&["task", "show", "Paint hull"])["imported_from"], "jira BOAT-1");
    // A task that has another title, and moved on, is still that task.
    let report = ben.json(&["import", &file("Paint the hull,BOAT-1,10001,Done,Ben,paint,2026-12-08")]);
    assert_eq!(counts(&report), [0, 1, 0]);
    assert_eq!(ben.json(&["task", "show", "Paint the hull"])["status"], "done");
}

#[test]
fn a_table_that_was_read_wrong_is_read_again_as_a_person_says() {
    let stage = Stage::new();
    let ben = stage.ben();
    let file = stage.write("dates.csv", "Title,Due,Stage\nRope,05/06/2027,Ashore\nAnchor,,Todo\n");
    let seen = ben.json(&["import", &file]);
    assert_eq!((&seen["tasks"]["dates"], &seen["tasks"]["dates_guessed"]), (&"mdy".into(), &true.into()));
    let rope = |home: &Home| home.json(&["task", "show", "Rope"]);
    assert_eq!(rope(&ben)["due"]["value"], "2027-05-06");
    // Only the row whose date is another day is another.
    assert_eq!(counts(&ben.json(&["import", &file, "--dates", "dmy"])), [0, 1, 1]);
    assert_eq!(rope(&ben)["due"]["value"], "2027-06-05");
    assert_eq!((&rope(&ben)["status"], &rope(&ben)["state"]), (&"todo".into(), &"Ashore".into()));
    ben.json(&["import", &file, "--dates", "dmy", "--status", "Ashore=doing"]);
    assert_eq!(rope(&ben)["status"], "doing");
    // What a state means to others is not changed by that.
    let project = ben.json(&["project", "show", "Dates"]);
    assert!(
        project.to_string().contains("Ashore") && !rope(&ben)["state"].to_string().contains("Ashore"),
        "{project}"
    );
}

#[test]
fn an_import_that_was_taken_back_is_gone_but_for_what_somebody_went_on_with() {
    let stage = Stage::new();
    let ben = stage.ben();
    let file = stage.write(
        "harbour-list (2).csv",
        "Task;Owner;Due;Stage\nRope;Ben Whitfield;24/12/2026;\nAnchor;;1/2/2027;Ashore\n",
    );
    let report = ben.json(&["import", &file]);
    assert_eq!(counts(&report), [2, 0, 0]);
    assert_eq!(
        (&report["tasks"]["dates"], &report["tasks"]["projects"][0]["name"]),
        (&"dmy".into(), &"Harbour list".into())
    );
    let anchor = ben.json(&["task", "show", "Anchor"]);
    assert_eq!((&anchor["due"]["value"], &anchor["state"]), (&"2027-02-01".into(), &"Ashore".into()));
    assert_eq!(ben.json(&["task", "show", "Rope"])["assignee"], "Ben Whitfield");
    ben.json(&["task", "set", "Rope", "priority=high"]);
    let undone = ben.json(&["import", "--undo"]);
    assert_eq!((&undone["trashed"], &undone["left"]), (&1.into(), &1.into()), "{undone}");
    let left: Vec<String> = tasks(&ben).iter().map(|task| word(task, "title")).collect();
    assert_eq!(left, ["Rope"]);
    // With another meaning it comes in anew; what stayed is known.
    let report = ben.json(&["import", &file, "--status", "Ashore=review", "--project", "Harbour list"]);
    assert_eq!(counts(&report), [1, 0, 1]);
    assert_eq!(ben.json(&["task", "show", "Anchor"])["status"], "review");

    for (args, says) in [
        (&["import", &file, "--map", "due=When"][..], "no column “When”"),
        (&["import", &file, "--map", "colour=Due"], "no field"),
        (&["import", &file, "--status", "Ashore"], "--status"),
        (&["import", &file, "--dates", "ymd"], "no order"),
        (&["import", "--from", "trello", &file], "trello"),
        (&["import", &stage.write("a.csv", "x,y\n1,2\n")], "no column holds titles; its columns are x, y"),
        (&["import", &stage.write("b.csv", [0xff, 0x00, 0x80])], "no text in UTF-8"),
        (&["import", &stage.write("notes.md", "# Notes"), "--project", "X"], "tables of tasks"),
    ] {
        let ran = ben.run(args);
        assert_ne!(ran.code, 0, "{args:?}");
        assert!(ran.error().to_string().contains(says), "{args:?}: {ran:?}");
    }
}

#[test]
fn another_laptop_knows_what_was_imported_and_a_name_becomes_a_member_who_joined() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    let file = stage.write("issues.csv", format!("{HEADER}{LOGIN}{RENEW}"));
    ben.json(&["import", &file]);
    ben.json(&["relay", "add", &node.ticket]);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    ben.json(&["sync"]);
    let aiko = stage.empty_home("aiko");
    aiko.json_with(
        &["join", "-", "--name", "Aiko Tanaka", "--zone", "Asia/Tokyo"],
        &[],
        &format!("{ticket}\n"),
    );
    aiko.json(&["sync"]);
    assert_eq!(aiko.json(&["task", "show", "Fix login"])["assignee"], Value::Null);
    assert_eq!(counts(&aiko.json(&["import", &file])), [0, 1, 1]);
    let login = aiko.json(&["task", "show", "Fix login"]);
    assert_eq!(login["assignee"], "Aiko Tanaka");
    assert_eq!(login["fields"]["Assignee-imported"], Value::Null);
    assert_eq!(tasks(&aiko).len(), 2);
    assert_eq!(counts(&aiko.json(&["import", &file])), [0, 0, 2]);
}

#[test]
fn rows_that_no_task_can_hold_are_refused_with_their_line_and_the_rest_comes_in() {
    let stage = Stage::new();
    let ben = stage.ben();
    let long = |n: usize| "x".repeat(n);
    let kib = 1024;
    let rows_of = [
        format!("{},a,,,", long(1024)),
        format!("{},a,,,", long(1025)),
        format!("Label,{},,,", long(200)),
        format!("Labels,{},,,", long(201)),
        format!("Cell,,{},,", long(64 * kib)),
        format!("Cells,,{},,", long(64 * kib + 1)),
        format!("Row,,{0},{0},", long(60 * kib)),
        format!("Rows,,{0},{0},", long(64 * kib)),
        ",no title,,,".to_owned(),
        format!("Text,,,,{}", long(256 * kib)),
        format!("Texts,,,,{}", long(256 * kib + 1)),
        format!("Many,\"{}\",,,", (0..101).map(|n| n.to_string()).collect::<Vec<_>>().join(",")),
        format!("Table,,,,\"|{}\n|{}\"", "a|".repeat(1025), "-|".repeat(1025)),
    ];
    let file = stage.write("wide.csv", format!("Title,Labels,More,Most,Notes\n{}\n", rows_of.join("\n")));
    let report = ben.json(&["import", &file]);
    assert_eq!(counts(&report), [5, 0, 0], "{report}");
    let refused: Vec<(String, String)> =
        rows(&report, "refused").iter().map(|line| (word(line, "path"), word(line, "reason"))).collect();
    let told = [
        ("line 3", "1024"),
        ("line 5", "200"),
        ("line 7", "More is larger than 64 KiB"),
        ("line 9", "128 KiB"),
        ("line 10", "no title"),
        ("line 12", "Notes is larger than 256 KiB"),
        ("line 13", "100 labels"),
        ("line 14", "a table that is too large"),
    ];
    for (line, reason) in told {
        assert!(
            refused.iter().any(|(path, why)| path == line && why.contains(reason)),
            "{line}: {refused:?}"
        );
    }
    assert_eq!(refused.len(), told.len(), "{refused:?}");
    assert_eq!(ben.json(&["check"])["bad"], 0);
    let names: String = (0..1001).map(|n| format!("T{n},P{n}\n")).collect();
    let ran = ben.run(&["import", &stage.write("many.csv", format!("Title,Project\n{names}"))]);
    assert!(ran.code != 0 && ran.error().to_string().contains("more than 1000 projects"), "{ran:?}");
}
