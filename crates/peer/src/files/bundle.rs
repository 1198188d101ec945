//! Everything somebody lacks as one sealed file, and the way back.

use std::collections::BTreeMap;
use std::path::Path;

use tern_sync::Lane;
use tern_sync::bundle::{BundleEvent, BundleReader, BundleWriter, Chunks, LaneSummary, Preface, Summary};
use tern_trust::chunk::{self, ChunkSealer};
use tern_trust::record::InviteMode;
use tern_trust::{Dice, Id};

use crate::api::{ErrorKind, PeerError, Reply};
use crate::core::Core;
use crate::home::file_error;
use crate::hub::Tenant as _;

use super::Files;

/// Attachments of a bundle that are held in memory together, bytes.
const AT_ONCE_BYTES: u64 = 256 << 20;
/// Largest bundle that is read.
const MAX_BUNDLE_BYTES: u64 = 8 << 30;

struct Sealed(ChunkSealer);

impl Chunks for Sealed {
    fn seal(&self, index: u64, last: bool, plain: &[u8]) -> Option<Vec<u8>> {
        self.0.seal(index, last, plain).ok()
    }

    fn open(&self, index: u64, last: bool, sealed: &[u8]) -> Option<Vec<u8>> {
        self.0.open(index, last, sealed)
    }
}

fn bad(file: &Path, why: &str) -> PeerError {
    PeerError::new(
        ErrorKind::BadInput,
        format!("{} is not a bundle that can be read here: {why}.", file.display()),
    )
    .safe("Whatever was read before the fault counts; nothing was lost.")
    .next("Ask for the file again; importing one twice does no harm.")
}

/// Keys that a bundle is sealed to: devices of one member, or everybody's and live invites'.
fn recipients(core: &Core, for_member: Option<&str>) -> Result<Vec<Id>, PeerError> {
    let membership = core.membership();
    let member = for_member.map(|m| core.find_member(m)).transpose()?;
    let devices = membership.devices.values().filter(|d| d.active && member.is_none_or(|m| d.member == m));
    let mut keys: Vec<Id> = devices.map(|d| d.public.x25519).collect();
    if member.is_none() {
        let invites = membership.invites.values().filter(|i| i.live && i.mode == InviteMode::Open);
        keys.extend(invites.map(|i| i.x25519));
    }
    if keys.is_empty() {
        return Err(PeerError::new(ErrorKind::NotFound, "There is nobody whom this bundle could be for."));
    }
    Ok(keys)
}

/// Writes a bundle.
pub(super) fn export(
    files: &Files,
    core: &mut Core,
    file: &Path,
    for_member: Option<&str>,
) -> Result<Reply, PeerError> {
    core.refresh()?;
    let to = recipients(core, for_member)?;
    let items = write(files, core, file, &to, None)?;
    Ok(Reply::Bundle { items, new: 0, reply_items: 0, attachments_left_out: left_out(core)? })
}

/// Sealed attachments of this home, for a bundle.
struct Present<'a> {
    files: &'a Files,
    here: BTreeMap<Id, Vec<u8>>,
}

impl Present<'_> {
    fn get(&self, hash: &Id) -> Option<Vec<u8>> {
        match self.here.get(hash) {
            Some(bytes) => Some(bytes.clone()),
            None => self.files.fetch(vec![*hash]).ok()?.pop().flatten(),
        }
    }
}

/// Reads the attachments at once when they are small together; large ones are read one by one.
fn present<'a>(files: &'a Files, core: &Core) -> Result<Present<'a>, PeerError> {
    let rows: Vec<tern_store::BlobRow> =
        core.store().blobs(false)?.into_iter().filter(|b| b.present).collect();
    let mut here = BTreeMap::new();
    if !rows.is_empty() && rows.iter().map(|b| b.size_bytes).sum::<u64>() <= AT_ONCE_BYTES {
        let hashes: Vec<Id> = rows.iter().map(|b| b.hash).collect();
        let bytes = files.fetch(hashes.clone())?;
        here.extend(hashes.into_iter().zip(bytes).filter_map(|(h, b)| Some((h, b?))));
    }
    Ok(Present { files, here })
}

/// Attachments named here that no bundle from here can carry, because they are elsewhere.
fn left_out(core: &Core) -> Result<u64, PeerError> {
    Ok(core.store().blobs(true)?.len() as u64)
}

fn write(
    files: &Files,
    core: &mut Core,
    file: &Path,
    to: &[Id],
    theirs: Option<&Summary>,
) -> Result<u64, PeerError> {
    let mut dice = Dice::new(core.random());
    let workspace = core.workspace();
    let (header, sealer) = chunk::bundle_header(&workspace, to, &mut dice)
        .map_err(|e| PeerError::new(ErrorKind::Failed, format!("The bundle could not be sealed: {e}.")))?;
    let sealer = Sealed(sealer);
    let preface = Preface { workspace, sender: core.device(), day: crate::core::day(core.now_ms()) };
    let present = present(files, core)?;
    let replica = core.replica();
    let lanes = core.lanes_for(to);
    let mut writer = BundleWriter::new(&replica, &preface, &lanes, theirs)?;
    let part = file.with_extension("part");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&part).map_err(|e| file_error(&part, &e))?);
    let put =
        |out: &mut dyn std::io::Write, bytes: &[u8]| out.write_all(bytes).map_err(|e| file_error(&part, &e));
    put(&mut out, &header)?;
    while let Some(chunk) = writer.next_chunk_with(&replica, &sealer, &|hash| present.get(hash))? {
        put(&mut out, &chunk)?;
    }
    let out = out.into_inner().map_err(|e| file_error(&part, &e.into_error()))?;
    out.sync_all().map_err(|e| file_error(&part, &e))?;
    std::fs::rename(&part, file).map_err(|e| file_error(file, &e))?;
    Ok(writer.items())
}

/// What a bundle brought.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    items: u64,
    new: u64,
    sender: Option<Id>,
    theirs: Vec<LaneSummary>,
    partial: Vec<u8>,
    blobs: Vec<Vec<u8>>,
    /// Why something of it was not taken in.
    failed: Option<PeerError>,
}

/// Takes in a bundle; what comes before a fault counts.
pub(crate) fn import(files: &Files, core: &mut Core, file: &Path) -> Result<Brought, PeerError> {
    let size = std::fs::metadata(file).map_err(|e| input(file, &e))?.len();
    if size > MAX_BUNDLE_BYTES {
        return Err(bad(file, "it is larger than 8 GiB"));
    }
    let bytes = std::fs::read(file).map_err(|e| input(file, &e))?;
    let workspace = core.workspace();
    let opened = {
        let openers = core.openers();
        chunk::open_bundle(&workspace, &openers, &bytes).map_err(|e| bad(file, &e.to_string()))?
    };
    let (header, sealer) =
        opened.ok_or_else(|| bad(file, "it is sealed for somebody else or for another workspace"))?;
    let sealer = Sealed(sealer);
    let mut reader = BundleReader::new();
    let mut brought = Brought::default();
    let mut events = Vec::new();
    let mut waiting = Vec::new();
    let pushed = reader.push(&sealer, bytes.get(header..).unwrap_or_default(), &mut events);
    take(core, &mut brought, &mut events, &mut waiting);
    let pushed = pushed.and_then(|()| reader.finish(&sealer, &mut events));
    take(core, &mut brought, &mut events, &mut waiting);
    if !waiting.is_empty() {
        match core.take(std::mem::take(&mut waiting)) {
            Ok((results, _)) => {
                brought.new += results.iter().filter(|r| **r == tern_sync::ItemResult::Stored).count() as u64;
            }
            Err(error) => {
                brought.failed.get_or_insert(error);
            }
        }
    }
    let whole = std::mem::take(&mut brought.blobs);
    let hashes: Vec<Id> = whole.iter().map(|b| *iroh_blobs::Hash::new(b).as_bytes()).collect();
    files.keep(whole)?;
    for hash in &hashes {
        core.blob_here(hash);
    }
    pushed.map_err(|e| bad(file, &format!("it ends early or is damaged ({e})")))?;
    match brought.failed.take() {
        Some(error) => {
            Err(error.safe("What else the bundle holds was read; everything saved earlier is safe."))
        }
        None => Ok(brought),
    }
}

fn take(core: &mut Core, brought: &mut Brought, events: &mut Vec<BundleEvent>, waiting: &mut Vec<Vec<u8>>) {
    for event in events.drain(..) {
        match event {
            BundleEvent::Preface(preface) => brought.sender = Some(preface.sender),
            BundleEvent::Items { items, .. } => {
                brought.items += items.len() as u64;
                let copies = items.clone();
                let results = match core.take(items) {
                    Ok((results, _)) => results,
                    // What else is in the file may be taken all the same.
                    Err(error) => {
                        brought.failed.get_or_insert(error);
                        continue;
                    }
                };
                for (result, item) in results.iter().zip(copies) {
                    match result {
                        tern_sync::ItemResult::Stored => brought.new += 1,
                        tern_sync::ItemResult::Waiting => waiting.push(item),
                        _ => {}
                    }
                }
            }
            BundleEvent::Blob { hash, offset, total, bytes } => {
                piece(core, brought, &hash, (offset, total), &bytes);
            }
            BundleEvent::Summary(summary) => brought.theirs.push(summary),
            BundleEvent::End { .. } => {}
        }
    }
}

/// Puts an attachment together; only one that is named here, missing here and what it says it is, is kept.
fn piece(core: &Core, brought: &mut Brought, hash: &Id, (offset, total): (u64, u64), bytes: &[u8]) {
    if offset == 0 {
        brought.partial.clear();
    }
    let wanted = core.store().blob(hash).ok().flatten().is_some_and(|b| !b.present && b.size_bytes == total);
    if !wanted || offset != brought.partial.len() as u64 {
        return;
    }
    brought.partial.extend_from_slice(bytes);
    if brought.partial.len() as u64 == total {
        let whole = std::mem::take(&mut brought.partial);
        if iroh_blobs::Hash::new(&whole).as_bytes() == hash {
            brought.blobs.push(whole);
        }
    }
}

fn input(file: &Path, error: &std::io::Error) -> PeerError {
    let mut failed = file_error(file, error);
    failed.kind = ErrorKind::BadInput;
    failed
}

/// A sender whose summary equals what is here holds everything that is here.
fn note_sender(core: &mut Core, brought: &Brought) -> Result<(), PeerError> {
    let Some(sender) = brought.sender.filter(|s| core.membership().device(s).is_some_and(|d| d.active))
    else {
        return Ok(());
    };
    let replica = core.replica();
    let to = core.membership().device(&sender).map(|d| d.public.x25519);
    let lanes: Vec<Lane> = std::iter::once(Lane::LOG).chain(core.lanes_for(to.as_slice())).collect();
    let mine = Summary::of(&replica, &lanes).map_err(|e| PeerError::new(ErrorKind::Failed, e.to_string()))?;
    let same =
        mine.0.iter().all(|m| brought.theirs.iter().any(|t| (t.lane, t.n, t.root) == (m.lane, m.n, m.root)));
    if same { core.holds_everything(&sender) } else { Ok(()) }
}

/// Takes in a bundle and, if asked, writes what its sender lacks.
pub(super) fn exchange(
    files: &Files,
    core: &mut Core,
    file: &Path,
    reply: Option<&Path>,
) -> Result<Reply, PeerError> {
    core.refresh()?;
    let brought = import(files, core, file)?;
    note_sender(core, &brought)?;
    let mut reply_items = 0;
    if let Some(reply) = reply {
        let sender = brought.sender.and_then(|s| core.membership().device(&s).map(|d| d.member));
        let member = sender.map(|m| crate::core::hex(&m));
        let to = recipients(core, member.as_deref())?;
        let theirs = Summary(brought.theirs);
        reply_items = write(files, core, reply, &to, Some(&theirs))?;
    }
    Ok(Reply::Bundle {
        items: brought.items,
        new: brought.new,
        reply_items,
        attachments_left_out: left_out(core)?,
    })
}
