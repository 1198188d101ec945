//! Fractional order keys: texts whose byte order is the order of siblings, with room between any two.
//!
//! A key is base-62 digits (`0`–`9`, `A`–`Z`, `a`–`z`), not ending in `0`, and ends in digits of the caller's tie, so that
//! two replicas which insert at the same place while apart make different keys and the order stays total. Keys for
//! appending and prepending count up and down in three digits behind a run of `z` or `0`, so lists of any length keep
//! keys of about eight characters; inserting again and again at one place costs a character every five or six times.

/// Longest key that is ever made or understood; longer ones from elsewhere sort as they are but are not built upon.
pub const MAX_KEY_CHARS: usize = 512;
/// Keys longer than this are worth replacing: give the siblings [`spread`] keys.
pub const LONG_KEY_CHARS: usize = 48;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE: u8 = 62;
const LAST: u8 = BASE - 1;
const STEP_DIGITS: usize = 3;
const TIE_DIGITS: usize = 5;
/// The number in the middle of three digits.
const MIDDLE: u32 = 31 * 62 * 62;

/// A key between two siblings; `None` is before the first or after the last. `tie` is random: 8 bytes.
///
/// Total for any input: when the neighbours are equal or in the wrong order the new key follows `before`, and a
/// neighbour that is no key at all counts as absent.
pub fn between(before: Option<&str>, after: Option<&str>, tie: [u8; 8]) -> String {
    let before = before.and_then(digits);
    let after = after.and_then(digits);
    let head = match (before, after) {
        (None, None) => step(0, 0, MIDDLE),
        (Some(a), None) => up(&a),
        (None, Some(b)) => down(&b),
        (Some(a), Some(b)) if a < b => middle(&a, &b),
        (Some(a), Some(_)) => extended(&a),
    };
    finish(head, tie)
}

/// Whether `key` is one that [`between`] builds upon.
pub fn is_key(key: &str) -> bool {
    digits(key).is_some()
}

/// Whether siblings with this key should be given fresh ones.
pub fn is_long(key: &str) -> bool {
    key.len() > LONG_KEY_CHARS
}

/// `count` ascending keys, as short as can be, for siblings that are written all at once.
pub fn spread(count: usize, tie: [u8; 8]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for _ in 0..count {
        let key = between(keys.last().map(String::as_str), None, tie);
        keys.push(key);
    }
    keys
}

/// The digits of a key, or `None` when it is not one.
fn digits(key: &str) -> Option<Vec<u8>> {
    if key.is_empty() || key.len() > MAX_KEY_CHARS || key.ends_with('0') {
        return None;
    }
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'A'..=b'Z' => Some(c - b'A' + 10),
        b'a'..=b'z' => Some(c - b'a' + 36),
        _ => None,
    };
    key.bytes().map(digit).collect()
}

/// Puts the tie behind the head. The last digit is never 0, so there is always room before the key.
fn finish(mut head: Vec<u8>, tie: [u8; 8]) -> String {
    let mut number = u64::from_le_bytes(tie);
    for _ in 1..TIE_DIGITS {
        head.push((number % u64::from(BASE)) as u8);
        number /= u64::from(BASE);
    }
    head.push(1 + (number % u64::from(LAST)) as u8);
    head.iter().map(|digit| char::from(DIGITS[usize::from(*digit) % DIGITS.len()])).collect()
}

/// `run` times `digit`, then `number` in three digits.
fn step(run: usize, digit: u8, number: u32) -> Vec<u8> {
    let base = u32::from(BASE);
    let mut head = vec![digit; run];
    head.extend([number / base / base % base, number / base % base, number % base].map(|d| d as u8));
    head
}

/// The leading run of `digit` and the number in the three digits behind it.
fn read_step(key: &[u8], digit: u8) -> (usize, u32) {
    let run = key.iter().take_while(|d| **d == digit).count();
    let at = |i: usize| u32::from(key.get(run + i).copied().unwrap_or(0));
    let number = (0..STEP_DIGITS).fold(0, |number, i| number * u32::from(BASE) + at(i));
    (run, number)
}

/// One step after the last key.
fn up(a: &[u8]) -> Vec<u8> {
    let (run, number) = read_step(a, LAST);
    step(run, LAST, number + 1)
}

/// One step before the first key.
fn down(b: &[u8]) -> Vec<u8> {
    let (run, number) = read_step(b, 0);
    step(run, 0, number.saturating_sub(1))
}

/// The shortest digits strictly between `a` and `b`, of which `b` is no continuation.
fn middle(a: &[u8], b: &[u8]) -> Vec<u8> {
    let digit = |key: &[u8], i: usize| key.get(i).copied().unwrap_or(0);
    let mut head = Vec::new();
    let mut i = 0;
    while i < b.len() && digit(a, i) == digit(b, i) {
        head.push(digit(a, i));
        i += 1;
    }
    let (low, high) = (digit(a, i), digit(b, i));
    if high.saturating_sub(low) > 1 {
        head.push(low + (high - low) / 2);
        return head;
    }
    head.push(low);
    head.extend(extended(a.get(i + 1..).unwrap_or_default()));
    head
}

/// The shortest digits greater than `a` that begin like it as far as they must.
fn extended(a: &[u8]) -> Vec<u8> {
    let run = a.iter().take_while(|d| **d == LAST).count();
    let low = a.get(run).copied().unwrap_or(0);
    let mut head = vec![LAST; run];
    head.push(low + (BASE - low) / 2);
    head
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tie(n: u64) -> [u8; 8] {
        n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes()
    }

    #[test]
    fn appending_and_prepending_ten_thousand_times_keeps_keys_short() {
        let (mut last, mut first) = (between(None, None, tie(0)), between(None, None, tie(0)));
        for n in 1..=10_000 {
            let (next, previous) = (between(Some(&last), None, tie(n)), between(None, Some(&first), tie(n)));
            assert!(last < next && previous < first, "{last} {next} {previous} {first}");
            (last, first) = (next, previous);
        }
        assert_eq!((last.len(), first.len()), (8, 8));
    }

    #[test]
    fn steps_go_on_beyond_the_ends_of_three_digits() {
        for (end, direction) in [("zzz1", 1), ("yzz1", 1), ("1001", -1), ("01001", -1), ("1", -1), ("z", 1)] {
            let mut key = end.to_owned();
            for n in 0..200 {
                let next = match direction {
                    1 => between(Some(&key), None, tie(n)),
                    _ => between(None, Some(&key), tie(n)),
                };
                assert_eq!(key < next, direction == 1, "{key} {next}");
                assert!(is_key(&next));
                key = next;
            }
        }
    }

    #[test]
    fn inserting_at_one_place_a_thousand_times_grows_slowly() {
        for before_moves in [true, false] {
            let (mut a, mut b) = (between(None, None, tie(1)), String::new());
            b.push_str(&between(Some(&a), None, tie(2)));
            let mut longest = 0;
            for n in 0..1_000 {
                let key = between(Some(&a), Some(&b), tie(n));
                assert!(a < key && key < b, "{a} {key} {b}");
                longest = longest.max(key.len());
                *(if before_moves { &mut a } else { &mut b }) = key;
            }
            assert!(longest < 220, "{longest}");
        }
    }

    #[test]
    fn inserts_at_one_place_by_replicas_apart_differ_and_have_room_between() {
        let (a, b) = (between(None, None, tie(7)), between(Some("V1"), None, tie(8)));
        let mut keys: Vec<String> = (0..1_000).map(|n| between(Some(&a), Some(&b), tie(n))).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 1_000);
        for pair in keys.windows(2) {
            let key = between(Some(&pair[0]), Some(&pair[1]), tie(9));
            assert!(pair[0] < key && key < pair[1], "{pair:?} {key}");
        }
    }

    #[test]
    fn neighbours_that_are_no_keys_count_as_absent() {
        let long = "1".repeat(MAX_KEY_CHARS + 1);
        for odd in ["", "0", "a0", "é", " ", "a b", long.as_str()] {
            assert!(!is_key(odd));
            assert!(is_key(&between(Some(odd), None, tie(1))));
            assert!(between(Some("V"), Some(odd), tie(1)).as_str() > "V");
        }
        assert!(between(Some("V"), Some("V"), tie(1)).as_str() > "V");
        assert!(between(Some("z"), Some("V"), tie(1)).as_str() > "z");
    }

    #[test]
    fn spread_keys_ascend() {
        let keys = spread(500, tie(3));
        assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(!keys.iter().any(|key| is_long(key)));
    }

    proptest! {
        /// Between any two different keys there is another.
        #[test]
        fn between_any_two_keys_there_is_another(
            a in "[0-9A-Za-z]{0,12}[1-9A-Za-z]", b in "[0-9A-Za-z]{0,12}[1-9A-Za-z]", seed: [u8; 8],
        ) {
            prop_assume!(a != b);
            let (a, b) = if a < b { (a, b) } else { (b, a) };
            let key = between(Some(&a), Some(&b), seed);
            prop_assert!(a < key && key < b && is_key(&key), "{a} {key} {b}");
            prop_assert!(between(None, Some(&a), seed) < a);
            prop_assert!(between(Some(&b), None, seed) > b);
        }

        /// Any neighbours whatever give a key.
        #[test]
        fn any_neighbours_give_a_key(a: Option<String>, b: Option<String>, seed: [u8; 8]) {
            prop_assert!(is_key(&between(a.as_deref(), b.as_deref(), seed)));
        }
    }
}
