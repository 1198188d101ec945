//! Items without what their row says already: day, feed and tag lie in columns and numbered keys, not in every item's
//! bytes again. docs/storage.md (Items) has the layout; what is hashed, and what anyone reads, is the whole item.

use std::ops::Range;

use crate::items::ItemRow;

/// Added to the kind byte of a row whose bytes are packed.
pub(crate) const PACKED: i64 = 256;
/// Bytes that packing leaves out.
pub(crate) const LEFT_OUT: usize = 78;

/// What is left of the header, in packed order: between these lie day, feed (author, incarnation, seq), space and tag.
const KEPT: [Range<usize>; 4] = [0..2, 4..36, 80..96, 112..128];
/// Where the tag, and with it the part of the header that columns say, ends.
const END: usize = 144;

/// Writes an item's bytes without what its columns say into `out`; false when they say something else.
pub(crate) fn pack(item: &ItemRow<'_>, out: &mut Vec<u8>) -> bool {
    let Some(rest) = item.bytes.get(END..) else { return false };
    if ItemRow::from_bytes(item.lane, item.id, item.bytes) != Some(*item) {
        return false;
    }
    out.clear();
    out.reserve(item.bytes.len() - LEFT_OUT);
    for kept in KEPT {
        out.extend_from_slice(&item.bytes[kept]);
    }
    out.extend_from_slice(rest);
    true
}

/// The whole item again: `packed` with the header fields of `item`, whose own bytes are not looked at. `None` when it
/// is too short to be one.
pub(crate) fn unpack(item: &ItemRow<'_>, packed: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::with_capacity(packed.len() + LEFT_OUT);
    let mut packed = packed;
    let mut take = |count: usize, whole: &mut Vec<u8>| {
        let (taken, rest) = packed.split_at_checked(count)?;
        packed = rest;
        whole.extend_from_slice(taken);
        Some(())
    };
    let [start, fixed, prev, epoch] = KEPT.map(|kept| kept.len());
    take(start, &mut whole)?;
    whole.extend_from_slice(&item.day.to_le_bytes());
    take(fixed, &mut whole)?;
    whole.extend_from_slice(&item.author);
    whole.extend_from_slice(&item.incarnation.to_le_bytes());
    whole.extend_from_slice(&item.seq.to_le_bytes());
    take(prev, &mut whole)?;
    whole.extend_from_slice(&item.space);
    take(epoch, &mut whole)?;
    whole.extend_from_slice(&item.tag);
    whole.extend_from_slice(packed);
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at % 251) as u8).collect()
    }

    #[test]
    fn what_packing_leaves_out_is_what_the_columns_say() {
        let kept: usize = KEPT.iter().map(ExactSizeIterator::len).sum();
        assert_eq!(kept + LEFT_OUT, END);
        for length in [144, 145, 700] {
            let bytes = bytes(length);
            let item = ItemRow::from_bytes([1; 16], [2; 32], &bytes).unwrap();
            let mut packed = Vec::new();
            assert!(pack(&item, &mut packed));
            assert_eq!(packed.len(), length - LEFT_OUT);
            assert_eq!(unpack(&ItemRow { bytes: &[], ..item }, &packed).unwrap(), bytes);
            for cut in 0..66 {
                assert_eq!(unpack(&item, &packed[..cut]), None);
            }
        }
    }

    #[test]
    fn an_item_whose_columns_say_something_else_is_kept_whole() {
        let bytes = bytes(200);
        let item = ItemRow::from_bytes([1; 16], [2; 32], &bytes).unwrap();
        let mut out = Vec::new();
        for other in [
            ItemRow { day: item.day + 1, ..item },
            ItemRow { author: [0; 32], ..item },
            ItemRow { seq: item.seq + 1, ..item },
            ItemRow { space: [0; 16], ..item },
            ItemRow { tag: [0; 16], ..item },
            ItemRow { bytes: &bytes[..100], ..item },
        ] {
            assert!(!pack(&other, &mut out));
        }
    }

    #[test]
    fn a_packed_item_has_the_layout_of_the_golden_one() {
        let bytes = bytes(150);
        let mut packed = Vec::new();
        assert!(pack(&ItemRow::from_bytes([1; 16], [2; 32], &bytes).unwrap(), &mut packed));
        let places: Vec<u8> = [0..2, 4..36, 80..96, 112..128, 144..150].into_iter().flatten().collect();
        assert_eq!(packed, places);
    }
}
