//! How a core begins: a new workspace, a join under way, or the store of a home.

use std::path::Path;
use std::sync::Arc;

use tern_model::Kind;
use tern_store::{OpenOptions, Store, StoreId};
use tern_sync::Lane;
use tern_trust::log::Founding;
use tern_trust::{DeviceKeys, Dice, Id, InviteKeys, Item, KeyRing, Log, found_workspace, recovery};
use zeroize::Zeroizing;

use crate::api::{InitReport, PeerError, Profile};
use crate::host::Host;

use super::resolve::hex;
use super::{Core, Mem, access, pages, people, work};

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
        let store = match Store::open_existing(path, options) {
            // What cannot be written can still be read; the first write says why it does not go.
            Err(tern_store::StoreError::ReadOnly { .. }) if !options.read_only => {
                Store::open_existing(path, &OpenOptions { read_only: true, ..*options })?
            }
            opened => opened?,
        };
        let workspace = store.meta(WORKSPACE)?.and_then(|w| Id::try_from(w).ok());
        let workspace = workspace.ok_or_else(|| {
            PeerError::new(crate::api::ErrorKind::Damaged, "The store does not say which workspace it holds.")
                .safe("Nothing was changed.")
                .next("Restore a snapshot from the folder `snapshots`.")
        })?;
        let mem = Mem::new(DeviceKeys::from_seed(seed), workspace, invite, host.trials());
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

    /// Writes one's profile after a join.
    pub fn introduce(&mut self, profile: &Profile) -> Result<(), PeerError> {
        let Some(member) = self.mem.member() else {
            return Err(super::errors::internal("The workspace has not taken this device in yet."));
        };
        self.write(|work| {
            // Only now: before it is taken in, a device may say nothing but its Join.
            access::duties(work)?;
            people::introduce(work, &member, profile)
        })
    }

    /// A first page that says what to do, for a workspace made in the window.
    pub fn welcome(&mut self, title: &str, body: &str) -> Result<(), PeerError> {
        self.write(|work| pages::create(work, title, None, Some(body)).map(|_| ()))
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
            keys,
            invite,
            workspace,
            log,
            ring: KeyRing::new(),
            membership,
            feed: None,
            docs: std::collections::BTreeMap::new(),
            trials,
            kept_trials: super::gate::KeptTrials::default(),
            lost: super::heal::Lost::default(),
            damaged_log: Vec::new(),
            log_waits: false,
            seen_row: 0,
            foreign: 0,
            version: 0,
            pages_version: 0,
            tasks_version: 0,
            connected: std::collections::BTreeSet::new(),
            clock: 0,
        }
    }
}

impl work::Work<'_, '_> {
    /// Stores the first record of a new workspace and goes on in its feed.
    pub(crate) fn adopt(&mut self, genesis: &Item, feed: tern_trust::FeedState) -> Result<(), PeerError> {
        self.put_own(Lane::LOG.0, genesis, feed)?;
        self.mem.log.insert(genesis.clone());
        work::learn(self.mem);
        Ok(())
    }
}
