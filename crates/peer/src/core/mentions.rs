//! Whom a text names: by display name as `model/src/mention` reads it, else by first name or id where one word says who it is.

use std::collections::BTreeSet;

use tern_model::mention;
use tern_trust::Id16;

use super::resolve;

/// Whom a text names that begins right after a sign: how many bytes that takes, and who it is.
pub(crate) fn at(names: &[(Id16, String)], rest: &str) -> Option<(usize, Vec<Id16>)> {
    if let Some(named) = mention::named(rest, names.iter().map(|(member, name)| (*member, name.as_str()))) {
        return Some(named);
    }
    let word = rest.split_whitespace().next().filter(|_| rest.starts_with(char::is_alphanumeric))?;
    let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    resolve::member(names, None, word).ok().map(|member| (word.len(), vec![member]))
}

/// Everybody whom a text names, each once, in the order in which they stand there.
pub(crate) fn of(names: &[(Id16, String)], text: &str) -> Vec<Id16> {
    let mut seen = BTreeSet::new();
    let found =
        mention::after_signs(text).filter_map(|rest| at(names, rest)).flat_map(|(_, members)| members);
    found.filter(|member| seen.insert(*member)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_name_comes_before_a_first_name_and_no_name_is_cut() {
        let names = ["Ben", "Benjamin", "Ben Whitfield", "Aiko Tanaka", "田中"].map(str::to_owned);
        let names: Vec<(Id16, String)> = (1..).map(|n| [n; 16]).zip(names).collect();
        for (text, members) in [
            ("@Ben and @Benjamin", &[1, 2][..]),
            ("@ben whitfield, not the other one", &[3]),
            ("@Benj is nobody", &[]),
            ("(@aiko), please; @Aiko again", &[4]),
            ("田中さんは@田中さんです", &[5]),
            ("@04040404", &[4]),
            ("aiko@Ben.example", &[]),
        ] {
            let expected: Vec<Id16> = members.iter().map(|n| [*n; 16]).collect();
            assert_eq!(of(&names, text), expected, "{text}");
        }
    }
}
