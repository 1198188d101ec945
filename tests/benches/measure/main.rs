//! The budgets, measured: `cargo bench -p tern-tests --profile dev --bench measure -- DIR SECTION…`.
//!
//! `prepare` makes a workspace of 10,000 documents in DIR (a folder on a real disk) that laptop A, a node and laptop B
//! hold alike; the other sections work on copies of it: `sync`, `open`, `edits`, `backlog`, `node`, `node-large`,
//! `newcomer` (needs `age catch-up` first: 30 items a document), `fold`, `newcomer-folded`. `lists` asks the founder's home in DIR, a folder that `tern demo --large --keep DIR` made.

mod corpus;
mod engine;
mod large;
mod newcomer;
mod pipe;
mod sync;

use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};

/// Milliseconds of wall time since `from`.
pub fn ms(from: Instant) -> f64 {
    from.elapsed().as_secs_f64() * 1000.0
}

/// Median and 99th percentile.
pub fn spread(mut all: Vec<f64>) -> (f64, f64) {
    all.sort_by(f64::total_cmp);
    let at = |percent: usize| {
        all.get((all.len() * percent / 100).min(all.len().saturating_sub(1))).copied().unwrap_or(0.0)
    };
    (at(50), at(99))
}

/// A line of `/proc/self/status` in KB.
pub fn memory(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// A stopwatch for wall time and CPU time of this thread; the second is what other work on the machine leaves alone.
#[derive(Debug)]
pub struct Watch(Instant, u64);

impl Watch {
    /// Starts.
    pub fn start() -> Watch {
        Watch(Instant::now(), cpu_ns())
    }

    /// Milliseconds of wall time and of CPU time.
    pub fn read(&self) -> (f64, f64) {
        (ms(self.0), cpu_ns().saturating_sub(self.1) as f64 / 1e6)
    }

    /// Milliseconds of CPU time.
    pub fn cpu(&self) -> f64 {
        self.read().1
    }
}

fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let Some((dir, sections)) = args.split_first() else {
        println!(
            "measure DIR prepare | sync | open | edits | backlog | node | node-large | age | catch-up | newcomer | fold | newcomer-folded | lists"
        );
        return Ok(());
    };
    let dir = Path::new(dir);
    for section in sections {
        let started = Instant::now();
        match section.as_str() {
            "prepare" => sync::prepare(dir)?,
            "sync" => sync::run(dir)?,
            "open" => engine::open(dir)?,
            "open-child" => engine::open_child(dir)?,
            "edits" => engine::edits(dir)?,
            "backlog" => engine::backlog(dir)?,
            "age" => newcomer::age(dir)?,
            "catch-up" => newcomer::catch_up(dir)?,
            "fold" => newcomer::fold(dir)?,
            "newcomer" => newcomer::run(dir, "old")?,
            "newcomer-folded" => newcomer::run(dir, "new")?,
            "node-child" => newcomer::node_child(dir)?,
            "lists" => large::lists(dir)?,
            "node" => engine::node(dir, 50_000)?,
            "node-large" => engine::node(dir, 290_000)?,
            other => bail!("no section {other}"),
        }
        if !section.ends_with("-child") {
            println!("[{section}: {:.1} s, VmHWM {} KB]", started.elapsed().as_secs_f64(), memory("VmHWM"));
        }
    }
    Ok(())
}
