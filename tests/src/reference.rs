//! What should be true, kept beside the engines: every edit that a person was told is saved, what it put in, and what
//! its author had seen when they wrote it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use tern_peer::hub::Tenant as _;
use tern_peer::{PageView, Query, TaskView, View};
use tern_store::{Store, VerdictFilter};
use tern_sync::Lane;
use tern_trust::derive::{ZERO16, id16};
use tern_trust::pack::list_of;
use tern_trust::{Id, Id16, Item};

use crate::world::World;

/// First of the characters that serve as words nobody else writes; one character cannot be torn apart by a merge.
const FIRST_TOKEN: u32 = 0x4e00;

/// What an edit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Put this character into the text.
    Insert(char),
    /// Took it out.
    Delete(char),
    /// Set a field.
    Field(&'static str, String),
}

/// One edit.
#[derive(Debug, Clone)]
pub struct Op {
    /// Who made it.
    pub laptop: usize,
    /// Which document.
    pub doc: String,
    /// The space it lies in.
    pub lane: Id16,
    /// The items that carry it.
    pub items: Vec<Id>,
    /// What it did.
    pub effects: Vec<Effect>,
    /// Edits of the same document that its author had.
    pub knows: BTreeSet<usize>,
    /// At some moment no machine held it: its laptop went back to an older disk before it met anybody.
    pub may_lose: bool,
}

/// All edits of a run.
#[derive(Debug, Default)]
pub struct Reference {
    /// In the order they were made.
    pub ops: Vec<Op>,
    tokens: u32,
}

/// What accepted packs of a store hold in the place of items.
pub(crate) fn packed(store: &Store) -> Result<BTreeSet<Id16>> {
    let mut listed = BTreeSet::new();
    for (lane, tag) in store.tags_with_packs()? {
        for pack in store.packs_of_tag(&lane, &tag)?.into_iter().filter(|pack| pack.accepted) {
            let list = list_of(&Item::parse(pack.item.bytes)?).context("a stored pack has a list")?;
            listed.extend(list.items().iter().map(|item| item.item));
        }
    }
    Ok(listed)
}

/// Items of a store that are kept and listed, and do not count.
fn aside(store: &Store) -> Result<BTreeSet<Id>> {
    let mut items = BTreeSet::new();
    for row in store.verdicts(&VerdictFilter::All)? {
        items.extend(store.item_by_row(row.row)?.map(|item| item.id));
    }
    Ok(items)
}

/// Whether a store holds all these items, loose or in packs.
fn holds(store: &Store, packed: &BTreeSet<Id16>, items: &[Id]) -> Result<bool> {
    for id in items {
        if store.row_of(id)?.is_none() && !packed.contains(&id16(id)) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Reference {
    /// A character that was not used before.
    pub fn token(&mut self) -> char {
        self.tokens += 1;
        char::from_u32(FIRST_TOKEN + self.tokens % 20_000).unwrap_or('丁')
    }

    /// Writes down what a laptop did since its store stood at `row`; nothing when nothing was written.
    pub fn record(
        &mut self,
        world: &World,
        laptop: usize,
        row: i64,
        doc: &str,
        effects: Vec<Effect>,
    ) -> Result<()> {
        let store = world.core_ref(laptop).store();
        let me = world.device(laptop);
        let own: Vec<_> = store.items_after(row, 64 << 20)?.into_iter().filter(|i| i.author == me).collect();
        let Some(content) = own.iter().find(|item| item.lane != Lane::LOG.0) else {
            // What nobody wrote before cannot be there already.
            let new = |effect: &Effect| matches!(effect, Effect::Insert(_) | Effect::Field("title", _));
            ensure!(
                !effects.iter().any(new),
                "laptop {laptop} was told that it is saved, and nothing was: {effects:?}"
            );
            return Ok(());
        };
        let (lane, items) = (content.lane, own.iter().map(|item| item.id).collect::<Vec<_>>());
        let aside: BTreeSet<i64> = store.verdicts(&VerdictFilter::All)?.iter().map(|v| v.row).collect();
        let mut knows = BTreeSet::new();
        let packed = packed(store)?;
        for (index, op) in self.ops.iter().enumerate().filter(|(_, op)| op.doc == doc) {
            let mut seen = true;
            for id in &op.items {
                let counts = store.row_of(id)?.is_some_and(|row| !aside.contains(&row));
                seen &= counts || packed.contains(&id16(id));
            }
            if seen {
                knows.insert(index);
            }
        }
        self.ops.push(Op { laptop, doc: doc.to_owned(), lane, items, effects, knows, may_lose: false });
        Ok(())
    }

    /// Edits that a store holds, loose or in packs.
    pub fn held_by(&self, store: &Store) -> Result<BTreeSet<usize>> {
        let packed = packed(store)?;
        let mut held = BTreeSet::new();
        for (index, op) in self.ops.iter().enumerate() {
            if holds(store, &packed, &op.items)? {
                held.insert(index);
            }
        }
        Ok(held)
    }

    /// After a disk went back or was lost: marks what nobody holds any more. What a lying node holds is held by nobody;
    /// then what its author's own laptop lost may be lost, for others may have got it from nobody else.
    pub fn note_losses(&mut self, world: &World) -> Result<()> {
        if world.node.lies.is_some() {
            return self.note_own_losses(world);
        }
        let laptops = (0..world.laptops.len()).map(|laptop| world.core_ref(laptop).store());
        let nodes = world.node.hub.tenants().map(|node| node.replica().store);
        let mut stores = Vec::new();
        for store in laptops.chain(nodes) {
            stores.push((store, packed(store)?));
        }
        for op in self.ops.iter_mut().filter(|op| !op.may_lose) {
            let mut held = false;
            for (store, packed) in &stores {
                held = held || holds(store, packed, &op.items)?;
            }
            op.may_lose = !held;
        }
        Ok(())
    }

    fn note_own_losses(&mut self, world: &World) -> Result<()> {
        for laptop in 0..world.laptops.len() {
            let held = self.held_by(world.core_ref(laptop).store())?;
            let own = self.ops.iter_mut().enumerate().filter(|(_, op)| op.laptop == laptop);
            own.filter(|(index, _)| !held.contains(index)).for_each(|(_, op)| op.may_lose = true);
        }
        Ok(())
    }

    /// Edits that every laptop must show: held, with everything their author had seen. The rest was lost with a disk.
    pub fn standing(&self, world: &World) -> Result<BTreeSet<usize>> {
        self.standing_in(world, 0, &ZERO16)
    }

    /// The same of one space, on a laptop that is in it.
    fn standing_in(&self, world: &World, laptop: usize, lane: &Id16) -> Result<BTreeSet<usize>> {
        let store = world.core_ref(laptop).store();
        let packed = packed(store)?;
        let aside = aside(store)?;
        let mut held = BTreeSet::new();
        for (index, op) in self.ops.iter().enumerate().filter(|(_, op)| op.lane == *lane) {
            if holds(store, &packed, &op.items)? {
                // What is set aside is listed, not shown; in a run of honest members nothing is.
                if !op.items.iter().any(|item| aside.contains(item)) {
                    held.insert(index);
                }
            } else {
                ensure!(op.may_lose, "an edit of {} is nowhere: {op:?}", world.laptops[op.laptop].name);
            }
        }
        Ok(held.iter().copied().filter(|at| self.ops[*at].knows.is_subset(&held)).collect())
    }

    /// Compares the documents of a laptop with what was done.
    pub fn compare(&self, world: &mut World, laptop: usize) -> Result<()> {
        self.compare_in(world, laptop, &ZERO16)
    }

    /// The same of the documents of one space, on a laptop that is in it.
    pub fn compare_in(&self, world: &mut World, laptop: usize, lane: &Id16) -> Result<()> {
        let standing = self.standing_in(world, laptop, lane)?;
        let mut docs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for at in &standing {
            docs.entry(self.ops[*at].doc.as_str()).or_default().push(*at);
        }
        for (doc, ops) in docs {
            let (text, fields) = shown(world, laptop, doc)?;
            self.compare_text(doc, &ops, &text)?;
            for name in ["title", "status"] {
                self.compare_field(doc, &ops, name, &fields)?;
            }
        }
        Ok(())
    }

    fn compare_text(&self, doc: &str, ops: &[usize], text: &str) -> Result<()> {
        let effects = || ops.iter().flat_map(|at| &self.ops[*at].effects);
        let deleted: BTreeSet<char> =
            effects().filter_map(|e| if let Effect::Delete(c) = e { Some(*c) } else { None }).collect();
        for effect in effects() {
            if let Effect::Insert(token) = effect {
                let there = text.contains(*token);
                ensure!(
                    there != deleted.contains(token),
                    "{token} was typed into {doc}, taken out {}, there {there}: {text:?}",
                    !there
                );
            }
        }
        Ok(())
    }

    /// The values shown, first and as lost against it, are those of the last edits that did not know each other.
    fn compare_field(
        &self,
        doc: &str,
        ops: &[usize],
        name: &str,
        shown: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<()> {
        let value = |at: &usize| {
            self.ops[*at].effects.iter().find_map(|e| match e {
                Effect::Field(field, value) if *field == name => Some(value.clone()),
                _ => None,
            })
        };
        let setters: Vec<usize> = ops.iter().copied().filter(|at| value(at).is_some()).collect();
        let last =
            setters.iter().filter(|at| !setters.iter().any(|later| self.ops[*later].knows.contains(*at)));
        let wanted: BTreeSet<String> = last.filter_map(value).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let seen = shown.get(name).cloned().unwrap_or_default();
        ensure!(seen == wanted, "{name} of {doc} shows {seen:?}, and the last values were {wanted:?}");
        Ok(())
    }
}

/// Text of a document, and every value of its fields, winning or not.
fn shown(
    world: &mut World,
    laptop: usize,
    doc: &str,
) -> Result<(String, BTreeMap<String, BTreeSet<String>>)> {
    let mut fields: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut put = |name: &str, value: String| {
        fields.entry(name.to_owned()).or_default().insert(value);
    };
    if let Ok(View::Task(task)) = world.ask(laptop, &Query::Task { task: doc.to_owned() }) {
        let TaskView { title, status, conflicts, description, .. } = *task;
        put("title", title);
        put("status", status);
        conflicts.into_iter().for_each(|c| put(&c.field, c.value));
        return Ok((description, fields));
    }
    let page = Query::Page { page: doc.to_owned(), at: None };
    let text = Query::PageText { page: doc.to_owned(), format: "md".to_owned(), at: None };
    if let View::Page(page) = world.ask(laptop, &page)? {
        let PageView { title, conflicts, .. } = *page;
        put("title", title);
        conflicts.into_iter().for_each(|c| put(&c.field, c.value));
    }
    match world.ask(laptop, &text)? {
        View::Text { text } => Ok((text, fields)),
        _ => Ok((String::new(), fields)),
    }
}
