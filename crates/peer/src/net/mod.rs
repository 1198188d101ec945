//! The network half: endpoint, connections, files.

pub mod blobs;
pub mod conn;
pub mod door;
pub mod endpoint;
pub mod handshakes;
pub mod link;
pub mod queue;
pub mod recover;
pub mod service;

/// What a connection is dialled for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Purpose {
    /// A peer that the log knows.
    #[default]
    Meet,
    /// A peer that a ticket names: it may be spoken to although the log does not introduce it yet.
    Vouched,
    /// A node that does not host this workspace yet: shows the ticket's secret.
    Host {
        /// Secret of the node ticket.
        secret: [u8; 32],
    },
}

/// How a connection stands, for whoever waits for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    /// Both hold the same, or as much of it as was not refused.
    pub settled: bool,
    /// Both hold the same.
    pub in_sync: bool,
    /// The log is equal but admits one side not (yet).
    pub not_admitted: bool,
    /// The log is equal and asks for features that one side lacks: content waits, for this reason.
    pub update_needed: Option<&'static str>,
    /// The peer has no room for content.
    pub full: bool,
    /// The session is over, for this reason.
    pub closed: Option<String>,
    /// The peer knew neither the device nor the workspace.
    pub denied: bool,
    /// Items sent and received, bytes sent and received, walks.
    pub progress: tern_sync::Progress,
    /// Attachments that are being fetched over this connection.
    pub fetching: usize,
    /// Attachments that the peer has not confirmed to hold.
    pub unconfirmed: usize,
}
