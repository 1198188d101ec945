//! What a frame of the window costs and how soon a keystroke is safe and seen:
//! `cargo bench -p tern --bench frames -- DIR SECTION…`.
//!
//! The real window over real homes in DIR (a folder on a real disk), without a display: every frame is run and tessellated,
//! nothing is handed to a graphics card. Sections: `editor` (typing, scrolling, changes of others), `textedit` (the same
//! texts in egui's own field), `tree` (typing beside 10,000 pages), `board` (list and
//! board of 10,000 tasks, in a DIR that `tern demo --large --keep DIR` made), `durable`, `visible`, `idle`.

// Shared with the stories and the other benchmark; each program uses a part of them.
#[allow(dead_code)]
#[path = "../measure/corpus.rs"]
mod corpus;
mod editor;
#[allow(dead_code)]
#[path = "../../e2e/harness.rs"]
mod harness;
mod live;
mod screen;

use std::path::Path;

/// CPU time of this thread so far, milliseconds.
pub fn cpu_ms() -> f64 {
    // The system brings the figure up to date when a thread gives way, else only with its tick.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) as f64 / 1e6
}

/// `name: p50, p99, worst of count`.
pub fn say(name: &str, mut all: Vec<f64>) {
    all.sort_by(f64::total_cmp);
    let at = |percent: usize| all.get((all.len() * percent / 100).min(all.len().saturating_sub(1)));
    let [p50, p99, worst] = [at(50), at(99), all.last()].map(|value| value.copied().unwrap_or(0.0));
    println!("{name}: p50 {p50:.2}, p99 {p99:.2}, worst {worst:.2} ms of {}", all.len());
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let Some((dir, sections)) = args.split_first() else {
        println!("frames DIR editor | textedit | tree | board | durable | visible | idle");
        return;
    };
    for section in sections {
        match section.as_str() {
            "editor" => editor::editor(Path::new(dir)),
            "textedit" => editor::textedit(),
            "tree" => editor::tree(Path::new(dir)),
            "board" => editor::board(Path::new(dir)),
            "durable" => live::durable(Path::new(dir)),
            "visible" => live::visible(Path::new(dir)),
            "idle" => live::idle(Path::new(dir)),
            other => println!("no section {other}"),
        }
    }
}
