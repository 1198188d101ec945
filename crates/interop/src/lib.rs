//! Formats in and out: bytes become page blocks and import plans, pages become files.
//!
//! Pure: bytes and values in, values out. It reads no file, clock or random source and knows no store; ids and hashes
//! are given by the caller. Nothing a file says is dropped: what has no form of its own is kept as source.

pub mod export;
pub mod html;
pub mod html_in;
pub mod import;
pub mod links;
pub mod markdown;
mod rewrite;
pub mod tasks;
mod wiki;
