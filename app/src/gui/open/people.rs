//! What opening and closing dialogs about people begins and ends: tickets for devices, drills, previews, watches.

use std::path::Path;
use std::time::Duration;

use egui::Context;
use tern_peer::{ErrorKind, LinkState, PeerError, Query};

use super::{Event, Open};
use crate::gui::command::{Dialog, Relock, Route, Section};
use crate::gui::dialogs::{self, DialogState};
use crate::gui::secret::Secret;
use crate::gui::widgets;

/// How often the state of a linking is looked at while its dialog is open.
const LINK_EVERY: Duration = Duration::from_millis(400);

/// Why the workspace cannot close.
fn unsaved() -> PeerError {
    PeerError::new(
        ErrorKind::Failed,
        "Text of a page is not saved yet, and the workspace has to close for this.",
    )
    .safe("Nothing was changed; the text is still in the window.")
    .next("Save the text again or take it out, then come back.")
}

impl Open {
    /// Opens a dialog and begins what it needs.
    pub(super) fn open(&mut self, dialog: Dialog) {
        self.close_dialog();
        self.picker = None;
        self.palette = None;
        let mut state = DialogState::new(dialog);
        match &state.dialog {
            Dialog::Link => self.start_link(),
            Dialog::Move(moving) => {
                let query = Query::MovePreview { page: moving.page.clone(), space: moving.space.clone() };
                self.views.preview.watch(self.backend.as_ref(), &self.out.wake, query);
            }
            Dialog::ExportReview(exporting) => {
                state.typed = proposed_file(&self.out.documents, &exporting.title);
            }
            _ => {}
        }
        self.dialog = Some(state);
    }

    /// Closes the dialog and ends what it began: turning away from a device that asks is a no.
    pub(super) fn close_dialog(&mut self) {
        let Some(state) = self.dialog.take() else { return };
        self.views.preview.clear();
        if state.dialog == Dialog::Link && state.link.state == "asking" && !state.waiting {
            self.backend.link_answer(false, Box::new(|_| {}));
        }
        self.forget_typed = matches!(state.dialog, Dialog::Drill | Dialog::Lock | Dialog::Unlock);
    }

    /// Asks for a ticket.
    pub(super) fn start_link(&mut self) {
        if let Some(dialog) = &mut self.dialog {
            dialog.ticket = None;
            dialog.problem = None;
        }
        let (report, wake) = (self.events.0.clone(), self.out.wake.clone());
        self.backend.link_start(Box::new(move |outcome| {
            if report.send(Event::LinkTicket(outcome)).is_ok() {
                wake();
            }
        }));
    }

    /// Answers whether the device that came may act as oneself.
    pub(super) fn answer_link(&mut self, accept: bool) {
        let Some(dialog) = &mut self.dialog else { return };
        dialog.waiting = true;
        dialog.problem = None;
        let (report, wake) = (self.events.0.clone(), self.out.wake.clone());
        let told = move |outcome| {
            if report.send(Event::LinkAnswered(outcome)).is_ok() {
                wake();
            }
        };
        self.backend.link_answer(accept, Box::new(told));
    }

    /// Hands the typed words over; they stay in the field until they were right.
    pub(super) fn try_words(&mut self) {
        let Some(dialog) = &mut self.dialog else { return };
        dialog.waiting = true;
        dialog.problem = None;
        let words = dialog.secret.clone();
        let (report, wake) = (self.events.0.clone(), self.out.wake.clone());
        let told = move |outcome| {
            if report.send(Event::Drilled(outcome)).is_ok() {
                wake();
            }
        };
        self.backend.drill(words, Box::new(told));
    }

    /// The lock is changed once the workspace is closed. Text that the engine refused would be lost by closing: it goes
    /// first.
    pub(super) fn begin_relock(&mut self, change: Relock) {
        if !self.any_pane(|pane| pane.edit_fault.is_some()) {
            self.close_dialog();
            self.relock = Some(change);
            return;
        }
        if let Some(dialog) = &mut self.dialog {
            dialog.problem = Some(unsaved());
        }
    }

    /// The workspace stays open after all, since text of it is nowhere else yet.
    pub fn refuse_relock(&mut self) {
        self.fault = Some(unsaved());
    }

    /// The change of the lock that is wanted, once.
    pub fn take_relock(&mut self) -> Option<Relock> {
        self.relock.take()
    }

    /// A ticket was made, or why not.
    pub(super) fn heard_ticket(&mut self, outcome: Result<Secret, PeerError>) {
        let Some(dialog) = self.dialog.as_mut().filter(|dialog| dialog.dialog == Dialog::Link) else {
            return;
        };
        match outcome {
            Ok(ticket) => dialog.ticket = Some(ticket),
            Err(error) => dialog.problem = Some(error),
        }
    }

    /// The dialog that waits for an answer of this kind hears it.
    pub(super) fn heard_told(&mut self, dialog: &Dialog, outcome: Result<Option<String>, PeerError>) {
        let Some(state) = self.dialog.as_mut().filter(|state| state.dialog == *dialog) else { return };
        state.waiting = false;
        match outcome {
            Ok(said) => {
                self.forget_typed |= said.is_some();
                state.secret = Secret::default();
                state.said = said;
            }
            Err(error) => state.problem = Some(error),
        }
    }

    /// Looks at the linking while its dialog is open, and keeps the watches of the view of people.
    pub(super) fn tend_people(&mut self, ctx: &Context) {
        self.ask_link_state(ctx);
        if std::mem::take(&mut self.forget_typed) {
            dialogs::SECRETS.iter().for_each(|name| widgets::forget(ctx, name));
        }
        self.watch_people_parts();
    }

    fn ask_link_state(&mut self, ctx: &Context) {
        let waits = |dialog: &&DialogState| {
            let over = matches!(dialog.link.state.as_str(), "done" | "refused" | "expired");
            dialog.dialog == Dialog::Link && dialog.ticket.is_some() && !over
        };
        if self.dialog.as_ref().filter(waits).is_none() {
            return;
        }
        let now = ctx.input(|input| input.time);
        ctx.request_repaint_after(LINK_EVERY);
        if now < self.link_asked + LINK_EVERY.as_secs_f64() {
            return;
        }
        self.link_asked = now;
        let (report, wake) = (self.events.0.clone(), self.out.wake.clone());
        self.backend.link_state(Box::new(move |outcome| {
            if report.send(Event::LinkState(outcome)).is_ok() {
                wake();
            }
        }));
    }

    /// How the linking stands.
    pub(super) fn heard_link(&mut self, state: LinkState) {
        if let Some(dialog) = self.dialog.as_mut().filter(|dialog| dialog.dialog == Dialog::Link) {
            dialog.link = state;
        }
    }

    fn watch_people_parts(&mut self) {
        let log = self.any_pane(|pane| pane.route == Route::People(Section::Log));
        let (backend, wake) = (self.backend.as_ref(), &self.out.wake);
        let Some(me) = self.views.about.get().map(|about| about.member.clone()) else { return };
        let mut members = vec![me];
        if self.any_pane(|pane| pane.route == Route::People(Section::Devices)) {
            members.extend(self.access.shown.iter().cloned());
        }
        self.views.watch_devices(backend, wake, &members);
        if log {
            self.views.log.watch(backend, wake, Query::Log);
        } else {
            self.views.log.clear();
        }
    }
}

/// A file for edits to a document, in a folder.
fn proposed_file(folder: &Path, title: &str) -> String {
    const LETTERS_MAX: usize = 60;
    let plain: String = title
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | ',') { c } else { '-' })
        .take(LETTERS_MAX)
        .collect();
    folder.join(format!("{}, set aside.md", plain.trim())).display().to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::proposed_file;

    #[test]
    fn a_proposed_file_stays_in_its_folder() {
        let named = |title| proposed_file(Path::new("/home/ben"), title);
        assert_eq!(named("Field kit"), "/home/ben/Field kit, set aside.md");
        assert_eq!(named("../../etc/passwd"), "/home/ben/------etc-passwd, set aside.md");
    }
}
