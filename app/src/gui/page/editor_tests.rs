//! Stories of typing while the engine answers late, early, or with somebody else's work.

use super::*;
use tern_model::block::Inline;

/// A stand-in for the engine's page: applies batches the way the engine promises to.
#[derive(Default)]
struct Engine {
    blocks: Vec<(String, Block)>,
    made: usize,
    version: usize,
}

impl Engine {
    fn with(lines: &[&str]) -> Self {
        let mut engine = Engine::default();
        for line in lines {
            let marker = engine.marker();
            engine.blocks.push((marker, Block::plain(BlockKind::Paragraph, line)));
        }
        engine
    }

    fn marker(&mut self) -> String {
        self.made += 1;
        format!("m{}", self.made)
    }

    fn at(&self, marker: &str) -> usize {
        self.blocks.iter().position(|(name, _)| name == marker).expect("a known marker")
    }

    fn apply(&mut self, edits: Vec<BlockEdit>) -> String {
        for edit in edits {
            self.apply_one(edit);
        }
        self.version += 1;
        format!("h{}", self.version)
    }

    fn apply_one(&mut self, edit: BlockEdit) {
        match edit {
            BlockEdit::SetContent { block, base, new } => {
                let at = self.at(&block);
                let old = cells::from_inline(&self.blocks[at].1.inline);
                let (merged, _) = cells::merge(
                    &cells::from_inline(&base.inline),
                    &cells::from_inline(&new.inline),
                    &old,
                    0,
                );
                self.blocks[at].1.inline = cells::to_inline(&merged);
            }
            BlockEdit::Insert { after, block } => {
                let at = after.map_or(0, |marker| self.at(&marker) + 1);
                let marker = self.marker();
                self.blocks.insert(at, (marker, block));
            }
            BlockEdit::Split { block, at } => {
                let index = self.at(&block);
                let all = cells::from_inline(&self.blocks[index].1.inline);
                let (left, right) = all.split_at(at);
                let second = Block { inline: cells::to_inline(right), ..self.blocks[index].1.clone() };
                self.blocks[index].1.inline = cells::to_inline(left);
                let marker = self.marker();
                self.blocks.insert(index + 1, (marker, second));
            }
            BlockEdit::Join { block } => {
                let at = self.at(&block);
                let (_, gone) = self.blocks.remove(at);
                self.blocks[at - 1].1.inline.extend(gone.inline);
                let all = cells::from_inline(&self.blocks[at - 1].1.inline);
                self.blocks[at - 1].1.inline = cells::to_inline(&all);
            }
            BlockEdit::SetKind { block, kind, parents } => {
                let at = self.at(&block);
                self.blocks[at].1.kind = kind;
                self.blocks[at].1.parents = parents;
            }
            BlockEdit::Delete { block } => {
                let at = self.at(&block);
                self.blocks.remove(at);
            }
        }
    }

    fn remote(&mut self, at: usize, text: &str) {
        self.blocks[at].1.inline = vec![Inline::text(text)];
        self.version += 1;
    }

    fn view(&self) -> PageView {
        PageView {
            id: "page".into(),
            title: "Page".into(),
            blocks: self.blocks.iter().map(|(_, block)| block.clone()).collect(),
            markers: self.blocks.iter().map(|(marker, _)| marker.clone()).collect(),
            marks: Vec::new(),
            fields: BTreeMap::new(),
            conflicts: Vec::new(),
            heads: format!("h{}", self.version),
            trashed: false,
            attachments: Vec::new(),
            delivery: Vec::new(),
        }
    }

    fn lines(&self) -> Vec<String> {
        self.blocks.iter().map(|(_, block)| block.text()).collect()
    }
}

fn open(lines: &[&str]) -> (Engine, Editor) {
    let engine = Engine::with(lines);
    let mut editor = Editor::default();
    editor.offer(&engine.view(), 0.0);
    (engine, editor)
}

fn exchange(engine: &mut Engine, editor: &mut Editor) {
    editor.flush();
    while let Some(edits) = editor.next_batch() {
        let heads = engine.apply(edits);
        editor.offer(&engine.view(), 1.0);
        editor.acknowledged(Some(heads), true, 1.0);
    }
    assert!(editor.is_settled());
    let shown: Vec<Block> = editor.blocks().iter().map(|local| local.block.clone()).collect();
    assert_eq!(shown, engine.view().blocks, "window and engine show the same");
}

fn begin(editor: &mut Editor, at: usize, caret: usize) {
    let key = editor.blocks()[at].key;
    editor.begin(key, caret);
}

#[test]
fn typing_reaches_the_engine_as_a_change_of_one_block() {
    let (mut engine, mut editor) = open(&["one", "two"]);
    begin(&mut editor, 1, 3);
    editor.typed("two!", 4, 0.5, true);
    assert_eq!(editor.flush_due(0.5), Some(FLUSH_SECS));
    assert!(!editor.is_settled());
    exchange(&mut engine, &mut editor);
    assert_eq!(engine.lines(), ["one", "two!"]);
}

#[test]
fn enter_splits_and_typing_goes_on_before_the_engine_has_answered() {
    let (mut engine, mut editor) = open(&["hello world"]);
    begin(&mut editor, 0, 5);
    editor.enter();
    editor.typed(", world", 1, 0.1, true);
    editor.enter();
    editor.typed("wide world", 4, 0.2, true);
    exchange(&mut engine, &mut editor);
    assert_eq!(engine.lines(), ["hello", ",", "wide world"]);
}

#[test]
fn backspace_at_the_start_joins() {
    let (mut engine, mut editor) = open(&["one", "two"]);
    begin(&mut editor, 1, 0);
    editor.backspace_at_start();
    assert_eq!(editor.session().map(|session| session.caret), Some(3));
    exchange(&mut engine, &mut editor);
    assert_eq!(engine.lines(), ["onetwo"]);
}

#[test]
fn a_block_made_and_removed_at_once_leaves_nothing() {
    let (mut engine, mut editor) = open(&["one"]);
    begin(&mut editor, 0, 3);
    editor.enter();
    editor.backspace_at_start();
    exchange(&mut engine, &mut editor);
    assert_eq!(engine.lines(), ["one"]);
}

#[test]
fn remote_work_elsewhere_appears_and_the_caret_stays() {
    let (mut engine, mut editor) = open(&["one", "two"]);
    begin(&mut editor, 1, 2);
    engine.remote(0, "one, from afar");
    editor.offer(&engine.view(), 1.0);
    assert_eq!(editor.blocks()[0].block.text(), "one, from afar");
    assert_eq!(editor.session().map(|session| (session.caret, session.caret_moved)), Some((2, true)));
}

#[test]
fn remote_work_in_the_block_being_typed_in_is_merged() {
    let (mut engine, mut editor) = open(&["the plan"]);
    begin(&mut editor, 0, 8);
    editor.typed("the plan holds", 14, 0.1, true);
    engine.remote(0, "So: the plan");
    editor.offer(&engine.view(), 0.2);
    let session = editor.session().expect("typing goes on");
    assert_eq!((cells::text(&session.cells).as_str(), session.caret), ("So: the plan holds", 18));
    exchange(&mut engine, &mut editor);
    assert_eq!(engine.lines(), ["So: the plan holds"]);
}

#[test]
fn a_view_from_before_the_batch_does_not_take_typed_text_back() {
    let (mut engine, mut editor) = open(&["start"]);
    begin(&mut editor, 0, 5);
    editor.typed("start here", 10, 0.1, true);
    editor.flush();
    let stale = engine.view();
    let edits = editor.next_batch().expect("a batch");
    let heads = engine.apply(edits);
    editor.acknowledged(Some(heads), true, 0.2);
    editor.offer(&PageView { heads: "elsewhere".into(), ..stale }, 0.3);
    assert_eq!(cells::text(&editor.session().expect("typing").cells), "start here");
    editor.offer(&engine.view(), 0.4);
    assert!(editor.is_settled());
    assert_eq!(editor.blocks()[0].block.text(), "start here");
}

#[test]
fn a_block_removed_elsewhere_while_typed_in_keeps_its_text() {
    let (mut engine, mut editor) = open(&["one", "two", "three"]);
    begin(&mut editor, 1, 3);
    editor.typed("two and more", 12, 0.1, true);
    engine.blocks.remove(1);
    engine.version += 1;
    editor.offer(&engine.view(), 0.2);
    exchange(&mut engine, &mut editor);
    assert_eq!(engine.lines(), ["one", "two and more", "three"]);
}

#[test]
fn what_the_engine_refuses_stays_here_until_it_is_taken() {
    let (mut engine, mut editor) = open(&["one"]);
    begin(&mut editor, 0, 3);
    editor.typed("one two", 7, 0.1, true);
    editor.flush();
    assert!(editor.next_batch().is_some());
    editor.refused();
    assert!(editor.is_refused());
    assert!(editor.next_batch().is_none());
    assert_eq!(editor.blocks()[0].block.text(), "one two");
    editor.retry();
    exchange(&mut engine, &mut editor);
    assert_eq!(engine.lines(), ["one two"]);
}

#[test]
fn markdown_converts_and_lists_go_on_nest_and_end() {
    let (mut engine, mut editor) = open(&[""]);
    begin(&mut editor, 0, 0);
    editor.typed("- ", 2, 0.1, true);
    editor.typed("a", 1, 0.1, true);
    editor.enter();
    editor.typed("b", 1, 0.2, true);
    editor.indent();
    editor.enter();
    editor.enter();
    editor.enter();
    exchange(&mut engine, &mut editor);
    let shape: Vec<String> = engine
        .blocks
        .iter()
        .map(|(_, block)| format!("{}{:?} {}", "  ".repeat(block.parents.len()), block.kind, block.text()))
        .collect();
    assert_eq!(
        shape,
        ["BulletItem { loose: false } a", "  BulletItem { loose: false } b", "Paragraph "],
        "an empty item leaves its list"
    );
}

#[test]
fn a_quote_and_a_code_block_open_from_their_signs() {
    let (mut engine, mut editor) = open(&["", ""]);
    begin(&mut editor, 0, 0);
    editor.typed("> ", 2, 0.1, true);
    editor.typed("said", 4, 0.1, true);
    begin(&mut editor, 1, 0);
    editor.typed("```sql", 6, 0.1, true);
    editor.enter();
    exchange(&mut engine, &mut editor);
    assert_eq!(engine.blocks[0].1.parents, [Container::Quote]);
    assert_eq!(engine.blocks[1].1.kind, BlockKind::Code { language: "sql".into() });
}

#[test]
fn a_mark_set_without_a_selection_holds_for_what_is_typed_next() {
    let (mut engine, mut editor) = open(&["a "]);
    begin(&mut editor, 0, 2);
    editor.toggle_mark(2..2, cells::Mark::Strong, 0.1);
    editor.typed("a b", 3, 0.1, true);
    editor.typed("a bc", 4, 0.1, true);
    editor.toggle_mark(4..4, cells::Mark::Strong, 0.1);
    editor.typed("a bcd", 5, 0.1, true);
    exchange(&mut engine, &mut editor);
    let runs: Vec<(&str, bool)> =
        engine.blocks[0].1.inline.iter().map(|run| (run.as_text(), run.marks().strong)).collect();
    assert_eq!(runs, [("a ", false), ("bc", true), ("d", false)]);
}

#[test]
fn ticking_a_task_item_sends_its_kind() {
    let (mut engine, mut editor) = open(&["x"]);
    engine.blocks[0].1.kind = BlockKind::TaskItem { checked: false, loose: false };
    engine.version += 1;
    editor.offer(&engine.view(), 0.1);
    let key = editor.blocks()[0].key;
    editor.toggle_check(key);
    exchange(&mut engine, &mut editor);
    assert_eq!(engine.blocks[0].1.kind, BlockKind::TaskItem { checked: true, loose: false });
}
