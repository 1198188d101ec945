//! CPU of a frame: typing, scrolling and changes of others in pages of three sizes, beside egui's own field.

use std::path::Path;
use std::time::Duration;

use egui::{Event, Key, Modifiers, MouseWheelUnit, TouchPhase, pos2, vec2};
use tern_model::Delta;
use tern_model::block::Marks;
use tern_model::delta::Piece;
use tern_peer::{Command, Reply};

use crate::corpus::{self, Seeded};
use crate::harness::{Home, Stage};
use crate::say;
use crate::screen::{Screen, Time, press};

/// Names and bytes of the pages.
const SIZES: [(&str, usize); 3] = [("10 KB", 10_000), ("100 KB", 100_000), ("1 MB", 1_000_000)];
/// Characters typed a page.
const KEYS: usize = 400;
/// Frames of scrolling a page.
const SCROLLS: usize = 400;
/// Changes of others a page.
const CHANGES: usize = 40;
/// Longest time that taking in the 9,900 pages may take.
const IMPORT_LIMIT: Duration = Duration::from_secs(600);
/// How every page begins.
pub const BEGINNING: &str = "It begins here.";

/// Paragraphs of some 400 bytes.
pub fn text(bytes: usize) -> String {
    let mut seed = Seeded(11);
    let mut text = format!("{BEGINNING}\n\n");
    while text.len() < bytes {
        text.push_str(&seed.words(60));
        text.push_str("\n\n");
    }
    text
}

/// A home with a page of a size.
pub fn home(stage: &Stage, size: usize) -> (Home, String) {
    let home = stage.ben();
    home.json(&["page", "new", "Measured"]);
    home.json_with(&["page", "append", "Measured"], &[], &text(size));
    let id = home.page("Measured");
    (home, id)
}

fn typing(screen: &mut Screen, name: &str) {
    let mut spent = Vec::with_capacity(KEYS);
    for at in 0..KEYS {
        let letter = if at % 6 == 5 { " " } else { "e" };
        spent.push(screen.frame(vec![Event::Text(letter.to_owned())]));
        // The engine works on threads of its own; a person's keys are further apart than this.
        screen.rest(Duration::from_millis(4));
    }
    say(&format!("typing, {name}"), spent);
    let mut enters = Vec::new();
    for _ in 0..KEYS / 10 {
        enters.push(screen.frame(vec![press(Key::Enter, Modifiers::NONE)]));
        screen.rest(Duration::from_millis(4));
    }
    say(&format!("Enter, {name}"), enters);
    screen.until("all of it saved", Screen::is_settled);
}

fn scrolling(screen: &mut Screen, name: &str) {
    screen.frame(vec![press(Key::Home, Modifiers::COMMAND), Event::PointerMoved(pos2(700.0, 500.0))]);
    let mut spent = Vec::with_capacity(SCROLLS);
    for at in 0..SCROLLS {
        let down = if at % 200 < 150 { -90.0 } else { 60.0 };
        let wheel = Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, down),
            phase: TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        };
        spent.push(screen.frame(vec![wheel]));
    }
    say(&format!("scrolling, {name}"), spent);
}

/// Somebody else writes into the paragraph that is in sight, and now and then a new one at the end.
fn others(screen: &mut Screen, page: &str, name: &str) {
    screen.frame(vec![press(Key::Home, Modifiers::COMMAND)]);
    let append =
        |markdown: &str| Command::PageAppend { page: page.to_owned(), markdown: markdown.to_owned() };
    let Reply::Doc(doc) = screen.behind_its_back(append("Seen from elsewhere.")) else { return };
    let mut base = doc.heads;
    let mut spent = Vec::new();
    for _ in 0..CHANGES {
        let delta = Delta::splice(3, 0, [Piece::Text("x".to_owned(), Marks::default())]);
        let command = Command::PageDelta { page: page.to_owned(), base: base.clone(), delta };
        let Reply::PageDelta(reply) = screen.behind_its_back(command) else { return };
        base = reply.heads;
        // The dearest frame of those in which it arrives.
        let mut dearest: f64 = 0.0;
        for _ in 0..12 {
            dearest = dearest.max(screen.frame(Vec::new()));
            screen.rest(Duration::from_millis(15));
        }
        spent.push(dearest);
    }
    say(&format!("a change of somebody else, dearest frame, {name}"), spent);
}

/// Typing, scrolling and changes of others.
pub fn editor(_dir: &Path) {
    for (name, size) in SIZES {
        let stage = Stage::new();
        let (home, page) = home(&stage, size);
        let mut screen = Screen::over(home.path(), Time::Steps);
        screen.open("Measured", BEGINNING, true);
        typing(&mut screen, name);
        scrolling(&mut screen, name);
        others(&mut screen, &page, name);
        println!("mismatches, {name}: {}", screen.mismatches());
        screen.close();
    }
}

/// Typing beside a tree of 10,000 pages.
pub fn tree(dir: &Path) {
    let stage = Stage::new();
    let (home, _) = home(&stage, 10_000);
    let pages = dir.join("frames-tree");
    corpus::write(&pages, 9_900).expect("a folder that can be written");
    let import = ["import", pages.to_str().expect("a path that is text")];
    let imported = home.start(&import, "").wait(IMPORT_LIMIT).expect("an end of the import");
    assert_eq!(imported.code, 0, "{}", imported.err);
    let mut screen = Screen::over(home.path(), Time::Steps);
    screen.open("Measured", BEGINNING, true);
    typing(&mut screen, "10 KB beside 10,000 pages");
    screen.close();
}

/// List and board of 10,000 tasks: the founder's home of `tern demo --large --keep DIR`.
pub fn board(dir: &Path) {
    let mut screen = Screen::over(&dir.join("ada"), Time::Steps);
    screen.until("the window", |screen| screen.says("Tasks"));
    for key in [Key::G, Key::B] {
        screen.frame(vec![press(key, Modifiers::NONE)]);
    }
    screen.until("the tasks", |screen| {
        screen.says("Board") && screen.says(" tasks") && !screen.says("Reading the tasks")
    });
    for layout in ["List", "Board"] {
        screen.act(layout, egui::accesskit::Action::Click);
        for _ in 0..60 {
            screen.frame(Vec::new());
            screen.rest(Duration::from_millis(10));
        }
        scrolling(&mut screen, &format!("{layout} of 10,000 tasks"));
    }
    screen.close();
}

/// egui's own field with the same texts.
pub fn textedit() {
    for (name, size) in SIZES {
        let ctx = egui::Context::default();
        ctx.enable_accesskit();
        let mut text = text(size);
        let mut spent = Vec::new();
        let keys = if size > 500_000 { KEYS / 8 } else { KEYS };
        for at in 0..keys + 30 {
            let events = if at < 30 { Vec::new() } else { vec![Event::Text("e".to_owned())] };
            let room = egui::Rect::from_min_size(pos2(0.0, 0.0), vec2(1400.0, 900.0));
            let time = Some(at as f64 / 60.0);
            let input = egui::RawInput { screen_rect: Some(room), time, events, ..Default::default() };
            let before = crate::cpu_ms();
            let mut output = ctx.run_ui(input, |ui| {
                egui::ScrollArea::vertical().show(ui, |ui| {
                    let field = egui::TextEdit::multiline(&mut text).desired_width(720.0);
                    ui.add(field).request_focus();
                });
            });
            let _ = ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
            if at >= 30 {
                spent.push(crate::cpu_ms() - before);
            }
            output.textures_delta.clear();
        }
        say(&format!("typing, egui's TextEdit, {name}"), spent);
    }
}
