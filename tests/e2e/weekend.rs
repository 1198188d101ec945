//! One question over a weekend, London to Tokyo and back, told from end to end; a node lies between, and no two laptops are
//! ever open together.

use serde_json::Value;

use crate::digest::group;
use crate::harness::{Stage, rows, word};
use crate::threads::{Desk, team};

const BEGIN: &str = "The walk begins at the pier and ends at the light.";
pub const FRIDAY_16: &str = "2026-11-20T16:00:00Z";
pub const SATURDAY: &str = "2026-11-21T03:00:00Z";
pub const MONDAY_9_TOKYO: &str = "2026-11-23T00:00:00Z";
pub const MONDAY_9_LONDON: &str = "2026-11-23T09:00:00Z";

/// Both have the page, share what they have seen, and begin with nothing new.
pub fn begin(stage: &Stage) -> (Desk, Desk, crate::harness::Node, String) {
    let (ben, aiko, node) = team(stage);
    let page = word(&ben.json(&["page", "new", "Harbour walk"]), "id");
    ben.home.json_with(&["page", "append", &page], &[("TERN_NOW", ben.now)], BEGIN);
    for desk in [&ben, &aiko] {
        desk.json(&["profile", "set", "--share-seen", "yes"]);
    }
    for desk in [&ben, &aiko, &ben] {
        desk.sync();
    }
    for desk in [&ben, &aiko] {
        desk.json(&["digest", "--clear"]);
    }
    (ben, aiko, node, page)
}

/// The page as somebody saves it from an editor, with one word another.
#[track_caller]
fn rewrite(desk: &Desk, page: &str, from: &str, to: &str) {
    let text = desk.home.markdown(page);
    assert!(text.contains(from), "{text}");
    let changed = text.replacen(from, to, 1);
    desk.home.json_with(&["page", "edit", page, "--file", "-"], &[("TERN_NOW", desk.now)], &changed);
}

#[track_caller]
fn bodies(desk: &Desk, thread: &str) -> Vec<String> {
    rows(&desk.json(&["thread", "show", thread]), "messages").iter().map(|m| word(m, "body")).collect()
}

#[track_caller]
fn rungs(desk: &Desk, thread: &str, message: usize) -> Vec<String> {
    let view = desk.json(&["thread", "show", thread]);
    rows(&rows(&view, "messages")[message], "delivered").iter().map(|d| word(d, "rung")).collect()
}

#[test]
fn a_question_asked_on_friday_in_london_is_decided_in_tokyo_on_monday_and_nobody_was_woken() {
    let stage = Stage::new();
    let (mut ben, mut aiko, _node, page) = begin(&stage);

    // Friday 16:00 in London is Saturday 01:00 in Tokyo: the question lies there quietly, the follow-up waits.
    ben.now = FRIDAY_16;
    let ask = ["thread", "new", "First boat", "--to", "Aiko", "--intent", "decision", "--body"];
    let asked = ben.json(&[&ask[..], &["Does the first boat leave at six?"]].concat());
    let thread = word(&asked, "id");
    let later = ["thread", "reply", &thread, "--to", "Aiko", "--deliver-at", "their-morning", "--body"];
    ben.json(&[&later[..], &["The printer needs it by noon."]].concat());
    rewrite(&ben, &page, "at the pier", "at the old pier");
    ben.sync();
    assert_eq!(rungs(&ben, &thread, 0), ["here", "node"]);

    // In the night something of hers is written while she is off, far from any network; nothing is heard.
    aiko.now = SATURDAY;
    rewrite(&aiko, &page, "at the light", "at the lighthouse");
    aiko.sync();
    let held = aiko.json(&["inbox", "--notify"]);
    assert!(held["quiet"] == true && rows(&held, "notify").is_empty(), "{held}");
    assert_eq!(word(&rows(&held, "held")[0], "until"), "2026-11-23T09:00:00+09:00[Asia/Tokyo]");
    assert_eq!(
        bodies(&aiko, &thread),
        ["Does the first boat leave at six?"],
        "the follow-up is not there yet"
    );

    // Monday 09:00 in Tokyo; the laptop in London has been shut since Friday, and so is the network.
    aiko.now = MONDAY_9_TOKYO;
    assert_eq!(bodies(&aiko, &thread).last().map(String::as_str), Some("The printer needs it by noon."));
    let digest = aiko.json(&["digest"]);
    let needs = group(&digest, "needs_you");
    assert_eq!(needs.len(), 1, "{digest}");
    assert_eq!((word(&needs[0], "title").as_str(), word(&needs[0], "why").as_str()), ("First boat", "owed"));
    let heard = aiko.json(&["inbox", "--notify"]);
    assert!(heard["quiet"] == false && !rows(&heard, "notify").is_empty(), "{heard}");
    let text = aiko.home.markdown(&page);
    assert!(text.contains("begins at the old pier and ends at the lighthouse"), "both edits: {text}");

    aiko.json(&["thread", "reply", &thread, "--body", "Yes, at six."]);
    aiko.json(&["thread", "close", &thread, "--outcome", "The first boat leaves at six."]);
    let decision = word(&aiko.json(&["thread", "record", &thread, "--as", "decision"]), "id");
    let heads = word(&aiko.json(&["thread", "show", &thread]), "heads");
    assert!(!heads.is_empty());
    aiko.json(&["digest", "--clear"]);
    aiko.json(&["thread", "ack", &thread, "--seen"]);
    assert!(rows(&aiko.json(&["owed"]), "items").is_empty(), "she owes nothing");
    aiko.sync();

    // Monday 09:00 in London: her laptop is shut.
    ben.now = MONDAY_9_LONDON;
    ben.sync();
    let digest = ben.json(&["digest"]);
    let decided = group(&digest, "decided");
    assert!(decided.iter().any(|item| item["id"] == decision.as_str()), "{digest}");
    assert!(group(&digest, "needs_you").is_empty() && rows(&ben.json(&["owed"]), "items").is_empty());
    assert_eq!(ben.home.markdown(&page), text, "one page for both");
    let view = ben.json(&["thread", "show", &thread]);
    let last = |message: &Value| rows(message, "delivered").last().map(|rung| word(rung, "rung"));
    let mine: Vec<Option<String>> =
        rows(&view, "messages").iter().filter(|m| m["mine"] == true).map(last).collect();
    assert!(mine.iter().any(|rung| rung.as_deref() == Some("seen")), "the ladder ends at seen: {view}");
}
