//! Cards of links: what a link leads to is told before it is followed.

use tern_model::block::{Block, BlockKind, Inline, Link, Marks};

use super::*;

const WEB: &str = "https://example.org/tide-tables?year=2026&harbour=Apapa";

/// A page with a link to each kind of thing.
fn linked() -> Window {
    let to = |words: &str, href: &str| {
        let link = Some(Link { href: href.into(), title: String::new() });
        Block {
            inline: vec![Inline::Text { text: words.into(), marks: Marks { link, ..Marks::default() } }],
            ..Block::plain(BlockKind::Paragraph, "")
        }
    };
    let blocks = vec![
        Block::plain(BlockKind::Paragraph, "Where it leads"),
        to("the index", "tern:decision"),
        to("@Aiko", "tern-member:aiko"),
        to("the tides", WEB),
        to("something to come", "tern:nowhere"),
        to("a task", "tern:x3b9g"),
    ];
    let mut window = Window::over(Canned::sample().with_page("linked", "Links", blocks));
    window.open("Links");
    window
}

fn point_at(window: &mut Window, words: &str) {
    let rect = window.harness.get_by_label(words).rect();
    window.harness.hover_at(rect.left_center() + egui::vec2(12.0, 0.0));
    window.harness.run_steps(2);
}

#[test]
fn a_page_is_shown_by_title_place_first_lines_and_who_changed_it_last() {
    let mut window = linked();
    point_at(&mut window, "the index");
    assert!(!window.says("The link leads to"), "not at once");
    window.pause();
    assert!(window.shows("The link leads to: Keep the search index on the device"));
    assert!(window.shows("Web"), "the path in the tree");
    assert!(window.says("Surveyors lose signal for up to six hours."));
    assert!(window.shows("Changed last by you, 15:08"));
    point_at(&mut window, "Where it leads");
    assert!(!window.says("The link leads to"), "it goes with the pointer");
}

#[test]
fn a_person_is_shown_by_both_times_hours_and_the_next_check_in() {
    let mut window = linked();
    point_at(&mut window, "@Aiko");
    window.pause();
    assert!(window.shows("The link leads to: Aiko"));
    assert!(window.shows("Wed 00:10 theirs, Tokyo · outside their hours"));
    assert!(window.shows("Hours Mon-Fri 09:00-18:00 theirs"));
    assert!(window.shows("Next check-in Wed 00:00 · 09:00 theirs · 00:00 UTC"));
}

#[test]
fn of_what_lies_outside_only_the_address_is_shown_and_nothing_is_asked() {
    let mut window = linked();
    point_at(&mut window, "the tides");
    window.pause();
    assert!(window.shows(WEB));
    point_at(&mut window, "a task");
    window.pause();
    assert!(
        window.shows("Index survives a power cut") && window.shows("Review · Dev · due Thu 26 Nov 10:00")
    );
    point_at(&mut window, "something to come");
    window.pause();
    assert!(window.shows("Not here yet") && window.shows("It opens by itself when it arrives."));
}

#[test]
fn the_caret_shows_a_card_at_once_writing_does_not_and_a_key_follows_the_link() {
    let mut window = linked();
    window.focus("Page text");
    window.press(Key::ArrowDown);
    assert!(window.shows("The link leads to: Keep the search index on the device"));
    window.press(Key::ArrowRight);
    window.write("n");
    assert!(!window.says("The link leads to"), "whoever writes is not told");
    window.chord(Modifiers::ALT, Key::Enter);
    assert!(window.shows("What has to happen"), "the page is open");
}
