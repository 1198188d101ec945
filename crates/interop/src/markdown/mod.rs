//! Markdown (CommonMark with tables, strikethrough, task lists, footnotes, mathematics) to blocks and back.
//!
//! The law of this module: `parse(render(blocks)) == normalise(blocks)`, so rendering is a fixed point after one
//! round. Front matter is never interpreted here, only cut off and put back to the letter.

mod callout;
mod collect;
mod escape;
mod front;
mod inline;
mod live;
mod nest;
mod normal;
mod parse;
mod render;
mod spans;
mod tree;

pub use front::{field, split_front_matter};
pub use live::{LiveTask, address as task_address, task_of};
pub use normal::normalise;

use std::collections::BTreeMap;

use tern_model::block::Block;

/// Containers (quotations and lists) that may enclose a block; what lies deeper is kept as source.
pub const MAX_DEPTH: usize = 64;

/// A Markdown file: its front matter to the letter and its blocks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Front matter with its fences, exactly as in the file; empty when there is none.
    pub front_matter: String,
    /// The page.
    pub blocks: Vec<Block>,
}

/// Reads a whole file: front matter and body.
pub fn read(text: &str) -> Document {
    let (front, body) = split_front_matter(text);
    Document { front_matter: front.to_owned(), blocks: parse(body) }
}

/// Writes a whole file: the front matter to the letter, one empty line, the body in normal form.
pub fn write(front_matter: &str, blocks: &[Block]) -> String {
    join(front_matter, render(blocks))
}

fn join(front_matter: &str, body: String) -> String {
    if front_matter.is_empty() {
        return body;
    }
    let mut out = front_matter.to_owned();
    if !body.is_empty() {
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out.push('\n');
        out.push_str(&body);
    }
    out
}

/// As [`write()`]; a live task of `tasks` (by id) is written with its title and its box.
pub fn write_with(front_matter: &str, blocks: &[Block], tasks: &BTreeMap<String, LiveTask>) -> String {
    join(front_matter, render_with(blocks, tasks))
}

/// Reads Markdown without front matter (a page body, pasted text).
pub fn parse(text: &str) -> Vec<Block> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    tree::flatten(&normal::settle(parse::nodes(&clean(text))))
}

/// Writes blocks as Markdown in normal form, ending with a line feed unless empty.
pub fn render(blocks: &[Block]) -> String {
    render::document(&normal::settle(tree::build(blocks)))
}

/// As [`render`]; a live task of `tasks` (by id) is written with its title and its box.
pub fn render_with(blocks: &[Block], tasks: &BTreeMap<String, LiveTask>) -> String {
    let mut nodes = normal::settle(tree::build(blocks));
    live::fill(&mut nodes, tasks);
    render::document(&nodes)
}

/// Text without carriage returns and NUL, which no Markdown can carry.
pub(crate) fn clean(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains(['\r', '\0']) {
        text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
