//! Everything beside the items: snapshots, verdicts, journal, peers, attachments, projections.

mod support;

use support::{Home, LOG, ROOT, doc, insert, made, tag};
use tern_store::*;

fn doc_row(n: u8, upto_row: i64) -> DocRow {
    DocRow {
        doc: doc(n),
        lane: ROOT,
        tag: tag(u64::from(n)),
        kind: "page".into(),
        heads: vec![[n; 32]],
        upto_row,
        updated_ms: 9,
    }
}

#[test]
fn a_document_that_lacks_items_is_listed_until_they_are_folded() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &(0..14).map(|n| made(n, ROOT, 1)).collect::<Vec<_>>());
    assert_eq!(store.stale_tags().unwrap().len(), 7);
    for n in 0..7 {
        let upto = store.last_row_of_tag(&ROOT, &tag(u64::from(n))).unwrap();
        store.write(|txn| txn.put_doc(&doc_row(n, upto), &[n; 50])).unwrap();
    }
    assert_eq!(store.stale_tags().unwrap(), vec![]);
    insert(&mut store, &[made(14, ROOT, 1), made(15, LOG, 1)]);
    assert_eq!(store.stale_tags().unwrap(), vec![(ROOT, tag(0), Some(doc(0))), (LOG, tag(1), None)]);
    assert_eq!(store.doc_by_tag(&ROOT, &tag(3)).unwrap(), Some(doc_row(3, 11)));
    assert_eq!(store.doc(&doc(3)).unwrap(), Some(doc_row(3, 11)));
    assert_eq!(store.snapshot(&doc(3)).unwrap(), Some(vec![3; 50]));
    store.write(|txn| txn.drop_doc(&doc(3))).unwrap();
    assert_eq!((store.doc(&doc(3)).unwrap(), store.snapshot(&doc(3)).unwrap()), (None, None));
    assert_eq!(store.docs().unwrap().len(), 6);
}

#[test]
fn own_feeds_are_kept_by_process_run() {
    let home = Home::new();
    let mut store = home.create();
    let feed = |incarnation, next_seq| OwnFeed {
        author: [1; 32],
        space: ROOT,
        incarnation,
        next_seq,
        prev: [3; 16],
        updated_ms: 4,
    };
    store
        .write(|txn| txn.put_own_feed(&feed(u64::MAX, 1)).and(txn.put_own_feed(&feed(u64::MAX, 2))))
        .unwrap();
    store.write(|txn| txn.put_own_feed(&feed(1, 7))).unwrap();
    assert_eq!(store.own_feed(&[1; 32], &ROOT, u64::MAX).unwrap(), Some(feed(u64::MAX, 2)));
    assert_eq!(store.own_feeds().unwrap().len(), 2);
}

#[test]
fn verdicts_are_found_by_document_tag_author_and_family_and_keep_their_age() {
    let home = Home::new();
    let mut store = home.create();
    insert(&mut store, &(0..4).map(|n| made(n, ROOT, 1)).collect::<Vec<_>>());
    let verdict = |row: i64, class, code: &str, since_ms| VerdictRow {
        row,
        doc: (row == 1).then_some(doc(1)),
        tag: tag(row as u64),
        author: [row as u8; 32],
        class,
        code: code.into(),
        reason: "in words".into(),
        since_ms,
    };
    let pending = verdict(1, VerdictClass::Pending, "deps", 10);
    store
        .write(|txn| {
            txn.set_verdict(&pending)?;
            txn.set_waits(1, &[Awaited::Change([7; 32]), Awaited::Epoch([8; 16])])?;
            txn.set_verdict(&verdict(2, VerdictClass::Quarantined, "removed", 11))?;
            txn.set_verdict(&verdict(3, VerdictClass::Rejected, "gate", 12))?;
            txn.set_verdict(&verdict(1, VerdictClass::Pending, "deps", 99))
        })
        .unwrap();
    let only = |filter| store.verdicts(&filter).unwrap();
    for filter in [VerdictFilter::Doc(doc(1)), VerdictFilter::Tag(tag(1)), VerdictFilter::Author([1; 32])] {
        assert_eq!(only(filter), vec![pending.clone()], "{filter:?}");
    }
    assert_eq!(only(VerdictFilter::Class(VerdictClass::Quarantined))[0].code, "removed");
    assert_eq!((only(VerdictFilter::All).len(), only(VerdictFilter::Row(3)).len()), (3, 1));
    assert_eq!(store.waiting_for(&Awaited::Change([7; 32])).unwrap(), vec![1]);
    assert_eq!(store.waiting_for(&Awaited::Epoch([8; 16])).unwrap(), vec![1]);
    store.write(|txn| txn.set_verdict(&verdict(1, VerdictClass::Pending, "key", 50))).unwrap();
    assert_eq!(
        store.verdicts(&VerdictFilter::Row(1)).unwrap()[0].since_ms,
        50,
        "another reason, another age"
    );
    store.write(|txn| txn.clear_verdict(1)).unwrap();
    assert_eq!(store.waiting_for(&Awaited::Change([7; 32])).unwrap(), Vec::<i64>::new());
    let gone = made(1, ROOT, 1);
    store.write(|txn| txn.remove_item(&ROOT, 1, &gone.id)).unwrap();
    assert_eq!(store.verdicts(&VerdictFilter::All).unwrap().len(), 1, "a verdict goes with its item");
    let mut txn = store.begin().unwrap();
    txn.clear_verdicts().unwrap();
    txn.commit().unwrap();
    assert_eq!(store.verdicts(&VerdictFilter::All).unwrap(), vec![]);
}

#[test]
fn a_journal_is_taken_once_by_owner_and_document_in_order() {
    let home = Home::new();
    let mut store = home.create();
    let entry =
        |owner, n: u8, seq| JournalRow { owner, doc: doc(n), seq, op_json: format!("{seq}"), time_ms: 1 };
    store
        .write(|txn| {
            (0..5).try_for_each(|seq| txn.journal_append(&entry(u64::MAX, 1, seq)))?;
            txn.journal_append(&entry(u64::MAX, 2, 0))?;
            txn.journal_append(&entry(5, 1, 0))
        })
        .unwrap();
    assert_eq!(store.journal_owners().unwrap(), vec![(u64::MAX, 6), (5, 1)]);
    assert_eq!(store.journal(&doc(1)).unwrap().rows.len(), 6);
    assert_eq!(store.journal_of_owner(5).unwrap().rows, vec![entry(5, 1, 0)]);
    let mut txn = store.begin().unwrap();
    assert_eq!(txn.journal_take(u64::MAX, &doc(1)).unwrap().rows.len(), 5);
    drop(txn);
    let taken = store.write(|txn| txn.journal_take(u64::MAX, &doc(1))).unwrap();
    assert_eq!(taken.rows, (0..5).map(|seq| entry(u64::MAX, 1, seq)).collect::<Vec<_>>());
    assert_eq!(store.journal_owners().unwrap(), vec![(u64::MAX, 1), (5, 1)]);
}

#[test]
fn a_peer_with_another_store_starts_from_nothing() {
    let home = Home::new();
    let mut store = home.create();
    let met = store.write(|txn| txn.meet_peer(&[4; 32], StoreId(u64::MAX), 10)).unwrap();
    let known = PeerRow {
        theirs_row: 50,
        ours_row: 40,
        in_sync_row: 30,
        name: "Aiko's laptop".into(),
        last_stored_ms: Some(11),
        ..met
    };
    store.write(|txn| txn.put_peer(&known)).unwrap();
    let again = store.write(|txn| txn.meet_peer(&[4; 32], StoreId(u64::MAX), 20)).unwrap();
    assert_eq!((again.theirs_row, again.ours_row, again.last_met_ms), (50, 40, Some(20)));
    let restored = store.write(|txn| txn.meet_peer(&[4; 32], StoreId(6), 30)).unwrap();
    assert_eq!((restored.theirs_row, restored.ours_row, restored.in_sync_row), (0, 0, 0));
    assert_eq!((restored.name.as_str(), store.peers().unwrap().len()), ("Aiko's laptop", 1));
}

#[test]
fn a_refusal_holds_for_a_day() {
    let home = Home::new();
    let mut store = home.create();
    store.write(|txn| txn.put_refusal(&[4; 32], &[5; 32], 2, 1_000)).unwrap();
    let until = 1_000 + REFUSAL_HOLD_MS;
    assert!(store.is_refused(&[4; 32], &[5; 32], until - 1).unwrap());
    assert!(!store.is_refused(&[4; 32], &[5; 32], until).unwrap());
    // It is known until somebody who was offered it again says otherwise.
    assert!(!store.write(|txn| txn.forget_refusals(&[4; 32], until - 1)).unwrap());
    assert!(store.is_refused(&[4; 32], &[5; 32], 0).unwrap());
    assert!(store.write(|txn| txn.forget_refusals(&[4; 32], until)).unwrap());
    assert!(!store.is_refused(&[4; 32], &[5; 32], 0).unwrap());
}

#[test]
fn attachments_are_known_with_their_documents_and_whether_they_are_here() {
    let home = Home::new();
    let mut store = home.create();
    let blob = BlobRow { hash: [1; 32], size_bytes: 1 << 40, present: false };
    store
        .write(|txn| {
            txn.put_blob(&blob)?;
            txn.link_blob(&[1; 32], &doc(1))?;
            txn.link_blob(&[1; 32], &doc(2))
        })
        .unwrap();
    assert_eq!(store.blobs(true).unwrap(), vec![blob]);
    store.write(|txn| txn.set_blob_present(&[1; 32], true)).unwrap();
    store.write(|txn| txn.put_blob(&blob)).unwrap();
    assert_eq!(store.blob(&[1; 32]).unwrap(), Some(BlobRow { present: true, ..blob }));
    assert_eq!(store.blobs(true).unwrap(), vec![]);
    assert_eq!(store.docs_of_blob(&[1; 32]).unwrap(), vec![doc(1), doc(2)]);
}

fn page(n: u8) -> PageRow {
    PageRow {
        doc: doc(n),
        parent: (n > 1).then_some(doc(1)),
        ord: format!("a{n}"),
        title: format!("Page {n}"),
        source_path: Some(format!("docs/{n}.md")),
        source_hash: Some([n; 32]),
        author: Some([2; 32]),
        words: 7,
        updated_ms: 5,
        ..PageRow::default()
    }
}

fn task(n: u8) -> TaskRow {
    TaskRow {
        doc: doc(n),
        short: format!("7K3QX00{n}"),
        title: format!("Task {n}"),
        status: "todo".into(),
        labels: vec!["auth".into(), "a \"quoted\" one".into()],
        assignee: Some([3; 16]),
        due_ms: Some(-1),
        conflicts_json: "[]".into(),
        ..TaskRow::default()
    }
}

fn message(n: u32) -> MessageRow {
    MessageRow {
        doc: doc(6),
        n,
        id: format!("M{n}"),
        author: Some([3; 16]),
        addressed: vec!["03".repeat(16)],
        release_ms: (n == 1).then_some(50),
        text: "Why?".into(),
        unread: n == 1,
        woke: n == 1,
        ..MessageRow::default()
    }
}

fn debt() -> OwedRow {
    let json = "{}".to_owned();
    OwedRow { doc: doc(6), message: "M1".into(), debtor: [3; 16], asker: [4; 16], json, cleared_ms: Some(70) }
}

fn news() -> NewsRow {
    NewsRow { doc: doc(1), heads: "aa,bb".into(), others_ms: 7, unseen: true }
}

fn form() -> FormRow {
    FormRow {
        doc: doc(1),
        lane: ROOT,
        form: "decision".into(),
        title: "Page 1".into(),
        state: "decided".into(),
        json: "{}".into(),
        conflicts_json: "[]".into(),
        trashed: false,
        created_ms: 4,
        updated_ms: 5,
    }
}

fn mark() -> MarkRow {
    MarkRow { doc: doc(7), thread: doc(6), name: "mute".into(), value: "yes".into() }
}

fn project_thread(txn: &mut tern_store::Txn<'_>) -> tern_store::Result<()> {
    let thread =
        ThreadRow { doc: doc(6), title: "Plan".into(), reveals_ms: Some(50), ..ThreadRow::default() };
    txn.project_thread(&thread, &[message(0), message(1)], &[debt()])?;
    txn.project_marks(&doc(7), &[mark()])
}

#[test]
fn rows_of_a_thread_are_found_by_what_is_fresh_owed_marked_and_due() {
    let home = Home::new();
    let mut store = home.create();
    store.write(project_thread).unwrap();
    assert_eq!(store.messages_of(&doc(6)).unwrap(), [message(0), message(1)]);
    assert_eq!(store.unread_messages().unwrap(), [message(1)]);
    assert_eq!(store.message(&doc(6), "M1").unwrap(), Some(message(1)));
    assert!(store.woken_threads(49).unwrap().is_empty());
    assert_eq!(store.woken_threads(50).unwrap(), [doc(6)]);
    assert_eq!(
        (store.owed(&[3; 16], 69).unwrap(), store.owed(&[4; 16], 69).unwrap()),
        (vec![debt()], vec![debt()])
    );
    assert!(store.owed(&[3; 16], 70).unwrap().is_empty() && store.owed(&[5; 16], 0).unwrap().is_empty());
    assert_eq!(
        (store.marks_on(&doc(6)).unwrap(), store.marks_in(&doc(7)).unwrap()),
        (vec![mark()], vec![mark()])
    );
    assert!(store.appears_between(49, 50).unwrap());
    assert!(!store.appears_between(50, 99).unwrap() && !store.appears_between(0, 49).unwrap());
    assert!(store.threads_to_reveal(49).unwrap().is_empty());
    assert_eq!(store.threads_to_reveal(50).unwrap(), [doc(6)]);
    let later = ThreadRow { doc: doc(6), outcome: Some("Done.".into()), ..ThreadRow::default() };
    store.write(|txn| txn.project_thread(&later, &[message(0)], &[])).unwrap();
    assert_eq!(store.thread(&doc(6)).unwrap(), Some(later));
    assert_eq!((store.messages_of(&doc(6)).unwrap().len(), store.owed_in(&doc(6)).unwrap().len()), (1, 0));
    store.write(|txn| txn.remove_projections(&doc(6))).unwrap();
    assert!(store.threads().unwrap().is_empty() && store.messages_of(&doc(6)).unwrap().is_empty());
}

fn project_all(store: &mut Store) {
    let person = PersonRow {
        doc: doc(9),
        member: [3; 16],
        name: "Aiko".into(),
        checkins: vec!["09:00".into()],
        ..PersonRow::default()
    };
    let project = ProjectRow { doc: doc(8), key: "WEB".into(), title: "Web".into(), ..ProjectRow::default() };
    let file =
        AttachmentRow { doc: doc(1), hash: [1; 32], plain: [2; 32], name: "a.png".into(), size_bytes: 3 };
    store
        .write(|txn| {
            (1..4).try_for_each(|n| txn.project_page(&page(n)))?;
            txn.project_task(&task(5))?;
            txn.project_person(&person)?;
            txn.project_project(&project)?;
            txn.project_links(&doc(1), &[doc(2), doc(3)])?;
            txn.project_attachments(&doc(1), &[file])?;
            project_thread(txn)?;
            txn.project_news(&news())?;
            txn.project_form(&form())?;
            txn.project_aspect(&aspect())?;
            txn.index_text(&SearchRow { doc: doc(1), kind: "page", title: "Page 1", body: "words" })?;
            txn.projections_rebuilt()
        })
        .unwrap();
}

fn aspect() -> AspectRow {
    AspectRow { doc: doc(1), name: "upkeep".into(), json: "{}".into() }
}

fn everything(store: &Store) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        store.pages().unwrap(),
        store.sidebar().unwrap(),
        store.tasks().unwrap(),
        store.people().unwrap(),
        store.projects().unwrap(),
        store.links().unwrap(),
        store.attachments().unwrap(),
        store.threads().unwrap(),
        store.messages_of(&doc(6)).unwrap(),
        store.owed_in(&doc(6)).unwrap(),
        store.marks().unwrap(),
        store.unseen_news().unwrap(),
        store.forms("decision").unwrap(),
        store.aspects("upkeep").unwrap(),
        store.search("words", 9).unwrap(),
    )
}

#[test]
fn projections_can_be_dropped_and_built_again_to_the_same() {
    let home = Home::new();
    let mut store = home.create();
    assert!(store.projections_stale().unwrap(), "a new store has none");
    project_all(&mut store);
    assert!(!store.projections_stale().unwrap());
    let before = everything(&store);
    let mut txn = store.begin().unwrap();
    txn.drop_projections().unwrap();
    txn.commit().unwrap();
    assert!(store.projections_stale().unwrap());
    assert!(store.pages().unwrap().is_empty() && store.search("words", 9).unwrap().is_empty());
    drop(store);
    let mut store = home.open();
    assert!(store.projections_stale().unwrap(), "the work is still to do after a restart");
    project_all(&mut store);
    assert_eq!(everything(&store), before);
}

#[test]
fn projections_read_back_as_they_were_written() {
    let home = Home::new();
    let mut store = home.create();
    project_all(&mut store);
    assert_eq!(store.page(&doc(2)).unwrap(), Some(page(2)));
    assert_eq!(store.pages_by_source("docs/3.md").unwrap(), vec![page(3)]);
    assert_eq!(store.task(&doc(5)).unwrap(), Some(task(5)));
    assert_eq!(store.links_to(&doc(3)).unwrap(), vec![doc(1)]);
    assert_eq!(store.links_from(&doc(1)).unwrap(), vec![doc(2), doc(3)]);
    assert_eq!(store.attachments_by_hash(&[1; 32]).unwrap().len(), 1);
    store.write(|txn| txn.project_page(&PageRow { title: "New".into(), ..page(2) })).unwrap();
    assert_eq!(store.sidebar().unwrap()[1].title, "New");
    store.write(|txn| txn.remove_projections(&doc(1))).unwrap();
    assert_eq!((store.pages().unwrap().len(), store.links().unwrap().len()), (2, 0));
    assert_eq!((store.attachments().unwrap().len(), store.search_count().unwrap()), (0, 0));
}

#[test]
fn projections_of_another_version_are_emptied_on_opening() {
    let home = Home::new();
    let mut store = home.create();
    project_all(&mut store);
    drop(store);
    // A meta row with a hash that fits is only made by the store: take the version's row away instead.
    let conn = rusqlite::Connection::open(home.path()).unwrap();
    conn.execute("DELETE FROM meta WHERE key = 'store.projections'", []).unwrap();
    drop(conn);
    let store = home.open();
    assert!(store.projections_stale().unwrap() && store.pages().unwrap().is_empty());
}

#[test]
fn settings_are_kept_and_the_stores_own_are_out_of_reach() {
    let home = Home::new();
    let mut store = home.create();
    store.write(|txn| txn.set_meta("engine.home", &[0, 255])).unwrap();
    assert_eq!(store.meta("engine.home").unwrap(), Some(vec![0, 255]));
    store.write(|txn| txn.remove_meta("engine.home")).unwrap();
    assert_eq!(store.meta("engine.home").unwrap(), None);
    let refused = store.write(|txn| txn.set_meta("store.id", &[1]));
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
}
