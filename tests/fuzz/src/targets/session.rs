//! What peers say: messages, item frames, the first message, and a whole session that is told anything.

use std::sync::LazyLock;

use tern_sync::api::{Input, ItemResult, Output, Side};
use tern_sync::hello::{Caller, SessionNames, identify, workspace_proof};
use tern_sync::mem::{MemReplica, setup};
use tern_sync::wire::control::{Hello, Message, WireCredential};
use tern_sync::wire::frame::FrameDecoder;
use tern_sync::wire::item::{place_of, split};
use tern_sync::wire::items::{BatchBuilder, ItemFrame, Pushed};
use tern_sync::wire::{BEFORE_PROOF_MAX, CONTROL_MAX};
use tern_sync::{Lane, Session, Standing, State};

use crate::seeds::WORKSPACE;

/// The device under test and its peer.
pub(crate) const ME: [u8; 32] = [1; 32];
pub(crate) const PEER: [u8; 32] = [2; 32];
const NOW: i64 = 20_000 * 86_400_000;
const CHANNEL: u64 = 7;
/// Most bytes that one input may draw out of a session: its credit, and an answer to each message.
const MOST_DRAWN: usize = 8 << 20;

/// One control message; and the same bytes as a stream of frames, whole and cut.
pub fn control(data: &[u8]) {
    if let Ok(message) = Message::from_bytes(data)
        && message != Message::Unknown
    {
        assert_eq!(Message::from_bytes(&message.to_bytes()).as_ref(), Ok(&message));
        let mut longer = message.to_bytes();
        longer.push(0);
        assert!(Message::from_bytes(&longer).is_err(), "a trailing byte is taken");
    }
    let whole = frames(data, data.len().max(1));
    for step in [1, 7] {
        assert_eq!(frames(data, step), whole, "cut every {step} bytes");
    }
}

/// The frames of a stream, and whether it went on to its end.
fn frames(data: &[u8], step: usize) -> (Vec<Vec<u8>>, bool) {
    let mut decoder = FrameDecoder::new(CONTROL_MAX);
    let mut seen = Vec::new();
    for mut piece in data.chunks(step) {
        loop {
            match decoder.next(&mut piece) {
                Ok(Some(frame)) => seen.push(frame),
                Ok(None) => break,
                Err(_) => return (seen, false),
            }
        }
    }
    (seen, true)
}

/// An item frame: what it holds comes out byte for byte, again after it was packed again.
pub fn item_frame(data: &[u8]) {
    let Ok(frame) = ItemFrame::from_bytes(data) else { return };
    assert_eq!(ItemFrame::from_bytes(&frame.to_bytes()).as_ref(), Ok(&frame));
    let ItemFrame::Batch(batch) = &frame else { return };
    let Ok(items) = batch.unpack(&WORKSPACE) else { return };
    let mut again = BatchBuilder::new();
    let mut packed = Vec::new();
    for item in &items {
        let fits = split(item).is_some();
        match again.push(&WORKSPACE, item) {
            Pushed::In => packed.push(item.clone()),
            Pushed::NotAnItem => assert!(!fits, "an item that is carried cannot be sent on"),
            Pushed::Full | Pushed::TooLarge => break,
        }
        let _ = place_of(item);
    }
    let ItemFrame::Batch(again) = again.finish(*batch_head(&frame)) else { return };
    assert_eq!(again.unpack(&WORKSPACE), Ok(packed));
}

fn batch_head(frame: &ItemFrame) -> &tern_sync::wire::items::FrameHead {
    frame.head()
}

/// The first message of a caller: nobody is taken for a member without the proof.
pub fn hello(data: &[u8]) {
    let exporter = exporter();
    let hosted = [[3; 32], WORKSPACE];
    let proved = |payload: &[u8], workspace: &[u8; 32]| {
        matches!(Message::from_bytes(payload), Ok(Message::Hello(hello))
            if hello.proof == workspace_proof(workspace, &exporter, Side::Dialler))
    };
    match identify(data, &exporter, &hosted) {
        Caller::Workspace(workspace) | Caller::Hosting { workspace, .. } => {
            assert!(proved(data, &workspace), "taken in without a proof");
        }
        Caller::Stranger => {}
    }
    // The same words of somebody who knows the workspace.
    if let Ok(Message::Hello(hello)) = Message::from_bytes(data) {
        let proof = workspace_proof(&WORKSPACE, &exporter, Side::Dialler);
        let right = Message::Hello(Hello { proof, ..hello }).to_bytes();
        assert_eq!(identify(&right, &exporter, &hosted), Caller::Workspace(WORKSPACE));
        assert_eq!(identify(&right, &[9; 32], &hosted), Caller::Stranger, "a proof of another channel");
    }
    let names = SessionNames::new(&WORKSPACE, &exporter);
    assert_ne!(names.stream_tag(Side::Dialler), names.stream_tag(Side::Answerer));
}

pub(crate) fn exporter() -> [u8; 32] {
    setup(Side::Dialler, WORKSPACE, ME, PEER, 10, CHANNEL).exporter
}

static REPLICA: LazyLock<MemReplica> = LazyLock::new(|| {
    let mut replica = MemReplica::new(WORKSPACE, ME, 10);
    replica.standings.insert(ME, Standing::Active);
    replica.standings.insert(PEER, Standing::Active);
    replica.write(0x80, Lane::LOG, 20_000, b"");
    for n in 0..200u8 {
        replica.write(1, Lane::ROOT, 19_950 + u16::from(n % 60), &[n; 40]);
    }
    replica
});

/// A session that is told anything. First byte: which side it is, whether the peer has proved itself, in what pieces the
/// bytes come; then pieces: stream (0 control, else items) and length, and the bytes.
pub fn talk(data: &[u8]) {
    let Some((mode, mut rest)) = data.split_first() else { return };
    let replica = &*REPLICA;
    let side = if mode & 1 == 0 { Side::Dialler } else { Side::Answerer };
    let greeted = mode & 2 != 0;
    let mut session = Session::new(NOW, setup(side, WORKSPACE, ME, PEER, 10, CHANNEL));
    session.handle(NOW, Input::Start, replica);
    let mut drawn = drain(&mut session, replica, 0);
    if greeted {
        greet(&mut session, side, replica);
        assert!(session.accepts_items());
        drawn += drain(&mut session, replica, 0);
    }
    let mut before_proof = 0;
    let mut now = NOW;
    while let [stream, length, tail @ ..] = rest
        && session.state() != State::Closed
    {
        let length = (usize::from(*length) * 4).min(tail.len());
        let (bytes, tail) = tail.split_at(length);
        rest = tail;
        now += i64::from(stream >> 4) * 100;
        match stream & 3 {
            0 | 1 => session.handle(now, Input::Control(bytes), replica),
            2 => session.handle(now, Input::Items { stream: u64::from(stream & 12), bytes }, replica),
            _ => session.handle(now, Input::Tick, replica),
        }
        drawn += drain(&mut session, replica, now);
        before_proof += bytes.len();
    }
    assert!(drawn < MOST_DRAWN, "{drawn} bytes drawn out of a session by {}", data.len());
    if !greeted && side == Side::Answerer && session.state() == State::Greeting {
        assert!(before_proof <= BEFORE_PROOF_MAX + 4 * 255 || !session.accepts_items());
    }
    session.handle(now, Input::Lost, replica);
    assert_eq!(session.state(), State::Closed);
}

fn greet(session: &mut Session, side: Side, replica: &MemReplica) {
    let theirs = if side == Side::Dialler { Side::Answerer } else { Side::Dialler };
    let hello = Message::Hello(Hello {
        proto_min: 1,
        proto_max: 9,
        features: 0,
        store: [1; 8],
        proof: workspace_proof(&WORKSPACE, &exporter(), theirs),
        credential: WireCredential::None,
    });
    let mut bytes = hello.to_frame();
    bytes.extend(Message::Root(crate::seeds::root()).to_frame());
    session.handle(NOW, Input::Control(&bytes), replica);
}

/// Does what the session wants; gives the bytes it wants sent.
fn drain(session: &mut Session, replica: &MemReplica, now: i64) -> usize {
    let mut bytes = 0;
    while let Some(output) = session.poll_output() {
        match output {
            Output::Control(out) | Output::Items { bytes: out, .. } => bytes += out.len(),
            Output::Ingest { token, items, .. } => {
                let results = vec![ItemResult::Known; items.len()];
                session.handle(
                    now.max(NOW),
                    Input::Ingested { token, results: &results, time_ms: 0 },
                    replica,
                );
            }
            _ => {}
        }
    }
    bytes
}
