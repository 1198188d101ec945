//! Draws who is on call now and next, the ladder, the criteria and the rota.

use egui::Ui;

use super::{caption, empty};
use crate::gui::clock::Clock;
use crate::gui::command::{Queue, Route, UiCommand};
use crate::gui::look::look;
use crate::gui::practice::{fields, on_call};
use crate::gui::sidebar::shown_title;
use crate::gui::tokens;
use crate::gui::views::Views;
use crate::gui::widgets::{self, Button};

/// The template that makes an agreement.
const TEMPLATE: &str = "Working agreement";

/// Draws it, or how to agree on it where nothing is agreed.
pub(super) fn show(ui: &mut Ui, views: &Views, clock: &Clock, out: &mut Queue) {
    let Some(view) = views.group.agreed() else { return };
    let data = on_call::build(views, view, clock);
    let Some((id, title)) = &data.page else {
        let words = "A working agreement says what an emergency is, who is on call when, and who is called after that. \
                     Only an emergency breaks quiet hours, and only for whoever is on call.";
        empty(ui, "Nothing is agreed", words);
        if Button::main("Make a working agreement").show(ui).clicked() {
            out.push(UiCommand::NewFromTemplate(TEMPLATE.to_owned()));
        }
        return;
    };
    part(ui, "On call now", &data.now, "");
    part(ui, "Then", &data.then, "Nothing changes in the next two months.");
    part(ui, "What an emergency is", &data.criteria, "Not agreed: until it is, nothing can be one.");
    part(ui, "Who is called", &data.ladder, "Whoever is on call, at once.");
    part(ui, "Rota, in everybody’s own time", &data.rota, "Nobody is on it.");
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let change = Button::main("Change what is agreed…").show(ui);
        if change.clicked() {
            let menu = fields::menu(view, Some(change.rect));
            out.extend(menu.map(|menu| UiCommand::Pick(Box::new(menu))));
        }
        if Button::new(&format!("Open “{}”", shown_title(title))).show(ui).clicked() {
            out.push(UiCommand::Go(Route::page(id)));
        }
    });
}

fn part(ui: &mut Ui, name: &str, lines: &[String], none: &str) {
    let p = look(ui.ctx());
    caption(ui, name);
    for line in lines {
        widgets::text(ui, line, tokens::UI, p.ink);
        ui.add_space(4.0);
    }
    if lines.is_empty() {
        widgets::text(ui, none, tokens::UI, p.ink2);
    }
    ui.add_space(12.0);
}
