//! The normal form of blocks: what Markdown can say. Two pages with the same normal form read the same.
//!
//! It never drops a word: it moves marks off white space, joins runs, drops empty paragraphs, evens out the looseness
//! of lists and fills tables up to a rectangle.

use tern_model::block::{Block, BlockKind, Inline, Table};

use super::live;
use super::spans::{self, Place};
use super::tree::{self, Item, List, Node};

/// Highest number that may begin a numbered list (nine digits).
pub(super) const MAX_START: u64 = 999_999_999;

/// The normal form of a page: exactly what `parse(render(blocks))` gives.
pub fn normalise(blocks: &[Block]) -> Vec<Block> {
    tree::flatten(&settle(tree::build(blocks)))
}

/// The normal form of a tree.
pub(super) fn settle(nodes: Vec<Node>) -> Vec<Node> {
    nodes.into_iter().flat_map(settle_node).collect()
}

fn settle_node(node: Node) -> Vec<Node> {
    match node {
        Node::Leaf(kind, inline) => settle_leaf(kind, inline),
        Node::Quote(children) => {
            let mut children = settle(children);
            if children.is_empty() {
                children.push(Node::paragraph(Vec::new()));
            }
            vec![super::callout::settled(children)]
        }
        Node::List(list) if list.items.is_empty() => Vec::new(),
        Node::List(list) => vec![Node::List(settle_list(list))],
    }
}

fn settle_leaf(kind: BlockKind, inline: Vec<Inline>) -> Vec<Node> {
    match kind {
        BlockKind::Heading { level } => {
            let inline = spans::settle(inline, Place::Heading);
            vec![Node::Leaf(BlockKind::Heading { level: level.clamp(1, 6) }, inline)]
        }
        BlockKind::Code { language } => {
            let language = line_of(&language);
            vec![Node::Leaf(BlockKind::Code { language }, plain(&text_of(&inline)))]
        }
        BlockKind::Callout { tone } => settle_callout(&tone, inline),
        BlockKind::Divider => vec![Node::Leaf(BlockKind::Divider, Vec::new())],
        BlockKind::Table { table } => settle_table(table),
        BlockKind::Verbatim => settle_verbatim(&text_of(&inline)),
        BlockKind::Unknown { name } => {
            let name = line_of(&name).replace("--", "- -");
            let mut nodes = settle_verbatim(&format!("<!-- tern: a block of the kind “{name}” -->"));
            nodes.extend(settle_leaf(BlockKind::Paragraph, inline));
            nodes
        }
        _ => {
            let inline = spans::settle(inline, Place::Text);
            if inline.is_empty() { Vec::new() } else { vec![Node::paragraph(inline)] }
        }
    }
}

fn settle_callout(tone: &str, inline: Vec<Inline>) -> Vec<Node> {
    if spans::settle(inline.clone(), Place::Text).is_empty() {
        return Vec::new();
    }
    settle(vec![super::callout::quotation(tone, inline)])
}

fn settle_verbatim(text: &str) -> Vec<Node> {
    // A byte order mark at the begin of a file is none of its text.
    let text = text.trim_start_matches([' ', '\n', '\u{feff}']).trim_end_matches([' ', '\t', '\n']);
    if text.trim().is_empty() { Vec::new() } else { vec![Node::verbatim(text)] }
}

fn settle_table(table: Table) -> Vec<Node> {
    let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0).max(table.align.len());
    if columns == 0 {
        return Vec::new();
    }
    let mut align = table.align;
    align.resize(columns, Default::default());
    let mut rows: Vec<Vec<Vec<Inline>>> = table.rows;
    if rows.is_empty() {
        rows.push(Vec::new());
    }
    for row in &mut rows {
        row.resize(columns, Vec::new());
        for cell in row {
            *cell = spans::settle(std::mem::take(cell), Place::Cell);
        }
    }
    vec![Node::Leaf(BlockKind::Table { table: Table { align, rows } }, Vec::new())]
}

fn settle_list(mut list: List) -> List {
    let bullets = list.start.is_none();
    list.start = list.start.map(|n| n.min(MAX_START));
    for item in &mut list.items {
        let place = if bullets && item.checked.is_some() { Place::Boxed } else { Place::Text };
        item.inline = spans::settle(std::mem::take(&mut item.inline), place);
        item.children = settle(std::mem::take(&mut item.children));
        if item.inline.is_empty()
            && matches!(item.children.first(), Some(Node::Leaf(BlockKind::Paragraph, _)))
            && let Node::Leaf(_, inline) = item.children.remove(0)
        {
            item.inline = inline;
        }
        item.checked = item.checked.filter(|_| bullets);
        live::settle(item);
    }
    list.loose = looseness(&list);
    list
}

/// Looseness shows only where a paragraph lies directly in an item, and needs two blocks to stand apart.
fn looseness(list: &List) -> bool {
    let paragraphs = list.items.iter().any(|item| {
        !item.inline.is_empty()
            || item.children.iter().any(|n| matches!(n, Node::Leaf(BlockKind::Paragraph, _)))
    });
    let can = list.items.len() > 1 || list.items.iter().any(|item| parts(item) > 1);
    let must = || list.items.iter().any(must_part);
    paragraphs && ((list.loose && can) || must())
}

fn parts(item: &Item) -> usize {
    usize::from(!item.inline.is_empty()) + item.children.len()
}

fn must_part(item: &Item) -> bool {
    let text = Node::paragraph(Vec::new());
    let beside = (!item.inline.is_empty()).then_some(&text);
    let mut nodes = beside.into_iter().chain(&item.children);
    let Some(mut before) = nodes.next() else { return false };
    for node in nodes {
        if needs_gap(before, node) {
            return true;
        }
        before = node;
    }
    false
}

/// Whether a node is written as a quotation.
fn quotes(node: &Node) -> bool {
    matches!(node, Node::Quote(_) | Node::Leaf(BlockKind::Callout { .. }, _))
}

/// Whether `next` would not be a block of its own on the line after `before`.
pub(super) fn needs_gap(before: &Node, next: &Node) -> bool {
    match before {
        Node::Leaf(BlockKind::Paragraph | BlockKind::Callout { .. }, _) | Node::List(_) | Node::Quote(_) => {
            match next {
                next if quotes(next) => quotes(before),
                Node::Leaf(kind, _) => {
                    matches!(kind, BlockKind::Paragraph | BlockKind::Table { .. } | BlockKind::Verbatim)
                }
                Node::Quote(_) => false,
                Node::List(list) => list.start.is_some_and(|n| n != 1) || starts_blank(list),
            }
        }
        Node::Leaf(BlockKind::Table { .. } | BlockKind::Verbatim, _) => true,
        Node::Leaf(..) => false,
    }
}

/// Whether nothing but markers stands on the first line of the list.
pub(super) fn starts_blank(list: &List) -> bool {
    list.items.first().is_none_or(|item| {
        item.inline.is_empty()
            && match item.children.first() {
                None => true,
                Some(Node::List(inner)) => starts_blank(inner),
                Some(_) => item.checked.is_some(),
            }
    })
}

fn text_of(inline: &[Inline]) -> String {
    super::clean(&inline.iter().map(Inline::as_text).collect::<String>()).into_owned()
}

fn line_of(text: &str) -> String {
    super::clean(text).split(['\n', '\u{b}', '\u{c}']).collect::<Vec<_>>().join(" ").trim().to_owned()
}

fn plain(text: &str) -> Vec<Inline> {
    if text.is_empty() { Vec::new() } else { vec![Inline::text(text)] }
}
