//! Saved views and one's own work in the terminal.

use serde_json::Value;

use crate::harness::{Home, Stage, rows, word};

fn home(stage: &Stage) -> Home {
    let ben = stage.empty_home("ben");
    let hours = ["--zone", "Europe/London", "--hours", "Mon-Fri 09:00-17:30"];
    ben.json(&[&["init", "--name", "Ben"][..], &hours, &["--title", "Northlight"]].concat());
    ben
}

fn titles(answer: &Value) -> Vec<String> {
    rows(answer, "tasks").iter().map(|task| word(task, "title")).collect()
}

#[test]
fn a_view_is_saved_listed_shown_changed_and_removed() {
    let stage = Stage::new();
    let ben = home(&stage);
    for line in ["Fix login #auth !high", "Write notes #copy", "Renew certificate #auth !low"] {
        ben.json(&["task", "new", line]);
    }
    let made = ben.json(&["view", "save", "Logins", "--where", "is:open label:auth", "--sort", "priority"]);
    assert_eq!((word(&made, "title").as_str(), word(&made, "sort").as_str()), ("Logins", "priority"));
    assert_eq!(titles(&ben.json(&["view", "show", "logins"])), ["Fix login", "Renew certificate"]);
    assert_eq!(
        titles(&ben.json(&["task", "list", "--view", "Logins", "--where", "priority:low"])),
        ["Renew certificate"]
    );
    let changed = ben.json(&["view", "save", "Logins", "--layout", "board"]);
    assert_eq!(word(&changed, "id"), word(&made, "id"), "the same view is changed");
    assert_eq!(word(&changed, "query"), word(&made, "query"), "what is not given stays");
    assert_eq!(rows(&ben.json(&["view", "list"]), "views").len(), 1);
    ben.json(&["view", "rename", "Logins", "Everything about logging in"]);
    ben.json(&["view", "remove", "Everything about logging in"]);
    assert!(rows(&ben.json(&["view", "list"]), "views").is_empty());
    ben.json(&["view", "restore", "Everything about logging in"]);
    assert_eq!(rows(&ben.json(&["view", "list"]), "views").len(), 1);
    assert_eq!(ben.run(&["view", "show", "nothing"]).code, 4);
    assert_ne!(ben.run(&["view", "save", "Odd", "--where", "due:someday"]).code, 0);
}

#[test]
fn work_fits_what_is_due_into_the_hours_that_are_left() {
    let stage = Stage::new();
    let ben = home(&stage);
    let at = |args: &[&str]| ben.json_with(args, &[("TERN_NOW", "2026-11-24T16:00:00Z")], "");
    let made = at(&["task", "new", "Small one @me ^2026-11-24"]);
    at(&["task", "set", &word(&made, "short_id"), "estimate=1"]);
    let large = at(&["task", "new", "Large one @me ^2026-11-24"]);
    at(&["task", "set", &word(&large, "short_id"), "estimate=4"]);
    at(&["task", "new", "Some day @me"]);
    at(&["task", "new", "Not mine"]);
    let work = at(&["work"]);
    assert_eq!(work["minutes_left"], 90, "{work}");
    let items: Vec<(String, String)> =
        rows(&work, "items").iter().map(|item| (word(item, "part"), word(&item["task"], "title"))).collect();
    let shown: Vec<(&str, &str)> =
        items.iter().map(|(part, title)| (part.as_str(), title.as_str())).collect();
    assert_eq!(shown, [("now", "Small one"), ("now", "Some day"), ("over", "Large one")]);
}
