//! Text of other programs to blocks and back, for windows that take and give it through the clipboard.

use tern_interop::{html, html_in, markdown};
use tern_model::block::{Block, BlockKind};

/// Blocks of Markdown text.
pub fn from_markdown(text: &str) -> Vec<Block> {
    markdown::parse(text)
}

/// Blocks of HTML that another program copied; none of what Tern wrote itself, for that lies beside it as Markdown.
pub fn from_html(html: &str) -> Vec<Block> {
    if html_in::is_own(html) { Vec::new() } else { html_in::parse(html) }
}

/// Text as Markdown that reads as just that text, on one line.
pub(crate) fn escaped(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    to_markdown(&[Block::plain(BlockKind::Paragraph, &line)])
}

/// Blocks as Markdown.
pub fn to_markdown(blocks: &[Block]) -> String {
    markdown::render(blocks).trim_end_matches('\n').to_owned()
}

/// Blocks as HTML for the clipboard, by which [`from_html`] knows that Tern wrote it.
pub fn to_own_html(blocks: &[Block]) -> String {
    format!("{}\n{}", html_in::MARK, html::render(blocks))
}

/// Blocks as HTML.
pub fn to_html(blocks: &[Block]) -> String {
    html::render(blocks)
}
