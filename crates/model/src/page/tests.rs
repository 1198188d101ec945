//! Documents that other software wrote, and ones that make no sense.

use proptest::prelude::*;

use super::*;
use crate::block::Link;
use crate::crdt::{Crdt, Tx};
use crate::doc::{Doc, ID, KIND, Stamp};
use crate::{Class, DocId, Edit};

const STAMP: Stamp = Stamp { actor: [5; 16], time_ms: 1 };

/// A document whose text `write` fills.
fn document(write: impl FnOnce(&mut Tx, &Obj)) -> Doc {
    let mut tx = Crdt::new().edit(&STAMP).unwrap();
    let text = tx.put_text(&Obj::root(), TEXT).unwrap();
    write(&mut tx, &text);
    let (crdt, _) = tx.finish(&crate::Heads::default()).unwrap();
    Doc::load(DocId::new(Class::Content, [1; 15]), &crdt.save()).unwrap()
}

fn marker(tx: &mut Tx, text: &Obj, name: &str, parents: &[&str], embed: bool) -> Obj {
    let at = tx.len(text);
    let obj = tx.insert_marker(text, at).unwrap();
    // As JavaScript writes plain strings: texts, not scalars.
    let kind = tx.put_text(&obj, names::TYPE).unwrap();
    tx.insert_text(&kind, 0, name).unwrap();
    let list = tx.put_list(&obj, names::PARENTS).unwrap();
    for (i, parent) in parents.iter().enumerate() {
        tx.insert(&list, i, Scalar::Str((*parent).to_owned())).unwrap();
    }
    tx.put(&obj, names::IS_EMBED, Scalar::Bool(embed)).unwrap();
    tx.put_map(&obj, names::ATTRS).unwrap()
}

fn chars(tx: &mut Tx, text: &Obj, chars: &str) {
    let at = tx.len(text);
    tx.insert_text(text, at, chars).unwrap();
}

fn shown(doc: &Doc) -> Vec<String> {
    let show = |b: Block| format!("{} {:?} {}", write::type_name(&b.kind), b.parents, b.text());
    doc.blocks().into_iter().map(show).collect()
}

fn foreign() -> Doc {
    document(|tx, text| {
        chars(tx, text, "before");
        marker(tx, text, "blockquote", &[], false);
        chars(tx, text, "q1");
        marker(tx, text, "blockquote", &[], false);
        chars(tx, text, "q2");
        let attrs = marker(tx, text, "callout", &["aside"], false);
        tx.put(&attrs, "tone", Scalar::Str("warm".into())).unwrap();
        chars(tx, text, "note");
        marker(tx, text, "__ext__divider", &[], false);
        chars(tx, text, "behind");
        marker(tx, text, "paragraph", &["unordered-list-item", "aside"], false);
        chars(tx, text, "a");
        marker(tx, text, "mention", &[], true);
        chars(tx, text, "b");
        let mark = Range { start: 1, end: 4, name: "link".into(), value: Scalar::Str("http://x".into()) };
        tx.mark(text, &mark).unwrap();
    })
}

#[test]
fn a_page_of_other_software_shows_everything_it_holds() {
    let doc = foreign();
    let wanted = [
        "paragraph [] before",
        "paragraph [Quote] q1",
        "paragraph [Quote] q2",
        "callout [] note",
        "__ext__divider [] ",
        "paragraph [] behind",
        "paragraph [Bullet] a\u{FFFC}b",
    ];
    assert_eq!(shown(&doc), wanted);
    let blocks = doc.blocks();
    assert_eq!((blocks[1].restart, blocks[2].restart), (None, Some(0)));
    let link = Link { href: "http://x".into(), title: String::new() };
    assert_eq!(blocks[0].inline[1].marks().link, Some(link));
    assert_eq!(doc.markers()[0], LEADING);
}

#[test]
fn an_edit_elsewhere_leaves_blocks_of_other_software_untouched() {
    let mut doc = foreign();
    let raw = |doc: &Doc| {
        let page = read_page(&doc.crdt);
        let note = page.iter().find(|p| matches!(p.block.kind, BlockKind::Unknown { .. })).unwrap();
        write::read_raw(&doc.crdt, note.map.as_ref().unwrap())
    };
    let before = raw(&doc);
    let base = Some(doc.heads());
    let mut blocks = doc.blocks();
    blocks[1].inline = vec![Inline::text("changed")];
    blocks.push(Block::plain(BlockKind::Paragraph, "end"));
    doc.edit(&STAMP, &[Edit::SetBlocks { base, blocks: blocks.clone() }]).unwrap();
    assert_eq!(raw(&doc), before);
    let mut wanted = shown(&foreign());
    wanted[1] = "paragraph [Quote] changed".into();
    wanted.push("paragraph [] end".into());
    assert_eq!(shown(&doc), wanted);
    let callout = doc.markers()[3].clone();
    doc.edit(&STAMP, &[Edit::MoveBlock { block: callout, after: None }]).unwrap();
    assert_eq!(raw(&doc), before);
    assert_eq!(shown(&doc)[0], "callout [] note");
    assert_eq!(shown(&doc)[1], "paragraph [] before");
}

#[test]
fn text_outside_blocks_can_be_edited_split_and_turned_into_a_block() {
    let mut doc = foreign();
    let ids = doc.markers();
    let behind = ids[5].clone();
    assert!(behind.ends_with(TRAILING));
    let edits = [
        Edit::Splice { block: LEADING.into(), at: 6, delete: 0, insert: "!".into() },
        Edit::Split { block: LEADING.into(), at: 3, kind: None },
        Edit::Splice { block: behind.clone(), at: 0, delete: 1, insert: "B".into() },
        Edit::SetKind { block: behind, kind: BlockKind::Heading { level: 2 }, parents: Vec::new() },
    ];
    doc.edit(&STAMP, &edits).unwrap();
    let now = shown(&doc);
    assert_eq!(&now[..2], ["paragraph [] bef", "paragraph [] ore!"]);
    assert_eq!(now[6], "heading [] Behind");
}

#[test]
fn edits_that_make_no_sense_are_refused_and_change_nothing() {
    let mut doc = foreign();
    let (heads, ids) = (doc.heads(), doc.markers());
    let text = |block: &str| Edit::Splice { block: block.into(), at: 99, delete: 1, insert: "x".into() };
    let bad = [
        text(&ids[0]),
        text(&ids[4]),
        text(""),
        text("é@"),
        text("1@zz"),
        text("-1@00"),
        text("999@05050505050505050505050505050505"),
        text("t:none"),
        Edit::Splice { block: ids[1].clone(), at: usize::MAX, delete: usize::MAX, insert: String::new() },
        Edit::Join { block: ids[0].clone() },
        Edit::SetKind { block: ids[1].clone(), kind: BlockKind::Divider, parents: Vec::new() },
        Edit::SetCell { block: ids[1].clone(), row: 0, column: 0, inline: Vec::new() },
        Edit::MoveBlock { block: ids[1].clone(), after: Some("gone".into()) },
    ];
    for edit in bad {
        assert!(doc.edit(&STAMP, std::slice::from_ref(&edit)).is_err(), "{edit:?}");
        assert_eq!(doc.heads(), heads);
    }
}

/// A write of some value somewhere a reader looks.
fn nonsense() -> impl Strategy<Value = (usize, usize, usize)> {
    (0..24usize, 0..9usize, 0..4usize)
}

fn put_nonsense(tx: &mut Tx, place: usize, value: usize, target: &[Obj; 4], object: usize) {
    const KEYS: [&str; 24] = [
        "type",
        "parents",
        "attrs",
        "isEmbed",
        "level",
        "language",
        "src",
        "alt",
        "title",
        "__ext__checked",
        "__ext__loose",
        "__ext__start",
        "__ext__restart",
        "__ext__key",
        "tables",
        "columns",
        "rows",
        "align",
        "gone",
        "labels",
        "due",
        "trashed",
        "status",
        KIND,
    ];
    let (obj, key) = (&target[object], KEYS[place]);
    let big = Scalar::Int(i64::MAX);
    let done = match value {
        0 => tx.put(obj, key, big),
        1 => tx.put(obj, key, Scalar::Str("heading".into())),
        2 => tx.put(obj, key, Scalar::Float(f64::NAN)),
        3 => tx.put(obj, key, Scalar::Bytes(vec![1, 2])),
        4 => tx.put_list(obj, key).and_then(|list| tx.insert(&list, 0, big)),
        5 => tx.put_map(obj, key).and_then(|map| tx.put(&map, "x@y", big)),
        6 => tx.put_text(obj, key).and_then(|text| tx.insert_text(&text, 0, "__ext__table")),
        7 => tx.put(obj, key, Scalar::Bool(true)),
        _ => tx.put(obj, key, Scalar::Str("__ext__table".into())),
    };
    done.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_document_of_nonsense_reads_without_a_panic_and_stays_editable(
        writes in proptest::collection::vec(nonsense(), 0..30),
    ) {
        let mut doc = document(|tx, text| {
            tx.put(&Obj::root(), ID, Scalar::Null).unwrap();
            let first = marker(tx, text, "__ext__table", &["blockquote"], false);
            chars(tx, text, "text");
            let second = marker(tx, text, "image", &[], true);
            let tables = tx.put_map(&Obj::root(), TABLES).unwrap();
            let table = tx.put_map(&tables, "__ext__table").unwrap();
            let targets = [Obj::root(), first, second, table];
            for (place, value, object) in &writes {
                put_nonsense(tx, *place, *value, &targets, *object);
            }
        });
        let _ = (doc.task(), doc.person(), doc.conflicts(), doc.trashed(), doc.text(), doc.fields());
        let heads = doc.heads();
        prop_assert!(doc.diff(&crate::Heads::default(), &heads).is_ok());
        let blocks = vec![Block::plain(BlockKind::Paragraph, "new")];
        doc.edit(&STAMP, &[Edit::SetBlocks { base: None, blocks: blocks.clone() }]).unwrap();
        prop_assert_eq!(doc.blocks(), blocks);
    }
}

#[test]
fn a_page_of_other_software_has_the_positions_of_its_text() {
    let doc = foreign();
    let flat = doc.flat();
    assert_eq!(flat.blocks(), doc.blocks());
    assert_eq!(flat.len(), doc.crdt.len(&text_of(&doc.crdt).unwrap()));
}

#[test]
fn a_block_of_other_software_moved_by_a_delta_keeps_all_that_it_holds() {
    let mut doc = foreign();
    let raw = |doc: &Doc| {
        let page = read_page(&doc.crdt);
        let note = page.iter().find(|p| matches!(p.block.kind, BlockKind::Unknown { .. })).unwrap();
        write::read_raw(&doc.crdt, note.map.as_ref().unwrap())
    };
    let before = raw(&doc);
    let flat = doc.flat();
    let (from, to) = (flat.start(3) - 1, flat.start(4) - 1);
    let out = crate::Delta::splice(from, to - from, []);
    let delta = out.compose(&crate::Delta::splice(0, 0, flat.pieces(from, to)));
    doc.edit(&STAMP, &[Edit::Delta { delta }]).unwrap();
    assert_eq!(raw(&doc), before);
    assert_eq!(shown(&doc)[0], "callout [] notebefore");
}
