//! Stories of fields, history and foreign files.

mod support;

use support::{id, page, paragraphs, stamp, sync, texts};
use tern_model::block::{Block, BlockKind};
use tern_model::foreign::read;
use tern_model::history::{BlockDiff, Run, SESSION_GAP_MS};
use tern_model::person::PersonFields;
use tern_model::task::{Due, Priority, Status, TaskFields};
use tern_model::{Conflict, Doc, Edit, Heads, Kind, ModelError, Value};

fn set(name: &str, value: impl Into<String>) -> Edit {
    Edit::SetField { name: name.into(), value: Value::Text(value.into()) }
}

fn add(item: &str) -> Edit {
    Edit::AddTo { set: "labels".into(), item: item.into() }
}

fn task() -> Doc {
    Doc::create(id(), &Kind::Task, &stamp(1, 0)).unwrap().0
}

fn full_task() -> TaskFields {
    TaskFields {
        title: "Fix login".into(),
        status: Status::Review,
        priority: Priority::High,
        assignee: Some("ab".repeat(16)),
        labels: vec!["auth".into(), "web".into()],
        estimate: Some(3),
        due: Some(Due::EndOfDay { date: "2026-12-01".into() }),
        project: Some(id()),
        order: "a0".into(),
        parent: Some(id()),
    }
}

#[test]
fn a_task_reads_as_it_was_written_and_back_to_nothing() {
    let mut doc = task();
    assert_eq!(doc.task(), TaskFields::default());
    doc.edit(&stamp(1, 1), &TaskFields::default().changes_to(&full_task())).unwrap();
    assert_eq!(doc.task(), full_task());
    assert_eq!(doc.kind(), Kind::Task);
    doc.edit(&stamp(1, 2), &full_task().changes_to(&TaskFields::default())).unwrap();
    assert_eq!(doc.task(), TaskFields::default());
    assert!(doc.edit(&stamp(1, 3), &[set("status", "todo")]).unwrap().0.is_empty());
}

#[test]
fn every_kind_of_due_date_reads_as_written_and_nonsense_reads_as_none() {
    let dues = [
        Due::Instant { at_ms: 1_790_000_000_000, zone: "Asia/Tokyo".into() },
        Due::EndOfDay { date: "2026-02-28".into() },
        Due::Date { date: "2026-12-31".into() },
    ];
    for due in dues {
        assert_eq!(Due::from_value(&due.to_value()), Some(due));
    }
    let plain = Value::Text("2026-12-01".into());
    assert_eq!(Due::from_value(&plain), Some(Due::EndOfDay { date: "2026-12-01".into() }));
    for bad in ["", "soon", "2026-13-01", "{\"type\":\"date\",\"date\":\"x\"}", "{\"type\":\"later\"}"] {
        assert_eq!(Due::from_value(&Value::Text(bad.into())), None, "{bad}");
    }
    assert_eq!(Due::from_value(&Value::Int(3)), None);
}

#[test]
fn a_profile_reads_as_it_was_written() {
    let (mut doc, _) = Doc::create(id(), &Kind::Person, &stamp(1, 0)).unwrap();
    let aiko = PersonFields {
        name: "Aiko".into(),
        zone: "Asia/Tokyo".into(),
        hours: "Mon-Fri 09:00-18:00".into(),
        checkins: vec!["09:00".into(), "13:00".into()],
        off: vec!["2026-12-28..2027-01-03".into()],
        holidays: vec!["2026-11-23".into()],
        share_seen: true,
        focus_until: "2026-11-24T15:00:00Z".into(),
        ..PersonFields::default()
    };
    doc.edit(&stamp(1, 1), &PersonFields::default().changes_to(&aiko)).unwrap();
    assert_eq!(doc.person(), aiko);
}

#[test]
fn labels_added_apart_are_all_kept_and_one_added_while_removed_stays() {
    let mut aiko = task();
    aiko.edit(&stamp(1, 1), &[add("old"), add("both")]).unwrap();
    let mut ben = aiko.clone();
    aiko.edit(&stamp(2, 2), &[add("a"), Edit::RemoveFrom { set: "labels".into(), item: "old".into() }])
        .unwrap();
    ben.edit(&stamp(3, 2), &[add("b"), add("both")]).unwrap();
    sync(&ben, &mut aiko);
    assert_eq!(aiko.task().labels, ["a", "b", "both"]);
}

#[test]
fn a_status_set_apart_shows_one_winner_everywhere_and_keeps_the_loser() {
    let mut aiko = task();
    let mut ravi = aiko.clone();
    aiko.edit(&stamp(2, 100), &[set("status", "doing")]).unwrap();
    ravi.edit(&stamp(3, 200), &[set("status", "done")]).unwrap();
    sync(&ravi, &mut aiko);
    sync(&aiko, &mut ravi);
    assert_eq!(aiko.task(), ravi.task());
    let conflicts = aiko.conflicts();
    let (value, actor, time_ms) = match aiko.task().status {
        Status::Done => ("doing", [2; 16], 100),
        _ => ("done", [3; 16], 200),
    };
    let lost = Conflict { field: "status".into(), value: Value::Text(value.into()), actor, time_ms };
    assert_eq!(conflicts, [lost]);
    assert_eq!(ravi.conflicts(), conflicts);
    let shown = aiko.task().status.name();
    aiko.edit(&stamp(2, 300), &[set("status", shown)]).unwrap();
    assert!(aiko.conflicts().is_empty());
    assert_eq!(aiko.task().status.name(), shown);
}

#[test]
fn equal_values_set_apart_are_no_conflict() {
    let mut aiko = task();
    let mut ravi = aiko.clone();
    aiko.edit(&stamp(2, 1), &[set("status", "done")]).unwrap();
    ravi.edit(&stamp(3, 2), &[set("status", "done")]).unwrap();
    sync(&ravi, &mut aiko);
    assert!(aiko.conflicts().is_empty());
}

#[test]
fn a_deleted_page_is_restored_and_one_edited_elsewhere_asks_for_attention() {
    let mut aiko = page(&paragraphs(&["text"]));
    let mut ben = aiko.clone();
    assert_eq!(aiko.trashed(), None);
    aiko.edit(&stamp(2, 50), &[Edit::Trash { on: true }]).unwrap();
    let trashed = aiko.trashed().unwrap();
    assert_eq!((trashed.actor, trashed.time_ms, trashed.edited_since), ([2; 16], 50, false));
    let block = ben.markers()[0].clone();
    ben.edit(&stamp(3, 60), &[Edit::Splice { block, at: 4, delete: 0, insert: "!".into() }]).unwrap();
    sync(&ben, &mut aiko);
    assert!(aiko.trashed().unwrap().edited_since);
    aiko.edit(&stamp(2, 70), &[Edit::Trash { on: false }]).unwrap();
    assert_eq!(aiko.trashed(), None);
    assert_eq!(texts(&aiko), ["text!"]);
}

#[test]
fn what_a_document_is_cannot_be_set_as_a_field() {
    let mut doc = task();
    for name in ["kind", "schema", "id", "text", "tables", ""] {
        assert!(
            matches!(doc.edit(&stamp(1, 1), &[set(name, "x")]), Err(ModelError::NotPossible(_))),
            "{name}"
        );
    }
    let big = set("title", "x".repeat(2 * 1024 * 1024));
    assert!(matches!(doc.edit(&stamp(1, 1), &[set("title", "a"), big]), Err(ModelError::TooLarge(_))));
    assert_eq!(doc.title(), "");
}

#[test]
fn a_long_field_reads_as_written_and_its_changes_stay_within_bounds() {
    let mut doc = task();
    let long = "€ front: matter\n".repeat(30_000);
    let changes = doc.edit(&stamp(1, 1), &[set("front_matter", &long)]).unwrap();
    assert_eq!(doc.field("front_matter"), Some(Value::Text(long)));
    assert!(changes.0.len() > 3);
    for chunk in &changes.0 {
        tern_model::gate::header_gate(chunk, &[1; 16]).unwrap();
    }
}

#[test]
fn history_groups_changes_of_one_author_into_sessions() {
    let mut doc = page(&paragraphs(&["a"]));
    for (actor, time_ms) in [(2, 1_000), (2, 2_000), (3, 3_000), (2, 4_000), (2, 4_000 + SESSION_GAP_MS)] {
        let block = doc.markers()[0].clone();
        doc.edit(&stamp(actor, time_ms), &[Edit::Splice { block, at: 0, delete: 0, insert: "x".into() }])
            .unwrap();
    }
    let sessions = doc.sessions();
    let shape: Vec<_> = sessions.iter().map(|s| (s.actor[0], s.changes.len(), s.from_ms, s.to_ms)).collect();
    let late = 4_000 + SESSION_GAP_MS;
    assert_eq!(shape, [(1, 2, 0, 1), (2, 3, 1_000, 4_000), (3, 1, 3_000, 3_000), (2, 1, late, late)]);
    assert_eq!(doc.history().len(), 7);
    assert_eq!(sessions[3].after, doc.heads());
    assert_eq!(doc.at(&sessions[0].after).unwrap().text(), "a");
    assert_eq!(doc.at(&sessions[1].after).unwrap().text(), "xxxxa");
}

#[test]
fn a_comparison_tells_inserted_deleted_moved_and_changed_blocks_and_fields() {
    let mut doc = page(&paragraphs(&["one", "two words", "three", "four"]));
    let from = doc.heads();
    let ids = doc.markers();
    let edits = [
        Edit::Splice { block: ids[1].clone(), at: 4, delete: 5, insert: "things".into() },
        Edit::MoveBlock { block: ids[0].clone(), after: Some(ids[3].clone()) },
        Edit::DeleteBlock { block: ids[2].clone() },
        Edit::InsertBlock { after: Some(ids[1].clone()), block: Block::plain(BlockKind::Paragraph, "new") },
        set("title", "T"),
    ];
    doc.edit(&stamp(2, 9), &edits).unwrap();
    let diff = doc.diff(&from, &doc.heads()).unwrap();
    let tell = |b: &BlockDiff| match b {
        BlockDiff::Same(b) => format!("={}", b.text()),
        BlockDiff::Inserted(b) => format!("+{}", b.text()),
        BlockDiff::Deleted(b) => format!("-{}", b.text()),
        BlockDiff::Moved(b) => format!("~{}", b.text()),
        BlockDiff::Changed { runs, .. } => {
            let text = |i: &Vec<tern_model::block::Inline>| {
                i.iter().map(tern_model::block::Inline::as_text).collect::<String>()
            };
            let run = |r: &Run| match r {
                Run::Keep(i) => text(i),
                Run::Insert(i) => format!("[+{}]", text(i)),
                Run::Delete(i) => format!("[-{}]", text(i)),
                Run::Remark { to, .. } => format!("[*{}]", text(to)),
            };
            runs.iter().map(run).collect()
        }
    };
    let told: Vec<String> = diff.blocks.iter().map(tell).collect();
    assert_eq!(told, ["two [-word][+thing]s", "+new", "-three", "=four", "~one"]);
    assert_eq!(diff.fields.len(), 1);
    assert!(doc.diff(&from, &from).unwrap().is_empty());
    assert_eq!(doc.diff(&Heads(vec![[1; 32]]), &from), Err(ModelError::UnknownHeads));
}

#[test]
fn a_revert_is_a_new_change_that_keeps_the_history() {
    let mut doc = page(&paragraphs(&["first", "second"]));
    doc.edit(&stamp(1, 5), &[set("title", "Old"), add("x")]).unwrap();
    let (then, blocks) = (doc.heads(), doc.blocks());
    let gone = doc.markers()[0].clone();
    doc.edit(
        &stamp(2, 6),
        &[set("title", "New"), add("y"), set("extra", "e"), Edit::DeleteBlock { block: gone }],
    )
    .unwrap();
    let count = doc.history().len();
    doc.edit(&stamp(3, 7), &[Edit::Revert { to: then.clone() }]).unwrap();
    assert_eq!((doc.blocks(), doc.title(), doc.field("extra")), (blocks, "Old".into(), None));
    assert_eq!(doc.field("labels"), Some(Value::List(vec!["x".into()])));
    assert!(doc.history().len() > count);
    assert!(doc.diff(&then, &doc.heads()).unwrap().is_empty());
}

#[test]
fn changes_without_their_ancestors_and_bytes_that_are_none_leave_the_document_as_it_was() {
    let source = page(&paragraphs(&["text"]));
    let changes = source.all_changes();
    let mut doc = Doc::empty(id());
    assert_eq!(doc.apply(&changes[1..]), Err(ModelError::MissingDeps));
    assert!(matches!(doc.apply(&[b"rubbish".to_vec()]), Err(ModelError::Malformed(_))));
    assert!(doc.apply(&[changes[0].clone(), changes[1][..20].to_vec()]).is_err());
    assert_eq!(doc.heads(), Heads::default());
    doc.apply(&changes).unwrap();
    doc.apply(&changes).unwrap();
    assert_eq!(doc.heads(), source.heads());
    assert!(changes.iter().all(|c| doc.has_change(&Doc::change_hash(c).unwrap())));
    assert_eq!(Doc::change_hash(b"rubbish"), None);
}

#[test]
fn a_foreign_file_that_builds_on_a_page_enters_as_own_edits_beside_what_came_since() {
    let mut ours = page(&paragraphs(&["shared text", "other"]));
    let mut theirs = ours.clone();
    let block = theirs.markers()[0].clone();
    let edit = Edit::Splice { block, at: 6, delete: 0, insert: " foreign".into() };
    theirs.edit(&stamp(9, 5), &[edit, set("title", "Theirs"), add("js")]).unwrap();
    let block = ours.markers()[0].clone();
    ours.edit(&stamp(1, 5), &[Edit::Splice { block, at: 0, delete: 0, insert: "our ".into() }]).unwrap();
    let changes = ours.adopt_foreign(&read(&theirs.save()).unwrap(), &stamp(1, 6)).unwrap();
    assert_eq!(texts(&ours), ["our shared foreign text", "other"]);
    assert_eq!(ours.title(), "Theirs");
    assert_eq!(ours.field("labels"), Some(Value::List(vec!["js".into()])));
    assert!(!changes.0.is_empty());
    assert!(ours.history().iter().all(|c| c.actor == [1; 16]));
    assert!(ours.adopt_foreign(&read(&ours.save()).unwrap(), &stamp(1, 7)).unwrap().0.is_empty());
}

#[test]
fn an_unrelated_foreign_file_brings_its_whole_content() {
    let mut ours = page(&[]);
    let theirs = page(&paragraphs(&["a", "b"]));
    let mut other = Doc::create(id(), &Kind::Page, &stamp(8, 77)).unwrap().0;
    other.edit(&stamp(8, 78), &[Edit::SetBlocks { base: None, blocks: theirs.blocks() }]).unwrap();
    ours.adopt_foreign(&read(&other.save()).unwrap(), &stamp(1, 6)).unwrap();
    assert_eq!(texts(&ours), ["a", "b"]);
}

#[test]
fn damaged_foreign_files_are_refused() {
    let good = page(&paragraphs(&["text"])).save();
    for cut in 0..good.len() {
        assert!(read(&good[..cut]).is_err() || cut == 0, "{cut}");
    }
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        assert!(read(&bad).is_err(), "{at}");
    }
    let large = vec![0; 9 * 1024 * 1024];
    assert!(matches!(read(&large), Err(ModelError::TooLarge(_))));
}

#[test]
fn heads_read_back_from_their_text() {
    let heads = page(&[]).heads();
    assert_eq!(heads.to_string().parse::<Heads>().unwrap(), heads);
    assert_eq!("".parse::<Heads>().unwrap(), Heads::default());
    for bad in ["x", "12", &"é".repeat(32), &"+1".repeat(32)] {
        assert!(bad.parse::<Heads>().is_err(), "{bad}");
    }
}

#[test]
fn only_one_module_of_the_crate_names_automerge() {
    let mut open = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if std::fs::read_to_string(&path).unwrap().contains("automerge::") {
            found.push(path.file_name().unwrap().to_owned());
        }
    }
    found.sort_unstable();
    assert_eq!(found, ["crdt.rs", "trace.rs"]);
}
