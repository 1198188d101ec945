//! Markdown typing rules: what typing turns a block or a run of text into.

use tern_model::block::BlockKind;
use tern_model::flat::Line;

use super::edit::Mark;

/// What a block becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// The kind.
    pub kind: BlockKind,
    /// Put into a quotation.
    pub quote: bool,
    /// Characters at the start that were the command.
    pub strip: usize,
}

impl Conversion {
    fn to(kind: BlockKind, strip: usize) -> Option<Self> {
        Some(Conversion { kind, quote: false, strip })
    }
}

/// What a block becomes whose text before the caret is `before` (and is complete with the character just typed).
pub fn block(kind: &BlockKind, before: &str, whole: &str) -> Option<Conversion> {
    let is_item = matches!(kind, BlockKind::BulletItem { .. } | BlockKind::OrderedItem { .. });
    if !matches!(kind, BlockKind::Paragraph) && !is_item {
        return None;
    }
    let strip = before.chars().count();
    match before {
        "[] " | "[ ] " => return Conversion::to(BlockKind::TaskItem { checked: false, loose: false }, strip),
        "[x] " | "[X] " => return Conversion::to(BlockKind::TaskItem { checked: true, loose: false }, strip),
        _ if is_item => return None,
        "- " | "* " | "+ " => return Conversion::to(BlockKind::BulletItem { loose: false }, strip),
        "> " => return Some(Conversion { kind: BlockKind::Paragraph, quote: true, strip }),
        "``` " => return Conversion::to(BlockKind::Code { language: String::new() }, strip),
        "---" if whole == "---" => return Conversion::to(BlockKind::Divider, strip),
        _ => {}
    }
    let marker = before.strip_suffix(' ')?;
    if (1..=6).contains(&marker.len()) && marker.bytes().all(|b| b == b'#') {
        return Conversion::to(BlockKind::Heading { level: u8::try_from(marker.len()).unwrap_or(6) }, strip);
    }
    let number = marker.strip_suffix('.').or_else(|| marker.strip_suffix(')'))?;
    if number.is_empty() || number.len() > 9 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Conversion::to(BlockKind::OrderedItem { start: number.parse().ok(), loose: false }, strip)
}

/// The language when Enter is pressed in a paragraph that reads like the opening fence of a code block.
pub fn fence(kind: &BlockKind, text: &str) -> Option<String> {
    let language = text.strip_prefix("```")?;
    let plain = matches!(kind, BlockKind::Paragraph) && !language.contains(['`', '\n']);
    plain.then(|| language.trim().to_owned())
}

/// Text between delimiters, the closing one of which was just typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marked {
    /// Where the opening delimiter begins.
    pub open: usize,
    /// Where the closing one begins.
    pub close: usize,
    /// Characters of each.
    pub width: usize,
    /// What they mean.
    pub mark: Mark,
}

/// Characters before the caret among which an opening delimiter is looked for.
const LOOK_BACK: usize = 1_000;

/// The text that is to be marked when a closing delimiter ends at `caret`.
pub fn inline(line: &Line, caret: usize) -> Option<Marked> {
    let first = caret.saturating_sub(LOOK_BACK);
    let plain = |(index, c): (usize, char)| {
        let literal = line.marks_at(first + index).is_some_and(|marks| marks.code || marks.raw);
        (!literal).then_some(c)
    };
    let last = line.slice(caret.saturating_sub(1), caret);
    if !matches!(last, "*" | "_" | "`" | "~") {
        return None;
    }
    let text: Vec<Option<char>> = line.slice(first, caret).chars().enumerate().map(plain).collect();
    let marks =
        [("**", Mark::Strong), ("~~", Mark::Strike), ("`", Mark::Code), ("*", Mark::Em), ("_", Mark::Em)];
    marks.into_iter().find_map(|(delimiter, mark)| {
        let open = opening(&text, text.len(), delimiter)?;
        let width = delimiter.len();
        Some(Marked { open: first + open, close: caret - width, width, mark })
    })
}

/// Where the opening delimiter stands, for a closing one that ends at `caret`.
fn opening(text: &[Option<char>], caret: usize, delimiter: &str) -> Option<usize> {
    let delimiter: Vec<char> = delimiter.chars().collect();
    let width = delimiter.len();
    let is_delimiter =
        |at: usize| delimiter.iter().enumerate().all(|(i, c)| text.get(at + i) == Some(&Some(*c)));
    let mark = delimiter.first().copied()?;
    let close = caret.checked_sub(width)?;
    if !is_delimiter(close) || close < width + 1 {
        return None;
    }
    let at = |index: usize| text.get(index).copied().flatten();
    let before_close = at(close - 1)?;
    if before_close.is_whitespace() || before_close == mark {
        return None;
    }
    let open = (0..=close - width - 1).rev().find(|&open| is_delimiter(open))?;
    let lone = open == 0 || at(open - 1).is_none_or(|c| !c.is_alphanumeric() && c != mark);
    let inside = at(open + width)?;
    (lone && !inside.is_whitespace() && inside != mark).then_some(open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_model::block::Inline;

    #[test]
    fn typing_markdown_at_the_start_converts_the_block() {
        let paragraph = BlockKind::Paragraph;
        let bullet = BlockKind::BulletItem { loose: false };
        let table = [
            (&paragraph, "# ", "Heading { level: 1 }"),
            (&paragraph, "### ", "Heading { level: 3 }"),
            (&paragraph, "####### ", "none"),
            (&paragraph, "- ", "BulletItem { loose: false }"),
            (&paragraph, "* ", "BulletItem { loose: false }"),
            (&paragraph, "1. ", "OrderedItem { start: Some(1), loose: false }"),
            (&paragraph, "12) ", "OrderedItem { start: Some(12), loose: false }"),
            (&paragraph, "a. ", "none"),
            (&paragraph, "[] ", "TaskItem { checked: false, loose: false }"),
            (&paragraph, "[x] ", "TaskItem { checked: true, loose: false }"),
            (&bullet, "[] ", "TaskItem { checked: false, loose: false }"),
            (&bullet, "# ", "none"),
            (&paragraph, "> ", "quote"),
            (&paragraph, "``` ", "Code { language: \"\" }"),
            (&paragraph, "---", "Divider"),
            (&paragraph, "a - ", "none"),
        ];
        for (kind, typed, expected) in table {
            let got = match block(kind, typed, typed) {
                None => "none".to_owned(),
                Some(conversion) if conversion.quote => "quote".to_owned(),
                Some(conversion) => format!("{:?}", conversion.kind),
            };
            assert_eq!(got, expected, "{typed}");
        }
        assert_eq!(block(&paragraph, "---", "--- more"), None);
    }

    #[test]
    fn a_fence_opens_code_with_its_language() {
        assert_eq!(fence(&BlockKind::Paragraph, "```rust"), Some("rust".into()));
        assert_eq!(fence(&BlockKind::Paragraph, "```"), Some(String::new()));
        assert_eq!(fence(&BlockKind::Paragraph, "text"), None);
        assert_eq!(fence(&BlockKind::Divider, "```"), None);
    }

    #[test]
    fn closing_a_delimiter_marks_the_text_between() {
        for (typed, expected) in [
            ("a **bold**", Some("bold:Strong")),
            ("*it*", Some("it:Em")),
            ("_it_", Some("it:Em")),
            ("~~gone~~", Some("gone:Strike")),
            ("run `ls`", Some("ls:Code")),
            ("2 * 3 *", None),
            ("snake_case_", None),
            ("**", None),
            ("****", None),
            ("漢字 **字**", Some("字:Strong")),
        ] {
            let line = Line::of(&[Inline::text(typed)]);
            let found = inline(&line, line.len());
            let shown = found.map(|found| {
                format!("{}:{:?}", line.slice(found.open + found.width, found.close), found.mark)
            });
            assert_eq!(shown.as_deref(), expected, "{typed}");
        }
    }
}
