//! London works while Tokyo sleeps: what each finds in the morning, what is decided, handed over and held, with a node
//! between and the two never awake together.

use serde_json::Value;

use crate::harness::{Stage, rows, word};
use crate::threads::{Desk, team};

#[track_caller]
pub fn group(digest: &Value, name: &str) -> Vec<Value> {
    rows(digest, "items").iter().filter(|item| item["group"] == name).cloned().collect()
}

#[track_caller]
fn titles(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| word(item, "title")).collect()
}

/// What changed for both while they met is behind them.
fn settled(stage: &Stage) -> (Desk, Desk, crate::harness::Node) {
    let (ben, aiko, node) = team(stage);
    for desk in [&ben, &aiko] {
        desk.json(&["digest", "--clear"]);
    }
    (ben, aiko, node)
}

#[test]
fn tokyo_finds_one_question_decides_in_the_thread_and_london_reads_it_as_decided() {
    let stage = Stage::new();
    let (mut ben, mut aiko, _node) = settled(&stage);

    // Monday afternoon in London.
    ben.now = "2026-11-23T15:00:00Z";
    let page = word(&ben.json(&["page", "new", "Harbour walk"]), "id");
    let now = [("TERN_NOW", ben.now)];
    ben.home.json_with(&["page", "append", &page], &now, "The walk begins at the pier.");
    ben.json(&["task", "new", "Paint the pier"]);
    let ask = ["thread", "new", "First boat", "--to", "Aiko", "--intent", "decision", "--body"];
    let thread = word(&ben.json(&[&ask[..], &["Does the first boat leave at six?"]].concat()), "id");
    ben.json(&["thread", "new", "Lunch", "--body", "There was soup."]);
    ben.sync();
    assert!(rows(&ben.json(&["digest"]), "items").is_empty(), "own changes are never told");

    // Tuesday morning in Tokyo.
    aiko.now = "2026-11-24T00:00:00Z";
    aiko.sync();
    let digest = aiko.json(&["digest"]);
    let needs = group(&digest, "needs_you");
    assert_eq!(titles(&needs), ["First boat"], "{digest}");
    assert_eq!((&needs[0]["why"], needs[0]["expected_by"].is_string()), (&"owed".into(), true));
    assert_eq!(titles(&group(&digest, "docs")), ["Harbour walk"]);
    assert!(word(&group(&digest, "docs")[0], "text").contains("begins at the pier"), "{digest}");
    assert_eq!(titles(&group(&digest, "tasks")), ["Paint the pier"]);
    assert_eq!(titles(&group(&digest, "fyi")), ["Lunch"]);
    assert_eq!(digest["counts"]["needs_you"], 1);
    assert_eq!(aiko.code(&["digest", "--clear", "--since", "2026-11-23"]), 2, "what is older would be lost");

    aiko.json(&["thread", "reply", &thread, "--body", "Yes, at six."]);
    aiko.json(&["thread", "close", &thread, "--outcome", "The first boat leaves at six."]);
    let preview = aiko.json(&["thread", "record", &thread, "--as", "decision", "--preview"]);
    assert_eq!((&preview["id"], &preview["needs_yes"]), (&Value::Null, &false.into()), "{preview}");
    assert!(word(&preview, "text").contains("> Does the first boat leave at six?"), "{preview}");
    assert_eq!(rows(&preview, "readers").len(), 2);
    assert!(rows(&aiko.json(&["decision", "list"]), "decisions").is_empty(), "a preview makes nothing");
    let decision = word(&aiko.json(&["thread", "record", &thread, "--as", "decision"]), "id");
    let log = aiko.json(&["decision", "list", "--state", "decided"]);
    assert_eq!(rows(&log, "decisions")[0]["thread"], thread.as_str(), "{log}");
    aiko.json(&["digest", "--clear"]);
    assert!(rows(&aiko.json(&["digest"]), "items").is_empty());
    aiko.sync();

    // Tuesday morning in London.
    ben.now = "2026-11-24T09:00:00Z";
    ben.sync();
    let digest = ben.json(&["digest"]);
    let decided = group(&digest, "decided");
    assert!(decided.iter().any(|item| item["id"] == decision.as_str()), "{digest}");
    assert!(decided.iter().all(|item| word(item, "text").contains("leaves at six")), "{digest}");
    assert!(group(&digest, "needs_you").is_empty(), "{digest}");
    let week = ben.json(&["digest", "--since", "2026-11-23T23:00:00Z"]);
    assert_eq!(group(&week, "decided").len(), decided.len(), "{week}");
    ben.json(&["digest", "--clear"]);
    assert!(rows(&ben.json(&["digest"]), "items").is_empty());
    let since = ben.json(&["digest", "--since", "2026-11-23T23:00:00Z"]);
    assert_eq!(since["items"], week["items"], "what was seen is still told when one asks since when");
}

#[test]
fn a_decision_needs_an_outcome_names_each_deciders_time_and_chains_to_what_replaces_it() {
    let stage = Stage::new();
    let (mut ben, mut aiko, _node) = settled(&stage);
    ben.now = "2026-11-23T15:00:00Z";
    ben.json(&["task", "new", "Draw the map >Web"]);
    let new =
        |ben: &Desk, title: &str| word(&ben.json(&["page", "new", title, "--template", "decision"]), "id");
    let old = new(&ben, "One pier");
    ben.now = "2026-11-23T15:10:00Z";
    let next = new(&ben, "Two piers");
    assert_eq!(ben.code(&["decision", "set", &old, "state=decided"]), 2, "no outcome");
    let set = ["decision", "set", &old, "deciders=Ben,Aiko", "decide_by=2026-11-27", "affects=Web"];
    let open = ben.json(&set);
    assert_eq!((&open["state"], &open["owner"]["name"]), (&"proposed".into(), &"Ben".into()), "{open}");
    let times: Vec<String> = rows(&open, "deciders").iter().map(|d| word(d, "local")).collect();
    assert!(times.iter().any(|t| t.contains("17:30")) && times.iter().any(|t| t.contains("02:30")), "{open}");
    assert_eq!(rows(&open, "affects")[0]["title"], "Web");
    ben.json(&["decision", "set", &old, "state=decided", "outcome=One pier is enough."]);
    assert_eq!(ben.code(&["decision", "set", &old, "outcome="]), 2, "a decided one keeps its outcome");
    assert_eq!(ben.code(&["decision", "set", &old, "supersedes=One pier"]), 2, "itself");
    ben.sync();
    aiko.now = "2026-11-24T00:00:00Z";
    aiko.sync();

    // Both change the outcome apart: one is shown, the other is kept.
    aiko.json(&["decision", "set", &old, "outcome=One pier, for this winter."]);
    ben.json(&["decision", "set", &old, "outcome=One pier, and a raft."]);
    ben.json(&["decision", "set", &next, "state=decided", "outcome=Two piers.", "supersedes=One pier"]);
    for desk in [&aiko, &ben, &aiko] {
        desk.sync();
    }
    let log = aiko.json(&["decision", "list"]);
    let [first, second] = rows(&log, "decisions") else { panic!("{log}") };
    assert_eq!((&first["state"], &first["superseded_by"][0]["id"]), (&"superseded".into(), &next.into()));
    assert_eq!(second["supersedes"][0]["title"], "One pier");
    let outcomes = [word(first, "outcome"), word(&rows(first, "conflicts")[0], "value")];
    assert!(outcomes.iter().any(|o| o.contains("winter")) && outcomes.iter().any(|o| o.contains("raft")));
    assert_eq!(rows(&aiko.json(&["decision", "list", "--project", "Web"]), "decisions").len(), 1);
    let shown = aiko.json(&["page", "show", &old, "--format", "json"]);
    assert_eq!(shown["fields"]["decision"]["state"], "superseded", "{shown}");
}

#[test]
fn recording_out_of_a_private_thread_says_who_reads_it_and_asks_first() {
    let stage = Stage::new();
    let (mut ben, _aiko, _node) = settled(&stage);
    ben.now = "2026-11-23T15:00:00Z";
    ben.json(&["space", "new", "Board", "--private"]);
    let new = ["thread", "new", "Fares", "--space", "Board", "--body", "They fall in spring."];
    let thread = word(&ben.json(&new), "id");
    let record = ["thread", "record", &thread, "--as", "task", "--space", "root"];
    let preview = ben.json(&[&record[..], &["--preview"]].concat());
    assert_eq!((&preview["needs_yes"], &preview["gains"][0]["name"]), (&true.into(), &"Aiko".into()));
    assert!(word(&preview, "note").contains("leaves a private space"), "{preview}");
    assert_eq!(ben.code(&record), 2);
    assert!(rows(&ben.json(&["task", "list"]), "tasks").is_empty());
    let made = word(&ben.json(&[&record[..], &["--yes", "--title", "Lower the fares"]].concat()), "id");
    let task = ben.json(&["task", "show", &made]);
    assert!(word(&task, "description").contains("They fall in spring."), "{task}");
    let within = ben.json(&["thread", "record", &thread, "--as", "page"]);
    assert_eq!((&within["space"], &within["needs_yes"]), (&"Board".into(), &false.into()));
}

#[test]
fn work_is_handed_to_whoever_is_awake_next_and_what_nobody_takes_comes_back_to_its_owner() {
    let stage = Stage::new();
    let (mut ben, mut aiko, _node) = settled(&stage);
    ben.now = "2026-11-23T17:00:00Z";
    let task = word(&ben.json(&["task", "new", "Paint the pier @me"]), "id");
    ben.json(&["task", "set", &task, "status=doing", "description=- [x] sand it\n- [ ] prime it"]);
    let draft = ben.json(&["handoff", "--dry-run"]);
    assert_eq!((&draft["to"]["name"], &draft["tasks"]), (&"Aiko".into(), &1.into()), "{draft}");
    assert!(word(&draft, "text").contains("prime it"), "{draft}");
    assert!(word(&draft, "begins_theirs").contains("09:00"), "{draft}");
    let handed = word(&ben.json(&["handoff"]), "id");
    assert_eq!(ben.code(&["handoff", "accept", &handed]), 3, "it is not for oneself");
    ben.sync();

    aiko.now = "2026-11-24T00:10:00Z";
    aiko.sync();
    let needs = group(&aiko.json(&["digest"]), "needs_you");
    assert!(needs.iter().any(|item| item["id"] == handed.as_str() && item["why"] == "handoff"), "{needs:?}");

    // 09:59 in Tokyo it may still be taken; from 10:00 on it stands in London's digest.
    let late = |desk: &Desk| group(&desk.json(&["digest"]), "needs_you");
    ben.now = "2026-11-24T00:59:00Z";
    assert!(late(&ben).is_empty());
    ben.now = "2026-11-24T01:00:00Z";
    assert_eq!(late(&ben)[0]["why"], "not_taken", "{:?}", late(&ben));
    ben.json(&["digest", "--clear"]);
    assert_eq!(late(&ben).len(), 1, "it stands there until somebody answers");

    aiko.now = "2026-11-24T01:30:00Z";
    assert_eq!(aiko.code(&["handoff", "return", &handed]), 2, "giving it back says why");
    let taken = aiko.json(&["handoff", "accept", &handed]);
    assert_eq!(taken["state"], "accepted");
    assert!(rows(&aiko.json(&["owed"]), "items").is_empty(), "the thread is answered with it");
    aiko.sync();
    ben.now = "2026-11-24T09:00:00Z";
    ben.sync();
    assert!(late(&ben).iter().all(|item| item["why"] != "not_taken"), "{:?}", late(&ben));

    ben.json(&["task", "set", &task, "status=done"]);
    let week = ben.json(&["weekly"]);
    let slot = |view: &Value, name: &str| {
        let slots = rows(view, "slots").to_vec();
        slots.into_iter().find(|slot| slot["name"] == name).map(|slot| rows(&slot, "lines").to_vec())
    };
    assert!(slot(&week, "done").is_some_and(|lines| lines[0].as_str().unwrap().contains("Paint the pier")));
    assert_eq!((&week["reading_minutes"], rows(&week, "slots").len()), (&1.into(), 5));
    let posted = word(&ben.json(&["weekly", "--post"]), "id");
    assert_eq!(ben.json(&["page", "show", &posted, "--format", "json"])["title"], week["title"]);
}

#[test]
fn what_comes_at_night_is_held_until_the_check_in_and_heard_then() {
    let stage = Stage::new();
    let (mut ben, mut aiko, _node) = settled(&stage);
    ben.now = "2026-11-23T17:00:00Z";
    ben.json(&["thread", "new", "Tides", "--to", "Aiko", "--intent", "question", "--body", "How high?"]);
    ben.sync();
    aiko.now = "2026-11-23T17:05:00Z";
    aiko.sync();
    let night = aiko.json(&["inbox", "--notify"]);
    assert_eq!((&night["quiet"], rows(&night, "notify").len()), (&true.into(), 0), "{night}");
    assert_eq!(word(&rows(&night, "held")[0], "until"), "2026-11-24T09:00:00+09:00[Asia/Tokyo]");
    aiko.now = "2026-11-24T00:00:00Z";
    let day = aiko.json(&["inbox", "--notify"]);
    assert_eq!((rows(&day, "notify").len(), rows(&day, "held").len()), (1, 0), "{day}");
}
