//! Dialogs: one frame over the window; what stands in it lies in the modules below.

use egui::{Align2, Id, Modal, Ui, vec2};
use tern_peer::{Command, LinkState};

use super::actions::{ACTIONS, EDITOR_KEYS, Keys, Situation, Spec, When};
use super::clock::Clock;
use super::command::{Dialog, Queue, Then, UiCommand};
use super::icon::Icon;
use super::look::look;
use super::prefs::Prefs;
use super::secret::Secret;
use super::statusline;
use super::tokens::{self, Shadow, radius, size, stroke};
use super::views::Views;
use super::widgets::{self, Button, Field};

mod asking;
pub mod backups;
mod confirm;
mod holidays;
pub mod import;
mod invite;
mod keeping;
mod link;
mod meeting;
mod place;
mod settings;
mod spaces;

pub use keeping::WORDS;

/// Fields whose text must not stay behind.
pub const SECRETS: [&str; 3] = ["Recovery words", keeping::PASSPHRASE, keeping::AGAIN];

/// Width of captions of forms.
const CAPTION: f32 = 130.0;

/// The open dialog and what is typed in it.
#[derive(Debug, Clone)]
pub struct DialogState {
    /// Which one.
    pub dialog: Dialog,
    invite: invite::Form,
    space: spaces::Form,
    vote: asking::Vote,
    asks: asking::Question,
    meeting: meeting::Form,
    /// A table of tasks.
    pub import: import::Form,
    profile: Option<settings::Typed>,
    /// The role with which somebody who asked is let in.
    role: String,
    /// The ticket that was made.
    pub ticket: Option<Secret>,
    /// How the linking of a device stands.
    pub link: LinkState,
    /// A node's ticket as pasted.
    node_ticket: String,
    /// What has to be typed: a confirmation, or the name of a file.
    pub typed: String,
    /// Path of a calendar file with holidays.
    holidays_file: String,
    /// Recovery words or a passphrase as typed.
    pub secret: Secret,
    /// What is known of backups.
    pub backups: backups::Seen,
    /// A new passphrase, typed once more.
    again: Secret,
    /// What was found out, in words.
    pub said: Option<String>,
    /// It was asked for and the answer is on its way.
    pub waiting: bool,
    /// Why it could not be done.
    pub problem: Option<tern_peer::PeerError>,
    focused: bool,
}

impl DialogState {
    /// A dialog as it opens.
    pub fn new(dialog: Dialog) -> Self {
        let role = match &dialog {
            Dialog::Approve(asking) => asking.role.clone(),
            _ => String::new(),
        };
        DialogState {
            dialog,
            invite: invite::Form::default(),
            space: spaces::Form::default(),
            vote: asking::Vote::default(),
            asks: asking::Question::default(),
            meeting: meeting::Form::default(),
            import: import::Form::default(),
            profile: None,
            role,
            ticket: None,
            link: LinkState::default(),
            node_ticket: String::new(),
            typed: String::new(),
            holidays_file: String::new(),
            secret: Secret::default(),
            backups: backups::Seen::default(),
            again: Secret::default(),
            said: None,
            waiting: false,
            problem: None,
            focused: false,
        }
    }

    fn title(&self) -> &str {
        match &self.dialog {
            Dialog::Invite => "Invite a person",
            Dialog::AddNode => "Use a node",
            Dialog::Settings => "Settings and profile",
            Dialog::Ladder => "Where the work is",
            Dialog::Keys => "Keys",
            Dialog::KeysKept => "Where the keys are kept",
            Dialog::Backups => "Backups of this laptop",
            Dialog::ImportTasks => "Import tasks",
            Dialog::Lock => "Lock this workspace",
            Dialog::Unlock => "Take the lock away",
            Dialog::Link => "Link another device",
            Dialog::Drill => "Recovery drill",
            Dialog::NewSpace => "New space",
            Dialog::NewVote(_) => "New vote",
            Dialog::NewQuestion => "New question that comes again",
            Dialog::NewMeeting => "New meeting",
            Dialog::Approve(_) => "Let somebody in",
            Dialog::Move(_) => "Move to another space",
            Dialog::ExportReview(_) => "Export edits that were set aside",
            Dialog::Confirm(confirm) => &confirm.title,
        }
    }

    /// Who is asked to the meeting that is being made.
    pub fn meets(&self) -> Vec<String> {
        let with = self.meeting.with.iter().filter(|_| self.dialog == Dialog::NewMeeting);
        with.cloned().collect()
    }

    /// The first field gets the keyboard once.
    fn focus_once(&mut self, response: &egui::Response) {
        if !std::mem::replace(&mut self.focused, true) {
            response.request_focus();
        }
    }

    /// Sends a change; the answer closes the dialog or says why not.
    fn send(&mut self, command: Command, then: Then, out: &mut Queue) {
        self.waiting = true;
        self.problem = None;
        out.push(UiCommand::Send(Box::new(command), then));
    }
}

/// What dialogs read.
#[derive(Debug, Clone, Copy)]
pub struct Reads<'a> {
    /// Answers.
    pub views: &'a Views,
    /// Appearance.
    pub prefs: &'a Prefs,
    /// The clock.
    pub clock: &'a Clock,
    /// What is open behind the dialog.
    pub situation: Situation,
}

/// Draws the open dialog.
pub fn show(ctx: &egui::Context, state: &mut DialogState, reads: Reads<'_>, out: &mut Queue) {
    let p = look(ctx);
    let frame = egui::Frame::NONE
        .fill(p.raised)
        .stroke(egui::Stroke::new(stroke::LINE, p.line))
        .corner_radius(radius::DIALOG)
        .shadow(p.scheme.shadow(Shadow::Palette))
        .inner_margin(24.0);
    let room = ctx.content_rect();
    let width = if matches!(state.dialog, Dialog::Keys | Dialog::Settings) { 680.0 } else { 520.0 };
    let modal =
        Modal::new(Id::unique("dialog")).frame(frame).backdrop_color(p.scheme.scrim()).show(ctx, |ui| {
            ui.set_width(f32::min(width, room.width() - 80.0));
            ui.spacing_mut().item_spacing.y = 0.0;
            head(ui, state.title(), out);
            // A dialog that grows must not be held to the height that it had before.
            let most = room.height() - 160.0;
            let scroll = egui::ScrollArea::vertical().max_height(most).min_scrolled_height(most);
            scroll.show(ui, |ui| content(ui, state, reads, out));
            if let Some(problem) = &state.problem {
                ui.add_space(14.0);
                super::notice::card(ui, problem, None);
            }
        });
    if modal.should_close() {
        out.push(UiCommand::Close);
    }
}

fn content(ui: &mut Ui, state: &mut DialogState, reads: Reads<'_>, out: &mut Queue) {
    match state.dialog.clone() {
        Dialog::Invite => invite::show(ui, state, out),
        Dialog::AddNode => add_node(ui, state, out),
        Dialog::Settings => settings::show(ui, state, reads, out),
        Dialog::Ladder => statusline::ladder(ui, reads.views.status.get(), reads.clock),
        Dialog::Keys => keys(ui, reads.situation),
        Dialog::KeysKept => keeping::keys(ui, reads.views.keys.get(), out),
        Dialog::Backups => backups::show(ui, state, out),
        Dialog::ImportTasks => import::show(ui, state, out),
        Dialog::Lock => keeping::lock(ui, state, out),
        Dialog::Unlock => keeping::unlock(ui, state, out),
        Dialog::Link => link::show(ui, state, out),
        Dialog::Drill => keeping::drill(ui, state, out),
        Dialog::NewSpace => spaces::new(ui, state, reads.views, out),
        Dialog::NewVote(thread) => asking::vote(ui, state, &thread, reads, out),
        Dialog::NewQuestion => asking::question(ui, state, reads, out),
        Dialog::NewMeeting => meeting::show(ui, state, reads, out),
        Dialog::Approve(asking) => invite::approve(ui, state, &asking, out),
        Dialog::Move(moving) => spaces::move_page(ui, state, &moving, reads.views, out),
        Dialog::ExportReview(exporting) => confirm::export(ui, state, &exporting, out),
        Dialog::Confirm(question) => confirm::show(ui, state, &question, out),
    }
}

/// A ticket to be copied.
fn ticket_box(ui: &mut Ui, ticket: &Secret, out: &mut Queue) {
    let p = look(ui.ctx());
    egui::Frame::NONE.fill(p.code).corner_radius(radius::ROW).inner_margin(12.0).show(ui, |ui| {
        ui.set_width(ui.available_width());
        widgets::text(ui, ticket.text(), tokens::CODE, p.ink);
    });
    ui.add_space(14.0);
    if Button::main("Copy the ticket").show(ui).clicked() {
        out.push(UiCommand::Copy(ticket.text().to_owned(), "The ticket is on the clipboard"));
    }
}

fn head(ui: &mut Ui, title: &str, out: &mut Queue) {
    let p = look(ui.ctx());
    ui.horizontal(|ui| {
        widgets::short(ui, title, tokens::DIALOG, p.ink);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if widgets::icon_button(ui, Icon::Close, "Close", Some("Esc")).clicked() {
                out.push(UiCommand::Close);
            }
        });
    });
    ui.add_space(14.0);
}

fn add_node(ui: &mut Ui, state: &mut DialogState, out: &mut Queue) {
    let p = look(ui.ctx());
    let words = "A node is a machine that is always on. It carries sealed changes between laptops that are never \
                 awake together, and it cannot read them. Its ticket begins with “ternnode1”.";
    widgets::text(ui, words, tokens::CALLOUT, p.ink2);
    ui.add_space(12.0);
    let field = Field { mono: true, ..Field::new("Ticket of the node", "ternnode1…") };
    field.show(ui, &mut state.node_ticket);
    ui.add_space(16.0);
    let ticket = state.node_ticket.trim();
    let why = match (ticket.is_empty(), state.waiting) {
        (true, _) => Some("Paste the ticket that the node printed"),
        (_, true) => Some("The node is being added"),
        _ => None,
    };
    if Button::main("Use this node").disabled(why).show(ui).clicked() {
        let command = Command::RelayAdd { ticket: ticket.to_owned() };
        let said = "The node carries this workspace from here on".to_owned();
        state.send(command, Then::CloseAndSay(said), out);
    }
}

/// Rows of the help under a heading.
type KeyRows = (&'static str, Vec<(String, String)>);

/// The keys by where they work: here, while writing, in the page tree, and everywhere.
fn key_groups(situation: Situation) -> Vec<KeyRows> {
    let rows = |wanted: &dyn Fn(&Spec) -> bool| -> Vec<(String, String)> {
        let wanted = ACTIONS.iter().filter(|spec| wanted(spec));
        wanted.filter_map(|spec| Some((spec.label.to_owned(), spec.keys.first()?.words()))).collect()
    };
    let in_tree = |spec: &Spec| matches!(spec.keys.first(), Some(Keys::Tree(..)));
    let here = |spec: &Spec| spec.when != When::Always && spec.when.holds(situation) && !in_tree(spec);
    let editor = EDITOR_KEYS.iter().map(|(label, keys)| ((*label).to_owned(), (*keys).to_owned()));
    let writing = if situation.page { editor.collect() } else { Vec::new() };
    let mut groups: Vec<KeyRows> = vec![
        ("Here", rows(&here)),
        ("While writing", writing),
        ("In the page tree", rows(&in_tree)),
        ("Everywhere", rows(&|spec| spec.when == When::Always)),
    ];
    groups.retain(|(_, rows)| !rows.is_empty());
    groups
}

fn keys(ui: &mut Ui, situation: Situation) {
    let p = look(ui.ctx());
    let groups = key_groups(situation);
    let all: usize = groups.iter().map(|(_, rows)| rows.len() + 1).sum();
    // The scroll bar lies over what it scrolls.
    ui.set_max_width(ui.available_width() - 14.0);
    ui.spacing_mut().item_spacing.x = 24.0;
    ui.columns(2, |columns| {
        let mut placed = 0;
        for (name, rows) in &groups {
            let Some(column) = columns.get_mut(usize::from(placed + rows.len() / 2 > all / 2)) else {
                continue;
            };
            column.add_space(if column.min_rect().height() > 1.0 { 10.0 } else { 0.0 });
            widgets::text(column, name, tokens::SMALL_STRONG, p.ink3);
            column.add_space(2.0);
            for (label, keys) in rows {
                key_row(column, label, keys);
            }
            placed += rows.len() + 1;
        }
    });
}

fn key_row(ui: &mut Ui, label: &str, keys: &str) {
    let p = look(ui.ctx());
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), size::ROW), egui::Sense::hover());
    let width = super::look::width(ui, keys, tokens::TINY) + 12.0;
    let inside = rect.with_max_x(rect.right() - width - 6.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, label, tokens::UI, p.ink);
    widgets::key_cap(ui, egui::pos2(rect.right() - width, rect.center().y), keys, None);
    let spoken = format!("{label}: {keys}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, &spoken));
}
