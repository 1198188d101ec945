//! A tap on the wire: a forwarder of datagrams on loopback that keeps a copy of everything that passes, so that a test
//! can search what an eavesdropper would hold.

use std::collections::BTreeMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tern_trust::ticket::NodeTicket;

/// How long a forwarding thread waits before it looks whether the tap was dropped.
const LOOK_EVERY: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
struct Shared {
    seen: Mutex<Vec<u8>>,
    ended: AtomicBool,
}

/// Stands before a node. Ends when it is dropped.
#[derive(Debug)]
pub struct Tap {
    shared: Arc<Shared>,
    ticket: String,
}

impl Tap {
    /// A tap before the node of this ticket.
    pub fn before(ticket: &str) -> Result<Tap> {
        let mut ticket = NodeTicket::parse(ticket)?;
        let node = ticket.addresses.first().and_then(|a| a.sockets.first()).copied();
        let node = node.context("the ticket names no address")?;
        let front = UdpSocket::bind("127.0.0.1:0")?;
        let own = front.local_addr()?;
        for address in &mut ticket.addresses {
            address.sockets = vec![own];
        }
        let shared = Arc::new(Shared::default());
        let on_it = Arc::clone(&shared);
        std::thread::spawn(move || forward(&front, node, &on_it));
        Ok(Tap { shared, ticket: ticket.to_text() })
    }

    /// The node's ticket, with the tap's address in place of the node's.
    pub fn ticket(&self) -> &str {
        &self.ticket
    }

    /// Everything that passed so far, in both directions.
    pub fn seen(&self) -> Vec<u8> {
        self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn keep(&self, bytes: &[u8]) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
    }

    /// Hands on what `from` receives until the tap ends. A datagram that cannot be handed on is lost, as on any wire.
    fn run(&self, from: &UdpSocket, mut hand_on: impl FnMut(&[u8], SocketAddr)) {
        let mut buffer = vec![0; 65_536];
        if from.set_read_timeout(Some(LOOK_EVERY)).is_err() {
            return;
        }
        while !self.ended.load(Ordering::Relaxed) {
            if let Ok((n, sender)) = from.recv_from(&mut buffer) {
                self.keep(&buffer[..n]);
                hand_on(&buffer[..n], sender);
            }
        }
    }
}

/// One socket towards the node for every laptop, so that answers find their way back.
fn forward(front: &UdpSocket, node: SocketAddr, shared: &Arc<Shared>) {
    let mut backs: BTreeMap<SocketAddr, UdpSocket> = BTreeMap::new();
    shared.run(front, |datagram, laptop| {
        if !backs.contains_key(&laptop)
            && let Ok(back) = UdpSocket::bind("127.0.0.1:0")
            && let (Ok(answers), Ok(to_laptop)) = (back.try_clone(), front.try_clone())
        {
            let shared = Arc::clone(shared);
            std::thread::spawn(move || {
                shared.run(&answers, |datagram, _| {
                    let _ = to_laptop.send_to(datagram, laptop);
                });
            });
            backs.insert(laptop, back);
        }
        if let Some(back) = backs.get(&laptop) {
            let _ = back.send_to(datagram, node);
        }
    });
}
