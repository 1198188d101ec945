//! Floods, slow peers and half-open connections: each costs a bounded count of connections, messages and bytes, and
//! nobody else is kept out. On real loopback where sockets matter, else at the hub under a clock of the test's.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use iroh::Endpoint;
use tern_peer::hub::{BLOBS_AT_ONCE, MAX_CONNECTIONS, MAX_STRANGERS, STARTS_MAX, STRANGER_MS};
use tern_peer::net::Purpose;
use tern_peer::net::conn::NetIn;
use tern_peer::net::endpoint::{self, ALPN, MAX_STREAMS, STRANGER_WINDOW_BYTES};
use tern_peer::net::queue::OUT_BYTES_MAX;
use tern_peer::net::recover::RECOVER_ALPN;
use tern_peer::net::service::MAX_SIDE_TALKS;
use tern_sync::hello::{EXPORTER_LABEL, workspace_proof};
use tern_sync::wire::BEFORE_PROOF_MAX;
use tern_sync::wire::control::{Ask, Hello, LaneRef, List, Message, Root, WireCredential};
use tern_sync::wire::frame::FrameDecoder;
use tern_sync::{DenyReason, Nibbles, Side};
use tern_tests::World;
use tern_tests::awake::Awake;
use tern_tests::door::Door;
use tern_tests::net::Link;
use tern_tests::world::NODE;
use tern_trust::DeviceKeys;

const ADA: usize = 0;
/// Connections that strangers open in the flood.
const FLOOD: usize = 1_000;
/// Machines that they come from.
const MACHINES: u8 = 50;

/// What must come, comes within this; the test fails where it would hang.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits for something that must happen.
async fn bounded<T>(what: &str, future: impl Future<Output = T>) -> Result<T> {
    tokio::time::timeout(LIMIT, future).await.with_context(|| format!("{what} did not come"))
}

/// An endpoint of whoever holds this seed, at an address of its own.
async fn machine(seed: [u8; 32], ip: [u8; 4]) -> Result<Endpoint> {
    let secret = DeviceKeys::from_seed(&seed).secret_key().clone();
    let at = SocketAddr::new(Ipv4Addr::from(ip).into(), 0);
    endpoint::bind(secret, Some(at), false).await.map_err(|e| anyhow!(e))
}

fn hello(proof: [u8; 32]) -> Vec<u8> {
    let hello = Hello {
        proto_min: 1,
        proto_max: 1,
        features: u64::MAX,
        store: [1; 8],
        proof,
        credential: WireCredential::None,
    };
    let root = Root { log_n: 0, log_root: [0; 16], combined: [0; 16], cursor: 0, cursor_store: 0 };
    [Message::Hello(hello).to_frame(), Message::Root(root).to_frame()].concat()
}

/// A member greets the node: its answer.
async fn greet(door: &Door, from: &Endpoint) -> Result<Message> {
    let to = endpoint::address_of(&door.device, &[door.address]).map_err(|e| anyhow!(e))?;
    let conn = from.connect(to, ALPN).await?;
    let mut exporter = [0; 32];
    conn.export_keying_material(&mut exporter, EXPORTER_LABEL, b"").map_err(|e| anyhow!("{e:?}"))?;
    let (mut send, mut recv) = conn.open_bi().await?;
    send.write_all(&hello(workspace_proof(&door.workspace, &exporter, Side::Dialler))).await?;
    let mut decoder = FrameDecoder::new(64 * 1024);
    loop {
        let chunk = recv.read_chunk(4096).await?.context("the node closed")?;
        if let Some(payload) = decoder.next(&mut &chunk[..])? {
            return Ok(Message::from_bytes(&payload)?);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_strangers_cost_a_bounded_handshake_each_and_keep_no_member_out() -> Result<()> {
    let dir = tempfile::TempDir::new()?;
    let door = Door::open(dir.path()).await?;
    let member = machine(*door.member.to_bytes(), [127, 0, 0, 2]).await?;
    let mut machines = Vec::new();
    for n in 0..MACHINES {
        let mut seed = [77; 32];
        seed[0] = n;
        machines.push(machine(seed, [127, 0, 1, n + 1]).await?);
    }
    // They connect, say nothing, and hold on to what they got.
    let mut strangers = tokio::task::JoinSet::new();
    for endpoint in &machines {
        let to = endpoint::address_of(&door.device, &[door.address]).map_err(|e| anyhow!(e))?;
        let endpoint = endpoint.clone();
        strangers.spawn(async move {
            let mut held = Vec::new();
            for _ in 0..FLOOD / usize::from(MACHINES) {
                held.extend(endpoint.connect(to.clone(), ALPN).await.ok());
            }
            held
        });
    }
    let mut load = door.load.clone();
    bounded("the flood", load.wait_for(|load| load.came >= usize::from(MACHINES))).await??;
    // In the middle of it a member comes and is answered.
    let answer = bounded("an answer", greet(&door, &member)).await??;
    ensure!(matches!(answer, Message::Hello(_)), "{answer:?}");
    let held: usize =
        bounded("the end of the flood", strangers.join_all()).await?.into_iter().map(|held| held.len()).sum();
    let load = *door.load.borrow();
    let flood = held > FLOOD / 2 && load.came > FLOOD / 2 && load.most.1 > MAX_STRANGERS / 2;
    ensure!(flood, "there was no flood: {held} held, {load:?}");
    ensure!(load.most.0 <= MAX_CONNECTIONS && load.most.1 <= MAX_STRANGERS, "{load:?}");
    let answer = bounded("an answer", greet(&door, &member)).await??;
    ensure!(matches!(answer, Message::Hello(_)), "nor is anybody kept out afterwards");
    door.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_that_sends_all_it_can_has_little_under_way_and_its_place_comes_back() -> Result<()> {
    let dir = tempfile::TempDir::new()?;
    let door = Door::open(dir.path()).await?;
    let stranger = machine([9; 32], [127, 0, 0, 3]).await?;
    let to = endpoint::address_of(&door.device, &[door.address]).map_err(|e| anyhow!(e))?;
    let conn = stranger.connect(to, ALPN).await?;
    // Half of a greeting, and streams full of items that nobody asked for, until the node hangs up.
    let (mut send, _recv) = conn.open_bi().await?;
    send.write_all(&hello([0; 32])[..20]).await?;
    let mut streams = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let conn = conn.clone();
        streams.spawn(async move {
            let Ok(mut stream) = conn.open_uni().await else { return };
            while stream.write_all(&[5; 8192]).await.is_ok() {}
        });
    }
    bounded("the end of the connection", conn.closed()).await?;
    bounded("the end of its streams", streams.join_all()).await?;
    let sent = conn.stats().udp_tx.bytes;
    ensure!(sent < u64::from(STRANGER_WINDOW_BYTES) * 2, "{sent} bytes before any proof");
    let mut load = door.load.clone();
    bounded("the place", load.wait_for(|load| load.came == 1 && load.now == (0, 0))).await??;
    door.close().await
}

/// Both dial each other at once, again and again: one connection is left each time, and both mean the same one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t15_two_that_dial_each_other_a_hundred_times_have_one_connection() -> Result<()> {
    let dir = tempfile::TempDir::new()?;
    let mut a = Awake::at(&dir.path().join("a"), [51; 32]).await?;
    let mut b = Awake::at(&dir.path().join("b"), [52; 32]).await?;
    for round in 0..100 {
        // Either may fail: the other side's connection stands already.
        let dialled = tokio::join!(a.service.dial(&b.target), b.service.dial(&a.target));
        ensure!(dialled.0.is_ok() || dialled.1.is_ok(), "round {round}: {dialled:?}");
        let one = async {
            loop {
                let (here, there) = (a.standing.borrow().clone(), b.standing.borrow().clone());
                if matches!((here.as_slice(), there.as_slice()), ([x], [y]) if x != y) {
                    return Ok::<_, anyhow::Error>(());
                }
                tokio::select! { changed = a.standing.changed() => changed?, changed = b.standing.changed() => changed? }
            }
        };
        let stand = tokio::time::timeout(LIMIT, one).await;
        ensure!(stand.is_ok(), "round {round}: {:?} and {:?}", a.standing.borrow(), b.standing.borrow());
        // What is still on its way may come after the other one is gone.
        let none = async {
            loop {
                a.hang_up();
                b.hang_up();
                if a.standing.borrow().is_empty() && b.standing.borrow().is_empty() {
                    return Ok::<_, anyhow::Error>(());
                }
                tokio::select! { changed = a.standing.changed() => changed?, changed = b.standing.changed() => changed? }
            }
        };
        bounded("the end of it", none).await??;
    }
    a.service.close().await;
    b.service.close().await;
    Ok(())
}

/// A connection to a machine of the world that no machine of the world drives, and the number it has.
fn stranger(world: &mut World, to: usize, conn: u64, device: [u8; 32]) -> Link {
    let exporter = world.rng.bytes();
    let (link, [_, answerer]) = Link::new(conn, [ADA, to], [device, [1; 32]], Purpose::Meet, exporter);
    world.deliver(to, NetIn::Open(answerer));
    link
}

fn load(world: &World, machine: usize) -> (usize, usize) {
    if machine == NODE { world.node.hub.load() } else { world.laptops[machine].hub.load() }
}

#[test]
fn who_connects_and_says_nothing_is_closed_at_the_greeting_time_out_and_the_place_comes_back() -> Result<()> {
    let mut world = World::ready(81, 1)?;
    for to in [NODE, ADA] {
        let mut link = stranger(&mut world, to, 700, [8; 32]);
        world.pass(STRANGER_MS - 1);
        ensure!(load(&world, to) == (1, 1) && !link.hangs_up(), "it has its time");
        world.pass(1);
        link.gather();
        ensure!(link.hangs_up() && load(&world, to).1 == 0, "it is no stranger's place any more");
        world.deliver(to, NetIn::Lost { conn: 700 });
        ensure!(load(&world, to) == (0, 0), "the place came back");
    }
    Ok(())
}

#[test]
fn a_byte_a_second_buys_no_time() -> Result<()> {
    let mut world = World::ready(82, 1)?;
    for to in [NODE, ADA] {
        let mut link = stranger(&mut world, to, 701, [8; 32]);
        let drip = hello([0; 32]);
        let mut said = 0;
        for byte in drip.iter().take(STRANGER_MS as usize / 1_000 + 5) {
            link.gather();
            if link.hangs_up() {
                break;
            }
            world.deliver(to, NetIn::Control { conn: 701, bytes: vec![*byte] });
            said += 1;
            world.pass(1_000);
        }
        ensure!(said <= STRANGER_MS / 1_000 + 1, "{said} bytes, one a second");
        world.deliver(to, NetIn::Lost { conn: 701 });
        ensure!(load(&world, to) == (0, 0));
    }
    Ok(())
}

#[test]
fn a_stranger_has_four_kibibytes_at_a_node_too() -> Result<()> {
    let mut world = World::ready(83, 1)?;
    let mut link = stranger(&mut world, NODE, 702, [8; 32]);
    let mut flood = 4_000_000u32.to_le_bytes().to_vec();
    flood.resize(64 * 1024, 0);
    let mut taken = 0;
    for piece in flood.chunks(512) {
        link.gather();
        if link.hangs_up() {
            break;
        }
        world.deliver(NODE, NetIn::Control { conn: 702, bytes: piece.to_vec() });
        taken += piece.len();
    }
    ensure!(taken <= BEFORE_PROOF_MAX + 512, "{taken} bytes");
    let mut link = stranger(&mut world, NODE, 703, [9; 32]);
    let mut at_most = u32::try_from(BEFORE_PROOF_MAX - 4)?.to_le_bytes().to_vec();
    at_most.resize(BEFORE_PROOF_MAX - 1, 0);
    world.deliver(NODE, NetIn::Control { conn: 703, bytes: at_most });
    link.gather();
    ensure!(!link.hangs_up(), "at the bound it may still become a greeting");
    world.deliver(NODE, NetIn::Control { conn: 703, bytes: vec![0] });
    link.gather();
    ensure!(link.hangs_up(), "and is none");
    Ok(())
}

#[test]
fn strangers_have_their_own_places_and_the_oldest_goes_first() -> Result<()> {
    let mut world = World::ready(84, 2)?;
    for to in [NODE, ADA] {
        let mut links = Vec::new();
        for n in 0..MAX_STRANGERS as u64 {
            let device = world.rng.bytes();
            links.push(stranger(&mut world, to, 10_000 + n, device));
        }
        ensure!(load(&world, to) == (MAX_STRANGERS, MAX_STRANGERS), "at the bound");
        let device = world.rng.bytes();
        links.push(stranger(&mut world, to, 20_000, device));
        ensure!(load(&world, to) == (MAX_STRANGERS, MAX_STRANGERS), "one past it");
        ensure!(links[0].gone() && !links[1].gone() && !links[MAX_STRANGERS].gone(), "not the oldest went");
        // A member comes through.
        if to == NODE {
            world.meet(1, NODE)?;
        }
        for n in (0..MAX_STRANGERS as u64).map(|n| 10_000 + n).chain([20_000]) {
            world.deliver(to, NetIn::Lost { conn: n });
        }
    }
    Ok(())
}

/// A member's connection to the node that has greeted; what the node says waits in its queue.
fn member(world: &mut World, conn: u64) -> Result<Link> {
    let device = world.device(ADA);
    let exporter: [u8; 32] = world.rng.bytes();
    let (link, [_, answerer]) = Link::new(conn, [ADA, NODE], [device, [1; 32]], Purpose::Meet, exporter);
    world.deliver(NODE, NetIn::Open(answerer));
    let bytes = hello(workspace_proof(&world.workspace, &exporter, Side::Dialler));
    world.deliver(NODE, NetIn::Control { conn, bytes });
    Ok(link)
}

#[test]
fn a_member_that_never_reads_is_dropped_with_little_waiting_for_it() -> Result<()> {
    let mut world = World::ready(85, 2)?;
    world.quiesce()?;
    let link = member(&mut world, 800)?;
    ensure!(link.news()[1].closed.is_none(), "{:?}", link.news());
    let root = LaneRef::Plain([0; 16]);
    let ask = Message::Ask(Ask { lane: root, prefix: Nibbles::ROOT, whole: false }).to_frame();
    let ids = (0..64u64).map(u64::to_le_bytes).collect();
    let list = Message::List(List { lane: root, prefix: Nibbles::ROOT, ids }).to_frame();
    let questions = [ask, list].concat().repeat(50);
    let mut asked = 0;
    while link.news()[1].closed.is_none() {
        ensure!(asked < 20_000, "it may ask for ever");
        world.deliver(NODE, NetIn::Control { conn: 800, bytes: questions.clone() });
        world.pass(1);
        asked += 1;
    }
    ensure!(link.waiting_bytes(1) <= OUT_BYTES_MAX, "{} bytes wait", link.waiting_bytes(1));
    ensure!(link.hangs_up_soon(1), "the connection of a peer that does not read is closed");
    Ok(())
}

#[test]
fn who_begins_sessions_without_end_is_told_to_wait_and_others_are_not() -> Result<()> {
    let mut world = World::ready(86, 2)?;
    world.quiesce()?;
    // Meetings that were had before count.
    world.clock.pass(1_000_000);
    for n in 0..u64::from(STARTS_MAX) {
        let link = member(&mut world, 900 + n)?;
        ensure!(link.news()[1].closed.is_none(), "session {n}: {:?}", link.news()[1]);
        world.deliver(NODE, NetIn::Lost { conn: 900 + n });
    }
    let mut link = member(&mut world, 5_000)?;
    let said = link.said(1);
    let mut decoder = FrameDecoder::new(1024);
    let payload = decoder.next(&mut &said[..])?.context("nothing was said")?;
    ensure!(Message::from_bytes(&payload)? == Message::Deny(DenyReason::Busy), "{payload:?}");
    world.deliver(NODE, NetIn::Lost { conn: 5_000 });
    world.meet(1, NODE)?;
    world.pass(2_000);
    let link = member(&mut world, 5_001)?;
    ensure!(link.news()[1].closed.is_none(), "and after a while it may come again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_talk_about_recovery_at_once_and_their_places_come_back() -> Result<()> {
    let dir = tempfile::TempDir::new()?;
    let door = Door::open(dir.path()).await?;
    let stranger = machine([51; 32], [127, 0, 0, 1]).await?;
    let to = endpoint::address_of(&door.device, &[door.address]).map_err(|e| anyhow!(e))?;
    let (mut open, mut closed) = (Vec::new(), tokio::task::JoinSet::new());
    for _ in 0..2 * MAX_SIDE_TALKS {
        let conn = stranger.connect(to.clone(), RECOVER_ALPN).await?;
        open.push(conn.clone());
        closed.spawn(async move { conn.closed().await });
    }
    for _ in 0..MAX_SIDE_TALKS {
        let why = bounded("a refusal", closed.join_next()).await?.context("nobody is left")??;
        ensure!(why.to_string().contains("busy"), "{why}");
    }
    let standing = open.iter().filter(|conn| conn.close_reason().is_none()).count();
    ensure!(standing == MAX_SIDE_TALKS, "{standing} stand");
    // Whoever goes makes room: the next one is answered that the node knows nothing for it.
    let answered = |conn: iroh::endpoint::Connection| async move {
        let (mut send, mut recv) = conn.open_bi().await?;
        send.write_all(&[9; 32]).await?;
        let mut count = [1; 1];
        recv.read_exact(&mut count).await?;
        Ok::<u8, anyhow::Error>(count[0])
    };
    for conn in open {
        conn.close(0u32.into(), b"over");
    }
    let mut found = None;
    for _ in 0..1_000 {
        // Until the node has seen that they went.
        let conn = stranger.connect(to.clone(), RECOVER_ALPN).await?;
        found = bounded("an answer", answered(conn)).await?.ok();
        if found.is_some() {
            break;
        }
    }
    ensure!(found == Some(0), "{found:?}");
    door.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_has_so_many_streams_of_each_kind() -> Result<()> {
    let dir = tempfile::TempDir::new()?;
    let door = Door::open(dir.path()).await?;
    let stranger = machine([52; 32], [127, 0, 0, 1]).await?;
    let to = endpoint::address_of(&door.device, &[door.address]).map_err(|e| anyhow!(e))?;
    let conn = stranger.connect(to, ALPN).await?;
    let mut held = Vec::new();
    for _ in 0..MAX_STREAMS {
        held.push((
            bounded("a stream", conn.open_uni()).await??,
            bounded("a stream", conn.open_bi()).await??,
        ));
    }
    // Not one more, asked just once, as long as these stand.
    let uni = tokio::time::timeout(Duration::ZERO, conn.open_uni()).await.is_ok();
    let bi = tokio::time::timeout(Duration::ZERO, conn.open_bi()).await.is_ok();
    ensure!(!uni && !bi, "one more stream: {uni} one way, {bi} both ways");
    door.close().await
}

#[test]
fn attachments_are_asked_for_so_many_at_once_and_then_the_next() -> Result<()> {
    let mut world = World::ready(187, 2)?;
    world.quiesce()?;
    // Named here, and nowhere on a disk.
    let named = BLOBS_AT_ONCE + 3;
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        INSERT INTO blobs SELECT unhex(printf('%064x', i)), 10, 0 FROM n";
    let rows = rusqlite::Connection::open(&world.laptops[ADA].path)?.execute(sql, [i64::try_from(named)?])?;
    ensure!(rows == named);
    ensure!(world.dial_known(ADA, NODE)?, "no connection");
    world.settle()?;
    let asked = &world.links[0].asked;
    ensure!(asked[..2] == [BLOBS_AT_ONCE, 3], "{asked:?}");
    Ok(())
}
