//! Inline content to Markdown: runs become pieces of literal text and syntax, then [`super::escape`] writes them.

use std::collections::BTreeSet;

use tern_model::block::{Inline, Link};

use super::nest::{self, Mark, Segment, Step};

/// Deepest nesting of bare parentheses in a link target.
const MAX_PARENS: usize = 8;

/// What surrounds the inline content.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around<'a> {
    /// It is a table cell: `|` must not end it.
    pub cell: bool,
    /// It is a heading: a closing run of `#` must not be taken off.
    pub heading: bool,
    /// It is the first text of a list item: `[ ]` must not become a box.
    pub item: bool,
    /// Labels that kept definitions give a meaning to.
    pub labels: Option<&'a BTreeSet<String>>,
}

/// A piece of the line to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A character that means itself.
    Lit(char),
    /// A hard line break.
    Break,
    /// Finished syntax.
    Syntax(String),
    /// Begin of a link text or an image text.
    Bracket(&'static str),
    /// End of a link or image text with its target.
    Target(String),
    /// Begin of a mark; the number pairs it with its end.
    Open(Delimiter, usize),
    /// End of a mark.
    Close(Delimiter, usize),
}

/// Marks that are written as runs of delimiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delimiter {
    /// `**`
    Strong,
    /// `*` or `_`
    Em,
    /// `~~`
    Strike,
}

/// Writes settled inline content; lines are separated by `\n`.
pub(super) fn render(runs: &[Inline], around: Around<'_>) -> String {
    super::escape::write(&pieces(runs, around), around)
}

fn pieces(runs: &[Inline], around: Around<'_>) -> Vec<Piece> {
    let (segments, steps) = nest::nest(runs);
    let mut out = Vec::new();
    let mut skip_link = None;
    for step in steps {
        match step {
            Step::Open(s) => match &segments[s].mark {
                Mark::Link(link) => match autolink(runs, &segments[s], link, around) {
                    Some(text) => {
                        out.push(Piece::Syntax(text));
                        skip_link = Some(s);
                    }
                    None => out.push(Piece::Bracket("[")),
                },
                mark => out.push(Piece::Open(delimiter(mark), s)),
            },
            Step::Close(s) if skip_link == Some(s) => skip_link = None,
            Step::Close(s) => match &segments[s].mark {
                Mark::Link(link) => out.push(Piece::Target(target(&link.href, &link.title, around))),
                mark => out.push(Piece::Close(delimiter(mark), s)),
            },
            Step::Run(_) if skip_link.is_some() => {}
            Step::Run(r) => run_pieces(&runs[r], around, &mut out),
        }
    }
    out
}

fn delimiter(mark: &Mark) -> Delimiter {
    match mark {
        Mark::Strong => Delimiter::Strong,
        Mark::Strike => Delimiter::Strike,
        Mark::Em | Mark::Link(_) => Delimiter::Em,
    }
}

fn run_pieces(run: &Inline, around: Around<'_>, out: &mut Vec<Piece>) {
    match run {
        Inline::Text { text, marks } if marks.raw => out.push(Piece::Syntax(raw(text, around))),
        Inline::Text { text, marks } if marks.code => out.push(Piece::Syntax(code(text, around))),
        Inline::Text { text, .. } => {
            out.extend(text.chars().map(|c| if c == '\n' { Piece::Break } else { Piece::Lit(c) }));
        }
        Inline::Image { src, alt, title, .. } => {
            out.push(Piece::Bracket("!["));
            out.extend(alt.chars().map(Piece::Lit));
            out.push(Piece::Target(target(src, title, around)));
        }
    }
}

fn raw(text: &str, around: Around<'_>) -> String {
    if !around.cell {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        if c == '|' && before != '\\' {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

/// A code span with a fence longer than any run of backticks inside.
fn code(text: &str, around: Around<'_>) -> String {
    let fence = "`".repeat(longest_run(text, '`', |n, found| found.contains(&n)));
    let spaced = text.starts_with(' ') && text.ends_with(' ') && !text.trim_matches(' ').is_empty();
    let pad = if spaced || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let text = if around.cell { text.replace('|', "\\|") } else { text.to_owned() };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The shortest length of a run of `c` for which `taken(length, lengths of the runs in text)` is false.
fn longest_run(text: &str, c: char, taken: impl Fn(usize, &BTreeSet<usize>) -> bool) -> usize {
    let mut found = BTreeSet::new();
    let mut run = 0;
    for t in text.chars().chain([' ']) {
        if t == c {
            run += 1;
        } else if run > 0 {
            found.insert(run);
            run = 0;
        }
    }
    (1..).find(|n| !taken(*n, &found)).unwrap_or(1)
}

/// `<href>` when the link shows nothing but its own address.
fn autolink(runs: &[Inline], segment: &Segment, link: &Link, around: Around<'_>) -> Option<String> {
    let [Inline::Text { text, marks }] = runs.get(segment.from..segment.to)? else { return None };
    let covered = marks.code || marks.raw || !link.title.is_empty() || (around.cell && text.contains('|'));
    if covered {
        return None;
    }
    let shown = if text == &link.href {
        is_absolute(text)
    } else {
        link.href.strip_prefix("mailto:") == Some(text) && is_email(text)
    };
    shown.then(|| format!("<{text}>"))
}

fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    (2..=32).contains(&scheme.len())
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '\\'))
}

fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let name_char = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    !name.is_empty() && name.chars().all(name_char) && host.split('.').all(label)
}

/// `](href "title")`
fn target(href: &str, title: &str, around: Around<'_>) -> String {
    let mut out = String::from("](");
    if needs_angles(href) || (href.is_empty() && !title.is_empty()) {
        out.push('<');
        escape_into(href, "<>\\", around, &mut out);
        out.push('>');
    } else {
        let parens = if balanced(href) { "\\`" } else { "\\`()" };
        escape_into(href, parens, around, &mut out);
    }
    if !title.is_empty() {
        out.push_str(" \"");
        escape_into(title, "\"\\`", around, &mut out);
        out.push('"');
    }
    out.push(')');
    out
}

/// The address of a definition with its title.
pub(super) fn address(href: &str, title: &str) -> String {
    let mut out = String::from("<");
    escape_into(href, "<>\\", Around::default(), &mut out);
    out.push('>');
    if !title.is_empty() {
        out.push_str(" \"");
        escape_into(title, "\"\\", Around::default(), &mut out);
        out.push('"');
    }
    out
}

fn needs_angles(href: &str) -> bool {
    href.starts_with('<') || href.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn balanced(href: &str) -> bool {
    let mut depth = 0usize;
    for c in href.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return false,
            ')' => depth -= 1,
            _ => {}
        }
        if depth > MAX_PARENS {
            return false;
        }
    }
    depth == 0
}

fn escape_into(text: &str, special: &str, around: Around<'_>, out: &mut String) {
    for (at, c) in text.char_indices() {
        match c {
            '&' if super::escape::is_entity(text.get(at..).unwrap_or_default().chars()) => {
                out.push_str("&amp;");
            }
            '\n' => out.push_str("&#10;"),
            c if special.contains(c) || (c == '|' && around.cell) => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
}

/// A fence for a code block: longer than any run of its character at the begin of a line.
pub(super) fn fence(text: &str, language: &str) -> String {
    let c = if language.contains('`') { '~' } else { '`' };
    let longest = text
        .lines()
        .map(str::trim_start)
        .map(|line| line.len() - line.trim_start_matches(c).len())
        .max()
        .unwrap_or(0);
    String::from(c).repeat(longest.max(2) + 1)
}

/// The info string of a fence.
pub(super) fn info(language: &str) -> String {
    let mut out = String::new();
    escape_into(language, "\\", Around::default(), &mut out);
    out
}
