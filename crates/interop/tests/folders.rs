//! Folders of Markdown through pages and back: what becomes of each file, and what an export says again.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tern_interop::export::{self, Content, ExportAttachment, ExportPage, ExportTask, FrontValue};
use tern_interop::import::{self, ImportedPage, Known, Outcome, Plan, SourceFile};
use tern_interop::markdown;
use tern_model::block::{Block, BlockKind, Inline, Link, Marks};
use tern_model::ids::DocId;

type Files = BTreeMap<String, Vec<u8>>;

fn files(list: &[(&str, &str)]) -> Files {
    list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

/// Differs for different bytes; that is all these tests need of a hash.
fn hash(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let mut state = 0xcbf2_9ce4_8422_2325u64;
    for (at, slot) in out.iter_mut().enumerate() {
        for byte in bytes.iter().chain(&[at as u8]) {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
        *slot = (state >> 32) as u8;
    }
    out
}

fn id(path: &str) -> DocId {
    let mut id = [1; 16];
    id[1..].copy_from_slice(&hash(path.as_bytes())[..15]);
    DocId(id)
}

fn plan(files: &Files, known: &[Known]) -> Plan {
    let sources: Vec<SourceFile<'_>> =
        files.iter().map(|(path, bytes)| SourceFile { path, bytes, hash: hash(bytes) }).collect();
    import::plan(&sources, known)
}

fn pages(files: &Files, plan: &Plan) -> Vec<ImportedPage> {
    import::resolve(plan, &|path| Some(id(path)), &|path| files.get(path).map(|bytes| hash(bytes)))
}

fn export_pages(pages: &[ImportedPage]) -> Vec<ExportPage> {
    let page = |page: &ImportedPage| ExportPage {
        id: Some(page.id),
        title: page.title.clone(),
        parent: page.parent,
        source_path: Some(page.source_path.clone()),
        front_matter: page.front_matter.clone(),
        blocks: page.blocks.clone(),
    };
    pages.iter().map(page).collect()
}

/// Import and export of a folder into an empty workspace.
fn round(files: &Files) -> Files {
    let plan = plan(files, &[]);
    let attachments: Vec<ExportAttachment> = plan
        .attachments
        .iter()
        .map(|a| ExportAttachment { hash: a.hash, source_path: Some(a.path.clone()), name: String::new() })
        .collect();
    written(files, &export_pages(&pages(files, &plan)), &attachments, &[])
}

fn written(
    files: &Files,
    pages: &[ExportPage],
    attachments: &[ExportAttachment],
    tasks: &[ExportTask],
) -> Files {
    let by_hash: BTreeMap<[u8; 32], &Vec<u8>> = files.values().map(|bytes| (hash(bytes), bytes)).collect();
    let bytes = |content| match content {
        Content::Bytes(bytes) => bytes,
        Content::Blob(hash) => by_hash[&hash].clone(),
    };
    export::plan(pages, attachments, tasks, &Default::default())
        .into_iter()
        .map(|file| (file.path, bytes(file.content)))
        .collect()
}

fn text<'a>(files: &'a Files, path: &str) -> &'a str {
    std::str::from_utf8(files.get(path).unwrap_or_else(|| panic!("{path} in {:?}", files.keys()))).unwrap()
}

#[test]
fn a_folder_in_normal_form_comes_back_to_the_byte() {
    let list = [
        (
            "README.md",
            "# Home\n\nSee [guide](guide/index.md#part), [plain](notes%20%26%20ideas.md), [web](https://e.org).\n",
        ),
        (
            "notes & ideas.md",
            "---\ntitle: Notes\n---\n\n[[README]], [[guide/deep/Leaf|the leaf]], [[Nowhere]] and ![[pic.png]]\n",
        ),
        ("guide/index.md", "# Guide\n\n![pic](../img/pic.png \"t\") [pdf](../img/a%20b.pdf)\n"),
        (
            "guide/deep/Leaf.md",
            "[up](../index.md) [odd](./../index.md) [rooted](/README.md) [html](../../README.html)\n",
        ),
        ("guide/deep/two.md", "| link |\n| --- |\n| [[Leaf\\|the leaf]] |\n"),
        (".github/pull_request_template.md", "- [ ] done\n"),
        ("img/pic.png", "PNG"),
        ("img/a b.pdf", "PDF"),
        ("img/twin.png", "PNG"),
        ("unused.txt", "kept"),
        ("日本/ファイル.md", "[隣](隣%20り.md)\n"),
        ("日本/隣 り.md", "x\n"),
    ];
    let before = files(&list);
    let after = round(&before);
    for (path, _) in list {
        assert_eq!(text(&after, path), text(&before, path), "{path}");
    }
    assert_eq!(after.len(), before.len());
}

#[test]
fn links_between_files_become_page_links_and_follow_a_moved_page() {
    let before = files(&[("a.md", "[b](b.md#x) ![i](i.png)\n"), ("b.md", "[[A]]\n"), ("i.png", "I")]);
    let plan = plan(&before, &[]);
    let imported = pages(&before, &plan);
    let Inline::Text { marks, .. } = &imported[0].blocks[0].inline[0] else { panic!("text") };
    let href = marks.link.as_ref().map(|link| link.href.clone());
    assert_eq!(href, Some(format!("tern:{}#x", id("b.md"))));
    assert!(plan.attachments[0].referenced);
    let mut moved = export_pages(&imported);
    moved[0].source_path = Some("deep/er/a.md".to_owned());
    let after = written(
        &before,
        &moved,
        &[ExportAttachment { hash: hash(b"I"), source_path: None, name: "i.png".into() }],
        &[],
    );
    assert_eq!(text(&after, "deep/er/a.md"), "[b](../../b.md#x) ![i](../../attachments/i.png)\n");
    assert_eq!(text(&after, "b.md"), "[[A]]\n", "the name still leads there");
}

#[test]
fn the_folder_tree_becomes_the_page_tree() {
    let before = files(&[
        ("top.md", ""),
        ("a/index.md", "x\n"),
        ("a/README.md", "x\n"),
        ("a/c/leaf.md", "---\norder: 2\n---\n"),
        ("a/c/other.md", "---\norder: 1\n---\n# Other title\n"),
        ("b.md", "x\n"),
        ("b/leaf.md", ""),
        ("only/pictures/p.png", "P"),
    ]);
    let plan = plan(&before, &[]);
    let tree: Vec<(&str, Option<&str>, usize, &str)> = plan
        .pages
        .iter()
        .map(|p| (p.path.as_str(), p.parent.as_deref(), p.order, p.title.as_str()))
        .collect();
    assert_eq!(
        tree,
        [
            ("a/index.md", None, 0, "a"),
            ("a/README.md", Some("a/index.md"), 0, "a"),
            ("a/c/", Some("a/index.md"), 1, "c"),
            ("a/c/other.md", Some("a/c/"), 0, "Other title"),
            ("a/c/leaf.md", Some("a/c/"), 1, "leaf"),
            ("b.md", None, 1, "b"),
            ("b/leaf.md", Some("b.md"), 0, "leaf"),
            ("top.md", None, 2, "top"),
        ]
    );
}

#[test]
fn a_second_import_touches_only_what_changed() {
    let before = files(&[("a.md", "a\n"), ("b/c.md", "c\n"), ("p.png", "P")]);
    let first = plan(&before, &[]);
    let mut known: Vec<Known> = pages(&before, &first)
        .iter()
        .map(|p| Known { path: Some(p.source_path.clone()), hash: p.source_hash, page: Some(p.id) })
        .collect();
    known.push(Known { path: Some("p.png".to_owned()), hash: Some(hash(b"P")), page: None });
    let again = plan(&before, &known);
    assert!(again.report.values().all(|outcome| *outcome == Outcome::Unchanged), "{:?}", again.report);
    assert!(pages(&before, &again).is_empty());
    let mut changed = before.clone();
    changed.insert("a.md".to_owned(), b"a [c](b/c.md)\n".to_vec());
    changed.insert("new.md".to_owned(), b"n\n".to_vec());
    let third = plan(&changed, &known);
    assert_eq!(third.report["a.md"], Outcome::Updated);
    assert_eq!(third.report["new.md"], Outcome::Created);
    assert_eq!(third.report["b/c.md"], Outcome::Unchanged);
    let updated = pages(&changed, &third);
    assert_eq!(updated.iter().map(|p| p.source_path.as_str()).collect::<Vec<_>>(), ["a.md", "new.md"]);
    assert_eq!(updated[0].id, id("a.md"));
}

#[test]
fn every_file_is_accounted_for_with_a_reason() {
    let sources = [
        SourceFile { path: "latin1.md", bytes: b"caf\xe9", hash: [1; 32] },
        SourceFile { path: "../out.md", bytes: b"", hash: [2; 32] },
        SourceFile { path: ".git/config", bytes: b"", hash: [3; 32] },
        SourceFile { path: "a.md", bytes: b"a", hash: [4; 32] },
        SourceFile { path: "./a.md", bytes: b"other", hash: [5; 32] },
        SourceFile { path: "data.bin", bytes: b"\0", hash: [6; 32] },
    ];
    let plan = import::plan(&sources, &[]);
    let kind = |path: &str| match &plan.report[path] {
        Outcome::Created => "created",
        Outcome::Kept(_) => "kept",
        Outcome::Refused(_) => "refused",
        _ => "other",
    };
    assert_eq!(kind("latin1.md"), "kept");
    assert_eq!(kind("../out.md"), "refused");
    assert_eq!(kind(".git/config"), "refused");
    assert_eq!(kind("a.md"), "created");
    assert_eq!(kind("./a.md"), "refused");
    assert_eq!(kind("data.bin"), "created");
    assert_eq!(plan.attachments.len(), 2);
}

fn page(n: u8, title: &str, parent: Option<u8>, body: &str) -> ExportPage {
    ExportPage {
        id: Some(DocId([n; 16])),
        title: title.to_owned(),
        parent: parent.map(|p| DocId([p; 16])),
        source_path: None,
        front_matter: String::new(),
        blocks: markdown::parse(body),
    }
}

#[test]
fn pages_written_in_tern_get_safe_names_below_their_parents() {
    let mut link = Block::plain(BlockKind::Paragraph, "");
    let href = format!("tern:{}", DocId([4; 16]));
    let marks = Marks { link: Some(Link { href, title: String::new() }), ..Marks::default() };
    link.inline = vec![Inline::Text { text: "con".to_owned(), marks }];
    let mut cycle = page(8, "Loop", Some(8), "");
    cycle.blocks.push(link);
    let pages = [
        page(1, "Zeitplan: Größe/Maß?", None, "# Zeitplan: Größe/Maß?\n"),
        page(2, "Plan", Some(1), "x\n"),
        page(3, "plan", Some(1), "y\n"),
        page(4, "CON", Some(2), ""),
        page(5, "../../etc", None, ""),
        page(6, "", None, ""),
        page(7, "Readme", Some(99), ""),
        cycle,
    ];
    let after = written(&Files::new(), &pages, &[], &[]);
    assert_eq!(
        after.keys().map(String::as_str).collect::<Vec<_>>(),
        [
            "etc.md",
            "loop.md",
            "page.md",
            "readme-page.md",
            "zeitplan-größe-maß.md",
            "zeitplan-größe-maß/plan-2.md",
            "zeitplan-größe-maß/plan.md",
            "zeitplan-größe-maß/plan/con-page.md",
        ]
    );
    assert!(text(&after, "loop.md").ends_with("[con](zeitplan-größe-maß/plan/con-page.md)\n"));
    assert!(text(&after, "etc.md").contains("title: \"../../etc\"\n"));
    assert_eq!(round(&after), after, "an export is in normal form");
    let plan = plan(&after, &[]);
    let title = |path: &str| plan.pages.iter().find(|p| p.path == path).map(|p| p.title.clone());
    assert_eq!(title("zeitplan-größe-maß.md").as_deref(), Some("Zeitplan: Größe/Maß?"));
    assert_eq!(title("zeitplan-größe-maß/plan/con-page.md").as_deref(), Some("CON"));
}

#[test]
fn an_export_of_written_pages_updates_them_when_it_comes_back() {
    let pages = [page(1, "One", None, "x\n"), page(2, "Two", Some(1), "y\n")];
    let after = written(&Files::new(), &pages, &[], &[]);
    let known = [1u8, 2].map(|n| Known { path: None, hash: None, page: Some(DocId([n; 16])) });
    let plan = plan(&after, &known);
    assert!(plan.pages.iter().all(|p| p.existing.is_some()), "{:?}", plan.report);
}

#[test]
fn tasks_lie_beside_the_pages_and_are_known_again() {
    let task = ExportTask {
        id: DocId([9; 16]),
        title: "Fix: the \"login\"".to_owned(),
        fields: vec![
            ("status".to_owned(), FrontValue::Text("doing".to_owned())),
            ("labels".to_owned(), FrontValue::List(vec!["a b".to_owned(), "c:d".to_owned()])),
            ("estimate".to_owned(), FrontValue::Number(3)),
        ],
        blocks: markdown::parse("Body\n"),
    };
    let after = written(&Files::new(), &[], &[], &[task]);
    let (path, _) = after.first_key_value().unwrap();
    assert!(path.starts_with("tasks/") && path.ends_with("-fix-the-login.md"), "{path}");
    let plan = plan(&after, &[]);
    assert!(plan.pages.is_empty());
    assert_eq!(plan.tasks[0].id, Some(DocId([9; 16])));
    assert_eq!(plan.tasks[0].title, "Fix: the \"login\"");
    assert_eq!(markdown::field(&plan.tasks[0].front_matter, "status").as_deref(), Some("doing"));
}

fn odd_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{1,2}",
        Just("Index".to_owned()),
        Just("README".to_owned()),
        Just("a b".to_owned()),
        Just("100% (x)".to_owned()),
        Just("é#1".to_owned()),
        Just("q?".to_owned()),
        Just("x:y".to_owned()),
        Just("日本".to_owned()),
        Just(".dot".to_owned()),
        Just("[b]".to_owned()),
        Just("a.b".to_owned()),
        Just("_u_".to_owned()),
    ]
}

fn odd_path() -> impl Strategy<Value = String> {
    let extension = prop_oneof![4 => Just(".md"), 1 => Just(".png"), 1 => Just("")];
    (prop::collection::vec(odd_name(), 1..4), extension)
        .prop_map(|(parts, extension)| parts.join("/") + extension)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_exported_folder_imports_and_exports_to_the_same_bytes(
        paths in prop::collection::btree_set(odd_path(), 1..10),
        links in prop::collection::vec((odd_path(), any::<bool>()), 0..6),
    ) {
        let mut body = String::from("text\n\n");
        for (path, wiki) in &links {
            body.push_str(&if *wiki { format!("[[{path}]] x ") } else { format!("[l](<{path}>) ![i](<{path}>) ") });
        }
        let lower = |path: &String| path.to_lowercase();
        let mut seen: Vec<String> = Vec::new();
        let mut before = Files::new();
        for path in &paths {
            let clash = |other: &String| {
                let (a, b) = (lower(path), other.clone());
                a == b || a.starts_with(&format!("{b}/")) || b.starts_with(&format!("{a}/"))
            };
            if !seen.iter().any(clash) {
                seen.push(lower(path));
                before.insert(path.clone(), body.clone().into_bytes());
            }
        }
        let once = round(&before);
        prop_assert!(before.keys().all(|path| once.contains_key(path)), "{:?} {:?}", before.keys(), once.keys());
        prop_assert_eq!(before.len(), once.len());
        prop_assert_eq!(&round(&once), &once);
    }

    #[test]
    fn no_path_and_no_bytes_can_harm_a_plan(
        list in prop::collection::vec(("\\PC{0,12}", prop::collection::vec(any::<u8>(), 0..40)), 0..6)
    ) {
        let sources: Vec<SourceFile<'_>> =
            list.iter().map(|(path, bytes)| SourceFile { path, bytes, hash: hash(bytes) }).collect();
        let plan = import::plan(&sources, &[]);
        import::resolve(&plan, &|path| Some(id(path)), &|_| Some([0; 32]));
        for (path, _) in &list {
            let clean = tern_interop::links::clean_path(path).unwrap_or_else(|| path.clone());
            prop_assert!(plan.report.contains_key(&clean), "{path:?}");
        }
    }
}

#[test]
fn a_live_task_says_its_title_and_its_tick_in_the_file_and_comes_back_as_itself() {
    let (page, task) = (DocId([1; 16]), DocId([2; 16]));
    let block = Block::plain(BlockKind::Task { id: task.to_string() }, "");
    let pages = [ExportPage {
        id: Some(page),
        title: "Plan".into(),
        blocks: vec![block.clone()],
        ..ExportPage::default()
    }];
    let said = |done| {
        let live = markdown::LiveTask { title: "Fix *the* [login]".into(), done };
        let live = export::LiveTasks::from([(task.to_string(), live)]);
        let file = export::plan(&pages, &[], &[], &live).remove(0);
        match file.content {
            Content::Bytes(bytes) => String::from_utf8(bytes).expect("text"),
            Content::Blob(_) => String::new(),
        }
    };
    let line = |tick: &str| format!("- [{tick}] [Fix \\*the\\* \\[login\\]](tern-task:{task})\n");
    assert!(said(false).ends_with(&line(" ")), "{}", said(false));
    assert!(said(true).ends_with(&line("x")), "{}", said(true));
    assert_eq!(markdown::read(&said(true)).blocks, [block]);
}
