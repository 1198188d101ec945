//! Projects, cycles, and what a task says beside its common fields.

use super::*;
use crate::gui::canned::projects::{Plans, link};
use crate::gui::{cycles, projects};

fn of_project(window: &Window) -> tern_peer::ProjectView {
    window.world.0.lock().expect("the world").plans.projects[0].clone()
}

/// The sample, whose Web project has named states; its tasks lie in it.
fn with_states() -> Window {
    let world = Canned::sample();
    {
        let mut world = world.0.lock().expect("the world");
        let state = |name: &str, class: &str| tern_peer::StateView { name: name.into(), class: class.into() };
        world.plans.projects[0].states =
            vec![state("Ready", "todo"), state("Building", "doing"), state("In QA", "review")];
        for task in world.tasks_mut() {
            task.project = Some("Web".into());
            task.more.project_id = Some("web".into());
        }
    }
    Window::over(world)
}

#[test]
fn the_page_of_a_project_as_text() {
    let clock = Clock::new(Some(NOW_MS), "Europe/London");
    let wanted = "\
WEB Web
2 Doing · 1 Done
field Size: select S/M/L
On track — Aiko Tanaka, 17 Nov
The index is built on the device.
";
    assert_eq!(projects::data::text(&Plans::default().projects[0], &clock), wanted);
}

#[test]
fn a_project_is_opened_by_key_and_told_of_with_what_changed() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::J);
    assert!(window.says("Web, On track, Aiko Tanaka leads · 2 tasks open"));
    window.focus("Web, On track, Aiko Tanaka leads · 2 tasks open · told 17 Nov");
    window.press(Key::Enter);
    assert!(window.says("The index is built on the device."));
    window.click("Write an update");
    window.click("Health: At risk");
    let field = window.harness.get_by_role_and_label(Role::MultilineTextInput, "Update");
    let text = field.accesskit_node().value().unwrap_or_default();
    assert!(text.contains("- Index format"), "what changed stands in it: {text}");
    window.focus("Update");
    window.chord(Modifiers { ctrl: true, ..Modifiers::COMMAND }, Key::Home);
    window.write("Two days late.");
    window.click("Post the update");
    let project = of_project(&window);
    assert_eq!(project.health.as_deref(), Some("at-risk"));
    assert!(project.updates[0].text.starts_with("Two days late.\n\nDone"), "{}", project.updates[0].text);
    assert!(window.shows("At risk, Ben Okafor, 09:10"));
}

#[test]
fn projects_and_decisions_are_walked_with_the_keys_of_lists() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::J);
    window.press(Key::J);
    window.press(Key::Enter);
    assert!(window.says("The index is built on the device."), "the project is open");
    window.press(Key::G);
    window.press(Key::L);
    let all = |window: &mut Window| {
        let open = super::walk::open_of(window);
        let view = open.views.decisions.get().expect("decisions");
        crate::gui::decisions::build(view, &open.clock).into_iter().map(|line| line.id).collect::<Vec<_>>()
    };
    let ids = all(&mut window);
    // The canned project and a canned page have one id; documents have not.
    super::walk::open_of(&mut window).titled.selected = None;
    assert!(ids.len() > 1, "{ids:?}");
    for (key, at) in [(Key::J, 0), (Key::J, 1), (Key::K, 0), (Key::K, 0)] {
        window.press(key);
        let selected = super::walk::open_of(&mut window).titled.selected.clone();
        assert_eq!(selected.as_ref(), ids.get(at), "{key:?}");
    }
    window.press(Key::Enter);
    assert_eq!(super::walk::open_of(&mut window).pane.route, Route::page(&ids[0]));
}

#[test]
fn pages_of_a_project_stand_on_its_page_and_another_one_is_added() {
    let world = Canned::sample();
    let page = |id: &str, kind: &str, title: &str| tern_peer::OnView {
        id: id.into(),
        kind: kind.into(),
        title: title.into(),
    };
    world.0.lock().expect("the world").plans.projects[0].pages =
        vec![page("decision", "decision", "Keep the index"), page("launch", "page", "Launch plan, 3.2")];
    let mut window = Window::over(world);
    super::walk::open_of(&mut window).go(Route::Project { id: "web".into() });
    window.settle();
    assert!(window.shows("Decision: Keep the index"));
    window.click("Add a page…");
    window.write("battery");
    window.press(Key::Enter);
    let belongs = |project: &str| {
        let fields = vec![("project".to_owned(), project.to_owned())];
        Command::Practice(tern_peer::PracticeCommand::PageSet { page: "battery".into(), fields })
    };
    let last = |window: &Window| format!("{:?}", window.sent().last());
    assert_eq!(last(&window), format!("{:?}", Some(belongs("web"))));
    assert!(window.says("“Battery tests, Lagos” belongs to Web"));
    window.click("Undo");
    assert_eq!(last(&window), format!("{:?}", Some(belongs(""))));
    window.click("Page: Launch plan, 3.2");
    assert!(window.shows("Ferry first, then Lagos."), "it opens");
    window.click("Project: none");
    window.harness.get_by_role_and_label(Role::MenuItem, "Web").click();
    window.settle();
    assert!(window.says("It belongs to Web"), "a page says it in its details too");
}

#[test]
fn a_state_is_called_otherwise_and_back() {
    let mut window = with_states();
    super::walk::open_of(&mut window).go(Route::Project { id: "web".into() });
    window.settle();
    window.click("States: Ready → Building → In QA");
    window.harness.get_by_role_and_label(Role::MenuItem, "In QA").click();
    window.settle();
    window.chord(Modifiers::COMMAND, Key::A);
    window.write("Checking");
    window.press(Key::Enter);
    assert!(window.shows("States: Ready → Building → Checking"));
    assert!(window.says("In QA is called Checking from here on; its tasks stay in it"));
    window.chord(Modifiers::COMMAND, Key::Z);
    assert!(window.shows("States: Ready → Building → In QA"));
}

#[test]
fn a_cycle_gets_another_first_day_and_other_weeks_which_can_be_taken_back() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::C);
    let of = |window: &Window| {
        let cycle = window.world.0.lock().expect("the world").plans.cycles[0].clone();
        (cycle.start.unwrap_or_default(), cycle.weeks, cycle.cooldown)
    };
    let pick = |window: &mut Window, field: &str| {
        window.click("Change Autumn");
        window.harness.get_by_role_and_label(Role::MenuItem, field).click();
        window.settle();
    };
    pick(&mut window, "First day");
    window.write("2026-10-26");
    window.press(Key::Enter);
    pick(&mut window, "Weeks of work");
    window.click("4 weeks");
    pick(&mut window, "Weeks to cool down");
    window.click("1 week");
    assert_eq!(of(&window), ("2026-10-26".to_owned(), 4, 1));
    window.chord(Modifiers::COMMAND, Key::Z);
    assert_eq!(of(&window), ("2026-10-26".to_owned(), 4, 2));
    let names = super::walk::walk(&mut window, "cycles");
    assert!(names.iter().any(|name| name == "Change Autumn"), "{names:?}");
}

#[test]
fn states_are_added_on_the_page_of_the_project() {
    let mut window = Window::sample();
    window.open("Projects");
    window.click("Web, On track, Aiko Tanaka leads · 2 tasks open · told 17 Nov");
    window.click("States: The six classes");
    window.write("In QA:review");
    window.press(Key::Enter);
    assert_eq!(of_project(&window).states.len(), 1);
    assert!(window.shows("States: In QA"));
}

#[test]
fn the_board_of_a_project_has_its_named_states_as_columns_and_the_menu_offers_them() {
    let mut window = with_states();
    window.open("Projects");
    window.click("Web, On track, Aiko Tanaka leads · 2 tasks open · told 17 Nov");
    window.click("Board of its tasks");
    for column in ["Column Ready", "Column Building", "Column In QA"] {
        assert!(window.shows(column), "{column}");
    }
    window.click("WEB-X3B9G Index survives a power cut");
    window.press(Key::S);
    for state in ["Ready", "Building", "In QA"] {
        let entries = window.harness.query_all_by_role(Role::MenuItem);
        let labels: Vec<String> = entries.filter_map(|entry| entry.accesskit_node().label()).collect();
        assert!(labels.iter().any(|label| label.starts_with(state)), "{state}: {labels:?}");
    }
}

#[test]
fn relations_recurrence_and_fields_are_set_in_the_details_by_keyboard() {
    let mut window = with_states();
    window.press(Key::G);
    window.press(Key::B);
    window.click("WEB-X3B9G Index survives a power cut");
    window.press(Key::Enter);
    let pick = |window: &mut Window, row: &str, keys: &[Key]| {
        window.focus(row);
        window.press(Key::Enter);
        keys.iter().for_each(|key| window.press(*key));
    };
    pick(&mut window, "Size: None", &[Key::Enter]);
    pick(&mut window, "Repeats: No", &[Key::Enter]);
    assert!(window.shows("Repeats: every day"));
    assert!(window.says("Next: Mon 30 Nov"), "the next dates");
    window.click("Pass over what was missed");
    assert!(!window.shows("Pass over what was missed"), "nothing is missed any more");
    window.click("Pass over this time");
    assert!(window.says("Next: Mon 7 Dec"), "the time after it");
    window.focus("Blocks: None");
    window.press(Key::Enter);
    window.write("Write the fallback");
    window.press(Key::Enter);
    let task = window.world.task("WEB-X3B9G");
    assert_eq!(task.more.fields.get("Size").map(String::as_str), Some("S"));
    assert_eq!(task.more.blocks.len(), 1);
    assert!(window.shows("Blocks: Write the fallback notice in all four languages"));
    pick(&mut window, "Cycle: None", &[Key::Enter]);
    assert!(window.shows("Cycle: Autumn"));
    pick(&mut window, "Hill: Not set", &[Key::ArrowDown, Key::Enter]);
    assert!(window.shows("Hill: 25 of 100"));
}

#[test]
fn whom_a_task_waits_for_is_said_with_their_time() {
    let world = Canned::sample();
    {
        let mut world = world.0.lock().expect("the world");
        let other = link(&world.tasks_mut()[0]);
        let task = world.tasks_mut().iter_mut().find(|task| task.short_id == "WEB-X3B9G").expect("a task");
        task.more.blocked = true;
        task.more.waits_for = vec![tern_peer::WaitsForView {
            task: tern_peer::TaskLinkView { assignee: Some("Aiko Tanaka".into()), ..other },
            local: Some("Tue 18:10".into()),
            next_checkin: None,
            next_checkin_local: Some("Wed 09:00".into()),
        }];
    }
    let mut window = Window::over(world);
    window.press(Key::G);
    window.press(Key::B);
    window.click("WEB-X3B9G Index survives a power cut");
    window.press(Key::Enter);
    assert!(window.says("Aiko Tanaka, Tue 18:10 there, looks next Wed 09:00"));
}

#[test]
fn a_scope_is_moved_on_its_hill_by_arrows() {
    let world = Canned::sample();
    {
        let mut world = world.0.lock().expect("the world");
        let task = world.tasks_mut().iter_mut().find(|task| task.short_id == "WEB-X3B9G").expect("a task");
        task.more.cycle = Some("Autumn".into());
        task.more.appetite = Some(10);
        task.more.hill = Some(30);
    }
    let mut window = Window::over(world);
    window.press(Key::G);
    window.press(Key::C);
    assert!(window.says("5 days of work left"), "the head of the cycle");
    window.focus(
        "Index survives a power cut, 10 days · at 30, finding out. Left and right move it on its hill",
    );
    window.press(Key::ArrowRight);
    assert_eq!(window.world.task("WEB-X3B9G").more.hill, Some(35));
    window.press(Key::ArrowLeft);
    window.press(Key::ArrowLeft);
    assert_eq!(window.world.task("WEB-X3B9G").more.hill, Some(25));
    let task = window.world.task("WEB-X3B9G");
    let scope = tern_peer::ScopeView {
        task: link(&task),
        appetite: task.more.appetite,
        hill: task.more.hill,
        history: task.more.hill_history,
    };
    let clock = Clock::new(Some(NOW_MS), "Europe/London");
    let words = cycles::scope_words(&scope, &clock);
    assert!(words.starts_with("10 days · at 25, finding out · from 30 (Ben Okafor"), "{words}");
}

#[test]
fn projects_a_project_and_cycles_are_walked_without_a_trap() {
    let mut window = with_states();
    for (route, place, name) in [
        (Route::Projects, "projects", "New project"),
        (Route::Project { id: "web".into() }, "a project", "Write an update"),
        (Route::Cycles, "cycles", "New cycle"),
    ] {
        super::walk::open_of(&mut window).go(route);
        window.settle();
        let names = super::walk::walk(&mut window, place);
        assert!(names.iter().any(|known| known == name), "{place}: {names:?}");
    }
    super::walk::open_of(&mut window).go(Route::Project { id: "web".into() });
    window.settle();
    window.click("Write an update");
    let names = super::walk::walk(&mut window, "the composer of an update");
    for name in ["Health: On track", "Update", "Post the update", "Discard"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
}
