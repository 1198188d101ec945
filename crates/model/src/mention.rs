//! Who is named in a text: a sign `@` and a display name after it, as whole words, in any case. Of several names that fit the
//! longest counts, so that “@Ben Whitfield” does not name Ben, nor “@Ben” Benjamin.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// The signs after which a name stands; the second one is what Japanese and Chinese keyboards write.
const SIGNS: [char; 2] = ['@', '＠'];

/// What stands after each sign of a text. The sign of an address, `ben@example.org`, names nobody.
pub fn after_signs(text: &str) -> impl Iterator<Item = &str> {
    signs(text).filter_map(|(_, end)| text.get(end..))
}

/// Where the signs of a text stand: first byte, and first byte after it.
pub fn signs(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut before = None;
    text.char_indices().filter_map(move |(at, sign)| {
        let joins = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
        let is_address = before.replace(sign).is_some_and(joins);
        (SIGNS.contains(&sign) && !is_address).then_some((at, at + sign.len_utf8()))
    })
}

/// Whom a text names that begins right after a sign: how many bytes the longest name takes that fits, and whose it is.
/// Several people may bear it.
pub fn named<'n, T>(text: &str, names: impl IntoIterator<Item = (T, &'n str)>) -> Option<(usize, Vec<T>)> {
    let mut found: Option<(usize, Vec<T>)> = None;
    for (who, name) in names {
        let Some(end) = begins_with(text, name.trim()).filter(|end| ends_word(text, *end)) else { continue };
        match &mut found {
            Some((longest, _)) if *longest > end => {}
            Some((longest, all)) if *longest == end => all.push(who),
            _ => found = Some((end, vec![who])),
        }
    }
    found
}

/// Where a name ends with which a text begins, in any case.
fn begins_with(text: &str, name: &str) -> Option<usize> {
    let mut wanted = name.chars().flat_map(char::to_lowercase).peekable();
    wanted.peek()?;
    for (at, c) in text.char_indices() {
        if wanted.peek().is_none() {
            return Some(at);
        }
        if !c.to_lowercase().all(|c| wanted.next() == Some(c)) {
            return None;
        }
    }
    wanted.peek().is_none().then_some(text.len())
}

/// Whether a word ends at a byte of a text. Scripts without spaces have words of few characters (Unicode Standard Annex 29);
/// what a hyphen joins is one name, and what an apostrophe or a full stop appends is not.
fn ends_word(text: &str, end: usize) -> bool {
    let mut rest = text.get(end..).unwrap_or_default().chars();
    let (next, after) = (rest.next(), rest.next());
    let Some(next) = next else { return true };
    let goes_on = |c: char| c.is_alphanumeric() || c == '_';
    if matches!(next, '-' | '\u{2010}' | '\u{2011}') && after.is_some_and(goes_on) {
        return false;
    }
    let whole = GraphemeCursor::new(end, text.len(), true).is_boundary(text, 0).unwrap_or(true);
    let is_bound = || text.split_word_bound_indices().any(|(at, _)| at == end);
    whole && (!goes_on(next) || is_bound())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 14] = [
        "Ben",
        "Benjamin",
        "Ben Whitfield",
        "Anna",
        "Anna-Lena",
        "Zoe",
        "O’Brien",
        "田中",
        "田中一郎",
        "ケン",
        "ケンジ",
        "Σοφία",
        "מרים",
        "สมชาย",
    ];

    fn of(text: &str) -> Vec<&'static str> {
        after_signs(text)
            .filter_map(|rest| named(rest, NAMES.map(|name| (name, name))))
            .flat_map(|(_, n)| n)
            .collect()
    }

    #[test]
    fn the_longest_name_that_stands_there_whole_is_named() {
        for (text, names) in [
            ("@Ben", &["Ben"][..]),
            ("@Benjamin, look", &["Benjamin"]),
            ("@Bennett and @Ben2 and @Ben_x", &[]),
            ("@Ben Whitfield: see @ben whitfields", &["Ben Whitfield", "Ben"]),
            ("@BEN’s turn, (@ben). @Ben.Please", &["Ben", "Ben", "Ben"]),
            ("@Anna-Lena or @Anna-Maria or @Anna - later", &["Anna-Lena", "Anna"]),
            ("@Zoe\u{308} is somebody else", &[]),
            ("@O’Brien", &["O’Brien"]),
            ("@田中さん、@田中一郎さん", &["田中", "田中一郎"]),
            ("＠ケンジ、これは＠ケンさんへ", &["ケンジ", "ケン"]),
            ("@σοφία!", &["Σοφία"]),
            ("@מרים,", &["מרים"]),
            ("@สมชาย ครับ", &["สมชาย"]),
            ("ben@Ben.example", &[]),
            ("@ Ben", &[]),
        ] {
            assert_eq!(of(text), names, "{text}");
        }
    }

    #[test]
    fn who_bears_the_same_name_is_named_too() {
        assert_eq!(named("Ben!", [(1, "Ben"), (2, " ben "), (3, "Be")]), Some((3, vec![1, 2])));
        assert_eq!(named("Ben", [(1, ""), (2, "  ")]), None);
    }
}
