//! What people look at all day, asked of a workspace that `tern demo --large` made: lists, inbox, ledger, strip, digest.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use tern_peer::{Env, Peer, Query, View};

use crate::{memory, ms, spread};

/// How often each question is asked.
const ROUNDS: usize = 15;

/// CPU time of all threads of this process, milliseconds: the engine answers on its own, and other work on the machine
/// does not count.
fn cpu_ms() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let ns = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    ns.sum::<u64>() as f64 / 1e6
}

/// How much an answer holds.
fn size(view: &View) -> usize {
    match view {
        View::Tasks(view) => view.tasks.len(),
        View::Inbox(view) => view.items.len(),
        View::Owed(view) => view.items.len(),
        View::Threads(view) => view.threads.len(),
        View::Work(view) => view.items.len(),
        View::Strip(view) => view.people.len(),
        View::Digest(view) => view.items.len() + view.counted.len(),
        View::Pages(view) => view.pages.len(),
        View::Members(view) => view.members.len(),
        View::Search(view) => view.hits.len(),
        _ => 0,
    }
}

fn tasks(filter: &str, group: Option<&str>, sort: &str) -> Query {
    Query::Tasks { filter: filter.to_owned(), group: group.map(str::to_owned), sort: Some(sort.to_owned()) }
}

/// The founder's home: the one that holds everything.
pub fn lists(dir: &Path) -> Result<()> {
    let started = Instant::now();
    let peer = Peer::open(&dir.join("ada"), &Env::default())?;
    println!("open: {:.1} ms wall, VmRSS {} KB", ms(started), memory("VmRSS"));
    let questions = [
        ("tasks, all", tasks("", None, "due")),
        ("tasks, filter “is:open label:safety fog”", tasks("is:open label:safety fog", None, "due")),
        ("tasks, filter “assignee:me is:open”", tasks("assignee:me is:open", None, "due")),
        ("tasks, filter by one letter", tasks("z", None, "order")),
        ("tasks, board by status", tasks("", Some("status"), "order")),
        ("inbox", Query::Inbox),
        ("owed", Query::Owed),
        ("threads", Query::Threads { on: None, closed: false }),
        ("my work", Query::Work),
        ("strip", Query::Strip { at: None }),
        ("members", Query::Members),
        ("page tree", Query::Pages { trash: false }),
        ("search", Query::Search { query: "fog signal".to_owned(), limit: 20 }),
    ];
    for (name, question) in questions {
        ask(&peer, name, &question, ROUNDS)?;
    }
    ask(&peer, "digest, 30 days away", &Query::Digest { since: None }, 3)?;
    let since = tern_model::hours::Zone::utc().rfc3339(tern_peer::host::wall_ms() - 30 * 86_400_000);
    ask(&peer, "digest since a moment 30 days ago", &Query::Digest { since: Some(since) }, 3)?;
    println!("after all: VmRSS {} KB", memory("VmRSS"));
    peer.shutdown();
    Ok(())
}

fn ask(peer: &Peer, name: &str, question: &Query, rounds: usize) -> Result<()> {
    let (mut times, mut cpu) = (Vec::with_capacity(rounds), Vec::with_capacity(rounds));
    let mut shown = 0;
    for _ in 0..rounds {
        let (started, before) = (Instant::now(), cpu_ms());
        let view = peer.query(question.clone()).with_context(|| name.to_owned())?;
        times.push(ms(started));
        cpu.push(cpu_ms() - before);
        shown = size(&view);
    }
    let first = cpu.first().copied().unwrap_or_default();
    let ((p50, p99), (cpu, _)) = (spread(times), spread(cpu));
    println!(
        "{name}: {shown} rows, CPU p50 {cpu:.1} ms, the first {first:.1}; wall p50 {p50:.1} p99 {p99:.1} ms"
    );
    Ok(())
}
