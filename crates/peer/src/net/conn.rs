//! One connection: streams in, streams out. It understands nothing; sessions live in the engine.
//!
//! The dialler's first bidirectional stream is the control stream; later ones are requests for attachments. Items come
//! over unidirectional streams that begin with the session's tag.

use std::collections::BTreeMap;
use std::time::Duration;

use iroh::endpoint::{Connection, RecvStream, SendStream};
use tokio::sync::{mpsc, watch};

use super::blobs::Blobs;
use super::endpoint::{CLOSE_TIMEOUT, PROVEN_WINDOW_BYTES};
use super::queue::{OutQueue, OutReceiver};

/// Number of a connection, unique while the process runs.
pub type ConnId = u64;

/// Bytes read from a stream at once.
const CHUNK: usize = 64 * 1024;
/// The control stream must stand by then.
const GREETING: Duration = Duration::from_secs(10);

/// What the network tells the engine.
#[derive(Debug)]
pub enum NetIn {
    /// A connection stands.
    Open(Opened),
    /// Bytes of the control stream.
    Control {
        /// Connection.
        conn: ConnId,
        /// Bytes, cut anywhere.
        bytes: Vec<u8>,
    },
    /// Bytes of an item stream, after its tag.
    Items {
        /// Connection.
        conn: ConnId,
        /// Number of the stream within the connection.
        stream: u64,
        /// The tag it began with.
        tag: [u8; 8],
        /// Bytes, cut anywhere.
        bytes: Vec<u8>,
    },
    /// An item stream ended.
    StreamEnded {
        /// Connection.
        conn: ConnId,
        /// Number of the stream.
        stream: u64,
    },
    /// The attempt to fetch an attachment ended.
    BlobFetched {
        /// Connection.
        conn: ConnId,
        /// blake3 of the sealed file.
        hash: [u8; 32],
        /// Whether it is whole on this disk.
        here: bool,
    },
    /// The peer said whether it holds an attachment.
    BlobThere {
        /// Connection.
        conn: ConnId,
        /// blake3 of the sealed file.
        hash: [u8; 32],
        /// Whether the peer has it whole.
        there: bool,
    },
    /// Somebody with a recovery code asks where it belongs.
    WhoseCode {
        /// The code's device key, proven by TLS.
        device: [u8; 32],
        /// Binds the proof to the channel.
        exporter: [u8; 32],
        /// Proof of holding this node's ticket.
        proof: [u8; 32],
        /// Workspaces that the code belongs to.
        answer: tokio::sync::oneshot::Sender<Vec<[u8; 32]>>,
    },
    /// The connection is gone.
    Lost {
        /// Connection.
        conn: ConnId,
    },
}

/// A connection that stands.
#[derive(Debug)]
pub struct Opened {
    /// Its number.
    pub conn: ConnId,
    /// Key of the peer, proven by TLS.
    pub remote: [u8; 32],
    /// Whether this side dialled.
    pub dialled: bool,
    /// Binds proofs to this connection.
    pub exporter: [u8; 32],
    /// What this side dialled for.
    pub purpose: super::Purpose,
    /// Where the engine puts what goes out.
    pub out: OutQueue,
    /// What the peer may do, set by the engine.
    pub gate: watch::Sender<Gate>,
    /// How the connection stands, for whoever waits for it.
    pub news: watch::Sender<super::News>,
}

/// What the engine lets a peer do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// Item streams may be read.
    pub items: bool,
    /// Attachments may be asked for.
    pub blobs: bool,
    /// How the connection goes on.
    pub ending: Ending,
}

/// How a connection goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// More may be said.
    Open,
    /// It closes when what is queued is out, and soon in any case.
    Soon,
    /// It closes now: it was never worth a word.
    Now,
}

impl Gate {
    /// Before a peer has proved anything.
    pub const SHUT: Gate = Gate { items: false, blobs: false, ending: Ending::Open };
    /// After the last word.
    pub const OVER: Gate = Gate { items: false, blobs: false, ending: Ending::Soon };
    /// For a stranger that there is no room for.
    pub const GONE: Gate = Gate { items: false, blobs: false, ending: Ending::Now };
}

/// What the engine tells a connection.
#[derive(Debug)]
pub enum ConnOut {
    /// Bytes for the control stream.
    Control(Vec<u8>),
    /// A frame for the item stream of a priority.
    Items {
        /// Priority, 0 first.
        priority: u8,
        /// Tag with which the stream begins.
        tag: [u8; 8],
        /// The frame.
        bytes: Vec<u8>,
    },
    /// Fetch these attachments, each no larger than it is said to be.
    Fetch(Vec<([u8; 32], u64)>),
    /// Find out whether the peer has these attachments whole; waits until it has.
    Confirm(Vec<[u8; 32]>),
    /// Finish what is queued and close.
    Close,
}

/// Runs a connection until it ends; tells the engine at the end.
pub async fn drive(
    conn: Connection,
    id: ConnId,
    dialled: bool,
    engine: mpsc::Sender<NetIn>,
    out: OutReceiver,
    gate: watch::Receiver<Gate>,
    blobs: Option<Blobs>,
) {
    let opened = async { if dialled { conn.open_bi().await } else { conn.accept_bi().await } };
    let opened = async {
        tokio::select! {
            opened = tokio::time::timeout(GREETING, opened) => opened.ok()?.ok(),
            () = over(gate.clone(), Ending::Soon) => None,
        }
    };
    if let Some((send, recv)) = opened.await {
        tokio::select! {
            // Ends with the connection, once what had come before is handed on: often the word that says why.
            () = read_control(recv, id, &engine) => {}
            () = accept_items(&conn, id, &engine, &gate) => {}
            () = serve_blobs(&conn, &gate, blobs.as_ref()) => {}
            () = write(&conn, id, send, out, &engine, blobs.as_ref()) => {}
            () = over(gate.clone(), Ending::Now) => {}
            () = async {
                over(gate.clone(), Ending::Soon).await;
                // Whoever does not read its last words keeps no connection by that.
                tokio::time::sleep(CLOSE_TIMEOUT).await;
            } => {}
            () = widen(&conn, gate.clone()) => {}
        }
    }
    conn.close(0u32.into(), b"bye");
    let _ = engine.send(NetIn::Lost { conn: id }).await;
}

/// Until the engine has ended the connection, at least so far. An engine that has let go of it has said its last word.
async fn over(mut gate: watch::Receiver<Gate>, ending: Ending) {
    let ended = gate.wait_for(|g| g.ending == Ending::Now || g.ending == ending).await.is_ok();
    if !ended && ending == Ending::Now {
        std::future::pending::<()>().await;
    }
}

/// Lets a peer that has proved itself have more under way; never ends.
async fn widen(conn: &Connection, mut gate: watch::Receiver<Gate>) {
    if gate.wait_for(|g| g.items).await.is_ok() {
        conn.set_receive_window(PROVEN_WINDOW_BYTES.into());
    }
    std::future::pending().await
}

async fn read_control(mut recv: RecvStream, conn: ConnId, engine: &mpsc::Sender<NetIn>) {
    while let Ok(Some(chunk)) = recv.read_chunk(CHUNK).await {
        if engine.send(NetIn::Control { conn, bytes: chunk.to_vec() }).await.is_err() {
            return;
        }
    }
}

/// Never ends.
async fn accept_items(
    conn: &Connection,
    id: ConnId,
    engine: &mpsc::Sender<NetIn>,
    gate: &watch::Receiver<Gate>,
) {
    let mut streams = tokio::task::JoinSet::new();
    let mut next = 0u64;
    loop {
        tokio::select! {
            accepted = conn.accept_uni() => {
                let Ok(recv) = accepted else { return std::future::pending().await };
                next += 1;
                streams.spawn(read_items(recv, id, next, engine.clone(), gate.clone()));
            }
            Some(_) = streams.join_next() => {}
        }
    }
}

async fn read_items(
    mut recv: RecvStream,
    conn: ConnId,
    stream: u64,
    engine: mpsc::Sender<NetIn>,
    mut gate: watch::Receiver<Gate>,
) {
    let mut tag = [0; 8];
    if recv.read_exact(&mut tag).await.is_err() {
        return;
    }
    loop {
        if gate.wait_for(|g| g.items).await.is_err() {
            return;
        }
        match recv.read_chunk(CHUNK).await {
            Ok(Some(chunk)) => {
                let bytes = chunk.to_vec();
                if engine.send(NetIn::Items { conn, stream, tag, bytes }).await.is_err() {
                    return;
                }
            }
            _ => break,
        }
    }
    let _ = engine.send(NetIn::StreamEnded { conn, stream }).await;
}

/// Never ends.
async fn serve_blobs(conn: &Connection, gate: &watch::Receiver<Gate>, blobs: Option<&Blobs>) {
    let mut requests = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = conn.accept_bi() => {
                let Ok((send, recv)) = accepted else { return std::future::pending().await };
                if let Some(blobs) = blobs {
                    let (blobs, conn, mut gate) = (blobs.clone(), conn.clone(), gate.clone());
                    requests.spawn(async move {
                        // The peer may be a step ahead of this side: its request waits until the session allows it.
                        let open = async { gate.wait_for(|g| g.blobs).await.is_ok() };
                        if tokio::time::timeout(GREETING, open).await == Ok(true) {
                            blobs.serve(&conn, send, recv).await;
                        }
                    });
                }
            }
            Some(_) = requests.join_next() => {}
        }
    }
}

/// Until all is said, or nobody has listened for a while: whoever closed had a last word, which is read meanwhile.
async fn write(
    conn: &Connection,
    id: ConnId,
    control: SendStream,
    out: OutReceiver,
    engine: &mpsc::Sender<NetIn>,
    blobs: Option<&Blobs>,
) {
    if say(conn, id, control, out, engine, blobs).await.is_err() {
        tokio::time::sleep(CLOSE_TIMEOUT).await;
    }
}

async fn say(
    conn: &Connection,
    id: ConnId,
    mut control: SendStream,
    mut out: OutReceiver,
    engine: &mpsc::Sender<NetIn>,
    blobs: Option<&Blobs>,
) -> Result<(), ()> {
    let mut lanes: BTreeMap<u8, SendStream> = BTreeMap::new();
    let _ = control.set_priority(100);
    let mut fetches = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            message = out.recv() => match message {
                Some(ConnOut::Control(bytes)) => control.write_all(&bytes).await.map_err(|_| ())?,
                Some(ConnOut::Items { priority, tag, bytes }) => {
                    write_items(conn, &mut lanes, priority, tag, &bytes).await?;
                }
                Some(ConnOut::Fetch(files)) => if let Some(blobs) = blobs {
                    fetches.spawn(fetch(conn.clone(), id, blobs.clone(), files, engine.clone()));
                },
                Some(ConnOut::Confirm(hashes)) => if let Some(blobs) = blobs {
                    fetches.spawn(confirm(conn.clone(), id, blobs.clone(), hashes, engine.clone()));
                },
                Some(ConnOut::Close) | None => break,
            },
            Some(_) = fetches.join_next() => {}
        }
    }
    let _ = control.finish();
    for lane in lanes.values_mut() {
        let _ = lane.finish();
    }
    let _ = tokio::time::timeout(CLOSE_TIMEOUT, control.stopped()).await;
    Ok(())
}

async fn write_items(
    conn: &Connection,
    lanes: &mut BTreeMap<u8, SendStream>,
    priority: u8,
    tag: [u8; 8],
    bytes: &[u8],
) -> Result<(), ()> {
    if let std::collections::btree_map::Entry::Vacant(slot) = lanes.entry(priority) {
        let mut stream = conn.open_uni().await.map_err(|_| ())?;
        let _ = stream.set_priority(50 - i32::from(priority));
        stream.write_all(&tag).await.map_err(|_| ())?;
        slot.insert(stream);
    }
    let stream = lanes.get_mut(&priority).ok_or(())?;
    stream.write_all(bytes).await.map_err(|_| ())
}

async fn fetch(
    conn: Connection,
    id: ConnId,
    blobs: Blobs,
    files: Vec<([u8; 32], u64)>,
    engine: mpsc::Sender<NetIn>,
) {
    for (hash, size_bytes) in files {
        let here = blobs.has(&hash).await || blobs.fetch(conn.clone(), &hash, size_bytes).await.is_ok();
        let _ = engine.send(NetIn::BlobFetched { conn: id, hash, here }).await;
    }
}

async fn confirm(
    conn: Connection,
    id: ConnId,
    blobs: Blobs,
    hashes: Vec<[u8; 32]>,
    engine: mpsc::Sender<NetIn>,
) {
    for hash in hashes {
        let there = blobs.await_at(conn.clone(), &hash).await;
        let _ = engine.send(NetIn::BlobThere { conn: id, hash, there }).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::endpoint;
    use crate::net::queue::out_queue;

    async fn endpoint_of(seed: u8) -> iroh::Endpoint {
        endpoint::bind(iroh::SecretKey::from_bytes(&[seed; 32]), None, false).await.expect("bound")
    }

    /// The last word says why; what closes a connection comes right behind it, often before it is read.
    #[tokio::test]
    async fn what_had_come_when_the_connection_closed_is_heard() {
        const WORDS: usize = 32 * 1024;
        let (near, far) = (endpoint_of(1).await, endpoint_of(2).await);
        let door = endpoint::address_of(far.id().as_bytes(), &endpoint::addresses(&far)).expect("an address");
        let says_why = tokio::spawn(async move {
            let conn = far.accept().await.expect("a call").await.expect("a connection");
            let (mut send, mut recv) = conn.accept_bi().await.expect("a stream");
            recv.read_chunk(CHUNK).await.expect("a greeting");
            send.write_all(&[7; WORDS]).await.expect("said");
            send.finish().expect("said");
            send.stopped().await.expect("all of it is there");
            // Whoever is gone listens to nothing either.
            drop(recv);
            conn.close(0u32.into(), b"bye");
            far.close().await;
        });
        let conn = near.connect(door, endpoint::ALPN).await.expect("a connection");
        // The engine is busy: it takes nothing before the connection is gone.
        let (engine, mut inputs) = mpsc::channel(1);
        let (out, out_rx) = out_queue();
        let (_gate, gate_rx) = watch::channel(Gate::SHUT);
        assert!(out.put(ConnOut::Control(b"greeting".to_vec())));
        let driven = tokio::spawn(drive(conn.clone(), 1, true, engine, out_rx, gate_rx, None));
        conn.closed().await;
        // What it says to nobody any more ends nothing either.
        assert!(out.put(ConnOut::Control(b"more".to_vec())));
        let mut heard = 0;
        while let Some(input) = inputs.recv().await {
            match input {
                NetIn::Control { bytes, .. } => heard += bytes.len(),
                NetIn::Lost { .. } => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(heard, WORDS);
        driven.await.expect("it ends");
        says_why.await.expect("it ends");
        near.close().await;
    }
}
