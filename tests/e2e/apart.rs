//! Two people on one page apart: whose hand a difference is, what was combined, comments that follow their words, and
//! what links to a page.

use serde_json::Value;

use crate::harness::{Home, Stage, rows, word};

const PARAGRAPH: &str = "The ferry sails at nine from the old pier.";

#[track_caller]
fn carry(stage: &Stage, from: &Home, to: &Home, name: &str) {
    let file = stage.arg(name);
    from.json(&["bundle", "export", &file]);
    to.json(&["bundle", "import", &file]);
}

/// Ben's page, and a second person who has it.
#[track_caller]
fn two(stage: &Stage, role: &str) -> (Home, Home, String) {
    let ben = stage.ben();
    let file = stage.write("ferry.md", format!("{PARAGRAPH}\n\nBring a coat.\n\nTickets at the pier.\n"));
    let page = word(&ben.json(&["page", "new", "Ferry", "--file", &file]), "id");
    let ticket = word(&ben.json(&["invite", "--role", role]), "ticket");
    let first = stage.arg("first.tern");
    ben.json(&["bundle", "export", &first, "--all"]);
    let aiko = stage.empty_home("aiko");
    let join = ["join", &ticket, "--name", "Aiko Tanaka", "--zone", "Asia/Tokyo", "--bundle", first.as_str()];
    assert_eq!(aiko.json(&join)["state"], "member");
    carry(stage, &aiko, &ben, "joined.tern");
    (ben, aiko, page)
}

/// Replaces words as if at another time.
#[track_caller]
fn rewrite_at(home: &Home, page: &str, from: &str, to: &str, now: &str) {
    let text = home.markdown(page);
    assert!(text.contains(from), "“{from}” is not in {text}");
    let edit = ["page", "edit", page, "--file", "-"];
    home.json_with(&edit, &[("TERN_NOW", now)], &text.replacen(from, to, 1));
}

fn text(block: &Value) -> String {
    let runs = block["inline"].as_array().into_iter().flatten();
    runs.map(|run| run["text"]["text"].as_str().unwrap_or_default()).collect()
}

fn heads(home: &Home, page: &str) -> String {
    word(&home.json(&["page", "show", page]), "heads")
}

#[test]
fn a_difference_names_whose_hand_it_is_and_one_block_comes_back() {
    let stage = Stage::new();
    let (ben, aiko, page) = two(&stage, "writer");
    assert_eq!(ben.json(&["page", "since", &page])["read_before"], false);
    ben.json(&["page", "seen", &page]);
    assert_eq!(ben.json(&["page", "since", &page])["changed"], false);
    let before = heads(&ben, &page);
    ben.rewrite(&page, "Bring a coat.", "Bring a warm coat.");
    assert_eq!(ben.json(&["page", "since", &page])["changed"], false, "own words are read");
    aiko.rewrite(&page, "sails at nine", "leaves at nine");
    aiko.rewrite(&page, "\n\nTickets at the pier.", "");
    carry(&stage, &aiko, &ben, "edits.tern");

    let since = ben.json(&["page", "since", &page]);
    assert!(since["changed"] == true && since["read_before"] == true, "{since}");
    let blocks = rows(&since["diff"], "blocks");
    let states: Vec<&str> = blocks.iter().filter_map(|b| b["state"].as_str()).collect();
    assert_eq!(states, ["changed", "same", "removed"], "{since}");
    for run in rows(&blocks[0], "rich").iter().filter(|r| r["state"] != "keep") {
        assert_eq!(run["by"]["name"], "Aiko Tanaka", "{run}");
    }
    assert_eq!(blocks[2]["by"]["name"], "Aiko Tanaka", "{}", blocks[2]);
    ben.json(&["page", "seen", &page]);
    assert_eq!(ben.json(&["page", "since", &page])["changed"], false);

    let history = ben.json(&["page", "history", &page]);
    let last = rows(&history, "sessions").iter().rfind(|s| s["author"] == "Aiko Tanaka").expect("a session");
    assert!(last["mine"] == false && !word(last, "summary").is_empty(), "{last}");
    let own =
        ben.json(&["page", "diff", &page, "--from", &word(last, "from_heads"), "--to", &word(last, "heads")]);
    assert!(!own.to_string().contains("warm\""), "only Aiko's work: {own}");

    let back = ben.json(&["page", "revert", &page, "--to", &before, "--block", "2"]);
    assert_eq!(back["changed"], true);
    let now = ben.markdown(&page);
    assert!(now.contains("leaves at nine") && now.contains("warm coat") && now.ends_with("pier.\n"), "{now}");
    let again = ben.json(&["page", "revert", &page, "--to", &before, "--block", "2"]);
    assert_eq!(again["changed"], false);
    assert_eq!(ben.run(&["page", "revert", &page, "--to", &before, "--block", "9"]).code, 4);
    assert_eq!(ben.json(&["check"])["bad"], 0);
}

#[test]
fn what_was_combined_while_apart_shows_both_sides_and_either_comes_back() {
    let stage = Stage::new();
    let (ben, aiko, page) = two(&stage, "writer");
    rewrite_at(&ben, &page, "old pier", "new pier", "2026-11-24T09:00:00Z");
    ben.json_with(&["page", "rename", &page, "Ferry times"], &[("TERN_NOW", "2026-11-24T09:01:00Z")], "");
    rewrite_at(&aiko, &page, "at nine", "at half past nine", "2026-11-24T20:00:00Z");
    aiko.json_with(&["page", "rename", &page, "Boats"], &[("TERN_NOW", "2026-11-24T20:01:00Z")], "");
    carry(&stage, &aiko, &ben, "evening.tern");

    let view = ben.json(&["page", "merges", &page]);
    let merge = &rows(&view, "merges")[0];
    let blocks = rows(merge, "blocks");
    assert_eq!((rows(&view, "merges").len(), blocks.len()), (1, 1), "{view}");
    assert_eq!(text(&blocks[0]["base"]), PARAGRAPH);
    assert_eq!(text(&blocks[0]["mine"]), PARAGRAPH.replace("old", "new"));
    assert_eq!(text(&blocks[0]["theirs"]), PARAGRAPH.replace("nine", "half past nine"));
    assert_eq!(text(&blocks[0]["merged"]), PARAGRAPH.replace("old", "new").replace("nine", "half past nine"));
    assert_eq!(merge["theirs"]["authors"][0]["name"], "Aiko Tanaka");
    assert_eq!(merge["mine"]["authors"][0]["mine"], true);
    let field = &rows(merge, "fields")[0];
    assert!(field["mine"] == "Ferry times" && field["theirs"] == "Boats", "{field}");

    let (side, marker) = (word(&merge["mine"], "heads"), word(&blocks[0], "marker"));
    ben.json(&["page", "revert", &page, "--to", &side, "--block", &marker]);
    assert!(ben.markdown(&page).contains("sails at nine from the new pier"));
    ben.json(&["page", "merges", &page, "--reviewed"]);
    assert_eq!(rows(&ben.json(&["page", "merges", &page]), "merges").len(), 0);
    let told = ben.plain(&["page", "merges", &page]);
    assert!(told.out.contains("Nothing was combined"), "{told:?}");
}

#[test]
fn a_comment_of_somebody_who_may_only_comment_follows_its_words_and_outlives_them() {
    let stage = Stage::new();
    let (ben, aiko, page) = two(&stage, "commenter");
    assert_eq!(aiko.run(&["page", "rename", &page, "Mine"]).code, 3, "a commenter changes no page");
    let made = aiko.json(&["comment", "add", &page, "Is that still so?", "--on", "the old pier"]);
    let thread = word(&made, "id");
    ben.rewrite(&page, "The ferry", "From Monday on, the ferry");
    carry(&stage, &aiko, &ben, "comment.tern");

    let view = ben.json(&["comment", "list", &page]);
    let comment = &rows(&view, "threads")[0];
    assert_eq!((word(comment, "id"), word(comment, "quote")), (thread.clone(), "the old pier".into()));
    let place = &comment["place"];
    let blocks = ben.json(&["page", "show", &page]);
    let line: Vec<char> = text(&rows(&blocks, "blocks")[0]).chars().collect();
    let at = |key: &str| usize::try_from(place[key].as_u64().expect("a number")).expect("small");
    assert_eq!(line[at("at")..at("end_at")].iter().collect::<String>(), "the old pier", "{comment}");
    assert_eq!(comment["messages"][0]["author"], "Aiko Tanaka");
    assert_eq!(word(&ben.json(&["search", "still so"])["hits"][0], "page"), page);

    ben.json(&["comment", "reply", &thread[..8], "Yes, until spring."]);
    ben.rewrite(&page, " from the old pier", "");
    carry(&stage, &ben, &aiko, "answer.tern");
    let view = aiko.json(&["comment", "list", &page]);
    let comment = &rows(&view, "threads")[0];
    assert!(comment["gone"] == true && comment["place"].is_null(), "{comment}");
    assert_eq!(comment["quote"], "the old pier");
    let said: Vec<&str> = rows(comment, "messages").iter().filter_map(|m| m["text"].as_str()).collect();
    assert_eq!(said, ["Is that still so?", "Yes, until spring."]);
    assert_eq!(aiko.json(&["comment", "resolve", &thread])["changed"], true);
    assert_eq!(aiko.json(&["comment", "list", &page])["threads"][0]["resolved"], true);
    assert_eq!(aiko.json(&["check"])["bad"], 0);
}

#[test]
fn a_page_names_what_links_to_it_with_the_line() {
    let stage = Stage::new();
    let ben = stage.ben();
    let page = word(&ben.json(&["page", "new", "Ferry"]), "id");
    let file = stage.write("plan.md", format!("# Plan\n\nWe take the [boat](tern:{page}) at noon.\n"));
    let plan = word(&ben.json(&["page", "new", "Plan", "--file", &file]), "id");
    let links = ben.json(&["page", "links", &page]);
    let row = &rows(&links, "links")[0];
    assert_eq!(
        (word(row, "id"), word(row, "kind"), word(row, "title")),
        (plan.clone(), "page".into(), "Plan".into())
    );
    assert_eq!(row["context"], "We take the boat at noon.");
    ben.json(&["comment", "add", &page, "A comment is no link."]);
    let comments = ben.json(&["comment", "list", &page]);
    let whole = &rows(&comments, "threads")[0];
    assert!(whole["gone"] == false && whole["place"].is_null(), "on the page as a whole: {whole}");
    assert_eq!(rows(&ben.json(&["page", "links", &page]), "links").len(), 1);
    ben.json(&["page", "trash", &plan]);
    assert_eq!(rows(&ben.json(&["page", "links", &page]), "links").len(), 0);
}
