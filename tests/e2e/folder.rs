//! Markdown folders in and out.

use std::fmt::Write as _;

use crate::harness::{Home, Node, Stage, Tree, assert_same, picture, read_tree, rows, word};

const CHAPTERS: usize = 4;
const PAGES: usize = 5;

/// A folder with chapters, links both ways, tables, tasks, code and pictures.
fn write_folder(stage: &Stage, name: &str) -> usize {
    let mut files = 0;
    let mut index = String::from("# Index\n\nAll chapters of *this* folder.\n\n");
    for chapter in 0..CHAPTERS {
        for page in 0..PAGES {
            let file = format!("chapter-{chapter}/page-{page}.md");
            stage.write(&format!("{name}/{file}"), page_text(chapter, page));
            let _ = writeln!(index, "- [Page {chapter}.{page}]({file})");
            files += 1;
        }
    }
    stage.write(&format!("{name}/index.md"), index);
    stage.write(&format!("{name}/images/boat.png"), picture(1, 70_000));
    stage.write(&format!("{name}/images/map.png"), picture(2, 900));
    files + 1
}

fn page_text(chapter: usize, page: usize) -> String {
    let next = (page + 1) % PAGES;
    format!(
        "---\nowner: aiko\ntags: [a, b]\n---\n\n# Page {chapter}.{page}\n\nSee [the next](page-{next}.md) and \
         [the index](../index.md), **strong**, *soft*, ~~gone~~ and `code`.\n\n![A boat](../images/boat.png)\n\n\
         - [x] done\n- [ ] to do\n  - nested\n\n1. one\n2. two\n\n| City | Zone |\n|:-----|-----:|\n| 東京 | JST |\n\n\
         ```rust\nfn page() -> usize {{ {page} }}\n```\n\n> A quotation.\n\n---\n\n<details>kept to the letter</details>\n"
    )
}

#[track_caller]
fn import(home: &Home, dir: &str) -> serde_json::Value {
    let report = home.json(&["import", dir]);
    assert_eq!(rows(&report, "refused").len(), 0, "{report}");
    report
}

fn texts(tree: &Tree) -> Tree {
    tree.iter().filter(|(name, _)| name.ends_with(".md")).map(|(n, b)| (n.clone(), b.clone())).collect()
}

#[test]
fn work_done_here_stays_however_often_its_file_changes() {
    let stage = Stage::new();
    let ben = stage.ben();
    let file = |text: &str| stage.write("notes/rope.md", format!("# Rope\n\nStrong.\n\n{text}\n"));
    let kept = |report: &serde_json::Value| rows(report, "kept").len();
    file("One.");
    import(&ben, &stage.arg("notes"));
    let page = ben.page("Rope");
    ben.rewrite(&page, "Strong.", "Strong. Checked by Ben.");
    file("Two.");
    assert_eq!(kept(&import(&ben, &stage.arg("notes"))), 0);
    let merged = ben.markdown(&page);
    assert!(merged.contains("Checked by Ben.") && merged.contains("Two."), "{merged}");
    file("Three.");
    let report = import(&ben, &stage.arg("notes"));
    assert_eq!(kept(&report), 1, "{report}");
    assert_eq!(ben.markdown(&page), merged);
    // Once both say the same, changes of the file are taken again.
    let both = merged.replace("Two.", "Three.");
    ben.rewrite(&page, "Two.", "Three.");
    stage.write("notes/rope.md", &both);
    assert_eq!(kept(&import(&ben, &stage.arg("notes"))), 0);
    stage.write("notes/rope.md", both.replace("Three.", "Four."));
    assert_eq!(kept(&import(&ben, &stage.arg("notes"))), 0);
    let text = ben.markdown(&page);
    assert!(text.contains("Four.") && text.contains("Checked by Ben.") && !text.contains("Three."), "{text}");
}

#[test]
fn a_second_import_changes_nothing_and_an_export_is_stable() {
    let stage = Stage::new();
    let ben = stage.ben();
    let pages = write_folder(&stage, "book");
    let dry = ben.json(&["import", &stage.arg("book"), "--dry-run"]);
    assert_eq!(rows(&ben.json(&["page", "list"]), "pages").len(), 0, "a dry run writes nothing: {dry}");
    let first = import(&ben, &stage.arg("book"));
    assert!(first["created"].as_u64() >= Some(pages as u64), "{first}");
    let heads = ben.heads();
    let again = import(&ben, &stage.arg("book"));
    assert_eq!((&again["created"], &again["updated"]), (&0.into(), &0.into()), "{again}");
    assert_eq!(ben.heads(), heads, "the second import changed a document");

    let once = ben.export(&stage, "out-1");
    for word in ["kept to the letter", "fn page()", "東京", "owner: aiko"] {
        assert!(!crate::harness::files_with(&once, word).is_empty(), "“{word}” is lost");
    }
    let other = stage.empty_home("other");
    other.json(&["init", "--name", "Carla", "--zone", "America/Los_Angeles", "--title", "Copy"]);
    import(&other, &stage.arg("out-1"));
    assert_same(&once, &other.export(&stage, "out-2"));
}

#[test]
fn the_export_of_somebody_who_was_never_online_with_the_author_has_the_pictures() {
    let stage = Stage::new();
    let node = Node::start(&stage);
    let ben = stage.ben();
    write_folder(&stage, "book");
    import(&ben, &stage.arg("book"));
    ben.json(&["relay", "add", &node.ticket]);
    let ticket = word(&ben.json(&["invite"]), "ticket");
    ben.json(&["sync"]);
    let aiko = stage.empty_home("aiko");
    aiko.json(&["join", &ticket, "--name", "Aiko Tanaka", "--zone", "Asia/Tokyo"]);
    aiko.json(&["sync"]);
    let bens = ben.export(&stage, "out-ben");
    let aikos = aiko.export(&stage, "out-aiko");
    for original in [picture(1, 70_000), picture(2, 900)] {
        assert!(bens.values().any(|b| *b == original), "a picture is missing where it was imported");
    }
    assert_same(&bens, &aikos);
}

#[test]
fn a_changed_file_is_merged_and_other_work_survives() {
    let stage = Stage::new();
    let ben = stage.ben();
    stage.write("notes/plan.md", "# Plan\n\nThe boat leaves at nine.\n\nBring a coat.\n");
    stage.write("notes/other.md", "# Other\n\nUntouched.\n");
    import(&ben, &stage.arg("notes"));
    ben.rewrite(&ben.page("Plan"), "a coat", "a warm coat");
    stage.write("notes/plan.md", "# Plan\n\nThe boat leaves at ten.\n\nBring a coat.\n");
    let report = import(&ben, &stage.arg("notes"));
    assert_eq!(report["updated"], 1, "{report}");
    let text = ben.markdown(&ben.page("Plan"));
    assert!(text.contains("leaves at ten") && text.contains("a warm coat"), "{text}");
}

#[test]
fn an_attached_file_comes_back_byte_for_byte() {
    let stage = Stage::new();
    let ben = stage.ben();
    let page = word(&ben.json(&["page", "new", "Drawings"]), "id");
    let original = picture(3, 300_000);
    let attached = ben.json(&["attach", &page, &stage.write("plan.png", &original)]);
    assert_eq!(attached["bytes"], original.len());
    ben.json(&["attachment", "get", &word(&attached, "hash"), &stage.arg("back.png")]);
    assert_eq!(std::fs::read(stage.path("back.png")).unwrap(), original);
    let shown = ben.json(&["page", "show", &page]);
    assert_eq!(rows(&shown, "attachments")[0]["name"], "plan.png", "{shown}");
}

#[test]
fn an_automerge_file_goes_out_and_comes_back_as_the_same_document() {
    let stage = Stage::new();
    let ben = stage.ben();
    let file = stage.write("text.md", "# One\n\nSome **strong** text.\n");
    let page = word(&ben.json(&["page", "new", "Out", "--file", &file]), "id");
    let saved = ben.json(&["doc", "save", &page, &stage.arg("page.automerge")]);
    assert!(!word(&saved, "heads").is_empty());
    let same = ben.json(&["doc", "load", &stage.arg("page.automerge")]);
    assert_eq!((word(&same, "id"), word(&same, "heads")), (page.clone(), word(&saved, "heads")));
    let other = stage.empty_home("other");
    other.json(&["init", "--name", "Carla", "--zone", "America/Los_Angeles", "--title", "Elsewhere"]);
    let loaded = other.json(&["doc", "load", &stage.arg("page.automerge")]);
    assert_eq!(other.markdown(&word(&loaded, "id")), ben.markdown(&page));
}

#[test]
fn the_report_file_says_what_became_of_every_file() {
    let stage = Stage::new();
    let ben = stage.ben();
    let pages = write_folder(&stage, "book");
    ben.json(&["import", &stage.arg("book"), "--report", &stage.arg("report.json")]);
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(stage.path("report.json")).unwrap()).unwrap();
    assert!(report["created"].as_u64() >= Some(pages as u64), "{report}");
    assert!(report["refused"].is_array() && report["unchanged"] == 0, "{report}");
    assert_eq!(texts(&read_tree(&stage.path("book"))).len(), pages);
}

#[test]
fn an_export_replaces_its_own_files_and_asks_before_it_replaces_others() {
    let stage = Stage::new();
    let ben = stage.ben();
    ben.json(&["page", "new", "Plan"]);
    let out = stage.arg("out");
    ben.json(&["export", &out]);
    ben.json_with(&["page", "append", "Plan"], &[], "added later");
    ben.json(&["export", &out]);
    let exported = read_tree(&stage.path("out"));
    let name = exported.keys().next().expect("a file").clone();

    let mine = stage.write(&format!("mine/{name}"), "my own words");
    let refused = ben.run(&["export", &stage.arg("mine")]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains(&name) && refused.err.contains("--overwrite"), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(&mine).expect("still there"), "my own words");
    ben.json(&["export", &stage.arg("mine"), "--overwrite"]);
    assert_eq!(read_tree(&stage.path("mine")), exported);
}
