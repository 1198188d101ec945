//! Asking a node which workspaces a recovery code belongs to: the words say who one is, the node knows where.
//!
//! Only whoever holds the node's ticket and the code's key is told anything. Layout in `docs/wire.md`.

use std::time::Duration;

use iroh::endpoint::Connection;
use iroh::{Endpoint, EndpointAddr};
use tern_trust::{Id, hello};
use tokio::sync::{mpsc, oneshot};

use super::conn::NetIn;
use super::endpoint::{CLOSE_TIMEOUT, DIAL_TIMEOUT};

/// Name of the protocol on the wire.
pub const RECOVER_ALPN: &[u8] = b"tern-recover/1";
/// Most workspaces in an answer.
pub const MAX_WORKSPACES: usize = 16;
/// All of it takes no longer.
const TALK_TIME: Duration = Duration::from_secs(10);

/// The proof of holding the node's ticket, on this channel, for no workspace in particular.
fn proof(secret: &Id, exporter: &Id) -> Id {
    hello::hosting_proof(secret, exporter, &[0; 32])
}

/// Whether a proof on this channel shows the ticket's secret.
pub fn proof_holds(secret: &Id, exporter: &Id, given: &Id) -> bool {
    hello::hosting_holds(secret, exporter, &[0; 32], given)
}

/// A node's half. Whoever proves nothing is told the same as whoever belongs nowhere: none.
pub async fn answer(conn: Connection, exporter: Id, engine: &mpsc::Sender<NetIn>) {
    let talk = async {
        let (mut send, mut recv) = conn.accept_bi().await.ok()?;
        let mut given = [0; 32];
        recv.read_exact(&mut given).await.ok()?;
        let (tx, rx) = oneshot::channel();
        let ask =
            NetIn::WhoseCode { device: *conn.remote_id().as_bytes(), exporter, proof: given, answer: tx };
        engine.send(ask).await.ok()?;
        let found = rx.await.unwrap_or_default();
        let mut bytes = vec![u8::try_from(found.len()).unwrap_or(0)];
        bytes.extend(found.iter().flatten());
        send.write_all(&bytes).await.ok()?;
        send.finish().ok()
    };
    let _ = tokio::time::timeout(TALK_TIME, talk).await;
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, conn.closed()).await;
    conn.close(0u32.into(), b"recover");
}

/// The asking half; `endpoint` has the recovery code's key.
pub async fn ask(endpoint: &Endpoint, to: EndpointAddr, secret: &Id) -> Result<Vec<Id>, String> {
    let connecting = endpoint.connect(to, RECOVER_ALPN);
    let conn = match tokio::time::timeout(DIAL_TIMEOUT, connecting).await {
        Ok(Ok(conn)) => conn,
        Ok(Err(e)) => return Err(format!("The node did not answer: {e}.")),
        Err(_) => return Err("The node did not answer in time.".to_owned()),
    };
    let mut exporter = [0; 32];
    conn.export_keying_material(&mut exporter, tern_sync::hello::EXPORTER_LABEL, b"")
        .map_err(|_| "The channel could not be bound.".to_owned())?;
    let talk = async {
        let (mut send, mut recv) = conn.open_bi().await.map_err(|e| e.to_string())?;
        send.write_all(&proof(secret, &exporter)).await.map_err(|e| e.to_string())?;
        let mut count = [0; 1];
        recv.read_exact(&mut count).await.map_err(|e| e.to_string())?;
        let mut found = Vec::new();
        for _ in 0..usize::from(count[0]).min(MAX_WORKSPACES) {
            let mut id = [0; 32];
            recv.read_exact(&mut id).await.map_err(|e| e.to_string())?;
            found.push(id);
        }
        Ok::<Vec<Id>, String>(found)
    };
    let answer = tokio::time::timeout(TALK_TIME, talk).await;
    conn.close(0u32.into(), b"recover");
    answer.map_err(|_| "The node did not answer in time.".to_owned())?
}
