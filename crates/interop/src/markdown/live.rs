//! Live tasks in Markdown: a task item that holds one link `tern-task:ID` and nothing else beside its marker.
//!
//! The words of the link and its box say what the task was when the file was written; the task itself is the truth,
//! so both are left behind in reading.

use std::collections::BTreeMap;

use tern_model::block::{BlockKind, Inline, Link, Marks};

use super::spans::{self, Place};
use super::tree::{Item, Node};

const SCHEME: &str = "tern-task:";
/// Words of a link whose task is not at hand.
const WORDS: &str = "task";
/// Longest id of a task, in bytes.
const MAX_ID: usize = 64;

/// What a file says of a task.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveTask {
    /// Its title.
    pub title: String,
    /// Whether its box is ticked.
    pub done: bool,
}

/// The address that stands for a task in files.
pub fn address(id: &str) -> String {
    format!("{SCHEME}{id}")
}

/// The task that an address names.
pub fn task_of(href: &str) -> Option<&str> {
    href.strip_prefix(SCHEME).filter(|id| {
        !id.is_empty()
            && id.len() <= MAX_ID
            && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_~".contains(c))
    })
}

/// The content that an item has beside its marker when it shows a task.
pub(super) fn inline(id: &str, words: &str) -> Vec<Inline> {
    let link = Some(Link { href: address(id), title: String::new() });
    vec![Inline::Text { text: words.to_owned(), marks: Marks { link, ..Marks::default() } }]
}

/// An item in place of a live task.
pub(super) fn item(id: &str) -> Item {
    Item { checked: Some(false), inline: inline(id, WORDS), children: Vec::new() }
}

/// The task that an item shows: its text is one link to a task and nothing else.
pub(super) fn shown(item: &Item) -> Option<&str> {
    item.checked?;
    let link = |run: &Inline| match run {
        Inline::Text { marks, .. } if !marks.raw => marks.link.clone(),
        _ => None,
    };
    let first = link(item.inline.first()?)?;
    let same = |run: &Inline| link(run).is_some_and(|link| link.href == first.href);
    if !item.inline.iter().all(same) {
        return None;
    }
    item.inline.first()?.marks().link.as_ref().and_then(|link| task_of(&link.href))
}

/// Gives an item that shows a task its one spelling.
pub(super) fn settle(item: &mut Item) {
    if let Some(id) = shown(item).map(str::to_owned) {
        let children = std::mem::take(&mut item.children);
        *item = Item { children, ..self::item(&id) };
    }
}

/// The kind of block for an item that shows a task.
pub(super) fn kind(item: &Item) -> Option<BlockKind> {
    shown(item).map(|id| BlockKind::Task { id: id.to_owned() })
}

/// Writes title and box of every task at hand into a settled tree.
pub(super) fn fill(nodes: &mut [Node], tasks: &BTreeMap<String, LiveTask>) {
    for node in nodes {
        match node {
            Node::Leaf(..) => {}
            Node::Quote(children) => fill(children, tasks),
            Node::List(list) => {
                for item in &mut list.items {
                    let found = shown(item).and_then(|id| tasks.get_key_value(id));
                    if let Some((id, task)) = found {
                        let words = spans::settle(inline(id, &task.title), Place::Text);
                        if !words.is_empty() {
                            item.inline = words;
                        }
                        item.checked = Some(task.done);
                    }
                    fill(&mut item.children, tasks);
                }
            }
        }
    }
}
