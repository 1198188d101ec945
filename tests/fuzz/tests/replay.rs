//! Every decoder over its seeds, its corpus and a fixed number of mutations of both.
//!
//! `TERN_FUZZ_MUTATIONS=5000` makes more of each input, `TERN_FUZZ_TARGET=item` runs one target, `TERN_FUZZ_INPUT=FILE` runs
//! one input of it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use tern_fuzz::mutate::mutate;
use tern_fuzz::{Target, target, targets};
use tern_sync::mem::Rng;

/// Seed of the mutations.
const SEED: u64 = 0x7e51;

fn corpus(target: &Target) -> BTreeMap<String, Vec<u8>> {
    let made = (target.seeds)().into_iter().enumerate().map(|(n, seed)| (format!("seed {n}"), seed));
    let mut inputs: BTreeMap<String, Vec<u8>> = made.collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
    if let Ok(entries) = std::fs::read_dir(folder) {
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            inputs.insert(name, std::fs::read(path).expect("a readable input"));
        }
    }
    inputs
}

/// Runs one input; gives what broke.
fn run(target: &Target, data: &[u8], what: &str) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| target.check(data))).map_err(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        let said = said.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
        let hex = data_encoding::HEXLOWER.encode(data);
        format!("{} on {what}: {}\n{hex}", target.name, said.unwrap_or_default())
    })
}

/// Gives the number of runs.
fn replay(target: &Target) -> Result<usize, String> {
    let inputs = corpus(target);
    assert!(!inputs.is_empty(), "{} has no inputs", target.name);
    let all: Vec<&Vec<u8>> = inputs.values().collect();
    let more = std::env::var("TERN_FUZZ_MUTATIONS").ok().and_then(|n| n.parse().ok());
    let mutations: u32 = more.unwrap_or(target.mutations);
    let mut runs = 0;
    for (n, (name, input)) in inputs.iter().enumerate() {
        run(target, input, name)?;
        let mut rng = Rng::new(SEED + n as u64);
        for round in 0..mutations {
            let other = all[rng.below(all.len() as u64) as usize];
            let changed = mutate(&mut rng, input, other, target.max_bytes);
            run(target, &changed, &format!("mutation {round} of {name}"))?;
        }
        runs += 1 + mutations as usize;
    }
    Ok(runs)
}

#[test]
fn no_input_breaks_a_law_of_its_decoder() {
    let only = std::env::var("TERN_FUZZ_TARGET").ok();
    if let Some((name, file)) = only.as_deref().zip(std::env::var("TERN_FUZZ_INPUT").ok()) {
        let input = std::fs::read(file).expect("the input");
        return target(name).expect("a target of that name").check(&input);
    }
    let chosen: Vec<&Target> =
        targets::ALL.iter().filter(|t| only.as_deref().is_none_or(|only| t.name == only)).collect();
    assert!(!chosen.is_empty(), "no target has that name");
    // Targets catch panics of the document library on purpose; what breaks is told below.
    std::panic::set_hook(Box::new(|_| {}));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut broken = Vec::new();
        while let Some(target) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
            let begun = std::time::Instant::now();
            match replay(target) {
                Ok(runs) => {
                    println!("{:<12} {runs:>7} runs {:>6} ms", target.name, begun.elapsed().as_millis())
                }
                Err(what) => broken.push(what),
            }
        }
        broken
    };
    let broken: Vec<String> = std::thread::scope(|scope| {
        let both = [scope.spawn(work), scope.spawn(work)];
        both.into_iter().flat_map(|one| one.join().expect("the thread ends")).collect()
    });
    drop(std::panic::take_hook());
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

#[test]
fn every_folder_of_inputs_belongs_to_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for entry in std::fs::read_dir(folder).expect("the corpus") {
        let name = entry.expect("a readable folder").file_name().to_string_lossy().into_owned();
        assert!(target(&name).is_some(), "nothing reads corpus/{name}");
    }
}

#[test]
fn the_counter_of_memory_sees_what_is_held_and_forgets_what_is_given_back() {
    let (_, held) = tern_fuzz::memory::peak_of(|| {
        drop(vec![1u8; 40_000]);
        vec![1u8; 30_000]
    });
    assert!((40_000..50_000).contains(&held), "{held}");
}
