//! Changes of an input as a fuzzer makes them, out of a seed: the default run does the same on every machine.

use tern_sync::mem::Rng;

/// Numbers at which lengths and counters go wrong.
const EDGES: [u64; 10] = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 31, u64::MAX];

/// Bytes that mean something to one of the text formats.
const SIGNS: &[u8] = b"\"'`*_#<>&;:=,|[](){}!-+^~\\/@.%\n\r\t \0";

/// One input made of another, and now and then of a second one.
pub fn mutate(rng: &mut Rng, from: &[u8], other: &[u8], max_bytes: usize) -> Vec<u8> {
    let mut out = from.to_vec();
    for _ in 0..=rng.below(4) {
        step(rng, &mut out, other);
        out.truncate(max_bytes);
    }
    out
}

fn step(rng: &mut Rng, out: &mut Vec<u8>, other: &[u8]) {
    let at = rng.below(out.len() as u64 + 1) as usize;
    match rng.below(9) {
        0 => {
            if let Some(byte) = out.get_mut(at) {
                *byte ^= 1 << rng.below(8);
            }
        }
        1 => {
            if let Some(byte) = out.get_mut(at) {
                *byte = rng.next_u64() as u8;
            }
        }
        2 => number(rng, out, at),
        3 => out.insert(at, SIGNS[rng.below(SIGNS.len() as u64) as usize]),
        4 => {
            let end = (at + 1 + rng.below(24) as usize).min(out.len());
            out.drain(at..end);
        }
        5 => {
            // The same piece once more, at once or elsewhere.
            let end = (at + 1 + rng.below(48) as usize).min(out.len());
            let piece = out[at..end].to_vec();
            let to = rng.below(out.len() as u64 + 1) as usize;
            out.splice(to..to, piece);
        }
        6 => out.truncate(at),
        7 => {
            let from = rng.below(other.len() as u64 + 1) as usize;
            let end = (from + 1 + rng.below(64) as usize).min(other.len());
            out.splice(at..at, other[from..end].iter().copied());
        }
        _ => {
            out.truncate(at);
            out.extend_from_slice(&other[rng.below(other.len() as u64 + 1) as usize..]);
        }
    }
}

/// Writes a number of 1, 2, 4 or 8 bytes over what is there.
fn number(rng: &mut Rng, out: &mut [u8], at: usize) {
    let width = 1 << rng.below(4);
    let value = EDGES[rng.below(EDGES.len() as u64) as usize].wrapping_add(rng.below(3)).wrapping_sub(1);
    if let Some(place) = out.get_mut(at..at + width) {
        place.copy_from_slice(&value.to_le_bytes()[..width]);
    }
}
