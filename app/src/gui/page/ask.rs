//! A small question beside the caret: the address of a link, the path of a file.

use std::path::PathBuf;

use egui::{Area, Id, Key, Modifiers, Order, Ui, pos2};

use super::clip;
use super::typing;
use super::ui::PageState;
use crate::gui::command::{Queue, UiCommand};
use crate::gui::look::look;
use crate::gui::widgets::{self, Button, Field};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Where a link leads.
    Link,
    /// Which file is to be attached.
    File,
}

/// The open question.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    what: What,
    text: String,
    focus: bool,
}

impl Ask {
    /// A question; `text` stands in the field.
    pub fn new(what: What, text: String) -> Ask {
        Ask { what, text, focus: true }
    }
}

/// Draws it under the caret.
pub fn show(ui: &Ui, state: &mut PageState, now: f64, out: &mut Queue) {
    let Some(ask) = &mut state.ask else { return };
    let (index, off) = state.session.flat().find(state.session.selection.head);
    let caret = state.shown.iter().find(|shown| shown.index == index).and_then(|shown| shown.caret(off));
    let at = caret.map_or(ui.max_rect().center(), |rect| pos2(rect.left(), rect.bottom() + 6.0));
    let p = look(ui.ctx());
    let area = Area::new(Id::unique(("question of the page", state.pane)))
        .order(Order::Foreground)
        .fixed_pos(at)
        .constrain(true);
    let (mut done, mut close) = ui.input_mut(|input| {
        (input.consume_key(Modifiers::NONE, Key::Enter), input.consume_key(Modifiers::NONE, Key::Escape))
    });
    let (name, hint, button) = match ask.what {
        What::Link => ("Address of the link", "https://", "Link"),
        What::File => ("Path of the file", "/home/you/picture.png", "Attach"),
    };
    area.show(ui.ctx(), |ui| {
        let frame = widgets::floating(p, 10.0);
        frame.show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.scope(|ui| {
                    ui.set_width(260.0);
                    let response = Field::new(name, hint).show(ui, &mut ask.text);
                    if std::mem::take(&mut ask.focus) {
                        response.request_focus();
                    }
                });
                done |= Button::main(button).key("Enter").show(ui).clicked();
                close |= Button::plain("Cancel").key("Esc").show(ui).clicked();
            });
        });
    });
    if done {
        let ask = ask.clone();
        answered(state, &ask, now, out);
    }
    if done || close {
        state.ask = None;
        ui.memory_mut(|memory| memory.request_focus(state.editor()));
    }
}

fn answered(state: &mut PageState, ask: &Ask, now: f64, out: &mut Queue) {
    let text = ask.text.trim();
    if text.is_empty() {
        return;
    }
    match ask.what {
        What::File => out.push(UiCommand::Attach(PathBuf::from(text))),
        What::Link => {
            let href = if clip::is_address(text) || text.contains(':') {
                text.to_owned()
            } else {
                format!("https://{text}")
            };
            let change = typing::link(state.session.flat(), &state.session.selection, &href, text);
            state.run(change, now);
        }
    }
}
