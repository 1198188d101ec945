//! Sealed attachments on disk, kept by iroh-blobs: verified on arrival, resumable, addressed by blake3.
//!
//! It sees ciphertext only; sealing and opening belong to the engine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use iroh::endpoint::{Connection, RecvStream, SendStream};
use iroh_blobs::api::Store;
use iroh_blobs::api::proto::Bitfield;
use iroh_blobs::api::remote::GetProgressItem;
use iroh_blobs::protocol::ObserveRequest;
use iroh_blobs::provider::events::EventSender;
use iroh_blobs::provider::{StreamPair, handle_stream};
use iroh_blobs::store::fs::FsStore;
use iroh_blobs::{Hash, HashAndFormat};
use n0_future::StreamExt;

/// A peer that does not get hold of an attachment by then is not waited for.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(20);

/// Begins and ends of parts of one file that a peer may say it has; a file arrives from its begin to its end.
const MAX_PARTS: usize = 4_096;

/// The blob store of a home. One process at a time may have it open.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Store,
    dir: PathBuf,
}

impl Blobs {
    /// Opens the store in `dir`.
    pub async fn open(dir: &Path) -> Result<Self, String> {
        let store = FsStore::load(dir).await.map_err(|e| format!("{}: {e}", dir.display()))?;
        Ok(Blobs { store: store.into(), dir: dir.to_owned() })
    }

    /// Keeps `bytes`; returns their blake3.
    pub async fn add(&self, bytes: Vec<u8>) -> Result<[u8; 32], String> {
        let tag = self.store.blobs().add_bytes(bytes).await.map_err(|e| e.to_string())?;
        self.settle(&tag.hash).await?;
        Ok(*tag.hash.as_bytes())
    }

    /// Makes what was added survive the end of the process: the store gathers its writes.
    /// Its files are made durable here, because the store leaves them to the system.
    async fn settle(&self, hash: &Hash) -> Result<(), String> {
        self.store.sync_db().await.map_err(|e| e.to_string())?;
        let data = self.dir.join("data");
        for ending in ["data", "obao4", "sizes4"] {
            let path = data.join(format!("{}.{ending}", hash.to_hex()));
            if let Ok(file) = std::fs::File::open(&path) {
                file.sync_all().map_err(|e| format!("{}: {e}", path.display()))?;
            }
        }
        crate::home::sync_dir(&data).map_err(|e| e.to_string())
    }

    /// Of these files, those that are not whole here.
    pub async fn lacking(&self, hashes: Vec<[u8; 32]>) -> Vec<[u8; 32]> {
        let mut lacking = Vec::new();
        for hash in hashes {
            if !self.has(&hash).await {
                lacking.push(hash);
            }
        }
        lacking
    }

    /// Whether the whole file is here.
    pub async fn has(&self, hash: &[u8; 32]) -> bool {
        self.store.blobs().has(Hash::from_bytes(*hash)).await.unwrap_or(false)
    }

    /// The whole file.
    pub async fn get(&self, hash: &[u8; 32]) -> Result<Vec<u8>, String> {
        let bytes = self.store.blobs().get_bytes(Hash::from_bytes(*hash)).await.map_err(|e| e.to_string())?;
        Ok(bytes.to_vec())
    }

    /// Fetches what is missing of a file over a connection; what arrived stays when the connection breaks. A file that is
    /// larger than `size_bytes` is given up: whoever named it lied about its size.
    pub async fn fetch(&self, conn: Connection, hash: &[u8; 32], size_bytes: u64) -> Result<(), String> {
        let content = HashAndFormat::raw(Hash::from_bytes(*hash));
        let mut parts = std::pin::pin!(self.store.remote().fetch(conn, content).stream());
        loop {
            match parts.next().await {
                Some(GetProgressItem::Progress(bytes)) if bytes > size_bytes => {
                    return Err(format!("it is larger than the {size_bytes} bytes it is said to have"));
                }
                Some(GetProgressItem::Progress(_)) => {}
                Some(GetProgressItem::Done(_)) => break,
                Some(GetProgressItem::Error(error)) => return Err(error.to_string()),
                None => return Err("it ended without a word".to_owned()),
            }
        }
        self.settle(&Hash::from_bytes(*hash)).await
    }

    /// Waits until the peer has the whole file; `false` when it cannot be asked or takes too long.
    pub async fn await_at(&self, conn: Connection, hash: &[u8; 32]) -> bool {
        let request = ObserveRequest::new(Hash::from_bytes(*hash));
        let waiting = async {
            let states = self.store.remote().observe(conn, request);
            let mut states = std::pin::pin!(states);
            // The first word is what it has, each later one what it got since.
            let mut whole = Bitfield::empty();
            while let Some(Ok(state)) = states.next().await {
                whole.update(&state);
                if whole.is_complete() {
                    return true;
                }
                if whole.ranges.boundaries().len() > MAX_PARTS {
                    return false;
                }
            }
            false
        };
        tokio::time::timeout(CONFIRM_TIMEOUT, waiting).await.unwrap_or(false)
    }

    /// Answers one request of a peer whose membership the caller has checked.
    pub async fn serve(&self, conn: &Connection, send: SendStream, recv: RecvStream) {
        let pair = StreamPair::new(conn.stable_id() as u64, recv, send, EventSender::DEFAULT);
        let _ = handle_stream(pair, self.store.clone()).await;
    }

    /// Makes everything durable and closes the store.
    pub async fn close(&self) {
        let _ = self.store.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::endpoint;

    async fn serve_all(blobs: Blobs, conn: Connection) {
        while let Ok((send, recv)) = conn.accept_bi().await {
            let (blobs, conn) = (blobs.clone(), conn.clone());
            tokio::spawn(async move { blobs.serve(&conn, send, recv).await });
        }
    }

    /// A laptop asks before the node has fetched all of it, as it does when both meet.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_that_arrives_in_parts_is_known_to_be_whole_when_the_last_is_there() {
        let dirs = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
        let near = Blobs::open(dirs[0].path()).await.expect("a store");
        let far = Blobs::open(dirs[1].path()).await.expect("a store");
        let ends = [3, 4].map(|seed| iroh::SecretKey::from_bytes(&[seed; 32]));
        let [near_end, far_end] = ends.map(|secret| endpoint::bind(secret, None, false));
        let (near_end, far_end) = (near_end.await.expect("bound"), far_end.await.expect("bound"));
        let door = endpoint::address_of(far_end.id().as_bytes(), &endpoint::addresses(&far_end));
        let (called, taken) =
            tokio::join!(near_end.connect(door.expect("an address"), endpoint::ALPN), async {
                far_end.accept().await.expect("a call").await
            });
        let (called, taken) = (called.expect("a connection"), taken.expect("a connection"));
        let content: Vec<u8> = (0..3_000_000u32).map(|n| n.to_le_bytes()[0]).collect();
        let hash = near.add(content.clone()).await.expect("kept");
        tokio::spawn(serve_all(near.clone(), called.clone()));
        let waits = tokio::spawn({
            let (near, called) = (near.clone(), called.clone());
            async move { near.await_at(called, &hash).await }
        });
        let (send, recv) = taken.accept_bi().await.expect("it is asked");
        tokio::spawn({
            let (far, taken) = (far.clone(), taken.clone());
            async move { far.serve(&taken, send, recv).await }
        });
        far.fetch(taken, &hash, content.len() as u64).await.expect("fetched");
        assert!(waits.await.expect("it ends"), "it is there and not known to be");
        near_end.close().await;
        far_end.close().await;
    }
}
