//! Reconciliation ends equal for any two sets; a session survives any bytes and any peer, in bounded memory.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tern_sync::api::{Input, ItemResult, Output, Side};
use tern_sync::mem::{Link, LinkConfig, MemReplica, Rng, setup};
use tern_sync::wire::control::{Ask, Done, LaneRef, List, Message, NodeEntry, Nodes, Root};
use tern_sync::wire::item::Head;
use tern_sync::{Lane, Nibbles, Session, Standing, State};

const WORKSPACE: [u8; 32] = [42; 32];
const A: [u8; 32] = [1; 32];
const B: [u8; 32] = [2; 32];
const NOW: i64 = 20_000 * 86_400_000;

fn replica(me: [u8; 32], store: u64) -> MemReplica {
    let mut replica = MemReplica::new(WORKSPACE, me, store);
    replica.standings.insert(A, Standing::Active);
    replica.standings.insert(B, Standing::Active);
    replica
}

fn pair() -> [MemReplica; 2] {
    let mut both = [replica(A, 10), replica(B, 20)];
    let genesis = both[0].write(0x80, Lane::LOG, 20_000, b"");
    let bytes = both[0].bytes(&genesis).expect("stored").to_vec();
    both[1].put(bytes);
    both
}

/// Where the keys of a generated set lie.
#[derive(Clone, Copy, Debug)]
enum Mode {
    Hash,
    Day,
    Liar,
}

fn item(rng: &mut Rng, mode: Mode) -> Vec<u8> {
    let day = match mode {
        Mode::Hash => 20_000,
        Mode::Day => 20_000 - rng.below(500) as u16,
        Mode::Liar => rng.next_u64() as u16,
    };
    let head = Head {
        kind: 1,
        day,
        workspace: WORKSPACE,
        author: [5; 32],
        incarnation: rng.bytes(),
        seq: 0,
        prev: [0; 16],
        space: [0; 16],
        epoch: [1; 16],
        tag: [1; 16],
        nonce: [1; 24],
    };
    head.assemble(&rng.bytes::<4>(), &[0; 64])
}

fn setups(channel: u64) -> [tern_sync::Setup; 2] {
    [setup(Side::Dialler, WORKSPACE, A, B, 10, channel), setup(Side::Answerer, WORKSPACE, B, A, 20, channel)]
}

fn sync(both: &mut [MemReplica; 2], seed: u64, config: LinkConfig) -> tern_sync::mem::Report {
    let mut link = Link::new(config, seed, NOW, setups(seed));
    link.start(both);
    link.run(both)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reconcile_ends_with_equal_sets(
        seed in any::<u64>(),
        mode in prop::sample::select(vec![Mode::Hash, Mode::Day, Mode::Liar]),
        common in prop::sample::select(vec![0usize, 1, 17, 100, 1500, 4000]),
        only in prop::sample::select(vec![(0usize, 0usize), (0, 1), (20, 1), (700, 20), (1, 3000), (700, 700)]),
        jitter_ms in 0i64..200,
    ) {
        let mut rng = Rng::new(seed);
        let mut both = pair();
        let shared: Vec<Vec<u8>> = (0..common).map(|_| item(&mut rng, mode)).collect();
        for (side, extra) in [only.0, only.1].into_iter().enumerate() {
            both[side].put_many(shared.clone());
            both[side].put_many((0..extra).map(|_| item(&mut rng, mode)).collect());
        }
        let union: BTreeSet<_> = both[0].ids().union(&both[1].ids()).copied().collect();
        let report = sync(&mut both, seed, LinkConfig { jitter_ms, commit_ms: 5, ..LinkConfig::default() });
        prop_assert_eq!(report.states, [State::Live, State::Live]);
        prop_assert!(both[0].ids() == union && both[1].ids() == union);
        let rounds = report.events[0].iter().filter_map(|(_, e)| match e {
            tern_sync::Event::Progress(p) => Some(p.rounds),
            _ => None,
        });
        prop_assert!(rounds.max().unwrap_or(0) <= 64);
        prop_assert!(report.elapsed_ms < 60_000, "{} ms", report.elapsed_ms);
    }

    #[test]
    fn any_control_bytes_leave_a_session_standing_or_closed(
        bytes in proptest::collection::vec(any::<u8>(), 0..2000),
        greeted in any::<bool>(),
        side in prop::sample::select(vec![Side::Dialler, Side::Answerer]),
        items in any::<bool>(),
    ) {
        let both = pair();
        let mut session = session_of(side, &both, greeted);
        if items {
            session.handle(NOW, Input::Items { stream: 3, bytes: &bytes }, &both[0]);
        } else {
            session.handle(NOW, Input::Control(&bytes), &both[0]);
        }
        prop_assert!(drain(&mut session, &mut both.clone()[0]) < 8 * 1024 * 1024);
    }

    #[test]
    fn a_lying_peer_costs_bounded_work(seed in any::<u64>(), side in prop::sample::select(vec![Side::Dialler, Side::Answerer])) {
        let mut rng = Rng::new(seed);
        let mut both = pair();
        both[0].put_many((0..2000).map(|_| item(&mut rng, Mode::Day)).collect());
        let mut session = session_of(side, &both, true);
        let mut sent = 0;
        for _ in 0..400 {
            let frame = lie(&mut rng).to_frame();
            session.handle(NOW, Input::Control(&frame), &both[0]);
            sent += drain(&mut session, &mut both[0]);
            if session.state() == State::Closed {
                break;
            }
        }
        // Credit bounds items to 4 MiB; each of the 400 messages draws at most one answer per entry.
        prop_assert!(sent < 64 * 1024 * 1024, "{sent}");
    }
}

fn session_of(side: Side, both: &[MemReplica; 2], greeted: bool) -> Session {
    // The replica at index 0 is always the one under test.
    let [dial, answer] = setups(7);
    let (mine, peer_side) = match side {
        Side::Dialler => (dial, Side::Answerer),
        Side::Answerer => (tern_sync::Setup { me: A, peer: B, ..answer }, Side::Dialler),
    };
    let mut session = Session::new(NOW, mine.clone());
    session.handle(NOW, Input::Start, &both[0]);
    if greeted {
        let hello = tern_sync::wire::control::Hello {
            proto_min: 1,
            proto_max: 9,
            features: 0,
            store: [1; 8],
            proof: tern_sync::hello::workspace_proof(&WORKSPACE, &mine.exporter, peer_side),
            credential: tern_sync::wire::control::WireCredential::None,
        };
        let mut bytes = Message::Hello(hello).to_frame();
        bytes.extend(Message::Root(root(&mut Rng::new(1))).to_frame());
        session.handle(NOW, Input::Control(&bytes), &both[0]);
        assert!(session.accepts_items());
    }
    session
}

fn drain(session: &mut Session, replica: &mut MemReplica) -> usize {
    let mut bytes = 0;
    while let Some(output) = session.poll_output() {
        match output {
            Output::Control(b) | Output::Items { bytes: b, .. } => bytes += b.len(),
            Output::Ingest { token, items, .. } => {
                let results = vec![ItemResult::Known; items.len()];
                session.handle(NOW, Input::Ingested { token, results: &results, time_ms: 0 }, replica);
            }
            _ => {}
        }
    }
    bytes
}

fn root(rng: &mut Rng) -> Root {
    Root {
        log_n: rng.next_u64() as u32,
        log_root: rng.bytes(),
        combined: rng.bytes(),
        cursor: rng.next_u64(),
        cursor_store: 10,
    }
}

/// A well-formed message of someone who means no good.
fn lie(rng: &mut Rng) -> Message {
    let lanes = [LaneRef::Log, LaneRef::Plain([0; 16]), LaneRef::Keyed(rng.bytes())];
    let lane = lanes[rng.below(3) as usize];
    let mut prefix = Nibbles::ROOT;
    for _ in 0..rng.below(6) {
        prefix = prefix.child([4, 14, 0, 1, 2, 15][rng.below(6) as usize]).unwrap_or(prefix);
    }
    let ids = (0..rng.below(64)).map(|_| rng.bytes()).collect();
    let entries = (0..rng.below(16) as u8)
        .filter_map(|i| {
            Some(NodeEntry {
                tail: Nibbles::from_slice(&[i])?,
                n: 1 + rng.below(9000) as u32,
                hash: rng.bytes(),
            })
        })
        .collect();
    match rng.below(10) {
        0 => Message::Root(root(rng)),
        9 => Message::Fewer(Nodes { lane, prefix, entries }),
        1 => Message::Nodes(Nodes { lane, prefix, entries }),
        2 => Message::Expand(Nodes { lane, prefix, entries }),
        3 => Message::Ask(Ask { lane, prefix, whole: rng.below(2) == 0 }),
        4 => Message::List(List { lane, prefix, ids }),
        5 => Message::Want(List { lane, prefix, ids }),
        6 => Message::Done(Done { frames: rng.below(3), answer: false }),
        7 => Message::Same,
        _ => Message::Refused(vec![(rng.bytes(), tern_sync::api::Refusal::Quota)]),
    }
}

#[test]
fn a_stranger_may_send_four_kibibytes() {
    let both = pair();
    for chunk in [1usize, 100, 5000] {
        let mut session = session_of(Side::Answerer, &both, false);
        let mut flood = 200_000u32.to_le_bytes().to_vec();
        flood.resize(6000, 0);
        let mut taken = 0;
        for piece in flood.chunks(chunk) {
            session.handle(NOW, Input::Control(piece), &both[0]);
            taken += piece.len();
            if session.state() == State::Closed {
                break;
            }
        }
        assert_eq!(session.state(), State::Closed);
        assert!(taken <= 4096 + 4 + chunk, "{taken}");
    }
}

#[test]
fn more_bytes_than_credit_end_the_session() {
    let both = pair();
    let mut session = session_of(Side::Answerer, &both, true);
    let mut rng = Rng::new(1);
    for frame in 0..400u64 {
        let head = tern_sync::wire::items::FrameHead { frame, log_before: 999, mark: 0, priority: 3 };
        let mut batch = tern_sync::wire::items::BatchBuilder::new();
        while batch.push(&WORKSPACE, &item(&mut rng, Mode::Hash)) == tern_sync::wire::items::Pushed::In {}
        let bytes = tern_sync::wire::frame::frame(&batch.finish(head).to_bytes());
        session.handle(NOW, Input::Items { stream: 1, bytes: &bytes }, &both[0]);
    }
    assert_eq!(session.state(), State::Closed, "nothing is parked beyond the credit");
}
