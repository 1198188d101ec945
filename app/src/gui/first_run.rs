//! The first run: name, place and hours, then a workspace is made or joined.

use egui::{Align2, CornerRadius, Rect, Sense, Stroke, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::{PeerError, Profile};

use super::clock::{self, Clock};
use super::hours;
use super::icon::{self, Icon};
use super::look::{self, look};
use super::notice;
use super::people::place;
use super::tokens::{self, radius, stroke};
use super::widgets::{self, Button, Field};

/// Which way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A workspace of one's own.
    Start,
    /// Somebody's ticket.
    Join,
}

/// What the person wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing yet.
    Stay,
    /// What is filled in.
    Go,
    /// To come back with recovery words instead.
    ComeBack,
}

/// What is typed.
#[derive(Debug, Clone)]
pub struct FirstRun {
    /// Name.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// Weekly hours.
    pub hours: String,
    /// Check-ins.
    pub checkins: String,
    /// Make or join.
    pub way: Way,
    /// Name of the workspace.
    pub title: String,
    /// Ticket.
    pub ticket: String,
    /// The zone is being changed by hand.
    change_zone: bool,
    /// It was asked for.
    pub waiting: bool,
    /// Four words that both screens show while a device is being linked.
    pub link_words: Option<String>,
    /// Why it could not be done.
    pub problem: Option<PeerError>,
    focused: bool,
}

impl FirstRun {
    /// The form as it opens, with the zone of this laptop.
    pub fn new(zone: String) -> Self {
        FirstRun {
            name: String::new(),
            zone,
            hours: "Mon-Fri 09:00-18:00".to_owned(),
            checkins: "09:00,13:00,16:00".to_owned(),
            way: Way::Start,
            title: String::new(),
            ticket: String::new(),
            change_zone: false,
            waiting: false,
            link_words: None,
            problem: None,
            focused: false,
        }
    }

    /// What is missing, in words.
    pub fn missing(&self) -> Option<&'static str> {
        if self.waiting {
            Some("It is being done")
        } else if self.links() {
            None
        } else if self.name.trim().is_empty() {
            Some("Write your name first")
        } else if self.way == Way::Start && self.title.trim().is_empty() {
            Some("Name your team first")
        } else if self.way == Way::Join && self.ticket.trim().is_empty() {
            Some("Paste the ticket first")
        } else {
            None
        }
    }

    /// Whether the ticket makes this a further device of somebody who is a member already.
    pub fn links(&self) -> bool {
        self.way == Way::Join && self.ticket.trim().starts_with("ternlink1")
    }

    /// The profile as typed.
    pub fn profile(&self) -> Profile {
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Profile {
            name: self.name.trim().to_owned(),
            zone: self.zone.trim().to_owned(),
            hours: given(&self.hours),
            checkins: given(&self.checkins),
            off: Vec::new(),
        }
    }
}

/// Draws the form.
pub fn show(ui: &mut Ui, state: &mut FirstRun, clock: &Clock) -> Step {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    ui.painter().rect_filled(room, 0, p.chrome);
    let mut step = Step::Stay;
    let wide = room.width() > 1000.0;
    let size = vec2(if wide { 1140.0 } else { 760.0 }, 690.0);
    notice::centred(ui, room, size, "First run", |ui| {
        let card = ui.max_rect();
        let split = if wide { card.right() - 400.0 } else { card.right() };
        let form = Rect::from_min_max(card.min + vec2(44.0, 30.0), pos2(split - 42.0, card.bottom() - 20.0));
        widgets::region(ui, form, "form", "About you", |ui| {
            let foot = 44.0;
            let fields = egui::ScrollArea::vertical().auto_shrink(false).max_height(form.height() - foot);
            fields.show(ui, |ui| form_fields(ui, state, clock));
            let foot = form.with_min_y(form.bottom() - foot + 10.0);
            widgets::region(ui, foot, "foot", "Done", |ui| step = form_foot(ui, state));
        });
        if wide {
            let side = Rect::from_min_max(pos2(split, card.top() + 1.0), card.max - vec2(1.0, 1.0));
            let corner = CornerRadius { ne: radius::DIALOG, se: radius::DIALOG, nw: 0, sw: 0 };
            ui.painter().rect_filled(side, corner, p.chrome);
            ui.painter().vline(split, card.y_range(), Stroke::new(stroke::LINE, p.line));
            let inside = side.shrink2(vec2(36.0, 36.0));
            widgets::region(ui, inside, "beside", "Your hours beside four cities", |ui| {
                beside(ui, state, clock)
            });
        }
    });
    step
}

fn form_fields(ui: &mut Ui, state: &mut FirstRun, clock: &Clock) {
    let p = look(ui.ctx());
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(24.0, 24.0), Sense::hover());
        icon::bird(ui.painter(), rect, p.ink, p.here);
        widgets::short(ui, "Tern", tokens::H3, p.ink);
    });
    ui.add_space(12.0);
    if let Some(words) = &state.link_words {
        compare(ui, words);
        return;
    }
    widgets::text(ui, "Tell your team when you are awake", tokens::TITLE, p.ink);
    ui.add_space(4.0);
    widgets::text(
        ui,
        "That is all Tern needs to know about you. You can change it at any time.",
        tokens::CALLOUT,
        p.ink2,
    );
    ui.add_space(24.0);
    let response = widgets::form_row(ui, "Your name", 170.0, |ui| {
        ui.set_max_width(320.0);
        Field::new("Your name", "As your team knows you").show(ui, &mut state.name)
    });
    if !std::mem::replace(&mut state.focused, true) {
        response.request_focus();
    }
    ui.add_space(14.0);
    zone_row(ui, state, clock);
    ui.add_space(14.0);
    hours_rows(ui, state);
    ui.add_space(22.0);
    ways(ui, state);
    ui.add_space(20.0);
    if let Some(problem) = &state.problem {
        notice::card(ui, problem, None);
        ui.add_space(12.0);
    }
}

/// The words that both devices show, while the other one asks its person.
fn compare(ui: &mut Ui, words: &str) {
    let p = look(ui.ctx());
    widgets::text(ui, "Compare four words", tokens::TITLE, p.ink);
    ui.add_space(6.0);
    let what = "Your other device shows them too and asks you there. When they are the same, say yes there; when they \
                are not, say no.";
    widgets::text(ui, what, tokens::CALLOUT, p.ink2);
    ui.add_space(16.0);
    super::welcome::four_words(ui, words);
    ui.add_space(12.0);
    widgets::text(ui, "Waiting for the answer there.", tokens::SMALL, p.ink3);
}

/// The other way in, and the main button.
fn form_foot(ui: &mut Ui, state: &FirstRun) -> Step {
    let label = match state.way {
        Way::Start => "Make the workspace",
        Way::Join => "Join",
    };
    let missing = state.missing();
    let pressed = ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, egui::Key::Enter));
    let mut step = Step::Stay;
    ui.with_layout(egui::Layout::right_to_left(egui::Align::TOP), |ui| {
        let clicked = Button::main(label).key("Ctrl Enter").disabled(missing).show(ui).clicked();
        if (clicked || pressed) && missing.is_none() {
            step = Step::Go;
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::TOP), |ui| {
            let other = Button::plain("Come back with recovery words").icon(Icon::Words);
            let stuck = state.waiting.then_some("It is being done");
            if other.disabled(stuck).show(ui).clicked() && !state.waiting {
                step = Step::ComeBack;
            }
        });
    });
    step
}

fn zone_row(ui: &mut Ui, state: &mut FirstRun, clock: &Clock) {
    let p = look(ui.ctx());
    widgets::form_row(ui, "Where you are", 170.0, |ui| {
        if state.change_zone {
            ui.set_max_width(320.0);
            Field::new("Zone", "Europe/London").show(ui, &mut state.zone);
            return;
        }
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(18.0, tokens::size::FIELD), Sense::hover());
            icon::paint(ui.painter(), rect, 18.0, Icon::Globe, p.ink2);
            widgets::short(ui, &place(&state.zone), tokens::UI_STRONG, p.ink);
            let time =
                clock::local_time(&clock.now(), &state.zone).map(|(words, _)| format!("; it is {words}"));
            let words = format!("{}, from this laptop{}", state.zone, time.unwrap_or_default());
            widgets::short(ui, &words, tokens::UI, p.ink2);
            if Button::plain("Change").show(ui).clicked() {
                state.change_zone = true;
            }
        });
    });
}

fn hours_rows(ui: &mut Ui, state: &mut FirstRun) {
    let p = look(ui.ctx());
    widgets::form_row(ui, "Hours you work", 170.0, |ui| {
        hours::hours(ui, &mut state.hours, &state.checkins);
    });
    ui.add_space(14.0);
    widgets::form_row(ui, "Check-ins", 170.0, |ui| {
        hours::checkins(ui, &mut state.checkins, &state.hours);
        ui.add_space(4.0);
        let words = "You read messages at these times. Between them nothing makes a sound.";
        widgets::text(ui, words, tokens::SMALL, p.ink2);
    });
}

const START_WORDS: &str = "You get 24 recovery words next. Inviting someone comes after that.";
const JOIN_WORDS: &str = "Works through the node while everyone sleeps. A ticket that begins with ternlink1 makes this a \
                          further device of yours.";

fn ways(ui: &mut Ui, state: &mut FirstRun) {
    let gap = 12.0;
    let width = (ui.available_width() - gap) / 2.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = gap;
        way_card(
            ui,
            width,
            state,
            Way::Start,
            "Start a workspace",
            |ui, state| Field::new("Name of your team", "Name of your team").show(ui, &mut state.title),
            START_WORDS,
        );
        way_card(
            ui,
            width,
            state,
            Way::Join,
            "Join with a ticket",
            |ui, state| Field { mono: true, ..Field::new("Ticket", "tern1…") }.show(ui, &mut state.ticket),
            JOIN_WORDS,
        );
    });
}

fn way_card(
    ui: &mut Ui,
    width: f32,
    state: &mut FirstRun,
    way: Way,
    label: &str,
    field: impl FnOnce(&mut Ui, &mut FirstRun) -> egui::Response,
    words: &str,
) {
    let p = look(ui.ctx());
    let chosen = state.way == way;
    let pen = if chosen { Stroke::new(stroke::GLYPH, p.here) } else { Stroke::new(stroke::LINE, p.line) };
    let frame = egui::Frame::NONE.stroke(pen).corner_radius(radius::CARD).inner_margin(14.0);
    frame.show(ui, |ui| {
        ui.set_width(width - 2.0 * (14.0 + pen.width));
        ui.vertical(|ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 24.0), Sense::click());
            let centre = pos2(rect.left() + 8.0, rect.center().y);
            ui.painter().circle_stroke(
                centre,
                7.0,
                Stroke::new(stroke::GLYPH, if chosen { p.here } else { p.edge }),
            );
            if chosen {
                ui.painter().circle_filled(centre, 3.6, p.here);
            }
            widgets::line(
                ui,
                rect.with_min_x(rect.left() + 24.0),
                Align2::LEFT_CENTER,
                label,
                tokens::UI_STRONG,
                p.ink,
            );
            response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, label));
            widgets::focus_ring(ui, &response, radius::ROW);
            ui.add_space(8.0);
            let typed = field(ui, state);
            // Walking through the fields chooses nothing; writing into one does.
            if response.clicked() || typed.clicked() || typed.changed() {
                state.way = way;
            }
            ui.add_space(8.0);
            // Both cards are as high as the one with more words.
            let room = ui.available_width();
            let height = |words| look::layout(ui, look::wrapped(words, tokens::SMALL, p.ink2, room)).size().y;
            let most = height(START_WORDS).max(height(JOIN_WORDS));
            let said = widgets::text(ui, words, tokens::SMALL, p.ink2);
            ui.add_space((most - said.rect.height()).max(0.0));
        });
    });
}

fn beside(ui: &mut Ui, state: &FirstRun, clock: &Clock) {
    let p = look(ui.ctx());
    ui.spacing_mut().item_spacing.y = 0.0;
    widgets::text(ui, "Your hours beside four cities", tokens::UI_STRONG, p.ink);
    widgets::text(ui, "Sample hours. Your team’s arrive when you join.", tokens::SMALL, p.ink2);
    ui.add_space(26.0);
    let cities = [
        ("Tokyo", "Asia/Tokyo"),
        ("Kolkata", "Asia/Kolkata"),
        ("", ""),
        ("London", "Europe/London"),
        ("Los Angeles", "America/Los_Angeles"),
    ];
    let top = ui.cursor().top();
    for (name, zone) in cities {
        let me = name.is_empty();
        let (name, zone) = if me { ("You", state.zone.as_str()) } else { (name, zone) };
        let hours = if me { hours::windows(&state.hours) } else { vec![(9.0 / 24.0, 17.0 / 24.0)] };
        city_row(ui, name, zone, &hours, me, clock);
    }
    let x = ui.max_rect().left() + 142.0 + (ui.max_rect().width() - 142.0) * NOW_SHARE;
    ui.painter().vline(x, (top - 6.0)..=ui.cursor().top(), Stroke::new(stroke::FOCUS, p.here));
    let at = Rect::from_center_size(pos2(x, top - 14.0), vec2(40.0, 14.0));
    widgets::line(ui, at, Align2::CENTER_CENTER, "now", tokens::TINY_STRONG, p.here);
    ui.add_space(18.0);
    if let Some(by) = hours::expect(&state.zone, &state.hours, &state.checkins, &clock.now()) {
        hours::expect_card(ui, &by);
    }
    ui.add_space(18.0);
    for (icon, title, words) in [
        (
            Icon::Key,
            "No account, no e-mail address",
            "This laptop makes its own key. Other laptops know you by it.",
        ),
        (Icon::Laptop, "Your work lives here", "Everything opens and saves without a network."),
        (
            Icon::Lock,
            "The node cannot read it",
            "It carries sealed changes between laptops that are never awake together.",
        ),
        (Icon::Words, "Recovery comes next", "You get 24 words to write down before you invite anyone."),
    ] {
        promise(ui, icon, title, words);
    }
}

/// Where "now" stands in the bars: six hours of the past are shown, eighteen of the future.
const NOW_SHARE: f32 = 0.25;

fn city_row(ui: &mut Ui, name: &str, zone: &str, hours: &[(f32, f32)], me: bool, clock: &Clock) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 27.0), Sense::hover());
    let Some((local, now)) = clock::local_time(&clock.now(), zone) else { return };
    if me {
        ui.painter().rect_filled(rect, CornerRadius::same(radius::ROW), p.here_tint);
    }
    let awake = hours.iter().any(|(from, to)| (*from..*to).contains(&now));
    let sky = Rect::from_min_size(rect.min, vec2(16.0, rect.height()));
    icon::paint(ui.painter(), sky, 15.0, if awake { Icon::Sun } else { Icon::Moon }, p.ink2);
    let style = if me { tokens::SMALL_STRONG } else { tokens::SMALL };
    widgets::line(ui, rect.with_min_x(rect.left() + 22.0), Align2::LEFT_CENTER, name, style, p.ink);
    let time = local.rsplit(' ').next().unwrap_or_default();
    widgets::line(
        ui,
        rect.with_max_x(rect.left() + 130.0),
        Align2::RIGHT_CENTER,
        time,
        tokens::SMALL,
        p.ink2,
    );
    let bars = rect.with_min_x(rect.left() + 142.0);
    ui.painter().hline(bars.x_range(), bars.center().y, Stroke::new(stroke::LINE, p.line));
    let painter = ui.painter_at(bars);
    for day in [-1.0, 0.0, 1.0] {
        for (from, to) in hours {
            let at = |share: f32| bars.left() + bars.width() * (share + day - now + NOW_SHARE);
            let bar =
                Rect::from_x_y_ranges(at(*from)..=at(*to), (bars.center().y - 5.0)..=(bars.center().y + 5.0));
            painter.rect_filled(bar.intersect(bars), CornerRadius::same(radius::BAR), p.day);
        }
    }
    let spoken = format!("{name}: {local}, {}", if awake { "within hours" } else { "outside hours" });
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
}

fn promise(ui: &mut Ui, icon: Icon, title: &str, words: &str) {
    let p = look(ui.ctx());
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(22.0, 20.0), Sense::hover());
        icon::paint(ui.painter(), rect, 18.0, icon, p.ink2);
        ui.vertical(|ui| {
            widgets::text(ui, title, tokens::UI_STRONG, p.ink);
            widgets::text(ui, words, tokens::SMALL, p.ink2);
        });
    });
    ui.add_space(12.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_says_what_it_still_needs() {
        let mut form = FirstRun::new("Europe/London".into());
        assert_eq!(form.missing(), Some("Write your name first"));
        form.name = "Mia".into();
        assert_eq!(form.missing(), Some("Name your team first"));
        form.way = Way::Join;
        assert_eq!(form.missing(), Some("Paste the ticket first"));
        form.ticket = "tern1abc".into();
        assert_eq!(form.missing(), None);
        form.name.clear();
        assert_eq!(form.missing(), Some("Write your name first"));
        form.ticket = "ternlink1abc".into();
        assert_eq!(form.missing(), None, "a further device has its profile already");
        form.name = "Mia".into();
        assert_eq!(form.profile().hours.as_deref(), Some("Mon-Fri 09:00-18:00"));
    }
}
