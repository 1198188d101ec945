//! Coming back: what changed is read, opened and cleared; decisions and hand-offs are changed on their pages.

use super::*;
use crate::gui::canned::away::Away;
use crate::gui::heads::data as heads;
use crate::gui::inbox::digest;

const SHIFT: Modifiers = Modifiers::SHIFT;

impl Window {
    /// The sample with what changed open.
    fn since_left() -> Window {
        let mut window = Window::sample();
        window.press(Key::G);
        window.press(Key::W);
        window
    }

    fn change_away(&mut self, change: impl FnOnce(&mut Away)) {
        self.world.change_away(change);
        self.settle();
    }

    fn digest_text(&mut self) -> String {
        let open = self.harness.state_mut().as_mut().expect("the window").open_mut().expect("open");
        digest::text(&open.digest().expect("the digest"))
    }

    fn head_text(&mut self) -> String {
        let open = self.harness.state_mut().as_mut().expect("the window").open_mut().expect("open");
        heads::text(open.page_head().expect("a head"))
    }

    fn run_command(&mut self, words: &str) {
        self.chord(Modifiers::COMMAND, Key::K);
        self.write(&format!("> {words}"));
        self.press(Key::Enter);
    }
}

#[test]
fn an_incident_has_its_fields_over_the_text_and_closes_only_with_an_outcome() {
    let world = Canned::sample();
    world.change_away(|away| {
        let incident = tern_peer::IncidentView {
            id: "launch".into(),
            title: "Fog".into(),
            state: "open".into(),
            owner: Some(tern_peer::PersonView { id: "aiko".into(), name: "Aiko".into() }),
            affected: "The booking desk".into(),
            started: Some("2026-11-24T13:10:00Z".into()),
            ..tern_peer::IncidentView::default()
        };
        away.incidents.insert("launch".into(), incident);
    });
    let mut window = Window::over(world);
    window.open("Launch plan, 3.2");
    assert_eq!(
        window.head_text(),
        "Incident, Open\nheld by: Aiko\nseverity: \naffected: The booking desk\nfrom: 13:10 until:  for 2 h 00\n\
         outcome: \n"
    );
    let names = super::walk::walk(&mut window, "an incident");
    for name in ["State: Open", "Held by: Aiko", "Severity: Not said", "Since: 13:10", "Outcome: none yet"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    window.click("Severity: Not said");
    window.click("Major");
    assert!(window.shows("Severity: Major"));
    window.chord(Modifiers::COMMAND, Key::Z);
    assert!(window.shows("Severity: Not said"), "it can be taken back");
    window.click("State: Open");
    window.click("Closed");
    assert!(window.says("Closed needs an outcome: what stopped it?"));
    window.write("The wind turned.");
    window.press(Key::Enter);
    assert!(window.shows("State: Closed") && window.shows("Outcome: The wind turned."));
    window.run_command("Who holds the incident");
    assert!(window.says("Who holds the incident"));
}

#[test]
fn the_head_of_a_page_is_made_when_something_changed_and_not_at_every_frame() {
    let mut window = Window::sample();
    window.open("Keep the search index on the device");
    let at = |window: &mut Window| {
        let open = window.harness.state_mut().as_mut().expect("the window").open_mut().expect("open");
        let Some(heads::Head::Decision(head)) = open.page_head() else { panic!("a decision") };
        std::ptr::from_ref(head.as_ref()) as usize
    };
    let before = at(&mut window);
    window.settle();
    assert_eq!(at(&mut window), before, "frames make nothing anew");
    window.change_away(|away| {
        let decision = away.decisions.get_mut("decision").expect("it is there");
        decision.outcome = "On the device.".into();
    });
    assert!(window.shows("Outcome: On the device."), "an answer does");
}

#[test]
fn what_changed_is_walked_with_two_keys_and_cleared_with_one_that_can_be_taken_back() {
    let mut window = Window::since_left();
    assert_eq!(
        window.digest_text(),
        "What you have not seen yet. Made on this laptop from what has arrived.\n\
         Needs you 2\n\
         \x20 Field kit | Handed to you · Mia · New | 13:05 · 14:05 theirs\n\
         \x20 Can the index hold photo captions? | Answer owed · Aiko · expected by your Wed 09:00, Wed 18:00 theirs \
         · Surveyors remember the photo. | 08:40 · 17:40 theirs\n\
         Decided 1\n\
         \x20 Map tiles: vector, from the node | Aiko · “Raster only for print.” | 05:20 · 14:20 theirs\n\
         Docs changed 1\n\
         \x20 Launch plan, 3.2 | Carla · 2 changes | Mon 22:12 · 14:12 theirs\n\
         \x20   Each crew gets [-a PDF on the tablet][+a printed card and one charged spare tablet].\n\
         Tasks moved 1\n\
         \x20 WEB-7K3QX Build the index in the background | Dev · status: todo → doing | 10:00 · 15:30 theirs\n\
         FYI 1\n\
         \x20 Weekly update, Kolkata | Dev · All is well. | 13:20 · 18:50 theirs\n\
         Only counted: 1 muted thread.\n"
    );
    assert!(window.shows("Open the hand-off"), "the first one stands beside the list");
    window.press(Key::J);
    assert!(window.says("Surveyors remember the photo, see"), "a thread is read beside it");
    window.press(Key::E);
    assert!(window.says("is cleared; it stays in your inbox until you answer"));
    assert!(!window.digest_text().contains("photo captions"));
    let seen = |window: &Window| {
        window.sent().into_iter().rev().find_map(|command| match command {
            Command::SeenAll { seen } => Some(seen),
            _ => None,
        })
    };
    assert_eq!(seen(&window), Some(vec![("captions".into(), "captions-now".into())]));
    window.click("Undo");
    assert!(window.digest_text().contains("photo captions"), "and back");
    let back = window.sent().into_iter().rev().find_map(|command| match command {
        Command::SeenBack { seen } => Some(seen),
        _ => None,
    });
    assert_eq!(back, Some(vec![("captions".into(), "captions-before".into())]));
    window.chord(SHIFT, Key::E);
    let all = seen(&window).expect("all is cleared");
    for id in ["kit", "figures", "captions", "web", "launch", "7k3qx", "weekly", "tablets"] {
        assert!(all.iter().any(|(known, _)| known == id), "{id} is cleared: {all:?}");
    }
    assert!(window.says("6 changes are cleared; what you owe stays in your inbox"));
    assert!(window.says("Nothing has changed that you have not seen"));
    window.click("Undo");
    assert!(window.shows("Docs changed, 1"));
}

#[test]
fn a_page_opens_at_what_changed_since_it_was_read_and_the_rest_opens_where_it_lies() {
    let mut window = Window::since_left();
    for _ in 0..3 {
        window.press(Key::J);
    }
    assert!(window.shows("Open at what changed"));
    window.press(Key::Enter);
    assert!(window.says("Ferry first, then Lagos.") || window.says("since"), "the page");
    let open = window.harness.state_mut().as_mut().expect("the window").open_mut().expect("open");
    assert_eq!(open.pane.route, Route::page("launch"));
    assert_eq!(open.pane.past.mode, Some(crate::gui::past::Mode::Since));
    window.chord(Modifiers::ALT, Key::ArrowLeft);
    window.press(Key::J);
    window.press(Key::Enter);
    assert!(window.says("WEB-7K3QX Build the index in the background"), "the task");
}

#[test]
fn who_comes_back_after_hours_is_told_what_changed_and_who_was_there_is_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let at = |name: &str, hours: i64| {
        let file = dir.path().join(name);
        Prefs { here_ms: Some(NOW_MS - hours * 3_600_000), ..Prefs::default() }.write(&file);
        let world = Canned::sample();
        world.0.lock().expect("the world").settings = Some(file);
        Window::over(world)
    };
    let window = at("short", 3);
    assert!(!window.says("Since you left,"), "three hours are no absence");
    let mut window = at("long", 22);
    let said = "Since you left, Mon 17:10 (22 h 00 ago): 2 need you, 1 decided, 1 doc changed, 1 task moved, 1 to know.";
    assert!(window.shows(said));
    window.click("Read what changed");
    assert!(window.says("Mon 17:10 to now, 22 h 00. Made on this laptop"));
    assert!(!window.shows(said), "it is read");
    let mut window = at("again", 5);
    window.click("Not now");
    assert!(!window.says("Since you left,"));
}

#[test]
fn a_decision_stands_over_its_page_and_decided_needs_an_outcome() {
    let mut window = Window::sample();
    window.open("Keep the search index on the device");
    assert_eq!(
        window.head_text(),
        "Decision, Proposed\nowner: You\ndeciders: Aiko, Carla, Mia\n\
         by: Wed 25 Nov 17:00 · Aiko Thu 02:00 · Carla Wed 09:00 · Mia Wed 18:00\noutcome: \naffects: Web\n\
         replaces: Accessibility notes\nreplaced by: Launch plan, 3.2\n"
    );
    let sets = |window: &Window| -> Vec<Vec<(String, String)>> {
        let of =
            |command| if let Command::DecisionSet { fields, .. } = command { Some(fields) } else { None };
        window.sent().into_iter().filter_map(of).collect()
    };
    window.click("State: Proposed");
    window.click("Decided");
    assert!(window.says("Decided needs an outcome: what was decided?"), "it asks for it");
    assert!(sets(&window).is_empty(), "and changes nothing yet");
    window.press(Key::Escape);
    assert!(window.shows("State: Proposed"));
    window.run_command("State of the decision");
    window.press(Key::ArrowDown);
    window.press(Key::Enter);
    window.write("On the device, captions too.");
    window.press(Key::Enter);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        sets(&window).last(),
        Some(&vec![pair("outcome", "On the device, captions too."), pair("state", "decided")])
    );
    assert!(window.shows("State: Decided") && window.shows("Outcome: On the device, captions too."));
    window.click("Undo");
    assert!(window.shows("State: Proposed"), "it can be taken back");
    window.click("Decider: Aiko");
    window.click("Aiko");
    assert_eq!(sets(&window).last(), Some(&vec![pair("deciders", "carla,mia")]));
    window.click("Decide by: Wed 25 Nov 17:00, Carla Wed 09:00, Mia Wed 18:00");
    window.write("2026-12-01");
    window.press(Key::Enter);
    assert_eq!(sets(&window).last(), Some(&vec![pair("decide_by", "2026-12-01")]));
    window.click("Replaces: Accessibility notes");
    assert!(window.says("Contrast is measured."), "what it replaces opens");
    window.chord(Modifiers::ALT, Key::ArrowLeft);
    window.click("Replaced by: Launch plan, 3.2");
    assert!(window.says("Ferry first, then Lagos."), "and what replaces it");
}

#[test]
fn a_hand_off_is_taken_or_given_back_on_its_page() {
    let mut window = Window::sample();
    window.open("Field kit");
    assert_eq!(
        window.head_text(),
        "Hand-off, Open\nfrom: Mia\nto: You\nbegins: Wed 25 Nov 09:00\nIt waits for you\n"
    );
    window.click("Give it back…");
    window.write("I am away until Thursday.");
    window.press(Key::Enter);
    let answer = |window: &Window| {
        window.sent().into_iter().rev().find_map(|command| match command {
            Command::HandoffAnswer { accept, reason, .. } => Some((accept, reason)),
            _ => None,
        })
    };
    assert_eq!(answer(&window), Some((false, Some("I am away until Thursday.".into()))));
    assert!(window.says("You gave it back: “I am away until Thursday.”"));
    window.change_away(|away| *away = Away::default());
    window.run_command("Take this hand-off");
    assert_eq!(answer(&window), Some((true, None)));
    assert!(window.says("You have taken it"));
    assert!(!window.shows("Take it"), "there is nothing more to answer");
}

#[test]
fn open_work_is_handed_from_the_editor_or_the_palette_to_whose_hours_begin_next() {
    let mut window = Window::sample();
    window.run_command("Hand off my open work");
    let items: Vec<String> = window
        .harness
        .query_all_by_role(Role::MenuItem)
        .filter_map(|item| item.accesskit_node().label())
        .collect();
    assert_eq!(items, ["Carla", "Aiko", "Dev", "Mia"], "in the order in which their hours begin");
    window.press(Key::Escape);
    window.open("Launch plan, 3.2");
    window.focus("Page text");
    window.chord(Modifiers::COMMAND, Key::End);
    window.press(Key::Enter);
    window.write("/");
    window.write("handoff");
    window.press(Key::Enter);
    window.click("Mia");
    let to = window.sent().into_iter().rev().find_map(|command| match command {
        Command::Handoff { to } => Some(to),
        _ => None,
    });
    assert_eq!(to, Some(Some("mia".into())));
    assert!(window.says("3 tasks handed to Mia; 1 of a private space is left out"));
    assert_eq!(
        window.head_text(),
        "Hand-off, Open\nfrom: You\nto: Mia\nbegins: Wed 25 Nov 07:00 yours, Wed 25 Nov 08:00 theirs\n\
         Mia has not taken it yet\n"
    );
    assert!(
        !window.world.lines("launch").iter().any(|line| line.contains("/handoff")),
        "what was typed is gone"
    );
}

#[test]
fn done_is_taken_back_as_what_it_was() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::I);
    window.press(Key::E);
    window.click("Undo");
    let does = window.sent().into_iter().rev().find_map(|command| match command {
        Command::Inbox(command) => Some(command.does),
        _ => None,
    });
    assert_eq!(does, Some(tern_peer::InboxDoes::Back(None)), "and not kept as unread");
}
