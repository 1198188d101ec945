//! Writing in the page, as a person does it: by keys and by what is seen.

use super::*;

const CTRL: Modifiers = Modifiers::COMMAND;

fn lines(window: &Window) -> Vec<String> {
    window.world.lines("launch")
}

/// A page of one sentence, the caret at its end.
fn page() -> Window {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("Ferry first, then Lagos.");
    window.chord(CTRL, Key::End);
    window
}

impl Window {
    fn keys(&mut self, text: &str) {
        for c in text.chars() {
            self.harness.event(egui::Event::Text(c.to_string()));
        }
        self.settle();
    }

    fn line(&mut self, text: &str) {
        self.press(Key::Enter);
        self.keys(text);
    }

    fn times(&mut self, key: Key, times: usize) {
        for _ in 0..times {
            self.harness.key_press(key);
        }
        self.settle();
    }
}

#[test]
fn the_insert_menu_is_driven_by_keys_alone() {
    let mut window = page();
    window.line("/");
    assert!(window.shows("Heading 1") && window.shows("Callout") && window.shows("Template"));
    window.keys("head");
    assert!(!window.shows("Callout"), "what is typed narrows it");
    window.press(Key::ArrowDown);
    window.press(Key::Enter);
    window.keys("Risks");
    window.pause();
    assert_eq!(lines(&window), ["Ferry first, then Lagos.", "Risks"]);
    assert!(window.harness.query_by_role_and_label(Role::Heading, "Risks").is_some());
    window.line("/");
    window.press(Key::Escape);
    assert!(!window.shows("Callout"), "Escape closes the menu and stays in the text");
    window.keys("or");
    window.pause();
    assert_eq!(lines(&window)[2], "/or", "and what was typed stays");
}

#[test]
fn a_page_is_linked_and_made_without_leaving_the_text() {
    let mut window = page();
    window.line("See [[acc");
    assert!(window.shows("New page “acc”"));
    window.press(Key::Enter);
    window.keys("too.");
    window.pause();
    assert_eq!(lines(&window)[1], "See Accessibility notes too.");
    let link = window.world.0.lock().expect("the world").links("launch");
    assert_eq!(link, ["tern:notes"]);
    window.line("[[Crew list");
    window.press(Key::Enter);
    window.pause();
    assert_eq!(lines(&window)[2].trim_end(), "Crew list");
    assert!(
        window.sent().iter().any(|c| matches!(c, Command::PageNew { title, .. } if title == "Crew list"))
    );
}

#[test]
fn people_and_days_are_named_with_one_sign() {
    let mut window = page();
    window.line("@aik");
    window.press(Key::Enter);
    window.keys("by @tom");
    window.press(Key::Enter);
    window.pause();
    assert_eq!(lines(&window)[1], "@Aiko by Wed 25 Nov 2026");
    window.keys(" mail@example.org");
    assert!(!window.shows("Today"), "an address is no name");
}

#[test]
fn a_selection_over_several_blocks_is_marked_copied_replaced_and_brought_back() {
    let mut window = page();
    window.line("Second");
    window.line("Third");
    window.chord(CTRL, Key::A);
    window.chord(CTRL, Key::A);
    window.chord(CTRL, Key::B);
    window.pause();
    let strong = window.world.0.lock().expect("the world").strong("launch");
    assert_eq!(strong, ["Ferry first, then Lagos.", "Second", "Third"]);
    window.keys("x");
    window.pause();
    assert_eq!(lines(&window), ["x"]);
    window.chord(CTRL, Key::Z);
    window.pause();
    assert_eq!(lines(&window), ["Ferry first, then Lagos.", "Second", "Third"]);
    window.chord(CTRL.plus(Modifiers::SHIFT), Key::Z);
    window.pause();
    assert_eq!(lines(&window), ["x"]);
}

#[test]
fn undo_reaches_over_a_visit_to_another_page() {
    let mut window = page();
    window.keys(" More.");
    window.pause();
    window.press(Key::Escape);
    window.open("Field kit");
    window.open("Launch plan, 3.2");
    window.click("Ferry first, then Lagos. More.");
    window.chord(CTRL, Key::Z);
    window.pause();
    assert_eq!(lines(&window), ["Ferry first, then Lagos."]);
}

#[test]
fn blocks_move_nest_and_go_by_keys() {
    let mut window = page();
    window.line("- one");
    window.line("two");
    window.press(Key::Tab);
    window.pause();
    let depths = |window: &Window| window.world.0.lock().expect("the world").depths("launch");
    assert_eq!(depths(&window), [0, 0, 1]);
    window.chord(Modifiers::SHIFT, Key::Tab);
    window.chord(Modifiers::ALT, Key::ArrowUp);
    window.pause();
    assert_eq!(lines(&window), ["Ferry first, then Lagos.", "two", "one"]);
    window.chord(CTRL.plus(Modifiers::SHIFT), Key::D);
    window.pause();
    assert_eq!(lines(&window), ["Ferry first, then Lagos.", "one"]);
    window.chord(CTRL.plus(Modifiers::ALT), Key::Num2);
    window.pause();
    assert!(window.harness.query_by_role_and_label(Role::Heading, "Ferry first, then Lagos.").is_some());
}

#[test]
fn a_table_is_written_by_keys() {
    let mut window = page();
    window.line("/table");
    window.press(Key::Enter);
    window.keys("Tablet");
    window.press(Key::Tab);
    window.keys("Records");
    window.times(Key::ArrowDown, 1);
    window.keys("18,400");
    window.press(Key::Enter);
    window.keys("42,000");
    window.chord(CTRL, Key::End);
    window.keys("After it.");
    window.pause();
    let table = window.world.0.lock().expect("the world").table("launch");
    assert_eq!(table, ["Tablet,Records,", ",18,400,", ",42,000,"]);
    assert_eq!(lines(&window).last().map(String::as_str), Some("After it."));
}

#[test]
fn what_an_input_method_composes_is_shown_and_never_written_until_it_is_done() {
    let mut window = page();
    let preedit = |text: &str| {
        egui::Event::Ime(egui::ImeEvent::Preedit { text: text.into(), active_range_chars: None })
    };
    window.harness.event(preedit("n"));
    window.settle();
    window.harness.event(preedit("nihon"));
    window.press(Key::Enter);
    window.press(Key::K);
    window.pause();
    assert_eq!(lines(&window), ["Ferry first, then Lagos."], "keys belong to the input method");
    window.harness.event(egui::Event::Ime(egui::ImeEvent::Commit("Nihon".into())));
    window.settle();
    window.keys("!");
    window.pause();
    assert_eq!(lines(&window), ["Ferry first, then Lagos.Nihon!"]);
}

#[test]
fn words_are_found_and_replaced_in_the_page() {
    let mut window = page();
    window.line("Lagos again, lagos too");
    window.chord(CTRL, Key::H);
    window.keys("lagos");
    assert!(window.shows("1 of 3") || window.shows("3 of 3") || window.shows("2 of 3"));
    window.focus("Replace with");
    window.keys("Accra");
    window.click("Replace all");
    window.pause();
    assert_eq!(lines(&window), ["Ferry first, then Accra.", "Accra again, Accra too"]);
    window.press(Key::Escape);
    assert!(!window.shows("Replace all"));
}

#[test]
fn what_others_write_comes_in_without_moving_the_caret() {
    let mut window = page();
    window.line("Mine");
    window.pause();
    window.world.remote("launch", 0, "Somebody else wrote a much longer first line.");
    window.pause();
    window.keys(" goes on");
    window.pause();
    assert_eq!(lines(&window), ["Somebody else wrote a much longer first line.", "Mine goes on"]);
}

#[test]
fn letters_are_no_commands_while_somebody_writes() {
    let mut window = page();
    window.keys(" cgdjk?");
    window.pause();
    assert_eq!(lines(&window), ["Ferry first, then Lagos. cgdjk?"]);
    window.press(Key::Escape);
    window.press(Key::G);
    window.press(Key::B);
    assert!(window.shows("New task"), "after Escape they are");
}

#[test]
fn whoever_types_faster_than_frames_come_writes_everything_once_and_in_its_place() {
    let mut window = page();
    window.press(Key::F2);
    let enter = egui::Event::Key {
        key: Key::Enter,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    for event in [egui::Event::Text("!".into()), enter.clone(), egui::Event::Text("First. ".into())] {
        window.harness.input_mut().events.push(event);
    }
    window.settle();
    window.pause();
    assert_eq!(lines(&window), ["First. Ferry first, then Lagos."]);
    assert!(window.shows("Launch plan, 3.2!"));
    window.chord(CTRL, Key::End);
    window.press(Key::Enter);
    for c in "/code".chars() {
        window.harness.input_mut().events.push(egui::Event::Text(c.to_string()));
    }
    window.harness.input_mut().events.push(enter);
    window.settle();
    window.keys("let x;");
    window.press(Key::ArrowDown);
    window.keys("After it.");
    window.pause();
    assert_eq!(lines(&window), ["First. Ferry first, then Lagos.", "let x;", "After it."]);
}
