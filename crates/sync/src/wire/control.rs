//! Messages of the control stream: one tag byte, then the fields in postcard. Unknown tags are skipped.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    CONTROL_MAX, FOCUS_MAX, LANES_MAX, LIST_MAX, NODES_MAX, REFUSED_MAX, WANT_MAX, WireError, frame,
};
use crate::api::{Credential, DenyReason, Refusal};
use crate::hello::Short;
use crate::key::Nibbles;

/// A message of the control stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Greeting with the proof of knowing the workspace.
    Hello(Hello),
    /// The peer will not talk.
    Deny(DenyReason),
    /// What the sender holds.
    Root(Root),
    /// Roots of the shared content lanes.
    Lanes(Vec<LaneRow>),
    /// The answerer's view below a prefix.
    Nodes(Nodes),
    /// The dialler's view below a prefix; asks for more.
    Expand(Nodes),
    /// The sender's own nodes where the peer holds a few keys more: it finds by itself which.
    Fewer(Nodes),
    /// Asks for a List, or for everything, below a prefix.
    Ask(Ask),
    /// Every short id the sender holds below a prefix (at most 64).
    List(List),
    /// Short ids the sender wants from below a prefix.
    Want(List),
    /// Item frames are committed.
    Stored(Stored),
    /// Items not taken.
    Refused(Vec<(Short, Refusal)>),
    /// More bytes may be sent on one item stream.
    Credit(Credit),
    /// "My roots equal the Root you sent last."
    Same,
    /// Everything so far is answered.
    Done(Done),
    /// Sign of life.
    Ping,
    /// The sender closes.
    Bye,
    /// Tags of the sender's open documents.
    Focus(Vec<[u8; 16]>),
    /// A message this version does not know.
    Unknown,
}

/// Fields of Hello.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Lowest protocol version spoken.
    pub proto_min: u8,
    /// Highest protocol version spoken.
    pub proto_max: u8,
    /// Feature bits understood.
    pub features: u64,
    /// Store id, little-endian.
    pub store: [u8; 8],
    /// See [`crate::hello::workspace_proof`].
    pub proof: [u8; 32],
    /// What else the dialler shows.
    pub credential: WireCredential,
}

/// [`Credential`] on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WireCredential {
    /// Nothing.
    None,
    /// Invite key and the two halves of its signature.
    Invite([u8; 32], [u8; 32], [u8; 32]),
    /// Workspace id and the proof of the node ticket.
    Node([u8; 32], [u8; 32]),
}

impl From<&Credential> for WireCredential {
    fn from(credential: &Credential) -> WireCredential {
        match credential {
            Credential::None => WireCredential::None,
            Credential::Invite { key, signature } => {
                let (mut a, mut b) = ([0; 32], [0; 32]);
                a.copy_from_slice(&signature[..32]);
                b.copy_from_slice(&signature[32..]);
                WireCredential::Invite(*key, a, b)
            }
            Credential::Node { workspace, proof } => WireCredential::Node(*workspace, *proof),
        }
    }
}

/// Joins the two halves of a signature.
pub fn join_signature(a: &[u8; 32], b: &[u8; 32]) -> [u8; 64] {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(a);
    signature[32..].copy_from_slice(b);
    signature
}

/// Fields of Root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// Records in the log.
    pub log_n: u32,
    /// Root of the log lane.
    pub log_root: [u8; 16],
    /// Combined root of the content lanes last named by the receiver.
    pub combined: [u8; 16],
    /// Rows of the receiver's store that the sender holds.
    pub cursor: u64,
    /// Low 16 bits of the store id that the cursor counts in.
    pub cursor_store: u16,
}

/// A lane as it is named to this peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LaneRef {
    /// The membership log.
    Log,
    /// Session-keyed name, between members.
    Keyed(Short),
    /// The lane id itself, to and from relays.
    Plain([u8; 16]),
}

/// One row of Lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneRow {
    /// Which lane.
    pub lane: LaneRef,
    /// Number of keys.
    pub n: u32,
    /// Root hash.
    pub root: [u8; 16],
}

/// Fields of Nodes, Expand and Fewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nodes {
    /// Which lane.
    pub lane: LaneRef,
    /// The prefix all entries start with.
    pub prefix: Nibbles,
    /// Descendants, ascending, none below another; in Nodes and Expand they together hold all keys of the sender
    /// below the prefix.
    pub entries: Vec<NodeEntry>,
}

/// One entry of Nodes, Expand or Fewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeEntry {
    /// What follows the message's prefix.
    pub tail: Nibbles,
    /// Number of keys, at least one.
    pub n: u32,
    /// Name of the node's hash in this session.
    pub hash: Short,
}

/// Fields of Ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// Which lane.
    pub lane: LaneRef,
    /// Below this prefix.
    pub prefix: Nibbles,
    /// False: send a List. True: the asker holds nothing there, send all items.
    pub whole: bool,
}

/// Fields of List and Want.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Which lane.
    pub lane: LaneRef,
    /// Below this prefix.
    pub prefix: Nibbles,
    /// Short ids.
    pub ids: Vec<Short>,
}

/// Fields of Stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Item frames below this number are committed.
    pub frames: u64,
    /// Contiguous rows of the receiver's store that the sender holds; zero when it cannot tell.
    pub row: u64,
    /// The sender's wall clock, for display.
    pub time_ms: i64,
}

/// Fields of Credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Which item stream.
    pub priority: u8,
    /// Bytes that may be sent in addition.
    pub bytes: u32,
}

/// Fields of Done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Number of item frames sent so far; nothing more is on its way.
    pub frames: u64,
    /// True for the answer to the receiver's own Done.
    pub answer: bool,
}

const HELLO: u8 = 0;
const DENY: u8 = 1;
const ROOT: u8 = 2;
const LANES: u8 = 3;
const NODES: u8 = 4;
const EXPAND: u8 = 5;
const ASK: u8 = 6;
const LIST: u8 = 7;
const WANT: u8 = 8;
const STORED: u8 = 9;
const REFUSED: u8 = 10;
const CREDIT: u8 = 11;
const SAME: u8 = 12;
const DONE: u8 = 13;
const PING: u8 = 14;
const BYE: u8 = 15;
const FOCUS: u8 = 16;
const FEWER: u8 = 17;

impl Message {
    /// The message as one length-prefixed frame.
    pub fn to_frame(&self) -> Vec<u8> {
        frame::frame(&self.to_bytes())
    }

    /// Tag byte and fields.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Message::Hello(m) => tagged(HELLO, m),
            Message::Deny(m) => tagged(DENY, m),
            Message::Root(m) => tagged(ROOT, m),
            Message::Lanes(m) => tagged(LANES, m),
            Message::Nodes(m) => tagged(NODES, m),
            Message::Expand(m) => tagged(EXPAND, m),
            Message::Fewer(m) => tagged(FEWER, m),
            Message::Ask(m) => tagged(ASK, m),
            Message::List(m) => tagged(LIST, m),
            Message::Want(m) => tagged(WANT, m),
            Message::Stored(m) => tagged(STORED, m),
            Message::Refused(m) => {
                let rows: Vec<(Short, u8)> = m.iter().map(|(id, why)| (*id, refusal_byte(*why))).collect();
                tagged(REFUSED, &rows)
            }
            Message::Credit(m) => tagged(CREDIT, m),
            Message::Same => vec![SAME],
            Message::Done(m) => tagged(DONE, m),
            Message::Ping => vec![PING],
            Message::Bye => vec![BYE],
            Message::Focus(m) => tagged(FOCUS, m),
            Message::Unknown => vec![u8::MAX],
        }
    }

    /// Reads a frame's payload. Trailing bytes, counts over their cap and unknown values are errors.
    pub fn from_bytes(payload: &[u8]) -> Result<Message, WireError> {
        if payload.len() > CONTROL_MAX {
            return Err(WireError("control message too large"));
        }
        let (&tag, body) = payload.split_first().ok_or(WireError("empty message"))?;
        let message = match tag {
            HELLO => Message::Hello(read(body)?),
            DENY => Message::Deny(read(body)?),
            ROOT => Message::Root(read(body)?),
            LANES => Message::Lanes(capped(read(body)?, LANES_MAX)?),
            NODES => Message::Nodes(checked(read(body)?)?),
            EXPAND => Message::Expand(checked(read(body)?)?),
            FEWER => Message::Fewer(checked(read(body)?)?),
            ASK => Message::Ask(read(body)?),
            LIST => Message::List(list(read(body)?, LIST_MAX)?),
            WANT => Message::Want(list(read(body)?, WANT_MAX)?),
            STORED => Message::Stored(read(body)?),
            REFUSED => Message::Refused(refusals(capped(read(body)?, REFUSED_MAX)?)?),
            CREDIT => Message::Credit(read(body)?),
            DONE => Message::Done(read(body)?),
            FOCUS => Message::Focus(capped(read(body)?, FOCUS_MAX)?),
            SAME => nothing(body, Message::Same)?,
            PING => nothing(body, Message::Ping)?,
            BYE => nothing(body, Message::Bye)?,
            _ => Message::Unknown,
        };
        Ok(message)
    }
}

fn tagged<T: Serialize>(tag: u8, fields: &T) -> Vec<u8> {
    // Plain structs into a growing vector: postcard has no error to give here.
    postcard::to_extend(fields, vec![tag]).unwrap_or_else(|_| vec![u8::MAX])
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, WireError> {
    match postcard::take_from_bytes(body) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err(WireError("trailing bytes")),
        Err(_) => Err(WireError("malformed message")),
    }
}

fn nothing(body: &[u8], message: Message) -> Result<Message, WireError> {
    if body.is_empty() { Ok(message) } else { Err(WireError("trailing bytes")) }
}

fn capped<T>(list: Vec<T>, max: usize) -> Result<Vec<T>, WireError> {
    if list.len() <= max { Ok(list) } else { Err(WireError("list over its cap")) }
}

fn list(list: List, max: usize) -> Result<List, WireError> {
    Ok(List { ids: capped(list.ids, max)?, ..list })
}

/// Entries must be ascending, disjoint, non-empty and fit behind the prefix.
fn checked(nodes: Nodes) -> Result<Nodes, WireError> {
    let nodes = Nodes { entries: capped(nodes.entries, NODES_MAX)?, ..nodes };
    let mut before: Option<Nibbles> = None;
    for entry in &nodes.entries {
        let whole = nodes.prefix.join(&entry.tail).ok_or(WireError("node prefix too long"))?;
        let starts = whole.span().from;
        let in_order = before.is_none_or(|b| b.span().to.is_some_and(|end| end <= starts));
        if entry.n == 0 || !in_order {
            return Err(WireError("node entries out of order"));
        }
        before = Some(whole);
    }
    Ok(nodes)
}

fn refusal_byte(why: Refusal) -> u8 {
    match why {
        Refusal::Quota => 0,
        Refusal::Size => 1,
        Refusal::Covered => 2,
    }
}

fn refusals(rows: Vec<(Short, u8)>) -> Result<Vec<(Short, Refusal)>, WireError> {
    let read = |(id, why)| match why {
        0 => Ok((id, Refusal::Quota)),
        1 => Ok((id, Refusal::Size)),
        2 => Ok((id, Refusal::Covered)),
        _ => Err(WireError("unknown refusal")),
    };
    rows.into_iter().map(read).collect()
}
