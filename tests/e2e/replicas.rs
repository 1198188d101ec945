//! The story that every way of meeting must bring to the same end: two people edit the same things apart.

use crate::harness::{Home, Stage, assert_same, files_with, rows, word};

pub const PARAGRAPH: &str = "Every piece of work ends with a written hand-off.";
pub const MERGED: &str =
    "Every piece of work and every watch ends with a written hand-off, signed by its author.";

/// Ben's workspace with what both will edit; gives the task's id.
#[track_caller]
pub fn prepare(stage: &Stage, ben: &Home) -> String {
    let file = stage.write("how.md", format!("{PARAGRAPH}\n\n- [ ] first\n- [ ] second\n"));
    ben.json(&["page", "new", "How we work", "--file", &file]);
    ben.json(&["page", "new", "Releases"]);
    ben.json(&["page", "new", "Incidents"]);
    let picture = stage.write("boat.png", crate::harness::picture(7, 40_000));
    let page = ben.page("How we work");
    ben.json(&["attach", &page, &picture]);
    word(&ben.json(&["task", "new", "Write the hand-off checklist #handover !high"]), "id")
}

/// Ben's edits.
#[track_caller]
pub fn ben_edits(ben: &Home, task: &str) {
    ben.rewrite(&ben.page("How we work"), "piece of work ends", "piece of work and every watch ends");
    ben.json(&["task", "set", task, "status=doing", "estimate=3"]);
    let (releases, incidents) = (ben.page("Releases"), ben.page("Incidents"));
    ben.json(&["page", "move", &releases, "--parent", &incidents]);
    ben.json(&["page", "new", "Fog in Dover", "--parent", &incidents]);
}

/// Aiko's edits of the same things.
#[track_caller]
pub fn aiko_edits(aiko: &Home, task: &str) {
    aiko.rewrite(&aiko.page("How we work"), "hand-off.", "hand-off, signed by its author.");
    aiko.json(&["task", "set", task, "status=review", "-label=handover"]);
    let (releases, incidents) = (aiko.page("Releases"), aiko.page("Incidents"));
    aiko.json(&["page", "move", &incidents, "--parent", &releases]);
    aiko.json_with(&["page", "append", &incidents], &[], "霧が晴れるまで待ちました。\n");
}

/// Both hold all that either wrote, in the same version, and export the same bytes.
#[track_caller]
pub fn assert_merged(stage: &Stage, ben: &Home, aiko: &Home, task: &str) {
    assert_eq!(ben.heads(), aiko.heads(), "the versions of some document differ");
    let (bens, aikos) = (ben.export(stage, "export-ben"), aiko.export(stage, "export-aiko"));
    assert_same(&bens, &aikos);
    for text in ["霧が晴れるまで待ちました。", "- [ ] second"] {
        assert!(!files_with(&bens, text).is_empty(), "“{text}” is in no exported file");
    }
    assert!(
        bens.values().any(|b| b == &crate::harness::picture(7, 40_000)),
        "the picture is not in the export"
    );
    for home in [ben, aiko] {
        let text = home.markdown(&home.page("How we work"));
        assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(MERGED), "{text}");
        home.page("Fog in Dover");
        assert_task(home, task);
        assert_tree(home);
        assert_eq!(home.json(&["check"])["bad"], 0);
    }
    let task = |home: &Home| home.json(&["task", "show", task]);
    assert_eq!(task(ben)["status"], task(aiko)["status"], "two winners");
}

#[track_caller]
fn assert_task(home: &Home, task: &str) {
    let shown = home.json(&["task", "show", task]);
    let kept: Vec<String> = rows(&shown, "conflicts")
        .iter()
        .filter(|c| c["field"] == "status")
        .map(|c| word(c, "value").to_lowercase())
        .collect();
    let mut both = kept.clone();
    both.push(word(&shown, "status"));
    both.sort();
    assert_eq!(both, ["doing", "review"], "one value shows, the other is kept: {shown}");
    assert_eq!(shown["estimate"], "3");
    assert_eq!(rows(&shown, "labels").len(), 0, "the label was taken off: {shown}");
}

#[track_caller]
fn assert_tree(home: &Home) {
    let list = home.json(&["page", "list"]);
    assert!(!rows(&list, "set_aside").is_empty(), "no note about the move that was set aside: {list}");
    let pages = rows(&list, "pages");
    let parent = |title: &str| {
        let found: Vec<_> = pages.iter().filter(|p| p["title"] == title).collect();
        assert_eq!(found.len(), 1, "“{title}” is in the tree {} times: {list}", found.len());
        found[0]["parent"].clone()
    };
    let (releases, incidents) = (home.page("Releases"), home.page("Incidents"));
    let pair = (parent("Releases"), parent("Incidents"));
    assert!(
        pair == (incidents.clone().into(), serde_json::Value::Null)
            || pair == (serde_json::Value::Null, releases.clone().into()),
        "one of the two moves holds: {pair:?}"
    );
    assert_eq!(parent("Fog in Dover"), serde_json::Value::from(incidents));
}
