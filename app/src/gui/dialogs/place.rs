//! Where something that is made lies: at a page or project, or in a space.

use egui::Ui;

use super::{CAPTION, Reads};
use crate::gui::access::data::spaces::title as space_title;
use crate::gui::look::look;
use crate::gui::sidebar::shown_title;
use crate::gui::tokens;
use crate::gui::widgets::{self, Button, Field};

/// Most titles that are offered at a time.
const OFFERED: usize = 4;

/// A place as it is being chosen.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    typed: String,
    /// Full id and title of the page or project.
    on: Option<(String, String)>,
    /// Id of the space, where no page or project is chosen.
    space: Option<String>,
}

impl Place {
    /// Full id of the page or project.
    pub(super) fn on(&self) -> Option<String> {
        self.on.as_ref().map(|(id, _)| id.clone())
    }

    /// Id of the space: what lies at a page lies in that page's space.
    pub(super) fn space(&self) -> Option<String> {
        self.space.clone().filter(|_| self.on.is_none())
    }
}

/// Pages, and projects where they are asked for, whose title holds what is typed: id and title.
fn found(reads: Reads<'_>, typed: &str, projects: bool) -> Vec<(String, String)> {
    let wanted = typed.trim().to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let pages = reads.views.pages.get().map(|view| view.pages.as_slice()).unwrap_or_default();
    let pages = pages.iter().filter(|page| !page.trashed);
    let pages = pages.map(|page| (page.id.clone(), shown_title(&page.title).to_owned()));
    let all = reads.views.projects.get().map(|view| view.projects.as_slice()).unwrap_or_default();
    let all = all.iter().filter(|_| projects).map(|project| (project.id.clone(), project.title.clone()));
    let fits = |(_, title): &(String, String)| title.to_lowercase().contains(&wanted);
    all.chain(pages).filter(fits).take(OFFERED).collect()
}

/// Draws the choice.
pub(super) fn show(ui: &mut Ui, place: &mut Place, reads: Reads<'_>, projects: bool) {
    let p = look(ui.ctx());
    let (caption, hint) = match projects {
        true => ("Belongs to", "A page or project; may stay open"),
        false => ("Lies under", "A page; may stay open"),
    };
    widgets::form_row(ui, caption, CAPTION, |ui| {
        if let Some((_, title)) = place.on.clone() {
            let spoken = format!("{caption} {title}: take it away");
            if Button::new(&title).key("×").spoken(&spoken).show(ui).clicked() {
                place.on = None;
            }
            return;
        }
        Field::new(caption, hint).show(ui, &mut place.typed);
        let offered = found(reads, &place.typed, projects);
        if offered.is_empty() && !place.typed.trim().is_empty() {
            ui.add_space(4.0);
            widgets::text(ui, "Nothing of that title; it will belong to nothing.", tokens::SMALL, p.ink2);
        }
        for (id, title) in offered {
            ui.add_space(4.0);
            if Button::plain(&title).spoken(&format!("{caption} {title}")).show(ui).clicked() {
                place.on = Some((id, title));
                place.typed.clear();
            }
        }
    });
    let spaces = reads.views.spaces.get().map(|view| view.spaces.as_slice()).unwrap_or_default();
    if place.on.is_some() || spaces.len() < 2 {
        return;
    }
    ui.add_space(10.0);
    let is_root = |id: &str| id.bytes().all(|digit| digit == b'0');
    let mut listed: Vec<_> = spaces.iter().collect();
    listed.sort_by_key(|space| !is_root(&space.id));
    let options: Vec<(usize, &str)> =
        listed.iter().enumerate().map(|(at, space)| (at, space_title(space))).collect();
    let chosen = listed.iter().position(|space| place.space.as_ref() == Some(&space.id)).unwrap_or(0);
    widgets::form_row(ui, "Space", CAPTION, |ui| {
        if let Some(at) = widgets::choices(ui, "Space", &options, chosen) {
            place.space = listed.get(at).map(|space| space.id.clone()).filter(|id| !is_root(id));
        }
    });
}
