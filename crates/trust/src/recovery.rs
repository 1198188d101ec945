//! The recovery code: 24 words of the BIP-39 English list for 32 bytes of entropy, which make an offline device.

use bip39::{Language, Mnemonic};
use zeroize::Zeroizing;

use crate::derive::Id;
use crate::device::DeviceKeys;

/// Words of a recovery code.
pub const WORDS: usize = 24;

/// Why words are not a recovery code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    /// Not 24 of them.
    #[error("a recovery code has {WORDS} words, not {0}")]
    Count(usize),
    /// A word that is not in the list.
    #[error("word {position} is not in the word list: \"{word}\"{}", suggestion(.nearest))]
    Unknown {
        /// Place of the word, counted from 1.
        position: usize,
        /// What was written.
        word: String,
        /// A word of the list that looks like it.
        nearest: Option<&'static str>,
    },
    /// All words are known, but they do not belong together.
    #[error("the words do not belong together: one of them is another word of the list, or two are swapped")]
    Checksum,
}

fn suggestion(nearest: &Option<&'static str>) -> String {
    nearest.map(|word| format!(" (did you mean \"{word}\"?)")).unwrap_or_default()
}

/// The words to write down for 32 bytes of entropy.
pub fn words(entropy: &Id) -> Zeroizing<String> {
    // 32 bytes are a length the standard knows, so there is always an answer.
    let words = Mnemonic::from_entropy_in(Language::English, entropy);
    Zeroizing::new(words.map(|words| words.to_string()).unwrap_or_default())
}

/// The entropy of written words; case and spacing do not count.
pub fn entropy(text: &str) -> Result<Zeroizing<Id>, WordsError> {
    let lower = Zeroizing::new(text.to_lowercase());
    let given: Vec<&str> = lower.split_whitespace().collect();
    for (at, word) in given.iter().enumerate() {
        if Language::English.find_word(word).is_none() {
            let (position, nearest) = (at + 1, nearest(word));
            return Err(WordsError::Unknown { position, word: (*word).into(), nearest });
        }
    }
    if given.len() != WORDS {
        return Err(WordsError::Count(given.len()));
    }
    let joined = Zeroizing::new(given.join(" "));
    let words =
        Mnemonic::parse_in_normalized(Language::English, &joined).map_err(|_| WordsError::Checksum)?;
    let entropy = Zeroizing::new(words.to_entropy());
    let entropy: Id = entropy.as_slice().try_into().map_err(|_| WordsError::Checksum)?;
    Ok(Zeroizing::new(entropy))
}

/// The recovery device of written words.
pub fn device(text: &str) -> Result<DeviceKeys, WordsError> {
    Ok(DeviceKeys::from_recovery_entropy(&*entropy(text)?))
}

/// The word of the list at the least edit distance, when that is at most two.
fn nearest(word: &str) -> Option<&'static str> {
    if word.len() > 16 {
        return None;
    }
    let list = Language::English.word_list().iter();
    let (distance, word) = list.map(|known| (distance(word, known), *known)).min()?;
    (distance <= 2).then_some(word)
}

fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let best = (row[j] + 1).min(row[j + 1] + 1).min(corner + usize::from(from != *to));
            corner = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_the_same_device() {
        let text = words(&[7; 32]);
        assert_eq!(text.split(' ').count(), WORDS);
        assert_eq!(entropy(&text).map(|found| *found), Ok([7; 32]));
        let spaced = text.to_uppercase().replace(' ', "\n  ");
        let device = device(&spaced).expect("a device");
        assert_eq!(device.public(), DeviceKeys::from_recovery_entropy(&[7; 32]).public());
        assert!(device.public().is_recovery());
    }

    #[test]
    fn a_misspelt_word_is_named_with_its_place() {
        let text = words(&[0; 32]).replacen("abandon", "abandom", 1);
        let told = entropy(&text).expect_err("misspelt").to_string();
        assert_eq!(told, "word 1 is not in the word list: \"abandom\" (did you mean \"abandon\"?)");
    }

    #[test]
    fn a_wrong_count_and_swapped_words_are_told_apart() {
        let text = words(&[7; 32]);
        let short: Vec<&str> = text.split(' ').take(23).collect();
        assert_eq!(entropy(&short.join(" ")).map(|_| ()), Err(WordsError::Count(23)));
        let mut swapped: Vec<&str> = text.split(' ').collect();
        let other = swapped.iter().position(|word| *word != swapped[0]).expect("two different words");
        swapped.swap(0, other);
        assert_eq!(entropy(&swapped.join(" ")).map(|_| ()), Err(WordsError::Checksum));
    }
}
