//! Changed runs of a block as whole words: a hand that types changes letters, a reader compares words.

use crate::api::DigestPart;

const SAME: &str = "same";
const ADDED: &str = "added";
const REMOVED: &str = "removed";

/// Whether a character is part of a word that its neighbours belong to. Scripts without spaces have words of one character.
fn joins(c: char) -> bool {
    (c.is_alphanumeric() || matches!(c, '\'' | '’')) && u32::from(c) < 0x2E80
}

/// Widens what was removed and added to the words in which it stands; what is removed comes before what replaces it.
pub(super) fn whole(parts: Vec<DigestPart>) -> Vec<DigestPart> {
    let mut out: Vec<DigestPart> = Vec::new();
    let mut rest = parts.into_iter().peekable();
    while let Some(part) = rest.next() {
        if part.state == SAME {
            push(&mut out, SAME, &part.text);
            continue;
        }
        let mut change = Change::default();
        change.take(&part);
        while let Some(next) = rest.peek() {
            // What stayed within one word that changes on both sides goes with it.
            let inside = next.state == SAME && !next.text.is_empty() && next.text.chars().all(joins);
            if next.state == SAME && !(inside && change.ends_in_word()) {
                break;
            }
            if let Some(next) = rest.next() {
                change.take(&next);
            }
        }
        if change.begins_in_word()
            && let Some(before) = out.last_mut().filter(|last| last.state == SAME)
        {
            let at = before.text.char_indices().rev().take_while(|(_, c)| joins(*c)).last();
            if let Some((at, _)) = at {
                let word = before.text.split_off(at);
                change.surround(&word, "");
            }
        }
        if change.ends_in_word()
            && let Some(after) = rest.peek_mut()
        {
            let end = after.text.find(|c| !joins(c)).unwrap_or(after.text.len());
            let word: String = after.text.drain(..end).collect();
            change.surround("", &word);
        }
        push(&mut out, REMOVED, &change.removed);
        push(&mut out, ADDED, &change.added);
    }
    out
}

/// What was taken away at a place, and what stands there instead.
#[derive(Default)]
struct Change {
    removed: String,
    added: String,
}

impl Change {
    fn take(&mut self, part: &DigestPart) {
        if part.state != ADDED {
            self.removed += &part.text;
        }
        if part.state != REMOVED {
            self.added += &part.text;
        }
    }

    fn begins_in_word(&self) -> bool {
        [&self.removed, &self.added].into_iter().any(|text| text.starts_with(joins))
    }

    fn ends_in_word(&self) -> bool {
        [&self.removed, &self.added].into_iter().any(|text| text.ends_with(joins))
    }

    fn surround(&mut self, before: &str, after: &str) {
        self.removed = format!("{before}{}{after}", self.removed);
        self.added = format!("{before}{}{after}", self.added);
    }
}

fn push(out: &mut Vec<DigestPart>, state: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    match out.last_mut() {
        Some(last) if last.state == state => last.text.push_str(text),
        _ => out.push(DigestPart { state: state.to_owned(), text: text.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[-nine][+ten]` and what stays, as parts.
    fn parts(text: &str) -> Vec<DigestPart> {
        let mut out = Vec::new();
        for piece in text.split_inclusive(']').flat_map(|piece| match piece.split_once('[') {
            Some((same, changed)) => vec![same.to_owned(), format!("[{changed}")],
            None => vec![piece.to_owned()],
        }) {
            match piece.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
                Some(inner) if inner.starts_with('-') => push(&mut out, REMOVED, &inner[1..]),
                Some(inner) => push(&mut out, ADDED, &inner[1..]),
                None => push(&mut out, SAME, &piece),
            }
        }
        out
    }

    fn text(parts: &[DigestPart]) -> String {
        let sign = |part: &DigestPart| match part.state.as_str() {
            ADDED => format!("[+{}]", part.text),
            REMOVED => format!("[-{}]", part.text),
            _ => part.text.clone(),
        };
        parts.iter().map(sign).collect()
    }

    #[test]
    fn changes_are_shown_by_words() {
        for (typed, shown) in [
            ("sails at [-n]i[+s]x[-ne] daily", "sails at [-nixne][+isx] daily"),
            ("boards t[-wenty][+hirty] minutes", "boards [-twenty][+thirty] minutes"),
            ("a quick[+ly] made note", "a [-quick][+quickly] made note"),
            ("at eight[+ sharp].", "at eight[+ sharp]."),
            ("at [+half past ]eight.", "at [+half past ]eight."),
            ("霧が[+すぐ]晴れる", "霧が[+すぐ]晴れる"),
            ("[-nine] to [+ten]", "[-nine] to [+ten]"),
        ] {
            assert_eq!(text(&whole(parts(typed))), shown, "{typed}");
        }
    }

    #[test]
    fn what_was_and_what_is_stay_the_same_text() {
        let typed = parts("The b[-o]at[+s] leave[-s] at n[-ine]oon[+,] or l[-a]t[+e]r");
        let side = |parts: &[DigestPart], without: &str| -> String {
            parts.iter().filter(|part| part.state != without).map(|part| part.text.as_str()).collect()
        };
        let shown = whole(typed.clone());
        for without in [ADDED, REMOVED] {
            assert_eq!(side(&shown, without), side(&typed, without));
        }
    }
}
