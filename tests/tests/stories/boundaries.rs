//! The shape of the house: which crate may use which, and who alone may touch the libraries behind them.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Packages of tests alone, which may use whatever they try.
const TESTS: [&str; 2] = ["tern-tests", "tern-fuzz"];

fn edges() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned(), "--locked".to_owned()])
        .exec()
        .expect("cargo metadata runs offline");
    let members: BTreeSet<_> = metadata.workspace_members.iter().collect();
    let mut edges = BTreeMap::new();
    for package in metadata.packages.iter().filter(|p| members.contains(&p.id)) {
        let normal = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
        edges.insert(package.name.to_string(), normal.map(|d| d.name.clone()).collect());
    }
    edges
}

#[test]
fn crates_depend_only_along_the_allowed_edges() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("tern-model", &[][..]),
        ("tern-trust", &[]),
        ("tern-sync", &["tern-trust"]),
        ("tern-store", &["tern-model", "tern-trust", "tern-sync"]),
        ("tern-interop", &["tern-model"]),
        ("tern-peer", &["tern-model", "tern-trust", "tern-sync", "tern-store", "tern-interop"]),
        ("tern-cli", &["tern-peer"]),
        ("tern", &["tern-model", "tern-peer", "tern-cli"]),
    ]);
    for (name, dependencies) in edges() {
        if TESTS.contains(&name.as_str()) {
            continue;
        }
        let may = allowed.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not in ARCHITECTURE.md"));
        for used in dependencies.iter().filter(|d| d.starts_with("tern")) {
            assert!(may.contains(&used.as_str()), "{name} must not depend on {used}");
        }
    }
}

#[test]
fn each_outside_library_has_its_one_home() {
    let homes: [(&str, &[&str]); 6] = [
        ("automerge", &["tern-model"]),
        ("rusqlite", &["tern-store"]),
        ("iroh", &["tern-peer"]),
        ("iroh-blobs", &["tern-peer"]),
        ("eframe", &["tern"]),
        ("getrandom", &["tern-peer"]),
    ];
    let edges = edges();
    for (library, may) in homes {
        for (name, dependencies) in edges.iter().filter(|(name, _)| !TESTS.contains(&name.as_str())) {
            if dependencies.contains(library) {
                assert!(may.contains(&name.as_str()), "{name} must not use {library}");
            }
        }
    }
}

#[test]
fn one_module_imports_automerge() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/model/src");
    let mut importers = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("readable source") {
            let path = entry.expect("readable source").path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read_to_string(&path).is_ok_and(|text| text.contains("automerge::")) {
                importers.push(path.file_name().expect("a name").to_string_lossy().into_owned());
            }
        }
    }
    importers.sort_unstable();
    assert_eq!(importers, ["crdt.rs", "trace.rs"], "crdt and its part, and nobody else");
}

#[test]
fn verdicts_of_trials_are_kept_for_the_library_that_is_built() {
    let lock =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock")).expect("Cargo.lock");
    let entry = format!("name = \"automerge\"\nversion = \"{}\"\n", tern_model::trial::LIBRARY_VERSION);
    assert!(lock.contains(&entry), "LIBRARY_VERSION is not the version that Cargo.lock names");
}
