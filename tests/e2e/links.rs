//! What pages say of each other: links that follow a title, and tasks that live in a page, on two laptops.

use crate::harness::{Home, Stage, carry, word};

/// Ben's workspace with one page, and Aiko in it.
#[track_caller]
fn two(stage: &Stage, page: &str, text: &str) -> (Home, Home, String) {
    let ben = stage.ben();
    let id = word(&ben.json_with(&["page", "new", page, "--file", "-"], &[], text), "id");
    let (ticket, first) = (word(&ben.json(&["invite"]), "ticket"), stage.arg("first.tern"));
    ben.json(&["bundle", "export", &first, "--all"]);
    let aiko = stage.empty_home("aiko");
    aiko.json(&["join", &ticket, "--name", "Aiko", "--zone", "Asia/Tokyo", "--bundle", &first]);
    carry(stage, &aiko, &ben, "aiko-joins.tern");
    (ben, aiko, id)
}

#[test]
fn a_task_in_a_page_is_ticked_where_the_task_is_and_both_laptops_export_it_so() {
    let stage = Stage::new();
    let (ben, aiko, page) = two(&stage, "Launch", "# Launch\n");
    let task = word(&ben.json(&["task", "new", "Book the ferry"]), "id");
    let line = format!("- [ ] before\n- [ ] [any words](tern-task:{task})\n");
    ben.json_with(&["page", "append", &page], &[], &line);
    carry(&stage, &ben, &aiko, "written.tern");
    let shown = |home: &Home, tick: &str| {
        let wanted = format!("- [ ] before\n- [{tick}] [Book the ferry](tern-task:{task})\n");
        let text = home.markdown(&page);
        assert!(text.contains(&wanted), "{text}");
    };
    shown(&aiko, " ");

    aiko.json(&["task", "set", &task, "status=done"]);
    shown(&aiko, "x");
    carry(&stage, &aiko, &ben, "ticked.tern");
    shown(&ben, "x");
    let exported = ben.export(&stage, "export-ben");
    let file =
        exported.values().find(|bytes| bytes.starts_with(b"---\nid:") || bytes.starts_with(b"# Launch"));
    let text = String::from_utf8(file.expect("the page").clone()).expect("text");
    assert!(text.contains(&format!("- [x] [Book the ferry](tern-task:{task})")), "{text}");

    let before = ben.heads();
    let text = ben.markdown(&page);
    ben.json_with(&["page", "edit", &page, "--file", "-"], &[], &text);
    assert_eq!(ben.heads(), before, "saving what was exported changes nothing");
}

#[test]
fn a_new_title_is_said_once_by_every_link_that_said_the_old_one() {
    let stage = Stage::new();
    let (ben, aiko, plan) = two(&stage, "Old plan", "The plan itself.\n");
    let text = format!("See [Old plan](tern:{plan}) and [what we do](tern:{plan}). Old plan.\n");
    let page = word(&ben.json_with(&["page", "new", "Notes", "--file", "-"], &[], &text), "id");
    carry(&stage, &ben, &aiko, "linked.tern");

    aiko.rewrite(&page, "See ", "Do see ");
    ben.json(&["page", "rename", &plan, "New plan"]);
    carry(&stage, &ben, &aiko, "renamed.tern");
    let wanted = format!("Do see [New plan](tern:{plan}) and [what we do](tern:{plan}). Old plan.\n");
    for home in [&ben, &aiko] {
        assert!(home.markdown(&page).ends_with(&wanted), "{}", home.markdown(&page));
    }
    assert_eq!(ben.heads(), aiko.heads());
}
