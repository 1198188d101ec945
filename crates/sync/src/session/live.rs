//! What flows without a walk: the push past the cursor, new rows while connected, focus, and the timers.

use super::{Cx, Session, State, Step, Stop};
use crate::api::{Event, Priority, Side};
use crate::replica::{Row, Standing};
use crate::wire::FOCUS_MAX;
use crate::wire::control::Message;

/// Bytes of items pushed past a cursor before the roots have been compared.
pub const PUSH_MAX: u64 = 1024 * 1024;
/// Rows read from the store at a time.
const ROWS_STEP: usize = 512;
/// Rows of the push that may wait for credit.
const ROWS_WAITING_MAX: usize = 4096;
/// A greeting that takes longer ends the session.
pub const GREETING_MS: i64 = 10_000;
/// Silence about work that is owed ends the session after this.
pub const PROGRESS_MS: i64 = 30_000;
/// A quiet session says Ping.
pub const PING_MS: i64 = 10_000;
/// A silent peer is dead.
pub const DEAD_MS: i64 = 15_000;
/// The dialler compares roots this often.
pub const ROOT_MS: i64 = 60_000;
/// How long a host waits for its streams to finish after Close.
pub const CLOSE_MS: i64 = 3_000;
/// A refused item is not offered again before this.
pub const HOLD_MS: i64 = 24 * 60 * 60 * 1000;
/// Shortest and longest wait before the next session after a failure.
pub const BACKOFF_MS: (u64, u64) = (100, 30_000);

/// How local rows are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// Not started.
    Off,
    /// Past a cursor, before roots are compared: so many bytes are left.
    Push(u64),
    /// The push budget is spent; the walk takes over.
    Blocked,
    /// Every new row as it comes.
    Free,
}

/// Wait before the next session after `failures` failed ones in a row: doubling, with jitter from `seed`.
pub fn backoff_ms(failures: u32, seed: u64) -> u64 {
    let (least, most) = BACKOFF_MS;
    let full = least.saturating_mul(1 << failures.min(9)).min(most);
    let mix = blake3::hash(&[seed.to_le_bytes(), u64::from(failures).to_le_bytes()].concat());
    let mut low = [0; 8];
    low.copy_from_slice(&mix.as_bytes()[..8]);
    (full / 2 + u64::from_le_bytes(low) % (full / 2 + 1)).clamp(least, most)
}

impl Session {
    /// Starts following rows after `known`. Zero: the peer is new, only rows from here on are followed.
    pub(super) fn scan_from(&mut self, cx: &Cx<'_>, known: u64) -> Step {
        let last = cx.replica.last_row()?;
        let known = known.min(last);
        self.log_scanned = Some(if known > 0 { known } else { last });
        if known == 0 && last > 0 {
            self.sender.scanned = last;
            self.sender.marks_hold = false;
            self.scan =
                if self.setup.side == Side::Dialler && self.peer.is_none() { Scan::Off } else { Scan::Free };
        } else {
            self.sender.scanned = known;
            self.sender.marks_hold = true;
            self.scan = Scan::Push(PUSH_MAX);
        }
        Ok(())
    }

    /// Queues rows that came since the last call.
    pub(super) fn scan_rows(&mut self, cx: &Cx<'_>) -> Step {
        if self.state == State::Greeting && self.setup.side == Side::Answerer {
            return Ok(());
        }
        if !self.content_ok || !self.peer_admits {
            return self.scan_log(cx);
        }
        while !matches!(self.scan, Scan::Off | Scan::Blocked) && self.sender.rows_waiting() < ROWS_WAITING_MAX
        {
            let rows = cx.replica.rows_after(self.sender.scanned, ROWS_STEP)?;
            if rows.is_empty() {
                if matches!(self.scan, Scan::Push(_)) {
                    self.scan = Scan::Free;
                }
                break;
            }
            for row in &rows {
                if let Scan::Push(left) = self.scan {
                    if left < u64::from(row.size) {
                        self.scan = Scan::Blocked;
                        return Ok(());
                    }
                    self.scan = Scan::Push(left - u64::from(row.size));
                }
                self.queue_row(cx, row)?;
                self.sender.scanned = row.row;
            }
        }
        Ok(())
    }

    fn queue_row(&mut self, cx: &Cx<'_>, row: &Row) -> Step {
        let from_peer = self.sender.from_peer.remove(&row.key.id);
        if from_peer || !self.may_send(cx, &row.lane)? || self.unshared.contains(&row.lane) {
            return Ok(());
        }
        let priority = if self.peer_focus.contains(&row.tag) {
            Priority::Focus
        } else if row.key.day >= cx.today() {
            Priority::Today
        } else {
            Priority::Rest
        };
        self.sender.push_row(row, priority);
        Ok(())
    }

    /// Before admission only new log records flow.
    fn scan_log(&mut self, cx: &Cx<'_>) -> Step {
        let (true, Some(from)) = (self.root_seen, &mut self.log_scanned) else { return Ok(()) };
        loop {
            let rows = cx.replica.rows_after(*from, ROWS_STEP)?;
            let Some(last) = rows.last() else { return Ok(()) };
            *from = last.row;
            for row in rows.iter().filter(|row| row.lane.is_log()) {
                if !self.sender.from_peer.contains(&row.key.id) {
                    self.sender.push_item(cx.replica, &row.lane, &row.key, 0)?;
                    self.walk.dirty = true;
                }
            }
        }
    }

    /// Roots were equal as of `row`: following starts, or goes on, there.
    pub(super) fn rows_equal(&mut self, cx: &Cx<'_>, row: u64) -> Step {
        if self.sender.scanned < row && self.sender.rows_waiting() == 0 {
            self.sender.scanned = row;
            self.sender.from_peer.clear();
        }
        if self.sender.scanned >= row && self.sender.rows_waiting() == 0 {
            self.sender.marks_hold = true;
        }
        self.scan = Scan::Free;
        self.scan_rows(cx)
    }

    pub(super) fn enter_live(&mut self) {
        self.state = State::Live;
        if self.scan != Scan::Free {
            // Something still differs: marks would promise too much.
            self.sender.marks_hold = false;
            self.scan = Scan::Free;
        }
        self.next_root = self.now + ROOT_MS;
    }

    pub(super) fn peer_has(&mut self, row: u64, time_ms: Option<i64>) {
        if row > self.memory.acked_row {
            self.memory.acked_row = row;
            self.event(Event::PeerHas { row, time_ms });
        }
    }

    /// Tells the peer which documents are open here: members only.
    pub(super) fn send_focus(&mut self, cx: &Cx<'_>) -> Step {
        let Some(tags) = self.own_focus.take() else { return Ok(()) };
        if self.content_ok && cx.replica.standing(&self.setup.peer)? == Standing::Active {
            self.send(&Message::Focus(tags));
        } else if !self.content_ok {
            self.own_focus = Some(tags);
        }
        Ok(())
    }

    pub(super) fn set_focus(&mut self, tags: &[[u8; 16]]) {
        self.own_focus = Some(tags.iter().take(FOCUS_MAX).copied().collect());
    }

    /// Time-outs, Ping and the periodic Root.
    pub(super) fn check_timers(&mut self, cx: &Cx<'_>) -> Step {
        if self.state == State::Greeting && self.now >= self.started + GREETING_MS {
            return Err(Stop::TimedOut("greeting"));
        }
        if self.now >= self.heard + DEAD_MS {
            return Err(Stop::TimedOut("silence"));
        }
        if self.is_owed() && self.now >= self.progressed + PROGRESS_MS {
            return Err(Stop::TimedOut("progress"));
        }
        if self.state != State::Greeting && self.now >= self.spoke + PING_MS {
            self.send(&Message::Ping);
        }
        let quiet = self.sender.is_drained() && self.sender.all_acked() && self.receiver.is_settled(0);
        if self.state == State::Live
            && self.setup.side == Side::Dialler
            && !self.walk.active
            && self.now >= self.next_root
            && quiet
        {
            self.next_root = self.now + ROOT_MS;
            self.send_root(cx)?;
        }
        Ok(())
    }

    /// True while the peer owes an answer that ends a wait.
    pub(super) fn is_owed(&self) -> bool {
        !self.sender.all_acked() || self.walk.waiting || (self.setup.side == Side::Dialler && !self.open_done)
    }

    /// When [`Session::handle`] wants to be called at the latest; `None` once closed.
    pub fn poll_timeout(&self) -> Option<i64> {
        if self.state == State::Closed {
            return None;
        }
        if !self.walk.tasks.is_empty() && self.control_waiting < super::walk::CONTROL_BACKLOG {
            return Some(self.now);
        }
        let mut due = self.heard + DEAD_MS;
        if self.state == State::Greeting {
            due = due.min(self.started + GREETING_MS);
        } else {
            due = due.min(self.spoke + PING_MS);
        }
        if self.is_owed() {
            due = due.min(self.progressed + PROGRESS_MS);
        }
        if self.state == State::Live && self.setup.side == Side::Dialler && self.next_root > self.now {
            due = due.min(self.next_root);
        }
        Some(due)
    }
}
