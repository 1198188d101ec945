//! Sets of record indexes in shared chunks: along a chain of records neighbours share all chunks but one.

use std::sync::Arc;

const WORDS: usize = 16;
const BITS: usize = WORDS * 64;
type Chunk = Arc<[u64; WORDS]>;

/// A set of small numbers; clones share memory until they differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Set {
    chunks: Vec<Option<Chunk>>,
}

impl Set {
    /// Whether `index` is in the set.
    pub fn contains(&self, index: u32) -> bool {
        let (chunk, word, bit) = place(index);
        matches!(self.chunks.get(chunk), Some(Some(words)) if words[word] & bit != 0)
    }

    /// Adds `index`.
    pub fn insert(&mut self, index: u32) {
        let (chunk, word, bit) = place(index);
        if self.chunks.len() <= chunk {
            self.chunks.resize(chunk + 1, None);
        }
        let words = self.chunks[chunk].get_or_insert_with(|| Arc::new([0; WORDS]));
        Arc::make_mut(words)[word] |= bit;
    }

    /// Adds everything in `other`, sharing its chunks where they hold all of ours.
    pub fn union(&mut self, other: &Set) {
        if self.chunks.len() < other.chunks.len() {
            self.chunks.resize(other.chunks.len(), None);
        }
        for (mine, theirs) in self.chunks.iter_mut().zip(&other.chunks) {
            let Some(theirs) = theirs else { continue };
            match mine {
                Some(words) if Arc::ptr_eq(words, theirs) => {}
                Some(words) if includes(theirs, words) => *words = Arc::clone(theirs),
                Some(words) => {
                    if !includes(words, theirs) {
                        Arc::make_mut(words).iter_mut().zip(theirs.iter()).for_each(|(a, b)| *a |= b);
                    }
                }
                None => *mine = Some(Arc::clone(theirs)),
            }
        }
    }

    /// Takes over chunks of `other` that are equal, to save memory.
    pub fn share(&mut self, other: &Set) {
        for (mine, theirs) in self.chunks.iter_mut().zip(&other.chunks) {
            if mine == theirs {
                mine.clone_from(theirs);
            }
        }
    }

    /// Members that `other` lacks, ascending.
    pub fn difference(&self, other: &Set) -> Vec<u32> {
        let mut members = Vec::new();
        for (chunk, words) in self.chunks.iter().enumerate() {
            let theirs = other.chunks.get(chunk).and_then(Option::as_ref);
            let Some(words) = words.as_ref().filter(|words| Some(*words) != theirs) else { continue };
            for (word, bits) in words.iter().enumerate() {
                let mut bits = bits & !theirs.map_or(0, |theirs| theirs[word]);
                while bits != 0 {
                    members.push((chunk * BITS + word * 64) as u32 + bits.trailing_zeros());
                    bits &= bits - 1;
                }
            }
        }
        members
    }

    /// Members in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.chunks.iter().enumerate().flat_map(|(chunk, words)| {
            let bits = words.iter().flat_map(|words| words.iter().enumerate());
            bits.flat_map(move |(word, bits)| {
                let base = (chunk * BITS + word * 64) as u32;
                let bits = *bits;
                (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| base + bit)
            })
        })
    }
}

fn place(index: u32) -> (usize, usize, u64) {
    let index = index as usize;
    (index / BITS, index % BITS / 64, 1 << (index % 64))
}

fn includes(all: &[u64; WORDS], some: &[u64; WORDS]) -> bool {
    all.iter().zip(some).all(|(all, some)| some & !all == 0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn behaves_as_a_set_of_numbers() {
        let (mut set, mut model) = (Set::default(), BTreeSet::new());
        for step in 0..500u32 {
            let index = step.wrapping_mul(2_654_435_761) % 5_000;
            set.insert(index);
            model.insert(index);
        }
        assert!(set.iter().eq(model.iter().copied()));
        assert!((0..5_100).all(|index| set.contains(index) == model.contains(&index)));
        let mut other = Set::default();
        other.insert(9_999);
        other.union(&set);
        assert_eq!(other.difference(&set), [9_999]);
        assert!(set.difference(&Set::default()).iter().eq(model.iter()));
        assert!(other.contains(9_999) && model.iter().all(|index| other.contains(*index)));
    }
}
