//! How a core begins: a new workspace, a join under way, or the store of a home.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use tern_model::Kind;
use tern_store::{AtRestKey, OpenOptions, Store, StoreId};
use tern_sync::Lane;
use tern_trust::derive::ZERO16;
use tern_trust::log::Founding;
use tern_trust::{
    DeviceKeys, Dice, FeedState, Id, InviteKeys, Item, KeyRing, Log, RecordWriter, Writer, found_workspace,
    recovery,
};
use zeroize::Zeroizing;

use crate::api::{ErrorKind, InitReport, PeerError, Profile};
use crate::host::Host;

use super::resolve::hex;
use super::{Core, Mem, access, duties, pages, people, work};

/// Key of the store's `meta` table under which the workspace id lies.
const WORKSPACE: &str = "workspace";

fn draw<const N: usize>(host: &mut dyn Host) -> [u8; N] {
    let mut out = [0; N];
    host.fill(&mut out);
    out
}

impl Core {
    /// Makes a workspace in a new store.
    pub fn found(
        store: &Path,
        seed: &[u8; 32],
        mut host: Box<dyn Host>,
        profile: &Profile,
        title: &str,
    ) -> Result<(Core, InitReport), PeerError> {
        people::edits(profile)?;
        super::errors::bounded("The title", title, super::errors::MAX_TITLE_CHARS)?;
        let keys = DeviceKeys::from_seed(seed);
        let entropy: Zeroizing<Id> = Zeroizing::new(draw(host.as_mut()));
        let words = recovery::words(&entropy);
        let founding = Founding {
            keys: &keys,
            recovery: Some(DeviceKeys::from_recovery_entropy(&entropy).public()),
            day: work::day(host.now_ms()),
            incarnation: u64::from_le_bytes(draw(host.as_mut())),
        };
        let mut dice = Dice::new(draw(host.as_mut()));
        let founded = found_workspace(&founding, &mut dice).map_err(work::write_error)?;
        let id = StoreId(u64::from_le_bytes(draw(host.as_mut())));
        let mut core = Core::create(store, id, keys, founded.workspace, None, host)?;
        core.write(|work| {
            work.adopt(&founded.genesis, founded.feed)?;
            let title = [pages::text("title", title.trim())];
            work.create(access::workspace_document(&founded.workspace), &Kind::Workspace, &title)?;
            people::introduce(work, &founded.member, profile)
        })?;
        let report = InitReport {
            workspace: hex(&founded.workspace),
            member: hex(&founded.member),
            device: hex(&core.device()),
            recovery_words: words.to_string(),
        };
        Ok((core, report))
    }

    /// A store for a workspace that this device wants to join.
    pub fn join(
        store: &Path,
        seed: &[u8; 32],
        mut host: Box<dyn Host>,
        workspace: Id,
        invite: InviteKeys,
    ) -> Result<Core, PeerError> {
        let id = StoreId(u64::from_le_bytes(draw(host.as_mut())));
        Core::create(store, id, DeviceKeys::from_seed(seed), workspace, Some(invite), host)
    }

    /// Draws recovery words for a Join that is still to be written, with the device that they open.
    pub(crate) fn draw_recovery(&mut self) -> (Zeroizing<String>, Id) {
        let entropy: Zeroizing<Id> = Zeroizing::new(draw(self.host.as_mut()));
        let device = DeviceKeys::from_recovery_entropy(&entropy).public();
        let key = device.key;
        self.mem.recovery = Some(device);
        (recovery::words(&entropy), key)
    }

    /// Whether a record of the log names this device.
    pub(crate) fn introduces(&self, device: &Id) -> bool {
        self.mem.log.introduced(device)
    }

    fn create(
        path: &Path,
        id: StoreId,
        keys: DeviceKeys,
        workspace: Id,
        invite: Option<InviteKeys>,
        host: Box<dyn Host>,
    ) -> Result<Core, PeerError> {
        let mut store = Store::create(path, id, &OpenOptions::default())?;
        store.write(|txn| {
            txn.set_meta(WORKSPACE, &workspace)?;
            txn.projections_rebuilt()
        })?;
        let mem = Mem::new(keys, workspace, invite, host.trials());
        Ok(Core { store, mem, host })
    }

    /// Opens the store of a home.
    pub fn open(path: &Path, seed: &[u8; 32], host: Box<dyn Host>) -> Result<Core, PeerError> {
        Core::open_with(path, seed, None, host, &OpenOptions::default())
    }

    /// As [`Core::open`], for a join under way or with other options.
    pub fn open_with(
        path: &Path,
        seed: &[u8; 32],
        invite: Option<InviteKeys>,
        host: Box<dyn Host>,
        options: &OpenOptions,
    ) -> Result<Core, PeerError> {
        let keys = DeviceKeys::from_seed(seed);
        let at_rest = Some(AtRestKey::new(*keys.at_rest_key()));
        let options = OpenOptions { at_rest, ..options.clone() };
        let store = match Store::open_existing(path, &options) {
            // What cannot be written can still be read; the first write says why it does not go.
            Err(tern_store::StoreError::ReadOnly { .. }) if !options.read_only => {
                Store::open_existing(path, &OpenOptions { read_only: true, ..options })?
            }
            opened => opened?,
        };
        let workspace = store.meta(WORKSPACE)?.and_then(|w| Id::try_from(w).ok());
        let workspace = workspace.ok_or_else(|| {
            PeerError::new(ErrorKind::Damaged, "The store does not say which workspace it holds.")
                .safe("Nothing was changed.")
                .next("Restore a backup with `tern backup restore`.")
        })?;
        let mem = Mem::new(keys, workspace, invite, host.trials());
        let mut core = Core { store, mem, host };
        core.mem.seen_row = -1;
        work::catch_up(&core.store, &mut core.mem)?;
        if core.store.is_read_only() {
            return Ok(core);
        }
        core.heal_log();
        if core.store.projections_stale()? {
            core.rebuild_projections()?;
        }
        Ok(core)
    }

    /// Makes every projection anew from the documents.
    pub fn rebuild_projections(&mut self) -> Result<(), PeerError> {
        self.write(|work| {
            work.txn.drop_projections()?;
            let docs: Vec<tern_model::DocId> =
                work.txn.docs()?.into_iter().map(|d| tern_model::DocId(d.doc)).collect();
            for id in docs {
                super::project::project(work, id)?;
            }
            work.txn.projections_rebuilt()?;
            Ok(())
        })
    }

    /// A store for a workspace that took this device in already.
    pub fn linked(
        store: &Path,
        seed: &[u8; 32],
        mut host: Box<dyn Host>,
        workspace: Id,
    ) -> Result<Core, PeerError> {
        let id = StoreId(u64::from_le_bytes(draw(host.as_mut())));
        Core::create(store, id, DeviceKeys::from_seed(seed), workspace, None, host)
    }

    /// A store that the recovery code fills.
    pub(crate) fn recovering(
        store: &Path,
        code: DeviceKeys,
        mut host: Box<dyn Host>,
        workspace: Id,
    ) -> Result<Core, PeerError> {
        let id = StoreId(u64::from_le_bytes(draw(host.as_mut())));
        Core::create(store, id, code, workspace, None, host)
    }

    /// Takes the workspace back from whoever removed the recovery code with the member's own laptop; `false` when there
    /// is nothing to take back. Where that laptop's work ends is for [`Core::take_over`] to say, once the items are here.
    pub(crate) fn reclaim(&mut self, take_back: bool) -> Result<bool, PeerError> {
        if self.is_member() || self.mem.member().is_none() {
            return Ok(false);
        }
        if !take_back && self.would_reclaim(&self.mem.keys) {
            return Err(PeerError::new(
                ErrorKind::NotAllowed,
                "These words were removed from the workspace by a laptop of yours.",
            )
            .safe("Nothing was changed.")
            .next(
                "If you did that yourself, use the newer way in. If that laptop was stolen, say that you take the \
                 workspace back (`--take-back`): it is put out, and what it did to the membership since then falls.",
            ));
        }
        let taken = self.write(|work| work.records(|records, _, _| Ok(((), vec![records.reclaim()?]))));
        taken.map(|()| true).map_err(|error| match error.kind {
            ErrorKind::NotAllowed => PeerError::new(
                ErrorKind::NotAllowed,
                "These words were removed from the workspace by somebody whose word counts more.",
            )
            .safe("Nothing was changed.")
            .next("Ask an admin for a ticket: `tern invite` makes one."),
            _ => error,
        })
    }

    /// The recovery code's records: this laptop is in, the member's other devices are out, the key changes.
    pub(crate) fn take_over(
        &mut self,
        new: tern_trust::DevicePublic,
        signature: [u8; 64],
        keep_devices: bool,
    ) -> Result<(), PeerError> {
        let code = self.mem.me();
        let member = self.mem.member().ok_or_else(|| super::errors::internal("No member is here."))?;
        self.write(|work| {
            let before = super::ingest::Known::of(work.mem);
            work.records(|records, _, _| Ok(((), vec![records.device_add(member, new, signature)?])))?;
            let devices = work.mem.membership.devices.iter();
            let mut lost: BTreeSet<Id> = devices
                .filter(|(key, d)| d.member == member && d.active && **key != code && **key != new.key)
                .map(|(key, _)| *key)
                .collect();
            if keep_devices {
                lost.clear();
            }
            lost.extend(super::removal::reclaimed_from(work, &code));
            if !lost.is_empty() {
                super::removal::remove_devices(work, &lost)?;
            }
            duties::ready_to_seal(work)?;
            super::ingest::judge_again(work, &before, false)?;
            duties::give_keys(work, |of| *of == member)?;
            // The new laptop reads the member's private spaces by keys that only this code holds here.
            super::spaces::settle(work)
        })
    }

    /// Whether a recovery code would bring this workspace back.
    pub(crate) fn drill(&mut self, code: &DeviceKeys) -> Result<String, PeerError> {
        self.refresh()?;
        let refused = |text: &str| {
            Err(PeerError::new(ErrorKind::NotAllowed, text)
                .safe("Nothing was changed.")
                .next("Look for the sheet that was written when the workspace was made."))
        };
        let Some(device) = self.mem.membership.device(&code.id()) else {
            return refused("These words are a recovery code, but not of this workspace.");
        };
        if Some(device.member) != self.mem.member() {
            return refused("These words belong to another member of this workspace.");
        }
        if !device.active && self.would_reclaim(code) {
            return refused(
                "A laptop of yours removed these words. They still bring everything back on an empty laptop, and put \
                 that one out.",
            );
        }
        if !device.active {
            return refused("These words were removed from this workspace and bring nothing back any more.");
        }
        let mut ring = KeyRing::new();
        ring.learn(&self.mem.log, &[code.opener()]);
        if ring.seal_key(&self.mem.membership).is_err() {
            return refused(
                "The words are right, but the current key was not given to them yet. Sync, then try again.",
            );
        }
        Ok("The words work: they open the workspace's current key and all history.".to_owned())
    }

    /// Whether a recovery code that was removed wins against whoever removed it.
    fn would_reclaim(&self, code: &DeviceKeys) -> bool {
        let (mut log, mut feed) = (self.mem.log.clone(), FeedState::new(0));
        let writer = Writer { workspace: self.mem.workspace, keys: code, day: 0 };
        RecordWriter { writer, feed: &mut feed, log: &mut log }.reclaim().is_ok()
    }

    /// Keeps the profile that is written once the workspace has taken this device in.
    pub fn keep_profile(&mut self, profile: &Profile) -> Result<(), PeerError> {
        people::edits(profile)?;
        self.write(|work| duties::keep_profile(work, profile))
    }

    /// Does what is due after a join: the key for oneself, the kept profile. Before it is taken in, a device may say
    /// nothing but its Join, and nothing is done.
    pub fn introduce(&mut self) -> Result<(), PeerError> {
        self.write(duties::perform)
    }

    /// Whether this device's Join waits for an Admin.
    pub fn is_waiting(&self) -> bool {
        let mine = |w: &tern_trust::log::WaitingJoin| {
            self.mem.log.get(&w.record).is_some_and(|item| item.header().author == self.mem.me())
        };
        self.mem.membership.waiting.iter().any(mine)
    }

    /// Why nobody exchanges content with this device, when the log says so.
    pub(crate) fn stands_outside(&self) -> Option<PeerError> {
        if self.is_waiting() {
            return Some(
                PeerError::new(ErrorKind::NotAllowed, "Your request to join waits for an admin.")
                    .safe(
                        "The request is where it can be seen, and what you write here stays here until then.",
                    )
                    .next("`tern sync` again later. The admin finds the request with `tern invite --list`."),
            );
        }
        let removed = self.mem.membership.standing(&self.mem.me()) == tern_trust::Standing::Removed;
        removed.then(|| {
            PeerError::new(ErrorKind::Unreachable, "This device was removed from the workspace; nobody exchanges edits with it any more.")
                .safe("Everything that was fetched and written here stays here. What reached the others since waits in their review.")
                .next("Ask an admin to restore you, or come back with a ticket or your recovery words in another home.")
        })
    }

    /// Adds a device to one's own, with the keys it needs; `signature` is its word ([`tern_trust::log::sign_link`]).
    pub fn add_device(
        &mut self,
        device: tern_trust::DevicePublic,
        signature: [u8; 64],
    ) -> Result<(), PeerError> {
        let member = self.mem.member().ok_or_else(|| super::errors::internal("No member is here."))?;
        self.write(|work| {
            work.records(|records, _, _| Ok(((), vec![records.device_add(member, device, signature)?])))?;
            duties::perform(work)
        })
    }

    /// A first page that says what to do, for a workspace made in the window.
    pub fn welcome(&mut self, title: &str, body: &str) -> Result<(), PeerError> {
        self.write(|work| pages::create(work, title, None, None, Some(body)).map(|_| ()))
    }

    /// Puts caches in order before the process ends.
    pub fn rest(&mut self) {
        if let Err(error) = self.store.checkpoint(false) {
            tracing::debug!(%error, "the log of the store stays for the next start");
        }
    }

    /// Whether the invite this device came with opens nothing any more: it has ended, and the device is in.
    pub fn invite_is_over(&self) -> bool {
        let ended =
            |i: &tern_trust::InviteKeys| self.mem.membership.invites.get(&i.id()).is_some_and(|i| !i.live);
        self.is_member() && self.mem.invite.as_ref().is_some_and(ended)
    }
}

impl Mem {
    fn new(
        keys: DeviceKeys,
        workspace: Id,
        invite: Option<InviteKeys>,
        trials: Arc<dyn crate::trial::Trials>,
    ) -> Mem {
        let log = Log::new(workspace);
        let membership: Arc<tern_trust::Membership> = log.membership();
        Mem {
            refused: std::cell::RefCell::default(),
            keys,
            invite,
            recovery: None,
            workspace,
            log,
            ring: KeyRing::new(),
            spaces: tern_trust::space::Spaces::new(),
            membership,
            incarnation: None,
            feeds: std::collections::BTreeMap::new(),
            born: std::collections::BTreeMap::new(),
            docs: std::collections::BTreeMap::new(),
            trials,
            flats: super::typing::Flats::default(),
            tallies: super::past::Kept::default(),
            kept_trials: super::gate::KeptTrials::default(),
            lost: super::heal::Lost::default(),
            damaged_log: Vec::new(),
            admitting: std::collections::BTreeSet::new(),
            log_waits: false,
            seen_row: 0,
            foreign: 0,
            version: 0,
            pages_version: 0,
            tasks_version: 0,
            talks_version: 0,
            looked_ms: None,
            asked: Vec::new(),
            connected: std::collections::BTreeSet::new(),
            clock: 0,
        }
    }

    /// A copy for whoever reads beside this: without open documents, feeds and what only a writer needs.
    pub(super) fn for_reader(&self) -> Mem {
        let new = Mem::new(self.keys.clone_keys(), self.workspace, None, Arc::clone(&self.trials));
        Mem {
            log: self.log.clone(),
            ring: self.ring.clone(),
            spaces: self.spaces.clone(),
            membership: Arc::clone(&self.membership),
            born: self.born.clone(),
            kept_trials: self.kept_trials.clone(),
            lost: self.lost.clone(),
            damaged_log: self.damaged_log.clone(),
            log_waits: self.log_waits,
            seen_row: self.seen_row,
            ..new
        }
    }
}

impl work::Work<'_, '_> {
    /// Stores the first record of a new workspace and goes on in its feed.
    pub(crate) fn adopt(&mut self, genesis: &Item, feed: tern_trust::FeedState) -> Result<(), PeerError> {
        self.mem.incarnation = Some(feed.incarnation);
        self.put_own(Lane::LOG.0, ZERO16, genesis, feed)?;
        self.mem.log.insert(genesis.clone());
        work::learn(self.mem);
        Ok(())
    }
}
