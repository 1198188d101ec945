//! An optional run over real folders: set `TERN_CORPUS` to a folder of Markdown files.
#![allow(clippy::disallowed_methods, reason = "a test that reads a corpus on purpose")]

use std::path::{Path, PathBuf};

use tern_interop::markdown;

fn markdown_files(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            markdown_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            out.push(path);
        }
    }
}

#[test]
fn every_file_of_the_corpus_is_stable_after_one_round() {
    let Some(corpus) = std::env::var_os("TERN_CORPUS") else {
        eprintln!("TERN_CORPUS is not set: no corpus is read");
        return;
    };
    let mut files = Vec::new();
    markdown_files(Path::new(&corpus), &mut files);
    assert!(!files.is_empty(), "TERN_CORPUS holds Markdown files");
    for path in files {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let document = markdown::read(&text);
        let once = markdown::write(&document.front_matter, &document.blocks);
        let again = markdown::read(&once);
        assert_eq!(again, document, "{}", path.display());
        assert_eq!(markdown::write(&again.front_matter, &again.blocks), once, "{}", path.display());
    }
}
