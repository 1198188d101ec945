//! Comments, history, what changed since one read a page, and what was combined while apart.

use tern_model::block::{Block, BlockKind, Inline};
use tern_peer::{CommentOn, DiffBlockView, DiffRunView, DiffView, SinceReadView};

use super::*;
use crate::gui::canned::past::{by, merge, message};

const ALT_CTRL: Modifiers = Modifiers::COMMAND.plus(Modifiers::ALT);

impl Window {
    fn last_sent(&self) -> Option<Command> {
        self.sent().into_iter().rev().find(|command| !matches!(command, Command::MarkRead { .. }))
    }

    /// Something of the past of the launch page.
    fn with_past(change: impl FnOnce(&mut crate::gui::canned::past::Pasts)) -> Window {
        let mut window = Window::sample();
        window.world.change_past(change);
        window.open("Launch plan, 3.2");
        window
    }
}

fn changed_since() -> SinceReadView {
    let text = "Ferry first, then Lagos.";
    let block = Some(Block::plain(BlockKind::Paragraph, text));
    let run = |state: &str, text: &str, hand| DiffRunView {
        state: state.into(),
        content: vec![Inline::text(text)],
        was: Vec::new(),
        by: hand,
    };
    let rich = vec![
        run("keep", "Ferry first", None),
        run("delete", ".", by("Mia", false)),
        run("insert", ", then Lagos.", by("Mia", false)),
    ];
    let changed = DiffBlockView {
        state: "changed".into(),
        marker: "m0".into(),
        was: Some(Block::plain(BlockKind::Paragraph, "Ferry first.")),
        block,
        rich,
        ..DiffBlockView::default()
    };
    let diff = DiffView { blocks: vec![changed], from_heads: "read".into(), ..DiffView::default() };
    SinceReadView { read_before: true, changed: true, diff }
}

#[test]
fn words_are_commented_on_answered_and_resolved_by_keys() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.focus("Page text");
    window.chord(Modifiers::COMMAND, Key::A);
    window.chord(ALT_CTRL, Key::M);
    assert!(window.shows("Comment on “Ferry first, then Lagos.”"));
    window.write("Which ferry?");
    window.chord(Modifiers::COMMAND, Key::Enter);
    window.pause();
    let sent = window.last_sent();
    let Some(Command::CommentNew { on: CommentOn::Range { from: 1, to: 25, base }, text, .. }) = sent else {
        panic!("{sent:?}");
    };
    assert_eq!((base.as_deref(), text.as_str()), (Some("p0"), "Which ferry?"));
    assert!(window.says("1 open") || window.shows("Which ferry?"));
    window.click("Thread: Ferry first, then Lagos.");
    window.focus("Reply to You");
    window.write("The one to Apapa.");
    window.chord(Modifiers::COMMAND, Key::Enter);
    assert!(window.shows("The one to Apapa."));
    window.click("Resolve: Ferry first, then Lagos.");
    assert!(!window.shows("Which ferry?"));
    window.click("Undo");
    assert!(window.shows("Which ferry?"), "undo opens it again");
}

#[test]
fn a_comment_waits_for_the_text_it_is_on_and_is_kept_when_it_is_refused() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.focus("Page text");
    window.chord(Modifiers::COMMAND, Key::End);
    window.write(" And more.");
    window.chord(ALT_CTRL, Key::M);
    window.write("Say what more is.");
    window.pause();
    window.world.0.lock().expect("the world").refuse =
        Some(PeerError::new(ErrorKind::Failed, "The disk is full."));
    window.chord(Modifiers::COMMAND, Key::Enter);
    window.pause();
    assert!(window.says("The disk is full."));
    assert!(window.says("Comment on “Ferry first, then Lagos. And more.”"), "what was typed is still there");
    window.click("Send comment");
    window.pause();
    let Some(Command::CommentNew { on: CommentOn::Range { base, to, .. }, .. }) = window.last_sent() else {
        panic!("{:?}", window.last_sent());
    };
    assert_eq!((base.as_deref(), to), (Some("p1"), 35), "based on the text with what was typed");
}

#[test]
fn threads_whose_text_is_gone_keep_their_words_and_say_so() {
    let window = Window::with_past(|past| {
        let gone = tern_peer::CommentView {
            id: "t".into(),
            quote: "on Friday".into(),
            gone: true,
            messages: vec![message("Mia", false, "Which Friday?")],
            ..tern_peer::CommentView::default()
        };
        past.threads.insert("launch".into(), vec![gone]);
    });
    assert!(window.shows("on Friday"));
    assert!(window.shows("This text is gone from the page"));
    assert!(window.shows("Mia, 13:20 · 14:20 theirs"));
}

#[test]
fn v_shows_what_changed_and_enter_marks_it_as_read() {
    let mut window = Window::with_past(|past| drop(past.since.insert("launch".into(), changed_since())));
    window.press(Key::V);
    assert!(window.says("1 place · since you read it · M Mia"));
    assert!(window.shows("Ferry first[removed M: .][inserted M: , then Lagos.]"));
    assert!(!window.shows("Page text"), "nothing can be typed there");
    window.click("Restore this block: Ferry first[removed M: .][inserted M: , ");
    assert!(
        matches!(window.last_sent(), Some(Command::PageRestoreBlock { at, block, .. }) if at == "read" && block == "m0")
    );
    window.click("Undo");
    let undone = window.last_sent();
    assert!(matches!(&undone, Some(Command::PageTakeBack { at, .. }) if at == "p0"), "{undone:?}");
    window.press(Key::Enter);
    let read = window.sent().pop();
    assert!(matches!(&read, Some(Command::MarkRead { heads: Some(heads), .. }) if heads == "p0"), "{read:?}");
    assert!(window.shows("Page text"), "back to the page");
    window.press(Key::V);
    assert!(window.says("Nothing changed since you read it. The last change is from 15:08, yours."));
    window.press(Key::Escape);
    assert!(window.shows("Page text"));
}

#[test]
fn the_past_is_scrubbed_with_arrows_and_a_version_comes_back_as_a_change() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("You, 2 changes, 14:02 – 15:08. Show the page as it was then");
    assert!(window.says("The page as you left it, 14:02 – 15:08"));
    assert!(window.says("[inserted M:  Mia added this.]"), "with what the sitting changed");
    window.press(Key::ArrowLeft);
    assert!(window.says("The page as Mia left it, 13:10 – 13:28: 3 changes"));
    window.press(Key::ArrowLeft);
    window.press(Key::ArrowRight);
    assert!(window.says("The page as Mia left it"));
    window.click("Restore this version");
    let sent = window.last_sent();
    assert!(
        matches!(&sent, Some(Command::PageRevert { to, .. }) if to == "Mia2026-11-24T13:10:00Z"),
        "{sent:?}"
    );
    assert!(window.says("The page is as it was then"));
    assert!(window.shows("Page text"), "the page as it is is shown");
    window.click("Undo");
    let sent = window.last_sent();
    assert!(matches!(&sent, Some(Command::PageTakeBack { at, .. }) if at == "p0"), "{sent:?}");
}

#[test]
fn right_behind_the_newest_version_lies_the_page_as_it_is() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("You, 2 changes, 14:02 – 15:08. Show the page as it was then");
    window.press(Key::ArrowRight);
    assert!(window.shows("Page text"));
    window.chord(Modifiers::ALT, Key::ArrowLeft);
    assert!(window.says("The page as you left it"), "going back shows the version again");
}

#[test]
fn what_was_combined_is_reviewed_by_keys() {
    let one = || merge("m0", ["on two boats", "on three boats", "on two ferries", "on three ferries"]);
    let two = || merge("m1", ["from 1 May", "from 2 May", "from 1 June", "from 2 June"]);
    let mut window = Window::with_past(|past| drop(past.merges.insert("launch".into(), vec![one(), two()])));
    assert!(window.says("2 paragraphs were combined while you were apart"));
    window.click("Review what was combined");
    assert!(window.says("1 of 2 places on this page"));
    assert!(window.shows("Yours: on [removed: two][inserted: three] boats"));
    assert!(window.shows("Carla’s: on two [removed: boats][inserted: ferries]"));
    assert!(
        window.says("Merged: on [removed B: two][inserted B: three] [removed C: boats][inserted C: ferries]")
    );
    window.press(Key::J);
    assert!(window.says("2 of 2 places"));
    window.press(Key::K);
    window.press(Key::Num2);
    let sent = window.last_sent();
    assert!(
        matches!(&sent, Some(Command::PageRestoreBlock { at, block, .. }) if at == "Carla-heads" && block == "m0"),
        "{sent:?}"
    );
    assert!(window.says("Carla’s is restored"));
    assert!(window.says("2 of 2 places"), "on to the next");
    window.press(Key::Enter);
    assert!(matches!(window.last_sent(), Some(Command::MergeReviewed { heads: Some(_), .. })));
    assert!(window.shows("Page text"));
    assert!(!window.says("were combined while you were apart"));
}

#[test]
fn a_page_that_was_in_sight_counts_as_read_when_it_is_left() {
    let mut window = Window::sample();
    let read =
        |window: &Window| window.sent().iter().filter(|c| matches!(c, Command::MarkRead { .. })).count();
    window.open("Launch plan, 3.2");
    let before = read(&window);
    window.open("Accessibility notes");
    assert_eq!(read(&window), before, "a glance is no reading");
    window.harness.run_steps(40);
    window.open("Launch plan, 3.2");
    let sent = window.sent();
    let last = sent.iter().rev().find(|command| matches!(command, Command::MarkRead { .. }));
    assert!(matches!(last, Some(Command::MarkRead { page, heads: Some(_) }) if page == "notes"), "{last:?}");
}

#[test]
fn looking_at_what_a_page_was_is_not_leaving_it() {
    let mut window = Window::with_past(|past| drop(past.since.insert("launch".into(), changed_since())));
    window.harness.run_steps(40);
    window.click("Mia, 3 changes, 13:10 – 13:28. Show the page as it was then");
    window.press(Key::Escape);
    let read = |c: &Command| matches!(c, Command::MarkRead { page, .. } if page == "launch");
    assert!(!window.sent().iter().any(read));
    window.press(Key::V);
    assert!(window.says("1 place · since you read it"));
}

#[test]
fn a_page_in_which_nothing_was_combined_says_so() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.chord(Modifiers::COMMAND, Key::K);
    window.write(">combined");
    window.press(Key::Enter);
    assert!(window.shows("Nothing was combined while people were apart"));
    assert!(window.shows("Page text"));
}

#[test]
fn the_column_names_what_links_here_the_headings_and_the_length() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    assert!(window.says("Length: 4 words, 1 min to read"));
    window.click("Linked from Keep the search index on the device");
    assert!(window.shows("What has to happen"));
    window.focus("Go to “Size and cost”");
    window.press(Key::Enter);
    window.write("!");
    window.pause();
    assert!(window.world.lines("decision").contains(&"!Size and cost".to_owned()), "the caret went there");
}
