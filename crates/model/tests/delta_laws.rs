//! Laws of deltas: joining, rebasing and taking back, over random pages and random changes.

use proptest::prelude::*;
use tern_model::block::{Align, Block, BlockKind, Inline, Link, Marks, Table};
use tern_model::delta::{Cell, Delta, Piece, Restyle, Side, Step};
use tern_model::flat::{Flat, Head, Picture};

fn marks() -> impl Strategy<Value = Marks> {
    let link = Link { href: "https://a.example".into(), title: String::new() };
    (any::<bool>(), any::<bool>(), prop::option::of(Just(link))).prop_map(|(strong, em, link)| Marks {
        strong,
        em,
        link,
        ..Marks::default()
    })
}

fn table() -> BlockKind {
    let cell = |text: &str| vec![Inline::text(text)];
    let table = Table {
        align: vec![Align::None; 2],
        rows: vec![vec![cell("a"), cell("b")], vec![cell("c"), cell("d")]],
    };
    BlockKind::Table { table }
}

fn kind() -> impl Strategy<Value = BlockKind> {
    prop_oneof![
        4 => Just(BlockKind::Paragraph),
        1 => (1..4u8).prop_map(|level| BlockKind::Heading { level }),
        1 => Just(BlockKind::Code { language: "rust".into() }),
        1 => Just(BlockKind::Divider),
        1 => "[a-b]".prop_map(|id| BlockKind::Task { id }),
        1 => Just(table()),
    ]
}

fn piece() -> impl Strategy<Value = Piece> {
    let picture = Picture { src: "x".into(), alt: "y".into(), title: String::new() };
    prop_oneof![
        5 => ("[a-cé漢]{1,4}", marks()).prop_map(|(text, marks)| Piece::Text(text, marks)),
        1 => marks().prop_map(move |marks| Piece::Object(Some(picture.clone()), marks)),
        2 => kind().prop_map(|kind| Piece::Block(Box::new(Head::plain(kind)))),
    ]
}

fn restyle() -> impl Strategy<Value = Restyle> {
    let link = Link { href: "tern:x".into(), title: String::new() };
    (
        prop::option::of(any::<bool>()),
        prop::option::of(any::<bool>()),
        prop::option::of(prop::option::of(Just(link))),
    )
        .prop_map(|(strong, em, link)| Restyle { strong, em, link, ..Restyle::default() })
}

fn page() -> impl Strategy<Value = Flat> {
    let block = (kind(), "[a-cé漢]{0,5}").prop_map(|(kind, text)| Block::plain(kind, &text));
    (prop::collection::vec(block, 0..5), "[a-c]{0,2}").prop_map(|(blocks, leading)| {
        let mut flat = Flat::of(&blocks);
        flat.apply(&Delta::splice(0, 0, [Piece::Text(leading, Marks::default())])).expect("at the start");
        flat
    })
}

/// What a change does at one place; `Head` and `Cells` only where a marker of the right kind stands.
#[derive(Debug, Clone)]
enum Act {
    Keep(usize),
    Restyle(usize, Restyle),
    Reshape(BlockKind),
    Delete(usize),
    Insert(Piece),
    Cell(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (1..5usize).prop_map(Act::Keep),
        2 => ((1..4usize), restyle()).prop_map(|(len, change)| Act::Restyle(len, change)),
        2 => kind().prop_map(Act::Reshape),
        2 => (1..5usize).prop_map(Act::Delete),
        3 => piece().prop_map(Act::Insert),
        2 => (0..4usize).prop_map(Act::Cell),
    ];
    prop::collection::vec(act, 0..7)
}

/// The change that these acts make of a page; what does not fit is left out.
fn change(flat: &Flat, acts: &[Act]) -> Delta {
    let (mut at, mut steps) = (0, Vec::new());
    for act in acts {
        let room = flat.len() - at;
        let head = match flat.pieces(at, (at + 1).min(flat.len())).into_iter().next() {
            Some(Piece::Block(head)) if room > 0 => Some(head),
            _ => None,
        };
        let step = match act {
            Act::Keep(len) => Step::Keep((*len).min(room)),
            Act::Restyle(len, change) => Step::Restyle((*len).min(room), change.clone()),
            Act::Delete(len) => Step::Delete((*len).min(room)),
            Act::Insert(piece) => Step::Insert(piece.clone()),
            Act::Reshape(kind) if head.is_some() => Step::Head(Box::new(Head::plain(kind.clone()))),
            Act::Cell(n) if head.is_some_and(|head| matches!(head.kind, BlockKind::Table { .. })) => {
                Step::Cells(vec![Cell { row: n / 2, column: n % 2, inline: vec![Inline::text("new")] }])
            }
            Act::Reshape(_) | Act::Cell(_) => Step::Keep(room.min(1)),
        };
        at += match &step {
            Step::Keep(len) | Step::Restyle(len, _) | Step::Delete(len) => *len,
            Step::Head(_) | Step::Cells(_) => 1,
            Step::Insert(_) => 0,
        };
        steps.push(step);
    }
    Delta::new(steps)
}

fn after(flat: &Flat, delta: &Delta) -> Flat {
    let mut flat = flat.clone();
    flat.apply(delta).expect("it fits");
    flat
}

/// Marks of code are forgotten at once, so a law about marks holds where nothing becomes or joins code.
fn has_code(flat: &Flat, deltas: &[&Delta]) -> bool {
    let code = |kind: &BlockKind| matches!(kind, BlockKind::Code { .. });
    let made = |step: &Step| match step {
        Step::Head(head) => code(&head.kind),
        Step::Insert(Piece::Block(head)) => code(&head.kind),
        _ => false,
    };
    flat.parts().iter().filter_map(|part| part.head.as_ref()).any(|head| code(&head.kind))
        || deltas.iter().any(|delta| delta.steps().iter().any(made))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn two_changes_joined_do_what_they_do_one_after_the_other(flat in page(), a in acts(), b in acts()) {
        let a = change(&flat, &a);
        let between = after(&flat, &a);
        let b = change(&between, &b);
        prop_assume!(!has_code(&flat, &[&a, &b]));
        prop_assert_eq!(after(&flat, &a.compose(&b)), after(&between, &b));
    }

    #[test]
    fn both_orders_of_two_changes_made_apart_give_one_page(flat in page(), a in acts(), b in acts()) {
        let (mine, theirs) = (change(&flat, &a), change(&flat, &b));
        prop_assume!(!has_code(&flat, &[&mine, &theirs]));
        let here = after(&after(&flat, &mine), &theirs.transform(&mine, Side::Document));
        let there = after(&after(&flat, &theirs), &mine.transform(&theirs, Side::Pending));
        prop_assert_eq!(&here, &there);
        prop_assert_eq!(here.digest(), there.digest());
    }

    #[test]
    fn what_is_taken_back_was_never_there(flat in page(), a in acts()) {
        let delta = change(&flat, &a);
        prop_assume!(!has_code(&flat, &[&delta]));
        prop_assert_eq!(after(&after(&flat, &delta), &delta.invert(&flat)), flat);
    }

    #[test]
    fn nothing_inserted_on_either_side_is_lost(flat in page(), a in acts(), b in acts()) {
        let (mine, theirs) = (change(&flat, &a), change(&flat, &b));
        let count = |delta: &Delta| delta.steps().iter().map(|step| match step {
            Step::Insert(piece) => piece.len(),
            _ => 0,
        }).sum::<usize>();
        prop_assert_eq!(count(&mine.transform(&theirs, Side::Pending)), count(&mine));
        prop_assert_eq!(count(&theirs.transform(&mine, Side::Document)), count(&theirs));
    }

    #[test]
    fn a_page_is_as_long_as_its_positions_and_reads_as_its_blocks(flat in page(), a in acts()) {
        let delta = change(&flat, &a);
        let page = after(&flat, &delta);
        prop_assert_eq!(page.pieces(0, page.len()).iter().map(Piece::len).sum::<usize>(), page.len());
        for index in 0..page.parts().len() {
            let part = &page.parts()[index];
            prop_assert_eq!(page.find(page.start(index) + part.line.len()), (index, part.line.len()));
            prop_assert_eq!(part.line.runs().iter().map(|(len, _)| len).sum::<usize>(), part.line.len());
            prop_assert_eq!(part.line.text().chars().count(), part.line.len());
        }
        let again = Flat::of(&page.blocks());
        prop_assert_eq!(again.blocks(), page.blocks());
    }

    #[test]
    fn a_caret_goes_with_the_character_before_or_behind_it(flat in page(), a in acts(), place in 0..20usize) {
        let delta = change(&flat, &a);
        let at = place.min(flat.len());
        let (before, behind) = (delta.map(at, false), delta.map(at, true));
        prop_assert!(before <= behind);
        prop_assert!(behind <= after(&flat, &delta).len());
    }
}

#[test]
fn what_is_written_at_the_end_of_a_block_stays_in_it_when_somebody_adds_a_block_there() {
    let flat = Flat::of(&[Block::plain(BlockKind::Paragraph, "mine")]);
    let text = Delta::splice(5, 0, [Piece::Text(" goes on".into(), Marks::default())]);
    let block = Piece::Block(Box::new(Head::plain(BlockKind::Paragraph)));
    let added = Delta::splice(5, 0, [block, Piece::Text("theirs".into(), Marks::default())]);
    for (document, pending) in [(&text, &added), (&added, &text)] {
        let here = after(&after(&flat, pending), &document.transform(pending, Side::Document));
        let there = after(&after(&flat, document), &pending.transform(document, Side::Pending));
        assert_eq!(here, there);
        let texts: Vec<String> = here.blocks().iter().map(Block::text).collect();
        assert_eq!(texts, ["mine goes on", "theirs"]);
    }
}

#[test]
fn a_position_moves_with_what_stands_around_it() {
    let text = |t: &str| Piece::Text(t.into(), Marks::default());
    let delta = Delta::new([Step::Keep(2), Step::Insert(text("xyz")), Step::Keep(2), Step::Delete(3)]);
    let map = |at| (delta.map(at, false), delta.map(at, true));
    assert_eq!(map(1), (1, 1));
    assert_eq!(map(2), (2, 5));
    assert_eq!(map(3), (6, 6));
    assert_eq!(map(4), (7, 7));
    assert_eq!(map(6), (7, 7), "what stood in a deleted stretch stands where it was");
    assert_eq!(map(7), (7, 7));
    assert_eq!(map(9), (9, 9));
}
