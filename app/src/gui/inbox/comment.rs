//! Draws a comment on a page beside the inbox: what it says, and the way to where it stands.

use egui::{Rect, ScrollArea, Ui, WidgetInfo, accesskit::Role, vec2};
use tern_peer::InboxItem;

use super::data::comment_words;
use crate::gui::actions::{Action, key_of};
use crate::gui::command::{Queue, UiCommand};
use crate::gui::look::look;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button};

/// Draws it; `everywhere` says when it was written, for all whom it concerns.
pub fn card(ui: &mut Ui, item: &InboxItem, everywhere: &str, out: &mut Queue) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    let inside = Rect::from_min_max(room.min + vec2(24.0, 14.0), room.max - vec2(24.0, 14.0));
    widgets::region(ui, inside, "comment", "Comment", |ui| {
        ScrollArea::vertical().auto_shrink(false).id_salt(&item.id).show(ui, |ui| {
            let title = widgets::text(ui, &item.title, tokens::THREAD, p.ink);
            title.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &item.title));
            ui.add_space(4.0);
            let words = format!("{} · {}", comment_words(&item.why), item.author);
            widgets::text(ui, &words, tokens::UI, p.ink2);
            ui.add_space(2.0);
            widgets::text(ui, everywhere, tokens::SMALL, p.ink3);
            ui.add_space(10.0);
            widgets::rule(ui);
            ui.add_space(12.0);
            widgets::text(ui, &item.text, tokens::BODY, p.ink);
            ui.add_space(16.0);
            ui.horizontal(|ui| {
                let [open, done] =
                    [Action::OpenThread, Action::Done].map(|action| key_of(action).unwrap_or_default());
                if Button::main("Open at the comment").key(&open).show(ui).clicked() {
                    out.push(UiCommand::Do(Action::OpenThread));
                }
                if Button::new("Done").key(&done).spoken("Done with this comment").show(ui).clicked() {
                    out.push(UiCommand::Do(Action::Done));
                }
            });
        });
    });
}
