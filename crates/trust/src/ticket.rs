//! Tickets: short texts that carry a secret and addresses. Each kind refuses the others by name.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use zeroize::Zeroizing;

use crate::codec::{Put, Reader};
use crate::derive::{Id, Id16};
use crate::item::Malformed;
use crate::limits::{MAX_TICKET_ADDRESSES, MAX_TICKET_CHARS};

const CHECKSUM_BYTES: usize = 4;

/// Where a device may be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Device key, which the connection proves.
    pub device: Id,
    /// Socket addresses to try, in the order given.
    pub sockets: Vec<SocketAddr>,
}

/// What a ticket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketKind {
    /// `tern1…`: admits a person to a workspace.
    Invite,
    /// `ternlink1…`: makes this computer another device of the same person.
    Link,
    /// `ternnode1…`: lets a workspace use a node.
    Node,
}

impl TicketKind {
    const ALL: [TicketKind; 3] = [TicketKind::Invite, TicketKind::Link, TicketKind::Node];

    /// What the text begins with.
    pub fn prefix(self) -> &'static str {
        match self {
            TicketKind::Invite => "tern1",
            TicketKind::Link => "ternlink1",
            TicketKind::Node => "ternnode1",
        }
    }

    fn noun(self) -> &'static str {
        match self {
            TicketKind::Invite => "an invite ticket",
            TicketKind::Link => "a device link",
            TicketKind::Node => "a node ticket",
        }
    }
}

impl fmt::Display for TicketKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun())
    }
}

/// Why a text is not the ticket that was wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// A ticket, but of another kind.
    #[error("this is {found}, not {wanted}")]
    Kind {
        /// What it is.
        found: TicketKind,
        /// What was wanted.
        wanted: TicketKind,
    },
    /// Not a ticket at all.
    #[error("this is not a ticket: {wanted} begins with {}", .wanted.prefix())]
    NotATicket {
        /// What was wanted.
        wanted: TicketKind,
    },
    /// A mistyped or cut ticket.
    #[error("the ticket was mistyped or cut short: its checksum does not fit")]
    Checksum,
    /// Too long to be a ticket.
    #[error("the text is too long to be a ticket")]
    TooLong,
    /// A ticket of a newer version, or made wrongly.
    #[error("the ticket cannot be read: {0}")]
    Malformed(#[from] Malformed),
}

/// `tern1…`: whoever holds it may join.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteTicket {
    /// The workspace.
    pub workspace: Id,
    /// Who may be asked for the log.
    pub addresses: Vec<Address>,
    /// Makes the invite keys.
    pub secret: Zeroizing<Id>,
}

/// `ternlink1…`: shown once by the old device, for ten minutes.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkTicket {
    /// The workspace.
    pub workspace: Id,
    /// The member who gets another device.
    pub member: Id16,
    /// The old device.
    pub address: Address,
    /// Proves that the new device saw the ticket.
    pub secret: Zeroizing<Id>,
}

/// `ternnode1…`: lets a workspace ask a node to carry it.
#[derive(Clone, PartialEq, Eq)]
pub struct NodeTicket {
    /// The node's device key.
    pub device: Id,
    /// Where it may be reached; usually the node itself.
    pub addresses: Vec<Address>,
    /// Proves that its operator handed the ticket out.
    pub secret: Zeroizing<Id>,
}

impl InviteTicket {
    /// Reads the text, saying what it is when it is another kind.
    pub fn parse(text: &str) -> Result<InviteTicket, TicketError> {
        let bytes = decode(TicketKind::Invite, text)?;
        let mut reader = Reader::new(&bytes);
        let (workspace, addresses) = (reader.array()?, addresses(&mut reader)?);
        let ticket = InviteTicket { workspace, addresses, secret: Zeroizing::new(reader.array()?) };
        reader.finish()?;
        Ok(ticket)
    }

    /// The text. Handle as the secret it is.
    pub fn to_text(&self) -> String {
        let mut bytes = Zeroizing::new(self.workspace.to_vec());
        put_addresses(&mut bytes, &self.addresses);
        bytes.extend_from_slice(self.secret.as_slice());
        encode(TicketKind::Invite, &bytes)
    }
}

impl LinkTicket {
    /// Reads the text, saying what it is when it is another kind.
    pub fn parse(text: &str) -> Result<LinkTicket, TicketError> {
        let bytes = decode(TicketKind::Link, text)?;
        let mut reader = Reader::new(&bytes);
        let (workspace, member) = (reader.array()?, reader.array()?);
        let ticket = LinkTicket {
            workspace,
            member,
            address: address(&mut reader)?,
            secret: Zeroizing::new(reader.array()?),
        };
        reader.finish()?;
        Ok(ticket)
    }

    /// The text. Handle as the secret it is.
    pub fn to_text(&self) -> String {
        let mut bytes = Zeroizing::new(self.workspace.to_vec());
        bytes.extend_from_slice(&self.member);
        put_address(&mut bytes, &self.address);
        bytes.extend_from_slice(self.secret.as_slice());
        encode(TicketKind::Link, &bytes)
    }
}

impl NodeTicket {
    /// Reads the text, saying what it is when it is another kind.
    pub fn parse(text: &str) -> Result<NodeTicket, TicketError> {
        let bytes = decode(TicketKind::Node, text)?;
        let mut reader = Reader::new(&bytes);
        let (device, addresses) = (reader.array()?, addresses(&mut reader)?);
        let ticket = NodeTicket { device, addresses, secret: Zeroizing::new(reader.array()?) };
        reader.finish()?;
        Ok(ticket)
    }

    /// The text. Handle as the secret it is.
    pub fn to_text(&self) -> String {
        let mut bytes = Zeroizing::new(self.device.to_vec());
        put_addresses(&mut bytes, &self.addresses);
        bytes.extend_from_slice(self.secret.as_slice());
        encode(TicketKind::Node, &bytes)
    }
}

/// The kind a text claims to be, if any.
pub fn kind_of(text: &str) -> Option<TicketKind> {
    let text = text.trim().to_ascii_lowercase();
    TicketKind::ALL.into_iter().find(|kind| text.starts_with(kind.prefix()))
}

fn checksum(kind: TicketKind, bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(kind.prefix().as_bytes());
    hasher.update(bytes);
    let mut sum = [0; CHECKSUM_BYTES];
    sum.copy_from_slice(&hasher.finalize().as_bytes()[..CHECKSUM_BYTES]);
    sum
}

fn encode(kind: TicketKind, bytes: &[u8]) -> String {
    let sealed = Zeroizing::new([bytes, &checksum(kind, bytes)].concat());
    let digits = data_encoding::BASE32_NOPAD.encode(&sealed).to_ascii_lowercase();
    format!("{}{digits}", kind.prefix())
}

fn decode(wanted: TicketKind, text: &str) -> Result<Zeroizing<Vec<u8>>, TicketError> {
    if text.len() > MAX_TICKET_CHARS {
        return Err(TicketError::TooLong);
    }
    let found = kind_of(text).ok_or(TicketError::NotATicket { wanted })?;
    if found != wanted {
        return Err(TicketError::Kind { found, wanted });
    }
    // Mail programs break long lines and people paste what they see: inner white space does not count.
    let digits: String = text.split_whitespace().collect::<String>().to_ascii_uppercase();
    let digits = digits.get(wanted.prefix().len()..).unwrap_or_default();
    let bytes = data_encoding::BASE32_NOPAD.decode(digits.as_bytes()).map_err(|_| TicketError::Checksum)?;
    let mut bytes = Zeroizing::new(bytes);
    let split = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or(TicketError::Checksum)?;
    if checksum(wanted, &bytes[..split]) != bytes[split..] {
        return Err(TicketError::Checksum);
    }
    bytes.truncate(split);
    Ok(bytes)
}

fn put_addresses(out: &mut Vec<u8>, addresses: &[Address]) {
    out.put_count(addresses.len().min(MAX_TICKET_ADDRESSES));
    for address in addresses.iter().take(MAX_TICKET_ADDRESSES) {
        put_address(out, address);
    }
}

fn put_address(out: &mut Vec<u8>, address: &Address) {
    out.extend_from_slice(&address.device);
    out.put_count(address.sockets.len().min(MAX_TICKET_ADDRESSES));
    for socket in address.sockets.iter().take(MAX_TICKET_ADDRESSES) {
        match socket.ip() {
            IpAddr::V4(ip) => {
                out.push(4);
                out.extend_from_slice(&ip.octets());
            }
            IpAddr::V6(ip) => {
                out.push(6);
                out.extend_from_slice(&ip.octets());
            }
        }
        out.extend_from_slice(&socket.port().to_le_bytes());
    }
}

fn addresses(reader: &mut Reader<'_>) -> Result<Vec<Address>, Malformed> {
    reader.list(MAX_TICKET_ADDRESSES, address)
}

fn address(reader: &mut Reader<'_>) -> Result<Address, Malformed> {
    let device = reader.array()?;
    let sockets = reader.list(MAX_TICKET_ADDRESSES, |reader| {
        let ip = match reader.u8()? {
            4 => IpAddr::V4(Ipv4Addr::from(reader.array::<4>()?)),
            6 => IpAddr::V6(Ipv6Addr::from(reader.array::<16>()?)),
            _ => return Err(Malformed::UnknownValue("address family")),
        };
        Ok(SocketAddr::new(ip, reader.u16()?))
    })?;
    Ok(Address { device, sockets })
}

macro_rules! hide_secret {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
hide_secret!(InviteTicket, LinkTicket, NodeTicket);

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        let sockets = ["127.0.0.1:4433", "[::1]:9"].map(|text| text.parse().expect("a socket address"));
        Address { device: [2; 32], sockets: sockets.into() }
    }

    fn invite() -> InviteTicket {
        InviteTicket { workspace: [1; 32], addresses: vec![address()], secret: Zeroizing::new([3; 32]) }
    }

    fn link() -> LinkTicket {
        let secret = Zeroizing::new([3; 32]);
        LinkTicket { workspace: [1; 32], member: [4; 16], address: address(), secret }
    }

    fn node() -> NodeTicket {
        NodeTicket { device: [2; 32], addresses: vec![address()], secret: Zeroizing::new([3; 32]) }
    }

    #[test]
    fn tickets_survive_case_line_breaks_and_spaces() {
        let text = invite().to_text();
        let pasted = format!("  {}\n {} ", &text[..40].to_uppercase(), &text[40..]);
        assert!(InviteTicket::parse(&pasted) == Ok(invite()));
        assert!(LinkTicket::parse(&link().to_text()) == Ok(link()));
        assert!(NodeTicket::parse(&node().to_text()) == Ok(node()));
    }

    #[test]
    fn t34_each_parser_refuses_the_other_kinds_by_name() {
        let told = |result: Result<(), TicketError>| result.expect_err("refused").to_string();
        let as_invite = |text: String| told(InviteTicket::parse(&text).map(|_| ()));
        assert_eq!(as_invite(link().to_text()), "this is a device link, not an invite ticket");
        assert_eq!(as_invite(node().to_text()), "this is a node ticket, not an invite ticket");
        let as_link = told(LinkTicket::parse(&invite().to_text()).map(|_| ()));
        assert_eq!(as_link, "this is an invite ticket, not a device link");
        let as_node = told(NodeTicket::parse(&invite().to_text()).map(|_| ()));
        assert_eq!(as_node, "this is an invite ticket, not a node ticket");
        assert_eq!(as_invite("hello".into()), "this is not a ticket: an invite ticket begins with tern1");
    }

    #[test]
    fn a_typing_error_anywhere_is_noticed() {
        let text = invite().to_text();
        for at in TicketKind::Invite.prefix().len()..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[at] = if wrong[at] == b'a' { b'b' } else { b'a' };
            let wrong = String::from_utf8(wrong).expect("ASCII");
            assert_eq!(InviteTicket::parse(&wrong).map(|_| ()), Err(TicketError::Checksum), "character {at}");
        }
        assert_eq!(InviteTicket::parse(&text[..60]).map(|_| ()), Err(TicketError::Checksum));
        assert_eq!(InviteTicket::parse("tern1é").map(|_| ()), Err(TicketError::Checksum));
    }

    #[test]
    fn no_secret_is_printed() {
        assert_eq!(format!("{:?}", invite()), "InviteTicket { .. }");
    }
}
