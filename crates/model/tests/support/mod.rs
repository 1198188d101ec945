//! What the tests of pages share: arbitrary valid blocks, and replicas with fixed actors.
#![allow(dead_code)]

use proptest::prelude::*;
use tern_model::block::{Align, Block, BlockKind, Container, Inline, Link, Marks, Table};
use tern_model::page::normal_inline;
use tern_model::{Class, Doc, DocId, Edit, Kind, Stamp};

pub fn id() -> DocId {
    DocId::new(Class::Content, [7; 15])
}

pub fn stamp(actor: u8, time_ms: i64) -> Stamp {
    Stamp { actor: [actor; 16], time_ms }
}

/// A page with these blocks, written by actor 1.
pub fn page(blocks: &[Block]) -> Doc {
    let (mut doc, _) = Doc::create(id(), &Kind::Page, &stamp(1, 0)).unwrap();
    doc.edit(&stamp(1, 1), &[Edit::SetBlocks { base: None, blocks: blocks.to_vec() }]).unwrap();
    doc
}

pub fn paragraphs(texts: &[&str]) -> Vec<Block> {
    texts.iter().map(|t| Block::plain(BlockKind::Paragraph, t)).collect()
}

/// The texts of the blocks.
pub fn texts(doc: &Doc) -> Vec<String> {
    doc.blocks().iter().map(Block::text).collect()
}

/// Brings everything of `from` into `to`.
pub fn sync(from: &Doc, to: &mut Doc) {
    to.apply(&from.changes_since(&to.heads())).unwrap();
}

pub fn marks() -> impl Strategy<Value = Marks> {
    let link = proptest::option::weighted(
        0.2,
        ("[a-z:/]{1,8}", "[a-z \"]{0,4}").prop_map(|(href, title)| Link { href, title }),
    );
    let nesting = prop_oneof![9 => Just(""), 1 => Just("les")];
    (any::<[bool; 5]>(), 0..3u8, link, nesting).prop_map(|(flags, some, link, nesting)| {
        if some > 0 {
            return Marks::default();
        }
        let [strong, em, strike, code, raw] = flags;
        Marks { strong, em, strike, code, raw, link, nesting: nesting.to_owned() }
    })
}

fn characters() -> impl Strategy<Value = String> {
    prop_oneof![6 => "[a-c ]{1,12}", 1 => "\\PC{1,6}", 1 => Just("\u{FFFC}".to_owned()), 1 => Just("a\nb".to_owned())]
}

pub fn inline() -> impl Strategy<Value = Vec<Inline>> {
    let text = (characters(), marks()).prop_map(|(text, marks)| Inline::Text { text, marks });
    let image = ("[a-z/]{1,5}", "[a-z ]{0,5}", "[a-z]{0,3}", marks());
    let image = image.prop_map(|(src, alt, title, marks)| Inline::Image { src, alt, title, marks });
    proptest::collection::vec(prop_oneof![8 => text, 1 => image], 0..4).prop_map(|c| normal_inline(&c))
}

fn plain_inline() -> impl Strategy<Value = Vec<Inline>> {
    characters().prop_map(|text| vec![Inline::text(text)])
}

fn table() -> impl Strategy<Value = Table> {
    let align = prop_oneof![Just(Align::None), Just(Align::Left), Just(Align::Center), Just(Align::Right)];
    proptest::collection::vec(align, 1..4).prop_flat_map(|align| {
        let row = proptest::collection::vec(inline(), align.len());
        proptest::collection::vec(row, 1..4).prop_map(move |rows| Table { align: align.clone(), rows })
    })
}

fn text_kind() -> impl Strategy<Value = BlockKind> {
    prop_oneof![
        4 => Just(BlockKind::Paragraph),
        1 => (1..=6u8).prop_map(|level| BlockKind::Heading { level }),
        1 => "[a-z]{0,4}".prop_map(|tone| BlockKind::Callout { tone }),
        1 => any::<bool>().prop_map(|loose| BlockKind::BulletItem { loose }),
        1 => (proptest::option::of(0..9u64), any::<bool>())
            .prop_map(|(start, loose)| BlockKind::OrderedItem { start, loose }),
        1 => any::<[bool; 2]>().prop_map(|[checked, loose]| BlockKind::TaskItem { checked, loose }),
    ]
}

pub fn block() -> impl Strategy<Value = Block> {
    let containers = prop_oneof![Just(Container::Bullet), Just(Container::Ordered), Just(Container::Quote)];
    let parents = proptest::collection::vec(containers, 0..3);
    let content = prop_oneof![
        8 => (text_kind(), inline()),
        1 => ("[a-z ]{0,6}", plain_inline()).prop_map(|(language, inline)| (BlockKind::Code { language }, inline)),
        1 => plain_inline().prop_map(|inline| (BlockKind::Verbatim, inline)),
        1 => Just((BlockKind::Divider, Vec::new())),
        1 => "[a-b]{1,2}".prop_map(|id| (BlockKind::Task { id }, Vec::new())),
        1 => table().prop_map(|table| (BlockKind::Table { table }, Vec::new())),
    ];
    (parents, proptest::option::weighted(0.1, 0..3usize), content)
        .prop_map(|(parents, restart, (kind, inline))| Block { parents, restart, kind, inline })
}

pub fn blocks() -> impl Strategy<Value = Vec<Block>> {
    proptest::collection::vec(block(), 0..7)
}
