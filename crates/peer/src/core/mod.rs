//! The engine's core: one workspace on one laptop, without threads or network. The simulator drives exactly this.
//!
//! [`Core`] pairs the store with what is held in memory about it. Every change runs in `Core::write`: a store
//! transaction whose failure also undoes what memory learnt meanwhile.

mod access;
mod audit;
mod backlinks;
mod bulk;
mod clock_watch;
mod commands;
mod comments;
pub(crate) mod compact;
pub(crate) mod cover;
mod cycles;
mod decisions;
mod digest;
mod documents;
mod drafts;
mod duties;
mod errors;
mod focus;
mod follow;
mod forms;
mod gate;
mod handoff;
mod heads;
pub(crate) mod heal;
mod held;
pub(crate) mod holdings;
mod inbox;
mod ingest;
mod invites;
mod mend;
mod mentions;
mod my_work;
mod news;
mod notify;
mod owed;
pub(crate) mod pages;
mod past;
mod people;
mod posts;
mod practice;
pub(crate) mod project;
mod project_pages;
mod project_view;
mod projects;
mod query;
mod reached;
mod reader;
mod reading;
mod record;
mod relink;
mod remarks;
mod removal;
mod repair;
mod replica;
mod resolve;
mod review;
mod saved_views;
mod sift;
mod spaces;
mod start;
mod status;
mod strip;
pub(crate) mod study;
pub(crate) mod task_import;
mod task_more;
mod task_times;
pub(crate) mod tasks;
mod templates;
mod tenant;
mod thread_list;
mod thread_view;
mod threads;
mod twin;
mod typing;
mod web;
mod weekly;
mod when;
pub(crate) mod words;
mod work;
mod zone_data;

use std::collections::BTreeMap;
use std::sync::Arc;

use tern_model::{Doc, DocId};
use tern_store::{Store, Txn};
use tern_trust::judge::Access;
use tern_trust::space::Spaces;
use tern_trust::{DeviceKeys, FeedState, Id, Id16, KeyRing, Log, Membership};

use crate::api::PeerError;
use crate::host::Host;

pub(crate) use access::{acknowledged, blobs_gone, remember, workspace_document};
pub(crate) use errors::{full as disk_full, read_only, untaken};
pub use replica::CoreReplica;
pub(crate) use resolve::{hex, unhex};
pub(crate) use work::Work;
pub(crate) use work::day;

/// Documents kept open at once; the least recently used one goes first.
const OPEN_DOCS: usize = 64;

/// A workspace on this device.
pub struct Core {
    store: Store,
    mem: Mem,
    host: Box<dyn Host>,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").field("store", &self.store).finish_non_exhaustive()
    }
}

/// What is held in memory; all of it can be built again from store and key.
pub(crate) struct Mem {
    /// Rows that machines refuse, as far as they were looked up (`held`).
    pub refused: std::cell::RefCell<BTreeMap<Id, Arc<std::collections::BTreeSet<i64>>>>,
    pub keys: DeviceKeys,
    /// Set while a join is under way: opens the epoch key that is wrapped to the invite.
    pub invite: Option<tern_trust::InviteKeys>,
    /// The recovery device that the Join of this device names.
    pub recovery: Option<tern_trust::DevicePublic>,
    pub workspace: Id,
    pub log: Log,
    pub ring: KeyRing,
    /// Private and personal spaces that this device can open.
    pub spaces: Spaces,
    pub membership: Arc<Membership>,
    /// Number of this process run; drawn at the first write.
    pub incarnation: Option<u64>,
    /// The feeds of this process run, one a space.
    pub feeds: BTreeMap<Id16, FeedState>,
    /// Spaces of documents that were made here and have no row yet.
    pub born: BTreeMap<DocId, Id16>,
    pub docs: BTreeMap<DocId, OpenDoc>,
    /// Pages as sequences of positions, for windows that edit them.
    pub flats: typing::Flats,
    /// What changes of documents came to, of the last ones asked for.
    pub tallies: past::Kept,
    /// Where suspect changes are tried.
    pub trials: Arc<dyn crate::trial::Trials>,
    /// What trials found, as the store keeps it.
    pub kept_trials: gate::KeptTrials,
    /// Items that were damaged and are not back yet.
    pub lost: heal::Lost,
    /// Damaged rows of the log that are still in the store, with their ids.
    pub damaged_log: Vec<(i64, Vec<u8>)>,
    /// Items that are judged as if they were admitted, while review looks at what they would make.
    pub admitting: std::collections::BTreeSet<Id>,
    /// Whether stored records wait for others that are missing.
    pub log_waits: bool,
    /// Rows of the store up to here are reflected in `log`, `ring` and `docs`.
    pub seen_row: i64,
    /// Counts how often rows of other processes were taken in.
    pub foreign: u64,
    /// Counts commits; watchers look again when it moved.
    pub version: u64,
    /// As `version`, for commits that changed what the page tree shows.
    pub pages_version: u64,
    /// As `version`, for commits that changed what task lists show.
    pub tasks_version: u64,
    /// As `version`, for commits that changed what thread lists, inbox and ledger show, and for time that did.
    pub talks_version: u64,
    /// Up to when it was looked what time alone brought.
    pub looked_ms: Option<i64>,
    /// What the inbox asked of oneself then: where, and since when.
    pub asked: Vec<(String, String)>,
    /// Devices connected at the moment, for display.
    pub connected: std::collections::BTreeSet<Id>,
    clock: u64,
}

/// A document in memory.
pub(crate) struct OpenDoc {
    pub doc: Doc,
    /// Items of its tag up to this row are in it.
    pub folded_row: i64,
    /// Items folded since the snapshot on disk.
    pub unsaved: usize,
    /// For taking further changes the fast way.
    pub follow: follow::Follow,
    used: u64,
}

impl Mem {
    /// This device's key.
    pub fn me(&self) -> Id {
        self.keys.id()
    }

    /// The member this device belongs to, once the log says so.
    pub fn member(&self) -> Option<Id16> {
        self.membership.member_of(&self.keys.id())
    }

    /// Keys, roles and admissions of every space.
    pub fn access(&self) -> Access<'_> {
        Access::new(&self.membership, &self.ring, &self.spaces).admitting(&self.admitting)
    }

    /// Something happened that may show anywhere.
    fn moved(&mut self) {
        self.version += 1;
        self.pages_version = self.version;
        self.tasks_version = self.version;
        self.talks_version = self.version;
    }

    /// Forgets everything that an undone transaction may have taught, and takes a new feed.
    fn forget(&mut self) {
        self.docs.clear();
        self.flats = typing::Flats::default();
        self.tallies = past::Kept::default();
        self.incarnation = None;
        self.feeds.clear();
        self.born.clear();
        self.seen_row = -1;
        self.log = Log::new(self.workspace);
        self.ring = KeyRing::new();
        self.spaces = Spaces::new();
        self.membership = self.log.membership();
        self.kept_trials = gate::KeptTrials::default();
        self.lost = heal::Lost::default();
        self.damaged_log.clear();
        self.log_waits = false;
    }

    fn touch(&mut self, id: &DocId) {
        self.clock += 1;
        if let Some(open) = self.docs.get_mut(id) {
            open.used = self.clock;
        }
        if self.docs.len() > OPEN_DOCS
            && let Some(oldest) = self.docs.iter().min_by_key(|(_, open)| open.used).map(|(id, _)| *id)
        {
            self.docs.remove(&oldest);
        }
    }

    pub(crate) fn keep(&mut self, id: DocId, doc: Doc, folded_row: i64, unsaved: usize) {
        self.docs
            .insert(id, OpenDoc { doc, folded_row, unsaved, follow: follow::Follow::default(), used: 0 });
        self.touch(&id);
    }
}

impl Core {
    /// Runs `work` in one transaction; afterwards everything it did is durable, or nothing happened.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Work<'_, '_>) -> Result<T, PeerError>,
    ) -> Result<T, PeerError> {
        let result = self.try_write(work);
        if result.is_err() {
            self.mem.forget();
            self.refresh()?;
        }
        result
    }

    fn try_write<T>(
        &mut self,
        work: impl FnOnce(&mut Work<'_, '_>) -> Result<T, PeerError>,
    ) -> Result<T, PeerError> {
        let txn: Txn<'_> = self.store.begin()?;
        let mut work_on = Work::new(txn, &mut self.mem, self.host.as_mut());
        work_on.catch_up()?;
        let value = work(&mut work_on)?;
        work_on.judge_by_records()?;
        work_on.finish()?;
        Ok(value)
    }

    /// Takes in what other processes of this home committed.
    pub fn refresh(&mut self) -> Result<bool, PeerError> {
        if !self.store.changed_elsewhere()? && self.mem.seen_row >= 0 {
            return Ok(false);
        }
        work::catch_up(&self.store, &mut self.mem)?;
        self.mem.moved();
        Ok(true)
    }

    /// Moves whenever something was committed or learnt.
    pub fn version(&self) -> u64 {
        self.mem.version
    }

    /// Moves whenever rows of other processes of this home were taken in.
    pub fn foreign(&self) -> u64 {
        self.mem.foreign
    }

    /// Moves whenever the page tree may show something else.
    pub fn pages_version(&self) -> u64 {
        self.mem.pages_version
    }

    /// Moves whenever a task list, or what is known of a person, may show something else.
    pub fn tasks_version(&self) -> u64 {
        self.mem.tasks_version
    }

    /// Moves whenever a list of threads, the inbox or the ledger may show something else.
    pub fn talks_version(&self) -> u64 {
        self.mem.talks_version
    }

    /// The workspace's id.
    pub fn workspace(&self) -> Id {
        self.mem.workspace
    }

    /// This device's key.
    pub fn device(&self) -> Id {
        self.mem.me()
    }

    /// Identity of the store file.
    pub fn store_id(&self) -> u64 {
        self.store.id().0
    }

    /// The evaluated membership log.
    pub fn membership(&self) -> &Membership {
        &self.mem.membership
    }

    /// Milliseconds since the epoch, as shown to people.
    pub fn now_ms(&self) -> i64 {
        self.host.now_ms()
    }

    /// Unpredictable bytes.
    pub(crate) fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.host.fill(&mut out);
        out
    }

    /// Read access to the store, for checks and statistics.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Notes which devices are connected.
    pub fn set_connected(&mut self, devices: std::collections::BTreeSet<Id>) {
        if self.mem.connected != devices {
            self.mem.connected = devices;
            self.mem.version += 1;
        }
    }
}

/// Checks the texts of a profile before anything is written.
pub(crate) fn check_profile(profile: &crate::api::Profile) -> Result<(), PeerError> {
    people::edits(profile).map(|_| ())
}

/// The page that a text names.
pub(crate) fn resolve_page(store: &Store, text: &str) -> Result<DocId, PeerError> {
    resolve::document(store, text, resolve::Wanted::Page)
}

/// The page or task that a text names.
pub(crate) fn resolve_any(store: &Store, text: &str) -> Result<DocId, PeerError> {
    resolve::document(store, text, resolve::Wanted::Any)
}

/// An attachment as an item of a document's set.
pub(crate) fn attachment_item(hash: &Id, plain: &Id, name: &str, size: u64) -> String {
    let attached = project::Attached { hash: hex(hash), plain: hex(plain), name: name.to_owned(), size };
    serde_json::to_string(&attached).unwrap_or_default()
}

impl Core {
    /// A document for reading.
    pub(crate) fn read(&mut self, id: DocId) -> Result<&Doc, PeerError> {
        documents::load(&self.store, &mut self.mem, id)
    }

    /// The workspace's first key, from which attachments' keys derive.
    pub(crate) fn first_key(&self) -> Option<&tern_trust::EpochKey> {
        self.mem.ring.first()
    }

    /// What opens wraps for this device: its own key and that of an invite it came with.
    pub(crate) fn openers(&self) -> Vec<&tern_trust::Opener> {
        let invite = self.mem.invite.as_ref().map(tern_trust::InviteKeys::opener);
        std::iter::once(self.mem.keys.opener()).chain(invite).collect()
    }

    /// Whether the workspace has taken this device in.
    pub fn is_member(&self) -> bool {
        matches!(self.mem.membership.standing(&self.mem.keys.id()), tern_trust::Standing::Active { .. })
    }

    /// Writes the Join of a device that came with an invite.
    pub fn join_now(&mut self) -> Result<bool, PeerError> {
        self.write(access::join)
    }
}
