//! Typed text on its way to the engine, also after the window has moved on to another page.

use std::time::Duration;

use egui::Context;
use tern_peer::{BlockEdit, Command, PageView, PeerError, Reply};

use super::{Event, Open, Serial};
use crate::gui::command::UiCommand;
use crate::gui::page::editor::Editor;
use crate::gui::views::Slot;

/// How long closing the window waits for the engine to take what was typed.
const CLOSING_TRIES: usize = 100;
const CLOSING_STEP: Duration = Duration::from_millis(50);
/// Seconds after which edits of a page that was left are sent again when the engine refused them.
const RETRY_SECS: f64 = 5.0;

/// A page that was left while the engine did not hold all of its text.
#[derive(Debug)]
pub(super) struct Tail {
    serial: Serial,
    page: String,
    editor: Editor,
    view: Slot<PageView>,
    retry_at: Option<f64>,
}

impl Open {
    /// Hands over what was typed in the open page, and goes on doing so for pages that were left.
    pub(super) fn send_edits(&mut self, ctx: &Context, now: f64) {
        if let Some(due) = self.page.editor.flush_due(now).filter(|_| !self.page.field.composing) {
            if due <= 0.0 {
                self.page.editor.flush();
            } else {
                ctx.request_repaint_after(Duration::from_secs_f64(due));
            }
        }
        self.send_batches(now);
        if let Some(at) = self.tails.iter().filter_map(|tail| tail.retry_at).reduce(f64::min) {
            ctx.request_repaint_after(Duration::from_secs_f64((at - now).max(0.0)));
        }
    }

    fn send_batches(&mut self, now: f64) {
        if let Some(page) = self.open_page().map(str::to_owned).filter(|_| !self.page.read_only)
            && let Some(edits) = self.page.editor.next_batch()
        {
            self.send_batch(self.opened, page, edits);
        }
        let mut tails = std::mem::take(&mut self.tails);
        for tail in &mut tails {
            if tail.view.poll()
                && let Some(view) = tail.view.get()
            {
                tail.editor.offer(view, now);
            }
            if tail.retry_at.is_some_and(|at| now >= at) {
                tail.retry_at = None;
                tail.editor.retry();
            }
            if let Some(edits) = tail.editor.next_batch() {
                self.send_batch(tail.serial, tail.page.clone(), edits);
            }
        }
        tails.retain(|tail| !tail.editor.is_settled());
        self.tails = tails;
    }

    fn send_batch(&self, serial: Serial, page: String, edits: Vec<BlockEdit>) {
        let (report, wake) = (self.events.0.clone(), self.out.wake.clone());
        let done = Box::new(move |outcome| {
            if report.send(Event::Edited(serial, outcome)).is_ok() {
                wake();
            }
        });
        self.backend.send(Command::PageBlocks { page, edits }, done);
    }

    pub(super) fn heard_edit(&mut self, serial: Serial, outcome: Result<Reply, PeerError>, now: f64) {
        let open = serial == self.opened;
        let tail = self.tails.iter_mut().find(|tail| tail.serial == serial);
        let (editor, retry_at) = match tail {
            Some(tail) => (&mut tail.editor, Some(&mut tail.retry_at)),
            None if open => (&mut self.page.editor, None),
            None => return,
        };
        match (outcome, retry_at) {
            (Ok(Reply::Doc(reply)), _) => {
                editor.acknowledged(Some(reply.heads), reply.changed, now);
                self.edit_fault = self.edit_fault.take().filter(|_| !open);
            }
            (Ok(_), _) => editor.acknowledged(None, true, now),
            (Err(error), None) => {
                editor.refused();
                self.edit_fault = Some(error);
            }
            (Err(error), Some(retry_at)) => {
                editor.refused();
                *retry_at = Some(now + RETRY_SECS);
                self.fault =
                    Some(error.next("What you typed last is kept in this window and saved again by itself."));
            }
        }
    }

    /// Hands everything typed to the engine before something else is shown; what it does not hold at once is seen to
    /// while the window shows other things.
    pub(super) fn leave(&mut self) {
        self.rename();
        self.page.editor.leave();
        if let Some(page) = self.open_page().map(str::to_owned).filter(|_| !self.page.read_only)
            && !self.page.editor.is_settled()
        {
            self.page.editor.retry();
            self.tails.push(Tail {
                serial: self.opened,
                page,
                editor: std::mem::take(&mut self.page.editor),
                view: std::mem::take(&mut self.views.page),
                retry_at: None,
            });
        }
        self.send_batches(0.0);
        if let Some(UiCommand::Send(command, then)) = self.draft.take_unsent() {
            self.send(*command, then);
        }
    }

    /// Waits, for a bounded time, until the engine holds everything. Only for closing: nothing is drawn meanwhile.
    pub(super) fn settle(&mut self) {
        for _ in 0..CLOSING_TRIES {
            self.send_batches(f64::MAX);
            if self.tails.is_empty() {
                return;
            }
            if let Ok(event) = self.events.1.recv_timeout(CLOSING_STEP) {
                self.hear(event, 0.0);
            }
        }
    }
}
