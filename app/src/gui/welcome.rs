//! What stands between the first run and the open workspace: the passphrase of a locked one, and the words of a join.

use egui::{Align2, Rect, Ui, vec2};
use tern_peer::{JoinReport, PeerError};

use super::icon::{self, Icon};
use super::look::look;
use super::notice;
use super::secret::Secret;
use super::tokens::{self, radius};
use super::widgets::{self, Button, Field};

/// A workspace that opens with a passphrase alone.
#[derive(Debug, Default)]
pub struct Locked {
    /// The passphrase as typed.
    pub typed: Secret,
    /// It is being tried.
    pub waiting: bool,
    /// Why it did not open.
    pub problem: Option<PeerError>,
    focused: bool,
}

impl Locked {
    /// It did not open: the field gets the keyboard again.
    pub fn refused(&mut self, why: PeerError) {
        (self.waiting, self.focused) = (false, false);
        self.problem = Some(why);
    }
}

/// Draws the lock. Returns whether the passphrase is to be tried.
pub fn locked(ui: &mut Ui, state: &mut Locked) -> bool {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    ui.painter().rect_filled(room, 0, p.chrome);
    let mut go = false;
    let height = if state.problem.is_some() { 410.0 } else { 290.0 };
    notice::centred(ui, room, vec2(520.0, height), "Locked", |ui| {
        let inside = ui.max_rect().shrink2(vec2(40.0, 30.0));
        widgets::region(ui, inside, "lock", "Locked workspace", |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let (sign, _) = ui.allocate_exact_size(vec2(28.0, 28.0), egui::Sense::hover());
            icon::paint(ui.painter(), sign, 24.0, Icon::Lock, p.ink2);
            ui.add_space(8.0);
            widgets::text(ui, "This workspace is locked", tokens::TITLE, p.ink);
            ui.add_space(4.0);
            let words = "Its keys open with your passphrase. A wrong one harms nothing.";
            widgets::text(ui, words, tokens::CALLOUT, p.ink2);
            ui.add_space(16.0);
            go = passphrase(ui, state);
            if let Some(problem) = &state.problem {
                ui.add_space(16.0);
                notice::card(ui, problem, Some("The workspace did not open"));
            }
        });
    });
    go
}

fn passphrase(ui: &mut Ui, state: &mut Locked) -> bool {
    let field = Field { secret: true, ..Field::new("Passphrase", "Passphrase") };
    let response = field.show(ui, state.typed.text_mut());
    if !std::mem::replace(&mut state.focused, true) {
        response.request_focus();
    }
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    ui.add_space(14.0);
    let why = match (state.typed.text().is_empty(), state.waiting) {
        (true, _) => Some("Type the passphrase first"),
        (_, true) => Some("The passphrase is being tried"),
        _ => None,
    };
    let clicked = Button::main("Open").key("Enter").disabled(why).show(ui).clicked();
    (clicked || entered) && why.is_none()
}

/// A join that came to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// Four words that the inviting side shows too.
    pub words: String,
    /// Somebody has to say yes first.
    pub waits: bool,
    /// Recovery words of a new member, shown next.
    pub recovery: Secret,
}

impl Joined {
    /// What there is to compare after a join; nothing after a link.
    pub fn of(report: &JoinReport) -> Option<Joined> {
        let waits = report.state == "waiting";
        let recovery = Secret::new(report.recovery_words.clone());
        (!report.words.is_empty() || waits).then(|| Joined { words: report.words.clone(), waits, recovery })
    }
}

/// Draws the words of a join. Returns whether the person is done with them.
pub fn joined(ui: &mut Ui, state: &Joined) -> bool {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    ui.painter().rect_filled(room, 0, p.chrome);
    let mut done = false;
    notice::centred(ui, room, vec2(560.0, 320.0), "Joined", |ui| {
        let inside = ui.max_rect().shrink2(vec2(40.0, 30.0));
        widgets::region(ui, inside, "joined", "Words of the join", |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let title = if state.waits { "You wait for a yes" } else { "You are in" };
            widgets::text(ui, title, tokens::TITLE, p.ink);
            ui.add_space(6.0);
            let what = if state.waits {
                "Somebody who manages members lets you in; pages arrive by themselves then. They see these four \
                 words beside your request: read them out to each other."
            } else {
                "Whoever invited you sees these four words beside your name, in People. When they are the same, \
                 nobody stands in between."
            };
            widgets::text(ui, what, tokens::CALLOUT, p.ink2);
            ui.add_space(14.0);
            four_words(ui, &state.words);
            ui.add_space(18.0);
            let next = if state.recovery.text().is_empty() { "Open the workspace" } else { "Go on" };
            done = Button::main(next).show(ui).clicked();
        });
    });
    done
}

/// Four words that two people compare.
pub fn four_words(ui: &mut Ui, words: &str) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 52.0), egui::Sense::hover());
    ui.painter().rect_filled(rect, radius::CARD, p.code);
    let style = tokens::Type { size: 16.0, line: 24.0, ..tokens::CODE };
    let inside = Rect::from_min_max(rect.min + vec2(14.0, 0.0), rect.max - vec2(14.0, 0.0));
    widgets::line(ui, inside, Align2::LEFT_CENTER, words, style, p.ink);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, words));
}
