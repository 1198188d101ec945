//! Pages that nobody would write by hand: they open, scroll, take a character, and a frame costs what is in sight.

use tern_model::block::{Align, Block, BlockKind, Container, Inline, Marks, Table};

use super::*;
use crate::gui::look;

/// Most stretches of text that one frame may lay out, the window around the page included. A table asks for its first
/// rows, from which its columns are measured, each time that the caret moves through it.
const STRETCHES_MAX: usize = 8_000;
/// Most characters of text that one frame may lay out; a page down asks for every row on its way.
const CHARS_MAX: usize = 100_000;
/// Most shapes that one frame may paint.
const SHAPES_MAX: usize = 4_000;

fn paragraph(text: &str) -> Block {
    Block::plain(BlockKind::Paragraph, text)
}

fn code(text: &str) -> Block {
    Block::plain(BlockKind::Code { language: "rust".into() }, text)
}

fn picture(src: &str) -> Block {
    let image =
        Inline::Image { src: src.into(), alt: "Plan".into(), title: String::new(), marks: Marks::default() };
    Block { inline: vec![image], ..paragraph("") }
}

fn cell(text: &str) -> Vec<Inline> {
    vec![Inline::Text { text: text.to_owned(), marks: Marks::default() }]
}

fn table(rows: usize, columns: usize) -> Block {
    let row = |row: usize| (0..columns).map(|column| cell(&format!("{row}.{column}"))).collect();
    let table = Table { align: vec![Align::None; columns], rows: (0..rows).map(row).collect() };
    Block::plain(BlockKind::Table { table }, "")
}

/// Text that breaks programs: out of the public lists of naughty strings.
const NAUGHTY: &[&str] = &[
    "\u{202E}\u{202D}turned\u{2066}round\u{2069}\u{200F}",
    "zero\u{200B}width\u{FEFF}and\u{2060}joined\u{200D}here",
    "Z\u{0361}\u{035C}a\u{0334}\u{0321}\u{031B}l\u{0358}\u{0334}\u{0321}g\u{0315}\u{031C}\u{0320}o\u{0341}\u{0489}",
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏿 🇬🇧🇯🇵 ❤️ 1️⃣",
    "\u{0}\u{1}\u{7}\u{8}\u{1B}[31m\u{7F}\u{85}",
    "\u{2028}\u{2029}\u{A0}\u{3000}\u{180E}",
    "\u{FFFC}\u{FFFD}\u{FFFE}\u{10FFFF}\u{E000}\u{F8FF}",
    "الكل في المجمو عة (5) שָׁלוֹם ﷽",
    "田中さんにあげて下さい 사회과학원 ภาษาไทย हिन्दी",
    "Ω≈ç√∫˜µ≤≥÷ ⁰⁴⁵₀₁₂ 𝐓𝐡𝐞 ⒯⒣⒠ ﬁ",
    "<script>alert(1)</script> ${HOME} %s%n ../../etc/passwd `rm -rf` ](",
    "\t\ttab\r\nand\rreturn",
];

fn nested(levels: usize) -> Vec<Block> {
    let item = |depth: usize| Block {
        parents: (0..depth)
            .map(|at| if at % 3 == 2 { Container::Quote } else { Container::Bullet })
            .collect(),
        ..Block::plain(BlockKind::BulletItem { loose: false }, format!("level {depth}").as_str())
    };
    (0..levels).map(item).collect()
}

/// Every hostile page: what it is and its blocks.
fn pages() -> Vec<(&'static str, Vec<Block>)> {
    let naughty = NAUGHTY.iter().flat_map(|text| [paragraph(text), code(text)]).collect();
    let long = "lighthouse ferries ".repeat(56_000);
    vec![
        ("naughty strings", naughty),
        ("a line of 1 MB", vec![paragraph(&long)]),
        ("a line of 1 MB without a space", vec![paragraph(&"x".repeat(1_000_000))]),
        ("a line of 1 MB of Japanese", vec![paragraph(&"灯台".repeat(170_000))]),
        ("1 MB of code", vec![code(&"let x = 1; // one\n".repeat(58_000))]),
        ("a table of 10,000 rows", vec![table(10_000, 6)]),
        ("a table of 20 columns", vec![table(200, 20)]),
        ("60 levels", nested(60)),
        ("5,000 blocks", (0..5_000).map(|n| paragraph(&format!("Paragraph {n} of many."))).collect()),
        ("broken images", (0..50).map(|n| picture(&format!("tern-blob:{n:064}"))).collect()),
        ("an unknown block", vec![Block::plain(BlockKind::Unknown { name: "hologram".into() }, "")]),
        ("nothing", Vec::new()),
    ]
}

fn over(blocks: Vec<Block>) -> Window {
    // Fonts for scripts that Tern brings no letters of come from the system, which tests leave out.
    let builder = Harness::builder().allow_missing_glyphs();
    let mut window = Window::built(Canned::sample().with_page("hostile", "Hostile", blocks), builder);
    window.open("Hostile");
    window.focus("Page text");
    window
}

#[test]
fn what_no_font_draws_and_what_would_turn_the_text_is_shown_by_a_sign_that_tern_brings() {
    let signs = "\u{0}\u{7}\u{1B}\u{85}\u{202E}\u{2066}\u{200F}\u{61C}\u{FFFD}";
    let among_text = Block { inline: [cell("a"), picture("x").inline].concat(), ..paragraph("") };
    let blocks = vec![paragraph(signs), code(signs), among_text];
    let mut window = Window::over(Canned::sample().with_page("hostile", "Hostile", blocks));
    window.open("Hostile");
    assert!(page(&mut window).shown.len() == 3, "drawn without a box for a missing letter");
}

fn page(window: &mut Window) -> &mut crate::gui::page::ui::PageState {
    &mut window.harness.state_mut().as_mut().expect("the window").open_mut().expect("open").pane.page
}

/// Draws one frame and checks what it cost.
#[track_caller]
fn frame(window: &mut Window, what: &str) {
    look::laid();
    window.harness.step();
    let (stretches, chars) = look::laid();
    assert!(stretches <= STRETCHES_MAX, "{what}: a frame laid {stretches} stretches out");
    assert!(chars <= CHARS_MAX, "{what}: a frame laid {chars} characters out");
    let shapes = window.harness.output().shapes.len();
    assert!(shapes <= SHAPES_MAX, "{what}: a frame painted {shapes} shapes");
}

#[test]
fn hostile_pages_open_and_scroll_to_their_end_and_take_a_character_there_at_the_cost_of_what_is_in_sight() {
    for (what, mut blocks) in pages() {
        blocks.push(paragraph("end"));
        let mut window = over(blocks);
        for _ in 0..3 {
            window.harness.key_press(Key::PageDown);
            frame(&mut window, what);
        }
        window.harness.key_press_modifiers(Modifiers::COMMAND, Key::End);
        for _ in 0..6 {
            frame(&mut window, what);
        }
        let parts = page(&mut window).session.flat().parts().len();
        let last = page(&mut window).shown.last().map(|shown| shown.index);
        assert_eq!(last, Some(parts - 1), "{what}: the end is in sight");
        window.harness.event(egui::Event::Text("!".to_owned()));
        frame(&mut window, what);
        window.pause();
        assert_eq!(window.world.lines("hostile").last().map(String::as_str), Some("end!"), "{what}");
        window.chord(Modifiers::COMMAND, Key::Home);
        frame(&mut window, what);
        assert_eq!(page(&mut window).session.mismatches, 0, "{what}");
    }
}

#[test]
fn a_character_goes_in_at_the_end_of_a_line_of_1_mb_and_is_in_sight() {
    for unit in ["ferry ", "x", "灯"] {
        let text = unit.repeat(1_000_000 / unit.len());
        let mut window = over(vec![paragraph(&text)]);
        window.chord(Modifiers::COMMAND, Key::End);
        window.harness.event(egui::Event::Text("!".to_owned()));
        for _ in 0..6 {
            frame(&mut window, unit);
        }
        let head = page(&mut window).session.selection.head;
        let caret = page(&mut window).shown.last().and_then(|shown| shown.caret(head - shown.start));
        let caret = caret.expect("the caret is laid out");
        assert!((60.0..800.0).contains(&caret.center().y), "{unit}: the caret is at {caret:?}");
        window.pause();
        assert_eq!(window.world.lines("hostile"), [format!("{text}!")]);
    }
}

#[test]
fn a_frame_of_a_page_of_5000_blocks_lays_out_what_one_of_100_blocks_does() {
    let cost = |blocks: usize| {
        let text = "Somebody wrote a paragraph of some words here, long enough to be one of a page.";
        let mut window = over((0..blocks).map(|_| paragraph(text)).collect());
        window.settle();
        window.harness.event(egui::Event::Text("x".to_owned()));
        look::laid();
        window.harness.step();
        look::laid()
    };
    let (small, large) = (cost(100), cost(5_000));
    // The right column says the length in words and minutes, and the page that it is long: a line or two more.
    assert!(large.0 <= small.0 + 3 && large.1 <= small.1 + 200, "{large:?} for {small:?}");
}

#[test]
fn what_an_input_method_composes_is_painted_and_never_in_the_page_and_what_it_commits_is() {
    let mut window = over(vec![paragraph("灯台へ")]);
    window.chord(Modifiers::COMMAND, Key::End);
    let painted = |window: &mut Window| {
        let shown = page(window).shown.first().expect("the paragraph").clone();
        shown.text.iter().map(|laid| laid.galley.text().to_owned()).collect::<String>()
    };
    let preedit = |text: &str| {
        egui::Event::Ime(egui::ImeEvent::Preedit { text: text.to_owned(), active_range_chars: None })
    };
    for text in ["い", "いく", "行く"] {
        window.harness.event(preedit(text));
        window.settle();
        assert_eq!(painted(&mut window), format!("灯台へ{text}"));
        assert_eq!(page(&mut window).session.flat().blocks()[0].text(), "灯台へ");
    }
    // Keys belong to the input method meanwhile.
    window.harness.event(egui::Event::Text("k".to_owned()));
    window.press(Key::Backspace);
    window.pause();
    assert_eq!(window.world.lines("hostile"), ["灯台へ"], "nothing of it reaches the engine");
    window.harness.event(preedit(""));
    window.harness.event(egui::Event::Ime(egui::ImeEvent::Commit("行く".to_owned())));
    window.pause();
    assert_eq!(painted(&mut window), "灯台へ行く");
    assert_eq!(window.world.lines("hostile"), ["灯台へ行く"]);
    assert_eq!(page(&mut window).session.selection.head, 6, "the caret stands behind it");
}

#[test]
fn composing_that_is_broken_off_leaves_nothing_behind() {
    let mut window = over(vec![paragraph("sea")]);
    window.chord(Modifiers::COMMAND, Key::End);
    let preedit = egui::ImeEvent::Preedit { text: "ń".into(), active_range_chars: None };
    window.harness.event(egui::Event::Ime(preedit));
    window.settle();
    window.open("Team");
    window.open("Hostile");
    window.pause();
    assert_eq!(window.world.lines("hostile"), ["sea"]);
    assert!(page(&mut window).hands.preedit.is_none());
}
