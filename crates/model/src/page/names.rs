//! Names in the document: block types and marks of the public rich-text schema, and ours with the `__ext__` prefix.

use std::collections::BTreeMap;

use crate::block::{Container, Link, Marks};
use crate::crdt::Scalar;
use crate::edit::Mark;

pub(crate) const PARAGRAPH: &str = "paragraph";
pub(crate) const HEADING: &str = "heading";
pub(crate) const CODE_BLOCK: &str = "code-block";
pub(crate) const BLOCKQUOTE: &str = "blockquote";
pub(crate) const ORDERED_ITEM: &str = "ordered-list-item";
pub(crate) const BULLET_ITEM: &str = "unordered-list-item";
pub(crate) const IMAGE: &str = "image";
pub(crate) const DIVIDER: &str = "__ext__divider";
pub(crate) const TABLE: &str = "__ext__table";
pub(crate) const VERBATIM: &str = "__ext__verbatim";
pub(crate) const CALLOUT: &str = "__ext__callout";
pub(crate) const TASK: &str = "__ext__task";

/// Keys of a marker.
pub(crate) const TYPE: &str = "type";
pub(crate) const PARENTS: &str = "parents";
pub(crate) const ATTRS: &str = "attrs";
pub(crate) const IS_EMBED: &str = "isEmbed";

/// Attributes of markers.
pub(crate) const LEVEL: &str = "level";
pub(crate) const LANGUAGE: &str = "language";
pub(crate) const SRC: &str = "src";
pub(crate) const ALT: &str = "alt";
pub(crate) const TITLE: &str = "title";
pub(crate) const CHECKED: &str = "__ext__checked";
pub(crate) const LOOSE: &str = "__ext__loose";
pub(crate) const START: &str = "__ext__start";
pub(crate) const RESTART: &str = "__ext__restart";
pub(crate) const TABLE_KEY: &str = "__ext__key";
pub(crate) const TONE: &str = "__ext__tone";
pub(crate) const TASK_ID: &str = "__ext__id";

/// Attributes of blocks that are read.
pub(crate) const ATTRIBUTES: [&str; 9] =
    [LEVEL, LANGUAGE, CHECKED, LOOSE, START, TONE, RESTART, TABLE_KEY, TASK_ID];
/// Attributes that say something for some kinds of block only.
pub(crate) const OF_KINDS: [&str; 7] = [LEVEL, LANGUAGE, CHECKED, LOOSE, START, TONE, TASK_ID];

const STRONG: &str = "strong";
const EM: &str = "em";
const STRIKE: &str = "__ext__strikethrough";
const CODE: &str = "__ext__code";
const RAW: &str = "__ext__raw";
const LINK: &str = "link";
const NESTING: &str = "__ext__nesting";

/// All marks that [`Marks`] can say.
pub(crate) const MARKS: [&str; 7] = [STRONG, EM, STRIKE, CODE, RAW, LINK, NESTING];

/// The containers that a parent name stands for; names of others are left alone.
pub(crate) fn container(name: &str) -> Option<Container> {
    match name {
        BULLET_ITEM => Some(Container::Bullet),
        ORDERED_ITEM => Some(Container::Ordered),
        BLOCKQUOTE => Some(Container::Quote),
        _ => None,
    }
}

pub(crate) fn container_name(container: Container) -> &'static str {
    match container {
        Container::Bullet => BULLET_ITEM,
        Container::Ordered => ORDERED_ITEM,
        Container::Quote => BLOCKQUOTE,
    }
}

/// Whether a type name reads as something other than a block of unknown kind.
pub(crate) fn is_known(name: &str) -> bool {
    const BLOCKS: [&str; 12] = [
        PARAGRAPH,
        HEADING,
        CODE_BLOCK,
        BLOCKQUOTE,
        ORDERED_ITEM,
        BULLET_ITEM,
        IMAGE,
        DIVIDER,
        TABLE,
        VERBATIM,
        CALLOUT,
        TASK,
    ];
    BLOCKS.contains(&name)
}

/// Marks as names and values.
pub(crate) fn mark_values(marks: &Marks) -> BTreeMap<&'static str, Scalar> {
    let flags = [(STRONG, marks.strong), (EM, marks.em), (STRIKE, marks.strike)];
    let more = [(CODE, marks.code), (RAW, marks.raw)];
    let on = flags.into_iter().chain(more).filter(|(_, on)| *on);
    let mut out: BTreeMap<_, _> = on.map(|(name, _)| (name, Scalar::Bool(true))).collect();
    if let Some(link) = &marks.link {
        out.insert(LINK, link_value(link));
    }
    if !marks.nesting.is_empty() {
        out.insert(NESTING, Scalar::Str(marks.nesting.clone()));
    }
    out
}

/// Adds what a mark of the document says to `marks`; unknown names say nothing here.
pub(crate) fn add_mark(marks: &mut Marks, name: &str, value: &Scalar) {
    let on = !matches!(value, Scalar::Null | Scalar::Bool(false));
    match name {
        STRONG => marks.strong = on,
        EM => marks.em = on,
        STRIKE => marks.strike = on,
        CODE => marks.code = on,
        RAW => marks.raw = on,
        LINK => marks.link = read_link(value),
        NESTING => marks.nesting = if let Scalar::Str(order) = value { order.clone() } else { String::new() },
        _ => {}
    }
}

/// Name and value of one mark.
pub(crate) fn mark_pair(mark: &Mark) -> (&'static str, Scalar) {
    match mark {
        Mark::Strong => (STRONG, Scalar::Bool(true)),
        Mark::Em => (EM, Scalar::Bool(true)),
        Mark::Strike => (STRIKE, Scalar::Bool(true)),
        Mark::Code => (CODE, Scalar::Bool(true)),
        Mark::Raw => (RAW, Scalar::Bool(true)),
        Mark::Link(link) => (LINK, link_value(link)),
    }
}

/// The schema keeps a link as JSON in a string, members in this order.
fn link_value(link: &Link) -> Scalar {
    let quote = |s: &str| serde_json::Value::from(s).to_string();
    Scalar::Str(format!("{{\"href\":{},\"title\":{}}}", quote(&link.href), quote(&link.title)))
}

fn read_link(value: &Scalar) -> Option<Link> {
    let Scalar::Str(text) = value else { return None };
    let part =
        |json: &serde_json::Value, key| json.get(key).and_then(|v| v.as_str()).unwrap_or("").to_owned();
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(json) if json.is_object() => Some(Link { href: part(&json, "href"), title: part(&json, "title") }),
        _ => Some(Link { href: text.clone(), title: String::new() }),
    }
}
