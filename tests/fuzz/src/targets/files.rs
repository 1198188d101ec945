//! Files and pipes: bundles, the talk with a trial process, the socket between processes of one home.

use tern_peer::net::door::{Answer, Ask};
use tern_peer::trial::frame;
use tern_sync::bundle::{BLOB_MAX, BundleEvent, BundleReader, CHUNK_BYTES, Chunks, SEAL_BYTES};
use tern_sync::wire::item::place_of;
use tern_trust::chunk::open_bundle;

use crate::seeds::{WORKSPACE, opener};

/// Chunks in the clear: what a member may seal is anything.
#[derive(Debug)]
pub(crate) struct Clear;

impl Chunks for Clear {
    fn seal(&self, _: u64, _: bool, plain: &[u8]) -> Option<Vec<u8>> {
        Some([plain, &[0; SEAL_BYTES]].concat())
    }

    fn open(&self, _: u64, last: bool, sealed: &[u8]) -> Option<Vec<u8>> {
        let plain = sealed.get(..sealed.len().checked_sub(SEAL_BYTES)?)?;
        (last || plain.len() == CHUNK_BYTES).then(|| plain.to_vec())
    }
}

/// A bundle: the bytes as a file, and as what stands inside its chunks.
pub fn bundle(data: &[u8]) {
    if let Ok(Some((length, sealer))) = open_bundle(&WORKSPACE, &[opener()], data) {
        let (plain, whole) = sealer.open_all(&data[length..]);
        assert!(plain.len() <= data.len());
        assert!(!whole || data.len() >= length + SEAL_BYTES);
    }
    let sealed = Clear.seal(0, true, data).expect("in the clear");
    let whole = read(&sealed, sealed.len());
    assert_eq!(read(&sealed, 3), whole, "cut into pieces it reads otherwise");
    for event in &whole.0 {
        match event {
            BundleEvent::Items { log, items } => {
                for item in items {
                    let (lane, _) = place_of(item).expect("items only");
                    assert_eq!(lane.is_log(), *log);
                }
            }
            BundleEvent::Blob { total, bytes, .. } => assert!(*total <= BLOB_MAX && !bytes.is_empty()),
            BundleEvent::Summary(lane) => assert!(lane.entries.len() <= 256),
            BundleEvent::Preface(_) | BundleEvent::End { .. } => {}
        }
    }
    let ends = whole.0.iter().filter(|event| matches!(event, BundleEvent::End { .. })).count();
    assert!(ends <= 1 && (!whole.1 || ends == 1), "complete without an end");
}

fn read(file: &[u8], step: usize) -> (Vec<BundleEvent>, bool) {
    let (mut reader, mut events) = (BundleReader::new(), Vec::new());
    for piece in file.chunks(step.max(1)) {
        if reader.push(&Clear, piece, &mut events).is_err() {
            return (events, false);
        }
    }
    let complete = reader.finish(&Clear, &mut events).is_ok();
    (events, complete)
}

/// What a trial process reads, and what is read of it.
pub fn trial_frame(data: &[u8]) {
    let mut from = data;
    if let Ok(head) = frame::read_head(&mut from)
        && let Ok(body) = frame::read_body(&mut from)
    {
        let parts = |chunks: &[Vec<u8>]| chunks.to_vec();
        let (ground, suspects) = (parts(&body.ground), parts(&body.suspects));
        let ground: Vec<&[u8]> = ground.iter().map(Vec::as_slice).collect();
        let suspects: Vec<&[u8]> = suspects.iter().map(Vec::as_slice).collect();
        assert!(frame::fits(&ground, &suspects));
        let mut again = Vec::new();
        frame::write_question(&mut again, &head, &ground, &suspects).expect("into memory");
        assert_eq!(again, data[..data.len() - from.len()], "one question, one form");
    }
    if let Ok(answer) = frame::read_answer(&mut &*data) {
        let mut again = Vec::new();
        frame::write_answer(&mut again, &answer).expect("into memory");
        assert_eq!(frame::read_answer(&mut again.as_slice()).ok(), Some(answer));
    }
}

/// One line at the socket of a home, as question and as answer.
pub fn door(data: &[u8]) {
    if let Ok(question) = serde_json::from_slice::<Ask>(data) {
        let line = serde_json::to_string(&question).expect("plain data");
        assert!(!line.contains('\n'), "a question of two lines");
        let again: Ask = serde_json::from_str(&line).expect("what was written");
        assert_eq!(serde_json::to_string(&again).ok(), Some(line));
    }
    if let Ok(answer) = serde_json::from_slice::<Answer>(data) {
        let line = serde_json::to_string(&answer).expect("plain data");
        assert!(!line.contains('\n'), "an answer of two lines");
        let again: Answer = serde_json::from_str(&line).expect("what was written");
        assert_eq!(serde_json::to_string(&again).ok(), Some(line));
    }
}
