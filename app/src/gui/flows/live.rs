//! Live tasks in a page: lines that become tasks, and ticks that both show.

use super::*;

const LINE: &str = "Write the fallback notice in all four languages";
const PAGE: &str = "Keep the search index on the device";

fn caret_on(line: &str) -> Window {
    let mut window = Window::sample();
    window.open(PAGE);
    window.harness.get_by_role_and_label(Role::Paragraph, line).click();
    window.settle();
    window
}

fn statuses(window: &Window, task: &str) -> Vec<String> {
    let status = |command: &Command| match command {
        Command::TaskSet { task: set, fields } if set == task => Some(fields[0].1.clone()),
        _ => None,
    };
    window.sent().iter().filter_map(status).collect()
}

#[test]
fn a_line_becomes_a_task_that_is_ticked_here_and_one_step_takes_it_back() {
    let mut window = caret_on(LINE);
    let before = window.world.lines("decision");
    window.chord(Modifiers::COMMAND, Key::Enter);
    window.pause();
    let made = |command: &Command| matches!(command, Command::TaskNew { line } if line == LINE);
    assert_eq!(window.sent().iter().filter(|command| made(command)).count(), 1);
    assert!(window.shows(&format!("WEB-NEW1 {LINE}")), "the card says short id and title");
    assert!(window.shows("Ask Aiko about the Japanese one"), "what lay in the line stays there");
    assert!(!window.world.lines("decision").contains(&LINE.to_owned()));

    window.chord(Modifiers::COMMAND, Key::Enter);
    assert_eq!(statuses(&window, "task1"), ["done"]);
    let ring = window.harness.get_by_role_and_label(Role::CheckBox, LINE);
    assert_eq!(ring.accesskit_node().toggled(), Some(egui::accesskit::Toggled::True));
    ring.click();
    window.settle();
    assert_eq!(statuses(&window, "task1"), ["done", "todo"]);

    window.harness.get_by_role_and_label(Role::Paragraph, "Ask Aiko about the Japanese one").click();
    window.settle();
    window.chord(Modifiers::COMMAND, Key::Z);
    window.pause();
    assert_eq!(window.world.lines("decision"), before);
}

#[test]
fn a_ticked_line_becomes_a_task_that_is_done() {
    let mut window = caret_on("Measure index size on the three oldest tablets");
    window.chord(Modifiers::COMMAND, Key::Enter);
    assert_eq!(statuses(&window, "task1"), ["done"]);
}

#[test]
fn ctrl_shift_enter_ticks_the_line_itself() {
    let mut window = caret_on(LINE);
    window.chord(Modifiers::COMMAND | Modifiers::SHIFT, Key::Enter);
    let ticked = window.harness.get_by_role_and_label(Role::CheckBox, LINE);
    assert_eq!(ticked.accesskit_node().toggled(), Some(egui::accesskit::Toggled::True));
    assert!(!window.sent().iter().any(|command| matches!(command, Command::TaskNew { .. })));
}

#[test]
fn the_card_leads_to_the_task() {
    let mut window = caret_on(LINE);
    window.chord(Modifiers::COMMAND, Key::Enter);
    window.chord(Modifiers::ALT, Key::Enter);
    assert!(window.shows("Tasks"));
    let tasks = |window: &Window| window.says(&format!("Status of {LINE}")) && window.says("WEB-NEW1");
    assert!(tasks(&window), "Alt Enter on the card selects the task");
    window.chord(Modifiers::ALT, Key::ArrowLeft);
    window.click(&format!("WEB-NEW1 {LINE}"));
    assert!(tasks(&window), "so does a click");
}

#[test]
fn a_line_that_changed_while_the_task_was_made_stays_as_it_is() {
    let mut window = caret_on(LINE);
    window.press(Key::End);
    window.world.0.lock().expect("the world").slow = true;
    window.chord(Modifiers::COMMAND, Key::Enter);
    window.write(" and dialects");
    window.world.0.lock().expect("the world").slow = false;
    window.world.let_through();
    window.pause();
    assert!(window.world.lines("decision").contains(&format!("{LINE} and dialects")));
    assert!(window.says("The task is made; its line was left as it is"));
}

#[test]
fn a_list_of_a_browser_comes_as_a_list_and_goes_with_html_beside_its_markdown() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("Ferry first, then Lagos.");
    window.press(Key::End);
    window.press(Key::Enter);
    let html = "<ul><li>Oslo</li><li><b>Bergen</b></li></ul>";
    window.world.0.lock().expect("the world").clipboard.1 = Some(html.to_owned());
    window.harness.event(egui::Event::Paste("Oslo\nBergen".to_owned()));
    window.pause();
    assert_eq!(window.world.lines("launch"), ["Ferry first, then Lagos.", "Oslo", "Bergen"]);
    for _ in 0..2 {
        window.chord(Modifiers::COMMAND, Key::A);
    }
    window.harness.event(egui::Event::Copy);
    window.settle();
    let (text, html) = window.world.0.lock().expect("the world").clipboard.clone();
    assert_eq!(text, "Ferry first, then Lagos.\n\n- Oslo\n- **Bergen**");
    assert!(html.expect("HTML").contains("<li><strong>Bergen</strong>"));
}

#[test]
fn a_picture_from_the_clipboard_is_attached_and_its_file_goes_again() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("Ferry first, then Lagos.");
    let image = egui::ColorImage::filled([4, 4], egui::Color32::RED);
    window.harness.event(egui::Event::PasteImage(Arc::new(image)));
    window.pause();
    let attached = window.sent().into_iter().find_map(|command| match command {
        Command::Attach { doc, path } if doc == "launch" => Some(path),
        _ => None,
    });
    let path = attached.expect("it is attached");
    assert!(!path.exists(), "the file was needed for the attaching only");
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(name.starts_with("Picture 2026-11-24 15.10"), "{name}");
    assert!(
        window.world.lines("launch")[0].contains(&name),
        "it stands in the line: {:?}",
        window.world.lines("launch")
    );
}

#[derive(Debug)]
struct Fallen(std::path::PathBuf);

impl egui::DroppedFile for Fallen {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }
}

#[test]
fn a_file_held_over_the_page_is_spoken_of_and_attached_when_it_falls() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("Ferry first, then Lagos.");
    let path = std::path::PathBuf::from("/home/ben/survey.pdf");
    let held = egui::HoveredFile { path: Some(path.clone()), ..Default::default() };
    window.harness.input_mut().hovered_files.push(held);
    window.harness.run_steps(1);
    assert!(window.says("Let go to attach “survey.pdf” here"));
    window.harness.input_mut().hovered_files.clear();
    window.harness.input_mut().dropped_files.push(Arc::new(Fallen(path.clone())));
    window.pause();
    let attached = |command: &Command| matches!(command, Command::Attach { doc, path: sent } if doc == "launch" && *sent == path);
    assert_eq!(window.sent().iter().filter(|command| attached(command)).count(), 1);
    assert!(window.world.lines("launch")[0].contains("survey.pdf"));
}

#[test]
fn the_insert_menu_makes_a_task_of_any_line() {
    let mut window = Window::sample();
    window.open("Launch plan, 3.2");
    window.click("Ferry first, then Lagos.");
    window.press(Key::End);
    for part in [" ", "/", "task"] {
        window.write(part);
    }
    window.press(Key::Enter);
    window.pause();
    assert!(window.shows("WEB-NEW1 Ferry first, then Lagos."));
    assert_eq!(window.world.lines("launch"), [""]);
}
