//! Laws of pages as sequences of positions: what a delta says and what the document holds after it are the same, alone
//! and with others who write at the same time.

mod support;

use proptest::prelude::*;
use support::{block, blocks, inline, marks, page, stamp, sync};
use tern_model::block::{Block, BlockKind, Marks};
use tern_model::delta::{Cell, Piece, Restyle, Side};
use tern_model::flat::{Flat, Head, Line, Picture};
use tern_model::{Delta, Doc, Edit, Heads, ModelError};

/// One change of a page. Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Op {
    Content { at: usize, delete: usize, line: Line },
    Type { at: usize, text: String, marks: Marks },
    Begin { at: usize, head: Head },
    Object { at: usize, marks: Marks },
    Delete { at: usize, len: usize },
    Restyle { at: usize, len: usize, change: Restyle },
    Head { block: usize, head: Head },
    Cell { block: usize, row: usize, column: usize, text: String },
    Move { block: usize, to: usize },
}

fn restyle() -> impl Strategy<Value = Restyle> {
    (marks(), marks()).prop_map(|(old, new)| Restyle::between(&old, &new))
}

fn head() -> impl Strategy<Value = Head> {
    block().prop_map(|block| Head::of(&block))
}

fn op() -> impl Strategy<Value = Op> {
    let n = || 0..400usize;
    prop_oneof![
        3 => (n(), "[a-f ]{1,4}", marks()).prop_map(|(at, text, marks)| Op::Type { at, text, marks }),
        1 => (n(), 0..3usize, inline()).prop_map(|(at, delete, i)| Op::Content { at, delete, line: Line::of(&i) }),
        2 => (n(), head()).prop_map(|(at, head)| Op::Begin { at, head }),
        1 => (n(), marks()).prop_map(|(at, marks)| Op::Object { at, marks }),
        3 => (n(), 1..8usize).prop_map(|(at, len)| Op::Delete { at, len }),
        2 => (n(), 1..9usize, restyle()).prop_map(|(at, len, change)| Op::Restyle { at, len, change }),
        2 => (n(), head()).prop_map(|(block, head)| Op::Head { block, head }),
        1 => (n(), 0..3usize, 0..3usize, "[a-c]{0,3}")
            .prop_map(|(block, row, column, text)| Op::Cell { block, row, column, text }),
        1 => (n(), n()).prop_map(|(block, to)| Op::Move { block, to }),
    ]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    proptest::collection::vec(op(), 0..5)
}

/// Position of a marker and index of its part, if there are any.
fn marker(flat: &Flat, block: usize) -> Option<(usize, usize)> {
    let part = block.checked_rem(flat.parts().len() - 1)? + 1;
    Some((flat.start(part) - 1, part))
}

fn delta_of(flat: &Flat, op: &Op) -> Delta {
    let place = |at: &usize| at % (flat.len() + 1);
    match op {
        Op::Content { at, delete, line } => {
            let at = place(at);
            Delta::splice(at, (*delete).min(flat.len() - at), line.pieces(0, line.len()))
        }
        Op::Type { at, text, marks } => {
            Delta::splice(place(at), 0, [Piece::Text(text.clone(), marks.clone())])
        }
        Op::Begin { at, head } => Delta::splice(place(at), 0, [Piece::Block(Box::new(head.clone()))]),
        Op::Object { at, marks } => Delta::splice(place(at), 0, [Piece::Object(None, marks.clone())]),
        Op::Delete { at, len } => {
            let at = place(at);
            Delta::splice(at, (*len).min(flat.len() - at), [])
        }
        Op::Restyle { at, len, change } => {
            let at = place(at);
            Delta::restyle(at, (at + len).min(flat.len()), change.clone())
        }
        Op::Head { block, head } => {
            marker(flat, *block).map(|(at, _)| Delta::head(at, head.clone())).unwrap_or_default()
        }
        Op::Cell { block, row, column, text } => marker(flat, *block)
            .map(|(at, part)| cell(flat, (at, part), (*row, *column), text))
            .unwrap_or_default(),
        Op::Move { block, to } => {
            let Some((from, part)) = marker(flat, *block) else { return Delta::default() };
            let end = from + 1 + flat.parts()[part].line.len();
            let rest = Delta::splice(from, end - from, []);
            let to = to % (flat.len() - (end - from) + 1);
            rest.compose(&Delta::splice(to, 0, flat.pieces(from, end)))
        }
    }
}

fn cell(flat: &Flat, (at, part): (usize, usize), (row, column): (usize, usize), text: &str) -> Delta {
    let Some(BlockKind::Table { table }) = flat.parts()[part].head.as_ref().map(|h| &h.kind) else {
        return Delta::default();
    };
    let inline = Block::plain(BlockKind::Paragraph, text).inline;
    let (row, column) = (row % table.rows.len().max(1), column % table.align.len().max(1));
    Delta::cells(at, vec![Cell { row, column, inline }])
}

/// All of the changes as one.
fn batch(base: &Flat, ops: &[Op]) -> Delta {
    let mut flat = base.clone();
    let mut out = Delta::default();
    for op in ops {
        let delta = delta_of(&flat, op);
        flat.apply(&delta).unwrap();
        out = out.compose(&delta);
    }
    out.settled(base).unwrap()
}

fn perform(doc: &mut Doc, actor: u8, delta: Delta) {
    doc.edit(&stamp(actor, 5), &[Edit::Delta { delta }]).unwrap();
}

fn applied(flat: &Flat, delta: &Delta) -> Flat {
    let mut out = flat.clone();
    out.apply(delta).unwrap();
    out
}

/// Several replicas that edited apart, some of it merged: a document with versions to compare.
fn history(start: &[Block], runs: &[(usize, Vec<Op>, bool)]) -> (Doc, Vec<Heads>) {
    let first = page(start);
    let mut docs = vec![first.clone(), first.clone()];
    let mut heads = vec![first.heads()];
    for (who, ops, meet) in runs {
        let who = who % docs.len();
        let delta = batch(&docs[who].flat(), ops);
        perform(&mut docs[who], who as u8 + 2, delta);
        heads.push(docs[who].heads());
        if *meet {
            let (from, mut to) = (docs[1 - who].clone(), docs[who].clone());
            sync(&from, &mut to);
            heads.push(to.heads());
            docs[who] = to;
        }
    }
    let other = docs[1].clone();
    sync(&other, &mut docs[0]);
    heads.push(docs[0].heads());
    (docs.swap_remove(0), heads)
}

fn runs() -> impl Strategy<Value = Vec<(usize, Vec<Op>, bool)>> {
    proptest::collection::vec((0..2usize, ops(), any::<bool>()), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn a_page_and_its_positions_hold_the_same(start in blocks(), runs in runs()) {
        let (doc, _) = history(&start, &runs);
        let flat = doc.flat();
        let mut blocks = doc.blocks();
        let orphans = doc.markers().iter().filter(|m| m.starts_with("t:")).count();
        blocks.truncate(blocks.len() - orphans);
        prop_assert_eq!(flat.blocks(), blocks);
    }

    #[test]
    fn a_delta_performed_on_the_document_gives_what_it_gives_on_the_page(start in blocks(), ops in ops(), more in ops()) {
        let mut doc = page(&start);
        for ops in [ops, more] {
            let flat = doc.flat();
            let delta = batch(&flat, &ops);
            let mut at_hand = doc.clone();
            let changes = at_hand.edit_delta(&stamp(2, 5), &delta, &flat).unwrap();
            let edits = [Edit::Delta { delta: delta.clone() }];
            prop_assert_eq!(doc.edit(&stamp(2, 5), &edits).unwrap(), changes);
            prop_assert_eq!(at_hand.blocks_of(&at_hand.flat()), doc.blocks());
            let wanted = applied(&flat, &delta);
            prop_assert_eq!(doc.flat().blocks().len(), wanted.blocks().len());
            prop_assert_eq!(doc.flat().digest(), wanted.digest(), "{:?}\n{:?}", doc.flat(), wanted);
        }
    }

    #[test]
    fn what_changed_between_two_versions_leads_from_one_to_the_other(start in blocks(), runs in runs()) {
        let (doc, heads) = history(&start, &runs);
        for from in &heads {
            for to in &heads {
                let (before, after) = (doc.at(from).unwrap().flat(), doc.at(to).unwrap().flat());
                let delta = doc.delta(from, to).unwrap();
                prop_assert_eq!(applied(&before, &delta).digest(), after.digest());
                prop_assert!(from != to || delta.is_empty());
            }
        }
    }

    #[test]
    fn a_window_that_waited_ends_with_the_page_of_the_document(
        start in blocks(),
        own in ops(),
        others in proptest::collection::vec((any::<bool>(), ops()), 1..3),
    ) {
        let doc_b = page(&start);
        let (base, flat) = (doc_b.heads(), doc_b.flat());
        let pending = batch(&flat, &own);
        let mut doc = doc_b.clone();
        for (index, (apart, ops)) in others.iter().enumerate() {
            let mut other = if *apart { doc_b.clone() } else { doc.clone() };
            let delta = batch(&other.flat(), ops);
            perform(&mut other, 3 + index as u8, delta);
            sync(&other, &mut doc);
        }
        let remote = doc.delta(&base, &doc.heads()).unwrap();
        let rebased = pending.transform(&remote, Side::Pending);
        perform(&mut doc, 2, rebased);
        let window = applied(&applied(&flat, &pending), &remote.transform(&pending, Side::Document));
        prop_assert_eq!(window.digest(), doc.flat().digest(), "\n{:?}\n{:?}", window.blocks(), doc.flat().blocks());
    }
}

#[test]
fn a_delta_that_does_not_fit_changes_nothing() {
    let mut doc = page(&support::paragraphs(&["one"]));
    let heads = doc.heads();
    let delta = Delta::splice(3, 9, []);
    let refused = doc.edit(&stamp(2, 5), &[Edit::Delta { delta }]);
    assert_eq!(refused, Err(ModelError::OutOfRange { at: 12, len: 4 }));
    assert_eq!(doc.heads(), heads);
}

#[test]
fn a_known_kind_is_not_written_as_an_unknown_one() {
    let mut doc = page(&support::paragraphs(&["one"]));
    let head = Head::plain(BlockKind::Unknown { name: "image".into() });
    let refused = doc.edit(&stamp(2, 5), &[Edit::Delta { delta: Delta::head(0, head) }]);
    assert!(matches!(refused, Err(ModelError::NotPossible(_))));
}

#[test]
fn an_empty_delta_makes_no_change() {
    let mut doc = page(&support::paragraphs(&["one"]));
    let changes = doc.edit(&stamp(2, 5), &[Edit::Delta { delta: Delta::default() }]).unwrap();
    assert!(changes.0.is_empty());
}

#[test]
fn text_in_an_empty_page_stands_before_the_first_block_until_it_gets_one() {
    let mut doc = page(&[]);
    perform(&mut doc, 2, Delta::splice(0, 0, [Piece::Text("hi".into(), Marks::default())]));
    assert_eq!(support::texts(&doc), ["hi"]);
    assert_eq!(doc.markers(), ["s"]);
    let head = Head::plain(BlockKind::Heading { level: 2 });
    perform(&mut doc, 2, Delta::splice(0, 0, [Piece::Block(Box::new(head))]));
    assert_eq!(doc.blocks(), [Block::plain(BlockKind::Heading { level: 2 }, "hi")]);
}

#[test]
fn an_image_and_a_table_come_and_go_with_a_delta() {
    let mut doc = page(&support::paragraphs(&["ab"]));
    let picture = Picture { src: "x.png".into(), alt: "x".into(), title: String::new() };
    perform(&mut doc, 2, Delta::splice(2, 0, [Piece::Object(Some(picture), Marks::default())]));
    assert_eq!(doc.blocks()[0].inline.len(), 3);
    let row = |a: &str| vec![vec![tern_model::block::Inline::text(a)]];
    let table = tern_model::block::Table { align: vec![Default::default()], rows: vec![row("a"), row("b")] };
    let head = Head::plain(BlockKind::Table { table });
    perform(&mut doc, 2, Delta::splice(4, 0, [Piece::Block(Box::new(head))]));
    assert_eq!(doc.text(), "axb\na\nb");
    perform(&mut doc, 2, Delta::splice(4, 1, []));
    assert_eq!(doc.text(), "axb", "a table that was deleted does not come back as one without a marker");
}

#[test]
fn text_keeps_its_marks_when_code_and_another_block_begin_before_it_at_once() {
    let strong = Marks { strong: true, ..Marks::default() };
    let mut flat = Flat::default();
    flat.apply(&Delta::splice(0, 0, [Piece::Text("a".into(), strong.clone())])).unwrap();
    let heads = [BlockKind::Code { language: String::new() }, BlockKind::Paragraph];
    let heads = heads.map(|kind| Piece::Block(Box::new(Head::plain(kind))));
    flat.apply(&Delta::splice(0, 0, heads)).unwrap();
    assert_eq!(flat.parts()[2].line.runs(), [(1, strong)]);
}

#[test]
fn a_settled_delta_can_be_taken_back_with_all_marks() {
    let strong = Marks { strong: true, ..Marks::default() };
    let mut flat = Flat::default();
    let text = Piece::Text("a".into(), strong);
    flat.apply(&Delta::splice(0, 0, [Piece::Block(Box::new(Head::plain(BlockKind::Paragraph))), text]))
        .unwrap();
    let to_code = Delta::head(0, Head::plain(BlockKind::Code { language: String::new() }));
    let to_code = to_code.settled(&flat).unwrap();
    let back = to_code.invert(&flat);
    assert_eq!(applied(&applied(&flat, &to_code), &back), flat);
}

#[test]
fn pages_that_differ_only_in_the_nesting_of_marks_have_one_digest() {
    let nested = |nesting: &str| Marks { nesting: nesting.into(), ..Marks::default() };
    let page = |nesting| {
        let mut line = Line::default();
        line.insert_text(0, "b", &nested(nesting));
        line.insert_text(0, "a", &Marks::default());
        let mut flat = Flat::default();
        flat.set_leading(line);
        flat.digest()
    };
    assert_eq!(page("les"), page(""));
}

fn mend(doc: &mut Doc, from: &Heads, before: &Flat, actor: u8) -> bool {
    let now = doc.flat();
    let delta = doc.torn((from, before), &now, &|by| by[0] == actor).unwrap();
    if delta.is_empty() {
        return false;
    }
    perform(doc, actor, delta);
    true
}

/// Ben types at the end of a block, Mia adds blocks behind it that do not know his words. Whichever of both comes first
/// in the document's order, after the mend every word stands in the block it was written in, on both sides alike.
#[test]
fn words_at_the_end_of_a_block_are_brought_back_from_behind_blocks_of_somebody_else() {
    let mut mended = 0;
    for lead in 0..4 {
        let mut ben = page(&support::paragraphs(&["works mea", "below"]));
        let mut mia = ben.clone();
        // Whose operations count as later hangs on how many each made before.
        for _ in 0..lead {
            let (end, more) = (mia.flat().len(), Piece::Text("!".into(), Marks::default()));
            perform(&mut mia, 3, Delta::splice(end, 0, [more]));
        }
        let end = ben.flat().start(1) + 9;
        let add = |text: &str| {
            let block = Piece::Block(Box::new(Head::plain(BlockKind::Paragraph)));
            [block, Piece::Text(text.into(), Marks::default())]
        };
        perform(&mut mia, 3, Delta::splice(end, 0, add("the ferry").into_iter().chain(add("is back"))));
        let strong = Marks { strong: true, ..Marks::default() };
        perform(&mut ben, 2, Delta::splice(end, 0, [Piece::Text("nwh".into(), Marks::default())]));
        perform(&mut ben, 2, Delta::splice(end + 3, 0, [Piece::Text("ile".into(), strong)]));
        let (from, before) = (ben.heads(), ben.flat());
        let (mia_from, mia_before) = (mia.heads(), mia.flat());
        sync(&mia, &mut ben);
        sync(&ben, &mut mia);
        mended += usize::from(mend(&mut ben, &from, &before, 2));
        assert!(!mend(&mut mia, &mia_from, &mia_before, 3), "the words are not hers");
        sync(&ben, &mut mia);
        let below = format!("below{}", "!".repeat(lead));
        let wanted = ["works meanwhile", "the ferry", "is back", &below];
        assert_eq!(
            (support::texts(&ben), support::texts(&mia)),
            (wanted.map(String::from).into(), wanted.map(String::from).into()),
            "{lead}"
        );
        let last = ben.blocks()[0].inline.last().cloned();
        assert!(
            matches!(last, Some(tern_model::block::Inline::Text { marks, .. }) if marks.strong),
            "{lead}"
        );
    }
    assert!(mended > 0, "the document puts the words behind the blocks in some of these");
}

#[test]
fn whoever_saw_the_words_may_part_them() {
    let mut ben = page(&support::paragraphs(&["one"]));
    perform(&mut ben, 2, Delta::splice(4, 0, [Piece::Text(" two".into(), Marks::default())]));
    let (from, before) = (ben.heads(), ben.flat());
    let mut mia = ben.clone();
    let block = Piece::Block(Box::new(Head::plain(BlockKind::Paragraph)));
    perform(&mut mia, 3, Delta::splice(4, 0, [block]));
    sync(&mia, &mut ben);
    assert!(!mend(&mut ben, &from, &before, 2));
    assert_eq!(support::texts(&ben), ["one", " two"]);
}

/// A page of which every block is told from the others by its number.
fn numbered(count: usize) -> Flat {
    let text = |i| Block::plain(BlockKind::Paragraph, &format!("{i}: some words"));
    Flat::of(&(0..count).map(text).collect::<Vec<Block>>())
}

proptest! {
    /// What stood in a block that a change moves stands, letter by letter, where the change says that it moved.
    #[test]
    fn what_is_moved_is_found_where_it_stands(
        count in 2..6usize,
        moves in proptest::collection::vec((0..6usize, 0..6usize), 1..3),
        typed in proptest::option::of((0..90usize, "[x-z]{1,3}")),
    ) {
        let before = numbered(count);
        let mut flat = before.clone();
        let mut all = Delta::default();
        for (block, to) in moves {
            let (from, part) = marker(&flat, block).expect("a block");
            let end = from + 1 + flat.parts()[part].line.len();
            let rest = Delta::splice(from, end - from, []);
            let mut without = flat.clone();
            without.apply(&rest).unwrap();
            let to = marker(&without, to).map_or(without.len(), |(at, _)| at);
            let step = rest.compose(&Delta::splice(to, 0, flat.pieces(from, end)));
            flat.apply(&step).unwrap();
            all = all.compose(&step);
        }
        if let Some((at, text)) = typed {
            let step = Delta::splice(at % (flat.len() + 1), 0, [Piece::Text(text, Marks::default())]);
            flat.apply(&step).unwrap();
            all = all.compose(&step);
        }
        for moved in all.moved(&before) {
            prop_assert_eq!(
                before.pieces(moved.from, moved.from + moved.len),
                flat.pieces(moved.to, moved.to + moved.len)
            );
            let (from, to) = moved.carry(moved.from, moved.from + 1).expect("it is inside");
            prop_assert_eq!((from, to), (moved.to, moved.to + 1));
            prop_assert_eq!(moved.carry(moved.from, moved.from + moved.len + 1), None);
        }
    }

    /// One block that is moved elsewhere is found, whatever is typed elsewhere in the same change.
    #[test]
    fn a_moved_block_is_found(count in 2..6usize, block in 0..6usize, to in 0..6usize) {
        let before = numbered(count);
        let (from, part) = marker(&before, block).expect("a block");
        let end = from + 1 + before.parts()[part].line.len();
        let rest = Delta::splice(from, end - from, []);
        let mut without = before.clone();
        without.apply(&rest).unwrap();
        let to = marker(&without, to).map_or(without.len(), |(at, _)| at);
        let found = rest.compose(&Delta::splice(to, 0, before.pieces(from, end))).moved(&before);
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!((found[0].from, found[0].len), (from, end - from));
    }
}
