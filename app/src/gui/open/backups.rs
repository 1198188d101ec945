//! What is done about backups, and what came of it.

use tern_peer::PeerError;

use super::{Event, Open};
use crate::gui::backend::{BackupAnswer, BackupStep};
use crate::gui::command::Dialog;

impl Open {
    /// Begins a step; the dialog hears of it.
    pub(super) fn backups(&mut self, step: BackupStep) {
        let Some(dialog) = self.dialog.as_mut().filter(|state| state.dialog == Dialog::Backups) else {
            return;
        };
        (dialog.waiting, dialog.problem) = (true, None);
        let (report, wake) = (self.events.0.clone(), self.out.wake.clone());
        let told = move |outcome| {
            if report.send(Event::Backups(outcome)).is_ok() {
                wake();
            }
        };
        self.backend.backups(step, Box::new(told));
    }

    /// A step is done.
    pub(super) fn heard_backups(&mut self, outcome: Result<BackupAnswer, PeerError>) {
        let Some(dialog) = self.dialog.as_mut().filter(|state| state.dialog == Dialog::Backups) else {
            return;
        };
        dialog.waiting = false;
        match outcome {
            Ok(BackupAnswer::List(list)) => dialog.backups.list = Some(list),
            Ok(BackupAnswer::Compared(view)) => {
                (dialog.backups.compared, dialog.backups.taken) = (Some(view), None);
            }
            Ok(BackupAnswer::Taken(view)) => dialog.backups.taken = Some(view),
            Err(error) => dialog.problem = Some(error),
        }
    }
}
