//! Pages and tasks without any network. Every command is a process of its own, so each begins cold.

use crate::harness::{Home, Stage, rows, word};

#[track_caller]
fn new_page(stage: &Stage, home: &Home, title: &str, text: &str) -> String {
    let file = stage.write(&format!("{title}.md"), text);
    word(&home.json(&["page", "new", title, "--file", &file]), "id")
}

#[test]
fn a_page_is_written_read_added_to_and_found() {
    let stage = Stage::new();
    let ben = stage.ben();
    let page = new_page(&stage, &ben, "Tides", "High water at nine.\n\n- [ ] tell the crew\n");
    ben.json_with(&["page", "append", &page], &[], "Low water at three.\n");
    let text = ben.markdown(&page);
    assert!(text.contains("High water at nine.") && text.contains("Low water at three."), "{text}");
    let short: String = page.chars().take(8).collect();
    assert_eq!(ben.json(&["page", "show", &short])["title"], "Tides");
    let hits = ben.json(&["search", "low wat"]);
    assert_eq!(rows(&hits, "hits")[0]["id"], page.as_str(), "{hits}");
    ben.json(&["page", "rename", &page, "Tides of Dover"]);
    assert_eq!(ben.page("Tides of Dover"), page);
}

#[test]
fn an_edit_from_older_heads_keeps_what_came_in_between() {
    let stage = Stage::new();
    let ben = stage.ben();
    let page = new_page(&stage, &ben, "Watch", "The watch begins at six.\n\nTea is at four.\n");
    let base = word(&ben.json(&["page", "show", &page]), "heads");
    ben.rewrite(&page, "Tea is at four", "Tea is at five");
    let file = stage.write("mine.md", "The watch begins at seven.\n\nTea is at four.\n");
    let edited = ben.json(&["page", "edit", &page, "--file", &file, "--base", &base]);
    assert_eq!(edited["changed"], true);
    let text = ben.markdown(&page);
    assert!(text.contains("begins at seven") && text.contains("Tea is at five"), "{text}");
    let whole = stage.write("whole.md", &text);
    assert_eq!(
        ben.json(&["page", "edit", &page, "--file", &whole])["changed"],
        false,
        "the same text is no edit"
    );
}

#[test]
fn history_difference_and_going_back_lose_nothing() {
    let stage = Stage::new();
    let ben = stage.ben();
    let page = new_page(&stage, &ben, "Log", "The first version.\n");
    let first = word(&ben.json(&["page", "show", &page]), "heads");
    ben.rewrite(&page, "first", "second");
    let diff = ben.json(&["page", "diff", &page, "--from", &first]);
    assert!(diff.to_string().contains("insert") && diff.to_string().contains("delete"), "{diff}");
    let then = ben.json(&["page", "show", &page, "--format", "md", "--at", &first]);
    assert!(word(&then, "text").contains("The first version."), "{then}");
    ben.json(&["page", "revert", &page, "--to", &first]);
    assert!(ben.markdown(&page).contains("The first version."));
    let history = ben.json(&["page", "history", &page]);
    assert_eq!(rows(&history, "sessions")[0]["author"], "Ben Whitfield", "{history}");
    assert_ne!(word(&ben.json(&["page", "show", &page]), "heads"), first, "going back is a further change");
}

#[test]
fn the_tree_is_moved_trashed_and_restored() {
    let stage = Stage::new();
    let ben = stage.ben();
    for title in ["A", "B", "C"] {
        ben.json(&["page", "new", title]);
    }
    let (a, b, c) = (ben.page("A"), ben.page("B"), ben.page("C"));
    ben.json(&["page", "move", &b, "--parent", &a]);
    ben.json(&["page", "move", &c, "--parent", &a, "--after", &b]);
    let list = ben.json(&["page", "list"]);
    let shown: Vec<(&str, bool)> = rows(&list, "pages")
        .iter()
        .map(|p| (p["title"].as_str().unwrap(), p["parent"] == a.as_str()))
        .collect();
    assert_eq!(shown, [("A", false), ("B", true), ("C", true)]);
    ben.json(&["page", "trash", &b]);
    assert_eq!(rows(&ben.json(&["page", "list"]), "pages").len(), 2);
    ben.json(&["page", "restore", &b]);
    assert_eq!(rows(&ben.json(&["page", "list"]), "pages").len(), 3);
    let into_itself = ben.run(&["page", "move", &a, "--parent", &b]);
    assert_ne!(into_itself.code, 0, "a page cannot go under its own child: {into_itself:?}");
}

#[test]
fn a_task_is_captured_in_a_line_and_changed_field_by_field() {
    let stage = Stage::new();
    let ben = stage.ben();
    let made = ben.json(&["task", "new", "Fix login @Ben #auth !high ^2026-12-01 >Web"]);
    assert_eq!((word(&made, "title"), word(&made, "priority")), ("Fix login".into(), "high".into()));
    assert_eq!((word(&made, "assignee"), word(&made, "project")), ("Ben Whitfield".into(), "Web".into()));
    assert_eq!(made["labels"], serde_json::json!(["auth"]));
    assert!(made["due"].to_string().contains("2026-12-01"), "{made}");
    let short = word(&made, "short_id");
    let set = ben.json(&["task", "set", &short, "status=doing", "label=web", "-label=auth", "estimate=2"]);
    assert_eq!((word(&set, "status"), set["labels"].clone()), ("doing".into(), serde_json::json!(["web"])));
    let cleared = ben.json(&["task", "set", &short, "due=", "assignee="]);
    assert!(cleared["due"].is_null() && cleared["assignee"].is_null(), "{cleared}");
    assert_eq!(ben.json(&["task", "show", &short])["id"], made["id"]);
    for bad in ["status=flying", "colour=red", "priority=extreme", "assignee=Nobody"] {
        let refused = ben.run(&["task", "set", &short, bad]);
        assert!(matches!(refused.code, 2 | 4 | 7), "{bad}: {refused:?}");
    }
    assert_eq!(ben.json(&["task", "show", &short]), cleared, "a refused change leaves the task alone");
}

#[test]
fn tasks_are_filtered_grouped_and_sorted() {
    let stage = Stage::new();
    let ben = stage.ben();
    for line in
        ["Paint hull #yard ^2026-12-03", "Mend sail #yard !high ^2026-12-01", "Call Tokyo @Ben ^2026-12-02"]
    {
        ben.json(&["task", "new", line]);
    }
    let titles = |args: &[&str]| -> Vec<String> {
        rows(&ben.json(args), "tasks").iter().map(|t| word(t, "title")).collect()
    };
    assert_eq!(titles(&["task", "list", "--sort", "due"]), ["Mend sail", "Call Tokyo", "Paint hull"]);
    assert_eq!(
        titles(&["task", "list", "--where", "label:yard", "--sort", "title"]),
        ["Mend sail", "Paint hull"]
    );
    assert_eq!(titles(&["task", "list", "--where", "assignee:me"]), ["Call Tokyo"]);
    assert_eq!(titles(&["task", "list", "--where", "-label:yard"]), ["Call Tokyo"]);
    let mend = word(&rows(&ben.json(&["task", "list", "--where", "mend"]), "tasks")[0], "short_id");
    ben.json(&["task", "set", &mend, "status=done"]);
    assert_eq!(
        titles(&["task", "list", "--where", "is:open", "--sort", "due"]),
        ["Call Tokyo", "Paint hull"]
    );
    let grouped = ben.json(&["task", "list", "--group", "status"]);
    assert!(rows(&grouped, "tasks").iter().all(|t| t["group"].is_string()), "{grouped}");
    ben.json(&["task", "trash", &mend]);
    assert_eq!(titles(&["task", "list"]).len(), 2);
}

#[test]
fn a_name_that_fits_two_documents_or_none_is_not_found() {
    let stage = Stage::new();
    let ben = stage.ben();
    for n in 0..40 {
        ben.json(&["page", "new", &format!("Page {n}")]);
    }
    let list = ben.json(&["page", "list"]);
    let ids: Vec<String> = rows(&list, "pages").iter().map(|p| word(p, "id")).collect();
    // Forty ids begin with one of thirty-two characters.
    let first = |id: &String| id.chars().next();
    let shared =
        ids.iter().find(|id| ids.iter().filter(|other| first(other) == first(id)).count() > 1).unwrap();
    let prefix: String = shared.chars().take(1).collect();
    let two = ben.run(&["page", "show", &prefix]);
    assert!(matches!(two.code, 2 | 4), "{two:?}");
    let none = ben.run(&["page", "show", "ZZZZZZZZZZZZZZZZZZZZZZZZ"]);
    assert_eq!(none.code, 4, "{none:?}");
    assert!(!word(&none.error(), "next").is_empty());
}

#[test]
fn a_page_begins_as_a_template_and_any_page_can_become_one() {
    let stage = Stage::new();
    let ben = stage.ben();
    let project = new_page(&stage, &ben, "Launch", "");
    let at = [("TERN_NOW", "2026-11-24T12:00:00Z")];
    let new = |args: &[&str]| word(&ben.json_with(&[&["page", "new"], args].concat(), &at, ""), "id");
    let weekly = new(&["Week 48", "--template", "weekly-update", "--parent", &project]);
    let text = ben.markdown(&weekly);
    assert!(text.contains("Ben") && text.contains("Launch") && !text.contains("{{"), "{text}");
    assert_eq!(ben.json(&["page", "show", &weekly])["title"], "Week 48");

    let risks = new_page(&stage, &ben, "Risk list", "Kept by {{me}} since {{today}} for {{project}}.\n");
    let kept = word(&ben.json(&["page", "template", &risks]), "id");
    ben.rewrite(&risks, "Kept by", "Written by");
    let made = new(&["Risks of the launch", "--template", "risk list", "--parent", &project]);
    assert_eq!(ben.markdown(&made), "Kept by Ben Whitfield since 24 Nov 2026 for Launch.\n");
    let names = |view: &serde_json::Value| -> Vec<String> {
        rows(view, "templates").iter().map(|row| word(row, "name")).collect()
    };
    assert_eq!(names(&ben.json(&["page", "templates"])).last().map(String::as_str), Some("Risk list"));

    // A second one lies beside the first; one in the trash is offered no longer.
    let second = word(&ben.json(&["page", "template", &made]), "id");
    let tree = ben.json(&["page", "list"]);
    let parent = |id: &str| rows(&tree, "pages").iter().find(|p| p["id"] == id).map(|p| p["parent"].clone());
    assert!(parent(&kept).is_some_and(|shelf| !shelf.is_null()) && parent(&kept) == parent(&second));
    ben.json(&["page", "trash", &kept]);
    assert!(!names(&ben.json(&["page", "templates"])).contains(&"Risk list".to_owned()));
    let refused = ben.run(&["page", "new", "X", "--template", "risk list"]);
    assert_eq!(refused.code, 4, "{}", refused.err);
}
