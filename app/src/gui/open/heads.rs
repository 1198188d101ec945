//! The typed fields over the open page: what is known of them, and what their keys open.

use egui::Context;

use super::Open;
use crate::gui::actions::Action;
use crate::gui::command::Route;
use crate::gui::heads::data::{self, Head};
use crate::gui::heads::{Part, incident, menus};

/// What the head of a page was made of: the page, the answer, whose hours are known, and the minute.
pub(super) type MadeOf = (String, usize, usize, i64);

impl Open {
    /// The head of the page at hand, where it has one.
    pub(in crate::gui) fn page_head(&self) -> Option<&Head> {
        matches!(self.pane.route, Route::Page { at: None, .. }).then_some(self.pane.page.head.as_ref())?
    }

    /// Makes the head of the page at hand anew when something that it shows has changed, and at no other time.
    pub(super) fn tend_head(&mut self) {
        let Route::Page { id, at: None } = &self.pane.route else { return };
        let hours = self.views.people.values().fold(0, |all, person| all ^ person.stamp());
        let people = self.views.about.stamp() ^ hours;
        let made_of = (self.views.open.head.stamp(), people, self.minute);
        let known = self.pane.head_of.as_ref();
        if known.is_some_and(|(page, head, people, at)| page == id && (*head, *people, *at) == made_of) {
            return;
        }
        let view = self.views.open.head.get().filter(|view| view.id == *id);
        self.pane.page.head = view.and_then(|view| data::build(view, &self.views, &self.clock));
        self.pane.head_of = Some((id.clone(), made_of.0, made_of.1, made_of.2));
    }

    /// Whether the page at hand is a decision, an incident, and a hand-off that waits for oneself.
    pub(super) fn page_forms(&self) -> (bool, bool, bool) {
        match self.page_head() {
            Some(Head::Decision(_)) => (true, false, false),
            Some(Head::Incident(_)) => (false, true, false),
            Some(Head::Handoff(head)) => (false, false, head.mine),
            None => (false, false, false),
        }
    }

    pub(super) fn head_key(&mut self, ctx: &Context, part: Part) {
        let Some(head) = self.page_head().cloned() else { return };
        match (head, part) {
            (Head::Incident(head), Part::Incident(field)) => {
                let menu = incident::menu(field, &head, self.views.members.get(), &self.clock, None);
                self.picker = Some(Box::new(menu));
            }
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
