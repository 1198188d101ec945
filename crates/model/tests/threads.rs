//! Comments follow their words, and outlive them.

mod support;

use proptest::prelude::*;
use support::{id, page, paragraphs, stamp, sync};
use tern_model::history::Hand;
use tern_model::thread::Anchor;
use tern_model::{Doc, Edit, Heads, Kind, Value};

fn splice(doc: &Doc, block: usize, at: usize, delete: usize, insert: &str) -> Edit {
    Edit::Splice { block: doc.markers()[block].clone(), at, delete, insert: insert.into() }
}

fn on(doc: &Doc, words: &str) -> Anchor {
    let (from, to) = doc.find_words(words).expect("the words");
    doc.anchor(from, to).unwrap()
}

/// The words under an anchor, as its spot within blocks names them.
fn under(doc: &Doc, anchor: &Anchor) -> Option<String> {
    let spot = doc.spot(&anchor.from, &anchor.to)?;
    let blocks = doc.blocks();
    let text = |block: usize| blocks[block].text().chars().collect::<Vec<char>>();
    if spot.start.0 == spot.end.0 {
        return Some(text(spot.start.0)[spot.start.1..spot.end.1].iter().collect());
    }
    let first: String = text(spot.start.0)[spot.start.1..].iter().collect();
    let last: String = text(spot.end.0)[..spot.end.1].iter().collect();
    Some(format!("{first}|{last}"))
}

#[test]
fn an_anchor_follows_its_words_through_edits_made_apart() {
    let mut doc = page(&paragraphs(&["The ferry sails at nine.", "Bring a coat."]));
    let anchor = on(&doc, "sails at");
    let mut other = doc.clone();
    doc.edit(&stamp(2, 1), &[splice(&doc, 0, 4, 5, "old boat"), splice(&doc, 0, 18, 0, " always")]).unwrap();
    let first = other.markers()[0].clone();
    let split = Edit::Split { block: first, at: 15, kind: None };
    other.edit(&stamp(3, 2), &[splice(&other, 0, 0, 0, "Ah! "), split]).unwrap();
    sync(&other, &mut doc);
    assert_eq!(under(&doc, &anchor).as_deref(), Some("s|ails always at"), "{:?}", doc.text());
    assert_eq!(anchor.quote, "sails at");
}

#[test]
fn when_some_words_go_the_anchor_keeps_the_rest_and_when_all_go_it_is_gone() {
    let mut doc = page(&paragraphs(&["one two three", "four"]));
    let anchor = on(&doc, "two three");
    doc.edit(&stamp(2, 1), &[splice(&doc, 0, 4, 4, "")]).unwrap();
    assert_eq!(under(&doc, &anchor).as_deref(), Some("three"));
    doc.edit(&stamp(2, 2), &[splice(&doc, 0, 4, 5, "")]).unwrap();
    assert_eq!(under(&doc, &anchor), None);
    doc.edit(&stamp(2, 3), &[splice(&doc, 0, 4, 0, "new words")]).unwrap();
    assert_eq!(under(&doc, &anchor), None, "new words at the place are not the old ones");
    let all = doc.markers();
    let whole = on(&doc, "four");
    let gone: Vec<Edit> = all.into_iter().map(|block| Edit::DeleteBlock { block }).collect();
    doc.edit(&stamp(2, 4), &gone).unwrap();
    assert_eq!((under(&doc, &whole), doc.blocks().len()), (None, 0));
}

#[test]
fn an_anchor_made_in_an_older_version_holds_in_the_present_one() {
    let mut doc = page(&paragraphs(&["one two three"]));
    let then = doc.heads();
    doc.edit(&stamp(2, 1), &[splice(&doc, 0, 0, 0, "zero ")]).unwrap();
    let anchor = on(&doc.at(&then).unwrap(), "two");
    assert_eq!(under(&doc, &anchor).as_deref(), Some("two"));
}

#[test]
fn a_block_without_text_can_be_commented_and_nonsense_anchors_are_nowhere() {
    let doc = page(&paragraphs(&["", "words"]));
    let (from, to) = doc.block_range("0").unwrap();
    let anchor = doc.anchor(from, to).unwrap();
    assert_eq!(under(&doc, &anchor).as_deref(), Some(""));
    for nonsense in ["", "s", "x@y", "-", "99@ff", "-1@00000000000000000000000000000000"] {
        assert_eq!(doc.spot(nonsense, &anchor.to), None, "{nonsense}");
    }
    assert!(doc.anchor(3, 99).is_err() && doc.block_range("nowhere").is_err());
}

#[test]
fn replies_made_apart_are_all_kept_and_each_is_its_authors() {
    let (mut thread, _) = Doc::create(id(), &Kind::Thread, &stamp(1, 0)).unwrap();
    thread.say(&stamp(1, 5), "aa", "first").unwrap();
    let mut other = thread.clone();
    thread.say(&stamp(2, 6), "bb", "second").unwrap();
    other.say(&stamp(3, 7), "bb", "third, under a false name").unwrap();
    other
        .edit(&stamp(3, 8), &[Edit::SetField { name: "resolved".into(), value: Value::Bool(true) }])
        .unwrap();
    sync(&other, &mut thread);
    let messages = thread.messages();
    assert_eq!(messages[0].text, "first");
    let authors: Vec<(u8, i64)> =
        messages.iter().map(|m| (m.actor.map(|a| a[0]).unwrap(), m.at_ms)).collect();
    assert!(authors.contains(&(2, 6)) && authors.contains(&(3, 7)) && authors.len() == 3, "{authors:?}");
    assert!(thread.thread().resolved);
    assert!(thread.say(&stamp(1, 9), "aa", &"x".repeat(20_000)).is_err());
}

#[test]
fn own_changes_upon_what_was_read_are_read_and_those_upon_anything_else_are_not() {
    let mut doc = page(&paragraphs(&["words"]));
    let read = doc.heads();
    let mine = |actor: &[u8; 16]| actor[0] == 1;
    doc.edit(&stamp(1, 10), &[splice(&doc, 0, 0, 0, "my ")]).unwrap();
    assert_eq!(doc.seen(&read, &mine), doc.heads());
    let mut other = doc.clone();
    other.edit(&stamp(2, 20), &[splice(&other, 0, 0, 0, "their ")]).unwrap();
    sync(&other, &mut doc);
    let seen = doc.seen(&read, &mine);
    assert_ne!(seen, doc.heads());
    doc.edit(&stamp(1, 30), &[splice(&doc, 0, 0, 0, "again ")]).unwrap();
    assert_eq!(doc.seen(&read, &mine), seen, "writing further down does not read the top");
    assert_eq!(doc.joined(&[read, doc.heads(), Heads(vec![[9; 32]])]), doc.heads());
    let by = doc.changes_between(&seen, &doc.heads()).unwrap().blocks[0].runs[0].by;
    assert_eq!(by, Some(Hand { actor: [1; 16], time_ms: 30 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_anchor_is_gone_exactly_when_every_character_of_it_is(
        from in 0usize..12, len in 1usize..8, cut_from in 0usize..20, cut in 0usize..20,
        typed in "[X-Z]{0,4}", at in 0usize..20,
    ) {
        let line = "abcdefghijklmnopqrst";
        let mut doc = page(&paragraphs(&[line]));
        let anchor = doc.anchor(1 + from, 1 + from + len).unwrap();
        let cut_to = (cut_from + cut).min(20);
        let mut other = doc.clone();
        doc.edit(&stamp(2, 1), &[splice(&doc, 0, cut_from, cut_to - cut_from, "")]).unwrap();
        other.edit(&stamp(3, 2), &[splice(&other, 0, at, 0, &typed)]).unwrap();
        sync(&other, &mut doc);
        let left: String = line
            .char_indices()
            .filter(|(i, _)| (from..from + len).contains(i) && !(cut_from..cut_to).contains(i))
            .map(|(_, c)| c)
            .collect();
        let shown = under(&doc, &anchor).map(|words| words.replace(['X', 'Y', 'Z'], ""));
        prop_assert_eq!(shown.unwrap_or_default(), left);
    }
}
