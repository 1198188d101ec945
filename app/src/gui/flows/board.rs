//! Tasks as list and board: what is asked, cards that are moved, several tasks in one step, saved views.

use egui::{Key, Modifiers, PointerButton, Pos2, vec2};
use tern_peer::{TaskCommand, ViewCommand};

use super::*;
use crate::gui::look;

const CTRL: Modifiers = Modifiers::COMMAND;
const SHIFT: Modifiers = Modifiers::SHIFT;

/// The board over the sample.
fn board() -> Window {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::B);
    window.click("Board");
    window
}

fn centre(window: &Window, label: &str) -> Pos2 {
    let node = window.harness.get_by_label(label);
    node.rect().center()
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    let button = |pos, pressed| egui::Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    for event in [egui::Event::PointerMoved(from), button(from, true)] {
        window.harness.event(event);
        window.harness.step();
    }
    for step in 1..=4 {
        window.harness.event(egui::Event::PointerMoved(from + (to - from) * (step as f32 / 4.0)));
        window.harness.step();
    }
    window.harness.event(button(to, false));
    window.settle();
}

const POWER: &str = "WEB-X3B9G Index survives a power cut";
const EMPTY: &str = "WEB-5PZ0N Empty result says when the index was last built";
const BUILD: &str = "WEB-7K3QX Build the index in the background, 50 records at a time";

#[test]
fn the_board_shows_columns_and_folds_what_is_not_at_hand() {
    let mut window = board();
    for column in ["Todo, 2 tasks", "Doing, 2 tasks", "Review, 2 tasks", "Done, 1 tasks"] {
        assert!(window.shows(column), "{column}");
    }
    assert!(window.shows("8 tasks"));
    assert!(!window.says("Remove the old server search flag"), "the backlog is folded");
    window.click("Show Backlog, 1 tasks");
    assert!(window.says("Remove the old server search flag"));
    window.click("Fold Backlog");
    assert!(!window.says("Remove the old server search flag"));
    window.click("List");
    assert!(window.says("Remove the old server search flag"), "the list shows it");
}

#[test]
fn a_card_is_dragged_into_another_column_and_the_way_back_is_offered() {
    let mut window = board();
    let (from, to) = (centre(&window, POWER), centre(&window, "Doing, 2 tasks") + vec2(0.0, 300.0));
    drag(&mut window, from, to);
    assert_eq!(window.world.task("WEB-X3B9G").status, "doing");
    assert!(window.shows("Doing, 3 tasks") && window.shows("Review, 1 tasks"));
    window.click("Undo");
    assert_eq!(window.world.task("WEB-X3B9G").status, "review");
}

#[test]
fn a_card_is_dragged_within_its_column_where_people_order_by_hand() {
    let mut window = board();
    let (from, above) = (centre(&window, BUILD), centre(&window, EMPTY));
    assert!(from.y > above.y);
    drag(&mut window, from, above - vec2(0.0, 30.0));
    assert!(centre(&window, BUILD).y < centre(&window, EMPTY).y, "it stands before the other one");
    assert_eq!(window.world.task("WEB-7K3QX").status, "doing");
    window.click("Sort: By hand");
    window.click("Priority");
    let (from, to) = (centre(&window, EMPTY), centre(&window, BUILD) - vec2(0.0, 30.0));
    drag(&mut window, from, to);
    assert!(window.says("Sort by hand to move cards within a column"));
}

#[test]
fn cards_are_walked_and_moved_by_keyboard() {
    let mut window = board();
    window.press(Key::J);
    assert!(window.shows("Todo, 2 tasks"));
    window.press(Key::ArrowRight);
    window.press(Key::ArrowDown);
    window.chord(CTRL, Key::ArrowRight);
    assert_eq!(window.world.task("WEB-7K3QX").status, "review");
    window.chord(CTRL, Key::ArrowUp);
    let steps = window.sent();
    let placed = |command: &Command| matches!(command, Command::Tasks(TaskCommand::Place { fields, .. }) if fields.is_empty());
    assert!(steps.iter().any(placed), "it is moved within the column");
    window.press(Key::Enter);
    window.focus("Task description");
    window.press(Key::Escape);
}

#[test]
fn several_tasks_change_in_one_step_that_is_taken_back() {
    let mut window = board();
    window.click(EMPTY);
    window.press(Key::X);
    window.chord(SHIFT, Key::J);
    assert!(window.shows("2 tasks marked"));
    window.press(Key::S);
    window.click("Done");
    for id in ["WEB-5PZ0N", "WEB-7K3QX"] {
        assert_eq!(window.world.task(id).status, "done");
    }
    let many = |command: &&Command| matches!(command, Command::Tasks(TaskCommand::SetMany { .. }));
    assert_eq!(window.sent().iter().filter(many).count(), 1, "one step");
    assert!(window.shows("2 tasks changed"));
    window.click("Undo");
    for id in ["WEB-5PZ0N", "WEB-7K3QX"] {
        assert_eq!(window.world.task(id).status, "doing");
    }
    window.press(Key::Escape);
    assert!(!window.shows("2 tasks marked"));
}

#[test]
fn labels_and_estimates_are_set_by_key() {
    let mut window = board();
    window.click(POWER);
    window.press(Key::L);
    window.write("sea");
    window.press(Key::Enter);
    assert_eq!(window.world.task("WEB-X3B9G").labels, ["offline", "search"]);
    window.press(Key::L);
    window.write("tablets");
    window.press(Key::Enter);
    assert_eq!(window.world.task("WEB-X3B9G").labels, ["offline", "search", "tablets"]);
    window.chord(SHIFT, Key::E);
    window.write("3");
    window.press(Key::Enter);
    assert_eq!(window.world.task("WEB-X3B9G").estimate.as_deref(), Some("3"));
}

#[test]
fn a_task_is_written_in_a_column() {
    let mut window = board();
    window.click("New task in Review");
    window.write("Check the pilot");
    window.press(Key::Enter);
    assert!(window.shows("Review, 3 tasks"));
    assert_eq!(window.world.task("WEB-NEW1").status, "review");
}

#[test]
fn the_question_is_chosen_typed_and_shown_as_chips() {
    let mut window = board();
    window.click("Add a filter");
    window.click("Label");
    window.click("offline");
    assert!(window.shows("Filter Label: offline") && window.shows("4 tasks"));
    window.press(Key::F);
    window.write("assignee:d");
    assert!(window.shows("Dev"), "names are offered");
    window.press(Key::Tab);
    window.press(Key::Enter);
    assert!(window.shows("Filter Assignee: dev") && window.shows("2 tasks"));
    window.click("Without label offline");
    assert!(!window.shows("Filter Label: offline"));
    window.click("Type the question");
    window.write("due:someday");
    assert!(window.says("is not understood"), "what is wrong is said");
    window.press(Key::Escape);
    assert!(window.shows("Filter Assignee: dev"), "the question that could be read stays");
}

#[test]
fn a_view_is_saved_found_changed_and_trashed() {
    let mut window = board();
    window.click("Add a filter");
    window.click("Label");
    window.click("search");
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("save as a view");
    window.press(Key::Enter);
    window.write("Search work");
    window.press(Key::Enter);
    assert!(window.shows("View Search work") && window.shows("Saved view"), "the sidebar shows it");
    let saved = |command: &Command| {
        matches!(command, Command::View(ViewCommand::Save { view: None, shape, .. })
        if shape.layout == "board" && shape.query == "label:\"search\"")
    };
    assert!(window.sent().iter().any(saved));
    window.open("Tasks");
    assert!(window.shows("8 tasks"), "all tasks are there again");
    window.click("View Search work");
    assert!(window.shows("Filter Label: search"));
    window.click("Without label search");
    window.click("Save the view");
    assert!(window.shows("Saved view"));
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("move this view");
    window.press(Key::Enter);
    assert!(!window.shows("View Search work"));
    window.click("Undo");
    assert!(window.shows("View Search work"));
}

#[test]
fn whoever_gets_a_task_is_told_to_which_instant_its_due_date_moves() {
    let world = Canned::sample();
    {
        let mut world = world.0.lock().expect("the world");
        let task = world.tasks_mut().iter_mut().find(|task| task.short_id == "WEB-5PZ0N").expect("a task");
        task.due = Some(tern_peer::DueView {
            kind: "end-of-day".into(),
            value: "2026-11-25".into(),
            at: Some("2026-11-25T17:30:00+00:00[Europe/London]".into()),
            yours: "Wed 17:30".into(),
            theirs: None,
        });
    }
    let mut window = Window::over(world);
    window.press(Key::G);
    window.press(Key::B);
    window.click(EMPTY);
    window.chord(SHIFT, Key::A);
    assert_eq!(window.world.task("WEB-5PZ0N").assignee.as_deref(), Some("Ben"), "nothing is saved yet");
    let open = window.harness.state_mut().as_mut().expect("the window").open_mut().expect("open");
    let menu = open.picker.as_ref().expect("a menu");
    let said: Vec<String> = menu.entries.iter().map(|entry| entry.right.clone()).collect();
    assert!(
        said.iter().any(|right| right == "due Wed 17:30 → Thu 00:00 yours"),
        "Carla’s day ends later: {said:?}"
    );
    assert!(
        said.iter().any(|right| right == "due Wed 17:30 → Wed 09:00 yours"),
        "Aiko’s ends earlier: {said:?}"
    );
}

#[test]
fn my_work_says_what_fits_the_hours_that_are_left() {
    let mut window = Window::sample();
    window.press(Key::G);
    window.press(Key::M);
    assert!(window.says("2 h 20 min of your hours are left today, until 17:30."));
    assert!(window.shows("Fits today"));
    window.click("Empty result says when the index was last built, Today 17:30");
    assert!(window.says("Status of Empty result"), "the task is shown");
}

#[test]
fn a_board_of_ten_thousand_cards_lays_out_those_in_sight() {
    let cost = |count: usize| {
        let world = Canned::sample();
        world.many_tasks(count);
        let mut window = Window::over(world);
        window.press(Key::G);
        window.press(Key::B);
        window.click("Board");
        look::laid();
        window.harness.step();
        look::laid().0
    };
    let (few, many) = (cost(200), cost(10_000));
    assert!(few > 20, "cards are drawn");
    assert!(many <= few + 20, "a frame of many costs {many} layouts, of few {few}");
}
