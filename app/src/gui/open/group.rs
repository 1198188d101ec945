//! How a group works: what is watched for it, and where what was made leads.

use tern_peer::{PracticeQuery, PracticeView, Query};

use super::Open;
use crate::gui::actions::Action;
use crate::gui::command::{Dialog, Route, Section};
use crate::gui::dialogs::DialogState;

impl Open {
    /// Watches meetings while they are shown, and whether the one in the making is worth it.
    pub(super) fn tend_group(&mut self) {
        let shown = self.any_pane(|pane| pane.route == Route::People(Section::Meetings));
        let with = self.dialog.as_ref().map(DialogState::meets).unwrap_or_default();
        let (backend, wake, group) = (self.backend.as_ref(), &self.out.wake, &mut self.views.group);
        if shown {
            let query = PracticeQuery::Meetings { state: None };
            group.meetings.watch(backend, wake, Query::Practice(query));
        } else {
            group.meetings.clear();
        }
        if with.is_empty() {
            group.card.clear();
        } else {
            let query = PracticeQuery::MeetingCard { with };
            group.card.follow(backend, wake, Query::Practice(query));
        }
    }

    /// What was made opens.
    pub(super) fn practised(&mut self, view: &PracticeView, words: &str, now: f64) {
        self.close_dialog();
        match view {
            PracticeView::Meeting(view) => self.go(Route::page(&view.id)),
            PracticeView::Questions(view) => {
                if let Some(question) = view.questions.first() {
                    self.go(Route::Thread { id: question.thread.clone() });
                }
            }
            _ => {}
        }
        self.say(words, None, now);
    }

    pub(super) fn group_key(&mut self, action: Action) {
        match action {
            Action::NewVote => {
                if let Some(thread) = self.shown_thread() {
                    self.open(Dialog::NewVote(thread));
                }
            }
            Action::NewQuestion => self.open(Dialog::NewQuestion),
            Action::NewMeeting => self.open(Dialog::NewMeeting),
            Action::GoMeetings => self.go(Route::People(Section::Meetings)),
            _ => self.go(Route::People(Section::OnCall)),
        }
    }
}
