//! Handshakes of strangers: one at a time from an address, so many at once from everywhere. Nothing is known of whoever
//! asks, so this decides by where it comes from alone.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Handshakes under way at once, and waiting for their turn, from everywhere.
pub const MAX_HANDSHAKES: usize = 64;
/// Handshakes under way at once from one address; further ones wait.
pub const HANDSHAKES_PER_ADDRESS: usize = 1;
/// Handshakes that one address may have waiting and under way.
pub const WAITING_PER_ADDRESS: usize = 16;
/// With so many in all, whoever comes must first show that it receives at its address.
pub const CROWDED: usize = 8;

/// Who is at the door.
#[derive(Debug, Clone)]
pub struct Handshakes {
    all: Arc<Semaphore>,
    addresses: Arc<Mutex<BTreeMap<IpAddr, Address>>>,
}

#[derive(Debug)]
struct Address {
    turn: Arc<Semaphore>,
    inside: usize,
}

/// One handshake's place.
#[derive(Debug)]
pub struct Turn {
    from: IpAddr,
    addresses: Arc<Mutex<BTreeMap<IpAddr, Address>>>,
    turn: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
    _all: OwnedSemaphorePermit,
}

impl Default for Handshakes {
    fn default() -> Self {
        Handshakes {
            all: Arc::new(Semaphore::new(MAX_HANDSHAKES)),
            addresses: Arc::new(Mutex::new(BTreeMap::new())),
        }
    }
}

/// What counts as one address: who has an IPv6 network has 2^64 of them.
fn place(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => Ipv6Addr::from_bits(v6.to_bits() & (!0 << 64)).into(),
        },
    }
}

impl Handshakes {
    /// A place for a handshake from this address; none when there are too many.
    pub fn enter(&self, from: IpAddr) -> Option<Turn> {
        let from = place(from);
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let inside = addresses.get(&from).map_or(0, |a| a.inside);
        if inside >= WAITING_PER_ADDRESS {
            return None;
        }
        let all = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let address = addresses
            .entry(from)
            .or_insert_with(|| Address { turn: Arc::new(Semaphore::new(HANDSHAKES_PER_ADDRESS)), inside: 0 });
        address.inside += 1;
        let turn = Arc::clone(&address.turn);
        Some(Turn { from, addresses: Arc::clone(&self.addresses), turn, held: None, _all: all })
    }

    /// Whether whoever comes must show first that it receives at its address.
    pub fn is_crowded(&self) -> bool {
        MAX_HANDSHAKES - self.all.available_permits() >= CROWDED
    }
}

impl Turn {
    /// Waits until no other handshake from the same address is under way.
    pub async fn wait(&mut self) {
        self.held = Arc::clone(&self.turn).acquire_owned().await.ok();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(address) = addresses.get_mut(&self.from) {
            address.inside = address.inside.saturating_sub(1);
            if address.inside == 0 {
                addresses.remove(&self.from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn has_turn(turn: &mut Turn) -> bool {
        pin!(turn.wait()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn one_address_has_one_handshake_under_way_and_few_waiting() {
        let door = Handshakes::default();
        let mut turns: Vec<Turn> =
            (0..WAITING_PER_ADDRESS).map(|_| door.enter([127, 0, 0, 1].into()).expect("room")).collect();
        assert!(door.enter([127, 0, 0, 1].into()).is_none(), "one past the bound");
        assert!(door.enter("::ffff:127.0.0.1".parse().expect("an address")).is_none(), "the same address");
        assert!(has_turn(&mut turns[0]));
        assert!(turns[1..].iter_mut().all(|turn| !has_turn(turn)), "two at once from one address");
        turns.remove(0);
        assert!(has_turn(&mut turns[0]), "the next one's turn");
        assert!(door.enter([127, 0, 0, 1].into()).is_some(), "a place came back");
    }

    #[test]
    fn all_addresses_together_have_so_many() {
        let door = Handshakes::default();
        let enter = |n: usize| door.enter([10, 0, 0, n as u8].into());
        let mut turns: Vec<Option<Turn>> = (1..CROWDED).map(enter).collect();
        assert!(!door.is_crowded(), "one short of it");
        turns.extend((CROWDED..=MAX_HANDSHAKES).map(|n| {
            let turn = enter(n);
            assert!(door.is_crowded(), "{n}");
            turn
        }));
        assert!(turns.iter().all(Option::is_some) && door.is_crowded());
        assert!(enter(200).is_none(), "one past the bound");
        drop(turns);
        assert!(!door.is_crowded() && enter(200).is_some(), "the places came back");
        let lock = door.addresses.lock().expect("nobody panicked");
        assert!(lock.is_empty(), "nothing is remembered of who has gone");
    }

    #[test]
    fn a_network_of_ipv6_addresses_is_one_address() {
        let one: IpAddr = "2001:db8:1:2:3:4:5:6".parse().expect("an address");
        let other: IpAddr = "2001:db8:1:2::9".parse().expect("an address");
        assert_eq!(place(one), place(other));
        assert_ne!(place(one), place("2001:db8:1:3::9".parse().expect("an address")));
    }
}
