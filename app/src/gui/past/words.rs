//! Two texts word by word: what stays, what goes, what comes. Bounded: texts of many thousand words are compared by what
//! they begin and end with.

use unicode_segmentation::UnicodeSegmentation;

/// Most pairs of words that are compared.
const PAIRS_MAX: usize = 1_000_000;

/// What becomes of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays.
    Keep,
    /// It goes.
    Delete,
    /// It comes.
    Insert,
}

/// A word and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'a> {
    /// What becomes of it.
    pub fate: Fate,
    /// The older text's word at which it stands.
    pub at: usize,
    /// The word, a space, or a sign.
    pub text: &'a str,
}

/// Compares two texts.
pub fn compare<'a>(old: &'a str, new: &'a str) -> Vec<Word<'a>> {
    let a: Vec<&str> = old.split_word_bounds().collect();
    let b: Vec<&str> = new.split_word_bounds().collect();
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (x, y) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let mut out: Vec<Word<'a>> = Vec::with_capacity(a.len() + b.len());
    let keep = |out: &mut Vec<Word<'a>>, at: usize, text| out.push(Word { fate: Fate::Keep, at, text });
    for (at, text) in a[..head].iter().enumerate() {
        keep(&mut out, at, *text);
    }
    middle(x, y, head, &mut out);
    for (index, text) in a[a.len() - tail..].iter().enumerate() {
        keep(&mut out, a.len() - tail + index, *text);
    }
    out
}

fn middle<'a>(x: &[&'a str], y: &[&'a str], from: usize, out: &mut Vec<Word<'a>>) {
    let delete = |out: &mut Vec<Word<'a>>, i: usize| {
        out.push(Word { fate: Fate::Delete, at: from + i, text: x[i] });
    };
    let insert = |out: &mut Vec<Word<'a>>, i: usize, j: usize| {
        out.push(Word { fate: Fate::Insert, at: from + i, text: y[j] });
    };
    if x.len().saturating_mul(y.len()) > PAIRS_MAX {
        (0..x.len()).for_each(|i| delete(out, i));
        (0..y.len()).for_each(|j| insert(out, x.len(), j));
        return;
    }
    let width = y.len() + 1;
    let mut common = vec![0u32; (x.len() + 1) * width];
    for i in (0..x.len()).rev() {
        for j in (0..y.len()).rev() {
            common[i * width + j] = if x[i] == y[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < x.len() || j < y.len() {
        if i < x.len() && j < y.len() && x[i] == y[j] {
            out.push(Word { fate: Fate::Keep, at: from + i, text: x[i] });
            (i, j) = (i + 1, j + 1);
        } else if i < x.len() && (j == y.len() || common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            delete(out, i);
            i += 1;
        } else {
            insert(out, i, j);
            j += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(old: &str, new: &str) -> String {
        let mark = |word: &Word<'_>| match word.fate {
            Fate::Keep => word.text.to_owned(),
            Fate::Delete => format!("-{}", word.text),
            Fate::Insert => format!("+{}", word.text),
        };
        compare(old, new).iter().map(mark).collect()
    }

    #[test]
    fn words_stay_go_and_come() {
        assert_eq!(said("runs on two boats", "runs on three boats"), "runs on -two+three boats");
        assert_eq!(said("", "all new"), "+all+ +new");
        assert_eq!(said("gone", ""), "-gone");
        assert_eq!(said("same", "same"), "same");
    }

    #[test]
    fn both_texts_can_be_read_out_of_the_comparison() {
        for (old, new) in
            [("a b c d", "b x d e"), ("1 December", "7 December and on"), ("日本語 だ", "日本 だよ")]
        {
            let words = compare(old, new);
            let side = |skip: Fate| -> String {
                words.iter().filter(|word| word.fate != skip).map(|word| word.text).collect()
            };
            assert_eq!(side(Fate::Insert), old);
            assert_eq!(side(Fate::Delete), new);
        }
    }
}
