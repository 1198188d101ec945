//! What stands over a page, votes and questions in a thread, and what of a group waits in the inbox.

use tern_peer::{
    AskView, AttendeeView, InboxCommand, InboxDoes, MeetingCard, MeetingView, OptionView, PollView,
    PracticeCommand, PracticeView, QuestionView, UpkeepPage, UpkeepView, VoterView,
};

use super::*;

impl Window {
    fn practised(&self) -> Vec<PracticeCommand> {
        let of = |command| if let Command::Practice(command) = command { Some(command) } else { None };
        self.sent().into_iter().filter_map(of).collect()
    }

    /// The sample, in which something stands over its first page.
    fn under(head: PracticeView) -> Window {
        let world = Canned::sample();
        world.change_talks(|talks| drop(talks.heads.insert("launch".into(), head)));
        let mut window = Window::over(world);
        window.settle();
        window.open("Launch plan, 3.2");
        window
    }
}

fn meeting(state: &str, lacks: Option<&str>) -> PracticeView {
    let who = |name: &str, local: &str, in_hours| AttendeeView {
        name: name.into(),
        local: Some(local.into()),
        in_hours: Some(in_hours),
        ..AttendeeView::default()
    };
    PracticeView::Meeting(Box::new(MeetingView {
        id: "launch".into(),
        state: state.into(),
        lacks: lacks.map(str::to_owned),
        attendees: vec![who("Ben", "Wed 25 Nov 09:00 GMT", true), who("Aiko", "Wed 25 Nov 18:00 JST", false)],
        card: Some(MeetingCard {
            recommends: "write".into(),
            text: "You share at most 0 minutes a day: write instead.".into(),
            meet_for: vec!["an emergency".into()],
            write_for: vec!["status and progress".into()],
            ..MeetingCard::default()
        }),
        ..MeetingView::default()
    }))
}

#[test]
fn a_meeting_says_what_it_lacks_and_that_writing_would_do_and_is_on_with_one_button() {
    let window = Window::under(meeting("planned", Some("agenda")));
    assert!(window.says("Aiko (Wed 25 Nov 18:00 JST, outside their hours)"));
    assert!(window.says("You share at most 0 minutes a day: write instead."));
    assert!(window.says("Write what is to be talked about under Agenda"));
    assert!(!window.shows("It is on"), "without an agenda it cannot be");
    let mut window = Window::under(meeting("planned", None));
    window.click("It is on");
    let fields = vec![("state".to_owned(), "on".to_owned())];
    assert_eq!(window.practised(), [PracticeCommand::MeetingSet { page: "launch".into(), fields }]);
}

#[test]
fn a_page_that_is_overdue_is_still_true_with_one_button() {
    let page = UpkeepPage {
        id: "launch".into(),
        mine: true,
        overdue: true,
        review_by: Some("2026-11-23[Europe/London]".into()),
        ..UpkeepPage::default()
    };
    let mut window = Window::under(PracticeView::Upkeep(UpkeepView { pages: vec![page] }));
    window.press(Key::Y);
    assert_eq!(window.practised().len(), 1, "a key does the same");
    assert!(window.says("Is this page still true? It was to be looked at by 2026-11-23; you answer for it."));
    window.click("Still true");
    let still = || PracticeCommand::StillTrue { page: "launch".into() };
    assert_eq!(window.practised(), [still(), still()]);
}

#[test]
fn a_vote_shows_everybodys_closing_time_and_a_question_is_skipped_with_one_button() {
    let mut window = Window::sample();
    let option = |text: &str, votes| OptionView { text: text.into(), votes };
    window.world.change_talks(|talks| {
        let Some(thread) = talks.threads.get_mut("captions") else { panic!("no thread") };
        thread.polls.push(PollView {
            id: "p".into(),
            question: "Which index?".into(),
            hours: 4,
            options: vec![option("Ferry", 1), option("Barge", 0)],
            voters: vec![VoterView {
                name: "Aiko".into(),
                closes_local: Some("Wed 25 Nov 13:00 JST".into()),
                late: Some("Barge".into()),
                ..VoterView::default()
            }],
            closes_local: Some("Wed 25 Nov 10:30 GMT".into()),
            can_vote: true,
            ..PollView::default()
        });
        thread.questions.push(QuestionView {
            question: "What is in your way?".into(),
            when: "Mon-Fri 09:30".into(),
            day: Some("2026-11-24".into()),
            ..QuestionView::default()
        });
        talks.asks.push(AskView {
            kind: "question".into(),
            id: "captions".into(),
            title: "What is in your way?".into(),
            text: "Aiko asks, Mon-Fri 09:30".into(),
            since: "Tue 24 Nov 09:30 GMT".into(),
        });
        talks.asks.push(AskView {
            kind: "review".into(),
            id: "launch".into(),
            title: "Launch plan, 3.2".into(),
            ..AskView::default()
        });
    });
    window.press(Key::G);
    window.press(Key::I);
    assert!(window.shows("Asked of you, 2"));
    assert!(window.says("Aiko: until Wed 25 Nov 13:00 JST · late: Barge"));
    assert!(window.says("Closes Wed 25 Nov 10:30 GMT, when everybody has had 4 of their working hours"));
    window.click("Vote for Barge");
    let cast =
        PracticeCommand::VoteCast { thread: "captions".into(), poll: Some("p".into()), option: "2".into() };
    assert_eq!(window.practised(), [cast]);
    window.click("Skip the question this time");
    let skip = InboxCommand { thread: "captions".into(), does: InboxDoes::Done };
    assert!(window.sent().into_iter().any(|command| matches!(command, Command::Inbox(sent) if sent == skip)));
}
