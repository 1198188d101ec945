//! Laws of bundles: one file each way is a full sync; a cut or damaged file still counts up to the damage.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tern_sync::bundle::{BundleEvent, BundleReader, BundleWriter, CHUNK_BYTES, Chunks, Preface, Summary};
use tern_sync::mem::{MemReplica, Rng, record_body};
use tern_sync::{ItemResult, Lane};

const WORKSPACE: [u8; 32] = [42; 32];
const PREFACE: Preface = Preface { workspace: WORKSPACE, sender: [1; 32], day: 20_000 };

/// Not a cipher: a checksum in place of a seal, bound to index and last flag as a real one is.
#[derive(Debug)]
struct Checked;

fn tag(index: u64, last: bool, plain: &[u8]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&index.to_le_bytes()).update(&[u8::from(last)]).update(plain);
    hasher.finalize().as_bytes()[..16].try_into().expect("16 bytes")
}

impl Chunks for Checked {
    fn seal(&self, index: u64, last: bool, plain: &[u8]) -> Option<Vec<u8>> {
        assert!(plain.len() == CHUNK_BYTES || (last && plain.len() < CHUNK_BYTES));
        Some([plain, &tag(index, last, plain)].concat())
    }
    fn open(&self, index: u64, last: bool, sealed: &[u8]) -> Option<Vec<u8>> {
        let (plain, seal) = sealed.split_at_checked(sealed.len().checked_sub(16)?)?;
        (tag(index, last, plain) == seal).then(|| plain.to_vec())
    }
}

fn export(replica: &MemReplica, theirs: Option<&Summary>) -> Vec<u8> {
    let mut writer = BundleWriter::new(replica, &PREFACE, &[Lane::ROOT], theirs).expect("memory");
    let mut file = Vec::new();
    while let Some(chunk) = writer.next_chunk(replica, &Checked).expect("memory") {
        file.extend(chunk);
    }
    file
}

fn read(file: &[u8], step: usize) -> (Vec<BundleEvent>, bool) {
    let (mut reader, mut events) = (BundleReader::new(), Vec::new());
    for piece in file.chunks(step.max(1)) {
        if reader.push(&Checked, piece, &mut events).is_err() {
            return (events, false);
        }
    }
    let complete = reader.finish(&Checked, &mut events).is_ok();
    (events, complete)
}

fn import(replica: &mut MemReplica, events: &[BundleEvent]) -> Summary {
    let mut summary = Summary::default();
    for event in events {
        match event {
            BundleEvent::Items { items, .. } => {
                let (results, _) = replica.ingest(items);
                assert!(
                    results.iter().all(|r| matches!(r, ItemResult::Stored | ItemResult::Known)),
                    "{results:?}"
                );
            }
            BundleEvent::Summary(lane) => summary.0.push(lane.clone()),
            _ => {}
        }
    }
    summary
}

fn replica(seed: u8, items: usize, size: u64) -> MemReplica {
    let mut replica = MemReplica::new(WORKSPACE, [seed; 32], u64::from(seed));
    let mut rng = Rng::new(u64::from(seed));
    let mut parent = replica.write(0x80, Lane::LOG, 20_000, b"");
    for i in 0..items {
        if i % 40 == 0 {
            parent = replica.write(0x88, Lane::LOG, 19_990 + rng.below(20) as u16, &record_body(&[parent]));
        }
        let body: Vec<u8> = (0..rng.below(size)).map(|_| rng.next_u64() as u8).collect();
        replica.write(1, Lane::ROOT, 19_000 + rng.below(300) as u16, &body);
    }
    replica
}

#[test]
fn one_file_each_way_is_a_full_sync_and_the_answer_is_small() {
    let mut aiko = replica(1, 2000, 600);
    let mut ravi = replica(2, 0, 1);
    let there = export(&aiko, None);
    let (events, complete) = read(&there, 1000);
    assert!(complete);
    import(&mut ravi, &events);
    ravi.write(1, Lane::ROOT, 20_001, b"an answer");
    ravi.write(2, Lane::ROOT, 20_001, &[7; 200_000]);

    let (events, _) = read(&export(&aiko, None), usize::MAX);
    let summary = import(&mut ravi, &events);
    let back = export(&ravi, Some(&summary));
    assert!(back.len() < 260_000, "{} of {}", back.len(), there.len());
    let (events, complete) = read(&back, 70_000);
    assert!(complete);
    import(&mut aiko, &events);
    assert_eq!(aiko.ids(), ravi.ids());
    let again = import(&mut aiko, &events);
    assert_eq!(aiko.ids(), ravi.ids(), "importing twice changes nothing");
    assert_eq!(Summary::of(&ravi, &[Lane::LOG, Lane::ROOT]).expect("memory"), again);
}

#[test]
fn the_golden_bundle() {
    let file = export(&replica(3, 3, 50), None);
    let hash = blake3::hash(&file).to_hex();
    assert_eq!((file.len(), &hash.as_str()[..32]), (GOLDEN.0, GOLDEN.1));
}

const GOLDEN: (usize, &str) = (977, "2fd0bf908537991cf170c39ce5fdf46a");

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cut_file_counts_up_to_its_last_whole_chunk(cut in 0usize..400_000, step in 1usize..200_000) {
        let whole = replica(4, 600, 800);
        let file = export(&whole, None);
        let cut = cut % file.len();
        let (events, complete) = read(&file[..cut], step);
        prop_assert!(!complete);
        let mut other = MemReplica::new(WORKSPACE, [9; 32], 9);
        import(&mut other, &events);
        prop_assert!(other.ids().is_subset(&whole.ids()));
        if cut > 3 * (CHUNK_BYTES + 16) {
            prop_assert!(other.len() > 100);
        }
    }

    #[test]
    fn a_changed_byte_is_noticed_and_nothing_wrong_comes_out(at in 0usize..400_000, flip in 1u8..) {
        let whole = replica(4, 600, 800);
        let mut file = export(&whole, None);
        let at = at % file.len();
        file[at] ^= flip;
        let (events, complete) = read(&file, 50_000);
        prop_assert!(!complete);
        let mut other = MemReplica::new(WORKSPACE, [9; 32], 9);
        import(&mut other, &events);
        prop_assert!(other.ids().is_subset(&whole.ids()));
    }

    #[test]
    fn a_member_who_seals_garbage_causes_no_panic(plain in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let mut bytes = [&WORKSPACE[..], &[1; 32], &[0, 0]].concat();
        bytes.extend((plain.len() as u32 + 1).to_le_bytes());
        bytes.push(plain.first().copied().unwrap_or(1) % 5);
        bytes.extend(&plain);
        let sealed = Checked.seal(0, true, &bytes).expect("sealed");
        let (events, _) = read(&sealed, 100);
        let kinds: BTreeSet<bool> = events.iter().map(|e| matches!(e, BundleEvent::Preface(_))).collect();
        prop_assert!(kinds.contains(&true));
    }
}
