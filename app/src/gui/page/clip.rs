//! Clipboard: what is selected as Markdown, and what is pasted as blocks.

use tern_model::block::{Block, BlockKind, Inline, Marks};
use tern_model::delta::{Piece, Restyle};
use tern_model::flat::{Flat, Head, Line};
use tern_peer::text;

use super::edit::{self, Change};
use super::select::{self, Selection};
use super::ui::PageState;
use crate::gui::command::UiCommand;

/// Longest text that is taken from the clipboard at once, bytes.
const PASTE_MAX: usize = 4 * 1024 * 1024;

/// Copies what is selected: as text, with HTML beside it where it is more than words.
pub fn copy(state: &PageState) -> Option<UiCommand> {
    let text = copied(state)?;
    let (flat, selection) = (state.session.flat(), &state.session.selection);
    if selection.cell.is_some() {
        return Some(UiCommand::Copy(text, ""));
    }
    let html = text::to_own_html(&selected(flat, selection));
    Some(UiCommand::CopyRich(text, html))
}

/// What is selected, as text for other programs: Markdown where it has any form, else plain.
pub fn copied(state: &PageState) -> Option<String> {
    let flat = state.session.flat();
    let selection = &state.session.selection;
    if selection.is_caret() {
        return None;
    }
    if let Some(cell) = &selection.cell {
        let line = select::cell_line(flat, cell)?;
        return Some(line.slice(cell.anchor.min(cell.head), cell.anchor.max(cell.head)).to_owned());
    }
    let blocks = selected(flat, selection);
    match blocks.as_slice() {
        [one]
            if one.inline.iter().all(|inline| *inline.marks() == Marks::default())
                && !is_whole(flat, selection) =>
        {
            Some(one.text())
        }
        [one] if matches!(one.kind, BlockKind::Code { .. }) && !is_whole(flat, selection) => Some(one.text()),
        _ => Some(text::to_markdown(&blocks)),
    }
}

/// Whether the selection takes in at least one whole block with its kind: a list item, a heading, code.
fn is_whole(flat: &Flat, selection: &Selection) -> bool {
    let (from, to) = selection.ordered();
    let (index, off) = flat.find(from);
    let Some(part) = flat.parts().get(index) else { return false };
    let plain = part
        .head
        .as_ref()
        .is_none_or(|head| matches!(head.kind, BlockKind::Paragraph) && head.parents.is_empty());
    off == 0 && to >= from + part.line.len() && !plain
}

/// The blocks of a selection; the first and last may be cut.
pub fn selected(flat: &Flat, selection: &Selection) -> Vec<Block> {
    let (from, to) = selection.ordered();
    let (first, _) = flat.find(from);
    let whole = is_whole(flat, selection) || flat.find(to).0 > first;
    let head = flat.parts().get(first).and_then(|part| part.head.clone()).filter(|_| whole);
    let mut page = Flat::default();
    page.push(head.unwrap_or_else(|| Head::plain(BlockKind::Paragraph)), Line::default());
    let end = page.len();
    let delta = tern_model::Delta::splice(end, 0, flat.pieces(from, to));
    if page.apply(&delta).is_err() {
        return Vec::new();
    }
    page.blocks()
}

/// Pasted text as blocks in place of what is selected.
pub fn paste(flat: &Flat, selection: &Selection, pasted: &str) -> Option<Change> {
    paste_rich(flat, selection, pasted, &|| None)
}

/// As [`paste`]; the HTML beside the text, asked for where it could say more, comes first.
pub fn paste_rich(
    flat: &Flat,
    selection: &Selection,
    pasted: &str,
    html: &dyn Fn() -> Option<String>,
) -> Option<Change> {
    let pasted = cut(pasted);
    let pasted = pasted.replace("\r\n", "\n").replace('\r', "\n");
    let (index, _) = flat.find(selection.ordered().0);
    let in_code = flat.parts().get(index)?.head.as_ref().is_some_and(Head::is_plain_text);
    if in_code && selection.cell.is_none() {
        return edit::insert_text(flat, selection, &pasted);
    }
    if selection.cell.is_some() {
        return edit::insert_text(flat, selection, pasted.trim().replace('\n', " ").as_str());
    }
    let address = pasted.trim();
    if !selection.is_caret() && is_address(address) {
        let link = tern_model::block::Link { href: address.to_owned(), title: String::new() };
        return edit::restyle(flat, selection, &Restyle { link: Some(Some(link)), ..Restyle::default() });
    }
    let mut blocks = text::from_markdown(&pasted);
    if is_plain(&blocks) {
        let rich = html().map(|html| text::from_html(&html)).unwrap_or_default();
        blocks = if rich.is_empty() { blocks } else { rich };
    }
    let inline = match blocks.as_slice() {
        [one] if matches!(one.kind, BlockKind::Paragraph) && one.parents.is_empty() => Some(&one.inline),
        _ => None,
    };
    match inline {
        Some(inline) => edit::insert_pieces(flat, selection, pieces_of(&kept_edges(inline, &pasted))),
        None => edit::insert_pieces(flat, selection, block_pieces(&blocks)),
    }
}

/// Whether Markdown says no more than the words.
fn is_plain(blocks: &[Block]) -> bool {
    let words = |run: &Inline| matches!(run, Inline::Text { .. }) && *run.marks() == Marks::default();
    blocks.iter().all(|block| {
        block.kind == BlockKind::Paragraph && block.parents.is_empty() && block.inline.iter().all(words)
    })
}

/// A single line keeps the spaces at its ends, which Markdown drops.
fn kept_edges(inline: &[Inline], pasted: &str) -> Vec<Inline> {
    let line = pasted.trim_matches('\n');
    let start: String = line.chars().take_while(|c| *c == ' ').collect();
    let end: String = line.chars().rev().take_while(|c| *c == ' ').collect();
    let edge = |text: String| (!text.is_empty()).then(|| Inline::text(text));
    edge(start).into_iter().chain(inline.iter().cloned()).chain(edge(end)).collect()
}

/// Whether text is one address of the web or of mail.
pub fn is_address(text: &str) -> bool {
    ["https://", "http://", "mailto:", "tern:"].iter().any(|scheme| text.starts_with(scheme))
        && !text.contains(char::is_whitespace)
}

/// Cuts at a character.
fn cut(text: &str) -> &str {
    if text.len() <= PASTE_MAX {
        return text;
    }
    let end = (0..=PASTE_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

/// Inline content as pieces.
pub fn pieces_of(inline: &[Inline]) -> Vec<Piece> {
    let line = Line::of(inline);
    line.pieces(0, line.len())
}

/// Blocks as pieces.
pub fn block_pieces(blocks: &[Block]) -> Vec<Piece> {
    let page = Flat::of(blocks);
    page.pieces(0, page.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_model::flat::Flat;

    fn pasted(page: &[Block], selection: &Selection, text: &str) -> Vec<Block> {
        let mut flat = Flat::of(page);
        let change = paste(&flat, selection, text).expect("something comes");
        flat.apply(&change.delta).expect("it fits");
        flat.blocks()
    }

    fn paragraph(text: &str) -> Block {
        Block::plain(BlockKind::Paragraph, text)
    }

    #[test]
    fn a_word_goes_into_the_line_and_keeps_its_spaces() {
        let blocks = pasted(&[paragraph("ab")], &Selection::at(2), " **x** ");
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks[0].text(), "a x b");
        assert!(blocks[0].inline.iter().any(|inline| inline.marks().strong && inline.as_text() == "x"));
    }

    #[test]
    fn several_blocks_come_as_they_are_and_the_rest_of_the_line_goes_on_behind_them() {
        let blocks = pasted(&[paragraph("ab")], &Selection::at(2), "one\n\n- two\n- three");
        let texts: Vec<String> = blocks.iter().map(Block::text).collect();
        assert_eq!(texts, ["aone", "two", "threeb"]);
        assert!(matches!(blocks[1].kind, BlockKind::BulletItem { .. }));
    }

    #[test]
    fn html_says_more_than_plain_words_and_less_than_markdown_or_code() {
        let html = || Some("<ul><li>one<li><b>two</b></ul>".to_owned());
        let come = |page: &[Block], text: &str, html: &dyn Fn() -> Option<String>| {
            let mut flat = Flat::of(page);
            let change = paste_rich(&flat, &Selection::at(1), text, html).expect("something comes");
            flat.apply(&change.delta).expect("it fits");
            text::to_markdown(&flat.blocks())
        };
        let empty = [paragraph("")];
        assert_eq!(come(&empty, "one\ntwo", &html), "- one\n- **two**");
        assert_eq!(come(&empty, "# Title", &html), "# Title", "Markdown is what was meant");
        let code = [Block::plain(BlockKind::Code { language: String::new() }, "")];
        assert_eq!(come(&code, "one", &html), "```\none\n```");
        let own = || Some(text::to_own_html(&text::from_markdown("- other")));
        assert_eq!(come(&empty, "one", &own), "one", "what Tern copied lies there as text too");
    }

    #[test]
    fn an_empty_block_gives_way_to_what_is_pasted() {
        let blocks = pasted(&[paragraph("")], &Selection::at(1), "# Title\n\ntext");
        assert_eq!(blocks.len(), 2);
        assert!(matches!(blocks[0].kind, BlockKind::Heading { level: 1 }));
    }

    #[test]
    fn an_address_over_words_makes_them_a_link() {
        let blocks = pasted(&[paragraph("see here")], &Selection::range(5, 9), "https://a.example/x");
        assert_eq!(blocks[0].text(), "see here");
        let link = blocks[0].inline.iter().find_map(|inline| inline.marks().link.clone());
        assert_eq!(link.expect("a link").href, "https://a.example/x");
    }

    #[test]
    fn code_takes_text_as_it_is() {
        let code = Block::plain(BlockKind::Code { language: String::new() }, "x");
        let blocks = pasted(&[code], &Selection::at(2), "# no\r\n- heading");
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks[0].text(), "x# no\n- heading");
    }

    #[test]
    fn every_kind_of_block_survives_copy_and_paste() {
        let source = "# One\n\ntext **bold** [l](https://a.example)\n\n1. a\n2. b\n   - c\n\n- [x] done\n\n> quoted\n\n```rust\nfn x() {}\n```\n\n| a | b |\n| - | -: |\n| 1 | 2 |\n\n---\n\nend";
        let flat = Flat::of(&text::from_markdown(source));
        let all = Selection::range(1, flat.len());
        let copy = text::to_markdown(&selected(&flat, &all));
        let blocks = pasted(&[paragraph("")], &Selection::at(1), &copy);
        assert_eq!(blocks, flat.blocks());
    }
}
