//! Bytes of a session: control messages, item frames, and the u32-length frames both travel in.
//! Encoding and bounds only; what a message means is the session's business.

pub mod control;
pub mod frame;
pub mod item;
pub mod items;

/// Largest control message (payload of one frame) in bytes.
pub const CONTROL_MAX: usize = 256 * 1024;
/// Largest item frame (payload) in bytes.
pub const FRAME_MAX: usize = 64 * 1024;
/// Bytes a peer may send before its proof.
pub const BEFORE_PROOF_MAX: usize = 4 * 1024;
/// Short ids in one List.
pub const LIST_MAX: usize = 64;
/// Entries in one Nodes or Expand.
pub const NODES_MAX: usize = 64;
/// Short ids in one Want.
pub const WANT_MAX: usize = 4096;
/// Lanes in one Lanes message.
pub const LANES_MAX: usize = 4096;
/// Tags in one Focus message.
pub const FOCUS_MAX: usize = 64;
/// Short ids in one Refused message.
pub const REFUSED_MAX: usize = 4096;
/// Largest body of an item that is not a pack.
pub const BODY_MAX: usize = 1024 * 1024;
/// Largest body of a pack.
pub const PACK_MAX: usize = 16 * 1024 * 1024;

/// Bytes that a correct peer does not send; names the rule they break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a message of this protocol: {0}")]
pub struct WireError(pub &'static str);
