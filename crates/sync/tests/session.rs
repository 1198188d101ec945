//! Stories of two replicas that meet: what they exchange, in how many bytes and round trips.

use std::collections::BTreeSet;

use tern_sync::api::{CloseReason, Credential, DenyReason, Event, Input, Refusal, Side};
use tern_sync::mem::{Link, LinkConfig, MemReplica, Report, Rng, record_body, setup};
use tern_sync::wire::item::{KIND_JOIN, KIND_PACK};
use tern_sync::{Lane, PeerMemory, Replica, Setup, Standing, State};

const WORKSPACE: [u8; 32] = [42; 32];
const AIKO: [u8; 32] = [1; 32];
const NODE: [u8; 32] = [2; 32];
const RAVI: [u8; 32] = [3; 32];
const DAY: u16 = 20_000;
const DAY_MS: i64 = 86_400_000;
const NOW: i64 = DAY as i64 * DAY_MS + 1000;
const BATCH: u8 = 1;

fn member(me: [u8; 32], store: u64) -> MemReplica {
    let mut replica = MemReplica::new(WORKSPACE, me, store);
    for (device, standing) in [(AIKO, Standing::Active), (RAVI, Standing::Active), (NODE, Standing::Relay)] {
        replica.standings.insert(device, standing);
    }
    replica
}

/// Two replicas with one genesis record in common.
fn pair() -> [MemReplica; 2] {
    let mut both = [member(AIKO, 100), member(NODE, 200)];
    let genesis = both[0].write(0x80, Lane::LOG, DAY, b"");
    let bytes = both[0].bytes(&genesis).expect("stored").to_vec();
    both[1].put(bytes);
    both
}

fn setups(both: &[MemReplica; 2], channel: u64) -> [Setup; 2] {
    let [a, b] = both;
    [
        setup(Side::Dialler, WORKSPACE, a.me, b.me, a.store, channel),
        setup(Side::Answerer, WORKSPACE, b.me, a.me, b.store, channel),
    ]
}

fn meet(both: &mut [MemReplica; 2], config: LinkConfig, channel: u64) -> Report {
    let mut link = Link::new(config, channel, NOW + channel as i64 * 1000, setups(both, channel));
    link.start(both);
    link.run(both)
}

fn write_many(replica: &mut MemReplica, rng: &mut Rng, count: usize, day: u16, size: usize) {
    for _ in 0..count {
        let body: Vec<u8> = (0..size).map(|_| rng.next_u64() as u8).collect();
        replica.write(BATCH, Lane::ROOT, day, &body);
    }
}

fn give_all(from: &MemReplica, to: &mut MemReplica) {
    let items = from.ids().iter().filter_map(|id| from.bytes(id).map(<[u8]>::to_vec)).collect();
    to.put_many(items);
}

/// Round trips of 100 ms until the dialler knows that both are equal.
fn round_trips(report: &Report) -> i64 {
    let at = report.first(0, &Event::InSync).unwrap_or_else(|| panic!("in sync: {report:?}"));
    (at + 99) / 100
}

fn sealed_bytes(replica: &MemReplica, ids: &BTreeSet<[u8; 32]>) -> u64 {
    ids.iter().filter_map(|id| replica.bytes(id)).map(|b| b.len() as u64).sum()
}

#[test]
fn a_reconnect_in_sync_is_one_round_trip_and_at_most_150_bytes_for_300_000_items() {
    let mut both = pair();
    let mut rng = Rng::new(1);
    for day in 0..300 {
        let mut fresh = member(AIKO, 1000 + u64::from(day));
        write_many(&mut fresh, &mut rng, 1000, 19_700 + day, 8);
        let items =
            fresh.ids().iter().filter_map(|id| fresh.bytes(id).map(<[u8]>::to_vec)).collect::<Vec<_>>();
        both[0].put_many(items.clone());
        both[1].put_many(items);
    }
    assert_eq!(both[0].len(), 300_001);
    meet(&mut both, LinkConfig::default(), 1);
    let report = meet(&mut both, LinkConfig::default(), 2);
    println!("in sync, 300,000 items: {:?} bytes, {} round trips", report.bytes, round_trips(&report));
    assert_eq!(round_trips(&report), 1);
    assert!(report.bytes.iter().sum::<u64>() <= 150, "{:?}", report.bytes);

    // A hundred changed documents: with a known peer by the cursor, cold by the trie.
    let before = both[0].ids();
    write_many(&mut both[0], &mut rng, 100, DAY, 400);
    let fresh: BTreeSet<_> = both[0].ids().difference(&before).copied().collect();
    let sealed = sealed_bytes(&both[0], &fresh);
    let mut cold = both.clone();
    let report = meet(&mut both, LinkConfig::default(), 3);
    println!(
        "100 new, known peer: {:?} bytes for {sealed} sealed, {} round trips",
        report.bytes,
        round_trips(&report)
    );
    assert_eq!(round_trips(&report), 1);
    assert!(report.bytes.iter().sum::<u64>() <= sealed + 4096);
    assert_eq!(both[0].ids(), both[1].ids());

    for replica in &mut cold {
        replica.memories.clear();
    }
    let report = meet(&mut cold, LinkConfig::default(), 4);
    println!(
        "100 new, cold: {:?} bytes for {sealed} sealed, {} round trips",
        report.bytes,
        round_trips(&report)
    );
    assert!(round_trips(&report) <= 4);
    assert!(report.bytes.iter().sum::<u64>() <= sealed + 4096);
    assert_eq!(cold[0].ids(), cold[1].ids());

    // Cold, and the new items lie among a thousand others of their day.
    let mut busy = both.clone();
    write_many(&mut busy[0], &mut rng, 1000, DAY, 40);
    meet(&mut busy, LinkConfig::default(), 5);
    write_many(&mut busy[0], &mut rng, 100, DAY, 400);
    for replica in &mut busy {
        replica.memories.clear();
    }
    let report = meet(&mut busy, LinkConfig::default(), 6);
    println!(
        "100 new among 1,100 of the day, cold: {:?} bytes, {} round trips",
        report.bytes,
        round_trips(&report)
    );
    assert!(round_trips(&report) <= 4);
    assert!(report.bytes.iter().sum::<u64>() <= sealed + 4096);
    assert_eq!(busy[0].ids(), busy[1].ids());

    // Both sides changed, known peers.
    write_many(&mut both[0], &mut rng, 50, DAY, 400);
    write_many(&mut both[1], &mut rng, 50, DAY, 400);
    let report = meet(&mut both, LinkConfig::default(), 5);
    println!("50 + 50 new, known peer: {:?} bytes, {} round trips", report.bytes, round_trips(&report));
    assert_eq!(both[0].ids(), both[1].ids());
    assert!(round_trips(&report) <= 2);
}

/// Both hold ten thousand items of one day, as after an import, and have never met; then each writes as many as `new`
/// says. Gives bytes beyond the new items as they are sealed, and round trips.
fn cold_meeting_within_a_day(new: [usize; 2], seed: u64) -> (i64, i64) {
    let mut both = pair();
    let mut rng = Rng::new(seed);
    let mut import = member(AIKO, 1000);
    write_many(&mut import, &mut rng, 10_000, DAY, 8);
    for replica in &mut both {
        give_all(&import, replica);
    }
    let mut sealed = 0;
    for (replica, count) in both.iter_mut().zip(new) {
        let before = replica.ids();
        write_many(replica, &mut rng, count, DAY, 400);
        let fresh: BTreeSet<_> = replica.ids().difference(&before).copied().collect();
        sealed += sealed_bytes(replica, &fresh) as i64;
        replica.memories.clear();
    }
    let report = meet(&mut both, LinkConfig::default(), seed);
    assert_eq!(both[0].ids(), both[1].ids());
    let beyond = report.bytes.iter().sum::<u64>() as i64 - sealed;
    println!("{new:?} new among 10,000 of the day, cold: {beyond} bytes beyond {sealed}, {:?}", report.bytes);
    (beyond, round_trips(&report))
}

#[test]
fn a_hundred_new_items_among_ten_thousand_of_their_day_cost_little_more_than_themselves() {
    for (new, seed) in [([100, 0], 1), ([0, 100], 2), ([100, 0], 3), ([0, 100], 4), ([50, 50], 5)] {
        let (beyond, trips) = cold_meeting_within_a_day(new, seed);
        assert!(beyond <= 4096 && trips <= 4, "{new:?}: {beyond} B beyond the items, {trips} round trips");
    }
}

#[test]
fn a_newcomer_receives_the_whole_workspace() {
    let mut both = pair();
    write_many(&mut both[1], &mut Rng::new(2), 3000, DAY - 5, 2000);
    write_many(&mut both[1], &mut Rng::new(3), 20, DAY, 300);
    let report = meet(&mut both, LinkConfig { commit_ms: 20, jitter_ms: 30, ..LinkConfig::default() }, 1);
    assert_eq!(both[0].ids(), both[1].ids(), "{report:?}");
    assert!(report.bytes.iter().sum::<u64>() <= sealed_bytes(&both[1], &both[1].ids()) + 4096);
    assert_eq!(report.states, [State::Live, State::Live]);
}

#[test]
fn an_item_larger_than_a_frame_arrives_whole() {
    let mut both = pair();
    let body: Vec<u8> = (0..900_000u32).map(|i| i as u8).collect();
    both[0].write(BATCH, Lane::ROOT, DAY, &body);
    both[0].write(2, Lane::ROOT, DAY, &body.repeat(10));
    both[0].write(BATCH, Lane::ROOT, DAY, b"small");
    meet(&mut both, LinkConfig::default(), 1);
    assert_eq!(both[0].ids(), both[1].ids());
}

#[test]
fn t14_a_pack_that_is_under_way_does_not_hold_up_a_keystroke() {
    let mut both = pair();
    let mut link = Link::new(LinkConfig::default(), 1, NOW, setups(&both, 1));
    link.start(&mut both);
    link.run(&mut both);
    let mut rng = Rng::new(14);
    let body: Vec<u8> = (0..2 << 20).flat_map(|_| rng.next_u64().to_le_bytes()).collect();
    let pack = both[0].write(KIND_PACK, Lane::ROOT, DAY, &body[..(16 << 20) - 64]);
    link.input(0, Input::RowsAdded, &mut both);
    let keystroke = both[0].write(BATCH, Lane::ROOT, DAY, b"a letter");
    link.input(0, Input::RowsAdded, &mut both);
    link.run(&mut both);
    let row = |id| both[1].row_of(id).expect("rows").expect("it arrived");
    assert!(row(&keystroke) < row(&pack), "the letter came after 16 MiB that were begun before it");
}

#[test]
fn what_is_written_while_connected_arrives_at_once_and_is_confirmed() {
    let mut both = pair();
    let mut link = Link::new(LinkConfig::default(), 1, NOW, setups(&both, 1));
    link.start(&mut both);
    link.run(&mut both);
    for side in [0, 1] {
        both[side].write(BATCH, Lane::ROOT, DAY, &[side as u8; 40]);
        link.input(side, Input::RowsAdded, &mut both);
    }
    let report = link.run(&mut both);
    assert_eq!(both[0].ids(), both[1].ids());
    for side in [0, 1] {
        let has = |e: &(i64, Event)| matches!(e.1, Event::PeerHas { time_ms: Some(_), .. });
        assert!(report.events[side].iter().any(has), "{report:?}");
    }
    assert!(report.bytes.iter().sum::<u64>() < 1200, "nothing is echoed: {:?}", report.bytes);
}

#[test]
fn a_stranger_learns_nothing_and_a_wrong_workspace_looks_the_same() {
    let mut answers = BTreeSet::new();
    for wrong_proof in [false, true] {
        let mut both = pair();
        both[1].standings.remove(&AIKO);
        let mut setups = setups(&both, 1);
        if wrong_proof {
            both[1].standings.insert(AIKO, Standing::Active);
            setups[0].workspace = [9; 32];
        }
        let mut link = Link::new(LinkConfig::default(), 1, NOW, setups);
        link.start(&mut both);
        let report = link.run(&mut both);
        assert_eq!(report.closed[0], Some(CloseReason::PeerDenied(DenyReason::Generic)));
        assert_eq!(report.closed[1], Some(CloseReason::Denied(DenyReason::Generic)));
        answers.insert(report.bytes[1]);
    }
    assert_eq!(answers.into_iter().collect::<Vec<_>>(), [6]);
}

#[test]
fn a_removed_device_gets_the_log_and_then_the_door() {
    let mut both = pair();
    let genesis = *both[0].ids().first().expect("genesis");
    both[1].write(0x86, Lane::LOG, DAY, &record_body(&[genesis]));
    both[1].standings.insert(AIKO, Standing::Removed);
    both[0].write(BATCH, Lane::ROOT, DAY, b"written after the removal");
    let report = meet(&mut both, LinkConfig::default(), 1);
    assert_eq!(both[0].root(&Lane::LOG), both[1].root(&Lane::LOG));
    assert_eq!(report.closed[1], Some(CloseReason::Denied(DenyReason::Removed)), "{report:?}");
    assert_eq!(both[1].root(&Lane::ROOT).n, 0);
}

#[test]
fn late_work_of_a_removed_device_is_kept_lane_by_lane() {
    let mut both = pair();
    let genesis = *both[0].ids().first().expect("genesis");
    both[1].write(0x86, Lane::LOG, DAY, &record_body(&[genesis]));
    both[1].standings.insert(AIKO, Standing::Removed);
    both[1].late.insert(Lane::ROOT);
    let private = Lane([9; 16]);
    both[0].lanes.insert(private);
    let before = both[0].ids();
    for n in 0..3 {
        both[0].write(BATCH, private, DAY, &[n; 40]);
        both[0].write(BATCH, Lane::ROOT, DAY, &[n; 50]);
    }
    let wrote = both[0].ids().difference(&before).count();
    // What both know of each other lets the device push in its first flight, before it learns of its removal.
    both[0].memories.insert(NODE, PeerMemory { store: both[1].store, acked_row: 1, ..PeerMemory::default() });
    let report = meet(&mut both, LinkConfig::default(), 1);
    assert_eq!(report.closed[1], Some(CloseReason::Denied(DenyReason::Removed)), "{report:?}");
    assert_eq!((wrote, both[1].root(&Lane::ROOT).n, both[1].root(&private).n), (6, 3, 0), "{report:?}");
}

#[test]
fn a_joiner_reads_the_log_pushes_one_join_and_goes_on_to_content() {
    let mut node = member(NODE, 200);
    node.standings.remove(&RAVI);
    node.invites.insert([77; 32]);
    let genesis = node.write(0x80, Lane::LOG, DAY, b"");
    write_many(&mut node, &mut Rng::new(4), 200, DAY - 1, 100);
    let mut ravi = MemReplica::new(WORKSPACE, RAVI, 300);
    ravi.standings.insert(NODE, Standing::Relay);
    let mut both = [ravi, node];
    let mut setups = setups(&both, 1);
    setups[0].credential = Credential::Invite { key: [77; 32], signature: [0; 64] };
    setups[0].vouched = true;
    let mut link = Link::new(LinkConfig::default(), 1, NOW, setups);
    link.start(&mut both);
    let report = link.run(&mut both);
    assert!(report.first(0, &Event::LogEqual).is_some(), "{report:?}");
    assert_eq!(both[0].root(&Lane::ROOT).n, 0, "no content before the join");

    both[0].write(KIND_JOIN, Lane::LOG, DAY, &record_body(&[genesis]));
    both[0].standings.insert(RAVI, Standing::Active);
    link.input(0, Input::RowsAdded, &mut both);
    link.input(0, Input::LogChanged, &mut both);
    let report = link.run(&mut both);
    assert_eq!(both[0].ids(), both[1].ids(), "{report:?}");
    assert!(report.first(0, &Event::InSync).is_some());
}

#[test]
fn a_joiner_may_not_push_other_records() {
    let mut node = member(NODE, 200);
    node.standings.remove(&RAVI);
    node.invites.insert([77; 32]);
    let genesis = node.write(0x80, Lane::LOG, DAY, b"");
    let mut ravi = MemReplica::new(WORKSPACE, RAVI, 300);
    ravi.standings.insert(NODE, Standing::Relay);
    let bytes = node.bytes(&genesis).expect("stored").to_vec();
    ravi.put(bytes);
    ravi.write(0x88, Lane::LOG, DAY, &record_body(&[genesis]));
    let mut both = [ravi, node];
    let mut setups = setups(&both, 1);
    setups[0].credential = Credential::Invite { key: [77; 32], signature: [0; 64] };
    setups[0].vouched = true;
    let mut link = Link::new(LinkConfig::default(), 1, NOW, setups);
    link.start(&mut both);
    let report = link.run(&mut both);
    assert_eq!(report.closed[1], Some(CloseReason::Violation("a joiner may push one Join")), "{report:?}");
    assert_eq!(both[1].root(&Lane::LOG).n, 1);
}

#[test]
fn a_node_that_is_asked_to_host_takes_the_log_first() {
    let mut both = pair();
    let mut node = MemReplica::new(WORKSPACE, NODE, 200);
    write_many(&mut both[0], &mut Rng::new(5), 30, DAY, 100);
    both[1] = node.clone();
    let mut setups = setups(&both, 1);
    setups[0].credential = Credential::Node { workspace: WORKSPACE, proof: [0; 32] };
    setups[0].vouched = true;
    setups[1].vouched = true;
    let mut link = Link::new(LinkConfig::default(), 1, NOW, setups);
    link.start(&mut both);
    let report = link.run(&mut both);
    assert_eq!(both[0].root(&Lane::LOG), both[1].root(&Lane::LOG), "{report:?}");
    assert_eq!(both[1].root(&Lane::ROOT).n, 0);
    node.standings = both[0].standings.clone();
    both[1].standings = node.standings;
    link.input(1, Input::LogChanged, &mut both);
    let report = link.run(&mut both);
    assert_eq!(both[0].ids(), both[1].ids(), "{report:?}");
}

/// Whether the rows after `row` begin with all records of the log that are among them.
fn log_first(replica: &MemReplica, row: u64) -> bool {
    let rows = replica.rows_after(row, usize::MAX).expect("rows");
    rows.iter().skip_while(|row| row.lane == Lane::LOG).all(|row| row.lane != Lane::LOG)
}

#[test]
fn t18_log_comes_before_content_whatever_the_wire_does() {
    for seed in 0..20 {
        let mut both = pair();
        let mut rng = Rng::new(seed);
        let mut parent = *both[0].ids().first().expect("genesis");
        let config = LinkConfig { jitter_ms: 400, commit_ms: 30, ..LinkConfig::default() };
        // The first time all is compared; then what is new is pushed past the cursor.
        for round in 0..3 {
            let known = both[1].last_row().expect("a row");
            for _ in 0..90 {
                parent = both[0].write(0x88, Lane::LOG, DAY - rng.below(50) as u16, &record_body(&[parent]));
                write_many(&mut both[0], &mut rng, 2, DAY, 50);
            }
            let report = meet(&mut both, config.clone(), 10 * seed + round + 1);
            assert_eq!(both[0].ids(), both[1].ids(), "{report:?}");
            assert!(log_first(&both[1], known), "seed {seed}, meeting {round}: content came before the log");
        }
    }
}

#[test]
fn t38_a_refusal_does_not_loop() {
    let mut both = pair();
    write_many(&mut both[0], &mut Rng::new(6), 30, DAY, 100);
    let refused: Vec<_> = both[0].ids().into_iter().skip(10).take(5).collect();
    for id in &refused {
        both[1].refuses.insert(*id, Refusal::Size);
    }
    let report = meet(&mut both, LinkConfig::default(), 1);
    assert!(report.first(0, &Event::Settled).is_some(), "{report:?}");
    let refused_content: Vec<_> = refused.iter().filter(|id| both[1].offers.contains_key(*id)).collect();
    assert!(!refused_content.is_empty());
    for channel in 2..12 {
        let config = LinkConfig { until_ms: 200_000, stop_when_idle: false, ..LinkConfig::default() };
        let report = meet(&mut both, config, channel);
        assert_eq!(report.closed[0], None, "{report:?}");
    }
    for id in refused_content {
        assert_eq!(both[1].offers.get(id), Some(&1), "offered once in 24 h");
        assert!(both[0].holds.keys().any(|(_, held)| held == id));
    }
    both[1].refuses.clear();
    let mut link = Link::new(LinkConfig::default(), 1, NOW + 2 * DAY_MS, setups(&both, 99));
    link.start(&mut both);
    link.run(&mut both);
    assert_eq!(both[0].ids(), both[1].ids());
}

#[test]
fn t17_a_full_node_still_takes_the_log_and_gives_what_it_has() {
    let mut both = pair();
    let genesis = *both[0].ids().first().expect("genesis");
    write_many(&mut both[0], &mut Rng::new(7), 3000, DAY, 1000);
    write_many(&mut both[1], &mut Rng::new(8), 30, DAY, 1000);
    let record = both[0].write(0x88, Lane::LOG, DAY, &record_body(&[genesis]));
    both[1].full = true;
    let report = meet(&mut both, LinkConfig::default(), 1);
    assert!(both[1].ids().contains(&record));
    assert!(both[1].ids().is_subset(&both[0].ids()), "{report:?}");
    assert!(report.first(0, &Event::Settled).is_some());
}

#[test]
fn t8_a_lying_cursor_and_a_restored_store_are_put_right_by_the_roots() {
    let mut both = pair();
    write_many(&mut both[0], &mut Rng::new(9), 300, DAY, 50);
    meet(&mut both, LinkConfig::default(), 1);
    assert_eq!(both[0].ids(), both[1].ids());
    // The node loses half its items but still claims every row.
    let content = |id: &[u8; 32]| both[0].bytes(id).is_some_and(|b| b[1] == BATCH);
    let lost: Vec<_> = both[1].ids().into_iter().step_by(2).filter(content).collect();
    for id in lost {
        both[1].lose(&id);
    }
    assert!(both[1].len() < both[0].len());
    meet(&mut both, LinkConfig::default(), 2);
    assert_eq!(both[0].ids(), both[1].ids());
    // Restored from an old backup: a new store id, old memories dropped.
    let mut restored = pair()[1].clone();
    restored.store = 201;
    both[1] = restored;
    meet(&mut both, LinkConfig::default(), 3);
    assert_eq!(both[0].ids(), both[1].ids());
}

#[test]
fn a_hundred_reconnects_end_equal_and_cost_little() {
    let mut both = pair();
    let mut rng = Rng::new(10);
    write_many(&mut both[0], &mut rng, 500, DAY - 3, 100);
    meet(&mut both, LinkConfig::default(), 1);
    for channel in 2..102 {
        let (side, count) = (rng.below(2) as usize, rng.below(3) as usize);
        write_many(&mut both[side], &mut rng, count, DAY, 30);
        let report = meet(&mut both, LinkConfig::default(), channel);
        assert_eq!(both[0].ids(), both[1].ids());
        assert!(report.bytes.iter().sum::<u64>() < 1500, "{report:?}");
    }
}

#[test]
fn broken_sessions_lose_nothing_and_end_equal() {
    for seed in 0..30 {
        let mut rng = Rng::new(seed);
        let mut both = pair();
        for side in [0, 1] {
            write_many(&mut both[side], &mut rng, 400, DAY - 2, 300);
        }
        let all: BTreeSet<_> = both[0].ids().union(&both[1].ids()).copied().collect();
        for channel in 1..40 {
            let cut_after = Some(200 + rng.below(60_000));
            let config = LinkConfig { jitter_ms: 80, commit_ms: 15, cut_after, ..LinkConfig::default() };
            meet(&mut both, config, channel);
        }
        meet(&mut both, LinkConfig::default(), 100);
        assert_eq!(both[0].ids(), all);
        assert_eq!(both[1].ids(), all);
    }
}

#[test]
fn damaged_bytes_end_a_session_and_never_an_item() {
    for seed in 0..60 {
        let mut rng = Rng::new(seed);
        let mut both = pair();
        for side in [0, 1] {
            write_many(&mut both[side], &mut rng, 200, DAY - 2, 300);
        }
        let all: BTreeSet<_> = both[0].ids().union(&both[1].ids()).copied().collect();
        let config =
            LinkConfig { damage_one_in: Some(3), until_ms: 120_000, jitter_ms: 20, ..LinkConfig::default() };
        meet(&mut both, config, seed + 1);
        // The toy replica cannot check seals: damaged items that it took are not counted.
        meet(&mut both, LinkConfig::default(), 1000);
        assert!(both[0].ids().is_superset(&all) && both[1].ids().is_superset(&all));
    }
}

#[test]
fn t42_a_missing_feature_leaves_the_log_only() {
    let mut both = pair();
    write_many(&mut both[0], &mut Rng::new(11), 3, DAY, 30);
    both[0].required = 1;
    both[1].required = 1;
    let mut ends = setups(&both, 1);
    ends[0].features = 1;
    let mut link = Link::new(LinkConfig::default(), 1, NOW, ends);
    link.start(&mut both);
    let report = link.run(&mut both);
    assert!(report.first(0, &Event::UpdateNeeded).is_some(), "{report:?}");
    assert_eq!(both[1].root(&Lane::ROOT).n, 0);
}

#[test]
fn private_lanes_reach_a_relay_and_not_a_member_outside() {
    let private = Lane([8; 16]);
    let mut both = pair();
    both[0].lanes.insert(private);
    both[0].write(BATCH, private, DAY, b"between two");
    both[0].write(BATCH, Lane::ROOT, DAY, b"for all");
    let report = meet(&mut both, LinkConfig::default(), 1);
    assert_eq!(both[0].ids(), both[1].ids(), "{report:?}");
    assert!(report.first(0, &Event::InSync).is_some(), "{report:?}");

    let mut outside = [member(RAVI, 300), both[1].clone()];
    give_all(&pair()[0], &mut outside[0]);
    let report = meet(&mut outside, LinkConfig::default(), 3);
    assert!(report.first(0, &Event::InSync).is_some(), "{report:?}");
    assert_eq!(outside[0].offers.len(), 1, "only the item of the root space is offered");

    let mut members = [both[0].clone(), member(RAVI, 300)];
    give_all(&pair()[0], &mut members[1]);
    let report = meet(&mut members, LinkConfig::default(), 2);
    assert_eq!(members[1].root(&private).n, 0, "{report:?}");
    assert_eq!(members[1].root(&Lane::ROOT).n, 1);
    assert_eq!(report.states, [State::Live, State::Live]);
    assert!(report.first(0, &Event::InSync).is_some(), "{report:?}");
}

#[test]
fn a_lane_that_the_peer_comes_to_know_is_shared_in_the_same_session() {
    let private = Lane([8; 16]);
    let mut both = [pair()[0].clone(), member(RAVI, 300)];
    give_all(&pair()[0], &mut both[1]);
    both[0].lanes.insert(private);
    both[0].write(BATCH, private, DAY, b"before");
    let mut link = Link::new(LinkConfig::default(), 1, NOW, setups(&both, 1));
    link.start(&mut both);
    let report = link.run(&mut both);
    assert!(report.first(0, &Event::InSync).is_some(), "{report:?}");
    assert_eq!((both[1].root(&private).n, link.session(0).unshared().len()), (0, 1), "{report:?}");
    // It hears of the lane from somebody else. Roots are compared once a minute.
    both[1].lanes.insert(private);
    both[1].write(BATCH, private, DAY, b"from elsewhere");
    link.input(1, Input::RowsAdded, &mut both);
    let report = link.run_for(3 * 60_000, &mut both);
    assert_eq!(report.states, [State::Live, State::Live], "{report:?}");
    assert!(link.session(0).unshared().is_empty());
    assert_eq!(both[0].ids(), both[1].ids(), "{report:?}");
    assert!(report.first(0, &Event::InSync).is_some(), "{report:?}");
}

#[test]
fn a_silent_peer_is_given_up_and_an_idle_one_is_not() {
    let mut both = pair();
    let config = LinkConfig { until_ms: 600_000, stop_when_idle: false, ..LinkConfig::default() };
    let report = meet(&mut both, config, 1);
    assert_eq!(report.closed, [None, None]);
    assert!(report.bytes.iter().sum::<u64>() < 3000, "{:?}", report.bytes);

    let mut lone = tern_sync::Session::new(NOW, setups(&both, 1)[0].clone());
    lone.handle(NOW, Input::Start, &both[0]);
    let due = lone.poll_timeout().expect("open");
    lone.handle(due, Input::Tick, &both[0]);
    assert_eq!(lone.state(), State::Closed);
}
