//! The QUIC endpoint of a device: no server of anybody else is ever spoken to unless the user turns it on.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use iroh::dns::DnsResolver;
use iroh::endpoint::{PortmapperConfig, QuicTransportConfig, presets};
use iroh::{Endpoint, EndpointAddr, EndpointId, RelayMap, RelayMode, SecretKey};
use iroh_mdns_address_lookup::MdnsAddressLookup;

/// Name of the protocol on the wire.
pub const ALPN: &[u8] = b"tern/1";
/// A dial that takes longer is given up; a dead address would take 30 s.
pub const DIAL_TIMEOUT: Duration = Duration::from_secs(8);
/// Closing waits no longer for the other side.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);
/// The same after a dial that nobody answered, whose address would be waited for until then.
pub const CLOSE_UNANSWERED_TIMEOUT: Duration = Duration::from_millis(500);
/// A connection survives this much silence of the network.
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);
/// Streams that a peer may have open at once; bounds what a stranger can make us hold.
pub const MAX_STREAMS: u32 = 64;
/// Bytes that whoever has proved nothing may have under way on all streams of a connection.
pub const STRANGER_WINDOW_BYTES: u32 = 256 * 1024;
/// Bytes that a peer may have under way once it has proved itself: its credit for items, control messages, attachments.
pub const PROVEN_WINDOW_BYTES: u32 = 8 * 1024 * 1024;

/// Whether any of these addresses is on another machine: who is to reach it may not bind to loopback.
pub fn beyond_loopback<'a>(addresses: impl IntoIterator<Item = &'a SocketAddr>) -> bool {
    addresses.into_iter().any(|address| !address.ip().is_loopback())
}

/// Binds the endpoint. Without `listen` it takes any free port: of loopback when `wide` is false, else of every address.
pub async fn bind(secret: SecretKey, listen: Option<SocketAddr>, wide: bool) -> Result<Endpoint, String> {
    let mut transport = QuicTransportConfig::builder();
    transport = transport
        .max_concurrent_bidi_streams(MAX_STREAMS.into())
        .max_concurrent_uni_streams(MAX_STREAMS.into())
        .receive_window(STRANGER_WINDOW_BYTES.into())
        .max_idle_timeout(Some(IDLE_TIMEOUT.try_into().map_err(|_| "idle time-out".to_owned())?));
    let unspecified = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));
    let loopback = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
    let addr = listen.unwrap_or(if wide { unspecified } else { loopback });
    let builder = Endpoint::builder(presets::Minimal)
        .secret_key(secret)
        .alpns(vec![ALPN.to_vec(), super::link::LINK_ALPN.to_vec(), super::recover::RECOVER_ALPN.to_vec()])
        .relay_mode(RelayMode::Custom(RelayMap::empty()))
        .portmapper_config(PortmapperConfig::Disabled)
        .dns_resolver(DnsResolver::builder().disable_fallback().build())
        .net_report_config(iroh::NetReportConfig::minimal())
        .transport_config(transport.build())
        .clear_ip_transports()
        .bind_addr(addr)
        .map_err(|e| e.to_string())?;
    let endpoint = tokio::time::timeout(DIAL_TIMEOUT, builder.bind()).await;
    endpoint.map_err(|_| format!("listening on {addr} took too long"))?.map_err(|e| format!("{addr}: {e}"))
}

/// Announces the device key on the local network and looks others up there.
pub fn announce(endpoint: &Endpoint) -> Result<MdnsAddressLookup, String> {
    let mdns = MdnsAddressLookup::builder().build(endpoint.id()).map_err(|e| e.to_string())?;
    endpoint.address_lookup().map_err(|e| e.to_string())?.add(mdns.clone());
    Ok(mdns)
}

/// Direct addresses at which this endpoint can be reached.
pub fn addresses(endpoint: &Endpoint) -> Vec<SocketAddr> {
    let mut all: Vec<SocketAddr> = endpoint.addr().ip_addrs().copied().collect();
    for bound in endpoint.bound_sockets() {
        if !bound.ip().is_unspecified() && !all.contains(&bound) {
            all.push(bound);
        }
    }
    all.sort_by_key(|a| (a.ip().is_loopback(), *a));
    all
}

/// The address of a device for dialling.
pub fn address_of(device: &[u8; 32], addrs: &[SocketAddr]) -> Result<EndpointAddr, String> {
    let id = EndpointId::from_bytes(device).map_err(|e| e.to_string())?;
    let mut addr = EndpointAddr::new(id);
    for a in addrs {
        addr = addr.with_ip_addr(*a);
    }
    Ok(addr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_another_machine_is_not_reached_from_loopback() {
        let all = |texts: &[&str]| -> Vec<SocketAddr> {
            texts.iter().map(|text| text.parse().expect("an address")).collect()
        };
        assert!(!beyond_loopback(&all(&[])));
        assert!(!beyond_loopback(&all(&["127.0.0.1:1", "127.9.9.9:1", "[::1]:1"])));
        assert!(beyond_loopback(&all(&["127.0.0.1:1", "10.77.2.2:4433"])));
        assert!(beyond_loopback(&all(&["[2001:db8::1]:1"])));
    }
}
