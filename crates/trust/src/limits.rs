//! Every bound of the protocol that this crate enforces, as named constants (`docs/trust.md`, Limits).
//!
//! Counts refuse, visibly; they never select, else replicas would differ.

/// Largest body of an item other than a pack.
pub const MAX_BODY_BYTES: usize = 1 << 20;
/// Largest body of a pack.
pub const MAX_PACK_BYTES: usize = 16 << 20;
/// Largest raw change chunk.
pub const MAX_CHANGE_BYTES: usize = 256 << 10;
/// Most operations of one change.
pub const MAX_CHANGE_OPERATIONS: u64 = 16_384;
/// Greatest last operation counter of any change.
pub const MAX_OPERATION_COUNTER: u64 = 1 << 31;
/// Most changes in one batch.
pub const MAX_BATCH_CHANGES: usize = 1_024;
/// Most bytes of a batch after inflation.
pub const MAX_BATCH_INFLATED_BYTES: usize = 1 << 20;
/// Most items named by a pack's list.
pub const MAX_PACK_LIST: usize = 262_144;
/// Most heads a record names.
pub const MAX_HEADS: usize = 64;
/// Most cuts in one record.
pub const MAX_CUTS: usize = 16_384;
/// Most wraps in one record.
pub const MAX_WRAPS: usize = 2_048;
/// Most inner records of a sealed record.
pub const MAX_INNER_RECORDS: usize = 16;
/// Most records in a membership log.
pub const MAX_RECORDS: usize = 65_536;
/// Most records of one author.
pub const MAX_RECORDS_PER_AUTHOR: usize = 4_096;
/// Most members.
pub const MAX_MEMBERS: usize = 1_024;
/// Most devices of one member.
pub const MAX_DEVICES_PER_MEMBER: usize = 16;
/// Most parents an epoch names.
pub const MAX_EPOCH_PARENTS: usize = 64;
/// Most item ids one ItemAdmit names.
pub const MAX_ADMITTED: usize = 16_384;
/// Plaintext bytes of one chunk of a bundle or an attachment.
pub const CHUNK_BYTES: usize = 64 << 10;
/// Bytes the AEAD adds.
pub const TAG_BYTES: usize = 16;
/// Bytes of a wrapped key.
pub const WRAP_BYTES: usize = 104;
/// Most devices and most socket addresses per device in a ticket.
pub const MAX_TICKET_ADDRESSES: usize = 16;
/// Most characters a ticket may have before it is looked at.
pub const MAX_TICKET_CHARS: usize = 16_384;
/// Most dependencies of a change.
pub const MAX_CHANGE_DEPS: usize = 64;
