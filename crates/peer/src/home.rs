//! The folder of one device: where its files lie, its key, and who owns the network.
//!
//! `device.key` (0600) holds the device's secret seed, `store.db` everything else, `blobs/` the sealed attachments,
//! `network.lock` is held by the process that owns endpoint and blob store, `network.sock` is its door.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::api::{ErrorKind, PeerError};
use crate::keyring;
use crate::keys::Keep;

/// How often, and with what pauses, a process tries to become the owner of the network.
const LOCK_TRIES: u32 = 10;
const LOCK_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

/// Paths of a home.
#[derive(Debug, Clone)]
pub struct Home {
    dir: PathBuf,
}

/// Held while a process owns the network of a home; released by dropping it, also when the process is killed.
#[derive(Debug)]
pub struct NetworkLock {
    _file: File,
}

impl Home {
    /// The home in `dir`, which need not exist.
    pub fn at(dir: &Path) -> Self {
        Home { dir: dir.to_owned() }
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The database of the workspace.
    pub fn store(&self) -> PathBuf {
        self.dir.join("store.db")
    }

    /// The folder of sealed attachments.
    pub fn blobs(&self) -> PathBuf {
        self.dir.join("blobs")
    }

    /// The folder of databases of hosted workspaces (nodes only).
    pub fn hosted(&self) -> PathBuf {
        self.dir.join("hosted")
    }

    /// The folder of local snapshots of the store.
    pub fn snapshots(&self) -> PathBuf {
        self.dir.join("snapshots")
    }

    /// The socket of the process that owns the network.
    pub fn socket(&self) -> PathBuf {
        self.dir.join("network.sock")
    }

    /// The settings of a node.
    pub fn node_settings(&self) -> PathBuf {
        self.dir.join("node.json")
    }

    /// Lies here while a recovery is under way: what is in the folder then is not finished.
    pub fn recovering(&self) -> PathBuf {
        self.dir.join("recovering")
    }

    /// The secret of the invite while a join is under way.
    pub fn invite(&self) -> PathBuf {
        self.dir.join("join.secret")
    }

    /// The invite that this device came with. It opens bundles that were written before the writer knew this device.
    pub fn read_invite(&self) -> Option<tern_trust::InviteKeys> {
        let secret = Zeroizing::new(fs::read(self.invite()).ok()?);
        let secret: Zeroizing<[u8; 32]> = Zeroizing::new(secret.as_slice().try_into().ok()?);
        Some(tern_trust::InviteKeys::from_secret(&secret))
    }

    /// Deletes the invite's secret.
    pub fn forget_invite(&self) {
        let _ = fs::remove_file(self.invite());
    }

    /// Where the device's key lies.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.dir.join("device.key")
    }

    /// Whether a laptop's workspace lives here.
    pub fn has_workspace(&self) -> bool {
        self.key_file().exists() && !self.node_settings().exists() && !self.recovering().exists()
    }

    /// A home with a key and without its store has lost it: that is damage, never an empty workspace.
    pub fn has_store(&self) -> Result<(), PeerError> {
        if !self.has_workspace() || self.store().exists() {
            return Ok(());
        }
        Err(PeerError::new(
            ErrorKind::Damaged,
            format!("The store of this home is gone: {} is not there.", self.store().display()),
        )
        .safe("Nothing was made in its place; what other machines have is untouched.")
        .next("Put the file back, or restore a backup: `tern backup list`, `tern backup restore`."))
    }

    /// Whether anything of Tern lives here.
    pub fn in_use(&self) -> bool {
        self.key_file().exists() || self.store().exists() || self.node_settings().exists()
    }

    /// Makes the folder, readable by its owner alone.
    pub fn create(&self) -> Result<(), PeerError> {
        fs::create_dir_all(&self.dir).map_err(|e| file_error(&self.dir, &e))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let _ = fs::set_permissions(&self.dir, fs::Permissions::from_mode(0o700));
        }
        Ok(())
    }

    /// Writes the device's secret seed. An existing key is never replaced.
    pub fn write_seed(&self, seed: &[u8; 32]) -> Result<(), PeerError> {
        write_private(&self.key_file(), &crate::keys::plain(seed))?;
        sync_dir(&self.dir)
    }

    /// Reads the device's secret seed from a file that needs no passphrase.
    pub fn read_seed(&self) -> Result<Zeroizing<[u8; 32]>, PeerError> {
        self.unlock_seed(None)
    }

    /// Reads the device's secret seed.
    pub fn unlock_seed(&self, passphrase: Option<&str>) -> Result<Zeroizing<[u8; 32]>, PeerError> {
        crate::keys::read(&self.key_file(), passphrase, &keyring::System)?.ok_or_else(|| self.empty())
    }

    /// How the device's secret seed is kept.
    pub fn key_state(&self) -> crate::keys::KeyState {
        crate::keys::state(&self.key_file())
    }

    /// Keeps the device's secret seed in another way from now on.
    pub(crate) fn keep_seed(&self, seed: &[u8; 32], keep: Keep<'_>) -> Result<(), PeerError> {
        crate::keys::replace(&self.key_file(), seed, keep, &keyring::System)
    }

    /// The error for a home without a workspace.
    pub fn empty(&self) -> PeerError {
        PeerError::new(ErrorKind::NotFound, format!("There is no workspace in {}.", self.dir.display())).next(
            "Make one with `tern init`, join one with `tern join TICKET`, or name another home with --home.",
        )
    }

    /// As [`Home::lock_network`], waiting a moment: another process may hold the lock just to see whether it is free.
    pub fn lock_network_soon(&self) -> Result<Option<NetworkLock>, PeerError> {
        for _ in 0..LOCK_TRIES {
            if let Some(lock) = self.lock_network()? {
                return Ok(Some(lock));
            }
            std::thread::sleep(LOCK_PAUSE);
        }
        self.lock_network()
    }

    /// Becomes the owner of this home's network, or `None` when another process is.
    pub fn lock_network(&self) -> Result<Option<NetworkLock>, PeerError> {
        let path = self.dir.join("network.lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|e| file_error(&path, &e))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(NetworkLock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(file_error(&path, &e)),
        }
    }
}

/// Writes a new file that only its owner may read, durably. An existing file is never replaced.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), PeerError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|e| file_error(path, &e))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| file_error(path, &e))
}

/// The error of a file operation on `path`.
pub fn file_error(path: &Path, error: &std::io::Error) -> PeerError {
    match error.kind() {
        std::io::ErrorKind::ReadOnlyFilesystem => {
            return crate::core::read_only(&format!("{} cannot be written", path.display()));
        }
        std::io::ErrorKind::StorageFull => return crate::core::disk_full(),
        _ => {}
    }
    PeerError::new(ErrorKind::Failed, format!("{}: {error}.", path.display()))
        .safe("Nothing that was saved before is affected.")
        .next("Check that the folder exists, that it may be written to and that the disk has room.")
}

/// Makes new directory entries durable.
pub fn sync_dir(dir: &Path) -> Result<(), PeerError> {
    #[cfg(unix)]
    File::open(dir).and_then(|d| d.sync_all()).map_err(|e| file_error(dir, &e))?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

/// The platform's default home.
pub fn default_home() -> PathBuf {
    directories::ProjectDirs::from("", "", "Tern")
        .map_or_else(|| PathBuf::from(".tern"), |dirs| dirs.data_dir().to_owned())
}
