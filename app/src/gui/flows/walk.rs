//! Every view, menu and dialog walked with the keyboard alone: what can be reached has a name, the way comes round again, and
//! what closes gives the keyboard back.

use super::*;
use crate::gui::access::confirm;
use crate::gui::canned::past::{merge, message};
use crate::gui::command::{Asking, Dialog, Exporting, Moving, Section};
use crate::gui::open::Open;

/// More stops than any view has.
const STOPS_MAX: usize = 400;

/// What has the keyboard: which node, and its name.
fn focused(window: &Window) -> Option<(egui::accesskit::NodeId, String)> {
    let all = window.harness.root().children_recursive();
    let node = all.into_iter().find(egui_kittest::Node::is_focused)?.accesskit_node();
    let name = node.label().or_else(|| node.value()).unwrap_or_default();
    Some((node.locate().0, name))
}

/// The name of what has the keyboard.
fn holder(window: &Window) -> String {
    focused(window).map(|(_, name)| name).unwrap_or_default()
}

/// The open workspace.
pub(super) fn open_of(window: &mut Window) -> &mut Open {
    window.harness.state_mut().as_mut().expect("the window").open_mut().expect("open")
}

/// Everything that can be pressed, chosen or typed into, whether or not Tab comes there, has a name.
fn named(window: &Window, place: &str) {
    let roles = [
        Role::Button,
        Role::CheckBox,
        Role::Link,
        Role::MenuItem,
        Role::RadioButton,
        Role::Slider,
        Role::Tab,
        Role::TextInput,
        Role::MultilineTextInput,
        Role::PasswordInput,
    ];
    for node in window.harness.root().children_recursive() {
        let node = node.accesskit_node();
        let name = node.label().or_else(|| node.value()).unwrap_or_default();
        let empty = name.trim().is_empty() && node.role() != Role::MultilineTextInput;
        assert!(!empty || !roles.contains(&node.role()), "{place}: {:?} without a name", node.role());
    }
}

/// The names of everything that Tab reaches, in order, until it comes to the first one again.
pub(super) fn walk(window: &mut Window, place: &str) -> Vec<String> {
    named(window, place);
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
    for place in
        ["Keep the search index on the device", "Team", "Tasks", "Inbox", "Threads", "Search", "Trash"]
    {
        window.open(place);
        let names = walk(&mut window, place);
        assert!(names.len() > 8, "{place}: {names:?}");
        assert!(names.iter().any(|name| name == "Back"), "{place}: {names:?}");
    }
    for (section, name) in Section::ALL {
        open_of(&mut window).go(Route::People(section));
        window.settle();
        let names = walk(&mut window, name);
        assert!(names.len() > 8, "{name}: {names:?}");
    }
}

#[test]
fn a_thread_its_list_and_a_new_one_are_walked_without_a_trap() {
    let mut window = Window::sample();
    window.open("Inbox");
    let names = walk(&mut window, "inbox");
    for name in
        ["Shown: Owed", "More for this thread", "On Launch plan, 3.2", "Reply to the thread", "Intent: FYI"]
    {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    assert!(names.iter().any(|name| name.starts_with("Weekly update, Kolkata, unread: FYI")), "{names:?}");
    assert!(names.iter().any(|name| name.starts_with("Aiko, Question, 08:40 · 17:40 theirs")), "{names:?}");
    let listed = walk_menu(&mut window, "More for this thread");
    assert!(listed.contains(&"Snooze…".to_owned()), "{listed:?}");
    walk_menu(&mut window, "Urgency: No reply needed");
    window.focus("Shown: Owed");
    window.press(Key::Enter);
    assert!(walk(&mut window, "ledger").iter().any(|name| name == "Shown: Inbox"));
    open_of(&mut window).go(Route::Thread { id: "figures".into() });
    window.settle();
    assert!(walk(&mut window, "a thread").iter().any(|name| name == "On Battery tests, Lagos"));
    open_of(&mut window).go(Route::NewThread);
    window.settle();
    let names = walk(&mut window, "new thread");
    for name in ["Title", "To", "Message", "Urgency: No reply needed"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
}

#[test]
fn what_changed_and_the_heads_of_pages_are_walked_without_a_trap() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::W);
    let names = walk(&mut window, "since you left");
    for name in ["Clear all", "Shown: Since you left", "Open the hand-off", "Clear this"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    let row = "WEB-7K3QX Build the index in the background: Dev · status: todo → doing, 10:00 · 15:30 theirs";
    assert!(names.iter().any(|known| known == row), "{names:?}");
    window.open("Keep the search index on the device");
    let names = walk(&mut window, "decision");
    for name in [
        "State: Proposed",
        "Owner: You",
        "Decider: Carla",
        "Outcome: none yet",
        "Affects: Web",
        "Replaces: Accessibility notes",
        "Replaced by: Launch plan, 3.2",
    ] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    for opener in ["State: Proposed", "Owner: You", "Affects: Web"] {
        walk_menu(&mut window, opener);
    }
    open_of(&mut window).go(Route::Weekly);
    window.settle();
    let names = walk(&mut window, "weekly");
    for name in ["Blocked, and on whom", "Post for everybody", "Begin again from my week"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    window.open("Field kit");
    let names = walk(&mut window, "hand-off");
    for name in ["Take it", "Give it back…", "Its thread"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
}

#[test]
fn every_dialog_is_walked_without_a_trap_and_gives_the_keyboard_back() {
    let mut window = Window::sample();
    let asking =
        Asking { request: "r".into(), role: "writer".into(), words: "copper lantern quiet river".into() };
    let moving = Moving {
        page: "launch".into(),
        title: "Launch plan, 3.2".into(),
        space: "4f10".into(),
        space_title: "Finance".into(),
    };
    let exporting = Exporting { entry: "e".into(), title: "Launch plan, 3.2".into() };
    let question = |confirm: confirm::Confirm| Dialog::Confirm(Box::new(confirm));
    for dialog in [
        Dialog::Invite,
        Dialog::AddNode,
        Dialog::Settings,
        Dialog::Ladder,
        Dialog::Keys,
        Dialog::KeysKept,
        Dialog::Backups,
        Dialog::ImportTasks,
        Dialog::Lock,
        Dialog::Unlock,
        Dialog::Link,
        Dialog::Drill,
        Dialog::NewSpace,
        Dialog::NewVote("captions".into()),
        Dialog::NewQuestion,
        Dialog::NewMeeting,
        Dialog::Approve(Box::new(asking)),
        Dialog::Move(Box::new(moving)),
        Dialog::ExportReview(Box::new(exporting)),
        question(confirm::leave("Northlight")),
        question(confirm::revoke("i", "For Kenji", &[])),
        question(confirm::discard("e", "2 edits", "Dev", "Launch plan, 3.2")),
    ] {
        let name = format!("{dialog:?}");
        window.focus("More for this page");
        open_of(&mut window).show_dialog(dialog);
        window.settle();
        let names = walk(&mut window, &name);
        assert!(names.iter().any(|name| name == "Close"), "{name}: {names:?}");
        window.press(Key::Escape);
        if window.shows("Close") {
            window.press(Key::Escape);
        }
        assert!(!window.shows("Close"), "{name} closes by key");
        assert_eq!(holder(&window), "More for this page", "{name} gives the keyboard back");
    }
}

/// Opens the menu of what has this name and walks it: the keyboard is on an entry from the first moment on, comes round all
/// of them, and is where it was when the menu closes.
fn walk_menu(window: &mut Window, opener: &str) -> Vec<String> {
    window.focus(opener);
    window.press(Key::Enter);
    walk_open_menu(window, opener)
}

fn walk_open_menu(window: &mut Window, from: &str) -> Vec<String> {
    let entries = |window: &Window| {
        let items = window.harness.query_all_by_role(Role::MenuItem);
        items.filter_map(|item| item.accesskit_node().label()).collect::<Vec<_>>()
    };
    let listed = entries(window);
    let first = holder(window);
    assert!(listed.contains(&first), "{from}: “{first}” is none of {listed:?}");
    let walked = walk(window, from);
    assert_eq!(walked.len(), listed.len(), "{from}: {walked:?} of {listed:?}");
    window.press(Key::ArrowUp);
    window.chord(Modifiers::SHIFT, Key::Tab);
    assert!(listed.contains(&holder(window)), "{from}: arrows and Shift Tab stay in it");
    window.press(Key::Escape);
    assert!(entries(window).is_empty(), "{from}: the menu closes by key");
    assert_eq!(holder(window), from, "the menu gives the keyboard back");
    listed
}

#[test]
fn every_menu_is_walked_round_and_gives_the_keyboard_back() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    let names = walk_menu(&mut window, "More for this page");
    assert!(names.contains(&"Move to the trash".to_owned()), "{names:?}");
    window.press(Key::G);
    window.press(Key::B);
    for opener in ["Status of Index survives a power cut: Review", "also: Done — Dev, 2 h ago. Choose"] {
        walk_menu(&mut window, opener);
    }
    for (section, opener, entry) in [
        (Section::Members, "Role of Dev: Reader", "Commenter"),
        (Section::Spaces, "Add a member to Finance", "Mia"),
        (Section::Spaces, "Carla in Finance: Writer", "Take Carla out…"),
    ] {
        open_of(&mut window).go(Route::People(section));
        window.settle();
        let names = walk_menu(&mut window, opener);
        assert!(names.contains(&entry.to_owned()), "{opener}: {names:?}");
    }
    window.world.change(|access| access.removed.extend(["dev".to_owned()]));
    open_of(&mut window).go(Route::People(Section::Members));
    window.settle();
    walk_menu(&mut window, "Restore Dev");
}

#[test]
fn a_menu_with_a_field_keeps_the_keyboard_in_the_field_and_the_arrows_choose() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::B);
    window.click("WEB-81XJE Remove the old server search flag");
    window.chord(Modifiers::SHIFT, Key::D);
    for (key, entry) in [(Key::Tab, "Today"), (Key::ArrowDown, "Tomorrow"), (Key::Tab, "Next Monday")] {
        assert_eq!(holder(&window), entry, "a screen reader hears the entry");
        window.press(key);
    }
    window.press(Key::Enter);
    let due = window.world.task("WEB-81XJE").due.map(|due| due.value);
    assert_eq!(due.as_deref(), Some("2026-12-08"), "the fourth entry: in two weeks");
}

#[test]
fn the_menu_of_a_block_and_the_list_behind_a_slash_need_no_pointer() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.focus("Page text");
    window.chord(Modifiers::SHIFT, Key::F10);
    let names = walk_open_menu(&mut window, "Page text");
    assert!(names.contains(&"Heading 2".to_owned()) && names.contains(&"Delete this block".to_owned()));
    window.chord(Modifiers::SHIFT, Key::F10);
    window.press(Key::ArrowDown);
    window.press(Key::Enter);
    assert_eq!(holder(&window), "Page text", "one writes on");
    window.pause();
    assert!(window.harness.query_by_role_and_label(Role::Heading, "Ferry first, then Lagos.").is_some());

    window.chord(Modifiers::COMMAND, Key::End);
    window.press(Key::Enter);
    window.write("/");
    named(&window, "the list behind a slash");
    let first = holder(&window);
    let mut walked = vec![first.clone()];
    loop {
        window.press(Key::ArrowDown);
        let now = holder(&window);
        if now == first {
            break;
        }
        assert!(!walked.contains(&now), "{now} comes twice: {walked:?}");
        walked.push(now);
    }
    assert!(walked.len() > 8 && walked.contains(&"Heading 2".to_owned()), "{walked:?}");
    window.press(Key::Escape);
    assert_eq!(holder(&window), "Page text", "the list closes by key");
}

#[test]
fn what_comes_before_a_workspace_is_walked_without_a_trap() {
    let mut window = Window::over(Canned::empty());
    let names = walk(&mut window, "first run");
    for name in ["Your name", "Start a workspace", "Join with a ticket", "Come back with recovery words"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    let waits = window.harness.get_by_label("Make the workspace");
    assert!(waits.accesskit_node().is_disabled(), "it waits for the name");
    assert!(waits.accesskit_node().data().description().is_some_and(|why| !why.is_empty()), "and says so");
    window.click("Join with a ticket");
    assert!(walk(&mut window, "joining").iter().any(|name| name == "Ticket"));
    window.click("Come back with recovery words");
    assert!(walk(&mut window, "way back").iter().any(|name| name == "Back"));

    let mut window = Window::over(Canned::empty());
    window.focus("Your name");
    window.write("Mia");
    window.focus("Name of your team");
    window.write("Northlight");
    window.click("Make the workspace");
    assert!(walk(&mut window, "recovery words").iter().any(|name| name == "I have written them down"));

    let world = Canned::sample();
    world.0.lock().expect("the world").passphrase = Some("nine tall ships".into());
    let mut window = Window::over(world);
    assert_eq!(holder(&window), "Passphrase");
    assert_eq!(walk(&mut window, "lock"), ["Passphrase"], "the button waits for the passphrase");
    window.write("nine");
    assert_eq!(walk(&mut window, "lock with a passphrase").len(), 2);
}

#[test]
fn a_workspace_without_a_page_is_walked_without_a_trap() {
    let mut window = Window::over(Canned::without_pages());
    let names = walk(&mut window, "nothing is open");
    for name in ["New page", "Jump to"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
}

#[test]
fn the_past_of_a_page_and_its_comments_are_walked_without_a_trap() {
    let world = Canned::sample();
    world.change_past(|past| {
        let thread = tern_peer::CommentView {
            id: "t".into(),
            quote: "Ferry".into(),
            messages: vec![message("Mia", false, "Which ferry?")],
            ..tern_peer::CommentView::default()
        };
        let places = ["m0", "m1"]
            .map(|marker| merge(marker, ["two boats", "three boats", "two ferries", "three ferries"]));
        past.threads.insert("launch".into(), vec![thread]);
        past.merges.insert("launch".into(), places.into());
    });
    let mut window = Window::over(world);
    window.harness.set_size(egui::vec2(1440.0, 900.0));
    window.open("Launch plan, 3.2");
    window.click("Thread: Ferry");
    let names = walk(&mut window, "comments");
    for name in ["Comment on what is selected", "Reply to Mia", "Send the reply: Ferry", "Resolve: Ferry"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    window.click("Review what was combined");
    let names = walk(&mut window, "merge review");
    for name in ["Restore mine", "Restore theirs", "Keep merged"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    window.press(Key::Escape);
    window.click("You, 2 changes, 14:02 – 15:08. Show the page as it was then");
    let names = walk(&mut window, "history");
    for name in ["Back to now", "Restore this version", "Older version", "Newer version"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    let track = names.iter().find(|name| name.starts_with("Version: ")).expect("the track").clone();
    window.focus(&track);
    window.press(Key::ArrowLeft);
    assert!(window.says("The page as Mia left it, 13:10 – 13:28"));
    assert!(holder(&window).starts_with("Version: The page as Mia left it"), "the track keeps the keyboard");
    let slider = window.harness.query_all_by_role(Role::Slider).next().expect("the track");
    let value = slider.accesskit_node().numeric_value();
    assert_eq!(value, Some(2.0), "a screen reader hears which of the four");
}
