//! What a link leads to, on a card beside it: a while after the pointer came to rest on it, at once when the caret does.
//! What the card says is worked out by the window from what it knows; nothing is fetched from anywhere.

use egui::{Align2, Area, Id, Order, Rect, Response, Sense, Ui, vec2};

use super::links::{self, Spot};
use super::ui::PageState;
use crate::gui::icon::{self, Icon};
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, TOOLTIP_SECS};
use crate::gui::widgets;

/// Width of the text.
const WIDTH: f32 = 300.0;
/// Most rows of the first lines of a page.
const ROWS_MAX: usize = 3;
/// Room that a card may need below a link; with less it stands above.
const ROOM: f32 = 190.0;

/// What a card says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its icon.
    pub icon: Icon,
    /// What the link leads to.
    pub title: String,
    /// Where that lies, or what it is.
    pub place: String,
    /// The first lines of a page; may be long.
    pub text: String,
    /// Facts, a line each.
    pub facts: Vec<String>,
}

impl Card {
    /// A card without text and facts.
    pub fn new(icon: Icon, title: &str, place: &str) -> Self {
        Card {
            icon,
            title: title.to_owned(),
            place: place.to_owned(),
            text: String::new(),
            facts: Vec::new(),
        }
    }
}

/// Which link is meant, and its card.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// The link under the pointer, and since when.
    resting: Option<(Spot, f64)>,
    /// The link at the caret, and the revision of the page when the caret came there.
    at_caret: Option<(Spot, u64)>,
    shown: Option<Spot>,
    /// The card: handed in by the window.
    pub card: Option<Card>,
}

impl Preview {
    /// The link whose card is wanted.
    pub fn wanted(&self) -> Option<&str> {
        self.shown.as_ref().map(|spot| spot.href.as_str())
    }

    fn rest(&mut self, spot: Option<Spot>, now: f64) -> Option<Spot> {
        let same = |(old, _): &(Spot, f64), new: &Spot| (old.key, old.from) == (new.key, new.from);
        let since = match (&self.resting, &spot) {
            (Some(resting), Some(spot)) if same(resting, spot) => resting.1,
            _ => now,
        };
        self.resting = spot.map(|spot| (spot, since));
        self.resting.clone().filter(|_| now - since >= TOOLTIP_SECS).map(|(spot, _)| spot)
    }

    fn stand(&mut self, spot: Option<Spot>, revision: u64) -> Option<Spot> {
        let came = match (&self.at_caret, &spot) {
            (Some((old, came)), Some(spot)) if (old.key, old.from) == (spot.key, spot.from) => *came,
            _ => revision,
        };
        self.at_caret = spot.map(|spot| (spot, came));
        // Whoever writes within a link does not need to be told where it leads.
        self.at_caret.clone().filter(|_| came == revision).map(|(spot, _)| spot)
    }
}

/// Finds the link that is meant and draws its card.
pub fn show(ui: &Ui, state: &mut PageState, response: &Response, now: f64) {
    let still = ui.input(|input| !input.pointer.any_down() && !input.pointer.is_decidedly_dragging());
    let pos = ui.input(|input| input.pointer.hover_pos()).filter(|_| response.hovered() && still);
    let under = pos.and_then(|pos| links::under(state, pos));
    let quiet = state.popup.is_none() && state.ask.is_none() && state.hands.preedit.is_none();
    let caret = (response.has_focus() && quiet).then(|| links::at_caret(state)).flatten();
    let revision = state.session.revision();
    let preview = &mut state.preview;
    let resting = preview.rest(under, now);
    let standing = preview.stand(caret, revision);
    if let Some((_, since)) = preview.resting.as_ref().filter(|_| resting.is_none()) {
        ui.ctx().request_repaint_after_secs((since + TOOLTIP_SECS - now).max(0.0) as f32 + 0.01);
    }
    let shown = resting.or(standing);
    let href = |spot: &Option<Spot>| spot.as_ref().map(|spot| spot.href.clone());
    if href(&shown) != href(&preview.shown) {
        preview.card = None;
        ui.ctx().request_repaint();
    }
    preview.shown = shown;
    if let (Some(spot), Some(card)) = (&preview.shown, &preview.card) {
        float(ui, card, spot.rect);
    }
}

fn float(ui: &Ui, card: &Card, link: Rect) {
    let p = look(ui.ctx());
    let below = link.bottom() + 6.0 + ROOM < ui.ctx().content_rect().bottom();
    let (at, pivot) = if below {
        (link.left_bottom() + vec2(-8.0, 6.0), Align2::LEFT_TOP)
    } else {
        (link.left_top() - vec2(8.0, 6.0), Align2::LEFT_BOTTOM)
    };
    let area = Area::new(Id::unique("link preview")).order(Order::Tooltip).interactable(false);
    let area = area.fixed_pos(at).pivot(pivot).constrain(true);
    area.accessible_name(format!("The link leads to: {}", card.title)).show(ui.ctx(), |ui| {
        widgets::floating(p, 14.0).show(ui, |ui| content(ui, card));
    });
}

fn content(ui: &mut Ui, card: &Card) {
    let p = look(ui.ctx());
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing = vec2(8.0, 2.0);
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(18.0, tokens::UI.line), Sense::hover());
        icon::paint(ui.painter(), rect, 17.0, card.icon, p.ink2);
        widgets::text(ui, &card.title, tokens::UI_STRONG, p.ink);
    });
    if !card.place.is_empty() {
        widgets::text(ui, &card.place, tokens::SMALL, p.ink3);
    }
    if !card.text.is_empty() {
        ui.add_space(6.0);
        let mut job = look::wrapped(&card.text, tokens::UI, p.ink2, WIDTH);
        job.wrap.max_rows = ROWS_MAX;
        ui.add(egui::Label::new(job).selectable(false));
    }
    if !card.facts.is_empty() {
        ui.add_space(6.0);
    }
    for fact in &card.facts {
        widgets::text(ui, fact, tokens::SMALL, p.ink2);
    }
}
