//! London and Tokyo share no hour: a meeting that had better been written, a vote that waits for both, a question each hears
//! in their own morning, pages that are looked at again, and one night in which something burns.

use serde_json::Value;

use crate::harness::{Stage, rows, word};
use crate::threads::{Desk, team};

#[track_caller]
fn stdin(desk: &Desk, args: &[&str], text: &str) -> Value {
    desk.home.json_with(args, &[("TERN_NOW", desk.now)], text)
}

#[test]
fn a_meeting_needs_an_agenda_and_an_outcome_and_its_actions_reach_who_was_not_there() {
    let stage = Stage::new();
    let (mut ben, mut aiko, _node) = team(&stage);
    aiko.json(&["digest", "--clear"]);
    ben.now = "2026-11-23T15:00:00Z";
    let made = ben.json(&["meeting", "new", "Harbour", "--with", "Aiko", "--starts", "2026-11-24 09:00"]);
    let page = word(&made, "id");
    assert_eq!((&made["state"], &made["lacks"]), (&"planned".into(), &"agenda".into()), "{made}");
    assert_eq!(made["card"]["recommends"], "write", "London and Tokyo share no hour: {made}");
    assert_eq!(rows(&made["card"], "meet_for").len(), 6);
    let people = rows(&made, "attendees");
    assert!(
        people.iter().any(|who| who["name"] == "Aiko" && word(who, "local").contains("18:00 JST")),
        "{made}"
    );
    assert_eq!(ben.code(&["meeting", "set", &page, "state=on"]), 2, "without an agenda it is not on");

    let agenda = "## Agenda\n\n1. Winter timetable\n";
    stdin(&ben, &["page", "edit", &page, "--file", "-"], agenda);
    assert_eq!(ben.json(&["meeting", "set", &page, "state=on"])["state"], "on");
    assert_eq!(
        ben.code(&["meeting", "set", &page, "state=closed"]),
        2,
        "without an outcome it is not closed"
    );
    stdin(
        &ben,
        &["page", "edit", &page, "--file", "-"],
        &format!("{agenda}\n## Actions\n\n- @Aiko paints the pier\n"),
    );
    let closed =
        ["meeting", "set", &page, "state=closed", "outcome=The first boat leaves at six", "present=me"];
    let closed = ben.json(&closed);
    let action = &rows(&closed, "actions")[0];
    assert_eq!((&action["status"], &action["owner"]["name"]), (&"todo".into(), &"Aiko".into()), "{closed}");
    ben.sync();

    aiko.now = "2026-11-24T00:00:00Z";
    aiko.sync();
    let digest = aiko.json(&["digest"]);
    let missed = rows(&digest, "items").iter().find(|item| item["why"] == "missed");
    let missed = missed.unwrap_or_else(|| panic!("{digest}"));
    assert_eq!(missed["id"], page.as_str());
    assert!(word(missed, "text").contains("leaves at six"), "{digest}");
    let tasks = aiko.json(&["task", "list", "--where", "assignee:me"]);
    assert_eq!(rows(&tasks, "tasks").len(), 1, "{tasks}");
    // She closes it again: nothing is made twice.
    aiko.json(&["meeting", "set", &page, "state=closed"]);
    assert_eq!(rows(&aiko.json(&["task", "list"]), "tasks").len(), 1);
    assert_eq!(rows(&aiko.json(&["meeting", "list", "--state", "closed"]), "meetings").len(), 1);
}

#[test]
fn a_vote_waits_until_both_have_had_their_hours_and_a_question_comes_in_everybodys_own_morning() {
    let stage = Stage::new();
    let (mut ben, mut aiko, _node) = team(&stage);
    ben.now = "2026-11-23T15:00:00Z";
    let thread = word(&ben.json(&["thread", "new", "Boats", "--to", "Aiko", "--body", "About boats."]), "id");
    let ask =
        ["vote", "new", &thread, "Which boat?", "--option", "Ferry", "--option", "Barge", "--hours", "4"];
    let asked = ben.json(&ask);
    assert_eq!(rows(&asked, "polls")[0]["closes"], Value::Null, "it has not reached Tokyo: {asked}");
    let question =
        ben.json(&["question", "new", "What is in your way?", "--when", "Mon-Fri 09:30", "--to", "Aiko,me"]);
    let round = word(&rows(&question, "questions")[0], "thread");
    ben.sync();
    let shown = ben.json(&["vote", "show", &thread]);
    let poll = &rows(&shown, "polls")[0];
    // On the node at 15:00: London has until Tuesday 10:30... of four hours, Tokyo until 13:00 there.
    assert_eq!(word(poll, "closes"), "2026-11-24T10:30:00Z", "{shown}");
    let tokyo = rows(poll, "voters").iter().find(|voter| voter["name"] == "Aiko").cloned();
    assert!(word(&tokyo.unwrap_or_default(), "closes_local").contains("13:00 JST"), "{shown}");

    // Her morning comes before his.
    aiko.now = "2026-11-24T00:30:00Z";
    aiko.sync();
    let asks = aiko.json(&["inbox"]);
    assert_eq!(rows(&asks, "asks").len(), 1, "{asks}");
    ben.now = "2026-11-24T00:31:00Z";
    assert!(rows(&ben.json(&["inbox"]), "asks").is_empty(), "it is night in London");
    aiko.json(&["question", "answer", &round, "--body", "Fog."]);
    assert!(rows(&aiko.json(&["inbox"]), "asks").is_empty());
    aiko.json(&["vote", "cast", &thread, "Barge"]);
    aiko.json(&["vote", "cast", &thread, "1"]);
    aiko.sync();

    ben.now = "2026-11-24T09:30:00Z";
    ben.sync();
    let due = ben.json(&["question", "list"]);
    assert_eq!(
        (&rows(&due, "questions")[0]["due"], &rows(&due, "questions")[0]["day"]),
        (&true.into(), &"2026-11-24".into())
    );
    assert_eq!(rows(&rows(&due, "questions")[0], "answered")[0]["name"], "Aiko", "{due}");
    ben.json(&["question", "skip", &round]);
    assert_eq!(ben.code(&["question", "skip", &round]), 2, "it is skipped once");
    assert!(rows(&ben.json(&["inbox"]), "asks").is_empty());
    ben.now = "2026-11-24T10:30:00Z";
    let shown = ben.json(&["vote", "show", &thread]);
    let poll = &rows(&shown, "polls")[0];
    assert_eq!(
        (&poll["closed"], &poll["leads"]),
        (&true.into(), &"Ferry".into()),
        "one vote a person: {shown}"
    );
    assert_eq!(ben.code(&["vote", "cast", &thread, "2"]), 2, "it is closed");
}

#[test]
fn what_is_agreed_configures_and_an_emergency_wakes_only_who_is_on_call() {
    let stage = Stage::new();
    let (mut ben, mut aiko, _node) = team(&stage);
    ben.now = "2026-11-23T15:00:00Z";
    let urgent = ["when", "Aiko", "--available", "2026-11-24T00:00Z"];
    assert_eq!(ben.json(&urgent)["urgent_by"], "2026-11-24T04:00:00Z");
    ben.json(&["page", "new", "How we work", "--template", "working-agreement"]);
    let agreed = ben.json(&["agreement", "set", "urgent_hours=2", "meeting_minutes=30"]);
    assert_eq!((&agreed["in_force"], &agreed["urgent_hours"]), (&true.into(), &2.into()), "{agreed}");
    assert_eq!(rows(&agreed, "configures").len(), 2, "{agreed}");
    assert_eq!(ben.json(&urgent)["urgent_by"], "2026-11-24T02:00:00Z");
    let night = ["thread", "new", "Pier", "--body", "Boats stand still.", "--urgency", "emergency"];
    assert_eq!(ben.code(&night), 2, "nothing is written down yet");
    let rota = "rota=Aiko daily 18:00-24:00; Ben daily 00:00-08:00";
    let shown = ben.json(&[
        "oncall",
        "set",
        "criteria=Boats stand still; Data is lost",
        "ladder=0 on-call; 20 Ben",
        rota,
    ]);
    assert_eq!((rows(&shown, "rota").len(), rows(&shown, "ladder").len()), (2, 2), "{shown}");
    assert_eq!(ben.code(&["oncall", "set", "rota=Nobody daily 18:00-24:00"]), 2);
    let at = ben.json(&["oncall", "show", "--at", "2026-11-23T10:00Z"]);
    assert_eq!(rows(&at, "on_call")[0]["name"], "Aiko", "{at}");
    ben.sync();

    // Monday 19:00 in Tokyo, after her hours.
    ben.now = "2026-11-24T10:00:00Z";
    assert_eq!(ben.code(&night), 2, "it names the criterion that it meets");
    let said = ben.json(&[&night[..], &["--criterion", "boats"]].concat());
    let message = &rows(&said, "messages")[0];
    assert_eq!(
        (&message["urgency"], &message["criterion"]),
        (&"emergency".into(), &"Boats stand still".into())
    );
    assert_eq!(rows(message, "to")[0]["name"], "Aiko", "it is for who is on call: {said}");
    let thread = word(&said, "id");
    ben.json(&[
        "thread",
        "new",
        "Lunch",
        "--to",
        "Aiko",
        "--urgency",
        "urgent",
        "--reason",
        "Soup",
        "--body",
        "Soup?",
    ]);
    ben.sync();
    aiko.now = "2026-11-24T10:01:00Z";
    aiko.sync();
    let heard = aiko.json(&["inbox", "--notify"]);
    assert_eq!(heard["quiet"], true);
    let titles: Vec<String> = rows(&heard, "notify").iter().map(|item| word(item, "title")).collect();
    assert_eq!(titles, ["Pier"], "what is urgent waits for the morning: {heard}");
    aiko.json(&["thread", "reply", &thread, "--body", "I am on it."]);
    assert!(rows(&aiko.json(&["inbox", "--notify"]), "notify").is_empty());
    aiko.sync();
    ben.sync();
    let week = ben.json(&["weekly"]);
    let slot = rows(&week, "slots").iter().find(|slot| slot["name"] == "emergencies").cloned();
    let slot = slot.unwrap_or_else(|| panic!("{week}"));
    let line = rows(&slot, "lines")[0].to_string();
    assert!(line.contains("Boats stand still") && line.contains("Aiko answered after 1 min"), "{line}");
}

#[test]
fn a_page_has_an_owner_and_a_day_and_one_key_says_that_it_is_still_true() {
    let stage = Stage::new();
    let (mut ben, _aiko, _node) = team(&stage);
    let page = word(&ben.json(&["page", "new", "Pier rules"]), "id");
    let set = ben.json(&["page", "set", &page, "owner=me", "review_by=2026-11-23", "review_days=30"]);
    assert_eq!(rows(&set, "pages")[0]["overdue"], false, "{set}");
    assert_eq!(ben.code(&["page", "set", &page, "colour=red"]), 2);
    ben.now = "2026-11-23T17:29:00Z";
    assert!(rows(&ben.json(&["inbox"]), "asks").is_empty(), "his day has not ended");
    ben.now = "2026-11-23T17:30:00Z";
    let asks = ben.json(&["inbox"]);
    assert_eq!((&rows(&asks, "asks")[0]["kind"], rows(&asks, "asks").len()), (&"review".into(), 1), "{asks}");
    let still = ben.json(&["page", "still-true", &page]);
    let shown = &rows(&still, "pages")[0];
    assert_eq!(word(shown, "review_by"), "2026-12-23[Europe/London]", "{still}");
    assert_eq!(
        (&shown["still_true"], &shown["still_true_by"]["name"]),
        (&"2026-11-23".into(), &"Ben".into())
    );
    assert!(rows(&ben.json(&["inbox"]), "asks").is_empty());
    assert!(rows(&ben.json(&["page", "history", &page]), "sessions").len() > 1, "it stands in the history");
    let incident = word(&ben.json(&["page", "new", "Fog", "--template", "incident"]), "id");
    assert_eq!(ben.code(&["page", "set", &incident, "state=closed"]), 2, "it says what stopped it");
    ben.json(&["page", "set", &incident, "state=closed", "outcome=The wind turned"]);
}
