//! Dialogs: inviting a person, using a node, settings and profile, the delivery ladder, the keys.

use egui::{Align2, Id, Modal, Ui, vec2};
use tern_peer::{Command, ProfileChange};

use super::actions::{ACTIONS, EDITOR_KEYS, Situation};
use super::clock::Clock;
use super::command::{Dialog, Queue, Then, UiCommand};
use super::icon::Icon;
use super::look::look;
use super::prefs::{Prefs, Theme};
use super::statusline;
use super::tokens::{self, Shadow, radius, size, stroke};
use super::views::Views;
use super::widgets::{self, Button, Field};

const HOUR_MS: i64 = 3_600_000;

/// The open dialog and what is typed in it.
#[derive(Debug, Clone)]
pub struct DialogState {
    /// Which one.
    pub dialog: Dialog,
    /// The role of an invited person.
    role: &'static str,
    /// For how many hours an invitation holds.
    hours: i64,
    /// The ticket that was made.
    pub ticket: Option<String>,
    /// A node's ticket as pasted.
    node_ticket: String,
    /// Own profile as typed.
    profile: Option<Typed>,
    /// It was asked for and the answer is on its way.
    pub waiting: bool,
    /// Why it could not be done.
    pub problem: Option<tern_peer::PeerError>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Typed {
    name: String,
    zone: String,
    hours: String,
    checkins: String,
}

impl DialogState {
    /// A dialog as it opens.
    pub fn new(dialog: Dialog) -> Self {
        DialogState {
            dialog,
            role: "writer",
            hours: 72,
            ticket: None,
            node_ticket: String::new(),
            profile: None,
            waiting: false,
            problem: None,
        }
    }

    fn title(&self) -> &'static str {
        match self.dialog {
            Dialog::Invite => "Invite a person",
            Dialog::AddNode => "Use a node",
            Dialog::Settings => "Settings and profile",
            Dialog::Ladder => "Where the work is",
            Dialog::Keys => "Keys",
        }
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
    let width = if state.dialog == Dialog::Keys { 680.0 } else { 520.0 };
    let modal =
        Modal::new(Id::unique("dialog")).frame(frame).backdrop_color(p.scheme.scrim()).show(ctx, |ui| {
            ui.set_width(f32::min(width, room.width() - 80.0));
            ui.spacing_mut().item_spacing.y = 0.0;
            head(ui, state.title(), out);
            // A dialog that grows must not be held to the height that it had before.
            let most = room.height() - 160.0;
            let scroll = egui::ScrollArea::vertical().max_height(most).min_scrolled_height(most);
            scroll.show(ui, |ui| match state.dialog {
                Dialog::Invite => invite(ui, state, out),
                Dialog::AddNode => add_node(ui, state, out),
                Dialog::Settings => settings(ui, state, reads, out),
                Dialog::Ladder => statusline::ladder(ui, reads.views.status.get(), reads.clock),
                Dialog::Keys => keys(ui, reads.situation),
            });
            if let Some(problem) = &state.problem {
                ui.add_space(14.0);
                super::notice::card(ui, problem, None);
            }
        });
    if modal.should_close() {
        out.push(UiCommand::Close);
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

fn invite(ui: &mut Ui, state: &mut DialogState, out: &mut Queue) {
    let p = look(ui.ctx());
    if let Some(ticket) = &state.ticket {
        let words =
            "Send this ticket to one person, over any channel you trust. Whoever holds it can join once.";
        widgets::text(ui, words, tokens::CALLOUT, p.ink);
        ui.add_space(10.0);
        egui::Frame::NONE.fill(p.code).corner_radius(radius::ROW).inner_margin(12.0).show(ui, |ui| {
            ui.set_width(ui.available_width());
            widgets::text(ui, ticket, tokens::CODE, p.ink);
        });
        ui.add_space(14.0);
        if Button::main("Copy the ticket").show(ui).clicked() {
            out.push(UiCommand::Copy(ticket.clone(), "The ticket is on the clipboard"));
        }
        return;
    }
    widgets::form_row(ui, "They may", 130.0, |ui| {
        let roles = [("writer", "Write"), ("commenter", "Comment"), ("reader", "Read")];
        if let Some(role) = widgets::choices(ui, "They may", &roles, state.role) {
            state.role = role;
        }
    });
    ui.add_space(8.0);
    widgets::form_row(ui, "It holds for", 130.0, |ui| {
        let spans = [(24, "1 day"), (72, "3 days"), (168, "1 week")];
        if let Some(hours) = widgets::choices(ui, "It holds for", &spans, state.hours) {
            state.hours = hours;
        }
    });
    ui.add_space(16.0);
    let why = state.waiting.then_some("The ticket is being made");
    if Button::main("Make a ticket").disabled(why).show(ui).clicked() {
        state.waiting = true;
        state.problem = None;
        let command =
            Command::Invite { role: state.role.to_owned(), mode: "open".to_owned(), uses: 1, expires_ms: state.hours * HOUR_MS };
        out.push(UiCommand::Send(Box::new(command), Then::ShowTicket));
    }
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
        state.waiting = true;
        state.problem = None;
        let said = "The node carries this workspace from here on".to_owned();
        out.push(UiCommand::Send(Box::new(command), Then::CloseAndSay(said)));
    }
}

fn settings(ui: &mut Ui, state: &mut DialogState, reads: Reads<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    widgets::form_row(ui, "Appearance", 130.0, |ui| {
        if let Some(theme) = widgets::choices(ui, "Appearance", &Theme::ALL, reads.prefs.theme) {
            out.push(UiCommand::SetTheme(theme));
        }
    });
    ui.add_space(10.0);
    widgets::form_row(ui, "Size", 130.0, |ui| {
        ui.horizontal(|ui| {
            use super::actions::Action;
            if Button::new("Smaller").key("Ctrl −").show(ui).clicked() {
                out.push(UiCommand::Do(Action::ZoomOut));
            }
            widgets::short(ui, &format!("{} %", reads.prefs.zoom), tokens::UI_STRONG, p.ink);
            if Button::new("Larger").key("Ctrl +").show(ui).clicked() {
                out.push(UiCommand::Do(Action::ZoomIn));
            }
        });
    });
    ui.add_space(16.0);
    widgets::rule(ui);
    ui.add_space(14.0);
    profile(ui, state, reads, out);
    ui.add_space(16.0);
    widgets::rule(ui);
    ui.add_space(12.0);
    machine(ui, reads, out);
}

fn profile(ui: &mut Ui, state: &mut DialogState, reads: Reads<'_>, out: &mut Queue) {
    let about = reads.views.about.get();
    let mine = about.and_then(|about| reads.views.people.get(&about.member)).and_then(|slot| slot.get());
    let Some(mine) = mine else { return };
    let stored = Typed {
        name: mine.name.clone(),
        zone: mine.zone.clone(),
        hours: mine.hours.clone(),
        checkins: mine.checkins.clone(),
    };
    let typed = state.profile.get_or_insert_with(|| stored.clone());
    for (caption, hint, value) in [
        ("Your name", "As your team knows you", &mut typed.name),
        ("Where you are", "Europe/London", &mut typed.zone),
        ("Hours you work", "Mon-Fri 09:00-18:00", &mut typed.hours),
        ("Check-ins", "09:00,13:00,16:00", &mut typed.checkins),
    ] {
        widgets::form_row(ui, caption, 130.0, |ui| Field::new(caption, hint).show(ui, value));
        ui.add_space(8.0);
    }
    let unchanged = (*typed == stored).then_some("Nothing was changed");
    if Button::main("Save the profile").disabled(unchanged).show(ui).clicked() {
        let changed = |new: &str, old: &str| (new != old).then(|| new.trim().to_owned());
        let change = ProfileChange {
            name: changed(&typed.name, &stored.name),
            zone: changed(&typed.zone, &stored.zone),
            hours: changed(&typed.hours, &stored.hours),
            checkins: changed(&typed.checkins, &stored.checkins),
            off: Vec::new(),
        };
        state.problem = None;
        let said = "Your profile is saved".to_owned();
        out.push(UiCommand::Send(Box::new(Command::ProfileSet(change)), Then::CloseAndSay(said)));
    }
}

fn machine(ui: &mut Ui, reads: Reads<'_>, out: &mut Queue) {
    let p = look(ui.ctx());
    let keys = reads.views.keys.get();
    let words = match keys {
        Some(keys) if keys.protected => format!("The keys of this laptop are kept in: {}.", keys.state),
        Some(_) => {
            "The keys of this laptop lie in a file that only your account can read, without a passphrase: \
                    not protected against whoever copies the disk."
                .to_owned()
        }
        None => String::new(),
    };
    widgets::text(ui, &words, tokens::SMALL, p.ink2);
    ui.add_space(4.0);
    let note =
        "Arabic and Hebrew are saved whole; while you type in them the caret stands in the wrong place.";
    widgets::text(ui, note, tokens::SMALL, p.ink3);
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if Button::new("Invite a person").icon(Icon::PersonAdd).show(ui).clicked() {
            out.push(UiCommand::Open(Dialog::Invite));
        }
        if Button::new("Use a node").icon(Icon::Node).show(ui).clicked() {
            out.push(UiCommand::Open(Dialog::AddNode));
        }
    });
}

fn keys(ui: &mut Ui, situation: Situation) {
    let offered: Vec<(String, String)> = ACTIONS
        .iter()
        .filter(|spec| spec.when.holds(situation))
        .filter_map(|spec| Some((spec.label.to_owned(), spec.keys.first()?.words())))
        .collect();
    let editor = EDITOR_KEYS.iter().map(|(label, keys)| ((*label).to_owned(), (*keys).to_owned()));
    let rows: Vec<_> = offered.into_iter().chain(editor.filter(|_| situation.page)).collect();
    let half = rows.len().div_ceil(2);
    ui.columns(2, |columns| {
        for (index, (label, keys)) in rows.iter().enumerate() {
            let Some(column) = columns.get_mut(index / half.max(1)) else { continue };
            key_row(column, label, keys);
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
