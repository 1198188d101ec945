//! Linking a device: the old one offers, the new one proves that it saw the ticket and signs, a person confirms.
//!
//! Layout in `docs/wire.md`. One offer a home, for ten minutes, for one device; a wrong proof counts against it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use iroh::endpoint::Connection;
use iroh::{Endpoint, EndpointAddr};
use tern_trust::derive::{Context, derive, keyed};
use tern_trust::ticket::LinkTicket;
use tern_trust::{DeviceKeys, DevicePublic, Id, matching};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::api::LinkState;

/// Name of the protocol on the wire.
pub const LINK_ALPN: &[u8] = b"tern-link/1";
/// An offer ends after this long.
pub const OFFER_TIME: Duration = Duration::from_secs(600);
/// Wrong proofs after which an offer ends.
const MAX_WRONG: u8 = 5;
/// The new device says everything within this time.
const SAY_TIME: Duration = Duration::from_secs(10);
/// Proof, key, x25519 key, flags, signature.
const REQUEST_BYTES: usize = 32 + 32 + 32 + 1 + 64;
/// Answers.
const ACCEPTED: u8 = 1;
const REFUSED: u8 = 0;

/// What a new device asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRequest {
    /// Its keys.
    pub device: DevicePublic,
    /// Its word that it wants to be one of the member's.
    pub signature: [u8; 64],
}

struct Offer {
    ticket: LinkTicket,
    until: Instant,
    wrong: u8,
    state: LinkState,
    request: Option<LinkRequest>,
    decision: watch::Sender<Option<bool>>,
}

/// Where the offer of a process lies.
#[derive(Clone, Default)]
pub struct Desk {
    offer: Arc<Mutex<Option<Offer>>>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk")
    }
}

/// Words over a link, as its new device shows them. Who stands in between has other keys, and so other words.
pub fn link_words(ticket: &LinkTicket, device: &DevicePublic) -> String {
    let old = &ticket.address.device;
    matching::link_words(&ticket.workspace, &ticket.member, old, device, &ticket.secret).join(" ")
}

fn proof(secret: &Id, workspace: &Id, exporter: &Id) -> Id {
    keyed(&derive(Context::Link, secret), &[&exporter[..], workspace].concat())
}

impl Desk {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Offer>> {
        self.offer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an offer; an earlier one ends.
    pub fn offer(&self, ticket: LinkTicket) {
        let state = LinkState { state: "waiting".to_owned(), ..LinkState::default() };
        *self.lock() = Some(Offer {
            ticket,
            until: Instant::now() + OFFER_TIME,
            wrong: 0,
            state,
            request: None,
            decision: watch::Sender::new(None),
        });
    }

    /// How the offer stands.
    pub fn state(&self) -> LinkState {
        let mut offer = self.lock();
        let Some(offer) = offer.as_mut() else { return LinkState::default() };
        if Instant::now() >= offer.until && matches!(offer.state.state.as_str(), "waiting" | "asking") {
            "expired".clone_into(&mut offer.state.state);
            offer.decision.send_replace(Some(false));
        }
        offer.state.clone()
    }

    /// The device that waits for an answer.
    pub fn asking(&self) -> Option<LinkRequest> {
        let asking = self.state().state == "asking";
        self.lock().as_ref().and_then(|o| o.request.clone()).filter(|_| asking)
    }

    /// Tells the new device.
    pub fn decide(&self, accepted: bool) {
        if let Some(offer) = self.lock().as_mut() {
            let state = if accepted { "done" } else { "refused" };
            state.clone_into(&mut offer.state.state);
            offer.decision.send_replace(Some(accepted));
        }
    }

    /// Speaks with a device that dialled for a link, until a person decided or the offer ended.
    pub async fn answer(&self, conn: Connection, exporter: Id) {
        let said = tokio::time::timeout(SAY_TIME, async {
            let (send, mut recv) = conn.accept_bi().await.ok()?;
            let mut request = [0; REQUEST_BYTES];
            recv.read_exact(&mut request).await.ok()?;
            Some((send, request))
        });
        let Ok(Some((mut send, request))) = said.await else {
            return conn.close(0u32.into(), b"link");
        };
        let remote = *conn.remote_id().as_bytes();
        let mut accepted = false;
        if let Some(mut decision) = self.consider(&remote, &exporter, &request) {
            let decided = async { decision.wait_for(Option::is_some).await.is_ok_and(|d| *d == Some(true)) };
            accepted = tokio::select! {
                yes = decided => yes,
                () = tokio::time::sleep(OFFER_TIME) => false,
                _ = conn.closed() => false,
            };
        }
        let byte = if accepted { ACCEPTED } else { REFUSED };
        if send.write_all(&[byte]).await.is_ok() && send.finish().is_ok() {
            // The side that received the last byte closes.
            let _ = tokio::time::timeout(super::endpoint::CLOSE_TIMEOUT, conn.closed()).await;
        }
        conn.close(0u32.into(), b"link");
    }

    /// Checks a request; what it waits for when it holds.
    fn consider(
        &self,
        remote: &Id,
        exporter: &Id,
        request: &[u8; REQUEST_BYTES],
    ) -> Option<watch::Receiver<Option<bool>>> {
        let mut offer = self.lock();
        let offer = offer.as_mut().filter(|o| o.state.state == "waiting" && Instant::now() < o.until)?;
        let (given, rest) = request.split_first_chunk::<32>()?;
        let (key, rest) = rest.split_first_chunk::<32>()?;
        let (x25519, rest) = rest.split_first_chunk::<32>()?;
        let (flags, signature) = rest.split_first()?;
        let device = DevicePublic { key: *key, x25519: *x25519, flags: *flags };
        let wanted = proof(&offer.ticket.secret, &offer.ticket.workspace, exporter);
        let signature: [u8; 64] = signature.try_into().ok()?;
        let holds = blake3_equal(&wanted, given)
            && device.key == *remote
            && device.flags == 0
            && tern_trust::log::link_holds(
                &offer.ticket.workspace,
                &offer.ticket.member,
                &device,
                &signature,
            );
        if !holds {
            offer.wrong += 1;
            if offer.wrong >= MAX_WRONG {
                "refused".clone_into(&mut offer.state.state);
            }
            return None;
        }
        offer.state = LinkState {
            state: "asking".to_owned(),
            words: link_words(&offer.ticket, &device),
            device: crate::core::hex(&device.key),
        };
        offer.request = Some(LinkRequest { device, signature });
        Some(offer.decision.subscribe())
    }
}

/// Compares in constant time.
fn blake3_equal(a: &Id, b: &Id) -> bool {
    iroh_blobs::Hash::from(*a) == iroh_blobs::Hash::from(*b)
}

/// The new device's half: proves, signs, waits for the answer of the person at the old device.
pub async fn ask(
    endpoint: &Endpoint,
    to: EndpointAddr,
    ticket: &LinkTicket,
    keys: &DeviceKeys,
    signature: [u8; 64],
    connected: impl FnOnce(),
) -> Result<bool, String> {
    let connecting = endpoint.connect(to, LINK_ALPN);
    let conn = match tokio::time::timeout(super::endpoint::DIAL_TIMEOUT, connecting).await {
        Ok(Ok(conn)) => conn,
        Ok(Err(e)) => return Err(format!("It did not answer: {e}.")),
        Err(_) => return Err("It did not answer in time.".to_owned()),
    };
    let mut exporter = [0; 32];
    conn.export_keying_material(&mut exporter, tern_sync::hello::EXPORTER_LABEL, b"")
        .map_err(|_| "The channel could not be bound.".to_owned())?;
    let public = keys.public();
    let proof = proof(&ticket.secret, &ticket.workspace, &exporter);
    let request = [&proof[..], &public.key, &public.x25519, &[public.flags], &signature].concat();
    let talk = async {
        let (mut send, mut recv) = conn.open_bi().await.map_err(|e| e.to_string())?;
        send.write_all(&request).await.map_err(|e| e.to_string())?;
        connected();
        let mut answer = [0; 1];
        recv.read_exact(&mut answer).await.map_err(|e| e.to_string())?;
        Ok::<bool, String>(answer[0] == ACCEPTED)
    };
    let answer = tokio::time::timeout(OFFER_TIME, talk).await;
    conn.close(0u32.into(), b"link");
    answer.map_err(|_| "Nobody answered on the other device within ten minutes.".to_owned())?
}
