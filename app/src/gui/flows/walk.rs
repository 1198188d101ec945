//! Every view and dialog walked with the keyboard alone: what can be reached has a name, and the way comes round again.

use super::*;
use crate::gui::command::{Dialog, Section};

/// More stops than any view has.
const STOPS_MAX: usize = 400;

/// The names of everything that Tab reaches, in order, until it comes to the first one again.
pub(super) fn walk(window: &mut Window, place: &str) -> Vec<String> {
    let focused = |window: &Window| {
        let all = window.harness.root().children_recursive();
        let node = all.into_iter().find(egui_kittest::Node::is_focused)?;
        let node = node.accesskit_node();
        let name = node.label().or_else(|| node.value()).unwrap_or_default();
        Some((node.id(), name))
    };
    let mut seen = Vec::new();
    let mut still = 0;
    for _ in 0..STOPS_MAX {
        window.harness.key_press(Key::Tab);
        window.harness.run_steps(2);
        let Some((id, name)) = focused(window) else {
            still += 1;
            assert!(still < 3, "{place}: the keyboard is nowhere after {seen:?}");
            continue;
        };
        still = 0;
        assert!(!name.trim().is_empty(), "{place}: something without a name after {seen:?}");
        if seen.first().is_some_and(|(first, _)| *first == id) {
            return seen.into_iter().map(|(_, name)| name).collect();
        }
        assert!(!seen.iter().any(|(other, _)| *other == id), "{place}: round “{name}” and not on: {seen:?}");
        seen.push((id, name));
    }
    panic!("{place}: the way does not come round: {seen:?}");
}

#[test]
fn every_view_is_walked_without_a_trap_and_with_names() {
    let mut window = Window::sample();
    for place in ["Keep the search index on the device", "Team", "Tasks", "Search", "Trash"] {
        window.open(place);
        let names = walk(&mut window, place);
        assert!(names.len() > 8, "{place}: {names:?}");
        assert!(names.iter().any(|name| name == "Back"), "{place}: {names:?}");
    }
    for (section, name) in Section::ALL {
        let open = window.harness.state_mut().as_mut().expect("the window").open_mut().expect("open");
        open.go(Route::People(section));
        window.settle();
        let names = walk(&mut window, name);
        assert!(names.len() > 8, "{name}: {names:?}");
    }
}

#[test]
fn every_dialog_is_walked_without_a_trap_and_gives_the_keyboard_back() {
    let mut window = Window::sample();
    for dialog in [
        Dialog::Invite,
        Dialog::AddNode,
        Dialog::Settings,
        Dialog::Ladder,
        Dialog::Keys,
        Dialog::KeysKept,
        Dialog::Lock,
        Dialog::Unlock,
        Dialog::Link,
        Dialog::Drill,
        Dialog::NewSpace,
    ] {
        let name = format!("{dialog:?}");
        let open = window.harness.state_mut().as_mut().expect("the window").open_mut().expect("open");
        open.show_dialog(dialog);
        window.settle();
        let names = walk(&mut window, &name);
        assert!(names.iter().any(|name| name == "Close"), "{name}: {names:?}");
        window.press(Key::Escape);
        window.press(Key::Escape);
        assert!(!window.shows("Close"), "{name} closes by key");
    }
}
