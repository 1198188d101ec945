//! Live tasks of the open page: which ones it shows, and lines that become tasks.

use tern_model::block::BlockKind;
use tern_peer::{Command, Reply};

use super::Open;
use crate::gui::command::{Then, set_task};
use crate::gui::page::live;
use crate::gui::tasks::data;

/// A line on its way to becoming a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// The page.
    page: String,
    /// Names the line's part.
    key: u64,
    /// What the line read.
    text: String,
    /// Its box was ticked.
    done: bool,
}

impl Open {
    /// Hands the editor the tasks that its page shows, when page or tasks changed.
    pub(super) fn show_live_tasks(&mut self) {
        let made_from = Some((self.pane.page.session.shape(), self.views.tasks.stamp(), self.clock.minute()));
        if self.pane.page.live.made_from == made_from {
            return;
        }
        self.pane.page.live.made_from = made_from;
        self.pane.page.live.tasks.clear();
        let wanted: std::collections::BTreeSet<&str> = live::ids(self.pane.page.session.flat()).collect();
        if wanted.is_empty() {
            return;
        }
        let tasks = self.views.tasks.get().map(|view| view.tasks.as_slice()).unwrap_or_default();
        let found = tasks.iter().filter(|task| wanted.contains(task.id.as_str()));
        self.pane.page.live.tasks =
            found.map(|task| (task.id.clone(), data::shown(task, &self.views, &self.clock))).collect();
    }

    /// Makes a task of a line; the line gives way to it when it is made.
    pub(super) fn promote(&mut self, key: u64) {
        let Some(page) = self.open_page().map(str::to_owned).filter(|_| !self.pane.page.read_only) else {
            return;
        };
        let flat = self.pane.page.session.flat();
        let Some(part) = flat.index(key).and_then(|index| flat.parts().get(index)) else { return };
        let text = live::line_of(part);
        if text.is_empty() {
            return;
        }
        let kind = part.head.as_ref().map(|head| &head.kind);
        let done = matches!(kind, Some(BlockKind::TaskItem { checked: true, .. }));
        let promotion = Promotion { page, key, text: text.clone(), done };
        self.send(Command::TaskNew { line: text }, Then::Promoted(Box::new(promotion)));
    }

    /// The task of a line was made.
    pub(super) fn promoted(&mut self, promotion: &Promotion, reply: &Reply, now: f64) {
        let task = match reply {
            Reply::Task(task) => &task.id,
            Reply::Doc(doc) => &doc.id,
            _ => return,
        };
        if promotion.done
            && let crate::gui::command::UiCommand::Send(command, then) = set_task(task, "status", "done")
        {
            self.send(*command, then);
        }
        let here = self.open_page() == Some(promotion.page.as_str());
        let (flat, selection) = (self.pane.page.session.flat(), &self.pane.page.session.selection);
        let change = here.then(|| live::put(flat, promotion.key, &promotion.text, task, selection)).flatten();
        if change.is_none() || !self.pane.page.run(change, now) {
            self.say("The task is made; its line was left as it is, for it had changed", None, now);
        }
    }
}
