//! Coming back on an empty laptop: recovery words and the ticket of a node bring the workspace here.

use egui::{Rect, Sense, Ui, vec2};
use tern_peer::{ErrorKind, PeerError};

use super::backend::Recovery;
use super::dialogs::WORDS;
use super::icon::{self, Icon};
use super::look::look;
use super::notice;
use super::secret::Secret;
use super::tokens::{self, radius};
use super::widgets::{self, Button, Field};

/// Fields whose text must not stay behind.
pub const SECRETS: [&str; 2] = [TICKET, TYPED];

const TICKET: &str = "Ticket of the node";
const TYPED: &str = "Recovery words";
/// Width of captions.
const CAPTION: f32 = 150.0;

/// What is typed, and how far it is.
#[derive(Debug, Default)]
pub struct ComeBack {
    ticket: Secret,
    words: Secret,
    /// The words are shown as they are typed.
    shown: bool,
    /// Other devices of the same person go on.
    keep_devices: bool,
    /// The words belong to several workspaces of the node: one is named here.
    several: bool,
    workspace: String,
    /// A laptop of the same person removed the words; it may be put out.
    removed: bool,
    take_back: bool,
    /// It is being done.
    pub waiting: bool,
    /// What is being done just now, in words.
    pub doing: String,
    problem: Option<PeerError>,
    focused: bool,
}

/// What the person wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing yet.
    Stay,
    /// Back to the form of the first run.
    Back,
    /// Bring it back.
    Go,
}

impl ComeBack {
    /// It did not work: what was typed stays, so that one wrong word can be put right.
    pub fn refused(&mut self, mut why: PeerError) {
        (self.waiting, self.doing) = (false, String::new());
        if why.kind == ErrorKind::Usage {
            self.several = true;
            why.next = "Write the start of the id of the one you want into “Which workspace”.".to_owned();
        }
        if why.kind == ErrorKind::NotAllowed && !self.take_back {
            self.removed = true;
            why.next = "If you did that yourself, use the newer way in. If that laptop was stolen, tick “Take it back” and try again.".to_owned();
        }
        self.problem = Some(why);
    }

    /// Hands over what was typed.
    pub fn begin(&mut self) -> Recovery {
        (self.waiting, self.problem) = (true, None);
        self.doing = "Asking the node".to_owned();
        let wanted = self.workspace.trim();
        Recovery {
            ticket: Secret::new(self.ticket.text().trim().to_owned()),
            words: self.words.clone(),
            workspace: (!wanted.is_empty()).then(|| wanted.to_owned()),
            keep_devices: self.keep_devices,
            take_back: self.take_back,
        }
    }

    /// Why it cannot begin yet.
    fn missing(&self) -> Option<String> {
        let ticket = self.ticket.text().trim();
        let count = tern_peer::recovery_words(self.words.text()).count();
        match count {
            _ if self.waiting => Some("It is being done".to_owned()),
            _ if ticket.is_empty() => Some("Paste the ticket of the node first".to_owned()),
            _ if !ticket.starts_with("ternnode1") => Some("A node’s ticket begins with ternnode1".to_owned()),
            0 => Some("Type the words first".to_owned()),
            WORDS => None,
            count => Some(format!("{count} of {WORDS} words")),
        }
    }
}

/// What a step of the engine is called here.
pub fn doing(what: &str, done: u64, of: u64) -> String {
    if what == "meeting peers" {
        return "Meeting the node".to_owned();
    }
    let mut letters = what.chars();
    let what: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    match (done, of) {
        (0, _) => what,
        (done, 0) => format!("{what}: {done}"),
        (done, of) => format!("{what}: {done} of {of}"),
    }
}

/// Draws the form.
pub fn show(ui: &mut Ui, state: &mut ComeBack) -> Step {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    ui.painter().rect_filled(room, 0, p.chrome);
    let mut step = Step::Stay;
    let height = if state.problem.is_some() { 700.0 } else { 560.0 };
    notice::centred(ui, room, vec2(720.0, height), "Come back", |ui| {
        let inside = ui.max_rect().shrink2(vec2(44.0, 30.0));
        let foot = inside.with_min_y(inside.bottom() - tokens::size::BUTTON - 4.0);
        let form = inside.with_max_y(foot.top() - 12.0);
        widgets::region(ui, form, "form", "Recovery words and node", |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| fields(ui, state));
        });
        widgets::region(ui, foot, "foot", "Done", |ui| step = buttons(ui, state));
    });
    step
}

fn fields(ui: &mut Ui, state: &mut ComeBack) {
    let p = look(ui.ctx());
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(24.0, 24.0), Sense::hover());
        icon::bird(ui.painter(), rect, p.ink, p.here);
        widgets::short(ui, "Tern", tokens::H3, p.ink);
    });
    ui.add_space(12.0);
    widgets::text(ui, "Come back with your recovery words", tokens::TITLE, p.ink);
    ui.add_space(4.0);
    let what = "They bring your workspace from a node to this laptop, as the person you are there. This takes nothing \
                from the node, and the words go on working.";
    widgets::text(ui, what, tokens::CALLOUT, p.ink2);
    ui.add_space(22.0);
    let response = widgets::form_row(ui, TICKET, CAPTION, |ui| {
        let response =
            Field { mono: true, ..Field::new(TICKET, "ternnode1…") }.show(ui, state.ticket.text_mut());
        hint(ui, "The node prints it when it starts. Whoever runs it can send it to you.");
        response
    });
    if !std::mem::replace(&mut state.focused, true) {
        response.request_focus();
    }
    ui.add_space(14.0);
    widgets::form_row(ui, "The 24 words", CAPTION, |ui| {
        let secret = !state.shown;
        let field =
            Field { mono: true, rows: 3, secret, ..Field::new(TYPED, "From your paper, in their order") };
        field.show(ui, state.words.text_mut());
        ui.add_space(4.0);
        if widgets::check(ui, state.shown, "Show the words") {
            state.shown = !state.shown;
        }
    });
    ui.add_space(10.0);
    widgets::form_row(ui, "Other laptops", CAPTION, |ui| {
        if widgets::check(ui, state.keep_devices, "I still have my other laptops: keep them") {
            state.keep_devices = !state.keep_devices;
        }
        let then = if state.keep_devices {
            "They go on as before; this one is added to them."
        } else {
            "They are removed: they get nothing new, and what is written on them before they learn of it waits in Review."
        };
        hint(ui, then);
    });
    if state.removed {
        ui.add_space(10.0);
        widgets::form_row(ui, "Removed words", CAPTION, |ui| {
            if widgets::check(ui, state.take_back, "Take it back from the laptop that removed these words") {
                state.take_back = !state.take_back;
            }
            hint(ui, "It is put out, and what it did to the membership since then falls.");
        });
    }
    if state.several {
        ui.add_space(10.0);
        widgets::form_row(ui, "Which workspace", CAPTION, |ui| {
            Field { mono: true, ..Field::new("Which workspace", "Start of its id") }
                .show(ui, &mut state.workspace)
        });
    }
    if let Some(problem) = &state.problem {
        ui.add_space(18.0);
        notice::card(ui, problem, Some("The workspace did not come back"));
    }
    if state.waiting {
        ui.add_space(18.0);
        progress(ui, &state.doing);
    }
}

/// A remark below a field.
fn hint(ui: &mut Ui, words: &str) {
    let p = look(ui.ctx());
    ui.add_space(4.0);
    widgets::text(ui, words, tokens::SMALL, p.ink2);
}

/// What is being done.
fn progress(ui: &mut Ui, doing: &str) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::hover());
    ui.painter().rect_filled(rect, radius::CARD, p.code);
    let sign = Rect::from_min_size(rect.min + vec2(12.0, 0.0), vec2(20.0, rect.height()));
    icon::paint(ui.painter(), sign, 18.0, Icon::Node, p.ink2);
    let inside = rect.with_min_x(rect.left() + 42.0);
    let words = format!("{doing}. This may take some minutes.");
    widgets::line(ui, inside, egui::Align2::LEFT_CENTER, &words, tokens::UI, p.ink);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Status, true, &words));
}

fn buttons(ui: &mut Ui, state: &ComeBack) -> Step {
    let p = look(ui.ctx());
    let missing = state.missing();
    let pressed = ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, egui::Key::Enter));
    let mut step = Step::Stay;
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let main = Button::main("Bring it back").key("Ctrl Enter").disabled(missing.as_deref());
        if (main.show(ui).clicked() || pressed) && missing.is_none() {
            step = Step::Go;
        }
        let stuck = state.waiting.then_some("It is being done");
        if Button::plain("Back").disabled(stuck).show(ui).clicked() && !state.waiting {
            step = Step::Back;
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            if let Some(missing) = missing.as_ref().filter(|_| !state.waiting) {
                widgets::short(ui, missing, tokens::SMALL, p.ink3);
            }
        });
    });
    step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_says_what_it_still_needs() {
        let mut state = ComeBack::default();
        assert_eq!(state.missing().as_deref(), Some("Paste the ticket of the node first"));
        state.ticket = Secret::new("tern1abc".into());
        assert_eq!(state.missing().as_deref(), Some("A node’s ticket begins with ternnode1"));
        state.ticket = Secret::new(" ternnode1abc ".into());
        assert_eq!(state.missing().as_deref(), Some("Type the words first"));
        state.words = Secret::new("one two".into());
        assert_eq!(state.missing().as_deref(), Some("2 of 24 words"));
        state.words = Secret::new("word ".repeat(24));
        assert_eq!(state.missing(), None);
        assert_eq!(state.begin().ticket.text(), "ternnode1abc");
        assert_eq!(state.missing().as_deref(), Some("It is being done"));
    }

    #[test]
    fn several_workspaces_are_told_apart_in_the_form() {
        let mut state = ComeBack::default();
        state.refused(PeerError::new(
            ErrorKind::Usage,
            "The words belong to several workspaces there: ab, cd.",
        ));
        assert!(state.several);
        let next = state.problem.as_ref().map(|problem| problem.next.as_str()).unwrap_or_default();
        assert!(next.contains("Which workspace") && !next.contains("--workspace"), "{next}");
        state.workspace = " ab ".into();
        assert_eq!(state.begin().workspace.as_deref(), Some("ab"));
    }

    #[test]
    fn steps_of_the_engine_are_sentences() {
        assert_eq!(doing("meeting peers", 1, 1), "Meeting the node");
        assert_eq!(doing("receiving changes", 120, 0), "Receiving changes: 120");
        assert_eq!(doing("reading pages", 1, 2), "Reading pages: 1 of 2");
    }
}
