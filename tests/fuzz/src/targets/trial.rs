//! The document library behind the gates: a trial and the reading of a foreign file end with an answer, never with a panic.

use tern_model::foreign;
use tern_model::gate::{Graph, parse};
use tern_model::trial::{TrialVerdict, stand, trial as try_on};

use super::gates::with_right_checksum;
use crate::seeds::page_changes;

/// A change that passes both gates on a page of a few changes, tried on it.
pub fn trial(data: &[u8]) {
    let chunk = with_right_checksum(data);
    let Ok(header) = parse(&chunk) else { return };
    let ancestors = page_changes();
    let mut graph = Graph::new();
    let mut below = Vec::new();
    for ancestor in &ancestors {
        let known = parse(ancestor).expect("an honest change");
        // A change that is there already is no suspect.
        if known.hash == header.hash {
            return;
        }
        graph.admit(&known).expect("an honest change");
        below.push(ancestor.clone());
    }
    if graph.admit(&header).is_err() {
        return;
    }
    assert_eq!(try_on(&below, &chunk), try_on(&below, &chunk), "a verdict is a function of the changes");
    if try_on(&below, &chunk) == TrialVerdict::Ok {
        below.push(chunk);
        assert!(stand(&below).is_ok(), "what passed does not stand");
    }
}

/// A saved document of a pack: what unfolds passes the gate for single changes, or the pack is refused.
pub fn unfold(data: &[u8]) {
    let chunk = with_right_checksum(data);
    for saved in [data, &chunk] {
        let Ok(changes) = tern_model::unfold::unfold(saved) else { continue };
        let operations = tern_model::unfold::operations(saved).expect("it was read within its bounds");
        let counted = changes.iter().filter_map(|change| tern_model::gate::parse(change).ok());
        assert!(counted.map(|header| header.op_count).sum::<u64>() <= 64 * operations.max(1) + 64);
    }
}

/// A foreign `.automerge` file.
pub fn foreign(data: &[u8]) {
    let chunk = with_right_checksum(data);
    for file in [data, &chunk] {
        if let Ok(found) = foreign::read(file) {
            assert!(found.history.0.is_sorted());
            let json = serde_json::to_vec(&found).expect("plain data");
            let again: foreign::Foreign = serde_json::from_slice(&json).expect("what crosses to the parent");
            assert_eq!(again, found);
        }
    }
}
