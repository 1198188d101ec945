//! How well a name answers what is typed: letters in order, better at the start of a word and better side by side
//! (the scoring of fzf: <https://github.com/junegunn/fzf>, `src/algo/algo.go`).

/// Points for a letter that is found.
const LETTER: i32 = 16;
/// Points taken for the first letter that is passed over, and for each further one.
const GAP: (i32, i32) = (3, 1);
/// Points added at the start of a word, and for a letter beside the one before it.
const WORD_START: i32 = 8;
/// … and where the name itself begins.
const NAME_START: i32 = 3;
const BESIDE: i32 = 6;
/// The first letter of a word that is typed says more than the others.
const FIRST_TIMES: i32 = 2;
/// Points added for a word that stands there as it is typed.
const WHOLE: i32 = 10;
/// A match below this many points a letter is chance.
const LEAST: i32 = 16;
/// Letters of a name and of what is typed that are looked at.
const NAME_MAX: usize = 200;
const TYPED_MAX: usize = 40;
const NONE: i32 = i32::MIN / 2;

/// What is typed, ready to be compared.
#[derive(Debug, Clone)]
pub struct Typed {
    words: Vec<Vec<char>>,
}

/// How a name matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// More is better.
    pub score: i32,
    /// Every typed word stands in the name as it is typed.
    pub whole: bool,
    /// Places of the letters that were found, in characters, ascending.
    pub places: Vec<usize>,
}

/// A letter as it is compared: small, and without the accents of western Europe.
fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let small = c.to_lowercase().next().unwrap_or(c);
    match small {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' => 's',
        'ť' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

impl Typed {
    /// Takes apart what is typed.
    pub fn new(text: &str) -> Self {
        let word = |word: &str| word.chars().take(TYPED_MAX).map(fold).collect();
        Typed { words: text.split_whitespace().map(word).collect() }
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well `name` matches; `None` when it does not. Every word that is typed has to be found.
    pub fn score(&self, name: &str) -> Option<Match> {
        let folded: Vec<char> = name.chars().take(NAME_MAX).map(fold).collect();
        if !self.words.iter().all(|word| is_in_order(word, &folded)) {
            return None;
        }
        let starts = word_starts(name);
        let mut all = Match { score: 0, whole: true, places: Vec::new() };
        for word in &self.words {
            if let Some((score, at)) = as_typed(word, &folded, &starts) {
                all.score += score;
                all.places.extend(at..at + word.len());
                continue;
            }
            let (score, places) = scattered(word, &folded, &starts)?;
            if score < LEAST * word.len() as i32 {
                return None;
            }
            all.whole = false;
            all.score += score;
            all.places.extend(places);
        }
        all.places.sort_unstable();
        all.places.dedup();
        Some(all)
    }
}

fn is_in_order(word: &[char], name: &[char]) -> bool {
    let mut rest = name.iter();
    word.iter().all(|c| rest.any(|other| other == c))
}

fn word_starts(name: &str) -> Vec<bool> {
    let mut before = ' ';
    name.chars()
        .take(NAME_MAX)
        .map(|c| {
            let starts = !before.is_alphanumeric() || (before.is_lowercase() && c.is_uppercase());
            before = c;
            starts && c.is_alphanumeric()
        })
        .collect()
}

/// The best place at which `word` stands as it is typed: points and places.
fn as_typed(word: &[char], name: &[char], starts: &[bool]) -> Option<(i32, usize)> {
    let first = word.first()?;
    let last = name.len().checked_sub(word.len())?;
    let mut best: Option<(i32, usize)> = None;
    for at in 0..=last {
        if name.get(at) != Some(first) || name.get(at..at + word.len()) != Some(word) {
            continue;
        }
        let points = WHOLE
            + LETTER
            + start_points(at, starts) * FIRST_TIMES
            + (word.len() as i32 - 1) * (LETTER + BESIDE);
        if best.is_none_or(|(most, _)| points > most) {
            best = Some((points, at));
        }
    }
    best
}

fn start_points(at: usize, starts: &[bool]) -> i32 {
    let first = if at == 0 { NAME_START } else { 0 };
    if starts.get(at).copied().unwrap_or(false) { WORD_START + first } else { 0 }
}

/// The best way to lay the letters of `word`, apart from each other, onto `name`: points and places.
fn scattered(word: &[char], name: &[char], starts: &[bool]) -> Option<(i32, Vec<usize>)> {
    let width = name.len();
    let mut came_from = vec![0u16; word.len() * width];
    let mut above = vec![NONE; width];
    for (row, letter) in word.iter().enumerate() {
        let mut here = vec![NONE; width];
        // The best end of the letters before, with the price of the gap up to here.
        let (mut reach, mut reach_at) = (NONE, 0);
        for (at, other) in name.iter().enumerate() {
            if letter == other {
                let start = start_points(at, starts);
                let beside = at.checked_sub(1).and_then(|left| above.get(left)).map_or(NONE, |s| s + BESIDE);
                let (before, from) = match row {
                    0 => (start * (FIRST_TIMES - 1), at),
                    _ if beside >= reach => (beside, at.wrapping_sub(1)),
                    _ => (reach, reach_at),
                };
                if before > NONE / 2 {
                    here[at] = before + LETTER + start;
                    came_from[row * width + at] = from as u16;
                }
            }
            reach -= GAP.1;
            if let Some(ended) = at.checked_sub(1).and_then(|left| above.get(left)).map(|s| s - GAP.0)
                && ended > reach
            {
                (reach, reach_at) = (ended, at - 1);
            }
        }
        above = here;
    }
    let (mut at, score) = above.iter().copied().enumerate().rev().max_by_key(|(_, score)| *score)?;
    if score <= NONE / 2 {
        return None;
    }
    let mut places = vec![at];
    for row in (1..word.len()).rev() {
        at = usize::from(came_from[row * width + at]);
        places.push(at);
    }
    places.reverse();
    Some((score, places))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(name: &str, typed: &str) -> String {
        match Typed::new(typed).score(name) {
            None => "no".to_owned(),
            Some(found) => name
                .chars()
                .enumerate()
                .map(|(at, c)| if found.places.contains(&at) { format!("[{c}]") } else { c.to_string() })
                .collect::<String>()
                .replace("][", ""),
        }
    }

    #[test]
    fn letters_are_found_where_they_say_most() {
        for (name, typed, shown) in [
            ("Keep the search index", "search", "Keep the [search] index"),
            ("Sea orchids, search", "search", "Sea orchids, [search]"),
            ("Keep the search index", "ksi", "[K]eep the [s]earch [i]ndex"),
            ("Battery tests, Lagos", "bat lag", "[Bat]tery tests, [Lag]os"),
            ("Launch plan, 3.2", "plan", "Launch [plan], 3.2"),
            ("検索インデックス", "検索", "[検索]インデックス"),
            ("Zürich", "zurich", "[Zürich]"),
            ("Team", "search", "no"),
            ("Accessibility notes are for everybody", "aoty", "no"),
        ] {
            assert_eq!(marked(name, typed), shown, "{typed} in {name}");
        }
    }

    #[test]
    fn the_better_name_has_more_points() {
        let order = |typed: &str, names: &[&str]| {
            let mut scored: Vec<(i32, String)> = names
                .iter()
                .filter_map(|name| Some((-Typed::new(typed).score(name)?.score, (*name).to_owned())))
                .collect();
            scored.sort();
            scored.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
        };
        assert_eq!(
            order("search", &["Research", "Search results"]),
            ["Search results", "Research"],
            "the start of a word before its middle"
        );
        assert_eq!(
            order("plan", &["Pale lanterns", "Launch plan"]),
            ["Launch plan", "Pale lanterns"],
            "side by side before scattered"
        );
    }

    #[test]
    fn nothing_typed_matches_nothing_in_particular() {
        let typed = Typed::new("  ");
        assert!(typed.is_empty());
        assert_eq!(typed.score("Anything"), Some(Match { score: 0, whole: true, places: Vec::new() }));
    }
}
