//! Threads and the inbox: read, answered, held, acknowledged, put away; drafts; and what an empty inbox says.

use tern_peer::{AckSays, InboxDoes, ThreadCommand};

use super::*;
use crate::gui::canned::threads::Talks;
use crate::gui::inbox::data as lists;
use crate::gui::threads::data as threads;

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const REPLY: &str = "Reply to the thread";

impl Window {
    /// The sample with its inbox open.
    fn inbox() -> Window {
        let mut window = Window::sample();
        window.press(Key::G);
        window.press(Key::I);
        window
    }

    fn thread_commands(&self) -> Vec<ThreadCommand> {
        let is_kept = |command: &ThreadCommand| !matches!(command, ThreadCommand::Draft { .. });
        let of = |command| if let Command::Thread(command) = command { Some(command) } else { None };
        self.sent().into_iter().filter_map(of).filter(is_kept).collect()
    }

    fn inbox_does(&self) -> Vec<(String, InboxDoes)> {
        let of = |command| match command {
            Command::Inbox(command) => Some((command.thread, command.does)),
            _ => None,
        };
        self.sent().into_iter().filter_map(of).collect()
    }

    /// What is written in the composer.
    fn written(&self) -> String {
        let field = self.harness.get_by_role_and_label(Role::MultilineTextInput, REPLY);
        field.accesskit_node().value().unwrap_or_default()
    }

    fn change_talks(&mut self, change: impl FnOnce(&mut Talks)) {
        self.world.change_talks(change);
        self.settle();
    }
}

#[test]
fn the_inbox_is_read_from_top_to_bottom_with_two_keys() {
    let mut window = Window::inbox();
    assert!(window.says("2 threads need you, 1 to know."));
    assert!(window.shows("Needs you, 2") && window.shows("FYI, 1"));
    assert!(window.says(
        "Aiko on Launch plan, 3.2 · expected by your Wed 09:00, Wed 18:00 theirs, 08:40 · 17:40 theirs"
    ));
    assert!(window.says("Standard · expected by your Wed 09:00, Wed 18:00 theirs"), "beside the list");
    window.press(Key::J);
    assert!(window.says("Are these figures right?"));
    window.press(Key::J);
    window.press(Key::J);
    assert!(window.says("All is well."), "the last one stays");
    window.press(Key::K);
    assert!(window.says("Are these figures right?"));
    window.press(Key::Enter);
    let title = window.harness.get_by_role_and_label(Role::Heading, "Battery figures for the kick-off");
    assert!(title.is_focused(), "the thread has the keyboard");
    window.click("On Battery tests, Lagos");
    assert!(window.says("The search drains it."), "its page opens");
    window.chord(Modifiers::ALT, Key::ArrowLeft);
    assert!(window.says("Are these figures right?"), "and back");
}

#[test]
fn a_thread_counts_as_read_when_it_was_in_sight_for_a_while_and_is_left() {
    let mut window = Window::inbox();
    let read = |window: &Window| {
        let reads = window.sent().into_iter().filter_map(|command| match command {
            Command::MarkRead { page, heads } => Some((page, heads)),
            _ => None,
        });
        reads.collect::<Vec<_>>()
    };
    window.press(Key::J);
    assert!(!read(&window).iter().any(|(page, _)| page == "captions"), "it was passed by");
    window.harness.run_steps(40);
    window.press(Key::J);
    assert!(read(&window).contains(&("figures".into(), Some("t0".into()))));
    window.press(Key::U);
    window.harness.run_steps(40);
    window.press(Key::K);
    assert!(!read(&window).iter().any(|(page, _)| page == "weekly"), "what is kept as unread stays so");
}

#[test]
fn an_answer_is_written_and_delivered_quietly_with_one_chord() {
    let mut window = Window::inbox();
    window.press(Key::R);
    window.write("Captions yes, photos no.");
    window.press(Key::Enter);
    window.write("Each of them short: E, H, U, M and A are letters here.");
    assert!(window.says("Aiko: Wed 00:10, Dev: 20:40."), "their local times");
    assert!(window.says("No answer is asked for"));
    window.click("Intent: FYI");
    window.click("Question");
    assert!(window.shows("Urgency: Standard, 24 h"), "what fits a question");
    assert!(window.says("Deliver quietly now → expected"), "what each choice does");
    window.focus(REPLY);
    window.chord(Modifiers::COMMAND, Key::Enter);
    let [ThreadCommand::Reply { thread, say }] = &window.thread_commands()[..] else { panic!("one reply") };
    assert_eq!(thread, "captions");
    assert_eq!(say.body, "Captions yes, photos no.\nEach of them short: E, H, U, M and A are letters here.");
    assert_eq!((say.intent.as_deref(), say.deliver_at.as_deref()), (Some("question"), None));
    assert!(window.says("It is in the thread"));
    assert_eq!(window.written(), "", "the composer is empty");
    assert!(window.shows("Needs you, 1"), "what was answered needs nobody");
    assert!(window.says("You, Question, 15:10"), "the thread stays in sight");
    assert!(window.inbox_does().is_empty(), "letters were letters");
}

#[test]
fn a_message_is_held_until_their_morning_and_called_back() {
    let mut window = Window::inbox();
    window.press(Key::R);
    window.write("Which limit?");
    window.click("Intent: FYI");
    window.click("Question");
    window.focus(REPLY);
    window.chord(CTRL_SHIFT, Key::Enter);
    let commands = window.thread_commands();
    let Some(ThreadCommand::Reply { say, .. }) = commands.first() else { panic!("a reply: {commands:?}") };
    assert_eq!(say.deliver_at.as_deref(), Some("their-morning"));
    assert!(window.says("Not yet sent; leaves at their-morning. It has not left this laptop yet."));
    window.click("Edit the message that waits");
    window.focus("Text of the message");
    window.chord(Modifiers::COMMAND, Key::A);
    window.write("Which size limit?");
    window.click("Keep the new text");
    assert!(window.says("You, Question, 15:10: Which size limit?"));
    window.click("Call the message back");
    assert!(matches!(window.thread_commands().last(), Some(ThreadCommand::Cancel { .. })));
    assert!(!window.says("Not yet sent"));
    assert_eq!(window.written(), "Which size limit?", "the text is not lost");
}

#[test]
fn an_urgent_message_needs_a_reason_and_says_whom_no_device_was_met_of() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::T);
    window.harness.get_by_label_contains("Which tablets do we stop supporting?: 1 message").click();
    window.settle();
    assert!(window.says("No device of Carla was reached for 4 days."));
    window.press(Key::R);
    window.write("Now, please.");
    window.click("Urgency: No reply needed");
    window.click("Urgent, 4 h");
    window.focus(REPLY);
    window.chord(Modifiers::COMMAND, Key::Enter);
    assert!(window.thread_commands().is_empty() && window.says("Say why it cannot wait first"));
    window.focus("Why it cannot wait");
    window.write("The ferry leaves");
    window.focus(REPLY);
    window.chord(Modifiers::COMMAND, Key::Enter);
    let commands = window.thread_commands();
    let Some(ThreadCommand::Reply { say, .. }) = commands.first() else { panic!("a reply: {commands:?}") };
    assert_eq!((say.urgency.as_deref(), say.reason.as_deref()), (Some("urgent"), Some("The ferry leaves")));
}

#[test]
fn an_acknowledgement_is_two_keys_and_names_somebody_else_where_need_be() {
    let mut window = Window::inbox();
    window.press(Key::A);
    window.press(Key::ArrowDown);
    window.press(Key::Enter);
    assert!(window.says("They see that you will answer by your next check-in"));
    assert!(window.says("Ben will answer by 16:00"));
    window.press(Key::J);
    window.press(Key::A);
    window.click("Not me…");
    window.click("Dev");
    assert!(window.says("Handed on to Dev"));
    window.press(Key::A);
    window.write("2026-11-25 11:00");
    window.press(Key::Enter);
    let says: Vec<AckSays> = window
        .thread_commands()
        .into_iter()
        .filter_map(|command| match command {
            ThreadCommand::Ack { says, .. } => Some(says),
            _ => None,
        })
        .collect();
    let promised = AckSays::WillAnswer(Some("2026-11-25 11:00".into()));
    assert_eq!(says, [AckSays::WillAnswer(None), AckSays::NotMe("dev".into()), promised]);
}

#[test]
fn what_is_done_or_snoozed_goes_away_and_comes_back_with_undo() {
    let mut window = Window::inbox();
    window.press(Key::E);
    assert!(window.shows("Needs you, 1"));
    assert!(window.says("Are these figures right?"), "the next one is in sight");
    window.click("Undo");
    assert!(window.shows("Needs you, 2"));
    window.press(Key::H);
    window.click("Until my next morning");
    assert!(window.shows("Away for a while, 1") && window.says("Snoozed · until Wed 09:00"));
    window.press(Key::M);
    assert!(window.shows("·  muted"));
    window.click("Undo");
    assert!(!window.shows("·  muted"));
    let [(_, first), (_, second), (_, third), ..] = &window.inbox_does()[..] else { panic!("three") };
    assert_eq!((first, second), (&InboxDoes::Done, &InboxDoes::Back(None)));
    assert!(matches!(third, InboxDoes::Snooze(tern_peer::SnoozeUntil::Morning)));
}

#[test]
fn a_draft_is_kept_while_typing_and_is_there_again_later() {
    let mut window = Window::inbox();
    window.press(Key::R);
    window.write("Half a thought");
    window.pause();
    assert!(window.shows("Draft saved here"));
    let drafts = |window: &Window| {
        let is_draft = |command: &Command| matches!(command, Command::Thread(ThreadCommand::Draft { .. }));
        window.sent().iter().filter(|command| is_draft(command)).count()
    };
    assert_eq!(drafts(&window), 1, "not one a letter");
    window.write(", and more");
    window.press(Key::Escape);
    window.press(Key::G);
    window.press(Key::D);
    assert_eq!(drafts(&window), 2, "leaving keeps what was typed last");
    window.press(Key::G);
    window.press(Key::I);
    assert_eq!(window.written(), "Half a thought, and more");
    let mut again = Window::over(window.world.clone());
    again.press(Key::G);
    again.press(Key::I);
    assert_eq!(again.written(), "Half a thought, and more", "also after the window was closed");
}

#[test]
fn what_the_engine_does_not_take_stays_as_it_was_written() {
    let mut window = Window::inbox();
    window.press(Key::R);
    window.write("Yes.");
    window.pause();
    let refusal = PeerError::new(ErrorKind::NotAllowed, "You may not write in this space.");
    window.world.0.lock().expect("the world").refuse = Some(refusal);
    window.chord(Modifiers::COMMAND, Key::Enter);
    assert!(window.says("You may not write in this space.") && window.shows("Not sent"));
    assert_eq!(window.written(), "Yes.");
    window.chord(Modifiers::COMMAND, Key::Enter);
    assert_eq!(window.written(), "");
}

#[test]
fn a_new_thread_is_asked_of_people_by_name_on_a_page() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("More for this page");
    window.click("New thread on this page");
    assert!(window.shows("Not on Launch plan, 3.2"), "it can be taken off the page");
    window.write("Which boat?");
    window.focus("To");
    window.write("ai");
    assert!(window.shows("Ask Aiko"));
    window.press(Key::Enter);
    assert!(window.shows("Take Aiko out"));
    window.focus("Message");
    window.write("The early one?");
    window.click("Intent: FYI");
    window.click("Question");
    assert!(window.says("Aiko: Wed 00:10. Deliver quietly now → expected"));
    window.focus("Message");
    window.chord(Modifiers::COMMAND, Key::Enter);
    let commands = window.thread_commands();
    let Some(ThreadCommand::New { title, on, say, .. }) = commands.first() else { panic!("{commands:?}") };
    assert_eq!((title.as_str(), on.as_deref()), ("Which boat?", Some("launch")));
    assert_eq!(say.to, ["aiko"]);
    assert!(window.harness.query_by_role_and_label(Role::Heading, "Which boat?").is_some(), "it is open");
    window.press(Key::G);
    window.press(Key::T);
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("boat");
    assert!(window.says("Which boat?"), "the palette finds it");
}

#[test]
fn a_thread_closes_with_its_outcome_and_opens_again() {
    let mut window = Window::inbox();
    window.click("More for this thread");
    window.click("Close with its outcome…");
    window.write("Captions only.");
    window.press(Key::Enter);
    assert!(window.says("Outcome: Captions only.") && window.says("Closed by Ben, 15:10"));
    window.click("Open it again");
    assert!(!window.says("Outcome: Captions only."));
    assert!(window.says("Before: Captions only. — Ben, 15:10"));
}

#[test]
fn the_ledger_says_both_sides_and_what_is_late() {
    let mut window = Window::inbox();
    window.click("Shown: Owed");
    assert!(window.says("You owe 2 answers; 1 answer to come to you."));
    assert!(window.shows("I owe, 2") && window.shows("Owed to me, 1"));
    assert!(window.says("Carla · overdue since your 13:00, 05:00 theirs · delivered"));
    window.harness.get_by_label_contains("Carla · overdue").click();
    window.settle();
    assert!(window.says("Delivery: Saved here"), "the thread stands beside it");
}

#[test]
fn an_empty_inbox_says_what_will_come() {
    let mut window = Window::inbox();
    window.change_talks(|talks| talks.inbox.clear());
    assert!(window.says("Nothing needs you"));
    assert!(window.says("Your next check-in is at 16:00"));
    assert!(window.shows("Ask something") && window.shows("All threads"));
}

#[test]
fn links_in_messages_open_as_links_of_pages_do() {
    let mut window = Window::inbox();
    window.harness.get_by_label("https://maps.example/t3").click();
    let opens = |command: &egui::OutputCommand| matches!(command, egui::OutputCommand::OpenUrl(url) if url.url == "https://maps.example/t3");
    let opened = (0..8).any(|_| {
        window.harness.step();
        window.harness.output().platform_output.commands.iter().any(opens)
    });
    assert!(opened);
}

#[test]
fn a_narrow_window_shows_the_list_or_the_thread() {
    let mut window = Window::inbox();
    window.harness.set_size(egui::vec2(900.0, 700.0));
    window.settle();
    assert!(window.shows("Needs you, 2") && !window.shows(REPLY));
    window.press(Key::J);
    window.press(Key::Enter);
    assert!(window.shows(REPLY) && !window.shows("Needs you, 2"));
    window.press(Key::Escape);
    assert!(window.shows("Needs you, 2"));
}

#[test]
fn the_count_beside_the_inbox_is_for_working_hours() {
    let mut views = read_sample();
    let count = |views: &Views| sidebar::build(views, &Prefs::default(), &Route::Inbox).needs_me;
    assert_eq!(count(&views), 2);
    views.talks.notify.clear();
    assert_eq!(count(&views), 0, "the engine lets nothing be heard");
}

#[test]
fn the_lists_and_a_thread_say_this() {
    let mut views = read_sample();
    let (backend, wake): (Canned, Wake) = (Canned::sample(), Arc::new(|| {}));
    let talks = &mut views.talks;
    talks.owed.watch(&backend, &wake, tern_peer::Query::Owed);
    talks.thread.watch(&backend, &wake, tern_peer::Query::Thread { thread: "captions".into() });
    views.poll(&backend, &wake);
    let talks = &views.talks;
    let shown = lists::inbox(talks.inbox.get().expect("the inbox"), &views, &london());
    assert_eq!(
        lists::text(&shown),
        "Inbox: 2 threads need you, 1 to know.
Needs you 2
  Can the index hold photo captions? (unread) | Question · Aiko on Launch plan, 3.2 · expected by your Wed 09:00, Wed 18:00 theirs | 08:40 · 17:40 theirs
  Battery figures for the kick-off (unread) | Review · Mia on Battery tests, Lagos · expected by your Wed 13:00, Wed 14:00 theirs | 13:05 · 14:05 theirs
FYI 1
  Weekly update, Kolkata (unread) | FYI · Dev | 13:20 · 18:50 theirs
"
    );
    let all = lists::threads(talks.threads.get().expect("threads"), &views, &london());
    assert!(
        lists::text(&all).contains(
            "Which tablets do we stop supporting? | 1 message · last Ben · 1 answer owed | Mon 15:00"
        )
    );
    let thread = threads::build(talks.thread.get().expect("the thread"), &views, &london());
    assert_eq!(
        threads::text(&thread),
        "Can the index hold photo captions? (you, Aiko, Dev)
Aiko [Question], 08:40 · 17:40 theirs: Surveyors remember the photo, see https://maps.example/t3.
  Standard · expected by your Wed 09:00, Wed 18:00 theirs
Dev, 11:52 · 17:22 theirs: Captions are 9 MB of 70.
"
    );
}

#[test]
fn the_decision_log_is_a_key_away_and_says_what_replaced_what() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::L);
    assert!(
        window.says(
            "Keep the search index, Proposed, Decide by Wed 25 Nov 17:00 · Ben owns it · decided by Aiko"
        )
    );
    assert!(
        window.says("Map tiles: raster, Superseded, Raster. · Ben owns it · replaced by “Map tiles: vector”")
    );
    window.click(
        "Map tiles: vector, Decided, Vector, from the node. · Ben owns it · replaces “Map tiles: raster”",
    );
    assert!(window.says("Ferry first, then Lagos."), "its page is open");
}

#[test]
fn a_thread_is_recorded_as_a_decision_with_two_keys() {
    let mut window = Window::inbox();
    window.write(".");
    assert!(window.shows("A decision") && window.shows("A task") && window.shows("A page"));
    window.press(Key::Enter);
    let made = |command: &Command| matches!(command, Command::Record { what, yes: false } if what.kind == "decision");
    assert!(window.sent().iter().any(made), "{:?}", window.sent());
    assert!(window.says("Ferry first, then Lagos."), "what was made is open");
    assert!(window.says("Recorded; the three who take part can read it"));
}
