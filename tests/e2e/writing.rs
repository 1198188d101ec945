//! Two windows over two real homes that write one page at the same time.

use egui_kittest::kittest::NodeT;

use crate::harness::{Dice, Home, Node, Stage, assert_same};
use crate::members::{ben_with_node, joined, sync};
use crate::window::{FRAME, Window, said};

/// Bursts of each window in the default run; `TERN_ROUNDS` sets another number: 900 take about a minute.
const ROUNDS: usize = 60;

fn rounds() -> usize {
    std::env::var("TERN_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS)
}
/// Beginning of the paragraph that both write.
const OPENING: &str = "Together";

/// Ben and Aiko, a node between them, and a page that both hold.
#[track_caller]
fn two_with_a_page(stage: &Stage, text: &str) -> (Home, Home, Node) {
    let (ben, node) = ben_with_node(stage);
    let aiko = joined(stage, &ben, "Aiko");
    ben.json(&["page", "new", "Shared"]);
    ben.json_with(&["page", "append", "Shared"], &[], text);
    sync(&ben);
    sync(&aiko);
    (ben, aiko, node)
}

#[track_caller]
fn open(name: &'static str, home: &Home, first: &str) -> Window {
    let mut window = Window::over(name, home);
    window.click("Shared");
    window.until_it_says(first);
    window.until_it_says("(connected)");
    window
}

/// The paragraph that both write, as a window shows it.
fn paragraph(window: &Window) -> String {
    let all = window.nodes().map(|node| said(&node)).filter(|text| text.starts_with(OPENING));
    // Its first row is a thing of its own for a screen reader.
    all.max_by_key(String::len).unwrap_or_default()
}

/// Characters of the paragraph before the caret.
fn caret(window: &Window) -> Option<usize> {
    let mut all = window.nodes().filter(|node| said(node).starts_with(OPENING));
    all.find_map(|node| Some(node.accesskit_node().text_selection_focus()?.to_global_usv_index()))
}

/// What one of them typed, out of the whole: each writes letters that the other does not.
fn of(text: &str, mine: fn(char) -> bool) -> String {
    text.strip_prefix(OPENING).unwrap_or_default().chars().filter(|c| mine(*c)).collect()
}

/// The caret has not jumped: it stands behind the last character that was typed here.
#[track_caller]
fn stands_behind(window: &Window, mine: fn(char) -> bool) {
    let text = paragraph(window);
    let last = text.strip_prefix(OPENING).unwrap_or_default().rfind(mine);
    assert_eq!(caret(window), last.map(|at| OPENING.len() + at + 1), "caret of {} in {text}", window.name);
}

/// A few characters are typed; whatever came from elsewhere is taken in on the way.
fn burst(window: &mut Window, typed: &mut String, letters: std::ops::RangeInclusive<char>, dice: &mut Dice) {
    let letters: Vec<char> = letters.collect();
    for _ in 0..=dice.below(3) {
        let c = letters[typed.chars().count() % letters.len()];
        typed.push(c);
        window.harness.event(egui::Event::Text(c.to_string()));
        window.harness.run_steps(1 + dice.below(2) as usize);
    }
    if dice.below(4) == 0 {
        // The other one writes on meanwhile; nothing is waited for, only sometimes heard.
        let _ = window.woken.recv_timeout(FRAME);
    }
}

#[test]
fn two_windows_type_into_one_paragraph_at_once_and_every_character_stays_in_its_authors_order() {
    let stage = Stage::new();
    let (ben_home, aiko_home, _node) = two_with_a_page(&stage, OPENING);
    let mut ben = open("Ben", &ben_home, OPENING);
    let mut aiko = open("Aiko", &aiko_home, OPENING);
    ben.caret_to_the_end();
    aiko.caret_to_the_end();

    let mut dice = Dice::new(7);
    let (mut by_ben, mut by_aiko) = (String::new(), String::new());
    for _ in 0..rounds() {
        burst(&mut ben, &mut by_ben, 'a'..='z', &mut dice);
        stands_behind(&ben, |c| c.is_ascii_lowercase());
        burst(&mut aiko, &mut by_aiko, 'A'..='Z', &mut dice);
        stands_behind(&aiko, |c| c.is_ascii_uppercase());
    }
    let all = OPENING.len() + by_ben.len() + by_aiko.len();
    let (b, a) = (by_ben.len(), by_aiko.len());
    let what = format!("every character ({b} of Ben, {a} of Aiko)");
    for _ in 0..2 {
        // The last characters leave each window in a frame of its own.
        for window in [&mut ben, &mut aiko] {
            window.until("nothing unsaved", |window| window.app().is_settled());
        }
    }
    for window in [&mut ben, &mut aiko] {
        window.until(&what, |window| paragraph(window).len() == all);
    }

    let text = paragraph(&ben);
    assert_eq!(paragraph(&aiko), text);
    assert_eq!(of(&text, |c| c.is_ascii_lowercase()), by_ben);
    assert_eq!(of(&text, |c| c.is_ascii_uppercase()), by_aiko);
    stands_behind(&ben, |c| c.is_ascii_lowercase());
    stands_behind(&aiko, |c| c.is_ascii_uppercase());
    for window in [&mut ben, &mut aiko] {
        // Past the moment in which window and engine compare what they hold.
        window.harness.run_steps(30);
        assert_eq!(window.app().mismatches(), 0, "{}: window and engine differed", window.name);
    }

    close_and_compare(&stage, ben, &ben_home, aiko, &aiko_home);
    assert!(ben_home.markdown("Shared").contains(&text), "the page holds what the windows showed");
}

/// Both windows close; what both homes export is the same.
#[track_caller]
fn close_and_compare(stage: &Stage, ben: Window, ben_home: &Home, aiko: Window, aiko_home: &Home) {
    ben.close();
    aiko.close();
    for home in [ben_home, aiko_home, ben_home] {
        sync(home);
    }
    let exported = ben_home.export(stage, "by ben");
    assert_same(&exported, &aiko_home.export(stage, "by aiko"));
}

/// Texts of the page's blocks that are in sight, and where each lies, top to bottom.
fn in_sight(window: &Window) -> Vec<(String, f32)> {
    let mut all: Vec<(String, f32)> = window
        .nodes()
        .filter(|node| said(node).starts_with("Line "))
        .map(|node| (said(&node), node.rect().top()))
        .filter(|(_, top)| (120.0..780.0).contains(top))
        .collect();
    all.sort_by(|a, b| a.1.total_cmp(&b.1));
    all
}

#[test]
fn what_a_window_shows_in_the_middle_of_a_page_stays_while_another_window_writes_above_it() {
    let stage = Stage::new();
    let page: String = (0..200).map(|n| format!("Line {n:03} of a long page.\n\n")).collect();
    let (ben_home, aiko_home, _node) = two_with_a_page(&stage, &page);
    let mut ben = open("Ben", &ben_home, "Line 000");
    let mut aiko = open("Aiko", &aiko_home, "Line 000");
    aiko.caret_to_the_end();
    for _ in 0..4 {
        aiko.harness.key_press(egui::Key::PageUp);
        aiko.harness.run_steps(4);
    }
    // Out of the field, so that nothing follows a caret.
    aiko.harness.key_press(egui::Key::Escape);
    aiko.harness.run_steps(8);
    let before = in_sight(&aiko);
    assert!(before.len() > 10 && before[0].0.as_str() > "Line 050", "{before:?}");

    ben.caret_to_the_end();
    ben.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Home);
    ben.harness.run_steps(2);
    for n in 0..20 {
        ben.write(&format!("Above {n}"));
        ben.harness.key_press(egui::Key::Enter);
        ben.harness.run_steps(2);
        aiko.harness.run_steps(1);
        assert_eq!(in_sight(&aiko), before, "after {n}");
    }
    ben.until("nothing unsaved", |window| window.app().is_settled());
    let wanted = ben.app().page_blocks();
    aiko.until("the paragraphs above", |window| window.app().page_blocks() == wanted);
    aiko.harness.run_steps(4);
    assert_eq!(in_sight(&aiko), before);
    close_and_compare(&stage, ben, &ben_home, aiko, &aiko_home);
}
