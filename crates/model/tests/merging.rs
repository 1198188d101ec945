//! Laws of replicas that edit apart: they end equal, and nothing typed is lost.

mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use support::{blocks, page, paragraphs, stamp, sync, texts};
use tern_model::block::{Block, BlockKind, Container, Inline, Marks, Table};
use tern_model::gate::{Operations, parse};
use tern_model::{Doc, Edit, Heads, Mark};

/// One step of a random run. Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Step {
    Type { who: usize, block: usize, at: usize, count: usize },
    Delete { who: usize, block: usize, at: usize, count: usize },
    Split { who: usize, block: usize, at: usize },
    Join { who: usize, block: usize },
    Mark { who: usize, block: usize, from: usize, on: bool, strong: bool },
    Kind { who: usize, block: usize, kind: usize },
    Insert { who: usize, after: usize },
    Remove { who: usize, block: usize },
    Move { who: usize, block: usize, after: usize },
    Rewrite { who: usize, behind: usize },
    Send { from: usize, to: usize, twice: bool },
    Restart { who: usize },
}

const REPLICAS: usize = 3;

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..REPLICAS;
    let n = || 0..100usize;
    prop_oneof![
        6 => (who(), n(), n(), 1..4usize).prop_map(|(who, block, at, count)| Step::Type { who, block, at, count }),
        2 => (who(), n(), n(), 1..4usize).prop_map(|(who, block, at, count)| Step::Delete { who, block, at, count }),
        2 => (who(), n(), n()).prop_map(|(who, block, at)| Step::Split { who, block, at }),
        1 => (who(), n()).prop_map(|(who, block)| Step::Join { who, block }),
        2 => (who(), n(), n(), any::<[bool; 2]>())
            .prop_map(|(who, block, from, [on, strong])| Step::Mark { who, block, from, on, strong }),
        1 => (who(), n(), n()).prop_map(|(who, block, kind)| Step::Kind { who, block, kind }),
        1 => (who(), n()).prop_map(|(who, after)| Step::Insert { who, after }),
        1 => (who(), n()).prop_map(|(who, block)| Step::Remove { who, block }),
        1 => (who(), n(), n()).prop_map(|(who, block, after)| Step::Move { who, block, after }),
        1 => (who(), n()).prop_map(|(who, behind)| Step::Rewrite { who, behind }),
        3 => (who(), who(), any::<bool>()).prop_map(|(from, to, twice)| Step::Send { from, to, twice }),
        1 => who().prop_map(|who| Step::Restart { who }),
    ]
}

/// Replicas of one page and what was ever typed and deleted. Every typed character is unique.
struct World {
    docs: Vec<Doc>,
    heads: Vec<Vec<Heads>>,
    typed: BTreeSet<char>,
    deleted: BTreeSet<char>,
    next: u32,
    time_ms: i64,
}

impl World {
    fn new() -> World {
        let doc = page(&paragraphs(&["", ""]));
        let heads = vec![vec![doc.heads()]; REPLICAS];
        let docs = vec![doc; REPLICAS];
        World { docs, heads, typed: BTreeSet::new(), deleted: BTreeSet::new(), next: 0x4e00, time_ms: 10 }
    }

    fn fresh(&mut self, count: usize) -> String {
        let chars: String = (0..count as u32).filter_map(|i| char::from_u32(self.next + i)).collect();
        self.next += count as u32;
        self.typed.extend(chars.chars());
        chars
    }

    fn edit(&mut self, who: usize, edit: Edit) {
        self.time_ms += 1;
        self.docs[who].edit(&stamp(who as u8 + 2, self.time_ms), &[edit]).unwrap();
    }

    fn gone(&mut self, text: &str) {
        self.deleted.extend(text.chars());
    }

    /// The block a number means, if it holds text: its marker and content.
    fn block(&self, who: usize, block: usize) -> Option<(String, Block)> {
        let (markers, blocks) = (self.docs[who].markers(), self.docs[who].blocks());
        let at = block.checked_rem(blocks.len())?;
        Some((markers[at].clone(), blocks[at].clone()))
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Type { who, block, at, count } => {
                let Some((block, content)) = self.block(who, block) else { return };
                let insert = self.fresh(count);
                let at = at % (content.text().chars().count() + 1);
                self.edit(who, Edit::Splice { block, at, delete: 0, insert });
            }
            Step::Delete { who, block, at, count } => {
                let Some((block, content)) = self.block(who, block) else { return };
                let chars: Vec<char> = content.text().chars().collect();
                let at = at % (chars.len() + 1);
                let delete = count.min(chars.len() - at);
                self.deleted.extend(&chars[at..at + delete]);
                self.edit(who, Edit::Splice { block, at, delete, insert: String::new() });
            }
            Step::Split { who, block, at } => {
                let Some((block, content)) = self.block(who, block) else { return };
                let at = at % (content.text().chars().count() + 1);
                self.edit(who, Edit::Split { block, at, kind: None });
            }
            Step::Join { who, block } => {
                let markers = self.docs[who].markers();
                let at = block.checked_rem(markers.len()).unwrap_or(0);
                // The first block and text outside blocks have nothing to join with.
                if at > 0 && markers[at] != "s" {
                    self.edit(who, Edit::Join { block: markers[at].clone() });
                }
            }
            Step::Mark { who, block, from, on, strong } => {
                let Some((block, content)) = self.block(who, block) else { return };
                let to = content.text().chars().count();
                let mark = if strong { Mark::Strong } else { Mark::Em };
                self.edit(who, Edit::SetMarks { block, from: from % (to + 1), to, mark, on });
            }
            Step::Kind { who, block, kind } => {
                let Some((block, _)) = self.block(who, block) else { return };
                let kinds = [
                    BlockKind::Paragraph,
                    BlockKind::Heading { level: 2 },
                    BlockKind::TaskItem { checked: true, loose: false },
                ];
                let parents = if kind % 2 == 0 { Vec::new() } else { vec![Container::Quote] };
                self.edit(who, Edit::SetKind { block, kind: kinds[kind % 3].clone(), parents });
            }
            Step::Insert { who, after } => {
                let text = self.fresh(2);
                let after = self.block(who, after).map(|(marker, _)| marker);
                self.edit(who, Edit::InsertBlock { after, block: Block::plain(BlockKind::Paragraph, &text) });
            }
            Step::Remove { who, block } => {
                let Some((block, content)) = self.block(who, block) else { return };
                self.gone(&content.text());
                self.edit(who, Edit::DeleteBlock { block });
            }
            Step::Move { who, block, after } => {
                let Some((block, _)) = self.block(who, block) else { return };
                let after = self.block(who, after).map(|(marker, _)| marker);
                self.edit(who, Edit::MoveBlock { block, after });
            }
            Step::Rewrite { who, behind } => self.rewrite(who, behind),
            Step::Send { from, to, twice } => {
                let source = self.docs[from].clone();
                let changes =
                    if twice { source.all_changes() } else { source.changes_since(&self.docs[to].heads()) };
                self.docs[to].apply(&changes).unwrap();
                let heads = self.docs[to].heads();
                self.heads[to].push(heads);
            }
            Step::Restart { who } => {
                let bytes = self.docs[who].save_checked().unwrap();
                self.docs[who] = Doc::load(self.docs[who].id(), &bytes).unwrap();
            }
        }
    }

    /// Someone edited an older copy of the page as a file, and it comes back.
    fn rewrite(&mut self, who: usize, behind: usize) {
        let base = self.heads[who][behind % self.heads[who].len()].clone();
        let mut blocks = self.docs[who].blocks_at(&base).unwrap();
        if blocks.len() > 1 && behind.is_multiple_of(2) {
            let gone = blocks.remove(behind % blocks.len());
            self.gone(&gone.text());
        }
        let text = self.fresh(3);
        let inline =
            Inline::Text { text, marks: Marks { strong: behind.is_multiple_of(3), ..Marks::default() } };
        match blocks.last_mut() {
            Some(last) => last.inline.insert(0, inline),
            None => blocks.push(Block { inline: vec![inline], ..Block::plain(BlockKind::Paragraph, "") }),
        }
        self.edit(who, Edit::SetBlocks { base: Some(base), blocks });
    }

    fn settle(&mut self) {
        for from in 0..REPLICAS {
            for to in 0..REPLICAS {
                let source = self.docs[from].clone();
                sync(&source, &mut self.docs[to]);
            }
        }
        let last = self.docs[REPLICAS - 1].clone();
        self.docs.iter_mut().for_each(|doc| sync(&last, doc));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn replicas_end_equal_and_every_character_is_present_or_was_deleted(
        steps in proptest::collection::vec(step(), 1..40),
    ) {
        let mut world = World::new();
        steps.iter().for_each(|step| world.run(step));
        world.settle();
        let first = &world.docs[0];
        for other in &world.docs[1..] {
            prop_assert_eq!(other.heads(), first.heads());
            prop_assert_eq!(other.blocks(), first.blocks());
            prop_assert_eq!(other.markers(), first.markers());
        }
        let mut operations = Operations::new();
        for chunk in first.all_changes() {
            prop_assert_eq!(operations.admit(&parse(&chunk).expect("well formed"), &chunk), Ok(()));
        }
        let shown: BTreeSet<char> = texts(first).concat().chars().collect();
        for typed in &world.typed {
            prop_assert!(shown.contains(typed) || world.deleted.contains(typed), "{} is lost", typed);
        }
        let mut ids = first.markers();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), first.markers().len());
    }

    #[test]
    fn arbitrary_pages_rewritten_apart_end_equal_everywhere(
        base in blocks(), left in blocks(), right in blocks(),
    ) {
        let mut a = page(&base);
        let mut b = a.clone();
        let heads = a.heads();
        a.edit(&stamp(2, 5), &[Edit::SetBlocks { base: Some(heads.clone()), blocks: left }]).unwrap();
        b.edit(&stamp(3, 5), &[Edit::SetBlocks { base: Some(heads), blocks: right }]).unwrap();
        sync(&a.clone(), &mut b);
        sync(&b, &mut a);
        prop_assert_eq!(a.heads(), b.heads());
        prop_assert_eq!(a.blocks(), b.blocks());
        let again = a.blocks();
        let more = a.edit(&stamp(2, 6), &[Edit::SetBlocks { base: None, blocks: again }]).unwrap();
        prop_assert_eq!(more.0.len(), 0);
    }
}

fn splice(doc: &mut Doc, actor: u8, block: usize, at: usize, insert: &str) {
    let block = doc.markers()[block].clone();
    doc.edit(&stamp(actor, 9), &[Edit::Splice { block, at, delete: 0, insert: insert.into() }]).unwrap();
}

#[test]
fn typing_and_bold_in_one_paragraph_apart_keep_both() {
    let mut aiko = page(&paragraphs(&["hello world"]));
    let mut ben = aiko.clone();
    let block = aiko.markers()[0].clone();
    let bold = |from, to, mark| Edit::SetMarks { block: block.clone(), from, to, mark, on: true };
    aiko.edit(&stamp(2, 3), &[bold(0, 5, Mark::Strong)]).unwrap();
    splice(&mut ben, 3, 0, 2, "LL");
    ben.edit(&stamp(3, 4), &[bold(3, 9, Mark::Em)]).unwrap();
    sync(&aiko.clone(), &mut ben);
    sync(&ben, &mut aiko);
    assert_eq!(aiko.blocks(), ben.blocks());
    let marked = |want: fn(&Marks) -> bool| -> String {
        let blocks = aiko.blocks();
        blocks[0].inline.iter().filter(|i| want(i.marks())).map(Inline::as_text).collect()
    };
    assert_eq!(texts(&aiko), ["heLLllo world"]);
    assert_eq!(marked(|m| m.strong), "heLLllo");
    assert_eq!(marked(|m| m.em), "Lllo w");
}

#[test]
fn an_edit_of_a_block_deleted_elsewhere_stays_visible() {
    let mut aiko = page(&paragraphs(&["one", "two", "three"]));
    let mut ben = aiko.clone();
    let gone = aiko.markers()[1].clone();
    aiko.edit(&stamp(2, 3), &[Edit::DeleteBlock { block: gone }]).unwrap();
    splice(&mut ben, 3, 1, 3, " and more");
    sync(&ben, &mut aiko);
    assert_eq!(texts(&aiko), ["one and more", "three"]);
}

#[test]
fn bold_text_does_not_run_into_the_next_block() {
    let mut doc = page(&paragraphs(&["bold"]));
    let block = doc.markers()[0].clone();
    let bold = Edit::SetMarks { block: block.clone(), from: 0, to: 4, mark: Mark::Strong, on: true };
    doc.edit(&stamp(1, 3), &[bold, Edit::Split { block, at: 4, kind: None }]).unwrap();
    splice(&mut doc, 1, 1, 0, "plain");
    splice(&mut doc, 1, 0, 4, "er");
    let blocks = doc.blocks();
    assert!(blocks[0].inline.iter().all(|i| i.marks().strong));
    assert_eq!(blocks[1], Block::plain(BlockKind::Paragraph, "plain"));
    assert_eq!(blocks[0].text(), "bolder");
}

#[test]
fn an_edited_file_keeps_what_others_wrote_meanwhile() {
    let mut doc = page(&paragraphs(&["The quick fox", "stays", "The end"]));
    let base = doc.heads();
    splice(&mut doc, 2, 0, 4, "very ");
    splice(&mut doc, 2, 1, 5, " here");
    let mut file = doc.blocks_at(&base).unwrap();
    file[0] = Block::plain(BlockKind::Heading { level: 1 }, "The quick brown fox");
    file.insert(1, Block::plain(BlockKind::Paragraph, "New"));
    file.pop();
    doc.edit(&stamp(3, 20), &[Edit::SetBlocks { base: Some(base), blocks: file }]).unwrap();
    assert_eq!(texts(&doc), ["The very quick brown fox", "New", "stays here"]);
    assert_eq!(doc.blocks()[0].kind, BlockKind::Heading { level: 1 });
}

#[test]
fn splitting_a_paragraph_in_a_file_keeps_text_typed_into_either_half() {
    let mut doc = page(&paragraphs(&["first half second half"]));
    let base = doc.heads();
    splice(&mut doc, 2, 0, 22, "!");
    splice(&mut doc, 2, 0, 0, "The ");
    let file = paragraphs(&["first half", "second half"]);
    doc.edit(&stamp(3, 20), &[Edit::SetBlocks { base: Some(base), blocks: file }]).unwrap();
    assert_eq!(texts(&doc), ["The first half", "second half!"]);
}

fn cell(text: &str) -> Vec<Inline> {
    if text.is_empty() { Vec::new() } else { vec![Inline::text(text)] }
}

fn table(rows: &[&[&str]]) -> Table {
    let rows: Vec<Vec<Vec<Inline>>> = rows.iter().map(|r| r.iter().map(|c| cell(c)).collect()).collect();
    Table { align: vec![Default::default(); rows[0].len()], rows }
}

fn table_block(rows: &[&[&str]]) -> Block {
    Block::plain(BlockKind::Table { table: table(rows) }, "")
}

#[test]
fn cells_rows_and_columns_of_a_table_edited_apart_all_stay() {
    let mut aiko = page(&[table_block(&[&["h", "i"], &["a", "b"], &["c", "d"]])]);
    let mut ben = aiko.clone();
    let mut carla = aiko.clone();
    let base = Some(aiko.heads());
    let set = |rows: &[&[&str]]| Edit::SetBlocks { base: base.clone(), blocks: vec![table_block(rows)] };
    aiko.edit(&stamp(2, 3), &[set(&[&["h", "i"], &["a", "b"], &["new", "row"], &["c", "d"]])]).unwrap();
    ben.edit(&stamp(3, 3), &[set(&[&["h", "x", "i"], &["a", "col", "b"], &["c", "", "d"]])]).unwrap();
    let edit = Edit::SetCell { block: carla.markers()[0].clone(), row: 2, column: 1, inline: cell("d!") };
    carla.edit(&stamp(4, 3), &[edit]).unwrap();
    for other in [&ben, &carla] {
        sync(other, &mut aiko);
    }
    let rows: [&[&str]; 4] = [&["h", "x", "i"], &["a", "col", "b"], &["new", "", "row"], &["c", "", "d!"]];
    assert_eq!(aiko.blocks(), [table_block(&rows)]);
}

#[test]
fn a_cell_typed_into_a_deleted_table_or_row_brings_it_back() {
    let blocks = [Block::plain(BlockKind::Paragraph, "p"), table_block(&[&["h", "i"], &["a", "b"]])];
    let mut aiko = page(&blocks);
    let mut ben = aiko.clone();
    let marker = aiko.markers()[1].clone();
    let typed = Edit::SetCell { block: marker.clone(), row: 1, column: 0, inline: cell("a typed") };
    ben.edit(&stamp(3, 3), &[typed]).unwrap();
    aiko.edit(&stamp(2, 3), &[Edit::DeleteBlock { block: marker }]).unwrap();
    assert_eq!(aiko.blocks().len(), 1);
    sync(&ben, &mut aiko);
    assert!(aiko.text().contains(" typed"));
    let orphan = aiko.markers()[1].clone();
    aiko.edit(&stamp(2, 4), &[Edit::DeleteBlock { block: orphan }]).unwrap();
    assert_eq!(aiko.blocks().len(), 1);
}

#[test]
fn a_moved_table_keeps_what_others_typed_into_it() {
    let blocks = [table_block(&[&["h"], &["a"]]), Block::plain(BlockKind::Paragraph, "p")];
    let mut aiko = page(&blocks);
    let mut ben = aiko.clone();
    let (table, text) = (aiko.markers()[0].clone(), aiko.markers()[1].clone());
    aiko.edit(&stamp(2, 3), &[Edit::MoveBlock { block: table.clone(), after: Some(text) }]).unwrap();
    ben.edit(&stamp(3, 3), &[Edit::SetCell { block: table, row: 1, column: 0, inline: cell("abc") }])
        .unwrap();
    sync(&ben, &mut aiko);
    assert_eq!(aiko.blocks(), [blocks[1].clone(), table_block(&[&["h"], &["abc"]])]);
}

#[test]
fn a_hundred_writers_leave_a_page_that_can_still_be_edited_within_the_bounds_of_a_change() {
    let mut doc = page(&paragraphs(&["x"]));
    let base = doc.clone();
    for actor in 10..110 {
        let mut other = base.clone();
        splice(&mut other, actor, 0, 1, "y");
        sync(&other, &mut doc);
    }
    assert_eq!(doc.heads().0.len(), 100);
    let before = doc.heads();
    splice(&mut doc, 1, 0, 0, "z");
    assert_eq!(doc.heads().0.len(), 1);
    let changes = doc.changes_since(&before);
    for chunk in &changes {
        let header = tern_model::gate::header_gate(chunk, &[1; 16]).unwrap();
        assert!(header.deps.len() <= 64);
    }
    assert_eq!(texts(&doc)[0].len(), 102);
}
