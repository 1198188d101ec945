//! Commands that touch files: attachments, Markdown folders, bundles, and the state of the home itself.
//!
//! It runs on the engine's thread. Sealing and opening happen here; the blob store sees ciphertext only.

mod bundle;
mod export;
mod folder;
mod import;
pub(crate) mod snapshots;
mod tasks;

use std::path::{Path, PathBuf};

use tern_model::Edit;
use tern_store::BlobRow;
use tern_trust::{BlobRef, Id, chunk, limits};

use crate::api::*;
use crate::core::{Core, hex};
use crate::handle::{Progress, wait};
use crate::home::{Home, file_error};
use crate::keys::KeyState;
use crate::net::blobs::Blobs;
use crate::net::door::{self, Answer, Ask};

pub(crate) use bundle::import as import_bundle;

/// Largest file that can be attached: it is sealed in memory.
pub const MAX_ATTACHMENT_BYTES: u64 = 1 << 30;
/// The same, sealed: each chunk takes a tag more.
pub const MAX_SEALED_ATTACHMENT_BYTES: u64 =
    MAX_ATTACHMENT_BYTES + (MAX_ATTACHMENT_BYTES / limits::CHUNK_BYTES as u64 + 1) * limits::TAG_BYTES as u64;

/// Longest wait for what the owner of the network knows at once.
const DOOR_LIMIT: std::time::Duration = std::time::Duration::from_millis(1000);

/// Files of a home, beside the store.
#[derive(Debug)]
pub struct Files {
    home: Home,
    blobs: Option<Blobs>,
}

fn blob_error(text: &str) -> PeerError {
    PeerError::new(ErrorKind::Failed, format!("The attachments of this home cannot be used: {text}."))
        .safe("Texts and tasks are not affected.")
        .next("Check that the disk has room, then try again.")
}

impl Files {
    /// The files of `home`.
    pub fn new(home: Home) -> Self {
        Files { home, blobs: None }
    }

    /// The blob store that this process holds open, while it does.
    pub fn set_blobs(&mut self, blobs: Option<Blobs>) {
        self.blobs = blobs;
    }

    /// Takes a local snapshot if one is due.
    pub fn snapshot(&self, core: &Core) {
        snapshots::keep(core, &self.home.snapshots());
    }

    /// Performs a command.
    pub fn call(
        &self,
        core: &mut Core,
        command: &Command,
        progress: Option<&Progress>,
    ) -> Result<Reply, PeerError> {
        match command {
            Command::Attach { doc, path } => self.attach(core, doc, path),
            Command::Import { path, dry_run } => import::run(self, core, path, *dry_run, progress),
            Command::ImportTasks(wish) => tasks::run(core, wish, progress),
            Command::Export { dir, page, space, overwrite } => {
                let what = export::Part { page: page.as_deref(), space: space.as_deref() };
                export::run(self, core, dir, what, *overwrite, progress)
            }
            Command::BundleExport { file, for_member } => {
                bundle::export(self, core, file, for_member.as_deref())
            }
            Command::BundleImport { file, reply } => bundle::exchange(self, core, file, reply.as_deref()),
            Command::Access(AccessCommand::ReviewExport { entry, file }) => {
                let (text, items) = core.review_text(entry)?;
                crate::home::write_private(file, text.as_bytes())?;
                Ok(Reply::Reviewed { items })
            }
            other => core.perform(other),
        }
    }

    /// Answers a query.
    pub fn answer(&self, core: &mut Core, query: &Query) -> Result<View, PeerError> {
        match query {
            Query::AttachmentBytes { hash } => {
                core.refresh()?;
                let row = core.attachment(hash)?;
                let bytes = self.open_attachment(core, &row.hash, &row.plain)?;
                Ok(View::Bytes { name: row.name, bytes, heads: String::new() })
            }
            Query::Status => {
                self.note_connected(core);
                core.answer(query)
            }
            Query::Doctor => Ok(View::Doctor(self.doctor(core))),
            Query::Keys => Ok(View::Keys(keys_view(&self.home, core.awaited_keys()?))),
            other => core.answer(other),
        }
    }

    /// Who is connected is known to the process that owns the network: another one asks it.
    fn note_connected(&self, core: &mut Core) {
        if self.blobs.is_some() || !self.home.socket().exists() {
            return;
        }
        let connected = match door::ask_within(&self.home, &Ask::Connected, Some(DOOR_LIMIT)) {
            Ok(Answer::Connected(devices)) => devices,
            // Nobody owns the network, or its owner does not say: nobody is known to be connected.
            _ => std::collections::BTreeSet::new(),
        };
        core.set_connected(connected);
    }

    /// Does something with the blob store: the one this process holds, one opened for the moment, or the owner's.
    fn with_blobs<T: Send + 'static>(
        &self,
        here: impl FnOnce(Blobs) -> std::pin::Pin<Box<dyn Future<Output = Result<T, String>> + Send>>
        + Send
        + 'static,
        owner: impl FnOnce() -> Result<T, PeerError>,
    ) -> Result<T, PeerError> {
        let result = if let Some(blobs) = self.blobs.clone() {
            wait(async move { here(blobs).await })
        } else if let Some(lock) = self.home.lock_network()? {
            let dir = self.home.blobs();
            wait(async move {
                let blobs = Blobs::open(&dir).await?;
                let result = here(blobs.clone()).await;
                blobs.close().await;
                drop(lock);
                result
            })
        } else {
            return owner();
        };
        result.unwrap_or_else(|| Err("the network thread has stopped".to_owned())).map_err(|e| blob_error(&e))
    }

    /// A path in the home for handing a file to the process that owns the network.
    fn hand_over(&self) -> PathBuf {
        let mut name = [0; 8];
        let _ = getrandom::fill(&mut name);
        self.home.dir().join(format!("blob-{}.part", hex(&name)))
    }

    /// Keeps sealed files; returns nothing but errors.
    fn keep(&self, sealed: Vec<Vec<u8>>) -> Result<(), PeerError> {
        if sealed.is_empty() {
            return Ok(());
        }
        let copies = std::sync::Arc::new(sealed);
        let for_owner = copies.clone();
        self.with_blobs(
            move |blobs| {
                Box::pin(async move {
                    for bytes in copies.iter() {
                        blobs.add(bytes.clone()).await?;
                    }
                    Ok(())
                })
            },
            || {
                for bytes in for_owner.iter() {
                    let path = self.hand_over();
                    crate::home::write_private(&path, bytes)?;
                    let answer = door::ask(&self.home, &Ask::BlobAdd(path.clone()));
                    let _ = std::fs::remove_file(&path);
                    answer?;
                }
                Ok(())
            },
        )
    }

    /// Sealed bytes of several attachments; `None` for those that are not here.
    fn fetch(&self, hashes: Vec<Id>) -> Result<Vec<Option<Vec<u8>>>, PeerError> {
        let for_owner = hashes.clone();
        self.with_blobs(
            move |blobs| {
                Box::pin(async move {
                    let mut out = Vec::with_capacity(hashes.len());
                    for hash in hashes {
                        out.push(if blobs.has(&hash).await { blobs.get(&hash).await.ok() } else { None });
                    }
                    Ok(out)
                })
            },
            || {
                let get = |hash: Id| {
                    let path = self.hand_over();
                    let answer = door::ask(&self.home, &Ask::BlobGet(hash, path.clone()));
                    let bytes =
                        matches!(answer, Ok(Answer::Blob(_))).then(|| std::fs::read(&path).ok()).flatten();
                    let _ = std::fs::remove_file(&path);
                    bytes
                };
                Ok(for_owner.into_iter().map(get).collect())
            },
        )
    }

    fn open_attachment(&self, core: &Core, hash: &Id, plain: &Id) -> Result<Vec<u8>, PeerError> {
        let sealed = self.fetch(vec![*hash])?.pop().flatten().ok_or_else(|| {
            PeerError::new(ErrorKind::NotFound, "This attachment is not on this laptop yet.")
                .next("It comes with the next exchange from whoever has it: `tern sync`.")
        })?;
        core.open_blob(plain, &sealed).ok_or_else(|| {
            PeerError::new(ErrorKind::Damaged, "The attachment on this disk is damaged and was not used.")
                .safe("Texts are not affected.")
                .next("Run `tern check`; it comes again from a peer that has it.")
        })
    }

    fn attach(&self, core: &mut Core, doc: &str, path: &Path) -> Result<Reply, PeerError> {
        let size = std::fs::metadata(path).map_err(|e| input_error(path, &e))?.len();
        if size > MAX_ATTACHMENT_BYTES {
            return Err(PeerError::new(
                ErrorKind::BadInput,
                format!("{} is larger than 1 GiB.", path.display()),
            )
            .safe("Nothing was attached."));
        }
        let bytes = std::fs::read(path).map_err(|e| input_error(path, &e))?;
        let name = path.file_name().map_or_else(|| "file".to_owned(), |n| n.to_string_lossy().into_owned());
        let sealed = core.seal_blob(&bytes)?;
        let (address, plain, stored) = (sealed.address, sealed.plain_hash, sealed.bytes.len() as u64);
        self.keep(vec![sealed.bytes])?;
        core.attach(doc, &[NewAttachment { hash: address, plain, name, size, stored }])?;
        Ok(Reply::Attachment { hash: hex(&address), bytes: size })
    }

    fn doctor(&self, core: &Core) -> DoctorView {
        let wall = crate::host::wall_ms();
        let sane = wall > 1_700_000_000_000;
        let check = |name: &str, ok: bool, text: String, fix: &str| DoctorCheck {
            name: name.to_owned(),
            ok,
            text,
            fix: if ok { String::new() } else { fix.to_owned() },
        };
        let writable = std::fs::OpenOptions::new().write(true).open(self.home.store()).is_ok();
        let relays = core.membership().relays.len();
        let online = matches!(self.home.lock_network(), Ok(None));
        let zone = tern_model::hours::Zone::utc();
        let keys = keys_view(&self.home, Vec::new());
        let zone_data = core.zone_data_view();
        DoctorView {
            checks: vec![
                check(
                    "clock",
                    sane,
                    format!("The clock says {}.", zone.rfc3339(wall)),
                    "Set the computer's clock: times shown to others come from it.",
                ),
                check(
                    "zone data",
                    zone_data.others.is_empty(),
                    format!("Version {}, shipped with Tern. {}", zone_data.version, zone_data.text).trim_end().to_owned(),
                    "Update Tern where the version is the older one, so that everybody computes the same times.",
                ),
                check(
                    "disk",
                    writable,
                    format!("The store takes {} KiB.", core.store().size_bytes() / 1024),
                    "Make the home folder writable.",
                ),
                check(
                    "network",
                    true,
                    if online {
                        "A process of this home is online."
                    } else {
                        "No process of this home is online; `tern sync` meets peers once."
                    }
                    .to_owned(),
                    "",
                ),
                check(
                    "node",
                    relays > 0,
                    format!("{relays} in use."),
                    "Add one with `tern relay add TICKET`, so that people who are never online together can exchange.",
                ),
                check(
                    "keys",
                    keys.protected,
                    match (keys.locked, keys.protected) {
                        (true, _) => "The device key opens with your passphrase alone.",
                        (_, true) => "The device key lies in this computer's keyring.",
                        _ => "The device key lies in a file that only you may read; neither a passphrase nor the keyring protects it.",
                    }
                    .to_owned(),
                    "`tern lock on` or `tern keys keep keyring` protects it, or encrypt this computer's disk.",
                ),
            ],
        }
    }
}

/// How the key of a home is kept.
pub(crate) fn keys_view(home: &Home, awaited: Vec<String>) -> KeysView {
    let state = home.key_state();
    let locked = state == KeyState::Passphrase;
    let protected = locked || state == KeyState::Keyring;
    KeysView { state: state.text().to_owned(), protected, locked, awaited }
}

/// An attachment that was sealed and kept, to be named by a document.
#[derive(Debug, Clone)]
pub(crate) struct NewAttachment {
    pub hash: Id,
    pub plain: Id,
    pub name: String,
    pub size: u64,
    pub stored: u64,
}

fn input_error(path: &Path, error: &std::io::Error) -> PeerError {
    let mut failed = file_error(path, error);
    failed.kind = ErrorKind::BadInput;
    failed.next = "Check the path.".to_owned();
    failed
}

impl Core {
    /// Seals a file under the workspace's first key.
    pub(crate) fn seal_blob(&self, plain: &[u8]) -> Result<chunk::SealedBlob, PeerError> {
        let first = self.first_key().ok_or_else(|| blob_error("the workspace's key is not here yet"))?;
        Ok(chunk::seal_blob(first, plain))
    }

    /// Opens a sealed file.
    pub(crate) fn open_blob(&self, plain: &Id, sealed: &[u8]) -> Option<Vec<u8>> {
        chunk::open_blob(self.first_key()?, plain, sealed)
    }

    /// Names attachments in a document, in the open for nodes and sealed for people.
    pub(crate) fn attach(&mut self, doc: &str, new: &[NewAttachment]) -> Result<(), PeerError> {
        self.refresh()?;
        self.write(|work| {
            let id = crate::core::resolve_any(&work.txn, doc)?;
            name_attachments(work, id, new)
        })
    }
}

/// The edits and items that name attachments of one document.
pub(crate) fn name_attachments(
    work: &mut crate::core::Work<'_, '_>,
    id: tern_model::DocId,
    new: &[NewAttachment],
) -> Result<(), PeerError> {
    let edits: Vec<Edit> =
        new.iter().map(|a| Edit::AddTo { set: "attachments".to_owned(), item: a.item() }).collect();
    if edits.is_empty() || !work.edit(id, &edits)? {
        return Ok(());
    }
    for a in new {
        work.blob_ref(id, &BlobRef { hash: a.hash, size: a.stored })?;
        work.txn.put_blob(&BlobRow { hash: a.hash, size_bytes: a.stored, present: true })?;
        work.txn.link_blob(&a.hash, &id.0)?;
    }
    Ok(())
}

impl NewAttachment {
    fn item(&self) -> String {
        crate::core::attachment_item(&self.hash, &self.plain, &self.name, self.size)
    }
}
