//! The network half: endpoint, connections, files.

pub mod blobs;
pub mod endpoint;
