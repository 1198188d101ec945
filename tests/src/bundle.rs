//! Bundle files between laptops of a run, sealed and opened as the product does.

use anyhow::{Result, anyhow};
use tern_peer::core::Core;
use tern_peer::hub::Tenant as _;
use tern_sync::bundle::{BundleEvent, BundleReader, BundleWriter, Chunks, Preface, Summary};
use tern_sync::{ItemResult, Lane};
use tern_trust::chunk::{self, ChunkSealer};
use tern_trust::{DeviceKeys, Dice, Id};

use crate::world::World;

struct Sealed(ChunkSealer);

impl Chunks for Sealed {
    fn seal(&self, index: u64, last: bool, plain: &[u8]) -> Option<Vec<u8>> {
        self.0.seal(index, last, plain).ok()
    }

    fn open(&self, index: u64, last: bool, sealed: &[u8]) -> Option<Vec<u8>> {
        self.0.open(index, last, sealed)
    }
}

/// Everything a laptop holds that `theirs` does not show, as one file for all members.
pub fn write(core: &Core, dice: [u8; 32], theirs: Option<&Summary>) -> Result<Vec<u8>> {
    let devices = core.membership().devices.values().filter(|d| d.active);
    let to: Vec<Id> = devices.map(|d| d.public.x25519).collect();
    let (mut file, sealer) = chunk::bundle_header(&core.workspace(), &to, &mut Dice::new(dice))?;
    let sealer = Sealed(sealer);
    let preface = Preface { workspace: core.workspace(), sender: core.device(), day: 20_000 };
    let replica = core.replica();
    let mut writer = BundleWriter::new(&replica, &preface, &[Lane::ROOT], theirs)?;
    while let Some(chunk) = writer.next_chunk(&replica, &sealer)? {
        file.extend(chunk);
    }
    Ok(file)
}

/// Reads a file; what comes before a fault counts. The summary of the sender, and whether all of it was good.
pub fn read(world: &mut World, laptop: usize, file: &[u8]) -> Result<(Summary, bool)> {
    let keys = DeviceKeys::from_seed(&world.laptops[laptop].seed);
    let opened = chunk::open_bundle(&world.workspace, &[keys.opener()], file)?;
    let (header, sealer) = opened.ok_or_else(|| anyhow!("sealed for somebody else"))?;
    let sealer = Sealed(sealer);
    let mut reader = BundleReader::new();
    let mut events = Vec::new();
    let pushed = reader.push(&sealer, &file[header..], &mut events);
    let whole = pushed.and_then(|()| reader.finish(&sealer, &mut events)).is_ok();
    let mut theirs = Vec::new();
    let mut waiting = Vec::new();
    for event in events {
        match event {
            BundleEvent::Items { items, .. } => {
                let results = world.take(laptop, items.clone())?;
                let late = results.iter().zip(items).filter(|(r, _)| **r == ItemResult::Waiting);
                waiting.extend(late.map(|(_, item)| item));
            }
            BundleEvent::Summary(summary) => theirs.push(summary),
            BundleEvent::Preface(_) | BundleEvent::Blob { .. } | BundleEvent::End { .. } => {}
        }
    }
    if !waiting.is_empty() {
        world.take(laptop, waiting)?;
    }
    Ok((Summary(theirs), whole))
}
