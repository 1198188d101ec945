//! What the person's hands do to the open page: begin, type, split, join, convert, nest, mark, delete.

use tern_model::block::{Block, BlockKind, Container};

use super::super::cells::{self, Glyph, Mark};
use super::super::rules;
use super::{Editor, Key, Local, Op, Session};

impl Editor {
    /// Begins typing in a block, the caret at a character.
    pub fn begin(&mut self, key: Key, caret: usize) {
        if self.session.as_ref().is_some_and(|session| session.key == key) {
            return;
        }
        self.flush();
        let Some(block) = self.block(key) else { return };
        self.session = Some(Session::on(key, &block.clone(), caret));
    }

    /// Ends typing; what was typed goes to the engine.
    pub fn leave(&mut self) {
        self.flush();
        self.session = None;
    }

    /// Queues what was typed since the last time.
    pub fn flush(&mut self) {
        let Some(session) = &mut self.session else { return };
        session.dirty_since = None;
        let new = session.typed();
        if new == session.base {
            return;
        }
        let (key, base) = (session.key, std::mem::replace(&mut session.base, new.clone()));
        self.show(key, new.clone());
        self.queue.push_back(Op::Content { key, base, new });
    }

    fn show(&mut self, key: Key, block: Block) {
        if let Some(local) = self.blocks.iter_mut().find(|local| local.key == key) {
            local.block = block;
        }
    }

    /// The field holds `text` with the caret at `caret`; typing rules apply when `rules` is set.
    pub fn typed(&mut self, text: &str, caret: usize, now: f64, rules: bool) {
        let Some(session) = &mut self.session else { return };
        let grew = text.chars().count() > session.cells.len();
        let marks = session.next_marks.take();
        cells::retype(&mut session.cells, text, marks.as_ref());
        session.next_marks = marks.filter(|_| grew);
        session.caret = caret;
        session.dirty_since.get_or_insert(now);
        if rules && grew {
            self.apply_rules();
        }
    }

    fn apply_rules(&mut self) {
        let Some(session) = &mut self.session else { return };
        if !rules::is_prose(&session.base.kind) {
            return;
        }
        let whole = cells::text(&session.cells);
        let before: String = whole.chars().take(session.caret).collect();
        if let Some(conversion) = rules::block(&session.base.kind, &before, &whole) {
            session.cells.drain(..conversion.strip.min(session.cells.len()));
            session.caret = 0;
            session.caret_moved = true;
            session.next_marks = None;
            let mut parents = session.base.parents.clone();
            if conversion.quote {
                parents.push(Container::Quote);
            }
            self.convert(conversion.kind, parents);
        } else if let Some(caret) = rules::inline(&mut session.cells, session.caret) {
            session.caret = caret;
            session.caret_moved = true;
            session.next_marks = Some(cells::marks_at(&session.cells, caret..caret).into_plain());
        }
    }

    /// The block being typed in becomes another kind.
    pub fn convert(&mut self, kind: BlockKind, parents: Vec<Container>) {
        self.flush();
        let Some(session) = &mut self.session else { return };
        let key = session.key;
        let mut block = Block { kind: kind.clone(), parents: parents.clone(), ..session.base.clone() };
        if !rules::is_prose(&kind) {
            block.inline = strip_marks(&block);
        }
        session.cells = cells::from_inline(&block.inline);
        session.base = block.clone();
        let is_divider = matches!(kind, BlockKind::Divider);
        self.show(key, block);
        self.queue.push_back(Op::Kind { key, kind, parents });
        if is_divider {
            self.insert_after(Some(key), Block::plain(BlockKind::Paragraph, ""));
        }
    }

    /// Enter: splits prose; in an empty item it ends the list. Code takes a line break instead (the field does it).
    pub fn enter(&mut self) {
        let Some(session) = &self.session else { return };
        let (key, block, caret) = (session.key, session.base.clone(), session.caret.min(session.cells.len()));
        let text = cells::text(&session.cells);
        if let Some(language) = rules::fence(&block.kind, &text) {
            if let Some(session) = &mut self.session {
                session.cells.clear();
                session.caret = 0;
                session.caret_moved = true;
            }
            self.convert(BlockKind::Code { language }, block.parents);
        } else if text.is_empty() && (rules::opens(&block.kind).is_some() || !block.parents.is_empty()) {
            self.outdent();
        } else {
            self.split(key, &block, caret);
        }
    }

    fn split(&mut self, key: Key, block: &Block, caret: usize) {
        self.flush();
        let made = self.new_key();
        let Some(session) = &self.session else { return };
        let (left, right) = session.cells.split_at(caret);
        let has_image = session.cells.iter().any(|cell| matches!(cell.glyph, Glyph::Image { .. }));
        let kind = if right.is_empty() || rules::opens(&block.kind).is_some() {
            rules::continued(&block.kind)
        } else {
            block.kind.clone()
        };
        let (left, right) = (cells::to_inline(left), cells::to_inline(right));
        let first = Block { inline: left, ..block.clone() };
        let second =
            Block { parents: block.parents.clone(), restart: None, kind: kind.clone(), inline: right };
        let Some(at) = self.index(key) else { return };
        if has_image {
            let base = Block { inline: cells::to_inline(&session.cells), ..block.clone() };
            self.queue.push_back(Op::Content { key, base, new: first.clone() });
            self.queue.push_back(Op::Insert { after: Some(key), made, block: second.clone() });
        } else {
            self.queue.push_back(Op::Split { key, at: caret, made, kind });
        }
        self.show(key, first);
        self.session = Some(Session::on(made, &second, 0));
        self.blocks.insert(at + 1, Local { key: made, block: second });
    }

    /// Backspace before the first character: an item or heading becomes plain, plain text joins the block before it.
    pub fn backspace_at_start(&mut self) {
        let Some(session) = &self.session else { return };
        let (key, block) = (session.key, session.base.clone());
        if rules::opens(&block.kind).is_some() || !block.parents.is_empty() {
            self.outdent();
        } else if !matches!(block.kind, BlockKind::Paragraph) {
            self.convert(BlockKind::Paragraph, Vec::new());
        } else {
            self.join(key);
        }
    }

    /// Delete after the last character: the next block joins this one.
    pub fn delete_at_end(&mut self) {
        let Some(session) = &self.session else { return };
        let (caret, key) = (session.cells.len(), session.key);
        let Some(next) = self.index(key).and_then(|at| self.blocks.get(at + 1)) else { return };
        if !rules::is_prose(&next.block.kind) {
            return;
        }
        let next = next.key;
        self.flush();
        self.begin(next, 0);
        self.join(next);
        if let Some(session) = &mut self.session {
            session.caret = caret;
        }
    }

    fn join(&mut self, key: Key) {
        self.flush();
        let Some(at) = self.index(key).filter(|at| *at > 0) else { return };
        let Some(previous) = self.blocks.get(at - 1).cloned() else { return };
        match previous.block.kind {
            BlockKind::Divider => self.delete(previous.key),
            _ if rules::is_prose(&previous.block.kind) => {
                let Some(own) = self.block(key) else { return };
                let mut merged = cells::from_inline(&previous.block.inline);
                let caret = merged.len();
                merged.extend(cells::from_inline(&own.inline));
                let block = Block { inline: cells::to_inline(&merged), ..previous.block };
                self.queue.push_back(Op::Join { key });
                self.blocks.remove(at);
                self.show(previous.key, block.clone());
                self.session = Some(Session::on(previous.key, &block, caret));
            }
            _ if self.session.as_ref().is_some_and(|session| session.cells.is_empty()) => self.delete(key),
            _ => {}
        }
    }

    /// Tab: an item goes into the item before it.
    pub fn indent(&mut self) {
        let Some(session) = &self.session else { return };
        let block = &session.base;
        let Some(at) = self.index(session.key) else { return };
        let depth = block.parents.len();
        let before = self.blocks.iter().take(at).rev();
        let Some(host) = before
            .take_while(|local| local.block.parents.len() >= depth)
            .find(|local| local.block.parents.len() == depth && rules::opens(&local.block.kind).is_some())
        else {
            return;
        };
        if let (Some(container), true) = (rules::opens(&host.block.kind), rules::opens(&block.kind).is_some())
        {
            let mut parents = host.block.parents.clone();
            parents.push(container);
            let kind = block.kind.clone();
            self.shift_children(at, depth, Some(container));
            self.convert(kind, parents);
        }
    }

    /// Shift+Tab: an item leaves the item around it; at top level it becomes plain text.
    pub fn outdent(&mut self) {
        let Some(session) = &self.session else { return };
        let mut parents = session.base.parents.clone();
        let depth = parents.len();
        let Some(at) = self.index(session.key) else { return };
        if parents.pop().is_some() {
            let kind = session.base.kind.clone();
            self.shift_children(at, depth, None);
            self.convert(kind, parents);
        } else {
            self.convert(BlockKind::Paragraph, Vec::new());
        }
    }

    /// Moves the blocks inside an item along with it: one container more at `depth`, or one less.
    fn shift_children(&mut self, at: usize, depth: usize, add: Option<Container>) {
        self.flush();
        let children =
            self.blocks.iter_mut().skip(at + 1).take_while(|local| local.block.parents.len() > depth);
        for child in children {
            match add {
                Some(container) => child.block.parents.insert(depth, container),
                None if depth > 0 => drop(child.block.parents.remove(depth - 1)),
                None => return,
            }
            self.queue.push_back(Op::Kind {
                key: child.key,
                kind: child.block.kind.clone(),
                parents: child.block.parents.clone(),
            });
        }
    }

    /// Toggles a mark on the selection, or for what is typed next.
    pub fn toggle_mark(&mut self, range: std::ops::Range<usize>, mark: Mark, now: f64) {
        let Some(session) = &mut self.session else { return };
        if !rules::is_prose(&session.base.kind) {
            return;
        }
        if range.is_empty() {
            let mut marks =
                session.next_marks.take().unwrap_or_else(|| cells::marks_at(&session.cells, range.clone()));
            let on = mark.is_in(&marks);
            mark.set(&mut marks, !on);
            session.next_marks = Some(marks);
        } else {
            cells::toggle(&mut session.cells, range, mark);
            session.dirty_since.get_or_insert(now);
        }
    }

    /// Ticks or unticks a task item.
    pub fn toggle_check(&mut self, key: Key) {
        self.flush();
        let Some(block) = self.block(key).cloned() else { return };
        if let BlockKind::TaskItem { checked, loose } = block.kind {
            let kind = BlockKind::TaskItem { checked: !checked, loose };
            if let Some(session) = self.session.as_mut().filter(|session| session.key == key) {
                session.base.kind = kind.clone();
            }
            self.queue.push_back(Op::Kind { key, kind: kind.clone(), parents: block.parents.clone() });
            self.show(key, Block { kind, ..block });
        }
    }

    /// A new block, which is then typed in.
    pub fn insert_after(&mut self, after: Option<Key>, block: Block) {
        self.flush();
        let made = self.new_key();
        let at = after.and_then(|key| self.index(key)).map_or(0, |at| at + 1);
        self.queue.push_back(Op::Insert { after, made, block: block.clone() });
        self.session = Some(Session::on(made, &block, 0));
        self.blocks.insert(at, Local { key: made, block });
    }

    /// The block goes; typing goes on in the one before it if it was being typed in.
    pub fn delete(&mut self, key: Key) {
        self.flush();
        let Some(at) = self.index(key) else { return };
        self.blocks.remove(at);
        self.queue.push_back(Op::Delete { key });
        if self.session.as_ref().is_some_and(|session| session.key == key) {
            self.session = None;
            let before = self.blocks.get(at.wrapping_sub(1)).or_else(|| self.blocks.get(at));
            if let Some(local) = before.filter(|local| rules::is_prose(&local.block.kind)) {
                self.session = Some(Session::on(local.key, &local.block.clone(), usize::MAX));
            }
        }
    }

    /// Moves the caret into the neighbouring block that can be typed in. Returns whether there is one.
    pub fn step(&mut self, down: bool) -> bool {
        let Some(at) = self.session.as_ref().and_then(|session| self.index(session.key)) else {
            return false;
        };
        let can = |local: &&Local| {
            rules::is_prose(&local.block.kind)
                || matches!(local.block.kind, BlockKind::Code { .. } | BlockKind::Verbatim)
        };
        let next = if down {
            self.blocks.iter().skip(at + 1).find(can)
        } else {
            self.blocks.iter().take(at).rev().find(can)
        };
        let Some(key) = next.map(|local| local.key) else { return false };
        self.begin(key, if down { 0 } else { usize::MAX });
        true
    }
}

fn strip_marks(block: &Block) -> Vec<tern_model::block::Inline> {
    let text = block.text();
    if text.is_empty() { Vec::new() } else { vec![tern_model::block::Inline::text(text)] }
}

/// The marks without those that a delimiter just closed.
trait IntoPlain {
    fn into_plain(self) -> Self;
}

impl IntoPlain for tern_model::block::Marks {
    fn into_plain(mut self) -> Self {
        (self.strong, self.em, self.strike, self.code) = (false, false, false, false);
        self
    }
}
