//! Laws of reading and writing whole pages.

mod support;

use proptest::prelude::*;
use support::{blocks, page, stamp};
use tern_model::Edit;
use tern_model::block::{Block, BlockKind, Container};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_page_reads_as_it_was_written(wanted in blocks()) {
        prop_assert_eq!(page(&wanted).blocks(), wanted);
    }

    #[test]
    fn a_page_set_to_other_blocks_reads_as_those_and_again_gives_no_change(old in blocks(), new in blocks()) {
        let mut doc = page(&old);
        let base = doc.heads();
        let set = |base, blocks: &Vec<_>| [Edit::SetBlocks { base, blocks: blocks.clone() }];
        doc.edit(&stamp(1, 2), &set(Some(base.clone()), &new)).unwrap();
        prop_assert_eq!(&doc.blocks(), &new);
        prop_assert!(doc.edit(&stamp(1, 3), &set(None, &new)).unwrap().0.is_empty());
        prop_assert_eq!(doc.blocks_at(&base).unwrap(), old.clone());
        doc.edit(&stamp(1, 4), &[Edit::Revert { to: base }]).unwrap();
        prop_assert_eq!(doc.blocks(), old);
    }

    #[test]
    fn a_saved_page_loads_with_equal_heads_and_blocks(wanted in blocks()) {
        let doc = page(&wanted);
        let loaded = tern_model::Doc::load(doc.id(), &doc.save()).unwrap();
        prop_assert_eq!(loaded.heads(), doc.heads());
        prop_assert_eq!(loaded.blocks(), wanted);
        prop_assert_eq!(loaded.markers(), doc.markers());
    }
}

#[test]
fn blocks_that_repeat_come_as_often_as_they_were_written() {
    let plain = Block::plain(BlockKind::Paragraph, "");
    let quoted = Block { parents: vec![Container::Quote], ..plain.clone() };
    // Every page of up to four of these two, from every other.
    let pages: Vec<Vec<Block>> = (1..=4u32)
        .flat_map(|len| (0..1 << len).map(move |bits: u32| (len, bits)))
        .map(|(len, bits)| {
            (0..len).map(|i| if bits >> i & 1 == 1 { quoted.clone() } else { plain.clone() }).collect()
        })
        .collect();
    for old in &pages {
        for new in &pages {
            for with_base in [true, false] {
                let mut doc = page(old);
                let base = with_base.then(|| doc.heads());
                doc.edit(&stamp(1, 2), &[Edit::SetBlocks { base, blocks: new.clone() }]).unwrap();
                assert_eq!(&doc.blocks(), new, "from {old:?}");
            }
        }
    }
}
