//! Text of other programs to blocks and back, for windows that take and give it through the clipboard.

use tern_interop::{html, markdown};
use tern_model::block::Block;

/// Blocks of Markdown text.
pub fn from_markdown(text: &str) -> Vec<Block> {
    markdown::parse(text)
}

/// Blocks as Markdown.
pub fn to_markdown(blocks: &[Block]) -> String {
    markdown::render(blocks).trim_end_matches('\n').to_owned()
}

/// Blocks as HTML.
pub fn to_html(blocks: &[Block]) -> String {
    html::render(blocks)
}
