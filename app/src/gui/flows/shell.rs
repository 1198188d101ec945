//! The frame of the window: tree, favourites, columns, search, templates.

use super::*;
use crate::gui::sidebar::shown_title;

/// Titles of the tree from top to bottom, each under its level.
fn tree(window: &Window) -> String {
    let world = window.world.clone();
    let wake: Wake = Arc::new(|| {});
    let mut views = Views::default();
    views.start(&world, &wake);
    views.poll(&world, &wake);
    let pages = &views.pages.get().expect("the pages").pages;
    let lines = pages.iter().filter(|page| page.space == pages[0].space);
    lines.map(|page| format!("{}{}|", "-".repeat(page.depth), shown_title(&page.title))).collect()
}

fn focused(window: &Window) -> Option<String> {
    let all = window.harness.root().children_recursive();
    all.into_iter().find(egui_kittest::Node::is_focused).and_then(|node| node.accesskit_node().label())
}

impl Window {
    fn go_to_tree(&mut self) {
        self.press(Key::G);
        self.press(Key::A);
    }

    fn alt_shift(&mut self, key: Key) {
        self.chord(Modifiers::ALT | Modifiers::SHIFT, key);
    }
}

#[test]
fn the_tree_is_walked_folded_and_opened_by_keys_alone() {
    let mut window = Window::sample();
    window.go_to_tree();
    assert_eq!(focused(&window).as_deref(), Some("Web"), "the open page has the keyboard");
    window.press(Key::ArrowDown);
    window.press(Key::ArrowDown);
    assert_eq!(focused(&window).as_deref(), Some("Launch plan, 3.2"));
    window.press(Key::Enter);
    assert!(window.shows("Ferry first, then Lagos."));
    window.press(Key::ArrowLeft);
    assert_eq!(focused(&window).as_deref(), Some("Web"), "left goes to the page above");
    window.press(Key::ArrowLeft);
    assert!(!window.shows("Accessibility notes"), "and folds it");
    window.press(Key::ArrowRight);
    assert!(window.shows("Accessibility notes"));
    window.press(Key::End);
    window.press(Key::ArrowUp);
    window.press(Key::Home);
    assert_eq!(focused(&window).as_deref(), Some("Web"));
}

#[test]
fn a_page_changes_its_place_by_keys_and_undo_brings_it_back() {
    let mut window = Window::sample();
    let before = tree(&window);
    window.go_to_tree();
    window.press(Key::ArrowDown);
    window.press(Key::ArrowDown);
    window.alt_shift(Key::ArrowUp);
    assert!(tree(&window).starts_with("Web|-Launch plan, 3.2|-Keep the search index on the device|"));
    assert_eq!(focused(&window).as_deref(), Some("Launch plan, 3.2"), "the keyboard stays with it");
    window.click("Undo");
    assert_eq!(tree(&window), before);
    window.go_to_tree();
    window.press(Key::Home);
    window.press(Key::ArrowDown);
    window.press(Key::ArrowDown);
    window.alt_shift(Key::ArrowRight);
    assert!(tree(&window).contains("-Keep the search index on the device|--Launch plan, 3.2|"));
    window.alt_shift(Key::ArrowLeft);
    assert_eq!(tree(&window), before);
    window.alt_shift(Key::ArrowLeft);
    assert!(tree(&window).contains("|Launch plan, 3.2|Field kit|"), "{}", tree(&window));
}

#[test]
fn a_page_is_renamed_in_the_tree_and_escape_leaves_its_name() {
    let mut window = Window::sample();
    window.go_to_tree();
    window.press(Key::ArrowDown);
    window.press(Key::F2);
    assert_eq!(focused(&window).as_deref(), Some("New title"));
    window.write("Index on the tablet");
    window.press(Key::Enter);
    assert!(tree(&window).starts_with("Web|-Index on the tablet|"));
    assert_eq!(focused(&window).as_deref(), Some("Index on the tablet"));
    window.press(Key::F2);
    window.write("Nonsense");
    window.press(Key::Escape);
    assert!(tree(&window).starts_with("Web|-Index on the tablet|"));
}

#[test]
fn a_page_goes_to_the_trash_from_the_tree_and_comes_back() {
    let mut window = Window::sample();
    let before = tree(&window);
    window.go_to_tree();
    window.press(Key::ArrowDown);
    window.press(Key::Delete);
    assert!(!tree(&window).contains("Keep the search"));
    assert_eq!(focused(&window).as_deref(), Some("Launch plan, 3.2"), "the next one has the keyboard");
    window.click("Undo");
    assert_eq!(tree(&window), before);
}

#[test]
fn a_page_is_dragged_under_another_one() {
    let mut window = Window::sample();
    let at = |window: &Window, label: &str| {
        window.harness.get_by_role_and_label(Role::Button, label).rect().center()
    };
    let (from, to) = (at(&window, "Team"), at(&window, "Launch plan, 3.2"));
    window.harness.drag_at(from);
    window.harness.run_steps(2);
    window.harness.hover_at(from + egui::vec2(8.0, -12.0));
    window.harness.run_steps(2);
    window.harness.hover_at(to);
    window.harness.run_steps(2);
    window.harness.drop_at(to);
    window.settle();
    assert!(tree(&window).contains("-Launch plan, 3.2|--Team|"), "{}", tree(&window));
    assert!(window.says("“Team” lies under “Launch plan, 3.2”"));
    window.click("Undo");
    assert!(tree(&window).contains("|Team|"));
}

#[test]
fn a_favourite_stands_at_the_top_until_it_is_let_go() {
    let mut window = Window::sample();
    window.open("Battery tests, Lagos");
    window.chord(Modifiers::COMMAND, Key::D);
    assert!(window.says("“Battery tests, Lagos” is among your favourites"));
    window.open("Team");
    window.click("Favourite: Battery tests, Lagos");
    assert!(window.shows("The search drains it."));
    window.chord(Modifiers::COMMAND, Key::D);
    assert!(!window.shows("Favourite: Battery tests, Lagos"));
}

#[test]
fn what_was_open_stands_first_in_the_palette_and_a_link_opens_its_page() {
    let mut window = Window::sample();
    window.open("Battery tests, Lagos");
    window.open("Team");
    window.chord(Modifiers::COMMAND, Key::K);
    window.press(Key::Enter);
    assert!(window.shows("The search drains it."), "the one before the open one");
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("copy link");
    window.press(Key::Enter);
    assert!(window.says("The page’s link is on the clipboard"));
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("tern:launch");
    window.press(Key::Enter);
    assert!(window.shows("Ferry first, then Lagos."));
}

#[test]
fn search_is_walked_by_keys_and_a_hit_opens_its_page() {
    let mut window = Window::sample();
    let route = |window: &mut Window| {
        let open = window.harness.state_mut().as_mut().and_then(App::open_mut).expect("open");
        open.pane.route.clone()
    };
    window.write("/");
    window.write("the");
    window.pause();
    assert!(window.shows("Pages"));
    window.press(Key::ArrowDown);
    window.press(Key::Enter);
    assert_eq!(route(&mut window), Route::page("decision"), "the second place");
    window.chord(Modifiers::ALT, Key::ArrowLeft);
    window.press(Key::Escape);
    window.press(Key::J);
    window.press(Key::J);
    window.press(Key::K);
    window.press(Key::J);
    window.press(Key::Enter);
    assert_ne!(route(&mut window), Route::Search);
    assert_ne!(route(&mut window), Route::page("decision"), "further down");
}

#[test]
fn a_page_begins_as_a_template_with_its_blanks_filled() {
    let mut window = Window::sample();
    window.open("Team");
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("hand-off");
    window.press(Key::Enter);
    assert!(window.says("From Ben to whoever is awake next. Field kit."));
    assert!(tree(&window).contains("-Hand-off, 24 Nov 2026|"), "{}", tree(&window));
}

#[test]
fn a_page_kept_as_a_template_is_offered_beside_the_others() {
    let mut window = Window::sample();
    window.open("Field kit");
    window.chord(Modifiers::COMMAND, Key::K);
    window.write(">save this page as a template");
    window.press(Key::Enter);
    assert!(window.says("Kept as a template"));
    window.chord(Modifiers::COMMAND, Key::K);
    window.write(">new page from template");
    window.press(Key::Enter);
    assert!(window.shows("Working agreement"), "the built-in ones are there");
    window.harness.get_all_by_label("Field kit").last().expect("the one that was kept").click();
    window.settle();
    let made = |c: &Command| matches!(c, Command::PageFromTemplate { template, .. } if template == "made1");
    assert!(window.sent().iter().any(made), "{:?}", window.sent());
}

#[test]
fn columns_fold_by_key_and_in_a_narrow_window_the_sidebar_lies_over_the_sheet() {
    let mut window = Window::sample();
    window.press(Key::F9);
    assert!(!window.shows("Accessibility notes"));
    window.click("Places and pages");
    assert!(window.shows("Accessibility notes"));
    window.harness.set_size(egui::vec2(900.0, 600.0));
    window.settle();
    assert!(!window.shows("Accessibility notes"));
    window.go_to_tree();
    assert!(window.shows("Accessibility notes"), "going to the tree shows it");
    window.press(Key::Escape);
    assert!(!window.shows("Accessibility notes"));
}

#[test]
fn a_column_is_dragged_to_a_width_within_its_bounds() {
    let mut window = Window::sample();
    for (to, width) in [(300.0, 300), (900.0, 320), (10.0, 200)] {
        let edge = window.harness.get_by_label("Width of the sidebar").rect().center();
        window.harness.drag_at(edge);
        window.harness.run_steps(2);
        for x in [edge.x + (to - edge.x) / 2.0, to] {
            window.harness.hover_at(egui::pos2(x, edge.y));
            window.harness.run_steps(2);
        }
        window.harness.drop_at(egui::pos2(to, edge.y));
        window.settle();
        let open = window.harness.state_mut().as_mut().and_then(App::open_mut).expect("open");
        assert_eq!(open.prefs.sidebar_width, width);
    }
}
