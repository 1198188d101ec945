//! A node in one file: its key, its settings and what it carries, to move it to another machine or to bring it back.
//!
//! `docs/storage.md` (Node backup) has the layout. The file holds the node's secret key and is private to its owner;
//! what the node carries for others is as sealed in it as on the node. Attachments are not in it: members bring them again.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tern_store::{OpenOptions, Store, StoreId};

use crate::api::{ErrorKind, PeerError};
use crate::home::{Home, file_error};
use crate::host::{Host as _, SystemHost};

use super::{Node, Settings, stores};

const MAGIC: &[u8; 9] = b"TERNNODE\x01";
/// Most bytes of the name of a part.
const MAX_NAME_BYTES: usize = 80;
/// Most parts of a file: key, settings, one for each workspace.
const MAX_PARTS: usize = super::MAX_WORKSPACES + 2;
/// Most bytes of key and settings.
const MAX_SMALL_BYTES: u64 = 64 * 1024;
/// Most bytes of one workspace.
const MAX_STORE_BYTES: u64 = 1 << 40;
const STEP_BYTES: usize = 1 << 20;
const KEY: &str = "device.key";
const SETTINGS: &str = "node.json";

/// What a backup of a node holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NodeBackupView {
    /// The file.
    pub file: String,
    /// Workspaces in it.
    pub workspaces: usize,
    /// Its size.
    pub bytes: u64,
}

impl Node {
    /// Writes everything the node is into one file; it may go on running.
    pub fn backup(home: &Path, file: &Path) -> Result<NodeBackupView, PeerError> {
        let home = Home::at(home);
        Settings::read(&home)?;
        if file.exists() {
            return Err(PeerError::new(ErrorKind::Failed, format!("{} exists already.", file.display()))
                .safe("Nothing was changed.")
                .next("Give another name."));
        }
        let part = file.with_extension("part");
        let written = write(&home, &part);
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        let workspaces = written?;
        fs::rename(&part, file).map_err(|e| file_error(file, &e))?;
        let bytes = fs::metadata(file).map_or(0, |m| m.len());
        Ok(NodeBackupView { file: file.display().to_string(), workspaces, bytes })
    }

    /// Makes a node of such a file in an empty home.
    pub fn restore(home: &Path, file: &Path) -> Result<NodeBackupView, PeerError> {
        let home = Home::at(home);
        crate::start::fresh(&home)?;
        let restored = read(&home, file);
        if restored.is_err() {
            undo(&home);
        }
        let workspaces = restored?;
        let bytes = fs::metadata(file).map_or(0, |m| m.len());
        Ok(NodeBackupView { file: file.display().to_string(), workspaces, bytes })
    }
}

fn write(home: &Home, part: &Path) -> Result<usize, PeerError> {
    crate::home::write_private(part, MAGIC)?;
    let failed = |e: std::io::Error| file_error(part, &e);
    let file = fs::OpenOptions::new().append(true).open(part).map_err(failed)?;
    let mut out = BufWriter::new(file);
    for (name, path) in [(KEY, home.key_file()), (SETTINGS, home.node_settings())] {
        put(&mut out, name, &path)?;
    }
    let mut workspaces = 0;
    for path in stores(home)? {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        // A copy of one moment, whatever the running node commits meanwhile.
        let copy = part.with_extension("copy");
        let _ = fs::remove_file(&copy);
        let store = Store::open_existing(&path, &OpenOptions { read_only: true, ..OpenOptions::default() })?;
        store.backup(&copy)?;
        drop(store);
        let stored = put(&mut out, &name, &copy);
        let _ = fs::remove_file(&copy);
        stored?;
        workspaces += 1;
    }
    out.write_all(&0u16.to_le_bytes()).map_err(failed)?;
    let file = out.into_inner().map_err(|e| failed(e.into_error()))?;
    file.sync_all().map_err(failed)?;
    Ok(workspaces)
}

fn put(out: &mut impl Write, name: &str, path: &Path) -> Result<(), PeerError> {
    let failed = |e: std::io::Error| file_error(path, &e);
    let file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    let name_bytes = u16::try_from(name.len()).unwrap_or(u16::MAX);
    let head = [&name_bytes.to_le_bytes()[..], name.as_bytes(), &bytes.to_le_bytes()].concat();
    out.write_all(&head).map_err(failed)?;
    let mut hasher = blake3::Hasher::new();
    let copied = copy(&mut file.take(bytes), &mut |piece: &[u8]| {
        hasher.update(piece);
        out.write_all(piece)
    });
    if copied.map_err(failed)? != bytes {
        return Err(failed(std::io::ErrorKind::UnexpectedEof.into()));
    }
    out.write_all(hasher.finalize().as_bytes()).map_err(failed)
}

fn copy(from: &mut impl Read, each: &mut impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<u64> {
    let mut piece = vec![0; STEP_BYTES];
    let mut total = 0;
    loop {
        let read = from.read(&mut piece)?;
        if read == 0 {
            return Ok(total);
        }
        each(&piece[..read])?;
        total += read as u64;
    }
}

fn read(home: &Home, file: &Path) -> Result<usize, PeerError> {
    let failed = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::UnexpectedEof => bad(file, "it ends too early"),
        _ => file_error(file, &e),
    };
    let mut from = BufReader::new(File::open(file).map_err(|e| file_error(file, &e))?);
    if array(&mut from).map_err(failed)? != *MAGIC {
        return Err(bad(file, "it is no backup of a node, or one of a newer Tern"));
    }
    fs::create_dir_all(home.hosted()).map_err(|e| file_error(&home.hosted(), &e))?;
    let (mut parts, mut workspaces) = (0, 0);
    loop {
        let length = usize::from(u16::from_le_bytes(array(&mut from).map_err(failed)?));
        if length == 0 {
            break;
        }
        parts += 1;
        if length > MAX_NAME_BYTES || parts > MAX_PARTS {
            return Err(bad(file, "it has too many or too long parts"));
        }
        let mut name = vec![0; length];
        from.read_exact(&mut name).map_err(failed)?;
        let name = String::from_utf8(name).map_err(|_| bad(file, "a part has no name"))?;
        let bytes = u64::from_le_bytes(array(&mut from).map_err(failed)?);
        let (to, most) = place(home, &name).ok_or_else(|| bad(file, "a part has a name that none has"))?;
        if bytes > most || to.exists() {
            return Err(bad(file, "a part is too large or comes twice"));
        }
        workspaces += usize::from(most == MAX_STORE_BYTES);
        take(&mut from, bytes, &to, file)?;
        if most == MAX_STORE_BYTES {
            renew(&to)?;
        }
    }
    if from.read(&mut [0]).map_err(failed)? != 0 {
        return Err(bad(file, "bytes follow its end"));
    }
    Settings::read(home)?;
    home.read_seed()?;
    crate::home::sync_dir(home.dir())?;
    Ok(workspaces)
}

fn array<const N: usize>(from: &mut impl Read) -> std::io::Result<[u8; N]> {
    let mut out = [0; N];
    from.read_exact(&mut out)?;
    Ok(out)
}

/// Where a part goes, and how large it may be; none for names that no backup has.
fn place(home: &Home, name: &str) -> Option<(PathBuf, u64)> {
    match name {
        KEY => Some((home.key_file(), MAX_SMALL_BYTES)),
        SETTINGS => Some((home.node_settings(), MAX_SMALL_BYTES)),
        _ => {
            let id = name.strip_suffix(".db")?;
            let hex_digits =
                id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase());
            hex_digits.then(|| (home.hosted().join(name), MAX_STORE_BYTES))
        }
    }
}

fn take(from: &mut impl Read, bytes: u64, to: &Path, file: &Path) -> Result<(), PeerError> {
    let failed = |e: std::io::Error| file_error(to, &e);
    crate::home::write_private(to, &[])?;
    let mut out = fs::OpenOptions::new().append(true).open(to).map_err(failed)?;
    let mut hasher = blake3::Hasher::new();
    let copied = copy(&mut from.take(bytes), &mut |piece: &[u8]| {
        hasher.update(piece);
        out.write_all(piece)
    });
    if copied.map_err(failed)? != bytes {
        return Err(bad(file, "it ends too early"));
    }
    let sum: [u8; 32] = array(from).map_err(|_| bad(file, "it ends too early"))?;
    if sum != *hasher.finalize().as_bytes() {
        return Err(bad(file, "a part of it is damaged"));
    }
    out.sync_all().map_err(failed)
}

/// A store that was restored is another store: peers forget how far they had read the one before.
fn renew(path: &Path) -> Result<(), PeerError> {
    let mut bytes = [0; 8];
    SystemHost::default().fill(&mut bytes);
    let old = path.with_extension("restoring");
    fs::rename(path, &old).map_err(|e| file_error(path, &e))?;
    let renewed = tern_store::restore(&old, path, StoreId(u64::from_le_bytes(bytes)));
    let _ = fs::remove_file(&old);
    Ok(renewed?)
}

fn undo(home: &Home) {
    let _ = fs::remove_file(home.key_file());
    let _ = fs::remove_file(home.node_settings());
    let _ = fs::remove_dir_all(home.hosted());
    let _ = fs::remove_dir(home.dir());
}

fn bad(file: &Path, why: &str) -> PeerError {
    PeerError::new(ErrorKind::BadInput, format!("{} cannot be restored: {why}.", file.display()))
        .safe("Nothing was made.")
        .next("Try another backup; without one make a new node with `tern node init`: members fill it again.")
}
