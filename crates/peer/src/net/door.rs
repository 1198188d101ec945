//! The door between processes of one home: whoever does not own the network asks the owner through a local socket.
//!
//! One line of JSON each way. The socket lies in the home folder, which only its owner may enter.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::api::{ErrorKind, PeerError, SyncReport};
use crate::home::Home;

/// A question to the owner of the network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Ask {
    /// Meet peers and report.
    Sync {
        /// For how long, milliseconds.
        timeout_ms: u64,
        /// A ticket with addresses.
        with: Option<String>,
    },
    /// Offer to link a device.
    LinkOffer,
    /// How the offer stands.
    LinkState,
    /// What the person decided.
    LinkDecide(bool),
    /// Keep the sealed file that lies at this path.
    BlobAdd(PathBuf),
    /// Write the sealed file of this hash to a path.
    BlobGet([u8; 32], PathBuf),
    /// Which devices are connected.
    Connected,
}

/// The owner's answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Answer {
    /// How the meeting went.
    Synced(SyncReport),
    /// A ticket.
    Ticket(String),
    /// How an offer stands.
    Link(crate::api::LinkState),
    /// Done, with nothing to say.
    Done,
    /// The hash under which the file is kept, or done.
    Blob([u8; 32]),
    /// Keys of the devices that are connected.
    Connected(std::collections::BTreeSet<[u8; 32]>),
    /// It could not be done.
    Failed(PeerError),
}

/// Longest line either side reads.
#[cfg(unix)]
const LINE_MAX: u64 = 1 << 20;

fn unreachable(home: &Home, why: &str) -> PeerError {
    PeerError::new(
        ErrorKind::Failed,
        format!(
            "Another Tern process owns the network of {} and did not answer: {why}.",
            home.dir().display()
        ),
    )
    .safe("Everything saved is safe.")
    .next("Try again, or close the other process.")
}

/// Asks the owner and waits.
#[cfg(unix)]
pub fn ask(home: &Home, question: &Ask) -> Result<Answer, PeerError> {
    ask_within(home, question, None)
}

/// As [`ask`], for something that is said at once or not at all.
#[cfg(unix)]
pub fn ask_within(
    home: &Home,
    question: &Ask,
    limit: Option<std::time::Duration>,
) -> Result<Answer, PeerError> {
    use std::io::{BufRead, BufReader, Read, Write};
    let talk = || -> std::io::Result<Answer> {
        let mut stream = std::os::unix::net::UnixStream::connect(home.socket())?;
        stream.set_read_timeout(limit)?;
        stream.set_write_timeout(limit)?;
        let mut line = serde_json::to_vec(question)?;
        line.push(b'\n');
        stream.write_all(&line)?;
        let mut answer = String::new();
        BufReader::new(stream.take(LINE_MAX)).read_line(&mut answer)?;
        Ok(serde_json::from_str(&answer)?)
    };
    match talk().map_err(|e| unreachable(home, &e.to_string()))? {
        Answer::Failed(error) => Err(error),
        answer => Ok(answer),
    }
}

/// Asks the owner and waits.
#[cfg(not(unix))]
pub fn ask(home: &Home, _question: &Ask) -> Result<Answer, PeerError> {
    Err(unreachable(home, "this platform has no local sockets"))
}

/// Asks the owner and waits.
#[cfg(not(unix))]
pub fn ask_within(
    home: &Home,
    question: &Ask,
    _limit: Option<std::time::Duration>,
) -> Result<Answer, PeerError> {
    ask(home, question)
}

/// Answers questions until dropped; `answer` runs for each.
#[cfg(unix)]
pub fn open<F, Fut>(home: &Home, answer: F) -> Result<tokio::task::JoinHandle<()>, PeerError>
where
    F: Fn(Ask) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Answer> + Send,
{
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    let path = home.socket();
    // Only the holder of the network lock comes here: a socket that lies there belongs to nobody any more.
    let _ = std::fs::remove_file(&path);
    let listener = tokio::net::UnixListener::bind(&path).map_err(|e| crate::home::file_error(&path, &e))?;
    Ok(tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let mut line = String::new();
                if BufReader::new(read.take(LINE_MAX)).read_line(&mut line).await.is_err() {
                    return;
                }
                let reply = match serde_json::from_str(&line) {
                    Ok(question) => answer(question).await,
                    Err(e) => Answer::Failed(PeerError::new(ErrorKind::Usage, e.to_string())),
                };
                if let Ok(mut bytes) = serde_json::to_vec(&reply) {
                    bytes.push(b'\n');
                    let _ = write.write_all(&bytes).await;
                }
            });
        }
    }))
}

/// No local sockets on this platform: other processes cannot ask.
#[cfg(not(unix))]
pub fn open<F, Fut>(_home: &Home, _answer: F) -> Result<tokio::task::JoinHandle<()>, PeerError>
where
    F: Fn(Ask) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Answer> + Send,
{
    Ok(tokio::spawn(async {}))
}
