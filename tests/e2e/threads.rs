//! London asks, Tokyo answers, a node lies between, and the two are never awake together.

use serde_json::Value;

use crate::harness::{Home, Node, Stage, rows, word};

/// A laptop and its clock.
pub struct Desk {
    pub home: Home,
    pub now: &'static str,
}

impl Desk {
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        self.home.json_with(args, &[("TERN_NOW", self.now)], "")
    }

    /// Exit code of a command that may be refused.
    pub fn code(&self, args: &[&str]) -> i32 {
        self.home.run_with(args, &[("TERN_NOW", self.now)]).code
    }

    #[track_caller]
    pub fn sync(&self) {
        let report = self.json(&["sync", "--once"]);
        assert!(rows(&report, "peers").iter().any(|p| p["in_sync"] == true), "{report}");
    }

    #[track_caller]
    fn messages(&self, thread: &str) -> Vec<Value> {
        rows(&self.json(&["thread", "show", thread]), "messages").to_vec()
    }

    #[track_caller]
    fn owed(&self) -> Vec<Value> {
        rows(&self.json(&["owed"]), "items").to_vec()
    }

    #[track_caller]
    fn inbox(&self) -> Vec<Value> {
        rows(&self.json(&["inbox"]), "items").to_vec()
    }

    #[track_caller]
    fn hits(&self, words: &str) -> usize {
        rows(&self.json(&["search", words]), "hits").len()
    }
}

/// Ben in London and Aiko in Tokyo, who know each other and a node, on the Friday before.
pub fn team(stage: &Stage) -> (Desk, Desk, Node) {
    let node = Node::start(stage);
    let now = "2026-11-20T09:00:00Z";
    let (ben, aiko) =
        (Desk { home: stage.empty_home("ben"), now }, Desk { home: stage.empty_home("aiko"), now });
    let london = ["--zone", "Europe/London", "--hours", "Mon-Fri 09:00-17:30", "--title", "Ferries"];
    ben.json(&[&["init", "--name", "Ben"][..], &london].concat());
    ben.json(&["relay", "add", &node.ticket]);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    ben.sync();
    let tokyo = ["--zone", "Asia/Tokyo", "--hours", "Mon-Fri 09:00-18:00"];
    aiko.json(&[&["join", &ticket, "--name", "Aiko"][..], &tokyo].concat());
    aiko.sync();
    ben.sync();
    (ben, aiko, node)
}

#[track_caller]
fn standard_by(message: &Value) -> &str {
    message["expected_by"]["standard"].as_str().unwrap_or_else(|| panic!("no time in {message}"))
}

#[test]
fn a_question_crosses_the_weekend_and_its_answer_empties_the_ledger_on_both_sides() {
    let stage = Stage::new();
    let (mut ben, mut aiko, mut node) = team(&stage);

    ben.now = "2026-11-20T16:00:00Z";
    let asked = ben.json(&[
        "thread",
        "new",
        "Winter timetable",
        "--to",
        "Aiko",
        "--intent",
        "question",
        "--body",
        "Does the first boat leave at six?",
    ]);
    let thread = word(&asked, "id");
    let question = &rows(&asked, "messages")[0];
    assert_eq!(
        (&question["urgency"], &question["expected_by"]["standard"]),
        (&"standard".into(), &Value::Null)
    );
    assert!(word(&question["expected"][0], "text").contains("Clock not started"), "{question}");
    assert_eq!(rows(question, "delivered").len(), 1, "{question}");

    // London goes to sleep right after: the note of delivery goes out in the same meeting.
    ben.sync();
    assert_eq!(ben.json(&["status"])["only_here"]["items"], 0);
    let question = &ben.messages(&thread)[0];
    assert_eq!(standard_by(question), "2026-11-23T07:00:00Z");
    assert!(rows(question, "delivered").iter().any(|d| d["rung"] == "node"), "{question}");
    let owed = ben.owed();
    assert_eq!((&owed[0]["side"], &owed[0]["delivered"]), (&"owed_to_me".into(), &true.into()));

    let reply = ["thread", "reply", &thread, "--deliver-at", "2026-11-23T09:00:00+09:00", "--body"];
    let later = ben.json(&[&reply[..], &["And the Kanarienvogel, does it sail?"]].concat());
    let waiting = |view: &Value| word(&rows(view, "messages")[1], "waiting");
    assert!(waiting(&later).contains("has not left this laptop"), "{later}");
    ben.sync();
    assert!(waiting(&ben.json(&["thread", "show", &thread])).contains("on the node"));
    node.turn_off();
    node.turn_on();

    // Sunday night in Tokyo: the question is there, the follow-up is not.
    aiko.now = "2026-11-22T12:00:00Z";
    aiko.sync();
    let seen = aiko.messages(&thread);
    assert_eq!((seen.len(), standard_by(&seen[0])), (1, "2026-11-23T07:00:00Z"));
    assert_eq!(aiko.hits("Kanarienvogel"), 0);
    assert_eq!(aiko.hits("timetable"), 1);
    let inbox = aiko.inbox();
    assert_eq!((inbox.len(), &inbox[0]["why"]), (1, &"owed".into()), "{inbox:?}");
    assert_eq!(word(&inbox[0], "expected_by"), "2026-11-23T07:00:00Z");

    // Monday 09:00 in Tokyo, London asleep, nothing exchanged.
    aiko.now = "2026-11-22T23:59:59Z";
    assert_eq!(aiko.messages(&thread).len(), 1);
    aiko.now = "2026-11-23T00:00:00Z";
    let seen = aiko.messages(&thread);
    assert_eq!((seen.len(), &seen[1]["body"]), (2, &"And the Kanarienvogel, does it sail?".into()));
    assert_eq!(aiko.hits("Kanarienvogel"), 1);
    assert_eq!(aiko.inbox()[0]["unread"], 2);

    // She will answer by her next check-in; that moves the time for both.
    aiko.now = "2026-11-23T00:05:00Z";
    aiko.json(&["thread", "ack", &thread]);
    assert_eq!(word(&aiko.owed()[0], "expected_by"), "2026-11-23T04:00:00Z");
    aiko.json(&["thread", "draft", &thread, "--body", "Yes, at"]);
    assert_eq!(rows(&aiko.json(&["thread", "draft"]), "drafts")[0]["body"], "Yes, at");
    aiko.sync();
    ben.now = "2026-11-23T01:00:00Z";
    ben.sync();
    let owed = ben.owed();
    assert_eq!(
        (word(&owed[0], "expected_by"), &owed[0]["promised"]),
        ("2026-11-23T04:00:00Z".into(), &true.into())
    );

    aiko.now = "2026-11-23T03:00:00Z";
    aiko.json(&["thread", "reply", &thread, "--body", "Yes, at six, and it does."]);
    assert!(aiko.owed().is_empty());
    assert!(rows(&aiko.json(&["thread", "draft"]), "drafts").is_empty(), "it was sent");
    aiko.sync();
    ben.now = "2026-11-23T09:00:00Z";
    ben.sync();
    assert!(ben.owed().is_empty());
    assert_eq!(ben.inbox()[0]["why"], "follows");
    ben.json(&["inbox", "done", &thread]);
    assert!(ben.inbox().is_empty());
}

#[test]
fn a_scheduled_message_is_moved_edited_and_called_back_by_its_author_alone() {
    let stage = Stage::new();
    let (mut ben, mut aiko, _node) = team(&stage);
    ben.now = "2026-11-20T16:00:00Z";
    let new = ["thread", "new", "Fares", "--to", "Aiko", "--intent", "question", "--deliver-at"];
    let held = ben.json(&[&new[..], &["their-morning", "--body", "Do they rise?"]].concat());
    assert!(word(&held, "note").contains("Aiko’s morning"), "{held}");
    let (thread, message) = (word(&held, "id"), word(&rows(&held, "messages")[0], "id"));
    assert_eq!(word(&rows(&held, "messages")[0], "deliver_at"), "2026-11-23T09:00:00+09:00[Asia/Tokyo]");
    ben.json(&["thread", "edit", &thread, &message, "--body", "Do they fall?"]);
    ben.sync();

    aiko.now = "2026-11-22T12:00:00Z";
    aiko.sync();
    assert!(rows(&aiko.json(&["thread", "list"]), "threads").is_empty());
    assert_eq!((aiko.hits("Fares"), aiko.inbox().len(), aiko.owed().len()), (0, 0, 0));
    assert_eq!(aiko.code(&["thread", "show", &thread]), 4);
    aiko.now = "2026-11-23T00:00:00Z";
    let shown = aiko.messages(&thread);
    // Held until Monday 09:00, so expected on Tuesday; delivered on Friday it would have been Monday 16:00.
    assert_eq!(
        (&shown[0]["body"], standard_by(&shown[0])),
        (&"Do they fall?".into(), "2026-11-24T00:00:00Z")
    );
    assert_eq!(aiko.hits("Fares"), 1);
    assert_eq!(aiko.code(&["thread", "edit", &thread, &message, "--body", "mine"]), 3);

    ben.now = "2026-11-23T01:00:00Z";
    assert_eq!(ben.code(&["thread", "cancel", &thread, &message]), 2, "it has appeared");
    let second = ["thread", "reply", &thread, "--deliver-at", "2026-11-24T09:00:00Z", "--body", "Forget it."];
    let second = word(&rows(&ben.json(&second), "messages")[1], "id");
    ben.json(&["thread", "cancel", &thread, &second]);
    ben.sync();
    aiko.now = "2026-11-25T00:00:00Z";
    aiko.sync();
    assert_eq!(aiko.messages(&thread).len(), 1);
}

#[test]
fn what_makes_no_sense_is_refused_and_a_closed_thread_keeps_its_outcomes() {
    let stage = Stage::new();
    let (mut ben, _aiko, _node) = team(&stage);
    ben.now = "2026-11-20T16:00:00Z";
    let new =
        ["thread", "new", "Storm", "--to", "Aiko", "--intent", "blocker", "--body", "The pier is gone."];
    assert_eq!(ben.code(&[&new[..], &["--urgency", "urgent"]].concat()), 2, "urgent needs a reason");
    assert_eq!(ben.code(&[&new[..], &["--deliver-at", "2026-11-19"]].concat()), 2, "the past");
    assert_eq!(ben.code(&[&new[..], &["--to", "Nobody"]].concat()), 4);
    let urgent = [&new[..], &["--urgency", "urgent", "--reason", "Boats sail at dawn."]].concat();
    let thread = word(&ben.json(&urgent), "id");
    assert_eq!(ben.code(&["thread", "ack", &thread]), 2, "there is nothing of somebody else");
    assert_eq!(ben.code(&["thread", "close", &thread, "--outcome", " "]), 2);
    ben.json(&["thread", "close", &thread, "--outcome", "We use the other pier."]);
    assert!(ben.owed().is_empty() && ben.hits("other pier") == 1);
    assert!(rows(&ben.json(&["thread", "list"]), "threads").is_empty());
    ben.json(&["thread", "reopen", &thread]);
    let again = ben.json(&["thread", "show", "Storm"]);
    assert_eq!((&again["closed"], rows(&again, "closings").len()), (&Value::Null, 2), "{again}");
    assert_eq!(ben.owed()[0]["urgency"], "urgent");
}

#[test]
fn of_several_people_when_names_the_first_and_the_last_and_compares_both_choices() {
    let stage = Stage::new();
    let (mut ben, _aiko, _node) = team(&stage);
    ben.now = "2026-11-20T16:00:00Z";
    let one = ben.json(&["when", "Aiko"]);
    let choices = rows(&one, "choices");
    assert_eq!(
        (word(&choices[0], "last_by"), word(&choices[0], "deliver")),
        ("2026-11-23T07:00:00Z".into(), "now".into())
    );
    assert_eq!(word(&choices[1], "at"), "2026-11-23T00:00:00Z");
    assert_eq!(word(&choices[1], "last_by"), "2026-11-24T00:00:00Z");
    let both = ben.json(&["when", "Aiko", "Ben"]);
    let names: Vec<&str> = rows(&both, "people").iter().filter_map(|p| p["name"].as_str()).collect();
    assert_eq!(names, ["Aiko", "Ben"]);
    assert_eq!(both["standard_by"], rows(&both, "people")[1]["standard_by"]);
    assert_eq!(rows(&both, "choices")[0]["first_by"], "2026-11-23T07:00:00Z");
}
