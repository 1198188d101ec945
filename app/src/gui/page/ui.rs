//! The open page in the middle of the window: title, blocks, caret. Only what is in sight is laid out and drawn.

use egui::{Align2, Rect, Response, ScrollArea, Sense, Ui, pos2, vec2};
use tern_model::block::BlockKind;
use tern_model::doc::SOFT_TEXT_BYTES;
use tern_model::flat::Head;

use super::anchors;
use super::ask::{self, Ask};
use super::complete;
use super::draw;
use super::find::Find;
use super::highlight::Highlights;
use super::input::{self, Hands};
use super::layout::Layout;
use super::live::LiveTasks;
use super::offer::{Offers, Popup};
use super::pictures::Pictures;
use super::preview::Preview;
use super::select::{Selection, first_place};
use super::session::Session;
use super::view::{self, Setting, Shown};
use super::{blocks, dropped, find, over, pointer, preview};
use crate::gui::command::{Queue, UiCommand};
use crate::gui::heads;
use crate::gui::look::{self, look};
use crate::gui::tokens::{self, size};
use crate::gui::widgets;

/// Space for the handles left of the text.
pub const GUTTER: f32 = 46.0;
/// Space under the title.
const UNDER_TITLE: f32 = 12.0;
/// Drawn beyond what is in sight.
const AHEAD: f32 = 120.0;

/// What the page view remembers between frames.
#[derive(Debug, Default)]
pub struct PageState {
    /// The pane in which it is shown.
    pub pane: u64,
    /// Another pane has the focus: what floats over this page waits, and takes no keys.
    pub aside: bool,
    /// The text.
    pub session: Session,
    /// Images.
    pub pictures: Pictures,
    /// Colours of code.
    pub highlights: Highlights,
    /// The title while it is typed.
    pub title: Option<String>,
    /// The title gets the keyboard in the next frame.
    pub focus_title: bool,
    /// The text gets the keyboard as soon as it is loaded.
    pub enter_text: bool,
    /// Nothing can be typed: an older state, or a reader.
    pub read_only: bool,
    /// Words to scroll to once the page is here.
    pub seek: Option<String>,
    /// What pointer and keys are doing.
    pub hands: Hands,
    /// What is offered while `/`, `[[` or `@` is typed.
    pub popup: Option<Popup>,
    /// What can be named there.
    pub offers: Offers,
    /// The tasks that the page shows.
    pub live: LiveTasks,
    /// A small question beside the caret.
    pub ask: Option<Ask>,
    /// Who changed the page last, besides oneself.
    pub other: Option<String>,
    /// Find and replace.
    pub find: Option<Find>,
    /// The thread of comments that has one's attention.
    pub thread: Option<String>,
    /// Documents that links lead to and that are not here yet.
    pub absent: std::collections::BTreeSet<String>,
    /// The typed fields over the text, where the page has some.
    pub head: Option<heads::data::Head>,
    /// What the link that is pointed at leads to.
    pub preview: Preview,
    /// Where everything lies.
    pub layout: Layout,
    /// What was drawn in the last frame.
    pub shown: Vec<Shown>,
    /// The block at the top of what is in sight and how far its top is below the top of the page.
    anchor: Option<(u64, f32)>,
    offset: f32,
    /// Bytes of text at a revision.
    size: (u64, usize),
}

impl PageState {
    /// A page that is about to be shown in a pane.
    pub fn within(pane: u64) -> Self {
        PageState { pane, ..PageState::default() }
    }

    /// Names the editor for the keyboard.
    pub fn editor(&self) -> egui::Id {
        egui::Id::unique(("page editor", self.pane))
    }

    /// Forgets remembered heights, after a change of type or zoom.
    pub fn forget_heights(&mut self) {
        self.layout.forget();
    }

    /// Makes a change that a command worked out, and shows the caret.
    pub fn run(&mut self, change: Option<super::edit::Change>, now: f64) -> bool {
        let Some(change) = change.filter(|_| !self.read_only) else { return false };
        self.session.change(&change.delta, change.after, change.kind, now);
        self.hands.touched(now);
        true
    }

    /// The caret goes to a position and is shown.
    pub fn place(&mut self, selection: Selection, now: f64) {
        self.session.selection = selection;
        self.session.break_typing();
        self.hands.touched(now);
    }
}

/// Draws the page in the middle of the window.
pub fn show(ui: &mut Ui, state: &mut PageState, title: &str, out: &mut Queue) {
    let room = ui.max_rect();
    let width =
        (room.width() - 2.0 * GUTTER).clamp(size::TEXT_MIN.min(room.width() - 2.0 * GUTTER), size::TEXT);
    let left = room.left() + ((room.width() - width) / 2.0).max(GUTTER).round();
    let now = ui.input(|input| input.time);
    let session = &state.session;
    state.layout.refresh(session.flat(), session.shape(), session.revision(), width);
    find::refresh(state);
    let mut area = ScrollArea::vertical().auto_shrink(false).id_salt("page");
    if let Some(offset) = kept_offset(state) {
        area = area.vertical_scroll_offset(offset);
    }
    let output = area.show_viewport(ui, |ui, viewport| {
        let origin = ui.max_rect().top();
        let mut y = origin + 22.0;
        let head = state.head.take();
        if let Some(head) = &head {
            y += heads::ui::kicker(ui, head, pos2(left, y), width, out);
        }
        y += title_field(ui, state, title, pos2(left, y), width, out) + UNDER_TITLE;
        if let Some(head) = &head {
            y += heads::ui::fields(ui, head, pos2(left, y - UNDER_TITLE + 4.0), width, out);
        }
        state.head = head;
        let sight = viewport.translate(vec2(0.0, origin));
        let setting = Setting { left, width, top: y, sight, look: look(ui.ctx()) };
        let below = Rect::from_min_max(
            pos2(left, y + state.layout.total()),
            pos2(left + width, (y + state.layout.total() + 160.0).max(room.bottom())),
        );
        let whole = Rect::from_min_max(pos2(left - GUTTER, y), pos2(left + width, below.bottom()));
        let response = surface(ui, state, whole);
        input::keys(ui, state, &response, &setting, now, out);
        let session = &state.session;
        state.layout.refresh(session.flat(), session.shape(), session.revision(), width);
        draw_blocks(ui, state, &setting, out);
        pointer::take(ui, state, &response, now, out);
        anchors::pick(state, &response, out);
        let end = setting.top + state.layout.total() + 4.0;
        pointer::below(ui, state, below.with_min_y(end), now);
        over::show(ui, state, &response, &setting, now);
        empty_hint(ui, state, &setting);
        long_hint(ui, state, &setting);
        if !state.aside {
            complete::show(ui, state, now, out);
            ask::show(ui, state, now, out);
        }
        preview::show(ui, state, &response, now);
        reveal(ui, state, &setting);
        remember_anchor(state, &setting);
        ui.allocate_rect(
            Rect::from_min_max(pos2(room.left(), origin), pos2(room.right(), below.bottom())),
            Sense::hover(),
        );
    });
    state.offset = output.state.clamped_offset().y;
    if !state.aside {
        dropped::take(ui, state, room, now, out);
        find::bar(ui, state, room);
    }
}

/// The offset that keeps what is in sight where it is, when something above it changed.
fn kept_offset(state: &mut PageState) -> Option<f32> {
    let (key, was) = state.anchor.take()?;
    let slot = state.layout.slots().iter().position(|slot| slot.row.key == key)?;
    let moved = state.layout.top(slot) - was;
    (moved.abs() > 0.5).then_some((state.offset + moved).max(0.0))
}

fn remember_anchor(state: &mut PageState, setting: &Setting) {
    let top = setting.sight.top() - setting.top;
    if top <= 0.0 {
        return;
    }
    let slot = state.layout.first_below(top);
    if let Some(found) = state.layout.slots().get(slot) {
        state.anchor = Some((found.row.key, state.layout.top(slot)));
    }
}

/// The ground that takes clicks, drags and the keyboard for all blocks.
fn surface(ui: &mut Ui, state: &PageState, whole: Rect) -> Response {
    let response = ui.interact(whole, state.editor(), Sense::click_and_drag());
    let (title, read_only) = (state.session.is_loaded(), state.read_only);
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::accesskit::Role::Document, title, "Page text");
        info.enabled = !read_only;
        info
    });
    response
}

fn draw_blocks(ui: &mut Ui, state: &mut PageState, setting: &Setting, out: &mut Queue) {
    state.shown.clear();
    let sight = setting.sight;
    let (from, to) = (sight.top() - AHEAD - setting.top, sight.bottom() + AHEAD - setting.top);
    let mut slot = state.layout.first_below(from);
    let mut grown = 0.0;
    let mut changed = false;
    while slot < state.layout.slots().len() {
        let top = state.layout.top(slot) + grown;
        if top > to {
            break;
        }
        let before = state.layout.slots()[slot].height();
        changed |= draw::block(ui, state, slot, setting.top + top, setting, (from, to), out);
        grown += state.layout.slots()[slot].height() - before;
        slot += 1;
    }
    if changed {
        state.layout.settle();
        ui.ctx().request_repaint();
    }
}

/// Scrolls to the caret when something moved it.
fn reveal(ui: &mut Ui, state: &mut PageState, setting: &Setting) {
    if !std::mem::take(&mut state.hands.reveal) {
        return;
    }
    let found = view::find_caret(
        ui,
        state.session.flat(),
        &state.layout,
        state.session.selection.head,
        setting,
        &mut state.highlights,
    );
    if let Some((_, _, rect)) = found {
        ui.scroll_to_rect(view::with_room(rect, 40.0), None);
    }
}

fn empty_hint(ui: &Ui, state: &PageState, setting: &Setting) {
    let flat = state.session.flat();
    let empty = flat.is_empty() || (flat.parts().len() == 2 && flat.len() == 1);
    if !empty || !state.session.is_loaded() || state.read_only || state.hands.preedit.is_some() {
        return;
    }
    if flat
        .parts()
        .get(1)
        .and_then(|part| part.head.as_ref())
        .is_some_and(|head| head.kind != BlockKind::Paragraph)
    {
        return;
    }
    let rect = Rect::from_min_size(pos2(setting.left, setting.top), vec2(setting.width, tokens::BODY.line));
    let words = "Write here. / offers blocks, # makes a heading, - a list, [] a check list.";
    widgets::line(ui, rect, Align2::LEFT_CENTER, words, tokens::BODY, setting.look.ink3);
}

/// Under a page that is longer than merging likes: that it is better split.
fn long_hint(ui: &Ui, state: &mut PageState, setting: &Setting) {
    let revision = state.session.revision();
    if state.size.0 != revision && !state.session.flat().is_empty() {
        let bytes = state.session.flat().parts().iter().map(|part| part.line.text().len()).sum();
        state.size = (revision, bytes);
    }
    if state.size.1 <= SOFT_TEXT_BYTES {
        return;
    }
    let top = setting.top + state.layout.total() + 12.0;
    let rect = Rect::from_min_size(pos2(setting.left, top), vec2(setting.width, tokens::SMALL.line));
    let words = format!(
        "This page holds {} KB of text. Split into several pages, it merges and opens faster.",
        state.size.1 / 1024
    );
    widgets::line(ui, rect, Align2::LEFT_CENTER, &words, tokens::SMALL, setting.look.ink3);
}

/// The text gets the keyboard, the caret at the start; an empty page gets a block to write in.
pub fn enter_text(ui: &Ui, state: &mut PageState, now: f64) {
    state.enter_text = !state.read_only && !state.session.is_loaded();
    if state.read_only || state.enter_text {
        return;
    }
    let flat = state.session.flat();
    if flat.is_empty() {
        state.run(blocks::insert_after(flat, 0, Head::plain(BlockKind::Paragraph)), now);
    } else {
        let first = first_place(flat);
        state.place(Selection::at(first), now);
    }
    ui.memory_mut(|memory| memory.request_focus(state.editor()));
}

fn title_field(
    ui: &mut Ui,
    state: &mut PageState,
    title: &str,
    at: egui::Pos2,
    width: f32,
    out: &mut Queue,
) -> f32 {
    let p = look(ui.ctx());
    let height = tokens::TITLE.line + 6.0;
    let rect = Rect::from_min_size(at, vec2(width, height));
    if state.read_only {
        widgets::line(ui, rect, Align2::LEFT_CENTER, title, tokens::TITLE, p.ink);
        return height;
    }
    let mut text = state.title.clone().unwrap_or_else(|| title.to_owned());
    let id = egui::Id::unique(("page title", state.pane));
    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| {
        let mut job = look::one_line(text.as_str(), tokens::TITLE, p.ink, f32::INFINITY);
        job.keep_trailing_whitespace = true;
        look::layout(ui, job)
    };
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(rect).id_salt("title"));
    let hint = egui::RichText::new("Untitled").color(p.ink3).font(look::font(tokens::TITLE));
    let down = ui.memory(|memory| memory.has_focus(id))
        && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::ArrowDown));
    let output = egui::TextEdit::singleline(&mut text)
        .id(id)
        .frame(egui::Frame::NONE)
        .desired_width(width)
        .hint_text(hint)
        .layouter(&mut layouter)
        .show(&mut child);
    let response: Response = (*output.response).clone().accessible_name("Page title");
    if state.enter_text && state.session.is_loaded() {
        // Whoever was faster than the page goes on in its text.
        enter_text(ui, state, ui.input(|input| input.time));
    }
    if state.focus_title {
        state.focus_title = false;
        response.request_focus();
    }
    if response.changed() {
        state.title = Some(text);
    }
    if response.lost_focus() && state.title.is_some() {
        out.push(UiCommand::Do(crate::gui::actions::Action::Rename));
    }
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if entered || down {
        // What came up to the key that led here was for the title; whoever types faster than frames come goes on in the text.
        let now = ui.input_mut(|input| {
            let enter = |event: &egui::Event| {
                matches!(event, egui::Event::Key { key: egui::Key::Enter, pressed: true, .. })
            };
            let at = input.events.iter().position(enter).filter(|_| entered);
            input.events.drain(..at.map_or(input.events.len(), |at| at + 1));
            input.time
        });
        enter_text(ui, state, now);
    }
    height
}
