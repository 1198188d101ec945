//! One transaction: edits of documents and records of the log become items, rows and projections together.

use std::collections::BTreeSet;

use tern_model::{Changes, Doc, DocId, Edit, Kind, Stamp};
use tern_store::{Inserted, ItemRow, Store, Txn};
use tern_sync::Lane;
use tern_trust::derive::{ZERO16, actor_id};
use tern_trust::log::WriteError;
use tern_trust::planted::Fault;
use tern_trust::space::Spaces;
use tern_trust::{Batch, BlobRef, Dice, FeedState, Id16, Item, KeyRing, RecordWriter, Role, Writer};

use crate::api::PeerError;
use crate::host::Host;

use super::errors::{internal, not_allowed};
use super::{Mem, documents, project};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;
/// Raw bytes of changes after which a batch closes.
const BATCH_BYTES: usize = 64 * 1024;

/// An open transaction with everything it may touch.
pub(crate) struct Work<'a, 's> {
    pub txn: Txn<'s>,
    pub mem: &'a mut Mem,
    pub host: &'a mut dyn Host,
    /// Documents whose projections are stale.
    touched: BTreeSet<DocId>,
    transaction: u64,
    /// What judgement went by before the records written here; none when everything was judged by them.
    before: Option<super::ingest::Known>,
}

/// Reads what the store holds beyond `mem.seen_row`.
pub(crate) fn catch_up(store: &Store, mem: &mut Mem) -> Result<(), PeerError> {
    let last = store.last_row()?;
    if mem.seen_row == last {
        return Ok(());
    }
    if mem.seen_row < 0 {
        return start(store, mem, last);
    }
    mem.foreign += 1;
    let mut log_grew = false;
    let mut row = mem.seen_row;
    while row < last {
        let items = store.items_after(row, 4 << 20)?;
        let Some(newest) = items.last() else { break };
        row = newest.row;
        for item in items {
            if item.lane == Lane::LOG.0 {
                let parsed = Item::parse(item.bytes).map_err(|e| internal(e.to_string()))?;
                mem.log.insert_stored(parsed);
                log_grew = true;
            } else {
                let access = mem.access();
                let fits = |id: &&DocId| access.tag(&item.lane, &id.0) == Some(item.tag);
                let stale: Vec<DocId> = mem.docs.keys().filter(fits).copied().collect();
                for id in stale {
                    mem.docs.remove(&id);
                }
            }
        }
    }
    mem.seen_row = last;
    if log_grew {
        learn(mem);
    }
    Ok(())
}

/// Reads the log of a store that is opened; documents are read when they are asked for.
fn start(store: &Store, mem: &mut Mem, last: i64) -> Result<(), PeerError> {
    mem.docs.clear();
    let (records, damaged) = store.sound_records(&Lane::LOG.0)?;
    let parse = |bytes| Item::parse(bytes).map_err(|e| internal(e.to_string()));
    let records = records.into_iter().map(|r| parse(r.bytes)).collect::<Result<Vec<_>, _>>()?;
    mem.log_waits = super::heal::fill(&mut mem.log, records);
    mem.damaged_log = damaged;
    mem.lost = super::heal::Lost::read(store);
    mem.seen_row = last;
    mem.kept_trials = super::gate::KeptTrials::read(store);
    learn(mem);
    Ok(())
}

/// Brings membership and keys up to the log.
pub(crate) fn learn(mem: &mut Mem) -> Vec<Id16> {
    mem.membership = mem.log.membership();
    // Who is here and who owes an answer hangs on the log.
    (mem.tasks_version, mem.talks_version) = (mem.version + 1, mem.version + 1);
    let mut openers = vec![mem.keys.opener()];
    if let Some(invite) = &mem.invite {
        openers.push(invite.opener());
    }
    let mut opened = mem.ring.learn(&mem.log, &openers);
    opened.extend(mem.spaces.learn(&mem.log, &openers));
    opened
}

impl<'a, 's> Work<'a, 's> {
    pub(crate) fn new(txn: Txn<'s>, mem: &'a mut Mem, host: &'a mut dyn Host) -> Self {
        Work { txn, mem, host, touched: BTreeSet::new(), transaction: 0, before: None }
    }

    pub(crate) fn catch_up(&mut self) -> Result<(), PeerError> {
        catch_up(&self.txn, self.mem)
    }

    /// Projects what was touched.
    pub(crate) fn project_touched(&mut self) -> Result<(), PeerError> {
        // Marks of the personal space touch the threads that they are on.
        while let Some(id) = self.touched.pop_first() {
            project::project(self, id)?;
        }
        Ok(())
    }

    /// Projects what was touched and commits.
    pub(crate) fn finish(mut self) -> Result<(), PeerError> {
        self.project_touched()?;
        self.mem.seen_row = self.txn.last_row()?;
        self.txn.commit()?;
        self.mem.version += 1;
        Ok(())
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.host.now_ms()
    }

    pub(crate) fn zone_data(&self) -> String {
        self.host.zone_data()
    }

    pub(crate) fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.host.fill(&mut out);
        out
    }

    /// The number of this process run; drawn at the first write.
    fn incarnation(&mut self) -> u64 {
        if let Some(incarnation) = self.mem.incarnation {
            return incarnation;
        }
        let drawn = u64::from_le_bytes(self.random());
        let incarnation = if Fault::ReusedActor.is_on() { 7 } else { drawn };
        self.mem.incarnation = Some(incarnation);
        incarnation
    }

    /// From the next write on this device writes as another run: another actor, another feed.
    pub(crate) fn begin_run(&mut self) {
        self.mem.incarnation = None;
        self.mem.feeds.clear();
    }

    /// The feed of this process run in a space.
    pub(crate) fn feed(&mut self, space: &Id16) -> FeedState {
        let incarnation = self.incarnation();
        *self.mem.feeds.entry(*space).or_insert_with(|| FeedState::new(incarnation))
    }

    /// Actor and time for an edit.
    pub(crate) fn stamp(&mut self) -> Stamp {
        let incarnation = self.incarnation();
        Stamp { actor: actor_id(&self.mem.me(), incarnation), time_ms: self.now_ms() }
    }

    /// Stores an own item and advances the feed of its space.
    pub(crate) fn put_own(
        &mut self,
        lane: Id16,
        space: Id16,
        item: &Item,
        feed: FeedState,
    ) -> Result<i64, PeerError> {
        let row = ItemRow::from_bytes(lane, *item.id(), item.bytes())
            .ok_or_else(|| internal("An own item is shorter than its header."))?;
        let row = match self.txn.insert_item(&row)? {
            Inserted::Row(row) => row,
            Inserted::Known => return Err(internal("An own item was stored before.")),
        };
        self.mem.feeds.insert(space, feed);
        Ok(row)
    }

    /// Writes records of the membership log.
    pub(crate) fn records<T>(
        &mut self,
        make: impl FnOnce(&mut RecordWriter<'_>, &mut KeyRing, &mut Dice) -> Result<(T, Vec<Item>), WriteError>,
    ) -> Result<T, PeerError> {
        self.note_before();
        let mut feed = self.feed(&ZERO16);
        let mut dice = Dice::new(self.random());
        let writer =
            Writer { workspace: self.mem.workspace, keys: &self.mem.keys, day: day(self.host.now_ms()) };
        let mut records = RecordWriter { writer, feed: &mut feed, log: &mut self.mem.log };
        let (value, items) = make(&mut records, &mut self.mem.ring, &mut dice).map_err(write_error)?;
        for item in &items {
            self.put_own(Lane::LOG.0, ZERO16, item, feed)?;
        }
        learn(self.mem);
        Ok(value)
    }

    /// Who writes, where and when.
    pub(crate) fn writer(&self) -> Writer<'_> {
        Writer { workspace: self.mem.workspace, keys: &self.mem.keys, day: day(self.host.now_ms()) }
    }

    fn note_before(&mut self) {
        if self.before.is_none() {
            self.before = Some(super::ingest::Known::of(self.mem));
        }
    }

    /// Judges by the records that were written what they touch, unless that was done.
    pub(crate) fn judge_by_records(&mut self) -> Result<(), PeerError> {
        if let Some(before) = self.before.take() {
            super::ingest::judge_again(self, &before, false)?;
        }
        Ok(())
    }

    /// Everything was judged by the log as it is.
    pub(crate) fn is_judged(&mut self) {
        self.before = None;
    }

    /// Writes records inside private and personal spaces.
    pub(crate) fn space_records<T>(
        &mut self,
        make: impl FnOnce(&mut RecordWriter<'_>, &mut Spaces, &mut Dice) -> Result<(T, Vec<Item>), WriteError>,
    ) -> Result<T, PeerError> {
        self.note_before();
        let mut spaces = std::mem::take(&mut self.mem.spaces);
        let written = self.records(|records, _, dice| make(records, &mut spaces, dice));
        // The keys it holds may be new; what they open is evaluated now.
        self.mem.spaces = spaces;
        learn(self.mem);
        written
    }

    /// The document for reading; loads it when needed.
    pub(crate) fn doc(&mut self, id: DocId) -> Result<&Doc, PeerError> {
        documents::load(&self.txn, self.mem, id)
    }

    /// Makes a document of `kind` in the root space with first edits.
    pub(crate) fn create(&mut self, id: DocId, kind: &Kind, edits: &[Edit]) -> Result<(), PeerError> {
        self.create_in(ZERO16, id, kind, edits)
    }

    /// Makes a document of `kind` in a space with first edits.
    pub(crate) fn create_in(
        &mut self,
        space: Id16,
        id: DocId,
        kind: &Kind,
        edits: &[Edit],
    ) -> Result<(), PeerError> {
        self.mem.born.insert(id, space);
        self.may_write(id)?;
        let stamp = self.stamp();
        let (mut doc, mut changes) = Doc::create(id, kind, &stamp)?;
        let more = doc.edit(&stamp, edits)?;
        changes.0.extend(more.0);
        self.mem.keep(id, doc, 0, 0);
        self.seal(id, changes)
    }

    /// Edits a document; says whether anything changed.
    pub(crate) fn edit(&mut self, id: DocId, edits: &[Edit]) -> Result<bool, PeerError> {
        self.may_write(id)?;
        let stamp = self.stamp();
        documents::load(&self.txn, self.mem, id)?;
        let open = self.mem.docs.get_mut(&id).ok_or_else(|| internal("The document is not open."))?;
        let changes = open.doc.edit(&stamp, edits)?;
        let changed = !changes.0.is_empty();
        self.seal(id, changes)?;
        Ok(changed)
    }

    /// Edits through a function of the document, for edits that the model makes itself.
    pub(crate) fn edit_with(
        &mut self,
        id: DocId,
        edit: impl FnOnce(&mut Doc, &Stamp) -> Result<Changes, tern_model::ModelError>,
    ) -> Result<bool, PeerError> {
        self.may_write(id)?;
        let stamp = self.stamp();
        documents::load(&self.txn, self.mem, id)?;
        let open = self.mem.docs.get_mut(&id).ok_or_else(|| internal("The document is not open."))?;
        let changes = edit(&mut open.doc, &stamp)?;
        let changed = !changes.0.is_empty();
        self.seal(id, changes)?;
        Ok(changed)
    }

    /// Whether this member's role allows writing a document of this class.
    pub(crate) fn may_write(&self, id: DocId) -> Result<(), PeerError> {
        use tern_model::Class;
        let space = super::spaces::space_of(&self.txn, self.mem, &id)?;
        let role = self.mem.access().acting_role(&space, &self.mem.me());
        let needed = match id.class() {
            Class::Content | Class::Private => Role::Writer,
            Class::Conversation => Role::Commenter,
            Class::Person => Role::Reader,
        };
        if role >= needed { Ok(()) } else { Err(not_allowed("change this")) }
    }

    /// Seals changes of a document into items and stores them.
    fn seal(&mut self, id: DocId, changes: Changes) -> Result<(), PeerError> {
        if changes.0.is_empty() {
            return Ok(());
        }
        let space = super::spaces::space_of(&self.txn, self.mem, &id)?;
        super::duties::ready_to_seal_in(self, &space)?;
        if self.transaction == 0 {
            self.transaction = u64::from_le_bytes(self.random());
        }
        let mut row = 0;
        let mut count = 0;
        for group in groups(changes.0) {
            let batch = Batch { document: id.0, transaction: self.transaction, changes: group };
            row = self.put_batch(&space, &batch)?;
            count += 1;
        }
        if let Some(open) = self.mem.docs.get_mut(&id) {
            open.folded_row = row;
            open.unsaved += count;
            // Own changes were not admitted one by one: the graph is read again when a remote one comes.
            open.follow = super::follow::Follow::default();
        }
        self.touched.insert(id);
        Ok(())
    }

    fn put_batch(&mut self, space: &Id16, batch: &Batch) -> Result<i64, PeerError> {
        let mut feed = self.feed(space);
        let writer = self.writer();
        let no_key = || internal("No key of this workspace is here to seal the edit.");
        let access = self.mem.access();
        let key = access.seal_key(space).map_err(|_| no_key())?;
        let first = access.first(space).ok_or_else(no_key)?;
        let item = writer.batch_in(&mut feed, *space, key, first, batch);
        let item = item.map_err(|e| internal(e.to_string()))?;
        self.put_own(*space, *space, &item, feed)
    }

    /// Names an attachment of a document in the clear, so that nodes keep it.
    pub(crate) fn blob_ref(&mut self, id: DocId, blob: &BlobRef) -> Result<(), PeerError> {
        let space = super::spaces::space_of(&self.txn, self.mem, &id)?;
        let mut feed = self.feed(&space);
        let tag = super::spaces::tag(self.mem, &space, &id)?;
        let item =
            self.writer().blob_ref(&mut feed, space, tag, blob).map_err(|e| internal(e.to_string()))?;
        self.put_own(space, space, &item, feed)?;
        Ok(())
    }

    /// Marks a document whose projections must be made anew.
    pub(crate) fn touch(&mut self, id: DocId) {
        self.touched.insert(id);
    }
}

/// The UTC day of an instant, as an item claims it.
pub(crate) fn day(now_ms: i64) -> u16 {
    u16::try_from(now_ms.div_euclid(DAY_MS)).unwrap_or(0)
}

/// Why a record was not written, in the words of the product.
pub(crate) fn write_error(error: WriteError) -> PeerError {
    match error {
        WriteError::NotAllowed => not_allowed("do that"),
        other => internal(format!("{other}.")),
    }
}

/// Splits changes into batches of about [`BATCH_BYTES`].
fn groups(changes: Vec<Vec<u8>>) -> Vec<Vec<Vec<u8>>> {
    let mut groups: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut size = 0;
    for change in changes {
        let full = size + change.len() > BATCH_BYTES || groups.last().is_none_or(|g| g.len() >= 512);
        if full || groups.is_empty() {
            groups.push(Vec::new());
            size = 0;
        }
        size += change.len();
        if let Some(group) = groups.last_mut() {
            group.push(change);
        }
    }
    groups
}
