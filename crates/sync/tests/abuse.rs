//! What a peer that means no good, or has no room, may cost: counts, never times.

use tern_sync::api::{Event, Input, ItemResult, Output, Side};
use tern_sync::mem::{Link, LinkConfig, MemReplica, Report, Rng, record_body, setup};
use tern_sync::session::{BACKLOG_MAX, CONTROL_WAITING_MAX, CREDIT_PEER, ROUNDS_MAX, WALK_MESSAGES_MAX};
use tern_sync::wire::control::{Ask, Done, Hello, LaneRef, List, Message, Root, WireCredential};
use tern_sync::wire::items::{BatchBuilder, FrameHead, Pushed};
use tern_sync::wire::{FRAME_MAX, WANT_MAX};
use tern_sync::{CloseReason, Lane, Nibbles, Session, Setup, Standing, State};

const WORKSPACE: [u8; 32] = [42; 32];
const LAPTOP: [u8; 32] = [1; 32];
const NODE: [u8; 32] = [2; 32];
const BATCH: u8 = 1;
const DAY: u16 = 20_000;
const NOW: i64 = DAY as i64 * 86_400_000;

fn replica(me: [u8; 32], store: u64) -> MemReplica {
    let mut replica = MemReplica::new(WORKSPACE, me, store);
    replica.standings.insert(LAPTOP, Standing::Active);
    replica.standings.insert(NODE, Standing::Active);
    replica
}

fn pair() -> [MemReplica; 2] {
    let mut both = [replica(LAPTOP, 100), replica(NODE, 200)];
    let genesis = both[0].write(0x80, Lane::LOG, DAY, b"");
    let bytes = both[0].bytes(&genesis).expect("stored").to_vec();
    both[1].put(bytes);
    both
}

fn setups(both: &[MemReplica; 2], channel: u64) -> [Setup; 2] {
    [
        setup(Side::Dialler, WORKSPACE, LAPTOP, NODE, both[0].store, channel),
        setup(Side::Answerer, WORKSPACE, NODE, LAPTOP, both[1].store, channel),
    ]
}

fn meet(both: &mut [MemReplica; 2], config: LinkConfig, channel: u64) -> Report {
    let mut link = Link::new(config, channel, NOW, setups(both, channel));
    link.start(both);
    link.run(both)
}

fn write_many(replica: &mut MemReplica, rng: &mut Rng, count: usize, day: u16, size: usize) {
    for _ in 0..count {
        let mut body = vec![0; size];
        for piece in body.chunks_mut(8) {
            piece.copy_from_slice(&rng.next_u64().to_le_bytes()[..piece.len()]);
        }
        replica.write(BATCH, Lane::ROOT, day, &body);
    }
}

/// What whoever is `side` says first to the other, whose setup this is.
fn hello(store: u8, other: &Setup, side: Side) -> Hello {
    Hello {
        proto_min: 1,
        proto_max: 1,
        features: u64::MAX,
        store: [store; 8],
        proof: tern_sync::hello::workspace_proof(&WORKSPACE, &other.exporter, side),
        credential: WireCredential::None,
    }
}

/// A node that a member has greeted, and what it holds.
fn greeted(items: usize) -> (Session, MemReplica) {
    let mut both = pair();
    write_many(&mut both[1], &mut Rng::new(3), items, DAY, 40);
    let [_, node] = setups(&both, 7);
    let mut session = Session::new(NOW, node.clone());
    session.handle(NOW, Input::Start, &both[1]);
    let hello = hello(1, &node, Side::Dialler);
    let mut bytes = Message::Hello(hello).to_frame();
    bytes.extend(Message::Root(root(&both[1], 0)).to_frame());
    session.handle(NOW, Input::Control(&bytes), &both[1]);
    assert!(session.accepts_items());
    let [_, node] = both;
    (session, node)
}

/// A Root whose log is the node's and whose content is nobody's.
fn root(node: &MemReplica, salt: u8) -> Root {
    let log = node.root(&Lane::LOG);
    Root { log_n: log.n, log_root: log.hash, combined: [salt | 1; 16], cursor: 0, cursor_store: 0 }
}

/// Everything the session wants done, its items refused to nobody: bytes of the control stream and of item streams.
fn read_all(session: &mut Session, node: &MemReplica) -> (usize, usize) {
    let (mut control, mut items) = (0, 0);
    while let Some(output) = session.poll_output() {
        match output {
            Output::Control(bytes) => control += bytes.len(),
            Output::Items { bytes, .. } => items += bytes.len(),
            Output::Ingest { token, items, .. } => {
                let results = vec![ItemResult::Known; items.len()];
                session.handle(NOW, Input::Ingested { token, results: &results, time_ms: 0 }, node);
            }
            _ => {}
        }
    }
    (control, items)
}

fn ask() -> Vec<u8> {
    Message::Ask(Ask { lane: LaneRef::Plain([0; 16]), prefix: Nibbles::ROOT, whole: false }).to_frame()
}

fn want(rng: &mut Rng) -> Vec<u8> {
    let ids = (0..WANT_MAX).map(|_| rng.bytes()).collect();
    Message::Want(List { lane: LaneRef::Plain([0; 16]), prefix: Nibbles::ROOT, ids }).to_frame()
}

#[test]
fn who_asks_and_never_reads_is_given_up_with_little_waiting() {
    let (mut session, node) = greeted(5_000);
    let mut asked = 0;
    while session.state() != State::Closed {
        assert!(asked < 1_000_000, "asked for ever");
        let list = Message::List(List { lane: LaneRef::Log, prefix: Nibbles::ROOT, ids: vec![[7; 8]; 64] });
        session.handle(NOW, Input::Control(&[ask(), list.to_frame()].concat()), &node);
        asked += 1;
    }
    let (control, items) = read_all(&mut session, &node);
    assert!(
        control <= CONTROL_WAITING_MAX + 64 * 1024,
        "{control} bytes waited for a peer that does not read"
    );
    assert!(items as u64 <= CREDIT_PEER, "{items} bytes of items waited");
}

#[test]
fn who_asks_the_same_again_and_again_is_given_up_whatever_it_says_of_beginning_anew() {
    let (mut session, node) = greeted(5_000);
    let mut rng = Rng::new(1);
    let question = want(&mut rng);
    let (mut asked, mut sent) = (0u32, 0);
    while session.state() != State::Closed {
        assert!(asked < WALK_MESSAGES_MAX, "asked for ever");
        session.handle(NOW, Input::Control(&question), &node);
        // Every Root says that another walk begins.
        session.handle(NOW, Input::Control(&Message::Root(root(&node, asked as u8)).to_frame()), &node);
        sent += read_all(&mut session, &node).1;
        asked += 1;
    }
    assert!(u64::from(asked) * 4_096 < (1 << 20) + 8 * 6_000 + 8_192, "{asked} passes over the store");
    assert!(sent as u64 <= CREDIT_PEER, "{sent} bytes of items for a peer that grants nothing");
}

#[test]
fn naming_lanes_that_are_not_here_has_all_lanes_looked_at_once_for_what_is_stored() {
    let (mut session, mut node) = greeted(10);
    let mut rng = Rng::new(4);
    let mut ask = |session: &mut Session, node: &MemReplica| {
        let before = node.looks_at_lanes.load(std::sync::atomic::Ordering::Relaxed);
        for _ in 0..1_000 {
            let lane = LaneRef::Keyed(rng.bytes());
            let question = Message::Ask(Ask { lane, prefix: Nibbles::ROOT, whole: true }).to_frame();
            session.handle(NOW, Input::Control(&question), node);
            read_all(session, node);
        }
        node.looks_at_lanes.load(std::sync::atomic::Ordering::Relaxed) - before
    };
    assert!(ask(&mut session, &node) <= 1, "a search for each question");
    assert_eq!(ask(&mut session, &node), 0);
    // What came since may lie in a new lane: once more.
    node.write(BATCH, Lane([3; 16]), DAY, b"new");
    assert!(ask(&mut session, &node) <= 1);
    assert_ne!(session.state(), State::Closed);
}

#[test]
fn a_walk_has_so_many_messages_and_no_more() {
    let (mut session, node) = greeted(10);
    // Nothing is looked up for a lane that nobody shares.
    let question = Message::Ask(Ask { lane: LaneRef::Plain([9; 16]), prefix: Nibbles::ROOT, whole: true });
    let question = question.to_frame().repeat(1_024);
    let mut asked = 0;
    while session.state() != State::Closed {
        assert!(asked <= WALK_MESSAGES_MAX, "asked for ever");
        session.handle(NOW, Input::Control(&question), &node);
        read_all(&mut session, &node);
        asked += 1_024;
    }
    assert!(asked > WALK_MESSAGES_MAX, "given up after {asked}");
}

#[test]
fn a_peer_whose_roots_never_agree_is_given_up_after_so_many_walks() {
    let mut both = pair();
    write_many(&mut both[0], &mut Rng::new(3), 10, DAY, 40);
    let [laptop, _] = setups(&both, 7);
    let mut session = Session::new(NOW, laptop.clone());
    let node = &both[0];
    session.handle(NOW, Input::Start, node);
    let hello = hello(2, &laptop, Side::Answerer);
    let opened = Message::Done(Done { frames: 0, answer: false }).to_frame();
    session.handle(NOW, Input::Control(&[Message::Hello(hello).to_frame(), opened].concat()), node);
    let (mut answers, mut walks, mut reason) = (0u32, 0, None);
    while reason.is_none() {
        assert!(answers < 4 * ROUNDS_MAX, "{walks} walks after {answers} answers");
        // It says that all is answered, and that its content is another.
        let other = Message::Root(root(node, 2 * (answers % 100) as u8)).to_frame();
        let done = Message::Done(Done { frames: 0, answer: true }).to_frame();
        session.handle(NOW, Input::Control(&[other, done].concat()), node);
        answers += 1;
        while let Some(output) = session.poll_output() {
            if let Output::Close { reason: why, .. } = output {
                reason = Some(why);
            }
        }
        walks = session.progress().rounds;
    }
    assert_eq!((reason, walks), (Some(CloseReason::TooManyRounds), ROUNDS_MAX + 1));
}

#[test]
fn what_a_peer_may_cost_is_counted_anew_after_a_while() {
    let (mut session, node) = greeted(5_000);
    let question = want(&mut Rng::new(1));
    let mut now = NOW;
    for _ in 0..2_000 {
        now += 1_000;
        let ping = Message::Root(root(&node, 3)).to_frame();
        session.handle(now, Input::Control(&[ping, question.clone()].concat()), &node);
        read_all(&mut session, &node);
        assert_ne!(session.state(), State::Closed, "a question a second is no flood");
    }
}

#[test]
fn frames_of_the_largest_size_are_taken_up_to_the_credit_and_no_further() {
    let (mut session, node) = greeted(10);
    let mut rng = Rng::new(2);
    let (mut frame, mut taken) = (0u64, 0usize);
    while session.state() != State::Closed {
        assert!(frame < 10_000, "taken for ever");
        let mut batch = BatchBuilder::new();
        let mut theirs = replica(LAPTOP, 100 + frame);
        loop {
            write_many(&mut theirs, &mut rng, 1, DAY, 3_000);
            let id = *theirs.ids().iter().find(|id| !theirs.offers.contains_key(*id)).expect("an item");
            theirs.offers.insert(id, 1);
            if batch.push(&WORKSPACE, theirs.bytes(&id).expect("stored")) != Pushed::In {
                break;
            }
        }
        // Nothing of it may be handed on: it says that log frames come first which never do.
        let head = FrameHead { frame, log_before: 9, mark: 0, priority: (frame % 4 + 1) as u8 };
        let bytes = tern_sync::wire::frame::frame(&batch.finish(head).to_bytes());
        assert!(bytes.len() <= FRAME_MAX + 4);
        session.handle(NOW, Input::Items { stream: frame % 4, bytes: &bytes }, &node);
        frame += 1;
        taken += bytes.len();
    }
    let most = CREDIT_PEER + (BACKLOG_MAX + 1) * FRAME_MAX as u64;
    assert!(taken as u64 <= most, "{taken} bytes were held");
    let over = std::iter::from_fn(|| session.poll_output())
        .find_map(|output| if let Output::Close { reason, .. } = output { Some(reason) } else { None });
    assert_eq!(over, Some(CloseReason::Violation("more bytes than credit")));
}

/// How many of the items that `from` holds were offered to the node.
fn offered(from: &MemReplica, node: &MemReplica) -> usize {
    from.ids()
        .iter()
        .filter(|id| from.bytes(id).is_some_and(|b| b[1] == BATCH))
        .map(|id| node.offers.get(id).copied().unwrap_or(0) as usize)
        .sum()
}

#[test]
fn t17_a_full_node_is_asked_with_one_item_a_session_and_gets_the_rest_once_there_is_room() {
    let mut both = pair();
    write_many(&mut both[0], &mut Rng::new(17), 3000, DAY, 1000);
    both[1].full = true;
    let report = meet(&mut both, LinkConfig::default(), 1);
    assert!(report.first(0, &Event::PeerFull).is_some(), "{report:?}");
    assert!(both[0].memories.values().any(|memory| memory.full));
    assert!(both[0].holds.is_empty(), "no single item is held back for a lack of room: {:?}", both[0].holds);
    let burst = offered(&both[0], &both[1]);
    for channel in 2..12 {
        let before = offered(&both[0], &both[1]);
        let report = meet(&mut both, LinkConfig::default(), channel);
        assert_eq!(offered(&both[0], &both[1]) - before, 1, "one item asks: {report:?}");
        assert!(report.bytes[0] < 20_000, "{report:?}");
    }
    assert_eq!(offered(&both[0], &both[1]), burst + 10);
    let record = both[0].write(0x88, Lane::LOG, DAY, &record_body(&[]));
    meet(&mut both, LinkConfig::default(), 50);
    assert!(both[1].ids().contains(&record), "the log goes on");

    both[1].full = false;
    let report = meet(&mut both, LinkConfig::default(), 99);
    assert_eq!(both[0].ids(), both[1].ids(), "{report:?}");
    assert!(!both[0].memories.values().any(|memory| memory.full), "there is room again");
    assert!(report.first(0, &Event::InSync).is_some());
}

#[test]
fn t17_while_a_full_node_is_asked_a_large_item_is_one_item_too() {
    let mut both = pair();
    let mut rng = Rng::new(18);
    let body: Vec<u8> = (0..60_000).flat_map(|_| rng.next_u64().to_le_bytes()).collect();
    both[0].write(BATCH, Lane::ROOT, DAY, &body);
    both[1].full = true;
    meet(&mut both, LinkConfig::default(), 1);
    for channel in 2..4 {
        let before = offered(&both[0], &both[1]);
        meet(&mut both, LinkConfig::default(), channel);
        assert_eq!(offered(&both[0], &both[1]) - before, 1);
    }
    both[1].full = false;
    meet(&mut both, LinkConfig::default(), 9);
    assert_eq!(both[0].ids(), both[1].ids());
}

#[test]
fn records_that_one_side_refuses_by_their_count_do_not_hold_up_content() {
    let mut both = pair();
    let record = both[0].write(0x88, Lane::LOG, DAY, &record_body(&[]));
    both[1].refuses_records.insert(record);
    write_many(&mut both[0], &mut Rng::new(20), 300, DAY, 100);
    write_many(&mut both[1], &mut Rng::new(21), 300, DAY - 3, 100);
    for channel in 1..4 {
        let report = meet(&mut both, LinkConfig { until_ms: 200_000, ..LinkConfig::default() }, channel);
        assert!(!both[1].ids().contains(&record));
        let mut there = both[0].ids();
        there.remove(&record);
        assert_eq!(there, both[1].ids(), "{report:?}");
        assert!(report.first(0, &Event::Settled).is_some(), "{report:?}");
        both[1].write(BATCH, Lane::ROOT, DAY, b"later");
    }
}
