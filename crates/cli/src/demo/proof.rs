//! Evidence: what bytes lie in a folder, and whether two folders are the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tern_peer::PeerError;

use crate::failure;

/// Files of a folder: path within it and content.
pub(super) type Tree = BTreeMap<String, Vec<u8>>;

/// Reads every file below `dir`.
pub(super) fn read_tree(dir: &Path) -> Result<Tree, PeerError> {
    let mut tree = Tree::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| failure::unreadable(&folder, &e))? {
            let path = entry.map_err(|e| failure::unreadable(&folder, &e))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().into_owned();
                tree.insert(name, fs::read(&path).map_err(|e| failure::unreadable(&path, &e))?);
            }
        }
    }
    Ok(tree)
}

/// The first difference between two folders in words, or `None` when they are the same byte for byte.
pub(super) fn difference(left: &Tree, right: &Tree) -> Option<String> {
    for (name, bytes) in left {
        match right.get(name) {
            None => return Some(format!("{name} is in the first only")),
            Some(other) if other != bytes => return Some(format!("{name} differs")),
            Some(_) => {}
        }
    }
    right.keys().find(|name| !left.contains_key(*name)).map(|name| format!("{name} is in the second only"))
}

/// Bytes of all files.
pub(super) fn size(tree: &Tree) -> u64 {
    tree.values().map(|b| b.len() as u64).sum()
}

/// The words that occur anywhere in the files or their names.
pub(super) fn words_found<'a>(tree: &Tree, words: &[&'a str]) -> Vec<&'a str> {
    let found = |word: &&&str| {
        tree.iter().any(|(name, bytes)| contains(bytes, word.as_bytes()) || name.contains(**word))
    };
    words.iter().filter(found).copied().collect()
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    let Some((first, rest)) = word.split_first() else { return true };
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|b| b == first) {
        let start = from + at + 1;
        if bytes[start..].starts_with(rest) {
            return true;
        }
        from = start;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        files.iter().map(|(n, t)| ((*n).to_owned(), t.as_bytes().to_vec())).collect()
    }

    #[test]
    fn a_word_is_found_wherever_it_lies() {
        let files = tree(&[("a", "xxlllighthouse"), ("sub/Tokyo.md", "")]);
        assert_eq!(
            words_found(&files, &["lighthouse", "Tokyo", "lightship", "house!"]),
            ["lighthouse", "Tokyo"]
        );
    }

    #[test]
    fn folders_differ_by_a_name_or_a_byte() {
        let a = tree(&[("a", "1"), ("b", "2")]);
        assert_eq!(difference(&a, &a.clone()), None);
        assert_eq!(difference(&a, &tree(&[("a", "1"), ("b", "3")])).unwrap(), "b differs");
        assert_eq!(difference(&a, &tree(&[("a", "1")])).unwrap(), "b is in the first only");
        assert_eq!(difference(&tree(&[("a", "1")]), &a).unwrap(), "b is in the second only");
    }
}
