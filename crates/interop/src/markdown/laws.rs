//! The laws of the Markdown form, over arbitrary pages.

use proptest::collection::vec;
use proptest::prelude::*;
use tern_model::block::{Align, Block, BlockKind, Container, Inline, Link, Marks, Table};

use super::{normalise, parse, render};

/// Text made of words, of everything that is syntax somewhere, and of white space.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[a-z]{1,4}".prop_map(String::from),
        4 => Just(" ".to_owned()),
        6 => "[-+*_~`#>|!&<=.)(:;\\[\\]\\\\\"'$^{}/]{1,3}".prop_map(String::from),
        1 => "[0-9]{1,3}[.)] ".prop_map(String::from),
        1 => prop_oneof![
            Just("\n"), Just("  "), Just("\u{a0}"), Just("é"), Just("日本"), Just("“x”"), Just("&amp;"), Just("&#9;"),
            Just("<b>"), Just("</b>"), Just("<!--"), Just("https://a.b/_c_"), Just("[x] "), Just("[^1]"), Just("[a]: b"),
            Just("---"), Just("***"), Just("==="), Just("```"), Just("~~~"), Just("|---|"), Just("\t"), Just("[[W|x]]"),
            Just("snake_case_word"), Just("\u{2003}"), Just("$x$"), Just("\r"), Just("+++"), Just("<a@b.c>"), Just("—"),
        ].prop_map(str::to_owned),
    ];
    vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

fn marks() -> impl Strategy<Value = Marks> {
    let link = prop_oneof![
        Just("x.md"),
        Just("a b(c"),
        Just("tern-task:ab1"),
        Just(""),
        Just("https://e.org/a_b?c=d&amp;e"),
        Just("a|b\\c`d$"),
        Just("<x>"),
        Just("((a)")
    ];
    let title = prop_oneof![3 => Just(String::new()), 1 => text()];
    let link = (link, title).prop_map(|(href, title)| Link { href: href.to_owned(), title });
    let link = prop_oneof![4 => Just(None), 1 => link.prop_map(Some)];
    let nesting =
        prop_oneof![3 => Just(""), 1 => Just("ls"), 1 => Just("lkes"), 1 => Just("es"), 1 => Just("x")];
    (
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.15),
        link,
        nesting,
    )
        .prop_map(|(strong, em, strike, code, link, nesting)| Marks {
            nesting: nesting.to_owned(),
            strong,
            em,
            strike,
            code,
            raw: false,
            link,
        })
}

fn run() -> impl Strategy<Value = Inline> {
    prop_oneof![
        10 => (text(), marks()).prop_map(|(text, marks)| Inline::Text { text, marks }),
        1 => (marks(), prop_oneof![Just("<br>"), Just("<kbd>"), Just("<!-- c -->"), Just("$a_b$")]).prop_map(|(m, raw)| {
            Inline::Text { text: raw.to_owned(), marks: Marks { raw: true, code: false, ..m } }
        }),
        1 => (text(), text(), marks()).prop_map(|(alt, title, marks)| {
            let marks = Marks { code: false, ..marks };
            Inline::Image { src: "img/a b.png".to_owned(), alt, title, marks }
        }),
    ]
}

/// Inline content that does not begin a line with inline source (which would be a block of source).
fn inline() -> impl Strategy<Value = Vec<Inline>> {
    (any::<bool>(), vec(run(), 0..6)).prop_map(|(word, runs)| {
        let mut out = Vec::new();
        for run in runs {
            if run.marks().raw || word {
                out.push(Inline::text("w"));
            }
            out.push(run);
        }
        out
    })
}

fn kind() -> impl Strategy<Value = BlockKind> {
    let align = prop_oneof![Just(Align::None), Just(Align::Left), Just(Align::Center), Just(Align::Right)];
    let table = (vec(align, 1..4), vec(vec(vec(run(), 0..3), 0..4), 0..4))
        .prop_map(|(align, rows)| BlockKind::Table { table: Table { align, rows } });
    prop_oneof![
        4 => Just(BlockKind::Paragraph),
        1 => (0u8..8).prop_map(|level| BlockKind::Heading { level }),
        4 => any::<bool>().prop_map(|loose| BlockKind::BulletItem { loose }),
        3 => (prop::option::of(0u64..12), any::<bool>())
            .prop_map(|(start, loose)| BlockKind::OrderedItem { start, loose }),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(checked, loose)| BlockKind::TaskItem { checked, loose }),
        1 => text().prop_map(|language| BlockKind::Code { language }),
        1 => prop_oneof![2 => Just("note"), 2 => Just("caution"), 1 => Just("aside"), 1 => Just("a b"), 1 => Just("")]
            .prop_map(|tone| BlockKind::Callout { tone: tone.to_owned() }),
        1 => Just(BlockKind::Divider),
        2 => prop_oneof![4 => Just("ab1~2"), 1 => Just("no id"), 1 => Just("")]
            .prop_map(|id| BlockKind::Task { id: id.to_owned() }),
        1 => table,
    ]
}

fn block() -> impl Strategy<Value = Block> {
    let container = prop_oneof![
        3 => Just(Container::Bullet), 2 => Just(Container::Ordered), 2 => Just(Container::Quote)
    ];
    (vec(container, 0..4), prop::option::weighted(0.2, 0usize..4), kind(), inline())
        .prop_map(|(parents, restart, kind, inline)| Block { parents, restart, kind, inline })
}

/// Blocks whose text is a plain word, so that only structure is tried.
fn skeleton() -> impl Strategy<Value = Block> {
    (block(), any::<bool>()).prop_map(|(mut block, empty)| {
        block.inline = if empty { Vec::new() } else { vec![Inline::text("w")] };
        block
    })
}

fn json(blocks: &[Block]) -> String {
    serde_json::to_string(blocks).unwrap_or_default()
}

fn assert_round_trip(blocks: &[Block]) -> Result<(), TestCaseError> {
    let normal = normalise(blocks);
    let text = render(blocks);
    prop_assert_eq!(json(&normalise(&normal)), json(&normal), "normal form is a fixed point");
    prop_assert_eq!(json(&parse(&text)), json(&normal), "{}", text);
    prop_assert_eq!(render(&normal), text, "rendering depends on the normal form only");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_structure_comes_back(blocks in vec(skeleton(), 0..7)) {
        assert_round_trip(&blocks)?;
    }

    #[test]
    fn any_paragraph_comes_back(runs in inline()) {
        let block = Block { parents: Vec::new(), restart: None, kind: BlockKind::Paragraph, inline: runs };
        assert_round_trip(&[block])?;
    }

    #[test]
    fn any_page_comes_back(blocks in vec(block(), 0..5)) {
        assert_round_trip(&blocks)?;
    }

    #[test]
    fn any_text_is_stable_after_one_round(text in text(), more in vec(text(), 0..6)) {
        let source = format!("{text}\n{}", more.join("\n"));
        let once = render(&parse(&source));
        prop_assert_eq!(render(&parse(&once)), once);
    }
}

/// Cases per law; the environment may ask for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(256)
}
