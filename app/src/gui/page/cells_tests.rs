//! Laws of typing, marking and merging within a block.

use super::*;

fn plain(text: &str) -> Vec<Cell> {
    from_inline(&[Inline::text(text)])
}

fn merged(base: &str, mine: &str, theirs: &str) -> String {
    text(&merge(&plain(base), &plain(mine), &plain(theirs), 0).0)
}

#[test]
fn cells_and_inline_content_say_the_same() {
    let inline = vec![
        Inline::text("See "),
        Inline::Text { text: "this".into(), marks: Marks { strong: true, ..Marks::default() } },
        Inline::Image { src: "a.png".into(), alt: "A".into(), title: String::new(), marks: Marks::default() },
    ];
    assert_eq!(to_inline(&from_inline(&inline)), inline);
}

#[test]
fn typing_keeps_the_marks_outside_the_typed_range() {
    let mut cells = plain("bold plain");
    toggle(&mut cells, 0..4, Mark::Strong);
    retype(&mut cells, "bolder plain", None);
    retype(&mut cells, "bolder plain!", None);
    let inline = to_inline(&cells);
    assert_eq!(inline.len(), 2);
    assert_eq!(inline[0].as_text(), "bolder");
    assert!(inline[0].marks().strong);
    assert_eq!(inline[1].as_text(), " plain!");
}

#[test]
fn a_link_ends_where_it_ends() {
    let mut cells = plain("site");
    for cell in &mut cells {
        cell.marks.link = Some(tern_model::block::Link { href: "https://a".into(), title: String::new() });
    }
    retype(&mut cells, "site and", None);
    assert_eq!(to_inline(&cells).len(), 2);
    retype(&mut cells, "siite and", None);
    assert_eq!(to_inline(&cells)[0].as_text(), "siite");
}

#[test]
fn toggling_twice_changes_nothing() {
    let before = plain("some text");
    let mut cells = before.clone();
    toggle(&mut cells, 2..6, Mark::Em);
    assert_ne!(cells, before);
    toggle(&mut cells, 2..6, Mark::Em);
    assert_eq!(cells, before);
}

#[test]
fn a_merge_holds_what_both_sides_typed() {
    for (base, mine, theirs, expected) in [
        ("one two", "one big two", "one two three", "one big two three"),
        ("one two", "one two", "zero one two", "zero one two"),
        ("abc", "", "abXc", "X"),
        ("abc", "aYbc", "abc", "aYbc"),
        ("", "mine", "theirs", "theirsmine"),
        ("same", "same!", "same!", "same!"),
    ] {
        assert_eq!(merged(base, mine, theirs), expected, "{base} / {mine} / {theirs}");
    }
}

#[test]
fn the_caret_stays_beside_its_character() {
    let (cells, caret) = merge(&plain("hello"), &plain("hello w"), &plain("Oh, hello"), 7);
    assert_eq!((text(&cells).as_str(), caret), ("Oh, hello w", 11));
    let (_, caret) = merge(&plain("hello"), &plain("hello"), &plain("hello there"), 2);
    assert_eq!(caret, 2);
}

/// All texts of the letters a and b with up to `longest` of them.
fn short_texts(longest: u32) -> Vec<String> {
    let lengths = (0..=longest).flat_map(|len| (0..1u32 << len).map(move |bits| (len, bits)));
    let text =
        |(len, bits): (u32, u32)| (0..len).map(|i| if bits >> i & 1 == 1 { 'b' } else { 'a' }).collect();
    lengths.map(text).collect()
}

#[test]
fn what_one_side_alone_wrote_is_the_result_wherever_letters_repeat() {
    let texts = short_texts(5);
    for base in &texts {
        for changed in &texts {
            assert_eq!(&merged(base, base, changed), changed, "theirs, from {base}");
            for caret in 0..=changed.len() {
                let (mine, at) = merge(&plain(base), &plain(changed), &plain(base), caret);
                assert_eq!((&text(&mine), at), (changed, caret), "mine, from {base}");
            }
        }
    }
}
