//! The weekend of `weekend.rs` in two windows that are never open together: what people click, type and read there.

use egui::{Key, Modifiers};

use crate::harness::{Stage, rows};
use crate::weekend::{FRIDAY_16, MONDAY_9_LONDON, MONDAY_9_TOKYO, SATURDAY, begin};
use crate::window::Window;

const PAGE: &str = "Harbour walk";
const HOLD: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

fn at(text: &str) -> i64 {
    tern_model::hours::Zone::utc().moment(text).expect("a moment")
}

/// Types behind the last letter of a page.
#[track_caller]
fn type_at_the_end(window: &mut Window, text: &str) {
    window.click(PAGE);
    window.caret_to_the_end();
    window.write(text);
    window.harness.run_steps(12);
    window.until("nothing unsaved", |window| window.app().is_settled());
}

/// Writes a question into a composer and sends it with a chord.
#[track_caller]
fn ask(window: &mut Window, field: &str, text: &str, with: Modifiers) {
    window.fill(field, text);
    window.click("Intent: FYI");
    window.click("Question");
    window.until_it_says("Deliver quietly now → expected");
    window.fill(field, "");
    window.press_with(with, Key::Enter);
}

/// What changed while one was away.
#[track_caller]
fn since_left(window: &mut Window) {
    window.until_it_says(": jump, run or create");
    window.press(Key::G);
    window.press(Key::W);
    window.until_it_says("Made on this laptop from what has arrived.");
}

/// Rows of the digest under “Needs you” are those that say why.
fn needs(window: &Window) -> usize {
    let owed = |line: &&str| line.contains(": Answer owed · ") || line.contains(": Names you · ");
    window.text().lines().filter(owed).count()
}

#[test]
fn the_weekend_in_two_windows_that_are_never_open_together() {
    let stage = Stage::new();
    let (mut ben, mut aiko, mut node, page) = begin(&stage);

    // Friday 16:00 in London: a question, delivered quietly, and a follow-up that is held until her morning.
    let mut window = Window::at("Ben", &ben.home, at(FRIDAY_16));
    window.until_it_says("(connected)");
    window.command("New thread");
    window.fill("Title", "First boat");
    window.fill("To", "Ai");
    window.press(Key::Enter);
    ask(&mut window, "Message", "Does the first boat leave at six?", Modifiers::COMMAND);
    window.until_it_says("You, Question, 16:00: Does the first boat leave at six?");
    ask(&mut window, "Reply to the thread", "The printer needs it by noon.", HOLD);
    window.until_it_says("Not yet sent; leaves at");
    window.until_it_says("It is on the node: this laptop may sleep.");
    type_at_the_end(&mut window, " Bring a lamp.");
    window.close();
    ben.now = FRIDAY_16;
    ben.sync();

    // Saturday in Tokyo, far from any network: she writes into the same paragraph. Then all of it comes, and nothing is heard.
    node.turn_off();
    let mut window = Window::at("Aiko", &aiko.home, at(SATURDAY));
    type_at_the_end(&mut window, " Wear boots.");
    assert!(!window.says("Bring a lamp."), "it is not here yet");
    window.close();
    node.turn_on();
    aiko.now = SATURDAY;
    aiko.sync();
    let mut window = Window::at("Aiko", &aiko.home, at(SATURDAY));
    window.command("Go to threads");
    window.until_it_says("First boat");
    assert!(!window.says("Ben: “First boat”"), "nothing is told at night:\n{}", window.text());
    assert!(!window.says("The printer needs it by noon."), "the follow-up is not there yet");
    window.close();
    let night = aiko.json(&["inbox", "--notify"]);
    assert!(night["quiet"] == true && rows(&night, "notify").is_empty(), "{night}");

    // Monday 09:00 in Tokyo. The laptop in London is shut and the node is off: what was scheduled appears by itself.
    node.turn_off();
    let mut window = Window::at("Aiko", &aiko.home, at(MONDAY_9_TOKYO));
    window.until_it_says("Ben: “First boat”");
    since_left(&mut window);
    window.until_it_says("Needs you, 1");
    window.until_it_says("First boat: Answer owed · Ben · ");
    assert_eq!(needs(&window), 1, "{}", window.text());
    window.until_it_says("The printer needs it by noon.");
    window.click(PAGE);
    window.until("both sentences", |window| window.says("Bring a lamp.") && window.says("Wear boots."));

    // She answers beside the digest, closes the thread with its outcome and records that.
    since_left(&mut window);
    window.fill("Reply to the thread", "Yes, at six.");
    window.press_with(Modifiers::COMMAND, Key::Enter);
    window.until_it_says("You, ");
    window.click("More for this thread");
    window.click("Close with its outcome…");
    window.fill("Outcome", "The first boat leaves at six.");
    window.press(Key::Enter);
    window.until_it_says("Outcome: The first boat leaves at six.");
    // A thread that was in sight for three seconds of frames is read when it is left.
    window.harness.run_steps(40);
    window.command("Record as decision");
    window.click("A decision");
    window.until_it_says("It lies in “");
    window.until_it_says("State: Decided");
    window.close();
    node.turn_on();
    aiko.now = MONDAY_9_TOKYO;
    aiko.sync();

    // Monday 09:00 in London, while Tokyo sleeps.
    ben.now = MONDAY_9_LONDON;
    ben.sync();
    let mut window = Window::at("Ben", &ben.home, at(MONDAY_9_LONDON));
    since_left(&mut window);
    window.until_it_says("Decided, ");
    window.until_it_says("“The first boat leaves at six.”");
    assert!(!window.says("Needs you, "), "{}", window.text());
    window.command("Go to threads");
    window.click_part("The first boat leaves at six. · last Aiko");
    window.until("both of his messages seen", |window| {
        let seen = |line: &&str| {
            line.starts_with("Delivery: Saved here  ·  On node") && line.ends_with("Seen by Aiko")
        };
        window.text().lines().filter(seen).count() == 2
    });
    window.click(PAGE);
    window.until("both sentences", |window| window.says("Bring a lamp.") && window.says("Wear boots."));
    window.close();
    assert_eq!(ben.home.markdown(&page), aiko.home.markdown(&page), "one page for both");
}
