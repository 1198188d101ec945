//! Two panes side by side: what is done in one stays there, and nothing is lost when one goes.

use egui_kittest::Node;
use tern_peer::Command;

use super::*;
use crate::gui::open::{Open, Pane};

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_ALT: Modifiers = Modifiers::COMMAND.plus(Modifiers::ALT);

fn open(window: &mut Window) -> &mut Open {
    window.harness.state_mut().as_mut().expect("the window").open_mut().expect("open")
}

/// A window that is wide enough for two, on one page.
fn wide() -> Window {
    let mut window = Window::sample();
    window.harness.set_size(egui::vec2(1720.0, 900.0));
    window.settle();
    window.open("Launch plan, 3.2");
    window
}

/// Two panes, a page in each: the launch plan at the left, the notes at the right, which have the focus.
fn two_pages() -> Window {
    let mut window = wide();
    window.chord(CTRL, Key::Backslash);
    window.open("Accessibility notes");
    window
}

impl Window {
    /// One of two panes.
    fn half<'a>(&'a self, side: &str) -> Node<'a> {
        let begins = |node: &Node<'_>| {
            let label = node.accesskit_node().label();
            label.is_some_and(|label| label.starts_with(&format!("{side}: ")))
        };
        let mut all = self.harness.root().children_recursive();
        all.find(begins).unwrap_or_else(|| panic!("there is no {side}"))
    }

    fn click_in(&mut self, side: &str, label: &str) {
        self.half(side).get_by_label(label).click();
        self.settle();
    }

    fn shows_in(&self, side: &str, label: &str) -> bool {
        self.half(side).query_all_by_label(label).next().is_some()
    }

    fn is_split(&self) -> bool {
        self.says("Left pane: ") && self.says("Right pane: ")
    }

    /// Ids of what lies in the panes, the focused one first.
    fn pages(&mut self) -> Vec<String> {
        let mut ids = Vec::new();
        open(self).each_pane(|open| ids.extend(open.open_page().map(str::to_owned)));
        ids
    }

    fn each(&mut self, mut look: impl FnMut(&Pane)) {
        open(self).each_pane(|open| look(&open.pane));
    }
}

#[test]
fn a_second_pane_opens_on_the_same_page_and_goes_its_own_way() {
    let mut window = wide();
    assert!(!window.is_split());
    window.chord(CTRL, Key::Backslash);
    assert!(window.is_split());
    assert!(window.shows("Left pane: Launch plan, 3.2") && window.shows("Right pane: Launch plan, 3.2"));
    window.open("Accessibility notes");
    assert!(window.shows("Left pane: Launch plan, 3.2"), "the other pane stays where it is");
    assert!(window.shows("Right pane: Accessibility notes"));
    window.chord(Modifiers::ALT, Key::ArrowLeft);
    assert!(window.shows("Right pane: Launch plan, 3.2"), "back in the pane with the focus");
    window.chord(Modifiers::ALT, Key::ArrowLeft);
    assert!(window.shows("Right pane: Launch plan, 3.2"), "the new pane has no way of before");
    window.chord(Modifiers::ALT, Key::ArrowRight);
    assert!(window.shows("Right pane: Accessibility notes"));
    window.chord(CTRL_ALT, Key::ArrowLeft);
    window.chord(Modifiers::ALT, Key::ArrowLeft);
    assert!(!window.shows("Left pane: Launch plan, 3.2"), "the left pane goes back on its own way");
    assert!(window.shows("Right pane: Accessibility notes"));
}

#[test]
fn a_click_with_ctrl_opens_a_page_beside() {
    let mut window = wide();
    window.harness.get_by_label("Accessibility notes").click_modifiers(CTRL);
    window.settle();
    assert!(window.is_split());
    assert!(window.shows("Left pane: Launch plan, 3.2") && window.shows("Right pane: Accessibility notes"));
}

#[test]
fn what_is_written_in_each_pane_is_saved_and_closing_one_loses_nothing() {
    let mut window = two_pages();
    window.click_in("Right pane", "Write at the end of the page");
    window.write("To the right.");
    window.click_in("Left pane", "Ferry first, then Lagos.");
    window.press(Key::End);
    window.write(" To the left.");
    window.chord(CTRL, Key::Backslash);
    assert!(!window.is_split() && window.shows("Sheet"));
    assert_eq!(window.pages(), ["notes"], "the pane with the focus went");
    window.pause();
    assert_eq!(window.world.lines("launch"), ["Ferry first, then Lagos. To the left."]);
    assert_eq!(window.world.lines("notes").last().map(String::as_str), Some("To the right."));
    window.write(" And on.");
    window.pause();
    let last = window.world.lines("notes").pop();
    assert_eq!(last.as_deref(), Some("To the right. And on."), "the keyboard is in the pane that is left");
}

#[test]
fn closing_the_window_saves_what_was_just_written_in_both_panes() {
    let mut window = two_pages();
    window.click_in("Left pane", "Ferry first, then Lagos.");
    window.press(Key::End);
    window.world.0.lock().expect("the world").slow = true;
    window.write(" Left.");
    window.click_in("Right pane", "Write at the end of the page");
    window.harness.event(egui::Event::Text("Right.".into()));
    window.harness.run_steps(1);
    window.world.0.lock().expect("the world").slow = false;
    window.world.let_through();
    window.harness.state_mut().as_mut().expect("the window").close();
    assert_eq!(window.world.lines("launch"), ["Ferry first, then Lagos. Left."]);
    assert_eq!(window.world.lines("notes").last().map(String::as_str), Some("Right."));
}

#[test]
fn one_page_in_both_panes_is_one_text_with_two_carets() {
    let mut window = wide();
    window.click("Ferry first, then Lagos.");
    window.press(Key::End);
    window.chord(CTRL, Key::Backslash);
    window.write(" Then Tokyo.");
    window.press(Key::Home);
    window.pause();
    let mut seen = Vec::new();
    window.each(|pane| {
        let session = &pane.page.session;
        seen.push((session.flat().blocks()[0].text(), session.selection.head, session.seen.len()));
    });
    let text = "Ferry first, then Lagos. Then Tokyo.".to_owned();
    assert_eq!(seen, [(text.clone(), 1, 0), (text, 25, 0)], "each caret stays, and nothing of it is news");
    window.chord(CTRL_ALT, Key::ArrowLeft);
    window.write(" Both");
    window.pause();
    assert_eq!(window.world.lines("launch"), ["Ferry first, then Lagos. Both Then Tokyo."]);
    window.chord(CTRL_ALT, Key::ArrowLeft);
    window.chord(CTRL, Key::Z);
    window.pause();
    assert_eq!(window.world.lines("launch"), ["Ferry first, then Lagos. Both"], "a pane takes back its own");
    let mut texts = Vec::new();
    window.each(|pane| texts.push(pane.page.session.flat().blocks()[0].text()));
    assert_eq!(texts, ["Ferry first, then Lagos. Both", "Ferry first, then Lagos. Both"]);
}

#[test]
fn what_somebody_else_writes_is_news_in_both_panes() {
    let mut window = wide();
    window.chord(CTRL, Key::Backslash);
    window.world.remote("launch", 0, "Somebody changes it.");
    window.pause();
    let mut seen = Vec::new();
    window.each(|pane| seen.push(!pane.page.session.seen.is_empty()));
    assert_eq!(seen, [true, true]);
}

#[test]
fn the_focus_goes_where_one_clicks_and_where_the_keyboard_goes() {
    let mut window = two_pages();
    assert_eq!(window.pages(), ["notes", "launch"]);
    window.click_in("Left pane", "Ferry first, then Lagos.");
    assert_eq!(window.pages(), ["launch", "notes"]);
    window.chord(CTRL_ALT, Key::ArrowRight);
    assert_eq!(window.pages(), ["notes", "launch"]);
    for (part, first) in [
        ("Header", "notes"),
        ("Sidebar", "notes"),
        ("Sheet", "launch"),
        ("Right pane", "notes"),
        ("Details", "notes"),
    ] {
        for _ in 0..6 {
            if !window.harness.query_all_by_label(part).any(|node| node.is_focused()) {
                window.press(Key::F6);
            }
        }
        assert!(window.harness.query_all_by_label(part).any(|node| node.is_focused()), "{part}");
        assert_eq!(window.pages()[0], first, "{part}");
    }
}

#[test]
fn palette_find_and_comments_act_on_the_pane_with_the_focus() {
    let mut window = two_pages();
    window.chord(CTRL_ALT, Key::ArrowLeft);
    window.chord(CTRL, Key::K);
    window.write("keep the search");
    window.press(Key::Enter);
    assert_eq!(window.pages(), ["decision", "notes"]);
    window.chord(CTRL, Key::K);
    window.write("launch plan");
    window.chord(CTRL, Key::Enter);
    assert_eq!(window.pages(), ["launch", "decision"], "Ctrl opens it in the other pane");
    window.click_in("Right pane", "Ferry first, then Lagos.");
    window.chord(CTRL, Key::F);
    window.write("lagos");
    assert!(window.shows("1 of 1"));
    window.chord(CTRL_ALT, Key::ArrowLeft);
    assert!(!window.shows("1 of 1"), "it waits while the other pane has the focus");
    window.chord(CTRL_ALT, Key::ArrowLeft);
    assert!(window.shows("1 of 1"));
}

#[test]
fn a_page_is_opened_beside_from_the_palette() {
    let mut window = wide();
    window.chord(CTRL, Key::K);
    window.write("keep the search");
    window.chord(CTRL, Key::Enter);
    assert!(window.is_split(), "the second pane opens for it");
    assert_eq!(window.pages(), ["decision", "launch"]);
}

#[test]
fn a_list_is_shown_once() {
    let mut window = two_pages();
    window.press(Key::Escape);
    window.open("Tasks");
    assert!(window.shows("Right pane: Tasks"));
    window.chord(CTRL_ALT, Key::ArrowLeft);
    window.press(Key::Escape);
    window.open("Tasks");
    assert!(window.shows_in("Left pane", "Tasks") && !window.shows_in("Right pane", "Tasks"));
    window.chord(Modifiers::ALT, Key::ArrowLeft);
    assert!(window.shows_in("Right pane", "Tasks"), "it is there again");
}

#[test]
fn a_window_too_narrow_for_two_says_so_and_shows_the_one_with_the_focus() {
    let mut window = Window::sample();
    window.chord(CTRL, Key::Backslash);
    assert!(window.says("Two panes need 1144 points beside the sidebar; there are 1032. F9 folds it"));
    window.press(Key::F9);
    window.chord(CTRL, Key::Backslash);
    assert!(window.is_split());
    window.open_page("notes");
    window.harness.set_size(egui::vec2(1000.0, 800.0));
    window.settle();
    assert!(!window.is_split() && window.shows("Sheet"));
    assert_eq!(window.pages()[0], "notes");
    window.chord(CTRL_ALT, Key::ArrowLeft);
    assert_ne!(window.pages()[0], "notes", "the other one comes in its place");
    window.harness.set_size(egui::vec2(1280.0, 800.0));
    window.settle();
    assert!(window.is_split());
}

impl Window {
    fn open_page(&mut self, page: &str) {
        open(self).go(Route::page(page));
        self.settle();
    }
}

#[test]
fn the_divider_is_dragged_and_its_place_remembered() {
    let mut window = two_pages();
    window.harness.set_size(egui::vec2(2000.0, 900.0));
    window.settle();
    let share = |window: &mut Window| open(window).prefs.left_share;
    assert_eq!(share(&mut window), 500);
    let divider = window.harness.get_by_label("Width of the left pane").rect().center();
    let to = divider + egui::vec2(60.0, 0.0);
    window.harness.drag_at(divider);
    window.harness.run_steps(2);
    window.harness.hover_at(to);
    window.harness.run_steps(2);
    window.harness.drop_at(to);
    window.settle();
    let there = window.harness.get_by_label("Width of the left pane").rect().center();
    assert!((there.x - to.x).abs() < 2.0, "{there:?} {to:?}");
    assert!(share(&mut window) > 520);
}

#[test]
fn panes_and_their_pages_come_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let world = Canned::sample();
    world.0.lock().expect("the world").settings = Some(dir.path().join("window.json"));
    let mut window = Window::over(world.clone());
    window.harness.set_size(egui::vec2(1720.0, 900.0));
    window.settle();
    window.open_page("launch");
    window.chord(CTRL, Key::Backslash);
    window.open_page("notes");
    window.chord(CTRL_ALT, Key::ArrowLeft);
    window.harness.state_mut().as_mut().expect("the window").close();
    let mut again = Window::over(world);
    again.harness.set_size(egui::vec2(1720.0, 900.0));
    again.settle();
    assert_eq!(again.pages(), ["launch", "notes"]);
    assert!(again.shows("Left pane: Launch plan, 3.2") && again.shows("Right pane: Accessibility notes"));
}

#[test]
fn two_panes_are_walked_without_a_trap_and_with_names() {
    let mut window = two_pages();
    let names = super::walk::walk(&mut window, "two panes");
    for name in ["Back", "Close this pane", "Page title"] {
        assert_eq!(names.iter().filter(|found| *found == name).count(), 2, "{name}: {names:?}");
    }
    window.harness.check_accessibility();
}

#[test]
fn a_remark_begun_in_a_pane_that_closes_waits_for_its_page() {
    let mut window = two_pages();
    window.chord(CTRL_ALT, Key::M);
    window.write("Still to check");
    window.chord(CTRL, Key::Backslash);
    window.open("Accessibility notes");
    let draft = open(&mut window).pane.talk.draft.as_ref().map(|draft| draft.text.clone());
    assert_eq!(draft.as_deref(), Some("Still to check"));
    assert!(!window.sent().iter().any(|command| matches!(command, Command::CommentNew { .. })));
}
