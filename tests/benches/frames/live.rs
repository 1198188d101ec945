//! How soon a keystroke is safe and seen by somebody else, on the clock of the wall, and what an idle window costs.

use std::path::Path;
use std::time::{Duration, Instant};

use egui::Event;

use crate::editor::{BEGINNING, home};
use crate::harness::{Node, Stage, word};
use crate::say;
use crate::screen::{Screen, Time};

/// Keystrokes.
const KEYS: usize = 100;
/// How long an idle window is watched.
const IDLE: Duration = Duration::from_secs(30);
/// Size of the page.
const PAGE: usize = 100_000;

fn ms(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1000.0
}

/// Keystroke to the engine's reply, which it gives once the change is on the disk.
pub fn durable(_dir: &Path) {
    for size in [10_000, PAGE, 1_000_000] {
        let stage = Stage::new();
        let (home, _) = home(&stage, size);
        let mut screen = Screen::over(home.path(), Time::Wall);
        screen.open("Measured", BEGINNING, true);
        let mut waited = Vec::new();
        for _ in 0..KEYS {
            let pressed = Instant::now();
            screen.frame(vec![Event::Text("e".to_owned())]);
            let reply = loop {
                if let Ok(reply) = screen.replies.try_recv() {
                    break reply;
                }
                screen.rest(Duration::from_millis(50));
                screen.frame(Vec::new());
            };
            waited.push(ms(pressed, reply));
        }
        say(&format!("keystroke to durable, page of {size} bytes"), waited);
        screen.close();
    }
}

/// Keystroke to the frame of a connected second window that shows it.
pub fn visible(_dir: &Path) {
    for size in [10_000, PAGE] {
        let stage = Stage::new();
        let node = Node::start(&stage);
        let (ben, _) = home(&stage, size);
        ben.json(&["relay", "add", &node.ticket]);
        ben.json(&["sync"]);
        let ticket = word(&ben.json(&["invite"]), "ticket");
        ben.json(&["sync"]);
        let aiko = stage.empty_home("aiko");
        aiko.json(&["join", &ticket, "--name", "Aiko", "--zone", "Asia/Tokyo"]);
        ben.json(&["sync"]);
        aiko.json(&["sync"]);
        let mut here = Screen::over(ben.path(), Time::Wall);
        let mut there = Screen::over(aiko.path(), Time::Wall);
        for screen in [&mut here, &mut there] {
            screen.open("Measured", BEGINNING, false);
            screen.until("a connection", |screen| screen.says("(connected)"));
        }
        let mut waited = Vec::new();
        let mut typed = String::new();
        for at in 0..KEYS / 2 {
            typed.push(char::from(b'a' + (at % 26) as u8));
            let shown = format!("{typed}{BEGINNING}");
            let pressed = Instant::now();
            here.frame(vec![Event::Text(typed[typed.len() - 1..].to_owned())]);
            while !there.says(&shown) {
                assert!(pressed.elapsed() < Duration::from_secs(60), "“{shown}” never came");
                // Each is looked at in turn; neither waits long for the other.
                here.rest(Duration::from_millis(3));
                here.frame(Vec::new());
                there.rest(Duration::from_millis(3));
                there.frame(Vec::new());
            }
            waited.push(ms(pressed, Instant::now()));
        }
        say(&format!("keystroke to visible over a node, page of {size} bytes"), waited);
        println!("mismatches: {} and {}", here.mismatches(), there.mismatches());
        here.close();
        there.close();
    }
}

/// CPU of all threads of this process, milliseconds.
fn process_cpu_ms() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let one = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(path.join("schedstat")).unwrap_or_default();
        text.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0)
    };
    tasks.map(|task| one(task.path())).sum::<u64>() as f64 / 1e6
}

/// A page open with the caret in it, and nobody there.
pub fn idle(_dir: &Path) {
    let stage = Stage::new();
    let (home, _) = home(&stage, PAGE);
    let mut screen = Screen::over(home.path(), Time::Wall);
    screen.open("Measured", BEGINNING, true);
    screen.frame(vec![Event::Text("e".to_owned())]);
    screen.until("all of it saved", Screen::is_settled);
    for name in ["the first 30 s after a key", "the next 30 s"] {
        let (began, cpu, frames) = (Instant::now(), process_cpu_ms(), screen.frames);
        while began.elapsed() < IDLE {
            screen.rest(IDLE.saturating_sub(began.elapsed()));
            screen.frame(Vec::new());
        }
        let spent = process_cpu_ms() - cpu;
        let percent = spent / began.elapsed().as_secs_f64() / 10.0;
        println!("idle, {name}: {spent:.0} ms CPU, {percent:.2} %, {} frames", screen.frames - frames);
    }
    screen.close();
}
