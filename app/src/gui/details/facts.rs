//! What can be told of a page's text: its headings, how many words it has, how long they take to read, and which pages it
//! links to. Counted only when the text changed, and for long pages not at every key.

use std::collections::BTreeSet;

use tern_model::block::BlockKind;
use tern_model::flat::Flat;
use tern_peer::MAX_LINK_TARGETS;
use unicode_segmentation::UnicodeSegmentation;

/// Words that people read in a minute.
const WORDS_A_MINUTE: usize = 220;
/// Positions beyond which a page is not counted at every change.
const LONG: usize = 100_000;
/// Seconds between two counts of a long page.
const LONG_SECS: f64 = 1.0;
/// Most headings that are listed.
const HEADINGS_MAX: usize = 500;
/// What a link to something of the workspace begins with.
const SCHEME: &str = "tern:";

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Names its part.
    pub key: u64,
    /// 1 to 6.
    pub level: u8,
    /// What it says.
    pub text: String,
}

/// What is known of the text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Words.
    pub words: usize,
    /// Headings in reading order.
    pub headings: Vec<Heading>,
    /// Ids of what it links to within the workspace.
    pub links: BTreeSet<String>,
    counted: Option<(u64, f64)>,
}

impl Facts {
    /// Counts again when the text changed. Returns seconds until it should be asked again, where it waits.
    pub fn refresh(&mut self, flat: &Flat, revision: u64, now: f64) -> Option<f64> {
        if let Some((of, at)) = self.counted {
            if of == revision {
                return None;
            }
            let wait = at + LONG_SECS - now;
            if flat.len() > LONG && wait > 0.0 {
                return Some(wait);
            }
        }
        *self = count(flat);
        self.counted = Some((revision, now));
        None
    }

    /// `412 words, 2 min to read`; empty for an empty page.
    pub fn words_line(&self) -> String {
        match self.words {
            0 => String::new(),
            1 => "1 word".to_owned(),
            words => format!("{} words, {} min to read", grouped(words), words.div_ceil(WORDS_A_MINUTE)),
        }
    }
}

/// `12,400`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The document that an address of the workspace leads to.
pub fn target(href: &str) -> Option<&str> {
    let rest = href.strip_prefix(SCHEME)?;
    let id = rest.split('#').next().unwrap_or(rest);
    (!id.is_empty()).then_some(id)
}

fn count(flat: &Flat) -> Facts {
    let mut facts = Facts::default();
    for part in flat.parts() {
        facts.words += part.line.text().unicode_words().count();
        match part.head.as_ref().map(|head| &head.kind) {
            Some(BlockKind::Heading { level }) if facts.headings.len() < HEADINGS_MAX => {
                let text = part.line.text().trim().to_owned();
                if !text.is_empty() {
                    facts.headings.push(Heading { key: part.key, level: *level, text });
                }
            }
            Some(BlockKind::Table { table }) => {
                let cells = table.rows.iter().flatten().flatten();
                facts.words += cells.map(|inline| inline.as_text().unicode_words().count()).sum::<usize>();
            }
            _ => {}
        }
        for (_, marks) in part.line.runs() {
            let id = marks.link.as_ref().and_then(|link| target(&link.href));
            if let Some(id) = id.filter(|_| facts.links.len() < MAX_LINK_TARGETS) {
                facts.links.insert(id.to_owned());
            }
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_model::block::{Block, Inline, Link, Marks};

    fn page() -> Flat {
        let link = Marks {
            link: Some(Link { href: "tern:launch#pilot".into(), title: String::new() }),
            ..Marks::default()
        };
        let mut text = Block::plain(BlockKind::Paragraph, "");
        text.inline = vec![
            Inline::text("We’ll start small; see the "),
            Inline::Text { text: "plan".into(), marks: link },
        ];
        Flat::of(&[
            Block::plain(BlockKind::Heading { level: 1 }, "Pilot"),
            text,
            Block::plain(BlockKind::Heading { level: 2 }, "Stop rule"),
            Block::plain(BlockKind::Heading { level: 2 }, ""),
        ])
    }

    #[test]
    fn a_page_tells_its_headings_words_and_links() {
        let mut facts = Facts::default();
        assert_eq!(facts.refresh(&page(), 1, 0.0), None);
        let headings: Vec<(u8, &str)> = facts.headings.iter().map(|h| (h.level, h.text.as_str())).collect();
        assert_eq!(headings, [(1, "Pilot"), (2, "Stop rule")]);
        assert_eq!(facts.words_line(), "9 words, 1 min to read");
        assert_eq!(facts.links.iter().collect::<Vec<_>>(), ["launch"]);
    }

    #[test]
    fn a_long_page_is_counted_once_a_second_at_most() {
        let long = Flat::of(&[Block::plain(BlockKind::Paragraph, &"many words ".repeat(10_000))]);
        let mut facts = Facts::default();
        facts.refresh(&long, 1, 10.0);
        assert_eq!(facts.words_line(), "20,000 words, 91 min to read");
        let wait = facts.refresh(&Flat::of(&[]), 2, 10.2);
        assert_eq!(wait, None, "a page that became short is counted at once");
        facts.refresh(&long, 3, 10.3);
        let wait = facts.refresh(&long, 4, 10.5).expect("it waits");
        assert!((wait - 0.7).abs() < 0.001);
        assert_eq!(facts.refresh(&long, 4, 11.4), None);
    }

    #[test]
    fn only_addresses_of_the_workspace_are_targets() {
        assert_eq!(target("tern:abc#x"), Some("abc"));
        assert_eq!(target("tern:"), None);
        assert_eq!(target("https://example.org"), None);
    }
}
