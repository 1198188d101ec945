//! Search: what a person remembers finds the document, and nothing a person types is an error.

mod support;

use proptest::prelude::*;
use support::{Home, doc};
use tern_store::{SearchRow, Store};

fn library(home: &Home) -> Store {
    let mut store = home.create();
    let texts: &[(u8, &str, &str)] = &[
        (1, "Über den Café-Besuch", "We met at the café; Zoë naïvely ordered crème brûlée."),
        (2, "東京の会議", "来週の会議は東京で行います。時差に注意してください。Meeting room 東館3F."),
        (3, "한국어 문서", "서울에서 회의를 했습니다. 대한민국 만세"),
        (
            4,
            "Rust handbook",
            "The borrow checker enforces ownership. C++ and Rust differ; see `Vec<T>` & lifetimes.",
        ),
        (5, "Release checklist", "Ship on friday. Ownership of the release rotates."),
        (6, "ภาษาไทย", "สวัสดีครับ ยินดีต้อนรับ"),
        (7, "हिन्दी पाठ", "यह एक परीक्षण है"),
        (8, "Данные", "Ёлка стоит у окна"),
        (9, "Decomposed", "e\u{301}clair au chocolat"),
    ];
    store
        .write(|txn| {
            texts.iter().try_for_each(|(n, title, body)| {
                txn.index_text(&SearchRow { doc: doc(*n), kind: "page", title, body })
            })
        })
        .expect("index");
    store
}

fn found(store: &Store, text: &str) -> Vec<u8> {
    let mut docs: Vec<u8> = store.search(text, 20).expect("search").iter().map(|hit| hit.doc[1]).collect();
    docs.sort_unstable();
    docs
}

#[test]
fn words_accents_prefixes_and_scripts_without_spaces_are_found() {
    let home = Home::new();
    let store = library(&home);
    let cases: &[(&str, &[u8])] = &[
        ("cafe", &[1]),
        ("CAFÉ", &[1]),
        ("creme brulee", &[1]),
        ("éclair", &[9]),
        ("e\u{301}clair", &[9]),
        ("ecla", &[9]),
        ("uber", &[1]),
        ("会議", &[2]),
        ("京", &[2]),
        ("東京の", &[2]),
        ("時差に注意", &[2]),
        ("京東", &[]),
        ("東館3F", &[2]),
        ("회의", &[3]),
        ("한민국", &[3]),
        ("สวัสดี", &[6]),
        ("ต้อนรับ", &[6]),
        ("परीक्षण", &[7]),
        ("परी", &[7]),
        ("елка", &[]),
        ("ёлка", &[8]),
        ("own", &[4, 5]),
        ("ownership", &[4, 5]),
        ("ownership rust", &[4]),
        ("borrow checker", &[4]),
        ("\"checker borrow\"", &[]),
        ("\"borrow checker\"", &[4]),
        ("ownership -rust", &[5]),
        ("ownership -\"borrow checker\"", &[5]),
        ("ru", &[4]),
        ("re", &[5]),
        ("C++", &[4]),
        ("Vec<T>", &[4]),
        ("nothing like this", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(found(&store, text), *expected, "{text}");
    }
}

#[test]
fn texts_without_a_word_and_operators_are_harmless() {
    let home = Home::new();
    let store = library(&home);
    for text in [
        "", " ", "\"", "\"\"", "-", "--", "*", "(", ")", "^", ":", "{}", "'", "\0", "-rust", "\u{301}",
        "\u{2}", "\u{345}",
    ] {
        assert_eq!(found(&store, text), Vec::<u8>::new(), "{text:?}");
    }
    for text in [
        "rust AND",
        "OR rust",
        "NOT rust",
        "NEAR(rust, 2)",
        "title:rust",
        "body : rust",
        "rust*",
        "\"rust",
        "ru\"st",
        "rust^2",
        "{title} : rust",
        "rust'; DROP TABLE search; --",
        "col:(a OR b)",
        "+rust +handbook",
    ] {
        store.search(text, 20).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    let long = "word ".repeat(10_000);
    assert_eq!(found(&store, &long), Vec::<u8>::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// Law: no text is an error, and a text without letters finds nothing.
    #[test]
    fn any_text_can_be_searched_for(texts in prop::collection::vec("\\PC{0,40}", 80)) {
        let home = Home::new();
        let store = library(&home);
        for text in texts {
            store.search(&text, 5).expect("no text is an error");
        }
    }

    /// Law: a document is found by any two neighbouring words or characters of its body.
    #[test]
    fn a_document_is_found_by_a_piece_of_its_own_text(body in "[a-zé]{3,8}( [a-zé]{3,8}){3,6}|[一-十]{6,12}", at in 0usize..5) {
        let home = Home::new();
        let mut store = home.create();
        store.write(|txn| txn.index_text(&SearchRow { doc: doc(1), kind: "page", title: "t", body: &body })).expect("index");
        let words: Vec<&str> = body.split(' ').collect();
        let piece = match words.as_slice() {
            [one] => one.chars().skip(at).take(2).collect::<String>(),
            many => many[at % (many.len() - 1)..][..2].join(" "),
        };
        prop_assert_eq!(store.search(&piece, 5).expect("search").len(), 1, "{}", piece);
    }
}

#[test]
fn a_hit_shows_where_it_matched_in_the_text_as_it_was_written() {
    let home = Home::new();
    let store = library(&home);
    let hit = &store.search("会議は東京", 5).expect("search")[0];
    assert_eq!((hit.title.as_str(), hit.kind.as_str()), ("東京の会議", "page"));
    assert!(hit.snippet.contains("来週の会議は東京で行います"), "{}", hit.snippet);
    assert!(!hit.matches.is_empty());
    let marked: String = hit.matches.iter().map(|range| &hit.snippet[range.clone()]).collect();
    assert_eq!(marked, "会議は東京");
    let hit = &store.search("borrow", 5).expect("search")[0];
    assert_eq!(&hit.snippet[hit.matches[0].clone()], "borrow");
}

#[test]
fn titles_weigh_more_than_bodies_and_reindexing_replaces() {
    let home = Home::new();
    let mut store = library(&home);
    let put = |store: &mut Store, n: u8, title: &str, body: &str| {
        store
            .write(|txn| txn.index_text(&SearchRow { doc: doc(n), kind: "task", title, body }))
            .expect("index");
    };
    put(&mut store, 20, "Falcon", "a plan");
    put(&mut store, 21, "A plan", "about a falcon");
    let hits = store.search("falcon", 5).expect("search");
    assert_eq!(hits.iter().map(|h| h.doc[1]).collect::<Vec<_>>(), [20, 21]);
    put(&mut store, 20, "Kestrel", "a plan");
    assert_eq!(found(&store, "falcon"), [21]);
    assert_eq!(found(&store, "kestrel"), [20]);
    store.write(|txn| txn.remove_text(&doc(20))).expect("remove");
    assert_eq!(found(&store, "kestrel"), Vec::<u8>::new());
    assert_eq!(store.search_count().expect("count"), 10);
}
