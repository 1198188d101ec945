//! Flows through the whole window by visible label, over the canned workspace; no display is needed.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tern_peer::{Command, ErrorKind, PeerError};

use super::app::App;
use super::canned::{Canned, NOW_MS};
use super::clock::Clock;
use super::page::pictures::Spawn;
use super::prefs::Prefs;
use super::{details, palette, people, sidebar, statusline, tasks, views::Views};
use crate::gui::actions::Situation;
use crate::gui::backend::{Backend, Wake};
use crate::gui::command::Route;
use crate::gui::tasks::asked::Asked;

mod access;
mod away;
mod backups;
mod board;
mod group;
mod hostile;
mod imports;
mod live;
mod notices;
mod panes;
mod past;
#[cfg(feature = "pictures")]
mod pictures;
mod practice;
mod preview;
mod projects;
mod shell;
mod threads;
mod walk;
mod writing;

fn at_once() -> Spawn {
    Arc::new(|job| job())
}

struct Window {
    world: Canned,
    harness: Harness<'static, Option<App>>,
}

impl Window {
    fn over(world: Canned) -> Self {
        Window::built(world, Harness::builder())
    }

    fn built(world: Canned, builder: egui_kittest::HarnessBuilder<Option<App>>) -> Self {
        let home = Arc::new(world.clone());
        let mut window = Window {
            world,
            harness: builder.with_size([1280.0, 800.0]).with_step_dt(0.1).build_ui_state(
                move |ui, app: &mut Option<App>| {
                    let ctx = ui.ctx().clone();
                    let app = app.get_or_insert_with(|| {
                        let waker = ctx.clone();
                        App::new(&ctx, home.clone(), at_once(), Arc::new(move || waker.request_repaint()))
                    });
                    app.logic(&ui.ctx().clone());
                    app.show(ui);
                },
                None,
            ),
        };
        window.settle();
        window
    }

    fn sample() -> Self {
        Window::over(Canned::sample())
    }

    /// Runs frames until nothing waits for the next one any more (a waiting caret is no reason to go on).
    fn settle(&mut self) {
        self.harness.run_steps(8);
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.settle();
    }

    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.settle();
    }

    fn chord(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    fn write(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.settle();
    }

    /// Lets time pass, so that what was typed goes to the engine.
    fn pause(&mut self) {
        self.harness.run_steps(12);
    }

    fn shows(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    fn says(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    fn focus(&mut self, label: &str) {
        self.harness.get_by_label(label).focus();
        self.settle();
    }

    fn sent(&self) -> Vec<Command> {
        self.world.0.lock().expect("the world").sent.clone()
    }

    /// Types the two words that are asked for after they were shown.
    fn prove_the_paper(&mut self) {
        self.click("I have written them down");
        self.click("Go on");
        for n in (1..=24).filter(|n| self.shows(&format!("Word {n}"))).collect::<Vec<usize>>() {
            self.focus(&format!("Word {n}"));
            self.write(&format!("word{n}"));
        }
    }

    /// Opens a page or place of the left column; what waits there may be counted behind its name.
    fn open(&mut self, page: &str) {
        let counted = |label: &String| {
            let count = label.strip_prefix(page).and_then(|rest| rest.strip_prefix(", "));
            count.is_some_and(|count| count.starts_with(|c: char| c.is_ascii_digit()))
        };
        let labels = {
            let buttons = self.harness.query_all_by_role(Role::Button);
            buttons.filter_map(|button| button.accesskit_node().label()).collect::<Vec<_>>()
        };
        let name = labels.into_iter().find(counted).unwrap_or_else(|| page.to_owned());
        self.harness.get_by_role_and_label(Role::Button, &name).click();
        self.settle();
    }
}

// ---- first run ----

#[test]
fn a_new_person_sets_hours_and_check_ins_by_keys_and_sees_what_others_will_see() {
    let mut window = Window::over(Canned::empty());
    assert!(window.says("Urgent: expected Wed 13:00 yours"), "a question of 22:00 on Tuesday");
    window.focus("Hours begin at 09:00");
    window.press(Key::ArrowLeft);
    window.press(Key::ArrowLeft);
    assert!(window.shows("Hours begin at 08:30"));
    window.click("Add a stretch of hours");
    assert!(window.shows("Hours begin at 03:15") && window.shows("Hours end at 05:15"));
    window.focus("Hours end at 05:15");
    window.press(Key::Delete);
    assert!(!window.shows("Hours end at 05:15"));
    window.click("Work on Wed");
    window.click("Work on Sat");
    assert!(window.says("Urgent: expected Thu 12:30 yours"), "Wednesday is free");
    window.click("Take out check-in 1");
    window.click("Add a check-in");
    window.click("As text");
    let typed = window.harness.get_by_label("Hours you work").accesskit_node().value();
    assert_eq!(typed.as_deref(), Some("Mon-Tue,Thu-Sat 08:30-18:00"));
    let first = window.harness.get_by_label("Check-in 1").accesskit_node().value();
    assert_eq!(first.as_deref(), Some("09:00"), "the first hour of work that is free");
}

#[test]
fn a_new_person_makes_a_workspace_and_is_shown_the_words_once() {
    let mut window = Window::over(Canned::empty());
    assert!(window.says("Europe/London, from this laptop"));
    window.focus("Your name");
    window.write("Mia Okafor");
    window.focus("Name of your team");
    window.write("Northlight");
    window.click("Make the workspace");
    assert!(window.says("word1 word2 word3"), "the recovery words are shown");
    window.click("Go on");
    assert!(window.says("word1 word2 word3"), "they stay until they are written down");
    window.click("I have written them down");
    window.click("Go on");
    assert!(!window.says("word1 word2"), "the paper is asked, not the screen");
    let asked: Vec<usize> = (1..=24).filter(|n| window.shows(&format!("Word {n}"))).collect();
    let [first, second] = asked[..] else { panic!("two words are asked for: {asked:?}") };
    window.write(&format!("word{first}"));
    window.focus(&format!("Word {second}"));
    window.write("nonsense");
    assert!(window.says(&format!("Word {second} is not that one")));
    window.click("Open the workspace");
    assert!(!window.says("settings and profile"), "a wrong word leads nowhere");
    window.focus(&format!("Word {second}"));
    window.chord(Modifiers::COMMAND, Key::A);
    window.write(&format!("word{second}"));
    window.click("Open the workspace");
    assert!(window.says("Mia Okafor: settings and profile"));
}

#[test]
fn a_ticket_that_cannot_be_read_is_said_in_words_and_a_good_one_opens_the_workspace() {
    let mut window = Window::over(Canned::empty());
    window.focus("Your name");
    window.write("Mia");
    window.click("Join with a ticket");
    window.focus("Ticket");
    window.write("nonsense");
    window.click("Join");
    for words in ["This is no ticket of Tern.", "Nothing was made on this laptop.", "Copy the whole ticket"] {
        assert!(window.says(words), "{words}");
    }
    window.focus("Ticket");
    window.chord(Modifiers::COMMAND, Key::A);
    window.write("tern1abc");
    window.click("Join");
    assert!(window.says("copper lantern quiet river"), "the words that the inviting side shows");
    window.click("Go on");
    assert!(window.says("word1 word2 word3"), "whoever joins has recovery words too");
    window.prove_the_paper();
    window.click("Open the workspace");
    assert!(window.says("Ben: settings and profile"));
}

#[test]
fn a_ticket_for_a_further_device_needs_no_name_and_shows_the_four_words() {
    let mut window = Window::over(Canned::empty());
    window.click("Join with a ticket");
    window.focus("Ticket");
    window.write("ternlink1abc");
    window.world.0.lock().expect("the world").slow = true;
    window.click("Join");
    assert!(window.says("The other device refused."));
    window.world.0.lock().expect("the world").slow = false;
    window.click("Join");
    assert!(window.says("Ben: settings and profile"));
}

#[test]
fn recovery_words_and_a_node_bring_a_workspace_to_an_empty_laptop() {
    let mut window = Window::over(Canned::empty());
    window.click("Come back with recovery words");
    assert!(window.says("Paste the ticket of the node first"));
    window.write("ternnode1asleep");
    window.focus("Recovery words");
    window.write("word1 word2");
    assert!(window.shows("2 of 24 words"));
    assert!(!window.says("word1 word2"), "what is typed is not shown");
    window.click("Show the words");
    let typed = |window: &Window| {
        let fields = window.harness.query_all_by_label("Recovery words");
        let inputs = [Role::MultilineTextInput, Role::PasswordInput];
        let field = fields.into_iter().find(|field| inputs.contains(&field.accesskit_node().role()));
        let field = field.expect("the field of the words");
        field.accesskit_node().value().unwrap_or_default()
    };
    assert!(typed(&window).starts_with("word1 word2"));
    window.click("Show the words");
    assert!(!typed(&window).contains("word"), "{}", typed(&window));

    let all: Vec<String> = (1..=24).rev().map(|n| format!("word{n}")).collect();
    window.focus("Recovery words");
    window.chord(Modifiers::COMMAND, Key::A);
    window.write(&all.join(" "));
    window.click("Bring it back");
    assert!(window.says("These are not the recovery words") && window.says("Nothing was changed."));
    let all: Vec<String> = (1..=24).map(|n| format!("word{n}")).collect();
    window.focus("Recovery words");
    window.chord(Modifiers::COMMAND, Key::A);
    window.write(&all.join(" "));
    window.click("Bring it back");
    assert!(
        window.says("The node did not answer in time.") && window.says("Check that the node is running.")
    );
    window.focus("Ticket of the node");
    window.chord(Modifiers::COMMAND, Key::A);
    window.write("ternnode1awake");
    window.chord(Modifiers::COMMAND, Key::Enter);
    assert!(window.says("Ben: settings and profile"));
    assert!(window.says("Everything the node holds is back. Your other laptops were removed"));
}

#[test]
fn from_the_way_back_one_can_turn_to_the_first_run_with_what_was_typed_there() {
    let mut window = Window::over(Canned::empty());
    window.focus("Your name");
    window.write("Mia");
    window.click("Come back with recovery words");
    window.click("I still have my other laptops: keep them");
    assert!(window.says("They go on as before"));
    window.click("Back");
    window.focus("Name of your team");
    window.write("Northlight");
    window.click("Make the workspace");
    assert!(window.says("word1 word2 word3"), "the name was still there");
}

#[test]
fn a_locked_workspace_asks_for_its_passphrase_and_a_wrong_one_harms_nothing() {
    let world = Canned::sample();
    world.0.lock().expect("the world").passphrase = Some("nine tall ships".into());
    let mut window = Window::over(world);
    assert!(window.says("This workspace is locked"));
    window.write("nine");
    window.press(Key::Enter);
    assert!(window.says("This passphrase does not open the key.") && window.says("Nothing was changed."));
    window.write(" tall ships");
    window.click("Open");
    assert!(window.says("Ben: settings and profile"));
}

// ---- pages ----

#[test]
fn a_page_opens_from_the_tree_and_folds_hide_what_is_below() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    assert!(window.shows("Ferry first, then Lagos."));
    window.click("Fold Web");
    assert!(!window.harness.query_all_by_role_and_label(Role::Button, "Accessibility notes").any(|_| true));
    window.click("Unfold Web");
    assert!(window.shows("Accessibility notes"));
    window.chord(Modifiers::ALT, Key::ArrowLeft);
    assert!(window.shows("Home of the web team."), "back goes where one was");
}

#[test]
fn a_block_is_edited_in_place_and_only_that_block_is_sent() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("Ferry first, then Lagos.");
    window.press(Key::End);
    window.write(" Then Tokyo.");
    window.pause();
    assert_eq!(window.world.lines("launch"), ["Ferry first, then Lagos. Then Tokyo."]);
    window.press(Key::Enter);
    window.write("# ");
    window.write("Later");
    window.press(Key::Escape);
    window.pause();
    assert_eq!(window.world.lines("launch"), ["Ferry first, then Lagos. Then Tokyo.", "Later"]);
    assert!(window.harness.query_by_role_and_label(Role::Heading, "Later").is_some());
    assert!(window.sent().iter().all(|command| matches!(command, Command::PageDelta { .. })));
}

#[test]
fn typing_goes_on_while_the_engine_is_slow_and_nothing_is_lost() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.world.0.lock().expect("the world").slow = true;
    window.click("Ferry first, then Lagos.");
    window.press(Key::End);
    window.press(Key::Enter);
    window.write("one");
    window.press(Key::Enter);
    window.write("two");
    window.pause();
    assert!(window.shows("one"));
    window.world.0.lock().expect("the world").slow = false;
    window.world.let_through();
    window.pause();
    window.press(Key::Escape);
    window.pause();
    assert_eq!(window.world.lines("launch"), ["Ferry first, then Lagos.", "one", "two"]);
}

#[test]
fn what_was_typed_is_saved_though_one_moved_on_before_the_engine_answered() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.world.0.lock().expect("the world").slow = true;
    window.click("Ferry first, then Lagos.");
    window.press(Key::End);
    window.press(Key::Enter);
    window.write("one");
    window.press(Key::Enter);
    window.write("two");
    window.open("Team");
    window.world.0.lock().expect("the world").slow = false;
    window.world.let_through();
    window.pause();
    assert_eq!(window.world.lines("launch"), ["Ferry first, then Lagos.", "one", "two"]);
    window.open("Launch plan, 3.2");
    assert!(window.shows("two"));
}

#[test]
fn closing_the_window_saves_what_was_typed() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("Ferry first, then Lagos.");
    window.press(Key::End);
    window.harness.event(egui::Event::Text(" Last words.".into()));
    window.harness.run_steps(1);
    window.harness.state_mut().as_mut().expect("the window").close();
    assert_eq!(window.world.lines("launch"), ["Ferry first, then Lagos. Last words."]);
}

#[test]
fn remote_work_in_the_block_being_edited_is_merged_with_what_is_typed() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("Ferry first, then Lagos.");
    window.press(Key::End);
    window.world.remote("launch", 0, "So: Ferry first, then Lagos.");
    window.write(" Done.");
    window.pause();
    assert_eq!(window.world.lines("launch"), ["So: Ferry first, then Lagos. Done."]);
}

#[test]
fn what_the_engine_refuses_is_said_and_can_be_saved_again() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    let full = PeerError::new(ErrorKind::Failed, "The disk is full.").safe("All up to then is on disk.");
    window.world.0.lock().expect("the world").refuse = Some(full);
    window.click("Ferry first, then Lagos.");
    window.press(Key::End);
    window.write(" More.");
    window.pause();
    assert!(window.says("What you typed last is only in this window. The disk is full."));
    window.click("Save again");
    window.pause();
    assert_eq!(window.world.lines("launch"), ["Ferry first, then Lagos. More."]);
    assert!(!window.says("only in this window"));
}

#[test]
fn the_title_is_edited_and_a_check_box_ticked() {
    let mut window = Window::sample();
    window.open("Keep the search index on the device");
    let unticked = "Write the fallback notice in all four languages";
    window.harness.get_by_role_and_label(Role::CheckBox, unticked).click();
    window.pause();
    let ticked = window.harness.get_by_role_and_label(Role::CheckBox, unticked);
    assert_eq!(ticked.accesskit_node().toggled(), Some(egui::accesskit::Toggled::True));
    window.press(Key::F2);
    window.press(Key::End);
    window.write(", again");
    window.press(Key::Enter);
    window.pause();
    let renamed = |command: &Command| matches!(command, Command::PageRename { title, .. } if title.ends_with("device, again"));
    assert!(window.sent().iter().any(renamed));
}

#[test]
fn a_new_page_opens_with_its_title_waiting() {
    let mut window = Window::sample();
    window.press(Key::D);
    window.press(Key::C);
    window.write("Retrospective");
    window.press(Key::Enter);
    window.write("What went well");
    window.pause();
    window.press(Key::Escape);
    window.pause();
    assert_eq!(window.world.lines("made1"), ["What went well"]);
    assert!(window.shows("Retrospective"));
}

#[test]
fn the_trash_takes_a_page_and_gives_it_back() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("More for this page");
    window.click("Move to the trash");
    assert!(window.says("“Launch plan, 3.2” is in the trash"));
    window.click("Undo");
    window.open("Launch plan, 3.2");
    assert!(window.shows("Ferry first, then Lagos."));
}

#[test]
fn the_page_can_be_seen_as_somebody_left_it() {
    let mut window = Window::sample();
    window.open("Keep the search index on the device");
    window.click("Mia, 3 changes, 13:10 – 13:28. Show the page as it was then");
    assert!(window.says("The page as Mia left it"));
    assert!(!window.shows("What has to happen"));
    window.click("Back to now");
    assert!(window.shows("What has to happen"));
}

// ---- tasks ----

#[test]
fn a_task_is_captured_from_anywhere() {
    let mut window = Window::sample();
    window.press(Key::C);
    window.write("Ask for tablets @mia !high");
    window.press(Key::Enter);
    assert!(window.says("Ask for tablets"));
    let captured = |command: &Command| matches!(command, Command::TaskNew { line } if line == "Ask for tablets @mia !high");
    assert!(window.sent().iter().any(captured));
}

#[test]
fn a_status_changes_from_its_menu_and_by_key() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::B);
    window.click("Status of Index survives a power cut: Review");
    window.click("Done");
    assert_eq!(window.world.task("WEB-X3B9G").status, "done");
    window.click("WEB-81XJE Remove the old server search flag");
    window.press(Key::P);
    window.press(Key::ArrowUp);
    window.press(Key::Enter);
    assert_eq!(window.world.task("WEB-81XJE").priority, "low");
    window.chord(Modifiers::SHIFT, Key::A);
    window.click("Dev");
    assert_eq!(window.world.task("WEB-81XJE").assignee.as_deref(), Some("Dev"));
    window.chord(Modifiers::SHIFT, Key::D);
    window.write("2026-12-01");
    window.press(Key::Enter);
    assert_eq!(window.world.task("WEB-81XJE").due.map(|due| due.value), Some("2026-12-01".into()));
}

#[test]
fn a_kept_value_is_shown_and_one_is_chosen() {
    let mut window = Window::sample();
    window.click("Tasks");
    window.click("also: Done — Dev, 2 h ago. Choose");
    window.click("Take Done");
    let task = window.world.task("WEB-M4A7K");
    assert_eq!((task.status.as_str(), task.conflicts.len()), ("done", 0));
    assert!(!window.says("also: Done"));
}

#[test]
fn the_description_of_a_task_is_kept_when_one_moves_on() {
    let mut window = Window::sample();
    window.click("Tasks");
    window.click("WEB-X3B9G Index survives a power cut");
    window.focus("Task description");
    window.write("Pull the plug ten times.");
    window.click("WEB-81XJE Remove the old server search flag");
    assert_eq!(window.world.task("WEB-X3B9G").description, "Pull the plug ten times.");
}

// ---- the rest ----

#[test]
fn the_palette_jumps_by_name() {
    let mut window = Window::sample();
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("battery");
    window.press(Key::Enter);
    assert!(window.shows("The search drains it."));
}

#[test]
fn search_finds_text_and_opens_where_it_is_said() {
    let mut window = Window::sample();
    window.write("/");
    window.write("ferry");
    window.pause();
    window.click("page: Launch plan, 3.2");
    assert!(window.shows("Ferry first, then Lagos."));
}

#[test]
fn every_appearance_and_size_can_be_set_and_every_control_has_a_name() {
    let mut window = Window::sample();
    for theme in ["Light", "Dark", "High contrast light", "High contrast dark", "System"] {
        window.chord(Modifiers::COMMAND, Key::Comma);
        window.click(&format!("Appearance: {theme}"));
        window.press(Key::Escape);
        for place in ["Keep the search index on the device", "Tasks", "People", "Trash"] {
            window.open(place);
            window.harness.check_accessibility();
        }
    }
    window.chord(Modifiers::COMMAND, Key::Plus);
    assert!((window.harness.ctx.zoom_factor() - 1.1).abs() < 0.01);
    window.harness.check_accessibility();
    window.chord(Modifiers::COMMAND, Key::Num0);
}

#[test]
fn the_smallest_window_still_leads_everywhere() {
    let mut window = Window::sample();
    window.harness.set_size(egui::vec2(720.0, 480.0));
    window.settle();
    assert!(!window.shows("History"), "the right column makes room");
    window.click("Details and history");
    assert!(window.shows("History"));
    window.click("Details and history");
    window.click("Places and pages");
    window.click("Field kit");
    assert!(window.shows("All about the kit."));
    window.harness.check_accessibility();
}

#[test]
fn f6_visits_the_parts_of_the_window_in_order() {
    let mut window = Window::sample();
    assert!(window.shows("History"));
    for part in ["Sidebar", "Sheet", "Details", "Status", "Header"] {
        window.press(Key::F6);
        let focused = window.harness.query_all_by_label(part).any(|node| node.is_focused());
        assert!(focused, "{part} has the keyboard");
    }
}

#[test]
fn the_ladder_the_keys_and_an_invitation_open_as_dialogs() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::N);
    assert!(window.says("node has a part. node has 38 of 41, met 14:01"));
    window.press(Key::Escape);
    window.write("?");
    assert!(window.shows("New task: C"));
    window.press(Key::Escape);
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("invite");
    window.press(Key::Enter);
    window.click("Make a ticket");
    assert!(window.says("tern1qpzry9x8gf2tvdw0s3jn54khce6mua7l"));
    window.click("Copy the ticket");
    assert!(window.says("The ticket is on the clipboard"));
}

#[test]
fn an_idle_window_asks_for_no_frame_before_the_next_minute() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.pause();
    let soonest =
        window.harness.output().viewport_output.values().map(|viewport| viewport.repaint_delay).min();
    assert!(soonest.is_none_or(|delay| delay > std::time::Duration::from_secs(1)), "{soonest:?}");
}

// ---- panels as text ----

fn read_sample() -> Views {
    let wake: Wake = Arc::new(|| {});
    let backend: Box<dyn Backend> = Box::new(Canned::sample());
    let mut views = Views::default();
    views.start(backend.as_ref(), &wake);
    for _ in 0..2 {
        views.poll(backend.as_ref(), &wake);
    }
    views.open.page.watch(
        backend.as_ref(),
        &wake,
        tern_peer::Query::Page { page: "decision".into(), at: None },
    );
    views.open.history.watch(backend.as_ref(), &wake, tern_peer::Query::History { page: "decision".into() });
    views.open.poll();
    views
}

fn london() -> Clock {
    Clock::new(Some(NOW_MS), "Europe/London")
}

#[test]
fn the_panels_say_this() {
    let views = read_sample();
    assert_eq!(
        people::text(&people::build(&views)),
        "me 15:10 sun\nAiko Wed 00:10 moon\nCarla 07:10 moon\nDev 20:40 moon\nMia 16:10 sun\n"
    );
    let status = statusline::build(&views, &london());
    assert_eq!(status.first, "3 changes exist only on this laptop since 14:02");
    assert_eq!(status.rest, ["node has 38 of 41, met 14:01", "Aiko’s laptop has 30 of 41, met 09:12"]);
    let places = sidebar::build(&views, &Prefs::default(), &Route::Tasks);
    assert_eq!((places.title.as_str(), places.me.as_str(), places.open_tasks), ("Northlight", "Ben", 7));
    assert_eq!(places.people_wait, 3, "one who asks and two edits that one can decide on");
    assert_eq!(status.keys.map(|keys| keys.words).as_deref(), Some("Keys: not protected"));
    let page = views.open.page.get().expect("the page");
    assert_eq!(
        details::text(&details::build(page, views.open.history.get(), &london())),
        "lagos-survey.pdf: 483 KB
(also: Index on the tablet — Aiko, 6 h ago)
You, 2 changes: 14:02 – 15:08
Mia, 3 changes: 13:10 – 13:28
Aiko, 2 changes: Mon 06:20 – 06:41
You, 1 change: Fri 11:04
"
    );
}

#[test]
fn the_task_list_says_this() {
    let views = read_sample();
    assert_eq!(
        tasks::data::text(&tasks::build(&views, &Asked::default()), &views, &london()),
        "Doing 2
  WEB-5PZ0N | Empty result says when the index was last built | #search | #copy | Ben | Today 17:30 | !medium
  WEB-7K3QX | Build the index in the background, 50 records at a time | #offline | #search | Dev | Wed 25 Nov 13:30 | !high
Review 2
  WEB-M4A7K | Stop asking the server when there is no signal | #offline | Aiko | Tue 24 Nov | !high | (also: Done — Dev, 2 h ago)
  WEB-X3B9G | Index survives a power cut | #offline | Dev | Thu 26 Nov 10:00 | !urgent
Todo 2
  WEB-9DM2A | Write the fallback notice in all four languages | #offline | #copy | Carla | Thu 26 Nov 00:00 | !medium
  WEB-4HT8V | Search results: show which tablet a record came from | #search | Mia | Fri 27 Nov | !low
Backlog 1
  WEB-81XJE | Remove the old server search flag
Done 1
  WEB-6YQ2D | Measure index size on the three oldest tablets | #search | Mia | Thu 19 Nov | !medium
"
    );
}

#[test]
fn the_palette_finds_this() {
    let views = read_sample();
    let prefs = Prefs::default();
    let ground = |situation| palette::Ground { views: &views, prefs: &prefs, situation, open: None };
    let on_page = Situation { page: true, ..Situation::default() };
    assert_eq!(
        palette::text(&palette::find(ground(on_page), "search")),
        "Pages: Keep the search index on the device | Web
Tasks: Search results: show which tablet a record came from | WEB-4HT8V · Mia
Tasks: Remove the old server search flag | WEB-81XJE
Commands: Search all text for “search” | /
Create: New task “search” | C
Create: New page “search” | D C
"
    );
    let commands = palette::text(&palette::find(ground(on_page), ">trash"));
    assert_eq!(commands, "Commands: Go to the trash | \nCommands: Move to the trash | Ctrl Shift Delete\n");
    let people = palette::text(&palette::find(ground(on_page), "@ai"));
    assert_eq!(people, "People: Aiko | Tokyo | Wed 00:10\n");
}
