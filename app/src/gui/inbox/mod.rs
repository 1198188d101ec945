//! The inbox: what needs oneself, and the ledger of answers. `data` is what is shown as plain rows; `ui` draws it, `menus` are
//! what keys open.

pub mod data;
pub mod menus;
pub mod ui;

/// A part of the inbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tab {
    /// What needs oneself.
    #[default]
    Inbox,
    /// Answers that oneself owes or waits for.
    Owed,
}

impl Tab {
    /// Both in the order in which they stand.
    pub const ALL: [(Tab, &'static str); 2] = [(Tab::Inbox, "Inbox"), (Tab::Owed, "Owed")];
}
