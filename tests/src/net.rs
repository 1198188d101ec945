//! The net of a run: connections between hubs whose bytes are cut anywhere, delayed, and reordered between streams.
//! Within a stream order holds, as QUIC promises; a connection may break at any byte.

use std::collections::{BTreeMap, VecDeque};

use tern_peer::net::conn::{ConnId, ConnOut, Ending, Gate, NetIn, Opened};
use tern_peer::net::queue::{OutReceiver, out_queue};
use tern_peer::net::{News, Purpose};
use tokio::sync::watch;

use crate::host::Rng;
use crate::twist::Twist;

/// One end of a link.
#[derive(Debug)]
pub struct End {
    /// Which machine.
    pub machine: usize,
    out: OutReceiver,
    gate: watch::Receiver<Gate>,
    news: watch::Receiver<News>,
    control: VecDeque<u8>,
    streams: BTreeMap<u8, Stream>,
    closing: bool,
    /// Set where a lying machine speaks.
    twist: Option<Twist>,
}

#[derive(Debug, Default)]
struct Stream {
    tag: [u8; 8],
    bytes: VecDeque<u8>,
}

/// A connection of two machines.
#[derive(Debug)]
pub struct Link {
    /// Its number, the same at both ends.
    pub conn: ConnId,
    /// The dialler first.
    pub ends: [End; 2],
    /// Bytes that crossed it.
    pub bytes: u64,
    /// How many attachments were asked for each time, by either end.
    pub asked: Vec<usize>,
}

impl Link {
    /// A link, and what each hub is told about it: the dialler's first.
    pub fn new(
        conn: ConnId,
        machines: [usize; 2],
        devices: [[u8; 32]; 2],
        purpose: Purpose,
        exporter: [u8; 32],
    ) -> (Link, [Opened; 2]) {
        let (first, dialler) = end(conn, machines[0], devices[1], true, purpose, exporter);
        let (second, answerer) = end(conn, machines[1], devices[0], false, Purpose::Meet, exporter);
        (Link { conn, ends: [first, second], bytes: 0, asked: Vec::new() }, [dialler, answerer])
    }

    /// What a machine says over this link is bent on its way out.
    pub fn bend(&mut self, machine: usize, twist: Twist) {
        if let Some(end) = self.ends.iter_mut().find(|end| end.machine == machine) {
            end.twist = Some(twist);
        }
    }

    /// Takes what the hubs queued.
    pub fn gather(&mut self) -> Vec<(usize, NetIn)> {
        let conn = self.conn;
        let mut back = Vec::new();
        for end in &mut self.ends {
            while let Some(out) = end.out.try_recv() {
                match out {
                    ConnOut::Control(bytes) => {
                        end.control.extend(match &mut end.twist {
                            Some(twist) => twist.control(bytes),
                            None => bytes,
                        });
                    }
                    ConnOut::Items { priority, tag, bytes } => {
                        let bytes = match &mut end.twist {
                            Some(twist) => twist.items(bytes),
                            None => bytes,
                        };
                        let stream = end.streams.entry(priority).or_default();
                        stream.tag = tag;
                        stream.bytes.extend(bytes);
                    }
                    // Attachments need a network of their own; here nobody has any.
                    ConnOut::Fetch(hashes) => {
                        self.asked.push(hashes.len());
                        back.extend(
                            hashes.into_iter().map(|(hash, _)| {
                                (end.machine, NetIn::BlobFetched { conn, hash, here: false })
                            }),
                        );
                    }
                    ConnOut::Confirm(hashes) => back.extend(
                        hashes
                            .into_iter()
                            .map(|hash| (end.machine, NetIn::BlobThere { conn, hash, there: false })),
                    ),
                    ConnOut::Close => end.closing = true,
                }
            }
        }
        back
    }

    /// Whether something could be delivered now.
    pub fn has_bytes(&self) -> bool {
        (0..2).any(|side| !self.deliverable(side).is_empty())
    }

    /// Streams of one side that have bytes the other side would read; `None` is the control stream.
    fn deliverable(&self, side: usize) -> Vec<Option<u8>> {
        let mut all = Vec::new();
        if !self.ends[side].control.is_empty() {
            all.push(None);
        }
        if self.ends[1 - side].gate.borrow().items {
            all.extend(
                self.ends[side].streams.iter().filter(|(_, s)| !s.bytes.is_empty()).map(|(p, _)| Some(*p)),
            );
        }
        all
    }

    /// Moves one piece of one stream of one side: the machine that gets it and what it gets.
    pub fn step(&mut self, rng: &mut Rng) -> Option<(usize, NetIn)> {
        let first = rng.below(2);
        let side = [first, 1 - first].into_iter().find(|side| !self.deliverable(*side).is_empty())?;
        let choices = self.deliverable(side);
        let choice = *rng.pick(&choices)?;
        let to = self.ends[1 - side].machine;
        let conn = self.conn;
        let (bytes, input) = match choice {
            None => {
                let bytes = cut(&mut self.ends[side].control, rng);
                (bytes.len(), NetIn::Control { conn, bytes })
            }
            Some(priority) => {
                let stream = self.ends[side].streams.get_mut(&priority)?;
                let bytes = cut(&mut stream.bytes, rng);
                (bytes.len(), NetIn::Items { conn, stream: u64::from(priority), tag: stream.tag, bytes })
            }
        };
        self.bytes += bytes as u64;
        Some((to, input))
    }

    /// Whether one side closed and everything it wanted to say was said.
    pub fn ended(&self) -> bool {
        let said = |end: &End| end.control.is_empty();
        self.ends.iter().any(|end| end.closing && said(end))
    }

    /// Whether a side hangs up, though the other may not have heard its last words.
    pub fn hangs_up(&self) -> bool {
        self.ends.iter().any(|end| end.closing)
    }

    /// Whether the machine at the far end let go of the connection without a word.
    pub fn gone(&self) -> bool {
        self.ends[1].gate.borrow().ending == Ending::Now
    }

    /// Whether the machine at one end closes the connection, whether or not its last words are read.
    pub fn hangs_up_soon(&self, side: usize) -> bool {
        self.ends[side].gate.borrow().ending != Ending::Open
    }

    /// Bytes that a machine wants sent and that nobody took.
    pub fn waiting_bytes(&self, side: usize) -> usize {
        self.ends[side].out.waiting_bytes()
    }

    /// What a machine said on the control stream and nobody read.
    pub fn said(&mut self, side: usize) -> Vec<u8> {
        self.gather();
        self.ends[side].control.drain(..).collect()
    }

    /// How the connection stands for each side.
    pub fn news(&self) -> [News; 2] {
        [self.ends[0].news.borrow().clone(), self.ends[1].news.borrow().clone()]
    }

    /// Whether both sides have what the other has, or a side gave up.
    pub fn settled(&self) -> bool {
        let news = self.news();
        news.iter().all(|n| n.settled) || news.iter().any(|n| n.closed.is_some() || n.denied)
    }

    /// Whether this link joins the two machines, in either direction.
    pub fn joins(&self, a: usize, b: usize) -> bool {
        let ends = [self.ends[0].machine, self.ends[1].machine];
        ends == [a, b] || ends == [b, a]
    }

    /// Whether the machine is at one end.
    pub fn touches(&self, machine: usize) -> bool {
        self.ends.iter().any(|e| e.machine == machine)
    }
}

fn end(
    conn: ConnId,
    machine: usize,
    remote: [u8; 32],
    dialled: bool,
    purpose: Purpose,
    exporter: [u8; 32],
) -> (End, Opened) {
    let (out, out_rx) = out_queue();
    let (gate, gate_rx) = watch::channel(Gate::SHUT);
    let (news, news_rx) = watch::channel(News::default());
    let end = End {
        machine,
        out: out_rx,
        gate: gate_rx,
        news: news_rx,
        control: VecDeque::new(),
        streams: BTreeMap::new(),
        closing: false,
        twist: None,
    };
    (end, Opened { conn, remote, dialled, exporter, purpose, out, gate, news })
}

/// Some bytes off the front: mostly all of them, sometimes a few.
fn cut(queue: &mut VecDeque<u8>, rng: &mut Rng) -> Vec<u8> {
    let many = queue.len().min(64 * 1024);
    let count = if rng.chance(15) { 1 + rng.below(many) } else { many };
    queue.drain(..count.min(queue.len())).collect()
}
