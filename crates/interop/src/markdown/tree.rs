//! The flat list of blocks as a tree of quotations, lists and leaves, and back.
//!
//! The flat form can say things the tree cannot (a paragraph inside a list that no item opened): building the tree
//! gives them their nearest meaning and loses no text.

use tern_model::block::{Block, BlockKind, Container, Inline};

use super::{MAX_DEPTH, live};

/// A block or a container of blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A block that is no list item.
    Leaf(BlockKind, Vec<Inline>),
    /// A quotation.
    Quote(Vec<Node>),
    /// A bullet, task or numbered list.
    List(List),
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    /// Number of the first item; `None` for a bullet list.
    pub start: Option<u64>,
    /// Whether the items are set apart by empty lines.
    pub loose: bool,
    /// The items.
    pub items: Vec<Item>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Item {
    /// State of the box of a task item.
    pub checked: Option<bool>,
    /// The text that stands beside the marker.
    pub inline: Vec<Inline>,
    /// What follows in the same item.
    pub children: Vec<Node>,
}

impl Node {
    /// A paragraph.
    pub fn paragraph(inline: Vec<Inline>) -> Node {
        Node::Leaf(BlockKind::Paragraph, inline)
    }

    /// Source without a form.
    pub fn verbatim(source: &str) -> Node {
        Node::Leaf(BlockKind::Verbatim, vec![Inline::text(source)])
    }
}

/// Builds the tree.
pub(super) fn build(blocks: &[Block]) -> Vec<Node> {
    let mut builder = Builder { blocks, at: 0, path: Vec::new() };
    let mut nodes = Vec::new();
    while builder.at < blocks.len() {
        nodes.extend(builder.nodes(true));
    }
    nodes
}

struct Builder<'a> {
    blocks: &'a [Block],
    at: usize,
    path: Vec<Container>,
}

impl Builder<'_> {
    /// Whether the next block lies in the container that `path` leads to.
    fn continues(&self) -> Option<&Block> {
        let block = self.blocks.get(self.at)?;
        let parents = bounded(block);
        let inside = parents.starts_with(&self.path) && block.restart.is_none_or(|r| r >= self.path.len());
        inside.then_some(block)
    }

    /// Nodes of the container at `path`; the first block belongs to it whatever its `restart` says.
    fn nodes(&mut self, mut first: bool) -> Vec<Node> {
        let mut nodes = Vec::new();
        let depth = self.path.len();
        while let Some(block) = if first { self.blocks.get(self.at) } else { self.continues() } {
            first = false;
            match bounded(block).get(depth) {
                Some(Container::Quote) => {
                    self.path.push(Container::Quote);
                    let inner = self.nodes(true);
                    self.path.pop();
                    nodes.push(Node::Quote(inner));
                }
                Some(&container) => nodes.push(self.list(container)),
                None => match block.opens().filter(|_| depth < MAX_DEPTH) {
                    Some(container) => nodes.push(self.list(container)),
                    None => {
                        // What takes a container of its own in Markdown finds no room for it here.
                        let nests =
                            block.opens().is_some() || matches!(block.kind, BlockKind::Callout { .. });
                        let inline = match &block.kind {
                            BlockKind::Task { id } => live::item(id).inline,
                            _ => block.inline.clone(),
                        };
                        let kind = if depth < MAX_DEPTH || !nests {
                            block.kind.clone()
                        } else {
                            BlockKind::Paragraph
                        };
                        nodes.push(Node::Leaf(kind, inline));
                        self.at += 1;
                    }
                },
            }
        }
        nodes
    }

    /// A list of `container`'s kind that begins at the next block.
    fn list(&mut self, container: Container) -> Node {
        let mut list = List { start: None, loose: false, items: Vec::new() };
        if container == Container::Ordered {
            list.start = Some(1);
        }
        let depth = self.path.len();
        while let Some(block) = self.blocks.get(self.at) {
            let next = self.continues().is_some()
                && block.restart != Some(depth)
                && bounded(block).len() == depth
                && block.opens() == Some(container);
            if !list.items.is_empty() && !next {
                break;
            }
            let item = self.item(container, &mut list);
            list.items.push(item);
        }
        Node::List(list)
    }

    fn item(&mut self, container: Container, list: &mut List) -> Item {
        let block = &self.blocks[self.at];
        let opened = bounded(block).len() == self.path.len();
        let mut item = Item::default();
        if opened {
            item.inline.clone_from(&block.inline);
            match &block.kind {
                BlockKind::BulletItem { loose } => list.loose |= loose,
                BlockKind::OrderedItem { start, loose } => {
                    list.loose |= loose;
                    if list.items.is_empty() {
                        list.start = Some(start.unwrap_or(1));
                    }
                }
                BlockKind::TaskItem { checked, loose } => {
                    list.loose |= loose;
                    item.checked = Some(*checked);
                }
                BlockKind::Task { id } => item = live::item(id),
                _ => {}
            }
            self.at += 1;
        }
        self.path.push(container);
        item.children = self.nodes(!opened);
        self.path.pop();
        item
    }
}

fn bounded(block: &Block) -> &[Container] {
    block.parents.get(..MAX_DEPTH).unwrap_or(&block.parents)
}

/// Writes the tree as blocks.
pub(super) fn flatten(nodes: &[Node]) -> Vec<Block> {
    let mut out = Vec::new();
    flatten_into(nodes, &mut Vec::new(), &mut out);
    out
}

fn flatten_into(nodes: &[Node], parents: &mut Vec<Container>, out: &mut Vec<Block>) {
    let depth = parents.len();
    let mut before: Option<Container> = None;
    for node in nodes {
        let at = out.len();
        let kind = match node {
            Node::Leaf(kind, inline) => {
                out.push(Block {
                    parents: parents.clone(),
                    restart: None,
                    kind: kind.clone(),
                    inline: inline.clone(),
                });
                None
            }
            Node::Quote(children) => {
                parents.push(Container::Quote);
                flatten_into(children, parents, out);
                parents.pop();
                Some(Container::Quote)
            }
            Node::List(list) => {
                flatten_list(list, parents, out);
                Some(if list.start.is_some() { Container::Ordered } else { Container::Bullet })
            }
        };
        if kind.is_some()
            && kind == before
            && let Some(block) = out.get_mut(at)
        {
            block.restart = Some(depth);
        }
        before = kind;
    }
}

fn flatten_list(list: &List, parents: &mut Vec<Container>, out: &mut Vec<Block>) {
    let loose = list.loose;
    let container = if list.start.is_some() { Container::Ordered } else { Container::Bullet };
    for (index, item) in list.items.iter().enumerate() {
        let kind = match (list.start, item.checked) {
            (Some(start), _) => BlockKind::OrderedItem { start: (index == 0).then_some(start), loose },
            (None, Some(checked)) => live::kind(item).unwrap_or(BlockKind::TaskItem { checked, loose }),
            (None, None) => BlockKind::BulletItem { loose },
        };
        let inline = if kind.is_leaf() { Vec::new() } else { item.inline.clone() };
        out.push(Block { parents: parents.clone(), restart: None, kind, inline });
        parents.push(container);
        flatten_into(&item.children, parents, out);
        parents.pop();
    }
}
