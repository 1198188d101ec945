//! Two engines joined without a network: what one side says arrives, whole and in order, half a round trip later.

use std::collections::{BTreeMap, BTreeSet};

use tern_peer::hub::{Hub, Tenant};
use tern_peer::net::conn::{ConnOut, Gate, NetIn, Opened};
use tern_peer::net::queue::{OutReceiver, out_queue};
use tern_peer::net::{News, Purpose};
use tokio::sync::watch;

/// Half a round trip, in milliseconds of the engines' timers.
const HALF_TRIP_MS: i64 = 40;

struct End {
    out: OutReceiver,
    gate: watch::Receiver<Gate>,
    news: watch::Receiver<News>,
    streams: BTreeSet<u8>,
    /// Items that wait until the peer reads them.
    held: Vec<NetIn>,
    control: u64,
    items: u64,
}

/// What a meeting cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Bytes of control frames, both directions.
    pub control: u64,
    /// Bytes of item streams, both directions.
    pub items: u64,
    /// Half round trips until both sides hold the same.
    pub halves: u32,
    /// Half round trips until the dialler knows that both hold the same.
    pub dialler: u32,
    /// Half round trips until the last item arrived.
    pub last_item: u32,
    /// Wall time of both engines together.
    pub ms: f64,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} B (control {}, items {}); dialler in sync after {} half trips, both after {}, last item at {}; {:.0} ms",
            self.control + self.items,
            self.control,
            self.items,
            self.dialler,
            self.halves,
            self.last_item,
            self.ms
        )
    }
}

fn end(conn: u64, remote: [u8; 32], dialled: bool, purpose: Purpose) -> (End, Opened) {
    let (out, out_rx) = out_queue();
    let (gate, gate_rx) = watch::channel(Gate::SHUT);
    let (news, news_rx) = watch::channel(News::default());
    let end = End {
        out: out_rx,
        gate: gate_rx,
        news: news_rx,
        streams: BTreeSet::new(),
        held: Vec::new(),
        control: 0,
        items: 0,
    };
    (end, Opened { conn, remote, dialled, exporter: [7; 32], purpose, out, gate, news })
}

impl End {
    fn gather(&mut self, conn: u64) -> Vec<NetIn> {
        let mut all = std::mem::take(&mut self.held);
        while let Some(out) = self.out.try_recv() {
            match out {
                ConnOut::Control(bytes) => {
                    self.control += bytes.len() as u64;
                    all.push(NetIn::Control { conn, bytes });
                }
                ConnOut::Items { priority, tag, bytes } => {
                    let opening = if self.streams.insert(priority) { tag.len() } else { 0 };
                    self.items += (bytes.len() + opening) as u64;
                    all.push(NetIn::Items { conn, stream: u64::from(priority), tag, bytes });
                }
                ConnOut::Fetch(_) | ConnOut::Confirm(_) | ConnOut::Close => {}
            }
        }
        all
    }
}

fn done(news: &News) -> bool {
    news.settled || news.closed.is_some() || news.denied
}

/// One meeting, from the first byte until both sides hold the same.
pub fn meet<A: Tenant, B: Tenant>(
    now: &mut i64,
    a: &mut Hub<A>,
    b: &mut Hub<B>,
    ids: [[u8; 32]; 2],
    why: Purpose,
) -> Cost {
    let conn = now.cast_unsigned();
    let (mut ours, dialler) = end(conn, ids[1], true, why);
    let (mut theirs, answerer) = end(conn, ids[0], false, Purpose::Meet);
    let started = std::time::Instant::now();
    let mut cost = Cost::default();
    b.on_net(*now, NetIn::Open(answerer));
    a.on_net(*now, NetIn::Open(dialler));
    let mut quiet = 0;
    while quiet < 60 && !(done(&ours.news.borrow()) && done(&theirs.news.borrow())) {
        let (from_a, from_b) = (ours.gather(conn), theirs.gather(conn));
        *now += HALF_TRIP_MS;
        if from_a.is_empty() && from_b.is_empty() {
            quiet += 1;
            *now += 500;
            a.tick(*now);
            b.tick(*now);
            continue;
        }
        cost.halves += 1;
        ours.held = deliver(*now, b, &theirs.gate, from_a, &mut cost);
        theirs.held = deliver(*now, a, &ours.gate, from_b, &mut cost);
        if cost.dialler == 0 && done(&ours.news.borrow()) {
            cost.dialler = cost.halves;
        }
    }
    if let Some(why) = &ours.news.borrow().closed {
        println!("  (the session ended: {why})");
    }
    cost.control = ours.control + theirs.control;
    cost.items = ours.items + theirs.items;
    cost.ms = started.elapsed().as_secs_f64() * 1000.0;
    // What is still under way (acknowledgements) arrives before the connection goes.
    for _ in 0..4 {
        let (from_a, from_b) = (ours.gather(conn), theirs.gather(conn));
        deliver(*now, b, &theirs.gate, from_a, &mut Cost::default());
        deliver(*now, a, &ours.gate, from_b, &mut Cost::default());
    }
    a.on_net(*now, NetIn::Lost { conn });
    b.on_net(*now, NetIn::Lost { conn });
    *now += 1;
    cost
}

fn deliver<T: Tenant>(
    now: i64,
    to: &mut Hub<T>,
    gate: &watch::Receiver<Gate>,
    all: Vec<NetIn>,
    cost: &mut Cost,
) -> Vec<NetIn> {
    let mut held = Vec::new();
    let mut seen: BTreeMap<bool, u32> = BTreeMap::new();
    for input in all {
        let items = matches!(input, NetIn::Items { .. });
        let open = gate.borrow().items;
        if items && !open {
            held.push(input);
            continue;
        }
        *seen.entry(items).or_default() += 1;
        to.on_net(now, input);
    }
    if seen.contains_key(&true) {
        cost.last_item = cost.halves;
    }
    held
}
