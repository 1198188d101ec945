//! Harness for tests and benches that need several crates at once.
