//! What keys do in the page tree, and what is kept at hand.

use egui::Context;
use tern_peer::PageRow;
use tern_peer::templates::{self, Filling};

use super::Open;
use crate::gui::actions::TreeStep;
use crate::gui::command::{Route, Then, UiCommand, trash};
use crate::gui::icon::Icon;
use crate::gui::picker::{Entry, Picker, Sign};
use crate::gui::sidebar::moves::{self, Step};
use crate::gui::sidebar::tree::{Rename, move_page};
use crate::gui::sidebar::{self, Line, shown_title};

impl Open {
    /// Ids of the pages that the tree shows, and whether each is folded, in order.
    fn shown_rows(&self) -> Vec<(String, Option<bool>)> {
        let data = sidebar::build(&self.views, &self.prefs, &self.pane.route);
        let row = |line: &Line| match line {
            Line::Page(row) => Some((self.pages().get(row.page)?.id.clone(), row.folded)),
            _ => None,
        };
        data.tree.iter().filter_map(row).collect()
    }

    pub(super) fn row(&self, id: &str) -> Option<&PageRow> {
        self.pages().iter().find(|page| page.id == id)
    }

    /// The page that tree actions are about: under the keyboard, or open.
    fn tree_page(&self) -> Option<String> {
        let cursor = self.tree.cursor.clone().filter(|_| self.tree.focused);
        cursor.or_else(|| self.open_page().map(str::to_owned))
    }

    /// The tree gets the keyboard.
    pub(super) fn go_to_tree(&mut self, ctx: &Context) {
        self.show_sidebar(ctx);
        (self.tree.focus, self.tree.reveal) = (true, true);
    }

    /// What a key does in the tree.
    pub(super) fn tree_step(&mut self, ctx: &Context, step: TreeStep) {
        match step {
            TreeStep::Open => {
                if let Some(id) = self.tree.cursor.clone() {
                    self.go(Route::page(&id));
                }
            }
            TreeStep::Rename => {
                let row = self.tree.cursor.as_deref().and_then(|id| self.row(id)).map(Rename::new);
                self.tree.rename = row;
            }
            TreeStep::Trash => self.trash_in_tree(ctx),
            _ => self.move_cursor(step),
        }
    }

    fn move_cursor(&mut self, step: TreeStep) {
        let rows = self.shown_rows();
        let last = rows.len().saturating_sub(1);
        let cursor = self.tree.cursor.clone().unwrap_or_default();
        let Some(at) = rows.iter().position(|(id, _)| *id == cursor) else { return };
        let folded = rows.get(at).and_then(|(_, folded)| *folded);
        let fold = |open: &mut Open, folded| {
            open.prefs.folds.insert(cursor.clone(), folded);
            open.remember();
        };
        let next = match (step, folded) {
            (TreeStep::Fold, Some(false)) => return fold(self, true),
            (TreeStep::Unfold, Some(true)) => return fold(self, false),
            (TreeStep::Fold, _) => {
                let above = self.row(&cursor).and_then(|page| page.parent.clone());
                above.and_then(|above| rows.iter().position(|(id, _)| *id == above)).unwrap_or(at)
            }
            (TreeStep::Unfold, Some(false)) | (TreeStep::Next, _) => (at + 1).min(last),
            (TreeStep::Previous, _) => at.saturating_sub(1),
            (TreeStep::First, _) => 0,
            (TreeStep::Last, _) => last,
            _ => at,
        };
        self.tree.cursor = rows.get(next).map(|(id, _)| id.clone());
        (self.tree.focus, self.tree.reveal) = (true, true);
    }

    /// The page under the keyboard, or the open one, goes to the next place in a direction.
    pub(super) fn move_step(&mut self, ctx: &Context, step: Step) {
        let Some(id) = self.tree_page() else { return };
        let Some(place) = moves::step(self.pages(), &id, step) else {
            let now = ctx.input(|input| input.time);
            self.say("There is no place further that way", None, now);
            return;
        };
        if let Some(parent) = &place.parent {
            self.prefs.folds.insert(parent.clone(), false);
        }
        if self.tree.focused {
            self.tree.focus = true;
        }
        self.tree.reveal = true;
        if let Some(UiCommand::Send(command, then)) = move_page(self.pages(), &id, place) {
            self.send(*command, then);
        }
    }

    fn trash_in_tree(&mut self, ctx: &Context) {
        let Some(id) = self.tree.cursor.clone() else { return };
        let Some(title) = self.row(&id).map(|page| shown_title(&page.title).to_owned()) else { return };
        let rows = self.shown_rows();
        let depth = |id: &str| self.row(id).map_or(0, |page| page.depth);
        let at = rows.iter().position(|(other, _)| *other == id).unwrap_or(0);
        let after = rows.iter().skip(at + 1).find(|(other, _)| depth(other) <= depth(&id));
        let next = after.or_else(|| at.checked_sub(1).and_then(|at| rows.get(at)));
        self.tree.cursor = next.map(|(id, _)| id.clone());
        self.tree.focus = true;
        if self.open_page() == Some(&id) {
            self.go(Route::Nothing);
        }
        self.perform_one(ctx, trash(&id, &title));
    }

    /// Keeps the open page at hand on this device, or lets it go.
    pub(super) fn favour(&mut self, ctx: &Context) {
        let Some(id) = self.tree_page() else { return };
        let title = self.row(&id).map(|page| shown_title(&page.title).to_owned()).unwrap_or_default();
        let said =
            if self.prefs.favour(&id) { "is among your favourites" } else { "is no favourite of yours" };
        let now = ctx.input(|input| input.time);
        self.say(&format!("“{title}” {said} on this device"), None, now);
        self.remember();
    }

    /// A menu of the templates.
    pub(super) fn template_menu(&self) -> Picker {
        let entry = |template: &tern_peer::TemplateView| {
            Entry::new(Sign::Icon(Icon::Template), &template.name, from_template(template))
        };
        let all = self.views.all_templates().iter().map(entry).collect();
        Picker::new("New page from template", None, all)
    }

    /// What goes into the blanks of a template for a page under `parent`.
    pub(super) fn filling(&self, parent: Option<&str>) -> Filling {
        let about = self.views.about.get();
        let above = parent.and_then(|id| self.row(id)).map(|page| shown_title(&page.title).to_owned());
        Filling {
            me: about.map(|about| about.name.clone()).unwrap_or_default(),
            today: templates::day(self.clock.now().date()),
            project: above.or_else(|| about.map(|about| about.title.clone())).unwrap_or_default(),
        }
    }

    /// A page that begins as a template does, inside the open page if there is one.
    pub(super) fn new_from_template(&mut self, name: &str) {
        let parent = self.open_page().filter(|_| self.situation().page).map(str::to_owned);
        if let Some(parent) = &parent {
            self.prefs.folds.insert(parent.clone(), false);
        }
        let template = name.to_owned();
        let command = tern_peer::Command::PageFromTemplate { template, title: None, parent, space: None };
        self.send(command, Then::OpenMade);
    }

    /// Keeps a copy of the open page as a template.
    pub(super) fn save_template(&mut self) {
        let Some(page) = self.open_page().map(str::to_owned) else { return };
        self.rename();
        self.send_batches(f64::MAX, true);
        self.send(tern_peer::Command::TemplateSave { page }, Then::TemplateKept);
    }
}

/// Makes a page that begins as a template does.
pub(in crate::gui) fn from_template(template: &tern_peer::TemplateView) -> UiCommand {
    UiCommand::NewFromTemplate(template.id.clone().unwrap_or_else(|| template.name.clone()))
}
