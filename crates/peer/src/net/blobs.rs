//! Sealed attachments on disk, kept by iroh-blobs: verified on arrival, resumable, addressed by blake3.
//!
//! It sees ciphertext only; sealing and opening belong to the engine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use iroh::endpoint::{Connection, RecvStream, SendStream};
use iroh_blobs::api::Store;
use iroh_blobs::api::remote::GetProgressItem;
use iroh_blobs::protocol::ObserveRequest;
use iroh_blobs::provider::events::EventSender;
use iroh_blobs::provider::{StreamPair, handle_stream};
use iroh_blobs::store::fs::FsStore;
use iroh_blobs::{Hash, HashAndFormat};
use n0_future::StreamExt;

/// A peer that does not get hold of an attachment by then is not waited for.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(20);

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
            while let Some(Ok(state)) = states.next().await {
                if state.is_complete() {
                    return true;
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
