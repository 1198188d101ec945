//! What may be heard, focus, shared hours, clock changes, the update of a week, links to threads.

use super::*;
use crate::gui::canned::away::Away;
use crate::gui::canned::notices::warning;
use crate::gui::command::Section;
use crate::gui::overlap::data as overlap;

impl Window {
    fn set_away(&mut self, change: impl FnOnce(&mut Away)) {
        self.world.change_away(change);
        self.settle();
    }

    fn open_mut(&mut self) -> &mut crate::gui::open::Open {
        self.harness.state_mut().as_mut().expect("the window").open_mut().expect("open")
    }
}

#[test]
fn outside_hours_nothing_is_told_or_counted_and_what_was_held_comes_together() {
    let world = Canned::sample();
    world.change_away(|away| away.more.quiet = true);
    let mut window = Window::over(world);
    window.open_mut().prefs.tells_from_ms = None;
    assert!(!window.says("threads:") && window.open_mut().toast.is_none(), "no pop-up");
    let needs = |window: &mut Window| {
        let open = window.open_mut();
        sidebar::build(&open.views, &open.prefs, &Route::Inbox).needs_me
    };
    assert_eq!(needs(&mut window), 0, "no badge");
    window.set_away(|away| away.more.quiet = false);
    assert!(window.says("Held until now, together: “Can the index hold photo captions?”, “Battery figures"));
    assert_eq!(needs(&mut window), 2);
    window.harness.run_steps(80);
    assert!(window.open_mut().toast.is_none());
    window.set_away(|_| {});
    assert!(window.open_mut().toast.is_none(), "each is told once");
}

#[test]
fn what_the_first_sync_brings_is_history_and_what_is_said_after_it_is_news() {
    let world = Canned::sample();
    let mut history = world.0.lock().expect("the world").talks.inbox.clone();
    history.iter_mut().for_each(|item| item.when = "2026-11-03T09:00:00Z".into());
    world.change_talks(|talks| talks.inbox.clear());
    let mut window = Window::over(world);
    window.world.change_talks(|talks| talks.inbox = history.clone());
    window.settle();
    assert!(window.open_mut().toast.is_none(), "it was said before one came");
    assert!(window.shows("Inbox, 2 need you"), "a screen reader hears what the count beside it means");
    let fresh = tern_peer::InboxItem {
        id: "figures".into(),
        message: "fresh".into(),
        title: "Battery figures".into(),
        author: "Mia".into(),
        when: "2026-11-24T15:11:00Z".into(),
        ..history[0].clone()
    };
    window.world.change_talks(|talks| talks.inbox.push(fresh));
    window.settle();
    assert!(window.open_mut().toast.is_some(), "what comes now is told");
}

#[test]
fn links_in_the_update_of_a_week_read_as_links_and_open() {
    let mut window = Window::sample();
    window.open_mut().go(Route::Weekly);
    window.settle();
    window.open_mut().weekly.slots[0].1 = "- [Captions, answered](tern:captions)\n- Copy".into();
    window.settle();
    assert!(window.says("As it reads"));
    window.harness.get_by_role_and_label(Role::Link, "Captions, answered").click();
    window.settle();
    assert_eq!(window.open_mut().pane.route, Route::Thread { id: "captions".into() });
    window.world.change_talks(|talks| {
        let Some(thread) = talks.threads.get_mut("captions") else { panic!("no thread") };
        thread.messages[0].body = "My week: [Launch plan](tern:launch).".into();
    });
    window.settle();
    assert!(!window.says("(tern:launch)"), "no Markdown is shown");
    window.harness.get_by_role_and_label(Role::Link, "Launch plan").click();
    window.settle();
    assert_eq!(window.open_mut().pane.route, Route::page("launch"));
}

#[test]
fn focus_begins_with_one_key_and_ends_with_another() {
    let mut window = Window::sample();
    window.chord(Modifiers::SHIFT, Key::F);
    assert!(window.says("Focus: nothing is heard until"));
    window.write("15:30");
    window.press(Key::Enter);
    let focus = |window: &Window| {
        window.sent().into_iter().rev().find_map(|command| match command {
            Command::Focus { until } => Some(until),
            _ => None,
        })
    };
    assert_eq!(focus(&window), Some(Some("15:30".into())));
    assert!(window.says("others see that time and nothing more"));
    window.set_away(|away| away.more.focus_until = Some("2026-11-24T15:30:00Z".into()));
    window.chord(Modifiers::SHIFT, Key::F);
    window.click("End focus, which goes on until 15:30");
    assert_eq!(focus(&window), Some(None));
}

#[test]
fn shared_hours_are_found_for_those_who_are_chosen() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::H);
    assert!(window.says("Choose people, and the hours that all of you work stand here"));
    window.click("Carla, Los Angeles, Tue 07:10");
    let asked = window.open_mut().views.overlap.get().is_some();
    assert!(asked);
    let open = window.open_mut();
    let shown = overlap::build(&open.views, &open.access.shared, &open.clock);
    let text = overlap::text(&shown);
    let weeks = text.split_once("Ben, Carla").map(|(_, rest)| rest).unwrap_or_default();
    assert_eq!(
        weeks,
        " share 1 h to 3 h a week.\n\
         ! Clocks go back in Europe/London on Sun 29 Nov: Ben, Aiko share no time in the week after it, 5 h in the week before.\n\
         ! Less than an hour a day: a thread with a question reaches everybody sooner than a meeting.\n\
         Week of Tue 24 Nov: 3 h\n\
         \x20 Tue 24 Nov 16:00 – 17:30 1 h 30 (Tue 24 Nov 16:00 yours · Tue 16:00 UTC · 08:00 Carla)\n\
         \x20 Wed 25 Nov 16:00 – 17:30 1 h 30 (Wed 25 Nov 16:00 yours · Wed 16:00 UTC · Wed 08:00 Carla)\n\
         Week of Tue 1 Dec: 1 h\n\
         \x20 Tue 1 Dec 16:00 – 17:00 1 h (Tue 1 Dec 16:00 yours · Tue 16:00 UTC · Tue 1 Dec 08:00 Carla)\n",
        "{text}"
    );
    assert!(window.shows("Week of Tue 24 Nov, 3 h") && window.shows("Tue 24 Nov, 16:00 – 17:30, 1 h 30"));
}

#[test]
fn a_week_before_clocks_change_it_is_said_once() {
    let world = Canned::sample();
    world.change_away(|away| away.more.clocks = vec![warning()]);
    let mut window = Window::over(world);
    let said = "Clocks go back in Europe/London on Sun 29 Nov: Ben, Aiko share no time";
    assert!(window.says(said));
    window.click("Shared hours");
    assert_eq!(window.open_mut().pane.route, Route::People(Section::Shared));
    window.click("Understood");
    assert!(!window.says(said));
}

#[test]
fn clock_changes_are_looked_for_again_when_the_day_changes() {
    let mut window = Window::sample();
    window.set_away(|away| away.more.clocks = vec![warning()]);
    let said = "Clocks go back in Europe/London on Sun 29 Nov: Ben, Aiko share no time";
    assert!(!window.says(said), "it was asked when the window opened");
    let tomorrow = window.open_mut().clock.now().timestamp().as_millisecond() + 24 * 3_600_000;
    window.open_mut().clock = Clock::new(Some(tomorrow), "Europe/London");
    window.settle();
    assert!(window.says(said));
}

#[test]
fn a_comment_that_names_one_stands_in_the_inbox_and_opens_its_page_at_the_comment() {
    let world = Canned::sample();
    world.change_talks(|talks| {
        let mut item = talks.inbox.first().cloned().unwrap_or_default();
        item.id = "comment1".into();
        (item.title, item.text) = ("Launch plan, 3.2".into(), "@Ben is thirty enough?".into());
        (item.why, item.comment, item.expected_by) = ("named".into(), true, None);
        talks.inbox.insert(0, item);
    });
    let mut window = Window::over(world);
    window.chord(Modifiers::NONE, Key::G);
    window.press(Key::I);
    assert!(window.says("Names you in a comment · Aiko"));
    assert!(window.shows("Open at the comment"), "it stands beside the list");
    window.press(Key::J);
    assert!(!window.shows("Open at the comment"), "J walks on to a thread");
    window.press(Key::K);
    window.press(Key::E);
    assert!(window.says("Done with the comment on “Launch plan, 3.2”"));
    window.click("Undo");
    window.open_mut().threads.selected = Some("comment1".into());
    window.settle();
    window.press(Key::Enter);
    assert_eq!(window.open_mut().pane.route, Route::page("launch"));
}

#[test]
fn what_was_written_of_a_week_is_kept_when_the_view_is_left() {
    let mut window = Window::sample();
    window.open_mut().go(Route::Weekly);
    window.settle();
    window.harness.get_by_role_and_label(Role::MultilineTextInput, "Decided").focus();
    window.settle();
    window.write("Captions stay on the device.");
    window.open_mut().go(Route::Inbox);
    window.settle();
    let kept = window.sent().into_iter().rev().find_map(|command| match command {
        Command::WeeklyKeep(draft) => draft,
        _ => None,
    });
    let kept = kept.expect("it is kept");
    assert!(kept.slots.iter().any(|(_, text)| text.contains("Captions stay on the device.")), "{kept:?}");
}

#[test]
fn the_update_of_a_week_is_drafted_written_and_posted() {
    let mut window = Window::sample();
    window.open_mut().go(Route::Weekly);
    window.settle();
    assert!(window.says("0 min of 15 to write · 1 min read, at most 5"));
    window.harness.get_by_role_and_label(Role::MultilineTextInput, "Decided").focus();
    window.settle();
    window.write("Captions stay on the device.");
    window.focus("Post for everybody");
    window.press(Key::Enter);
    let made = window.sent().into_iter().rev().find_map(|command| match command {
        Command::PageNew { title, markdown, .. } => Some((title, markdown.unwrap_or_default())),
        _ => None,
    });
    let (title, text) = made.expect("a page");
    assert_eq!(title, "Weekly update, Ben, 24 Nov 2026");
    assert_eq!(text.matches("## ").count(), 5, "{text}");
    assert!(text.contains("## Decided\n\nCaptions stay on the device.\n"), "{text}");
    assert!(window.says("Posted: everybody in the workspace can read it"));
}

#[test]
fn a_link_to_a_thread_opens_the_thread_and_one_to_a_task_the_task() {
    let mut window = Window::sample();
    let ctx = window.harness.ctx.clone();
    let go = |window: &mut Window, href: &str| {
        let command = crate::gui::page::links::follow(href);
        window.open_mut().perform(&ctx, vec![command]);
        window.settle();
    };
    go(&mut window, "tern:captions");
    assert_eq!(window.open_mut().pane.route, Route::Thread { id: "captions".into() });
    assert!(window.says("Captions are 9 MB of 70."));
    go(&mut window, "tern:7k3qx");
    assert_eq!(window.open_mut().pane.route, Route::Tasks);
    go(&mut window, "tern:launch#pilot");
    assert_eq!(window.open_mut().pane.route, Route::page("launch"));
}
