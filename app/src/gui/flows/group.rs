//! Asking a group and agreeing with it: an emergency, a vote, a question that comes again, a meeting, who is on call.

use tern_peer::{PracticeCommand, PracticeView, ThreadCommand, UpkeepPage, UpkeepView};

use super::*;
use crate::gui::canned::group::{agreement, meeting};

impl Window {
    /// The sample, in which something is agreed and a meeting is planned.
    fn agreed() -> Window {
        let world = Canned::sample();
        world.change_talks(|talks| {
            talks.group.agreement = agreement();
            talks.group.meetings.push(meeting("Launch review"));
        });
        let mut window = Window::over(world);
        window.settle();
        window
    }

    /// Runs what the palette finds first.
    fn run(&mut self, command: &str) {
        self.chord(Modifiers::COMMAND, Key::K);
        self.write(command);
        self.press(Key::Enter);
    }

    /// Ticks somebody, whose local time stands beside the name.
    fn tick(&mut self, name: &str) {
        let begins = format!("{name}, ");
        let label = {
            let boxes = self.harness.query_all_by_role(Role::CheckBox);
            let mut named = boxes.filter_map(|node| node.accesskit_node().label());
            named.rfind(|label| label.starts_with(&begins)).expect("a box")
        };
        self.harness.get_by_role_and_label(Role::CheckBox, &label).click();
        self.settle();
    }

    /// Why a button cannot be used.
    fn refuses(&self, button: &str) -> String {
        let node = self.harness.get_by_role_and_label(Role::Button, button);
        node.accesskit_node().description().unwrap_or_default()
    }

    fn last_practice(&self) -> Option<PracticeCommand> {
        let of = |command| if let Command::Practice(command) = command { Some(command) } else { None };
        self.sent().into_iter().filter_map(of).next_back()
    }
}

#[test]
fn an_emergency_ticks_its_criterion_and_says_whom_it_wakes() {
    let mut window = Window::agreed();
    window.press(Key::G);
    window.press(Key::I);
    window.press(Key::R);
    window.write("Nothing runs.");
    window.click("Urgency: No reply needed");
    window.click("Emergency");
    assert!(window.says("Heard now, in quiet hours too: Aiko (Wed 00:10 theirs). While nobody answers: Dev"));
    assert!(window.says("from 15:25"), "when the ladder goes on");
    assert!(!window.says("Hold until"), "it is never held");
    window.focus("Reply to the thread");
    window.chord(Modifiers::COMMAND, Key::Enter);
    assert!(window.says("Tick the criterion that it meets first"));
    window.click("Boats stand still");
    window.click("Send the emergency");
    let said = window.sent().into_iter().find_map(|command| match command {
        Command::Thread(ThreadCommand::Reply { say, .. }) => Some(say),
        _ => None,
    });
    let said = said.expect("a reply");
    assert_eq!(said.urgency.as_deref(), Some("emergency"));
    assert_eq!(said.criterion.as_deref(), Some("Boats stand still"));
    assert!(said.to.is_empty(), "whom it calls is agreed");

    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::I);
    window.click("Urgency: No reply needed");
    assert!(!window.shows("Emergency"), "nobody wrote down what one is");
}

#[test]
fn whoever_is_named_hears_an_emergency_besides_those_whom_it_calls() {
    let mut window = Window::agreed();
    window.press(Key::G);
    window.press(Key::T);
    window.chord(Modifiers::SHIFT, Key::C);
    window.write("Ferry");
    window.focus("To");
    window.write("Mia");
    window.press(Key::Enter);
    window.focus("Message");
    window.write("It stands still.");
    window.click("Urgency: No reply needed");
    window.click("Emergency");
    window.click("Boats stand still");
    window.click("Send the emergency");
    let said = window.sent().into_iter().find_map(|command| match command {
        Command::Thread(ThreadCommand::New { say, .. }) => Some(say),
        _ => None,
    });
    assert_eq!(said.expect("a thread").to, ["mia", "aiko", "dev"]);
}

#[test]
fn a_vote_is_opened_from_the_palette_and_shows_when_it_closes_for_everybody() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::I);
    window.run("New vote");
    window.write("Which ferry?");
    window.focus("Option 1");
    window.write("The early one");
    assert_eq!(window.refuses("Open the vote"), "Give two options or more first");
    window.focus("Option 2");
    window.write("The late one");
    window.click("Working hours of everybody: 4");
    assert!(window.says("If it reaches them now: Aiko until Wed 13:00"), "on her own clock");
    window.tick("Dev");
    assert!(!window.says("Dev until"), "who does not vote is not waited for");
    window.click("Open the vote");
    let vote = PracticeCommand::VoteNew {
        thread: "captions".into(),
        question: "Which ferry?".into(),
        options: vec!["The early one".into(), "The late one".into()],
        to: vec!["aiko".into(), "me".into()],
        hours: Some(4),
    };
    assert_eq!(window.last_practice(), Some(vote));
    assert!(window.says("The vote is open") && !window.shows("Option 1"));
}

#[test]
fn a_vote_is_open_for_any_number_of_hours_and_a_question_belongs_where_one_says() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::I);
    window.run("New vote");
    window.write("Which ferry?");
    for option in ["Option 1", "Option 2"] {
        window.focus(option);
        window.write(option);
    }
    let hours = |window: &mut Window, text: &str| {
        window.focus("Other working hours");
        window.chord(Modifiers::COMMAND, Key::A);
        window.write(text);
    };
    hours(&mut window, "soon");
    assert_eq!(window.refuses("Open the vote"), "Give a whole number of working hours, 1 to 200");
    hours(&mut window, "40");
    window.click("Open the vote");
    let Some(PracticeCommand::VoteNew { hours, .. }) = window.last_practice() else { panic!("a vote") };
    assert_eq!(hours, Some(40));

    window.run("New question");
    window.write("What is in your way?");
    window.tick("Aiko");
    window.focus("Belongs to");
    window.write("launch");
    window.click("Belongs to Launch plan, 3.2");
    assert!(!window.shows("Space: Finance"), "what lies at a page lies in its space");
    window.click("Ask it from here on");
    let Some(PracticeCommand::QuestionNew { on, space, .. }) = window.last_practice() else {
        panic!("a question")
    };
    assert_eq!((on.as_deref(), space), (Some("launch"), None));

    window.run("New meeting");
    window.write("Budget");
    window.tick("Aiko");
    window.click("Space: Finance");
    window.click("Make the meeting");
    let Some(PracticeCommand::MeetingNew { parent, space, .. }) = window.last_practice() else {
        panic!("a meeting")
    };
    assert!(parent.is_none() && space.is_some(), "it lies in the space that was chosen");
}

#[test]
fn what_is_agreed_of_a_meeting_and_of_a_page_is_taken_back_by_key() {
    let world = Canned::sample();
    world.change_talks(|talks| {
        let agreed = tern_peer::AgreementView { says: vec!["urgent_hours".into()], ..agreement() };
        talks.heads.insert("launch".into(), PracticeView::Agreement(Box::new(agreed)));
        let planned = tern_peer::MeetingView { id: "battery".into(), lacks: None, ..meeting("Review") };
        talks.heads.insert("battery".into(), PracticeView::Meeting(Box::new(planned)));
    });
    world.change_away(|away| {
        let aiko = tern_peer::PersonView { id: "aiko".into(), name: "Aiko".into() };
        let page = UpkeepPage {
            id: "battery".into(),
            owner: Some(aiko),
            review_by: Some("2026-12-01[Asia/Tokyo]".into()),
            ..UpkeepPage::default()
        };
        away.upkeep.insert("battery".into(), page);
    });
    let mut window = Window::over(world);
    let one = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    window.open("Launch plan, 3.2");
    for (field, before) in [("Working hours for an urgent answer", "4"), ("Hours for an ordinary answer", "")]
    {
        window.click("Change what is agreed…");
        window.harness.get_by_label_contains(field).click();
        window.settle();
        window.chord(Modifiers::COMMAND, Key::A);
        window.write("7");
        window.press(Key::Enter);
        window.chord(Modifiers::COMMAND, Key::Z);
        let Some(PracticeCommand::AgreementSet { fields, .. }) = window.last_practice() else {
            panic!("a field")
        };
        assert_eq!(fields[0].1, before, "{field}");
    }
    window.open("Battery tests, Lagos");
    window.click("Answers for it: Aiko");
    window.harness.get_by_role_and_label(Role::MenuItem, "Mia").click();
    window.settle();
    window.click("Undo");
    let set = |fields| Some(PracticeCommand::PageSet { page: "battery".into(), fields });
    assert_eq!(window.last_practice(), set(one("owner", "aiko")));
    window.click("Look again by: 2026-12-01");
    window.harness.get_by_label_contains("In a month").click();
    window.settle();
    window.chord(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.last_practice(), set(one("review_by", "2026-12-01[Asia/Tokyo]")));
    window.click("It is on");
    window.click("Undo");
    let meets = |fields| Some(PracticeCommand::MeetingSet { page: "battery".into(), fields });
    assert_eq!(window.last_practice(), meets(one("state", "planned")));
    window.click("Change it…");
    window.harness.get_by_label_contains("When it begins").click();
    window.settle();
    window.write("2026-12-01 15:00");
    window.press(Key::Enter);
    assert_eq!(window.last_practice(), meets(one("starts", "2026-12-01 15:00")));
}

#[test]
fn a_question_that_comes_again_is_asked_from_the_palette_and_its_thread_opens() {
    let mut window = Window::sample();
    window.run("New question");
    window.write("What is in your way?");
    assert_eq!(window.refuses("Ask it from here on"), "Tick who is asked first");
    window.tick("Aiko");
    window.click("Ask it from here on");
    let asked = PracticeCommand::QuestionNew {
        question: "What is in your way?".into(),
        when: "Mon-Fri 09:30".into(),
        to: vec!["aiko".into()],
        on: None,
        space: None,
    };
    assert_eq!(window.last_practice(), Some(asked));
    assert!(window.says("All is well."), "its thread is open");
}

#[test]
fn a_meeting_says_first_that_writing_would_do_and_becomes_a_thread_or_a_page() {
    let mut window = Window::sample();
    window.run("New meeting");
    window.write("Launch review");
    window.tick("Aiko");
    assert!(window.says("You share at most 0 minutes a day.") && window.says("Meet for an emergency."));
    window.focus("When it begins");
    window.write("2026-11-25 15:00");
    assert!(window.says("You Wed 15:00 · Aiko Thu 00:00, outside their hours"));
    window.click("Write a thread instead");
    assert!(window.shows("Take Aiko out"), "whoever was to come is asked");
    assert_eq!(window.last_practice(), None, "no meeting was made");

    window.run("New meeting");
    window.write("Launch review");
    window.tick("Dev");
    window.click("Make the meeting");
    let Some(PracticeCommand::MeetingNew { title, with, starts, .. }) = window.last_practice() else {
        panic!("a meeting")
    };
    assert_eq!((title.as_str(), with, starts), ("Launch review", vec!["dev".to_owned()], None));
    assert!(window.says("Write its agenda: without one it cannot begin"));
    assert!(window.shows("Ferry first, then Lagos."), "its page is open");
}

#[test]
fn meetings_and_who_is_on_call_are_found_by_key_and_what_is_agreed_is_changed() {
    let mut window = Window::agreed();
    window.press(Key::G);
    window.press(Key::E);
    window.click("Launch review: Planned · Wed 25 Nov 09:00 GMT · Ben, Aiko · no agenda yet");
    assert!(window.shows("Ferry first, then Lagos."), "its page opens");
    window.press(Key::G);
    window.press(Key::O);
    for words in [
        "Aiko (Wed 00:10 theirs)",
        "From your Wed 00:00: nobody",
        "From your Wed 09:00: Dev (",
        "Boats stand still",
        "At once: whoever is on call",
        "After 15 min without an answer: Dev",
        "Aiko: daily 18:00-09:00, Tokyo time",
    ] {
        assert!(window.says(words), "{words}");
    }
    let names = walk::walk(&mut window, "on call");
    assert!(names.contains(&"Open “How we work”".to_owned()), "{names:?}");
    window.click("Change what is agreed…");
    window.harness.get_by_label_contains("Who is called after minutes").click();
    window.settle();
    window.focus("Who is called after minutes");
    window.chord(Modifiers::COMMAND, Key::A);
    window.write("0 on-call; 30 Dev");
    window.press(Key::Enter);
    let set = |name: &str, value: &str| PracticeCommand::AgreementSet {
        page: Some("launch".into()),
        fields: vec![(name.into(), value.into())],
    };
    assert_eq!(window.last_practice(), Some(set("ladder", "0 on-call; 30 Dev")));
    window.click("Change what is agreed…");
    window.harness.get_by_label_contains("When messages are heard").click();
    window.settle();
    window.click("At check-ins only");
    assert_eq!(window.last_practice(), Some(set("quiet", "checkins")));

    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::O);
    assert!(window.shows("Nothing is agreed"));
    window.click("Make a working agreement");
    let made =
        |command: &Command| matches!(command, Command::PageNew { .. } | Command::PageFromTemplate { .. });
    assert!(window.sent().iter().any(made), "a page begins as one");
}

#[test]
fn an_agreement_is_changed_from_its_page_and_a_page_gets_an_owner_and_a_date_in_its_details() {
    let world = Canned::sample();
    world.change_talks(|talks| {
        talks.heads.insert("launch".into(), PracticeView::Agreement(Box::new(agreement())));
        let page = UpkeepPage { id: "battery".into(), ..UpkeepPage::default() };
        talks.heads.insert("battery".into(), PracticeView::Upkeep(UpkeepView { pages: vec![page] }));
    });
    let mut window = Window::over(world);
    window.settle();
    window.open("Launch plan, 3.2");
    window.click("Change what is agreed…");
    window.harness.get_by_label_contains("Working hours for an urgent answer").click();
    window.settle();
    window.click("Say nothing of it");
    let Some(PracticeCommand::AgreementSet { fields, .. }) = window.last_practice() else {
        panic!("a field")
    };
    assert_eq!(fields, [("urgent_hours".to_owned(), String::new())]);

    window.open("Battery tests, Lagos");
    let set = |name: &str, value: &str| PracticeCommand::PageSet {
        page: "battery".into(),
        fields: vec![(name.into(), value.into())],
    };
    window.click("Answers for it: nobody");
    window.harness.get_by_role_and_label(Role::MenuItem, "Mia").click();
    window.settle();
    assert_eq!(window.last_practice(), Some(set("owner", "mia")));
    window.click("Look again by: no date");
    window.harness.get_by_label_contains("In a month").click();
    window.settle();
    assert_eq!(window.last_practice(), Some(set("review_by", "2026-12-24")));
}
