//! Tables of tasks in the window.

use tern_peer::{Command, TaskImport};

use super::Window;
use egui::{Key, Modifiers};

fn asked(window: &Window) -> Vec<TaskImport> {
    let wish = |command: Command| if let Command::ImportTasks(wish) = command { Some(wish) } else { None };
    window.sent().into_iter().filter_map(wish).collect()
}

#[test]
fn a_table_is_looked_at_before_it_comes_in_and_one_press_takes_it_back() {
    let mut window = Window::sample();
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("import tasks");
    window.press(Key::Enter);
    window.write("/home/ben/issues.csv");
    window.press(Key::Enter);
    window.settle();
    assert!(window.says("2 tasks new"));
    assert!(window.says("Triage as backlog (1)") && window.says("Carla, not a member yet (1)"));
    assert!(window.says("line 4: “Old” is archived there"));
    assert!(window.says("this is a guess"));
    window.click("Read day first");
    assert!(window.says("Day, month, year"));
    let seen = asked(&window);
    assert_eq!(seen.iter().map(|wish| wish.dates.as_deref()).collect::<Vec<_>>(), [None, Some("dmy")]);
    assert!(seen.iter().all(|wish| wish.dry_run), "nothing changes by looking");
    window.click("Import 2 tasks");
    let last = asked(&window).pop().expect("asked");
    assert_eq!((last.dry_run, last.path.to_str()), (false, Some("/home/ben/issues.csv")));
    assert!(!window.shows("Look again"), "the dialog is closed");
    assert!(window.says("2 tasks imported"));
    window.click("Undo");
    let undone = |window: &Window| window.sent().iter().filter(|c| matches!(c, Command::ImportUndo)).count();
    assert_eq!(undone(&window), 1);
    assert!(window.says("2 tasks in the trash"));
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("last import");
    window.press(Key::Enter);
    assert_eq!(undone(&window), 2, "also when the line is gone");
}

#[test]
fn what_was_seen_of_one_file_says_nothing_of_another() {
    let mut window = Window::sample();
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("import tasks");
    window.press(Key::Enter);
    window.write("/home/ben/issues.csv");
    window.click("Look at it");
    assert!(window.shows("Import 2 tasks"));
    window.focus("File");
    window.press(Key::End);
    window.write("x");
    assert!(!window.shows("Import 2 tasks"));
    assert!(window.shows("Look at it"));
}
