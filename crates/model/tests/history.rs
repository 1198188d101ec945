//! Whose hand a difference is, what was combined while apart, and one block brought back.

mod support;

use proptest::prelude::*;
use support::{blocks, page, paragraphs, stamp, sync, texts};
use tern_model::block::{Block, BlockKind, Inline};
use tern_model::history::{DiffBlock, DiffRun, Merge, PageChanges, State, Tallies};
use tern_model::{Doc, Edit, Heads, Mark, Value};

fn splice(doc: &Doc, block: usize, at: usize, delete: usize, insert: &str) -> Edit {
    Edit::Splice { block: doc.markers()[block].clone(), at, delete, insert: insert.into() }
}

fn text(inline: &[Inline]) -> String {
    inline.iter().map(Inline::as_text).collect()
}

/// `+1word` for what actor 1 inserted, `-` deleted, `*` marked.
fn told(run: &DiffRun) -> String {
    let by = run.by.map_or("?".to_owned(), |h| h.actor[0].to_string());
    match run.state {
        State::Inserted => format!("[+{by} {}]", text(&run.content)),
        State::Deleted => format!("[-{by} {}]", text(&run.content)),
        State::Changed => format!("[*{by} {}]", text(&run.content)),
        State::Same | State::Moved => text(&run.content),
    }
}

fn line(block: &DiffBlock) -> String {
    let by = block.by.map_or("?".to_owned(), |h| h.actor[0].to_string());
    let runs: String = block.runs.iter().map(told).collect();
    match block.state {
        State::Same => format!("= {runs}"),
        State::Changed => format!("~ {runs}"),
        State::Inserted => format!("+{by} {runs}"),
        State::Deleted => format!("-{by} {runs}"),
        State::Moved => {
            let from = block.moved_from.as_ref().expect("a place");
            format!(">{by} {runs} (was {} after “{}”)", from.index, from.after)
        }
    }
}

#[test]
fn a_difference_names_the_author_of_every_run_also_when_two_wrote_apart() {
    let mut doc = page(&paragraphs(&["We meet on Monday.", "Old rule.", "Last words.", "Signed."]));
    let from = doc.heads();
    let mut other = doc.clone();
    doc.edit(&stamp(2, 10), &[splice(&doc, 0, 8, 0, "always "), splice(&doc, 2, 0, 5, "")]).unwrap();
    let gone = other.markers()[1].clone();
    let last = other.markers()[3].clone();
    let strong = Edit::SetMarks { block: last.clone(), from: 0, to: 6, mark: Mark::Strong, on: true };
    other
        .edit(&stamp(3, 20), &[splice(&other, 0, 11, 6, "Friday"), Edit::DeleteBlock { block: gone }, strong])
        .unwrap();
    sync(&other, &mut doc);
    let new = Edit::InsertBlock { after: Some(last), block: Block::plain(BlockKind::Paragraph, "P.S.") };
    doc.edit(&stamp(4, 30), &[new, splice(&doc, 0, 0, 0, "Now: ")]).unwrap();
    let changes = doc.changes_between(&from, &doc.heads()).unwrap();
    let lines: Vec<String> = changes.blocks.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "~ [+4 Now: ]We meet [+2 always ]on [-3 Mon][+3 Fri]day.",
            "-3 [-3 Old rule.]",
            "~ [-2 Last ]words.",
            "~ [*3 Signed].",
            "+4 [+4 P.S.]",
        ]
    );
    assert_eq!(changes.blocks[0].runs[0].by.map(|h| h.time_ms), Some(30));
    let run = &changes.blocks[3].runs[0];
    assert!(run.content[0].marks().strong && !run.was[0].marks().strong);
}

#[test]
fn a_run_is_cut_where_its_author_changes() {
    let mut doc = page(&paragraphs(&["."]));
    let from = doc.heads();
    doc.edit(&stamp(2, 1), &[splice(&doc, 0, 0, 0, "abcd")]).unwrap();
    doc.edit(&stamp(3, 2), &[splice(&doc, 0, 2, 0, "XY")]).unwrap();
    let changes = doc.changes_between(&from, &doc.heads()).unwrap();
    assert_eq!(line(&changes.blocks[0]), "~ [+2 ab][+3 XY][+2 cd].");
}

#[test]
fn a_moved_block_says_where_it_was_and_a_changed_kind_whose_hand_it_is() {
    let mut doc = page(&paragraphs(&["one", "two", "three"]));
    let from = doc.heads();
    let ids = doc.markers();
    let title = Edit::SetField { name: "title".into(), value: Value::Text("T".into()) };
    doc.edit(
        &stamp(5, 9),
        &[
            Edit::MoveBlock { block: ids[1].clone(), after: None },
            Edit::SetKind {
                block: ids[2].clone(),
                kind: BlockKind::Heading { level: 2 },
                parents: Vec::new(),
            },
            title,
        ],
    )
    .unwrap();
    let changes = doc.changes_between(&from, &doc.heads()).unwrap();
    let lines: Vec<String> = changes.blocks.iter().map(line).collect();
    assert_eq!(lines, [">5 two (was 1 after “one”)", "= one", "~ three"]);
    assert_eq!(changes.blocks[2].by.map(|h| h.actor[0]), Some(5));
    assert_eq!(changes.fields[0].1.map(|h| h.actor[0]), Some(5));
}

#[test]
fn a_session_compared_with_what_was_before_it_shows_its_own_work_alone() {
    let mut doc = page(&paragraphs(&["base"]));
    let mut other = doc.clone();
    doc.edit(&stamp(2, 1_000), &[splice(&doc, 0, 0, 0, "A")]).unwrap();
    other.edit(&stamp(3, 1_500), &[splice(&other, 0, 4, 0, "B")]).unwrap();
    sync(&other, &mut doc);
    doc.edit(&stamp(2, 2_000), &[splice(&doc, 0, 1, 0, "a")]).unwrap();
    let sessions = doc.sessions();
    let own = |actor: u8| sessions.iter().find(|s| s.actor[0] == actor).expect("a session");
    let shown = |actor: u8| {
        let changes = doc.changes_between(&own(actor).before, &own(actor).after).unwrap();
        line(&changes.blocks[0])
    };
    assert_eq!(shown(2), "~ [+2 Aa]baseB", "the other's word is on both sides");
    assert_eq!(shown(3), "~ Abase[+3 B]");
    let tallies = doc.tallies(&sessions, &mut Tallies::default());
    let at = sessions.iter().position(|s| s.actor[0] == 2).expect("a session");
    assert_eq!((tallies[at].inserted, tallies[at].deleted), (2, 0));
}

#[test]
fn a_block_comes_back_as_it_was_at_its_place_and_only_it() {
    let mut doc = page(&paragraphs(&["one", "two", "three"]));
    let (then, ids) = (doc.heads(), doc.markers());
    doc.edit(
        &stamp(2, 5),
        &[
            splice(&doc, 0, 0, 3, "ONE"),
            Edit::DeleteBlock { block: ids[1].clone() },
            splice(&doc, 2, 5, 0, "!"),
        ],
    )
    .unwrap();
    let edits = doc.restore_block(&then, &ids[1]).unwrap();
    doc.edit(&stamp(1, 6), &edits).unwrap();
    assert_eq!(texts(&doc), ["ONE", "two", "three!"]);
    assert_eq!(doc.markers()[0], ids[0], "what stands keeps its identity");
    let edits = doc.restore_block(&then, "0").unwrap();
    doc.edit(&stamp(1, 7), &edits).unwrap();
    assert_eq!(texts(&doc), ["one", "two", "three!"]);
    assert!(doc.restore_block(&then, "0").unwrap().is_empty(), "it is like that already");
    assert!(doc.restore_block(&then, &ids[1]).unwrap().is_empty(), "it came back under another name");
    assert!(doc.restore_block(&then, "99").is_err());
}

fn mine(actor: &[u8; 16]) -> bool {
    actor[0] == 1
}

fn apart() -> (Doc, Doc) {
    let doc = page(&paragraphs(&["The ferry sails at nine.", "Bring a coat.", "Tickets at the pier."]));
    (doc.clone(), doc)
}

#[test]
fn a_paragraph_changed_on_both_sides_is_told_with_both_versions_and_what_came_of_it() {
    let (mut me, mut them) = apart();
    let base = me.heads();
    me.edit(&stamp(1, 100_000), &[splice(&me, 0, 19, 4, "ten")]).unwrap();
    let my_heads = me.heads();
    them.edit(&stamp(2, 5_000_000), &[splice(&them, 0, 4, 5, "boat"), splice(&them, 1, 0, 5, "Wear")])
        .unwrap();
    sync(&them, &mut me);
    let merges = me.merges(&mine, &Heads::default()).unwrap();
    assert_eq!(merges.len(), 1);
    let merge = &merges[0];
    assert_eq!(merge.blocks.len(), 1, "only the paragraph that both changed");
    let shown = |b: &Option<Block>| b.as_ref().map(Block::text).unwrap_or_default();
    let block = &merge.blocks[0];
    assert_eq!(shown(&block.base), "The ferry sails at nine.");
    assert_eq!(shown(&block.mine), "The ferry sails at ten.");
    assert_eq!(shown(&block.theirs), "The boat sails at nine.");
    assert_eq!(shown(&block.merged), "The boat sails at ten.");
    assert_eq!((merge.base.clone(), merge.mine.heads.clone()), (base, my_heads));
    assert_eq!(merge.theirs.heads, them.heads());
    assert_eq!((merge.theirs.actors[0][0], merge.theirs.from_ms), (2, 5_000_000));
    let edits = me.restore_block(&merge.mine.heads, &block.marker).unwrap();
    let reviewed = me.heads();
    assert!(me.merges(&mine, &reviewed).unwrap().is_empty(), "what was looked at is not told again");
    me.edit(&stamp(1, 6_000_000), &edits).unwrap();
    assert_eq!(texts(&me)[0], "The ferry sails at ten.");
    assert!(me.merges(&mine, &reviewed).unwrap().is_empty(), "nor when the next change joins both");
    assert_eq!(me.merges(&mine, &Heads::default()).unwrap().len(), 1, "one separation is told once");
}

#[test]
fn typing_together_is_no_separation_and_neither_is_taking_turns() {
    let (mut me, mut them) = apart();
    me.edit(&stamp(1, 1_000), &[splice(&me, 0, 0, 0, "a")]).unwrap();
    them.edit(&stamp(2, 1_400), &[splice(&them, 0, 3, 0, "b")]).unwrap();
    sync(&them, &mut me);
    sync(&me, &mut them);
    me.edit(&stamp(1, 900_000), &[splice(&me, 0, 0, 0, "c")]).unwrap();
    sync(&me, &mut them);
    them.edit(&stamp(2, 1_900_000), &[splice(&them, 0, 0, 0, "d")]).unwrap();
    sync(&them, &mut me);
    assert_eq!(me.merges(&mine, &Heads::default()).unwrap(), Vec::<Merge>::new());
}

#[test]
fn several_separations_and_third_parties_are_told_one_by_one_newest_first() {
    let (mut me, mut them) = apart();
    let mut third = me.clone();
    me.edit(&stamp(1, 100_000), &[splice(&me, 0, 0, 3, "Our")]).unwrap();
    third.edit(&stamp(3, 900_000), &[splice(&third, 0, 24, 0, " Sharp.")]).unwrap();
    sync(&me, &mut them);
    them.edit(&stamp(2, 950_000), &[splice(&them, 2, 0, 0, "Buy ")]).unwrap();
    // Mine arrives through the second person, the third's alone.
    sync(&third, &mut them);
    sync(&them, &mut me);
    let first = me.merges(&mine, &Heads::default()).unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].theirs.actors, [[3; 16]]);
    let again = |doc: &mut Doc, actor: u8, time_ms: i64, word: &str| {
        let edit = splice(doc, 1, 0, 0, word);
        doc.edit(&stamp(actor, time_ms), &[edit]).unwrap();
    };
    again(&mut me, 1, 8_000_000, "Always ");
    again(&mut them, 2, 8_900_000, "Please ");
    sync(&them, &mut me);
    let both = me.merges(&mine, &Heads::default()).unwrap();
    let sides: Vec<u8> = both.iter().map(|m| m.theirs.actors[0][0]).collect();
    assert_eq!(sides, [2, 3]);
}

#[test]
fn a_field_set_on_both_sides_is_told_with_both_values() {
    let (mut me, mut them) = apart();
    let title = |text: &str| Edit::SetField { name: "title".into(), value: Value::Text(text.into()) };
    me.edit(&stamp(1, 100_000), &[title("Mine")]).unwrap();
    them.edit(&stamp(2, 900_000), &[title("Theirs")]).unwrap();
    sync(&them, &mut me);
    let merges = me.merges(&mine, &Heads::default()).unwrap();
    let field = &merges[0].fields[0];
    let is = |value: &Value| value.as_text().unwrap_or_default().to_owned();
    assert_eq!((is(&field.mine), is(&field.theirs)), ("Mine".into(), "Theirs".into()));
    assert_eq!(is(&field.merged), me.title());
}

/// The blocks of one side of a comparison, in the order of that version.
fn side(changes: &PageChanges, newer: bool) -> Vec<Block> {
    let rebuilt = |block: &DiffBlock, whole: &Block| {
        let other = if newer { State::Deleted } else { State::Inserted };
        let runs = block.runs.iter().filter(|r| r.state != other);
        let content = runs.flat_map(|r| if newer || r.was.is_empty() { &r.content } else { &r.was });
        let inline = tern_model::page::normal_inline(&content.cloned().collect::<Vec<_>>());
        Block { inline, ..whole.clone() }
    };
    let mut out: Vec<Block> = Vec::new();
    let mut moved: Vec<(usize, Block)> = Vec::new();
    for block in &changes.blocks {
        let Some(whole) = (if newer { &block.to } else { &block.from }) else { continue };
        match block.moved_from.as_ref().filter(|_| !newer) {
            Some(from) => moved.push((from.index, rebuilt(block, whole))),
            None => out.push(rebuilt(block, whole)),
        }
    }
    moved.sort_by_key(|(index, _)| *index);
    for (index, block) in moved {
        out.insert(index.min(out.len()), block);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn both_sides_of_a_difference_are_the_versions_also_across_a_merge(
        first in blocks(), a in blocks(), b in blocks(), c in blocks(),
    ) {
        let mut doc = page(&first);
        let from = doc.heads();
        let mut other = doc.clone();
        doc.edit(&stamp(2, 2), &[Edit::SetBlocks { base: None, blocks: a }]).unwrap();
        let middle = doc.heads();
        other.edit(&stamp(3, 3), &[Edit::SetBlocks { base: None, blocks: b }]).unwrap();
        sync(&other, &mut doc);
        doc.edit(&stamp(4, 4), &[Edit::SetBlocks { base: Some(middle.clone()), blocks: c }]).unwrap();
        let versions = [from, middle, other.heads(), doc.heads()];
        for old in &versions {
            for new in &versions {
                let changes = doc.changes_between(old, new).unwrap();
                prop_assert_eq!(side(&changes, true), doc.blocks_at(new).unwrap());
                prop_assert_eq!(side(&changes, false), doc.blocks_at(old).unwrap());
            }
        }
    }

    #[test]
    fn what_is_inserted_is_always_somebodys_and_both_sides_of_a_merge_are_exact(
        mine_at in 0usize..20, theirs_at in 0usize..20, my in "[a-z]{1,6}", their in "[A-Z]{1,6}",
    ) {
        let (mut me, mut them) = apart();
        let base = me.heads();
        me.edit(&stamp(1, 100_000), &[splice(&me, 0, mine_at, 0, &my)]).unwrap();
        them.edit(&stamp(2, 900_000), &[splice(&them, 0, theirs_at, 0, &their)]).unwrap();
        let (my_text, their_text) = (texts(&me)[0].clone(), texts(&them)[0].clone());
        sync(&them, &mut me);
        let merges = me.merges(&mine, &Heads::default()).unwrap();
        let block = &merges[0].blocks[0];
        prop_assert_eq!(block.mine.as_ref().unwrap().text(), my_text);
        prop_assert_eq!(block.theirs.as_ref().unwrap().text(), their_text);
        let merged = block.merged.as_ref().unwrap().text();
        prop_assert!(merged.contains(&my) && merged.contains(&their), "{}", merged);
        let changes = me.changes_between(&base, &me.heads()).unwrap();
        for run in changes.blocks[0].runs.iter().filter(|r| r.state == State::Inserted) {
            let of = run.by.map(|h| h.actor[0]).unwrap();
            let lower = text(&run.content).chars().all(|c| c.is_ascii_lowercase());
            prop_assert_eq!(of, if lower { 1 } else { 2 });
        }
    }
}

#[test]
fn the_version_before_an_instant_holds_what_was_written_by_then_and_nothing_made_upon_later_work() {
    let mut doc = page(&paragraphs(&["We meet."]));
    let start = doc.heads();
    let made_ms = doc.history().iter().map(|change| change.time_ms).max().unwrap();
    let mut other = doc.clone();
    doc.edit(&stamp(2, made_ms + 10), &[splice(&doc, 0, 0, 0, "Late: ")]).unwrap();
    other.edit(&stamp(3, made_ms + 5), &[splice(&other, 0, 8, 0, " Early.")]).unwrap();
    let early = other.heads();
    sync(&other, &mut doc);
    // By a clock that goes wrong, but upon the late change.
    doc.edit(&stamp(4, made_ms + 1), &[splice(&doc, 0, 0, 0, "Wrong ")]).unwrap();
    for (after_ms, version) in [(1, start), (6, early), (99, doc.heads())] {
        assert_eq!(doc.before(made_ms + after_ms), version, "{after_ms}");
    }
    assert_eq!(doc.before(i64::MIN), Heads::default());
}

proptest! {
    /// What is kept of earlier looks at a history changes no answer, in whatever order the changes of others arrive.
    #[test]
    fn tallies_kept_are_tallies_found_anew(steps in proptest::collection::vec((0..4usize, 1..40i64), 1..12)) {
        let mut doc = page(&paragraphs(&["base"]));
        let mut other = doc.clone();
        let mut known = Tallies::default();
        for (at, (step, minutes)) in steps.into_iter().enumerate() {
            let now = stamp(2 + (step % 2) as u8, minutes * 60_000 + at as i64);
            match step {
                0 => drop(doc.edit(&now, &[splice(&doc, 0, 0, 0, "ab")]).unwrap()),
                1 => drop(other.edit(&now, &[splice(&other, 0, 0, 1, "x")]).unwrap()),
                2 => sync(&other, &mut doc),
                _ => sync(&doc, &mut other),
            }
            let sessions = doc.sessions();
            // Lists tell the newest sessions only.
            let newest = &sessions[sessions.len().saturating_sub(3)..];
            prop_assert_eq!(doc.tallies(newest, &mut known), doc.tallies(newest, &mut Tallies::default()));
        }
    }
}
