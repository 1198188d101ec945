//! Proofs of the greeting and the keyed names of one session. Pure functions of the workspace and the channel.

use crate::api::{DenyReason, Side};
use crate::key::{Id, Lane};
use crate::wire::control::{Message, WireCredential};

/// Label for the TLS exporter whose 32 bytes bind a session to its connection.
pub const EXPORTER_LABEL: &[u8] = b"tern v1 hello";

/// Bytes before every uni stream's first frame.
pub const STREAM_TAG_BYTES: usize = 8;

fn side_byte(side: Side) -> u8 {
    match side {
        Side::Dialler => 0,
        Side::Answerer => 1,
    }
}

/// Proof of knowing the workspace, bound to the channel and to the side that shows it:
/// K(workspace, "tern v1 hello" + 0x00 + exporter + side).
pub fn workspace_proof(workspace: &[u8; 32], exporter: &[u8; 32], shown_by: Side) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(workspace);
    hasher.update(b"tern v1 hello\0").update(exporter).update(&[side_byte(shown_by)]);
    *hasher.finalize().as_bytes()
}

/// Proof of knowing a node ticket's secret: K(D(node, secret), exporter + workspace).
pub fn node_proof(secret: &[u8; 32], exporter: &[u8; 32], workspace: &[u8; 32]) -> [u8; 32] {
    let key = blake3::derive_key("tern v1 node", secret);
    let mut hasher = blake3::Hasher::new_keyed(&key);
    hasher.update(exporter).update(workspace);
    *hasher.finalize().as_bytes()
}

/// Compares two proofs in constant time.
pub fn same_proof(a: &[u8; 32], b: &[u8; 32]) -> bool {
    blake3::Hash::from_bytes(*a) == blake3::Hash::from_bytes(*b)
}

/// Who a first control message seems to come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Knows this workspace. The session checks the rest.
    Workspace([u8; 32]),
    /// Asks a node to host this workspace; right when `proof` equals [`node_proof`] under a live ticket secret.
    Hosting {
        /// The workspace to be hosted.
        workspace: [u8; 32],
        /// The caller's proof.
        proof: [u8; 32],
    },
    /// Nobody this host knows: answer [`deny_frame`] with Generic and close.
    Stranger,
}

/// Reads the payload of the first control frame of an accepted stream and finds the workspace it is about.
/// The host then makes the session and feeds it the same frame.
pub fn identify<'a>(
    payload: &[u8],
    exporter: &[u8; 32],
    hosted: impl IntoIterator<Item = &'a [u8; 32]>,
) -> Caller {
    let Ok(Message::Hello(hello)) = Message::from_bytes(payload) else { return Caller::Stranger };
    let mut found = Caller::Stranger;
    for workspace in hosted {
        if same_proof(&workspace_proof(workspace, exporter, Side::Dialler), &hello.proof) {
            found = Caller::Workspace(*workspace);
        }
    }
    match (found, hello.credential) {
        (Caller::Stranger, WireCredential::Node(workspace, proof))
            if same_proof(&workspace_proof(&workspace, exporter, Side::Dialler), &hello.proof) =>
        {
            Caller::Hosting { workspace, proof }
        }
        (found, _) => found,
    }
}

/// The refusal a host sends without a session.
pub fn deny_frame(reason: DenyReason) -> Vec<u8> {
    Message::Deny(reason).to_frame()
}

/// Names of one session: short item ids and node hashes, lane names and the stream tag. An outsider cannot link them to
/// anything, and nobody can prepare collisions before the channel exists.
#[derive(Clone)]
pub struct SessionNames {
    key: [u8; 32],
}

impl std::fmt::Debug for SessionNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionNames")
    }
}

/// Eight bytes that name an item, a node's hash or a lane within one session.
pub type Short = [u8; 8];

impl SessionNames {
    /// Names of the session on the channel with this exporter.
    pub fn new(workspace: &[u8; 32], exporter: &[u8; 32]) -> SessionNames {
        let mut hasher = blake3::Hasher::new_derive_key("tern v1 short id");
        hasher.update(exporter).update(workspace);
        SessionNames { key: *hasher.finalize().as_bytes() }
    }

    fn short(&self, purpose: u8, bytes: &[u8]) -> Short {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&[purpose]).update(bytes);
        let mut out = [0; 8];
        out.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        out
    }

    /// Short name of an item.
    pub fn item(&self, id: &Id) -> Short {
        self.short(0, id)
    }

    /// Short name of a lane.
    pub fn lane(&self, lane: &Lane) -> Short {
        self.short(1, &lane.0)
    }

    /// Short name of a node's hash. A pair that collides would be found by chance alone, and only for one session.
    pub fn node(&self, hash: &[u8; 16]) -> Short {
        self.short(3, hash)
    }

    /// What the uni streams of one side start with.
    pub fn stream_tag(&self, opened_by: Side) -> [u8; STREAM_TAG_BYTES] {
        self.short(2, &[side_byte(opened_by)])
    }
}
