//! The typed fields over the open page: what is known of them, and what their keys open.

use egui::Context;

use super::Open;
use crate::gui::actions::Action;
use crate::gui::command::Route;
use crate::gui::heads::data::{self, Head};
use crate::gui::heads::{Part, menus};

impl Open {
    /// The head of the page at hand, where it has one.
    pub(in crate::gui) fn page_head(&self) -> Option<Head> {
        let Route::Page { id, at: None } = &self.pane.route else { return None };
        let view = self.views.open.head.get().filter(|view| view.id == *id)?;
        data::build(view, &self.views, &self.clock)
    }

    /// Whether the page at hand is a decision, and whether it is a hand-off that waits for oneself.
    pub(super) fn page_forms(&self) -> (bool, bool) {
        match self.page_head() {
            Some(Head::Decision(_)) => (true, false),
            Some(Head::Handoff(head)) => (false, head.mine),
            None => (false, false),
        }
    }

    pub(super) fn head_key(&mut self, ctx: &Context, part: Part) {
        let Some(head) = self.page_head() else { return };
        match (head, part) {
            (Head::Handoff(head), Part::Accept) => self.perform_one(ctx, menus::accept(&head)),
            (Head::Handoff(head), Part::Return) => {
                self.picker = Some(Box::new(menus::give_back(&head, None)));
            }
            (Head::Decision(head), part) => {
                let Some(view) = self.views.open.head.get() else { return };
                let menu = menus::decision(part, &head, view, self.views.members.get(), &self.clock, None);
                self.picker = Some(Box::new(menu));
            }
            _ => {}
        }
    }

    /// Asks to whom one's open work is handed.
    pub(super) fn hand_off(&mut self, ctx: &Context) {
        let menu = menus::hand_off(self.views.members.get(), self.views.strip.get(), &self.clock);
        if menu.entries.is_empty() {
            let now = ctx.input(|input| input.time);
            return self.say("Nobody else is here yet to whom work could be handed", None, now);
        }
        self.picker = Some(Box::new(menu));
    }

    /// What was handed over opens.
    pub(super) fn handed_off(&mut self, view: &tern_peer::HandoffView, now: f64) {
        let Some(id) = &view.id else { return };
        self.go(Route::page(id));
        let tasks = if view.tasks == 1 { "1 task".to_owned() } else { format!("{} tasks", view.tasks) };
        let private = match view.left_out {
            0 => String::new(),
            1 => "; 1 of a private space is left out".to_owned(),
            count => format!("; {count} of private spaces are left out"),
        };
        let undo = tern_peer::Command::Trash { doc: id.clone() };
        let said = format!("{tasks} handed to {}{private}", view.to.name);
        self.say(&said, Some(Box::new(crate::gui::command::Held(undo))), now);
    }

    pub(super) fn form_key(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Head(part) => self.head_key(ctx, part),
            _ => self.hand_off(ctx),
        }
    }
}
