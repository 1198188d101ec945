//! What follows from the state after every input: steps, frames, acknowledgements, barriers.

use super::live::Scan;
use super::send::SendContext;
use super::{Cx, Roots, Session, State, Step};
use crate::api::{Output, Side};
use crate::wire::control::{Credit, Done, Message, Stored};

impl Session {
    /// Everything that follows from the state: steps, frames, acknowledgements, barriers, timers.
    pub(super) fn pump(&mut self, cx: &Cx<'_>) -> Step {
        if self.state == State::Closed {
            return Ok(());
        }
        self.take_steps(cx)?;
        if self.state != State::Greeting || self.setup.side == Side::Dialler {
            if self.scan == Scan::Free && self.sender.is_drained() {
                self.scan_rows(cx)?;
            }
            self.send_frames(cx)?;
        }
        if self.state == State::Greeting && self.setup.side == Side::Dialler && self.sender.is_drained() {
            self.dialler_done();
        }
        if self.state != State::Greeting {
            self.send_acks();
            self.send_focus(cx)?;
            self.barriers(cx)?;
            self.send_frames(cx)?;
        }
        self.note_all_confirmed();
        self.check_timers(cx)?;
        self.remember();
        Ok(())
    }

    /// Rows that the peer itself brought after the last frame went out are in no mark; with everything of ours confirmed
    /// it has all that was looked at. Else a side that writes while items come would wait for the next Root.
    fn note_all_confirmed(&mut self) {
        let all = self.confirmed
            && self.state == State::Live
            && self.scan == Scan::Free
            && self.sender.marks_hold
            && self.sender.is_drained()
            && self.sender.rows_waiting() == 0
            && self.sender.all_acked();
        if all {
            self.confirmed = false;
            self.peer_has(self.sender.scanned, None);
        }
    }

    pub(super) fn send_frames(&mut self, cx: &Cx<'_>) -> Step {
        loop {
            let send = SendContext {
                replica: cx.replica,
                workspace: &self.setup.workspace,
                peer: &self.setup.peer,
                now_ms: self.now,
            };
            let Some((priority, bytes)) = self.sender.next(&send)? else { return Ok(()) };
            self.progress.bytes_sent += bytes.len() as u64;
            self.spoke = self.now;
            self.walk.dirty = true;
            self.outputs.push_back(Output::Items { priority, bytes });
        }
    }

    pub(super) fn send_acks(&mut self) {
        if self.receiver.contiguous > self.stored_told {
            self.stored_told = self.receiver.contiguous;
            let row = self.receiver.row;
            self.memory.held_row = self.memory.held_row.max(row);
            self.send(&Message::Stored(Stored { frames: self.stored_told, row, time_ms: self.stored_time }));
        }
        for (priority, bytes) in self.receiver.credits() {
            self.send(&Message::Credit(Credit { priority: priority.index(), bytes }));
        }
    }

    /// Done, Root and the end of a walk, once everything before them is out and committed.
    pub(super) fn barriers(&mut self, cx: &Cx<'_>) -> Step {
        if !self.sender.is_drained() || !self.walk.tasks.is_empty() {
            return Ok(());
        }
        if self.setup.side == Side::Answerer {
            return self.answerer_barriers(cx);
        }
        if !self.walk.active {
            return Ok(());
        }
        self.dialler_done();
        let over = self.open_done && !self.walk.dirty && !self.walk.waiting;
        if over && self.receiver.is_settled(self.peer_frames) {
            return self.conclude(cx);
        }
        Ok(())
    }

    /// Asks for the answer that ends this part of the walk.
    pub(super) fn dialler_done(&mut self) {
        if self.walk.active && self.walk.dirty && !self.walk.waiting {
            self.walk.dirty = false;
            self.walk.waiting = true;
            self.progressed = self.now;
            self.send(&Message::Done(Done { frames: self.sender.frames(), answer: false }));
        }
    }

    pub(super) fn answerer_barriers(&mut self, cx: &Cx<'_>) -> Step {
        if std::mem::take(&mut self.owe_open) {
            self.send(&Message::Done(Done { frames: self.sender.frames(), answer: false }));
        }
        if let Some(frames) = self.owe_done
            && self.receiver.is_settled(frames)
        {
            self.owe_done = None;
            self.send_root(cx)?;
            self.send(&Message::Done(Done { frames: self.sender.frames(), answer: true }));
            self.judge_log(cx)?;
        }
        if self.owe_root && self.owe_done.is_none() && self.receiver.is_settled(0) {
            self.owe_root = false;
            return self.answer_root(cx);
        }
        Ok(())
    }

    pub(super) fn answer_root(&mut self, cx: &Cx<'_>) -> Step {
        let Some(root) = self.peer_root else { return Ok(()) };
        if self.own_roots(cx)? == Roots::from(root) {
            self.root_row = cx.replica.last_row()?;
            self.send(&Message::Same);
            return self.on_equal(cx, self.root_row);
        }
        self.send_root(cx)?;
        self.judge_log(cx)
    }

    /// The answerer looks whether the log it was last told of is its own.
    pub(super) fn judge_log(&mut self, cx: &Cx<'_>) -> Step {
        let own = self.own_roots(cx)?;
        match self.peer_root {
            Some(root) if Roots::from(root).log == own.log => self.on_log_equal(cx),
            _ => Ok(()),
        }
    }

    pub(super) fn remember(&mut self) {
        if self.peer.is_some() && self.memory != self.remembered {
            self.remembered = self.memory;
            self.outputs.push_back(Output::Remember(self.memory));
        }
    }
}
