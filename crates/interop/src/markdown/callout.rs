//! Callouts in Markdown: a quotation whose first line is `[!WORD]` and that holds one paragraph.

use tern_model::block::{BlockKind, Inline, Marks};

use super::tree::Node;

/// Words that make a callout of a quotation, and the tones they stand for.
const TONES: [(&str, &str); 5] = [
    ("NOTE", "note"),
    ("TIP", "tip"),
    ("IMPORTANT", "important"),
    ("WARNING", "warning"),
    ("CAUTION", "caution"),
];
/// Longest tone that is written as a word.
const MAX_TONE: usize = 24;

/// The quotation that a callout is in Markdown. A tone that is no word is left out.
pub(super) fn quotation(tone: &str, inline: Vec<Inline>) -> Node {
    let word = !tone.is_empty()
        && tone.len() <= MAX_TONE
        && tone.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let mut runs = Vec::with_capacity(inline.len() + 1);
    if word
        && inline.iter().any(|run| !run.as_text().trim().is_empty() || matches!(run, Inline::Image { .. }))
    {
        let marks = Marks { raw: true, ..Marks::default() };
        runs.push(Inline::Text { text: format!("[!{}]\n", tone.to_ascii_uppercase()), marks });
    }
    runs.extend(inline);
    Node::Quote(vec![Node::paragraph(runs)])
}

/// A settled quotation, as a callout if it is one.
pub(super) fn settled(children: Vec<Node>) -> Node {
    match children.as_slice() {
        [Node::Leaf(BlockKind::Paragraph, inline)] => match split(inline) {
            Some((tone, inline)) => Node::Leaf(BlockKind::Callout { tone: tone.to_owned() }, inline),
            None => Node::Quote(children),
        },
        _ => Node::Quote(children),
    }
}

/// Tone and content of a paragraph that begins with the line of a callout.
fn split(inline: &[Inline]) -> Option<(&'static str, Vec<Inline>)> {
    let Some((Inline::Text { text, marks }, rest)) = inline.split_first() else { return None };
    if *marks != (Marks { raw: true, ..Marks::default() }) {
        return None;
    }
    let (word, after) = text.strip_prefix("[!")?.split_once("]\n")?;
    let (_, tone) = TONES.into_iter().find(|(name, _)| *name == word)?;
    let after = (!after.is_empty()).then(|| Inline::Text { text: after.to_owned(), marks: marks.clone() });
    let inline: Vec<Inline> = after.into_iter().chain(rest.iter().cloned()).collect();
    (!inline.is_empty()).then_some((tone, inline))
}
