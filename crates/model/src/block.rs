//! Page content as plain data: what the window draws, what Markdown becomes, what Automerge stores.
//!
//! This is a value type without identity; it must not know Automerge. `page` maps it to and from the document.

use serde::{Deserialize, Serialize};

/// What a block is nested in, from the outside inwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Container {
    /// Inside an item of a bullet or task list.
    Bullet,
    /// Inside an item of a numbered list.
    Ordered,
    /// Inside a quotation.
    Quote,
}

/// One block of a page. A list item is a block whose kind opens the item; further blocks of the same item follow
/// with that item's container appended to `parents`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Containers around the block, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<Container>,
    /// Depth at which a new container begins although one of the same kind is open there (two lists or two
    /// quotations that follow each other directly).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<usize>,
    /// What the block is.
    #[serde(flatten)]
    pub kind: BlockKind,
    /// Its content. Code and verbatim blocks hold one unmarked text; dividers, tables and live tasks hold nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inline: Vec<Inline>,
}

/// Kinds of block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum BlockKind {
    /// Plain text.
    Paragraph,
    /// A heading of level 1 to 6.
    Heading {
        /// 1 to 6.
        level: u8,
    },
    /// Opens an item of a bullet list.
    BulletItem {
        /// Whether the items of the list are set apart by blank lines.
        #[serde(default)]
        loose: bool,
    },
    /// Opens an item of a numbered list.
    OrderedItem {
        /// Number of the first item of the list, on that item; `None` elsewhere.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<u64>,
        /// Whether the items of the list are set apart by blank lines.
        #[serde(default)]
        loose: bool,
    },
    /// Opens an item of a task list; its container is [`Container::Bullet`].
    TaskItem {
        /// Whether the box is ticked.
        checked: bool,
        /// Whether the items of the list are set apart by blank lines.
        #[serde(default)]
        loose: bool,
    },
    /// Code; lines are separated by `\n`, without a final one.
    Code {
        /// The whole info string of the fence (language first).
        language: String,
    },
    /// Text set apart for a reason.
    Callout {
        /// `note`, `tip`, `important`, `warning` or `caution`; any other is kept as it is.
        tone: String,
    },
    /// A horizontal rule.
    Divider,
    /// A table; cells lie in the table, not in `inline`.
    Table {
        /// Its cells.
        table: Table,
    },
    /// A task of the workspace, shown live in the page; opens an item of a bullet list like a task item.
    Task {
        /// The id of the task's document.
        id: String,
    },
    /// Markdown or HTML source that Tern has no form for; kept and exported to the letter.
    Verbatim,
    /// A block written by other or newer software; kept untouched and shown as a placeholder.
    Unknown {
        /// The type name found in the document.
        name: String,
    },
}

/// A table. The first row is the header.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    /// Alignment of each column.
    pub align: Vec<Align>,
    /// Rows of cells of inline content; every row has as many cells as `align`.
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// Alignment of a table column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// As the reader's software likes.
    #[default]
    None,
    /// Left.
    Left,
    /// Centred.
    Center,
    /// Right.
    Right,
}

/// A run of text with one set of marks, or an image in the text. `\n` in text is a hard line break.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inline {
    /// Text.
    Text {
        /// The characters.
        text: String,
        /// Their marks.
        #[serde(default)]
        marks: Marks,
    },
    /// An image.
    Image {
        /// Address: `tern-blob:HASH` for an attachment, else as written.
        src: String,
        /// Text in place of the image.
        alt: String,
        /// Title, often empty.
        title: String,
        /// Marks around it (a link, mostly).
        #[serde(default)]
        marks: Marks,
    },
}

/// Marks of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// Strong emphasis.
    pub strong: bool,
    /// Emphasis.
    pub em: bool,
    /// Struck through.
    pub strike: bool,
    /// Inline code.
    pub code: bool,
    /// Inline source kept to the letter (inline HTML, footnote references).
    pub raw: bool,
    /// Link target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    /// Which mark encloses which where several span the same text, outermost first: a string of `s` (strong), `e`
    /// (em), `k` (strike) and `l` (link). Empty for the usual order `sekl`. It changes nothing that is seen; it lets
    /// `[**a**](b)` and `**[a](b)**` go back to their files as they came.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nesting: String,
}

/// Target of a link. `href` is `tern:DOCID` (optionally `#fragment`) for a page of the workspace, else as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Link {
    /// Address.
    pub href: String,
    /// Title, often empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
}

impl BlockKind {
    /// Whether a block of this kind holds no text.
    pub fn is_leaf(&self) -> bool {
        matches!(self, BlockKind::Divider | BlockKind::Table { .. } | BlockKind::Task { .. })
    }

    /// The container that a block of this kind opens for blocks of the same item, if it opens one.
    pub fn opens(&self) -> Option<Container> {
        match self {
            BlockKind::BulletItem { .. } | BlockKind::TaskItem { .. } | BlockKind::Task { .. } => {
                Some(Container::Bullet)
            }
            BlockKind::OrderedItem { .. } => Some(Container::Ordered),
            _ => None,
        }
    }
}

impl Block {
    /// A block at top level with unmarked text.
    pub fn plain(kind: BlockKind, text: &str) -> Self {
        let inline = if text.is_empty() { Vec::new() } else { vec![Inline::text(text)] };
        Block { parents: Vec::new(), restart: None, kind, inline }
    }

    /// The characters of the block without marks; an image counts as its alternative text.
    pub fn text(&self) -> String {
        self.inline.iter().map(Inline::as_text).collect()
    }

    /// The container that this block opens for blocks of the same item, if it opens one.
    pub fn opens(&self) -> Option<Container> {
        self.kind.opens()
    }
}

impl Inline {
    /// Unmarked text.
    pub fn text(text: impl Into<String>) -> Self {
        Inline::Text { text: text.into(), marks: Marks::default() }
    }

    /// The characters; the alternative text of an image.
    pub fn as_text(&self) -> &str {
        match self {
            Inline::Text { text, .. } => text,
            Inline::Image { alt, .. } => alt,
        }
    }

    /// The marks.
    pub fn marks(&self) -> &Marks {
        match self {
            Inline::Text { marks, .. } | Inline::Image { marks, .. } => marks,
        }
    }
}
