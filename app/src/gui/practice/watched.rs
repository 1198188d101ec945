//! What is watched of how a group works: what is agreed, its meetings, and the card of a meeting in the making.

use tern_peer::{AgreementView, MeetingCard, MeetingView, PracticeQuery, PracticeView, Query};

use crate::gui::backend::{Backend, Wake};
use crate::gui::views::Slot;

/// What is watched.
#[derive(Debug, Default)]
pub struct GroupViews {
    /// The working agreement of the workspace, and who is on call by it.
    pub agreement: Slot<PracticeView>,
    /// All meetings; watched while they are shown.
    pub meetings: Slot<PracticeView>,
    /// Whether a meeting of those who are chosen is worth it; watched while it is being made.
    pub card: Slot<PracticeView>,
}

impl GroupViews {
    /// Begins watching what every screen needs.
    pub fn start(&mut self, backend: &dyn Backend, wake: &Wake) {
        let query = PracticeQuery::Agreement { page: None, at: None };
        self.agreement.watch(backend, wake, Query::Practice(query));
    }

    /// Takes newer answers.
    pub fn poll(&mut self) {
        self.agreement.poll();
        self.meetings.poll();
        self.card.poll();
    }

    /// Asks again for what depends on the time of day.
    pub fn minute_passed(&mut self, backend: &dyn Backend, wake: &Wake) {
        self.agreement.refresh(backend, wake);
    }

    /// What is agreed.
    pub fn agreed(&self) -> Option<&AgreementView> {
        match self.agreement.get()? {
            PracticeView::Agreement(view) => Some(view),
            _ => None,
        }
    }

    /// Meetings; none while they are being read.
    pub fn listed(&self) -> Option<&[MeetingView]> {
        match self.meetings.get()? {
            PracticeView::Meetings(view) => Some(&view.meetings),
            _ => None,
        }
    }

    /// Whether the meeting in the making is worth it.
    pub fn worth(&self) -> Option<&MeetingCard> {
        match self.card.get()? {
            PracticeView::Card(card) => Some(card),
            _ => None,
        }
    }
}
