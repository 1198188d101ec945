//! Comments in the inbox: which one is selected, what keys do with it, and the way to where it stands.

use egui::Context;
use tern_peer::{InboxDoes, InboxItem};

use super::Open;
use crate::gui::actions::Action;
use crate::gui::command::{Route, UiCommand};
use crate::gui::inbox::{Tab, menus};

impl Open {
    /// The comment that is selected in the inbox; none where a thread is.
    pub(in crate::gui) fn selected_comment(&self) -> Option<&InboxItem> {
        let selected = self.threads.selected.as_deref().filter(|_| self.threads.tab == Tab::Inbox)?;
        let items = &self.views.talks.inbox.get().filter(|_| self.pane.route == Route::Inbox)?.items;
        items.iter().find(|item| item.comment && item.id == selected)
    }

    /// What a key does with a comment; it can neither be muted nor acknowledged.
    pub(super) fn comment_act(&mut self, ctx: &Context, action: Action, comment: &InboxItem) {
        let id = comment.id.as_str();
        match action {
            Action::OpenThread | Action::Reply => self.open_comment(ctx, comment),
            Action::Done => {
                let said = format!("Done with the comment on “{}”", comment.title);
                let command = menus::undoable(id, InboxDoes::Done, said, self.way_back(id));
                self.put_away(id);
                self.perform_one(ctx, command);
            }
            Action::Snooze => {
                let (back, anchor) = (self.way_back(id), self.threads.anchor);
                self.picker = Some(Box::new(menus::snooze(id, &back, anchor)));
            }
            _ => {}
        }
    }

    /// The page or the task that a comment is on; in a page the comment has one's attention.
    fn open_comment(&mut self, ctx: &Context, comment: &InboxItem) {
        let Some(on) = comment.on.clone() else { return };
        if on.kind == "task" {
            self.go(Route::Tasks);
            return self.perform_one(ctx, UiCommand::SelectTask(Some(on.id)));
        }
        self.go(Route::page(&on.id));
        self.pane.talk.wanted = Some(comment.id.clone());
    }
}
