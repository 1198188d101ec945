//! Flows through the view of people and its dialogs, and its parts as text.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use tern_peer::{AccessCommand, Command, ErrorKind, NoticeView, NoticesView, PeerError};

use super::{Canned, Window, london, read_sample};
use crate::gui::access::{AccessState, confirm, data};
use crate::gui::canned::access::device_notice;
use crate::gui::command::Section;

impl Window {
    fn part(&mut self, name: &str) {
        self.open("People");
        let tab = self.harness.query_all_by_role(Role::Tab).find(|tab| {
            tab.accesskit_node().label().is_some_and(|label| label.split(',').next() == Some(name))
        });
        tab.unwrap_or_else(|| panic!("a tab {name}")).click();
        self.settle();
    }

    fn asked(&self) -> Vec<AccessCommand> {
        self.sent()
            .into_iter()
            .filter_map(|command| match command {
                Command::Access(command) => Some(command),
                _ => None,
            })
            .collect()
    }

    fn change(&mut self, change: impl FnOnce(&mut crate::gui::canned::access::Access)) {
        self.world.change(change);
        self.settle();
    }
}

// ---- members ----

#[test]
fn a_role_is_changed_from_its_menu() {
    let mut window = Window::sample();
    window.part("Members");
    window.click("Role of Dev: Reader");
    window.click("Commenter");
    assert!(window.shows("Dev is a commenter from here on"));
    assert!(window.shows("Role of Dev: Commenter"));
}

#[test]
fn a_removal_says_what_they_keep_and_what_happens_to_later_edits_and_can_be_undone_by_restoring() {
    let mut window = Window::sample();
    window.part("Members");
    window.click("Remove Dev");
    for words in ["stays readable there", "waits in Review", "the key of the workspace changes"] {
        assert!(window.says(words), "{words}");
    }
    assert!(window.asked().is_empty(), "nothing happens before it is confirmed");
    window.harness.query_all_by_label("Remove Dev").last().expect("the button of the dialog").click();
    window.settle();
    assert!(window.says("Dev, Reader, Kolkata, 1 device, removed"));
    window.click("Restore Dev");
    window.click("As writer");
    assert!(window.shows("Role of Dev: Writer"));
}

#[test]
fn leaving_needs_the_name_of_the_workspace_and_an_owner_stays() {
    let mut window = Window::sample();
    window.part("Members");
    window.click("Leave the workspace…");
    assert!(!window.says("Leave “Northlight”?"), "the owner stays");
    window.change(|access| access.my_role = "writer".into());
    assert!(!window.says("Role of Dev"), "a writer changes no roles");
    window.click("Leave the workspace…");
    window.click("Leave the workspace");
    assert!(window.asked().is_empty(), "not before the name is typed");
    window.focus("Name of the workspace");
    window.write("northlight");
    window.click("Leave the workspace");
    assert!(matches!(window.asked()[..], [AccessCommand::Leave]));
    assert!(window.shows("You left “Northlight”"));
}

#[test]
fn what_the_engine_refuses_is_said_in_the_dialog() {
    let mut window = Window::sample();
    window.part("Members");
    window.click("Remove Aiko");
    let refused = PeerError::new(ErrorKind::NotAllowed, "Your role does not allow you to remove Aiko.");
    window.world.0.lock().expect("the world").refuse = Some(refused);
    window.harness.query_all_by_label("Remove Aiko").last().expect("the button of the dialog").click();
    window.settle();
    assert!(window.says("Your role does not allow you to remove Aiko."));
    assert!(window.says("Remove Aiko?"), "the question stays open");
}

// ---- devices ----

#[test]
fn devices_of_others_open_on_demand_and_say_which_wait_for_a_key() {
    let mut window = Window::sample();
    window.part("Devices");
    assert!(window.says("Laptop 3fa8c0d1 of Ben, last contact Mon 18:40"));
    assert!(!window.says("Laptop 77a1b9c3"));
    window.click("Show the devices of Aiko");
    assert!(window.says("Laptop 77a1b9c3 of Aiko, last contact 09:12, waits for the key"));
    window.click("Hide the devices of Aiko");
    assert!(!window.says("Laptop 77a1b9c3"));
    window.click("Remove Laptop 3fa8c0d1 of Ben");
    window.click("Remove the device");
    assert!(window.says("Laptop 3fa8c0d1 of Ben, last contact Mon 18:40, removed"));
}

#[test]
fn another_device_is_linked_only_after_the_first_word_was_typed() {
    let mut window = Window::sample();
    window.part("Devices");
    window.click("Link another device");
    assert!(window.says("ternlink1qpzry9x8gf2tvdw0"));
    window.click("Copy the ticket");
    window.change(|access| {
        access.link.state = "asking".into();
        access.link.words = "amber falcon gentle harbour".into();
        access.link.device = "9d44c1e07b2a".into();
    });
    assert!(window.says("Full access as you?") && window.says("amber falcon gentle harbour"));
    window.click("Yes, full access");
    assert!(!window.says("The device is linked"), "not before the word is typed");
    window.focus("The first of the four words");
    window.write("amber");
    window.click("Yes, full access");
    assert!(window.says("The device is linked"));
    window.open("Done");
    assert!(window.says("Laptop 9d44c1e0 of Ben"));
}

#[test]
fn closing_the_dialog_is_a_no_to_the_device_that_asks() {
    let mut window = Window::sample();
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("link another");
    window.press(Key::Enter);
    assert!(window.says("ternlink1"));
    window.change(|access| access.link.state = "asking".into());
    window.press(Key::Escape);
    assert_eq!(window.world.0.lock().expect("the world").access.link.state, "refused");
}

#[test]
fn a_device_that_was_added_is_asked_about_until_one_answers() {
    let with_notice = || {
        let world = Canned::sample();
        world.0.lock().expect("the world").access.notices = NoticesView { notices: vec![device_notice()] };
        Window::over(world)
    };
    let mut window = with_notice();
    assert!(window.says("3fa8c0d1 was added to your account"));
    window.click("Yes, it was me");
    assert!(!window.says("3fa8c0d1 was added to your account"));
    let mut window = with_notice();
    window.click("Remove it");
    assert!(window.says("Remove laptop 3fa8c0d1 from your account?"));
    window.click("Remove the device");
    assert!(!window.says("3fa8c0d1 was added to your account"));
    assert!(
        matches!(&window.asked()[..], [AccessCommand::DeviceRemove { device }] if device == "3fa8c0d19e77")
    );
}

#[test]
fn a_copy_of_this_laptop_is_told_until_one_says_that_all_is_well() {
    let copy = NoticeView {
        kind: "other_copy".into(),
        text: "3 edits signed with this laptop's key came back from elsewhere.".into(),
        ..device_notice()
    };
    let world = Canned::sample();
    world.0.lock().expect("the world").access.notices = NoticesView { notices: vec![copy] };
    let mut window = Window::over(world);
    assert!(window.says("3 edits signed with this laptop's key"));
    assert!(!window.says("Was that you?"), "nobody added a device");
    window.click("Link a device…");
    assert!(window.says("ternlink1"));
    window.press(Key::Escape);
    window.click("All is well");
    assert!(!window.says("3 edits signed with this laptop's key"));
}

// ---- invites ----

#[test]
fn an_invitation_says_what_its_ticket_opens_and_asks_for_everything_it_allows() {
    let mut window = Window::sample();
    window.part("Invites");
    window.click("Invite a person");
    assert!(window.says("this ticket together with a node’s disk opens the history"));
    window.click("They may: Manage");
    window.click("How many people: 3");
    window.click("It holds for: 1 week");
    window.click("Make a ticket");
    assert!(window.says("tern1qpzry9x8gf2tvdw0s3jn54khce6mua7l"));
    let made = |command: &Command| matches!(command, Command::Invite { role, mode, uses: 3, expires_ms: 604_800_000 } if role == "admin" && mode == "approve");
    assert!(window.sent().iter().any(made), "who manages comes in only after a yes");
}

#[test]
fn an_invite_shows_who_came_in_by_it_and_can_be_ended() {
    let mut window = Window::sample();
    window.part("Invites");
    assert!(window.says("Mia came in by it; matching words copper lantern quiet river"));
    window.click("End the invite Writer 7c1e90aa");
    assert!(window.says("The ticket opens nothing new; the key of the workspace changes."));
    assert!(window.says("Who came in by it stays a member: Mia."));
    window.click("End the invite");
    assert!(window.says("Writer 7c1e90aa, ended"));
}

#[test]
fn somebody_who_asks_is_let_in_after_the_words_were_compared() {
    let mut window = Window::sample();
    window.part("Invites");
    window.click("Approve amber falcon gentle harbour");
    window.click("They may: Reader");
    window.click("The words match: let them in");
    let let_in = |command: &AccessCommand| matches!(command, AccessCommand::Approve { request, role } if request == "req1" && role.as_deref() == Some("reader"));
    assert!(window.asked().iter().any(let_in));
    assert!(!window.says("Waiting to be let in"));
}

// ---- review ----

#[test]
fn edits_that_were_set_aside_are_admitted_exported_or_discarded() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::R);
    assert!(window.says("adds “Tokyo comes third, by train.”"));
    window.click("Export 3 changes by Ben in “Launch plan, 3.2”");
    window.click("Write the file");
    assert!(
        window.says("Written to /home/ben/Launch plan- 3-2, set aside.md")
            || window.says("Written to /home/ben/Launch plan, 3-2, set aside.md")
    );
    window.click("Admit 3 changes by Ben in “Launch plan, 3.2”");
    assert!(!window.says("Tokyo comes third"));
    window.click("Admit 2 changes by Dev in “Team”");
    window.click("Discard 1 change by Ben in “Field kit”");
    assert!(window.says("Nothing is deleted"));
    window.click("Discard");
    window.click("Discard 2 changes by Dev in “Team”");
    window.click("Discard");
    assert!(window.says("Nothing waits for review"));
    let kinds: Vec<&str> = window
        .asked()
        .iter()
        .map(|command| match command {
            AccessCommand::ReviewAdmit { .. } => "admit",
            AccessCommand::ReviewDiscard { .. } => "discard",
            AccessCommand::ReviewExport { .. } => "export",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["export", "admit", "discard", "discard"], "what cannot be admitted is not asked for");
}

// ---- spaces ----

#[test]
fn a_private_space_is_made_with_members_and_stands_in_the_tree() {
    let mut window = Window::sample();
    window.harness.set_size(egui::vec2(1280.0, 1000.0));
    assert!(window.shows("Space Finance"));
    window.part("Spaces");
    window.click("New space");
    window.write("Hiring");
    window.click("Who reads it: Only some: private");
    window.click("Carla");
    window.click("Make the space");
    assert!(window.says("“Hiring” is made"));
    assert!(window.shows("Space Hiring"));
    let made = |command: &AccessCommand| matches!(command, AccessCommand::SpaceNew { title, private: true, with } if title == "Hiring" && with == &["carla"]);
    assert!(window.asked().iter().any(made));
    // The tree is longer than the window.
    window.harness.get_by_label("New page in Hiring").scroll_to_me();
    window.settle();
    window.click("New page in Hiring");
    window.write("Questions");
    window.press(Key::Enter);
    let placed = window.world.0.lock().expect("the world").access.space_of("made1");
    assert_eq!(placed, "5e00");
}

#[test]
fn a_member_comes_into_a_private_space_and_goes_out_again() {
    let mut window = Window::sample();
    window.part("Spaces");
    window.click("Add a member to Finance");
    window.click("Mia");
    assert!(window.says("Mia can write in “Finance”"));
    window.click("Mia in Finance: Writer");
    window.click("Reader");
    window.click("Mia in Finance: Reader");
    window.click("Take Mia out…");
    assert!(window.says("The key of the space changes"));
    window.click("Take Mia out");
    assert!(!window.says("Mia in Finance"));
}

#[test]
fn a_page_moves_to_another_space_only_after_it_was_said_who_gains_and_who_loses() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("More for this page");
    window.click("Move to space…");
    window.click("Finance");
    assert!(window.says("1 page would move to “Finance”: Aiko and Dev get nothing new of it."));
    assert!(window.asked().is_empty(), "nothing moves before that");
    window.click("Move 1 page to “Finance”");
    assert!(window.says("“Launch plan, 3.2” is in “Finance”"));
    assert_eq!(window.world.0.lock().expect("the world").access.space_of("launch"), "4f10");
}

// ---- log, keys, drill ----

#[test]
fn the_log_is_searched_by_what_its_sentences_say() {
    let mut window = Window::sample();
    window.part("Log");
    assert!(window.says("Dev removed Ben — had no effect, Mon 23 Nov"));
    window.focus("Filter the log");
    window.write("review");
    assert!(window.shows("1 of 6 records"));
    assert!(window.says("2 edits wait for review") && !window.says("made Aiko admin"));
}

#[test]
fn the_line_at_the_bottom_says_how_keys_are_kept_and_leads_to_the_explanation() {
    let mut window = Window::sample();
    window.click("Keys: not protected");
    for words in ["not protected against whoever copies the disk", "In a terminal: tern lock on"] {
        assert!(window.says(words), "{words}");
    }
    window.press(Key::Escape);
    window.change(|access| {
        access.keys.state = "passphrase".into();
        (access.keys.protected, access.keys.locked) = (true, true);
        access.keys.awaited = vec!["waits for the key of “Finance” from Carla’s laptop".into()];
    });
    window.click("1 key is awaited  ·  Locked at rest");
    assert!(window.says("locked at rest") && window.says("from Carla’s laptop"));
}

#[test]
fn the_lock_says_what_forgetting_costs_wants_the_passphrase_twice_and_comes_off_with_it() {
    let mut window = Window::sample();
    window.part("Devices");
    assert!(window.says("This laptop of Ben, in use, keys not protected"));
    window.click("Where the keys are kept");
    window.click("Lock with a passphrase…");
    for words in ["what has not is lost", "Nobody can tell you the passphrase"] {
        assert!(window.says(words), "{words}");
    }
    window.write("nine tall ships");
    window.focus("Once more");
    window.write("nine tall");
    window.click("Lock the workspace");
    assert!(window.shows("The two are not the same"), "nothing happens before they are");
    window.focus("Once more");
    window.chord(Modifiers::COMMAND, Key::A);
    window.write("nine tall ships");
    window.press(Key::Enter);
    assert!(window.says("The workspace is locked: Tern asks for the passphrase"));
    window.part("Devices");
    assert!(window.says("This laptop of Ben, in use, locked with a passphrase"));

    window.click("Where the keys are kept");
    window.click("Take the lock away…");
    window.write("nine small ships");
    window.press(Key::Enter);
    assert!(window.says("This passphrase does not open the key."), "and it is open again");
    window.part("Devices");
    assert!(window.says("locked with a passphrase"), "a wrong one changes nothing");
    window.click("Where the keys are kept");
    window.click("Take the lock away…");
    window.write("nine tall ships");
    window.click("Open without a passphrase");
    assert!(window.says("The lock is taken away"));
    window.part("Devices");
    assert!(window.says("This laptop of Ben, in use, keys not protected"));
}

#[test]
fn the_recovery_drill_says_whether_the_paper_is_right() {
    let mut window = Window::sample();
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("recovery drill");
    window.press(Key::Enter);
    let words = |last: &str| (1..24).map(|n| format!("word{n} ")).collect::<String>() + last;
    window.write("word1 word2");
    assert!(window.shows("2 of 24 words"));
    window.chord(Modifiers::COMMAND, Key::A);
    window.write(&words("word23"));
    window.click("Try the words");
    assert!(window.says("These are not the recovery words") && window.says("Nothing was changed."));
    window.focus("Recovery words");
    window.chord(Modifiers::COMMAND, Key::A);
    window.write(&words("word24"));
    window.click("Try the words");
    assert!(window.says("These words work"));
    assert!(!window.says("word1 word2"), "the words are gone from the screen");
    window.open("Done");
    let open = window.harness.state().as_ref().expect("the window");
    assert!(!format!("{open:?}").contains("word1"));
}

#[test]
fn every_part_of_people_is_reached_by_keyboard_alone_and_every_control_has_a_name() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::P);
    for (_, name) in Section::ALL {
        let chosen = window
            .harness
            .query_all_by_role(Role::Tab)
            .find(|tab| tab.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True));
        let label = chosen.and_then(|tab| tab.accesskit_node().label()).expect("a tab is chosen");
        assert!(label.starts_with(name), "{label} for {name}");
        window.harness.check_accessibility();
        window.write("]");
    }
    window.write("[");
    window.harness.set_size(egui::vec2(720.0, 480.0));
    window.settle();
    window.harness.check_accessibility();
    window.part_by_key();
    window.harness.get_by_label("Role of Dev: Reader").focus();
    window.press(Key::Enter);
    window.press(Key::ArrowUp);
    window.press(Key::Enter);
    assert!(window.shows("Role of Dev: Commenter"), "a role changes without a pointer");
}

impl Window {
    fn part_by_key(&mut self) {
        self.press(Key::G);
        self.press(Key::P);
    }
}

// ---- parts as text ----

#[test]
fn the_parts_of_people_say_this() {
    let mut views = read_sample();
    let backend: Box<dyn crate::gui::backend::Backend> = Box::new(Canned::sample());
    let wake: crate::gui::backend::Wake = std::sync::Arc::new(|| {});
    views.watch_devices(backend.as_ref(), &wake, &["me".into(), "aiko".into()]);
    views.log.watch(backend.as_ref(), &wake, tern_peer::Query::Log);
    views.poll(backend.as_ref(), &wake);
    let state = AccessState { shown: ["aiko".to_owned()].into(), ..AccessState::default() };
    let all = [
        data::members::text(&data::members::build(&views)),
        data::devices::text(&data::devices::build(&views, &state, &london())),
        data::invites::text(&data::invites::build(&views, &london())),
        data::review::text(&data::review::build(&views, &london())),
        data::spaces::text(&data::spaces::build(&views)),
    ];
    assert_eq!(all.join("\n"), PARTS);
    assert_eq!(
        data::log::text(&views, "no effect", &london()),
        "Dev removed Ben — had no effect, Mon 23 Nov\n"
    );
}

#[test]
fn questions_say_what_happens_before_it_does() {
    let questions = [
        confirm::text(&confirm::remove_member("dev", "Dev", 2)),
        confirm::text(&confirm::leave("Northlight")),
        confirm::text(&confirm::remove_device("d1", "This laptop", "your account", true)),
        confirm::text(&confirm::revoke("7c", "Writer 7c1e90aa", &["Mia".into()])),
        confirm::text(&confirm::discard("r1", "3 changes", "Ben", "Field kit")),
    ];
    assert_eq!(questions.join("\n"), QUESTIONS);
}

const PARTS: &str = "\
Ben (you) | London, Tue 15:10 sun | 3 devices | Owner
Aiko | Tokyo, Wed 00:10 moon | 2 devices | Admin *
Carla | Los Angeles, Tue 07:10 moon | 1 device | Writer *
Dev | Kolkata, Tue 20:40 moon | 1 device | Reader *
Mia | Lagos, Tue 16:10 sun | 1 device | Writer *

- Ben | 3 devices
    This laptop | in use | keys not protected *
    Laptop 3fa8c0d1 | last contact Mon 18:40 *
    Recovery words | on paper; wakes when everything else is lost
    Laptop 0c0ffee0 | last contact 2 Nov | removed
- Aiko | 2 devices
    Laptop 51b2c3d4 | last contact 09:12 *
    Laptop 77a1b9c3 | last contact 09:12 | waits for the key from any device that holds it *
+ Carla | 1 device
+ Dev | 1 device
+ Mia | 1 device

? Somebody asks to come in as writer | amber falcon gentle harbour | by the invite 7c1e90aa · Tue 24 Nov *
Writer 7c1e90aa | live | asks before it lets somebody in · 1 of 3 used · until Fri 27 Nov 15:10 · by Ben *
    Mia: copper lantern quiet river
Reader 04d2ff31 | ended | lets in at once · 1 of 1 used · was meant until Thu 12 Nov 09:00 · by Ben
    Dev: marble orbit velvet canyon

Ben: written on a device after it was removed
    Launch plan, 3.2 | 3 changes since 14:20 | adds “Tokyo comes third, by train.” *
    Field kit | 1 change since 14:20 | removes “All about the kit.” *
Dev: the role does not allow writing
    Team | 2 changes since 14:20 | 

Northlight | Open to everybody in the workspace · 7 documents | you: Owner
Finance | Private: 2 members can read it, with a key of its own · 1 document | you: Owner *
    Ben: Owner
    Carla: Writer
Handbook | Open to everybody in the workspace · 7 documents | you: Owner
Ben’s own | Yours alone, on your own devices · 7 documents | you: Owner
";

const QUESTIONS: &str = "\
Remove Dev?
Happens: Dev’s 2 devices get nothing new, and the key of the workspace changes: what is written from then on stays closed to them.
They keep: What is on Dev’s devices already stays readable there. Nobody can take that back.
Later edits: What Dev writes before their laptops learn of it waits in Review and counts only when somebody admits it.
Way back: A removed member can be restored with any role.
(Remove Dev)

Leave “Northlight”?
Happens: Your devices get nothing new, and the key of the workspace changes.
You keep: What is on this laptop stays readable here.
Way back: Only somebody who manages members can bring you back.
[Name of the workspace: Northlight]
(Leave the workspace)

Remove this laptop from your account?
Happens: The device gets nothing new, and the key of the workspace changes.
It keeps: What is on its disk already stays readable to whoever can open it.
Later edits: What is written on it before it learns of this waits in Review.
This laptop: You are removing the laptop that you are using. Another device of yours goes on.
(Remove the device)

End the invite “Writer 7c1e90aa”?
Happens: The ticket opens nothing new; the key of the workspace changes.
Stays: Who came in by it stays a member: Mia.
(End the invite)

Discard 3 changes by Ben?
Happens: The edits of “Field kit” leave your list and go on not counting.
Safe: Nothing is deleted: the sealed edits stay kept. Export them first to have their text at hand.
(Discard)
";
