//! The tree as Markdown lines.

use std::collections::BTreeSet;

use tern_model::block::{Align, BlockKind, Inline, Table};

use super::escape::fold_label;
use super::inline::{self, Around};
use super::normal::{self, MAX_START};
use super::tree::{Item, List, Node};

/// Writes settled nodes as a document.
pub(super) fn document(nodes: &[Node]) -> String {
    let mut labels = BTreeSet::new();
    collect_labels(nodes, &mut labels);
    let mut writer = Writer { out: String::new(), prefix: String::new(), fresh: false, labels };
    writer.nodes(nodes, true);
    writer.out
}

/// Labels that source kept to the letter defines.
fn collect_labels(nodes: &[Node], labels: &mut BTreeSet<String>) {
    for node in nodes {
        match node {
            Node::Leaf(BlockKind::Verbatim, inline) => {
                for line in inline.iter().flat_map(|run| run.as_text().lines()) {
                    if let Some(at) = line.find("]:")
                        && let Some(label) = line.get(..at).map(|l| l.trim_start_matches([' ', '>', '[']))
                    {
                        labels.insert(fold_label(label));
                    }
                }
            }
            Node::Leaf(..) => {}
            Node::Quote(children) => collect_labels(children, labels),
            Node::List(list) => list.items.iter().for_each(|item| collect_labels(&item.children, labels)),
        }
    }
}

struct Writer {
    out: String,
    /// What stands before every further line.
    prefix: String,
    /// The current line has its prefix (and a marker) already.
    fresh: bool,
    labels: BTreeSet<String>,
}

impl Writer {
    fn begin(&mut self) {
        if !self.fresh {
            self.out.push_str(&self.prefix);
        }
        self.fresh = true;
    }

    fn line(&mut self, text: &str) {
        self.begin();
        self.out.push_str(text);
        if text.is_empty() {
            let kept = self.out.trim_end_matches(' ').len();
            self.out.truncate(kept);
        }
        self.out.push('\n');
        self.fresh = false;
    }

    fn lines(&mut self, text: &str) {
        for line in text.split('\n') {
            self.line(line);
        }
    }

    fn inside(&mut self, prefix: &str, write: impl FnOnce(&mut Self)) {
        let before = self.prefix.len();
        self.prefix.push_str(prefix);
        write(self);
        self.prefix.truncate(before);
    }

    fn around(&self) -> Around<'_> {
        Around { labels: Some(&self.labels), ..Around::default() }
    }

    /// Writes siblings; `apart` puts an empty line between all of them, else only where they would run together.
    fn nodes(&mut self, nodes: &[Node], apart: bool) {
        self.nodes_after(nodes, apart, false);
    }

    /// As [`Self::nodes`]; `alternate` is the marker of a list that comes first.
    fn nodes_after(&mut self, nodes: &[Node], apart: bool, alternate: bool) {
        let mut before: Option<(&Node, bool)> = None;
        for node in nodes {
            let alternate = match (before, node) {
                (None, Node::List(list)) => alternate && normal::starts_blank(list),
                (Some((Node::List(last), alternate)), Node::List(list)) => {
                    last.start.is_some() == list.start.is_some() && !alternate
                }
                _ => false,
            };
            let gap = before.is_some_and(|(last, _)| apart || normal::needs_gap(last, node));
            if gap {
                self.line("");
            }
            self.node(node, alternate, gap && self.out.len() > 1);
            before = Some((node, alternate));
        }
    }

    fn node(&mut self, node: &Node, alternate: bool, after_gap: bool) {
        match node {
            Node::Leaf(BlockKind::Callout { tone }, inline) => {
                self.node(&super::callout::quotation(tone, inline.clone()), false, false);
            }
            Node::Leaf(kind, inline) => self.leaf(kind, inline, after_gap),
            Node::Quote(children) => {
                self.begin();
                self.out.push_str("> ");
                self.inside("> ", |w| w.nodes(children, true));
            }
            Node::List(list) => self.list(list, alternate),
        }
    }

    fn leaf(&mut self, kind: &BlockKind, inline: &[Inline], after_gap: bool) {
        match kind {
            BlockKind::Heading { level } => {
                let text = inline::render(inline, Around { heading: true, ..self.around() });
                let hashes = "#".repeat(usize::from(*level));
                self.line(format!("{hashes} {text}").trim_end_matches(' '));
            }
            BlockKind::Code { language } => {
                let text: String = inline.iter().map(Inline::as_text).collect();
                let fence = inline::fence(&text, language);
                let gap = if language.starts_with('~') { " " } else { "" };
                self.line(&format!("{fence}{gap}{}", inline::info(language)));
                if !inline.is_empty() {
                    self.lines(&text);
                }
                self.line(&fence);
            }
            BlockKind::Divider => self.line(if after_gap { "---" } else { "***" }),
            BlockKind::Table { table } => self.table(table),
            BlockKind::Verbatim => {
                let text: String = inline.iter().map(Inline::as_text).collect();
                self.lines(&text);
            }
            _ => {
                let text = inline::render(inline, self.around());
                self.lines(&text);
            }
        }
    }

    fn table(&mut self, table: &Table) {
        for (index, row) in table.rows.iter().enumerate() {
            let mut line = String::from("|");
            for cell in row {
                let text = inline::render(cell, Around { cell: true, ..self.around() });
                line.push_str(&format!(" {text} |"));
            }
            self.line(&line);
            if index == 0 {
                let columns: Vec<&str> = table.align.iter().map(|a| delimiter(*a)).collect();
                self.line(&format!("| {} |", columns.join(" | ")));
            }
        }
    }

    fn list(&mut self, list: &List, alternate: bool) {
        for (index, item) in list.items.iter().enumerate() {
            if index > 0 && list.loose {
                self.line("");
            }
            let marker = match (list.start, alternate) {
                (Some(start), _) => {
                    let number = start.saturating_add(index as u64).min(MAX_START);
                    format!("{number}{}", if alternate { ')' } else { '.' })
                }
                (None, false) => "-".to_owned(),
                (None, true) => "+".to_owned(),
            };
            self.begin();
            self.out.push_str(&marker);
            self.out.push(' ');
            let indent = " ".repeat(marker.len() + 1);
            self.inside(&indent, |w| w.item(item, list.loose, alternate));
        }
    }

    fn item(&mut self, item: &Item, loose: bool, alternate: bool) {
        if let Some(checked) = item.checked {
            self.out.push_str(if checked { "[x] " } else { "[ ] " });
        }
        let text = inline::render(&item.inline, Around { item: item.checked.is_none(), ..self.around() });
        let beside = !item.inline.is_empty() || item.checked.is_some();
        if beside || item.children.is_empty() {
            self.lines(&text);
        }
        if item.children.is_empty() {
            return;
        }
        if !item.inline.is_empty() {
            let paragraph = Node::paragraph(Vec::new());
            if item.children.first().is_some_and(|next| loose || normal::needs_gap(&paragraph, next)) {
                self.line("");
            }
        }
        // Markers on one line differ, for `- - -` is a rule.
        self.nodes_after(&item.children, loose, !beside && !alternate);
    }
}

fn delimiter(align: Align) -> &'static str {
    match align {
        Align::None => "---",
        Align::Left => ":--",
        Align::Center => ":-:",
        Align::Right => "--:",
    }
}
