//! Proofs at the start of a session, bound to the channel by the TLS exporter. A stranger learns nothing from them.

use crate::derive::{Context, Id, derive, keyed, keyed_parts};
use crate::device::{InviteKeys, verify};

/// Which end of the connection speaks: one side's proof is no use to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one who dialled.
    Dialler,
    /// The one who was dialled.
    Answerer,
}

impl Side {
    fn byte(self) -> u8 {
        match self {
            Side::Dialler => 0,
            Side::Answerer => 1,
        }
    }
}

/// Proof of knowing the workspace: `K(workspace id, "tern v1 hello" + 0 + exporter + side)`.
pub fn proof(workspace: &Id, exporter: &Id, side: Side) -> Id {
    keyed(workspace, &Context::Hello.message(&[exporter, &[side.byte()]]))
}

/// Compares in constant time.
pub fn proof_holds(workspace: &Id, exporter: &Id, side: Side, given: &Id) -> bool {
    blake3::Hash::from(proof(workspace, exporter, side)) == blake3::Hash::from(*given)
}

/// The holder of a ticket signs the channel with the invite key.
pub fn sign_invite(invite: &InviteKeys, exporter: &Id) -> [u8; 64] {
    invite.sign(Context::Hello, &[exporter])
}

/// Whether the holder of the invite's secret signed this channel.
pub fn invite_holds(invite: &Id, exporter: &Id, signature: &[u8; 64]) -> bool {
    verify(invite, Context::Hello, &[exporter], signature)
}

/// Proof of holding a node's ticket: `K(D(node, secret), exporter + workspace id)`.
pub fn hosting_proof(secret: &Id, exporter: &Id, workspace: &Id) -> Id {
    keyed_parts(&derive(Context::Node, secret), &[exporter, workspace])
}

/// Compares in constant time.
pub fn hosting_holds(secret: &Id, exporter: &Id, workspace: &Id, given: &Id) -> bool {
    blake3::Hash::from(hosting_proof(secret, exporter, workspace)) == blake3::Hash::from(*given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_good_for_one_workspace_one_channel_and_one_side() {
        let good = proof(&[1; 32], &[2; 32], Side::Dialler);
        assert!(proof_holds(&[1; 32], &[2; 32], Side::Dialler, &good));
        assert!(!proof_holds(&[1; 32], &[2; 32], Side::Answerer, &good));
        assert!(!proof_holds(&[1; 32], &[3; 32], Side::Dialler, &good));
        assert!(!proof_holds(&[9; 32], &[2; 32], Side::Dialler, &good));
    }

    #[test]
    fn only_the_tickets_holder_signs_as_the_invite() {
        let invite = InviteKeys::from_secret(&[5; 32]);
        let signature = sign_invite(&invite, &[2; 32]);
        assert!(invite_holds(&invite.id(), &[2; 32], &signature));
        assert!(!invite_holds(&invite.id(), &[3; 32], &signature));
        assert!(hosting_holds(&[1; 32], &[2; 32], &[3; 32], &hosting_proof(&[1; 32], &[2; 32], &[3; 32])));
        assert!(!hosting_holds(&[1; 32], &[2; 32], &[4; 32], &hosting_proof(&[1; 32], &[2; 32], &[3; 32])));
    }
}
