//! The hash kept beside every row that cannot be rebuilt: blake3 over the table's name and its columns.

/// Bytes of a row hash: 128 bits of blake3 find any accident of a disk.
pub(crate) const ROW_HASH_BYTES: usize = 16;

/// A row hash as stored.
pub(crate) type RowHash = [u8; ROW_HASH_BYTES];

/// Hash of one row. Every column is preceded by its length, so no two rows share a byte string.
pub(crate) fn row_hash(table: &str, columns: &[&[u8]]) -> RowHash {
    let mut hasher = blake3::Hasher::new();
    for column in std::iter::once(table.as_bytes()).chain(columns.iter().copied()) {
        hasher.update(&(column.len() as u64).to_le_bytes());
        hasher.update(column);
    }
    let mut out = RowHash::default();
    out.copy_from_slice(&hasher.finalize().as_bytes()[..ROW_HASH_BYTES]);
    out
}
