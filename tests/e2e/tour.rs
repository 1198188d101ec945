//! The guided tour, as `tern demo` gives it.

use crate::harness::{Stage, read_tree, rows, run, word};

#[test]
fn the_tour_ends_as_promised_and_tells_programs_each_step() {
    let ran = run(&["demo", "--json"], &[], "");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let report = ran.json();
    let steps = rows(&report, "steps");
    assert!(steps.len() >= 12, "{report}");
    assert!(steps.iter().all(|s| s["ok"] == true && !word(s, "name").is_empty()), "{report}");
}

#[test]
fn the_tour_can_be_read_by_people_and_kept() {
    let stage = Stage::new();
    let kept = stage.arg("tour");
    let ran = run(&["demo", "--keep", &kept], &[], "");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for part in ["London", "Tokyo", "also:", "equal byte for byte", "words found"] {
        assert!(ran.out.contains(part), "the tour does not say “{part}”: {}", ran.out);
    }
    for folder in ["ben", "aiko", "node", "exports"] {
        assert!(!read_tree(&stage.path("tour").join(folder)).is_empty(), "{folder} is not kept");
    }
    let again = run(&["demo", "--keep", &kept, "--json"], &[], "");
    assert_eq!(again.code, 2, "a folder that is not empty is left alone: {again:?}");
}
