//! Search times over made-up text with the word frequencies of a natural language.
//!
//! `cargo run -p tern-store --example search -- [documents] [words a document]`

use std::time::{Duration, Instant};

use tern_store::{OpenOptions, SearchRow, Store, StoreId};

const VOCABULARY: u64 = 40_000;
const RUNS: u32 = 20;

/// A small generator with a fixed seed: every run searches the same text.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// Rank of a word: the chance falls with the rank (Zipf).
    fn rank(&mut self) -> u64 {
        let uniform = (self.next() % 1_000_000) as f64 / 1_000_000.0;
        ((VOCABULARY as f64).powf(uniform) - 1.0) as u64
    }
}

/// Word of a rank: common ones are short, as in a language.
fn word(rank: u64) -> String {
    const SYLLABLES: [&str; 20] = [
        "ta", "re", "in", "so", "me", "li", "on", "de", "ka", "pro", "ver", "con", "st", "el", "an", "ti",
        "ur", "be", "no", "ch",
    ];
    let mut rest = rank + 1;
    let mut word = String::new();
    while rest > 0 {
        word.push_str(SYLLABLES[(rest % 20) as usize]);
        rest /= 20;
    }
    word
}

/// Processor time of this process where the system tells it: on a busy machine only that compares.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let mut number = |default: u64| args.next().and_then(|arg| arg.parse().ok()).unwrap_or(default);
    let (documents, words) = (number(10_000), number(800));
    let folder = std::env::temp_dir().join(format!("tern-search-{}", std::process::id()));
    let path = folder.join("store.db");
    let mut store = Store::create(&path, StoreId(1), &OpenOptions::default())?;
    let mut dice = Dice(7);
    let mut text_bytes = 0;
    let begun = Instant::now();
    for batch in 0..documents.div_ceil(500) {
        let mut txn = store.begin()?;
        for n in batch * 500..documents.min(batch * 500 + 500) {
            let mut line = |count: u64| (0..count).map(|_| word(dice.rank())).collect::<Vec<_>>().join(" ");
            let (title, body) = (line(4), line(words));
            text_bytes += body.len();
            let mut doc = [0; 16];
            doc[..8].copy_from_slice(&n.to_le_bytes());
            txn.index_text(&SearchRow { doc, kind: "page", title: &title, body: &body })?;
        }
        txn.commit()?;
    }
    store.checkpoint(true)?;
    let size_kib = std::fs::metadata(&path)?.len() / 1024;
    println!("{documents} documents, {} KiB of text, file {size_kib} KiB", text_bytes / 1024);
    println!("indexed in {:.1} s", begun.elapsed().as_secs_f64());
    let queries = [
        ("rare", word(30_000)),
        ("middling", word(1_000)),
        ("common", word(3)),
        ("two common", format!("{} {}", word(2), word(5))),
        ("one letter", "t".to_owned()),
        ("two letters", "re".to_owned()),
        ("three letters", "ver".to_owned()),
        ("unfinished", word(1_000).chars().take(5).collect()),
        ("phrase", format!("\"{} {}\"", word(1), word(2))),
        ("without", format!("{} -{}", word(50), word(1))),
    ];
    for (name, query) in queries {
        let mut times = Vec::new();
        let mut hits = 0;
        for _ in 0..RUNS {
            let (begun, cpu) = (Instant::now(), cpu_time());
            hits = store.search(&query, 20)?.len();
            times.push((cpu_time().saturating_sub(cpu), begun.elapsed()));
        }
        times.sort();
        let (cpu, wall) = times[times.len() / 2];
        println!(
            "{name:14} {query:24} {hits:3} hits, median {cpu:?} of processor time, {wall:?} by the clock"
        );
    }
    drop(store);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
