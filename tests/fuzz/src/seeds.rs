//! Right inputs, made by the code that writes them in the product, and the workspace they belong to.

mod made;
mod texts;

pub(crate) use made::{Cast, opener, page_changes, root};
pub use made::{
    batch, bundle, control, foreign, gate, hello, inner, item, item_frame, log, operations, pack, record,
    talk, trial, trial_frame, unfold,
};
pub use texts::{
    door, html, ics, import, link, markdown, query, recurrence, search, table, ticket, typed, words,
};

/// The workspace of made-up items.
pub(crate) const WORKSPACE: [u8; 32] = [42; 32];

/// Eight bytes a change: see the target.
pub fn graph() -> Vec<Vec<u8>> {
    let right = [
        [0u8, 1, 0, 10, 0, 0, 0, 0],
        [0, 2, 0, 5, 1, 0, 0, 0],
        [1, 1, 0, 2, 2, 0, 0, 0],
        [0, 3, 0, 1, 1, 2, 0, 0],
    ];
    let far = [[2u8, 1, 250, 4, 0, 0, 0, 4], [3, 1, 0, 4, 1, 0, 0, 255], [1, 9, 255, 0, 1, 1, 1, 0]];
    vec![right.concat(), [right.concat(), far.concat()].concat(), far.concat()]
}

/// Two bytes that name a value, and what takes its place.
pub fn store_row() -> Vec<Vec<u8>> {
    (0u16..48)
        .map(|n| [&(n * 13).to_le_bytes()[..], &[n as u8; 33][..usize::from(n % 34)]].concat())
        .collect()
}
