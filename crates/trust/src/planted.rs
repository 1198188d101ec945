//! Known faults that tests switch on one at a time, to see that the suite would find them (`tests/tests/planted.rs`).
//!
//! Without the feature `planted`, which the tests' package alone asks for, the answer is always no, at compile time.

/// A fault, named after what goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Fault {
    /// Every run of a device writes as the same actor.
    ReusedActor = 1,
    /// Commits are not flushed to the disk before they are said to be durable.
    NotFlushed,
    /// Items are said to be stored, and their transaction is undone.
    AckBeforeCommit,
    /// Inflation goes on past what the batch claims.
    UnboundedInflate,
    /// Of two changes in one place the one with the later claimed day counts.
    ClockWins,
    /// What a removed author wrote before the cut does not count.
    SkippedCut,
    /// Records count whose author was made what they were by a record that does not (rule 3a).
    GrantWithoutSupport,
    /// A change may name any actor.
    UncheckedActor,
    /// An item's signature is not looked at.
    UncheckedSignature,
    /// A pack leaves out the newest change of what it lists.
    PackDropsChange,
    /// A laptop gives its word for any pack.
    BlindAttest,
    /// Content is sealed under a key that somebody holds who is out.
    SealedForRemoved,
    /// What is set aside is not listed.
    QuarantineLost,
    /// Items that do not count are taken out of the trie.
    TrieOfValid,
    /// What a peer confirmed once it is believed to hold for ever; roots are not compared.
    CursorTrusted,
}

impl Fault {
    /// All of them.
    pub const ALL: [Fault; 15] = [
        Fault::ReusedActor,
        Fault::NotFlushed,
        Fault::AckBeforeCommit,
        Fault::UnboundedInflate,
        Fault::ClockWins,
        Fault::SkippedCut,
        Fault::GrantWithoutSupport,
        Fault::UncheckedActor,
        Fault::UncheckedSignature,
        Fault::PackDropsChange,
        Fault::BlindAttest,
        Fault::SealedForRemoved,
        Fault::QuarantineLost,
        Fault::TrieOfValid,
        Fault::CursorTrusted,
    ];

    /// Whether it is switched on.
    #[cfg(not(feature = "planted"))]
    #[inline(always)]
    pub const fn is_on(self) -> bool {
        false
    }

    /// Whether it is switched on.
    #[cfg(feature = "planted")]
    pub fn is_on(self) -> bool {
        on::FAULT.load(std::sync::atomic::Ordering::Relaxed) == self as u8
    }
}

#[cfg(feature = "planted")]
mod on {
    use std::sync::atomic::AtomicU8;

    pub(super) static FAULT: AtomicU8 = AtomicU8::new(0);
}

/// Switches a fault of this process on, or all of them off.
#[cfg(feature = "planted")]
pub fn plant(fault: Option<Fault>) {
    on::FAULT.store(fault.map_or(0, |fault| fault as u8), std::sync::atomic::Ordering::Relaxed);
}
