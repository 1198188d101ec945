//! The inbox: what needs oneself, what changed while one was away, and the ledger of answers. `data` and `digest` are what is
//! shown as plain rows; `ui` and `digest_ui` draw it, `menus` are what keys open.

pub mod comment;
pub mod data;
pub mod digest;
pub mod digest_ui;
pub mod menus;
pub mod ui;

/// A part of the inbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// What needs oneself.
    #[default]
    Inbox,
    /// What changed while one was away.
    Since,
    /// Answers that oneself owes or waits for.
    Owed,
}

impl Tab {
    /// All in the order in which they stand.
    pub const ALL: [(Tab, &'static str); 3] =
        [(Tab::Inbox, "Inbox"), (Tab::Since, "Since you left"), (Tab::Owed, "Owed")];
}
